//! One VHD file of Virtual PC and Hyper-V: fixed, dynamic or differencing. Follows Microsoft's *Virtual Hard
//! Disk Image Format Specification*. The disk's size is the geometry's where the creator was one that meant
//! that, else the footer's.

use crate::file::{ImageFile, SECTOR};
use crate::layer::{Kind, Layer, Parent, Piece, run_of_sectors};
use crate::options::Format;
use crate::path;
use crate::record::Record;
use gyre_plugin::source::*;
use std::rc::Rc;

const FOOTER_BYTES: u64 = 512;
const FOOTER_COOKIE: &[u8] = b"conectix";
const FOOTER_SUM_AT: usize = 64;
const HEADER_BYTES: u64 = 1024;
const HEADER_COOKIE: &[u8] = b"cxsparse";
const HEADER_SUM_AT: usize = 36;
const UNALLOCATED: u32 = 0xffff_ffff;
/// Those whose guests saw the geometry, not the size.
const GEOMETRY_CREATORS: [&[u8]; 3] = [b"vpc ", b"vs  ", b"qemu"];
/// The largest geometry stands for every disk that is larger.
const GEOMETRY_SECTORS_MAX: u64 = 65_535 * 16 * 255;
const BLOCK_BYTES_MAX: u64 = 256 << 20;
const LOCATORS: usize = 8;
const LOCATOR_BYTES_MAX: u64 = 4096;
/// A relative path of Windows, UTF-16.
const RELATIVE_PATH: &[u8] = b"W2ru";
/// An absolute one.
const ABSOLUTE_PATH: &[u8] = b"W2ku";

/// An open file whose footer was understood.
pub struct Vhd {
    file: Rc<ImageFile>,
    size: u64,
    id: String,
    blocks: Option<Blocks>,
}

/// Where the blocks of a disk that is not fixed lie.
struct Blocks {
    table_offset: u64,
    block_bytes: u64,
    /// What a block's bitmap takes in front of its data.
    bitmap_bytes: u64,
    parent: Option<Parent>,
}

impl Vhd {
    /// # Errors
    /// `disk-image.corrupt`, `disk-image.truncated`, `disk-image.unsupported`, `disk-image.parent`.
    pub fn open(file: Rc<ImageFile>) -> Result<Self> {
        let footer = footer(&file)?;
        let size = file.check_size(Some(size(&footer)))?;
        let id = footer.guid(68);
        let blocks = match footer.be32(60) {
            2 => {
                file.check_end(0, size.saturating_add(FOOTER_BYTES))?;
                None
            }
            3 => Some(Blocks::read(&file, footer.be64(16), size, false)?),
            4 => Some(Blocks::read(&file, footer.be64(16), size, true)?),
            kind => return Err(file.unsupported(format_args!("it is of the unknown type {kind}"))),
        };
        Ok(Self { file, size, id, blocks })
    }
}

/// The footer at the end, or where that is damaged its copy at the beginning.
fn footer(file: &ImageFile) -> Result<Record> {
    if file.size() < FOOTER_BYTES {
        return Err(file.truncated(FOOTER_BYTES));
    }
    for offset in [file.size() - FOOTER_BYTES, 0] {
        let footer = file.read(offset, FOOTER_BYTES)?;
        if footer.has(0, FOOTER_COOKIE) && footer.be32(FOOTER_SUM_AT) == sum(&footer, FOOTER_SUM_AT) {
            return Ok(footer);
        }
    }
    Err(file.corrupt("neither its end nor its beginning is a VHD footer with the right checksum"))
}

/// The complement of all bytes but the sum itself.
fn sum(record: &Record, at: usize) -> u32 {
    let bytes = record.0.iter().enumerate().filter(|(n, _)| !(at..at + 4).contains(n));
    !bytes.fold(0u32, |sum, (_, byte)| sum.wrapping_add(u32::from(*byte)))
}

fn size(footer: &Record) -> u64 {
    let sectors = u64::from(footer.be16(56)) * u64::from(footer.byte(58)) * u64::from(footer.byte(59));
    let geometry = GEOMETRY_CREATORS.iter().any(|creator| footer.has(28, creator));
    if geometry && sectors < GEOMETRY_SECTORS_MAX { sectors * SECTOR } else { footer.be64(48) }
}

