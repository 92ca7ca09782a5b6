//! Who may sign what: the publishers of `[trust]` with their keys and limits, and the one function that judges a
//! signature. Knows nothing of the lock, and of a component nothing but its bytes.

use crate::component::{Component, signature_path};
use crate::glob;
use crate::keys::{KeyId, PublicKey, signer};
use gyre_core::config::{Publisher, Require, Trust};
use gyre_core::{Error, Result};
use serde::Serialize;
use std::collections::BTreeMap;

/// The publishers with their keys.
#[derive(Debug)]
pub struct Policy {
    require: Require,
    keys: BTreeMap<KeyId, Holder>,
}

#[derive(Debug)]
struct Holder {
    name: String,
    key: PublicKey,
    publisher: Publisher,
}

/// Whose signature a component has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Signer {
    /// Name in `[trust.publisher.NAME]`.
    pub publisher: String,
    /// As minisign prints it.
    pub key: String,
    /// What was signed with the component.
    pub comment: String,
    /// What it may import; `None`: whatever the host lends.
    pub interfaces: Option<Vec<String>>,
}

impl Policy {
    /// That of a configuration.
    ///
    /// # Errors
    /// `trust.policy`: a key that is none or stands twice, or signatures are asked for and nobody may sign.
    pub fn new(trust: &Trust) -> Result<Self> {
        let mut keys = BTreeMap::new();
        for (name, publisher) in &trust.publisher {
            let place = format!("[trust.publisher.{name}]");
            for line in publisher.key.all() {
                let key = PublicKey::parse(line).map_err(|e| {
                    Error::invalid("trust.policy", format!("the key in {place} is none")).cause(e)
                })?;
                let holder = Holder { name: name.clone(), key, publisher: publisher.clone() };
                if let Some(other) = keys.insert(holder.key.id(), holder) {
                    let what = format!("the key {} stands twice", other.key.id());
                    let cause = format!("in [trust.publisher.{}] and in {place}", other.name);
                    return Err(Error::invalid("trust.policy", what).cause(cause));
                }
            }
        }
        if trust.require == Require::Signed && keys.is_empty() {
            return Err(Error::invalid(
                "trust.policy",
                "[trust] require = \"signed\" needs somebody who may sign: there is no [trust.publisher.NAME]",
            ));
        }
        Ok(Self { require: trust.require, keys })
    }

    /// What it asks of every component.
    pub fn require(&self) -> Require {
        self.require
    }

    /// Whose signature a component has, when that publisher may sign a plugin of this name.
    ///
    /// # Errors
    /// `plugin.unsigned`, `plugin.signature`, `plugin.signer`.
    pub fn judge(&self, plugin: &str, component: &Component) -> Result<Signer> {
        let path = signature_path(component.path());
        let path = path.display();
        let Some(text) = component.signature()? else {
            return Err(Error::denied("plugin.unsigned", format!("plugin {plugin} has no signature"))
                .cause(format!("it would stand in {path}"))
                .cause(self.known()));
        };
        let id = signer(text).map_err(|e| e.cause(format!("in {path}")))?;
        let Some(holder) = self.keys.get(&id) else {
            let what = format!("plugin {plugin} is signed with the key {id}, which nobody has in gyre.toml");
            return Err(Error::denied("plugin.signer", what).cause(format!("in {path}")).cause(self.known()));
        };
        let comment = holder.key.verify(component.bytes(), text).map_err(|e| {
            let (name, file) = (&holder.name, component.path().display());
            Error::denied(
                "plugin.signature",
                format!("the signature of plugin {plugin} does not fit its component"),
            )
            .cause(format!("{path}, of the key {id} of {name}, and {file}, sha256 {}", component.sha256()))
            .cause(e.causes.join(": "))
        })?;
        holder.may_sign(plugin)?;
        let interfaces = holder.publisher.interfaces.clone();
        Ok(Signer { publisher: holder.name.clone(), key: id.to_string(), comment, interfaces })
    }

