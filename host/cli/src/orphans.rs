//! `gyre orphans`: what was left at sources and destinations, shown and removed. Which of it may go, the engine says.

use crate::answer::Answer;
use crate::app::App;
use crate::args::OrphansCommand;
use crate::commands::{confirm, person};
use crate::screen::Screen;
use crate::show::{Table, clean, time};
use gyre_core::roles::Marked;
use gyre_core::{Error, Kind, Result};
use gyre_engine::{Chosen, Found, Owner, Place};
use serde::Serialize;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// Failures that are told one by one.
const FAILURES_SHOWN_MAX: usize = 12;

/// A line of the list.
#[derive(Clone, Serialize)]
struct Line {
    #[serde(flatten)]
    place: Place,
    #[serde(flatten)]
    found: Found,
}

/// What was found at all endpoints that could be asked.
#[derive(Default)]
struct Everything {
    lines: Vec<Line>,
    /// The endpoints that answered.
    looked: Vec<Place>,
    /// Why the first of the others could not.
    failed: Option<Error>,
}

/// Lists or removes.
///
/// # Errors
/// Those of the endpoint; `orphans.*`.
pub async fn run(
    app: &App,
    command: &OrphansCommand,
    json: bool,
    screen: &Screen,
    cancel: CancellationToken,
) -> Result<Answer> {
    match command {
        OrphansCommand::List { endpoint } => Ok(list(app, endpoint.as_deref(), &cancel).await),
        OrphansCommand::Remove { endpoint, ids, yes, foreign } => {
            let everything = look(app, endpoint.as_deref(), &cancel).await;
            let chosen = choose(&everything, &Chosen { ids: ids.clone(), foreign: *foreign })?;
            if !yes && !chosen.is_empty() {
                screen.line(table(&chosen).trim_end());
                let what = "orphans are removed only with --yes where nobody can be asked";
                let nobody = Error::invalid("orphans.confirm", what);
                confirm(&format!("remove these {}?", chosen.len()), nobody, person(json).as_mut())?;
            }
            let answer = remove(app, chosen, screen, &cancel).await;
            let error = answer.error.clone().or(everything.failed);
            Ok(answer.with_error(error))
        }
    }
}

/// Those of this name, or all. One that is none is a destination, which the engine does not know either.
fn places(app: &App, name: Option<&str>) -> Vec<Place> {
    let is_meant = |known: &&String| name.is_none_or(|name| name == known.as_str());
    let destinations = app.config.destination.keys().filter(is_meant).cloned().map(Place::Destination);
    let sources = app.config.source.keys().filter(is_meant).cloned().map(Place::Source);
    let known: Vec<_> = destinations.chain(sources).collect();
    match name {
        Some(name) if known.is_empty() => vec![Place::Destination(name.to_owned())],
        _ => known,
    }
}

async fn look(app: &App, name: Option<&str>, cancel: &CancellationToken) -> Everything {
    let mut everything = Everything::default();
    for place in places(app, name) {
        match app.engine.marked(&place, cancel).await {
            Ok(found) => {
                let line = |found| Line { place: place.clone(), found };
                everything.lines.extend(found.into_iter().map(line));
                everything.looked.push(place);
            }
            Err(error) => {
                let error = error.during(format!("look for what carries the mark of gyre at the {place}"));
                everything.failed = everything.failed.or(Some(error));
            }
        }
    }
    everything
}

async fn list(app: &App, name: Option<&str>, cancel: &CancellationToken) -> Answer {
    let everything = look(app, name, cancel).await;
    let (json, text) = listed(&everything.lines, &everything.looked);
    Answer::new(json, text).with_error(everything.failed)
}

fn listed(lines: &[Line], looked: &[Place]) -> (Value, String) {
    let of = |owner| lines.iter().filter(|line| line.found.owner == owner).cloned().collect::<Vec<_>>();
    let (orphans, unknown, kept) = (of(Owner::Orphan), of(Owner::Unknown), of(Owner::Kept).len());
    let mut text = if orphans.is_empty() { "no orphans\n".to_owned() } else { table(&orphans) };
    if !unknown.is_empty() {
        let head = "unknown here, and removed only by id with --foreign:";
        text += &format!("\n{head}\n{}", table(&unknown));
    }
    if kept > 0 {
        let whose = "of replicas, of jobs that are not over, and of migrated servers";
        text += &format!("\nnot shown: {kept} {whose}\n");
    }
    let names: Vec<_> = looked.iter().map(|place| clean(&place.to_string())).collect();
    if !names.is_empty() {
        text += &format!("\nlooked at: {}\n", names.join(", "));
    }
    (json!({ "orphans": orphans, "unknown": unknown, "kept": kept, "looked-at": looked }), text)
}

fn table(lines: &[Line]) -> String {
    let mut table = Table::new(&["at", "kind", "id", "name", "made", "why"]);
    for Line { place, found } in lines {
        let Marked { kind, id, name, made_ms, .. } = &found.marked;
        let made = made_ms.map_or_else(|| "?".to_owned(), time);
        table.row([&place.to_string(), kind, id, name, &made, &found.why]);
    }
    table.text()
}

/// In the order of removal at each endpoint. An id is one at all of them.
fn choose(everything: &Everything, chosen: &Chosen) -> Result<Vec<Line>> {
    let found: Vec<_> = everything.lines.iter().map(|line| line.found.clone()).collect();
    let may_go = match chosen.of(&found) {
        // What was not found may be where nobody could look.
        Err(error) if error.kind == Kind::NotFound => return Err(everything.failed.clone().unwrap_or(error)),
        other => other?,
    };
    Ok(everything.lines.iter().filter(|line| may_go.contains(&line.found)).cloned().collect())
}

