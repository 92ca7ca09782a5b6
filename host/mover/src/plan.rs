//! Deciding, window by window, what must be read at all, and cutting that into pieces. Reads no byte of
//! the disk and writes none; asks the source for extents and, where the target may not hold what is
//! believed, the target for hashes.

use crate::blocks::{Geometry, PIECE_BLOCKS};
use crate::extents::{Changes, Cover, From, Segment};
use crate::stages::Stages;
use crate::{ChangedBy, Manifest, Retry, Watermark};
use gyre_core::flow::Bottleneck;
use gyre_core::{BlockTarget, Error, Hash, Result};
use std::ops::Range;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How a block came to be right on the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    Moved,
    Zeroed,
    Skipped,
    Resumed,
}

/// A block that is right on the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Settled {
    pub(crate) block: u64,
    pub(crate) hash: Hash,
    pub(crate) how: How,
}

/// Something to be done.
#[derive(Debug)]
pub(crate) enum Work {
    /// Make these blocks zero; nothing is read for them.
    Zero(Range<u64>),
    /// Read these blocks and send those that differ.
    Copy(Piece),
}

impl Work {
    /// Whether whoever has the source's disks can do it without asking the source.
    pub(crate) fn is_at_hand(&self) -> bool {
        match self {
            Work::Copy(piece) => piece.segments.iter().all(|segment| segment.from != From::Data),
            Work::Zero(_) => false,
        }
    }
}

/// Neighbouring blocks that must be read, at most [`PIECE_BLOCKS`], never across a multiple of it.
#[derive(Debug)]
pub(crate) struct Piece {
    pub(crate) blocks: Range<u64>,
    /// Per block, the hash of what the target holds now, where that is known.
    pub(crate) held: Vec<Option<Hash>>,
    /// What the blocks consist of, in order, without gaps.
    pub(crate) segments: Vec<Segment>,
}

/// One window, decided.
#[derive(Debug, Default)]
pub(crate) struct Window {
    /// Nothing to do for these.
    pub(crate) settled: Vec<Settled>,
    /// A block that is read although the source says that it did not change, and its hash if that is so.
    pub(crate) probe: Option<(u64, Hash)>,
    pub(crate) work: Vec<Work>,
}

/// What is believed of the target when the copy begins.
pub(crate) struct Belief {
    /// The target holds `base`, or zeros; otherwise it is asked.
    pub(crate) clean: bool,
    /// Without a base, it reads as zeros.
    pub(crate) zeroed: bool,
    /// An earlier attempt at the same snapshot.
    pub(crate) earlier: Option<Watermark>,
}

pub(crate) struct Planner {
    pub(crate) geometry: Geometry,
    pub(crate) base: Option<Manifest>,
    pub(crate) belief: Belief,
    /// Of what an earlier attempt did not note, bytes that it may have sent all the same and that were not asked for yet.
    pub(crate) doubt: u64,
    pub(crate) changes: Changes,
    /// What it depends on which blocks are probed.
    pub(crate) seed: Hash,
    pub(crate) cover: Cover,
    pub(crate) target: Arc<dyn BlockTarget>,
    pub(crate) retry: Retry,
    pub(crate) stages: Arc<Stages>,
    pub(crate) stop: CancellationToken,
}

/// A block whose content must be found out.
struct Open {
    block: u64,
    held: Option<Hash>,
}

impl Planner {
    /// Plans the whole disk, as fast as `to` takes it; returns how changes were found.
    pub(crate) async fn run(mut self, to: mpsc::Sender<Window>) -> Result<ChangedBy> {
        for index in 0..self.geometry.windows() {
            let window = self.window(self.geometry.window(index)).await?;
            if to.send(window).await.is_err() {
                return Err(Error::cancelled());
            }
        }
        Ok(self.changes.changed_by)
    }

    async fn window(&mut self, blocks: Range<u64>) -> Result<Window> {
        let changed = self.changes.of(&blocks).await?;
        let held = self.held(&blocks).await?;
        let probe = changed.as_ref().and_then(|marks| self.probe(&blocks, marks));
        let mut window = Window::default();
        let mut open = Vec::new();
        for (index, block) in blocks.clone().enumerate() {
            let changed = changed.as_ref().is_none_or(|marks| marks.get(index) != Some(&false));
            let held = match &held {
                Some(hashes) => hashes.get(index).copied(),
                None => self.believed(block),
            };
            match self.expected(block, changed).filter(|(hash, _)| held == Some(*hash)) {
                Some((hash, How::Skipped)) if probe == Some(block) && self.finished(block).is_none() => {
                    window.probe = Some((block, hash));
                    open.push(Open { block, held });
                }
                Some((hash, how)) => window.settled.push(Settled { block, hash, how }),
                None => open.push(Open { block, held }),
            }
        }
        self.read(&open, changed.is_none(), &mut window).await?;
        Ok(window)
    }

    /// One of the blocks that the source says did not change. To believe it of all of them would be to find out when the copy
    /// is needed.
    fn probe(&self, blocks: &Range<u64>, changed: &[bool]) -> Option<u64> {
        let unchanged = || blocks.clone().zip(changed).filter(|(_, changed)| !**changed);
        let mut chance = blake3::Hasher::new_keyed(&self.seed);
        chance.update(&blocks.start.to_le_bytes());
        let (first, _) = chance.finalize().as_bytes().split_first_chunk().map(|(a, b)| (*a, b.len()))?;
        let chosen = u64::from_le_bytes(first).checked_rem(unchanged().count() as u64)?;
        unchanged().nth(chosen as usize).map(|(block, _)| block)
    }

