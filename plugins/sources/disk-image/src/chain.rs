//! An image with its parents, and the extents of the disk that they make up together. Knows that layers
//! have pieces and parents; what a file looks like is the formats' matter, each in its own module.

use crate::file::{Files, ImageFile};
use crate::layer::{Kind, Layer, Parent, Piece};
use crate::luks::Effort;
use crate::options::Format;
use crate::probe::{self, Choice};
use crate::qcow2::Bitmap;
use gyre_plugin::source::*;
use std::rc::Rc;

/// Images below each other.
const LAYERS_MAX: usize = 32;
/// Extents in one answer; the host refuses more.
pub const EXTENTS_MAX: usize = 65_536;
/// Pieces looked at for one answer: keeps a call within its time on any disk.
const PIECES_MAX: u64 = 4 << 20;
/// The file system is asked for holes in stored bytes from this length on.
const HOLES_ASKED_BYTES_MIN: u64 = 1 << 20;

/// A disk made of one image or of several.
pub struct Chain {
    /// The first one is what the configuration names; each is read where the one before has nothing.
    layers: Vec<Box<dyn Layer>>,
    format: Format,
}

impl Chain {
    /// Opens the image and everything below it. Without a format in `choice` its first bytes and its name
    /// tell, see [`probe`].
    ///
    /// # Errors
    /// What the host met; every `disk-image.*` of files.
    pub fn open(path: &str, choice: &Choice<'_>) -> Result<Self> {
        let files = Files::new(choice.format.is_some());
        let first = files.first(path)?;
        let format = choice.format.map_or_else(|| probe::tell(&first, &files), Ok)?;
        let mut seen = vec![gyre_plugin::path::normal(path)];
        let mut next = probe::open(first, format, choice, &files)?;
        let mut layers = Vec::new();
        loop {
            let below = next.parent().map(|parent| open_parent(next.as_ref(), parent, &files, &mut seen));
            let below = below.transpose()?;
            layers.push(next);
            let Some(below) = below else { break };
            next = below;
        }
        Ok(Self { layers, format })
    }

    /// Virtual size, bytes.
    pub fn size(&self) -> u64 {
        self.layers.first().map(|layer| layer.size()).unwrap_or_default()
    }

    /// Of the first file.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Every file that is read, from above to below.
    pub fn files(&self) -> Vec<String> {
        self.layers.iter().flat_map(|layer| layer.files()).collect()
    }

    /// Whether a passphrase is needed before any of it can be read.
    ///
    /// # Errors
    /// `disk-image.encrypted` when one is, and no secret is named that holds it.
    pub fn is_sealed(&self, key: Option<&str>) -> Result<bool> {
        match self.layers.iter().find_map(|layer| layer.luks()) {
            Some(luks) if key.is_none() => Err(luks.locked()),
            luks => Ok(luks.is_some()),
        }
    }

    /// Unlocks every image of the chain with the passphrase that the secret `key` holds.
    ///
    /// # Errors
    /// `disk-image.encrypted`, `disk-image.key`, `disk-image.key-effort`; what the host says of the secret.
    pub fn unlock(&self, key: Option<&str>, effort: &Effort) -> Result<()> {
        if let (true, Some(key)) = (self.is_sealed(key)?, key) {
            let passphrase = Secret::open(key)?.reveal()?;
            for luks in self.layers.iter().filter_map(|layer| layer.luks()) {
                luks.unlock(&passphrase, effort)?;
            }
        }
        Ok(())
    }

    /// The dirty bitmaps of the first file, see [`Layer::bitmaps`].
    ///
    /// # Errors
    /// `disk-image.no-changed-blocks`, `disk-image.corrupt`, `disk-image.truncated`, `disk-image.unsupported`; what the
    /// host met.
    pub fn bitmaps(&self) -> Result<Vec<(String, Result<Bitmap>)>> {
        self.layers.first().map_or_else(|| Ok(Vec::new()), |layer| layer.bitmaps())
    }

