//! Which release of SUSE's family a root holds.

use gyre_plugin::linux::Release;
use gyre_plugin::osmorphing::*;

/// Distributions, with the oldest version that is morphed. Tumbleweed's version is a date.
const KNOWN: &[(&str, u32)] = &[
    ("sles", 12),
    ("sled", 12),
    ("sles_sap", 12),
    ("opensuse", 42),
    ("opensuse-leap", 15),
    ("opensuse-tumbleweed", 2015),
];
/// A distribution that calls itself like SUSE.
const LIKE_SCORE: u8 = 60;
/// Systems whose root cannot be written, and is replaced as a whole.
const TRANSACTIONAL: &str = "micro";

/// `None`: none of them, too old, or one whose root cannot be written.
///
/// # Errors
/// What the host met.
pub fn detect(root: &Root) -> Result<Option<Match>> {
    let Some(release) = Release::read(root)? else { return Ok(None) };
    if release.id.contains(TRANSACTIONAL) {
        log!(warn, "{} has a root that cannot be written", release.name);
        return Ok(None);
    }
    let (minimum, score) = match KNOWN.iter().find(|(id, _)| *id == release.id) {
        Some((_, minimum)) => (*minimum, 100),
        None if release.like.iter().any(|like| like == "suse") => (0, LIKE_SCORE),
        None => return Ok(None),
    };
    if release.number().0 < minimum {
        log!(warn, "{} {} is older than this plugin knows", release.id, release.version);
        return Ok(None);
    }
    Ok(Some(Match::new(release.id, release.version, score)))
}
