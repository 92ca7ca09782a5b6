//! Whether what is sent is compressed: always, never, or while it pays, which is measured. It may pay where the way to the
//! target, or what may be sent on it, is what everything waits for; then a few pieces are compressed to see how much smaller
//! they become and how long that takes. Knows neither source nor disk: it is told the time and where it was spent.

use crate::stages::{Spent, Stages};
use bytes::Bytes;
use gyre_core::BlockTarget;
use gyre_core::config::Compress;
use gyre_core::flow::Bottleneck;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Fast enough for any link that needs it.
const ZSTD_LEVEL: i32 = 1;
/// A piece that becomes smaller by less is sent as it is, percent.
const SAVED_PERCENT_MIN: usize = 10;
/// How long it is watched what a copy waits for before something is tried.
const WATCH: Duration = Duration::from_secs(2);
/// What is compressed to try it.
const SAMPLE_BYTES: u64 = 8 * 1024 * 1024;
/// Compressing begins where it is expected to make sending faster by this factor.
const BEGIN_GAIN: f64 = 1.2;
/// It goes on while it makes it faster by this factor.
const STAY_GAIN: f64 = 1.05;
/// How long compressing is kept up before it is judged, and how long nothing is tried after it did not pay; each further
/// time in a row twice as long, up to the longest.
const HOLD: Duration = Duration::from_secs(15);
const HOLD_MAX: Duration = Duration::from_secs(240);
/// How long it is compressed without a word of the link before it is looked how fast it would be without.
const DOUBT: Duration = Duration::from_secs(120);

/// Bytes of a piece as they are sent.
pub(crate) struct Cargo {
    pub(crate) bytes: Bytes,
    pub(crate) is_packed: bool,
    /// Before they were compressed.
    pub(crate) length: u64,
}

/// What decides for one disk, and compresses.
pub(crate) struct Packer {
    disk: String,
    fixed: Compress,
    target: Arc<dyn BlockTarget>,
    stages: Arc<Stages>,
    choice: Mutex<Choice>,
}

impl Packer {
    pub(crate) fn new(
        disk: &str,
        fixed: Compress,
        target: Arc<dyn BlockTarget>,
        stages: Arc<Stages>,
    ) -> Arc<Self> {
        let fixed = if target.unpacks() { fixed } else { Compress::Never };
        // The other half hashes, and enciphers what is sent.
        let processors = std::thread::available_parallelism().map_or(1, usize::from) / 2;
        let choice = Mutex::new(Choice::new(processors.max(1), stages.now()));
        Arc::new(Self { disk: disk.into(), fixed, target, stages, choice })
    }

    /// Compresses bytes if that is what is done just now, and they become smaller by it.
    pub(crate) async fn pack(&self, bytes: Bytes) -> Cargo {
        let length = bytes.len() as u64;
        let plain = Cargo { bytes: bytes.clone(), is_packed: false, length };
        if !self.packs() {
            return plain;
        }
        let _here = self.stages.enter(Bottleneck::Cpu);
        let stages = self.stages.clone();
        let packing = tokio::task::spawn_blocking(move || {
            let begun = stages.now();
            let packed = zstd::bulk::compress(&bytes, ZSTD_LEVEL).ok();
            (packed, stages.now().saturating_sub(begun))
        });
        let Ok((packed, took)) = packing.await else { return plain };
        let most = (length as usize).saturating_mul(100 - SAVED_PERCENT_MIN) / 100;
        let cargo = match packed {
            Some(packed) if packed.len() < most => Cargo { bytes: packed.into(), is_packed: true, length },
            _ => plain,
        };
        let verdict = self.choice().packed(&cargo, took, self.stages.now(), self.spent());
        self.tell(verdict);
        cargo
    }

    /// Counts what was sent.
    pub(crate) fn sent(&self, cargo: &Cargo) {
        self.choice().sent(cargo);
    }

    /// Counts what was written without being sent anywhere.
    pub(crate) fn written(&self, bytes: u64) {
        self.choice().all_sent += bytes;
    }

    /// All that was sent, as it was sent.
    pub(crate) fn bytes_sent(&self) -> u64 {
        self.choice().all_sent
    }

    /// To how many percent of itself what is sent is compressed just now, if it is.
    pub(crate) fn percent(&self) -> Option<u8> {
        let choice = self.choice();
        let packs = self.fixed == Compress::Always || choice.mode == Mode::Packing;
        packs.then(|| choice.percent())
    }

    /// Where time was spent, as far as the target tells what of the sending was its own.
    pub(crate) fn spent(&self) -> Spent {
        let mut spent = self.stages.spent();
        spent.move_from_link(Bottleneck::Target, self.target.took().unwrap_or(Duration::MAX));
        spent
    }

