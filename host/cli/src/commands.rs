//! One function per command: it asks the engine or a plugin, and says what came of it as JSON and as text.
//! No rules.

use crate::answer::Answer;
use crate::app::App;
use crate::args::{
    Cli, Command, JobCommand, OptionCommand, PluginCommand, ReplicaCommand, Route, SourceCommand,
};
use crate::desk::{Desk, Local};
use crate::lock::Lock;
use crate::remote::Remote;
use crate::screen::Screen;
use crate::{
    authoring, by_hand, choosing, deploying, given, inspecting, installing, logging, looking, orphans,
    recording, scheduling, serving, show, trusting,
};
use gyre_api::{Check, Create, Deal, JobQuery, Order, ReplicaQuery};
use gyre_core::{Error, Result};
use gyre_engine::{DeployOptions, Fate, Report};
use gyre_saga::{Status, Stop};
use serde_json::json;
use std::io::{BufRead, IsTerminal, Write};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Does what was asked.
///
/// # Errors
/// Whatever keeps the command from answering at all.
pub async fn run(cli: &Cli, screen: &Screen, cancel: CancellationToken) -> Result<Answer> {
    recording::begin(cli)?;
    // By hand, without a replica: the state of the jobs has no part in it.
    if let Command::Disk(command) = &cli.command {
        return by_hand::run(cli.config.as_deref(), command, screen, cancel).await;
    }
    if let Command::Plugin(PluginCommand::Trusting(command)) = &cli.command {
        return trusting::run(cli.config.as_deref(), command, cli.json);
    }
    if let Command::Plugin(PluginCommand::Installing(command)) = &cli.command {
        return installing::run(cli.config.as_deref(), command, cli.json).await;
    }
    if let Command::Plugin(PluginCommand::Author(command)) = &cli.command {
        return authoring::run(cli.config.as_deref(), command, screen, cancel).await;
    }
    if matches!(cli.command, Command::Serve) {
        return serving::serve(cli.config.as_deref(), screen, cancel).await;
    }
    if let Some(url) = &cli.server {
        let remote = Remote::open(cli, url, screen)?;
        return asked(&remote, &cli.command, cli.json, Stop::by(cancel))
            .await
            .unwrap_or_else(|| Err(not_served()));
    }
    if let Command::Plugin(PluginCommand::Inspect { name, run }) = &cli.command {
        return inspecting::inspect(cli.config.as_deref(), name.as_deref(), *run).await;
    }
    let app = App::open(cli.config.as_deref(), Arc::new(screen.clone()))?;
    let _lock = works_on_jobs(&cli.command).then(|| Lock::of_command(&app.state)).transpose()?;
    if begins_something(&cli.command) {
        app.warn(screen);
    }
    match &cli.command {
        Command::Plugin(PluginCommand::List) => inspecting::list(&app).await,
        Command::Options(OptionCommand::List { of, names, values, options }) => {
            choosing::list(&app, of, names, *values, &given::read(options)?).await
        }
        Command::Orphans(command) => orphans::run(&app, command, cli.json, screen, cancel).await,
        command => {
            let desk = Local { app: &app, screen };
            asked(&desk, command, cli.json, Stop::by(cancel)).await.unwrap_or_else(|| Err(not_served()))
        }
    }
}

/// Commands about replicas, jobs, schedules and sources, and checks, wherever they are answered; `None`: it is another one.
async fn asked(desk: &dyn Desk, command: &Command, json: bool, stop: Stop) -> Option<Result<Answer>> {
    Some(match command {
        Command::Replica(command) => replica(desk, command, json, stop).await,
        Command::Deploy(args) => match deploying::options(&args.morph) {
            Ok(options) => {
                let options = DeployOptions { own_disks: args.own_disks, ..options };
                do_all(desk, Order::Deploy(args.name.clone(), options), stop).await
            }
            Err(error) => Err(error),
        },
        Command::Migrate(args) => match (route(&args.route), deploying::options(&args.morph)) {
            (Ok(route), Ok(options)) => {
                do_all(desk, Order::Migrate(route, args.copy.options(), options), stop).await
            }
            (Err(error), _) | (_, Err(error)) => Err(error),
        },
        Command::Job(command) => job(desk, command, stop).await,
        Command::Schedule(command) => scheduling::run(desk, command).await,
        Command::Source(SourceCommand::List { endpoint, name }) => {
            looking::list(desk, endpoint.as_deref(), name.as_deref()).await
        }
        Command::Source(SourceCommand::Show { endpoint, vm }) => looking::show(desk, endpoint, vm).await,
        Command::Check(args) => looking::check(desk, args).await,
        _ => return None,
    })
}

