//! A disk image copied file to file by this crate and by `qemu-img convert -n`, in turns, in the same run:
//! prints MiB/s and the ratio. `copy_bench [SOURCE TARGET]`; without arguments it makes a source of 1 GiB in
//! the directory for temporary files. The target is kept between runs, so that no run pays for its pages.

use async_trait::async_trait;
use bytes::Bytes;
use gyre_core::error::Context as _;
use gyre_core::roles::Progress;
use gyre_core::{BlockRead, BlockTarget, Extent, ExtentKind, Hash, Origin, Result, Stored};
use gyre_mover::{CopyJob, CopyOptions, Manifest, VerifyScope, copy};
use rustix::fs::{FallocateFlags, SeekFrom, fallocate, seek};
use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

const ROUNDS: usize = 5;
const MIB: f64 = 1024.0 * 1024.0;

struct Image(Arc<File>, u64);

impl BlockRead for Image {
    fn size(&self) -> u64 {
        self.1
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        self.0.read_exact_at(buffer, offset).or_other("disk.read", || "read".into())
    }
}

#[async_trait]
impl Origin for Image {
    fn size(&self) -> u64 {
        self.1
    }

    async fn extents(&self, _: Option<&str>, offset: u64, length: u64) -> Result<Vec<Extent>> {
        let (mut at, end, mut extents) = (offset, offset + length, Vec::new());
        while at < end && extents.len() < 4096 {
            let data = seek(&self.0, SeekFrom::Data(at)).unwrap_or(end).min(end);
            let hole = seek(&self.0, SeekFrom::Hole(data)).unwrap_or(end).min(end);
            if data > at {
                extents.push(Extent { offset: at, length: data - at, kind: ExtentKind::Hole });
            }
            if hole > data {
                let kind = ExtentKind::Stored(Stored { disk: 0, offset: data });
                extents.push(Extent { offset: data, length: hole - data, kind });
            }
            at = hole;
        }
        Ok(extents)
    }

    fn disk(&self, _: u32) -> Option<Arc<dyn BlockRead>> {
        Some(Arc::new(Image(self.0.clone(), self.1)))
    }

    async fn read(&self, _: u64, _: u32) -> Result<Bytes> {
        Ok(Bytes::new())
    }
}

/// Runs what blocks where blocking is allowed.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> std::io::Result<T> + Send + 'static,
) -> Result<T> {
    let ended =
        tokio::task::spawn_blocking(work).await.or_other("bench.thread", || "a thread died".into())?;
    ended.or_other("bench.io", || "target".into())
}

struct Target(Arc<File>, u64);

#[async_trait]
impl BlockTarget for Target {
    fn size(&self) -> u64 {
        self.1
    }

    async fn write(&self, offset: u64, bytes: Bytes) -> Result<()> {
        let file = self.0.clone();
        blocking(move || file.write_all_at(&bytes, offset)).await
    }

    async fn zero(&self, offset: u64, length: u64) -> Result<()> {
        let file = self.0.clone();
        let how = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
        blocking(move || Ok(fallocate(&file, how, offset, length)?)).await
    }

    async fn flush(&self) -> Result<()> {
        Ok(())
    }

    async fn hashes(&self, offset: u64, length: u64) -> Result<Vec<Hash>> {
        let file = self.0.clone();
        blocking(move || {
            let (mut block, mut hashes) = (vec![0; 65536], Vec::new());
            for at in (offset..offset + length).step_by(65536) {
                let part = block.split_at_mut((offset + length - at).min(65536) as usize).0;
                file.read_exact_at(part, at)?;
                hashes.push(*blake3::hash(part).as_bytes());
            }
            Ok(hashes)
        })
        .await
    }
}

/// When everything had been sent, and only the proof was left.
#[derive(Default)]
struct Sent(Mutex<Option<Instant>>);

impl Progress for Sent {
    fn report(&self, phase: &str, done: u64, total: Option<u64>) {
        if phase == "copy" && Some(done) == total {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
        }
    }
}

