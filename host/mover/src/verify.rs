//! Proving a copy: what the device holds, read back by the worker as hashes, against what was read from
//! the source. Knows no source.

use crate::blocks::{Geometry, WINDOW_BLOCKS};
use crate::meter::Meter;
use crate::plan::hashes;
use crate::stages::Stages;
use crate::{BlockSet, MachineClock, Manifest, Retry};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use gyre_core::limits::HASH_BLOCK_BYTES;
use gyre_core::roles::Progress;
use gyre_core::{BlockTarget, Result};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Hash requests at once: the worker reads its device with one and hashes with the other.
const REQUESTS_IN_FLIGHT: usize = 4;
/// More wrong blocks than these say nothing more.
pub(crate) const WRONG_MAX: usize = 16;

/// Reads back all blocks of a disk and compares them with a manifest. Returns the offsets, in bytes, of
/// the first blocks that differ, at most 16 of them; none: the disk is what the manifest says.
///
/// # Errors
/// Those of the target; `mover.hashes`.
pub async fn verify(
    manifest: &Manifest,
    target: Arc<dyn BlockTarget>,
    progress: &dyn Progress,
) -> Result<Vec<u64>> {
    let blocks = BlockSet::all(manifest.blocks());
    let stages = Stages::new(Arc::new(MachineClock::default()));
    let mut meter = Meter::new(progress, "verify", manifest.size(), stages, target.clone());
    let checked =
        check(manifest, &blocks, &target, Retry::default(), &CancellationToken::new(), &mut meter).await?;
    Ok(checked.wrong)
}

pub(crate) struct Checked {
    /// Bytes that were right.
    pub(crate) verified: u64,
    /// Offsets of the first that were not.
    pub(crate) wrong: Vec<u64>,
}

/// Compares the blocks of a set.
pub(crate) async fn check(
    manifest: &Manifest,
    blocks: &BlockSet,
    target: &Arc<dyn BlockTarget>,
    retry: Retry,
    stop: &CancellationToken,
    meter: &mut Meter<'_>,
) -> Result<Checked> {
    let geometry = Geometry::new(manifest.size());
    let requests = blocks.runs(WINDOW_BLOCKS).map(|run| async move {
        let hashes = hashes(target, &geometry, &run, &retry, stop).await?;
        Ok((run, hashes))
    });
    let mut answers = stream::iter(requests).buffered(REQUESTS_IN_FLIGHT);
    let mut checked = Checked { verified: 0, wrong: Vec::new() };
    while let Some((run, hashes)) = answers.try_next().await? {
        for (block, hash) in run.clone().zip(hashes) {
            if manifest.hash(block) == Some(hash) {
                checked.verified += geometry.length(block);
            } else if checked.wrong.len() < WRONG_MAX {
                checked.wrong.push(block * HASH_BLOCK_BYTES);
            }
        }
        let bytes = geometry.bytes(&run);
        meter.add(bytes.end - bytes.start);
    }
    Ok(checked)
}
