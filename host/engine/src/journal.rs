//! Where news goes: to whoever watches, and with its job into the store, in batches that one task writes, which
//! holds at most [`QUEUE_MAX`] events. Refuses to hold a job up: what cannot be kept is counted, and told when
//! there is room again. Which progress is worth telling, [`crate::progress`] says.

use crate::progress::Progress;
use crate::{News, Reporter};
use gyre_saga::{Event, NOTES_MAX, NewNote, Observer, Store};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tokio::sync::{mpsc, oneshot};

/// Events that wait to be written, of all jobs.
const QUEUE_MAX: usize = 10_000;
/// Events of one write.
const BATCH_MAX: usize = 500;
/// How long events are gathered before they are written.
const GATHER: Duration = Duration::from_millis(300);

/// Tells and keeps the news of all jobs of a process.
pub(crate) struct Journal {
    store: Arc<dyn Store>,
    reporter: Arc<dyn Reporter>,
    queue: mpsc::Sender<Entry>,
    lost: AtomicU64,
    /// Of the jobs that are worked on.
    progress: Mutex<HashMap<String, Progress>>,
}

enum Entry {
    Note(NewNote),
    Flush(oneshot::Sender<()>),
}

impl Journal {
    /// Must be called within a runtime, whose task writes until the journal is dropped.
    pub fn new(store: Arc<dyn Store>, reporter: Arc<dyn Reporter>) -> Self {
        let (queue, entries) = mpsc::channel(QUEUE_MAX);
        tokio::spawn(write(store.clone(), entries));
        Self { store, reporter, queue, lost: AtomicU64::new(0), progress: Mutex::default() }
    }

    pub fn tell(&self, job: &str, mut news: News) {
        if !self.progress().entry(job.to_owned()).or_default().take(&mut news) {
            return;
        }
        self.reporter.tell(job, &news);
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            self.keep(job, None, &News::Lost { count: lost }, lost);
        }
        self.keep(job, news.slot(), &news, 1);
    }

    /// A job that an earlier run had begun goes on, and so does its progress, as far as it was kept.
    pub async fn go_on(&self, job: &str) {
        match self.store.notes(Some(job), 0, NOTES_MAX).await {
            Ok(notes) => {
                let kept = notes.into_iter().filter_map(|note| serde_json::from_value(note.value).ok());
                self.progress().insert(job.to_owned(), Progress::after(kept));
            }
            // Progress is no reason to stop a job; its own log is read next.
            Err(error) => tracing::warn!(%error, job, "the job's progress until now is not known"),
        }
    }

    fn keep(&self, job: &str, slot: Option<String>, news: &News, counts: u64) {
        let value = serde_json::to_value(news).unwrap_or(Value::Null);
        let note = NewNote { job: job.to_owned(), at: now_ms(), slot, value };
        if self.queue.try_send(Entry::Note(note)).is_err() {
            self.lost.fetch_add(counts, Ordering::Relaxed);
        }
    }

    /// What was told of a job until now is written down, as far as it can be, and its progress forgotten.
    pub async fn finish(&self, job: &str) {
        let (done, written) = oneshot::channel();
        if self.queue.send(Entry::Flush(done)).await.is_ok() {
            let _ = written.await;
        }
        self.progress().remove(job);
    }

    fn progress(&self) -> MutexGuard<'_, HashMap<String, Progress>> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Observer for Journal {
    fn event(&self, job: &str, event: &Event<'_>) {
        self.tell(job, News::from(event));
    }
}

async fn write(store: Arc<dyn Store>, mut entries: mpsc::Receiver<Entry>) {
    let mut gathered = Vec::new();
    while entries.recv_many(&mut gathered, BATCH_MAX).await > 0 {
        let is_hurried = gathered.iter().any(|entry| matches!(entry, Entry::Flush(_)));
        if !is_hurried && gathered.len() < BATCH_MAX {
            gather(&mut entries, &mut gathered).await;
        }
        let (notes, flushed) = split(std::mem::take(&mut gathered));
        if let Err(error) = store.note(notes).await {
            // The job's own log is what counts, and its steps stop when that cannot be written.
            tracing::warn!(%error, "events of jobs could not be kept");
        }
        for done in flushed {
            let _ = done.send(());
        }
    }
}

/// Waits for more, but not for long, and not when somebody waits for us.
async fn gather(entries: &mut mpsc::Receiver<Entry>, gathered: &mut Vec<Entry>) {
    let until = tokio::time::Instant::now() + GATHER;
    while gathered.len() < BATCH_MAX {
        match tokio::time::timeout_at(until, entries.recv()).await {
            Ok(Some(entry @ Entry::Flush(_))) => return gathered.push(entry),
            Ok(Some(entry)) => gathered.push(entry),
            Ok(None) | Err(_) => return,
        }
    }
}

