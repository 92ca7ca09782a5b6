//! One authenticated SSH connection: programs, files, byte streams. The server's key is pinned and
//! nothing is learned on first use. Knows no policy: the caller decides where it may go.

use crate::limits::{
    CONNECT_TIMEOUT_S, FILE_BYTES_MAX, KEEPALIVE_S, KEEPALIVES_MAX, OUTPUT_BYTES_MAX, RUN_DEFAULT_S,
};
use crate::quote::command_line;
use gyre_core::error::Context as _;
use gyre_core::{Error, Kind, Result};
use russh::client::{AuthResult, Handle, Msg};
use russh::keys::{Algorithm, HashAlg, PrivateKey, PrivateKeyWithHashAlg, PublicKey, PublicKeyOrCertificate};
use russh::{Channel, ChannelMsg, ChannelStream, Preferred, Sig, cipher, client};
use std::borrow::Cow;
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Fast with the processors' own instructions first; the last is for those without.
const CIPHERS: &[cipher::Name] =
    &[cipher::AES_128_GCM, cipher::AES_256_GCM, cipher::CHACHA20_POLY1305, cipher::AES_256_CTR];

/// Whom to reach, and which key it must show.
#[derive(Clone, Debug)]
pub struct Target {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Who logs in.
    pub user: String,
    /// OpenSSH public-key line; a server with any other key is refused.
    pub host_key: String,
}

/// How to log in. Both are secrets.
#[derive(Clone)]
pub enum Credential {
    /// OpenSSH private key without a passphrase.
    Key(String),
    /// Password of the user.
    Password(String),
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Key(_) => "Key(secret)",
            Self::Password(_) => "Password(secret)",
        })
    }
}

/// What a program left behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// Exit status; 128 and the usual number where a signal ended it.
    pub status: i32,
    /// Standard output, cut at [`OUTPUT_BYTES_MAX`].
    pub stdout: Vec<u8>,
    /// Standard error, cut likewise.
    pub stderr: Vec<u8>,
}

/// A logged-in connection. Clones share it; it closes with the last of them and of their streams.
#[derive(Clone)]
pub struct Client {
    handle: Arc<Handle<Pinned>>,
    /// `user@host:port`, for messages.
    name: Arc<str>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Client({})", self.name)
    }
}

impl Client {
    /// Connects, checks the server's key, logs in.
    ///
    /// # Errors
    /// `ssh.connect` and `ssh.timeout` (transient), `ssh.host-key`, `ssh.login`, `ssh.credential`.
    pub async fn connect(target: &Target, credential: &Credential) -> Result<Self> {
        let limit = Duration::from_secs(CONNECT_TIMEOUT_S);
        match tokio::time::timeout(limit, Self::connect_now(target, credential)).await {
            Ok(result) => result,
            Err(_) => Err(Error::unavailable(
                "ssh.timeout",
                format!("no SSH session with {} within {CONNECT_TIMEOUT_S} s", name_of(target)),
            )),
        }
    }

    async fn connect_now(target: &Target, credential: &Credential) -> Result<Self> {
        let pinned = parse_host_key(target)?;
        let key = parse_credential(credential)?;
        let name = name_of(target);
        let config = Arc::new(config(&pinned));
        let handler = Pinned { pinned };
        let address = (target.host.as_str(), target.port);
        let connected = client::connect(config, address, handler).await;
        let mut handle = connected.map_err(|refusal| refusal.into_error(&name))?;
        let result = match (credential, key) {
            (_, Some(key)) => {
                let key = PrivateKeyWithHashAlg::new(Arc::new(key), None);
                handle.authenticate_publickey(&target.user, key).await
            }
            (Credential::Password(password), _) => handle.authenticate_password(&target.user, password).await,
            (Credential::Key(_), None) => return Err(bad_credential()),
        };
        match result {
            Ok(AuthResult::Success) => Ok(Self { handle: Arc::new(handle), name: name.into() }),
            Ok(AuthResult::Failure { .. }) => Err(login_refused(&name, credential)),
            Err(error) => {
                Err(error).or_unavailable("ssh.connect", || format!("the login at {name} broke off"))
            }
        }
    }

    /// Whether the connection is gone, as far as is known here.
    pub fn is_closed(&self) -> bool {
        self.handle.is_closed()
    }

