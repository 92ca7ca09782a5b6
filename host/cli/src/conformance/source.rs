//! The rules of `source` in `wit/plugin.wit`: every call answers, whatever fails; machines are listed, found and described
//! alike; and of one machine that is named, its snapshot is made, read and released, each several times.

use super::rules::Rule;
use super::walk::{
    PAGES_MAX, Trial, each_fails, finish, marked, note_faults, note_findings, note_foreign, note_marks,
    note_token_first, removed, step, token,
};
use super::{Checks, Verdict, note_answer, one_line};
use gyre_core::limits::{EXTENTS_MAX, PIECE_BYTES_MAX};
use gyre_core::roles::{Marked, Source, StepCall, VmSummary};
use gyre_core::{ExtentKind, Kind, Origin, Result, VmSpec};
use std::collections::BTreeSet;

/// A name that nothing has.
const NOBODY: &str = "gyre-test-no-such-thing";
/// What carries a mark; none: the pages do not end.
type Listed = Result<Option<Vec<Marked>>>;
/// Answers of one map.
const ANSWERS_MAX: usize = 10_000;

pub async fn check(plugin: &dyn Source, trial: &Trial<'_>, vm: Option<&str>, checks: &mut Checks) {
    let found_wrong = plugin.check(None).await;
    note_answer(checks, "check", &found_wrong);
    note_findings(checks, "the options", &found_wrong);
    let off = plugin.power_off(&step(NOBODY), NOBODY).await;
    note_answer(checks, "power-off", &off);
    checks.note("to power off what is not there is an error", Rule::SourceOff, Verdict::refused(&off));
    missing(plugin, checks).await;
    if let Some(listed) = pages(plugin, checks).await {
        names(plugin, &listed, checks).await;
        found(plugin, &listed, checks).await;
    }
    looks_fail(plugin, trial, checks).await;
    match vm {
        Some(id) => snapshot(plugin, trial, id, checks).await,
        None => {
            let why = "name a machine with --vm ID: a snapshot of it is made and released".to_owned();
            checks.note("a snapshot is made, read and released", Rule::SourceSnapshot, Verdict::Unknown(why));
        }
    }
}

async fn missing(plugin: &dyn Source, checks: &mut Checks) {
    let unknown = plugin.get_vm(NOBODY).await;
    note_answer(checks, "get-vm", &unknown);
    checks.note("a machine that is not there is an error", Rule::SourceGets, Verdict::refused(&unknown));
    let opened = plugin.open_disk(NOBODY, NOBODY).await.map(drop);
    note_answer(checks, "open-disk", &opened);
    checks.note("a disk of no snapshot is an error", Rule::SourceOpens, Verdict::refused(&opened));
    let token = token("nothing");
    let released = finish(&token, async |step| plugin.release_snapshot(step, "").await).await;
    note_answer(checks, "release-snapshot", &released);
    let name = "release-snapshot succeeds where nothing is, with an empty state";
    checks.note(name, Rule::SourceRelease, reached(&released));
    let listed = marked(async |after: Option<&str>| plugin.list_marked(after).await).await;
    note_marks(checks, Rule::SourceMarks, &listed);
    let gone = finish(&token, async |step| plugin.remove_marked(step, "snapshot", NOBODY).await).await;
    note_answer(checks, "remove-marked", &gone);
    checks.note("removing a marked object that is not there is done", Rule::SourceUnmarked, removed(&gone));
}

/// Without the platform an error may be the platform's.
fn reached<T>(answer: &Result<T>) -> Verdict {
    match Verdict::answered(answer) {
        Verdict::Kept => match answer {
            Err(error) => Verdict::Unknown(format!("the platform is not reached: {}", one_line(error))),
            Ok(_) => Verdict::Kept,
        },
        broken => broken,
    }
}

async fn pages(plugin: &dyn Source, checks: &mut Checks) -> Option<Vec<VmSummary>> {
    let listed = all(plugin, None).await;
    note_answer(checks, "list-vms", &listed);
    let verdict = match &listed {
        Err(_) => reached(&listed),
        Ok(None) => Verdict::Broken(format!("they do not end after {PAGES_MAX}")),
        Ok(Some(vms)) => {
            let mut ids = BTreeSet::new();
            let twice = vms.iter().find(|vm| vm.id.is_empty() || !ids.insert(&vm.id));
            twice.map_or(Verdict::Kept, |vm| {
                Verdict::Broken(format!("the machine {:?} stands there twice", vm.id))
            })
        }
    };
    checks.note("every machine stands on one page", Rule::SourcePages, verdict);
    listed.ok().flatten()
}

/// Every machine; none: the pages do not end.
async fn all(plugin: &dyn Source, name: Option<&str>) -> Result<Option<Vec<VmSummary>>> {
    let (mut vms, mut after) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let page = plugin.list_vms(name, after.as_deref()).await?;
        vms.extend(page.vms);
        after = page.next;
        if after.is_none() {
            return Ok(Some(vms));
        }
    }
    Ok(None)
}

