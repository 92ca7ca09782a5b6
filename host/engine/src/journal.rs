//! Where news goes: to whoever watches, and with its job into the store. Progress is thinned out and never goes
//! back; what is kept is written in batches by one task, which holds at most [`QUEUE_MAX`] events. Refuses to
//! hold a job up: what cannot be kept is counted, and told when there is room again.

use crate::{News, Reporter};
use gyre_saga::{Event, NewNote, Observer, Store};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::sync::{mpsc, oneshot};

/// Events that wait to be written, of all jobs.
const QUEUE_MAX: usize = 10_000;
/// Events of one write.
const BATCH_MAX: usize = 500;
/// How long events are gathered before they are written.
const GATHER: Duration = Duration::from_millis(300);
/// The shortest pause between two reports on the same progress.
const PROGRESS_PAUSE: Duration = Duration::from_millis(250);

/// Tells and keeps the news of all jobs of a process.
pub(crate) struct Journal {
    reporter: Arc<dyn Reporter>,
    queue: mpsc::Sender<Entry>,
    lost: AtomicU64,
    progress: Mutex<HashMap<(String, String), (Instant, u64)>>,
}

enum Entry {
    Note(NewNote),
    Flush(oneshot::Sender<()>),
}

impl Journal {
    /// Must be called within a runtime, whose task writes until the journal is dropped.
    pub fn new(store: Arc<dyn Store>, reporter: Arc<dyn Reporter>) -> Self {
        let (queue, entries) = mpsc::channel(QUEUE_MAX);
        tokio::spawn(write(store, entries));
        Self { reporter, queue, lost: AtomicU64::new(0), progress: Mutex::default() }
    }

    pub fn tell(&self, job: &str, mut news: News) {
        let slot = news.slot();
        if let Some(slot) = &slot
            && !self.is_due(job, slot, &mut news)
        {
            return;
        }
        self.reporter.tell(job, &news);
        let lost = self.lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            self.keep(job, None, &News::Lost { count: lost }, lost);
        }
        self.keep(job, slot, &news, 1);
    }

    /// Whether progress is worth telling; makes it monotonic.
    fn is_due(&self, job: &str, slot: &str, news: &mut News) -> bool {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (job.to_owned(), slot.to_owned());
        let last = progress.get(&key).copied();
        if last.is_some_and(|(at, _)| at.elapsed() < PROGRESS_PAUSE) && news.is_passing() {
            return false;
        }
        let mut reached = 0;
        if let News::Disk { done, total, .. } = news {
            // A disk that was copied to its end and begins anew was given to another worker.
            let before = last.map_or(0, |(_, done)| done).min(*total);
            *done = if before == *total { *done } else { (*done).max(before) };
            reached = *done;
        }
        progress.insert(key, (Instant::now(), reached));
        true
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
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        progress.retain(|(of, _), _| of != job);
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
    use gyre_saga::{Owner, SqliteStore};

    #[derive(Default)]
    struct Heard(Mutex<Vec<News>>);

    impl Reporter for Heard {
        fn tell(&self, _: &str, news: &News) {
            self.0.lock().unwrap().push(news.clone());
        }
    }

    fn disk(done: u64) -> News {
        News::Disk { disk: "a".into(), phase: "copy".into(), done, total: 100 }
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
        tokio::time::sleep(PROGRESS_PAUSE).await;
        journal.tell("j", disk(5));
        journal.tell("j", disk(100));
        journal.tell("j", News::Warning { text: "two".into() });
        journal.tell("other", News::Warning { text: "not ours".into() });
        journal.finish("j").await;
        let told: Vec<_> = heard.0.lock().unwrap().iter().filter_map(done_of).collect();
        assert_eq!(told, [10, 10, 100]);
        let kept = store.notes(Some("j"), 0, 100).await.unwrap();
        let kept: Vec<News> = kept.into_iter().map(|n| serde_json::from_value(n.value).unwrap()).collect();
        assert_eq!(kept.len(), 3, "{kept:?}");
        assert!(kept.contains(&disk(100)), "{kept:?}");
        assert_eq!(kept.last(), Some(&News::Warning { text: "two".into() }));
    }

    fn done_of(news: &News) -> Option<u64> {
        match news {
            News::Disk { done, .. } => Some(*done),
            _ => None,
        }
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
