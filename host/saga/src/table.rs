//! A job as it is written down: an ordered table of steps with their undo. Refuses to know what a
//! step does, or what `C`, the things that a step works with, is.

use crate::{JobRecord, Phase, StepRecord};
use futures::future::BoxFuture;
use gyre_core::roles::{Outcome, State, StepCall};
use gyre_core::{Error, Result};
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How long a step may wait and retry in all, unless its row says otherwise.
const STEP_LIMIT: Duration = Duration::from_secs(2 * 60 * 60);

pub(crate) type StepFn<C> = Arc<dyn Fn(Arc<C>, Call) -> BoxFuture<'static, Result<Outcome>> + Send + Sync>;

/// What a step, or its undo, is called with.
#[derive(Clone)]
pub struct Call {
    /// Token and, after a wait, the state to go on with.
    pub step: StepCall,
    /// Cancelled when the job is asked to stop; never for an undo.
    pub cancel: CancellationToken,
    /// What the step itself returned; for an undo only, and `None` where its end is unknown.
    pub own: Option<State>,
    pub(crate) job: Arc<JobRecord>,
}

impl Call {
    /// The job, as it was when this call began.
    pub fn job(&self) -> &JobRecord {
        &self.job
    }

    /// What an earlier step returned.
    ///
    /// # Errors
    /// `job.order`: it is not done, which is a defect of the table.
    pub fn state(&self, step: &str) -> Result<&str> {
        self.job.state(step).ok_or_else(|| {
            Error::other("job.order", format!("the step {step:?} is asked for its result before it is done"))
        })
    }

    /// A call with another step's token, for a step that removes what that one made.
    pub fn as_step(&self, step: &str) -> StepCall {
        StepCall { token: self.job.token(step), resume: self.step.resume.clone() }
    }

    /// What the undone step returned, or nothing where its end is unknown: then the token tells.
    pub fn own_state(&self) -> &str {
        self.own.as_deref().unwrap_or_default()
    }
}

/// One row of a table.
pub struct Step<C> {
    /// Unique in its table; becomes part of tokens.
    pub name: &'static str,
    pub(crate) run: StepFn<C>,
    pub(crate) undo: Option<StepFn<C>>,
    pub(crate) pivot: bool,
    pub(crate) limit: Duration,
    pub(crate) attempts: Option<u32>,
    pub(crate) redo: Option<Redo>,
}

/// From where a step is done once more when it fails with such an error.
#[derive(Clone, Copy)]
pub(crate) struct Redo {
    pub(crate) from: &'static str,
    pub(crate) when: fn(&Error) -> bool,
}

/// An ordered table of steps.
pub struct Table<C> {
    /// Name of the kind of job.
    pub kind: &'static str,
    /// Changes whenever a job of the old table cannot be gone on with by the new one.
    pub version: u32,
    pub(crate) steps: Vec<Step<C>>,
}

impl<C: 'static> Table<C> {
    /// A table without steps.
    pub fn new(kind: &'static str, version: u32) -> Self {
        Self { kind, version, steps: Vec::new() }
    }

    /// Adds a step that leaves nothing behind.
    #[must_use]
    pub fn step<F, R>(mut self, name: &'static str, run: F) -> Self
    where
        F: Fn(Arc<C>, Call) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Outcome>> + Send + 'static,
    {
        self.steps.push(Step {
            name,
            run: boxed(run),
            undo: None,
            pivot: false,
            limit: STEP_LIMIT,
            attempts: None,
            redo: None,
        });
        self
    }

    /// Gives the step added last its undo.
    #[must_use]
    pub fn undo<F, R>(mut self, undo: F) -> Self
    where
        F: Fn(Arc<C>, Call) -> R + Send + Sync + 'static,
        R: Future<Output = Result<Outcome>> + Send + 'static,
    {
        if let Some(last) = self.steps.last_mut() {
            last.undo = Some(boxed(undo));
        }
        self
    }

    /// Makes the step added last the point of no return.
    #[must_use]
    pub fn pivot(mut self) -> Self {
        if let Some(last) = self.steps.last_mut() {
            last.pivot = true;
        }
        self
    }

    /// When the step added last fails for good with an error like this, everything from the step `from`
    /// on is undone and done once more.
    #[must_use]
    pub fn redo(mut self, from: &'static str, when: fn(&Error) -> bool) -> Self {
        if let Some(last) = self.steps.last_mut() {
            last.redo = Some(Redo { from, when });
        }
        self
    }

    /// Gives the step added last another limit of waiting and retrying in all.
    #[must_use]
    pub fn limit(mut self, limit: Duration) -> Self {
        if let Some(last) = self.steps.last_mut() {
            last.limit = limit;
        }
        self
    }

    /// Gives the step added last another number of attempts than the policy does; where it has a redo, for the
    /// errors after which it is redone.
    #[must_use]
    pub fn attempts(mut self, attempts: u32) -> Self {
        if let Some(last) = self.steps.last_mut() {
            last.attempts = Some(attempts);
        }
        self
    }

    /// The rows, as a new job records them.
    pub fn records(&self) -> Vec<StepRecord> {
        self.steps.iter().map(|step| StepRecord::new(step.name, step.undo.is_some(), step.pivot)).collect()
    }

    /// Refuses a job that another table began.
    ///
    /// # Errors
    /// `job.upgraded`.
    pub fn check(&self, job: &JobRecord) -> Result<()> {
        let mut fresh = job.steps.iter().map(|s| StepRecord::new(&s.name, s.undoable, s.pivot));
        let same =
            self.records().iter().all(|row| fresh.next().as_ref() == Some(row)) && fresh.next().is_none();
        if job.kind == self.kind && job.version == self.version && same {
            return Ok(());
        }
        Err(Error::conflict("job.upgraded", format!("job {} was begun by another version of gyre", job.id))
            .cause(format!("its steps are those of {} {}", job.kind, job.version)))
    }

    pub(crate) fn get(&self, index: usize) -> Result<&Step<C>> {
        self.steps.get(index).ok_or_else(|| Error::other("job.order", format!("there is no step {index}")))
    }
}

fn boxed<C, F, R>(call: F) -> StepFn<C>
where
    F: Fn(Arc<C>, Call) -> R + Send + Sync + 'static,
    R: Future<Output = Result<Outcome>> + Send + 'static,
{
    Arc::new(move |context, step| Box::pin(call(context, step)))
}

impl JobRecord {
    /// Whether a step of this name is done.
    pub fn is_done(&self, name: &str) -> bool {
        self.step(name).is_some_and(|step| step.phase == Phase::Done)
    }
}
