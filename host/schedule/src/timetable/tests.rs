use super::*;

fn ms(text: &str) -> u64 {
    text.parse::<Timestamp>().unwrap().as_millisecond() as u64
}

fn table(expression: &str, zone: &str) -> Timetable {
    Timetable::parse(expression, zone).unwrap()
}

/// Expression, zone, from when on, and what is planned then.
#[test]
fn the_clock_of_the_zone_counts() {
    let cases: &[(&str, &str, &str, &[&str])] = &[
        // 2026-03-29, 02:00 CET: the clock leaps to 03:00 CEST.
        (
            "30 2 * * *",
            "Europe/Berlin",
            "2026-03-28T00:00:00Z",
            &["2026-03-28T02:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-30T02:30:00+02:00"],
        ),
        (
            "0 2 * * *",
            "Europe/Berlin",
            "2026-03-28T12:00:00Z",
            &["2026-03-29T03:00:00+02:00", "2026-03-30T02:00:00+02:00"],
        ),
        // Several that the clock leaps over, and one at where it lands, are one.
        (
            "0,30 2,3 * * *",
            "Europe/Berlin",
            "2026-03-28T12:00:00Z",
            &["2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00", "2026-03-30T02:00:00+02:00"],
        ),
        (
            "*/30 * * * *",
            "Europe/Berlin",
            "2026-03-29T00:20:00Z",
            &["2026-03-29T01:30:00+01:00", "2026-03-29T03:00:00+02:00", "2026-03-29T03:30:00+02:00"],
        ),
        (
            "0 */2 * * *",
            "Europe/Berlin",
            "2026-03-28T23:30:00Z",
            &["2026-03-29T04:00:00+02:00", "2026-03-29T06:00:00+02:00"],
        ),
        // 2026-10-25, 03:00 CEST: the clock goes back to 02:00 CET.
        (
            "30 2 * * *",
            "Europe/Berlin",
            "2026-10-24T12:00:00Z",
            &["2026-10-25T02:30:00+02:00", "2026-10-26T02:30:00+01:00"],
        ),
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z", &["2026-10-26T02:30:00+01:00"]),
        (
            "15,45 2,3 * * *",
            "Europe/Berlin",
            "2026-10-25T00:20:00Z",
            &["2026-10-25T02:45:00+02:00", "2026-10-25T03:15:00+01:00", "2026-10-25T03:45:00+01:00"],
        ),
        (
            "30 * * * *",
            "Europe/Berlin",
            "2026-10-25T00:00:00Z",
            &["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00", "2026-10-25T03:30:00+01:00"],
        ),
        // Half an hour, and at midnight.
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-03T12:00:00Z", &["2026-10-04T02:30:00+11:00"]),
        (
            "0 0 * * *",
            "Africa/Cairo",
            "2026-04-23T12:00:00Z",
            &["2026-04-24T01:00:00+03:00", "2026-04-25T00:00:00+03:00"],
        ),
        (
            "30 23 * * *",
            "Africa/Cairo",
            "2026-10-29T12:00:00Z",
            &["2026-10-29T23:30:00+03:00", "2026-10-30T23:30:00+02:00"],
        ),
        // A day that was left out.
        (
            "0 12 * * *",
            "Pacific/Apia",
            "2011-12-29T23:00:00Z",
            &["2011-12-31T00:00:00+14:00", "2011-12-31T12:00:00+14:00"],
        ),
        // Leap days and ends of months.
        ("0 4 29 2 *", "UTC", "2026-01-01T00:00:00Z", &["2028-02-29T04:00:00Z", "2032-02-29T04:00:00Z"]),
        ("0 4 29 2 *", "UTC", "2096-03-01T00:00:00Z", &["2104-02-29T04:00:00Z"]),
        ("0 4 31 * *", "UTC", "2026-01-31T04:00:00Z", &["2026-03-31T04:00:00Z", "2026-05-31T04:00:00Z"]),
        ("0 4 L * *", "UTC", "2026-01-31T12:00:00Z", &["2026-02-28T04:00:00Z", "2026-03-31T04:00:00Z"]),
        // Either of two days, as cron has it.
        ("0 4 13 * FRI", "UTC", "2026-11-07T00:00:00Z", &["2026-11-13T04:00:00Z", "2026-11-20T04:00:00Z"]),
        ("0 4 * * SUN#1", "UTC", "2026-11-02T00:00:00Z", &["2026-12-06T04:00:00Z"]),
        ("0 4 * * FRIL", "UTC", "2026-11-01T00:00:00Z", &["2026-11-27T04:00:00Z", "2026-12-25T04:00:00Z"]),
        ("@daily", "Asia/Kathmandu", "2026-11-02T00:00:00Z", &["2026-11-03T00:00:00+05:45"]),
    ];
    for (expression, zone, from, expected) in cases {
        let expected: Vec<_> = expected.iter().map(|text| ms(text)).collect();
        let table = table(expression, zone);
        let found = table.upcoming(ms(from), expected.len());
        let told: Vec<_> = found.iter().map(|at| table.rfc3339(*at)).collect();
        assert_eq!(found, expected, "{expression} in {zone} from {from}: {told:?}");
    }
}

