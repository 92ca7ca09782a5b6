//! Files, directories, and what goes wrong on the way from servers. The servers are made by the tests: that a real
//! registry is understood is proved in `registry.rs`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a test may fail

mod server;

use gyre_fetch::{Credentials, Fetched, Fetcher, Place, World};
use gyre_trust::Component;
use server::{Answer, Server};
use std::path::Path;

const WASM: &[u8] = b"component";

async fn fetch(place: &str) -> gyre_core::Result<Vec<Fetched>> {
    fetch_as(place, Credentials::default()).await
}

async fn fetch_as(place: &str, credentials: Credentials) -> gyre_core::Result<Vec<Fetched>> {
    Fetcher::new(credentials)?.fetch(&Place::parse(place)?).await
}

async fn code(place: &str) -> String {
    fetch(place).await.map_or_else(|error| error.code, |_| "ok".into())
}

fn sha256(bytes: &[u8]) -> String {
    Component::new(Path::new(""), bytes.to_vec(), None).sha256().to_owned()
}

fn ok(body: impl Into<Vec<u8>>) -> Answer {
    ("200 OK", Vec::new(), body.into())
}

fn missing() -> Answer {
    ("404 Not Found", Vec::new(), Vec::new())
}

#[tokio::test]
async fn a_directory_gives_every_component_with_its_signature() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    assert_eq!(code(&path.display().to_string()).await, "fetch.place", "it is empty");
    for name in ["b.wasm", "a.wasm", "notes.txt", "a.wasm.minisig"] {
        std::fs::write(path.join(name), name).unwrap();
    }
    let all = fetch(&path.display().to_string()).await.unwrap();
    let names: Vec<_> = all.iter().map(|fetched| fetched.name.as_str()).collect();
    assert_eq!(names, ["a", "b"]);
    assert_eq!(all[0].component.signature().unwrap(), Some("a.wasm.minisig"));
    assert_eq!(all[1].component.signature().unwrap(), None);
    let one = fetch(&path.join("b.wasm").display().to_string()).await.unwrap();
    assert_eq!((one[0].name.as_str(), one[0].component.bytes()), ("b", &b"b.wasm"[..]));
    assert_eq!(code(&path.join("c.wasm").display().to_string()).await, "plugin.missing");
}

#[tokio::test]
async fn a_server_gives_a_component_and_what_lies_beside_it() {
    let server = Server::start(|path, _| match path {
        "/p/suse.wasm?key=1" => ok(WASM),
        "/p/suse.wasm.minisig?key=1" => ok("signature"),
        "/p/bare.wasm" => ok(WASM),
        "/p/moved.wasm" => ("302 Found", vec!["location: /p/bare.wasm".into()], Vec::new()),
        _ => missing(),
    });
    let url = |path: &str| format!("http://{}{path}", server.address);
    let suse = fetch(&url("/p/suse.wasm?key=1")).await.unwrap().remove(0);
    assert_eq!((suse.name.as_str(), suse.component.signature().unwrap()), ("suse", Some("signature")));
    let bare = fetch(&url("/p/bare.wasm")).await.unwrap().remove(0);
    assert_eq!((bare.component.bytes(), bare.component.signature().unwrap()), (WASM, None));
    assert_eq!(fetch(&url("/p/moved.wasm")).await.unwrap().remove(0).name, "moved");
    let place = Place::parse(&url("/p/bare.wasm")).unwrap();
    assert_eq!(Fetcher::new(Credentials::default()).unwrap().digest(&place).await.unwrap(), sha256(WASM));
}

