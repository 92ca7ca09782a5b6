//! Components: core modules encoded as such, what they import, and how their files are written. Links nothing.

use anyhow::{Context, Result, bail};
use std::path::Path;
use wit_component::{ComponentEncoder, DecodedWasm};

/// The packages of `wit/`: what a component may import.
const LENT: &[&str] = &["gyre:host/", "gyre:plugin/"];
/// What the runtimes of some languages insist on; linked inert, and only where `gyre.toml` says so.
const INERT: &str = "wasi:";
/// The bytes behind `\0asm` that tell a component from a core module.
const COMPONENT_VERSION: [u8; 4] = [0x0d, 0, 1, 0];
/// Interfaces without functions.
const TYPES_ONLY: &[&str] = &["errors", "exec", "extents", "types"];

/// A component's file as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Size of the file.
    pub bytes: u64,
    /// Whether it differs from what was there.
    pub changed: bool,
    /// Interfaces of the host that it uses, without those of types alone: `http`.
    pub imports: Vec<String>,
    /// Whether it needs `wasi = "inert"` in `gyre.toml`.
    pub wasi: bool,
}

/// What is done with a component's bytes before they are written to the file that is named.
pub type Finish<'a> = &'a dyn Fn(&Path, Vec<u8>) -> Vec<u8>;

/// Makes the core module a component at `file`.
///
/// # Errors
/// When it is none, or imports what gyre does not lend.
pub fn encode(core: &Path, file: &Path, finish: Finish) -> Result<Made> {
    let module = std::fs::read(core).with_context(|| format!("no {}", core.display()))?;
    let encoded = ComponentEncoder::default().validate(true).module(&module).and_then(|it| it.encode());
    write(encoded.with_context(|| format!("{} is no component", core.display()))?, file, finish)
}

/// Writes a component, finished, only when its bytes differ, and in one step: who watches the file sees changes alone.
///
/// # Errors
/// When it imports what gyre does not lend, or cannot be written.
pub fn write(bytes: Vec<u8>, file: &Path, finish: Finish) -> Result<Made> {
    let names = imports(&bytes).with_context(|| format!("{} cannot be used", file.display()))?;
    let bytes = finish(file, bytes);
    let changed = std::fs::read(file).map_or(true, |old| old != bytes);
    if changed {
        let folder = file.parent().context("a component has no folder")?;
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let partial = file.with_extension("partial");
        std::fs::write(&partial, &bytes)
            .and_then(|()| std::fs::rename(&partial, file))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    let wasi = names.iter().any(|name| name.starts_with(INERT));
    let imports = names.iter().filter_map(|name| short_name(name)).collect();
    Ok(Made { bytes: bytes.len() as u64, changed, imports, wasi })
}

/// What the component needs of its host; an error for anything that gyre does not know at all.
fn imports(component: &[u8]) -> Result<Vec<String>> {
    let (names, _) = world(component)?;
    let known = |name: &str| name.starts_with(INERT) || LENT.iter().any(|package| name.starts_with(package));
    match names.iter().find(|name| !known(name)) {
        Some(foreign) => bail!("it imports {foreign}, and gyre lends only {}", LENT.join(", ")),
        None => Ok(names),
    }
}

/// The names of what a component imports and of what it exports, in its order. Nothing of it runs.
///
/// # Errors
/// When it is no component.
pub fn world(component: &[u8]) -> Result<(Vec<String>, Vec<String>)> {
    if component.get(4..8) != Some(&COMPONENT_VERSION) {
        bail!("it is no component");
    }
    let decoded = wit_component::decode(component)?;
    let DecodedWasm::Component(resolve, world) = decoded else { bail!("it is no component") };
    let world = resolve.worlds.get(world).context("it has no world")?;
    let imports = world.imports.keys().map(|key| resolve.name_world_key(key)).collect();
    let exports = world.exports.keys().map(|key| resolve.name_world_key(key)).collect();
    Ok((imports, exports))
}

/// `http` of `gyre:host/http@0.1.0`; none for interfaces of types alone and of others.
fn short_name(import: &str) -> Option<String> {
    let (package, name) = import.split_once('/')?;
    let name = name.split('@').next()?;
    (package.starts_with("gyre:") && !TYPES_ONLY.contains(&name)).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_gives_nothing_is_not_told() {
        assert_eq!(short_name("gyre:host/http@0.1.0").as_deref(), Some("http"));
        for none in ["gyre:host/errors@0.1.0", "wasi:cli/stdout@0.2.0", "env"] {
            assert_eq!(short_name(none), None, "{none}");
        }
    }

    #[test]
    fn a_component_is_written_as_it_was_finished_and_once() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a.wasm");
        let empty = b"\0asm\x0d\0\x01\0".to_vec();
        let section = [0, 2, 1, b'x'];
        let finish = |path: &Path, bytes: Vec<u8>| {
            assert_eq!(path, file);
            [&bytes[..], &section].concat()
        };
        let made = write(empty.clone(), &file, &finish).unwrap();
        assert_eq!((made.bytes, made.changed, made.wasi), (12, true, false));
        assert_eq!(std::fs::read(&file).unwrap(), finish(&file, empty.clone()));
        assert!(!write(empty, &file, &finish).unwrap().changed);
    }

    #[test]
    fn what_is_no_component_is_refused_and_not_written() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("a/b.wasm");
        let core = b"\0asm\x01\0\0\0".to_vec();
        assert!(write(core, &file, &|_, bytes| bytes).is_err() && !file.exists());
    }
}
