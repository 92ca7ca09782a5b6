//! A cloud, a state directory, and engines over them.

use super::cloud::Cloud;
use super::crash::{Crash, CrashingStore, Write};
use super::roles::FakeEndpoints;
use super::workers::FakeWorkers;
use crate::{
    Ask, DeployOptions, Engine, NewReplica, News, Replica, ReplicaFilter, Report, Reporter, Settings,
};
use gyre_core::Result;
use gyre_mover::{Allowance, CopyOptions, Retry};
use gyre_saga::{JobFilter, JobRecord, Owner, Policy, SqliteStore, Status, Stop, Store};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

/// Bytes of each of the two disks: three blocks and a half.
pub const SIZE: u64 = 64 * 1024 * 3 + 32 * 1024;

/// What is done, and on what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Job {
    /// The first execution of a replica.
    First,
    /// The second, after a change.
    Second,
    Deployment,
    /// A deployment that gives the server the replica's own disks.
    HandingOver,
    Migration,
    Deletion,
    Verification,
}

impl Job {
    pub fn ask(self) -> Ask {
        let deploy = DeployOptions::default();
        match self {
            Job::First | Job::Second => Ask::Execute("web".into(), Default::default()),
            Job::Deployment => Ask::Deploy("web".into(), deploy),
            Job::HandingOver => Ask::Deploy("web".into(), DeployOptions { own_disks: true, ..deploy }),
            Job::Migration => Ask::Migrate(new_replica(), Default::default(), deploy),
            Job::Deletion => Ask::Delete("web".into()),
            Job::Verification => Ask::Verify("web".into()),
        }
    }
}

pub struct World {
    pub cloud: Arc<Cloud>,
    directory: TempDir,
}

impl World {
    /// A machine with two disks, and a replica that was never executed.
    pub async fn new() -> Self {
        let world = Self::empty();
        world.create("web").await.unwrap();
        world
    }

    pub fn empty() -> Self {
        let bytes =
            |seed: usize| (0..SIZE as usize).map(|i| (i / 512 * seed % 251) as u8).collect::<Vec<u8>>();
        let disks = [("disk-a".to_owned(), bytes(7)), ("disk-b".to_owned(), bytes(11))];
        Self { cloud: Cloud::new(disks.into()), directory: tempfile::tempdir().unwrap() }
    }

    /// Another state directory, at the same cloud.
    pub fn of_cloud(cloud: Arc<Cloud>) -> Self {
        Self { cloud, directory: tempfile::tempdir().unwrap() }
    }

    /// All that a job needs before it can be done.
    pub async fn prepared(job: Job) -> Self {
        if job == Job::Migration {
            return Self::empty();
        }
        let world = Self::new().await;
        if job != Job::First {
            succeeded(world.execute().await);
        }
        if job == Job::Second {
            world.change_source();
        }
        world
    }

    /// A replica of so many machines.
    pub async fn create_many(&self, name: &str, count: usize) -> Result<Vec<Replica>> {
        let more: Vec<_> = (2..=count).map(|n| format!("vm-{n}")).collect();
        self.engine().create_replicas(name, new_replica(), &more).await
    }

    pub async fn create(&self, name: &str) -> Result<Replica> {
        self.engine().create_replica(name, new_replica()).await
    }

    pub fn change_source(&self) {
        let mut held = self.cloud.held();
        held.source.get_mut("disk-b").unwrap()[70_000..70_100].fill(0xEE);
    }

    pub fn engine(&self) -> Engine {
        self.engine_over(Arc::new(self.store(Owner::this_process())), Arc::new(()))
    }

    /// Its process is found dead afterwards.
    pub fn engine_that_crashes(&self, crash: Crash) -> Engine {
        let dead = Owner { pid: u32::MAX, ..Owner::this_process() };
        self.engine_over(Arc::new(self.crashing(dead, crash)), Arc::new(()))
    }

    /// With a clock of its own, in milliseconds since 1970; it may crash as another one does.
    pub fn engine_by_clock(&self, clock: fn() -> i64, crash: Option<Crash>) -> Engine {
        let owner = match crash {
            Some(_) => Owner { pid: u32::MAX, ..Owner::this_process() },
            None => Owner::this_process(),
        };
        let crash = crash.unwrap_or(Crash { at: usize::MAX, write: Write::Lost });
        let store = self.crashing(owner, crash);
        let store = CrashingStore { inner: store.inner.with_clock(clock), ..store };
        self.engine_over(Arc::new(store), Arc::new(()))
    }

    /// Its process is found alive afterwards.
    pub fn engine_that_crashes_and_lives(&self, crash: Crash) -> Engine {
        self.engine_over(Arc::new(self.crashing(Owner::this_process(), crash)), Arc::new(()))
    }

