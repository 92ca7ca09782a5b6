//! Reads and writes that are tried again within a copy: a disk of a terabyte should not begin anew because one
//! of its blocks came late. Which errors are worth it, [`Backoff`] says.

use gyre_core::{Backoff, Error, Result};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Calls of one read or write, the first included.
const ATTEMPTS_MAX: u32 = 6;
/// The first pause, milliseconds; all of them take about 10 s: longer than a link takes to come back, shorter
/// than patience.
const PAUSE_MS: u64 = 300;
/// The longest pause, milliseconds.
const PAUSE_MS_MAX: u64 = 5_000;

/// How often, and how long between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry(pub Backoff);

impl Default for Retry {
    fn default() -> Self {
        Self(Backoff {
            attempts: ATTEMPTS_MAX,
            first: Duration::from_millis(PAUSE_MS),
            longest: Duration::from_millis(PAUSE_MS_MAX),
        })
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
        let mut failures = 0;
        loop {
            if stop.is_cancelled() {
                return Err(Error::cancelled());
            }
            let error = match call().await {
                Ok(value) => return Ok(value),
                Err(error) => error,
            };
            failures += 1;
            let Some(pause) = self.0.pause(&error, failures) else {
                return Err(error.during(what()));
            };
            tracing::warn!(%error, failures, ?pause, "{}: will be tried again", what());
            if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                return Err(Error::cancelled());
            }
        }
    }

    /// The same without pauses: for tests.
    #[must_use]
    pub fn without_pauses(mut self) -> Self {
        self.0.first = Duration::ZERO;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gyre_core::Kind;
    use std::sync::atomic::{AtomicU32, Ordering::SeqCst};

    const QUICK: Retry = Retry(Backoff { attempts: 3, first: Duration::ZERO, longest: Duration::ZERO });

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
