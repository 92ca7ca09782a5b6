//! Asking an origin what lies where, believing nothing: order, bounds of the disk, bounds of the host's
//! handles, codecs and sizes are checked before anything is read. Knows no target.

use crate::blocks::Geometry;
use crate::unpack::Codec;
use crate::{ChangedBy, Retry};
use gyre_core::extent::{check_changed, check_cover};
use gyre_core::limits::{EXTENTS_MAX, HASH_BLOCK_BYTES};
use gyre_core::roles::Progress;
use gyre_core::{Error, Extent, ExtentKind, Kind, Origin, Result};
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// How far ahead extents are asked for where the whole disk is walked. An answer is bounded by its
/// number of extents, not by this.
const ASK_BYTES: u64 = 1024 * 1024 * 1024;
/// The largest cluster that is unpacked, counted from its first byte. qcow2 stops at 2 MiB.
pub(crate) const UNPACKED_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// The longest compressed range of one cluster.
pub(crate) const PACKED_BYTES_MAX: u64 = 8 * 1024 * 1024;
/// Compressed lengths are rounded up to sectors: so much may lie past the end of the file.
const PACKED_SLACK_BYTES: u64 = 512;
/// More extents in 64 MiB than there are sectors are an attack on our memory.
const EXTENTS_PER_WINDOW_MAX: usize = 131_072 + 2;

/// A checked extent, or a part of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Segment {
    /// Where on the disk, bytes.
    pub(crate) at: u64,
    /// Never 0.
    pub(crate) length: u64,
    pub(crate) from: From,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    Zero,
    Data,
    Stored { disk: u32, offset: u64 },
    Packed { cluster: Cluster, skip: u64 },
}

/// A compressed range of a handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cluster {
    pub(crate) disk: u32,
    pub(crate) offset: u64,
    /// Cut at the end of the handle.
    pub(crate) length: u64,
    pub(crate) codec: Codec,
}

impl Segment {
    pub(crate) const fn end(&self) -> u64 {
        self.at + self.length
    }

    /// The part of it that lies in `range`, if any does.
    pub(crate) fn cut(&self, range: &Range<u64>) -> Option<Self> {
        let (start, end) = (self.at.max(range.start), self.end().min(range.end));
        let skipped = start.saturating_sub(self.at);
        let from = match self.from {
            From::Stored { disk, offset } => From::Stored { disk, offset: offset + skipped },
            From::Packed { cluster, skip } => From::Packed { cluster, skip: skip + skipped },
            other => other,
        };
        (start < end).then(|| Self { at: start, length: end - start, from })
    }

    /// Takes `next` into itself where it goes on in the same place.
    pub(crate) fn join(&mut self, next: &Self) -> bool {
        let goes_on = match (self.from, next.from) {
            (From::Zero, From::Zero) | (From::Data, From::Data) => true,
            (From::Stored { disk, offset }, From::Stored { disk: other, offset: then }) => {
                disk == other && offset + self.length == then
            }
            (From::Packed { cluster, skip }, From::Packed { cluster: other, skip: then }) => {
                cluster == other && skip + self.length == then
            }
            _ => false,
        };
        if goes_on && self.end() == next.at {
            self.length += next.length;
            return true;
        }
        false
    }
}

/// Believes an extent, or says what is wrong with it.
fn check(origin: &dyn Origin, extent: &Extent) -> Result<Segment> {
    let from = match &extent.kind {
        ExtentKind::Data => From::Data,
        ExtentKind::Zero | ExtentKind::Hole => From::Zero,
        ExtentKind::Stored(stored) => {
            let end = stored.offset.checked_add(extent.length);
            if end.is_none_or(|end| end > size_of(origin, stored.disk).unwrap_or(0)) {
                return Err(outside(origin, extent, stored.disk, stored.offset, extent.length));
            }
            From::Stored { disk: stored.disk, offset: stored.offset }
        }
        ExtentKind::Packed(packed) => {
            let codec = Codec::parse(&packed.codec)?;
            let skip = u64::from(packed.skip);
            if packed.length > PACKED_BYTES_MAX || extent.length.saturating_add(skip) > UNPACKED_BYTES_MAX {
                return Err(too_large(extent));
            }
            let size = size_of(origin, packed.disk).unwrap_or(0);
            let end = packed.offset.checked_add(packed.length);
            if packed.offset >= size || end.is_none_or(|end| end > size.saturating_add(PACKED_SLACK_BYTES)) {
                return Err(outside(origin, extent, packed.disk, packed.offset, packed.length));
            }
            let length = packed.length.min(size - packed.offset);
            From::Packed {
                cluster: Cluster { disk: packed.disk, offset: packed.offset, length, codec },
                skip,
            }
        }
    };
    Ok(Segment { at: extent.offset, length: extent.length, from })
}

