//! Against a registry that nobody here wrote: Debian's `docker-registry`, which `cargo xtask setup` installs, started on
//! loopback.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a test may fail

use gyre_fetch::{Credentials, Fetcher, Place, World};
use gyre_trust::Component;
use reqwest::{Client, StatusCode, header};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PROGRAM: &str = "docker-registry";
/// A registry that does not listen by then will not.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);
/// Ports that are tried.
const PORTS: u32 = 5;

struct Registry {
    process: Child,
    address: String,
    directory: tempfile::TempDir,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// `me:geheim`, as `htpasswd -B` writes it, and as it stands in a file of logins.
const KNOWN: &str = "me:$2y$05$abcdefghijklmnopqrstuuVWu8RjbNovPZWAMRdd7iqaaG0mI53Uu\n";
const LOGIN: &str = "bWU6Z2VoZWlt";

impl Registry {
    /// Lets in everybody.
    async fn start() -> Self {
        Self::start_with(|_| String::new()).await
    }

    /// Lets in whoever knows the password.
    async fn closed() -> Self {
        Self::start_with(|directory| {
            let file = directory.join("htpasswd");
            std::fs::write(&file, KNOWN).unwrap();
            format!("auth:\n  htpasswd:\n    realm: r\n    path: {}\n", file.display())
        })
        .await
    }

    /// On a port that is free; somebody else may take it before the registry does: then on another one.
    async fn start_with(more: impl Fn(&Path) -> String) -> Self {
        // A process has one provider; the HTTP client asks for it even where nothing is encrypted.
        rustls::crypto::ring::default_provider().install_default().ok();
        let client = Client::builder().no_proxy().build().unwrap();
        for _ in 0..PORTS {
            let mut registry = Self::spawn(&more);
            if registry.listens(&client).await {
                return registry;
            }
        }
        panic!("{PROGRAM} does not listen, on {PORTS} ports one after the other");
    }

    fn spawn(more: impl Fn(&Path) -> String) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let config = format!(
            "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: {address}\n{}",
            directory.path().join("data").display(),
            more(directory.path())
        );
        let file = directory.path().join("config.yml");
        std::fs::write(&file, config).unwrap();
        let mut program = Command::new(PROGRAM);
        program.args([Path::new("serve"), &file]).stdout(Stdio::null()).stderr(Stdio::null());
        let process = program.spawn().unwrap_or_else(|error| panic!("{PROGRAM}: {error}: cargo xtask setup"));
        Self { process, address, directory }
    }

    /// Whether it does before it ends, and is a registry: whoever else listens there says no such thing.
    async fn listens(&mut self, client: &Client) -> bool {
        for _ in 0..TRIES {
            if let Ok(answer) = client.get(format!("http://{}/v2/", self.address)).send().await
                && answer.headers().contains_key("docker-distribution-api-version")
            {
                return self.process.try_wait().unwrap().is_none();
            }
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            tokio::time::sleep(PAUSE).await;
        }
        false
    }

    /// What lies there of `acme/suse`, read without gyre.
    async fn json(&self, client: &Client, what: &str) -> Value {
        let url = format!("http://{}/v2/acme/suse/{what}", self.address);
        let asked = client.get(url).header(header::AUTHORIZATION, format!("Basic {LOGIN}"));
        let asked = asked.header(header::ACCEPT, "application/vnd.oci.image.manifest.v1+json");
        serde_json::from_slice(&asked.send().await.unwrap().bytes().await.unwrap()).unwrap()
    }

    /// As the distribution specification has it: ask for a place, then put the whole there.
    async fn push(&self, client: &Client, repository: &str, bytes: &[u8]) {
        let url = format!("http://{}/v2/{repository}/blobs/uploads/", self.address);
        let asked = client.post(url).send().await.unwrap();
        assert_eq!(asked.status(), StatusCode::ACCEPTED);
        let location = asked.headers()[header::LOCATION].to_str().unwrap();
        let mut place = asked.url().join(location).unwrap();
        place.query_pairs_mut().append_pair("digest", &format!("sha256:{}", sha256(bytes)));
        let put = client.put(place).header(header::CONTENT_TYPE, "application/octet-stream");
        assert_eq!(put.body(bytes.to_vec()).send().await.unwrap().status(), StatusCode::CREATED);
    }
}

fn world() -> World {
    World { imports: vec!["gyre:host/log@0.1.0".into()], exports: vec!["gyre:plugin/source@0.1.0".into()] }
}

