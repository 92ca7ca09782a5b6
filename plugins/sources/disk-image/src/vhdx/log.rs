//! The log of a VHDX file: finds the newest run of entries that is whole, and makes patches of it. Work and
//! memory are bounded by the log's own length, which has a limit.

use super::SUM_AT;
use crate::crc::crc32c_without;
use crate::file::ImageFile;
use crate::patches::Patches;
use crate::record::Record;
use gyre_plugin::source::*;
use std::collections::BTreeMap;

/// Hyper-V makes logs of 1 MiB.
const LOG_BYTES_MAX: u64 = 16 << 20;
const SECTOR_BYTES: u64 = 4096;
const HEADER_BYTES: u64 = 64;
const DESCRIPTOR_BYTES: u64 = 32;
/// Checksums are made of so many times the log's length: entries do not overlap, unless to waste time.
const SUMMED_TIMES_MAX: u64 = 2;
/// What a file may grow by when its log is replayed.
const GROWTH_BYTES_MAX: u64 = 1 << 50;

/// The whole log, which wraps around.
struct Log<'a> {
    file: &'a ImageFile,
    bytes: Record,
    id: &'a str,
}

/// A whole entry.
#[derive(Clone, Copy)]
struct Entry {
    at: u64,
    length: u64,
    tail: u64,
    sequence: u64,
    descriptors: u64,
    flushed_bytes: u64,
    last_bytes: u64,
}

/// The writes that the log holds, and how long the file is at least once they are made.
///
/// # Errors
/// `disk-image.corrupt`, `disk-image.truncated`, `disk-image.unsupported`.
pub(super) fn replay(file: &ImageFile, place: (u64, u64), id: &str) -> Result<(Patches, u64)> {
    let log = Log { file, bytes: read(file, place)?, id };
    let run = log.newest_run(&log.entries()?)?;
    let (mut patches, mut size) = (Patches::default(), file.size());
    for entry in &run {
        if entry.flushed_bytes > file.size() {
            return Err(file.truncated(entry.flushed_bytes));
        }
        log.apply(entry, &mut patches)?;
        size = size.max(entry.last_bytes);
    }
    if size - file.size() > GROWTH_BYTES_MAX {
        return Err(file.corrupt("its log makes it longer than any file"));
    }
    Ok((patches, size))
}

fn read(file: &ImageFile, (offset, length): (u64, u64)) -> Result<Record> {
    if length > LOG_BYTES_MAX {
        return Err(file.unsupported(format_args!("its log of {length} bytes is too long to be replayed")));
    }
    if length == 0 || !length.is_multiple_of(SECTOR_BYTES) {
        return Err(file.corrupt(format_args!("a log of {length} bytes is not possible")));
    }
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < length {
        let done = bytes.len() as u64;
        bytes.extend(file.read(offset.saturating_add(done), (length - done).min(READ_BYTES_MAX.into()))?.0);
    }
    Ok(Record(bytes))
}

