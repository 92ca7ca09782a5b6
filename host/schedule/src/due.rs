//! What is due of one schedule, as a pure function of its rule, of the clock, and of the last time that was
//! dealt with. Refuses to read a clock and to know whether a replica is busy.
//!
//! Never is a planned time due twice: what is due lies after the last one that was dealt with, whichever way
//! the clock went since. However many times have passed meanwhile, at most one run is due.

use crate::document::{MissedPolicy, Rule};
use crate::timetable::Timetable;

/// Missed runs are counted up to here.
pub const MISSED_COUNTED_MAX: u32 = 1000;

/// What is due. Instants are milliseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Due {
    /// The planned time whose run is to begin now.
    pub start: Option<u64>,
    /// Whether that run stands for times that were missed, and is late itself.
    pub late: bool,
    /// Planned times that begin no run.
    pub missed: Option<Span>,
    /// When the next planned time comes; `None`: nothing will come by itself.
    pub wake: Option<u64>,
}

/// Planned times in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub first: u64,
    /// The last.
    pub last: u64,
    /// How many, up to [`MISSED_COUNTED_MAX`].
    pub count: u32,
}

/// What is due at `now`, where every time up to `last` was dealt with.
pub fn due(rule: &Rule, table: &Timetable, now: u64, last: u64) -> Due {
    if !rule.enabled {
        return Due::default();
    }
    let wake = table.next_after(now.max(last)).filter(|next| !rule.is_over(*next));
    // Times at its end or after it were never planned.
    let horizon = rule.until.map_or(now, |until| now.min(until.saturating_sub(1)));
    let Some(latest) = table.latest(last, horizon) else { return Due { wake, ..Due::default() } };
    let in_time = now - latest <= rule.grace_ms;
    let begins = !rule.is_over(now) && (in_time || rule.missed == MissedPolicy::Once);
    let missed = span(table, last, if begins { latest - 1 } else { latest });
    Due { start: begins.then_some(latest), late: begins && !in_time, missed, wake }
}

