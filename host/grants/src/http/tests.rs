//! Requests to servers of this test on loopback, and what they saw.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a test may fail

use super::*;
use crate::JobContext;
use crate::download::Downloads;
use crate::faults::Faults;
use crate::lent::Shared;
use crate::tls::Roots;
use gyre_core::config::{Grants, Limits, SecretGrant};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use std::convert::Infallible;
use std::sync::Mutex;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

const SECRET: &str = "se\"cret\\\n";

struct OneSecret;

impl crate::Secrets for OneSecret {
    fn get(&self, _: &str, name: &str) -> Result<Vec<u8>> {
        match name {
            "password" => Ok(SECRET.into()),
            "token" => Ok(b"token-value".to_vec()),
            _ => Err(Error::not_found("secret.missing", "no such secret")),
        }
    }
}

struct Silent;

impl gyre_core::roles::Progress for Silent {
    fn report(&self, _: &str, _: u64, _: Option<u64>) {}
}

/// Of plugin `p`, granted the secrets `password` and `token`; `other` is configured too.
pub(crate) fn purpose(http: &[String], to: &[String]) -> Purpose {
    let secret = |name: &str| SecretGrant::Full { name: name.into(), reveal: false, to: to.to_vec() };
    let grants = Grants {
        http: http.to_vec(),
        secret: vec![secret("password"), secret("token")],
        ..Grants::default()
    };
    purpose_of(&grants, tempfile::tempdir().unwrap().path())
}

/// The same, with these grants and this state directory.
pub(crate) fn purpose_of(grants: &Grants, state: &std::path::Path) -> Purpose {
    let identity = gyre_ssh::Identity::load_or_create(&state.join("key")).unwrap();
    Purpose {
        plugin: "p".into(),
        endpoint: "e".into(),
        policy: Arc::new(Policy::new("p", grants).unwrap()),
        limits: Limits::default(),
        job: JobContext {
            job: "j".into(),
            plugins: Default::default(),
            overrides: serde_json::Map::new(),
            progress: Arc::new(Silent),
            cancel: CancellationToken::new(),
        },
        shared: Arc::new(Shared {
            secrets: Arc::new(OneSecret),
            configured: ["password", "token", "other"].map(str::to_owned).into(),
            identity,
            recorder: None,
            roots: Roots::default(),
            downloads: Downloads::new(state),
            faults: Faults::default(),
        }),
    }
}

/// One request as a server saw it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    method: String,
    pub(crate) path: String,
    token: Option<String>,
    pub(crate) headers: HeaderMap,
    body: String,
}

pub(crate) type Reply = hyper::Response<Full<Bytes>>;

/// A server that notes what it sees and answers by `reply`; gives its origin.
pub(crate) async fn serve(
    reply: impl Fn(&Seen) -> Reply + Send + Sync + 'static,
) -> (String, Arc<Mutex<Vec<Seen>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let seen = Arc::new(Mutex::new(Vec::new()));
    let (noted, reply) = (seen.clone(), Arc::new(reply));
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let (noted, reply) = (noted.clone(), reply.clone());
            let service = service_fn(move |request: hyper::Request<Incoming>| {
                let (noted, reply) = (noted.clone(), reply.clone());
                async move {
                    let request = note(request).await;
                    noted.lock().unwrap().push(request.clone());
                    Ok::<_, Infallible>(reply(&request))
                }
            });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    (origin, seen)
}

async fn note(request: hyper::Request<Incoming>) -> Seen {
    let (head, body) = request.into_parts();
    let token = head.headers.get("x-auth-token").map(|value| value.to_str().unwrap().to_owned());
    let body = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
    Seen { method: head.method.to_string(), path: head.uri.to_string(), token, headers: head.headers, body }
}

pub(crate) fn ok(body: impl Into<Bytes>) -> Reply {
    hyper::Response::new(Full::new(body.into()))
}

pub(crate) fn redirect(status: u16, to: &str) -> Reply {
    hyper::Response::builder().status(status).header("location", to).body(Full::default()).unwrap()
}

