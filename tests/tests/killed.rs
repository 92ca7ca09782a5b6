//! The real program, killed at any moment of an execution and of a deployment on the embedded OpenStack, and then let
//! be: what comes out is what an undisturbed run makes, byte by byte, and nothing else is in the cloud. Needs root.
//!
//! `GYRE_TRIALS=1000 GYRE_SEED=1` asks for more trials than those of every run. The same seed makes the same choices;
//! at which record a signal arrives is up to the machine. Two such runs with other seeds go well beside each other.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use anyhow::{Context, Result, ensure};
use gyre_tests::cloud::{Cloud, Inventory};
use gyre_tests::setting::ADDRESS;
use gyre_tests::small::Small;
use serde_json::Value;
use std::time::{Duration, Instant};

/// Trials of every run.
const TRIALS: u64 = 3;
/// Times that one command is killed before it is let be.
const KILLS_MAX: u64 = 4;
/// One of so many that were killed is undone before it is asked for again.
const UNDONE: u64 = 4;

const EXECUTE: [&str; 3] = ["replica", "execute", "web"];
const DEPLOY: [&str; 3] = ["deploy", "web", "--skip-morphing"];

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// xorshift64*: the same seed gives the same trials.
struct Random(u64);

impl Random {
    fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 8) % limit.max(1)
    }
}

/// What is disturbed, and what an undisturbed run of it was like.
struct Line {
    words: &'static [&'static str],
    usual: Duration,
    /// How many things of each kind it makes.
    made: Vec<(String, usize)>,
}

/// The cloud with a replica, and what was there before each.
struct Place {
    small: Small,
    cloud: Cloud,
    empty: Inventory,
    kills: u64,
    undone: u64,
}

impl Place {
    /// Every change in this cloud is done at once, so that a trial's time is gyre's and not its pauses'. The servers'
    /// network is another one in each process.
    fn new() -> Result<Self> {
        let third = 78 + std::process::id() % 170;
        let small = Small::new(|config| {
            config.delay = Duration::ZERO;
            for network in config.networks.iter_mut().filter(|network| network.name == "servers") {
                network.cidr = format!("192.168.{third}.0/24");
                network.pool = (format!("192.168.{third}.100"), format!("192.168.{third}.200"));
            }
        })?;
        small.edit("gyre.toml", ADDRESS, &format!("192.168.{third}.10"))?;
        let cloud = small.site.cloud()?;
        let empty = cloud.inventory()?;
        small.create("web")?;
        Ok(Self { small, cloud, empty, kills: 0, undone: 0 })
    }

