//! Copies that are killed again and again: the host, the agent, the worker with what its memory held, or the link, at any
//! write. What is sent twice for each is bounded, and in the end every byte is right.
//!
//! `GYRE_TRIALS=1000 GYRE_SEED=1` asks for more trials than those of every run; the same seed makes the same choices.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests fail by panicking

mod support;

use async_trait::async_trait;
use bytes::Bytes;
use gyre_core::{Backoff, BlockTarget, Error, Hash, Result};
use gyre_mover::{CopyJob, CopyOptions, Manifest, Retry, SENT_TWICE_BYTES_MAX, copy};
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::*;
use tokio::sync::Notify;

const MIB: u64 = 1 << 20;
/// Three windows and a bit: a copy that did not remember would send far more again than it may.
const DISK_BYTES: u64 = 200 * MIB + 4096;
/// Trials of every run.
const TRIALS: u64 = 4;
/// Kills of one trial.
const KILLS_MAX: u64 = 4;

/// What dies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kill {
    /// The process that copies, without a word; what it had sent may still arrive.
    Host,
    /// The agent: the disk and what the kernel took of it stay.
    Agent,
    /// The worker, and with it any part of what was not flushed.
    Worker,
    /// Connections, a few times in a row: each request may have been done or not.
    Link,
}

const KILLS: [Kill; 4] = [Kill::Host, Kill::Agent, Kill::Worker, Kill::Link];

/// A disk of a worker that may die.
struct Mortal {
    /// What the disk itself holds, and what is written and not flushed in the order of writing.
    state: Mutex<State>,
    sent: AtomicU64,
    writes: AtomicU64,
    host_is_dead: Notify,
}

struct State {
    disk: Vec<u8>,
    before: Vec<(u64, Vec<u8>)>,
    plan: Option<(u64, Kill)>,
    /// Requests that still fail.
    failing: u64,
    random: Random,
}

impl Mortal {
    fn new(disk: Vec<u8>, random: Random) -> Arc<Self> {
        let state = State { disk, before: Vec::new(), plan: None, failing: 0, random };
        let (sent, writes, host_is_dead) = Default::default();
        Arc::new(Self { state: Mutex::new(state), sent, writes, host_is_dead })
    }

    /// Dies at the write that comes after so many more.
    fn plan(&self, after: u64, kill: Kill) {
        let mut state = self.state.lock().unwrap();
        (state.plan, state.failing) = (Some((self.writes.load(SeqCst) + after, kill)), 0);
    }

    /// Whether what was planned happened.
    fn has_died(&self) -> bool {
        self.state.lock().unwrap().plan.take().is_none()
    }

    /// Nobody of an earlier attempt is heard any more.
    fn live(&self) {
        self.state.lock().unwrap().failing = 0;
    }
}

impl State {
    fn write(&mut self, offset: u64, bytes: &[u8]) {
        let range = offset as usize..offset as usize + bytes.len();
        self.before.push((offset, self.disk[range.clone()].to_vec()));
        self.disk[range].copy_from_slice(bytes);
    }

    /// Some of what was not flushed is as it was before, down to single sectors.
    fn lose(&mut self) {
        while let Some((offset, old)) = self.before.pop() {
            let sectors: Vec<Range<usize>> =
                (0..old.len()).step_by(4096).map(|at| at..(at + 4096).min(old.len())).collect();
            let all = self.random.chance(50);
            for sector in sectors {
                if all || self.random.chance(50) {
                    let at = offset as usize + sector.start;
                    self.disk[at..at + sector.len()].copy_from_slice(&old[sector]);
                }
            }
        }
    }

    fn die(&mut self, kill: Kill, host_is_dead: &Notify) {
        self.failing = if kill == Kill::Link { 1 + self.random.below(12) } else { u64::MAX };
        match kill {
            Kill::Worker => self.lose(),
            Kill::Host => host_is_dead.notify_one(),
            Kill::Agent | Kill::Link => {}
        }
    }

    fn call(&mut self) -> Result<()> {
        if self.failing == 0 {
            return Ok(());
        }
        self.failing -= u64::from(self.failing != u64::MAX);
        Err(Error::unavailable("worker.link", "it does not answer"))
    }
}

#[async_trait]
impl BlockTarget for Mortal {
    fn size(&self) -> u64 {
        DISK_BYTES
    }

    async fn write(&self, offset: u64, bytes: Bytes) -> Result<()> {
        tokio::task::yield_now().await;
        self.sent.fetch_add(bytes.len() as u64, SeqCst);
        let number = self.writes.fetch_add(1, SeqCst);
        let mut state = self.state.lock().unwrap();
        if let Some((_, kill)) = state.plan.take_if(|(at, _)| number >= *at) {
            state.die(kill, &self.host_is_dead);
        }
        let answer = state.call();
        // What failed may have been done all the same, but not by who is dead.
        if answer.is_ok() || (state.failing != u64::MAX && state.random.chance(50)) {
            state.write(offset, &bytes);
        }
        answer
    }

    async fn zero(&self, offset: u64, length: u64) -> Result<()> {
        let mut state = self.state.lock().unwrap();
        state.call()?;
        state.write(offset, &vec![0; length as usize]);
        Ok(())
    }

