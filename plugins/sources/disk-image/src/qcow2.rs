//! One qcow2 file, version 2 or 3: what lies in its clusters. Follows QEMU's `docs/interop/qcow2.txt`.
//! Everything in the file is hostile: each number is checked before it is used, and nothing is read but
//! table entries, and what is enciphered. Refuses what it cannot read rightly: QEMU's old encryption, and features that
//! it does not know.

mod bitmap;
mod header;
mod snapshot;

use crate::file::{Files, ImageFile, SECTOR};
use crate::layer::{Kind, Layer, Parent, Piece};
use crate::luks::{Luks, Sealed};
use crate::options::Format;
use crate::path;
use gyre_plugin::source::*;
use header::Header;
use std::rc::Rc;

pub use bitmap::{Bitmap, unusable};

const OFFSET_MASK: u64 = 0x00ff_ffff_ffff_fe00;
const COPIED: u64 = 1 << 63;
const COMPRESSED: u64 = 1 << 62;
const READS_ZERO: u64 = 1;
/// Parts of a cluster that an extended entry tells apart.
const SUBCLUSTERS: u64 = 32;

/// An open file whose header was understood.
pub struct Qcow2 {
    file: Rc<ImageFile>,
    /// Where the clusters lie: in the file itself, or in another one.
    data: Rc<ImageFile>,
    header: Header,
    /// That of the disk, or of the internal snapshot that was chosen.
    table: Table,
    parent: Option<Parent>,
    /// What lies in the clusters of an encrypted image; sectors are numbered by where they lie.
    sealed: Option<(Rc<Luks>, Rc<Sealed>)>,
}

/// A first-level table, and the disk that it describes.
#[derive(Clone, Copy)]
struct Table {
    offset: u64,
    entries: u64,
    size: u64,
}

/// A second-level entry; `subclusters` only where the image has extended ones.
struct Entry {
    cluster: u64,
    subclusters: Option<u64>,
}

impl Qcow2 {
    /// Reads and checks the header, and finds the snapshot of that name or id.
    ///
    /// # Errors
    /// `disk-image.corrupt`, `disk-image.truncated`, `disk-image.unsupported`, `disk-image.encrypted`,
    /// `disk-image.parent`, `disk-image.format`, `disk-image.no-snapshot`.
    pub fn open(file: Rc<ImageFile>, snapshot: Option<&str>, files: &Files) -> Result<Self> {
        let header = Header::read(&file)?;
        let table = match snapshot {
            Some(wanted) => snapshot::find(&file, &header, wanted)?,
            None => header.table,
        };
        header.check_table(&file, table)?;
        let data = match &header.data_file {
            Some(name) => files.other(&located(&file, name)?, &file)?,
            None => file.clone(),
        };
        let parent = header.backing.as_ref().map(|backing| parent(&file, backing)).transpose()?;
        let luks =
            header.luks.map(|(offset, length)| Luks::open(&file, offset, length)).transpose()?.map(Rc::new);
        let sealed = luks.map(|luks| Ok((luks.clone(), Rc::new(Sealed::new(data.clone(), luks, 0)?))));
        Ok(Self { sealed: sealed.transpose()?, file, data, header, table, parent })
    }

    fn entry(&self, position: u64) -> Result<Entry> {
        let cluster = self.file.be64(position)?;
        let subclusters =
            if self.header.extended { Some(self.file.be64(position.saturating_add(8))?) } else { None };
        Ok(Entry { cluster, subclusters })
    }

    /// Bytes of the disk that lie at `offset` in the data's file.
    fn data(&self, offset: u64, length: u64) -> Result<Piece> {
        match &self.sealed {
            Some((_, sealed)) => sealed.piece(offset, length),
            None => self.data.stored(offset, length),
        }
    }

    /// What `length` bytes at `within` of the entry's cluster are.
    fn classify(&self, entry: &Entry, within: u64, length: u64) -> Result<Piece> {
        if entry.cluster & COMPRESSED != 0 {
            return Ok(Piece::new(length, self.packed(entry.cluster, within)?));
        }
        if let Some(subclusters) = entry.subclusters {
            return self.subclusters(entry.cluster, subclusters, within, length);
        }
        if entry.cluster & READS_ZERO != 0 {
            return match self.header.version {
                2 => Err(self.file.corrupt("it has a zero cluster, which version 2 does not have")),
                _ => Ok(Piece::new(length, Kind::Zero)),
            };
        }
        match self.place(entry.cluster)? {
            Some(start) => self.data(start + within, length),
            None => Ok(Piece::new(length, Kind::Parent)),
        }
    }

