//! One VHDX file of Hyper-V: fixed, dynamic or differencing. Follows Microsoft's *MS-VHDX*. A log that was not
//! replayed is replayed in memory: the file is never written.

mod log;
mod metadata;

use crate::crc::crc32c_without;
use crate::file::ImageFile;
use crate::layer::{Kind, Layer, Parent, Piece, run_of_sectors};
use crate::record::Record;
use gyre_plugin::source::*;
use metadata::Metadata;
use std::rc::Rc;

const MAGIC: &[u8] = b"vhdxfile";
const HEADERS_AT: [u64; 2] = [64 << 10, 128 << 10];
const HEADER_BYTES: u64 = 4096;
const REGION_TABLES_AT: [u64; 2] = [192 << 10, 256 << 10];
const REGION_TABLE_BYTES: u64 = 64 << 10;
const REGIONS_MAX: u32 = 2047;
const SUM_AT: usize = 4;
const BAT_REGION: &str = "2dc27766-f623-4200-9d64-115e9bfd4a08";
const METADATA_REGION: &str = "8b7ca206-4790-4b9a-b8fe-575f050f886e";
const NO_LOG: &str = "00000000-0000-0000-0000-000000000000";

/// Sectors that one block of sector bitmaps describes.
const CHUNK_SECTORS: u64 = 1 << 23;
const OFFSET_MASK: u64 = !0xf_ffff;
const STATE_MASK: u64 = 7;

/// An open file whose metadata was understood.
pub struct Vhdx {
    file: Rc<ImageFile>,
    metadata: Metadata,
    bat_offset: u64,
    /// Changes with every write to the disk.
    id: String,
    /// Payload blocks between two blocks of sector bitmaps.
    chunk_blocks: u64,
}

/// What a block of the disk is.
#[derive(Clone, Copy)]
enum Block {
    Parent,
    Zero,
    Here(u64),
    /// Some sectors are here, the others the parent's.
    Mixed(u64),
}

/// One of the two headers.
struct Header {
    sequence: u64,
    data_id: String,
    log_id: String,
    log: (u64, u64),
}

impl Vhdx {
    /// # Errors
    /// `disk-image.corrupt`, `disk-image.truncated`, `disk-image.unsupported`, `disk-image.parent`.
    pub fn open(file: Rc<ImageFile>) -> Result<Self> {
        if !file.read_head(8)?.has(0, MAGIC) {
            return Err(file.corrupt("it does not begin as a VHDX file does"));
        }
        let header = Header::current(&file)?;
        let file = if header.log_id == NO_LOG { file } else { replayed(file, &header)? };
        let (bat, metadata_region) = regions(&file)?;
        let metadata = Metadata::read(&file, metadata_region)?;
        let chunk_blocks = (CHUNK_SECTORS * metadata.sector_bytes / metadata.block_bytes).max(1);
        let image = Self { file, metadata, bat_offset: bat.0, id: header.data_id, chunk_blocks };
        let blocks = image.metadata.size.div_ceil(image.metadata.block_bytes);
        let last = if image.metadata.parent.is_some() {
            image.bitmap_entry(blocks.saturating_sub(1))
        } else {
            image.payload_entry(blocks.saturating_sub(1))
        };
        if (last + 1) * 8 > bat.1 {
            return Err(image.file.corrupt("its block table is smaller than the disk needs"));
        }
        Ok(image)
    }

    /// Where the table's entry of a block stands: after each chunk comes that of its sector bitmaps.
    fn payload_entry(&self, block: u64) -> u64 {
        block + block / self.chunk_blocks
    }

    fn bitmap_entry(&self, block: u64) -> u64 {
        (block / self.chunk_blocks + 1) * (self.chunk_blocks + 1) - 1
    }

    fn block(&self, block: u64) -> Result<Block> {
        let entry = self.file.le64(self.bat_offset + self.payload_entry(block) * 8)?;
        match entry & STATE_MASK {
            0 => Ok(Block::Parent),
            // Undefined, zero, unmapped, and unmapped in old drafts.
            1 | 2 | 3 | 5 => Ok(Block::Zero),
            6 => Ok(Block::Here(entry & OFFSET_MASK)),
            7 if self.metadata.parent.is_some() => Ok(Block::Mixed(entry & OFFSET_MASK)),
            state => Err(self.file.corrupt(format_args!("block {block} is in the impossible state {state}"))),
        }
    }

