//! The certificate and the key of a listener, out of a PKCS #12 archive: `openssl` opens it, so that whoever made it is
//! judged by a program of others.

use anyhow::{Context, Result, ensure};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::io::Write as _;
use std::process::{Command, Stdio};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;

/// TLS as a server that shows the archive's certificate.
pub fn acceptor(archive: &[u8], password: &str) -> Result<TlsAcceptor> {
    let pem = opened(archive, password)?;
    let chain = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_slice(&pem).context("the archive holds no private key")?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(rustls::ALL_VERSIONS)?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// PEM of all that is in it.
fn opened(archive: &[u8], password: &str) -> Result<Vec<u8>> {
    let mut openssl = Command::new("openssl")
        .args(["pkcs12", "-legacy", "-nodes", "-passin", "env:ARCHIVE_PASSWORD"])
        .env("ARCHIVE_PASSWORD", password)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("openssl cannot be started")?;
    let mut stdin = openssl.stdin.take().context("openssl has no standard input")?;
    // It says itself what is wrong with what it did not read.
    drop(stdin.write_all(archive));
    drop(stdin);
    let output = openssl.wait_with_output()?;
    let complaint = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "openssl does not open the archive: {complaint}");
    Ok(output.stdout)
}
