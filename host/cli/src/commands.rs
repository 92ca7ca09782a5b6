//! One function per command: it asks the engine or a plugin, and says what came of it as JSON and as text.
//! No rules.

use crate::answer::Answer;
use crate::app::App;
use crate::args::{
    Cli, Command, JobCommand, OptionCommand, PluginCommand, ReplicaCommand, Route, SourceCommand,
};
use crate::screen::Screen;
use crate::{
    authoring, by_hand, choosing, deploying, given, inspecting, installing, logging, looking, orphans, scheduling,
    show, trusting,
};
use gyre_core::{Error, Result};
use gyre_engine::{Ask, DeployOptions, ExecuteOptions, Fate, NewReplica, ReplicaFilter, Report};
use gyre_saga::{JobFilter, Status, Stop};
use serde_json::{Value, json};
use std::io::{BufRead, IsTerminal, Write};
use tokio_util::sync::CancellationToken;

/// Jobs that `replica show` lists.
const HISTORY: u32 = 5;

/// Does what was asked.
///
/// # Errors
/// Whatever keeps the command from answering at all.
pub async fn run(cli: &Cli, screen: &Screen, cancel: CancellationToken) -> Result<Answer> {
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
        return authoring::run(cli.config.as_deref(), command, cancel).await;
    }
    let app = App::open(cli.config.as_deref(), screen.clone())?;
    if begins_something(&cli.command) {
        for path in &app.open_files {
            screen.line(&format!("! everybody on this machine may read the secrets in {}", path.display()));
        }
    }
    match &cli.command {
        Command::Plugin(PluginCommand::List) => inspecting::list(&app).await,
        Command::Plugin(PluginCommand::Inspect { name }) => inspecting::inspect(&app, name.as_deref()).await,
        Command::Source(SourceCommand::List { endpoint, name }) => {
            looking::list(&app, endpoint.as_deref(), name.as_deref()).await
        }
        Command::Source(SourceCommand::Show { endpoint, vm }) => looking::show(&app, endpoint, vm).await,
        Command::Options(OptionCommand::List { of, names, values, options }) => {
            choosing::list(&app, of, names, *values, &given::read(options)?).await
        }
        Command::Check(args) => looking::check(&app, args, &given::read(&args.options)?).await,
        Command::Replica(command) => replica(&app, screen, command, cli.json, Stop::by(cancel)).await,
        Command::Deploy(args) => {
            let options =
                DeployOptions { own_disks: args.own_disks, ..deploying::options(&app.config, &args.morph)? };
            let ask = |name| Ask::Deploy(name, options.clone());
            of_replica(&app, screen, &args.name, ask, Stop::by(cancel)).await
        }
        Command::Migrate(args) => {
            let new = new_replica(&app, &args.route).await?;
            let options = deploying::options(&app.config, &args.morph)?;
            let execute = ExecuteOptions { power_off: args.power_off_source };
            let ask = |vm: &String| {
                let new = NewReplica { vm: vm.clone(), ..new.clone() };
                (vm.clone(), Ask::Migrate(new, execute, options.clone()))
            };
            do_all(&app, screen, args.route.vm.iter().map(ask).collect(), Stop::by(cancel)).await
        }
        Command::Schedule(command) => scheduling::run(&app, command).await,
        Command::Orphans(command) => orphans::run(&app, command, cli.json, screen, cancel).await,
        Command::Job(command) => job(&app, command, Stop::by(cancel)).await,
        Command::Plugin(
            PluginCommand::Trusting(_) | PluginCommand::Installing(_) | PluginCommand::Author(_),
        )
        | Command::Disk(_)
        | Command::Completions { .. } => Ok(Answer::new(Value::Null, "")),
    }
}

/// Warnings about the configuration come once, and not with every look at a list.
fn begins_something(command: &Command) -> bool {
    matches!(
        command,
        Command::Check(_) | Command::Migrate(_) | Command::Replica(ReplicaCommand::Create { .. })
    )
}

async fn replica(
    app: &App,
    screen: &Screen,
    command: &ReplicaCommand,
    json: bool,
    stop: Stop,
) -> Result<Answer> {
    match command {
        ReplicaCommand::Create { name, route } => create(app, name, route).await,
        ReplicaCommand::Execute { name, power_off_source } => {
            let options = ExecuteOptions { power_off: *power_off_source };
            of_replica(app, screen, name, |name| Ask::Execute(name, options), stop).await
        }
        ReplicaCommand::Show { name } => {
            let (members, jobs) = (app.engine.members(name).await?, app.engine.jobs_of(name, HISTORY).await?);
            let history: Value = jobs.iter().map(job_json).collect();
            match members.as_slice() {
                [replica] if replica.name == *name => {
                    let mut answer = Answer::new(replica, show::replica(replica, &jobs));
                    if let Some(object) = answer.json.as_object_mut() {
                        object.insert("jobs".into(), history);
                    }
                    Ok(answer)
                }
                members => {
                    let text = format!("{}\n{}", show::replicas(members), show::jobs(&jobs));
                    Ok(Answer::new(json!({ "replicas": members, "jobs": history }), text))
                }
            }
        }
        ReplicaCommand::List { text, source, destination, after, limit } => {
            let (text, source, destination) = (text.clone(), source.clone(), destination.clone());
            let filter = ReplicaFilter { text, source, destination, after: after.clone(), limit: *limit };
            let replicas = app.engine.replicas(&filter).await?;
            Ok(Answer::new(json!({ "replicas": replicas }), show::replicas(&replicas)))
        }
        ReplicaCommand::Delete { name, yes } => {
            if !yes {
                confirm_deletion(name, person(json).as_mut())?;
            }
            of_replica(app, screen, name, Ask::Delete, stop).await
        }
    }
}

