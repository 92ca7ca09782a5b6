//! Copying one disk from beginning to end: what is believed of the target, pieces in flight, watermarks,
//! flush, proof. Knows no extents and no hashes of its own: [`crate::plan`] decides, [`crate::piece`] moves.

use crate::blocks::{Geometry, WINDOW_BLOCKS};
use crate::buffer::Pool;
use crate::extents::{Asker, Changes, Cover};
use crate::job::checkpoint_scale;
use crate::meter::Meter;
use crate::packing::Packer;
use crate::piece::{Courier, Delivered};
use crate::plan::{Belief, How, Planner, Settled, Window, Work};
use crate::stages::Stages;
use crate::verify::{check, fits};
use crate::{BlockSet, ChangedBy, CopyJob, CopyReport, Manifest, VerifyScope, Watermark};
use gyre_core::error::Context as _;
use gyre_core::flow::Bottleneck;
use gyre_core::limits::{HASH_RANGE_BYTES_MAX, PIECE_BYTES_MAX};
use gyre_core::roles::Progress;
use gyre_core::{Error, Hash, Result};
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// Windows that are planned before they are needed.
const WINDOWS_AHEAD: usize = 1;
/// After a failure, how long writes that are under way may take to end before they are dropped.
const DRAIN: Duration = Duration::from_secs(10);
/// How often a copy in which nothing moves looks whether it should stop.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Copies a disk, proves the copy, and returns what the next one compares with. The target holds the
/// snapshot's bytes when this returns `Ok`; after an error, call it again with the same job: what was
/// finished is not sent again (with `checkpoints`). Idempotent.
///
/// # Errors
/// `mover.target-small`; `extents.invalid`, `mover.truncated`, `mover.codec`, `mover.packed-too-large`,
/// `mover.unpack`, `mover.short-read` for a source that lies or is damaged; `mover.verify` when the
/// device does not hold what was sent; `mover.state-write`; `job.cancelled`; those of source and target.
pub async fn copy(job: CopyJob) -> Result<(CopyReport, Manifest)> {
    let disk = job.disk.clone();
    let result = copy_disk(job).await;
    result.map_err(|error| {
        if error.kind == gyre_core::Kind::Cancelled {
            error
        } else {
            error.during(format!("copy disk {disk}"))
        }
    })
}

async fn copy_disk(job: CopyJob) -> Result<(CopyReport, Manifest)> {
    let started = Instant::now();
    let mut run = Run::begin(job).await?;
    let mut moved = run.move_all().await;
    if run.is_misled {
        moved = match run.begin_again().await {
            Ok(()) => run.move_all().await,
            Err(error) => Err(error),
        };
    }
    let result = match moved {
        Ok(changed_by) => run.finish(changed_by).await,
        Err(error) => Err(error),
    };
    if let Err(error) = result {
        run.give_up().await;
        return Err(error);
    }
    run.report.seconds = started.elapsed().as_secs_f64();
    Ok((run.report, run.manifest))
}

/// A copy under way.
struct Run {
    job: CopyJob,
    geometry: Geometry,
    /// Ends everything that was started for this copy.
    stop: CancellationToken,
    planner: Option<Planner>,
    courier: Arc<Courier>,
    packer: Arc<Packer>,
    stages: Arc<Stages>,
    flying: JoinSet<Result<Delivered>>,
    report: CopyReport,
    manifest: Manifest,
    done: BlockSet,
    /// What an earlier attempt noted as done; its hashes are in `manifest` until this one comes by.
    noted: BlockSet,
    /// Blocks that this execution or its earlier attempts sent.
    sent: BlockSet,
    clean: bool,
    zeroed: bool,
    base_root: Option<Hash>,
    /// Blocks that were to be as they were, with the hashes that they then have.
    probes: HashMap<u64, Hash>,
    /// One of them was not.
    is_misled: bool,
    saved: Instant,
    unsaved_bytes: u64,
    /// Sent since the last flush began, and that flush.
    unflushed_bytes: u64,
    flushing: Option<AbortOnDropHandle<Result<()>>>,
}

