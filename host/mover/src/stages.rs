//! Where the pieces of a copy are, and have been for how long: at the stage that is too slow for the others they gather.
//! A sum over pieces and time, and so the same whether few wait for long or many for a short time. Knows no bytes.

use crate::clock::Clock;
use gyre_core::flow::Bottleneck;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// All of them, in the order of [`index`].
const ALL: [Bottleneck; 6] = [
    Bottleneck::Source,
    Bottleneck::Sandbox,
    Bottleneck::Cpu,
    Bottleneck::Link,
    Bottleneck::Target,
    Bottleneck::Limit,
];
/// What holds up less than this part of all that waits, percent, is not *the* bottleneck.
const SHARE_PERCENT: u128 = 40;

const fn index(stage: Bottleneck) -> usize {
    match stage {
        Bottleneck::Source => 0,
        Bottleneck::Sandbox => 1,
        Bottleneck::Cpu => 2,
        Bottleneck::Link => 3,
        Bottleneck::Target => 4,
        Bottleneck::Limit => 5,
    }
}

/// Time spent at each stage, summed over all pieces.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Spent([Duration; ALL.len()]);

impl Spent {
    pub(crate) fn at(&self, stage: Bottleneck) -> Duration {
        self.0.get(index(stage)).copied().unwrap_or_default()
    }

    pub(crate) fn add(&mut self, stage: Bottleneck, time: Duration) {
        if let Some(slot) = self.0.get_mut(index(stage)) {
            *slot += time;
        }
    }

    /// What was spent since `earlier`.
    pub(crate) fn since(&self, earlier: &Self) -> Self {
        let mut spent = Self::default();
        ALL.iter().for_each(|stage| spent.add(*stage, self.at(*stage).saturating_sub(earlier.at(*stage))));
        spent
    }

    /// Moves what the other side of the link says that it took from the link to who took it.
    pub(crate) fn move_from_link(&mut self, to: Bottleneck, time: Duration) {
        let time = time.min(self.at(Bottleneck::Link));
        if let Some(link) = self.0.get_mut(index(Bottleneck::Link)) {
            *link -= time;
        }
        self.add(to, time);
    }

    /// The one that most was spent at, if that is enough to say so.
    pub(crate) fn bottleneck(&self) -> Option<Bottleneck> {
        let slowest = ALL.into_iter().max_by_key(|stage| self.at(*stage))?;
        let all: u128 = self.0.iter().map(Duration::as_nanos).sum();
        (all > 0 && self.at(slowest).as_nanos() * 100 >= all * SHARE_PERCENT).then_some(slowest)
    }
}

/// The stages of one copy.
pub(crate) struct Stages {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

struct State {
    at: Duration,
    inside: [u32; ALL.len()],
    /// What the plan is waiting for, and how many pieces could be on their way if it were there.
    planner: Bottleneck,
    starving: u32,
    spent: Spent,
}

impl State {
    /// Counts the time until now.
    fn pass(&mut self, now: Duration) {
        let time = now.saturating_sub(std::mem::replace(&mut self.at, now));
        for (stage, inside) in ALL.into_iter().zip(self.inside) {
            self.spent.add(stage, time * inside);
        }
        self.spent.add(self.planner, time * self.starving);
    }
}

impl Stages {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Arc<Self> {
        let (planner, at) = (Bottleneck::Sandbox, clock.now());
        let state = State { at, inside: Default::default(), planner, starving: 0, spent: Spent::default() };
        Arc::new(Self { clock, state: Mutex::new(state) })
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// One piece is there until what is answered is dropped.
    pub(crate) fn enter(&self, stage: Bottleneck) -> Inside<'_> {
        self.change(|state| count(state, stage, true));
        Inside { stages: self, stage }
    }

    /// Says what the plan is waiting for.
    pub(crate) fn plan_at(&self, stage: Bottleneck) {
        self.change(|state| state.planner = stage);
    }

    /// Says how many pieces could be on their way if they were planned.
    pub(crate) fn starve(&self, pieces: usize) {
        self.change(|state| state.starving = u32::try_from(pieces).unwrap_or(u32::MAX));
    }

