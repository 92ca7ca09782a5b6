//! Which interfaces each kind of plugin is lent, and what a component's imports and exports say about it, read
//! before anything is linked, so that the answer is one sentence and not a linker's.

use crate::wasi;
use gyre_core::{Error, Result};
use serde::Serialize;
use std::fmt;

/// What a plugin is, by what it exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Exports `gyre:plugin/source`.
    Source,
    /// Exports `gyre:plugin/destination`.
    Destination,
    /// Exports `gyre:plugin/osmorphing`.
    Osmorphing,
}

impl Role {
    const ALL: [Role; 3] = [Role::Source, Role::Destination, Role::Osmorphing];

    /// As in the WIT: `source`.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Source => "source",
            Role::Destination => "destination",
            Role::Osmorphing => "osmorphing",
        }
    }

    /// Interfaces of its world beyond those of every world.
    const fn lent(self) -> &'static [&'static str] {
        match self {
            Role::Source => &["secrets", "disk", "http", "ssh"],
            Role::Destination => &["secrets", "http"],
            Role::Osmorphing => &["rootfs", "registry", "files"],
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Lent to every plugin.
const BASE: [&str; 3] = ["log", "progress", "clock"];
/// Types alone: importing them gives nothing.
const TYPES: [&str; 3] = ["errors", "extents", "exec"];
/// Of WASI, what the runtimes of languages import whether a plugin uses it or not.
const WASI_PACKAGES: [&str; 6] = ["cli", "clocks", "filesystem", "io", "random", "sockets"];
const WASI_VERSION: Version = Version { major: 0, minor: 2, patch: 0 };
/// The version of both packages that this host speaks.
pub const VERSION: Version = Version { major: 0, minor: 1, patch: 0 };

/// What an import gives its plugin, for people.
fn meaning(interface: &str) -> &'static str {
    match interface {
        "log" => "writes lines to gyre's log",
        "progress" => "reports progress, asks whether to stop",
        "clock" => "reads the time, sleeps",
        "secrets" => "holds secrets that `grant.secret` names; makes SSH keys",
        "disk" => "opens files and block devices below `grant.disk`, reads what `grant.nbd` names",
        "http" => "sends HTTP requests to what `grant.http` names",
        "ssh" => "runs programs over SSH on what `grant.ssh` names",
        "rootfs" => "reads and changes the guest's mounted system, runs its programs there",
        "registry" => "reads and changes registry hives of the guest's mounted system",
        "files" => "reads files below `grant.disk`, copies them into the guest's mounted system",
        _ => "types only: gives nothing",
    }
}

/// One import of a plugin and what comes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Import {
    /// `gyre:host/http@0.1.0`.
    pub name: String,
    /// What it gives the plugin.
    pub meaning: &'static str,
    /// Whether this host links it.
    pub status: Status,
}

impl Import {
    /// Interface and version, where the version is a later one of those that this host speaks.
    pub(crate) fn later(&self) -> Option<(&str, Version)> {
        let (interface, version) = split(&self.name);
        let version = Version::parse(version?)?;
        (self.status == Status::Provided && version.patch > VERSION.patch).then_some((interface, version))
    }

    /// Whether it gives its plugin anything, or is of types alone.
    pub fn gives_something(&self) -> bool {
        !matches!(split(&self.name).0.split_once('/'), Some(("gyre:host", item)) if TYPES.contains(&item))
            && split(&self.name).0 != "gyre:plugin/types"
    }
}

/// What this host makes of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Linked; the grants decide about each use.
    Provided,
    /// No interface of that name is lent to this kind of plugin.
    Unknown,
    /// The interface is known, this version of it is not.
    UnknownVersion,
    /// WASI, which gives nothing: linked inert where `[plugin.NAME] wasi = "inert"` says so, else refused.
    Inert,
}

