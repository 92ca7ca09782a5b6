//! The WinRM client against the lab's service, and the lab's service against clients that nobody here wrote. Programs are
//! this machine's own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test may fail

use anyhow::{Context, Result};
use gyre_core::Kind;
use gyre_lab::winrm::{Limits, Native, Service};
use gyre_tests::fixture::{capture, root};
use gyre_tests::tools::from_pypi;
use gyre_winrm::{Client, Event, Target};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;

const USER: &str = "gyre";
const PASSWORD: &str = "Nobody3lseSaysThis7f3c";
/// No program of these tests takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A key, its certificate, the archive of both, and the pin of the key: all by openssl, as `-legacy` makes them.
const IDENTITY: &str = r#"set -e; cd "$1"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=gyre-worker -keyout key -out certificate
openssl pkcs12 -export -legacy -inkey key -in certificate -passout env:PASSWORD -out archive
openssl x509 -in certificate -noout -pubkey | openssl pkey -pubin -outform der | openssl dgst -sha256 -binary | base64 >pin"#;

/// A service on loopback.
struct Windows {
    _directory: TempDir,
    service: Arc<Service>,
    target: Target,
    _serving: AbortOnDropHandle<Result<()>>,
}

impl Windows {
    async fn start(limits: Limits) -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let mut openssl = Command::new("sh");
        capture(openssl.args(["-c", IDENTITY, "sh"]).arg(directory.path()).env("PASSWORD", PASSWORD))?;
        let archive = std::fs::read(directory.path().join("archive"))?;
        let pin = std::fs::read_to_string(directory.path().join("pin"))?;
        let service = Service::new(&archive, USER, PASSWORD, Arc::new(Native), limits)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let target = Target {
            host: "127.0.0.1".into(),
            port: listener.local_addr()?.port(),
            user: USER.into(),
            host_key: format!("SHA256:{}", pin.trim()),
        };
        let serving = AbortOnDropHandle::new(tokio::spawn(service.clone().serve(listener)));
        Ok(Self { _directory: directory, service, target, _serving: serving })
    }

    fn client(&self) -> Client {
        Client::new(&self.target, PASSWORD).unwrap()
    }
}

/// Bytes that look like none of those before them.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let step = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    };
    (0..length).map(step).collect()
}

/// One that has ended and that nobody has asked for yet has no command line any more.
fn is_running(pid: &str) -> bool {
    let line = std::fs::read(Path::new("/proc").join(pid.trim()).join("cmdline"));
    line.is_ok_and(|line| !line.is_empty())
}

