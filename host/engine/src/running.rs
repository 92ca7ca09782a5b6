//! Working on jobs: in turn, until each is over, stuck, parked or stopped by whoever may. Each machine has its own
//! fate: of many jobs none waits for another but for a place.

use crate::context::{Context, decode};
use crate::engine::{Engine, is_backward, table};
use crate::execution::DESCRIBE_VM;
use crate::params::{Kind, Params};
use crate::queue::{Demand, Place};
use crate::{Ask, News, Report, Started};
use gyre_core::{Result, VmSpec};
use gyre_saga::{JobFilter, JobRecord, Request, Runner, Status, Stop};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often a job that runs looks whether another process asks it to stop.
const ASKED_EVERY: Duration = Duration::from_millis(500);
/// Jobs that are gone on with at once after a start; there are never more unfinished ones worth listing.
const UNFINISHED_MAX: u32 = 10_000;

/// What has become of one of several.
pub struct Fate {
    /// What it was about: the name of a replica, or a machine.
    pub name: String,
    /// Its job's report, or why there was none.
    pub report: Result<Report>,
}

impl Engine {
    /// Does what is asked, from its start or from where an earlier run left it, until it is over or stuck.
    ///
    /// # Errors
    /// As [`Engine::start`] and [`Engine::work`]; that the job failed is in the report.
    pub async fn run(&self, ask: Ask, stop: Stop) -> Result<Report> {
        let started = self.start(ask).await?;
        self.work(started, stop).await
    }

    /// Does many things, each with a name and a fate of its own; in the order in which they were asked for.
    pub async fn run_all(&self, asks: Vec<(String, Ask)>, stop: &Stop) -> Vec<Fate> {
        let mut tasks = JoinSet::new();
        for (index, (name, ask)) in asks.into_iter().enumerate() {
            let (engine, stop) = (self.clone(), stop.part());
            tasks.spawn(async move { (index, Fate { name, report: engine.run(ask, stop).await }) });
        }
        let mut fates = tasks.join_all().await;
        fates.sort_by_key(|(index, _)| *index);
        fates.into_iter().map(|(_, fate)| fate).collect()
    }

    /// Works on a job that was started.
    ///
    /// # Errors
    /// `job.busy`, `job.upgraded`; `job.parked`, `store.*`: the run stopped, and another one can go on. That the
    /// job failed is in the report.
    pub async fn work(&self, started: Started, stop: Stop) -> Result<Report> {
        let job = self.shared.store.load(&started.job).await?;
        let report = self.work_on(&job, started.resumed, &stop).await?;
        let is_gone = matches!(report.status, Status::Failed | Status::Cancelled);
        match started.anew {
            Some(ask) if is_gone && !stop.is_cancelled() => {
                let anew = self.start(*ask).await?;
                let job = self.shared.store.load(&anew.job).await?;
                self.work_on(&job, anew.resumed, &stop).await
            }
            _ => Ok(report),
        }
    }

    /// The jobs that nobody works on any more although they are not over: crashed or parked ones. Stuck ones
    /// are not among them, for they need a person first.
    ///
    /// # Errors
    /// `store.*`.
    pub async fn left(&self) -> Result<Vec<Started>> {
        let filter = JobFilter { unfinished: true, limit: UNFINISHED_MAX, ..JobFilter::default() };
        let jobs = self.shared.store.list(&filter).await?.into_iter().rev();
        let open = jobs.filter(|job| job.status != Status::Stuck);
        Ok(open.map(|job| Started { job: job.id, resumed: true, anew: None }).collect())
    }

    pub(crate) async fn work_on(&self, job: &JobRecord, resumed: bool, stop: &Stop) -> Result<Report> {
        let params = Params::from_job(job)?;
        let plugins = if resumed { self.pinned(job, &params).await? } else { job.plugins.clone() };
        let stop = stop.part();
        if resumed {
            self.shared.journal.go_on(&job.id).await;
        }
        let begun = News::Begun { kind: job.kind.clone(), subject: job.subject.clone(), resumed };
        self.shared.journal.tell(&job.id, begun);
        let context =
            |cancel| Context::new(&job.id, params.clone(), plugins.clone(), self.shared.clone(), cancel);
        let (forward, backward) = (context(stop.step().clone()), context(CancellationToken::new()));
        let working = async {
            let _place = self.turn(job, &forward, &stop).await;
            self.run_job(job, forward.clone(), backward, &stop).await
        };
        let ended = tokio::select! {
            ended = working => ended,
            never = self.heed(&job.id, &stop) => match never {},
        };
        if let Ok(ended) = &ended {
            let ended = News::Ended { status: ended.status, error: ended.error.clone() };
            self.shared.journal.tell(&job.id, ended);
        }
        self.shared.journal.finish(&job.id).await;
        self.release_components().await;
        Ok(Report::of(&ended?, &params, resumed))
    }

    /// Waits for a place, and for another one where a machine's host becomes known only then.
    async fn turn(&self, job: &JobRecord, context: &Context, stop: &Stop) -> Place {
        let params = &context.params;
        let mut place = self.shared.queue.enter(demand(params));
        self.wait_in_line(&job.id, &mut place, stop).await;
        if params.kind == Kind::Migration
            && !is_backward(job)
            && let Some(host) = host(job, context, stop).await
        {
            place.moves_to(host);
            self.wait_in_line(&job.id, &mut place, stop).await;
        }
        place
    }

    /// Who is asked to stop does not wait, for there is nothing to begin any more.
    async fn wait_in_line(&self, job: &str, place: &mut Place, stop: &Stop) {
        if let Some(ahead) = place.ahead {
            self.shared.journal.tell(job, News::Queued { ahead });
        }
        tokio::select! {
            () = place.turn() => {}
            () = stop.asked() => {}
        }
    }

    async fn run_job(
        &self,
        job: &JobRecord,
        forward: Arc<Context>,
        backward: Arc<Context>,
        stop: &Stop,
    ) -> Result<JobRecord> {
        let runner = Runner {
            store: self.shared.store.clone(),
            observer: self.shared.journal.clone(),
            policy: self.shared.settings.policy,
        };
        let table = table(&forward.params);
        runner.run(&job.id, &table, forward, backward, stop.clone()).await
    }

    /// Does what other processes ask of the job.
    async fn heed(&self, job: &str, stop: &Stop) -> std::convert::Infallible {
        loop {
            match self.shared.store.asked(job).await {
                Ok(Some(Request::Cancel)) => stop.cancel(),
                Ok(Some(Request::Force)) => stop.force(),
                // A store that fails stops the run itself.
                Ok(None) | Err(_) => {}
            }
            tokio::time::sleep(ASKED_EVERY).await;
        }
    }
}

/// The host that a machine without replica is on, where the source says. What keeps the source from answering, the
/// job's own step meets too, and tells.
async fn host(job: &JobRecord, context: &Context, stop: &Stop) -> Option<String> {
    if let Some(vm) = job.state(DESCRIBE_VM) {
        return decode::<VmSpec>(vm).ok()?.host;
    }
    // Who waits in line keeps no plugin open.
    let looking = context.anew();
    tokio::select! {
        vm = async { looking.source().await?.get_vm(&context.params.vm).await } => vm.ok()?.host,
        () = stop.asked() => None,
    }
}

fn demand(params: &Params) -> Demand {
    Demand {
        source: params.source.clone(),
        destination: params.destination.clone(),
        host: params.host.clone(),
    }
}
