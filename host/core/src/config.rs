//! `gyre.toml`: plugins by name with their grants and limits, endpoints, defaults. Parsed once, at the
//! edge; an unknown key is an error. Secrets are named here and never written here.

mod trust;

pub use trust::{Publisher, PublisherKeys, Require, Trust, WasiPolicy};

use crate::bandwidth::{Bandwidth, Hours};
use crate::limits::HOURS_MAX;
use crate::scripts::ScriptsByOs;
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Where `gyre serve` listens unless told otherwise.
const SERVE_PORT: u16 = 7766;

/// The option of an endpoint that its cloud's login becomes.
pub const LOGIN: &str = "auth";

/// The whole file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// Where this host keeps things.
    #[serde(default)]
    pub host: Host,
    /// Plugins by name.
    #[serde(default)]
    pub plugin: BTreeMap<String, Plugin>,
    /// Platforms to read machines from, by name.
    #[serde(default)]
    pub source: BTreeMap<String, Endpoint>,
    /// Clouds to bring machines to, by name.
    #[serde(default)]
    pub destination: BTreeMap<String, Endpoint>,
    /// Which plugins are asked for a guest's operating system.
    #[serde(default)]
    pub osmorphing: BTreeMap<String, Morphing>,
    /// Secrets by name: where each is found, never what it is.
    #[serde(default)]
    pub secret: BTreeMap<String, SecretSource>,
    /// How disks are copied.
    #[serde(default)]
    pub transfer: Transfer,
    /// How many jobs run at once.
    #[serde(default)]
    pub jobs: Jobs,
    /// How machines are deployed that say nothing else.
    #[serde(default)]
    pub deploy: Deploy,
    /// Programs that go along with every deployment, by the guest's operating system.
    #[serde(default)]
    pub scripts: ScriptsByOs,
    /// Whose components may run.
    #[serde(default)]
    pub trust: Trust,
    /// How `gyre serve` is reached.
    #[serde(default)]
    pub serve: Serve,
    /// What the file is called, for people who look for what stands in it.
    #[serde(skip, default = "Config::unnamed")]
    pub file: PathBuf,
}

/// Where this host keeps things.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Host {
    /// State directory: jobs, replicas, block manifests, compiled components, the host's key.
    pub state: Option<PathBuf>,
    /// The static `gyre-agent` that is uploaded to workers; default: beside the `gyre` program.
    pub agent: Option<PathBuf>,
    /// The `gyre-agent.exe` for workers that run Windows; default: beside the `gyre` program. Only where a destination
    /// makes such workers.
    pub agent_windows: Option<PathBuf>,
    /// Where `gyre plugin install` puts components; default: `plugins` in the state directory.
    pub plugins: Option<PathBuf>,
    /// Plugins must name their digest.
    #[serde(default)]
    pub locked: bool,
}

/// How machines are deployed that say nothing else.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Deploy {
    /// Secrets by name that are tried on encrypted disks (LUKS), in this order.
    #[serde(default)]
    pub luks_secrets: Vec<String>,
}

/// One plugin, what it may do and how much it may take.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Plugin {
    /// Path of the component, relative to the configuration file.
    pub component: PathBuf,
    /// Its SHA-256, hex.
    pub sha256: Option<String>,
    /// How WASI is linked, for languages whose runtimes insist on it; default: not at all, and such a component is
    /// refused.
    pub wasi: Option<Wasi>,
    /// What it may do. Default: nothing.
    #[serde(default)]
    pub grant: Grants,
    /// What it may take.
    #[serde(default)]
    pub limit: Limits,
    /// INI file with options for all entries that name this plugin, in the syntax of oslo.config; relative to the
    /// configuration file.
    pub ini: Option<PathBuf>,
    /// Options for all entries that name this plugin. They go over those of its INI file, and under those of the entry.
    #[serde(default)]
    pub config: toml::Table,
}

