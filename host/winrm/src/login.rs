//! The login of a worker that runs Windows: a password and the certificate of its WinRM listener, both out of one seed, so
//! that nothing is stored and a host that restarted logs in to the workers that it finds. Knows no job and no connection.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use p12_keystore::{
    Certificate, EncryptionAlgorithm, KeyStore, KeyStoreEntry, MacAlgorithm, PrivateKeyChain,
};
use p256::SecretKey;
use p256::pkcs8::EncodePrivateKey as _;
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyPair, KeyUsagePurpose,
    PublicKeyData as _, date_time_ymd,
};
use sha2::{Digest as _, Sha256};

/// Changing these changes every password and every key: workers of running jobs would no longer be reached.
const KEY_CONTEXT: &str = "gyre 2026-11 key of a WinRM listener";
const PASSWORD_CONTEXT: &str = "gyre 2026-11 password of a WinRM login";
/// Subject of the certificate, by which the worker's listener is told its host name.
const SUBJECT: &str = "gyre-worker";
/// What passwords are made of, so that they need quotes nowhere.
const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const PASSWORD_CHARS: usize = 40;
/// Bytes below this are spread evenly over the letters.
const EVEN: usize = 256 / LETTERS.len() * LETTERS.len();
/// The account, whose name Windows refuses in a password.
const ACCOUNT: &str = "gyre";
/// Of random numbers, one of 2^32 is no key of the curve, and one password of a thousand lacks a digit.
const TRIES_MAX: u32 = 32;
/// Of the functions that make keys out of the password: as many as Windows' own exports have. The password is random, so
/// that more would protect nothing.
const ITERATIONS: u32 = 2048;
/// Years in which the certificate is valid: it is pinned by its key and lives as long as a job, and a worker's clock may
/// be wrong when it first boots.
const YEARS: (i32, i32) = (1970, 2049);

/// What a worker is made with, and what gyre knows it by.
pub struct Login {
    /// Password of the account, which opens the archive, too: 40 letters and digits, some of each kind.
    pub password: String,
    /// PKCS #12: key and self-signed certificate of the WinRM listener, subject `CN=gyre-worker`.
    pub archive: Vec<u8>,
    /// `SHA256:` and the base64 of the SHA-256 of the key's SubjectPublicKeyInfo (DER), with its padding.
    pub host_key: String,
}

impl Login {
    /// The same password and key for the same seed, always; the certificate around the key may differ.
    ///
    /// # Errors
    /// `winrm.login-made` when a certificate cannot be made.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self> {
        let password = password(seed)?;
        let key = key(seed)?;
        let host_key = pin(&key.subject_public_key_info());
        let archive = archive(&key, &password)?;
        Ok(Self { password, archive, host_key })
    }
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Login({})", self.host_key)
    }
}

const CODE: &str = "winrm.login-made";

fn what() -> String {
    "cannot make the login of a worker that runs Windows".into()
}

/// What a server's key is pinned by; of its SubjectPublicKeyInfo (DER).
pub(crate) fn pin(public: &[u8]) -> String {
    format!("SHA256:{}", STANDARD.encode(Sha256::digest(public)))
}

/// Random bytes that are the same for the same seed, use and try.
fn stream(context: &str, seed: &[u8; 32], attempt: u32) -> blake3::OutputReader {
    blake3::Hasher::new_derive_key(context).update(seed).update(&attempt.to_le_bytes()).finalize_xof()
}

/// The first of several tries that comes to something.
fn first<T>(try_it: impl Fn(u32) -> Option<T>) -> Result<T> {
    (0..TRIES_MAX)
        .find_map(try_it)
        .ok_or_else(|| Error::other(CODE, what()).cause("no random number will do"))
}

fn key(seed: &[u8; 32]) -> Result<KeyPair> {
    let secret = first(|attempt| {
        let mut number = [0; 32];
        stream(KEY_CONTEXT, seed, attempt).fill(&mut number);
        SecretKey::from_slice(&number).ok()
    })?;
    let document = secret.to_pkcs8_der().or_other(CODE, what)?;
    KeyPair::try_from(document.as_bytes()).or_other(CODE, what)
}

fn password(seed: &[u8; 32]) -> Result<String> {
    first(|attempt| {
        let mut bytes = [0; PASSWORD_CHARS * 4];
        stream(PASSWORD_CONTEXT, seed, attempt).fill(&mut bytes);
        let even = bytes.iter().map(|byte| usize::from(*byte)).filter(|byte| *byte < EVEN);
        let letters = even.filter_map(|byte| LETTERS.get(byte % LETTERS.len()));
        let password: String = letters.take(PASSWORD_CHARS).map(|letter| char::from(*letter)).collect();
        is_complex(&password).then_some(password)
    })
}

/// Whether Windows takes it where `Password must meet complexity requirements` is set.
fn is_complex(password: &str) -> bool {
    let has = |kind: fn(&u8) -> bool| password.bytes().any(|byte| kind(&byte));
    password.len() == PASSWORD_CHARS
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
        && !password.to_ascii_lowercase().contains(ACCOUNT)
}

fn certificate(key: &KeyPair) -> Result<rcgen::Certificate> {
    let mut params = CertificateParams::new(vec![SUBJECT.to_owned()]).or_other(CODE, what)?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, SUBJECT);
    params.not_before = date_time_ymd(YEARS.0, 1, 1);
    params.not_after = date_time_ymd(YEARS.1, 12, 31);
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.self_signed(key).or_other(CODE, what)
}

