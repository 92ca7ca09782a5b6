//! An agent on this machine, as a child of this process: what a [`Session`](crate::Session) is for a worker. Whoever
//! calls says which program is the agent, and gives it disks. Knows no image and no plugin.

use crate::control::Control;
use crate::limits::{CONTROL_CONNECTIONS, LAST_WORDS_BYTES_MAX, START_TIMEOUT_S};
use crate::link::{Life, Link, Route};
use crate::start::greet;
use gyre_core::error::Context as _;
use gyre_core::protocol::{Listen, Root, Start, System, VERSION};
use gyre_core::roles::AttachedDisk;
use gyre_core::{Error, Result};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, BufReader};
use tokio::process::{Child, ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::sync::watch;

/// It lives for as long as its standard input is open.
const NEVER_IDLE: u64 = 0;

/// A running agent. Dropping it ends the agent, which then takes apart what it mounted, and so does the end of this
/// process, whatever ends it; [`Local::close`] waits for that.
pub struct Local {
    pid: u32,
    _stdin: ChildStdin,
    life: Life,
    control: Control,
}

impl Local {
    /// Starts `program` as the agent of `disks`; `socket` says where the agent of that process id listens, in a
    /// directory of its own.
    ///
    /// # Errors
    /// `worker.start`; `agent.*` and `disk.*` of the agent.
    pub async fn open(
        mut program: Command,
        disks: Vec<AttachedDisk>,
        socket: impl FnOnce(u32) -> PathBuf,
    ) -> Result<Self> {
        let what = || "the agent on this machine does not start".to_owned();
        program.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Its own group: Ctrl-C is for this process, which then ends the agent in good order.
        let mut child = program.process_group(0).spawn().or_other("worker.start", what)?;
        let ends = child.stdin.take().zip(child.stdout.take()).zip(child.stderr.take());
        let (Some(((mut stdin, stdout), stderr)), Some(pid)) = (ends, child.id()) else {
            return Err(Error::other("worker.start", what()));
        };
        let path = socket(pid);
        let listen = Listen::Unix { path: path.display().to_string() };
        let start = Start { version: VERSION, disks, listen, idle_s: NEVER_IDLE };
        let mut stdout = BufReader::new(stdout);
        let ready = greet(&mut stdin, &mut stdout, &start).await;
        let life = watch_over(child, stdout, stderr);
        ready.map_err(|error| error.during(what()))?;
        let link = Link::new(Arc::new(Route::Unix(path)), life.clone(), CONTROL_CONNECTIONS);
        Ok(Self { pid, _stdin: stdin, life, control: Control(Arc::new(link)) })
    }

    /// The agent's process id.
    pub const fn pid(&self) -> u32 {
        self.pid
    }

    /// Every operating system on the disks.
    ///
    /// # Errors
    /// `system.*`, `worker.*`.
    pub async fn systems(&self) -> Result<Vec<System>> {
        self.control.systems().await
    }

    /// Mounts one of them. Answers what should be known of it, too.
    ///
    /// # Errors
    /// `system.*`, `worker.*`.
    pub async fn mount(&self, system: &System) -> Result<(Arc<dyn Root>, Vec<String>)> {
        self.control.mount(system).await
    }

    /// Unmounts, and waits for the agent's end.
    ///
    /// # Errors
    /// `system.unmount`, `worker.*`; the agent ends nevertheless.
    pub async fn close(self) -> Result<()> {
        let stopped = self.control.stop().await;
        let Self { _stdin: stdin, mut life, .. } = self;
        drop(stdin);
        let limit = Duration::from_secs(START_TIMEOUT_S);
        let ended = tokio::time::timeout(limit, life.wait_for(Option::is_some)).await.is_ok();
        stopped?;
        if ended {
            Ok(())
        } else {
            Err(Error::other("worker.close", "the agent on this machine did not end"))
        }
    }
}

/// Tells of its end, with its last words.
fn watch_over(mut child: Child, mut stdout: BufReader<ChildStdout>, stderr: ChildStderr) -> Life {
    let (sender, receiver) = watch::channel(None);
    tokio::spawn(async move {
        let mut nowhere = tokio::io::sink();
        let (words, _) = tokio::join!(last_words(stderr), tokio::io::copy(&mut stdout, &mut nowhere));
        let _ = child.wait().await;
        let _ = sender.send(Some(words));
    });
    receiver
}

/// The end of what it says.
async fn last_words(mut stderr: ChildStderr) -> String {
    let (mut said, mut piece) = (Vec::new(), [0; LAST_WORDS_BYTES_MAX]);
    while let Ok(count @ 1..) = stderr.read(&mut piece).await {
        said.extend_from_slice(piece.get(..count).unwrap_or_default());
        let more = said.len().saturating_sub(LAST_WORDS_BYTES_MAX);
        said.drain(..more);
    }
    String::from_utf8_lossy(&said).trim().to_owned()
}
