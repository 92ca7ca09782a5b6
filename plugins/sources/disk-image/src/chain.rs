//! An image with the files below it, and the extents of the disk that they make up together. Knows how
//! a backing file is named and refuses names that are no files; what lies in a qcow2 file is
//! `qcow2`'s matter.

use crate::options::Format;
use crate::qcow2::{Backing, Cluster, MAGIC, Qcow2};
use gyre_plugin::source::*;

/// Files below each other.
const LAYERS_MAX: usize = 32;
/// Extents in one answer; the host refuses more.
const EXTENTS_MAX: usize = 65_536;
/// Clusters looked at for one answer: keeps a call within its time on any disk.
const CLUSTERS_MAX: u64 = 4 << 20;

/// A disk made of one file or of several.
pub struct Chain {
    /// The first one is what the configuration names; each is read where the one before has nothing.
    layers: Vec<Layer>,
}

enum Layer {
    Raw(Disk),
    Qcow2(Box<Qcow2>),
}

impl Layer {
    fn size(&self) -> u64 {
        match self {
            Layer::Raw(disk) => disk.size(),
            Layer::Qcow2(image) => image.size,
        }
    }

    fn backing(&self) -> Option<&Backing> {
        match self {
            Layer::Raw(_) => None,
            Layer::Qcow2(image) => image.backing.as_ref(),
        }
    }
}

impl Chain {
    /// Opens the file and everything below it. Without `format` its first bytes tell; then a backing
    /// file is followed only from a name that ends in `.qcow2`, for a guest could have written a
    /// header that names another file of this host into its raw disk.
    ///
    /// # Errors
    /// What the host met; `qcow2.*`; `disk-image.format`.
    pub fn open(path: &str, format: Option<Format>) -> Result<Self> {
        let mut layers = Vec::new();
        let mut seen = vec![normal(path)];
        let mut next = open_layer(path, format)?;
        if format.is_none() && !path.ends_with(".qcow2") && next.backing().is_some() {
            let message =
                format!("{path} looks like a qcow2 image with a backing file, but its name does not say so");
            return Err(Error::invalid("disk-image.format", message)
                .cause("write `format = \"qcow2\"` (or \"raw\") at this disk"));
        }
        loop {
            let below = next.backing().cloned();
            layers.push(next);
            let Some(backing) = below else { break };
            let above = seen.last().cloned().unwrap_or_default();
            let (path, format) = locate(&above, &backing)?;
            if seen.contains(&path) || seen.len() >= LAYERS_MAX {
                return Err(backing_error(&above, &backing, "the chain is a loop, or longer than 32 files"));
            }
            next = open_layer(&path, Some(format))
                .map_err(|error| error.during(format!("cannot open {path}, the backing file of {above}")))?;
            seen.push(path);
        }
        Ok(Self { layers })
    }

    /// Virtual size, bytes.
    pub fn size(&self) -> u64 {
        self.layers.first().map(Layer::size).unwrap_or_default()
    }

    /// Of the first file.
    pub fn format(&self) -> Format {
        match self.layers.first() {
            Some(Layer::Qcow2(_)) => Format::Qcow2,
            _ => Format::Raw,
        }
    }

    /// The handle itself, when the disk is a raw file.
    pub fn into_raw(mut self) -> std::result::Result<Disk, Self> {
        match self.layers.pop() {
            Some(Layer::Raw(disk)) if self.layers.is_empty() => Ok(disk),
            Some(layer) => {
                self.layers.push(layer);
                Err(self)
            }
            None => Err(self),
        }
    }
}

impl Reader for Chain {
    fn size(&self) -> u64 {
        Chain::size(self)
    }

    fn extents(&mut self, since: Option<&str>, offset: u64, length: u64) -> Result<Vec<Extent>> {
        if since.is_some() {
            return Err(Error::not_found(
                "disk-image.no-changed-blocks",
                "image files do not say which blocks changed",
            ));
        }
        let end = offset.checked_add(length).filter(|end| *end <= self.size());
        let end = end.ok_or_else(|| {
            Error::invalid(
                "disk-image.range",
                format!("{length} bytes at {offset} are past the end of the disk"),
            )
        })?;
        let mut walk = Walk { extents: Vec::new(), clusters_left: CLUSTERS_MAX };
        walk.layers(&self.layers, offset, end)?;
        Ok(walk.extents)
    }
}

/// One answer in the making.
struct Walk {
    extents: Vec<Extent>,
    clusters_left: u64,
}

impl Walk {
    /// Adds what lies in `offset..end`, in order; stops early when the answer is full.
    fn layers(&mut self, layers: &[Layer], offset: u64, end: u64) -> Result<()> {
        let Some((layer, below)) = layers.split_first() else {
            self.push(offset, end - offset, ExtentKind::Hole);
            return Ok(());
        };
        let mine = end.min(layer.size());
        if offset < mine {
            match layer {
                Layer::Raw(disk) => self.raw(disk, offset, mine)?,
                Layer::Qcow2(image) => self.qcow2(image, below, offset, mine)?,
            }
        }
        if end > mine && !self.is_full() {
            // Past the end of a shorter backing file there are zeros.
            let from = offset.max(mine);
            self.push(from, end - from, ExtentKind::Hole);
        }
        Ok(())
    }

