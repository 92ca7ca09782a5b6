//! The rules of `source` and `destination` in `wit/plugin.wit`, as far as they can be checked where no platform is reached:
//! every call answers, what is not there is an error, and what removes takes an empty state.

use super::{Checks, NOT_WRITTEN, Verdict, broke_off, one_line};
use crate::trying::machine;
use gyre_core::roles::{Destination, Outcome, Source, StepCall};
use gyre_core::{Kind, Result};

/// A name that nothing has.
const NOBODY: &str = "gyre-test-no-such-thing";

fn step() -> StepCall {
    StepCall { token: "gyre-test-token".into(), resume: None }
}

pub async fn source(plugin: &dyn Source, checks: &mut Checks) {
    checks.note("check answers", "source#check", Verdict::answered(&plugin.check(None).await));
    checks.note("list-vms answers", "source#list-vms", Verdict::answered(&plugin.list_vms(None, None).await));
    let unknown = plugin.get_vm(NOBODY).await;
    checks.note("a machine that is not there is an error", "source#get-vm", refused(&unknown));
    let off = plugin.power_off(&step(), NOBODY).await;
    checks.note("power-off of what is not there answers", "source#power-off", Verdict::answered(&off));
    let released = plugin.release_snapshot(&step(), NOBODY).await;
    checks.note(
        "release-snapshot of what is not there answers",
        "source#release-snapshot",
        Verdict::answered(&released),
    );
    let again = plugin.release_snapshot(&step(), NOBODY).await;
    let same = shape(&released) == shape(&again);
    let why = || "its second answer is of another kind".into();
    checks.note("a step repeated with the same token answers the same", "types#step", Verdict::of(same, why));
    if let Ok(vm) = machine(None) {
        let made = plugin.ensure_snapshot(&step(), &vm, None).await;
        checks.note("ensure-snapshot answers", "source#ensure-snapshot", Verdict::answered(&made));
    }
    let opened = plugin.open_disk(NOBODY, NOBODY).await;
    checks.note(
        "a disk of a snapshot that is not there is an error",
        "source#open-disk",
        refused(&opened.map(drop)),
    );
    checks.note(
        "list-marked answers",
        "source#list-marked",
        Verdict::answered(&plugin.list_marked(None).await),
    );
    let unmarked = plugin.remove_marked(&step(), "snapshot", NOBODY).await;
    checks.note("remove-marked answers", "source#remove-marked", Verdict::answered(&unmarked));
}

/// Only an error will do.
fn refused<T>(answer: &Result<T>) -> Verdict {
    match Verdict::answered(answer) {
        Verdict::Kept => Verdict::of(answer.is_err(), || "it answers as if it were there".into()),
        broken => broken,
    }
}

/// What matters of an answer: its kind.
fn shape<T>(answer: &Result<T>) -> Option<Kind> {
    answer.as_ref().err().map(|error| error.kind)
}

pub async fn destination(plugin: &dyn Destination, checks: &mut Checks) {
    let Ok(vm) = machine(None) else { return };
    checks.note("check answers", "destination#check", Verdict::answered(&plugin.check(Some(&vm)).await));
    checks.note("options answers", "destination#options", Verdict::answered(&plugin.options(&[]).await));
    checks.note(
        "plan-morphing answers",
        "destination#plan-morphing",
        Verdict::answered(&plugin.plan_morphing(&vm).await),
    );
    let ensured = plugin.ensure_disks(&step(), &vm, None).await;
    checks.note("ensure-disks answers", "destination#ensure-disks", Verdict::answered(&ensured));
    let step = step();
    for (name, answer) in [
        ("remove-disks", plugin.remove_disks(&step, "").await),
        ("remove-worker", plugin.remove_worker(&step, "").await),
        ("remove-checkpoint", plugin.remove_checkpoint(&step, "").await),
        ("remove-clone", plugin.remove_clone(&step, "").await),
        ("remove-instance", plugin.remove_instance(&step, "").await),
    ] {
        let name = format!("{name} succeeds where nothing is, with an empty state");
        checks.note(name, "destination", removed(&answer));
    }
    let described = plugin.describe_worker(NOBODY).await;
    checks.note(
        "a worker that is not there is an error",
        "destination#describe-worker",
        refused(&described.map(drop)),
    );
    let described = plugin.describe_instance(NOBODY).await;
    checks.note(
        "a machine that is not there is an error",
        "destination#describe-instance",
        refused(&described.map(drop)),
    );
    let described = plugin.describe_disks(NOBODY).await;
    checks.note(
        "disks that are not there are an error",
        "destination#describe-disks",
        refused(&described.map(drop)),
    );
    let listed = plugin.list_marked(None).await;
    checks.note("list-marked answers", "destination#list-marked", Verdict::answered(&listed));
    let unmarked = plugin.remove_marked(&step, "volume", NOBODY).await;
    checks.note("remove-marked answers", "destination#remove-marked", Verdict::answered(&unmarked));
}

/// Without the platform an error may be the platform's.
fn removed(answer: &Result<Outcome>) -> Verdict {
    match answer {
        Ok(_) => Verdict::Kept,
        Err(error) if broke_off(error) || error.code == NOT_WRITTEN => Verdict::Broken(one_line(error)),
        Err(error) if matches!(error.kind, Kind::NotFound | Kind::Conflict) => {
            Verdict::Broken(one_line(error))
        }
        Err(error) => Verdict::Unknown(format!("the platform is not reached: {}", one_line(error))),
    }
}
