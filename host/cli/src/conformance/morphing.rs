//! The rules of `osmorphing` in `wit/plugin.wit`: `detect` looks and changes nothing, `morph` may be repeated from the start
//! on the same root, and neither breaks off whatever the guest is like.

use super::roots::{DAMAGED, Empty, Faulty, Which};
use super::rules::Rule;
use super::walk::{Depth, Fails, mishandled, note_faults, retried};
use super::{Checks, Verdict, boots, broke_off, one_line};
use crate::args::TestArgs;
use crate::tree::{self, Walk};
use crate::trying::{Copy, ReadOnly, machine, morphing};
use gyre_agent::local::{LocalRoot, Programs};
use gyre_core::protocol::Root;
use gyre_core::roles::OsMorphing;
use gyre_core::{Error, Result};
use gyre_engine::change::Change;
use std::path::Path;
use std::sync::Arc;

/// Paths told of a difference.
const PATHS_TOLD: usize = 5;

pub async fn check(plugin: &dyn OsMorphing, args: &TestArgs, checks: &mut Checks) -> Result<()> {
    empty(plugin, checks).await;
    for damaged in &DAMAGED {
        let answer = plugin.detect(Arc::new(damaged)).await;
        checks.note(
            format!("detect answers on a root whose files {}", damaged.name),
            Rule::Answers,
            Verdict::answered(&answer),
        );
    }
    let Some(tree) = &args.root else {
        let why = "name a guest's tree with --root DIR".to_owned();
        checks.note("morph may be repeated", Rule::MorphRepeats, Verdict::Unknown(why));
        return Ok(());
    };
    let depth = Depth::of(args.every_call);
    if detects(plugin, tree, depth, checks).await? {
        morphs(plugin, tree, args.chroot, depth, checks).await?;
    }
    Ok(())
}

async fn empty(plugin: &dyn OsMorphing, checks: &mut Checks) {
    let answer = plugin.detect(Arc::new(Empty)).await;
    let verdict = match &answer {
        Ok(None) => Verdict::Kept,
        Ok(Some(found)) => Verdict::Broken(format!("it takes an empty root for {}", found.distribution)),
        Err(error) => Verdict::Broken(one_line(error)),
    };
    checks.note("detect says of an empty root that it is not its own", Rule::MorphEmpty, verdict);
}

/// Whether the tree is the plugin's own.
async fn detects(plugin: &dyn OsMorphing, tree: &Path, depth: Depth, checks: &mut Checks) -> Result<bool> {
    let root = || LocalRoot::open(tree, Programs::Refused).map(|root| Arc::new(root) as Arc<dyn Root>);
    let changing = Faulty::never(
        Arc::new(ReadOnly(Arc::new(LocalRoot::open(tree, Programs::Refused)?))),
        Which::Changing,
    );
    let first = plugin.detect(changing.clone()).await;
    // The host refuses by itself what would change something, and not every plugin hides it.
    let was_refused = matches!(&first, Err(error) if error.code == "rootfs.detect");
    let why = || "it called what may change something".into();
    let only_looks = changing.calls() == 0 && !was_refused;
    checks.note("detect only looks", Rule::MorphLooks, Verdict::of(only_looks, why));
    let counted = Faulty::never(root()?, Which::Any);
    let again = plugin.detect(counted.clone()).await;
    let same = format!("{first:?}") == format!("{again:?}");
    checks.note(
        "detect says the same again",
        Rule::MorphSame,
        Verdict::of(same, || "its second answer is another one".into()),
    );
    let mut fails = Fails { calls: counted.calls(), ..Fails::default() };
    for at in 0..fails.calls.min(depth.faults) {
        let faulty = Faulty::new(root()?, Which::Any, at);
        if let Some(why) = mishandled(&plugin.detect(faulty.clone()).await) {
            fails.wrong = Some(format!("when its call {at} of the host failed: {why}"));
        }
        fails.again = fails.again.or_else(|| retried(&counted.heard(), &faulty.heard()));
        fails.tried += 1;
    }
    note_faults(checks, "detect", fails);
    match first {
        Ok(Some(_)) => Ok(true),
        Ok(None) => {
            let why = "the plugin says that the tree is none of its own".to_owned();
            checks.note("morph may be repeated", Rule::MorphRepeats, Verdict::Unknown(why));
            Ok(false)
        }
        Err(error) => {
            checks.note("detect answers on the tree", Rule::Answers, Verdict::Broken(one_line(&error)));
            Ok(false)
        }
    }
}

/// One try at morphing: the tree that it left, or why it did not.
async fn morph(plugin: &dyn OsMorphing, root: Arc<dyn Root>) -> Result<()> {
    plugin.morph(root, &machine(None)?, &morphing("kvm", true)).await
}

async fn morphs(
    plugin: &dyn OsMorphing,
    tree: &Path,
    chroot: bool,
    depth: Depth,
    checks: &mut Checks,
) -> Result<()> {
    let once = Copy::of(tree)?;
    let counted = Faulty::never(once.root(chroot)?, Which::Changing);
    if let Err(error) = morph(plugin, counted.clone()).await {
        checks.note("morph morphs the tree", Rule::MorphRepeats, cannot(&error));
        return Ok(());
    }
    let judged = boots::judge(&once.path());
    checks.note("what it morphed boots, as far as its files tell", Rule::MorphBoots, judged);
    let twice = Copy::of(&once.path())?;
    let repeated = morph(plugin, twice.root(chroot)?).await;
    let verdict = same(repeated, &once, &twice)?;
    checks.note("morph repeated changes nothing more", Rule::MorphRepeats, verdict);
    let calls = counted.calls();
    let step = calls.div_ceil(depth.interruptions).max(1);
    let mut again = None;
    for at in (0..calls).step_by(step) {
        let copy = Copy::of(tree)?;
        let faulty = Faulty::new(copy.root(chroot)?, Which::Changing, at);
        let interrupted = morph(plugin, faulty.clone()).await;
        again = again.or_else(|| retried(&counted.heard(), &faulty.heard()));
        let name = format!(
            "morph interrupted at change {} of {calls} comes to the same when it is repeated",
            at + 1
        );
        let verdict = match interrupted {
            Err(error) if broke_off(&error) => Verdict::Broken(one_line(&error)),
            _ => same(morph(plugin, copy.root(chroot)?).await, &once, &copy)?,
        };
        checks.note(name, Rule::MorphResumes, verdict);
    }
    checks.note(
        "morph retries no call of the host",
        Rule::Retries,
        again.map_or(Verdict::Kept, Verdict::Broken),
    );
    Ok(())
}

/// Programs that nobody allowed are not the plugin's fault.
fn cannot(error: &Error) -> Verdict {
    let refused = error.code == "try.programs" || error.causes.iter().any(|cause| cause.contains("--chroot"));
    match refused || error.message.contains("--chroot") {
        true => Verdict::Unknown("it runs programs of the guest: test it as root with --chroot".into()),
        false => Verdict::Broken(one_line(error)),
    }
}

fn same(morphed: Result<()>, expected: &Copy, found: &Copy) -> Result<Verdict> {
    if let Err(error) = morphed {
        return Ok(Verdict::Broken(one_line(&error)));
    }
    let differing = tree::changes(&expected.path(), &found.path(), &Walk::default())?;
    let told = |Change { path, what, .. }: &Change| format!("{path} {}", what.name());
    let paths: Vec<_> = differing.iter().take(PATHS_TOLD).map(told).collect();
    Ok(Verdict::of(differing.is_empty(), || paths.join(", ")))
}
