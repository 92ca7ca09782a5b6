//! The plugins of one process: loaded by the names of `gyre.toml`, linked to what their kind is lent, given
//! their options, and handed out as roles. It knows no call of theirs.

use crate::destination::PluginDestination;
use crate::lent::{Lent, Purpose, Shared};
use crate::options::{self, Entry};
use crate::osmorphing::PluginMorphing;
use crate::policy::Policy;
use crate::source::PluginSource;
use crate::tls::Roots;
use crate::worker::key_of;
use gyre_core::config::{Config, Limits};
use gyre_core::error::Context as _;
use gyre_core::options::{OptionInfo, listing};
use gyre_core::{Error, Result, roles};
use gyre_sandbox::bindings::{DestinationPlugin, OsmorphingPlugin, SourcePlugin};
use gyre_sandbox::{Cell, Description, Engine, Inspection, Plugin, Role, describe};
use gyre_ssh::{Identity, KeyPair};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::sync::CancellationToken;
use wasmtime::component::{HasSelf, InstancePre, Linker};

/// Compiled components, below the state directory.
const COMPILED: &str = "compiled";
/// What the key of the compile cache is derived for.
const CACHE_PURPOSE: &str = "compile-cache";

/// Where secrets are found.
pub trait Secrets: Send + Sync {
    /// The value of a secret, as this source or destination means it (empty for OS morphing). Called at each use.
    ///
    /// # Errors
    /// Kind not-found when there is none.
    fn get(&self, endpoint: &str, name: &str) -> Result<Vec<u8>>;
}

/// The job that a role is bound to.
#[derive(Clone)]
pub struct JobContext {
    /// Its id: keys are derived for it.
    pub job: String,
    /// Options of this machine, which go over those of the source or destination.
    pub overrides: Map<String, Value>,
    /// Where progress goes.
    pub progress: Arc<dyn roles::Progress>,
    /// Ends every call that runs, and every later one: undo needs a context with a fresh one.
    pub cancel: CancellationToken,
}

/// The plugins of one process.
pub struct Host {
    engine: Engine,
    config: Arc<Config>,
    shared: Arc<Shared>,
    loaded: Mutex<BTreeMap<String, Arc<Loaded>>>,
}

/// A plugin that was loaded, described and linked.
pub(crate) struct Loaded {
    pub(crate) plugin: Arc<Plugin>,
    description: Description,
    policy: Arc<Policy>,
    limits: Limits,
    linker: Linker<Cell<Lent>>,
}

impl Host {
    /// Makes the engine; nothing is loaded yet. `state` is the state directory.
    ///
    /// # Errors
    /// `sandbox.engine`, `sandbox.cache`.
    pub fn new(
        config: Arc<Config>,
        state: &Path,
        secrets: Arc<dyn Secrets>,
        identity: Identity,
    ) -> Result<Self> {
        let engine = Engine::new(&state.join(COMPILED), identity.subkey(CACHE_PURPOSE))?;
        let configured = config.secret.keys().cloned().collect();
        let shared = Arc::new(Shared { secrets, configured, identity, roots: Roots::default() });
        Ok(Self { engine, config, shared, loaded: Mutex::default() })
    }

    /// What can be known of a plugin without giving it anything.
    ///
    /// # Errors
    /// `config.unknown-plugin`, `plugin.*`, `sandbox.*`.
    pub fn inspect(&self, plugin: &str) -> Result<Inspection> {
        let entry = self.entry(plugin)?;
        gyre_sandbox::inspect(&self.engine, plugin, &entry.component)
    }

    /// The same of a component that `gyre.toml` need not name.
    ///
    /// # Errors
    /// `plugin.*`, `sandbox.*`.
    pub fn inspect_file(&self, path: &Path) -> Result<Inspection> {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        gyre_sandbox::inspect(&self.engine, &name, path)
    }

    /// Digest of the plugin as it is loaded: a job keeps it.
    ///
    /// # Errors
    /// As [`Host::source`].
    pub fn digest(&self, plugin: &str) -> Result<String> {
        Ok(self.load(plugin)?.plugin.digest().to_owned())
    }

