//! A component out of an OCI registry, as other tools of WebAssembly put it there: a manifest whose config is of type
//! `application/vnd.wasm.config.v0+json`, with one layer `application/wasm`. Its signature is
//! the manifest's annotation `vnd.gyre.minisig`, or, as gyre pushed it once, a second layer. Logs in as it is asked to: not at all, by Basic, or with
//! a bearer token. (OCI distribution specification 1.1; CNCF's artifact layout for WebAssembly.)

use crate::SIGNATURE_BYTES_MAX;
use crate::credentials::{Credentials, hidden};
use crate::http::{Web, body, good};
use crate::place::{Reference, is_loopback, is_sha256};
use gyre_core::error::Context as _;
use gyre_core::{ByteSize, Error, Result};
use reqwest::header::{ACCEPT, AUTHORIZATION, HeaderMap, HeaderValue, WWW_AUTHENTICATE};
use reqwest::{Method, Response, StatusCode, Url};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

pub(crate) const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";
pub(crate) const CONFIG_TYPE: &str = "application/vnd.wasm.config.v0+json";
pub(crate) const WASM_TYPE: &str = "application/wasm";
/// The text of `COMPONENT.wasm.minisig`.
pub(crate) const SIGNATURE_ANNOTATION: &str = "vnd.gyre.minisig";
/// Where it was before: a second layer, which other programs refuse.
const SIGNATURE_TYPE: &str = "application/vnd.gyre.minisig";
const MANIFEST_BYTES_MAX: u64 = 1 << 20;
const TOKEN_BYTES_MAX: u64 = 64 << 10;

/// One component of a registry.
pub(crate) struct Registry<'a> {
    web: &'a Web,
    credentials: &'a Credentials,
    reference: &'a Reference,
    /// What it asked for, once it did.
    authorization: Option<HeaderValue>,
}

/// What a manifest says of a component.
#[derive(Debug)]
pub(crate) struct Manifest {
    pub(crate) wasm: Layer,
    pub(crate) signature: Option<Signature>,
}

/// Where a manifest has the signature.
#[derive(Debug)]
pub(crate) enum Signature {
    /// In itself.
    Here(String),
    /// In a layer.
    There(Layer),
}

