//! One qcow2 file, version 2 or 3: its header, and what lies in a cluster. Follows QEMU's
//! `docs/interop/qcow2.txt`. Everything in the file is hostile: each number is checked before it is
//! used, and nothing is read but table entries. Refuses what it cannot read rightly: encryption,
//! external data files, extended L2 entries, features that it does not know. Knows no backing files:
//! `chain` does.

use gyre_plugin::source::*;
use std::cell::RefCell;
use std::ops::RangeInclusive;

/// The first four bytes of every qcow2 file.
pub const MAGIC: [u8; 4] = *b"QFI\xfb";
const CLUSTER_BITS: RangeInclusive<u32> = 9..=21;
/// QEMU's own limit.
const L1_BYTES_MAX: u64 = 32 << 20;
/// The longest name that QEMU writes.
const BACKING_NAME_BYTES_MAX: u32 = 1023;
/// Larger than any disk, small enough that no sum of offsets overflows.
const SIZE_BYTES_MAX: u64 = 1 << 60;
const HEADER_BYTES: u64 = 112;
const V2_HEADER_BYTES: u64 = 72;
const EXTENSION_BYTES_MAX: u32 = 4096;
const EXTENSIONS_MAX: usize = 64;
const BACKING_FORMAT: u32 = 0xe279_2aca;
const FULL_DISK_ENCRYPTION: u32 = 0x0537_be77;

const CORRUPT: u64 = 1 << 1;
const EXTERNAL_DATA: u64 = 1 << 2;
const COMPRESSION_TYPE: u64 = 1 << 3;
const EXTENDED_L2: u64 = 1 << 4;
/// Dirty (bit 0) says that reference counts are stale; nothing here uses them.
const KNOWN_FEATURES: u64 = 1 | CORRUPT | COMPRESSION_TYPE;

const OFFSET_MASK: u64 = 0x00ff_ffff_ffff_fe00;
const COMPRESSED: u64 = 1 << 62;
const READS_ZERO: u64 = 1;
const SECTOR: u64 = 512;

/// Table entries are read in pages of this size.
const PAGE_BYTES: u64 = 64 * 1024;
/// Pages kept of one file.
const PAGES_MAX: usize = 16;

/// What a range of the virtual disk is, as this file alone says.
#[derive(Clone, Debug, PartialEq)]
pub enum Cluster {
    /// The backing file's matter.
    Unallocated,
    /// Reads as zeros.
    Zero,
    /// Bytes at this offset of the file.
    Stored(u64),
    /// A whole cluster compressed at this offset of the file, at most so long.
    Packed { offset: u64, length: u64, skip: u32 },
}

/// The backing file as the header names it.
#[derive(Clone, Debug, PartialEq)]
pub struct Backing {
    pub name: String,
    pub format: Option<String>,
}

/// An open file whose header was understood.
pub struct Qcow2 {
    pub disk: Disk,
    pub size: u64,
    pub backing: Option<Backing>,
    /// What `packed` extents of this file name.
    pub codec: &'static str,
    name: String,
    version: u32,
    cluster_bits: u32,
    l1_offset: u64,
    file_bytes: u64,
    pages: RefCell<Vec<(u64, Vec<u8>)>>,
}

impl Qcow2 {
    /// Reads and checks the header.
    ///
    /// # Errors
    /// `qcow2.corrupt`, `qcow2.truncated`, `qcow2.unsupported`.
    pub fn open(name: &str, disk: Disk) -> Result<Self> {
        let file_bytes = disk.size();
        let header = Header { name, bytes: disk.read(0, HEADER_BYTES as u32)? };
        header.check_magic()?;
        let version = header.version()?;
        let codec = header.check_features(version)?;
        let cluster_bits = header.cluster_bits()?;
        let size = header.size()?;
        let l1_offset = header.l1_offset(size, cluster_bits, file_bytes)?;
        let format = header.backing_format(version, &disk)?;
        let backing = header.backing_name(&disk)?.map(|name| Backing { name, format });
        let (name, pages) = (name.to_string(), RefCell::default());
        Ok(Self { disk, size, backing, codec, name, version, cluster_bits, l1_offset, file_bytes, pages })
    }

