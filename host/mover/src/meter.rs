//! Progress at a rate that a terminal and a database can take. Knows no phase but its name.

use gyre_core::roles::Progress;
use std::time::{Duration, Instant};

/// At most ten reports a second.
const REPORT_EVERY: Duration = Duration::from_millis(100);

pub(crate) struct Meter<'a> {
    progress: &'a dyn Progress,
    phase: &'static str,
    total: u64,
    done: u64,
    last: Option<Instant>,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(progress: &'a dyn Progress, phase: &'static str, total: u64) -> Self {
        let mut meter = Self { progress, phase, total, done: 0, last: None };
        meter.add(0);
        meter
    }

    /// Counts bytes of the disk, and reports the first, the last, and now and then.
    pub(crate) fn add(&mut self, bytes: u64) {
        self.done = self.done.saturating_add(bytes);
        let now = Instant::now();
        let due = self.last.is_none_or(|last| now.duration_since(last) >= REPORT_EVERY);
        if due || (self.done == self.total && bytes > 0) {
            self.last = Some(now);
            self.progress.report(self.phase, self.done, Some(self.total));
        }
    }
}
