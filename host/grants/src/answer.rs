//! What plugins answer, bounded before anyone keeps it, and what they are asked, in the WIT's records.

use gyre_core::limits::DISKS_MAX;
use gyre_core::roles::{MarkedPage, Outcome, StepCall};
use gyre_core::{Error, Result, VmSpec};
use gyre_sandbox::Plugin;
use gyre_sandbox::bindings::types;
use std::collections::BTreeSet;

/// A state that a plugin asks the host to keep.
const STATE_BYTES_MAX: usize = 1 << 20;
/// Objects on one page of what is marked, as the WIT says.
const MARKED_MAX: usize = 1000;
/// Any of the texts that name one of them.
const MARKED_BYTES_MAX: usize = 1024;
/// The longest that a step may ask to be left alone.
const WAIT_MS_MAX: u32 = 3_600_000;

pub(crate) fn all<A: Into<B>, B>(values: Vec<A>) -> Vec<B> {
    values.into_iter().map(Into::into).collect()
}

pub(crate) fn step(step: &StepCall, config: &str) -> types::Step {
    types::Step { token: step.token.clone(), config: config.to_owned(), resume: step.resume.clone() }
}

/// # Errors
/// `plugin.answer` when the state is larger than the host keeps.
pub(crate) fn outcome(plugin: &Plugin, outcome: types::Outcome) -> Result<Outcome> {
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
    Ok(outcome)
}

/// # Errors
/// `plugin.answer` when two disks have one id, or one has none, or there are too many.
pub(crate) fn check_vm(plugin: &Plugin, vm: &VmSpec) -> Result<()> {
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

/// # Errors
/// `plugin.answer` when there are too many on one page, or one cannot be told from others.
pub(crate) fn marked(plugin: &Plugin, page: MarkedPage) -> Result<MarkedPage> {
    if page.marked.len() > MARKED_MAX {
        let count = page.marked.len();
        return Err(bad(plugin, &format!("a page of {count} marked objects; at most {MARKED_MAX} are read")));
    }
    let too_long = |text: &String| text.len() > MARKED_BYTES_MAX;
    if page.next.as_ref().is_some_and(too_long) {
        return Err(bad(plugin, &format!("a place in a list that takes more than {MARKED_BYTES_MAX} bytes")));
    }
    for one in &page.marked {
        if one.kind.is_empty() || one.id.is_empty() || one.token.is_empty() {
            return Err(bad(plugin, "a marked object without a kind, an id or a token"));
        }
        if [&one.kind, &one.id, &one.name, &one.token].into_iter().any(too_long) {
            return Err(bad(
                plugin,
                &format!("a marked object with a text of more than {MARKED_BYTES_MAX} bytes"),
            ));
        }
    }
    Ok(page)
}

/// An answer that no plugin may give.
pub(crate) fn bad(plugin: &Plugin, what: &str) -> Error {
    Error::other("plugin.answer", format!("plugin {} answered with {what}", plugin.title()))
}
