//! The loop that starts what is due. It owns when it looks, and the order of notes and starts; what is due is said
//! by `due.rs`, and how something is started by a [`Starter`].
//!
//! Before a run is started, its planned time is noted for good. Whoever finds such a note without a job (after a
//! crash, or a start that did not come back) asks the starter whether there is one: if not, the note is taken back,
//! and the schedule's rule says whether the run may still begin. So no run begins twice, and none is lost unseen.
//!
//! A schedule has one run under way at a time. Schedules are looked at in the order of their names, and one that
//! fails does not keep the others.

use crate::document::{MissedPolicy, MissedRuns, Phase, Run, Schedule, Waiting};
use crate::due::{Span, due};
use crate::schedules::Schedules;
use crate::starter::{Clock, Ended, PlannedRun, Starter, SystemClock, Work};
use gyre_core::{Error, Kind, Result};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The longest sleep: how soon a clock that was set is seen, and a schedule that another process changed.
pub const SLEEP_MS_MAX: u64 = 30_000;
/// The shortest: nothing can make the loop spin.
const SLEEP_MS_MIN: u64 = 100;
/// How soon what is waited for (a job's end, a busy replica) is asked about again.
const POLL_MS: u64 = 15_000;
/// How long one call of the starter may take.
pub const CALL_MS_MAX: u64 = 60_000;
/// How late a run may begin at least that somebody asked for: longer than it takes to see that.
const ASKED_GRACE_MS: u64 = 2 * SLEEP_MS_MAX;
/// Why runs were missed that never waited for anything.
const NOBODY: &str = "gyre serve did not run then, or the clock was set forward";
/// How often a run is tried to begin that each time left no job and no error.
const TRIES_MAX: u32 = 3;

/// Starts what is due.
pub struct Scheduler {
    schedules: Schedules,
    starter: Arc<dyn Starter>,
    clock: Arc<dyn Clock>,
    /// What was said last of each schedule, so that it is said once.
    told: BTreeMap<String, String>,
}

/// How the run of a schedule stands after it was looked at.
enum Step {
    /// When to look again.
    Look(Option<u64>),
    /// Somebody changed the schedule meanwhile.
    Changed,
}

impl Scheduler {
    /// A loop over these schedules. [`Schedules::wake`] of a clone of `schedules` wakes it.
    pub fn new(schedules: Schedules, starter: Arc<dyn Starter>) -> Self {
        Self { schedules, starter, clock: Arc::new(SystemClock), told: BTreeMap::new() }
    }

    /// The same by another clock: for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Runs until it is cancelled: then it ends after the call it is in, and leaves what runs to whoever runs it.
    /// There must be one loop at most on a store.
    pub async fn run(mut self, cancel: CancellationToken) {
        while !cancel.is_cancelled() {
            let wake = self.look(&cancel).await;
            let pause = wake.saturating_sub(self.clock.now_ms()).clamp(SLEEP_MS_MIN, SLEEP_MS_MAX);
            // In this order: what changed meanwhile is looked at before the loop sleeps.
            tokio::select! {
                biased;
                () = cancel.cancelled() => {}
                () = self.schedules.changed() => {}
                () = self.clock.sleep(Duration::from_millis(pause)) => {}
            }
        }
    }

    /// Looks at every schedule once; answers when to look again.
    async fn look(&mut self, cancel: &CancellationToken) -> u64 {
        let mut wake = self.clock.now_ms() + SLEEP_MS_MAX;
        let each = match self.schedules.each().await {
            Ok(each) => each,
            Err(error) => {
                self.tell("", &error);
                return wake;
            }
        };
        for (name, schedule) in each {
            if cancel.is_cancelled() {
                break;
            }
            match self.step(schedule).await {
                Ok(Step::Look(next)) => {
                    self.told.remove(&name);
                    wake = next.map_or(wake, |next| wake.min(next));
                }
                Ok(Step::Changed) => wake = self.clock.now_ms(),
                Err(error) => self.tell(&name, &error),
            }
        }
        wake
    }

    fn tell(&mut self, schedule: &str, error: &Error) {
        let text = error.to_string();
        if self.told.insert(schedule.to_owned(), text.clone()).as_ref() != Some(&text) {
            tracing::warn!(schedule, "{text}");
        }
    }

