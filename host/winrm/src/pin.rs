//! Whether a TLS server is the one that was meant: the hash of its public key is known, its name, its issuer and its dates
//! say nothing. Knows no protocol above TLS.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use gyre_core::{Error, Result};
use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, OtherError, SignatureScheme};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::sync::Arc;

const PREFIX: &str = "SHA256:";

/// SHA-256 of a SubjectPublicKeyInfo (DER), written as `SHA256:` and base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostKey([u8; 32]);

impl HostKey {
    /// Reads one, with or without the padding of base64.
    ///
    /// # Errors
    /// `winrm.host-key`.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = || {
            Error::invalid(
                "winrm.host-key",
                "a pinned WinRM host key is not `SHA256:` and the base64 of 32 bytes",
            )
        };
        let base64 = text.trim().strip_prefix(PREFIX).ok_or_else(wrong)?.trim_end_matches('=');
        let bytes = STANDARD_NO_PAD.decode(base64).map_err(|_| wrong())?;
        bytes.try_into().map(Self).map_err(|_| wrong())
    }

    fn of(certificate: &CertificateDer<'_>) -> Result<Self, rustls::Error> {
        let key = ParsedCertificate::try_from(certificate)?.subject_public_key_info();
        Ok(Self(Sha256::digest(key.as_ref()).into()))
    }
}

impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{PREFIX}{}", STANDARD_NO_PAD.encode(self.0))
    }
}

/// TLS 1.2 and 1.3 to the server with this key alone.
///
/// # Errors
/// `winrm.tls`, a defect.
pub fn client_config(key: HostKey) -> Result<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = Pinned { key, algorithms: provider.signature_verification_algorithms };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
        .map_err(|error| Error::other("winrm.tls", "TLS cannot be set up").cause(error))?;
    let mut config =
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier)).with_no_client_auth();
    // The name is not the server's, and each session shall show its key anew.
    config.enable_sni = false;
    config.resumption = Resumption::disabled();
    Ok(config)
}

/// Sixteen bytes that nobody foresees.
///
/// # Errors
/// `winrm.tls` where the kernel gives none.
pub fn random() -> Result<[u8; 16]> {
    let mut bytes = [0; 16];
    let filled = rustls::crypto::ring::default_provider().secure_random.fill(&mut bytes);
    filled.map_err(|_| Error::other("winrm.tls", "the system gives no random numbers"))?;
    Ok(bytes)
}

#[derive(Debug)]
struct Pinned {
    key: HostKey,
    algorithms: WebPkiSupportedAlgorithms,
}

#[derive(Debug)]
struct OtherKey(HostKey);

impl fmt::Display for OtherKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "it shows {}", self.0)
    }
}

impl std::error::Error for OtherKey {}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let shown = HostKey::of(end_entity)?;
        if shown == self.key {
            return Ok(ServerCertVerified::assertion());
        }
        Err(CertificateError::Other(OtherError(Arc::new(OtherKey(shown)))).into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_read_with_and_without_padding_and_nothing_else_is() {
        let key = HostKey([7; 32]);
        assert_eq!(HostKey::parse(&key.to_string()).unwrap(), key);
        assert_eq!(HostKey::parse(&format!("{key}=")).unwrap(), key);
        for text in ["", "SHA256:", "SHA256:AAAA", "MD5:AAAA", "ssh-ed25519 AAAA", "SHA256:*"] {
            assert_eq!(HostKey::parse(text).unwrap_err().code, "winrm.host-key", "{text}");
        }
    }
}
