//! What is answered, one small function for each row of the table: it asks the engine or the site. No rules.

use crate::events;
use crate::order::{Order, new_replica};
use crate::route::{Call, Reply, json};
use crate::schedules::*;
use crate::wire::*;
use gyre_core::{Error, Result, VmSpec};
use gyre_engine::{ExecuteOptions, blocking};
use gyre_saga::JobFilter;
use gyre_schedule::Change;
use serde_json::json;

/// Jobs that are not over, as far as metrics count them.
const UNFINISHED_MAX: u32 = 10_000;

pub(crate) async fn list_replicas(call: Call, query: ReplicaQuery, _: Nothing) -> Result<ReplicaPage> {
    check_page(query.limit)?;
    let replicas = call.api.engine.replicas(&query.filter()).await?;
    let is_full = replicas.len() == query.limit() as usize;
    let next = replicas.last().filter(|_| is_full).map(|last| last.name.clone());
    Ok(ReplicaPage { replicas, next })
}

pub(crate) async fn create_replicas(call: Call, _: Nothing, new: Create) -> Result<ReplicaPage> {
    let replica = new_replica(&new.route, &*call.api.site).await?;
    let more = new.route.vms.get(1..).unwrap_or_default();
    let replicas = call.api.engine.create_replicas(&new.name, replica, more).await?;
    Ok(ReplicaPage { replicas, next: None })
}

pub(crate) async fn show_replica(call: Call, _: Nothing, _: Nothing) -> Result<ReplicaView> {
    ReplicaView::of(&call.api.engine, call.name()).await
}

pub(crate) async fn delete_replica(call: Call, _: Nothing, _: Nothing) -> Result<Accepted> {
    begin(&call, Order::Delete(call.name().to_owned())).await
}

pub(crate) async fn execute_replica(call: Call, _: Nothing, ask: Execute) -> Result<Accepted> {
    begin(&call, Order::Execute(call.name().to_owned(), ask.into())).await
}

pub(crate) async fn deploy_replica(call: Call, _: Nothing, deploy: Deploy) -> Result<Accepted> {
    begin(&call, Order::Deploy(call.name().to_owned(), deploy.into())).await
}

pub(crate) async fn verify_replica(call: Call, _: Nothing, _: Nothing) -> Result<Accepted> {
    begin(&call, Order::Verify(call.name().to_owned())).await
}

pub(crate) async fn migrate(call: Call, _: Nothing, migrate: Migrate) -> Result<Accepted> {
    let Migrate { route, power_off, bandwidth, compress, deploy } = migrate;
    let deploy = Deploy { own_disks: false, ..deploy };
    let execute = ExecuteOptions { power_off, bandwidth, compress };
    begin(&call, Order::Migrate(route, execute, deploy.into())).await
}

/// Of several, each has its own fate; that of one is the fate of the request.
async fn begin(call: &Call, order: Order) -> Result<Accepted> {
    let asks = order.asks(&call.api.engine, &*call.api.site).await?;
    let is_one = asks.len() == 1;
    let mut jobs = Vec::new();
    for (name, ask) in asks {
        match call.api.tasks.begin(&name, ask).await {
            Ok(begun) => jobs.push(begun),
            Err(error) if is_one => return Err(error),
            Err(error) => jobs.push(Begun { name, job: None, resumed: false, after: 0, error: Some(error) }),
        }
    }
    Ok(Accepted { jobs })
}

pub(crate) async fn list_jobs(call: Call, query: JobQuery, _: Nothing) -> Result<JobPage> {
    check_page(query.limit)?;
    let jobs = call.api.engine.jobs(&query.filter()).await?;
    let is_full = jobs.len() == query.limit() as usize;
    let next = jobs.last().filter(|_| is_full).map(|last| last.id.clone());
    Ok(JobPage { jobs: jobs.iter().map(JobLine::from).collect(), next })
}

pub(crate) async fn show_job(call: Call, _: Nothing, _: Nothing) -> Result<JobView> {
    JobView::of(&call.api.engine, call.name()).await
}

pub(crate) async fn deal(call: Call, deal: Deal) -> Result<Accepted> {
    Ok(Accepted { jobs: vec![call.api.tasks.deal(call.name(), deal).await?] })
}

pub(crate) async fn list_job_events(call: Call, query: EventQuery, _: Nothing) -> Result<EventPage> {
    call.api.engine.job(call.name()).await?;
    page_of_events(&call, Some(call.name()), &query).await
}

