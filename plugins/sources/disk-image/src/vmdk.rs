//! One VMDK disk of VMware: a descriptor, and the extents that it is made of one after the other. Follows
//! VMware's *Virtual Disk Format 5.0*. Extents lie beside their descriptor or below: a descriptor that names
//! others is not believed. Refuses encrypted disks, and parts of a disk without their descriptor.

mod descriptor;
mod sparse;

use crate::file::{Files, ImageFile, SECTOR};
use crate::layer::{Kind, Layer, Parent, Piece};
use crate::options::Format;
use crate::path;
use descriptor::{Descriptor, Line};
use gyre_plugin::source::*;
use sparse::Sparse;
use std::rc::Rc;

/// An open disk whose descriptor was understood.
pub struct Vmdk {
    file: Rc<ImageFile>,
    extents: Vec<Extent>,
    size: u64,
    id: String,
    parent: Option<Parent>,
}

/// A part of the disk.
struct Extent {
    start: u64,
    length: u64,
    body: Body,
}

enum Body {
    Zero,
    Flat { file: Rc<ImageFile>, offset: u64 },
    Sparse(Box<Sparse>),
}

impl Vmdk {
    /// # Errors
    /// `disk-image.corrupt`, `disk-image.truncated`, `disk-image.unsupported`, `disk-image.encrypted`,
    /// `disk-image.parent`, `disk-image.format`.
    pub fn open(file: Rc<ImageFile>, files: &Files) -> Result<Self> {
        let sparse = Sparse::open(&file)?;
        let place = sparse.as_ref().map_or(Some((0, file.size())), |sparse| sparse.descriptor);
        let descriptor =
            place.map(|(offset, length)| Descriptor::read(&file, offset, length)).transpose()?.flatten();
        let Some(descriptor) = descriptor else {
            return Err(file.unsupported("it is a part of a disk: name the disk's descriptor file"));
        };
        let extents = match sparse {
            Some(sparse) => {
                vec![Extent { start: 0, length: sparse.size, body: Body::Sparse(Box::new(sparse)) }]
            }
            None => extents(&file, &descriptor.lines, files)?,
        };
        let size = extents.last().map(|last| last.start + last.length).unwrap_or_default();
        let parent = parent(&file, &descriptor)?;
        Ok(Self { file, extents, size, id: descriptor.id, parent })
    }
}

fn extents(file: &ImageFile, lines: &[Line], files: &Files) -> Result<Vec<Extent>> {
    let mut extents = Vec::new();
    let mut start = 0u64;
    for line in lines {
        let length = line.sectors.checked_mul(SECTOR);
        let end = file.check_size(length.and_then(|length| start.checked_add(length)))?;
        extents.push(Extent { start, length: end - start, body: body(file, line, end - start, files)? });
        start = end;
    }
    if extents.is_empty() {
        return Err(file.corrupt("its descriptor names no extents"));
    }
    Ok(extents)
}

fn body(file: &ImageFile, line: &Line, length: u64, files: &Files) -> Result<Body> {
    match line.kind.as_str() {
        "ZERO" => Ok(Body::Zero),
        "FLAT" | "VMFS" => {
            let file = extent_file(file, line, files)?;
            let offset = line.offset.saturating_mul(SECTOR);
            file.check_end(offset, length)?;
            Ok(Body::Flat { file, offset })
        }
        "SPARSE" | "VMFSSPARSE" | "SESPARSE" => {
            let file = extent_file(file, line, files)?;
            let sparse = Sparse::open(&file)?.ok_or_else(|| file.corrupt("it is no sparse extent"))?;
            if sparse.size < length {
                return Err(file.corrupt("it is smaller than its descriptor says"));
            }
            Ok(Body::Sparse(Box::new(sparse)))
        }
        other => Err(file.unsupported(format_args!("it has an extent of the type {other:?}"))),
    }
}

fn extent_file(file: &ImageFile, line: &Line, files: &Files) -> Result<Rc<ImageFile>> {
    let path = path::below(file.name(), &line.name)
        .ok_or_else(|| file.parent_error(&line.name, "an extent must lie beside its descriptor"))?;
    files.other(&path, file)
}

fn parent(file: &ImageFile, descriptor: &Descriptor) -> Result<Option<Parent>> {
    let Some(id) = &descriptor.parent_id else { return Ok(None) };
    let hint = descriptor.parent_hint.as_deref().unwrap_or_default();
    let paths = path::candidates(file.name(), hint);
    if paths.is_empty() {
        return Err(file.parent_error(hint, "its descriptor does not say where the parent lies"));
    }
    Ok(Some(Parent { paths, format: Format::Vmdk, identities: vec![id.clone()] }))
}

impl Layer for Vmdk {
    fn size(&self) -> u64 {
        self.size
    }

    fn file(&self) -> &ImageFile {
        &self.file
    }

    fn parent(&self) -> Option<&Parent> {
        self.parent.as_ref()
    }

    fn is(&self, identity: &str) -> bool {
        self.id == identity
    }

    fn piece(&self, offset: u64) -> Result<Piece> {
        let next = self.extents.partition_point(|extent| extent.start <= offset);
        let Some(extent) = next.checked_sub(1).and_then(|at| self.extents.get(at)) else {
            return Err(self.file.corrupt("it has no extents"));
        };
        let within = offset - extent.start;
        let left = extent.length - within;
        let mut piece = match &extent.body {
            Body::Zero => Piece::new(left, Kind::Zero),
            Body::Flat { file, offset } => file.stored(offset + within, left)?,
            Body::Sparse(sparse) => sparse.piece(within, left)?,
        };
        piece.length = piece.length.min(left);
        Ok(piece)
    }
}
