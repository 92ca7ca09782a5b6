//! Which release of Red Hat's family a root holds.

use gyre_plugin::linux::Release;
use gyre_plugin::osmorphing::*;

/// Distributions, with the oldest version that is morphed.
const KNOWN: &[(&str, u32)] = &[
    ("rhel", 7),
    ("centos", 7),
    ("scientific", 7),
    ("ol", 7),
    ("almalinux", 8),
    ("rocky", 8),
    ("fedora", 30),
    ("amzn", 2),
];
/// The first Amazon Linux was counted by years, and is another system.
const AMAZON_LINUX_1: std::ops::Range<u32> = 2011..2019;
/// Fedora CoreOS and its like: the root is replaced as a whole.
const OSTREE: &str = "/ostree/repo";
/// A distribution that calls itself like RHEL.
const LIKE_SCORE: u8 = 60;
const LIKE_MIN: u32 = 7;

/// `None`: none of them, or too old.
///
/// # Errors
/// What the host met.
pub fn detect(root: &Root) -> Result<Option<Match>> {
    let Some(release) = Release::read(root)? else { return Ok(None) };
    if root.is_dir(OSTREE) {
        log!(warn, "{} has a root that cannot be written", release.name);
        return Ok(None);
    }
    let (major, _) = release.number();
    let known = KNOWN.iter().find(|(id, _)| *id == release.id);
    let (minimum, score) = match known {
        Some((_, minimum)) => (*minimum, 100),
        None if release.like.iter().any(|like| like == "rhel") => (LIKE_MIN, LIKE_SCORE),
        None => return Ok(None),
    };
    let is_old = major < minimum || release.id == "amzn" && AMAZON_LINUX_1.contains(&major);
    if is_old {
        log!(warn, "{} {} is older than this plugin knows", release.id, release.version);
        return Ok(None);
    }
    Ok(Some(Match::new(release.id, release.version, score)))
}
