//! Transaction logs: what the last writer of a hive meant to write. A hive that was not put away is made whole
//! with them, as Windows does when it loads it. Both formats: pages with a bitmap (up to Windows 8), and entries
//! that carry hashes and sequence numbers (from Windows 8.1 on).

use crate::base::{self, BASE_BYTES, Base, Kind, LOG_BASE_BYTES};
use crate::bytes::{has, size, u32_at, u64_at};
use crate::{Error, Result};

const PAGE_BYTES: usize = 512;
const ENTRY_HEADER_BYTES: usize = 40;
/// What Windows' own hashes of entries begin with.
const SEED: u64 = 0x82ef_4d88_7a4e_55c5;

/// Completes `hive`, a file whose base block says that it is not whole, with its logs in any order.
pub(crate) fn replay(hive: &mut Vec<u8>, logs: &[&[u8]]) -> Result<()> {
    let base = Base::parse(hive)?;
    let mut usable: Vec<(Base, &[u8])> = Vec::new();
    let mut reasons = Vec::new();
    for (index, log) in logs.iter().enumerate() {
        match usable_log(&base, log) {
            Ok(found) => usable.push((found, log)),
            Err(why) => reasons.push(format!("log {}: {why}", index + 1)),
        }
    }
    // The one that was begun earlier comes first; numbers may have run over.
    usable.sort_by_key(|(log, _)| log.primary.wrapping_sub(base.secondary));
    let mut done: Option<u32> = None;
    for (log, bytes) in usable {
        done = match log.kind {
            Kind::OldLog if done.is_none() => Some(replay_pages(hive, &log, bytes)?),
            Kind::NewLog if done.is_none_or(|last| last.wrapping_add(1) == log.primary) => {
                replay_entries(hive, &log, bytes)?.or(done)
            }
            _ => done,
        };
    }
    if done.is_some() {
        return Ok(());
    }
    let why = if reasons.is_empty() { "it has no log".into() } else { reasons.join(", ") };
    Err(Error::Dirty(format!(
        "the hive was not put away by its last writer, and its logs do not complete it ({why})"
    )))
}

fn usable_log(hive: &Base, log: &[u8]) -> std::result::Result<Base, String> {
    const HALF: u32 = 1 << 31;
    let base = Base::parse(log).map_err(|error| error.to_string())?;
    match base.kind {
        Kind::Primary => Err("it is a hive".into()),
        Kind::OldLog if base.is_dirty() => Err("it was not finished".into()),
        Kind::OldLog if base.written < hive.written => Err("it is older than the hive".into()),
        Kind::NewLog if base.primary.wrapping_sub(hive.secondary) >= HALF => {
            Err("it is older than the hive".into())
        }
        _ => Ok(base),
    }
}

/// Room for the bins, as the log says; the answer is their length.
fn resize(hive: &mut Vec<u8>, bins_bytes: u32) -> Result<usize> {
    base::check_bins(bins_bytes)?;
    let end = BASE_BYTES + size(bins_bytes);
    if hive.len() < end {
        hive.resize(end, 0);
    }
    Ok(end)
}

fn write_page(hive: &mut [u8], offset: usize, page: &[u8]) -> Result<()> {
    let at = offset.saturating_add(BASE_BYTES);
    crate::bytes::put(hive, at, page)
        .map_err(|_| Error::Damaged("a log has a page past the end of its hive".into()))
}

/// The old format: one bit for each 512 bytes of the bins, then those that are set.
fn replay_pages(hive: &mut Vec<u8>, log: &Base, bytes: &[u8]) -> Result<u32> {
    let cut = || Error::Damaged("a log is cut off".into());
    if !has(bytes, LOG_BASE_BYTES, b"DIRT") {
        return Err(Error::Damaged("a log has no map of pages".into()));
    }
    resize(hive, log.bins_bytes)?;
    let pages = size(log.bins_bytes) / PAGE_BYTES;
    let map = LOG_BASE_BYTES + 4;
    let bits = bytes.get(map..map + pages.div_ceil(8)).ok_or_else(cut)?;
    let mut at = (map + bits.len()).next_multiple_of(PAGE_BYTES);
    for page in 0..pages {
        let is_set = bits.get(page / 8).is_some_and(|byte| byte & (1 << (page % 8)) != 0);
        if is_set {
            write_page(hive, page * PAGE_BYTES, bytes.get(at..at + PAGE_BYTES).ok_or_else(cut)?)?;
            at += PAGE_BYTES;
        }
    }
    base::seal(hive, log.primary, log.written, log.bins_bytes)?;
    Ok(log.primary)
}

