//! The store of one machine: a SQLite database in the state directory, written ahead, one writer at a
//! time. Refuses to interpret what it keeps, and to open what a newer gyre wrote.

use crate::store::busy;
use crate::{
    Document, Entry, JobFilter, JobRecord, Lease, NOTES_MAX, NewJob, NewNote, Note, Owner, Request, Status,
    StepEvent, StepRecord, Store,
};
use async_trait::async_trait;
use gyre_core::{Error, Result};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, TransactionBehavior, params};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long a lease lasts without being renewed, milliseconds.
pub(crate) const LEASE_MS: u64 = 60_000;
/// How long a write waits for that of another process.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Name of the database in the state directory.
const FILE: &str = "gyre.db";

/// One entry per version of the schema; never edited, only added to.
const MIGRATIONS: &[&str] = &[
    "CREATE TABLE jobs (
        id TEXT PRIMARY KEY, kind TEXT NOT NULL, version INTEGER NOT NULL, subject TEXT NOT NULL,
        status TEXT NOT NULL, params TEXT NOT NULL, plugins TEXT NOT NULL, steps TEXT NOT NULL, error TEXT,
        created INTEGER NOT NULL, updated INTEGER NOT NULL,
        owner TEXT, lease_until INTEGER NOT NULL DEFAULT 0, fence INTEGER NOT NULL DEFAULT 0
     ) STRICT;
     CREATE UNIQUE INDEX one_unfinished_job ON jobs (subject)
        WHERE status IN ('running', 'undoing', 'stuck');
     CREATE INDEX jobs_by_age ON jobs (created);
     CREATE TABLE log (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL REFERENCES jobs (id), step TEXT NOT NULL,
        token TEXT NOT NULL, name TEXT NOT NULL, event TEXT NOT NULL, at INTEGER NOT NULL
     ) STRICT;
     CREATE INDEX log_of_job ON log (job, seq);
     CREATE TABLE documents (
        collection TEXT NOT NULL, key TEXT NOT NULL, version INTEGER NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (collection, key)
     ) STRICT, WITHOUT ROWID;",
    "ALTER TABLE jobs ADD COLUMN holds TEXT;
     ALTER TABLE jobs ADD COLUMN request TEXT;
     CREATE UNIQUE INDEX one_holder ON jobs (holds)
        WHERE status IN ('running', 'undoing', 'stuck') AND holds IS NOT NULL;
     CREATE INDEX jobs_of_subject ON jobs (subject, created);
     CREATE TABLE notes (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, at INTEGER NOT NULL, slot TEXT,
        value TEXT NOT NULL
     ) STRICT;
     CREATE INDEX notes_of_job ON notes (job, seq);
     CREATE UNIQUE INDEX one_note_per_slot ON notes (job, slot) WHERE slot IS NOT NULL;",
];

/// By row and not by time: a clock that was set back must not hide the newest jobs.
const LIST: &str = "SELECT id FROM jobs
    WHERE (?1 IS NULL OR subject = ?1 OR (subject > ?1 || '/' AND subject < ?1 || '0'))
      AND (?2 IS NULL OR kind = ?2) AND (?3 IS NULL OR status = ?3)
      AND (NOT ?4 OR status IN ('running', 'undoing', 'stuck')) AND rowid < ?5
    ORDER BY rowid DESC LIMIT ?6";

const JOB: &str = "id, kind, version, subject, status, params, plugins, steps, error, created, updated";

/// The store of one machine.
#[derive(Clone)]
pub struct SqliteStore {
    connection: Arc<Mutex<Connection>>,
    owner: Arc<Owner>,
    clock: fn() -> i64,
}

