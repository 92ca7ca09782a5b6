//! `gyre:host/clock` and `gyre:host/progress`: the time, short sleeps, what the operator sees, and whether to stop.

use crate::lent::Lent;
use gyre_core::text::steers;
use gyre_sandbox::bindings::{clock, progress};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A step that has to wait for longer returns `wait`.
const SLEEP_MS_MAX: u32 = 30_000;
/// What is shown of a phase's name.
const PHASE_CHARS_MAX: usize = 100;

impl clock::Host for Lent {
    async fn now(&mut self) -> wasmtime::Result<u64> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Ok(u64::try_from(now.as_millis()).unwrap_or(u64::MAX))
    }

    async fn elapsed(&mut self) -> wasmtime::Result<u64> {
        Ok(u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX))
    }

    async fn sleep(&mut self, milliseconds: u32) -> wasmtime::Result<()> {
        tokio::time::sleep(Duration::from_millis(milliseconds.min(SLEEP_MS_MAX).into())).await;
        Ok(())
    }
}

impl progress::Host for Lent {
    async fn report(&mut self, phase: String, done: u64, total: Option<u64>) -> wasmtime::Result<()> {
        let phase = self.purpose.veil().over(&phase);
        let phase: String = phase.chars().filter(|c| !steers(*c)).take(PHASE_CHARS_MAX).collect();
        self.purpose.job.progress.report(&phase, done, total);
        Ok(())
    }

    async fn cancelled(&mut self) -> wasmtime::Result<bool> {
        Ok(self.purpose.job.cancel.is_cancelled() || self.purpose.job.progress.cancelled())
    }
}
