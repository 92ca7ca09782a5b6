//! The `gyre-agent` of workers: a static one, which must run on any Linux that a cloud has an image of, so it brings its
//! own C library, and one for workers that run Windows, which needs nothing but Windows' own libraries. Knows how they are
//! linked and checks that they were.

use crate::plugins::install_debian;
use crate::run::{cargo, command, output, root, run};
use anyhow::{Context, Result, bail};
use gyre_build::toolchain::WINDOWS;
use std::path::{Path, PathBuf};
use std::process::Command;

const TARGET: &str = "x86_64-unknown-linux-gnu";
/// Compiles and links for Windows, and looks into what came out: Debian's package `gcc-mingw-w64-x86-64`.
const WINDOWS_LINKER: &str = "x86_64-w64-mingw32-gcc";
const WINDOWS_OBJDUMP: &str = "x86_64-w64-mingw32-objdump";
/// Libraries that every Windows has.
const WINDOWS_LIBRARIES: [&str; 8] = [
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ntdll.dll",
    "ws2_32.dll",
    "api-ms-win-core-synch-l1-2-0.dll",
];

/// Builds the agents and gives back where the one for Linux is.
///
/// # Errors
/// When one does not build, or needs what not every worker has.
pub fn build() -> Result<PathBuf> {
    let linux = linux()?;
    match windows_cargo()? {
        Some(cargo) => windows(cargo)?,
        None => println!(
            "agent: none for workers that run Windows: {}, and `apt-get install gcc-mingw-w64-x86-64`",
            WINDOWS.remedy()
        ),
    }
    Ok(linux)
}

fn linux() -> Result<PathBuf> {
    let mut build = cargo(&[]);
    // For this target alone: build scripts and macros stay dynamic.
    build.env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS", "-C target-feature=+crt-static");
    let agent = built(build, TARGET, "gyre-agent")?;
    let described = command("ldd", &[&agent.to_string_lossy()]).output().context("ldd cannot be started")?;
    let described = [described.stdout, described.stderr].concat();
    let described = String::from_utf8_lossy(&described);
    if !described.contains("statically linked") && !described.contains("not a dynamic executable") {
        bail!("the agent is not static: {}", described.trim());
    }
    tell(&agent, "static")?;
    Ok(agent)
}

/// None: no toolchain for it can be had.
fn windows_cargo() -> Result<Option<Command>> {
    if output(&mut command(WINDOWS_LINKER, &["--version"])).is_err() {
        return Ok(None);
    }
    if let Some(cargo) = WINDOWS.cargo(&root())? {
        return Ok(Some(cargo));
    }
    match install_debian(&WINDOWS) {
        Ok(()) => WINDOWS.cargo(&root()),
        Err(error) => {
            println!("agent: {error:#}");
            Ok(None)
        }
    }
}

fn windows(cargo: Command) -> Result<()> {
    let agent = built(cargo, WINDOWS.triple, "gyre-agent.exe")?;
    let described = output(&mut command(WINDOWS_OBJDUMP, &["-p", &agent.to_string_lossy()]))?;
    let needed = described.lines().filter_map(|line| line.trim().strip_prefix("DLL Name: "));
    let others: Vec<&str> =
        needed.filter(|name| !WINDOWS_LIBRARIES.iter().any(|own| own.eq_ignore_ascii_case(name))).collect();
    if !others.is_empty() {
        bail!("the agent for Windows needs libraries that not every Windows has: {}", others.join(", "));
    }
    tell(&agent, "Windows' own libraries")
}

fn built(mut cargo: Command, target: &str, name: &str) -> Result<PathBuf> {
    run(cargo.args(["build", "--package", "gyre-agent", "--profile", "agent", "--target", target]))?;
    Ok(root().join("target").join(target).join("agent").join(name))
}

fn tell(agent: &Path, needs: &str) -> Result<()> {
    let size = std::fs::metadata(agent).with_context(|| format!("no {}", agent.display()))?.len();
    let shown = agent.strip_prefix(root()).unwrap_or(agent).display();
    println!("agent: {shown} ({} KiB, {needs})", size / 1024);
    Ok(())
}
