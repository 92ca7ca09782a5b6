//! Steps taken to their end, and calls of the host that fail one after the other. Knows no verb.

use super::rules::Rule;
use super::{Checks, NOT_WRITTEN, Verdict, broke_off, note_answer, one_line};
use crate::bench::JOB;
use gyre_core::roles::{Finding, Marked, MarkedPage, Outcome, State, StepCall, Worker};
use gyre_core::{Error, Kind, Result};
use gyre_engine::{WorkerSession, Workers};
use gyre_grants::{Faults, HostCall};
use std::collections::BTreeSet;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often a step may say that it waits.
const WAITS_MAX: usize = 1_000;
/// How long it is let wait at once, milliseconds: longer is for real jobs.
const WAIT_MS_MAX: u32 = 10_000;
/// Pages that are asked for.
pub const PAGES_MAX: usize = 100;
/// What the error of such a call says, wherever the plugin puts it.
const INJECTED: &str = "gyre plugin test let this call";

/// Of how many calls each is let fail, one after the other, and how often something is interrupted.
#[derive(Clone, Copy, Debug)]
pub struct Depth {
    /// Calls of one verb, the first ones.
    pub faults: usize,
    /// Calls of one step, in even distances: each makes and removes what the step makes.
    pub losses: usize,
    /// Places in one `morph`, in even distances: each takes a copy of the tree.
    pub interruptions: usize,
}

impl Depth {
    /// What takes minutes.
    pub const SAMPLES: Self = Self { faults: 64, losses: 32, interruptions: 8 };
    /// All that a plugin with a time limit may make.
    pub const EVERY: Self = Self { faults: 1_000_000, losses: 1_000_000, interruptions: 1_000_000 };

    /// As the author asked.
    pub const fn of(every_call: bool) -> Self {
        if every_call { Self::EVERY } else { Self::SAMPLES }
    }
}

/// What a plugin is tried with: calls of the host that fail, and whether somebody wants it to end.
pub struct Trial<'a> {
    /// Which call fails.
    pub faults: &'a Faults,
    /// Looked at before anything is made; what was made is removed nevertheless.
    pub stop: &'a CancellationToken,
    /// How a worker is entered, where it may be.
    pub workers: Option<&'a dyn Workers>,
    /// How many calls are let fail.
    pub depth: Depth,
}

impl Trial<'_> {
    /// Whether nothing more is to be tried.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_cancelled()
    }

    /// Enters a worker.
    ///
    /// # Errors
    /// Why it is not reached.
    pub async fn enter(&self, worker: &Worker) -> Result<Box<dyn WorkerSession>> {
        let none = || Error::invalid("plugin.conformance", "no worker is entered");
        self.workers.ok_or_else(none)?.open(worker, JOB, self.stop).await
    }

    /// As [`finish`], for what makes something.
    ///
    /// # Errors
    /// As [`finish`]; `job.cancelled` when it is stopped before or while the step waits.
    pub async fn make(&self, token: &str, call: impl AsyncFn(&StepCall) -> Result<Outcome>) -> Result<State> {
        steps(token, self.stop, call).await
    }
}

/// The first call of a step.
pub fn step(token: &str) -> StepCall {
    StepCall { token: token.into(), resume: None }
}

/// A token that no other run has.
pub fn token(name: &str) -> String {
    let nanos =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_nanos();
    format!("gyre-test-{nanos:x}-{name}")
}

/// Calls a step until it is done, waiting as it says.
///
/// # Errors
/// What it answers; `plugin.conformance` when it only waits.
pub async fn finish(token: &str, call: impl AsyncFn(&StepCall) -> Result<Outcome>) -> Result<State> {
    steps(token, &CancellationToken::new(), call).await
}

async fn steps(
    token: &str,
    stop: &CancellationToken,
    call: impl AsyncFn(&StepCall) -> Result<Outcome>,
) -> Result<State> {
    let mut step = step(token);
    for _ in 0..WAITS_MAX {
        if stop.is_cancelled() {
            return Err(Error::cancelled());
        }
        match call(&step).await? {
            Outcome::Done(state) => return Ok(state),
            Outcome::Wait { state, after_ms } => {
                let wait = Duration::from_millis(after_ms.min(WAIT_MS_MAX).into());
                // That the time is over and that it is stopped are seen alike, above.
                let _ = tokio::time::timeout(wait, stop.cancelled()).await;
                step.resume = Some(state);
            }
        }
    }
    Err(Error::other("plugin.conformance", format!("the step waits, and was called {WAITS_MAX} times")))
}

