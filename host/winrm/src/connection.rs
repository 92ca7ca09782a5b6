//! HTTPS to one server, one request on a connection at a time, and as many connections as there are requests under way.
//! Repeats nothing that may have reached the server. Knows what no request means.

use crate::limits::{
    ANSWER_BYTES_MAX, CONNECT_TIMEOUT_S, IDLE_CONNECTION_S, IDLE_CONNECTIONS_MAX, REQUEST_TIMEOUT_S,
};
use crate::pin::{HostKey, client_config};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use gyre_core::{Error, Result};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Request, Response, StatusCode, body::Incoming};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use std::collections::VecDeque;
use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

const PATH: &str = "/wsman";
const MEDIA_TYPE: &str = "application/soap+xml;charset=UTF-8";

type Sender = SendRequest<Full<Bytes>>;

/// Whom to reach, and which key it must show.
#[derive(Clone, Debug)]
pub struct Target {
    /// Name or address.
    pub host: String,
    /// TCP port of its HTTPS listener.
    pub port: u16,
    /// Who logs in.
    pub user: String,
    /// `SHA256:` and the base64 of the SHA-256 of its SubjectPublicKeyInfo; a server with any other key is refused.
    pub host_key: String,
}

/// One server and the connections to it.
pub struct Server {
    host: String,
    port: u16,
    name: String,
    authority: String,
    tls: TlsConnector,
    authorization: HeaderValue,
    idle: Mutex<VecDeque<(Instant, Sender)>>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl Server {
    /// Connects to nobody yet.
    ///
    /// # Errors
    /// `winrm.host-key` and `winrm.login` for what no server can have.
    pub fn new(target: &Target, password: &str) -> Result<Self> {
        let authority = match target.host.parse::<Ipv6Addr>() {
            Ok(address) => format!("[{address}]:{}", target.port),
            Err(_) => format!("{}:{}", target.host, target.port),
        };
        Ok(Self {
            host: target.host.clone(),
            port: target.port,
            name: format!("{}@{authority}", target.user),
            authority,
            tls: TlsConnector::from(Arc::new(client_config(HostKey::parse(&target.host_key)?)?)),
            authorization: authorization(&target.user, password)?,
            idle: Mutex::default(),
        })
    }

    /// `user@host:port`, for messages.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Where requests are addressed to.
    pub fn url(&self) -> String {
        format!("https://{}{PATH}", self.authority)
    }

    /// Sends one envelope and waits for what comes back, with its status.
    ///
    /// # Errors
    /// `winrm.connect`, `winrm.timeout` (transient), `winrm.host-key`, `winrm.login`, `winrm.protocol`.
    pub async fn post(&self, envelope: String) -> Result<(StatusCode, Bytes)> {
        let limit = Duration::from_secs(REQUEST_TIMEOUT_S);
        let request = self.request(envelope)?;
        let (mut sender, response) = self.send(request, limit).await?;
        let status = response.status();
        let body = Limited::new(response.into_body(), ANSWER_BYTES_MAX).collect();
        let body = tokio::time::timeout(limit, body).await.map_err(|_| self.silent())?;
        let body = body.map_err(|error| self.unread(&*error))?.to_bytes();
        if sender.ready().await.is_ok() {
            self.keep(sender);
        }
        match status {
            StatusCode::UNAUTHORIZED => Err(self.login_refused()),
            // What listens before the service does: HTTP.sys itself.
            StatusCode::NOT_FOUND | StatusCode::SERVICE_UNAVAILABLE => {
                Err(self.unreachable(format!("its web server answers {status}")))
            }
            _ => Ok((status, body)),
        }
    }

    /// On a connection that is there if the request can be taken back from it, else on a new one.
    async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
        limit: Duration,
    ) -> Result<(Sender, Response<Incoming>)> {
        while let Some(mut sender) = self.take_idle() {
            match self.answered(&mut sender, request, limit).await {
                Ok(response) => return Ok((sender, response)),
                Err((_, Some(unsent))) => request = unsent,
                Err((error, None)) => return Err(error),
            }
        }
        let mut sender = self.connect().await?;
        let response = self.answered(&mut sender, request, limit).await.map_err(|(error, _)| error)?;
        Ok((sender, response))
    }