fn not_served() -> Error {
    let what = "a server is asked about replicas, deployments, migrations, jobs, schedules, sources and checks alone";
    Error::invalid("server.command", what)
        .cause("all other commands are given on its host, beside it, without --server and GYRE_SERVER")
}

/// Whether jobs may be worked on in this process: not beside a server.
fn works_on_jobs(command: &Command) -> bool {
    match command {
        Command::Deploy(_) | Command::Migrate(_) => true,
        Command::Replica(command) => {
            use ReplicaCommand::{Delete, Execute, Verify};
            matches!(command, Execute { .. } | Verify { .. } | Delete { .. })
        }
        Command::Job(command) => {
            !matches!(command, JobCommand::List { .. } | JobCommand::Show { .. } | JobCommand::Log { .. })
        }
        _ => false,
    }
}

/// Warnings about the configuration come once, and not with every look at a list.
fn begins_something(command: &Command) -> bool {
    matches!(
        command,
        Command::Check(_) | Command::Migrate(_) | Command::Replica(ReplicaCommand::Create { .. })
    )
}

async fn replica(desk: &dyn Desk, command: &ReplicaCommand, json: bool, stop: Stop) -> Result<Answer> {
    match command {
        ReplicaCommand::Create { name, route } => {
            let mut answer = create(desk, name, route).await?;
            // Programs ask `gyre check` when they want to know.
            if !json {
                answer.text += &looking::doubts(desk, &first_check(route)?).await;
            }
            Ok(answer)
        }
        ReplicaCommand::Execute { name, copy } => {
            do_all(desk, Order::Execute(name.clone(), copy.options()), stop).await
        }
        ReplicaCommand::Verify { name } => do_all(desk, Order::Verify(name.clone()), stop).await,
        ReplicaCommand::Show { name } => {
            let view = desk.replica(name).await?;
            match view.replicas.as_slice() {
                [replica] if replica.name == *name => {
                    let mut answer = Answer::new(replica, show::replica(replica, &view.jobs));
                    if let Some(object) = answer.json.as_object_mut() {
                        object.insert("jobs".into(), json!(view.jobs));
                    }
                    Ok(answer)
                }
                members => {
                    let text = format!("{}\n{}", show::replicas(members), show::jobs(&view.jobs));
                    Ok(Answer::new(&view, text))
                }
            }
        }
        ReplicaCommand::List { text, source, destination, after, limit } => {
            let (text, source, destination) = (text.clone(), source.clone(), destination.clone());
            let limit = Some(u32::try_from(*limit).unwrap_or(u32::MAX));
            let query = ReplicaQuery { text, source, destination, after: after.clone(), limit };
            let replicas = desk.replicas(&query).await?;
            Ok(Answer::new(json!({ "replicas": replicas }), show::replicas(&replicas)))
        }
        ReplicaCommand::Delete { name, yes } => {
            if !yes {
                confirm_deletion(name, person(json).as_mut())?;
            }
            do_all(desk, Order::Delete(name.clone()), stop).await
        }
    }
}

async fn create(desk: &dyn Desk, name: &str, args: &Route) -> Result<Answer> {
    let replicas = desk.create(&Create { name: name.to_owned(), route: route(args)? }).await?;
    let next = format!("gyre replica execute {name} makes the disks and fills them\n");
    match replicas.as_slice() {
        [replica] => Ok(Answer::new(replica, format!("replica {name} noted: {next}"))),
        replicas => {
            let text = format!("{}\n{} replicas noted: {next}", show::replicas(replicas), replicas.len());
            Ok(Answer::new(json!({ "replicas": replicas }), text))
        }
    }
}

