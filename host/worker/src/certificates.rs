//! An authority that lives as long as one worker, and the two certificates that it signs: the
//! agent's and ours. Nobody else's certificate opens the link, and ours opens no other. Knows no
//! connection.

use crate::link::Route;
use gyre_core::error::Context as _;
use gyre_core::protocol::{Listen, Ready};
use gyre_core::{Error, Result};
use rcgen::{
    BasicConstraints, CertificateParams, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::CipherSuite;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

/// The agent's name in its certificate: it has no other that both sides know.
pub const AGENT_NAME: &str = "gyre-agent";
/// Clocks differ, by as much as time zones do where a Windows takes its machine's clock for the local time.
const BEFORE: Duration = Duration::from_secs(24 * 3600);
const VALID: Duration = Duration::from_secs(2 * 24 * 3600);

/// All PEM.
pub struct Certificates {
    /// Who signed both.
    pub authority: String,
    /// The agent's.
    pub agent: Pair,
    /// Ours.
    pub host: Pair,
}

/// A certificate and its key.
pub struct Pair {
    /// PEM.
    pub certificate: String,
    /// PEM; a secret.
    pub key: String,
}

impl Certificates {
    /// Makes new ones.
    ///
    /// # Errors
    /// `worker.certificate`.
    pub fn make() -> Result<Self> {
        let key = new_key()?;
        let mut params = params("gyre", &[])?;
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let authority = params.self_signed(&key).or_other(CODE, what)?;
        let issuer = Issuer::new(params, key);
        Ok(Self {
            authority: authority.pem(),
            agent: signed(&issuer, ExtendedKeyUsagePurpose::ServerAuth)?,
            host: signed(&issuer, ExtendedKeyUsagePurpose::ClientAuth)?,
        })
    }

    /// Where the agent listens, and what it shows and asks for there.
    pub fn listen(&self, port: u16) -> Listen {
        Listen::Tls {
            port,
            certificate: self.agent.certificate.clone(),
            key: self.agent.key.clone(),
            client_authority: self.authority.clone(),
        }
    }

    /// The way to the agent on `host`, which said that it is ready.
    ///
    /// # Errors
    /// `worker.protocol` where it told no port; `worker.certificate`.
    pub fn route(&self, host: &str, ready: &Ready) -> Result<Route> {
        let port = ready.port.ok_or_else(|| Error::other("worker.protocol", "the agent told no port"))?;
        Ok(Route::Tls { host: host.to_owned(), port, config: Arc::new(self.client_config()?) })
    }

    /// TLS 1.3 with our certificate, to the agent's alone.
    ///
    /// # Errors
    /// `worker.certificate`.
    fn client_config(&self) -> Result<rustls::ClientConfig> {
        let mut roots = rustls::RootCertStore::empty();
        roots.add(parse(&self.authority)?).or_other(CODE, what)?;
        let key = PrivateKeyDer::from_pem_slice(self.host.key.as_bytes())
            .map_err(|_| Error::other(CODE, what()))?;
        rustls::ClientConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&rustls::version::TLS13])
            .or_other(CODE, what)?
            .with_root_certificates(roots)
            .with_client_auth_cert(vec![parse(&self.host.certificate)?], key)
            .or_other(CODE, what)
    }
}

/// AES-128-GCM before the others, which the agent follows: it takes some fewer rounds for each byte, on both sides, and
/// RFC 8446 has every implementation know it.
fn provider() -> CryptoProvider {
    let mut provider = rustls::crypto::ring::default_provider();
    provider.cipher_suites.sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_AES_128_GCM_SHA256);
    provider
}

const CODE: &str = "worker.certificate";

fn what() -> String {
    "cannot make the certificates of a worker's link".into()
}

fn new_key() -> Result<KeyPair> {
    KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).or_other(CODE, what)
}

fn params(common_name: &str, names: &[String]) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(names.to_vec()).or_other(CODE, what)?;
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(rcgen::DnType::CommonName, common_name);
    let now = SystemTime::now();
    params.not_before = (now - BEFORE).into();
    params.not_after = (now + VALID).into();
    Ok(params)
}

fn signed(issuer: &Issuer<'_, KeyPair>, usage: ExtendedKeyUsagePurpose) -> Result<Pair> {
    let key = new_key()?;
    let mut params = params(AGENT_NAME, &[AGENT_NAME.to_string()])?;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![usage];
    let certificate = params.signed_by(&key, issuer).or_other(CODE, what)?;
    Ok(Pair { certificate: certificate.pem(), key: key.serialize_pem() })
}

fn parse(pem: &str) -> Result<CertificateDer<'static>> {
    CertificateDer::from_pem_slice(pem.as_bytes()).or_other(CODE, what)
}
