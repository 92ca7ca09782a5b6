//! The persistent dirty bitmaps of a qcow2 file: which parts of the disk were written to since a bitmap was begun.
//! Finds them, and reads their bits. Follows QEMU's `docs/interop/qcow2.txt`. Whether a bitmap was begun early enough to
//! say what changed since some moment is not for it to know, see [`crate::changes`].

use super::header::Header;
use crate::file::ImageFile;
use gyre_plugin::source::*;
use std::ops::{Range, RangeInclusive};
use std::rc::Rc;

/// Bitmaps of one image; QEMU allows 65,535, each of which would have to be held by name.
const BITMAPS_MAX: u32 = 1024;
/// QEMU's own limit.
const NAME_BYTES_MAX: u64 = 1023;
const EXTRA_BYTES_MAX: u64 = 4096;
const ENTRY_BYTES: u64 = 24;
/// Of a bitmap's table: that of the largest disk with bits of 64 KiB has 2 MiB.
const TABLE_BYTES_MAX: u64 = 32 << 20;
/// QEMU's own limits: a bit stands for 512 bytes to 2 GiB.
const GRANULARITY_BITS: RangeInclusive<u32> = 9..=31;
/// Runs of equal bits looked at in one walk: keeps a call within its time on any bitmap.
const RUNS_MAX: u64 = 16 << 20;

const DIRTY_TRACKING: u8 = 1;
const IN_USE: u32 = 1;
const AUTO: u32 = 1 << 1;
const EXTRA_DATA_COMPATIBLE: u32 = 1 << 2;
const KNOWN_FLAGS: u32 = IN_USE | AUTO | EXTRA_DATA_COMPATIBLE;

const OFFSET_MASK: u64 = 0x00ff_ffff_ffff_fe00;
const ALL_ONES: u64 = 1;

/// Where the header says that the bitmaps are listed. Checked when one is looked for, for a disk can be read without.
#[derive(Clone, Copy)]
pub struct Directory {
    pub count: u32,
    pub bytes: u64,
    pub offset: u64,
    /// Whether every program that wrote to the image knew of its bitmaps.
    pub kept: bool,
}

/// A bitmap that says what was written.
pub struct Bitmap {
    file: Rc<ImageFile>,
    name: String,
    table_offset: u64,
    cluster_bytes: u64,
    granularity_bits: u32,
    disk_bytes: u64,
}

/// An entry of the directory as it stands there.
struct Entry {
    name: String,
    table_offset: u64,
    table_entries: u64,
    flags: u32,
    kind: u8,
    granularity_bits: u32,
    extra_bytes: u64,
    end: u64,
}

/// Every bitmap of the image by its name, each with the reason where it cannot be used.
///
/// # Errors
/// `disk-image.corrupt`, `disk-image.truncated`, `disk-image.unsupported`, `disk-image.no-changed-blocks`.
pub(super) fn all(file: &Rc<ImageFile>, header: &Header) -> Result<Vec<(String, Result<Bitmap>)>> {
    let Some(directory) = header.bitmaps else { return Ok(Vec::new()) };
    check_directory(file, header, &directory)?;
    let (mut at, mut found) = (directory.offset, Vec::<(String, Result<Bitmap>)>::new());
    for _ in 0..directory.count {
        let entry = Entry::read(file, at)?;
        at = entry.end;
        if at > directory.offset.saturating_add(directory.bytes) {
            return Err(file.corrupt("its bitmaps are more than their directory holds"));
        }
        if found.iter().any(|(name, _)| *name == entry.name) {
            return Err(file.corrupt(format_args!("it has two bitmaps named {:?}", entry.name)));
        }
        found.push((entry.name.clone(), Bitmap::of(file, header, entry)));
    }
    Ok(found)
}

fn check_directory(file: &ImageFile, header: &Header, directory: &Directory) -> Result<()> {
    if !directory.kept {
        return Err(unusable("a program that does not know of bitmaps wrote to the image"));
    }
    if directory.count > BITMAPS_MAX {
        let what = format_args!("it has {} bitmaps; at most {BITMAPS_MAX} are looked at", directory.count);
        return Err(file.unsupported(what));
    }
    if directory.offset & (header.cluster_bytes() - 1) != 0 {
        return Err(file.corrupt("the directory of its bitmaps does not begin at a cluster"));
    }
    file.check_end(directory.offset, directory.bytes)
}

/// Why a bitmap cannot be believed: the host then compares hashes instead.
pub fn unusable(why: impl std::fmt::Display) -> Error {
    Error::not_found("disk-image.no-changed-blocks", "the image does not say which blocks changed").cause(why)
}

