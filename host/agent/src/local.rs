//! A directory of this machine as a guest's root: what a worker is for a deployment, for an author who tries a plugin.
//! Files by [`Root`], programs by [`run`], each in a mount namespace that is gone with its thread. Knows no disk.

use crate::program::{Program, Stops};
use crate::registry::Hives;
use crate::root::Root as Files;
use crate::run;
use async_trait::async_trait;
use gyre_core::error::Context as _;
use gyre_core::protocol::{Root, RootReply, RootRequest};
use gyre_core::{Error, Result};
use rustix::mount::MountPropagationFlags;
use rustix::thread::UnshareFlags;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Whether the guest's programs run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Programs {
    /// Refused, with an error that says how to allow them.
    Refused,
    /// In the directory as their root, with what is a worker's of /proc, /sys and /dev. Needs root, and this program
    /// must answer to [`run::OUTER`] and [`run::INNER`].
    Confined,
}

/// A directory as a guest's root.
pub struct LocalRoot {
    path: PathBuf,
    files: Files,
    hives: Mutex<Hives>,
    programs: Programs,
}

impl LocalRoot {
    /// Over `path`.
    ///
    /// # Errors
    /// `try.root` when it is no directory that can be opened; `try.not-root`.
    pub fn open(path: &Path, programs: Programs) -> Result<Self> {
        let what = || format!("{} cannot be used as a guest's root", path.display());
        let path = path.canonicalize().or_invalid("try.root", what)?;
        let file = File::open(&path).or_invalid("try.root", what)?;
        if !file.metadata().is_ok_and(|found| found.is_dir()) {
            return Err(Error::invalid("try.root", what()).cause("it is no directory"));
        }
        let is_root = rustix::process::geteuid().is_root();
        if programs == Programs::Confined && !is_root {
            return Err(Error::invalid("try.not-root", "only root can run a guest's programs in its root"));
        }
        let files = if is_root { Files::new(file.into()) } else { Files::of_caller(file.into()) };
        Ok(Self { path, files, hives: Mutex::default(), programs })
    }

    async fn run(&self, program: Program) -> Result<RootReply> {
        if self.programs == Programs::Refused {
            return Err(refused(&program.argv));
        }
        let path = self.path.clone();
        // A thread of its own: its mount namespace ends with it.
        let thread = std::thread::Builder::new().name("gyre-try".into()).spawn(move || {
            own_mount(&path).or_other("rootfs.run", || "cannot make the tree a mount of its own".into())?;
            run::run(&path, &[], program, &Arc::new(Stops::default()).watch())
        });
        let thread = thread.or_other("rootfs.run", || "cannot start a thread".into())?;
        let ended = tokio::task::spawn_blocking(move || thread.join()).await;
        match ended {
            Ok(Ok(answer)) => answer,
            _ => Err(Error::other("rootfs.run", "the thread that runs a program broke off")),
        }
    }
}

/// What a plugin hears that wants to run a program of a root whose programs do not run.
pub fn refused(argv: &[String]) -> Error {
    let name = argv.first().map_or("", String::as_str);
    let why =
        format!("the plugin wants to run {name}, and programs of the tree run only with --chroot, as root");
    Error::denied("try.programs", why)
}

/// Only a mount can become the root of a process.
fn own_mount(path: &Path) -> std::io::Result<()> {
    #[allow(unsafe_code)] // This thread alone, and no descriptor table is unshared.
    unsafe {
        rustix::thread::unshare_unsafe(UnshareFlags::NEWNS)?;
    }
    rustix::mount::mount_change("/", MountPropagationFlags::PRIVATE | MountPropagationFlags::REC)?;
    rustix::mount::mount_bind_recursive(path, path)?;
    Ok(())
}

#[async_trait]
impl Root for LocalRoot {
    async fn call(&self, request: RootRequest) -> Result<RootReply> {
        match request {
            RootRequest::Run { argv, env, stdin, timeout_ms } => {
                self.run(Program { argv, env, stdin: stdin.0, timeout_ms }).await
            }
            // A poisoned lock guards nothing half-done: what was changed in memory alone is asked for again.
            other => self.hives.lock().unwrap_or_else(PoisonError::into_inner).answer(&self.files, other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn programs_are_refused_with_the_way_to_allow_them() {
        let directory = tempfile::tempdir().unwrap();
        let root = LocalRoot::open(directory.path(), Programs::Refused).unwrap();
        let write = RootRequest::WriteFile { path: "/a".into(), mode: 0o600, bytes: Default::default() };
        assert_eq!(root.call(write).await.unwrap(), RootReply::Done);
        assert!(directory.path().join("a").exists());
        let run = RootRequest::Run {
            argv: vec!["true".into()],
            env: Vec::new(),
            stdin: Default::default(),
            timeout_ms: None,
        };
        let error = root.call(run).await.unwrap_err();
        assert!(error.code == "try.programs" && error.message.contains("--chroot"), "{error}");
        let missing = LocalRoot::open(&directory.path().join("none"), Programs::Refused);
        assert_eq!(missing.err().unwrap().code, "try.root");
    }
}
