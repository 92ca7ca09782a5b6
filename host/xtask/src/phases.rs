//! A row of phases, each with its time and its tests, and the table at the end. Knows how results are
//! counted and shown; not what a phase does.

use crate::run::{run_reading, shown};
use anyhow::{Result, bail};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant};

/// Whether later phases make sense after this one failed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing after it can work.
    Required,
    /// The others are worth running.
    Independent,
}

/// What became of one phase.
struct Row {
    name: String,
    took: Duration,
    passed: u64,
    failed: u64,
    error: Option<String>,
}

/// Phases that have run, and those that were left out.
pub struct Phases {
    start: Instant,
    rows: Vec<Row>,
    skipped: Vec<String>,
    stopped: bool,
}

/// Tests that a phase counts while it runs.
#[derive(Default)]
pub struct Count {
    /// Tests that passed.
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
}

impl Count {
    /// Runs a `cargo test` and adds what it says of each of its test programs.
    ///
    /// # Errors
    /// When a test failed, or none could be run.
    pub fn tests(&mut self, command: &mut Command) -> Result<()> {
        let before = self.passed + self.failed;
        let result = run_reading(command, |line| self.read(line));
        result?;
        if self.passed + self.failed == before {
            bail!("{} ran no test", shown(command));
        }
        Ok(())
    }

    /// `test result: ok. 12 passed; 0 failed; …`
    fn read(&mut self, line: &str) {
        let Some(result) = line.strip_prefix("test result: ") else { return };
        let number = |word: &str| {
            let words: Vec<&str> = result.split([' ', ';']).filter(|w| !w.is_empty()).collect();
            let at = words.iter().position(|w| *w == word)?;
            words.get(at.checked_sub(1)?)?.parse::<u64>().ok()
        };
        self.passed += number("passed").unwrap_or(0);
        self.failed += number("failed").unwrap_or(0);
    }
}

impl Phases {
    /// None yet; time runs from here.
    pub fn new() -> Self {
        Self { start: Instant::now(), rows: Vec::new(), skipped: Vec::new(), stopped: false }
    }

    /// Runs one phase, unless a required one before it failed.
    pub fn phase(&mut self, name: &str, need: Need, work: impl FnOnce(&mut Count) -> Result<()>) {
        if self.stopped {
            self.skipped.push(name.to_owned());
            return;
        }
        println!("\n━━ {name} ({})", clock(self.start.elapsed()));
        let (begin, mut count) = (Instant::now(), Count::default());
        let error = work(&mut count).err().map(|error| format!("{error:#}"));
        if let Some(error) = &error {
            println!("━━ {name} failed: {error}");
            self.stopped = need == Need::Required;
        }
        let Count { passed, failed } = count;
        // A phase that failed without a failed test is a failure of its own.
        let failed = if error.is_some() { failed.max(1) } else { failed };
        self.rows.push(Row { name: name.to_owned(), took: begin.elapsed(), passed, failed, error });
    }

    /// Prints the table; its last line is `N passed, N failed`.
    pub fn finish(self) -> ExitCode {
        println!("\n{:<34} {:>9} {:>8} {:>8}", "phase", "seconds", "passed", "failed");
        for row in &self.rows {
            let seconds = row.took.as_secs_f64();
            println!("{:<34} {seconds:>9.1} {:>8} {:>8}", row.name, row.passed, row.failed);
        }
        for name in &self.skipped {
            println!("{name:<34} {:>9} {:>8} {:>8}", "left out", "", "");
        }
        println!("{:<34} {:>9.1}", "all", self.start.elapsed().as_secs_f64());
        for row in &self.rows {
            if let Some(error) = &row.error {
                println!("\nfailed: {}: {error}", row.name);
            }
        }
        let passed: u64 = self.rows.iter().map(|row| row.passed).sum();
        let failed: u64 = self.rows.iter().map(|row| row.failed).sum();
        println!("\n{passed} passed, {failed} failed");
        if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}

fn clock(time: Duration) -> String {
    format!("{}:{:02}", time.as_secs() / 60, time.as_secs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_added_up() {
        let mut count = Count::default();
        count.read(
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s",
        );
        count.read("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.1s");
        count.read("test grants::tests::passed ... ok");
        assert_eq!((count.passed, count.failed), (15, 2));
    }

    #[test]
    fn a_phase_that_breaks_stops_only_those_that_need_it() {
        let mut phases = Phases::new();
        phases.phase("style", Need::Independent, |_| bail!("no"));
        phases.phase("build", Need::Required, |_| bail!("no"));
        phases.phase("use", Need::Independent, |count| {
            count.passed = 1;
            Ok(())
        });
        assert_eq!(
            phases.rows.iter().map(|row| (row.passed, row.failed)).collect::<Vec<_>>(),
            [(0, 1), (0, 1)]
        );
        assert_eq!(phases.skipped, ["use"]);
    }
}
