//! What tests of jobs lean on: faults on demand, lost replies, quotas, conflicts, tokens that end.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test fails by panicking

mod common;

use common::{Client, password, send};
use gyre_lab::{Config, Lab};
use serde_json::json;

async fn quick() -> (tempfile::TempDir, Lab, Client) {
    let dir = tempfile::tempdir().unwrap();
    let lab = Lab::start(Config::quick(dir.path())).await.unwrap();
    let client = Client::login(&lab, "demo").await;
    (dir, lab, client)
}

#[tokio::test]
async fn wrong_passwords_and_ended_tokens_are_401() {
    let (_dir, lab, client) = quick().await;
    let base = lab.auth_url().trim_end_matches("/identity/v3").to_owned();
    let (status, body, _) =
        send(&base, "POST", "/identity/v3/auth/tokens", &[], Some(&password("demo", "wrong"))).await.unwrap();
    assert_eq!((status, &body["error"]["title"]), (401, &json!("Unauthorized")));
    assert_eq!(client.ask("GET", "/volume/volumes", None).await.0, 200);
    lab.expire_tokens();
    assert_eq!(client.ask("GET", "/volume/volumes", None).await.0, 401);
}

#[tokio::test]
async fn faults_come_as_often_as_asked() {
    let (_dir, lab, client) = quick().await;
    lab.fail("POST", "/volume/v3/*/volumes", 503, 2);
    let body = json!({"volume": {"size": 1, "name": "gyre"}});
    for _ in 0..2 {
        assert_eq!(client.ask("POST", "/volume/volumes", Some(&body)).await.0, 503);
    }
    assert_eq!(lab.objects(), Vec::<String>::new());
    lab.lose_reply("POST", "/volume/v3/*/volumes", 1);
    assert_eq!(client.try_ask("POST", "/volume/volumes", Some(&body)).await, None);
    assert_eq!(lab.objects().len(), 1, "the lost request was done");
    let log = lab.requests();
    assert_eq!(log.iter().filter(|r| r.method == "POST" && r.status == 503).count(), 2);
}

#[tokio::test]
async fn volumes_are_files_and_copies_are_copies() {
    let (_dir, lab, client) = quick().await;
    let first = client.volume("first", 1).await;
    std::fs::OpenOptions::new()
        .write(true)
        .open(lab.volume_path(&first))
        .and_then(|f| std::os::unix::fs::FileExt::write_all_at(&f, b"hello", 1 << 20))
        .unwrap();
    let snapshot = client
        .post("/volume/snapshots", json!({"snapshot": {"volume_id": first, "name": "gyre-snap"}}))
        .await;
    let snapshot = snapshot["snapshot"]["id"].as_str().unwrap().to_owned();
    client.until(&format!("/volume/snapshots/{snapshot}"), "/snapshot/status", "available").await;
    assert_eq!(lab.leftovers(), [format!("snapshot gyre-snap ({snapshot})")]);
    std::fs::write(lab.volume_path(&first), b"changed").unwrap();
    let copy = client.post("/volume/volumes", json!({"volume": {"snapshot_id": snapshot, "size": 2}})).await;
    let copy = copy["volume"]["id"].as_str().unwrap().to_owned();
    client.until(&format!("/volume/volumes/{copy}"), "/volume/status", "available").await;
    let bytes = std::fs::File::open(lab.volume_path(&copy)).unwrap();
    let mut word = [0; 5];
    std::os::unix::fs::FileExt::read_exact_at(&bytes, &mut word, 1 << 20).unwrap();
    assert_eq!((&word, bytes.metadata().unwrap().len()), (b"hello", 2 << 30));
    let (status, body) = client.ask("DELETE", &format!("/volume/volumes/{first}"), None).await;
    assert_eq!(status, 400, "a volume with snapshots stays: {body}");
    client.delete(&format!("/volume/snapshots/{snapshot}")).await;
    client.until_gone(&format!("/volume/snapshots/{snapshot}")).await;
    client.delete(&format!("/volume/volumes/{first}")).await;
    client.until_gone(&format!("/volume/volumes/{first}")).await;
    assert!(!lab.volume_path(&first).exists());
}

