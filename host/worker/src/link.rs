//! Connections to the agent, some at a time, and one request on each. A connection that breaks is
//! made again and the request repeated, for as long as the agent is alive. Knows what no request
//! means.

use crate::certificates::AGENT_NAME;
use crate::limits::{
    ANSWER_BYTES_MAX, ATTEMPTS_MAX, LINK_CONNECT_TIMEOUT_S, LINK_SIGN_OF_LIFE_S, LINK_SILENCE_S,
    REQUEST_TIMEOUT_S, RETRY_PAUSE_MS,
};
use bytes::Bytes;
use gyre_core::protocol::TOOK_HEADER;
use gyre_core::{Error, Result};
use gyre_ssh::{Client, Credential, Target};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::{Method, Request, Response, header};
use hyper_util::rt::TokioIo;
use rustls::ClientConnection;
use rustls::pki_types::ServerName;
use socket2::{SockRef, TcpKeepalive};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, watch};
use tokio_rustls::TlsConnector;

type Sender = SendRequest<Full<Bytes>>;

/// Encrypted at once and handed to the kernel together; what it is made of still lies in a processor's own cache then.
const TLS_BUFFER_BYTES: usize = 256 * 1024;

/// How a connection is made.
pub enum Route {
    /// TCP and mutual TLS.
    Tls {
        /// Address of the worker.
        host: String,
        /// The agent's port.
        port: u16,
        /// Our side.
        config: Arc<rustls::ClientConfig>,
    },
    /// An SSH session of its own for each, so that no server's limit of channels is met and several
    /// processors encrypt.
    Ssh {
        /// The worker.
        target: Target,
        /// How to log in.
        credential: Credential,
        /// `gyre-agent connect SOCKET`, with `sudo` where it is needed.
        argv: Vec<String>,
    },
    /// A Unix socket of this machine.
    Unix(PathBuf),
}

/// What is known of the agent's life; a text: it ended, saying this.
pub type Life = watch::Receiver<Option<String>>;

/// One request.
#[derive(Clone)]
pub struct Ask {
    /// Its method.
    pub method: Method,
    /// Path and query.
    pub path: String,
    /// Body.
    pub body: Bytes,
    /// Whether the body is zstd.
    pub packed: bool,
    /// Whether it may be sent again when it is not known whether it was done.
    pub repeatable: bool,
    /// For one attempt.
    pub timeout: Duration,
}

impl Ask {
    /// A repeatable request without a body.
    pub fn new(method: Method, path: impl Into<String>) -> Self {
        let timeout = Duration::from_secs(REQUEST_TIMEOUT_S);
        Self { method, path: path.into(), body: Bytes::new(), packed: false, repeatable: true, timeout }
    }

    /// Adds a body.
    #[must_use]
    pub fn body(self, body: impl Into<Bytes>) -> Self {
        Self { body: body.into(), ..self }
    }
}

/// What came back.
pub struct Answer {
    /// Body.
    pub body: Bytes,
    /// How long the agent's device was busy with it; 0 where it does not say.
    pub took: Duration,
}

/// A pool of connections.
pub struct Link {
    route: Arc<Route>,
    life: Life,
    permits: Semaphore,
    idle: Mutex<Vec<Sender>>,
}

/// Why an attempt failed.
enum Broken {
    /// Nothing of the request was sent.
    Before(Error),
    /// The agent may have done it.
    During(Error),
}

impl Link {
    /// At most `connections` at a time, made when they are needed.
    pub fn new(route: Arc<Route>, life: Life, connections: usize) -> Self {
        let connections = connections.max(1);
        Self { route, life, permits: Semaphore::new(connections), idle: Mutex::new(Vec::new()) }
    }

    /// Sends a request and waits for its answer.
    ///
    /// # Errors
    /// What the agent answered, with its code; `worker.agent-lost` and `worker.link` (transient).
    pub async fn ask(&self, ask: Ask) -> Result<Bytes> {
        self.answer(ask).await.map(|answer| answer.body)
    }

    /// The same, with what the agent says of it.
    ///
    /// # Errors
    /// As [`Link::ask`].
    pub async fn answer(&self, ask: Ask) -> Result<Answer> {
        let ended = || Error::other("worker.link", "the link is closed");
        let _permit = self.permits.acquire().await.map_err(|_| ended())?;
        let mut pause = Duration::from_millis(RETRY_PAUSE_MS);
        for attempt in 1.. {
            self.check_alive()?;
            let broken = match self.attempt(&ask).await {
                Ok(result) => return result,
                Err(broken) => broken,
            };
            let (error, again) = match broken {
                Broken::Before(error) => (error, true),
                Broken::During(error) => (error, ask.repeatable),
            };
            if !again || attempt >= ATTEMPTS_MAX {
                return Err(self.check_alive().err().unwrap_or(error));
            }
            tracing::debug!(%error, attempt, "a connection to the agent broke; it is made again");
            self.pause(pause).await;
            pause *= 2;
        }
        Err(ended())
    }

    /// Shorter when the agent's end is told meanwhile.
    async fn pause(&self, pause: Duration) {
        let mut life = self.life.clone();
        let _ = tokio::time::timeout(pause, life.wait_for(Option::is_some)).await;
    }