async fn wait_until(is_so: impl Fn() -> bool) {
    let started = Instant::now();
    while !is_so() {
        assert!(started.elapsed() < PATIENCE, "it never is");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_program_gets_its_arguments_and_its_input_and_says_what_it_did() -> Result<()> {
    let windows = Windows::start(Limits::default()).await?;
    let input = noise(300_000);
    let output = windows.client().run("sh", &["-c", "cat; echo oops >&2; exit 7"], &input, PATIENCE).await?;
    assert_eq!((output.status, output.stderr.as_slice()), (7, &b"oops\n"[..]));
    assert!(output.stdout == input, "{} bytes came back", output.stdout.len());
    let words = ["a b", "", r"C:\x y\", "x&y|z<>^", "it's", "ü", r"\\a", "(b)"];
    let script = ["-c", "import sys; print(*sys.argv[1:], sep=chr(10))"];
    let arguments: Vec<&str> = script.into_iter().chain(words).collect();
    let output = windows.client().run("python3", &arguments, b"", PATIENCE).await?;
    assert_eq!(String::from_utf8(output.stdout)?, words.map(|word| format!("{word}\n")).concat());
    assert_eq!(windows.service.shells(), 0);
    Ok(())
}

#[tokio::test]
async fn a_program_is_talked_with_while_it_runs() -> Result<()> {
    let windows = Windows::start(Limits::default()).await?;
    let process =
        windows.client().start("sh", &["-c", "while read line; do echo got $line; done; exit 5"]).await?;
    for word in ["one", "two"] {
        process.send(format!("{word}\n").as_bytes(), false).await?;
        let stdout = format!("got {word}\n").into_bytes();
        assert_eq!(process.receive().await?, Event::Output { stdout, stderr: Vec::new() });
    }
    let nothing_yet = tokio::time::timeout(Duration::from_millis(300), process.receive()).await;
    assert!(nothing_yet.is_err(), "{nothing_yet:?}");
    process.send(b"", true).await?;
    for _ in 0..2 {
        assert_eq!(process.receive().await?, Event::Ended { status: 5 });
    }
    let error = process.send(b"late", false).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.kind), ("winrm.stdin", Kind::Conflict), "{error}");
    process.end().await?;
    assert_eq!(windows.service.shells(), 0);
    Ok(())
}

#[tokio::test]
async fn a_time_out_of_the_server_is_asked_again_and_is_no_error() -> Result<()> {
    let limits = Limits { timeout_max: Duration::from_millis(600), ..Limits::default() };
    let windows = Windows::start(limits).await?;
    let output = windows.client().run("sh", &["-c", "sleep 2; echo late"], b"", PATIENCE).await?;
    assert_eq!((output.status, output.stdout.as_slice()), (0, &b"late\n"[..]));
    Ok(())
}

#[tokio::test]
async fn more_output_than_an_envelope_holds_comes_whole_and_in_order() -> Result<()> {
    let windows = Windows::start(Limits::default()).await?;
    let output = windows.client().run("sh", &["-c", "seq 1 300000; seq 1 20000 >&2"], b"", PATIENCE).await?;
    let numbers = |last: u32| (1..=last).map(|number| format!("{number}\n")).collect::<String>();
    assert!(output.stdout == numbers(300_000).as_bytes(), "{} bytes", output.stdout.len());
    assert!(output.stderr == numbers(20_000).as_bytes(), "{} bytes", output.stderr.len());
    Ok(())
}

#[tokio::test]
async fn a_program_that_does_not_read_is_no_error() -> Result<()> {
    let windows = Windows::start(Limits::default()).await?;
    let output = windows.client().run("true", &[], &noise(2_000_000), PATIENCE).await?;
    assert_eq!(output.status, 0);
    Ok(())
}

#[tokio::test]
async fn a_program_that_is_not_there_fails_as_cmd_says_it() -> Result<()> {
    let windows = Windows::start(Limits::default()).await?;
    let output = windows.client().run("no-such.exe", &["x"], b"", PATIENCE).await?;
    assert_eq!(output.status, 1);
    assert!(String::from_utf8_lossy(&output.stderr).contains("'no-such.exe' is not recognized"));
    Ok(())
}

#[tokio::test]
async fn at_the_limit_a_program_ends_and_leaves_nothing() -> Result<()> {
    let windows = Windows::start(Limits::default()).await?;
    let directory = tempfile::tempdir()?;
    let file = directory.path().join("pid");
    let script = ["-c", "echo $$ >$0; exec sleep 600", file.to_str().unwrap()];
    let error = windows.client().run("sh", &script, b"", Duration::from_secs(2)).await.unwrap_err();
    assert_eq!((error.code.as_str(), error.kind), ("winrm.run-timeout", Kind::Unavailable), "{error}");
    let pid = std::fs::read_to_string(file)?;
    wait_until(|| !is_running(&pid)).await;
    assert_eq!(windows.service.shells(), 0);
    Ok(())
}

#[tokio::test]
async fn a_process_that_is_dropped_runs_on_and_ends_with_its_shell() -> Result<()> {
    let windows = Windows::start(Limits::default()).await?;
    let process = windows.client().start("sh", &["-c", "echo $$; exec sleep 600"]).await?;
    let Event::Output { stdout, .. } = process.receive().await? else { panic!("it ended") };
    let pid = String::from_utf8(stdout)?;
    drop(process);
    assert!(is_running(&pid));
    assert_eq!(windows.service.shells(), 1);
    drop(windows);
    wait_until(|| !is_running(&pid)).await;
    Ok(())
}

#[tokio::test]
async fn who_is_wrong_about_key_password_or_port_is_told_and_says_no_secret() -> Result<()> {
    let windows = Windows::start(Limits::default()).await?;
    let told = async |target: &Target, password: &str| {
        let client = Client::new(target, password).unwrap();
        let error = client.run("true", &[], b"", PATIENCE).await.unwrap_err();
        let said = format!("{error:?} {error} {client:?}");
        assert!(!said.contains(password) && !said.contains("Basic"), "{said}");
        (error.code, error.kind)
    };
    let other = Target { host_key: format!("SHA256:{}", "A".repeat(43)), ..windows.target.clone() };
    assert_eq!(told(&other, PASSWORD).await, ("winrm.host-key".into(), Kind::Denied));
    assert_eq!(told(&windows.target, "Wr0ngPassword").await, ("winrm.login".into(), Kind::Denied));
    let free = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
    let nobody = Target { port: free, ..windows.target.clone() };
    assert_eq!(told(&nobody, PASSWORD).await, ("winrm.connect".into(), Kind::Unavailable));
    Ok(())
}

#[tokio::test]
async fn a_no_of_windows_is_told_by_its_number_and_its_words() -> Result<()> {
    let windows = Windows::start(Limits { envelope_bytes_max: 100_000, ..Limits::default() }).await?;
    let error = windows.client().run("cat", &[], &noise(90_000), PATIENCE).await.unwrap_err();
    assert_eq!(error.code, "winrm.fault");
    assert!(error.to_string().contains("encoding limit: 100000 bytes. (WSManFault 2150858805)"), "{error}");
    assert_eq!(windows.service.shells(), 0);
    let windows = Windows::start(Limits { shells_max: 1, ..Limits::default() }).await?;
    let _one = windows.client().start("cat", &[]).await?;
    let error = windows.client().start("cat", &[]).await.err().context("a second shell")?;
    assert!(error.to_string().contains("WSManFault 2150859173"), "{error}");
    Ok(())
}

/// pywinrm and pypsrp run programs, talk with them, and are told no where Windows says no.
#[tokio::test]
async fn clients_of_others_find_windows_here() -> Result<()> {
    let programs = from_pypi("winrm", "pywinrm==0.5.0")?;
    from_pypi("winrm", "pypsrp==0.9.1")?;
    let windows = Windows::start(Limits::default()).await?;
    let mut judge = Command::new(programs.join("python"));
    judge.arg(root().join("tests/fixtures/remote_shell.py")).env("WINRM_PASSWORD", PASSWORD);
    judge.args([windows.target.port.to_string().as_str(), USER]);
    println!("{}", tokio::task::spawn_blocking(move || capture(&mut judge)).await??);
    wait_until(|| windows.service.shells() == 0).await;
    Ok(())
}
