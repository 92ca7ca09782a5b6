//! Components that were built for a frozen version of the contract go on working: each is loaded from its text, linked,
//! described and called, over every interface that its world lends. What they are and how they were made stands in
//! `wit/VERSIONING.md`.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a test may fail

mod world;

use gyre_agent::local::{LocalRoot, Programs};
use gyre_core::protocol::Root;
use gyre_core::roles::{Finding, Morphing, Outcome, StepCall, Transport, WorkerRole};
use gyre_core::{Error, ExtentKind, Firmware, Kind, OsType, Result, VmSpec};
use gyre_grants::{Host, Role, Secrets, Status};
use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;
use world::{Silent, assembled, host, job};

const WORLDS: [&str; 3] = ["source", "destination", "osmorphing"];
const DISK_BYTES: u64 = 1 << 20;

struct Own;

impl Secrets for Own {
    fn get(&self, _: &str, name: &str) -> Result<Vec<u8>> {
        match name {
            "own" => Ok(b"hunter2hunter2".to_vec()),
            _ => Err(Error::not_found("secret.missing", "no such secret")),
        }
    }
}

fn tree(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn names(directory: &Path) -> BTreeSet<String> {
    let entries = std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap());
    entries
        .filter(|entry| entry.path().is_dir())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect()
}

/// Every version that was frozen has its components; those of one track go on working, and so these are run.
fn versions() -> BTreeSet<String> {
    let versions = names(&tree("tests/kept"));
    assert!(versions.contains("v0.1"), "what was built for the first version is kept for ever");
    versions
}

/// A host with the kept component of one version as its only plugin.
struct World {
    host: Host,
    place: TempDir,
}

fn world(version: &str, kind: &str, table: &str, endpoint: &str) -> World {
    let place = tempfile::tempdir().unwrap();
    let text =
        std::fs::read_to_string(tree("tests/kept").join(version).join(kind).join("component.wat")).unwrap();
    let component = assembled(place.path(), &text);
    let text = format!("[plugin.it]\ncomponent = {component:?}\n{table}\n{endpoint}");
    World { host: host(&text, place.path(), Arc::new(Own)).unwrap(), place }
}

fn step(resume: Option<&str>) -> StepCall {
    StepCall { token: "token".into(), resume: resume.map(str::to_owned) }
}

fn machine() -> VmSpec {
    let text = r#"{"id":"1","name":"web","vcpus":2,"memory-mib":512,"disks":[{"id":"disk0","size":1048576}],
        "nics":[{"id":"nic0","network":"net","mac":"00:50:56:00:00:01"}]}"#;
    serde_json::from_str(text).unwrap()
}

/// A server that answers every request alike. The thread ends with the test's process.
fn serve() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ =
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nkept");
        }
    });
    port
}

fn done(outcome: Result<Outcome>) -> String {
    match outcome {
        Ok(Outcome::Done(state)) => state,
        other => panic!("{other:?}"),
    }
}

/// Calls that a plugin made of the host, and what became of each.
fn told(findings: &[Finding]) -> Vec<(&str, &str)> {
    findings.iter().map(|finding| (finding.path.as_str(), finding.message.as_str())).collect()
}

/// Of every world.
const BASE: [&str; 3] = ["progress.cancelled", "clock.now", "clock.elapsed"];
const SECRETS: [&str; 5] = [
    "secrets.generate-ssh-key",
    "secrets.generate-host-key",
    "secrets.generate-winrm-login",
    "secrets.open",
    "secrets.reveal",
];
const HTTP: [&str; 6] =
    ["http.open", "http.authorize", "http.substitute", "http.send", "http.response", "http.local-address"];
const DISK: [&str; 10] = [
    "disk.codecs",
    "disk.open",
    "disk.size",
    "disk.write",
    "disk.zero",
    "disk.flush",
    "disk.read",
    "disk.bytes",
    "disk.extents",
    "disk.id",
];

fn all_well<'a>(calls: impl IntoIterator<Item = &'a str>) -> Vec<(&'a str, &'a str)> {
    calls.into_iter().map(|call| (call, "ok")).collect()
}

#[test]
fn every_frozen_version_has_a_component_of_each_world() {
    assert_eq!(names(&tree("wit/frozen")), versions());
    for version in versions() {
        for kind in WORLDS {
            let file = tree("tests/kept").join(&version).join(kind).join("component.wat");
            assert!(file.is_file(), "{} is missing: cargo xtask wit freeze", file.display());
        }
    }
}

