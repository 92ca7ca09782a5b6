//! One piece on its way: read, unpack, hash, compare, send. Where the target is this machine's own, a piece is written
//! by the thread that read it, part by part. Knows nothing of the rest of the disk.

use crate::blocks::{Geometry, hash, is_zero};
use crate::buffer::{Buffer, Pool};
use crate::extents::{Cluster, From, Segment};
use crate::packing::{Cargo, Packer};
use crate::plan::{How, Piece, Settled, Work};
use crate::stages::{Inside, Stages};
use crate::unpack::Unpacker;
use crate::{Pace, Retry};
use bytes::Bytes;
use gyre_core::error::Context as _;
use gyre_core::flow::Bottleneck;
use gyre_core::limits::HASH_BLOCK_BYTES;
use gyre_core::{BlockTarget, BlockWrite, Error, Origin, Result};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use tokio::runtime::Handle;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// Blocks that are read, hashed and written before the next ones are read, where one thread does all of it: so many of
/// all pieces in flight fit into what a processor has of its own cache.
const HOT_BLOCKS: usize = 4;

/// Pieces that one thread carries from end to end, one after the other, before anybody is told.
const CARRIED_PIECES: usize = 4;

/// What all pieces of a copy share.
pub(crate) struct Courier {
    pub(crate) origin: Arc<dyn Origin>,
    pub(crate) target: Arc<dyn BlockTarget>,
    pub(crate) geometry: Geometry,
    pub(crate) pool: Arc<Pool>,
    pub(crate) retry: Retry,
    pub(crate) pace: Arc<Pace>,
    pub(crate) packer: Arc<Packer>,
    pub(crate) stages: Arc<Stages>,
    pub(crate) stop: CancellationToken,
}

/// What became of a piece.
#[derive(Debug, Default)]
pub(crate) struct Delivered {
    pub(crate) settled: Vec<Settled>,
    pub(crate) read: u64,
    pub(crate) unpacked: u64,
}

impl Delivered {
    fn add(&mut self, more: Self) {
        self.settled.extend(more.settled);
        self.read += more.read;
        self.unpacked += more.unpacked;
    }
}

/// A piece that was read and judged.
struct Loaded {
    /// None: what differs is written already.
    bytes: Option<Bytes>,
    delivered: Delivered,
}

impl Courier {
    /// Sends the next piece on its way. Where nobody has to be waited for, it is a few of them, and one thread carries
    /// them from end to end: each time that another one has to wake up costs more than the copying of a page.
    pub(crate) fn dispatch(
        self: &Arc<Self>,
        work: &mut VecDeque<Work>,
        flying: &mut JoinSet<Result<Delivered>>,
    ) {
        let courier = self.clone();
        let pieces = self.at_hand(work);
        if !pieces.is_empty() {
            flying.spawn_blocking(move || courier.carry(&pieces));
        } else if let Some(next) = work.pop_front() {
            flying.spawn(async move { courier.deliver(next).await });
        }
    }

    /// Takes the next pieces that one thread can read and write.
    fn at_hand(&self, work: &mut VecDeque<Work>) -> Vec<Piece> {
        let mut pieces = Vec::new();
        if self.local().is_some() {
            while pieces.len() < CARRIED_PIECES
                && let Some(Work::Copy(piece)) = work.pop_front_if(|next| next.is_at_hand())
            {
                pieces.push(piece);
            }
        }
        pieces
    }

    /// The target, where whoever reads a piece may write it, too.
    fn local(&self) -> Option<Arc<dyn BlockWrite>> {
        // Whoever must wait for their turn to send does not do so on such a thread.
        self.target.local().filter(|_| self.pace.is_unlimited())
    }

    /// Blocking: only what is zero is left to the target itself.
    fn carry(&self, pieces: &[Piece]) -> Result<Delivered> {
        let mut all = Delivered::default();
        for piece in pieces.iter().take_while(|_| !self.stop.is_cancelled()) {
            let loaded = self.loader().load(piece, &[], self.pool.take())?;
            Handle::current().block_on(self.send(&loaded))?;
            all.add(loaded.delivered);
        }
        Ok(all)
    }

