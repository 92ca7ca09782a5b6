//! One worker with our agent on it, whatever it runs: brings the agent up, opens the link, and ends it. Knows no job and no
//! way in.

use crate::certificates::Certificates;
use crate::control::Control;
use crate::limits::{AGENT_IDLE_S, CONTROL_CONNECTIONS, START_TIMEOUT_S};
use crate::link::{Life, Link, Route};
use crate::remote::RemoteDisk;
use crate::{linux, windows};
use async_trait::async_trait;
use gyre_core::error::Context as _;
use gyre_core::protocol::{Hello, Listen, Root, Script, ScriptEnd, Secret, Start, System, VERSION};
use gyre_core::roles::Worker;
use gyre_core::{BlockTarget, Error, OsType, Result};
use sha2::{Digest as _, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How workers are used.
#[derive(Clone, Debug)]
pub struct Options {
    /// The program to upload: the one for the system that the worker runs.
    pub agent: PathBuf,
    /// Connections of the link for each disk.
    pub connections: usize,
    /// How long a new worker may take until it lets us in.
    pub boot_timeout: Duration,
}

/// A worker with our agent running on it. Dropping it ends the agent, which then takes apart what
/// it mounted; [`Session::close`] waits for that.
pub struct Session {
    hold: Box<dyn Hold>,
    life: Life,
    route: Arc<Route>,
    control: Control,
    hello: Hello,
    connections: usize,
}

/// What keeps an agent alive: it ends when this is dropped.
#[async_trait]
pub(crate) trait Hold: Send + Sync {
    /// Removes what the agent ran in, once it ended.
    async fn clear(&self) -> Result<()>;
}

/// An agent that was started.
pub(crate) struct Brought {
    pub(crate) hold: Box<dyn Hold>,
    pub(crate) route: Route,
    pub(crate) life: Life,
}

/// The agent as it is uploaded.
pub(crate) struct Program {
    pub(crate) bytes: Vec<u8>,
    /// SHA-256, in hex.
    pub(crate) sum: String,
}

impl Program {
    async fn read(path: &Path) -> Result<Self> {
        let bytes = tokio::fs::read(path).await.or_invalid("worker.upload", || {
            format!("cannot read the agent {}: build it with cargo xtask agent", path.display())
        })?;
        let sum = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { bytes, sum })
    }

    /// Another one for another program.
    pub(crate) fn name(&self) -> String {
        format!("agent-{}", self.sum.get(..16).unwrap_or(&self.sum))
    }
}

/// What the agent of `worker` is started with.
pub(crate) fn start(worker: &Worker, listen: Listen) -> Start {
    Start { version: VERSION, disks: worker.disks.clone(), listen, idle_s: AGENT_IDLE_S }
}

impl Session {
    /// Brings the agent up on `worker`. `credential` lets us in: an OpenSSH private key, or the password of one that
    /// runs Windows.
    ///
    /// # Errors
    /// `ssh.*`, `winrm.*`, `worker.boot-timeout`, `worker.host-key`, `worker.sudo`, `worker.upload`, `worker.os`,
    /// `worker.start`, `disk.*` of the agent, `job.cancelled`.
    pub async fn open(
        worker: &Worker,
        credential: &str,
        options: &Options,
        cancel: &CancellationToken,
    ) -> Result<Self> {
        tokio::select! {
            session = Self::open_now(worker, credential, options) => session,
            () = cancel.cancelled() => Err(Error::cancelled()),
        }
    }

    async fn open_now(worker: &Worker, credential: &str, options: &Options) -> Result<Self> {
        let (program, limit) = (Program::read(&options.agent).await?, options.boot_timeout);
        let certificates = Certificates::make()?;
        let brought = match worker.os_type {
            OsType::Linux => linux::bring_up(worker, credential, &program, limit, &certificates).await,
            OsType::Windows => windows::bring_up(worker, credential, &program, limit, &certificates).await,
            _ => {
                let why = format!("the worker {} runs neither Linux nor Windows", worker.host);
                Err(Error::invalid("worker.os", why).cause("there is no agent for it"))
            }
        };
        let Brought { hold, route, life } = brought?;
        let route = Arc::new(route);
        let control = Control(Arc::new(Link::new(route.clone(), life.clone(), CONTROL_CONNECTIONS)));
        let hello = control.hello().await?;
        Ok(Self { hold, life, route, control, hello, connections: options.connections })
    }

    /// A disk of [`Worker::disks`], with connections of its own.
    ///
    /// # Errors
    /// `worker.disk` when the worker has no disk of that id.
    pub fn disk(&self, id: &str) -> Result<Arc<dyn BlockTarget>> {
        let devices = self.hello.devices.iter().enumerate();
        let found = devices.into_iter().find(|(_, device)| device.disk == id);
        let (index, device) = found.ok_or_else(|| {
            let present: Vec<&str> = self.hello.devices.iter().map(|device| device.disk.as_str()).collect();
            Error::not_found(
                "worker.disk",
                format!("the worker has no disk {id:?}, but {}", present.join(", ")),
            )
        })?;
        let link = Link::new(self.route.clone(), self.life.clone(), self.connections);
        Ok(Arc::new(RemoteDisk { link, index, size: device.size, took: Default::default() }))
    }

    /// Every operating system on the disks.
    ///
    /// # Errors
    /// `system.*`, `worker.*`.
    pub async fn systems(&self) -> Result<Vec<System>> {
        self.control.systems().await
    }

    /// Hands over what may open encrypted disks, in place of what was handed over before.
    ///
    /// # Errors
    /// `agent.request`, `worker.*`.
    pub async fn unlock(&self, secrets: Vec<Secret>) -> Result<()> {
        self.control.unlock(secrets).await
    }

    /// Runs a program of the operator's on the worker itself.
    ///
    /// # Errors
    /// `script.*`, `worker.*`.
    pub async fn run_script(&self, script: &Script) -> Result<ScriptEnd> {
        self.control.run_script(script).await
    }

    /// Mounts one of them. Answers what should be known of it, too.
    ///
    /// # Errors
    /// `system.*`, `worker.*`.
    pub async fn mount(&self, system: &System) -> Result<(Arc<dyn Root>, Vec<String>)> {
        self.control.mount(system).await
    }

    /// Unmounts what is mounted; nothing mounted is no error.
    ///
    /// # Errors
    /// `system.unmount`, `worker.*`.
    pub async fn unmount(&self) -> Result<()> {
        self.control.unmount().await
    }

    /// Unmounts, ends the agent, removes what it ran in.
    ///
    /// # Errors
    /// `system.unmount`, `worker.*`; the agent ends nevertheless.
    pub async fn close(self) -> Result<()> {
        let stopped = self.control.stop().await;
        let mut life = self.life.clone();
        // Looked at as a yes or no at once: what is answered holds a lock that cannot be sent.
        let limit = Duration::from_secs(START_TIMEOUT_S);
        let ended = tokio::time::timeout(limit, life.wait_for(Option::is_some)).await.is_ok();
        let cleared = self.hold.clear().await;
        stopped?;
        if !ended {
            return Err(Error::other("worker.close", "the agent on the worker did not end"));
        }
        cleared
    }
}