/// What other programs of WebAssembly ask of an artifact before they take it: one layer, and what the config has to say.
async fn check_layout(registry: &Registry, client: &Client, manifest: &Value) {
    assert_eq!(manifest["layers"].as_array().unwrap().len(), 1);
    assert_eq!(manifest["layers"][0]["mediaType"], "application/wasm");
    assert_eq!(manifest["config"]["mediaType"], "application/vnd.wasm.config.v0+json");
    let config =
        registry.json(client, &format!("blobs/{}", manifest["config"]["digest"].as_str().unwrap())).await;
    let expected = json!({
        "created": "1970-01-01T00:00:00Z", "architecture": "wasm", "os": "wasip2",
        "layerDigests": [manifest["layers"][0]["digest"]],
        "component": { "exports": world().exports, "imports": world().imports },
    });
    assert_eq!(config, expected);
}

fn sha256(bytes: &[u8]) -> String {
    Component::new(Path::new(""), bytes.to_vec(), None).sha256().to_owned()
}

#[tokio::test]
async fn a_real_registry_gives_what_was_pushed() {
    let registry = Registry::start().await;
    let client = Client::builder().no_proxy().build().unwrap();
    let (config, wasm, signature) = (&b"{}"[..], &b"component"[..], &b"signature"[..]);
    let layer = |kind: &str, bytes: &[u8]| {
        format!(r#"{{"mediaType":"{kind}","digest":"sha256:{}","size":{}}}"#, sha256(bytes), bytes.len())
    };
    for bytes in [config, wasm, signature] {
        registry.push(&client, "acme/suse", bytes).await;
    }
    let manifest = format!(
        r#"{{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{},"layers":[{},{}]}}"#,
        layer("application/vnd.wasm.config.v0+json", config),
        layer("application/wasm", wasm),
        layer("application/vnd.gyre.minisig", signature)
    );
    let put = client
        .put(format!("http://{}/v2/acme/suse/manifests/1.0", registry.address))
        .header(header::CONTENT_TYPE, "application/vnd.oci.image.manifest.v1+json")
        .body(manifest.clone());
    assert_eq!(put.send().await.unwrap().status(), StatusCode::CREATED);

    let fetcher = Fetcher::new(Credentials::default()).unwrap();
    let digest = sha256(manifest.as_bytes());
    for version in [":1.0".to_owned(), format!("@sha256:{digest}")] {
        let place = Place::parse(&format!("oci://{}/acme/suse{version}", registry.address)).unwrap();
        let fetched = fetcher.fetch(&place).await.unwrap().remove(0);
        assert_eq!((fetched.name.as_str(), fetched.component.bytes()), ("suse", wasm));
        assert_eq!(fetched.component.signature().unwrap().map(str::as_bytes), Some(signature));
        assert_eq!(fetcher.digest(&place).await.unwrap(), sha256(wasm));
    }
    let missing = Place::parse(&format!("oci://{}/acme/suse:2.0", registry.address)).unwrap();
    assert_eq!(fetcher.fetch(&missing).await.unwrap_err().code, "fetch.missing");
}

#[tokio::test]
async fn a_real_registry_takes_a_component_from_whoever_it_knows() {
    let registry = Registry::closed().await;
    let client = Client::builder().no_proxy().build().unwrap();
    let logins = registry.directory.path().join("logins.json");
    let text = format!(r#"{{"auths":{{"{}":{{"auth":"{LOGIN}"}}}}}}"#, registry.address);
    std::fs::write(&logins, text).unwrap();
    let known = Fetcher::new(Credentials::read(&[logins]).unwrap()).unwrap();
    let stranger = Fetcher::new(Credentials::default()).unwrap();
    let place = Place::parse(&format!("oci://{}/acme/suse:1.0", registry.address)).unwrap();
    for signature in [None, Some("signature".to_owned())] {
        let component = Component::new(Path::new("suse.wasm"), b"component".to_vec(), signature.clone());
        assert_eq!(stranger.push(&component, &world(), &place).await.unwrap_err().code, "fetch.denied");
        let pinned = known.push(&component, &world(), &place).await.unwrap();
        assert_eq!(
            known.push(&component, &world(), &place).await.unwrap(),
            pinned,
            "the same again is the same"
        );
        let manifest = registry.json(&client, "manifests/1.0").await;
        assert_eq!(manifest["annotations"]["vnd.gyre.minisig"].as_str(), signature.as_deref());
        check_layout(&registry, &client, &manifest).await;
        for place in [place.clone(), Place::parse(&pinned).unwrap()] {
            let fetched = known.fetch(&place).await.unwrap().remove(0);
            assert_eq!(fetched.component.bytes(), component.bytes());
            assert_eq!(fetched.component.signature().unwrap(), signature.as_deref());
        }
        assert_eq!(stranger.fetch(&place).await.unwrap_err().code, "fetch.denied");
    }
    for nowhere in ["https://a.example/x.wasm".to_owned(), format!("{place}@sha256:{}", "a".repeat(64))] {
        let place = Place::parse(&nowhere.replace(":1.0@", "@")).unwrap();
        let component = Component::new(Path::new("suse.wasm"), b"component".to_vec(), None);
        assert_eq!(known.push(&component, &world(), &place).await.unwrap_err().code, "fetch.place");
    }
}