#[test]
fn each_is_described_and_everything_that_it_imports_is_lent() {
    for version in versions() {
        for (kind, role, imports) in [
            ("source", Role::Source, &["log", "progress", "clock", "secrets", "disk", "http", "ssh"][..]),
            ("destination", Role::Destination, &["log", "progress", "clock", "secrets", "http"]),
            ("osmorphing", Role::Osmorphing, &["log", "progress", "clock", "rootfs", "registry", "files"]),
        ] {
            let world = world(&version, kind, "", "");
            let (found, _) = world.host.inspect("it").unwrap();
            assert_eq!(found.role, role);
            assert!(found.imports.iter().all(|import| import.status == Status::Provided), "{found:?}");
            let lent: BTreeSet<_> = found
                .imports
                .iter()
                .filter(|import| import.gives_something())
                .map(|import| import.name.split(['/', '@']).nth(1).unwrap())
                .collect();
            assert_eq!(lent, imports.iter().copied().collect(), "{kind} uses each interface of its world");
            let description = found.description.unwrap();
            assert_eq!(
                (description.name.as_str(), description.version.as_str()),
                (&*format!("kept-{kind}"), "0.1.0")
            );
            assert_eq!(description.config_schema["additionalProperties"], false);
        }
    }
}

#[tokio::test]
async fn a_source_makes_every_call_that_it_is_lent() {
    for version in versions() {
        let disks = tempfile::tempdir().unwrap();
        let disk = disks.path().join("disk");
        std::fs::write(&disk, vec![1; DISK_BYTES as usize]).unwrap();
        let port = serve();
        let table = format!(
            "grant.disk = [{{ path = {:?}, write = true }}]\ngrant.http = [\"http://127.0.0.1:{port}\"]\n\
             grant.secret = [{{ name = \"own\", reveal = true }}]",
            disks.path()
        );
        let config = format!(
            "config = {{ disk = {disk:?}, url = \"http://127.0.0.1:{port}\", host = \"192.0.2.1\" }}"
        );
        let world = world(&version, "source", &table, &format!("[source.it]\nplugin = \"it\"\n{config}"));
        let source = world.host.source("it", &job(Arc::new(Silent))).unwrap();
        let findings = source.check(None).await.unwrap();
        let mut expected = all_well(BASE.into_iter().chain(SECRETS).chain(HTTP));
        expected.push(("ssh.open", "grant.ssh"));
        expected.extend(all_well(DISK));
        assert_eq!(told(&findings), expected);
        let origin = source.open_disk("s", "whole").await.unwrap();
        assert_eq!(origin.size(), DISK_BYTES);
        assert_eq!(&origin.read(4096, 4).await.unwrap()[..], b"kept", "what it wrote is on the disk");
        drop(world.place);
    }
}

#[tokio::test]
async fn a_source_answers_with_every_value_that_it_has() {
    for version in versions() {
        let world = world(&version, "source", "", "[source.it]\nplugin = \"it\"");
        let source = world.host.source("it", &job(Arc::new(Silent))).unwrap();
        let error = source.check(Some("1")).await.unwrap_err();
        assert_eq!((error.kind, error.code.as_str()), (Kind::NotFound, "kept.not-found"));
        assert_eq!(error.causes, ["the first", "the second"]);
        let page = source.list_vms(Some("web"), Some("1")).await.unwrap();
        assert_eq!((page.vms[0].name.as_str(), page.vms[0].os_hint.as_deref()), ("web", Some("1")));
        assert_eq!((page.vms[0].powered_on, page.next.as_deref()), (true, Some("2")));
        let vm = source.get_vm("7").await.unwrap();
        assert_eq!((vm.id.as_str(), vm.firmware, vm.os_type), ("7", Firmware::Uefi, OsType::Windows));
        assert_eq!((vm.secure_boot, vm.tpm, vm.cores_per_socket), (true, false, Some(1)));
        assert_eq!((vm.disks[0].size, vm.disks[0].backend.as_deref()), (DISK_BYTES, Some("pool")));
        assert_eq!(vm.nics[0].addresses, ["192.0.2.2"]);
        let waited = source.power_off(&step(None), "1").await.unwrap();
        assert_eq!(waited, Outcome::Wait { state: "token 1".into(), after_ms: 7 });
        let snapshot = source.ensure_snapshot(&step(Some("again")), &machine(), Some("base")).await;
        assert_eq!(done(snapshot), "1 base again");
        assert_eq!(done(source.release_snapshot(&step(None), "s").await), "s");
        let page = source.list_marked(Some("next")).await.unwrap();
        assert_eq!((page.marked[0].made_ms, page.next.as_deref()), (Some(7), Some("next")));
        assert_eq!(done(source.remove_marked(&step(None), "snapshot", "1").await), "token snapshot 1");
        let origin = source.open_disk("s", "own").await.unwrap();
        assert_eq!(origin.extents(None, 0, 4096).await.unwrap()[0].kind, ExtentKind::Data);
        assert_eq!(origin.extents(Some("zero"), 0, 4096).await.unwrap()[0].kind, ExtentKind::Zero);
        assert_eq!(origin.extents(Some("hole"), 0, 4096).await.unwrap()[0].kind, ExtentKind::Hole);
        // They name a handle that the plugin does not hold: understood, and refused.
        for since in ["stored", "packed"] {
            assert_eq!(origin.extents(Some(since), 0, 4096).await.unwrap_err().code, "extents.invalid");
        }
        assert_eq!(origin.extents(Some("gone"), 0, 4096).await.unwrap_err().kind, Kind::NotFound);
        assert_eq!(&origin.read(5, 2).await.unwrap()[..], [5, 5]);
    }
}

