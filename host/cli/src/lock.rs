//! Who works on the jobs of a state directory: one server, or any number of commands, and never both. The lock is one
//! of the kernel, so that it ends with its process, whatever becomes of that; what stands in its file is for people.

use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use rustix::fs::{FlockOperation, flock};
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// Name of the file in the state directory.
const NAME: &str = "serve.lock";
/// Bytes of it that are read.
const BYTES_MAX: u64 = 4096;
/// Bytes of the kernel's list of locks that are read.
const LOCKS_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The right to work on jobs, until it is dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Lock {
    /// That of a server.
    ///
    /// # Errors
    /// `serve.running`: another server has it; `serve.beside`: commands do; `store.open`.
    pub fn of_server(state: &Path) -> Result<Self> {
        let file = open(state)?;
        if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
            return Ok(Self { file });
        }
        // Commands share it with whoever is no server.
        match flock(&file, FlockOperation::NonBlockingLockShared) {
            Ok(()) => Err(beside(state, &file)),
            Err(_) => Err(running(state, &file)),
        }
    }

    /// That of a command which works on jobs.
    ///
    /// # Errors
    /// `serve.running`: a server has it; `store.open`.
    pub fn of_command(state: &Path) -> Result<Self> {
        let file = open(state)?;
        match flock(&file, FlockOperation::NonBlockingLockShared) {
            Ok(()) => Ok(Self { file }),
            Err(_) => Err(running(state, &file)),
        }
    }

    /// Says who has it, and where that is reached.
    ///
    /// # Errors
    /// `store.open`.
    pub fn sign(&mut self, url: &str) -> Result<()> {
        let text = format!("{} {url}\n", std::process::id());
        let written = self.file.set_len(0).and_then(|()| self.file.write_all(text.as_bytes()));
        written.or_other("store.open", || format!("{NAME} cannot be written"))
    }
}

fn path(state: &Path) -> PathBuf {
    state.join(NAME)
}

fn open(state: &Path) -> Result<File> {
    let path = path(state);
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create(true).truncate(false).mode(0o600).open(&path);
    file.or_other("store.open", || format!("{} cannot be used", path.display()))
}

fn running(state: &Path, file: &File) -> Error {
    let mut text = String::new();
    let _ = file.take(BYTES_MAX).read_to_string(&mut text);
    let (pid, url) = text.trim().split_once(' ').unwrap_or(("unknown", ""));
    let what = format!("gyre serve works on the jobs in {}: process {pid} at {url}", state.display());
    let error = Error::conflict("serve.running", what);
    if url.is_empty() { error } else { error.cause(format!("let it do that: gyre --server {url} …")) }
}

fn beside(state: &Path, file: &File) -> Error {
    let others = holders(file);
    let who = match others.as_slice() {
        [] => "another gyre process".to_owned(),
        pids => format!("process {}", pids.join(", ")),
    };
    Error::conflict("serve.beside", format!("commands work on the jobs in {}: {who}", state.display()))
}

/// The processes that the kernel lists with a lock on the file, but for this one.
fn holders(file: &File) -> Vec<String> {
    let Ok(meta) = file.metadata() else { return Vec::new() };
    let (mut text, me) = (String::new(), std::process::id().to_string());
    let _ = File::open("/proc/locks").map(|locks| locks.take(LOCKS_BYTES_MAX).read_to_string(&mut text));
    let inode = format!(":{}", meta.ino());
    let holder = |line: &str| {
        // 1: FLOCK  ADVISORY  READ 1234 08:01:5678 0 EOF
        let mut words = line.split_whitespace().skip(1);
        let (kind, pid, on) = (words.next()?, words.nth(2)?, words.next()?);
        (kind == "FLOCK" && on.ends_with(&inode) && pid != me).then(|| pid.to_owned())
    };
    text.lines().filter_map(holder).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_alone_and_commands_are_not() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path();
        let first = Lock::of_command(state).unwrap();
        let second = Lock::of_command(state).unwrap();
        assert_eq!(Lock::of_server(state).unwrap_err().code, "serve.beside");
        drop((first, second));
        let mut server = Lock::of_server(state).unwrap();
        server.sign("http://127.0.0.1:7766").unwrap();
        let me = std::process::id();
        for error in [Lock::of_command(state).unwrap_err(), Lock::of_server(state).unwrap_err()] {
            assert_eq!(error.code, "serve.running");
            for word in
                [&format!("process {me} at http://127.0.0.1:7766"), "gyre --server http://127.0.0.1:7766"]
            {
                assert!(error.to_string().contains(word), "{error}");
            }
        }
        drop(server);
        Lock::of_command(state).unwrap();
    }

    #[test]
    fn who_holds_it_is_named() {
        let directory = tempfile::tempdir().unwrap();
        let path = path(directory.path());
        let mut child = std::process::Command::new("flock")
            .args(["--shared".as_ref(), path.as_os_str()])
            .args(["sleep", "60"])
            .spawn()
            .unwrap();
        let limit = std::time::Instant::now() + std::time::Duration::from_secs(20);
        let error = loop {
            match Lock::of_server(directory.path()) {
                Err(error) => break error,
                Ok(lock) => drop(lock),
            }
            assert!(std::time::Instant::now() < limit, "flock does not lock");
            std::thread::sleep(std::time::Duration::from_millis(20));
        };
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(error.code, "serve.beside");
        assert!(error.message.contains(&child.id().to_string()), "{error}");
    }
}
