//! The one place that lets a component in: its digest in `gyre.toml`, the lock, its signature, and then what it
//! imports. Everybody who runs a component asks here first.

use crate::component::Component;
use crate::glob;
use crate::lock::{Lock, Pin};
use crate::policy::{Policy, Signer};
use gyre_core::config::{Config, Require};
use gyre_core::{Error, Result};
use serde::Serialize;

/// What a configuration lets in.
#[derive(Debug)]
pub struct Gate {
    policy: Policy,
    lock: Option<Lock>,
}

/// What a component that was let in may import.
#[derive(Clone, Debug, Default)]
pub struct Permit(Option<Signer>);

/// What can be said of a component without running it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Standing {
    /// Bytes.
    pub size: u64,
    /// Its signature.
    pub signature: SignatureState,
    /// What the lock says.
    pub lock: LockState,
    /// Why it is not let in.
    pub refused: Option<Error>,
}

/// What can be said of a component's signature.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignatureState {
    /// There is none.
    Missing,
    /// Of a publisher of the configuration, who may sign it.
    Trusted(Signer),
    /// It is there, and counts for nothing.
    Untrusted(Error),
}

/// What can be said of a component's entry in the lock.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockState {
    /// There is no `gyre.lock`.
    NoLock,
    /// It is the one that is pinned.
    Same,
    /// Another one is pinned.
    Differs(Pin),
    /// The lock does not know the plugin.
    Unknown,
}

impl Gate {
    /// Reads the lock beside the configuration.
    ///
    /// # Errors
    /// `trust.policy`, `lock.unreadable`.
    pub fn open(config: &Config) -> Result<Self> {
        Ok(Self { policy: Policy::new(&config.trust)?, lock: Lock::read(&Lock::path(config))? })
    }

    /// The publishers.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The lock, where there is one.
    pub fn lock(&self) -> Option<&Lock> {
        self.lock.as_ref()
    }

    /// Lets a plugin's component in; `sha256` is what `gyre.toml` says.
    ///
    /// # Errors
    /// `plugin.digest`, `lock.differs`, `lock.unknown`, and those of [`Gate::admit_kept`].
    pub fn admit(&self, plugin: &str, sha256: Option<&str>, component: &Component) -> Result<Permit> {
        self.lock.as_ref().map_or(Ok(()), |lock| lock.check(plugin, component))?;
        self.admit_unlocked(plugin, sha256, component)
    }

    /// The same without the lock: what would be let in if it were pinned.
    ///
    /// # Errors
    /// `plugin.digest`, and those of [`Gate::admit_kept`].
    pub fn admit_unlocked(
        &self,
        plugin: &str,
        sha256: Option<&str>,
        component: &Component,
    ) -> Result<Permit> {
        check_digest(plugin, sha256, component)?;
        self.admit_kept(plugin, component)
    }

    /// Lets in what a job pinned: digest and lock were asked when it was, and speak of newer ones since. A publisher
    /// who is trusted no more is not, and so neither is what it signed.
    ///
    /// # Errors
    /// `plugin.unsigned`, `plugin.signature`, `plugin.signer`, where signatures are asked for.
    pub fn admit_kept(&self, plugin: &str, component: &Component) -> Result<Permit> {
        match self.policy.require() {
            Require::Nothing => Ok(Permit::default()),
            Require::Signed => self.policy.judge(plugin, component).map(|signer| Permit(Some(signer))),
        }
    }

    /// What can be said of a component; `imports` as for [`Permit::check`].
    pub fn standing<'a>(
        &self,
        plugin: &str,
        sha256: Option<&str>,
        component: &Component,
        imports: impl Iterator<Item = &'a str>,
    ) -> Standing {
        let admitted = self.admit(plugin, sha256, component);
        let refused = admitted.and_then(|permit| permit.check(plugin, imports)).err();
        Standing {
            size: component.size(),
            signature: self.signature(plugin, component),
            lock: self.lock_state(plugin, component),
            refused,
        }
    }

    fn signature(&self, plugin: &str, component: &Component) -> SignatureState {
        match self.policy.judge(plugin, component) {
            Ok(signer) => SignatureState::Trusted(signer),
            Err(error) if error.code == "plugin.unsigned" => SignatureState::Missing,
            Err(error) => SignatureState::Untrusted(error),
        }
    }

    fn lock_state(&self, plugin: &str, component: &Component) -> LockState {
        let Some(lock) = &self.lock else { return LockState::NoLock };
        match lock.plugin.get(plugin) {
            None => LockState::Unknown,
            Some(_) if lock.check(plugin, component).is_ok() => LockState::Same,
            Some(pin) => LockState::Differs(pin.clone()),
        }
    }
}

