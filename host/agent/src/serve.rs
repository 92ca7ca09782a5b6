//! Starting, listening, ending. One JSON line in, one out; then requests until the host says stop,
//! its end of standard input closes, a signal comes, or nothing was asked for too long.

#[cfg(unix)]
mod linux;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use linux as platform;
#[cfg(unix)]
pub use linux::{connect, root_of, socket_of};
#[cfg(windows)]
use windows as platform;
#[cfg(windows)]
pub use windows::connect;

use crate::device::Disk;
use crate::http::Agent;
use gyre_core::error::Context as _;
use gyre_core::protocol::{Listen, Ready, Start, VERSION};
use gyre_core::{Error, Result};
use hyper_util::rt::{TokioIo, TokioTimer};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use socket2::{Domain, Socket, Type};
use std::convert::Infallible;
use std::io::Read as _;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_rustls::TlsAcceptor;

/// The one line of [`Start`].
const START_BYTES_MAX: u64 = 1024 * 1024;
/// Connections at once, of those that are let in.
const CONNECTIONS_MAX: usize = 64;
/// Connections at once that did not show their certificate yet: they take no place of the others.
const HANDSHAKES_MAX: usize = 16;
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(20);
const HEADER_TIMEOUT: Duration = Duration::from_secs(3600);
/// Connections that nobody took yet.
const WAITING_MAX: i32 = 128;
const IDLE_POLL: Duration = Duration::from_secs(1);

/// First argument with which another program that holds this library is the agent of this machine's own disks.
pub const LOCAL: &str = "serve-local";

/// `gyre-agent serve`: returns when it is over.
///
/// # Errors
/// Of starting: `agent.start`, `agent.version`, `agent.not-root`, `agent.listen`, `disk.*`.
pub fn serve() -> Result<()> {
    let start = read_start()?;
    let base = platform::prepare()?;
    let result = Disk::open_all(&start.disks).and_then(|disks| {
        let agent = Arc::new(Agent::new(disks, base.clone()));
        let result = runtime()?.block_on(until_end(&agent, &start));
        agent.end();
        result
    });
    let _ = std::fs::remove_dir(&base);
    result
}

/// The exit code of an agent's process. An error goes to standard output as JSON, where the host reads the ready line.
pub fn exit_code(result: Result<()>) -> i32 {
    use std::io::Write as _;
    let Err(error) = result else { return 0 };
    eprintln!("{error}");
    let json = serde_json::to_string(&error).unwrap_or_default();
    let _ = writeln!(std::io::stdout(), "{json}");
    i32::from(error.kind.exit_code())
}

/// Byte by byte: whatever follows the line is not ours to take.
fn read_start() -> Result<Start> {
    let mut line = Vec::new();
    for byte in std::io::stdin().lock().take(START_BYTES_MAX).bytes() {
        match byte.or_other("agent.start", || "cannot read standard input".into())? {
            b'\n' => break,
            byte => line.push(byte),
        }
    }
    let value: serde_json::Value = serde_json::from_slice(&line).or_invalid("agent.start", || {
        "standard input does not begin with the line that starts the agent".into()
    })?;
    let version = value.get("version").and_then(serde_json::Value::as_u64);
    if version != Some(u64::from(VERSION)) {
        let why = format!("host and agent speak different versions ({version:?} and {VERSION})");
        return Err(
            Error::invalid("agent.version", why).cause("use the gyre-agent that was built with this gyre")
        );
    }
    // The parser's cause could quote a key: it is left out.
    serde_json::from_value(value)
        .map_err(|_| Error::invalid("agent.start", "the line that starts the agent is not one"))
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.or_other("agent.start", || "cannot start threads".into())
}

async fn until_end(agent: &Arc<Agent>, start: &Start) -> Result<()> {
    let listener = Listener::open(&start.listen).await?;
    say_ready(&listener)?;
    let mut signals = platform::Signals::new()?;
    tokio::select! {
        () = listener.accept(agent.clone()) => {}
        () = agent.stop.notified() => linger().await,
        () = input_closed() => {}
        () = idle(agent, start.idle_s) => {}
        () = signals.received() => {}
    }
    // The end of the runtime waits for every blocking call, and a guest's program may run for an hour.
    agent.end_programs();
    listener.remove();
    Ok(())
}

/// Lets the answer to the last request go out.
async fn linger() {
    tokio::time::sleep(Duration::from_millis(100)).await;
}

/// The host holds the other end for as long as it lives. Its own thread, because a blocking read
/// would hold up the runtime's end.
async fn input_closed() {
    let (sender, receiver) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        let mut sink = [0; 256];
        while matches!(std::io::stdin().lock().read(&mut sink), Ok(count) if count > 0) {}
        drop(sender);
    });
    let _ = receiver.await;
}

async fn idle(agent: &Agent, limit_s: u64) {
    while limit_s == 0 || agent.idle_s() < limit_s {
        tokio::time::sleep(IDLE_POLL).await;
    }
}

