//! Files of the operator that are directories as well: ISO images and ZIP archives, told by their names. One place
//! for both; how each is read is their own matter, and who may read it that of `files`.

use crate::iso::Iso;
use crate::section::Section;
use crate::zip::{Member, Zip};
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use gyre_sandbox::bindings::files::Entry;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// One that was opened.
pub(crate) enum Archive {
    Iso(Iso),
    Zip(Zip),
}

/// The bytes of one of the operator's files. They are good when reading them came to the end.
pub(crate) struct Found {
    pub(crate) bytes: Box<dyn Read + Send>,
    pub(crate) length: u64,
}

/// The archive that a path leads to or into, and the rest of the path.
pub(crate) fn split(path: &str) -> Option<(&str, &str)> {
    let ends = path.match_indices('/').map(|(at, _)| at).chain([path.len()]);
    ends.filter_map(|end| path.split_at_checked(end)).find(|(own, _)| is_iso(own) || is_zip(own))
}

fn is_iso(path: &str) -> bool {
    has_extension(path, "iso")
}

fn is_zip(path: &str) -> bool {
    has_extension(path, "zip")
}

fn has_extension(path: &str, wanted: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension.eq_ignore_ascii_case(wanted))
}

impl Archive {
    /// A file by the name that it has.
    ///
    /// # Errors
    /// `files.iso`, `files.zip`, `files.too-large`, `files.read`.
    pub(crate) fn open(path: &str, file: File) -> Result<Self> {
        let opened =
            if is_iso(path) { Iso::open(file).map(Self::Iso) } else { Zip::open(file).map(Self::Zip) };
        opened.map_err(|error| error.cause(path))
    }

    /// What a directory in it holds, sorted by name.
    ///
    /// # Errors
    /// `files.absent`, `files.kind`; as [`Archive::open`].
    pub(crate) fn list(&self, inside: &str, path: &str) -> Result<Vec<Entry>> {
        match self {
            Self::Iso(iso) => {
                let directory = iso.find(inside)?.ok_or_else(|| absent(path))?;
                if !directory.directory {
                    return Err(no_directory(path));
                }
                let nodes = iso.list(&directory)?.into_iter();
                Ok(nodes.map(|n| Entry { name: n.name, directory: n.directory, size: n.length }).collect())
            }
            Self::Zip(zip) => {
                let Some(members) = zip.list(inside) else {
                    return Err(if zip.find(inside).is_some() { no_directory(path) } else { absent(path) });
                };
                Ok(members.iter().map(|(name, member)| entry(name, member)).collect())
            }
        }
    }

    /// # Errors
    /// `files.absent`, `files.kind`; as [`Archive::open`].
    pub(crate) fn file(&self, inside: &str, path: &str) -> Result<Found> {
        match self {
            Self::Iso(iso) => {
                let node = iso.find(inside)?.ok_or_else(|| absent(path))?;
                if node.directory {
                    return Err(no_file(path));
                }
                let file = iso.file.try_clone().or_other("files.read", || "cannot read the image".into())?;
                let bytes = Box::new(Section::new(file, node.offset, node.length));
                Ok(Found { bytes, length: node.length })
            }
            Self::Zip(zip) => match zip.find(inside).ok_or_else(|| absent(path))? {
                Member::Directory => Err(no_file(path)),
                Member::File(entry) => {
                    let bytes = zip.open_entry(&entry).map_err(|error| error.cause(path))?;
                    Ok(Found { bytes, length: entry.size })
                }
            },
        }
    }
}

fn entry(name: &str, member: &Member) -> Entry {
    let (directory, size) = match member {
        Member::Directory => (true, 0),
        Member::File(entry) => (false, entry.size),
    };
    Entry { name: name.to_owned(), directory, size }
}

fn absent(path: &str) -> Error {
    Error::not_found("files.absent", format!("{path} is not there"))
}

/// That a path is none of a directory.
pub(crate) fn no_directory(path: &str) -> Error {
    Error::invalid("files.kind", format!("{path} is not a directory"))
}

/// That a path is none of a regular file.
pub(crate) fn no_file(path: &str) -> Error {
    Error::invalid("files.kind", format!("{path} is not a regular file"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_archive_is_meant() {
        for (path, expected) in [
            ("/srv/virtio-win.iso", Some(("/srv/virtio-win.iso", ""))),
            ("/srv/a.ISO/viostor/w10", Some(("/srv/a.ISO", "/viostor/w10"))),
            ("/srv/a.zip/b.iso/c", Some(("/srv/a.zip", "/b.iso/c"))),
            ("https://mirror.example/x/cb.zip/Bin", Some(("https://mirror.example/x/cb.zip", "/Bin"))),
            ("/srv/iso/zip", None),
            ("/srv/.iso/x", None),
            ("", None),
        ] {
            assert_eq!(split(path), expected, "{path}");
        }
    }
}
