//! `gyre.lock`, beside `gyre.toml`: SHA-256 and size of every plugin's component. Where it is there, nothing else is
//! loaded. Knows nothing of signatures.

use crate::component::Component;
use crate::files;
use gyre_core::config::Config;
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const HEAD: &str =
    "# Digest and size of each plugin of gyre.toml: nothing else is loaded. Written by `gyre plugin lock`.\n";
/// Of the file's form.
const VERSION: u32 = 1;
const BYTES_MAX: u64 = 1 << 20;
const MODE: u32 = 0o644;

/// What the file says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    version: u32,
    /// By the names of `gyre.toml`.
    #[serde(default)]
    pub plugin: BTreeMap<String, Pin>,
}

/// Which component it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pin {
    /// Lower-case hex.
    pub sha256: String,
    /// Bytes.
    pub size: u64,
}

impl Pin {
    /// That of a component.
    pub fn of(component: &Component) -> Self {
        Self { sha256: component.sha256().into(), size: component.size() }
    }
}

/// What one plugin's entry would have to become.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its name.
    pub plugin: String,
    /// What the file says.
    pub locked: Option<Pin>,
    /// What is there.
    pub found: Option<Pin>,
}

impl Default for Lock {
    fn default() -> Self {
        Self { version: VERSION, plugin: BTreeMap::new() }
    }
}

impl Lock {
    /// Where the file of a configuration lies: `gyre.lock` for `gyre.toml`.
    pub fn path(config: &Config) -> PathBuf {
        config.file.with_extension("lock")
    }

