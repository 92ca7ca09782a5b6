//! Disks, HTTP, secrets, clock and log of the current thread.

use crate::bindings::gyre::host::disk::Access;
use crate::bindings::gyre::host::extents::{Extent, ExtentKind};
use crate::bindings::gyre::host::http::{Request, Response, Tls};
use crate::bindings::gyre::host::log::Level;
use crate::bindings::gyre::host::secrets::{HostKey, WinrmLogin};
use crate::{Error, Result};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

type Handler = Rc<RefCell<dyn FnMut(&str, &Request) -> Result<Response>>>;
type Bytes = Rc<RefCell<Vec<u8>>>;

#[derive(Default)]
struct State {
    http: Option<Handler>,
    refused: BTreeSet<String>,
    requests: Vec<(String, Request)>,
    secrets: BTreeMap<String, String>,
    disks: BTreeMap<String, Bytes>,
    files: BTreeMap<String, Vec<u8>>,
    handles: u32,
    disk_reads: u64,
    /// What is open, by the handle's id.
    open: BTreeMap<u32, Bytes>,
    now_ms: u64,
    cancelled: bool,
    log: Vec<(Level, String)>,
    progress: Vec<(String, u64, Option<u64>)>,
}

thread_local! {
    static HOST: RefCell<State> = RefCell::new(State { now_ms: START_MS, ..State::default() });
}

/// The fake clock begins here: 2026-01-01T00:00:00Z.
const START_MS: u64 = 1_767_225_600_000;

/// The host of this thread, empty when made and when dropped.
pub struct FakeHost(());

impl Default for FakeHost {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for FakeHost {
    fn drop(&mut self) {
        HOST.set(State { now_ms: START_MS, ..State::default() });
    }
}

impl FakeHost {
    /// A host that has nothing.
    pub fn new() -> Self {
        HOST.set(State { now_ms: START_MS, ..State::default() });
        Self(())
    }

    /// Answers every request: the URL of the endpoint, and the request as the server would see it
    /// (secrets of `authorize` and `substitute` in place).
    #[must_use]
    pub fn http(self, handler: impl FnMut(&str, &Request) -> Result<Response> + 'static) -> Self {
        HOST.with_borrow_mut(|host| host.http = Some(Rc::new(RefCell::new(handler))));
        self
    }

    /// Addresses (`https://host:port`) that the plugin is not granted: opening one is refused.
    #[must_use]
    pub fn refuse_http(self, origins: &[&str]) -> Self {
        HOST.with_borrow_mut(|host| host.refused = origins.iter().map(ToString::to_string).collect());
        self
    }

    /// A secret that may be used and revealed.
    #[must_use]
    pub fn secret(self, name: &str, value: &str) -> Self {
        HOST.with_borrow_mut(|host| host.secrets.insert(name.into(), value.into()));
        self
    }

    /// A file of the operator, for [`crate::files`].
    #[must_use]
    pub fn operator_file(self, path: &str, bytes: &[u8]) -> Self {
        HOST.with_borrow_mut(|host| host.files.insert(path.into(), bytes.to_vec()));
        self
    }

    /// A disk that may be read and written.
    #[must_use]
    pub fn disk(self, name: &str, bytes: Vec<u8>) -> Self {
        self.put_disk(name, bytes);
        self
    }

    /// Makes or replaces a disk; handles that are open keep the old one.
    pub fn put_disk(&self, name: &str, bytes: Vec<u8>) {
        HOST.with_borrow_mut(|host| host.disks.insert(name.into(), Rc::new(RefCell::new(bytes))));
    }

    /// What a disk holds.
    pub fn disk_bytes(&self, name: &str) -> Option<Vec<u8>> {
        HOST.with_borrow(|host| host.disks.get(name).map(|bytes| bytes.borrow().clone()))
    }

    /// What the host would read through an open handle: bytes of the disk with this [`Disk::id`], short
    /// where that ends; `None` when no such handle is open.
    ///
    /// [`Disk::id`]: crate::source::Disk::id
    pub fn handle_bytes(&self, id: u32, offset: u64, length: u64) -> Option<Vec<u8>> {
        let bytes = HOST.with_borrow(|host| host.open.get(&id).cloned())?;
        let bytes = bytes.borrow();
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let end = start.saturating_add(usize::try_from(length).unwrap_or(usize::MAX)).min(bytes.len());
        bytes.get(start..end).map(<[u8]>::to_vec)
    }

    /// How often the plugin read from disks so far.
    pub fn disk_reads(&self) -> u64 {
        HOST.with_borrow(|host| host.disk_reads)
    }

    /// From now on the job is asked to stop.
    pub fn cancel(&self) {
        HOST.with_borrow_mut(|host| host.cancelled = true);
    }

    /// Requests so far, each with the URL of its endpoint.
    pub fn requests(&self) -> Vec<(String, Request)> {
        HOST.with_borrow(|host| host.requests.clone())
    }

    /// Lines so far.
    pub fn log(&self) -> Vec<(Level, String)> {
        HOST.with_borrow(|host| host.log.clone())
    }

