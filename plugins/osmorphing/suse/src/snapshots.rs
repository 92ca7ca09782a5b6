//! snapper's layout on btrfs: the root is one snapshot among others, with /boot inside. Only the mounted
//! one is morphed; the older ones keep their initramfs, and so does a menu that boots them.

use gyre_plugin::linux::files;
use gyre_plugin::osmorphing::*;

const DIRECTORY: &str = "/.snapshots";

/// Says what a rollback would meet.
///
/// # Errors
/// What the host met.
pub fn check(root: &Root) -> Result<()> {
    let names = files::names(root, DIRECTORY)?;
    let count = names.iter().filter(|name| name.chars().all(|c| c.is_ascii_digit())).count();
    if count > 0 {
        log!(
            warn,
            "{count} snapshots of snapper stay as they are: a machine that is rolled back to one of before the migration has no new drivers"
        );
    }
    Ok(())
}