    /// Runs a program to its end. `argv` is quoted for the login shell, `env` stands in front of it.
    /// Any exit status is an output. At the time-out (default
    /// [`RUN_DEFAULT_S`]) its channel is closed and it is sent a KILL, which OpenSSH's server passes
    /// on only where the user is not root: what must end has to see to that itself.
    ///
    /// # Errors
    /// `ssh.command`, `ssh.run-timeout`, `ssh.lost` (transient: whether it ran is not known).
    pub async fn run(
        &self,
        argv: &[String],
        env: &[(String, String)],
        stdin: &[u8],
        timeout: Option<Duration>,
    ) -> Result<Output> {
        let line = command_line(argv, env)?;
        let limit = timeout.unwrap_or(Duration::from_secs(RUN_DEFAULT_S));
        self.collect(line, stdin, limit, OUTPUT_BYTES_MAX).await
    }

    /// Reads a regular file of at most [`FILE_BYTES_MAX`]; links are followed.
    ///
    /// # Errors
    /// `ssh.file-not-found`, `ssh.file`, `ssh.lost`.
    pub async fn read_file(&self, path: &str) -> Result<Vec<u8>> {
        const SCRIPT: &str = r#"[ -e "$1" ] || exit 44; [ -f "$1" ] || exit 45; exec head -c "$2" <"$1""#;
        check_path(path)?;
        let limit = FILE_BYTES_MAX.saturating_add(1);
        let line = command_line(&script(SCRIPT, &[path, &limit.to_string()]), &[])?;
        let output = self.collect(line, b"", Duration::from_secs(RUN_DEFAULT_S), limit).await?;
        let failed = |kind, code: &str, why: &str| {
            Err(Error::new(kind, code, format!("{path} at {} {why}", self.name)))
        };
        match output.status {
            0 if output.stdout.len() > FILE_BYTES_MAX => {
                failed(Kind::Invalid, "ssh.file", &format!("is larger than {FILE_BYTES_MAX} bytes"))
            }
            0 => Ok(output.stdout),
            44 => failed(Kind::NotFound, "ssh.file-not-found", "does not exist"),
            45 => failed(Kind::Invalid, "ssh.file", "is not a regular file"),
            _ => failed(Kind::Other, "ssh.file", "cannot be read")
                .map_err(|e| e.cause(last_line(&output.stderr))),
        }
    }

    /// Replaces or makes a file in one step. Nothing changes when the connection breaks.
    ///
    /// # Errors
    /// `ssh.file`, `ssh.lost`.
    pub async fn write_file(&self, path: &str, mode: u32, bytes: &[u8]) -> Result<()> {
        const SCRIPT: &str = r#"set -e; umask 077; t=$(mktemp "$1.XXXXXXXX"); trap 'rm -f "$t"' EXIT; cat >"$t"
[ "$(wc -c <"$t")" -eq "$3" ]; chmod "$2" "$t"; mv -fT "$t" "$1""#;
        check_path(path)?;
        if bytes.len() > FILE_BYTES_MAX {
            let why = format!("{path} would be larger than {FILE_BYTES_MAX} bytes");
            return Err(Error::invalid("ssh.file", why));
        }
        let (mode, size) = (format!("{:o}", mode & 0o7777), bytes.len().to_string());
        let line = command_line(&script(SCRIPT, &[path, &mode, &size]), &[])?;
        let output = self.collect(line, bytes, Duration::from_secs(RUN_DEFAULT_S), OUTPUT_BYTES_MAX).await?;
        if output.status == 0 {
            return Ok(());
        }
        Err(Error::other("ssh.file", format!("cannot write {path} at {}", self.name))
            .cause(last_line(&output.stderr)))
    }

    /// Starts a program and gives its standard input and output as one stream; its standard error is
    /// dropped. The end of input is the stream's shutdown, the end of output its end.
    ///
    /// # Errors
    /// `ssh.command`, `ssh.lost`.
    pub async fn stream(&self, argv: &[String]) -> Result<Stream> {
        let channel = self.start(command_line(argv, &[])?).await?;
        Ok(Stream { inner: channel.into_stream(), _client: self.clone() })
    }

    /// Connects to a Unix socket of the server's machine, through this connection.
    ///
    /// # Errors
    /// `ssh.forward`.
    pub async fn connect_unix(&self, path: &str) -> Result<Stream> {
        let channel = self.handle.channel_open_direct_streamlocal(path).await;
        self.forwarded(channel, path)
    }

    /// Connects to a TCP port of the loopback of the server's machine, through this connection.
    ///
    /// # Errors
    /// `ssh.forward`.
    pub async fn connect_loopback(&self, port: u16) -> Result<Stream> {
        const LOOPBACK: &str = "127.0.0.1";
        let channel = self.handle.channel_open_direct_tcpip(LOOPBACK, port.into(), LOOPBACK, 0).await;
        self.forwarded(channel, &format!("{LOOPBACK}:{port}"))
    }

