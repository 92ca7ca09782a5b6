//! Brings components here, and to a registry, with the signatures that lie beside them: from a file, a directory (the mirror of a site
//! without network is one), an HTTPS server, or an OCI registry. Everything has a limit, and what has a digest is held
//! against it. Whether a component may run is asked elsewhere.

mod credentials;
mod http;
mod place;
mod pushing;
mod registry;

pub use credentials::Credentials;
pub use place::{Place, Reference};

use crate::http::Web;
use crate::registry::Signature;
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use gyre_trust::{COMPONENT_BYTES_MAX, Component, SIGNATURE_SUFFIX};
use std::path::{Path, PathBuf};

/// Components of one directory.
const DIRECTORY_MAX: usize = 1_000;
/// A signature: minisign's have 300 to 9,000 bytes.
const SIGNATURE_BYTES_MAX: u64 = 16 << 10;
const EXTENSION: &str = "wasm";

/// A component that was brought here.
#[derive(Clone, Debug)]
pub struct Fetched {
    /// What it is called where it came from, without `.wasm`.
    pub name: String,
    /// Its bytes, and its signature where there is one.
    pub component: Component,
    /// Where it came from, as [`Place::parse`] reads it again.
    pub from: String,
}

/// What a component's names say of it, for those who look at a registry: `gyre:host/log@0.1.0`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct World {
    /// What it needs.
    pub imports: Vec<String>,
    /// What it is for.
    pub exports: Vec<String>,
}

/// Brings components.
pub struct Fetcher {
    web: Web,
    credentials: Credentials,
}

impl Fetcher {
    /// Calls nobody yet.
    ///
    /// # Errors
    /// `fetch.client`.
    pub fn new(credentials: Credentials) -> Result<Self> {
        Ok(Self { web: Web::new()?, credentials })
    }

    /// What is there: one component, or all of a directory. An HTTPS server is shown the login that there is for it;
    /// whoever it redirects to on another host is not.
    ///
    /// # Errors
    /// `plugin.missing`, `plugin.too-large`, `fetch.*`.
    pub async fn fetch(&self, place: &Place) -> Result<Vec<Fetched>> {
        match place {
            Place::File(path) => Ok(vec![file(path)?]),
            Place::Directory(path) => components(path)?.iter().map(|path| file(path)).collect(),
            Place::Https(url) => Ok(vec![self.download(url).await?]),
            Place::Oci(reference) => Ok(vec![self.pull(reference).await?]),
        }
    }

    /// SHA-256 of the component that is there now. Of a registry only the manifest is asked.
    ///
    /// # Errors
    /// As [`Fetcher::fetch`]; `fetch.place` for a directory.
    pub async fn digest(&self, place: &Place) -> Result<String> {
        match place {
            Place::Oci(reference) => Ok(self.registry(reference).manifest().await?.wasm_digest().to_owned()),
            Place::Directory(_) => Err(Error::invalid("fetch.place", format!("{place} is a directory"))),
            Place::File(path) => Ok(file(path)?.component.sha256().to_owned()),
            Place::Https(url) => Ok(self.download(url).await?.component.sha256().to_owned()),
        }
    }

    /// Puts a component and its signature into a registry, and answers where it is by its digest. Idempotent.
    ///
    /// # Errors
    /// `fetch.place`: it is no registry's tag; `plugin.signature`, `fetch.*`.
    pub async fn push(&self, component: &Component, world: &World, place: &Place) -> Result<String> {
        match place {
            Place::Oci(reference) if reference.digest().is_none() => {
                let digest = self.registry(reference).push(component, world).await?;
                Ok(reference.pinned(&digest))
            }
            _ => Err(Error::invalid("fetch.place", format!("{place} is no place to push to"))
                .cause("a registry's is: oci://REGISTRY/REPOSITORY:TAG")),
        }
    }

    async fn download(&self, url: &reqwest::Url) -> Result<Fetched> {
        let login = self.credentials.header(&origin(url))?;
        let bytes = self.web.get(url, login.as_ref(), COMPONENT_BYTES_MAX).await?;
        let mut beside = url.clone();
        beside.set_path(&format!("{}.{SIGNATURE_SUFFIX}", url.path()));
        let signature = match self.web.get(&beside, login.as_ref(), SIGNATURE_BYTES_MAX).await {
            Ok(bytes) => Some(text(bytes)?),
            Err(error) if error.code == "fetch.missing" => None,
            Err(error) => return Err(error),
        };
        let name = url.path_segments().and_then(|mut parts| parts.next_back()).unwrap_or_default();
        let name = name.strip_suffix(".wasm").unwrap_or(name).to_owned();
        // Noted and shown without its query, which may hold what opens it.
        beside.set_path(url.path());
        beside.set_query(None);
        let component = Component::new(Path::new(beside.as_str()), bytes, signature);
        Ok(Fetched { name, component, from: beside.to_string() })
    }

    async fn pull(&self, reference: &Reference) -> Result<Fetched> {
        let mut registry = self.registry(reference);
        let manifest = registry.manifest().await?;
        let bytes = registry.blob(&manifest.wasm, COMPONENT_BYTES_MAX).await?;
        let signature = match &manifest.signature {
            Some(Signature::Here(text)) => Some(text.clone()),
            Some(Signature::There(layer)) => Some(text(registry.blob(layer, SIGNATURE_BYTES_MAX).await?)?),
            None => None,
        };
        let component = Component::new(Path::new(&reference.to_string()), bytes, signature);
        Ok(Fetched { name: reference.name().to_owned(), component, from: reference.to_string() })
    }

    fn registry<'a>(&'a self, reference: &'a Reference) -> registry::Registry<'a> {
        registry::Registry::new(&self.web, &self.credentials, reference)
    }
}

/// Host and port as a file of logins has them: the port only where it is not that of the scheme.
fn origin(url: &reqwest::Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn text(bytes: Vec<u8>) -> Result<String> {
    String::from_utf8(bytes).or_invalid("plugin.signature", || "the signature is no text".into())
}

fn file(path: &Path) -> Result<Fetched> {
    let path =
        path.canonicalize().or_invalid("plugin.missing", || format!("there is no {}", path.display()))?;
    let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let component = Component::read(&name, &path)?;
    Ok(Fetched { name, component, from: path.display().to_string() })
}

/// The components of a directory, by name.
fn components(directory: &Path) -> Result<Vec<PathBuf>> {
    let what = || format!("{} cannot be read", directory.display());
    let entries = std::fs::read_dir(directory).or_invalid("fetch.place", what)?;
    let is_component = |path: &PathBuf| path.extension().is_some_and(|e| e == EXTENSION) && path.is_file();
    let mut found: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(is_component).collect();
    found.sort();
    match found.len() {
        1..=DIRECTORY_MAX => Ok(found),
        0 => Err(Error::invalid("fetch.place", format!("there is no component in {}", directory.display()))),
        _ => {
            Err(Error::invalid("fetch.place", what()).cause(format!("more than {DIRECTORY_MAX} components")))
        }
    }
}