impl Log<'_> {
    fn length(&self) -> u64 {
        self.bytes.0.len() as u64
    }

    /// Bytes from `at` on, around the end.
    fn slice(&self, at: u64, length: u64) -> Record {
        let at = (at % self.length()) as usize;
        let first = (length as usize).min(self.bytes.0.len() - at);
        let mut bytes = self.bytes.bytes(at, first).to_vec();
        bytes.extend(self.bytes.bytes(0, length as usize - first));
        Record(bytes)
    }

    /// Every entry that is whole, by its place. None of them, while there are broken ones, is damage.
    fn entries(&self) -> Result<BTreeMap<u64, Entry>> {
        let mut found = BTreeMap::new();
        let mut summed = 0;
        for at in (0..self.length()).step_by(SECTOR_BYTES as usize) {
            let Some(entry) = self.header(at) else { continue };
            summed += entry.length;
            if summed > self.length() * SUMMED_TIMES_MAX {
                return Err(self.file.corrupt("the entries of its log overlap"));
            }
            let bytes = self.slice(at, entry.length);
            if bytes.le32(SUM_AT) == crc32c_without(&bytes.0, SUM_AT) {
                found.insert(at, entry);
            }
        }
        if found.is_empty() && summed > 0 {
            return Err(self.file.corrupt("no entry of its log is whole"));
        }
        Ok(found)
    }

    /// What could be an entry, whose checksum was not looked at.
    fn header(&self, at: u64) -> Option<Entry> {
        let head = self.slice(at, HEADER_BYTES);
        let entry = Entry {
            at,
            length: head.le32(8).into(),
            tail: head.le32(12).into(),
            sequence: head.le64(16),
            descriptors: head.le32(24).into(),
            flushed_bytes: head.le64(48),
            last_bytes: head.le64(56),
        };
        let fits = entry.length >= SECTOR_BYTES
            && entry.length <= self.length()
            && entry.length.is_multiple_of(SECTOR_BYTES)
            && HEADER_BYTES + entry.descriptors * DESCRIPTOR_BYTES <= entry.length;
        (head.has(0, b"loge") && fits && entry.sequence > 0 && head.guid(32) == self.id).then_some(entry)
    }

    /// The entries to replay, in order: of the runs that are whole, the one whose last entry is the newest.
    /// A log that holds nothing yet has none.
    fn newest_run(&self, entries: &BTreeMap<u64, Entry>) -> Result<Vec<Entry>> {
        let mut heads: Vec<&Entry> = entries.values().collect();
        heads.sort_by_key(|entry| std::cmp::Reverse(entry.sequence));
        let run = heads.iter().find_map(|head| self.run_to(entries, head));
        if run.is_none() && !entries.is_empty() {
            return Err(self.file.corrupt("its log has no run of entries that is whole"));
        }
        Ok(run.unwrap_or_default())
    }

    /// From the tail that `head` names to itself, one after the other.
    fn run_to(&self, entries: &BTreeMap<u64, Entry>, head: &Entry) -> Option<Vec<Entry>> {
        let mut run: Vec<Entry> = Vec::new();
        let mut at = head.tail;
        for _ in 0..entries.len() {
            let entry = entries.get(&at)?;
            if run.last().is_some_and(|last| last.sequence.checked_add(1) != Some(entry.sequence)) {
                return None;
            }
            run.push(*entry);
            if entry.at == head.at {
                return Some(run);
            }
            at = (at + entry.length) % self.length();
        }
        None
    }

    fn apply(&self, entry: &Entry, patches: &mut Patches) -> Result<()> {
        let bytes = self.slice(entry.at, entry.length);
        let mut data_at =
            (HEADER_BYTES + entry.descriptors * DESCRIPTOR_BYTES).next_multiple_of(SECTOR_BYTES);
        for n in 0..entry.descriptors {
            let at = (HEADER_BYTES + n * DESCRIPTOR_BYTES) as usize;
            let offset = bytes.le64(at + 16);
            if bytes.le64(at + 24) != entry.sequence || !offset.is_multiple_of(SECTOR_BYTES) {
                return Err(self.file.corrupt("a descriptor of its log does not belong to its entry"));
            }
            if bytes.has(at, b"zero") && bytes.le64(at + 8).is_multiple_of(SECTOR_BYTES) {
                patches.zero(offset, bytes.le64(at + 8));
            } else if bytes.has(at, b"desc") {
                patches.write(offset, self.sector(&bytes, at, data_at as usize, entry.sequence)?);
                data_at += SECTOR_BYTES;
            } else {
                return Err(self.file.corrupt("its log has an unknown kind of descriptor"));
            }
        }
        Ok(())
    }

    /// A logged sector: its first 8 and last 4 bytes stand in the descriptor.
    fn sector(&self, bytes: &Record, descriptor: usize, at: usize, sequence: u64) -> Result<Vec<u8>> {
        let written = u64::from(bytes.le32(at + 4)) << 32 | u64::from(bytes.le32(at + 4092));
        if !bytes.has(at, b"data") || written != sequence {
            return Err(self.file.corrupt("a sector of its log does not belong to its entry"));
        }
        let mut sector = bytes.bytes(descriptor + 8, 8).to_vec();
        sector.extend(bytes.bytes(at + 8, 4084));
        sector.extend(bytes.bytes(descriptor + 4, 4));
        Ok(sector)
    }
}