    /// Asks to stop when the step of this number begins.
    pub fn engine_that_cancels(&self, step: usize) -> (Engine, CancellationToken) {
        let cancel = CancellationToken::new();
        let reporter = Canceller { left: AtomicUsize::new(step), cancel: cancel.clone() };
        (self.engine_over(Arc::new(self.store(Owner::this_process())), Arc::new(reporter)), cancel)
    }

    /// Runs no more jobs at once than this.
    pub fn engine_with(&self, jobs: gyre_core::config::Jobs) -> Engine {
        let settings = Settings { jobs, ..self.settings() };
        self.engine_of(Arc::new(self.store(Owner::this_process())), Arc::new(()), settings)
    }

    /// Pauses between its attempts as real ones do, a thousand times as fast.
    pub fn engine_in_a_hurry(&self) -> Engine {
        let mut policy = Policy::default();
        policy.calls.first /= 1000;
        policy.calls.longest /= 1000;
        let settings = Settings { policy, ..self.settings() };
        self.engine_of(Arc::new(self.store(Owner::this_process())), Arc::new(()), settings)
    }

    fn engine_over(&self, store: Arc<dyn Store>, reporter: Arc<dyn Reporter>) -> Engine {
        self.engine_of(store, reporter, self.settings())
    }

    fn engine_of(&self, store: Arc<dyn Store>, reporter: Arc<dyn Reporter>, settings: Settings) -> Engine {
        let endpoints = Arc::new(FakeEndpoints(self.cloud.clone()));
        let workers = Arc::new(FakeWorkers(self.cloud.clone()));
        Engine::new(store, endpoints, workers, reporter, settings)
    }

    fn settings(&self) -> Settings {
        let retry = Retry::default().without_pauses();
        Settings {
            directory: self.state(),
            transfer: Default::default(),
            allowance: Allowance::always(gyre_core::Bandwidth::UNLIMITED),
            jobs: Default::default(),
            copy: CopyOptions { retry, ..CopyOptions::default() },
            policy: Policy::default().without_pauses(),
        }
    }

