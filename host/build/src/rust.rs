//! Rust plugins: cargo's core modules for [`WASM`]. Knows cargo's messages; not what a plugin does.

use crate::toolchain::WASM;
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is to be built, beside the package in the directory itself.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The directory with the `Cargo.toml`.
    pub directory: &'a Path,
    /// Where cargo keeps what it compiles; none: where it would anyway.
    pub target: Option<&'a Path>,
    /// More words for cargo: `--locked`, `--package NAME`.
    pub words: Vec<&'a str>,
}

/// A core module that cargo made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Module {
    /// Name of the crate, with hyphens.
    pub name: String,
    /// The `Cargo.toml` it comes from.
    pub manifest: PathBuf,
    /// The module's file.
    pub core: PathBuf,
}

/// Compiles; none: no toolchain can do it, see [`crate::toolchain::Target::remedy`].
///
/// # Errors
/// When it does not compile, or nothing comes out.
pub fn build(request: &Request) -> Result<Option<Vec<Module>>> {
    let Some(mut cargo) = WASM.cargo(request.directory)? else { return Ok(None) };
    cargo.args(["build", "--release", "--target", WASM.triple]);
    cargo.args(["--message-format", "json-render-diagnostics"]).args(&request.words);
    if let Some(target) = request.target {
        cargo.arg("--target-dir").arg(target);
    }
    let modules: Vec<Module> = messages(&mut cargo)?.lines().filter_map(Module::from_message).collect();
    if modules.is_empty() {
        bail!("no module came out: a plugin's Cargo.toml has `[lib] crate-type = [\"cdylib\", \"rlib\"]`");
    }
    Ok(Some(modules))
}

/// Standard output of a build whose diagnostics are shown.
fn messages(cargo: &mut Command) -> Result<String> {
    let done = cargo.stdin(Stdio::null()).stderr(Stdio::inherit()).output().context("cannot start cargo")?;
    if !done.status.success() {
        bail!("it does not compile: see cargo's messages above");
    }
    String::from_utf8(done.stdout).context("cargo's messages are no UTF-8")
}

impl Module {
    /// From one line of cargo's JSON; `None` for everything that is no module.
    fn from_message(line: &str) -> Option<Self> {
        let message: Value = serde_json::from_str(line).ok()?;
        let files = message.get("filenames")?.as_array()?;
        let core = files.iter().filter_map(Value::as_str).find(|file| file.ends_with(".wasm"))?;
        let manifest = message.get("manifest_path")?.as_str()?.into();
        let name = message.get("target")?.get("name")?.as_str()?.replace('_', "-");
        Some(Self { name, manifest, core: core.into() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modules_are_found_among_cargos_messages() {
        let line = r#"{"reason":"compiler-artifact","manifest_path":"/p/Cargo.toml","target":{"name":"my_os"},
            "filenames":["/t/libmy_os.rlib","/t/my_os.wasm"]}"#;
        let module = Module::from_message(line).unwrap();
        assert_eq!((module.name.as_str(), module.core.as_path()), ("my-os", Path::new("/t/my_os.wasm")));
        for line in ["", "not json", r#"{"reason":"build-finished"}"#, r#"{"filenames":["/t/a.rlib"]}"#] {
            assert_eq!(Module::from_message(line), None, "{line}");
        }
    }
}
