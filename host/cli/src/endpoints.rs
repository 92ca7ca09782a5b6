//! The engine's endpoints, played by plugins of the configuration. Knows how a plugin's host is asked;
//! nothing of what plugins do.

use crate::given::Given;
use crate::recording;
use crate::vault::Vault;
use async_trait::async_trait;
use gyre_core::config::Config;
use gyre_core::options::OptionInfo;
use gyre_core::roles::{Destination, OsMorphing, Source};
use gyre_core::{Error, Result};
use gyre_engine::{Endpoints, JobContext};
use gyre_grants::{Faults, Host, Inspection, Role, Secrets};
use gyre_ssh::{Identity, KeyPair};
use gyre_trust::Standing;
use gyre_winrm::Login;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

/// Plugins and what their endpoints are called.
pub struct Plugins {
    host: Arc<Host>,
    config: Arc<Config>,
    /// Endpoints whose cloud cannot be logged in to.
    broken: BTreeMap<String, Error>,
}

struct Secretly(Arc<Vault>);

impl Secrets for Secretly {
    fn get(&self, endpoint: &str, name: &str) -> Result<Vec<u8>> {
        self.0.value(endpoint, name)
    }
}

impl Plugins {
    /// Loads nothing yet.
    ///
    /// # Errors
    /// `sandbox.*`.
    pub fn new(
        config: Arc<Config>,
        state: &Path,
        vault: Arc<Vault>,
        identity: Identity,
        broken: BTreeMap<String, Error>,
    ) -> Result<Self> {
        let (secrets, recorder) = (Arc::new(Secretly(vault)), recording::of_process());
        let host = Arc::new(Host::recording(config.clone(), state, secrets, identity, recorder)?);
        Ok(Self { host, config, broken })
    }

    /// What can be known of a plugin without giving it anything, and why it may not run, if so.
    ///
    /// # Errors
    /// `config.unknown-plugin`, `plugin.*`, `sandbox.*`.
    pub async fn inspect(&self, name: &str) -> Result<(Inspection, Standing)> {
        let name = name.to_owned();
        self.blocking(move |host| host.inspect(&name)).await
    }

    /// What can be known of a plugin without running it.
    ///
    /// # Errors
    /// `config.unknown-plugin`, `plugin.*`, `sandbox.*`.
    pub async fn look(&self, name: &str) -> Result<(Inspection, Standing)> {
        let name = name.to_owned();
        self.blocking(move |host| host.look(&name)).await
    }

    /// The same of a component's file, which the configuration need not name.
    ///
    /// # Errors
    /// `plugin.*`, `sandbox.*`.
    pub async fn look_at_file(&self, path: &Path) -> Result<(Inspection, Standing)> {
        let path = path.to_owned();
        self.blocking(move |host| host.look_at_file(&path)).await
    }

    /// As [`Plugins::inspect`], of a component's file.
    ///
    /// # Errors
    /// `plugin.*`, `sandbox.*`.
    pub async fn inspect_file(&self, path: &Path) -> Result<(Inspection, Standing)> {
        let path = path.to_owned();
        self.blocking(move |host| host.inspect_file(&path)).await
    }

    /// The host, where this plugin is loaded: what asks it next waits for no compiler.
    ///
    /// # Errors
    /// Whatever loading the plugin says.
    pub async fn with_loaded(&self, name: &str) -> Result<&Host> {
        let name = name.to_owned();
        self.blocking(move |host| host.digest(&name)).await?;
        Ok(&self.host)
    }

    /// Where calls of the host are let fail.
    pub fn faults(&self) -> &Faults {
        self.host.faults()
    }

    /// The key that a plugin made for a worker of a job.
    ///
    /// # Errors
    /// `ssh.identity`.
    pub fn worker_key(&self, job: &str, name: &str) -> Result<KeyPair> {
        self.host.worker_key(job, name)
    }

    /// The login that a plugin made for a worker of a job that runs Windows.
    ///
    /// # Errors
    /// `winrm.login-made`.
    pub fn worker_login(&self, job: &str, name: &str) -> Result<Login> {
        self.host.worker_login(job, name)
    }

    /// The options of one machine for a destination, put together from all that was given.
    ///
    /// # Errors
    /// `config.unknown-endpoint`, `config.option`, and whatever loading the plugin says.
    pub async fn environment(&self, endpoint: &str, given: &Given) -> Result<Map<String, Value>> {
        let (endpoint, given) = (endpoint.to_owned(), given.clone());
        self.blocking(move |host| host.environment(&endpoint, &given)).await
    }

