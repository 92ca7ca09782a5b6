//! What the steps of a destination make and remove, over its platform: the disks of a small machine, a checkpoint, a clone,
//! a worker and the machine, each made twice, lost at every call of the host, and removed twice. It touches nothing that it
//! did not make.

use super::destination::note_console;
use super::rules::Rule;
use super::walk::{
    Fails, PAGES_MAX, Trial, finish, marked, mishandled, note_faults, note_foreign, note_token_first,
    retried, token,
};
use super::{Checks, Verdict, one_line, restore};
use crate::trying::machine;
use gyre_core::roles::{Destination, Marked, Outcome, State, StepCall, Worker, WorkerRole};
use gyre_core::{Error, Kind, OsType, Result, VmSpec};
use gyre_grants::HostCall;
use std::collections::BTreeSet;

/// What a plugin answers of a worker that does not run any more.
const WORKER_GONE: &str = "worker.gone";
/// Why nothing can be told of what is left.
const UNSEEN: &str = "what was made is not listed, and so nobody sees whether it is gone";

/// What came of losing a step.
#[derive(Default)]
struct Losses {
    /// An error of another kind than the host's.
    wrong: Option<String>,
    /// A call of the host that was made again.
    again: Option<String>,
    /// The calls of one in which none fails.
    well: Vec<HostCall>,
    /// What was not removed.
    left: Option<String>,
    /// Why nothing could be left.
    unmade: Option<String>,
}

impl Losses {
    fn verdict(self) -> Verdict {
        match (self.left, self.unmade) {
            (Some(left), _) => Verdict::Broken(left),
            (None, Some(why)) => Verdict::Unknown(why),
            (None, None) => Verdict::Kept,
        }
    }
}

/// One kind of thing that is made and removed.
struct Pair<'a, M, R> {
    name: &'static str,
    ensure: M,
    remove: R,
    plugin: &'a dyn Destination,
    trial: &'a Trial<'a>,
}

pub async fn check(plugin: &dyn Destination, trial: &Trial<'_>, wanted: bool, checks: &mut Checks) {
    let Ok(vm) = machine(None) else { return };
    if !wanted {
        let why = "with --steps a small machine is made at the platform and removed".to_owned();
        return checks.note(
            "what the steps make is removed again",
            Rule::TargetRemoves,
            Verdict::Unknown(why),
        );
    }
    let disks = Pair {
        name: "disks",
        ensure: async |step: &StepCall| plugin.ensure_disks(step, &vm, None).await,
        remove: async |step: &StepCall, state: &str| plugin.remove_disks(step, state).await,
        plugin,
        trial,
    };
    disks.lose(checks).await;
    let token = token("disks");
    if let Some(state) = disks.make(&token, checks).await {
        note_disks(plugin, &vm, &state, checks).await;
        let listed = marked(async |after: Option<&str>| plugin.list_marked(after).await).await;
        let remove =
            async |step: &StepCall, one: &Marked| plugin.remove_marked(step, &one.kind, &one.id).await;
        note_foreign(checks, Rule::TargetForeign, &token, listed, remove).await;
        worker(plugin, trial, &vm, &state, checks).await;
        copies(plugin, trial, &vm, &state, checks).await;
        disks.remove(&token, &state, checks).await;
    }
    deleted(plugin, trial, &vm, checks).await;
    restore::check(plugin, trial, &vm, checks).await;
}

/// Disks and a worker with them, which somebody deletes one by one in the order in which they are listed, behind the back
/// of the steps that made them.
async fn deleted(plugin: &dyn Destination, trial: &Trial<'_>, vm: &VmSpec, checks: &mut Checks) {
    let (of_disks, of_worker) = (token("deleted-disks"), token("deleted-worker"));
    let made = async {
        let disks = trial.make(&of_disks, async |step| plugin.ensure_disks(step, vm, None).await).await?;
        let (role, os) = (WorkerRole::Copy, OsType::Linux);
        trial.make(&of_worker, async |step| plugin.ensure_worker(step, role, os, &disks).await).await
    };
    // What cannot be made was told before.
    if let Ok(worker) = made.await {
        let removed = remove_listed(plugin, &[&of_disks, &of_worker]).await;
        let all = matches!(removed, Verdict::Kept);
        checks.note("what is listed can be removed in that order", Rule::TargetOrder, removed);
        if all {
            let gone = plugin.describe_worker(&worker).await;
            checks.note("a worker that was deleted is said to be gone", Rule::TargetGone, is_gone(gone));
        }
    }
    let _ = finish(&of_worker, async |step| plugin.remove_worker(step, "").await).await;
    let _ = finish(&of_disks, async |step| plugin.remove_disks(step, "").await).await;
}

