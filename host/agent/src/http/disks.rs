//! The requests that read and write the bytes of a disk. Knows no guest.

use super::{Agent, CALLS_MAX, body_length, broken_off, done};
use crate::device::{Aligned, Disk};
use bytes::Bytes;
use gyre_core::error::Context as _;
use gyre_core::limits::{AGENT_BODY_BYTES_MAX, HASH_RANGE_BYTES_MAX, PIECE_BYTES_MAX};
use gyre_core::protocol::TOOK_HEADER;
use gyre_core::{Error, Result};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, HeaderMap};
use hyper::{Method, Request, Response};
use std::io::Read as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;

/// Buffers for a piece that are kept for the next ones.
const BUFFERS_IDLE_MAX: usize = CALLS_MAX;

/// A fresh buffer would cost a page fault for every 4 KiB that is received into it.
pub(super) type Buffers = Arc<Mutex<Vec<Aligned>>>;

impl Agent {
    pub(super) async fn disk_call(
        self: &Arc<Self>,
        index: &str,
        what: &str,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>> {
        let index = index.parse::<usize>().ok().filter(|index| *index < self.disks.len());
        let index = index.ok_or_else(|| Error::not_found("agent.request", "no such disk"))?;
        let query = request.uri().query().unwrap_or_default().to_string();
        let method = request.method().clone();
        match (&method, what) {
            (&Method::PUT, "data") => {
                let offset = number(&query, "offset")?;
                let packed = is_zstd(request.headers())?;
                let mut body = self.received(request, AGENT_BODY_BYTES_MAX).await?;
                let buffers = self.buffers.clone();
                let write = move |disk: &Disk| {
                    let took = put(disk, offset, body.buffer.get(body.length), packed);
                    keep(&buffers, body.buffer);
                    took
                };
                Ok(done_in(self.with_disk(index, write).await?))
            }
            (&Method::POST, "zero") => {
                let (offset, length) = (number(&query, "offset")?, number(&query, "length")?);
                self.with_disk(index, move |disk| disk.zero(offset, length)).await?;
                Ok(done())
            }
            (&Method::POST, "flush") => {
                self.with_disk(index, Disk::flush).await?;
                Ok(done())
            }
            (&Method::GET, "hashes") => {
                let (offset, length) = (number(&query, "offset")?, limited(&query, HASH_RANGE_BYTES_MAX)?);
                let hashes = self.with_disk(index, move |disk| disk.hashes(offset, length)).await?;
                Ok(Response::new(Full::new(Bytes::from(hashes.concat()))))
            }
            (&Method::GET, "data") => {
                let (offset, length) = (number(&query, "offset")?, limited(&query, AGENT_BODY_BYTES_MAX)?);
                let _room = self.room(length).await?;
                let bytes = self.with_disk(index, move |disk| disk.read(offset, length)).await?;
                Ok(Response::new(Full::new(Bytes::from(bytes))))
            }
            _ => Err(Error::not_found("agent.request", format!("no such request: {method} on a disk"))),
        }
    }

    async fn with_disk<T: Send + 'static>(
        &self,
        index: usize,
        call: impl FnOnce(&Disk) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let disks = self.disks.clone();
        self.blocking(move || match disks.get(index) {
            Some(disk) => call(disk),
            None => Err(Error::not_found("agent.request", "no such disk")),
        })
        .await
    }

    /// A body in memory that can be written past the page cache.
    async fn received(&self, request: Request<Incoming>, bytes_max: u64) -> Result<Received> {
        let length = body_length(request.headers(), bytes_max)?;
        let room = self.room(length).await?;
        let (mut buffer, mut body) = (self.buffer(length), request.into_body());
        let mut rest = buffer.get(length);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(broken_off)?.into_data() else { continue };
            let parts = rest.split_at_mut_checked(data.len());
            let (part, after) = parts.ok_or_else(|| broken_off("it is longer than it says"))?;
            part.copy_from_slice(&data);
            rest = after;
        }
        if !rest.is_empty() {
            return Err(broken_off("it is shorter than it says"));
        }
        Ok(Received { buffer, length, _room: room })
    }

    fn buffer(&self, bytes: u64) -> Aligned {
        if bytes > PIECE_BYTES_MAX {
            return Aligned::new(bytes);
        }
        let idle = self.buffers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.unwrap_or_else(|| Aligned::new(PIECE_BYTES_MAX))
    }
}

/// A body that was received.
struct Received {
    buffer: Aligned,
    length: u64,
    /// Held for as long as the bytes are.
    _room: OwnedSemaphorePermit,
}

/// Writes what was received; answers how long the device took.
fn put(disk: &Disk, offset: u64, body: &[u8], packed: bool) -> Result<Duration> {
    let unpacked = if packed { Some(unpack(body)?) } else { None };
    let begun = Instant::now();
    disk.write(offset, unpacked.as_deref().unwrap_or(body)).map(|()| begun.elapsed())
}

/// For the next body, where there are few.
fn keep(buffers: &Mutex<Vec<Aligned>>, buffer: Aligned) {
    let mut buffers = buffers.lock().unwrap_or_else(PoisonError::into_inner);
    if buffers.len() < BUFFERS_IDLE_MAX && buffer.room() == PIECE_BYTES_MAX {
        buffers.push(buffer);
    }
}

fn number(query: &str, name: &str) -> Result<u64> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let parsed = value.and_then(|value| value.parse().ok());
    parsed.ok_or_else(|| Error::invalid("agent.request", format!("the request lacks the number {name}")))
}

fn limited(query: &str, max: u64) -> Result<u64> {
    let length = number(query, "length")?;
    if length <= max {
        Ok(length)
    } else {
        Err(Error::invalid("agent.request", format!("length is more than {max}")))
    }
}

fn is_zstd(headers: &HeaderMap) -> Result<bool> {
    match headers.get(CONTENT_ENCODING).map(|value| value.as_bytes()) {
        None | Some(b"identity") => Ok(false),
        Some(b"zstd") => Ok(true),
        Some(_) => Err(Error::invalid("agent.request", "the only content-encoding is zstd")),
    }
}

fn unpack(body: &[u8]) -> Result<Vec<u8>> {
    let bad = || "the body is not zstd".to_string();
    let decoder = zstd::stream::Decoder::new(body).or_invalid("agent.request", bad)?;
    let mut bytes = Vec::new();
    decoder.take(AGENT_BODY_BYTES_MAX + 1).read_to_end(&mut bytes).or_invalid("agent.request", bad)?;
    if bytes.len() as u64 > AGENT_BODY_BYTES_MAX {
        return Err(Error::invalid(
            "agent.request",
            format!("the body unpacks to more than {AGENT_BODY_BYTES_MAX} bytes"),
        ));
    }
    Ok(bytes)
}

/// The same, with how long the device itself took.
fn done_in(took: Duration) -> Response<Full<Bytes>> {
    let mut response = done();
    let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    response.headers_mut().insert(TOOK_HEADER, us.into());
    response
}
