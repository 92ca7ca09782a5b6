//! Bringing the agent up on a worker with Windows, against the lab's WinRM: what the host does when such a worker is as it
//! should be, and when it is not. The agent is this machine's own, and what stands for PowerShell does as little as it may;
//! the agent for Windows is tried by Wine, in its own tests and through the whole program. Needs root.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test may fail

use anyhow::{Result, ensure};
use gyre_core::roles::{Transport, Worker};
use gyre_core::{Error, Kind, OsType};
use gyre_lab::winrm::{Limits, Programs, Running, Service};
use gyre_tests::fixture::{capture, root};
use gyre_tests::tools::from_pypi;
use gyre_winrm::Login;
use gyre_worker::{Options, Session};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

const USER: &str = "gyre";
const SEED: [u8; 32] = [7; 32];
/// What stands for the script that puts the agent in place: 1 is the agent, 2 where it lies, 3 what that is called.
const PUT: &str = r#"if [ "$(wc -c)" -gt 0 ]; then cp "$1" "$2"; fi; test -f "$2" || exit 3; printf %s "$3""#;
const PLACE: &str = r"C:\agent.exe";

/// What this Windows does.
#[derive(Clone, Copy)]
struct Habits {
    /// In place of its PowerShell.
    put: &'static str,
    /// In place of the agent, if anything is.
    agent: Option<&'static str>,
}

const GOOD: Habits = Habits { put: PUT, agent: None };

struct Machine {
    habits: Habits,
    directory: tempfile::TempDir,
    /// Agents that were started.
    agents: AtomicUsize,
}

fn agent() -> PathBuf {
    root().join("target/debug/gyre-agent")
}

impl Programs for Machine {
    fn start(&self, program: &str, arguments: &[String]) -> std::io::Result<Running> {
        let place = self.directory.path().join("agent");
        if program == "powershell.exe" {
            let mut command = Command::new("sh");
            command.args(["-c", self.habits.put, "sh"]).arg(agent()).arg(place).arg(PLACE);
            return Running::spawn(&mut command);
        }
        assert_eq!((program, arguments), (PLACE, &["serve".to_owned()][..]));
        self.agents.fetch_add(1, Ordering::Relaxed);
        match self.habits.agent {
            Some(script) => Running::spawn(Command::new("sh").args(["-c", script])),
            None => Running::spawn(Command::new(place).args(arguments)),
        }
    }
}

/// A worker with Windows on loopback.
struct Windows {
    machine: Arc<Machine>,
    service: Arc<Service>,
    worker: Worker,
    _serving: AbortOnDropHandle<Result<()>>,
}

impl Windows {
    async fn boot(habits: Habits) -> Result<Self> {
        let login = Login::from_seed(&SEED)?;
        let machine =
            Arc::new(Machine { habits, directory: tempfile::tempdir()?, agents: AtomicUsize::default() });
        let (archive, password) = (&login.archive, &login.password);
        let service = Service::new(archive, USER, password, machine.clone(), Limits::default())?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let worker = Worker {
            host: "127.0.0.1".into(),
            port: listener.local_addr()?.port(),
            user: USER.into(),
            host_key: Some(login.host_key),
            credential: "worker".into(),
            os_type: OsType::Windows,
            transport: Transport::Https(0),
            disks: Vec::new(),
        };
        let serving = AbortOnDropHandle::new(tokio::spawn(service.clone().serve(listener)));
        Ok(Self { machine, service, worker, _serving: serving })
    }

    async fn open(&self) -> gyre_core::Result<Session> {
        open(&self.worker, &Login::from_seed(&SEED)?.password).await
    }
}

async fn open(worker: &Worker, password: &str) -> gyre_core::Result<Session> {
    let options = Options { agent: agent(), connections: 1, boot_timeout: Duration::from_secs(3) };
    Session::open(worker, password, &options, &CancellationToken::new()).await
}

