//! What it costs that the plugin runs in a sandbox: the computing time of its calls there, beside that of the same calls
//! of the same code compiled for this machine, as a part of all that reading and hashing the disk takes. Asks for the
//! whole map of the disk; bytes that only the plugin can read are read, too, natively and there.

use super::Bench;
use super::local::Format;
use super::meter::{median_of, metered};
use crate::run::root;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::process::Command;

/// A disk so small that its map says only what starting takes.
const EMPTY_BYTES: u64 = 1 << 20;

/// Computing times of one format, seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// The format.
    pub title: String,
    /// Ranges in the whole map.
    pub extents: u64,
    /// Reading and hashing the disk, everything together.
    pub whole: f64,
    /// Of it the plugin's part.
    pub sandboxed: f64,
    /// The plugin's part without a sandbox.
    pub native: f64,
}

/// What `plugins/sources/disk-image/examples/native.rs` says.
#[derive(Deserialize)]
pub struct Native {
    /// Computing time.
    pub seconds: f64,
    /// Ranges in the map.
    pub extents: u64,
}

impl Reading {
    /// How much more reading takes because of the sandbox: 0.05 is 5 %.
    pub fn cost(&self) -> f64 {
        let more = self.sandboxed - self.native;
        more / (self.whole - more)
    }
}

/// Measures one image.
///
/// # Errors
/// When a program fails.
pub fn compare(bench: &Bench, format: &Format, image: &Path) -> Result<Reading> {
    println!("bench: {} read in the sandbox and natively", format.title);
    let empty = bench.directory.join("empty.raw");
    std::fs::File::create(&empty)?.set_len(EMPTY_BYTES)?;
    let asked = |verb: &str, name: &str, image: &Path| {
        let mut gyre = bench.gyre(&[verb, "--format", name]);
        gyre.arg(image);
        metered(&gyre).map(|(took, _)| took.cpu_seconds)
    };
    let (mut whole, mut sandboxed, mut native, mut extents) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for round in 0..=bench.options.rounds {
        let beginning = asked("info", "raw", &empty)?;
        let calls = asked("info", format.name, image)? - beginning;
        let all = asked("hash", format.name, image)? - beginning;
        let own = natively(format.name, image, None)?;
        if round > 0 {
            (extents, _) = (own.extents, native.push(own.seconds));
            sandboxed.push(calls);
            whole.push(all);
        }
    }
    let (whole, sandboxed, native) = (median_of(whole), median_of(sandboxed), median_of(native));
    Ok(Reading { title: format.title.into(), extents, whole, sandboxed, native })
}

/// The plugin compiled for this machine: maps an image, and reads what only it can read.
///
/// # Errors
/// When it fails.
pub fn natively(format: &str, image: &Path, key: Option<&Path>) -> Result<Native> {
    let mut program = Command::new(root().join("plugins/target/release/examples/native"));
    program.arg(format).arg(image).args(key);
    let (_, said) = metered(&program)?;
    serde_json::from_str(&said).with_context(|| format!("not understood: {said}"))
}
