//! Servers that are no Windows, or lie about it: each ends in a clear error, within a named limit. The worst that an honest
//! one does is in `tests/tests/winrm.rs`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test may fail

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use gyre_core::Kind;
use gyre_winrm::limits::HOLLOW_ANSWERS_MAX;
use gyre_winrm::{Client, Target};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rcgen::{CertificateParams, KeyPair, PublicKeyData as _};
use rustls::ServerConfig;
use rustls::crypto::ring::sign::any_supported_type;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use sha2::{Digest as _, Sha256};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

const NAMESPACES: &str = "xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" \
    xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" xmlns:x=\"http://schemas.xmlsoap.org/ws/2004/09/transfer\" \
    xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\" \
    xmlns:rsp=\"http://schemas.microsoft.com/wbem/wsman/1/windows/shell\" \
    xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\"";
const CREATED: &str = "<x:ResourceCreated><w:Selector Name=\"ShellId\">S</w:Selector></x:ResourceCreated>";
const STARTED: &str = "<rsp:CommandId>C</rsp:CommandId>";
const NOTHING: &str = "<rsp:ReceiveResponse/>";
const TIMED_OUT: &str = "<s:Fault><f:WSManFault Code=\"2150858793\"/></s:Fault>";
const PASSWORD: &str = "Nobody3lseSaysThis7f3c";
const LIMIT: Duration = Duration::from_secs(60);

/// A status and a body, for the last part of a request's action and the id of its message.
type Script = fn(&str, &str) -> (u16, String);

/// A TLS server on loopback that answers as the script says.
struct Server {
    target: Target,
    /// Requests.
    asked: Arc<AtomicU32>,
    /// TLS sessions.
    sessions: Arc<AtomicU32>,
}

impl Server {
    /// With the certificate of one key, and the signatures of another.
    async fn start(
        shown: &KeyPair,
        signing: &KeyPair,
        versions: &[&'static rustls::SupportedProtocolVersion],
        script: Script,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let pin = format!("SHA256:{}", STANDARD.encode(Sha256::digest(shown.subject_public_key_info())));
        let port = listener.local_addr().unwrap().port();
        let target = Target { host: "127.0.0.1".into(), port, user: "gyre".into(), host_key: pin };
        let (tls, asked) = (acceptor(shown, signing, versions), Arc::new(AtomicU32::new(0)));
        let sessions = Arc::new(AtomicU32::new(0));
        let (counted, counted_sessions) = (asked.clone(), sessions.clone());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, counted, sessions) = (tls.clone(), counted.clone(), counted_sessions.clone());
                tokio::spawn(async move {
                    let Ok(stream) = tls.accept(stream).await else { return };
                    sessions.fetch_add(1, Ordering::Relaxed);
                    let service = service_fn(|request| answer(request, &counted, script));
                    let _ = hyper::server::conn::http1::Builder::new()
                        .serve_connection(TokioIo::new(stream), service)
                        .await;
                });
            }
        });
        Self { target, asked, sessions }
    }

    async fn honest(script: Script) -> Self {
        let key = KeyPair::generate().unwrap();
        Self::start(&key, &key, rustls::ALL_VERSIONS, script).await
    }

    async fn error(&self) -> gyre_core::Error {
        let client = Client::new(&self.target, PASSWORD).unwrap();
        let error = client.run("x.exe", &[], b"input", LIMIT).await.unwrap_err();
        assert!(!format!("{error:?}").contains(PASSWORD));
        error
    }
}

fn acceptor(
    shown: &KeyPair,
    signing: &KeyPair,
    versions: &[&'static rustls::SupportedProtocolVersion],
) -> TlsAcceptor {
    let certificate = CertificateParams::new(vec![]).unwrap().self_signed(shown).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing.serialize_der()));
    let certified = CertifiedKey::new(vec![certificate.der().clone()], any_supported_type(&key).unwrap());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_protocol_versions(versions).unwrap();
    let resolver = Arc::new(SingleCertAndKey::from(certified));
    TlsAcceptor::from(Arc::new(config.with_no_client_auth().with_cert_resolver(resolver)))
}

async fn answer(
    request: Request<Incoming>,
    asked: &AtomicU32,
    script: Script,
) -> Result<Response<Full<Bytes>>, Infallible> {
    asked.fetch_add(1, Ordering::Relaxed);
    let body = request.into_body().collect().await.unwrap().to_bytes();
    let text = String::from_utf8(body.to_vec()).unwrap();
    let between = |before: &str, after: &str| {
        text.split_once(before).unwrap().1.split_once(after).unwrap().0.to_owned()
    };
    let action = between("<a:Action s:mustUnderstand=\"true\">", "</a:Action>");
    let id = between("<a:MessageID>", "</a:MessageID>");
    let (status, body) = script(action.rsplit('/').next().unwrap(), &id);
    Ok(Response::builder().status(status).body(Full::new(body.into())).unwrap())
}

