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
        holds: None,
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
async fn only_jobs_that_are_not_over_need_their_plugins() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path(), Owner::this_process());
    let with = |subject: &str, digests: [&str; 2]| NewJob {
        plugins: [("p", digests[0]), ("q", digests[1])]
            .map(|(name, d)| (name.to_owned(), d.to_owned()))
            .into(),
        ..job(subject)
    };
    assert!(store.pinned().await.unwrap().is_empty());
    let mut ids = Vec::new();
    for (subject, digests) in [("a", ["1", "2"]), ("b", ["2", "3"]), ("c", ["4", "4"])] {
        ids.push(store.create(with(subject, digests)).await.unwrap().id);
    }
    for (id, status) in ids.iter().zip([Status::Failed, Status::Stuck, Status::Undoing]) {
        let lease = store.acquire(id).await.unwrap();
        store.set_status(&lease, status, None).await.unwrap();
    }
    assert_eq!(store.pinned().await.unwrap(), ["2", "3", "4"].map(str::to_owned).into());
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
    let of_a = JobFilter { subject: Some("a".into()), limit: 10, ..Default::default() };
    assert_eq!(ids(&store, &of_a).await, [second.id, first.id]);
    assert_eq!(ids(&store, &JobFilter { limit: 2, ..Default::default() }).await.len(), 2);
    assert_eq!(store.load("none").await.unwrap_err().code, "job.unknown");
}

#[tokio::test]
async fn documents_are_not_written_over_unseen() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path(), Owner::this_process());
    let first = store.put("r", "a", 0, &Value::from(1)).await.unwrap();
    assert_eq!(store.put("r", "a", 0, &Value::from(2)).await.unwrap_err().code, "store.changed");
    assert_eq!(store.put("r", "a", first, &Value::from(3)).await.unwrap(), first + 1);
    assert_eq!(store.get("r", "a").await.unwrap().unwrap().value, Value::from(3));
    assert_eq!(store.documents("r").await.unwrap().len(), 1);
    store.remove("r", "a").await.unwrap();
    store.remove("r", "a").await.unwrap();
    assert!(store.get("r", "a").await.unwrap().is_none());
}

