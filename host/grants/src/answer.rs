//! What plugins answer, bounded and without their secrets before anyone keeps it, and what they are asked, in the
//! WIT's records.

use crate::veil::Veil;
use gyre_core::limits::DISKS_MAX;
use gyre_core::roles::{Choices, Finding, Instance, MarkedPage, Outcome, StepCall, TargetDisk, VmPage};
use gyre_core::{Error, Result, VmSpec};
use gyre_sandbox::Plugin;
use gyre_sandbox::bindings::types;
use std::collections::BTreeSet;

/// A state that a plugin asks the host to keep.
const STATE_BYTES_MAX: usize = 1 << 20;
/// What one check may find.
const FINDINGS_MAX: usize = 1_000;
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

/// Machines as people see them; a machine is asked for by its id, which stays as it is.
pub(crate) fn vms(veil: &Veil, mut page: VmPage) -> VmPage {
    for vm in &mut page.vms {
        vm.name = veil.over(&vm.name);
        vm.os_hint = vm.os_hint.as_deref().map(|hint| veil.over(hint));
    }
    page
}

/// What an option may be, as people see it; an option is set to an id, which stays as it is.
pub(crate) fn choices(veil: &Veil, mut all: Vec<Choices>) -> Vec<Choices> {
    for choices in &mut all {
        choices.refused = choices.refused.as_deref().map(|why| veil.over(why));
        for choice in &mut choices.values {
            choice.name = veil.over(&choice.name);
            choice.about = choice.about.as_deref().map(|about| veil.over(about));
        }
    }
    all
}

/// The end of a console, which stands in errors that are kept.
pub(crate) fn console(veil: &Veil, console: Option<String>) -> Option<String> {
    console.map(|text| veil.over(&text))
}

/// A machine that runs, as people see it.
pub(crate) fn instance(veil: &Veil, told: Instance) -> Instance {
    let over = |text: &String| veil.over(text);
    Instance {
        id: over(&told.id),
        name: over(&told.name),
        status: over(&told.status),
        addresses: told.addresses.iter().map(over).collect(),
        console: console(veil, told.console),
    }
}

/// Disks, whose identities are kept with the replica.
///
/// # Errors
/// `plugin.secret-told`.
pub(crate) fn disks(plugin: &Plugin, veil: &Veil, disks: Vec<TargetDisk>) -> Result<Vec<TargetDisk>> {
    for TargetDisk { disk, identity, .. } in &disks {
        veil.check_kept(
            &format!("a disk that plugin {} describes", plugin.title()),
            &format!("{disk}\n{identity}"),
        )?;
    }
    Ok(disks)
}

/// # Errors
/// `plugin.answer` when there are too many on one page, or one cannot be told from others; `plugin.secret-told` when what
/// names one holds a secret, for these words come back to the plugin as they are and cannot be blanked out.
pub(crate) fn marked(plugin: &Plugin, veil: &Veil, mut page: MarkedPage) -> Result<MarkedPage> {
    if let Some(what) = wrong_with(&page) {
        return Err(bad(plugin, &what));
    }
    for one in &page.marked {
        let what = format!("what plugin {} lists as marked", plugin.title());
        veil.check_kept(&what, &format!("{}\n{}\n{}", one.kind, one.id, one.token))?;
    }
    page.marked.iter_mut().for_each(|one| one.name = veil.over(&one.name));
    Ok(page)
}

fn wrong_with(page: &MarkedPage) -> Option<String> {
    let count = page.marked.len();
    if count > MARKED_MAX {
        return Some(format!("a page of {count} marked objects; at most {MARKED_MAX} are read"));
    }
    let named = page.marked.iter().flat_map(|one| [&one.kind, &one.id, &one.token]);
    if named.clone().any(String::is_empty) {
        return Some("a marked object without a kind, an id or a token".into());
    }
    let texts = named.chain(page.marked.iter().map(|one| &one.name)).chain(&page.next);
    let longest = texts.map(String::len).max().unwrap_or_default();
    (longest > MARKED_BYTES_MAX).then(|| {
        format!(
            "a list of marked objects with a text of {longest} bytes; at most {MARKED_BYTES_MAX} are read"
        )
    })
}

/// An answer that no plugin may give.
pub(crate) fn bad(plugin: &Plugin, what: &str) -> Error {
    Error::other("plugin.answer", format!("plugin {} answered with {what}", plugin.title()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use gyre_core::roles::Marked;

    #[test]
    fn a_list_of_marked_objects_is_bounded_and_each_can_be_named() {
        let page = |change: &dyn Fn(&mut Marked)| {
            let text = || "x".repeat(MARKED_BYTES_MAX);
            let mut one = Marked { kind: text(), id: text(), name: text(), token: text(), made_ms: None };
            change(&mut one);
            MarkedPage { marked: vec![one; 1], next: Some(text()) }
        };
        assert_eq!(wrong_with(&page(&|one| one.name.clear())), None);
        for wrong in [
            page(&|one| one.kind.clear()),
            page(&|one| one.id.clear()),
            page(&|one| one.token.clear()),
            page(&|one| one.name.push('x')),
            page(&|one| one.id.push('x')),
            MarkedPage { marked: Vec::new(), next: Some("x".repeat(MARKED_BYTES_MAX + 1)) },
            MarkedPage { marked: vec![page(&|_| ()).marked.remove(0); MARKED_MAX + 1], next: None },
        ] {
            assert!(wrong_with(&wrong).is_some());
        }
    }
}
