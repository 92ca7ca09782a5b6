//! Text for people: aligned tables, sizes, times, the closing summary. Refuses to decide anything, and to
//! pass on control characters that came from elsewhere.

use gyre_api::JobLine;
use gyre_core::ByteSize;
use gyre_core::flow::Flow;
use gyre_core::roles::Instance;
use gyre_engine::change::Change;
use gyre_engine::{DiskProof, Replica, Report};
use gyre_mover::{ChangedBy, CopyReport};
use gyre_saga::StepRecord;

/// Lines of a server's console that are shown.
const CONSOLE_LINES: usize = 8;
/// Ranges of wrong blocks that are shown of a disk; with `--json` there are more.
const WRONG_LINES_MAX: usize = 100;
/// Seconds of a day.
const DAY_S: u64 = 86_400;

/// Rows under a head, each column as wide as its widest cell.
pub struct Table {
    rows: Vec<Vec<String>>,
    right: Vec<usize>,
}

impl Table {
    /// A table with this head.
    pub fn new(head: &[&str]) -> Self {
        Self { rows: vec![head.iter().map(|cell| cell.to_uppercase()).collect()], right: Vec::new() }
    }

    /// A list of names and values: no head.
    pub fn pairs() -> Self {
        Self { rows: Vec::new(), right: Vec::new() }
    }

    /// Aligns these columns to the right.
    pub fn right(mut self, columns: &[usize]) -> Self {
        self.right = columns.to_vec();
        self
    }

    /// Adds a row.
    pub fn row<S: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = S>) {
        self.rows.push(cells.into_iter().map(|cell| clean(cell.as_ref())).collect());
    }

    /// The text, a line per row.
    pub fn text(&self) -> String {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            self.rows
                .iter()
                .filter_map(|row| row.get(column))
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: Vec<_> = (0..columns).map(width).collect();
        self.rows.iter().map(|row| self.line(row, &widths)).collect()
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, &width))| {
            if self.right.contains(&column) { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
        });
        format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end())
    }
}

/// Without control characters: names and messages come from clouds, plugins and guests.
pub fn clean(text: &str) -> String {
    gyre_core::text::plain(text)
}

/// `4.0 GiB`.
pub fn size(bytes: u64) -> String {
    ByteSize(bytes).to_string()
}

/// `12.3 s`, `4 min 5 s`, `2 h 3 min`.
pub fn seconds(seconds: f64) -> String {
    let whole = seconds.max(0.0) as u64;
    match whole {
        0..=59 => format!("{:.1} s", seconds.max(0.0)),
        60..=3599 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}

/// `, 50.0 MiB/s, 1 min 2 s left, waits for the link, compressed to 43 %`, behind how far a copy is; nothing before that is known.
pub fn flow(flow: Option<&Flow>) -> String {
    let Some(Flow { bytes_per_second, left_seconds, bottleneck, compressed_to }) = flow else {
        return String::new();
    };
    let left = left_seconds.map(|left| format!(", {} left", seconds(left as f64))).unwrap_or_default();
    let waits = bottleneck.map(|at| format!(", waits for the {}", at.name())).unwrap_or_default();
    let packed = compressed_to.map(|percent| format!(", compressed to {percent} %")).unwrap_or_default();
    format!(", {}/s{left}{waits}{packed}", size(*bytes_per_second))
}

/// `2026-11-23 10:29:26Z`, of milliseconds since 1970.
pub fn time(ms: u64) -> String {
    let (days, rest) = (ms / 1000 / DAY_S, ms / 1000 % DAY_S);
    let (year, month, day) = date(days);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}Z", rest / 3600, rest % 3600 / 60, rest % 60)
}

/// Year, month and day of a number of days since 1970, in the Gregorian calendar.
fn date(mut days: u64) -> (u64, usize, u64) {
    let is_leap =
        |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    loop {
        let length = if is_leap(year) { 366 } else { 365 };
        if days < length {
            break;
        }
        (days, year) = (days - length, year + 1);
    }
    let february = if is_leap(year) { 29 } else { 28 };
    for (month, length) in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31].into_iter().enumerate() {
        if days < length {
            return (year, month + 1, days + 1);
        }
        days -= length;
    }
    (year, 12, 31)
}

