//! Roots of guests that nobody would want: empty, damaged in one way each, and one that fails at a call of its own. They
//! answer as the agent does; what a plugin makes of them is judged elsewhere.

use async_trait::async_trait;
use gyre_core::protocol::{Base64, FileType, Root, RootReply, RootRequest, Stat};
use gyre_core::{Error, Kind, Result};
use gyre_grants::HostCall;
use std::sync::{Arc, Mutex, PoisonError};

/// A line that no guest should have.
const LONG_BYTES: usize = 1 << 20;

/// One way of being damaged: what a file holds, or why it cannot be read.
pub struct Damaged {
    /// As the end of "a root whose files".
    pub name: &'static str,
    file: fn() -> Result<Vec<u8>>,
}

/// Every way.
pub const DAMAGED: [Damaged; 8] = [
    Damaged { name: "are empty", file: || Ok(Vec::new()) },
    Damaged { name: "are not text", file: || Ok((0..=255).cycle().take(4096).collect()) },
    Damaged { name: "are one line of a megabyte", file: || Ok(vec![b'='; LONG_BYTES]) },
    Damaged { name: "hold shell and terminal commands", file: || Ok(HOSTILE.as_bytes().to_vec()) },
    Damaged { name: "are directories", file: || Err(failed(Kind::Conflict, "rootfs.wrong-kind")) },
    Damaged { name: "are links in a circle", file: || Err(failed(Kind::Invalid, "rootfs.link-loop")) },
    Damaged { name: "are too large", file: || Err(failed(Kind::Invalid, "rootfs.too-large")) },
    Damaged { name: "cannot be read", file: || Err(failed(Kind::Other, "rootfs.io")) },
];
const HOSTILE: &str =
    "ID=\"$(reboot)\"\nVERSION_ID=\"`x`;\x1b[2J\"\nID\n=\n\0=\0\nNAME='\nPRETTY_NAME=\"\\\"\n";

fn failed(kind: Kind, code: &str) -> Error {
    Error::new(kind, code, "the guest's tree is damaged")
}

fn absent(path: &str) -> Error {
    Error::not_found("rootfs.not-found", format!("cannot look at {path} in the guest"))
}

/// A root in which nothing is there.
pub struct Empty;

#[async_trait]
impl Root for Empty {
    async fn call(&self, request: RootRequest) -> Result<RootReply> {
        match request {
            RootRequest::Stat { path } if path == "/" => {
                Ok(RootReply::Stat { stat: Some(of(FileType::Directory)) })
            }
            RootRequest::ReadDir { path } if path == "/" => Ok(RootReply::Names { names: Vec::new() }),
            RootRequest::Stat { .. } => Ok(RootReply::Stat { stat: None }),
            RootRequest::ReadDir { path }
            | RootRequest::ReadFile { path }
            | RootRequest::ReadLink { path }
            | RootRequest::OpenHive { path } => Err(absent(&path)),
            _ => Err(failed(Kind::Conflict, "rootfs.read-only")),
        }
    }
}

fn of(file_type: FileType) -> Stat {
    Stat { file_type, mode: 0o755, uid: 0, gid: 0, size: 4096 }
}

/// Wherever the plugin looks there is a file, and a directory with one entry.
#[async_trait]
impl Root for &'static Damaged {
    async fn call(&self, request: RootRequest) -> Result<RootReply> {
        match request {
            RootRequest::Stat { .. } => Ok(RootReply::Stat { stat: Some(of(FileType::Regular)) }),
            RootRequest::ReadDir { .. } => Ok(RootReply::Names { names: vec!["\u{fffd} a\n".into()] }),
            RootRequest::ReadFile { .. } => {
                (self.file)().map(|bytes| RootReply::Bytes { bytes: Base64(bytes) })
            }
            RootRequest::ReadLink { path } => Err(absent(&path)),
            RootRequest::OpenHive { .. } => {
                (self.file)().and_then(|_| Err(failed(Kind::Invalid, "registry.damaged")))
            }
            _ => Err(failed(Kind::Conflict, "rootfs.read-only")),
        }
    }
}

/// Which calls count.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// All.
    Any,
    /// Those that may change something.
    Changing,
}

/// A root that fails at one call, and counts.
pub struct Faulty {
    inner: Arc<dyn Root>,
    which: Which,
    /// The call that fails, counted from 0; none at `usize::MAX`.
    at: usize,
    heard: Mutex<Vec<HostCall>>,
}

impl Faulty {
    /// Over `inner`.
    pub fn new(inner: Arc<dyn Root>, which: Which, at: usize) -> Arc<Self> {
        Arc::new(Self { inner, which, at, heard: Mutex::default() })
    }

    /// Only counts.
    pub fn never(inner: Arc<dyn Root>, which: Which) -> Arc<Self> {
        Self::new(inner, which, usize::MAX)
    }

    /// Calls so far.
    pub fn calls(&self) -> usize {
        self.heard().len()
    }

    /// What they asked.
    pub fn heard(&self) -> Vec<HostCall> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps a call; whether it is the one that fails.
    fn hear(&self, request: &RootRequest) -> bool {
        let asked = serde_json::to_value(request).unwrap_or_default();
        let function = asked.get("call").and_then(|name| name.as_str()).unwrap_or_default().to_owned();
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        let is_injected = heard.len() == self.at;
        heard.push(HostCall { function, asked: asked.to_string(), is_injected, ..HostCall::default() });
        is_injected
    }
}

#[async_trait]
impl Root for Faulty {
    async fn call(&self, request: RootRequest) -> Result<RootReply> {
        if (self.which == Which::Any || !request.only_looks()) && self.hear(&request) {
            return Err(Error::unavailable("rootfs.injected", "gyre plugin test let this call fail"));
        }
        self.inner.call(request).await
    }
}