/// Removes what carries these tokens, in the order in which it is listed. What is refused then was listed before what
/// holds it.
async fn remove_listed(plugin: &dyn Destination, tokens: &[&str]) -> Verdict {
    let listed = match marked(async |after: Option<&str>| plugin.list_marked(after).await).await {
        Ok(Some(listed)) => listed,
        Ok(None) => {
            return Verdict::Unknown(format!("the pages of list-marked do not end after {PAGES_MAX}"));
        }
        Err(error) => return Verdict::Unknown(one_line(&error)),
    };
    let ours: Vec<_> = listed.iter().filter(|one| tokens.contains(&one.token.as_str())).collect();
    if ours.len() < tokens.len() {
        return Verdict::Unknown(UNSEEN.into());
    }
    for Marked { kind, id, token, .. } in ours {
        match finish(token, async |step| plugin.remove_marked(step, kind, id).await).await {
            Ok(_) => {}
            Err(error) if error.kind == Kind::Conflict => {
                return Verdict::Broken(format!("the {kind} {id:?} cannot go first: {}", one_line(&error)));
            }
            Err(error) => return Verdict::Unknown(format!("the {kind} {id:?} stays: {}", one_line(&error))),
        }
    }
    Verdict::Kept
}

fn is_gone(answer: Result<Worker>) -> Verdict {
    match answer {
        Err(error) if error.kind == Kind::Unavailable && error.code == WORKER_GONE => Verdict::Kept,
        Err(error) => Verdict::Broken(one_line(&error)),
        Ok(_) => Verdict::Broken("it is described as if it ran".into()),
    }
}

async fn worker(plugin: &dyn Destination, trial: &Trial<'_>, vm: &VmSpec, disks: &str, checks: &mut Checks) {
    let pair = Pair {
        name: "worker",
        ensure: async |step: &StepCall| {
            plugin.ensure_worker(step, WorkerRole::Copy, OsType::Linux, disks).await
        },
        remove: async |step: &StepCall, state: &str| plugin.remove_worker(step, state).await,
        plugin,
        trial,
    };
    pair.lose(checks).await;
    let token = token("worker");
    let Some(state) = pair.make(&token, checks).await else { return };
    let verdict = match plugin.describe_worker(&state).await {
        Ok(worker) => {
            let is_named =
                |id: &str| worker.disks.iter().any(|it| it.disk == id && !it.identities.is_empty());
            let bare = vm.disks.iter().find(|disk| !is_named(&disk.id));
            bare.map_or(Verdict::Kept, |disk| {
                Verdict::Broken(format!("disk {} is not attached to it", disk.id))
            })
        }
        Err(error) => Verdict::Broken(one_line(&error)),
    };
    checks.note("all disks are attached to the worker", Rule::TargetWorker, verdict);
    note_console(checks, &plugin.worker_console(&state).await);
    pair.remove(&token, &state, checks).await;
}

/// A checkpoint, what is cloned from it, and the machine that boots from that.
async fn copies(plugin: &dyn Destination, trial: &Trial<'_>, vm: &VmSpec, disks: &str, checks: &mut Checks) {
    let pair = Pair {
        name: "checkpoint",
        ensure: async |step: &StepCall| plugin.ensure_checkpoint(step, disks).await,
        remove: async |step: &StepCall, state: &str| plugin.remove_checkpoint(step, state).await,
        plugin,
        trial,
    };
    pair.lose(checks).await;
    let token = token("checkpoint");
    let Some(checkpoint) = pair.make(&token, checks).await else { return };
    clone(plugin, trial, vm, &checkpoint, checks).await;
    own(plugin, trial, vm, &checkpoint, disks, checks).await;
    pair.remove(&token, &checkpoint, checks).await;
    checks.note("the disks stay when clones are removed", Rule::TargetClone, there(plugin, vm, disks).await);
}

