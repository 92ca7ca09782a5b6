//! `gyre schedule`: making, looking at, pausing and removing schedules. No rules: what may be said is checked, and
//! what is due is decided, by gyre-schedule.

use crate::answer::Answer;
use crate::app::App;
use crate::args::MorphArgs;
use crate::show::{self, Table};
use crate::{deploying, failure};
use clap::{Args, Subcommand, ValueEnum};
use gyre_core::config::Config;
use gyre_core::{Error, Result};
use gyre_engine::DeployOptions;
use gyre_schedule::{
    Clock, MISSED_COUNTED_MAX, MissedPolicy, NewSchedule, Phase, Rule, Run, Schedule, State, SystemClock,
    Task, Timetable,
};
use serde_json::{Value, json};

/// What everybody is told who makes a schedule or looks at some.
const ONLY_SERVED: &str = "schedules run only while gyre serve runs\n";
/// Planned times that `gyre schedule next` shows unless told otherwise, and at most.
const NEXT: u16 = 5;
const NEXT_MAX: i64 = 1000;
/// Milliseconds of a minute.
const MINUTE_MS: u64 = 60_000;

#[derive(Debug, Subcommand)]
pub enum ScheduleCommand {
    /// Execute a replica again and again, at the times of a cron expression
    Create(CreateArgs),
    /// List schedules
    List,
    /// Show a schedule, its next run and what came of the last
    Show {
        /// Name of the schedule
        name: String,
    },
    /// Let nothing of a schedule begin any more; a job that runs goes on
    Pause {
        /// Name of the schedule
        name: String,
    },
    /// Let a paused schedule go on with its next planned time
    Resume {
        /// Name of the schedule
        name: String,
    },
    /// Delete a schedule; a job that runs goes on
    Delete {
        /// Name of the schedule
        name: String,
    },
    /// Show the next planned times, on the clock of the schedule's zone and in UTC
    Next {
        /// Name of the schedule
        name: String,
        /// So many
        #[arg(short = 'n', long, default_value_t = NEXT, value_parser = clap::value_parser!(u16).range(1..=NEXT_MAX))]
        count: u16,
    },
}

#[derive(Debug, Args)]
pub struct CreateArgs {
    /// Name of the replica, of one machine or of several
    pub replica: String,
    /// Name of the schedule [default: that of the replica]
    #[arg(long)]
    pub name: Option<String>,
    /// When: minute, hour, day of month, month, day of week (`0 2 * * *`), or @hourly, @daily, @weekly, @monthly
    #[arg(long, value_name = "EXPRESSION")]
    pub cron: String,
    /// On whose clock: an IANA time zone, as Europe/Berlin
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub zone: String,
    /// What becomes of runs that could not begin in time
    #[arg(long, value_enum, default_value = "skip")]
    pub missed: Missed,
    /// How late a run may begin, minutes
    #[arg(long, value_name = "MINUTES", default_value_t = gyre_schedule::GRACE_MS / MINUTE_MS)]
    pub grace: u64,
    /// Begin nothing from then on: a date (its end), a time in the schedule's zone, or a time with an offset
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// Power the machine off at its source before each snapshot; it stays off
    #[arg(long)]
    pub power_off_source: bool,
    /// Deploy after each successful execution
    #[arg(long)]
    pub deploy: bool,
    /// Which of several operating systems on the disks is deployed
    #[arg(long, value_name = "ROOT", requires = "deploy")]
    pub system: Option<String>,
    /// Deploy the guest as it is: no drivers, no cloud-init, no change of its network
    #[arg(long, requires = "deploy", conflicts_with = "system")]
    pub skip_morphing: bool,
    /// Deploy on the replica's own disks; the replica ends with that, and the schedule pauses itself at its next run
    #[arg(long, requires = "deploy")]
    pub own_disks: bool,
}

/// As it is written on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Missed {
    /// They are skipped
    Skip,
    /// One run makes up for all of them, as soon as it can begin
    Once,
}

