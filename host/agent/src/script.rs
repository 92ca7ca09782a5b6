//! Programs of the operator's, run on the worker itself and not in the guest. They are trusted with the
//! worker, but not to end: each gets a process namespace of its own, with which the kernel ends everything
//! that it started. Knows no phase and no guest.

use crate::run::{self, Ended, PATH, Stop, attend};
use gyre_core::error::Context as _;
use gyre_core::limits::{SCRIPT_BYTES_MAX, SCRIPT_RUN_MS};
use gyre_core::protocol::{Script, ScriptEnd};
use gyre_core::{Error, Result};
use rustix::mount::{MountFlags, UnmountFlags};
use std::os::fd::AsFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// First argument of the helper that makes the namespace.
pub const OUTER: &str = "run-script";
/// First argument of process 1.
pub const INNER: &str = "run-script-inner";
/// Where a script finds the mounted root, besides its first argument.
const ROOT_VARIABLE: &str = "GYRE_ROOT";
/// The end of its output that is kept.
const OUTPUT_CHARS_MAX: usize = 64 * 1024;

/// Runs `script`, to its end, its time-out, or until `stop`. `root` is where the guest's system is mounted.
/// Its file lies below `base`, in a place of its own that is gone afterwards. Blocking.
///
/// # Errors
/// `script.size`, `script.run`, `script.timeout`, `script.stopped`.
pub fn run(base: &Path, root: Option<&Path>, script: &Script, stop: &Stop) -> Result<ScriptEnd> {
    if script.body.0.is_empty() || script.body.0.len() > SCRIPT_BYTES_MAX {
        let why = format!("a script must have between 1 and {SCRIPT_BYTES_MAX} bytes");
        return Err(Error::invalid("script.size", why));
    }
    let what = || format!("cannot run the {} script on this worker", script.name);
    let place = Place::make(base).or_other("script.run", what)?;
    let file = place.put(&script.body.0).or_other("script.run", what)?;
    let limit = script.timeout_ms.min(SCRIPT_RUN_MS);
    let deadline = Instant::now() + Duration::from_millis(limit.into());
    let mut command = Command::new("/proc/self/exe");
    command.arg(OUTER).arg(file).arg(root.unwrap_or(Path::new(""))).process_group(0);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().or_other("script.run", what)?;
    let group = run::process_group(child.id());
    let attended = attend(child, Vec::new(), deadline, || stop.asked());
    let _ = std::fs::remove_dir(group);
    let (ended, output, complaint) = attended?;
    let output = end_of(&output);
    match ended {
        Ended::Itself(_) if !complaint.is_empty() => {
            Err(Error::other("script.run", what()).cause(end_of(&complaint)))
        }
        Ended::Itself(status) => Ok(ScriptEnd { status: run::status_number(status), output }),
        Ended::Late => {
            let why =
                format!("the {} script did not end within {} s, and was killed", script.name, limit / 1000);
            Err(Error::other("script.timeout", why).cause(output))
        }
        Ended::Stopped => {
            let why = format!("the {} script was ended, because the agent was asked to stop", script.name);
            Err(Error::conflict("script.stopped", why))
        }
    }
}

fn end_of(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let skip = text.chars().count().saturating_sub(OUTPUT_CHARS_MAX);
    text.chars().skip(skip).collect()
}

/// Memory that programs may be run from: `/run` itself often forbids it.
struct Place(PathBuf);

impl Place {
    fn make(base: &Path) -> std::io::Result<Self> {
        let path = base.join("script");
        match std::fs::create_dir(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
        rustix::mount::mount(
            "tmpfs",
            &path,
            "tmpfs",
            MountFlags::NODEV | MountFlags::NOSUID,
            c"mode=700,size=4m",
        )?;
        Ok(Self(path))
    }

    fn put(&self, body: &[u8]) -> std::io::Result<PathBuf> {
        let path = self.0.join("run");
        let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o700).open(&path)?;
        std::io::Write::write_all(&mut file, body)?;
        Ok(path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let gone = rustix::mount::unmount(&self.0, UnmountFlags::DETACH);
        if let Err(error) = gone.map_err(Into::into).and_then(|()| std::fs::remove_dir(&self.0)) {
            eprintln!("{} stays: {error}", self.0.display());
        }
    }
}

/// The helper that makes the namespace. Returns the exit status for this process.
pub fn outer(arguments: &[&str]) -> i32 {
    ended(run::in_own_processes(INNER, arguments, rustix::thread::UnshareFlags::NEWPID))
}

/// Process 1: runs the script, both of its outputs as one, and ends with it.
pub fn inner(arguments: &[&str]) -> i32 {
    ended(run::die_with_parent().and_then(|()| start(arguments)))
}

fn ended(result: std::io::Result<std::process::ExitStatus>) -> i32 {
    match result {
        Ok(status) => run::status_number(status),
        Err(error) => {
            eprintln!("{error}");
            125
        }
    }
}

fn start(arguments: &[&str]) -> std::io::Result<std::process::ExitStatus> {
    let [file, root] = arguments else { return Err(std::io::ErrorKind::InvalidInput.into()) };
    let mut first = [0; 2];
    let read = std::io::Read::read(&mut std::fs::File::open(file)?, &mut first)?;
    // The kernel starts nothing without that line, and not every C library leaves it to the shell then.
    let mut command = match first.get(..read) {
        Some(b"#!" | b"\x7fE") => Command::new(file),
        _ => {
            let mut shell = Command::new("/bin/sh");
            shell.arg(file);
            shell
        }
    };
    command.env_clear().env("PATH", PATH).env("HOME", "/root").env("LANG", "C.UTF-8").current_dir("/");
    if !root.is_empty() {
        command.arg(root).env(ROOT_VARIABLE, root);
    }
    command.stderr(Stdio::from(std::io::stdout().as_fd().try_clone_to_owned()?));
    command.spawn()?.wait()
}
