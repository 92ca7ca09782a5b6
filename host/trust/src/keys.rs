//! Keys and signatures in the files of minisign: public keys (`RW…`), secret keys with a password or without, and
//! signatures of the prehashed kind (`ED`) with a trusted comment. Knows nobody's name. The mathematics are those of
//! the crates `minisign` and `minisign-verify`, by minisign's author.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use std::fmt;

/// Bytes of the base64 line of a public key; a signature's begins alike.
const KEY_BYTES: usize = 42;
const ID_BYTES: usize = 8;
/// minisign's own limit.
const PASSWORD_BYTES_MAX: usize = 1024;
/// minisign's own limit is 8,192.
const COMMENT_BYTES_MAX: usize = 1024;
const PUBLIC_COMMENT: &str = "untrusted comment: minisign public key ";
const SECRET_COMMENT: &str = "minisign encrypted secret key";
const SECRET_COMMENT_OPEN: &str = "minisign secret key";
const SIGNATURE_COMMENT: &str = "signature from gyre secret key";

/// Tells keys apart: as minisign prints it, sixteen hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyId(u64);

impl KeyId {
    /// Out of the base64 line of a public key or a signature: two bytes of algorithm, then the number.
    fn of_line(line: &str) -> Option<Self> {
        let bytes = STANDARD.decode(line.trim()).ok()?;
        let id: [u8; ID_BYTES] = bytes.get(2..2 + ID_BYTES)?.try_into().ok()?;
        Some(Self(u64::from_le_bytes(id)))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016X}", self.0)
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Somebody's public key.
#[derive(Clone, Debug)]
pub struct PublicKey {
    line: String,
    id: KeyId,
    key: minisign_verify::PublicKey,
}

impl PublicKey {
    /// Out of a public key's line (`RW…`) or its whole file.
    ///
    /// # Errors
    /// `sign.key`.
    pub fn parse(text: &str) -> Result<Self> {
        let line = text.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default();
        let bad = || "this is no public key of minisign".to_owned();
        let key = minisign_verify::PublicKey::from_base64(line).or_invalid("sign.key", bad)?;
        let is_whole = STANDARD.decode(line).is_ok_and(|bytes| bytes.len() == KEY_BYTES);
        let id =
            KeyId::of_line(line).filter(|_| is_whole).ok_or_else(|| Error::invalid("sign.key", bad()))?;
        Ok(Self { line: line.into(), id, key })
    }

    /// Which one it is.
    pub fn id(&self) -> KeyId {
        self.id
    }

    /// `RW…`, as it stands in `gyre.toml`.
    pub fn line(&self) -> &str {
        &self.line
    }

    /// The file, as minisign writes it.
    pub fn text(&self) -> String {
        format!("{PUBLIC_COMMENT}{}\n{}\n", self.id, self.line)
    }

    /// That `signature` is this key's, of `bytes`; answers its trusted comment.
    ///
    /// # Errors
    /// `plugin.signature`.
    pub fn verify(&self, bytes: &[u8], signature: &str) -> Result<String> {
        let bad = || "it does not fit".to_owned();
        let parsed = minisign_verify::Signature::decode(signature).or_invalid("plugin.signature", bad)?;
        self.key.verify(bytes, &parsed, false).or_invalid("plugin.signature", bad)?;
        Ok(parsed.trusted_comment().to_owned())
    }
}

/// Whose signature this claims to be; nothing is checked.
///
/// # Errors
/// `plugin.signature`: it is not written as minisign writes them.
pub(crate) fn signer(signature: &str) -> Result<KeyId> {
    signature.lines().nth(1).and_then(KeyId::of_line).ok_or_else(|| {
        Error::invalid("plugin.signature", "the signature is not written as minisign writes them")
    })
}

/// What protects a secret key. Never printed.
pub struct Password(String);

impl Password {
    /// As somebody typed it, or a file's first line.
    ///
    /// # Errors
    /// `sign.password`: empty, or longer than minisign takes.
    pub fn new(text: &str) -> Result<Self> {
        let text = text.lines().next().unwrap_or_default();
        match text.len() {
            1..=PASSWORD_BYTES_MAX => Ok(Self(text.into())),
            0 => Err(Error::invalid("sign.password", "the password is empty")),
            _ => Err(Error::invalid(
                "sign.password",
                format!("the password is longer than {PASSWORD_BYTES_MAX} bytes"),
            )),
        }
    }
}

impl Password {
    /// Whether somebody typed the same twice.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(secret)")
    }
}

