//! What programs take: time by the clock, computing time and memory of a program and of all that it started and waited
//! for; medians; and the disk that copies are held against. Knows no program.

use crate::run::{command, output};
use anyhow::{Context, Result, bail, ensure};
use serde::Serialize;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

pub const MIB: f64 = 1024.0 * 1024.0;
const KIB_PER_MIB: f64 = 1024.0;
/// `st_blocks` counts in these, bytes (stat(2)).
const STAT_BLOCK_BYTES: f64 = 512.0;
/// What one run took.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Took {
    /// By the clock.
    pub seconds: f64,
    /// Of all processors.
    pub cpu_seconds: f64,
    /// At most, of the largest process.
    pub memory_mib: f64,
}

/// Runs it; answers what it took and what it wrote. `tests/fixtures/meter.py` counts.
///
/// # Errors
/// When it fails, with what it said.
pub fn metered(program: &Command) -> Result<(Took, String)> {
    let mut meter = command("python3", &["tests/fixtures/meter.py"]);
    meter.arg(program.get_program()).args(program.get_args());
    let said = output(&mut meter)?;
    let (before, last) = said.rsplit_once('\n').unwrap_or(("", &said));
    let numbers: Vec<f64> = last.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [seconds, cpu_seconds, kib] = numbers.as_slice() else { bail!("the meter said {last:?}") };
    let took = Took { seconds: *seconds, cpu_seconds: *cpu_seconds, memory_mib: kib / KIB_PER_MIB };
    Ok((took, before.trim().to_owned()))
}

/// Of each number the one in the middle.
pub fn median(runs: &[Took]) -> Took {
    let of = |value: fn(&Took) -> f64| median_of(runs.iter().map(value).collect());
    Took { seconds: of(|t| t.seconds), cpu_seconds: of(|t| t.cpu_seconds), memory_mib: of(|t| t.memory_mib) }
}

/// The one in the middle; the upper one of two.
pub fn median_of(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The medians of two programs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// What was copied.
    pub title: String,
    /// What the other is called.
    pub peer_name: String,
    /// How many times as fast gyre is to be, if that was said.
    pub aim: Option<f64>,
    /// The other.
    pub peer: Took,
    /// gyre.
    pub ours: Took,
}

impl Row {
    /// How many times as fast gyre is.
    pub fn speed(&self) -> f64 {
        self.peer.seconds / self.ours.seconds
    }
}

/// Runs both in turns, each first in every second round, and once before anything counts: that warms the caches of both.
///
/// # Errors
/// Those of the two.
pub fn in_turns(
    rounds: usize,
    mut peer: impl FnMut() -> Result<Took>,
    mut ours: impl FnMut() -> Result<Took>,
) -> Result<(Took, Took)> {
    let (mut peers, mut own) = (Vec::new(), Vec::new());
    for round in 0..=rounds {
        let (theirs, mine) = if round % 2 == 0 {
            let theirs = peer()?;
            (theirs, ours()?)
        } else {
            let mine = ours()?;
            (peer()?, mine)
        };
        println!("  round {round}: {:.2} s, gyre {:.2} s", theirs.seconds, mine.seconds);
        if round > 0 {
            peers.push(theirs);
            own.push(mine);
        }
    }
    Ok((median(&peers), median(&own)))
}

/// The disk that everything is a copy of.
pub struct Disk {
    /// Raw.
    pub path: PathBuf,
    /// What the file system holds of it, bytes.
    data: f64,
}

impl Disk {
    /// One that is there.
    ///
    /// # Errors
    /// When it is not.
    pub fn open(path: PathBuf) -> Result<Self> {
        let meta = path.metadata().with_context(|| format!("no {}", path.display()))?;
        Ok(Self { path, data: meta.blocks() as f64 * STAT_BLOCK_BYTES })
    }

    /// What must be moved.
    pub fn data_mib(&self) -> f64 {
        self.data / MIB
    }
}

/// That two raw disks hold the same.
///
/// # Errors
/// When they do not.
pub fn check_same(disk: &Path, copy: &Path) -> Result<()> {
    let mut compare = command("qemu-img", &["compare", "-q", "-f", "raw", "-F", "raw"]);
    let same = compare.arg(disk).arg(copy).status()?;
    ensure!(same.success(), "{} is no copy of {}", copy.display(), disk.display());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_metered_with_what_it_wrote() {
        let mut program = Command::new("sh");
        program.args(["-c", "echo one; echo two"]);
        let (took, said) = metered(&program).unwrap();
        assert_eq!(said, "one\ntwo");
        assert!(took.seconds > 0.0 && took.memory_mib > 0.0);
        program.args(["-c", "exit 1"]);
        assert!(metered(Command::new("false").arg("x")).is_err());
    }

    #[test]
    fn the_first_round_does_not_count_and_turns_change() {
        let order = std::cell::RefCell::new(String::new());
        let took = |seconds| Took { seconds, cpu_seconds: 0.0, memory_mib: 0.0 };
        let run = |name: char| {
            order.borrow_mut().push(name);
            Ok(took(order.borrow().len() as f64))
        };
        let (peer, ours) = in_turns(1, || run('p'), || run('o')).unwrap();
        assert_eq!(order.borrow().as_str(), "poop");
        assert_eq!((peer.seconds, ours.seconds), (4.0, 3.0));
        assert_eq!(median_of(vec![3.0, 1.0, 2.0]), 2.0);
    }
}
