//! `cargo xtask plugins [NAME...]`: the components. (Placeholder until the SDK's helper writes it; keep `run`'s signature.)

use anyhow::{Result, bail};

/// Builds these plugins, or all.
pub fn run(_names: &[String]) -> Result<()> {
    bail!("not written yet")
}