/// What is wrong with an answer to a call of the host that failed: it broke off, or it passed the error on as another kind.
pub fn mishandled<T>(answer: &Result<T>) -> Option<String> {
    let error = answer.as_ref().err()?;
    let is_passed_on =
        std::iter::once(&error.message).chain(&error.causes).any(|text| text.contains(INJECTED));
    if broke_off(error) {
        return Some(one_line(error));
    }
    (is_passed_on && error.kind != Kind::Unavailable).then(|| {
        format!("the host said `unavailable`, and the plugin `{}`: {}", kind(error.kind), one_line(error))
    })
}

const fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => "invalid",
        Kind::Denied => "denied",
        Kind::NotFound => "not-found",
        Kind::Conflict => "conflict",
        Kind::Unavailable => "unavailable",
        Kind::Cancelled => "cancelled",
        Kind::Other => "other",
    }
}

/// What is wrong with what was asked after a call of the host failed: the same again, within one call of the plugin and
/// more often than where nothing fails (`well`).
pub fn retried(well: &[HostCall], failed: &[HostCall]) -> Option<String> {
    let at = failed.iter().position(|call| call.is_injected)?;
    let again = |calls: &[HostCall]| {
        let call = calls.get(at)?;
        Some(calls.iter().skip(at + 1).filter(|next| next.repeats(call)).count())
    };
    let function = &failed.get(at)?.function;
    (again(failed) > again(well).or(Some(0)))
        .then(|| format!("when its call {at} of the host failed, it made the same call again: {function}"))
}

/// What came of letting calls of the host fail.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Fails {
    /// How many were let fail.
    pub tried: usize,
    /// How many there were.
    pub calls: usize,
    /// What was wrong with the last answer that was.
    pub wrong: Option<String>,
    /// Which was made again.
    pub again: Option<String>,
}

/// Makes a call again and again, and lets another call of the host fail each time. None is begun once it is stopped.
pub async fn each_fails<T>(trial: &Trial<'_>, call: impl AsyncFn() -> Result<T>) -> Fails {
    let faults = trial.faults;
    if trial.is_stopped() {
        return Fails::default();
    }
    faults.begin(None);
    let _ = call().await;
    let well = faults.heard();
    let mut fails = Fails { calls: faults.calls(), ..Fails::default() };
    for at in 0..fails.calls.min(trial.depth.faults) {
        if trial.is_stopped() {
            break;
        }
        fails.tried += 1;
        faults.begin(Some(at));
        if let Some(why) = mishandled(&call().await) {
            fails.wrong = Some(format!("when its call {at} of the host failed: {why}"));
        }
        fails.again = fails.again.or_else(|| retried(&well, &faults.heard()));
    }
    faults.begin(None);
    fails
}

/// Notes what came of letting the calls of one verb fail, and that some were not, where there were too many.
pub fn note_faults(checks: &mut Checks, verb: &str, Fails { tried, calls, wrong, again }: Fails) {
    if tried == 0 && wrong.is_none() {
        return;
    }
    let verdict = |wrong: Option<String>| wrong.map_or(Verdict::Kept, Verdict::Broken);
    checks.note(format!("{verb} retries none of them"), Rule::Retries, verdict(again));
    let verdict = verdict(wrong);
    let which = if tried < calls { format!("{tried} of {calls}") } else { calls.to_string() };
    checks.note(format!("{verb} answers when any of {which} calls of the host fails"), Rule::Faults, verdict);
    if tried < calls {
        let why = format!("it makes {calls} calls of the host, and {tried} of them were let fail");
        let name = format!("{verb} answers when any other call of the host fails");
        checks.note(name, Rule::Faults, Verdict::Unknown(why));
    }
}

/// Everything that carries a mark; none: the pages do not end.
///
/// # Errors
/// What the plugin answers.
pub async fn marked(list: impl AsyncFn(Option<&str>) -> Result<MarkedPage>) -> Result<Option<Vec<Marked>>> {
    let (mut all, mut after) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let page = list(after.as_deref()).await?;
        all.extend(page.marked);
        after = page.next;
        if after.is_none() {
            return Ok(Some(all));
        }
    }
    Ok(None)
}

