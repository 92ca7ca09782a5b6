//! Leases, fences, the log, and what a state directory may look like.

use super::*;
use std::os::unix::fs::PermissionsExt;

fn dead() -> Owner {
    Owner { pid: u32::MAX, ..Owner::this_process() }
}

fn store(directory: &Path, owner: Owner) -> SqliteStore {
    SqliteStore::open(directory, owner).unwrap()
}

fn job(subject: &str) -> NewJob {
    NewJob {
        kind: "test".into(),
        version: 1,
        subject: subject.into(),
        params: serde_json::json!({"a": 1}),
        plugins: [("p".to_owned(), "digest".to_owned())].into(),
        steps: vec![StepRecord::new("one", true, false), StepRecord::new("two", false, true)],
    }
}

#[tokio::test]
async fn a_record_is_what_its_log_says_also_after_reopening() {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let first = store(&state, Owner::this_process());
    let id = first.create(job("a")).await.unwrap().id;
    let lease = first.acquire(&id).await.unwrap();
    let error = Error::unavailable("net.reset", "gone").cause("why");
    for (step, event) in [
        ("one", StepEvent::Started),
        ("one", StepEvent::Waiting("w1".into())),
        ("one", StepEvent::Waiting("w2".into())),
        ("one", StepEvent::Succeeded("s".into())),
        ("two", StepEvent::Started),
        ("two", StepEvent::Failed(error.clone())),
    ] {
        first.record(&lease, step, &event).await.unwrap();
    }
    first.set_status(&lease, Status::Undoing, Some(&error)).await.unwrap();
    drop(first);
    let record = store(&state, Owner::this_process()).load(&id).await.unwrap();
    assert_eq!(record.state("one"), Some("s"));
    assert_eq!(record.step("two").unwrap().error, Some(error.clone()));
    assert_eq!((record.status, record.error), (Status::Undoing, Some(error)));
    let log = store(&state, dead()).log(&id).await.unwrap();
    assert_eq!(log.iter().filter(|entry| entry.event.name() == "waiting").count(), 1, "{log:?}");
    assert_eq!(std::fs::metadata(&state).unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn two_processes_cannot_work_on_one_job_but_one_may_follow_a_dead_one() {
    let directory = tempfile::tempdir().unwrap();
    let crashed = store(directory.path(), dead());
    let id = crashed.create(job("a")).await.unwrap().id;
    let stale = crashed.acquire(&id).await.unwrap();

    let heir = store(directory.path(), Owner::this_process());
    let lease = heir.acquire(&id).await.unwrap();
    assert!(lease.fence > stale.fence);
    let refused = crashed.record(&stale, "one", &StepEvent::Started).await.unwrap_err();
    assert_eq!(refused.code, "store.lease-lost");
    assert_eq!(crashed.renew(&stale).await.unwrap_err().code, "store.lease-lost");

    let busy = heir.acquire(&id).await.unwrap_err();
    assert_eq!((busy.code.as_str(), busy.kind), ("job.busy", gyre_core::Kind::Conflict));
    assert!(busy.to_string().contains(&std::process::id().to_string()), "{busy}");
    heir.release(&lease).await.unwrap();
    heir.acquire(&id).await.unwrap();
}

#[tokio::test]
async fn a_foreign_owner_keeps_its_lease_until_it_runs_out() {
    let directory = tempfile::tempdir().unwrap();
    let foreign = Owner { host: "elsewhere".into(), pid: 1, started: 1 };
    let id = store(directory.path(), foreign.clone()).create(job("a")).await.unwrap().id;
    let mine = store(directory.path(), Owner::this_process());
    let start = 1_000_000;
    let take = |owner: Owner, now: i64| {
        let id = id.clone();
        mine.write(move |db, _| acquire(db, &id, &owner, now))
    };
    take(foreign, start).await.unwrap();
    let me = Owner::this_process();
    assert_eq!(take(me.clone(), start + 59_000).await.unwrap_err().code, "job.busy");
    take(me, start + 60_001).await.unwrap();
}

#[tokio::test]
async fn one_unfinished_job_per_subject() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path(), Owner::this_process());
    let first = store.create(job("a")).await.unwrap();
    assert_eq!(store.create(job("a")).await.unwrap_err().code, "job.unfinished");
    store.create(job("b")).await.unwrap();
    assert_eq!(store.unfinished("a").await.unwrap().unwrap().id, first.id);
    let lease = store.acquire(&first.id).await.unwrap();
    store.set_status(&lease, Status::Succeeded, None).await.unwrap();
    assert!(store.unfinished("a").await.unwrap().is_none());
    let second = store.create(job("a")).await.unwrap();
    let listed: Vec<_> = store.list(Some("a"), 10).await.unwrap().into_iter().map(|job| job.id).collect();
    assert_eq!(listed, [second.id, first.id]);
    assert_eq!(store.list(None, 2).await.unwrap().len(), 2);
    assert_eq!(store.load("none").await.unwrap_err().code, "job.unknown");
}

#[tokio::test]
async fn documents_are_not_written_over_unseen() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path(), Owner::this_process());
    assert_eq!(store.put("r", "a", 0, &Value::from(1)).await.unwrap(), 1);
    assert_eq!(store.put("r", "a", 0, &Value::from(2)).await.unwrap_err().code, "store.changed");
    assert_eq!(store.put("r", "a", 1, &Value::from(3)).await.unwrap(), 2);
    assert_eq!(store.get("r", "a").await.unwrap().unwrap().value, Value::from(3));
    assert_eq!(store.documents("r").await.unwrap().len(), 1);
    store.remove("r", "a").await.unwrap();
    store.remove("r", "a").await.unwrap();
    assert!(store.get("r", "a").await.unwrap().is_none());
}

#[test]
fn what_a_newer_gyre_wrote_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    drop(store(directory.path(), dead()));
    let connection = Connection::open(directory.path().join(FILE)).unwrap();
    connection.pragma_update(None, "user_version", MIGRATIONS.len() + 1).unwrap();
    drop(connection);
    let error = SqliteStore::open(directory.path(), dead()).err().unwrap();
    assert_eq!(error.code, "store.newer");
}