#[tokio::test]
async fn whoever_read_a_removed_document_does_not_write_over_its_successor() {
    let directory = tempfile::tempdir().unwrap();
    let earlier = store(directory.path(), Owner::this_process()).with_clock(|| 1000);
    let removed = earlier.put("r", "a", 0, &Value::from(1)).await.unwrap();
    earlier.remove("r", "a").await.unwrap();
    assert_eq!(earlier.put("r", "a", removed, &Value::from(2)).await.unwrap_err().code, "store.changed");
    let later = earlier.with_clock(|| 2000);
    assert!(later.put("r", "a", 0, &Value::from(3)).await.unwrap() > removed);
    assert_eq!(later.put("r", "a", removed, &Value::from(4)).await.unwrap_err().code, "store.changed");
    assert_eq!(later.get("r", "a").await.unwrap().unwrap().value, Value::from(3));
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

/// As the first version wrote it, byte by byte: today's types are not asked how.
const OF_VERSION_1: &str = r#"
    INSERT INTO jobs (id, kind, version, subject, status, params, plugins, steps, created, updated)
    VALUES ('0123456789ab', 'test', 1, 'replica web', 'running', '{"a":1}', '{"p":"digest"}',
        '[{"name":"one","undoable":true,"pivot":false},{"name":"two","undoable":false,"pivot":true}]', 5, 5);
    INSERT INTO log (job, step, token, name, event, at) VALUES
        ('0123456789ab', 'one', '0123456789ab-one', 'started', '"started"', 6),
        ('0123456789ab', 'one', '0123456789ab-one', 'succeeded', '{"succeeded":"s"}', 7);
    INSERT INTO documents VALUES ('replicas', 'web', 3, '{"name":"web"}');
    PRAGMA user_version = 1;"#;

#[tokio::test]
async fn what_the_first_version_wrote_is_read_listed_and_gone_on_with() {
    let directory = tempfile::tempdir().unwrap();
    let connection = Connection::open(directory.path().join(FILE)).unwrap();
    connection.execute_batch(MIGRATIONS[0]).unwrap();
    connection.execute_batch(OF_VERSION_1).unwrap();
    drop(connection);
    let first = store(directory.path(), dead());
    let found = first.load("0123456789ab").await.unwrap();
    assert_eq!((found.state("one"), found.status, found.updated), (Some("s"), Status::Running, 7));
    assert_eq!(
        first.list(&JobFilter { limit: 10, ..JobFilter::default() }).await.unwrap(),
        std::slice::from_ref(&found)
    );
    assert_eq!(first.get("replicas", "web").await.unwrap().unwrap().version, 3);
    assert_eq!(first.pinned().await.unwrap(), ["digest".to_owned()].into());
    let lease = first.acquire(&found.id).await.unwrap();
    first.record(&lease, "two", &StepEvent::Started).await.unwrap();
    first.ask(&found.id, Request::Cancel).await.unwrap();
    let note = NewNote { job: found.id.clone(), at: 8, slot: Some("phase".into()), value: 1.into() };
    first.note(vec![note]).await.unwrap();
    drop(first);
    // The second opening has nothing to bring up to date, and finds it all.
    let second = store(directory.path(), Owner::this_process());
    assert_eq!(second.asked(&found.id).await.unwrap(), Some(Request::Cancel));
    assert_eq!(second.notes(Some(&found.id), 0, 10).await.unwrap().len(), 1);
    assert_eq!(second.log(&found.id).await.unwrap().len(), 3);
    assert_eq!(second.create(job("replica web")).await.unwrap_err().code, "job.unfinished");
}

async fn ids(store: &SqliteStore, filter: &JobFilter) -> Vec<String> {
    store.list(filter).await.unwrap().into_iter().map(|job| job.id).collect()
}

#[tokio::test]
async fn jobs_are_listed_by_page_by_subject_with_its_parts_and_by_where_they_stand() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path(), Owner::this_process());
    let mut made = Vec::new();
    for subject in ["web", "web/a", "web/b", "web-2", "webs"] {
        made.push(store.create(job(subject)).await.unwrap().id);
    }
    made.reverse();
    let all = JobFilter { limit: 100, ..Default::default() };
    assert_eq!(ids(&store, &all).await, made);
    let page = JobFilter { limit: 2, ..Default::default() };
    assert_eq!(ids(&store, &page).await, made[..2]);
    let next = JobFilter { before: Some(made[1].clone()), ..page.clone() };
    assert_eq!(ids(&store, &next).await, made[2..4]);
    let web = JobFilter { subject: Some("web".into()), ..all.clone() };
    assert_eq!(ids(&store, &web).await, made[2..]);
    let lease = store.acquire(&made[0]).await.unwrap();
    store.set_status(&lease, Status::Failed, None).await.unwrap();
    let failed = JobFilter { status: Some(Status::Failed), ..all.clone() };
    assert_eq!(ids(&store, &failed).await, made[..1]);
    let open = JobFilter { unfinished: true, kind: Some("test".into()), ..all.clone() };
    assert_eq!(ids(&store, &open).await, made[1..]);
    assert!(ids(&store, &JobFilter { kind: Some("other".into()), ..all }).await.is_empty());
    let unknown = JobFilter { before: Some("none".into()), ..page };
    assert_eq!(store.list(&unknown).await.unwrap_err().code, "job.unknown");
}

#[tokio::test]
async fn what_a_job_holds_no_other_gets_until_it_is_over() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path(), Owner::this_process());
    let holding = |subject: &str| NewJob { holds: Some("vm-1".into()), ..job(subject) };
    let first = store.create(holding("a")).await.unwrap().id;
    let error = store.create(holding("b")).await.unwrap_err();
    assert!(error.code == "job.held" && error.message.contains(&first), "{error}");
    store.create(job("c")).await.unwrap();
    let lease = store.acquire(&first).await.unwrap();
    store.set_status(&lease, Status::Succeeded, None).await.unwrap();
    store.create(holding("b")).await.unwrap();
}

