//! What jobs left at the source and at the destination, after every way in which they end: found, told apart, and removed.

use super::world::{Job, World, succeeded};
use super::{Fault, When, broken};
use crate::{Chosen, Found, Owner, Place};
use gyre_core::roles::Marked;
use gyre_core::{Error, Result};
use gyre_saga::Status;
use tokio_util::sync::CancellationToken;

fn cloud() -> Place {
    Place::Destination("cloud".into())
}

fn source() -> Place {
    Place::Source("lab".into())
}

async fn marked(world: &World) -> Vec<Found> {
    marked_at(world, &cloud()).await
}

async fn marked_at(world: &World, place: &Place) -> Vec<Found> {
    world.engine().marked(place, &CancellationToken::new()).await.unwrap()
}

async fn remove(world: &World, found: &[Found]) -> Result<()> {
    for one in found {
        world.engine().remove_marked(&cloud(), &one.marked, &CancellationToken::new()).await?;
    }
    Ok(())
}

fn of(owner: Owner, found: &[Found]) -> Vec<Found> {
    found.iter().filter(|one| one.owner == owner).cloned().collect()
}

/// Fails at the instance, can undo nothing, and is given up.
async fn abandoned(job: Job) -> World {
    let world = World::prepared(job).await;
    world.cloud.set_fault_on("ensure-instance", Fault { when: When::After, ..broken("fake.host", 1) });
    world.cloud.set_fault_on("remove-instance", broken("fake.stubborn", 99));
    let stuck = world.run(job, &world.engine()).await.unwrap();
    assert_eq!(stuck.status, Status::Stuck);
    assert!(of(Owner::Orphan, &marked(&world).await).is_empty(), "{job:?} is not over");
    world.engine().abandon(&stuck.job).await.unwrap();
    world
}

#[tokio::test]
async fn what_an_abandoned_job_left_is_found_and_goes() {
    for (job, left) in [(Job::Deployment, 4), (Job::Migration, 4)] {
        let world = abandoned(job).await;
        let found = marked(&world).await;
        let orphans = Chosen::default().of(&found).unwrap();
        assert_eq!(orphans.len(), left, "{job:?}: {orphans:#?}");
        assert!(of(Owner::Unknown, &found).is_empty());
        remove(&world, &orphans).await.unwrap();
        remove(&world, &orphans).await.unwrap();
        assert!(marked(&world).await.iter().all(|one| one.owner == Owner::Kept));
        if job == Job::Deployment {
            world.assert_undone(job, "after the orphans went").await;
            succeeded(world.execute().await);
            world.assert_replicated();
        } else {
            assert!(world.cloud.held().volumes.is_empty());
        }
    }
}

#[tokio::test]
async fn what_a_job_was_to_make_is_no_orphan() {
    for job in super::JOBS {
        let world = World::prepared(job).await;
        succeeded(world.run(job, &world.engine()).await);
        let found = marked(&world).await;
        assert_eq!(of(Owner::Kept, &found), found, "{job:?}");
        assert_eq!(found.is_empty(), job == Job::Deletion);
        assert!(Chosen::default().of(&found).unwrap().is_empty());
    }
}

/// A job that another process works on, or that a crash left, owns what it made.
#[tokio::test]
async fn a_job_that_is_not_over_owns_what_it_made() {
    for job in [Job::First, Job::Deployment, Job::Migration] {
        let world = World::prepared(job).await;
        world.cloud.set_fault_on("ensure-instance", broken("fake.host", 1));
        world.cloud.set_fault_on("ensure-worker", broken("fake.host", 1));
        world.cloud.set_fault_on("remove-", broken("fake.stubborn", 99));
        let ended = world.run(job, &world.engine()).await.unwrap();
        assert_ne!(ended.status, Status::Succeeded);
        let found = marked(&world).await;
        assert_eq!(of(Owner::Kept, &found), found, "{job:?}");
        assert!(!found.is_empty(), "{job:?}");
    }
}

#[tokio::test]
async fn another_installation_shares_the_cloud_and_loses_nothing() {
    let world = abandoned(Job::Deployment).await;
    let here = World::of_cloud(world.cloud.clone());
    let found = marked(&here).await;
    assert_eq!(of(Owner::Unknown, &found), found);
    assert!(Chosen::default().of(&found).unwrap().is_empty());
    let chosen = |foreign| Chosen { ids: vec![found[0].marked.id.clone()], foreign }.of(&found);
    assert_eq!(chosen(false).unwrap_err().code, "orphans.foreign");
    let before = found.len();
    remove(&here, &chosen(true).unwrap()).await.unwrap();
    assert_eq!(marked(&here).await.len(), before - 1);
}

#[tokio::test]
async fn a_removal_is_repeated_while_that_helps_and_stops_when_asked_to() {
    let world = abandoned(Job::Deployment).await;
    let orphans = Chosen::default().of(&marked(&world).await).unwrap();
    let busy = Fault { error: Error::unavailable("fake.busy", "later"), ..broken("", 2) };
    world.cloud.set_fault_on("remove-marked", busy);
    remove(&world, &orphans[..1]).await.unwrap();
    world.cloud.set_fault_on("remove-marked", broken("fake.stubborn", 1));
    assert_eq!(remove(&world, &orphans[1..2]).await.unwrap_err().code, "fake.stubborn");
    let cancel = CancellationToken::new();
    cancel.cancel();
    let error = world.engine().remove_marked(&cloud(), &orphans[1].marked, &cancel).await.unwrap_err();
    assert_eq!(error.code, "job.cancelled");
}

