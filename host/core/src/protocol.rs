//! What the host and `gyre-agent` say to each other. HTTP/1.1 over whatever byte streams the link
//! opens (mutual TLS on TCP, or SSH channels); several streams at once, one request on each at a time.
//!
//! | request | body → answer |
//! |---|---|
//! | `GET /v1/hello` | → JSON [`Hello`] |
//! | `PUT /v1/disks/{index}/data?offset=N` | raw bytes, or zstd with `content-encoding: zstd` → 204 |
//! | `POST /v1/disks/{index}/zero?offset=N&length=N` | → 204 |
//! | `POST /v1/disks/{index}/flush` | → 204 |
//! | `GET /v1/disks/{index}/hashes?offset=N&length=N` | → 32 bytes per block |
//! | `GET /v1/disks/{index}/data?offset=N&length=N` | → raw bytes |
//! | `GET /v1/systems` | → JSON list of [`System`] |
//! | `POST /v1/unlock` | JSON [`Unlock`] → 204; replaces what was handed over before |
//! | `POST /v1/mount` | JSON [`System`] → JSON list of what should be known of it |
//! | `POST /v1/script` | JSON [`Script`] → JSON [`ScriptEnd`] |
//! | `POST /v1/unmount` | → 204, also when nothing is mounted |
//! | `POST /v1/root` | JSON [`RootRequest`] → JSON [`RootReply`] |
//! | `POST /v1/stop` | → 204, and the agent ends |
//!
//! `{index}` is the place in [`Hello::devices`]. A failure is a status of 400 or more with a JSON
//! [`crate::Error`].

use crate::Result;
use crate::roles::AttachedDisk;
use async_trait::async_trait;
use serde::{Deserialize, Serialize};

/// Changes whenever host and agent of different builds would misunderstand each other.
pub const VERSION: u32 = 3;

/// Of the answer to a write: microseconds that the device itself took. What holds a copy up is told by it, and nothing
/// else.
pub const TOOK_HEADER: &str = "gyre-took-us";

/// What the agent is started with, as one JSON line on its standard input.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Start {
    /// [`VERSION`] of the host.
    pub version: u32,
    /// The only devices that it may open.
    pub disks: Vec<AttachedDisk>,
    /// Where it listens.
    pub listen: Listen,
    /// It ends by itself when no request came for so long, seconds.
    pub idle_s: u64,
}

/// Where the agent listens.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Listen {
    /// TCP with mutual TLS; all PEM, made for this worker alone.
    Tls {
        /// Port on all addresses; 0: any, told in [`Ready`].
        port: u16,
        /// The agent's certificate.
        certificate: String,
        /// Its private key.
        key: String,
        /// The only authority whose clients are let in.
        client_authority: String,
    },
    /// A Unix socket, reached by `gyre-agent connect PATH` in SSH channels.
    Unix {
        /// Path of the socket, in a directory of mode 0700.
        path: String,
    },
}

/// The one JSON line that the agent prints when it listens.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Ready {
    /// [`VERSION`] of the agent.
    pub version: u32,
    /// The TCP port, if it is one.
    pub port: Option<u16>,
}

/// What the agent has.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Hello {
    /// [`VERSION`] of the agent.
    pub version: u32,
    /// The devices it was started for, in the order of [`Start::disks`].
    pub devices: Vec<Device>,
}

/// One device that the agent may write.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Device {
    /// [`AttachedDisk::disk`].
    pub disk: String,
    /// Path in the worker, for messages.
    pub path: String,
    /// Bytes.
    pub size: u64,
}

/// An operating system found on the attached disks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct System {
    /// What holds its root, as the agent names it: `disk0/part1`, `lvm/vgsrc/root`.
    pub root: String,
    /// `PRETTY_NAME` of its os-release, or what else tells it apart.
    pub name: String,
    /// What will be mounted below the root: mount point and volume.
    pub mounts: Vec<(String, String)>,
    /// What kind of system it is.
    #[serde(default)]
    pub os_type: crate::OsType,
}

