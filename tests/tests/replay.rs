//! `--record` and `gyre plugin replay`, through the program itself: an image, a guest's tree and an OpenStack are recorded
//! and taken away; the same plugin comes through, one that was changed does not. Starts no machine and needs no root;
//! `cargo xtask plugins` builds what it loads.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // a test may fail

use anyhow::{Context, Result, ensure};
use gyre_tests::fixture::{capture, root};
use gyre_tests::program::{Ended, Gyre};
use gyre_tests::site::Site;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// A Debian 12 as VMware left it.
const TREE: &str = "plugins/osmorphing/debian/tests/cases/debian-12/before.tree";

/// A directory with a configuration that names no plugin.
struct Desk {
    directory: TempDir,
    gyre: Gyre,
}

impl Desk {
    fn new(config: &str) -> Result<Self> {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let path = directory.path().join("gyre.toml");
        std::fs::write(&path, format!("[host]\nstate = \"state\"\n{config}"))?;
        Ok(Self { gyre: Gyre::new(&path)?, directory })
    }

    fn path(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    fn text(&self, name: &str) -> Result<String> {
        Ok(std::fs::read_to_string(self.path(name))?)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> Result<String> {
        std::fs::write(self.path(name), bytes)?;
        Ok(self.path(name))
    }

    /// Records what this command does; whatever it ends with.
    fn record(&self, file: &str, words: &[&str]) -> Result<Ended> {
        let file = self.path(file);
        let ended = self.gyre.run(&[words, &["--record", &file]].concat())?;
        ensure!(ended.stderr.contains("recorded "), "{}", ended.said());
        Ok(ended)
    }

    /// Replays it; every plugin has to come through.
    fn replays(&self, words: &[&str]) -> Result<Value> {
        let answer = self.gyre.json(&[&["plugin", "replay"], words].concat())?;
        for plugin in answer["plugins"].as_array().context("no plugins")? {
            let replay = &plugin["replay"];
            ensure!(replay["difference"].is_null() && replay["broken-off"] == 0, "{plugin}");
            ensure!(replay["calls"].as_u64() > Some(1), "{plugin}");
        }
        Ok(answer)
    }

    /// Replays what must not come through, with this exit code and error.
    fn refuses(&self, words: &[&str], code: &str) -> Result<String> {
        let ended = self.gyre.run(&[&["plugin", "replay"], words].concat())?;
        ensure!(ended.code == Some(2) && ended.stderr.contains(code), "{words:?}: {}", ended.said());
        Ok(ended.said())
    }

    /// The guest's tree.
    fn guest(&self) -> Result<String> {
        let tree = self.directory.path().join("guest");
        let text = std::fs::read_to_string(root().join(TREE))?;
        for entry in text.split("--- ").skip(1) {
            let (head, body) = entry.split_once('\n').unwrap_or((entry, ""));
            let words: Vec<_> = head.split(' ').collect();
            let [kind, _, path, ..] = words.as_slice() else { continue };
            let path = tree.join(path.trim_start_matches('/'));
            std::fs::create_dir_all(path.parent().context("no parent")?)?;
            match *kind {
                "file" => std::fs::write(path, body)?,
                "dir" => std::fs::create_dir_all(path)?,
                _ => {}
            }
        }
        Ok(tree.display().to_string())
    }
}

fn plugin(name: &str) -> Result<PathBuf> {
    let path = root().join(format!("target/plugins/{name}.wasm"));
    ensure!(path.exists(), "{} is missing: cargo xtask plugins", path.display());
    Ok(path)
}

/// The same component with one text of it changed.
fn changed(component: &Path, from: &str, to: &str) -> Result<Vec<u8>> {
    ensure!(from.len() == to.len());
    let mut bytes = std::fs::read(component)?;
    let places: Vec<_> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(from.as_bytes())).collect();
    ensure!(!places.is_empty(), "{from} does not stand in {}", component.display());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    Ok(bytes)
}

#[test]
fn an_image_is_mapped_again_without_the_image() -> Result<()> {
    let desk = Desk::new("")?;
    let (image, plugin) = (desk.path("web.qcow2"), plugin("disk-image")?.display().to_string());
    capture(Command::new("qemu-img").args(["create", "-q", "-f", "qcow2", &image, "64M"]))?;
    capture(Command::new("qemu-io").args(["-c", "write -P 0x5a 1M 20M", &image]))?;
    desk.record("map.jsonl", &["disk", "map", &image, "--component", &plugin])?;
    std::fs::remove_file(&image)?;
    let answer = desk.replays(&[&desk.path("map.jsonl"), &plugin])?;
    ensure!(answer["plugins"][0]["sha256"] == answer["plugins"][0]["recorded-sha256"][0], "{answer}");
    // What was in the disk is not what was recorded: the plugin reads the image's tables alone.
    let text = desk.text("map.jsonl")?;
    ensure!(!text.contains("ZZZZZZZZ") && !text.contains("WlpaWlpa"), "what was in the disk is recorded");
    Ok(())
}

#[test]
fn a_guest_is_morphed_again_without_the_guest_and_a_changed_plugin_is_caught() -> Result<()> {
    let desk = Desk::new("")?;
    let (guest, debian) = (desk.guest()?, plugin("debian")?);
    let plugin = debian.display().to_string();
    desk.record("try.jsonl", &["plugin", "try", &plugin, "--root", &guest, "--morph"])?;
    desk.record("test.jsonl", &["plugin", "test", &plugin, "--root", &guest])?;
    std::fs::remove_dir_all(&guest)?;
    let (tried, tested) = (desk.path("try.jsonl"), desk.path("test.jsonl"));
    for words in [vec![tried.as_str(), &plugin], vec![&tried, &plugin, "--strict"], vec![&tested, &plugin]] {
        let answer = desk.replays(&words)?;
        ensure!(answer["plugins"][0]["replay"]["instances"].as_u64() >= Some(2), "{answer}");
    }
    let other = desk.write("debian-2.wasm", changed(&debian, "etc/os-release", "etc/os-releasX")?)?;
    let said = desk.refuses(&[&tried, &other], "replay.difference")?;
    for told in ["os-releasX", "os-release", "path", "[method]rootfs.", "another build", "osmorphing#detect"]
    {
        ensure!(said.contains(told), "{told} is not told: {said}");
    }
    Ok(())
}

/// An OpenStack in this process that starts nothing.
fn cloud() -> Result<(TempDir, Site)> {
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let site = Site::lab(directory.path(), |config| {
        *config = gyre_lab::Config {
            networks: std::mem::take(&mut config.networks),
            worker_image: std::mem::take(&mut config.worker_image),
            ..gyre_lab::Config::quick(&config.dir)
        };
    })?;
    Ok((directory, site))
}

/// A desk whose configuration has this cloud, and a machine to bring there.
fn desk_at(site: &Site) -> Result<Desk> {
    let (openstack, disk_image, api) = (plugin("openstack")?, plugin("disk-image")?, &site.api);
    let desk = Desk::new("")?;
    let disk = desk.write("web.raw", vec![0; 1 << 20])?;
    let config = format!(
        r#"[host]
state = "state"
[plugin.disk-image]
component = {disk_image:?}
grant.disk = [{disk:?}]
[plugin.openstack]
component = {openstack:?}
grant.http = [{api:?}]
grant.secret = ["os-password"]
grant.local-addresses = true
[source.files]
plugin = "disk-image"
[[source.files.config.vms]]
name = "web"
vcpus = 1
memory-mib = 512
disks = [{{ path = {disk:?} }}]
nics = [{{ network = "VM Network" }}]
[destination.cloud]
plugin = "openstack"
cloud = "mine"
[destination.cloud.config]
network_map = {{ "VM Network" = "servers" }}
migr_image = "gyre-worker"
migr_network = "private"
worker_allowed_cidrs = ["192.0.2.1/32"]
"#
    );
    desk.write("gyre.toml", config)?;
    desk.write("clouds.yaml", site.clouds_yaml())?;
    Ok(desk)
}

/// That neither the password nor a token of the cloud stands in a recording in which somebody logged in.
fn keeps_secrets(text: &str) -> Result<()> {
    ensure!(text.contains("/auth/tokens"), "nobody logged in: {text}");
    ensure!(!text.contains(gyre_lab::PASSWORD), "the password is in it");
    for header in ["\"x-subject-token\",", "\"x-auth-token\","] {
        let text = text.to_lowercase();
        let places = text.match_indices(header).map(|(at, _)| &text[at + header.len()..]);
        ensure!(places.clone().count() > 0, "{header} is not in it");
        for value in places {
            ensure!(value.starts_with("\"[masked x-subject-token]\""), "{header} {}", &value[..80]);
        }
    }
    Ok(())
}

#[test]
fn a_cloud_is_checked_again_without_the_cloud() -> Result<()> {
    let (_lab, site) = cloud()?;
    let desk = desk_at(&site)?;
    desk.record("check.jsonl", &["check", "--destination", "cloud"])?;
    desk.record("options.jsonl", &["option", "list", "cloud", "--values"])?;
    drop(site);
    for name in ["check.jsonl", "options.jsonl"] {
        keeps_secrets(&desk.text(name)?)?;
        desk.replays(&[&desk.path(name)])?;
        desk.replays(&[&desk.path(name), "openstack", "--strict"])?;
    }
    Ok(())
}

/// Of a whole execution, whose worker gets no disks and is removed: the key of its SSH server went through the plugin, into
/// the base64 of what the server is told at its boot.
#[test]
fn an_execution_is_replayed_and_its_keys_are_not_recorded() -> Result<()> {
    let (_lab, site) = cloud()?;
    let desk = desk_at(&site)?;
    let route = ["--source", "files", "--vm", "web", "--destination", "cloud"];
    desk.gyre.json(&[["replica", "create", "web"].as_slice(), &route].concat())?;
    let lab = site.embedded().context("no lab")?;
    lab.fail("POST", "/compute/v2.1/servers/*/os-volume_attachments", 403, 1);
    let ended = desk.record("run.jsonl", &["replica", "execute", "web"])?;
    ensure!(ended.code != Some(0), "{}", ended.said());
    drop(site);
    let text = desk.text("run.jsonl")?;
    keeps_secrets(&text)?;
    ensure!(text.contains("generate-host-key") && text.contains("[secret private-key 2]"), "no key was made");
    let (sent, user_data) = (text.contains("user_data"), decoded(&text)?);
    ensure!(sent && user_data.contains("[secret private-key 2]"), "the key was not sent: {user_data}");
    // Every OpenSSH key begins with these letters.
    ensure!(
        !text.contains("b3BlbnNzaC1rZXk") && !user_data.contains("b3BlbnNzaC1rZXk"),
        "a private key is in it"
    );
    let answer = desk.replays(&[&desk.path("run.jsonl")])?;
    ensure!(answer["plugins"].as_array().map(Vec::len) == Some(2), "{answer}");
    let plugin = plugin("openstack")?.display().to_string();
    desk.replays(&[&desk.path("run.jsonl"), &plugin, "--plugin", "openstack", "--strict"])?;
    Ok(())
}

/// What the server is told at its boot.
fn decoded(text: &str) -> Result<String> {
    let mut told = String::new();
    for (at, _) in text.match_indices("user_data") {
        let packed: String = text[at + "user_data".len()..]
            .trim_start_matches(['\\', '"', ':', ' '])
            .chars()
            .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='))
            .collect();
        let path = tempfile::NamedTempFile::new_in(env!("CARGO_TARGET_TMPDIR"))?;
        std::fs::write(path.path(), packed)?;
        told += &capture(Command::new("base64").arg("-d").arg(path.path()))?;
    }
    Ok(told)
}

#[test]
fn what_is_no_recording_is_refused() -> Result<()> {
    let desk = Desk::new("")?;
    let plugin = plugin("debian")?.display().to_string();
    std::fs::create_dir(desk.path("empty"))?;
    desk.record("run.jsonl", &["plugin", "try", &plugin, "--root", &desk.path("empty")])?;
    let whole = desk.text("run.jsonl")?;
    let again = desk.gyre.run(&["plugin", "list", "--record", &desk.path("run.jsonl")])?;
    ensure!(again.code == Some(2) && again.stderr.contains("recording.write"), "{}", again.said());
    ensure!(desk.text("run.jsonl")? == whole, "a recording was written over");
    let refuses =
        |name: &str, text: &[u8], code: &str| desk.refuses(&[&desk.write(name, text)?, &plugin], code);
    refuses("cut.jsonl", whole.trim_end().as_bytes(), "recording.damaged")?;
    refuses("noise.jsonl", &[0xff; 4096], "recording.damaged")?;
    refuses("later.jsonl", whole.replace("\"format\":1", "\"format\":9").as_bytes(), "recording.version")?;
    std::fs::File::create(desk.path("huge.jsonl"))?.set_len(1 << 40)?;
    desk.refuses(&[&desk.path("huge.jsonl"), &plugin], "recording.too-large")?;
    desk.refuses(&[&desk.path("no.jsonl"), &plugin], "recording.unreadable")?;
    let mode = capture(Command::new("stat").args(["-c", "%a", &desk.path("run.jsonl")]))?;
    ensure!(mode.trim() == "600", "others may read it: {mode}");
    Ok(())
}
