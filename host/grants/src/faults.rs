//! Calls of the host that are let fail, one at a time, to see what a plugin makes of it. In a job none is; only who holds a
//! plugin against the contract asks for one. Knows no call by name: they count in the order in which a plugin makes them;
//! what they were, [`crate::heard`] keeps.

use crate::heard::{Heard, HostCall};
use gyre_core::{Error, Result};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Which call fails, and how many there were. Of every session of one [`crate::Host`]: their order is that of the plugin
/// only while one verb runs at a time.
#[derive(Debug)]
pub struct Faults {
    at: AtomicUsize,
    calls: AtomicUsize,
    pub(crate) heard: Heard,
}

impl Default for Faults {
    fn default() -> Self {
        Self { at: AtomicUsize::new(usize::MAX), calls: AtomicUsize::new(0), heard: Heard::default() }
    }
}

impl Faults {
    /// Code of the error with which a call fails.
    pub const CODE: &str = "host.injected";

    /// Counts from 0 anew; the call of this number will fail, or none.
    pub fn begin(&self, at: Option<usize>) {
        self.at.store(at.unwrap_or(usize::MAX), Ordering::SeqCst);
        self.calls.store(0, Ordering::SeqCst);
        self.heard.clear();
    }

    /// From now on what plugins ask of the host is kept, of those that are loaded after it.
    pub fn listen(&self) {
        self.heard.listen();
    }

    /// Keeps a call, as of the call of the plugin that began last.
    pub fn hear(&self, call: HostCall) {
        self.heard.hear(call);
    }

    /// What was asked since [`Faults::begin`], as far as it is kept.
    pub fn heard(&self) -> Vec<HostCall> {
        self.heard.calls()
    }

    /// Calls since then that could have failed.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// One call more.
    ///
    /// # Errors
    /// `host.injected`, kind unavailable, if it is the one.
    pub fn pass(&self) -> Result<()> {
        if self.calls.fetch_add(1, Ordering::SeqCst) == self.at.load(Ordering::SeqCst) {
            return Err(Error::unavailable(Self::CODE, "gyre plugin test let this call of the host fail"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_call_fails_and_all_are_counted() {
        let faults = Faults::default();
        assert!((0..3).all(|_| faults.pass().is_ok()));
        assert_eq!(faults.calls(), 3);
        faults.begin(Some(1));
        let passed: Vec<_> = (0..3).map(|_| faults.pass().is_ok()).collect();
        assert_eq!((passed, faults.calls()), (vec![true, false, true], 3));
        assert_eq!(
            {
                faults.begin(Some(0));
                faults.pass().unwrap_err().code
            },
            Faults::CODE
        );
    }
}
