//! What serving is on Linux: a mount namespace and a directory of its own, signals, a Unix socket and the way to it.

use super::Accepted;
use crate::system::Guest;
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use rustix::mount::MountPropagationFlags;
use rustix::thread::UnshareFlags;
use std::path::{Path, PathBuf};
use tokio::net::UnixListener;
use tokio::signal::unix::{Signal, SignalKind};

/// Makes the process one whose mounts are its own. Returns its directory. Must run before any thread is made.
///
/// # Errors
/// `agent.not-root`, `agent.start`.
pub(super) fn prepare() -> Result<PathBuf> {
    own_mounts()?;
    private_dir()
}

/// What is mounted from here on is seen by this agent and its children alone, and gone with them.
/// Must run before any thread is made: a mount namespace belongs to the thread.
fn own_mounts() -> Result<()> {
    let what = || "the agent needs a mount namespace of its own: run it as root".to_string();
    #[allow(unsafe_code)] // Only one thread so far, and no descriptor table is unshared.
    let unshared = unsafe { rustix::thread::unshare_unsafe(UnshareFlags::NEWNS) };
    let private = MountPropagationFlags::PRIVATE | MountPropagationFlags::REC;
    let result = unshared.and_then(|()| rustix::mount::mount_change("/", private));
    result.map_err(|error| Error::denied("agent.not-root", what()).cause(std::io::Error::from(error)))
}

/// Where the agent of that process id may be told to listen on this machine: a place that is its own and ends with it.
pub fn socket_of(pid: u32) -> PathBuf {
    directory(pid).join("socket")
}

/// Of mode 0700, there before anything is listened on, and gone with the agent.
fn directory(pid: u32) -> PathBuf {
    let parent = if Path::new("/run").is_dir() { "/run" } else { "/tmp" };
    Path::new(parent).join(format!("gyre-agent-{pid}"))
}

/// The root that this agent mounted, as others see it who may look into its mount namespace.
pub fn root_of(pid: u32) -> PathBuf {
    let inside = Guest::root_below(&directory(pid));
    Path::new("/proc").join(pid.to_string()).join("root").join(inside.strip_prefix("/").unwrap_or(&inside))
}

fn private_dir() -> Result<PathBuf> {
    let path = directory(std::process::id());
    make_private(&path).or_other("agent.start", || format!("cannot make {}", path.display()))?;
    Ok(path)
}

/// Process ids come again: what an agent of ours left that was killed is put aside, and not removed, for nobody knows what
/// is mounted there.
fn make_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let make = || std::fs::DirBuilder::new().mode(0o700).create(path);
    match make() {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
            std::fs::rename(path, path.with_extension(now.as_nanos().to_string()))?;
            make()
        }
        made => made,
    }
}

/// What asks the agent to end.
pub(super) struct Signals {
    terminate: Signal,
    hangup: Signal,
}

impl Signals {
    pub(super) fn new() -> Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, hangup: signal(SignalKind::hangup())? })
    }

    /// Returns when one came.
    pub(super) async fn received(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.hangup.recv() => {}
        }
    }
}

fn signal(kind: SignalKind) -> Result<Signal> {
    tokio::signal::unix::signal(kind).or_other("agent.start", || "cannot listen for signals".into())
}

/// A socket that only this machine reaches.
pub(super) struct Local {
    listener: UnixListener,
    path: PathBuf,
}

impl Local {
    pub(super) fn open(path: &str) -> Result<Self> {
        let path = PathBuf::from(path);
        check_private(path.parent().unwrap_or(Path::new("/")))?;
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path);
        let listener =
            listener.or_other("agent.listen", || format!("cannot listen on {}", path.display()))?;
        Ok(Self { listener, path })
    }

    pub(super) async fn accept(&self) -> std::io::Result<Accepted> {
        let (stream, _) = self.listener.accept().await?;
        Ok(Box::new(stream))
    }

    pub(super) fn remove(&self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

/// Whoever reaches the socket writes the disks.
fn check_private(dir: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let meta = std::fs::symlink_metadata(dir)
        .or_other("agent.listen", || format!("cannot look at {}", dir.display()))?;
    let ours = meta.is_dir() && meta.mode() & 0o077 == 0 && meta.uid() == rustix::process::geteuid().as_raw();
    if ours {
        return Ok(());
    }
    Err(Error::denied(
        "agent.listen",
        format!("{} can be entered by others: its mode must be 0700", dir.display()),
    ))
}

/// `gyre-agent connect PATH`: standard input and output to the socket and back, until either ends.
///
/// # Errors
/// `agent.connect`.
pub fn connect(path: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.or_other("agent.connect", || "cannot start".into())?;
    let result = runtime.block_on(async {
        let stream = tokio::net::UnixStream::connect(path).await;
        let mut stream = stream.or_unavailable("agent.connect", || format!("no agent listens on {path}"))?;
        let mut ends = tokio::io::join(tokio::io::stdin(), tokio::io::stdout());
        const BUFFER_BYTES: usize = 256 * 1024;
        let copied =
            tokio::io::copy_bidirectional_with_sizes(&mut ends, &mut stream, BUFFER_BYTES, BUFFER_BYTES)
                .await;
        copied.or_unavailable("agent.connect", || "the connection broke off".into())
    });
    // A pending read of standard input must not hold up the end.
    runtime.shutdown_background();
    result.map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_agent_left_is_in_nobodys_way() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("gyre-agent-7");
        make_private(&path).unwrap();
        std::fs::write(path.join("left"), "over").unwrap();
        make_private(&path).unwrap();
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 0);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 2, "it was removed");
    }
}