    /// Reports so far.
    pub fn progress(&self) -> Vec<(String, u64, Option<u64>)> {
        HOST.with_borrow(|host| host.progress.clone())
    }

    /// Milliseconds that the plugin slept.
    pub fn slept_ms(&self) -> u64 {
        HOST.with_borrow(|host| host.now_ms.saturating_sub(START_MS))
    }
}

pub(crate) fn codecs() -> Vec<String> {
    ["deflate", "zlib", "zstd"].map(String::from).to_vec()
}

pub(crate) mod log {
    use super::{HOST, Level};

    pub(crate) fn write(level: Level, message: &str, fields: &[(String, String)]) {
        let fields: String = fields.iter().map(|(key, value)| format!(" {key}={value}")).collect();
        HOST.with_borrow_mut(|host| host.log.push((level, format!("{message}{fields}"))));
    }
}

/// Directories are the paths of their files.
pub(crate) mod files {
    use super::HOST;
    use crate::bindings::gyre::host::files::Entry;
    use crate::{Error, Result};

    pub(crate) fn read_dir(path: &str) -> Result<Vec<Entry>> {
        let below = format!("{path}/");
        let mut entries: Vec<Entry> = Vec::new();
        HOST.with_borrow(|host| {
            for (path, bytes) in &host.files {
                let Some(rest) = path.strip_prefix(&below) else { continue };
                let (name, directory) = rest.split_once('/').map_or((rest, false), |(name, _)| (name, true));
                if entries.last().is_none_or(|last| last.name != name) {
                    let size = if directory { 0 } else { bytes.len() as u64 };
                    entries.push(Entry { name: name.into(), directory, size });
                }
            }
        });
        if entries.is_empty() { Err(absent(path)) } else { Ok(entries) }
    }

    pub(crate) fn read_file(path: &str) -> Result<Vec<u8>> {
        HOST.with_borrow(|host| host.files.get(path).cloned()).ok_or_else(|| absent(path))
    }

    fn absent(path: &str) -> Error {
        Error::not_found("disk.missing", format!("the fake host has no file {path}"))
    }
}

pub(crate) mod progress {
    use super::HOST;

    pub(crate) fn report(phase: &str, done: u64, total: Option<u64>) {
        HOST.with_borrow_mut(|host| host.progress.push((phase.into(), done, total)));
    }

    pub(crate) fn cancelled() -> bool {
        HOST.with_borrow(|host| host.cancelled)
    }
}

/// Time stands still unless the plugin sleeps.
pub(crate) mod clock {
    use super::{HOST, START_MS};

    pub(crate) fn now() -> u64 {
        HOST.with_borrow(|host| host.now_ms)
    }

    pub(crate) fn elapsed() -> u64 {
        now().saturating_sub(START_MS)
    }

    pub(crate) fn sleep(milliseconds: u32) {
        HOST.with_borrow_mut(|host| host.now_ms += u64::from(milliseconds));
    }
}

pub(crate) struct SecretHandle(String);

impl SecretHandle {
    pub(crate) fn open(name: &str) -> Result<Self> {
        HOST.with_borrow(|host| host.secrets.get(name).cloned())
            .map(Self)
            .ok_or_else(|| Error::denied("grant.secret", format!("the fake host has no secret {name:?}")))
    }

    #[allow(clippy::unnecessary_wraps)] // the host may refuse
    pub(crate) fn reveal(&self) -> Result<Vec<u8>> {
        Ok(self.0.clone().into_bytes())
    }

    #[allow(clippy::unnecessary_wraps)] // the host may refuse
    pub(crate) fn generate_ssh_key(name: &str) -> Result<String> {
        Ok(format!("ssh-ed25519 AAAAFAKE {name}"))
    }

    #[allow(clippy::unnecessary_wraps)] // the host may refuse
    pub(crate) fn generate_host_key(name: &str) -> Result<HostKey> {
        Ok(HostKey {
            public: format!("ssh-ed25519 AAAAFAKEHOST {name}"),
            private: format!("fake private key {name}"),
        })
    }

    #[allow(clippy::unnecessary_wraps)] // the host may refuse
    pub(crate) fn generate_winrm_login(name: &str) -> Result<WinrmLogin> {
        Ok(WinrmLogin {
            password: format!("FakePassword0{}", name.replace(|c: char| !c.is_ascii_alphanumeric(), "")),
            archive: format!("fake archive {name}").into_bytes(),
            host_key: format!("SHA256:FAKEWINRM {name}"),
        })
    }
}

/// Where the fake host's connections come from: an address for documentation (RFC 5737).
pub const FAKE_ADDRESS: &str = "192.0.2.77";

pub(crate) struct EndpointHandle {
    url: String,
    authorization: RefCell<Vec<(String, String)>>,
    substitutions: RefCell<Vec<(String, String)>>,
}

impl EndpointHandle {
    pub(crate) fn open(url: &str, _tls: Option<&Tls>) -> Result<Self> {
        if HOST.with_borrow(|host| host.refused.contains(url)) {
            return Err(Error::denied("grant.http", format!("the plugin may not send a request to {url}")));
        }
        Ok(Self { url: url.into(), authorization: RefCell::default(), substitutions: RefCell::default() })
    }

