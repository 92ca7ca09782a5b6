//! How often and how soon the steps of a job are tried again. Which errors are worth it, [`Backoff`] says.

use gyre_core::Backoff;
use std::time::Duration;

/// Calls of one step in a row that may fail with `unavailable`, the first included: with the pauses below they
/// outlast a service that is away for a quarter of an hour.
const ATTEMPTS_MAX: u32 = 36;
/// Pause after the first failure, milliseconds; doubled after each further one.
const BACKOFF_MS: u64 = 1_000;
/// The longest pause, milliseconds.
const BACKOFF_MS_MAX: u64 = 30_000;
/// How often the steps that a lost worker takes with it are done once more.
const REDO_MAX: u32 = 2;
/// How long a cancelled step may take to end by itself, milliseconds.
const CANCEL_GRACE_MS: u64 = 30_000;

/// How often and how soon steps are tried again.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Calls of one step in a row, unless its row says otherwise, and the pauses between.
    pub calls: Backoff,
    /// Redone groups of steps per run.
    pub redo: u32,
    /// How long a cancelled step may take to end by itself before it is dropped.
    pub cancel_grace: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            calls: Backoff {
                attempts: ATTEMPTS_MAX,
                first: Duration::from_millis(BACKOFF_MS),
                longest: Duration::from_millis(BACKOFF_MS_MAX),
            },
            redo: REDO_MAX,
            cancel_grace: Duration::from_millis(CANCEL_GRACE_MS),
        }
    }
}

impl Policy {
    /// The same without pauses: for tests.
    #[must_use]
    pub fn without_pauses(mut self) -> Self {
        self.calls.first = Duration::ZERO;
        self
    }
}
