//! What an operator sees while a job runs: a bar per disk and a line per step on a terminal, plain lines
//! elsewhere. All of it goes to standard error. Refuses to decide anything.

use crate::show::{clean, flow, seconds, size};
use gyre_core::Error;
use gyre_core::flow::Flow;
use gyre_engine::{News, Reporter};
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
    /// Whether each line says which job it is about.
    several: bool,
    jobs: BTreeMap<String, Job>,
}

/// What is shown of one job.
#[derive(Default)]
struct Job {
    /// In front of its lines, when it is not the only one.
    label: String,
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

    /// What a command says of a job whose label is known from its beginning.
    fn say(&self, job: &str, text: &str) {
        let label = self.state().jobs.get(job).map(|job| job.label.clone()).unwrap_or_default();
        self.line(&format!("{label}{text}"));
    }

    /// Several jobs are going to run: each line says which it is about.
    pub fn expect_several(&self) {
        self.state().several = true;
    }

    fn meet(&self, job: &str, subject: &str, resumed: bool) {
        let mut state = self.state();
        let label = if state.several { format!("{}: ", clean(subject)) } else { String::new() };
        state.jobs.entry(job.to_owned()).or_default().label = label;
        drop(state);
        if resumed {
            self.say(job, &format!("! going on with job {job}, which an earlier run began"));
        }
    }

    fn begin(&self, job: &str, title: &str) {
        let bar = self.is_terminal.then(|| {
            let bar = self.bars.add(ProgressBar::new_spinner().with_style(spinner()));
            bar.enable_steady_tick(Duration::from_millis(TICK_MS));
            bar
        });
        let mut state = self.state();
        let shown = state.jobs.entry(job.to_owned()).or_default();
        let title = format!("{}{title}", shown.label);
        if let Some(bar) = &bar {
            bar.set_message(title.clone());
        }
        let is_plain = bar.is_none();
        shown.step = Some((title.clone(), Instant::now(), bar));
        drop(state);
        if is_plain {
            self.line(&title);
        }
    }

    fn end(&self, job: &str, mark: &str, more: &str) {
        let (step, disks) = {
            let mut state = self.state();
            let shown = state.jobs.entry(job.to_owned()).or_default();
            (shown.step.take(), std::mem::take(&mut shown.disks))
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

    fn note(&self, job: &str, text: &str) {
        let state = self.state();
        if let Some((title, _, Some(bar))) = state.jobs.get(job).and_then(|job| job.step.as_ref()) {
            bar.set_message(format!("{title}: {}", clean(text)));
        }
    }

    /// The progress of a disk: a bar, or a line now and then.
    pub fn disk(&self, job: &str, disk: &str, phase: &str, (done, total): (u64, u64), how: Option<&Flow>) {
        let mut state = self.state();
        let shown = state.jobs.entry(job.to_owned()).or_default();
        let label = shown.label.clone();
        let entry = shown.disks.entry(disk.to_owned()).or_insert_with(|| Disk {
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
                bar.set_prefix(format!("{label}{} {phase}", clean(disk)));
            }
            bar.set_position(done);
            bar.set_message(flow(how));
        } else if is_new || percent / PERCENT_STEP > entry.percent / PERCENT_STEP {
            let line =
                format!("  {label}{} {phase}: {percent} % of {}{}", clean(disk), size(total), flow(how));
            entry.percent = percent;
            drop(state);
            self.line(&line);
            return;
        }
        entry.percent = percent;
    }
}

impl Reporter for Screen {
    fn tell(&self, job: &str, news: &News) {
        match news {
            News::Begun { subject, resumed, .. } => self.meet(job, subject, *resumed),
            News::Queued { ahead } => self.say(job, &format!("  waits for its turn, {ahead} before it")),
            News::Step { name, index, total, again } => {
                let again = if *again { " (again)" } else { "" };
                self.begin(job, &format!("[{index}/{total}] {}{again}", words(name)));
                tracing::info!(job, step = name, "step");
            }
            News::Done { .. } | News::Undone { .. } => self.end(job, "✓", ""),
            News::Retrying { error, seconds: pause, .. } => {
                self.say(job, &format!("  {} – again in {}", short(error), seconds(*pause)));
            }
            News::Failed { error, .. } | News::UndoFailed { error, .. } => {
                self.end(job, "✗", &format!("  {}", short(error)));
            }
            News::Redoing { from, error } => {
                self.end(job, "✗", &format!("  {}", short(error)));
                self.say(job, &format!("  once more from {}", words(from)));
            }
            News::Undoing { name } => self.begin(job, &format!("undo {}", words(name))),
            News::Disk { disk, phase, done, total, flow } => {
                self.disk(job, disk, phase, (*done, *total), flow.as_ref());
            }
            News::Phase { text, done, total } => match total {
                Some(total) => self.note(job, &format!("{text} ({done} of {total})")),
                None => self.note(job, text),
            },
            News::Warning { text } => self.say(job, &format!("! {}", clean(text))),
            News::Ended { .. } => drop(self.state().jobs.remove(job)),
            // The log has its own way to the screen.
            News::Waiting { .. } | News::Log { .. } | News::Changed(_) | News::Lost { .. } => {}
        }
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
    // The rate and what is left are the mover's to say: it knows what holds it up.
    let template = "  {prefix:<28!} {bar:28} {percent:>3} %  {bytes}/{total_bytes}{msg}";
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