    fn loader(&self) -> Loader {
        Loader {
            origin: self.origin.clone(),
            geometry: self.geometry,
            stages: self.stages.clone(),
            local: self.local(),
        }
    }

    async fn deliver(&self, work: Work) -> Result<Delivered> {
        match work {
            Work::Zero(blocks) => self.zero(blocks).await,
            Work::Copy(piece) => self.copy(piece).await,
        }
    }

    async fn zero(&self, blocks: Range<u64>) -> Result<Delivered> {
        self.send_zeros(&self.geometry.bytes(&blocks)).await?;
        let settled = |block| Settled { block, hash: self.geometry.zero_hash(block), how: How::Zeroed };
        Ok(Delivered { settled: blocks.map(settled).collect(), ..Delivered::default() })
    }

    async fn copy(&self, piece: Piece) -> Result<Delivered> {
        let fetched = self.fetch(&piece).await?;
        let (loader, buffer) = (self.loader(), self.pool.take());
        let loaded = tokio::task::spawn_blocking(move || loader.load(&piece, &fetched, buffer))
            .await
            .or_other("mover.defect", || "reading a piece did not end".into())??;
        self.send(&loaded).await?;
        Ok(loaded.delivered)
    }

    /// The bytes of `data` segments, in their order: only the source itself can read them.
    async fn fetch(&self, piece: &Piece) -> Result<Vec<Bytes>> {
        let mut fetched = Vec::new();
        for segment in piece.segments.iter().filter(|segment| segment.from == From::Data) {
            let what = || format!("read {} bytes at {} from the source", segment.length, segment.at);
            let read = || self.origin.read(segment.at, segment.length as u32);
            let _here = self.stages.enter(Bottleneck::Sandbox);
            let bytes = self.retry.run(&self.stop, what, read).await?;
            if bytes.len() as u64 != segment.length {
                return Err(Error::other(
                    "mover.short-read",
                    "the source answered with another length than it was asked for",
                )
                .cause(format!(
                    "{} of {} bytes at {}",
                    bytes.len(),
                    segment.length,
                    segment.at
                )));
            }
            fetched.push(bytes);
        }
        Ok(fetched)
    }

    /// Sends what differs and was not written yet, neighbours together.
    async fn send(&self, loaded: &Loaded) -> Result<()> {
        let settled = &loaded.delivered.settled;
        let Some(start) = settled.first().map(|first| first.block * HASH_BLOCK_BYTES) else { return Ok(()) };
        for run in settled.chunk_by(|a, b| a.how == b.how) {
            let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
            let range = self.geometry.bytes(&(first.block..last.block + 1));
            match first.how {
                How::Zeroed => self.send_zeros(&range).await?,
                How::Moved => {
                    let Some(bytes) = &loaded.bytes else {
                        self.packer.written(range.end - range.start);
                        continue;
                    };
                    let bytes = bytes.slice((range.start - start) as usize..(range.end - start) as usize);
                    self.send_bytes(range.start, bytes).await?;
                }
                How::Skipped | How::Resumed => {}
            }
        }
        Ok(())
    }

    async fn send_bytes(&self, offset: u64, bytes: Bytes) -> Result<()> {
        let cargo = self.packer.pack(bytes).await;
        let what = || format!("write {} bytes at {offset} of the target", cargo.length);
        self.retry.run(&self.stop, what, || self.write(offset, &cargo)).await
    }

    async fn write(&self, offset: u64, cargo: &Cargo) -> Result<()> {
        let mut here = self.stages.enter(Bottleneck::Limit);
        let pass = self.pace.pass(cargo.bytes.len() as u64);
        self.stop.run_until_cancelled(pass).await.ok_or_else(Error::cancelled)?;
        here.turn(Bottleneck::Link);
        let bytes = cargo.bytes.clone();
        let written = if cargo.is_packed {
            self.target.write_packed(offset, bytes).await
        } else {
            self.target.write(offset, bytes).await
        };
        self.packer.sent(cargo);
        written
    }

    async fn send_zeros(&self, range: &Range<u64>) -> Result<()> {
        let _here = self.stages.enter(Bottleneck::Target);
        let what = || format!("zero {} bytes at {} of the target", range.end - range.start, range.start);
        self.retry.run(&self.stop, what, || self.target.zero(range.start, range.end - range.start)).await
    }
}

