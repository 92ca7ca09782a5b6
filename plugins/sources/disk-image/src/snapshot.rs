//! What a snapshot of this source is: which files, how large their disks were, and what their bitmaps said. An image
//! that does not change is its own snapshot, so nothing else needs to be kept.

use crate::changes::Noted;
use crate::options::Format;
use crate::probe::Choice;
use gyre_plugin::source::*;
use serde::{Deserialize, Serialize};

/// Of one machine, as the host keeps it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Snapshot {
    pub vm: String,
    pub disks: Vec<SnapshotDisk>,
}

/// Of one disk. What was added later is not in the snapshots of earlier versions.
#[derive(Debug, Serialize, Deserialize)]
pub struct SnapshotDisk {
    pub id: String,
    pub path: String,
    pub format: Format,
    /// The operator wrote the format down. Else the first bytes say it each time, for a guest may write others.
    #[serde(default)]
    pub written: bool,
    #[serde(default)]
    pub snapshot: Option<String>,
    #[serde(default)]
    pub member: Option<String>,
    /// The bitmap that is to say what changed.
    #[serde(default)]
    pub bitmap: Option<String>,
    /// Name of the secret that holds its passphrase.
    #[serde(default)]
    pub key: Option<String>,
    pub size: u64,
    /// The files of the chain, the first one above.
    #[serde(default)]
    pub files: Vec<String>,
    /// The bitmaps that could be used.
    #[serde(default)]
    pub bitmaps: Vec<Noted>,
}

impl Snapshot {
    /// # Errors
    /// `disk-image.no-disk`
    pub fn disk(self, id: &str) -> Result<SnapshotDisk> {
        let Self { vm, disks } = self;
        disks.into_iter().find(|disk| disk.id == id).ok_or_else(|| {
            Error::not_found("disk-image.no-disk", format!("the snapshot of {vm} has no disk {id:?}"))
        })
    }
}

impl SnapshotDisk {
    /// What the operator decided about it then.
    pub fn choice(&self) -> Choice<'_> {
        Choice {
            format: self.written.then_some(self.format),
            snapshot: self.snapshot.as_deref(),
            member: self.member.as_deref(),
            bitmap: self.bitmap.as_deref(),
        }
    }
}
