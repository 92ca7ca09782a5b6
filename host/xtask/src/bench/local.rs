//! One disk in several formats, copied to a raw file by `gyre disk copy` and by `qemu-img convert`. Both write a new file;
//! gyre also hashes what it reads, and, in a row of its own, reads back what it wrote. Knows how images are made.

use super::Bench;
use super::meter::{Row, Took, check_same, in_turns, metered};
use crate::run::{command, run};
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A format that the disk is copied from.
pub struct Format {
    /// For people.
    pub title: &'static str,
    /// How QEMU and gyre call it.
    pub name: &'static str,
    /// What qemu-img makes it with; nothing: the disk itself.
    make: &'static [&'static str],
    /// How many times as fast as qemu-img gyre is to be, hashing on the way.
    aim: f64,
    /// Whether its plugin has something to say, so that it is read natively, too.
    pub is_read_twice: bool,
}

/// All of them.
pub const FORMATS: [Format; 5] = [
    Format { title: "raw", name: "raw", make: &[], aim: 1.0, is_read_twice: false },
    Format { title: "qcow2", name: "qcow2", make: &["-W", "-m", "16"], aim: 1.0, is_read_twice: true },
    Format {
        title: "qcow2, zlib",
        name: "qcow2",
        make: &["-c", "-W", "-m", "16"],
        aim: 1.0,
        is_read_twice: true,
    },
    Format {
        title: "qcow2, zstd",
        name: "qcow2",
        make: &["-c", "-W", "-m", "16", "-o", "compression_type=zstd"],
        aim: 1.0,
        is_read_twice: false,
    },
    Format {
        title: "VMDK, streamOptimized",
        name: "vmdk",
        make: &["-o", "subformat=streamOptimized"],
        aim: 1.5,
        is_read_twice: true,
    },
];

/// The disk in this format.
///
/// # Errors
/// When qemu-img cannot make it.
pub fn image(bench: &Bench, format: &Format) -> Result<PathBuf> {
    if format.make.is_empty() {
        return Ok(bench.disk.path.clone());
    }
    println!("bench: making {}", format.title);
    let image = bench.directory.join(format!("disk.{}", format.name));
    let mut convert = command("qemu-img", &["convert", "-f", "raw", "-O", format.name]);
    run(convert.args(format.make).arg(&bench.disk.path).arg(&image))?;
    Ok(image)
}

/// Whether gyre reads back what it wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// No: the row that the aim is of.
    Left,
    /// Yes, as it does unless told otherwise.
    Made,
}

/// Both programs, in turns.
///
/// # Errors
/// When one fails, or a copy is wrong.
pub fn compare(bench: &Bench, format: &Format, image: &Path, proof: Proof) -> Result<Row> {
    let (title, aim) = match proof {
        Proof::Left => (format.title.to_owned(), Some(format.aim)),
        Proof::Made => (format!("{}, with proof", format.title), None),
    };
    println!("bench: {title} to raw");
    let target = bench.directory.join("copy.raw");
    let copied = |program: Command| -> Result<Took> {
        let took = metered(&program)?.0;
        check_same(&bench.disk.path, &target)?;
        std::fs::remove_file(&target)?;
        Ok(took)
    };
    let (peer, ours) = in_turns(
        bench.options.rounds,
        || copied(by_qemu(format, image, &target)),
        || copied(by_gyre(bench, format, image, &target, proof)),
    )?;
    Ok(Row { title, peer_name: "qemu-img".into(), aim, peer, ours })
}

fn by_qemu(format: &Format, image: &Path, target: &Path) -> Command {
    let mut convert = Command::new("qemu-img");
    convert.args(["convert", "-W", "-m", "16", "-f", format.name, "-O", "raw"]).arg(image).arg(target);
    convert
}

fn by_gyre(bench: &Bench, format: &Format, image: &Path, target: &Path, proof: Proof) -> Command {
    let mut copy = bench.gyre(&["copy", "--format", format.name]);
    copy.args((proof == Proof::Left).then_some("--no-proof"));
    copy.arg(image).arg(target);
    copy
}
