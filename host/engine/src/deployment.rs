//! Deploying a replica: making a server out of what its last successful execution left.
//!
//! The guest is changed on a clone, never on the replica: a failed deployment costs a clone, and leaves
//! the replica's disks as they are. Until the server has been seen running, a failure removes
//! everything; afterwards only the checkpoint is left to remove. Where the server is to have the replica's
//! own disks, a failure puts them back to the checkpoint, and success ends the replica.

use crate::check;
use crate::context::{Context, decode, encode, worker_was_lost};
use crate::deletion::{forget, release_snapshot};
use crate::execution::{CHECK_ATTEMPTS, TARGET_DISKS, done, remove_worker};
use crate::morphing::morph;
use crate::params::{Kind, Params};
use gyre_core::roles::{OWN_DISKS, Outcome, WorkerRole};
use gyre_core::{Error, OsType, Result};
use gyre_saga::{Call, Table};
use std::sync::Arc;

pub(crate) const CHECKPOINT: &str = "checkpoint";
pub(crate) const CLONE: &str = "clone";
pub(crate) const INSTANCE: &str = "instance";
pub(crate) const MORPH_WORKER: &str = "morph-worker";
pub(crate) const MORPH: &str = "morph";
pub(crate) const DESCRIBE_INSTANCE: &str = "describe-instance";
/// A worker that does not answer twice is replaced.
const WORKER_ATTEMPTS: u32 = 2;

#[rustfmt::skip]
pub(crate) fn table(params: &Params) -> Table<Context> {
    let table = Table::new(Kind::Deployment.name(), 1);
    let table = if params.deploy.own_disks {
        table.step("way-back-check", way_back_check).attempts(CHECK_ATTEMPTS)
    } else { table };
    let table = deploying_steps(table, params).step("remove-checkpoint", drop_checkpoint);
    if !params.deploy.own_disks { return table; }
    table
        // The source may be gone for ever, and the replica is over all the same.
        .step("forget", forget)
        .step("release-snapshot", release_snapshot)
}

/// What a deployment and a migration have in common.
#[rustfmt::skip]
pub(crate) fn deploying_steps(table: Table<Context>, params: &Params) -> Table<Context> {
    let table = table
        .step(CHECKPOINT, checkpoint).undo(remove_checkpoint)
        .step(CLONE, clone).undo(remove_clone);
    let table = if params.deploy.skip_morphing { table } else {
        table
            .step(MORPH_WORKER, morph_worker).undo(remove_worker)
            .step(MORPH, morph).attempts(WORKER_ATTEMPTS).redo(MORPH_WORKER, worker_was_lost)
            .step("remove-morph-worker", remove_morph_worker)
    };
    table
        .step(INSTANCE, instance).undo(remove_instance)
        .step(DESCRIBE_INSTANCE, describe_instance).pivot()
}

/// That a failure could put the replica's own disks back.
async fn way_back_check(context: Arc<Context>, _: Call) -> Result<Outcome> {
    let findings = context.destination().await?.check(None).await?;
    let Some(found) = findings.iter().find(|finding| finding.path == OWN_DISKS) else { return done() };
    let name = context.params.name.as_deref().unwrap_or_default();
    let what = format!("the replica {name:?} cannot be deployed on its own disks");
    Err(Error::conflict("replica.no-way-back", what).cause(check::sentence(found)))
}

async fn checkpoint(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let disks = replica_disks(&context, &call)?;
    context.destination().await?.ensure_checkpoint(&call.step, &disks).await
}

/// Those just copied by a migration, or those that the replica has.
fn replica_disks(context: &Context, call: &Call) -> Result<String> {
    let own = call.job().state(TARGET_DISKS).map(str::to_owned);
    own.or_else(|| context.params.disks.clone())
        .ok_or_else(|| Error::other("job.order", "the disks are asked for before there are any"))
}

async fn remove_checkpoint(context: Arc<Context>, call: Call) -> Result<Outcome> {
    context.destination().await?.remove_checkpoint(&call.step, call.own_state()).await
}

pub(crate) async fn drop_checkpoint(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let checkpoint = call.state(CHECKPOINT)?;
    context.destination().await?.remove_checkpoint(&call.as_step(CHECKPOINT), checkpoint).await
}

/// A migration keeps no replica: its disks themselves become those of the server. Nor is anything believed of a
/// replica's own disks from here on: whoever executes it after this job was given up asks the disks themselves.
async fn clone(context: Arc<Context>, call: Call) -> Result<Outcome> {
    if context.params.deploy.own_disks {
        context.files().keep_manifests(Vec::new()).await?;
    }
    let copy = context.params.kind != Kind::Migration && !context.params.deploy.own_disks;
    context.destination().await?.ensure_clone(&call.step, call.state(CHECKPOINT)?, copy).await
}

async fn remove_clone(context: Arc<Context>, call: Call) -> Result<Outcome> {
    if context.params.kind == Kind::Migration {
        // They are the disks of an earlier step, whose undo removes them.
        return done();
    }
    if context.params.deploy.own_disks {
        return context.destination().await?.restore_checkpoint(&call.step, call.state(CHECKPOINT)?).await;
    }
    context.destination().await?.remove_clone(&call.step, call.own_state()).await
}

async fn morph_worker(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let os = match context.vm(&call)?.os_type {
        OsType::Unknown => OsType::Linux,
        known => known,
    };
    context.destination().await?.ensure_worker(&call.step, WorkerRole::Morph, os, call.state(CLONE)?).await
}

async fn remove_morph_worker(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let worker = call.state(MORPH_WORKER)?;
    context.destination().await?.remove_worker(&call.as_step(MORPH_WORKER), worker).await
}

async fn instance(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let vm = context.vm(&call)?;
    context.destination().await?.ensure_instance(&call.step, &vm, call.state(CLONE)?).await
}

async fn remove_instance(context: Arc<Context>, call: Call) -> Result<Outcome> {
    context.destination().await?.remove_instance(&call.step, call.own_state()).await
}

async fn describe_instance(context: Arc<Context>, call: Call) -> Result<Outcome> {
    let instance = context.destination().await?.describe_instance(call.state(INSTANCE)?).await?;
    Ok(Outcome::Done(encode(&instance)?))
}

/// What the job knows of the new server, once it runs.
pub(crate) fn instance_of(job: &gyre_saga::JobRecord) -> Option<gyre_core::roles::Instance> {
    job.state(DESCRIBE_INSTANCE).and_then(|state| decode(state).ok())
}