    /// Reads the file; `None`: there is none.
    ///
    /// # Errors
    /// `lock.unreadable`: a lock that cannot be read must not be one that is not there.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        let bad = |cause: String| {
            Err(Error::invalid("lock.unreadable", format!("{} cannot be read", path.display())).cause(cause))
        };
        let text = match files::read(path, BYTES_MAX) {
            Ok(Some((_, bytes))) => String::from_utf8_lossy(&bytes).into_owned(),
            Ok(None) => return bad(format!("it is larger than {BYTES_MAX} bytes")),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return bad(error.to_string()),
        };
        match toml::from_str::<Self>(&text) {
            Ok(lock) if lock.version == VERSION => Ok(Some(lock)),
            Ok(lock) => bad(format!("its version is {}, this gyre knows {VERSION}", lock.version)),
            Err(error) => bad(error.to_string().trim().to_owned()),
        }
    }

    /// Reads every component that `config` names; `judge` says whether it may be pinned.
    ///
    /// # Errors
    /// `plugin.missing`, `plugin.too-large`, and those of `judge`.
    pub fn of(config: &Config, judge: impl Fn(&str, &Component) -> Result<()>) -> Result<Self> {
        let mut lock = Self::default();
        for (name, plugin) in &config.plugin {
            let component = Component::read(name, &plugin.component)?;
            judge(name, &component)?;
            lock.plugin.insert(name.clone(), Pin::of(&component));
        }
        Ok(lock)
    }

    /// The file: sorted, and the same for the same plugins.
    ///
    /// # Errors
    /// `lock.write`.
    pub fn text(&self) -> Result<String> {
        let body =
            toml::to_string(self).or_other("lock.write", || "the lock cannot be put in words".into())?;
        Ok(format!("{HEAD}{body}"))
    }

    /// Writes the file, whole.
    ///
    /// # Errors
    /// `lock.write`.
    pub fn write(&self, path: &Path) -> Result<()> {
        files::replace(path, self.text()?.as_bytes(), MODE)
            .or_invalid("lock.write", || format!("{} cannot be written", path.display()))
    }

    /// What would have to change in this lock to become the other.
    pub fn differences(&self, found: &Self) -> Vec<Difference> {
        let names: BTreeSet<_> = self.plugin.keys().chain(found.plugin.keys()).collect();
        let both = names.into_iter().map(|name| (name, self.plugin.get(name), found.plugin.get(name)));
        let other = both.filter(|(_, locked, found)| locked != found);
        other
            .map(|(name, locked, found)| Difference {
                plugin: name.clone(),
                locked: locked.cloned(),
                found: found.cloned(),
            })
            .collect()
    }

    /// That this is the component which is locked.
    ///
    /// # Errors
    /// `lock.unknown`, `lock.differs`.
    pub fn check(&self, plugin: &str, component: &Component) -> Result<()> {
        let found = Pin::of(component);
        let path = component.path().display();
        match self.plugin.get(plugin) {
            Some(pin) if pin.sha256.eq_ignore_ascii_case(&found.sha256) && pin.size == found.size => Ok(()),
            Some(pin) => Err(Error::denied(
                "lock.differs",
                format!("plugin {plugin} is not the component that gyre.lock pins"),
            )
            .cause(format!("gyre.lock: sha256 {}, {} bytes", pin.sha256, pin.size))
            .cause(format!("{path}: sha256 {}, {} bytes", found.sha256, found.size))),
            None => Err(Error::denied("lock.unknown", format!("gyre.lock does not know plugin {plugin}"))
                .cause(format!("{path}: sha256 {}, {} bytes", found.sha256, found.size))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn component(bytes: &[u8]) -> Component {
        Component::new(Path::new("a.wasm"), bytes.to_vec(), None)
    }

    fn lock(plugins: &[(&str, &[u8])]) -> Lock {
        let plugin =
            plugins.iter().map(|(name, bytes)| ((*name).into(), Pin::of(&component(bytes)))).collect();
        Lock { plugin, ..Lock::default() }
    }

    #[test]
    fn the_file_is_sorted_and_says_who_wrote_it() {
        let text = lock(&[("suse", b"b"), ("debian", b"abc")]).text().unwrap();
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let expected = format!(
            "{HEAD}version = 1\n\n[plugin.debian]\nsha256 = \"{digest}\"\nsize = 3\n\n[plugin.suse]\n"
        );
        assert!(text.starts_with(&expected), "{text}");
    }

    #[test]
    fn a_file_is_read_as_it_was_written_or_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("gyre.lock");
        assert_eq!(Lock::read(&path).unwrap(), None);
        let lock = lock(&[("a", b"a")]);
        lock.write(&path).unwrap();
        assert_eq!(Lock::read(&path).unwrap().unwrap(), lock);
        for text in
            ["version = 2", "", "version = 1\nplugins = {}", "version = 1\n[plugin.a]\nsha256 = 'x'", "\u{0}"]
        {
            std::fs::write(&path, text).unwrap();
            assert_eq!(Lock::read(&path).unwrap_err().code, "lock.unreadable", "{text:?}");
        }
        std::fs::remove_file(&path).unwrap();
        std::fs::create_dir(&path).unwrap();
        assert_eq!(Lock::read(&path).unwrap_err().code, "lock.unreadable");
    }

    #[test]
    fn only_what_is_locked_is_let_in() {
        let lock = lock(&[("a", b"one")]);
        lock.check("a", &component(b"one")).unwrap();
        let error = lock.check("a", &component(b"two")).unwrap_err();
        assert_eq!(error.code, "lock.differs");
        let text = error.to_string();
        assert!(
            text.contains(component(b"one").sha256()) && text.contains(component(b"two").sha256()),
            "{text}"
        );
        assert_eq!(lock.check("b", &component(b"one")).unwrap_err().code, "lock.unknown");
    }

    #[test]
    fn differences_are_told_both_ways() {
        let (old, new) =
            (lock(&[("a", b"1"), ("b", b"1"), ("c", b"1")]), lock(&[("a", b"1"), ("b", b"2"), ("d", b"1")]));
        let found = old.differences(&new);
        let told: Vec<_> =
            found.iter().map(|d| (d.plugin.as_str(), d.locked.is_some(), d.found.is_some())).collect();
        assert_eq!(told, [("b", true, true), ("c", true, false), ("d", false, true)]);
        assert!(old.differences(&old).is_empty());
    }
}