/// What loads pieces. Blocking, and busy.
struct Loader {
    origin: Arc<dyn Origin>,
    geometry: Geometry,
    stages: Arc<Stages>,
    /// The target, where the same thread may write it.
    local: Option<Arc<dyn BlockWrite>>,
}

impl Loader {
    /// Fills the buffer with a piece, decides for each of its blocks, and writes what differs if it may.
    fn load(&self, piece: &Piece, fetched: &[Bytes], mut buffer: Buffer) -> Result<Loaded> {
        let mut here = self.stages.enter(Bottleneck::Cpu);
        let mut delivered = Delivered::default();
        for blocks in self.parts(piece) {
            let bytes = self.geometry.bytes(&blocks);
            let memory = buffer.as_mut().get_mut(..(bytes.end - bytes.start) as usize);
            let memory = memory.ok_or_else(|| defect("a piece is larger than its buffer"))?;
            let segments: Vec<_> = piece.segments.iter().filter_map(|segment| segment.cut(&bytes)).collect();
            fill(self.origin.as_ref(), &segments, fetched, memory, &mut delivered, &mut here)?;
            here.turn(Bottleneck::Cpu);
            let settled = self.judge(piece, blocks, memory);
            if let Some(local) = &self.local {
                here.turn(Bottleneck::Target);
                write_moved(local.as_ref(), bytes.start, &settled, memory)?;
            }
            delivered.settled.extend(settled);
        }
        let bytes = self.local.is_none().then(|| Bytes::from_owner(buffer));
        Ok(Loaded { bytes, delivered })
    }

    /// A piece as it is gone through: all at once, unless it is written by the way. What is unpacked or was fetched
    /// stays together.
    fn parts(&self, piece: &Piece) -> impl Iterator<Item = Range<u64>> + use<> {
        let is_plain = |segment: &Segment| matches!(segment.from, From::Zero | From::Stored { .. });
        let is_cut = self.local.is_some() && piece.segments.iter().all(is_plain);
        let (blocks, step) =
            (piece.blocks.clone(), if is_cut { HOT_BLOCKS } else { piece.held.len().max(1) });
        blocks.clone().step_by(step).map(move |first| first..(first + step as u64).min(blocks.end))
    }

    fn judge(&self, piece: &Piece, blocks: Range<u64>, memory: &[u8]) -> Vec<Settled> {
        let held = piece.held.iter().skip((blocks.start - piece.blocks.start) as usize);
        let blocks = memory.chunks(HASH_BLOCK_BYTES as usize).zip(blocks).zip(held);
        blocks.map(|((bytes, block), held)| judge(self.geometry, block, bytes, *held)).collect()
    }
}

/// Writes the blocks that differ, neighbours together; `memory` lies at `start` of the disk.
fn write_moved(local: &dyn BlockWrite, start: u64, settled: &[Settled], memory: &[u8]) -> Result<()> {
    let mut rest = memory;
    for run in settled.chunk_by(|a, b| a.how == b.how) {
        let at = start + (memory.len() - rest.len()) as u64;
        let (bytes, after) = rest.split_at(rest.len().min(run.len() * HASH_BLOCK_BYTES as usize));
        if run.first().is_some_and(|first| first.how == How::Moved) {
            let what = || format!("write {} bytes at {at} of the target", bytes.len());
            local.write_at(at, bytes).map_err(|error| error.during(what()))?;
        }
        rest = after;
    }
    Ok(())
}

fn judge(geometry: Geometry, block: u64, bytes: &[u8], held: Option<gyre_core::Hash>) -> Settled {
    let zero = is_zero(bytes);
    let hash = if zero { geometry.zero_hash(block) } else { hash(bytes) };
    let how = match held {
        Some(held) if held == hash => How::Skipped,
        _ if zero => How::Zeroed,
        _ => How::Moved,
    };
    Settled { block, hash, how }
}

