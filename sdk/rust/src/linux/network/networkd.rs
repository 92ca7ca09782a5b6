//! systemd-networkd.

use super::files;
use crate::osmorphing::*;

pub(super) const DIRECTORY: &str = "/etc/systemd/network";
const OURS: &str = "/etc/systemd/network/70-gyre.network";
const TEXT: &str =
    "# Written by gyre; what was here ends in .gyre-bak.\n[Match]\nName=e*\n\n[Network]\nDHCP=yes\n";

/// Set by `systemctl enable`.
const ENABLED: &[&str] = &[
    "/etc/systemd/system/multi-user.target.wants/systemd-networkd.service",
    "/etc/systemd/system/dbus-org.freedesktop.network1.service",
];

pub(super) fn is_enabled(root: &Root) -> Result<bool> {
    for path in ENABLED {
        if root.exists(path)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// DHCP on every card. What a vendor ships below /usr matches the cards of its own cloud alone.
pub(super) fn any_card(root: &Root) -> Result<()> {
    files::write(root, OURS, 0o644, TEXT)
}

/// The same, only where the guest configured cards through it.
pub(super) fn replace(root: &Root) -> Result<()> {
    let mut others = files::with_extension(root, DIRECTORY, &["network"])?;
    others.retain(|path| path != OURS);
    if others.is_empty() {
        return Ok(());
    }
    others.iter().try_for_each(|path| files::put_away(root, path))?;
    any_card(root)
}
