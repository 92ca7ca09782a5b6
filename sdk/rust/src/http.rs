//! HTTP to what the plugin is granted, with bodies that fit in memory. Any status is an answer; an
//! error means that there was none.

#[cfg(target_arch = "wasm32")]
use crate::bindings::gyre::host::http::Endpoint as Handle;
#[cfg(not(target_arch = "wasm32"))]
use crate::fake::EndpointHandle as Handle;

pub use crate::bindings::gyre::host::http::{Request, Response, Tls};
use crate::secret::Secret;
use crate::{Context, Result};
use serde::{Serialize, de::DeserializeOwned};

/// A server: scheme, host, port and the front of every path.
pub struct Http(Handle);

impl Http {
    /// `tls`: what to trust instead of the system's roots.
    ///
    /// # Errors
    /// Kind denied when no grant covers `url`.
    pub fn open(url: &str, tls: Option<&Tls>) -> Result<Self> {
        Handle::open(url, tls).map(Self)
    }

    /// Sends the secret's value in this header from now on.
    ///
    /// # Errors
    /// Kind denied when the secret may not go to this server.
    pub fn authorize(&self, header: &str, value: &Secret) -> Result<()> {
        self.0.authorize(header, &value.0)
    }

    /// Sends the secret's value, escaped for the inside of a JSON string, wherever `marker` (8 to 64
    /// letters, digits or `-`) stands in a body.
    ///
    /// # Errors
    /// Kind denied; kind invalid for a bad marker.
    pub fn substitute(&self, marker: &str, value: &Secret) -> Result<()> {
        self.0.substitute(marker, &value.0)
    }

    /// Sends and waits for the answer. Redirects are followed only to what is granted.
    ///
    /// # Errors
    /// Kind unavailable when no answer came; kind denied for an address that is not granted.
    pub fn send(&self, request: &Request) -> Result<Response> {
        self.0.send(request)
    }

    /// The address that connections of the host to this server come from, by the host's own routes; behind
    /// an address translation the server sees another one.
    ///
    /// # Errors
    /// Kind unavailable when there is no route; kind denied for an address that is not granted.
    pub fn local_address(&self) -> Result<String> {
        self.0.local_address()
    }
}

impl Request {
    /// A request without a body; `path` is relative to the endpoint, with the query.
    pub fn new(method: &str, path: impl Into<String>) -> Self {
        Self {
            method: method.into(),
            path: path.into(),
            headers: Vec::new(),
            body: Vec::new(),
            timeout_ms: None,
        }
    }

    /// `GET`.
    pub fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path)
    }

    /// `POST`.
    pub fn post(path: impl Into<String>) -> Self {
        Self::new("POST", path)
    }

    /// `PUT`.
    pub fn put(path: impl Into<String>) -> Self {
        Self::new("PUT", path)
    }

    /// `DELETE`.
    pub fn delete(path: impl Into<String>) -> Self {
        Self::new("DELETE", path)
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With a JSON body and its content type.
    ///
    /// # Errors
    /// `http.body`: the value is not JSON.
    pub fn json(mut self, value: &impl Serialize) -> Result<Self> {
        self.body = serde_json::to_vec(value).or_other("http.body", || "the body is no JSON".into())?;
        Ok(self.header("content-type", "application/json"))
    }

    /// With these bytes as its body.
    #[must_use]
    pub fn bytes(mut self, body: Vec<u8>) -> Self {
        self.body = body;
        self
    }

    /// The longest that the answer may take.
    #[must_use]
    pub fn timeout_ms(mut self, timeout_ms: u32) -> Self {
        self.timeout_ms = Some(timeout_ms);
        self
    }

    /// The first header of that name, in any case.
    pub fn header_value(&self, name: &str) -> Option<&str> {
        first_header(&self.headers, name)
    }
}

impl Response {
    /// An answer as tests make it.
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, headers: Vec::new(), body: body.into() }
    }

    /// Adds a header.
    #[must_use]
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Whether the status is 200 to 299.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header of that name, in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        first_header(&self.headers, name)
    }

    /// The body, with what is no UTF-8 replaced.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// `http.answer`: it is something else.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).or_other("http.answer", || {
            format!("the server's answer (status {}) cannot be read", self.status)
        })
    }
}

fn first_header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}
