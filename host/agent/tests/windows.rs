//! The agent for Windows, run by Wine over a directory that is a drive there: files, hives and scripts of a guest's Windows,
//! asked for as a host asks. Wine has no disks, no BitLocker and no junctions: what only they show is not tried here.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests

mod support;
#[allow(dead_code)] // what other tests ask of it
#[path = "../../../tests/lab/src/wine.rs"]
mod wine;

use gyre_core::protocol::{
    Base64, FileType, Hello, HiveRequest, HiveValue, Listen, Ready, RootReply, RootRequest, Script,
    ScriptEnd, Start, System, VERSION,
};
use gyre_core::roles::AttachedDisk;
use gyre_core::{Error, Kind, OsType};
use serde::de::DeserializeOwned;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use support::tls::{Issuer, authority, exchange, signed};
use support::{parsed, request, runs, told};
use wine::{Drive, Wine};

const CONFIG: &str = "Windows/System32/config";

/// One for all tests of this program.
fn wine() -> &'static Wine {
    static WINE: OnceLock<Wine> = OnceLock::new();
    WINE.get_or_init(|| Wine::at(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("wine")).unwrap())
}

fn program() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let path = root.join("target/x86_64-pc-windows-gnu/agent/gyre-agent.exe");
    assert!(path.exists(), "no {}: run `cargo xtask agent`", path.display());
    path
}

/// A directory that is a drive of Wine's.
struct Volume {
    drive: Drive,
    dir: tempfile::TempDir,
}

impl Volume {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self { drive: wine().drive(dir.path()).unwrap(), dir }
    }

    fn letter(&self) -> char {
        self.drive.letter
    }

    fn at(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    fn attached(&self) -> AttachedDisk {
        AttachedDisk { disk: "a".into(), identities: vec![format!(r"\\.\{}:", self.letter())] }
    }
}

/// With the hives of a Windows that was made for the test.
fn windows() -> Volume {
    let drive = Volume::new();
    let hive = |text: &str| gyre_hive::text::parse(text).unwrap().to_bytes().unwrap();
    fs::create_dir_all(drive.at(CONFIG)).unwrap();
    fs::write(drive.at(CONFIG).join("SYSTEM"), hive("[Select]\n\"Current\"=dword:00000001\n")).unwrap();
    let software = "[Microsoft\\Windows NT\\CurrentVersion]\n\"CurrentBuild\"=\"20348\"\n\
                    \"CurrentVersion\"=\"6.3\"\n\"ProductName\"=\"Windows Server 2022 (made up)\"\n";
    fs::write(drive.at(CONFIG).join("SOFTWARE"), hive(software)).unwrap();
    drive
}

/// A running agent.
struct Agent {
    child: Child,
    port: u16,
    authority: String,
    issuer: Issuer,
}