    fn forwarded(&self, channel: Result<Channel<Msg>, russh::Error>, to: &str) -> Result<Stream> {
        let refused = || format!("{} opens no connection to {to}", self.name);
        let channel = channel.or_unavailable("ssh.forward", refused)?;
        Ok(Stream { inner: channel.into_stream(), _client: self.clone() })
    }

    /// Opens a channel and starts `line` in it.
    async fn start(&self, line: String) -> Result<Channel<Msg>> {
        let lost = || format!("the connection to {} is lost", self.name);
        let mut channel = self.handle.channel_open_session().await.or_unavailable("ssh.lost", lost)?;
        channel.exec(true, line).await.or_unavailable("ssh.lost", lost)?;
        loop {
            match channel.wait().await {
                Some(ChannelMsg::Success) => return Ok(channel),
                Some(ChannelMsg::WindowAdjusted { .. }) => {}
                Some(ChannelMsg::Failure) => {
                    let why = format!("{} does not let us run programs", self.name);
                    return Err(Error::denied("ssh.run", why)
                        .cause("look for ForceCommand or a restricted key there"));
                }
                Some(other) => {
                    let why = format!("{} answered out of turn", self.name);
                    return Err(Error::other("ssh.run", why).cause(format!("{other:?}")));
                }
                None => return Err(Error::unavailable("ssh.lost", lost())),
            }
        }
    }

    async fn collect(&self, line: String, stdin: &[u8], limit: Duration, bytes_max: usize) -> Result<Output> {
        let deadline = tokio::time::Instant::now() + limit;
        let too_late = || {
            let why = format!("a program at {} did not end within {} s", self.name, limit.as_secs_f64());
            Error::unavailable("ssh.run-timeout", why)
        };
        let channel = tokio::time::timeout_at(deadline, self.start(line)).await.map_err(|_| too_late())??;
        let (mut reader, writer) = channel.split();
        let input = async {
            // A program may end without reading all of it: that is its own business.
            let _ = writer.data_bytes(stdin.to_vec()).await;
            let _ = writer.eof().await;
            std::future::pending::<()>().await;
        };
        let result = tokio::select! {
            output = gather(&mut reader, bytes_max) => Some(output),
            () = input => None,
            () = tokio::time::sleep_until(deadline) => None,
        };
        match result {
            Some(Some(output)) => Ok(output),
            Some(None) => {
                Err(Error::unavailable("ssh.lost", format!("the connection to {} is lost", self.name)))
            }
            None => {
                let _ = writer.signal(Sig::KILL).await;
                let _ = writer.close().await;
                Err(too_late())
            }
        }
    }
}

