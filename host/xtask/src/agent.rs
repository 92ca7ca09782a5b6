//! The static `gyre-agent`: it must run on any Linux that a cloud has an image of, so it brings its
//! own C library. Knows how it is linked and checks that it was.

use crate::run::{cargo, command, root, run};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;

const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Builds the agent and gives back where it is.
///
/// # Errors
/// When it does not build, or needs a dynamic loader.
pub fn build() -> Result<PathBuf> {
    let mut build = cargo(&["build", "--package", "gyre-agent", "--profile", "agent", "--target", TARGET]);
    // For this target alone: build scripts and macros stay dynamic.
    build.env("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS", "-C target-feature=+crt-static");
    run(&mut build)?;
    let agent = root().join("target").join(TARGET).join("agent/gyre-agent");
    let size = std::fs::metadata(&agent).with_context(|| format!("no {}", agent.display()))?.len();
    let described = command("ldd", &[&agent.to_string_lossy()]).output().context("ldd cannot be started")?;
    let described = [described.stdout, described.stderr].concat();
    let described = String::from_utf8_lossy(&described);
    if !described.contains("statically linked") && !described.contains("not a dynamic executable") {
        bail!("the agent is not static: {}", described.trim());
    }
    println!(
        "agent: {} ({} KiB, static)",
        agent.strip_prefix(root()).unwrap_or(&agent).display(),
        size / 1024
    );
    Ok(agent)
}