pub(crate) async fn list_events(call: Call, query: EventQuery, _: Nothing) -> Result<EventPage> {
    page_of_events(&call, None, &query).await
}

async fn page_of_events(call: &Call, job: Option<&str>, query: &EventQuery) -> Result<EventPage> {
    check_page(query.limit)?;
    let events = call.api.engine.told(job, query.after, query.limit.unwrap_or(100)).await?;
    let next = events.last().map_or(query.after, |told| told.seq);
    Ok(EventPage { events, next })
}

pub(crate) async fn stream_job_events(call: Call, query: EventQuery) -> Result<Reply> {
    call.api.engine.job(call.name()).await?;
    let job = Some(call.name().to_owned());
    events::stream(call.api.clone(), job, events::after(&call.headers, &query)?)
}

pub(crate) async fn stream_events(call: Call, query: EventQuery) -> Result<Reply> {
    events::stream(call.api.clone(), None, events::after(&call.headers, &query)?)
}

pub(crate) async fn list_schedules(call: Call, query: ScheduleQuery, _: Nothing) -> Result<SchedulePage> {
    check_page(query.limit)?;
    call.api.planner().list(&query).await
}

pub(crate) async fn show_schedule(call: Call, _: Nothing, _: Nothing) -> Result<ScheduleView> {
    call.api.planner().show(call.name()).await
}

pub(crate) async fn create_schedule(call: Call, _: Nothing, new: CreateSchedule) -> Result<ScheduleView> {
    call.api.planner().create(&new).await
}

pub(crate) async fn change_schedule(call: Call, _: Nothing, change: Change) -> Result<ScheduleView> {
    call.api.planner().change(call.name(), &change).await
}

pub(crate) async fn deal_with_schedule(call: Call, deal: ScheduleDeal) -> Result<ScheduleView> {
    call.api.planner().deal(call.name(), deal).await
}

pub(crate) async fn list_times(call: Call, query: TimesQuery, _: Nothing) -> Result<PlannedTimes> {
    call.api.planner().times(call.name(), &query).await
}

pub(crate) async fn list_sources(call: Call, _: Nothing, _: Nothing) -> Result<EndpointPage> {
    Ok(EndpointPage { endpoints: call.api.site.sources() })
}

pub(crate) async fn list_destinations(call: Call, _: Nothing, _: Nothing) -> Result<EndpointPage> {
    Ok(EndpointPage { endpoints: call.api.site.destinations() })
}

pub(crate) async fn list_machines(call: Call, query: MachineQuery, _: Nothing) -> Result<MachinePage> {
    Ok(MachinePage { machines: call.api.site.machines(call.name(), query.name.as_deref()).await? })
}

pub(crate) async fn show_machine(call: Call, _: Nothing, _: Nothing) -> Result<VmSpec> {
    call.api.site.machine(call.name(), call.below()).await
}

pub(crate) async fn check(call: Call, _: Nothing, ask: Check) -> Result<CheckAnswer> {
    let checks = call.api.site.check(&ask).await;
    let forbids = |checked: &gyre_engine::Checked| {
        checked.error.is_some() || blocking(&checked.endpoint, &checked.findings).is_some()
    };
    Ok(CheckAnswer { ready: !checks.iter().any(forbids), checks })
}

pub(crate) async fn document(_: Call, _: Nothing) -> Result<Reply> {
    json(&crate::openapi::document(&crate::routes::routes()))
}

pub(crate) async fn metrics(call: Call, _: Nothing) -> Result<Reply> {
    let filter = JobFilter { unfinished: true, limit: UNFINISHED_MAX, ..JobFilter::default() };
    let unfinished = call.api.engine.jobs(&filter).await?;
    let text = call.api.metrics.text(&unfinished, call.api.streams());
    Ok(Reply::Whole(text.into()))
}

pub(crate) async fn health(_: Call, _: Nothing) -> Result<Reply> {
    json(&json!({ "status": "ok" }))
}

fn check_page(limit: Option<u32>) -> Result<()> {
    match limit {
        Some(limit) if !(1..=PAGE_MAX).contains(&limit) => {
            Err(Error::invalid("api.request", format!("limit is between 1 and {PAGE_MAX}, and not {limit}")))
        }
        _ => Ok(()),
    }
}