    /// What the source holds there, where that is known without reading.
    fn expected(&self, block: u64, changed: bool) -> Option<(Hash, How)> {
        if let Some(hash) = self.finished(block) {
            let how = if self.believed(block) == Some(hash) { How::Skipped } else { How::Resumed };
            return Some((hash, how));
        }
        let base = self.base.as_ref().filter(|_| !changed)?;
        Some((base.hash_for(&self.geometry, block)?, How::Skipped))
    }

    /// The hash that an earlier attempt at this snapshot left there.
    fn finished(&self, block: u64) -> Option<Hash> {
        let earlier = self.belief.earlier.as_ref()?;
        earlier.done.contains(block).then(|| earlier.manifest.hash(block)).flatten()
    }

    /// What the target held before any attempt at this snapshot, if that can be trusted. It can be for
    /// unfinished blocks, too: an attempt writes a block only with what this snapshot has there.
    fn believed(&self, block: u64) -> Option<Hash> {
        match &self.base {
            _ if !self.belief.clean => None,
            Some(base) => base.hash_for(&self.geometry, block),
            None => self.belief.zeroed.then(|| self.geometry.zero_hash(block)),
        }
    }

    /// Asks the target what it holds, where belief is not enough.
    async fn held(&mut self, blocks: &Range<u64>) -> Result<Option<Vec<Hash>>> {
        let must_ask = |block| self.finished(block).is_some_and(|hash| self.believed(block) != Some(hash));
        let must_ask = !self.belief.clean || blocks.clone().any(must_ask);
        if !self.is_in_doubt(blocks) && !must_ask {
            return Ok(None);
        }
        self.stages.plan_at(Bottleneck::Target);
        let hashes = hashes(&self.target, &self.geometry, blocks, &self.retry, &self.stop).await;
        self.stages.plan_at(Bottleneck::Sandbox);
        hashes.map(Some)
    }

    /// Whether an earlier attempt may have sent some of these blocks without having noted it: they need not be sent again.
    fn is_in_doubt(&mut self, blocks: &Range<u64>) -> bool {
        let unfinished = blocks.clone().filter(|block| self.finished(*block).is_none());
        let unfinished: u64 = unfinished.map(|block| self.geometry.length(block)).sum();
        let is_in_doubt = self.doubt > 0 && unfinished > 0;
        self.doubt = self.doubt.saturating_sub(unfinished);
        is_in_doubt
    }

    async fn read(&mut self, open: &[Open], ahead: bool, window: &mut Window) -> Result<()> {
        let (Some(first), Some(last)) = (open.first(), open.last()) else { return Ok(()) };
        let span = self.geometry.bytes(&(first.block..last.block + 1));
        let segments = self.cover.segments(&span, ahead).await?;
        let mut segments = segments.as_slice();
        for open in open {
            let bytes = self.geometry.bytes(&(open.block..open.block + 1));
            while let [segment, rest @ ..] = segments
                && segment.end() <= bytes.start
            {
                segments = rest;
            }
            let inside = segments.iter().map_while(|segment| segment.cut(&bytes));
            if inside.clone().map(|segment| segment.length).sum::<u64>() != bytes.end - bytes.start {
                return Err(Error::other("mover.defect", "the plan of a block does not cover it"));
            }
            window.add(&self.geometry, open, inside);
        }
        Ok(())
    }
}

impl Window {
    fn add(&mut self, geometry: &Geometry, open: &Open, segments: impl Iterator<Item = Segment> + Clone) {
        if segments.clone().all(|segment| segment.from == From::Zero) {
            return self.add_zero(open, geometry.zero_hash(open.block));
        }
        let piece = match self.work.last_mut() {
            Some(Work::Copy(piece))
                if piece.blocks.end == open.block && !open.block.is_multiple_of(PIECE_BLOCKS) =>
            {
                piece
            }
            _ => {
                let piece = Piece { blocks: open.block..open.block, held: Vec::new(), segments: Vec::new() };
                self.work.push(Work::Copy(piece));
                let Some(Work::Copy(piece)) = self.work.last_mut() else { return };
                piece
            }
        };
        piece.blocks.end += 1;
        piece.held.push(open.held);
        for segment in segments {
            if !piece.segments.last_mut().is_some_and(|last| last.join(&segment)) {
                piece.segments.push(segment);
            }
        }
    }

    fn add_zero(&mut self, open: &Open, hash: Hash) {
        if open.held == Some(hash) {
            return self.settled.push(Settled { block: open.block, hash, how: How::Skipped });
        }
        match self.work.last_mut() {
            Some(Work::Zero(blocks)) if blocks.end == open.block => blocks.end += 1,
            _ => self.work.push(Work::Zero(open.block..open.block + 1)),
        }
    }
}

/// What the device holds in at most a window of blocks.
pub(crate) async fn hashes(
    target: &Arc<dyn BlockTarget>,
    geometry: &Geometry,
    blocks: &Range<u64>,
    retry: &Retry,
    stop: &CancellationToken,
) -> Result<Vec<Hash>> {
    let bytes = geometry.bytes(blocks);
    let what = || format!("hash the target at {}", bytes.start);
    let hashes = retry.run(stop, what, || target.hashes(bytes.start, bytes.end - bytes.start)).await?;
    if hashes.len() as u64 != blocks.end - blocks.start {
        return Err(Error::other("mover.hashes", "the worker answered with a wrong number of block hashes")
            .cause(format!("{} for {} blocks", hashes.len(), blocks.end - blocks.start)));
    }
    Ok(hashes)
}
