//! A disk as numbered blocks and windows of blocks, and sets of blocks. Knows no bytes but zeros.

use gyre_core::Hash;
use gyre_core::limits::{HASH_BLOCK_BYTES, HASH_RANGE_BYTES_MAX, PIECE_BYTES_MAX};
use std::ops::Range;
use std::sync::LazyLock;

/// Blocks in a window: what is planned, shared between manifests, and hashed by one request.
pub(crate) const WINDOW_BLOCKS: u64 = HASH_RANGE_BYTES_MAX / HASH_BLOCK_BYTES;
/// Blocks in a piece.
pub(crate) const PIECE_BLOCKS: u64 = PIECE_BYTES_MAX / HASH_BLOCK_BYTES;

static ZEROS: [u8; HASH_BLOCK_BYTES as usize] = [0; HASH_BLOCK_BYTES as usize];
static ZERO_BLOCK: LazyLock<Hash> = LazyLock::new(|| hash(&ZEROS));

/// BLAKE3 of a block.
pub(crate) fn hash(block: &[u8]) -> Hash {
    *blake3::hash(block).as_bytes()
}

/// Whether a block (at most [`HASH_BLOCK_BYTES`]) is all zeros. Comparing with zeros is what `memcmp`
/// does fastest, and it ends at the first byte that differs.
pub(crate) fn is_zero(block: &[u8]) -> bool {
    ZEROS.get(..block.len()).is_some_and(|zeros| zeros == block)
}

/// How a disk of some size falls into blocks; only the last one may be shorter.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Geometry {
    size: u64,
    last_zero: Hash,
}

impl Geometry {
    pub(crate) fn new(size: u64) -> Self {
        let tail = (size % HASH_BLOCK_BYTES) as usize;
        let last_zero = if tail == 0 { *ZERO_BLOCK } else { hash(ZEROS.get(..tail).unwrap_or(&ZEROS)) };
        Self { size, last_zero }
    }

    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    pub(crate) const fn blocks(&self) -> u64 {
        self.size.div_ceil(HASH_BLOCK_BYTES)
    }

    pub(crate) const fn windows(&self) -> u64 {
        self.blocks().div_ceil(WINDOW_BLOCKS)
    }

    /// The blocks of a window.
    pub(crate) fn window(&self, index: u64) -> Range<u64> {
        let first = index * WINDOW_BLOCKS;
        first..(first + WINDOW_BLOCKS).min(self.blocks())
    }

    /// Where blocks begin and end on the disk, bytes.
    pub(crate) fn bytes(&self, blocks: &Range<u64>) -> Range<u64> {
        blocks.start * HASH_BLOCK_BYTES..(blocks.end * HASH_BLOCK_BYTES).min(self.size)
    }

    /// Bytes in one block.
    pub(crate) fn length(&self, block: u64) -> u64 {
        let bytes = self.bytes(&(block..block + 1));
        bytes.end.saturating_sub(bytes.start)
    }

    /// The hash of this block when it is all zeros.
    pub(crate) fn zero_hash(&self, block: u64) -> Hash {
        if block + 1 == self.blocks() { self.last_zero } else { *ZERO_BLOCK }
    }
}

/// A set of block numbers, one bit each.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BlockSet {
    words: Vec<u64>,
}

impl BlockSet {
    /// An empty set.
    pub fn new() -> Self {
        Self::default()
    }

    /// All blocks of a disk of `blocks` blocks.
    pub fn all(blocks: u64) -> Self {
        let mut words = vec![u64::MAX; (blocks / 64) as usize];
        if !blocks.is_multiple_of(64) {
            words.push((1 << (blocks % 64)) - 1);
        }
        Self { words }
    }

    /// Adds a block; true when it is new.
    pub fn insert(&mut self, block: u64) -> bool {
        let (word, bit) = ((block / 64) as usize, 1 << (block % 64));
        if word >= self.words.len() {
            self.words.resize(word + 1, 0);
        }
        let Some(slot) = self.words.get_mut(word) else { return false };
        let new = *slot & bit == 0;
        *slot |= bit;
        new
    }

    /// Whether a block is in it.
    pub fn contains(&self, block: u64) -> bool {
        self.words.get((block / 64) as usize).is_some_and(|word| word & (1 << (block % 64)) != 0)
    }

    /// How many blocks are in it.
    pub fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// Its runs of neighbours, in order, each cut at `longest` blocks.
    pub fn runs(&self, longest: u64) -> impl Iterator<Item = Range<u64>> + '_ {
        let end = self.words.len() as u64 * 64;
        let mut at = 0;
        std::iter::from_fn(move || {
            at = (at..end).find(|&block| self.contains(block))?;
            let start = at;
            let limit = start.saturating_add(longest.max(1)).min(end);
            at = (start..limit).find(|&block| !self.contains(block)).unwrap_or(limit);
            Some(start..at)
        })
    }

    /// The blocks of both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let (long, short) = if self.words.len() < other.words.len() { (other, self) } else { (self, other) };
        let mut words = long.words.clone();
        words.iter_mut().zip(&short.words).for_each(|(word, more)| *word |= more);
        Self { words }
    }

    pub(crate) fn words(&self) -> &[u64] {
        &self.words
    }

    pub(crate) fn from_words(words: Vec<u64>) -> Self {
        Self { words }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_block_may_be_short() {
        let disk = Geometry::new(HASH_BLOCK_BYTES * 3 + 700);
        assert_eq!(
            (disk.blocks(), disk.windows(), disk.length(2), disk.length(3)),
            (4, 1, HASH_BLOCK_BYTES, 700)
        );
        assert_eq!(disk.zero_hash(0), hash(&ZEROS));
        assert_eq!(disk.zero_hash(3), hash(&[0; 700]));
        assert_eq!(Geometry::new(0).windows(), 0);
        assert_eq!(Geometry::new(HASH_BLOCK_BYTES).zero_hash(0), hash(&ZEROS));
    }

    #[test]
    fn runs_are_cut_and_cover_the_set() {
        let mut set = BlockSet::new();
        for block in [0, 1, 2, 63, 64, 65, 66, 200] {
            assert!(set.insert(block));
            assert!(!set.insert(block));
        }
        assert_eq!(set.runs(3).collect::<Vec<_>>(), [0..3, 63..66, 66..67, 200..201]);
        assert_eq!(set.count(), 8);
        assert_eq!(BlockSet::all(70).runs(50).collect::<Vec<_>>(), [0..50, 50..70]);
        assert_eq!(BlockSet::all(128).count(), 128);
        let both = BlockSet::all(2).union(&set);
        assert_eq!((both.clone(), both.count()), (set.union(&BlockSet::all(2)), 8));
        assert_eq!(BlockSet::all(4).union(&set).count(), 9);
    }

    #[test]
    fn zeros_are_told_from_nearly_zeros() {
        let mut block = vec![0; HASH_BLOCK_BYTES as usize];
        assert!(is_zero(&block));
        block[HASH_BLOCK_BYTES as usize - 1] = 1;
        assert!(!is_zero(&block));
    }
}