fn launch(start: &Start) -> (Child, String) {
    let mut child = wine()
        .command(&[&program().to_string_lossy(), "serve"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    writeln!(child.stdin.as_mut().unwrap(), "{}", serde_json::to_string(start).unwrap()).unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut first).unwrap();
    (child, first)
}

/// What an agent says that does not start.
fn refusal(disks: Vec<AttachedDisk>, listen: Listen) -> Error {
    let (mut child, first) = launch(&Start { version: VERSION, disks, listen, idle_s: 600 });
    assert!(!child.wait().unwrap().success());
    serde_json::from_str(&first).unwrap_or_else(|_| panic!("{first}"))
}

impl Agent {
    fn start(drive: &Volume) -> Self {
        let (authority, issuer) = authority();
        let (certificate, key) = signed(&issuer);
        let listen = Listen::Tls { port: 0, certificate, key, client_authority: authority.clone() };
        let disks = vec![drive.attached()];
        let (child, first) = launch(&Start { version: VERSION, disks, listen, idle_s: 600 });
        let ready: Ready = serde_json::from_str(&first).unwrap_or_else(|_| panic!("{first}"));
        assert_eq!(ready.version, VERSION);
        Self { child, port: ready.port.unwrap(), authority, issuer }
    }

    fn ask(&self, line: &str, body: &[u8]) -> Result<Vec<u8>, Error> {
        let request = request(&format!("{line} HTTP/1.1"), body);
        let answer = exchange(self.port, &self.authority, Some(signed(&self.issuer)), &request).unwrap();
        told(parsed(&answer))
    }

    fn json<T: DeserializeOwned>(&self, line: &str, body: &impl serde::Serialize) -> Result<T, Error> {
        let answer = self.ask(line, &serde_json::to_vec(body).unwrap())?;
        Ok(serde_json::from_slice(if answer.is_empty() { b"null" } else { &answer }).unwrap())
    }

    fn root(&self, request: &RootRequest) -> Result<RootReply, Error> {
        self.json("POST /v1/root", request)
    }

    fn mounted(&self) -> System {
        let systems: Vec<System> = self.json("GET /v1/systems", &()).unwrap();
        let notes: Vec<String> = self.json("POST /v1/mount", &systems[0]).unwrap();
        assert_eq!(notes, [""; 0]);
        systems[0].clone()
    }

    fn script(&self, text: &str, timeout_ms: u32) -> Result<ScriptEnd, Error> {
        let body = Base64(text.as_bytes().to_vec());
        self.json("POST /v1/script", &Script { name: "after-mount".into(), body, timeout_ms })
    }

    fn write(&self, path: &str, bytes: &[u8]) -> Result<RootReply, Error> {
        let bytes = Base64(bytes.to_vec());
        self.root(&RootRequest::WriteFile { path: path.into(), mode: 0o640, bytes })
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, Error> {
        match self.root(&RootRequest::ReadFile { path: path.into() })? {
            RootReply::Bytes { bytes } => Ok(bytes.0),
            other => panic!("{other:?}"),
        }
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

#[test]
fn finds_and_shows_a_windows() {
    let drive = windows();
    let agent = Agent::start(&drive);
    let hello: Hello = agent.json("GET /v1/hello", &()).unwrap();
    assert_eq!((hello.version, hello.devices.len()), (VERSION, 1));
    assert_eq!(hello.devices[0].path, format!(r"\\.\{}:", drive.letter()));
    assert!(hello.devices[0].size > 0);
    let refused = agent.ask("PUT /v1/disks/0/data?offset=0", b"x").unwrap_err();
    assert_eq!((refused.code.as_str(), refused.kind), ("agent.request", Kind::Invalid));
    let stat = RootRequest::Stat { path: "/".into() };
    assert_eq!(agent.root(&stat).unwrap_err().code, "rootfs.not-mounted");

    let systems: Vec<System> = agent.json("GET /v1/systems", &()).unwrap();
    let expected = System {
        root: "disk0".into(),
        name: "Windows Server 2022 (made up) (6.3.20348)".into(),
        mounts: Vec::new(),
        os_type: OsType::Windows,
    };
    assert_eq!(systems, [expected]);
    agent.mounted();
    let again = agent.json::<Vec<String>>("POST /v1/mount", &systems[0]).unwrap_err();
    assert_eq!((again.code.as_str(), again.kind), ("system.mounted", Kind::Conflict));
    let run =
        RootRequest::Run { argv: vec!["cmd".into()], env: vec![], stdin: Base64(vec![]), timeout_ms: None };
    assert_eq!(agent.root(&run).unwrap_err().code, "rootfs.run");
    agent.ask("POST /v1/unmount", b"").unwrap();
    agent.ask("POST /v1/unmount", b"").unwrap();
    assert_eq!(agent.root(&stat).unwrap_err().code, "rootfs.not-mounted");

    fs::write(drive.at("hiberfil.sys"), "hibr and memory").unwrap();
    let asleep = agent.json::<Vec<System>>("GET /v1/systems", &()).unwrap_err();
    assert_eq!((asleep.code.as_str(), asleep.kind), ("system.hibernated", Kind::Conflict), "{asleep}");
    fs::remove_file(drive.at("hiberfil.sys")).unwrap();
    fs::remove_file(drive.at(CONFIG).join("SYSTEM")).unwrap();
    let none = agent.json::<Vec<System>>("GET /v1/systems", &()).unwrap_err();
    assert_eq!((none.code.as_str(), none.kind), ("system.not-found", Kind::NotFound), "{none}");
}

#[test]
fn changes_files_below_the_root_alone() {
    let drive = windows();
    let agent = Agent::start(&drive);
    agent.mounted();
    let deep = format!("/{}", ["a-rather-long-name-of-a-directory"; 12].join("/"));
    agent.root(&RootRequest::MakeDir { path: deep.clone(), mode: 0o700 }).unwrap();
    assert!(deep.len() > 300);
    agent.write(&format!("{deep}/file"), b"one").unwrap();
    assert_eq!(fs::read(drive.at(&format!("{}/file", &deep[1..]))).unwrap(), b"one");
    // A second time, and one that nobody may write.
    let file = drive.at(&format!("{}/file", &deep[1..]));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o444)).unwrap();
    agent.write(&format!("{deep}/file"), b"two").unwrap();
    let at =
        RootRequest::WriteAt { path: format!("{deep}/FILE"), offset: 3, bytes: Base64(b"fold".to_vec()) };
    agent.root(&at).unwrap();
    assert_eq!(agent.read(&format!("{deep}/File")).unwrap(), b"twofold", "in any case");
    let RootReply::Stat { stat: Some(stat) } =
        agent.root(&RootRequest::Stat { path: format!("{deep}/file") }).unwrap()
    else {
        panic!("not there")
    };
    assert_eq!((stat.file_type, stat.mode, stat.size), (FileType::Regular, 0o644, 7));
    assert_eq!(agent.read("/nothing").unwrap_err().kind, Kind::NotFound);
    assert_eq!(agent.read("/Windows").unwrap_err().code, "rootfs.not-a-file");

    let rename = |from: &str, to: &str| agent.root(&RootRequest::Rename { from: from.into(), to: to.into() });
    rename(&format!("{deep}/file"), "/new").unwrap();
    agent.write("/old", b"old").unwrap();
    rename("/new", "/old").unwrap();
    let RootReply::Names { names } = agent.root(&RootRequest::ReadDir { path: "/".into() }).unwrap() else {
        panic!("no names")
    };
    assert_eq!(names, ["Windows", "a-rather-long-name-of-a-directory", "old"]);
    let RootReply::Survey { survey } =
        agent.root(&RootRequest::Survey { path: "/Windows".into(), contents: true }).unwrap()
    else {
        panic!("no survey")
    };
    let paths: Vec<&str> = survey.entries.iter().map(|entry| entry.path.as_str()).collect();
    let wanted = ["System32", "System32/config", "System32/config/SOFTWARE", "System32/config/SYSTEM"];
    assert_eq!(paths, wanted.map(|path| format!("/Windows/{path}")));
    assert!(survey.is_whole && survey.entries[2].bytes.is_some());
    let tally = || agent.root(&RootRequest::Tally { path: "/".into() }).unwrap();
    let before = tally();
    assert_eq!(before, tally());
    agent.write("/old", b"another").unwrap();
    assert_ne!(before, tally());
    let remove = |path: &str| agent.root(&RootRequest::Remove { path: path.into() });
    remove("/A-rather-long-name-of-a-directory").unwrap();
    remove("/no/such/place").unwrap();
    assert!(!drive.at("a-rather-long-name-of-a-directory").exists());

    for path in ["/../x", r"/..\x", r"/Windows\..\..\x", "/C:/x", "/C:x", "/old:stream", "//?/C:/x", "x"] {
        assert_eq!(agent.write(path, b"x").unwrap_err().code, "rootfs.path", "{path}");
        assert_eq!(agent.read(path).unwrap_err().code, "rootfs.path", "{path}");
    }
    let names: Vec<_> = fs::read_dir(drive.at("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names.len(), 2, "nothing half-made is left: {names:?}");
}

#[test]
fn changes_its_registry() {
    let drive = windows();
    let agent = Agent::start(&drive);
    agent.mounted();
    let open = |path: &str| agent.root(&RootRequest::OpenHive { path: path.into() });
    let RootReply::Hive { hive } = open("/windows/system32/CONFIG/system").unwrap() else {
        panic!("no hive")
    };
    let ask = |ask| agent.root(&RootRequest::Hive { hive, ask }).unwrap();
    let (key, name) = ("Select".to_string(), "Current".to_string());
    let get = || HiveRequest::Get { key: key.clone(), name: name.clone() };
    assert_eq!(ask(get()), RootReply::Value { value: Some(HiveValue::Dword(1)) });
    ask(HiveRequest::Set { key: key.clone(), name: name.clone(), value: HiveValue::Dword(7) });
    ask(HiveRequest::CreateKey { key: r"ControlSet001\Services\gyre".into() });
    assert_eq!(ask(HiveRequest::Commit), RootReply::Done);
    ask(HiveRequest::Set { key, name, value: HiveValue::Dword(9) });
    assert_eq!(ask(HiveRequest::Commit), RootReply::Done);
    ask(HiveRequest::Close);
    assert_eq!(open("/Windows/nothing").unwrap_err().code, "rootfs.not-found");
    agent.ask("POST /v1/unmount", b"").unwrap();
    // Nobody here wrote what reads it.
    let exported = |name: &str| {
        let path = drive.at(CONFIG).join(name);
        let output = Command::new("hivexregedit").arg("--export").arg(path).arg("\\").output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let now = exported("SYSTEM");
    assert!(
        now.contains("\"Current\"=dword:00000009") && now.contains(r"[\ControlSet001\Services\gyre]"),
        "{now}"
    );
    let kept = exported("SYSTEM.gyre-bak");
    assert!(kept.contains("\"Current\"=dword:00000001") && !kept.contains("gyre"), "{kept}");
    assert_eq!(fs::read_dir(drive.at(CONFIG)).unwrap().count(), 3, "nothing half-made is left");
}

#[test]
fn runs_the_operators_scripts_and_ends_what_they_start() {
    let drive = windows();
    let agent = Agent::start(&drive);
    let before = agent.script("@echo off\necho root is [%1] [%GYRE_ROOT%]\nexit /b 3\n", 60_000).unwrap();
    assert_eq!((before.status, before.output.trim()), (3, "root is [] []"));
    agent.mounted();
    let text = "rem of ours\necho here>%1made.txt\nif exist \"%GYRE_ROOT%Windows\\System32\\config\\SYSTEM\" \
                echo found\necho complaint>&2\ncall :end\n:end\nexit /b 0\n";
    let end = agent.script(text, 60_000).unwrap();
    assert!(end.status == 0 && end.output.contains("found") && end.output.contains("complaint"), "{end:?}");
    assert_eq!(fs::read_to_string(drive.at("made.txt")).unwrap().trim(), "here");

    // Nobody else counts so far.
    let marker = format!("98{}", std::process::id());
    let endless = format!("@start /b ping -n {marker} 127.0.0.1 >nul\n@echo still here\n");
    let late = std::thread::scope(|scope| {
        let late = scope.spawn(|| agent.script(&format!("{endless}:again\n@goto again\n"), 8000));
        while !runs(&marker) {
            assert!(!late.is_finished(), "the script's own program was never seen");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        late.join().unwrap().unwrap_err()
    });
    assert!(late.code == "script.timeout" && late.to_string().contains("still here"), "{late}");
    assert!(!runs(&marker), "after the time-out");
    let end = agent.script(&format!("{endless}@exit /b 0\n"), 60_000).unwrap();
    assert_eq!(end.status, 0);
    assert!(!runs(&marker), "after its own end");
    for text in ["", &"x".repeat(300_000)] {
        assert_eq!(agent.script(text, 1000).unwrap_err().code, "script.size");
    }
    assert!(!holds(&wine().drive_c().join("users"), "run.cmd"), "the script's file is gone");
}

/// Whether a file of that name is anywhere below.
fn holds(dir: &Path, name: &str) -> bool {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| {
        let is_dir = entry.file_type().is_ok_and(|kind| kind.is_dir());
        entry.file_name() == name || (is_dir && holds(&entry.path(), name))
    })
}

#[test]
fn ends_when_asked_or_when_nobody_holds_its_input() {
    let drive = windows();
    let mut agent = Agent::start(&drive);
    agent.mounted();
    agent.ask("POST /v1/stop", b"").unwrap();
    assert!(agent.child.wait().unwrap().success());
    let mut agent = Agent::start(&drive);
    agent.mounted();
    let stranger = authority().1;
    let request = support::tls::HELLO;
    assert_eq!(exchange(agent.port, &agent.authority, Some(signed(&stranger)), request), None);
    assert_eq!(exchange(agent.port, &agent.authority, None, request), None);
    drop(agent.child.stdin.take());
    assert!(agent.child.wait().unwrap().success());
}

#[test]
fn does_not_start_with_what_is_no_disk_of_the_guests() {
    let drive = windows();
    let tls = || {
        let (authority, issuer) = authority();
        let (certificate, key) = signed(&issuer);
        Listen::Tls { port: 0, certificate, key, client_authority: authority }
    };
    let named = |name: &str| vec![AttachedDisk { disk: "a".into(), identities: vec![name.into()] }];
    assert_eq!(refusal(named(r"\\.\C:"), tls()).code, "disk.in-use", "Windows itself runs from it");
    let twice = vec![drive.attached(), drive.attached()];
    assert_eq!(refusal(twice, tls()).code, "disk.ambiguous");
    let local = Listen::Unix { path: "/tmp/socket".into() };
    assert_eq!(refusal(vec![drive.attached()], local).code, "agent.listen");
    let absent = refusal(named("0b5c9e6a-1f5e-4a51-9d3f-8f1f0c2d3e4f"), tls());
    assert_eq!((absent.code.as_str(), absent.kind), ("disk.not-attached", Kind::NotFound));
    assert!(absent.to_string().contains("0b5c9e6a-1f5e-4a51-9d3f-8f1f0c2d3e4f"), "{absent}");
}