    /// The run of sectors from `within` on that are all here or all the parent's.
    fn mixed(&self, block: u64, start: u64, within: u64, length: u64) -> Result<Piece> {
        let entry = self.file.le64(self.bat_offset + self.bitmap_entry(block) * 8)?;
        if entry & STATE_MASK != 6 {
            return Err(self.file.corrupt(format_args!("the sector bitmap of block {block} is not there")));
        }
        let sector_bytes = self.metadata.sector_bytes;
        let base = (block % self.chunk_blocks) * (self.metadata.block_bytes / sector_bytes);
        let bitmap = entry & OFFSET_MASK;
        let bit = |sector: u64| {
            let sector = base + sector;
            Ok(self.file.byte(bitmap.saturating_add(sector / 8))? >> (sector % 8) & 1 == 1)
        };
        let (run, here) = run_of_sectors(within, length, sector_bytes, bit)?;
        if here {
            self.file.stored(start.saturating_add(within), run)
        } else {
            Ok(Piece::new(run, Kind::Parent))
        }
    }
}

impl Layer for Vhdx {
    fn size(&self) -> u64 {
        self.metadata.size
    }

    fn file(&self) -> &ImageFile {
        &self.file
    }

    fn parent(&self) -> Option<&Parent> {
        self.metadata.parent.as_ref()
    }

    fn is(&self, identity: &str) -> bool {
        self.id == identity
    }

    fn piece(&self, offset: u64) -> Result<Piece> {
        let block_bytes = self.metadata.block_bytes;
        let (block, within) = (offset / block_bytes, offset % block_bytes);
        let length = (block_bytes - within).min(self.metadata.size - offset);
        match self.block(block)? {
            Block::Parent => Ok(Piece::new(length, Kind::Parent)),
            Block::Zero => Ok(Piece::new(length, Kind::Zero)),
            Block::Here(start) => self.file.stored(start.saturating_add(within), length),
            Block::Mixed(start) => self.mixed(block, start, within, length),
        }
    }
}

impl Header {
    /// The valid one with the larger sequence number.
    fn current(file: &ImageFile) -> Result<Self> {
        let mut current: Option<Self> = None;
        for offset in HEADERS_AT {
            let bytes = file.read(offset, HEADER_BYTES)?;
            if let Some(header) = Self::parse(file, &bytes)?
                && current.as_ref().is_none_or(|current| current.sequence < header.sequence)
            {
                current = Some(header);
            }
        }
        current.ok_or_else(|| file.corrupt("neither of its headers has the right checksum"))
    }

    fn parse(file: &ImageFile, bytes: &Record) -> Result<Option<Self>> {
        if !is_whole(bytes, b"head") {
            return Ok(None);
        }
        if bytes.le16(66) != 1 {
            return Err(file.unsupported(format_args!("it is of version {}; 1 is known", bytes.le16(66))));
        }
        Ok(Some(Self {
            sequence: bytes.le64(8),
            data_id: bytes.guid(32),
            log_id: bytes.guid(48),
            log: (bytes.le64(72), bytes.le32(68).into()),
        }))
    }
}

/// Whether it begins as it should and its checksum is right.
fn is_whole(bytes: &Record, magic: &[u8]) -> bool {
    bytes.has(0, magic) && bytes.le32(SUM_AT) == crc32c_without(&bytes.0, SUM_AT)
}

fn replayed(file: Rc<ImageFile>, header: &Header) -> Result<Rc<ImageFile>> {
    let (patches, size) = log::replay(&file, header.log, &header.log_id)?;
    // Nobody else has the file yet.
    let file = Rc::try_unwrap(file).map_err(|file| file.corrupt("it was opened twice"))?;
    Ok(Rc::new(file.patched(patches, size)))
}

/// Offset and length.
type Region = (u64, u64);

/// Where the block table and the metadata lie.
fn regions(file: &ImageFile) -> Result<(Region, Region)> {
    let mut tables = REGION_TABLES_AT.iter().map(|offset| file.read(*offset, REGION_TABLE_BYTES));
    let table = tables.find(|table| table.as_ref().map_or(true, |table| is_whole(table, b"regi")));
    let Some(table) = table.transpose()? else {
        return Err(file.corrupt("neither of its region tables has the right checksum"));
    };
    let (mut bat, mut metadata) = (None, None);
    for n in 0..table.le32(8).min(REGIONS_MAX) as usize {
        let at = 16 + n * 32;
        let region = (table.le64(at + 16), u64::from(table.le32(at + 24)));
        match table.guid(at).as_str() {
            BAT_REGION => bat = Some(region),
            METADATA_REGION => metadata = Some(region),
            other if table.le32(at + 28) & 1 == 1 => {
                return Err(file.unsupported(format_args!("it needs an unknown region ({other})")));
            }
            _ => continue,
        }
        file.check_end(region.0, region.1)?;
    }
    bat.zip(metadata).ok_or_else(|| file.corrupt("it has no block table or no metadata"))
}
