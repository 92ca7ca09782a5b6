//! The time, as those see it who wait for it or measure with it: tests have a time of their own. Knows no calendar but
//! milliseconds since 1970.

use futures::future::BoxFuture;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Two clocks, and a way to wait.
pub trait Clock: Send + Sync {
    /// Since some moment; never goes back.
    fn now(&self) -> Duration;
    /// What the calendar says, milliseconds since 1970; may leap.
    fn calendar_ms(&self) -> u64;
    /// Ends when [`Clock::now`] is so much further.
    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()>;
}

/// Those of this machine.
#[derive(Clone, Copy, Debug)]
pub struct MachineClock {
    since: Instant,
}

impl Default for MachineClock {
    fn default() -> Self {
        Self { since: Instant::now() }
    }
}

impl Clock for MachineClock {
    fn now(&self) -> Duration {
        self.since.elapsed()
    }

    fn calendar_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    fn sleep(&self, pause: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(pause))
    }
}
