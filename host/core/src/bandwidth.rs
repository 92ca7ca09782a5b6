//! How much may be sent in a second, and the hours in which that is another amount, as people write both. It knows no
//! clock and no calendar.

use crate::limits::BANDWIDTH_MIN;
use crate::{ByteSize, Error, Result};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// What stands for no limit.
const UNLIMITED: &str = "unlimited";
/// Bytes a second that one of each is. What is written in bits and in powers of ten is what networks are sold in.
const UNITS: [(&str, u64); 7] = [
    ("GiB/s", 1 << 30),
    ("MiB/s", 1 << 20),
    ("KiB/s", 1 << 10),
    ("GB/s", 1_000_000_000),
    ("MB/s", 1_000_000),
    ("Gbit/s", 125_000_000),
    ("Mbit/s", 125_000),
];
/// Minutes of a day.
const DAY_MINUTES: u16 = 24 * 60;

/// A bound on the bytes that are sent in a second, or none: `"200 MiB/s"`, `"1 Gbit/s"`, `"unlimited"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(with = "String"))]
#[serde(try_from = "String", into = "String")]
pub struct Bandwidth(Option<u64>);

impl Bandwidth {
    /// No bound.
    pub const UNLIMITED: Self = Self(None);

    /// At most so many bytes a second.
    ///
    /// # Errors
    /// `config.bandwidth`: less than 64 KiB, with which no copy would come to an end.
    fn of(bytes: u64) -> Result<Self> {
        if bytes >= BANDWIDTH_MIN {
            return Ok(Self(Some(bytes)));
        }
        let least = ByteSize(BANDWIDTH_MIN);
        Err(Error::invalid("config.bandwidth", format!("a bandwidth is at least {least} a second")))
    }

    /// Bytes a second; none: as many as will go.
    pub const fn bytes_per_second(self) -> Option<u64> {
        self.0
    }
}

impl FromStr for Bandwidth {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        if text == UNLIMITED {
            return Ok(Self::UNLIMITED);
        }
        let found = UNITS.iter().find_map(|(unit, bytes)| {
            let number: u64 = text.strip_suffix(unit)?.trim_end().parse().ok()?;
            number.checked_mul(*bytes)
        });
        let Some(bytes) = found else {
            let units: Vec<_> = UNITS.iter().map(|(unit, _)| *unit).collect();
            return Err(Error::invalid("config.bandwidth", format!("{text:?} is no bandwidth"))
                .cause(format!("allowed: a whole number and one of {}, or {UNLIMITED}", units.join(", "))));
        };
        Self::of(bytes)
    }
}

impl fmt::Display for Bandwidth {
    /// In the largest unit that says it exactly, so that it reads back as what it was.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(bytes) = self.0 else { return f.write_str(UNLIMITED) };
        // It was read as so many of one of them.
        let (name, unit) =
            UNITS.iter().find(|(_, unit)| bytes.is_multiple_of(*unit)).copied().unwrap_or(("B/s", 1));
        write!(f, "{} {name}", bytes / unit)
    }
}

impl TryFrom<String> for Bandwidth {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

impl From<Bandwidth> for String {
    fn from(bandwidth: Bandwidth) -> Self {
        bandwidth.to_string()
    }
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    /// The day before.
    pub const fn before(self) -> Self {
        match self {
            Day::Mon => Day::Sun,
            Day::Tue => Day::Mon,
            Day::Wed => Day::Tue,
            Day::Thu => Day::Wed,
            Day::Fri => Day::Thu,
            Day::Sat => Day::Fri,
            Day::Sun => Day::Sat,
        }
    }
}

/// A time of the day: `"08:30"`; `"24:00"` is its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "String")]
pub struct DayTime {
    /// Since midnight.
    pub minute: u16,
}

impl FromStr for DayTime {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let two = |digits: &str| {
            (digits.len() == 2 && digits.bytes().all(|b| b.is_ascii_digit()))
                .then(|| digits.parse().ok())
                .flatten()
        };
        let minute = text.split_once(':').and_then(|(hour, minute)| {
            let (hour, minute): (u16, u16) = (two(hour)?, two(minute)?);
            Some(hour * 60 + minute).filter(|all| minute < 60 && *all <= DAY_MINUTES)
        });
        let wrong =
            || Error::invalid("config.hours", format!("{text:?} is no time of the day: 08:30, 24:00"));
        minute.map(|minute| Self { minute }).ok_or_else(wrong)
    }
}

