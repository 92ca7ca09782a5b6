//! What can be known of a plugin without giving it anything: its imports and exports, and who it says it is: in a section
//! of its file, or in answer to `describe`, which runs in a store where every import is a trap, with little time and
//! memory.

use crate::about::About;
use crate::bindings::base::Base;
use crate::engine::Engine;
use crate::plugin::Plugin;
use crate::session::{Cell, Lent, Session};
use crate::world::{Import, Role, Status};
use gyre_core::config::Limits;
use gyre_core::error::Context as _;
use gyre_core::text::steers;
use gyre_core::{Error, Result};
use serde::Serialize;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use wasmtime::component::Linker;

/// Time of `describe`.
const DESCRIBE_MS: u64 = 1_000;
/// Wall time of `describe` on a busy machine.
const DESCRIBE_WALL_MS: u64 = 30_000;
/// Memory of `describe`.
const DESCRIBE_MEMORY_MIB: u64 = 16;
/// Bytes of a name, a version or a summary, and of a schema.
const TEXT_BYTES_MAX: usize = 1_000;
const SCHEMA_BYTES_MAX: usize = 1 << 20;

/// Who a plugin says it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Description {
    /// Its own name; the one in `gyre.toml` may differ.
    pub name: String,
    /// Its own version.
    pub version: String,
    /// One line.
    pub summary: String,
    /// JSON Schema of its options.
    pub config_schema: serde_json::Value,
}

/// Everything that can be known of a plugin without giving it anything.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Inspection {
    /// SHA-256 of the component, hex.
    pub sha256: String,
    /// What it is.
    pub role: Role,
    /// What it imports, what that means, and whether this host links it.
    pub imports: Vec<Import>,
    /// What it exports.
    pub exports: Vec<String>,
    /// What the section `gyre:about` of its file says, which was read without running it.
    pub about: About,
    /// Whether its `describe` was run: not when its imports cannot be linked, or it may not run.
    pub asked: bool,
    /// Who it says it is: when it was asked, else in its section; none when it says so nowhere.
    pub description: Option<Description>,
}

/// Inspects a component; its imports may be unknown to this host. It runs, to be asked who it is, only where `may_run`
/// says so of what it imports.
///
/// # Errors
/// Those of [`Plugin::load`] but for imports; those of [`describe`].
pub fn inspect(
    engine: &Engine,
    name: &str,
    wasm: &[u8],
    may_run: impl FnOnce(&[Import]) -> bool,
) -> Result<Inspection> {
    let plugin = Arc::new(Plugin::compile(engine, name, wasm)?);
    let linkable =
        plugin.imports().iter().all(|import| matches!(import.status, Status::Provided | Status::Inert));
    let about = About::read(&plugin.title(), wasm);
    let asked = linkable && may_run(plugin.imports());
    let description = if asked { Some(describe(&plugin)?) } else { about.said().cloned() };
    Ok(Inspection {
        about,
        asked,
        sha256: plugin.digest().into(),
        role: plugin.role(),
        imports: plugin.imports().to_vec(),
        exports: plugin.exports().to_vec(),
        description,
    })
}

/// Asks the plugin who it is. Blocking, at most [`DESCRIBE_WALL_MS`].
///
/// # Errors
/// `plugin.description` when the answer is too long or its schema is no JSON object; `sandbox.*`.
pub fn describe(plugin: &Arc<Plugin>) -> Result<Description> {
    let plugin = plugin.clone();
    // A thread of its own: the caller may or may not be inside a runtime.
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .build()
            .or_other("sandbox.engine", || "cannot make a runtime".into())?;
        runtime.block_on(ask(plugin))
    })
    .join()
    .unwrap_or_else(|_| Err(Error::other("sandbox.engine", "the thread that describes plugins ended early")))
}

async fn ask(plugin: Arc<Plugin>) -> Result<Description> {
    let limits = Limits {
        memory_mib: DESCRIBE_MEMORY_MIB,
        call_ms: DESCRIBE_MS,
        call_wall_ms: DESCRIBE_WALL_MS,
        ..Limits::default()
    };
    let mut linker: Linker<Cell<Nothing>> = Linker::new(plugin.engine().wasmtime());
    // Runtimes look around before they run anything; there is nothing to see.
    plugin.link_wasi(&mut linker)?;
    linker.define_unknown_imports_as_traps(plugin.component()).map_err(|e| {
        Error::invalid("plugin.link", format!("plugin {} cannot be linked", plugin.title()))
            .cause(e.root_cause())
    })?;
    let component = plugin.component().clone();
    let mut session = Session::open(plugin.clone(), limits, CancellationToken::new(), Nothing, |store| {
        Box::pin(async move { Base::instantiate_async(store, &component, &linker).await })
    })
    .await?;
    let said = session
        .call("describe", |store, base: &Base| Box::pin(base.gyre_plugin_metadata().call_describe(store)))
        .await?;
    plugin.set_version(&printable(&said.version));
    checked(&plugin, said)
}

/// What was said, before anybody looked at it.
pub(crate) struct Said {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) summary: String,
    pub(crate) config_schema: serde_json::Value,
}

impl Said {
    /// # Errors
    /// `plugin.description`.
    pub(crate) fn checked(self, title: &str) -> Result<Description> {
        if [&self.name, &self.version, &self.summary].into_iter().any(|text| text.len() > TEXT_BYTES_MAX) {
            return Err(bad(title, "describes itself at too great a length"));
        }
        if !self.config_schema.is_object() {
            return Err(bad(title, "has a config schema that is not a JSON object"));
        }
        Ok(Description {
            name: printable(&self.name),
            version: printable(&self.version),
            summary: printable(&self.summary),
            config_schema: self.config_schema,
        })
    }
}

fn bad(title: &str, why: &str) -> Error {
    Error::invalid("plugin.description", format!("plugin {title} {why}"))
}

fn checked(
    plugin: &Plugin,
    said: crate::bindings::base::exports::gyre::plugin::metadata::Description,
) -> Result<Description> {
    let title = plugin.title();
    if said.config_schema.len() > SCHEMA_BYTES_MAX {
        return Err(bad(&title, "has a config schema larger than 1 MiB"));
    }
    let config_schema = serde_json::from_str(&said.config_schema)
        .map_err(|e| bad(&title, "has a config schema that is not JSON").cause(e))?;
    Said { name: said.name, version: said.version, summary: said.summary, config_schema }.checked(&title)
}

/// Without what would steer a terminal: it is printed on one.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !steers(*c)).take(TEXT_BYTES_MAX).collect()
}

/// Lends nothing.
struct Nothing;

impl Lent for Nothing {
    fn begin(&mut self, _: &str) {}

    fn last_lines(&self) -> Vec<String> {
        Vec::new()
    }

    fn has_fixed_limits(&self) -> bool {
        true
    }
}
