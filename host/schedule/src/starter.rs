//! What the loop asks of whoever runs jobs, and of the clock. Whoever assembles the program implements [`Starter`]
//! over the engine; tests do so in memory. Refuses to know what a job is.

use async_trait::async_trait;
use gyre_core::{Error, Result};
use serde_json::Value;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// What is to begin.
#[derive(Clone, Debug, PartialEq)]
pub enum Work {
    /// The replica is to be brought up to date.
    Execution {
        /// Whether the machine is powered off at its source before the snapshot.
        power_off: bool,
    },
    /// The replica is to be deployed; `options` are the engine's `DeployOptions`.
    Deployment {
        /// As they stand in the schedule.
        options: Value,
    },
}

/// One thing that a schedule wants begun.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedRun {
    /// Id of the schedule, unique for ever.
    pub schedule: String,
    /// Its name.
    pub name: String,
    /// Name of the replica.
    pub replica: String,
    /// The planned time, milliseconds since 1970.
    pub planned: u64,
    /// When it was noted that this begins, milliseconds since 1970: its job is not older.
    pub noted: u64,
    /// What is to begin.
    pub work: Work,
}

impl PlannedRun {
    /// The same for every try to begin this, and for nothing else: for whoever can keep it with the job.
    pub fn key(&self) -> String {
        let work = match self.work {
            Work::Execution { .. } => "execution",
            Work::Deployment { .. } => "deployment",
        };
        format!("{}/{}/{work}", self.schedule, self.planned)
    }
}

/// How a job ended.
pub type Ended = std::result::Result<(), Error>;

/// Begins jobs for schedules, and says what came of them. Nothing here waits for a job's end.
///
/// The loop calls it from one task, one call at a time. A call that takes longer than [`crate::CALL_MS_MAX`] is
/// dropped; what became of a dropped `start` is asked with `begun`.
#[async_trait]
pub trait Starter: Send + Sync {
    /// What the replica is busy with, in a few words (`job 0123456789ab, an execution`); `None`: a job may begin.
    /// A job that is stuck keeps its replica busy, too. A replica that is not there is not busy: `start` says so.
    ///
    /// # Errors
    /// Any: the run waits as for a busy replica, with the error as its reason.
    async fn busy(&self, replica: &str) -> Result<Option<String>>;

    /// Notes the job durably, lets it run on its own, and answers its id at once. It is called only after `busy`
    /// answered `None`, but somebody else may have been faster.
    ///
    /// # Errors
    /// * kind *conflict* or *unavailable*: nothing was begun, the loop tries again while the run may still begin;
    /// * `replica.unknown`: the schedule pauses itself;
    /// * anything else: the run has failed.
    async fn start(&self, run: &PlannedRun) -> Result<String>;

    /// The job that an earlier `start` of this very run noted, if it did: asked after a crash, and after a `start`
    /// that did not come back. Where jobs do not keep [`PlannedRun::key`], it is the oldest job of the replica that is of
    /// the right kind and not older than [`PlannedRun::noted`].
    ///
    /// # Errors
    /// Any: the loop asks again later, and begins nothing of this schedule meanwhile.
    async fn begun(&self, run: &PlannedRun) -> Result<Option<String>>;

    /// How a job ended; `None`: it has not, be it that it runs, or is stuck.
    ///
    /// # Errors
    /// Kind *not found*: the run has failed, for its job is gone. Any other: the loop asks again later.
    async fn ended(&self, job: &str) -> Result<Option<Ended>>;
}

/// What time it is. Another one than the system's is for tests.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970. May go back.
    fn now_ms(&self) -> u64;
    /// Comes back after that long, whatever the clock shows then.
    async fn sleep(&self, pause: Duration);
}

/// The system's clock.
pub struct SystemClock;

#[async_trait]
impl Clock for SystemClock {
    fn now_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    async fn sleep(&self, pause: Duration) {
        tokio::time::sleep(pause).await;
    }
}