    fn state(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    fn store(&self, owner: Owner) -> SqliteStore {
        SqliteStore::open(&self.state(), owner).unwrap()
    }

    fn crashing(&self, owner: Owner, crash: Crash) -> CrashingStore {
        CrashingStore { inner: self.store(owner), crash, written: AtomicUsize::new(0) }
    }

    pub async fn execute(&self) -> Result<Report> {
        self.run(Job::First, &self.engine()).await
    }

    pub async fn run(&self, job: Job, engine: &Engine) -> Result<Report> {
        self.run_with(job, engine, CancellationToken::new()).await
    }

    pub async fn run_with(&self, job: Job, engine: &Engine, cancel: CancellationToken) -> Result<Report> {
        engine.run(job.ask(), Stop::by(cancel)).await
    }

    /// What a job was told that should be known, in the order of the disks.
    pub async fn warnings(&self, report: &Report) -> Vec<String> {
        let told = self.engine().told(Some(&report.job), 0, 1000).await.unwrap();
        let text = |told: crate::Told| match told.news {
            News::Warning { text } => Some(text),
            _ => None,
        };
        let mut warnings: Vec<_> = told.into_iter().filter_map(text).collect();
        warnings.sort();
        warnings
    }

    /// A job was told of these, each known by its beginning, and of nothing else.
    pub async fn assert_warned(&self, report: &Report, expected: &[&str]) {
        let warnings = self.warnings(report).await;
        let same = warnings.iter().zip(expected).all(|(text, begin)| text.starts_with(begin));
        assert!(same && warnings.len() == expected.len(), "{expected:?}: {warnings:#?}");
    }

    /// Does something to the file with the hashes of a replica's disk.
    pub async fn damage_manifest(&self, disk: &str, damage: fn(&Path) -> std::io::Result<()>) {
        let replica = self.engine().replica("web").await.unwrap();
        let base = replica.last.unwrap().disks.into_iter().find(|base| base.disk == disk).unwrap();
        damage(&self.state().join("replicas").join(replica.id).join(base.manifest)).unwrap();
    }

    pub async fn replicas(&self) -> Vec<Replica> {
        self.engine().replicas(&ReplicaFilter { limit: 100, ..Default::default() }).await.unwrap()
    }

    /// The newest jobs.
    pub async fn jobs(&self) -> Vec<JobRecord> {
        self.engine().jobs(&JobFilter { limit: 100, ..JobFilter::default() }).await.unwrap()
    }

    /// How many writes the job makes when all goes well.
    pub async fn writes_of(&self, job: Job) -> usize {
        let (writes, report) = self.writes_until_the_end_of(job).await;
        succeeded(Ok(report));
        writes
    }

    /// How many writes the job makes, and how it ends.
    pub async fn writes_until_the_end_of(&self, job: Job) -> (usize, Report) {
        let crash = Crash { at: usize::MAX, write: Write::Lost };
        let store = Arc::new(self.crashing(Owner::this_process(), crash));
        let report = self.run(job, &self.engine_over(store.clone(), Arc::new(()))).await.unwrap();
        (store.written.load(Ordering::SeqCst), report)
    }

    /// The calls that the job makes when all goes well.
    pub async fn calls_of(&self, job: Job) -> Vec<String> {
        let before = self.cloud.calls().len();
        succeeded(self.run(job, &self.engine()).await);
        self.cloud.calls().split_off(before)
    }

    /// The replica's volumes hold the last snapshot.
    pub fn assert_replicated(&self) {
        let held = self.cloud.held();
        assert_eq!((held.volumes.len(), held.snapshots.len(), held.workers.len()), (2, 1, 0));
        for volume in held.volumes.values() {
            assert!(*volume.bytes.lock().unwrap() == held.source[&volume.disk], "{} differs", volume.disk);
        }
    }

    /// What the job was to make is there, and nothing else is.
    pub fn assert_done(&self, job: Job) {
        self.assert_at_least_done(job);
        let expected = usize::from(matches!(job, Job::Deployment | Job::HandingOver | Job::Migration));
        assert_eq!(self.cloud.held().instances.len(), expected, "{job:?}");
    }

    /// The same, but a job whose last record was written before the crash was done twice.
    pub fn assert_at_least_done(&self, job: Job) {
        let held = self.cloud.held();
        assert_eq!((held.workers.len(), held.checkpoints.len(), held.mounted), (0, 0, 0), "{job:?}");
        let instances = held.instances.len();
        let (volumes, snapshots) = match job {
            Job::First | Job::Second | Job::Verification => (2, 1),
            Job::Deployment => (2 + 2 * instances, 1),
            Job::HandingOver | Job::Migration => (2 * instances, 0),
            Job::Deletion => (0, 0),
        };
        assert_eq!((held.volumes.len(), held.snapshots.len()), (volumes, snapshots), "{job:?}");
        let booted: Vec<_> = held.instances.values().flat_map(|(_, _, volumes)| volumes).collect();
        for (id, volume) in &held.volumes {
            let bytes = volume.bytes.lock().unwrap();
            let morphed = bytes.starts_with(b"MORPHED");
            let is_boot_disk = booted.contains(&id) && volume.disk == "disk-a";
            assert_eq!(morphed, is_boot_disk, "{job:?}: {} {}", id, volume.disk);
            let from = if morphed { 7 } else { 0 };
            let same = bytes[from..] == held.source[&volume.disk][from..];
            assert!(same, "{job:?}: {} differs", volume.disk);
        }
        drop(held);
        let files = std::fs::read_dir(self.state().join("replicas")).map_or(0, |entries| entries.count());
        let kept = usize::from(!matches!(job, Job::HandingOver | Job::Migration | Job::Deletion));
        assert_eq!(files, kept, "directories of block manifests after {job:?}");
    }

    /// Nothing that the failed job made is left, and the replica is what it was.
    pub async fn assert_undone(&self, job: Job, context: &str) {
        if job == Job::Deletion {
            return; // What is gone is gone: it is repeated, and not undone.
        }
        let executed = matches!(job, Job::Second | Job::Deployment | Job::HandingOver | Job::Verification);
        if job != Job::Migration {
            let replica = self.engine().replica("web").await.unwrap();
            assert_eq!(replica.last.is_some(), executed, "{context}");
        }
        let held = self.cloud.held();
        assert_eq!(
            (held.workers.len(), held.checkpoints.len(), held.instances.len()),
            (0, 0, 0),
            "{context}"
        );
        assert_eq!(held.snapshots.len(), usize::from(executed), "{context}");
        match job {
            Job::Migration => assert_eq!(held.volumes.len(), 0, "{context}"),
            Job::First => assert!([0, 2].contains(&held.volumes.len()), "{context}"),
            _ => assert_eq!(held.volumes.len(), 2, "{context}"),
        }
        if matches!(job, Job::Deployment | Job::HandingOver) {
            let same = |v: &super::cloud::Volume| *v.bytes.lock().unwrap() == held.source[&v.disk];
            assert!(held.volumes.values().all(same), "the replica was touched: {context}");
        }
    }
}

pub fn succeeded(report: Result<Report>) -> Report {
    let report = report.unwrap();
    assert_eq!(report.status, Status::Succeeded, "{:?}", report.error);
    report
}

pub fn new_replica() -> NewReplica {
    with_option(None)
}

/// The machine of this world, with one option for the destination.
pub fn with_option(name: Option<&str>) -> NewReplica {
    let options = name.map(|name| (name.to_owned(), true.into())).into_iter().collect();
    NewReplica { source: "lab".into(), vm: "vm-1".into(), destination: "cloud".into(), options }
}

struct Canceller {
    left: AtomicUsize,
    cancel: CancellationToken,
}

impl Reporter for Canceller {
    fn tell(&self, _: &str, news: &News) {
        if matches!(news, News::Step { .. }) && self.left.fetch_sub(1, Ordering::SeqCst) == 0 {
            self.cancel.cancel();
        }
    }
}
