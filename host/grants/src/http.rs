//! `gyre:host/http`: requests with bodies that fit in memory, to what is granted and nowhere else. Every URL is
//! checked, every redirect again, and every address that a name resolves to before it is connected to. Secrets
//! are put in here, after the guest let go of the request, and only for the origin the guest named.

use crate::lent::{Lent, Purpose};
use crate::pattern::address;
use crate::policy::{Policy, Wish};
use crate::secrets::Held;
use bytes::Bytes;
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use gyre_sandbox::Fault;
use gyre_sandbox::bindings::http::{self, Endpoint, Request, Response, Tls};
use gyre_sandbox::bindings::secrets::Secret;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{self, HeaderMap, HeaderName, HeaderValue};
use reqwest::{Client, Method, StatusCode, Url, redirect};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use wasmtime::component::Resource;

/// Bodies, each way.
const BODY_BYTES_MAX: usize = 16 << 20;
/// Redirects of one request.
const REDIRECTS_MAX: usize = 5;
/// A request that names no time-out.
const TIMEOUT_MS_DEFAULT: u32 = 60_000;
/// The longest that a request may ask for.
const TIMEOUT_MS_MAX: u32 = 600_000;
/// Until a connection stands.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// Looking up a name.
const RESOLVE_TIMEOUT: Duration = Duration::from_secs(10);
/// Headers of one request.
const HEADERS_MAX: usize = 100;
/// Headers of the guest that follow a redirect to another origin.
const HEADERS_EVERYWHERE: [HeaderName; 3] = [header::ACCEPT, header::CONTENT_TYPE, header::USER_AGENT];
/// Secrets of one endpoint.
const SECRETS_MAX: usize = 16;
/// Characters of a marker.
const MARKER_CHARS: std::ops::RangeInclusive<usize> = 8..=64;

/// What a guest's endpoint stands for.
#[derive(Clone)]
pub(crate) struct Open {
    base: Url,
    client: Client,
    /// Headers that the guest never sees.
    authorized: Vec<(HeaderName, Held)>,
    /// Markers in bodies that stand for secrets.
    markers: Vec<(String, Held)>,
}

/// A request as it goes out, redirect by redirect.
struct Outgoing {
    method: Method,
    url: Url,
    headers: HeaderMap,
    secret_headers: HeaderMap,
    /// As the guest wrote it.
    body: Bytes,
    /// With secrets in place of markers.
    secret_body: Bytes,
}

impl Purpose {
    fn open_endpoint(&self, url: &str, tls: Option<&Tls>) -> Result<Open> {
        let base = parse_base(url)?;
        self.policy.check(&Wish::Http(&base))?;
        let config = self.shared.roots.client_config(tls)?;
        let client = Client::builder()
            .tls_backend_preconfigured(config)
            .dns_resolver(Arc::new(Checked(self.policy.clone())))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(concat!("gyre/", env!("CARGO_PKG_VERSION")))
            .build()
            .or_other("http.client", || "cannot make an HTTP client".into())?;
        Ok(Open { base, client, authorized: Vec::new(), markers: Vec::new() })
    }

    fn outgoing(&self, open: &Open, request: Request) -> Result<Outgoing> {
        let method = method(&request.method)?;
        if request.body.len() > BODY_BYTES_MAX {
            return Err(too_large("request"));
        }
        let url = join(&open.base, &request.path)?;
        let mut secret_headers = HeaderMap::new();
        for (name, held) in &open.authorized {
            self.policy.check(&Wish::SecretTo { name: &held.name, url: &url })?;
            let value = HeaderValue::try_from(self.secret_value(held)?);
            let mut value = value.map_err(|_| {
                Error::invalid("secret.text", format!("the secret {:?} cannot stand in a header", held.name))
            })?;
            value.set_sensitive(true);
            secret_headers.insert(name.clone(), value);
        }
        let body = Bytes::from(request.body);
        let secret_body = self.substituted(open, &url, &body)?;
        Ok(Outgoing { method, headers: headers(&request.headers)?, secret_headers, url, body, secret_body })
    }

