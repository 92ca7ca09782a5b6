//! A cargo that compiles for another target than this machine: rustup's with the target added, or Debian's `rustc-web`,
//! which builds std from its source. Installs nothing but rustup's target.

use crate::program::{output, run};
use anyhow::Result;
use std::path::Path;
use std::process::{Command, Stdio};

/// What is compiled for, and what Debian has for it.
pub struct Target {
    /// As Rust calls it.
    pub triple: &'static str,
    /// Debian's Rust that can build std for it, and what else that wants.
    pub debian_packages: &'static [&'static str],
    /// One set of flags for all and for ever: another one builds std again.
    flags: &'static str,
    /// Where Debian's Rust does not find the linker by itself.
    debian_linker: Option<&'static str>,
}

/// What plugins are compiled for.
pub const WASM: Target = Target {
    triple: "wasm32-unknown-unknown",
    debian_packages: &["rustc-web", "cargo-web", "rust-web-src", "lld-22"],
    flags: "-C target-feature=+simd128",
    // Debian's rustc looks for a `rust-lld` that no package has.
    debian_linker: Some("/usr/lib/llvm-22/bin/wasm-ld"),
};
/// What the agent of workers that run Windows is compiled for.
pub const WINDOWS: Target = Target {
    triple: "x86_64-pc-windows-gnu",
    debian_packages: &["rustc-web", "cargo-web", "rust-web-src"],
    flags: "",
    debian_linker: None,
};

const DEBIAN_FILES: &[&str] = &["/usr/bin/cargo", "/usr/bin/rustc", "/usr/lib/rustlib/src/rust"];
/// What Debian's cargo may know of this environment: the outer cargo's variables would mislead it.
const KEPT_VARIABLES: &[&str] = &["HOME", "CARGO_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR"];

impl Target {
    /// A cargo that can compile for it, in `directory`; none when it would have to be installed.
    ///
    /// # Errors
    /// When Debian's rustc is there and cannot be started.
    pub fn cargo(&self, directory: &Path) -> Result<Option<Command>> {
        let found = if self.is_in(directory) || (!self.is_in_debian() && self.add(directory)) {
            Some(rustup_cargo())
        } else if self.is_in_debian() {
            Some(self.debian_cargo()?)
        } else {
            None
        };
        Ok(found.map(|mut cargo| {
            cargo.current_dir(directory).env(self.variable("RUSTFLAGS"), self.flags);
            cargo
        }))
    }

    /// What somebody types who has no such cargo.
    pub fn remedy(&self) -> String {
        format!(
            "run `rustup target add {}`, or on Debian as root `apt-get install {}`",
            self.triple,
            self.debian_packages.join(" ")
        )
    }

    /// `CARGO_TARGET_<triple>_RUSTFLAGS`.
    fn variable(&self, name: &str) -> String {
        format!("CARGO_TARGET_{}_{name}", self.triple.to_uppercase().replace('-', "_"))
    }

    /// Whether the Rust of that directory has it.
    pub fn is_in(&self, directory: &Path) -> bool {
        let words = ["--print", "target-libdir", "--target", self.triple];
        output(&mut quiet("rustc", &words, directory)).is_ok_and(|libdir| Path::new(&libdir).is_dir())
    }

    fn add(&self, directory: &Path) -> bool {
        run(&mut quiet("rustup", &["target", "add", self.triple], directory)).is_ok() && self.is_in(directory)
    }

    fn is_in_debian(&self) -> bool {
        DEBIAN_FILES.iter().chain(&self.debian_linker).all(|file| Path::new(file).exists())
    }

    fn debian_cargo(&self) -> Result<Command> {
        let mut cargo = Command::new("/usr/bin/cargo");
        cargo.args(["-Z", "build-std=std,panic_abort"]).env_clear();
        for name in KEPT_VARIABLES {
            if let Some(value) = std::env::var_os(name) {
                cargo.env(name, value);
            }
        }
        cargo.env("PATH", "/usr/bin:/bin").env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1");
        if let Some(linker) = self.debian_linker {
            cargo.env(self.variable("LINKER"), linker);
        }
        output(Command::new("/usr/bin/rustc").arg("--version"))?;
        Ok(cargo)
    }
}

fn quiet(program: &str, arguments: &[&str], directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory).stdin(Stdio::null());
    command
}

fn rustup_cargo() -> Command {
    Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
}
