//! Where jobs are kept, as a trait: SQLite on one machine today, a server for many workers later.
//! Every write to a job carries the fence of a lease, so that a process that lost its lease cannot
//! write over its successor. Refuses to know what a job or a document means.

use crate::{Entry, JobRecord, Owner, Status, StepEvent, StepRecord};
use async_trait::async_trait;
use gyre_core::{Error, Result};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A job to be begun.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Name of its table of steps.
    pub kind: String,
    /// Version of that table.
    pub version: u32,
    /// What it works on: no two unfinished jobs have the same.
    pub subject: String,
    /// What else it needs for itself alone: no two unfinished jobs hold the same.
    pub holds: Option<String>,
    /// What it is started with; never a secret.
    pub params: Value,
    /// Plugins by name, with their digests.
    pub plugins: BTreeMap<String, String>,
    /// Its steps, none of them started.
    pub steps: Vec<StepRecord>,
}

/// Which jobs are asked for; the default: all of them, but no more than none.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    /// Only those that work on this, or on a part of it: `a` has the parts `a/b` and `a/c`.
    pub subject: Option<String>,
    /// Only those of this kind.
    pub kind: Option<String>,
    /// Only those that stand there.
    pub status: Option<Status>,
    /// Only those that are not over.
    pub unfinished: bool,
    /// Only those that are older than this job: where the page before ended.
    pub before: Option<String>,
    /// At most so many.
    pub limit: u32,
}

/// What a job is asked for by another process than the one that works on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// To stop, and to remove what it made.
    Cancel,
    /// To stop at once, and to leave what it made.
    Force,
}

impl Request {
    /// As it is stored.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Request::Cancel => "cancel",
            Request::Force => "force",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        [Request::Cancel, Request::Force].into_iter().find(|request| request.name() == name)
    }
}

/// Something to be kept with a job, for people; nothing is decided by it.
#[derive(Clone, Debug, PartialEq)]
pub struct NewNote {
    /// The job.
    pub job: String,
    /// Milliseconds since 1970.
    pub at: u64,
    /// Replaces the job's note in the same slot: what is only of interest in its last version.
    pub slot: Option<String>,
    /// What it says.
    pub value: Value,
}

/// A note that was kept.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Grows with every note, over all jobs.
    pub seq: u64,
    /// The job.
    pub job: String,
    /// Milliseconds since 1970.
    pub at: u64,
    /// What it says.
    pub value: Value,
}

/// The right to work on a job.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// The job.
    pub job: String,
    /// Grows with every lease of this job.
    pub fence: u64,
}

/// Something kept beside the jobs.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// Unique in its collection.
    pub key: String,
    /// Grows with every write.
    pub version: u64,
    /// What it says.
    pub value: Value,
}

/// Notes that are kept of one job; older ones are dropped.
pub const NOTES_MAX: u32 = 20_000;

/// Where jobs are kept. Every answer is durable before it is given. All errors of the store itself are
/// `store.*`; a runner that meets one stops as a crash would.
#[async_trait]
pub trait Store: Send + Sync {
    /// A fresh name: 12 hexadecimal digits that were never given before.
    async fn new_id(&self) -> Result<String>;

    /// Notes a new job.
    ///
    /// # Errors
    /// `job.unfinished`: an unfinished job has the same subject; `job.held`: one holds the same.
    async fn create(&self, job: NewJob) -> Result<JobRecord>;

    /// One job.
    ///
    /// # Errors
    /// `job.unknown`.
    async fn load(&self, id: &str) -> Result<JobRecord>;

    /// Jobs, the newest first.
    ///
    /// # Errors
    /// `job.unknown`: there is no job `before` which the page could begin.
    async fn list(&self, filter: &JobFilter) -> Result<Vec<JobRecord>>;

    /// The job of this subject that is not over, if there is one.
    async fn unfinished(&self, subject: &str) -> Result<Option<JobRecord>>;

    /// The digests of all plugins that jobs which are not over began with.
    async fn pinned(&self) -> Result<BTreeSet<String>>;

    /// The job's log, the oldest line first.
    async fn log(&self, id: &str) -> Result<Vec<Entry>>;

    /// Takes the job.
    ///
    /// # Errors
    /// `job.busy`: another process works on it, naming that process.
    async fn acquire(&self, id: &str) -> Result<Lease>;

    /// Keeps the job.
    ///
    /// # Errors
    /// `store.lease-lost`.
    async fn renew(&self, lease: &Lease) -> Result<()>;

    /// Gives the job back; no error when it was lost.
    async fn release(&self, lease: &Lease) -> Result<()>;

    /// Appends to the job's log; answers the time noted, milliseconds since 1970.
    ///
    /// # Errors
    /// `store.lease-lost`.
    async fn record(&self, lease: &Lease, step: &str, event: &StepEvent) -> Result<u64>;

    /// Notes where the job stands, and why.
    ///
    /// # Errors
    /// `store.lease-lost`.
    async fn set_status(&self, lease: &Lease, status: Status, error: Option<&Error>) -> Result<()>;

    /// Asks whoever works on the job, now or next, for something; it stands until the job is over, and a
    /// harder request goes over a softer one.
    ///
    /// # Errors
    /// `job.unknown`.
    async fn ask(&self, id: &str, request: Request) -> Result<()>;

    /// What the job is asked for.
    async fn asked(&self, id: &str) -> Result<Option<Request>>;

    /// Keeps notes; of each job the last [`NOTES_MAX`] stay.
    async fn note(&self, notes: Vec<NewNote>) -> Result<()>;

    /// Notes after `after`, the oldest first, at most `limit`; of one job, or of all.
    async fn notes(&self, job: Option<&str>, after: u64, limit: u32) -> Result<Vec<Note>>;

    /// One document.
    async fn get(&self, collection: &str, key: &str) -> Result<Option<Document>>;

    /// All documents of a collection, by key.
    async fn documents(&self, collection: &str) -> Result<Vec<Document>>;

    /// Documents whose key begins with `prefix` and comes after `after`, by key, at most `limit`.
    async fn page(&self, collection: &str, prefix: &str, after: &str, limit: u32) -> Result<Vec<Document>>;

    /// Writes a document; `version` is that of the one it replaces, 0 for none. Answers the new version: a later one
    /// than that of any document of this key before, removed ones included, unless the clock was set back.
    ///
    /// # Errors
    /// `store.changed`: another one was written meanwhile.
    async fn put(&self, collection: &str, key: &str, version: u64, value: &Value) -> Result<u64>;

    /// Removes a document; no error when there is none.
    async fn remove(&self, collection: &str, key: &str) -> Result<()>;
}

/// The refusal of a job that another process works on.
pub(crate) fn busy(job: &str, owner: &Owner, until_ms: u64, now_ms: u64) -> Error {
    let error = Error::conflict("job.busy", format!("another gyre process works on job {job}"));
    match owner.is_alive() {
        Some(_) => error.cause(format!("process {} on this host", owner.pid)),
        None => error.cause(format!(
            "process {} of another host or container; its lease runs out in {} s unless it renews it",
            owner.pid,
            until_ms.saturating_sub(now_ms).div_ceil(1000)
        )),
    }
}