/// What a job has come to.
pub fn report(report: &Report) -> String {
    let again = if report.resumed { ", begun by an earlier run" } else { "" };
    let what = match (&report.replica, report.kind.as_str()) {
        (Some(name), "execution") => format!("replica {name}: execution {}", report.number),
        (Some(name), "deployment") => format!("replica {name}: deployment of execution {}", report.number),
        (Some(name), kind) => format!("replica {name}: {kind}"),
        (None, kind) => kind.to_owned(),
    };
    let status = report.status.name();
    let mut text = format!("{what} {status} in {} (job {}{again})\n", seconds(report.seconds), report.job);
    if let Some(total) = &report.total {
        text += &format!("\n{}", copies(report, total));
    }
    if !report.proofs.is_empty() {
        text += &format!("\n{}", proofs(&report.proofs));
    }
    if let Some(morphing) = &report.morphing {
        let of = |name: &str| clean(morphing.get(name).and_then(|value| value.as_str()).unwrap_or_default());
        text += &format!("\nconverted  {} on {}, by {}\n", of("system"), of("root"), of("plugin"));
    }
    if let Some(instance) = &report.instance {
        text += &format!("\n{}", server(instance));
    }
    if !report.left.is_empty() {
        let mut table = Table::new(&["may be left of", "with the token"]);
        report.left.iter().for_each(|left| table.row([&left.step, &left.token]));
        text += &format!("\n{}gyre orphans list looks for it\n", table.text());
    }
    text
}

fn copies(report: &Report, total: &CopyReport) -> String {
    let head = ["disk", "size", "read", "moved", "zeroed", "skipped", "verified", "time", "changes by"];
    let mut table = Table::new(&head).right(&[1, 2, 3, 4, 5, 6, 7]);
    for copy in &report.disks {
        table.row(copied(&copy.disk, &copy.report));
    }
    if report.disks.len() > 1 {
        let mut row = copied("all", total);
        row.pop();
        table.row(row);
    }
    let resumed = match total.resumed {
        0 => String::new(),
        bytes => format!("{} were sent by an earlier attempt and found whole\n", size(bytes)),
    };
    table.text() + &resumed
}

fn proofs(proofs: &[DiskProof]) -> String {
    let mut table = Table::new(&["disk", "size", "verified", "wrong", "time"]).right(&[1, 2, 3, 4]);
    let mut wrong = Table::new(&["disk", "wrong from", "bytes"]).right(&[1, 2]);
    let mut named = 0;
    for DiskProof { disk, size: all, verdict, seconds: took, .. } in proofs {
        table.row([disk, &size(*all), &size(verdict.verified), &size(verdict.wrong), &seconds(*took)]);
        for range in verdict.ranges.iter().take(WRONG_LINES_MAX) {
            wrong.row([disk, &range.offset.to_string(), &range.length.to_string()]);
            named += range.length;
        }
    }
    let all: u64 = proofs.iter().map(|proof| proof.verdict.wrong).sum();
    let more = if named < all { format!("… and {} bytes more\n", all - named) } else { String::new() };
    let wrong = if all > 0 { format!("\n{}{more}", wrong.text()) } else { String::new() };
    table.text() + &wrong
}

fn copied(name: &str, report: &CopyReport) -> Vec<String> {
    let by = match report.changed_by {
        ChangedBy::Source => "source",
        ChangedBy::Compare => "comparing",
        ChangedBy::Full => "full copy",
    };
    let sizes = [report.size, report.read, report.moved, report.zeroed, report.skipped, report.verified];
    std::iter::once(name.to_owned())
        .chain(sizes.map(size))
        .chain([seconds(report.seconds), by.to_owned()])
        .collect()
}

fn server(instance: &Instance) -> String {
    let mut table = Table::pairs();
    table.row(["server", &instance.name]);
    table.row(["id", &instance.id]);
    table.row(["status", &instance.status]);
    table.row(["addresses", &instance.addresses.join(", ")]);
    let lines: Vec<_> = instance.console.iter().flat_map(|text| text.lines()).map(clean).collect();
    let lines: Vec<_> = lines.iter().filter(|line| !line.trim().is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(CONSOLE_LINES)..).unwrap_or_default();
    let console: String = last.iter().map(|line| format!("  │ {}\n", line.trim_end())).collect();
    table.text() + if console.is_empty() { "" } else { "console\n" } + &console
}

/// Replicas, a line each.
pub fn replicas(replicas: &[Replica]) -> String {
    if replicas.is_empty() {
        return "no replicas\n".into();
    }
    let mut table = Table::new(&["name", "source", "machine", "destination", "executions", "last success"]);
    for replica in replicas {
        let last = replica.last.as_ref().map_or("none".into(), |last| format!("execution {}", last.number));
        let executions = replica.executions.to_string();
        table.row([&replica.name, &replica.source, &replica.vm, &replica.destination, &executions, &last]);
    }
    table.text()
}

/// One replica and its last jobs.
pub fn replica(replica: &Replica, history: &[JobLine]) -> String {
    let mut table = Table::pairs();
    table.row(["replica", &replica.name]);
    table.row(["id", &replica.id]);
    table.row(["machine", &format!("{} of source {}", replica.vm, replica.source)]);
    table.row(["destination", &replica.destination]);
    table.row(["executions", &replica.executions.to_string()]);
    for (name, value) in &replica.options {
        table.row(["option", &format!("{name} = {value}")]);
    }
    if let Some(last) = &replica.last {
        table.row(["last success", &format!("execution {}, job {}", last.number, last.job)]);
        for disk in &last.disks {
            let bytes = last.vm.disk(&disk.disk).map_or(0, |spec| spec.size);
            table.row(["disk", &format!("{} ({}) as {}", disk.disk, size(bytes), disk.identity)]);
        }
    }
    format!("{}\n{}", table.text(), jobs(history))
}

