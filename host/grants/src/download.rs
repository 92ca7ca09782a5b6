//! Files that are fetched by URL, for `files`: kept whole below the state directory, where the next machine that needs
//! the same file finds it when its server says that it is still the same. What broke off is never used. Who may be
//! asked is said by the policy, as for every request of a plugin.

use crate::lent::Purpose;
use gyre_core::error::Context as _;
use gyre_core::{Error, Kind, Result};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Response, StatusCode, Url};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tempfile::NamedTempFile;
use tokio::io::AsyncWriteExt as _;
use tokio::sync::Mutex;

/// One file: an ISO image of drivers has some 700 MiB.
const FILE_BYTES_MAX: u64 = 2 << 30;
/// Files that are kept; those that were not asked for the longest time go first.
const KEPT_MAX: usize = 8;
/// From the request to the last byte.
const TIMEOUT: Duration = Duration::from_secs(1800);
/// Until a server answers, or says more.
const SILENCE: Duration = Duration::from_secs(60);
/// What a download is called until it is whole; older ones are of processes that were killed.
const PART: &str = "part-";
const PART_AGE_MAX: Duration = Duration::from_secs(24 * 3600);
/// What the server said of a file, beside it.
const SAID: &str = "said";
const SAID_BYTES_MAX: u64 = 64 * 1024;

/// Where files are kept.
pub(crate) struct Downloads {
    directory: PathBuf,
    /// Two machines that need the same file fetch it once.
    busy: Mutex<()>,
}

/// By what a server recognizes what it sent before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Said {
    url: String,
    etag: Option<String>,
    modified: Option<String>,
}

impl Said {
    fn of(url: &Url, headers: &HeaderMap) -> Self {
        let text =
            |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok()).map(Into::into);
        Self { url: url.to_string(), etag: text(header::ETAG), modified: text(header::LAST_MODIFIED) }
    }

    fn says_something(&self) -> bool {
        self.etag.is_some() || self.modified.is_some()
    }

    /// The question whether it is still the same.
    fn condition(&self) -> HeaderMap {
        let header = |name: HeaderName, value: &Option<String>| {
            value.as_deref().and_then(|value| HeaderValue::from_str(value).ok()).map(|value| (name, value))
        };
        let etag = header(header::IF_NONE_MATCH, &self.etag);
        etag.or_else(|| header(header::IF_MODIFIED_SINCE, &self.modified)).into_iter().collect()
    }
}

impl Downloads {
    /// `state` is the state directory.
    pub(crate) fn new(state: &Path) -> Self {
        Self { directory: state.join("downloads"), busy: Mutex::default() }
    }

    /// What was fetched before and may be used again, if its server says so.
    fn kept(&self, url: &Url) -> Option<Said> {
        use std::io::Read as _;
        let path = self.place(url);
        let mut text = String::new();
        let said = File::open(path.with_extension(SAID)).ok()?;
        said.take(SAID_BYTES_MAX).read_to_string(&mut text).ok()?;
        let said: Said = serde_json::from_str(&text).ok()?;
        (said.url == url.as_str() && path.is_file()).then_some(said)
    }

    fn place(&self, url: &Url) -> PathBuf {
        let digest = Sha256::digest(url.as_str());
        let name: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        self.directory.join(name)
    }

    /// Takes the place of what was there; a file without what was said of it is fetched again.
    fn keep(&self, url: &Url, part: NamedTempFile, said: &Said) -> Result<File> {
        let what = || format!("cannot keep {url}");
        let place = self.place(url);
        let beside = place.with_extension(SAID);
        std::fs::remove_file(&beside).or_else(absent_is_fine).or_other("files.download", what)?;
        part.as_file().sync_all().or_other("files.download", what)?;
        part.persist(&place).or_other("files.download", what)?;
        if said.says_something() {
            let text = serde_json::to_string(said).or_other("files.download", what)?;
            std::fs::write(&beside, text).or_other("files.download", what)?;
        }
        self.sweep();
        File::open(&place).or_other("files.download", what)
    }

