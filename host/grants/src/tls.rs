//! Whom a guest's HTTPS connections trust: the system's roots, PEM roots that the endpoint brings, or one pinned
//! certificate. It opens no connection.

use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use gyre_sandbox::bindings::http::Tls;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use sha2::{Digest as _, Sha256};
use std::sync::{Arc, OnceLock};

/// PEM roots of one endpoint.
const ROOTS_BYTES_MAX: usize = 1 << 20;
const PIN_BYTES: usize = 32;

/// The system's roots, read at the first use.
#[derive(Default)]
pub(crate) struct Roots(OnceLock<Arc<RootCertStore>>);

impl Roots {
    fn system(&self) -> Arc<RootCertStore> {
        let read = || {
            let found = rustls_native_certs::load_native_certs();
            for error in &found.errors {
                tracing::debug!(%error, "a system root certificate cannot be read");
            }
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(found.certs);
            Arc::new(roots)
        };
        self.0.get_or_init(read).clone()
    }

    /// The settings of an endpoint.
    ///
    /// # Errors
    /// `http.tls-roots`, `http.tls-pin`.
    pub(crate) fn client_config(&self, tls: Option<&Tls>) -> Result<ClientConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider.clone())
            .with_safe_default_protocol_versions()
            .or_other("http.tls", || "TLS cannot be set up".into())?;
        if let Some(pin) = tls.and_then(|tls| tls.pinned.as_deref()) {
            let verifier = Arc::new(Pinned { digest: parse_pin(pin)?, provider });
            return Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth());
        }
        let roots = match tls.and_then(|tls| tls.roots.as_deref()) {
            Some(pem) => Arc::new(parse_roots(pem)?),
            None => self.system(),
        };
        if roots.is_empty() {
            // Plain HTTP still works; a connection by HTTPS fails with its own error.
            return Ok(builder.with_root_certificates(roots).with_no_client_auth());
        }
        let verifier = WebPkiServerVerifier::builder_with_provider(roots, provider)
            .build()
            .or_invalid("http.tls-roots", || "the roots of the endpoint cannot be used".into())?;
        Ok(builder.with_webpki_verifier(verifier).with_no_client_auth())
    }
}

fn parse_roots(pem: &str) -> Result<RootCertStore> {
    let what = || "the PEM roots of the endpoint cannot be read".to_owned();
    if pem.len() > ROOTS_BYTES_MAX {
        return Err(
            Error::invalid("http.tls-roots", what()).cause(format!("more than {ROOTS_BYTES_MAX} bytes"))
        );
    }
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
        let certificate = certificate.or_invalid("http.tls-roots", what)?;
        roots.add(certificate).or_invalid("http.tls-roots", what)?;
    }
    if roots.is_empty() {
        return Err(Error::invalid("http.tls-roots", what()).cause("it holds no certificate"));
    }
    Ok(roots)
}

/// 64 hex digits, with or without colons.
fn parse_pin(text: &str) -> Result<[u8; PIN_BYTES]> {
    let bad = || Error::invalid("http.tls-pin", "the pinned certificate is not a SHA-256 of 64 hex digits");
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| *c != ':')
        .map(|c| c.to_digit(16))
        .map(|d| d.map(|d| d as u8))
        .collect::<Option<_>>()
        .ok_or_else(bad)?;
    let bytes: Vec<u8> =
        digits.chunks(2).map(|pair| pair.iter().fold(0, |byte, digit| (byte << 4) | digit)).collect();
    if digits.len() != 2 * PIN_BYTES {
        return Err(bad());
    }
    bytes.try_into().map_err(|_| bad())
}

/// Accepts one certificate, whatever its name, dates and issuer; the server must still prove that it holds its key.
#[derive(Debug)]
struct Pinned {
    digest: [u8; PIN_BYTES],
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if Sha256::digest(certificate)[..] == self.digest {
            return Ok(ServerCertVerified::assertion());
        }
        Err(rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(
            message,
            certificate,
            signature,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pins_and_roots_are_parsed_strictly() {
        assert_eq!(parse_pin(&"0a:".repeat(32)).unwrap(), [10; 32]);
        for bad in [String::new(), "0a".repeat(31), "0a".repeat(33), "zz".repeat(32)] {
            assert_eq!(parse_pin(&bad).unwrap_err().code, "http.tls-pin");
        }
        for bad in ["", "no pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            assert_eq!(parse_roots(bad).unwrap_err().code, "http.tls-roots", "{bad}");
        }
    }
}
