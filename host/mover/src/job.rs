//! What a copy is asked to do and what it says afterwards. Knows nothing of how.

use crate::{Checkpoints, Compress, Manifest, Pace, Retry, VerifyScope};
use gyre_core::limits::PIECE_BYTES_MAX;
use gyre_core::roles::Progress;
use gyre_core::{BlockTarget, Origin};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What is sent twice at most after the host, the agent, the worker or the link died in the middle of a copy, with up to
/// 30 pieces under way.
pub const SENT_TWICE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// A disk whose watermark is written as often as the options say.
const CHECKPOINT_DISK_BYTES: u64 = 64 * 1024 * 1024 * 1024;

/// One disk to copy.
pub struct CopyJob {
    /// Its name, for messages.
    pub disk: String,
    /// Where its bytes come from.
    pub origin: Arc<dyn Origin>,
    /// Where they go. At least as large as the origin.
    pub target: Arc<dyn BlockTarget>,
    /// What the last successful copy proved to be on this very target; none: everything is copied.
    pub base: Option<Manifest>,
    /// The snapshot that `base` is of, for sources that know what changed since. Ignored without `base`.
    pub since: Option<String>,
    /// The target reads as zeros and nothing was written to it yet, other than by earlier attempts that
    /// used the same `checkpoints`. Ignored with `base`.
    pub target_zeroed: bool,
    /// Which blocks are read back; none for a target that keeps nothing.
    pub verify: Option<VerifyScope>,
    /// Where to note how far it came. Without it an attempt that follows a failed one must be told
    /// `base: None, target_zeroed: false`, since the target is not what it was.
    pub checkpoints: Option<Arc<dyn Checkpoints>>,
    /// Names the content: the same id, the same bytes.
    pub snapshot_id: String,
    /// Names the target: another id, another disk.
    pub target_identity: String,
    /// Phases `copy` and `verify`, in bytes of the disk; and a warning where more is read than was hoped for.
    pub progress: Arc<dyn Progress>,
    /// How fast bytes may be sent, for all copies that share it together: as they are sent, compressed or not, and again
    /// when they are sent again.
    pub pace: Arc<Pace>,
    /// Ends the copy early, with `job.cancelled`.
    pub cancel: CancellationToken,
    /// Sizes and times.
    pub options: CopyOptions,
}

/// Sizes and times of a copy; the default is right unless measured otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyOptions {
    /// Pieces (1 MiB) read, hashed and sent at once; at least 1.
    pub in_flight: usize,
    /// Between two watermarks, milliseconds, for a disk of up to 64 GiB; larger disks, whose watermark is
    /// larger, wait in proportion.
    pub checkpoint_every_ms: u64,
    /// The same in bytes of the disk, whichever comes first.
    pub checkpoint_every_bytes: u64,
    /// Whether what is sent to a target that unpacks is compressed.
    pub compress: Compress,
    /// For transient failures of target and source.
    pub retry: Retry,
}

impl CopyOptions {
    /// What may be settled and not noted in a watermark, for a disk of that size, bytes of the disk.
    pub(crate) const fn unnoted_bytes_max(&self, disk: u64) -> u64 {
        self.checkpoint_every_bytes.saturating_mul(checkpoint_scale(disk))
    }

    /// So much is sent between two flushes. A worker that dies loses what its memory held: what was sent since the last
    /// flush that has ended began, which may be twice this, and what was under way. All of it is to be within
    /// [`SENT_TWICE_BYTES_MAX`].
    pub(crate) fn flush_every_bytes(&self) -> u64 {
        let under_way = (self.in_flight.max(1) as u64).saturating_mul(PIECE_BYTES_MAX);
        (SENT_TWICE_BYTES_MAX / 2).saturating_sub(under_way).max(PIECE_BYTES_MAX)
    }
}

/// Watermarks of larger disks are larger, and written less often in proportion.
pub(crate) const fn checkpoint_scale(disk: u64) -> u64 {
    disk / CHECKPOINT_DISK_BYTES + 1
}

impl Default for CopyOptions {
    fn default() -> Self {
        Self {
            in_flight: 8,
            checkpoint_every_ms: 5_000,
            checkpoint_every_bytes: 1024 * PIECE_BYTES_MAX,
            compress: Compress::default(),
            retry: Retry::default(),
        }
    }
}

/// How the copy knew what to move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ChangedBy {
    /// The source said what changed.
    Source,
    /// All of the disk was read and compared with the hashes of the last copy.
    Compare,
    /// There was nothing to compare with.
    #[default]
    Full,
}

/// What a copy did; all counts in bytes. `moved + zeroed + skipped + resumed` is `size`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CopyReport {
    /// Of the source disk.
    pub size: u64,
    /// Read from the source, compressed where it is.
    pub read: u64,
    /// What came out of compressed clusters.
    pub unpacked: u64,
    /// Written to the target.
    pub moved: u64,
    /// What of it was sent by this attempt, compressed where it was, and again where it was sent again.
    #[serde(default)]
    pub sent: u64,
    /// Made zero on the target without being sent.
    pub zeroed: u64,
    /// Known to be on the target already.
    pub skipped: u64,
    /// Read back from the target, and right.
    pub verified: u64,
    /// Sent by an earlier attempt at the same snapshot, and found whole on the target.
    pub resumed: u64,
    /// How it knew what to move.
    pub changed_by: ChangedBy,
    /// Wall-clock time.
    pub seconds: f64,
}