#[tokio::test]
async fn a_volume_goes_back_to_its_latest_snapshot_and_to_no_other() {
    let (_dir, lab, client) = quick().await;
    let id = client.volume("first", 1).await;
    let volume = format!("/volume/volumes/{id}");
    let path = lab.volume_path(&id);
    let write = |word: &[u8]| {
        let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, word, 1 << 20).unwrap();
    };
    let revert = async |snapshot: &str| {
        let body = json!({"revert": {"snapshot_id": snapshot}});
        client.ask("POST", &format!("{volume}/action"), Some(&body)).await.0
    };
    assert_eq!(revert("none").await, 400, "it has no snapshots");
    let mut snapshots = Vec::new();
    for word in [b"first", b"later"] {
        write(word);
        let made = client.post("/volume/snapshots", json!({"snapshot": {"volume_id": id}})).await;
        let snapshot = made["snapshot"]["id"].as_str().unwrap().to_owned();
        client.until(&format!("/volume/snapshots/{snapshot}"), "/snapshot/status", "available").await;
        snapshots.push(snapshot);
    }
    write(b"wrong");
    assert_eq!(revert(&snapshots[0]).await, 400, "not the latest");
    assert_eq!(revert(&snapshots[1]).await, 202);
    client.until(&volume, "/volume/status", "available").await;
    client.until(&format!("/volume/snapshots/{}", snapshots[1]), "/snapshot/status", "available").await;
    let mut word = [0; 5];
    let file = std::fs::File::open(&path).unwrap();
    std::os::unix::fs::FileExt::read_exact_at(&file, &mut word, 1 << 20).unwrap();
    assert_eq!((&word, file.metadata().unwrap().len()), (b"later", 1 << 30));
    client.ask("POST", &format!("{volume}/action"), Some(&json!({"os-extend": {"new_size": 2}}))).await;
    client.until(&volume, "/volume/status", "available").await;
    assert_eq!(revert(&snapshots[1]).await, 400, "it has grown since");
}

#[tokio::test]
async fn quotas_refuse_as_each_service_does() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = Config::quick(dir.path());
    config.quotas.volumes = 1;
    config.quotas.instances = 0;
    config.quotas.security_groups = 1;
    let lab = Lab::start(config).await.unwrap();
    let client = Client::login(&lab, "demo").await;
    client.volume("one", 1).await;
    let (status, body) = client.ask("POST", "/volume/volumes", Some(&json!({"volume": {"size": 1}}))).await;
    assert_eq!((status, body["overLimit"]["code"].as_u64()), (413, Some(413)));
    let flavor = client.named("/compute/v2.1/flavors", "flavors", "m1.tiny").await;
    let image = client.named("/image/v2/images", "images", "worker").await;
    let server = json!({"server": {"name": "x", "flavorRef": flavor, "imageRef": image, "networks": "none"}});
    let (status, body) = client.ask("POST", "/compute/v2.1/servers", Some(&server)).await;
    assert_eq!((status, body["forbidden"]["code"].as_u64()), (403, Some(403)));
    let (status, body) = client
        .ask("POST", "/networking/v2.0/security-groups", Some(&json!({"security_group": {"name": "x"}})))
        .await;
    assert_eq!((status, &body["NeutronError"]["type"]), (409, &json!("OverQuota")));
}

#[tokio::test]
async fn a_refused_server_takes_nothing() {
    let (_dir, lab, client) = quick().await;
    let flavor = client.named("/compute/v2.1/flavors", "flavors", "m1.tiny").await;
    let image = client.named("/image/v2/images", "images", "worker").await;
    let network = client.named("/networking/v2.0/networks", "networks", "private").await;
    let server = json!({"server": {"name": "x", "flavorRef": flavor, "imageRef": image,
                                   "networks": [{"uuid": network}, {"uuid": "00000000-0000-0000-0000-000000000000"}]}});
    assert_eq!(client.ask("POST", "/compute/v2.1/servers", Some(&server)).await.0, 400);
    assert_eq!(lab.objects(), Vec::<String>::new());
}

#[tokio::test]
async fn hostile_requests_are_refused() {
    let (_dir, lab, client) = quick().await;
    for (method, path) in [
        ("GET", "/"),
        ("GET", "/nothing/v1"),
        ("GET", "/volume/v9"),
        ("POST", "/compute/v2.1/servers/../x"),
        ("GET", "/image/v2/images/%2e%2e%2fx"),
        ("GET", "/networking/v2.0/ports/%00"),
    ] {
        let (status, body) = client.ask(method, path, Some(&json!([1, {"server": 3}]))).await;
        assert!((400..500).contains(&status), "{method} {path}: {status} {body}");
    }
    for path in
        ["/compute/v2.1/servers", "/volume/volumes", "/networking/v2.0/ports", "/compute/v2.1/os-keypairs"]
    {
        let (status, body) = client.ask("POST", path, Some(&json!([]))).await;
        assert_eq!(status, 400, "{path}: {body}");
    }
    lab.stop().await;
}
