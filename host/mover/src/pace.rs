//! One token bucket for all disks of a job: whoever wants to send waits until there is room, in the order of asking.
//! What may be sent is asked again and again, so that another hour counts in the middle of a copy. Knows nothing of
//! what is sent.

use crate::Allowance;
use crate::clock::{Clock, MachineClock};
use gyre_core::Bandwidth;
use gyre_core::limits::PIECE_BYTES_MAX;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Mutex;

/// How much of what was not sent in time may be sent at once later: what so many milliseconds bring, and at least one
/// piece.
const BURST_MS: u64 = 100;
/// How often somebody who waits looks whether another hour has begun.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// How fast a job may send.
pub struct Pace {
    allowance: Allowance,
    clock: Arc<dyn Clock>,
    /// Held while waiting: the lock is what keeps the order.
    bucket: Mutex<Bucket>,
}

impl Pace {
    /// As the allowance has it.
    pub fn new(allowance: Allowance) -> Arc<Self> {
        Self::by_clock(allowance, Arc::new(MachineClock::default()))
    }

    /// As fast as it will go.
    pub fn unlimited() -> Arc<Self> {
        Self::new(Allowance::always(Bandwidth::UNLIMITED))
    }

    /// With a time of its own.
    pub fn by_clock(allowance: Allowance, clock: Arc<dyn Clock>) -> Arc<Self> {
        Arc::new(Self { allowance, clock, bucket: Mutex::default() })
    }

    /// The time that it goes by.
    pub(crate) fn clock(&self) -> Arc<dyn Clock> {
        self.clock.clone()
    }

    /// Whether nobody ever has to wait.
    pub(crate) fn is_unlimited(&self) -> bool {
        self.allowance.is_unlimited()
    }

    /// Ends when so many bytes may be sent; they are then taken as sent. Dropped before, nothing was.
    pub(crate) async fn pass(&self, bytes: u64) {
        if self.is_unlimited() {
            return;
        }
        let mut bucket = self.bucket.lock().await;
        loop {
            let rate = self.allowance.at(self.clock.calendar_ms()).bytes_per_second();
            match bucket.take(self.clock.now(), rate, bytes) {
                Ok(()) => return,
                Err(pause) => self.clock.sleep(pause.min(LOOK_EVERY)).await,
            }
        }
    }
}

/// Room for bytes, which grows with time up to a bound.
#[derive(Debug)]
struct Bucket {
    /// Below 0 after more was taken at once than there is ever room for.
    room: f64,
    at: Duration,
}

impl Default for Bucket {
    /// The first piece need not wait.
    fn default() -> Self {
        Self { room: PIECE_BYTES_MAX as f64, at: Duration::ZERO }
    }
}

impl Bucket {
    /// Takes room for so many bytes, or says how long to wait before asking again.
    fn take(&mut self, now: Duration, rate: Option<u64>, bytes: u64) -> Result<(), Duration> {
        let elapsed = now.saturating_sub(std::mem::replace(&mut self.at, now));
        let Some(rate) = rate else {
            self.room = 0.0;
            return Ok(());
        };
        let bound = (rate / 1000).saturating_mul(BURST_MS).max(PIECE_BYTES_MAX) as f64;
        let rate = rate as f64;
        self.room = rate.mul_add(elapsed.as_secs_f64(), self.room).min(bound);
        let (bytes, needed) = (bytes as f64, (bytes as f64).min(bound));
        if self.room >= needed {
            self.room -= bytes;
            return Ok(());
        }
        // Never 0, or whoever waits would ask for ever without time passing.
        Err(Duration::from_secs_f64((needed - self.room) / rate) + Duration::from_micros(1))
    }
}
