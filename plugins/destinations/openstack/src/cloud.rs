//! One call's conversation with one cloud: logs in when first needed, finds the endpoint of each
//! service, sends requests, turns answers into values or errors, follows pages and waits. Knows the
//! manners of OpenStack's APIs and none of their nouns.

use crate::contract::{Error, ErrorKind, Explain, Http, Request, Response, Result, Secret, Tls, clock};
use crate::keystone::{self, Auth, Token};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;

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
/// The longest pause that a service may ask for with `Retry-After`, milliseconds.
const RETRY_AFTER_MS_MAX: u32 = 300_000;
/// Nova's microversion of every request that needs no other: 2.67 (Stein) is the first that takes a
/// volume type for the root disk of a worker.
pub const NOVA_VERSION: Microversion = Microversion(2, 67);
/// Logins of one call: its own, and one more where its token is refused.
const LOGINS_MAX: u32 = 2;
/// Stands in the login for the password, which only the host knows.
pub const PASSWORD_MARKER: &str = "gyre-os-password-marker";
/// Code of the host's refusal to send anything to an address.
const NOT_GRANTED: &str = "grant.http";
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

    /// Microversion header. Cinder's base version has all but `revert` and `messages`.
    fn version_headers(self, version: Option<Microversion>) -> Vec<(String, String)> {
        let (name, version) = match (self, version) {
            (Service::Compute, version) => ("compute", version.unwrap_or(NOVA_VERSION)),
            (Service::Volume, Some(version)) => ("volume", version),
            _ => return Vec::new(),
        };
        let mut headers = vec![("OpenStack-API-Version".to_owned(), format!("{name} {version}"))];
        if self == Service::Compute {
            headers.push(("X-OpenStack-Nova-API-Version".to_owned(), version.to_string()));
        }
        headers
    }
}

/// A version of a service's API within its major one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Microversion(pub u32, pub u32);

impl Microversion {
    /// `2.67`.
    pub fn parse(text: &str) -> Option<Self> {
        let (major, minor) = text.split_once('.')?;
        Some(Self(major.parse().ok()?, minor.parse().ok()?))
    }
}

impl fmt::Display for Microversion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0, self.1)
    }
}

/// The oldest and the newest version that a service speaks.
pub type Versions = RangeInclusive<Microversion>;

/// The conversation. Lives as long as one exported call.
pub struct Cloud {
    auth: Auth,
    token: Option<Token>,
    links: BTreeMap<String, Http>,
    poll_until_ms: u64,
    logins: u32,
    retry_after_ms: Option<u32>,
}

impl Cloud {
    /// Nothing is sent before the first request.
    pub fn new(auth: Auth) -> Self {
        let poll_until_ms = clock::elapsed_ms().saturating_add(POLL_CALL_MS);
        Self { auth, token: None, links: BTreeMap::new(), poll_until_ms, logins: 0, retry_after_ms: None }
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
        self.logins = self.logins.saturating_add(1);
        let (origin, request) = keystone::login_request(&self.auth)?;
        let marked = self.open(&origin).map_err(|error| with_all_ports(&origin, error))?;
        marked.substitute(PASSWORD_MARKER, &Secret::open(PASSWORD_SECRET)?)?;
        let response = marked.send(&request).map_err(|error| unreachable("Keystone", error))?;
        self.retry_after_ms = retry_after_ms(&response);
        keystone::read_answer(&self.auth, &response)
    }

    fn open(&self, origin: &str) -> Result<Http> {
        let tls = self.auth.cacert.clone().map(|roots| Tls { roots: Some(roots), pinned: None });
        Http::open(origin, tls.as_ref())
    }

