//! The WinRM service of Windows, as far as clients of its remote shell see it: HTTPS with Basic authorization, MS-WSMV's
//! envelopes, shells and programs in them, Windows' faults by their numbers. What a program is, whoever starts the service
//! decides; which server of the cloud it stands for, it does not know.

mod identity;
mod line;
mod programs;
mod shell;
mod soap;

pub use programs::{Native, Programs, Running};

use crate::model::uuid;
use anyhow::Result;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, SERVER, WWW_AUTHENTICATE};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use shell::Shell;
use soap::{Asked, Envelope, Fault};
use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// The largest body that is read at all, so that one that is too large is answered and not cut off.
const BODY_BYTES_MAX: usize = 16 << 20;
/// How often it is looked for shells that nobody uses.
const SWEEP: Duration = Duration::from_secs(1);

/// What `winrm get winrm/config` shows.
#[derive(Clone, Debug)]
pub struct Limits {
    /// MaxEnvelopeSizekb, in bytes.
    pub envelope_bytes_max: usize,
    /// MaxTimeoutms: no request is kept longer, whatever it asks for.
    pub timeout_max: Duration,
    /// MaxShellsPerUser.
    pub shells_max: usize,
}

impl Default for Limits {
    /// The envelopes of Windows Server 2008 R2, all else of later ones.
    fn default() -> Self {
        Self { envelope_bytes_max: 150 * 1024, timeout_max: Duration::from_secs(60), shells_max: 30 }
    }
}

/// A service that one account may use.
pub struct Service {
    tls: TlsAcceptor,
    authorization: String,
    limits: Limits,
    programs: Arc<dyn Programs>,
    shells: Mutex<HashMap<String, Arc<Shell>>>,
}

/// Serves until it is dropped, and every program with it. `archive` is a PKCS #12 that the password opens, too.
///
/// # Errors
/// When the archive cannot be opened, or the listener breaks.
pub async fn serve(
    listener: TcpListener,
    archive: &[u8],
    user: &str,
    password: &str,
    programs: Arc<dyn Programs>,
) -> Result<()> {
    Service::new(archive, user, password, programs, Limits::default())?.serve(listener).await
}

impl Service {
    /// One with limits of its own.
    ///
    /// # Errors
    /// When the archive cannot be opened.
    pub fn new(
        archive: &[u8],
        user: &str,
        password: &str,
        programs: Arc<dyn Programs>,
        limits: Limits,
    ) -> Result<Arc<Self>> {
        let tls = identity::acceptor(archive, password)?;
        let authorization = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        Ok(Arc::new(Self { tls, authorization, limits, programs, shells: Mutex::default() }))
    }

    /// Serves until it is dropped, and every program with it.
    ///
    /// # Errors
    /// When the listener breaks.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) -> Result<()> {
        let mut connections = JoinSet::new();
        let mut sweep = tokio::time::interval(SWEEP);
        loop {
            tokio::select! {
                accepted = listener.accept() => {
                    connections.spawn(self.clone().speak(accepted?.0));
                }
                _ = sweep.tick() => self.sweep().await,
                Some(_) = connections.join_next() => {}
            }
        }
    }

    /// How many shells there are: what a client left behind.
    pub fn shells(&self) -> usize {
        self.lock().len()
    }

    /// A connection that breaks is the client's own affair.
    async fn speak(self: Arc<Self>, stream: TcpStream) {
        let Ok(stream) = self.tls.accept(stream).await else { return };
        let service = service_fn(|request| async { Ok::<_, Infallible>(self.answer(request).await) });
        drop(
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await,
        );
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let Ok(body) = Limited::new(body, BODY_BYTES_MAX).collect().await else {
            return plain(StatusCode::PAYLOAD_TOO_LARGE);
        };
        if head.uri.path() != "/wsman" {
            return plain(StatusCode::NOT_FOUND);
        }
        if head.method != Method::POST {
            return plain(StatusCode::METHOD_NOT_ALLOWED);
        }
        let shown = head.headers.get(AUTHORIZATION).map(|value| value.as_bytes());
        if shown != Some(self.authorization.as_bytes()) {
            return unauthorized();
        }
        let media = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        if !media.starts_with("application/soap+xml") {
            return plain(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        self.envelope(&body.to_bytes()).await
    }

    async fn envelope(&self, body: &[u8]) -> Response<Full<Bytes>> {
        if body.len() > self.limits.envelope_bytes_max {
            return soap::refusal(&Fault::envelope_too_large(self.limits.envelope_bytes_max), "");
        }
        let envelope = match Envelope::read(body) {
            Ok(envelope) => envelope,
            Err(fault) => return soap::refusal(&fault, ""),
        };
        match self.act(&envelope).await {
            Ok(answer) => soap::response(&envelope, &answer),
            Err(fault) => soap::refusal(&fault, &envelope.message),
        }
    }

    async fn act(&self, envelope: &Envelope) -> Result<String, Fault> {
        if let Asked::Create { idle } = envelope.asked {
            return self.create(idle);
        }
        let id = envelope.shell.as_deref().unwrap_or_default();
        if matches!(envelope.asked, Asked::Delete) {
            let shell = self.lock().remove(id).ok_or_else(|| Fault::no_shell(id))?;
            shell.end().await;
            return Ok(String::new());
        }
        let shell = self.lock().get(id).cloned().ok_or_else(|| Fault::no_shell(id))?;
        let patience = envelope.patience.min(self.limits.timeout_max);
        let room = envelope.answer_bytes_max.min(self.limits.envelope_bytes_max);
        shell.used();
        let answer = shell.act(&envelope.asked, &*self.programs, patience, room).await;
        shell.used();
        answer
    }

    fn create(&self, idle: Duration) -> Result<String, Fault> {
        let mut shells = self.lock();
        if shells.len() >= self.limits.shells_max {
            return Err(Fault::too_many_shells(self.limits.shells_max));
        }
        let id = uuid().to_uppercase();
        shells.insert(id.clone(), Arc::new(Shell::new(idle)));
        Ok(soap::created(&id, idle))
    }

    async fn sweep(&self) {
        let idle: Vec<Arc<Shell>> =
            self.lock().extract_if(|_, shell| shell.is_idle()).map(|(_, shell)| shell).collect();
        for shell in idle {
            shell.end().await;
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Shell>>> {
        self.shells.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn plain(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response.headers_mut().insert(SERVER, soap::SERVER_NAME);
    response
}

fn unauthorized() -> Response<Full<Bytes>> {
    let mut response = plain(StatusCode::UNAUTHORIZED);
    let challenge = hyper::header::HeaderValue::from_static("Basic realm=\"WSMAN\"");
    response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    response
}
