//! A worker that runs Windows: WinRM lets us in, PowerShell puts the agent in place where it is not there yet, and the agent
//! lives for as long as the shell that it was started in.

use crate::boot::let_in;
use crate::certificates::Certificates;
use crate::limits::{
    LAST_WORDS_BYTES_MAX, READY_BYTES_MAX, START_TIMEOUT_S, UPLOAD_LINE_BYTES, UPLOAD_TIMEOUT_S,
};
use crate::session::{Brought, Hold, Program, start};
use crate::start::{line, no_start, ready};
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gyre_core::error::Context as _;
use gyre_core::roles::{Transport, Worker};
use gyre_core::{Error, Result};
use gyre_winrm::{Client, Event, Output, Process, Target, powershell};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{oneshot, watch};

/// Puts what arrives on its standard input in place, if anything does, and tells where the agent lies.
const PUT_AGENT: &str = include_str!("put-agent.ps1");
/// Its exit status where no such agent lies there.
const ABSENT: i32 = 3;

/// What keeps the agent alive.
struct Place {
    process: Arc<Process>,
    watcher: tokio::task::AbortHandle,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.watcher.abort();
        let process = self.process.clone();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            // With the shell ends the agent's standard input. Of a worker that is gone nothing is left to end.
            runtime.spawn(async move { drop(process.end().await) });
        }
    }
}

#[async_trait]
impl Hold for Place {
    async fn clear(&self) -> Result<()> {
        self.process.end().await
    }
}

/// Starts the agent, with `password` to log in.
///
/// # Errors
/// `winrm.*`, `worker.*`; `agent.*` and `disk.*` of the agent.
pub(crate) async fn bring_up(
    worker: &Worker,
    password: &str,
    program: &Program,
    boot_timeout: Duration,
    certificates: &Certificates,
) -> Result<Brought> {
    let Transport::Https(port) = worker.transport else {
        let why = format!("the worker {} runs Windows, whose agent is reached by HTTPS alone", worker.host);
        return Err(Error::invalid("worker.transport", why));
    };
    let client = Client::new(&target(worker)?, password)?;
    // Until its user data was run it has another listener or none, and no such account.
    let passing = ["winrm.login", "winrm.host-key"];
    let path = match let_in(&worker.host, boot_timeout, &passing, || put(&client, program, &[])).await? {
        Some(path) => path,
        None => upload(&client, program).await?,
    };
    let process = Arc::new(client.start(&path, &["serve"]).await?);
    let (told, first) = oneshot::channel();
    let (ended, life) = watch::channel(None);
    let watcher = tokio::spawn(watch_over(process.clone(), told, ended)).abort_handle();
    let hold = Box::new(Place { process: process.clone(), watcher });
    match process.send(&line(&start(worker, certificates.listen(port)))?, false).await {
        // One that ended before it read that says why.
        Err(error) if error.code != "winrm.stdin" => return Err(error),
        _ => {}
    }
    let first = tokio::time::timeout(Duration::from_secs(START_TIMEOUT_S), first).await;
    let ready = ready(&first.or_unavailable("worker.start", no_start)?.unwrap_or_default())?;
    Ok(Brought { hold, route: certificates.route(&worker.host, &ready)?, life })
}

fn target(worker: &Worker) -> Result<Target> {
    let host_key = worker.host_key.clone().ok_or_else(|| {
        Error::denied(
            "worker.host-key",
            format!("no key is known for the WinRM of the worker {}", worker.host),
        )
        .cause(
            "a destination plugin must make it (secrets.generate-winrm-login) and tell it in describe-worker",
        )
    })?;
    Ok(Target { host: worker.host.clone(), port: worker.port, user: worker.user.clone(), host_key })
}

/// Answers the path of the agent, once it lies there.
async fn upload(client: &Client, program: &Program) -> Result<String> {
    let lines = program.bytes.chunks(UPLOAD_LINE_BYTES).map(|piece| STANDARD.encode(piece) + "\r\n");
    let lines: String = lines.collect();
    let path = put(client, program, lines.as_bytes()).await?;
    path.ok_or_else(|| Error::other("worker.upload", "the agent arrived on the worker as something else"))
}

/// Has the agent put where it belongs, in lines of base64; without any only looks, and ends older agents. None: it is not
/// there.
async fn put(client: &Client, program: &Program, lines: &[u8]) -> Result<Option<String>> {
    let script = PUT_AGENT.replace("{name}", &program.name()).replace("{sum}", &program.sum);
    let arguments = powershell(&script);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let limit = Duration::from_secs(UPLOAD_TIMEOUT_S);
    let output = client.run("powershell.exe", &arguments, lines, limit).await?;
    let path = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    match output.status {
        0 if !path.is_empty() => Ok(Some(path)),
        ABSENT => Ok(None),
        _ => {
            let error = Error::other("worker.upload", "cannot put the agent onto the worker");
            Err(error.cause(complaint(&output)))
        }
    }
}

fn complaint(output: &Output) -> String {
    const CHARS_MAX: usize = 500;
    let text = String::from_utf8_lossy(&output.stderr);
    let text = if text.trim().is_empty() { "it said nothing".into() } else { text };
    format!("status {}: {}", output.status, text.trim().chars().take(CHARS_MAX).collect::<String>())
}

/// Tells the first line of the agent, and its end with its last words.
async fn watch_over(
    process: Arc<Process>,
    first: oneshot::Sender<Vec<u8>>,
    ended: watch::Sender<Option<String>>,
) {
    let (mut first, mut said, mut words) = (Some(first), Vec::new(), Vec::new());
    loop {
        match process.receive().await {
            Ok(Event::Output { stdout, stderr }) => {
                keep_end(&mut words, &stderr);
                if first.is_none() {
                    continue;
                }
                said.extend_from_slice(&stdout);
                if said.contains(&b'\n') || said.len() as u64 > READY_BYTES_MAX {
                    tell(&mut first, &mut said);
                }
            }
            Ok(Event::Ended { .. }) => break,
            Err(error) => {
                keep_end(&mut words, error.to_string().as_bytes());
                break;
            }
        }
    }
    tell(&mut first, &mut said);
    let _ = ended.send(Some(String::from_utf8_lossy(&words).trim().to_owned()));
}

/// Up to the end of the line.
fn tell(first: &mut Option<oneshot::Sender<Vec<u8>>>, said: &mut Vec<u8>) {
    let end = said.iter().position(|byte| *byte == b'\n').unwrap_or(said.len());
    said.truncate(end);
    if let Some(first) = first.take() {
        let _ = first.send(std::mem::take(said));
    }
}

fn keep_end(words: &mut Vec<u8>, more: &[u8]) {
    words.extend_from_slice(more);
    words.drain(..words.len().saturating_sub(LAST_WORDS_BYTES_MAX));
}
