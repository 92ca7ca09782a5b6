//! Replicas whose disks are read again: what is right passes, what is not is named and mended by the next execution.

use super::world::{Job, World, succeeded};
use crate::Ask;
use gyre_mover::WrongRange;
use gyre_saga::{Status, Stop};

const BLOCK: u64 = 64 * 1024;

fn flip(world: &World, disk: &str, at: u64) {
    let held = world.cloud.held();
    let volume = held.volumes.values().find(|volume| volume.disk == disk).unwrap();
    volume.bytes.lock().unwrap()[at as usize] ^= 0x40;
}

#[tokio::test]
async fn disks_that_are_what_they_should_be_pass_and_nothing_is_asked_at_the_source() {
    let world = World::prepared(Job::Verification).await;
    let calls = world.calls_of(Job::Verification).await;
    assert!(!calls.iter().any(|call| call.starts_with("source.") || call.contains("snapshot")), "{calls:?}");
    assert!(!calls.iter().any(|call| call.starts_with("target.write") || call.contains("zero")), "{calls:?}");
    let report = succeeded(world.run(Job::Verification, &world.engine()).await);
    let proofs: Vec<_> = report.proofs.iter().map(|proof| (proof.disk.as_str(), &proof.verdict)).collect();
    for (_, verdict) in &proofs {
        assert_eq!((verdict.verified, verdict.wrong), (super::world::SIZE, 0));
    }
    assert_eq!(proofs.iter().map(|(disk, _)| *disk).collect::<Vec<_>>(), ["disk-a", "disk-b"]);
    world.assert_done(Job::Verification);
}

#[tokio::test]
async fn each_wrong_block_is_named_and_the_next_execution_mends_it() {
    let world = World::prepared(Job::Verification).await;
    flip(&world, "disk-b", 5);
    flip(&world, "disk-b", BLOCK + 5);
    flip(&world, "disk-b", 3 * BLOCK + 5);
    let report = world.run(Job::Verification, &world.engine()).await.unwrap();
    let error = report.error.unwrap();
    assert_eq!((report.status, error.code.as_str()), (Status::Failed, "replica.differs"));
    assert!(error.to_string().contains("disk-b") && !error.to_string().contains("disk-a"), "{error}");
    let half = BLOCK / 2;
    let ranges = [(0, 2 * BLOCK), (3 * BLOCK, half)].map(|(offset, length)| WrongRange { offset, length });
    assert_eq!((report.proofs[0].verdict.wrong, &report.proofs[1].verdict.ranges[..]), (0, &ranges[..]));
    assert_eq!(world.cloud.held().workers.len(), 0);

    // Said again as long as it is so.
    let again = world.run(Job::Verification, &world.engine()).await.unwrap();
    assert_eq!(again.proofs[1].verdict.wrong, 2 * BLOCK + half);
    let mended = succeeded(world.execute().await);
    let moved: Vec<_> = mended.disks.iter().map(|disk| disk.report.moved).collect();
    assert_eq!(moved, [0, 2 * BLOCK + half]);
    world.assert_replicated();
    succeeded(world.run(Job::Verification, &world.engine()).await);
}

#[tokio::test]
async fn what_cannot_be_judged_is_refused_before_anything_is_made() {
    let world = World::new().await;
    let asked = || async { world.engine().run(Ask::Verify("web".into()), Stop::default()).await };
    assert_eq!(asked().await.unwrap_err().code, "replica.never-executed");
    succeeded(world.execute().await);
    world.cloud.set_fault_on("target.write", super::broken("fake.disk", 1));
    world.change_source();
    assert_eq!(world.execute().await.unwrap().status, Status::Failed);
    assert_eq!(asked().await.unwrap_err().code, "replica.torn");
    succeeded(world.execute().await);
    world.cloud.replace_volume("disk-b");
    let report = asked().await.unwrap();
    assert_eq!((report.status, report.error.unwrap().code.as_str()), (Status::Failed, "fake.no-volume"));
    assert_eq!(world.cloud.held().workers.len(), 0);
}
