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
            holds: None,
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
        self.run_until(id, table, forward, Stop::by(cancel)).await
    }

    async fn run_until(
        &self,
        id: &str,
        table: &Table<Calls>,
        forward: Arc<Calls>,
        stop: Stop,
    ) -> Result<JobRecord> {
        let policy = Policy { cancel_grace: Duration::ZERO, ..Policy::default().without_pauses() };
        let runner = Runner { store: self.store.clone(), observer: Arc::new(()), policy };
        runner.run(id, table, forward, self.calls.clone(), stop).await
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

/// Three steps; the second does what it is told.
fn three_steps(second: impl Fn(u32) -> Option<Result<Outcome>> + Send + Sync + 'static) -> Table<Calls> {
    async fn one(calls: Arc<Calls>, _: Call) -> Result<Outcome> {
        calls.add("one");
        done("1")
    }
    async fn undo(calls: Arc<Calls>, call: Call) -> Result<Outcome> {
        calls.add(&format!("undo {}", call.own_state()));
        done("")
    }
    let (second, count) = (Arc::new(second), Arc::new(std::sync::atomic::AtomicU32::new(0)));
    let two = move |calls: Arc<Calls>, _: Call| {
        let (second, nth) = (second.clone(), count.fetch_add(1, std::sync::atomic::Ordering::SeqCst));
        async move {
            calls.add("two");
            match second(nth) {
                Some(outcome) => outcome,
                None => std::future::pending().await,
            }
        }
    };
    Table::new("test", 1).step("one", one).undo(undo).step("two", two).undo(undo).step("three", one)
}

#[tokio::test]
async fn a_parked_job_is_gone_on_with_by_the_next_run_and_nothing_is_undone() {
    // The step ends well; it listens; it waits; it does not listen and is dropped.
    let ways: [fn() -> Option<Result<Outcome>>; 4] =
        [|| Some(done("2")), || Some(Err(Error::cancelled())), || Some(wait("w", 60_000)), || None];
    for (number, way) in ways.into_iter().enumerate() {
        let place = Place::new();
        let stop = Stop::default();
        let parking = stop.clone();
        let table = three_steps(move |nth| {
            if nth > 0 {
                return Some(done("2"));
            }
            parking.park();
            way()
        });
        let id = place.job(&table).await;
        let ended = place.run_until(&id, &table, place.calls.clone(), stop).await;
        assert_eq!(ended.unwrap_err().code, "job.parked", "{number}");
        assert_eq!(place.store.load(&id).await.unwrap().status, Status::Running);
        let job = place.run(&id, &table, CancellationToken::new()).await.unwrap();
        assert_eq!(job.status, Status::Succeeded);
        assert!(!place.calls.all().iter().any(|call| call.starts_with("undo")), "{:?}", place.calls.all());
    }
}

#[tokio::test]
async fn a_forced_job_is_over_at_once_and_says_what_it_may_have_left() {
    let place = Place::new();
    let stop = Stop::default();
    let forcing = stop.clone();
    let table = three_steps(move |_| {
        forcing.force();
        None
    });
    let id = place.job(&table).await;
    let job = place.run_until(&id, &table, place.calls.clone(), stop).await.unwrap();
    assert_eq!((job.status, job.error.as_ref().unwrap().code.as_str()), (Status::Failed, "job.forced"));
    assert_eq!(place.calls.all(), ["one", "two"]);
    let left: Vec<_> = job.steps.iter().map(|step| step.phase.left_something()).collect();
    assert_eq!(left, [true, true, false]);
    assert_eq!(place.store.load(&id).await.unwrap().status, Status::Failed);
}
