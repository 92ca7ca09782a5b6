//! A server as the desk of commands: what it does is followed and shown as if it were done here. Whoever stops
//! following stops nothing.

use crate::args::Cli;
use crate::desk::Desk;
use crate::screen::Screen;
use crate::{place, serving};
use async_trait::async_trait;
use futures::StreamExt as _;
use gyre_api::{
    Begun, Check, Client, Create, CreateSchedule, Deal, Deploy, EventQuery, JobLine, JobQuery, JobView,
    MachineQuery, Migrate, Order, PAGE_MAX, PlannedTimes, ReplicaQuery, ReplicaView, ScheduleDeal,
    SchedulePage, ScheduleQuery, ScheduleView, TimesQuery, TokenFile,
};
use gyre_core::roles::VmSummary;
use gyre_core::{Error, Kind, Result, VmSpec};
use gyre_engine::{Checked, ExecuteOptions, Fate, Replica, Report, Reporter as _, Told};
use gyre_saga::Stop;
use gyre_schedule::Change;

/// Jobs that are followed at once; the server does not work on more at once than some.
const FOLLOWED_MAX: usize = 32;

/// A server.
pub struct Remote {
    client: Client,
    screen: Screen,
}

impl Remote {
    /// The server at this URL. Calls nobody.
    ///
    /// # Errors
    /// `server.url`, `serve.token`, those of the configuration where the token is looked for there.
    pub fn open(cli: &Cli, url: &str, screen: &Screen) -> Result<Self> {
        let file = match &cli.token_file {
            Some(file) => TokenFile(file.clone()),
            None => {
                let config = place::config(cli.config.as_deref()).map_err(|error| {
                    error.cause("it would say where the server's token is; --token-file says it, too")
                })?;
                serving::token_file(&config, &place::state(&config)?)
            }
        };
        Ok(Self { client: Client::new(url, file.read()?)?, screen: screen.clone() })
    }

    /// Shows what happens in a job, and the one that is begun in its place, and answers what has become of it.
    async fn follow(&self, begun: Begun, stop: &Stop) -> Result<Report> {
        let Begun { job, mut resumed, mut after, error, .. } = begun;
        let none = || Error::other("server.answer", "the server names no job and no error");
        let mut job = job.ok_or_else(|| error.unwrap_or_else(none))?;
        loop {
            let tell = |told: &Told| self.screen.tell(&told.job, &told.news);
            let end = tokio::select! {
                end = self.client.follow(&job, after, &tell) => end?,
                () = stop.asked() => return Err(self.left(&job)),
            };
            match (end.next, end.error) {
                (Some(next), _) => (job, after, resumed) = (next, 0, false),
                (None, Some(error)) => return Err(error),
                (None, None) => {
                    let report = self.client.job(&job).await?.report;
                    return Ok(Report { resumed, ..report });
                }
            }
        }
    }

    fn left(&self, job: &str) -> Error {
        let url = self.client.url();
        Error::new(Kind::Cancelled, "server.left", format!("job {job} goes on at the server"))
            .cause(format!("look at it: gyre --server {url} job log --follow {job}"))
            .cause(format!("stop it: gyre --server {url} job cancel {job}"))
    }
}

#[async_trait]
impl Desk for Remote {
    async fn replicas(&self, query: &ReplicaQuery) -> Result<Vec<Replica>> {
        let page = |limit, end: Option<String>| async move {
            let after = end.or_else(|| query.after.clone());
            let page = self.client.replicas(&ReplicaQuery { after, limit, ..query.clone() }).await?;
            Ok((page.replicas, page.next))
        };
        pages(query.limit(), page).await
    }

    async fn replica(&self, name: &str) -> Result<ReplicaView> {
        self.client.replica(name).await
    }

    async fn create(&self, new: &Create) -> Result<Vec<Replica>> {
        Ok(self.client.create(new).await?.replicas)
    }