    /// The same without a disturbance.
    fn undisturbed(&self, words: &'static [&'static str]) -> Result<Line> {
        let (before, begun) = (self.cloud.inventory()?, Instant::now());
        self.small.gyre.json(words)?;
        Ok(Line { words, usual: begun.elapsed(), made: self.cloud.more_than(&before)? })
    }

    /// Runs it, killed a few times, and then to its end.
    fn disturbed(&mut self, line: &Line, random: &mut Random) -> Result<()> {
        let mut before = self.cloud.inventory()?;
        for _ in 0..random.below(KILLS_MAX + 1) {
            let mut child = self.small.gyre.start(line.words)?;
            let usual = u64::try_from(line.usual.as_millis())?;
            std::thread::sleep(Duration::from_millis(random.below(usual)));
            // SIGKILL, and no word of it to anybody.
            child.kill()?;
            // One that had ended by itself can be killed, too.
            self.kills += u64::from(child.wait()?.code().is_none());
            let (wanted, newest) = (random.below(UNDONE) == 0, self.newest()?);
            match newest["status"].as_str().unwrap_or_default() {
                // Killed after its last record: the next run begins anew, and undoing that one leaves this one's work.
                "succeeded" => before = self.cloud.inventory()?,
                "running" | "undoing" if wanted => self.undo(&newest, &before)?,
                _ => {}
            }
        }
        let ended = self.small.gyre.run(line.words)?;
        // The last kill may have come after the last record: then there is nothing left to do, or the command begins
        // anew, and a second server may not have the machine's address.
        let is_done = ["replica.unknown", "openstack.port-in-use"].iter().any(|c| ended.stderr.contains(c));
        ensure!(ended.code == Some(0) || is_done, "{}", ended.said());
        Ok(())
    }

    fn newest(&self) -> Result<Value> {
        Ok(self.small.gyre.json(&["job", "list", "--limit", "1"])?["jobs"][0].take())
    }

    /// Undoes what was killed, unless it is past its point of no return: then the cloud is as it was before.
    fn undo(&mut self, newest: &Value, before: &Inventory) -> Result<()> {
        let job = newest["job"].as_str().context("no job")?;
        let ended = self.small.gyre.run(&["job", "undo", job])?;
        if ended.said().contains("job.committed") {
            return Ok(());
        }
        let job = self.small.gyre.json(&["job", "show", job])?;
        let is_gone = ["failed", "cancelled"].contains(&job["status"].as_str().unwrap_or_default());
        ensure!(is_gone, "it is not undone: {job}\n{}", ended.said());
        let left = self.cloud.more_than(before)?;
        ensure!(left.is_empty(), "left over by a job that was undone: {left:?}");
        self.undone += 1;
        Ok(())
    }

    fn trial(&mut self, execution: &Line, deployment: &Line, seed: u64) -> Result<()> {
        let mut random = Random::of(seed);
        self.small.change_disk(random.below(1 << 20))?;
        self.disturbed(execution, &mut random)?;
        self.small.assert_replicated("web")?;
        let made = self.cloud.more_than(&self.empty)?;
        ensure!(made == execution.made, "after the execution: {made:?}");

        let standing = self.cloud.inventory()?;
        self.disturbed(deployment, &mut random)?;
        self.small.assert_replicated("web")?;
        let made = self.cloud.more_than(&standing)?;
        ensure!(made == deployment.made, "after the deployment: {made:?}");
        self.small.assert_deployed(&self.cloud, &standing)?;
        let orphans = self.small.gyre.json(&["orphans", "list"])?;
        let nothing = |key: &str| orphans[key].as_array().is_some_and(Vec::is_empty);
        ensure!(nothing("orphans") && nothing("unknown"), "{orphans}");
        self.cloud.delete_since(&standing);
        Ok(())
    }
}

#[test]
fn whatever_is_killed_comes_out_as_if_it_had_not_been() -> Result<()> {
    let (trials, first) = (setting("GYRE_TRIALS", TRIALS), setting("GYRE_SEED", 1));
    let mut place = Place::new()?;
    let made = place.undisturbed(&EXECUTE)?.made;
    // Those that are killed copy changes only, as this one does: it tells how long they take.
    place.small.change_disk(first)?;
    let execution = Line { made, ..place.undisturbed(&EXECUTE)? };
    let standing = place.cloud.inventory()?;
    let deployment = place.undisturbed(&DEPLOY)?;
    place.cloud.delete_since(&standing);
    println!("an execution takes {:?}, a deployment {:?}", execution.usual, deployment.usual);
    let begun = Instant::now();
    for seed in first..first + trials {
        place.trial(&execution, &deployment, seed).with_context(|| format!("seed {seed}"))?;
        let (kills, undone, each) =
            (place.kills, place.undone, begun.elapsed() / u32::try_from(seed - first + 1)?);
        println!("seed {seed}: {kills} killed and {undone} undone until now, {each:?} a trial");
    }
    let delete =
        Line { words: &["replica", "delete", "web", "--yes"], usual: deployment.usual, made: Vec::new() };
    place.disturbed(&delete, &mut Random::of(first + 7))?;
    ensure!(place.kills > 0, "nothing was killed: each command had ended before");
    ensure!(place.cloud.inventory()? == place.empty, "left over: {:?}", place.cloud.more_than(&place.empty)?);
    Ok(())
}
