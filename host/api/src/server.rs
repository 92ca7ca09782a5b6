//! The server: how many connections, how large a request, how long an answer. Refuses to know what is asked: a
//! request is let in by [`Gate`] and answered by its route.

use crate::gate::Gate;
use crate::metrics::Metrics;
use crate::route::{Body, Call, JSON, Reply, Route, find};
use crate::routes::routes;
use crate::schedules::Planner;
use crate::site::Site;
use crate::tasks::Tasks;
use bytes::Bytes;
use gyre_core::{Error, Kind, Result};
use gyre_engine::Engine;
use gyre_schedule::Schedules;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue, WWW_AUTHENTICATE};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Connections at once; the next ones wait.
const CONNECTIONS_MAX: usize = 512;
/// Streams of events at once.
const STREAMS_MAX: usize = 256;
/// Bytes of a request's body: the options of a thousand machines.
const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Bytes of a request's first line and headers.
const HEAD_BYTES_MAX: usize = 64 * 1024;
/// Headers of a request.
const HEADERS_MAX: usize = 64;
/// How long a client may take to say what it wants, TLS included.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// How long it may take to send a body.
const BODY_TIME: Duration = Duration::from_secs(60);
/// How long an answer may take: describing a thousand machines asks their source a thousand times.
const ANSWER_TIME: Duration = Duration::from_secs(10 * 60);
/// How long a connection lasts at most, whatever its client reads.
const CONNECTION_TIME: Duration = Duration::from_secs(60 * 60);
/// How long answers that are on their way may take when the server ends.
const LAST_ANSWERS_TIME: Duration = Duration::from_secs(5);
/// Pause after a connection could not be accepted.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// What all requests share.
pub struct Api {
    /// The jobs.
    pub engine: Engine,
    /// Those that are worked on here.
    pub tasks: Arc<Tasks>,
    /// When they are begun without being asked for.
    pub schedules: Schedules,
    /// The configuration.
    pub site: Arc<dyn Site>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Cancelled when streams are to end.
    pub closing: CancellationToken,
    gate: Gate,
    routes: Vec<Route>,
    streams: Arc<Semaphore>,
}

impl Api {
    /// An API over these parts.
    pub fn new(
        engine: Engine,
        tasks: Arc<Tasks>,
        schedules: Schedules,
        site: Arc<dyn Site>,
        metrics: Arc<Metrics>,
        gate: Gate,
    ) -> Arc<Self> {
        let (closing, streams) = (CancellationToken::new(), Arc::new(Semaphore::new(STREAMS_MAX)));
        Arc::new(Self { engine, tasks, schedules, site, metrics, closing, gate, routes: routes(), streams })
    }

    /// The schedules as requests use them.
    pub(crate) fn planner(&self) -> Planner<'_> {
        Planner { schedules: &self.schedules, engine: &self.engine, site: &*self.site }
    }

    /// Streams of events that are read.
    pub(crate) fn streams(&self) -> usize {
        STREAMS_MAX.saturating_sub(self.streams.available_permits())
    }

    pub(crate) fn stream_permit(&self) -> Result<OwnedSemaphorePermit> {
        self.streams.clone().try_acquire_owned().map_err(|_| {
            Error::unavailable("api.busy", format!("{STREAMS_MAX} streams of events are read already"))
        })
    }

    /// Answers a request, whatever it is.
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Response<Body> {
        let method = request.method().clone();
        let (route, answered) = match self.admit(&request) {
            Ok((route, path)) => (route.path, self.respond(route, path, request).await),
            Err(error) => ("", Err(error)),
        };
        let response = answered.unwrap_or_else(|error| failure(&error));
        // The methods that are counted are those of the table.
        let method = if route.is_empty() { "" } else { method.as_str() };
        self.metrics.request(method, route, response.status().as_u16());
        response
    }

    /// Who is not let in learns nothing of what there is.
    fn admit(&self, request: &Request<Incoming>) -> Result<(&Route, Vec<String>)> {
        self.gate.check_host(request)?;
        let found = find(&self.routes, request.method(), request.uri().path());
        if !found.as_ref().is_ok_and(|(route, _)| route.is_open) {
            self.gate.check_token(request.headers())?;
        }
        found
    }

    /// Whoever goes away before the answer does not stop what was asked for.
    async fn respond(
        self: &Arc<Self>,
        route: &Route,
        path: Vec<String>,
        request: Request<Incoming>,
    ) -> Result<Response<Body>> {
        let (head, body) = request.into_parts();
        let query = head.uri.query().unwrap_or_default().to_owned();
        let body = read(body).await?;
        let call = Call { api: self.clone(), path, query, headers: head.headers, body };
        let work = tokio::spawn(route.respond(call));
        let reply = tokio::time::timeout(ANSWER_TIME, work).await.map_err(|_| {
            let what =
                format!("there was no answer in {} s; what was asked for goes on", ANSWER_TIME.as_secs());
            Error::unavailable("api.time-out", what)
        })?;
        let reply = reply.map_err(|e| Error::other("api.defect", "the answer broke off").cause(e))??;
        let body = match reply {
            Reply::Whole(bytes) => full(bytes),
            Reply::Stream(body) => body,
        };
        Ok(response(route.status, route.content, body))
    }
}

