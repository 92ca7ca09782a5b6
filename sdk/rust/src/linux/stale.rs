//! Caches that name the old machine's devices. LVM's devices file keeps a system from finding its own
//! volume groups: RHEL 9 then ends in the emergency shell.

use super::files;
use crate::osmorphing::*;

const DEVICES_FILE: &str = "/etc/lvm/devices/system.devices";
/// Made again by the programs that own them.
const CACHES: &[&str] = &["/etc/blkid.tab", "/etc/blkid/blkid.tab", "/etc/lvm/cache/.cache"];

/// Puts the devices file away and removes the caches.
///
/// # Errors
/// What the host met.
pub fn put_away(root: &Root) -> Result<()> {
    files::put_away(root, DEVICES_FILE)?;
    for path in CACHES {
        if root.exists(path)? {
            root.remove(path)?;
            log!(info, "removed the cache {path}");
        }
    }
    Ok(())
}