    /// Lets go of what is too much. That something stays is no reason to fail.
    fn sweep(&self) {
        let Ok(entries) = std::fs::read_dir(&self.directory) else { return };
        let now = SystemTime::now();
        let mut whole = Vec::new();
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            let Ok(touched) = entry.metadata().and_then(|meta| meta.modified()) else { continue };
            if name.starts_with(PART) {
                if now.duration_since(touched).is_ok_and(|age| age > PART_AGE_MAX) {
                    let _ = std::fs::remove_file(path);
                }
            } else if path.extension().is_none() {
                whole.push((touched, path));
            }
        }
        whole.sort();
        let surplus = whole.len().saturating_sub(KEPT_MAX);
        for (_, path) in whole.into_iter().take(surplus) {
            let _ = std::fs::remove_file(path.with_extension(SAID));
            let _ = std::fs::remove_file(path);
        }
    }

    /// The kept file, marked as used.
    fn reuse(&self, url: &Url) -> Result<File> {
        let what = || format!("cannot read what was fetched from {url}");
        let file = File::options().read(true).append(true).open(self.place(url));
        let file = file.or_other("files.download", what)?;
        file.set_modified(SystemTime::now()).or_other("files.download", what)?;
        Ok(file)
    }
}

fn absent_is_fine(error: std::io::Error) -> std::io::Result<()> {
    if error.kind() == std::io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

impl Purpose {
    /// The whole file behind a URL.
    ///
    /// # Errors
    /// `grant.http`, `grant.address`, `http.*`, `net.resolve`; `files.download` when the server has none or broke off;
    /// `files.too-large`.
    pub(crate) async fn download(&self, url: &Url) -> Result<File> {
        let downloads = &self.shared.downloads;
        let _busy = downloads.busy.lock().await;
        let kept = downloads.kept(url);
        let condition = kept.as_ref().map(Said::condition).unwrap_or_default();
        let response = match tokio::time::timeout(SILENCE, self.get(url, condition)).await {
            Ok(response) => response?,
            Err(_) => return Err(silent(url)),
        };
        let said = Said::of(url, response.headers());
        // A redirect to another server leaves the question behind; the answer says it all the same.
        let is_same = kept.is_some_and(|kept| kept.says_something() && kept == said);
        if response.status() == StatusCode::NOT_MODIFIED || response.status() == StatusCode::OK && is_same {
            return downloads.reuse(url);
        }
        let fetched = tokio::time::timeout(TIMEOUT, self.fetch(url, response)).await;
        let part = fetched.unwrap_or_else(|_| Err(silent(url)))?;
        downloads.keep(url, part, &said)
    }

    async fn fetch(&self, url: &Url, mut response: Response) -> Result<NamedTempFile> {
        check(url, &response)?;
        let directory = &self.shared.downloads.directory;
        let what = || format!("cannot keep {url} in {}", directory.display());
        std::fs::create_dir_all(directory).or_other("files.download", what)?;
        let part = tempfile::Builder::new().prefix(PART).tempfile_in(directory);
        let part = part.or_other("files.download", what)?;
        let file = part.as_file().try_clone().or_other("files.download", what)?;
        let mut file = tokio::io::BufWriter::with_capacity(1 << 20, tokio::fs::File::from_std(file));
        let mut length = 0;
        loop {
            let chunk = tokio::time::timeout(SILENCE, response.chunk()).await.map_err(|_| silent(url))?;
            let Some(chunk) = chunk.map_err(|error| broken(url).cause(error.without_url()))? else { break };
            length += chunk.len() as u64;
            if length > FILE_BYTES_MAX {
                return Err(too_large(url));
            }
            file.write_all(&chunk).await.or_other("files.download", what)?;
        }
        file.flush().await.or_other("files.download", what)?;
        Ok(part)
    }
}

/// That it is a file of some length that is meant to be sent whole.
fn check(url: &Url, response: &Response) -> Result<()> {
    let status = response.status();
    if status != StatusCode::OK {
        let kind = match status.as_u16() {
            404 | 410 => Kind::NotFound,
            408 | 425 | 429 | 500..=599 => Kind::Unavailable,
            _ => Kind::Invalid,
        };
        let what = format!("{url} cannot be fetched: its server answers {status}");
        return Err(Error::new(kind, "files.download", what));
    }
    if response.content_length().is_some_and(|length| length > FILE_BYTES_MAX) {
        return Err(too_large(url));
    }
    let is_chunked = response.headers().contains_key(header::TRANSFER_ENCODING);
    if response.content_length().is_none() && !is_chunked {
        let what = format!("{url} cannot be fetched");
        return Err(Error::invalid("files.download", what).cause(
            "its server does not say how long the file is, so that nobody can tell whether it is whole",
        ));
    }
    Ok(())
}

fn too_large(url: &Url) -> Error {
    Error::invalid("files.too-large", format!("{url} is larger than {FILE_BYTES_MAX} bytes"))
}

fn broken(url: &Url) -> Error {
    Error::unavailable("files.download", format!("the download of {url} broke off"))
}

fn silent(url: &Url) -> Error {
    broken(url).cause(format!("its server said nothing for {} s, or was too slow", SILENCE.as_secs()))
}