impl Blocks {
    fn read(file: &ImageFile, offset: u64, size: u64, differs: bool) -> Result<Self> {
        let header = file.read(offset, HEADER_BYTES)?;
        if !header.has(0, HEADER_COOKIE) || header.be32(HEADER_SUM_AT) != sum(&header, HEADER_SUM_AT) {
            return Err(file.corrupt("its dynamic header is none, or has the wrong checksum"));
        }
        let (table_offset, entries) = (header.be64(16), u64::from(header.be32(28)));
        let block_bytes = u64::from(header.be32(32));
        if !block_bytes.is_power_of_two() || !(SECTOR..=BLOCK_BYTES_MAX).contains(&block_bytes) {
            return Err(file.corrupt(format_args!("blocks of {block_bytes} bytes are not possible")));
        }
        if entries < size.div_ceil(block_bytes) {
            return Err(
                file.corrupt(format_args!("its table has {entries} entries, fewer than the disk needs"))
            );
        }
        file.check_end(table_offset, entries * 4)?;
        let bitmap_bytes = (block_bytes / SECTOR).div_ceil(8).next_multiple_of(SECTOR);
        let parent = if differs { Some(parent(file, &header)?) } else { None };
        Ok(Self { table_offset, block_bytes, bitmap_bytes, parent })
    }

    fn piece(&self, file: &Rc<ImageFile>, offset: u64, size: u64) -> Result<Piece> {
        let (block, within) = (offset / self.block_bytes, offset % self.block_bytes);
        let length = (self.block_bytes - within).min(size - offset);
        let place = file.be32(self.table_offset + block * 4)?;
        if place == UNALLOCATED {
            return Ok(Piece::new(length, Kind::Parent));
        }
        let bitmap = u64::from(place) * SECTOR;
        let data = bitmap + self.bitmap_bytes + within;
        if self.parent.is_none() {
            // A dynamic disk's blocks hold zeros where nothing was written.
            return file.stored(data, length);
        }
        let bit = |sector: u64| Ok(file.byte(bitmap + sector / 8)? & (0x80 >> (sector % 8)) != 0);
        let (run, here) = run_of_sectors(within, length, SECTOR, bit)?;
        if here { file.stored(data, run) } else { Ok(Piece::new(run, Kind::Parent)) }
    }
}

fn parent(file: &ImageFile, header: &Record) -> Result<Parent> {
    let absolute = header.wide_text(64, 512, u16::from_be_bytes);
    let mut names = Vec::new();
    for code in [RELATIVE_PATH, ABSOLUTE_PATH] {
        for at in (0..LOCATORS).map(|n| 576 + n * 24).filter(|at| header.has(*at, code)) {
            let (length, offset) = (u64::from(header.be32(at + 8)), header.be64(at + 16));
            if length > LOCATOR_BYTES_MAX {
                return Err(file.corrupt(format_args!("the name of its parent has {length} bytes")));
            }
            names.push(file.read(offset, length)?.wide_text(0, length as usize, u16::from_le_bytes));
        }
    }
    names.push(absolute);
    let paths: Vec<String> = names.iter().flat_map(|name| path::candidates(file.name(), name)).collect();
    if paths.is_empty() {
        return Err(file.parent_error(names.first().map(String::as_str).unwrap_or_default(), "it is no file"));
    }
    Ok(Parent { paths, format: Format::Vhd, identities: vec![header.guid(40)] })
}

impl Layer for Vhd {
    fn size(&self) -> u64 {
        self.size
    }

    fn file(&self) -> &ImageFile {
        &self.file
    }

    fn parent(&self) -> Option<&Parent> {
        self.blocks.as_ref()?.parent.as_ref()
    }

    fn is(&self, identity: &str) -> bool {
        self.id == identity
    }

    fn piece(&self, offset: u64) -> Result<Piece> {
        match &self.blocks {
            Some(blocks) => blocks.piece(&self.file, offset, self.size),
            None => self.file.stored(offset, self.size - offset),
        }
    }
}