impl Permit {
    /// That the component imports nothing that its publisher may not ask for. `imports` are those that give it
    /// something: `gyre:host/http@0.1.0`.
    ///
    /// # Errors
    /// `plugin.interface`.
    pub fn check<'a>(&self, plugin: &str, imports: impl Iterator<Item = &'a str>) -> Result<()> {
        let Some(Signer { publisher, interfaces: Some(allowed), .. }) = &self.0 else { return Ok(()) };
        let interface = |import: &'a str| import.split_once('@').map_or(import, |(name, _)| name);
        let too_much: Vec<_> = imports.map(interface).filter(|import| !glob::any(allowed, import)).collect();
        if too_much.is_empty() {
            return Ok(());
        }
        let what =
            format!("plugin {plugin} imports what plugins of {publisher} may not: {}", too_much.join(", "));
        Err(Error::denied("plugin.interface", what)
            .cause(format!("[trust.publisher.{publisher}] interfaces = {allowed:?}")))
    }
}

fn check_digest(plugin: &str, expected: Option<&str>, component: &Component) -> Result<()> {
    match expected {
        Some(expected) if !expected.eq_ignore_ascii_case(component.sha256()) => Err(Error::invalid(
            "plugin.digest",
            format!("plugin {plugin} is not the one that gyre.toml names by its sha256"),
        )
        .cause(format!("gyre.toml: {expected}"))
        .cause(format!("{}: {}", component.path().display(), component.sha256()))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Pair, SecretKey};
    use std::path::Path;

    /// A configuration in a directory, with a lock of what `locked` holds.
    fn gate(text: &str, locked: Option<(&str, &Component)>) -> Gate {
        let directory = tempfile::tempdir().unwrap();
        let mut config = Config::parse(text, directory.path()).unwrap();
        config.file = directory.path().join("gyre.toml");
        if let Some((plugin, component)) = locked {
            let mut lock = Lock::default();
            lock.plugin.insert(plugin.to_owned(), Pin::of(component));
            lock.write(&Lock::path(&config)).unwrap();
        }
        Gate::open(&config).unwrap()
    }

    fn component(bytes: &[u8], pair: Option<&Pair>) -> Component {
        let sign = |pair: &Pair| SecretKey::open(&pair.secret, None).unwrap().sign(bytes, "c").unwrap();
        Component::new(Path::new("a.wasm"), bytes.to_vec(), pair.map(sign))
    }

    #[test]
    fn without_lock_and_policy_everything_is_let_in() {
        let gate = gate("", None);
        let permit = gate.admit("a", None, &component(b"x", None)).unwrap();
        permit.check("a", ["wasi:cli/environment@0.2.0"].into_iter()).unwrap();
        let digest = component(b"x", None).sha256().to_uppercase();
        gate.admit("a", Some(&digest), &component(b"x", None)).unwrap();
        let error = gate.admit("a", Some(&digest), &component(b"y", None)).unwrap_err();
        assert_eq!(error.code, "plugin.digest");
        let standing = gate.standing("a", None, &component(b"x", None), std::iter::empty());
        assert!(matches!(standing.signature, SignatureState::Missing));
        assert_eq!((standing.size, standing.lock, standing.refused), (1, LockState::NoLock, None));
    }

    #[test]
    fn a_lock_holds_for_what_is_configured_and_not_for_what_a_job_pinned() {
        let gate = gate("", Some(("a", &component(b"x", None))));
        gate.admit("a", None, &component(b"x", None)).unwrap();
        for (plugin, code) in [("a", "lock.differs"), ("b", "lock.unknown")] {
            let other = component(b"y", None);
            assert_eq!(gate.admit(plugin, None, &other).unwrap_err().code, code);
            let standing = gate.standing(plugin, None, &other, std::iter::empty());
            assert_eq!(standing.refused.unwrap().code, code);
            gate.admit_kept(plugin, &other).unwrap();
        }
    }

    #[test]
    fn a_signature_is_asked_for_and_limits_what_is_imported() {
        let pair = Pair::generate(None).unwrap();
        let gate = gate(
            &format!(
                "[trust]\nrequire = \"signed\"\n[trust.publisher.acme]\nkey = {:?}\ninterfaces = [\"gyre:host/log\"]\n",
                pair.public.line()
            ),
            None,
        );
        let (signed, unsigned) = (component(b"x", Some(&pair)), component(b"x", None));
        let permit = gate.admit("a", None, &signed).unwrap();
        permit.check("a", ["gyre:host/log@0.1.0"].into_iter()).unwrap();
        let error =
            permit.check("a", ["gyre:host/log@0.1.0", "gyre:host/http@0.1.0"].into_iter()).unwrap_err();
        assert_eq!(error.code, "plugin.interface");
        assert!(error.message.ends_with("of acme may not: gyre:host/http"), "{error}");
        assert_eq!(gate.admit("a", None, &unsigned).unwrap_err().code, "plugin.unsigned");
        assert_eq!(gate.admit_kept("a", &unsigned).unwrap_err().code, "plugin.unsigned");
        let standing = gate.standing("a", None, &signed, ["gyre:host/http@0.1.0"].into_iter());
        assert!(matches!(standing.signature, SignatureState::Trusted(_)));
        assert_eq!(standing.refused.unwrap().code, "plugin.interface");
    }
}