async fn clone(
    plugin: &dyn Destination,
    trial: &Trial<'_>,
    vm: &VmSpec,
    checkpoint: &str,
    checks: &mut Checks,
) {
    let pair = Pair {
        name: "clone",
        ensure: async |step: &StepCall| plugin.ensure_clone(step, checkpoint, true).await,
        remove: async |step: &StepCall, state: &str| plugin.remove_clone(step, state).await,
        plugin,
        trial,
    };
    pair.lose(checks).await;
    let token = token("clone");
    let Some(clone) = pair.make(&token, checks).await else { return };
    let instance = Pair {
        name: "instance",
        ensure: async |step: &StepCall| plugin.ensure_instance(step, vm, &clone).await,
        remove: async |step: &StepCall, state: &str| plugin.remove_instance(step, state).await,
        plugin,
        trial,
    };
    instance.lose(checks).await;
    let token_of_instance = self::token("instance");
    if let Some(state) = instance.make(&token_of_instance, checks).await {
        instance.remove(&token_of_instance, &state, checks).await;
        let name = "the disks of a machine stay when it is removed";
        checks.note(name, Rule::TargetStays, there(plugin, vm, &clone).await);
    }
    pair.remove(&token, &clone, checks).await;
}

/// The replica's own disks in the place of a clone, which are not to go with it.
async fn own(
    plugin: &dyn Destination,
    trial: &Trial<'_>,
    vm: &VmSpec,
    checkpoint: &str,
    disks: &str,
    checks: &mut Checks,
) {
    let token = token("own");
    let Ok(own) = trial.make(&token, async |step| plugin.ensure_clone(step, checkpoint, false).await).await
    else {
        let _ = finish(&token, async |step| plugin.remove_clone(step, "").await).await;
        return;
    };
    let removed = finish(&token, async |step| plugin.remove_clone(step, &own).await).await;
    let verdict = match Verdict::well(&removed) {
        Verdict::Kept => there(plugin, vm, disks).await,
        broken => broken,
    };
    checks.note("the replica's own disks stay where they stood for a clone", Rule::TargetClone, verdict);
}

/// Whether every disk of the machine is described.
async fn there(plugin: &dyn Destination, vm: &VmSpec, disks: &str) -> Verdict {
    match plugin.describe_disks(disks).await {
        Err(error) => Verdict::Broken(one_line(&error)),
        Ok(found) => {
            let is_there = |id: &str| found.iter().any(|disk| disk.disk == id);
            let gone = vm.disks.iter().find(|disk| !is_there(&disk.id));
            gone.map_or(Verdict::Kept, |disk| Verdict::Broken(format!("disk {} is gone", disk.id)))
        }
    }
}

async fn note_disks(plugin: &dyn Destination, vm: &VmSpec, state: &str, checks: &mut Checks) {
    let verdict = match plugin.describe_disks(state).await {
        Err(error) => Verdict::Broken(one_line(&error)),
        Ok(found) => {
            let fits = |id: &str, size| found.iter().any(|disk| disk.disk == id && disk.size >= size);
            let bad = vm.disks.iter().find(|disk| !fits(&disk.id, disk.size));
            bad.map_or(Verdict::Kept, |disk| {
                Verdict::Broken(format!("disk {} is missing, or too small", disk.id))
            })
        }
    };
    checks.note("every disk of the machine is made", Rule::TargetDisks, verdict);
}

