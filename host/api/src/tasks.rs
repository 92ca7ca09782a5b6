//! The jobs that this process works on: each a task with a [`Stop`] of its own, whoever asked for it. Refuses to know
//! how it was asked. A job has one task at most; what ended a task before its job was over is remembered.

use crate::metrics::Metrics;
use crate::wire::{Begun, Deal, End};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use gyre_core::{Error, Result};
use gyre_engine::{Ask, Engine, Report};
use gyre_saga::{Status, Stop};
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, oneshot};
use tokio_util::task::TaskTracker;

/// How long a job that is dealt with is watched for an error that comes at once.
const EARLY: Duration = Duration::from_millis(1000);
/// Ends that are remembered.
const ENDS_MAX: usize = 1000;
/// Of the error that ends the work on a job which is to go on later.
const PARKED: &str = "job.parked";
/// Events that are asked for at once.
const EVENTS_PAGE: u32 = 1000;

/// Jobs at work.
pub struct Tasks {
    engine: Engine,
    metrics: Arc<Metrics>,
    stop: Stop,
    tracker: TaskTracker,
    state: Mutex<State>,
    /// The work on a job ended since somebody waited for that.
    ended: Notify,
    /// One thing is begun after the other, so that the same thing asked twice is one job.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct State {
    working: HashMap<String, Stop>,
    ends: BTreeMap<String, RunEnd>,
    /// Jobs with an end, the oldest first.
    order: VecDeque<String>,
}

/// How the work on a job ended, where its record does not say it.
#[derive(Clone, Debug, Default)]
struct RunEnd {
    error: Option<Error>,
    next: Option<String>,
}

impl Tasks {
    /// Nothing is worked on yet.
    pub fn new(engine: Engine, metrics: Arc<Metrics>) -> Arc<Self> {
        let (stop, tracker, state) = (Stop::default(), TaskTracker::new(), Mutex::default());
        let (ended, turn) = (Notify::new(), tokio::sync::Mutex::new(()));
        Arc::new(Self { engine, metrics, stop, tracker, state, ended, turn })
    }

    /// Goes on with what crashed or was parked; answers how many jobs that are.
    ///
    /// # Errors
    /// `store.*`.
    pub async fn go_on(self: &Arc<Self>) -> Result<usize> {
        let left = self.engine.left().await?;
        let count = left.len();
        for started in left {
            let job = started.job.clone();
            let work = |engine: Engine, stop| async move { engine.work(started, stop).await };
            drop(self.spawn(job, None, work));
        }
        Ok(count)
    }

    /// Notes a job and works on it; the same asked again while it is not over is the same job.
    ///
    /// # Errors
    /// As [`Engine::start`]; `job.busy`: what an earlier one made is still being removed; `serve.stopping`.
    pub async fn begin(self: &Arc<Self>, name: &str, ask: Ask) -> Result<Begun> {
        let _turn = self.turn.lock().await;
        self.check_open()?;
        let started = self.engine.start(ask.clone()).await?;
        let (job, resumed) = (started.job.clone(), started.resumed);
        let after = if resumed { self.last_event(&job).await? } else { 0 };
        let begun = Begun { name: name.to_owned(), job: Some(job.clone()), resumed, after, error: None };
        if self.is_working(&job) {
            return if started.begins_anew() { Err(still_undoing(&job)) } else { Ok(begun) };
        }
        let again = started.begins_anew().then_some((name.to_owned(), ask));
        let work = |engine: Engine, stop| async move {
            match resumed {
                true => engine.resume(&started.job, stop).await,
                false => engine.work(started, stop).await,
            }
        };
        drop(self.spawn(job, again, work));
        Ok(begun)
    }

    /// Deals with a job that is not over. What forbids that is said at once, what comes later is the job's end.
    ///
    /// # Errors
    /// `job.unknown`, `job.over`, `job.committed`, `job.not-stuck`, `job.not-skipped`, `job.busy`, `serve.stopping`.
    pub async fn deal(self: &Arc<Self>, id: &str, deal: Deal) -> Result<Begun> {
        let _turn = self.turn.lock().await;
        self.check_open()?;
        let after = self.last_event(id).await?;
        let begun = Begun { name: id.into(), job: Some(id.into()), resumed: true, after, error: None };
        let working = self.state().working.get(id).cloned();
        if let Some(stop) = working {
            self.deal_with_working(id, deal, &stop).await?;
            return Ok(begun);
        }
        let job = id.to_owned();
        let ended = self.spawn(id.to_owned(), None, move |engine, stop| async move {
            deal.carry_out(&engine, &job, stop).await
        });
        match tokio::time::timeout(EARLY, ended).await {
            Ok(Ok(Some(error))) => {
                // It is told here, and is not how the job ended.
                self.forget_end(id);
                Err(error)
            }
            _ => Ok(begun),
        }
    }

    async fn deal_with_working(&self, id: &str, deal: Deal, stop: &Stop) -> Result<()> {
        match deal {
            Deal::Resume => Ok(()),
            Deal::Force => {
                stop.force();
                Ok(())
            }
            Deal::Cancel | Deal::Undo => {
                self.engine.stoppable(id).await?;
                stop.cancel();
                Ok(())
            }
            Deal::Skip | Deal::Abandon => {
                Err(Error::conflict("job.busy", format!("the server works on job {id}")))
            }
        }
    }

