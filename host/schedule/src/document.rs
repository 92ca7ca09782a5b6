//! A schedule as it is kept: what it is to do and when, and what came of it. Refuses to decide what is due, and
//! to know what a deployment's options mean.
//!
//! All instants are milliseconds since 1970.

use crate::Timetable;
use gyre_core::{Error, Result};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How late a run may begin where nothing else is said, milliseconds.
pub const GRACE_MS: u64 = 15 * 60 * 1000;
/// The most that may be said, milliseconds.
pub const GRACE_MS_MAX: u64 = 7 * 24 * 60 * 60 * 1000;

/// What becomes of runs that were not begun in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum MissedPolicy {
    /// Nothing: the next planned time is the next run.
    #[default]
    Skip,
    /// One run for all that were missed, as soon as it can begin.
    Once,
}

/// When a schedule's runs are due.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rule {
    /// Five fields, or `@daily` and the like.
    pub cron: String,
    /// Name of an IANA time zone: on whose clock `cron` is read.
    pub zone: String,
    /// What becomes of runs that were not begun in time.
    pub missed: MissedPolicy,
    /// How late a run may begin, milliseconds.
    pub grace_ms: u64,
    /// Nothing begins at this instant or after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// Paused when not.
    pub enabled: bool,
}

/// What one run does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Task {
    /// Power the machine off at its source before the snapshot, and leave it off.
    pub power_off: bool,
    /// Deploy after a successful execution, with these options: the engine's `DeployOptions`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deploy: Option<Value>,
}

/// What is to be different about a schedule from now on; what is not named stays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Change {
    /// Five fields, or `@daily` and the like.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cron: Option<String>,
    /// Name of an IANA time zone: on whose clock `cron` is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// What becomes of runs that were not begun in time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub missed: Option<MissedPolicy>,
    /// How late a run may begin, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace_ms: Option<u64>,
    /// Nothing begins at this instant or after it, milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// It has no end any more; `until` goes over it, and an `until` of null is none: it changes nothing.
    pub endless: bool,
    /// Power the machine off at its source before the snapshot, and leave it off.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub power_off: Option<bool>,
}

impl Change {
    pub(crate) fn apply(&self, rule: &mut Rule, task: &mut Task) {
        let Self { cron, zone, missed, grace_ms, until, endless, power_off } = self.clone();
        rule.cron = cron.unwrap_or_else(|| rule.cron.clone());
        rule.zone = zone.unwrap_or_else(|| rule.zone.clone());
        rule.missed = missed.unwrap_or(rule.missed);
        rule.grace_ms = grace_ms.unwrap_or(rule.grace_ms);
        rule.until = until.or(rule.until.filter(|_| !endless));
        task.power_off = power_off.unwrap_or(task.power_off);
    }
}

/// A schedule to be made.
#[derive(Clone, Debug)]
pub struct NewSchedule {
    /// Name of the replica; whoever makes the schedule has looked that there is one.
    pub replica: String,
    /// When its runs are due.
    pub rule: Rule,
    /// What they do.
    pub task: Task,
}

/// A schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Schedule {
    /// Unique for ever.
    pub id: String,
    /// Unique among those that exist.
    pub name: String,
    /// Name of the replica that it executes.
    pub replica: String,
    /// When its runs are due.
    #[serde(flatten)]
    pub rule: Rule,
    /// What they do.
    #[serde(flatten)]
    pub task: Task,
    /// When it was made.
    pub created: u64,
    /// Every time planned up to here was dealt with: begun, or told as missed.
    pub done_until: u64,
    /// The last run that was begun, or was about to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<Run>,
    /// When somebody asked for a run that has not begun yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<u64>,
    /// A run that is due and could not begin yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Waiting>,
    /// The last runs that were missed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_runs: Option<MissedRuns>,
    /// Why it paused itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused_by: Option<Error>,
    /// Version of the stored document.
    #[serde(skip)]
    pub(crate) version: u64,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Noted, and perhaps begun: a crash here is asked about afterwards.
    Starting,
    /// Its execution runs.
    Executing,
    /// Its execution succeeded, its deployment is still to begin.
    Executed,
    /// Its deployment is noted, and perhaps begun.
    StartingDeployment,
    /// Its deployment runs.
    Deploying,
    /// All is done.
    Succeeded,
    /// The error says why.
    Failed,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Run {
    /// The planned time that it was begun for, or when it was asked for.
    pub planned: u64,
    /// Whether somebody asked for it, and no plan.
    #[serde(default)]
    pub by_hand: bool,
    /// How far it has come.
    pub phase: Phase,
    /// Since when.
    pub since: u64,
    /// How often its present step was tried to begin.
    pub tries: u32,
    /// Job of its execution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub execution: Option<String>,
    /// Job of its deployment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

/// A run that is due and could not begin yet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Waiting {
    /// Its planned time.
    pub planned: u64,
    /// Since when it waits.
    pub since: u64,
    /// What for.
    pub why: String,
}

/// Runs that were not begun.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MissedRuns {
    /// The first of them.
    pub first: u64,
    /// The last of them.
    pub last: u64,
    /// How many; [`crate::MISSED_COUNTED_MAX`] stands for that many or more.
    pub count: u32,
    /// When this was found.
    pub at: u64,
    /// Why they were not begun, and whether a later one stands for them.
    pub why: String,
}