    /// The body with every marker replaced, in one pass: a value is never searched for markers.
    fn substituted(&self, open: &Open, url: &Url, body: &Bytes) -> Result<Bytes> {
        let mut values = Vec::new();
        for (marker, held) in &open.markers {
            if find(body, marker.as_bytes()).is_none() {
                continue;
            }
            self.policy.check(&Wish::SecretTo { name: &held.name, url })?;
            values.push((marker.as_str(), json_inside(&self.secret_text(held)?)));
        }
        if values.is_empty() {
            return Ok(body.clone());
        }
        let replaced = replace(body, &values);
        if replaced.len() > BODY_BYTES_MAX {
            return Err(too_large("request"));
        }
        Ok(replaced.into())
    }

    async fn send_request(&self, open: &Open, request: Request) -> Result<Response> {
        let timeout = request.timeout_ms.unwrap_or(TIMEOUT_MS_DEFAULT).min(TIMEOUT_MS_MAX);
        let outgoing = self.outgoing(open, request)?;
        let place = outgoing.url.origin().ascii_serialization();
        let answer = async {
            let (url, response) = self.follow(open, outgoing).await?;
            receive(&url, response).await
        };
        match tokio::time::timeout(Duration::from_millis(timeout.into()), answer).await {
            Ok(answer) => answer,
            Err(_) => {
                Err(Error::unavailable("http.timeout", format!("{place} did not answer within {timeout} ms")))
            }
        }
    }

    /// Where connections to the URL come from: the kernel chooses it when a datagram socket is connected, which
    /// sends nothing.
    async fn local_address(&self, url: &Url) -> Result<String> {
        let host = url.host_str().unwrap_or_default();
        let unknown = || format!("this host has no route to {host}");
        let addresses = resolve(&self.policy, host, url.port_or_known_default().unwrap_or(0)).await?;
        let to = addresses.first().ok_or_else(|| Error::unavailable("net.route", unknown()))?;
        let any: SocketAddr = if to.is_ipv6() {
            (std::net::Ipv6Addr::UNSPECIFIED, 0).into()
        } else {
            (std::net::Ipv4Addr::UNSPECIFIED, 0).into()
        };
        let from = async {
            let socket = tokio::net::UdpSocket::bind(any).await?;
            socket.connect(to).await?;
            socket.local_addr()
        };
        let from = from.await.map_err(|error| Error::unavailable("net.route", unknown()).cause(error))?;
        Ok(from.ip().to_string())
    }

    /// The answer to a request for a whole file, behind all redirects, when its headers are there.
    pub(crate) async fn get(&self, url: &Url, headers: HeaderMap) -> Result<reqwest::Response> {
        let open = self.open_endpoint(url.as_str(), None)?;
        let outgoing = Outgoing {
            method: Method::GET,
            url: open.base.clone(),
            headers,
            secret_headers: HeaderMap::new(),
            body: Bytes::new(),
            secret_body: Bytes::new(),
        };
        self.follow(&open, outgoing).await.map(|(_, response)| response)
    }

    async fn follow(&self, open: &Open, mut outgoing: Outgoing) -> Result<(Url, reqwest::Response)> {
        for _ in 0..=REDIRECTS_MAX {
            self.policy.check(&Wish::Http(&outgoing.url))?;
            let response = outgoing.send(&open.client).await?;
            match redirected(&outgoing.url, &response)? {
                Some(next) => outgoing.redirect(response.status(), next),
                None => return Ok((outgoing.url, response)),
            }
        }
        Err(Error::invalid(
            "http.redirects",
            format!("{} redirects more than {REDIRECTS_MAX} times", open.base),
        ))
    }
}

impl Outgoing {
    async fn send(&self, client: &Client) -> Result<reqwest::Response> {
        let mut headers = self.headers.clone();
        headers.extend(self.secret_headers.clone());
        client
            .request(self.method.clone(), self.url.clone())
            .headers(headers)
            .body(self.secret_body.clone())
            .send()
            .await
            .map_err(|error| failed(&self.url, &error))
    }

