//! A sparse VMDK extent in one of its three shapes (hosted, COWD, seSparse): a directory of tables of grains.
//! Facts on seSparse, which VMware does not document, are those that QEMU's reader acts on.

use crate::file::{ImageFile, SECTOR};
use crate::layer::{Kind, Piece};
use crate::record::Record;
use gyre_plugin::source::*;
use std::rc::Rc;

const HOSTED_MAGIC: &[u8] = b"KDMV";
const COWD_MAGIC: &[u8] = b"COWD";
const SESPARSE_MAGIC: u64 = 0xcafe_babe;
const SESPARSE_VOLATILE_MAGIC: u64 = 0xcafe_cafe;
const SESPARSE_VERSION: u64 = 0x2_0000_0001;
const HEADER_BYTES: u64 = 512;
const HOSTED_VERSION_MAX: u32 = 3;
/// Entries of a table.
const TABLE_ENTRIES_MAX: u64 = 64 * 1024;
const COWD_TABLE_ENTRIES: u64 = 4096;
const GRAIN_SECTORS_MAX: u64 = 1 << 21;
/// What the host unpacks at once.
const PACKED_GRAIN_BYTES_MAX: u64 = 4 << 20;
/// The directory's place is said by a second header at the end.
const AT_END: u64 = u64::MAX;
/// So far from the end the footer begins: behind it is the marker of the stream's end.
const FOOTER_BACK_BYTES: u64 = 2 * SECTOR;

const ZEROED_GRAINS: u32 = 1 << 2;
const COMPRESSED: u32 = 1 << 16;
const MARKERS: u32 = 1 << 17;
/// A grain's number and its length stand in front of it.
const MARKER_BYTES: u64 = 12;
/// Deflate makes incompressible bytes longer by less than this part of them, and so much more.
const GROWTH: (u64, u64) = (8, 512);

/// An open extent whose header was understood.
pub struct Sparse {
    /// Virtual, bytes.
    pub size: u64,
    /// Where in the file the disk's descriptor lies, if it does: offset and length.
    pub descriptor: Option<(u64, u64)>,
    file: Rc<ImageFile>,
    grain_bytes: u64,
    table_entries: u64,
    directory: u64,
    shape: Shape,
}

enum Shape {
    Hosted { zeroed: bool, packed: Option<Packing> },
    Cowd,
    SeSparse { tables: u64, grains: u64 },
}

/// How compressed grains lie in the file.
struct Packing {
    markers: bool,
}

/// What a table says of a grain.
#[derive(Clone, Copy, PartialEq)]
enum Grain {
    Absent,
    Zero,
    At(u64),
}

impl Sparse {
    /// `None`: the file does not begin as a sparse extent.
    ///
    /// # Errors
    /// `disk-image.corrupt`, `disk-image.truncated`, `disk-image.unsupported`.
    pub fn open(file: &Rc<ImageFile>) -> Result<Option<Self>> {
        let header = file.read_head(HEADER_BYTES)?;
        let opened = match () {
            () if header.has(0, HOSTED_MAGIC) => hosted(file, header)?,
            () if header.has(0, COWD_MAGIC) => cowd(file, &header)?,
            () if header.le64(0) == SESPARSE_MAGIC => sesparse(file, &header)?,
            () => return Ok(None),
        };
        opened.checked().map(Some)
    }

    fn checked(self) -> Result<Self> {
        let sectors = self.grain_bytes / SECTOR;
        if !sectors.is_power_of_two() || sectors > GRAIN_SECTORS_MAX {
            return Err(self.file.corrupt(format_args!("grains of {sectors} sectors are not possible")));
        }
        if self.table_entries == 0 || self.table_entries > TABLE_ENTRIES_MAX {
            return Err(self
                .file
                .corrupt(format_args!("tables of {} entries are not possible", self.table_entries)));
        }
        let packed = matches!(self.shape, Shape::Hosted { packed: Some(_), .. });
        if packed && self.grain_bytes > PACKED_GRAIN_BYTES_MAX {
            return Err(self.file.unsupported("its compressed grains are larger than 4 MiB"));
        }
        let entries = self.size.div_ceil(self.table_bytes());
        self.file.check_end(self.directory, entries.saturating_mul(self.entry_bytes()))?;
        Ok(self)
    }