/// Does what was asked.
///
/// # Errors
/// `replica.unknown`, `schedule.*`, `store.*`.
pub async fn run(app: &App, command: &ScheduleCommand) -> Result<Answer> {
    let now = SystemClock.now_ms();
    match command {
        ScheduleCommand::Create(args) => create(app, args, now).await,
        ScheduleCommand::List => {
            let all = app.schedules.all().await?;
            let views: Vec<_> = all.iter().map(|schedule| view(schedule, now)).collect();
            Ok(Answer::new(json!({ "schedules": views }), list(&all, now)))
        }
        ScheduleCommand::Show { name } => {
            let schedule = app.schedules.get(name).await?;
            Ok(Answer::new(view(&schedule, now), format!("{}\n{ONLY_SERVED}", one(&schedule, now))))
        }
        ScheduleCommand::Pause { name } => {
            let schedule = app.schedules.pause(name).await?;
            Ok(Answer::new(view(&schedule, now), format!("schedule {name} is paused\n")))
        }
        ScheduleCommand::Resume { name } => {
            let schedule = app.schedules.resume(name, now).await?;
            let text = format!("schedule {name} goes on: {}\n{ONLY_SERVED}", next(&schedule, now));
            Ok(Answer::new(view(&schedule, now), text))
        }
        ScheduleCommand::Delete { name } => {
            let schedule = app.schedules.remove(name).await?;
            Ok(Answer::new(view(&schedule, now), format!("schedule {name} is deleted\n")))
        }
        ScheduleCommand::Next { name, count } => {
            times(&app.schedules.get(name).await?, now, usize::from(*count))
        }
    }
}

async fn create(app: &App, args: &CreateArgs, now: u64) -> Result<Answer> {
    app.engine.members(&args.replica).await?;
    // One machine of several is a replica called `web/db`.
    let name = args.name.clone().unwrap_or_else(|| args.replica.replace('/', "."));
    let schedule = app.schedules.create(&name, new_schedule(&app.config, args)?, now).await?;
    let text = format!("schedule {name} is made: {}\n{ONLY_SERVED}", next(&schedule, now));
    Ok(Answer::new(view(&schedule, now), text))
}

fn new_schedule(config: &Config, args: &CreateArgs) -> Result<NewSchedule> {
    let table = Timetable::parse(&args.cron, &args.zone)?;
    let until = args.until.as_deref().map(|text| table.instant(text)).transpose()?;
    let missed = match args.missed {
        Missed::Skip => MissedPolicy::Skip,
        Missed::Once => MissedPolicy::Once,
    };
    let rule = Rule {
        cron: args.cron.clone(),
        zone: args.zone.clone(),
        missed,
        grace_ms: args.grace.saturating_mul(MINUTE_MS),
        until,
        enabled: true,
    };
    let deploy = args.deploy.then(|| deploy_options(config, args)).transpose()?;
    let task = Task { power_off: args.power_off_source, deploy };
    Ok(NewSchedule { replica: args.replica.clone(), rule, task })
}

fn deploy_options(config: &Config, args: &CreateArgs) -> Result<Value> {
    let (system, skip_morphing) = (args.system.clone(), args.skip_morphing);
    let morph = MorphArgs { system, skip_morphing, ..MorphArgs::default() };
    let options = DeployOptions {
        own_disks: args.own_disks,
        ..deploying::complete(config, deploying::options(&morph)?)?
    };
    serde_json::to_value(options).map_err(|e| {
        Error::other("store.corrupt", "the options of the deployment cannot be written down").cause(e)
    })
}

/// As it is kept, with what follows from it now.
fn view(schedule: &Schedule, now: u64) -> Value {
    let mut view = json!(schedule);
    if let Some(object) = view.as_object_mut() {
        object.insert("state".into(), json!(schedule.state(now)));
        object.insert(
            "next".into(),
            json!(schedule.upcoming(now, 1).ok().and_then(|times| times.first().copied())),
        );
    }
    view
}

fn times(schedule: &Schedule, now: u64, count: usize) -> Result<Answer> {
    let (table, planned) = (schedule.rule.timetable()?, schedule.upcoming(now, count)?);
    let mut shown = Table::new(&[table.zone_name(), "UTC"]);
    for at in &planned {
        shown.row([table.on_the_wall(*at), show::time(*at)]);
    }
    let text = if planned.is_empty() { format!("{}\n", next(schedule, now)) } else { shown.text() };
    let list: Vec<_> =
        planned.iter().map(|at| json!({"at": at, "utc": utc(*at), "local": table.rfc3339(*at)})).collect();
    Ok(Answer::new(
        json!({ "schedule": schedule.name, "zone": schedule.rule.zone, "times": list }),
        text + ONLY_SERVED,
    ))
}

/// RFC 3339.
fn utc(ms: u64) -> String {
    show::time(ms).replace(' ', "T")
}