    async fn step(&self, schedule: Result<Schedule>) -> Result<Step> {
        match self.look_at(schedule?).await {
            Err(error) if ["store.changed", "schedule.unknown"].contains(&error.code.as_str()) => {
                Ok(Step::Changed)
            }
            looked => looked.map(Step::Look),
        }
    }

    async fn look_at(&self, mut schedule: Schedule) -> Result<Option<u64>> {
        if schedule.is_running() {
            schedule = self.go_on(schedule).await?;
        }
        let (now, table) = (self.clock.now_ms(), schedule.rule.timetable()?);
        let due = due(&schedule.rule, &table, now, schedule.done_until);
        if let Some(span) = due.missed {
            self.note_missed(&mut schedule, span, due.start.is_some(), now).await?;
        }
        if let Some(planned) = due.start {
            schedule = self.begin(schedule, planned).await?;
        } else if let Some(asked) = schedule.asked.filter(|_| schedule.rule.enabled) {
            schedule = self.begin_asked(schedule, asked, now).await?;
        }
        let polls = schedule.is_running() || schedule.waiting.is_some();
        let poll = polls.then(|| self.clock.now_ms() + POLL_MS);
        Ok([poll, due.wake].into_iter().flatten().min())
    }

    async fn note_missed(
        &self,
        schedule: &mut Schedule,
        span: Span,
        is_made_up_for: bool,
        now: u64,
    ) -> Result<()> {
        let waited = schedule.waiting.take_if(|waiting| waiting.planned <= span.last);
        let mut why = waited.map_or_else(|| NOBODY.to_owned(), |waiting| waiting.why);
        if is_made_up_for {
            why += "; a later run stands for them";
        }
        tracing::warn!(schedule = schedule.name, count = span.count, why, "runs were missed");
        schedule.missed_runs =
            Some(MissedRuns { first: span.first, last: span.last, count: span.count, at: now, why });
        schedule.done_until = schedule.done_until.max(span.last);
        self.schedules.save(schedule).await
    }

    /// Begins a run that somebody asked for; it may be as late as a planned one.
    async fn begin_asked(&self, mut schedule: Schedule, asked: u64, now: u64) -> Result<Schedule> {
        let rule = &schedule.rule;
        let in_time = now.saturating_sub(asked) <= rule.grace_ms.max(ASKED_GRACE_MS);
        if !rule.is_over(now) && (in_time || rule.missed == MissedPolicy::Once) {
            return self.begin(schedule, asked).await;
        }
        schedule.asked = None;
        self.note_missed(&mut schedule, Span { first: asked, last: asked, count: 1 }, false, now).await?;
        Ok(schedule)
    }

    /// Begins the run of a planned time, or of one at which it was asked for, or notes why it waits. Whichever begins
    /// is the one that was asked for.
    async fn begin(&self, mut schedule: Schedule, planned: u64) -> Result<Schedule> {
        if schedule.is_running() {
            return self.wait(schedule, planned, "an earlier run of the schedule is not over".into()).await;
        }
        match self.call(self.starter.busy(&schedule.replica)).await {
            Ok(None) => {}
            Ok(Some(what)) => {
                return self.wait(schedule, planned, format!("the replica is busy: {what}")).await;
            }
            Err(error) => return self.wait(schedule, planned, error.to_string()).await,
        }
        let now = self.clock.now_ms();
        let before = schedule.run.take();
        let tried = before.as_ref().filter(|run| run.planned == planned).map_or(0, |run| run.tries);
        let asked = schedule.asked.take();
        let by_hand = asked == Some(planned);
        let run = Run::starting(planned, by_hand, now, tried + 1);
        schedule.run = Some(run.clone());
        // A clock that was set back since somebody asked makes nothing wait for it; since a planned time, nothing begin
        // again.
        let done = if by_hand { planned.min(now) } else { planned };
        (schedule.done_until, schedule.waiting) = (schedule.done_until.max(done), None);
        self.schedules.save(&mut schedule).await?;
        match self.call(self.starter.start(&planned_run(&schedule, &run))).await {
            Err(error) if is_not_now(&error) => self.take_back(schedule, before, asked, error).await,
            started => self.started(schedule, started, Phase::Executing).await,
        }
    }

