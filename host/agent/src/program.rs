//! What is asked for when a program of the guest's is to run, and how it is ended from outside: who takes the system apart
//! counts, and each program looks whether it was counted out since it was asked for. Runs nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// One program to run.
pub struct Program {
    /// Name and arguments.
    pub argv: Vec<String>,
    /// Added to a plain environment.
    pub env: Vec<(String, String)>,
    /// Standard input.
    pub stdin: Vec<u8>,
    /// None: [`gyre_core::limits::GUEST_RUN_DEFAULT_MS`].
    pub timeout_ms: Option<u32>,
}

/// How whoever takes the system apart ends the programs that run in it: counts the times it was asked.
#[derive(Debug, Default)]
pub struct Stops(AtomicU64);

impl Stops {
    /// No program runs from here on, whenever it was asked for.
    const FOR_GOOD: u64 = u64::MAX;

    /// Ends the programs that were asked for until now.
    pub fn stop(&self) {
        let next = |count| (count != Self::FOR_GOOD).then_some(count + 1);
        let _ = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next);
    }

    /// Ends every program, also those that are asked for later.
    pub fn stop_for_good(&self) {
        self.0.store(Self::FOR_GOOD, Ordering::SeqCst);
    }

    /// What a program is to look at: made when it is asked for, not when its turn comes.
    pub fn watch(self: &Arc<Self>) -> Stop {
        Stop { seen: self.0.load(Ordering::SeqCst), stops: self.clone() }
    }
}

/// Whether one program is to end.
pub struct Stop {
    stops: Arc<Stops>,
    seen: u64,
}

impl Stop {
    pub(crate) fn asked(&self) -> bool {
        let now = self.stops.0.load(Ordering::SeqCst);
        now == Stops::FOR_GOOD || now != self.seen
    }
}