    /// What lies at `offset` (below the virtual size), and how many bytes from there on are covered
    /// by this answer.
    ///
    /// # Errors
    /// `qcow2.corrupt`, `qcow2.truncated`.
    pub fn cluster(&self, offset: u64) -> Result<(u64, Cluster)> {
        let l2_bits = self.cluster_bits - 3;
        let table_bytes = 1u64 << (self.cluster_bits + l2_bits);
        let within = offset & (self.cluster_bytes() - 1);
        let l1_index = offset >> (self.cluster_bits + l2_bits);
        let l1_entry = self.entry(self.l1_offset.saturating_add(l1_index * 8))?;
        let l2_offset = l1_entry & OFFSET_MASK;
        if l2_offset == 0 {
            let left = table_bytes - (offset & (table_bytes - 1));
            return Ok((left.min(self.size - offset), Cluster::Unallocated));
        }
        self.check_aligned(l2_offset, "L2 table")?;
        let l2_index = (offset >> self.cluster_bits) & ((1 << l2_bits) - 1);
        let entry = self.entry(l2_offset.saturating_add(l2_index * 8))?;
        let length = (self.cluster_bytes() - within).min(self.size - offset);
        Ok((length, self.classify(entry, within, length)?))
    }

    fn classify(&self, entry: u64, within: u64, length: u64) -> Result<Cluster> {
        if entry & COMPRESSED != 0 {
            return self.packed(entry, within);
        }
        if entry & READS_ZERO != 0 {
            return match self.version {
                2 => Err(self.corrupt("a zero cluster, which version 2 does not have")),
                _ => Ok(Cluster::Zero),
            };
        }
        let offset = entry & OFFSET_MASK;
        if offset == 0 {
            return Ok(Cluster::Unallocated);
        }
        self.check_aligned(offset, "cluster")?;
        let start = offset + within;
        if start + length > self.file_bytes {
            return Err(self.truncated(start + length));
        }
        Ok(Cluster::Stored(start))
    }

    fn packed(&self, entry: u64, within: u64) -> Result<Cluster> {
        let count_bits = self.cluster_bits - 8;
        let offset_bits = 62 - count_bits;
        let offset = entry & ((1 << offset_bits) - 1);
        let sectors = ((entry >> offset_bits) & ((1 << count_bits) - 1)) + 1;
        if offset >= self.file_bytes {
            return Err(self.truncated(offset));
        }
        let length = (sectors * SECTOR - (offset & (SECTOR - 1))).min(self.file_bytes - offset);
        let skip = u32::try_from(within).unwrap_or(u32::MAX); // a cluster is 2 MiB at most
        Ok(Cluster::Packed { offset, length, skip })
    }

    fn cluster_bytes(&self) -> u64 {
        1 << self.cluster_bits
    }

    /// The big-endian number at `position`, a multiple of 8.
    fn entry(&self, position: u64) -> Result<u64> {
        let (page, within) = (position & !(PAGE_BYTES - 1), position & (PAGE_BYTES - 1));
        let mut pages = self.pages.borrow_mut();
        let at = match pages.iter().position(|(start, _)| *start == page) {
            Some(at) => at,
            None => {
                if page >= self.file_bytes {
                    return Err(self.truncated(position.saturating_add(8)));
                }
                let bytes = self.disk.read(page, PAGE_BYTES as u32)?;
                if pages.len() >= PAGES_MAX {
                    pages.pop();
                }
                pages.insert(0, (page, bytes));
                0
            }
        };
        let bytes = pages.get(at).map(|(_, bytes)| bytes.as_slice()).unwrap_or_default();
        let entry = number::<8>(bytes, within).map(u64::from_be_bytes);
        if at > 0 {
            pages.swap(at, at - 1); // what is used often comes to the front
        }
        entry.ok_or_else(|| self.truncated(position.saturating_add(8)))
    }

