//! Workers of the cloud in memory: they write the volumes attached to them, and mount the first.

use super::cloud::Cloud;
use crate::{Mounted, WorkerSession, Workers};
use async_trait::async_trait;
use bytes::Bytes;
use gyre_core::block::Hash;
use gyre_core::limits::{HASH_BLOCK_BYTES, PIECE_BYTES_MAX};
use gyre_core::protocol::{Base64, FileType, Root, RootReply, RootRequest, Script, ScriptEnd, Stat, System};
use gyre_core::roles::Worker;
use gyre_core::{BlockTarget, Error, Result};
use std::sync::{Arc, Mutex};
use tokio_util::sync::CancellationToken;

pub struct FakeWorkers(pub Arc<Cloud>);

#[async_trait]
impl Workers for FakeWorkers {
    async fn open(
        &self,
        worker: &Worker,
        _: &str,
        cancel: &CancellationToken,
    ) -> Result<Box<dyn WorkerSession>> {
        self.0.call("reach-worker", |_| Ok(()))?;
        self.0.gate(cancel).await?;
        self.0.call("open-worker", |held| {
            assert!(held.workers.contains_key(&worker.host), "{} is not there", worker.host);
            Ok(Box::new(Session { cloud: self.0.clone(), worker: worker.host.clone() })
                as Box<dyn WorkerSession>)
        })
    }
}

struct Session {
    cloud: Arc<Cloud>,
    worker: String,
}

impl Session {
    fn volume(&self, disk: Option<&str>) -> Result<Arc<Mutex<Vec<u8>>>> {
        let held = self.cloud.held();
        let attached = &held.workers[&self.worker].1;
        let mut volumes = attached.iter().map(|id| &held.volumes[id]);
        let found = volumes.find(|volume| disk.is_none_or(|disk| disk == volume.disk));
        found
            .map(|volume| volume.bytes.clone())
            .ok_or_else(|| Error::not_found("worker.no-disk", "not attached"))
    }
}

#[async_trait]
impl WorkerSession for Session {
    fn disk(&self, id: &str) -> Result<Arc<dyn BlockTarget>> {
        Ok(Arc::new(Target { cloud: self.cloud.clone(), bytes: self.volume(Some(id))? }))
    }

    async fn systems(&self) -> Result<Vec<System>> {
        let system = System {
            root: "disk0/part1".into(),
            name: "Debian 12".into(),
            mounts: Vec::new(),
            os_type: Default::default(),
        };
        self.cloud.call("systems", |_| Ok(vec![system]))
    }

    async fn unlock(&self, secrets: &[String]) -> Result<()> {
        self.cloud.call(&format!("unlock {}", secrets.join(" ")), |_| Ok(()))
    }

    /// It says its text, and fails where that tells it to.
    async fn run_script(&self, script: &Script) -> Result<ScriptEnd> {
        let text = String::from_utf8(script.body.0.clone()).unwrap();
        self.cloud.call(&format!("script {}", script.name), |held| {
            assert_eq!(held.mounted, usize::from(script.name == "after-mount"));
            Ok(ScriptEnd { status: if text.contains("fail") { 7 } else { 0 }, output: text })
        })
    }

    async fn mount(&self, _: &System) -> Result<Mounted> {
        let volume = self.volume(None)?;
        self.cloud.call("mount", |held| {
            held.mounted += 1;
            Ok(())
        })?;
        let root = Arc::new(FakeRoot { cloud: self.cloud.clone(), volume });
        Ok(Mounted { root, notes: vec!["/data stays unmounted".into()] })
    }

    async fn unmount(&self) -> Result<()> {
        self.cloud.call("unmount", |held| {
            held.mounted = 0;
            Ok(())
        })
    }

    async fn close(self: Box<Self>) -> Result<()> {
        self.cloud.call("close-worker", |held| {
            // The agent unmounts when it ends.
            held.mounted = 0;
            Ok(())
        })
    }
}

struct FakeRoot {
    cloud: Arc<Cloud>,
    volume: Arc<Mutex<Vec<u8>>>,
}

#[async_trait]
impl Root for FakeRoot {
    async fn call(&self, request: RootRequest) -> Result<RootReply> {
        self.cloud.call("root", |held| {
            assert_eq!(held.mounted, 1);
            match request {
                RootRequest::WriteFile { path, bytes, .. } if path.starts_with("/etc/") => {
                    held.files.insert(path, String::from_utf8(bytes.0).unwrap());
                }
                RootRequest::WriteFile { bytes, .. } => {
                    self.volume.lock().unwrap()[..bytes.0.len()].copy_from_slice(&bytes.0);
                }
                RootRequest::ReadFile { path } => {
                    let bytes = Base64(held.files[&path].clone().into_bytes());
                    return Ok(RootReply::Bytes { bytes });
                }
                RootRequest::ReadDir { .. } => return Ok(RootReply::Names { names: Vec::new() }),
                RootRequest::Stat { path } => {
                    let there = path == "/lib/systemd/systemd" || held.files.contains_key(&path);
                    let stat = Stat { file_type: FileType::Regular, mode: 0o755, uid: 0, gid: 0, size: 1 };
                    return Ok(RootReply::Stat { stat: there.then_some(stat) });
                }
                _ => {}
            }
            Ok(RootReply::Done)
        })
    }
}

struct Target {
    cloud: Arc<Cloud>,
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl Target {
    fn fill(&self, offset: u64, bytes: &[u8]) {
        let at = offset as usize;
        self.bytes.lock().unwrap()[at..at + bytes.len()].copy_from_slice(bytes);
    }
}

#[async_trait]
impl BlockTarget for Target {
    fn size(&self) -> u64 {
        self.bytes.lock().unwrap().len() as u64
    }

    async fn write(&self, offset: u64, bytes: Bytes) -> Result<()> {
        self.cloud.call("target.write", |_| {
            self.fill(offset, &bytes);
            Ok(())
        })
    }

    fn unpacks(&self) -> bool {
        true
    }

    async fn write_packed(&self, offset: u64, packed: Bytes) -> Result<()> {
        self.cloud.call("target.write packed", |_| {
            self.fill(offset, &zstd::bulk::decompress(&packed, PIECE_BYTES_MAX as usize).unwrap());
            Ok(())
        })
    }

    async fn zero(&self, offset: u64, length: u64) -> Result<()> {
        self.cloud.call("target.zero", |_| {
            self.fill(offset, &vec![0; length as usize]);
            Ok(())
        })
    }

    async fn flush(&self) -> Result<()> {
        self.cloud.call("target.flush", |_| Ok(()))
    }

    async fn hashes(&self, offset: u64, length: u64) -> Result<Vec<Hash>> {
        self.cloud.call("target.hashes", |_| {
            let bytes = self.bytes.lock().unwrap();
            let range = &bytes[offset as usize..(offset + length) as usize];
            let blocks = range.chunks(HASH_BLOCK_BYTES as usize);
            Ok(blocks.map(|block| *blake3::hash(block).as_bytes()).collect())
        })
    }
}
