//! Workers of the cloud in memory: they write the volumes attached to them, and mount the first.

use super::cloud::Cloud;
use crate::{WorkerSession, Workers};
use async_trait::async_trait;
use bytes::Bytes;
use gyre_core::block::Hash;
use gyre_core::limits::HASH_BLOCK_BYTES;
use gyre_core::protocol::{Root, RootReply, RootRequest, System};
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

    async fn mount(&self, _: &System) -> Result<Arc<dyn Root>> {
        let volume = self.volume(None)?;
        self.cloud.call("mount", |held| {
            held.mounted += 1;
            Ok(())
        })?;
        Ok(Arc::new(FakeRoot { cloud: self.cloud.clone(), volume }))
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
            if let RootRequest::WriteFile { bytes, .. } = request {
                self.volume.lock().unwrap()[..bytes.0.len()].copy_from_slice(&bytes.0);
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
