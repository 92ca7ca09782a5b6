//! What changed since the base of a replica, told by a dirty bitmap of the image. A bitmap says only what was written
//! since it was begun, so it is believed as little as possible: the operator names it, and thereby promises that nobody
//! clears it; it must have been there and counting when the base was read, in the same files; and no bit that was set
//! then may be missing now. Whatever else is met is an error of kind not-found, upon which the host compares hashes.
//! What a bitmap says is more than what changed since the base, never less.

use crate::chain::{Chain, EXTENTS_MAX};
use crate::qcow2::{Bitmap, unusable};
use crate::snapshot::{Snapshot, SnapshotDisk};
use gyre_plugin::source::*;
use serde::{Deserialize, Serialize};

/// Parts of a disk whose bits are counted apart.
const PARTS: u64 = 16;
/// Bitmaps that a snapshot notes: the named one, and those that may be named at the next run.
const NOTED_MAX: usize = 16;

/// What a snapshot notes of a bitmap, so that a later one can tell whether it was cleared.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct Noted {
    name: String,
    granularity: u64,
    /// Set bits of each part.
    set: Vec<u64>,
}

impl Noted {
    fn of(bitmap: &Bitmap) -> Result<Self> {
        let bits = bitmap.bits();
        // In the order that cannot overflow; the last part has what is left over.
        let border = |part: u64| if part == PARTS { bits } else { bits / PARTS * part };
        let count = |part| {
            let mut set = 0;
            let end = bitmap.walk(border(part)..border(part + 1), |run| {
                set += run.end - run.start;
                true
            })?;
            if end < border(part + 1) {
                return Err(unusable("it is too scattered to be counted"));
            }
            Ok(set)
        };
        let set = (0..PARTS).map(count).collect::<Result<_>>()?;
        Ok(Self { name: bitmap.name().into(), granularity: bitmap.granularity(), set })
    }

    /// Whether `self` can have become `later` by writing alone.
    fn grew_to(&self, later: &Self) -> bool {
        self.granularity == later.granularity
            && self.set.len() == later.set.len()
            && self.set.iter().zip(&later.set).all(|(then, now)| then <= now)
    }
}

/// The bitmaps that can be used now, where the operator named one; and why that one cannot.
///
/// # Errors
/// What the host met.
pub fn note(chain: &Chain, wanted: Option<&str>) -> Result<(Vec<Noted>, Option<Error>)> {
    let Some(wanted) = wanted else { return Ok((Vec::new(), None)) };
    let found = match chain.bitmaps() {
        Ok(found) => found,
        Err(error) => return refusal(error).map(|why| (Vec::new(), Some(why))),
    };
    let (mut noted, mut refused) = (Vec::new(), Some(absent(wanted)));
    // The named one first, in case that there are too many.
    let (named, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|(name, _)| name == wanted);
    for (name, bitmap) in named.into_iter().chain(others).take(NOTED_MAX) {
        let why = match bitmap.and_then(|bitmap| Noted::of(&bitmap)) {
            Ok(note) => {
                noted.push(note);
                None
            }
            Err(error) => Some(refusal(error)?),
        };
        if name == wanted {
            refused = why;
        }
    }
    Ok((noted, refused))
}

fn absent(wanted: &str) -> Error {
    unusable(format_args!("the image has no bitmap {wanted:?}: add it with `qemu-img bitmap --add`"))
}

/// A damaged bitmap is no reason not to read the disk; that the host could not read is.
fn refusal(error: Error) -> Result<Error> {
    match error.kind {
        ErrorKind::NotFound => Ok(error),
        ErrorKind::Invalid => {
            let Error { message, causes, .. } = error;
            Ok(causes.into_iter().fold(unusable(message), |error, cause| error.cause(cause)))
        }
        _ => Err(error),
    }
}

/// An open disk, and what its bitmap says.
pub struct Changed {
    chain: Chain,
    disk: SnapshotDisk,
    /// The base that was asked about last, and the bitmap that covers the time since then.
    base: Option<(String, Bitmap)>,
}

impl Changed {
    pub fn new(chain: Chain, disk: SnapshotDisk) -> Self {
        Self { chain, disk, base: None }
    }

    /// The bitmap that surely was counting all the time since `base`.
    fn bitmap(&mut self, base: &str) -> Result<&Bitmap> {
        if self.base.as_ref().is_none_or(|(known, _)| known != base) {
            self.base = Some((base.to_owned(), self.trusted(base).or_else(|error| Err(refusal(error)?))?));
        }
        let (_, bitmap) = self.base.as_ref().ok_or_else(|| unusable("there is no base"))?;
        Ok(bitmap)
    }

    fn trusted(&self, base: &str) -> Result<Bitmap> {
        let Some(wanted) = &self.disk.bitmap else {
            return Err(unusable("no `bitmap` is named for the disk"));
        };
        let base = read_state::<Snapshot>(base)
            .map_err(|_| unusable("what is kept of the last success cannot be read"))?
            .disk(&self.disk.id)?;
        let same = base.path == self.disk.path && base.files == self.disk.files;
        if !same || base.size != self.disk.size || base.snapshot.is_some() {
            return Err(unusable("the last success read other files, another size or an internal snapshot"));
        }
        let then = base.bitmaps.iter().find(|noted| noted.name == *wanted).ok_or_else(|| {
            unusable(format_args!("the bitmap {wanted:?} could not be used yet when the last success began"))
        })?;
        let mut found = self.chain.bitmaps()?.into_iter();
        let (_, bitmap) = found.find(|(name, _)| name == wanted).ok_or_else(|| absent(wanted))?;
        let bitmap = bitmap?;
        if !then.grew_to(&Noted::of(&bitmap)?) {
            return Err(unusable(format_args!(
                "the bitmap {wanted:?} was cleared or made anew since the last success"
            )));
        }
        Ok(bitmap)
    }
}

impl Reader for Changed {
    fn size(&self) -> u64 {
        self.chain.size()
    }

    fn extents(&mut self, since: Option<&str>, offset: u64, length: u64) -> Result<Vec<Extent>> {
        let end = self.chain.check_range(offset, length)?;
        match since {
            None => self.chain.extents(offset, end),
            Some(base) => changed(self.bitmap(base)?, offset, end).or_else(|error| Err(refusal(error)?)),
        }
    }

    fn read(&mut self, offset: u64, length: u32) -> Result<Vec<u8>> {
        self.chain.read(offset, length)
    }
}

/// The set bits of `offset..end` as extents; gaps did not change.
fn changed(bitmap: &Bitmap, offset: u64, end: u64) -> Result<Vec<Extent>> {
    let granularity = bitmap.granularity();
    let bits = offset / granularity..end.div_ceil(granularity);
    let mut extents: Vec<Extent> = Vec::new();
    let mut push = |run: std::ops::Range<u64>| {
        let (start, stop) = ((run.start * granularity).max(offset), (run.end * granularity).min(end));
        let full = extents.len() >= EXTENTS_MAX;
        match extents.last_mut() {
            Some(last) if last.end() == start => last.length = stop - last.offset,
            _ if full => return false,
            _ => extents.push(Extent { offset: start, length: stop - start, kind: ExtentKind::Data }),
        }
        true
    };
    let last = bitmap.walk(bits.clone(), &mut push)?;
    if last < bits.end {
        // Where it was looked at for long enough: an empty answer would say that nothing more changed.
        push(last..bits.end);
    }
    Ok(extents)
}
