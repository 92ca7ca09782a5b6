//! Many machines at once: each has its own fate, none waits for another but for a place, and lists stay quick.

use super::broken;
use super::world::{World, new_replica, succeeded};
use crate::{Ask, DeployOptions, NewReplica, ReplicaFilter};
use gyre_core::config::Jobs;
use gyre_saga::{JobFilter, Status, Stop};

fn executions(count: usize) -> Vec<(String, Ask)> {
    let names =
        (1..=count).map(|n| if n == 1 { "web/web-server".into() } else { format!("web/web-server-{n}") });
    names.map(|name: String| (name.clone(), Ask::Execute(name, Default::default()))).collect()
}

#[tokio::test]
async fn a_replica_of_many_machines_is_one_of_each() {
    let world = World::empty();
    let made = world.create_many("web", 3).await.unwrap();
    let names: Vec<_> = made.iter().map(|replica| (replica.name.as_str(), replica.vm.as_str())).collect();
    let expected = [("web/web-server", "vm-1"), ("web/web-server-2", "vm-2"), ("web/web-server-3", "vm-3")];
    assert_eq!(names, expected);
    assert_eq!(world.engine().members("web").await.unwrap(), made);
    assert_eq!(world.engine().members("web/web-server-2").await.unwrap(), made[1..2]);
    for taken in ["web", "web/web-server"] {
        let error = world.engine().create_replica(taken, new_replica()).await.unwrap_err();
        assert!(["replica.exists", "replica.name"].contains(&error.code.as_str()), "{error}");
    }
    let twice = world.engine().create_replicas("db", new_replica(), &["vm-1".into()]).await.unwrap_err();
    assert_eq!(twice.code, "replica.machines");
}

#[tokio::test]
async fn each_machine_has_its_own_fate() {
    let world = World::empty();
    world.create_many("web", 4).await.unwrap();
    world.cloud.set_fault_on("ensure-disks", broken("fake.quota", 1));
    let fates = world.engine().run_all(executions(4), &Stop::default()).await;
    let statuses: Vec<_> = fates.iter().map(|fate| fate.report.as_ref().unwrap().status).collect();
    let failed = statuses.iter().filter(|status| **status == Status::Failed).count();
    let well = statuses.iter().filter(|status| **status == Status::Succeeded).count();
    assert_eq!((failed, well), (1, 3), "{statuses:?}");
    for fate in world.engine().run_all(executions(4), &Stop::default()).await {
        succeeded(fate.report);
    }
    assert_eq!(world.cloud.held().volumes.len(), 4 * 2);
    assert_eq!(world.engine().jobs_of("web", 100).await.unwrap().len(), 8);
}

