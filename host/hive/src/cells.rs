//! The bins of a hive and the cells in them: which are in use, which are free; taking, returning, growing. Knows
//! nothing of what a cell holds.

use crate::base::PAGE_BYTES;
use crate::bytes::{has, number, put, size, u32_at};
use crate::error::damaged;
use crate::{Error, HIVE_BYTES_MAX, Result};
use std::collections::{BTreeMap, BTreeSet};

/// "No cell".
pub(crate) const NIL: u32 = u32::MAX;
const BIN_HEADER_BYTES: usize = 32;
const CELL_HEADER_BYTES: usize = 4;
const CELL_STEP: usize = 8;

/// All bins, one behind the other.
pub(crate) struct Cells {
    bytes: Vec<u8>,
    /// Bit n: a cell begins at byte 8 n.
    starts: Vec<u64>,
    free: BTreeMap<u32, u32>,
    by_size: BTreeSet<(u32, u32)>,
}

impl Cells {
    /// Over the bins of a hive.
    pub(crate) fn parse(bytes: Vec<u8>) -> Result<Self> {
        let starts = vec![0; bytes.len().div_ceil(CELL_STEP * 64)];
        let mut cells = Self { bytes, starts, free: BTreeMap::new(), by_size: BTreeSet::new() };
        let mut at = 0;
        while at < cells.bytes.len() {
            at = cells.read_bin(at)?;
        }
        Ok(cells)
    }

