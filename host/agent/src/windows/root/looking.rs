//! Directories below a root of Windows, as [`crate::survey`] looks into them. No program of the guest runs while it is mounted
//! here, so what Windows says of a file without opening it is enough to tell whether it was changed.

use super::{Last, Root, failed, names, read, target, told};
use crate::survey::{self, Directory, Seen, short};
use gyre_core::Result;
use gyre_core::limits::SURVEY_FILE_BYTES_MAX;
use gyre_core::protocol::{FileType, Survey};
use std::fs::Metadata;
use std::path::PathBuf;

impl Root {
    /// Everything below `path`, with the contents of small files if these are wanted. Where there is no directory there is
    /// nothing.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn survey(&self, path: &str, contents: bool) -> Result<Survey> {
        let dir = self.looked_into(path)?;
        let nothing = Survey { is_whole: true, ..Survey::default() };
        Ok(dir.map_or(nothing, |dir| survey::survey(&dir, path, contents)))
    }

    /// Files and links below `path`, in short, as [`survey::tally`] tells them.
    ///
    /// # Errors
    /// `rootfs.too-large`; `rootfs.*`.
    pub fn tally(&self, path: &str) -> Result<Vec<u8>> {
        self.looked_into(path)?.map_or(Ok(Vec::new()), |dir| survey::tally(&dir, path))
    }

    fn looked_into(&self, path: &str) -> Result<Option<Below<'_>>> {
        if self.stat(path)?.is_none_or(|stat| stat.file_type != FileType::Directory) {
            return Ok(None);
        }
        let at = self.find(path, Last::Itself).map_err(|failure| failed(failure, "look into", path))?;
        Ok(Some(Below { root: self, at }))
    }
}

struct Below<'a> {
    root: &'a Root,
    at: PathBuf,
}

impl Below<'_> {
    /// Another file system, where one is shown.
    fn inner(&self, name: &str) -> PathBuf {
        let is_top = self.at == self.root.base;
        if is_top { self.root.at(&[name.to_string()]) } else { self.at.join(name) }
    }
}

impl Directory for Below<'_> {
    fn names(&self) -> Option<Vec<String>> {
        names(&self.at).ok()
    }

    fn see(&self, name: &str) -> Option<Seen> {
        let meta = self.inner(name).symlink_metadata().ok()?;
        Some(Seen { stat: told(&meta), mark: mark(&meta) })
    }

    fn into(&self, name: &str) -> Option<Self> {
        Some(Self { root: self.root, at: self.inner(name) })
    }

    fn target(&self, name: &str) -> Option<String> {
        target(&self.inner(name)).ok()
    }

    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let bytes = read(&self.inner(name), SURVEY_FILE_BYTES_MAX + 1).ok()?;
        (bytes.len() as u64 <= SURVEY_FILE_BYTES_MAX).then_some(bytes)
    }
}

fn mark(meta: &Metadata) -> u64 {
    let kind = told(meta).file_type;
    let text = match kind {
        FileType::Directory => format!("{kind:?}"),
        _ => {
            let times = (meta.modified().ok(), meta.created().ok());
            format!("{kind:?} {} {times:?} {}", meta.len(), meta.permissions().readonly())
        }
    };
    short(text.as_bytes())
}
