//! The other end of the API: what can be asked of a server, with the server's own types and errors. Refuses to show
//! anything.

use crate::schedules::*;
use crate::token::Token;
use crate::wire::*;
use bytes::{Bytes, BytesMut};
use gyre_core::error::Context as _;
use gyre_core::{Error, Result, VmSpec};
use gyre_engine::Told;
use gyre_schedule::Change;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// What does not stand for itself in a part of a path.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
/// How long connecting may take.
const CONNECT_TIME: Duration = Duration::from_secs(10);
/// How long an answer may take; the server itself gives up before.
const ANSWER_TIME: Duration = Duration::from_secs(11 * 60);
/// How long a stream may be silent: the server says three times as often that it is there.
const SILENCE: Duration = Duration::from_secs(50);
/// The largest answer.
const ANSWER_BYTES_MAX: usize = 256 * 1024 * 1024;
/// The largest event.
const EVENT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// How often in a row a stream is taken up again that brought nothing.
const RETRIES_MAX: u32 = 5;
/// The pause before that.
const RETRY_PAUSE: Duration = Duration::from_secs(1);

/// A server.
pub struct Client {
    http: reqwest::Client,
    /// `http://127.0.0.1:7766`.
    base: String,
    token: Token,
}

impl Client {
    /// A server at this address, which is asked with this token. Calls nobody.
    ///
    /// # Errors
    /// `server.url`: it is none, or the token would travel to another host in the clear.
    pub fn new(url: &str, token: Token) -> Result<Self> {
        let wrong =
            |cause: String| Error::invalid("server.url", format!("{url:?} is not a server's")).cause(cause);
        let parsed = reqwest::Url::parse(url).map_err(|e| wrong(e.to_string()))?;
        let is_local = is_loopback(&parsed);
        match parsed.scheme() {
            "https" => {}
            "http" if is_local => {}
            "http" => return Err(wrong("a token is sent to other hosts by https alone".into())),
            _ => return Err(wrong("it begins with http:// or https://".into())),
        }
        let mut http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIME)
            .read_timeout(ANSWER_TIME)
            .redirect(reqwest::redirect::Policy::none());
        if is_local {
            http = http.no_proxy();
        }
        let http = http.build().or_other("server.client", || "no client can be made".into())?;
        Ok(Self { http, base: url.trim_end_matches('/').to_owned(), token })
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.base
    }

    /// Replicas, by name.
    ///
    /// # Errors
    /// `server.*`, and whatever the server answers; so do all that follow.
    pub async fn replicas(&self, query: &ReplicaQuery) -> Result<ReplicaPage> {
        self.get("/v1/replicas", query).await
    }

    /// A replica, or those below the name.
    pub async fn replica(&self, name: &str) -> Result<ReplicaView> {
        self.get(&format!("/v1/replicas/{}", part(name)), &Nothing {}).await
    }

    /// Notes replicas.
    pub async fn create(&self, new: &Create) -> Result<ReplicaPage> {
        self.send(Method::POST, "/v1/replicas", new).await
    }

    /// Begins an execution of a replica, or of each below the name.
    pub async fn execute(&self, name: &str, execute: Execute) -> Result<Accepted> {
        self.send(Method::POST, &format!("/v1/replicas/{}/execute", part(name)), &execute).await
    }

    /// Begins a deployment.
    pub async fn deploy(&self, name: &str, deploy: &Deploy) -> Result<Accepted> {
        self.send(Method::POST, &format!("/v1/replicas/{}/deploy", part(name)), deploy).await
    }

    /// Begins a verification.
    pub async fn verify(&self, name: &str) -> Result<Accepted> {
        self.send(Method::POST, &format!("/v1/replicas/{}/verify", part(name)), &Nothing {}).await
    }

    /// Begins a deletion.
    pub async fn delete(&self, name: &str) -> Result<Accepted> {
        self.send(Method::DELETE, &format!("/v1/replicas/{}", part(name)), &Nothing {}).await
    }

    /// Begins a migration of each machine.
    pub async fn migrate(&self, migrate: &Migrate) -> Result<Accepted> {
        self.send(Method::POST, "/v1/migrations", migrate).await
    }

    /// Jobs, the newest first.
    pub async fn jobs(&self, query: &JobQuery) -> Result<JobPage> {
        self.get("/v1/jobs", query).await
    }

    /// One job.
    pub async fn job(&self, id: &str) -> Result<JobView> {
        self.get(&format!("/v1/jobs/{}", part(id)), &Nothing {}).await
    }

    /// What happened in a job.
    pub async fn events(&self, id: &str, query: &EventQuery) -> Result<EventPage> {
        self.get(&format!("/v1/jobs/{}/events", part(id)), query).await
    }

    /// Deals with a job.
    pub async fn deal(&self, id: &str, deal: Deal) -> Result<Accepted> {
        self.send(Method::POST, &format!("/v1/jobs/{}/{}", part(id), deal.name()), &Nothing {}).await
    }

    /// Schedules, by name.
    pub async fn schedules(&self, query: &ScheduleQuery) -> Result<SchedulePage> {
        self.get("/v1/schedules", query).await
    }

    /// One schedule.
    pub async fn schedule(&self, name: &str) -> Result<ScheduleView> {
        self.get(&schedule(name, ""), &Nothing {}).await
    }

    /// Makes a schedule.
    pub async fn create_schedule(&self, new: &CreateSchedule) -> Result<ScheduleView> {
        self.send(Method::POST, "/v1/schedules", new).await
    }

    /// Changes a schedule.
    pub async fn change_schedule(&self, name: &str, change: &Change) -> Result<ScheduleView> {
        self.send(Method::PATCH, &schedule(name, ""), change).await
    }

    /// Deals with a schedule.
    pub async fn deal_with_schedule(&self, name: &str, deal: ScheduleDeal) -> Result<ScheduleView> {
        let (method, verb) = match deal {
            ScheduleDeal::Pause => (Method::POST, "/pause"),
            ScheduleDeal::Resume => (Method::POST, "/resume"),
            ScheduleDeal::Run => (Method::POST, "/run"),
            ScheduleDeal::Delete => (Method::DELETE, ""),
        };
        self.send(method, &schedule(name, verb), &Nothing {}).await
    }

    /// The next planned times of a schedule.
    pub async fn times(&self, name: &str, query: &TimesQuery) -> Result<PlannedTimes> {
        self.get(&schedule(name, "/times"), query).await
    }

    /// Sources, by name.
    pub async fn sources(&self) -> Result<EndpointPage> {
        self.get("/v1/sources", &Nothing {}).await
    }

    /// The machines of a source.
    pub async fn machines(&self, source: &str, query: &MachineQuery) -> Result<MachinePage> {
        self.get(&format!("/v1/sources/{}/machines", part(source)), query).await
    }

    /// One machine of a source.
    pub async fn machine(&self, source: &str, id: &str) -> Result<VmSpec> {
        self.get(&format!("/v1/sources/{}/machines/{}", part(source), part(id)), &Nothing {}).await
    }

    /// Asks whether endpoints are ready for a job.
    pub async fn check(&self, check: &Check) -> Result<CheckAnswer> {
        self.send(Method::POST, "/v1/check", check).await
    }

    /// Tells what happens in a job after an event, until nobody works on it any more. A stream that breaks off is taken
    /// up where it was.
    pub async fn follow(&self, id: &str, after: u64, tell: &(dyn Fn(&Told) + Sync)) -> Result<End> {
        let (mut after, mut failures) = (after, 0);
        loop {
            let before = after;
            let error = match self.read_stream(id, &mut after, tell).await {
                Ok(Some(end)) => return Ok(end),
                Ok(None) => None,
                Err(error) if error.code == "server.unreachable" => Some(error),
                Err(error) => return Err(error),
            };
            failures = if after > before { 0 } else { failures + 1 };
            if failures > RETRIES_MAX {
                let what = format!("what happens in job {id} is not told any more");
                let broken = || Error::unavailable("server.unreachable", "the server ends its streams");
                return Err(error.unwrap_or_else(broken).during(what));
            }
            tokio::time::sleep(RETRY_PAUSE).await;
        }
    }

    async fn read_stream(
        &self,
        id: &str,
        after: &mut u64,
        tell: &(dyn Fn(&Told) + Sync),
    ) -> Result<Option<End>> {
        let path = format!("/v1/jobs/{}/stream?after={after}", part(id));
        let mut response = self.checked(self.request(Method::GET, &path).send().await).await?;
        let mut lines = Lines::default();
        loop {
            let chunk = tokio::time::timeout(SILENCE, response.chunk()).await;
            let chunk = chunk.map_err(|_| self.unreachable("the stream is silent"))?;
            let Some(chunk) = chunk.map_err(|e| self.unreachable(causes(&e)))? else { return Ok(None) };
            for event in lines.push(&chunk)? {
                if event.is_end {
                    return parse(event.data.as_bytes()).map(Some);
                }
                let told: Told = parse(event.data.as_bytes())?;
                *after = told.seq;
                tell(&told);
            }
        }
    }

    async fn get<Q: Serialize, A: DeserializeOwned>(&self, path: &str, query: &Q) -> Result<A> {
        let query = serde_urlencoded::to_string(query)
            .or_other("server.client", || "the request cannot be written down".into())?;
        let path = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        let response = self.checked(self.request(Method::GET, &path).send().await).await?;
        parse(&self.whole(response).await?)
    }

    async fn send<B: Serialize, A: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: &B,
    ) -> Result<A> {
        let body = serde_json::to_vec(body)
            .or_other("server.client", || "the request cannot be written down".into())?;
        let request = self.request(method, path).header("content-type", "application/json").body(body);
        let response = self.checked(request.send().await).await?;
        parse(&self.whole(response).await?)
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http.request(method, format!("{}{path}", self.base)).header("authorization", self.token.bearer())
    }

    /// An answer that is no error of the server.
    async fn checked(&self, answered: reqwest::Result<Response>) -> Result<Response> {
        let response = answered.map_err(|e| self.unreachable(causes(&e)))?;
        let status = response.status();
        if status.is_success() {
            return Ok(response);
        }
        let body = self.whole(response).await?;
        let strange = || {
            let what = format!("{} answers {status}, and not as gyre does", self.base);
            Error::other("server.answer", what)
        };
        Err(serde_json::from_slice::<Error>(&body).unwrap_or_else(|_| strange()))
    }

    async fn whole(&self, mut response: Response) -> Result<Bytes> {
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| self.unreachable(causes(&e)))? {
            body.extend_from_slice(&chunk);
            if body.len() > ANSWER_BYTES_MAX {
                let what = format!("an answer of {} is larger than {ANSWER_BYTES_MAX} bytes", self.base);
                return Err(Error::other("server.answer", what));
            }
        }
        Ok(body.freeze())
    }

    fn unreachable(&self, cause: impl std::fmt::Display) -> Error {
        let what = format!("the server {} cannot be reached", self.base);
        Error::unavailable("server.unreachable", what).cause(cause)
    }
}