    pub(crate) fn spent(&self) -> Spent {
        self.change(|state| state.spent)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let mut state: MutexGuard<'_, State> = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.pass(self.clock.now());
        change(&mut state)
    }
}

fn count(state: &mut State, stage: Bottleneck, enters: bool) {
    if let Some(inside) = state.inside.get_mut(index(stage)) {
        *inside = if enters { inside.saturating_add(1) } else { inside.saturating_sub(1) };
    }
}

/// A piece at a stage.
pub(crate) struct Inside<'a> {
    stages: &'a Stages,
    stage: Bottleneck,
}

impl Inside<'_> {
    /// It goes on to another stage.
    pub(crate) fn turn(&mut self, stage: Bottleneck) {
        if self.stage != stage {
            let from = std::mem::replace(&mut self.stage, stage);
            self.stages.change(|state| {
                count(state, from, false);
                count(state, stage, true);
            });
        }
    }
}

impl Drop for Inside<'_> {
    fn drop(&mut self) {
        self.stages.change(|state| count(state, self.stage, false));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::future::BoxFuture;

    #[derive(Default)]
    struct Hand(Mutex<Duration>);

    impl Hand {
        fn pass(&self, seconds: u64) {
            *self.0.lock().unwrap() += Duration::from_secs(seconds);
        }
    }

    impl Clock for Hand {
        fn now(&self) -> Duration {
            *self.0.lock().unwrap()
        }

        fn calendar_ms(&self) -> u64 {
            0
        }

        fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
            Box::pin(std::future::ready(()))
        }
    }

    #[test]
    fn time_is_counted_for_each_piece_where_it_is() {
        let clock = Arc::new(Hand::default());
        let stages = Stages::new(clock.clone());
        let mut one = stages.enter(Bottleneck::Source);
        let two = stages.enter(Bottleneck::Link);
        clock.pass(3);
        one.turn(Bottleneck::Link);
        clock.pass(2);
        drop(two);
        clock.pass(1);
        // It is not over yet, and counts all the same.
        let spent = stages.spent();
        assert_eq!(spent.at(Bottleneck::Source), Duration::from_secs(3));
        assert_eq!(spent.at(Bottleneck::Link), Duration::from_secs(3 + 2 * 2 + 1));
        assert_eq!(spent.bottleneck(), Some(Bottleneck::Link));
        let mut told = spent;
        told.move_from_link(Bottleneck::Target, Duration::from_secs(6));
        assert_eq!(told.at(Bottleneck::Link), Duration::from_secs(2));
        assert_eq!(told.bottleneck(), Some(Bottleneck::Target));
        drop(one);
        clock.pass(100);
        assert_eq!(stages.spent(), spent, "nobody waits");
        assert_eq!(stages.spent().since(&spent).bottleneck(), None);
    }

    #[test]
    fn what_the_plan_waits_for_counts_for_the_pieces_that_are_missing() {
        let clock = Arc::new(Hand::default());
        let stages = Stages::new(clock.clone());
        let flying = stages.enter(Bottleneck::Link);
        clock.pass(5);
        stages.starve(7);
        clock.pass(2);
        stages.plan_at(Bottleneck::Target);
        clock.pass(1);
        stages.starve(0);
        clock.pass(1);
        drop(flying);
        let spent = stages.spent();
        let seconds = |stage| spent.at(stage).as_secs();
        assert_eq!(seconds(Bottleneck::Sandbox), 14);
        assert_eq!((seconds(Bottleneck::Target), seconds(Bottleneck::Link)), (7, 9));
        assert_eq!(spent.bottleneck(), Some(Bottleneck::Sandbox));
    }

    #[test]
    fn what_is_spread_over_all_has_no_bottleneck() {
        let mut spent = Spent::default();
        ALL.iter().for_each(|stage| spent.add(*stage, Duration::from_secs(1)));
        assert_eq!(spent.bottleneck(), None);
        assert_eq!(Spent::default().bottleneck(), None);
    }
}
