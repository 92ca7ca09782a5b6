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

#[test]
fn a_cloud_is_checked_again_without_the_cloud_and_its_secrets_are_not_recorded() -> Result<()> {
    let lab = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let site = Site::lab(lab.path(), |config| {
        *config = gyre_lab::Config {
            networks: std::mem::take(&mut config.networks),
            ..gyre_lab::Config::quick(&config.dir)
        };
    })?;
    let (component, api) = (plugin("openstack")?, &site.api);
    let desk = Desk::new(&format!(
        "[plugin.openstack]\ncomponent = {component:?}\ngrant.http = [{api:?}]\ngrant.secret = [\"os-password\"]\n\
         grant.local-addresses = true\n[destination.cloud]\nplugin = \"openstack\"\ncloud = \"mine\"\n"
    ))?;
    desk.write("clouds.yaml", site.clouds_yaml())?;
    desk.record("check.jsonl", &["check", "--destination", "cloud"])?;
    desk.record("options.jsonl", &["option", "list", "cloud", "--values"])?;
    let password = site.login.password.clone();
    drop(site);
    for name in ["check.jsonl", "options.jsonl"] {
        let text = desk.text(name)?;
        ensure!(text.contains("/auth/tokens"), "nobody logged in: {text}");
        ensure!(!text.contains(&format!("\"{password}\"")), "the password is in {name}");
        for header in ["x-subject-token", "x-auth-token"] {
            let at = text.to_lowercase().find(&format!("\"{header}\",")).context(header)?;
            ensure!(
                text[at + header.len() + 3..].starts_with("\"[masked x-subject-token]\""),
                "{}",
                &text[at..at + 80]
            );
        }
        desk.replays(&[&desk.path(name)])?;
        desk.replays(&[&desk.path(name), "openstack", "--strict"])?;
    }
    Ok(())
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