    /// Notes why a due run has not begun.
    async fn wait(&self, mut schedule: Schedule, planned: u64, why: String) -> Result<Schedule> {
        let known = schedule.waiting.as_ref().filter(|waiting| waiting.planned == planned);
        if known.is_some_and(|waiting| waiting.why == why) {
            return Ok(schedule);
        }
        let since = known.map_or(self.clock.now_ms(), |waiting| waiting.since);
        tracing::info!(schedule = schedule.name, planned, why, "a run waits");
        schedule.waiting = Some(Waiting { planned, since, why });
        self.schedules.save(&mut schedule).await?;
        Ok(schedule)
    }

    /// Nothing was begun, and may be later: the schedule is as it was `before`, and somebody has `asked` still.
    async fn take_back(
        &self,
        schedule: Schedule,
        before: Option<Run>,
        asked: Option<u64>,
        error: Error,
    ) -> Result<Schedule> {
        let now = self.clock.now_ms();
        self.record(&schedule, |schedule| {
            let Some(run) = std::mem::replace(&mut schedule.run, before.clone()) else { return };
            schedule.waiting = schedule.take_back(&run, asked).map(|planned| Waiting {
                planned,
                since: now,
                why: error.to_string(),
            });
        })
        .await
    }

    /// Records what a start answered; one that did not come back is left noted, and asked about next time.
    async fn started(&self, schedule: Schedule, started: Result<String>, phase: Phase) -> Result<Schedule> {
        let now = self.clock.now_ms();
        let job = match started {
            Ok(job) => job,
            Err(error) if error.code == "schedule.no-answer" => return Err(error),
            Err(error) => return self.failed(&schedule, error).await,
        };
        tracing::info!(schedule = schedule.name, job, ?phase, "begun");
        self.record(&schedule, |schedule| {
            let Some(run) = &mut schedule.run else { return };
            run.is_at(phase, now);
            let slot = if phase == Phase::Executing { &mut run.execution } else { &mut run.deployment };
            *slot = Some(job.clone());
        })
        .await
    }

    async fn failed(&self, schedule: &Schedule, error: Error) -> Result<Schedule> {
        let now = self.clock.now_ms();
        tracing::warn!(schedule = schedule.name, "{error}");
        self.record(schedule, |schedule| {
            if let Some(run) = &mut schedule.run {
                run.fails(error.clone(), now);
            }
            // It would fail every time, and nobody would hear of it.
            if error.code == "replica.unknown" {
                (schedule.rule.enabled, schedule.paused_by) = (false, Some(error.clone()));
            }
        })
        .await
    }

    /// Looks how the run under way stands, and takes its next step.
    async fn go_on(&self, schedule: Schedule) -> Result<Schedule> {
        let Some(run) = schedule.run.clone() else { return Ok(schedule) };
        match run.phase {
            Phase::Starting => self.find_begun(schedule, &run, Phase::Executing).await,
            Phase::Executing => self.follow(schedule, &run, run.execution.as_deref()).await,
            Phase::Executed => self.deploy(schedule, run).await,
            Phase::StartingDeployment => self.find_begun(schedule, &run, Phase::Deploying).await,
            Phase::Deploying => self.follow(schedule, &run, run.deployment.as_deref()).await,
            Phase::Succeeded | Phase::Failed => Ok(schedule),
        }
    }

    /// A start was noted and its answer was not: there was a crash, or no answer.
    async fn find_begun(&self, schedule: Schedule, run: &Run, begun: Phase) -> Result<Schedule> {
        if let Some(job) = self.call(self.starter.begun(&planned_run(&schedule, run))).await? {
            return self.started(schedule, Ok(job), begun).await;
        }
        let interrupted = Error::other("schedule.interrupted", "gyre ended before the run could begin");
        if run.tries >= TRIES_MAX {
            return self
                .failed(&schedule, interrupted.cause(format!("it was tried {} times", run.tries)))
                .await;
        }
        tracing::warn!(schedule = schedule.name, planned = run.planned, "{interrupted}");
        let now = self.clock.now_ms();
        self.record(&schedule, |schedule| {
            let Some(run) = &mut schedule.run else { return };
            if begun == Phase::Deploying {
                return run.is_at(Phase::Executed, now);
            }
            run.fails(interrupted.clone(), now);
            let run = run.clone();
            schedule.take_back(&run, run.by_hand.then_some(run.planned));
        })
        .await
    }

