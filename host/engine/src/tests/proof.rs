//! What must hold while a job is undone, while a service stays away for good, and whatever the clock says.

use super::cloud::{Fault, When};
use super::crash::{Crash, Write};
use super::world::{Job, World, succeeded};
use super::{JOBS, broken};
use gyre_core::Error;
use gyre_saga::{Status, Stop};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};

/// Jobs that can be undone, and a call late in each.
const UNDOABLE: [(Job, &str); 5] = [
    (Job::First, "remove-worker"),
    (Job::Second, "target.write"),
    (Job::Deployment, "describe-instance"),
    (Job::HandingOver, "describe-instance"),
    (Job::Migration, "describe-instance"),
];

async fn failing(job: Job, call: &str) -> World {
    let world = World::prepared(job).await;
    world.cloud.set_fault_on(call, broken("fake.late", 1));
    world
}

#[tokio::test]
async fn an_undo_between_two_records_can_crash_anywhere() {
    for (job, call) in UNDOABLE {
        let (total, ended) = failing(job, call).await.writes_until_the_end_of(job).await;
        assert_eq!(ended.status, Status::Failed, "{job:?} {ended:?}");
        let mut undone = 0;
        for (at, write) in (0..total).flat_map(|at| [(at, Write::Lost), (at, Write::Kept)]) {
            let world = failing(job, call).await;
            let before = world.cloud.count(call);
            let crash = Crash { at, write };
            let crashed = world.run(job, &world.engine_that_crashes(crash)).await;
            assert!(crashed.is_err_and(|e| e.code == "store.failed"), "{job:?} {crash:?}");
            let engine = world.engine();
            let mut ended = Status::Failed;
            for left in engine.left().await.unwrap() {
                ended = engine.work(left, Stop::default()).await.unwrap().status;
            }
            if ended == Status::Succeeded {
                // That the call failed was not written down, and so it was made again.
                world.assert_done(job);
                continue;
            }
            assert_eq!(ended, Status::Failed, "{job:?} {crash:?}");
            undone += 1;
            world.assert_undone(job, &format!("{job:?} {crash:?}")).await;
            if world.cloud.count(call) == before {
                // Not even its first record was kept: the fault is still to come.
                assert_eq!(world.run(job, &engine).await.unwrap().status, Status::Failed);
                world.assert_undone(job, &format!("{job:?} {crash:?}, begun anew")).await;
            }
            succeeded(world.run(job, &engine).await);
            world.assert_done(job);
        }
        assert!(undone > total, "{job:?}: {undone} of {total} were undone");
    }
}

/// The kind that is retried: each call in turn answers with nothing else, longer than anybody waits.
#[tokio::test]
async fn what_stays_unavailable_fails_a_job_and_leaves_nothing_over() {
    for job in JOBS {
        let calls: BTreeSet<_> = World::prepared(job).await.calls_of(job).await.into_iter().collect();
        for call in calls {
            for when in [When::Before, When::After] {
                let world = World::prepared(job).await;
                let error = Error::unavailable("fake.away", "no answer");
                world.cloud.set_fault_on(&call, Fault { at: usize::MAX, when, error, times: 10_000 });
                let report = world.run(job, &world.engine()).await.unwrap();
                let context = format!("{job:?} {when:?} {call}: {:?}", report.error);
                world.cloud.heal();
                match report.status {
                    Status::Failed => world.assert_undone(job, &context).await,
                    // Its undo needs the same service, or it is past its point of no return.
                    Status::Stuck => drop(world.engine().resume(&report.job, Stop::default()).await.unwrap()),
                    _ => assert!(call.starts_with("detect") || call == "close-worker", "{context}"),
                }
                if world.engine().job(&report.job).await.unwrap().1.status == Status::Failed {
                    world.assert_undone(job, &context).await;
                    succeeded(world.run(job, &world.engine()).await);
                }
                world.assert_done(job);
            }
        }
    }
}

const DAY_MS: i64 = 86_400_000;

/// Forward and back, by up to decades, at every look.
fn wild() -> i64 {
    static LOOKS: AtomicI64 = AtomicI64::new(0);
    const JUMPS: [i64; 7] = [0, 400, -400, 20_000, 1, -10_000, -1];
    let look = LOOKS.fetch_add(1, Ordering::SeqCst);
    let jump = JUMPS.iter().cycle().nth(usize::try_from(look % 7).unwrap()).unwrap();
    1_790_000_000_000 + jump * DAY_MS
}

#[tokio::test]
async fn a_clock_that_jumps_at_every_record_changes_nothing() {
    for job in JOBS {
        let world = World::prepared(job).await;
        succeeded(world.run(job, &world.engine_by_clock(wild, None)).await);
        world.assert_done(job);
        for at in 0..World::prepared(job).await.writes_of(job).await {
            let world = World::prepared(job).await;
            let crash = Crash { at, write: Write::Kept };
            let ended = world.run(job, &world.engine_by_clock(wild, Some(crash))).await;
            let died = ended.is_err_and(|e| e.code == "store.failed");
            let again = world.run(job, &world.engine_by_clock(wild, None)).await;
            let is_over = again.as_ref().is_err_and(|e| died && e.code == "replica.unknown");
            assert!(is_over || again.unwrap().status == Status::Succeeded, "{job:?} {crash:?}");
            world.assert_at_least_done(job);
        }
    }
}