impl Entry {
    fn read(file: &ImageFile, at: u64) -> Result<Self> {
        let head = file.read(at, ENTRY_BYTES)?;
        let (name_bytes, extra_bytes) = (u64::from(head.be16(18)), u64::from(head.be32(20)));
        if name_bytes == 0 || name_bytes > NAME_BYTES_MAX || extra_bytes > EXTRA_BYTES_MAX {
            return Err(file.corrupt("the name of a bitmap has an impossible length"));
        }
        let name = file.read(at.saturating_add(ENTRY_BYTES + extra_bytes), name_bytes)?;
        Ok(Self {
            name: String::from_utf8_lossy(&name.0).into_owned(),
            table_offset: head.be64(0),
            table_entries: head.be32(8).into(),
            flags: head.be32(12),
            kind: head.byte(16),
            granularity_bits: head.byte(17).into(),
            extra_bytes,
            end: at.saturating_add((ENTRY_BYTES + extra_bytes + name_bytes).next_multiple_of(8)),
        })
    }

    fn check(&self, file: &ImageFile) -> Result<()> {
        if self.flags & !KNOWN_FLAGS != 0 || self.kind != DIRTY_TRACKING {
            let (flags, kind) = (self.flags, self.kind);
            return Err(file.unsupported(format_args!("it is of type {kind} with the flags {flags:#x}")));
        }
        if self.extra_bytes > 0 && self.flags & EXTRA_DATA_COMPATIBLE == 0 {
            return Err(file.unsupported("it has data of an unknown kind, without which it must not be used"));
        }
        if self.flags & IN_USE != 0 {
            return Err(unusable(
                "it was not put away: the image is in use, or QEMU did not end in good order",
            ));
        }
        if self.flags & AUTO == 0 {
            return Err(unusable("it is disabled: it says nothing of what is written now"));
        }
        if !GRANULARITY_BITS.contains(&self.granularity_bits) {
            return Err(
                file.corrupt(format_args!("bits of 2^{} bytes are not possible", self.granularity_bits))
            );
        }
        Ok(())
    }
}

impl Bitmap {
    fn of(file: &Rc<ImageFile>, header: &Header, entry: Entry) -> Result<Self> {
        entry.check(file)?;
        let bitmap = Self {
            file: file.clone(),
            name: entry.name,
            table_offset: entry.table_offset,
            cluster_bytes: header.cluster_bytes(),
            granularity_bits: entry.granularity_bits,
            disk_bytes: header.table.size,
        };
        let needed = bitmap.bits().div_ceil(8).div_ceil(bitmap.cluster_bytes);
        if entry.table_entries != needed {
            let found = entry.table_entries;
            return Err(
                file.corrupt(format_args!("its table has {found} entries, and the disk needs {needed}"))
            );
        }
        if needed * 8 > TABLE_BYTES_MAX {
            let what = format_args!("its table has {needed} entries, more than are looked at");
            return Err(file.unsupported(what));
        }
        bitmap.check_aligned(bitmap.table_offset)?;
        file.check_end(bitmap.table_offset, needed * 8)?;
        Ok(bitmap)
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes of the disk that a bit stands for.
    pub fn granularity(&self) -> u64 {
        1 << self.granularity_bits
    }

    /// How many bits the disk has.
    pub fn bits(&self) -> u64 {
        self.disk_bytes.div_ceil(self.granularity())
    }

    /// Hands over every run of set bits of `bits`, in order; a long one may come in several. Ends where `each` has
    /// enough, and after [`RUNS_MAX`]; says where.
    ///
    /// # Errors
    /// `disk-image.corrupt`, `disk-image.truncated`; what the host met.
    pub fn walk(&self, bits: Range<u64>, mut each: impl FnMut(Range<u64>) -> bool) -> Result<u64> {
        let mut at = bits.start;
        for _ in 0..RUNS_MAX {
            if at >= bits.end {
                break;
            }
            let (end, set) = self.run(at)?;
            let end = end.min(bits.end);
            if set && !each(at..end) {
                break;
            }
            at = end;
        }
        Ok(at)
    }

    /// How far the bits from `bit` on are surely alike, and what they are.
    fn run(&self, bit: u64) -> Result<(u64, bool)> {
        let cluster_bits = self.cluster_bytes * 8;
        let (cluster, within) = (bit / cluster_bits, bit % cluster_bits);
        let entry = self.file.be64(self.table_offset + cluster * 8)?;
        let place = entry & OFFSET_MASK;
        if entry & !(OFFSET_MASK | ALL_ONES) != 0 || (place != 0 && entry & ALL_ONES != 0) {
            return Err(self.file.corrupt("the table of a bitmap has an impossible entry"));
        }
        if place == 0 {
            return Ok((bit - within + cluster_bits, entry & ALL_ONES != 0));
        }
        self.check_aligned(place)?;
        let word = self.file.le64(place.saturating_add(within / 64 * 8))?;
        // The zeros that are shifted in end a run of ones; one of zeros ends with the word.
        let rest = word >> (bit % 64);
        let set = rest & 1 == 1;
        let alike = if set { rest.trailing_ones() } else { rest.trailing_zeros() };
        let left = 64 - bit % 64;
        Ok((bit + left.min(alike.into()), set))
    }

    fn check_aligned(&self, offset: u64) -> Result<()> {
        if offset & (self.cluster_bytes - 1) == 0 {
            return Ok(());
        }
        Err(self.file.corrupt("a bitmap does not begin at a cluster"))
    }
}