/// A passphrase or the contents of a key file. Never shown, and overwritten when it is not needed any more.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub Vec<u8>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.fill(0);
        // Looked at, so that the overwriting is not optimised away.
        std::hint::black_box(&self.0);
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serialize_base64(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserialize_base64(deserializer).map(Secret)
    }
}

/// What may open the guest's encrypted volumes. The agent keeps it in memory alone, until it ends.
#[derive(Debug, Serialize, Deserialize)]
pub struct Unlock {
    /// At most [`crate::limits::LUKS_SECRETS_MAX`], tried in this order.
    pub secrets: Vec<Secret>,
}

/// A program of the operator's, run on the worker itself, as root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// What it is called in messages.
    pub name: String,
    /// The program itself, with its `#!` line; without one the shell runs it.
    pub body: Base64,
    /// Milliseconds.
    pub timeout_ms: u32,
}

/// How a [`Script`] ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptEnd {
    /// Its exit status; 128 and the number for one that a signal ended.
    pub status: i32,
    /// What it said on standard output and standard error, as text.
    pub output: String,
}

/// One call on the mounted root. Paths are absolute inside it and cannot leave it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "kebab-case")]
#[allow(missing_docs)] // each call is documented in wit/deps/gyre-host/host.wit, interface rootfs
pub enum RootRequest {
    Stat {
        path: String,
    },
    ReadDir {
        path: String,
    },
    ReadFile {
        path: String,
    },
    WriteFile {
        path: String,
        mode: u32,
        bytes: Base64,
    },
    MakeDir {
        path: String,
        mode: u32,
    },
    Symlink {
        path: String,
        target: String,
    },
    ReadLink {
        path: String,
    },
    Remove {
        path: String,
    },
    Rename {
        from: String,
        to: String,
    },
    Run {
        argv: Vec<String>,
        env: Vec<(String, String)>,
        stdin: Base64,
        timeout_ms: Option<u32>,
    },
    /// Overwrites and lengthens a regular file that is there.
    WriteAt {
        path: String,
        offset: u64,
        bytes: Base64,
    },
    /// Everything below a directory, with the contents of small files if these are wanted; no link is followed.
    Survey {
        path: String,
        contents: bool,
    },
    /// Files and links below a directory, in short: sixteen bytes for each, eight that stand for its path and eight for what
    /// it is; answered as bytes.
    Tally {
        path: String,
    },
    OpenHive {
        path: String,
    },
    Hive {
        hive: u32,
        ask: HiveRequest,
    },
}

impl RootRequest {
    /// Whether it leaves the guest's system as it is. A hive that is open changes nothing before it is committed, and
    /// its end is no change either.
    pub const fn only_looks(&self) -> bool {
        use HiveRequest::{Close, Get, Keys, Values};
        match self {
            Self::Stat { .. }
            | Self::ReadDir { .. }
            | Self::ReadFile { .. }
            | Self::ReadLink { .. }
            | Self::Survey { .. }
            | Self::Tally { .. }
            | Self::OpenHive { .. } => true,
            Self::Hive { ask, .. } => matches!(ask, Keys { .. } | Values { .. } | Get { .. } | Close),
            _ => false,
        }
    }
}

/// One call on an open registry hive.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "verb", rename_all = "kebab-case")]
#[allow(missing_docs)] // each call is documented in wit/deps/gyre-host/host.wit, interface registry
pub enum HiveRequest {
    Keys { key: String },
    Values { key: String },
    Get { key: String, name: String },
    Set { key: String, name: String, value: HiveValue },
    CreateKey { key: String },
    RemoveKey { key: String },
    RemoveValue { key: String, name: String },
    Commit,
    Close,
}

/// A value of a registry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "data", rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum HiveValue {
    Sz(String),
    ExpandSz(String),
    MultiSz(Vec<String>),
    Dword(u32),
    Qword(u64),
    Binary(Base64),
    Other(u32, Base64),
}

/// The answer to a [`RootRequest`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum RootReply {
    Done,
    Stat { stat: Option<Stat> },
    Names { names: Vec<String> },
    Bytes { bytes: Base64 },
    Target { target: String },
    Output { status: i32, stdout: Base64, stderr: Base64 },
    Survey { survey: Survey },
    Hive { hive: u32 },
    KeyNames { names: Option<Vec<String>> },
    Value { value: Option<HiveValue> },
}

