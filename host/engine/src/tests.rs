//! Every job against a cloud in memory: repeated at every step, failed at every call, crashed between
//! any two records, cancelled at every step. Each time the same is asked: what the job was to make is
//! there, and nothing else is.

mod cloud;
mod crash;
mod many;
mod orphans;
mod power;
mod proof;
mod roles;
mod scripts;
mod stopping;
mod verification;
mod workers;
mod world;

use crate::{Ask, DeployOptions, ExecuteOptions, Report};
use cloud::{Fault, When};
use crash::{Crash, Write};
use gyre_core::config::Compress;
use gyre_core::{Error, Kind};
use gyre_saga::{Status, Stop};
use std::path::Path;
use world::{Job, World, succeeded, with_option};

const JOBS: [Job; 7] = [
    Job::First,
    Job::Second,
    Job::Deployment,
    Job::HandingOver,
    Job::Migration,
    Job::Deletion,
    Job::Verification,
];

#[tokio::test]
async fn a_replica_follows_its_machine_and_moves_only_what_changed() {
    let world = World::new().await;
    let first = succeeded(world.execute().await);
    assert_eq!((first.number, first.total.as_ref().unwrap().size), (1, world::SIZE * 2));
    assert_eq!(first.total.as_ref().unwrap().verified, world::SIZE * 2);
    world.assert_replicated();

    assert_eq!(world.warnings(&first).await, [""; 0], "there is nothing to compare with");

    world.change_source();
    let second = succeeded(world.execute().await);
    assert_eq!(second.total.as_ref().unwrap().moved, 64 * 1024, "one block changed: {second:?}");
    world.assert_replicated();
    world
        .assert_warned(&second, &["disk-a: the source does not say what changed", "disk-b: the source"])
        .await;
    let third = succeeded(world.execute().await);
    assert_eq!(third.total.as_ref().unwrap().moved, 0);
    assert_eq!(world.engine().replica("web").await.unwrap().executions, 3);
}

#[tokio::test]
async fn a_disk_that_is_another_one_is_copied_in_full() {
    let world = World::new().await;
    succeeded(world.execute().await);
    world.cloud.replace_volume("disk-b");
    let again = succeeded(world.execute().await);
    let moved: Vec<_> = again.disks.iter().map(|disk| (disk.disk.as_str(), disk.report.moved > 0)).collect();
    assert_eq!(moved, [("disk-a", false), ("disk-b", true)]);
    world.assert_replicated();
    world.assert_warned(&again, &["disk-a: the source", "disk-b: all of it is read"]).await;
}

#[tokio::test]
async fn hashes_that_are_lost_or_damaged_are_made_anew_and_that_is_said() {
    let world = World::new().await;
    let damages: [fn(&Path) -> std::io::Result<()>; 2] =
        [|path| std::fs::remove_file(path), |path| std::fs::write(path, "rubbish")];
    for damage in damages {
        succeeded(world.execute().await);
        world.damage_manifest("disk-b", damage).await;
        world.change_source();
        let again = succeeded(world.execute().await);
        world.assert_replicated();
        world.assert_warned(&again, &["disk-a: the source", "disk-b: all of it is read"]).await;
    }
}

