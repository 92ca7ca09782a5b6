//! One file of an image: reads of it that are checked against its end, table entries through a few cached
//! pages, and the errors that name it. Knows no format. Everything in a file is hostile, so nothing here
//! trusts an offset, and memory per file is bounded by [`PAGES_MAX`] pages and what a log patches.

use crate::layer::{Kind, Piece};
use crate::patches::{Patches, Place};
use crate::record::Record;
use gyre_plugin::source::*;
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::rc::Rc;

/// Files that one disk may consist of: the host lends 256 handles to an instance.
const FILES_MAX: usize = 200;
/// Table entries are read in pages of this size.
const PAGE_BYTES: u64 = 64 * 1024;
/// Pages kept of one file: a walk needs one of each level of its tables.
const PAGES_MAX: usize = 4;
/// The largest virtual disk: no sum of offsets below it overflows.
pub const SIZE_BYTES_MAX: u64 = 1 << 60;
/// What VMDK, VHD and VDI count in, bytes.
pub const SECTOR: u64 = 512;

/// An open file, or a part of one.
pub struct ImageFile {
    name: String,
    disk: Rc<Disk>,
    /// Where it begins in the handle.
    base: u64,
    /// Bytes that the handle has.
    stored_bytes: u64,
    /// With what the log adds at the end.
    size: u64,
    patches: Patches,
    pages: RefCell<Vec<(u64, Vec<u8>)>>,
}

impl ImageFile {
    fn open(path: &str) -> Result<Self> {
        let disk = Rc::new(Disk::open(path)?);
        let size = disk.size();
        Ok(Self {
            name: path.to_string(),
            disk,
            base: 0,
            stored_bytes: size,
            size,
            patches: Patches::default(),
            pages: RefCell::default(),
        })
    }

    /// A range of this file as a file of its own, as in an archive.
    ///
    /// # Errors
    /// `disk-image.truncated`
    pub fn part(&self, name: String, offset: u64, length: u64) -> Result<Self> {
        self.check_end(offset, length)?;
        let (base, disk) = (self.base + offset, self.disk.clone());
        let (patches, pages) = Default::default();
        Ok(Self { name, disk, base, stored_bytes: length, size: length, patches, pages })
    }

    /// With a log's writes over it; it then is at least `size` bytes long.
    #[must_use]
    pub fn patched(mut self, patches: Patches, size: u64) -> Self {
        self.patches = patches;
        self.size = self.size.max(size);
        self.pages = RefCell::default();
        self
    }

    /// Its path, for people and for names beside it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Exactly so many bytes; at most 8 MiB.
    ///
    /// # Errors
    /// `disk-image.truncated`; what the host met.
    pub fn read(&self, offset: u64, length: u64) -> Result<Record> {
        self.check_end(offset, length)?;
        self.read_some(offset, length).map(Record)
    }

    /// As [`ImageFile::read`]; short at the end of the file.
    ///
    /// # Errors
    /// What the host met.
    pub fn read_head(&self, length: u64) -> Result<Record> {
        self.read_some(0, length.min(self.size)).map(Record)
    }

    fn read_some(&self, offset: u64, length: u64) -> Result<Vec<u8>> {
        if length > READ_BYTES_MAX.into() {
            return Err(self.corrupt(format_args!("a table of {length} bytes is not possible")));
        }
        let length = length.min(self.size.saturating_sub(offset));
        // What a log adds to the file is not in the handle yet: zeros, unless the log says more.
        let there = length.min(self.stored_bytes.saturating_sub(offset));
        let mut bytes = match there {
            0 => Vec::new(),
            _ => self.disk.read(self.base.saturating_add(offset), there as u32)?,
        };
        if bytes.len() as u64 != there {
            return Err(self.truncated(offset.saturating_add(length)));
        }
        bytes.resize(length as usize, 0);
        self.patches.apply(offset, &mut bytes);
        Ok(bytes)
    }

    /// # Errors
    /// `disk-image.truncated`; what the host met.
    pub fn be32(&self, position: u64) -> Result<u32> {
        self.entry(position).map(u32::from_be_bytes)
    }

    /// # Errors
    /// As [`ImageFile::be32`].
    pub fn be64(&self, position: u64) -> Result<u64> {
        self.entry(position).map(u64::from_be_bytes)
    }

    /// # Errors
    /// As [`ImageFile::be32`].
    pub fn le32(&self, position: u64) -> Result<u32> {
        self.entry(position).map(u32::from_le_bytes)
    }

    /// # Errors
    /// As [`ImageFile::be32`].
    pub fn le64(&self, position: u64) -> Result<u64> {
        self.entry(position).map(u64::from_le_bytes)
    }

    /// # Errors
    /// As [`ImageFile::be32`].
    pub fn byte(&self, position: u64) -> Result<u8> {
        self.entry(position).map(|[byte]: [u8; 1]| byte)
    }

