//! How a script runs on Linux: the agent starts itself twice, and the inner one is process 1 of its namespace.

use super::{INNER, ROOT_VARIABLE};
pub(super) use crate::run::status_number;
use crate::run::{self, PATH};
use rustix::mount::{MountFlags, UnmountFlags};
use std::os::fd::AsFd as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// This program again, leading a process group.
pub(super) fn helper() -> std::io::Result<Command> {
    let mut command = Command::new("/proc/self/exe");
    command.process_group(0);
    Ok(command)
}

/// Takes away what is left of a helper.
pub(super) fn ended(helper: u32) {
    let _ = std::fs::remove_dir(run::process_group(helper));
}

/// Memory that programs may be run from: `/run` itself often forbids it.
pub(super) struct Place(PathBuf);

impl Place {
    pub(super) fn make(base: &Path) -> std::io::Result<Self> {
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

    pub(super) fn put(&self, body: &[u8]) -> std::io::Result<PathBuf> {
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
    told(run::in_own_processes(INNER, arguments, rustix::thread::UnshareFlags::NEWPID))
}

/// Process 1: runs the script, both of its outputs as one, and ends with it.
pub fn inner(arguments: &[&str]) -> i32 {
    told(run::die_with_parent().and_then(|()| start(arguments)))
}

fn told(result: std::io::Result<std::process::ExitStatus>) -> i32 {
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