    /// The options of a source, a destination or an OS-morphing plugin as they hold for a machine with these.
    ///
    /// # Errors
    /// As [`Plugins::environment`], and `config.ini`.
    pub async fn described(
        &self,
        (role, name): (Role, &str),
        machine: &Map<String, Value>,
        names: &[String],
    ) -> Result<Vec<OptionInfo>> {
        let (name, machine, names) = (name.to_owned(), machine.clone(), names.to_vec());
        self.blocking(move |host| host.described(role, &name, &machine, &names)).await
    }

    fn check(&self, endpoint: &str) -> Result<()> {
        self.broken.get(endpoint).map_or(Ok(()), |error| Err(error.clone()))
    }

    /// Loading compiles, and that takes seconds of a core.
    async fn blocking<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Host) -> Result<T> + Send + 'static,
    {
        let host = self.host.clone();
        tokio::task::spawn_blocking(move || work(&host))
            .await
            .map_err(|e| Error::other("plugin.load", "the thread that loads plugins broke off").cause(e))?
    }

    /// Every configured OS-morphing plugin, with nothing that a destination hands on.
    ///
    /// # Errors
    /// Whatever loading the plugins says.
    pub async fn morphers_alone(&self, job: &JobContext) -> Result<Vec<(String, Arc<dyn OsMorphing>)>> {
        let job = context(job);
        self.blocking(move |host| host.morphers(&job)).await
    }

    /// The plugins that a job between these endpoints uses.
    fn used(&self, source: &str, destination: &str) -> Result<BTreeSet<String>> {
        let of = |table: &str, known: &BTreeMap<String, gyre_core::config::Endpoint>, name: &str| {
            known.get(name).map(|endpoint| endpoint.plugin.clone()).ok_or_else(|| {
                let names: Vec<_> = known.keys().map(String::as_str).collect();
                Error::invalid("config.unknown-endpoint", self.config.lacks(&format!("[{table}.{name}]")))
                    .cause(format!(
                        "it has: {}",
                        if names.is_empty() { "none".into() } else { names.join(", ") }
                    ))
            })
        };
        let morphers =
            self.config.osmorphing.iter().map(|(name, m)| m.plugin.clone().unwrap_or(name.clone()));
        let mut used: BTreeSet<_> = morphers.collect();
        used.insert(of("source", &self.config.source, source)?);
        used.insert(of("destination", &self.config.destination, destination)?);
        Ok(used)
    }
}

fn context(job: &JobContext) -> gyre_grants::JobContext {
    gyre_grants::JobContext {
        job: job.job.clone(),
        overrides: job.overrides.clone(),
        plugins: job.plugins.clone(),
        progress: job.progress.clone(),
        cancel: job.cancel.clone(),
    }
}

#[async_trait]
impl Endpoints for Plugins {
    async fn source(&self, endpoint: &str, job: &JobContext) -> Result<Arc<dyn Source>> {
        self.check(endpoint)?;
        let (endpoint, job) = (endpoint.to_owned(), context(job));
        self.blocking(move |host| host.source(&endpoint, &job)).await
    }

    async fn destination(&self, endpoint: &str, job: &JobContext) -> Result<Arc<dyn Destination>> {
        self.check(endpoint)?;
        let (endpoint, job) = (endpoint.to_owned(), context(job));
        self.blocking(move |host| host.destination(&endpoint, &job)).await
    }

    async fn morphers(
        &self,
        destination: &str,
        job: &JobContext,
    ) -> Result<Vec<(String, Arc<dyn OsMorphing>)>> {
        let (destination, job) = (destination.to_owned(), context(job));
        self.blocking(move |host| host.morphers_for(&destination, &job)).await
    }

    async fn digests(&self, source: &str, destination: &str) -> Result<BTreeMap<String, String>> {
        let used = self.used(source, destination)?;
        self.blocking(move |host| {
            used.into_iter().map(|name| host.digest(&name).map(|digest| (name, digest))).collect()
        })
        .await
    }

    async fn keep(&self, plugins: &BTreeMap<String, String>) -> Result<()> {
        let plugins = plugins.clone();
        self.blocking(move |host| host.keep(&plugins)).await
    }

    async fn gone(
        &self,
        source: &str,
        destination: &str,
        plugins: &BTreeMap<String, String>,
    ) -> Result<BTreeSet<String>> {
        let (used, plugins) = (self.used(source, destination)?, plugins.clone());
        self.blocking(move |host| {
            let is_gone = |name: &String, digest: &String| !used.contains(name) || !host.has(name, digest);
            Ok(plugins
                .into_iter()
                .filter(|(name, digest)| is_gone(name, digest))
                .map(|(name, _)| name)
                .collect())
        })
        .await
    }

    async fn release(&self, needed: &BTreeSet<String>) -> Result<()> {
        let needed = needed.clone();
        self.blocking(move |host| host.release(&needed)).await
    }
}