/// Whether a URL leads to this host and no other.
fn is_loopback(url: &reqwest::Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// The last cause says most; URLs are said already.
fn causes(error: &reqwest::Error) -> String {
    let mut cause: &dyn std::error::Error = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}

fn schedule(name: &str, more: &str) -> String {
    format!("/v1/schedules/{}{more}", part(name))
}

fn part(name: &str) -> String {
    utf8_percent_encode(name, PART).to_string()
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_json::from_slice(body)
        .or_other("server.answer", || "the server's answer is not one of this version of gyre".into())
}

/// An event of a stream.
#[derive(Debug, Default, PartialEq)]
struct SentEvent {
    is_end: bool,
    data: String,
}

/// Puts events together out of the pieces in which they come.
#[derive(Default)]
struct Lines {
    rest: Vec<u8>,
    event: SentEvent,
}

impl Lines {
    /// The events that a piece completes.
    fn push(&mut self, piece: &[u8]) -> Result<Vec<SentEvent>> {
        self.rest.extend_from_slice(piece);
        let mut events = Vec::new();
        while let Some(end) = self.rest.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.rest.drain(..=end).collect();
            events.extend(self.line(String::from_utf8_lossy(&line).trim_end()));
        }
        if self.rest.len() + self.event.data.len() > EVENT_BYTES_MAX {
            let what = format!("an event of the server is larger than {EVENT_BYTES_MAX} bytes");
            return Err(Error::other("server.answer", what));
        }
        Ok(events)
    }

    /// An empty line ends an event; one without data is none.
    fn line(&mut self, line: &str) -> Option<SentEvent> {
        if line.is_empty() {
            let event = std::mem::take(&mut self.event);
            return (!event.data.is_empty()).then_some(event);
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "event" => self.event.is_end = value == "end",
            "data" => self.event.data.push_str(value),
            _ => {}
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_put_together_from_any_pieces() {
        let text = "retry: 1000\n\nid: 3\ndata: {\"a\":1}\n\n: still here\n\nid: 4\r\ndata:{\"b\":\"ä\"}\r\n\r\nevent: end\ndata: {}\n\n";
        let event = |is_end, data: &str| SentEvent { is_end, data: data.into() };
        let expected = [event(false, "{\"a\":1}"), event(false, "{\"b\":\"ä\"}"), event(true, "{}")];
        for size in 1..text.len() {
            let mut lines = Lines::default();
            let found: Vec<_> =
                text.as_bytes().chunks(size).flat_map(|piece| lines.push(piece).unwrap()).collect();
            assert_eq!(found, expected, "pieces of {size}");
        }
        let endless = Lines::default().push(&vec![b'x'; EVENT_BYTES_MAX + 1]);
        assert_eq!(endless.unwrap_err().code, "server.answer");
    }

    #[test]
    fn a_token_does_not_travel_in_the_clear() {
        let directory = tempfile::tempdir().unwrap();
        let token = crate::TokenFile(directory.path().join("t")).read_or_create().unwrap();
        let code = |url: &str| Client::new(url, token.clone()).err().map(|error| error.code);
        for bad in ["http://192.0.2.1:7766", "http://gyre.example", "ftp://localhost", "localhost:7766", ""] {
            assert_eq!(code(bad).as_deref(), Some("server.url"), "{bad:?}");
        }
        assert_eq!(part("web/db 1"), "web%2Fdb%201");
    }
}