    /// Takes its time: pieces are written meanwhile, and are not flushed by it.
    async fn flush(&self) -> Result<()> {
        let flushed = {
            let mut state = self.state.lock().unwrap();
            state.call()?;
            state.before.len()
        };
        tokio::time::sleep(Duration::from_millis(2)).await;
        let mut state = self.state.lock().unwrap();
        state.call()?;
        let flushed = flushed.min(state.before.len());
        state.before.drain(..flushed);
        Ok(())
    }

    async fn hashes(&self, offset: u64, length: u64) -> Result<Vec<Hash>> {
        let mut state = self.state.lock().unwrap();
        state.call()?;
        let range = &state.disk[offset as usize..(offset + length) as usize];
        Ok(range.chunks(BLOCK as usize).map(|block| *blake3::hash(block).as_bytes()).collect())
    }
}

/// Data with some empty parts, made fast.
fn disk(random: &mut Random) -> Vec<u8> {
    let mut bytes = Vec::new();
    while (bytes.len() as u64) < DISK_BYTES {
        let length = MIB * (1 + random.below(24));
        bytes.extend(if random.chance(15) { vec![0; length as usize] } else { random.bytes(length) });
    }
    bytes.truncate(DISK_BYTES as usize);
    bytes
}

fn attempt(
    source: &Arc<Source>,
    target: &Arc<Mortal>,
    notes: &Arc<Notes>,
    base: Option<&Manifest>,
) -> CopyJob {
    let plain = job(source, &Device::new(Vec::new()));
    CopyJob {
        target: target.clone(),
        base: base.cloned(),
        checkpoints: Some(notes.clone()),
        snapshot_id: if base.is_some() { "snap-2" } else { "snap-1" }.into(),
        options: CopyOptions {
            retry: Retry(Backoff { attempts: 4, first: Duration::ZERO, longest: Duration::ZERO }),
            ..CopyOptions::default()
        },
        ..plain
    }
}

/// One copy, killed so many times; returns what was sent.
async fn survive(
    seed: u64,
    random: &mut Random,
    job: impl Fn() -> CopyJob,
    target: &Arc<Mortal>,
) -> (u64, u64) {
    let (before, mut kills) = (target.sent.load(SeqCst), 0);
    for _ in 0..random.below(KILLS_MAX) + 1 {
        let kill = KILLS[random.below(4) as usize];
        target.plan(random.below(220), kill);
        let copying = tokio::spawn(copy(job()));
        let stop = copying.abort_handle();
        let ended = tokio::select! {
            ended = copying => Some(ended.unwrap()),
            () = target.host_is_dead.notified() => {
                stop.abort();
                None
            }
        };
        let died = target.has_died();
        kills += u64::from(died);
        match ended {
            Some(Ok(_)) => return (target.sent.load(SeqCst) - before, kills),
            Some(Err(error)) => {
                assert!(died && error.code == "worker.link", "seed {seed}: {kill:?}: {error}")
            }
            None => assert_eq!(kill, Kill::Host, "seed {seed}"),
        }
        // What was under way comes to its end before anybody else is let in.
        tokio::time::sleep(Duration::from_millis(20)).await;
        target.live();
    }
    copy(job()).await.unwrap_or_else(|error| panic!("seed {seed}: {error}"));
    (target.sent.load(SeqCst) - before, kills)
}

fn assert_bounded(seed: u64, what: &str, sent: u64, needed: u64, kills: u64) {
    let twice = sent.saturating_sub(needed);
    let allowed = kills * SENT_TWICE_BYTES_MAX;
    assert!(twice <= allowed, "seed {seed}: {what}: {} MiB were sent twice after {kills} kills", twice / MIB);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_killed_is_gone_on_with_and_little_is_sent_twice() {
    let setting = |name, usual| std::env::var(name).map_or(usual, |text| text.parse().unwrap());
    let (trials, first) = (setting("GYRE_TRIALS", TRIALS), setting("GYRE_SEED", 1));
    for seed in first..first + trials {
        let random = &mut Random::new(seed);
        let old = disk(random);
        let (target, notes) =
            (Mortal::new(vec![0; old.len()], Random::new(!seed)), Arc::new(Notes::default()));
        let source = Arc::new(Source::random(random, old.clone()));
        let first = || attempt(&source, &target, &notes, None);
        let (sent, kills) = survive(seed, random, first, &target).await;
        assert!(target.state.lock().unwrap().disk == old, "seed {seed}: the first copy differs");
        assert_bounded(seed, "the first copy", sent, difference(&vec![0; old.len()], &old), kills);

        let base = notes.last.lock().unwrap().as_ref().unwrap().manifest.clone();
        let mut new = old.clone();
        change(random, &mut new);
        let source = Arc::new(Source::random(random, new.clone()));
        let second = || attempt(&source, &target, &notes, Some(&base));
        let (sent, kills) = survive(seed, random, second, &target).await;
        assert!(target.state.lock().unwrap().disk == new, "seed {seed}: the second copy differs");
        assert_bounded(seed, "the second copy", sent, difference(&old, &new), kills);
    }
}
