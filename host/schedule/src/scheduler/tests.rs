//! The loop against jobs in memory and a clock that goes as fast as it is asked: every run of it is a process, the
//! next one its restart.

use super::*;
use crate::document::{Change, GRACE_MS, MissedPolicy, NewSchedule, Rule, State, Task};
use async_trait::async_trait;
use gyre_saga::{Owner, SqliteStore};
use serde_json::{Value, json};
use std::sync::Mutex;
use tempfile::TempDir;
use tokio::sync::Notify;

/// A second and a minute, milliseconds.
const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
/// How long a job takes.
const JOB_MS: u64 = 3 * MINUTE;

fn ms(text: &str) -> u64 {
    text.parse::<jiff::Timestamp>().unwrap().as_millisecond() as u64
}

/// Time passes when the loop sleeps.
#[derive(Default)]
struct FastClock {
    now: Mutex<u64>,
    stop: Mutex<u64>,
    /// When it shows this, it is set to that.
    leap: Mutex<Option<(u64, u64)>>,
    stopped: Notify,
}

#[async_trait]
impl Clock for FastClock {
    fn now_ms(&self) -> u64 {
        *self.now.lock().unwrap()
    }

    async fn sleep(&self, pause: Duration) {
        if self.now_ms() >= *self.stop.lock().unwrap() {
            self.stopped.notify_one();
            std::future::pending::<()>().await;
        }
        let mut now = self.now.lock().unwrap();
        *now += pause.as_millis() as u64;
        let mut leap = self.leap.lock().unwrap();
        if let Some((_, to)) = leap.take_if(|(at, _)| *at <= *now) {
            *now = to;
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Crash {
    Before,
    After,
}

struct Job {
    run: PlannedRun,
    begun: u64,
    ends: u64,
}

#[derive(Default)]
struct Jobs {
    all: Vec<Job>,
    /// Answers of the next starts.
    errors: Vec<Error>,
    crash: Option<Crash>,
    /// Replica, until when, whoever is at it.
    foreign: Vec<(String, u64)>,
    /// Answer of every question whether a replica is busy.
    busy: Option<Error>,
    /// How far the next such question finds the clock set back, milliseconds.
    set_back_ms: u64,
    /// The schedules, for whoever pauses this one while its next start is under way.
    pauses: Option<Schedules>,
    fails: bool,
    starts: usize,
}

struct FakeStarter {
    jobs: Mutex<Jobs>,
    clock: Arc<FastClock>,
}

#[async_trait]
impl Starter for FakeStarter {
    async fn busy(&self, replica: &str) -> Result<Option<String>> {
        let mut jobs = self.jobs.lock().unwrap();
        *self.clock.now.lock().unwrap() -= std::mem::take(&mut jobs.set_back_ms);
        let now = self.clock.now_ms();
        if let Some(error) = &jobs.busy {
            return Err(error.clone());
        }
        let own = jobs.all.iter().any(|job| job.run.replica == replica && job.ends > now);
        let foreign = jobs.foreign.iter().any(|(of, until)| of == replica && *until > now);
        Ok((own || foreign).then(|| "job 1, an execution".to_owned()))
    }

    async fn start(&self, run: &PlannedRun) -> Result<String> {
        let pauses = self.jobs.lock().unwrap().pauses.take();
        if let Some(schedules) = pauses {
            schedules.pause(&run.name).await.unwrap();
        }
        let crash = {
            let mut jobs = self.jobs.lock().unwrap();
            jobs.starts += 1;
            if !jobs.errors.is_empty() {
                return Err(jobs.errors.remove(0));
            }
            let crash = jobs.crash.take();
            if crash != Some(Crash::Before) {
                let begun = self.clock.now_ms();
                jobs.all.push(Job { run: run.clone(), begun, ends: begun + JOB_MS });
            }
            crash
        };
        if crash.is_some() {
            self.clock.stopped.notify_one();
            std::future::pending::<()>().await;
        }
        Ok(run.key())
    }

    async fn begun(&self, run: &PlannedRun) -> Result<Option<String>> {
        let jobs = self.jobs.lock().unwrap();
        let found = jobs.all.iter().find(|job| job.run.key() == run.key() && job.begun >= run.noted);
        Ok(found.map(|job| job.run.key()))
    }

    async fn ended(&self, job: &str) -> Result<Option<Ended>> {
        let (jobs, now) = (self.jobs.lock().unwrap(), self.clock.now_ms());
        let Some(found) = jobs.all.iter().find(|found| found.run.key() == job) else {
            return Err(Error::not_found("job.unknown", "there is no such job"));
        };
        let ended = if jobs.fails { Err(Error::other("fake.broken", "broken")) } else { Ok(()) };
        Ok((found.ends <= now).then_some(ended))
    }
}

struct World {
    schedules: Schedules,
    starter: Arc<FakeStarter>,
    clock: Arc<FastClock>,
    _directory: TempDir,
}

impl World {
    /// At this time, with one schedule `web` as `made` of a daily one at 02:30 in Berlin that skips what it missed.
    async fn new(now: &str, made: impl FnOnce(&mut NewSchedule)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path(), Owner::this_process()).unwrap();
        let clock = Arc::new(FastClock::default());
        *clock.now.lock().unwrap() = ms(now);
        let starter = Arc::new(FakeStarter { jobs: Default::default(), clock: clock.clone() });
        let schedules = Schedules::new(Arc::new(store));
        let mut new = daily();
        made(&mut new);
        schedules.create("web", new, ms(now)).await.unwrap();
        Self { schedules, starter, clock, _directory: directory }
    }

    /// One process, until the clock shows this; or until it crashes.
    async fn run_until(&self, stop: &str) {
        *self.clock.stop.lock().unwrap() = ms(stop);
        let cancel = CancellationToken::new();
        let scheduler =
            Scheduler::new(self.schedules.clone(), self.starter.clone()).with_clock(self.clock.clone());
        let task = tokio::spawn(scheduler.run(cancel.clone()));
        self.clock.stopped.notified().await;
        task.abort();
        let _ = task.await;
    }

    /// The machine is off meanwhile, or the clock is set.
    fn set(&self, now: &str) {
        *self.clock.now.lock().unwrap() = ms(now);
    }

    fn jobs(&self) -> std::sync::MutexGuard<'_, Jobs> {
        self.starter.jobs.lock().unwrap()
    }

    fn starts(&self) -> usize {
        self.jobs().starts
    }

    /// Planned times of the jobs there were, each with how late it began, seconds.
    fn begun(&self) -> Vec<(String, u64)> {
        let told = |job: &Job| {
            let planned = jiff::Timestamp::from_millisecond(job.run.planned as i64).unwrap().to_string();
            (planned, job.begun.saturating_sub(job.run.planned) / SECOND)
        };
        self.jobs().all.iter().map(told).collect()
    }

    async fn web(&self) -> Schedule {
        self.schedules.get("web").await.unwrap()
    }
}

fn daily() -> NewSchedule {
    let rule = Rule {
        cron: "30 2 * * *".into(),
        zone: "europe/berlin".into(),
        missed: MissedPolicy::Skip,
        grace_ms: GRACE_MS,
        until: None,
        enabled: true,
    };
    NewSchedule { replica: "web".into(), rule, task: Task::default() }
}

#[tokio::test]
async fn a_run_begins_at_its_time_and_is_followed_to_its_end() {
    let world = World::new("2026-11-10T01:00:07Z", |new| {
        new.task.power_off = true;
        new.rule.cron = "30 * * * *".into();
    })
    .await;
    world.run_until("2026-11-10T01:31:00Z").await;
    assert_eq!(world.begun(), [("2026-11-10T01:30:00Z".into(), 0)]);
    assert_eq!(world.jobs().all[0].run.work, Work::Execution { power_off: true });
    let web = world.web().await;
    assert_eq!(
        (web.run.as_ref().unwrap().phase, web.state(ms("2026-11-10T01:31:00Z"))),
        (Phase::Executing, State::Running)
    );
    world.run_until("2026-11-10T03:50:00Z").await;
    assert_eq!(world.begun().len(), 3);
    let web = world.web().await;
    assert_eq!((web.run.unwrap().phase, web.missed_runs, web.waiting), (Phase::Succeeded, None, None));
}

#[tokio::test]
async fn a_failed_job_is_told_and_the_next_run_begins_all_the_same() {
    let world = World::new("2026-11-10T01:00:00Z", |new| {
        new.task.deploy = Some(json!({}));
        new.rule.cron = "30 * * * *".into();
    })
    .await;
    world.jobs().fails = true;
    world.run_until("2026-11-10T03:00:00Z").await;
    let run = world.web().await.run.unwrap();
    assert_eq!(
        (run.phase, run.error.unwrap().code.as_str(), run.deployment),
        (Phase::Failed, "fake.broken", None)
    );
    assert_eq!(world.begun().len(), 2, "nothing is deployed: {:?}", world.begun());
    world.jobs().errors.push(Error::invalid("fake.options", "wrong"));
    world.run_until("2026-11-10T04:00:00Z").await;
    let run = world.web().await.run.unwrap();
    assert_eq!(
        (run.phase, run.error.unwrap().code.as_str(), run.execution),
        (Phase::Failed, "fake.options", None)
    );
    assert_eq!(world.starts(), 3);
}

#[tokio::test]
async fn a_deployment_follows_a_success() {
    let options: Value = json!({"skip_morphing": true});
    let world = World::new("2026-11-10T01:00:00Z", |new| new.task.deploy = Some(options.clone())).await;
    world.run_until("2026-11-10T02:00:00Z").await;
    let works: Vec<_> = world.jobs().all.iter().map(|job| job.run.work.clone()).collect();
    assert_eq!(works, [Work::Execution { power_off: false }, Work::Deployment { options }]);
    let run = world.web().await.run.unwrap();
    assert!(run.phase == Phase::Succeeded && run.execution.is_some() && run.deployment.is_some(), "{run:?}");
}

#[tokio::test]
async fn a_deployment_waits_for_its_replica_and_not_for_ever() {
    for (until, phase) in
        [("2026-11-10T01:45:00Z", Phase::Succeeded), ("2026-11-10T05:00:00Z", Phase::Failed)]
    {
        let world = World::new("2026-11-10T01:00:00Z", |new| new.task.deploy = Some(json!({}))).await;
        world.run_until("2026-11-10T01:31:00Z").await;
        world.jobs().foreign.push(("web".into(), ms(until)));
        world.run_until("2026-11-10T02:10:00Z").await;
        let run = world.web().await.run.unwrap();
        assert_eq!(run.phase, phase);
        assert_eq!(
            run.error.map(|error| error.code),
            (phase == Phase::Failed).then(|| "schedule.busy".into())
        );
    }
    // One that is refused each time, as on a replica with parts of two executions.
    let world = World::new("2026-11-10T01:00:00Z", |new| new.task.deploy = Some(json!({}))).await;
    world.run_until("2026-11-10T01:31:00Z").await;
    world.jobs().errors = vec![Error::conflict("replica.torn", "parts of two"); 200];
    world.run_until("2026-11-10T02:10:00Z").await;
    let run = world.web().await.run.unwrap();
    assert_eq!((run.phase, run.error.unwrap().code.as_str()), (Phase::Failed, "replica.torn"));
}

#[tokio::test]
async fn a_busy_replica_is_waited_for_within_the_grace() {
    let world = World::new("2026-11-10T01:00:00Z", |_| ()).await;
    world.jobs().foreign.push(("web".into(), ms("2026-11-10T01:40:00Z")));
    world.run_until("2026-11-10T01:39:00Z").await;
    let waiting = world.web().await.waiting.unwrap();
    assert_eq!(
        (waiting.since, waiting.why.as_str()),
        (ms("2026-11-10T01:30:00Z"), "the replica is busy: job 1, an execution")
    );
    world.run_until("2026-11-10T01:41:00Z").await;
    assert_eq!(world.begun(), [("2026-11-10T01:30:00Z".into(), 600)]);
    assert_eq!(world.web().await.waiting, None);
}

#[tokio::test]
async fn a_replica_that_stays_busy_has_its_run_missed_or_made_up_for() {
    for (missed, begun) in
        [(MissedPolicy::Skip, vec![]), (MissedPolicy::Once, vec![("2026-11-10T01:30:00Z".to_owned(), 5400)])]
    {
        let world = World::new("2026-11-10T01:00:00Z", |new| new.rule.missed = missed).await;
        world.jobs().foreign.push(("web".into(), ms("2026-11-10T03:00:00Z")));
        world.run_until("2026-11-10T04:00:00Z").await;
        assert_eq!(world.begun(), begun, "{missed:?}");
        let web = world.web().await;
        assert_eq!(web.waiting, None);
        if missed == MissedPolicy::Skip {
            let told = web.missed_runs.unwrap();
            assert_eq!((told.count, told.why.as_str()), (1, "the replica is busy: job 1, an execution"));
        }
    }
}

#[tokio::test]
async fn what_passed_while_nothing_ran_is_missed_or_made_up_for_once() {
    for (missed, begun) in [(MissedPolicy::Skip, 0), (MissedPolicy::Once, 1)] {
        let world = World::new("2026-11-10T01:00:00Z", |new| new.rule.missed = missed).await;
        world.set("2026-11-14T12:00:00Z");
        world.run_until("2026-11-14T12:30:00Z").await;
        assert_eq!(world.begun().len(), begun, "{missed:?}");
        let told = world.web().await.missed_runs.unwrap();
        assert_eq!((told.count as usize, told.first), (5 - begun, ms("2026-11-10T01:30:00Z")), "{missed:?}");
        assert_eq!(told.why.contains("a later run stands for them"), begun == 1, "{told:?}");
        // Once: not again after another restart.
        world.set("2026-11-15T01:00:00Z");
        world.run_until("2026-11-15T02:00:00Z").await;
        assert_eq!(world.begun().len(), begun + 1);
    }
}

#[tokio::test]
async fn a_clock_that_leaps_in_mid_sleep_is_seen() {
    // Forward over the planned time, within its grace: seen after one sleep at most.
    let world = World::new("2026-11-10T00:00:00Z", |_| ()).await;
    *world.clock.leap.lock().unwrap() = Some((ms("2026-11-10T00:10:00Z"), ms("2026-11-10T01:35:00Z")));
    world.run_until("2026-11-10T01:50:00Z").await;
    assert_eq!(world.begun(), [("2026-11-10T01:30:00Z".into(), 300)]);
    // Back behind it: not again.
    *world.clock.leap.lock().unwrap() = Some((ms("2026-11-10T01:55:00Z"), ms("2026-11-10T01:00:00Z")));
    world.run_until("2026-11-10T02:30:00Z").await;
    assert_eq!(world.begun().len(), 1);
    world.set("2026-10-10T00:00:00Z");
    assert_eq!(world.web().await.state(world.clock.now_ms()), State::ClockBehind);
    // Whoever finds that too long says so.
    world.schedules.resume("web", world.clock.now_ms()).await.unwrap();
    world.jobs().all[0].ends = 0;
    world.run_until("2026-10-10T02:00:00Z").await;
    assert_eq!(world.begun()[1].0, "2026-10-10T00:30:00Z");
}

#[tokio::test]
async fn summer_begins_and_ends() {
    let world = World::new("2026-03-29T00:00:00Z", |_| ()).await;
    world.run_until("2026-03-30T01:00:00Z").await;
    assert_eq!(world.begun(), [("2026-03-29T01:00:00Z".into(), 0), ("2026-03-30T00:30:00Z".into(), 0)]);
    let world = World::new("2026-10-25T00:00:00Z", |_| ()).await;
    world.run_until("2026-10-26T02:00:00Z").await;
    assert_eq!(world.begun(), [("2026-10-25T00:30:00Z".into(), 0), ("2026-10-26T01:30:00Z".into(), 0)]);
}

#[tokio::test]
async fn a_crash_between_note_and_job_neither_loses_nor_doubles_a_run() {
    for crash in [Crash::Before, Crash::After] {
        let world = World::new("2026-11-10T01:00:00Z", |_| ()).await;
        world.jobs().crash = Some(crash);
        world.run_until("2026-11-10T02:00:00Z").await;
        let noted = world.web().await;
        assert_eq!(
            (noted.run.unwrap().phase, noted.done_until),
            (Phase::Starting, ms("2026-11-10T01:30:00Z"))
        );
        world.set("2026-11-10T01:33:00Z");
        world.run_until("2026-11-10T03:00:00Z").await;
        let late = if crash == Crash::Before { 180 } else { 0 };
        assert_eq!(world.begun(), [("2026-11-10T01:30:00Z".into(), late)]);
        let web = world.web().await;
        assert_eq!((web.run.unwrap().phase, web.missed_runs), (Phase::Succeeded, None));
    }
}

#[tokio::test]
async fn a_crash_before_the_job_and_a_late_restart_follow_the_policy() {
    for (missed, begun) in [(MissedPolicy::Skip, 0), (MissedPolicy::Once, 1)] {
        let world = World::new("2026-11-10T01:00:00Z", |new| new.rule.missed = missed).await;
        world.jobs().crash = Some(Crash::Before);
        world.run_until("2026-11-10T02:00:00Z").await;
        world.set("2026-11-10T06:00:00Z");
        world.run_until("2026-11-10T07:00:00Z").await;
        assert_eq!(world.begun().len(), begun);
        let web = world.web().await;
        match missed {
            MissedPolicy::Once => assert_eq!(web.run.unwrap().phase, Phase::Succeeded),
            MissedPolicy::Skip => {
                assert_eq!(web.run.unwrap().error.unwrap().code, "schedule.interrupted");
                assert_eq!(web.missed_runs.unwrap().count, 1);
            }
        }
    }
}

#[tokio::test]
async fn a_run_that_always_takes_the_process_with_it_is_given_up() {
    let world = World::new("2026-11-10T01:00:00Z", |new| new.rule.missed = MissedPolicy::Once).await;
    for _ in 0..5 {
        world.jobs().crash = Some(Crash::Before);
        world.run_until("2026-11-10T04:00:00Z").await;
    }
    assert_eq!((world.starts(), world.begun().len()), (TRIES_MAX as usize, 0));
    let run = world.web().await.run.unwrap();
    assert!(run.phase == Phase::Failed && run.error.unwrap().to_string().contains("it was tried 3 times"));
}

#[tokio::test]
async fn a_crash_around_the_deployment_deploys_once() {
    for crash in [Crash::Before, Crash::After] {
        let world = World::new("2026-11-10T01:00:00Z", |new| new.task.deploy = Some(json!({}))).await;
        world.run_until("2026-11-10T01:31:00Z").await;
        world.jobs().crash = Some(crash);
        world.run_until("2026-11-10T02:00:00Z").await;
        assert_eq!(world.web().await.run.unwrap().phase, Phase::StartingDeployment);
        world.run_until("2026-11-10T03:00:00Z").await;
        assert_eq!(world.web().await.run.unwrap().phase, Phase::Succeeded);
        assert_eq!(world.jobs().all.len(), 2);
    }
}

#[tokio::test]
async fn what_cannot_begin_now_is_tried_again_and_no_failure() {
    let world = World::new("2026-11-10T01:00:00Z", |_| ()).await;
    world.jobs().errors =
        vec![Error::conflict("job.unfinished", "job 7 is not over yet"), Error::unavailable("net.x", "gone")];
    world.run_until("2026-11-10T02:00:00Z").await;
    assert_eq!((world.starts(), world.begun()), (3, vec![("2026-11-10T01:30:00Z".into(), 30)]));
    assert_eq!(world.web().await.run.unwrap().phase, Phase::Succeeded);
}

#[tokio::test]
async fn what_keeps_a_run_from_beginning_is_kept_as_its_reason() {
    let world = World::new("2026-11-10T01:00:00Z", |_| ()).await;
    world.jobs().busy = Some(Error::other("store.failed", "the disk is full"));
    world.run_until("2026-11-10T02:00:00Z").await;
    let told = world.web().await.missed_runs.unwrap();
    assert_eq!((told.count, told.why.as_str()), (1, "the disk is full [store.failed]"));
}

#[tokio::test]
async fn a_replica_that_is_gone_pauses_its_schedule() {
    let world = World::new("2026-11-10T01:00:00Z", |new| new.rule.cron = "30 * * * *".into()).await;
    world.jobs().errors.push(Error::not_found("replica.unknown", "there is no replica \"web\""));
    world.run_until("2026-11-10T04:00:00Z").await;
    let web = world.web().await;
    assert_eq!((world.starts(), web.state(world.clock.now_ms())), (1, State::Paused));
    assert_eq!(web.paused_by.unwrap().code, "replica.unknown");
}

#[tokio::test]
async fn a_paused_schedule_begins_nothing_and_makes_up_for_nothing() {
    let world = World::new("2026-11-10T01:00:00Z", |new| {
        new.rule.cron = "30 * * * *".into();
        (new.task.deploy, new.rule.missed) = (Some(json!({})), MissedPolicy::Once);
    })
    .await;
    world.run_until("2026-11-10T01:31:00Z").await;
    world.schedules.pause("web").await.unwrap();
    world.run_until("2026-11-10T04:00:00Z").await;
    let run = world.web().await.run.unwrap();
    assert_eq!((world.jobs().all.len(), run.error.unwrap().code.as_str()), (1, "schedule.paused"));
    world.schedules.resume("web", world.clock.now_ms()).await.unwrap();
    world.run_until("2026-11-10T04:20:00Z").await;
    assert_eq!(world.begun().len(), 1);
    world.run_until("2026-11-10T04:31:00Z").await;
    assert_eq!(world.begun()[1].0, "2026-11-10T04:30:00Z");
}

#[tokio::test]
async fn nothing_begins_after_the_end() {
    let world = World::new("2026-11-10T01:00:00Z", |new| {
        new.rule.cron = "30 * * * *".into();
        new.rule.until = Some(ms("2026-11-10T03:30:00Z"));
    })
    .await;
    world.run_until("2026-11-10T06:00:00Z").await;
    assert_eq!(world.begun().len(), 2);
    let web = world.web().await;
    assert_eq!(
        (web.state(world.clock.now_ms()), web.upcoming(world.clock.now_ms(), 3).unwrap()),
        (State::Expired, vec![])
    );
}

#[tokio::test]
async fn a_new_end_makes_up_for_nothing_after_the_old_one() {
    for missed in [MissedPolicy::Skip, MissedPolicy::Once] {
        let world = World::new("2026-11-10T01:00:00Z", |new| {
            (new.rule.cron, new.rule.missed) = ("30 * * * *".into(), missed);
            new.rule.until = Some(ms("2026-11-10T03:00:00Z"));
        })
        .await;
        world.run_until("2026-11-10T06:35:00Z").await;
        assert_eq!(world.begun().len(), 2);
        // A planned time lies within the grace, others before it.
        for change in [
            Change { until: Some(ms("2026-11-10T09:00:00Z")), ..Change::default() },
            Change { endless: true, ..Change::default() },
        ] {
            world.schedules.amend("web", &change, world.clock.now_ms()).await.unwrap();
        }
        world.run_until("2026-11-10T07:29:00Z").await;
        assert_eq!(world.begun().len(), 2, "{missed:?}");
        world.run_until("2026-11-10T07:35:00Z").await;
        assert_eq!(world.begun()[2..], [("2026-11-10T07:30:00Z".into(), 0)], "{missed:?}");
        assert_eq!(world.web().await.missed_runs, None);
    }
}

#[tokio::test]
async fn a_clock_set_back_between_the_time_and_its_note_doubles_nothing() {
    let world = World::new("2026-11-10T01:00:00Z", |_| ()).await;
    world.jobs().set_back_ms = SECOND;
    world.run_until("2026-11-10T03:00:00Z").await;
    assert_eq!(world.begun(), [("2026-11-10T01:30:00Z".into(), 0)]);
    assert_eq!(world.jobs().all[0].begun, ms("2026-11-10T01:29:59Z"));
    assert_eq!(world.web().await.done_until, ms("2026-11-10T01:30:00Z"));
}

#[tokio::test]
async fn a_planned_run_that_could_not_begin_leaves_what_was_asked_for() {
    let world = World::new("2026-11-10T01:00:00Z", |_| ()).await;
    let asked = ms("2026-11-10T01:29:59Z");
    world.schedules.run_now("web", asked).await.unwrap();
    world.set("2026-11-10T01:30:00Z");
    // The loop may look a second time at once: it was woken.
    world.jobs().errors = vec![Error::conflict("job.unfinished", "job 7 is not over yet"); 2];
    world.run_until("2026-11-10T01:30:00Z").await;
    let web = world.web().await;
    assert_eq!((web.asked, web.waiting.unwrap().planned), (Some(asked), ms("2026-11-10T01:30:00Z")));
    world.run_until("2026-11-10T03:00:00Z").await;
    assert_eq!((world.begun().len(), world.web().await.asked), (1, None));
}

#[tokio::test]
async fn a_run_that_could_not_begin_does_not_wait_where_somebody_paused_meanwhile() {
    for by_hand in [false, true] {
        let world = World::new("2026-11-10T01:30:00Z", |_| ()).await;
        if by_hand {
            world.schedules.run_now("web", world.clock.now_ms()).await.unwrap();
        }
        world.jobs().errors = vec![Error::conflict("job.unfinished", "job 7 is not over yet")];
        world.jobs().pauses = Some(world.schedules.clone());
        world.run_until("2026-11-11T01:40:00Z").await;
        let web = world.web().await;
        assert_eq!((world.starts(), web.asked, web.waiting, web.run), (1, None, None, None), "{by_hand}");
    }
}

#[tokio::test]
async fn one_schedule_that_fails_does_not_keep_the_others_and_each_replica_has_its_own() {
    let world = World::new("2026-11-10T01:00:00Z", |_| ()).await;
    for name in ["aaa", "zzz"] {
        let new = NewSchedule { replica: name.into(), ..daily() };
        world.schedules.create(name, new, world.clock.now_ms()).await.unwrap();
    }
    // A zone that the machine's next tzdata does not know, and a record of another version of gyre.
    world.schedules.garble("bbb").await;
    let lose_zone = |schedule: &mut Schedule| {
        schedule.rule.zone = "Gone/Away".into();
        Ok(())
    };
    world.schedules.change("aaa", None, lose_zone).await.unwrap();
    world.jobs().foreign.push(("web".into(), ms("2027-11-10T01:40:00Z")));
    world.run_until("2026-11-10T03:00:00Z").await;
    let replicas: Vec<_> = world.jobs().all.iter().map(|job| job.run.replica.clone()).collect();
    assert_eq!(replicas, ["zzz"]);
}

#[tokio::test]
async fn a_run_that_is_asked_for_takes_no_planned_one_away() {
    let world = World::new("2026-11-10T01:00:00Z", |_| ()).await;
    world.schedules.run_now("web", world.clock.now_ms()).await.unwrap();
    world.run_until("2026-11-10T01:10:00Z").await;
    let web = world.web().await;
    let run = web.run.unwrap();
    assert_eq!((run.phase, run.by_hand, web.asked), (Phase::Succeeded, true, None));
    world.run_until("2026-11-10T02:00:00Z").await;
    assert_eq!(world.begun(), [("2026-11-10T01:00:00Z".into(), 0), ("2026-11-10T01:30:00Z".into(), 0)]);
    let web = world.web().await;
    assert!(!web.run.unwrap().by_hand && web.missed_runs.is_none());
}

#[tokio::test]
async fn a_planned_run_is_the_one_that_was_asked_for_meanwhile() {
    let world = World::new("2026-11-10T01:00:00Z", |_| ()).await;
    world.schedules.run_now("web", ms("2026-11-10T01:29:59Z")).await.unwrap();
    world.set("2026-11-10T01:30:00Z");
    world.run_until("2026-11-10T03:00:00Z").await;
    assert_eq!(world.begun(), [("2026-11-10T01:30:00Z".into(), 0)]);
}

#[tokio::test]
async fn a_crash_around_a_run_that_was_asked_for_begins_it_once() {
    for (crash, missed, restart, begun) in [
        (Crash::Before, MissedPolicy::Skip, "2026-11-10T01:05:00Z", 1),
        (Crash::After, MissedPolicy::Skip, "2026-11-10T01:05:00Z", 1),
        (Crash::After, MissedPolicy::Skip, "2026-11-10T06:00:00Z", 1),
        (Crash::Before, MissedPolicy::Skip, "2026-11-10T06:00:00Z", 0),
        (Crash::Before, MissedPolicy::Once, "2026-11-10T06:00:00Z", 1),
    ] {
        let cron = |new: &mut NewSchedule| (new.rule.cron, new.rule.missed) = ("0 0 1 1 *".into(), missed);
        let world = World::new("2026-11-10T01:00:00Z", cron).await;
        world.schedules.run_now("web", world.clock.now_ms()).await.unwrap();
        world.jobs().crash = Some(crash);
        world.run_until("2026-11-10T01:01:00Z").await;
        assert_eq!(world.web().await.run.unwrap().phase, Phase::Starting);
        world.set(restart);
        world.run_until("2026-11-10T08:00:00Z").await;
        let web = world.web().await;
        assert_eq!((world.begun().len(), web.asked), (begun, None), "{restart}");
        assert_eq!(web.missed_runs.map_or(0, |missed| missed.count), 1 - begun as u32, "{restart}");
    }
}

#[tokio::test]
async fn a_run_that_is_asked_for_waits_no_longer_than_a_planned_one() {
    let world = World::new("2026-11-10T01:00:00Z", |new| new.rule.cron = "0 0 1 1 *".into()).await;
    world.jobs().foreign.push(("web".into(), ms("2026-11-10T01:20:00Z")));
    world.schedules.run_now("web", world.clock.now_ms()).await.unwrap();
    world.run_until("2026-11-10T01:10:00Z").await;
    assert_eq!(world.web().await.state(world.clock.now_ms()), State::Waiting);
    world.run_until("2026-11-10T02:00:00Z").await;
    let web = world.web().await;
    assert_eq!((world.starts(), web.asked, web.waiting), (0, None, None));
    assert!(web.missed_runs.unwrap().why.contains("the replica is busy"));
    // A start that comes to nothing is asked for still.
    world.jobs().errors = vec![Error::conflict("job.unfinished", "job 7 is not over yet")];
    world.schedules.run_now("web", world.clock.now_ms()).await.unwrap();
    world.run_until("2026-11-10T03:00:00Z").await;
    assert_eq!((world.starts(), world.begun().len()), (2, 1));
}

#[tokio::test]
async fn a_change_wakes_the_loop_and_cancelling_ends_it() {
    let world = World::new("2026-11-10T01:00:00Z", |_| ()).await;
    let cancel = CancellationToken::new();
    let scheduler = Scheduler::new(world.schedules.clone(), world.starter.clone());
    let task = tokio::spawn(scheduler.run(cancel.clone()));
    // By the system's clock: planned a long time ago, and due for once.
    let mut new = daily();
    new.rule.missed = MissedPolicy::Once;
    new.replica = "now".into();
    world.schedules.create("now", new, ms("2026-01-01T00:00:00Z")).await.unwrap();
    while world.starts() < 1 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    cancel.cancel();
    task.await.unwrap();
}