    fn packs(&self) -> bool {
        match self.fixed {
            Compress::Never => false,
            Compress::Always => true,
            Compress::Auto => {
                let spent = self.spent();
                let (verdict, packs) = {
                    let mut choice = self.choice();
                    (choice.look(self.stages.now(), spent), choice.mode != Mode::Plain)
                };
                self.tell(verdict);
                packs
            }
        }
    }

    fn choice(&self) -> MutexGuard<'_, Choice> {
        self.choice.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, verdict: Option<Verdict>) {
        let Some(Verdict { packs, percent, plain, packed }) =
            verdict.filter(|_| self.fixed == Compress::Auto)
        else {
            return;
        };
        let mib = |rate: f64| rate / f64::from(1 << 20);
        tracing::info!(
            disk = self.disk,
            "what is sent is {}compressed from now on: to {percent} %, {:.1} MiB/s with it and {:.1} MiB/s without",
            if packs { "" } else { "not " },
            mib(packed),
            mib(plain),
        );
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Plain,
    /// A few pieces are compressed to see what becomes of them.
    Trying,
    Packing,
}

/// What was decided, and why.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Verdict {
    packs: bool,
    /// What is left of what was compressed.
    percent: u8,
    /// Bytes of the disk that are, or would be, sent in a second: without compressing, and with it.
    plain: f64,
    packed: f64,
}

/// Counts since a mode was last judged.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// Sent, as it was before and as it was on the way.
    length: u64,
    sent: u64,
    /// Compressed, the same.
    tried: u64,
    tried_sent: u64,
    packing: Duration,
}

impl Seen {
    /// What is left of what was compressed, 0 to 1.
    fn ratio(&self) -> f64 {
        if self.tried == 0 { 1.0 } else { self.tried_sent as f64 / self.tried as f64 }
    }

    /// Bytes a second that one processor compresses.
    fn speed(&self) -> f64 {
        if self.packing.is_zero() { f64::MAX } else { self.tried as f64 / self.packing.as_secs_f64() }
    }
}

/// The decision for one disk, as it stands.
#[derive(Debug)]
struct Choice {
    /// That may compress at once.
    processors: usize,
    mode: Mode,
    since: Duration,
    /// The last time that it was judged, what had been spent by then, and what was seen since.
    judged: Duration,
    spent: Spent,
    seen: Seen,
    /// How long until it is judged.
    pause: Duration,
    /// How often in a row compressing did not pay.
    refused: u32,
    /// Bytes a second that the link took the last time that it was what everything waited for.
    link: f64,
    /// What was left of what was compressed before it was judged the last time.
    ratio: f64,
    all_sent: u64,
}

impl Choice {
    fn new(processors: usize, now: Duration) -> Self {
        Self {
            processors,
            mode: Mode::Plain,
            since: now,
            judged: now,
            spent: Spent::default(),
            seen: Seen::default(),
            pause: WATCH,
            refused: 0,
            link: 0.0,
            ratio: 1.0,
            all_sent: 0,
        }
    }

    fn sent(&mut self, cargo: &Cargo) {
        let sent = cargo.bytes.len() as u64;
        self.all_sent += sent;
        self.seen.length += cargo.length;
        self.seen.sent += sent;
    }

    /// Counts what was compressed; once that was enough to try it, it is judged.
    fn packed(&mut self, cargo: &Cargo, took: Duration, now: Duration, spent: Spent) -> Option<Verdict> {
        self.seen.tried += cargo.length;
        self.seen.tried_sent += cargo.bytes.len() as u64;
        self.seen.packing += took;
        if self.mode != Mode::Trying || self.seen.tried < SAMPLE_BYTES {
            return None;
        }
        let packed = (self.link / self.seen.ratio()).min(self.seen.speed() * self.processors as f64);
        let verdict = self.verdict(packed >= self.link * BEGIN_GAIN, packed);
        if verdict.packs {
            self.turn(Mode::Packing, HOLD, now, spent);
        } else {
            self.refuse(now, spent);
        }
        Some(verdict)
    }

    /// Looks whether it is time to do something else.
    fn look(&mut self, now: Duration, spent: Spent) -> Option<Verdict> {
        let elapsed = now.saturating_sub(self.judged);
        if self.mode == Mode::Trying || elapsed < self.pause {
            return None;
        }
        let waits = spent.since(&self.spent).bottleneck();
        let is_link = matches!(waits, Some(Bottleneck::Link | Bottleneck::Limit));
        if is_link {
            self.link = self.seen.sent as f64 / elapsed.as_secs_f64();
        }
        match self.mode {
            Mode::Plain if is_link => self.turn(Mode::Trying, Duration::ZERO, now, spent),
            Mode::Plain => self.turn(Mode::Plain, WATCH, now, spent),
            _ => return self.judge(now, elapsed, waits, spent),
        }
        None
    }

