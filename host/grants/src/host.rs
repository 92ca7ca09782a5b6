//! The plugins of one process: loaded by the names of `gyre.toml`, linked to what their kind is lent, given
//! their options, and handed out as roles. A job that pinned a component gets that one. It knows no call of theirs.

use crate::destination::PluginDestination;
use crate::download::Downloads;
use crate::faults::Faults;
use crate::lent::{Lent, Purpose, Shared};
use crate::options::{self, Entry};
use crate::osmorphing::PluginMorphing;
use crate::policy::Policy;
use crate::source::PluginSource;
use crate::tap::{Recorded, Tap};
use crate::tls::Roots;
use crate::worker::{key_of, login_of};
use gyre_core::config::{Config, Limits, Morphing, Wasi, WasiPolicy};
use gyre_core::error::Context as _;
use gyre_core::options::{Layer, OptionInfo, handed_on, listing};
use gyre_core::{Error, Result, roles};
use gyre_sandbox::bindings::{DestinationPlugin, OsmorphingPlugin, SourcePlugin};
use gyre_sandbox::recording::Recorder;
use gyre_sandbox::{Cell, Description, Engine, Import, Inspection, Plugin, Role, Status, describe};
use gyre_ssh::{Identity, KeyPair};
use gyre_trust::{Component, Gate, Kept, Permit, Stamp, Standing};
use gyre_winrm::Login;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
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
    /// Digests of the plugins that the job began with, by name: these run, whatever is configured now.
    pub plugins: BTreeMap<String, String>,
    /// Where progress goes.
    pub progress: Arc<dyn roles::Progress>,
    /// Ends every call that runs, and every later one: undo needs a context with a fresh one.
    pub cancel: CancellationToken,
}

/// Whether a component that is inspected is run, to be asked who it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ask {
    Never,
    IfItMay,
}

/// The plugins of one process.
pub struct Host {
    engine: Engine,
    config: Arc<Config>,
    shared: Arc<Shared>,
    gate: Gate,
    kept: Kept,
    memory: Mutex<Memory>,
}

/// What was loaded before.
#[derive(Default)]
struct Memory {
    /// What the configuration names, by name, and which file that was.
    current: BTreeMap<String, (Option<Stamp>, Arc<Loaded>)>,
    /// What jobs pinned, by name and digest.
    pinned: BTreeMap<(String, String), Arc<Loaded>>,
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
    /// `sandbox.engine`, `sandbox.cache`, `trust.policy`, `lock.unreadable`.
    pub fn new(
        config: Arc<Config>,
        state: &Path,
        secrets: Arc<dyn Secrets>,
        identity: Identity,
    ) -> Result<Self> {
        Self::recording(config, state, secrets, identity, None)
    }

    /// The same; with a recorder, whatever passes between plugins and host is written down.
    ///
    /// # Errors
    /// As [`Host::new`].
    pub fn recording(
        config: Arc<Config>,
        state: &Path,
        secrets: Arc<dyn Secrets>,
        identity: Identity,
        recorder: Option<Arc<Recorder>>,
    ) -> Result<Self> {
        let engine = Engine::new(&state.join(COMPILED), identity.subkey(CACHE_PURPOSE))?;
        let configured = config.secret.keys().cloned().collect();
        let shared = Arc::new(Shared {
            secrets,
            configured,
            identity,
            roots: Roots::default(),
            downloads: Downloads::new(state),
            recorder,
            faults: Faults::default(),
        });
        let (gate, kept) = (Gate::open(&config)?, Kept::new(state));
        Ok(Self { engine, config, shared, gate, kept, memory: Mutex::default() })
    }

    /// Where calls of the host are let fail.
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// What can be known of a plugin without giving it anything, and why it may not run, if so. If it may, it is asked
    /// who it is.
    ///
    /// # Errors
    /// `config.unknown-plugin`, `plugin.*`, `sandbox.*`.
    pub fn inspect(&self, plugin: &str) -> Result<(Inspection, Standing)> {
        self.inspect_configured(plugin, Ask::IfItMay)
    }

    /// What can be known of a plugin without running it.
    ///
    /// # Errors
    /// `config.unknown-plugin`, `plugin.*`, `sandbox.*`.
    pub fn look(&self, plugin: &str) -> Result<(Inspection, Standing)> {
        self.inspect_configured(plugin, Ask::Never)
    }