async fn names(plugin: &dyn Source, listed: &[VmSummary], checks: &mut Checks) {
    let Some(first) = listed.first() else { return };
    let part: String = first.name.chars().skip(1).collect::<String>().to_uppercase();
    let wanted: BTreeSet<_> =
        listed.iter().filter(|vm| vm.name.to_uppercase().contains(&part)).map(|vm| &vm.id).collect();
    let verdict = match all(plugin, Some(&part)).await {
        Ok(Some(vms)) => {
            let found: BTreeSet<_> = vms.iter().map(|vm| &vm.id).collect();
            Verdict::of(found == wanted, || {
                format!("of {part:?} it lists {found:?}, and there are {wanted:?}")
            })
        }
        Ok(None) => Verdict::Broken(format!("the pages do not end after {PAGES_MAX}")),
        Err(error) => Verdict::Broken(one_line(&error)),
    };
    checks.note("machines are found by a part of their name", Rule::SourceNames, verdict);
    let nobody = all(plugin, Some(NOBODY)).await;
    let is_none = matches!(&nobody, Ok(Some(vms)) if vms.is_empty());
    let why = || "it lists machines, or does not answer".into();
    checks.note("nobody is found by a name that none has", Rule::SourceNames, Verdict::of(is_none, why));
}

async fn found(plugin: &dyn Source, listed: &[VmSummary], checks: &mut Checks) {
    let Some(first) = listed.first() else { return };
    let (once, twice) = (plugin.get_vm(&first.id).await, plugin.get_vm(&first.id).await);
    let verdict = match (&once, &twice) {
        (Ok(once), Ok(twice)) => {
            Verdict::of(once == twice, || "its second description is another one".into())
        }
        (Err(error), _) | (_, Err(error)) if error.kind == Kind::NotFound => Verdict::Broken(one_line(error)),
        (Err(_), _) => reached(&once),
        (_, Err(_)) => reached(&twice),
    };
    checks.note("a listed machine is described, and alike", Rule::SourceGets, verdict);
    if let Ok(vm) = once {
        let verdict = match wrong_ids(&vm, &first.id) {
            Some(why) => Verdict::Broken(why),
            None => Verdict::Kept,
        };
        checks.note("machine, disks and cards can be told apart", Rule::SourceIds, verdict);
    }
}

fn wrong_ids(vm: &VmSpec, id: &str) -> Option<String> {
    if vm.id != id {
        return Some(format!("the machine {id:?} is described as {:?}", vm.id));
    }
    let mut disks = BTreeSet::new();
    let mut cards = BTreeSet::new();
    let disk = vm.disks.iter().map(|disk| &disk.id).find(|id| id.is_empty() || !disks.insert(*id));
    let card = vm.nics.iter().map(|nic| &nic.id).find(|id| id.is_empty() || !cards.insert(*id));
    disk.or(card).map(|id| format!("two have the id {id:?}, or one has none"))
}

async fn looks_fail(plugin: &dyn Source, trial: &Trial<'_>, checks: &mut Checks) {
    let listed = each_fails(trial, async || plugin.list_vms(None, None).await).await;
    note_faults(checks, "check", each_fails(trial, async || plugin.check(None).await).await);
    note_faults(checks, "list-vms", listed);
}

/// The life of a snapshot.
async fn snapshot(plugin: &dyn Source, trial: &Trial<'_>, id: &str, checks: &mut Checks) {
    let vm = match plugin.get_vm(id).await {
        Ok(vm) => vm,
        Err(error) => {
            let why = format!("the machine {id:?} is not described: {}", one_line(&error));
            return checks.note(
                "a snapshot is made, read and released",
                Rule::SourceSnapshot,
                Verdict::Unknown(why),
            );
        }
    };
    note_faults(checks, "get-vm", each_fails(trial, async || plugin.get_vm(id).await).await);
    let (token, name) =
        (token("snapshot"), "ensure-snapshot repeated with its token answers the same snapshot");
    let before = marked(async |after: Option<&str>| plugin.list_marked(after).await).await;
    let make = async || trial.make(&token, async |step| plugin.ensure_snapshot(step, &vm, None).await).await;
    note_faults(checks, "ensure-snapshot", each_fails(trial, &make).await);
    trial.faults.begin(None);
    let once = make().await;
    let heard = trial.faults.heard();
    let state = match (once, make().await) {
        (Ok(once), Ok(twice)) => {
            checks.note(
                name,
                Rule::SourceSnapshot,
                Verdict::of(once == twice, || format!("{once:?}, then {twice:?}")),
            );
            once
        }
        (Ok(once), Err(error)) => {
            checks.note(name, Rule::SourceSnapshot, Verdict::Broken(one_line(&error)));
            once
        }
        (Err(error), _) => {
            checks.note(name, Rule::SourceSnapshot, Verdict::Broken(one_line(&error)));
            String::new()
        }
    };
    if !state.is_empty() {
        let listed = marked(async |after: Option<&str>| plugin.list_marked(after).await).await;
        let remove =
            async |step: &StepCall, one: &Marked| plugin.remove_marked(step, &one.kind, &one.id).await;
        note_listed(checks, &token, &before, &listed);
        let ours = |one: &&Marked| one.token == token;
        let made =
            listed.iter().flatten().flatten().filter(ours).map(|one| (one.kind.clone(), one.id.clone()));
        note_token_first(checks, "ensure-snapshot", &heard, &made.collect(), &token);
        note_foreign(checks, Rule::SourceForeign, &token, listed, remove).await;
        disks(plugin, trial, &vm, &state, checks).await;
    }
    for state in [state.as_str(), state.as_str(), ""] {
        let gone = finish(&token, async |step| plugin.release_snapshot(step, state).await).await;
        let what = if state.is_empty() { "with an empty state" } else { "of the snapshot" };
        checks.note(format!("release-snapshot {what} succeeds"), Rule::SourceRelease, Verdict::well(&gone));
    }
}