    /// Whether compressing still pays. Where neither link nor processors hold the copy up, it does no harm, but nobody knows
    /// what it is good for: after a while it is done without.
    fn judge(
        &mut self,
        now: Duration,
        elapsed: Duration,
        waits: Option<Bottleneck>,
        spent: Spent,
    ) -> Option<Verdict> {
        let packed = self.seen.length as f64 / elapsed.as_secs_f64();
        let is_link = matches!(waits, Some(Bottleneck::Link | Bottleneck::Limit));
        let counts = is_link || waits == Some(Bottleneck::Cpu);
        if counts && packed < self.link * STAY_GAIN {
            let verdict = self.verdict(false, packed);
            self.refuse(now, spent);
            return Some(verdict);
        }
        if !is_link && now.saturating_sub(self.since) >= DOUBT {
            self.turn(Mode::Plain, WATCH, now, spent);
            return None;
        }
        self.refused = if counts { 0 } else { self.refused };
        self.turn(Mode::Packing, HOLD, now, spent);
        None
    }

    fn verdict(&self, packs: bool, packed: f64) -> Verdict {
        Verdict { packs, percent: self.percent(), plain: self.link, packed }
    }

    /// What was left lately of what was compressed.
    fn percent(&self) -> u8 {
        let ratio = if self.seen.tried > 0 { self.seen.ratio() } else { self.ratio };
        (ratio * 100.0).round() as u8
    }

    fn refuse(&mut self, now: Duration, spent: Spent) {
        let pause = HOLD.saturating_mul(1 << self.refused.min(16)).min(HOLD_MAX);
        self.refused = self.refused.saturating_add(1);
        self.turn(Mode::Plain, pause, now, spent);
    }