async fn until(what: &str, is_so: impl Fn() -> bool) -> Result<()> {
    for _ in 0..200 {
        if is_so() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    anyhow::bail!("{what}: not after 10 s")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_is_put_there_once_and_ends_with_its_session() -> Result<()> {
    let windows = Windows::boot(GOOD).await?;
    let session = windows.open().await?;
    let none = session.systems().await.unwrap_err();
    assert_eq!(none.code, "system.not-found", "the agent answers: {none}");
    session.close().await?;
    assert_eq!(windows.service.shells(), 0);
    // It lies there already.
    let put = windows.machine.directory.path().join("agent");
    let made = std::fs::metadata(&put)?.modified()?;
    let session = windows.open().await?;
    assert_eq!(std::fs::metadata(&put)?.modified()?, made);
    drop(session);
    until("the agent ends with its session", || windows.service.shells() == 0).await?;
    assert_eq!(windows.machine.agents.load(Ordering::Relaxed), 2);
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_given_up_while_a_worker_boots_does_not_wait() -> Result<()> {
    let windows = Windows::boot(GOOD).await?;
    let free = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
    let worker = Worker { port: free, ..windows.worker.clone() };
    let options = Options { agent: agent(), connections: 1, boot_timeout: Duration::from_secs(600) };
    let cancel = CancellationToken::new();
    let opened = Session::open(&worker, "x", &options, &cancel);
    let give_up = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        cancel.cancel();
    };
    let (opened, ()) = tokio::join!(opened, give_up);
    assert_eq!(opened.err().unwrap().kind, Kind::Cancelled);
    Ok(())
}

/// Nothing here runs PowerShell: at least a parser of others finds no fault with it.
#[test]
fn what_is_written_for_powershell_is_powershell() -> Result<()> {
    let programs = from_pypi("powershell", "tree-sitter-powershell==0.26.4")?;
    from_pypi("powershell", "tree-sitter==0.26.1")?;
    let mut judge = std::process::Command::new(programs.join("python"));
    judge.current_dir(root()).arg("tests/fixtures/powershell.py").args([
        "host/worker/src/put-agent.ps1",
        "host/agent/src/windows/unlock.ps1",
        "plugins/destinations/openstack/src/worker/windows.ps1",
        "plugins/osmorphing/windows/tests/cases/server-2016-keeps-addresses/after.tree",
    ]);
    let seen = capture(&mut judge)?;
    ensure!(seen.lines().count() == 4, "{seen}");
    Ok(())
}

/// The error, and that nothing is left.
async fn refused(habits: Habits) -> Result<Error> {
    let windows = Windows::boot(habits).await?;
    let Err(error) = windows.open().await else { anyhow::bail!("it was opened") };
    until("nothing is left", || windows.service.shells() == 0).await?;
    Ok(error)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_worker_is_told() -> Result<()> {
    for (habits, code, word) in [
        (Habits { put: "echo no room >&2; exit 1", ..GOOD }, "worker.upload", "no room"),
        (Habits { put: "cat >/dev/null; exit 3", ..GOOD }, "worker.upload", "as something else"),
        (Habits { agent: Some("exit 1"), ..GOOD }, "worker.agent-lost", "said nothing"),
        (Habits { agent: Some("echo hello; cat"), ..GOOD }, "worker.protocol", "did not start"),
        (
            Habits {
                agent: Some(
                    r#"echo '{"kind":"not-found","code":"disk.missing","message":"no such disk","causes":[]}'"#,
                ),
                ..GOOD
            },
            "disk.missing",
            "no such disk",
        ),
    ] {
        let error = refused(habits).await?;
        ensure!(error.code == code && error.to_string().contains(word), "{code}, {word}: {error}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_destination_says_wrong_of_a_worker_is_told_at_once() -> Result<()> {
    let windows = Windows::boot(GOOD).await?;
    let worker = &windows.worker;
    for (worker, code) in [
        (Worker { transport: Transport::Ssh, ..worker.clone() }, "worker.transport"),
        (Worker { host_key: None, ..worker.clone() }, "worker.host-key"),
        (Worker { os_type: OsType::Bsd, ..worker.clone() }, "worker.os"),
    ] {
        assert_eq!(open(&worker, "x").await.err().unwrap().code, code);
    }
    Ok(())
}

/// That is how it is until its user data was run, and for ever where that fails.
#[tokio::test(flavor = "multi_thread")]
async fn a_worker_without_our_account_or_key_is_waited_for() -> Result<()> {
    let windows = Windows::boot(GOOD).await?;
    let other = Login::from_seed(&[8; 32])?;
    let keyed = Worker { host_key: Some(other.host_key), ..windows.worker.clone() };
    for (worker, password, cause) in [
        (&windows.worker, other.password.as_str(), "[winrm.login]"),
        (&keyed, Login::from_seed(&SEED)?.password.as_str(), "[winrm.host-key]"),
    ] {
        let error = open(worker, password).await.err().unwrap();
        assert_eq!((error.code.as_str(), error.kind), ("worker.boot-timeout", Kind::Unavailable));
        let said = format!("{error:?}");
        ensure!(said.contains(cause) && said.contains("UserDataPlugin"), "{said}");
        ensure!(!said.contains(password), "the password is told");
    }
    assert_eq!(windows.service.shells(), 0);
    Ok(())
}
