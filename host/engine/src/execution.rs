//! Executing a replica: bringing its disks at the destination to the state of a fresh snapshot.
//!
//! Everything that can be known to be wrong is found before anything is created: both endpoints are
//! asked, and every extent of the snapshot is looked at. The disks outlive the job: they are noted in
//! the replica as soon as they exist, and a failed execution leaves them as they are. The replica moves
//! to the new snapshot in one write (`commit`), which is the point of no return; only then is the
//! snapshot that it was based on released.

use crate::check;
use crate::context::{Context, encode, worker_was_lost};
use crate::copying::{copied, copy_disks, target_of};
use crate::params::{Kind, Params};
use crate::replica::{DiskBase, Replica, Success};
use gyre_core::limits::DISKS_MAX;
use gyre_core::roles::{Finding, Outcome, State, StepCall, WorkerRole};
use gyre_core::{Error, OsType, Result, VmSpec};
use gyre_saga::{Call, Table};
use std::collections::BTreeSet;
use std::sync::Arc;

pub(crate) const DESCRIBE_VM: &str = "describe-vm";
pub(crate) const SOURCE_SNAPSHOT: &str = "source-snapshot";
pub(crate) const TARGET_DISKS: &str = "target-disks";
pub(crate) const COPY_WORKER: &str = "copy-worker";
pub(crate) const COPY_DISKS: &str = "copy-disks";
/// Nothing is lost yet: a wrong address should be told soon.
pub(crate) const CHECK_ATTEMPTS: u32 = 3;
/// A worker that does not answer twice is replaced.
const WORKER_ATTEMPTS: u32 = 2;

pub(crate) fn table(params: &Params) -> Table<Context> {
    copying_steps(Table::new(Kind::Execution.name(), 1), params)
        .step("commit", commit)
        .pivot()
        .step("release-previous-snapshot", release_previous_snapshot)
}

/// What an execution and a migration have in common.
#[rustfmt::skip]
pub(crate) fn copying_steps(table: Table<Context>, params: &Params) -> Table<Context> {
    let table = table
        .step("source-check", source_check).attempts(CHECK_ATTEMPTS)
        .step(DESCRIBE_VM, describe_vm)
        .step("destination-check", destination_check).attempts(CHECK_ATTEMPTS);
    let table = if params.execute.power_off { table.step("power-off-source", power_off_source) } else { table };
    let table = table
        .step(SOURCE_SNAPSHOT, source_snapshot).undo(release_snapshot)
        .step("source-map", source_map)
        .step(TARGET_DISKS, target_disks);
    let table = if params.disks.is_some() { table } else { table.undo(drop_disks) };
    table
        .step(COPY_WORKER, copy_worker).undo(remove_worker)
        .step(COPY_DISKS, copy_disks).attempts(WORKER_ATTEMPTS).redo(COPY_WORKER, worker_was_lost)
        .step("remove-copy-worker", remove_copy_worker)
}

async fn source_check(context: Arc<Context>, _: Call) -> Result<Outcome> {
    let findings = context.source().await?.check(Some(&context.params.vm)).await?;
    judge(&context, &format!("source {}", context.params.source), &findings)
}

async fn describe_vm(context: Arc<Context>, _: Call) -> Result<Outcome> {
    let vm = context.source().await?.get_vm(&context.params.vm).await?;
    check_vm(&vm)?;
    Ok(Outcome::Done(encode(&vm)?))
}

/// Disk ids name files, progress bars and target disks: two alike would be mixed up.
fn check_vm(vm: &VmSpec) -> Result<()> {
    let ids: BTreeSet<_> = vm.disks.iter().map(|disk| &disk.id).collect();
    let why = if vm.disks.is_empty() {
        "it has no disks".to_owned()
    } else if vm.disks.len() > DISKS_MAX {
        format!("it has {} disks, and at most {DISKS_MAX} are possible", vm.disks.len())
    } else if ids.len() < vm.disks.len() {
        "two of its disks have the same id".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::invalid("source.vm", format!("the machine {:?} cannot be replicated", vm.name)).cause(why))
}

async fn destination_check(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let vm = context.vm(&call)?;
    let findings = context.destination().await?.check(Some(&vm)).await?;
    judge(&context, &format!("destination {}", context.params.destination), &findings)
}

fn judge(context: &Context, endpoint: &str, findings: &[Finding]) -> Result<Outcome> {
    if let Some(error) = check::blocking(endpoint, findings) {
        return Err(error);
    }
    for finding in findings {
        context.warn(format!("{endpoint}: {}", check::sentence(finding)));
    }
    Ok(Outcome::Done(encode(&findings)?))
}

/// After all that can be known to be wrong was looked for: there is no way back but somebody's hand.
async fn power_off_source(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let outcome = context.source().await?.power_off(&call.step, &context.params.vm).await?;
    if matches!(outcome, Outcome::Done(_)) {
        let (name, source) = (context.vm(&call)?.name, &context.params.source);
        context.warn(format!("the machine {name:?} is off at the source {source}, and stays so"));
    }
    Ok(outcome)
}