/// 1 GiB, of which 600 MiB are data in runs of 1 to 8 MiB.
fn make(path: &Path) -> std::io::Result<()> {
    let file = File::create(path)?;
    file.set_len(1 << 30)?;
    let (mut word, mut at) = (88172645463325252_u64, 0);
    while at < 1 << 30 {
        let run = 1 + at / (1 << 20) % 8;
        for _ in 0..run {
            let mib: Vec<u8> = (0..1 << 17)
                .flat_map(|_| {
                    word ^= word << 13;
                    word ^= word >> 7;
                    word ^= word << 17;
                    word.to_le_bytes()
                })
                .collect();
            if at < 1 << 30 {
                file.write_all_at(&mib, at)?;
            }
            at += 1 << 20;
        }
        at += (run * 2 / 3) << 20;
    }
    Ok(())
}

/// Seconds until all was sent, seconds until it was proved, and what the next copy compares with.
async fn by_gyre(source: &Path, target: &Path, base: Option<Manifest>) -> Result<(f64, f64, Manifest)> {
    let io = |e: std::io::Error| gyre_core::Error::other("bench.io", e.to_string());
    let from = File::open(source).map_err(io)?;
    let size = from.metadata().map_err(io)?.len();
    let to = OpenOptions::new().read(true).write(true).open(target).map_err(io)?;
    let sent = Arc::new(Sent::default());
    let job = CopyJob {
        disk: "bench".into(),
        origin: Arc::new(Image(Arc::new(from), size)),
        target: Arc::new(Target(Arc::new(to), size)),
        base,
        since: None,
        target_zeroed: true,
        verify: Some(VerifyScope::Moved),
        checkpoints: None,
        snapshot_id: "s".into(),
        target_identity: "t".into(),
        progress: sent.clone(),
        pace: gyre_mover::Pace::unlimited(),
        cancel: tokio_util::sync::CancellationToken::new(),
        options: CopyOptions::default(),
    };
    let started = Instant::now();
    let (report, manifest) = copy(job).await?;
    println!("  {}", serde_json::to_string(&report).unwrap_or_default());
    let sent = sent.0.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or(started);
    Ok((sent.duration_since(started).as_secs_f64(), report.seconds, manifest))
}

fn by_qemu(source: &Path, target: &Path) -> std::io::Result<f64> {
    let started = Instant::now();
    let status = std::process::Command::new("qemu-img")
        .args(["convert", "-n", "-f", "raw", "-O", "raw"])
        .args([source, target])
        .status()?;
    assert!(status.success(), "qemu-img failed");
    Ok(started.elapsed().as_secs_f64())
}

fn median(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    times.get(times.len() / 2).copied().unwrap_or(f64::NAN)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let directory = tempfile::tempdir()?;
    let (source, target) = match given.as_slice() {
        [source, target] => (source.clone(), target.clone()),
        _ => {
            let source = directory.path().join("source");
            make(&source)?;
            (source, directory.path().join("target"))
        }
    };
    let size = std::fs::metadata(&source)?.len();
    if !target.exists() {
        File::create(&target)?.set_len(size)?;
    }
    let (mut qemu, mut sent, mut proved, mut again) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        let peer = by_qemu(&source, &target)?;
        let (first, whole, manifest) = by_gyre(&source, &target, None).await?;
        let (_, second, _) = by_gyre(&source, &target, Some(manifest)).await?;
        if round > 0 {
            // The first round only warms the page cache and the target.
            qemu.push(peer);
            sent.push(first);
            proved.push(whole);
            again.push(second);
        }
    }
    let peer = median(qemu);
    let print = |what: &str, seconds: f64| {
        let rate = size as f64 / MIB / seconds;
        println!(
            "{what:<34} {seconds:.3} s  {rate:>6.0} MiB/s of disk  {:.2} × qemu-img's time",
            seconds / peer
        );
    };
    print("qemu-img convert -n", peer);
    print("gyre, hashed and sent", median(sent));
    print("gyre, hashed, sent, read back", median(proved));
    print("gyre, again, nothing changed", median(again));
    Ok(())
}
