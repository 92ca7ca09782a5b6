//! Ranges of a disk and what lies in them. Extents come from plugins and are hostile until
//! [`check_cover`] or [`check_changed`] has seen them.

use crate::{Error, Result};

/// Codecs that a [`Packed`] extent may name: what the mover unpacks.
pub const CODECS: [&str; 3] = ["deflate", "zlib", "zstd"];

/// What lies in an extent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExtentKind {
    /// Bytes that must be read through the owner of the extent.
    Data,
    /// Reads as zeros, allocated.
    Zero,
    /// Reads as zeros, unallocated.
    Hole,
    /// Bytes that lie unchanged in a disk handle of the host.
    Stored(Stored),
    /// Bytes that lie compressed in a disk handle of the host.
    Packed(Packed),
}

/// Where the bytes of an extent lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// The handle's id.
    pub disk: u32,
    /// Offset in that handle, bytes.
    pub offset: u64,
}

/// Where the compressed bytes of an extent lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// The handle's id.
    pub disk: u32,
    /// Offset in that handle, bytes.
    pub offset: u64,
    /// Compressed length, bytes; may be an upper bound.
    pub length: u64,
    /// One of [`CODECS`].
    pub codec: String,
    /// Bytes to drop from the front of what unpacks.
    pub skip: u32,
}

/// A range of a disk and what lies in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Where it begins, bytes.
    pub offset: u64,
    /// How long it is, bytes; never 0.
    pub length: u64,
    /// What lies in it.
    pub kind: ExtentKind,
}

impl Extent {
    /// One past its last byte.
    pub const fn end(&self) -> u64 {
        self.offset.saturating_add(self.length)
    }

    /// Whether it reads as zeros.
    pub const fn is_zero(&self) -> bool {
        matches!(self.kind, ExtentKind::Zero | ExtentKind::Hole)
    }
}

/// Checks what a plugin answered for `offset..offset + length`: in order, without gaps, no
/// overflow, beginning at `offset` and not past the asked end. An answer may stop early (the caller
/// asks on), but must cover at least one byte. Returns where the answer ends.
///
/// # Errors
/// `extents.invalid`, naming the first extent that breaks a rule.
pub fn check_cover(offset: u64, length: u64, extents: &[Extent]) -> Result<u64> {
    let bad = |index: usize, why: &str| {
        Err(Error::other("extents.invalid", format!("the source's extent {index} {why}"))
            .cause(format!("asked for {length} bytes at {offset}")))
    };
    let end = match offset.checked_add(length) {
        Some(end) => end,
        None => return bad(0, "was asked for past 2^64"),
    };
    let mut at = offset;
    for (index, extent) in extents.iter().enumerate() {
        if extent.length == 0 {
            return bad(index, "is empty");
        }
        if extent.offset != at {
            return bad(index, "leaves a gap or overlaps the one before");
        }
        at = match at.checked_add(extent.length) {
            Some(next) if next <= end => next,
            _ => return bad(index, "reaches past what was asked for"),
        };
    }
    if at == offset && length > 0 {
        return bad(0, "is missing: the answer is empty");
    }
    Ok(at)
}

/// Checks what a plugin answered for "what changed in `offset..offset + length` since": in order, no
/// overlap, no overflow, inside what was asked for. What lies between the extents did not change, and
/// their kind does not matter. Returns where to ask on from: the end of the last extent, until that
/// is the asked end or the answer is empty; an empty answer says that nothing more changed.
///
/// # Errors
/// `extents.invalid`, naming the first extent that breaks a rule.
pub fn check_changed(offset: u64, length: u64, extents: &[Extent]) -> Result<u64> {
    let bad = |index: usize, why: &str| {
        Err(Error::other("extents.invalid", format!("the source's changed extent {index} {why}"))
            .cause(format!("asked for {length} bytes at {offset}")))
    };
    let end = match offset.checked_add(length) {
        Some(end) => end,
        None => return bad(0, "was asked for past 2^64"),
    };
    let mut at = offset;
    for (index, extent) in extents.iter().enumerate() {
        if extent.length == 0 {
            return bad(index, "is empty");
        }
        if extent.offset < at {
            return bad(index, "overlaps the one before or what was not asked for");
        }
        at = match extent.offset.checked_add(extent.length) {
            Some(next) if next <= end => next,
            _ => return bad(index, "reaches past what was asked for"),
        };
    }
    Ok(if extents.is_empty() { end } else { at })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hole(offset: u64, length: u64) -> Extent {
        Extent { offset, length, kind: ExtentKind::Hole }
    }

    #[test]
    fn accepts_a_cover_and_an_early_stop() {
        assert_eq!(check_cover(0, 10, &[hole(0, 4), hole(4, 6)]), Ok(10));
        assert_eq!(check_cover(5, 10, &[hole(5, 4)]), Ok(9));
    }

    #[test]
    fn refuses_gaps_overlaps_overflow_and_nothing() {
        for extents in [
            vec![hole(0, 4), hole(5, 5)],
            vec![hole(0, 4), hole(3, 5)],
            vec![hole(1, 9)],
            vec![hole(0, 11)],
            vec![hole(0, u64::MAX), hole(u64::MAX, 2)],
            vec![hole(0, 0)],
            vec![],
        ] {
            assert_eq!(check_cover(0, 10, &extents).unwrap_err().code, "extents.invalid", "{extents:?}");
        }
        assert!(check_cover(u64::MAX, 2, &[hole(u64::MAX, 1)]).is_err());
    }

    #[test]
    fn changes_may_leave_gaps_but_not_overlap() {
        assert_eq!(check_changed(5, 10, &[]), Ok(15));
        assert_eq!(check_changed(5, 10, &[hole(6, 2), hole(10, 3)]), Ok(13));
        for extents in [
            vec![hole(4, 2)],
            vec![hole(5, 4), hole(8, 1)],
            vec![hole(8, 1), hole(5, 1)],
            vec![hole(10, 6)],
            vec![hole(10, u64::MAX)],
            vec![hole(10, 0)],
        ] {
            assert_eq!(check_changed(5, 10, &extents).unwrap_err().code, "extents.invalid", "{extents:?}");
        }
        assert!(check_changed(u64::MAX, 2, &[]).is_err());
    }
}
