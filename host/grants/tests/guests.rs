//! One guest for each misbehaviour, from the guest's side: each is stopped, with the error that says by what. The
//! guests are the crates of `tests/guests`, built by `cargo xtask plugins`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a test may fail

mod world;

use async_trait::async_trait;
use gyre_core::protocol::{Root, RootReply, RootRequest};
use gyre_core::roles::{Morphing, OsMorphing, Source};
use gyre_core::{Error, Kind, Result};
use gyre_grants::{Host, JobContext, Role, Secrets, Status};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use world::{Silent, assembled, guest, host, job, machine};

struct OneSecret;

impl Secrets for OneSecret {
    fn get(&self, endpoint: &str, name: &str) -> Result<Vec<u8>> {
        match (endpoint, name) {
            ("it", "password") => Ok(b"hunter2".to_vec()),
            _ => Err(Error::not_found("secret.missing", "no such secret")),
        }
    }
}

/// A guest's root in which nothing is there.
struct Nothing;

#[async_trait]
impl Root for Nothing {
    async fn call(&self, _: RootRequest) -> Result<RootReply> {
        Err(Error::not_found("rootfs.missing", "nothing is there"))
    }
}

/// A host with one plugin, in a state directory of its own.
struct World {
    host: Host,
    job: JobContext,
    state: TempDir,
}

/// `table` is what stands below `[plugin.it]`, `config` below the options of its endpoint.
fn try_world(component: &Path, table: &str, endpoint: &str) -> Result<World> {
    let text = format!("[plugin.it]\ncomponent = {component:?}\n{table}\n{endpoint}");
    let state = tempfile::tempdir().unwrap();
    let host = host(&text, state.path(), Arc::new(OneSecret))?;
    Ok(World { host, job: job(Arc::new(Silent)), state })
}

impl World {
    fn morpher(&self) -> Arc<dyn OsMorphing> {
        self.host.morphers(&self.job).unwrap().remove(0).1
    }

    fn source(&self) -> Arc<dyn Source> {
        self.host.source("it", &self.job).unwrap()
    }
}

fn morphing(name: &str, table: &str) -> World {
    try_world(&guest(name), table, "[osmorphing.it]").unwrap()
}

fn source(name: &str, table: &str, config: &str) -> World {
    try_world(&guest(name), table, &format!("[source.it]\nplugin = \"it\"\n{config}")).unwrap()
}

async fn detect(world: &World) -> Error {
    world.morpher().detect(Arc::new(Nothing)).await.unwrap_err()
}

async fn morph(world: &World) -> Result<()> {
    world.morpher().morph(Arc::new(Nothing), &machine(), &Morphing::default()).await
}

/// What `check` of a source told, by path.
async fn told(world: &World) -> Vec<(String, String)> {
    let findings = world.source().check(None).await.unwrap();
    findings.into_iter().map(|finding| (finding.path, finding.message)).collect()
}

#[tokio::test]
async fn spin_is_stopped_by_its_computing_time_and_holds_up_no_one() {
    let world = morphing("spin", "limit = { call-ms = 300 }");
    // A single-threaded runtime: this task gets its turns only because the guest is made to yield.
    let turns = tokio::spawn(async {
        let mut turns = 0;
        loop {
            tokio::task::yield_now().await;
            turns += 1;
            if turns == 5 {
                return;
            }
        }
    });
    let error = detect(&world).await;
    assert_eq!(error.code, "sandbox.computing", "{error}");
    assert!(turns.is_finished());
    assert!(error.message.contains("plugin it 0.1.0 (sha256 "), "{error}");
    assert!(error.message.contains("`detect`") && error.message.contains("`call-ms` of 300 ms"), "{error}");
}

#[tokio::test]
async fn spin_that_only_waits_is_stopped_by_the_clock() {
    let world = morphing("spin", "limit = { call-wall-ms = 500 }");
    assert_eq!(morph(&world).await.unwrap_err().code, "sandbox.timeout");
}

