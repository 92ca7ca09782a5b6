//! The host's own secret: 32 random bytes in a file, out of which the key pairs of every job are
//! derived. Nothing is stored per job, and a restarted host derives the same keys. Knows no session.

use crate::limits::IDENTITY_BYTES;
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use russh::keys::PrivateKey;
use russh::keys::ssh_key::{LineEnding, private::Ed25519Keypair, private::KeypairData};
use rustix::fs::{Mode, OFlags};
use std::fmt;
use std::io::{Read as _, Write as _};
use std::path::Path;

const CODE: &str = "ssh.identity";
/// Changing these changes every key: workers of running jobs would no longer be reached.
const SSH_CONTEXT: &str = "gyre 2026-11 ssh key pair of a job";
const SUBKEY_CONTEXT: &str = "gyre 2026-11 key for a purpose";
const SEED_CONTEXT: &str = "gyre 2026-11 seed of a job";

/// The secret of this host.
pub struct Identity {
    secret: [u8; IDENTITY_BYTES],
}

impl Identity {
    /// Reads the file, or makes it (mode 0600, in one step) when it is not there.
    ///
    /// # Errors
    /// `ssh.identity` when it cannot be read or made, is not 32 bytes, or others may read it.
    pub fn load_or_create(path: &Path) -> Result<Self> {
        if let Some(identity) = Self::load(path)? {
            return Ok(identity);
        }
        create(path)?;
        Self::load(path)?
            .ok_or_else(|| Error::other(CODE, format!("{} vanished while it was made", path.display())))
    }

    fn load(path: &Path) -> Result<Option<Self>> {
        let what = || format!("cannot read this host's identity {}", path.display());
        let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
        let file = match rustix::fs::open(path, flags, Mode::empty()) {
            Ok(file) => std::fs::File::from(file),
            Err(rustix::io::Errno::NOENT) => return Ok(None),
            Err(error) => return Err(error).or_other(CODE, what),
        };
        check(&file, path)?;
        let mut bytes = Vec::with_capacity(IDENTITY_BYTES);
        file.take(IDENTITY_BYTES as u64 + 1).read_to_end(&mut bytes).or_other(CODE, what)?;
        let secret = bytes.try_into().map_err(|_| {
            Error::invalid(CODE, format!("{} is not {IDENTITY_BYTES} bytes long", path.display()))
                .cause("it is damaged: restore it, or remove it when no job is running")
        })?;
        Ok(Some(Self { secret }))
    }

    /// The key pair `name` of a job: always the same one.
    ///
    /// # Errors
    /// `ssh.identity` when the public half cannot be written down.
    pub fn derive(&self, job: &str, name: &str) -> Result<KeyPair> {
        let seed = self.keyed(SSH_CONTEXT, &[job, name]);
        let pair = KeypairData::from(Ed25519Keypair::from_seed(&seed));
        let private = PrivateKey::new(pair, format!("gyre {job} {name}"))
            .or_other(CODE, || "cannot make a key".into())?;
        let public =
            private.public_key().to_openssh().or_other(CODE, || "cannot write a public key".into())?;
        Ok(KeyPair { public_line: public, private })
    }

    /// 32 secret bytes for `purpose`: always the same ones, and unrelated to every key pair.
    pub fn subkey(&self, purpose: &str) -> [u8; 32] {
        self.keyed(SUBKEY_CONTEXT, &[purpose])
    }

    /// 32 secret bytes `name` of a job, for what is no SSH key: always the same ones, and unrelated to every key pair and
    /// every [`Identity::subkey`].
    pub fn seed(&self, job: &str, name: &str) -> [u8; 32] {
        self.keyed(SEED_CONTEXT, &[job, name])
    }

    /// Each part goes in with its length, so that no two lists of parts look alike.
    fn keyed(&self, context: &str, parts: &[&str]) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_derive_key(context);
        hasher.update(&self.secret);
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part.as_bytes());
        }
        *hasher.finalize().as_bytes()
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identity(secret)")
    }
}

/// An ed25519 key pair of one job.
pub struct KeyPair {
    /// The public half as an OpenSSH line.
    pub public_line: String,
    private: PrivateKey,
}