    /// What lies at `offset`, of which `left` bytes are wanted at most.
    pub fn piece(&self, offset: u64, left: u64) -> Result<Piece> {
        let Some(table) = self.table(offset / self.table_bytes())? else {
            return Ok(Piece::new(self.table_bytes() - offset % self.table_bytes(), Kind::Parent));
        };
        let index = (offset % self.table_bytes()) / self.grain_bytes;
        let within = offset % self.grain_bytes;
        let length = (self.grain_bytes - within).min(left);
        match self.grain(table, index)? {
            Grain::Absent => Ok(Piece::new(length, Kind::Parent)),
            Grain::Zero => Ok(Piece::new(length, Kind::Zero)),
            Grain::At(start) => match &self.shape {
                Shape::Hosted { packed: Some(packing), .. } => {
                    let next = if index + 1 < self.table_entries {
                        self.grain(table, index + 1)?
                    } else {
                        Grain::Absent
                    };
                    Ok(Piece::new(length, self.packed(packing, start, next, within)?))
                }
                _ => self.file.stored(start.saturating_add(within), length),
            },
        }
    }

    /// Where a table lies, if it does.
    fn table(&self, index: u64) -> Result<Option<u64>> {
        let position = self.directory.saturating_add(index * self.entry_bytes());
        if let Shape::SeSparse { tables, .. } = self.shape {
            let entry = self.file.le64(position)?;
            return match (entry, entry >> 32) {
                (0, _) => Ok(None),
                (_, 0x1000_0000) => {
                    let number = entry & 0xffff_ffff;
                    Ok(Some(tables.saturating_add(number * self.table_entries * 8)))
                }
                _ => Err(self.file.corrupt(format_args!("{entry:#x} is no entry of its grain directory"))),
            };
        }
        let sector = u64::from(self.file.le32(position)?);
        Ok((sector != 0).then_some(sector * SECTOR))
    }

    fn grain(&self, table: u64, index: u64) -> Result<Grain> {
        let position = table.saturating_add(index * self.entry_bytes());
        match self.shape {
            Shape::SeSparse { grains, .. } => self.se_grain(grains, position),
            Shape::Hosted { zeroed: true, .. } if self.file.le32(position)? == 1 => Ok(Grain::Zero),
            _ => match self.file.le32(position)? {
                0 => Ok(Grain::Absent),
                sector => Ok(Grain::At(u64::from(sector) * SECTOR)),
            },
        }
    }

    fn se_grain(&self, grains: u64, position: u64) -> Result<Grain> {
        let entry = self.file.le64(position)?;
        match entry >> 60 {
            0 if entry == 0 => Ok(Grain::Absent),
            // Unmapped by the guest, and written with zeros.
            1 | 2 => Ok(Grain::Zero),
            3 => {
                let number = (entry >> 48 & 0xfff) | (entry & 0xffff_ffff_ffff) << 12;
                let offset = number.checked_mul(self.grain_bytes).and_then(|at| at.checked_add(grains));
                offset.map(Grain::At).ok_or_else(|| self.file.truncated(u64::MAX))
            }
            _ => Err(self.file.corrupt(format_args!("{entry:#x} is no entry of a grain table"))),
        }
    }

    /// A compressed grain. Grains do not overlap, so it ends where the next one begins; its own marker is
    /// read only where that says too little, for each read of one is a call of the host.
    fn packed(&self, packing: &Packing, start: u64, next: Grain, within: u64) -> Result<Kind> {
        let longest = self.grain_bytes + self.grain_bytes / GROWTH.0 + GROWTH.1;
        let begin = if packing.markers { start.saturating_add(MARKER_BYTES) } else { start };
        let length = match next {
            Grain::At(next) if next > begin && next - begin <= longest => next - begin,
            _ if packing.markers => {
                let length = u64::from(self.file.read(start, MARKER_BYTES)?.le32(8));
                if length > longest {
                    return Err(self.file.corrupt(format_args!("a compressed grain has {length} bytes")));
                }
                length
            }
            _ => longest,
        };
        self.file.packed(begin, length, "zlib", within)
    }

