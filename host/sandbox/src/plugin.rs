//! A component that was read, compared with its digest, compiled and judged by its imports and exports; nothing
//! of it has run yet. It knows no grant.

use crate::engine::{Engine, hex};
use crate::world::{self, Import, Role, VERSION};
use gyre_core::error::Context as _;
use gyre_core::{ByteSize, Error, Result, text};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use wasmtime::component::Component;

/// A component that is larger is refused; Python's are 18 MiB.
pub const COMPONENT_BYTES_MAX: u64 = 64 << 20;
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
    /// Reads and compiles the component at `path` and checks that everything it imports is lent to its role.
    ///
    /// # Errors
    /// `plugin.missing`, `plugin.too-large`, `plugin.digest`, `plugin.not-a-component`, `plugin.no-role`,
    /// `plugin.import-unknown`, `plugin.version`, `sandbox.cache`.
    pub fn load(engine: &Engine, name: &str, path: &Path, sha256: Option<&str>) -> Result<Arc<Self>> {
        let plugin = Self::read(engine, name, path, sha256)?;
        plugin.imports.iter().try_for_each(|import| world::check(name, plugin.role, import))?;
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
