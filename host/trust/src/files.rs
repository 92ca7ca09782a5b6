//! Files that are whole or not there: written under another name, made durable, and put into place in one step.

use rustix::fs::{Mode, OFlags};
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Writes a file over what is there; a reader sees all of the old or all of the new.
///
/// # Errors
/// Those of the file system; nothing is left behind then.
pub fn replace(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let part = beside(path);
    // Left by a process of the same number that was killed.
    let _ = std::fs::remove_file(&part);
    let written = write_new(&part, bytes, mode).and_then(|()| std::fs::rename(&part, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&part);
        return written;
    }
    File::open(path.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new(".")))?.sync_all()
}

/// Writes a file that must not be there yet; durable on return.
///
/// # Errors
/// Those of the file system.
pub fn write_new(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let mut file = File::from(rustix::fs::open(path, flags, Mode::from_raw_mode(mode))?);
    file.write_all(bytes)?;
    file.sync_all()
}

/// A name in the same directory that nobody else of this machine uses.
fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.{:?}.part", std::process::id(), std::thread::current().id()));
    path.with_file_name(name)
}

/// Reads a regular file of at most `limit` bytes; `None`: it is larger. A pipe or a device is an error, and holds
/// nobody up.
pub(crate) fn read(path: &Path, limit: u64) -> io::Result<Option<(File, Vec<u8>)>> {
    use io::Read as _;
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NONBLOCK;
    let file = File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let meta = file.metadata()?;
    if !meta.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    // Asked for at once: a buffer that grows is copied again and again.
    let mut bytes = Vec::with_capacity(usize::try_from(meta.len().min(limit) + 1).unwrap_or_default());
    (&file).take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some((file, bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_file_is_replaced_whole_and_nothing_else_is_left() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        replace(&path, b"one", 0o600).unwrap();
        replace(&path, b"two", 0o600).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);
        assert!(write_new(&path, b"three", 0o600).is_err(), "it is there already");
        let nowhere = directory.path().join("b/c");
        assert!(replace(&nowhere, b"x", 0o600).is_err());
    }

    #[test]
    fn only_regular_files_of_their_size_are_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        std::fs::write(&path, b"1234").unwrap();
        assert_eq!(read(&path, 4).unwrap().unwrap().1, b"1234");
        assert!(read(&path, 3).unwrap().is_none());
        assert!(read(directory.path(), 3).is_err());
        let pipe = directory.path().join("pipe");
        rustix::fs::mknodat(rustix::fs::CWD, &pipe, rustix::fs::FileType::Fifo, Mode::RUSR, 0).unwrap();
        assert!(read(&pipe, 3).is_err(), "a pipe that nobody writes to");
    }
}
