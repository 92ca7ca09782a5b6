//! Little-endian numbers at an offset, absent where the bytes end.

use crate::{Error, Result};

pub(crate) fn array<const N: usize>(bytes: &[u8], at: usize) -> Option<[u8; N]> {
    bytes.get(at..at.checked_add(N)?)?.try_into().ok()
}

pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    array(bytes, at).map(u16::from_le_bytes)
}

pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    array(bytes, at).map(u32::from_le_bytes)
}

pub(crate) fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    array(bytes, at).map(u64::from_le_bytes)
}

pub(crate) fn has(bytes: &[u8], at: usize, magic: &[u8]) -> bool {
    at.checked_add(magic.len()).and_then(|end| bytes.get(at..end)) == Some(magic)
}

/// Overwrites bytes that are there.
pub(crate) fn put(bytes: &mut [u8], at: usize, new: &[u8]) -> Result<()> {
    let target = at.checked_add(new.len()).and_then(|end| bytes.get_mut(at..end));
    target
        .map(|target| target.copy_from_slice(new))
        .ok_or_else(|| Error::Damaged("a record ends before its fields do".into()))
}

/// Numbers of a file that is read on machines of any kind.
pub(crate) fn size(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// The length of what a limit keeps small.
pub(crate) fn number(length: usize) -> Result<u32> {
    u32::try_from(length).map_err(|_| Error::Limit(format!("{length} bytes are too many for a hive")))
}
