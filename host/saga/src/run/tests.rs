//! Waiting, limits, a lost lease, and steps that never end. Everything else about runs is tested with real
//! jobs, in the engine.

use super::*;
use crate::{NewJob, Owner, SqliteStore};
use std::sync::Mutex;
use tempfile::TempDir;

/// What was called, in order.
#[derive(Default)]
struct Calls(Mutex<Vec<String>>);

impl Calls {
    fn add(&self, call: &str) {
        self.0.lock().unwrap().push(call.to_owned());
    }
    fn all(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

fn wait(state: &str, after_ms: u32) -> Result<Outcome> {
    Ok(Outcome::Wait { state: state.into(), after_ms })
}

fn done(state: &str) -> Result<Outcome> {
    Ok(Outcome::Done(state.into()))
}

struct Place {
    _directory: TempDir,
    store: Arc<dyn Store>,
    calls: Arc<Calls>,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = SqliteStore::open(directory.path(), Owner::this_process()).unwrap();
        Self { _directory: directory, store: Arc::new(store), calls: Arc::default() }
    }

    async fn job(&self, table: &Table<Calls>) -> String {
        let new = NewJob {
            kind: table.kind.into(),
            version: table.version,
            subject: "a".into(),
            params: Default::default(),
            plugins: Default::default(),
            steps: table.records(),
        };
        self.store.create(new).await.unwrap().id
    }

    async fn run(&self, id: &str, table: &Table<Calls>, cancel: CancellationToken) -> Result<JobRecord> {
        self.run_with(id, table, self.calls.clone(), cancel).await
    }

    /// With something else to work with until the pivot.
    async fn run_with(
        &self,
        id: &str,
        table: &Table<Calls>,
        forward: Arc<Calls>,
        cancel: CancellationToken,
    ) -> Result<JobRecord> {
        let policy = Policy { cancel_grace: Duration::ZERO, ..Policy::default().without_pauses() };
        let runner = Runner { store: self.store.clone(), observer: Arc::new(()), policy };
        runner.run(id, table, forward, self.calls.clone(), cancel).await
    }
}

#[tokio::test]
async fn a_wait_is_gone_on_with_also_by_another_run() {
    async fn step(calls: Arc<Calls>, call: Call) -> Result<Outcome> {
        calls.add(call.step.resume.as_deref().unwrap_or("fresh"));
        match (call.step.resume.as_deref(), calls.all().len()) {
            (None, _) => wait("half", 0),
            // The first process ends here.
            (Some("half"), 2) => Err(Error::other("store.failed", "crash")),
            _ => done("made"),
        }
    }
    let place = Place::new();
    let table = Table::new("test", 1).step("one", step);
    let id = place.job(&table).await;
    let crashed = place.run(&id, &table, CancellationToken::new()).await.unwrap_err();
    assert_eq!(crashed.code, "store.failed");
    let job = place.run(&id, &table, CancellationToken::new()).await.unwrap();
    assert_eq!((job.status, job.state("one")), (Status::Succeeded, Some("made")));
    assert_eq!(place.calls.all(), ["fresh", "half", "half"]);
}

#[tokio::test]
async fn a_step_does_not_wait_for_ever() {
    async fn step(_: Arc<Calls>, _: Call) -> Result<Outcome> {
        wait("still", 1000)
    }
    async fn undo(calls: Arc<Calls>, call: Call) -> Result<Outcome> {
        assert_eq!(call.step.resume, None, "what the step waited for is nothing to its undo");
        calls.add("undo");
        done("")
    }
    let place = Place::new();
    let table = Table::new("test", 1).step("one", step).undo(undo).limit(Duration::ZERO);
    let id = place.job(&table).await;
    let job = place.run(&id, &table, CancellationToken::new()).await.unwrap();
    assert_eq!((job.status, job.error.unwrap().code.as_str()), (Status::Failed, "job.step-timeout"));
    assert_eq!(place.calls.all(), ["undo"]);
}

#[tokio::test]
async fn a_step_that_does_not_listen_is_dropped_and_undone() {
    async fn step(_: Arc<Calls>, call: Call) -> Result<Outcome> {
        call.cancel.cancel();
        std::future::pending().await
    }
    async fn undo(calls: Arc<Calls>, call: Call) -> Result<Outcome> {
        assert!(!call.cancel.is_cancelled() && call.own.is_none());
        calls.add(&format!("undo {}", call.step.token));
        done("")
    }
    let place = Place::new();
    let table = Table::new("test", 1).step("one", step).undo(undo);
    let id = place.job(&table).await;
    let job = place.run(&id, &table, CancellationToken::new()).await.unwrap();
    assert_eq!(job.status, Status::Cancelled);
    assert_eq!(place.calls.all(), [format!("undo {id}-one")]);
}

#[tokio::test]
async fn a_pivot_that_was_called_is_not_stopped() {
    let cancel = CancellationToken::new();
    let asked = cancel.clone();
    let pivot = move |calls: Arc<Calls>, call: Call| {
        let asked = asked.clone();
        async move {
            calls.add(call.step.resume.as_deref().unwrap_or("fresh"));
            asked.cancel();
            // Whoever listens to the stop hears it here.
            tokio::task::yield_now().await;
            assert!(!call.cancel.is_cancelled());
            if call.step.resume.is_none() { wait("half", 1) } else { done("made") }
        }
    };
    async fn step(calls: Arc<Calls>, _: Call) -> Result<Outcome> {
        calls.add("step");
        done("")
    }
    async fn undo(calls: Arc<Calls>, _: Call) -> Result<Outcome> {
        calls.add("undo");
        done("")
    }
    let place = Place::new();
    let table = Table::new("test", 1).step("one", step).undo(undo).step("two", pivot).pivot();
    let id = place.job(&table).await;
    let forward = Arc::new(Calls::default());
    let job = place.run_with(&id, &table, forward.clone(), cancel).await.unwrap();
    assert_eq!((job.status, job.state("two")), (Status::Succeeded, Some("made")));
    // It works with what is not cancelled with the job.
    assert_eq!(
        (forward.all(), place.calls.all()),
        (vec!["step".into()], vec!["fresh".into(), "half".into()])
    );
}

#[tokio::test]
async fn a_lost_lease_stops_the_run_and_not_the_job() {
    let place = Place::new();
    let store = place.store.clone();
    let steal = move |_: Arc<Calls>, call: Call| {
        let store = store.clone();
        async move {
            // Somebody decides that we are dead.
            let id = call.job().id.clone();
            store.release(&Lease { job: id.clone(), fence: 1 }).await?;
            store.acquire(&id).await?;
            done("made")
        }
    };
    let table = Table::new("test", 1).step("one", steal);
    let id = place.job(&table).await;
    let error = place.run(&id, &table, CancellationToken::new()).await.unwrap_err();
    assert_eq!(error.code, "store.lease-lost");
    assert_eq!(place.store.load(&id).await.unwrap().status, Status::Running);
}

#[tokio::test]
async fn another_table_does_not_go_on_with_a_job() {
    async fn step(_: Arc<Calls>, _: Call) -> Result<Outcome> {
        done("")
    }
    let place = Place::new();
    let old = Table::new("test", 1).step("one", step);
    let id = place.job(&old).await;
    for new in [
        Table::new("test", 2).step("one", step),
        Table::new("test", 1).step("one", step).step("two", step),
        Table::new("test", 1).step("one", step).undo(step),
    ] {
        let error = place.run(&id, &new, CancellationToken::new()).await.unwrap_err();
        assert_eq!(error.code, "job.upgraded");
    }
    place.run(&id, &old, CancellationToken::new()).await.unwrap();
}