#[tokio::test]
async fn a_destination_makes_every_call_and_answers_with_every_value() {
    for version in versions() {
        let port = serve();
        let table = format!(
            "grant.http = [\"http://127.0.0.1:{port}\"]\ngrant.secret = [{{ name = \"own\", reveal = true }}]"
        );
        let endpoint = format!("[destination.it]\nplugin = \"it\"\nconfig.url = \"http://127.0.0.1:{port}\"");
        let world = world(&version, "destination", &table, &endpoint);
        let to = world.host.destination("it", &job(Arc::new(Silent))).unwrap();
        let (vm, step) = (machine(), step(None));
        let findings = to.check(None).await.unwrap();
        assert_eq!(told(&findings), all_well(BASE.into_iter().chain(SECRETS).chain(HTTP)));
        assert_eq!(told(&to.check(Some(&vm)).await.unwrap()), [("vm", "web")]);
        let choices = to.options(&["flavor".into()]).await.unwrap();
        assert_eq!((choices[0].option_name.as_str(), choices[0].refused.as_deref()), ("flavor", Some("why")));
        assert_eq!(choices[0].values[0].about.as_deref(), Some("2 vCPU"));
        assert_eq!(done(to.ensure_disks(&step, &vm, Some("old")).await), "token 1 old");
        let disks = to.describe_disks("d").await.unwrap();
        assert_eq!((disks[0].identity.as_str(), disks[0].size, disks[0].zeroed), ("d", DISK_BYTES, true));
        let worker = to.ensure_worker(&step, WorkerRole::Morph, OsType::Bsd, "d").await.unwrap();
        assert_eq!(worker, Outcome::Wait { state: "morph bsd d".into(), after_ms: 7 });
        assert_eq!(to.describe_worker("ssh").await.unwrap().transport, Transport::Ssh);
        let worker = to.describe_worker("https").await.unwrap();
        assert_eq!(
            (worker.transport, worker.disks[0].identities[0].as_str()),
            (Transport::Https(5566), "/dev/vdb")
        );
        assert_eq!(to.worker_console("w").await.unwrap().as_deref(), Some("w"));
        for (answer, state) in [
            (to.remove_disks(&step, "d").await, "d"),
            (to.remove_worker(&step, "w").await, "w"),
            (to.ensure_checkpoint(&step, "d").await, "d"),
            (to.remove_checkpoint(&step, "c").await, "c"),
            (to.ensure_clone(&step, "c", true).await, "c clone"),
            (to.remove_clone(&step, "d").await, "d"),
            (to.restore_checkpoint(&step, "c").await, "c"),
            (to.ensure_instance(&step, &vm, "d").await, "web d"),
            (to.remove_marked(&step, "volume", "1").await, "token volume 1"),
        ] {
            assert_eq!(done(answer), state);
        }
        let plan = to.plan_morphing(&vm).await.unwrap();
        let macs = vec![Some("00:50:56:00:00:01".to_owned())];
        assert_eq!(plan, Morphing { hypervisor: Some("kvm".into()), set_dhcp: true, macs });
        let instance = to.describe_instance("i").await.unwrap();
        assert_eq!((instance.id.as_str(), instance.console.as_deref()), ("i", Some("login:")));
        let error = to.remove_instance(&step, "i").await.unwrap_err();
        assert_eq!((error.kind, error.code.as_str()), (Kind::Conflict, "kept.conflict"));
        let page = to.list_marked(Some("next")).await.unwrap();
        assert_eq!((page.marked[0].made_ms, page.next.as_deref()), (Some(7), Some("next")));
    }
}