#[tokio::test]
async fn spin_ends_when_the_job_is_cancelled() {
    let world = morphing("spin", "");
    let cancel = world.job.cancel.clone();
    let (error, ()) = tokio::join!(detect(&world), async move { cancel.cancel() });
    assert_eq!((error.code.as_str(), error.kind), ("job.cancelled", Kind::Cancelled));
}

#[tokio::test]
async fn trap_tells_where_and_what_it_said_last() {
    let world = morphing("trap", "");
    let error = detect(&world).await;
    assert_eq!(error.code, "sandbox.trap");
    let text = error.to_string();
    assert!(text.contains("about to give up disk=0") && text.contains("on purpose"), "{text}");
    assert!(
        text.contains("<trap::Trap as gyre_plugin::osmorphing::OsMorphing>::detect < gyre:plugin/osmorphing@0.1.0#detect"),
        "no frame of the guest is named: {text}"
    );
    // The next call has a store of its own.
    assert_eq!(detect(&world).await.code, "sandbox.trap");
}

#[tokio::test]
async fn trap_by_recursion_ends_in_the_guest() {
    let world = morphing("trap", "");
    assert_eq!(morph(&world).await.unwrap_err().code, "sandbox.trap");
}

#[tokio::test]
async fn hog_is_stopped_at_its_memory() {
    let world = morphing("hog", "limit = { memory-mib = 64 }");
    let error = detect(&world).await;
    assert_eq!(error.code, "sandbox.memory", "{error}");
    assert!(error.message.contains("64.0 MiB"), "{error}");
}

#[tokio::test]
async fn chatty_is_stopped_at_its_lines() {
    let world = morphing("chatty", "limit = { log-lines = 100 }");
    let error = detect(&world).await;
    assert_eq!(error.code, "sandbox.log-flood", "{error}");
    assert!(error.to_string().contains("line 99"), "{error}");
    assert!(!error.to_string().contains("line 100"), "{error}");
    morph(&world).await.unwrap();
}

#[tokio::test]
async fn escape_opens_only_what_lies_in_its_directory() {
    let (granted, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    std::fs::write(outside.path().join("secret"), b"secret").unwrap();
    std::fs::write(granted.path().join("disk"), b"disk").unwrap();
    std::os::unix::fs::symlink(outside.path().join("secret"), granted.path().join("link")).unwrap();
    std::os::unix::fs::symlink(outside.path(), granted.path().join("dir")).unwrap();
    let inside = |name: &str| granted.path().join(name).display().to_string();
    let cases = [
        (inside("disk"), "opened 4"),
        (inside("link"), "grant.disk"),
        (inside("dir/secret"), "grant.disk"),
        (inside("../secret"), "grant.disk"),
        (inside(&format!("../{}/secret", outside.path().file_name().unwrap().display())), "grant.disk"),
        (inside("disk/../../etc/passwd"), "grant.disk"),
        (outside.path().join("secret").display().to_string(), "grant.disk"),
        ("/etc/passwd".into(), "grant.disk"),
        ("/proc/self/environ".into(), "grant.disk"),
        ("disk".into(), "grant.disk"),
        (String::new(), "grant.disk"),
        (inside("disk\0x"), "disk.open"),
        (inside("nothing"), "disk.missing"),
        (inside("."), "grant.disk"),
    ];
    let paths: Vec<_> = cases.iter().map(|(path, _)| path.as_str()).collect();
    let grant = format!("grant.disk = [{:?}]", granted.path());
    let world =
        source("escape", &grant, &format!("config.paths = {}", serde_json::to_string(&paths).unwrap()));
    let expected: Vec<_> = cases.iter().map(|(path, code)| (path.clone(), (*code).to_owned())).collect();
    assert_eq!(told(&world).await, expected);

    let write = format!("config.paths = [{:?}]\nconfig.write = true", inside("disk"));
    assert_eq!(told(&source("escape", &grant, &write)).await[0].1, "grant.disk");
}

#[tokio::test]
async fn a_granted_disk_is_read_by_the_host_itself() {
    let granted = tempfile::tempdir().unwrap();
    let path = granted.path().join("disk");
    std::fs::write(&path, vec![5; 200_000]).unwrap();
    let world = source("escape", &format!("grant.disk = [{:?}]", granted.path()), "config.paths = []");
    let origin = world.source().open_disk("s", &path.display().to_string()).await.unwrap();
    assert_eq!(origin.size(), 200_000);
    let extents = origin.extents(None, 0, 200_000).await.unwrap();
    assert_eq!(gyre_core::extent::check_cover(0, 200_000, &extents).unwrap(), 200_000);
    let gyre_core::ExtentKind::Stored(at) = extents[0].kind.clone() else { panic!("{extents:?}") };
    let mut bytes = [0; 4];
    origin.disk(at.disk).unwrap().read_at(199_996, &mut bytes).unwrap();
    assert_eq!(bytes, [5; 4]);
    assert!(origin.disk(at.disk + 1).is_none());
    assert_eq!(origin.read(199_990, 10).await.unwrap().len(), 10);
    assert_eq!(origin.read(199_990, 11).await.unwrap_err().code, "disk.range");
    assert_eq!(origin.extents(None, 1, 200_000).await.unwrap_err().code, "disk.range");
}

/// A server that answers every request alike; gives its port. The thread ends with the test's process.
fn serve(answer: String) -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut request = [0; 4096];
            let _ = stream.read(&mut request);
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    port
}