/// The new format; answers the last sequence number. The first entry that is not whole ends the log.
fn replay_entries(hive: &mut Vec<u8>, log: &Base, bytes: &[u8]) -> Result<Option<u32>> {
    let mut last = None;
    let mut expected = log.primary;
    let mut at = LOG_BASE_BYTES;
    while let Some(entry) = entry(bytes, at, expected) {
        let bins_bytes = u32_at(entry, 16).unwrap_or_default();
        let end = resize(hive, bins_bytes)?;
        hive.truncate(end);
        replay_entry(hive, entry)?;
        base::seal(hive, expected, log.written, bins_bytes)?;
        last = Some(expected);
        expected = expected.wrapping_add(1);
        at += entry.len();
    }
    Ok(last)
}

/// The entry at `at`, if it is whole and the one that is due.
fn entry(log: &[u8], at: usize, sequence: u32) -> Option<&[u8]> {
    let length = size(u32_at(log, at.checked_add(4)?)?);
    let entry = log.get(at..at.checked_add(length)?)?;
    let is_whole = has(entry, 0, b"HvLE")
        && length >= PAGE_BYTES
        && length.is_multiple_of(PAGE_BYTES)
        && u32_at(entry, 12)? == sequence
        && u64_at(entry, 32)? == marvin(entry.get(..32)?, SEED)
        && u64_at(entry, 24)? == marvin(entry.get(ENTRY_HEADER_BYTES..)?, SEED);
    is_whole.then_some(entry)
}

fn replay_entry(hive: &mut [u8], entry: &[u8]) -> Result<()> {
    let cut = || Error::Damaged("an entry of a log is cut off".into());
    let count = size(u32_at(entry, 20).ok_or_else(cut)?);
    let table = count.checked_mul(8).and_then(|length| length.checked_add(ENTRY_HEADER_BYTES));
    let mut at = table.filter(|end| *end <= entry.len()).ok_or_else(cut)?;
    let references = entry.get(ENTRY_HEADER_BYTES..at).ok_or_else(cut)?;
    for reference in references.chunks_exact(8) {
        let offset = size(u32_at(reference, 0).ok_or_else(cut)?);
        let length = size(u32_at(reference, 4).ok_or_else(cut)?);
        let end = at.checked_add(length).ok_or_else(cut)?;
        write_page(hive, offset, entry.get(at..end).ok_or_else(cut)?)?;
        at = end;
    }
    Ok(())
}

