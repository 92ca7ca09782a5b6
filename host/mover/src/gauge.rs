//! How a copy got on lately, out of what it had done and where it had spent its time a while ago. Says nothing before it
//! has seen enough. Knows no clock: it is told the time.

use crate::stages::Spent;
use gyre_core::flow::Flow;
use std::collections::VecDeque;
use std::time::Duration;

/// What is longer ago says nothing about how it goes on.
const WINDOW: Duration = Duration::from_secs(15);
/// Of less nothing can be said.
const LEAST: Duration = Duration::from_secs(2);
/// Between two looks that are kept; of a window there are so never more than some dozens.
const APART: Duration = Duration::from_millis(250);

#[derive(Clone, Copy, Debug)]
struct Look {
    at: Duration,
    done: u64,
    spent: Spent,
}

/// Looks at one phase of a copy.
#[derive(Debug, Default)]
pub(crate) struct Gauge {
    looks: VecDeque<Look>,
}

impl Gauge {
    /// Takes note of what is done of `total` by now, and says how it goes on.
    pub(crate) fn look(&mut self, at: Duration, done: u64, total: u64, spent: Spent) -> Option<Flow> {
        let look = Look { at, done, spent };
        if self.looks.back().is_none_or(|last| at.saturating_sub(last.at) >= APART) {
            self.looks.push_back(look);
        }
        // The oldest one that is kept is just outside: what is compared with is a whole window ago.
        while self.looks.get(1).is_some_and(|second| at.saturating_sub(second.at) >= WINDOW) {
            self.looks.pop_front();
        }
        let first = self.looks.front()?;
        let elapsed = at.saturating_sub(first.at);
        if elapsed < LEAST {
            return None;
        }
        let rate = (done.saturating_sub(first.done)) as f64 / elapsed.as_secs_f64();
        let left = total.saturating_sub(done) as f64 / rate;
        Some(Flow {
            bytes_per_second: rate as u64,
            left_seconds: (rate >= 1.0).then_some(left.ceil() as u64),
            bottleneck: spent.since(&first.spent).bottleneck(),
            compressed_to: None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    fn look(gauge: &mut Gauge, ms: u64, done: u64) -> Option<Flow> {
        gauge.look(Duration::from_millis(ms), done * MIB, 1000 * MIB, Spent::default())
    }

    #[test]
    fn nothing_is_said_before_it_is_known() {
        let mut gauge = Gauge::default();
        assert_eq!(look(&mut gauge, 0, 0), None);
        assert_eq!(look(&mut gauge, 1999, 100), None);
        let flow = look(&mut gauge, 2000, 100).unwrap();
        assert_eq!((flow.bytes_per_second, flow.left_seconds), (50 * MIB, Some(18)));
        assert_eq!(flow.bottleneck, None);
    }

    #[test]
    fn what_is_long_ago_counts_no_more() {
        let mut gauge = Gauge::default();
        // A burst of what had not to be sent, and then a steady 10 MiB a second.
        look(&mut gauge, 0, 500);
        let mut last = None;
        for second in 1..=30 {
            last = look(&mut gauge, second * 1000, 500 + second * 10);
        }
        let flow = last.unwrap();
        assert_eq!((flow.bytes_per_second, flow.left_seconds), (10 * MIB, Some(20)));
        assert!(gauge.looks.len() < 20, "{}", gauge.looks.len());
    }

    #[test]
    fn what_stands_still_has_no_end() {
        let mut gauge = Gauge::default();
        look(&mut gauge, 0, 0);
        for second in 1..=20 {
            look(&mut gauge, second * 1000, 100);
        }
        let flow = look(&mut gauge, 40_000, 100).unwrap();
        assert_eq!((flow.bytes_per_second, flow.left_seconds), (0, None));
    }
}