    fn inspect_configured(&self, plugin: &str, ask: Ask) -> Result<(Inspection, Standing)> {
        let entry = self.entry(plugin)?;
        let component = Component::read(plugin, &entry.component)?;
        self.inspected(plugin, entry.sha256.as_deref(), &component, ask)
    }

    /// As [`Host::inspect`], of a component that `gyre.toml` need not name.
    ///
    /// # Errors
    /// `plugin.*`, `sandbox.*`.
    pub fn inspect_file(&self, path: &Path) -> Result<(Inspection, Standing)> {
        let (name, component) = read_file(path)?;
        self.inspected(&name, None, &component, Ask::IfItMay)
    }

    /// As [`Host::look`], of a component that `gyre.toml` need not name.
    ///
    /// # Errors
    /// `plugin.*`, `sandbox.*`.
    pub fn look_at_file(&self, path: &Path) -> Result<(Inspection, Standing)> {
        let (name, component) = read_file(path)?;
        self.inspected(&name, None, &component, Ask::Never)
    }

    /// As [`Host::inspect`], of a component that was read already.
    ///
    /// # Errors
    /// `plugin.*`, `sandbox.*`.
    pub fn inspect_component(
        &self,
        plugin: &str,
        sha256: Option<&str>,
        component: &Component,
    ) -> Result<(Inspection, Standing)> {
        self.inspected(plugin, sha256, component, Ask::IfItMay)
    }

    fn inspected(
        &self,
        plugin: &str,
        sha256: Option<&str>,
        component: &Component,
        ask: Ask,
    ) -> Result<(Inspection, Standing)> {
        let mut standing = None;
        let may_run = |imports: &[Import]| {
            let standing = standing.insert(self.standing(plugin, sha256, component, imports));
            standing.refused.is_none() && ask == Ask::IfItMay
        };
        let inspection = gyre_sandbox::inspect(&self.engine, plugin, component.bytes(), may_run)?;
        // Where an import cannot be linked, nobody asked yet.
        let standing =
            standing.unwrap_or_else(|| self.standing(plugin, sha256, component, &inspection.imports));
        Ok((inspection, standing))
    }

    fn standing(
        &self,
        plugin: &str,
        sha256: Option<&str>,
        component: &Component,
        imports: &[Import],
    ) -> Standing {
        let mut standing = self.gate.standing(plugin, sha256, component, giving(imports));
        standing.refused = standing.refused.or_else(|| self.check_wasi(plugin, imports).err());
        standing
    }

    /// That this site lends WASI, where a component imports it.
    ///
    /// # Errors
    /// `trust.wasi`.
    pub fn check_wasi(&self, plugin: &str, imports: &[Import]) -> Result<()> {
        let wasi = imports.iter().find(|import| import.status == Status::Inert);
        match (self.config.trust.wasi, wasi) {
            (WasiPolicy::Never, Some(import)) => {
                let what = format!("plugin {plugin} imports {}, and this site lends no WASI", import.name);
                Err(Error::denied("trust.wasi", what).cause("[trust] wasi = \"never\" stands in gyre.toml"))
            }
            _ => Ok(()),
        }
    }

    /// Digest of the plugin that is configured now: a job keeps it.
    ///
    /// # Errors
    /// As [`Host::source`].
    pub fn digest(&self, plugin: &str) -> Result<String> {
        Ok(self.load(plugin)?.plugin.digest().to_owned())
    }

    /// Keeps the components with these digests, by name, until [`Host::release`]. Idempotent.
    ///
    /// # Errors
    /// `plugin.keep`; `plugin.replaced`: another file took the place of one meanwhile.
    pub fn keep(&self, plugins: &BTreeMap<String, String>) -> Result<()> {
        for (name, digest) in plugins {
            let component = self.find(name, self.entry(name)?, digest).ok_or_else(|| {
                let what = format!("the component of plugin {name} was replaced while the job began");
                Error::unavailable("plugin.replaced", what).cause(format!("its sha256 was {digest}"))
            })?;
            self.kept.keep(&component)?;
        }
        Ok(())
    }

    /// Whether the component with this digest can run: it is configured, or was kept.
    pub fn has(&self, plugin: &str, digest: &str) -> bool {
        self.entry(plugin).is_ok_and(|entry| self.find(plugin, entry, digest).is_some())
    }