/// How WASI is linked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Wasi {
    /// Without effect: no files, no network, no environment; what is printed becomes lines of the log.
    Inert,
}

/// What a plugin may do. Everything that is not written here is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Grants {
    /// Directories (`/srv/images`), files, or block devices that `disk.open` may name.
    #[serde(default)]
    pub disk: Vec<DiskGrant>,
    /// URL patterns: `https://*.cloud.example:*`; `*` stands for one or more whole labels of the host, or any port.
    #[serde(default)]
    pub http: Vec<String>,
    /// Secrets by name.
    #[serde(default)]
    pub secret: Vec<SecretGrant>,
    /// Host and port patterns: `*.workers.internal:22`.
    #[serde(default)]
    pub ssh: Vec<String>,
    /// Exports of NBD servers that `disk.open` may name, as it names them; the host may be a pattern as in `http`, and
    /// the export `*`: `nbd://10.0.0.5:10809/disk0`, `nbds://*.storage.internal/*`,
    /// `nbd+unix:///disk0?socket=/run/nbd.sock`.
    #[serde(default)]
    pub nbd: Vec<String>,
    /// Addresses that names of `http`, `ssh` and `nbd` may resolve to although they are loopback or link-local.
    #[serde(default)]
    pub local_addresses: bool,
}

/// A path that `disk.open` may name: `"/srv/images"` or `{ path = "/dev/vg0/disk", write = true }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum DiskGrant {
    Read(PathBuf),
    Full {
        path: PathBuf,
        #[serde(default)]
        write: bool,
    },
}

impl DiskGrant {
    /// The directory, file or device.
    pub fn path(&self) -> &Path {
        match self {
            DiskGrant::Read(path) | DiskGrant::Full { path, .. } => path,
        }
    }

    /// Whether it may be written.
    pub const fn write(&self) -> bool {
        matches!(self, DiskGrant::Full { write: true, .. })
    }
}

/// A secret that a plugin may hold: `"os-password"` (use only) or
/// `{ name = "token", reveal = true, to = ["https://keystone.example:5000"] }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum SecretGrant {
    Use(String),
    Full {
        name: String,
        /// The plugin may see the value itself.
        #[serde(default)]
        reveal: bool,
        /// URL patterns it may be sent to; empty: wherever the plugin's `http` grants reach.
        #[serde(default)]
        to: Vec<String>,
    },
}

impl SecretGrant {
    /// The secret's name.
    pub fn name(&self) -> &str {
        match self {
            SecretGrant::Use(name) | SecretGrant::Full { name, .. } => name,
        }
    }

    /// Whether the plugin may see the value.
    pub const fn reveal(&self) -> bool {
        matches!(self, SecretGrant::Full { reveal: true, .. })
    }

    /// Where it may be sent; empty: anywhere that is granted.
    pub fn to(&self) -> &[String] {
        match self {
            SecretGrant::Use(_) => &[],
            SecretGrant::Full { to, .. } => to,
        }
    }
}

/// What one session of a plugin may take.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Limits {
    /// Linear memory, MiB.
    pub memory_mib: u64,
    /// Computing time of one call, milliseconds; waiting in the host does not count.
    pub call_ms: u64,
    /// Wall time of one call, milliseconds.
    pub call_wall_ms: u64,
    /// Elements of all tables.
    pub table_elements: usize,
    /// Handles (disks, sessions, endpoints, secrets) open at once.
    pub handles: usize,
    /// Log lines of one call.
    pub log_lines: u32,
    /// What one call may hand over in either direction, MiB.
    pub payload_mib: u64,
    /// Instances that read one disk at once, each with its own memory; never more than this machine has processors.
    pub readers: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_mib: 256,
            call_ms: 60_000,
            call_wall_ms: 3_600_000,
            table_elements: 100_000,
            handles: 256,
            log_lines: 10_000,
            payload_mib: 32,
            readers: 4,
        }
    }
}

