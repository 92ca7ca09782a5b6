//! The engine's workers: machines of a cloud with the agent on them. Knows where a worker's key comes from;
//! how the agent is brought up is another crate's business.

use crate::endpoints::Plugins;
use crate::place;
use crate::vault::Vault;
use async_trait::async_trait;
use gyre_core::config::Config;
use gyre_core::protocol::{Script, ScriptEnd, Secret, System};
use gyre_core::roles::Worker;
use gyre_core::{BlockTarget, Error, OsType, Result};
use gyre_engine::{Mounted, WorkerSession, Workers};
use gyre_worker::{Options, Session};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a worker may take until it lets us in: an emulated one needs minutes to boot.
const BOOT_TIMEOUT: Duration = Duration::from_secs(15 * 60);
/// The same of Windows, which is set up at its first boot and starts again meanwhile.
const WINDOWS_BOOT_TIMEOUT: Duration = Duration::from_secs(30 * 60);

/// Workers with the agent on them.
pub struct AgentWorkers {
    config: Arc<Config>,
    vault: Arc<Vault>,
    plugins: Arc<Plugins>,
}

impl AgentWorkers {
    /// Over this configuration, with keys from the vault or made by the plugins.
    pub fn new(config: Arc<Config>, vault: Arc<Vault>, plugins: Arc<Plugins>) -> Self {
        Self { config, vault, plugins }
    }

    /// A configured secret, else the key, or for Windows the password, that the plugin had made for this job.
    fn credential(&self, worker: &Worker, job: &str) -> Result<String> {
        let Some(name) = gyre_grants::configured_secret(&worker.credential) else {
            return match worker.os_type {
                OsType::Windows => Ok(self.plugins.worker_login(job, &worker.credential)?.password),
                _ => self.plugins.worker_key(job, &worker.credential)?.private_openssh(),
            };
        };
        String::from_utf8(self.vault.value("", name)?)
            .map_err(|_| Error::invalid("secret.text", format!("the secret {name:?} is not text")))
    }
}

#[async_trait]
impl Workers for AgentWorkers {
    async fn open(
        &self,
        worker: &Worker,
        job: &str,
        cancel: &CancellationToken,
    ) -> Result<Box<dyn WorkerSession>> {
        let options = Options {
            agent: place::agent(&self.config, worker.os_type)?,
            connections: self.config.transfer.connections,
            boot_timeout: if worker.os_type == OsType::Windows { WINDOWS_BOOT_TIMEOUT } else { BOOT_TIMEOUT },
        };
        let session = Session::open(worker, &self.credential(worker, job)?, &options, cancel).await?;
        Ok(Box::new(AgentSession { session, vault: self.vault.clone() }))
    }
}

struct AgentSession {
    session: Session,
    vault: Arc<Vault>,
}

#[async_trait]
impl WorkerSession for AgentSession {
    fn disk(&self, id: &str) -> Result<Arc<dyn BlockTarget>> {
        self.session.disk(id)
    }

    async fn systems(&self) -> Result<Vec<System>> {
        self.session.systems().await
    }

    async fn unlock(&self, secrets: &[String]) -> Result<()> {
        let values = secrets.iter().map(|name| self.vault.value("", name).map(Secret));
        self.session.unlock(values.collect::<Result<_>>()?).await
    }

    async fn run_script(&self, script: &Script) -> Result<ScriptEnd> {
        self.session.run_script(script).await
    }

    async fn mount(&self, system: &System) -> Result<Mounted> {
        let (root, notes) = self.session.mount(system).await?;
        Ok(Mounted { root, notes })
    }

    async fn unmount(&self) -> Result<()> {
        self.session.unmount().await
    }

    async fn close(self: Box<Self>) -> Result<()> {
        self.session.close().await
    }
}