/// `1.2.3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Version {
    pub major: u64,
    pub minor: u64,
    pub patch: u64,
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('.').map(|part| part.parse::<u64>().ok());
        let version = Self { major: parts.next()??, minor: parts.next()??, patch: parts.next()?? };
        parts.next().is_none().then_some(version)
    }

    /// What is to be had of the other side, said to somebody who has a plugin of this version.
    fn advice(self) -> String {
        let Version { major, minor, .. } = VERSION;
        if (self.major, self.minor, self.patch) > (major, minor, VERSION.patch) {
            return format!("use a gyre that speaks {self}, or a build of the plugin for {VERSION}");
        }
        format!("use a build of the plugin for {major}.{minor}, or a gyre that still speaks {self}")
    }

    /// Versions of one track differ only by additions: the same major, or the same 0.minor.
    fn same_track(self, other: Self) -> bool {
        match (self.major, self.minor) {
            (0, 0) => self == other,
            (0, minor) => other.major == 0 && other.minor == minor,
            (major, _) => other.major == major,
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// `gyre:host/http@0.1.0` in its parts.
fn split(name: &str) -> (&str, Option<&str>) {
    match name.split_once('@') {
        Some((interface, version)) => (interface, Some(version)),
        None => (name, None),
    }
}

/// The role of a component with these exports.
///
/// # Errors
/// `plugin.no-role`, `plugin.version`.
pub(crate) fn role<'a>(plugin: &str, exports: impl Iterator<Item = &'a str>) -> Result<Role> {
    let mut found = None;
    for export in exports {
        let (interface, version) = split(export);
        let Some(role) = Role::ALL.into_iter().find(|role| interface == format!("gyre:plugin/{role}")) else {
            continue;
        };
        check_version(plugin, "exports", interface, version)?;
        if found.replace(role).is_some_and(|before| before != role) {
            return Err(Error::invalid(
                "plugin.no-role",
                format!("plugin {plugin} exports more than one role"),
            )
            .cause("a plugin is a source, a destination or an osmorphing plugin"));
        }
    }
    found.ok_or_else(|| {
        Error::invalid("plugin.no-role", format!("plugin {plugin} exports none of gyre's roles"))
            .cause("one of gyre:plugin/source, gyre:plugin/destination, gyre:plugin/osmorphing is needed")
    })
}

/// What comes of one import of a plugin of this role.
pub(crate) fn judge(role: Role, name: &str) -> Import {
    let (interface, version) = split(name);
    if is_inert(interface, version) {
        let meaning = "WASI: gives nothing; refused unless gyre.toml says `wasi = \"inert\"`";
        return Import { name: name.into(), meaning, status: Status::Inert };
    }
    let known = match interface.split_once('/') {
        Some(("gyre:host", item)) => {
            BASE.contains(&item) || TYPES.contains(&item) || role.lent().contains(&item)
        }
        Some(("gyre:plugin", item)) => item == "types",
        _ => false,
    };
    let spoken = version.and_then(Version::parse).is_some_and(|version| version.same_track(VERSION));
    let status = match (known, spoken) {
        (false, _) => Status::Unknown,
        (true, false) => Status::UnknownVersion,
        (true, true) => Status::Provided,
    };
    let item = interface.rsplit('/').next().unwrap_or_default();
    Import { name: name.into(), meaning: if known { meaning(item) } else { "not lent by this host" }, status }
}

/// What can be linked without effect.
fn is_inert(interface: &str, version: Option<&str>) -> bool {
    let package = interface.strip_prefix(wasi::PREFIX).and_then(|name| name.split('/').next());
    let spoken = version.and_then(Version::parse).is_some_and(|version| version.same_track(WASI_VERSION));
    spoken && package.is_some_and(|package| WASI_PACKAGES.contains(&package))
}

/// One sentence about an import that cannot be linked.
///
/// # Errors
/// `plugin.import-unknown`, `plugin.version`.
pub(crate) fn check(plugin: &str, role: Role, import: &Import) -> Result<()> {
    let (interface, version) = split(&import.name);
    match import.status {
        Status::Provided => Ok(()),
        Status::Inert => Err(Error::invalid(
            "plugin.wasi",
            format!("plugin {plugin} imports {}, and gyre links no WASI unless it is told to", import.name),
        )
        .cause(format!(
            "to link it without effect (no files, no network, no environment), write in gyre.toml: [plugin.{plugin}] \
             wasi = \"inert\""
        ))),
        Status::UnknownVersion => check_version(plugin, "imports", interface, version),
        Status::Unknown => {
            let hint = if interface.starts_with(wasi::PREFIX) {
                "of WASI gyre knows only 0.2, and links it without effect; build for wasm32-unknown-unknown with gyre's SDK".to_owned()
            } else {
                format!("a {role} plugin is lent: {}", [&BASE[..], role.lent()].concat().join(", "))
            };
            let name = &import.name;
            let error = Error::invalid(
                "plugin.import-unknown",
                format!("plugin {plugin} imports {name}, which this host does not lend to a {role} plugin"),
            )
            .cause(hint);
            let later = version
                .and_then(Version::parse)
                .filter(|version| interface.starts_with("gyre:") && *version != VERSION);
            Err(match later {
                Some(version) => error.cause(format!("this gyre speaks {VERSION}: {}", version.advice())),
                None => error,
            })
        }
    }
}

fn check_version(plugin: &str, verb: &str, interface: &str, version: Option<&str>) -> Result<()> {
    if version.and_then(Version::parse).is_some_and(|version| version.same_track(VERSION)) {
        return Ok(());
    }
    let theirs = version.unwrap_or("no version");
    Err(Error::invalid(
        "plugin.version",
        format!("plugin {plugin} {verb} {interface} at {theirs}, this host speaks {VERSION}"),
    )
    .cause(match version.and_then(Version::parse) {
        Some(version) => version.advice(),
        None => format!("use a build of the plugin for {VERSION}"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_judged_by_role_and_version() {
        for (role, name, status) in [
            (Role::Source, "gyre:host/disk@0.1.0", Status::Provided),
            (Role::Source, "gyre:host/disk@0.1.7", Status::Provided),
            (Role::Source, "gyre:host/disk@0.2.0", Status::UnknownVersion),
            (Role::Source, "gyre:host/disk", Status::UnknownVersion),
            (Role::Source, "gyre:host/rootfs@0.1.0", Status::Unknown),
            (Role::Destination, "gyre:host/disk@0.1.0", Status::Unknown),
            (Role::Destination, "gyre:plugin/types@0.1.0", Status::Provided),
            (Role::Osmorphing, "gyre:host/exec@0.1.0", Status::Provided),
            (Role::Osmorphing, "gyre:host/registry@0.1.0", Status::Provided),
            (Role::Source, "gyre:host/registry@0.1.0", Status::Unknown),
            (Role::Osmorphing, "wasi:cli/environment@0.2.12", Status::Inert),
            (Role::Osmorphing, "wasi:http/types@0.2.12", Status::Unknown),
            (Role::Osmorphing, "wasi:cli/environment@0.3.0", Status::Unknown),
            (Role::Osmorphing, "env", Status::Unknown),
        ] {
            assert_eq!(judge(role, name).status, status, "{role} {name}");
        }
    }

    #[test]
    fn imports_of_types_give_nothing() {
        for (name, gives) in [
            ("gyre:host/errors@0.1.0", false),
            ("gyre:plugin/types@0.1.0", false),
            ("gyre:host/log@0.1.0", true),
            ("gyre:host/http@0.1.0", true),
            ("wasi:cli/errors@0.2.0", true),
            ("env", true),
        ] {
            assert_eq!(judge(Role::Source, name).gives_something(), gives, "{name}");
        }
    }

    #[test]
    fn a_refusal_is_one_sentence_with_both_versions() {
        let import = judge(Role::Source, "gyre:host/http@0.3.0");
        let error = check("old", Role::Source, &import).unwrap_err();
        assert_eq!(error.code, "plugin.version");
        assert_eq!(error.message, "plugin old imports gyre:host/http at 0.3.0, this host speaks 0.1.0");
    }

    #[test]
    fn a_plugin_has_one_role() {
        let role = |exports: &[&'static str]| role("p", exports.iter().copied());
        assert_eq!(role(&["gyre:plugin/metadata@0.1.0", "gyre:plugin/source@0.1.0"]).unwrap(), Role::Source);
        assert_eq!(role(&["gyre:plugin/metadata@0.1.0"]).unwrap_err().code, "plugin.no-role");
        assert_eq!(role(&["gyre:plugin/source@0.2.0"]).unwrap_err().code, "plugin.version");
        let both = ["gyre:plugin/source@0.1.0", "gyre:plugin/destination@0.1.0"];
        assert_eq!(role(&both).unwrap_err().code, "plugin.no-role");
    }
}
