//! Schedules as requests and commands take and show them, and what can be done with them: the same for both. What may be
//! said, what is due and what becomes of it is decided by gyre-schedule.

use crate::site::Site;
use crate::wire::Deploy;
use gyre_core::{Error, Result};
use gyre_engine::{DeployOptions, Engine};
use gyre_schedule::{
    Change, Clock as _, GRACE_MS, MissedPolicy, NewSchedule, Rule, Schedule, Schedules, State, SystemClock,
    Task, Timetable, utc,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Planned times that are shown unless more are asked for.
const TIMES: u16 = 5;
/// Planned times that are shown at most.
pub const TIMES_MAX: u16 = 1000;

/// Which schedules are listed, by name.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScheduleQuery {
    /// Only those of this replica.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica: Option<String>,
    /// Only those after this name: `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// At most so many; default 100, at most 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of schedules.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct SchedulePage {
    /// By name; without the texts of their scripts, which each one shows by itself.
    pub schedules: Vec<ScheduleView>,
    /// `after` of the next page, where there may be one.
    pub next: Option<String>,
}

/// A schedule as it is kept, with what follows from it now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ScheduleView {
    /// As it is kept.
    #[serde(flatten)]
    pub schedule: Schedule,
    /// What it is doing.
    pub state: State,
    /// The next planned time, milliseconds since 1970, where there is one.
    pub next: Option<u64>,
}

impl ScheduleView {
    /// How it stands at this time.
    pub fn of(schedule: Schedule, now: u64) -> Self {
        let (state, times) = (schedule.state(now), schedule.upcoming(now, 1).unwrap_or_default());
        Self { schedule, state, next: times.first().copied() }
    }

    /// The same in a list: the texts of a thousand would be too much for an answer.
    fn without_scripts(mut self) -> Self {
        if let Some(options) = self.schedule.task.deploy.as_mut().and_then(Value::as_object_mut) {
            options.remove("scripts");
        }
        self
    }
}

/// A schedule to be made.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSchedule {
    /// Name of the replica, of one machine or of several.
    pub replica: String,
    /// Name of the schedule; default: that of the replica, with dots for slashes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// When: five fields, or `@daily` and the like.
    pub cron: String,
    /// Name of an IANA time zone: on whose clock `cron` is read; default: UTC.
    #[serde(default = "in_utc")]
    pub zone: String,
    /// What becomes of runs that were not begun in time.
    #[serde(default)]
    pub missed: MissedPolicy,
    /// How late a run may begin, milliseconds; default: a quarter of an hour.
    #[serde(default = "usual_grace")]
    pub grace_ms: u64,
    /// Nothing begins at this instant or after it, milliseconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<u64>,
    /// Power the machine off at its source before each snapshot, and leave it off.
    #[serde(default)]
    pub power_off: bool,
    /// Deploy after each successful execution, like this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deploy: Option<Deploy>,
}

fn in_utc() -> String {
    "UTC".into()
}

const fn usual_grace() -> u64 {
    GRACE_MS
}

impl CreateSchedule {
    /// As it is to be kept, with the options of its deployments over what is configured for all.
    ///
    /// # Errors
    /// `store.corrupt`.
    pub fn complete(&self, deployment: Option<DeployOptions>) -> Result<NewSchedule> {
        let deploy = deployment.map(serde_json::to_value).transpose().map_err(|e| {
            Error::other("store.corrupt", "the options of the deployment cannot be written down").cause(e)
        })?;
        let rule = Rule {
            cron: self.cron.clone(),
            zone: self.zone.clone(),
            missed: self.missed,
            grace_ms: self.grace_ms,
            until: self.until,
            enabled: true,
        };
        let task = Task { power_off: self.power_off, deploy };
        Ok(NewSchedule { replica: self.replica.clone(), rule, task })
    }
}

/// What can be done with a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScheduleDeal {
    /// Let nothing of it begin any more.
    Pause,
    /// Let it go on with its next planned time.
    Resume,
    /// Begin a run as soon as one can begin.
    Run,
    /// Delete it.
    Delete,
}

/// How many planned times are asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TimesQuery {
    /// So many; default 5, at most 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u16>,
}

/// The next planned times of a schedule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedTimes {
    /// Its name.
    pub schedule: String,
    /// Its time zone.
    pub zone: String,
    /// The next one first; none while it is paused, and where its end comes before.
    pub times: Vec<PlannedTime>,
}

