//! `[trust]`: whose components may run. Names and limits alone; keys are read and signatures checked by `gyre-trust`.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Whose components may run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Trust {
    /// What a component needs before anything of it runs.
    pub require: Require,
    /// Whether components that import WASI may run here.
    pub wasi: WasiPolicy,
    /// Who may sign components, by a name of your own.
    pub publisher: BTreeMap<String, Publisher>,
}

/// What a component needs before anything of it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Require {
    /// To be named in `gyre.toml`; signatures are only shown.
    #[default]
    Nothing,
    /// The signature of a publisher who may sign it, in `COMPONENT.wasm.minisig`.
    Signed,
}

/// Whether components that import WASI may run here.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WasiPolicy {
    /// Those whose `[plugin.NAME]` says `wasi = "inert"`.
    #[default]
    Inert,
    /// None, whatever `[plugin.NAME]` says.
    Never,
}

/// Somebody whose signatures count.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Publisher {
    /// The public key as minisign prints it, `"RW…"`; a list while an old and a new one are both in use.
    pub key: PublisherKeys,
    /// Names in `gyre.toml` that its components may have; `*` stands for any characters.
    #[serde(default = "anything")]
    pub plugins: Vec<String>,
    /// Interfaces that its components may import, without version: `gyre:host/http`, `gyre:host/*`. Default: all that
    /// the host lends. Interfaces of types alone give nothing and are always allowed.
    pub interfaces: Option<Vec<String>>,
}

/// One public key or several.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
#[allow(missing_docs)]
pub enum PublisherKeys {
    One(String),
    Several(Vec<String>),
}

impl PublisherKeys {
    /// All of them.
    pub fn all(&self) -> &[String] {
        match self {
            PublisherKeys::One(key) => std::slice::from_ref(key),
            PublisherKeys::Several(keys) => keys,
        }
    }
}

fn anything() -> Vec<String> {
    vec!["*".into()]
}
