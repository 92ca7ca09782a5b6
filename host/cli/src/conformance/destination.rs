//! The rules of `destination` in `wit/plugin.wit` that hold where nothing was made: every call is there and answers,
//! whatever fails; what is not there is an error, and what removes it succeeds. What its steps make is looked at in `life`.

use super::rules::Rule;
use super::walk::{
    Trial, each_fails, finish, marked, note_faults, note_findings, note_marks, removed, step, token,
};
use super::{Checks, Verdict, note_answer};
use crate::trying::machine;
use gyre_core::roles::{Choices, Destination, WorkerRole};
use gyre_core::{OsType, Result, VmSpec};
use gyre_grants::Inspection;

/// A name that nothing has.
const NOBODY: &str = "gyre-test-no-such-thing";
/// 1 PiB of memory.
const MEMORY_MIB_ABSURD: u64 = 1 << 30;
/// The end of a console.
const CONSOLE_BYTES_MAX: usize = 64 * 1024;

pub async fn check(plugin: &dyn Destination, trial: &Trial<'_>, found: &Inspection, checks: &mut Checks) {
    let Ok(vm) = machine(None) else { return };
    let found_wrong = plugin.check(Some(&vm)).await;
    note_answer(checks, "check", &found_wrong);
    note_findings(checks, "the options", &found_wrong);
    note_findings(checks, "a machine that fits nowhere", &plugin.check(Some(&misfit(&vm))).await);
    options(plugin, found, checks).await;
    plan(plugin, &vm, checks).await;
    missing(plugin, checks).await;
    nothing(plugin, checks).await;
    written(plugin, &vm, checks).await;
    pages(plugin, checks).await;
    for (verb, came) in [
        ("check", each_fails(trial, async || plugin.check(Some(&vm)).await.map(drop)).await),
        ("options", each_fails(trial, async || plugin.options(&[]).await.map(drop)).await),
        ("list-marked", each_fails(trial, async || plugin.list_marked(None).await.map(drop)).await),
    ] {
        note_faults(checks, verb, came);
    }
}

/// A machine on a network that nobody has, with a disk on a storage that nobody has, and more memory than there is.
fn misfit(vm: &VmSpec) -> VmSpec {
    let mut vm = VmSpec { memory_mib: MEMORY_MIB_ABSURD, ..vm.clone() };
    vm.nics.iter_mut().for_each(|nic| nic.network = NOBODY.into());
    vm.disks.iter_mut().for_each(|disk| disk.backend = Some(NOBODY.into()));
    vm
}

async fn options(plugin: &dyn Destination, found: &Inspection, checks: &mut Checks) {
    let all = plugin.options(&[]).await;
    note_answer(checks, "options", &all);
    let Ok(all) = all else { return };
    let schema = found.description.as_ref().and_then(|said| said.config_schema.get("properties"));
    let foreign =
        all.iter().find(|choices| schema.is_none_or(|known| known.get(&choices.option_name).is_none()));
    let verdict = foreign.map_or(Verdict::Kept, |choices| {
        Verdict::Broken(format!("{:?} is no option of the schema", choices.option_name))
    });
    checks.note("choices are of options that there are", Rule::TargetOptions, verdict);
    if let Some(Choices { option_name, .. }) = all.first() {
        let one = plugin.options(std::slice::from_ref(option_name)).await;
        let is_it =
            matches!(&one, Ok(found) if found.iter().all(|choices| choices.option_name == *option_name));
        let why = || format!("asked for {option_name}, it answers others or none");
        checks.note("choices are of the option that was named", Rule::TargetOptions, Verdict::of(is_it, why));
    }
}

async fn plan(plugin: &dyn Destination, vm: &VmSpec, checks: &mut Checks) {
    let plan = plugin.plan_morphing(vm).await;
    note_answer(checks, "plan-morphing", &plan);
    if let Ok(plan) = plan {
        let why = || format!("{} addresses for {} cards", plan.macs.len(), vm.nics.len());
        let fits = plan.macs.len() <= vm.nics.len();
        checks.note("the plan has no more addresses than cards", Rule::TargetMacs, Verdict::of(fits, why));
    }
}