    fn check_aligned(&self, offset: u64, what: &str) -> Result<()> {
        if offset & (self.cluster_bytes() - 1) == 0 {
            return Ok(());
        }
        Err(self.corrupt(&format!("the offset {offset} of a {what} is no multiple of the cluster size")))
    }

    fn corrupt(&self, why: &str) -> Error {
        corrupt(&self.name, why)
    }

    fn truncated(&self, needed: u64) -> Error {
        truncated(&self.name, needed, self.file_bytes)
    }
}

fn corrupt(name: &str, why: &str) -> Error {
    Error::invalid("qcow2.corrupt", format!("{name} is damaged")).cause(why)
}

fn truncated(name: &str, needed: u64, file_bytes: u64) -> Error {
    Error::invalid("qcow2.truncated", format!("{name} ends too early"))
        .cause(format!("its tables name byte {needed}, but the file has {file_bytes}"))
}

fn number<const N: usize>(bytes: &[u8], offset: u64) -> Option<[u8; N]> {
    let start = usize::try_from(offset).ok()?;
    bytes.get(start..start.checked_add(N)?)?.try_into().ok()
}

/// The first bytes of a file; what is not there reads as zero, as in a version 2 header.
struct Header<'a> {
    name: &'a str,
    bytes: Vec<u8>,
}

