//! The one place that says how often and how soon something is tried again. Only errors of kind
//! `unavailable` are: the others cannot get better by asking again.

use gyre_core::{Error, Kind};
use std::time::Duration;

/// Calls of one step in a row that may fail with `unavailable`, the first included.
const ATTEMPTS_MAX: u32 = 6;
/// Pause after the first failure, milliseconds; doubled after each further one.
const BACKOFF_MS: u64 = 1_000;
/// The longest pause, milliseconds.
const BACKOFF_MS_MAX: u64 = 30_000;
/// How often the steps that a lost worker takes with it are done once more.
const REDO_MAX: u32 = 2;
/// How long a cancelled step may take to end by itself, milliseconds.
const CANCEL_GRACE_MS: u64 = 30_000;

/// How often and how soon something is tried again.
#[derive(Clone, Copy, Debug)]
pub struct Policy {
    /// Calls in a row.
    pub attempts: u32,
    /// The first pause.
    pub backoff: Duration,
    /// The longest pause.
    pub backoff_max: Duration,
    /// Redone groups of steps per run.
    pub redo: u32,
    /// How long a cancelled step may take to end by itself before it is dropped.
    pub cancel_grace: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            attempts: ATTEMPTS_MAX,
            backoff: Duration::from_millis(BACKOFF_MS),
            backoff_max: Duration::from_millis(BACKOFF_MS_MAX),
            redo: REDO_MAX,
            cancel_grace: Duration::from_millis(CANCEL_GRACE_MS),
        }
    }
}

impl Policy {
    /// The same without pauses: for tests.
    #[must_use]
    pub fn without_pauses(mut self) -> Self {
        self.backoff = Duration::ZERO;
        self
    }

    /// The pause before the next call after `failures` failed ones in a row; `None`: give up.
    pub fn pause(&self, error: &Error, failures: u32) -> Option<Duration> {
        if error.kind != Kind::Unavailable || failures >= self.attempts {
            return None;
        }
        let factor = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        Some(self.backoff.saturating_mul(factor).min(self.backoff_max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_get_better_is_tried_again_and_not_for_ever() {
        let policy = Policy::default();
        let lost = Error::unavailable("net.reset", "x");
        let pauses: Vec<_> = (1..=6).map(|n| policy.pause(&lost, n).map(|p| p.as_secs())).collect();
        assert_eq!(pauses, [Some(1), Some(2), Some(4), Some(8), Some(16), None]);
        assert_eq!(Policy { attempts: 99, ..policy }.pause(&lost, 80), Some(Duration::from_secs(30)));
        for error in [Error::invalid("a.b", "x"), Error::other("a.b", "x"), Error::cancelled()] {
            assert_eq!(policy.pause(&error, 1), None);
        }
    }
}