#[tokio::test]
async fn a_bad_server_is_told_by_what_it_does() {
    let server = Server::start(|path, _| match path {
        "/large.wasm" => ("200 OK", vec!["content-length: 99999999999".into()], Vec::new()),
        "/endless.wasm" => ("302 Found", vec!["location: /endless.wasm".into()], Vec::new()),
        "/outside.wasm" => ("302 Found", vec!["location: http://gyre.invalid/x.wasm".into()], Vec::new()),
        "/cut.wasm" => ("200 OK", vec!["content-length: 100".into()], b"short".to_vec()),
        "/closed.wasm" => ("403 Forbidden", Vec::new(), Vec::new()),
        path if path.starts_with("/busy.wasm") => ("503 Service Unavailable", Vec::new(), Vec::new()),
        "/odd.wasm" => ok(WASM),
        "/odd.wasm.minisig" => ok(vec![0xff, 0xfe]),
        _ => missing(),
    });
    for (path, expected) in [
        ("/none.wasm", "fetch.missing"),
        ("/large.wasm", "fetch.too-large"),
        ("/endless.wasm", "fetch.failed"),
        ("/outside.wasm", "fetch.failed"),
        ("/cut.wasm", "fetch.failed"),
        ("/closed.wasm", "fetch.denied"),
        ("/busy.wasm", "fetch.failed"),
        ("/odd.wasm", "plugin.signature"),
    ] {
        assert_eq!(code(&format!("http://{}{path}", server.address)).await, expected, "{path}");
    }
    let error = fetch(&format!("http://{}/busy.wasm?key=geheim", server.address)).await.unwrap_err();
    assert_eq!(error.kind, gyre_core::Kind::Unavailable);
    assert!(!error.to_string().contains("geheim"), "{error}");
}

