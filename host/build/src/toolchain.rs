//! A cargo that compiles for wasm32-unknown-unknown: rustup's with the target added, or Debian's `rustc-web`, which
//! builds std from its source. Installs nothing but rustup's target.

use crate::program::{output, run};
use anyhow::Result;
use std::path::Path;
use std::process::{Command, Stdio};

/// What plugins are compiled for.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's Rust that can build std for [`TARGET`], and the linker that it wants.
pub const DEBIAN_PACKAGES: &[&str] = &["rustc-web", "cargo-web", "rust-web-src", "lld-22"];
const DEBIAN_FILES: &[&str] = &["/usr/bin/cargo", "/usr/bin/rustc", "/usr/lib/rustlib/src/rust", WASM_LINKER];
/// Debian's rustc looks for a `rust-lld` that no package has.
const WASM_LINKER: &str = "/usr/lib/llvm-22/bin/wasm-ld";
/// What Debian's cargo may know of this environment: the outer cargo's variables would mislead it.
const KEPT_VARIABLES: &[&str] = &["HOME", "CARGO_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR"];
/// One set of flags for all guests and for ever: another one builds std again.
const RUSTFLAGS: &str = "-C target-feature=+simd128";

/// A cargo that can compile for [`TARGET`], in `directory`; none when it would have to be installed.
///
/// # Errors
/// When Debian's rustc is there and cannot be started.
pub fn cargo(directory: &Path) -> Result<Option<Command>> {
    let found = if has_target(directory) || (!has_debian() && add_target(directory)) {
        Some(rustup_cargo())
    } else if has_debian() {
        Some(debian_cargo()?)
    } else {
        None
    };
    Ok(found.map(|mut cargo| {
        cargo.current_dir(directory).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", RUSTFLAGS);
        cargo
    }))
}

/// What somebody types who has no such cargo.
pub fn remedy() -> String {
    format!(
        "run `rustup target add {TARGET}`, or on Debian as root `apt-get install {}`",
        DEBIAN_PACKAGES.join(" ")
    )
}

fn quiet(program: &str, arguments: &[&str], directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory).stdin(Stdio::null());
    command
}

fn has_target(directory: &Path) -> bool {
    let libdir = output(&mut quiet("rustc", &["--print", "target-libdir", "--target", TARGET], directory));
    libdir.is_ok_and(|libdir| Path::new(&libdir).is_dir())
}

fn add_target(directory: &Path) -> bool {
    run(&mut quiet("rustup", &["target", "add", TARGET], directory)).is_ok() && has_target(directory)
}

fn rustup_cargo() -> Command {
    Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
}

fn has_debian() -> bool {
    DEBIAN_FILES.iter().all(|file| Path::new(file).exists())
}

fn debian_cargo() -> Result<Command> {
    let mut cargo = Command::new("/usr/bin/cargo");
    cargo.args(["-Z", "build-std=std,panic_abort"]).env_clear();
    for name in KEPT_VARIABLES {
        if let Some(value) = std::env::var_os(name) {
            cargo.env(name, value);
        }
    }
    cargo.env("PATH", "/usr/bin:/bin").env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1");
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", WASM_LINKER);
    output(Command::new("/usr/bin/rustc").arg("--version"))?;
    Ok(cargo)
}