fn answer(body: &str) -> String {
    format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

#[tokio::test]
async fn stranger_reaches_only_what_is_granted() {
    let port = serve(answer("inside"));
    let redirect = serve(format!(
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:{port}/\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    ));
    let cases = [
        (format!("http://127.0.0.1:{redirect}"), "grant.http"),
        (format!("http://127.0.0.1:{port}"), "grant.http"),
        (format!("http://localhost:{port}"), "grant.address"),
        (format!("http://[::ffff:127.0.0.1]:{port}"), "grant.http"),
        (format!("http://[::1]:{port}"), "grant.http"),
        (format!("http://2130706433:{port}"), "grant.http"),
        ("http://169.254.169.254".into(), "grant.http"),
        ("https://undeclared.example".into(), "grant.http"),
        (format!("http://127.0.0.1:{redirect}@127.0.0.1:{port}"), "http.url"),
        ("file:///etc/passwd".into(), "http.url"),
    ];
    let urls: Vec<_> = cases.iter().map(|(url, _)| url).collect();
    // Names of this machine by wildcard, and one address by itself.
    let grant = format!("grant.http = [\"http://*:{port}\", \"http://127.0.0.1:{redirect}\"]");
    let config = format!("config.urls = {}", serde_json::to_string(&urls).unwrap());
    let expected: Vec<_> = cases.iter().map(|(url, code)| (url.clone(), (*code).to_owned())).collect();
    assert_eq!(told(&source("stranger", &grant, &config)).await, expected);

    let named = format!("grant.http = [\"http://127.0.0.1:{port}\"]");
    let config = format!("config.urls = [\"http://127.0.0.1:{port}\"]");
    assert_eq!(told(&source("stranger", &named, &config)).await[0].1, "200 inside");
}

#[tokio::test]
async fn stranger_holds_only_the_secrets_it_was_granted() {
    let port = serve(answer("taken"));
    let config = format!("config.urls = [\"http://127.0.0.1:{port}\"]\nconfig.secret = \"password\"");
    let http = format!("grant.http = [\"http://127.0.0.1:{port}\"]");
    for (secret, expected) in [
        ("", "grant.secret"),
        ("grant.secret = [\"other\"]", "grant.secret"),
        ("grant.secret = [{ name = \"password\", to = [\"http://127.0.0.1:1\"] }]", "grant.secret-to"),
        ("grant.secret = [\"password\"]", "200 taken"),
    ] {
        let world = source("stranger", &format!("{http}\n{secret}"), &config);
        assert_eq!(told(&world).await[0].1, expected, "{secret}");
    }
    for (secret, code) in [
        ("grant.secret = [\"password\"]", "grant.reveal"),
        ("grant.secret = [{ name = \"password\", reveal = true }]", "guest.revealed"),
    ] {
        let world = source("stranger", &format!("{http}\n{secret}"), &config);
        let error = world.source().open_disk("s", "password").await.err().unwrap();
        assert_eq!(error.code, code, "{secret}");
    }
}

#[tokio::test]
async fn greedy_claims_are_not_believed() {
    let directory = tempfile::tempdir().unwrap();
    let disk = directory.path().join("disk");
    std::fs::write(&disk, vec![0; 1 << 20]).unwrap();
    let world = source("greedy", &format!("grant.disk = [{:?}]", directory.path()), "");
    for (claim, code) in [
        ("past", "extents.invalid"),
        ("far", "extents.invalid"),
        ("overlap", "extents.invalid"),
        ("gap", "extents.invalid"),
        ("empty", "extents.invalid"),
        ("handle", "extents.invalid"),
        ("codec", "extents.invalid"),
        ("many", "plugin.answer"),
    ] {
        let origin = world.source().open_disk(&disk.display().to_string(), claim).await.unwrap();
        let error = origin.extents(None, 0, 1 << 20).await.unwrap_err();
        assert_eq!(error.code, code, "{claim}: {error}");
        // What changed may have gaps, and be nothing; the rest holds for it, too.
        let changed = origin.extents(Some("base"), 0, 1 << 20).await;
        match claim {
            "gap" => assert_eq!(changed.unwrap()[0].offset, 1),
            "empty" => assert_eq!(changed.unwrap(), []),
            _ => assert_eq!(changed.unwrap_err().code, code, "{claim}"),
        }
    }
    for (claim, code) in [("short", "plugin.answer"), ("flood", "sandbox.payload")] {
        let origin = world.source().open_disk("s", claim).await.unwrap();
        let error = origin.read(0, 4096).await.unwrap_err();
        assert_eq!(error.code, code, "{claim}: {error}");
    }
}

#[tokio::test]
async fn a_session_that_broke_a_rule_is_dead() {
    let world = source("greedy", "", "");
    let origin = world.source().open_disk("s", "flood").await.unwrap();
    assert_eq!(origin.read(0, 4096).await.unwrap_err().code, "sandbox.payload");
    assert_eq!(origin.read(0, 4096).await.unwrap_err().code, "sandbox.dead");
    assert_eq!(origin.extents(None, 0, 4096).await.unwrap_err().code, "sandbox.dead");
    let fresh = world.source().open_disk("s", "data").await.unwrap();
    assert_eq!(fresh.read(0, 4096).await.unwrap(), [7; 4096].as_slice());
}

#[tokio::test]
async fn greedy_hands_are_limited() {
    let directory = tempfile::tempdir().unwrap();
    let disk = directory.path().join("disk");
    std::fs::write(&disk, b"x").unwrap();
    let table = format!("grant.disk = [{:?}]\nlimit = {{ handles = 20 }}", directory.path());
    let error =
        source("greedy", &table, "").source().check(Some(&disk.display().to_string())).await.unwrap_err();
    assert_eq!(error.code, "sandbox.handles", "{error}");
}

/// A component without code that imports `import` and says that it is a source.
fn stub(directory: &Path, import: &str) -> PathBuf {
    let text = format!(
        "(component (import \"{import}\" (instance)) (instance $none) (export \"gyre:plugin/source@0.1.0\" (instance $none)))"
    );
    assembled(directory, &text)
}

#[test]
fn what_this_host_does_not_speak_is_refused_in_one_sentence() {
    let directory = tempfile::tempdir().unwrap();
    for (import, code, sentence) in [
        (
            "gyre:host/http@0.3.0",
            "plugin.version",
            "plugin it imports gyre:host/http at 0.3.0, this host speaks 0.1.0",
        ),
        (
            "wasi:http/types@0.2.12",
            "plugin.import-unknown",
            "plugin it imports wasi:http/types@0.2.12, which this host does not lend to a source plugin",
        ),
        (
            "gyre:host/rootfs@0.1.0",
            "plugin.import-unknown",
            "plugin it imports gyre:host/rootfs@0.1.0, which this host does not lend to a source plugin",
        ),
    ] {
        let path = stub(directory.path(), import);
        let world = try_world(&path, "", "[source.it]\nplugin = \"it\"").unwrap();
        let error = world.host.source("it", &world.job).err().unwrap();
        assert_eq!((error.code.as_str(), error.message.as_str()), (code, sentence));
        // Inspecting it tells the same without failing.
        let (inspection, _) = world.host.inspect("it").unwrap();
        assert_ne!(inspection.imports[0].status, Status::Provided);
        assert!(inspection.description.is_none());
    }
}

#[test]
fn wasi_is_refused_with_the_line_that_lets_it_in() {
    let directory = tempfile::tempdir().unwrap();
    let path = stub(directory.path(), "wasi:cli/environment@0.2.12");
    let load = |table: &str| {
        let world = try_world(&path, table, "[source.it]\nplugin = \"it\"").unwrap();
        world.host.source("it", &world.job).err().unwrap()
    };
    let refused = load("");
    assert_eq!(refused.code, "plugin.wasi");
    assert!(refused.causes[0].contains("[plugin.it] wasi = \"inert\""), "{refused:?}");
    for own in ["", "wasi = \"inert\""] {
        let world = try_world(&path, own, "[source.it]\nplugin = \"it\"\n[trust]\nwasi = \"never\"").unwrap();
        let never = world.host.source("it", &world.job).err().unwrap();
        assert_eq!((never.code.as_str(), never.kind), ("trust.wasi", gyre_core::Kind::Denied), "{own}");
        assert!(never.causes[0].contains("[trust] wasi"), "{never:?}");
        let (_, standing) = world.host.inspect("it").unwrap();
        assert_eq!(standing.refused.unwrap().code, "trust.wasi", "{own}");
    }
    // Let in; what is wrong now is that a stub plays no role.
    assert_ne!(load("wasi = \"inert\"").code, "plugin.wasi");
}

#[test]
fn a_component_that_promises_more_than_it_has_does_not_link() {
    let directory = tempfile::tempdir().unwrap();
    let path = stub(directory.path(), "gyre:host/clock@0.1.0");
    let world = try_world(&path, "", "[source.it]\nplugin = \"it\"").unwrap();
    assert_eq!(world.host.source("it", &world.job).err().unwrap().code, "plugin.link");
}

#[test]
fn what_is_no_component_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("it.wasm");
    for bytes in [b"".as_slice(), b"not wasm", b"\0asm\x01\0\0\0"] {
        std::fs::write(&path, bytes).unwrap();
        let world = try_world(&path, "", "[source.it]\nplugin = \"it\"").unwrap();
        assert_eq!(world.host.source("it", &world.job).err().unwrap().code, "plugin.not-a-component");
    }
    let world = try_world(&directory.path().join("gone"), "", "[source.it]\nplugin = \"it\"").unwrap();
    assert_eq!(world.host.source("it", &world.job).err().unwrap().code, "plugin.missing");
}