impl SqliteStore {
    /// Opens the database of a state directory, and makes both where they are missing; the directory
    /// is then readable by its owner alone. `owner` is who takes leases.
    ///
    /// # Errors
    /// `store.open`, `store.newer`.
    pub fn open(directory: &Path, owner: Owner) -> Result<Self> {
        let failed = |e: &dyn std::fmt::Display| {
            let what = format!("the state directory {} cannot be used", directory.display());
            Error::other("store.open", what).cause(e)
        };
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true).mode(0o700).create(directory).map_err(|e| failed(&e))?;
        let mut connection = Connection::open(directory.join(FILE)).map_err(|e| failed(&e))?;
        prepare(&connection).map_err(|e| failed(&e))?;
        migrate(&mut connection).map_err(|e| failed(&e))??;
        Ok(Self { connection: Arc::new(Mutex::new(connection)), owner: Arc::new(owner), clock: now_ms })
    }

    /// The same by another clock, milliseconds since 1970: for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: fn() -> i64) -> Self {
        self.clock = clock;
        self
    }

    /// Runs `work` in one transaction, on a thread that may block.
    async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&Transaction<'_>, &Owner) -> Result<T> + Send + 'static,
    {
        let (connection, owner) = (self.connection.clone(), self.owner.clone());
        let task = tokio::task::spawn_blocking(move || {
            let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
            let transaction =
                connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(sql)?;
            let answer = work(&transaction, &owner)?;
            transaction.commit().map_err(sql)?;
            Ok(answer)
        });
        task.await.map_err(|e| Error::other("store.failed", "the store's thread broke off").cause(e))?
    }
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    // "Started" must outlive a power cut, not only a crash of this process.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.pragma_update(None, "foreign_keys", true)
}

fn migrate(connection: &mut Connection) -> rusqlite::Result<Result<()>> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: usize = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > MIGRATIONS.len() {
        return Ok(Err(Error::conflict("store.newer", "the state directory was written by a newer gyre")
            .cause(format!("its version is {found}, this gyre knows up to {}", MIGRATIONS.len()))));
    }
    for migration in MIGRATIONS.iter().skip(found) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "user_version", MIGRATIONS.len())?;
    transaction.commit()?;
    Ok(Ok(()))
}

#[async_trait]
impl Store for SqliteStore {
    async fn new_id(&self) -> Result<String> {
        self.write(|db, _| fresh_id(db)).await
    }

    async fn create(&self, job: NewJob) -> Result<JobRecord> {
        let clock = self.clock;
        self.write(move |db, _| {
            if let Some(other) = unfinished(db, &job.subject)? {
                return Err(Error::conflict("job.unfinished", format!("job {other} is not over yet")));
            }
            if let Some((other, of)) = holder(db, job.holds.as_deref())? {
                let what = format!("job {other} of {of} works on the same: {}", job.holds.unwrap_or_default());
                return Err(Error::conflict("job.held", what));
            }
            let (id, now) = (fresh_id(db)?, clock());
            db.execute(
                "INSERT INTO jobs (id, kind, version, subject, status, params, plugins, steps, created, updated, holds)
                 VALUES (?1, ?2, ?3, ?4, 'running', ?5, ?6, ?7, ?8, ?8, ?9)",
                params![
                    id,
                    job.kind,
                    job.version,
                    job.subject,
                    json(&job.params)?,
                    json(&job.plugins)?,
                    json(&job.steps)?,
                    now,
                    job.holds
                ],
            )
            .map_err(sql)?;
            load(db, &id)
        })
        .await
    }

    async fn load(&self, id: &str) -> Result<JobRecord> {
        let id = id.to_owned();
        self.write(move |db, _| load(db, &id)).await
    }

    async fn list(&self, filter: &JobFilter) -> Result<Vec<JobRecord>> {
        let filter = filter.clone();
        self.write(move |db, _| {
            let before = filter.before.as_deref().map(|id| rowid(db, id)).transpose()?;
            let mut statement = db.prepare_cached(LIST).map_err(sql)?;
            let status = filter.status.map(Status::name);
            let values = params![
                filter.subject,
                filter.kind,
                status,
                filter.unfinished,
                before.unwrap_or(i64::MAX),
                filter.limit
            ];
            let ids = statement.query_map(values, |row| row.get(0)).map_err(sql)?;
            let ids: Vec<String> = ids.collect::<rusqlite::Result<_>>().map_err(sql)?;
            ids.iter().map(|id| load(db, id)).collect()
        })
        .await
    }

