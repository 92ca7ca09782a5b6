//! What it costs that some data is decoded inside the sandbox, by the plugin: a part of the disk enciphered with LUKS in a
//! qcow2 image, read and hashed. The computing time beyond that of the same bytes read from a raw file is held beside that
//! of the same code compiled for this machine: without the processor's own instructions for AES and SHA-2, which
//! WebAssembly has not.

use super::Bench;
use super::meter::{median_of, metered};
use super::sandbox::natively;
use crate::run::{command, run};
use anyhow::Result;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What of the disk is enciphered: it is slow to decipher, and soon enough known how slow.
const PART_MIB: u64 = 256;
/// So that it is not the key whose deriving is measured, milliseconds of qemu-img's.
const KEY_MS: &str = "encrypt.iter-time=10";

/// Computing times, seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Decoding {
    /// The format.
    pub title: String,
    /// What was decoded.
    pub mib: u64,
    /// By one instance of the plugin alone, by the clock, with all else that reading and hashing takes.
    pub alone: f64,
    /// By as many as read at once by default, the same.
    pub together: f64,
    /// Computing time in the sandbox,
    pub sandboxed: f64,
    /// and without one.
    pub native: f64,
}

impl Decoding {
    /// How many times the computing time of the same code without a sandbox.
    pub fn factor(&self) -> f64 {
        self.sandboxed / self.native
    }
}

struct Images {
    key: PathBuf,
    plain: PathBuf,
    sealed: PathBuf,
}

/// Measures it.
///
/// # Errors
/// When a program fails.
pub fn compare(bench: &Bench) -> Result<Decoding> {
    println!("bench: LUKS in qcow2 deciphered in the sandbox and natively");
    let images = make(bench)?;
    let (mut alone, mut together) = (Vec::new(), Vec::new());
    let (mut sandboxed, mut native) = (Vec::new(), Vec::new());
    for round in 0..=bench.options.rounds {
        let plain = hashed(bench, "raw", &images.plain, None, true)?;
        let one = hashed(bench, "qcow2", &images.sealed, Some(&images.key), false)?;
        let all = hashed(bench, "qcow2", &images.sealed, Some(&images.key), true)?;
        let own = natively("qcow2", &images.sealed, Some(&images.key))?;
        if round > 0 {
            alone.push(one.seconds);
            together.push(all.seconds);
            sandboxed.push(all.cpu_seconds - plain.cpu_seconds);
            native.push(own.seconds);
        }
    }
    for image in [&images.plain, &images.sealed] {
        std::fs::remove_file(image)?;
    }
    Ok(Decoding {
        title: "LUKS in qcow2".into(),
        mib: PART_MIB,
        alone: median_of(alone),
        together: median_of(together),
        sandboxed: median_of(sandboxed),
        native: median_of(native),
    })
}

fn make(bench: &Bench) -> Result<Images> {
    let at = |name: &str| bench.directory.join(name);
    let images = Images { key: at("key"), plain: at("part.raw"), sealed: at("part.qcow2") };
    std::fs::write(&images.key, "of the benchmark")?;
    let part = format!("count={PART_MIB}");
    let mut cut = command("qemu-img", &["dd", "-f", "raw", "-O", "raw", "bs=1M", &part]);
    run(cut.arg(setting("if", &bench.disk.path)).arg(setting("of", &images.plain)))?;
    let mut seal = command("qemu-img", &["convert", "-f", "raw", "-O", "qcow2", "--object"]);
    seal.arg(format!("secret,id=key,{}", setting("file", &images.key)));
    seal.args(["-o", "encrypt.format=luks,encrypt.key-secret=key", "-o", KEY_MS]);
    run(seal.arg(&images.plain).arg(&images.sealed))?;
    for (name, readers) in [("alone.toml", "limit = { readers = 1 }"), ("together.toml", "")] {
        let plugin = crate::run::root().join("target/plugins/disk-image.wasm");
        let text = format!(
            "[host]\nstate = \"state\"\n[plugin.disk-image]\ncomponent = \"{}\"\n{readers}\n",
            plugin.display()
        );
        std::fs::write(at(name), text)?;
    }
    Ok(images)
}

fn setting(name: &str, path: &Path) -> String {
    format!("{name}={}", path.display())
}

/// Reads and hashes an image, by one instance of the plugin or by as many as there may be.
fn hashed(
    bench: &Bench,
    format: &str,
    image: &Path,
    key: Option<&Path>,
    together: bool,
) -> Result<super::meter::Took> {
    let config = if together { "together.toml" } else { "alone.toml" };
    let mut hash = bench.gyre_by(config, &["hash", "--format", format]);
    if let Some(key) = key {
        hash.arg("--key-file").arg(key);
    }
    Ok(metered(hash.arg(image))?.0)
}