/// With the algorithms of 1999: Windows reads no others before Server 2019.
fn archive(key: &KeyPair, password: &str) -> Result<Vec<u8>> {
    let certificate = certificate(key)?;
    let wrapped = Certificate::from_der(certificate.der()).or_other(CODE, what)?;
    let private = p12_keystore::PrivateKey::from_der(key.serialized_der()).or_other(CODE, what)?;
    let chain = PrivateKeyChain::new(SUBJECT, private, [wrapped]);
    let mut store = KeyStore::new();
    store.add_entry(SUBJECT, KeyStoreEntry::PrivateKeyChain(chain));
    store
        .writer(password)
        .encryption_algorithm(EncryptionAlgorithm::PbeWithShaAnd3KeyTripleDesCbc)
        .encryption_iterations(ITERATIONS)
        .mac_algorithm(MacAlgorithm::HmacSha1)
        .mac_iterations(ITERATIONS)
        .write()
        .or_other(CODE, what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    const SEED: [u8; 32] = [7; 32];

    /// What `openssl` says of an input.
    fn openssl(arguments: &[&str], input: &[u8]) -> Vec<u8> {
        let mut child = Command::new("openssl")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    /// Out of an archive, as PEM.
    fn unpacked(login: &Login, what: &str) -> Vec<u8> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &login.archive).unwrap();
        let path = file.path().to_str().unwrap();
        let password = format!("pass:{}", login.password);
        let arguments = ["pkcs12", "-legacy", "-in", path, "-passin", &password, "-noenc", what];
        openssl(&arguments, b"")
    }

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_seed_has_one_password_and_one_key() {
        let (one, again) = (Login::from_seed(&SEED).unwrap(), Login::from_seed(&SEED).unwrap());
        assert_eq!((&one.password, &one.host_key), (&again.password, &again.host_key));
        assert_eq!(unpacked(&one, "-nocerts"), unpacked(&again, "-nocerts"));
        let other = Login::from_seed(&[8; 32]).unwrap();
        assert!(one.password != other.password && one.host_key != other.host_key);
    }

    /// Workers of jobs that run over an update of gyre are reached after it.
    #[test]
    fn a_seed_has_the_same_password_and_key_in_every_version() {
        let login = Login::from_seed(&SEED).unwrap();
        assert_eq!(login.password, "3HIpEBB6eX1XoE8pPFijSRYbBwmaJ9Ix8hJTuLAH");
        assert_eq!(login.host_key, "SHA256:1gAxZzSRyzz6JjezDP09psDvVwGYv5qD710rc7Nl7rc=");
    }

    #[test]
    fn windows_takes_every_password() {
        for number in 0..=u8::MAX {
            let password = password(&[number; 32]).unwrap();
            assert!(
                is_complex(&password) && password.bytes().all(|byte| LETTERS.contains(&byte)),
                "{password}"
            );
        }
        for refused in ["a".repeat(40), format!("Gyre{}", "aB3".repeat(12)), "aB3".into()] {
            assert!(!is_complex(&refused), "{refused}");
        }
    }

    #[test]
    fn openssl_reads_the_archive() {
        let login = Login::from_seed(&SEED).unwrap();
        let certificate = unpacked(&login, "-nokeys");
        let told = text(openssl(
            &["x509", "-noout", "-subject", "-issuer", "-dates", "-ext", "extendedKeyUsage,keyUsage"],
            &certificate,
        ));
        for line in [
            "subject=CN = gyre-worker",
            "issuer=CN = gyre-worker",
            "notBefore=Jan  1 00:00:00 1970 GMT",
            "notAfter=Dec 31 00:00:00 2049 GMT",
            "TLS Web Server Authentication",
            "Digital Signature",
        ] {
            assert!(told.contains(line), "{line}: {told}");
        }
        let public = openssl(&["x509", "-noout", "-pubkey"], &certificate);
        let of_key = openssl(&["pkey", "-pubout"], &unpacked(&login, "-nocerts"));
        assert_eq!(text(public.clone()), text(of_key), "the key is the certificate's");
        let der = openssl(&["pkey", "-pubin", "-outform", "DER"], &public);
        let digest = openssl(&["dgst", "-sha256", "-binary"], &der);
        assert_eq!(login.host_key, format!("SHA256:{}", STANDARD.encode(digest)));
    }

    #[test]
    fn the_archive_is_what_old_windows_reads() {
        let login = Login::from_seed(&SEED).unwrap();
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), &login.archive).unwrap();
        let (path, password) = (file.path().to_str().unwrap(), format!("pass:{}", login.password));
        let arguments = ["pkcs12", "-legacy", "-in", path, "-passin", &password, "-info", "-noout"];
        let output = Command::new("openssl").args(arguments).output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{told}");
        assert!(told.contains("MAC: sha1, Iteration 2048"), "{told}");
        assert_eq!(
            told.matches("pbeWithSHA1And3-KeyTripleDES-CBC").count(),
            2,
            "certificate and key: {told}"
        );
        let wrong = ["pkcs12", "-legacy", "-in", path, "-passin", "pass:x", "-noout"];
        assert!(!Command::new("openssl").args(wrong).output().unwrap().status.success());
    }

    #[test]
    fn a_login_shows_nothing_of_its_password() {
        let login = Login::from_seed(&SEED).unwrap();
        assert_eq!(format!("{login:?}"), format!("Login({})", login.host_key));
    }
}