/// The base of a replica is nobody's orphan; what an abandoned job took at the source is, and so is the base of a
/// replica that was deleted while its source did not let go of it.
#[tokio::test]
async fn a_snapshot_at_the_source_is_its_replicas_or_an_orphan() {
    let world = World::new().await;
    let first = succeeded(world.execute().await);
    let base = marked_at(&world, &source()).await;
    assert_eq!((base.len(), base[0].owner), (1, Owner::Kept), "{base:?}");
    assert_eq!(base[0].marked.token, format!("{}-source-snapshot", first.job));

    world.cloud.set_fault_on("ensure-worker copy", broken("fake.quota", 1));
    world.cloud.set_fault_on("release-snapshot", broken("fake.stubborn", 1));
    let stuck = world.execute().await.unwrap();
    assert_eq!(stuck.status, Status::Stuck);
    let found = marked_at(&world, &source()).await;
    assert_eq!((found.len(), of(Owner::Kept, &found).len()), (2, 2), "{found:?}");
    world.engine().abandon(&stuck.job).await.unwrap();
    let orphans = Chosen::default().of(&marked_at(&world, &source()).await).unwrap();
    let [orphan] = &orphans[..] else { panic!("{orphans:?}") };
    assert_eq!(orphan.marked.token, format!("{}-source-snapshot", stuck.job));
    for _ in 0..2 {
        world.engine().remove_marked(&source(), &orphan.marked, &CancellationToken::new()).await.unwrap();
    }
    assert_eq!(marked_at(&world, &source()).await, base);
    succeeded(world.execute().await);
    world.assert_replicated();
}

/// Past its commit an execution releases the base before it: until then that belongs to the job, and then to nobody.
#[tokio::test]
async fn the_base_before_is_the_executions_until_it_is_over() {
    let world = World::prepared(Job::Second).await;
    world.cloud.set_fault_on("release-snapshot", broken("fake.stubborn", 1));
    let stuck = world.execute().await.unwrap();
    assert_eq!(
        (stuck.status, stuck.failed_step.as_deref()),
        (Status::Stuck, Some("release-previous-snapshot"))
    );
    let found = marked_at(&world, &source()).await;
    assert_eq!((found.len(), of(Owner::Kept, &found).len()), (2, 2), "{found:?}");
    world.engine().abandon(&stuck.job).await.unwrap();
    let found = marked_at(&world, &source()).await;
    assert_eq!((of(Owner::Kept, &found).len(), of(Owner::Orphan, &found).len()), (1, 1), "{found:?}");
    let elsewhere = World::of_cloud(world.cloud.clone());
    let found = marked_at(&elsewhere, &source()).await;
    assert_eq!((found.len(), of(Owner::Unknown, &found).len()), (2, 2), "{found:?}");
}

#[test]
fn what_a_plugin_lists_twice_goes_only_when_nobody_owns_it() {
    let found = |id: &str, token: &str, owner| Found {
        marked: Marked {
            kind: "volume".into(),
            id: id.into(),
            name: id.into(),
            token: token.into(),
            made_ms: None,
        },
        owner,
        why: String::new(),
    };
    for other in [Owner::Kept, Owner::Unknown] {
        let all = [
            ("mine", "job-step", Owner::Orphan),
            ("free", "job-step", Owner::Orphan),
            ("mine", "other", other),
        ];
        let all = all.map(|(id, token, owner)| found(id, token, owner));
        let chosen = Chosen::default().of(&all).unwrap();
        assert_eq!(
            chosen.iter().map(|one| one.marked.id.as_str()).collect::<Vec<_>>(),
            ["free"],
            "{other:?}"
        );
    }
}

/// A plugin that speaks for one endpoint claims what jobs made at another one, or what it did not make at all.
#[tokio::test]
async fn a_forged_token_is_not_acted_on() {
    let world = abandoned(Job::Deployment).await;
    let honest = Chosen::default().of(&marked(&world).await).unwrap();
    assert!(!honest.is_empty());
    let elsewhere = Place::Destination("elsewhere".into());
    let claimed = marked_at(&world, &elsewhere).await;
    assert!(of(Owner::Orphan, &claimed).is_empty(), "{claimed:?}");
    assert!(Chosen::default().of(&claimed).unwrap().is_empty());
    let named = Chosen { ids: vec![honest[0].marked.id.clone()], foreign: false };
    assert_eq!(named.of(&claimed).unwrap_err().code, "orphans.foreign");

    // What carries another token than the claimed one, the plugin of the endpoint refuses.
    let victim = of(Owner::Kept, &marked(&world).await).remove(0).marked;
    let forged = Marked { token: honest[0].marked.token.clone(), ..victim.clone() };
    let cancel = CancellationToken::new();
    let error = world.engine().remove_marked(&cloud(), &forged, &cancel).await.unwrap_err();
    assert_eq!(error.code, "fake.not-marked");
    assert!(marked(&world).await.iter().any(|one| one.marked == victim));
}