impl Run {
    async fn begin(mut job: CopyJob) -> Result<Self> {
        let geometry = Geometry::new(job.origin.size());
        fits(geometry.size(), &*job.target)?;
        let stop = job.cancel.child_token();
        let base = job.base.take();
        let base_root = base.as_ref().map(Manifest::root);
        let belief = believe(&job, load(&job).await, base_root);
        let (clean, zeroed) = (belief.clean, belief.zeroed);
        let noted = belief.earlier.as_ref().map(|earlier| earlier.done.clone()).unwrap_or_default();
        let begin_with = belief.earlier.as_ref().map(|earlier| &earlier.manifest).or(base.as_ref());
        let manifest = begin_with.filter(|manifest| manifest.size() == geometry.size()).cloned();
        let retry = job.options.retry;
        let stages = Stages::new(job.pace.clock());
        // An attempt that noted another base had found out that what the source says of changes is wrong.
        let is_believed = belief.earlier.as_ref().is_none_or(|earlier| earlier.base == base_root);
        let since = job.since.clone().filter(|_| is_believed);
        let planner = planner(&job, geometry, &stages, &stop, (base, since, belief));
        let packer = Packer::new(&job.disk, job.options.compress, job.target.clone(), stages.clone());
        let courier = Courier {
            origin: job.origin.clone(),
            target: job.target.clone(),
            geometry,
            pool: Pool::new(PIECE_BYTES_MAX as usize),
            retry,
            pace: job.pace.clone(),
            packer: packer.clone(),
            stages: stages.clone(),
            stop: stop.clone(),
        };
        let run = Self {
            geometry,
            stop,
            planner: Some(planner),
            courier: Arc::new(courier),
            packer,
            stages,
            flying: JoinSet::new(),
            report: CopyReport { size: geometry.size(), ..CopyReport::default() },
            manifest: manifest.unwrap_or_else(|| Manifest::zero(geometry.size())),
            done: BlockSet::new(),
            noted,
            sent: BlockSet::new(),
            clean,
            zeroed,
            base_root,
            probes: HashMap::new(),
            is_misled: false,
            saved: Instant::now(),
            unsaved_bytes: 0,
            unflushed_bytes: 0,
            flushing: None,
            job,
        };
        Ok(run)
    }

    /// Moves everything; the last watermark may be a while ago.
    async fn move_all(&mut self) -> Result<ChangedBy> {
        let planner = self.planner.take().ok_or_else(|| Error::other("mover.defect", "a copy ran twice"))?;
        self.mark_begun(&planner).await?;
        let (to, mut windows) = mpsc::channel(WINDOWS_AHEAD);
        let planning = AbortOnDropHandle::new(tokio::spawn(planner.run(to)));
        let progress = self.job.progress.clone();
        let mut meter = self.meter(progress.as_ref(), "copy", self.geometry.size());
        while let Some(window) = self.wait(&mut windows, &mut meter).await? {
            self.probes.extend(window.probe);
            meter.add(self.settle(&window.settled)?);
            self.carry(window.work.into(), &mut meter).await?;
        }
        while let Some(delivered) = self.landed(&mut meter).await? {
            meter.add(self.take(&delivered)?);
        }
        planning.await.or_other("mover.defect", || "planning did not end".into())?
    }

    fn meter<'a>(&self, progress: &'a dyn Progress, phase: &'static str, total: u64) -> Meter<'a> {
        Meter::new(progress, phase, total, self.stages.clone(), self.packer.clone())
    }

    /// The next window; meanwhile pieces land.
    async fn wait(
        &mut self,
        windows: &mut mpsc::Receiver<Window>,
        meter: &mut Meter<'_>,
    ) -> Result<Option<Window>> {
        loop {
            self.stages.starve(self.room());
            tokio::select! {
                window = windows.recv() => {
                    self.stages.starve(0);
                    return Ok(window);
                }
                landed = self.landed(meter), if !self.flying.is_empty() => {
                    if let Some(delivered) = landed? {
                        meter.add(self.take(&delivered)?);
                    }
                }
                () = tokio::time::sleep(LOOK_EVERY) => {
                    self.look()?;
                    meter.add(0);
                }
            }
        }
    }

