//! The header of a qcow2 file and its extensions. Refuses what would be read wrongly.

use super::Table;
use super::bitmap::Directory;
use crate::file::ImageFile;
use crate::record::Record;
use gyre_plugin::source::*;
use std::ops::RangeInclusive;

const MAGIC: &[u8] = b"QFI\xfb";
const HEADER_BYTES: u64 = 112;
const V2_HEADER_BYTES: u64 = 72;
const V3_HEADER_BYTES: u64 = 104;
const CLUSTER_BITS: RangeInclusive<u32> = 9..=21;
/// A subcluster has a sector at least.
const EXTENDED_CLUSTER_BITS_MIN: u32 = 14;
/// QEMU's own limit.
const L1_BYTES_MAX: u64 = 32 << 20;
/// The longest name that QEMU writes.
const BACKING_NAME_BYTES_MAX: u64 = 1023;
const EXTENSION_BYTES_MAX: u64 = 4096;
const EXTENSIONS_MAX: usize = 64;

const BACKING_FORMAT: u32 = 0xe279_2aca;
const EXTERNAL_DATA_NAME: u32 = 0x4441_5441;
const BITMAPS: u32 = 0x2385_2875;
const BITMAPS_BYTES: u64 = 24;
const FULL_DISK_ENCRYPTION: u32 = 0x0537_be77;
const LUKS_BYTES: u64 = 16;

/// Reference counts are stale; nothing here uses them.
const DIRTY: u64 = 1;
const CORRUPT: u64 = 1 << 1;
const EXTERNAL_DATA: u64 = 1 << 2;
const COMPRESSION_TYPE: u64 = 1 << 3;
const EXTENDED_L2: u64 = 1 << 4;
/// Of the features that a program clears which does not know them.
const BITMAPS_KEPT: u64 = 1;
const KNOWN_FEATURES: u64 = DIRTY | CORRUPT | EXTERNAL_DATA | COMPRESSION_TYPE | EXTENDED_L2;

/// What the header says, checked.
pub struct Header {
    pub version: u32,
    pub cluster_bits: u32,
    /// Whether second-level entries have subclusters.
    pub extended: bool,
    /// What compressed clusters are packed with.
    pub codec: &'static str,
    pub(super) table: Table,
    /// Number and offset of the internal snapshots.
    pub snapshots: (u32, u64),
    pub backing: Option<Backing>,
    pub data_file: Option<String>,
    pub bitmaps: Option<Directory>,
    /// Offset and length of a LUKS header.
    pub luks: Option<(u64, u64)>,
}

/// The backing file as the header names it.
pub struct Backing {
    pub name: String,
    pub format: Option<String>,
}

#[derive(Default)]
struct Extensions {
    backing_format: Option<String>,
    data_file: Option<String>,
    bitmaps: Option<Directory>,
    luks: Option<(u64, u64)>,
}

impl Header {
    pub(super) fn read(file: &ImageFile) -> Result<Self> {
        let bytes = file.read_head(HEADER_BYTES)?;
        let version = check_begin(file, &bytes)?;
        let features = features(file, &bytes, version)?;
        let extended = features & EXTENDED_L2 != 0;
        let cluster_bits = cluster_bits(file, &bytes, extended)?;
        let extensions = extensions(file, &bytes, version)?;
        let luks = encryption(file, &bytes, extensions.luks)?;
        let data_file = data_file(file, features, extensions.data_file)?;
        let size = file.check_size(Some(bytes.be64(24)))?;
        Ok(Self {
            version,
            cluster_bits,
            extended,
            codec: codec(file, &bytes, features)?,
            table: Table { offset: bytes.be64(40), entries: bytes.be32(36).into(), size },
            snapshots: (bytes.be32(60), bytes.be64(64)),
            backing: backing(file, &bytes, extensions.backing_format)?,
            data_file,
            bitmaps: extensions.bitmaps,
            luks,
        })
    }

    /// Sees that a first-level table is large enough, but not absurd, and inside the file.
    pub(super) fn check_table(&self, file: &ImageFile, table: Table) -> Result<()> {
        let needed = table.size.div_ceil(1 << (self.cluster_bits + self.l2_bits()));
        let entries = table.entries;
        if entries * 8 > L1_BYTES_MAX {
            return Err(
                file.corrupt(format_args!("its L1 table has {entries} entries, more than any disk needs"))
            );
        }
        if entries < needed {
            return Err(file.corrupt(format_args!("its L1 table has {entries} entries and needs {needed}")));
        }
        if table.offset & (self.cluster_bytes() - 1) != 0 {
            return Err(file.corrupt("the L1 table does not begin at a cluster"));
        }
        file.check_end(table.offset, entries * 8)
    }

    pub fn cluster_bytes(&self) -> u64 {
        1 << self.cluster_bits
    }

    /// A second-level table fills a cluster.
    pub fn l2_bits(&self) -> u32 {
        self.cluster_bits - self.entry_bytes().trailing_zeros()
    }

    /// Of a second-level entry.
    pub fn entry_bytes(&self) -> u64 {
        if self.extended { 16 } else { 8 }
    }
}

fn check_begin(file: &ImageFile, bytes: &Record) -> Result<u32> {
    if !bytes.has(0, MAGIC) {
        return Err(file.corrupt("it does not begin as a qcow2 file does"));
    }
    let version = bytes.be32(4);
    let needed = match version {
        2 => V2_HEADER_BYTES,
        3 => V3_HEADER_BYTES,
        _ => return Err(file.unsupported(format_args!("it is of version {version}; 2 and 3 are known"))),
    };
    if version == 3 && u64::from(bytes.be32(100)) < V3_HEADER_BYTES {
        return Err(file.corrupt("its header is too short"));
    }
    file.check_end(0, needed)?;
    Ok(version)
}

