//! Which release of Debian or Ubuntu a root holds. Knows nothing else about it.

use gyre_plugin::osmorphing::*;

/// The oldest that are morphed.
const DEBIAN_MIN: (u32, u32) = (8, 0);
const UBUNTU_MIN: (u32, u32) = (16, 4);

/// `None`: neither Debian nor Ubuntu, or too old.
///
/// # Errors
/// What the host met.
pub fn detect(root: &Root) -> Result<Option<Match>> {
    let Some(text) = root.read_text_if_any("/etc/os-release")? else { return Ok(None) };
    let id = field(&text, "ID").unwrap_or_default();
    let version = field(&text, "VERSION_ID").unwrap_or_default();
    let minimum = match id.as_str() {
        "debian" => DEBIAN_MIN,
        "ubuntu" => UBUNTU_MIN,
        _ => return Ok(None),
    };
    // Debian's testing and unstable have no number.
    if version.is_empty() {
        return Ok(Some(Match::new(id, "unreleased", 90)));
    }
    if number(&version) < minimum {
        log!(warn, "{} {} is older than this plugin knows", id, version);
        return Ok(None);
    }
    Ok(Some(Match::new(id, version, 100)))
}

/// A value of os-release, without its quotes.
fn field(text: &str, name: &str) -> Option<String> {
    let line = text.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='))?;
    Some(line.trim().trim_matches(['"', '\'']).to_string())
}

fn number(version: &str) -> (u32, u32) {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
}