#[tokio::test]
async fn a_request_stands_until_its_job_is_over_and_only_gets_harder() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path(), Owner::this_process());
    let id = store.create(job("a")).await.unwrap().id;
    assert_eq!(store.asked(&id).await.unwrap(), None);
    for (request, stands) in [
        (Request::Cancel, Request::Cancel),
        (Request::Force, Request::Force),
        (Request::Cancel, Request::Force),
    ] {
        store.ask(&id, request).await.unwrap();
        assert_eq!(store.asked(&id).await.unwrap(), Some(stands));
    }
    let lease = store.acquire(&id).await.unwrap();
    store.set_status(&lease, Status::Undoing, None).await.unwrap();
    assert_eq!(store.asked(&id).await.unwrap(), Some(Request::Force));
    store.set_status(&lease, Status::Failed, None).await.unwrap();
    assert_eq!(store.asked(&id).await.unwrap(), None);
    store.ask(&id, Request::Cancel).await.unwrap();
    assert_eq!(store.asked(&id).await.unwrap(), None, "it is over");
    assert_eq!(store.ask("none", Request::Cancel).await.unwrap_err().code, "job.unknown");
}

#[tokio::test]
async fn notes_are_kept_in_order_and_a_slot_has_one() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path(), Owner::this_process());
    let note = |job: &str, slot: Option<&str>, text: &str| NewNote {
        job: job.into(),
        at: 7,
        slot: slot.map(str::to_owned),
        value: text.into(),
    };
    store
        .note(vec![note("a", None, "1"), note("a", Some("disk"), "2"), note("b", Some("disk"), "3")])
        .await
        .unwrap();
    store.note(vec![note("a", Some("disk"), "4"), note("a", None, "5")]).await.unwrap();
    let texts =
        |notes: &[Note]| notes.iter().map(|n| n.value.as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let of_a = store.notes(Some("a"), 0, 10).await.unwrap();
    assert_eq!(texts(&of_a), ["1", "4", "5"]);
    assert_eq!(texts(&store.notes(Some("a"), of_a[0].seq, 1).await.unwrap()), ["4"]);
    assert_eq!(texts(&store.notes(None, 0, 10).await.unwrap()), ["1", "3", "4", "5"]);
    let many = (0..NOTES_MAX + 5).map(|n| note("c", None, &n.to_string())).collect();
    store.note(many).await.unwrap();
    let kept = store.notes(Some("c"), 0, u32::MAX).await.unwrap();
    assert_eq!((kept.len(), texts(&kept[..1])), (NOTES_MAX as usize, vec!["5".to_owned()]));
}

#[tokio::test]
async fn documents_come_by_page_and_prefix() {
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path(), Owner::this_process());
    for key in ["a", "web", "web/1", "web/2", "web0"] {
        store.put("replica", key, 0, &Value::Null).await.unwrap();
    }
    let keys = async |prefix: &str, after: &str, limit| {
        let page = store.page("replica", prefix, after, limit).await.unwrap();
        page.into_iter().map(|document| document.key).collect::<Vec<_>>()
    };
    assert_eq!(keys("", "", 2).await, ["a", "web"]);
    assert_eq!(keys("", "web", 10).await, ["web/1", "web/2", "web0"]);
    assert_eq!(keys("web/", "", 10).await, ["web/1", "web/2"]);
    assert_eq!(keys("web/", "web/1", 10).await, ["web/2"]);
}

#[tokio::test]
async fn a_clock_that_jumps_changes_no_order_and_loses_nothing() {
    use std::sync::atomic::{AtomicI64, Ordering};
    static NOW: AtomicI64 = AtomicI64::new(1_000_000_000_000);
    let directory = tempfile::tempdir().unwrap();
    let store = store(directory.path(), Owner::this_process()).with_clock(|| NOW.load(Ordering::SeqCst));
    let first = store.create(job("a")).await.unwrap().id;
    let lease = store.acquire(&first).await.unwrap();
    for (jump, event) in [
        (0, StepEvent::Started),
        (-86_400_000, StepEvent::Succeeded("s".into())),
        (2 * 86_400_000, StepEvent::UndoStarted),
        (-2_000_000_000_000, StepEvent::Undone),
    ] {
        NOW.fetch_add(jump, Ordering::SeqCst);
        store.renew(&lease).await.unwrap();
        store.record(&lease, "one", &event).await.unwrap();
    }
    let second = store.create(job("b")).await.unwrap().id;
    let record = store.load(&first).await.unwrap();
    assert_eq!(record.step("one").unwrap().phase, crate::Phase::Undone);
    assert_eq!(
        store.acquire(&first).await.unwrap_err().code,
        "job.busy",
        "its process is alive, whatever the time"
    );
    assert_eq!(ids(&store, &JobFilter { limit: 9, ..Default::default() }).await, [second, first]);
}