    /// How many more pieces could be on their way.
    fn room(&self) -> usize {
        self.job.options.in_flight.max(1).saturating_sub(self.flying.len())
    }

    /// Sends a window's work on its way, at most `in_flight` at once.
    async fn carry(&mut self, mut work: VecDeque<Work>, meter: &mut Meter<'_>) -> Result<()> {
        while !work.is_empty() {
            while self.room() == 0 {
                if let Some(delivered) = self.landed(meter).await? {
                    meter.add(self.take(&delivered)?);
                }
            }
            self.flush_if_due().await?;
            self.save_if_due().await?;
            self.courier.dispatch(&mut work, &mut self.flying);
        }
        Ok(())
    }

    /// Waits for any piece in flight; `None` when there is none. Safe to drop and call again.
    async fn landed(&mut self, meter: &mut Meter<'_>) -> Result<Option<Delivered>> {
        loop {
            self.look()?;
            tokio::select! {
                landed = self.flying.join_next() => return match landed {
                    None => Ok(None),
                    Some(landed) => landed.or_other("mover.defect", || "a piece was lost".into())?.map(Some),
                },
                () = self.stop.cancelled() => {}
                () = tokio::time::sleep(LOOK_EVERY) => meter.add(0),
            }
        }
    }

    fn look(&self) -> Result<()> {
        if self.stop.is_cancelled() || self.job.progress.cancelled() {
            Err(Error::cancelled())
        } else {
            Ok(())
        }
    }

    fn take(&mut self, delivered: &Delivered) -> Result<u64> {
        self.report.read += delivered.read;
        self.report.unpacked += delivered.unpacked;
        self.settle(&delivered.settled)
    }

    /// Notes blocks that are right on the target; returns their bytes.
    fn settle(&mut self, settled: &[Settled]) -> Result<u64> {
        let mut bytes = 0;
        for Settled { block, hash, how } in settled {
            if self.probes.remove(block).is_some_and(|expected| expected != *hash) {
                self.is_misled = true;
                return Err(misled(*block));
            }
            if !self.done.insert(*block) {
                return Err(Error::other("mover.defect", format!("block {block} was copied twice")));
            }
            self.manifest.set(*block, *hash);
            let length = self.geometry.length(*block);
            bytes += length;
            match how {
                How::Moved => {
                    self.report.moved += length;
                    self.unflushed_bytes += length;
                }
                How::Zeroed => self.report.zeroed += length,
                How::Skipped => self.report.skipped += length,
                How::Resumed => self.report.resumed += length,
            }
            if *how != How::Skipped {
                self.sent.insert(*block);
            }
        }
        self.unsaved_bytes += bytes;
        Ok(bytes)
    }

    /// What was left out because the source said that it had not changed counts for nothing any more, nor does what was
    /// believed of the target: all of it is read, and compared with what the target holds. The note of that comes first, so
    /// that whoever goes on after a kill does not believe it either.
    async fn begin_again(&mut self) -> Result<()> {
        while self.flying.join_next().await.is_some() {}
        self.job.progress.warn(
            "the source left changed blocks out of what it says changed: all of it is read and compared with the target",
        );
        self.is_misled = false;
        self.probes.clear();
        (self.done, self.noted, self.sent) = Default::default();
        (self.clean, self.zeroed, self.base_root) = (false, false, None);
        let CopyReport { size, read, unpacked, .. } = self.report;
        self.report = CopyReport { size, read, unpacked, ..CopyReport::default() };
        self.flush().await?;
        self.save(false).await?;
        let belief = Belief { clean: false, zeroed: false, earlier: None };
        let mut planner = planner(&self.job, self.geometry, &self.stages, &self.stop, (None, None, belief));
        planner.changes.changed_by = ChangedBy::Compare;
        self.planner = Some(planner);
        Ok(())
    }

    /// Flushes, proves, and notes that it is complete.
    async fn finish(&mut self, changed_by: ChangedBy) -> Result<()> {
        (self.report.changed_by, self.report.sent) = (changed_by, self.packer.bytes_sent());
        if self.done.count() != self.geometry.blocks() {
            return Err(Error::other("mover.defect", "some blocks were neither copied nor skipped"));
        }
        self.flush().await?;
        self.prove().await?;
        self.save(true).await
    }