/// Jobs, a line each.
pub fn jobs(jobs: &[JobLine]) -> String {
    if jobs.is_empty() {
        return "no jobs\n".into();
    }
    let mut table = Table::new(&["job", "kind", "of", "status", "begun", "step"]);
    for job in jobs {
        let step = format!("{} of {}", job.steps_done, job.steps);
        table.row([&job.job, &job.kind, &job.subject, job.status.name(), &time(job.created), &step]);
    }
    table.text()
}

/// The steps of a job.
pub fn steps(steps: &[StepRecord]) -> String {
    let mut table = Table::new(&["step", "phase", "begun", "took"]);
    for step in steps {
        let phase = serde_json::to_value(step.phase).ok();
        let phase = phase.as_ref().and_then(|phase| phase.as_str()).unwrap_or_default();
        let (begun, took) = step.times.map_or_else(Default::default, |(first, last)| {
            (time(first), seconds(last.saturating_sub(first) as f64 / 1000.0))
        });
        table.row([&step.name, phase, &begun, &took]);
    }
    table.text()
}

/// What became of files, as a patch would show it.
pub fn changes(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "nothing changed\n".into();
    }
    let one = |Change { path, what, text }: &Change| {
        let lines: String = text.lines().map(|line| format!("{}\n", clean(line))).collect();
        format!("--- {} {}\n{lines}", what.name(), clean(path))
    };
    changes.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gyre_saga::Status;
    use serde_json::json;

    #[test]
    fn columns_line_up_and_nothing_escapes() {
        let mut table = Table::new(&["name", "size"]).right(&[1]);
        table.row(["ä", "1.0 GiB"]);
        table.row(["long\x1b[31m name\n", "7 B"]);
        assert_eq!(
            table.text(),
            "NAME                SIZE\nä                1.0 GiB\nlong [31m name       7 B\n"
        );
    }

    #[test]
    fn times_are_those_of_the_calendar() {
        assert_eq!(time(0), "1970-01-01 00:00:00Z");
        assert_eq!(time(951_782_400_000), "2000-02-29 00:00:00Z");
        assert_eq!(time(1_795_429_766_999), "2026-11-23 10:29:26Z");
        assert_eq!([seconds(1.25), seconds(61.0), seconds(7200.0)], ["1.2 s", "1 min 1 s", "2 h 0 min"]);
    }

    #[test]
    fn a_closing_summary_says_what_moved_and_what_runs() {
        let copy = |disk: &str| {
            json!({"disk": disk, "identity": "vol", "manifest": "m", "report": {
                "size": 4_u64 << 30, "read": 1 << 20, "unpacked": 0, "moved": 1 << 20, "zeroed": 0,
                "skipped": (4_u64 << 30) - (1 << 20), "verified": 1 << 20, "resumed": 0,
                "changed_by": "compare", "seconds": 2.0}})
        };
        let disks: Vec<gyre_engine::DiskCopy> = serde_json::from_value(json!([copy("disk-0")])).unwrap();
        let text = report(&Report {
            job: "0123456789ab".into(),
            kind: "deployment".into(),
            replica: Some("web".into()),
            number: 2,
            status: Status::Succeeded,
            resumed: false,
            failed_step: None,
            error: None,
            total: Some(disks[0].report.clone()),
            disks,
            proofs: Vec::new(),
            left: Vec::new(),
            morphing: Some(json!({"system": "Debian 12", "root": "disk0/part1", "plugin": "debian"})),
            instance: Some(Instance {
                id: "i-1".into(),
                name: "web".into(),
                status: "ACTIVE".into(),
                addresses: vec!["10.0.0.5".into(), "192.0.2.1".into()],
                console: Some("boot\x1b[2J\n\nweb login:\n".into()),
            }),
            seconds: 65.0,
        });
        let expected = "\
replica web: deployment of execution 2 succeeded in 1 min 5 s (job 0123456789ab)

DISK       SIZE     READ    MOVED  ZEROED  SKIPPED  VERIFIED   TIME  CHANGES BY
disk-0  4.0 GiB  1.0 MiB  1.0 MiB     0 B  4.0 GiB   1.0 MiB  2.0 s  comparing

converted  Debian 12 on disk0/part1, by debian

server     web
id         i-1
status     ACTIVE
addresses  10.0.0.5, 192.0.2.1
console
  │ boot [2J
  │ web login:
";
        assert_eq!(text, expected);
    }
}
