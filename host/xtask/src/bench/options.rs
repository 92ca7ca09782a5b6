//! What the benchmark was asked for. Knows no program.

use anyhow::{Context, Result, bail};
use std::path::PathBuf;

const DEFAULT_MIB: u64 = 4096;
/// Smaller ones say more of starting a program than of moving a disk.
const MIB_MIN: u64 = 256;
/// One more warms the caches.
const DEFAULT_ROUNDS: usize = 3;
const ROUNDS_MAX: usize = 99;
/// In memory, so that no storage is measured.
const DEFAULT_DIRECTORY: &str = "/dev/shm";
const DEFAULT_JSON: &str = "target/bench.json";

/// What the command line says.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// The disk's size.
    pub mib: u64,
    /// Runs of each program that count.
    pub rounds: usize,
    /// Below which the images lie.
    pub directory: PathBuf,
    /// Where the numbers are written, from the top of the work tree.
    pub json: PathBuf,
    /// Whether table and picture of the document are made anew.
    pub write: bool,
    /// Whether everything is built first.
    pub build: bool,
}

impl Options {
    /// `--size 4GiB --rounds 3 --directory DIR --json FILE --write --no-build`, in any order.
    ///
    /// # Errors
    /// For what is none of these, or is out of bounds.
    pub fn parse(arguments: &[String]) -> Result<Self> {
        let mut options = Self {
            mib: DEFAULT_MIB,
            rounds: DEFAULT_ROUNDS,
            directory: DEFAULT_DIRECTORY.into(),
            json: DEFAULT_JSON.into(),
            write: false,
            build: true,
        };
        let mut words = arguments.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().with_context(|| format!("{word} needs a value"));
            match word.as_str() {
                "--size" => options.mib = mib(value()?)?,
                "--rounds" => options.rounds = rounds(value()?)?,
                "--directory" => options.directory = value()?.into(),
                "--json" => options.json = value()?.into(),
                "--write" => options.write = true,
                "--no-build" => options.build = false,
                other => bail!("bench has no option {other}"),
            }
        }
        Ok(options)
    }
}

fn mib(text: &str) -> Result<u64> {
    let parsed = match (text.strip_suffix("GiB"), text.strip_suffix("MiB")) {
        (Some(number), _) => number.parse::<u64>().ok().and_then(|gib| gib.checked_mul(1024)),
        (None, Some(number)) => number.parse().ok(),
        (None, None) => None,
    };
    let mib = parsed.with_context(|| format!("{text} is no size: say 4GiB, or 512MiB"))?;
    if mib < MIB_MIN {
        bail!("a disk of {mib} MiB says nothing: at least {MIB_MIN}");
    }
    Ok(mib)
}

fn rounds(text: &str) -> Result<usize> {
    let rounds = text.parse().ok().filter(|rounds| (1..=ROUNDS_MAX).contains(rounds));
    rounds.with_context(|| format!("{text} is no number of rounds from 1 to {ROUNDS_MAX}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options> {
        Options::parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn options_stand_in_any_order_and_within_bounds() {
        let options = parse("--write --size 1GiB --rounds 1").unwrap();
        assert_eq!((options.mib, options.rounds, options.write, options.build), (1024, 1, true, true));
        assert_eq!(parse("--size 512MiB").unwrap().mib, 512);
        for wrong in
            ["--size", "--size 4", "--size 1MiB", "--size 99999999999999999999GiB", "--rounds 0", "--fast"]
        {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
