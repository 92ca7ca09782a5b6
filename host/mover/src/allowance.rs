//! How much a job may send at which hour: what the configuration says, on the clock of its time zone. Knows no job and
//! sends nothing.

use gyre_core::bandwidth::{Day, Hours};
use gyre_core::config::Transfer;
use gyre_core::{Bandwidth, Error, Result};
use jiff::Timestamp;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;

/// Characters of a zone's name.
const ZONE_CHARS_MAX: usize = 64;

/// A bandwidth for each hour.
#[derive(Clone, Debug)]
pub struct Allowance {
    usual: Bandwidth,
    hours: Vec<Hours>,
    zone: TimeZone,
}

impl Allowance {
    /// What `[transfer]` says.
    ///
    /// # Errors
    /// `config.zone`.
    pub fn new(transfer: &Transfer) -> Result<Self> {
        let zone = transfer.zone.as_deref().map_or(Ok(TimeZone::UTC), find_zone)?;
        Ok(Self { usual: transfer.bandwidth, hours: transfer.hours.clone(), zone })
    }

    /// The same at all hours.
    pub const fn always(usual: Bandwidth) -> Self {
        Self { usual, hours: Vec::new(), zone: TimeZone::UTC }
    }

    /// What may be sent in a second at an instant, milliseconds since 1970.
    pub fn at(&self, ms: u64) -> Bandwidth {
        let instant = i64::try_from(ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
        let Some(wall) = instant.filter(|_| !self.hours.is_empty()).map(|at| at.to_zoned(self.zone.clone()))
        else {
            return self.usual;
        };
        let minute = wall.hour().unsigned_abs() as u16 * 60 + wall.minute().unsigned_abs() as u16;
        let day = day(wall.weekday());
        self.hours.iter().find(|hours| hours.hold(day, minute)).map_or(self.usual, |hours| hours.bandwidth)
    }

    /// Whether there is nothing to hold to at any hour.
    pub(crate) fn is_unlimited(&self) -> bool {
        let all = self.hours.iter().map(|hours| hours.bandwidth).chain([self.usual]);
        all.into_iter().all(|bandwidth| bandwidth == Bandwidth::UNLIMITED)
    }
}

const fn day(weekday: Weekday) -> Day {
    match weekday {
        Weekday::Monday => Day::Mon,
        Weekday::Tuesday => Day::Tue,
        Weekday::Wednesday => Day::Wed,
        Weekday::Thursday => Day::Thu,
        Weekday::Friday => Day::Fri,
        Weekday::Saturday => Day::Sat,
        Weekday::Sunday => Day::Sun,
    }
}

fn find_zone(name: &str) -> Result<TimeZone> {
    let found = if name.len() <= ZONE_CHARS_MAX { TimeZone::get(name).ok() } else { None };
    found.filter(|zone| !zone.is_unknown()).ok_or_else(|| {
        let short: String = name.chars().take(ZONE_CHARS_MAX).collect();
        Error::invalid("config.zone", format!("[transfer] names a time zone that is not there: {short:?}"))
            .cause("allowed: IANA's names, as Europe/Berlin, or UTC")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use gyre_core::config::Config;
    use std::path::Path;

    const OFFICE: &str = r#"
        [transfer]
        bandwidth = "100 MiB/s"
        zone = "Europe/Berlin"
        [[transfer.hours]]
        days = ["sat", "sun"]
        from = "00:00"
        to = "24:00"
        bandwidth = "unlimited"
        [[transfer.hours]]
        from = "08:00"
        to = "18:00"
        bandwidth = "10 MiB/s"
    "#;

    fn transfer(text: &str) -> Transfer {
        Config::parse(text, Path::new("/")).unwrap().transfer
    }

    fn ms(instant: &str) -> u64 {
        u64::try_from(instant.parse::<Timestamp>().unwrap().as_millisecond()).unwrap()
    }

    #[test]
    fn the_first_hours_that_hold_on_the_clock_of_the_zone_count() {
        let office = Allowance::new(&transfer(OFFICE)).unwrap();
        for (instant, expected) in [
            // A Friday in winter: one hour before Greenwich.
            ("2026-11-27T06:59:59Z", "100 MiB/s"),
            ("2026-11-27T07:00:00Z", "10 MiB/s"),
            ("2026-11-27T16:59:59Z", "10 MiB/s"),
            ("2026-11-27T17:00:00Z", "100 MiB/s"),
            ("2026-11-27T23:00:00Z", "unlimited"),
            ("2026-11-28T10:00:00Z", "unlimited"),
            // In summer it is two.
            ("2026-07-03T06:00:00Z", "10 MiB/s"),
            ("2026-07-03T16:00:00Z", "100 MiB/s"),
        ] {
            assert_eq!(office.at(ms(instant)).to_string(), expected, "{instant}");
        }
        assert!(!office.is_unlimited() && Allowance::always(Bandwidth::UNLIMITED).is_unlimited());
    }

    #[test]
    fn a_zone_that_is_not_there_is_refused() {
        for zone in ["Europe/Bielefeld", "", &"x".repeat(1000)] {
            let named = Transfer { zone: Some(zone.into()), ..Transfer::default() };
            assert_eq!(Allowance::new(&named).unwrap_err().code, "config.zone", "{zone:?}");
        }
    }
}
