//! What of a guest's files is kept with no job: files that are secrets, and in others the lines that may hold one. Hides
//! too much rather than too little: by names alone, and never by what a value looks like.

use crate::change::Contents;

/// Ends of paths whose files are secrets, in lower case.
const ENDS: &[&str] = &[
    ".key",
    ".pem",
    ".p12",
    ".pfx",
    ".jks",
    ".keytab",
    "_key",
    ".kdbx",
    ".psk",
    "shadow",
    "shadow-",
    "gshadow",
    "gshadow-",
    "passwd-",
    "chap-secrets",
    "pap-secrets",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "opasswd",
    "credentials",
    "passphrase",
    ".netrc",
    ".pgpass",
];
/// Directories whose files are secrets.
const DIRECTORIES: &[&str] = &[
    "/etc/ssl/private/",
    "/etc/luks/",
    "/etc/keys/",
    "/etc/cryptsetup-keys.d/",
    "/etc/pki/tls/private/",
    "/var/lib/cloud/",
    "/etc/gyre/first-boot/",
    "/gyre/script.",
    "/root/.ssh/",
    "/etc/wireguard/",
    "/etc/ppp/peers/",
];
/// Beginnings of names of files that are secrets.
const BEGINNINGS: &[&str] = &["keys-"];
/// cloud-init's configuration names users and their passwords in many forms.
const CLOUD_INIT: &str = "/etc/cloud/";
/// What a file is told by that holds a private key.
const PRIVATE_KEY: &str = "private key-----";
/// Words, in lower case: what follows one on its line is not shown.
const WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "psk",
    "secret",
    "token",
    "credential",
    "private",
    "preshared",
    "wep-key",
    "wep_key",
    "wireless_key",
    "apikey",
    "api-key",
    "api_key",
];
/// Names that say it only where they stand alone.
const KEYS: &[&str] = &["key", "key1", "key2", "key3", "key4", "shared"];
const HIDDEN: &str = " (hidden)";

/// The contents of a file as they may be kept.
pub(crate) fn contents(path: &str, bytes: Vec<u8>) -> Contents {
    let hash = blake3::hash(&bytes);
    if is_secret(path) {
        return Contents::Hidden(hash);
    }
    match Contents::of(bytes) {
        Contents::Text(text, hash) if is_secret_text(path, &text) => Contents::Hidden(hash),
        Contents::Text(text, hash) => Contents::Text(masked(&text), hash),
        other => other,
    }
}

/// Whether all of a file is a secret, by its name. What is put away keeps its name and gets an ending.
fn is_secret(path: &str) -> bool {
    let path = path.to_lowercase();
    let path = [".gyre-bak", ".gyre-part"].iter().find_map(|kept| path.strip_suffix(kept)).unwrap_or(&path);
    let name = path.rsplit('/').next().unwrap_or_default();
    ENDS.iter().any(|end| path.ends_with(end))
        || DIRECTORIES.iter().any(|directory| path.contains(directory))
        || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

/// Whether it is by what it holds.
fn is_secret_text(path: &str, text: &str) -> bool {
    let text = text.to_lowercase();
    let names_passwords = || WORDS.iter().any(|word| text.contains(word));
    text.contains(PRIVATE_KEY) || (path.contains(CLOUD_INIT) && names_passwords())
}

/// Without what follows a word that announces a secret.
fn masked(text: &str) -> String {
    text.split_inclusive('\n').map(masked_line).collect()
}

fn masked_line(line: &str) -> String {
    let body = line.trim_end_matches(['\r', '\n']);
    // Letters that are more than a byte are left alone, so that both are of one length.
    let lower = body.to_ascii_lowercase();
    let of_word = |word: &&str| lower.find(*word).map(|at| at + word.len());
    let shown = WORDS.iter().filter_map(of_word).min().or_else(|| key(&lower));
    match shown.and_then(|end| body.split_at_checked(end)) {
        Some((before, after)) if !after.trim_matches([' ', '\t', ':', '=']).is_empty() => {
            format!("{before}{HIDDEN}{}", line.get(body.len()..).unwrap_or_default())
        }
        _ => line.to_owned(),
    }
}

/// The end of a name that is a key, and all of what stands before `=` or `:`.
fn key(lower: &str) -> Option<usize> {
    let at = lower.find(['=', ':'])?;
    let name = lower.get(..at)?.trim().trim_start_matches("- ").trim_matches(['"', '\'']);
    KEYS.contains(&name).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(path: &str, text: &str) -> Option<String> {
        match contents(path, text.as_bytes().to_vec()) {
            Contents::Text(text, _) => Some(text),
            _ => None,
        }
    }

    #[test]
    fn secrets_are_only_named() {
        for path in [
            "/etc/shadow",
            "/etc/shadow-",
            "/etc/gshadow.gyre-bak",
            "/etc/ssh/ssh_host_ed25519_key",
            "/home/a/.ssh/id_rsa",
            "/etc/ssl/private/web",
            "/etc/luks/root.key",
            "/etc/sysconfig/network-scripts/keys-wlan0",
            "/var/lib/gyre/kept/etc/sysconfig/network-scripts/keys-wlan0",
            "/etc/gyre/first-boot/script",
            "/WINDOWS/Gyre/script.ps1",
            "/var/lib/cloud/seed/nocloud/user-data",
        ] {
            assert_eq!(shown(path, "hunter2\n"), None, "{path}");
        }
        assert_eq!(shown("/etc/cloud/cloud.cfg", "chpasswd: {list: [root:hunter2]}\n"), None);
        assert_eq!(shown("/etc/x", "-----BEGIN OPENSSH PRIVATE KEY-----\nhunter2\n"), None);
        let cloud = "datasource_list: [ConfigDrive, OpenStack]\n";
        assert_eq!(shown("/etc/cloud/cloud.cfg.d/99-gyre.cfg", cloud).as_deref(), Some(cloud));
        assert_eq!(shown("/etc/ssh/ssh_host_rsa_key.pub", "ssh-rsa A\n").as_deref(), Some("ssh-rsa A\n"));
    }

    #[test]
    fn what_follows_a_word_for_a_secret_is_not_shown() {
        for line in [
            "psk=hunter2",
            "802-11-wireless-security.psk = hunter2",
            "    password: hunter2",
            "//srv/a /mnt cifs username=u,password=hunter2 0 0",
            "WIRELESS_WPA_PSK='hunter2'",
            "PrivateKey=hunter2",
            "password_pbkdf2 root hunter2",
            "key: hunter2",
            "KEY1=hunter2",
            "Größe Password=hunter2",
        ] {
            let text = shown("/etc/x", &format!("a=b\n{line}\nc\n")).unwrap();
            assert!(text.starts_with("a=b\n") && text.ends_with(" (hidden)\nc\n"), "{text}");
            assert!(!text.contains("hunter2"), "{text}");
        }
        for kept in ["key-management: none\n", "hostkey=a\n", "password:\n", "uuid=1\r\n"] {
            assert_eq!(shown("/etc/x", kept).as_deref(), Some(kept));
        }
    }
}
