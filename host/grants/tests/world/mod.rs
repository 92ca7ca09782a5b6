//! What tests with real components share: where those are, and a host over a configuration of the test's own.

#![allow(clippy::unwrap_used, clippy::panic)] // a test may fail
#![allow(dead_code)] // each test takes what it needs

use gyre_core::config::Config;
use gyre_core::roles::Progress;
use gyre_core::{Result, VmSpec};
use gyre_grants::{Host, JobContext, Secrets};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// A component of `tests/guests`, built by `cargo xtask plugins`.
pub fn guest(name: &str) -> PathBuf {
    built("guests", "GYRE_GUESTS", name)
}

/// A component of `plugins`, built by the same.
pub fn plugin(name: &str) -> PathBuf {
    built("plugins", "GYRE_PLUGINS", name)
}

fn built(kind: &str, elsewhere: &str, name: &str) -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target").join(kind);
    let directory = std::env::var_os(elsewhere).map_or(here, PathBuf::from);
    let path = directory.join(format!("{name}.wasm"));
    assert!(path.exists(), "{} is missing: run `cargo xtask plugins`", path.display());
    path
}

/// A host over this `gyre.toml`; two over one state directory share what was compiled.
pub fn host(text: &str, state: &Path, secrets: Arc<dyn Secrets>) -> Result<Host> {
    let config = Arc::new(Config::parse(text, state)?);
    let identity = gyre_ssh::Identity::load_or_create(&state.join("key"))?;
    Host::new(config, state, secrets, identity)
}

pub fn job(progress: Arc<dyn Progress>) -> JobContext {
    let cancel = CancellationToken::new();
    JobContext {
        job: "job-1".into(),
        overrides: serde_json::Map::new(),
        plugins: Default::default(),
        progress,
        cancel,
    }
}

pub struct Silent;

impl Progress for Silent {
    fn report(&self, _: &str, _: u64, _: Option<u64>) {}
}

pub fn machine() -> VmSpec {
    serde_json::from_str(r#"{"id":"1","name":"n","vcpus":2,"memory-mib":512,"disks":[]}"#).unwrap()
}

/// A component of this text, as a file.
pub fn assembled(directory: &Path, text: &str) -> PathBuf {
    let path = directory.join("stub.wasm");
    std::fs::write(&path, wat::parse_str(text).unwrap()).unwrap();
    path
}