fn fill(
    origin: &dyn Origin,
    segments: &[Segment],
    fetched: &[Bytes],
    memory: &mut [u8],
    delivered: &mut Delivered,
    here: &mut Inside<'_>,
) -> Result<()> {
    let (mut rest, mut fetched, mut unpacking) = (memory, fetched.iter(), Unpacking::default());
    for (index, segment) in segments.iter().enumerate() {
        let (part, after) = rest
            .split_at_mut_checked(segment.length as usize)
            .ok_or_else(|| defect("the segments of a piece are longer than the piece"))?;
        rest = after;
        match segment.from {
            From::Zero => part.fill(0),
            From::Data => {
                let bytes = fetched.next().ok_or_else(|| defect("bytes of a piece were not fetched"))?;
                part.copy_from_slice(bytes);
                delivered.read += segment.length;
            }
            From::Stored { disk, offset } => {
                here.turn(Bottleneck::Source);
                handle(origin, disk)?.read_at(offset, part).map_err(|e| e.during(reading(segment)))?;
                delivered.read += segment.length;
            }
            From::Packed { cluster, skip } => {
                let following = segments.get(index + 1..).unwrap_or(&[]);
                unpacking
                    .unpack(origin, (cluster, skip), following, part, delivered, here)
                    .map_err(|e| e.during(reading(segment)))?;
            }
        }
    }
    if rest.is_empty() { Ok(()) } else { Err(defect("the segments of a piece are shorter than the piece")) }
}

/// Decoders, and the last cluster that was needed in several parts.
#[derive(Default)]
struct Unpacking {
    unpacker: Unpacker,
    packed: Vec<u8>,
    last: Option<(Cluster, Vec<u8>)>,
}

impl Unpacking {
    /// Fills `part` with what `cluster` unpacks to from `skip` on. Where the segments that follow want more
    /// of the same cluster, it is unpacked once for all of them.
    fn unpack(
        &mut self,
        origin: &dyn Origin,
        (cluster, skip): (Cluster, u64),
        following: &[Segment],
        part: &mut [u8],
        delivered: &mut Delivered,
        here: &mut Inside<'_>,
    ) -> Result<()> {
        let end = skip as usize + part.len();
        let known = self.last.as_ref().is_some_and(|(last, bytes)| *last == cluster && bytes.len() >= end);
        if !known {
            let wanted = wanted(cluster, following).max(end);
            here.turn(Bottleneck::Source);
            self.read_packed(origin, cluster)?;
            here.turn(Bottleneck::Cpu);
            delivered.read += cluster.length;
            delivered.unpacked += wanted as u64;
            if skip == 0 && wanted == part.len() {
                return self.unpacker.unpack(cluster.codec, &self.packed, part);
            }
            let mut bytes = self.last.take().map(|(_, bytes)| bytes).unwrap_or_default();
            bytes.resize(wanted, 0);
            self.unpacker.unpack(cluster.codec, &self.packed, &mut bytes)?;
            self.last = Some((cluster, bytes));
        }
        let bytes = self.last.as_ref().and_then(|(_, bytes)| bytes.get(skip as usize..end));
        part.copy_from_slice(bytes.ok_or_else(|| defect("an unpacked cluster is too short"))?);
        Ok(())
    }

    fn read_packed(&mut self, origin: &dyn Origin, cluster: Cluster) -> Result<()> {
        self.packed.resize(cluster.length as usize, 0);
        handle(origin, cluster.disk)?.read_at(cluster.offset, &mut self.packed)
    }
}

/// How much of a cluster the segments that follow directly will want, from its first byte.
fn wanted(cluster: Cluster, following: &[Segment]) -> usize {
    let ends = following.iter().map_while(|segment| match segment.from {
        From::Packed { cluster: other, skip } if other == cluster => Some((skip + segment.length) as usize),
        _ => None,
    });
    ends.max().unwrap_or(0)
}

fn reading(segment: &Segment) -> String {
    format!("read {} bytes at {} of the source's disk", segment.length, segment.at)
}

fn handle(origin: &dyn Origin, disk: u32) -> Result<Arc<dyn gyre_core::BlockRead>> {
    origin.disk(disk).ok_or_else(|| {
        Error::other(
            "extents.invalid",
            format!("the source let go of its disk handle {disk} while it was read"),
        )
    })
}

fn defect(what: &str) -> Error {
    Error::other("mover.defect", what)
}