    fn check_alive(&self) -> Result<()> {
        if self.life.has_changed().is_err() && self.life.borrow().is_none() {
            return Err(lost("its session was dropped"));
        }
        match self.life.borrow().as_ref() {
            None => Ok(()),
            Some(last_words) => Err(lost(last_words)),
        }
    }

    async fn attempt(&self, ask: &Ask) -> std::result::Result<Result<Answer>, Broken> {
        let mut sender = self.connection().await.map_err(Broken::Before)?;
        let request = request(ask).map_err(Broken::Before)?;
        let mut life = self.life.clone();
        let answered = tokio::select! {
            answered = tokio::time::timeout(ask.timeout, exchange(&mut sender, request)) => answered,
            // Without this a worker that vanished would be waited for until the time-out.
            _ = life.wait_for(Option::is_some) => return Err(Broken::During(broken("the agent ended"))),
        };
        match answered {
            Ok(Ok(answer)) => {
                self.lock().push(sender);
                Ok(answer)
            }
            Ok(Err(error)) => Err(Broken::During(error)),
            Err(_) => Err(Broken::During(broken("the agent did not answer in time"))),
        }
    }

    async fn connection(&self) -> Result<Sender> {
        while let Some(mut sender) = self.take_idle() {
            if sender.ready().await.is_ok() {
                return Ok(sender);
            }
        }
        let limit = Duration::from_secs(LINK_CONNECT_TIMEOUT_S);
        let connected = tokio::time::timeout(limit, self.route.connect()).await;
        connected.map_err(|_| broken("no connection in time"))?
    }

    fn take_idle(&self) -> Option<Sender> {
        self.lock().pop()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Sender>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The agent's end, with its last words.
pub fn lost(last_words: &str) -> Error {
    let error = Error::unavailable("worker.agent-lost", "the agent on the worker ended");
    if last_words.is_empty() { error } else { error.cause(last_words) }
}

fn broken(why: impl std::fmt::Display) -> Error {
    Error::unavailable("worker.link", "the connection to the agent on the worker broke").cause(why)
}

impl Route {
    async fn connect(&self) -> Result<Sender> {
        match self {
            Self::Tls { host, port, config } => {
                let stream = tokio::net::TcpStream::connect((host.as_str(), *port)).await.map_err(broken)?;
                guard_against_silence(&stream).map_err(broken)?;
                let name = ServerName::try_from(AGENT_NAME).map_err(broken)?;
                let wide = |session: &mut ClientConnection| session.set_buffer_limit(Some(TLS_BUFFER_BYTES));
                let connector = TlsConnector::from(config.clone());
                speak(connector.connect_with(name, stream, wide).await.map_err(broken)?).await
            }
            Self::Ssh { target, credential, argv } => {
                let client = Client::connect(target, credential).await?;
                speak(client.stream(argv).await?).await
            }
            Self::Unix(path) => speak(tokio::net::UnixStream::connect(path).await.map_err(broken)?).await,
        }
    }
}

/// Has the kernel break a connection whose other end is silent: its own patience is a quarter of an hour, and without
/// limit where nothing is under way.
fn guard_against_silence(stream: &tokio::net::TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let sign_of_life = Duration::from_secs(LINK_SIGN_OF_LIFE_S);
    let keepalive = TcpKeepalive::new().with_time(sign_of_life).with_interval(sign_of_life);
    let socket = SockRef::from(stream);
    socket.set_tcp_keepalive(&keepalive)?;
    // Holds for the signs of life as well, in place of their number.
    socket.set_tcp_user_timeout(Some(Duration::from_secs(LINK_SILENCE_S)))
}

async fn speak(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) -> Result<Sender> {
    let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(broken)?;
    tokio::spawn(async move {
        // Whoever waits for an answer hears of it.
        let _ = connection.await;
    });
    Ok(sender)
}

fn request(ask: &Ask) -> Result<Request<Full<Bytes>>> {
    let mut request = Request::builder().method(&ask.method).uri(&ask.path).header(header::HOST, AGENT_NAME);
    if ask.packed {
        request = request.header(header::CONTENT_ENCODING, "zstd");
    }
    let request = request.body(Full::new(ask.body.clone()));
    request.map_err(|error| Error::other("worker.link", "cannot write a request").cause(error))
}

/// What the agent's device took, where it says so; it only explains, so nonsense is as good as nothing.
fn took(headers: &header::HeaderMap) -> Duration {
    let us = headers.get(TOOK_HEADER).and_then(|value| value.to_str().ok()?.parse().ok());
    Duration::from_micros(us.unwrap_or_default())
}

/// The outer error: the connection broke. The inner one: the agent said no.
async fn exchange(sender: &mut Sender, request: Request<Full<Bytes>>) -> Result<Result<Answer>> {
    let response: Response<_> = sender.send_request(request).await.map_err(broken)?;
    let (status, took) = (response.status(), took(response.headers()));
    let body =
        Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect().await.map_err(broken)?.to_bytes();
    if status.is_success() {
        return Ok(Ok(Answer { body, took }));
    }
    Ok(Err(serde_json::from_slice(&body).unwrap_or_else(|_| {
        Error::other("worker.protocol", format!("the agent answered {status} and no reason"))
    })))
}
