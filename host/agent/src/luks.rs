//! Encrypted volumes (LUKS 1 and 2, BitLocker), opened by the worker's `cryptsetup` with one of the secrets that the
//! host handed over. A secret goes through a pipe and nowhere else: no argument, no file, no environment.
//! Knows no file system.

use crate::tool::{Tool, Tools};
use crate::volume::plain_name;
use gyre_core::limits::LUKS_SECRETS_MAX;
use gyre_core::protocol::Secret;
use gyre_core::{Error, Result};
use std::path::{Path, PathBuf};
use std::time::Duration;

const CRYPTSETUP: Tool = Tool {
    name: "cryptsetup",
    package: "cryptsetup-bin",
    need: "encrypted volume",
    code: "system.luks",
    // Stretching a passphrase takes seconds by design, and an emulated worker is slow.
    limit: Duration::from_secs(180),
};
const DMSETUP: Tool = Tool {
    name: "dmsetup",
    package: "dmsetup",
    need: "encrypted volume",
    code: "system.luks",
    limit: Duration::from_secs(30),
};
/// What `cryptsetup` answers when no key slot takes the passphrase.
const WRONG_PASSPHRASE: i32 = 2;
/// Something may still look at a mapping that was just made, udev for one.
const CLOSE_TRIES: u32 = 10;
const CLOSE_PAUSE: Duration = Duration::from_millis(200);
const CRYPTTAB_LINES_MAX: usize = 200;

/// How a volume is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Of Linux.
    Luks,
    /// Of Windows: the secret is a password or a recovery password.
    BitLocker,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Luks => "LUKS",
            Self::BitLocker => "BitLocker",
        }
    }

    /// As `cryptsetup` calls it.
    fn type_name(self) -> &'static str {
        match self {
            Self::Luks => "luks",
            Self::BitLocker => "bitlk",
        }
    }
}

/// Opens `device` as the mapping `name` with the first secret that fits. Returns its node.
///
/// # Errors
/// `system.locked` when none fits or there is none, `system.tool`, `system.luks`.
pub fn open(
    tools: &Tools,
    (volume, kind): (&str, Kind),
    device: &Path,
    name: &str,
    secrets: &[Secret],
    writable: bool,
) -> Result<PathBuf> {
    if secrets.is_empty() {
        return Err(locked(volume, kind, "no secret was named that could open it"));
    }
    let device = device.display().to_string();
    let mut arguments = vec!["open", "--type", kind.type_name(), "--batch-mode", "--disable-keyring"];
    arguments.extend(["--tries", "1"]);
    arguments.extend(["--key-file", "-"]);
    if !writable {
        arguments.push("--readonly");
    }
    arguments.extend([&device, name]);
    for secret in secrets.iter().take(LUKS_SECRETS_MAX) {
        let said = tools.run(&CRYPTSETUP, &arguments, &secret.0)?;
        match said.status {
            Some(0) => return Ok(tools.mapper.join(name)),
            Some(WRONG_PASSPHRASE) => {}
            _ => {
                let why = format!("{volume} is encrypted and cannot be opened on this worker");
                return Err(Error::other("system.luks", why).cause(said.words));
            }
        }
    }
    let count = secrets.len().min(LUKS_SECRETS_MAX);
    Err(locked(volume, kind, &format!("none of the {count} named secrets opens it")))
}

fn locked(volume: &str, kind: Kind, why: &str) -> Error {
    Error::denied("system.locked", format!("{volume} is encrypted ({}), and {why}", kind.name()))
}

/// Closes a mapping.
///
/// # Errors
/// `system.tool`, `system.luks`.
pub fn close(tools: &Tools, name: &str) -> Result<()> {
    let mut result = Ok(());
    for _ in 0..CLOSE_TRIES {
        result = tools.must(&CRYPTSETUP, &["close", name]);
        if result.is_ok() {
            return result;
        }
        std::thread::sleep(CLOSE_PAUSE);
    }
    result
}

/// Gives a mapping the name that the guest's own configuration has for it, so that its programs find it
/// there. False when the worker has something of that name already.
///
/// # Errors
/// `system.tool`, `system.luks`.
pub fn rename(tools: &Tools, from: &str, to: &str) -> Result<bool> {
    if !plain_name(to) || to == "control" || tools.mapper.join(to).symlink_metadata().is_ok() {
        return Ok(false);
    }
    tools.must(&DMSETUP, &["rename", from, to]).map(|()| true)
}

/// The guest's own list of encrypted volumes: name, and what it is on. Hostile text.
pub fn crypttab(text: &str) -> Vec<(String, String)> {
    let line = |line: &str| {
        let mut fields = line.split_whitespace();
        let name = fields.next().filter(|name| !name.starts_with('#') && plain_name(name))?;
        Some((name.to_string(), fields.next()?.replace('"', "")))
    };
    text.lines().filter_map(line).take(CRYPTTAB_LINES_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_the_guests_own_names() {
        let text = "# <target> <source>\nroot_crypt UUID=\"aa-bb\" none luks,discard\n\n../x UUID=c none\n\
                    home /dev/sda3 /etc/keys/home luks\nbroken\n";
        let expected = [("root_crypt", "UUID=aa-bb"), ("home", "/dev/sda3")];
        assert_eq!(crypttab(text), expected.map(|(a, b)| (a.to_string(), b.to_string())));
        assert_eq!(crypttab(&"a b\n".repeat(100_000)).len(), CRYPTTAB_LINES_MAX);
    }

    #[test]
    fn a_secret_is_never_shown() {
        let secret = Secret(b"geheim".to_vec());
        assert!(!format!("{secret:?}").contains("geheim"));
        let (tools, volume) = (Tools::default(), ("disk0", Kind::Luks));
        let error = open(&tools, volume, Path::new("/dev/null"), "x", &[secret], true).unwrap_err();
        assert!(!error.to_string().contains("geheim"), "{error}");
        let none = open(&tools, volume, Path::new("/dev/null"), "x", &[], true).unwrap_err();
        assert_eq!(none.code, "system.locked");
    }
}
