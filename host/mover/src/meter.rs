//! Progress at a rate that a terminal and a database can take, with how it goes on. Knows no phase but its name.

use crate::gauge::Gauge;
use crate::packing::Packer;
use crate::stages::Stages;
use gyre_core::flow::Flow;
use gyre_core::roles::Progress;
use std::sync::Arc;
use std::time::Duration;

/// At most ten reports a second.
const REPORT_EVERY: Duration = Duration::from_millis(100);

pub(crate) struct Meter<'a> {
    progress: &'a dyn Progress,
    phase: &'static str,
    total: u64,
    done: u64,
    last: Option<Duration>,
    gauge: Gauge,
    stages: Arc<Stages>,
    packer: Arc<Packer>,
}

impl<'a> Meter<'a> {
    pub(crate) fn new(
        progress: &'a dyn Progress,
        phase: &'static str,
        total: u64,
        stages: Arc<Stages>,
        packer: Arc<Packer>,
    ) -> Self {
        let gauge = Gauge::default();
        let mut meter = Self { progress, phase, total, done: 0, last: None, gauge, stages, packer };
        meter.add(0);
        meter
    }

    /// Counts bytes of the disk, and reports the first, the last, and now and then.
    pub(crate) fn add(&mut self, bytes: u64) {
        self.done = self.done.saturating_add(bytes);
        let now = self.stages.now();
        let due = self.last.is_none_or(|last| now.saturating_sub(last) >= REPORT_EVERY);
        if due || (self.done == self.total && bytes > 0) {
            self.last = Some(now);
            let flow = self.gauge.look(now, self.done, self.total, self.packer.spent());
            let compressed_to = self.packer.percent().filter(|_| self.phase == "copy");
            let flow = flow.map(|flow| Flow { compressed_to, ..flow });
            self.progress.report_flow(self.phase, self.done, self.total, flow);
        }
    }
}