    /// Goes on in a mode, and counts anew.
    fn turn(&mut self, mode: Mode, pause: Duration, now: Duration, spent: Spent) {
        if self.mode != mode {
            (self.mode, self.since) = (mode, now);
        }
        if self.seen.tried > 0 {
            self.ratio = self.seen.ratio();
        }
        (self.pause, self.judged, self.spent, self.seen) = (pause, now, spent, Seen::default());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIB: u64 = 1 << 20;

    /// A copy of pieces of 1 MiB, one after the other, that waits for one thing alone.
    struct Play {
        choice: Choice,
        now: Duration,
        spent: Spent,
    }

    /// What things can do, MiB/s, and to how many percent pieces are compressed.
    #[derive(Clone, Copy, Debug)]
    struct World {
        link: f64,
        packs: f64,
        percent: u64,
        /// What else holds everything up, and how much it lets pass.
        other: Option<(Bottleneck, f64)>,
    }

    const SLOW: World = World { link: 100.0, packs: 400.0, percent: 40, other: None };

    impl Play {
        fn new() -> Self {
            Self::on(1)
        }

        /// With so many processors to compress with.
        fn on(processors: usize) -> Self {
            let (choice, now) = (Choice::new(processors, Duration::ZERO), Duration::ZERO);
            Self { choice, now, spent: Spent::default() }
        }

        /// So many seconds; returns the part of pieces that were compressed, percent, and what was said.
        fn run(&mut self, world: World, seconds: u64) -> (u64, Vec<Verdict>) {
            let (end, mut said) = (self.now + Duration::from_secs(seconds), Vec::new());
            let (mut pieces, mut packed) = (0, 0);
            while self.now < end {
                said.extend(self.choice.look(self.now, self.spent));
                let packs = self.choice.mode != Mode::Plain;
                said.extend(self.piece(world, packs));
                (pieces, packed) = (pieces + 1, packed + u64::from(packs));
            }
            (packed * 100 / pieces, said)
        }

        fn piece(&mut self, world: World, packs: bool) -> Option<Verdict> {
            let percent = if packs { world.percent } else { 100 };
            let bytes = Bytes::from(vec![0; (MIB * percent / 100) as usize]);
            let cargo = Cargo { is_packed: percent < 100, bytes, length: MIB };
            let link = Duration::from_secs_f64(percent as f64 / 100.0 / world.link);
            let packing = Duration::from_secs_f64(if packs { 1.0 / world.packs } else { 0.0 });
            let cpu = packing / self.choice.processors as u32;
            let mut waits = [(Bottleneck::Link, link), (Bottleneck::Cpu, cpu)].to_vec();
            waits.extend(world.other.map(|(at, rate)| (at, Duration::from_secs_f64(1.0 / rate))));
            // With many pieces on their way, the slowest alone counts.
            let (at, time) = waits.into_iter().max_by_key(|(_, time)| *time).unwrap();
            self.spent.add(at, time);
            self.now += time;
            let verdict =
                if packs { self.choice.packed(&cargo, packing, self.now, self.spent) } else { None };
            self.choice.sent(&cargo);
            verdict
        }
    }

    #[test]
    fn what_is_sent_is_compressed_where_the_link_is_slow_and_it_becomes_smaller() {
        let mut play = Play::new();
        let (_, said) = play.run(SLOW, 3);
        let [Verdict { packs: true, percent: 40, plain, packed }] = said[..] else { panic!("{said:?}") };
        assert!((95.0..=105.0).contains(&(plain / MIB as f64)), "{plain}");
        assert!((240.0..=260.0).contains(&(packed / MIB as f64)), "{packed}");
        assert_eq!(play.run(SLOW, 600), (100, vec![]), "and stays so");
        // Past a limit it is the same.
        let limit = World { link: 1e9, other: Some((Bottleneck::Limit, 20.0)), ..SLOW };
        assert!(Play::new().run(limit, 3).1[0].packs);
    }

    /// The table of `host/docs/transfer.md`: links of 100 Mbit/s, 1 Gbit/s and 10 Gbit/s, and what is expected of the disk in
    /// a second without compressing and with it.
    #[test]
    fn links_and_processors_decide_as_the_documentation_says() {
        for (link, percent, processors, packs, rates) in [
            (11.9, 40, 1, true, [12, 30]),
            (11.9, 100, 1, false, [12, 12]),
            (119.2, 40, 1, true, [119, 298]),
            (119.2, 100, 1, false, [119, 119]),
            (1192.1, 40, 1, false, [1192, 400]),
            (1192.1, 40, 4, true, [1192, 1600]),
            (1192.1, 100, 4, false, [1192, 1192]),
        ] {
            let world = World { link, percent, ..SLOW };
            let (packed, said) = Play::on(processors).run(world, 600);
            let found = [said[0].plain, said[0].packed].map(|rate| (rate / MIB as f64).round() as u64);
            assert_eq!((said[0].packs, found), (packs, rates), "{world:?}: {said:?}");
            assert!(if packs { packed >= 98 } else { packed == 0 }, "{world:?}: {packed} % were compressed");
        }
    }

    #[test]
    fn what_does_not_become_smaller_is_tried_less_and_less() {
        let mut play = Play::new();
        let (packed, said) = play.run(World { percent: 100, ..SLOW }, 1000);
        assert!(said.iter().all(|verdict| !verdict.packs), "{said:?}");
        // After 2 s, then 15, 30, 60, 120 and 240.
        assert_eq!((said.len(), packed), (8, 0));
    }

    #[test]
    fn processors_that_are_slower_than_the_link_are_spared() {
        let (_, said) = Play::new().run(World { link: 500.0, ..SLOW }, 10);
        assert!(matches!(said[..], [Verdict { packs: false, .. }]), "{said:?}");
    }

    #[test]
    fn what_waits_for_something_else_is_not_even_tried() {
        for other in [Bottleneck::Source, Bottleneck::Sandbox, Bottleneck::Target, Bottleneck::Cpu] {
            let world = World { other: Some((other, 30.0)), ..SLOW };
            assert_eq!(Play::new().run(world, 600), (0, vec![]), "{other:?}");
        }
    }

    #[test]
    fn it_ends_when_it_pays_no_more_and_does_not_flutter() {
        let noise = World { percent: 100, ..SLOW };
        let mut play = Play::new();
        play.run(SLOW, 60);
        let (_, said) = play.run(noise, 40);
        assert!(!said[0].packs, "{said:?}");
        // A disk half of which can be compressed, in turns that are the worst for whoever just looked.
        let mut said = Vec::new();
        for _ in 0..50 {
            said.extend(play.run(SLOW, 16).1);
            said.extend(play.run(noise, 16).1);
        }
        assert!(said.len() < 60, "{} times in 1600 s", said.len());
    }

    #[test]
    fn a_link_that_became_fast_is_found_again() {
        let mut play = Play::new();
        play.run(SLOW, 30);
        // It now waits for the processors, and is faster than it ever was without compressing.
        let fast = World { link: 5000.0, other: Some((Bottleneck::Target, 1000.0)), ..SLOW };
        let (packed, _) = play.run(fast, 600);
        assert!(packed < 20, "{packed} % were compressed");
        // The other way round: processors that have become slow.
        let mut play = Play::new();
        play.run(SLOW, 30);
        let (_, said) = play.run(World { packs: 50.0, ..SLOW }, 30);
        assert!(!said[0].packs && said.len() == 1, "{said:?}");
    }
}