impl KeyPair {
    /// The private half as OpenSSH writes it. A secret.
    ///
    /// # Errors
    /// `ssh.identity` when it cannot be written down.
    pub fn private_openssh(&self) -> Result<String> {
        let text = self.private.to_openssh(LineEnding::LF).or_other(CODE, || "cannot write a key".into())?;
        Ok(text.as_str().to_string())
    }
}

impl fmt::Debug for KeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPair({})", self.public_line)
    }
}

/// A secret that others can read is none.
fn check(file: &std::fs::File, path: &Path) -> Result<()> {
    use std::os::unix::fs::MetadataExt as _;
    let what = || format!("cannot look at {}", path.display());
    let meta = file.metadata().or_other(CODE, what)?;
    if !meta.is_file() {
        return Err(Error::invalid(CODE, format!("{} is not a regular file", path.display())));
    }
    if meta.mode() & 0o077 != 0 || meta.uid() != rustix::process::geteuid().as_raw() {
        return Err(Error::denied(CODE, format!("{} can be read by others", path.display()))
            .cause(format!("run: chown \"$(id -u)\" {0} && chmod 600 {0}", path.display())));
    }
    Ok(())
}

/// Makes the file under another name and links it into place, so that nobody ever reads half of it
/// and of two hosts that start at once one wins.
fn create(path: &Path) -> Result<()> {
    let what = || format!("cannot make this host's identity {}", path.display());
    let secret = random().or_other(CODE, what)?;
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{}", std::process::id()));
    let part = Path::new(&name);
    let made = write_new(part, &secret).and_then(|()| match rustix::fs::link(part, path) {
        Err(rustix::io::Errno::EXIST) => Ok(()),
        other => other.map_err(Into::into),
    });
    let _ = std::fs::remove_file(part);
    made.or_other(CODE, what)
}

fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::CLOEXEC | OFlags::NOFOLLOW;
    let mut file = std::fs::File::from(rustix::fs::open(path, flags, Mode::RUSR | Mode::WUSR)?);
    file.write_all(bytes)?;
    file.sync_all()
}

fn random() -> std::io::Result<[u8; IDENTITY_BYTES]> {
    let mut secret = [0; IDENTITY_BYTES];
    std::fs::File::open("/dev/urandom")?.read_exact(&mut secret)?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn derives_the_same_keys_after_a_restart() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("identity");
        let first = Identity::load_or_create(&path).unwrap();
        let second = Identity::load_or_create(&path).unwrap();
        let (a, b) = (first.derive("job", "worker").unwrap(), second.derive("job", "worker").unwrap());
        assert_eq!(a.public_line, b.public_line);
        assert_eq!(a.private_openssh().unwrap(), b.private_openssh().unwrap());
        assert_eq!(first.subkey("tls"), second.subkey("tls"));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn every_name_has_its_own_key() {
        let dir = tempfile::tempdir().unwrap();
        let one = Identity::load_or_create(&dir.path().join("a")).unwrap();
        let other = Identity::load_or_create(&dir.path().join("b")).unwrap();
        let mut lines: Vec<String> =
            [(&one, "j", "wx"), (&one, "jw", "x"), (&one, "j", "x"), (&other, "j", "x")]
                .iter()
                .map(|(identity, job, name)| identity.derive(job, name).unwrap().public_line)
                .collect();
        lines.sort();
        lines.dedup();
        assert_eq!(lines.len(), 4);
    }

    #[test]
    fn debug_shows_no_secret() {
        let dir = tempfile::tempdir().unwrap();
        let identity = Identity::load_or_create(&dir.path().join("a")).unwrap();
        let pair = identity.derive("j", "x").unwrap();
        assert_eq!(format!("{identity:?}"), "Identity(secret)");
        assert_eq!(format!("{pair:?}"), format!("KeyPair({})", pair.public_line));
    }

    #[test]
    fn refuses_a_file_that_others_read_or_that_is_cut() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("identity");
        Identity::load_or_create(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert_eq!(Identity::load_or_create(&path).unwrap_err().kind, gyre_core::Kind::Denied);
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(&path, [1; 31]).unwrap();
        assert_eq!(Identity::load_or_create(&path).unwrap_err().code, CODE);
        let link = dir.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(Identity::load_or_create(&link).unwrap_err().code, CODE);
    }
}
