//! A component that was compiled and judged by its imports and exports; nothing of it has run yet. It knows no
//! file and no grant: whoever read the component said before that it may be here.

use crate::engine::{Engine, hex};
use crate::session::{Cell, Lent};
use crate::wasi;
use crate::world::{self, Import, Role, Status, VERSION};
use gyre_core::config::Wasi;
use gyre_core::{Error, Result, text};
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, OnceLock};
use wasmtime::component::{Component, Linker};

/// What is told of the reasons why a component does not fit.
const CAUSES_MAX: usize = 8;
const CAUSE_CHARS_MAX: usize = 300;
/// Hex digits of a digest in messages.
const SHORT_DIGEST_DIGITS: usize = 12;

/// A plugin, ready to be linked.
pub struct Plugin {
    name: String,
    digest: String,
    role: Role,
    imports: Vec<Import>,
    exports: Vec<String>,
    component: Component,
    engine: Engine,
    /// As the plugin itself says; known once it was described.
    version: OnceLock<String>,
}

impl Plugin {
    /// Compiles a component and checks that everything it imports is lent to its role; with `wasi`, WASI may be
    /// among it, which is linked inert.
    ///
    /// # Errors
    /// `plugin.not-a-component`, `plugin.no-role`, `plugin.import-unknown`, `plugin.version`, `plugin.wasi`,
    /// `sandbox.cache`.
    pub fn load(engine: &Engine, name: &str, wasm: &[u8], wasi: Option<Wasi>) -> Result<Arc<Self>> {
        let plugin = Self::compile(engine, name, wasm)?;
        let judged = plugin.imports.iter().filter(|import| wasi.is_none() || import.status != Status::Inert);
        judged.into_iter().try_for_each(|import| world::check(name, plugin.role, import))?;
        Ok(Arc::new(plugin))
    }

    /// As [`Plugin::load`], but only tells what cannot be linked.
    pub(crate) fn compile(engine: &Engine, name: &str, wasm: &[u8]) -> Result<Self> {
        let digest = hex(&Sha256::digest(wasm));
        let component = engine.compile(name, wasm, &digest)?;
        let kind = component.component_type();
        let exports: Vec<String> = kind.exports(engine.wasmtime()).map(|(name, _)| name.to_owned()).collect();
        let role = world::role(name, exports.iter().map(String::as_str))?;
        let imports = kind.imports(engine.wasmtime()).map(|(name, _)| world::judge(role, name)).collect();
        let engine = engine.clone();
        Ok(Self {
            name: name.into(),
            digest,
            role,
            imports,
            exports,
            component,
            engine,
            version: OnceLock::new(),
        })
    }

    /// Its name in `gyre.toml`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// SHA-256 of the component, hex.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// What it is.
    pub fn role(&self) -> Role {
        self.role
    }

    /// What it imports, and what comes of each.
    pub fn imports(&self) -> &[Import] {
        &self.imports
    }

    /// What it exports.
    pub fn exports(&self) -> &[String] {
        &self.exports
    }

    /// For linkers.
    pub fn component(&self) -> &Component {
        &self.component
    }

    /// What it was compiled by.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    /// Links what it imports of WASI, without effect; nothing where it imports none.
    ///
    /// # Errors
    /// `plugin.link`.
    pub fn link_wasi<T: Lent>(&self, linker: &mut Linker<Cell<T>>) -> Result<()> {
        wasi::link(linker, self)
    }

    /// As it says itself, once it was described.
    pub fn version(&self) -> Option<&str> {
        self.version.get().map(String::as_str)
    }

    pub(crate) fn set_version(&self, version: &str) {
        if !version.is_empty() {
            let _ = self.version.set(version.to_owned());
        }
    }

    /// What does not fit between the component and its world, found before anything of it runs; where it was built for
    /// a later version of the contract, with both versions. Kind invalid: `plugin.version`, `plugin.link`.
    pub fn misfit(&self, cause: &wasmtime::Error) -> Error {
        let error = match self.imports.iter().find_map(Import::later) {
            Some((interface, version)) => Error::invalid(
                "plugin.version",
                format!(
                    "plugin {} was built for {interface} {version} and needs something that {VERSION}, which this gyre has, does not have",
                    self.title()
                ),
            )
            .cause(format!("use a gyre that speaks {version}, or a build of the plugin for {VERSION}")),
            None => Error::invalid(
                "plugin.link",
                format!("plugin {} does not fit the world of a {} plugin", self.title(), self.role),
            ),
        };
        // Names of the component's own are among them.
        let told = |cause: &(dyn std::error::Error + 'static)| -> String {
            text::plain(&cause.to_string()).chars().take(CAUSE_CHARS_MAX).collect()
        };
        cause.chain().take(CAUSES_MAX).fold(error, |error, cause| error.cause(told(cause)))
    }

    /// `openstack 0.1.0 (sha256 0123456789ab)`.
    pub fn title(&self) -> String {
        let version = self.version.get().map(|version| format!(" {version}")).unwrap_or_default();
        let digest = self.digest.get(..SHORT_DIGEST_DIGITS).unwrap_or(&self.digest);
        format!("{}{version} (sha256 {digest})", self.name)
    }
}
