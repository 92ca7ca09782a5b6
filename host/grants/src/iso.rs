//! ISO 9660 images (ECMA-119) as trees of files: drivers come on one. Names are those of Joliet where the image has
//! them. Reads what is asked for and no more, and believes no length; refuses to know who may read the image.

use gyre_core::error::Context as _;
use gyre_core::limits::FILE_ENTRIES_MAX;
use gyre_core::{Error, Result};
use std::fs::File;
use std::os::unix::fs::FileExt as _;

const SECTOR: u64 = 2048;
/// Descriptors begin here (ECMA-119, 6.2.1), one a sector.
const DESCRIPTORS_AT: u64 = 16;
const DESCRIPTORS_MAX: u64 = 32;
const DIRECTORY_BYTES_MAX: u64 = 16 << 20;
/// Escape sequences of Joliet's three levels, at 88 of its descriptor.
const JOLIET: [&[u8]; 3] = [b"%/@", b"%/C", b"%/E"];
/// Bit of a directory record's flags.
const IS_DIRECTORY: u8 = 1 << 1;
/// The same: the file goes on in another record.
const IS_PART: u8 = 1 << 7;
/// A directory record without its name.
const RECORD: usize = 33;

/// An image that was opened.
pub struct Iso {
    pub file: File,
    length: u64,
    root: Node,
    is_joliet: bool,
}

/// A file or directory on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    pub name: String,
    pub directory: bool,
    /// Where its bytes begin on the image.
    pub offset: u64,
    pub length: u64,
}

impl Iso {
    /// # Errors
    /// `files.iso` when it is none, or a damaged one; `files.read`.
    pub fn open(file: File) -> Result<Self> {
        let length = file.metadata().or_other("files.read", || "cannot look at the image".into())?.len();
        let nowhere = Node { name: String::new(), directory: true, offset: 0, length: 0 };
        let mut iso = Self { file, length, root: nowhere, is_joliet: false };
        let mut is_found = false;
        for number in 0..DESCRIPTORS_MAX {
            let descriptor = iso.read((DESCRIPTORS_AT + number) * SECTOR, SECTOR)?;
            if descriptor.get(1..6) != Some(b"CD001") {
                return Err(damaged("it has no descriptor of ISO 9660 where one belongs"));
            }
            let kind = descriptor.first().copied().unwrap_or_default();
            let joliet = kind == 2 && JOLIET.iter().any(|level| descriptor.get(88..91) == Some(level));
            match kind {
                1 | 2 if kind == 1 && !is_found || joliet => {
                    (iso.root, iso.is_joliet, is_found) = (root(&descriptor)?, joliet, true);
                }
                255 => break,
                _ => {}
            }
        }
        if !is_found {
            return Err(damaged("it has no primary descriptor"));
        }
        Ok(iso)
    }

    /// What lies at a path on it, exactly as its names are written; `None`: nothing.
    ///
    /// # Errors
    /// `files.iso`, `files.too-large`, `files.read`.
    pub fn find(&self, path: &str) -> Result<Option<Node>> {
        let mut at = self.root.clone();
        for name in path.split('/').filter(|name| !name.is_empty()) {
            if !at.directory {
                return Ok(None);
            }
            let Some(found) = self.list(&at)?.into_iter().find(|node| node.name == name) else {
                return Ok(None);
            };
            at = found;
        }
        Ok(Some(at))
    }

    /// What a directory holds, sorted by name.
    ///
    /// # Errors
    /// As [`Iso::find`].
    pub fn list(&self, directory: &Node) -> Result<Vec<Node>> {
        if directory.length > DIRECTORY_BYTES_MAX {
            let why = format!("a directory of more than {DIRECTORY_BYTES_MAX} bytes");
            return Err(Error::invalid("files.too-large", why));
        }
        let bytes = self.read(directory.offset, directory.length)?;
        let mut found = Vec::new();
        for sector in bytes.chunks(SECTOR as usize) {
            self.list_sector(sector, &mut found)?;
        }
        found.sort_by(|a: &Node, b| a.name.cmp(&b.name));
        Ok(found)
    }

