//! What plugins answer, bounded and without their secrets before anyone keeps it, and what they are asked, in the
//! WIT's records.

use crate::veil::Veil;
use gyre_core::limits::DISKS_MAX;
use gyre_core::roles::{Finding, Outcome, StepCall};
use gyre_core::{Error, Result, VmSpec};
use gyre_sandbox::Plugin;
use gyre_sandbox::bindings::types;
use std::collections::BTreeSet;

/// A state that a plugin asks the host to keep.
const STATE_BYTES_MAX: usize = 1 << 20;
/// What one check may find.
const FINDINGS_MAX: usize = 1_000;
/// The longest that a step may ask to be left alone.
const WAIT_MS_MAX: u32 = 3_600_000;

pub(crate) fn all<A: Into<B>, B>(values: Vec<A>) -> Vec<B> {
    values.into_iter().map(Into::into).collect()
}

pub(crate) fn step(step: &StepCall, config: &str) -> types::Step {
    types::Step { token: step.token.clone(), config: config.to_owned(), resume: step.resume.clone() }
}

/// # Errors
/// `plugin.answer` when the state is larger than the host keeps; `plugin.secret-told` when it holds a secret.
pub(crate) fn outcome(plugin: &Plugin, veil: &Veil, outcome: types::Outcome) -> Result<Outcome> {
    let outcome = match outcome.into() {
        Outcome::Wait { state, after_ms } => Outcome::Wait { state, after_ms: after_ms.min(WAIT_MS_MAX) },
        done @ Outcome::Done(_) => done,
    };
    let (Outcome::Done(state) | Outcome::Wait { state, .. }) = &outcome;
    if state.len() > STATE_BYTES_MAX {
        return Err(bad(
            plugin,
            &format!("a state of {} bytes; at most {STATE_BYTES_MAX} are kept", state.len()),
        ));
    }
    veil.check_kept(&format!("a state of plugin {}", plugin.title()), state)?;
    Ok(outcome)
}

/// # Errors
/// `plugin.answer` when there are too many.
pub(crate) fn findings(plugin: &Plugin, veil: &Veil, findings: Vec<types::Finding>) -> Result<Vec<Finding>> {
    if findings.len() > FINDINGS_MAX {
        return Err(bad(
            plugin,
            &format!("{} findings; at most {FINDINGS_MAX} are looked at", findings.len()),
        ));
    }
    let told = |finding: types::Finding| Finding {
        blocking: finding.blocking,
        path: veil.over(&finding.path),
        message: veil.over(&finding.message),
        remedy: finding.remedy.map(|remedy| veil.over(&remedy)),
    };
    Ok(findings.into_iter().map(told).collect())
}

/// # Errors
/// `plugin.answer` when two disks have one id, or one has none, or there are too many; `plugin.secret-told`.
pub(crate) fn check_vm(plugin: &Plugin, veil: &Veil, vm: &VmSpec) -> Result<()> {
    let text = serde_json::to_string(vm).unwrap_or_default();
    veil.check_kept(&format!("a machine that plugin {} describes", plugin.title()), &text)?;
    if vm.disks.len() > DISKS_MAX {
        return Err(bad(
            plugin,
            &format!("a machine of {} disks; at most {DISKS_MAX} are copied", vm.disks.len()),
        ));
    }
    let mut ids = BTreeSet::new();
    match vm.disks.iter().find(|disk| disk.id.is_empty() || !ids.insert(&disk.id)) {
        Some(disk) => {
            Err(bad(plugin, &format!("a machine with two disks {:?}, or one without an id", disk.id)))
        }
        None => Ok(()),
    }
}

/// An answer that no plugin may give.
pub(crate) fn bad(plugin: &Plugin, what: &str) -> Error {
    Error::other("plugin.answer", format!("plugin {} answered with {what}", plugin.title()))
}
