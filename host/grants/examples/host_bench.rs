//! What the plugin host itself costs: to start with ten plugins that were compiled before, to make an instance, to call
//! into a plugin and out of it, and the memory of plugins that do nothing.
//!
//! `cargo run --release -p gyre-grants --example host_bench`; builds nothing: `cargo xtask plugins` comes first. Speed
//! is printed, never asserted.

#![allow(clippy::unwrap_used, clippy::print_stdout)] // a program for whoever measures

use gyre_core::config::Config;
use gyre_core::roles::{Progress, Source};
use gyre_core::{Error, Result};
use gyre_grants::{Host, JobContext, Secrets};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

const PLUGINS: usize = 10;
const STARTS: usize = 11;
const INSTANCES: u32 = 1_000;
/// What the guest `hostile-source` does in its attack `calls`.
const HOST_CALLS: u32 = 1_000_000;
const IDLE_INSTANCES: usize = 100;

struct NoSecrets;

impl Secrets for NoSecrets {
    fn get(&self, _: &str, name: &str) -> Result<Vec<u8>> {
        Err(Error::not_found("secret.missing", name))
    }
}

struct Silent;

impl Progress for Silent {
    fn report(&self, _: &str, _: u64, _: Option<u64>) {}
}

fn built(folder: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target").join(folder)
}

/// The shipped plugins, filled up with guests of the tests where there are fewer than ten.
fn components() -> Vec<PathBuf> {
    let all = |folder| {
        let entries = std::fs::read_dir(built(folder)).into_iter().flatten().flatten();
        let mut paths: Vec<_> = entries.map(|entry| entry.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "wasm"));
        paths.sort();
        paths
    };
    let mut components = all("plugins");
    components.extend(all("guests"));
    components.truncate(PLUGINS);
    components
}

fn host(text: &str, state: &Path) -> Host {
    let config = Arc::new(Config::parse(text, state).unwrap());
    let identity = gyre_ssh::Identity::load_or_create(&state.join("key")).unwrap();
    Host::new(config, state, Arc::new(NoSecrets), identity).unwrap()
}

/// What one start took: by the clock, and of it what this thread computed, which other work does not lengthen.
#[derive(Clone, Copy)]
struct Took {
    clock: Duration,
    computed: Duration,
}

/// Computing time of this thread so far, as the scheduler counts it.
fn computed() -> Duration {
    let counted = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(counted.split_whitespace().next().unwrap().parse().unwrap())
}

/// The one in the middle.
fn median(mut all: Vec<Duration>) -> Duration {
    all.sort();
    *all.get(all.len() / 2).unwrap()
}

/// From the configuration's text to ten plugins that were read, checked, loaded, described and linked.
fn start(state: &Path) -> (Took, Host) {
    let components = components();
    let mut text = String::new();
    for (number, component) in components.iter().enumerate() {
        writeln!(text, "[plugin.p{number}]\ncomponent = {component:?}").unwrap();
    }
    let (began, before) = (Instant::now(), computed());
    let host = host(&text, state);
    for number in 0..components.len() {
        host.digest(&format!("p{number}")).unwrap();
    }
    (Took { clock: began.elapsed(), computed: computed() - before }, host)
}

fn source(state: &Path, attack: &str) -> (Host, Arc<dyn Source>) {
    let component = built("guests").join("hostile-source.wasm");
    let text = format!(
        "[plugin.it]\ncomponent = {component:?}\n[source.it]\nplugin = 'it'\nconfig.attack = '{attack}'"
    );
    let host = host(&text, state);
    let job = JobContext {
        job: "bench".into(),
        overrides: serde_json::Map::new(),
        plugins: Default::default(),
        progress: Arc::new(Silent),
        cancel: CancellationToken::new(),
    };
    let source = host.source("it", &job).unwrap();
    (host, source)
}

/// Resident memory of this process, bytes.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() << 10
}

fn kib(bytes: u64) -> String {
    format!("{} KiB", bytes >> 10)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let state = tempfile::tempdir().unwrap();
    let (cold, _) = start(state.path());
    println!("start with {PLUGINS} plugins, nothing compiled yet   {:>10.1?}", cold.clock);
    let warm: Vec<Took> = (0..STARTS).map(|_| start(state.path()).0).collect();
    let (clock, computed) = warm.into_iter().map(|took| (took.clock, took.computed)).unzip();
    println!("start with {PLUGINS} plugins from a warm cache       {:>10.1?}", median(clock));
    println!("of it, computing                                {:>10.1?}", median(computed));

    let before = resident();
    let (_, idle) = start(state.path());
    let each = resident().saturating_sub(before) / PLUGINS as u64;
    println!("memory of a plugin that is loaded and idle      {:>10}", kib(each));
    drop(idle);

    calls(state.path()).await;
    instances(state.path()).await;
}

async fn calls(state: &Path) {
    let (_host, source) = source(state, "calls");
    let began = Instant::now();
    source.check(None).await.unwrap();
    println!("a call of the host by a plugin (the clock)      {:>10.1?}", began.elapsed() / HOST_CALLS);
}

async fn instances(state: &Path) {
    let (_host, source) = source(state, "none");
    let origin = source.open_disk("", "").await.unwrap();
    let began = Instant::now();
    for _ in 0..INSTANCES {
        // Answers an extent that the host refuses: the call is what is measured.
        let _ = origin.extents(None, 0, 1).await;
    }
    let call = began.elapsed() / INSTANCES;
    println!("a call of a plugin by the host                  {call:>10.1?}");
    let began = Instant::now();
    for _ in 0..INSTANCES {
        source.list_vms(None, None).await.unwrap();
    }
    let whole = began.elapsed() / INSTANCES;
    println!("an instance: made, called once, dropped         {whole:>10.1?}");
    let before = resident();
    let mut held = Vec::new();
    for _ in 0..IDLE_INSTANCES {
        held.push(source.open_disk("", "").await.unwrap());
    }
    let each = resident().saturating_sub(before) / IDLE_INSTANCES as u64;
    println!("memory of an instance that is kept open         {:>10}", kib(each));
}
