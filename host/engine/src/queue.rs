//! Whose turn it is: how many jobs run at once in all, per endpoint, and per host of the machines. Knows no job,
//! only what each needs a place at. The first that fits goes first; who has waited long is not overtaken any more.

use gyre_core::config::Jobs;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::oneshot;

/// After so long, places that a job waits for are kept for it.
const PATIENCE: Duration = Duration::from_secs(10 * 60);

/// What a job needs a place at.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Demand {
    pub source: String,
    pub destination: String,
    /// Host of the source on which the machine runs, where that is known.
    pub host: Option<String>,
}

impl Demand {
    /// Each place, and how many jobs fit there.
    fn places(&self, limits: &Jobs) -> Vec<(String, usize)> {
        let mut places = vec![
            ("all".to_owned(), limits.at_once),
            (format!("source {}", self.source), limits.per_source),
            (format!("destination {}", self.destination), limits.per_destination),
        ];
        let host = self.host.as_ref().map(|host| format!("host {} {host}", self.source));
        places.extend(host.map(|host| (host, limits.per_host)));
        places
    }
}

/// Jobs that run and jobs that wait.
pub(crate) struct Queue {
    limits: Jobs,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    waiting: Vec<Waiting>,
    running: BTreeMap<u64, Demand>,
}

struct Waiting {
    ticket: u64,
    demand: Demand,
    since: Instant,
    wake: oneshot::Sender<()>,
}

/// A place in the queue, and then a place to run; given back when it is dropped.
pub(crate) struct Place {
    queue: Arc<Queue>,
    ticket: u64,
    came: Instant,
    turn: Option<oneshot::Receiver<()>>,
    /// How many waited before this one when it lined up; `None`: it had its turn at once.
    pub ahead: Option<usize>,
}

impl Queue {
    pub fn new(limits: Jobs) -> Arc<Self> {
        Arc::new(Self { limits, state: Mutex::default() })
    }

    /// Lines up.
    pub fn enter(self: &Arc<Self>, demand: Demand) -> Place {
        let mut state = self.state();
        let (ticket, came) = (state.next, Instant::now());
        state.next += 1;
        let mut place = Place { queue: self.clone(), ticket, came, turn: None, ahead: None };
        self.line_up(&mut state, &mut place, demand);
        drop(state);
        place
    }

    /// Behind those that came before it.
    fn line_up(&self, state: &mut State, place: &mut Place, demand: Demand) {
        let (wake, turn) = oneshot::channel();
        let (ticket, since) = (place.ticket, place.came);
        let ahead = state.waiting.partition_point(|waiting| waiting.ticket < ticket);
        state.waiting.insert(ahead, Waiting { ticket, demand, since, wake });
        self.admit(state);
        let waits = state.waiting.iter().any(|waiting| waiting.ticket == ticket);
        (place.turn, place.ahead) = (Some(turn), waits.then_some(ahead));
    }

    fn admit(&self, state: &mut State) {
        let waiting: Vec<_> = state.waiting.iter().map(|w| (&w.demand, w.since.elapsed())).collect();
        let running: Vec<_> = state.running.values().collect();
        for index in admitted(&waiting, &running, &self.limits).into_iter().rev() {
            let Waiting { ticket, demand, wake, .. } = state.waiting.remove(index);
            state.running.insert(ticket, demand);
            // Who has gone away meanwhile gives its place back when it is dropped.
            let _ = wake.send(());
        }
    }

