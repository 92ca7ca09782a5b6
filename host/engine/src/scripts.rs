//! The operator's own programs in a deployment: run on the worker before and after the guest is mounted, or
//! left in the guest for its first boot. What they say is kept with the job; one that fails ends it.

use crate::context::Context;
use crate::{News, WorkerSession, first_boot, first_boot_windows};
use gyre_core::limits::SCRIPT_RUN_MS;
use gyre_core::protocol::{Base64, Root, Script, ScriptEnd};
use gyre_core::scripts::Phase;
use gyre_core::{Error, OsType, Result};

/// Lines of one script's output that are kept.
const LINES_MAX: usize = 200;
/// The end of the output that an error shows.
const TAIL_CHARS_MAX: usize = 500;

/// Runs the script of a phase on the worker, if there is one. A step that is repeated runs it again.
pub(crate) async fn on_worker(
    context: &Context,
    session: &dyn WorkerSession,
    os: OsType,
    phase: Phase,
) -> Result<()> {
    let Some(text) = context.params.deploy.scripts.of(os, phase) else { return Ok(()) };
    let body = Base64(text.as_bytes().to_vec());
    let script = Script { name: phase.name().into(), body, timeout_ms: SCRIPT_RUN_MS };
    // Whoever asked the job to stop waits for no script: the agent ends it when its system is taken apart.
    let end = tokio::select! {
        end = session.run_script(&script) => end?,
        () = context.cancel.cancelled() => return Err(Error::cancelled()),
    };
    keep(context, phase, &end);
    if end.status == 0 { Ok(()) } else { Err(failed(phase, &end)) }
}

/// Leaves the script of the first boot in the guest, if there is one.
pub(crate) async fn in_guest(context: &Context, root: &dyn Root, os: OsType) -> Result<()> {
    let Some(text) = context.params.deploy.scripts.of(os, Phase::FirstBoot) else { return Ok(()) };
    match os {
        OsType::Windows => first_boot_windows::install(root, text).await,
        _ => first_boot::install(root, text).await,
    }
}

fn keep(context: &Context, phase: Phase, end: &ScriptEnd) {
    let lines: Vec<&str> = end.output.lines().filter(|line| !line.trim().is_empty()).collect();
    let left_out = lines.len().saturating_sub(LINES_MAX);
    let say = |text: String| {
        let (plugin, level) = (format!("{} script", phase.name()), "info".to_owned());
        context.shared.journal.tell(&context.job, News::Log { plugin, level, text });
    };
    if left_out > 0 {
        say(format!("({left_out} lines before these are left out)"));
    }
    lines.into_iter().skip(left_out).for_each(|line| say(line.to_owned()));
}

fn failed(phase: Phase, end: &ScriptEnd) -> Error {
    let why = format!("the {} script ended with status {}", phase.name(), end.status);
    let output = end.output.trim();
    let skip = output.chars().count().saturating_sub(TAIL_CHARS_MAX);
    let tail: String = output.chars().skip(skip).collect();
    Error::other("script.failed", why).cause(if tail.is_empty() { "it said nothing".into() } else { tail })
}
