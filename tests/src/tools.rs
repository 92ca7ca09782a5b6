//! Programs that nobody here wrote, fetched once from a package registry and kept below `target/languages`. Knows no test.

use crate::fixture::{capture, root};
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

/// A package of PyPI (`NAME==VERSION`) in a virtual environment of this name: the directory of its programs, Python among
/// them.
///
/// # Errors
/// When it cannot be fetched. What was half fetched is fetched again.
pub fn from_pypi(environment: &str, package: &str) -> Result<PathBuf> {
    let venv = root().join("target/languages").join(environment);
    let (programs, is_whole) = (venv.join("bin"), venv.join(format!("{package}.whole")));
    if !is_whole.exists() {
        capture(Command::new("python3").args(["-m", "venv"]).arg(&venv))?;
        capture(Command::new(programs.join("pip")).args(["install", "--quiet", package]))?;
        std::fs::write(is_whole, "")?;
    }
    Ok(programs)
}