    async fn unfinished(&self, subject: &str) -> Result<Option<JobRecord>> {
        let subject = subject.to_owned();
        self.write(move |db, _| match unfinished(db, &subject)? {
            Some(id) => load(db, &id).map(Some),
            None => Ok(None),
        })
        .await
    }

    async fn pinned(&self) -> Result<BTreeSet<String>> {
        self.write(|db, _| {
            let select = "SELECT plugins FROM jobs WHERE status IN ('running', 'undoing', 'stuck')";
            let mut statement = db.prepare(select).map_err(sql)?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(sql)?;
            let mut digests = BTreeSet::new();
            for row in rows {
                digests.extend(parse::<BTreeMap<String, String>>(&row.map_err(sql)?)?.into_values());
            }
            Ok(digests)
        })
        .await
    }

    async fn log(&self, id: &str) -> Result<Vec<Entry>> {
        let id = id.to_owned();
        self.write(move |db, _| entries(db, &id)).await
    }

    async fn acquire(&self, id: &str) -> Result<Lease> {
        let job = id.to_owned();
        let clock = self.clock;
        self.write(move |db, owner| acquire(db, &job, owner, clock())).await
    }

    async fn renew(&self, lease: &Lease) -> Result<()> {
        let (lease, clock) = (lease.clone(), self.clock);
        self.write(move |db, _| {
            let until = clock() + LEASE_MS as i64;
            fenced(db, &lease, "UPDATE jobs SET lease_until = ?3 WHERE id = ?1 AND fence = ?2", &until)
        })
        .await
    }

    async fn release(&self, lease: &Lease) -> Result<()> {
        let lease = lease.clone();
        self.write(move |db, _| {
            let release = "UPDATE jobs SET owner = NULL, lease_until = 0 WHERE id = ?1 AND fence = ?2";
            db.execute(release, params![lease.job, lease.fence as i64]).map(|_| ()).map_err(sql)
        })
        .await
    }

    async fn record(&self, lease: &Lease, step: &str, event: &StepEvent) -> Result<u64> {
        let (lease, step, event, clock) = (lease.clone(), step.to_owned(), event.clone(), self.clock);
        self.write(move |db, _| {
            let now = clock();
            fenced(db, &lease, "UPDATE jobs SET updated = ?3 WHERE id = ?1 AND fence = ?2", &now)?;
            if matches!(event, StepEvent::Waiting(_) | StepEvent::UndoWaiting(_)) {
                // Only the last wait says anything; a step may wait thousands of times.
                let forget = "DELETE FROM log WHERE job = ?1 AND step = ?2 AND name = ?3";
                db.execute(forget, params![lease.job, step, event.name()]).map_err(sql)?;
            }
            let token = format!("{}-{step}", lease.job);
            db.execute(
                "INSERT INTO log (job, step, token, name, event, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![lease.job, step, token, event.name(), json(&event)?, now],
            )
            .map_err(sql)?;
            Ok(now as u64)
        })
        .await
    }

    async fn set_status(&self, lease: &Lease, status: Status, error: Option<&Error>) -> Result<()> {
        let (lease, error, clock) = (lease.clone(), error.cloned(), self.clock);
        self.write(move |db, _| {
            let now = clock();
            fenced(db, &lease, "UPDATE jobs SET updated = ?3 WHERE id = ?1 AND fence = ?2", &now)?;
            let error = error.as_ref().map(json).transpose()?;
            // A job that is over is asked for nothing.
            let update =
                "UPDATE jobs SET status = ?2, error = ?3, request = CASE ?4 WHEN 1 THEN NULL ELSE request END
                WHERE id = ?1";
            let values = params![lease.job, status.name(), error, status.is_final()];
            db.execute(update, values).map(|_| ()).map_err(sql)
        })
        .await
    }

    async fn ask(&self, id: &str, request: Request) -> Result<()> {
        let id = id.to_owned();
        self.write(move |db, _| {
            let update = "UPDATE jobs SET request = ?2
                WHERE id = ?1 AND status IN ('running', 'undoing', 'stuck') AND request IS NOT 'force'";
            db.execute(update, params![id, request.name()]).map_err(sql)?;
            rowid(db, &id).map(|_| ())
        })
        .await
    }

