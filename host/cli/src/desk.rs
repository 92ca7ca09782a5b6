//! Where commands about replicas, jobs, schedules and sources go, and checks: the engine of this process, or a server. Both do the same; what is
//! printed of it is the same, too. Refuses to print.

use crate::app::App;
use async_trait::async_trait;
use gyre_api::{
    Check, Create, CreateSchedule, Deal, JobLine, JobQuery, JobView, Order, PlannedTimes, Planner,
    ReplicaQuery, ReplicaView, ScheduleDeal, SchedulePage, ScheduleQuery, ScheduleView, Site, TimesQuery,
    new_replica,
};
use gyre_core::roles::VmSummary;
use gyre_core::{Result, VmSpec};
use gyre_engine::{Checked, Fate, Replica, Report, Told};
use gyre_saga::Stop;
use gyre_schedule::Change;

/// What commands ask about replicas, jobs and schedules.
#[async_trait]
#[allow(missing_docs)] // the verbs are those of the engine and of the API
pub trait Desk: Send + Sync {
    async fn replicas(&self, query: &ReplicaQuery) -> Result<Vec<Replica>>;
    async fn replica(&self, name: &str) -> Result<ReplicaView>;
    async fn create(&self, new: &Create) -> Result<Vec<Replica>>;
    /// Does it, and answers when all of it is over, stuck or parked; each machine has its own fate.
    async fn carry_out(&self, order: Order, stop: &Stop) -> Result<Vec<Fate>>;
    async fn jobs(&self, query: &JobQuery) -> Result<Vec<JobLine>>;
    async fn job(&self, id: &str) -> Result<JobView>;
    async fn told(&self, id: &str, after: u64, limit: u32) -> Result<Vec<Told>>;
    /// Deals with a job that is not over, and answers when it is over or stuck.
    async fn deal(&self, id: &str, deal: Deal, stop: Stop) -> Result<Report>;
    async fn schedules(&self, query: &ScheduleQuery) -> Result<SchedulePage>;
    async fn schedule(&self, name: &str) -> Result<ScheduleView>;
    async fn create_schedule(&self, new: &CreateSchedule) -> Result<ScheduleView>;
    async fn change_schedule(&self, name: &str, change: &Change) -> Result<ScheduleView>;
    async fn deal_with_schedule(&self, name: &str, deal: ScheduleDeal) -> Result<ScheduleView>;
    async fn times(&self, name: &str, query: &TimesQuery) -> Result<PlannedTimes>;
    /// Names of the sources.
    async fn sources(&self) -> Result<Vec<String>>;
    /// The machines of a source, those alone whose name contains `name`.
    async fn machines(&self, source: &str, name: Option<&str>) -> Result<Vec<VmSummary>>;
    async fn machine(&self, source: &str, id: &str) -> Result<VmSpec>;
    async fn check(&self, check: &Check) -> Result<Vec<Checked>>;
}

/// The engine of this process.
pub struct Local<'a> {
    /// All of it.
    pub app: &'a App,
    /// Several jobs are shown with their names.
    pub screen: &'a crate::screen::Screen,
}

impl Local<'_> {
    fn planner(&self) -> Planner<'_> {
        Planner { schedules: &self.app.schedules, engine: &self.app.engine, site: self.app }
    }
}

#[async_trait]
impl Desk for Local<'_> {
    async fn replicas(&self, query: &ReplicaQuery) -> Result<Vec<Replica>> {
        self.app.engine.replicas(&query.filter()).await
    }

    async fn replica(&self, name: &str) -> Result<ReplicaView> {
        ReplicaView::of(&self.app.engine, name).await
    }

    async fn create(&self, new: &Create) -> Result<Vec<Replica>> {
        let replica = new_replica(&new.route, self.app).await?;
        let more = new.route.vms.get(1..).unwrap_or_default();
        self.app.engine.create_replicas(&new.name, replica, more).await
    }

    async fn carry_out(&self, order: Order, stop: &Stop) -> Result<Vec<Fate>> {
        let asks = order.asks(&self.app.engine, self.app).await?;
        if asks.len() > 1 {
            self.screen.expect_several();
        }
        Ok(self.app.engine.run_all(asks, stop).await)
    }

    async fn jobs(&self, query: &JobQuery) -> Result<Vec<JobLine>> {
        let jobs = self.app.engine.jobs(&query.filter()).await?;
        Ok(jobs.iter().map(JobLine::from).collect())
    }

    async fn job(&self, id: &str) -> Result<JobView> {
        JobView::of(&self.app.engine, id).await
    }

    async fn told(&self, id: &str, after: u64, limit: u32) -> Result<Vec<Told>> {
        self.app.engine.told(Some(id), after, limit).await
    }

    async fn deal(&self, id: &str, deal: Deal, stop: Stop) -> Result<Report> {
        deal.carry_out(&self.app.engine, id, stop).await
    }

    async fn schedules(&self, query: &ScheduleQuery) -> Result<SchedulePage> {
        self.planner().list(query).await
    }

    async fn schedule(&self, name: &str) -> Result<ScheduleView> {
        self.planner().show(name).await
    }

    async fn create_schedule(&self, new: &CreateSchedule) -> Result<ScheduleView> {
        self.planner().create(new).await
    }

    async fn change_schedule(&self, name: &str, change: &Change) -> Result<ScheduleView> {
        self.planner().change(name, change).await
    }

    async fn deal_with_schedule(&self, name: &str, deal: ScheduleDeal) -> Result<ScheduleView> {
        self.planner().deal(name, deal).await
    }

    async fn times(&self, name: &str, query: &TimesQuery) -> Result<PlannedTimes> {
        self.planner().times(name, query).await
    }

    async fn sources(&self) -> Result<Vec<String>> {
        Ok(Site::sources(self.app).into_iter().map(|line| line.name).collect())
    }

    async fn machines(&self, source: &str, name: Option<&str>) -> Result<Vec<VmSummary>> {
        Site::machines(self.app, source, name).await
    }

    async fn machine(&self, source: &str, id: &str) -> Result<VmSpec> {
        Site::machine(self.app, source, id).await
    }

    async fn check(&self, check: &Check) -> Result<Vec<Checked>> {
        Ok(Site::check(self.app, check).await)
    }
}
