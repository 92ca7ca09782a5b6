//! What an operator sees while a job runs: a bar per disk and a line per step on a terminal, plain lines
//! elsewhere. All of it goes to standard error. Refuses to decide anything.

use crate::show::{clean, seconds, size};
use gyre_core::Error;
use gyre_engine::Reporter;
use gyre_saga::{Event, Observer};
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Redraws of the line of the current step, milliseconds.
const TICK_MS: u64 = 120;
/// Without a terminal a disk's progress is a line per this many percent.
const PERCENT_STEP: u64 = 10;

/// Standard error, with bars where it is a terminal.
#[derive(Clone)]
pub struct Screen {
    bars: MultiProgress,
    is_terminal: bool,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    step: Option<(String, Instant, Option<ProgressBar>)>,
    disks: BTreeMap<String, Disk>,
}

struct Disk {
    phase: String,
    percent: u64,
    bar: Option<ProgressBar>,
}

impl Screen {
    /// That of this process.
    pub fn of_process() -> Self {
        let is_terminal = std::io::stderr().is_terminal();
        Self { bars: MultiProgress::new(), is_terminal, state: Arc::default() }
    }

    /// Prints a line above the bars.
    pub fn line(&self, text: &str) {
        let print = || {
            // Nobody reads it any more: that is no reason to fail a job.
            let _ = writeln!(std::io::stderr(), "{text}");
        };
        if self.is_terminal { self.bars.suspend(print) } else { print() }
    }

    /// Takes the bars away.
    pub fn clear(&self) {
        let mut state = self.state();
        *state = State::default();
        let _ = self.bars.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn begin(&self, title: &str) {
        let bar = self.is_terminal.then(|| {
            let bar = self.bars.add(ProgressBar::new_spinner().with_style(spinner()));
            bar.set_message(title.to_owned());
            bar.enable_steady_tick(Duration::from_millis(TICK_MS));
            bar
        });
        if bar.is_none() {
            self.line(title);
        }
        self.state().step = Some((title.to_owned(), Instant::now(), bar));
    }

    fn end(&self, mark: &str, more: &str) {
        let (step, disks) = {
            let mut state = self.state();
            (state.step.take(), std::mem::take(&mut state.disks))
        };
        for bar in disks.into_values().filter_map(|disk| disk.bar) {
            bar.finish_and_clear();
        }
        let Some((title, since, bar)) = step else { return };
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        if self.is_terminal || !more.is_empty() {
            self.line(&format!("{mark} {title}  {}{more}", seconds(since.elapsed().as_secs_f64())));
        }
    }

    fn note(&self, text: &str) {
        let state = self.state();
        if let Some((title, _, Some(bar))) = &state.step {
            bar.set_message(format!("{title}: {}", clean(text)));
        }
    }
}

impl Observer for Screen {
    fn event(&self, job: &str, event: &Event<'_>) {
        match event {
            Event::Step { name, index, total, again } => {
                let again = if *again { " (again)" } else { "" };
                self.begin(&format!("[{index}/{total}] {}{again}", words(name)));
                tracing::info!(job, step = name, "step");
            }
            Event::Done { .. } | Event::Undone { .. } => self.end("✓", ""),
            Event::Waiting { .. } => {}
            Event::Retrying { error, pause, .. } => {
                self.line(&format!("  {} – again in {}", short(error), seconds(pause.as_secs_f64())));
            }
            Event::Failed { error, .. } | Event::UndoFailed { error, .. } => {
                self.end("✗", &format!("  {}", short(error)));
            }
            Event::Redoing { from, error } => {
                self.end("✗", &format!("  {}", short(error)));
                self.line(&format!("  once more from {}", words(from)));
            }
            Event::Undoing { name } => self.begin(&format!("undo {}", words(name))),
        }
    }
}

impl Reporter for Screen {
    fn disk(&self, disk: &str, phase: &str, done: u64, total: u64) {
        let mut state = self.state();
        let entry = state.disks.entry(disk.to_owned()).or_insert_with(|| Disk {
            phase: String::new(),
            percent: 0,
            bar: self.is_terminal.then(|| self.bars.add(ProgressBar::new(total).with_style(disk_bar()))),
        });
        let percent = done.saturating_mul(100).checked_div(total).unwrap_or(100);
        let is_new = entry.phase != phase;
        if is_new {
            phase.clone_into(&mut entry.phase);
        }
        if let Some(bar) = &entry.bar {
            if is_new {
                bar.set_length(total);
                bar.reset_elapsed();
                bar.set_prefix(format!("{} {phase}", clean(disk)));
            }
            bar.set_position(done);
        } else if is_new || percent / PERCENT_STEP > entry.percent / PERCENT_STEP {
            let line = format!("  {} {phase}: {percent} % of {}", clean(disk), size(total));
            entry.percent = percent;
            drop(state);
            self.line(&line);
            return;
        }
        entry.percent = percent;
    }

    fn phase(&self, phase: &str, done: u64, total: Option<u64>) {
        match total {
            Some(total) => self.note(&format!("{phase} ({done} of {total})")),
            None => self.note(phase),
        }
    }

    fn warning(&self, text: &str) {
        self.line(&format!("! {}", clean(text)));
    }
}

/// `copy-disks` as it is said.
fn words(step: &str) -> String {
    step.replace('-', " ")
}

fn short(error: &Error) -> String {
    clean(&format!("{} [{}]", error.message, error.code))
}

fn spinner() -> ProgressStyle {
    ProgressStyle::with_template("{spinner} {msg}  {elapsed}")
        .unwrap_or_else(|_| ProgressStyle::default_spinner())
}

fn disk_bar() -> ProgressStyle {
    let template =
        "  {prefix:<28!} {bar:28} {percent:>3} %  {bytes}/{total_bytes}  {bytes_per_sec}  {eta} left";
    ProgressStyle::with_template(template)
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸─")
}

/// Log lines go above the bars.
impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let write = || std::io::stderr().write(bytes);
        if self.is_terminal { self.bars.suspend(write) } else { write() }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        std::io::stderr().flush()
    }
}
