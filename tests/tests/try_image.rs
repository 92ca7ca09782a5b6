//! `gyre plugin try --root IMAGE`: a small guest in an image, made by mke2fs from a tree; what is shown is what the tree
//! shows, the image stays as it is, and nothing stays mounted, attached or on disk, whatever ends the program. Needs root
//! and loop devices; `cargo xtask test` builds the program and the plugins.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use anyhow::{Context, Result, ensure};
use gyre_tests::fixture::{capture, root};
use gyre_tests::program::Gyre;
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const ROOT: &str = "11111111-1111-1111-1111-111111111111";
const PART: &str = "22222222-2222-2222-2222-222222222222";
/// A directory of the guest that is a file system of its own.
const MOUNTED: &str = "etc/lvm";
const MIB: u64 = 1 << 20;
/// Until something happens that must.
const SOON: Duration = Duration::from_secs(60);
const POLL: Duration = Duration::from_millis(50);
/// Exit codes of the kinds of errors that these tests meet.
const DENIED: i32 = 3;
const NOT_FOUND: i32 = 4;

/// A guest as a tree and as images, and the program with a TMPDIR of its own.
struct Guest {
    directory: TempDir,
    gyre: Gyre,
}

impl Guest {
    fn new() -> Result<Self> {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let config = directory.path().join("gyre.toml");
        std::fs::write(&config, "[host]\nstate = \"state\"\n")?;
        let temporary = directory.path().join("tmp");
        std::fs::create_dir(&temporary)?;
        let guest = Self { gyre: Gyre::new(&config)?.with("TMPDIR", temporary), directory };
        guest.make_tree()?;
        guest.make_images()?;
        Ok(guest)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A Linux that only `generic-linux` knows, with caches that it puts away: one on the root, one on the other part.
    fn make_tree(&self) -> Result<()> {
        let at = |path: &str| self.path("tree").join(path);
        for path in ["etc/lvm/devices", "etc/blkid", "usr", "var", "boot"] {
            std::fs::create_dir_all(at(path))?;
        }
        for (path, text) in [
            ("etc/os-release", "ID=tinos\nVERSION_ID=1\n"),
            (
                "etc/fstab",
                &format!("UUID={ROOT} / ext4 defaults 0 1\nUUID={PART} /{MOUNTED} ext4 defaults 0 2\n"),
            ),
            ("etc/blkid.tab", "<device>/dev/sda1</device>\n"),
            ("etc/lvm/devices/system.devices", "IDTYPE=devname IDNAME=/dev/sda2\n"),
        ] {
            std::fs::write(at(path), text)?;
        }
        Ok(())
    }

    /// Two partitions in a raw image, and the same as qcow2.
    fn make_images(&self) -> Result<()> {
        let (whole, part) = (self.path("whole"), self.path("part"));
        capture(Command::new("cp").arg("-a").arg(self.path("tree")).arg(&whole))?;
        std::fs::rename(whole.join(MOUNTED), &part)?;
        std::fs::create_dir(whole.join(MOUNTED))?;
        let raw = self.path("disk.raw");
        std::fs::File::create(&raw)?.set_len(64 * MIB)?;
        let mut table = Command::new("/usr/sbin/sfdisk").arg("-q").arg(&raw).stdin(Stdio::piped()).spawn()?;
        let text = "label: gpt\nstart=1M, size=16M\nstart=17M, size=46M\n";
        table.stdin.take().context("no input")?.write_all(text.as_bytes())?;
        ensure!(table.wait()?.success(), "sfdisk failed");
        for (tree, from, mib, id) in [(&part, 1, 16, PART), (&whole, 17, 46, ROOT)] {
            let mut make = Command::new("/usr/sbin/mke2fs");
            make.args(["-q", "-t", "ext4", "-F", "-U", id, "-d"]).arg(tree);
            capture(make.args(["-E", &format!("offset={}", from * MIB)]).arg(&raw).arg(format!("{mib}M")))?;
        }
        let convert = ["convert", "-c", "-O", "qcow2"];
        capture(Command::new("qemu-img").args(convert).arg(&raw).arg(self.path("disk.qcow2"))).map(drop)
    }

    fn words(&self, plugin: &str, guest: &str, more: &[&str]) -> Vec<String> {
        let component = root().join("target").join(plugin).display().to_string();
        let reader = root().join("target/plugins/disk-image.wasm").display().to_string();
        let guest = self.path(guest).display().to_string();
        let words = ["plugin", "try", &component, "--root", &guest, "--reader", &reader];
        words.iter().chain(more).map(ToString::to_string).collect()
    }

    fn json(&self, plugin: &str, guest: &str, more: &[&str]) -> Result<Value> {
        let words = self.words(plugin, guest, more);
        self.gyre.json(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Must fail: its exit code, and what it says.
    fn fails(&self, plugin: &str, guest: &str, more: &[&str]) -> Result<(Option<i32>, String)> {
        let words = self.words(plugin, guest, more);
        let ended = self.gyre.run(&words.iter().map(String::as_str).collect::<Vec<_>>())?;
        ensure!(ended.code != Some(0), "{}", ended.said());
        Ok((ended.code, ended.said()))
    }

    /// Loop devices over files of this test, and what lies in its TMPDIR.
    fn left(&self) -> Result<Vec<String>> {
        let temporary = self.path("tmp");
        let mut left = attached_below(&temporary)?;
        for entry in std::fs::read_dir(&temporary)? {
            left.push(entry?.path().display().to_string());
        }
        Ok(left)
    }

    /// A try that never ends by itself, at the moment when the plugin has its root; and its agent.
    fn endless(&self) -> Result<(Child, u32)> {
        let words = self.words("guests/spin.wasm", "disk.raw", &[]);
        let child = self.gyre.start(&words.iter().map(String::as_str).collect::<Vec<_>>())?;
        let mut agent = None;
        soon(|| {
            agent = child_of(child.id());
            Ok(agent.is_some_and(mounted_by))
        })?;
        Ok((child, agent.context("no agent")?))
    }
}

/// Images that are attached to loop devices.
fn attached_below(directory: &Path) -> Result<Vec<String>> {
    let mut attached = Vec::new();
    for entry in std::fs::read_dir("/sys/block")? {
        let backing = std::fs::read_to_string(entry?.path().join("loop/backing_file")).unwrap_or_default();
        if Path::new(backing.trim()).starts_with(directory) {
            attached.push(backing);
        }
    }
    Ok(attached)
}

fn child_of(pid: u32) -> Option<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten();
    let mut children = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    children.find_map(|line| line.split_whitespace().next()?.parse().ok())
}

/// Whether the agent has mounted the guest, to the last of its places.
fn mounted_by(agent: u32) -> bool {
    let mounts = std::fs::read_to_string(format!("/proc/{agent}/mountinfo")).unwrap_or_default();
    mounts.contains(&format!("/gyre-agent-{agent}/root/{MOUNTED} "))
}

fn soon(mut happened: impl FnMut() -> Result<bool>) -> Result<()> {
    let late = Instant::now() + SOON;
    while !happened()? {
        ensure!(Instant::now() < late, "it did not happen");
        std::thread::sleep(POLL);
    }
    Ok(())
}

fn is_there(agent: u32) -> bool {
    Path::new(&format!("/proc/{agent}")).exists() || Path::new(&format!("/run/gyre-agent-{agent}")).exists()
}

fn signal(name: &str, child: &Child) -> Result<()> {
    capture(Command::new("kill").arg(format!("-{name}")).arg(child.id().to_string())).map(drop)
}

#[test]
fn an_image_shows_what_its_tree_shows_and_stays_as_it_is() -> Result<()> {
    let guest = Guest::new()?;
    let plugin = "plugins/generic-linux.wasm";
    let tree = guest.json(plugin, "tree", &["--morph"])?;
    let paths: Vec<&str> =
        tree["changes"].as_array().context("no changes")?.iter().filter_map(|c| c["path"].as_str()).collect();
    for path in ["/etc/blkid.tab", "/etc/lvm/devices/system.devices"] {
        ensure!(paths.contains(&path), "{path} is not among {paths:?}");
    }
    for image in ["disk.raw", "disk.qcow2"] {
        let before = std::fs::read(guest.path(image))?;
        ensure!(guest.json(plugin, image, &[])?["match"] == tree["match"], "{image}: another match");
        let tried = guest.json(plugin, image, &["--morph"])?;
        ensure!(tried == tree, "{image}: {tried:#}\nthe tree: {tree:#}");
        ensure!(std::fs::read(guest.path(image))? == before, "{image} was changed");
        ensure!(guest.left()? == Vec::<String>::new(), "{:?}", guest.left()?);
    }
    Ok(())
}

/// `debian` asks `dpkg-query`, which this guest does not have: that is said only by whoever tried to run it.
#[test]
fn programs_of_the_guest_run_only_if_they_are_let() -> Result<()> {
    let guest = Guest::new()?;
    std::fs::write(guest.path("tree/etc/os-release"), "ID=debian\nVERSION_ID=12\n")?;
    for made in ["whole", "part", "disk.raw", "disk.qcow2"] {
        let path = guest.path(made);
        if path.is_dir() { std::fs::remove_dir_all(path)? } else { std::fs::remove_file(path)? }
    }
    guest.make_images()?;
    let (code, said) = guest.fails("plugins/debian.wasm", "disk.raw", &["--morph"])?;
    ensure!(code == Some(DENIED) && said.contains("[try.programs]"), "{said}");
    let (code, said) = guest.fails("plugins/debian.wasm", "disk.raw", &["--morph", "--chroot"])?;
    ensure!(code == Some(NOT_FOUND) && said.contains("[rootfs.program-not-found]"), "{code:?} {said}");
    ensure!(guest.left()? == Vec::<String>::new(), "{:?}", guest.left()?);
    Ok(())
}

#[test]
fn what_is_no_guest_is_said_to_be_none() -> Result<()> {
    let guest = Guest::new()?;
    std::fs::File::create(guest.path("empty.raw"))?.set_len(8 * MIB)?;
    let plugin = "plugins/generic-linux.wasm";
    let (code, said) = guest.fails(plugin, "empty.raw", &["--morph"])?;
    ensure!(code == Some(NOT_FOUND) && said.contains("[system.not-found]"), "{said}");
    let (_, said) = guest.fails(plugin, "disk.raw", &["--system", "other"])?;
    ensure!(said.contains("[morph.unknown-system]") && said.contains("disk0/part2"), "{said}");
    let (_, said) = guest.fails(plugin, "nowhere.raw", &[])?;
    ensure!(said.contains("[try.root]"), "{said}");
    ensure!(guest.left()? == Vec::<String>::new(), "{:?}", guest.left()?);
    Ok(())
}

#[test]
fn nothing_is_left_whatever_ends_it() -> Result<()> {
    let guest = Guest::new()?;
    for how in ["INT", "TERM", "HUP", "KILL"] {
        let (mut child, agent) = guest.endless()?;
        ensure!(!attached_below(&guest.path("tmp"))?.is_empty(), "the copy is attached while it is tried");
        signal(how, &child)?;
        let ended = child.wait()?;
        ensure!(!ended.success(), "{how}: {ended}");
        if how != "KILL" {
            let said = std::fs::read_to_string(guest.path("stderr"))?;
            ensure!(said.contains("[job.cancelled]"), "{how}: {said}");
            ensure!(!is_there(agent) && guest.left()?.is_empty(), "{how}: {:?}", guest.left()?);
        }
        // Nobody is there any more who could do it but the agent itself.
        soon(|| Ok(!is_there(agent) && guest.left()?.is_empty())).context(how)?;
    }
    Ok(())
}
