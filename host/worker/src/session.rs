//! One worker with our agent on it: waits for its SSH, uploads the agent where it is not there yet,
//! starts it, opens the link, and ends it. Knows no job.

use crate::certificates::Certificates;
use crate::control::Control;
use crate::limits::{
    AGENT_IDLE_S, CONTROL_CONNECTIONS, LOGIN_PAUSE_S, READY_BYTES_MAX, START_TIMEOUT_S, UPLOAD_TIMEOUT_S,
};
use crate::link::{Life, Link, Route, lost};
use crate::remote::{RemoteDisk, parse};
use gyre_core::error::Context as _;
use gyre_core::protocol::{Hello, Listen, Ready, Root, Script, ScriptEnd, Secret, Start, System, VERSION};
use gyre_core::roles::{Transport, Worker};
use gyre_core::{BlockTarget, Error, Kind, OsType, Result};
use gyre_ssh::{Client, Credential, Output, Stream, Target};
use sha2::{Digest as _, Sha256};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
    ReadHalf, WriteHalf,
};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Root's own, so that nobody else can put a program there.
const AGENT_DIR: &str = "/var/lib/gyre-agent";

/// How workers are used.
#[derive(Clone, Debug)]
pub struct Options {
    /// The static program to upload.
    pub agent: PathBuf,
    /// Connections of the link for each disk.
    pub connections: usize,
    /// How long a new worker may take until its SSH lets us in.
    pub boot_timeout: Duration,
}

/// A worker with our agent running on it. Dropping it ends the agent, which then takes apart what
/// it mounted; [`Session::close`] waits for that.
pub struct Session {
    shell: Shell,
    /// The agent lives for as long as this is open.
    _stdin: WriteHalf<Stream>,
    watcher: tokio::task::AbortHandle,
    life: Life,
    route: Arc<Route>,
    control: Control,
    hello: Hello,
    options: Options,
    run_dir: String,
}

impl Drop for Session {
    fn drop(&mut self) {
        // The task holds the other half of the stream, whose end is what ends the agent.
        self.watcher.abort();
    }
}

impl Session {
    /// Brings the agent up on `worker`, with `key` (an OpenSSH private key) to log in.
    ///
    /// # Errors
    /// `ssh.*`, `worker.boot-timeout`, `worker.host-key`, `worker.sudo`, `worker.upload`,
    /// `worker.start`, `disk.*` of the agent, `job.cancelled`.
    pub async fn open(
        worker: &Worker,
        key: &str,
        options: &Options,
        cancel: &CancellationToken,
    ) -> Result<Self> {
        tokio::select! {
            session = Self::open_now(worker, key, options) => session,
            () = cancel.cancelled() => Err(Error::cancelled()),
        }
    }

    async fn open_now(worker: &Worker, key: &str, options: &Options) -> Result<Self> {
        if worker.os_type != OsType::Linux {
            let why = format!("the worker {} runs no Linux: there is no agent for it", worker.host);
            return Err(Error::invalid("worker.os", why));
        }
        let target = target(worker)?;
        let credential = Credential::Key(key.to_string());
        let shell = Shell::open(&target, &credential, options.boot_timeout).await?;
        let agent = shell.upload(options).await?;
        let run_dir = shell.make_run_dir().await?;
        let certificates = Certificates::make()?;
        let start = Start {
            version: VERSION,
            disks: worker.disks.clone(),
            listen: listen(worker, &certificates, &run_dir),
            idle_s: AGENT_IDLE_S,
        };
        let Started { ready, stdin, watcher, life } = shell.start(&agent, &run_dir, &start).await?;
        let route = Arc::new(match worker.transport {
            Transport::Https(_) => {
                let port =
                    ready.port.ok_or_else(|| Error::other("worker.protocol", "the agent told no port"))?;
                Route::Tls {
                    host: worker.host.clone(),
                    port,
                    config: Arc::new(certificates.client_config()?),
                }
            }
            Transport::Ssh => Route::Ssh {
                target,
                credential,
                argv: shell.as_root(&[&agent, "connect", &socket(&run_dir)]),
            },
        });
        let control = Control(Arc::new(Link::new(route.clone(), life.clone(), CONTROL_CONNECTIONS)));
        let hello = control.hello().await?;
        Ok(Self {
            shell,
            _stdin: stdin,
            watcher,
            life,
            route,
            control,
            hello,
            options: options.clone(),
            run_dir,
        })
    }

