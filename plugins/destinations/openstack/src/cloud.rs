//! One call's conversation with one cloud: logs in when first needed, finds the endpoint of each
//! service, sends requests, turns answers into values or errors, follows pages and waits. Knows the
//! manners of OpenStack's APIs and none of their nouns.

use crate::contract::{Error, ErrorKind, Explain, Http, Request, Response, Result, Secret, Tls, clock};
use crate::keystone::{self, Auth, Token};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// How long one call looks at something that is not ready before it answers `wait`, milliseconds.
pub const POLL_CALL_MS: u64 = 20_000;
/// Pause between two looks inside a call, milliseconds.
const POLL_PAUSE_MS: u32 = 1_000;
/// Objects asked for at once.
const PAGE_ITEMS: usize = 500;
/// Pages followed in one list.
const PAGES_MAX: usize = 200;
/// Characters of a server's own words that go into an error.
const DETAIL_CHARS_MAX: usize = 400;
/// One HTTP exchange, milliseconds.
const REQUEST_TIMEOUT_MS: u32 = 120_000;
/// Stands in the login for the password, which only the host knows.
pub const PASSWORD_MARKER: &str = "gyre-os-password-marker";
/// Name of the secret that holds it.
const PASSWORD_SECRET: &str = "os-password";

/// The services that are spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Nova.
    Compute,
    /// Cinder.
    Volume,
    /// Neutron.
    Network,
    /// Glance.
    Image,
}

impl Service {
    /// All of them.
    pub const ALL: [Service; 4] = [Service::Compute, Service::Volume, Service::Network, Service::Image];

    /// Types under which the catalog may list it, best first.
    pub const fn types(self) -> &'static [&'static str] {
        match self {
            Service::Compute => &["compute"],
            Service::Volume => &["volumev3", "block-storage", "block-store"],
            Service::Network => &["network"],
            Service::Image => &["image"],
        }
    }

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Service::Compute => "Nova",
            Service::Volume => "Cinder",
            Service::Network => "Neutron",
            Service::Image => "Glance",
        }
    }

    /// Version that some catalogs leave out of the URL.
    const fn version_path(self) -> &'static str {
        match self {
            Service::Network => "/v2.0",
            Service::Image => "/v2",
            Service::Compute | Service::Volume => "",
        }
    }

    /// Microversion header. Nova 2.67 (Stein) is the first that takes a volume type for the root
    /// disk of a worker; Cinder's base version has all but `revert` and `messages`.
    fn version_headers(self, version: Option<&str>) -> Vec<(String, String)> {
        let version = match (self, version) {
            (Service::Compute, version) => ("compute", version.unwrap_or("2.67")),
            (Service::Volume, Some(version)) => ("volume", version),
            _ => return Vec::new(),
        };
        let mut headers = vec![("OpenStack-API-Version".to_owned(), format!("{} {}", version.0, version.1))];
        if self == Service::Compute {
            headers.push(("X-OpenStack-Nova-API-Version".to_owned(), version.1.to_owned()));
        }
        headers
    }
}

/// The conversation. Lives as long as one exported call.
pub struct Cloud {
    auth: Auth,
    token: Option<Token>,
    links: BTreeMap<String, Http>,
    poll_until_ms: u64,
}

impl Cloud {
    /// Nothing is sent before the first request.
    pub fn new(auth: Auth) -> Self {
        let poll_until_ms = clock::elapsed_ms().saturating_add(POLL_CALL_MS);
        Self { auth, token: None, links: BTreeMap::new(), poll_until_ms }
    }

    /// Logs in, once.
    ///
    /// # Errors
    /// `openstack.auth`, `openstack.auth-url`, `openstack.unreachable`.
    pub fn token(&mut self) -> Result<&Token> {
        let token = match self.token.take() {
            Some(token) => token,
            None => self.login()?,
        };
        Ok(self.token.insert(token))
    }

    fn login(&mut self) -> Result<Token> {
        let (origin, request) = keystone::login_request(&self.auth)?;
        let marked = self.open(&origin)?;
        marked.substitute(PASSWORD_MARKER, &Secret::open(PASSWORD_SECRET)?)?;
        let response = marked.send(&request).map_err(|error| unreachable("Keystone", error))?;
        keystone::read_answer(&self.auth, &response)
    }

    fn open(&self, origin: &str) -> Result<Http> {
        let tls = self.auth.cacert.clone().map(|roots| Tls { roots: Some(roots), pinned: None });
        Http::open(origin, tls.as_ref())
    }

    fn link(&mut self, origin: &str) -> Result<&Http> {
        if !self.links.contains_key(origin) {
            let link = self.open(origin)?;
            self.links.insert(origin.to_owned(), link);
        }
        let defect = || Error::other("openstack.state", "a connection that was just opened is gone");
        self.links.get(origin).ok_or_else(defect)
    }