    /// With the request where it was certainly not sent.
    async fn answered(
        &self,
        sender: &mut Sender,
        request: Request<Full<Bytes>>,
        limit: Duration,
    ) -> Result<Response<Incoming>, (Error, Option<Request<Full<Bytes>>>)> {
        match tokio::time::timeout(limit, sender.try_send_request(request)).await {
            Ok(Ok(response)) => Ok(response),
            Ok(Err(mut error)) => {
                let unsent = error.take_message();
                Err((self.unreachable(error.into_error()), unsent))
            }
            Err(_) => Err((self.silent(), None)),
        }
    }

    fn request(&self, envelope: String) -> Result<Request<Full<Bytes>>> {
        let request = Request::post(PATH)
            .header(HOST, &self.authority)
            .header(CONTENT_TYPE, MEDIA_TYPE)
            .header(AUTHORIZATION, &self.authorization)
            .body(Full::new(envelope.into()));
        request.map_err(|error| {
            Error::invalid("winrm.connect", format!("{} is no address", self.name)).cause(error)
        })
    }

    async fn connect(&self) -> Result<Sender> {
        let limit = Duration::from_secs(CONNECT_TIMEOUT_S);
        let late = |_| {
            let why = format!("no TLS session with {} within {CONNECT_TIMEOUT_S} s", self.name);
            Error::unavailable("winrm.timeout", why)
        };
        tokio::time::timeout(limit, self.connect_now()).await.map_err(late)?
    }

    async fn connect_now(&self) -> Result<Sender> {
        let stream = TcpStream::connect((self.host.as_str(), self.port)).await;
        let stream = stream.map_err(|error| self.unreachable(error))?;
        stream.set_nodelay(true).map_err(|error| self.unreachable(error))?;
        // No name is sent and none is compared: any will do.
        let nobody = ServerName::IpAddress(IpAddr::V6(Ipv6Addr::UNSPECIFIED).into());
        let stream = self.tls.connect(nobody, stream).await.map_err(|error| self.no_session(&error))?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(|e| self.unreachable(e))?;
        tokio::spawn(async move {
            // Whoever waits for an answer hears of it.
            let _ = connection.await;
        });
        Ok(sender)
    }

    fn take_idle(&self) -> Option<Sender> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(since, sender)| since.elapsed().as_secs() < IDLE_CONNECTION_S && sender.is_ready());
        idle.pop_back().map(|(_, sender)| sender)
    }

    fn keep(&self, sender: Sender) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push_back((Instant::now(), sender));
        if idle.len() > IDLE_CONNECTIONS_MAX {
            idle.pop_front();
        }
    }

    fn no_session(&self, error: &std::io::Error) -> Error {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        let Some(rustls::Error::InvalidCertificate(reason)) = inner else { return self.unreachable(error) };
        let refused = format!("{} does not have the key that it must have", self.name);
        let refused = Error::denied("winrm.host-key", refused);
        match reason {
            rustls::CertificateError::Other(other) => refused.cause(&*other.0),
            reason => refused.cause(reason),
        }
    }

    fn unreachable(&self, why: impl fmt::Display) -> Error {
        Error::unavailable("winrm.connect", format!("{} cannot be reached by WinRM", self.name)).cause(why)
    }

    fn silent(&self) -> Error {
        let why = format!("{} did not answer within {REQUEST_TIMEOUT_S} s", self.name);
        Error::unavailable("winrm.timeout", why)
    }

    fn login_refused(&self) -> Error {
        Error::denied("winrm.login", format!("{} refused the password", self.name))
    }

    fn unread(&self, error: &(dyn std::error::Error + Send + Sync + 'static)) -> Error {
        if error.is::<http_body_util::LengthLimitError>() {
            let why = format!("an answer of {} is larger than {ANSWER_BYTES_MAX} bytes", self.name);
            return Error::other("winrm.protocol", why);
        }
        self.unreachable(error)
    }
}

/// RFC 7617; a colon in a user's name would end it.
fn authorization(user: &str, password: &str) -> Result<HeaderValue> {
    let unusable = || Error::invalid("winrm.login", "a WinRM login has a user with a colon, or none at all");
    if user.is_empty() || user.contains(':') {
        return Err(unusable());
    }
    let text = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
    let mut value = HeaderValue::try_from(text).map_err(|_| unusable())?;
    value.set_sensitive(true);
    Ok(value)
}
