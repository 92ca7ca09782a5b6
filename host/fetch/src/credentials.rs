//! Who we are to which registry or server, out of the file in which Docker and Podman keep it. Programs that keep
//! passwords elsewhere (`credsStore`) are not asked.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use reqwest::header::HeaderValue;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;
use std::io::Read as _;
use std::path::{Path, PathBuf};

const BYTES_MAX: u64 = 1 << 20;

/// Logins by registry. Never printed.
#[derive(Clone, Default)]
pub struct Credentials(BTreeMap<String, String>);

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    auths: BTreeMap<String, Login>,
}

#[derive(Deserialize)]
struct Login {
    /// `user:password` in base64.
    auth: Option<String>,
}

impl Credentials {
    /// Those of the first of these files that is there; none is no error.
    ///
    /// # Errors
    /// `fetch.credentials`.
    pub fn read(places: &[PathBuf]) -> Result<Self> {
        match places.iter().find(|path| path.is_file()) {
            Some(path) => Self::read_file(path),
            None => Ok(Self::default()),
        }
    }

    fn read_file(path: &Path) -> Result<Self> {
        let what = || format!("the logins of registries in {} cannot be read", path.display());
        let mut text = String::new();
        let file = std::fs::File::open(path).or_invalid("fetch.credentials", what)?;
        file.take(BYTES_MAX).read_to_string(&mut text).or_invalid("fetch.credentials", what)?;
        // What the parser says may quote a password.
        let parsed: File =
            serde_json::from_str(&text).map_err(|_| Error::invalid("fetch.credentials", what()))?;
        let logins = parsed.auths.into_iter().filter_map(|(registry, login)| {
            let auth =
                login.auth.filter(|auth| STANDARD.decode(auth).is_ok_and(|pair| pair.contains(&b':')))?;
            Some((host(&registry).to_owned(), auth))
        });
        Ok(Self(logins.collect()))
    }

    /// The value behind `Basic ` for a registry.
    pub(crate) fn basic(&self, registry: &str) -> Option<&str> {
        self.0.get(registry).map(String::as_str)
    }

    /// What is shown to a host, `host:port` where the port is not the usual one.
    ///
    /// # Errors
    /// `fetch.denied`.
    pub(crate) fn header(&self, host: &str) -> Result<Option<HeaderValue>> {
        self.basic(host).map(|login| hidden(&format!("Basic {login}"))).transpose()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A header that is never printed.
///
/// # Errors
/// `fetch.denied`.
pub(crate) fn hidden(value: &str) -> Result<HeaderValue> {
    let mut value = HeaderValue::from_str(value)
        .map_err(|_| Error::invalid("fetch.denied", "a login or a token cannot stand in a header"))?;
    value.set_sensitive(true);
    Ok(value)
}

/// Some programs write URLs there.
fn host(registry: &str) -> &str {
    let bare = registry.split_once("://").map_or(registry, |(_, rest)| rest);
    bare.split('/').next().unwrap_or(bare)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn logins_are_read_and_never_shown() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.json");
        let auth = STANDARD.encode("me:geheim");
        let text = format!(
            r#"{{"auths":{{"r.example:5000":{{"auth":"{auth}"}},"https://s.example/v1/":{{"auth":"{auth}"}},"t":{{}},"u":{{"auth":"%"}}}}}}"#
        );
        std::fs::write(&path, text).unwrap();
        let credentials = Credentials::read(&["/nowhere".into(), path.clone()]).unwrap();
        assert_eq!(credentials.basic("r.example:5000"), Some(auth.as_str()));
        assert_eq!(credentials.basic("s.example"), Some(auth.as_str()));
        assert!(["t", "u", "r.example"].iter().all(|registry| credentials.basic(registry).is_none()));
        assert_eq!(format!("{credentials:?}"), r#"{"r.example:5000", "s.example"}"#);
        std::fs::write(&path, r#"{"auths": "geheim"}"#).unwrap();
        let error = Credentials::read(&[path]).unwrap_err();
        assert!(error.code == "fetch.credentials" && !error.to_string().contains("geheim"), "{error}");
        assert!(Credentials::read(&[]).unwrap().0.is_empty());
    }
}