fn enveloped(id: &str, body: &str) -> String {
    format!(
        "<s:Envelope {NAMESPACES}><s:Header><a:RelatesTo>{id}</a:RelatesTo></s:Header><s:Body>{body}</s:Body></s:Envelope>"
    )
}

/// As Windows would, until output is asked for.
fn until_receive(action: &str, id: &str, receive: &str) -> (u16, String) {
    let body = match action {
        "Create" => CREATED,
        "Command" => STARTED,
        "Receive" => receive,
        _ => "",
    };
    (200, enveloped(id, body))
}

#[tokio::test]
async fn what_is_no_answer_ends_in_an_error_that_says_so() {
    let scripts: [(Script, &str); 12] = [
        (|_, _| (200, "<html>hello</html>".into()), "winrm.protocol"),
        (|_, _| (200, "\0\u{1}".into()), "winrm.protocol"),
        (|_, _| (500, "no".into()), "winrm.protocol"),
        (|_, _| (302, String::new()), "winrm.protocol"),
        (|_, _| (200, "x".repeat(2 << 20)), "winrm.protocol"),
        (|_, id| (200, enveloped(id, &"<b>".repeat(100_000))), "winrm.protocol"),
        (|_, id| (200, enveloped(id, "<x:ResourceCreated/>")), "winrm.protocol"),
        (|_, _| (200, enveloped("uuid:of-another", CREATED)), "winrm.protocol"),
        (|_, id| (500, enveloped(id, CREATED)), "winrm.protocol"),
        (|_, _| (401, String::new()), "winrm.login"),
        (|_, _| (503, String::new()), "winrm.connect"),
        (|_, id| (500, enveloped(id, "<s:Fault><f:WSManFault Code=\"5\"/></s:Fault>")), "winrm.login"),
    ];
    for (number, (script, code)) in scripts.into_iter().enumerate() {
        let server = Server::honest(script).await;
        let error = server.error().await;
        assert_eq!(error.code, code, "{number}: {error}");
        assert_eq!(server.asked.load(Ordering::Relaxed), 1, "{number}: it is asked again");
    }
}

#[tokio::test]
async fn output_that_is_none_ends_in_an_error_that_says_so() {
    let scripts: [Script; 4] = [
        |action, id| {
            until_receive(
                action,
                id,
                "<rsp:ReceiveResponse><rsp:Stream Name=\"stdout\" CommandId=\"D\"/></rsp:ReceiveResponse>",
            )
        },
        |action, id| {
            until_receive(
                action,
                id,
                "<rsp:ReceiveResponse><rsp:Stream Name=\"stdout\">?</rsp:Stream></rsp:ReceiveResponse>",
            )
        },
        |action, id| until_receive(action, id, NOTHING),
        |action, id| until_receive(action, id, TIMED_OUT),
    ];
    for script in scripts {
        let server = Server::honest(script).await;
        let error = server.error().await;
        assert_eq!(error.code, "winrm.protocol", "{error}");
        // What is asked but for output: Create, Command, Send, Signal, Delete.
        assert!(server.asked.load(Ordering::Relaxed) <= HOLLOW_ANSWERS_MAX + 1 + 5);
        // One for input and one for output, and the same again for what comes after.
        assert!(server.sessions.load(Ordering::Relaxed) <= 3);
    }
}

#[tokio::test]
async fn a_key_must_be_shown_and_used() {
    let (key, stolen) = (KeyPair::generate().unwrap(), KeyPair::generate().unwrap());
    let script: Script = |_, _| (503, String::new());
    for version in [&rustls::version::TLS12, &rustls::version::TLS13] {
        let server = Server::start(&key, &key, &[version], script).await;
        assert_eq!(server.error().await.code, "winrm.connect", "{version:?}: the right key");
        let server = Server::start(&stolen, &key, &[version], script).await;
        let error = server.error().await;
        assert_eq!(
            (error.code.as_str(), error.kind),
            ("winrm.host-key", Kind::Denied),
            "{version:?}: {error}"
        );
        assert_eq!(server.asked.load(Ordering::Relaxed), 0);
    }
}

#[tokio::test]
async fn who_says_nothing_is_left_at_the_limit() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let host_key = format!("SHA256:{}", "A".repeat(43));
    let target = Target { host: "127.0.0.1".into(), port, user: "gyre".into(), host_key };
    let client = Client::new(&target, PASSWORD).unwrap();
    let error = client.run("x.exe", &[], b"", Duration::from_millis(200)).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.kind), ("winrm.run-timeout", Kind::Unavailable));
    drop(listener);
    let error = client.run("x.exe", &[], b"", LIMIT).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.kind), ("winrm.connect", Kind::Unavailable));
}