impl<M: AsyncFn(&StepCall) -> Result<Outcome>, R: AsyncFn(&StepCall, &str) -> Result<Outcome>>
    Pair<'_, M, R>
{
    /// What carries the token, as kind and id.
    async fn marks(&self, token: &str) -> Result<BTreeSet<(String, String)>> {
        let listed = marked(async |after: Option<&str>| self.plugin.list_marked(after).await).await;
        let all = listed?.ok_or_else(|| {
            let what = format!("the pages of list-marked do not end after {PAGES_MAX}");
            Error::other("plugin.conformance", what)
        })?;
        Ok(all.into_iter().filter(|one| one.token == token).map(|one| (one.kind, one.id)).collect())
    }

    /// Makes it twice; what the first call answered. Nothing once it is stopped.
    async fn make(&self, token: &str, checks: &mut Checks) -> Option<State> {
        let name = self.name;
        if self.trial.is_stopped() {
            return None;
        }
        self.trial.faults.begin(None);
        let made = self.trial.make(token, &self.ensure).await;
        let heard = self.trial.faults.heard();
        let state = match made {
            Ok(state) => state,
            Err(error) => {
                let why = format!("the platform does not let it: {}", one_line(&error));
                checks.note(format!("ensure of {name} makes it"), Rule::TargetTwice, Verdict::Unknown(why));
                let _ = finish(token, async |step| (self.remove)(step, "").await).await;
                return None;
            }
        };
        let once = self.marks(token).await;
        if let Ok(marks) = &once {
            note_token_first(checks, &format!("ensure of {name}"), &heard, marks, token);
        }
        let again = self.trial.make(token, &self.ensure).await;
        let twice = self.marks(token).await;
        let listed = matches!(&once, Ok(marks) if !marks.is_empty());
        let why = || "nothing that carries its token is listed".into();
        checks.note(
            format!("what ensure of {name} made is listed"),
            Rule::TargetMarks,
            Verdict::of(listed, why),
        );
        let verdict = match (again, once, twice) {
            (Ok(_), Ok(once), Ok(twice)) => {
                Verdict::of(once == twice, || format!("{once:?}, then {twice:?}"))
            }
            (Err(error), ..) | (_, Err(error), _) | (.., Err(error)) => Verdict::Broken(one_line(&error)),
        };
        checks.note(format!("ensure of {name} repeated makes nothing twice"), Rule::TargetTwice, verdict);
        Some(state)
    }

    /// Removes it twice.
    async fn remove(&self, token: &str, state: &str, checks: &mut Checks) {
        let name = self.name;
        let unseen = matches!(self.marks(token).await, Ok(marks) if marks.is_empty());
        for often in ["", " again"] {
            let gone = finish(token, async |step| (self.remove)(step, state).await).await;
            let left = self.marks(token).await;
            let verdict = match (gone, left) {
                (Ok(_), Ok(_)) if unseen => Verdict::Unknown(UNSEEN.into()),
                (Ok(_), Ok(left)) => Verdict::of(left.is_empty(), || format!("it leaves {left:?}")),
                (Err(error), _) | (_, Err(error)) => Verdict::Broken(one_line(&error)),
            };
            checks.note(format!("remove of {name}{often} leaves nothing"), Rule::TargetRemoves, verdict);
        }
    }

    /// Makes it with a token of its own, lets one call of the host fail on the way, takes the answer for lost, and removes
    /// whatever carries the token; for calls from the first to the last, and for none that fails. It ends early, with
    /// nothing left, when it is stopped.
    async fn lose(&self, checks: &mut Checks) {
        if self.trial.is_stopped() {
            return;
        }
        let (mut losses, mut tried) = (Losses::default(), 0);
        let calls = self.lost_at(None, &mut losses).await;
        for at in (0..calls).step_by(calls.div_ceil(self.trial.depth.losses).max(1)) {
            if self.trial.is_stopped() {
                break;
            }
            self.lost_at(Some(at), &mut losses).await;
            tried += 1;
        }
        let fails = Fails { tried, calls, wrong: losses.wrong.take(), again: losses.again.take() };
        note_faults(checks, &format!("ensure of {}", self.name), fails);
        let name = format!("remove of {} with an empty state undoes what was lost", self.name);
        checks.note(name, Rule::TargetLost, losses.verdict());
    }

    /// Calls of the host that it took to make it, or until one failed.
    async fn lost_at(&self, at: Option<usize>, losses: &mut Losses) -> usize {
        let token = token(&at.map_or_else(|| "lost".into(), |at| format!("lost-{at}")));
        self.trial.faults.begin(at);
        let answer = self.trial.make(&token, &self.ensure).await;
        let (calls, heard) = (self.trial.faults.calls(), self.trial.faults.heard());
        self.trial.faults.begin(None);
        let which = at.map_or_else(String::new, |at| format!("when its call {at} of the host failed: "));
        if at.is_none() {
            losses.unmade = self.unmade(&answer, &token).await;
            losses.well = heard;
        } else {
            losses.again = losses.again.take().or_else(|| retried(&losses.well, &heard));
        }
        if let Some(why) = mishandled(&answer) {
            losses.wrong = Some(format!("{which}{why}"));
        }
        let removed = finish(&token, async |step| (self.remove)(step, "").await).await;
        match (removed, self.marks(&token).await) {
            (Ok(_), Ok(marks)) if marks.is_empty() => {}
            (Ok(_), Ok(marks)) => losses.left = Some(format!("{which}it leaves {marks:?}")),
            (Err(error), _) | (_, Err(error)) => losses.left = Some(format!("{which}{}", one_line(&error))),
        }
        calls
    }

    /// Why there was nothing to lose.
    async fn unmade(&self, answer: &Result<State>, token: &str) -> Option<String> {
        match (answer, self.marks(token).await) {
            (Err(error), _) => Some(format!("nothing was made: {}", one_line(error))),
            (Ok(_), Ok(marks)) if marks.is_empty() => Some(UNSEEN.into()),
            _ => None,
        }
    }
}