    async fn carry_out(&self, order: Order, stop: &Stop) -> Result<Vec<Fate>> {
        let accepted = match &order {
            Order::Execute(name, options) => self.client.execute(name, options.into()).await,
            Order::Deploy(name, options) => self.client.deploy(name, &Deploy::from(options)).await,
            Order::Delete(name) => self.client.delete(name).await,
            Order::Verify(name) => self.client.verify(name).await,
            Order::Migrate(route, execute, options) => {
                let ExecuteOptions { power_off, bandwidth, compress } = *execute;
                let (route, deploy) = (route.clone(), Deploy::from(options));
                self.client.migrate(&Migrate { route, power_off, bandwidth, compress, deploy }).await
            }
        };
        let jobs = accepted?.jobs;
        if jobs.len() > 1 {
            self.screen.expect_several();
        }
        let fates = jobs.into_iter().map(|begun| async {
            let name = begun.name.clone();
            Fate { name, report: self.follow(begun, stop).await }
        });
        Ok(futures::stream::iter(fates).buffered(FOLLOWED_MAX).collect().await)
    }

    async fn jobs(&self, query: &JobQuery) -> Result<Vec<JobLine>> {
        let page = |limit, end: Option<String>| async move {
            let before = end.or_else(|| query.before.clone());
            let page = self.client.jobs(&JobQuery { before, limit, ..query.clone() }).await?;
            Ok((page.jobs, page.next))
        };
        pages(query.limit(), page).await
    }

    async fn job(&self, id: &str) -> Result<JobView> {
        self.client.job(id).await
    }

    async fn told(&self, id: &str, after: u64, limit: u32) -> Result<Vec<Told>> {
        Ok(self.client.events(id, &EventQuery { after, limit: Some(limit) }).await?.events)
    }

    async fn deal(&self, id: &str, deal: Deal, stop: Stop) -> Result<Report> {
        let none = || Error::other("server.answer", "the server names no job");
        let begun = self.client.deal(id, deal).await?.jobs.pop().ok_or_else(none)?;
        self.follow(begun, &stop).await
    }

    async fn schedules(&self, query: &ScheduleQuery) -> Result<SchedulePage> {
        self.client.schedules(query).await
    }

    async fn schedule(&self, name: &str) -> Result<ScheduleView> {
        self.client.schedule(name).await
    }

    async fn create_schedule(&self, new: &CreateSchedule) -> Result<ScheduleView> {
        self.client.create_schedule(new).await
    }

    async fn change_schedule(&self, name: &str, change: &Change) -> Result<ScheduleView> {
        self.client.change_schedule(name, change).await
    }

    async fn deal_with_schedule(&self, name: &str, deal: ScheduleDeal) -> Result<ScheduleView> {
        self.client.deal_with_schedule(name, deal).await
    }

    async fn times(&self, name: &str, query: &TimesQuery) -> Result<PlannedTimes> {
        self.client.times(name, query).await
    }

    async fn sources(&self) -> Result<Vec<String>> {
        Ok(self.client.sources().await?.endpoints.into_iter().map(|line| line.name).collect())
    }

    async fn machines(&self, source: &str, name: Option<&str>) -> Result<Vec<VmSummary>> {
        let query = MachineQuery { name: name.map(str::to_owned) };
        Ok(self.client.machines(source, &query).await?.machines)
    }

    async fn machine(&self, source: &str, id: &str) -> Result<VmSpec> {
        self.client.machine(source, id).await
    }

    async fn check(&self, check: &Check) -> Result<Vec<Checked>> {
        Ok(self.client.check(check).await?.checks)
    }
}

/// However many are wanted, the server answers a page at a time: `ask` is called for so many behind where the last ended.
async fn pages<T, F>(mut wanted: u32, ask: impl Fn(Option<u32>, Option<String>) -> F) -> Result<Vec<T>>
where
    F: Future<Output = Result<(Vec<T>, Option<String>)>>,
{
    let (mut found, mut end) = (Vec::new(), None);
    while wanted > 0 {
        let (page, next) = ask(Some(wanted.min(PAGE_MAX)), end).await?;
        wanted = wanted.saturating_sub(u32::try_from(page.len()).unwrap_or(u32::MAX));
        found.extend(page);
        let Some(next) = next else { break };
        end = Some(next);
    }
    Ok(found)
}