    fn redirect(&mut self, status: StatusCode, next: Url) {
        if next.origin() != self.url.origin() {
            // The secrets were meant for the origin that the guest named, and so is a token among its headers.
            self.secret_headers.clear();
            self.headers = HEADERS_EVERYWHERE
                .into_iter()
                .filter_map(|name| self.headers.remove(&name).map(|value| (name, value)))
                .collect();
            self.secret_body = self.body.clone();
        }
        let becomes_get = match status {
            StatusCode::SEE_OTHER => self.method != Method::HEAD,
            StatusCode::MOVED_PERMANENTLY | StatusCode::FOUND => self.method == Method::POST,
            _ => false,
        };
        if becomes_get {
            self.method = Method::GET;
            self.body = Bytes::new();
            self.secret_body = Bytes::new();
            self.headers.remove(header::CONTENT_TYPE);
        }
        self.url = next;
    }
}

/// A base URL: http or https, a host, nothing that hides in it.
fn parse_base(text: &str) -> Result<Url> {
    let bad = |why: &str| Error::invalid("http.url", format!("{text:?} {why}"));
    let url = Url::parse(text)
        .map_err(|e| Error::invalid("http.url", "the URL of an endpoint cannot be read").cause(e))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(bad("is neither http nor https"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::invalid("http.url", "the URL of an endpoint holds a user name or a password")
            .cause("use `authorize` with a secret"));
    }
    if url.fragment().is_some() || url.query().is_some() {
        return Err(bad("has a query or a fragment: they belong to the request's path"));
    }
    Ok(url)
}

/// The path of a request below its endpoint; never another origin.
fn join(base: &Url, path: &str) -> Result<Url> {
    let bad = || Error::invalid("http.path", format!("{path:?} is no path below {base}"));
    if !(path.is_empty() || path.starts_with('/') || path.starts_with('?')) || path.contains('#') {
        return Err(bad().cause("a path is empty or begins with `/` or `?`"));
    }
    let url =
        Url::parse(&format!("{}{path}", base.as_str().trim_end_matches('/'))).map_err(|e| bad().cause(e))?;
    if url.origin() != base.origin() || !url.username().is_empty() || url.password().is_some() {
        return Err(bad());
    }
    Ok(url)
}

/// Not those that have a server or proxy send back what the host put in, or that make a tunnel of the connection.
fn method(name: &str) -> Result<Method> {
    const NEVER: [&str; 3] = ["TRACE", "TRACK", "CONNECT"];
    let method = Method::from_bytes(name.as_bytes())
        .or_invalid("http.method", || format!("{name:?} is no HTTP method"))?;
    if NEVER.iter().any(|never| method.as_str().eq_ignore_ascii_case(never)) {
        return Err(Error::invalid("http.method", format!("the host sends no {method} requests")));
    }
    Ok(method)
}

fn headers(list: &[(String, String)]) -> Result<HeaderMap> {
    if list.len() > HEADERS_MAX {
        return Err(Error::invalid("http.header", format!("a request has more than {HEADERS_MAX} headers")));
    }
    let mut headers = HeaderMap::new();
    for (name, value) in list {
        let value = HeaderValue::from_bytes(value.as_bytes())
            .or_invalid("http.header", || format!("the value of the header {name:?} cannot be sent"))?;
        headers.append(header_name(name)?, value);
    }
    Ok(headers)
}

/// Those that steer the connection are the host's own.
fn header_name(name: &str) -> Result<HeaderName> {
    const OURS: [&str; 10] = [
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "upgrade",
        "te",
        "trailer",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
    ];
    let parsed = HeaderName::from_bytes(name.as_bytes())
        .or_invalid("http.header", || format!("{name:?} is no name of a header"))?;
    if OURS.contains(&parsed.as_str()) {
        return Err(Error::invalid("http.header", format!("the header {name:?} is set by the host alone")));
    }
    Ok(parsed)
}