async fn source_snapshot(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let (vm, base) = (context.vm(&call)?, base_snapshot(&context));
    context.source().await?.ensure_snapshot(&call.step, &vm, base).await
}

async fn release_snapshot(context: Arc<Context>, call: Call) -> Result<Outcome> {
    // A source may answer with the snapshot it already had: that one is still the replica's base.
    if call.own.is_some() && call.own.as_deref() == base_snapshot(&context) {
        return done();
    }
    context.source().await?.release_snapshot(&call.step, call.own_state()).await
}

fn base_snapshot(context: &Context) -> Option<&str> {
    context.params.base.as_ref().map(|last| last.snapshot.as_str())
}

/// Looks at every extent of every disk: a truncated or corrupt image is found here, before anything is
/// created.
async fn source_map(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let snapshot = call.state(SOURCE_SNAPSHOT)?;
    let mut maps = Vec::new();
    for disk in context.vm(&call)?.disks {
        let of_disk = |error: Error| error.during(format!("look at disk {}", disk.id));
        let origin = context.source().await?.open_disk(snapshot, &disk.id).await.map_err(of_disk)?;
        if origin.size() != disk.size {
            return Err(Error::other("source.size", format!("disk {} changed its size meanwhile", disk.id))
                .cause(format!("{} bytes were described, the snapshot has {}", disk.size, origin.size())));
        }
        let map = gyre_mover::map(origin, context.shared.settings.copy.retry).await.map_err(of_disk)?;
        tracing::debug!(disk = disk.id, ?map, "mapped");
        maps.push((disk.id, map.data));
        if call.cancel.is_cancelled() {
            return Err(Error::cancelled());
        }
    }
    Ok(Outcome::Done(encode(&maps)?))
}

async fn target_disks(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let vm = context.vm(&call)?;
    let step = disks_step(&context, &call);
    let destination = context.destination().await?;
    let outcome = destination.ensure_disks(&step, &vm, context.params.disks.as_deref()).await?;
    if let Outcome::Done(state) = &outcome {
        let made = destination.describe_disks(state).await?;
        note_disks(&context, state).await?;
        vm.disks.iter().try_for_each(|disk| target_of(disk, &made).map(|_| ()))?;
    }
    Ok(outcome)
}

async fn note_disks(context: &Context, state: &str) -> Result<()> {
    if let Some(name) = &context.params.name {
        let mut replica = Replica::load(&*context.shared.store, name).await?;
        replica.disks = Some(state.to_owned());
        replica.executions = context.params.number;
        replica.save(&*context.shared.store).await?;
    }
    Ok(())
}

/// A replica's disks stay, once it knows them; those that the first execution could not finish, and
/// those of a migration, do not.
async fn drop_disks(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let known = match &context.params.name {
        Some(name) => Replica::load(&*context.shared.store, name).await?.disks,
        None => None,
    };
    if known.is_some() {
        return done();
    }
    let step = disks_step(&context, &call);
    let outcome = context.destination().await?.remove_disks(&step, call.own_state()).await?;
    if matches!(outcome, Outcome::Done(_)) {
        context.files().remove().await?;
    }
    Ok(outcome)
}

pub(crate) fn disks_step(context: &Context, call: &Call) -> StepCall {
    StepCall { token: context.params.disks_token(), resume: call.step.resume.clone() }
}

async fn copy_worker(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let disks = call.state(TARGET_DISKS)?;
    // Whatever the machine runs: writing blocks is done by a Linux worker.
    context.destination().await?.ensure_worker(&call.step, WorkerRole::Copy, OsType::Linux, disks).await
}

/// The undo of any worker.
pub(crate) async fn remove_worker(context: Arc<Context>, call: Call) -> Result<Outcome> {
    context.destination().await?.remove_worker(&call.step, call.own_state()).await
}

async fn remove_copy_worker(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let worker = call.state(COPY_WORKER)?;
    context.destination().await?.remove_worker(&call.as_step(COPY_WORKER), worker).await
}

async fn commit(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let Some(name) = &context.params.name else { return done() };
    let disks = copied(&call)?.into_iter().map(|copy| DiskBase {
        disk: copy.disk,
        identity: copy.identity,
        manifest: copy.manifest,
    });
    let success = Success {
        number: context.params.number,
        job: context.job.clone(),
        snapshot: call.state(SOURCE_SNAPSHOT)?.to_owned(),
        vm: context.vm(&call)?,
        disks: disks.collect(),
    };
    let kept = success.disks.iter().map(|disk| disk.manifest.clone()).collect();
    let mut replica = Replica::load(&*context.shared.store, name).await?;
    replica.host.clone_from(&success.vm.host);
    replica.last = Some(success);
    replica.save(&*context.shared.store).await?;
    context.files().keep_manifests(kept).await?;
    done()
}

async fn release_previous_snapshot(context: Arc<Context>, call: Call) -> Result<Outcome> {
    match base_snapshot(&context) {
        Some(previous) if previous != call.state(SOURCE_SNAPSHOT)? => {
            context.source().await?.release_snapshot(&call.step, previous).await
        }
        _ => done(),
    }
}

pub(crate) fn done() -> Result<Outcome> {
    Ok(Outcome::Done(State::new()))
}