/// Only the last note of a slot is worth a write.
fn split(entries: Vec<Entry>) -> (Vec<NewNote>, Vec<oneshot::Sender<()>>) {
    let (mut notes, mut flushed, mut last) = (Vec::new(), Vec::new(), HashMap::new());
    for entry in entries {
        match entry {
            Entry::Flush(done) => flushed.push(done),
            Entry::Note(note) => {
                if let Some(slot) = &note.slot {
                    last.insert((note.job.clone(), slot.clone()), notes.len());
                }
                notes.push(note);
            }
        }
    }
    let is_last = |index: usize, note: &NewNote| match &note.slot {
        Some(slot) => last.get(&(note.job.clone(), slot.clone())) == Some(&index),
        None => true,
    };
    let kept = notes.iter().enumerate().filter(|(index, note)| is_last(*index, note));
    (kept.map(|(_, note)| note.clone()).collect(), flushed)
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::PAUSE;
    use gyre_saga::{Owner, SqliteStore};

    #[derive(Default)]
    struct Heard(Mutex<Vec<News>>);

    impl Reporter for Heard {
        fn tell(&self, _: &str, news: &News) {
            self.0.lock().unwrap().push(news.clone());
        }
    }

    fn disk(done: u64) -> News {
        News::Disk { disk: "a".into(), phase: "copy".into(), done, total: 100, flow: None }
    }

    #[tokio::test]
    async fn progress_is_thin_and_never_goes_back_and_the_rest_is_kept_in_order() {
        let directory = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(directory.path(), Owner::this_process()).unwrap());
        let heard = Arc::new(Heard::default());
        let journal = Journal::new(store.clone(), heard.clone());
        journal.tell("j", News::Warning { text: "one".into() });
        for done in [10, 20, 30] {
            journal.tell("j", disk(done));
        }
        tokio::time::sleep(PAUSE).await;
        journal.tell("j", disk(5));
        journal.tell("j", disk(100));
        journal.tell("j", News::Warning { text: "two".into() });
        journal.tell("other", News::Warning { text: "not ours".into() });
        journal.finish("j").await;
        let told: Vec<_> = heard.0.lock().unwrap().iter().filter_map(done_of).collect();
        // What came too soon to be told was reached all the same.
        assert_eq!(told, [10, 30, 100]);
        let kept = store.notes(Some("j"), 0, 100).await.unwrap();
        let kept: Vec<News> = kept.into_iter().map(|n| serde_json::from_value(n.value).unwrap()).collect();
        assert_eq!(kept.len(), 3, "{kept:?}");
        assert!(kept.contains(&disk(100)), "{kept:?}");
        assert_eq!(kept.last(), Some(&News::Warning { text: "two".into() }));
    }

    fn done_of(news: &News) -> Option<u64> {
        match news {
            News::Disk { done, .. } | News::Phase { done, .. } => Some(*done),
            _ => None,
        }
    }

    /// A process per journal: the second knows of the first what is in the store.
    #[tokio::test]
    async fn progress_does_not_go_back_when_another_process_goes_on_with_the_job() {
        let directory = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(directory.path(), Owner::this_process()).unwrap());
        let step = |again| News::Step { name: "copy".into(), index: 1, total: 1, again };
        let phase = |done| News::Phase { text: "exporting".into(), done, total: Some(9) };
        let first = Journal::new(store.clone(), Arc::new(()));
        let other = |done| News::Phase { text: "cloning".into(), done, total: None };
        first.tell("j", step(false));
        first.tell("j", phase(7));
        tokio::time::sleep(PAUSE).await;
        for news in [disk(60), other(3)] {
            first.tell("j", news);
        }
        first.finish("j").await;
        drop(first);
        let heard = Arc::new(Heard::default());
        let second = Journal::new(store.clone(), heard.clone());
        second.go_on("j").await;
        for news in [step(true), disk(0), phase(0)] {
            second.tell("j", news);
        }
        tokio::time::sleep(PAUSE).await;
        second.tell("j", other(0));
        second.finish("j").await;
        let told: Vec<_> = heard.0.lock().unwrap().iter().filter_map(done_of).collect();
        assert_eq!(told, [60, 7, 3]);
        let kept = store.notes(Some("j"), 0, 100).await.unwrap();
        let kept = kept.into_iter().filter_map(|n| done_of(&serde_json::from_value(n.value).unwrap()));
        assert_eq!(kept.collect::<Vec<_>>(), [60, 7, 3]);
    }

    #[tokio::test]
    async fn what_has_no_room_is_counted_and_told_later() {
        let directory = tempfile::tempdir().unwrap();
        let store: Arc<dyn Store> =
            Arc::new(SqliteStore::open(directory.path(), Owner::this_process()).unwrap());
        let journal = Journal::new(store.clone(), Arc::new(()));
        // Nothing is written as long as this task does not wait.
        for number in 0..QUEUE_MAX + 7 {
            journal.tell("j", News::Warning { text: number.to_string() });
        }
        journal.finish("j").await;
        journal.tell("j", News::Warning { text: "at last".into() });
        journal.finish("j").await;
        let kept = store.notes(Some("j"), 0, u32::MAX).await.unwrap();
        assert_eq!(kept.len(), QUEUE_MAX + 2);
        assert_eq!(kept[QUEUE_MAX].value, serde_json::json!({"event": "lost", "count": 7}));
    }
}