/// A guest's tree with one hive.
fn guest() -> (TempDir, Arc<dyn Root>) {
    let tree = tempfile::tempdir().unwrap();
    let mut hive = gyre_hive::Hive::new();
    std::fs::write(tree.path().join("hive"), hive.to_bytes().unwrap()).unwrap();
    let root = Arc::new(LocalRoot::open(tree.path(), Programs::Refused).unwrap());
    (tree, root)
}

#[tokio::test]
async fn an_osmorphing_plugin_makes_every_call_that_it_is_lent() {
    for version in versions() {
        let (tree, root) = guest();
        let files = tempfile::tempdir().unwrap();
        std::fs::write(files.path().join("driver"), b"driver").unwrap();
        let table = format!("grant.disk = [{:?}]", files.path());
        let endpoint = format!("[osmorphing.it]\nconfig.files = {:?}", files.path());
        let world = world(&version, "osmorphing", &table, &endpoint);
        let morpher = world.host.morphers(&job(Arc::new(Silent))).unwrap().remove(0).1;
        let found = morpher.detect(root.clone()).await.unwrap().unwrap();
        assert_eq!((found.distribution.as_str(), found.version.as_str(), found.score), ("kept", "1", 7));
        let morphing =
            Morphing { hypervisor: Some("kvm".into()), set_dhcp: true, macs: vec![None, Some("m".into())] };
        morpher.morph(root, &machine(), &morphing).await.unwrap();
        let told = std::fs::read_to_string(tree.path().join("told")).unwrap();
        let mut lines = told.lines();
        assert_eq!(lines.next(), Some("web kvm m"));
        let failed: Vec<_> = lines.clone().filter(|line| !line.ends_with(": ok")).collect();
        assert_eq!(failed, ["rootfs.run: try.programs"], "programs are refused here, and nothing else is");
        let calls: BTreeSet<_> = lines.map(|line| line.split(": ").next().unwrap()).collect();
        assert_eq!(calls.len(), MORPHING_CALLS, "{calls:?}");
        assert_eq!(std::fs::read(tree.path().join("kept/driver")).unwrap(), b"driver");
    }
}

/// Calls of the host and looks at what came of them, by name.
const MORPHING_CALLS: usize = 3 + 14 + 12 + 4;

/// That the tests above would fail: the host lends the same, and the component asks for another thing.
#[tokio::test]
async fn a_component_that_asks_for_what_the_host_does_not_have_is_refused() {
    for (kind, from, to) in [
        ("source", "\"elapsed\"", "\"elapsed2\""),
        ("source", "\"timeout-ms\"", "\"timeout-s\""),
        ("source", "\"[method]disk.zero\"", "\"[method]disk.zeros\""),
        ("destination", "\"not-found\"", "\"not-there\""),
        ("destination", "\"port\"", "\"ports\""),
        ("osmorphing", "\"file-type\"", "\"file-kind\""),
        ("osmorphing", "\"multi-sz\"", "\"multi\""),
    ] {
        let text = std::fs::read_to_string(tree("tests/kept/v0.1").join(kind).join("component.wat")).unwrap();
        assert!(text.contains(from), "{kind} does not use {from}");
        let place = tempfile::tempdir().unwrap();
        let component = assembled(place.path(), &text.replace(from, to));
        let endpoint = match kind {
            "osmorphing" => "[osmorphing.it]".to_owned(),
            _ => format!("[{kind}.it]\nplugin = \"it\""),
        };
        let text = format!("[plugin.it]\ncomponent = {component:?}\n{endpoint}");
        let (host, job) = (host(&text, place.path(), Arc::new(Own)).unwrap(), job(Arc::new(Silent)));
        // What it imports is held against the host when it is linked, what it exports when it is first called.
        let error = match kind {
            "source" => host.source("it", &job).err(),
            "destination" => match host.destination("it", &job) {
                Ok(destination) => destination.worker_console("w").await.err(),
                Err(error) => Some(error),
            },
            _ => host.morphers(&job).err(),
        };
        assert_eq!(error.map(|error| error.code).as_deref(), Some("plugin.link"), "{kind} {to}");
    }
}