fn redirected(from: &Url, response: &reqwest::Response) -> Result<Option<Url>> {
    let follow = matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308);
    let Some(location) = response.headers().get(header::LOCATION).filter(|_| follow) else { return Ok(None) };
    let bad = || {
        Error::invalid(
            "http.redirect",
            format!("{} redirects to what cannot be read", from.origin().ascii_serialization()),
        )
    };
    let mut next = location.to_str().ok().and_then(|text| from.join(text).ok()).ok_or_else(bad)?;
    next.set_fragment(None);
    if !next.username().is_empty() || next.password().is_some() || !matches!(next.scheme(), "http" | "https")
    {
        return Err(bad());
    }
    Ok(Some(next))
}

async fn receive(url: &Url, mut response: reqwest::Response) -> Result<Response> {
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| failed(url, &error))? {
        if body.len() + chunk.len() > BODY_BYTES_MAX {
            return Err(too_large("response").cause(url.origin().ascii_serialization()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Response { status, headers, body })
}

fn too_large(which: &str) -> Error {
    Error::invalid("http.body-too-large", format!("a {which} body is larger than {BODY_BYTES_MAX} bytes"))
        .cause("disk contents do not travel through `http`")
}

/// Tells a refusal of ours, a TLS failure and a network that does not answer apart.
fn failed(url: &Url, error: &reqwest::Error) -> Error {
    let place = url.origin().ascii_serialization();
    let mut causes = Vec::new();
    let mut source: Option<&(dyn std::error::Error + 'static)> = std::error::Error::source(error);
    while let Some(cause) = source {
        if let Some(ours) = cause.downcast_ref::<Error>() {
            return ours.clone();
        }
        if let Some(tls) = tls_error(cause) {
            return Error::invalid("http.tls", format!("{place} cannot be trusted")).cause(tls);
        }
        causes.push(cause.to_string());
        source = cause.source();
    }
    let mut told = Error::unavailable("http.connect", format!("{place} cannot be reached"));
    if !error.is_connect() {
        told = Error::unavailable("http.broken", format!("the connection to {place} broke off"));
    }
    causes.dedup();
    told.causes = causes;
    told
}

/// The TLS error at the bottom: an I/O error hides what it was made from, which may be another one.
fn tls_error(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
        return Some(tls.to_string());
    }
    let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref)?;
    tls_error(inner)
}

/// Every address of a name, once the policy agreed to all of them.
///
/// # Errors
/// `grant.address`, `net.resolve`.
pub(crate) async fn resolve(policy: &Policy, host: &str, port: u16) -> Result<Vec<SocketAddr>> {
    let addresses = lookup(host, port).await?;
    if address(host).is_none() {
        // The policy saw a literal itself when it was asked about the host.
        addresses
            .iter()
            .try_for_each(|address| policy.check(&Wish::Address { host, address: address.ip() }))?;
    }
    Ok(addresses)
}

/// Every address of a name or literal, one at least, that nobody was asked about.
///
/// # Errors
/// `net.resolve`.
pub(crate) async fn lookup(host: &str, port: u16) -> Result<Vec<SocketAddr>> {
    if let Some(address) = address(host) {
        return Ok(vec![SocketAddr::new(address, port)]);
    }
    let bare = host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host);
    let found = tokio::time::timeout(RESOLVE_TIMEOUT, tokio::net::lookup_host((bare, port))).await;
    let unknown = || Error::unavailable("net.resolve", format!("the name {host} cannot be resolved"));
    let addresses: Vec<_> = match found {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => return Err(unknown().cause(error)),
        Err(_) => return Err(unknown().cause(format!("no answer within {} s", RESOLVE_TIMEOUT.as_secs()))),
    };
    if addresses.is_empty() {
        return Err(unknown().cause("it has no address"));
    }
    Ok(addresses)
}

/// What the HTTP client connects to is exactly what was checked: it resolves here and nowhere else.
struct Checked(Arc<Policy>);

