//! What is told when a guest broke a rule: which plugin, in which call, what it did, where, and what it said last.

use crate::fault::Broken;
use crate::plugin::Plugin;
use gyre_core::Error;
use wasmtime::{Trap, WasmBacktrace};

/// Frames told.
const FRAMES_TOLD: usize = 8;
/// Log lines told.
const LINES_TOLD: usize = 5;

/// The error of a call that ended its session.
pub(crate) fn error(plugin: &Plugin, call: &str, cause: &wasmtime::Error, lines: &[String]) -> Error {
    let (code, what) = verdict(cause);
    let mut error = Error::other(code, format!("plugin {} was stopped in `{call}`: {what}", plugin.title()));
    if let Some(frames) = frames(cause) {
        error = error.cause(frames);
    }
    if !lines.is_empty() {
        let from = lines.len().saturating_sub(LINES_TOLD);
        let last = lines.get(from..).unwrap_or_default().join(" | ");
        error = error.cause(format!("its last log lines: {last}"));
    }
    error
}

fn verdict(cause: &wasmtime::Error) -> (&'static str, String) {
    if let Some(broken) = cause.downcast_ref::<Broken>() {
        return (broken.code, broken.what.clone());
    }
    if let Some(trap) = cause.downcast_ref::<Trap>() {
        return ("sandbox.trap", trapped(*trap));
    }
    let text = cause.root_cause().to_string();
    if text.contains("allocated for hostcalls") {
        return (
            "sandbox.payload",
            "it handed over more in one call than its limit `payload-mib` allows".into(),
        );
    }
    if text.contains("handle limit exceeded") {
        return ("sandbox.handles", "it holds more handles open than its limit `handles` allows".into());
    }
    ("sandbox.trap", text)
}

fn trapped(trap: Trap) -> String {
    match trap {
        Trap::UnreachableCodeReached => "it panicked (unreachable code was reached)".into(),
        Trap::StackOverflow => "its stack overflowed".into(),
        Trap::MemoryOutOfBounds => "it reached outside its memory".into(),
        trap => trap.to_string(),
    }
}

/// Frames of Rust's panic machinery, which say nothing of the plugin.
const NOISE: [&str; 4] = ["__rustc::", "std::panicking::", "std::sys::backtrace::", "core::panicking::"];

/// Innermost first, as `at a < b < c`.
fn frames(cause: &wasmtime::Error) -> Option<String> {
    let backtrace = cause.downcast_ref::<WasmBacktrace>()?;
    let names: Vec<String> = backtrace
        .frames()
        .iter()
        .map(|frame| match frame.func_name() {
            Some(name) => format!("{:#}", rustc_demangle::demangle(name)),
            None => format!("function {}", frame.func_index()),
        })
        .skip_while(|name| NOISE.iter().any(|noise| name.starts_with(noise)))
        .take(FRAMES_TOLD)
        .collect();
    (!names.is_empty()).then(|| format!("at {}", names.join(" < ")))
}