/// That every marked object stands on one page, and can be named.
pub fn note_marks(checks: &mut Checks, rule: Rule, listed: &Result<Option<Vec<Marked>>>) {
    note_answer(checks, "list-marked", listed);
    let verdict = match listed {
        Err(error) if broke_off(error) => return,
        Err(error) => Verdict::Unknown(format!("the platform is not reached: {}", one_line(error))),
        Ok(None) => Verdict::Broken(format!("they do not end after {PAGES_MAX}")),
        Ok(Some(all)) => {
            let mut ids = BTreeSet::new();
            let twice = all.iter().find(|one| one.id.is_empty() || !ids.insert((&one.kind, &one.id)));
            let why =
                |one: &Marked| Verdict::Broken(format!("the {} {:?} stands there twice", one.kind, one.id));
            twice.map_or(Verdict::Kept, why)
        }
    };
    checks.note("every marked object stands on one page", rule, verdict);
}

/// Notes that what a step made carries its token from its first moment on: the call whose answer first names a thing that
/// is listed carries the token, and not a later one alone. A token that a platform keeps in other letters is not found.
pub fn note_token_first(
    checks: &mut Checks,
    name: &str,
    calls: &[HostCall],
    made: &BTreeSet<(String, String)>,
    token: &str,
) {
    if made.is_empty() {
        return;
    }
    let verdicts: Vec<_> =
        made.iter().map(|(kind, id)| carries(calls, id, token).map_err(|why| (kind, id, why))).collect();
    let late = verdicts.iter().find_map(|verdict| match verdict {
        Err((kind, id, Some(function))) => {
            Some(format!("the {kind} {id:?} got it by a later call of {function}"))
        }
        _ => None,
    });
    let unseen = verdicts.iter().find_map(|verdict| match verdict {
        Err((kind, id, None)) => Some(format!("no call that makes the {kind} {id:?} is seen to carry it")),
        _ => None,
    });
    let unseen = unseen.map_or(Verdict::Kept, Verdict::Unknown);
    let verdict = late.map_or(unseen, Verdict::Broken);
    checks.note(format!("what {name} makes carries its token at once"), Rule::TokenFirst, verdict);
}

/// That the first call that has to do with an id carries the token; else which later one does, where one does.
fn carries(calls: &[HostCall], id: &str, token: &str) -> std::result::Result<(), Option<String>> {
    let first = calls.iter().position(|call| names(&call.asked, id) || names(&call.answered, id));
    let mut of_it = calls.iter().skip(first.ok_or(None)?);
    if of_it.next().is_some_and(|making| making.asked.contains(token)) {
        return Ok(());
    }
    let later = of_it.find(|call| names(&call.asked, id) && call.asked.contains(token));
    Err(later.map(|call| call.function.clone()))
}

/// Whether it stands there, not as a part of another word.
fn names(text: &str, id: &str) -> bool {
    let is_inside = |letter: char| letter.is_ascii_alphanumeric() || letter == '-' || letter == '_';
    text.match_indices(id).any(|(at, _)| {
        let (before, behind) =
            (text.get(..at).unwrap_or_default(), text.get(at + id.len()..).unwrap_or_default());
        !id.is_empty() && !before.ends_with(is_inside) && !behind.starts_with(is_inside)
    })
}

/// Notes that what another step made is not for this one to remove; of what carries this token alone, where that is listed.
pub async fn note_foreign(
    checks: &mut Checks,
    rule: Rule,
    token: &str,
    listed: Result<Option<Vec<Marked>>>,
    remove: impl AsyncFn(&StepCall, &Marked) -> Result<Outcome>,
) {
    let Ok(Some(all)) = listed else { return };
    let Some(one) = all.iter().find(|one| one.token == token) else { return };
    let answer = finish(&self::token("other"), async |step| remove(step, one).await).await;
    let is_refused = matches!(&answer, Err(error) if error.kind == Kind::Conflict);
    let why = || format!("the answer to another token is {answer:?}");
    checks.note("remove-marked refuses what carries another token", rule, Verdict::of(is_refused, why));
}

/// Notes that what is wrong with options or machine is found, and not answered as an error that says just that.
pub fn note_findings(checks: &mut Checks, what: &str, answer: &Result<Vec<Finding>>) {
    let verdict = match answer {
        Ok(_) => Verdict::Kept,
        Err(error) if broke_off(error) || error.code == NOT_WRITTEN => return,
        Err(error) if error.kind == Kind::Invalid => Verdict::Broken(one_line(error)),
        Err(error) => Verdict::Unknown(format!("it could not look: {}", one_line(error))),
    };
    checks.note(format!("what is wrong with {what} is a finding"), Rule::FindsOrFails, verdict);
}