#[test]
fn a_component_is_held_to_its_digest_role_and_options() {
    let path = guest("escape");
    let wrong = format!("sha256 = \"{}\"", "0".repeat(64));
    for (table, endpoint, code) in [
        (wrong.as_str(), "[source.it]\nplugin = \"it\"", "plugin.digest"),
        ("", "[source.it]\nplugin = \"it\"", "config.option"),
        ("", "[source.it]\nplugin = \"it\"\nconfig = { paths = [], wirte = true }", "config.option"),
        ("", "[source.it]\nplugin = \"it\"\nconfig = { paths = \"/a\" }", "config.option"),
        ("", "[source.other]\nplugin = \"it\"", "config.unknown-endpoint"),
        ("grant.http = [\"nonsense\"]", "[source.it]\nplugin = \"it\"\nconfig.paths = []", "config.grant"),
    ] {
        let world = try_world(&path, table, endpoint).unwrap();
        assert_eq!(world.host.source("it", &world.job).err().unwrap().code, code, "{table} {endpoint}");
    }
    let world = try_world(&path, "", "[destination.it]\nplugin = \"it\"").unwrap();
    assert_eq!(world.host.destination("it", &world.job).err().unwrap().code, "config.role");
    let good = format!("sha256 = \"{}\"", world.host.digest("it").unwrap());
    let world = try_world(&path, &good, "[source.it]\nplugin = \"it\"\nconfig.paths = []").unwrap();
    assert!(world.host.source("it", &world.job).is_ok());
}