    async fn prove(&mut self) -> Result<()> {
        let Some(scope) = self.job.verify else { return Ok(()) };
        let all = scope == VerifyScope::All || self.base_root.is_none();
        let blocks = if all { BlockSet::all(self.geometry.blocks()) } else { self.sent.clone() };
        let total = blocks
            .runs(WINDOW_BLOCKS)
            .map(|run| self.geometry.bytes(&run))
            .map(|run| run.end - run.start)
            .sum();
        let mut meter = self.meter(self.job.progress.as_ref(), "verify", total);
        let checking =
            check(&self.manifest, &blocks, &self.job.target, self.job.options.retry, &self.stop, &mut meter);
        let stopping = async {
            while self.look().is_ok() {
                self.stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await;
            }
        };
        let checked = tokio::select! {
            checked = checking => checked?,
            () = stopping => return Err(Error::cancelled()),
        };
        self.report.verified = checked.verified;
        if checked.wrong == 0 {
            return Ok(());
        }
        let what = "the target disk does not hold what was written to it";
        Err(Error::other("mover.verify", what).cause(checked))
    }

    async fn flush(&self) -> Result<()> {
        let _here = self.stages.enter(Bottleneck::Target);
        self.job.options.retry.run(&self.stop, flushing, || self.job.target.flush()).await
    }

    /// Begins a flush after so many bytes, beside the pieces that are on their way; the one before has ended then. Whoever
    /// does not go on after a failure need not.
    async fn flush_if_due(&mut self) -> Result<()> {
        let due = self.unflushed_bytes >= self.job.options.flush_every_bytes();
        if self.job.checkpoints.is_none() || !due {
            return Ok(());
        }
        if let Some(flushing) = self.flushing.take() {
            let _here = self.stages.enter(Bottleneck::Target);
            flushing.await.or_other("mover.defect", || "a flush did not end".into())??;
        }
        self.unflushed_bytes = 0;
        let (target, retry, stop) = (self.job.target.clone(), self.job.options.retry, self.stop.clone());
        let flushing = async move { retry.run(&stop, flushing, || target.flush()).await };
        self.flushing = Some(AbortOnDropHandle::new(tokio::spawn(flushing)));
        Ok(())
    }

    /// Notes that this snapshot may be anywhere on the target from now on. Where an earlier attempt at it
    /// did so, its note is good enough.
    async fn mark_begun(&mut self, planner: &Planner) -> Result<()> {
        if planner.belief.earlier.is_some() { Ok(()) } else { self.save(false).await }
    }

    async fn save_if_due(&mut self) -> Result<()> {
        let options = &self.job.options;
        let scale = checkpoint_scale(self.geometry.size());
        let due = self.unsaved_bytes >= options.unnoted_bytes_max(self.geometry.size())
            || self.saved.elapsed()
                >= Duration::from_millis(options.checkpoint_every_ms.saturating_mul(scale));
        if self.job.checkpoints.is_none() || !due || self.unsaved_bytes == 0 {
            return Ok(());
        }
        self.flush().await?;
        if let Err(error) = self.save(false).await {
            tracing::warn!(%error, "the watermark cannot be saved: a next attempt will send more again");
        }
        Ok(())
    }

    /// Saves a watermark; what is done must have been flushed. What an earlier attempt noted stays noted:
    /// whoever trusts it looks at the target first.
    async fn save(&mut self, complete: bool) -> Result<()> {
        (self.saved, self.unsaved_bytes) = (Instant::now(), 0);
        let Some(checkpoints) = self.job.checkpoints.clone() else { return Ok(()) };
        let watermark = Watermark {
            snapshot: self.job.snapshot_id.clone(),
            target: self.job.target_identity.clone(),
            complete,
            clean: self.clean,
            zeroed: self.zeroed,
            base: self.base_root,
            done: self.done.union(&self.noted),
            manifest: self.manifest.clone(),
        };
        tokio::task::spawn_blocking(move || checkpoints.save(&watermark))
            .await
            .or_other("mover.defect", || "saving a watermark did not end".into())?
    }

