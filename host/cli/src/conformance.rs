//! `gyre plugin test`: a plugin held against the rules that stand in the comments of `wit/`, as far as they can be checked
//! without its platform, and over it where it is reached. Each check names the rule that it holds. Knows how checks are
//! counted and told; the checks are its modules', and the rules stand in `rules`.

mod boots;
mod description;
mod destination;
mod life;
mod morphing;
mod restore;
mod roots;
mod rules;
mod source;
#[cfg(test)]
mod tests;
mod walk;

use crate::answer::Answer;
use crate::args::TestArgs;
use crate::bench::Bench;
use crate::show::clean;
use gyre_core::{Error, Result};
use gyre_engine::Workers;
use gyre_grants::Role;
use rules::Rule;
use serde::Serialize;
use serde_json::json;
use std::path::Path;
use tokio_util::sync::CancellationToken;
use walk::{Depth, Trial};

/// Codes of errors with which a sandbox ends a session, of those that the SDKs make of an exception, and of those with which
/// the host refuses what was answered.
const BROKE_OFF: [&str; 4] = ["sandbox.", "plugin.exception", "plugin.answer", "plugin.secret-told"];
/// What the SDKs answer for a verb that the plugin does not have.
const NOT_WRITTEN: &str = "plugin.not-written";

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The rule is kept.
    Passed,
    /// It is not.
    Failed,
    /// It cannot be told.
    Skipped,
}

/// One rule and what was found.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// What was done.
    pub name: String,
    /// The rule's number in `sdk/docs/rules.md`.
    pub number: &'static str,
    /// Where it stands in `wit/`: interface and item.
    pub rule: &'static str,
    /// What it asks.
    pub asks: &'static str,
    /// Whether it is kept.
    pub outcome: Outcome,
    /// Why not.
    pub said: Option<String>,
}

/// What a check says: that a rule is kept, broken, or cannot be told, with why.
pub enum Verdict {
    /// The rule is kept.
    Kept,
    /// It is broken.
    Broken(String),
    /// It cannot be told.
    Unknown(String),
}

impl Verdict {
    /// Kept if `is_kept`.
    pub fn of(is_kept: bool, why: impl FnOnce() -> String) -> Self {
        if is_kept { Self::Kept } else { Self::Broken(why()) }
    }

    /// Kept by any answer but a broken session: an error is an answer.
    pub fn answered<T>(answer: &Result<T>) -> Self {
        match answer {
            Err(error) if broke_off(error) => Self::Broken(one_line(error)),
            _ => Self::Kept,
        }
    }

    /// Kept by an error alone.
    pub fn refused<T>(answer: &Result<T>) -> Self {
        match answer {
            Ok(_) => Self::Broken("it answers as if it were there".into()),
            Err(error) if error.code == NOT_WRITTEN => Self::Unknown(error.message.clone()),
            answer => Self::answered(answer),
        }
    }

    /// Kept by no error at all.
    pub fn well<T>(answer: &Result<T>) -> Self {
        match answer {
            Ok(_) => Self::Kept,
            Err(error) => Self::Broken(one_line(error)),
        }
    }
}

/// Whether the plugin broke off rather than answered.
pub fn broke_off(error: &Error) -> bool {
    BROKE_OFF.iter().any(|code| error.code.starts_with(code))
}

/// An error on one line, with its first cause.
pub fn one_line(error: &Error) -> String {
    let cause = error.causes.first().map(|cause| format!(": {cause}")).unwrap_or_default();
    format!("{}{cause} [{}]", error.message, error.code)
}

/// Notes that a call of this name answers, and that it is written at all.
pub fn note_answer<T>(checks: &mut Checks, name: &str, answer: &Result<T>) {
    checks.note(format!("{name} answers"), Rule::Answers, Verdict::answered(answer));
    if let Err(error) = answer
        && error.code == NOT_WRITTEN
    {
        let why = format!("{}: write it; until then every job that needs it fails", error.message);
        checks.note(format!("{name} is written"), Rule::Written, Verdict::Broken(why));
    }
}

/// The checks so far.
#[derive(Default)]
pub struct Checks(Vec<Check>);

impl Checks {
    /// Notes one.
    pub fn note(&mut self, name: impl Into<String>, rule: Rule, verdict: Verdict) {
        let (outcome, said) = match verdict {
            Verdict::Kept => (Outcome::Passed, None),
            Verdict::Broken(why) => (Outcome::Failed, Some(why)),
            Verdict::Unknown(why) => (Outcome::Skipped, Some(why)),
        };
        let (number, rule, asks) = (rule.id(), rule.place(), rule.says());
        self.0.push(Check { name: name.into(), number, rule, asks, outcome, said });
    }

    fn count(&self, outcome: Outcome) -> usize {
        self.0.iter().filter(|check| check.outcome == outcome).count()
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for Check { name, number, rule, asks, outcome, said } in &self.0 {
            let sign = match outcome {
                Outcome::Passed => '✓',
                Outcome::Failed => '✗',
                Outcome::Skipped => '○',
            };
            text += &format!("{sign} {name}  ({number} {rule})\n");
            text += &said.as_ref().map(|said| format!("    {}\n", clean(said))).unwrap_or_default();
            if *outcome == Outcome::Failed {
                text += &format!("    the rule: {asks}\n");
            }
        }
        let (passed, failed, skipped) =
            (self.count(Outcome::Passed), self.count(Outcome::Failed), self.count(Outcome::Skipped));
        text + &format!("{passed} kept, {failed} broken, {skipped} cannot be told\n")
    }

    fn answer(self) -> Answer {
        let failed = self.count(Outcome::Failed);
        let error = (failed > 0).then(|| {
            Error::invalid(
                "plugin.conformance",
                format!("the plugin breaks {failed} of the contract's rules"),
            )
        });
        Answer::new(json!({ "checks": self.0, "failed": failed }), self.text()).with_error(error)
    }
}

/// Tests it. Once `cancel` is asked for nothing more is made, and what was made is removed.
///
/// # Errors
/// What keeps it from being tested at all: `plugin.*`, `config.*`, `try.*`.
pub async fn run(config: Option<&Path>, args: &TestArgs, cancel: CancellationToken) -> Result<Answer> {
    let bench = Bench::open(config, &args.tried, cancel.clone()).await?;
    bench.faults().listen();
    let workers = args.contents.then(|| bench.workers());
    let workers = workers.as_ref().map(|workers| workers as &dyn Workers);
    let depth = Depth::of(args.every_call);
    let trial = Trial { faults: bench.faults(), stop: &cancel, workers, depth };
    let mut checks = Checks::default();
    description::check(&bench.found, &bench.inspect().await?, &mut checks);
    match bench.found.role {
        Role::Osmorphing => morphing::check(bench.morpher().await?.as_ref(), args, &mut checks).await?,
        Role::Source => {
            let plugin = bench.source().await?;
            source::check(plugin.as_ref(), &trial, args.vm.as_deref(), &mut checks).await;
        }
        Role::Destination => {
            let plugin = bench.destination().await?;
            destination::check(plugin.as_ref(), &trial, &bench.found, &mut checks).await;
            life::check(plugin.as_ref(), &trial, args.steps, &mut checks).await;
        }
    }
    let answer = checks.answer();
    // Checks that were cut off say nothing of the plugin.
    Ok(if cancel.is_cancelled() { answer.with_error(Some(Error::cancelled())) } else { answer })
}
