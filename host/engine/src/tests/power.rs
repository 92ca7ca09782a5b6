//! Powering the machine off at its source before the snapshot: an execution and a migration with one step more.

use super::cloud::{Fault, When};
use super::crash::{Crash, Write};
use super::world::{Job, World, succeeded, with_option};
use crate::{Ask, DeployOptions, Engine, ExecuteOptions, Report};
use gyre_core::{Error, Result};
use gyre_saga::{Status, Stop};

const OFF: ExecuteOptions = ExecuteOptions { power_off: true, bandwidth: None, compress: None };
const JOBS: [Job; 3] = [Job::First, Job::Second, Job::Migration];

async fn run(job: Job, engine: &Engine) -> Result<Report> {
    let ask = match job {
        Job::Migration => Ask::Migrate(with_option(None), OFF, DeployOptions::default()),
        _ => Ask::Execute("web".into(), OFF),
    };
    engine.run(ask, Stop::default()).await
}

#[tokio::test]
async fn the_machine_is_off_between_the_checks_and_the_snapshot() {
    for job in JOBS {
        let world = World::prepared(job).await;
        let before = world.cloud.calls().len();
        succeeded(run(job, &world.engine()).await);
        world.assert_done(job);
        let calls = world.cloud.calls().split_off(before);
        let at = |name: &str| calls.iter().position(|call| call.starts_with(name)).unwrap();
        let places =
            ["source.check", "destination.check", "power-off", "ensure-snapshot", "open-disk"].map(at);
        assert!(places.is_sorted(), "{calls:?}");
        // Asked for, waited for.
        assert_eq!(world.cloud.count("power-off"), 2);
        assert!(world.cloud.held().powered_off);
    }
}

#[tokio::test]
async fn nobody_powers_off_what_he_was_not_asked_to() {
    for job in JOBS {
        let world = World::prepared(job).await;
        succeeded(world.run(job, &world.engine()).await);
        assert!(!world.cloud.was_called("power-off"), "{job:?}");
    }
}

#[tokio::test]
async fn what_is_found_wrong_leaves_the_machine_on() {
    let world = World::new().await;
    world.cloud.find("network_map", "there is no network", "create it");
    let report = run(Job::First, &world.engine()).await.unwrap();
    assert_eq!(report.error.unwrap().code, "check.blocking");
    assert!(!world.cloud.was_called("power-off"));
}

#[tokio::test]
async fn a_source_that_cannot_power_off_fails_the_job_before_anything_is_made() {
    for job in JOBS {
        let world = World::prepared(job).await;
        let error = Error::invalid("fake.no-power", "cannot be powered off");
        let fault = Fault { at: usize::MAX, when: When::Before, error, times: 1 };
        world.cloud.set_fault_on("power-off", fault);
        let (snapshots, disks) = (world.cloud.count("ensure-snapshot"), world.cloud.count("ensure-disks"));
        let report = run(job, &world.engine()).await.unwrap();
        assert_eq!(
            (report.status, report.failed_step.as_deref()),
            (Status::Failed, Some("power-off-source"))
        );
        assert_eq!(report.error.unwrap().code, "fake.no-power");
        assert_eq!(world.cloud.count("ensure-snapshot"), snapshots);
        assert_eq!(world.cloud.count("ensure-disks"), disks);
    }
}

#[tokio::test]
async fn it_can_crash_anywhere_and_the_snapshot_is_always_of_a_machine_that_is_off() {
    for job in JOBS {
        for write in [Write::Lost, Write::Kept] {
            for at in 0.. {
                let world = World::prepared(job).await;
                let crash = Crash { at, write };
                if run(job, &world.engine_that_crashes(crash)).await.is_ok() {
                    assert!(at > 8, "{job:?} wrote {at} records");
                    break;
                }
                succeeded(run(job, &world.engine()).await);
                world.assert_at_least_done(job);
                let calls = world.cloud.calls();
                let last = |name: &str| calls.iter().rposition(|call| call.starts_with(name)).unwrap();
                let first_after = calls.iter().skip(last("power-off")).any(|call| call == "ensure-snapshot");
                assert!(first_after && world.cloud.held().powered_off, "{job:?} {crash:?} {calls:?}");
            }
        }
    }
}

#[tokio::test]
async fn a_job_goes_on_only_for_whoever_asks_for_the_same() {
    for (begun, asked) in [(OFF, ExecuteOptions::default()), (ExecuteOptions::default(), OFF)] {
        let world = World::new().await;
        let engine = world.engine_that_crashes(Crash { at: 8, write: Write::Lost });
        let ask = |options| Ask::Execute("web".into(), options);
        engine.run(ask(begun), Stop::default()).await.unwrap_err();
        let refused = world.engine().run(ask(asked), Stop::default()).await.unwrap_err();
        assert_eq!(refused.code, "job.other-options");
        succeeded(world.engine().run(ask(begun), Stop::default()).await);
    }
}