    /// A disk of [`Worker::disks`], with connections of its own.
    ///
    /// # Errors
    /// `worker.disk` when the worker has no disk of that id.
    pub fn disk(&self, id: &str) -> Result<Arc<dyn BlockTarget>> {
        let devices = self.hello.devices.iter().enumerate();
        let found = devices.into_iter().find(|(_, device)| device.disk == id);
        let (index, device) = found.ok_or_else(|| {
            let present: Vec<&str> = self.hello.devices.iter().map(|device| device.disk.as_str()).collect();
            Error::not_found(
                "worker.disk",
                format!("the worker has no disk {id:?}, but {}", present.join(", ")),
            )
        })?;
        let link = Link::new(self.route.clone(), self.life.clone(), self.options.connections);
        Ok(Arc::new(RemoteDisk { link, index, size: device.size, took: Default::default() }))
    }

    /// Every operating system on the disks.
    ///
    /// # Errors
    /// `system.*`, `worker.*`.
    pub async fn systems(&self) -> Result<Vec<System>> {
        self.control.systems().await
    }

    /// Hands over what may open encrypted disks, in place of what was handed over before.
    ///
    /// # Errors
    /// `agent.request`, `worker.*`.
    pub async fn unlock(&self, secrets: Vec<Secret>) -> Result<()> {
        self.control.unlock(secrets).await
    }

    /// Runs a program of the operator's on the worker itself.
    ///
    /// # Errors
    /// `script.*`, `worker.*`.
    pub async fn run_script(&self, script: &Script) -> Result<ScriptEnd> {
        self.control.run_script(script).await
    }

    /// Mounts one of them. Answers what should be known of it, too.
    ///
    /// # Errors
    /// `system.*`, `worker.*`.
    pub async fn mount(&self, system: &System) -> Result<(Arc<dyn Root>, Vec<String>)> {
        self.control.mount(system).await
    }

    /// Unmounts what is mounted; nothing mounted is no error.
    ///
    /// # Errors
    /// `system.unmount`, `worker.*`.
    pub async fn unmount(&self) -> Result<()> {
        self.control.unmount().await
    }

    /// Unmounts, ends the agent, removes what it ran in.
    ///
    /// # Errors
    /// `system.unmount`, `worker.*`; the agent ends nevertheless.
    pub async fn close(self) -> Result<()> {
        let stopped = self.control.stop().await;
        let mut life = self.life.clone();
        // Looked at as a yes or no at once: what is answered holds a lock that cannot be sent.
        let limit = Duration::from_secs(START_TIMEOUT_S);
        let ended = tokio::time::timeout(limit, life.wait_for(Option::is_some)).await.is_ok();
        let cleaned = self.shell.root_script(r#"rm -rf -- "$1""#, &[&self.run_dir], b"").await;
        stopped?;
        if !ended {
            return Err(Error::other("worker.close", "the agent on the worker did not end"));
        }
        cleaned.map(drop)
    }
}

fn target(worker: &Worker) -> Result<Target> {
    let host_key = worker.host_key.clone().ok_or_else(|| {
        Error::denied("worker.host-key", format!("no SSH host key is known for the worker {}", worker.host))
            .cause("a destination plugin must make it (secrets.generate-host-key) and tell it in describe-worker")
    })?;
    Ok(Target { host: worker.host.clone(), port: worker.port, user: worker.user.clone(), host_key })
}

fn listen(worker: &Worker, certificates: &Certificates, run_dir: &str) -> Listen {
    match worker.transport {
        Transport::Https(port) => Listen::Tls {
            port,
            certificate: certificates.agent.certificate.clone(),
            key: certificates.agent.key.clone(),
            client_authority: certificates.authority.clone(),
        },
        Transport::Ssh => Listen::Unix { path: socket(run_dir) },
    }
}

fn socket(run_dir: &str) -> String {
    format!("{run_dir}/socket")
}

/// An agent that said that it is ready.
struct Started {
    ready: Ready,
    stdin: WriteHalf<Stream>,
    watcher: tokio::task::AbortHandle,
    life: Life,
}

/// The SSH session that the agent is started through.
struct Shell {
    client: Client,
    root: bool,
}

impl Shell {
    /// Logs in and becomes root, waiting while the worker boots and makes its user.
    async fn open(target: &Target, credential: &Credential, boot_timeout: Duration) -> Result<Self> {
        let deadline = Instant::now() + boot_timeout;
        let mut pause = Duration::from_secs(LOGIN_PAUSE_S.0);
        loop {
            let error = match Self::try_open(target, credential).await {
                Ok(shell) => return Ok(shell),
                Err(error) => error,
            };
            let passing =
                error.kind == Kind::Unavailable || matches!(error.code.as_str(), "ssh.login" | "worker.sudo");
            if !passing {
                return Err(error);
            }
            if Instant::now() + pause >= deadline {
                return Err(too_late(target, boot_timeout, &error));
            }
            tracing::debug!(%error, host = target.host, "the worker does not let us in yet");
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(Duration::from_secs(LOGIN_PAUSE_S.1));
        }
    }

