//! Small state files that are whole or absent: written beside, synced, renamed, with a BLAKE3 of
//! everything at the end. Knows nothing of what they hold.

use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

const SEAL_BYTES: usize = 32;

/// First bytes of a file: what it is, and which version of it.
pub(crate) type Magic = [u8; 8];

/// Replaces the file at `path` by what `body` writes, all or nothing.
pub(crate) fn save(
    path: &Path,
    magic: &Magic,
    body: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<()> {
    let beside = beside(path);
    write(&beside, magic, body)
        .and_then(|()| fs::rename(&beside, path))
        .and_then(|()| sync_directory(path))
        .or_other("mover.state-write", || format!("cannot write {}", path.display()))
}

fn write(path: &Path, magic: &Magic, body: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let file = File::create(path)?;
    let mut sealing =
        Sealing { inner: BufWriter::with_capacity(1 << 18, file), hasher: blake3::Hasher::new() };
    sealing.write_all(magic)?;
    body(&mut sealing)?;
    let Sealing { mut inner, hasher } = sealing;
    inner.write_all(hasher.finalize().as_bytes())?;
    inner.into_inner().map_err(io::IntoInnerError::into_error)?.sync_all()
}

/// Reads back what [`save`] wrote; `None` when there is no file.
///
/// # Errors
/// `mover.state-corrupt` when it is not whole, or not of this kind and version; `mover.state-read`.
pub(crate) fn load<T>(
    path: &Path,
    magic: &Magic,
    body: impl FnOnce(&mut dyn Read) -> io::Result<T>,
) -> Result<Option<T>> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(error).or_other("mover.state-read", || format!("cannot read {}", path.display()));
        }
    };
    let mut opening =
        Sealing { inner: BufReader::with_capacity(1 << 18, file), hasher: blake3::Hasher::new() };
    read(&mut opening, magic, body).map(Some).map_err(|error| {
        Error::other("mover.state-corrupt", format!("{} is damaged", path.display())).cause(error)
    })
}

fn read<T>(
    opening: &mut Sealing<BufReader<File>>,
    magic: &Magic,
    body: impl FnOnce(&mut dyn Read) -> io::Result<T>,
) -> io::Result<T> {
    let mut found = Magic::default();
    opening.read_exact(&mut found)?;
    if found != *magic {
        return Err(bad("it is of another kind or version"));
    }
    let value = body(opening)?;
    let expected = opening.hasher.finalize();
    let mut seal = Vec::new();
    (&mut opening.inner).take(SEAL_BYTES as u64 + 1).read_to_end(&mut seal)?;
    if seal.as_slice() != expected.as_bytes().as_slice() {
        return Err(bad("its checksum is wrong"));
    }
    Ok(value)
}

/// The error of a body that finds nonsense.
pub(crate) fn bad(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    path.with_file_name(name)
}

fn sync_directory(path: &Path) -> io::Result<()> {
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(parent)?.sync_all()
}

/// Hashes whatever passes.
struct Sealing<T> {
    inner: T,
    hasher: blake3::Hasher,
}

impl<T: Write> Write for Sealing<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.hasher.update(bytes.get(..written).unwrap_or(bytes));
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<T: Read> Read for Sealing<T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(bytes)?;
        self.hasher.update(bytes.get(..length).unwrap_or(&[]));
        Ok(length)
    }
}

/// Reads a little-endian number.
pub(crate) fn read_u64(from: &mut dyn Read) -> io::Result<u64> {
    let mut bytes = [0; 8];
    from.read_exact(&mut bytes)?;
    Ok(u64::from_le_bytes(bytes))
}

/// Reads one byte.
pub(crate) fn read_u8(from: &mut dyn Read) -> io::Result<u8> {
    let mut byte = [0];
    from.read_exact(&mut byte)?;
    Ok(u8::from_le_bytes(byte))
}

/// Reads a hash.
pub(crate) fn read_hash(from: &mut dyn Read) -> io::Result<gyre_core::Hash> {
    let mut hash = [0; 32];
    from.read_exact(&mut hash)?;
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_byte_and_every_cut_is_found() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state");
        let get = |path: &Path| load(path, b"GYRETEST", |from| Ok((read_u64(from)?, read_u8(from)?)));
        assert_eq!(get(&path), Ok(None));
        save(&path, b"GYRETEST", |to| to.write_all(&[7, 0, 0, 0, 0, 0, 0, 0, 9])).unwrap();
        assert_eq!(get(&path), Ok(Some((7, 9))));
        let good = fs::read(&path).unwrap();
        for at in 0..good.len() {
            let mut flipped = good.clone();
            flipped[at] ^= 1;
            for damaged in [flipped.as_slice(), &good[..at], &[&good[..], &[0]].concat()] {
                fs::write(&path, damaged).unwrap();
                assert_eq!(get(&path).unwrap_err().code, "mover.state-corrupt", "byte {at}");
            }
        }
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing is left beside it");
    }
}
