//! Whether a file system of the guest may be written. A journal is replayed and what is safe to mend is
//! mended before it is mounted; where damage is left the job ends, because a conversion would make it
//! worse. XFS and Btrfs do both when they are mounted, and refuse by themselves.

use crate::superblock::Content;
use crate::tool::{Tool, Tools};
use gyre_core::{Error, Result};
use std::path::Path;
use std::time::Duration;

const E2FSCK: Tool = Tool {
    name: "e2fsck",
    package: "e2fsprogs",
    need: "file system",
    code: "system.damaged",
    // Large and dirty ones take long, and the host waits longer.
    limit: Duration::from_secs(1200),
};
/// Bits of its exit status (`e2fsck(8)`).
const MENDED: i32 = 1;
const MENDED_REBOOT: i32 = 2;
const DAMAGED: i32 = 4;

/// Replays the journal of `device` and mends what is safe. What was mended is returned, if anything was.
///
/// # Errors
/// `system.damaged`.
pub fn mend(tools: &Tools, volume: &str, content: Content, device: &Path) -> Result<Option<String>> {
    // A worker without the program has a kernel that replays the journal all the same.
    if content != Content::Ext || !tools.have(&E2FSCK) {
        return Ok(None);
    }
    let said = tools.run(&E2FSCK, &["-p", &device.display().to_string()], b"")?;
    match said.status {
        Some(0) => Ok(None),
        Some(status) if status & !(MENDED | MENDED_REBOOT) == 0 => {
            Ok(Some(format!("{volume} was not in order, and was mended: {}", said.words)))
        }
        Some(status) if status & DAMAGED != 0 => Err(damaged(volume).cause(said.words)),
        // Its own trouble: the mount tells what there is to tell.
        _ => Ok(Some(format!("{volume} was not checked: {}", said.words))),
    }
}

/// A file system that needs its owner.
pub fn damaged(volume: &str) -> Error {
    Error::other(
        "system.damaged",
        format!("the file system on {volume} is damaged, and was not changed further"),
    )
}
