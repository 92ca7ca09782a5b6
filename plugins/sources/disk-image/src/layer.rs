//! What every format looks like to the chain: a disk of some size, pieces of it, and perhaps a parent that
//! shows where it has nothing itself.

use crate::file::ImageFile;
use crate::luks::{Luks, Sealed};
use crate::options::Format;
use crate::qcow2::Bitmap;
use gyre_plugin::source::*;
use std::rc::Rc;

/// One image of a chain.
pub trait Layer {
    /// Virtual size, bytes.
    fn size(&self) -> u64;

    /// The file to name in errors.
    fn file(&self) -> &ImageFile;

    /// Every file that is read for it.
    fn files(&self) -> Vec<String> {
        vec![self.file().name().to_owned()]
    }

    /// Its dirty bitmaps by name, each with the reason where it cannot be used; only qcow2 has any.
    ///
    /// # Errors
    /// `disk-image.no-changed-blocks`, `disk-image.corrupt`, `disk-image.truncated`, `disk-image.unsupported`; what the
    /// host met.
    fn bitmaps(&self) -> Result<Vec<(String, Result<Bitmap>)>> {
        Ok(Vec::new())
    }

    /// What must be unlocked before it has pieces.
    fn luks(&self) -> Option<&Luks> {
        None
    }

    /// What shows through.
    fn parent(&self) -> Option<&Parent> {
        None
    }

    /// Whether it is what a child of the same format calls its parent.
    fn is(&self, identity: &str) -> bool {
        let _ = identity;
        true
    }

    /// What lies at `offset`, below the size: at least one byte of it; the length may reach past the end.
    ///
    /// # Errors
    /// `disk-image.corrupt`, `disk-image.truncated`; what the host met.
    fn piece(&self, offset: u64) -> Result<Piece>;
}

/// What a range of a disk is.
pub struct Piece {
    /// Bytes; not 0.
    pub length: u64,
    pub kind: Kind,
}

/// What lies in a piece.
#[derive(Clone)]
pub enum Kind {
    /// The parent's matter; a hole where there is none.
    Parent,
    /// Reads as zeros, allocated.
    Zero,
    /// Reads as zeros, unallocated.
    Hole,
    /// Bytes at this offset of a handle.
    Stored { disk: Rc<Disk>, offset: u64 },
    /// A cluster compressed in a handle.
    Packed(Packed),
    /// Bytes at this offset of a file whose sectors are enciphered.
    Sealed(Rc<Sealed>, u64),
    /// Bytes at this offset of a file that only this plugin can read.
    Read(Rc<ImageFile>, u64),
}

/// What an image says of its parent.
pub struct Parent {
    /// Absolute paths, best first; never empty.
    pub paths: Vec<String>,
    pub format: Format,
    /// Who it must be, where the format knows.
    pub identities: Vec<String>,
}

impl Piece {
    pub fn new(length: u64, kind: Kind) -> Self {
        Self { length, kind }
    }
}

/// How many of `length` bytes at `within` are alike in a bitmap of sectors, and what its bit says of them.
///
/// # Errors
/// Those of `bit`, which reads the bit of a sector.
pub fn run_of_sectors(
    within: u64,
    length: u64,
    sector_bytes: u64,
    bit: impl Fn(u64) -> Result<bool>,
) -> Result<(u64, bool)> {
    let (first, end) = (within / sector_bytes, (within + length).div_ceil(sector_bytes));
    let state = bit(first)?;
    let mut next = first + 1;
    while next < end && bit(next)? == state {
        next += 1;
    }
    Ok(((next * sector_bytes - within).min(length), state))
}

/// A file that is the disk.
pub struct Raw(pub Rc<ImageFile>);

impl Layer for Raw {
    fn size(&self) -> u64 {
        self.0.size()
    }

    fn file(&self) -> &ImageFile {
        &self.0
    }

    fn piece(&self, offset: u64) -> Result<Piece> {
        self.0.stored(offset, self.0.size().saturating_sub(offset))
    }
}