fn say_ready(listener: &Listener) -> Result<()> {
    use std::io::Write as _;
    let line = serde_json::to_string(&Ready { version: VERSION, port: listener.port() });
    let line = line.or_other("agent.start", || "cannot write the ready line".into())?;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{line}")
        .and_then(|()| stdout.flush())
        .or_other("agent.start", || "nobody reads the ready line".into())
}

/// What both kinds of streams are.
trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

/// A stream whose client is let in.
type Accepted = Box<dyn Duplex>;

enum Listener {
    Tls(TcpListener, TlsAcceptor),
    Local(platform::Local),
}

impl Listener {
    async fn open(listen: &Listen) -> Result<Self> {
        match listen {
            Listen::Tls { port, certificate, key, client_authority } => {
                let acceptor = acceptor(certificate, key, client_authority)?;
                let listener = listen_on(Domain::IPV6, (Ipv6Addr::UNSPECIFIED, *port).into())
                    .or_else(|_| listen_on(Domain::IPV4, (Ipv4Addr::UNSPECIFIED, *port).into()));
                let what = || format!("cannot listen on TCP port {port}");
                Ok(Self::Tls(listener.or_other("agent.listen", what)?, acceptor))
            }
            Listen::Unix { path } => platform::Local::open(path).map(Self::Local),
        }
    }

    fn port(&self) -> Option<u16> {
        match self {
            Self::Tls(listener, _) => listener.local_addr().ok().map(|address| address.port()),
            Self::Local(_) => None,
        }
    }

    fn remove(&self) {
        if let Self::Local(local) = self {
            local.remove();
        }
    }

    async fn accept(&self, agent: Arc<Agent>) {
        let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        let handshakes = Arc::new(Semaphore::new(HANDSHAKES_MAX));
        while let Ok(handshake) = handshakes.clone().acquire_owned().await {
            match self.next().await {
                Ok(stream) => {
                    let (agent, connections) = (agent.clone(), connections.clone());
                    tokio::spawn(async move {
                        let Some(stream) = stream.await else { return };
                        let Ok(_connection) = connections.acquire_owned().await else { return };
                        drop(handshake);
                        converse(stream, agent).await;
                    });
                }
                Err(error) => {
                    eprintln!("cannot accept a connection: {error}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    /// The next connection, and what makes a stream of it if its client is let in.
    async fn next(&self) -> std::io::Result<Pin<Box<dyn Future<Output = Option<Accepted>> + Send>>> {
        match self {
            Self::Tls(listener, acceptor) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                let acceptor = acceptor.clone();
                Ok(Box::pin(async move {
                    match tokio::time::timeout(HANDSHAKE_TIMEOUT, acceptor.accept(stream)).await {
                        Ok(Ok(stream)) => return Some(Box::new(stream) as Accepted),
                        Ok(Err(error)) => eprintln!("a connection was refused: {error}"),
                        Err(_) => eprintln!("a connection was refused: no TLS in time"),
                    }
                    None
                }))
            }
            Self::Local(local) => {
                let stream = local.accept().await?;
                Ok(Box::pin(async move { Some(stream) }))
            }
        }
    }
}

/// On addresses of both families where it is IPv6: Windows has to be told so.
fn listen_on(domain: Domain, address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(domain, Type::STREAM, None)?;
    if domain == Domain::IPV6 {
        socket.set_only_v6(false)?;
    }
    // On Windows it would let others take the port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(WAITING_MAX)?;
    TcpListener::from_std(socket.into())
}

async fn converse(stream: Accepted, agent: Arc<Agent>) {
    let service = hyper::service::service_fn(move |request| {
        let agent = agent.clone();
        async move { Ok::<_, Infallible>(agent.answer(request).await) }
    });
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADER_TIMEOUT)
        .max_buf_size(1024 * 1024)
        .serve_connection(TokioIo::new(stream), service);
    // A host that goes away in the middle is its own affair: it repeats what was not answered.
    let _ = connection.await;
}

/// TLS 1.3 only, and only clients of the one authority.
fn acceptor(certificate: &str, key: &str, authority: &str) -> Result<TlsAcceptor> {
    let what = || "the certificates that the host sent are not usable".to_string();
    let bad = |error: &dyn std::fmt::Display| Error::invalid("agent.listen", what()).cause(error);
    let mut roots = rustls::RootCertStore::empty();
    for root in CertificateDer::pem_slice_iter(authority.as_bytes()) {
        roots.add(root.map_err(|e| bad(&e))?).map_err(|e| bad(&e))?;
    }
    let chain: std::result::Result<Vec<_>, _> =
        CertificateDer::pem_slice_iter(certificate.as_bytes()).collect();
    // The parser's cause could quote the key: it is left out.
    let key =
        PrivateKeyDer::from_pem_slice(key.as_bytes()).map_err(|_| Error::invalid("agent.listen", what()))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).build();
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .map_err(|e| bad(&e))?
        .with_client_cert_verifier(verifier.map_err(|e| bad(&e))?)
        .with_single_cert(chain.map_err(|e| bad(&e))?, key)
        .map_err(|e| bad(&e))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}
