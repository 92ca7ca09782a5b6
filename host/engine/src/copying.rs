//! Copying the disks of a machine to a worker, several at once. Knows which disk is compared with what;
//! how bytes move is the mover's business.

use crate::context::{Context, DiskProgress, decode, encode};
use crate::files::Files;
use crate::replica::DiskBase;
use crate::{WorkerSession, execution};
use futures::{FutureExt, StreamExt, TryFutureExt};
use gyre_core::roles::{Outcome, TargetDisk};
use gyre_core::{DiskSpec, Error, Kind, Result};
use gyre_mover::{Allowance, CopyJob, CopyOptions, CopyReport, Manifest, Pace};
use gyre_saga::Call;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Pieces in flight per connection to the agent: one travels while the other is read.
const IN_FLIGHT_PER_CONNECTION: usize = 2;

/// What was copied of one disk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DiskCopy {
    /// As the source names it.
    pub disk: String,
    /// As the destination names it.
    pub identity: String,
    /// Name of the file with the hashes of its blocks.
    pub manifest: String,
    /// Bytes and seconds.
    pub report: CopyReport,
}

/// The step: every disk, each checked against what the device holds.
pub(crate) async fn copy_disks(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let vm = context.vm(&call)?;
    context.files().prepare().await?;
    let targets = context.destination().await?.describe_disks(call.state(execution::TARGET_DISKS)?).await?;
    let session = context.worker(call.state(execution::COPY_WORKER)?).await?;
    let copied = copy_all(&context, &call, &vm.disks, &targets, &*session).await;
    context.close(session).await;
    Ok(Outcome::Done(encode(&copied?)?))
}

/// One disk's failure stops the others, each at a watermark.
async fn copy_all(
    context: &Context,
    call: &Call,
    disks: &[DiskSpec],
    targets: &[TargetDisk],
    session: &dyn WorkerSession,
) -> Result<Vec<DiskCopy>> {
    let stop = call.cancel.child_token();
    let stop = &stop;
    let pace = Pace::new(allowance(context));
    let mut copies = Vec::new();
    for disk in disks {
        let copy = copy_disk(context, call, session, disk, targets, &pace, stop);
        copies.push(copy.inspect_err(|_| stop.cancel()).boxed());
    }
    let at_once = context.shared.settings.transfer.disks.max(1);
    let copied: Vec<Result<DiskCopy>> = futures::stream::iter(copies).buffered(at_once).collect().await;
    let cause = copied.iter().filter_map(|copied| copied.as_ref().err()).find(|e| e.kind != Kind::Cancelled);
    match cause {
        Some(error) => Err(error.clone()),
        None => copied.into_iter().collect(),
    }
}

/// What all disks of the job may be sent with.
fn allowance(context: &Context) -> Allowance {
    match context.params.execute.bandwidth {
        Some(own) => Allowance::always(own),
        None => context.shared.settings.allowance.clone(),
    }
}

async fn copy_disk(
    context: &Context,
    call: &Call,
    session: &dyn WorkerSession,
    disk: &DiskSpec,
    targets: &[TargetDisk],
    pace: &Arc<Pace>,
    stop: &CancellationToken,
) -> Result<DiskCopy> {
    let snapshot = call.state(execution::SOURCE_SNAPSHOT)?;
    let target = target_of(disk, targets)?;
    let (files, transfer) = (context.files(), &context.shared.settings.transfer);
    let last = context.params.base.as_ref();
    let known = last.and_then(|last| last.base(&disk.id, &target.identity));
    let base = held(context, disk, known).await;
    let since = last.map(|last| last.snapshot.clone());
    let job = CopyJob {
        disk: disk.id.clone(),
        origin: context.source().await?.open_disk(snapshot, &disk.id).await?,
        target: session.disk(&disk.id)?,
        since: since.filter(|_| base.is_some()),
        base,
        // A disk that an execution has filled is not new, even when its manifest is lost.
        target_zeroed: target.zeroed && known.is_none(),
        verify: Some(transfer.verify),
        checkpoints: Some(files.checkpoints(&disk.id)),
        // A source without real snapshots says the same of every one: only this very job may go on.
        snapshot_id: format!("{} {snapshot}", call.job().id),
        target_identity: target.identity.clone(),
        progress: Arc::new(DiskProgress {
            journal: context.shared.journal.clone(),
            job: context.job.clone(),
            disk: disk.id.clone(),
            cancel: stop.clone(),
        }),
        pace: pace.clone(),
        cancel: stop.clone(),
        options: CopyOptions {
            in_flight: transfer.connections.max(1) * IN_FLIGHT_PER_CONNECTION,
            compress: context.params.execute.compress.unwrap_or(transfer.compress),
            ..context.shared.settings.copy
        },
    };
    let (report, manifest) = gyre_mover::copy(job).await?;
    save(&files, context.params.number, disk, target, report, manifest).await
}

/// What the last success left on a disk. Where that is not known any more the copy takes longer, and says so.
async fn held(context: &Context, disk: &DiskSpec, known: Option<&DiskBase>) -> Option<Manifest> {
    let was_copied = || context.params.base.as_ref().is_some_and(|last| last.has(&disk.id));
    let why = match known {
        Some(base) => match context.files().load_manifest(&base.manifest).await {
            Ok(Some(manifest)) => return Some(manifest),
            Ok(None) => "the hashes of the last execution are gone".to_owned(),
            Err(error) => format!("the hashes of the last execution cannot be used: {error}"),
        },
        None if was_copied() => "the target is another disk than at the last execution".to_owned(),
        None => return None,
    };
    context.warn(format!("{}: all of it is read, and copied where the target may differ: {why}", disk.id));
    None
}

async fn save(
    files: &Files,
    number: u64,
    disk: &DiskSpec,
    target: &TargetDisk,
    report: CopyReport,
    manifest: Manifest,
) -> Result<DiskCopy> {
    let name = Files::manifest_name(&disk.id, number);
    files.save_manifest(&name, manifest).await?;
    let (disk, identity) = (disk.id.clone(), target.identity.clone());
    Ok(DiskCopy { disk, identity, manifest: name, report })
}

/// The disk at the destination that belongs to a disk of the machine.
pub(crate) fn target_of<'a>(disk: &DiskSpec, targets: &'a [TargetDisk]) -> Result<&'a TargetDisk> {
    let wrong = |why: String| Err(Error::other("destination.disks", why));
    match targets.iter().find(|target| target.disk == disk.id) {
        None => wrong(format!("the destination says that it made the disks, but has none for {:?}", disk.id)),
        Some(target) if target.size < disk.size => wrong(format!(
            "the destination's disk for {:?} has {} bytes, not {}",
            disk.id, target.size, disk.size
        )),
        Some(target) => Ok(target),
    }
}

/// What the copy step of this job answered.
pub(crate) fn copied(call: &Call) -> Result<Vec<DiskCopy>> {
    decode(call.state(execution::COPY_DISKS)?)
}