impl TryFrom<String> for DayTime {
    type Error = Error;

    fn try_from(text: String) -> Result<Self> {
        text.parse()
    }
}

/// Hours with a bandwidth of their own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Hours {
    /// Days on which they begin; none: every day.
    #[serde(default)]
    pub days: Vec<Day>,
    /// When they begin.
    pub from: DayTime,
    /// When they are over; where that is before they begin, on the next day.
    pub to: DayTime,
    /// What may be sent then.
    pub bandwidth: Bandwidth,
}

impl Hours {
    /// Whether a minute of a day is one of them.
    pub fn hold(&self, day: Day, minute: u16) -> bool {
        let begin_on = |day| self.days.is_empty() || self.days.contains(&day);
        let (from, to) = (self.from.minute, self.to.minute);
        if from < to {
            return begin_on(day) && (from..to).contains(&minute);
        }
        (begin_on(day) && minute >= from) || (begin_on(day.before()) && minute < to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bandwidth_reads_back_as_it_is_written() {
        for (text, bytes) in [
            ("200 MiB/s", 200 << 20),
            ("1 Gbit/s", 125_000_000),
            ("64 KiB/s", 65_536),
            ("3GB/s", 3_000_000_000),
            ("1025 KiB/s", 1_049_600),
        ] {
            let read: Bandwidth = text.parse().unwrap();
            assert_eq!(read.bytes_per_second(), Some(bytes), "{text}");
            assert_eq!(read.to_string().parse(), Ok(read), "{text}");
        }
        assert_eq!("unlimited".parse(), Ok(Bandwidth::UNLIMITED));
        assert_eq!(Bandwidth::UNLIMITED.to_string(), "unlimited");
    }

    #[test]
    fn what_is_no_bandwidth_is_refused() {
        for text in [
            "",
            "200",
            "MiB/s",
            "-1 MiB/s",
            "1.5 GiB/s",
            "200 MiB",
            "99999999999 GiB/s",
            "0 MiB/s",
            "63 KiB/s",
        ] {
            let error = text.parse::<Bandwidth>().unwrap_err();
            assert_eq!(error.code, "config.bandwidth", "{text}");
        }
    }

    #[test]
    fn hours_may_go_over_midnight_and_begin_on_some_days_alone() {
        let hours = |days: &[Day], from: &str, to: &str| Hours {
            days: days.to_vec(),
            from: from.parse().unwrap(),
            to: to.parse().unwrap(),
            bandwidth: Bandwidth::UNLIMITED,
        };
        let day = hours(&[Day::Mon], "08:00", "18:00");
        let night = hours(&[Day::Fri], "22:00", "06:00");
        let end = hours(&[], "22:00", "24:00");
        for (hours, day, minute, expected) in [
            (&day, Day::Mon, 8 * 60, true),
            (&day, Day::Mon, 18 * 60, false),
            (&day, Day::Tue, 9 * 60, false),
            (&night, Day::Fri, 22 * 60, true),
            (&night, Day::Fri, 5 * 60, false),
            (&night, Day::Sat, 5 * 60 + 59, true),
            (&night, Day::Sat, 6 * 60, false),
            (&night, Day::Sat, 23 * 60, false),
            (&end, Day::Sun, 23 * 60 + 59, true),
            (&end, Day::Sun, 0, false),
        ] {
            assert_eq!(hours.hold(day, minute), expected, "{hours:?} at {day:?} {minute}");
        }
        for text in ["8:00", "24:01", "12:60", "12", "+1:00", "é:00"] {
            assert_eq!(text.parse::<DayTime>().unwrap_err().code, "config.hours", "{text}");
        }
    }
}