/// A source or a destination.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Endpoint {
    /// Name of the plugin.
    pub plugin: String,
    /// Entry of `clouds.yaml`; its password becomes this endpoint's secret `os-password`, and the
    /// rest of its `auth` the plugin's option `auth`. `"env"`: the same from `OS_*` variables.
    pub cloud: Option<String>,
    /// INI file with options for this endpoint, in the syntax of oslo.config; relative to the configuration file.
    pub ini: Option<PathBuf>,
    /// Options of the plugin, checked against its schema. They go over those of the INI file.
    #[serde(default)]
    pub config: toml::Table,
    /// What `cloud` came to, once it was looked for: no option that stands in this file.
    #[serde(skip)]
    pub login: Option<Login>,
}

/// Where and as whom to log in to a cloud, without what is secret of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Login {
    /// The plugin's option [`LOGIN`].
    pub auth: toml::Table,
    /// Where it was found, for people: `the cloud "mine" of /etc/openstack/clouds.yaml`.
    pub from: String,
}

/// One OS-morphing plugin with its options.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Morphing {
    /// Name of the plugin; default: the name of this entry.
    pub plugin: Option<String>,
    /// Options of the plugin.
    #[serde(default)]
    pub config: toml::Table,
}

/// Where a secret is found.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub enum SecretSource {
    /// A file; one trailing newline is dropped.
    File(PathBuf),
    /// An environment variable.
    Env(String),
}

/// How disks are copied.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Transfer {
    /// Connections to the agent per disk.
    pub connections: usize,
    /// Disks of one machine copied at once.
    pub disks: usize,
    /// Which blocks are read back from the device after the copy.
    pub verify: Verify,
    /// Compress pieces on their way.
    pub compress: Compress,
    /// What all disks of one job together may send in a second; default: as much as will go.
    pub bandwidth: Bandwidth,
    /// Hours with another one; of several that hold, the first counts.
    pub hours: Vec<Hours>,
    /// Name of an IANA time zone: on whose clock the hours are read; default: UTC.
    pub zone: Option<String>,
}

impl Transfer {
    fn check(&self) -> Result<()> {
        if self.connections == 0 || self.disks == 0 {
            let what = "[transfer] connections and disks must be at least 1";
            return Err(Error::invalid("config.transfer", what));
        }
        if self.hours.len() > HOURS_MAX {
            let what = format!("[transfer] has more than {HOURS_MAX} tables of hours");
            return Err(Error::invalid("config.hours", what));
        }
        match self.hours.iter().position(|hours| hours.from == hours.to) {
            Some(index) => {
                let what = format!("[[transfer.hours]] number {} end when they begin", index + 1);
                Err(Error::invalid("config.hours", what).cause("a whole day is from 00:00 to 24:00"))
            }
            None => Ok(()),
        }
    }
}

impl Default for Transfer {
    fn default() -> Self {
        Self {
            connections: 4,
            disks: 2,
            verify: Verify::Moved,
            compress: Compress::Auto,
            bandwidth: Bandwidth::UNLIMITED,
            hours: Vec::new(),
            zone: None,
        }
    }
}

/// Whether what is sent is compressed. Written as `"auto"`, `"always"` or `true`, `"never"` or `false`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Compress {
    /// Never.
    Never,
    /// Whatever becomes smaller by it.
    Always,
    /// While measuring says that it is faster.
    #[default]
    Auto,
}

impl Compress {
    /// All of them, the default first.
    pub const ALL: [Self; 3] = [Self::Auto, Self::Always, Self::Never];

    /// As it is written.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Always => "always",
            Self::Never => "never",
        }
    }

    /// What is written so; none: nothing is.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

impl<'de> Deserialize<'de> for Compress {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Fixed(bool),
            Named(String),
        }
        let found = match Written::deserialize(from) {
            Ok(Written::Fixed(fixed)) => Some(if fixed { Self::Always } else { Self::Never }),
            Ok(Written::Named(name)) => Self::named(&name),
            Err(_) => None,
        };
        found.ok_or_else(|| {
            serde::de::Error::custom("compress is \"auto\", \"always\" (true) or \"never\" (false)")
        })
    }
}