/// The check of the first machine that goes this way: names are the same for all.
fn first_check(args: &Route) -> Result<Check> {
    let gyre_api::Route { source, vms, destination, options, layers } = route(args)?;
    let vm = vms.into_iter().next();
    Ok(Check { source: Some(source), vm, destination: Some(destination), options, layers })
}

async fn do_all(desk: &dyn Desk, order: Order, stop: Stop) -> Result<Answer> {
    let mut fates = desk.carry_out(order, &stop).await?;
    match fates.pop() {
        Some(only) if fates.is_empty() => Ok(job_answer(only.report?)),
        last => Ok(several(fates.into_iter().chain(last))),
    }
}

/// The fates of several: an answer for each, and the error of the first that did not end well.
fn several(fates: impl Iterator<Item = Fate>) -> Answer {
    let (mut all, mut text, mut errors) = (Vec::new(), String::new(), Vec::new());
    for fate in fates {
        let answer = fate.report.map_or_else(Answer::of_error, job_answer);
        text += &format!("── {}\n{}", show::clean(&fate.name), answer.text);
        if let Some(error) = &answer.error {
            text += &crate::failure::text(error);
        }
        text.push('\n');
        all.push(json!({ "name": fate.name, "answer": answer.json, "error": answer.error }));
        errors.extend(answer.error);
    }
    let failed = errors.len();
    let error = errors.into_iter().next();
    let error = error.map(|error| error.during(format!("{failed} of {} did not end well", all.len())));
    Answer::new(json!({ "machines": all }), text).with_error(error)
}

fn confirm_deletion(name: &str, person: Option<&mut impl BufRead>) -> Result<()> {
    let what =
        format!("the replica {name} and its disks are deleted only with --yes where nobody can be asked");
    let question = format!("delete the replica {name} and its disks?");
    confirm(&question, Error::invalid("replica.confirm", what), person)
}

/// Whoever can be asked, if somebody can.
pub(crate) fn person(json: bool) -> Option<impl BufRead> {
    let stdin = std::io::stdin();
    (!json && stdin.is_terminal()).then(|| stdin.lock())
}

/// Silence is no consent, and neither is that there is nobody to ask, which is `nobody`.
pub(crate) fn confirm(question: &str, nobody: Error, person: Option<&mut impl BufRead>) -> Result<()> {
    let Some(person) = person else { return Err(nobody) };
    let _ = write!(std::io::stderr(), "{question} [y/N] ");
    let mut answer = String::new();
    let is_agreed = person.read_line(&mut answer).is_ok()
        && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str());
    if is_agreed {
        return Ok(());
    }
    Err(Error::new(gyre_core::Kind::Cancelled, "job.cancelled", "nothing was deleted"))
}

async fn job(desk: &dyn Desk, command: &JobCommand, stop: Stop) -> Result<Answer> {
    match command {
        JobCommand::List { replica, kind, status, before, limit } => {
            let query = JobQuery {
                replica: replica.clone(),
                kind: kind.clone(),
                status: status.as_deref().and_then(Status::parse),
                before: before.clone(),
                limit: Some(*limit),
                ..JobQuery::default()
            };
            let jobs = desk.jobs(&query).await?;
            Ok(Answer::new(json!({ "jobs": jobs }), show::jobs(&jobs)))
        }
        JobCommand::Show { id, changes, .. } => {
            let id = or_newest(desk, id.as_ref()).await?;
            if *changes { logging::changes(desk, &id).await } else { show_job(desk, &id).await }
        }
        JobCommand::Log { id, follow, .. } => {
            logging::log(desk, &or_newest(desk, id.as_ref()).await?, *follow, &stop).await
        }
        JobCommand::Cancel { id, force: false } => Ok(stopped(desk.deal(id, Deal::Cancel, stop).await?)),
        JobCommand::Cancel { id, force: true } => Ok(stopped(desk.deal(id, Deal::Force, stop).await?)),
        JobCommand::Skip { id } => Ok(job_answer(desk.deal(id, Deal::Skip, stop).await?)),
        JobCommand::Resume { id } => Ok(job_answer(desk.deal(id, Deal::Resume, stop).await?)),
        JobCommand::Undo { id } => Ok(stopped(desk.deal(id, Deal::Undo, stop).await?)),
        JobCommand::Abandon { id } => Ok(stopped(desk.deal(id, Deal::Abandon, stop).await?)),
    }
}

