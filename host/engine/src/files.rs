//! Where the mover's files of a replica lie in the state directory: a watermark per disk, and a block
//! manifest per disk and execution. Knows their names, and nothing of what is in them.

use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use gyre_mover::{FileCheckpoints, Manifest};
use std::path::{Path, PathBuf};
use std::sync::Arc;

const CODE: &str = "replica.files";

/// The files of one replica.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    directory: PathBuf,
}

impl Files {
    pub fn new(state: &Path, replica: &str) -> Self {
        Self { directory: state.join("replicas").join(replica) }
    }

    pub async fn prepare(&self) -> Result<()> {
        tokio::fs::create_dir_all(&self.directory)
            .await
            .or_other(CODE, || format!("cannot make {}", self.directory.display()))
    }

    pub fn checkpoints(&self, disk: &str) -> Arc<FileCheckpoints> {
        Arc::new(FileCheckpoints { path: self.directory.join(format!("{}.watermark", stem(disk))) })
    }

    /// Name of the manifest of a disk as execution `number` left it.
    pub fn manifest_name(disk: &str, number: u64) -> String {
        format!("{}.{number}.manifest", stem(disk))
    }

    /// None: it is not there.
    pub async fn load_manifest(&self, name: &str) -> Result<Option<Manifest>> {
        let path = self.directory.join(name);
        blocking(move || Manifest::load(&path)).await
    }

    pub async fn save_manifest(&self, name: &str, manifest: Manifest) -> Result<()> {
        let path = self.directory.join(name);
        blocking(move || manifest.save(&path)).await
    }

    /// Removes every manifest that is not in `names`. What cannot be removed only takes room.
    pub async fn keep_manifests(&self, names: Vec<String>) -> Result<()> {
        let directory = self.directory.clone();
        blocking(move || {
            for entry in std::fs::read_dir(&directory).into_iter().flatten().flatten() {
                let name = entry.file_name().to_string_lossy().into_owned();
                if name.ends_with(".manifest") && !names.contains(&name) {
                    let _ = std::fs::remove_file(entry.path());
                }
            }
            Ok(())
        })
        .await
    }

    /// Removes them all; no error when there are none.
    pub async fn remove(&self) -> Result<()> {
        match tokio::fs::remove_dir_all(&self.directory).await {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(e).or_other(CODE, || format!("cannot remove {}", self.directory.display()))
            }
            _ => Ok(()),
        }
    }
}

/// A disk's id is the source's word: hashed, it is a file name like any other.
fn stem(disk: &str) -> String {
    blake3::hash(disk.as_bytes()).to_hex().chars().take(32).collect()
}

pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|e| Error::other(CODE, "a file's thread broke off").cause(e))?
}
