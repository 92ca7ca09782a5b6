//! Stopping jobs from elsewhere: cancelling, forcing, parking, skipping; and services that are away for long.

use super::broken;
use super::world::{Job, World, succeeded};
use crate::{Ask, Engine, News, Report};
use gyre_core::{Kind, Result};
use gyre_saga::{Status, Stop};
use std::time::Duration;
use tokio::task::JoinHandle;

/// A job of another process that has come to its worker and waits there.
async fn in_the_middle(world: &World, job: Job) -> (Engine, Stop, JoinHandle<Result<Report>>, String) {
    world.cloud.held().closed = true;
    let reached = world.cloud.count("reach-worker");
    let (engine, stop) = (world.engine(), Stop::default());
    let started = engine.start(job.ask()).await.unwrap();
    let id = started.job.clone();
    let running = {
        let (engine, stop) = (engine.clone(), stop.clone());
        tokio::spawn(async move { engine.work(started, stop).await })
    };
    world.cloud.wait_for("reach-worker", reached + 1).await;
    (engine, stop, running, id)
}

#[tokio::test]
async fn a_job_of_another_process_is_cancelled_and_undone_there() {
    for job in [Job::First, Job::Second, Job::Deployment, Job::HandingOver, Job::Migration] {
        let world = World::prepared(job).await;
        let (_, _, running, id) = in_the_middle(&world, job).await;
        let report = world.engine().cancel(&id, Stop::default()).await.unwrap();
        assert_eq!((report.status, report.left.len()), (Status::Cancelled, 0), "{job:?}");
        assert_eq!(running.await.unwrap().unwrap().status, Status::Cancelled);
        world.assert_undone(job, &format!("{job:?} was cancelled")).await;
        world.cloud.held().closed = false;
        succeeded(world.run(job, &world.engine()).await);
        world.assert_done(job);
    }
}

#[tokio::test]
async fn a_forced_job_ends_at_once_and_names_what_it_left() {
    let world = World::new().await;
    let (_, _, running, id) = in_the_middle(&world, Job::First).await;
    let report = world.engine().force(&id, Stop::default()).await.unwrap();
    assert_eq!((report.status, report.error.unwrap().code.as_str()), (Status::Failed, "job.forced"));
    let left: Vec<_> = report.left.iter().map(|left| left.step.as_str()).collect();
    assert_eq!(left, ["source-snapshot", "target-disks", "copy-worker"]);
    assert!(report.left.iter().all(|left| left.token.starts_with(&id)));
    assert_eq!(running.await.unwrap().unwrap().status, Status::Failed);
    assert_eq!(world.cloud.held().workers.len(), 1, "it is left, as was said");
    // One that nobody works on is ended just so.
    let (engine, stop, running, id) = in_the_middle(&world, Job::First).await;
    stop.park();
    running.await.unwrap().unwrap_err();
    assert_eq!(engine.force(&id, Stop::default()).await.unwrap().status, Status::Failed);
    assert_eq!(engine.force(&id, Stop::default()).await.unwrap_err().code, "job.over");
}

