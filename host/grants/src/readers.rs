//! The instances of a plugin that read one disk: the one that opened it, and more of them beside it where reading takes so
//! long that opening it again pays. Opening may itself be slow, as where a key must be derived. Knows no extent and no byte.

use crate::lent::Lent;
use futures::FutureExt as _;
use futures::future::{BoxFuture, select_all};
use gyre_core::{Error, Result};
use gyre_sandbox::Session;
use gyre_sandbox::bindings::SourcePlugin;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

/// Opens what is read once more.
pub(crate) type Open<T> = Box<dyn Fn() -> BoxFuture<'static, Result<T>> + Send + Sync>;
/// One that nobody else calls meanwhile.
pub(crate) type Lease<'a, T> = MappedMutexGuard<'a, T>;
/// What reads a disk.
pub(crate) type Reading = Session<Lent, SourcePlugin>;

pub(crate) struct Readers<T> {
    /// Those from `opened` on are not there yet.
    slots: Vec<Mutex<Option<T>>>,
    opened: AtomicUsize,
    open: Open<T>,
    /// What opening took the first time.
    opening: Duration,
    /// What all reads took, each for itself, nanoseconds.
    reading: AtomicU64,
    /// It could not be opened once more, and will not be tried again.
    is_refused: AtomicBool,
}

impl<T: Send> Readers<T> {
    /// At most `most` of them, of which the first took so long to open.
    pub(crate) fn new(first: T, opening: Duration, most: usize, open: Open<T>) -> Self {
        let others = (1..most).map(|_| Mutex::new(None));
        Self {
            slots: std::iter::once(Mutex::new(Some(first))).chain(others).collect(),
            opened: AtomicUsize::new(1),
            open,
            opening,
            reading: AtomicU64::new(0),
            is_refused: AtomicBool::new(false),
        }
    }

    /// The one that opened the disk first: it alone says what lies where, for its handles are what it names.
    ///
    /// # Errors
    /// `sandbox.dead`
    pub(crate) async fn first(&self) -> Result<Lease<'_, T>> {
        lend(self.slots.first().ok_or_else(dead)?.lock().await)
    }

    /// Any that is idle, or one more, or the first that becomes idle.
    ///
    /// # Errors
    /// `sandbox.dead`
    pub(crate) async fn any(&self) -> Result<Lease<'_, T>> {
        // The first one last: it is needed for the map.
        if let Some(idle) = self.open_slots().rev().find_map(|slot| slot.try_lock().ok()) {
            return lend(idle);
        }
        if let Some(more) = self.one_more().await {
            return lend(more);
        }
        let (free, ..) = select_all(self.open_slots().map(|slot| slot.lock().boxed())).await;
        lend(free)
    }

    /// Counts what a read took.
    pub(crate) fn took(&self, time: Duration) {
        self.reading.fetch_add(u64::try_from(time.as_nanos()).unwrap_or(u64::MAX), SeqCst);
    }

    fn open_slots(&self) -> impl DoubleEndedIterator<Item = &Mutex<Option<T>>> {
        self.slots.iter().take(self.opened.load(SeqCst))
    }

    /// Opens the next one, where that pays and nobody else does.
    async fn one_more(&self) -> Option<MutexGuard<'_, Option<T>>> {
        let opened = self.opened.load(SeqCst);
        if self.is_refused.load(SeqCst) || !self.pays(opened) {
            return None;
        }
        let mut slot = self.slots.get(opened)?.try_lock().ok()?;
        if slot.is_none() {
            match (self.open)().await {
                Ok(more) => *slot = Some(more),
                Err(error) => {
                    // It can be read by those that are there.
                    tracing::warn!(%error, opened, "no further instance can read a disk");
                    self.is_refused.store(true, SeqCst);
                    return None;
                }
            }
            self.opened.fetch_max(opened + 1, SeqCst);
        }
        Some(slot)
    }

    /// How much is still to be read is not known. To open another one after reading has taken as long as opening it takes
    /// at worst doubles the work.
    fn pays(&self, opened: usize) -> bool {
        let opening = self.opening.saturating_mul(u32::try_from(opened).unwrap_or(u32::MAX));
        Duration::from_nanos(self.reading.load(SeqCst)) >= opening
    }
}

fn lend<T>(slot: MutexGuard<'_, Option<T>>) -> Result<Lease<'_, T>> {
    MutexGuard::try_map(slot, Option::as_mut).map_err(|_| dead())
}

fn dead() -> Error {
    Error::other("sandbox.dead", "no instance has the disk open")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    const SECOND: Duration = Duration::from_secs(1);

    /// Readers that are numbers, in the order of opening; the one with the number `fails` cannot be opened.
    fn readers(most: usize, fails: usize) -> Readers<usize> {
        let next = Arc::new(AtomicUsize::new(1));
        let open = move || {
            let number = next.fetch_add(1, SeqCst);
            let opened =
                if number == fails { Err(Error::other("test.open", "not again")) } else { Ok(number) };
            std::future::ready(opened).boxed()
        };
        Readers::new(0, SECOND, most, Box::new(open))
    }

    /// Whom the next read waits for, if it need not wait.
    fn next(readers: &Readers<usize>) -> Option<Lease<'_, usize>> {
        readers.any().now_or_never().map(Result::unwrap)
    }

    #[test]
    fn another_one_is_opened_once_reading_took_as_long_as_opening() {
        let readers = readers(3, usize::MAX);
        let first = next(&readers).unwrap();
        assert!(next(&readers).is_none(), "it would not pay");
        readers.took(SECOND);
        let second = next(&readers).unwrap();
        assert_eq!((*first, *second), (0, 1));
        assert!(next(&readers).is_none(), "a third one would not pay");
        readers.took(SECOND);
        let third = next(&readers).unwrap();
        assert_eq!(*third, 2);
        readers.took(1000 * SECOND);
        assert!(next(&readers).is_none(), "there are no more than three");
        drop(second);
        assert_eq!(*next(&readers).unwrap(), 1, "whoever is idle reads");
        drop(first);
        assert_eq!(*readers.first().now_or_never().unwrap().unwrap(), 0);
    }

    #[test]
    fn one_alone_stays_alone_and_the_first_is_spared_for_the_map() {
        let alone = readers(1, usize::MAX);
        alone.took(1000 * SECOND);
        let first = next(&alone);
        assert!(first.is_some() && next(&alone).is_none());
        let two = readers(2, usize::MAX);
        two.took(1000 * SECOND);
        let both = (next(&two), next(&two));
        assert!(both.0.is_some() && both.1.is_some());
        drop(both);
        assert_eq!(*next(&two).unwrap(), 1);
    }

    #[test]
    fn what_cannot_be_opened_again_is_read_by_those_that_are_there() {
        let readers = readers(4, 2);
        readers.took(1000 * SECOND);
        let (_first, second) = (next(&readers), next(&readers));
        assert!(second.is_some() && next(&readers).is_none());
        drop(second);
        assert_eq!(*next(&readers).unwrap(), 1);
        let _second = next(&readers);
        assert!(next(&readers).is_none(), "it is not tried again");
    }
}