async fn create(app: &App, name: &str, route: &Route) -> Result<Answer> {
    let more = route.vm.get(1..).unwrap_or_default();
    let replicas = app.engine.create_replicas(name, new_replica(app, route).await?, more).await?;
    let next = format!("gyre replica execute {name} makes the disks and fills them\n");
    match replicas.as_slice() {
        [replica] => Ok(Answer::new(replica, format!("replica {name} noted: {next}"))),
        replicas => {
            let text = format!("{}\n{} replicas noted: {next}", show::replicas(replicas), replicas.len());
            Ok(Answer::new(json!({ "replicas": replicas }), text))
        }
    }
}

/// What is asked of a replica is asked of each that stands below it.
async fn of_replica(
    app: &App,
    screen: &Screen,
    name: &str,
    ask: impl Fn(String) -> Ask,
    stop: Stop,
) -> Result<Answer> {
    let members = match app.engine.members(name).await {
        Ok(members) => members.into_iter().map(|replica| replica.name).collect(),
        // The job of a replica that is gone is finished by the same command all the same.
        Err(error) if error.code == "replica.unknown" => vec![name.to_owned()],
        Err(error) => return Err(error),
    };
    do_all(app, screen, members.into_iter().map(|name| (name.clone(), ask(name))).collect(), stop).await
}

async fn do_all(app: &App, screen: &Screen, asks: Vec<(String, Ask)>, stop: Stop) -> Result<Answer> {
    if asks.len() > 1 {
        screen.expect_several();
    }
    let mut fates = app.engine.run_all(asks, &stop).await;
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

async fn job(app: &App, command: &JobCommand, stop: Stop) -> Result<Answer> {
    let engine = &app.engine;
    match command {
        JobCommand::List { replica, kind, status, before, limit } => {
            let filter = JobFilter {
                subject: replica.as_deref().map(gyre_engine::replica_subject),
                kind: kind.clone(),
                status: status.as_deref().and_then(Status::parse),
                before: before.clone(),
                limit: *limit,
                ..JobFilter::default()
            };
            let jobs = engine.jobs(&filter).await?;
            let list: Vec<_> = jobs.iter().map(job_json).collect();
            Ok(Answer::new(json!({ "jobs": list }), show::jobs(&jobs)))
        }
        JobCommand::Show { id, .. } => show_job(app, &or_newest(app, id.as_ref()).await?).await,
        JobCommand::Log { id, follow, .. } => {
            logging::log(app, &or_newest(app, id.as_ref()).await?, *follow, &stop).await
        }
        JobCommand::Cancel { id, force: false } => Ok(stopped(engine.cancel(id, stop).await?)),
        JobCommand::Cancel { id, force: true } => Ok(stopped(engine.force(id, stop).await?)),
        JobCommand::Skip { id } => Ok(job_answer(engine.skip(id, stop).await?)),
        JobCommand::Resume { id } => Ok(job_answer(engine.resume(id, stop).await?)),
        JobCommand::Undo { id } => Ok(stopped(engine.undo(id, stop).await?)),
        JobCommand::Abandon { id } => Ok(stopped(engine.abandon(id).await?)),
    }
}

/// That a job did not succeed which was to be stopped is no error, but that it is stuck is one.
fn stopped(report: Report) -> Answer {
    let stuck = report.error.clone().filter(|_| report.status == Status::Stuck);
    Answer::new(&report, show::report(&report)).with_error(stuck)
}

async fn or_newest(app: &App, id: Option<&String>) -> Result<String> {
    match id {
        Some(id) => Ok(id.clone()),
        None => newest(app).await,
    }
}

async fn newest(app: &App) -> Result<String> {
    let newest = app.engine.jobs(&JobFilter { limit: 1, ..JobFilter::default() }).await?.pop();
    newest.map(|job| job.id).ok_or_else(|| Error::not_found("job.unknown", "there was no job yet"))
}

async fn show_job(app: &App, id: &str) -> Result<Answer> {
    let (job, report, log) = app.engine.job(id).await?;
    let mut text = format!("{}\n{}", show::report(&report), show::steps(&job));
    if let Some(error) = &report.error {
        text += &format!("\n{}", crate::failure::text(error));
    }
    let mut answer = Answer::new(&report, text);
    if let Some(object) = answer.json.as_object_mut() {
        object.insert("steps".into(), json!(job.steps));
        object.insert("log".into(), json!(log));
    }
    Ok(answer)
}

fn job_json(job: &gyre_saga::JobRecord) -> Value {
    json!({
        "job": job.id, "kind": job.kind, "subject": job.subject, "status": job.status,
        "created": job.created, "updated": job.updated, "error": job.error,
    })
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

async fn new_replica(app: &App, route: &Route) -> Result<NewReplica> {
    let options = app.plugins.environment(&route.destination, &given::read(&route.options)?).await?;
    Ok(NewReplica {
        source: route.source.clone(),
        vm: route.vm.first().cloned().unwrap_or_default(),
        destination: route.destination.clone(),
        options,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

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
