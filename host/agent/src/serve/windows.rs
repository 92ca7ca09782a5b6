//! What serving is on Windows: rights that an administrator has to take, a directory for what is only here for a while, the
//! ways in which Windows asks a program to end. There is no local socket.

use super::Accepted;
use crate::windows::api;
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use std::path::PathBuf;
use tokio::signal::windows::{CtrlBreak, CtrlC, CtrlClose, CtrlShutdown};

/// What lets files of the guest be read and written whatever their access lists say, and volumes be dismounted.
const PRIVILEGES: [&str; 4] =
    ["SeBackupPrivilege", "SeRestorePrivilege", "SeTakeOwnershipPrivilege", "SeManageVolumePrivilege"];

/// Takes the rights of an administrator, and makes sure that nothing stays when the process ends. Returns its directory.
///
/// # Errors
/// `agent.start`.
pub(super) fn prepare() -> Result<PathBuf> {
    api::ask_nobody();
    for privilege in PRIVILEGES {
        if let Err(error) = api::take_privilege(privilege) {
            eprintln!("{privilege} was not given: {error}");
        }
    }
    if let Err(error) = api::keep_together() {
        eprintln!("what the agent starts may stay when it ends: {error}");
    }
    let path = std::env::temp_dir().join(format!("gyre-agent-{}", std::process::id()));
    // Of a process that had the same number.
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir(&path).or_other("agent.start", || format!("cannot make {}", path.display()))?;
    Ok(path)
}

/// What asks the agent to end.
pub(super) struct Signals {
    interrupt: CtrlC,
    stop: CtrlBreak,
    close: CtrlClose,
    shutdown: CtrlShutdown,
}

impl Signals {
    pub(super) fn new() -> Result<Self> {
        use tokio::signal::windows::{ctrl_break, ctrl_c, ctrl_close, ctrl_shutdown};
        let all = || -> std::io::Result<Self> {
            let (interrupt, stop) = (ctrl_c()?, ctrl_break()?);
            Ok(Self { interrupt, stop, close: ctrl_close()?, shutdown: ctrl_shutdown()? })
        };
        all().or_other("agent.start", || "cannot listen for signals".into())
    }

    /// Returns when one came.
    pub(super) async fn received(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.stop.recv() => {}
            _ = self.close.recv() => {}
            _ = self.shutdown.recv() => {}
        }
    }
}

/// There is none.
pub(super) enum Local {}

impl Local {
    pub(super) fn open(path: &str) -> Result<Self> {
        let why = format!("an agent on Windows listens on TCP alone, and not on {path}");
        Err(Error::invalid("agent.listen", why))
    }

    pub(super) async fn accept(&self) -> std::io::Result<Accepted> {
        match *self {}
    }

    pub(super) fn remove(&self) {
        match *self {}
    }
}

/// Refuses: nothing listens so.
///
/// # Errors
/// `agent.connect`.
pub fn connect(path: &str) -> Result<()> {
    Err(Error::invalid(
        "agent.connect",
        format!("no agent on Windows listens on {path}: it listens on TCP alone"),
    ))
}
