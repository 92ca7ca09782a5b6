//! Running other programs from the top of the work tree, with their output read as it comes. Knows no program.

use anyhow::{Context, Result, bail};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub use gyre_build::program::{output, run, shown};

/// The top of the work tree.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().and_then(Path::parent).unwrap_or(here).to_path_buf()
}

/// A command in the top of the work tree, without standard input.
pub fn command(program: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(root()).stdin(Stdio::null());
    command
}

/// The `cargo` that runs this program.
pub fn cargo(arguments: &[&str]) -> Command {
    command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()), arguments)
}

/// Runs it with its standard output shown and read line by line.
///
/// # Errors
/// As [`run`]; every line was read then all the same.
pub fn run_reading(command: &mut Command, mut line_read: impl FnMut(&str)) -> Result<()> {
    let line = shown(command);
    let mut child =
        command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start: {line}"))?;
    if let Some(output) = child.stdout.take() {
        for text in BufReader::new(output).split(b'\n') {
            let text = text.with_context(|| format!("cannot read the output of: {line}"))?;
            let text = String::from_utf8_lossy(&text);
            writeln!(std::io::stdout(), "{text}").ok();
            line_read(&text);
        }
    }
    let status = child.wait().with_context(|| format!("cannot wait for: {line}"))?;
    if !status.success() {
        bail!("{line}: {status}");
    }
    Ok(())
}
