//! Proving a copy: what the device holds, read back by the worker as hashes, against what was read from
//! the source. Knows no source.

use crate::blocks::{Geometry, WINDOW_BLOCKS};
use crate::meter::Meter;
use crate::packing::Packer;
use crate::plan::hashes;
use crate::stages::Stages;
use crate::{BlockSet, Compress, MachineClock, Manifest, Retry};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use gyre_core::roles::Progress;
use gyre_core::{BlockTarget, Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Hash requests at once: the worker reads its device with one and hashes with the other.
const REQUESTS_IN_FLIGHT: usize = 4;
/// Ranges of wrong blocks that are named; of a disk that is wrong all over, the rest is only counted.
const WRONG_RANGES_MAX: usize = 4096;
/// Ranges that an error names.
const WRONG_NAMED_MAX: usize = 16;
/// How often a proof looks whether it should stop.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Neighbouring blocks that are not what they should be, bytes of the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WrongRange {
    /// Where the first of them begins.
    pub offset: u64,
    /// To the end of the last.
    pub length: u64,
}

impl fmt::Display for WrongRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes at {}", self.length, self.offset)
    }
}

/// What a disk holds, against what it should hold; all counts in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verdict {
    /// Blocks that were right.
    pub verified: u64,
    /// Blocks that were not.
    pub wrong: u64,
    /// Where those are, in order; the first 4096 ranges of them.
    pub ranges: Vec<WrongRange>,
}

impl fmt::Display for Verdict {
    /// What is wrong, as far as a sentence has room for it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named: Vec<_> = self.ranges.iter().take(WRONG_NAMED_MAX).map(ToString::to_string).collect();
        let more = if self.ranges.len() > WRONG_NAMED_MAX { ", and more" } else { "" };
        write!(f, "{} bytes are wrong: {}{more}", self.wrong, named.join(", "))
    }
}

impl Verdict {
    fn right(&mut self, bytes: &Range<u64>) {
        self.verified += bytes.end - bytes.start;
    }

    fn wrong(&mut self, bytes: &Range<u64>) {
        let length = bytes.end - bytes.start;
        self.wrong += length;
        let has_room = self.ranges.len() < WRONG_RANGES_MAX;
        match self.ranges.last_mut() {
            Some(last) if last.offset + last.length == bytes.start => last.length += length,
            _ if has_room => self.ranges.push(WrongRange { offset: bytes.start, length }),
            _ => {}
        }
    }
}

/// Reads back all blocks of a disk and compares them with a manifest: nothing wrong means that the disk is what the
/// manifest says. Changes nothing.
///
/// # Errors
/// Those of the target; `mover.target-small`, `mover.hashes`, `job.cancelled`.
pub async fn verify(
    manifest: &Manifest,
    target: Arc<dyn BlockTarget>,
    progress: &dyn Progress,
    retry: Retry,
    cancel: &CancellationToken,
) -> Result<Verdict> {
    fits(manifest.size(), &*target)?;
    let blocks = BlockSet::all(manifest.blocks());
    let stages = Stages::new(Arc::new(MachineClock::default()));
    let packer = Packer::new("", Compress::Never, target.clone(), stages.clone());
    let mut meter = Meter::new(progress, "verify", manifest.size(), stages, packer);
    let checking = check(manifest, &blocks, &target, retry, cancel, &mut meter);
    let stopping = async {
        while !progress.cancelled() {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    };
    tokio::select! {
        checked = checking => checked,
        () = stopping => Err(Error::cancelled()),
        () = cancel.cancelled() => Err(Error::cancelled()),
    }
}

/// Refuses a target that has no room for a disk of that size.
pub(crate) fn fits(size: u64, target: &dyn BlockTarget) -> Result<()> {
    if target.size() >= size {
        return Ok(());
    }
    Err(Error::conflict("mover.target-small", "the target disk is smaller than the source disk")
        .cause(format!("{} of {size} bytes", target.size())))
}

/// Compares the blocks of a set.
pub(crate) async fn check(
    manifest: &Manifest,
    blocks: &BlockSet,
    target: &Arc<dyn BlockTarget>,
    retry: Retry,
    stop: &CancellationToken,
    meter: &mut Meter<'_>,
) -> Result<Verdict> {
    let geometry = Geometry::new(manifest.size());
    let requests = blocks.runs(WINDOW_BLOCKS).map(|run| async move {
        let hashes = hashes(target, &geometry, &run, &retry, stop).await?;
        Ok((run, hashes))
    });
    let mut answers = stream::iter(requests).buffered(REQUESTS_IN_FLIGHT);
    let mut verdict = Verdict::default();
    while let Some((run, hashes)) = answers.try_next().await? {
        for (block, hash) in run.clone().zip(hashes) {
            let bytes = geometry.bytes(&(block..block + 1));
            if manifest.hash(block) == Some(hash) { verdict.right(&bytes) } else { verdict.wrong(&bytes) }
        }
        let bytes = geometry.bytes(&run);
        meter.add(bytes.end - bytes.start);
    }
    Ok(verdict)
}