    /// A record never goes over the end of a sector (ECMA-119, 6.8.1.1); one of length 0 is the sector's end.
    fn list_sector(&self, sector: &[u8], found: &mut Vec<Node>) -> Result<()> {
        let mut rest = sector;
        while let Some(length) = rest.first().map(|length| usize::from(*length)).filter(|length| *length > 0)
        {
            let (record, after) =
                rest.split_at_checked(length).ok_or_else(|| damaged("a directory ends in mid-record"))?;
            rest = after;
            // Not the directory itself, nor the one above.
            let is_own = record.get(32) == Some(&1) && record.get(RECORD).is_some_and(|name| *name < 2);
            if is_own {
                continue;
            }
            if found.len() >= FILE_ENTRIES_MAX {
                let why = format!("a directory with more than {FILE_ENTRIES_MAX} files");
                return Err(Error::invalid("files.too-large", why));
            }
            found.push(node(record, self.is_joliet)?);
        }
        Ok(())
    }

    /// # Errors
    /// `files.iso` when that is not all on the image.
    pub fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>> {
        if offset.checked_add(length).is_none_or(|end| end > self.length) {
            return Err(damaged("it is shorter than it says"));
        }
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        let read = self.file.read_exact_at(&mut bytes, offset);
        read.or_other("files.read", || "cannot read the image".into())?;
        Ok(bytes)
    }
}

/// The root's record stands in each descriptor (ECMA-119, 8.4.18), which says how large a block is.
fn root(descriptor: &[u8]) -> Result<Node> {
    if descriptor.get(128..130) != Some(&(SECTOR as u16).to_le_bytes()) {
        return Err(damaged("its blocks are not of 2048 bytes"));
    }
    node(descriptor.get(156..190).unwrap_or_default(), false)
}

/// ECMA-119, 9.1: numbers stand there in both byte orders.
fn node(record: &[u8], is_joliet: bool) -> Result<Node> {
    let number = |at: usize| {
        let bytes = record.get(at..at + 4)?.first_chunk().copied()?;
        Some(u64::from(u32::from_le_bytes(bytes)))
    };
    let name = || record.get(RECORD..RECORD + usize::from(*record.get(32)?));
    let (Some(block), Some(length), Some(flags), Some(name)) =
        (number(2), number(10), record.get(25), name())
    else {
        return Err(damaged("a record of a directory is too short"));
    };
    let name = name_of(name, is_joliet);
    if flags & IS_PART != 0 {
        return Err(damaged(&format!("{name:?} is in several parts, which is not supported")));
    }
    Ok(Node { name, directory: flags & IS_DIRECTORY != 0, offset: block * SECTOR, length })
}

/// Without the version, and the dot of a name without extension.
fn name_of(bytes: &[u8], is_joliet: bool) -> String {
    let name = if is_joliet {
        let units = bytes.chunks_exact(2).filter_map(|pair| Some(u16::from_be_bytes(*pair.first_chunk()?)));
        char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    };
    name.split(';').next().unwrap_or_default().trim_end_matches('.').to_owned()
}

