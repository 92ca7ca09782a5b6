//! A raw disk copied to a device by the mover, through mutual TLS and the agent, on this one machine: what a replica's
//! first execution does once its worker is up. With a second disk, what the next execution does: it is compared with the
//! first by hashes. Prints the mover's report of each copy as a line of JSON.
//!
//! `link_bench AGENT DEVICE DISK [CHANGED]`, as root: `AGENT` is the static program, `DEVICE` reads as zeros. `cargo
//! xtask bench` runs it beside nbdcopy. `GYRE_COMPRESS=auto` or `always` compresses as a job does; by default nothing is.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a program for whoever measures

#[path = "../tests/support/mod.rs"]
#[allow(dead_code)] // the tests want more of it
mod support;

use async_trait::async_trait;
use bytes::Bytes;
use gyre_agent::bytes::ReadAt as _;
use gyre_agent::device::Disk;
use gyre_core::error::Context as _;
use gyre_core::roles::{Progress, Transport};
use gyre_core::{BlockRead, BlockTarget, Error, Extent, ExtentKind, Origin, Result, Stored};
use gyre_mover::{Compress, CopyJob, CopyOptions, Manifest, VerifyScope, copy};
use gyre_worker::{Options, Session};
use rustix::fs::SeekFrom;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use support::Machine;
use tokio_util::sync::CancellationToken;

/// As many as a job has by default.
const CONNECTIONS: usize = 4;
/// More extents than these are asked for again.
const EXTENTS_MAX: usize = 4096;
const BOOT_TIMEOUT: Duration = Duration::from_secs(60);

const SETTLE: Duration = Duration::from_millis(500);

/// A file of this machine, with the holes that its file system knows.
struct Raw {
    disk: Arc<Disk>,
    map: Arc<File>,
}

impl Raw {
    fn open(path: &Path) -> Self {
        let disk = Arc::new(Disk::open_local("source", path).unwrap());
        Self { disk, map: Arc::new(File::open(path).unwrap()) }
    }
}

impl BlockRead for Raw {
    fn size(&self) -> u64 {
        self.disk.size()
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.disk.read_at(offset, buffer).or_other("disk.read", || "read the source".into())
    }
}

#[async_trait]
impl Origin for Raw {
    fn size(&self) -> u64 {
        self.disk.size()
    }

    async fn extents(&self, _: Option<&str>, offset: u64, length: u64) -> Result<Vec<Extent>> {
        let (mut at, end, mut extents) = (offset, offset + length, Vec::new());
        while at < end && extents.len() < EXTENTS_MAX {
            let data = rustix::fs::seek(&self.map, SeekFrom::Data(at)).unwrap_or(end).min(end);
            let hole = rustix::fs::seek(&self.map, SeekFrom::Hole(data)).unwrap_or(end).min(end);
            let stored = ExtentKind::Stored(Stored { disk: 0, offset: data });
            let found = [(at, data, ExtentKind::Hole), (data, hole, stored)].into_iter();
            let found = found.filter(|(from, to, _)| from < to);
            extents.extend(found.map(|(offset, to, kind)| Extent { offset, length: to - offset, kind }));
            at = hole;
        }
        Ok(extents)
    }

    fn disk(&self, _: u32) -> Option<Arc<dyn BlockRead>> {
        Some(Arc::new(Self { disk: self.disk.clone(), map: self.map.clone() }))
    }

    async fn read(&self, _: u64, _: u32) -> Result<Bytes> {
        Err(Error::other("disk.read", "a file has no bytes that only its plugin could read"))
    }
}

struct Silent;

impl Progress for Silent {
    fn report(&self, _: &str, _: u64, _: Option<u64>) {}
}

/// What is measured is the way, and not what can be spared of it, unless that is asked for.
fn compress() -> Compress {
    let asked = std::env::var("GYRE_COMPRESS").unwrap_or_else(|_| Compress::Never.name().into());
    Compress::named(&asked).unwrap()
}

/// Copies, proves, prints what it did.
async fn execute(disk: &Path, target: Arc<dyn BlockTarget>, base: Option<Manifest>) -> Result<Manifest> {
    let job = CopyJob {
        disk: "bench".into(),
        origin: Arc::new(Raw::open(disk)),
        target,
        base,
        since: None,
        target_zeroed: true,
        verify: Some(VerifyScope::Moved),
        checkpoints: None,
        snapshot_id: disk.display().to_string(),
        target_identity: "bench".into(),
        progress: Arc::new(Silent),
        cancel: CancellationToken::new(),
        pace: gyre_mover::Pace::unlimited(),
        options: CopyOptions { compress: compress(), ..CopyOptions::default() },
    };
    let (report, manifest) = copy(job).await?;
    println!("{}", serde_json::to_string(&report).unwrap());
    Ok(manifest)
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let [agent, device, disks @ ..] = arguments.as_slice() else {
        return Err(Error::invalid("bench.usage", "link_bench AGENT DEVICE DISK [CHANGED]"));
    };
    let machine = Machine::boot();
    let worker = machine.worker(Transport::Https(0), &[device]);
    let options = Options { agent: agent.clone(), connections: CONNECTIONS, boot_timeout: BOOT_TIMEOUT };
    let session = Session::open(&worker, &machine.key("user"), &options, &CancellationToken::new()).await?;
    let mut base = None;
    for disk in disks {
        base = Some(execute(disk, session.disk("disk-0")?, base).await?);
    }
    session.close().await?;
    // Until the SSH server has counted what the agent computed.
    tokio::time::sleep(SETTLE).await;
    Ok(())
}