    async fn try_open(target: &Target, credential: &Credential) -> Result<Self> {
        let client = Client::connect(target, credential).await?;
        let shell = Self { client, root: target.user == "root" };
        let output = shell.run_as_root(&["true"], b"").await?;
        if output.status == 0 {
            return Ok(shell);
        }
        let why = format!("{} at {} cannot become root with sudo -n", target.user, target.host);
        Err(Error::denied("worker.sudo", why).cause(last_line(&output)))
    }

    fn as_root(&self, argv: &[&str]) -> Vec<String> {
        let sudo: &[&str] = if self.root { &[] } else { &["sudo", "-n", "--"] };
        sudo.iter().chain(argv).map(ToString::to_string).collect()
    }

    async fn run_as_root(&self, argv: &[&str], stdin: &[u8]) -> Result<Output> {
        let limit = Some(Duration::from_secs(UPLOAD_TIMEOUT_S));
        self.client.run(&self.as_root(argv), &[], stdin, limit).await
    }

    async fn root_script(&self, script: &str, arguments: &[&str], stdin: &[u8]) -> Result<Output> {
        let argv: Vec<&str> = ["sh", "-c", script, "sh"].iter().chain(arguments).copied().collect();
        self.run_as_root(&argv, stdin).await
    }

    /// Puts the agent in place, unless this very one is there. Answers its path.
    async fn upload(&self, options: &Options) -> Result<String> {
        const PRESENT: &str = r#"printf '%s  %s\n' "$2" "$1" | sha256sum -c --status"#;
        const PUT: &str = r#"set -e; umask 077; mkdir -p -m 0700 "$1"; chmod 0700 "$1"; chown 0:0 "$1"
t=$(mktemp "$1/part.XXXXXXXX"); trap 'rm -f "$t"' EXIT; cat >"$t"
printf '%s  %s\n' "$3" "$t" | sha256sum -c --status; chmod 0700 "$t"; mv -f "$t" "$2""#;
        let program = tokio::fs::read(&options.agent).await.or_invalid("worker.upload", || {
            format!("cannot read the agent {}: build it with cargo xtask setup", options.agent.display())
        })?;
        let sum: String = Sha256::digest(&program).iter().map(|byte| format!("{byte:02x}")).collect();
        let path = format!("{AGENT_DIR}/agent-{}", sum.get(..16).unwrap_or(&sum));
        if self.root_script(PRESENT, &[&path, &sum], b"").await?.status == 0 {
            return Ok(path);
        }
        let output = self.root_script(PUT, &[AGENT_DIR, &path, &sum], &program).await?;
        if output.status == 0 {
            return Ok(path);
        }
        Err(Error::other("worker.upload", "cannot put the agent onto the worker").cause(last_line(&output)))
    }