fn size_of(origin: &dyn Origin, disk: u32) -> Option<u64> {
    origin.disk(disk).map(|disk| disk.size())
}

fn outside(origin: &dyn Origin, extent: &Extent, disk: u32, offset: u64, length: u64) -> Error {
    let Some(size) = size_of(origin, disk) else {
        return Error::other(
            "extents.invalid",
            format!("the source names a disk handle {disk} that it does not hold"),
        )
        .cause(format!("extent at {}", extent.offset));
    };
    Error::invalid(
        "mover.truncated",
        "the image ends before the data that its map names: it is cut off or damaged",
    )
    .cause(format!(
        "{} bytes at {} of the disk lie at {offset}..{} of {size} bytes",
        extent.length,
        extent.offset,
        offset.saturating_add(length)
    ))
}

fn too_large(extent: &Extent) -> Error {
    Error::invalid(
        "mover.packed-too-large",
        format!("the compressed cluster at {} is larger than this host unpacks", extent.offset),
    )
    .cause(format!("at most {PACKED_BYTES_MAX} bytes may unpack to at most {UNPACKED_BYTES_MAX}"))
}

fn too_many(offset: u64) -> Error {
    Error::other("extents.invalid", format!("the source's map is finer than sectors near {offset}"))
}

/// Asks an origin, again where it failed for a moment.
#[derive(Clone)]
pub(crate) struct Asker {
    pub(crate) origin: Arc<dyn Origin>,
    pub(crate) retry: Retry,
    pub(crate) stop: CancellationToken,
}

impl Asker {
    async fn ask(&self, since: Option<&str>, offset: u64, length: u64) -> Result<Vec<Extent>> {
        let what = || format!("ask the source what lies at {offset}");
        let extents = self.retry.run(&self.stop, what, || self.origin.extents(since, offset, length)).await?;
        if extents.len() > EXTENTS_MAX {
            return Err(Error::other(
                "extents.invalid",
                format!("the source answered with more than {EXTENTS_MAX} extents"),
            ));
        }
        Ok(extents)
    }

    /// Checked segments from `offset` on, and where they end.
    async fn cover(&self, offset: u64, length: u64) -> Result<(Vec<Segment>, u64)> {
        let extents = self.ask(None, offset, length).await?;
        let end = check_cover(offset, length, &extents)?;
        let segments: Result<_> = extents.iter().map(|extent| check(self.origin.as_ref(), extent)).collect();
        Ok((segments?, end))
    }
}

/// A walk over the segments of a disk, mostly forward.
pub(crate) struct Cover {
    asker: Asker,
    size: u64,
    /// Segments that were answered and are still of use, without gaps up to `end`.
    ready: VecDeque<Segment>,
    end: u64,
}

impl Cover {
    pub(crate) fn new(asker: Asker, size: u64) -> Self {
        Self { asker, size, ready: VecDeque::new(), end: 0 }
    }

    /// All segments of `range`, the first and last perhaps reaching out of it. `ahead`: what follows will
    /// be wanted, too.
    pub(crate) async fn segments(&mut self, range: &Range<u64>, ahead: bool) -> Result<Vec<Segment>> {
        while self.ready.front().is_some_and(|segment| segment.end() <= range.start) {
            self.ready.pop_front();
        }
        if self.ready.front().is_none_or(|segment| segment.at > range.start) {
            self.ready.clear();
            self.end = range.start;
        }
        while self.end < range.end {
            let wanted = if ahead { ASK_BYTES.min(self.size - self.end) } else { range.end - self.end };
            let (segments, end) = self.asker.cover(self.end, wanted).await?;
            self.ready.extend(segments);
            self.end = end;
            if self.ready.len() > EXTENTS_PER_WINDOW_MAX + EXTENTS_MAX {
                return Err(too_many(range.start));
            }
        }
        let segments: Vec<_> =
            self.ready.iter().take_while(|segment| segment.at < range.end).copied().collect();
        if segments.len() > EXTENTS_PER_WINDOW_MAX {
            return Err(too_many(range.start));
        }
        Ok(segments)
    }
}

/// A walk over what changed since a snapshot.
pub(crate) struct Changes {
    asker: Asker,
    geometry: Geometry,
    progress: Arc<dyn Progress>,
    since: Option<String>,
    /// Changed ranges that were answered; what is not here and lies before `end` did not change.
    ready: VecDeque<Range<u64>>,
    end: u64,
    /// What the walk turned out to be.
    pub(crate) changed_by: ChangedBy,
}

