//! `gyre plugin install https://…` over real TLS on loopback: certificates of an authority of this test's own, servers that
//! lie about who they are, and one that gives up TLS. What is refused leaves nothing behind. Loads what `cargo xtask
//! plugins` builds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test may fail

use anyhow::{Context, Result, ensure};
use gyre_tests::fixture::root;
use gyre_tests::program::{Ended, Gyre};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;

/// How long a server waits for what a client says.
const PATIENCE: Duration = Duration::from_secs(20);
/// Exit code of what is denied.
const DENIED: i32 = 3;

/// Whoever signs certificates.
struct Authority {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { pem, issuer: Issuer::new(params, key) }
    }

    /// A server of this name, whose certificate ends with this year.
    fn vouch(&self, name: &str, until: i32) -> Arc<ServerConfig> {
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
struct Server {
    port: u16,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(
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

    fn url(&self, scheme: &str) -> String {
        format!("{scheme}://localhost:{}/tinos.wasm", self.port)
    }

    fn asked(&self) -> Vec<String> {
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

fn answered(status: &str, header: &str, body: &[u8]) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\n{header}content-length: {length}\r\nconnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}

fn component() -> Result<Vec<u8>> {
    let path = root().join("target/plugins/generic-linux.wasm");
    std::fs::read(&path).with_context(|| path.display().to_string())
}

/// A component, and no signature beside it.
fn honest() -> Result<impl Fn(&str) -> Vec<u8> + Send + 'static> {
    let component = component()?;
    Ok(move |path: &str| match path {
        "/tinos.wasm" => answered("200 OK", "", &component),
        _ => answered("404 Not Found", "", b""),
    })
}

/// A site that trusts one authority.
struct Site {
    directory: TempDir,
    gyre: Gyre,
}

impl Site {
    fn trusting(authority: &Authority) -> Result<Self> {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let (config, roots) = (directory.path().join("gyre.toml"), directory.path().join("roots.pem"));
        std::fs::write(&config, "[host]\nstate = \"state\"\n")?;
        std::fs::write(&roots, &authority.pem)?;
        Ok(Self { gyre: Gyre::new(&config)?.with("SSL_CERT_FILE", roots), directory })
    }

    fn install(&self, url: &str) -> Result<Ended> {
        self.gyre.run(&["plugin", "install", url, "--yes"])
    }

    fn installed(&self) -> PathBuf {
        self.directory.path().join("state/plugins/tinos.wasm")
    }

    /// That it ends with this code, says these words, and leaves nothing.
    fn refuses(&self, url: &str, code: Option<i32>, words: &[&str]) -> Result<()> {
        let ended = self.install(url)?;
        let said = ended.said();
        ensure!(ended.code.is_some_and(|code| code != 0), "{url}: {said}");
        ensure!(code.is_none() || ended.code == code, "{url}: {said}");
        ensure!(words.iter().all(|word| said.contains(word)), "{url}: {words:?} is not in: {said}");
        let plugins = self.directory.path().join("state/plugins");
        let left = std::fs::read_dir(plugins).map_or(0, Iterator::count);
        ensure!(left == 0, "{url}: {left} files are left");
        Ok(())
    }
}

#[test]
fn a_component_comes_from_a_server_that_a_trusted_authority_vouches_for() -> Result<()> {
    let authority = Authority::new("ours");
    let server = Server::start(Some(authority.vouch("localhost", 4000)), honest()?)?;
    let site = Site::trusting(&authority)?;
    let ended = site.install(&server.url("https"))?;
    ensure!(ended.code == Some(0) && ended.said().contains("[plugin.tinos]"), "{}", ended.said());
    ensure!(std::fs::read(site.installed())? == component()?);
    ensure!(server.asked() == ["/tinos.wasm", "/tinos.wasm.minisig"], "{:?}", server.asked());
    Ok(())
}

#[test]
fn whoever_cannot_show_a_good_certificate_is_not_even_asked() -> Result<()> {
    let [authority, other, impostor] = ["ours", "another", "ours"].map(Authority::new);
    let site = Site::trusting(&authority)?;
    for (certificate, why) in [
        (other.vouch("localhost", 4000), "UnknownIssuer"),
        (impostor.vouch("localhost", 4000), "BadSignature"),
        (authority.vouch("plugins.example", 4000), "not valid for name"),
        (authority.vouch("localhost", 2001), "expired"),
    ] {
        let server = Server::start(Some(certificate), honest()?)?;
        let words = ["[fetch.certificate]", why, "SSL_CERT_FILE"];
        site.refuses(&server.url("https"), Some(DENIED), &words)?;
        ensure!(server.asked().is_empty(), "{why}: {:?}", server.asked());
    }
    Ok(())
}

#[test]
fn a_redirect_that_gives_up_tls_is_not_followed() -> Result<()> {
    let authority = Authority::new("ours");
    let site = Site::trusting(&authority)?;
    let plain = Server::start(None, honest()?)?;
    let location = format!("location: {}\r\n", plain.url("http"));
    let away = move |_: &str| answered("302 Found", &location, b"");
    let server = Server::start(Some(authority.vouch("localhost", 4000)), away)?;
    site.refuses(&server.url("https"), None, &["[fetch.failed]", "it redirects to what is not HTTPS"])?;
    ensure!(server.asked() == ["/tinos.wasm"] && plain.asked().is_empty(), "{:?}", plain.asked());
    Ok(())
}

/// A server in the clear where TLS is meant says nothing that is believed, and what is left of TLS elsewhere is not asked.
#[test]
fn a_server_without_tls_gives_nothing_over_https() -> Result<()> {
    let site = Site::trusting(&Authority::new("ours"))?;
    let plain = Server::start(None, honest()?)?;
    site.refuses(&plain.url("https"), None, &["[fetch.failed]"])?;
    site.refuses("http://plugins.example/tinos.wasm", None, &["[fetch.place]", "only https://"])
}