/// A new key pair, as the texts of its two files.
pub struct Pair {
    /// For everybody.
    pub public: PublicKey,
    /// The file of the secret half. A secret, unless it has a password.
    pub secret: String,
}

impl Pair {
    /// Makes one; with a password this takes a second and 32 MiB (scrypt).
    ///
    /// # Errors
    /// `sign.failed`.
    pub fn generate(password: Option<&Password>) -> Result<Self> {
        let what = || "no key pair can be made".to_owned();
        let (made, comment) = match password {
            Some(Password(text)) => {
                (minisign::KeyPair::generate_encrypted_keypair(Some(text.clone())), SECRET_COMMENT)
            }
            None => (minisign::KeyPair::generate_unencrypted_keypair(), SECRET_COMMENT_OPEN),
        };
        let pair = made.or_other("sign.failed", what)?;
        let secret = pair.sk.to_box(Some(comment)).or_other("sign.failed", what)?.to_string();
        Ok(Self { public: PublicKey::parse(&pair.pk.to_base64())?, secret })
    }
}

/// A secret key, ready to sign. Never printed.
pub struct SecretKey {
    key: minisign::SecretKey,
    public: PublicKey,
}

impl SecretKey {
    /// Whether a secret key's file asks for a password.
    ///
    /// # Errors
    /// `sign.key`.
    pub fn is_encrypted(file: &str) -> Result<bool> {
        let bytes = file.lines().nth(1).and_then(|line| STANDARD.decode(line.trim()).ok());
        // Bytes 2 and 3 name what derives the key from the password; zeros: nothing does.
        match bytes.as_deref().and_then(|bytes| bytes.get(2..4)) {
            Some(kdf) => Ok(kdf != [0, 0]),
            None => Err(Error::invalid("sign.key", "this is no secret key of minisign")),
        }
    }

    /// Out of its file.
    ///
    /// # Errors
    /// `sign.key`, `sign.password`.
    pub fn open(file: &str, password: Option<&Password>) -> Result<Self> {
        let boxed = minisign::SecretKeyBox::from(file.to_owned());
        let key = match (Self::is_encrypted(file)?, password) {
            (false, _) => boxed
                .into_unencrypted_secret_key()
                .or_invalid("sign.key", || "this is no secret key of minisign".into())?,
            (true, Some(Password(text))) => boxed
                .into_secret_key(Some(text.clone()))
                .or_invalid("sign.password", || "the secret key does not open".into())?,
            (true, None) => {
                return Err(Error::invalid("sign.password", "the secret key has a password"));
            }
        };
        let public = minisign::PublicKey::from_secret_key(&key)
            .or_invalid("sign.key", || "the secret key is damaged".into())?;
        Ok(Self { key, public: PublicKey::parse(&public.to_base64())? })
    }

    /// The other half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The text of a signature file. `comment` is signed, too.
    ///
    /// # Errors
    /// `sign.comment`, `sign.failed`.
    pub fn sign(&self, bytes: &[u8], comment: &str) -> Result<String> {
        if comment.len() > COMMENT_BYTES_MAX || comment.chars().any(|c| c.is_control() && c != '\t') {
            return Err(Error::invalid("sign.comment", "the trusted comment is not one line of text")
                .cause(format!("at most {COMMENT_BYTES_MAX} bytes, no control characters")));
        }
        let what = || "the signature cannot be made".to_owned();
        let made = minisign::sign(None, &self.key, bytes, Some(comment), Some(SIGNATURE_COMMENT))
            .or_other("sign.failed", what)?;
        let text = made.into_string();
        // What nobody could verify must not leave this machine.
        self.public.verify(bytes, &text).map_err(|e| Error::other("sign.failed", what()).cause(e))?;
        Ok(text)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretKey({})", self.public.id)
    }
}

#[cfg(test)]
mod tests;
