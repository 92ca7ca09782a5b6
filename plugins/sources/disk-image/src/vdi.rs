//! One VDI file of VirtualBox, fixed or dynamic: a map from blocks to blocks. Refuses differencing ones,
//! whose parents are known to VirtualBox's registry alone.

use crate::file::{ImageFile, SECTOR};
use crate::layer::{Kind, Layer, Piece};
use crate::record::Record;
use gyre_plugin::source::*;
use std::ops::RangeInclusive;
use std::rc::Rc;

const HEADER_BYTES: u64 = 512;
const SIGNATURE: u32 = 0xbeda_107f;
const BLOCK_BYTES: RangeInclusive<u64> = 4096..=256 << 20;
const NEVER_WRITTEN: u32 = 0xffff_ffff;
const DISCARDED: u32 = 0xffff_fffe;

/// An open file whose header was understood.
pub struct Vdi {
    file: Rc<ImageFile>,
    size: u64,
    block_bytes: u64,
    map_offset: u64,
    data_offset: u64,
}

impl Vdi {
    /// # Errors
    /// `disk-image.corrupt`, `disk-image.truncated`, `disk-image.unsupported`.
    pub fn open(file: Rc<ImageFile>) -> Result<Self> {
        let header = file.read(0, HEADER_BYTES)?;
        check_kind(&file, &header)?;
        let size = file.check_size(Some(header.le64(368)))?;
        let block_bytes = u64::from(header.le32(376));
        if !block_bytes.is_power_of_two() || !BLOCK_BYTES.contains(&block_bytes) {
            return Err(file.corrupt(format_args!("blocks of {block_bytes} bytes are not possible")));
        }
        let (map_offset, data_offset) = (header.le32(340).into(), header.le32(344).into());
        let blocks = u64::from(header.le32(384));
        if blocks < size.div_ceil(block_bytes) {
            return Err(file.corrupt(format_args!("its {blocks} blocks are fewer than the disk has")));
        }
        file.check_end(map_offset, blocks * 4)?;
        Ok(Self { file, size, block_bytes, map_offset, data_offset })
    }
}

fn check_kind(file: &ImageFile, header: &Record) -> Result<()> {
    if header.le32(64) != SIGNATURE {
        return Err(file.corrupt("it does not begin as a VDI file does"));
    }
    if header.le16(70) != 1 {
        return Err(file.unsupported(format_args!("it is of version {}; 1 is known", header.le16(70))));
    }
    if header.le32(360) != SECTOR as u32 || header.le32(380) != 0 {
        return Err(file.unsupported("its sectors are not of 512 bytes, or its blocks carry extra ones"));
    }
    match header.le32(76) {
        1 | 2 => Ok(()),
        4 => Err(file.unsupported("it is a differencing VDI, which does not say where its parent lies")),
        kind => Err(file.unsupported(format_args!("it is of the unknown type {kind}"))),
    }
}

impl Layer for Vdi {
    fn size(&self) -> u64 {
        self.size
    }

    fn file(&self) -> &ImageFile {
        &self.file
    }

    fn piece(&self, offset: u64) -> Result<Piece> {
        let (block, within) = (offset / self.block_bytes, offset % self.block_bytes);
        let length = (self.block_bytes - within).min(self.size - offset);
        match self.file.le32(self.map_offset + block * 4)? {
            NEVER_WRITTEN => Ok(Piece::new(length, Kind::Hole)),
            DISCARDED => Ok(Piece::new(length, Kind::Zero)),
            place => {
                let start = self.data_offset + u64::from(place) * self.block_bytes;
                self.file.stored(start + within, length)
            }
        }
    }
}
