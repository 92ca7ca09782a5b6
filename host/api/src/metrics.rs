//! Counters of what happens in jobs and at the API, in the text format of Prometheus. Names of replicas, machines
//! and jobs are no labels: their number has no bound. Refuses to know how it is read.

use gyre_core::Error;
use gyre_engine::{News, Report, Reporter};
use gyre_saga::JobRecord;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Codes of errors that are told apart; plugins may have any.
const CODES_MAX: usize = 200;
/// What further codes are counted as.
const OTHER: &str = "other";

/// What was counted since the process began.
pub struct Metrics {
    state: Mutex<State>,
    since: f64,
}

#[derive(Default)]
struct State {
    jobs: HashMap<String, Seen>,
    counters: BTreeMap<(Family, String), f64>,
    codes: BTreeMap<String, ()>,
}

/// A job that is worked on or waits for its turn.
#[derive(Default)]
struct Seen {
    kind: String,
    is_queued: bool,
    step: Option<(String, Instant)>,
}

/// What is counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Family {
    Begun,
    Ended,
    StepSum,
    StepCount,
    Retries,
    Errors,
    Warnings,
    Bytes,
    Requests,
}

/// Each family: its metric, the name of its samples, their type, what it says. Families of one metric stand together.
const FAMILIES: [(Family, &str, &str, &str, &str); 9] = [
    (Family::Begun, "gyre_jobs_begun_total", "gyre_jobs_begun_total", "counter", "Runs of jobs that began."),
    (
        Family::Ended,
        "gyre_jobs_ended_total",
        "gyre_jobs_ended_total",
        "counter",
        "Runs of jobs that ended, and how.",
    ),
    (
        Family::StepSum,
        "gyre_step_seconds",
        "gyre_step_seconds_sum",
        "summary",
        "Time that steps of jobs took.",
    ),
    (Family::StepCount, "gyre_step_seconds", "gyre_step_seconds_count", "summary", ""),
    (
        Family::Retries,
        "gyre_step_retries_total",
        "gyre_step_retries_total",
        "counter",
        "Steps that were called again.",
    ),
    (Family::Errors, "gyre_errors_total", "gyre_errors_total", "counter", "Errors of steps, by code."),
    (Family::Warnings, "gyre_warnings_total", "gyre_warnings_total", "counter", "Warnings in jobs."),
    (
        Family::Bytes,
        "gyre_bytes_total",
        "gyre_bytes_total",
        "counter",
        "Bytes of disks, by what was done with them.",
    ),
    (
        Family::Requests,
        "gyre_http_requests_total",
        "gyre_http_requests_total",
        "counter",
        "Requests to the API.",
    ),
];

impl Default for Metrics {
    fn default() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64();
        Self { state: Mutex::default(), since }
    }
}

impl Metrics {
    /// A run of a job is over.
    pub fn ended(&self, report: &Report) {
        let mut state = self.state();
        state.count(Family::Ended, &[("kind", &report.kind), ("status", report.status.name())], 1.0);
        let Some(total) = &report.total else { return };
        let parts = [
            ("read", total.read),
            ("moved", total.moved),
            ("zeroed", total.zeroed),
            ("skipped", total.skipped),
            ("verified", total.verified),
        ];
        for (what, bytes) in parts {
            state.count(Family::Bytes, &[("what", what)], bytes as f64);
        }
    }

    /// Nobody works on the job any more.
    pub fn forget(&self, job: &str) {
        self.state().jobs.remove(job);
    }

    /// A request was answered; `route` is the pattern, not the path.
    pub fn request(&self, method: &str, route: &str, status: u16) {
        let labels = [("method", method), ("route", route), ("status", &status.to_string())];
        self.state().count(Family::Requests, &labels, 1.0);
    }

