//! A worker for real: booted through the API, reached with OpenSSH's client, its attached volume written
//! from inside and compared outside; and nothing of it left afterwards. Needs root.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // a test fails by panicking

mod common;

use base64::Engine;
use common::Client;
use gyre_lab::{Config, Lab};
use serde_json::json;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

fn run(program: &str, args: &[&str]) -> Output {
    Command::new(program).args(args).output().unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

struct Keys {
    dir: tempfile::TempDir,
}

impl Keys {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        for name in ["host", "user"] {
            let made = run(
                "ssh-keygen",
                &[
                    "-q",
                    "-t",
                    "ed25519",
                    "-N",
                    "",
                    "-C",
                    "it's a test",
                    "-f",
                    dir.path().join(name).to_str().unwrap(),
                ],
            );
            assert!(made.status.success(), "{}", said(&made));
        }
        Self { dir }
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.dir.path().join(name)).unwrap()
    }

    fn user_data(&self) -> String {
        let private: String = self.read("host").lines().map(|line| format!("    {line}\n")).collect();
        let config = format!(
            "#cloud-config\nhostname: copier\nusers:\n- name: gyre\n  sudo: ALL=(ALL) NOPASSWD:ALL\n  ssh_authorized_keys:\n  - \"{}\"\nssh_keys:\n  ed25519_private: |\n{private}  ed25519_public: \"{}\"\n",
            self.read("user.pub").trim(),
            self.read("host.pub").trim()
        );
        base64::engine::general_purpose::STANDARD.encode(config)
    }

    /// Runs a command in the worker; only the pinned host key is accepted.
    fn ssh(&self, ip: &str, command: &str) -> Output {
        let known = self.dir.path().join("known");
        std::fs::write(&known, format!("{ip} {}", self.read("host.pub"))).unwrap();
        let user = self.dir.path().join("user");
        std::fs::set_permissions(&user, std::fs::Permissions::from_mode(0o600)).unwrap();
        let known = format!("UserKnownHostsFile={}", known.display());
        let options = [
            "-F",
            "none",
            "-o",
            "StrictHostKeyChecking=yes",
            "-o",
            &known,
            "-o",
            "BatchMode=yes",
            "-o",
            "ConnectTimeout=5",
        ];
        Command::new("ssh")
            .args(options)
            .arg("-i")
            .arg(&user)
            .arg(format!("gyre@{ip}"))
            .arg(command)
            .output()
            .unwrap()
    }

    async fn ssh_when_up(&self, ip: &str, command: &str) -> String {
        let mut last = String::new();
        for _ in 0..200 {
            let out = self.ssh(ip, command);
            if out.status.success() {
                return String::from_utf8(out.stdout).unwrap();
            }
            last = said(&out);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("ssh {ip} {command}: {last}");
    }
}

async fn boot(client: &Client, keys: &Keys, port: &str, extra: serde_json::Value) -> String {
    let image = client.named("/image/v2/images", "images", "worker").await;
    let flavor = client.named("/compute/v2.1/flavors", "flavors", "m1.small").await;
    let mut server = json!({"name": "gyre-worker", "imageRef": image, "flavorRef": flavor, "networks": [{"port": port}],
                            "user_data": keys.user_data(), "config_drive": true});
    server.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    let made = client.post("/compute/v2.1/servers", json!({"server": server})).await;
    let id = made["server"]["id"].as_str().unwrap().to_owned();
    client.until(&format!("/compute/v2.1/servers/{id}"), "/server/status", "ACTIVE").await;
    id
}

async fn port(client: &Client) -> (String, String, String) {
    let network = client.named("/networking/v2.0/networks", "networks", "private").await;
    let port = client
        .post("/networking/v2.0/ports", json!({"port": {"network_id": network, "name": "gyre-port"}}))
        .await;
    let field = |pointer: &str| port.pointer(pointer).unwrap().as_str().unwrap().to_owned();
    (field("/port/id"), field("/port/fixed_ips/0/ip_address"), field("/port/mac_address"))
}

