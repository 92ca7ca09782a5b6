//! TLS of the server: its certificate and key, read from PEM files. Refuses to know what travels in it.

use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

const CODE: &str = "serve.tls";

/// What connections are accepted with.
///
/// # Errors
/// `serve.tls`.
pub fn acceptor(certificate: &Path, key: &Path) -> Result<TlsAcceptor> {
    let unreadable = |path: &Path| format!("{} cannot be read as PEM", path.display());
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .or_invalid(CODE, || unreadable(certificate))?;
    if chain.is_empty() {
        return Err(Error::invalid(CODE, format!("{} holds no certificate", certificate.display())));
    }
    let secret = PrivateKeyDer::from_pem_file(key).or_invalid(CODE, || unreadable(key))?;
    let config = rustls::ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(chain, secret)
        .or_invalid(CODE, || format!("{} and {} do not fit", certificate.display(), key.display()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
