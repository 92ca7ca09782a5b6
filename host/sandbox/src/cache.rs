//! Compiled components on disk. A compiled component is native code, so a file is used only when its keyed hash
//! says that this host wrote it, and is otherwise made anew. The key is derived from the host's own, which nobody
//! else may read; directory and files of others are refused before. Losing the directory costs time, never correctness.

use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use rustix::fs::{Mode, OFlags};
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

const MAC_BYTES: usize = 32;
/// The largest components are 64 MiB, and their code is about twice to three times as long.
const CODE_BYTES_MAX: u64 = 512 << 20;
/// Separates this use of the host's key from every other.
const KEY_CONTEXT: &str = "gyre 2026 compiled component cache v1";

/// A directory of compiled components.
pub(crate) struct Cache {
    directory: PathBuf,
    key: [u8; 32],
}

impl Cache {
    /// Makes the directory where it is missing, readable by this user alone.
    pub(crate) fn new(directory: &Path, key: &[u8; 32]) -> Result<Self> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .and_then(|()| fs::set_permissions(directory, fs::Permissions::from_mode(0o700)))
            .or_other("sandbox.cache", || format!("cannot make the directory {}", directory.display()))?;
        check_directory(directory)?;
        Ok(Self { directory: directory.to_owned(), key: blake3::derive_key(KEY_CONTEXT, key) })
    }

    /// The code of that name, if this host wrote it. What is there and was written by somebody else is told.
    pub(crate) fn read(&self, name: &str) -> Option<Vec<u8>> {
        let path = self.path(name);
        let refused = match read_own(&path) {
            Ok(bytes) => match self.authentic(name, bytes) {
                Some(code) => return Some(code),
                None => "this host did not write it".to_owned(),
            },
            Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => error.to_string(),
        };
        tracing::warn!(path = %path.display(), "a compiled component is not used, and made anew: {refused}");
        None
    }

    fn authentic(&self, name: &str, mut code: Vec<u8>) -> Option<Vec<u8>> {
        let at = code.len().checked_sub(MAC_BYTES)?;
        let mac = code.split_off(at);
        let expected: [u8; MAC_BYTES] = mac.try_into().ok()?;
        // blake3::Hash compares in constant time.
        (self.mac(name, &code) == blake3::Hash::from_bytes(expected)).then_some(code)
    }

    /// Keeps `code`; a reader sees all of it or none.
    pub(crate) fn write(&self, name: &str, code: &[u8]) -> Result<()> {
        let temporary =
            self.directory.join(format!(".{name}.{}.{:?}", std::process::id(), std::thread::current().id()));
        let written = fs::OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(true)
            .mode(0o600)
            .open(&temporary)
            .and_then(|mut file| {
                file.write_all(code)?;
                file.write_all(self.mac(name, code).as_bytes())
            })
            .and_then(|()| fs::rename(&temporary, self.path(name)));
        if written.is_err() {
            let _ = fs::remove_file(&temporary);
        }
        written.or_other("sandbox.cache", || format!("cannot write to {}", self.directory.display()))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(format!("{name}.cwasm"))
    }

    /// Over the name too, so that no entry can stand in for another.
    fn mac(&self, name: &str, code: &[u8]) -> blake3::Hash {
        blake3::Hasher::new_keyed(&self.key)
            .update(&(name.len() as u64).to_le_bytes())
            .update(name.as_bytes())
            .update(code)
            .finalize()
    }
}

/// Nobody else may put files there. The right to write was just taken from others; that the directory is another
/// user's, or a link to somewhere, stays.
fn check_directory(directory: &Path) -> Result<()> {
    let what = || format!("the directory {} is not this user's own", directory.display());
    let meta = fs::symlink_metadata(directory).or_other("sandbox.cache", what)?;
    if meta.is_dir() && is_own(&meta) {
        return Ok(());
    }
    let path = directory.display();
    Err(Error::denied("sandbox.cache", what()).cause(format!("remove it, or: chown \"$(id -u)\" {path}")))
}

/// Of this user, and no other one may write to it.
fn is_own(meta: &fs::Metadata) -> bool {
    meta.uid() == rustix::process::geteuid().as_raw() && meta.mode() & 0o022 == 0
}

/// The bytes of a regular file that is nobody else's. What is asked and what is read is the same open file.
fn read_own(path: &Path) -> io::Result<Vec<u8>> {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let file = fs::File::from(rustix::fs::open(path, flags, Mode::empty())?);
    let meta = file.metadata()?;
    if !meta.is_file() || !is_own(&meta) {
        return Err(io::Error::other("it is not a file of this user that nobody else may write"));
    }
    // Asked for at once: a buffer that grows is copied again and again.
    let expected = meta.len().min(CODE_BYTES_MAX) + 1;
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or_default());
    file.take(CODE_BYTES_MAX + 1).read_to_end(&mut bytes)?;
    match bytes.len() as u64 {
        0..=CODE_BYTES_MAX => Ok(bytes),
        _ => Err(io::Error::other("it is larger than any compiled component")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_may_write_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::new(directory.path(), &[1; 32]).unwrap();
        cache.write("a", b"code").unwrap();
        let path = cache.path("a");
        for (mode, is_read) in [(0o600, true), (0o660, false), (0o602, false), (0o644, true)] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(cache.read("a").is_some(), is_read, "{mode:o}");
        }
        std::os::unix::fs::symlink(&path, cache.path("b")).unwrap();
        assert_eq!(cache.read("b"), None, "a link");
        fs::create_dir(cache.path("c")).unwrap();
        assert_eq!(cache.read("c"), None, "a directory");
        fs::write(cache.path("d"), []).unwrap();
        assert_eq!(cache.read("d"), None, "an empty file");
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(&path, Some(65_534), None).unwrap();
            assert_eq!(cache.read("a"), None, "another user's");
            cache.write("a", b"code").unwrap();
            assert!(cache.read("a").is_some(), "and written anew");
        }
    }

    #[test]
    fn another_users_directory_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("compiled");
        fs::create_dir(&path).unwrap();
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(Cache::new(&link, &[1; 32]).err().unwrap().code, "sandbox.cache");
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(&path, Some(65_534), None).unwrap();
            assert_eq!(Cache::new(&path, &[1; 32]).err().unwrap().code, "sandbox.cache");
        }
    }

    #[test]
    fn only_what_this_host_wrote_is_read() {
        let directory = tempfile::tempdir().unwrap();
        let cache = Cache::new(directory.path(), &[1; 32]).unwrap();
        cache.write("a", b"code").unwrap();
        assert_eq!(cache.read("a").unwrap(), b"code");

        let other_key = Cache::new(directory.path(), &[2; 32]).unwrap();
        assert_eq!(other_key.read("a"), None);

        fs::copy(cache.path("a"), cache.path("b")).unwrap();
        assert_eq!(cache.read("b"), None, "an entry under another's name");

        let mut bytes = fs::read(cache.path("a")).unwrap();
        bytes[0] ^= 1;
        fs::write(cache.path("a"), &bytes).unwrap();
        assert_eq!(cache.read("a"), None, "a changed entry");
        fs::write(cache.path("a"), b"short").unwrap();
        assert_eq!(cache.read("a"), None, "a truncated entry");
    }

    #[test]
    fn the_directory_is_private() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("compiled");
        Cache::new(&path, &[1; 32]).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o700);
    }
}
