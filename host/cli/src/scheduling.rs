//! `gyre schedule`: making, looking at, changing, pausing and removing schedules, here or at a server. No rules: what
//! may be said is checked, and what is due is decided, by gyre-schedule.

use crate::answer::Answer;
use crate::args::MorphArgs;
use crate::desk::Desk;
use crate::show::{self, Table};
use crate::{deploying, failure};
use clap::{Args, Subcommand, ValueEnum};
use gyre_api::{
    CreateSchedule, Deploy, PlannedTimes, ScheduleDeal, ScheduleQuery, ScheduleView, TIMES_MAX, TimesQuery,
};
use gyre_core::Result;
use gyre_engine::DeployOptions;
use gyre_schedule::{
    Change, MISSED_COUNTED_MAX, MissedPolicy, Phase, Rule, Run, SCHEDULES_MAX, Schedule, State, Task,
    Timetable,
};
use serde_json::json;

/// What everybody is told who makes a schedule or looks at some.
const ONLY_SERVED: &str = "schedules run only while gyre serve runs\n";
/// Planned times that `gyre schedule next` shows unless told otherwise.
const NEXT: u16 = 5;
/// Milliseconds of a minute.
const MINUTE_MS: u64 = 60_000;

#[derive(Debug, Subcommand)]
pub enum ScheduleCommand {
    /// Execute a replica again and again, at the times of a cron expression
    Create(CreateArgs),
    /// List schedules
    List {
        /// Only those of this replica
        #[arg(long, value_name = "NAME")]
        replica: Option<String>,
    },
    /// Change when a schedule runs, or how; a run under way goes on
    Change(ChangeArgs),
    /// Begin a run now, besides those that are planned, or as soon as the replica is not busy
    Run {
        /// Name of the schedule
        name: String,
    },
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
        #[arg(short = 'n', long, default_value_t = NEXT, value_parser = clap::value_parser!(u16).range(1..=i64::from(TIMES_MAX)))]
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

#[derive(Debug, Args)]
pub struct ChangeArgs {
    /// Name of the schedule
    pub name: String,
    #[command(flatten)]
    pub what: ChangedArgs,
}

/// What is not named stays as it is.
#[derive(Debug, Args)]
#[group(required = true, multiple = true)]
pub struct ChangedArgs {
    /// When, from now on
    #[arg(long, value_name = "EXPRESSION")]
    pub cron: Option<String>,
    /// On whose clock
    #[arg(long, value_name = "ZONE")]
    pub zone: Option<String>,
    /// What becomes of runs that could not begin in time
    #[arg(long, value_enum)]
    pub missed: Option<Missed>,
    /// How late a run may begin, minutes
    #[arg(long, value_name = "MINUTES")]
    pub grace: Option<u64>,
    /// Begin nothing from then on
    #[arg(long, value_name = "DATE")]
    pub until: Option<String>,
    /// Let it have no end any more
    #[arg(long, conflicts_with = "until")]
    pub no_until: bool,
    /// Whether the machine is powered off at its source before each snapshot
    #[arg(long, value_name = "true|false")]
    pub power_off_source: Option<bool>,
}

/// As it is written on the command line.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Missed {
    /// They are skipped
    Skip,
    /// One run makes up for all of them, as soon as it can begin
    Once,
}

impl From<Missed> for MissedPolicy {
    fn from(missed: Missed) -> Self {
        match missed {
            Missed::Skip => Self::Skip,
            Missed::Once => Self::Once,
        }
    }
}

