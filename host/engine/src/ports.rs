//! What the engine needs of the outside, as traits: plugins bound to endpoints, workers, and somebody
//! to tell. Whoever assembles the program implements them; tests do so in memory.

use async_trait::async_trait;
use gyre_core::protocol::{Root, Script, ScriptEnd, System};
use gyre_core::roles::{Destination, OsMorphing, Progress, Source, Worker};
use gyre_core::{BlockTarget, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What a plugin's role is bound to besides its endpoint.
#[derive(Clone)]
pub struct JobContext {
    /// Id of the job; keys that the plugin makes live as long as it.
    pub job: String,
    /// Options that go over those of the endpoint.
    pub overrides: serde_json::Map<String, serde_json::Value>,
    /// Digests of the plugins that the job began with, by name: these run, whatever is configured now.
    pub plugins: BTreeMap<String, String>,
    /// Where the plugin's progress goes.
    pub progress: Arc<dyn Progress>,
    /// Cancelled when the job is asked to stop.
    pub cancel: CancellationToken,
}

/// Plugins by the names of the configuration.
#[async_trait]
pub trait Endpoints: Send + Sync {
    /// The source of this name.
    ///
    /// # Errors
    /// `config.unknown-endpoint`, and whatever loading its plugin says.
    async fn source(&self, endpoint: &str, context: &JobContext) -> Result<Arc<dyn Source>>;

    /// The destination of this name.
    ///
    /// # Errors
    /// As [`Endpoints::source`].
    async fn destination(&self, endpoint: &str, context: &JobContext) -> Result<Arc<dyn Destination>>;

    /// Every configured OS-morphing plugin, by name, each with what this destination hands on to it.
    ///
    /// # Errors
    /// As [`Endpoints::destination`]; whatever loading the plugins says.
    async fn morphers(
        &self,
        destination: &str,
        context: &JobContext,
    ) -> Result<Vec<(String, Arc<dyn OsMorphing>)>>;

    /// Name and digest of every plugin that a job between these endpoints uses.
    ///
    /// # Errors
    /// `config.unknown-endpoint`, `plugin.unreadable`.
    async fn digests(&self, source: &str, destination: &str) -> Result<BTreeMap<String, String>>;

    /// Keeps the components with these digests, by name, for as long as a job needs them. Idempotent.
    ///
    /// # Errors
    /// `plugin.keep`, `plugin.replaced`.
    async fn keep(&self, plugins: &BTreeMap<String, String>) -> Result<()>;

    /// The names of those plugins of a job between these endpoints that can run no more: another component is
    /// configured, and the one with this digest was not kept; or nothing uses a plugin of this name.
    ///
    /// # Errors
    /// `config.unknown-endpoint`.
    async fn gone(
        &self,
        source: &str,
        destination: &str,
        plugins: &BTreeMap<String, String>,
    ) -> Result<BTreeSet<String>>;

    /// Lets go of all kept components but those with these digests.
    ///
    /// # Errors
    /// `plugin.keep`.
    async fn release(&self, needed: &BTreeSet<String>) -> Result<()>;
}

/// Brings workers up.
#[async_trait]
pub trait Workers: Send + Sync {
    /// Connects to a worker of this job and starts the agent there, waiting for it to boot.
    ///
    /// # Errors
    /// Kind unavailable with a code of `worker.*` or `ssh.*` when it cannot be reached.
    async fn open(
        &self,
        worker: &Worker,
        job: &str,
        cancel: &CancellationToken,
    ) -> Result<Box<dyn WorkerSession>>;
}

/// A mounted system.
pub struct Mounted {
    /// Its root.
    pub root: Arc<dyn Root>,
    /// What should be known of it: file systems that were mended, places that stay unmounted.
    pub notes: Vec<String>,
}

/// A worker that is up.
#[async_trait]
pub trait WorkerSession: Send + Sync {
    /// An attached disk.
    ///
    /// # Errors
    /// `worker.no-disk`.
    fn disk(&self, id: &str) -> Result<Arc<dyn BlockTarget>>;
    /// Lets the agent try these secrets, by name, on encrypted disks.
    ///
    /// # Errors
    /// `secret.*`.
    async fn unlock(&self, secrets: &[String]) -> Result<()>;
    /// Operating systems found on the attached disks.
    async fn systems(&self) -> Result<Vec<System>>;
    /// Runs a program of the operator's on the worker itself.
    ///
    /// # Errors
    /// `script.*`; that it ended with another status than 0 is none.
    async fn run_script(&self, script: &Script) -> Result<ScriptEnd>;
    /// Mounts one of the systems.
    async fn mount(&self, system: &System) -> Result<Mounted>;
    /// Unmounts whatever is mounted; durable on return.
    async fn unmount(&self) -> Result<()>;
    /// Ends the agent and the connection.
    async fn close(self: Box<Self>) -> Result<()>;
}
