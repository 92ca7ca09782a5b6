//! A cron expression: five fields, each looked at alone, so that an error names the one that is wrong and says
//! what it may be. Refuses to know time zones; what the fields match is croner's to say.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use gyre_core::{Error, Result};

/// Characters of an expression.
const EXPRESSION_CHARS_MAX: usize = 200;
/// What every field may be besides its own values.
const FORMS: &str = "also *, a list a,b, an ascending range a-b, a step */n or a-b/n";

/// One of the five.
struct Field {
    name: &'static str,
    /// For people.
    values: &'static str,
    /// Words that may stand in it.
    words: &'static [&'static str],
}

const FIELDS: [Field; 5] = [
    Field { name: "minute", values: "0-59", words: &[] },
    Field { name: "hour", values: "0-23", words: &[] },
    Field { name: "day of month", values: "1-31, or L for the last day", words: &["L"] },
    Field {
        name: "month",
        values: "1-12 or JAN-DEC",
        words: &["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    },
    Field {
        name: "day of week",
        values: "0-7 or SUN-SAT, where 0 and 7 are Sunday; MON#1 for the first Monday of a month, FRIL for the last Friday",
        words: &[
            "SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUNL", "MONL", "TUEL", "WEDL", "THUL", "FRIL",
            "SATL",
        ],
    },
];
const DAY_OF_WEEK: usize = 4;

/// Words for whole expressions.
const NICKNAMES: [(&str, &str); 7] = [
    ("@hourly", "0 * * * *"),
    ("@daily", "0 0 * * *"),
    ("@midnight", "0 0 * * *"),
    ("@weekly", "0 0 * * SUN"),
    ("@monthly", "0 0 1 * *"),
    ("@yearly", "0 0 1 1 *"),
    ("@annually", "0 0 1 1 *"),
];

/// A sound expression.
#[derive(Clone, Debug)]
pub(crate) struct Expression {
    pub cron: Cron,
    /// Whether the hours are named (`2`, `2,14`, `8-17`), and not all or every so many (`*`, `*/2`).
    pub hours_named: bool,
}

impl Expression {
    /// Reads five fields or a nickname.
    ///
    /// # Errors
    /// `schedule.cron`, which names the field.
    pub fn parse(text: &str) -> Result<Self> {
        if text.chars().count() > EXPRESSION_CHARS_MAX {
            let what = format!("a cron expression has at most {EXPRESSION_CHARS_MAX} characters");
            return Err(Error::invalid("schedule.cron", what));
        }
        let text = expand(text.trim())?;
        let fields: Vec<&str> = text.split_whitespace().collect();
        let [_, hour, _, _, _] = *fields.as_slice() else { return Err(not_five(text, fields.len())) };
        for (place, value) in fields.iter().enumerate() {
            check(place, value)?;
        }
        let cron = parse(&fields.join(" ")).map_err(|e| {
            Error::invalid("schedule.cron", format!("{text:?} is no cron expression")).cause(e)
        })?;
        Ok(Self { cron, hours_named: !hour.contains('*') })
    }
}

fn parse(text: &str) -> Result<Cron, croner::errors::CronError> {
    let parser = CronParser::builder().seconds(Seconds::Disallowed).year(Year::Disallowed).build();
    parser.parse(text)
}

fn expand(text: &str) -> Result<&str> {
    if !text.starts_with('@') {
        return Ok(text);
    }
    let found = NICKNAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
    found.map(|(_, fields)| *fields).ok_or_else(|| {
        let names: Vec<_> = NICKNAMES.iter().map(|(name, _)| *name).collect();
        Error::invalid("schedule.cron", format!("there is no cron expression {text:?}"))
            .cause(format!("allowed: {}, or five fields", names.join(", ")))
    })
}

fn not_five(text: &str, given: usize) -> Error {
    let names: Vec<_> = FIELDS.iter().map(|field| field.name).collect();
    Error::invalid(
        "schedule.cron",
        format!("{text:?} is no cron expression: it has {given} fields, not five"),
    )
    .cause(format!("the fields are: {}", names.join(", ")))
}

/// The field is asked about between four that may be anything: what is wrong then is its own.
fn check(place: usize, value: &str) -> Result<()> {
    let Some(field) = FIELDS.get(place) else { return Ok(()) };
    let mut alone = ["*"; FIELDS.len()];
    if let Some(slot) = alone.get_mut(place) {
        *slot = value;
    }
    let items_are_sound = value.split(',').all(|item| !item.is_empty() && has_only(field.words, place, item));
    if items_are_sound && parse(&alone.join(" ")).is_ok() {
        return Ok(());
    }
    let what = format!("{value:?} cannot be the {} of a cron expression", field.name);
    Err(Error::invalid("schedule.cron", what).cause(format!("allowed: {}; {FORMS}", field.values)))
}

/// The parser knows names wherever they stand: `MON` is no hour, though.
fn has_only(words: &[&str], place: usize, item: &str) -> bool {
    let signs = |c: char| "*-/".contains(c) || (c == '#' && place == DAY_OF_WEEK);
    let plain = |c: char| c.is_ascii_alphanumeric() || signs(c);
    let mut found = item.split(|c: char| !c.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    item.chars().all(plain) && found.all(|word| words.iter().any(|known| known.eq_ignore_ascii_case(word)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cron_knows_is_understood() {
        for good in [
            "0 2 * * *",
            "*/15 8-17 * * MON-FRI",
            "0,30 */2 1,15 JAN,jul *",
            "0 0 L * *",
            "0 3 * * SUN#1",
            "0 3 * * friL",
            "5 4 * * SAT-SUN",
            "0 0-20/4 29 2 7",
            "  @Daily ",
            "@midnight",
        ] {
            Expression::parse(good).unwrap_or_else(|e| panic!("{good}: {e}"));
        }
    }

    #[test]
    fn errors_name_the_field_and_what_is_allowed() {
        for (bad, says) in [
            ("60 2 * * *", "\"60\" cannot be the minute of a cron expression: allowed: 0-59; also *"),
            ("0 24 * * *", "\"24\" cannot be the hour of a cron expression: allowed: 0-23"),
            ("0 MON * * *", "\"MON\" cannot be the hour"),
            ("0 2 0 * *", "\"0\" cannot be the day of month of a cron expression: allowed: 1-31"),
            ("0 2 15W * *", "the day of month"),
            ("0 2 * FRI *", "the month of a cron expression: allowed: 1-12 or JAN-DEC"),
            ("0 2 * * 8", "the day of week of a cron expression: allowed: 0-7 or SUN-SAT"),
            ("0 2 * * L", "the day of week"),
            ("0 2 * * MON#6", "the day of week"),
            ("1,,2 * * * *", "\"1,,2\" cannot be the minute"),
            (", * * * *", "the minute"),
            ("5/10 * * * *", "a step */n or a-b/n"),
            ("*/0 * * * *", "the minute"),
            ("30-10 * * * *", "an ascending range"),
            ("0 2 ? * *", "the day of month"),
            ("0 2 * * +MON", "the day of week"),
            (
                "0 2 * *",
                "it has 4 fields, not five: the fields are: minute, hour, day of month, month, day of week",
            ),
            ("0 0 2 * * *", "it has 6 fields, not five"),
            ("", "it has 0 fields"),
            ("@reboot", "there is no cron expression \"@reboot\": allowed: @hourly, @daily"),
            ("0 2 * * \u{1b}[2J", "the day of week"),
        ] {
            let error = Expression::parse(bad).unwrap_err();
            assert_eq!(error.code, "schedule.cron", "{bad}");
            assert!(error.to_string().contains(says), "{bad}: {error}");
        }
        assert!(Expression::parse(&"1,".repeat(500)).is_err());
    }
}
