//! The first words between gyre and an agent: one line says what it is started with, one comes back. Knows no worker.

use crate::limits::{READY_BYTES_MAX, START_TIMEOUT_S};
use crate::link::lost;
use crate::remote::parse;
use gyre_core::error::Context as _;
use gyre_core::protocol::{Ready, Start, VERSION};
use gyre_core::{Error, Result};
use std::time::Duration;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

/// What is said of an agent that does not start.
pub(crate) fn no_start() -> String {
    "the agent on the worker did not start".into()
}

/// The line that starts an agent.
///
/// # Errors
/// `worker.start`.
pub(crate) fn line(start: &Start) -> Result<Vec<u8>> {
    let line = serde_json::to_vec(start).or_other("worker.start", || "cannot write the start line".into());
    line.map(|line| [line, b"\n".to_vec()].concat())
}

/// Says what the agent is started with, and waits for its first line.
///
/// # Errors
/// `worker.start`, and those of [`ready`].
pub(crate) async fn greet(
    stdin: &mut (impl AsyncWrite + Unpin),
    stdout: &mut (impl AsyncBufRead + Unpin),
    start: &Start,
) -> Result<Ready> {
    let line = line(start)?;
    let first = async {
        stdin.write_all(&line).await?;
        stdin.flush().await?;
        let mut first = Vec::new();
        stdout.take(READY_BYTES_MAX).read_until(b'\n', &mut first).await?;
        Ok::<_, std::io::Error>(first)
    };
    let first = tokio::time::timeout(Duration::from_secs(START_TIMEOUT_S), first).await;
    let first = first.or_unavailable("worker.start", no_start)?.or_unavailable("worker.start", no_start)?;
    ready(&first)
}

/// The first line is a [`Ready`], or an error of the agent.
///
/// # Errors
/// `worker.agent-lost`, `worker.protocol`, `agent.*` and `disk.*` of the agent.
pub(crate) fn ready(line: &[u8]) -> Result<Ready> {
    said(line).map_err(|error| error.during(no_start()))
}

fn said(line: &[u8]) -> Result<Ready> {
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