    /// A source by its name in `gyre.toml`, for one job.
    ///
    /// # Errors
    /// `config.unknown-endpoint`, `config.option`, `config.grant`, `config.role`, `plugin.*`, `sandbox.*`.
    pub fn source(&self, endpoint: &str, job: &JobContext) -> Result<Arc<dyn roles::Source>> {
        let place = format!("[source.{endpoint}]");
        let entry =
            self.config.source.get(endpoint).ok_or_else(|| unknown(&place, self.config.source.keys()))?;
        let loaded = self.load_as(&entry.plugin, Role::Source, &place)?;
        let entry = Entry::of_endpoint(place, entry);
        let effective = self.options(&loaded, &entry)?.resolve(&job.overrides)?;
        let purpose = self.purpose(&loaded, endpoint, job);
        Ok(Arc::new(PluginSource::new(&loaded, purpose, options::json(effective))?))
    }

    /// A destination by its name in `gyre.toml`, for one job.
    ///
    /// # Errors
    /// As [`Host::source`].
    pub fn destination(&self, endpoint: &str, job: &JobContext) -> Result<Arc<dyn roles::Destination>> {
        let (loaded, entry) = self.destination_entry(endpoint)?;
        let effective = self.options(&loaded, &entry)?.resolve(&job.overrides)?;
        let purpose = self.purpose(&loaded, endpoint, job);
        Ok(Arc::new(PluginDestination::new(&loaded, purpose, options::json(effective))?))
    }

    /// The options of one machine for a destination, put together from all that was given, which is named by its
    /// place (a file, the command line); what counts more comes last.
    ///
    /// # Errors
    /// `config.option`, naming the place of each; else as [`Host::source`].
    pub fn environment(
        &self,
        endpoint: &str,
        given: &[(String, Map<String, Value>)],
    ) -> Result<Map<String, Value>> {
        let (loaded, entry) = self.destination_entry(endpoint)?;
        options::environment(&entry.place, &loaded.description.config_schema, given)
    }

    /// The options of a destination as they hold for a machine with these, each with where it stands; all of its
    /// plugin, or those named.
    ///
    /// # Errors
    /// `config.option`, `config.ini`; else as [`Host::source`].
    pub fn described(
        &self,
        endpoint: &str,
        overrides: &Map<String, Value>,
        names: &[String],
    ) -> Result<Vec<OptionInfo>> {
        let (loaded, entry) = self.destination_entry(endpoint)?;
        let effective = self.options(&loaded, &entry)?.resolve(overrides)?;
        listing(&loaded.description.config_schema, Some(&effective), names)
    }

    fn destination_entry(&self, endpoint: &str) -> Result<(Arc<Loaded>, Entry<'_>)> {
        let place = format!("[destination.{endpoint}]");
        let known = &self.config.destination;
        let entry = known.get(endpoint).ok_or_else(|| unknown(&place, known.keys()))?;
        let loaded = self.load_as(&entry.plugin, Role::Destination, &place)?;
        Ok((loaded, Entry::of_endpoint(place, entry)))
    }

    fn options<'a>(&'a self, loaded: &'a Loaded, entry: &'a Entry<'a>) -> Result<options::Stack<'a>> {
        let plugin = loaded.plugin.name();
        let defaults = Entry::of_plugin(plugin, self.entry(plugin)?);
        options::Stack::new(&self.config.file, &loaded.description.config_schema, &defaults, entry)
    }

    /// Every configured OS-morphing plugin by the name of its entry.
    ///
    /// # Errors
    /// As [`Host::source`].
    pub fn morphers(&self, job: &JobContext) -> Result<Vec<(String, Arc<dyn roles::OsMorphing>)>> {
        let mut morphers = Vec::new();
        for (name, entry) in &self.config.osmorphing {
            let place = format!("[osmorphing.{name}]");
            let loaded = self.load_as(entry.plugin.as_ref().unwrap_or(name), Role::Osmorphing, &place)?;
            let entry = Entry { place, ini: None, config: &entry.config };
            let effective = self.options(&loaded, &entry)?.resolve(&Map::new())?;
            let purpose = self.purpose(&loaded, "", job);
            let morpher: Arc<dyn roles::OsMorphing> =
                Arc::new(PluginMorphing::new(&loaded, purpose, options::json(effective))?);
            morphers.push((name.clone(), morpher));
        }
        Ok(morphers)
    }