    /// Without any bin.
    pub(crate) fn empty() -> Self {
        Self { bytes: Vec::new(), starts: Vec::new(), free: BTreeMap::new(), by_size: BTreeSet::new() }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Learns the cells of the bin at `start`; answers where it ends.
    fn read_bin(&mut self, start: usize) -> Result<usize> {
        let wrong = |what: &str| Error::Damaged(format!("the bin at {start:#x} {what}"));
        if !has(&self.bytes, start, b"hbin") {
            return Err(wrong("has no header"));
        }
        let length = u32_at(&self.bytes, start + 8).map(size).unwrap_or_default();
        let end = start.checked_add(length).filter(|end| *end <= self.bytes.len());
        let end = end.filter(|_| length >= PAGE_BYTES && length.is_multiple_of(PAGE_BYTES));
        let end = end.ok_or_else(|| wrong("is of an impossible size"))?;
        let mut at = start + BIN_HEADER_BYTES;
        while at < end {
            let (length, is_free) = self.header(at).ok_or_else(|| wrong("holds half a cell"))?;
            if length < CELL_STEP || !length.is_multiple_of(CELL_STEP) || length > end - at {
                return Err(damaged("a cell is of an impossible size", number(at)?));
            }
            self.mark(at, true);
            if is_free {
                self.add_free(number(at)?, number(length)?);
            }
            at += length;
        }
        Ok(end)
    }

    /// Length with header, and whether it is free.
    fn header(&self, at: usize) -> Option<(usize, bool)> {
        let raw = crate::bytes::array(&self.bytes, at).map(i32::from_le_bytes)?;
        Some((size(raw.unsigned_abs()), raw > 0))
    }

    fn set_header(&mut self, at: u32, length: u32, is_free: bool) -> Result<()> {
        let signed = i32::try_from(length).map_err(|_| damaged("a cell is too large", at))?;
        put(&mut self.bytes, size(at), &(if is_free { signed } else { -signed }).to_le_bytes())
    }

    fn mark(&mut self, at: usize, is_start: bool) {
        let bit = at / CELL_STEP;
        if let Some(word) = self.starts.get_mut(bit / 64) {
            let mask = 1 << (bit % 64);
            *word = if is_start { *word | mask } else { *word & !mask };
        }
    }

    fn is_start(&self, at: u32) -> bool {
        let bit = size(at) / CELL_STEP;
        let word = self.starts.get(bit / 64).copied().unwrap_or_default();
        size(at).is_multiple_of(CELL_STEP) && word & (1 << (bit % 64)) != 0
    }

    fn add_free(&mut self, at: u32, length: u32) {
        self.free.insert(at, length);
        self.by_size.insert((length, at));
    }

    fn take_free(&mut self, at: u32) -> Option<u32> {
        let length = self.free.remove(&at)?;
        self.by_size.remove(&(length, at));
        Some(length)
    }

    /// Where the content of a cell in use lies.
    fn range(&self, at: u32) -> Result<std::ops::Range<usize>> {
        if at == NIL || !self.is_start(at) {
            return Err(damaged("something refers to a cell that is none", at));
        }
        match self.header(size(at)) {
            Some((length, false)) => Ok(size(at) + CELL_HEADER_BYTES..size(at) + length),
            _ => Err(damaged("something refers to a free cell", at)),
        }
    }

    /// What a cell in use holds.
    pub(crate) fn get(&self, at: u32) -> Result<&[u8]> {
        let range = self.range(at)?;
        self.bytes.get(range).ok_or_else(|| damaged("a cell reaches past the end", at))
    }

    /// The same, to be changed.
    pub(crate) fn get_mut(&mut self, at: u32) -> Result<&mut [u8]> {
        let range = self.range(at)?;
        self.bytes.get_mut(range).ok_or_else(|| damaged("a cell reaches past the end", at))
    }

    /// A number in a cell.
    pub(crate) fn u32(&self, at: u32, field: usize) -> Result<u32> {
        u32_at(self.get(at)?, field).ok_or_else(|| damaged("a record is too short", at))
    }

    pub(crate) fn put_u32(&mut self, at: u32, field: usize, value: u32) -> Result<()> {
        put(self.get_mut(at)?, field, &value.to_le_bytes())
    }

    /// A new cell with this content; what is behind it up to the cell's end is zero.
    pub(crate) fn store(&mut self, content: &[u8]) -> Result<u32> {
        let at = self.take(content.len())?;
        let cell = self.get_mut(at)?;
        cell.fill(0);
        put(cell, 0, content)?;
        Ok(at)
    }

    /// The smallest free cell that is large enough, or one in a new bin.
    fn take(&mut self, content: usize) -> Result<u32> {
        let wanted = content.saturating_add(CELL_HEADER_BYTES).next_multiple_of(CELL_STEP);
        let wanted = number(wanted)?;
        let fitting = |cells: &Self| cells.by_size.range((wanted, 0)..).next().map(|(_, at)| *at);
        let at = match fitting(self) {
            Some(at) => at,
            None => self.grow(wanted)?,
        };
        let length = self.take_free(at).ok_or_else(|| damaged("a free cell is not free", at))?;
        let rest = length.saturating_sub(wanted);
        let used = if size(rest) >= CELL_STEP { wanted } else { length };
        if used < length {
            self.set_header(at + used, rest, true)?;
            self.mark(size(at + used), true);
            self.add_free(at + used, rest);
        }
        self.set_header(at, used, false)?;
        Ok(at)
    }

    /// A new bin at the end, with one free cell of at least this length.
    fn grow(&mut self, wanted: u32) -> Result<u32> {
        let start = self.bytes.len();
        let length = size(wanted).saturating_add(BIN_HEADER_BYTES).next_multiple_of(PAGE_BYTES);
        let end = start.saturating_add(length);
        if end > HIVE_BYTES_MAX {
            return Err(Error::Limit(format!("the hive would grow over {HIVE_BYTES_MAX} bytes")));
        }
        self.bytes.resize(end, 0);
        self.starts.resize(end.div_ceil(CELL_STEP * 64), 0);
        put(&mut self.bytes, start, b"hbin")?;
        put(&mut self.bytes, start + 4, &number(start)?.to_le_bytes())?;
        put(&mut self.bytes, start + 8, &number(length)?.to_le_bytes())?;
        let (at, free) = (number(start + BIN_HEADER_BYTES)?, number(length - BIN_HEADER_BYTES)?);
        self.set_header(at, free, true)?;
        self.mark(size(at), true);
        self.add_free(at, free);
        Ok(at)
    }

    /// Returns a cell, and joins it with free neighbours. Cells of two bins never touch: a header is between.
    pub(crate) fn give_back(&mut self, at: u32) -> Result<()> {
        let mut range = self.range(at)?;
        range.start -= CELL_HEADER_BYTES;
        let (mut start, mut length) = (at, number(range.len())?);
        if let Some(behind) = self.take_free(at.saturating_add(length)) {
            self.mark(size(at + length), false);
            length += behind;
        }
        let before = self.free.range(..at).next_back().map(|(at, length)| (*at, *length));
        if let Some((before, its)) = before.filter(|(before, its)| before + its == at) {
            self.take_free(before);
            self.mark(size(at), false);
            (start, length) = (before, length + its);
        }
        self.set_header(start, length, true)?;
        self.add_free(start, length);
        Ok(())
    }

    /// Cells in use.
    pub(crate) fn used(&self) -> usize {
        let all: usize = self.starts.iter().map(|word| word.count_ones() as usize).sum();
        all.saturating_sub(self.free.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_returned_is_joined_and_used_again() {
        let mut cells = Cells::empty();
        let kept: Vec<u32> = [10, 100, 1000].iter().map(|n| cells.store(&vec![7; *n]).unwrap()).collect();
        assert_eq!((cells.bytes().len(), cells.used()), (PAGE_BYTES, 3));
        for at in kept {
            cells.give_back(at).unwrap();
        }
        assert_eq!((cells.free.len(), cells.used()), (1, 0));
        let whole = cells.store(&[1; PAGE_BYTES - 36]).unwrap();
        assert_eq!((whole, cells.bytes().len()), (32, PAGE_BYTES));
        let large = cells.store(&[2; 3 * PAGE_BYTES]).unwrap();
        assert_eq!(cells.bytes().len(), 5 * PAGE_BYTES);
        assert_eq!(cells.get(large).unwrap()[0], 2);
        assert_eq!(Cells::parse(cells.bytes().to_vec()).unwrap().used(), 2);
    }

    #[test]
    fn only_cells_in_use_can_be_reached() {
        let mut cells = Cells::empty();
        let at = cells.store(b"one").unwrap();
        for wrong in [0, at + 8, at + 4, NIL, 8 * PAGE_BYTES as u32] {
            assert!(cells.get(wrong).is_err() && cells.give_back(wrong).is_err(), "{wrong}");
        }
        cells.give_back(at).unwrap();
        assert!(cells.get(at).is_err() && cells.give_back(at).is_err());
    }
}