    /// Where a range ends that lies within the disk.
    ///
    /// # Errors
    /// `disk-image.range`
    pub fn check_range(&self, offset: u64, length: u64) -> Result<u64> {
        offset.checked_add(length).filter(|end| *end <= self.size()).ok_or_else(|| {
            let message = format!("{length} bytes at {offset} are past the end of the disk");
            Error::invalid("disk-image.range", message)
        })
    }

    /// What lies in `offset..end`, in order and without gaps; may stop early.
    ///
    /// # Errors
    /// `disk-image.corrupt`, `disk-image.truncated`; what the host met.
    pub fn extents(&self, offset: u64, end: u64) -> Result<Vec<Extent>> {
        let mut extents = Vec::new();
        for found in self.walk(offset, end)? {
            if extents.len() >= EXTENTS_MAX {
                break;
            }
            found.push_to(&mut extents)?;
        }
        Ok(extents)
    }

    /// What is enciphered, or what a log holds that its file does not have yet; everything else the host reads itself.
    ///
    /// # Errors
    /// `disk-image.range`, `disk-image.not-data`; what the host met.
    pub fn read(&self, offset: u64, length: u32) -> Result<Vec<u8>> {
        if length > READ_BYTES_MAX {
            let message = format!("{length} bytes are more than one read answers");
            return Err(Error::invalid("disk-image.range", message));
        }
        let mut bytes = Vec::new();
        for found in self.walk(offset, self.check_range(offset, length.into())?)? {
            bytes.extend(found.read()?);
        }
        Ok(bytes)
    }

    fn walk(&self, offset: u64, end: u64) -> Result<Vec<Found>> {
        let mut walk = Walk { found: Vec::new(), pieces_left: PIECES_MAX };
        walk.layers(&self.layers, offset, end)?;
        Ok(walk.found)
    }
}

/// Opens the first of the parent's names that is there, and sees that it is the right one.
fn open_parent(
    child: &dyn Layer,
    parent: &Parent,
    files: &Files,
    seen: &mut Vec<String>,
) -> Result<Box<dyn Layer>> {
    let name = parent.paths.first().map(String::as_str).unwrap_or_default();
    let file = open_first(child.file(), &parent.paths, files)?;
    if seen.iter().any(|path| path == file.name()) || seen.len() >= LAYERS_MAX {
        let why = format!("the chain is a loop, or longer than {LAYERS_MAX} files");
        return Err(child.file().parent_error(name, why));
    }
    seen.push(file.name().to_string());
    let path = file.name().to_string();
    let layer = probe::open(file, parent.format, &Choice::default(), files)?;
    if !parent.identities.is_empty() && !parent.identities.iter().any(|identity| layer.is(identity)) {
        let why = "it is another disk, or was written to after the child was made";
        return Err(child.file().parent_error(&path, why));
    }
    Ok(layer)
}

fn open_first(above: &ImageFile, paths: &[String], files: &Files) -> Result<Rc<ImageFile>> {
    let mut refused = None;
    for path in paths {
        match files.other(path, above) {
            Ok(file) => return Ok(file),
            Err(error) => refused.get_or_insert(error),
        };
    }
    Err(refused.unwrap_or_else(|| above.parent_error("", "it has no name")))
}

/// A piece at its place on the disk.
struct Found {
    offset: u64,
    length: u64,
    kind: Kind,
}

impl Found {
    /// Whether what comes next is one piece with this one.
    fn continues(&self, next: &Kind) -> bool {
        match (&self.kind, next) {
            (Kind::Zero, Kind::Zero) | (Kind::Hole, Kind::Hole) => true,
            (Kind::Stored { disk, offset }, Kind::Stored { disk: other, offset: next }) => {
                disk.id() == other.id() && offset + self.length == *next
            }
            (Kind::Sealed(sealed, offset), Kind::Sealed(other, next)) => {
                Rc::ptr_eq(sealed, other) && offset + self.length == *next
            }
            _ => false,
        }
    }