    async fn asked(&self, id: &str) -> Result<Option<Request>> {
        let id = id.to_owned();
        self.write(move |db, _| {
            let select = "SELECT request FROM jobs WHERE id = ?1";
            let found = db.query_row(select, [id], |row| row.get::<_, Option<String>>(0)).optional();
            Ok(found.map_err(sql)?.flatten().as_deref().and_then(Request::parse))
        })
        .await
    }

    async fn note(&self, notes: Vec<NewNote>) -> Result<()> {
        self.write(move |db, _| {
            for note in &notes {
                keep(db, note)?;
            }
            let jobs: BTreeSet<_> = notes.iter().map(|note| &note.job).collect();
            jobs.into_iter().try_for_each(|job| drop_old_notes(db, job))
        })
        .await
    }

    async fn notes(&self, job: Option<&str>, after: u64, limit: u32) -> Result<Vec<Note>> {
        let job = job.map(str::to_owned);
        self.write(move |db, _| match &job {
            Some(job) => {
                let select =
                    "SELECT seq, job, at, value FROM notes WHERE job = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";
                notes(db, select, params![job, after as i64, limit])
            }
            None => {
                let select = "SELECT seq, job, at, value FROM notes WHERE seq > ?1 ORDER BY seq LIMIT ?2";
                notes(db, select, params![after as i64, limit])
            }
        })
        .await
    }

    async fn get(&self, collection: &str, key: &str) -> Result<Option<Document>> {
        let (collection, key) = (collection.to_owned(), key.to_owned());
        self.write(move |db, _| {
            let select = "SELECT key, version, value FROM documents WHERE collection = ?1 AND key = ?2";
            let found = db.query_row(select, params![collection, key], raw_document).optional();
            found.map_err(sql)?.map(document).transpose()
        })
        .await
    }

    async fn documents(&self, collection: &str) -> Result<Vec<Document>> {
        let collection = collection.to_owned();
        self.write(move |db, _| {
            let select = "SELECT key, version, value FROM documents WHERE collection = ?1 ORDER BY key";
            let mut statement = db.prepare(select).map_err(sql)?;
            let rows = statement.query_map(params![collection], raw_document).map_err(sql)?;
            let rows: Vec<_> = rows.collect::<rusqlite::Result<_>>().map_err(sql)?;
            rows.into_iter().map(document).collect()
        })
        .await
    }

    async fn page(&self, collection: &str, prefix: &str, after: &str, limit: u32) -> Result<Vec<Document>> {
        let (collection, prefix, after) = (collection.to_owned(), prefix.to_owned(), after.to_owned());
        self.write(move |db, _| {
            let select = "SELECT key, version, value FROM documents
                WHERE collection = ?1 AND key >= ?2 AND substr(key, 1, length(?2)) = ?2 AND key > ?3 ORDER BY key LIMIT ?4";
            let mut statement = db.prepare_cached(select).map_err(sql)?;
            let values = params![collection, prefix, after, limit];
            let rows = statement.query_map(values, raw_document).map_err(sql)?;
            let rows: Vec<_> = rows.collect::<rusqlite::Result<_>>().map_err(sql)?;
            rows.into_iter().map(document).collect()
        })
        .await
    }

    async fn put(&self, collection: &str, key: &str, version: u64, value: &Value) -> Result<u64> {
        let (collection, key, text) = (collection.to_owned(), key.to_owned(), json(value)?);
        let clock = self.clock;
        self.write(move |db, _| {
            let select = "SELECT version FROM documents WHERE collection = ?1 AND key = ?2";
            let found = db.query_row(select, params![collection, key], |row| row.get(0)).optional();
            let found: i64 = found.map_err(sql)?.unwrap_or(0);
            if found as u64 != version {
                return Err(Error::conflict("store.changed", format!("{key:?} was changed meanwhile")));
            }
            // Whoever read a document of this key that was removed since has seen no version this late.
            let next = if found == 0 { clock().max(1) } else { found + 1 };
            db.execute(
                "INSERT INTO documents (collection, key, version, value) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (collection, key) DO UPDATE SET version = ?3, value = ?4",
                params![collection, key, next, text],
            )
            .map_err(sql)?;
            Ok(next as u64)
        })
        .await
    }

