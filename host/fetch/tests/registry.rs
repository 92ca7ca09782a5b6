//! Against a registry that nobody here wrote: Debian's `docker-registry`, started on loopback. Where it is not
//! installed this says so and proves nothing.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)] // a test may fail

use gyre_fetch::{Credentials, Fetcher, Place};
use gyre_trust::Component;
use reqwest::{Client, StatusCode, header};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const PROGRAM: &str = "docker-registry";
/// A registry that does not listen by then will not.
const TRIES: u32 = 100;
const PAUSE: Duration = Duration::from_millis(100);

struct Registry {
    process: Child,
    address: String,
    _directory: tempfile::TempDir,
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Registry {
    /// `None`: the program is not there.
    fn start() -> Option<Self> {
        let paths = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&paths).find(|path| path.join(PROGRAM).is_file())?;
        let directory = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let address = format!("127.0.0.1:{port}");
        let config = format!(
            "version: 0.1\nstorage:\n  filesystem:\n    rootdirectory: {}\nhttp:\n  addr: {address}\n",
            directory.path().join("data").display()
        );
        let file = directory.path().join("config.yml");
        std::fs::write(&file, config).unwrap();
        let process = Command::new(PROGRAM)
            .args([Path::new("serve"), &file])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Some(Self { process, address, _directory: directory })
    }

    async fn until_it_listens(&self, client: &Client) {
        for _ in 0..TRIES {
            if client.get(format!("http://{}/v2/", self.address)).send().await.is_ok() {
                return;
            }
            tokio::time::sleep(PAUSE).await;
        }
        panic!("the registry does not listen");
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

fn sha256(bytes: &[u8]) -> String {
    Component::new(Path::new(""), bytes.to_vec(), None).sha256().to_owned()
}

#[tokio::test]
async fn a_real_registry_gives_what_was_pushed() {
    let Some(registry) = Registry::start() else {
        eprintln!("SKIPPED: {PROGRAM} is not installed: pulling from a real registry is NOT proved here");
        return;
    };
    // A process has one provider; the HTTP client asks for it even where nothing is encrypted.
    rustls::crypto::ring::default_provider().install_default().ok();
    let client = Client::builder().no_proxy().build().unwrap();
    registry.until_it_listens(&client).await;
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
