//! The one place where a transient failure is tried again. Knows no reason beyond the kind of an error.

use gyre_core::{Error, Kind, Result};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often, and how long between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// Calls in all; 1: no second one.
    pub attempts: u32,
    /// Before the second call, milliseconds; doubles with each.
    pub first_ms: u64,
    /// The longest pause, milliseconds.
    pub longest_ms: u64,
}

impl Default for Retry {
    /// Six calls within about 10 s: longer than a link takes to come back, shorter than patience.
    fn default() -> Self {
        Self { attempts: 6, first_ms: 300, longest_ms: 5_000 }
    }
}

impl Retry {
    /// Calls until it succeeds, fails for another reason than `unavailable`, or the attempts are used
    /// up. `stop` ends the pauses and lets no further call begin.
    ///
    /// # Errors
    /// The last error, with `what` in front; `job.cancelled` after `stop`.
    pub(crate) async fn run<T, F: Future<Output = Result<T>>>(
        &self,
        stop: &CancellationToken,
        what: impl Fn() -> String,
        mut call: impl FnMut() -> F,
    ) -> Result<T> {
        let mut pause_ms = self.first_ms;
        let mut attempt = 1;
        loop {
            if stop.is_cancelled() {
                return Err(Error::cancelled());
            }
            let error = match call().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            if error.kind != Kind::Unavailable || attempt >= self.attempts {
                return Err(error.during(what()));
            }
            tracing::warn!(%error, attempt, pause_ms, "{}: will be tried again", what());
            if stop.run_until_cancelled(tokio::time::sleep(Duration::from_millis(pause_ms))).await.is_none() {
                return Err(Error::cancelled());
            }
            pause_ms = pause_ms.saturating_mul(2).min(self.longest_ms);
            attempt += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

    const QUICK: Retry = Retry { attempts: 3, first_ms: 0, longest_ms: 0 };

    async fn calls_until(kind: Kind, succeed_at: u32) -> (u32, Result<u32>) {
        let calls = AtomicU32::new(0);
        let call = || {
            let n = calls.fetch_add(1, SeqCst) + 1;
            async move { if n >= succeed_at { Ok(n) } else { Err(Error::new(kind, "test.no", "no")) } }
        };
        let result = QUICK.run(&CancellationToken::new(), || "try".into(), call).await;
        (calls.load(SeqCst), result)
    }

    #[tokio::test]
    async fn only_unavailable_is_tried_again_and_not_for_ever() {
        assert_eq!(calls_until(Kind::Unavailable, 3).await, (3, Ok(3)));
        let (calls, result) = calls_until(Kind::Unavailable, 9).await;
        assert_eq!((calls, result.unwrap_err().to_string().as_str()), (3, "try: no [test.no]"));
        assert_eq!(calls_until(Kind::Denied, 3).await.0, 1);
    }

    #[tokio::test]
    async fn a_stop_lets_no_call_begin() {
        let stop = CancellationToken::new();
        stop.cancel();
        let result: Result<()> = QUICK.run(&stop, String::new, || async { Ok(()) }).await;
        assert_eq!(result.unwrap_err().kind, Kind::Cancelled);
    }
}
