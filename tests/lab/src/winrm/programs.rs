//! What runs when a client starts a program. Knows no protocol.

use rustix::process::{Pid, Signal, kill_process_group};
use std::io::{Error, Result};
use std::os::unix::process::ExitStatusExt as _;
use std::pin::Pin;
use std::process::{ExitStatus, Stdio};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::process::{Child, Command};

/// The programs that there are.
pub trait Programs: Send + Sync + 'static {
    /// Starts one. `program` is what the client called it, `arguments` what a program of Windows is given.
    ///
    /// # Errors
    /// When there is no such program.
    fn start(&self, program: &str, arguments: &[String]) -> Result<Running>;
}

/// A program that was started.
pub struct Running {
    /// Dropped, it is closed.
    pub stdin: Box<dyn AsyncWrite + Send + Unpin>,
    /// Until its end, or until `ended` says so.
    pub stdout: Box<dyn AsyncRead + Send + Unpin>,
    /// Likewise.
    pub stderr: Box<dyn AsyncRead + Send + Unpin>,
    /// Its exit status. Dropped before, the program ends.
    pub ended: Pin<Box<dyn Future<Output = i32> + Send>>,
}

impl Running {
    /// Starts a process and leads it by pipes; with it ends what it started.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn spawn(command: &mut Command) -> Result<Self> {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.kill_on_drop(true).process_group(0).spawn()?;
        let group = Group(child.id().and_then(|id| Pid::from_raw(id.cast_signed())));
        let no_pipe = || Error::other("a process without a pipe");
        Ok(Self {
            stdin: Box::new(child.stdin.take().ok_or_else(no_pipe)?),
            stdout: Box::new(child.stdout.take().ok_or_else(no_pipe)?),
            stderr: Box::new(child.stderr.take().ok_or_else(no_pipe)?),
            ended: Box::pin(status(child, group)),
        })
    }
}

async fn status(mut child: Child, mut group: Group) -> i32 {
    let status = child.wait().await;
    // Its number may be another's from now on.
    group.0 = None;
    status.map_or(-1, |status: ExitStatus| status.code().or(status.signal()).unwrap_or(-1))
}

/// Stands in for a job object.
struct Group(Option<Pid>);

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // Gone already is as good.
            kill_process_group(group, Signal::KILL).ok();
        }
    }
}

/// The programs of this machine.
pub struct Native;

impl Programs for Native {
    fn start(&self, program: &str, arguments: &[String]) -> Result<Running> {
        Running::spawn(Command::new(program).args(arguments))
    }
}
