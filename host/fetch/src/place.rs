//! Where a component comes from, as it is written: a path, `https://…`, `oci://registry/repository:tag`.

use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use reqwest::Url;
use std::fmt;
use std::path::{Path, PathBuf};

const TAG: &str = "latest";
const TAG_CHARS_MAX: usize = 128;
const REPOSITORY_CHARS_MAX: usize = 255;
const SHA256_DIGITS: usize = 64;

/// Where a component comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Place {
    File(PathBuf),
    Directory(PathBuf),
    Https(Url),
    Oci(Reference),
}

impl Place {
    /// Reads what somebody wrote. Plain HTTP is for this machine alone.
    ///
    /// # Errors
    /// `fetch.place`.
    pub fn parse(text: &str) -> Result<Self> {
        let bad = |why: &str| {
            Err(Error::invalid("fetch.place", format!("{text:?} is no place of a component")).cause(why))
        };
        if let Some(rest) = text.strip_prefix("oci://") {
            return Reference::parse(rest).map(Self::Oci).or_else(bad);
        }
        if text.contains("://") {
            let url = Url::parse(text).or_invalid("fetch.place", || format!("{text:?} is no URL"))?;
            return match url.scheme() {
                _ if !url.username().is_empty() || url.password().is_some() => bad("it holds a password"),
                "https" => Ok(Self::Https(url)),
                "http" if is_loopback(&url) => Ok(Self::Https(url)),
                _ => bad("only https:// and oci:// are fetched"),
            };
        }
        let path = PathBuf::from(text);
        Ok(if path.is_dir() { Self::Directory(path) } else { Self::File(path) })
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(path) | Place::Directory(path) => write!(f, "{}", path.display()),
            Place::Https(url) => write!(f, "{url}"),
            Place::Oci(reference) => write!(f, "{reference}"),
        }
    }
}

/// Whether a URL names this machine: there nobody listens on the way.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost" | "[::1]") => true,
        Some(host) => host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback()),
        None => false,
    }
}

/// A component in a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    /// Host and port, as it was written.
    registry: String,
    base: Url,
    repository: String,
    /// A tag, or `sha256:…`.
    version: String,
}

impl Reference {
    fn parse(text: &str) -> Result<Self, &'static str> {
        let (registry, rest) = text.split_once('/').ok_or("it names no repository")?;
        let (repository, version) = match rest.split_once('@') {
            Some((repository, digest)) => (repository, digest),
            None => rest.split_once(':').unwrap_or((rest, TAG)),
        };
        let base = base(registry).ok_or("it names no registry")?;
        if !is_repository(repository) {
            return Err("a repository has lower-case letters, digits and . _ - / in its name");
        }
        let is_digest = version.strip_prefix("sha256:").is_some_and(is_sha256);
        if rest.contains('@') != is_digest || !(is_digest || is_tag(version)) {
            return Err("behind the repository stands :TAG or @sha256:DIGEST");
        }
        Ok(Self { registry: registry.into(), base, repository: repository.into(), version: version.into() })
    }

    /// The registry, host and port.
    pub(crate) fn registry(&self) -> &str {
        &self.registry
    }

    /// A path of the registry's interface, below the repository.
    pub(crate) fn url(&self, kind: &str, what: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(&format!("/v2/{}/{kind}/{what}", self.repository));
        url
    }

    /// The tag or digest.
    pub(crate) fn version(&self) -> &str {
        &self.version
    }

    /// The digest that is asked for, hex, if one is.
    pub(crate) fn digest(&self) -> Option<&str> {
        self.version.strip_prefix("sha256:")
    }

    /// The same by the digest of its manifest, `sha256:…`.
    pub(crate) fn pinned(&self, digest: &str) -> String {
        format!("oci://{}/{}@{digest}", self.registry, self.repository)
    }

    /// The last part of the repository.
    pub fn name(&self) -> &str {
        Path::new(&self.repository).file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.digest().is_some() { '@' } else { ':' };
        write!(f, "oci://{}/{}{mark}{}", self.registry, self.repository, self.version)
    }
}

/// HTTPS, or plain HTTP on this machine, as everybody's registries for trials are.
fn base(registry: &str) -> Option<Url> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-.:[]".contains(c);
    if registry.is_empty() || !registry.chars().all(is_name) {
        return None;
    }
    let secure = Url::parse(&format!("https://{registry}/")).ok()?;
    if is_loopback(&secure) { Url::parse(&format!("http://{registry}/")).ok() } else { Some(secure) }
}

fn is_repository(text: &str) -> bool {
    let part = |part: &str| {
        !part.is_empty()
            && part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._-".contains(&b))
    };
    text.len() <= REPOSITORY_CHARS_MAX && text.split('/').all(part)
}

fn is_tag(text: &str) -> bool {
    let is_first = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.len() <= TAG_CHARS_MAX
        && text.starts_with(is_first)
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
}

pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == SHA256_DIGITS && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_what_they_look_like() {
        let digest = "a".repeat(64);
        for (text, shown) in [
            ("oci://r.example/acme/suse:1.2".to_owned(), "oci://r.example/acme/suse:1.2".to_owned()),
            ("oci://r.example:5000/suse".into(), "oci://r.example:5000/suse:latest".into()),
            (
                format!("oci://r.example/suse@sha256:{digest}"),
                format!("oci://r.example/suse@sha256:{digest}"),
            ),
            ("https://a.example/x.wasm".into(), "https://a.example/x.wasm".into()),
            ("http://127.0.0.1:8000/x.wasm".into(), "http://127.0.0.1:8000/x.wasm".into()),
            ("plugins/x.wasm".into(), "plugins/x.wasm".into()),
        ] {
            let place = Place::parse(&text).unwrap();
            assert_eq!(place.to_string(), shown);
            assert_eq!(Place::parse(&shown).unwrap(), place);
        }
        assert!(matches!(Place::parse(".").unwrap(), Place::Directory(_)));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for text in [
            "oci://",
            "oci://r.example",
            "oci://r.example/",
            "oci://r.example/A",
            "oci://r.example/../etc",
            "oci://r.example/a:",
            "oci://r.example/a:b:c",
            "oci://r.example/a@sha256:short",
            "oci://r.example/a@latest",
            "oci://user:word@r.example/a",
            "oci://r.example/a:tag/../x",
            "http://a.example/x.wasm",
            "http://127.0.0.1.a.example/x.wasm",
            "https://user:word@a.example/x.wasm",
            "ftp://a.example/x.wasm",
            "file:///etc/passwd",
        ] {
            assert_eq!(Place::parse(text).unwrap_err().code, "fetch.place", "{text}");
        }
    }

    #[test]
    fn a_registry_of_this_machine_speaks_plain_http() {
        let url = |text: &str| match Place::parse(text).unwrap() {
            Place::Oci(reference) => reference.url("manifests", reference.version()).to_string(),
            other => panic!("{other}"),
        };
        assert_eq!(url("oci://127.0.0.1:5000/a/b:1"), "http://127.0.0.1:5000/v2/a/b/manifests/1");
        assert_eq!(url("oci://localhost/b"), "http://localhost/v2/b/manifests/latest");
        assert_eq!(url("oci://r.example:5000/b"), "https://r.example:5000/v2/b/manifests/latest");
    }
}