fn request(method: &str, path: &str, body: &str) -> Request {
    Request {
        method: method.into(),
        path: path.into(),
        headers: Vec::new(),
        body: body.into(),
        timeout_ms: None,
    }
}

/// An endpoint with both kinds of secret.
fn with_secrets(purpose: &Purpose, url: &str) -> Open {
    let mut open = purpose.open_endpoint(url, None).unwrap();
    open.authorized.push((HeaderName::from_static("x-auth-token"), Held { name: "token".into() }));
    open.markers.push(("MARKER-0001".into(), Held { name: "password".into() }));
    open
}

#[tokio::test]
async fn secrets_are_put_in_by_the_host() {
    let (origin, seen) = serve(|_| ok("fine")).await;
    let purpose = purpose(std::slice::from_ref(&origin), &[]);
    let open = with_secrets(&purpose, &format!("{origin}/v3"));
    let body = r#"{"password":"MARKER-0001","again":"MARKER-0001"}"#;
    let answer = purpose.send_request(&open, request("POST", "/auth/tokens?a=b", body)).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"fine".as_slice()));
    let seen = seen.lock().unwrap()[0].clone();
    assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/v3/auth/tokens?a=b"));
    assert_eq!(seen.token.as_deref(), Some("token-value"));
    let json: serde_json::Value = serde_json::from_str(&seen.body).unwrap();
    assert_eq!((json["password"].as_str(), json["again"].as_str()), (Some(SECRET), Some(SECRET)));
}

#[tokio::test]
async fn a_redirect_to_another_origin_carries_no_secret() {
    let (other, seen) = serve(|_| ok("other")).await;
    let target = format!("{other}/take");
    let (origin, _) = serve(move |_| redirect(307, &target)).await;
    let purpose = purpose(&[origin.clone(), other], &[]);
    let open = with_secrets(&purpose, &origin);
    let answer = purpose.send_request(&open, request("POST", "", "MARKER-0001")).await.unwrap();
    assert_eq!(answer.body, b"other");
    let seen = seen.lock().unwrap()[0].clone();
    assert_eq!((seen.token, seen.body.as_str()), (None, "MARKER-0001"));
}

#[tokio::test]
async fn a_redirect_to_another_origin_carries_few_headers_of_the_guest() {
    let (other, seen) = serve(|_| ok("other")).await;
    let target = format!("{other}/take");
    let (origin, first) = serve(move |seen| match seen.path.as_str() {
        "/here" => redirect(307, "/there"),
        _ => redirect(307, &target),
    })
    .await;
    let purpose = purpose(&[origin.clone(), other], &[]);
    let open = purpose.open_endpoint(&origin, None).unwrap();
    let (kept, dropped) =
        (["accept", "content-type", "user-agent"], ["authorization", "cookie", "x-subject-token"]);
    let headers = kept.iter().chain(&dropped).map(|name| ((*name).into(), format!("own/{name}"))).collect();
    let request = Request { headers, ..request("POST", "/here", "body") };
    purpose.send_request(&open, request).await.unwrap();
    for name in kept.iter().chain(&dropped) {
        for seen in first.lock().unwrap().iter() {
            assert_eq!(seen.headers[*name], format!("own/{name}"), "{name} at {}", seen.path);
        }
    }
    let seen = seen.lock().unwrap()[0].clone();
    assert_eq!((seen.path.as_str(), first.lock().unwrap().len()), ("/take", 2));
    for name in kept {
        assert_eq!(seen.headers[name], format!("own/{name}"), "{name}");
    }
    for name in dropped {
        assert!(!seen.headers.contains_key(name), "{name}");
    }
}

