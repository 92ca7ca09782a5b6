//! `cargo xtask plugins`: compiles the guests' workspace for wasm32-unknown-unknown and makes every
//! module a component: `target/plugins/<name>.wasm`, and `target/guests/<name>.wasm` for the guests
//! of the tests. Knows two toolchains that can do it: rustup's with the target added, and Debian's
//! `rustc-web`, which builds std from its source. Knows nothing about what the plugins do.

use crate::run::{self, command, output, root};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use wit_component::{ComponentEncoder, DecodedWasm};

const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's Rust that can build std for [`TARGET`], and the linker that it wants.
const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
const DEBIAN_FILES: &[&str] = &["/usr/bin/cargo", "/usr/bin/rustc", "/usr/lib/rustlib/src/rust", WASM_LINKER];
/// Debian's rustc looks for a `rust-lld` that no package has.
const WASM_LINKER: &str = "/usr/lib/llvm-22/bin/wasm-ld";
/// What Debian's cargo may know of this environment: the outer cargo's variables would mislead it.
const KEPT_VARIABLES: &[&str] = &["HOME", "CARGO_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR"];
/// The packages of `wit/`: a component may import nothing else.
const LENT: &[&str] = &["gyre:host/", "gyre:plugin/"];
/// Interfaces without functions.
const TYPES_ONLY: &[&str] = &["errors", "exec", "extents", "types"];
/// One set of flags for all guests and for ever: another one builds std again.
const RUSTFLAGS: &str = "-C target-feature=+simd128";

/// Builds the named plugins, or all of them and the tests' guests.
///
/// # Errors
/// When no toolchain can be had, a plugin does not compile, or a module is no component.
pub fn run(names: &[String]) -> Result<()> {
    let mut cargo = toolchain()?;
    cargo.args(["build", "--release", "--locked", "--target", TARGET]);
    cargo.args(["--message-format", "json-render-diagnostics"]);
    cargo.arg("--manifest-path").arg(root().join("plugins/Cargo.toml"));
    cargo.arg("--target-dir").arg(root().join("target/wasm"));
    if names.is_empty() {
        cargo.arg("--workspace");
    }
    for name in names {
        cargo.args(["--package", name]);
    }
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", RUSTFLAGS);
    let messages = messages(&mut cargo)?;
    let modules: Vec<Module> = messages.lines().filter_map(Module::from_message).collect();
    if modules.is_empty() {
        bail!("no component came out: {} names no plugin", names.join(" "));
    }
    modules.iter().try_for_each(Module::make_component)
}

/// Standard output of a build whose diagnostics are shown.
fn messages(cargo: &mut Command) -> Result<String> {
    let done = cargo.stdin(Stdio::null()).stderr(Stdio::inherit()).output().context("cannot start cargo")?;
    if !done.status.success() {
        bail!("the plugins do not compile");
    }
    String::from_utf8(done.stdout).context("cargo's messages are no UTF-8")
}

/// A cargo that can compile for [`TARGET`].
fn toolchain() -> Result<Command> {
    if has_target() {
        return Ok(rustup_cargo());
    }
    if !has_debian() && add_target() {
        return Ok(rustup_cargo());
    }
    if !has_debian() {
        install_debian()?;
    }
    debian_cargo()
}

fn has_target() -> bool {
    let libdir = output(&mut command("rustc", &["--print", "target-libdir", "--target", TARGET]));
    libdir.is_ok_and(|libdir| Path::new(&libdir).is_dir())
}

fn add_target() -> bool {
    println!("plugins: rustup target add {TARGET}");
    run::run(&mut command("rustup", &["target", "add", TARGET])).is_ok() && has_target()
}

fn rustup_cargo() -> Command {
    command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()), &[])
}

fn has_debian() -> bool {
    DEBIAN_FILES.iter().all(|file| Path::new(file).exists())
}

