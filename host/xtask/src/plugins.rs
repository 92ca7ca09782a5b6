//! `cargo xtask plugins`: compiles the guests' workspace and makes every module a component:
//! `target/plugins/<name>.wasm`, `target/guests/<name>.wasm` for the guests of the tests, and `target/kept/<name>.wasm` for
//! what is kept of older versions of the contract. Installs Debian's Rust
//! where no other can do it. How modules and components are made is `gyre-build`'s.

use crate::run::{command, output, root, run as run_program};
use anyhow::{Context, Result, bail};
use gyre_build::rust::{Module, Request};
use gyre_build::{component, rust, toolchain};
use std::path::{Path, PathBuf};

/// A section that `gyre plugin build` writes, and how many of its first bytes hold kind, sizes and name.
const SECTION: &[u8] = b"gyre:about";
const SECTION_HEAD_BYTES: usize = 17;

/// Builds the named plugins, or all of them and the tests' guests.
///
/// # Errors
/// When no toolchain can be had, a plugin does not compile, or a module is no component.
pub fn run(names: &[String]) -> Result<()> {
    let (directory, target) = (root().join("plugins"), root().join("target/wasm"));
    let mut words = vec!["--locked"];
    if names.is_empty() {
        // What is kept was made once, and without std, which all together have.
        words.extend(["--workspace", "--exclude", "kept-*"]);
    }
    words.extend(names.iter().flat_map(|name| ["--package", name]));
    let request = Request { directory: &directory, target: Some(&target), words };
    let modules = match rust::build(&request)? {
        Some(modules) => modules,
        None => {
            install_debian(&toolchain::WASM)?;
            rust::build(&request)?.context("Debian's Rust was installed and is not there")?
        }
    };
    modules.iter().try_for_each(make_component)
}

/// Installs Debian's Rust, which can compile for `target`.
///
/// # Errors
/// When this is not root on Debian, or apt fails.
pub fn install_debian(target: &toolchain::Target) -> Result<()> {
    let packages = target.debian_packages;
    println!("installing {} (rustup cannot add {})", packages.join(" "), target.triple);
    let apt = |arguments: &[&str]| {
        let mut apt = command("apt-get", &["-q", "-y", "-o", "DPkg::Lock::Timeout=600"]);
        output(apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let install = [["install", "--no-install-recommends"].as_slice(), packages].concat();
    let installed = apt(&["update"]).and_then(|_| apt(&install));
    installed.map(drop).with_context(|| format!("{} is missing: {}", target.triple, target.remedy()))
}

fn component_of(module: &Module) -> PathBuf {
    let is_below = |directory: &str| module.manifest.starts_with(root().join(directory));
    let folder = match () {
        () if is_below("tests/guests") => "guests",
        () if is_below("tests/kept") => "kept",
        () => "plugins",
    };
    root().join("target").join(folder).join(format!("{}.wasm", module.name))
}

/// What `gyre plugin build` put behind these very bytes stays: it follows from them.
fn keep_introduced(file: &Path, bytes: Vec<u8>) -> Vec<u8> {
    let old = std::fs::read(file).unwrap_or_default();
    let section = old.strip_prefix(bytes.as_slice()).and_then(|section| section.get(..SECTION_HEAD_BYTES));
    match section {
        Some(head) if head.windows(SECTION.len()).any(|name| name == SECTION) => old,
        _ => bytes,
    }
}

/// Puts into our own plugins what they say of themselves, by the `gyre` that was built meanwhile: this program runs none.
///
/// # Errors
/// When one does not describe itself.
pub fn introduce() -> Result<()> {
    let plugins = std::fs::read_dir(root().join("target/plugins")).context("no plugins were built")?;
    let paths = plugins.flatten().map(|entry| entry.path());
    let mut components: Vec<_> =
        paths.filter(|path| path.extension().is_some_and(|it| it == "wasm")).collect();
    components.sort();
    let mut gyre = command(&root().join("target/debug/gyre").to_string_lossy(), &["plugin", "build"]);
    run_program(gyre.args(components))
}

fn make_component(module: &Module) -> Result<()> {
    let file = component_of(module);
    let made = component::encode(&module.core, &file, &keep_introduced)?;
    let shown = file.strip_prefix(root()).unwrap_or(&file).display();
    if made.wasi {
        bail!("{shown} imports WASI: our own plugins do without");
    }
    let news = if made.changed { made.imports.join(", ") } else { "unchanged".into() };
    println!("plugins: {shown} ({} KiB): {news}", made.bytes / 1024);
    Ok(())
}
