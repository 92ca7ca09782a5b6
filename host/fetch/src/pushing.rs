//! A component into an OCI registry, in the layout in which `registry.rs` and other programs find it: one layer, and the
//! signature in an annotation, as they refuse a second layer. The same component and signature make the same manifest,
//! whoever pushes them. What is pushed was read from files; nothing here judges it.

use crate::http::good;
use crate::registry::{CONFIG_TYPE, MANIFEST_TYPE, Registry, SIGNATURE_ANNOTATION, WASM_TYPE};
use crate::{SIGNATURE_BYTES_MAX, World};
use gyre_core::error::Context as _;
use gyre_core::{ByteSize, Error, Result};
use gyre_trust::Component;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderValue, LOCATION};
use reqwest::{Method, Response, Url};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

const BYTES_TYPE: &str = "application/octet-stream";
/// Always the same, so that digests depend on nothing but the component.
const CREATED: &str = "1970-01-01T00:00:00Z";

impl Registry<'_> {
    /// Puts it there, and answers the digest of its manifest. Idempotent.
    ///
    /// # Errors
    /// `plugin.signature`, and those of requests.
    pub(crate) async fn push(&mut self, component: &Component, world: &World) -> Result<String> {
        let signature = signature(component)?;
        let layer = self.upload(WASM_TYPE, component.bytes()).await?;
        let about = json!({
            "created": CREATED, "architecture": "wasm", "os": "wasip2",
            "layerDigests": [digest(component.bytes())],
            "component": { "exports": world.exports, "imports": world.imports },
        });
        let config = self.upload(CONFIG_TYPE, about.to_string().as_bytes()).await?;
        let mut manifest = json!({
            "schemaVersion": 2, "mediaType": MANIFEST_TYPE, "config": config, "layers": [layer],
        });
        if let (Some(text), Some(manifest)) = (signature, manifest.as_object_mut()) {
            manifest.insert("annotations".into(), json!({ SIGNATURE_ANNOTATION: text }));
        }
        let manifest = manifest.to_string();
        let url = self.reference().url("manifests", self.reference().version());
        self.put(&url, MANIFEST_TYPE, manifest.as_bytes()).await?;
        Ok(digest(manifest.as_bytes()))
    }

    /// Asks for a place, puts the whole there, and answers what a manifest says of it.
    async fn upload(&mut self, kind: &str, bytes: &[u8]) -> Result<Value> {
        let begin = self.reference().url("blobs", "uploads/");
        let begun = good(self.ask(Method::POST, &begin, HeaderMap::new(), Vec::new()).await?)?;
        let digest = digest(bytes);
        let mut place = self.place(&begin, &begun)?;
        place.query_pairs_mut().append_pair("digest", &digest);
        self.put(&place, BYTES_TYPE, bytes).await?;
        Ok(json!({ "mediaType": kind, "digest": digest, "size": bytes.len() }))
    }

    async fn put(&mut self, url: &Url, kind: &'static str, bytes: &[u8]) -> Result<()> {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(kind))]);
        good(self.ask(Method::PUT, url, headers, bytes.to_vec()).await?).map(drop)
    }

    /// Where the bytes are to go: at the registry itself, which is the only one that hears of our login.
    fn place(&self, begin: &Url, begun: &Response) -> Result<Url> {
        let what =
            || format!("the registry {} names no place for what is pushed", self.reference().registry());
        let location = begun.headers().get(LOCATION).and_then(|place| place.to_str().ok());
        let place = begin.join(location.unwrap_or_default()).or_other("fetch.failed", what)?;
        if location.is_some() && place.origin() == begin.origin() {
            return Ok(place);
        }
        Err(Error::other("fetch.failed", what()).cause(format!("it says: {location:?}")))
    }
}

/// One that those who pull it take.
fn signature(component: &Component) -> Result<Option<&str>> {
    let signature = component.signature()?;
    match signature {
        Some(text) if text.len() as u64 > SIGNATURE_BYTES_MAX => {
            let what = format!("the signature is larger than {}", ByteSize(SIGNATURE_BYTES_MAX));
            Err(Error::invalid("plugin.signature", what))
        }
        _ => Ok(signature),
    }
}

fn digest(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}