fn damaged(why: &str) -> Error {
    Error::invalid("files.iso", "the ISO image cannot be read").cause(why)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::process::Command;

    /// By a program that nobody here wrote.
    fn image(directory: &Path, more: &[&str]) -> Vec<u8> {
        let (tree, path) = (directory.join("tree"), directory.join("image.iso"));
        std::fs::create_dir_all(tree.join("viostor/w10/amd64")).unwrap();
        std::fs::create_dir_all(tree.join("many")).unwrap();
        std::fs::write(tree.join("viostor/w10/amd64/viostor.inf"), "inf").unwrap();
        std::fs::write(tree.join("viostor/w10/amd64/Vio Stor – long.sys"), vec![7; 70_000]).unwrap();
        std::fs::write(tree.join("empty"), "").unwrap();
        for number in 0..200 {
            std::fs::write(tree.join(format!("many/file-{number:03}")), number.to_string()).unwrap();
        }
        let mut make = Command::new("genisoimage");
        make.args(["-quiet", "-input-charset", "utf-8", "-o"]).arg(&path).args(more).arg(&tree);
        assert!(make.status().unwrap().success());
        std::fs::read(&path).unwrap()
    }

    fn opened(directory: &Path, bytes: &[u8]) -> Result<Iso> {
        let path = directory.join("opened.iso");
        std::fs::write(&path, bytes).unwrap();
        Iso::open(File::open(path).unwrap())
    }

    fn names(iso: &Iso, path: &str) -> Vec<String> {
        let directory = iso.find(path).unwrap().unwrap();
        iso.list(&directory).unwrap().into_iter().map(|node| node.name).collect()
    }

    #[test]
    fn what_genisoimage_wrote_is_read() {
        let directory = tempfile::tempdir().unwrap();
        for more in [&["-J", "-r"][..], &["-J"]] {
            let iso = opened(directory.path(), &image(directory.path(), more)).unwrap();
            assert_eq!(names(&iso, ""), ["empty", "many", "viostor"], "{more:?}");
            assert_eq!(names(&iso, "/viostor/w10//amd64/"), ["Vio Stor – long.sys", "viostor.inf"]);
            assert_eq!(names(&iso, "many").len(), 200);
            let long = iso.find("viostor/w10/amd64/Vio Stor – long.sys").unwrap().unwrap();
            assert!(!long.directory && iso.read(long.offset, long.length).unwrap() == vec![7; 70_000]);
            let file = iso.find("many/file-123").unwrap().unwrap();
            assert_eq!(iso.read(file.offset, file.length).unwrap(), b"123");
            for absent in ["many/file-200", "empty/x", "viostor/W10", "../x", ".."] {
                assert_eq!(iso.find(absent).unwrap(), None, "{absent}");
            }
        }
        // Without Joliet names are short and large.
        let iso = opened(directory.path(), &image(directory.path(), &[])).unwrap();
        assert_eq!(names(&iso, "VIOSTOR/W10/AMD64")[1], "VIO_STOR.SYS");
    }

    #[test]
    fn an_image_that_lies_ends_in_an_error_or_in_less() {
        let directory = tempfile::tempdir().unwrap();
        let image = image(directory.path(), &["-J", "-r"]);
        let walk = |bytes: &[u8]| -> Result<usize> {
            let iso = opened(directory.path(), bytes)?;
            let mut count = 0;
            for path in ["", "many", "viostor/w10/amd64"] {
                let Some(node) = iso.find(path)?.filter(|node| node.directory) else { continue };
                for node in iso.list(&node)? {
                    count += usize::from(iso.read(node.offset, node.length.min(SECTOR)).is_ok());
                }
            }
            Ok(count)
        };
        assert_eq!(walk(&image).unwrap(), 3 + 200 + 2);
        for length in [0, 100, 16 * 2048, 17 * 2048 + 5, image.len() / 2] {
            let error = walk(&image[..length.min(image.len())]).err();
            assert!(length > 20 * 2048 || error.is_some_and(|e| e.code == "files.iso"), "{length}");
        }
        // Seeded: each time some bytes of descriptors and directories are others.
        let mut seed = 0x9e37_79b9_7f4a_7c15_u64;
        let mut next = |below: usize| {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            (seed % below as u64) as usize
        };
        for _ in 0..300 {
            let mut bytes = image.clone();
            for _ in 0..8 {
                let at = DESCRIPTORS_AT as usize * 2048 + next(64 * 2048);
                bytes[at] = next(256) as u8;
            }
            if let Err(error) = walk(&bytes) {
                assert!(["files.iso", "files.too-large"].contains(&error.code.as_str()), "{error}");
            }
        }
    }
}
