//! What a copy has finished so far, kept so that the next attempt need not do it again, and so that it
//! knows that the target is not what it was. Knows no bytes of the disk.

use crate::sealed;
use crate::{BlockSet, Manifest};
use gyre_core::{Hash, Result};
use std::fs;
use std::io::{self, Read, Write};
use std::path::PathBuf;

const MAGIC: sealed::Magic = *b"GYREWMK1";
/// A snapshot's or target's name; a plugin's state may be long.
const NAME_BYTES_MAX: u64 = 1024 * 1024;

/// How far a copy came. Saved once before the first byte is written, and then every few seconds, after
/// a flush of the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watermark {
    /// The snapshot that is being copied.
    pub snapshot: String,
    /// The disk that it is copied to.
    pub target: String,
    /// Everything was copied and, as far as asked, proved.
    pub complete: bool,
    /// When this copy began, the target held exactly what `base` says (or zeros, with `zeroed`).
    pub clean: bool,
    /// This copy relied on the target's being zeros where nothing was written.
    pub zeroed: bool,
    /// [`Manifest::root`] of what this copy compared with.
    pub base: Option<Hash>,
    /// Blocks that are settled on the target.
    pub done: BlockSet,
    /// Hashes of the blocks in `done`; the others mean nothing.
    pub manifest: Manifest,
}

/// Keeps the [`Watermark`] of one target disk. Keep it for as long as the disk exists, also after
/// success: it is what tells a disk that was left half-written from a new one. Calls block.
pub trait Checkpoints: Send + Sync {
    /// The last one saved.
    ///
    /// # Errors
    /// It exists and cannot be read: the target is then taken for half-written.
    fn load(&self) -> Result<Option<Watermark>>;

    /// Replaces the last one, all or nothing; durable on return.
    ///
    /// # Errors
    /// `mover.state-write`.
    fn save(&self, watermark: &Watermark) -> Result<()>;

    /// Forgets it. Only when the target disk is gone. Idempotent.
    ///
    /// # Errors
    /// `mover.state-write`.
    fn clear(&self) -> Result<()>;
}

impl Watermark {
    /// Nothing is known of the target disk of that name any more: whoever copies to it next asks it what it holds.
    pub fn doubt(target: &str) -> Self {
        Self {
            snapshot: String::new(),
            target: target.to_owned(),
            complete: false,
            clean: false,
            zeroed: false,
            base: None,
            done: BlockSet::new(),
            manifest: Manifest::zero(0),
        }
    }
}

/// Keeps it in a file.
#[derive(Clone, Debug)]
pub struct FileCheckpoints {
    /// The file; its directory must exist.
    pub path: PathBuf,
}

impl Checkpoints for FileCheckpoints {
    fn load(&self) -> Result<Option<Watermark>> {
        sealed::load(&self.path, &MAGIC, Watermark::read)
    }

    fn save(&self, watermark: &Watermark) -> Result<()> {
        sealed::save(&self.path, &MAGIC, |to| watermark.write(to))
    }

    fn clear(&self) -> Result<()> {
        use gyre_core::error::Context as _;
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).or_other("mover.state-write", || format!("cannot remove {}", self.path.display()))
            }
            _ => Ok(()),
        }
    }
}

impl Watermark {
    fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        write_name(to, &self.snapshot)?;
        write_name(to, &self.target)?;
        to.write_all(&[u8::from(self.complete), u8::from(self.clean), u8::from(self.zeroed)])?;
        to.write_all(&[u8::from(self.base.is_some())])?;
        to.write_all(&self.base.unwrap_or_default())?;
        self.manifest.write(to)?;
        to.write_all(&(self.done.words().len() as u64).to_le_bytes())?;
        self.done.words().iter().try_for_each(|word| to.write_all(&word.to_le_bytes()))
    }

    fn read(from: &mut dyn Read) -> io::Result<Self> {
        let (snapshot, target) = (read_name(from)?, read_name(from)?);
        let (complete, clean, zeroed) = (read_flag(from)?, read_flag(from)?, read_flag(from)?);
        let has_base = read_flag(from)?;
        let base = Some(sealed::read_hash(from)?).filter(|_| has_base);
        let manifest = Manifest::read(from)?;
        let words = sealed::read_u64(from)?;
        if words > manifest.blocks().div_ceil(64) {
            return Err(sealed::bad("it speaks of more blocks than the disk has"));
        }
        let words: io::Result<Vec<u64>> = (0..words).map(|_| sealed::read_u64(from)).collect();
        let done = BlockSet::from_words(words?);
        Ok(Self { snapshot, target, complete, clean, zeroed, base, done, manifest })
    }
}

fn write_name(to: &mut dyn Write, name: &str) -> io::Result<()> {
    if name.len() as u64 > NAME_BYTES_MAX {
        return Err(sealed::bad("the name of a snapshot or target is longer than 1 MiB"));
    }
    to.write_all(&(name.len() as u64).to_le_bytes())?;
    to.write_all(name.as_bytes())
}

fn read_name(from: &mut dyn Read) -> io::Result<String> {
    let length = sealed::read_u64(from)?;
    if length > NAME_BYTES_MAX {
        return Err(sealed::bad("a name in it is too long"));
    }
    let mut name = String::new();
    from.take(length).read_to_string(&mut name)?;
    Ok(name)
}

fn read_flag(from: &mut dyn Read) -> io::Result<bool> {
    Ok(sealed::read_u8(from)? == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_the_last_one() {
        let directory = tempfile::tempdir().unwrap();
        let store = FileCheckpoints { path: directory.path().join("disk.watermark") };
        assert_eq!(store.load(), Ok(None));
        let mut watermark = Watermark {
            snapshot: "snap-1".into(),
            target: "vol-1".into(),
            complete: false,
            clean: true,
            zeroed: true,
            base: None,
            done: BlockSet::new(),
            manifest: Manifest::zero(10 << 20),
        };
        store.save(&watermark).unwrap();
        watermark.done.insert(159);
        watermark.manifest.set(159, [3; 32]);
        watermark.base = Some([4; 32]);
        store.save(&watermark).unwrap();
        assert_eq!(store.load(), Ok(Some(watermark)));
        fs::write(&store.path, b"half").unwrap();
        assert_eq!(store.load().unwrap_err().code, "mover.state-corrupt");
        store.clear().unwrap();
        store.clear().unwrap();
        assert_eq!(store.load(), Ok(None));
    }
}