    /// Looks whether a job is over.
    async fn follow(&self, schedule: Schedule, run: &Run, job: Option<&str>) -> Result<Schedule> {
        let ended = match self.call(self.starter.ended(job.unwrap_or_default())).await {
            Err(error) if error.kind == Kind::NotFound => Some(Err(error)),
            asked => asked?,
        };
        match ended {
            None => Ok(schedule),
            Some(ended) => self.followed(schedule, run.phase, ended).await,
        }
    }

    async fn followed(&self, schedule: Schedule, phase: Phase, ended: Ended) -> Result<Schedule> {
        if let Err(error) = ended {
            return self.failed(&schedule, error).await;
        }
        let deploys = phase == Phase::Executing && schedule.task.deploy.is_some();
        let (now, next) = (self.clock.now_ms(), if deploys { Phase::Executed } else { Phase::Succeeded });
        let schedule = self
            .record(&schedule, |schedule| {
                if let Some(run) = &mut schedule.run {
                    run.is_at(next, now);
                    run.tries = 0;
                }
            })
            .await?;
        match (deploys, schedule.run.clone()) {
            (true, Some(run)) => self.deploy(schedule, run).await,
            _ => Ok(schedule),
        }
    }

    /// Begins the deployment that follows an execution; it waits for its replica no longer than a run may be late.
    async fn deploy(&self, mut schedule: Schedule, mut run: Run) -> Result<Schedule> {
        if !schedule.rule.enabled {
            let what = "the schedule was paused before the deployment of its run";
            return self.failed(&schedule, Error::conflict("schedule.paused", what)).await;
        }
        if let Some(what) = self.call(self.starter.busy(&schedule.replica)).await? {
            let error = Error::conflict("schedule.busy", "the replica was busy when it was to be deployed");
            return self.deploy_later(schedule, run, error.cause(what)).await;
        }
        let before = run.clone();
        run.is_at(Phase::StartingDeployment, self.clock.now_ms());
        run.tries += 1;
        schedule.run = Some(run.clone());
        self.schedules.save(&mut schedule).await?;
        match self.call(self.starter.start(&planned_run(&schedule, &run))).await {
            Err(error) if is_not_now(&error) => self.deploy_later(schedule, before, error).await,
            started => self.started(schedule, started, Phase::Deploying).await,
        }
    }

    /// Lets the deployment wait as `run` says it did before, while it may.
    async fn deploy_later(&self, schedule: Schedule, run: Run, error: Error) -> Result<Schedule> {
        if self.clock.now_ms().saturating_sub(run.since) > schedule.rule.grace_ms {
            return self.failed(&schedule, error).await;
        }
        if schedule.run.as_ref() == Some(&run) {
            return Ok(schedule);
        }
        self.record(&schedule, |schedule| schedule.run = Some(run.clone())).await
    }

    /// Writes what happened into the schedule, whoever changed it meanwhile.
    async fn record(&self, schedule: &Schedule, change: impl Fn(&mut Schedule)) -> Result<Schedule> {
        let change = |schedule: &mut Schedule| {
            change(schedule);
            Ok(())
        };
        self.schedules.change(&schedule.name, Some(&schedule.id), change).await
    }

    async fn call<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        let limit = Duration::from_millis(CALL_MS_MAX);
        tokio::time::timeout(limit, call).await.unwrap_or_else(|_| {
            let what = format!("what runs the jobs did not answer in {} s", CALL_MS_MAX / 1000);
            Err(Error::other("schedule.no-answer", what))
        })
    }
}

/// Nothing was begun, and it is no failure of the run.
fn is_not_now(error: &Error) -> bool {
    matches!(error.kind, Kind::Conflict | Kind::Unavailable | Kind::Cancelled)
}

/// What the run wants begun where it stands.
fn planned_run(schedule: &Schedule, run: &Run) -> PlannedRun {
    let work = match (run.phase, &schedule.task.deploy) {
        (Phase::StartingDeployment, Some(options)) => Work::Deployment { options: options.clone() },
        _ => Work::Execution { power_off: schedule.task.power_off },
    };
    PlannedRun {
        schedule: schedule.id.clone(),
        name: schedule.name.clone(),
        replica: schedule.replica.clone(),
        planned: run.planned,
        noted: run.since,
        work,
    }
}

#[cfg(test)]
mod tests;
