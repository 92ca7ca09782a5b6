//! What schedules begin: jobs of this server, as if somebody had asked for them. Knows how a planned run is asked for;
//! not when, nor what becomes of it.

use async_trait::async_trait;
use gyre_api::{JobQuery, Tasks};
use gyre_core::{Error, Result};
use gyre_engine::{Ask, DeployOptions, Engine, ExecuteOptions, Kind};
use gyre_saga::{JobRecord, Status};
use gyre_schedule::{Ended, PlannedRun, Starter, Work};
use std::sync::Arc;

/// Jobs of one replica that are looked through for the one that a run began: those of many runs, and of a thousand
/// machines.
const JOBS_MAX: u32 = 2000;
/// Between the ids of the jobs of one run, where the replica has several machines.
const BETWEEN: char = ',';

/// Begins planned runs with the jobs of this process.
pub struct Planned {
    engine: Engine,
    tasks: Arc<Tasks>,
}

impl Planned {
    /// Begins them here.
    pub const fn new(engine: Engine, tasks: Arc<Tasks>) -> Self {
        Self { engine, tasks }
    }

    async fn jobs(&self, replica: &str, unfinished: bool) -> Result<Vec<JobRecord>> {
        let query = JobQuery {
            replica: Some(replica.to_owned()),
            unfinished,
            limit: Some(JOBS_MAX),
            ..JobQuery::default()
        };
        self.engine.jobs(&query.filter()).await
    }
}

#[async_trait]
impl Starter for Planned {
    async fn busy(&self, replica: &str) -> Result<Option<String>> {
        let job = self.jobs(replica, true).await?.pop();
        Ok(job.map(|job| format!("job {}, {} {}", job.id, job.kind, job.status.name())))
    }

    /// Each machine has its own fate: those that can be begun are.
    async fn start(&self, run: &PlannedRun) -> Result<String> {
        let ask = ask(&run.work)?;
        let (mut begun, mut refused) = (Vec::new(), None);
        for replica in self.engine.members(&run.replica).await? {
            match self.tasks.begin(&replica.name, ask(replica.name.clone())).await {
                Ok(job) => begun.extend(job.job),
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        match refused {
            Some(error) if begun.is_empty() => Err(error),
            _ => Ok(begun.join(&BETWEEN.to_string())),
        }
    }

    async fn begun(&self, run: &PlannedRun) -> Result<Option<String>> {
        let kind = kind(&run.work).name();
        let mut found: Vec<JobRecord> = Vec::new();
        // The oldest of each machine comes last.
        for job in self.jobs(&run.replica, false).await?.into_iter().rev() {
            let is_ours = job.kind == kind && job.created >= run.noted;
            if is_ours && !found.iter().any(|other| other.subject == job.subject) {
                found.push(job);
            }
        }
        let ids: Vec<_> = found.into_iter().map(|job| job.id).collect();
        Ok((!ids.is_empty()).then(|| ids.join(&BETWEEN.to_string())))
    }

    async fn ended(&self, jobs: &str) -> Result<Option<Ended>> {
        let mut failed = None;
        for id in jobs.split(BETWEEN) {
            let (job, _, _) = self.engine.job(id).await?;
            if !job.status.is_final() {
                return Ok(None);
            }
            if job.status != Status::Succeeded {
                let why = || Error::other("job.failed", format!("job {id} {}", job.status.name()));
                failed = failed.or_else(|| Some(job.error.clone().unwrap_or_else(why)));
            }
        }
        Ok(Some(failed.map_or(Ok(()), Err)))
    }
}

const fn kind(work: &Work) -> Kind {
    match work {
        Work::Execution { .. } => Kind::Execution,
        Work::Deployment { .. } => Kind::Deployment,
    }
}

fn ask(work: &Work) -> Result<impl Fn(String) -> Ask + use<>> {
    let (power_off, deploy) = match work {
        Work::Execution { power_off } => (*power_off, None),
        Work::Deployment { options } => {
            let options: DeployOptions = serde_json::from_value(options.clone()).map_err(|e| {
                Error::other("store.corrupt", "the options of a planned deployment cannot be read").cause(e)
            })?;
            (false, Some(options))
        }
    };
    Ok(move |name| match &deploy {
        Some(options) => Ask::Deploy(name, options.clone()),
        None => Ask::Execute(name, ExecuteOptions { power_off, ..ExecuteOptions::default() }),
    })
}