fn span(table: &Timetable, after: u64, until: u64) -> Option<Span> {
    let last = table.latest(after, until)?;
    let first = table.next_after(after)?;
    Some(Span { first, last, count: table.count(after, until, MISSED_COUNTED_MAX) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::GRACE_MS;

    fn ms(text: &str) -> u64 {
        text.parse::<jiff::Timestamp>().unwrap().as_millisecond() as u64
    }

    fn rule(cron: &str, missed: MissedPolicy) -> Rule {
        let zone = "Europe/Berlin".to_owned();
        Rule { cron: cron.to_owned(), zone, missed, grace_ms: GRACE_MS, until: None, enabled: true }
    }

    fn at(rule: &Rule, last: &str, now: &str) -> Due {
        due(rule, &rule.timetable().unwrap(), ms(now), ms(last))
    }

    /// Last time dealt with and now; then what begins, what is missed (first, last, how many), and the next wake-up.
    type Case<'a> = (&'a str, &'a str, Option<&'a str>, Option<(&'a str, &'a str, u32)>, Option<&'a str>);

    fn check(rule: &Rule, cases: &[Case<'_>]) {
        for (last, now, start, missed, wake) in cases {
            let found = at(rule, last, now);
            let context = format!("{:?} {:?} last {last} now {now}: {found:?}", rule.cron, rule.missed);
            assert_eq!(found.start, start.map(ms), "start, {context}");
            let missed = missed.map(|(first, last, count)| Span { first: ms(first), last: ms(last), count });
            assert_eq!(found.missed, missed, "missed, {context}");
            assert_eq!(found.wake, wake.map(ms), "wake, {context}");
        }
    }

    #[rustfmt::skip]
    #[test]
    fn what_is_missed_is_skipped_or_made_up_for_once() {
        let next = Some("2026-11-11T01:30:00Z");
        check(&rule("30 2 * * *", MissedPolicy::Skip), &[
            // Not yet, at the second, within the grace, at its end, and after it.
            ("2026-11-09T01:30:00Z", "2026-11-10T01:29:59.999Z", None, None, Some("2026-11-10T01:30:00Z")),
            ("2026-11-09T01:30:00Z", "2026-11-10T01:30:00Z", Some("2026-11-10T01:30:00Z"), None, next),
            ("2026-11-09T01:30:00Z", "2026-11-10T01:44:00Z", Some("2026-11-10T01:30:00Z"), None, next),
            ("2026-11-09T01:30:00Z", "2026-11-10T01:45:00Z", Some("2026-11-10T01:30:00Z"), None, next),
            ("2026-11-09T01:30:00Z", "2026-11-10T01:45:00.001Z", None,
                Some(("2026-11-10T01:30:00Z", "2026-11-10T01:30:00Z", 1)), next),
            // Dealt with.
            ("2026-11-10T01:30:00Z", "2026-11-10T01:30:00Z", None, None, next),
            ("2026-11-10T01:30:00Z", "2026-11-10T01:31:00Z", None, None, next),
            // Off for days, and back in time for one of them.
            ("2026-11-06T01:30:00Z", "2026-11-10T12:00:00Z", None,
                Some(("2026-11-07T01:30:00Z", "2026-11-10T01:30:00Z", 4)), next),
            ("2026-11-06T01:30:00Z", "2026-11-10T01:35:00Z", Some("2026-11-10T01:30:00Z"),
                Some(("2026-11-07T01:30:00Z", "2026-11-09T01:30:00Z", 3)), next),
        ]);
        check(&rule("30 2 * * *", MissedPolicy::Once), &[
            ("2026-11-06T01:30:00Z", "2026-11-10T12:00:00Z", Some("2026-11-10T01:30:00Z"),
                Some(("2026-11-07T01:30:00Z", "2026-11-09T01:30:00Z", 3)), next),
            ("2026-11-10T01:30:00Z", "2026-11-10T12:00:00Z", None, None, next),
        ]);
        // Of several within the grace the last one stands for all.
        check(&rule("*/5 * * * *", MissedPolicy::Skip), &[
            ("2026-11-10T01:00:00Z", "2026-11-10T01:12:00Z", Some("2026-11-10T01:10:00Z"),
                Some(("2026-11-10T01:05:00Z", "2026-11-10T01:05:00Z", 1)), Some("2026-11-10T01:15:00Z")),
        ]);
        assert!(at(&rule("30 2 * * *", MissedPolicy::Once), "2026-11-06T01:30:00Z", "2026-11-10T12:00:00Z").late);
        assert!(!at(&rule("30 2 * * *", MissedPolicy::Once), "2026-11-09T01:30:00Z", "2026-11-10T01:31:00Z").late);
    }

    #[rustfmt::skip]
    #[test]
    fn the_clock_may_leap() {
        for missed in [MissedPolicy::Skip, MissedPolicy::Once] {
            check(&rule("30 2 * * *", missed), &[
                // Summer begins: once, at the leap; summer ends: the first pass only.
                ("2026-03-28T01:30:00Z", "2026-03-29T01:00:00Z", Some("2026-03-29T01:00:00Z"), None, Some("2026-03-30T00:30:00Z")),
                ("2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z", None, None, Some("2026-03-30T00:30:00Z")),
                ("2026-10-24T00:30:00Z", "2026-10-25T00:30:00Z", Some("2026-10-25T00:30:00Z"), None, Some("2026-10-26T01:30:00Z")),
                ("2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z", None, None, Some("2026-10-26T01:30:00Z")),
                // Set back, by minutes and by weeks: what ran does not run again.
                ("2026-11-10T01:30:00Z", "2026-11-10T01:29:00Z", None, None, Some("2026-11-11T01:30:00Z")),
                ("2026-11-10T01:30:00Z", "2026-10-10T12:00:00Z", None, None, Some("2026-11-11T01:30:00Z")),
                ("2026-11-10T01:30:00Z", "1970-01-01T00:00:00Z", None, None, Some("2026-11-11T01:30:00Z")),
            ]);
        }
        // Set forward by days.
        let found = at(&rule("30 2 * * *", MissedPolicy::Skip), "2026-11-10T01:30:00Z", "2027-11-10T12:00:00Z");
        assert_eq!((found.start, found.missed.unwrap().count), (None, 365));
        let every_minute = at(&rule("* * * * *", MissedPolicy::Once), "2020-01-01T00:00:00Z", "2026-11-10T12:00:30Z");
        assert_eq!(every_minute.start, Some(ms("2026-11-10T12:00:00Z")));
        assert_eq!(every_minute.missed.unwrap().count, MISSED_COUNTED_MAX);
    }

    #[rustfmt::skip]
    #[test]
    fn leap_days_and_ends_of_months() {
        check(&rule("0 4 29 2 *", MissedPolicy::Skip), &[
            ("2026-11-10T00:00:00Z", "2027-03-01T03:00:00Z", None, None, Some("2028-02-29T03:00:00Z")),
            ("2026-11-10T00:00:00Z", "2028-02-29T03:00:00Z", Some("2028-02-29T03:00:00Z"), None, Some("2032-02-29T03:00:00Z")),
        ]);
        check(&rule("0 4 31 * *", MissedPolicy::Skip), &[
            ("2026-10-31T03:00:00Z", "2026-11-30T03:00:00Z", None, None, Some("2026-12-31T03:00:00Z")),
        ]);
        check(&rule("0 4 L * *", MissedPolicy::Skip), &[
            ("2026-10-31T03:00:00Z", "2026-11-30T03:00:00Z", Some("2026-11-30T03:00:00Z"), None, Some("2026-12-31T03:00:00Z")),
        ]);
    }

    #[rustfmt::skip]
    #[test]
    fn what_is_over_or_paused_begins_nothing() {
        for missed in [MissedPolicy::Skip, MissedPolicy::Once] {
            let ends = |until: &str| Rule { until: Some(ms(until)), ..rule("30 2 * * *", missed) };
            check(&ends("2026-11-11T01:30:00Z"), &[
                ("2026-11-09T01:30:00Z", "2026-11-10T01:30:00Z", Some("2026-11-10T01:30:00Z"), None, None),
                ("2026-11-10T01:30:00Z", "2026-11-11T01:30:00Z", None, None, None),
                ("2026-11-10T01:30:00Z", "2026-11-20T01:30:00Z", None, None, None),
                // Missed before its end, and found after it.
                ("2026-11-08T01:30:00Z", "2026-11-11T01:31:00Z", None,
                    Some(("2026-11-09T01:30:00Z", "2026-11-10T01:30:00Z", 2)), None),
            ]);
            let paused = Rule { enabled: false, ..rule("30 2 * * *", missed) };
            check(&paused, &[("2026-11-08T01:30:00Z", "2026-11-10T01:30:00Z", None, None, None)]);
        }
    }

    /// Whatever the clock does, no planned time begins twice, and none is lost from sight.
    #[test]
    fn no_time_is_due_twice_on_a_clock_that_staggers() {
        let mut seed = 7_u64;
        for missed in [MissedPolicy::Skip, MissedPolicy::Once] {
            let rule = rule("*/20 * * * *", missed);
            let table = rule.timetable().unwrap();
            let first = ms("2026-10-24T12:00:00Z");
            let (mut now, mut last, mut began, mut told) = (first, first, Vec::new(), 0);
            for _ in 0..3000 {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let step = (seed >> 33) % 3_600_000;
                now = if seed.is_multiple_of(3) { now - step / 2 } else { now + step };
                let due = due(&rule, &table, now, last);
                last = due.missed.map_or(last, |span| span.last);
                told += due.missed.map_or(0, |span| span.count);
                if let Some(planned) = due.start {
                    assert!(planned > last && planned <= now);
                    began.push(planned);
                    last = planned;
                }
            }
            assert!(began.len() > 100 && began.is_sorted_by(|a, b| a < b), "{missed:?}");
            let planned = table.count(first, last, u32::MAX);
            assert_eq!(planned as usize, began.len() + told as usize, "{missed:?}");
        }
    }
}