    async fn remove(&self, collection: &str, key: &str) -> Result<()> {
        let (collection, key) = (collection.to_owned(), key.to_owned());
        self.write(move |db, _| {
            let delete = "DELETE FROM documents WHERE collection = ?1 AND key = ?2";
            db.execute(delete, params![collection, key]).map(|_| ()).map_err(sql)
        })
        .await
    }
}

fn fresh_id(db: &Transaction<'_>) -> Result<String> {
    db.query_row("SELECT lower(hex(randomblob(6)))", [], |row| row.get(0)).map_err(sql)
}

fn unfinished(db: &Transaction<'_>, subject: &str) -> Result<Option<String>> {
    let select = "SELECT id FROM jobs WHERE subject = ?1 AND status IN ('running', 'undoing', 'stuck')";
    db.query_row(select, [subject], |row| row.get(0)).optional().map_err(sql)
}

/// The unfinished job that holds this, and its subject.
fn holder(db: &Transaction<'_>, holds: Option<&str>) -> Result<Option<(String, String)>> {
    let select =
        "SELECT id, subject FROM jobs WHERE holds = ?1 AND status IN ('running', 'undoing', 'stuck')";
    db.query_row(select, [holds], |row| Ok((row.get(0)?, row.get(1)?))).optional().map_err(sql)
}

fn rowid(db: &Transaction<'_>, id: &str) -> Result<i64> {
    let found = db.query_row("SELECT rowid FROM jobs WHERE id = ?1", [id], |row| row.get(0)).optional();
    found.map_err(sql)?.ok_or_else(|| unknown(id))
}

fn keep(db: &Transaction<'_>, note: &NewNote) -> Result<()> {
    if let Some(slot) = &note.slot {
        let forget = "DELETE FROM notes WHERE job = ?1 AND slot = ?2";
        db.prepare_cached(forget).and_then(|mut s| s.execute(params![note.job, slot])).map_err(sql)?;
    }
    let insert = "INSERT INTO notes (job, at, slot, value) VALUES (?1, ?2, ?3, ?4)";
    let values = params![note.job, note.at as i64, note.slot, json(&note.value)?];
    db.prepare_cached(insert).and_then(|mut s| s.execute(values)).map(|_| ()).map_err(sql)
}

fn drop_old_notes(db: &Transaction<'_>, job: &str) -> Result<()> {
    let drop = "DELETE FROM notes WHERE job = ?1 AND seq <=
        (SELECT seq FROM notes WHERE job = ?1 ORDER BY seq DESC LIMIT 1 OFFSET ?2)";
    db.prepare_cached(drop).and_then(|mut s| s.execute(params![job, NOTES_MAX])).map(|_| ()).map_err(sql)
}

fn notes(db: &Transaction<'_>, select: &str, values: &[&dyn rusqlite::ToSql]) -> Result<Vec<Note>> {
    let mut statement = db.prepare_cached(select).map_err(sql)?;
    let note = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get::<_, i64>(2)?, row.get(3)?));
    let rows = statement.query_map(values, note).map_err(sql)?;
    rows.map(|row| {
        let (seq, job, at, value): (_, _, _, String) = row.map_err(sql)?;
        Ok(Note { seq: seq as u64, job, at: at as u64, value: parse(&value)? })
    })
    .collect()
}

/// Takes the lease unless its owner may still be at work: one that can be seen must be gone, one that
/// cannot must have let it run out.
fn acquire(db: &Transaction<'_>, job: &str, me: &Owner, now: i64) -> Result<Lease> {
    let select = "SELECT owner, lease_until, fence FROM jobs WHERE id = ?1";
    let found = db.query_row(select, [job], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).optional();
    let found: Option<(Option<String>, i64, i64)> = found.map_err(sql)?;
    let Some((owner, until, fence)) = found else { return Err(unknown(job)) };
    if let Some(owner) = owner {
        let owner: Owner = parse(&owner)?;
        if owner.is_alive().unwrap_or(until > now) {
            return Err(busy(job, &owner, until as u64, now as u64));
        }
    }
    let update = "UPDATE jobs SET owner = ?2, lease_until = ?3, fence = ?4 WHERE id = ?1";
    db.execute(update, params![job, json(me)?, now + LEASE_MS as i64, fence + 1]).map_err(sql)?;
    Ok(Lease { job: job.to_owned(), fence: (fence + 1) as u64 })
}

