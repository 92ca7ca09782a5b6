//! Mutual TLS by hand, as the host speaks it with an agent on TCP.

use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject as _};
use std::io::{Read as _, Write as _};
use std::sync::Arc;

/// The shortest request.
pub const HELLO: &[u8] = b"GET /v1/hello HTTP/1.1\r\nhost: agent\r\nconnection: close\r\n\r\n";

pub type Issuer = rcgen::Issuer<'static, rcgen::KeyPair>;

/// An authority and a client of it.
pub fn authority() -> (String, Issuer) {
    let key = rcgen::KeyPair::generate().unwrap();
    let mut params = rcgen::CertificateParams::new(vec![]).unwrap();
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let pem = params.self_signed(&key).unwrap().pem();
    (pem, rcgen::Issuer::new(params, key))
}

/// Certificate and key.
pub fn signed(issuer: &Issuer) -> (String, String) {
    let key = rcgen::KeyPair::generate().unwrap();
    let params = rcgen::CertificateParams::new(vec!["gyre-agent".to_string()]).unwrap();
    (params.signed_by(&key, issuer).unwrap().pem(), key.serialize_pem())
}

/// One request over TLS with this certificate, if any; the whole answer, or that there was none.
pub fn exchange(port: u16, roots: &str, client: Option<(String, String)>, request: &[u8]) -> Option<Vec<u8>> {
    let mut store = rustls::RootCertStore::empty();
    store.add(CertificateDer::from_pem_slice(roots.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config =
        rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let config = config.with_root_certificates(store);
    let config = match client {
        None => config.with_no_client_auth(),
        Some((certificate, key)) => {
            let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
            config
                .with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap())
                .unwrap()
        }
    };
    let name = ServerName::try_from("gyre-agent").unwrap();
    let mut connection = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let mut socket = std::net::TcpStream::connect(("127.0.0.1", port)).unwrap();
    let mut stream = rustls::Stream::new(&mut connection, &mut socket);
    stream.write_all(request).ok()?;
    let mut answer = Vec::new();
    // An end without a farewell is an end, too.
    let _ = stream.read_to_end(&mut answer);
    (!answer.is_empty()).then_some(answer)
}
