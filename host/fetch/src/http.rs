//! One HTTP client for all of this crate: the system's roots, few redirects and none that gives up TLS, and no body
//! without a limit.

use crate::place::is_loopback;
use gyre_core::error::Context as _;
use gyre_core::{ByteSize, Error, Kind, Result};
use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Client, Method, Response, StatusCode, Url, redirect};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;
use std::time::Duration;

const REDIRECTS_MAX: usize = 5;
/// Until a connection stands.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
/// Between two pieces of an answer.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// Of a whole answer: 64 MiB at 128 KiB/s.
const TIMEOUT: Duration = Duration::from_secs(600);

pub(crate) struct Web(Client);

impl Web {
    pub(crate) fn new() -> Result<Self> {
        let client = Client::builder()
            .tls_backend_preconfigured(tls()?)
            .redirect(redirect::Policy::custom(follow))
            .connect_timeout(CONNECT_TIMEOUT)
            .read_timeout(READ_TIMEOUT)
            .timeout(TIMEOUT)
            .user_agent(concat!("gyre/", env!("CARGO_PKG_VERSION")))
            .build();
        client.map(Self).or_other("fetch.client", || "an HTTP client cannot be made".into())
    }

    /// The body of what is there, asked for with this login. The client drops a login where a redirect leads to another
    /// host or port.
    ///
    /// # Errors
    /// `fetch.missing`, `fetch.denied`, `fetch.certificate`, `fetch.failed`, `fetch.too-large`.
    pub(crate) async fn get(&self, url: &Url, login: Option<&HeaderValue>, limit: u64) -> Result<Vec<u8>> {
        let headers = login.map(|login| (AUTHORIZATION, login.clone()));
        let response = self.send(url, headers.into_iter().collect()).await?;
        body(good(response)?, limit).await
    }

    /// Whatever is answered.
    ///
    /// # Errors
    /// `fetch.certificate`, `fetch.failed`.
    pub(crate) async fn send(&self, url: &Url, headers: HeaderMap) -> Result<Response> {
        self.ask(Method::GET, url, headers, Vec::new()).await
    }

    /// The same of any request.
    ///
    /// # Errors
    /// `fetch.certificate`, `fetch.failed`.
    pub(crate) async fn ask(
        &self,
        method: Method,
        url: &Url,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Response> {
        let request = self.0.request(method, url.clone()).headers(headers);
        request.body(body).send().await.map_err(|error| broken(url, &error))
    }
}

/// The answer, if it is one of success.
pub(crate) fn good(response: Response) -> Result<Response> {
    let (status, url) = (response.status(), response.url());
    if status.is_success() {
        return Ok(response);
    }
    let (kind, code) = match status {
        StatusCode::NOT_FOUND | StatusCode::GONE => (Kind::NotFound, "fetch.missing"),
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => (Kind::Denied, "fetch.denied"),
        _ if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            (Kind::Unavailable, "fetch.failed")
        }
        _ => (Kind::Other, "fetch.failed"),
    };
    Err(Error::new(kind, code, format!("{} answers {status}", shown(url))))
}

/// The whole body of an answer.
pub(crate) async fn body(mut response: Response, limit: u64) -> Result<Vec<u8>> {
    let url = response.url().clone();
    let too_large = || {
        let what = format!("{} is larger than {}", shown(&url), ByteSize(limit));
        Err(Error::invalid("fetch.too-large", what))
    };
    if response.content_length().is_some_and(|length| length > limit) {
        return too_large();
    }
    let mut bytes = Vec::new();
    while let Some(piece) = response.chunk().await.map_err(|error| broken(&url, &error))? {
        if (bytes.len() + piece.len()) as u64 > limit {
            return too_large();
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

/// Without its query, which may hold what opens it.
fn shown(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}

fn broken(url: &Url, error: &reqwest::Error) -> Error {
    let kind = if error.is_redirect() { Kind::Other } else { Kind::Unavailable };
    let error: &dyn std::error::Error = error;
    let causes = std::iter::successors(error.source(), |error| error.source());
    if let Some(why) = causes.clone().find_map(distrust) {
        let what = format!("the certificate of {} is not trusted", shown(url));
        return Error::denied("fetch.certificate", what).cause(why);
    }
    let what = format!("{} cannot be reached", shown(url));
    causes.fold(Error::new(kind, "fetch.failed", what), |all, cause| all.cause(cause))
}

/// What is wrong with a certificate. An I/O error hides what it was made from, which may be another one.
fn distrust(cause: &(dyn std::error::Error + 'static)) -> Option<String> {
    if let Some(tls @ rustls::Error::InvalidCertificate(_)) = cause.downcast_ref() {
        return Some(tls.to_string());
    }
    distrust(cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref)?)
}

fn follow(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let (next, previous) = (attempt.url(), attempt.previous());
    let was_plain = |url: &Url| url.scheme() != "https" && is_loopback(url);
    let may_be_plain = previous.iter().all(was_plain) && is_loopback(next);
    if previous.len() > REDIRECTS_MAX {
        return attempt.error(format!("it redirects more than {REDIRECTS_MAX} times"));
    }
    if next.scheme() != "https" && !may_be_plain {
        return attempt.error("it redirects to what is not HTTPS");
    }
    attempt.follow()
}

fn tls() -> Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .or_other("fetch.client", || "TLS cannot be set up".into())?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}