/// Without the platform an error may be the platform's.
pub fn removed<T>(answer: &Result<T>) -> Verdict {
    match answer {
        Ok(_) => Verdict::Kept,
        Err(error) if broke_off(error) => Verdict::Broken(one_line(error)),
        Err(error) if error.code == NOT_WRITTEN => Verdict::Unknown(error.message.clone()),
        Err(error) if matches!(error.kind, Kind::NotFound | Kind::Conflict) => {
            Verdict::Broken(one_line(error))
        }
        Err(error) => Verdict::Unknown(format!("the platform is not reached: {}", one_line(error))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_step_is_resumed_with_what_it_waits_with_and_not_for_ever() {
        let waits = |step: &StepCall| match step.resume.as_deref() {
            None => Outcome::Wait { state: "half".into(), after_ms: 0 },
            Some(state) => Outcome::Done(format!("{state} and whole")),
        };
        let done = finish("t", async |step: &StepCall| Ok(waits(step))).await;
        assert_eq!(done.unwrap(), "half and whole");
        let endless = async |_: &StepCall| Ok(Outcome::Wait { state: String::new(), after_ms: 0 });
        assert_eq!(finish("t", endless).await.unwrap_err().code, "plugin.conformance");
    }

    #[tokio::test]
    async fn each_call_of_the_host_fails_once() {
        let (faults, stop) = (Faults::default(), CancellationToken::new());
        let trial = Trial { faults: &faults, stop: &stop, workers: None, depth: Depth::SAMPLES };
        let fails = each_fails(&trial, async || faults.pass().and_then(|()| faults.pass())).await;
        assert_eq!(fails, Fails { tried: 2, calls: 2, ..Fails::default() });
        let other =
            async || faults.pass().map_err(|error| Error::invalid("my.code", "no").cause(error.message));
        let fails = each_fails(&trial, other).await;
        assert!(fails.wrong.unwrap().contains("the plugin `invalid`"));
        let breaks = async || faults.pass().map_err(|_| Error::other("sandbox.trap", "it trapped"));
        assert!(each_fails(&trial, breaks).await.wrong.unwrap().contains("sandbox.trap"));
        assert_eq!(each_fails(&trial, async || faults.pass().or(Ok(()))).await.wrong, None);
    }

    #[tokio::test]
    async fn calls_that_were_not_let_fail_are_told() {
        let (faults, stop, mut checks) = (Faults::default(), CancellationToken::new(), Checks::default());
        let most = Depth::SAMPLES.faults;
        let many = async || (0..=most).try_for_each(|_| faults.pass());
        let trial = |depth| Trial { faults: &faults, stop: &stop, workers: None, depth };
        note_faults(&mut checks, "check", each_fails(&trial(Depth::SAMPLES), many).await);
        let text = checks.text();
        let calls = most + 1;
        assert!(text.contains(&format!("✓ check answers when any of {most} of {calls} calls")), "{text}");
        assert!(text.contains("○ check answers when any other call"), "{text}");
        let every = each_fails(&trial(Depth::of(true)), many).await;
        assert_eq!((every.tried, every.calls), (calls, calls));
    }

    #[test]
    fn the_same_call_again_is_a_retry_unless_it_is_made_so_often_anyway() {
        let call = |asked: &str, turn, is_injected| HostCall {
            turn,
            asked: asked.into(),
            is_injected,
            ..HostCall::default()
        };
        let well = [call("a", 1, false), call("b", 1, false), call("a", 1, false)];
        let retried = |failed: &[HostCall]| super::retried(&well, failed).is_some();
        assert!(!retried(&[call("a", 1, true), call("b", 1, false), call("a", 1, false)]));
        assert!(retried(&[
            call("a", 1, true),
            call("a", 1, false),
            call("b", 1, false),
            call("a", 1, false)
        ]));
        assert!(retried(&[call("a", 1, false), call("b", 1, true), call("b", 1, false)]));
        assert!(!retried(&[call("a", 1, false), call("b", 1, true), call("b", 2, false)]));
        assert!(!retried(&well));
    }
}