    #[allow(clippy::unnecessary_wraps)] // the host may refuse
    pub(crate) fn authorize(&self, header: &str, value: &SecretHandle) -> Result<()> {
        self.authorization.borrow_mut().push((header.into(), value.0.clone()));
        Ok(())
    }

    pub(crate) fn substitute(&self, marker: &str, value: &SecretHandle) -> Result<()> {
        let fits = marker.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if !fits || !(8..=64).contains(&marker.len()) {
            return Err(Error::invalid("http.marker", format!("{marker:?} is no marker")));
        }
        let quoted = serde_json::Value::from(value.0.as_str()).to_string();
        let escaped = quoted.trim_start_matches('"').strip_suffix('"').unwrap_or_default().to_string();
        self.substitutions.borrow_mut().push((marker.into(), escaped));
        Ok(())
    }

    #[allow(clippy::unnecessary_wraps, clippy::unused_self)] // the host may refuse
    pub(crate) fn local_address(&self) -> Result<String> {
        Ok(FAKE_ADDRESS.into())
    }

    pub(crate) fn send(&self, request: &Request) -> Result<Response> {
        let mut request = request.clone();
        request.headers.extend(self.authorization.borrow().iter().cloned());
        for (marker, value) in self.substitutions.borrow().iter() {
            if let Ok(body) = std::str::from_utf8(&request.body) {
                request.body = body.replace(marker, value).into_bytes();
            }
        }
        let handler = HOST.with_borrow_mut(|host| {
            host.requests.push((self.url.clone(), request.clone()));
            host.http.clone()
        });
        match handler {
            Some(handler) => (handler.borrow_mut())(&self.url, &request),
            None => Err(Error::denied("grant.http", format!("the fake host serves no {}", self.url))),
        }
    }
}

pub(crate) struct DiskHandle {
    id: u32,
    writable: bool,
    bytes: Bytes,
}

impl Drop for DiskHandle {
    fn drop(&mut self) {
        // Nothing is left to do when the thread ends, or the host itself is being replaced.
        let _ = HOST.try_with(|host| host.try_borrow_mut().map(|mut host| host.open.remove(&self.id)));
    }
}

impl DiskHandle {
    pub(crate) fn open(name: &str, access: Access) -> Result<Self> {
        HOST.with_borrow_mut(|host| {
            let bytes = host.disks.get(name).cloned();
            let bytes = bytes
                .ok_or_else(|| Error::not_found("disk.not-found", format!("there is no disk {name}")))?;
            host.handles += 1;
            host.open.insert(host.handles, bytes.clone());
            Ok(Self { id: host.handles, writable: access.contains(Access::WRITE), bytes })
        })
    }

    pub(crate) fn id(&self) -> u32 {
        self.id
    }

    pub(crate) fn size(&self) -> u64 {
        self.bytes.borrow().len() as u64
    }

    pub(crate) fn extents(&self, offset: u64, length: u64) -> Result<Vec<Extent>> {
        self.range(offset, length)?;
        Ok(vec![Extent { offset, length, kind: ExtentKind::Data }])
    }

    pub(crate) fn read(&self, offset: u64, length: u32) -> Result<Vec<u8>> {
        if length > crate::disk::READ_BYTES_MAX {
            return Err(Error::invalid(
                "disk.read-size",
                format!("{length} bytes are too many for one read"),
            ));
        }
        HOST.with_borrow_mut(|host| host.disk_reads += 1);
        let bytes = self.bytes.borrow();
        let start = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let end = start.saturating_add(length as usize).min(bytes.len());
        Ok(bytes.get(start..end).unwrap_or_default().to_vec())
    }

    pub(crate) fn write(&self, offset: u64, data: &[u8]) -> Result<()> {
        let range = self.writable_range(offset, data.len() as u64)?;
        if let Some(target) = self.bytes.borrow_mut().get_mut(range) {
            target.copy_from_slice(data);
        }
        Ok(())
    }

    pub(crate) fn zero(&self, offset: u64, length: u64) -> Result<()> {
        let range = self.writable_range(offset, length)?;
        if let Some(target) = self.bytes.borrow_mut().get_mut(range) {
            target.fill(0);
        }
        Ok(())
    }

    #[allow(clippy::unnecessary_wraps, clippy::unused_self)] // as the host's
    pub(crate) fn flush(&self) -> Result<()> {
        Ok(())
    }

    fn writable_range(&self, offset: u64, length: u64) -> Result<std::ops::Range<usize>> {
        if !self.writable {
            return Err(Error::denied("disk.read-only", "the disk was opened for reading"));
        }
        self.range(offset, length)
    }

    fn range(&self, offset: u64, length: u64) -> Result<std::ops::Range<usize>> {
        let end = offset.checked_add(length).filter(|end| *end <= self.size());
        match (usize::try_from(offset), end.and_then(|end| usize::try_from(end).ok())) {
            (Ok(start), Some(end)) => Ok(start..end),
            _ => Err(Error::invalid("disk.range", format!("{length} bytes at {offset} are past the end"))),
        }
    }
}
