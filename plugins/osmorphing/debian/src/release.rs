//! Which release of Debian or Ubuntu a root holds. Knows nothing else about it.

use gyre_plugin::linux::Release;
use gyre_plugin::osmorphing::*;

/// The oldest that are morphed.
const DEBIAN_MIN: (u32, u32) = (8, 0);
const UBUNTU_MIN: (u32, u32) = (16, 4);

/// `None`: neither Debian nor Ubuntu, or too old.
///
/// # Errors
/// What the host met.
pub fn detect(root: &Root) -> Result<Option<Match>> {
    let Some(release) = Release::read(root)? else { return Ok(None) };
    let minimum = match release.id.as_str() {
        "debian" => DEBIAN_MIN,
        "ubuntu" => UBUNTU_MIN,
        _ => return Ok(None),
    };
    // Debian's testing and unstable have no number.
    if release.version.is_empty() {
        return Ok(Some(Match::new(release.id, "unreleased", 90)));
    }
    if release.number() < minimum {
        log!(warn, "{} {} is older than this plugin knows", release.id, release.version);
        return Ok(None);
    }
    Ok(Some(Match::new(release.id, release.version, 100)))
}