#[test]
fn inspecting_tells_everything_and_grants_nothing() {
    let (inspection, _) = source("stranger", "", "config.urls = []").host.inspect("it").unwrap();
    let description = inspection.description.as_ref().unwrap();
    assert_eq!((description.name.as_str(), description.version.as_str()), ("stranger", "0.1.0"));
    assert!(description.config_schema["properties"]["urls"].is_object());
    assert!(inspection.imports.iter().all(|import| import.status == Status::Provided));
    assert!(inspection.imports.iter().any(|import| import.name == "gyre:host/http@0.1.0"));
    assert!(inspection.exports.iter().any(|export| export == "gyre:plugin/source@0.1.0"));
    let json = serde_json::to_value(&inspection).unwrap();
    assert_eq!((json["role"].as_str(), json["sha256"].as_str().unwrap().len()), (Some("source"), 64));
}

#[test]
fn a_forged_cache_entry_is_not_run() {
    let world = source("escape", "", "config.paths = []");
    world.source();
    let compiled = world.state.path().join("compiled");
    let entry = || std::fs::read_dir(&compiled).unwrap().map(|e| e.unwrap().path()).next().unwrap();
    let honest = std::fs::read(entry()).unwrap();
    let mut forged = honest.clone();
    let middle = forged.len() / 2;
    forged[middle] ^= 0xff;
    std::fs::write(entry(), &forged).unwrap();
    let (inspection, _) = world.host.inspect("it").unwrap();
    assert!(inspection.description.is_some());
    assert_eq!(std::fs::read(entry()).unwrap().len(), honest.len());
    assert_ne!(std::fs::read(entry()).unwrap(), forged, "it was compiled anew");
}

#[test]
fn every_shipped_plugin_is_understood() {
    let world = source("escape", "", "config.paths = []");
    let built = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/plugins");
    let directory = std::env::var_os("GYRE_PLUGINS").map_or(built, PathBuf::from);
    let families = ["debian", "redhat", "suse", "photon", "arch", "alpine", "flatcar", "generic-linux"];
    let plugins = [("disk-image", Role::Source), ("openstack", Role::Destination)];
    for (name, role) in plugins.into_iter().chain(families.map(|name| (name, Role::Osmorphing))) {
        let path = directory.join(format!("{name}.wasm"));
        assert!(path.exists(), "{} is missing: run `cargo xtask plugins`", path.display());
        let (inspection, _) = world.host.inspect_file(&path).unwrap();
        assert_eq!(inspection.role, role);
        assert!(inspection.imports.iter().all(|import| import.status == Status::Provided), "{inspection:?}");
        let schema = inspection.description.unwrap().config_schema;
        let takes_none = schema["additionalProperties"] == false;
        assert!(schema["properties"].is_object() || takes_none, "{name} describes no options");
    }
}
