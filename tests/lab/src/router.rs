//! From a connection to the right service and back: parses requests, checks tokens, answers faults
//! on demand, keeps the log, and writes refusals in the shape of the service that refuses. Knows no
//! service's nouns.

use crate::model::{Doc, Who, now};
use crate::{Cloud, cinder, glance, keystone, neutron, nova};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{Method, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// Largest request body, bytes: images are uploaded in one piece and kept small here.
const BODY_BYTES_MAX: usize = 512 << 20;
/// Requests kept in the log.
pub const LOG_MAX: usize = 100_000;

/// One request, taken apart.
pub struct Request {
    pub method: Method,
    /// Below the service's prefix, without empty parts: `["v3", PROJECT, "volumes", "detail"]`.
    pub parts: Vec<String>,
    pub query: Vec<(String, String)>,
    pub headers: hyper::HeaderMap,
    pub body: Bytes,
    pub who: Who,
}

impl Request {
    /// The first value of a query parameter.
    pub fn asked(&self, key: &str) -> Option<&str> {
        self.query.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    /// The body as JSON; an empty one is an empty object.
    pub fn json(&self) -> Result<Value, Refusal> {
        if self.body.is_empty() {
            return Ok(json!({}));
        }
        serde_json::from_slice(&self.body).map_err(|_| Refusal::bad("Malformed request body"))
    }

    /// The object that the body wraps in `key`.
    pub fn wrapped(&self, key: &str) -> Result<Doc, Refusal> {
        match self.json()?.get_mut(key).map(Value::take) {
            Some(Value::Object(doc)) => Ok(doc),
            _ => Err(Refusal::bad(format!("'{key}' is a required property"))),
        }
    }
}

/// What is sent back when it went well.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Bytes,
    pub content_type: &'static str,
}

impl Reply {
    pub fn json(status: u16, value: &Value) -> Self {
        Self { status, headers: Vec::new(), body: value.to_string().into(), content_type: "application/json" }
    }

    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Bytes::new(), content_type: "application/json" }
    }

    pub fn bytes(body: Bytes) -> Self {
        Self { status: 200, headers: Vec::new(), body, content_type: "application/octet-stream" }
    }

    #[must_use]
    pub fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

/// A refusal: a status, a sentence, and Neutron's word for it.
#[derive(Debug)]
pub struct Refusal {
    pub status: u16,
    pub kind: &'static str,
    pub message: String,
}

impl Refusal {
    pub fn new(status: u16, kind: &'static str, message: impl Into<String>) -> Self {
        Self { status, kind, message: message.into() }
    }

    pub fn bad(message: impl Into<String>) -> Self {
        Self::new(400, "HTTPBadRequest", message)
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "HTTPNotFound", message)
    }

    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(409, "HTTPConflict", message)
    }

    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(403, "PolicyNotAuthorized", message)
    }

    pub fn unauthorized() -> Self {
        Self::new(401, "Unauthorized", "The request you have made requires authentication.")
    }

    /// A path that the service does not know.
    pub fn no_route() -> Self {
        Self::not_found("The resource could not be found.")
    }
}

pub type Answer = Result<Reply, Refusal>;

/// The services, by the first part of the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Service {
    Identity,
    Image,
    Volume,
    Compute,
    Network,
}

impl Service {
    fn of(prefix: &str) -> Option<Self> {
        Some(match prefix {
            "identity" => Self::Identity,
            "image" => Self::Image,
            "volume" => Self::Volume,
            "compute" => Self::Compute,
            "networking" => Self::Network,
            _ => return None,
        })
    }
}

/// Accepts until told to stop.
pub async fn serve(listener: TcpListener, cloud: Arc<Cloud>, stop: CancellationToken) {
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => { tracing::warn!(%error, "accept"); continue }
            },
        };
        tokio::spawn(converse(stream, cloud.clone(), stop.clone()));
    }
}

async fn converse(stream: TcpStream, cloud: Arc<Cloud>, stop: CancellationToken) {
    let service = service_fn(move |request| {
        let cloud = cloud.clone();
        async move { handle(cloud, request).await }
    });
    let connection =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::select! {
        () = stop.cancelled() => {}
        ended = connection => if let Err(error) = ended { tracing::debug!(%error, "connection") },
    }
}

/// A reply that is to be lost: the connection ends without one.
#[derive(Debug)]
struct Lost;

impl std::fmt::Display for Lost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the lab was told to lose this reply")
    }
}

impl std::error::Error for Lost {}

async fn handle(cloud: Arc<Cloud>, request: hyper::Request<Incoming>) -> Result<Response<Full<Bytes>>, Lost> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let method = head.method.clone();
    let fault = cloud.take_fault(method.as_str(), &path);
    let mut extra = Vec::new();
    let answer = match fault {
        Some(crate::Fault::Status(status)) => {
            Err(Refusal::new(status, "Injected", "The lab was told to fail this request."))
        }
        Some(crate::Fault::Lost) | None => match Limited::new(body, BODY_BYTES_MAX).collect().await {
            Ok(body) => dispatch(&cloud, head, body.to_bytes(), &mut extra).await,
            Err(_) => Err(Refusal::new(413, "TooLarge", "Request is too large.")),
        },
    };
    let lost = matches!(fault, Some(crate::Fault::Lost));
    let mut response = finish(&cloud, &path, answer, &extra);
    if let Ok(id) = format!("req-{}", crate::model::uuid()).parse() {
        response.headers_mut().insert("x-openstack-request-id", id);
    }
    cloud.log(method.as_str(), &path, response.status().as_u16());
    if lost { Err(Lost) } else { Ok(response) }
}