    /// After a failure: no further piece begins, those in flight end, and what they did is kept.
    async fn give_up(&mut self) {
        self.stop.cancel();
        let end = async {
            while let Some(landed) = self.flying.join_next().await {
                if let Ok(Ok(delivered)) = landed {
                    let _ = self.take(&delivered);
                }
            }
            if self.unsaved_bytes > 0
                && self.job.checkpoints.is_some()
                && self.job.target.flush().await.is_ok()
            {
                let _ = self.save(false).await;
            }
        };
        if tokio::time::timeout(DRAIN, end).await.is_err() {
            tracing::warn!("writes under way did not end in time and were dropped");
        }
        self.flying.abort_all();
    }
}

/// Decides by what is known: what the target held, the snapshot that changes are asked since, and what is believed.
fn planner(
    job: &CopyJob,
    geometry: Geometry,
    stages: &Arc<Stages>,
    stop: &CancellationToken,
    (base, since, belief): (Option<Manifest>, Option<String>, Belief),
) -> Planner {
    let retry = job.options.retry;
    let asker = Asker { origin: job.origin.clone(), retry, stop: stop.clone() };
    Planner {
        geometry,
        changes: Changes::new(asker.clone(), geometry, job.progress.clone(), since, base.is_some()),
        seed: *blake3::hash(job.snapshot_id.as_bytes()).as_bytes(),
        cover: Cover::new(asker, geometry.size()),
        base,
        doubt: doubt(&belief, job, geometry.size()),
        belief,
        target: job.target.clone(),
        retry,
        stages: stages.clone(),
        stop: stop.clone(),
    }
}

/// Never seen by anybody: the copy begins again instead.
fn misled(block: u64) -> Error {
    Error::other("mover.defect", format!("block {block} changed, although the source said that it had not"))
}

fn flushing() -> String {
    "flush the target".into()
}

async fn load(job: &CopyJob) -> Result<Option<Watermark>> {
    let Some(checkpoints) = job.checkpoints.clone() else { return Ok(None) };
    tokio::task::spawn_blocking(move || checkpoints.load())
        .await
        .or_other("mover.defect", || "loading a watermark did not end".into())?
}

/// How much of what an earlier attempt did not note it may have sent all the same: as much as is ever settled without
/// being noted, what was under way, and the window before and behind that.
fn doubt(belief: &Belief, job: &CopyJob, size: u64) -> u64 {
    let is_unfinished = belief.earlier.as_ref().is_some_and(|earlier| !earlier.complete);
    let under_way = (job.options.in_flight as u64).saturating_mul(PIECE_BYTES_MAX);
    let all = job.options.unnoted_bytes_max(size).saturating_add(under_way + 2 * HASH_RANGE_BYTES_MAX);
    if is_unfinished { all } else { 0 }
}

/// What can be believed of the target. A watermark of another snapshot that is not exactly what `base`
/// says means that somebody began to write something else: then nothing is believed, and the target is
/// asked for its hashes. The same goes for a watermark that cannot be read.
fn believe(job: &CopyJob, watermark: Result<Option<Watermark>>, base: Option<Hash>) -> Belief {
    let asked = |clean| Belief { clean, zeroed: clean && job.target_zeroed, earlier: None };
    let earlier = match watermark {
        Ok(Some(earlier)) if earlier.target == job.target_identity => earlier,
        Ok(_) => return asked(true),
        Err(error) => {
            job.progress.warn(&format!(
                "what an earlier copy noted cannot be used, so the target is asked what it holds: {error}"
            ));
            return asked(false);
        }
    };
    if earlier.snapshot == job.snapshot_id && earlier.manifest.size() == job.origin.size() {
        let clean = earlier.clean && earlier.base == base;
        return Belief {
            clean,
            zeroed: clean && earlier.zeroed && job.target_zeroed,
            earlier: Some(earlier),
        };
    }
    asked(earlier.complete && base.is_some_and(|base| earlier.manifest.root() == base))
}
