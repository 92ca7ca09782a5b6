//! How far a job was told to be: thinned out, and never back within a phase. A phase is one disk's or one plugin's
//! part of one step, by its name; it goes on when the step is called again, in another process too, and ends
//! when another step begins, or the same one anew because what it had made was undone. Knows one job; refuses to
//! know who is told.

use crate::News;
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The shortest pause between two reports on the same progress.
pub(crate) const PAUSE: Duration = Duration::from_millis(250);
/// Phases of one step. Each disk has a few; a plugin that names more than this is told no further.
const PHASES_MAX: usize = 1000;

/// What was told of a job.
#[derive(Default)]
pub(crate) struct Progress {
    /// The step, and whether it is being undone.
    step: Option<(String, bool)>,
    /// When each beat was told last, and how far it was.
    told: HashMap<String, (Instant, u64)>,
    /// How far each phase is.
    reached: HashMap<String, u64>,
}

impl Progress {
    /// As it stands after what was kept of earlier runs, the oldest first.
    pub fn after(kept: impl Iterator<Item = News>) -> Self {
        let mut progress = Self::default();
        for mut news in kept {
            progress.advance(&mut news);
        }
        progress
    }

    /// Whether this is worth telling; what it says is made to follow what was told before.
    pub fn take(&mut self, news: &mut News) -> bool {
        let is_known = self.advance(news);
        let Some(beat) = news.beat() else { return is_known };
        let done = news.done().unwrap_or_default();
        let is_due = self.told.get(&beat).is_none_or(|(at, last)| {
            // The end of a disk is told at once, but not again and again.
            at.elapsed() >= PAUSE || (!news.is_passing() && (news.done().is_none() || done > *last))
        });
        if is_known && is_due {
            self.told.insert(beat, (Instant::now(), done));
        }
        is_known && is_due
    }

    /// Whether it is of a phase that has room here, or of none.
    fn advance(&mut self, news: &mut News) -> bool {
        match news {
            News::Step { name, again, .. } => self.enter(name, false, !*again),
            News::Undoing { name } => self.enter(name, true, false),
            _ => {}
        }
        let Some(phase) = news.done().and_then(|_| news.slot()) else { return true };
        if !self.reached.contains_key(&phase) && self.reached.len() >= PHASES_MAX {
            return false;
        }
        let reached = self.reached.entry(phase).or_default();
        if let News::Disk { done, .. } | News::Phase { done, .. } = news {
            *reached = (*done).max(*reached);
            *done = *reached;
        }
        if let News::Disk { total, .. } | News::Phase { total: Some(total), .. } = news {
            *total = (*total).max(*reached);
        }
        true
    }

    fn enter(&mut self, name: &str, undo: bool, anew: bool) {
        let step = Some((name.to_owned(), undo));
        if anew || self.step != step {
            *self = Self { step, ..Self::default() };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(name: &str, again: bool) -> News {
        News::Step { name: name.into(), index: 1, total: 2, again }
    }

    fn phase(text: &str, done: u64, total: Option<u64>) -> News {
        News::Phase { text: text.into(), done, total }
    }

    #[test]
    fn a_phase_goes_on_while_its_step_does_and_begins_anew_with_another_one() {
        let undo = News::Undoing { name: "a".into() };
        for (between, expected) in [
            (vec![], 7),
            (vec![step("a", true)], 7),
            (vec![phase("other", 1, None)], 7),
            (vec![step("a", false)], 2),
            // What was noted of the step that ran when its process died may be lost.
            (vec![step("b", true)], 2),
            (vec![undo.clone()], 2),
            (vec![undo, step("a", false)], 2),
        ] {
            let told = [step("a", false), phase("export", 7, Some(9))];
            let mut progress = Progress::after(told.into_iter().chain(between.clone()));
            let mut news = phase("export", 2, Some(9));
            assert!(progress.take(&mut news));
            assert_eq!(news, phase("export", expected, Some(9)), "after {between:?}");
        }
    }

    #[test]
    fn what_a_plugin_says_too_often_or_too_much_is_not_told() {
        let mut progress = Progress::default();
        assert!(progress.take(&mut phase("0", 1, None)));
        assert!(!progress.take(&mut phase("0", 2, None)), "too soon");
        let mut shrunk = phase("0", 1, Some(1));
        progress.advance(&mut shrunk);
        assert_eq!(shrunk, phase("0", 2, Some(2)));
        let known = (1..2 * PHASES_MAX).filter(|n| progress.advance(&mut phase(&n.to_string(), 1, None)));
        assert_eq!(known.count(), PHASES_MAX - 1);
    }
}
