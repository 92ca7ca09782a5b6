//! The whole way: Debian's SSH server, the agent uploaded over it, loop devices as volumes, both
//! transports.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // helpers of tests

mod support;

use gyre_agent::loopback::Loop;
use gyre_core::protocol::{Base64, RootReply, RootRequest, Script, Secret};
use gyre_core::roles::{AttachedDisk, Transport, Worker};
use gyre_core::{BlockTarget, Kind, OsType};
use gyre_worker::{Options, Session};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use support::Machine;
use tokio::io::AsyncWriteExt as _;
use tokio_util::sync::CancellationToken;

const MIB: u64 = 1 << 20;

/// A volume attached to the worker.
struct Volume {
    device: Loop,
    file: tempfile::NamedTempFile,
}

impl Volume {
    fn new(mib: u64) -> Self {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(mib * MIB).unwrap();
        let device = Loop::attach(file.path(), 0, mib * MIB, true).unwrap();
        Self { device, file }
    }
}

impl AsRef<Path> for Volume {
    fn as_ref(&self) -> &Path {
        &self.device.path
    }
}

impl Machine {
    async fn open(&self, worker: &Worker) -> gyre_core::Result<Session> {
        Session::open(worker, &self.key("user"), &options(), &CancellationToken::new()).await
    }
}

fn options() -> Options {
    Options { agent: agent(), connections: 3, boot_timeout: Duration::from_secs(60) }
}

/// The agent as it is built for tests.
fn agent() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let build = || {
        let built =
            Command::new(env!("CARGO")).args(["build", "--quiet", "-p", "gyre-agent"]).status().unwrap();
        assert!(built.success());
        let exe = std::env::current_exe().unwrap();
        exe.parent().unwrap().parent().unwrap().join("gyre-agent")
    };
    BUILT.get_or_init(build).clone()
}