    /// Lets go of all kept components but those with these digests, and of those kept a moment ago.
    ///
    /// # Errors
    /// `plugin.keep`.
    pub fn release(&self, needed: &BTreeSet<String>) -> Result<()> {
        self.memory().pinned.retain(|(_, digest), _| needed.contains(digest));
        self.kept.sweep(needed).map(drop)
    }

    /// A source by its name in `gyre.toml`, for one job.
    ///
    /// # Errors
    /// `config.unknown-endpoint`, `config.option`, `config.grant`, `config.role`, `plugin.*`, `sandbox.*`.
    pub fn source(&self, endpoint: &str, job: &JobContext) -> Result<Arc<dyn roles::Source>> {
        let (loaded, entry) = self.source_entry(endpoint, &job.plugins)?;
        let effective = self.options(&loaded, &entry)?.resolve(&job.overrides)?;
        let purpose = self.purpose(&loaded, endpoint, job);
        Ok(Arc::new(PluginSource::new(&loaded, purpose, options::json(effective))?))
    }

    /// A destination by its name in `gyre.toml`, for one job.
    ///
    /// # Errors
    /// As [`Host::source`].
    pub fn destination(&self, endpoint: &str, job: &JobContext) -> Result<Arc<dyn roles::Destination>> {
        let (loaded, entry) = self.destination_entry(endpoint, &job.plugins)?;
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
        let (loaded, entry) = self.destination_entry(endpoint, &BTreeMap::new())?;
        options::environment(&entry.place, &loaded.description.config_schema, given)
    }

    /// The options of an entry of the configuration as they hold for a machine with these, each with where it stands; all
    /// of its plugin, or those named. What must be set may be missing: who asks for a list may have to set it yet.
    ///
    /// # Errors
    /// `config.option`, `config.ini`; else as [`Host::source`].
    pub fn described(
        &self,
        role: Role,
        name: &str,
        overrides: &Map<String, Value>,
        names: &[String],
    ) -> Result<Vec<OptionInfo>> {
        let pins = BTreeMap::new();
        let (loaded, entry) = match role {
            Role::Source => self.source_entry(name, &pins)?,
            Role::Destination => self.destination_entry(name, &pins)?,
            Role::Osmorphing => {
                let known = &self.config.osmorphing;
                let entry =
                    known.get(name).ok_or_else(|| unknown(&self.config, &osmorphing(name), known.keys()))?;
                self.morphing_entry(name, entry, &pins)?
            }
        };
        let effective = self.options(&loaded, &entry)?.overlay(overrides)?;
        listing(&loaded.description.config_schema, Some(&effective), names)
    }

    fn source_entry(
        &self,
        endpoint: &str,
        pins: &BTreeMap<String, String>,
    ) -> Result<(Arc<Loaded>, Entry<'_>)> {
        let place = format!("[source.{endpoint}]");
        let known = &self.config.source;
        let entry = known.get(endpoint).ok_or_else(|| unknown(&self.config, &place, known.keys()))?;
        let loaded = self.load_as(&entry.plugin, Role::Source, &place, pins)?;
        Ok((loaded, Entry::of_endpoint(place, entry)))
    }