#[tokio::test]
async fn parked_jobs_are_gone_on_with_by_the_next_process() {
    for job in [Job::First, Job::Second, Job::Deployment, Job::HandingOver, Job::Migration] {
        let world = World::prepared(job).await;
        let (_, stop, running, id) = in_the_middle(&world, job).await;
        stop.park();
        let parked = running.await.unwrap().unwrap_err();
        assert_eq!((parked.kind, parked.code.as_str()), (Kind::Cancelled, "job.parked"));
        world.cloud.held().closed = false;
        let engine = world.engine();
        let mut left = engine.left().await.unwrap();
        assert_eq!(left.len(), 1, "{job:?}");
        let report = succeeded(engine.work(left.remove(0), Stop::default()).await);
        assert_eq!((report.job, report.resumed), (id, true));
        world.assert_done(job);
        assert!(engine.left().await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_parked_job_can_be_cancelled_without_its_process() {
    let world = World::new().await;
    let (engine, stop, running, id) = in_the_middle(&world, Job::First).await;
    stop.park();
    running.await.unwrap().unwrap_err();
    assert_eq!(engine.cancel(&id, Stop::default()).await.unwrap().status, Status::Cancelled);
    world.assert_undone(Job::First, "cancelled while parked").await;
}

#[tokio::test]
async fn nothing_is_cancelled_past_the_pivot() {
    let world = World::prepared(Job::Deployment).await;
    world.cloud.set_fault_on("remove-checkpoint", broken("fake.busy", 1));
    let stuck = world.run(Job::Deployment, &world.engine()).await.unwrap();
    assert_eq!(stuck.status, Status::Stuck);
    let refused = world.engine().cancel(&stuck.job, Stop::default()).await.unwrap_err();
    assert_eq!(refused.code, "job.committed");
    assert_eq!(world.engine().resume(&stuck.job, Stop::default()).await.unwrap().status, Status::Succeeded);
    world.assert_done(Job::Deployment);
}

#[tokio::test]
async fn what_was_dealt_with_by_hand_is_skipped_in_both_directions() {
    let world = World::prepared(Job::Deployment).await;
    world.cloud.set_fault_on("remove-checkpoint", broken("fake.busy", 100));
    let id = world.run(Job::Deployment, &world.engine()).await.unwrap().job;
    world.cloud.held().checkpoints.clear();
    succeeded(world.engine().skip(&id, Stop::default()).await);
    world.assert_done(Job::Deployment);

    let world = World::new().await;
    world.cloud.set_fault_on("target.write", broken("fake.disk", 1));
    world.cloud.set_fault_on("remove-worker", broken("fake.busy", 100));
    let id = world.execute().await.unwrap().job;
    world.cloud.held().workers.clear();
    let engine = world.engine();
    let report = engine.skip(&id, Stop::default()).await.unwrap();
    assert_eq!((report.status, report.left.len()), (Status::Failed, 0), "{report:?}");
    world.assert_undone(Job::First, "the undo was skipped").await;
    assert_eq!(engine.skip(&id, Stop::default()).await.unwrap_err().code, "job.over");
    let told = engine.told(Some(&id), 0, 1000).await.unwrap();
    assert!(told.iter().any(|told| matches!(&told.news, News::Warning { text } if text.contains("by hand"))));
}

#[tokio::test]
async fn only_what_is_stuck_is_skipped() {
    let world = World::new().await;
    let (engine, stop, running, id) = in_the_middle(&world, Job::First).await;
    stop.park();
    running.await.unwrap().unwrap_err();
    assert_eq!(engine.skip(&id, Stop::default()).await.unwrap_err().code, "job.not-stuck");
}

/// Ten minutes without the destination, a thousand times as fast: nothing is lost, and nothing is undone.
#[tokio::test]
async fn a_service_that_is_away_for_ten_minutes_is_waited_for() {
    for job in [Job::First, Job::Deployment, Job::Migration] {
        for call in ["ensure-disks", "ensure-worker", "open-worker", "close-worker", "ensure-clone"] {
            let world = World::prepared(job).await;
            let reached = world.cloud.count(call);
            let watch = {
                let cloud = world.cloud.clone();
                tokio::spawn(async move {
                    cloud.wait_for(call, reached + 1).await;
                    cloud.held().away_until = Some(tokio::time::Instant::now() + Duration::from_millis(600));
                })
            };
            let engine = world.engine_in_a_hurry();
            let ended = engine.run(job.ask(), Stop::default()).await;
            watch.abort();
            let report = succeeded(ended);
            world.assert_done(job);
            let told = engine.told(Some(&report.job), 0, 10_000).await.unwrap();
            assert!(!told.iter().any(|told| matches!(told.news, News::Undoing { .. })), "{job:?} {call}");
        }
    }
}

#[tokio::test]
async fn everything_that_happens_is_kept_with_the_job_in_order() {
    let world = World::new().await;
    world.cloud.set_fault_on(
        "ensure-disks",
        super::Fault {
            at: usize::MAX,
            when: super::When::Before,
            error: gyre_core::Error::unavailable("fake.reset", "connection reset"),
            times: 1,
        },
    );
    let engine = world.engine();
    let report = succeeded(engine.run(Ask::Execute("web".into(), Default::default()), Stop::default()).await);
    let told = engine.told(Some(&report.job), 0, 10_000).await.unwrap();
    assert!(told.windows(2).all(|pair| pair[0].seq < pair[1].seq));
    let kind = |news: &News| serde_json::to_value(news).unwrap()["event"].as_str().unwrap().to_owned();
    let kinds: Vec<_> = told.iter().map(|told| kind(&told.news)).collect();
    assert_eq!((kinds[0].as_str(), kinds.last().unwrap().as_str()), ("begun", "ended"));
    for kind in ["step", "done", "retrying", "disk"] {
        assert!(kinds.iter().any(|k| k == kind), "{kind} is missing: {kinds:?}");
    }
    let first = engine.told(Some(&report.job), 0, 3).await.unwrap();
    let rest = engine.told(Some(&report.job), first[2].seq, 10_000).await.unwrap();
    assert_eq!(first.len() + rest.len(), told.len());
}
