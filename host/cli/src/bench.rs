//! One plugin by itself, as its author tries it: by the path of its component, without grants, or by its name in the
//! configuration, with those that stand there. Knows how it is loaded; not what is asked of it.

use crate::args::TriedArgs;
use crate::clouds::Surroundings;
use crate::endpoints::Plugins;
use crate::vault::Vault;
use crate::workers::AgentWorkers;
use crate::{app, given, place};
use gyre_core::config::{Config, Plugin};
use gyre_core::options::merge;
use gyre_core::roles::{Destination, OsMorphing, Progress, Source};
use gyre_core::{Error, Result};
use gyre_engine::Endpoints as _;
use gyre_grants::{Faults, Inspection, Role};
use gyre_ssh::Identity;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What the endpoint is called; nobody sees it but in errors about options.
const ENDPOINT: &str = "tried";
/// What its calls are made for.
pub const JOB: &str = "by-hand";

/// Plugins of a configuration that was put together by hand; `given` says where the state lies.
///
/// # Errors
/// `store.open`, `ssh.identity`, `sandbox.*`.
pub fn plugins(given: &Config, config: Config) -> Result<Plugins> {
    sealed(given, config).map(|(plugins, ..)| plugins)
}

/// The same, with what holds their secrets and the configuration without these.
fn sealed(given: &Config, mut config: Config) -> Result<(Plugins, Arc<Vault>, Arc<Config>)> {
    let state = place::ensure_state(given)?;
    let vault = Arc::new(Vault::open(&mut config, &Surroundings::of_process()).vault);
    let identity = Identity::load_or_create(&state.join(app::IDENTITY_NAME))?;
    let config = Arc::new(config);
    let plugins = Plugins::new(config.clone(), &state, vault.clone(), identity, BTreeMap::new())?;
    Ok((plugins, vault, config))
}

/// The plugin that was named, with nothing around it, and its name.
///
/// # Errors
/// `plugin.missing`, `config.*`, `sandbox.*`.
pub fn alone(config: Option<&Path>, tried: &TriedArgs) -> Result<(String, Plugins)> {
    let known = place::config_if_any(config)?;
    let (name, plugin) = wanted(&known, tried)?;
    let bare = Config { plugin: BTreeMap::from([(name.clone(), plugin)]), ..only_place(&known) };
    Ok((name, plugins(&known, bare)?))
}

/// One plugin.
pub struct Bench {
    /// What is known of it without giving it anything.
    pub found: Inspection,
    name: String,
    plugins: Arc<Plugins>,
    vault: Arc<Vault>,
    config: Arc<Config>,
    job: gyre_engine::JobContext,
    /// Of what makes things at a platform, which must be undone after the process was asked to stop: whoever calls looks
    /// at that between two calls, and none is ended in its middle.
    lasting: gyre_engine::JobContext,
}

impl Bench {
    /// Loads it.
    ///
    /// # Errors
    /// `plugin.*`, `config.*`, `sandbox.*`.
    pub async fn open(config: Option<&Path>, tried: &TriedArgs, cancel: CancellationToken) -> Result<Self> {
        let known = place::config_if_any(config)?;
        let (name, plugin) = wanted(&known, tried)?;
        let bare = Config { plugin: BTreeMap::from([(name.clone(), plugin)]), ..only_place(&known) };
        let (found, standing) = plugins(&known, bare.clone())?.inspect(&name).await?;
        if let Some(refused) = standing.refused {
            return Err(refused);
        }
        let own = endpoint(&known, found.role, &name, &tried.option)?;
        let text = toml::to_string(&own).map_err(|e| {
            Error::invalid("config.option", "an option has a value that gyre.toml cannot hold").cause(e)
        })?;
        // Checked as a part of the whole, which names the plugin.
        let entries: Config = toml::from_str(&text).map_err(|e| {
            Error::invalid("config.syntax", "the options cannot be read").cause(e.to_string().trim())
        })?;
        let whole = Config {
            plugin: bare.plugin,
            file: bare.file,
            host: bare.host,
            secret: bare.secret,
            trust: bare.trust,
            ..entries
        };
        let (job, lasting) = (job(cancel), job(CancellationToken::new()));
        let (plugins, vault, config) = sealed(&known, whole)?;
        Ok(Self { found, name, plugins: Arc::new(plugins), vault, config, job, lasting })
    }

    /// The same once more.
    ///
    /// # Errors
    /// `plugin.*`, `sandbox.*`.
    pub async fn inspect(&self) -> Result<Inspection> {
        self.plugins.inspect(&self.name).await.map(|(found, _)| found)
    }

    /// Where calls of the host are let fail.
    pub fn faults(&self) -> &Faults {
        self.plugins.faults()
    }

    /// How its workers are entered.
    pub fn workers(&self) -> AgentWorkers {
        AgentWorkers::new(self.config.clone(), self.vault.clone(), self.plugins.clone())
    }

