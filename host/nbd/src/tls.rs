//! TLS towards an NBD server: whom it trusts, and who it says it is. The files have the names that QEMU, libvirt and
//! libnbd gave them. It never goes on without TLS where TLS was asked for.

use crate::limits::PEM_BYTES_MAX;
use crate::stream::{Stream, lost};
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use tokio_rustls::TlsConnector;

const AUTHORITY: &str = "ca-cert.pem";
const CERTIFICATE: &str = "client-cert.pem";
const KEY: &str = "client-key.pem";

/// How a server is to prove itself.
#[derive(Clone)]
pub struct Tls {
    config: Arc<ClientConfig>,
    name: ServerName<'static>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Tls({:?})", self.name)
    }
}

impl Tls {
    /// Reads the files of `certificates`, or the system's roots. The server must show a certificate for `name`.
    ///
    /// # Errors
    /// `nbd.tls-files`.
    pub fn open(certificates: Option<&Path>, name: &str) -> Result<Self> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let roots =
            Arc::new(certificates.map_or_else(system, |directory| authority(&directory.join(AUTHORITY)))?);
        let verifier = WebPkiServerVerifier::builder_with_provider(roots, provider.clone());
        let verifier =
            verifier.build().or_invalid("nbd.tls-files", || "no root certificate can be used".into())?;
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .or_other("nbd.tls", || "TLS cannot be set up".into())?
            .with_webpki_verifier(verifier);
        let own = certificates.filter(|directory| directory.join(CERTIFICATE).exists());
        let config = match own {
            Some(directory) => {
                let (chain, key) = own_certificate(directory)?;
                builder.with_client_auth_cert(chain, key).or_invalid("nbd.tls-files", || {
                    format!("{CERTIFICATE} and {KEY} in {} do not go together", directory.display())
                })?
            }
            None => builder.with_no_client_auth(),
        };
        let name = ServerName::try_from(name.to_owned())
            .or_invalid("nbd.address", || format!("no certificate is for {name:?}"))?;
        Ok(Self { config: Arc::new(config), name })
    }

    /// Speaks TLS over a stream; `server` is for messages.
    pub(crate) async fn over(&self, stream: Box<dyn Stream>, server: &str) -> Result<Box<dyn Stream>> {
        let connector = TlsConnector::from(self.config.clone());
        let stream = connector.connect(self.name.clone(), stream).await;
        Ok(Box::new(stream.map_err(|error| lost(server, &error))?))
    }
}

fn system() -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(Error::invalid("nbd.tls-files", "this system has no root certificates")
            .cause("name a directory: nbds://…?tls-certificates=/path"));
    }
    Ok(roots)
}

fn authority(path: &Path) -> Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).or_invalid("nbd.tls-files", || cannot(path))?;
    }
    Ok(roots)
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let text = pem(path)?;
    let found: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let found = found.or_invalid("nbd.tls-files", || cannot(path))?;
    if found.is_empty() {
        return Err(Error::invalid("nbd.tls-files", cannot(path)).cause("it holds no certificate"));
    }
    Ok(found)
}

fn own_certificate(directory: &Path) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>)> {
    let path = directory.join(KEY);
    // What is wrong with a key is not told with its bytes.
    let key = PrivateKeyDer::from_pem_slice(&pem(&path)?)
        .map_err(|_| Error::invalid("nbd.tls-files", cannot(&path)).cause("it holds no private key"))?;
    Ok((certificates(&directory.join(CERTIFICATE))?, key))
}

fn pem(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let file = File::open(path).or_invalid("nbd.tls-files", || cannot(path))?;
    let read = file.take(PEM_BYTES_MAX).read_to_end(&mut bytes);
    read.or_invalid("nbd.tls-files", || cannot(path))?;
    Ok(bytes)
}

fn cannot(path: &Path) -> String {
    format!("{} cannot be used", path.display())
}