#[tokio::test]
async fn a_job_may_say_itself_whether_it_compresses() {
    for (compress, packs) in [(None, false), (Some(Compress::Never), false), (Some(Compress::Always), true)] {
        let options = ExecuteOptions { compress, ..ExecuteOptions::default() };
        for ask in [
            Ask::Execute("web".into(), options),
            Ask::Migrate(with_option(None), options, DeployOptions::default()),
        ] {
            let world = World::new().await;
            succeeded(world.engine().run(ask, Stop::default()).await);
            let packed = world.cloud.count("target.write packed");
            assert_eq!(
                (packed > 0, packed == world.cloud.count("target.write")),
                (packs, packs),
                "{compress:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_deployment_boots_what_was_replicated_and_leaves_the_replica_alone() {
    let world = World::prepared(Job::Deployment).await;
    let before = world.cloud.held().source.clone();
    world.change_source();
    world.cloud.rename_vm("renamed since");
    let report = succeeded(world.run(Job::Deployment, &world.engine()).await);
    let instance = report.instance.unwrap();
    assert_eq!((instance.status.as_str(), instance.name.as_str()), ("ACTIVE", "web server"));
    assert_eq!(report.morphing.unwrap()["plugin"], "best");
    world.cloud.held().source = before;
    world.assert_done(Job::Deployment);
}

#[tokio::test]
async fn nothing_is_deployed_that_was_never_executed() {
    let world = World::new().await;
    let error = world.run(Job::Deployment, &world.engine()).await.unwrap_err();
    assert_eq!(error.code, "replica.never-executed");
    let unknown = world
        .engine()
        .run(Ask::Execute("other".into(), Default::default()), Stop::default())
        .await
        .unwrap_err();
    assert_eq!(unknown.code, "replica.unknown");
}

#[tokio::test]
async fn the_guest_may_be_left_as_it_is() {
    let world = World::prepared(Job::Deployment).await;
    let options = DeployOptions { skip_morphing: true, ..DeployOptions::default() };
    let report = succeeded(world.engine().run(Ask::Deploy("web".into(), options), Stop::default()).await);
    assert_eq!(report.morphing, None);
    assert!(!world.cloud.was_called("ensure-worker morph"));
    assert!(!world.cloud.instance_disks().iter().any(|disk| disk.starts_with(b"MORPHED")));
}

#[tokio::test]
async fn a_server_may_have_the_replicas_own_disks() {
    let world = World::prepared(Job::HandingOver).await;
    let own: Vec<_> = world.cloud.held().volumes.keys().cloned().collect();
    let report = succeeded(world.run(Job::HandingOver, &world.engine()).await);
    assert_eq!(report.instance.unwrap().status, "ACTIVE");
    world.assert_done(Job::HandingOver);
    assert!(world.cloud.held().volumes.keys().eq(&own), "no copies");
    assert_eq!(world.execute().await.unwrap_err().code, "replica.unknown");

    let world = World::prepared(Job::HandingOver).await;
    let calls = world.cloud.calls().len();
    world.cloud.find("own-disks", "volumes cannot be put back", "deploy on copies");
    let refused = world.run(Job::HandingOver, &world.engine()).await.unwrap();
    assert_eq!(
        (refused.status, refused.error.unwrap().code.as_str()),
        (Status::Failed, "replica.no-way-back")
    );
    assert_eq!(world.cloud.calls()[calls..], ["destination.check"], "nothing was made");
    world.cloud.held().findings.clear();
    world.cloud.set_fault_on("ensure-instance", broken("fake.host", 1));
    let report = world.run(Job::HandingOver, &world.engine()).await.unwrap();
    assert_eq!((report.status, world.cloud.count("restore-checkpoint")), (Status::Failed, 1));
    world.assert_undone(Job::HandingOver, "the instance failed").await;
    succeeded(world.execute().await);
    world.assert_replicated();
}

/// Nothing says what a replica's own disks hold after a deployment that could neither end nor be undone: the next
/// execution must find out.
#[tokio::test]
async fn own_disks_that_could_not_be_put_back_are_mended_by_the_next_execution() {
    let world = World::prepared(Job::HandingOver).await;
    world.cloud.set_fault_on("ensure-instance", broken("fake.host", 1));
    world.cloud.set_fault_on("restore-checkpoint", broken("fake.revert", 9));
    let stuck = world.run(Job::HandingOver, &world.engine()).await.unwrap();
    assert_eq!(stuck.status, Status::Stuck);
    world.engine().abandon(&stuck.job).await.unwrap();
    succeeded(world.execute().await);
    world.assert_replicated();
}

#[tokio::test]
async fn own_disks_with_parts_of_two_executions_are_not_handed_over() {
    let world = World::prepared(Job::HandingOver).await;
    world.cloud.set_fault_on("ensure-worker copy", broken("fake.quota", 1));
    assert_eq!(world.execute().await.unwrap().status, Status::Failed);
    let refused = world.run(Job::HandingOver, &world.engine()).await.unwrap_err();
    assert_eq!(refused.code, "replica.torn");
    succeeded(world.execute().await);
    succeeded(world.run(Job::HandingOver, &world.engine()).await);
}

#[tokio::test]
async fn a_job_between_two_records_can_crash_anywhere() {
    for job in JOBS {
        for write in [Write::Lost, Write::Kept] {
            let total = World::prepared(job).await.writes_of(job).await;
            assert!(total > 6, "{job:?} writes {total} records");
            for at in 0..total {
                let world = World::prepared(job).await;
                let crash = Crash { at, write };
                let crashed = world.run(job, &world.engine_that_crashes(crash)).await;
                assert!(crashed.is_err_and(|e| e.code == "store.failed"), "{job:?} {crash:?}");
                let again = world.run(job, &world.engine()).await;
                // What ends the replica and crashed after its last record has nothing left to do.
                let ends = matches!(job, Job::Deletion | Job::HandingOver);
                if !matches!(&again, Err(e) if ends && e.code == "replica.unknown") {
                    let report = again.unwrap();
                    assert_eq!(report.status, Status::Succeeded, "{job:?} {crash:?} {report:?}");
                }
                world.assert_at_least_done(job);
            }
        }
    }
}

/// What a call fails with for good: with every kind in the two jobs that everything else is made of, with each
/// in its turn in the others; `GYRE_ALL_KINDS=1` asks for every one at every call of every job.
fn kinds_at(job: Job, turn: usize) -> Vec<Kind> {
    const ALL: [Kind; 6] =
        [Kind::Other, Kind::Invalid, Kind::Denied, Kind::NotFound, Kind::Conflict, Kind::Cancelled];
    let is_main = matches!(job, Job::First | Job::Deployment);
    if is_main || std::env::var_os("GYRE_ALL_KINDS").is_some() {
        return ALL.to_vec();
    }
    vec![ALL[turn % ALL.len()]]
}

#[tokio::test]
async fn a_job_that_fails_anywhere_leaves_nothing_over_and_can_be_repeated() {
    for job in JOBS {
        let calls = World::prepared(job).await.calls_of(job).await;
        for (at, call) in calls.iter().enumerate() {
            let both = [When::Before, When::After].into_iter().enumerate();
            for (when, kind) in
                both.flat_map(|(n, when)| kinds_at(job, at + n).into_iter().map(move |k| (when, k)))
            {
                let world = World::prepared(job).await;
                let error = Error::new(kind, "fake.broken", "broken");
                world.cloud.set_fault(Fault { at, when, error, times: 1 });
                let report = world.run(job, &world.engine()).await.unwrap();
                let context = format!("{job:?} {when:?} call {at}, {call}: {kind:?} {:?}", report.error);
                match report.status {
                    Status::Failed | Status::Cancelled => world.assert_undone(job, &context).await,
                    Status::Stuck => assert!(report.error.is_some(), "{context}"),
                    // Closing a worker, looking with a second plugin, or where a machine is before its job asks
                    // for it, may fail without harm.
                    _ => assert!(
                        call.starts_with("detect") || call == "close-worker" || is_look(job, at),
                        "{context} did not matter"
                    ),
                }
                if report.status != Status::Succeeded {
                    assert!(report.failed_step.is_some(), "{context}");
                    let again = world.run(job, &world.engine()).await.unwrap();
                    assert_eq!(again.status, Status::Succeeded, "{context}");
                }
                world.assert_done(job);
            }
        }
    }
}

/// A migration first learns where its machine is.
fn is_look(job: Job, at: usize) -> bool {
    job == Job::Migration && at == 0
}

#[tokio::test]
async fn what_is_unavailable_once_does_not_fail_a_job() {
    for job in JOBS {
        let calls = World::prepared(job).await.calls_of(job).await;
        for at in 0..calls.len() {
            let world = World::prepared(job).await;
            let error = Error::unavailable("fake.reset", "connection reset");
            world.cloud.set_fault(Fault { at, when: When::After, error, times: 1 });
            succeeded(world.run(job, &world.engine()).await);
            world.assert_done(job);
        }
    }
}

#[tokio::test]
async fn a_job_can_be_cancelled_at_every_step() {
    for job in JOBS {
        for step in 0.. {
            let world = World::prepared(job).await;
            let (engine, cancel) = world.engine_that_cancels(step);
            let report = world.run_with(job, &engine, cancel.clone()).await.unwrap();
            if !cancel.is_cancelled() {
                assert!(step > 2, "{job:?} has steps");
                break;
            }
            match report.status {
                Status::Cancelled => {
                    assert_eq!(report.error.as_ref().unwrap().kind, Kind::Cancelled);
                    world.assert_undone(job, &format!("{job:?} cancelled at step {step}")).await;
                }
                status => assert_eq!(status, Status::Succeeded, "{job:?} past its pivot: {report:?}"),
            }
        }
    }
}

/// What a worker says that cannot be reached, so many times.
fn unreachable(code: &str, times: usize) -> Fault {
    Fault { at: usize::MAX, when: When::Before, error: Error::unavailable(code, "no answer"), times }
}

#[tokio::test]
async fn a_lost_worker_is_replaced_a_few_times_and_no_more() {
    let lost = |times| unreachable("worker.lost", times);
    let world = World::new().await;
    world.cloud.set_fault_on("open-worker", lost(3));
    succeeded(world.execute().await);
    world.assert_done(Job::First);
    // Each is asked for, waited for, and asked for again.
    assert_eq!(world.cloud.count("ensure-worker copy"), 2 * 2);

    let world = World::new().await;
    world.cloud.set_fault_on("open-worker", lost(1000));
    let report = world.execute().await.unwrap();
    let error = report.error.unwrap();
    assert_eq!((report.status, error.code.as_str()), (Status::Failed, "worker.lost"));
    let evidence = error.causes.last().unwrap();
    assert!(evidence.ends_with("-é panic: no init") && evidence.len() < 4200, "{evidence}");
    assert_eq!(report.failed_step.as_deref(), Some("copy-disks"));
    assert_eq!(world.cloud.count("ensure-worker copy"), 3 * 2);
    world.assert_undone(Job::First, "lost worker").await;
}

/// It is not waited for twice, for that is a quarter of an hour each time.
#[tokio::test]
async fn a_worker_that_never_boots_is_replaced_too() {
    let never = |times| unreachable("worker.boot-timeout", times);
    let world = World::new().await;
    world.cloud.set_fault_on("open-worker", never(1));
    succeeded(world.execute().await);
    assert_eq!((world.cloud.count("open-worker"), world.cloud.count("ensure-worker copy")), (2, 2 * 2));

    let world = World::new().await;
    world.cloud.set_fault_on("open-worker", never(1000));
    let report = world.execute().await.unwrap();
    let error = report.error.unwrap();
    assert_eq!((report.status, error.code.as_str()), (Status::Failed, "worker.boot-timeout"));
    assert!(error.causes.last().unwrap().ends_with("-é panic: no init"), "{error:?}");
    assert_eq!((world.cloud.count("open-worker"), world.cloud.count("ensure-worker copy")), (3, 3 * 2));
    world.assert_undone(Job::First, "a worker that never boots").await;
}

#[tokio::test]
async fn a_failed_undo_parks_the_job_until_it_is_run_again() {
    let world = World::new().await;
    world.cloud.set_fault_on("target.write", broken("fake.disk", 1));
    world.cloud.set_fault_on("remove-worker", broken("fake.busy", 1));
    let report = world.execute().await.unwrap();
    let error = report.error.unwrap();
    assert_eq!((report.status, error.code.as_str()), (Status::Stuck, "job.stuck"));
    assert!(error.to_string().contains("fake.busy") && error.to_string().contains("fake.disk"), "{error}");
    // The other commands on this replica say what to do.
    let refused = world.engine().run(Ask::Delete("web".into()), Stop::default()).await.unwrap_err();
    assert!(refused.code == "job.unfinished" && refused.to_string().contains("gyre job resume"), "{refused}");
    // The same command finishes the undo, and then does what it was asked.
    succeeded(world.execute().await);
    world.assert_done(Job::First);
    assert_eq!(world.jobs().await.len(), 2);
}

#[tokio::test]
async fn a_stuck_job_can_be_resumed_undone_or_abandoned_by_its_id() {
    let world = World::new().await;
    world.cloud.set_fault_on("target.write", broken("fake.disk", 1));
    world.cloud.set_fault_on("remove-worker", broken("fake.busy", 2));
    let id = world.execute().await.unwrap().job;
    let engine = world.engine();
    assert_eq!(engine.undo(&id, Stop::default()).await.unwrap().status, Status::Stuck);
    let ended = engine.resume(&id, Stop::default()).await.unwrap();
    assert_eq!((ended.status, ended.error.unwrap().code.as_str()), (Status::Failed, "fake.disk"));
    assert_eq!(engine.resume(&id, Stop::default()).await.unwrap_err().code, "job.over");
    let world = World::new().await;
    world.cloud.set_fault_on("target.write", broken("fake.disk", 1));
    world.cloud.set_fault_on("remove-worker", broken("fake.busy", 1));
    let id = world.execute().await.unwrap().job;
    let abandoned = world.engine().abandon(&id).await.unwrap();
    assert_eq!((abandoned.status, abandoned.error.unwrap().code.as_str()), (Status::Failed, "job.abandoned"));
    world.engine().replica("web").await.unwrap();
}

#[tokio::test]
async fn a_crashed_job_is_undone_on_request_unless_it_is_past_the_pivot() {
    let world = World::new().await;
    let crash = Crash { at: 20, write: Write::Lost };
    world.run(Job::First, &world.engine_that_crashes(crash)).await.unwrap_err();
    let job = world.jobs().await.remove(0);
    assert_eq!(job.status, Status::Running);
    let undone = world.engine().undo(&job.id, Stop::default()).await.unwrap();
    assert_eq!(undone.status, Status::Cancelled);
    world.assert_undone(Job::First, "undone").await;
    succeeded(world.execute().await);
}

#[tokio::test]
async fn a_job_goes_on_with_the_plugins_it_began_with() {
    let world = World::new().await;
    let crash = Crash { at: 20, write: Write::Lost };
    world.run(Job::First, &world.engine_that_crashes(crash)).await.unwrap_err();
    world.cloud.upgrade_plugin();
    world.cloud.held().opened_with.clear();
    succeeded(world.execute().await);
    let opened_with = std::mem::take(&mut world.cloud.held().opened_with);
    assert!(!opened_with.is_empty() && opened_with.iter().all(|digest| digest == "0"), "{opened_with:?}");
    assert!(world.cloud.held().kept.is_empty(), "nobody needs it any more");
    world.assert_replicated();
    // The next job begins with what is configured now, and keeps it while it runs.
    world.run(Job::Second, &world.engine_that_crashes(crash)).await.unwrap_err();
    assert_eq!(world.cloud.held().kept, ["1".to_owned()].into());
    assert!(world.cloud.held().opened_with.iter().all(|digest| digest == "1"));
    let id = world.jobs().await.remove(0).id;
    world.cloud.upgrade_plugin();
    world.engine().undo(&id, Stop::default()).await.unwrap();
    assert!(world.cloud.held().opened_with.iter().all(|digest| digest == "1"), "undone by the same");
    assert!(world.cloud.held().kept.is_empty());
}

#[tokio::test]
async fn an_upgraded_plugin_does_not_go_on_with_a_job_but_may_undo_it() {
    let world = World::new().await;
    let crash = Crash { at: 20, write: Write::Lost };
    world.run(Job::First, &world.engine_that_crashes(crash)).await.unwrap_err();
    world.cloud.upgrade_plugin();
    world.cloud.lose_components();
    let error = world.execute().await.unwrap_err();
    assert_eq!(error.code, "job.upgraded");
    let id = world.jobs().await.remove(0).id;
    assert!(error.to_string().contains(&id), "{error}");
    assert_eq!(world.engine().undo(&id, Stop::default()).await.unwrap().status, Status::Cancelled);
    world.assert_undone(Job::First, "undone by a newer plugin").await;
}

#[tokio::test]
async fn one_process_at_a_time() {
    let world = World::new().await;
    let crash = Crash { at: 20, write: Write::Lost };
    world.run(Job::First, &world.engine_that_crashes_and_lives(crash)).await.unwrap_err();
    assert_eq!(world.execute().await.unwrap_err().code, "job.busy");
}

#[tokio::test]
async fn what_is_found_wrong_is_said_before_anything_is_made() {
    let world = World::new().await;
    world.cloud.find("network_map[\"VM Network\"]", "there is no network \"prod\"", "create it");
    let report = world.execute().await.unwrap();
    let error = report.error.unwrap();
    assert_eq!((error.kind, error.code.as_str()), (Kind::Invalid, "check.blocking"));
    assert!(error.to_string().contains("there is no network \"prod\" (create it)"), "{error}");
    assert_eq!(world.cloud.count("ensure"), 0, "{:?}", world.cloud.calls());
}

#[tokio::test]
async fn a_corrupt_image_is_found_before_anything_is_made_in_the_cloud() {
    let world = World::new().await;
    world.cloud.corrupt_source();
    for job in [Job::First, Job::Migration] {
        let report = world.run(job, &world.engine()).await.unwrap();
        assert_eq!(report.failed_step.as_deref(), Some("source-map"));
        assert_eq!(report.error.unwrap().code, "extents.invalid");
        assert_eq!(world.cloud.count("ensure-disks"), 0);
        world.assert_undone(job, "corrupt").await;
    }
}

#[tokio::test]
async fn a_plugin_that_breaks_does_not_keep_the_others_from_the_guest() {
    let world = World::prepared(Job::Deployment).await;
    world.cloud.set_fault_on("detect best", broken("sandbox.trap", 1));
    let report = succeeded(world.run(Job::Deployment, &world.engine()).await);
    assert_eq!(report.morphing.unwrap()["plugin"], "second");
}

#[tokio::test]
async fn replicas_have_names_and_known_machines() {
    let world = World::new().await;
    let error = world.create("web").await.unwrap_err();
    assert_eq!(error.code, "replica.exists");
    assert_eq!(world.create("we/b").await.unwrap_err().code, "replica.name");
    let names: Vec<_> = world.replicas().await.into_iter().map(|r| r.name).collect();
    assert_eq!(names, ["web"]);
}

#[tokio::test]
async fn options_that_the_destination_does_not_know_are_not_stored() {
    let world = World::new().await;
    let before = world.cloud.calls();
    let error = world.engine().create_replica("other", with_option(Some("typo"))).await.unwrap_err();
    assert_eq!(error.code, "config.option");
    let (engine, new) = (world.engine(), with_option(Some("typo")));
    let error = engine
        .run(Ask::Migrate(new, Default::default(), DeployOptions::default()), Stop::default())
        .await
        .unwrap_err();
    assert_eq!(error.code, "config.option");
    assert_eq!(world.replicas().await.len(), 1);
    assert!(world.jobs().await.is_empty() && world.cloud.calls() == before);
}

#[tokio::test]
async fn a_job_is_not_gone_on_with_for_whoever_asks_for_something_else() {
    let skip = || DeployOptions { skip_morphing: true, ..DeployOptions::default() };
    let crash = Crash { at: 8, write: Write::Lost };
    for job in [Job::Deployment, Job::Migration] {
        let world = World::prepared(job).await;
        world.run(job, &world.engine_that_crashes(crash)).await.unwrap_err();
        let (engine, before) = (world.engine(), world.cloud.calls());
        let id = world.jobs().await.remove(0).id;
        let mut refused = Vec::new();
        if job == Job::Deployment {
            refused.push(engine.run(Ask::Deploy("web".into(), skip()), Stop::default()).await.unwrap_err());
        } else {
            refused.push(
                engine
                    .run(Ask::Migrate(with_option(None), Default::default(), skip()), Stop::default())
                    .await
                    .unwrap_err(),
            );
            let other = with_option(Some("other"));
            refused.push(
                engine
                    .run(Ask::Migrate(other, Default::default(), DeployOptions::default()), Stop::default())
                    .await
                    .unwrap_err(),
            );
        }
        for error in refused {
            assert_eq!((error.kind, error.code.as_str()), (Kind::Conflict, "job.other-options"));
            let text = error.to_string();
            assert!(
                ["resume", "undo"].iter().all(|way| text.contains(&format!("gyre job {way} {id}"))),
                "{text}"
            );
        }
        assert_eq!(world.cloud.calls(), before, "{job:?}");
        succeeded(world.run(job, &engine).await);
        world.assert_done(job);
    }
}

#[tokio::test]
async fn a_job_that_is_being_undone_makes_room_for_other_options() {
    let world = World::prepared(Job::Deployment).await;
    world.cloud.set_fault_on("ensure-instance", broken("fake.quota", 1));
    world.cloud.set_fault_on("remove-clone", broken("fake.busy", 1));
    let stuck = world.run(Job::Deployment, &world.engine()).await.unwrap();
    assert_eq!(stuck.status, Status::Stuck);
    let options = DeployOptions { skip_morphing: true, ..DeployOptions::default() };
    let report = succeeded(world.engine().run(Ask::Deploy("web".into(), options), Stop::default()).await);
    assert_eq!(report.morphing, None);
    assert_eq!(world.cloud.held().instances.len(), 1);
}

#[tokio::test]
async fn a_job_tells_its_story() {
    let world = World::new().await;
    let report: Report = world.execute().await.unwrap();
    let (job, told, log) = world.engine().job(&report.job).await.unwrap();
    assert_eq!((told.status, told.disks.len()), (Status::Succeeded, 2));
    assert!(log.len() > job.steps.len());
    let text = serde_json::to_string(&told).unwrap();
    assert!(text.contains("\"kind\":\"execution\""), "{text}");
}

fn broken(code: &str, times: usize) -> Fault {
    Fault { at: usize::MAX, when: When::Before, error: Error::other(code, "broken"), times }
}