async fn read(body: Incoming) -> Result<Bytes> {
    let read = tokio::time::timeout(BODY_TIME, Limited::new(body, BODY_BYTES_MAX).collect());
    let read = read.await.map_err(|_| {
        let what = format!("the body of the request did not come in {} s", BODY_TIME.as_secs());
        Error::unavailable("api.time-out", what)
    })?;
    Ok(read.map_err(|error| refused(&*error))?.to_bytes())
}

fn refused(error: &(dyn std::error::Error + Send + Sync + 'static)) -> Error {
    if error.is::<http_body_util::LengthLimitError>() {
        return Error::invalid("api.too-large", format!("a body has at most {BODY_BYTES_MAX} bytes"));
    }
    Error::invalid("api.request", "the body of the request broke off").cause(error)
}

fn full(bytes: Bytes) -> Body {
    Full::new(bytes).boxed_unsync()
}

fn response(status: StatusCode, content: &'static str, body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

fn failure(error: &Error) -> Response<Body> {
    let body = serde_json::to_vec(error).unwrap_or_default();
    let status = status(error);
    let mut response = response(status, JSON, full(body.into()));
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if status == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, POST, PATCH, DELETE"));
    }
    response
}

/// The status that goes with an error: its kind's, unless the API itself has a word for it.
fn status(error: &Error) -> StatusCode {
    match (error.code.as_str(), error.kind) {
        ("api.token", _) => StatusCode::UNAUTHORIZED,
        ("api.method", _) => StatusCode::METHOD_NOT_ALLOWED,
        ("api.too-large", _) => StatusCode::PAYLOAD_TOO_LARGE,
        ("api.host", _) => StatusCode::MISDIRECTED_REQUEST,
        (_, Kind::Invalid) => StatusCode::BAD_REQUEST,
        (_, Kind::Denied) => StatusCode::FORBIDDEN,
        (_, Kind::NotFound) => StatusCode::NOT_FOUND,
        (_, Kind::Conflict | Kind::Cancelled) => StatusCode::CONFLICT,
        (_, Kind::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
        (_, Kind::Other) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// Listens and answers.
pub struct Server {
    /// What is answered.
    pub api: Arc<Api>,
    /// What connections are accepted with; none: as they are.
    pub tls: Option<TlsAcceptor>,
    connections: TaskTracker,
}

impl Server {
    /// A server of this API.
    pub fn new(api: Arc<Api>, tls: Option<TlsAcceptor>) -> Self {
        Self { api, tls, connections: TaskTracker::new() }
    }

    /// Accepts connections until `stop`; those that are there go on.
    pub async fn accept(&self, listener: TcpListener, stop: &CancellationToken) {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        loop {
            let place = tokio::select! {
                place = places.clone().acquire_owned() => place.ok(),
                () = stop.cancelled() => return,
            };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = stop.cancelled() => return,
            };
            match accepted {
                Ok((stream, _)) => self.open(stream, place),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// Ends streams and connections, the latter when they have their answers or after a while.
    pub async fn close(&self) {
        self.api.closing.cancel();
        self.connections.close();
        let _ = tokio::time::timeout(LAST_ANSWERS_TIME, self.connections.wait()).await;
    }

    fn open(&self, stream: TcpStream, place: Option<OwnedSemaphorePermit>) {
        let (api, tls) = (self.api.clone(), self.tls.clone());
        self.connections.spawn(async move {
            let _place = place;
            let Some(tls) = tls else { return converse(api, stream).await };
            match tokio::time::timeout(HEAD_TIME, tls.accept(stream)).await {
                Ok(Ok(stream)) => converse(api, stream).await,
                Ok(Err(error)) => tracing::debug!(%error, "a connection was not one of TLS"),
                Err(_) => {}
            }
        });
    }
}

/// Answers the requests of one connection.
async fn converse<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(api: Arc<Api>, stream: S) {
    let closing = api.closing.clone();
    let answer = service_fn(move |request| {
        let api = api.clone();
        async move { Ok::<_, Infallible>(api.answer(request).await) }
    });
    let mut http = hyper::server::conn::http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD_TIME);
    http.max_buf_size(HEAD_BYTES_MAX).max_header_size(HEAD_BYTES_MAX).max_headers(HEADERS_MAX);
    let mut connection = std::pin::pin!(http.serve_connection(TokioIo::new(stream), answer));
    let ended = async {
        tokio::select! {
            ended = connection.as_mut() => return ended,
            () = closing.cancelled() => connection.as_mut().graceful_shutdown(),
        }
        connection.as_mut().await
    };
    if let Ok(Err(error)) = tokio::time::timeout(CONNECTION_TIME, ended).await {
        tracing::debug!(%error, "a connection ended badly");
    }
}
