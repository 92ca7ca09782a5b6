//! A component's bytes, read once, with their digest and the signature that lies beside them. Judges neither.

use crate::files;
use gyre_core::{ByteSize, Error, Result};
use sha2::{Digest as _, Sha256};
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

/// A component that is larger is refused; Python's are 18 MiB.
pub const COMPONENT_BYTES_MAX: u64 = 64 << 20;
/// minisign's own signatures have 300 to 9,000 bytes, most of it comment.
const SIGNATURE_BYTES_MAX: u64 = 16 << 10;
/// Behind the name of a component: its signature.
pub const SIGNATURE_SUFFIX: &str = "minisig";

/// A component as it was read.
#[derive(Clone, Debug)]
pub struct Component {
    path: PathBuf,
    bytes: Vec<u8>,
    sha256: String,
    signature: Result<Option<String>>,
    stamp: Option<Stamp>,
}

impl Component {
    /// Reads the component of a plugin, and its signature if there is one.
    ///
    /// # Errors
    /// `plugin.missing`, `plugin.too-large`. A signature that cannot be read is an error of [`Component::signature`].
    pub fn read(plugin: &str, path: &Path) -> Result<Self> {
        let what = || format!("the component of plugin {plugin}, {}, cannot be read", path.display());
        let read = files::read(path, COMPONENT_BYTES_MAX);
        let read = read.map_err(|e| Error::invalid("plugin.missing", what()).cause(e))?;
        let (file, bytes) = read.ok_or_else(|| too_large(plugin))?;
        let stamp = file.metadata().ok().map(|meta| Stamp::of(&meta));
        Ok(Self { stamp, signature: read_signature(path), ..Self::new(path, bytes, None) })
    }

    /// One that came by another way; `path` is what it is called in errors.
    pub fn new(path: &Path, bytes: Vec<u8>, signature: Option<String>) -> Self {
        let sha256 = format!("{:x}", Sha256::digest(&bytes));
        Self { path: path.into(), bytes, sha256, signature: Ok(signature), stamp: None }
    }

    /// Where it was read.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What it is.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its length in bytes.
    pub fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// SHA-256, lower-case hex.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// The text of its signature file; `None`: there is none.
    ///
    /// # Errors
    /// `plugin.signature`: it is there and cannot be read.
    pub fn signature(&self) -> Result<Option<&str>> {
        self.signature.as_ref().map(Option::as_deref).map_err(Clone::clone)
    }

    /// Which file it was, to see whether another one took its place.
    pub fn stamp(&self) -> Option<Stamp> {
        self.stamp
    }
}

pub(crate) fn too_large(plugin: &str) -> Error {
    let limit = ByteSize(COMPONENT_BYTES_MAX);
    Error::invalid("plugin.too-large", format!("plugin {plugin} is larger than {limit}"))
}

/// Where the signature of a component lies.
pub fn signature_path(component: &Path) -> PathBuf {
    let mut name = component.as_os_str().to_owned();
    name.push(".");
    name.push(SIGNATURE_SUFFIX);
    name.into()
}

fn read_signature(component: &Path) -> Result<Option<String>> {
    let path = signature_path(component);
    let bad = |cause: String| {
        Err(Error::invalid("plugin.signature", format!("the signature {} cannot be read", path.display()))
            .cause(cause))
    };
    match files::read(&path, SIGNATURE_BYTES_MAX) {
        Ok(Some((_, bytes))) => match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(error) => bad(error.to_string()),
        },
        Ok(None) => bad(format!("it is larger than {}", ByteSize(SIGNATURE_BYTES_MAX))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => bad(error.to_string()),
    }
}

/// Tells a file from another one that took its place, and from itself after it was written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp([i64; 7]);

impl Stamp {
    fn of(meta: &Metadata) -> Self {
        Self([
            meta.dev() as i64,
            meta.ino() as i64,
            meta.size() as i64,
            meta.mtime(),
            meta.mtime_nsec(),
            meta.ctime(),
            meta.ctime_nsec(),
        ])
    }

    /// That of the file that is there now.
    pub fn now(path: &Path) -> Option<Self> {
        std::fs::metadata(path).ok().map(|meta| Self::of(&meta))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_comes_with_its_signature_and_its_stamp() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a.wasm");
        assert_eq!(Component::read("a", &path).unwrap_err().code, "plugin.missing");
        std::fs::write(&path, b"abc").unwrap();
        let read = Component::read("a", &path).unwrap();
        // FIPS 180-2, appendix B.1.
        assert_eq!(read.sha256(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!((read.size(), read.signature().unwrap()), (3, None));
        assert_eq!(read.stamp(), Stamp::now(&path));
        std::fs::write(&path, b"abcd").unwrap();
        assert_ne!(read.stamp(), Stamp::now(&path));

        assert!(signature_path(&path).ends_with("a.wasm.minisig"));
        std::fs::write(signature_path(&path), "text").unwrap();
        assert_eq!(Component::read("a", &path).unwrap().signature().unwrap(), Some("text"));
        std::fs::write(signature_path(&path), vec![b'x'; 20_000]).unwrap();
        let read = Component::read("a", &path).unwrap();
        assert_eq!(read.signature().unwrap_err().code, "plugin.signature");
    }
}
