//! The source machine's disks as `tests/fixtures/disk.sh` and `stack.sh` make them, and changes that their file
//! system survives. Knows where its one large file lies; not what is done with the disks.

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A block as gyre hashes and moves it; written down here so that the tests do not ask the program
/// that they test.
pub const BLOCK_BYTES: u64 = 64 * 1024;

/// The top of the work tree.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Runs a program to its end and gives back its standard output.
///
/// # Errors
/// When it cannot be started or fails, with what it said.
pub fn capture(command: &mut Command) -> Result<String> {
    let line = format!("{command:?}");
    let output = command.output().with_context(|| format!("cannot start {line}"))?;
    if !output.status.success() {
        bail!("{line}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// How the source machine's disk is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One ext4 partition.
    Plain,
    /// `/boot`, and a volume group with root and swap.
    Lvm,
    /// Two disks, mirrored: `/boot`, and LUKS with a volume group in it.
    RaidLuks,
    /// UEFI, and subvolumes of btrfs.
    UefiBtrfs,
}

/// Of the disks of [`Layout::RaidLuks`].
pub const PASSPHRASE: &str = "stack-passphrase";

impl Layout {
    /// Script of `tests/fixtures` and its argument; how many disks it makes.
    const fn made_by(self) -> (&'static str, &'static str, usize) {
        match self {
            Layout::Plain => ("disk.sh", "plain", 1),
            Layout::Lvm => ("disk.sh", "lvm", 1),
            Layout::RaidLuks => ("stack.sh", "raid-luks", 2),
            Layout::UefiBtrfs => ("stack.sh", "uefi-btrfs", 1),
        }
    }

    /// As the source names it.
    pub const fn firmware(self) -> &'static str {
        match self {
            Layout::UefiBtrfs => "uefi",
            Layout::Plain | Layout::Lvm | Layout::RaidLuks => "bios",
        }
    }
}

/// The source machine's disk: a private copy that may be changed.
#[derive(Clone, Debug)]
pub struct SourceDisk {
    /// The qcow2 image.
    pub path: PathBuf,
    /// Virtual size in bytes.
    pub size: u64,
    ledger: Ledger,
}

/// Where `/srv/ledger.bin` lies.
#[derive(Clone, Copy, Debug, Deserialize)]
struct Ledger {
    size: u64,
    ledger_offset: u64,
    ledger_length: u64,
}

impl SourceDisk {
    /// Makes the machine's disks unless they are cached, and copies them to `NAME.qcow2`, `NAME-1.qcow2`, … in `directory`.
    ///
    /// # Errors
    /// When the script fails (it needs root) or the copy does.
    pub fn create(layout: Layout, directory: &Path, name: &str) -> Result<Vec<Self>> {
        let (script, kind, count) = layout.made_by();
        let path = root().join("tests/fixtures").join(script);
        let made =
            Command::new("bash").arg(path).arg(kind).stderr(std::process::Stdio::inherit()).output()?;
        ensure!(made.status.success(), "tests/fixtures/{script} {kind}: {}", made.status);
        let first = String::from_utf8(made.stdout)?.trim().to_owned();
        let copy = |n: usize| {
            let cached =
                if n == 0 { first.clone() } else { first.replace("-0.qcow2", &format!("-{n}.qcow2")) };
            let file = if n == 0 { format!("{name}.qcow2") } else { format!("{name}-{n}.qcow2") };
            Self::copy(Path::new(&cached), &directory.join(file))
        };
        (0..count).map(copy).collect()
    }

    fn copy(cached: &Path, path: &Path) -> Result<Self> {
        std::fs::copy(cached, path).with_context(|| format!("cannot copy {}", cached.display()))?;
        let ledger: Ledger = serde_json::from_slice(&std::fs::read(format!("{}.json", cached.display()))?)?;
        Ok(Self { path: path.to_owned(), size: ledger.size, ledger })
    }

    /// Overwrites `count` stretches of 4 KiB of `/srv/ledger.bin`, far apart, with bytes made from `seed`;
    /// gives back how many blocks of [`BLOCK_BYTES`] they lie in.
    ///
    /// # Errors
    /// When the file has no room for so many, or `qemu-io` fails.
    pub fn change(&self, count: u64, seed: u8) -> Result<u64> {
        const STRETCH: u64 = 4096;
        let step = (self.ledger.ledger_length / count.max(1)) / STRETCH * STRETCH;
        ensure!(step >= 2 * BLOCK_BYTES, "{count} changes do not fit apart into /srv/ledger.bin");
        let offsets: Vec<u64> = (0..count).map(|n| self.ledger.ledger_offset + n * step).collect();
        let mut qemu_io = Command::new("qemu-io");
        qemu_io.args(["-f", "qcow2"]).arg(&self.path);
        for offset in &offsets {
            qemu_io.args(["-c", &format!("write -P {seed} {offset} {STRETCH}")]);
        }
        let said = capture(&mut qemu_io)?;
        ensure!(!said.contains("failed"), "qemu-io: {said}");
        let blocks: std::collections::BTreeSet<u64> =
            offsets.iter().flat_map(|o| [o / BLOCK_BYTES, (o + STRETCH - 1) / BLOCK_BYTES]).collect();
        Ok(blocks.len() as u64)
    }

    /// Whether the volume's bytes are the disk's; QEMU compares them, and nothing of gyre's.
    ///
    /// # Errors
    /// Names the first difference.
    pub fn same_as(&self, volume: &Path) -> Result<()> {
        let mut compare = Command::new("qemu-img");
        // -U: a guest may have the volume open.
        compare.args(["compare", "-U", "-f", "qcow2", "-F", "raw"]).arg(&self.path).arg(volume);
        let output = compare.output().context("cannot start qemu-img")?;
        let said = String::from_utf8_lossy(&output.stdout);
        ensure!(
            output.status.success(),
            "{} differs from {}: {}{}",
            volume.display(),
            self.path.display(),
            said.trim(),
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(())
    }
}

/// SHA-256 of a file, to tell later that it did not change.
///
/// # Errors
/// When it cannot be read.
pub fn digest(path: &Path) -> Result<String> {
    let said = capture(Command::new("sha256sum").arg(path))?;
    Ok(said.split(' ').next().unwrap_or_default().to_owned())
}

/// What a disk's console showed under QEMU: see `tests/fixtures/boot.py`.
///
/// # Errors
/// When none of it appeared within the script's limit.
pub fn boot(disk: &Path, arguments: &[&str]) -> Result<String> {
    let script = root().join("tests/fixtures/boot.py");
    capture(Command::new("/usr/bin/python3").arg(script).arg(disk).args(arguments))
}
