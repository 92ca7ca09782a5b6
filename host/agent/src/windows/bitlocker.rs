//! Opening a volume that BitLocker keeps shut, by the worker's own BitLocker. The secret goes to a program's standard input and
//! is on no command line. Knows no system.

use super::api;
use crate::attend::{Ended, attend};
use gyre_core::limits::LUKS_SECRETS_MAX;
use gyre_core::protocol::Secret;
use gyre_core::{Error, Result};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One try.
const LIMIT: Duration = Duration::from_secs(120);
/// None of the two ways takes the secret.
const REFUSED: i32 = 7;
/// Is given the volume and the secret (base64 of UTF-8), a line each. PowerShell itself reads the console's input.
const UNLOCK: &str = include_str!("unlock.ps1");

/// Opens the volume at `path` (`\\?\Volume{…}\`), `name` in messages, by the first secret that fits.
///
/// # Errors
/// `system.bitlocker` without any secret, `system.locked` when none fits, `system.luks` when BitLocker cannot be asked.
pub(super) fn unlock(name: &str, path: &str, secrets: &[Secret]) -> Result<()> {
    if secrets.is_empty() {
        let remedy = "name its recovery password as a secret (`luks-secrets`), or decrypt it in the guest (`manage-bde -off C:`) and replicate once more; to suspend it is not enough";
        return Err(
            Error::conflict("system.bitlocker", format!("{name} is encrypted by BitLocker")).cause(remedy)
        );
    }
    let count = secrets.len().min(LUKS_SECRETS_MAX);
    for secret in secrets.iter().take(count) {
        if is_opened(name, path, secret)? {
            return Ok(());
        }
    }
    let why = format!("{name} is encrypted (BitLocker), and none of the {count} named secrets opens it");
    Err(Error::denied("system.locked", why))
}

fn is_opened(name: &str, path: &str, secret: &Secret) -> Result<bool> {
    use base64::Engine as _;
    let failed =
        || Error::other("system.luks", format!("{name} is encrypted (BitLocker) and cannot be opened"));
    // A key file may end with its line.
    let secret = secret.0.strip_suffix(b"\n").unwrap_or(&secret.0);
    let secret = secret.strip_suffix(b"\r").unwrap_or(secret);
    let lines = format!("{path}\n{}\n", base64::engine::general_purpose::STANDARD.encode(secret));
    let program = api::powershell().map_err(|error| failed().cause(error))?;
    let mut command = Command::new(program);
    command.args(["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass", "-Command", UNLOCK]);
    command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().map_err(|error| failed().cause(error))?;
    let (ended, _, complaint) = attend(child, lines.into_bytes(), Instant::now() + LIMIT, || false)?;
    match ended {
        Ended::Itself(status) if status.success() => Ok(true),
        Ended::Itself(status) if status.code() == Some(REFUSED) => Ok(false),
        Ended::Itself(_) => {
            let text = String::from_utf8_lossy(&complaint);
            Err(failed().cause(text.lines().next().unwrap_or_default()))
        }
        Ended::Late | Ended::Stopped => Err(failed().cause("PowerShell did not answer in time")),
    }
}
