//! Computing time of a call: what passes while the guest runs, not while it waits in the host. The time of each
//! poll of the call's future is added up, and the epoch callback compares it with the limit.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Counts the computing time of one call at a time.
#[derive(Debug)]
pub struct Meter {
    origin: Instant,
    /// Nanoseconds of the polls that ended.
    spent: AtomicU64,
    /// Nanoseconds from `origin` to the begin of the poll that runs.
    began: AtomicU64,
}

impl Meter {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self { origin: Instant::now(), spent: AtomicU64::new(0), began: AtomicU64::new(0) })
    }

    pub(crate) fn reset(&self) {
        self.spent.store(0, Ordering::Relaxed);
        self.began.store(self.now(), Ordering::Relaxed);
    }

    /// Computing time so far, seen from inside a poll.
    pub(crate) fn spent(&self) -> Duration {
        let running = self.now().saturating_sub(self.began.load(Ordering::Relaxed));
        Duration::from_nanos(self.spent.load(Ordering::Relaxed).saturating_add(running))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.origin.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// A future whose polls are counted.
pub(crate) struct Metered<F> {
    pub(crate) meter: Arc<Meter>,
    pub(crate) future: F,
}

impl<F: Future + Unpin> Future for Metered<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        let began = self.meter.now();
        self.meter.began.store(began, Ordering::Relaxed);
        let answer = Pin::new(&mut self.future).poll(context);
        self.meter.spent.fetch_add(self.meter.now().saturating_sub(began), Ordering::Relaxed);
        answer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn waiting_is_not_computing() {
        let meter = Meter::new();
        meter.reset();
        let wait = Box::pin(tokio::time::sleep(Duration::from_millis(300)));
        Metered { meter: meter.clone(), future: wait }.await;
        assert!(meter.spent.load(Ordering::Relaxed) < 300_000_000);
    }
}