    /// As an OS-morphing plugin.
    ///
    /// # Errors
    /// `plugin.*`, `config.option`.
    pub async fn morpher(&self) -> Result<Arc<dyn OsMorphing>> {
        let mut morphers = self.plugins.morphers_alone(&self.job).await?;
        let morpher = morphers.pop().map(|(_, morpher)| morpher);
        morpher.ok_or_else(|| self.other_role(Role::Osmorphing))
    }

    /// As a source, whose calls are not ended by the process's cancel.
    ///
    /// # Errors
    /// As [`Bench::morpher`].
    pub async fn source(&self) -> Result<Arc<dyn Source>> {
        self.plugins.source(ENDPOINT, &self.lasting).await
    }

    /// As a destination, likewise.
    ///
    /// # Errors
    /// As [`Bench::morpher`].
    pub async fn destination(&self) -> Result<Arc<dyn Destination>> {
        self.plugins.destination(ENDPOINT, &self.lasting).await
    }

    fn other_role(&self, wanted: Role) -> Error {
        Error::invalid(
            "config.role",
            format!("this is a {} plugin, and not one for {wanted}", self.found.role),
        )
    }
}

fn job(cancel: CancellationToken) -> gyre_engine::JobContext {
    gyre_engine::JobContext {
        job: JOB.into(),
        overrides: Map::new(),
        plugins: BTreeMap::new(),
        progress: Arc::new(Phases(cancel.clone())),
        cancel,
    }
}

/// The component that was named, else the plugin of that name in the configuration.
fn wanted(known: &Config, tried: &TriedArgs) -> Result<(String, Plugin)> {
    let path = Path::new(&tried.component);
    if !path.is_file() {
        let plugin = known.plugin.get(&tried.component).cloned().ok_or_else(|| {
            let what = format!("{} is no file, and no plugin of the configuration", tried.component);
            Error::not_found("plugin.missing", what)
        })?;
        return Ok((tried.component.clone(), plugin));
    }
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let path = std::path::absolute(path)
        .map_err(|e| Error::invalid("plugin.missing", "the component has no absolute path").cause(e))?;
    let mut table = Map::from_iter([("component".to_owned(), json!(path))]);
    if tried.wasi {
        table.insert("wasi".into(), json!("inert"));
    }
    let plugin = serde_json::from_value(Value::Object(table))
        .map_err(|e| Error::invalid("config.syntax", "the component cannot be named").cause(e))?;
    Ok((name, plugin))
}

/// Where state and secrets lie, and nothing that names a plugin.
fn only_place(known: &Config) -> Config {
    Config {
        host: known.host.clone(),
        secret: known.secret.clone(),
        file: known.file.clone(),
        trust: known.trust.clone(),
        ..Config::default()
    }
}

/// The entry that a plugin of this role needs to be called. Options of an entry that the configuration has for it stand
/// below those of the command line.
fn endpoint(known: &Config, role: Role, plugin: &str, options: &[String]) -> Result<Value> {
    let configured = match role {
        Role::Source => of_plugin(&known.source, plugin),
        Role::Destination => of_plugin(&known.destination, plugin),
        Role::Osmorphing => {
            let named = |(name, entry): &(&String, &gyre_core::config::Morphing)| {
                entry.plugin.as_ref().unwrap_or(name) == plugin
            };
            let entry = known.osmorphing.iter().find(named).map(|(_, entry)| entry.config.clone());
            entry.map(|config| toml::Table::from_iter([("config".to_owned(), config.into())]))
        }
    };
    let mut entry = configured.unwrap_or_default();
    entry.insert("plugin".into(), plugin.into());
    let mut config = json!(entry.remove("config"));
    if config.is_null() {
        config = json!({});
    }
    if let Some(config) = config.as_object_mut() {
        given::singles(options)?.iter().for_each(|(_, given)| merge(config, given));
    }
    let mut entry = json!(entry);
    if let Some(entry) = entry.as_object_mut() {
        entry.insert("config".into(), config);
    }
    Ok(json!({ role.name(): { ENDPOINT: entry } }))
}

/// With its login and the file of its options, which may be what the plugin needs most.
fn of_plugin(known: &BTreeMap<String, gyre_core::config::Endpoint>, plugin: &str) -> Option<toml::Table> {
    let entry = known.values().find(|entry| entry.plugin == plugin)?;
    let mut table = toml::Table::from_iter([("config".to_owned(), entry.config.clone().into())]);
    table.extend(entry.cloud.iter().map(|cloud| ("cloud".to_owned(), cloud.clone().into())));
    let ini = entry.ini.as_ref().map(|ini| ini.to_string_lossy().into_owned());
    table.extend(ini.map(|ini| ("ini".to_owned(), ini.into())));
    Some(table)
}

/// Phases among the plugin's own lines.
struct Phases(CancellationToken);

impl Progress for Phases {
    fn report(&self, phase: &str, done: u64, total: Option<u64>) {
        tracing::info!(target: "gyre::plugin", phase, done, total);
    }

    fn cancelled(&self) -> bool {
        self.0.is_cancelled()
    }
}
