//! The hashes of all blocks of a disk: what a copy proved to be on the target, and what the next copy
//! compares with. Knows neither source nor target.

use crate::blocks::{Geometry, WINDOW_BLOCKS};
use crate::sealed;
use gyre_core::{Hash, Result};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

const MAGIC: sealed::Magic = *b"GYREMAN1";
const WINDOW_ZERO: u8 = 0;
const WINDOW_HASHES: u8 = 1;

/// A hash per block. Windows of 64 MiB that are all zeros take no memory, and a clone shares its
/// windows with what it was cloned from until one of them changes.
#[derive(Clone, Debug)]
pub struct Manifest {
    geometry: Geometry,
    windows: Vec<Option<Arc<Vec<Hash>>>>,
}

impl Manifest {
    /// Of a disk of `size` bytes that is all zeros.
    pub fn zero(size: u64) -> Self {
        let geometry = Geometry::new(size);
        Self { geometry, windows: (0..geometry.windows()).map(|_| None).collect() }
    }

    /// Size of the disk, bytes.
    pub fn size(&self) -> u64 {
        self.geometry.size()
    }

    /// How many blocks it has.
    pub fn blocks(&self) -> u64 {
        self.geometry.blocks()
    }

    /// The hash of a block, if the disk has it.
    pub fn hash(&self, block: u64) -> Option<Hash> {
        let window = self.windows.get((block / WINDOW_BLOCKS) as usize)?;
        match window {
            Some(hashes) => hashes.get((block % WINDOW_BLOCKS) as usize).copied(),
            None => (block < self.blocks()).then(|| self.geometry.zero_hash(block)),
        }
    }

    /// The hash of a block if it says something about a disk of that geometry, too: a last block that
    /// was short and is not any more does not.
    pub(crate) fn hash_for(&self, geometry: &Geometry, block: u64) -> Option<Hash> {
        (block < self.blocks() && self.geometry.length(block) == geometry.length(block))
            .then(|| self.hash(block))
            .flatten()
    }

    /// Sets the hash of a block; ignores blocks that the disk does not have.
    pub(crate) fn set(&mut self, block: u64, hash: Hash) {
        if self.hash(block).is_none_or(|old| old == hash) {
            return;
        }
        let index = block / WINDOW_BLOCKS;
        let zeros =
            || Arc::new(self.geometry.window(index).map(|block| self.geometry.zero_hash(block)).collect());
        if let Some(window) = self.windows.get_mut(index as usize) {
            let hashes: &mut Vec<Hash> = Arc::make_mut(window.get_or_insert_with(zeros));
            if let Some(slot) = hashes.get_mut((block % WINDOW_BLOCKS) as usize) {
                *slot = hash;
            }
        }
    }

    /// One hash for the whole disk: equal roots, equal disks.
    pub fn root(&self) -> Hash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.size().to_le_bytes());
        for block in 0..self.blocks() {
            hasher.update(&self.hash(block).unwrap_or_default());
        }
        *hasher.finalize().as_bytes()
    }

    /// Replaces the file at `path`, all or nothing, durable on return. Blocking.
    ///
    /// # Errors
    /// `mover.state-write`.
    pub fn save(&self, path: &Path) -> Result<()> {
        sealed::save(path, &MAGIC, |to| self.write(to))
    }

    /// Reads a file that [`Manifest::save`] wrote; `None` when there is none. Blocking.
    ///
    /// # Errors
    /// `mover.state-corrupt`: without it the next copy moves everything; `mover.state-read`.
    pub fn load(path: &Path) -> Result<Option<Self>> {
        sealed::load(path, &MAGIC, Self::read)
    }

    pub(crate) fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        to.write_all(&self.size().to_le_bytes())?;
        for (index, window) in self.windows.iter().enumerate() {
            match window {
                Some(hashes) if !self.is_zero(index as u64, hashes) => {
                    to.write_all(&[WINDOW_HASHES])?;
                    hashes.iter().try_for_each(|hash| to.write_all(hash))?;
                }
                _ => to.write_all(&[WINDOW_ZERO])?,
            }
        }
        Ok(())
    }

    fn is_zero(&self, index: u64, hashes: &[Hash]) -> bool {
        self.geometry.window(index).zip(hashes).all(|(block, hash)| self.geometry.zero_hash(block) == *hash)
    }

    /// Grows only by what is really there, whatever size the file claims.
    pub(crate) fn read(from: &mut dyn Read) -> io::Result<Self> {
        let geometry = Geometry::new(sealed::read_u64(from)?);
        let mut windows = Vec::new();
        for index in 0..geometry.windows() {
            windows.push(match sealed::read_u8(from)? {
                WINDOW_ZERO => None,
                WINDOW_HASHES => {
                    let hashes: io::Result<Vec<Hash>> =
                        geometry.window(index).map(|_| sealed::read_hash(from)).collect();
                    Some(Arc::new(hashes?))
                }
                _ => return Err(sealed::bad("a window is neither zeros nor hashes")),
            });
        }
        Ok(Self { geometry, windows })
    }
}