#[tokio::test]
async fn a_redirect_to_what_is_not_granted_is_refused() {
    let (other, seen) = serve(|_| ok("other")).await;
    let target = other.clone();
    let (origin, _) = serve(move |_| redirect(302, &target)).await;
    let purpose = purpose(std::slice::from_ref(&origin), &[]);
    let open = purpose.open_endpoint(&origin, None).unwrap();
    let error = purpose.send_request(&open, request("GET", "/", "")).await.unwrap_err();
    assert_eq!(error.code, "grant.http");
    assert!(error.to_string().contains(&other), "{error}");
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn redirects_keep_or_change_the_method_and_end() {
    let (origin, seen) = serve(|seen| match seen.path.as_str() {
        "/303" => redirect(303, "/done"),
        "/308" => redirect(308, "/done"),
        "/loop" => redirect(302, "/loop"),
        "/nowhere" => redirect(302, "gopher://a/"),
        _ => ok("done"),
    })
    .await;
    let purpose = purpose(std::slice::from_ref(&origin), &[]);
    let open = with_secrets(&purpose, &origin);
    for (path, method, body) in [("/303", "GET", ""), ("/308", "PUT", "body")] {
        purpose.send_request(&open, request("PUT", path, "body")).await.unwrap();
        let last = seen.lock().unwrap().last().unwrap().clone();
        assert_eq!((last.method.as_str(), last.body.as_str(), last.path.as_str()), (method, body, "/done"));
        assert_eq!(last.token.as_deref(), Some("token-value"), "the same origin");
    }
    for (path, code) in [("/loop", "http.redirects"), ("/nowhere", "http.redirect")] {
        let error = purpose.send_request(&open, request("GET", path, "")).await.unwrap_err();
        assert_eq!(error.code, code);
    }
}

#[tokio::test]
async fn a_secret_with_a_place_goes_nowhere_else() {
    let (origin, seen) = serve(|_| ok("fine")).await;
    let purpose = purpose(std::slice::from_ref(&origin), &["https://keystone.example:5000".into()]);
    let open = with_secrets(&purpose, &origin);
    let error = purpose.send_request(&open, request("GET", "/", "")).await.unwrap_err();
    assert_eq!(error.code, "grant.secret-to");
    assert!(!error.to_string().contains("token-value"));
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn bodies_are_limited_both_ways() {
    let (origin, _) = serve(|_| ok(vec![0; BODY_BYTES_MAX + 1])).await;
    let purpose = purpose(std::slice::from_ref(&origin), &[]);
    let open = purpose.open_endpoint(&origin, None).unwrap();
    let error = purpose.send_request(&open, request("GET", "/", "")).await.unwrap_err();
    assert_eq!(error.code, "http.body-too-large");
    let large = "x".repeat(BODY_BYTES_MAX + 1);
    assert_eq!(
        purpose.outgoing(&open, request("PUT", "/", &large)).err().unwrap().code,
        "http.body-too-large"
    );
}

#[tokio::test]
async fn a_name_that_leads_to_this_machine_is_refused_when_it_resolves() {
    let (origin, seen) = serve(|_| ok("fine")).await;
    let by_name = origin.replace("127.0.0.1", "localhost");
    let denied = purpose(std::slice::from_ref(&by_name), &[]);
    let open = denied.open_endpoint(&by_name, None).unwrap();
    let error = denied.send_request(&open, request("GET", "/", "")).await.unwrap_err();
    assert_eq!(error.code, "grant.address", "{error}");
    assert!(error.to_string().contains("[plugin.p] grant.local-addresses = true"), "{error}");
    assert!(seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn who_does_not_answer_is_unavailable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}", listener.local_addr().unwrap());
    let gone = {
        let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
        format!("http://{}", closed.local_addr().unwrap())
    };
    let purpose = purpose(&[silent.clone(), gone.clone()], &[]);
    for (url, code) in [(silent, "http.timeout"), (gone, "http.connect")] {
        let open = purpose.open_endpoint(&url, None).unwrap();
        let request = Request { timeout_ms: Some(200), ..request("GET", "/", "") };
        let error = purpose.send_request(&open, request).await.unwrap_err();
        assert_eq!((error.code.as_str(), error.kind), (code, gyre_core::Kind::Unavailable));
    }
}

/// A TLS server with a certificate of its own making; gives its origin, the certificate in PEM and its SHA-256.
async fn serve_tls() -> (String, String, String) {
    use rustls::pki_types::PrivateKeyDer;
    use sha2::Digest as _;
    let made = rcgen::generate_simple_self_signed(vec!["127.0.0.1".into()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.clone()], key)
            .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("https://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let Ok(stream) = acceptor.accept(stream).await else { continue };
            let service = service_fn(|_| async { Ok::<_, Infallible>(ok("secure")) });
            tokio::spawn(
                hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    let digest = sha2::Sha256::digest(&certificate).iter().map(|byte| format!("{byte:02x}")).collect();
    (origin, made.cert.pem(), digest)
}

#[tokio::test]
async fn trust_is_by_system_roots_own_roots_or_a_pin() {
    let (origin, pem, digest) = serve_tls().await;
    let purpose = purpose(std::slice::from_ref(&origin), &[]);
    let tls = |roots: Option<&str>, pinned: Option<&str>| {
        Some(Tls { roots: roots.map(str::to_owned), pinned: pinned.map(str::to_owned) })
    };
    let wrong = "00".repeat(32);
    for (tls, trusted) in [
        (None, false),
        (tls(Some(&pem), None), true),
        (tls(None, Some(&digest)), true),
        (tls(None, Some(&wrong)), false),
        (tls(Some(&pem), Some(&wrong)), false),
    ] {
        let open = purpose.open_endpoint(&origin, tls.as_ref()).unwrap();
        match purpose.send_request(&open, request("GET", "/", "")).await {
            Ok(answer) => assert!(trusted && answer.body == b"secure", "{tls:?}"),
            Err(error) => assert_eq!((trusted, error.code.as_str()), (false, "http.tls"), "{tls:?}: {error}"),
        }
    }
}

#[test]
fn urls_hide_nothing() {
    for url in [
        "http://u:p@a.example",
        "http://u@a.example",
        "ftp://a.example",
        "nonsense",
        "http://a/?q",
        "http://a/#f",
    ] {
        assert_eq!(parse_base(url).unwrap_err().code, "http.url", "{url}");
    }
    let error = parse_base("http://user:hunter2@a.example").unwrap_err();
    assert!(!error.to_string().contains("hunter2"));
    let base = parse_base("http://a.example/v3/").unwrap();
    assert_eq!(join(&base, "/x?y=z").unwrap().as_str(), "http://a.example/v3/x?y=z");
    assert_eq!(join(&base, "").unwrap().as_str(), "http://a.example/v3");
    for path in ["@evil.example/", ".evil.example", ":80/", "x", "/a#b"] {
        assert_eq!(
            join(&parse_base("http://a.example").unwrap(), path).unwrap_err().code,
            "http.path",
            "{path}"
        );
    }
}

#[test]
fn headers_cannot_be_smuggled() {
    for (name, value) in [
        ("a", "b\r\nc: d"),
        ("a\r\nb", "c"),
        ("Host", "evil"),
        ("Content-Length", "0"),
        ("Transfer-Encoding", "chunked"),
    ] {
        assert_eq!(headers(&[(name.into(), value.into())]).unwrap_err().code, "http.header", "{name}");
    }
    assert_eq!(headers(&[("a".into(), "b".into()), ("a".into(), "c".into())]).unwrap().len(), 2);
}

#[test]
fn markers_are_replaced_in_one_pass() {
    let values = [("MARKER-0001", "MARKER-0002".to_owned()), ("MARKER-0002", "two".to_owned())];
    assert_eq!(replace(b"a MARKER-0001 b MARKER-0002", &values), b"a MARKER-0002 b two");
    assert_eq!(json_inside("a\"b\\\n"), "a\\\"b\\\\\\n");
    for marker in ["short", "with space", "with\"quote", &"x".repeat(65)] {
        assert_eq!(check_marker(marker).unwrap_err().code, "http.marker");
    }
}

#[tokio::test]
async fn the_own_address_is_that_of_the_route() {
    let purpose = purpose(&["http://127.0.0.1:*".into()], &[]);
    let open = purpose.open_endpoint("http://127.0.0.1:9", None).unwrap();
    // Nobody listens there: nobody is asked.
    assert_eq!(purpose.local_address(&open.base).await.unwrap(), "127.0.0.1");
    let elsewhere = parse_base("http://localhost:9").unwrap();
    assert_eq!(purpose.local_address(&elsewhere).await.unwrap_err().code, "grant.address");
}
