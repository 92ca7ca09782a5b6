//! Doing what [`plan`] says, one action at a time, each noted before and after. Refuses to go on when
//! the store fails or the lease is lost: then it stops as a crash would, and a later run goes on.

use crate::table::{Redo, StepFn};
use crate::{
    Action, Call, JobRecord, Lease, Phase, Policy, Status, StepEvent, Store, Table, committed, plan,
};
use gyre_core::roles::{Outcome, State, StepCall};
use gyre_core::{Backoff, Error, Kind, Result};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// How often a lease is renewed: a quarter of what it lasts.
const HEARTBEAT: Duration = Duration::from_millis(crate::sqlite::LEASE_MS / 4);
/// The longest pause that a step may ask for with `wait`.
const WAIT_MAX: Duration = Duration::from_secs(5 * 60);

/// What happens in a run, for whoever watches.
#[derive(Debug)]
#[allow(missing_docs)] // the fields are named for what they are
pub enum Event<'a> {
    /// A step is about to be called; `index` counts from 1; `again`: its end was unknown.
    Step { name: &'a str, index: usize, total: usize, again: bool },
    /// It is done.
    Done { name: &'a str },
    /// It asked to be called again later.
    Waiting { name: &'a str, pause: Duration },
    /// It failed, and is called again after the pause.
    Retrying { name: &'a str, error: &'a Error, pause: Duration },
    /// It failed for good.
    Failed { name: &'a str, error: &'a Error },
    /// Everything from this step on is undone and done once more.
    Redoing { from: &'a str, error: &'a Error },
    /// Its undo is about to be called.
    Undoing { name: &'a str },
    /// It is undone.
    Undone { name: &'a str },
    /// Its undo failed for good.
    UndoFailed { name: &'a str, error: &'a Error },
}

/// Whoever watches a run. Must not block.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn event(&self, job: &str, event: &Event<'_>);
}

impl Observer for () {
    fn event(&self, _: &str, _: &Event<'_>) {}
}

/// The ways in which a run ends before its job is over. One is made for each run; its clones are the same.
#[derive(Clone, Debug)]
pub struct Stop {
    cancel: CancellationToken,
    park: CancellationToken,
    force: CancellationToken,
    step: CancellationToken,
}

impl Default for Stop {
    fn default() -> Self {
        Self::by(CancellationToken::new())
    }
}

impl Stop {
    /// Cancels when this does.
    pub fn by(cancel: CancellationToken) -> Self {
        let step = cancel.child_token();
        Self { cancel, park: CancellationToken::new(), force: CancellationToken::new(), step }
    }

    /// One for a part of what this one stops: it can be stopped by itself, and is when this one is.
    #[must_use]
    pub fn part(&self) -> Self {
        Self {
            cancel: self.cancel.child_token(),
            park: self.park.child_token(),
            force: self.force.child_token(),
            step: self.step.child_token(),
        }
    }

    /// What was made is removed, in reverse; past the pivot the job is finished instead.
    pub fn cancel(&self) {
        self.cancel.cancel();
        self.step.cancel();
    }

    /// The run ends as soon as its step has come to a place where it can be gone on with, or after the grace
    /// of the policy; the job stays as it is, and another run goes on with it.
    pub fn park(&self) {
        self.park.cancel();
        self.step.cancel();
    }

    /// The job ends at once as failed, and what it made stays.
    pub fn force(&self) {
        self.force.cancel();
        self.step.cancel();
    }

    /// Cancelled when a step should end: what steps before the pivot work with.
    pub fn step(&self) -> &CancellationToken {
        &self.step
    }

    /// When the run is asked to end in whatever way.
    pub async fn asked(&self) {
        self.step.cancelled().await;
    }

    /// Whether it was asked to leave its job to another run.
    pub fn is_parked(&self) -> bool {
        self.park.is_cancelled()
    }

    /// Whether it was asked to remove what was made.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Why nothing more may be begun, if that is so: the errors that end a run and not its job.
    fn halt(&self, job: &str) -> Option<Error> {
        if self.force.is_cancelled() {
            Some(forced(job))
        } else {
            self.park.is_cancelled().then(|| parked(job))
        }
    }

    /// Ends with why the step is to be dropped where it stands.
    async fn dropped(&self, job: &str, grace: Duration) -> Error {
        let parked_long = async {
            self.park.cancelled().await;
            tokio::time::sleep(grace).await;
        };
        tokio::select! {
            () = self.force.cancelled() => forced(job),
            () = parked_long => parked(job),
        }
    }
}

/// Runs jobs of a store.
#[derive(Clone)]
pub struct Runner {
    /// Where jobs are kept.
    pub store: Arc<dyn Store>,
    /// Who watches.
    pub observer: Arc<dyn Observer>,
    /// How often things are tried again.
    pub policy: Policy,
}

impl Runner {
    /// Works on a job until it is over or stuck, and answers what has become of it: that a step failed
    /// is in the record, not in the error. `forward` is what steps work with before the pivot; undos,
    /// the pivot, and what follows it, work with `backward`, which must not be cancelled with `stop`.
    ///
    /// # Errors
    /// `job.busy`, `job.unknown`, `job.upgraded`; `job.parked`, `store.*`: the run stopped, and another one can
    /// go on.
    pub async fn run<C: Send + Sync + 'static>(
        &self,
        id: &str,
        table: &Table<C>,
        forward: Arc<C>,
        backward: Arc<C>,
        stop: Stop,
    ) -> Result<JobRecord> {
        let lease = self.store.acquire(id).await?;
        let lost = CancellationToken::new();
        let heartbeat = heartbeat(self.store.clone(), lease.clone(), lost.clone());
        let ended = async {
            let job = self.store.load(id).await?;
            table.check(&job)?;
            let mut run =
                Run { runner: self, table, forward, backward, stop, lost, lease: &lease, job, redone: 0 };
            match run.finish_job().await {
                Err(error) if error.code == FORCED => run.set_status(Status::Failed, Some(error)).await?,
                ended => ended?,
            }
            Ok(run.job)
        }
        .await;
        drop(heartbeat);
        // A release that fails costs the next run a wait, and must not hide how this one ended.
        if let Err(error) = self.store.release(&lease).await {
            tracing::warn!(job = id, %error, "the lease could not be given back");
        }
        ended
    }
}

fn heartbeat(store: Arc<dyn Store>, lease: Lease, lost: CancellationToken) -> AbortOnDropHandle<()> {
    AbortOnDropHandle::new(tokio::spawn(async move {
        loop {
            tokio::time::sleep(HEARTBEAT).await;
            if let Err(error) = store.renew(&lease).await {
                tracing::error!(job = lease.job, %error, "the lease could not be renewed");
                lost.cancel();
                return;
            }
        }
    }))
}

struct Run<'a, C> {
    runner: &'a Runner,
    table: &'a Table<C>,
    forward: Arc<C>,
    backward: Arc<C>,
    stop: Stop,
    lost: CancellationToken,
    lease: &'a Lease,
    job: JobRecord,
    redone: u32,
}

/// Which way a step is called.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Do,
    Undo,
}

impl<C: Send + Sync + 'static> Run<'_, C> {
    async fn finish_job(&mut self) -> Result<()> {
        if self.job.status == Status::Stuck {
            // That an undo failed is not why the job did, should it work now.
            let error = self.job.error.clone().filter(|error| error.code != "job.stuck");
            self.set_status(Status::Running, error).await?;
        }
        while let Some(action) = plan(&self.job).first().cloned() {
            let halt = self.stop.halt(&self.job.id);
            if let Some(halt) = halt.filter(|_| !matches!(action, Action::Finish(_))) {
                return Err(halt);
            }
            match action {
                Action::Run { .. } if self.stop.is_cancelled() && !committed(&self.job) => {
                    self.set_status(Status::Undoing, Some(Error::cancelled())).await?;
                }
                Action::Run { step, again } => self.run_step(step, again).await?,
                Action::Undo { step } => self.undo_step(step).await?,
                Action::Finish(status) => self.finish(status).await?,
            }
            if self.job.status == Status::Stuck {
                break;
            }
        }
        Ok(())
    }

    async fn finish(&mut self, status: Status) -> Result<()> {
        let failed = || self.job.steps.iter().find(|step| step.phase == Phase::Failed)?.error.clone();
        let error = match status {
            Status::Succeeded => None,
            _ => self.job.error.clone().or_else(failed),
        };
        self.set_status(status, error).await
    }

    async fn run_step(&mut self, index: usize, again: bool) -> Result<()> {
        let name = self.table.get(index)?.name;
        self.tell(&Event::Step { name, index: index + 1, total: self.table.steps.len(), again });
        self.note(name, StepEvent::Started).await?;
        match self.attempts(index, Way::Do).await? {
            Ok(state) => {
                self.note(name, StepEvent::Succeeded(state)).await?;
                self.tell(&Event::Done { name });
                Ok(())
            }
            Err(error) => self.failed(index, error).await,
        }
    }

    async fn failed(&mut self, index: usize, error: Error) -> Result<()> {
        let step = self.table.get(index)?;
        if let Some(from) = self.redo_start(step.redo, &error) {
            return self.redo(from, index, &error).await;
        }
        self.note(step.name, StepEvent::Failed(error.clone())).await?;
        self.tell(&Event::Failed { name: step.name, error: &error });
        if committed(&self.job) {
            return self.set_status(Status::Stuck, Some(error)).await;
        }
        self.set_status(Status::Undoing, Some(self.reason(error))).await
    }

    /// A job that was asked to stop ends as cancelled, whatever the stop made of the step.
    fn reason(&self, error: Error) -> Error {
        match (self.stop.is_cancelled(), error.kind) {
            (true, Kind::Cancelled) | (false, _) => error,
            (true, _) => Error::cancelled().cause(error),
        }
    }

    fn redo_start(&self, redo: Option<Redo>, error: &Error) -> Option<usize> {
        let possible = self.redone < self.runner.policy.redo && !self.stop.is_cancelled();
        let redo = redo.filter(|redo| possible && (redo.when)(error))?;
        self.table.steps.iter().position(|step| step.name == redo.from)
    }

    /// Undoes the steps `from..=to`, so that the plan does them once more.
    async fn redo(&mut self, from: usize, to: usize, error: &Error) -> Result<()> {
        self.redone += 1;
        self.tell(&Event::Redoing { from: self.table.get(from)?.name, error });
        for index in (from..=to).rev() {
            let step = self.table.get(index)?;
            if step.undo.is_some() {
                self.undo_step(index).await?;
                if self.job.status == Status::Stuck {
                    return Ok(());
                }
            }
        }
        for index in from..=to {
            self.note(self.table.get(index)?.name, StepEvent::Reset).await?;
        }
        Ok(())
    }

    async fn undo_step(&mut self, index: usize) -> Result<()> {
        let name = self.table.get(index)?.name;
        self.tell(&Event::Undoing { name });
        self.note(name, StepEvent::UndoStarted).await?;
        match self.attempts(index, Way::Undo).await? {
            Ok(_) => {
                self.note(name, StepEvent::Undone).await?;
                self.tell(&Event::Undone { name });
                Ok(())
            }
            Err(error) => {
                self.note(name, StepEvent::UndoFailed(error.clone())).await?;
                self.tell(&Event::UndoFailed { name, error: &error });
                let why = self.job.error.clone().unwrap_or_else(|| error.clone());
                self.set_status(Status::Stuck, Some(stuck(&why, name, &error))).await
            }
        }
    }

    /// Calls a step until it is done, waits as it asks, and tries again what may get better.
    async fn attempts(&mut self, index: usize, way: Way) -> Result<Result<State>> {
        let step = self.table.get(index)?;
        let (name, limit, until) = (step.name, step.limit, Instant::now() + step.limit);
        let mut failures = 0;
        loop {
            let pause = match self.call(index, way).await? {
                Ok(Outcome::Done(state)) => return Ok(Ok(state)),
                Ok(Outcome::Wait { state, after_ms }) => {
                    failures = 0;
                    self.note(name, waiting(way, state)).await?;
                    let pause = Duration::from_millis(after_ms.into()).min(WAIT_MAX);
                    self.tell(&Event::Waiting { name, pause });
                    pause
                }
                Err(error) => {
                    failures += 1;
                    let backoff =
                        Backoff { attempts: self.attempts_of(index, &error)?, ..self.runner.policy.calls };
                    let Some(pause) = backoff.pause(&error, failures) else {
                        return Ok(Err(error));
                    };
                    self.tell(&Event::Retrying { name, error: &error, pause });
                    pause
                }
            };
            if Instant::now() + pause > until {
                return Ok(Err(took_too_long(name, limit)));
            }
            if self.sleep(pause, way).await? {
                return Ok(Err(Error::cancelled()));
            }
        }
    }

    /// How often a step is called that fails like this. What its row says of errors after which it is redone holds
    /// for those alone: that a service is away is no reason to do without a worker.
    fn attempts_of(&self, index: usize, error: &Error) -> Result<u32> {
        let (step, usual) = (self.table.get(index)?, self.runner.policy.calls.attempts);
        let is_redone = step.redo.is_none_or(|redo| (redo.when)(error));
        Ok(step.attempts.filter(|_| is_redone).unwrap_or(usual))
    }

    /// One call. The outer error stops the run; the inner one is the step's.
    async fn call(&self, index: usize, way: Way) -> Result<Result<Outcome>> {
        let step = self.table.get(index)?;
        let Some(row) = self.job.steps.get(index) else {
            return Err(Error::other("job.order", format!("the job has no step {index}")));
        };
        let cancel = self.cancel_of(way);
        let call = Call {
            step: StepCall { token: self.job.token(step.name), resume: row.resume.clone() },
            cancel: cancel.clone(),
            own: row.state.clone().filter(|_| way == Way::Undo),
            job: Arc::new(self.job.clone()),
        };
        let run: Option<&StepFn<C>> = if way == Way::Do { Some(&step.run) } else { step.undo.as_ref() };
        let context = if self.is_unstoppable(way) { &self.backward } else { &self.forward };
        let Some(run) = run else { return Ok(Ok(Outcome::Done(State::new()))) };
        let (id, grace) = (&self.job.id, self.runner.policy.cancel_grace);
        let answer = tokio::select! {
            answer = run(context.clone(), call) => answer,
            () = self.lost.cancelled() => return Err(lease_lost(id)),
            halt = self.stop.dropped(id, grace) => return Err(halt),
            () = async { cancel.cancelled().await; tokio::time::sleep(grace).await } => Err(Error::cancelled()),
        };
        match answer {
            Err(error) if error.code.starts_with("store.") => Err(error),
            // It stopped for us: that is not how the job ends.
            Err(error) if error.kind == Kind::Cancelled => self.stop.halt(id).map_or(Ok(Err(error)), Err),
            answer => Ok(answer),
        }
    }

    /// Whether the job was asked to stop meanwhile.
    async fn sleep(&self, pause: Duration, way: Way) -> Result<bool> {
        let id = &self.job.id;
        tokio::select! {
            () = tokio::time::sleep(pause) => Ok(false),
            () = self.lost.cancelled() => Err(lease_lost(id)),
            halt = self.stop.dropped(id, Duration::ZERO) => Err(halt),
            () = self.cancel_of(way).cancelled_owned() => self.stop.halt(id).map_or(Ok(true), Err),
        }
    }

    fn cancel_of(&self, way: Way) -> CancellationToken {
        if self.is_unstoppable(way) { CancellationToken::new() } else { self.stop.step().clone() }
    }

    /// An undo is never cancelled, nor is the pivot, once it was called, and what follows it.
    fn is_unstoppable(&self, way: Way) -> bool {
        way == Way::Undo || committed(&self.job)
    }

    async fn note(&mut self, step: &str, event: StepEvent) -> Result<()> {
        let at = self.runner.store.record(self.lease, step, &event).await?;
        self.job.apply(step, &event, at);
        Ok(())
    }

    async fn set_status(&mut self, status: Status, error: Option<Error>) -> Result<()> {
        self.runner.store.set_status(self.lease, status, error.as_ref()).await?;
        self.job.status = status;
        self.job.error = error;
        Ok(())
    }

    fn tell(&self, event: &Event<'_>) {
        self.runner.observer.event(&self.job.id, event);
    }
}

fn waiting(way: Way, state: State) -> StepEvent {
    match way {
        Way::Do => StepEvent::Waiting(state),
        Way::Undo => StepEvent::UndoWaiting(state),
    }
}

fn took_too_long(step: &str, limit: Duration) -> Error {
    Error::other("job.step-timeout", format!("the step {step:?} was not done in {} s", limit.as_secs()))
}

/// The code of the error with which a job ends that was not to be waited for.
const FORCED: &str = "job.forced";

fn forced(job: &str) -> Error {
    Error::new(
        Kind::Cancelled,
        FORCED,
        format!("job {job} was ended at once; what it made may still be there"),
    )
}

fn parked(job: &str) -> Error {
    Error::new(
        Kind::Cancelled,
        "job.parked",
        format!("job {job} is parked where it stands: another run goes on with it"),
    )
}

fn lease_lost(job: &str) -> Error {
    Error::other("store.lease-lost", format!("this process lost its lease of job {job}"))
}

/// Why a job is stuck: what failed first, and which undo then did.
fn stuck(why: &Error, step: &str, undo: &Error) -> Error {
    if why.code == "job.stuck" {
        return why.clone();
    }
    Error::new(undo.kind, "job.stuck", format!("what the step {step:?} made could not be removed"))
        .cause(undo)
        .cause(format!("it was to be removed because: {why}"))
}

#[cfg(test)]
mod tests;