async fn missing(plugin: &dyn Destination, checks: &mut Checks) {
    for (verb, answer) in [
        ("describe-worker", plugin.describe_worker(NOBODY).await.map(drop)),
        ("describe-instance", plugin.describe_instance(NOBODY).await.map(drop)),
        ("describe-disks", plugin.describe_disks(NOBODY).await.map(drop)),
    ] {
        note_answer(checks, verb, &answer);
        let name = format!("{verb} of what is not there is an error");
        checks.note(name, Rule::TargetMissing, Verdict::refused(&answer));
    }
    let console = plugin.worker_console(NOBODY).await;
    note_answer(checks, "worker-console", &console);
    note_console(checks, &console);
}

/// That a console is no more than its end.
pub fn note_console(checks: &mut Checks, console: &Result<Option<String>>) {
    if let Ok(Some(text)) = console {
        let why = || format!("it has {} bytes", text.len());
        let fits = text.len() <= CONSOLE_BYTES_MAX;
        checks.note("a console is no more than its end", Rule::TargetConsole, Verdict::of(fits, why));
    }
}

async fn nothing(plugin: &dyn Destination, checks: &mut Checks) {
    let token = token("nothing");
    for (verb, answer) in [
        ("remove-disks", finish(&token, async |step| plugin.remove_disks(step, "").await).await),
        ("remove-worker", finish(&token, async |step| plugin.remove_worker(step, "").await).await),
        ("remove-checkpoint", finish(&token, async |step| plugin.remove_checkpoint(step, "").await).await),
        ("remove-clone", finish(&token, async |step| plugin.remove_clone(step, "").await).await),
        ("remove-instance", finish(&token, async |step| plugin.remove_instance(step, "").await).await),
    ] {
        note_answer(checks, verb, &answer);
        let name = format!("{verb} succeeds where nothing is, with an empty state");
        checks.note(name, Rule::TargetEmpty, removed(&answer));
    }
    let gone = finish(&token, async |step| plugin.remove_marked(step, "volume", NOBODY).await).await;
    note_answer(checks, "remove-marked", &gone);
    checks.note("removing a marked object that is not there is done", Rule::TargetUnmarked, removed(&gone));
}

/// The steps that make something, over states that are none: nothing can come of them but an answer.
async fn written(plugin: &dyn Destination, vm: &VmSpec, checks: &mut Checks) {
    let step = step(&token("none"));
    let (role, os) = (WorkerRole::Copy, OsType::Linux);
    for (verb, answer) in [
        ("ensure-disks", plugin.ensure_disks(&step, vm, Some(NOBODY)).await),
        ("ensure-worker", plugin.ensure_worker(&step, role, os, NOBODY).await),
        ("ensure-checkpoint", plugin.ensure_checkpoint(&step, NOBODY).await),
        ("ensure-clone", plugin.ensure_clone(&step, NOBODY, true).await),
        ("restore-checkpoint", plugin.restore_checkpoint(&step, NOBODY).await),
        ("ensure-instance", plugin.ensure_instance(&step, vm, NOBODY).await),
    ] {
        note_answer(checks, verb, &answer);
    }
    // Should one have made something all the same.
    let _ = plugin.remove_instance(&step, "").await;
    let _ = plugin.remove_worker(&step, "").await;
    let _ = plugin.remove_clone(&step, "").await;
    let _ = plugin.remove_checkpoint(&step, "").await;
    let _ = plugin.remove_disks(&step, "").await;
}

async fn pages(plugin: &dyn Destination, checks: &mut Checks) {
    let listed = marked(async |after: Option<&str>| plugin.list_marked(after).await).await;
    note_marks(checks, Rule::TargetPages, &listed);
}
