//! Host keys that the operator wrote down, in OpenSSH's file. It is read and never added to.

use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use russh::keys::Algorithm;
use russh::keys::known_hosts::known_host_keys_path;
use std::path::Path;

/// The host key of a server, as [`crate::Target::host_key`] takes it: of several the first that can be pinned.
///
/// # Errors
/// `ssh.host-key-missing`.
pub fn known_host_key(file: &Path, host: &str, port: u16) -> Result<String> {
    let unknown = || format!("{} has no ed25519 or ECDSA host key of {host}:{port}", file.display());
    let missing = || {
        Error::denied("ssh.host-key-missing", unknown())
            .cause("gyre logs in only where it knows the key: look at what ssh-keyscan shows, and add it")
    };
    let keys = known_host_keys_path(host, port, file).map_err(|error| missing().cause(error))?;
    let fits = |algorithm: &Algorithm| matches!(algorithm, Algorithm::Ed25519 | Algorithm::Ecdsa { .. });
    let key = keys.iter().map(|(_, key)| key).find(|key| fits(&key.algorithm())).ok_or_else(missing)?;
    key.to_openssh().or_invalid("ssh.host-key-missing", unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A key that opens nothing: its other half was thrown away.
    const LINE: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJMcBjA8o3CeMF4q8eUdtyyGcKVYjXCUvvfkFMuqyWNA";

    #[test]
    fn a_key_is_found_by_host_and_port() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), format!("a.example {LINE}\n[b.example]:2222 {LINE} comment\n")).unwrap();
        assert_eq!(known_host_key(file.path(), "a.example", 22).unwrap(), LINE);
        assert_eq!(known_host_key(file.path(), "b.example", 2222).unwrap(), LINE);
        for (host, port) in [("a.example", 2222), ("b.example", 22), ("c.example", 22)] {
            assert_eq!(known_host_key(file.path(), host, port).unwrap_err().code, "ssh.host-key-missing");
        }
        let nowhere = known_host_key(Path::new("/nowhere"), "a.example", 22);
        assert_eq!(nowhere.unwrap_err().code, "ssh.host-key-missing");
    }
}
