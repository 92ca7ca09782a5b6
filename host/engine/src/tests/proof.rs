//! What must hold while a job is undone, while a service stays away for good, whatever the clock says, and however often
//! the process dies.

use super::cloud::{Fault, When};
use super::crash::{Crash, Write};
use super::world::{Job, World, succeeded};
use super::{JOBS, broken};
use crate::{Owner, Place};
use gyre_core::{Error, Kind};
use gyre_saga::{Status, Stop};
use std::collections::BTreeSet;
use std::sync::atomic::{AtomicI64, Ordering};
use tokio_util::sync::CancellationToken;

/// Jobs that can be undone, and a call late in each.
const UNDOABLE: [(Job, &str); 6] = [
    (Job::First, "remove-worker"),
    (Job::Second, "target.write"),
    (Job::Deployment, "describe-instance"),
    (Job::HandingOver, "describe-instance"),
    (Job::Migration, "describe-instance"),
    (Job::Verification, "target.hashes"),
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
                    // Whoever asks the disk finds what was written although nobody answered.
                    _ if call == "target.write" && matches!(when, When::After) => {}
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

/// Trials of every run of the next test: `GYRE_TRIALS=10000 GYRE_SEED=1` asks for more.
const TRIALS: u64 = 40;
/// Crashes of one trial.
const CRASHES_MAX: u64 = 4;

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// splitmix64: the same seed makes the same trial.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % limit
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.below(all.len() as u64) as usize]
    }

    /// One call of one trial in two fails, once.
    fn fault(&mut self) -> Option<Fault> {
        let kinds = [Kind::Other, Kind::Denied, Kind::NotFound, Kind::Conflict, Kind::Unavailable];
        let error = Error::new(self.one_of(&kinds), "fake.broken", "broken");
        let (at, when) = (self.below(40) as usize, self.one_of(&[When::Before, When::After]));
        (self.below(2) == 0).then_some(Fault { at, when, error, times: 1 })
    }
}

/// A job whose process dies several times, going forward or back, and that also fails where that happens to be.
async fn crashed_again_and_again(seed: u64) {
    let mut random = Random(seed);
    let job = random.one_of(&JOBS);
    let world = World::prepared(job).await;
    let before = world.jobs().await.len();
    random.fault().into_iter().for_each(|fault| world.cloud.set_fault(fault));
    for _ in 0..=random.below(CRASHES_MAX) {
        let crash =
            Crash { at: random.below(50) as usize, write: random.one_of(&[Write::Lost, Write::Kept]) };
        drop(world.run(job, &world.engine_that_crashes(crash)).await);
    }
    let engine = world.engine();
    for left in engine.left().await.unwrap() {
        drop(engine.work(left, Stop::default()).await.unwrap());
    }
    world.cloud.heal();
    for _ in 0..2 {
        for stuck in world.jobs().await.iter().filter(|one| one.status == Status::Stuck) {
            engine.resume(&stuck.id, Stop::default()).await.unwrap();
        }
    }
    let all = world.jobs().await;
    let here = &all[..all.len() - before];
    assert!(here.iter().all(|one| one.status.is_final()), "seed {seed}: {job:?} {here:?}");
    if !here.iter().any(|one| one.status == Status::Succeeded) {
        world.assert_undone(job, &format!("seed {seed}")).await;
        succeeded(world.run(job, &engine).await);
    }
    world.assert_at_least_done(job);
    // What is there belongs to somebody.
    for place in [Place::Destination("cloud".into()), Place::Source("lab".into())] {
        let found = engine.marked(&place, &CancellationToken::new()).await.unwrap();
        assert!(found.iter().all(|one| one.owner == Owner::Kept), "seed {seed}: {job:?} {found:?}");
    }
}

#[tokio::test]
async fn whatever_crashes_again_and_again_comes_out_whole() {
    let (trials, first) = (setting("GYRE_TRIALS", TRIALS), setting("GYRE_SEED", 1));
    for seed in first..first + trials {
        println!("seed {seed}");
        crashed_again_and_again(seed).await;
    }
}