/// The hash Marvin32, 64 bits.
fn marvin(bytes: &[u8], seed: u64) -> u64 {
    let half = |value: u64| u32::try_from(value & u64::from(u32::MAX)).unwrap_or_default();
    let (mut low, mut high) = (half(seed), half(seed >> 32));
    let mut mix = |word: u32| {
        low = low.wrapping_add(word);
        high ^= low;
        low = low.rotate_left(20).wrapping_add(high);
        high = high.rotate_left(9) ^ low;
        low = low.rotate_left(27).wrapping_add(high);
        high = high.rotate_left(19);
        (low, high)
    };
    let words = bytes.chunks_exact(4);
    let mut last = [0; 4];
    let ending = words.remainder().iter().copied().chain([0x80]);
    last.iter_mut().zip(ending).for_each(|(place, byte)| *place = byte);
    for word in words {
        mix(u32_at(word, 0).unwrap_or_default());
    }
    mix(u32::from_le_bytes(last));
    let (low, high) = mix(0);
    u64::from(high) << 32 | u64::from(low)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A log of the new format: a base block, and an entry for each list of pages.
    pub(crate) fn new_log(hive: &[u8], first: u32, entries: &[Vec<(u32, Vec<u8>)>]) -> Vec<u8> {
        let mut log = hive[..LOG_BASE_BYTES].to_vec();
        log[28] = 6;
        let bins = u32_at(&log, 40).unwrap();
        base::seal(&mut log, first, 7, bins).unwrap();
        for (sequence, pages) in (first..).zip(entries) {
            let end = pages.iter().map(|(at, page)| at + page.len() as u32).max().unwrap_or(0).max(bins);
            let mut entry = vec![0; ENTRY_HEADER_BYTES];
            entry[..4].copy_from_slice(b"HvLE");
            entry[12..16].copy_from_slice(&sequence.to_le_bytes());
            entry[16..20].copy_from_slice(&end.to_le_bytes());
            entry[20..24].copy_from_slice(&(pages.len() as u32).to_le_bytes());
            for (at, page) in pages {
                entry.extend(at.to_le_bytes().iter().chain(&(page.len() as u32).to_le_bytes()));
            }
            entry.extend(pages.iter().flat_map(|(_, page)| page.clone()));
            entry.resize(entry.len().next_multiple_of(PAGE_BYTES), 0);
            let length = entry.len() as u32;
            entry[4..8].copy_from_slice(&length.to_le_bytes());
            let hash = marvin(&entry[ENTRY_HEADER_BYTES..], SEED);
            entry[24..32].copy_from_slice(&hash.to_le_bytes());
            let hash = marvin(&entry[..32], SEED);
            entry[32..40].copy_from_slice(&hash.to_le_bytes());
            log.extend(entry);
        }
        log
    }

    /// A log of the old format with all pages that differ.
    pub(crate) fn old_log(before: &[u8], after: &[u8]) -> Vec<u8> {
        let mut log = after[..LOG_BASE_BYTES].to_vec();
        log[28] = 1;
        let (sequence, bins) = (u32_at(&log, 4).unwrap(), u32_at(&log, 40).unwrap());
        base::seal(&mut log, sequence, u64_at(after, 12).unwrap(), bins).unwrap();
        log.extend(b"DIRT");
        let pages: Vec<&[u8]> = after[BASE_BYTES..].chunks(PAGE_BYTES).collect();
        let other = |n: usize| {
            before.get(BASE_BYTES + n * PAGE_BYTES..BASE_BYTES + (n + 1) * PAGE_BYTES) != Some(pages[n])
        };
        let mut bits = vec![0_u8; pages.len().div_ceil(8)];
        (0..pages.len()).filter(|n| other(*n)).for_each(|n| bits[n / 8] |= 1 << (n % 8));
        log.extend(&bits);
        log.resize(log.len().next_multiple_of(PAGE_BYTES), 0);
        (0..pages.len()).filter(|n| other(*n)).for_each(|n| log.extend(pages[n]));
        log
    }

    #[test]
    fn the_hash_is_marvin32() {
        // Known answers for this seed; .NET and SymCrypt use the same function.
        const KNOWN: u64 = 0x004f_b61a_001b_dbcc;
        assert_eq!(marvin(&[], KNOWN), 0x30ed_35c1_00cd_3c7d);
        assert_eq!(marvin(&[0xaf], KNOWN), 0x48e7_3fc7_7d75_ddc1);
        assert_eq!(marvin(&[0xe7, 0x0f], KNOWN), 0xb5f6_e1fc_485d_bff8);
        assert_eq!(marvin(&[0x86, 0x42, 0xdc, 0x59], KNOWN), 0x7008_f2e8_7e9c_f556);
        // Folded to 32 bits, for the seed of the logs.
        let fold = |bytes| marvin(bytes, SEED) ^ (marvin(bytes, SEED) >> 32);
        assert_eq!(fold(b"hello, world!") & 0xffff_ffff, 0x00c1_8515);
    }
}