#[tokio::test]
async fn no_more_run_at_once_than_is_allowed_and_who_waits_can_be_stopped() {
    let world = World::empty();
    world.create_many("web", 6).await.unwrap();
    world.cloud.held().closed = true;
    let engine = world.engine_with(Jobs { per_source: 2, ..Jobs::default() });
    let running = {
        let engine = engine.clone();
        tokio::spawn(async move { engine.run_all(executions(6), &Stop::default()).await })
    };
    world.cloud.wait_for("reach-worker", 2).await;
    let last = "web/web-server-6";
    while engine.jobs_of(last, 1).await.unwrap().is_empty() {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let open = engine.jobs(&JobFilter { unfinished: true, limit: 10, ..JobFilter::default() }).await.unwrap();
    let waiting = open.iter().find(|job| job.steps.iter().all(|step| step.times.is_none())).unwrap();
    let ended = world.engine().cancel(&waiting.id, Stop::default()).await.unwrap();
    assert_eq!(ended.status, Status::Cancelled);
    world.cloud.held().closed = false;
    let fates = running.await.unwrap();
    let cancelled =
        fates.iter().filter(|fate| fate.report.as_ref().is_ok_and(|r| r.status == Status::Cancelled)).count();
    assert_eq!(cancelled, 1);
    let held = world.cloud.held();
    assert_eq!((held.workers_at_once, held.volumes.len()), (2, 5 * 2));
}

/// Three machines that need the same, and three that differ from them in one thing.
async fn two_groups(world: &World, new: NewReplica, host: &str) -> Vec<(String, Ask)> {
    let on = |host: &str| world.cloud.held().vm.as_mut().unwrap().host = Some(host.into());
    on("esx-1");
    let mut all = world.create_many("web", 3).await.unwrap();
    on(host);
    let new = NewReplica { vm: "vm-11".into(), ..new };
    let more = ["vm-12".to_owned(), "vm-13".to_owned()];
    all.extend(world.engine().create_replicas("db", new, &more).await.unwrap());
    all.into_iter().map(|of| (of.name.clone(), Ask::Execute(of.name, Default::default()))).collect()
}

#[tokio::test]
async fn each_limit_holds_at_its_place_and_at_no_other() {
    let jobs = Jobs::default;
    let other = |source: &str, destination: &str| NewReplica {
        source: source.into(),
        destination: destination.into(),
        ..new_replica()
    };
    for (limits, new, host, at_once) in [
        (Jobs { at_once: 2, ..jobs() }, other("b", "b"), "esx-2", 2),
        (Jobs { per_source: 1, ..jobs() }, other("b", "cloud"), "esx-1", 2),
        (Jobs { per_source: 1, ..jobs() }, other("lab", "b"), "esx-2", 1),
        (Jobs { per_destination: 1, ..jobs() }, other("lab", "b"), "esx-1", 2),
        (Jobs { per_destination: 1, ..jobs() }, other("b", "cloud"), "esx-2", 1),
        (Jobs { per_host: 1, ..jobs() }, other("lab", "cloud"), "esx-2", 2),
        (Jobs { per_host: 1, ..jobs() }, other("lab", "b"), "esx-1", 1),
        // A host of this name at another source is another one.
        (Jobs { per_host: 1, ..jobs() }, other("b", "cloud"), "esx-1", 2),
        (jobs(), other("lab", "cloud"), "esx-1", jobs().per_host),
        (jobs(), other("lab", "cloud"), "esx-2", 6),
    ] {
        let context = format!("{limits:?} {new:?} {host}");
        let world = World::empty();
        let asks = two_groups(&world, new, host).await;
        world.cloud.held().closed = true;
        let engine = world.engine_with(limits);
        let running = tokio::spawn(async move { engine.run_all(asks, &Stop::default()).await });
        // None leaves its place before all are there, so that who may not run has the time to.
        world.cloud.wait_for("reach-worker", at_once).await;
        while world.jobs().await.len() < 6 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        world.cloud.held().closed = false;
        running.await.unwrap().into_iter().for_each(|fate| drop(succeeded(fate.report)));
        assert_eq!(world.cloud.held().workers_at_once, at_once, "{context}");
        // Where they were described last, they are looked for next time.
        assert!(world.replicas().await.iter().all(|of| of.host.as_deref() == Some(host)), "{context}");
    }
}

#[tokio::test]
async fn a_migration_that_learns_its_host_when_it_runs_has_to_have_room_there() {
    for (per_host, host, at_once) in [(1, Some("esx-1"), 1), (2, Some("esx-1"), 2), (1, None, 3)] {
        let world = World::empty();
        {
            let mut held = world.cloud.held();
            held.vm.as_mut().unwrap().host = host.map(str::to_owned);
            held.closed = true;
        }
        let ask = |n: usize| {
            let new = NewReplica { vm: format!("vm-{n}"), ..new_replica() };
            (n.to_string(), Ask::Migrate(new, Default::default(), DeployOptions::default()))
        };
        let engine = world.engine_with(Jobs { per_host, ..Jobs::default() });
        let running = {
            let engine = engine.clone();
            tokio::spawn(async move { engine.run_all((1..4).map(ask).collect(), &Stop::default()).await })
        };
        world.cloud.wait_for("reach-worker", at_once).await;
        // Those that wait have learned where their machines are.
        world.cloud.wait_for("get-vm", 3 + at_once).await;
        assert_eq!(world.cloud.held().workers_at_once, at_once, "{per_host} {host:?}");
        world.cloud.held().closed = false;
        running.await.unwrap().into_iter().for_each(|fate| drop(succeeded(fate.report)));
        let most = world.cloud.held().workers_at_once;
        assert!(host.is_none() || most <= per_host, "{most} at once, {per_host} allowed");
    }
}

#[tokio::test]
async fn a_machine_is_read_by_one_job_at_a_time() {
    let world = World::new().await;
    world.cloud.held().closed = true;
    let engine = world.engine();
    let running = {
        let engine = engine.clone();
        tokio::spawn(async move {
            engine.run(Ask::Execute("web".into(), Default::default()), Stop::default()).await
        })
    };
    world.cloud.wait_for("reach-worker", 1).await;
    let refusals = [
        (Ask::Execute("web".into(), Default::default()), "job.busy"),
        (Ask::Deploy("web".into(), DeployOptions::default()), "job.unfinished"),
        (Ask::Delete("web".into()), "job.unfinished"),
        (Ask::Migrate(new_replica(), Default::default(), DeployOptions::default()), "job.held"),
    ];
    for (ask, code) in refusals {
        let error = world.engine().run(ask.clone(), Stop::default()).await.unwrap_err();
        assert_eq!(error.code, code, "{ask:?}: {error}");
    }
    let other = NewReplica { vm: "vm-2".into(), ..new_replica() };
    world.engine().create_replica("other", other).await.unwrap();
    world.engine().start(Ask::Execute("other".into(), Default::default())).await.unwrap();
    world.cloud.held().closed = false;
    succeeded(running.await.unwrap());
}

/// The cloud in memory holds every volume; the engine itself keeps nothing of a job that is over.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_hundred_machines_in_one_process() {
    let world = World::empty();
    world.create_many("web", 200).await.unwrap();
    for fate in world.engine().run_all(executions(200), &Stop::default()).await {
        succeeded(fate.report);
    }
    let held = world.cloud.held();
    assert_eq!((held.volumes.len(), held.snapshots.len(), held.workers.len()), (400, 200, 0));
    assert!(held.workers_at_once <= Jobs::default().at_once, "{}", held.workers_at_once);
}

#[tokio::test]
async fn a_thousand_replicas_are_listed_filtered_and_paged() {
    let world = World::empty();
    world.create_many("web", 990).await.unwrap();
    for name in ["alpha", "beta"] {
        let new = NewReplica { source: "other".into(), ..new_replica() };
        world.engine().create_replica(name, new).await.unwrap();
    }
    let engine = world.engine();
    let list = async |filter: ReplicaFilter| {
        let found = engine.replicas(&filter).await.unwrap();
        found.into_iter().map(|replica| replica.name).collect::<Vec<_>>()
    };
    let all = list(ReplicaFilter { limit: 10_000, ..Default::default() }).await;
    assert_eq!((all.len(), all[0].as_str()), (992, "alpha"));
    let page = ReplicaFilter { after: Some("beta".into()), limit: 3, ..Default::default() };
    assert_eq!(list(page).await, all[2..5]);
    let other = ReplicaFilter { source: Some("other".into()), limit: 10, ..Default::default() };
    assert_eq!(list(other).await, ["alpha", "beta"]);
    let named = ReplicaFilter { text: Some("server-99".into()), limit: 100, ..Default::default() };
    assert_eq!(list(named).await, ["web/web-server-99", "web/web-server-990"]);
}
