//! Persistent dirty bitmaps of qcow2: what the plugin says that changed is what QEMU itself says, and a bitmap that
//! cannot be known to cover the time since the base is not believed.

use crate::support::*;
use crate::writer::Dice;
use disk_image::DiskImage;
use gyre_plugin::source::*;
use std::ops::Range;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How often it is looked whether the server listens, and for how long.
const LOOKS_MAX: u32 = 500;
const LOOK_MS: u64 = 20;

fn bitmap(name: &str) -> String {
    format!(r#""bitmap":"{name}""#)
}

/// What the plugin says that changed since `base`; asked for as the mover does.
fn changed(config: &str, base: &str, portion: u64) -> Result<Vec<Range<u64>>> {
    let mut reader = reader(config);
    let (size, mut at, mut ranges) = (reader.size(), 0, Vec::<Range<u64>>::new());
    while at < size {
        let wanted = portion.min(size - at);
        let extents = reader.extents(Some(base), at, wanted)?;
        let mut next = at;
        for extent in &extents {
            assert!(extent.offset >= next && extent.length > 0 && extent.end() <= at + wanted, "{extent:?}");
            next = extent.end();
            match ranges.last_mut() {
                Some(last) if last.end == extent.offset => last.end = next,
                _ => ranges.push(extent.offset..next),
            }
        }
        at = if extents.is_empty() { at + wanted } else { next };
    }
    Ok(ranges)
}

fn changed_now(d: &Path, image: &str, options: &str, base: &str) -> Result<Vec<Range<u64>>> {
    let _host = host(d);
    changed(&config(image, options), base, 1 << 30)
}

fn base_of(d: &Path, image: &str, options: &str) -> String {
    let _host = host(d);
    snapshot(&config(image, options)).unwrap()
}

fn refused(d: &Path, image: &str, options: &str, base: &str, why: &str) {
    let error = changed_now(d, image, options, base).unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::NotFound, "disk-image.no-changed-blocks"));
    assert!(error.causes.join(": ").contains(why), "{image}: wanted {why:?} in {error:?}");
}

/// qemu-nbd, ended by its own id.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What QEMU says that a bitmap marks: it shows such bytes as no data.
fn judged(d: &Path, image: &str, name: &str) -> Vec<Range<u64>> {
    let beside = tempfile::tempdir().unwrap();
    let socket = beside.path().join("judge.sock");
    let mut nbd = Command::new("qemu-nbd");
    nbd.current_dir(d).args(["-r", "-f", "qcow2", "-B", name, "-k"]).arg(&socket).arg(image);
    let _server = Server(nbd.stderr(Stdio::null()).spawn().unwrap());
    let looks = (0..LOOKS_MAX).find(|_| {
        std::thread::sleep(Duration::from_millis(LOOK_MS));
        socket.exists()
    });
    assert!(looks.is_some(), "qemu-nbd does not listen");
    let options = format!(
        "driver=nbd,server.type=unix,server.path={},x-dirty-bitmap=qemu:dirty-bitmap:{name}",
        socket.display()
    );
    let map =
        Command::new("qemu-img").args(["map", "--output=json", "--image-opts", &options]).output().unwrap();
    assert!(map.status.success(), "{}", String::from_utf8_lossy(&map.stderr));
    let entries: Vec<serde_json::Value> = serde_json::from_slice(&map.stdout).unwrap();
    let mut ranges = Vec::<Range<u64>>::new();
    for entry in entries.iter().filter(|entry| entry["data"] == false) {
        let start = entry["start"].as_u64().unwrap();
        let end = start + entry["length"].as_u64().unwrap();
        match ranges.last_mut() {
            Some(last) if last.end == start => last.end = end,
            _ => ranges.push(start..end),
        }
    }
    ranges
}

#[test]
fn what_changed_is_what_qemu_says() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    for (n, (name, cluster, granularity)) in
        [("usual", "64k", "64k"), ("fine", "64k", "512"), ("small", "512", "4k"), ("large", "2M", "1M")]
            .into_iter()
            .enumerate()
    {
        let image = format!("{name}.qcow2");
        run(d, &format!("qemu-img convert -O qcow2 -o cluster_size={cluster} ref.raw {image}"));
        run(d, &format!("qemu-img bitmap --add -g {granularity} {image} since"));
        let base = base_of(d, &image, &bitmap("since"));
        assert_eq!(changed_now(d, &image, &bitmap("since"), &base).unwrap(), []);
        let mut dice = Dice::new(n as u64);
        let mut writes: Vec<String> = (0..60)
            .map(|_| {
                format!("write -P 0x5a {} {}", dice.roll((8 << 11) - 40) * 512, 512 * (1 + dice.roll(40)))
            })
            .collect();
        writes.extend(["write -P 1 8389120 1k", "write -z 3M 70k", "discard 1M 64k"].map(String::from));
        qemu_io(d, "qcow2", &image, &writes.iter().map(String::as_str).collect::<Vec<_>>());
        let wanted = judged(d, &image, "since");
        assert!(wanted.len() > 5 || name == "large", "{name}: {wanted:?}");
        let _host = host(d);
        for portion in [1 << 30, 1 << 20, 65_536 + 512] {
            let found = changed(&config(&image, &bitmap("since")), &base, portion).unwrap();
            assert_eq!(found, wanted, "{name} in portions of {portion}");
        }
    }
}