/// Notes that the snapshot is listed with its token, where anything is that was not before.
fn note_listed(checks: &mut Checks, token: &str, before: &Listed, after: &Listed) {
    let (Ok(Some(before)), Ok(Some(after))) = (before, after) else { return };
    let is_new = |one: &&Marked| !before.iter().any(|old| (&old.kind, &old.id) == (&one.kind, &one.id));
    let verdict = match after.iter().find(is_new) {
        _ if after.iter().any(|one| one.token == token) => Verdict::Kept,
        Some(new) => Verdict::Broken(format!("the {} {:?} has the token {:?}", new.kind, new.id, new.token)),
        None => Verdict::Unknown("it lists nothing new: right where it makes nothing at its platform".into()),
    };
    checks.note("the snapshot is listed with its token", Rule::SourceListed, verdict);
}

async fn disks(plugin: &dyn Source, trial: &Trial<'_>, vm: &VmSpec, state: &str, checks: &mut Checks) {
    for disk in &vm.disks {
        if trial.is_stopped() {
            return;
        }
        let opened = plugin.open_disk(state, &disk.id).await;
        let verdict = match &opened {
            Ok(origin) => Verdict::of(origin.size() == disk.size, || {
                format!("{} bytes were described, and it has {}", disk.size, origin.size())
            }),
            Err(error) => Verdict::Broken(one_line(error)),
        };
        checks.note(format!("disk {} is as large as described", disk.id), Rule::SourceSize, verdict);
        if let Ok(origin) = opened {
            let (map, read) = walk(origin.as_ref(), trial).await;
            checks.note(
                format!("the map of disk {} covers it", disk.id),
                Rule::SourceMap,
                Verdict::well(&map),
            );
            checks.note(
                format!("the data of disk {} can be read", disk.id),
                Rule::SourceRead,
                Verdict::well(&read),
            );
        }
        let open = async || {
            plugin.open_disk(state, &disk.id).await?.extents(None, 0, disk.size.min(PIECE_BYTES_MAX)).await
        };
        note_faults(checks, &format!("open-disk of {}", disk.id), each_fails(trial, open).await);
    }
    let unknown = plugin.open_disk(state, NOBODY).await.map(drop);
    checks.note(
        "a disk that the snapshot does not have is an error",
        Rule::SourceOpens,
        Verdict::refused(&unknown),
    );
}

/// Asks for the whole map, and reads the first piece of each answer that is data. The host itself holds each answer to
/// order, gaps, bounds and open handles, and what is read to its length.
async fn walk(origin: &dyn Origin, trial: &Trial<'_>) -> (Result<()>, Result<()>) {
    let (mut offset, mut read) = (0, Ok(()));
    for _ in 0..ANSWERS_MAX {
        if offset >= origin.size() || trial.is_stopped() {
            break;
        }
        let extents = match origin.extents(None, offset, origin.size() - offset).await {
            Ok(extents) => extents,
            Err(error) => return (Err(error), read),
        };
        if extents.len() > EXTENTS_MAX {
            let what = format!("an answer has {} extents", extents.len());
            return (Err(gyre_core::Error::other("extents.invalid", what)), read);
        }
        match gyre_core::extent::check_cover(offset, origin.size() - offset, &extents) {
            Ok(end) => offset = end,
            Err(error) => return (Err(error), read),
        }
        if let Some(data) = extents.iter().find(|extent| extent.kind == ExtentKind::Data) {
            let length = u32::try_from(data.length.min(PIECE_BYTES_MAX)).unwrap_or_default();
            let answer = origin.read(data.offset, length).await;
            let got = answer.as_ref().map_or(0, |bytes| bytes.len());
            read = read.and(answer.map(drop)).and_then(|()| exactly(length, got));
        }
    }
    (Ok(()), read)
}

fn exactly(wanted: u32, got: usize) -> Result<()> {
    if usize::try_from(wanted).is_ok_and(|wanted| wanted == got) {
        return Ok(());
    }
    Err(gyre_core::Error::other("plugin.answer", format!("{got} bytes where {wanted} were asked for")))
}
