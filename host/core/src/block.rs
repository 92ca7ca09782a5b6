//! Disks as the mover sees them: where bytes come from, and where they go.

use crate::{Extent, Result};
use async_trait::async_trait;
use bytes::Bytes;
use std::sync::Arc;
use std::time::Duration;

/// BLAKE3 of one block of [`crate::limits::HASH_BLOCK_BYTES`] (the last one of a disk may be shorter).
pub type Hash = [u8; 32];

/// Random-access bytes that the host reads itself, blocking: a file, a block device.
pub trait BlockRead: Send + Sync {
    /// Size in bytes.
    fn size(&self) -> u64;
    /// Fills `buffer` from `offset`.
    ///
    /// # Errors
    /// `disk.read`, also when `offset..offset + buffer.len()` reaches past the end.
    fn read_at(&self, offset: u64, buffer: &mut [u8]) -> Result<()>;
}

/// Random-access bytes that the host writes itself, blocking: a file, a block device.
pub trait BlockWrite: Send + Sync {
    /// Writes `bytes` at `offset`. Idempotent. Not durable before [`BlockTarget::flush`].
    ///
    /// # Errors
    /// As [`BlockTarget::write`].
    fn write_at(&self, offset: u64, bytes: &[u8]) -> Result<()>;
}

/// One disk of a snapshot, as a source plugin answers for it.
#[async_trait]
pub trait Origin: Send + Sync {
    /// Virtual size in bytes.
    fn size(&self) -> u64;

    /// What lies in `offset..offset + length`, in order, without gaps; may stop early
    /// ([`crate::extent::check_cover`]). With `since` (a snapshot's state), only what changed after that
    /// snapshot: in order, with gaps where nothing changed; the caller asks on from the end of the last
    /// extent until the answer is empty ([`crate::extent::check_changed`]). The mover checks both again.
    ///
    /// # Errors
    /// Kind not-found with `since`: the base is gone, compare hashes instead.
    async fn extents(&self, since: Option<&str>, offset: u64, length: u64) -> Result<Vec<Extent>>;

    /// The handle that `stored` and `packed` extents name.
    fn disk(&self, id: u32) -> Option<Arc<dyn BlockRead>>;

    /// Bytes of a `data` extent, at most [`crate::limits::PIECE_BYTES_MAX`].
    async fn read(&self, offset: u64, length: u32) -> Result<Bytes>;
}

/// One disk on a worker, as the agent writes it. All calls may run at the same time.
#[async_trait]
pub trait BlockTarget: Send + Sync {
    /// Size of the device in bytes; at least that of the source disk.
    fn size(&self) -> u64;
    /// Writes `bytes` at `offset`. Idempotent. Not durable before [`BlockTarget::flush`].
    async fn write(&self, offset: u64, bytes: Bytes) -> Result<()>;
    /// Whether there is a way to the device on which less is faster: [`BlockTarget::write_packed`] is of use.
    fn unpacks(&self) -> bool {
        false
    }
    /// [`BlockTarget::write`] of what this zstd frame unpacks to, at most [`crate::limits::PIECE_BYTES_MAX`].
    ///
    /// # Errors
    /// `mover.defect` where [`BlockTarget::unpacks`] says no.
    async fn write_packed(&self, _offset: u64, _packed: Bytes) -> Result<()> {
        Err(crate::Error::other("mover.defect", "a disk that does not unpack was written packed"))
    }
    /// Makes a range read as zeros. Idempotent.
    async fn zero(&self, offset: u64, length: u64) -> Result<()>;
    /// Makes everything written so far durable.
    async fn flush(&self) -> Result<()>;
    /// Hashes of the blocks of `offset..offset + length` as the device holds them (not a cache).
    /// `offset` is a multiple of a block, and so is the end, unless it is the disk's;
    /// `length` is at most [`crate::limits::HASH_RANGE_BYTES_MAX`].
    async fn hashes(&self, offset: u64, length: u64) -> Result<Vec<Hash>>;
    /// Where the device is this machine's own, the way to write it from the thread that has the bytes, while its
    /// processor still holds them. What is written there is as good as by [`BlockTarget::write`].
    fn local(&self) -> Option<Arc<dyn BlockWrite>> {
        None
    }
    /// What of the time that all writes took which were answered until now, each for itself, was the device's, as its own
    /// side measured it; none: there is no way to the device, and all of it is.
    fn took(&self) -> Option<Duration> {
        None
    }
}
