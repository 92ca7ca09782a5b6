//! What is known of a job: its row, and for each step what the log says. Refuses to decide: what
//! follows from a record is said by [`crate::plan`].

use gyre_core::Error;
use gyre_core::roles::State;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Steps are done, in order.
    Running,
    /// A step failed or the job was cancelled: what was made is removed, in reverse.
    Undoing,
    /// An undo, or a step after the pivot, failed for good: a person must look; running it again
    /// goes on from there.
    Stuck,
    /// Every step is done.
    Succeeded,
    /// A step failed, and what it and those before it made is gone.
    Failed,
    /// It was asked to stop, and what it had made is gone.
    Cancelled,
}

impl Status {
    /// Whether nothing will follow.
    pub const fn is_final(self) -> bool {
        matches!(self, Status::Succeeded | Status::Failed | Status::Cancelled)
    }

    /// As it is stored and printed.
    pub const fn name(self) -> &'static str {
        match self {
            Status::Running => "running",
            Status::Undoing => "undoing",
            Status::Stuck => "stuck",
            Status::Succeeded => "succeeded",
            Status::Failed => "failed",
            Status::Cancelled => "cancelled",
        }
    }

    /// The status of this name.
    pub fn parse(name: &str) -> Option<Self> {
        use Status::*;
        [Running, Undoing, Stuck, Succeeded, Failed, Cancelled].into_iter().find(|s| s.name() == name)
    }
}

/// Where a step stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// Never started.
    #[default]
    Never,
    /// Started, and its end is unknown: maybe done.
    Started,
    /// Done.
    Done,
    /// It answered with an error; what it made before is unknown.
    Failed,
    /// Its undo was started, and its end is unknown.
    Undoing,
    /// Undone.
    Undone,
    /// Its undo answered with an error.
    UndoFailed,
}

impl Phase {
    /// Whether something may exist that an undo has to remove.
    pub const fn left_something(self) -> bool {
        !matches!(self, Phase::Never | Phase::Undone)
    }
}

/// One line of a job's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum StepEvent {
    /// About to be called; durable before the call.
    Started,
    /// To be called again with this state.
    Waiting(State),
    /// Done; durable before the next step.
    Succeeded(State),
    /// Failed for good.
    Failed(Error),
    /// Its undo is about to be called.
    UndoStarted,
    /// Its undo is to be called again with this state.
    UndoWaiting(State),
    /// Undone.
    Undone,
    /// Its undo failed for good.
    UndoFailed(Error),
    /// Undone in order to be done once more.
    Reset,
    /// Somebody took care of it by hand: what it could not undo is gone, what it could not do is done.
    Skipped,
}

impl StepEvent {
    /// As it is stored and printed.
    pub const fn name(&self) -> &'static str {
        match self {
            StepEvent::Started => "started",
            StepEvent::Waiting(_) => "waiting",
            StepEvent::Succeeded(_) => "succeeded",
            StepEvent::Failed(_) => "failed",
            StepEvent::UndoStarted => "undo-started",
            StepEvent::UndoWaiting(_) => "undo-waiting",
            StepEvent::Undone => "undone",
            StepEvent::UndoFailed(_) => "undo-failed",
            StepEvent::Reset => "reset",
            StepEvent::Skipped => "skipped",
        }
    }
}

/// A step of a job, as its log tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepRecord {
    /// Unique in its job.
    pub name: String,
    /// Whether it has an undo.
    pub undoable: bool,
    /// Whether nothing is undone any more once it is done.
    pub pivot: bool,
    /// Where it stands.
    #[serde(default)]
    pub phase: Phase,
    /// What it returned.
    #[serde(default)]
    pub state: Option<State>,
    /// What it, or its undo, is to be called again with.
    #[serde(default)]
    pub resume: Option<State>,
    /// Why it, or its undo, failed.
    #[serde(default)]
    pub error: Option<Error>,
    /// When it was first started and when its last event was noted, milliseconds since 1970.
    #[serde(default)]
    pub times: Option<(u64, u64)>,
}

impl StepRecord {
    /// A step that was never started.
    pub fn new(name: &str, undoable: bool, pivot: bool) -> Self {
        Self { name: name.into(), undoable, pivot, ..Self::default() }
    }

    /// Takes one line of the log, noted `at` milliseconds since 1970.
    pub fn apply(&mut self, event: &StepEvent, at: u64) {
        self.times = Some((self.times.map_or(at, |(first, _)| first), at));
        match event {
            StepEvent::Started => self.enter(Phase::Started),
            StepEvent::Waiting(state) | StepEvent::UndoWaiting(state) => self.resume = Some(state.clone()),
            StepEvent::Succeeded(state) => {
                self.enter(Phase::Done);
                self.resume = None;
                self.state = Some(state.clone());
            }
            StepEvent::Failed(error) => self.fail(Phase::Failed, error),
            StepEvent::UndoStarted => {
                // What the step itself waited for says nothing to its undo.
                if self.phase != Phase::Undoing {
                    self.resume = None;
                }
                // Why it failed stays known.
                self.phase = Phase::Undoing;
            }
            StepEvent::Undone => {
                self.phase = Phase::Undone;
                self.resume = None;
            }
            StepEvent::UndoFailed(error) => self.fail(Phase::UndoFailed, error),
            StepEvent::Reset => *self = Self::new(&self.name, self.undoable, self.pivot),
            StepEvent::Skipped if self.phase == Phase::Failed => {
                self.phase = Phase::Done;
                self.state = Some(State::new());
            }
            StepEvent::Skipped => self.phase = Phase::Undone,
        }
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.error = None;
    }

    fn fail(&mut self, phase: Phase, error: &Error) {
        self.phase = phase;
        self.resume = None;
        self.error = Some(error.clone());
    }
}

/// One line of a job's log, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Entry {
    /// Milliseconds since 1970.
    pub at: u64,
    /// Name of the step.
    pub step: String,
    /// What happened.
    pub event: StepEvent,
}

/// A job with all that is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobRecord {
    /// Unique; 12 hexadecimal digits.
    pub id: String,
    /// Name of its table of steps.
    pub kind: String,
    /// Version of that table.
    pub version: u32,
    /// What it works on: no two unfinished jobs have the same.
    pub subject: String,
    /// Where it stands.
    pub status: Status,
    /// What it was started with, JSON; fixed at its start.
    pub params: serde_json::Value,
    /// Plugins that it was started with: name and digest.
    #[serde(default)]
    pub plugins: BTreeMap<String, String>,
    /// Why it fails or failed.
    #[serde(default)]
    pub error: Option<Error>,
    /// Milliseconds since 1970.
    pub created: u64,
    /// Milliseconds since 1970.
    pub updated: u64,
    /// Its steps, in order.
    pub steps: Vec<StepRecord>,
}

impl JobRecord {
    /// The token of a step: the same on every repetition, unique to this job.
    pub fn token(&self, step: &str) -> String {
        format!("{}-{step}", self.id)
    }

    /// The step of this name.
    pub fn step(&self, name: &str) -> Option<&StepRecord> {
        self.steps.iter().find(|step| step.name == name)
    }

    /// What the step of this name returned, if it is done.
    pub fn state(&self, name: &str) -> Option<&str> {
        self.step(name).filter(|step| step.phase == Phase::Done)?.state.as_deref()
    }

    /// Takes one line of the log.
    pub fn apply(&mut self, step: &str, event: &StepEvent, at: u64) {
        if let Some(record) = self.steps.iter_mut().find(|record| record.name == step) {
            record.apply(event, at);
        }
        self.updated = self.updated.max(at);
    }
}