    fn morphing_entry<'a>(
        &self,
        name: &str,
        entry: &'a Morphing,
        pins: &BTreeMap<String, String>,
    ) -> Result<(Arc<Loaded>, Entry<'a>)> {
        let place = osmorphing(name);
        let plugin = entry.plugin.as_deref().unwrap_or(name);
        let loaded = self.load_as(plugin, Role::Osmorphing, &place, pins)?;
        Ok((loaded, Entry { place, ini: None, config: &entry.config, login: None }))
    }

    fn destination_entry(
        &self,
        endpoint: &str,
        pins: &BTreeMap<String, String>,
    ) -> Result<(Arc<Loaded>, Entry<'_>)> {
        let place = format!("[destination.{endpoint}]");
        let known = &self.config.destination;
        let entry = known.get(endpoint).ok_or_else(|| unknown(&self.config, &place, known.keys()))?;
        let loaded = self.load_as(&entry.plugin, Role::Destination, &place, pins)?;
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
        self.morphers_with(job, |_| Vec::new())
    }

    /// The same, each with the options that a destination hands on to it: as those hold for a machine with
    /// `job.overrides`.
    ///
    /// # Errors
    /// As [`Host::source`].
    pub fn morphers_for(
        &self,
        destination: &str,
        job: &JobContext,
    ) -> Result<Vec<(String, Arc<dyn roles::OsMorphing>)>> {
        let (loaded, entry) = self.destination_entry(destination, &job.plugins)?;
        let effective = self.options(&loaded, &entry)?.resolve(&job.overrides)?;
        let of = &loaded.description.config_schema;
        self.morphers_with(job, |schema| handed_on(of, &effective, schema))
    }

    fn morphers_with(
        &self,
        job: &JobContext,
        handed_on: impl Fn(&Value) -> Vec<Layer>,
    ) -> Result<Vec<(String, Arc<dyn roles::OsMorphing>)>> {
        let mut morphers = Vec::new();
        for (name, entry) in &self.config.osmorphing {
            let (loaded, entry) = self.morphing_entry(name, entry, &job.plugins)?;
            let handed_on = handed_on(&loaded.description.config_schema);
            let effective = self.options(&loaded, &entry)?.with(handed_on).resolve(&Map::new())?;
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

    /// The login behind the `credential` of a worker that runs Windows, as a destination of this host answered it, when
    /// the plugin made it by `secrets.generate-winrm-login`; password and key are the same for the same job and
    /// credential.
    ///
    /// # Errors
    /// `secret.name` for a credential that is none that a plugin made; `winrm.login-made`.
    pub fn worker_login(&self, job: &str, credential: &str) -> Result<Login> {
        login_of(&self.shared.identity, job, credential)
    }

    fn entry(&self, name: &str) -> Result<&gyre_core::config::Plugin> {
        self.config.plugin.get(name).ok_or_else(|| unknown_plugin(&self.config, name))
    }

    fn load_as(
        &self,
        name: &str,
        role: Role,
        place: &str,
        pins: &BTreeMap<String, String>,
    ) -> Result<Arc<Loaded>> {
        let loaded = match pins.get(name) {
            Some(digest) => self.load_pinned(name, digest)?,
            None => self.load(name)?,
        };
        let own = loaded.plugin.role();
        if own == role {
            return Ok(loaded);
        }
        Err(Error::invalid(
            "config.role",
            format!("{place} names plugin {name}, whose kind is {own}, not {role}"),
        ))
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A plugin and its limits, to be run without anything that it is granted.
    pub(crate) fn to_replay(&self, name: &str) -> Result<(Arc<Plugin>, Limits)> {
        let loaded = self.load(name)?;
        Ok((loaded.plugin.clone(), loaded.limits.clone()))
    }

    /// What the configuration names; read again when another file took its place.
    fn load(&self, name: &str) -> Result<Arc<Loaded>> {
        let entry = self.entry(name)?;
        // Held while a component is compiled: two callers would compile it twice.
        let mut memory = self.memory();
        let is_same = |stamp: &Option<Stamp>| stamp.is_some() && *stamp == Stamp::now(&entry.component);
        if let Some((_, loaded)) = memory.current.get(name).filter(|(stamp, _)| is_same(stamp)) {
            return Ok(loaded.clone());
        }
        let component = Component::read(name, &entry.component)?;
        let permit = self.gate.admit(name, entry.sha256.as_deref(), &component)?;
        let loaded = self.prepare(name, entry, &component, &permit)?;
        memory.current.insert(name.to_owned(), (component.stamp(), loaded.clone()));
        Ok(loaded)
    }

    /// What a job began with: what is loaded already, what was kept, or what is configured, if that is still the same.
    fn load_pinned(&self, name: &str, digest: &str) -> Result<Arc<Loaded>> {
        let entry = self.entry(name)?;
        let mut memory = self.memory();
        let current = memory.current.get(name).map(|(_, loaded)| loaded);
        if let Some(loaded) = current.filter(|loaded| loaded.plugin.digest() == digest) {
            return Ok(loaded.clone());
        }
        let key = (name.to_owned(), digest.to_owned());
        if let Some(loaded) = memory.pinned.get(&key) {
            return Ok(loaded.clone());
        }
        let component = self.find(name, entry, digest).ok_or_else(|| not_kept(name, digest))?;
        let permit = self.gate.admit_kept(name, &component)?;
        let loaded = self.prepare(name, entry, &component, &permit)?;
        memory.pinned.insert(key, loaded.clone());
        Ok(loaded)
    }

    /// The component with this digest, kept or configured.
    fn find(&self, name: &str, entry: &gyre_core::config::Plugin, digest: &str) -> Option<Component> {
        let configured = || Component::read(name, &entry.component).ok();
        let is_it = |component: &Component| component.sha256() == digest;
        self.kept.open(name, digest).or_else(|| configured().filter(is_it))
    }

    fn prepare(
        &self,
        name: &str,
        entry: &gyre_core::config::Plugin,
        component: &Component,
        permit: &Permit,
    ) -> Result<Arc<Loaded>> {
        let policy = Arc::new(Policy::new(name, &entry.grant)?);
        // Where none may have WASI, that is why it is refused, and not that its own table says nothing of it.
        let is_never = self.config.trust.wasi == WasiPolicy::Never;
        let wasi = if is_never { Some(Wasi::Inert) } else { entry.wasi };
        let plugin = Plugin::load(&self.engine, name, component.bytes(), wasi)?;
        self.check_wasi(name, plugin.imports())?;
        permit.check(name, giving(plugin.imports()))?;
        let description = describe(&plugin)?;
        let linker = link(&plugin, self.shared.recorder.is_some() || self.shared.faults.heard.is_on())?;
        let limits = entry.limit.clone();
        Ok(Arc::new(Loaded { plugin, description, policy, limits, linker }))
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

/// The imports that give a plugin something.
fn giving(imports: &[Import]) -> impl Iterator<Item = &str> {
    imports.iter().filter(|import| import.gives_something()).map(|import| import.name.as_str())
}

fn not_kept(name: &str, digest: &str) -> Error {
    let what = format!("the component of plugin {name} that the job began with is gone");
    Error::conflict("job.upgraded", what).cause(format!("its sha256 was {digest}"))
}

/// Only the interfaces of the plugin's world, and of WASI what was let pass when it was loaded, inert.
fn link(plugin: &Plugin, is_tapped: bool) -> Result<Linker<Cell<Lent>>> {
    fn lent(cell: &mut Cell<Lent>) -> &mut Lent {
        &mut cell.lent
    }
    fn tap(cell: &mut Cell<Lent>) -> Tap<'_> {
        Tap(&mut cell.lent)
    }
    let mut linker = Linker::new(plugin.engine().wasmtime());
    plugin.link_wasi(&mut linker)?;
    let linked = match (plugin.role(), is_tapped) {
        (Role::Source, false) => SourcePlugin::add_to_linker::<_, HasSelf<Lent>>(&mut linker, lent),
        (Role::Source, true) => SourcePlugin::add_to_linker::<_, Recorded>(&mut linker, tap),
        (Role::Destination, false) => DestinationPlugin::add_to_linker::<_, HasSelf<Lent>>(&mut linker, lent),
        (Role::Destination, true) => DestinationPlugin::add_to_linker::<_, Recorded>(&mut linker, tap),
        (Role::Osmorphing, false) => OsmorphingPlugin::add_to_linker::<_, HasSelf<Lent>>(&mut linker, lent),
        (Role::Osmorphing, true) => OsmorphingPlugin::add_to_linker::<_, Recorded>(&mut linker, tap),
    };
    linked.or_other("sandbox.engine", || "the host's interfaces cannot be linked".into())?;
    Ok(linker)
}

/// A component by its file, and what it is called for want of another name.
fn read_file(path: &Path) -> Result<(String, Component)> {
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let component = Component::read(&name, path)?;
    Ok((name, component))
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

fn osmorphing(name: &str) -> String {
    format!("[osmorphing.{name}]")
}

fn unknown<'a>(config: &Config, place: &str, known: impl Iterator<Item = &'a String>) -> Error {
    Error::invalid("config.unknown-endpoint", config.lacks(place)).cause(listed("it has", known))
}

fn unknown_plugin(config: &Config, name: &str) -> Error {
    Error::invalid("config.unknown-plugin", config.lacks(&format!("[plugin.{name}]")))
        .cause(listed("plugins", config.plugin.keys()))
}

fn listed<'a>(what: &str, names: impl Iterator<Item = &'a String>) -> String {
    let names: Vec<_> = names.map(String::as_str).collect();
    format!("{what}: {}", if names.is_empty() { "none".into() } else { names.join(", ") })
}