/// How many jobs one process runs at once; the others wait for their turn.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Jobs {
    /// In all.
    pub at_once: usize,
    /// With the same source.
    pub per_source: usize,
    /// With the same destination.
    pub per_destination: usize,
    /// With machines on the same host of a source, where the source tells it.
    pub per_host: usize,
}

impl Default for Jobs {
    fn default() -> Self {
        Self { at_once: 8, per_source: 8, per_destination: 8, per_host: 4 }
    }
}

/// How `gyre serve` is reached.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Serve {
    /// Address and port to listen at.
    pub listen: SocketAddr,
    /// Names, besides `localhost` and addresses, by which clients call this host.
    pub names: Vec<String>,
    /// File with the token that clients show; default: `serve.token` in the state directory, made when it is missing.
    pub token_file: Option<PathBuf>,
    /// PEM file with the certificate of this host and those that lead to its authority.
    pub tls_certificate: Option<PathBuf>,
    /// PEM file with the certificate's private key.
    pub tls_key: Option<PathBuf>,
}

impl Default for Serve {
    fn default() -> Self {
        let listen = SocketAddr::from(([127, 0, 0, 1], SERVE_PORT));
        Self { listen, names: Vec::new(), token_file: None, tls_certificate: None, tls_key: None }
    }
}

impl Serve {
    /// Tokens do not travel in the clear.
    fn check(&self) -> Result<()> {
        if self.tls_certificate.is_some() != self.tls_key.is_some() {
            let what = "[serve] tls-certificate and tls-key are needed together";
            return Err(Error::invalid("config.serve", what));
        }
        if self.tls_certificate.is_none() && !self.listen.ip().is_loopback() {
            let what =
                format!("[serve] listen = \"{}\" is reached by other hosts, and needs TLS", self.listen);
            return Err(Error::invalid("config.serve", what).cause(
                "set tls-certificate and tls-key, or listen on 127.0.0.1 and put a TLS proxy in front",
            ));
        }
        Ok(())
    }
}

/// Which blocks are read back from the device after the copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verify {
    /// Those that this execution wrote; all of them in the first.
    Moved,
    /// Every block of the disk.
    All,
}

impl Config {
    /// Parses the text of a `gyre.toml`; relative paths are taken from `directory`.
    ///
    /// # Errors
    /// `config.syntax` with line and column; `config.unknown-plugin`; `config.unlocked`.
    pub fn parse(text: &str, directory: &Path) -> Result<Self> {
        let mut config: Config = toml::from_str(text).map_err(|e| {
            Error::invalid("config.syntax", "gyre.toml cannot be read").cause(e.to_string().trim())
        })?;
        config.resolve(directory);
        config.check()?;
        Ok(config)
    }

    /// That the file has no such table: `gyre.toml has no [source.a]`, by the name of the file that was read.
    pub fn lacks(&self, what: &str) -> String {
        let unnamed = Self::unnamed();
        let file = if self.file.as_os_str().is_empty() { &unnamed } else { &self.file };
        format!("{} has no {what}", file.display())
    }

    fn unnamed() -> PathBuf {
        PathBuf::from("gyre.toml")
    }

    fn resolve(&mut self, directory: &Path) {
        let absolute = |path: &mut PathBuf| *path = directory.join(&*path);
        self.host.state.iter_mut().for_each(absolute);
        self.host.agent.iter_mut().chain(&mut self.host.agent_windows).for_each(absolute);
        self.host.plugins.iter_mut().for_each(absolute);
        let Serve { token_file, tls_certificate, tls_key, .. } = &mut self.serve;
        [token_file, tls_certificate, tls_key].into_iter().flatten().for_each(absolute);
        self.plugin.values_mut().for_each(|plugin| absolute(&mut plugin.component));
        self.scripts.linux.paths_mut().chain(self.scripts.windows.paths_mut()).for_each(absolute);
        let plugins = self.plugin.values_mut().map(|plugin| &mut plugin.ini);
        let endpoints = self.source.values_mut().chain(self.destination.values_mut()).map(|e| &mut e.ini);
        plugins.chain(endpoints).flatten().for_each(absolute);
        for source in self.secret.values_mut() {
            if let SecretSource::File(path) = source {
                absolute(path);
            }
        }
    }