    /// Whether a task works on the job, or waits for its turn.
    pub fn is_working(&self, job: &str) -> bool {
        self.state().working.contains_key(job)
    }

    /// Jobs that are worked on or wait for their turn.
    pub fn count(&self) -> usize {
        self.state().working.len()
    }

    /// Comes back when the work on a job ended since the last time; there is one who waits.
    pub async fn ended(&self) {
        self.ended.notified().await;
    }

    /// How the work on a job ended that stands there.
    pub fn end(&self, job: &str, status: Status) -> End {
        let RunEnd { error, next } = self.state().ends.get(job).cloned().unwrap_or_default();
        End { status, error, next }
    }

    /// Begins nothing more, asks every job to stop where it can be gone on with, and waits for that; answers how many
    /// did not within the grace. Those are gone on with all the same, as after a crash.
    pub async fn park(&self, grace: Duration) -> usize {
        self.stop.park();
        self.tracker.close();
        let _ = tokio::time::timeout(grace, self.tracker.wait()).await;
        self.count()
    }

    fn check_open(&self) -> Result<()> {
        if !self.stop.is_parked() {
            return Ok(());
        }
        Err(Error::unavailable("serve.stopping", "the server is stopping, and begins nothing more"))
    }

    /// Works on a job in a task; the answer is the error that ended it, if one did. Must not be called for one that
    /// is worked on.
    fn spawn<W, F>(
        self: &Arc<Self>,
        job: String,
        again: Option<(String, Ask)>,
        work: W,
    ) -> oneshot::Receiver<Option<Error>>
    where
        W: FnOnce(Engine, Stop) -> F,
        F: Future<Output = Result<Report>> + Send + 'static,
    {
        let (stop, (tell, ended)) = (self.stop.part(), oneshot::channel());
        self.state().working.insert(job.clone(), stop.clone());
        self.forget_end(&job);
        let working = Working { tasks: self.clone(), job };
        let run = work(self.engine.clone(), stop.clone());
        self.tracker.spawn(async move {
            let report = run.await;
            let end = working.tasks.clone().settle(report, again, &stop).await;
            let error = end.error.clone();
            working.tasks.remember(&working.job, end);
            drop(working);
            if let Err(Some(error)) = tell.send(error)
                && error.code != PARKED
            {
                // Nobody waits for it: whoever looks after the server learns it here.
                tracing::error!(%error, "the work on a job ended before the job did");
            }
        });
        ended
    }

    /// What was asked for is begun anew once the job that was in its way is undone.
    async fn settle(
        self: Arc<Self>,
        report: Result<Report>,
        again: Option<(String, Ask)>,
        stop: &Stop,
    ) -> RunEnd {
        let report = match report {
            Ok(report) => report,
            Err(error) => return RunEnd { error: Some(error), next: None },
        };
        self.metrics.ended(&report);
        let is_gone = matches!(report.status, Status::Failed | Status::Cancelled);
        let Some((name, ask)) = again.filter(|_| is_gone && !stop.is_cancelled()) else {
            return RunEnd::default();
        };
        match self.begin_anew(name, ask).await {
            Ok(begun) => RunEnd { error: None, next: begun.job },
            Err(error) => RunEnd { error: Some(error), next: None },
        }
    }

    /// A task begins a task: the type of one must not hold that of the other.
    fn begin_anew(self: Arc<Self>, name: String, ask: Ask) -> BoxFuture<'static, Result<Begun>> {
        async move { self.begin(&name, ask).await }.boxed()
    }

    async fn last_event(&self, job: &str) -> Result<u64> {
        let mut after = 0;
        for _ in 0..=gyre_saga::NOTES_MAX / EVENTS_PAGE {
            match self.engine.told(Some(job), after, EVENTS_PAGE).await?.last() {
                Some(told) => after = told.seq,
                None => break,
            }
        }
        Ok(after)
    }

    fn remember(&self, job: &str, end: RunEnd) {
        if end.error.is_none() && end.next.is_none() {
            return;
        }
        let mut state = self.state();
        state.ends.insert(job.to_owned(), end);
        state.order.push_back(job.to_owned());
        if state.order.len() > ENDS_MAX
            && let Some(oldest) = state.order.pop_front()
        {
            state.ends.remove(&oldest);
        }
    }

    fn forget_end(&self, job: &str) {
        let mut state = self.state();
        if state.ends.remove(job).is_some() {
            state.order.retain(|ended| ended != job);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A job is worked on as long as this is there, however its task ends.
struct Working {
    tasks: Arc<Tasks>,
    job: String,
}

impl Drop for Working {
    fn drop(&mut self) {
        self.tasks.state().working.remove(&self.job);
        self.tasks.metrics.forget(&self.job);
        self.tasks.ended.notify_one();
    }
}

fn still_undoing(job: &str) -> Error {
    let what = format!("what job {job} made is still being removed");
    Error::conflict("job.busy", what).cause("ask again when it is over")
}
