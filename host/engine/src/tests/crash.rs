//! A store that stops in the middle: the write it stops at is lost, or kept and its answer lost; after
//! it nothing works any more, as after `kill -9`.

use async_trait::async_trait;
use gyre_core::{Error, Result};
use gyre_saga::{
    Document, Entry, JobFilter, JobRecord, Lease, NewJob, NewNote, Note, Request, SqliteStore, Status,
    StepEvent, Store,
};
use serde_json::Value;
use std::sync::atomic::{AtomicUsize, Ordering};

/// What becomes of the write at which the process dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    Lost,
    Kept,
}

/// Where the process dies.
#[derive(Clone, Copy, Debug)]
pub struct Crash {
    /// Number of the write, from 0.
    pub at: usize,
    pub write: Write,
}

pub struct CrashingStore {
    pub inner: SqliteStore,
    pub crash: Crash,
    pub written: AtomicUsize,
}

impl CrashingStore {
    async fn write<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        let at = self.written.fetch_add(1, Ordering::SeqCst);
        if at < self.crash.at {
            return work.await;
        }
        if at == self.crash.at && self.crash.write == Write::Kept {
            work.await?;
        }
        Err(gone())
    }

    async fn read<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        if self.written.load(Ordering::SeqCst) > self.crash.at { Err(gone()) } else { work.await }
    }
}

fn gone() -> Error {
    Error::other("store.failed", "the process is gone")
}

#[async_trait]
impl Store for CrashingStore {
    async fn new_id(&self) -> Result<String> {
        self.read(self.inner.new_id()).await
    }
    async fn create(&self, job: NewJob) -> Result<JobRecord> {
        self.write(self.inner.create(job)).await
    }
    async fn load(&self, id: &str) -> Result<JobRecord> {
        self.read(self.inner.load(id)).await
    }
    async fn list(&self, filter: &JobFilter) -> Result<Vec<JobRecord>> {
        self.read(self.inner.list(filter)).await
    }
    async fn ask(&self, id: &str, request: Request) -> Result<()> {
        self.read(self.inner.ask(id, request)).await
    }
    async fn asked(&self, id: &str) -> Result<Option<Request>> {
        self.read(self.inner.asked(id)).await
    }
    async fn note(&self, notes: Vec<NewNote>) -> Result<()> {
        self.read(self.inner.note(notes)).await
    }
    async fn notes(&self, job: Option<&str>, after: u64, limit: u32) -> Result<Vec<Note>> {
        self.read(self.inner.notes(job, after, limit)).await
    }
    async fn page(&self, collection: &str, prefix: &str, after: &str, limit: u32) -> Result<Vec<Document>> {
        self.read(self.inner.page(collection, prefix, after, limit)).await
    }
    async fn unfinished(&self, subject: &str) -> Result<Option<JobRecord>> {
        self.read(self.inner.unfinished(subject)).await
    }
    async fn pinned(&self) -> Result<std::collections::BTreeSet<String>> {
        self.read(self.inner.pinned()).await
    }
    async fn log(&self, id: &str) -> Result<Vec<Entry>> {
        self.read(self.inner.log(id)).await
    }
    async fn acquire(&self, id: &str) -> Result<Lease> {
        self.write(self.inner.acquire(id)).await
    }
    async fn renew(&self, lease: &Lease) -> Result<()> {
        self.read(self.inner.renew(lease)).await
    }
    async fn release(&self, lease: &Lease) -> Result<()> {
        self.read(self.inner.release(lease)).await
    }
    async fn record(&self, lease: &Lease, step: &str, event: &StepEvent) -> Result<u64> {
        self.write(self.inner.record(lease, step, event)).await
    }
    async fn set_status(&self, lease: &Lease, status: Status, error: Option<&Error>) -> Result<()> {
        self.write(self.inner.set_status(lease, status, error)).await
    }
    async fn get(&self, collection: &str, key: &str) -> Result<Option<Document>> {
        self.read(self.inner.get(collection, key)).await
    }
    async fn documents(&self, collection: &str) -> Result<Vec<Document>> {
        self.read(self.inner.documents(collection)).await
    }
    async fn put(&self, collection: &str, key: &str, version: u64, value: &Value) -> Result<u64> {
        self.write(self.inner.put(collection, key, version, value)).await
    }
    async fn remove(&self, collection: &str, key: &str) -> Result<()> {
        self.write(self.inner.remove(collection, key)).await
    }
}
