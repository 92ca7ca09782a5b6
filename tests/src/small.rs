//! A small machine, an embedded cloud and a configuration: for runs that are disturbed, or must fail. Knows how they
//! are made; not what is done with them.

use crate::cloud::{Cloud, Inventory};
use crate::fixture::capture;
use crate::program::Gyre;
use crate::setting::{self, DESTINATION, SOURCE, VM};
use crate::site::Site;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Size of the small machine's disk, bytes.
pub const SMALL: u64 = 64 << 20;

/// The machine, its cloud and the program; gone when it is dropped.
pub struct Small {
    /// Where all of it lies.
    pub directory: TempDir,
    /// The cloud.
    pub site: Site,
    /// The program with its configuration.
    pub gyre: Gyre,
}

impl Small {
    /// With a disk full of data; `change` may make the cloud another one.
    ///
    /// # Errors
    /// When something cannot be made.
    pub fn new(change: impl FnOnce(&mut gyre_lab::Config)) -> Result<Self> {
        let directory = tempfile::tempdir_in(target_tmp()?)?;
        let site = Site::lab(&directory.path().join("lab"), change)?;
        let disk = directory.path().join("images").join(format!("{VM}.qcow2"));
        std::fs::create_dir_all(disk.parent().context("no directory")?)?;
        small_disk(&disk)?;
        let config = setting::write_config(
            directory.path(),
            &site,
            &[&disk],
            "bios",
            "http://127.0.0.1/ bookworm main",
        )?;
        let gyre = Gyre::new(&config)?;
        Ok(Self { directory, site, gyre })
    }

    /// The machine's image.
    pub fn disk(&self) -> PathBuf {
        self.directory.path().join("images").join(format!("{VM}.qcow2"))
    }

    /// Its state directory.
    pub fn state(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    /// With a variable of the program's environment.
    #[must_use]
    pub fn with(self, name: &str, value: impl Into<std::ffi::OsString>) -> Self {
        Self { gyre: self.gyre.with(name, value), ..self }
    }

    /// Notes a replica of the machine.
    ///
    /// # Errors
    /// When that fails.
    pub fn create(&self, name: &str) -> Result<()> {
        let route = ["--source", SOURCE, "--vm", VM, "--destination", DESTINATION];
        let line: Vec<_> = ["replica", "create", name].into_iter().chain(route).collect();
        self.gyre.json(&line).map(drop)
    }

    /// Replaces a text in a file of the directory.
    ///
    /// # Errors
    /// When it is not there.
    pub fn edit(&self, file: &str, from: &str, to: &str) -> Result<()> {
        let path = self.directory.path().join(file);
        let text = std::fs::read_to_string(&path)?;
        ensure!(text.contains(from), "{file} has no {from:?}");
        Ok(std::fs::write(path, text.replace(from, to))?)
    }

    /// Adds to the configuration.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append(&self, text: &str) -> Result<()> {
        let path = self.directory.path().join("gyre.toml");
        let before = std::fs::read_to_string(&path)?;
        Ok(std::fs::write(path, before + text)?)
    }

    /// The one volume of a replica holds what qemu-img reads in the image.
    ///
    /// # Errors
    /// When it does not.
    pub fn assert_replicated(&self, name: &str) -> Result<()> {
        let replica = self.gyre.json(&["replica", "show", name])?;
        self.assert_same(replica["last"]["disks"][0]["identity"].as_str().context("no volume")?)
    }

    /// A volume holds what qemu-img reads in the image, whether a server runs on it or not.
    ///
    /// # Errors
    /// When it does not.
    pub fn assert_same(&self, volume: &str) -> Result<()> {
        let (image, volume) = (self.disk(), self.site.volume(volume)?);
        let mut compare = Command::new("qemu-img");
        capture(compare.args(["compare", "-U", "-f", "qcow2", "-F", "raw"]).arg(image).arg(volume)).map(drop)
    }

    /// The one volume that is there now and was not before, a new server's own, holds what qemu-img reads in the image.
    ///
    /// # Errors
    /// When it does not.
    pub fn assert_deployed(&self, cloud: &Cloud, before: &Inventory) -> Result<()> {
        let now = cloud.inventory()?;
        let mut volumes = now.difference(before).filter(|thing| thing.starts_with("volumes "));
        let volume = volumes.next().and_then(|thing| thing.rsplit(' ').next()).context("no volume")?;
        self.assert_same(volume)
    }

    /// Writes other bytes somewhere on the machine's disk.
    ///
    /// # Errors
    /// When that fails.
    pub fn change_disk(&self, seed: u64) -> Result<()> {
        let at = seed % (SMALL >> 20);
        let write = format!("write -P {} {at}M 1M", seed % 251);
        capture(Command::new("qemu-io").args(["-f", "qcow2", "-c", &write]).arg(self.disk())).map(drop)
    }
}

/// `CARGO_TARGET_TMPDIR` of the tests: on a real file system.
fn target_tmp() -> Result<PathBuf> {
    let directory = crate::fixture::root().join("target/tmp");
    std::fs::create_dir_all(&directory)?;
    Ok(directory)
}

/// A qcow2 image full of data, half of it compressed.
fn small_disk(path: &Path) -> Result<()> {
    let raw = path.with_extension("raw");
    let program = std::fs::read("/usr/bin/qemu-img")?;
    let data: Vec<u8> = program.iter().copied().cycle().take(usize::try_from(SMALL)?).collect();
    std::fs::write(&raw, data)?;
    capture(Command::new("qemu-img").args(["convert", "-c", "-O", "qcow2"]).arg(&raw).arg(path))?;
    let half = (SMALL / 2).to_string();
    capture(Command::new("qemu-io").args(["-f", "qcow2", "-c", &format!("write -P 7 0 {half}")]).arg(path))?;
    Ok(std::fs::remove_file(raw)?)
}
