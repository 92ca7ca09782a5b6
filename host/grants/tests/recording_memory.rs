//! How much memory a recording takes of a plugin that makes the largest calls that it may, in the shapes that grow most on
//! the way into the file. Alone in its process, whose peak is what is measured.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a test may fail

mod world;

use gyre_core::config::Config;
use gyre_core::{Error, Result};
use gyre_grants::{Host, Recorder, Recording, Secrets};
use std::path::Path;
use std::sync::Arc;
use world::Silent;

/// What `sdk/docs/debugging.md` says: so many times the largest call, above what the same run takes unrecorded.
const TIMES_MAX: u64 = 10;
/// What grows: signs that JSON writes with six, base64 of base64, names of secrets in base64, empty texts. Each with the
/// MiB of one call: as many as the host takes, but for names, which are a matter of time.
const SHAPES: [(&str, u64); 4] = [("names", 6), ("signs", 31), ("packed", 31), ("pairs", 31)];

struct NoSecrets;

impl Secrets for NoSecrets {
    fn get(&self, _: &str, _: &str) -> Result<Vec<u8>> {
        Err(Error::not_found("secret.missing", "no such secret"))
    }
}

/// What the process has taken at most since the last call, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    let kib: u64 = line.trim().trim_end_matches(" kB").parse().unwrap();
    // From here on the peak is another one (proc_pid_clear_refs(5)).
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    kib << 10
}

/// A run of the hostile source that hands over this.
async fn run((shape, mebibytes): (&str, u64), state: &Path, recorder: Option<Arc<Recorder>>) -> u64 {
    let text = format!(
        "[plugin.it]\ncomponent = {:?}\nlimit.call-ms = 300000\n[source.it]\nplugin = 'it'\nconfig.attack = 'large'\n\
         config.on = '{shape}'\nconfig.with = '{mebibytes}'",
        world::guest("hostile-source")
    );
    let config = Arc::new(Config::parse(&text, state).unwrap());
    let identity = gyre_ssh::Identity::load_or_create(&state.join("key")).unwrap();
    let host = Host::recording(config, state, Arc::new(NoSecrets), identity, recorder).unwrap();
    let source = host.source("it", &world::job(Arc::new(Silent))).unwrap();
    peak();
    assert_eq!(source.check(None).await.unwrap()[0].message, "said", "{shape}");
    peak()
}

#[tokio::test]
async fn a_recording_takes_a_bounded_multiple_of_the_largest_call() {
    let state = tempfile::tempdir().unwrap();
    for call @ (shape, mebibytes) in SHAPES {
        run(call, state.path(), None).await;
        let alone = run(call, state.path(), None).await;
        let file = state.path().join(format!("{shape}.jsonl"));
        let recorder = Recorder::create(&file).unwrap();
        let recorded = run(call, state.path(), Some(recorder.clone())).await;
        let (more, size) = (recorded.saturating_sub(alone), mebibytes << 20);
        let summary = recorder.summary();
        println!(
            "{shape}: calls of {mebibytes} MiB take {} MiB, {} more recorded; {summary:?}",
            alone >> 20,
            more >> 20
        );
        assert!(more < TIMES_MAX * size, "{shape}: {} MiB", more >> 20);
        assert!(summary.calls > 0 && !Recording::read(&file).unwrap().played.is_empty(), "{shape}");
    }
}
