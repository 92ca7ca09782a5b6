//! `gyre disk`: one image by hand, through the plugin and the mover, judged by QEMU. Needs neither root nor a
//! cloud; `cargo xtask test` builds the program and the plugin.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use anyhow::{Context, Result, ensure};
use gyre_tests::fixture::{capture, root};
use gyre_tests::program::{Ended, Gyre};
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// Virtual size of the disk, bytes: no whole number of blocks of 64 KiB.
const SIZE: u64 = (48 << 20) + 512;

/// One disk in several images, and the program with nothing configured but where its state lies.
struct Hand {
    directory: TempDir,
    gyre: Gyre,
    plugin: String,
}

impl Hand {
    fn new() -> Result<Self> {
        let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
        let config = directory.path().join("gyre.toml");
        std::fs::write(&config, "[host]\nstate = \"state\"\n")?;
        let plugin = root().join("target/plugins/disk-image.wasm");
        ensure!(plugin.exists(), "{} is missing: cargo xtask plugins", plugin.display());
        Ok(Self { gyre: Gyre::new(&config)?, plugin: plugin.display().to_string(), directory })
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn image(&self, name: &str, options: &[&str]) -> Result<PathBuf> {
        let raw = self.path("disk.raw");
        if !raw.exists() {
            write_disk(&raw)?;
        }
        let path = self.path(name);
        capture(Command::new("qemu-img").arg("convert").args(options).arg(&raw).arg(&path))?;
        Ok(path)
    }

    fn words<'a>(&'a self, verb: &'a str, image: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        let mut words = vec!["disk", verb, image, "--component", self.plugin.as_str()];
        words.extend(more);
        words
    }

    fn run(&self, verb: &str, image: &str, more: &[&str]) -> Result<Ended> {
        self.gyre.run(&self.words(verb, image, more))
    }

    fn json(&self, verb: &str, image: &str, more: &[&str]) -> Result<serde_json::Value> {
        self.gyre.json(&self.words(verb, image, more))
    }
}

/// Data, zeros that were written, and holes.
fn write_disk(path: &Path) -> Result<()> {
    use std::os::unix::fs::FileExt as _;
    let program = std::fs::read("/usr/bin/qemu-img")?;
    let data: Vec<u8> = program.iter().copied().cycle().take(9 << 20).collect();
    let file = std::fs::File::create(path)?;
    file.set_len(SIZE)?;
    file.write_all_at(&data, 3 << 20)?;
    file.write_all_at(&vec![0; 4 << 20], 20 << 20)?;
    file.write_all_at(&data, SIZE - (9 << 20))?;
    Ok(())
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_copy_is_what_qemu_reads_in_the_image() -> Result<()> {
    let hand = Hand::new()?;
    for (name, options) in [
        ("plain.qcow2", ["-O", "qcow2"].as_slice()),
        ("zlib.qcow2", &["-c", "-O", "qcow2"]),
        ("zstd.qcow2", &["-c", "-O", "qcow2", "-o", "compression_type=zstd"]),
        ("stream.vmdk", &["-O", "vmdk", "-o", "subformat=streamOptimized"]),
        ("dynamic.vhdx", &["-O", "vhdx"]),
        ("dynamic.vdi", &["-O", "vdi"]),
        ("copy.raw", &["-O", "raw"]),
    ] {
        let (image, copy) = (hand.image(name, options)?, hand.path(&format!("{name}.copy")));
        let answer = hand.json("copy", text(&image), &[text(&copy)])?;
        let report = &answer["report"];
        println!("{name}: {report}");
        capture(Command::new("qemu-img").arg("compare").args(["-F", "raw"]).arg(&image).arg(&copy))?;
        ensure!(std::fs::metadata(&copy)?.len() == SIZE, "the copy has another size");
        let (moved, verified) = (report["moved"].as_u64().unwrap(), report["verified"].as_u64().unwrap());
        ensure!(moved < SIZE / 2, "{moved} bytes were written: zeros and holes among them");
        ensure!(verified == SIZE, "{verified} of {SIZE} bytes were proved");
        let quick = hand.json("copy", text(&image), &[text(&copy), "--overwrite", "--no-proof"])?;
        capture(Command::new("qemu-img").arg("compare").args(["-F", "raw"]).arg(&image).arg(&copy))?;
        let (again, proved) = (&quick["report"]["moved"], &quick["report"]["verified"]);
        ensure!(*again == moved && *proved == 0, "{quick}: the same, and nothing of it read back");
    }
    Ok(())
}

#[test]
fn the_same_disk_has_the_same_hash_in_every_format() -> Result<()> {
    let hand = Hand::new()?;
    let hash = |name: &str, options: &[&str]| -> Result<String> {
        let answer = hand.json("hash", text(&hand.image(name, options)?), &[])?;
        Ok(answer["hash"].as_str().context("no hash")?.to_owned())
    };
    let qcow2 = hash("a.qcow2", &["-O", "qcow2"])?;
    ensure!(qcow2 == hash("b.qcow2", &["-c", "-O", "qcow2"])? && qcow2 == hash("c.raw", &["-O", "raw"])?);
    let raw = hand.path("c.raw");
    let mut bytes = std::fs::read(&raw)?;
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&raw, bytes)?;
    let other = hand.json("hash", text(&raw), &[])?;
    ensure!(other["hash"] != qcow2.as_str(), "one bit makes no difference");
    Ok(())
}

