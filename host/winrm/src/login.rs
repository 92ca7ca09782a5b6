//! The login of a worker that runs Windows: a password and the certificate of its WinRM listener, both out of one seed.

use gyre_core::{Error, Result};

/// What a worker is made with, and what gyre knows it by.
pub struct Login {
    /// Password of the account, which opens the archive, too. Letters and digits alone.
    pub password: String,
    /// PKCS #12: key and self-signed certificate of the WinRM listener, subject `CN=gyre-worker`.
    pub archive: Vec<u8>,
    /// `SHA256:` and the base64 of the SHA-256 of the key's SubjectPublicKeyInfo (DER).
    pub host_key: String,
}

impl Login {
    /// The same password and key for the same seed, always; the certificate around the key may differ.
    ///
    /// # Errors
    /// `winrm.login-made` when a certificate cannot be made.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self> {
        let _ = seed;
        Err(Error::other("winrm.login-made", "logins are not there yet"))
    }
}