fn install_debian() -> Result<()> {
    println!("plugins: installing {} (rustup cannot add {TARGET})", DEBIAN_PACKAGES.join(" "));
    let apt = |arguments: &[&str]| {
        let mut apt = command("apt-get", &["-q", "-y", "-o", "DPkg::Lock::Timeout=600"]);
        output(apt.args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    let install = [["install", "--no-install-recommends"].as_slice(), DEBIAN_PACKAGES].concat();
    apt(&["update"]).and_then(|_| apt(&install)).with_context(|| {
        format!("{TARGET} is missing: run `rustup target add {TARGET}`, or on Debian as root `apt-get install {}`",
            DEBIAN_PACKAGES.join(" "))
    })?;
    Ok(())
}

fn debian_cargo() -> Result<Command> {
    let mut cargo = command("/usr/bin/cargo", &["-Z", "build-std=std,panic_abort"]);
    cargo.env_clear();
    for name in KEPT_VARIABLES {
        if let Some(value) = std::env::var_os(name) {
            cargo.env(name, value);
        }
    }
    cargo.env("PATH", "/usr/bin:/bin").env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1");
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", WASM_LINKER);
    let version = output(&mut command("/usr/bin/rustc", &["--version"]))?;
    println!("plugins: Debian's {version}");
    Ok(cargo)
}

/// A core module that cargo made, and the component that it becomes.
struct Module {
    core: PathBuf,
    component: PathBuf,
}

impl Module {
    /// From one line of cargo's JSON; `None` for everything that is no module of ours.
    fn from_message(line: &str) -> Option<Self> {
        let message: Value = serde_json::from_str(line).ok()?;
        let files = message.get("filenames")?.as_array()?;
        let core = files.iter().filter_map(Value::as_str).find(|file| file.ends_with(".wasm"))?;
        let manifest = Path::new(message.get("manifest_path")?.as_str()?);
        let folder = if manifest.starts_with(root().join("tests/guests")) { "guests" } else { "plugins" };
        let name = message.get("target")?.get("name")?.as_str()?.replace('_', "-");
        let component = root().join("target").join(folder).join(format!("{name}.wasm"));
        Some(Self { core: core.into(), component })
    }

    /// Written only when the bytes differ, and in one step: who watches the file sees changes alone.
    fn make_component(&self) -> Result<()> {
        let shown = self.component.strip_prefix(root()).unwrap_or(&self.component).display().to_string();
        let core = std::fs::read(&self.core).with_context(|| format!("no {}", self.core.display()))?;
        let bytes = encode(&core).with_context(|| format!("{shown} is no component"))?;
        let imports = imports(&bytes).with_context(|| format!("{shown} cannot be used"))?;
        if std::fs::read(&self.component).is_ok_and(|old| old == bytes) {
            println!("plugins: {shown} ({} KiB, unchanged)", bytes.len() / 1024);
            return Ok(());
        }
        let folder = self.component.parent().context("a component has no folder")?;
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let partial = self.component.with_extension("partial");
        std::fs::write(&partial, &bytes)
            .and_then(|()| std::fs::rename(&partial, &self.component))
            .with_context(|| format!("cannot write {shown}"))?;
        println!("plugins: {shown} ({} KiB): {}", bytes.len() / 1024, imports.join(", "));
        Ok(())
    }
}

fn encode(core: &[u8]) -> Result<Vec<u8>> {
    ComponentEncoder::default().validate(true).module(core)?.encode()
}

/// What the component needs of its host; an error for anything that gyre does not lend (WASI, say).
fn imports(component: &[u8]) -> Result<Vec<String>> {
    let decoded = wit_component::decode(component)?;
    let DecodedWasm::Component(resolve, world) = decoded else { bail!("it is no component") };
    let world = resolve.worlds.get(world).context("it has no world")?;
    let names: Vec<String> = world.imports.keys().map(|key| resolve.name_world_key(key)).collect();
    match names.iter().find(|name| !LENT.iter().any(|package| name.starts_with(package))) {
        Some(foreign) => bail!("it imports {foreign}, and gyre lends only {}", LENT.join(", ")),
        None => Ok(names.iter().filter_map(|name| short_name(name)).collect()),
    }
}

/// `http` of `gyre:host/http@0.1.0`; none for interfaces of types alone.
fn short_name(import: &str) -> Option<String> {
    let name = import.split('/').nth(1)?.split('@').next()?;
    (!TYPES_ONLY.contains(&name)).then(|| name.to_owned())
}