impl Manifest {
    /// SHA-256 of the component, hex.
    pub(crate) fn wasm_digest(&self) -> &str {
        self.wasm.digest.strip_prefix("sha256:").unwrap_or_default()
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Layer {
    media_type: String,
    digest: String,
    size: u64,
}

#[derive(Deserialize)]
struct Written {
    config: Layer,
    #[serde(default)]
    layers: Vec<Layer>,
    /// Of other programs, whatever they like.
    #[serde(default)]
    annotations: Map<String, Value>,
}

impl<'a> Registry<'a> {
    pub(crate) fn new(web: &'a Web, credentials: &'a Credentials, reference: &'a Reference) -> Self {
        Self { web, credentials, reference, authorization: None }
    }

    /// # Errors
    /// `fetch.manifest`, `fetch.digest`, and those of requests.
    pub(crate) async fn manifest(&mut self) -> Result<Manifest> {
        let url = self.reference.url("manifests", self.reference.version());
        let response = self.get(&url, Some(MANIFEST_TYPE)).await?;
        let bytes = body(response, MANIFEST_BYTES_MAX).await?;
        if let Some(digest) = self.reference.digest() {
            check_digest(&format!("the manifest of {}", self.reference), digest, &bytes)?;
        }
        read(&bytes).map_err(|e| e.during(format!("{} is no component", self.reference)))
    }

    /// The bytes of a layer, held against size and digest.
    ///
    /// # Errors
    /// `fetch.digest`, `fetch.too-large`, and those of requests.
    pub(crate) async fn blob(&mut self, layer: &Layer, limit: u64) -> Result<Vec<u8>> {
        let what = format!("the layer {} of {}", layer.media_type, self.reference);
        if layer.size > limit {
            return Err(Error::invalid(
                "fetch.too-large",
                format!("{what} is larger than {}", ByteSize(limit)),
            ));
        }
        let response = self.get(&self.reference.url("blobs", &layer.digest), None).await?;
        let bytes = body(response, layer.size).await?;
        check_digest(&what, layer.digest.strip_prefix("sha256:").unwrap_or_default(), &bytes)?;
        Ok(bytes)
    }

    pub(crate) const fn reference(&self) -> &Reference {
        self.reference
    }

    async fn get(&mut self, url: &Url, accept: Option<&'static str>) -> Result<Response> {
        let headers = accept.map(|kind| (ACCEPT, HeaderValue::from_static(kind)));
        good(self.ask(Method::GET, url, headers.into_iter().collect(), Vec::new()).await?)
    }

    /// Whatever is answered; a login is asked for once.
    ///
    /// # Errors
    /// `fetch.failed`, `fetch.denied`.
    pub(crate) async fn ask(
        &mut self,
        method: Method,
        url: &Url,
        mut headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Response> {
        headers.extend(self.authorization.clone().map(|value| (AUTHORIZATION, value)));
        let response = self.web.ask(method.clone(), url, headers.clone(), body.clone()).await?;
        if response.status() != StatusCode::UNAUTHORIZED || self.authorization.is_some() {
            return Ok(response);
        }
        let authorization = self.log_in(response.headers()).await?;
        headers.insert(AUTHORIZATION, authorization.clone());
        self.authorization = Some(authorization);
        self.web.ask(method, url, headers, body).await
    }

    /// What the registry asks for, of the first challenge that is understood.
    async fn log_in(&self, headers: &HeaderMap) -> Result<HeaderValue> {
        let registry = self.reference.registry();
        let basic = self.credentials.basic(registry);
        for challenge in headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok()) {
            let (scheme, parameters) = challenge.split_once(' ').unwrap_or((challenge, ""));
            if scheme.eq_ignore_ascii_case("bearer") {
                let token = self.token(parameters, basic).await?;
                return hidden(&format!("Bearer {token}"));
            }
            if let Some(login) = basic.filter(|_| scheme.eq_ignore_ascii_case("basic")) {
                return hidden(&format!("Basic {login}"));
            }
        }
        let what = format!("the registry {registry} asks for a login");
        Err(Error::denied("fetch.denied", what).cause("there is none for it in the file of registry logins"))
    }

    async fn token(&self, parameters: &str, basic: Option<&str>) -> Result<String> {
        #[derive(Deserialize)]
        struct Answer {
            token: Option<String>,
            access_token: Option<String>,
        }
        let bad =
            || format!("the registry {} asks for a token in words not understood", self.reference.registry());
        let mut url = parameter(parameters, "realm")
            .and_then(|realm| Url::parse(&realm).ok())
            .filter(|url| url.scheme() == "https" || is_loopback(url))
            .ok_or_else(|| Error::other("fetch.denied", bad()))?;
        for name in ["service", "scope"] {
            if let Some(value) = parameter(parameters, name) {
                url.query_pairs_mut().append_pair(name, &value);
            }
        }
        let mut headers = HeaderMap::new();
        if let Some(login) = basic {
            headers.insert(AUTHORIZATION, hidden(&format!("Basic {login}"))?);
        }
        let answer = body(good(self.web.send(&url, headers).await?)?, TOKEN_BYTES_MAX).await?;
        // What the parser says may quote the token.
        let answer: Answer =
            serde_json::from_slice(&answer).map_err(|_| Error::other("fetch.denied", bad()))?;
        answer.token.or(answer.access_token).ok_or_else(|| Error::other("fetch.denied", bad()))
    }
}

/// The value of `name="value"` in a challenge.
fn parameter(parameters: &str, name: &str) -> Option<String> {
    let mut rest = parameters;
    while let Some((key, after)) = rest.split_once('=') {
        let (value, next) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"')?,
            None => after.split_once(',').unwrap_or((after, "")),
        };
        if key.trim_matches([',', ' ']).eq_ignore_ascii_case(name) {
            return Some(value.trim().to_owned());
        }
        rest = next;
    }
    None
}

fn read(bytes: &[u8]) -> Result<Manifest> {
    let bad = |why: String| Error::invalid("fetch.manifest", why);
    let written: Written = serde_json::from_slice(bytes)
        .or_invalid("fetch.manifest", || "this is no manifest of an image".into())?;
    if written.config.media_type != CONFIG_TYPE {
        let found = written.config.media_type;
        return Err(bad(format!("its config is of type {found:?}, and not {CONFIG_TYPE}")));
    }
    let of = |kind: &str| {
        let mut layers = written.layers.iter().filter(|layer| layer.media_type == kind);
        let first = layers.next().cloned();
        if layers.next().is_some() { Err(bad(format!("it has several layers {kind}"))) } else { Ok(first) }
    };
    let wasm = of(WASM_TYPE)?.ok_or_else(|| bad(format!("it has no layer {WASM_TYPE}")))?;
    let there = of(SIGNATURE_TYPE)?;
    for layer in [Some(&wasm), there.as_ref()].into_iter().flatten() {
        if !layer.digest.strip_prefix("sha256:").is_some_and(is_sha256) {
            return Err(bad(format!("its layer {} has no digest of SHA-256", layer.media_type)));
        }
    }
    let signature = match (annotated(&written.annotations)?, there) {
        (Some(_), Some(_)) => return Err(bad("it has two signatures".into())),
        (Some(text), None) => Some(Signature::Here(text)),
        (None, there) => there.map(Signature::There),
    };
    Ok(Manifest { wasm, signature })
}

/// The signature that a manifest has in itself.
fn annotated(annotations: &Map<String, Value>) -> Result<Option<String>> {
    let Some(value) = annotations.get(SIGNATURE_ANNOTATION) else { return Ok(None) };
    match value.as_str() {
        Some(text) if text.len() as u64 <= SIGNATURE_BYTES_MAX => Ok(Some(text.to_owned())),
        _ => {
            let limit = ByteSize(SIGNATURE_BYTES_MAX);
            let what = format!("its annotation {SIGNATURE_ANNOTATION} is no text of at most {limit}");
            Err(Error::invalid("fetch.manifest", what))
        }
    }
}

fn check_digest(what: &str, expected: &str, bytes: &[u8]) -> Result<()> {
    let found = format!("{:x}", Sha256::digest(bytes));
    if found == expected {
        return Ok(());
    }
    Err(Error::invalid("fetch.digest", format!("{what} is not what its digest says"))
        .cause(format!("expected: {expected}"))
        .cause(format!("found: {found}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn challenges_are_taken_apart() {
        let text =
            r#"realm="https://a.example/token",service="r.example", scope="repository:a,b:pull",error=none"#;
        for (name, value) in [
            ("realm", Some("https://a.example/token")),
            ("service", Some("r.example")),
            ("scope", Some("repository:a,b:pull")),
            ("error", Some("none")),
            ("other", None),
        ] {
            assert_eq!(parameter(text, name).as_deref(), value, "{name}");
        }
        for broken in ["", "realm", "realm=\"open", "=,=,"] {
            assert_eq!(parameter(broken, "realm"), None, "{broken}");
        }
    }

    #[test]
    fn only_components_are_read() {
        let digest = format!("sha256:{}", "a".repeat(64));
        let layer =
            |kind: &str, digest: &str| format!(r#"{{"mediaType":"{kind}","digest":"{digest}","size":3}}"#);
        let manifest = |config: &str, layers: &[String]| {
            let config = layer(config, &digest);
            read(
                format!(r#"{{"schemaVersion":2,"config":{config},"layers":[{}]}}"#, layers.join(","))
                    .as_bytes(),
            )
        };
        let wasm = layer(WASM_TYPE, &digest);
        let signature = layer(SIGNATURE_TYPE, &digest);
        let read_well = manifest(CONFIG_TYPE, &[wasm.clone(), signature, layer("text/plain", "x")]).unwrap();
        assert_eq!(read_well.wasm_digest().len(), 64);
        assert!(matches!(read_well.signature, Some(Signature::There(_))), "as it was pushed once");
        let annotated = |layers: &[String], value: &str| {
            let (config, layers) = (layer(CONFIG_TYPE, &digest), layers.join(","));
            let annotations = format!(r#"{{"vnd.gyre.minisig":{value},"other":1}}"#);
            read(
                format!(r#"{{"config":{config},"layers":[{layers}],"annotations":{annotations}}}"#)
                    .as_bytes(),
            )
        };
        let one = std::slice::from_ref(&wasm);
        let here = annotated(one, "\"signed\"").unwrap().signature;
        assert!(matches!(here, Some(Signature::Here(text)) if text == "signed"));
        let long = format!("\"{}\"", "s".repeat(usize::try_from(SIGNATURE_BYTES_MAX).unwrap() + 1));
        for bad in [
            annotated(one, "7"),
            annotated(one, &long),
            annotated(&[wasm.clone(), layer(SIGNATURE_TYPE, &digest)], "\"signed\""),
        ] {
            assert_eq!(bad.unwrap_err().code, "fetch.manifest");
        }
        for bad in [
            manifest("application/vnd.oci.image.config.v1+json", std::slice::from_ref(&wasm)),
            manifest(CONFIG_TYPE, &[]),
            manifest(CONFIG_TYPE, &[wasm.clone(), wasm]),
            manifest(CONFIG_TYPE, &[layer(WASM_TYPE, "sha512:aa")]),
            manifest(CONFIG_TYPE, &[layer(WASM_TYPE, "sha256:../../x")]),
            read(b"{}"),
            read(b""),
        ] {
            assert_eq!(bad.unwrap_err().code, "fetch.manifest");
        }
    }
}