/// Standard input and output of a running program, or a connection beyond the server.
pub struct Stream {
    inner: ChannelStream<Msg>,
    _client: Client,
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<std::io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// Collects what a program writes until its channel closes; none: closed without a status.
async fn gather(reader: &mut russh::ChannelReadHalf, bytes_max: usize) -> Option<Output> {
    let (mut stdout, mut stderr, mut status) = (Vec::new(), Vec::new(), None);
    while let Some(message) = reader.wait().await {
        match message {
            ChannelMsg::Data { data } => push_capped(&mut stdout, &data, bytes_max),
            ChannelMsg::ExtendedData { data, ext: 1 } => push_capped(&mut stderr, &data, bytes_max),
            ChannelMsg::ExitStatus { exit_status } => {
                status = Some(i32::try_from(exit_status).unwrap_or(i32::MAX))
            }
            ChannelMsg::ExitSignal { signal_name, .. } => {
                status = Some(128_i32.saturating_add(number(&signal_name)))
            }
            _ => {}
        }
    }
    Some(Output { status: status?, stdout, stderr })
}

fn push_capped(into: &mut Vec<u8>, data: &[u8], bytes_max: usize) {
    let room = bytes_max.saturating_sub(into.len());
    into.extend(data.iter().take(room));
}

fn number(signal: &Sig) -> i32 {
    match signal {
        Sig::HUP => 1,
        Sig::INT => 2,
        Sig::QUIT => 3,
        Sig::ILL => 4,
        Sig::ABRT => 6,
        Sig::FPE => 8,
        Sig::KILL => 9,
        Sig::USR1 => 10,
        Sig::SEGV => 11,
        Sig::PIPE => 13,
        Sig::ALRM => 14,
        Sig::TERM => 15,
        _ => 0,
    }
}

/// Lets exactly one key in.
struct Pinned {
    pinned: PublicKey,
}

impl client::Handler for Pinned {
    type Error = Refusal;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Refusal> {
        match shown {
            PublicKeyOrCertificate::PublicKey { key, .. } if key.key_data() == self.pinned.key_data() => {
                Ok(true)
            }
            PublicKeyOrCertificate::PublicKey { key, .. } => {
                Err(Refusal::HostKey(key.fingerprint(HashAlg::Sha256).to_string()))
            }
            PublicKeyOrCertificate::Certificate(_) => Err(Refusal::HostKey("a certificate".into())),
        }
    }
}

/// Why there is no connection.
#[derive(Debug)]
enum Refusal {
    Ssh(russh::Error),
    /// What it showed instead of the pinned key.
    HostKey(String),
}

impl From<russh::Error> for Refusal {
    fn from(error: russh::Error) -> Self {
        Self::Ssh(error)
    }
}

impl Refusal {
    fn into_error(self, name: &str) -> Error {
        const REMEDY: &str =
            "if its key was changed on purpose, give the new one; else something stands in between";
        let wrong = || {
            Error::denied("ssh.host-key", format!("{name} does not show the host key that is pinned for it"))
        };
        match self {
            Self::HostKey(shown) => wrong().cause(format!("it showed {shown}")).cause(REMEDY),
            Self::Ssh(russh::Error::NoCommonAlgo { kind: russh::AlgorithmKind::Key, theirs, .. }) => {
                wrong().cause(format!("it has only {}", theirs.join(", "))).cause(REMEDY)
            }
            Self::Ssh(error) => {
                Error::unavailable("ssh.connect", format!("cannot reach {name}")).cause(error)
            }
        }
    }
}

fn config(pinned: &PublicKey) -> client::Config {
    // Only the kind of the pinned key: a server with several keys then shows the right one.
    let key = Cow::Owned(vec![pinned.algorithm()]);
    client::Config {
        preferred: Preferred { cipher: Cow::Borrowed(CIPHERS), key, ..Preferred::DEFAULT },
        keepalive_interval: Some(Duration::from_secs(KEEPALIVE_S)),
        keepalive_max: KEEPALIVES_MAX,
        nodelay: true,
        ..client::Config::default()
    }
}

fn parse_host_key(target: &Target) -> Result<PublicKey> {
    let key = PublicKey::from_openssh(target.host_key.trim()).or_invalid("ssh.host-key", || {
        format!("the host key pinned for {} is not an OpenSSH public-key line", name_of(target))
    })?;
    match key.algorithm() {
        Algorithm::Ed25519 | Algorithm::Ecdsa { .. } => Ok(key),
        other => {
            let why = format!("the host key pinned for {} is of the kind {other}", name_of(target));
            Err(Error::invalid("ssh.host-key", why)
                .cause("pin its ed25519 or ECDSA key: ssh-keyscan lists them"))
        }
    }
}

/// The causes of a parser could quote the key: they are left out.
fn parse_credential(credential: &Credential) -> Result<Option<PrivateKey>> {
    let Credential::Key(text) = credential else { return Ok(None) };
    let key = PrivateKey::from_openssh(text.trim_start()).map_err(|_| bad_credential())?;
    match key.algorithm() {
        Algorithm::Ed25519 | Algorithm::Ecdsa { .. } if !key.is_encrypted() => Ok(Some(key)),
        _ => Err(bad_credential()),
    }
}

fn bad_credential() -> Error {
    Error::invalid(
        "ssh.credential",
        "the private key is not an OpenSSH ed25519 or ECDSA key without a passphrase",
    )
    .cause("make one: ssh-keygen -t ed25519 -N '' -f KEY")
}

fn login_refused(name: &str, credential: &Credential) -> Error {
    let what = match credential {
        Credential::Key(_) => "key",
        Credential::Password(_) => "password",
    };
    Error::denied("ssh.login", format!("{name} refused the {what}"))
}

fn name_of(target: &Target) -> String {
    format!("{}@{}:{}", target.user, target.host, target.port)
}

fn check_path(path: &str) -> Result<()> {
    if path.starts_with('/') {
        return Ok(());
    }
    Err(Error::invalid("ssh.file", format!("{path:?} is not an absolute path")))
}

fn script(script: &str, arguments: &[&str]) -> Vec<String> {
    ["sh", "-c", script, "sh"].iter().chain(arguments).map(ToString::to_string).collect()
}

/// The last line that a program complained with, cut to a sane length.
fn last_line(stderr: &[u8]) -> String {
    const CHARS_MAX: usize = 500;
    let text = String::from_utf8_lossy(stderr);
    text.trim_end().lines().last().unwrap_or("it said nothing").chars().take(CHARS_MAX).collect()
}