/// A planned time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlannedTime {
    /// Milliseconds since 1970.
    pub at: u64,
    /// `2026-03-29T01:00:00Z`.
    pub utc: String,
    /// `2026-03-29T03:00:00+02:00`, on the clock of the zone.
    pub local: String,
    /// `Sun 2026-03-29 03:00 CEST`, on the clock of the zone.
    pub wall: String,
}

impl PlannedTimes {
    /// Those after this time.
    ///
    /// # Errors
    /// `schedule.cron`, `schedule.zone`.
    pub fn of(schedule: &Schedule, now: u64, count: usize) -> Result<Self> {
        let table = schedule.rule.timetable()?;
        let time = |at| of_table(&table, at);
        let times = schedule.upcoming(now, count)?.into_iter().map(time).collect();
        Ok(Self { schedule: schedule.name.clone(), zone: schedule.rule.zone.clone(), times })
    }
}

fn of_table(table: &Timetable, at: u64) -> PlannedTime {
    PlannedTime { at, utc: utc(at), local: table.rfc3339(at), wall: table.on_the_wall(at) }
}

/// The schedules of a state directory, with what a new one is held against.
pub struct Planner<'a> {
    /// Those that are kept.
    pub schedules: &'a Schedules,
    /// The replicas.
    pub engine: &'a Engine,
    /// The configuration.
    pub site: &'a dyn Site,
}

impl Planner<'_> {
    /// A page of schedules.
    ///
    /// # Errors
    /// `store.*`.
    pub async fn list(&self, query: &ScheduleQuery) -> Result<SchedulePage> {
        let limit = query.limit.unwrap_or(100) as usize;
        let after = query.after.as_deref().unwrap_or_default();
        let found = self.schedules.page(query.replica.as_deref(), after, limit).await?;
        let next = found.last().filter(|_| found.len() == limit).map(|last| last.name.clone());
        let now = SystemClock.now_ms();
        Ok(SchedulePage {
            schedules: found.into_iter().map(|one| ScheduleView::of(one, now).without_scripts()).collect(),
            next,
        })
    }

    /// One schedule.
    ///
    /// # Errors
    /// `schedule.unknown`, `store.*`.
    pub async fn show(&self, name: &str) -> Result<ScheduleView> {
        Ok(ScheduleView::of(self.schedules.get(name).await?, SystemClock.now_ms()))
    }

    /// Makes one.
    ///
    /// # Errors
    /// `replica.unknown`; those of [`Site::deployment`] and of [`Schedules::create`].
    pub async fn create(&self, new: &CreateSchedule) -> Result<ScheduleView> {
        self.engine.members(&new.replica).await?;
        // One machine of several is a replica called `web/db`.
        let name = new.name.clone().unwrap_or_else(|| new.replica.replace('/', "."));
        let deployment = new.deploy.clone().map(|asked| self.site.deployment(asked.into())).transpose()?;
        let now = SystemClock.now_ms();
        let made = self.schedules.create(&name, new.complete(deployment)?, now).await?;
        Ok(ScheduleView::of(made, now))
    }

    /// Changes one.
    ///
    /// # Errors
    /// Those of [`Schedules::amend`].
    pub async fn change(&self, name: &str, change: &Change) -> Result<ScheduleView> {
        let now = SystemClock.now_ms();
        Ok(ScheduleView::of(self.schedules.amend(name, change, now).await?, now))
    }

    /// Deals with one.
    ///
    /// # Errors
    /// Those of the verb.
    pub async fn deal(&self, name: &str, deal: ScheduleDeal) -> Result<ScheduleView> {
        let now = SystemClock.now_ms();
        let schedule = match deal {
            ScheduleDeal::Pause => self.schedules.pause(name).await,
            ScheduleDeal::Resume => self.schedules.resume(name, now).await,
            ScheduleDeal::Run => self.schedules.run_now(name, now).await,
            ScheduleDeal::Delete => self.schedules.remove(name).await,
        };
        Ok(ScheduleView::of(schedule?, now))
    }

    /// The next planned times of one.
    ///
    /// # Errors
    /// `api.request`, `schedule.unknown`, `schedule.cron`, `schedule.zone`, `store.*`.
    pub async fn times(&self, name: &str, query: &TimesQuery) -> Result<PlannedTimes> {
        let count = query.count.unwrap_or(TIMES);
        if !(1..=TIMES_MAX).contains(&count) {
            let what = format!("count is between 1 and {TIMES_MAX}, and not {count}");
            return Err(Error::invalid("api.request", what));
        }
        PlannedTimes::of(&self.schedules.get(name).await?, SystemClock.now_ms(), count.into())
    }
}