impl Resolve for Checked {
    fn resolve(&self, name: Name) -> Resolving {
        let policy = self.0.clone();
        Box::pin(async move {
            let addresses = resolve(&policy, name.as_str(), 0).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

fn check_marker(marker: &str) -> Result<()> {
    let plain = marker.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if plain && MARKER_CHARS.contains(&marker.len()) {
        return Ok(());
    }
    Err(Error::invalid("http.marker", "a marker is 8 to 64 letters, digits or `-`"))
}

/// A text as it stands between the quotes of a JSON string.
pub(crate) fn json_inside(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"')).unwrap_or_default().to_owned()
}

fn find(body: &[u8], marker: &[u8]) -> Option<usize> {
    body.windows(marker.len()).position(|window| window == marker)
}

fn replace(body: &[u8], values: &[(&str, String)]) -> Vec<u8> {
    let mut replaced = Vec::with_capacity(body.len());
    let mut rest = body;
    loop {
        let next = values
            .iter()
            .filter_map(|(marker, value)| find(rest, marker.as_bytes()).map(|at| (at, marker.len(), value)))
            .min_by_key(|(at, length, _)| (*at, usize::MAX - length));
        let Some((at, length, value)) = next else { break };
        replaced.extend_from_slice(rest.get(..at).unwrap_or_default());
        replaced.extend_from_slice(value.as_bytes());
        rest = rest.get(at + length..).unwrap_or_default();
        if replaced.len() > BODY_BYTES_MAX {
            break;
        }
    }
    replaced.extend_from_slice(rest);
    replaced
}

fn full() -> Error {
    Error::invalid("http.secrets", format!("an endpoint takes at most {SECRETS_MAX} secrets"))
}

impl http::Host for Lent {}

impl http::HostEndpoint for Lent {
    async fn open(&mut self, url: String, tls: Option<Tls>) -> Result<Resource<Endpoint>, Fault> {
        let open = self.purpose.open_endpoint(&url, tls.as_ref())?;
        self.push(open)
    }

    async fn authorize(
        &mut self,
        endpoint: Resource<Endpoint>,
        header: String,
        value: Resource<Secret>,
    ) -> Result<(), Fault> {
        let held = self.get::<Held, _>(&value)?.clone();
        let base = self.get::<Open, _>(&endpoint)?.base.clone();
        self.purpose.policy.check(&Wish::SecretTo { name: &held.name, url: &base })?;
        let name = header_name(&header)?;
        let open = self.get_mut::<Open, _>(&endpoint)?;
        open.authorized.retain(|(own, _)| *own != name);
        if open.authorized.len() >= SECRETS_MAX {
            return Err(full().into());
        }
        open.authorized.push((name, held));
        Ok(())
    }

    async fn substitute(
        &mut self,
        endpoint: Resource<Endpoint>,
        marker: String,
        value: Resource<Secret>,
    ) -> Result<(), Fault> {
        check_marker(&marker)?;
        let held = self.get::<Held, _>(&value)?.clone();
        let base = self.get::<Open, _>(&endpoint)?.base.clone();
        self.purpose.policy.check(&Wish::SecretTo { name: &held.name, url: &base })?;
        let open = self.get_mut::<Open, _>(&endpoint)?;
        open.markers.retain(|(own, _)| *own != marker);
        if open.markers.len() >= SECRETS_MAX {
            return Err(full().into());
        }
        open.markers.push((marker, held));
        Ok(())
    }

    async fn send(&mut self, endpoint: Resource<Endpoint>, request: Request) -> Result<Response, Fault> {
        let open = self.get::<Open, _>(&endpoint)?.clone();
        Ok(self.purpose.send_request(&open, request).await?)
    }

    async fn local_address(&mut self, endpoint: Resource<Endpoint>) -> Result<String, Fault> {
        let base = self.get::<Open, _>(&endpoint)?.base.clone();
        Ok(self.purpose.local_address(&base).await?)
    }

    async fn drop(&mut self, endpoint: Resource<Endpoint>) -> wasmtime::Result<()> {
        self.take::<Open, _>(&endpoint).map(drop)
    }
}

#[cfg(test)]
pub(crate) mod tests;
