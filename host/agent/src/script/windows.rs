//! How a script runs on Windows: the agent starts itself, and that helper makes a job that ends with it and holds everything
//! that the script starts. PowerShell runs a script, or cmd one that says it is for cmd.

use super::ROOT_VARIABLE;
use crate::windows::api;
use gyre_core::scripts::{WindowsLanguage, with_windows_lines};
use std::os::windows::io::AsHandle as _;
use std::os::windows::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// What a helper ends with that could not start a script.
const HELPER_FAILED: i32 = 125;
const OF_CMD: &str = "run.cmd";
const OF_POWERSHELL: &str = "run.ps1";
/// Without it PowerShell reads another alphabet than UTF-8.
const BYTE_ORDER_MARK: char = '\u{feff}';

/// This program again.
pub(super) fn helper() -> std::io::Result<Command> {
    std::env::current_exe().map(Command::new)
}

/// Nothing is left of a helper.
pub(super) fn ended(_helper: u32) {}

/// As the script said it.
pub(super) fn status_number(status: ExitStatus) -> i32 {
    status.code().unwrap_or(HELPER_FAILED)
}

/// A directory for one script.
pub(super) struct Place(PathBuf);

impl Place {
    pub(super) fn make(base: &Path) -> std::io::Result<Self> {
        let path = base.join("script");
        match std::fs::create_dir(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(Self(path)),
        }
    }

    pub(super) fn put(&self, body: &[u8]) -> std::io::Result<PathBuf> {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches(BYTE_ORDER_MARK);
        let (name, text) = match WindowsLanguage::of(text) {
            WindowsLanguage::Cmd => (OF_CMD, with_windows_lines(text)),
            WindowsLanguage::PowerShell => {
                (OF_POWERSHELL, format!("{BYTE_ORDER_MARK}{}", with_windows_lines(text)))
            }
        };
        let path = self.0.join(name);
        std::fs::write(&path, text)?;
        Ok(path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("{} stays: {error}", self.0.display());
        }
    }
}

/// The helper: runs the script, both of its outputs as one, and ends with it and all that it started. Returns the exit
/// status for this process.
pub fn outer(arguments: &[&str]) -> i32 {
    match api::keep_together().and_then(|()| start(arguments)) {
        Ok(status) => status_number(status),
        Err(error) => {
            eprintln!("{error}");
            HELPER_FAILED
        }
    }
}

fn start(arguments: &[&str]) -> std::io::Result<ExitStatus> {
    let [file, root] = arguments else { return Err(std::io::ErrorKind::InvalidInput.into()) };
    let mut command = if file.ends_with(OF_CMD) { cmd(file, root)? } else { powershell(file, root)? };
    if !root.is_empty() {
        command.env(ROOT_VARIABLE, root);
    }
    command.stdin(Stdio::null()).stderr(Stdio::from(std::io::stdout().as_handle().try_clone_to_owned()?));
    command.spawn()?.wait()
}

fn powershell(file: &str, root: &str) -> std::io::Result<Command> {
    let mut command = Command::new(api::powershell()?);
    command.args(["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-File", file]);
    command.args((!root.is_empty()).then_some(root));
    Ok(command)
}

/// cmd has rules of its own for quotes: the first and the last one go, whatever is between.
fn cmd(file: &str, root: &str) -> std::io::Result<Command> {
    let mut command = Command::new(api::own_directory()?.join(r"System32\cmd.exe"));
    command.raw_arg(format!("/d /s /c \"\"{file}\" {root}\""));
    Ok(command)
}
