//! `gyre plugin replay`: plugins run against a recording, and the first difference told. Knows which plugin stands for
//! which of a recording, and how the answer reads; not how calls are compared.

use crate::answer::Answer;
use crate::args::{ReplayArgs, TriedArgs};
use crate::bench;
use crate::show::clean;
use gyre_core::{Error, Result};
use gyre_grants::{Difference, Field, Recording, Replaying, Rerun};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use tokio_util::sync::CancellationToken;

/// Hex digits of a digest in text.
const SHORT_DIGEST_DIGITS: usize = 12;

/// Replays.
///
/// # Errors
/// `recording.*`, `plugin.*`, `config.*`, `sandbox.*`; with the answer, `replay.difference`.
pub async fn run(config: Option<&Path>, args: &ReplayArgs, cancel: CancellationToken) -> Result<Answer> {
    let recording = Recording::read(&args.file)?;
    let how = Replaying { strict: args.strict };
    let (mut all, mut text, mut error) = (Vec::new(), String::new(), None);
    for (component, recorded) in wanted(&recording, args)? {
        let tried = TriedArgs { component, option: Vec::new(), wasi: args.wasi };
        let (name, plugins) = bench::alone(config, &tried)?;
        let host = plugins.with_loaded(&name).await?;
        let rerun = host.replay(&name, &recording, &recorded, how, &cancel).await?;
        text += &told(&recorded, &rerun, recording.cut);
        error = error.or_else(|| differs(&recorded, &rerun));
        all.push(json(&recorded, &rerun));
    }
    let json = json!({ "plugins": all, "recorded-by": recording.gyre, "cut": recording.cut });
    Ok(Answer::new(json, text).with_error(error))
}

/// Components, each with the plugin of the recording that it stands for.
fn wanted(recording: &Recording, args: &ReplayArgs) -> Result<Vec<(String, String)>> {
    let known: BTreeSet<&str> = recording.played.iter().map(|played| played.plugin.as_str()).collect();
    if known.is_empty() {
        return Err(Error::not_found("recording.plugin", "no plugin was run while this was recorded"));
    }
    let Some(component) = &args.component else {
        let meant = args.plugin.as_deref().map_or(known, |name| BTreeSet::from([name]));
        return Ok(meant.into_iter().map(|name| (name.to_owned(), name.to_owned())).collect());
    };
    let stem = Path::new(component).file_stem().unwrap_or_default().to_string_lossy();
    let only = known.first().filter(|_| known.len() == 1).copied();
    let recorded = args.plugin.as_deref().or_else(|| known.get(stem.as_ref()).copied()).or(only);
    let recorded = recorded.ok_or_else(|| {
        let names: Vec<_> = known.into_iter().collect();
        Error::invalid("recording.plugin", "the recording holds several plugins")
            .cause(format!("say with --plugin which is meant: {}", names.join(", ")))
    })?;
    Ok(vec![(component.clone(), recorded.to_owned())])
}

fn json(recorded: &str, rerun: &Rerun) -> Value {
    json!({
        "plugin": recorded, "sha256": rerun.sha256, "recorded-sha256": rerun.recorded, "replay": rerun.replayed,
    })
}

fn told(plugin: &str, rerun: &Rerun, is_cut: bool) -> String {
    let replayed = &rerun.replayed;
    let end = if replayed.difference.is_some() { "then one that is not" } else { "all the same" };
    let mut text = format!("{plugin}: {} calls of {} instances, {end}\n", replayed.calls, replayed.instances);
    let other = rerun.recorded.iter().find(|sha256| **sha256 != rerun.sha256);
    if let Some(other) = other {
        let short = |sha256: &str| sha256.chars().take(SHORT_DIGEST_DIGITS).collect::<String>();
        text += &format!(
            "  another build: recorded was sha256 {}, replayed {}\n",
            short(other),
            short(&rerun.sha256)
        );
    }
    if replayed.broken_off > 0 {
        let why = if is_cut { "it met its limit" } else { "the run was broken off" };
        text += &format!("  {} instances are recorded in part, for {why}\n", replayed.broken_off);
    }
    clean_lines(&(text + &replayed.difference.as_ref().map(difference).unwrap_or_default()))
}

fn difference(difference: &Difference) -> String {
    let Difference { at, during, expected, actual, fields, lines } = difference;
    let mut text = format!("call {} of instance {}, within {during}:\n", at.number, at.instance);
    text += &format!("  recorded: {expected}\n  now:      {actual}\n");
    for Field { path, expected, actual } in fields {
        let path = if path.is_empty() { "value" } else { path };
        let line = |sign: char, value: &str| {
            if value.is_empty() { String::new() } else { format!("    {sign} {value}\n") }
        };
        text += &format!("  {path}\n{}{}", line('-', expected), line('+', actual));
    }
    if !lines.is_empty() {
        text += "its last log lines:\n";
        text.extend(lines.iter().map(|line| format!("  {line}\n")));
    }
    text
}

/// What stands in a recording may be anybody's.
fn clean_lines(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", clean(line))).collect()
}

fn differs(plugin: &str, rerun: &Rerun) -> Option<Error> {
    let difference = rerun.replayed.difference.as_ref()?;
    let at = &difference.at;
    let what = format!(
        "plugin {plugin} differs from its recording at call {} of instance {}",
        at.number, at.instance
    );
    let same = rerun.recorded.contains(&rerun.sha256);
    let error = Error::invalid("replay.difference", what);
    Some(if same { error } else { error.cause("another build of it was recorded") })
}

#[cfg(test)]
mod tests {
    use super::*;
    use gyre_grants::{Place, Replayed};

    fn rerun(difference: Option<Difference>) -> Rerun {
        let replayed = Replayed { instances: 2, calls: 7, broken_off: 0, difference };
        Rerun { replayed, sha256: "bb".into(), recorded: BTreeSet::from(["aa".into()]) }
    }

    #[test]
    fn a_difference_is_told_field_by_field_and_cannot_steer_a_terminal() {
        let field =
            Field { path: "path".into(), expected: "\"/a\"".into(), actual: "\"/b\u{1b}[2J\"".into() };
        let difference = Difference {
            at: Place { instance: 2, number: 5 },
            during: "gyre:plugin/osmorphing#detect".into(),
            expected: "a call of gyre:host/files#read-file".into(),
            actual: "gyre:host/files#read-file with other arguments".into(),
            fields: vec![field],
            lines: vec!["info: looks".into()],
        };
        let rerun = rerun(Some(difference));
        assert_eq!(
            told("p", &rerun, false),
            "p: 7 calls of 2 instances, then one that is not\n  \
             another build: recorded was sha256 aa, replayed bb\n\
             call 5 of instance 2, within gyre:plugin/osmorphing#detect:\n  \
             recorded: a call of gyre:host/files#read-file\n  \
             now:      gyre:host/files#read-file with other arguments\n  \
             path\n    - \"/a\"\n    + \"/b [2J\"\nits last log lines:\n  info: looks\n"
        );
        assert_eq!(differs("p", &rerun).unwrap().code, "replay.difference");
    }

    #[test]
    fn the_same_is_no_error() {
        assert!(differs("p", &rerun(None)).is_none());
        assert!(told("p", &rerun(None), false).starts_with("p: 7 calls of 2 instances, all the same\n"));
    }
}
