//! A worker that runs Linux: its SSH lets us in, the agent is uploaded where it is not there yet, and lives for as long as
//! the session that started it.

use crate::boot::let_in;
use crate::certificates::Certificates;
use crate::limits::UPLOAD_TIMEOUT_S;
use crate::link::{Life, Route};
use crate::session::{Brought, Hold, Program, start};
use crate::start::greet;
use async_trait::async_trait;
use gyre_core::protocol::{Listen, Ready, Start};
use gyre_core::roles::{Transport, Worker};
use gyre_core::{Error, Result};
use gyre_ssh::{Client, Credential, Output, Stream, Target};
use std::time::Duration;
use tokio::io::{BufReader, ReadHalf, WriteHalf};
use tokio::sync::watch;

/// Root's own, so that nobody else can put a program there.
const AGENT_DIR: &str = "/var/lib/gyre-agent";

/// What keeps the agent alive, and where it runs.
struct Place {
    shell: Shell,
    run_dir: String,
    /// The agent lives for as long as this is open.
    _stdin: WriteHalf<Stream>,
    watcher: tokio::task::AbortHandle,
}

impl Drop for Place {
    fn drop(&mut self) {
        // The task holds the other half of the stream, whose end is what ends the agent.
        self.watcher.abort();
    }
}

#[async_trait]
impl Hold for Place {
    async fn clear(&self) -> Result<()> {
        self.shell.root_script(r#"rm -rf -- "$1""#, &[&self.run_dir], b"").await.map(drop)
    }
}

/// Starts the agent, with `key` (an OpenSSH private key) to log in.
///
/// # Errors
/// `ssh.*`, `worker.*`; `agent.*` and `disk.*` of the agent.
pub(crate) async fn bring_up(
    worker: &Worker,
    key: &str,
    program: &Program,
    boot_timeout: Duration,
    certificates: &Certificates,
) -> Result<Brought> {
    let target = target(worker)?;
    let credential = Credential::Key(key.to_string());
    let shell = Shell::open(&target, &credential, boot_timeout).await?;
    let agent = shell.upload(program).await?;
    let run_dir = shell.make_run_dir().await?;
    let listen = match worker.transport {
        Transport::Https(port) => certificates.listen(port),
        Transport::Ssh => Listen::Unix { path: socket(&run_dir) },
    };
    let Started { ready, stdin, watcher, life } =
        shell.start(&agent, &run_dir, &start(worker, listen)).await?;
    let route = match worker.transport {
        Transport::Https(_) => certificates.route(&worker.host, &ready)?,
        Transport::Ssh => {
            let argv = shell.as_root(&[&agent, "connect", &socket(&run_dir)]);
            Route::Ssh { target, credential, argv }
        }
    };
    let hold = Box::new(Place { shell, run_dir, _stdin: stdin, watcher });
    Ok(Brought { hold, route, life })
}

fn target(worker: &Worker) -> Result<Target> {
    let host_key = worker.host_key.clone().ok_or_else(|| {
        Error::denied("worker.host-key", format!("no SSH host key is known for the worker {}", worker.host))
            .cause("a destination plugin must make it (secrets.generate-host-key) and tell it in describe-worker")
    })?;
    Ok(Target { host: worker.host.clone(), port: worker.port, user: worker.user.clone(), host_key })
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
        let attempt = || Self::try_open(target, credential);
        let_in(&target.host, boot_timeout, &["ssh.login", "worker.sudo"], attempt).await
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
    async fn upload(&self, program: &Program) -> Result<String> {
        const PRESENT: &str = r#"printf '%s  %s\n' "$2" "$1" | sha256sum -c --status"#;
        const PUT: &str = r#"set -e; umask 077; mkdir -p -m 0700 "$1"; chmod 0700 "$1"; chown 0:0 "$1"
t=$(mktemp "$1/part.XXXXXXXX"); trap 'rm -f "$t"' EXIT; cat >"$t"
printf '%s  %s\n' "$3" "$t" | sha256sum -c --status; chmod 0700 "$t"; mv -f "$t" "$2""#;
        let (sum, path) = (&program.sum, format!("{AGENT_DIR}/{}", program.name()));
        if self.root_script(PRESENT, &[&path, sum], b"").await?.status == 0 {
            return Ok(path);
        }
        let output = self.root_script(PUT, &[AGENT_DIR, &path, sum], &program.bytes).await?;
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

fn last_line(output: &Output) -> String {
    const CHARS_MAX: usize = 500;
    let text = String::from_utf8_lossy(&output.stderr);
    let line = text.trim_end().lines().last().unwrap_or("it said nothing");
    format!("status {}: {}", output.status, line.chars().take(CHARS_MAX).collect::<String>())
}