    fn check(&self) -> Result<()> {
        let endpoints = self
            .source
            .iter()
            .map(|e| ("source", e))
            .chain(self.destination.iter().map(|e| ("destination", e)));
        for (table, (name, endpoint)) in endpoints {
            self.check_plugin(&format!("[{table}.{name}]"), &endpoint.plugin)?;
        }
        for (name, morphing) in &self.osmorphing {
            self.check_plugin(&format!("[osmorphing.{name}]"), morphing.plugin.as_ref().unwrap_or(name))?;
        }
        self.transfer.check()?;
        let Jobs { at_once, per_source, per_destination, per_host } = self.jobs;
        if [at_once, per_source, per_destination, per_host].contains(&0) {
            return Err(Error::invalid("config.jobs", "every number in [jobs] must be at least 1"));
        }
        self.serve.check()?;
        let unlocked = self.plugin.iter().find(|(_, plugin)| self.host.locked && plugin.sha256.is_none());
        match unlocked {
            Some((name, _)) => Err(Error::invalid(
                "config.unlocked",
                format!("[host] locked = true asks for a sha256 in [plugin.{name}]"),
            )),
            None => Ok(()),
        }
    }

    fn check_plugin(&self, place: &str, plugin: &str) -> Result<()> {
        if self.plugin.contains_key(plugin) {
            return Ok(());
        }
        let known: Vec<_> = self.plugin.keys().map(String::as_str).collect();
        Err(Error::invalid(
            "config.unknown-plugin",
            format!("{place} names the plugin {plugin:?}, which is not configured"),
        )
        .cause(format!("plugins: {}", if known.is_empty() { "none".into() } else { known.join(", ") })))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_is_told_of_the_file_that_was_read() {
        assert_eq!(Config::default().lacks("[source.a]"), "gyre.toml has no [source.a]");
        let other = Config { file: "/etc/site.toml".into(), ..Config::default() };
        assert_eq!(other.lacks("destination \"b\""), "/etc/site.toml has no destination \"b\"");
    }

    #[test]
    fn grants_are_short_or_full() {
        let text = r#"
            [plugin.image]
            component = "image.wasm"
            grant.disk = ["/srv/images", { path = "/dev/sdb", write = true }]
            grant.secret = ["a", { name = "b", reveal = true }]
            limit = { memory-mib = 64 }
            ini = "provider.conf"
            [source.lab]
            plugin = "image"
            ini = "/srv/lab.conf"
            [deploy]
            luks-secrets = ["disk"]
            [scripts.linux]
            after-mount = "scripts/after.sh"
            [transfer]
            bandwidth = "1 Gbit/s"
            zone = "Europe/Berlin"
            [[transfer.hours]]
            days = ["mon", "fri"]
            from = "08:00"
            to = "18:30"
            bandwidth = "20 MiB/s"
        "#;
        let config = Config::parse(text, Path::new("/etc/gyre")).unwrap();
        assert_eq!(config.plugin["image"].ini.as_deref(), Some(Path::new("/etc/gyre/provider.conf")));
        assert_eq!(config.source["lab"].ini.as_deref(), Some(Path::new("/srv/lab.conf")));
        let after = config.scripts.linux.after_mount.as_deref();
        assert_eq!(after, Some(Path::new("/etc/gyre/scripts/after.sh")));
        assert_eq!(config.deploy.luks_secrets, ["disk"]);
        assert_eq!(config.transfer.bandwidth.bytes_per_second(), Some(125_000_000));
        assert_eq!(config.transfer.hours[0].to.minute, 18 * 60 + 30);
        let plugin = &config.plugin["image"];
        assert_eq!(plugin.component, Path::new("/etc/gyre/image.wasm"));
        assert!(!plugin.grant.disk[0].write() && plugin.grant.disk[1].write());
        assert!(!plugin.grant.secret[0].reveal() && plugin.grant.secret[1].reveal());
        assert_eq!((plugin.limit.memory_mib, plugin.limit.handles), (64, 256));
    }

    #[test]
    fn whether_to_compress_is_a_word_or_a_truth() {
        let read = |written: &str| {
            let text = format!("[transfer]\ncompress = {written}");
            Config::parse(&text, Path::new("/")).map(|config| config.transfer.compress)
        };
        assert_eq!((read("true"), read("false")), (Ok(Compress::Always), Ok(Compress::Never)));
        for one in Compress::ALL {
            // As it is kept and sent, too.
            let written = serde_json::to_string(&one).unwrap();
            assert_eq!(written, format!("\"{}\"", one.name()));
            assert_eq!((read(&written), serde_json::from_str(&written).unwrap()), (Ok(one), one));
        }
        let error = read("'sometimes'").unwrap_err().to_string();
        assert!(error.contains(r#"compress is "auto", "always" (true) or "never" (false)"#), "{error}");
    }

    #[test]
    fn publishers_have_keys_and_limits() {
        let text = r#"
            [trust]
            require = "signed"
            [trust.publisher.acme]
            key = "RWa"
            [trust.publisher.own]
            key = ["RWb", "RWc"]
            plugins = ["own-*"]
            interfaces = ["gyre:host/log"]
        "#;
        let trust = Config::parse(text, Path::new("/")).unwrap().trust;
        assert_eq!(trust.require, Require::Signed);
        assert_eq!(trust.publisher["acme"].key.all(), ["RWa"]);
        assert_eq!(
            (&trust.publisher["acme"].plugins[..], &trust.publisher["acme"].interfaces),
            (&["*".into()][..], &None)
        );
        assert_eq!(trust.publisher["own"].key.all(), ["RWb", "RWc"]);
    }

    #[test]
    fn a_typo_is_an_error() {
        for (text, code) in [
            ("[trust]\nrequire = 'signd'", "config.syntax"),
            ("[trust.publisher.a]\nkeys = 'RW'", "config.syntax"),
            ("[plugin.a]\ncomponent = 'a'\ngrants.http = []", "config.syntax"),
            ("[source.a]\nplugin = 'b'", "config.unknown-plugin"),
            ("[host]\nlocked = true\n[plugin.a]\ncomponent = 'a'", "config.unlocked"),
            ("[transfer]\nconnections = 0", "config.transfer"),
            ("[transfer]\nbandwidth = 'fast'", "config.syntax"),
            ("[transfer]\ncompress = 'sometimes'", "config.syntax"),
            ("[transfer]\ncompress = 1", "config.syntax"),
            ("[[transfer.hours]]\nfrom = '08:00'\nto = '08:00'\nbandwidth = '1 MiB/s'", "config.hours"),
            ("[[transfer.hours]]\nfrom = '8'\nto = '10:00'\nbandwidth = '1 MiB/s'", "config.syntax"),
            ("[scripts.linux]\nfirst_boot = 'a'", "config.syntax"),
            ("[deploy]\nluks-secret = ['a']", "config.syntax"),
            ("[jobs]\nper-host = 0", "config.jobs"),
            ("[serve]\nlisten = '0.0.0.0:1'", "config.serve"),
            ("[serve]\ntls-key = 'k'", "config.serve"),
            ("[serve]\nlisten = 'localhost'", "config.syntax"),
        ] {
            assert_eq!(Config::parse(text, Path::new("/")).unwrap_err().code, code, "{text}");
        }
    }
}
