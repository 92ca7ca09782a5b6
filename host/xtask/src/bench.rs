//! `cargo xtask bench`: one disk in several formats, copied to a raw file by `gyre disk copy` and by
//! `qemu-img convert`, in turns, in the same run. Prints medians and ratios, and asserts nothing: a number
//! is for people. Both write a new file; gyre also hashes what it reads, and reads back what it wrote.

use crate::run::{cargo, command, output, root, run};
use crate::{plugins, setup};
use anyhow::{Context, Result, ensure};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs that count; one before them warms caches.
const ROUNDS: usize = 5;
/// Images, the disk in them, and how QEMU calls their format.
const IMAGES: [(&str, &str, &str); 5] = [
    ("raw", "disk.raw", "raw"),
    ("qcow2", "disk.qcow2", "qcow2"),
    ("qcow2, zlib", "disk-zlib.qcow2", "qcow2"),
    ("qcow2, zstd", "disk-zstd.qcow2", "qcow2"),
    ("VMDK, streamOptimized", "disk.vmdk", "vmdk"),
];
/// Where the images and the targets lie: in memory, so that no disk is measured.
const DIRECTORY: &str = "/dev/shm/gyre-bench";
const REPORT: &str = "host/docs/performance.md";
/// Runs a program and says what it took: seconds of wall clock and of processors, KiB of memory at most.
const METER: &str = "import resource, subprocess, sys, time
begin = time.monotonic()
code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
took = time.monotonic() - begin
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(took, used.ru_utime + used.ru_stime, used.ru_maxrss)
sys.exit(code)";

/// What one run took.
#[derive(Clone, Copy, Debug)]
struct Took {
    seconds: f64,
    cpu_seconds: f64,
    memory_mib: f64,
}

/// One format: both programs' medians.
struct Row {
    title: &'static str,
    peer: Took,
    ours: Took,
}

/// Makes the images, runs both programs, prints the table; writes it into the documents with `write`.
///
/// # Errors
/// When something cannot be made, or a copy is wrong.
pub fn bench(write: bool) -> Result<()> {
    setup::packages()?;
    plugins::run(&["disk-image".into()])?;
    run(&mut cargo(&["build", "--release", "--package", "gyre-cli"]))?;
    let directory = PathBuf::from(DIRECTORY);
    run(&mut command("bash", &["tests/fixtures/bench-disk.sh", DIRECTORY]))?;
    std::fs::write(directory.join("gyre.toml"), "[host]\nstate = \"state\"\n")?;
    let rows = IMAGES
        .iter()
        .map(|(title, image, format)| compare(title, &directory.join(image), format, &directory))
        .collect::<Result<Vec<_>>>()?;
    let table = table(&rows);
    println!("\n{table}");
    if write {
        write_report(&table)?;
    }
    std::fs::remove_dir_all(&directory).context("cannot remove the images")
}

fn compare(title: &'static str, image: &Path, format: &str, directory: &Path) -> Result<Row> {
    let (theirs, ours) = (directory.join("peer.raw"), directory.join("gyre.raw"));
    let mut runs = (Vec::new(), Vec::new());
    for round in 0..=ROUNDS {
        for target in [&theirs, &ours] {
            std::fs::remove_file(target).ok();
        }
        let took =
            (metered(&mut by_qemu(image, format, &theirs))?, metered(&mut by_gyre(image, format, &ours))?);
        println!("{title}: qemu-img {:.2} s, gyre {:.2} s", took.0.seconds, took.1.seconds);
        if round > 0 {
            runs.0.push(took.0);
            runs.1.push(took.1);
        }
    }
    let same = command("cmp", &[&theirs.to_string_lossy(), &ours.to_string_lossy()]).status()?;
    ensure!(same.success(), "{title}: the two copies differ");
    Ok(Row { title, peer: median(&runs.0), ours: median(&runs.1) })
}

fn by_qemu(image: &Path, format: &str, target: &Path) -> Command {
    let mut convert = Command::new("qemu-img");
    convert.args(["convert", "-W", "-m", "16", "-f", format, "-O", "raw"]).arg(image).arg(target);
    convert
}

fn by_gyre(image: &Path, format: &str, target: &Path) -> Command {
    let mut copy = Command::new(root().join("target/release/gyre"));
    copy.arg("--config").arg(Path::new(DIRECTORY).join("gyre.toml"));
    copy.args(["disk", "copy", "--format", format]).arg(image).arg(target);
    copy
}

fn metered(program: &mut Command) -> Result<Took> {
    let mut meter = command("python3", &["-c", METER]);
    meter.arg(program.get_program()).args(program.get_args());
    let said = output(&mut meter)?;
    let numbers: Vec<f64> = said.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    match numbers.as_slice() {
        [seconds, cpu_seconds, kib] => {
            Ok(Took { seconds: *seconds, cpu_seconds: *cpu_seconds, memory_mib: kib / 1024.0 })
        }
        _ => anyhow::bail!("the meter said {said:?}"),
    }
}

fn median(runs: &[Took]) -> Took {
    let of = |value: fn(&Took) -> f64| {
        let mut values: Vec<f64> = runs.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
    };
    Took { seconds: of(|t| t.seconds), cpu_seconds: of(|t| t.cpu_seconds), memory_mib: of(|t| t.memory_mib) }
}

fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "| from | qemu-img s | CPU s | gyre s | CPU s | gyre's peak MiB | speed of gyre (qemu-img = 1) |\n\
         |---|---|---|---|---|---|---|\n",
    );
    for Row { title, peer, ours } in rows {
        let _ = writeln!(
            text,
            "| {title} | {:.2} | {:.2} | {:.2} | {:.2} | {:.0} | {:.2} |",
            peer.seconds,
            peer.cpu_seconds,
            ours.seconds,
            ours.cpu_seconds,
            ours.memory_mib,
            peer.seconds / ours.seconds
        );
    }
    text
}

/// Between the two marks in the document.
fn write_report(table: &str) -> Result<()> {
    let path = root().join(REPORT);
    let text = std::fs::read_to_string(&path).with_context(|| format!("no {REPORT}"))?;
    let marks = ("<!-- bench -->\n", "<!-- /bench -->");
    let (before, rest) = text.split_once(marks.0).context("the document has no mark for the table")?;
    let (_, after) = rest.split_once(marks.1).context("the document has no mark behind the table")?;
    std::fs::write(&path, format!("{before}{}\n{table}\n{}{after}", marks.0, marks.1))?;
    println!("written into {REPORT}");
    Ok(())
}