impl PartialEq for Manifest {
    /// By content: it does not matter whether a window of zeros is spelled out.
    fn eq(&self, other: &Self) -> bool {
        self.size() == other.size() && (0..self.blocks()).all(|block| self.hash(block) == other.hash(block))
    }
}

impl Eq for Manifest {}

#[cfg(test)]
mod tests {
    use super::*;
    use gyre_core::limits::HASH_BLOCK_BYTES;

    fn sample() -> Manifest {
        let mut manifest = Manifest::zero(HASH_BLOCK_BYTES * (3 * WINDOW_BLOCKS + 5) + 1000);
        manifest.set(0, [1; 32]);
        manifest.set(WINDOW_BLOCKS * 3 + 5, [2; 32]);
        manifest.set(WINDOW_BLOCKS * 99, [9; 32]);
        manifest
    }

    #[test]
    fn a_file_gives_back_what_was_saved() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("disk.manifest");
        assert_eq!(Manifest::load(&path), Ok(None));
        sample().save(&path).unwrap();
        let back = Manifest::load(&path).unwrap().unwrap();
        assert_eq!((back.root(), &back), (sample().root(), &sample()));
        assert!(std::fs::metadata(&path).unwrap().len() < 40_000, "windows of zeros take a byte");
        std::fs::write(&path, b"GYREMAN1 and nonsense").unwrap();
        assert_eq!(Manifest::load(&path).unwrap_err().code, "mover.state-corrupt");
    }

    #[test]
    fn content_counts_not_how_it_is_kept() {
        let mut spelled = Manifest::zero(HASH_BLOCK_BYTES * 10);
        spelled.set(3, [1; 32]);
        assert_ne!(spelled.root(), Manifest::zero(HASH_BLOCK_BYTES * 10).root());
        let zero = spelled.geometry.zero_hash(3);
        spelled.set(3, zero);
        assert_eq!(
            (spelled.root(), &spelled),
            (Manifest::zero(spelled.size()).root(), &Manifest::zero(spelled.size()))
        );
        assert_ne!(Manifest::zero(1).root(), Manifest::zero(2).root());
    }

    #[test]
    fn a_clone_shares_windows_until_they_change() {
        let old = sample();
        let mut new = old.clone();
        new.set(WINDOW_BLOCKS * 3, [7; 32]);
        assert!(Arc::ptr_eq(old.windows[0].as_ref().unwrap(), new.windows[0].as_ref().unwrap()));
        assert_ne!(old.hash(WINDOW_BLOCKS * 3), new.hash(WINDOW_BLOCKS * 3));
    }

    #[test]
    fn a_block_that_grew_has_no_hash() {
        let old = Manifest::zero(HASH_BLOCK_BYTES + 10);
        let grown = Geometry::new(HASH_BLOCK_BYTES * 3);
        assert!(old.hash_for(&grown, 0).is_some());
        assert_eq!((old.hash_for(&grown, 1), old.hash_for(&grown, 2)), (None, None));
    }
}