    fn known(&self) -> String {
        let known: Vec<_> = self.keys.iter().map(|(id, holder)| format!("{} ({id})", holder.name)).collect();
        format!("publishers: {}", if known.is_empty() { "none".into() } else { known.join(", ") })
    }
}

impl Holder {
    fn may_sign(&self, plugin: &str) -> Result<()> {
        let allowed = &self.publisher.plugins;
        if glob::any(allowed, plugin) {
            return Ok(());
        }
        let (name, id) = (&self.name, self.key.id());
        let what = format!("{name} (key {id}) may not sign a plugin with the name {plugin}");
        Err(Error::denied("plugin.signer", what)
            .cause(format!("[trust.publisher.{name}] plugins = {allowed:?}")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{Pair, SecretKey};
    use gyre_core::config::Config;
    use std::path::Path;

    fn policy(text: &str) -> Result<Policy> {
        Policy::new(&Config::parse(text, Path::new("/")).unwrap().trust)
    }

    fn signed(pair: &Pair, bytes: &[u8], of: &[u8]) -> Component {
        let text = SecretKey::open(&pair.secret, None).unwrap().sign(of, "c").unwrap();
        Component::new(Path::new("/p/a.wasm"), bytes.to_vec(), Some(text))
    }

    #[test]
    fn a_publisher_signs_what_it_may_and_nothing_else() {
        let (acme, other) = (Pair::generate(None).unwrap(), Pair::generate(None).unwrap());
        let policy = policy(&format!(
            "[trust]\nrequire = \"signed\"\n[trust.publisher.acme]\nkey = {:?}\nplugins = [\"acme-*\"]\n",
            acme.public.line()
        ))
        .unwrap();
        let id = acme.public.id().to_string();
        let judged = policy.judge("acme-suse", &signed(&acme, b"x", b"x")).unwrap();
        assert_eq!(
            (judged.publisher.as_str(), judged.key.as_str(), judged.comment.as_str()),
            ("acme", id.as_str(), "c")
        );

        let unsigned = Component::new(Path::new("/p/a.wasm"), b"x".to_vec(), None);
        let garbage = Component::new(Path::new("/p/a.wasm"), b"x".to_vec(), Some("garbage".into()));
        for (plugin, component, code, words) in [
            ("acme-suse", unsigned, "plugin.unsigned", "/p/a.wasm.minisig"),
            ("acme-suse", garbage, "plugin.signature", "/p/a.wasm.minisig"),
            ("acme-suse", signed(&acme, b"y", b"x"), "plugin.signature", id.as_str()),
            ("acme-suse", signed(&other, b"x", b"x"), "plugin.signer", id.as_str()),
            ("debian", signed(&acme, b"x", b"x"), "plugin.signer", "acme-*"),
        ] {
            let error = policy.judge(plugin, &component).unwrap_err();
            assert_eq!(error.code, code, "{error}");
            assert!(error.to_string().contains(words), "{error}");
        }
    }

    #[test]
    fn an_old_and_a_new_key_hold_both() {
        let (old, new) = (Pair::generate(None).unwrap(), Pair::generate(None).unwrap());
        let keys =
            format!("[trust.publisher.own]\nkey = [{:?}, {:?}]\n", old.public.line(), new.public.line());
        let policy = policy(&keys).unwrap();
        for pair in [&old, &new] {
            assert_eq!(policy.judge("any", &signed(pair, b"x", b"x")).unwrap().publisher, "own");
        }
    }

    #[test]
    fn a_policy_that_cannot_be_meant_is_refused() {
        let key = Pair::generate(None).unwrap().public.line().to_owned();
        for text in [
            "[trust]\nrequire = \"signed\"".to_owned(),
            "[trust.publisher.a]\nkey = \"RWgarbage\"".to_owned(),
            format!("[trust.publisher.a]\nkey = {key:?}\n[trust.publisher.b]\nkey = {key:?}"),
        ] {
            assert_eq!(policy(&text).unwrap_err().code, "trust.policy", "{text}");
        }
    }
}