/// What kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum FileType {
    Regular,
    Directory,
    Symlink,
    Other,
}

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub struct Stat {
    pub file_type: FileType,
    pub mode: u32,
    pub uid: u32,
    pub gid: u32,
    pub size: u64,
}

/// What lies below a directory.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Survey {
    /// By path.
    pub entries: Vec<Surveyed>,
    /// Whether nothing was left out.
    pub is_whole: bool,
}

/// One path of a [`Survey`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Surveyed {
    /// From the guest's root.
    pub path: String,
    /// What it is.
    pub stat: Stat,
    /// Another number whenever it was changed or replaced.
    pub mark: u64,
    /// Where a link points.
    pub target: Option<String>,
    /// What is in a file of at most [`crate::limits::SURVEY_FILE_BYTES_MAX`], if it was asked for and there was room.
    pub bytes: Option<Base64>,
}

/// The mounted root of the machine being morphed.
#[async_trait]
pub trait Root: Send + Sync {
    /// Performs one call.
    ///
    /// # Errors
    /// Kind not-found for a path that is not there, `rootfs.*` codes for the rest.
    async fn call(&self, request: RootRequest) -> Result<RootReply>;
}

/// Bytes that travel as base64 in JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base64(pub Vec<u8>);

impl Serialize for Base64 {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serialize_base64(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<Self, D::Error> {
        deserialize_base64(deserializer).map(Base64)
    }
}

fn serialize_base64<S: serde::Serializer>(
    bytes: &[u8],
    serializer: S,
) -> std::result::Result<S::Ok, S::Error> {
    use base64::Engine as _;
    serializer.serialize_str(&base64::engine::general_purpose::STANDARD.encode(bytes))
}

fn deserialize_base64<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> std::result::Result<Vec<u8>, D::Error> {
    use base64::Engine as _;
    let text = String::deserialize(deserializer)?;
    base64::engine::general_purpose::STANDARD.decode(text).map_err(serde::de::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_at_hives_is_no_change() {
        let ask = |ask| RootRequest::Hive { hive: 1, ask }.only_looks();
        let key = || String::from("a");
        assert!(RootRequest::OpenHive { path: "/a".into() }.only_looks());
        assert!(ask(HiveRequest::Keys { key: key() }) && ask(HiveRequest::Get { key: key(), name: key() }));
        assert!(ask(HiveRequest::Values { key: key() }) && ask(HiveRequest::Close));
        for change in [
            HiveRequest::Set { key: key(), name: key(), value: HiveValue::Dword(1) },
            HiveRequest::CreateKey { key: key() },
            HiveRequest::RemoveKey { key: key() },
            HiveRequest::RemoveValue { key: key(), name: key() },
            HiveRequest::Commit,
        ] {
            assert!(!ask(change.clone()), "{change:?}");
        }
        assert!(!RootRequest::WriteAt { path: key(), offset: 0, bytes: Base64(vec![]) }.only_looks());
    }

    #[test]
    fn values_travel_as_they_are() {
        let value = HiveValue::Other(8, Base64(vec![0, 255]));
        let request =
            RootRequest::Hive { hive: 1, ask: HiveRequest::Set { key: "a".into(), name: "b".into(), value } };
        let text = serde_json::to_string(&request).unwrap();
        let again: RootRequest = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), text);
        assert!(text.contains(r#""value":{"kind":"other","data":[8,"AP8="]}"#), "{text}");
    }

    #[test]
    fn bytes_travel_as_base64() {
        let request = RootRequest::WriteFile { path: "/a".into(), mode: 0o644, bytes: Base64(vec![0, 255]) };
        let text = serde_json::to_string(&request).unwrap();
        assert_eq!(text, r#"{"call":"write-file","path":"/a","mode":420,"bytes":"AP8="}"#);
        let RootRequest::WriteFile { bytes, .. } = serde_json::from_str(&text).unwrap() else { panic!() };
        assert_eq!(bytes.0, [0, 255]);
    }
}
