//! Waiting while a worker boots, until it lets us in. Knows no way in.

use crate::limits::LOGIN_PAUSE_S;
use gyre_core::{Error, Kind, Result};
use std::time::Duration;
use tokio::time::Instant;

/// Attempts until one succeeds. What is unavailable passes, and so does what has one of the codes `passing`: a worker
/// that boots makes its account late.
///
/// # Errors
/// `worker.boot-timeout` with the last failure after `limit`; what does not pass, at once.
pub(crate) async fn let_in<T, F: Future<Output = Result<T>>>(
    host: &str,
    limit: Duration,
    passing: &[&str],
    mut attempt: impl FnMut() -> F,
) -> Result<T> {
    let deadline = Instant::now() + limit;
    let mut pause = Duration::from_secs(LOGIN_PAUSE_S.0);
    loop {
        let error = match attempt().await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        if error.kind != Kind::Unavailable && !passing.contains(&error.code.as_str()) {
            return Err(error);
        }
        if Instant::now() + pause >= deadline {
            return Err(too_late(host, limit, &error));
        }
        tracing::debug!(%error, host, "the worker does not let us in yet");
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(LOGIN_PAUSE_S.1));
    }
}

fn too_late(host: &str, limit: Duration, last: &Error) -> Error {
    let why = format!("the worker {host} did not let us in within {} s", limit.as_secs());
    let error = Error::unavailable("worker.boot-timeout", why).cause(last);
    match last.code.as_str() {
        "ssh.connect" | "winrm.connect" => {
            error.cause("look at its console, its security group and the route to it")
        }
        "winrm.login" | "winrm.host-key" => error.cause(
            "its account and its listener are made by cloudbase-init from the user data: look whether the image has it, \
             with its UserDataPlugin",
        ),
        _ => error,
    }
}
