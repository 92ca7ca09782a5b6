//! `gyre serve`: the one process that works on the jobs of a state directory, whoever asked for them, until it is
//! told to stop; then it parks them. Knows the order of starting and stopping, and nothing of what is served.

use crate::answer::Answer;
use crate::app::App;
use crate::lock::Lock;
use crate::planned::Planned;
use crate::screen::Screen;
use gyre_api::{Api, Gate, Metrics, Server, Tasks, TokenFile, acceptor};
use gyre_core::Result;
use gyre_core::config::Config;
use gyre_core::error::Context as _;
use gyre_engine::{News, Reporter};
use gyre_schedule::{Scheduler, Schedules};
use serde_json::json;
use std::ffi::OsString;
use std::os::linux::net::SocketAddrExt as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::{SocketAddr, UnixDatagram};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// Name of the token's file in the state directory.
const TOKEN_NAME: &str = "serve.token";
/// How long jobs may take to come to a place where they can be gone on with: longer than a step has for that.
const PARK_GRACE: Duration = Duration::from_secs(60);

/// Where the token of the server lies.
pub fn token_file(config: &Config, state: &Path) -> TokenFile {
    TokenFile(config.serve.token_file.clone().unwrap_or_else(|| state.join(TOKEN_NAME)))
}

/// Shows what happens in jobs, and counts it.
struct Both(Screen, Arc<Metrics>);

impl Reporter for Both {
    fn tell(&self, job: &str, news: &News) {
        self.1.tell(job, news);
        self.0.tell(job, news);
    }
}

/// Serves until `stop`.
///
/// # Errors
/// `serve.*`, and those of [`App::open`].
pub async fn serve(config: Option<&Path>, screen: &Screen, stop: CancellationToken) -> Result<Answer> {
    let metrics = Arc::new(Metrics::default());
    screen.expect_several();
    let app = Arc::new(App::open(config, Arc::new(Both(screen.clone(), metrics.clone())))?);
    app.warn(screen);
    let mut lock = Lock::of_server(&app.state)?;
    let token = token_file(&app.config, &app.state);
    let gate = Gate::new(token.read_or_create()?, app.config.serve.names.clone());
    let serve = &app.config.serve;
    let tls = match (&serve.tls_certificate, &serve.tls_key) {
        (Some(certificate), Some(key)) => Some(acceptor(certificate, key)?),
        _ => None,
    };
    let (listener, url) = listen(serve.listen, tls.is_some()).await?;
    lock.sign(&url)?;
    let tasks = Tasks::new(app.engine.clone(), metrics.clone());
    let schedules = app.schedules.clone();
    let api = Api::new(app.engine.clone(), tasks.clone(), schedules, app.clone(), metrics, gate);
    let server = Server::new(api, tls);
    let going_on = tasks.go_on().await?;
    screen.line(&format!("serving at {url}; the token is in {}", token.0.display()));
    if going_on > 0 {
        screen.line(&format!("jobs that an earlier run left, and that go on: {going_on}"));
    }
    let planned = Planned::new(app.engine.clone(), tasks.clone());
    let scheduler = Scheduler::new(app.schedules.clone(), Arc::new(planned)).run(stop.child_token());
    let schedules = tokio::spawn(run_schedules(scheduler, app.schedules.clone(), tasks.clone()));
    notify("READY=1");
    server.accept(listener, &stop).await;
    notify("STOPPING=1");
    schedules.abort();
    let left = end(&server, &tasks).await;
    drop(lock);
    Ok(Answer::new(json!({ "left": left }), parked(left)))
}

/// Runs what is planned; what waits for the end of a job sees it at once.
async fn run_schedules(scheduler: impl Future<Output = ()>, schedules: Schedules, tasks: Arc<Tasks>) {
    let wake = async {
        loop {
            tasks.ended().await;
            schedules.wake();
        }
    };
    tokio::select! {
        () = scheduler => {}
        () = wake => {}
    }
}

/// Parks the jobs, and tells that to those who follow them.
async fn end(server: &Server, tasks: &Tasks) -> usize {
    let left = tasks.park(PARK_GRACE).await;
    server.close().await;
    left
}

fn parked(left: usize) -> String {
    match left {
        0 => "stopped; jobs that are not over go on at the next start\n".into(),
        left => {
            format!("stopped; {left} jobs did not come to rest, and go on at the next start all the same\n")
        }
    }
}

async fn listen(address: std::net::SocketAddr, is_tls: bool) -> Result<(TcpListener, String)> {
    let what = || format!("cannot listen at {address}");
    let listener = TcpListener::bind(address).await.or_invalid("serve.listen", what)?;
    let bound = listener.local_addr().or_other("serve.listen", what)?;
    let scheme = if is_tls { "https" } else { "http" };
    Ok((listener, format!("{scheme}://{bound}")))
}

/// Tells whoever started this process how it stands, as sd_notify(3) does; where nobody asked, nothing.
fn notify(state: &str) {
    notify_at(std::env::var_os("NOTIFY_SOCKET"), state);
}

fn notify_at(socket: Option<OsString>, state: &str) {
    let Some(name) = socket else { return };
    let address = match name.as_bytes().strip_prefix(b"@") {
        Some(name) => SocketAddr::from_abstract_name(name),
        None => SocketAddr::from_pathname(&name),
    };
    let sent = address.and_then(|address| UnixDatagram::unbound()?.send_to_addr(state.as_bytes(), &address));
    if let Err(error) = sent {
        tracing::warn!(%error, "the service manager could not be told");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNIT: &str = include_str!("../../docs/gyre.service");

    #[test]
    fn the_unit_is_one_of_systemd() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("gyre.service");
        // The program has to be there when it is looked at.
        std::fs::write(&path, UNIT.replace("/usr/bin/gyre", "/bin/true")).unwrap();
        let mut analyze = std::process::Command::new("systemd-analyze");
        let verified = analyze.arg("verify").arg(&path).output();
        let verified =
            verified.expect("cargo xtask setup installs Debian's systemd, whose systemd-analyze this needs");
        let said = String::from_utf8_lossy(&verified.stderr);
        let ours: Vec<_> = said.lines().filter(|line| line.contains("gyre.service")).collect();
        assert!(ours.is_empty() && verified.status.success(), "{said}");
    }

    #[test]
    fn a_job_has_less_time_to_come_to_rest_than_the_service_manager_gives() {
        let limit = UNIT.lines().find_map(|line| line.strip_prefix("TimeoutStopSec=")).unwrap();
        let steps = gyre_saga::Policy::default().cancel_grace;
        assert!(steps < PARK_GRACE && PARK_GRACE.as_secs() < limit.parse().unwrap());
    }

    #[test]
    fn whoever_started_the_server_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("notify");
        let socket = UnixDatagram::bind(&path).unwrap();
        notify_at(Some(path.into_os_string()), "READY=1");
        let mut told = [0; 64];
        let length = socket.recv(&mut told).unwrap();
        assert_eq!(&told[..length], b"READY=1");
        notify_at(None, "READY=1");
    }
}