/// What a schedule is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It waits for its next planned time.
    Active,
    /// A run is due and could not begin yet.
    Waiting,
    /// A run of it is under way.
    Running,
    /// It was paused; a run of it may be under way still.
    Paused,
    /// Its end has come.
    Expired,
    /// The clock stands before a time that was dealt with already: it waits until the clock has passed it.
    ClockBehind,
}

impl Schedule {
    /// What it is doing.
    pub fn state(&self, now: u64) -> State {
        match self {
            _ if !self.rule.enabled => State::Paused,
            _ if self.is_running() => State::Running,
            _ if self.rule.is_over(now) => State::Expired,
            _ if self.waiting.is_some() => State::Waiting,
            _ if self.done_until > now => State::ClockBehind,
            _ => State::Active,
        }
    }

    /// Whether a run of it is under way.
    pub fn is_running(&self) -> bool {
        self.run.as_ref().is_some_and(|run| !run.is_over())
    }

    /// Asks for a run besides those that are planned; while one that was asked for has not begun, there is no second.
    ///
    /// # Errors
    /// `schedule.paused`, `schedule.until`, `schedule.running`.
    pub(crate) fn ask(&mut self, now: u64) -> Result<()> {
        let refuse =
            |code, what: &str| Err(Error::conflict(code, format!("schedule {:?} {what}", self.name)));
        match self {
            _ if !self.rule.enabled => refuse("schedule.paused", "is paused"),
            _ if self.rule.is_over(now) => refuse("schedule.until", "is over: its end has come"),
            _ if self.is_running() => refuse("schedule.running", "has a run that is not over"),
            _ => {
                self.asked = self.asked.or(Some(now));
                Ok(())
            }
        }
    }

    /// Notes that a run which was about to begin did not, and that it may still, as the one that was `asked` for; answers
    /// its time. `None`: the schedule was paused meanwhile, or plans other times now.
    pub(crate) fn take_back(&mut self, run: &Run, asked: Option<u64>) -> Option<u64> {
        if !self.rule.enabled {
            return None;
        }
        self.asked = self.asked.or(asked);
        if run.by_hand || self.done_until != run.planned {
            return self.asked;
        }
        self.done_until -= 1;
        Some(run.planned)
    }

    /// The next planned times, without those after its end; none while it is paused.
    ///
    /// # Errors
    /// `schedule.cron`, `schedule.zone`.
    pub fn upcoming(&self, now: u64, count: usize) -> Result<Vec<u64>> {
        let table = self.rule.timetable()?;
        if !self.rule.enabled {
            return Ok(Vec::new());
        }
        let times = table.upcoming(self.done_until.max(now), count);
        Ok(times.into_iter().take_while(|at| !self.rule.is_over(*at)).collect())
    }
}

impl Rule {
    /// Its planned times.
    ///
    /// # Errors
    /// `schedule.cron`, `schedule.zone`.
    pub fn timetable(&self) -> Result<Timetable> {
        Timetable::parse(&self.cron, &self.zone)
    }

    /// Whether nothing begins any more.
    pub fn is_over(&self, now: u64) -> bool {
        self.until.is_some_and(|until| until <= now)
    }

    /// Whether both mean the same times, but for their ends.
    pub(crate) fn plans_as(&self, other: &Self) -> bool {
        (&self.cron, &self.zone) == (&other.cron, &other.zone)
    }

    /// That it can be kept: everything reads well, and something is planned.
    pub(crate) fn check(&self, now: u64) -> Result<Timetable> {
        let table = self.timetable()?;
        if self.grace_ms > GRACE_MS_MAX {
            let what = format!("a run cannot begin more than {} days late", GRACE_MS_MAX / 86_400_000);
            return Err(Error::invalid("schedule.grace", what));
        }
        if let Some(until) = self.until.filter(|_| self.is_over(now)) {
            let what = format!("the schedule would be over already: it ends at {}", table.rfc3339(until));
            return Err(Error::invalid("schedule.until", what));
        }
        let next = table.next_after(now).filter(|next| !self.is_over(*next));
        if next.is_none() {
            let before =
                self.until.map_or(String::new(), |until| format!(" before {}", table.rfc3339(until)));
            let what = format!("the cron expression {:?} means no time at all{before}", self.cron);
            return Err(Error::invalid("schedule.never", what));
        }
        Ok(table)
    }
}

impl Run {
    pub(crate) fn starting(planned: u64, by_hand: bool, now: u64, tries: u32) -> Self {
        let phase = Phase::Starting;
        Self { planned, by_hand, phase, since: now, tries, execution: None, deployment: None, error: None }
    }

    /// Whether nothing more comes of it.
    pub fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Succeeded | Phase::Failed)
    }

    pub(crate) fn is_at(&mut self, phase: Phase, now: u64) {
        (self.phase, self.since) = (phase, now);
    }

    pub(crate) fn fails(&mut self, error: Error, now: u64) {
        self.is_at(Phase::Failed, now);
        self.error = Some(error);
    }
}
