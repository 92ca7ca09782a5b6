//! The disk copied to a block device through mutual TLS on this one machine: by nbdcopy to nbdkit, and by gyre's mover to
//! its agent, which is also asked to hash what it wrote. Then what gyre moves after one hundredth of the disk changed.
//! The device is a loop device over a new file, so that both write to what a worker has. Knows nbdkit and certificates.

use super::Bench;
use super::meter::{Row, Took, check_same, in_turns, metered};
use crate::run::{command, output, root, run};
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::net::TcpListener;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// How many times as fast as nbdcopy gyre is to be.
const AIM: f64 = 1.3;
/// Every such part of the disk changes.
const CHANGED_OF: u64 = 100;
/// A guest's writes lie together in runs of about this, bytes.
const RUN_BYTES: u64 = 1 << 20;
/// A guest's file system writes in these, bytes.
const PAGE_BYTES: u64 = 4096;

/// What the mover says of a copy; `host/mover/src/job.rs` has the rest.
#[derive(Deserialize)]
struct Report {
    size: u64,
    moved: u64,
    seconds: f64,
}

/// What was moved after a change.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Changed {
    /// Of the disk, bytes.
    pub size: u64,
    /// What differs from the first disk, bytes.
    pub changed: u64,
    /// What was sent, bytes.
    pub moved: u64,
    /// By the clock, with the reading of all of the disk.
    pub seconds: f64,
}

/// Both programs in turns, and the change.
///
/// # Errors
/// When one fails, or a copy is wrong.
pub fn compare(bench: &Bench) -> Result<(Row, Changed)> {
    println!("bench: raw to a device, through TLS");
    let certificates = bench.directory.join("certificates");
    let mut make = command("bash", &["tests/fixtures/bench-certificates.sh"]);
    run(make.arg(&certificates))?;
    let theirs = || by_nbdcopy(bench, &certificates);
    let (peer, ours) = in_turns(bench.options.rounds, theirs, || by_gyre(bench).map(|(took, _)| took))?;
    let row =
        Row { title: "raw, through TLS".into(), peer_name: "nbdcopy".into(), aim: Some(AIM), peer, ours };
    Ok((row, after_change(bench)?))
}

/// nbdkit serves the device for as long as nbdcopy runs, as its child.
fn by_nbdcopy(bench: &Bench, certificates: &Path) -> Result<Took> {
    let device = Device::new(bench)?;
    let port = TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port();
    let copy = format!(
        "nbdcopy --destination-is-zero --flush '{}' 'nbds://localhost:{port}/?tls-certificates={}'",
        bench.disk.path.display(),
        certificates.display()
    );
    let mut serve = Command::new("nbdkit");
    serve.args(["-i", "127.0.0.1", "-p", &port.to_string(), "--tls=require", "--tls-verify-peer"]);
    serve.arg(format!("--tls-certificates={}", certificates.display()));
    serve.arg("file").arg(&device.path).args(["--run", &copy]);
    let (took, _) = metered(&serve)?;
    device.check(&bench.disk.path)?;
    Ok(took)
}

/// Its time is the copy's with the proof, not that of bringing up the worker; its computing time is all of it.
fn by_gyre(bench: &Bench) -> Result<(Took, Report)> {
    let device = Device::new(bench)?;
    let (took, mut reports) = linked(&device, &[&bench.disk.path])?;
    device.check(&bench.disk.path)?;
    let report = reports.pop().context("the copy told nothing")?;
    Ok((Took { seconds: report.seconds, ..took }, report))
}

fn after_change(bench: &Bench) -> Result<Changed> {
    println!("bench: again, after a change of 1 %");
    let path = bench.directory.join("changed.raw");
    let mut copy = command("cp", &["--sparse=always"]);
    run(copy.arg(&bench.disk.path).arg(&path))?;
    let changed = change(&path)?;
    let device = Device::new(bench)?;
    let (_, mut reports) = linked(&device, &[&bench.disk.path, &path])?;
    device.check(&path)?;
    std::fs::remove_file(&path)?;
    let report = reports.pop().context("the copy told nothing")?;
    Ok(Changed { size: report.size, changed, moved: report.moved, seconds: report.seconds })
}

/// Writes other bytes over a hundredth of the disk, in runs that lie evenly over it and begin at odd pages. Answers how
/// many bytes.
fn change(path: &Path) -> Result<u64> {
    let file = File::options().write(true).open(path)?;
    let size = file.metadata()?.len();
    let runs = (size / CHANGED_OF / RUN_BYTES).max(1);
    let mut word = 88_172_645_463_325_252_u64;
    for run in 0..runs {
        let mut bytes = Vec::with_capacity(RUN_BYTES as usize);
        while (bytes.len() as u64) < RUN_BYTES {
            word ^= word << 13;
            word ^= word >> 7;
            word ^= word << 17;
            bytes.extend_from_slice(&word.to_le_bytes());
        }
        let at = size / runs * run + word % 16 * PAGE_BYTES;
        file.write_all_at(&bytes, at.min(size - RUN_BYTES))?;
    }
    Ok(runs * RUN_BYTES)
}

/// Copies these disks one after the other onto the device.
fn linked(device: &Device, disks: &[&Path]) -> Result<(Took, Vec<Report>)> {
    let mut link = Command::new(root().join("target/release/examples/link_bench"));
    link.arg(root().join("target/x86_64-unknown-linux-gnu/agent/gyre-agent")).arg(&device.path).args(disks);
    let (took, said) = metered(&link)?;
    let reports: Vec<Report> = said
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(serde_json::from_str)
        .collect::<Result<_, _>>()
        .with_context(|| format!("not understood: {said}"))?;
    Ok((took, reports))
}

/// A loop device over a new file that reads as zeros.
struct Device {
    path: PathBuf,
    file: PathBuf,
    attached: bool,
}

impl Device {
    fn new(bench: &Bench) -> Result<Self> {
        let file = bench.directory.join("device.raw");
        File::create(&file)?.set_len(bench.disk.path.metadata()?.len())?;
        let mut attach = command("losetup", &["--find", "--show"]);
        let path = output(attach.arg(&file)).context("a loop device is needed, and root")?;
        Ok(Self { path: path.into(), file, attached: true })
    }

    /// Takes the device away, and compares.
    fn check(mut self, disk: &Path) -> Result<()> {
        self.detach()?;
        check_same(disk, &self.file)
    }

    /// Once: the next who looks for a free one may have it then.
    fn detach(&mut self) -> Result<()> {
        if std::mem::take(&mut self.attached) {
            output(command("losetup", &["--detach"]).arg(&self.path))?;
        }
        Ok(())
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        if let Err(error) = self.detach() {
            println!("bench: {error:#}");
        }
        std::fs::remove_file(&self.file).ok();
    }
}