    fn leave(&self, ticket: u64) {
        let mut state = self.state();
        state.waiting.retain(|waiting| waiting.ticket != ticket);
        state.running.remove(&ticket);
        self.admit(&mut state);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Place {
    /// Ends when it is this one's turn.
    pub async fn turn(&mut self) {
        if let Some(turn) = self.turn.take() {
            let _ = turn.await;
        }
    }

    /// Who runs learns on which host its machine is. It goes on where there is room, and else gives its place back
    /// and lines up again, as early as it came.
    pub fn moves_to(&mut self, host: String) {
        let queue = self.queue.clone();
        let mut state = queue.state();
        if let Some(demand) = state.running.remove(&self.ticket) {
            queue.line_up(&mut state, self, Demand { host: Some(host), ..demand });
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.queue.leave(self.ticket);
    }
}

/// Which of those that wait, the first come first, may run beside those that do. A pure function.
fn admitted(waiting: &[(&Demand, Duration)], running: &[&Demand], limits: &Jobs) -> Vec<usize> {
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    let take = |taken: &mut BTreeMap<String, usize>, demand: &Demand| {
        for (place, _) in demand.places(limits) {
            *taken.entry(place).or_default() += 1;
        }
    };
    running.iter().for_each(|demand| take(&mut taken, demand));
    let mut admitted = Vec::new();
    for (index, (demand, waited)) in waiting.iter().enumerate() {
        let fits = demand.places(limits).iter().all(|(at, max)| taken.get(at).copied().unwrap_or(0) < *max);
        if fits {
            admitted.push(index);
        }
        if fits || *waited >= PATIENCE {
            take(&mut taken, demand);
        }
    }
    admitted
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Jobs = Jobs { at_once: 3, per_source: 2, per_destination: 3, per_host: 1 };

    /// `a x`: source `a`, host `x`; `a x!`: it has waited long.
    fn demand(text: &str) -> (Demand, Duration) {
        let long = if text.ends_with('!') { PATIENCE } else { Duration::ZERO };
        let mut words = text.trim_end_matches('!').split(' ');
        let source = words.next().unwrap().to_owned();
        (Demand { source, destination: "cloud".into(), host: words.next().map(str::to_owned) }, long)
    }

    #[test]
    fn the_first_that_fits_goes_and_who_waited_long_is_not_overtaken() {
        for (running, waiting, expected) in [
            (vec![], vec!["a", "b", "c", "d"], vec![0, 1, 2]),
            (vec![], vec!["a", "a", "a", "b"], vec![0, 1, 3]),
            (vec!["a", "a"], vec!["a", "b"], vec![1]),
            (vec!["a x"], vec!["a x", "a y", "b x"], vec![1, 2]),
            (vec!["a", "b", "c"], vec!["d"], vec![]),
            // The place that the first waits for at the destination is kept for it.
            (vec!["a", "a"], vec!["a!", "b"], vec![]),
            (vec!["a x"], vec!["a x!", "b"], vec![1]),
        ] {
            let waiting: Vec<_> = waiting.into_iter().map(demand).collect();
            let waiting: Vec<_> = waiting.iter().map(|(demand, waited)| (demand, *waited)).collect();
            let running: Vec<_> = running.into_iter().map(|text| demand(text).0).collect();
            let running: Vec<_> = running.iter().collect();
            assert_eq!(admitted(&waiting, &running, &LIMITS), expected, "{waiting:?} beside {running:?}");
        }
    }

    #[tokio::test]
    async fn a_place_is_given_back_by_who_ran_and_by_who_did_not_want_to_wait() {
        let queue = Queue::new(Jobs { at_once: 1, ..LIMITS });
        let mut first = queue.enter(demand("a").0);
        first.turn().await;
        assert_eq!(first.ahead, None);
        let gone = queue.enter(demand("b").0);
        let mut third = queue.enter(demand("c").0);
        assert_eq!((gone.ahead, third.ahead), (Some(0), Some(1)));
        drop(gone);
        let early = tokio::time::timeout(Duration::from_millis(20), third.turn.as_mut().unwrap()).await;
        assert!(early.is_err(), "the first still runs");
        drop(first);
        third.turn().await;
        drop(third);
        assert!(queue.state().running.is_empty());
    }

    #[tokio::test]
    async fn who_learns_its_host_late_waits_for_a_place_there_before_those_that_came_later() {
        let queue = Queue::new(LIMITS);
        let (mut known, mut late) = (queue.enter(demand("a x").0), queue.enter(demand("a").0));
        let after = queue.enter(demand("a").0);
        known.turn().await;
        late.turn().await;
        assert_eq!((late.ahead, after.ahead), (None, Some(0)));
        late.moves_to("x".into());
        assert_eq!(late.ahead, Some(0));
        // Its place at the source is for the next one meanwhile, who learns that it has to wait as well.
        let mut after = after;
        after.turn().await;
        after.moves_to("x".into());
        assert_eq!(after.ahead, Some(1));
        drop(known);
        late.turn().await;
        let early = tokio::time::timeout(Duration::from_millis(20), after.turn.as_mut().unwrap()).await;
        assert!(early.is_err(), "one at a time");
        late.moves_to("y".into());
        assert_eq!(late.ahead, None);
        after.turn().await;
        drop(late);
        drop(after);
        assert!(queue.state().running.is_empty());
    }
}