#[test]
fn a_map_covers_the_disk_and_agrees_with_qemus() -> Result<()> {
    let hand = Hand::new()?;
    let image = hand.image("map.qcow2", &["-O", "qcow2"])?;
    let answer = hand.json("map", text(&image), &[])?;
    let (mut at, mut data) = (0, 0);
    for range in answer["ranges"].as_array().context("no ranges")? {
        let (offset, length) = (range["offset"].as_u64().unwrap(), range["length"].as_u64().unwrap());
        ensure!(offset == at, "a gap at {at}: {range}");
        at += length;
        data += if range["kind"] == "stored" { length } else { 0 };
    }
    ensure!(at == SIZE && answer["complete"] == true, "the map ends at {at}");
    let qemu = capture(Command::new("qemu-img").args(["map", "--output=json"]).arg(&image))?;
    let qemu: Vec<serde_json::Value> = serde_json::from_str(&qemu)?;
    let peer: u64 = qemu.iter().filter(|r| r["data"] == true).filter_map(|r| r["length"].as_u64()).sum();
    ensure!(data == peer, "{data} bytes of data, and {peer} by qemu-img map");
    let info = hand.json("info", text(&image), &[])?;
    ensure!(info["map"]["size"] == SIZE && info["map"]["data"] == peer, "info says {info}");
    Ok(())
}

#[test]
fn nothing_is_overwritten_unasked_and_nothing_half_done_stays() -> Result<()> {
    let hand = Hand::new()?;
    let image = hand.image("whole.qcow2", &["-O", "qcow2"])?;
    let target = hand.path("target.raw");
    std::fs::write(&target, b"precious")?;
    let refused = hand.run("copy", text(&image), &[text(&target)])?;
    ensure!(refused.code == Some(5) && refused.said().contains("disk.exists"), "{}", refused.said());
    ensure!(std::fs::read(&target)? == b"precious");
    hand.json("copy", text(&image), &[text(&target), "--overwrite"])?;
    capture(Command::new("qemu-img").arg("compare").args(["-F", "raw"]).arg(&image).arg(&target))?;

    let file = std::fs::OpenOptions::new().write(true).open(&image)?;
    file.set_len(file.metadata()?.len() / 2)?;
    let never = hand.path("never.raw");
    let cut = hand.run("copy", text(&image), &[text(&never)])?;
    ensure!(cut.code != Some(0) && cut.said().contains("disk-image.truncated"), "{}", cut.said());
    ensure!(!never.exists(), "half a disk was left behind");
    let cut = hand.run("copy", text(&image), &[text(&target), "--overwrite"])?;
    ensure!(
        cut.code != Some(0) && std::fs::metadata(&target)?.len() == SIZE,
        "a failed copy harmed {target:?}"
    );
    let left: Vec<_> = std::fs::read_dir(hand.directory.path())?.flatten().map(|e| e.file_name()).collect();
    ensure!(left.iter().all(|name| !name.to_string_lossy().contains(".gyre-")), "{left:?}");
    Ok(())
}

/// The image may be its own target: what is read stays until what is written is whole.
#[test]
fn an_image_is_turned_into_a_raw_disk_in_its_place() -> Result<()> {
    let hand = Hand::new()?;
    let image = hand.image("same.qcow2", &["-O", "qcow2"])?;
    hand.json("copy", text(&image), &[text(&image), "--overwrite"])?;
    ensure!(std::fs::read(&image)? == std::fs::read(hand.path("disk.raw"))?, "the disk is another one");
    Ok(())
}

/// The passphrase is named by its file, for arguments are everybody's to see.
#[test]
fn an_encrypted_image_is_read_with_its_passphrase_alone() -> Result<()> {
    let hand = Hand::new()?;
    let options = "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=100";
    let secret = "secret,id=s,data=open sesame";
    let image = hand.image("sealed.qcow2", &["--object", secret, "-O", "qcow2", "-o", options])?;
    let plain = hand.path("disk.raw");
    for (name, words) in [("right", "open sesame\n"), ("wrong", "open, sesame\n")] {
        std::fs::write(hand.path(name), words)?;
    }
    let (right, wrong, target) = (hand.path("right"), hand.path("wrong"), hand.path("target.raw"));
    hand.json("copy", text(&image), &[text(&target), "--key-file", text(&right)])?;
    ensure!(std::fs::read(&target)? == std::fs::read(&plain)?, "the disk is another one");
    for (key, code) in [(&[][..], "disk-image.encrypted"), (&["--key-file", text(&wrong)], "disk-image.key")]
    {
        let refused = hand.run("hash", text(&image), key)?;
        ensure!(refused.code != Some(0) && refused.said().contains(code), "{code}: {}", refused.said());
        ensure!(!refused.said().contains("sesame"), "the passphrase is told: {}", refused.said());
    }
    Ok(())
}

/// An image names its backing file: only what was named on the command line is opened.
#[test]
fn a_backing_file_elsewhere_must_be_allowed() -> Result<()> {
    let hand = Hand::new()?;
    std::fs::create_dir(hand.path("base"))?;
    let base = hand.image("base/base.qcow2", &["-O", "qcow2"])?;
    std::fs::create_dir(hand.path("top"))?;
    let top = hand.path("top/top.qcow2");
    capture(
        Command::new("qemu-img").args(["create", "-f", "qcow2", "-F", "qcow2", "-b"]).arg(&base).arg(&top),
    )?;
    let refused = hand.run("hash", text(&top), &[])?;
    ensure!(refused.code == Some(3) && refused.said().contains("grant.disk"), "{}", refused.said());
    let allowed = hand.json("hash", text(&top), &["--allow", text(&hand.path("base"))])?;
    ensure!(allowed["hash"] == hand.json("hash", text(&base), &[])?["hash"]);
    Ok(())
}