    fn push_to(self, extents: &mut Vec<Extent>) -> Result<()> {
        let (offset, length) = (self.offset, self.length);
        let kind = match self.kind {
            Kind::Stored { disk, offset: at } if length >= HOLES_ASKED_BYTES_MIN => {
                return push_mapped(extents, offset, length, &disk, at);
            }
            Kind::Stored { disk, offset } => ExtentKind::Stored(Stored { disk: disk.id(), offset }),
            Kind::Zero => ExtentKind::Zero,
            Kind::Hole | Kind::Parent => ExtentKind::Hole,
            Kind::Packed(packed) => ExtentKind::Packed(packed),
            Kind::Read(..) | Kind::Sealed(..) => ExtentKind::Data,
        };
        extents.push(Extent { offset, length, kind });
        Ok(())
    }

    fn read(&self) -> Result<Vec<u8>> {
        match &self.kind {
            Kind::Zero | Kind::Hole | Kind::Parent => Ok(vec![0; self.length as usize]),
            Kind::Stored { disk, offset } => disk.read(*offset, self.length as u32),
            Kind::Sealed(sealed, offset) => sealed.read(*offset, self.length),
            Kind::Read(file, offset) => Ok(file.read(*offset, self.length)?.0),
            Kind::Packed(_) => {
                let message = format!("the bytes at {} lie compressed: the host unpacks them", self.offset);
                Err(Error::other("disk-image.not-data", message))
            }
        }
    }
}

/// A long run of stored bytes, without the holes that the file system knows of.
fn push_mapped(extents: &mut Vec<Extent>, offset: u64, length: u64, disk: &Disk, at: u64) -> Result<()> {
    let mut done = 0;
    while done < length && extents.len() < EXTENTS_MAX {
        let start = done;
        for extent in disk.extents(at + done, length - done)?.into_iter().take(EXTENTS_MAX - extents.len()) {
            let kind = match extent.kind {
                ExtentKind::Hole | ExtentKind::Zero => ExtentKind::Hole,
                _ => ExtentKind::Stored(Stored { disk: disk.id(), offset: extent.offset }),
            };
            extents.push(Extent { offset: offset + done, length: extent.length, kind });
            done += extent.length;
        }
        if done <= start {
            let message = "the host says nothing about a part of the file";
            return Err(Error::other("disk-image.no-extents", message));
        }
    }
    Ok(())
}

/// One answer in the making.
struct Walk {
    found: Vec<Found>,
    pieces_left: u64,
}

impl Walk {
    /// Adds what lies in `offset..end`, in order; stops early when the answer is full.
    fn layers(&mut self, layers: &[Box<dyn Layer>], offset: u64, end: u64) -> Result<()> {
        let Some((layer, below)) = layers.split_first() else {
            self.push(offset, end - offset, Kind::Hole);
            return Ok(());
        };
        let mine = end.min(layer.size());
        let mut at = offset;
        while at < mine && !self.is_full() {
            self.pieces_left -= 1;
            let Piece { length, kind } = layer.piece(at)?;
            let length = length.clamp(1, mine - at);
            match kind {
                Kind::Parent => self.layers(below, at, at + length)?,
                kind => self.push(at, length, kind),
            }
            at += length;
        }
        if end > mine && !self.is_full() {
            // Past the end of a shorter parent there are zeros.
            let from = offset.max(mine);
            self.push(from, end - from, Kind::Hole);
        }
        Ok(())
    }

    /// Once full, nothing more may be added: the answer would have a gap.
    fn is_full(&self) -> bool {
        self.found.len() >= EXTENTS_MAX || self.pieces_left == 0
    }

    fn push(&mut self, offset: u64, length: u64, kind: Kind) {
        if length == 0 {
            return;
        }
        match self.found.last_mut() {
            Some(last) if last.continues(&kind) => last.length += length,
            _ => self.found.push(Found { offset, length, kind }),
        }
    }
}
