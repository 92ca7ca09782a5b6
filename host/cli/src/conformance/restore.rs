//! Whether `restore-checkpoint` puts disks back, seen where it can be seen: on a worker, through the agent, as a job's
//! workers are entered. A block is written before the checkpoint and another over it behind it. It touches nothing that it
//! did not make.

use super::rules::Rule;
use super::walk::{Trial, finish, token};
use super::{Checks, Verdict, one_line};
use bytes::Bytes;
use gyre_core::roles::{Destination, WorkerRole};
use gyre_core::{Hash, OsType, Result, VmSpec};
use gyre_engine::WorkerSession;

/// What is written, at the disk's begin, and looked at.
const WRITTEN_BYTES: usize = 1 << 20;
/// Before the checkpoint.
const BEFORE: u8 = 0xa5;
/// Behind it.
const AFTER: u8 = 0x5a;
/// What a finding is about that says that disks cannot be put back.
const OWN_DISKS: &str = "own-disks";
const NAME: &str = "restore-checkpoint puts the disks back";

/// Tokens of what is made, each removed at the end, whatever becomes of it.
struct Tokens {
    disks: String,
    checkpoint: String,
    own: String,
}

/// Notes it.
pub async fn check(plugin: &dyn Destination, trial: &Trial<'_>, vm: &VmSpec, checks: &mut Checks) {
    if trial.is_stopped() {
        return;
    }
    if trial.workers.is_none() {
        let why = "with --contents a worker is entered, to see what is on the disks".to_owned();
        return checks.note(NAME, Rule::TargetRestore, Verdict::Unknown(why));
    }
    let tokens = Tokens {
        disks: token("restored-disks"),
        checkpoint: token("restored-checkpoint"),
        own: token("restored-own"),
    };
    let verdict = restored(plugin, trial, vm, &tokens).await;
    checks.note(
        NAME,
        Rule::TargetRestore,
        verdict.unwrap_or_else(|error| Verdict::Unknown(one_line(&error))),
    );
    let _ = finish(&tokens.checkpoint, async |step| plugin.remove_checkpoint(step, "").await).await;
    let _ = finish(&tokens.disks, async |step| plugin.remove_disks(step, "").await).await;
}

async fn restored(
    plugin: &dyn Destination,
    trial: &Trial<'_>,
    vm: &VmSpec,
    tokens: &Tokens,
) -> Result<Verdict> {
    let disks = trial.make(&tokens.disks, async |step| plugin.ensure_disks(step, vm, None).await).await?;
    let before = contents(plugin, trial, vm, &disks, Some(BEFORE)).await?;
    let checkpoint = async |step: &_| plugin.ensure_checkpoint(step, &disks).await;
    let checkpoint = trial.make(&tokens.checkpoint, checkpoint).await?;
    trial.make(&tokens.own, async |step| plugin.ensure_clone(step, &checkpoint, false).await).await?;
    let after = contents(plugin, trial, vm, &disks, Some(AFTER)).await?;
    if before == after {
        return Ok(Verdict::Unknown("the disks of a worker do not keep what is written to them".into()));
    }
    let restore = async |step: &_| plugin.restore_checkpoint(step, &checkpoint).await;
    if let Err(error) = trial.make(&tokens.own, restore).await {
        return Ok(match forbidden(plugin, vm).await {
            Some(why) => Verdict::Unknown(format!("check says that it cannot: {why}")),
            None => Verdict::Broken(one_line(&error)),
        });
    }
    let found = contents(plugin, trial, vm, &disks, None).await?;
    Ok(Verdict::of(found == before, || "they hold another thing than when the checkpoint was made".into()))
}

/// Why disks cannot be put back, where a check says that.
async fn forbidden(plugin: &dyn Destination, vm: &VmSpec) -> Option<String> {
    let findings = plugin.check(Some(vm)).await.ok()?;
    findings.into_iter().find(|finding| finding.path == OWN_DISKS).map(|finding| finding.message)
}

/// What the first disk begins with, after it was written if it is to be, on a worker of its own.
async fn contents(
    plugin: &dyn Destination,
    trial: &Trial<'_>,
    vm: &VmSpec,
    disks: &str,
    written: Option<u8>,
) -> Result<Vec<Hash>> {
    let token = token("restored-worker");
    let (role, os) = (WorkerRole::Copy, OsType::Linux);
    let seen = async {
        let make = async |step: &_| plugin.ensure_worker(step, role, os, disks).await;
        let worker = trial.make(&token, make).await?;
        let session = trial.enter(&plugin.describe_worker(&worker).await?).await?;
        let seen = on_disk(session.as_ref(), vm, written).await;
        session.close().await.and(seen)
    }
    .await;
    let removed = finish(&token, async |step| plugin.remove_worker(step, "").await).await;
    removed.and(seen)
}

async fn on_disk(session: &dyn WorkerSession, vm: &VmSpec, written: Option<u8>) -> Result<Vec<Hash>> {
    let Some(disk) = vm.disks.first() else { return Ok(Vec::new()) };
    let disk = session.disk(&disk.id)?;
    if let Some(byte) = written {
        disk.write(0, Bytes::from(vec![byte; WRITTEN_BYTES])).await?;
        disk.flush().await?;
    }
    disk.hashes(0, WRITTEN_BYTES as u64).await
}