/// Does what was asked.
///
/// # Errors
/// `replica.unknown`, `schedule.*`, `store.*`; `server.*`.
pub async fn run(desk: &dyn Desk, command: &ScheduleCommand) -> Result<Answer> {
    match command {
        ScheduleCommand::Create(args) => {
            let made = desk.create_schedule(&new_schedule(args)?).await?;
            let text = format!("schedule {} is made: {}\n{ONLY_SERVED}", made.schedule.name, next(&made));
            Ok(Answer::new(&made, text))
        }
        ScheduleCommand::List { replica } => {
            let views = all(desk, replica.as_deref()).await?;
            Ok(Answer::new(json!({ "schedules": views }), list(&views)))
        }
        ScheduleCommand::Show { name } => {
            let view = desk.schedule(name).await?;
            Ok(Answer::new(&view, format!("{}\n{ONLY_SERVED}", one(&view))))
        }
        ScheduleCommand::Change(args) => {
            let changed = desk.change_schedule(&args.name, &change(desk, args).await?).await?;
            let text = format!("schedule {} is changed: {}\n{ONLY_SERVED}", args.name, next(&changed));
            Ok(Answer::new(&changed, text))
        }
        ScheduleCommand::Next { name, count } => times(desk, name, *count).await,
        ScheduleCommand::Run { name } => deal(desk, name, ScheduleDeal::Run).await,
        ScheduleCommand::Pause { name } => deal(desk, name, ScheduleDeal::Pause).await,
        ScheduleCommand::Resume { name } => deal(desk, name, ScheduleDeal::Resume).await,
        ScheduleCommand::Delete { name } => deal(desk, name, ScheduleDeal::Delete).await,
    }
}

async fn deal(desk: &dyn Desk, name: &str, deal: ScheduleDeal) -> Result<Answer> {
    let view = desk.deal_with_schedule(name, deal).await?;
    let text = match deal {
        ScheduleDeal::Pause => format!("schedule {name} is paused\n"),
        ScheduleDeal::Delete => format!("schedule {name} is deleted\n"),
        ScheduleDeal::Resume => format!("schedule {name} goes on: {}\n{ONLY_SERVED}", next(&view)),
        ScheduleDeal::Run => {
            format!("schedule {name} runs as soon as its replica is not busy\n{ONLY_SERVED}")
        }
    };
    Ok(Answer::new(&view, text))
}