fn pattern(bytes: usize, seed: u64) -> Vec<u8> {
    (0..bytes as u64).map(|n| ((n + seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect()
}

/// Writes several pieces at once, zeros some of it, compares with the file below.
async fn exercise(target: Arc<dyn BlockTarget>, volume: &Volume) {
    let size = target.size();
    let mut expected = pattern(size as usize, 7);
    let pieces = expected.chunks(MIB as usize).enumerate().map(|(n, piece)| {
        let (target, piece) = (target.clone(), bytes::Bytes::copy_from_slice(piece));
        async move {
            // Every other one is packed on its way.
            assert!(target.unpacks());
            match n % 2 {
                0 => target.write(n as u64 * MIB, piece).await,
                _ => {
                    let packed = zstd::bulk::compress(&piece, 1).unwrap();
                    target.write_packed(n as u64 * MIB, packed.into()).await
                }
            }
        }
    });
    futures::future::try_join_all(pieces).await.unwrap();
    target.zero(2 * MIB, 3 * MIB).await.unwrap();
    target.flush().await.unwrap();
    expected[2 << 20..5 << 20].fill(0);
    assert!(std::fs::read(volume.file.path()).unwrap() == expected);
    let hashes = target.hashes(MIB, size - MIB).await.unwrap();
    let wanted: Vec<_> = expected[1 << 20..].chunks(65_536).map(|c| *blake3::hash(c).as_bytes()).collect();
    assert!(hashes == wanted);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_transports_write_the_same_bytes() {
    let machine = Machine::boot();
    for transport in [Transport::Https(0), Transport::Ssh] {
        let (first, second) = (Volume::new(16), Volume::new(8));
        let worker = machine.worker(transport, &[&first, &second]);
        let session = Session::open(&worker, &machine.key("user"), &options(), &CancellationToken::new())
            .await
            .unwrap();
        let (a, b) = (session.disk("disk-0").unwrap(), session.disk("disk-1").unwrap());
        assert_eq!((a.size(), b.size()), (16 * MIB, 8 * MIB));
        tokio::join!(exercise(a.clone(), &first), exercise(b, &second));
        assert!(a.took().unwrap() > Duration::ZERO, "the agent says what the device took");
        assert_eq!(session.disk("disk-2").map(drop).unwrap_err().code, "worker.disk");
        let past = a.write(16 * MIB, vec![0; 512].into()).await.unwrap_err();
        assert_eq!((past.code.as_str(), past.kind), ("disk.range", Kind::Invalid), "the agent's own code");
        assert_eq!(session.systems().await.unwrap_err().code, "system.not-found");
        session.close().await.unwrap();
        let late = a.flush().await.unwrap_err();
        assert_eq!(late.code, "worker.agent-lost");
    }
}

/// Process ids of agents that serve `volume`, by the device that they hold open.
fn agents(volume: &Volume) -> Vec<String> {
    let device = &volume.device.path;
    let holds = |pid: &str| {
        let name = std::fs::read_link(format!("/proc/{pid}/exe")).unwrap_or_default();
        let files = std::fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        let mut files = files.filter_map(|entry| std::fs::read_link(entry.path()).ok());
        name.starts_with("/var/lib/gyre-agent") && files.any(|file| file == *device)
    };
    let all = std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok());
    all.filter(|pid| pid.bytes().all(|b| b.is_ascii_digit()) && holds(pid)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agents_end_is_told_at_once() {
    let machine = Machine::boot();
    for transport in [Transport::Https(0), Transport::Ssh] {
        let volume = Volume::new(8);
        let session = machine.open(&machine.worker(transport, &[&volume])).await.unwrap();
        let disk = session.disk("disk-0").unwrap();
        disk.write(0, vec![1; 4096].into()).await.unwrap();
        let pids = agents(&volume);
        assert_eq!(pids.len(), 1);
        assert!(Command::new("kill").arg("-9").args(&pids).status().unwrap().success());
        let error = loop {
            match disk.write(0, vec![1; 4096].into()).await {
                Ok(()) => tokio::task::yield_now().await,
                Err(error) => break error,
            }
        };
        assert_eq!((error.code.as_str(), error.kind), ("worker.agent-lost", Kind::Unavailable), "{error}");
        assert_eq!(session.systems().await.unwrap_err().code, "worker.agent-lost");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn dropping_a_session_ends_the_agent() {
    let machine = Machine::boot();
    let volume = Volume::new(8);
    let session = machine.open(&machine.worker(Transport::Https(0), &[&volume])).await.unwrap();
    assert_eq!(agents(&volume).len(), 1);
    drop(session);
    for _ in 0..200 {
        if agents(&volume).is_empty() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the agent still runs");
}

/// Between the link and the agent: cuts every connection after so many bytes, forever.
async fn cutting_proxy(listener: tokio::net::TcpListener, to: u16, bytes: u64) {
    use tokio::io::AsyncReadExt as _;
    loop {
        let (mut near, _) = listener.accept().await.unwrap();
        tokio::spawn(async move {
            let mut far = tokio::net::TcpStream::connect(("127.0.0.1", to)).await.unwrap();
            let ((near_read, mut near_write), (mut far_read, mut far_write)) = (near.split(), far.split());
            let mut limited = near_read.take(bytes);
            tokio::select! {
                _ = tokio::io::copy(&mut limited, &mut far_write) => {}
                _ = tokio::io::copy(&mut far_read, &mut near_write) => {}
            }
            let _ = near_write.shutdown().await;
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_breaks_is_made_again() {
    let machine = Machine::boot();
    let volume = Volume::new(32);
    // The SSH server is reached through the proxy, and with it every connection of the link.
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let near = listener.local_addr().unwrap().port();
    let direct = machine.worker(Transport::Ssh, &[&volume]);
    let size = std::fs::metadata(agent()).unwrap().len();
    // The agent is there already, so that the first connection carries little and lives.
    machine.open(&direct).await.unwrap().close().await.unwrap();
    let proxy = tokio::spawn(cutting_proxy(listener, machine.port, 5 * MIB));
    assert!(size > MIB);
    let session = machine.open(&Worker { port: near, ..direct }).await.unwrap();
    exercise(session.disk("disk-0").unwrap(), &volume).await;
    session.close().await.unwrap();
    proxy.abort();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_work_is_said_at_once_and_what_may_is_waited_for() {
    let machine = Machine::boot();
    let volume = Volume::new(1);
    let good = machine.worker(Transport::Https(0), &[&volume]);
    let code = |result: gyre_core::Result<Session>| result.map(drop).unwrap_err().code;
    let other = machine.identity.derive("t", "other").unwrap().public_line;
    assert_eq!(code(machine.open(&Worker { host_key: Some(other), ..good.clone() }).await), "ssh.host-key");
    assert_eq!(code(machine.open(&Worker { host_key: None, ..good.clone() }).await), "worker.host-key");
    assert_eq!(code(machine.open(&Worker { os_type: OsType::Bsd, ..good.clone() }).await), "worker.os");
    let wrong = AttachedDisk { disk: "x".into(), identities: vec!["/dev/null".into()] };
    assert_eq!(code(machine.open(&Worker { disks: vec![wrong], ..good.clone() }).await), "disk.not-attached");

    let short = Options { boot_timeout: Duration::from_secs(2), ..options() };
    let cancel = CancellationToken::new();
    let refused = Session::open(&good, &machine.key("nobody"), &short, &cancel).await.map(drop).unwrap_err();
    assert_eq!((refused.code.as_str(), refused.kind), ("worker.boot-timeout", Kind::Unavailable));
    assert!(refused.to_string().contains("refused the key"), "{refused}");
    cancel.cancel();
    let stopped =
        Session::open(&good, &machine.key("nobody"), &options(), &cancel).await.map(drop).unwrap_err();
    assert_eq!(stopped.kind, Kind::Cancelled);

    // A user that cloud-init makes only later.
    let authorized = machine.dir.path().join("authorized");
    let line = std::fs::read_to_string(&authorized).unwrap();
    std::fs::write(&authorized, "").unwrap();
    let opened = tokio::spawn({
        let (worker, key) = (good, machine.key("user"));
        async move { Session::open(&worker, &key, &options(), &CancellationToken::new()).await }
    });
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert!(!opened.is_finished());
    std::fs::write(&authorized, line).unwrap();
    opened.await.unwrap().unwrap().close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_is_mounted_and_changed() {
    let machine = Machine::boot();
    let volume = Volume::new(32);
    let tree = tempfile::tempdir().unwrap();
    std::fs::create_dir(tree.path().join("etc")).unwrap();
    std::fs::write(tree.path().join("etc/os-release"), "PRETTY_NAME=Tiny\n").unwrap();
    let mut made = Command::new("/usr/sbin/mke2fs");
    assert!(
        made.args(["-q", "-t", "ext4", "-F", "-d"])
            .arg(tree.path())
            .arg(&volume.device.path)
            .status()
            .unwrap()
            .success()
    );
    let session = machine.open(&machine.worker(Transport::Ssh, &[&volume])).await.unwrap();
    let systems = session.systems().await.unwrap();
    assert_eq!((systems.len(), systems[0].name.as_str()), (1, "Tiny"));
    session.unlock(vec![Secret(b"geheim".to_vec())]).await.unwrap();
    let mut script = Script {
        name: "before-mount".into(),
        body: Base64(b"echo \"$# $(id -u)\"; exit 3".to_vec()),
        timeout_ms: 60_000,
    };
    let end = session.run_script(&script).await.unwrap();
    assert_eq!((end.status, end.output.as_str()), (3, "0 0\n"), "nothing is mounted, and root runs it");
    script.timeout_ms = 300;
    script.body = Base64(b"sleep 60".to_vec());
    assert_eq!(session.run_script(&script).await.unwrap_err().code, "script.timeout");
    for round in ["one", "two"] {
        let (root, _) = session.mount(&systems[0]).await.unwrap();
        let bytes = Base64(round.as_bytes().to_vec());
        let write = RootRequest::WriteFile { path: "/etc/new".into(), mode: 0o644, bytes: bytes.clone() };
        assert_eq!(root.call(write).await.unwrap(), RootReply::Done);
        let read = RootRequest::ReadFile { path: "/etc/new".into() };
        assert_eq!(root.call(read).await.unwrap(), RootReply::Bytes { bytes });
        let missing = root.call(RootRequest::ReadFile { path: "/no".into() }).await.unwrap_err();
        assert_eq!(missing.kind, Kind::NotFound);
    }
    session.close().await.unwrap();
    let written = Command::new("/usr/sbin/debugfs")
        .args(["-R", "cat /etc/new"])
        .arg(&volume.device.path)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&written.stdout), "two");
}