/// Headers that a service adds whether it answers or refuses.
type Headers = Vec<(&'static str, String)>;

async fn dispatch(
    cloud: &Arc<Cloud>,
    head: hyper::http::request::Parts,
    body: Bytes,
    extra: &mut Headers,
) -> Answer {
    let mut parts: Vec<String> = head.uri.path().split('/').filter(|p| !p.is_empty()).map(decode).collect();
    if parts.is_empty() {
        return Err(Refusal::no_route());
    }
    let service = Service::of(&parts.remove(0)).ok_or_else(Refusal::no_route)?;
    let query = head.uri.query().map(pairs).unwrap_or_default();
    let mut request =
        Request { method: head.method, parts, query, headers: head.headers, body, who: Who::default() };
    *extra = match service {
        Service::Identity => vec![("vary", "X-Auth-Token".to_owned())],
        Service::Volume => cinder::version_headers(&request),
        Service::Compute => nova::version_headers(&request),
        Service::Image | Service::Network => Vec::new(),
    };
    if !is_public(service, &request) {
        request.who = identify(cloud, &request)?;
    }
    match service {
        Service::Identity => keystone::answer(cloud, &request),
        Service::Image => glance::answer(cloud, &request).await,
        Service::Volume => cinder::answer(cloud, &request).await,
        Service::Compute => nova::answer(cloud, &request).await,
        Service::Network => neutron::answer(cloud, &request),
    }
}

/// Version documents and the asking for a token need no token.
fn is_public(service: Service, request: &Request) -> bool {
    let parts: Vec<&str> = request.parts.iter().map(String::as_str).collect();
    match (service, parts.as_slice()) {
        (_, []) => true,
        (Service::Identity, ["v3"]) => true,
        (Service::Identity, ["v3", "auth", "tokens"]) => request.method == Method::POST,
        (Service::Volume, ["v3"]) | (Service::Compute, ["v2.1"]) | (Service::Image, ["versions"]) => true,
        _ => false,
    }
}

fn identify(cloud: &Cloud, request: &Request) -> Result<Who, Refusal> {
    let token = request.header("x-auth-token").ok_or_else(Refusal::unauthorized)?;
    let who = cloud.state().tokens.get(token).cloned().ok_or_else(Refusal::unauthorized)?;
    if who.expires_at < now() { Err(Refusal::unauthorized()) } else { Ok(who) }
}

fn finish(cloud: &Cloud, path: &str, answer: Answer, extra: &Headers) -> Response<Full<Bytes>> {
    let reply = answer.unwrap_or_else(|refusal| refuse(cloud, path, &refusal));
    let mut builder = Response::builder().status(reply.status).header("content-type", reply.content_type);
    for (name, value) in reply.headers.iter().chain(extra) {
        builder = builder.header(*name, value);
    }
    builder.body(Full::new(reply.body)).unwrap_or_else(|_| Response::new(Full::new(Bytes::new())))
}

/// A refusal as the service writes it.
fn refuse(cloud: &Cloud, path: &str, refusal: &Refusal) -> Reply {
    let service = path.split('/').find(|p| !p.is_empty()).and_then(Service::of);
    let (status, message) = (refusal.status, &refusal.message);
    if status == 401 || service == Some(Service::Identity) {
        let body = json!({"error": {"code": status, "message": message, "title": title(status)}});
        let reply = Reply::json(status, &body);
        return if status == 401 {
            reply.with("www-authenticate", format!("Keystone uri=\"{}\"", cloud.url("/identity")))
        } else {
            reply
        };
    }
    match service {
        Some(Service::Image) => Reply {
            status,
            headers: Vec::new(),
            body: format!("{status} {}\n\n{message}\n\n   ", title(status)).into(),
            content_type: "text/plain; charset=UTF-8",
        },
        Some(Service::Network) => {
            let body = json!({"NeutronError": {"type": refusal.kind, "message": message, "detail": ""}});
            Reply::json(status, &body)
        }
        _ if status == 413 => {
            let body = json!({"overLimit": {"code": status, "message": message, "retryAfter": "0"}});
            Reply::json(status, &body).with("retry-after", "0".to_owned())
        }
        _ => Reply::json(status, &json!({word(status): {"code": status, "message": message}})),
    }
}

const fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        413 => "Request Entity Too Large",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        _ => "Error",
    }
}

/// Nova's and Cinder's name of a refusal.
const fn word(status: u16) -> &'static str {
    match status {
        400 => "badRequest",
        401 => "unauthorized",
        403 => "forbidden",
        404 => "itemNotFound",
        405 => "badMethod",
        409 => "conflictingRequest",
        413 | 429 => "overLimit",
        501 => "notImplemented",
        503 => "serviceUnavailable",
        _ => "computeFault",
    }
}

fn pairs(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|p| !p.is_empty())
        .map(|pair| {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decode(&key.replace('+', " ")), decode(&value.replace('+', " ")))
        })
        .collect()
}

/// Percent decoding; what is not valid stays as it is.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = (*first == b'%').then(|| after.get(..2)).flatten();
        let code = code
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match code {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_queries() {
        assert_eq!(
            pairs("a=1%2C2&metadata=%7B%27k%27%3A+%27v%27%7D&c"),
            [("a", "1,2"), ("metadata", "{'k': 'v'}"), ("c", "")].map(|(k, v)| (k.to_owned(), v.to_owned()))
        );
        assert_eq!(decode("50%"), "50%");
    }
}