    /// The project that was logged in to.
    ///
    /// # Errors
    /// As [`Cloud::token`].
    pub fn project(&mut self) -> Result<String> {
        Ok(self.token()?.project_id.clone())
    }

    /// Whether the catalog has the service.
    ///
    /// # Errors
    /// `openstack.no-service`, and those of [`Cloud::token`].
    pub fn require(&mut self, service: Service) -> Result<()> {
        self.endpoint(service).map(drop)
    }

    fn endpoint(&mut self, service: Service) -> Result<(String, String)> {
        let auth = self.auth.clone();
        let url = self.token()?.endpoint(service, &auth)?;
        let (origin, mut base) = keystone::split_url(&url)?;
        if !service.version_path().is_empty() && !has_version(&base) {
            base.push_str(service.version_path());
        }
        Ok((origin, base))
    }

    fn send(
        &mut self,
        service: Service,
        version: Option<&str>,
        method: &'static str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Response> {
        let (origin, base) = self.endpoint(service)?;
        let mut request = Request::new(method, format!("{base}{path}"))
            .header("Accept", "application/json")
            .header("X-Auth-Token", self.token()?.id.clone())
            .timeout_ms(REQUEST_TIMEOUT_MS);
        request.headers.extend(service.version_headers(version));
        if let Some(body) = body {
            request = request.json(body)?;
        }
        self.link(&origin)?.send(&request).map_err(|error| unreachable(service.name(), error))
    }

    /// One request whose answer is JSON or nothing (`null`); `version` is a microversion.
    ///
    /// # Errors
    /// One per kind of status; see [`status_error`].
    pub fn call_at(
        &mut self,
        service: Service,
        version: Option<&str>,
        method: &'static str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value> {
        let response = self.send(service, version, method, path, body)?;
        if !(200..300).contains(&response.status) {
            return Err(status_error(service, method, path, &response));
        }
        parse_body(service, method, path, &response.body)
    }

    /// [`Cloud::call_at`] in the usual microversion.
    ///
    /// # Errors
    /// As there.
    pub fn call(
        &mut self,
        service: Service,
        method: &'static str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value> {
        self.call_at(service, None, method, path, body)
    }

