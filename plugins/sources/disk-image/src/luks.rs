//! LUKS, version 1: the header, the keys that it keeps under a passphrase, and sectors deciphered with them. Lies at the
//! beginning of a container, or inside a qcow2 image. Follows Clemens Fruhwirth's *LUKS On-Disk Format Specification
//! 1.2.3*. What is sealed is not readable before the right passphrase was given: ciphertext never passes for data.

mod cipher;
mod header;
mod keys;

use crate::file::{ImageFile, SECTOR};
use crate::layer::{Kind, Layer, Piece};
use cipher::Cipher;
use gyre_plugin::source::*;
use header::Header;
use std::cell::OnceCell;
use std::rc::Rc;

pub use header::MAGIC;
pub use keys::{EFFORT, Effort};

/// A header, and once it was unlocked, what deciphers its sectors.
pub struct Luks {
    /// The file to name in errors.
    name: Rc<ImageFile>,
    header: Header,
    cipher: OnceCell<Cipher>,
}

impl Luks {
    /// Understands the header that begins at `offset` of a file and has at most `length` bytes.
    ///
    /// # Errors
    /// `disk-image.corrupt`, `disk-image.truncated`, `disk-image.unsupported`.
    pub fn open(file: &Rc<ImageFile>, offset: u64, length: u64) -> Result<Self> {
        let header = Header::read(file.part(file.name().into(), offset, length)?)?;
        Ok(Self { name: file.clone(), header, cipher: OnceCell::new() })
    }

    /// Takes the passphrase, once.
    ///
    /// # Errors
    /// `disk-image.key`, `disk-image.key-effort`, `disk-image.corrupt`, `disk-image.truncated`.
    pub fn unlock(&self, passphrase: &[u8], effort: &Effort) -> Result<()> {
        if self.cipher.get().is_none() {
            let cipher = keys::unlock(&self.header, passphrase, effort)?;
            // Nobody else has put one there meanwhile.
            let _ = self.cipher.set(cipher);
        }
        Ok(())
    }

    /// That a passphrase is needed and none was named.
    pub fn locked(&self) -> Error {
        self.name
            .encrypted("with LUKS")
            .cause("name the secret that holds its passphrase by `key` at this disk")
    }
}

/// Sectors of a file that are enciphered one by one.
pub struct Sealed {
    file: Rc<ImageFile>,
    luks: Rc<Luks>,
    /// Where the sector with the number 0 lies.
    start: u64,
}

impl Sealed {
    /// # Errors
    /// `disk-image.corrupt` when sectors do not begin at a sector.
    pub fn new(file: Rc<ImageFile>, luks: Rc<Luks>, start: u64) -> Result<Self> {
        if !start.is_multiple_of(SECTOR) {
            return Err(file.corrupt("its sectors do not begin at a sector"));
        }
        Ok(Self { file, luks, start })
    }

    /// What lies in the file from `offset` on, as a piece of a disk.
    ///
    /// # Errors
    /// `disk-image.encrypted` before it is unlocked; `disk-image.truncated`.
    pub fn piece(self: &Rc<Self>, offset: u64, length: u64) -> Result<Piece> {
        self.cipher()?;
        // The whole of the last sector is needed.
        self.file.check_end(offset, length)?;
        self.file.check_end(offset, (offset + length).next_multiple_of(SECTOR) - offset)?;
        Ok(Piece::new(length, Kind::Sealed(self.clone(), offset)))
    }

    /// Deciphered bytes at `offset` of the file; at most 7 MiB.
    ///
    /// # Errors
    /// `disk-image.encrypted` before it is unlocked; `disk-image.truncated`; what the host met.
    pub fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>> {
        let cipher = self.cipher()?;
        let first = offset & !(SECTOR - 1);
        let end = offset.saturating_add(length).next_multiple_of(SECTOR);
        let mut bytes = self.file.read(first, end - first)?.0;
        cipher.decrypt(first.saturating_sub(self.start) / SECTOR, &mut bytes);
        bytes.truncate((offset - first + length) as usize);
        bytes.drain(..(offset - first) as usize);
        Ok(bytes)
    }

    fn cipher(&self) -> Result<&Cipher> {
        self.luks.cipher.get().ok_or_else(|| self.luks.locked())
    }
}

/// A container: its header, then the disk, sector by sector.
pub struct Container {
    luks: Rc<Luks>,
    sealed: Rc<Sealed>,
    start: u64,
    size: u64,
}

impl Container {
    /// # Errors
    /// `disk-image.corrupt`, `disk-image.truncated`, `disk-image.unsupported`.
    pub fn open(file: Rc<ImageFile>) -> Result<Self> {
        let luks = Rc::new(Luks::open(&file, 0, file.size())?);
        let start = luks.header.payload;
        if start == 0 {
            return Err(
                file.unsupported("its LUKS header does not lie before the disk, but in a file of its own")
            );
        }
        file.check_end(start, 0)?;
        // What follows the last whole sector is of no disk.
        let size = file.check_size(Some((file.size() - start) & !(SECTOR - 1)))?;
        let sealed = Rc::new(Sealed::new(file, luks.clone(), start)?);
        Ok(Self { luks, sealed, start, size })
    }
}

impl Layer for Container {
    fn size(&self) -> u64 {
        self.size
    }

    fn file(&self) -> &ImageFile {
        &self.sealed.file
    }

    fn luks(&self) -> Option<&Luks> {
        Some(&self.luks)
    }

    fn piece(&self, offset: u64) -> Result<Piece> {
        self.sealed.piece(self.start + offset, self.size.saturating_sub(offset))
    }
}