    /// The key pair behind a worker's `credential`, as a destination of this host answered it, when the plugin made
    /// it by `secrets.generate-ssh-key`; the same for the same job and credential.
    ///
    /// # Errors
    /// `secret.name` for a credential that is none of a plugin's keys; `ssh.*`.
    pub fn worker_key(&self, job: &str, credential: &str) -> Result<KeyPair> {
        key_of(&self.shared.identity, job, credential)
    }

    fn entry(&self, name: &str) -> Result<&gyre_core::config::Plugin> {
        self.config.plugin.get(name).ok_or_else(|| unknown_plugin(name, self.config.plugin.keys()))
    }

    fn load_as(&self, name: &str, role: Role, place: &str) -> Result<Arc<Loaded>> {
        let loaded = self.load(name)?;
        let own = loaded.plugin.role();
        if own == role {
            return Ok(loaded);
        }
        Err(Error::invalid("config.role", format!("{place} names plugin {name}, which is a {own} plugin")))
    }

    fn load(&self, name: &str) -> Result<Arc<Loaded>> {
        let entry = self.entry(name)?;
        // Held while a component is compiled: two callers would compile it twice.
        let mut known = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(loaded) = known.get(name) {
            return Ok(loaded.clone());
        }
        let policy = Arc::new(Policy::new(name, &entry.grant)?);
        let plugin = Plugin::load(&self.engine, name, &entry.component, entry.sha256.as_deref())?;
        let description = describe(&plugin)?;
        let linker = link(&plugin)?;
        let limits = entry.limit.clone();
        let loaded = Arc::new(Loaded { plugin, description, policy, limits, linker });
        known.insert(name.to_owned(), loaded.clone());
        Ok(loaded)
    }

    fn purpose(&self, loaded: &Loaded, endpoint: &str, job: &JobContext) -> Purpose {
        Purpose {
            plugin: loaded.plugin.name().to_owned(),
            endpoint: endpoint.to_owned(),
            policy: loaded.policy.clone(),
            limits: loaded.limits.clone(),
            job: job.clone(),
            shared: self.shared.clone(),
        }
    }
}

/// Only the interfaces of the plugin's world, and nothing of WASI.
fn link(plugin: &Plugin) -> Result<Linker<Cell<Lent>>> {
    fn lent(cell: &mut Cell<Lent>) -> &mut Lent {
        &mut cell.lent
    }
    let mut linker = Linker::new(plugin.engine().wasmtime());
    let linked = match plugin.role() {
        Role::Source => SourcePlugin::add_to_linker::<_, HasSelf<Lent>>(&mut linker, lent),
        Role::Destination => DestinationPlugin::add_to_linker::<_, HasSelf<Lent>>(&mut linker, lent),
        Role::Osmorphing => OsmorphingPlugin::add_to_linker::<_, HasSelf<Lent>>(&mut linker, lent),
    };
    linked.or_other("sandbox.engine", || "the host's interfaces cannot be linked".into())?;
    Ok(linker)
}

impl Loaded {
    /// The component with its imports, and by `typed` the exports of its world, looked up once.
    pub(crate) fn linked<P>(
        &self,
        typed: impl FnOnce(InstancePre<Cell<Lent>>) -> wasmtime::Result<P>,
    ) -> Result<P> {
        let linked = self.linker.instantiate_pre(self.plugin.component()).and_then(typed);
        linked.map_err(|error| self.plugin.misfit(&error))
    }
}

fn unknown<'a>(place: &str, known: impl Iterator<Item = &'a String>) -> Error {
    Error::invalid("config.unknown-endpoint", format!("gyre.toml has no {place}"))
        .cause(listed("it has", known))
}

fn unknown_plugin<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> Error {
    Error::invalid("config.unknown-plugin", format!("gyre.toml has no [plugin.{name}]"))
        .cause(listed("plugins", known))
}

fn listed<'a>(what: &str, names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<_> = names.map(String::as_str).collect();
    format!("{what}: {}", if names.is_empty() { "none".into() } else { names.join(", ") })
}
