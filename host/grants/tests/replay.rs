//! Recordings of real components, and their replays: what was recorded comes again, what is other is pointed at, and
//! whatever a plugin does with its secrets, the file holds none of them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a test may fail
#![allow(dead_code)] // of the ground, what is needed

#[path = "adversaries/ground.rs"]
mod ground;
#[path = "adversaries/table.rs"]
mod table;
mod world;

use ground::{CANARIES, Ground, GuestRoot, Vault};
use gyre_core::Result;
use gyre_core::config::Config;
use gyre_core::roles::{Morphing, Source, StepCall};
use gyre_grants::{Difference, Host, Recorder, Recording, Replayed, Replaying};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use table::How;
use tokio_util::sync::CancellationToken;

const GRANTS: &str = "grant.http = ['http://127.0.0.1:{granted}']\ngrant.disk = ['{dir}']\n\
                      grant.secret = [{ name = 'own', reveal = true }]";

/// A secret that nobody knows to be one.
const UNKNOWN: &str = "tk8Zq31vXw0n";

/// A place, and the recording that is made there.
struct Studio {
    ground: Ground,
    file: PathBuf,
}

impl Studio {
    fn new() -> Self {
        let ground = Ground::new(Arc::default());
        let file = ground.state.path().join("run.jsonl");
        Self { ground, file }
    }

    /// A host with the hostile plugin of this kind, which tries `attack`.
    fn host(&self, kind: &str, attack: [&str; 3], recorder: Option<Arc<Recorder>>) -> Host {
        let [attack, on, with] = attack.map(|text| self.ground.placed(text));
        let how = if kind == "source" { How::Source("", "", "") } else { How::Morph("", "", "") };
        let (component, grants) = (self.ground.component(&how), self.ground.placed(GRANTS));
        let plugin = if kind == "source" { "plugin = 'it'\n" } else { "" };
        let text = format!(
            "[plugin.it]\ncomponent = {component:?}\n{grants}\n[{kind}.it]\n{plugin}\
             config.attack = {attack:?}\nconfig.on = {on:?}\nconfig.with = {with:?}\n"
        );
        let state = self.ground.state.path();
        let identity = gyre_ssh::Identity::load_or_create(&state.join("key")).unwrap();
        let config = Arc::new(Config::parse(&text, state).unwrap());
        Host::recording(config, state, Arc::new(Vault), identity, recorder).unwrap()
    }

    fn source(&self, attack: [&str; 3], bytes_max: Option<u64>) -> Arc<dyn Source> {
        std::fs::remove_file(&self.file).ok();
        let recorder = match bytes_max {
            Some(bytes_max) => Recorder::create_with(&self.file, bytes_max),
            None => Recorder::create(&self.file),
        };
        let host = self.host("source", attack, Some(recorder.unwrap()));
        host.source("it", &world::job(self.ground.said.clone())).unwrap()
    }

    fn text(&self) -> String {
        std::fs::read_to_string(&self.file).unwrap()
    }