    fn qcow2(&mut self, image: &Qcow2, below: &[Layer], offset: u64, end: u64) -> Result<()> {
        let disk = image.disk.id();
        let mut at = offset;
        while at < end && !self.is_full() {
            self.clusters_left -= 1;
            let (length, cluster) = image.cluster(at)?;
            let length = length.min(end - at);
            match cluster {
                Cluster::Unallocated => self.layers(below, at, at + length)?,
                Cluster::Zero => self.push(at, length, ExtentKind::Zero),
                Cluster::Stored(offset) => self.push(at, length, ExtentKind::Stored(Stored { disk, offset })),
                Cluster::Packed { offset, length: packed, skip } => {
                    let codec = image.codec.to_string();
                    self.push(
                        at,
                        length,
                        ExtentKind::Packed(Packed { disk, offset, length: packed, codec, skip }),
                    );
                }
            }
            at += length;
        }
        Ok(())
    }

    fn raw(&mut self, disk: &Disk, offset: u64, end: u64) -> Result<()> {
        let id = disk.id();
        let mut at = offset;
        while at < end && !self.is_full() {
            self.clusters_left -= 1;
            let start = at;
            for extent in disk.extents(at, end - at)? {
                if self.is_full() {
                    break;
                }
                at = extent.end();
                let kind = match extent.kind {
                    ExtentKind::Data => ExtentKind::Stored(Stored { disk: id, offset: extent.offset }),
                    kind => kind,
                };
                self.push(extent.offset, extent.length, kind);
            }
            if at <= start {
                return Err(Error::other(
                    "disk-image.no-extents",
                    "the host says nothing about a part of the file",
                ));
            }
        }
        Ok(())
    }

    /// Once full, nothing more may be added: the answer would have a gap.
    fn is_full(&self) -> bool {
        self.extents.len() >= EXTENTS_MAX || self.clusters_left == 0
    }

    fn push(&mut self, offset: u64, length: u64, kind: ExtentKind) {
        if length == 0 {
            return;
        }
        if let Some(last) = self.extents.last_mut()
            && continues(last, &kind)
        {
            last.length += length;
            return;
        }
        self.extents.push(Extent { offset, length, kind });
    }
}

/// Whether what comes next is one piece with the extent before it.
fn continues(last: &Extent, next: &ExtentKind) -> bool {
    match (&last.kind, next) {
        (ExtentKind::Zero, ExtentKind::Zero) | (ExtentKind::Hole, ExtentKind::Hole) => true,
        (ExtentKind::Stored(a), ExtentKind::Stored(b)) => {
            a.disk == b.disk && a.offset + last.length == b.offset
        }
        _ => false,
    }
}

fn open_layer(path: &str, format: Option<Format>) -> Result<Layer> {
    let disk = Disk::open(path)?;
    let format = match format {
        Some(format) => format,
        None if disk.read(0, MAGIC.len() as u32)? == MAGIC => Format::Qcow2,
        None => Format::Raw,
    };
    match format {
        Format::Raw => Ok(Layer::Raw(disk)),
        Format::Qcow2 => Ok(Layer::Qcow2(Box::new(Qcow2::open(path, disk)?))),
    }
}

/// Where the backing file of `above` lies, and what it is.
fn locate(above: &str, backing: &Backing) -> Result<(String, Format)> {
    let format = match backing.format.as_deref() {
        Some("raw") => Format::Raw,
        Some("qcow2") => Format::Qcow2,
        Some(_) => return Err(backing_error(above, backing, "its format is neither raw nor qcow2")),
        None => {
            return Err(backing_error(
                above,
                backing,
                "the image does not say its format: add it with `qemu-img rebase -u -F FORMAT -b NAME IMAGE`",
            ));
        }
    };
    let name = backing.name.strip_prefix("file:").unwrap_or(&backing.name);
    let first = name.split('/').next().unwrap_or_default();
    if first.contains(':') {
        return Err(backing_error(above, backing, "it is no file"));
    }
    let directory = above.rsplit_once('/').map(|(directory, _)| directory).unwrap_or_default();
    let path = if name.starts_with('/') { name.to_string() } else { format!("{directory}/{name}") };
    Ok((normal(&path), format))
}

fn backing_error(above: &str, backing: &Backing, why: &str) -> Error {
    Error::invalid("qcow2.backing", format!("the backing file {:?} of {above} cannot be used", backing.name))
        .cause(why)
}

/// Without `.`, `..` and doubled slashes, as far as the text alone tells: the host follows links.
fn normal(path: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    format!("/{}", names.join("/"))
}
