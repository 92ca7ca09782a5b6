//! Directories below a root, as [`crate::survey`] looks into them: by descriptor, so that nothing leads out.

use super::{Root, names, open_in, told};
use crate::survey::{self, Directory, Seen, short};
use gyre_core::Result;
use gyre_core::limits::SURVEY_FILE_BYTES_MAX;
use gyre_core::protocol::{FileType, Survey};
use rustix::fs::{AtFlags, Mode, OFlags, ResolveFlags, Stat};
use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;

impl Root {
    /// Everything below `path`, with the contents of small files if these are wanted. Where there is no directory there is
    /// nothing.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn survey(&self, path: &str, contents: bool) -> Result<Survey> {
        Ok(match self.looked_into(path)? {
            Looked::At(dir) => survey::survey(&dir, path, contents),
            Looked::Nothing => Survey { is_whole: true, ..Survey::default() },
            Looked::Closed => Survey::default(),
        })
    }

    /// Files and links below `path`, in short, as [`survey::tally`] tells them.
    ///
    /// # Errors
    /// `rootfs.too-large`; `rootfs.*`.
    pub fn tally(&self, path: &str) -> Result<Vec<u8>> {
        match self.looked_into(path)? {
            Looked::At(dir) => survey::tally(&dir, path),
            Looked::Nothing => Ok(Vec::new()),
            Looked::Closed => Err(survey::not_whole(path)),
        }
    }

    fn looked_into(&self, path: &str) -> Result<Looked> {
        if self.stat(path)?.is_none_or(|stat| stat.file_type != FileType::Directory) {
            return Ok(Looked::Nothing);
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW;
        Ok(self.open(path, flags).map_or(Looked::Closed, |dir| Looked::At(Below(dir))))
    }
}

enum Looked {
    At(Below),
    /// There is no directory.
    Nothing,
    /// It cannot be opened.
    Closed,
}

struct Below(OwnedFd);

impl Directory for Below {
    fn names(&self) -> Option<Vec<String>> {
        self.0.try_clone().ok().and_then(|dir| names(dir).ok())
    }

    fn see(&self, name: &str) -> Option<Seen> {
        let stat = rustix::fs::statat(&self.0, name, AtFlags::SYMLINK_NOFOLLOW).ok()?;
        Some(Seen { stat: told(&stat), mark: mark(&stat) })
    }

    fn into(&self, name: &str) -> Option<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW;
        open_in(&self.0, name, flags, ResolveFlags::BENEATH).ok().map(Self)
    }

    fn target(&self, name: &str) -> Option<String> {
        let target = rustix::fs::readlinkat(&self.0, name, Vec::new()).ok()?;
        Some(target.to_string_lossy().into_owned())
    }

    /// Only what was a regular file a moment ago is opened, and only what still is one is read.
    fn read(&self, name: &str) -> Option<Vec<u8>> {
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let fd = rustix::fs::openat(&self.0, name, flags, Mode::empty()).ok()?;
        let stat = rustix::fs::fstat(&fd).ok()?;
        let mut bytes = Vec::new();
        if told(&stat).file_type == FileType::Regular {
            File::from(fd).take(SURVEY_FILE_BYTES_MAX + 1).read_to_end(&mut bytes).ok()?;
            return (bytes.len() as u64 <= SURVEY_FILE_BYTES_MAX).then_some(bytes);
        }
        None
    }
}

fn mark(stat: &Stat) -> u64 {
    let times = [stat.st_mtime, stat.st_ctime].map(i128::from);
    let fractions = [stat.st_mtime_nsec, stat.st_ctime_nsec].map(i128::from);
    let what = (stat.st_mode, stat.st_uid, stat.st_gid);
    let text = match told(stat).file_type {
        FileType::Directory => format!("{what:?}"),
        _ => {
            format!("{what:?} {} {} {} {times:?} {fractions:?}", stat.st_ino, stat.st_size, stat.st_rdev)
        }
    };
    short(text.as_bytes())
}
