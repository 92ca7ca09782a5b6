//! When a schedule's runs are planned: a cron expression on the clock of a time zone, as instants. Owns what
//! happens where that clock is set forward or back. Refuses to know what has run, and what is late.
//!
//! Named hours (`30 2 * * *`) are times on the wall: each comes about once a day. One that the clock leaps
//! over runs at the moment of the leap, several of them once; one that the clock shows twice runs the first
//! time. Hours by `*` or `*/n` follow what the clock shows: nothing where it leaps, twice where it goes back.

use crate::expression::Expression;
use gyre_core::{Error, Result};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Timestamp, ToSpan, Zoned};

/// Wall times that a clock which was set back may show again, at one a minute: no zone ever went back more
/// than a day.
const REPEATED_MAX: u32 = 24 * 60;
/// Two planned times are at least so far apart: expressions know minutes.
const APART_MS: u64 = 60_000;
/// Characters of a zone's name.
const ZONE_CHARS_MAX: usize = 64;
/// Zones that are proposed for one that is not there.
const PROPOSALS_MAX: usize = 3;

/// `2026-03-29T01:00:00Z`; empty for an instant that no calendar has.
pub fn utc(ms: u64) -> String {
    let at = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    at.map_or_else(String::new, |at| at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The planned times of a schedule. All instants are milliseconds since 1970.
#[derive(Clone, Debug)]
pub struct Timetable {
    expression: Expression,
    zone: TimeZone,
}

impl Timetable {
    /// Reads a cron expression of five fields, or `@daily` and the like, and the name of an IANA time zone.
    ///
    /// # Errors
    /// `schedule.cron`, `schedule.zone`.
    pub fn parse(expression: &str, zone: &str) -> Result<Self> {
        Ok(Self { expression: Expression::parse(expression)?, zone: find_zone(zone)? })
    }

    /// Name of the zone, as IANA writes it.
    pub fn zone_name(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The first planned time after this instant; `None`: there is none any more.
    pub fn next_after(&self, ms: u64) -> Option<u64> {
        let at = self.zoned(ms)?;
        if self.expression.hours_named {
            return self.next_named(&at);
        }
        let found = self.expression.cron.find_next_occurrence(&at, false).ok()?;
        ms_of(found.timestamp())
    }

    /// The last planned time after `after` and not after `until`.
    pub fn latest(&self, after: u64, until: u64) -> Option<u64> {
        let within = |from| self.next_after(from).filter(|planned| *planned <= until);
        let mut found = within(after)?;
        let mut none_after = until;
        // By halves: a machine may have been off for years, and a schedule be one of every minute.
        while none_after.saturating_sub(found) >= APART_MS {
            let middle = found + (none_after - found) / 2;
            match within(middle) {
                Some(later) => found = later,
                None => none_after = middle,
            }
        }
        Some(within(found).unwrap_or(found))
    }

    /// How many times are planned after `after` and not after `until`, counted up to `max`.
    pub fn count(&self, after: u64, until: u64, max: u32) -> u32 {
        let (mut at, mut count) = (after, 0);
        while let Some(next) = self.next_after(at).filter(|next| count < max && *next <= until) {
            (at, count) = (next, count + 1);
        }
        count
    }

    /// The next `count` planned times.
    pub fn upcoming(&self, after: u64, count: usize) -> Vec<u64> {
        std::iter::successors(self.next_after(after), |at| self.next_after(*at)).take(count).collect()
    }

    /// `Sun 2026-03-29 03:00 CEST`, on the clock of the zone.
    pub fn on_the_wall(&self, ms: u64) -> String {
        self.zoned(ms).map_or_else(String::new, |at| at.strftime("%a %Y-%m-%d %H:%M %Z").to_string())
    }

    /// `2026-03-29T03:00:00+02:00`, on the clock of the zone.
    pub fn rfc3339(&self, ms: u64) -> String {
        self.zoned(ms).map_or_else(String::new, |at| at.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
    }

    /// An instant as people write it: RFC 3339, or a time or a date on the clock of the zone; a date is its end.
    ///
    /// # Errors
    /// `schedule.until`.
    pub fn instant(&self, text: &str) -> Result<u64> {
        let on_the_wall = |wall: DateTime| self.zone.to_ambiguous_timestamp(wall).compatible().ok();
        let end_of =
            |date: jiff::civil::Date| date.tomorrow().ok().map(|next| next.to_datetime(Default::default()));
        let read = match text.parse::<Timestamp>() {
            Ok(instant) => Some(instant),
            Err(_) if text.contains(['T', 't', ' ']) => text.parse().ok().and_then(on_the_wall),
            Err(_) => text.parse().ok().and_then(end_of).and_then(on_the_wall),
        };
        read.and_then(ms_of).ok_or_else(|| {
            let what = format!("{text:?} is no time that a schedule can end at");
            let forms =
                "allowed: 2026-12-31, 2026-12-31T18:00 (both in the schedule's zone), 2026-12-31T18:00:00Z";
            Error::invalid("schedule.until", what).cause(forms)
        })
    }

    fn zoned(&self, ms: u64) -> Option<Zoned> {
        let second = i64::try_from(ms / 1000).ok()?;
        Timestamp::from_second(second).ok().map(|at| at.to_zoned(self.zone.clone()))
    }

    fn next_named(&self, at: &Zoned) -> Option<u64> {
        let mut wall = at.datetime();
        for _ in 0..REPEATED_MAX {
            wall = self.expression.cron.find_next_occurrence(&wall, false).ok()?;
            let instant = self.first_showing(wall)?;
            // In the second pass of a repeated hour, its times were in the first.
            if instant > at.timestamp() {
                return ms_of(instant);
            }
        }
        None
    }

    /// When the clock first shows this time, or leaps over it.
    fn first_showing(&self, wall: DateTime) -> Option<Timestamp> {
        let ambiguous = self.zone.to_ambiguous_timestamp(wall);
        let AmbiguousOffset::Gap { before, .. } = ambiguous.offset() else { return ambiguous.earlier().ok() };
        // As the old clock would have it, the time comes at the leap or after it.
        let past = before.to_timestamp(wall).ok()?.checked_add(1.second()).ok()?;
        self.zone.preceding(past).next().map(|leap| leap.timestamp())
    }
}

fn ms_of(instant: Timestamp) -> Option<u64> {
    u64::try_from(instant.as_millisecond()).ok()
}

fn find_zone(name: &str) -> Result<TimeZone> {
    let found = if name.len() <= ZONE_CHARS_MAX { TimeZone::get(name).ok() } else { None };
    found.filter(|zone| !zone.is_unknown()).ok_or_else(|| {
        let short: String = name.chars().take(ZONE_CHARS_MAX).collect();
        let error = Error::invalid("schedule.zone", format!("there is no time zone {short:?}"));
        match proposals(name) {
            names if names.is_empty() => error.cause("allowed: IANA's names, as Europe/Berlin, or UTC"),
            names => error.cause(format!("did you mean {}?", names.join(" or "))),
        }
    })
}

/// Zones of that city.
fn proposals(name: &str) -> Vec<String> {
    let city = name.rsplit('/').next().unwrap_or_default().replace(' ', "_").to_ascii_lowercase();
    let is_of_city =
        |zone: &String| zone.rsplit('/').next().is_some_and(|last| last.to_ascii_lowercase() == city);
    jiff::tz::db().available().map(|zone| zone.to_string()).filter(is_of_city).take(PROPOSALS_MAX).collect()
}

#[cfg(test)]
mod tests;