    /// A directory of this session alone.
    async fn make_run_dir(&self) -> Result<String> {
        let output = self.root_script(r#"umask 077; mktemp -d "$1/run.XXXXXXXX""#, &[AGENT_DIR], b"").await?;
        let path = String::from_utf8_lossy(&output.stdout).trim().to_string();
        if output.status == 0 && path.starts_with(AGENT_DIR) {
            return Ok(path);
        }
        Err(Error::other("worker.upload", "cannot make a directory on the worker").cause(last_line(&output)))
    }

    /// Starts the agent and waits for its first line.
    async fn start(&self, agent: &str, run_dir: &str, start: &Start) -> Result<Started> {
        let log = format!("{run_dir}/log");
        let argv = self.as_root(&["sh", "-c", r#"exec "$1" serve 2>"$2""#, "sh", agent, &log]);
        let (stdout, mut stdin) = tokio::io::split(self.client.stream(&argv).await?);
        let mut stdout = BufReader::new(stdout);
        let ready = greet(&mut stdin, &mut stdout, start).await?;
        let (watcher, life) = self.watch(stdout, log);
        Ok(Started { ready, stdin, watcher, life })
    }

    /// Tells when the agent's output ends, which is when it does.
    fn watch(
        &self,
        mut stdout: BufReader<ReadHalf<Stream>>,
        log: String,
    ) -> (tokio::task::AbortHandle, Life) {
        let (sender, receiver) = watch::channel(None);
        let (client, argv) = (self.client.clone(), self.as_root(&["tail", "-n", "3", &log]));
        let task = tokio::spawn(async move {
            // It has nothing to say there any more: whatever comes is not kept.
            let _ = tokio::io::copy(&mut stdout, &mut tokio::io::sink()).await;
            let words = client.run(&argv, &[], b"", Some(Duration::from_secs(5))).await;
            let words = words.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_string());
            let _ = sender.send(Some(words.unwrap_or_default()));
        });
        (task.abort_handle(), receiver)
    }
}

/// Says what the agent is started with, and waits for its first line.
///
/// # Errors
/// `worker.start`, `worker.agent-lost`, `agent.*` and `disk.*` of the agent.
pub(crate) async fn greet(
    stdin: &mut (impl AsyncWrite + Unpin),
    stdout: &mut (impl AsyncBufRead + Unpin),
    start: &Start,
) -> Result<Ready> {
    let what = || "the agent on the worker did not start".to_string();
    let mut line =
        serde_json::to_vec(start).or_other("worker.start", || "cannot write the start line".into())?;
    line.push(b'\n');
    let first = async {
        stdin.write_all(&line).await?;
        stdin.flush().await?;
        let mut first = Vec::new();
        stdout.take(READY_BYTES_MAX).read_until(b'\n', &mut first).await?;
        Ok::<_, std::io::Error>(first)
    };
    let first = tokio::time::timeout(Duration::from_secs(START_TIMEOUT_S), first).await;
    let first = first.or_unavailable("worker.start", what)?.or_unavailable("worker.start", what)?;
    ready(&first).map_err(|error| error.during(what()))
}

/// The first line is a [`Ready`], or an error of the agent.
fn ready(line: &[u8]) -> Result<Ready> {
    if line.is_empty() {
        return Err(lost("it said nothing: look whether the worker can run this agent (uname -m)"));
    }
    if let Ok(error) = serde_json::from_slice::<Error>(line) {
        return Err(error);
    }
    let ready: Ready = parse(line)?;
    if ready.version != VERSION {
        let why = format!("the agent speaks version {}, this gyre {VERSION}", ready.version);
        return Err(Error::invalid("agent.version", why));
    }
    Ok(ready)
}

fn too_late(target: &Target, limit: Duration, last: &Error) -> Error {
    let why = format!("the worker {} did not let us in within {} s", target.host, limit.as_secs());
    let error = Error::unavailable("worker.boot-timeout", why).cause(last);
    if last.code == "ssh.connect" {
        error.cause("look at its console, its security group and the route to it")
    } else {
        error
    }
}

fn last_line(output: &Output) -> String {
    const CHARS_MAX: usize = 500;
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.trim_end().lines().last().unwrap_or("it said nothing");
    format!("status {}: {}", output.status, line.chars().take(CHARS_MAX).collect::<String>())
}