impl Changes {
    /// `since` is what the base of the comparison is of, `compare` whether there is a base.
    pub(crate) fn new(
        asker: Asker,
        geometry: Geometry,
        progress: Arc<dyn Progress>,
        since: Option<String>,
        compare: bool,
    ) -> Self {
        let changed_by = match (compare, &since) {
            (false, _) => ChangedBy::Full,
            (true, None) => ChangedBy::Compare,
            (true, Some(_)) => ChangedBy::Source,
        };
        let since = since.filter(|_| compare);
        Self { asker, geometry, progress, since, ready: VecDeque::new(), end: 0, changed_by }
    }

    /// Per block of `blocks`, whether the source says that it changed; `None`: it cannot say.
    pub(crate) async fn of(&mut self, blocks: &Range<u64>) -> Result<Option<Vec<bool>>> {
        let Some(since) = self.since.clone() else { return Ok(None) };
        let bytes = self.geometry.bytes(blocks);
        match self.fetch(&since, &bytes).await {
            Ok(()) => Ok(Some(self.mark(blocks, &bytes))),
            Err(error) if error.kind == Kind::NotFound => {
                self.progress.warn(&format!(
                    "the source does not say what changed, so all of it is read and compared with the last copy: {error}"
                ));
                (self.since, self.changed_by) = (None, ChangedBy::Compare);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    async fn fetch(&mut self, since: &str, bytes: &Range<u64>) -> Result<()> {
        while self.ready.front().is_some_and(|changed| changed.end <= bytes.start) {
            self.ready.pop_front();
        }
        self.end = self.end.max(bytes.start);
        while self.end < bytes.end {
            let wanted = ASK_BYTES.min(self.geometry.size() - self.end);
            let extents = self.asker.ask(Some(since), self.end, wanted).await?;
            self.end = check_changed(self.end, wanted, &extents)?;
            self.ready.extend(extents.iter().map(|extent| extent.offset..extent.end()));
            if self.ready.len() > EXTENTS_PER_WINDOW_MAX + EXTENTS_MAX {
                return Err(too_many(bytes.start));
            }
        }
        Ok(())
    }

    fn mark(&self, blocks: &Range<u64>, bytes: &Range<u64>) -> Vec<bool> {
        let mut marks = vec![false; (blocks.end - blocks.start) as usize];
        for changed in self.ready.iter().take_while(|changed| changed.start < bytes.end) {
            let first = changed.start.max(bytes.start) / HASH_BLOCK_BYTES - blocks.start;
            let end = changed.end.min(bytes.end).div_ceil(HASH_BLOCK_BYTES) - blocks.start;
            marks.iter_mut().take(end as usize).skip(first as usize).for_each(|mark| *mark = true);
        }
        marks
    }
}

/// What a disk consists of, without a byte of it read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Map {
    /// Virtual size, bytes.
    pub size: u64,
    /// Bytes that are not known to be zero, compressed ones among them.
    pub data: u64,
    /// Bytes that read as zeros.
    pub zero: u64,
    /// Bytes of `data` that lie compressed.
    pub packed: u64,
    /// What those take up compressed, at most.
    pub packed_bytes: u64,
    /// How many extents the source answered with.
    pub extents: u64,
}

/// Walks all extents of a disk without reading one: finds images that are cut off, or whose map makes no
/// sense, before anything is created for them.
///
/// # Errors
/// `extents.invalid`, `mover.truncated`, `mover.codec`, `mover.packed-too-large`, and the source's own.
pub async fn map(origin: Arc<dyn Origin>, retry: Retry) -> Result<Map> {
    let size = origin.size();
    let asker = Asker { origin, retry, stop: CancellationToken::new() };
    let mut map = Map { size, ..Map::default() };
    let (mut at, mut last_cluster) = (0, None);
    while at < size {
        let (segments, end) = asker.cover(at, ASK_BYTES.min(size - at)).await?;
        segments.iter().for_each(|segment| map.add(segment, &mut last_cluster));
        at = end;
    }
    Ok(map)
}

impl Map {
    fn add(&mut self, segment: &Segment, last_cluster: &mut Option<Cluster>) {
        self.extents += 1;
        match segment.from {
            From::Zero => self.zero += segment.length,
            From::Data | From::Stored { .. } => self.data += segment.length,
            From::Packed { cluster, .. } => {
                self.data += segment.length;
                self.packed += segment.length;
                if last_cluster.replace(cluster) != Some(cluster) {
                    self.packed_bytes += cluster.length;
                }
            }
        }
    }
}
