//! Exports of NBD servers as disks, through the program itself: by hand, as a disk of a source, and behind SSH. The server
//! is qemu-nbd, and qemu-img judges. Starts no machine; `cargo xtask test` builds the program and the plugin.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use anyhow::{Context, Result, ensure};
use gyre_tests::fixture::{capture, root};
use gyre_tests::program::Gyre;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Virtual size of the disk, bytes.
const SIZE: u64 = 48 << 20;
/// How long a server lives, whatever becomes of the test.
const SERVER_S: &str = "300";
/// How long it may take to start.
const START: Duration = Duration::from_secs(30);

/// A process that ends with the test: the kill goes to its own id, which `timeout` passes on.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

/// Starts a server that is there when `ready` says so.
fn start(words: &[&str], ready: impl Fn() -> bool) -> Result<Running> {
    let child = Command::new("timeout").args(["-k", "2", SERVER_S]).args(words).stderr(Stdio::null()).spawn();
    let running = Running(child.context("timeout")?);
    let began = Instant::now();
    while !ready() {
        ensure!(began.elapsed() < START, "{words:?} does not start");
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(running)
}

/// An image, a socket on which it is served as `disk0`, and the program.
struct Desk {
    directory: TempDir,
    gyre: Gyre,
    plugin: String,
    _server: Running,
}

impl Desk {
    fn new() -> Result<Self> {
        let directory = tempfile::tempdir()?;
        let path = |name: &str| directory.path().join(name);
        let (image, socket, pid) = (path("disk.qcow2"), path("socket"), path("pid"));
        capture(
            Command::new("qemu-img").args(["create", "-q", "-f", "qcow2"]).arg(&image).arg(SIZE.to_string()),
        )?;
        let writes = ["-c", "write -P 0x41 1M 9M", "-c", "write -z 20M 4M", "-c", "write -P 0x42 47M 1M"];
        capture(Command::new("qemu-io").args(writes).arg(&image))?;
        let pid_file = format!("--pid-file={}", text(&pid));
        let served = [
            "qemu-nbd",
            "-r",
            "-t",
            "-e",
            "8",
            "-x",
            "disk0",
            "-f",
            "qcow2",
            "-k",
            text(&socket),
            &pid_file,
            text(&image),
        ];
        let server = start(&served, || pid.exists())?;
        let plugin = root().join("target/plugins/disk-image.wasm");
        ensure!(plugin.exists(), "{} is missing: cargo xtask plugins", plugin.display());
        let config = path("gyre.toml");
        std::fs::write(&config, "[host]\nstate = \"state\"\n")?;
        let gyre = Gyre::new(&config)?;
        Ok(Self { gyre, plugin: plugin.display().to_string(), _server: server, directory })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn address(&self) -> String {
        format!("nbd+unix:///disk0?socket={}", self.path("socket").display())
    }

    fn json(&self, verb: &str, image: &str, more: &[&str]) -> Result<serde_json::Value> {
        self.gyre.json(&[&["disk", verb, image, "--component", &self.plugin], more].concat())
    }

    fn is_copied(&self, name: &str) -> Result<()> {
        let image = self.path("disk.qcow2");
        capture(Command::new("qemu-img").args(["compare", "-F", "raw"]).arg(image).arg(self.path(name)))
            .map(drop)
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn an_export_is_a_disk_by_hand() -> Result<()> {
    let desk = Desk::new()?;
    let (address, image) = (desk.address(), desk.path("disk.qcow2"));
    let info = desk.json("info", &address, &[])?;
    ensure!(info["map"]["size"] == SIZE && info["map"]["data"] == 10_u64 << 20, "{info}");
    let map = desk.json("map", &address, &[])?;
    let ranges = map["ranges"].as_array().context("no ranges")?;
    ensure!(ranges.iter().any(|range| range["kind"] == "hole") && map["complete"] == true, "{map}");
    let hash = desk.json("hash", &address, &[])?;
    ensure!(hash["hash"] == desk.json("hash", text(&image), &[])?["hash"], "{hash}");
    let report = desk.json("copy", &address, &[text(&desk.path("copy.raw"))])?;
    ensure!(report["report"]["moved"] == 10_u64 << 20 && report["report"]["verified"] == SIZE, "{report}");
    desk.is_copied("copy.raw")
}

#[test]
fn what_cannot_be_reached_says_why() -> Result<()> {
    let desk = Desk::new()?;
    let socket = desk.path("socket").display().to_string();
    for (address, code, exit) in [
        (format!("nbd+unix:///other?socket={socket}"), "nbd.no-export", 4),
        (format!("nbds+unix:///disk0?socket={socket}&tls-certificates=/nowhere"), "nbd.tls-files", 2),
        (format!("nbd+unix:///disk0?socket={socket}.not"), "nbd.connect", 6),
        ("nbd://h/x?socket=/x".to_owned(), "nbd.address", 2),
    ] {
        let ended = desk.gyre.run(&["disk", "info", &address, "--component", &desk.plugin])?;
        ensure!(ended.code == Some(exit) && ended.said().contains(code), "{address}: {}", ended.said());
        ensure!(ended.stderr.contains("remedy: "), "{}", ended.said());
    }
    Ok(())
}

/// Refused until the line that the refusal prints stands in the configuration.
#[test]
fn an_export_is_a_disk_of_a_source_when_it_is_granted() -> Result<()> {
    let desk = Desk::new()?;
    let (plugin, address) = (&desk.plugin, desk.address());
    let configured = |grant: &str| {
        let text = format!(
            "[host]\nstate = \"state\"\n[plugin.disk-image]\ncomponent = {plugin:?}\n{grant}\n[source.it]\nplugin = \
             \"disk-image\"\n[[source.it.config.vms]]\nname = \"web\"\nvcpus = 1\nmemory-mib = 512\ndisks = [{{ path = \
             {address:?} }}]\n"
        );
        std::fs::write(desk.path("gyre.toml"), text)
    };
    configured("")?;
    let check = ["check", "--source", "it", "--vm", "web"];
    let refused = desk.gyre.run(&check)?;
    // Lines may be folded for a screen.
    let said = refused.said().split_whitespace().collect::<Vec<_>>().join(" ");
    ensure!(refused.code != Some(0) && said.contains("[grant.nbd]"), "{said}");
    let line = said.split("[plugin.disk-image] ").nth(1).and_then(|rest| rest.split(" [grant.nbd]").next());
    configured(line.context("no line")?)?;
    let allowed = desk.gyre.run(&check)?;
    ensure!(allowed.code == Some(0), "{}", allowed.said());
    Ok(())
}

/// Through an OpenSSH server of this machine, to the socket behind it.
#[test]
fn an_export_behind_ssh_is_read() -> Result<()> {
    let desk = Desk::new()?;
    let (port, _sshd) = sshd(&desk)?;
    let (key, known) = (desk.path("key"), desk.path("known_hosts"));
    let user = capture(Command::new("id").arg("-un"))?;
    let address = format!(
        "nbd+ssh://{}@127.0.0.1:{port}/disk0?socket={}&identity={}&known-hosts={}",
        user.trim(),
        desk.path("socket").display(),
        key.display(),
        known.display()
    );
    let report = desk.json("copy", &address, &[text(&desk.path("ssh.raw"))])?;
    ensure!(report["report"]["moved"] == 10_u64 << 20, "{report}");
    desk.is_copied("ssh.raw")?;
    let other = format!("[127.0.0.1]:{port} {}", std::fs::read_to_string(desk.path("key.pub"))?);
    std::fs::write(&known, other)?;
    let ended = desk.gyre.run(&["disk", "info", &address, "--component", &desk.plugin])?;
    ensure!(ended.code == Some(3) && ended.said().contains("ssh.host-key"), "{}", ended.said());
    Ok(())
}

/// A server that lets `key` in and is known by `known_hosts`.
fn sshd(desk: &Desk) -> Result<(u16, Running)> {
    for name in ["host", "key"] {
        let file = desk.path(name);
        capture(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(file))?;
    }
    let port = std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let public = std::fs::read_to_string(desk.path("host.pub"))?;
    std::fs::write(desk.path("known_hosts"), format!("[127.0.0.1]:{port} {public}"))?;
    let config = format!(
        "Port {port}\nListenAddress 127.0.0.1\nHostKey {0}/host\nAuthorizedKeysFile {0}/key.pub\nPidFile none\n\
         UsePAM no\nPermitRootLogin prohibit-password\nStrictModes no\n",
        desk.directory.path().display()
    );
    let file = desk.path("sshd_config");
    std::fs::write(&file, config)?;
    std::fs::create_dir_all("/run/sshd")?;
    let answers = || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok();
    Ok((port, start(&["/usr/sbin/sshd", "-D", "-e", "-f", text(&file)], answers)?))
}
