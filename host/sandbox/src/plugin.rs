//! A component that was read, compared with its digest, compiled and judged by its imports and exports; nothing
//! of it has run yet. It knows no grant.

use crate::engine::{Engine, hex};
use crate::session::{Cell, Lent};
use crate::wasi;
use crate::world::{self, Import, Role, Status};
use gyre_core::config::Wasi;
use gyre_core::error::Context as _;
use gyre_core::{ByteSize, Error, Result};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use wasmtime::component::{Component, Linker};

/// A component that is larger is refused; Python's are 18 MiB.
pub const COMPONENT_BYTES_MAX: u64 = 64 << 20;
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
    /// Reads and compiles the component at `path` and checks that everything it imports is lent to its role; with
    /// `wasi`, WASI may be among it, which is linked inert.
    ///
    /// # Errors
    /// `plugin.missing`, `plugin.too-large`, `plugin.digest`, `plugin.not-a-component`, `plugin.no-role`,
    /// `plugin.import-unknown`, `plugin.version`, `plugin.wasi`, `sandbox.cache`.
    pub fn load(
        engine: &Engine,
        name: &str,
        path: &Path,
        sha256: Option<&str>,
        wasi: Option<Wasi>,
    ) -> Result<Arc<Self>> {
        let plugin = Self::read(engine, name, path, sha256)?;
        let judged = plugin.imports.iter().filter(|import| wasi.is_none() || import.status != Status::Inert);
        judged.into_iter().try_for_each(|import| world::check(name, plugin.role, import))?;
        Ok(Arc::new(plugin))
    }

    /// As [`Plugin::load`], but only tells what cannot be linked.
    pub(crate) fn read(engine: &Engine, name: &str, path: &Path, sha256: Option<&str>) -> Result<Self> {
        let wasm = read_limited(name, path)?;
        let digest = hex(&Sha256::digest(&wasm));
        check_digest(name, &digest, sha256)?;
        let component = engine.compile(name, &wasm)?;
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

    pub(crate) fn set_version(&self, version: &str) {
        let _ = self.version.set(version.to_owned());
    }

    /// `openstack 0.1.0 (sha256 0123456789ab)`.
    pub fn title(&self) -> String {
        let version = self.version.get().map(|version| format!(" {version}")).unwrap_or_default();
        let digest = self.digest.get(..SHORT_DIGEST_DIGITS).unwrap_or(&self.digest);
        format!("{}{version} (sha256 {digest})", self.name)
    }
}

fn read_limited(name: &str, path: &Path) -> Result<Vec<u8>> {
    let mut wasm = Vec::new();
    File::open(path)
        .and_then(|file| file.take(COMPONENT_BYTES_MAX + 1).read_to_end(&mut wasm))
        .or_invalid("plugin.missing", || {
            format!("the component of plugin {name}, {}, cannot be read", path.display())
        })?;
    if wasm.len() as u64 > COMPONENT_BYTES_MAX {
        let limit = ByteSize(COMPONENT_BYTES_MAX);
        return Err(Error::invalid("plugin.too-large", format!("plugin {name} is larger than {limit}")));
    }
    Ok(wasm)
}

fn check_digest(name: &str, digest: &str, expected: Option<&str>) -> Result<()> {
    match expected {
        Some(expected) if !expected.eq_ignore_ascii_case(digest) => Err(Error::invalid(
            "plugin.digest",
            format!("plugin {name} is not the one that gyre.toml names by its sha256"),
        )
        .cause(format!("gyre.toml: {expected}"))
        .cause(format!("the file: {digest}"))),
        _ => Ok(()),
    }
}