impl Header<'_> {
    fn u32(&self, offset: u64) -> u32 {
        number(&self.bytes, offset).map(u32::from_be_bytes).unwrap_or_default()
    }

    fn u64(&self, offset: u64) -> u64 {
        number(&self.bytes, offset).map(u64::from_be_bytes).unwrap_or_default()
    }

    fn unsupported(&self, what: &str) -> Error {
        Error::invalid("qcow2.unsupported", format!("{} cannot be read", self.name)).cause(what)
    }

    fn check_magic(&self) -> Result<()> {
        if !self.bytes.starts_with(&MAGIC) {
            return Err(corrupt(self.name, "it does not begin as a qcow2 file does"));
        }
        if (self.bytes.len() as u64) < V2_HEADER_BYTES {
            return Err(truncated(self.name, V2_HEADER_BYTES, self.bytes.len() as u64));
        }
        Ok(())
    }

    fn version(&self) -> Result<u32> {
        match self.u32(4) {
            version @ 2..=3 => Ok(version),
            version => Err(self.unsupported(&format!("it is of version {version}; 2 and 3 are known"))),
        }
    }

    fn cluster_bits(&self) -> Result<u32> {
        let bits = self.u32(20);
        if CLUSTER_BITS.contains(&bits) {
            return Ok(bits);
        }
        Err(corrupt(self.name, &format!("clusters of 2^{bits} bytes are not possible")))
    }

    fn size(&self) -> Result<u64> {
        let size = self.u64(24);
        if size <= SIZE_BYTES_MAX {
            return Ok(size);
        }
        Err(corrupt(self.name, &format!("a disk of {size} bytes is not possible")))
    }

    fn l1_offset(&self, size: u64, cluster_bits: u32, file_bytes: u64) -> Result<u64> {
        let (entries, offset) = (u64::from(self.u32(36)), self.u64(40));
        let needed = size.div_ceil(1 << (2 * cluster_bits - 3));
        if entries * 8 > L1_BYTES_MAX {
            return Err(corrupt(
                self.name,
                &format!("its L1 table has {entries} entries, more than any disk needs"),
            ));
        }
        if entries < needed {
            return Err(corrupt(
                self.name,
                &format!("its L1 table has {entries} entries and needs {needed}"),
            ));
        }
        if offset & ((1 << cluster_bits) - 1) != 0 {
            return Err(corrupt(self.name, "the L1 table does not begin at a cluster"));
        }
        let end = offset.saturating_add(entries * 8);
        if end > file_bytes {
            return Err(truncated(self.name, end, file_bytes));
        }
        Ok(offset)
    }

    /// Refuses what would be read wrongly; answers the codec of compressed clusters.
    fn check_features(&self, version: u32) -> Result<&'static str> {
        match self.u32(32) {
            0 => {}
            1 => return Err(self.unsupported("it is encrypted (AES)")),
            2 => return Err(self.unsupported("it is encrypted (LUKS)")),
            other => return Err(self.unsupported(&format!("it is encrypted (method {other})"))),
        }
        if version < 3 {
            return Ok("deflate");
        }
        let features = self.u64(72);
        for (feature, what) in
            [(EXTERNAL_DATA, "its data lies in another file"), (EXTENDED_L2, "it has extended L2 entries")]
        {
            if features & feature != 0 {
                return Err(self.unsupported(what));
            }
        }
        if features & !KNOWN_FEATURES != 0 {
            return Err(
                self.unsupported(&format!("it has unknown features ({:#x})", features & !KNOWN_FEATURES))
            );
        }
        if features & CORRUPT != 0 {
            return Err(corrupt(self.name, "it is marked as corrupt"));
        }
        self.codec(features & COMPRESSION_TYPE != 0)
    }

    fn codec(&self, written: bool) -> Result<&'static str> {
        let codec = if self.u32(100) > 104 { self.bytes.get(104).copied().unwrap_or_default() } else { 0 };
        match (codec, written) {
            (0, false) => Ok("deflate"),
            (1, true) => Ok("zstd"),
            (0 | 1, _) => Err(corrupt(self.name, "its compression type contradicts its features")),
            (other, _) => Err(self.unsupported(&format!("it is compressed by an unknown method ({other})"))),
        }
    }

    fn backing_name(&self, disk: &Disk) -> Result<Option<String>> {
        let (offset, length) = (self.u64(8), self.u32(16));
        if offset == 0 {
            return Ok(None);
        }
        if length > BACKING_NAME_BYTES_MAX {
            return Err(corrupt(self.name, &format!("the name of its backing file has {length} bytes")));
        }
        let bytes = self.read(disk, offset, length)?;
        match String::from_utf8(bytes) {
            Ok(name) if !name.is_empty() && !name.contains('\0') => Ok(Some(name)),
            _ => Err(corrupt(self.name, "the name of its backing file is no text")),
        }
    }

    /// The header extension that says what the backing file is.
    fn backing_format(&self, version: u32, disk: &Disk) -> Result<Option<String>> {
        let mut at = if version < 3 { V2_HEADER_BYTES } else { u64::from(self.u32(100)) };
        if version >= 3 && at < 104 {
            return Err(corrupt(self.name, "its header is too short"));
        }
        let mut format = None;
        for _ in 0..EXTENSIONS_MAX {
            // A version 2 file may end right behind its header.
            let head = disk.read(at, 8)?;
            let kind = number(&head, 0).map(u32::from_be_bytes).unwrap_or_default();
            let length = number(&head, 4).map(u32::from_be_bytes).unwrap_or_default();
            match kind {
                0 => break,
                FULL_DISK_ENCRYPTION => return Err(self.unsupported("it is encrypted (LUKS)")),
                BACKING_FORMAT if length > EXTENSION_BYTES_MAX => {
                    return Err(corrupt(self.name, "the format of its backing file is no text"));
                }
                BACKING_FORMAT => {
                    let bytes = self.read(disk, at.saturating_add(8), length)?;
                    format = Some(String::from_utf8_lossy(&bytes).into_owned());
                }
                _ => {}
            }
            at = at.saturating_add(8).saturating_add(u64::from(length).next_multiple_of(8));
        }
        Ok(format)
    }

    fn read(&self, disk: &Disk, offset: u64, length: u32) -> Result<Vec<u8>> {
        let bytes = disk.read(offset, length)?;
        if bytes.len() == length as usize {
            return Ok(bytes);
        }
        Err(truncated(self.name, offset.saturating_add(u64::from(length)), disk.size()))
    }
}