/// `next run Sun 2026-03-29 03:00 CEST`, or why there is none.
fn next(schedule: &Schedule, now: u64) -> String {
    match (schedule.upcoming(now, 1), schedule.rule.enabled) {
        (Err(error), _) => error.to_string(),
        (_, false) => "it is paused".into(),
        (Ok(times), _) => times
            .first()
            .map_or("nothing is planned any more".into(), |at| format!("next run {}", wall(schedule, *at))),
    }
}

/// On the clock of its zone, while there is such a zone.
fn wall(schedule: &Schedule, ms: u64) -> String {
    schedule.rule.timetable().map_or_else(|_| show::time(ms), |table| table.on_the_wall(ms))
}

fn list(all: &[Schedule], now: u64) -> String {
    if all.is_empty() {
        return "no schedules\n".into();
    }
    let mut table = Table::new(&["schedule", "replica", "cron", "zone", "state", "next run", "last run"]);
    for schedule in all {
        let next = schedule.upcoming(now, 1).ok().and_then(|times| times.first().copied());
        let next = next.map_or("none".into(), |at| wall(schedule, at));
        let last = schedule.run.as_ref().map_or("none".into(), |run| phase(run).to_owned());
        let Rule { cron, zone, .. } = &schedule.rule;
        table.row([&schedule.name, &schedule.replica, cron, zone, state(schedule, now), &next, &last]);
    }
    format!("{}\n{ONLY_SERVED}", table.text())
}

fn state(schedule: &Schedule, now: u64) -> &'static str {
    match schedule.state(now) {
        State::Active => "active",
        State::Waiting => "waiting",
        State::Running => "running",
        State::Paused => "paused",
        State::Expired => "over",
        State::ClockBehind => "clock behind",
    }
}

fn phase(run: &Run) -> &'static str {
    match run.phase {
        Phase::Starting => "starting",
        Phase::Executing => "executing",
        Phase::Executed => "executed, to be deployed",
        Phase::StartingDeployment => "starting its deployment",
        Phase::Deploying => "deploying",
        Phase::Succeeded => "succeeded",
        Phase::Failed => "failed",
    }
}

fn one(schedule: &Schedule, now: u64) -> String {
    let mut table = Table::pairs();
    let rule = &schedule.rule;
    table.row(["schedule", &schedule.name]);
    table.row(["replica", &schedule.replica]);
    table.row(["does", &task(&schedule.task)]);
    table.row(["cron", &format!("{} in {}", rule.cron, rule.zone)]);
    table.row(["late", &late(rule)]);
    if let Some(until) = rule.until {
        table.row(["ends", &wall(schedule, until)]);
    }
    table.row(["state", state(schedule, now)]);
    table.row(["planned", &next(schedule, now)]);
    past(schedule, &mut table);
    let error = schedule.run.as_ref().and_then(|run| run.error.as_ref()).or(schedule.paused_by.as_ref());
    table.text() + &error.map_or(String::new(), |error| format!("\n{}", failure::text(error)))
}

