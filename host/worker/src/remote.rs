//! The agent's requests as the host's own traits: a disk to write, a root to change. Knows no
//! connection.

use crate::limits::RUN_SLACK_S;
use crate::link::{Ask, Link};
use async_trait::async_trait;
use bytes::Bytes;
use gyre_core::error::Context as _;
use gyre_core::limits::{GUEST_RUN_DEFAULT_MS, GUEST_RUN_MAX_MS, HASH_BLOCK_BYTES};
use gyre_core::protocol::{Root, RootReply, RootRequest};
use gyre_core::{BlockTarget, Error, Hash, Result};
use hyper::Method;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A disk on the worker.
pub struct RemoteDisk {
    pub(crate) link: Link,
    pub(crate) index: usize,
    pub(crate) size: u64,
    /// What writing took the device.
    pub(crate) took: Mutex<Duration>,
}

impl RemoteDisk {
    async fn put(&self, offset: u64, body: Bytes, packed: bool) -> Result<()> {
        let ask = Ask::new(Method::PUT, format!("/v1/disks/{}/data?offset={offset}", self.index));
        let answer = self.link.answer(Ask { packed, body, ..ask }).await?;
        *self.took.lock().unwrap_or_else(PoisonError::into_inner) += answer.took;
        Ok(())
    }
}

#[async_trait]
impl BlockTarget for RemoteDisk {
    fn size(&self) -> u64 {
        self.size
    }

    async fn write(&self, offset: u64, bytes: Bytes) -> Result<()> {
        self.put(offset, bytes, false).await
    }

    fn unpacks(&self) -> bool {
        true
    }

    async fn write_packed(&self, offset: u64, packed: Bytes) -> Result<()> {
        self.put(offset, packed, true).await
    }

    async fn zero(&self, offset: u64, length: u64) -> Result<()> {
        let path = format!("/v1/disks/{}/zero?offset={offset}&length={length}", self.index);
        self.link.ask(Ask::new(Method::POST, path)).await.map(drop)
    }

    async fn flush(&self) -> Result<()> {
        self.link.ask(Ask::new(Method::POST, format!("/v1/disks/{}/flush", self.index))).await.map(drop)
    }

    async fn hashes(&self, offset: u64, length: u64) -> Result<Vec<Hash>> {
        let path = format!("/v1/disks/{}/hashes?offset={offset}&length={length}", self.index);
        let answer = self.link.ask(Ask::new(Method::GET, path)).await?;
        let hashes: Vec<Hash> = answer.chunks_exact(32).filter_map(|chunk| chunk.try_into().ok()).collect();
        if hashes.len() as u64 != length.div_ceil(HASH_BLOCK_BYTES) || !answer.len().is_multiple_of(32) {
            let why =
                format!("the agent answered {} bytes of hashes for {length} bytes of disk", answer.len());
            return Err(Error::other("worker.protocol", why));
        }
        Ok(hashes)
    }

    fn took(&self) -> Option<Duration> {
        Some(*self.took.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The root of the mounted system.
pub struct RemoteRoot {
    pub(crate) link: Arc<Link>,
}

#[async_trait]
impl Root for RemoteRoot {
    async fn call(&self, request: RootRequest) -> Result<RootReply> {
        let mut ask = post("/v1/root", &request)?;
        // A program that ran, a file that was renamed, a hive that was opened: not to be asked for twice.
        ask.repeatable = !matches!(
            request,
            RootRequest::Run { .. } | RootRequest::Rename { .. } | RootRequest::OpenHive { .. }
        );
        if let RootRequest::Run { timeout_ms, .. } = request {
            let limit = timeout_ms.unwrap_or(GUEST_RUN_DEFAULT_MS).min(GUEST_RUN_MAX_MS);
            ask.timeout = Duration::from_millis(limit.into()) + Duration::from_secs(RUN_SLACK_S);
        }
        parse(&self.link.ask(ask).await?)
    }
}

/// A request with a JSON body.
pub fn post(path: &str, body: &impl serde::Serialize) -> Result<Ask> {
    let body = serde_json::to_vec(body)
        .or_other("worker.protocol", || "cannot write a request to the agent".into())?;
    Ok(Ask::new(Method::POST, path).body(body))
}

/// A JSON answer.
pub fn parse<T: serde::de::DeserializeOwned>(answer: &[u8]) -> Result<T> {
    serde_json::from_slice(answer)
        .or_other("worker.protocol", || "the agent's answer is not understood".into())
}
