//! What a worker that runs Windows is told at its boot: a script that cloudbase-init runs, with the account that gyre's host
//! logs in as and the certificate that it expects. Knows no cloud, and keeps nothing of what it is given.

use crate::contract::{Error, Result, WinrmLogin};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The script, with places for what each worker has of its own.
const SCRIPT: &str = include_str!("windows.ps1");

/// The script for this login, which opens these TCP ports.
///
/// # Errors
/// `openstack.user-data` for a login that could not stand between quotes, which would be a defect.
pub fn user_data(user: &str, login: &WinrmLogin, ports: &[u16]) -> Result<String> {
    let archive = STANDARD.encode(&login.archive);
    let ports: Vec<_> = ports.iter().map(u16::to_string).collect();
    let ports = ports.join(",");
    let values =
        [("{user}", user), ("{password}", &login.password), ("{archive}", &archive), ("{ports}", &ports)];
    let mut script = SCRIPT.to_owned();
    for (place, value) in values {
        script = script.replace(place, quotable(value)?);
    }
    Ok(script)
}

/// That PowerShell takes it as it is between single quotes (some of Unicode's are quotes to it as well), and that it looks
/// like none of the places.
fn quotable(value: &str) -> Result<&str> {
    if value.bytes().all(|byte| (byte.is_ascii_graphic() || byte == b' ') && !b"'{}".contains(&byte)) {
        return Ok(value);
    }
    let message = "the login of a worker that runs Windows holds signs that cannot stand in a script";
    Err(Error::other("openstack.user-data", message))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    /// Bytes of user data as Nova takes them, in base64.
    const USER_DATA_BYTES_MAX: usize = 65_535;

    fn login(password: &str) -> WinrmLogin {
        WinrmLogin { password: password.into(), archive: vec![0xff; 4096], host_key: "SHA256:x".into() }
    }

    #[test]
    fn the_script_begins_with_what_each_worker_has_of_its_own() {
        let script = user_data("gyre", &login("aB3 [x]"), &[5986, 5566]).unwrap();
        let archive = STANDARD.encode([0xff; 4096]);
        let head = format!(
            "#ps1_sysnative\n$user = 'gyre'\n$password = 'aB3 [x]'\n$archive = '{archive}'\n$ports = '5986,5566'\n"
        );
        assert!(script.starts_with(&head), "{script}");
        assert!(script.is_ascii(), "a file without a mark is read in the system's code page");
        assert!(STANDARD.encode(&script).len() < USER_DATA_BYTES_MAX);
        for place in ["{user}", "{password}", "{ports}"] {
            assert!(!script.contains(place), "{place}");
        }
    }

    #[test]
    fn nothing_ends_its_quotes() {
        for password in ["a'; b", "{archive}", "a\u{2019}b", "a\nb", "a\u{201b}b"] {
            let error = user_data("gyre", &login(password), &[1]).unwrap_err();
            assert_eq!(error.code, "openstack.user-data");
            assert!(!error.message.contains(password));
        }
    }
}