/// All of them, a page at a time.
async fn all(desk: &dyn Desk, replica: Option<&str>) -> Result<Vec<ScheduleView>> {
    let limit = Some(gyre_api::PAGE_MAX);
    let mut query = ScheduleQuery { replica: replica.map(str::to_owned), after: None, limit };
    let mut views = Vec::new();
    while views.len() < SCHEDULES_MAX {
        let page = desk.schedules(&query).await?;
        views.extend(page.schedules);
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    Ok(views)
}

fn new_schedule(args: &CreateArgs) -> Result<CreateSchedule> {
    let table = Timetable::parse(&args.cron, &args.zone)?;
    Ok(CreateSchedule {
        replica: args.replica.clone(),
        name: args.name.clone(),
        cron: args.cron.clone(),
        zone: args.zone.clone(),
        missed: args.missed.into(),
        grace_ms: args.grace.saturating_mul(MINUTE_MS),
        until: args.until.as_deref().map(|text| table.instant(text)).transpose()?,
        power_off: args.power_off_source,
        deploy: args.deploy.then(|| deploy(args)).transpose()?,
    })
}

fn deploy(args: &CreateArgs) -> Result<Deploy> {
    let (system, skip_morphing) = (args.system.clone(), args.skip_morphing);
    let options = deploying::options(&MorphArgs { system, skip_morphing, ..MorphArgs::default() })?;
    Ok(Deploy::from(&DeployOptions { own_disks: args.own_disks, ..options }))
}

/// A time that is written without an offset is one on the clock of the schedule's zone.
async fn change(desk: &dyn Desk, ChangeArgs { name, what }: &ChangeArgs) -> Result<Change> {
    let until = match &what.until {
        None => None,
        Some(text) => {
            let rule = desk.schedule(name).await?.schedule.rule;
            let (cron, zone) =
                (what.cron.as_ref().unwrap_or(&rule.cron), what.zone.as_ref().unwrap_or(&rule.zone));
            Some(Timetable::parse(cron, zone)?.instant(text)?)
        }
    };
    Ok(Change {
        cron: what.cron.clone(),
        zone: what.zone.clone(),
        missed: what.missed.map(MissedPolicy::from),
        grace_ms: what.grace.map(|minutes| minutes.saturating_mul(MINUTE_MS)),
        until,
        endless: what.no_until,
        power_off: what.power_off_source,
    })
}

async fn times(desk: &dyn Desk, name: &str, count: u16) -> Result<Answer> {
    let planned = desk.times(name, &TimesQuery { count: Some(count) }).await?;
    let text = match planned.times.as_slice() {
        [] => format!("{}\n", next(&desk.schedule(name).await?)),
        _ => on_both_clocks(&planned),
    };
    Ok(Answer::new(&planned, text + ONLY_SERVED))
}

fn on_both_clocks(planned: &PlannedTimes) -> String {
    let mut shown = Table::new(&[planned.zone.as_str(), "UTC"]);
    for time in &planned.times {
        shown.row([time.wall.as_str(), &show::time(time.at)]);
    }
    shown.text()
}

/// `next run Sun 2026-03-29 03:00 CEST`, or why there is none.
fn next(ScheduleView { schedule, next, .. }: &ScheduleView) -> String {
    match (schedule.rule.timetable(), next) {
        (Err(error), _) => error.to_string(),
        _ if !schedule.rule.enabled => "it is paused".into(),
        (Ok(table), Some(at)) => format!("next run {}", table.on_the_wall(*at)),
        (Ok(_), None) => "nothing is planned any more".into(),
    }
}

/// On the clock of its zone, while there is such a zone.
fn wall(schedule: &Schedule, ms: u64) -> String {
    schedule.rule.timetable().map_or_else(|_| show::time(ms), |table| table.on_the_wall(ms))
}

fn list(all: &[ScheduleView]) -> String {
    if all.is_empty() {
        return "no schedules\n".into();
    }
    let mut table = Table::new(&["schedule", "replica", "cron", "zone", "state", "next run", "last run"]);
    for ScheduleView { schedule, state, next } in all {
        let next = next.map_or("none".into(), |at| wall(schedule, at));
        let last = schedule.run.as_ref().map_or("none".into(), |run| phase(run).to_owned());
        let Rule { cron, zone, .. } = &schedule.rule;
        table.row([&schedule.name, &schedule.replica, cron, zone, name_of(*state), &next, &last]);
    }
    format!("{}\n{ONLY_SERVED}", table.text())
}

const fn name_of(state: State) -> &'static str {
    match state {
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

fn one(view: &ScheduleView) -> String {
    let mut table = Table::pairs();
    let (schedule, rule) = (&view.schedule, &view.schedule.rule);
    table.row(["schedule", &schedule.name]);
    table.row(["replica", &schedule.replica]);
    table.row(["does", &task(&schedule.task)]);
    table.row(["cron", &format!("{} in {}", rule.cron, rule.zone)]);
    table.row(["late", &late(rule)]);
    if let Some(until) = rule.until {
        table.row(["ends", &wall(schedule, until)]);
    }
    table.row(["state", name_of(view.state)]);
    table.row(["planned", &next(view)]);
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
    if let Some(asked) = schedule.asked {
        table.row(["asked for", &format!("a run, {}", wall(schedule, asked))]);
    }
    if let Some(waiting) = &schedule.waiting {
        table.row(["waiting", &format!("the run of {}: {}", wall(schedule, waiting.planned), waiting.why)]);
    }
    if let Some(run) = &schedule.run {
        let of = if run.by_hand { "asked for" } else { "of" };
        table.row(["last run", &format!("{of} {}: {}", wall(schedule, run.planned), phase(run))]);
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
    use gyre_core::Error;

    /// 2026-11-10, 01:00 in UTC.
    const NOW: u64 = 1_794_272_400_000;

    fn args(more: &[&str]) -> CreateArgs {
        let line = ["gyre", "schedule", "create", "web", "--cron", "30 2 * * *"];
        match Cli::parse_from(line.iter().chain(more)).command {
            Command::Schedule(ScheduleCommand::Create(args)) => args,
            other => panic!("{other:?}"),
        }
    }

    async fn made(more: &[&str]) -> ScheduleView {
        let directory = tempfile::tempdir().unwrap();
        let owner = gyre_saga::Owner::this_process();
        let store = gyre_saga::SqliteStore::open(directory.path(), owner).unwrap();
        let schedules = gyre_schedule::Schedules::new(std::sync::Arc::new(store));
        let asked = new_schedule(&args(more)).unwrap();
        let deployment = asked.deploy.clone().map(DeployOptions::from);
        let made = schedules.create("web", asked.complete(deployment).unwrap(), NOW).await.unwrap();
        ScheduleView::of(made, NOW)
    }

    #[test]
    fn what_is_said_is_what_is_meant() {
        let plain = new_schedule(&args(&[])).unwrap();
        assert_eq!((plain.zone.as_str(), plain.grace_ms), ("UTC", gyre_schedule::GRACE_MS));
        assert_eq!(
            (plain.missed, plain.power_off, plain.deploy.is_none()),
            (MissedPolicy::Skip, false, true)
        );
        let all = "--zone Europe/Berlin --missed once --until 2026-12-31 --power-off-source --grace 60 --deploy \
                   --skip-morphing";
        let all = new_schedule(&args(&all.split_whitespace().collect::<Vec<_>>())).unwrap();
        assert_eq!((all.until, all.grace_ms), (Some(1_798_758_000_000), 3_600_000));
        let deploy = all.deploy.unwrap();
        assert!(
            deploy.skip_morphing && !deploy.own_disks && all.power_off && all.missed == MissedPolicy::Once
        );
        assert_eq!(new_schedule(&args(&["--until", "soon"])).unwrap_err().code, "schedule.until");
    }

    #[tokio::test]
    async fn a_schedule_on_a_screen() {
        let mut view = made(&["--zone", "Europe/Berlin", "--power-off-source", "--deploy"]).await;
        assert_eq!(
            one(&view),
            "schedule  web
replica   web
does      powers the source off, executes, deploys
cron      30 2 * * * in Europe/Berlin
late      15 min at most; a run that is later is skipped
state     active
planned   next run Tue 2026-11-10 02:30 CET
"
        );
        let mut schedule = view.schedule.clone();
        schedule.rule.enabled = false;
        schedule.paused_by = Some(Error::not_found("replica.unknown", "there is no replica \"web\""));
        view = ScheduleView::of(schedule, NOW);
        let text = one(&view);
        assert!(text.contains("planned   it is paused") && text.contains("[replica.unknown]"), "{text}");
        let table = list(&[view.clone()]);
        assert!(
            table.contains("web       web      30 2 * * *  Europe/Berlin  paused  none      none"),
            "{table}"
        );
        assert!(table.ends_with(ONLY_SERVED));
        // A machine without that zone still shows it.
        view.schedule.rule.zone = "Gone/Away".into();
        assert!(one(&view).contains("there is no time zone"));
    }

    #[tokio::test]
    async fn the_next_times_are_shown_on_both_clocks() {
        let view = made(&["--zone", "Europe/Berlin", "--until", "2026-11-11"]).await;
        let planned = PlannedTimes::of(&view.schedule, NOW, 5).unwrap();
        assert_eq!(
            on_both_clocks(&planned),
            "EUROPE/BERLIN             UTC
Tue 2026-11-10 02:30 CET  2026-11-10 01:30:00Z
Wed 2026-11-11 02:30 CET  2026-11-11 01:30:00Z
"
        );
        assert_eq!(
            json!(planned.times[0]),
            json!({
                "at": 1_794_274_200_000_u64, "utc": "2026-11-10T01:30:00Z", "local": "2026-11-10T02:30:00+01:00",
                "wall": "Tue 2026-11-10 02:30 CET",
            })
        );
        assert_eq!((json!(view)["next"].as_u64(), view.state), (Some(1_794_274_200_000), State::Active));
        // What a server says is shown as what is known here.
        let told: ScheduleView = serde_json::from_value(json!(view)).unwrap();
        assert_eq!((one(&told), json!(told)), (one(&view), json!(view)));
    }
}
