//! `cargo xtask bench`: what gyre takes to move a disk, beside what its peers take, in turns, on the same disk, in one
//! run. Knows the order of things; each part knows its own programs. Asserts nothing: a number is for people. What was
//! copied is compared before it counts.

mod decoding;
mod documents;
mod local;
mod meter;
mod network;
mod options;
mod picture;
mod sandbox;

use crate::run::{cargo, command, output, root, run};
use crate::{agent, plugins, setup};
use anyhow::{Context, Result};
use documents::Results;
use meter::Disk;
use options::Options;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// What is built for the host, in one call: what a dependency is compiled with follows from the packages that are named.
const HOST: [&str; 10] = [
    "build",
    "--release",
    "--package",
    "gyre-cli",
    "--package",
    "gyre-worker",
    "--bin",
    "gyre",
    "--example",
    "link_bench",
];

/// What is built of the plugin for this machine itself, with the profile of the component.
const NATIVE: [&str; 8] = [
    "build",
    "--release",
    "--manifest-path",
    "plugins/Cargo.toml",
    "--package",
    "disk-image",
    "--example",
    "native",
];

/// What WebAssembly has no instructions for is done without them natively, too: it is the sandbox that is measured.
const PORTABLE: &str = "--cfg aes_backend=\"soft\" --cfg sha2_backend=\"soft\"";

/// Where everything is that is measured with.
struct Bench {
    options: Options,
    directory: Scratch,
    disk: Disk,
}

/// A directory that is gone afterwards, whatever ended the benchmark but a signal.
struct Scratch(PathBuf);

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            println!("bench: {} is left over: {error}", self.0.display());
        }
    }
}

impl std::ops::Deref for Scratch {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

/// Builds, makes the disk, measures, prints, and writes what `arguments` ask for.
///
/// # Errors
/// When an option is wrong, something cannot be made, or a copy is not what it was made from.
pub fn bench(arguments: &[String]) -> Result<()> {
    let options = Options::parse(arguments)?;
    if options.build {
        build()?;
    }
    let began = Instant::now();
    let bench = Bench::prepare(options)?;
    let results = bench.measure()?;
    println!("\n{}\nmeasured in {:.0} s", results.tables(), began.elapsed().as_secs_f64());
    results.write_json(&root().join(&bench.options.json))?;
    if bench.options.write {
        results.write_document()?;
    }
    Ok(())
}

fn build() -> Result<()> {
    setup::packages()?;
    plugins::run(&["disk-image".into()])?;
    agent::build()?;
    run(&mut cargo(&HOST))?;
    run(cargo(&NATIVE).env("RUSTFLAGS", PORTABLE))
}

impl Bench {
    /// A new directory with the disk in it.
    fn prepare(options: Options) -> Result<Self> {
        let directory = options.directory.join(format!("gyre-bench-{}", std::process::id()));
        std::fs::create_dir_all(&directory)
            .with_context(|| format!("cannot make {}", directory.display()))?;
        let directory = Scratch(directory);
        let raw = directory.join("disk.raw");
        println!("bench: making a disk of {} MiB", options.mib);
        let mut make = command("bash", &["tests/fixtures/bench-disk.sh"]);
        run(make.arg(&raw).arg(options.mib.to_string()))?;
        std::fs::write(directory.join("gyre.toml"), "[host]\nstate = \"state\"\n")?;
        let disk = Disk::open(raw)?;
        Ok(Self { options, directory, disk })
    }

    fn measure(&self) -> Result<Results> {
        let mut conversions = Vec::new();
        let mut reading = Vec::new();
        for format in &local::FORMATS {
            let image = local::image(self, format)?;
            for proof in [local::Proof::Left, local::Proof::Made] {
                conversions.push(local::compare(self, format, &image, proof)?);
            }
            if format.is_read_twice {
                reading.push(sandbox::compare(self, format, &image)?);
            }
            if image != self.disk.path {
                std::fs::remove_file(&image)?;
            }
        }
        let decoding = decoding::compare(self)?;
        let (network, changed) = network::compare(self)?;
        Ok(Results {
            machine: machine()?,
            file_system: file_system(&self.options.directory)?,
            rounds: self.options.rounds,
            size_mib: self.options.mib,
            data_mib: self.disk.data_mib(),
            conversions,
            network,
            changed,
            reading,
            decoding,
        })
    }

    /// `gyre disk …` as it was built for this.
    fn gyre(&self, words: &[&str]) -> std::process::Command {
        self.gyre_by("gyre.toml", words)
    }

    /// The same with another configuration of the directory.
    fn gyre_by(&self, config: &str, words: &[&str]) -> std::process::Command {
        let mut gyre = std::process::Command::new(root().join("target/release/gyre"));
        gyre.arg("--config").arg(self.directory.join(config)).arg("disk").args(words);
        gyre
    }
}

fn machine() -> Result<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").context("no /proc/cpuinfo")?;
    let model = text.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let processors = text.lines().filter(|line| line.starts_with("processor")).count();
    let versions = output(&mut command("qemu-img", &["--version"]))?;
    let qemu = versions.split_whitespace().nth(2).unwrap_or("?").to_owned();
    Ok(format!("{processors} × {}, qemu-img {qemu}, {}", model.trim_matches([':', ' ', '\t']), nbdcopy()?))
}

fn nbdcopy() -> Result<String> {
    let text = output(&mut command("nbdcopy", &["--version"]))?;
    Ok(text.lines().next().unwrap_or("nbdcopy").to_owned())
}

fn file_system(directory: &Path) -> Result<String> {
    let mut stat = command("stat", &["--file-system", "--format=%T"]);
    output(stat.arg(directory))
}