/// That a job did not succeed which was to be stopped is no error, but that it is stuck is one.
fn stopped(report: Report) -> Answer {
    let stuck = report.error.clone().filter(|_| report.status == Status::Stuck);
    Answer::new(&report, show::report(&report)).with_error(stuck)
}

async fn or_newest(desk: &dyn Desk, id: Option<&String>) -> Result<String> {
    match id {
        Some(id) => Ok(id.clone()),
        None => newest(desk).await,
    }
}

async fn newest(desk: &dyn Desk) -> Result<String> {
    let newest = desk.jobs(&JobQuery { limit: Some(1), ..JobQuery::default() }).await?.pop();
    newest.map(|job| job.job).ok_or_else(|| Error::not_found("job.unknown", "there was no job yet"))
}

async fn show_job(desk: &dyn Desk, id: &str) -> Result<Answer> {
    let view = desk.job(id).await?;
    let mut text = format!("{}\n{}", show::report(&view.report), show::steps(&view.steps));
    if !view.report.status.is_final() {
        text += &format!("\n{}", logging::progress(desk, id).await?);
    }
    if let Some(error) = &view.report.error {
        text += &format!("\n{}", crate::failure::text(error));
    }
    Ok(Answer::new(&view, text))
}

/// A job that did not succeed is an answer and an error.
fn job_answer(report: Report) -> Answer {
    let error = (report.status != Status::Succeeded).then(|| {
        let at = report.failed_step.as_ref().map(|step| format!(" at the step {step:?}")).unwrap_or_default();
        let what = format!("{} {} {}{at}", report.kind, report.job, report.status.name());
        let error = report.error.clone().unwrap_or_else(|| Error::other("job.failed", "it does not say why"));
        match report.status {
            Status::Stuck => {
                error.during(what).cause(format!("go on with it: gyre job resume {}", report.job))
            }
            _ => error.during(what),
        }
    });
    let text = show::report(&report);
    Answer::new(&report, text).with_error(error)
}

fn route(args: &Route) -> Result<gyre_api::Route> {
    Ok(gyre_api::Route {
        source: args.source.clone(),
        vms: args.vm.clone(),
        destination: args.destination.clone(),
        options: serde_json::Map::new(),
        layers: given::layers(&args.options)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_noted_replica_is_checked_as_its_first_machine() {
        let words = ["a", "b"].map(str::to_owned).to_vec();
        let options = crate::args::OptionArgs { option: vec!["flavor_name=m9".into()], ..Default::default() };
        let check =
            first_check(&Route { source: "s".into(), vm: words, destination: "d".into(), options }).unwrap();
        assert_eq!((check.vm.as_deref(), check.destination.as_deref()), (Some("a"), Some("d")));
        assert_eq!(check.layers[0].options["flavor_name"], "m9");
    }

    #[test]
    fn nothing_is_deleted_without_a_yes() {
        let asked = |answer: &'static str| confirm_deletion("web", Some(&mut answer.as_bytes()));
        for answer in ["y\n", "Yes\n"] {
            asked(answer).unwrap();
        }
        for answer in ["", "\n", "n\n", "yesterday\n"] {
            assert_eq!(asked(answer).unwrap_err().code, "job.cancelled", "{answer:?}");
        }
        assert_eq!(confirm_deletion("web", None::<&mut &[u8]>).unwrap_err().code, "replica.confirm");
    }
}
