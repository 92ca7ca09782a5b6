//! Web servers on loopback, over TLS of an authority that a test makes, or in the clear. Whatever they say is the
//! test's.

#![allow(dead_code)] // each test uses a part of it

use anyhow::{Context, Result, ensure};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How long a server waits for what a client says.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whoever signs certificates.
pub struct Authority {
    pub pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A server of this name, whose certificate ends with this year.
    pub fn vouch(&self, name: &str, until: i32) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(until, 12, 31);
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        Arc::new(config.unwrap().with_no_client_auth().with_single_cert(chain, key).unwrap())
    }
}

/// A server on loopback, over TLS or in the clear, and the paths that it was asked for. Its thread ends with the test's
/// process.
pub struct Server {
    pub port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub fn start(
        tls: Option<Arc<ServerConfig>>,
        answer: impl Fn(&str) -> Vec<u8> + Send + 'static,
    ) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (port, asked) = (listener.local_addr()?.port(), Arc::new(Mutex::new(Vec::new())));
        let notes = asked.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that breaks off the handshake is what these tests are about.
                let _ = serve(stream, tls.clone(), &answer, &notes);
            }
        });
        Ok(Self { port, asked })
    }

    pub fn url(&self, scheme: &str, path: &str) -> String {
        format!("{scheme}://localhost:{}/{path}", self.port)
    }

    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(
    stream: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    answer: &impl Fn(&str) -> Vec<u8>,
    notes: &Mutex<Vec<String>>,
) -> Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    match tls {
        Some(config) => {
            let mut stream = StreamOwned::new(ServerConnection::new(config)?, stream);
            converse(&mut stream, answer, notes)?;
            stream.conn.send_close_notify();
            Ok(stream.flush()?)
        }
        None => converse(&mut { stream }, answer, notes),
    }
}

/// One request and its answer.
fn converse(
    stream: &mut (impl Read + Write),
    answer: &impl Fn(&str) -> Vec<u8>,
    notes: &Mutex<Vec<String>>,
) -> Result<()> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        ensure!(stream.read(&mut byte)? == 1, "it broke off");
        head.push(byte[0]);
        ensure!(head[0].is_ascii_uppercase(), "it speaks TLS where nobody does");
    }
    let head = String::from_utf8(head)?;
    let path = head.split(' ').nth(1).context("no path")?;
    notes.lock().unwrap().push(path.to_owned());
    stream.write_all(&answer(path))?;
    Ok(stream.flush()?)
}

pub fn answered(status: &str, header: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{header}content-length: {length}\r\nconnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}