    /// The address that this host reaches the cloud from.
    ///
    /// # Errors
    /// Kind unavailable when there is no route.
    pub fn own_address(&self) -> Result<String> {
        self.open(&self.auth.auth_url)?.local_address()
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

    /// Whether the region is one that the services are in.
    ///
    /// # Errors
    /// `openstack.no-service`, and those of [`Cloud::token`].
    pub fn region(&mut self) -> Result<()> {
        let auth = self.auth.clone();
        self.token()?.region(&auth)
    }

    /// The services that this plugin is not granted to speak to, each with its address; nothing is sent.
    ///
    /// # Errors
    /// Those of the login, and whatever else an address is refused for.
    pub fn not_granted(&mut self) -> Result<Vec<(Service, String)>> {
        let mut refused = Vec::new();
        for service in Service::ALL {
            // One that is not in the catalog has no address.
            let Ok((origin, _)) = self.endpoint(service) else { continue };
            match self.link(&origin).err() {
                Some(error) if error.code == NOT_GRANTED => refused.push((service, origin)),
                Some(error) => return Err(error),
                None => {}
            }
        }
        Ok(refused)
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

    /// Sends, and once more with a new token where the service does not accept the one that it got:
    /// such a request was not served, so it cannot make anything twice.
    fn send(&mut self, service: Service, mut request: Request) -> Result<Response> {
        let (origin, base) = self.endpoint(service)?;
        request.path.insert_str(0, &base);
        let response = self.send_once(service, &origin, request.clone())?;
        if response.status != 401 || self.logins >= LOGINS_MAX {
            return Ok(response);
        }
        self.token = None;
        self.send_once(service, &origin, request)
    }

    fn send_once(&mut self, service: Service, origin: &str, request: Request) -> Result<Response> {
        let request = request.header("X-Auth-Token", self.token()?.id.clone()).timeout_ms(REQUEST_TIMEOUT_MS);
        self.retry_after_ms = None;
        let response =
            self.link(origin)?.send(&request).map_err(|error| unreachable(service.name(), error))?;
        self.retry_after_ms = retry_after_ms(&response);
        Ok(response)
    }

    /// How long the service that answered last asked to be left alone, where it cannot serve now.
    pub const fn retry_after_ms(&self) -> Option<u32> {
        self.retry_after_ms
    }

    /// Which microversions a service speaks; none where it does not say so, or may not be asked.
    ///
    /// # Errors
    /// Those of [`Cloud::token`], and `openstack.unreachable`.
    pub fn versions(&mut self, service: Service) -> Result<Option<Versions>> {
        let (origin, base) = self.endpoint(service)?;
        let Some(root) = version_root(&base) else { return Ok(None) };
        let request = Request::get(format!("{root}/")).header("Accept", "application/json");
        let response = match self.send_once(service, &origin, request) {
            // What is granted may be the project's part of the service alone.
            Err(error) if error.kind == ErrorKind::Denied => return Ok(None),
            other => other?,
        };
        Ok(serde_json::from_slice(&response.body).ok().and_then(|value| newest_range(&value)))
    }

    /// One request whose answer is JSON or nothing (`null`); `version` is a microversion.
    ///
    /// # Errors
    /// One per kind of status; see [`status_error`].
    pub fn call_at(
        &mut self,
        service: Service,
        version: Option<Microversion>,
        method: &'static str,
        path: &str,
        body: Option<&Value>,
    ) -> Result<Value> {
        let mut request = Request::new(method, path).header("Accept", "application/json");
        request.headers.extend(service.version_headers(version));
        if let Some(body) = body {
            request = request.json(body)?;
        }
        let response = self.send(service, request)?;
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

    /// [`Cloud::get`] of what a policy may hide from a user without special rights: nothing, then.
    ///
    /// # Errors
    /// As there, but for a refusal.
    pub fn get_visible<T: DeserializeOwned>(
        &mut self,
        service: Service,
        path: &str,
        key: &str,
    ) -> Result<Option<T>> {
        match self.get(service, path, key) {
            Err(error) if error.code == "openstack.forbidden" => Ok(None),
            other => other,
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
    base.rsplit('/').next().is_some_and(is_version)
}

fn is_version(segment: &str) -> bool {
    segment.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// The front of a base up to its version: some catalogs have the project's id behind it.
fn version_root(base: &str) -> Option<&str> {
    if has_version(base) {
        return Some(base);
    }
    let (front, _) = base.rsplit_once('/')?;
    has_version(front).then_some(front)
}

/// Nova answers `version`, Cinder `versions`.
fn newest_range(answer: &Value) -> Option<Versions> {
    let listed = answer.get("versions").and_then(Value::as_array).into_iter().flatten();
    let range = |version: &Value| {
        let number = |key: &str| Microversion::parse(version.get(key)?.as_str()?);
        Some(number("min_version")?..=number("version")?)
    };
    answer.get("version").into_iter().chain(listed).filter_map(range).max_by_key(|range| *range.end())
}

/// Seconds are what OpenStack's services and their proxies send; a date is not heeded.
fn retry_after_ms(response: &Response) -> Option<u32> {
    if !matches!(response.status, 413 | 429 | 503) {
        return None;
    }
    let seconds: u32 = response.header("retry-after")?.trim().parse().ok()?;
    (seconds > 0).then(|| seconds.saturating_mul(1000).min(RETRY_AFTER_MS_MAX))
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

/// Only Keystone knows where the others are, and one grant is mostly enough for all of them.
fn with_all_ports(origin: &str, error: Error) -> Error {
    if error.code != NOT_GRANTED {
        return error;
    }
    let is_port = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let host = origin.rsplit_once(':').filter(|(_, port)| is_port(port)).map_or(origin, |(host, _)| host);
    error.cause(format!(
        "the services that Keystone lists are told next; where they are other ports of its host, \"{host}:*\" allows all"
    ))
}

/// What a status other than 2xx means to the caller: 400 and 422 invalid, 401 and 403 denied (or the
/// quota), 404 not found, 409 conflict (or the quota), 413 the quota (or, with a time to wait, the rate),
/// 408, 429 and 5xx unavailable.
pub fn status_error(service: Service, method: &str, path: &str, response: &Response) -> Error {
    let detail = detail(&response.body);
    let short = path.split('?').next().unwrap_or(path);
    let what = format!("{} refused {method} {short}", service.name());
    let error = match response.status {
        413 if retry_after_ms(response).is_none() => quota(service),
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
        408 | 413 | 429 | 500 | 502 | 503 | 504 => Error::unavailable(
            "openstack.unavailable",
            format!("{} cannot serve {method} {short} now (status {})", service.name(), response.status),
        ),
        status => Error::other("openstack.status", format!("{what} with status {status}")),
    };
    if detail.is_empty() { error } else { error.cause(detail) }
}

/// A refusal by policy may name a rule about quotas.
fn says_quota(detail: &str) -> bool {
    let detail = detail.to_lowercase();
    detail.contains("quota") && detail.contains("exceed")
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

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answer(status: u16, retry_after: &str) -> Response {
        Response::new(status, "{}").with_header("Retry-After", retry_after)
    }

    #[test]
    fn a_service_may_ask_for_a_pause_of_limited_length() {
        assert_eq!(retry_after_ms(&answer(429, "17")), Some(17_000));
        assert_eq!(retry_after_ms(&answer(503, "86400")), Some(RETRY_AFTER_MS_MAX));
        for (status, text) in [(429, "0"), (429, "-1"), (429, "Fri, 31 Dec 2027 23:59:59 GMT"), (200, "5")] {
            assert_eq!(retry_after_ms(&answer(status, text)), None, "{status} {text}");
        }
    }

    #[test]
    fn rates_quotas_and_policies_are_told_apart() {
        let code = |status: u16, retry: &str, message: &str| {
            let mut response = answer(status, retry);
            response.body = json!({ "x": { "message": message } }).to_string().into_bytes();
            status_error(Service::Compute, "POST", "/servers", &response).code
        };
        assert_eq!(code(413, "0", "VolumeLimitExceeded"), "openstack.quota-exceeded");
        assert_eq!(code(413, "20", "Only 10 requests a minute"), "openstack.unavailable");
        assert_eq!(code(403, "0", "Quota exceeded for cores"), "openstack.quota-exceeded");
        assert_eq!(code(403, "0", "Policy does not allow os-quota-sets:show"), "openstack.forbidden");
    }

    #[test]
    fn versions_are_read_as_nova_and_as_cinder_say_them() {
        let nova = json!({ "version": { "id": "v2.1", "version": "2.96", "min_version": "2.1" } });
        assert_eq!(newest_range(&nova), Some(Microversion(2, 1)..=Microversion(2, 96)));
        let cinder = json!({ "versions": [
            { "id": "v2.0", "version": "", "min_version": "" },
            { "id": "v3.0", "version": "3.71", "min_version": "3.0" },
        ] });
        assert_eq!(newest_range(&cinder), Some(Microversion(3, 0)..=Microversion(3, 71)));
        assert_eq!(newest_range(&json!({ "versions": 3 })), None);
        assert!(Microversion(2, 100) > Microversion(2, 67));
    }

    #[test]
    fn the_version_stands_last_or_before_the_project() {
        assert_eq!(version_root("/compute/v2.1"), Some("/compute/v2.1"));
        assert_eq!(version_root("/v3/0123abcd"), Some("/v3"));
        assert_eq!(version_root("/volume"), None);
    }
}