    /// Its lines, as they may be changed.
    fn lines(&self) -> Vec<Value> {
        self.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    async fn replay_of(&self, kind: &str, lines: Option<&[Value]>, strict: bool) -> Result<Replayed> {
        let mut path = self.file.clone();
        if let Some(lines) = lines {
            path = self.ground.state.path().join("changed.jsonl");
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            std::fs::write(&path, text).unwrap();
        }
        // Nothing that it did while it was recorded is there any more.
        let host = self.host(kind, ["none", "none", "none"], None);
        let (recording, cancel) = (Recording::read(&path)?, CancellationToken::new());
        let rerun = host.replay("it", &recording, "it", Replaying { strict }, &cancel).await?;
        Ok(rerun.replayed)
    }

    async fn replay(&self, strict: bool) -> Replayed {
        self.replay_of("source", None, strict).await.unwrap()
    }

    async fn differs(&self, lines: &[Value]) -> Difference {
        self.replay_of("source", Some(lines), false).await.unwrap().difference.unwrap()
    }
}

fn step() -> StepCall {
    StepCall { token: "t".into(), resume: None }
}

/// Every way out that a hostile plugin tries with a secret that it was let see, and with one that a server gives away.
#[tokio::test]
async fn no_secret_is_in_a_recording_and_it_replays() {
    let studio = Studio::new();
    let checks = [
        ["secret", "own", ""],
        ["told", "own", "log"],
        ["told", "own", "progress"],
        ["told", "own", "error"],
        ["told", "own", "refusal"],
        ["told", "own", "panic"],
        ["told", "own", "finding"],
        ["send-secret", "http://127.0.0.1:{granted}", ""],
        // In the options, where no secret belongs.
        ["header", "http://127.0.0.1:{granted}", "x-vault: canary-of-its-own Y2FuYXJ5LW9mLWl0cy1vd24="],
    ];
    for attack in checks {
        let _ = studio.source(attack, None).check(None).await;
        told_nothing(&studio, &attack).await;
    }
    let _ = studio.source(["vm-secret", "own", ""], None).get_vm("1").await;
    told_nothing(&studio, &["vm-secret", "own", ""]).await;
    let _ = studio
        .source(["state-secret", "own", ""], None)
        .ensure_snapshot(&step(), &world::machine(), None)
        .await;
    told_nothing(&studio, &["state-secret", "own", ""]).await;
}

/// Values that no vault holds, which are known by the names before them alone.
#[tokio::test]
async fn what_a_name_says_to_be_a_secret_is_in_no_recording() {
    let studio = Studio::new();
    let basic = "dXNlcjp0azhacTMxdlh3MG4=";
    for (attack, with) in [
        ("visit", format!("/?token={UNKNOWN}")),
        ("header", format!("authorization: Basic {basic}")),
        ("header", format!("authorization: Bearer {UNKNOWN}")),
        ("header", format!("cookie: a=1; session={UNKNOWN}")),
    ] {
        let attack = [attack, "http://127.0.0.1:{granted}", with.as_str()];
        studio.source(attack, None).check(None).await.unwrap();
        let text = studio.text();
        assert!(text.contains("endpoint.send") && text.contains("[masked "), "{attack:?}: {text}");
        assert!(!text.contains(UNKNOWN) && !text.contains(basic), "{attack:?}: {text}");
        told_nothing(&studio, &attack).await;
    }
}

async fn told_nothing(studio: &Studio, attack: &[&str; 3]) {
    let text = studio.text();
    for form in CANARIES.into_iter().chain(["Y2FuYXJ5LW9mLWl0cy1vd24"]) {
        assert!(!text.contains(form), "{attack:?} wrote {form}: {text}");
    }
    assert!(text.contains("[secret own]") || text.contains("[masked "), "{attack:?}: {text}");
    let replayed = studio.replay(true).await;
    assert_eq!(replayed.difference, None, "{attack:?}: {text}");
    assert!(replayed.instances == 1 && replayed.calls > 1 && replayed.broken_off == 0, "{replayed:?}");
}

#[tokio::test]
async fn disks_and_handles_come_again_without_the_disk() {
    let studio = Studio::new();
    let attack = ["map", "held", ""];
    let disk = studio.ground.placed("{dir}/disk");
    let source = studio.source(attack, None);
    let origin = source.open_disk("outside", &disk).await.unwrap();
    origin.extents(None, 0, 1 << 20).await.unwrap_err();
    drop((origin, source));
    let replayed = studio.replay(true).await;
    assert!(replayed.difference.is_none() && replayed.calls >= 4, "{replayed:?}");
    let worlds: Vec<_> =
        studio.lines().iter().map(|line| line["export"].clone()).filter(Value::is_string).collect();
    assert_eq!(worlds, ["gyre:plugin/source#open-disk", "gyre:plugin/source#extents"]);
}

/// A call of the host of this name: where it stands.
fn at(lines: &[Value], import: &str) -> usize {
    lines.iter().position(|line| line["import"].as_str().is_some_and(|name| name.ends_with(import))).unwrap()
}

#[tokio::test]
async fn the_first_difference_is_pointed_at() {
    let studio = Studio::new();
    studio.source(["open", "{dir}/disk", ""], None).check(None).await.unwrap();
    let lines = studio.lines();
    assert_eq!(studio.replay_of("source", Some(&lines), true).await.unwrap().difference, None);
    let (open, read) = (at(&lines, "disk.open"), at(&lines, "disk.read"));
    let number = |line: usize| u32::try_from(lines[line]["number"].as_u64().unwrap()).unwrap();

    let mut other = lines.clone();
    other[open]["arguments"][0] = json!("/srv/other");
    let found = studio.differs(&other).await;
    assert_eq!((found.at.number, found.at.instance), (number(open), 1));
    assert_eq!(found.during, "gyre:plugin/source#check");
    assert!(found.fields.len() == 1 && found.fields[0].path == "name", "{found:?}");
    assert!(
        found.fields[0].expected == "\"/srv/other\"" && found.fields[0].actual.contains("disk"),
        "{found:?}"
    );

    let mut missing = lines.clone();
    let mut more = lines[read].clone();
    more["import"] = json!("gyre:host/disk#[method]disk.flush");
    missing.insert(read, more);
    for line in missing.iter_mut().skip(read + 1) {
        line["number"] = json!(line["number"].as_u64().unwrap() + 1);
    }
    let found = studio.differs(&missing).await;
    assert!(found.at.number == number(read) && found.expected.ends_with("disk.flush"), "{found:?}");
    assert!(found.actual.ends_with("[method]disk.read"), "{found:?}");

    let mut additional = lines.clone();
    additional.remove(read);
    let found = studio.differs(&additional).await;
    assert!(
        found.expected == "the plugin's answer" && found.actual.ends_with("[method]disk.read"),
        "{found:?}"
    );

    let mut result = lines.clone();
    result[read]["result"]["ok"] = json!({ "text": "other bytes" });
    let found = studio.differs(&result).await;
    assert!(found.actual == "another answer" && found.fields[0].path == "ok[0].message", "{found:?}");
    assert!(found.fields[0].actual.contains("other bytes"), "{found:?}");

    let mut shape = lines.clone();
    shape[read]["result"] = json!({ "ok": 7 });
    let error = studio.replay_of("source", Some(&shape), false).await.unwrap_err();
    assert!(error.code == "recording.damaged" && error.to_string().contains("list"), "{error}");

    let mut export = lines.clone();
    let call = export.iter().position(|line| line["export"].is_string()).unwrap();
    export[call]["export"] = json!("gyre:plugin/source#no-more");
    assert!(studio.differs(&export).await.actual.contains("without gyre:plugin/source#no-more"));
}

#[tokio::test]
async fn log_lines_may_change_unless_they_are_asked_for() {
    let studio = Studio::new();
    studio.source(["told", "own", "log"], None).check(None).await.unwrap();
    let mut lines = studio.lines();
    let log = at(&lines, "log#write");
    lines[log]["arguments"][1] = json!("another line");
    assert_eq!(studio.replay_of("source", Some(&lines), false).await.unwrap().difference, None);
    let strict = studio.replay_of("source", Some(&lines), true).await.unwrap().difference.unwrap();
    assert_eq!(strict.fields[0].path, "message");
    assert!(strict.lines.last().unwrap().contains("it is [secret own]"), "{strict:?}");
}

#[tokio::test]
async fn a_recording_that_met_its_limit_replays_as_far_as_it_goes() {
    const LIMIT: u64 = 2500;
    let studio = Studio::new();
    studio.source(["open", "{dir}/disk", ""], Some(LIMIT)).check(None).await.unwrap();
    assert!(studio.text().len() as u64 <= LIMIT + 100);
    assert!(Recording::read(&studio.file).unwrap().cut);
    let replayed = studio.replay(false).await;
    assert!(replayed.difference.is_none() && replayed.broken_off == 1, "{replayed:?}");
}

#[tokio::test]
async fn a_guests_root_comes_again_without_the_guest() {
    let studio = Studio::new();
    let recorder = Recorder::create(&studio.file).unwrap();
    let host = studio.host("osmorphing", ["read", "/inside", ""], Some(recorder.clone()));
    let morpher = host.morphers(&world::job(studio.ground.said.clone())).unwrap().remove(0).1;
    let root = || GuestRoot::confined(studio.ground.guest.path());
    // It tries what it must not: that is an answer, too.
    assert_eq!(morpher.detect(root()).await.unwrap_err().code, "rootfs.detect");
    let _ = morpher.morph(root(), &world::machine(), &Morphing::default()).await;
    assert_eq!(recorder.summary().instances, 2);
    let replayed = studio.replay_of("osmorphing", None, true).await.unwrap();
    assert!(replayed.difference.is_none() && replayed.instances == 2, "{replayed:?}");
    let error = studio.replay_of("source", None, false).await.unwrap_err();
    assert!(error.code == "recording.plugin" && error.to_string().contains("it (osmorphing)"), "{error}");
}

/// Every function that the host lends is told by the name that the WIT gives it.
#[test]
fn every_call_has_the_name_of_the_wit() {
    let tap = include_str!("../src/tap.rs");
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit/deps/gyre-host");
    let files =
        std::fs::read_dir(wit).unwrap().flatten().map(|entry| std::fs::read_to_string(entry.path()).unwrap());
    let wit: String = files.collect();
    let (mut interface, mut resource, mut found) = (String::new(), String::new(), 0);
    for line in wit.lines().map(str::trim) {
        let name = |text: &str| text.split([' ', '{', ':']).next().unwrap_or_default().to_owned();
        if let Some(rest) = line.strip_prefix("interface ") {
            (interface, resource) = (name(rest), String::new());
        } else if let Some(rest) = line.strip_prefix("resource ") {
            resource = name(rest);
            assert!(tap.contains(&format!("\"[resource-drop]{resource}\"")), "{resource} is not told");
        } else if !line.starts_with("//") && line.contains("func(") {
            let function = name(line.trim_start_matches('%'));
            let full = match (resource.is_empty(), line.contains("static func(")) {
                (true, _) => function,
                (false, true) => format!("[static]{resource}.{function}"),
                (false, false) => format!("[method]{resource}.{function}"),
            };
            assert!(tap.contains(&format!("\"gyre:host/{interface}\"")), "{interface} is not told");
            assert!(tap.contains(&format!("\"{full}\" ")), "{interface}#{full} is not told");
            found += 1;
        }
    }
    assert!(found > 40, "{found} functions");
}
