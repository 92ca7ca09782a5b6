//! Calls on files, each put to the root of this platform, and what is one for the roots of all: limits, paths, names of
//! what is half-made. Knows no platform.

use crate::root::Root;
use gyre_core::protocol::{Base64, RootReply, RootRequest};
use gyre_core::{Error, Result};
use std::sync::atomic::{AtomicU64, Ordering};

/// Names in one directory.
pub(crate) const NAMES_MAX: usize = 100_000;
/// Directories below each other that `remove` follows.
pub(crate) const DEPTH_MAX: usize = 200;
pub(crate) const PATH_BYTES_MAX: usize = 4096;

impl Root {
    /// Answers a call on files.
    ///
    /// # Errors
    /// `rootfs.*`; `agent.defect` for programs and hives, which are none.
    pub fn answer(&self, call: RootRequest) -> Result<RootReply> {
        let finished = |result: Result<()>| result.map(|()| RootReply::Done);
        Ok(match call {
            RootRequest::Stat { path } => RootReply::Stat { stat: self.stat(&path)? },
            RootRequest::ReadDir { path } => RootReply::Names { names: self.read_dir(&path)? },
            RootRequest::ReadFile { path } => RootReply::Bytes { bytes: Base64(self.read_file(&path)?) },
            RootRequest::ReadLink { path } => RootReply::Target { target: self.read_link(&path)? },
            RootRequest::WriteFile { path, mode, bytes } => finished(self.write_file(&path, mode, &bytes.0))?,
            RootRequest::MakeDir { path, mode } => finished(self.make_dir(&path, mode))?,
            RootRequest::Symlink { path, target } => finished(self.symlink(&path, &target))?,
            RootRequest::Remove { path } => finished(self.remove(&path))?,
            RootRequest::Rename { from, to } => finished(self.rename(&from, &to))?,
            RootRequest::WriteAt { path, offset, bytes } => finished(self.write_at(&path, offset, &bytes.0))?,
            RootRequest::Survey { path, contents } => {
                RootReply::Survey { survey: self.survey(&path, contents)? }
            }
            RootRequest::Tally { path } => RootReply::Bytes { bytes: Base64(self.tally(&path)?) },
            RootRequest::Run { .. } | RootRequest::OpenHive { .. } | RootRequest::Hive { .. } => {
                return Err(Error::other("agent.defect", "a program or a hive is no file call"));
            }
        })
    }
}

/// The names of an absolute path; `..` is left to nobody.
pub(crate) fn components(path: &str) -> Result<Vec<&str>> {
    let bad = |why: &str| Err(Error::invalid("rootfs.path", format!("{path:?} {why}")));
    if !path.starts_with('/') || path.len() > PATH_BYTES_MAX || path.contains('\0') {
        return bad("is not an absolute path of at most 4096 bytes");
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") { bad("holds ..") } else { Ok(parts) }
}

pub(crate) fn part_name() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    format!(".gyre-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed))
}

pub(crate) fn too_large(path: &str, limit: u64) -> Error {
    Error::invalid("rootfs.too-large", format!("{path} is larger than {limit} bytes"))
}