fn task(task: &Task) -> String {
    let off = task.power_off.then_some("powers the source off");
    let deploys = task.deploy.as_ref().map(|_| "deploys");
    [off, Some("executes"), deploys].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn late(rule: &Rule) -> String {
    let then = match rule.missed {
        MissedPolicy::Skip => "a run that is later is skipped",
        MissedPolicy::Once => "one run makes up for those that would be later",
    };
    format!("{} min at most; {then}", rule.grace_ms / MINUTE_MS)
}

/// What waits, ran and was missed.
fn past(schedule: &Schedule, table: &mut Table) {
    if let Some(waiting) = &schedule.waiting {
        table.row(["waiting", &format!("the run of {}: {}", wall(schedule, waiting.planned), waiting.why)]);
    }
    if let Some(run) = &schedule.run {
        table.row(["last run", &format!("of {}: {}", wall(schedule, run.planned), phase(run))]);
        for (what, job) in [("execution", &run.execution), ("deployment", &run.deployment)] {
            if let Some(job) = job {
                table.row([what, &format!("job {job}")]);
            }
        }
    }
    if let Some(missed) = &schedule.missed_runs {
        let or_more = if missed.count == MISSED_COUNTED_MAX { " or more" } else { "" };
        let span = format!("{} to {}", wall(schedule, missed.first), wall(schedule, missed.last));
        table.row(["missed", &format!("{}{or_more}, {span}: {}", missed.count, missed.why)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::{Cli, Command};
    use clap::Parser;

    /// 2026-11-10, 01:00 in UTC.
    const NOW: u64 = 1_794_272_400_000;

    fn args(more: &[&str]) -> CreateArgs {
        let line = ["gyre", "schedule", "create", "web", "--cron", "30 2 * * *"];
        match Cli::parse_from(line.iter().chain(more)).command {
            Command::Schedule(ScheduleCommand::Create(args)) => args,
            other => panic!("{other:?}"),
        }
    }

    async fn made(more: &[&str]) -> Schedule {
        let directory = tempfile::tempdir().unwrap();
        let owner = gyre_saga::Owner::this_process();
        let store = gyre_saga::SqliteStore::open(directory.path(), owner).unwrap();
        let schedules = gyre_schedule::Schedules::new(std::sync::Arc::new(store));
        schedules.create("web", new_schedule(&Config::default(), &args(more)).unwrap(), NOW).await.unwrap()
    }

    #[test]
    fn what_is_said_is_what_is_meant() {
        let plain = new_schedule(&Config::default(), &args(&[])).unwrap();
        assert_eq!((plain.rule.zone.as_str(), plain.rule.grace_ms), ("UTC", gyre_schedule::GRACE_MS));
        assert_eq!((plain.rule.missed, plain.task), (MissedPolicy::Skip, Task::default()));
        let all = new_schedule(
            &Config::default(),
            &args(&[
                "--zone",
                "Europe/Berlin",
                "--missed",
                "once",
                "--until",
                "2026-12-31",
                "--power-off-source",
                "--grace",
                "60",
                "--deploy",
                "--skip-morphing",
            ]),
        )
        .unwrap();
        assert_eq!((all.rule.until, all.rule.grace_ms), (Some(1_798_758_000_000), 3_600_000));
        let options: DeployOptions = serde_json::from_value(all.task.deploy.unwrap()).unwrap();
        assert!(options.skip_morphing && !options.own_disks && all.task.power_off);
        let error = new_schedule(&Config::default(), &args(&["--until", "soon"])).unwrap_err();
        assert_eq!(error.code, "schedule.until");
    }

    #[tokio::test]
    async fn a_schedule_on_a_screen() {
        let mut schedule = made(&["--zone", "Europe/Berlin", "--power-off-source", "--deploy"]).await;
        assert_eq!(
            one(&schedule, NOW),
            "schedule  web
replica   web
does      powers the source off, executes, deploys
cron      30 2 * * * in Europe/Berlin
late      15 min at most; a run that is later is skipped
state     active
planned   next run Tue 2026-11-10 02:30 CET
"
        );
        schedule.rule.enabled = false;
        schedule.paused_by = Some(Error::not_found("replica.unknown", "there is no replica \"web\""));
        let text = one(&schedule, NOW);
        assert!(text.contains("planned   it is paused") && text.contains("[replica.unknown]"), "{text}");
        let table = list(&[schedule.clone()], NOW);
        assert!(
            table.contains("web       web      30 2 * * *  Europe/Berlin  paused  none      none"),
            "{table}"
        );
        assert!(table.ends_with(ONLY_SERVED));
        // A machine without that zone still shows it.
        schedule.rule.zone = "Gone/Away".into();
        assert!(one(&schedule, NOW).contains("there is no time zone"));
    }

    #[tokio::test]
    async fn the_next_times_are_shown_on_both_clocks() {
        let schedule = made(&["--zone", "Europe/Berlin", "--until", "2026-11-11"]).await;
        let answer = times(&schedule, NOW, 5).unwrap();
        assert_eq!(
            answer.text,
            "EUROPE/BERLIN             UTC
Tue 2026-11-10 02:30 CET  2026-11-10 01:30:00Z
Wed 2026-11-11 02:30 CET  2026-11-11 01:30:00Z
schedules run only while gyre serve runs
"
        );
        assert_eq!(
            answer.json["times"][0],
            json!({"at": 1_794_274_200_000_u64, "utc": "2026-11-10T01:30:00Z", "local": "2026-11-10T02:30:00+01:00"})
        );
        assert_eq!(view(&schedule, NOW)["next"], 1_794_274_200_000_u64);
        assert_eq!(view(&schedule, NOW)["state"], "active");
    }
}