/// What a lab in `dir` may leave on this machine.
fn traces(dir: &Path) -> String {
    let dir = dir.to_str().unwrap();
    let grep = |program: &str, args: &[&str]| {
        let out = run(program, args);
        said(&out)
            .lines()
            .filter(|line| line.contains(dir))
            .map(|line| format!("{program}: {line}\n"))
            .collect::<String>()
    };
    grep("losetup", &["-l", "-n", "-O", "NAME,BACK-FILE"])
        + &grep("findmnt", &["-l"])
        + &grep("ps", &["axeww", "-o", "pid,args"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_is_a_real_machine_and_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let lab = Lab::start(Config::real(dir.path())).await.unwrap();
    let bridge = format!("gyrl{}", lab.host_address().split('.').nth(2).unwrap());
    let client = Client::login(&lab, "demo").await;
    let keys = Keys::new();
    let (port, ip, mac) = port(&client).await;
    let first = client.volume("gyre-first", 1).await;
    let second = client.volume("gyre-second", 1).await;
    let bdm = json!({"block_device_mapping_v2": [{"uuid": first, "source_type": "volume", "destination_type": "volume", "boot_index": -1}]});
    let server = boot(&client, &keys, &port, bdm).await;

    let identity = keys.ssh_when_up(&ip, "hostname; whoami; sudo -n id -u; cat /sys/class/net/eth0/address; ls -d /dev/vda /dev/kvm 2>/dev/null || true").await;
    assert_eq!(identity.lines().collect::<Vec<_>>(), ["copier", "gyre", "0", &mac]);
    let ping = format!(
        "exec 3<>/dev/tcp/{}; echo reached",
        lab.auth_url().split('/').nth(2).unwrap().replace(':', "/")
    );
    assert_eq!(keys.ssh_when_up(&ip, &format!("bash -c '{ping}'")).await.trim(), "reached");

    let attached = client
        .post(
            &format!("/compute/v2.1/servers/{server}/os-volume_attachments"),
            json!({"volumeAttachment": {"volumeId": second}}),
        )
        .await;
    let device = attached["volumeAttachment"]["device"].as_str().unwrap().to_owned();
    assert!(device.starts_with("/dev/loop"), "{attached}");
    client.until(&format!("/volume/volumes/{second}"), "/volume/status", "in-use").await;
    let write = format!(
        "sudo -n sh -c 'blockdev --getsize64 {device}; yes gyre | head -c 3000000 | dd of={device} bs=64k conv=fsync status=none; \
         inner=$(losetup -f --show -o 1048576 --sizelimit 4194304 {device}); dd if=/dev/urandom of=$inner bs=1M count=2 conv=fsync status=none; \
         dd if={device} bs=1M count=4 iflag=direct status=none | sha256sum'"
    );
    let seen = keys.ssh_when_up(&ip, &write).await;
    let lines: Vec<&str> = seen.lines().collect();
    assert_eq!(lines[0], "1073741824");
    let inside = lines[1].split(' ').next().unwrap().to_owned();
    client.delete(&format!("/compute/v2.1/servers/{server}/os-volume_attachments/{second}")).await;
    client.until(&format!("/volume/volumes/{second}"), "/volume/status", "available").await;
    let outside =
        run("sh", &["-c", &format!("head -c 4194304 {} | sha256sum", lab.volume_path(&second).display())]);
    assert_eq!(said(&outside).split(' ').next().unwrap(), inside);
    assert_ne!(keys.ssh(&ip, &format!("test -b {device}")).status.code(), Some(0), "the node is gone");

    let console = client
        .post(&format!("/compute/v2.1/servers/{server}/action"), json!({"os-getConsoleOutput": {}}))
        .await;
    assert!(
        console["output"].as_str().unwrap().contains("copier is up")
            || console["output"].as_str().unwrap().contains("gyre-worker is up"),
        "{console}"
    );
    assert!(lab.runs(&server).await);
    assert_eq!(lab.leftovers().len(), 2, "{:?}", lab.leftovers());
    client.delete(&format!("/compute/v2.1/servers/{server}")).await;
    client.until_gone(&format!("/compute/v2.1/servers/{server}")).await;
    client.until(&format!("/volume/volumes/{first}"), "/volume/status", "available").await;
    assert!(!lab.runs(&server).await);
    client.delete(&format!("/networking/v2.0/ports/{port}")).await;
    assert_eq!(lab.leftovers(), Vec::<String>::new());
    assert_eq!(traces(dir.path()), "");
    let cards = said(&run("ip", &["-o", "link", "show", "type", "veth"]));
    assert!(!cards.contains(&format!("{bridge}v")), "{cards}");
    lab.stop().await;
    assert!(!said(&run("ip", &["-o", "link", "show"])).contains(&format!("{bridge}:")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lab_that_is_dropped_ends_its_workers() {
    let dir = tempfile::tempdir().unwrap();
    let lab = Lab::start(Config::real(dir.path())).await.unwrap();
    let client = Client::login(&lab, "demo").await;
    let keys = Keys::new();
    let (port, ip, _) = port(&client).await;
    let volume = client.volume("data", 1).await;
    let bdm = json!({"block_device_mapping_v2": [{"uuid": volume, "source_type": "volume", "destination_type": "volume", "boot_index": -1}]});
    boot(&client, &keys, &port, bdm).await;
    keys.ssh_when_up(&ip, "true").await;
    assert_ne!(traces(dir.path()), "");
    drop(lab);
    assert_eq!(traces(dir.path()), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_lab_left_is_cleared_up_by_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_gyre-lab");
    let mut child = tokio::process::Command::new(program)
        .args(["serve", "--dir", dir.path().to_str().unwrap()])
        .stdout(std::process::Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines =
        tokio::io::AsyncBufReadExt::lines(tokio::io::BufReader::new(child.stdout.take().unwrap()));
    let line: serde_json::Value = serde_json::from_str(&lines.next_line().await.unwrap().unwrap()).unwrap();
    let volume = dir.path().join("volumes/left");
    std::fs::write(&volume, vec![0; 1 << 20]).unwrap();
    let made = run("losetup", &["-f", "--show", volume.canonicalize().unwrap().to_str().unwrap()]);
    assert!(made.status.success(), "{}", said(&made));
    child.kill().await.unwrap();
    let bridge = format!("gyrl{}:", line["host_address"].as_str().unwrap().split('.').nth(2).unwrap());
    assert!(said(&run("ip", &["-o", "link", "show"])).contains(&bridge));

    let other = tempfile::tempdir().unwrap();
    Lab::start(Config::real(other.path())).await.unwrap().stop().await;
    assert_eq!(traces(dir.path()), "");
    assert!(!said(&run("ip", &["-o", "link", "show"])).contains(&bridge));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_store_fails_writes() {
    let dir = tempfile::tempdir().unwrap();
    let mut config = Config::real(dir.path());
    config.volume_space = Some(8 << 20);
    let lab = Lab::start(config).await.unwrap();
    let client = Client::login(&lab, "demo").await;
    let keys = Keys::new();
    let (port, ip, _) = port(&client).await;
    let volume = client.volume("data", 1).await;
    let bdm = json!({"block_device_mapping_v2": [{"uuid": volume, "source_type": "volume", "destination_type": "volume", "boot_index": -1}]});
    let server = boot(&client, &keys, &port, bdm).await;
    let shown = client.get(&format!("/compute/v2.1/servers/{server}/os-volume_attachments")).await;
    let device = shown["volumeAttachments"][0]["device"].as_str().unwrap();
    keys.ssh_when_up(&ip, "true").await;
    let fits = keys.ssh(&ip, &format!("sudo -n dd if=/dev/urandom of={device} bs=1M count=4 oflag=direct"));
    assert!(fits.status.success(), "{}", said(&fits));
    let full = keys.ssh(&ip, &format!("sudo -n dd if=/dev/urandom of={device} bs=1M count=32 oflag=direct"));
    assert!(!full.status.success(), "{}", said(&full));
    drop(lab);
    assert_eq!(traces(dir.path()), "");
}
