//! Verifying a replica: re-reading its disks at the destination, and naming each block that is not what the last
//! successful execution left there. Nothing is changed, at the source nothing is even asked.
//!
//! Its failure is the answer that something is wrong. What is wrong is known in two places then: in the job's report,
//! and to the next execution, which believes nothing of such a disk and mends it.

use crate::context::{Context, DiskProgress, decode, encode, worker_was_lost};
use crate::execution::{done, remove_worker};
use crate::params::Kind;
use crate::replica::{DiskBase, Success};
use crate::{DiskProof, WorkerSession};
use futures::{FutureExt as _, StreamExt as _, TryStreamExt as _};
use gyre_core::roles::{Outcome, TargetDisk, WorkerRole};
use gyre_core::{Error, OsType, Result};
use gyre_mover::{Checkpoints as _, Manifest, Watermark, verify};
use gyre_saga::{Call, Table};
use std::sync::Arc;
use std::time::Instant;

const VERIFY_WORKER: &str = "verify-worker";
pub(crate) const VERIFY_DISKS: &str = "verify-disks";
/// A worker that does not answer twice is replaced.
const WORKER_ATTEMPTS: u32 = 2;

#[rustfmt::skip]
pub(crate) fn table() -> Table<Context> {
    Table::new(Kind::Verification.name(), 1)
        .step(VERIFY_WORKER, verify_worker).undo(remove_worker)
        .step(VERIFY_DISKS, verify_disks).attempts(WORKER_ATTEMPTS).redo(VERIFY_WORKER, worker_was_lost)
        .step("remove-verify-worker", remove_verify_worker)
        .step("judge", judge)
}

async fn verify_worker(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let disks = disks(&context)?;
    context.destination().await?.ensure_worker(&call.step, WorkerRole::Copy, OsType::Linux, disks).await
}

async fn remove_verify_worker(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let worker = call.state(VERIFY_WORKER)?;
    context.destination().await?.remove_worker(&call.as_step(VERIFY_WORKER), worker).await
}

fn disks(context: &Context) -> Result<&str> {
    let disks = context.params.disks.as_deref();
    disks.ok_or_else(|| Error::other("job.order", "a replica is verified that has no disks"))
}

fn last(context: &Context) -> Result<&Success> {
    let last = context.params.base.as_ref();
    last.ok_or_else(|| Error::other("job.order", "a replica is verified that was never executed"))
}

/// Which disks are there, and by which hashes they are judged, is known before a byte is read.
async fn verify_disks(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let targets = context.destination().await?.describe_disks(disks(&context)?).await?;
    let mut expected = Vec::new();
    for base in &last(&context)?.disks {
        check_identity(base, &targets)?;
        expected.push((base, manifest(&context, base).await?));
    }
    let session = context.worker(call.state(VERIFY_WORKER)?).await?;
    let mut proofs = Vec::new();
    for (base, manifest) in expected {
        proofs.push(prove(&context, &call, &*session, base, manifest).boxed());
    }
    let at_once = context.shared.settings.transfer.disks.max(1);
    let proofs: Result<Vec<_>> = futures::stream::iter(proofs).buffered(at_once).try_collect().await;
    context.close(session).await;
    Ok(Outcome::Done(encode(&proofs?)?))
}

/// A disk that was made again holds nothing that was ever proved.
fn check_identity(base: &DiskBase, targets: &[TargetDisk]) -> Result<()> {
    let now = targets.iter().find(|target| target.disk == base.disk).map(|target| target.identity.as_str());
    if now == Some(base.identity.as_str()) {
        return Ok(());
    }
    let what = format!("the disk {} at the destination is not the one that was copied to", base.disk);
    Err(Error::conflict("replica.other-disk", what).cause(format!(
        "it was {}, and is {}",
        base.identity,
        now.unwrap_or("gone")
    )))
}

async fn manifest(context: &Context, base: &DiskBase) -> Result<Manifest> {
    let unknown = || {
        let what = format!("nothing is known any more of what the disk {} should hold", base.disk);
        Error::conflict("replica.no-manifest", what)
    };
    match context.files().load_manifest(&base.manifest).await {
        Ok(found) => found.ok_or_else(unknown),
        Err(error) => Err(unknown().cause(error)),
    }
}

async fn prove(
    context: &Context,
    call: &Call,
    session: &dyn WorkerSession,
    base: &DiskBase,
    manifest: Manifest,
) -> Result<DiskProof> {
    let begun = Instant::now();
    let progress = DiskProgress {
        journal: context.shared.journal.clone(),
        job: context.job.clone(),
        disk: base.disk.clone(),
        cancel: call.cancel.clone(),
    };
    let (target, retry) = (session.disk(&base.disk)?, context.shared.settings.copy.retry);
    let verdict = verify(&manifest, target, &progress, retry, &call.cancel)
        .await
        .map_err(|error| error.during(format!("verify disk {}", base.disk)))?;
    if verdict.wrong > 0 {
        doubt(context, base).await?;
    }
    let (disk, identity, size) = (base.disk.clone(), base.identity.clone(), manifest.size());
    Ok(DiskProof { disk, identity, size, verdict, seconds: begun.elapsed().as_secs_f64() })
}

/// The next execution asks the disk what it holds, instead of believing what was proved once.
async fn doubt(context: &Context, base: &DiskBase) -> Result<()> {
    let (checkpoints, watermark) =
        (context.files().checkpoints(&base.disk), Watermark::doubt(&base.identity));
    crate::files::blocking(move || checkpoints.save(&watermark)).await
}

async fn judge(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let proofs: Vec<DiskProof> = decode(call.state(VERIFY_DISKS)?)?;
    let wrong: Vec<_> = proofs.iter().filter(|proof| proof.verdict.wrong > 0).collect();
    if wrong.is_empty() {
        return done();
    }
    let name = context.params.name.as_deref().unwrap_or_default();
    let what = format!("the disks of the replica {name:?} are not what its last execution left");
    let error = Error::other("replica.differs", what);
    Err(wrong
        .into_iter()
        .fold(error, |error, proof| error.cause(format!("disk {}: {}", proof.disk, proof.verdict))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_was_made_again_or_is_gone_is_not_judged() {
        let base = |disk: &str, identity: &str| DiskBase {
            disk: disk.into(),
            identity: identity.into(),
            manifest: "m".into(),
        };
        let targets = [TargetDisk { disk: "a".into(), identity: "volume-2".into(), size: 1, zeroed: true }];
        check_identity(&base("a", "volume-2"), &targets).unwrap();
        for other in [base("a", "volume-1"), base("b", "volume-2")] {
            assert_eq!(check_identity(&other, &targets).unwrap_err().code, "replica.other-disk");
        }
    }
}