    fn table_bytes(&self) -> u64 {
        self.table_entries * self.grain_bytes
    }

    fn entry_bytes(&self) -> u64 {
        match self.shape {
            Shape::SeSparse { .. } => 8,
            _ => 4,
        }
    }
}

/// A number of sectors as bytes, at most what a disk may have.
fn bytes(file: &ImageFile, sectors: u64) -> Result<u64> {
    file.check_size(sectors.checked_mul(SECTOR))
}

fn hosted(file: &Rc<ImageFile>, mut header: Record) -> Result<Sparse> {
    let descriptor = (bytes(file, header.le64(28))?, bytes(file, header.le64(36))?);
    if header.le64(56) == AT_END {
        header = footer(file)?;
    }
    let (version, flags) = (header.le32(4), header.le32(8));
    if !(1..=HOSTED_VERSION_MAX).contains(&version) {
        return Err(file.unsupported(format_args!("it is of version {version}; 1 to 3 are known")));
    }
    if flags & COMPRESSED != 0 && header.le16(77) != 1 {
        return Err(
            file.unsupported(format_args!("it is compressed by an unknown method ({})", header.le16(77)))
        );
    }
    let packed = (flags & COMPRESSED != 0).then_some(Packing { markers: flags & MARKERS != 0 });
    Ok(Sparse {
        size: bytes(file, header.le64(12))?,
        descriptor: Some(descriptor).filter(|(offset, length)| *offset != 0 && *length != 0),
        file: file.clone(),
        grain_bytes: bytes(file, header.le64(20))?,
        table_entries: header.le32(44).into(),
        directory: bytes(file, header.le64(56))?,
        shape: Shape::Hosted { zeroed: flags & ZEROED_GRAINS != 0, packed },
    })
}

/// The second header of a stream, which says where the grain directory came to lie.
fn footer(file: &ImageFile) -> Result<Record> {
    let at = file.size().checked_sub(FOOTER_BACK_BYTES).ok_or_else(|| file.truncated(FOOTER_BACK_BYTES))?;
    let footer = file.read(at, HEADER_BYTES)?;
    if !footer.has(0, HOSTED_MAGIC) || footer.le64(56) == AT_END {
        return Err(file.corrupt("it has no footer that says where its grain directory lies"));
    }
    Ok(footer)
}

fn cowd(file: &Rc<ImageFile>, header: &Record) -> Result<Sparse> {
    if header.le32(4) != 1 {
        return Err(file.unsupported(format_args!("it is of version {}; 1 is known", header.le32(4))));
    }
    Ok(Sparse {
        size: bytes(file, header.le32(12).into())?,
        descriptor: None,
        file: file.clone(),
        grain_bytes: bytes(file, header.le32(16).into())?,
        table_entries: COWD_TABLE_ENTRIES,
        directory: bytes(file, header.le32(20).into())?,
        shape: Shape::Cowd,
    })
}

fn sesparse(file: &Rc<ImageFile>, header: &Record) -> Result<Sparse> {
    if header.le64(8) != SESPARSE_VERSION {
        return Err(file.unsupported(format_args!("it is of the unknown version {:#x}", header.le64(8))));
    }
    let volatile = file.read(bytes(file, header.le64(80))?, HEADER_BYTES)?;
    if volatile.le64(0) != SESPARSE_VOLATILE_MAGIC {
        return Err(file.corrupt("its volatile header is none"));
    }
    if volatile.le64(24) != 0 {
        return Err(file.unsupported("its journal must be replayed: let VMware open and close the disk once"));
    }
    Ok(Sparse {
        size: bytes(file, header.le64(16))?,
        descriptor: None,
        file: file.clone(),
        grain_bytes: bytes(file, header.le64(24))?,
        table_entries: bytes(file, header.le64(32))? / 8,
        directory: bytes(file, header.le64(128))?,
        shape: Shape::SeSparse {
            tables: bytes(file, header.le64(144))?,
            grains: bytes(file, header.le64(192))?,
        },
    })
}