fn manifest(wasm: &[u8], digest: &str) -> String {
    let layer = |kind: &str, digest: &str, size: usize| {
        format!(r#"{{"mediaType":"{kind}","digest":"sha256:{digest}","size":{size}}}"#)
    };
    let config = layer("application/vnd.wasm.config.v0+json", &sha256(b"{}"), 2);
    format!(
        r#"{{"schemaVersion":2,"config":{config},"layers":[{}]}}"#,
        layer("application/wasm", digest, wasm.len())
    )
}

#[tokio::test]
async fn a_registry_that_lies_is_found_out() {
    let server = Server::start(|path, _| match path {
        "/v2/good/manifests/latest" => ok(manifest(WASM, &sha256(WASM))),
        "/v2/other/manifests/latest" => ok(manifest(WASM, &sha256(b"something"))),
        "/v2/long/manifests/latest" => ok(manifest(b"short", &sha256(WASM))),
        "/v2/huge/manifests/latest" => ok(manifest(&vec![0; (64 << 20) + 1], &sha256(WASM))),
        "/v2/html/manifests/latest" => ok("<html>"),
        "/v2/image/manifests/latest" => {
            ok(manifest(WASM, &sha256(WASM)).replace("vnd.wasm.config.v0", "vnd.oci.image.config.v1"))
        }
        path if path.starts_with("/v2/good/manifests/sha256:") => ok(manifest(WASM, &sha256(WASM))),
        path if path.contains("/blobs/") => ok(WASM),
        _ => missing(),
    });
    let digest = sha256(manifest(WASM, &sha256(WASM)).as_bytes());
    let wrong = "0".repeat(64);
    for (reference, expected) in [
        ("good".to_owned(), "ok"),
        (format!("good@sha256:{digest}"), "ok"),
        (format!("good@sha256:{wrong}"), "fetch.digest"),
        ("none".into(), "fetch.missing"),
        ("other".into(), "fetch.digest"),
        ("long".into(), "fetch.too-large"),
        ("huge".into(), "fetch.too-large"),
        ("html".into(), "fetch.manifest"),
        ("image".into(), "fetch.manifest"),
    ] {
        assert_eq!(code(&format!("oci://{}/{reference}", server.address)).await, expected, "{reference}");
    }
    let place = Place::parse(&format!("oci://{}/good", server.address)).unwrap();
    let before = server.seen().len();
    assert_eq!(Fetcher::new(Credentials::default()).unwrap().digest(&place).await.unwrap(), sha256(WASM));
    assert_eq!(server.seen().split_off(before), ["/v2/good/manifests/latest"], "only the manifest is asked");
}

/// A registry that wants a token from its neighbour, who wants a password.
#[tokio::test]
async fn a_login_goes_where_it_belongs() {
    let login = "bWU6Z2VoZWlt"; // me:geheim
    let tokens = Server::start(move |path, authorization| {
        let is_known = authorization == Some(&format!("Basic {login}"));
        if path == "/token?service=s&scope=repository%3Aa%3Apull" && is_known {
            ok(r#"{"token":"abc"}"#)
        } else {
            ("401 Unauthorized", Vec::new(), Vec::new())
        }
    });
    let realm = format!("http://{}/token", tokens.address);
    let server = Server::start(move |path, authorization| {
        let challenge =
            format!(r#"www-authenticate: Bearer realm="{realm}",service="s",scope="repository:a:pull""#);
        match (path, authorization) {
            (_, None) if path.starts_with("/v2/a/") => ("401 Unauthorized", vec![challenge], Vec::new()),
            (_, None) => ("401 Unauthorized", vec!["www-authenticate: Basic realm=\"r\"".into()], Vec::new()),
            ("/v2/a/manifests/latest", Some("Bearer abc")) => ok(manifest(WASM, &sha256(WASM))),
            ("/v2/b/manifests/latest", Some(basic)) if basic == format!("Basic {login}") => {
                ok(manifest(WASM, &sha256(WASM)))
            }
            (path, Some(_)) if path.contains("/blobs/") => ok(WASM),
            _ => ("403 Forbidden", Vec::new(), Vec::new()),
        }
    });
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("config.json");
    let auths = format!(r#"{{"auths":{{"{}":{{"auth":"{login}"}}}}}}"#, server.address);
    std::fs::write(&file, auths).unwrap();
    let credentials = Credentials::read(&[file]).unwrap();
    for repository in ["a", "b"] {
        let place = format!("oci://{}/{repository}", server.address);
        assert_eq!(fetch_as(&place, credentials.clone()).await.unwrap()[0].component.bytes(), WASM);
        let error = fetch(&place).await.unwrap_err();
        assert_eq!((error.kind, error.code.as_str()), (gyre_core::Kind::Denied, "fetch.denied"), "{error}");
    }
}

/// A server that wants a login redirects to another, which is not to hear of it.
#[tokio::test]
async fn a_servers_login_is_its_own() {
    let login = "bWU6Z2VoZWlt"; // me:geheim
    let other = Server::start(|path, authorization| match (path, authorization) {
        ("/open.wasm", None) => ok(WASM),
        (_, Some(_)) => ok("it was told the login"),
        _ => missing(),
    });
    let away = format!("location: http://{}/open.wasm", other.address);
    let server = Server::start(move |path, authorization| {
        let is_known = authorization == Some(&format!("Basic {login}"));
        match path {
            _ if !is_known => ("401 Unauthorized", Vec::new(), Vec::new()),
            "/p/suse.wasm" => ok(WASM),
            "/p/suse.wasm.minisig" => ok("signature"),
            "/p/away.wasm" => ("302 Found", vec![away.clone()], Vec::new()),
            _ => missing(),
        }
    });
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("logins.json");
    let auths = format!(r#"{{"auths":{{"{}":{{"auth":"{login}"}}}}}}"#, server.address);
    std::fs::write(&file, auths).unwrap();
    let credentials = Credentials::read(&[file]).unwrap();
    let url = |path: &str| format!("http://{}/p/{path}", server.address);
    let suse = fetch_as(&url("suse.wasm"), credentials.clone()).await.unwrap().remove(0);
    assert_eq!((suse.component.bytes(), suse.component.signature().unwrap()), (WASM, Some("signature")));
    assert_eq!(fetch_as(&url("away.wasm"), credentials).await.unwrap()[0].component.bytes(), WASM);
    let error = fetch(&url("suse.wasm")).await.unwrap_err();
    assert!(error.code == "fetch.denied" && !error.to_string().contains(login), "{error}");
}

/// Wherever a registry says that the bytes are to go: our login goes to the registry alone.
#[tokio::test]
async fn what_is_pushed_goes_to_the_registry_alone() {
    for location in ["", "location: http://gyre.invalid/upload"] {
        let server = Server::start(move |_, _| {
            ("202 Accepted", location.lines().map(str::to_owned).collect(), Vec::new())
        });
        let place = Place::parse(&format!("oci://{}/a:1", server.address)).unwrap();
        let component = Component::new(Path::new("a.wasm"), WASM.to_vec(), None);
        let pushed =
            Fetcher::new(Credentials::default()).unwrap().push(&component, &World::default(), &place).await;
        assert_eq!(pushed.unwrap_err().code, "fetch.failed", "{location}");
        assert_eq!(server.seen(), ["/v2/a/blobs/uploads/"]);
    }
}