/// One that does not go keeps no other one: what depends on it is told by the cloud.
async fn remove(app: &App, chosen: Vec<Line>, screen: &Screen, cancel: &CancellationToken) -> Answer {
    let (mut removed, mut left) = (Vec::new(), Vec::new());
    for line in chosen {
        let Marked { kind, id, .. } = &line.found.marked;
        match app.engine.remove_marked(&line.place, &line.found.marked, cancel).await {
            Ok(()) => {
                screen.line(&format!("removed {} {}", clean(kind), clean(id)));
                removed.push(line);
            }
            Err(error) => {
                screen.line(&format!("left {} {}: {}", clean(kind), clean(id), clean(&error.to_string())));
                left.push((line, error));
            }
        }
    }
    answer(&removed, &left)
}

fn answer(removed: &[Line], left: &[(Line, Error)]) -> Answer {
    let text = match removed.len() {
        0 => "nothing was removed\n".to_owned(),
        count => format!("{count} removed\n"),
    };
    let failures: Vec<_> = left.iter().map(|(line, error)| json!({ "left": line, "error": error })).collect();
    Answer::new(json!({ "removed": removed, "failed": failures }), text).with_error(why_left(left))
}

/// Of the kind of the first: a cloud that is down is another matter than a volume in use.
fn why_left(left: &[(Line, Error)]) -> Option<Error> {
    let (_, first) = left.first()?;
    let error = Error::new(first.kind, "orphans.left", format!("{} could not be removed", left.len()));
    let told = left.iter().take(FAILURES_SHOWN_MAX).map(|(line, error)| {
        let Marked { kind, id, .. } = &line.found.marked;
        format!("{kind} {id}: {error}")
    });
    let error = told.fold(error, Error::cause);
    match left.len().saturating_sub(FAILURES_SHOWN_MAX) {
        0 => Some(error),
        more => Some(error.cause(format!("and {more} more"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(destination: &str, id: &str, owner: Owner) -> Line {
        let token = "0123456789ab-clone".to_owned();
        let marked =
            Marked { kind: "volume".into(), id: id.into(), name: "web".into(), token, made_ms: Some(0) };
        let found = Found { marked, owner, why: "deployment 0123456789ab failed".into() };
        Line { place: Place::Destination(destination.into()), found }
    }

    #[test]
    fn orphans_are_told_from_what_is_unknown_and_what_is_kept() {
        let lines = [line("cloud", "1", Owner::Orphan), line("cloud", "2\x1b[2J", Owner::Unknown)];
        let lines = [&lines[..], &[line("cloud", "3", Owner::Kept)]].concat();
        let looked = [Place::Destination("cloud".into()), Place::Source("vmware".into())];
        let (json, text) = listed(&lines, &looked);
        assert_eq!(
            text,
            "\
AT                 KIND    ID  NAME  MADE                  WHY
destination cloud  volume  1   web   1970-01-01 00:00:00Z  deployment 0123456789ab failed

unknown here, and removed only by id with --foreign:
AT                 KIND    ID     NAME  MADE                  WHY
destination cloud  volume  2 [2J  web   1970-01-01 00:00:00Z  deployment 0123456789ab failed

not shown: 1 of replicas, of jobs that are not over, and of migrated servers

looked at: destination cloud, source vmware
"
        );
        assert_eq!(json["orphans"][0]["token"], "0123456789ab-clone");
        assert_eq!((json["unknown"][0]["owner"].as_str(), json["kept"].as_u64()), (Some("unknown"), Some(1)));
        assert_eq!(json["orphans"][0]["destination"], "cloud");
        assert_eq!(json["looked-at"][1]["source"], "vmware");
        assert_eq!(listed(&[], &[]).1, "no orphans\n");
    }

    #[test]
    fn what_could_not_be_looked_at_is_no_proof_of_absence() {
        let unreachable = Error::unavailable("openstack.unreachable", "no answer");
        let everything = |failed| {
            let lines = vec![line("cloud", "1", Owner::Orphan)];
            Everything { lines, looked: Vec::new(), failed }
        };
        let chosen = |id: &str| Chosen { ids: vec![id.to_owned()], foreign: false };
        assert_eq!(choose(&everything(None), &chosen("1")).unwrap().len(), 1);
        let code = |failed, id: &str| choose(&everything(failed), &chosen(id)).err().unwrap().code;
        assert_eq!(code(None, "2"), "orphans.unknown-id");
        assert_eq!(code(Some(unreachable), "2"), "openstack.unreachable");
    }

    #[test]
    fn each_failure_is_told_and_the_first_gives_its_exit_code() {
        let one = |number: usize| {
            let error = Error::conflict("openstack.volume-in-use", format!("server {number} has it"));
            (line("cloud", &number.to_string(), Owner::Orphan), error)
        };
        let left: Vec<_> = (0..14).map(one).collect();
        let answer = answer(&[line("cloud", "x", Owner::Orphan)], &left);
        assert_eq!((answer.text.as_str(), answer.exit_code()), ("1 removed\n", 5));
        let error = answer.error.unwrap();
        assert_eq!((error.code.as_str(), error.causes.len()), ("orphans.left", 13));
        assert!(error.causes[0].contains("volume 0: server 0 has it"), "{:?}", error.causes);
        assert_eq!(error.causes[12], "and 2 more");
        assert_eq!(answer.json["failed"][13]["error"]["code"], "openstack.volume-in-use");
        assert_eq!(super::answer(&[], &[]).exit_code(), 0);
    }
}
