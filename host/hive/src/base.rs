//! The first 4096 bytes of a hive, and the first 512 of its logs.

use crate::bytes::{has, put, size, u32_at, u64_at};
use crate::{Error, HIVE_BYTES_MAX, Result};

/// Before the first bin.
pub(crate) const BASE_BYTES: usize = 4096;
/// Of it, what a log repeats.
pub(crate) const LOG_BASE_BYTES: usize = 512;
/// Bins are multiples of it.
pub(crate) const PAGE_BYTES: usize = 4096;
const CHECKSUM: usize = 508;
/// Versions 1.3 (Windows NT 4 on) to 1.6: all have the same cells.
const MINOR_VERSIONS: std::ops::RangeInclusive<u32> = 3..=6;
/// As every Windows since XP writes its system hives.
const MINOR_VERSION_NEW: u32 = 5;

/// What kind of file a base block begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Primary,
    /// Pages of the last flush, with a bitmap.
    OldLog,
    /// Entries with sequence numbers of their own.
    NewLog,
}

/// A base block, decoded.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Base {
    pub(crate) kind: Kind,
    pub(crate) primary: u32,
    pub(crate) secondary: u32,
    pub(crate) written: u64,
    pub(crate) minor: u32,
    pub(crate) root: u32,
    pub(crate) bins_bytes: u32,
}

impl Base {
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self> {
        let short = || Error::Damaged("the file is too short for a hive".into());
        if !has(bytes, 0, b"regf") {
            return Err(Error::Damaged("the file does not begin like a hive (regf)".into()));
        }
        let field = |at| u32_at(bytes, at).ok_or_else(short);
        if checksum(bytes).ok_or_else(short)? != field(CHECKSUM)? {
            return Err(Error::Damaged("the checksum of the hive's base block is wrong".into()));
        }
        let (major, minor) = (field(20)?, field(24)?);
        if major != 1 || !MINOR_VERSIONS.contains(&minor) {
            return Err(Error::Unsupported(format!("hives of version {major}.{minor} are not known")));
        }
        let kind = match (field(28)?, field(32)?) {
            (0, 1) => Kind::Primary,
            (1 | 2, 1) => Kind::OldLog,
            (6, 1) => Kind::NewLog,
            (kind, format) => {
                return Err(Error::Unsupported(format!("a hive of type {kind}, format {format}")));
            }
        };
        let bins_bytes = field(40)?;
        check_bins(bins_bytes)?;
        Ok(Self {
            kind,
            primary: field(4)?,
            secondary: field(8)?,
            written: u64_at(bytes, 12).ok_or_else(short)?,
            minor,
            root: field(36)?,
            bins_bytes,
        })
    }

    pub(crate) fn is_dirty(&self) -> bool {
        self.primary != self.secondary
    }
}

pub(crate) fn check_bins(bytes: u32) -> Result<()> {
    if size(bytes) > HIVE_BYTES_MAX {
        return Err(Error::Limit(format!("a hive of {bytes} bytes is larger than {HIVE_BYTES_MAX}")));
    }
    if bytes == 0 || !size(bytes).is_multiple_of(PAGE_BYTES) {
        return Err(Error::Damaged(format!("the hive says that it has {bytes} bytes, no whole pages")));
    }
    Ok(())
}

/// Of the first 508 bytes; two values are reserved.
pub(crate) fn checksum(bytes: &[u8]) -> Option<u32> {
    let words = bytes.get(..CHECKSUM)?.chunks_exact(4);
    let sum = words.filter_map(|word| u32_at(word, 0)).fold(0, |sum, word| sum ^ word);
    Some(match sum {
        0 => 1,
        u32::MAX => u32::MAX - 1,
        sum => sum,
    })
}

/// Says in a base block that the hive is whole, and how large it is.
pub(crate) fn seal(base: &mut [u8], sequence: u32, written: u64, bins_bytes: u32) -> Result<()> {
    put(base, 4, &sequence.to_le_bytes())?;
    put(base, 8, &sequence.to_le_bytes())?;
    put(base, 12, &written.to_le_bytes())?;
    put(base, 40, &bins_bytes.to_le_bytes())?;
    let sum = checksum(base).unwrap_or_default();
    put(base, CHECKSUM, &sum.to_le_bytes())
}

/// The base block of a hive that is made here.
pub(crate) fn new(root: u32) -> Result<Vec<u8>> {
    let mut base = vec![0; BASE_BYTES];
    put(&mut base, 0, b"regf")?;
    for (at, value) in [(20, 1), (24, MINOR_VERSION_NEW), (32, 1), (36, root), (44, 1)] {
        put(&mut base, at, &value.to_le_bytes())?;
    }
    Ok(base)
}
