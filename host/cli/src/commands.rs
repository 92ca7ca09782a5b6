//! One function per command: it asks the engine or a plugin, and says what came of it as JSON and as text.
//! No rules.

use crate::answer::Answer;
use crate::app::App;
use crate::args::{
    Cli, Command, JobCommand, OptionCommand, PluginCommand, ReplicaCommand, Route, SourceCommand,
};
use crate::screen::Screen;
use crate::{by_hand, choosing, given, inspecting, looking, show};
use gyre_core::{Error, Result};
use gyre_engine::{DeployOptions, NewReplica, Report};
use gyre_saga::Status;
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
        Command::Replica(command) => replica(&app, command, cli.json, cancel).await,
        Command::Deploy(args) => {
            let options = DeployOptions { own_disks: args.own_disks, ..morphing(&args.morph) };
            Ok(job_answer(app.engine.deploy(&args.name, options, cancel).await?))
        }
        Command::Migrate(args) => {
            let options = morphing(&args.morph);
            Ok(job_answer(app.engine.migrate(new_replica(&app, &args.route).await?, options, cancel).await?))
        }
        Command::Job(command) => job(&app, command, cancel).await,
        Command::Disk(_) | Command::Completions { .. } => Ok(Answer::new(Value::Null, "")),
    }
}

/// Warnings about the configuration come once, and not with every look at a list.
fn begins_something(command: &Command) -> bool {
    matches!(
        command,
        Command::Check(_) | Command::Migrate(_) | Command::Replica(ReplicaCommand::Create { .. })
    )
}

fn morphing(args: &crate::args::MorphArgs) -> DeployOptions {
    DeployOptions {
        system: args.system.clone(),
        skip_morphing: args.skip_morphing,
        ..DeployOptions::default()
    }
}

async fn replica(
    app: &App,
    command: &ReplicaCommand,
    json: bool,
    cancel: CancellationToken,
) -> Result<Answer> {
    match command {
        ReplicaCommand::Create { name, route } => {
            let replica = app.engine.create_replica(name, new_replica(app, route).await?).await?;
            let text =
                format!("replica {name} noted: gyre replica execute {name} makes its disks and fills them\n");
            Ok(Answer::new(&replica, text))
        }
        ReplicaCommand::Execute { name } => Ok(job_answer(app.engine.execute(name, cancel).await?)),
        ReplicaCommand::Show { name } => {
            let (replica, jobs) = (app.engine.replica(name).await?, app.engine.jobs_of(name, HISTORY).await?);
            let mut answer = Answer::new(&replica, show::replica(&replica, &jobs));
            if let Some(object) = answer.json.as_object_mut() {
                object.insert("jobs".into(), jobs.iter().map(job_json).collect());
            }
            Ok(answer)
        }
        ReplicaCommand::List => {
            let replicas = app.engine.replicas().await?;
            Ok(Answer::new(json!({ "replicas": replicas }), show::replicas(&replicas)))
        }
        ReplicaCommand::Delete { name, yes } => {
            let stdin = std::io::stdin();
            let is_asked = !json && stdin.is_terminal();
            if !yes {
                confirm_deletion(name, is_asked.then(|| stdin.lock()))?;
            }
            Ok(job_answer(app.engine.delete_replica(name, cancel).await?))
        }
    }
}

/// Silence is no consent, and neither is that there is nobody to ask.
fn confirm_deletion(name: &str, person: Option<impl BufRead>) -> Result<()> {
    let Some(mut person) = person else {
        let what =
            format!("the replica {name} and its disks are deleted only with --yes where nobody can be asked");
        return Err(Error::invalid("replica.confirm", what));
    };
    let _ = write!(std::io::stderr(), "delete the replica {name} and its disks? [y/N] ");
    let mut answer = String::new();
    let is_agreed = person.read_line(&mut answer).is_ok()
        && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str());
    if is_agreed {
        return Ok(());
    }
    Err(Error::new(gyre_core::Kind::Cancelled, "job.cancelled", "nothing was deleted"))
}

async fn job(app: &App, command: &JobCommand, cancel: CancellationToken) -> Result<Answer> {
    match command {
        JobCommand::List { limit } => {
            let jobs = app.engine.jobs(*limit).await?;
            let list: Vec<_> = jobs.iter().map(job_json).collect();
            Ok(Answer::new(json!({ "jobs": list }), show::jobs(&jobs)))
        }
        JobCommand::Show { id, .. } => {
            let id = match id {
                Some(id) => id.clone(),
                None => newest(app).await?,
            };
            show_job(app, &id).await
        }
        JobCommand::Resume { id } => Ok(job_answer(app.engine.resume(id, cancel).await?)),
        JobCommand::Undo { id } => {
            let report = app.engine.undo(id).await?;
            let stuck = report.error.clone().filter(|_| report.status == Status::Stuck);
            Ok(Answer::new(&report, show::report(&report)).with_error(stuck))
        }
        JobCommand::Abandon { id } => {
            let job = app.engine.abandon(id).await?;
            let text =
                format!("job {id} is over; what it made may still be at the source and the destination\n");
            Ok(Answer::new(job_json(&job), text))
        }
    }
}

async fn newest(app: &App) -> Result<String> {
    let newest = app.engine.jobs(1).await?.pop();
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
        vm: route.vm.clone(),
        destination: route.destination.clone(),
        options,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_deleted_without_a_yes() {
        let asked = |answer: &'static str| confirm_deletion("web", Some(answer.as_bytes()));
        for answer in ["y\n", "Yes\n"] {
            asked(answer).unwrap();
        }
        for answer in ["", "\n", "n\n", "yesterday\n"] {
            assert_eq!(asked(answer).unwrap_err().code, "job.cancelled", "{answer:?}");
        }
        assert_eq!(confirm_deletion("web", None::<&[u8]>).unwrap_err().code, "replica.confirm");
    }
}