/// A named hour comes once on every day of the year, whatever the clock does, and times only ascend.
#[test]
fn every_day_has_its_run() {
    let zones = ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"];
    for zone in zones {
        for expression in ["30 2 * * *", "0 0 * * *", "59 23 * * *", "15 1 * * *"] {
            let table = table(expression, zone);
            let times = table.upcoming(ms("2026-01-01T12:00:00Z"), 365);
            assert!(times.is_sorted_by(|a, b| a < b), "{zone} {expression}");
            let days: Vec<_> = times.iter().map(|at| table.zoned(*at).unwrap().date()).collect();
            let follow = |pair: &[jiff::civil::Date]| pair[0].tomorrow().unwrap() == pair[1];
            assert!(days.windows(2).all(follow), "{zone} {expression}: {days:?}");
        }
    }
}

#[test]
fn the_last_and_the_number_of_many_are_found() {
    let (from, to) = (ms("2020-01-01T00:00:00Z"), ms("2026-10-25T01:45:10Z"));
    for expression in ["* * * * *", "30 2 * * *", "*/7 1 * * MON", "0 4 29 2 *", "* * * 1 *"] {
        let table = table(expression, "Europe/Berlin");
        let latest = table.latest(from, to).unwrap();
        assert!(latest <= to && table.next_after(latest).unwrap() > to, "{expression}");
        assert_eq!(table.next_after(latest - 1), Some(latest), "{expression}");
        assert_eq!(table.latest(latest, to), None);
        assert_eq!(table.latest(latest - 1, latest), Some(latest));
    }
    let daily = table("0 12 * * *", "UTC");
    assert_eq!(daily.count(ms("2026-01-01T12:00:00Z"), ms("2026-01-05T12:00:00Z"), 100), 4);
    assert_eq!(daily.count(from, to, 100), 100);
}

#[test]
fn what_never_comes_is_told_and_not_searched_for_ever() {
    for expression in ["0 4 30 2 *", "0 4 31 4,6,9,11 *"] {
        assert_eq!(table(expression, "Europe/Berlin").next_after(ms("2026-01-01T00:00:00Z")), None);
        assert_eq!(table(expression, "Europe/Berlin").latest(0, u64::MAX), None);
    }
    assert_eq!(table("* * * * *", "UTC").next_after(u64::MAX), None);
}

#[test]
fn zones_are_those_of_iana() {
    let error = |zone: &str| Timetable::parse("@daily", zone).unwrap_err();
    assert_eq!(
        error("berlin").to_string(),
        "there is no time zone \"berlin\": did you mean Europe/Berlin? [schedule.zone]"
    );
    assert!(error("America/New York").to_string().contains("America/New_York"));
    for bad in [
        "",
        "CET-1CEST",
        "../../etc/passwd",
        "/etc/localtime",
        "Etc/Unknown",
        "Nowhere/Land",
        &"x".repeat(9999),
    ] {
        let error = error(bad);
        assert!(error.code == "schedule.zone" && error.message.len() < 200, "{bad}");
    }
    assert_eq!(table("@daily", "europe/berlin").zone_name(), "Europe/Berlin");
    assert_eq!(table("@daily", "utc").zone_name(), "UTC");
}

#[test]
fn ends_are_written_as_people_write_them() {
    let table = table("@daily", "Europe/Berlin");
    for (text, expected) in [
        ("2026-12-31", "2026-12-31T23:00:00Z"),
        ("2026-12-31T18:00", "2026-12-31T17:00:00Z"),
        ("2026-07-01 18:00:30", "2026-07-01T16:00:30Z"),
        ("2026-12-31T18:00:00Z", "2026-12-31T18:00:00Z"),
        ("2026-12-31T18:00+05:00", "2026-12-31T13:00:00Z"),
    ] {
        assert_eq!(table.instant(text).unwrap(), ms(expected), "{text}");
    }
    for bad in ["", "tomorrow", "31.12.2026", "2026-02-30", "18:00", "1960-01-01"] {
        assert_eq!(table.instant(bad).unwrap_err().code, "schedule.until", "{bad}");
    }
}