    /// One object, or nothing where there is none (404).
    ///
    /// # Errors
    /// As [`Cloud::call_at`], and `openstack.answer` for an answer of another shape.
    pub fn get<T: DeserializeOwned>(&mut self, service: Service, path: &str, key: &str) -> Result<Option<T>> {
        match self.call(service, "GET", path, None) {
            Ok(value) => field(service, path, value, key).map(Some),
            Err(error) if error.code == "openstack.not-found" => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes an object and answers what the service says about it.
    ///
    /// # Errors
    /// As [`Cloud::get`].
    pub fn create<T: DeserializeOwned>(
        &mut self,
        service: Service,
        path: &str,
        key: &str,
        body: &Value,
    ) -> Result<T> {
        let value = self.call(service, "POST", path, Some(body))?;
        field(service, path, value, key)
    }

    /// Deletes; an object that is not there is no error. Answers whether there was one.
    ///
    /// # Errors
    /// As [`Cloud::call_at`].
    pub fn delete(&mut self, service: Service, path: &str) -> Result<bool> {
        match self.call(service, "DELETE", path, None) {
            Ok(_) => Ok(true),
            Err(error) if error.code == "openstack.not-found" => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A whole list, page by page. `path` may hold a query.
    ///
    /// # Errors
    /// As [`Cloud::get`]; `openstack.too-many` past [`PAGES_MAX`] pages.
    pub fn list<T: DeserializeOwned>(&mut self, service: Service, path: &str, key: &str) -> Result<Vec<T>> {
        let mut items = Vec::new();
        let mut marker: Option<String> = None;
        for _ in 0..PAGES_MAX {
            let page = self.call(service, "GET", &page_path(path, marker.as_deref()), None)?;
            let more = page.get(format!("{key}_links")).is_some_and(has_next) || page.get("next").is_some();
            let values: Vec<Value> = field(service, path, page, key)?;
            let last = values.last().and_then(|value| value.get("id")?.as_str().map(str::to_owned));
            for value in values {
                items.push(typed(service, path, value)?);
            }
            match last {
                Some(last) if more && marker.as_deref() != Some(&last) => marker = Some(last),
                _ => return Ok(items),
            }
        }
        Err(Error::other(
            "openstack.too-many",
            format!("{} lists more than {PAGES_MAX} pages of {key}", service.name()),
        ))
    }

    /// A whole list of a service or version that knows no pages.
    ///
    /// # Errors
    /// As [`Cloud::get`].
    pub fn list_unpaged<T: DeserializeOwned>(
        &mut self,
        service: Service,
        path: &str,
        key: &str,
    ) -> Result<Vec<T>> {
        let value = self.call(service, "GET", path, None)?;
        field(service, path, value, key)
    }

    /// Whether this call may still look again; sleeps before it says yes.
    pub fn may_look_again(&mut self) -> bool {
        if clock::elapsed_ms() >= self.poll_until_ms {
            return false;
        }
        clock::sleep_ms(POLL_PAUSE_MS);
        true
    }
}

fn has_version(base: &str) -> bool {
    base.rsplit('/').next().is_some_and(|last| {
        last.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
    })
}

fn has_next(links: &Value) -> bool {
    links
        .as_array()
        .is_some_and(|links| links.iter().any(|link| link.get("rel").is_some_and(|rel| rel == "next")))
}

fn page_path(path: &str, marker: Option<&str>) -> String {
    let separator = if path.contains('?') { '&' } else { '?' };
    let marker = marker.map(|marker| format!("&marker={}", encode(marker))).unwrap_or_default();
    format!("{path}{separator}limit={PAGE_ITEMS}{marker}")
}

/// Escapes for the inside of a query or one path segment.
pub fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn parse_body(service: Service, method: &str, path: &str, body: &[u8]) -> Result<Value> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Value::Null);
    }
    serde_json::from_slice(body).map_err(|error| {
        Error::other(
            "openstack.answer",
            format!("{} answered {method} {path} with something other than JSON", service.name()),
        )
        .cause(error)
    })
}

fn field<T: DeserializeOwned>(service: Service, path: &str, mut value: Value, key: &str) -> Result<T> {
    let inner = if key.is_empty() { value } else { value.get_mut(key).map(Value::take).unwrap_or_default() };
    typed(service, path, inner)
}

fn typed<T: DeserializeOwned>(service: Service, path: &str, value: Value) -> Result<T> {
    serde_json::from_value(value).map_err(|error| {
        Error::other("openstack.answer", format!("{} answered {path} in an unexpected shape", service.name()))
            .cause(error)
    })
}

/// No answer at all: may work later, unless the sandbox refused the request.
pub fn unreachable(service: &str, error: Error) -> Error {
    if error.kind == ErrorKind::Unavailable {
        let code = "openstack.unreachable";
        return Error::unavailable(
            code,
            format!("{service} does not answer; is its endpoint reachable from here?"),
        )
        .caused_by(error);
    }
    error
}

/// What a status other than 2xx means to the caller: 400 and 422 invalid, 401 and 403 denied (or the
/// quota), 404 not found, 409 conflict (or the quota), 413 the quota, 429 and 5xx unavailable.
pub fn status_error(service: Service, method: &str, path: &str, response: &Response) -> Error {
    let detail = detail(&response.body);
    let what = format!("{} refused {method} {}", service.name(), path.split('?').next().unwrap_or(path));
    let error = match response.status {
        413 => quota(service),
        403 | 409 if says_quota(&detail) => quota(service),
        400 | 422 => Error::invalid("openstack.invalid", what),
        401 => Error::denied(
            "openstack.auth",
            format!("{} does not accept the token that Keystone gave", service.name()),
        ),
        403 => Error::denied(
            "openstack.forbidden",
            format!("{what}: the user's roles in this project do not allow it"),
        ),
        404 => Error::not_found("openstack.not-found", what),
        406 => Error::invalid(
            "openstack.too-old",
            format!("{} is older than what gyre needs (Nova 2.67, OpenStack Stein)", service.name()),
        ),
        409 => Error::conflict("openstack.conflict", what),
        429 | 500 | 502 | 503 | 504 => Error::unavailable(
            "openstack.unavailable",
            format!("{} cannot serve {method} {} now (status {})", service.name(), path, response.status),
        ),
        status => Error::other("openstack.status", format!("{what} with status {status}")),
    };
    if detail.is_empty() { error } else { error.cause(detail) }
}

fn says_quota(detail: &str) -> bool {
    let detail = detail.to_lowercase();
    detail.contains("quota")
}

fn quota(service: Service) -> Error {
    let what =
        format!("the project's quota in {} is used up; free something or ask for more", service.name());
    Error::denied("openstack.quota-exceeded", what)
}

/// The sentence inside an error body, whatever its envelope.
pub fn detail(body: &[u8]) -> String {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(value) => find_message(&value, 0).unwrap_or_default(),
        Err(_) => strip_tags(&String::from_utf8_lossy(body)),
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(DETAIL_CHARS_MAX).collect()
}

fn find_message(value: &Value, depth: u8) -> Option<String> {
    let object = value.as_object().filter(|_| depth < 4)?;
    if let Some(message) = object.get("message").and_then(Value::as_str) {
        return Some(message.to_owned());
    }
    object.values().find_map(|inner| find_message(inner, depth + 1))
}

fn strip_tags(text: &str) -> String {
    let mut inside = false;
    let keep = |c: char| {
        let was = inside;
        inside = (inside || c == '<') && c != '>';
        if was || c == '<' { ' ' } else { c }
    };
    text.chars().map(keep).collect()
}
