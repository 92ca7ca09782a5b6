//! What happens in a job, as it is told, kept and sent: one closed set of events. Refuses to know who listens.

use crate::change::Change;
use gyre_core::Error;
use gyre_core::flow::Flow;
use gyre_saga::{Event, Status};
use serde::{Deserialize, Serialize};

/// Something that happened in a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "event", rename_all = "kebab-case")]
#[allow(missing_docs)] // the fields are named for what they are
pub enum News {
    /// It waits for its turn behind so many others.
    Queued { ahead: usize },
    /// Work on it begins; `resumed`: an earlier run had begun it.
    Begun { kind: String, subject: String, resumed: bool },
    /// A step is about to be called; `index` counts from 1; `again`: its end was unknown.
    Step { name: String, index: usize, total: usize, again: bool },
    /// The step is done.
    Done { name: String },
    /// The step asked to be called again after so many seconds.
    Waiting { name: String, seconds: f64 },
    /// The step failed, and is called again after so many seconds.
    Retrying { name: String, error: Error, seconds: f64 },
    /// The step failed for good.
    Failed { name: String, error: Error },
    /// Everything from this step on is undone and done once more.
    Redoing { from: String, error: Error },
    /// The undo of the step is about to be called.
    Undoing { name: String },
    /// The step is undone.
    Undone { name: String },
    /// The undo of the step failed for good.
    UndoFailed { name: String, error: Error },
    /// How far the copy or the proof of a disk is: bytes of the disk. Never goes back within a phase.
    Disk {
        disk: String,
        phase: String,
        done: u64,
        total: u64,
        /// How it goes on, once that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        flow: Option<Flow>,
    },
    /// What a plugin says of itself while a step runs. Never goes back within a text.
    Phase { text: String, done: u64, total: Option<u64> },
    /// Something that does not stop the job, and should be known.
    Warning { text: String },
    /// A line of a plugin's log.
    Log { plugin: String, level: String, text: String },
    /// What a morphing did to a path in the guest, told when it ended.
    Changed(Change),
    /// This run is over: where the job stands, and why.
    Ended { status: Status, error: Option<Error> },
    /// So many events could not be kept.
    Lost { count: u64 },
}

impl News {
    /// Of an event, only the last is of interest when it has a slot. Progress has one for each of its phases, for it
    /// never goes back within one, not even after a restart.
    pub(crate) fn slot(&self) -> Option<String> {
        match self {
            News::Disk { disk, phase, .. } => Some(format!("disk {phase} {disk}")),
            News::Phase { text, .. } => Some(format!("phase {text}")),
            News::Waiting { name, .. } => Some(format!("waiting {name}")),
            News::Queued { .. } => Some("queued".into()),
            _ => None,
        }
    }

    /// What is told only so often: the slot; all that a plugin says of itself together.
    pub(crate) fn beat(&self) -> Option<String> {
        match self {
            News::Phase { .. } => Some("phase".into()),
            _ => self.slot(),
        }
    }

    /// How far it is, where that is what it tells.
    pub(crate) const fn done(&self) -> Option<u64> {
        match self {
            News::Disk { done, .. } | News::Phase { done, .. } => Some(*done),
            _ => None,
        }
    }

    /// Whether nothing is lost when the next one of the same slot is told instead.
    pub(crate) const fn is_passing(&self) -> bool {
        match self {
            News::Disk { done, total, .. } => *done < *total,
            News::Phase { .. } => true,
            _ => false,
        }
    }
}

impl From<&Event<'_>> for News {
    fn from(event: &Event<'_>) -> Self {
        let owned = |name: &str| name.to_owned();
        match event {
            Event::Step { name, index, total, again } => {
                News::Step { name: owned(name), index: *index, total: *total, again: *again }
            }
            Event::Done { name } => News::Done { name: owned(name) },
            Event::Waiting { name, pause } => {
                News::Waiting { name: owned(name), seconds: pause.as_secs_f64() }
            }
            Event::Retrying { name, error, pause } => {
                News::Retrying { name: owned(name), error: (*error).clone(), seconds: pause.as_secs_f64() }
            }
            Event::Failed { name, error } => News::Failed { name: owned(name), error: (*error).clone() },
            Event::Redoing { from, error } => News::Redoing { from: owned(from), error: (*error).clone() },
            Event::Undoing { name } => News::Undoing { name: owned(name) },
            Event::Undone { name } => News::Undone { name: owned(name) },
            Event::UndoFailed { name, error } => {
                News::UndoFailed { name: owned(name), error: (*error).clone() }
            }
        }
    }
}

/// Somebody to tell. Called often; must not block.
pub trait Reporter: Send + Sync {
    /// Something happened in a job.
    fn tell(&self, job: &str, news: &News);
}

impl Reporter for () {
    fn tell(&self, _: &str, _: &News) {}
}