#[test]
fn a_bitmap_covers_every_later_run_and_can_be_exchanged() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    run(d, "qemu-img create -f qcow2 vm.qcow2 64M");
    run(d, "qemu-img bitmap --add vm.qcow2 one");
    let first = base_of(d, "vm.qcow2", &bitmap("one"));
    qemu_io(d, "qcow2", "vm.qcow2", &["write -P 1 1M 64k"]);
    let second = base_of(d, "vm.qcow2", &bitmap("one"));
    qemu_io(d, "qcow2", "vm.qcow2", &["write -P 1 5M 64k"]);
    let both = vec![1 << 20..(1 << 20) + 65_536, 5 << 20..(5 << 20) + 65_536];
    for base in [&first, &second] {
        assert_eq!(changed_now(d, "vm.qcow2", &bitmap("one"), base).unwrap(), both);
    }
    run(d, "qemu-img bitmap --add vm.qcow2 two");
    refused(d, "vm.qcow2", &bitmap("two"), &second, "could not be used yet");
    let third = base_of(d, "vm.qcow2", &bitmap("one"));
    qemu_io(d, "qcow2", "vm.qcow2", &["write -P 1 9M 64k"]);
    run(d, "qemu-img bitmap --remove vm.qcow2 one");
    let last = changed_now(d, "vm.qcow2", &bitmap("two"), &third).unwrap();
    assert!(matches!(last.as_slice(), [range] if *range == (9 << 20..(9 << 20) + 65_536)), "{last:?}");
    refused(d, "vm.qcow2", &bitmap("one"), &third, "no bitmap");
    refused(d, "vm.qcow2", "", &third, "no `bitmap` is named");
}

#[test]
fn a_bitmap_that_may_have_missed_a_write_is_not_believed() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    run(d, "qemu-img create -f qcow2 base.qcow2 8M");
    let make = |name: &str| {
        run(d, &format!("qemu-img create -f qcow2 -b base.qcow2 -F qcow2 {name}.qcow2"));
        run(d, &format!("qemu-img bitmap --add {name}.qcow2 b"));
        qemu_io(d, "qcow2", &format!("{name}.qcow2"), &["write -P 1 1M 1M"]);
        base_of(d, &format!("{name}.qcow2"), &bitmap("b"))
    };
    let edit = |name: &str, verb: &str| run(d, &format!("qemu-img bitmap --{verb} {name}.qcow2 b"));

    let base = make("cleared");
    edit("cleared", "clear");
    qemu_io(d, "qcow2", "cleared.qcow2", &["write -P 1 4M 2M"]);
    refused(d, "cleared.qcow2", &bitmap("b"), &base, "was cleared");

    let base = make("coarser");
    edit("coarser", "remove");
    run(d, "qemu-img bitmap --add -g 128k coarser.qcow2 b");
    qemu_io(d, "qcow2", "coarser.qcow2", &["write -P 1 0 8M"]);
    refused(d, "coarser.qcow2", &bitmap("b"), &base, "made anew");

    let base = make("disabled");
    edit("disabled", "disable");
    refused(d, "disabled.qcow2", &bitmap("b"), &base, "disabled");
    let off = base_of(d, "disabled.qcow2", &bitmap("b"));
    edit("disabled", "enable");
    refused(d, "disabled.qcow2", &bitmap("b"), &off, "could not be used yet");

    let base = make("grown");
    run(d, "qemu-img resize grown.qcow2 9M");
    refused(d, "grown.qcow2", &bitmap("b"), &base, "another size");

    let base = make("moved");
    run(d, "qemu-img create -f qcow2 other.qcow2 8M");
    run(d, "qemu-img rebase -u -f qcow2 -F qcow2 -b other.qcow2 moved.qcow2");
    refused(d, "moved.qcow2", &bitmap("b"), &base, "other files");

    let base = make("file");
    refused(d, "grown.qcow2", &bitmap("b"), &base, "other files");
    refused(d, "file.qcow2", &bitmap("b"), "no state", "cannot be read");
}

/// Where the directory of the image's bitmaps lies.
pub fn directory_of(bytes: &[u8]) -> usize {
    let magic = 0x2385_2875u32.to_be_bytes();
    let at = (104..4096).step_by(8).find(|at| bytes[*at..].starts_with(&magic)).expect("an extension");
    u64::from_be_bytes(bytes[at + 24..at + 32].try_into().unwrap()) as usize
}

