//! SELinux: files that gyre wrote have no label of their own, so the guest labels all of them at its
//! first boot.

use super::files;
use crate::osmorphing::*;

const CONFIG: &str = "/etc/selinux/config";
const MARK: &str = "/.autorelabel";

/// Asks for new labels where SELinux is on.
///
/// # Errors
/// What the host met.
pub fn relabel(root: &Root) -> Result<()> {
    let Some(config) = files::text(root, CONFIG)? else { return Ok(()) };
    if files::variable(&config, "SELINUX").is_some_and(|mode| mode == "disabled") {
        return Ok(());
    }
    if !root.exists(MARK)? {
        root.write_text(MARK, 0o644, "")?;
        log!(info, "SELinux labels every file at the first boot, which then restarts once");
    }
    Ok(())
}