/// Where the LUKS header lies of an encrypted image. Ciphertext is no disk, so whatever contradicts itself is refused.
fn encryption(file: &ImageFile, bytes: &Record, luks: Option<(u64, u64)>) -> Result<Option<(u64, u64)>> {
    match (bytes.be32(32), luks) {
        (0, None) => Ok(None),
        (0, Some(_)) => Err(file.corrupt("it has a LUKS header and is said not to be encrypted")),
        (1, _) => Err(file.encrypted("with QEMU's old AES")),
        (2, Some(luks)) => Ok(Some(luks)),
        (2, None) => Err(file.corrupt("it does not say where its LUKS header lies")),
        (other, _) => Err(file.encrypted(format_args!("with the unknown method {other}"))),
    }
}

fn features(file: &ImageFile, bytes: &Record, version: u32) -> Result<u64> {
    let features = if version < 3 { 0 } else { bytes.be64(72) };
    let unknown = features & !KNOWN_FEATURES;
    if unknown != 0 {
        return Err(file.unsupported(format_args!("it has unknown features ({unknown:#x})")));
    }
    if features & CORRUPT != 0 {
        return Err(file.corrupt("it is marked as corrupt"));
    }
    Ok(features)
}

fn cluster_bits(file: &ImageFile, bytes: &Record, extended: bool) -> Result<u32> {
    let bits = bytes.be32(20);
    if CLUSTER_BITS.contains(&bits) && (!extended || bits >= EXTENDED_CLUSTER_BITS_MIN) {
        return Ok(bits);
    }
    Err(file.corrupt(format_args!("clusters of 2^{bits} bytes are not possible")))
}

fn codec(file: &ImageFile, bytes: &Record, features: u64) -> Result<&'static str> {
    let written = features & COMPRESSION_TYPE != 0;
    let stands = bytes.be32(4) >= 3 && bytes.be32(100) > 104;
    match (if stands { bytes.byte(104) } else { 0 }, written) {
        (0, false) => Ok("deflate"),
        (1, true) => Ok("zstd"),
        (0 | 1, _) => Err(file.corrupt("its compression type contradicts its features")),
        (other, _) => Err(file.unsupported(format_args!("it is compressed by an unknown method ({other})"))),
    }
}

fn data_file(file: &ImageFile, features: u64, name: Option<String>) -> Result<Option<String>> {
    match (features & EXTERNAL_DATA != 0, name) {
        (true, None) => Err(file.unsupported("its data lies in another file, and it does not say in which")),
        (true, name) => Ok(name),
        (false, _) => Ok(None),
    }
}

fn backing(file: &ImageFile, bytes: &Record, format: Option<String>) -> Result<Option<Backing>> {
    let (offset, length) = (bytes.be64(8), u64::from(bytes.be32(16)));
    if offset == 0 || length == 0 {
        return Ok(None);
    }
    if length > BACKING_NAME_BYTES_MAX {
        return Err(file.corrupt(format_args!("the name of its backing file has {length} bytes")));
    }
    let name = text(file, file.read(offset, length)?, "the name of its backing file")?;
    Ok(Some(Backing { name, format }))
}

fn text(file: &ImageFile, bytes: Record, what: &str) -> Result<String> {
    match String::from_utf8(bytes.0) {
        Ok(name) if !name.is_empty() && !name.contains('\0') => Ok(name),
        _ => Err(file.corrupt(format_args!("{what} is no text"))),
    }
}

fn extensions(file: &ImageFile, bytes: &Record, version: u32) -> Result<Extensions> {
    let mut at = if version < 3 { V2_HEADER_BYTES } else { u64::from(bytes.be32(100)) };
    let mut found = Extensions::default();
    for _ in 0..EXTENSIONS_MAX {
        // A version 2 file may end right behind its header.
        if file.check_end(at, 8).is_err() {
            break;
        }
        let head = file.read(at, 8)?;
        let (kind, length) = (head.be32(0), u64::from(head.be32(4)));
        let content = |what| {
            if length > EXTENSION_BYTES_MAX {
                return Err(file.corrupt(format_args!("{what} has {length} bytes")));
            }
            text(file, file.read(at + 8, length)?, what)
        };
        match kind {
            0 => break,
            FULL_DISK_ENCRYPTION if length >= LUKS_BYTES => {
                let place = file.read(at + 8, LUKS_BYTES)?;
                found.luks = Some((place.be64(0), place.be64(8)));
            }
            BACKING_FORMAT => found.backing_format = Some(content("the format of its backing file")?),
            BITMAPS if length >= BITMAPS_BYTES => {
                found.bitmaps = Some(bitmaps(bytes, &file.read(at + 8, BITMAPS_BYTES)?));
            }
            EXTERNAL_DATA_NAME => found.data_file = Some(content("the name of its data file")?),
            _ => {}
        }
        at = at.saturating_add(8).saturating_add(length.next_multiple_of(8));
    }
    Ok(found)
}

fn bitmaps(header: &Record, extension: &Record) -> Directory {
    Directory {
        count: extension.be32(0),
        bytes: extension.be64(8),
        offset: extension.be64(16),
        kept: header.be64(88) & BITMAPS_KEPT != 0,
    }
}