    /// All of it; with what the store knows of jobs that are not over, and what the server knows of streams.
    pub fn text(&self, unfinished: &[JobRecord], streams: usize) -> String {
        let state = self.state();
        let mut text = String::new();
        let mut last = "";
        for (family, metric, sample, kind, help) in FAMILIES {
            if metric != last {
                head(&mut text, metric, kind, help);
                last = metric;
            }
            for ((_, labels), value) in state.counters.iter().filter(|((of, _), _)| *of == family) {
                let _ = writeln!(text, "{sample}{labels} {value}");
            }
        }
        let mut working: BTreeMap<String, f64> = BTreeMap::new();
        for seen in state.jobs.values().filter(|seen| !seen.is_queued) {
            *working.entry(labels(&[("kind", &seen.kind)])).or_default() += 1.0;
        }
        let queued = state.jobs.values().filter(|seen| seen.is_queued).count() as f64;
        let mut open: BTreeMap<String, f64> = BTreeMap::new();
        for job in unfinished {
            *open.entry(labels(&[("kind", &job.kind), ("status", job.status.name())])).or_default() += 1.0;
        }
        gauge(&mut text, "gyre_jobs_working", "Jobs that are worked on.", &working);
        gauge(&mut text, "gyre_jobs_queued", "Jobs that wait for their turn.", &alone(queued));
        gauge(&mut text, "gyre_jobs_unfinished", "Jobs that are not over, of all processes.", &open);
        gauge(&mut text, "gyre_event_streams", "Streams of events that are read.", &alone(streams as f64));
        gauge(
            &mut text,
            "gyre_start_time_seconds",
            "When the process began, since 1970.",
            &alone(self.since),
        );
        let version = BTreeMap::from([(labels(&[("version", env!("CARGO_PKG_VERSION"))]), 1.0)]);
        gauge(&mut text, "gyre_build_info", "Version of gyre.", &version);
        text
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn alone(value: f64) -> BTreeMap<String, f64> {
    BTreeMap::from([(String::new(), value)])
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
}

fn gauge(text: &mut String, name: &str, help: &str, samples: &BTreeMap<String, f64>) {
    head(text, name, "gauge", help);
    for (labels, value) in samples {
        let _ = writeln!(text, "{name}{labels} {value}");
    }
}

/// `{kind="execution",status="failed"}`.
fn labels(labels: &[(&str, &str)]) -> String {
    let quoted = |value: &str| value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
    let parts: Vec<_> = labels.iter().map(|(name, value)| format!("{name}=\"{}\"", quoted(value))).collect();
    format!("{{{}}}", parts.join(","))
}

impl State {
    fn count(&mut self, family: Family, of: &[(&str, &str)], by: f64) {
        *self.counters.entry((family, labels(of))).or_default() += by;
    }

    fn error(&mut self, error: &Error) {
        let is_told_apart = self.codes.contains_key(&error.code) || self.codes.len() < CODES_MAX;
        if is_told_apart {
            self.codes.insert(error.code.clone(), ());
        }
        let code = if is_told_apart { error.code.as_str() } else { OTHER };
        self.count(Family::Errors, &[("code", code)], 1.0);
    }

    fn step_ends(&mut self, job: &str) {
        let Some(seen) = self.jobs.get_mut(job) else { return };
        let (kind, Some((step, since))) = (seen.kind.clone(), seen.step.take()) else { return };
        let labels = [("kind", kind.as_str()), ("step", step.as_str())];
        self.count(Family::StepSum, &labels, since.elapsed().as_secs_f64());
        self.count(Family::StepCount, &labels, 1.0);
    }

    /// Nothing is done for a job that waits.
    fn has_its_turn(&mut self, job: &str) {
        if let Some(seen) = self.jobs.get_mut(job) {
            seen.is_queued = false;
        }
    }

    fn kind_of(&self, job: &str) -> String {
        self.jobs.get(job).map(|seen| seen.kind.clone()).unwrap_or_default()
    }
}

impl Reporter for Metrics {
    fn tell(&self, job: &str, news: &News) {
        let mut state = self.state();
        match news {
            News::Queued { .. } => state.jobs.entry(job.to_owned()).or_default().is_queued = true,
            News::Begun { kind, .. } => {
                let seen = Seen { kind: kind.clone(), ..Seen::default() };
                state.jobs.insert(job.to_owned(), seen);
                state.count(Family::Begun, &[("kind", kind)], 1.0);
            }
            News::Undoing { .. } => state.has_its_turn(job),
            News::Step { name, .. } => {
                state.has_its_turn(job);
                if let Some(seen) = state.jobs.get_mut(job) {
                    seen.step = Some((name.clone(), Instant::now()));
                }
            }
            News::Done { .. } => state.step_ends(job),
            News::Failed { error, .. } | News::UndoFailed { error, .. } => {
                state.step_ends(job);
                state.error(error);
            }
            News::Retrying { name, error, .. } => {
                let kind = state.kind_of(job);
                state.count(Family::Retries, &[("kind", &kind), ("step", name)], 1.0);
                state.error(error);
            }
            News::Warning { .. } => state.count(Family::Warnings, &[], 1.0),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A value of the text, by its whole name.
    fn value(text: &str, sample: &str) -> Option<f64> {
        let line = text.lines().find(|line| line.rsplit_once(' ').is_some_and(|(name, _)| name == sample));
        line.and_then(|line| line.rsplit_once(' ')).map(|(_, value)| value.parse().unwrap())
    }

    #[test]
    fn a_job_is_queued_then_worked_on_and_its_steps_are_timed() {
        let metrics = Metrics::default();
        let begun = News::Begun { kind: "execution".into(), subject: "replica web".into(), resumed: false };
        metrics.tell("j", &begun);
        metrics.tell("j", &News::Queued { ahead: 1 });
        let text = metrics.text(&[], 0);
        assert_eq!(value(&text, "gyre_jobs_queued"), Some(1.0));
        assert_eq!(value(&text, "gyre_jobs_working{kind=\"execution\"}"), None);
        metrics.tell("j", &News::Step { name: "copy".into(), index: 1, total: 2, again: false });
        metrics.tell("j", &News::Done { name: "copy".into() });
        let text = metrics.text(&[], 3);
        for (sample, expected) in [
            ("gyre_jobs_queued", 0.0),
            ("gyre_jobs_working{kind=\"execution\"}", 1.0),
            ("gyre_jobs_begun_total{kind=\"execution\"}", 1.0),
            ("gyre_step_seconds_count{kind=\"execution\",step=\"copy\"}", 1.0),
            ("gyre_event_streams", 3.0),
        ] {
            assert_eq!(value(&text, sample), Some(expected), "{sample} in\n{text}");
        }
        assert!(!text.contains("web"), "names are no labels: {text}");
        metrics.forget("j");
        assert_eq!(value(&metrics.text(&[], 0), "gyre_jobs_working{kind=\"execution\"}"), None);
    }

    #[test]
    fn codes_of_errors_have_a_bound() {
        let metrics = Metrics::default();
        for number in 0..CODES_MAX + 7 {
            let error = Error::other(format!("vendor.e{number}"), "x");
            metrics.tell("j", &News::Failed { name: "s".into(), error });
        }
        let text = metrics.text(&[], 0);
        assert_eq!(value(&text, "gyre_errors_total{code=\"other\"}"), Some(7.0));
        assert_eq!(text.matches("gyre_errors_total{").count(), CODES_MAX + 1);
    }

    #[test]
    fn labels_are_quoted_and_every_sample_has_a_head() {
        assert_eq!(labels(&[("a", "x\"\\\n")]), "{a=\"x\\\"\\\\\\n\"}");
        let metrics = Metrics::default();
        metrics.request("GET", "/v1/jobs", 200);
        let text = metrics.text(&[], 0);
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let name = line.split(['{', ' ']).next().unwrap();
            let metric = name.trim_end_matches("_sum").trim_end_matches("_count");
            assert!(text.contains(&format!("# TYPE {metric} ")), "{line}");
        }
    }
}
