//! What is told when a guest broke a rule: which plugin, in which call, what it did, where, what it said last, and the
//! line that raises the limit it met.

use crate::fault::{Broken, MANY_HANDLES};
use crate::plugin::Plugin;
use gyre_core::Error;
use gyre_core::config::Limits;
use wasmtime::{Trap, WasmBacktrace};

/// Frames told.
const FRAMES_TOLD: usize = 8;
/// Characters of a function's name.
const NAME_CHARS_MAX: usize = 200;
/// Log lines told.
const LINES_TOLD: usize = 5;

/// The error of a call that ended its session. `limits`: those that `gyre.toml` gives the plugin.
pub(crate) fn error(
    plugin: &Plugin,
    call: &str,
    cause: &wasmtime::Error,
    lines: &[String],
    limits: Option<&Limits>,
) -> Error {
    let broken = verdict(cause);
    let (title, what) = (plugin.title(), &broken.what);
    let mut error = Error::other(broken.code, format!("plugin {title} was stopped in `{call}`: {what}"));
    if let Some(frames) = frames(cause) {
        error = error.cause(frames);
    }
    if !lines.is_empty() {
        let from = lines.len().saturating_sub(LINES_TOLD);
        let last = lines.get(from..).unwrap_or_default().join(" | ");
        error = error.cause(format!("its last log lines: {last}"));
    }
    match broken.limit.map(|limit| remedy(plugin.name(), limit, limits)) {
        Some(remedy) => error.cause(remedy),
        None => error,
    }
}

/// The line that would have let it go on; twice as much, because nobody knows how much it wants.
fn remedy(plugin: &str, limit: &str, limits: Option<&Limits>) -> String {
    match limits.and_then(|limits| value(limits, limit)) {
        Some(value) => format!(
            "its `{limit}` is {value}; to raise it, write in gyre.toml: [plugin.{plugin}] limit.{limit} = {}",
            value.saturating_mul(2)
        ),
        None => "this limit is the host's own: a plugin has to say who it is with less".to_owned(),
    }
}

/// A limit by the name that it has in `gyre.toml`.
fn value(limits: &Limits, name: &str) -> Option<u64> {
    serde_json::to_value(limits).ok()?.get(name)?.as_u64()
}

/// Whether wasmtime's own count of instances, memories or tables was passed.
pub(crate) fn is_limit(cause: &wasmtime::Error) -> bool {
    cause.root_cause().to_string().contains("resource limit exceeded")
}

fn verdict(cause: &wasmtime::Error) -> Broken {
    if let Some(broken) = cause.downcast_ref::<Broken>() {
        return broken.clone();
    }
    if let Some(trap) = cause.downcast_ref::<Trap>() {
        return Broken::new("sandbox.trap", trapped(*trap));
    }
    let text = cause.root_cause().to_string();
    if text.contains("allocated for hostcalls") {
        let what = "it handed over more in one call than its limit `payload-mib` allows";
        return Broken::new("sandbox.payload", what).of("payload-mib");
    }
    if text.contains("handle limit exceeded") {
        return Broken::new("sandbox.handles", MANY_HANDLES).of("handles");
    }
    if is_limit(cause) {
        return Broken::new("sandbox.limit", format!("it is made of too much: {text}"));
    }
    Broken::new("sandbox.trap", text)
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
    let frames = backtrace.frames();
    // The encoder's own functions have no names: they tell nothing where others have some.
    let has_names = frames.iter().any(|frame| frame.func_name().is_some());
    let names: Vec<String> = frames
        .iter()
        .filter(|frame| !has_names || frame.func_name().is_some())
        .map(|frame| frame.func_name().map_or_else(|| format!("function {}", frame.func_index()), demangled))
        .skip_while(|name| NOISE.iter().any(|noise| name.starts_with(noise)))
        .take(FRAMES_TOLD)
        .collect();
    (!names.is_empty()).then(|| format!("at {}", names.join(" < ")))
}

/// As its author wrote it.
fn demangled(name: &str) -> String {
    let name: String = format!("{:#}", rustc_demangle::demangle(name)).chars().take(NAME_CHARS_MAX).collect();
    gyre_core::text::plain(&name)
}
