//! The plugin compiled for this machine instead of the sandbox: opens an image, asks for the map of its whole disk as the
//! host does, and reads what only the plugin can read. Prints, as JSON, the computing time of that, in seconds, and how
//! many ranges the map has. The image lies in memory, so that the time is the plugin's own.
//!
//! `native FORMAT IMAGE [KEY]`, where `KEY` is a file with the image's passphrase; `cargo xtask bench` runs it beside the component.

#![allow(clippy::unwrap_used, clippy::panic)] // a program for whoever measures

use disk_image::DiskImage;
use gyre_plugin::fake::FakeHost;
use gyre_plugin::source::*;
use std::fs;

/// As far ahead as the host asks.
const ASK_BYTES: u64 = 1 << 30;
/// As much as the host reads at once.
const PIECE_BYTES: u64 = 1 << 20;
/// Where the fake host has the image.
const IMAGE: &str = "/images/disk";
/// The secret with its passphrase.
const KEY: &str = "key";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [format, image, key @ ..] = arguments.as_slice() else { panic!("native FORMAT IMAGE [KEY]") };
    let mut host = FakeHost::new().disk(IMAGE, fs::read(image).unwrap());
    if let [key] = key {
        host = host.secret(KEY, &fs::read_to_string(key).unwrap());
    }
    let began = computed_ns();
    let extents = walk(format, !key.is_empty());
    let seconds = (computed_ns() - began) as f64 / 1e9;
    // Only now: to let go of so much memory takes time that is not the plugin's.
    drop(host);
    println!("{{\"seconds\":{seconds},\"extents\":{extents}}}");
}

fn walk(format: &str, is_sealed: bool) -> u64 {
    let key = if is_sealed { format!(r#","key":"{KEY}""#) } else { String::new() };
    let disk = format!(r#"{{"path":"{IMAGE}","format":"{format}"{key}}}"#);
    let config = format!(r#"{{"vms":[{{"name":"vm","vcpus":1,"memory-mib":1,"disks":[{disk}]}}]}}"#);
    let vm = DiskImage::get_vm(Config::new(config.as_str()), "vm").unwrap();
    let Outcome::Done(snapshot) = DiskImage::ensure_snapshot(&Step::new("t", &config), &vm, None).unwrap()
    else {
        panic!("a snapshot of a file does not wait")
    };
    match DiskImage::open_disk(Config::new(config.as_str()), &snapshot, "disk0").unwrap() {
        Opened::Disk(_) => 0,
        Opened::Reader(mut reader) => read(reader.as_mut()),
    }
}

fn read(reader: &mut dyn Reader) -> u64 {
    let (mut at, mut count) = (0, 0);
    while at < reader.size() {
        let extents = reader.extents(None, at, ASK_BYTES.min(reader.size() - at)).unwrap();
        for extent in &extents {
            at = extent.end();
            count += 1;
            if matches!(extent.kind, ExtentKind::Data) {
                read_data(reader, extent);
            }
        }
    }
    count
}

fn read_data(reader: &mut dyn Reader, extent: &Extent) {
    let mut at = extent.offset;
    while at < extent.end() {
        let length = PIECE_BYTES.min(extent.end() - at);
        let bytes = reader.read(at, u32::try_from(length).unwrap()).unwrap();
        std::hint::black_box(&bytes);
        at += length;
    }
}

/// Computing time of this thread so far, nanoseconds, as the scheduler counts it.
fn computed_ns() -> u64 {
    let counted = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    counted.split_whitespace().next().unwrap().parse().unwrap()
}