    /// The run of subclusters from `within` on that are the same.
    fn subclusters(&self, cluster: u64, bitmap: u64, within: u64, length: u64) -> Result<Piece> {
        let (allocated, zero) = (bitmap & 0xffff_ffff, bitmap >> 32);
        let place = self.place(cluster)?;
        if allocated & zero != 0 || (place.is_none() && allocated != 0) {
            return Err(self.file.corrupt("a subcluster is in two states"));
        }
        let bytes = self.header.cluster_bytes() / SUBCLUSTERS;
        let state = |n: u64| (allocated >> n & 1, zero >> n & 1);
        let first = within / bytes;
        let next = (first..SUBCLUSTERS).find(|n| state(*n) != state(first)).unwrap_or(SUBCLUSTERS);
        let length = length.min(next * bytes - within);
        match (state(first), place) {
            ((1, _), Some(start)) => self.data(start + within, length),
            ((_, 1), _) => Ok(Piece::new(length, Kind::Zero)),
            _ => Ok(Piece::new(length, Kind::Parent)),
        }
    }

    /// Where an uncompressed cluster lies, if anywhere.
    fn place(&self, entry: u64) -> Result<Option<u64>> {
        let offset = entry & OFFSET_MASK;
        // The first cluster of an external data file is as good as any other.
        if offset == 0 && !(self.header.data_file.is_some() && entry & COPIED != 0) {
            return Ok(None);
        }
        self.check_aligned(offset, "cluster")?;
        Ok(Some(offset))
    }

    fn packed(&self, entry: u64, within: u64) -> Result<Kind> {
        if self.header.data_file.is_some() {
            return Err(self.file.corrupt("it has compressed clusters and an external data file"));
        }
        let count_bits = self.header.cluster_bits - 8;
        let offset_bits = 62 - count_bits;
        let offset = entry & ((1 << offset_bits) - 1);
        let sectors = ((entry >> offset_bits) & ((1 << count_bits) - 1)) + 1;
        let length = sectors * SECTOR - (offset & (SECTOR - 1));
        self.file.packed(offset, length, self.header.codec, within)
    }

    fn check_aligned(&self, offset: u64, what: &str) -> Result<()> {
        if offset & (self.header.cluster_bytes() - 1) == 0 {
            return Ok(());
        }
        Err(self
            .file
            .corrupt(format_args!("the offset {offset} of a {what} is no multiple of the cluster size")))
    }
}

impl Layer for Qcow2 {
    fn size(&self) -> u64 {
        self.table.size
    }

    fn file(&self) -> &ImageFile {
        &self.file
    }

    fn files(&self) -> Vec<String> {
        let mut files = vec![self.file.name().to_owned()];
        files.extend(self.header.data_file.is_some().then(|| self.data.name().to_owned()));
        files
    }

    fn bitmaps(&self) -> Result<Vec<(String, Result<Bitmap>)>> {
        bitmap::all(&self.file, &self.header)
    }

    fn luks(&self) -> Option<&Luks> {
        self.sealed.as_ref().map(|(luks, _)| luks.as_ref())
    }

    fn parent(&self) -> Option<&Parent> {
        self.parent.as_ref()
    }

    fn piece(&self, offset: u64) -> Result<Piece> {
        let (bits, l2_bits) = (self.header.cluster_bits, self.header.l2_bits());
        let left = self.table.size - offset;
        let l1_index = offset >> (bits + l2_bits);
        let l2_offset = self.file.be64(self.table.offset + l1_index * 8)? & OFFSET_MASK;
        if l2_offset == 0 {
            let table_bytes = 1u64 << (bits + l2_bits);
            return Ok(Piece::new((table_bytes - (offset & (table_bytes - 1))).min(left), Kind::Parent));
        }
        self.check_aligned(l2_offset, "L2 table")?;
        let l2_index = (offset >> bits) & ((1 << l2_bits) - 1);
        let entry = self.entry(l2_offset + l2_index * self.header.entry_bytes())?;
        let within = offset & (self.header.cluster_bytes() - 1);
        self.classify(&entry, within, (self.header.cluster_bytes() - within).min(left))
    }
}

/// Where a file that the header names lies.
fn located(file: &ImageFile, name: &str) -> Result<String> {
    path::beside(file.name(), name).ok_or_else(|| file.parent_error(name, "it is no file"))
}

fn parent(file: &ImageFile, backing: &header::Backing) -> Result<Parent> {
    let Some(format) = &backing.format else {
        let remedy =
            "the image does not say its format: add it with `qemu-img rebase -u -F FORMAT -b NAME IMAGE`";
        return Err(file.parent_error(&backing.name, remedy));
    };
    let format = Format::of_qemu(format).ok_or_else(|| {
        file.parent_error(&backing.name, format_args!("its format {format:?} is not supported"))
    })?;
    Ok(Parent { paths: vec![located(file, &backing.name)?], format, identities: Vec::new() })
}
