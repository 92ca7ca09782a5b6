//! Compiled components on disk. A compiled component is native code, so a file is used only when its keyed hash
//! says that this host wrote it, and is otherwise made anew. Losing the directory costs time, never correctness.

use gyre_core::Result;
use gyre_core::error::Context as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

const MAC_BYTES: usize = 32;
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
        Ok(Self { directory: directory.to_owned(), key: blake3::derive_key(KEY_CONTEXT, key) })
    }

    /// The code of that name, if this host wrote it.
    pub(crate) fn read(&self, name: &str) -> Option<Vec<u8>> {
        let mut code = fs::read(self.path(name)).ok()?;
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

#[cfg(test)]
mod tests {
    use super::*;

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