#[test]
fn a_bitmap_that_is_in_use_damaged_or_strange_is_told_and_the_disk_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let mut disk = reference(d);
    disk[8 << 20..(8 << 20) + 512].fill(0);
    run(d, "qemu-img convert -O qcow2 ref.raw vm.qcow2");
    run(d, "qemu-img bitmap --add vm.qcow2 b");
    qemu_io(d, "qcow2", "vm.qcow2", &["write -P 0 8M 512"]);
    let base = base_of(d, "vm.qcow2", &bitmap("b"));
    assert_eq!(changed_now(d, "vm.qcow2", &bitmap("b"), &base).unwrap().len(), 1);
    let clean = bytes_of(d, "vm.qcow2");
    let entry = directory_of(&clean);
    let table = u64::from_be_bytes(clean[entry..entry + 8].try_into().unwrap()) as usize;
    // Byte 95 is the last of the features that others clear.
    for (what, at, value, why) in [
        ("in use", entry + 15, &[3][..], "not put away"),
        ("unknown flag", entry + 15, &[10], "flags 0xa"),
        ("unknown flag, high", entry + 12, &[0x80], "flags 0x80000002"),
        ("another type", entry + 16, &[2], "type 2"),
        ("granularity", entry + 17, &[40], "bits of 2^40"),
        ("table's size", entry + 11, &[9], "its table has"),
        ("table's place", entry + 7, &[1], "begin at a cluster"),
        ("table past the end", entry + 1, &[1], "ends too early"),
        ("extra data", entry + 23, &[4, 0, 0, 0, 0, b'b'], "unknown kind"),
        ("huge extra data", entry + 20, &[8], "impossible length"),
        ("name", entry + 19, &[0], "impossible length"),
        ("entry", table, &[1], "impossible entry"),
        ("bits past the end", table + 1, &[1], "ends too early"),
        ("another writer", 95, &[0], "does not know of bitmaps"),
    ] {
        let mut bytes = clean.clone();
        bytes[at..at + value.len()].copy_from_slice(value);
        std::fs::write(d.join("vm.qcow2"), bytes).unwrap();
        refused(d, "vm.qcow2", &bitmap("b"), &base, why);
        let _host = host(d);
        let findings = DiskImage::check(Config::new(config("vm.qcow2", &bitmap("b"))), Some("vm")).unwrap();
        assert!(findings.len() == 1 && !findings[0].blocking, "{what}: {findings:?}");
        assert!(findings[0].message.contains(why), "{what}: {findings:?}");
        drop(_host);
        assert_reads(d, "vm.qcow2", &bitmap("b"), &disk);
    }
    std::fs::write(d.join("vm.qcow2"), &clean).unwrap();
    let _host = host(d);
    assert_refused("ref.raw", &bitmap("b"), "disk-image.config");
    assert_refused("vm.qcow2", &format!(r#"{},"snapshot":"s""#, bitmap("b")), "disk-image.config");
}

#[test]
fn a_bitmap_that_is_written_to_now_is_not_believed() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    run(d, "qemu-img create -f qcow2 vm.qcow2 8M");
    run(d, "qemu-img bitmap --add vm.qcow2 b");
    let base = base_of(d, "vm.qcow2", &bitmap("b"));
    // A writer that is killed never puts its bitmaps away.
    let io = Command::new("qemu-io")
        .current_dir(d)
        .args(["-f", "qcow2", "-c", "write 1M 64k", "-c", "abort", "vm.qcow2"])
        .output()
        .unwrap();
    assert!(!io.status.success());
    refused(d, "vm.qcow2", &bitmap("b"), &base, "not put away");
}

#[test]
fn a_scattered_bitmap_is_told_in_several_answers() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    run(d, "qemu-img create -f qcow2 -o cluster_size=2M vm.qcow2 256M");
    run(d, "qemu-img bitmap --add -g 512 vm.qcow2 b");
    let base = base_of(d, "vm.qcow2", &bitmap("b"));
    qemu_io(d, "qcow2", "vm.qcow2", &["write 0 1M"]);
    let mut bytes = bytes_of(d, "vm.qcow2");
    let entry = directory_of(&bytes);
    let number = |at: usize| u64::from_be_bytes(bytes[at..at + 8].try_into().unwrap()) as usize;
    let bits = number(number(entry));
    bytes[bits..bits + 65_536].fill(0x55);
    std::fs::write(d.join("vm.qcow2"), bytes).unwrap();
    let found = changed_now(d, "vm.qcow2", &bitmap("b"), &base).unwrap();
    assert_eq!(found.len(), 262_144);
    assert!(found.iter().enumerate().all(|(n, range)| *range == (n as u64 * 1024..n as u64 * 1024 + 512)));
}
