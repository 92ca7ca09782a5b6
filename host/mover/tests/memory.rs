//! How much memory a copy takes, however large the disk is: what the crate's front page says. Alone in its process, whose
//! peak is what is measured.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests fail by panicking

mod support;

use async_trait::async_trait;
use bytes::Bytes;
use gyre_core::{BlockRead, BlockTarget, Extent, ExtentKind, Hash, Origin, Packed, Result, Stored};
use gyre_mover::{Compress, CopyJob, CopyOptions, copy};
use std::sync::Arc;
use support::*;

const MIB: u64 = 1 << 20;
const DISK_BYTES: u64 = 512 * MIB;
const IN_FLIGHT: usize = 8;
/// Of each piece that is under way: itself, once more while a plugin has read it, and once more compressed.
const PIECE_BYTES: u64 = 3 * MIB;
/// And while a cluster of the largest size is unpacked.
const UNPACKING_BYTES: u64 = 12 * MIB;
/// Its hashes; the plan of three windows, one answer of the source, decoders, stacks, and what the allocator keeps.
const REST_BYTES: u64 = 24 * MIB;
/// Clusters as large as qcow2 has them.
const CLUSTER_BYTES: u64 = 2 * MIB;

/// A disk that is made when it is read: only its shape is held.
struct Endless {
    kind: &'static str,
    cluster: Arc<Cluster>,
}

/// What all of it unpacks from.
struct Cluster(Vec<u8>);

fn fill(offset: u64, buffer: &mut [u8]) {
    for (chunk, n) in buffer.chunks_mut(8).zip(offset / 8..) {
        let number = (n / 4).wrapping_mul(0x9E37_79B9_7F4A_7C15).to_le_bytes();
        chunk.copy_from_slice(&number[..chunk.len()]);
    }
}

impl BlockRead for Cluster {
    fn size(&self) -> u64 {
        DISK_BYTES
    }

    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()> {
        match self.0.get(offset as usize..offset as usize + buffer.len()) {
            Some(packed) => buffer.copy_from_slice(packed),
            None => fill(offset, buffer),
        }
        Ok(())
    }
}

#[async_trait]
impl Origin for Endless {
    fn size(&self) -> u64 {
        DISK_BYTES
    }

    async fn extents(&self, _: Option<&str>, offset: u64, length: u64) -> Result<Vec<Extent>> {
        let end = (offset + length).min((offset / CLUSTER_BYTES + 1) * CLUSTER_BYTES);
        let packed = || Packed {
            disk: 0,
            offset: 0,
            length: self.cluster.0.len() as u64,
            codec: "zstd".into(),
            skip: (offset % CLUSTER_BYTES) as u32,
        };
        let kind = match self.kind {
            "stored" => ExtentKind::Stored(Stored { disk: 0, offset }),
            "packed" => ExtentKind::Packed(packed()),
            _ => ExtentKind::Data,
        };
        Ok(vec![Extent { offset, length: end - offset, kind }])
    }

    fn disk(&self, _: u32) -> Option<Arc<dyn BlockRead>> {
        Some(self.cluster.clone())
    }

    async fn read(&self, offset: u64, length: u32) -> Result<Bytes> {
        let mut bytes = vec![0; length as usize];
        fill(offset, &mut bytes);
        Ok(bytes.into())
    }
}

/// Takes everything, and keeps nothing.
struct Away;

#[async_trait]
impl BlockTarget for Away {
    fn size(&self) -> u64 {
        DISK_BYTES
    }

    async fn write(&self, _: u64, _: Bytes) -> Result<()> {
        tokio::task::yield_now().await;
        Ok(())
    }

    fn unpacks(&self) -> bool {
        true
    }

    async fn write_packed(&self, offset: u64, packed: Bytes) -> Result<()> {
        self.write(offset, packed).await
    }

    async fn zero(&self, _: u64, _: u64) -> Result<()> {
        Ok(())
    }

    async fn flush(&self) -> Result<()> {
        Ok(())
    }

    async fn hashes(&self, _: u64, _: u64) -> Result<Vec<Hash>> {
        Ok(Vec::new())
    }
}

/// What the process has taken at most since the last call, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    // From here on the peak is another one (proc_pid_clear_refs(5)).
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    kib << 10
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_disk_takes_no_more_memory_than_is_said() {
    let mut plain = vec![0; CLUSTER_BYTES as usize];
    fill(0, &mut plain);
    let cluster = Arc::new(Cluster(pack("zstd", &plain)));
    drop(plain);
    for (kind, more) in [("stored", 0), ("data", 0), ("packed", UNPACKING_BYTES)] {
        let (any, device) =
            (Arc::new(Source::of(Vec::new(), Vec::new(), Vec::new())), Device::new(Vec::new()));
        let plain = job(&any, &device);
        let options = CopyOptions { in_flight: IN_FLIGHT, compress: Compress::Always, ..plain.options };
        let origin = Arc::new(Endless { kind, cluster: cluster.clone() });
        let job = CopyJob { origin, target: Arc::new(Away), verify: None, options, ..plain };
        peak();
        let before = peak();
        let (report, _) = copy(job).await.unwrap();
        let taken = peak().saturating_sub(before);
        assert_eq!(report.moved, DISK_BYTES);
        let allowed = IN_FLIGHT as u64 * (PIECE_BYTES + more) + REST_BYTES;
        println!("{kind}: {} MiB of {} MiB", taken / MIB, allowed / MIB);
        assert!(taken <= allowed, "{kind}: {} MiB, more than {} MiB", taken / MIB, allowed / MIB);
    }
}