/// Runs an update of the one row that the lease is for.
fn fenced(db: &Transaction<'_>, lease: &Lease, update: &str, value: &i64) -> Result<()> {
    match db.execute(update, params![lease.job, lease.fence as i64, value]).map_err(sql)? {
        1 => Ok(()),
        _ => Err(Error::other("store.lease-lost", format!("another process took job {} over", lease.job))),
    }
}

fn load(db: &Transaction<'_>, id: &str) -> Result<JobRecord> {
    let select = format!("SELECT {JOB} FROM jobs WHERE id = ?1");
    let found = db.query_row(&select, [id], raw_job).optional().map_err(sql)?;
    let mut job = found.ok_or_else(|| unknown(id)).and_then(RawJob::parse)?;
    for entry in entries(db, id)? {
        job.apply(&entry.step, &entry.event, entry.at);
    }
    Ok(job)
}

fn entries(db: &Transaction<'_>, id: &str) -> Result<Vec<Entry>> {
    let mut statement =
        db.prepare_cached("SELECT at, step, event FROM log WHERE job = ?1 ORDER BY seq").map_err(sql)?;
    let rows = statement
        .query_map([id], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?, row.get::<_, String>(2)?)))
        .map_err(sql)?;
    rows.map(|row| {
        let (at, step, event) = row.map_err(sql)?;
        Ok(Entry { at: at as u64, step, event: parse(&event)? })
    })
    .collect()
}

/// A row of `jobs` before its JSON is read.
struct RawJob {
    row: JobRecord,
    status: String,
    json: [String; 3],
    error: Option<String>,
}

fn raw_job(row: &Row<'_>) -> rusqlite::Result<RawJob> {
    let empty = JobRecord {
        id: row.get(0)?,
        kind: row.get(1)?,
        version: row.get(2)?,
        subject: row.get(3)?,
        status: Status::Running,
        params: Value::Null,
        plugins: Default::default(),
        error: None,
        created: row.get::<_, i64>(9)? as u64,
        updated: row.get::<_, i64>(10)? as u64,
        steps: Vec::new(),
    };
    let json = [row.get(5)?, row.get(6)?, row.get(7)?];
    Ok(RawJob { row: empty, status: row.get(4)?, json, error: row.get(8)? })
}

impl RawJob {
    fn parse(self) -> Result<JobRecord> {
        let [params, plugins, steps] = &self.json;
        let status = Status::parse(&self.status);
        let status = status.ok_or_else(|| corrupt(&format!("the status {:?}", self.status)))?;
        let error = self.error.as_deref().map(parse).transpose()?;
        let steps: Vec<StepRecord> = parse(steps)?;
        Ok(JobRecord { status, params: parse(params)?, plugins: parse(plugins)?, error, steps, ..self.row })
    }
}

fn raw_document(row: &Row<'_>) -> rusqlite::Result<(String, i64, String)> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

fn document((key, version, value): (String, i64, String)) -> Result<Document> {
    Ok(Document { key, version: version as u64, value: parse(&value)? })
}

fn unknown(job: &str) -> Error {
    Error::not_found("job.unknown", format!("there is no job {job:?}"))
}

fn sql(error: rusqlite::Error) -> Error {
    Error::other("store.failed", "the state database failed").cause(error)
}

fn corrupt(what: &str) -> Error {
    Error::other("store.corrupt", format!("the state database holds something else than expected: {what}"))
}

fn json<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| corrupt(&e.to_string()))
}

fn parse<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|e| corrupt(&e.to_string()))
}

/// Milliseconds since 1970.
fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
