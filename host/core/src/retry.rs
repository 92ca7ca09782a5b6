//! What is called again after it failed, and how soon: only what failed with `unavailable`, for the other kinds
//! cannot get better by asking again. Arithmetic: refuses to call and to wait.

use crate::{Error, Kind};
use std::time::Duration;

/// How often, and how long between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Calls in a row that may fail, the first included; 1: no second one.
    pub attempts: u32,
    /// The pause after the first failure; doubled after each further one.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
}

impl Backoff {
    /// The pause before the next call after `failures` failed ones in a row; `None`: give up.
    pub fn pause(&self, error: &Error, failures: u32) -> Option<Duration> {
        if error.kind != Kind::Unavailable || failures >= self.attempts {
            return None;
        }
        let factor = 1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX);
        Some(self.first.saturating_mul(factor).min(self.longest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_get_better_is_tried_again_and_not_for_ever() {
        let backoff =
            Backoff { attempts: 6, first: Duration::from_secs(1), longest: Duration::from_secs(10) };
        let lost = Error::unavailable("net.reset", "x");
        let pauses: Vec<_> = (1..=6).map(|n| backoff.pause(&lost, n).map(|p| p.as_secs())).collect();
        assert_eq!(pauses, [Some(1), Some(2), Some(4), Some(8), Some(10), None]);
        assert_eq!(Backoff { attempts: 99, ..backoff }.pause(&lost, 80), Some(backoff.longest));
        for error in [Error::invalid("a.b", "x"), Error::other("a.b", "x"), Error::cancelled()] {
            assert_eq!(backoff.pause(&error, 1), None);
        }
    }
}