    /// A table entry, through the cached pages.
    fn entry<const N: usize>(&self, position: u64) -> Result<[u8; N]> {
        let (page, within) = (position & !(PAGE_BYTES - 1), (position & (PAGE_BYTES - 1)) as usize);
        if within + N > PAGE_BYTES as usize {
            return Ok(self.read(position, N as u64)?.array(0));
        }
        let mut pages = self.pages.borrow_mut();
        match pages.iter().position(|(start, _)| *start == page) {
            // What was used last stands first.
            Some(at) => pages.swap(0, at),
            None => {
                let bytes = self.read_some(page, PAGE_BYTES)?;
                pages.truncate(PAGES_MAX - 1);
                pages.insert(0, (page, bytes));
            }
        }
        let bytes = pages.first().and_then(|(_, bytes)| bytes.get(within..within + N));
        bytes
            .and_then(|bytes| bytes.try_into().ok())
            .ok_or_else(|| self.truncated(position.saturating_add(N as u64)))
    }

    /// Bytes of a disk that lie here unchanged; the answer may be shorter.
    ///
    /// # Errors
    /// `disk-image.truncated`
    pub fn stored(self: &Rc<Self>, offset: u64, length: u64) -> Result<Piece> {
        self.check_end(offset, length)?;
        let end = offset + length;
        let (until, kind) = match self.patches.at(offset) {
            Place::Zero { until } => (until, Kind::Zero),
            Place::Bytes { until } => (until, Kind::Read(self.clone(), offset)),
            Place::Untouched { until } if offset >= self.stored_bytes => (until, Kind::Zero),
            Place::Untouched { until } => {
                let offset = self.base + offset;
                (until.min(self.stored_bytes), Kind::Stored { disk: self.disk.clone(), offset })
            }
        };
        Ok(Piece { length: until.min(end) - offset, kind })
    }

    /// A compressed cluster of at most `length` bytes, of whose contents `skip` are not wanted.
    ///
    /// # Errors
    /// `disk-image.truncated`
    pub fn packed(&self, offset: u64, length: u64, codec: &'static str, skip: u64) -> Result<Kind> {
        if offset >= self.stored_bytes || length == 0 {
            return Err(self.truncated(offset.saturating_add(1)));
        }
        let length = length.min(self.stored_bytes - offset);
        let skip = u32::try_from(skip).unwrap_or(u32::MAX); // clusters that are compressed have 4 MiB at most
        Ok(Kind::Packed(Packed {
            disk: self.disk.id(),
            offset: self.base + offset,
            length,
            codec: codec.into(),
            skip,
        }))
    }

    /// # Errors
    /// `disk-image.truncated`
    pub fn check_end(&self, offset: u64, length: u64) -> Result<()> {
        match offset.checked_add(length) {
            Some(end) if end <= self.size => Ok(()),
            end => Err(self.truncated(end.unwrap_or(u64::MAX))),
        }
    }

    /// A virtual size that is possible.
    ///
    /// # Errors
    /// `disk-image.corrupt`
    pub fn check_size(&self, bytes: Option<u64>) -> Result<u64> {
        bytes
            .filter(|bytes| *bytes <= SIZE_BYTES_MAX)
            .ok_or_else(|| self.corrupt("no disk is as large as it says"))
    }

    pub fn corrupt(&self, why: impl Display) -> Error {
        Error::invalid("disk-image.corrupt", format!("{} is damaged", self.name)).cause(why)
    }

    pub fn truncated(&self, needed: u64) -> Error {
        Error::invalid("disk-image.truncated", format!("{} ends too early", self.name))
            .cause(format!("its tables name byte {needed}, but the file has {}", self.size))
    }

    pub fn unsupported(&self, what: impl Display) -> Error {
        Error::invalid("disk-image.unsupported", format!("{} cannot be read", self.name)).cause(what)
    }

    pub fn encrypted(&self, how: impl Display) -> Error {
        Error::invalid("disk-image.encrypted", format!("{} is encrypted", self.name)).cause(how)
    }

    pub fn parent_error(&self, parent: &str, why: impl Display) -> Error {
        let message = format!("the parent {parent:?} of {} cannot be used", self.name);
        Error::invalid("disk-image.parent", message).cause(why)
    }
}

/// Opens the files of one disk: the first one, and those that it names.
pub struct Files {
    /// Whether what the first file says of other files may be believed.
    trusted: Cell<bool>,
    left: Cell<usize>,
}

impl Files {
    pub fn new(trusted: bool) -> Self {
        Self { trusted: Cell::new(trusted), left: Cell::new(FILES_MAX) }
    }

    pub fn trust(&self) {
        self.trusted.set(true);
    }

    /// The file that the operator named.
    ///
    /// # Errors
    /// What the host met.
    pub fn first(&self, path: &str) -> Result<Rc<ImageFile>> {
        self.left.set(self.left.get().saturating_sub(1));
        ImageFile::open(path).map(Rc::new)
    }

    /// A file that `above` names.
    ///
    /// # Errors
    /// `disk-image.format` when `above` was only guessed to be an image; `disk-image.parent`; what the
    /// host met.
    pub fn other(&self, path: &str, above: &ImageFile) -> Result<Rc<ImageFile>> {
        if !self.trusted.get() {
            let message =
                format!("{} names other files, but its own name does not say what it is", above.name);
            return Err(Error::invalid("disk-image.format", message)
                .cause("a guest could have written that into its raw disk")
                .cause("write `format` at this disk: that of the image, or `raw`"));
        }
        if self.left.get() == 0 {
            return Err(above.parent_error(path, format_args!("the disk has more than {FILES_MAX} files")));
        }
        self.first(path)
            .map_err(|error| error.during(format!("cannot open {path}, which {} names", above.name)))
    }
}
