//! Everything that can be asked. The router and the document are made of this table.

use crate::handlers as to;
use crate::route::{EVENTS, JSON, METRICS, Route};
use crate::schedules::ScheduleDeal;
use crate::wire::{Deal, Nothing};
use hyper::Method;

/// What is begun and goes on after the answer.
const AT_ONCE: &str = "The answer comes at once, the work is a job. While that is not over, the same asked again is \
the same job.";

/// The table.
pub(crate) fn routes() -> Vec<Route> {
    let mut routes = replicas();
    routes.extend(jobs());
    routes.extend(deals());
    routes.extend(schedules());
    routes.extend(surroundings());
    routes
}

fn get<Q, A, F, R>(path: &'static str, about: &'static [&'static str], respond: F) -> Route
where
    Q: serde::de::DeserializeOwned + schemars::JsonSchema,
    A: serde::Serialize + schemars::JsonSchema,
    F: Fn(crate::route::Call, Q, Nothing) -> R + Send + Sync + Copy + 'static,
    R: Future<Output = gyre_core::Result<A>> + Send + 'static,
{
    Route::json(Method::GET, path, about, respond)
}

fn replicas() -> Vec<Route> {
    let (post, delete) = (Method::POST, Method::DELETE);
    let all = "/v1/replicas";
    let one = "/v1/replicas/{name}";
    vec![
        get(all, &["List replicas, by name."], to::list_replicas),
        Route::json(
            post.clone(),
            all,
            &["Note replicas of one machine or of many.", "Nothing is made at the destination yet."],
            to::create_replicas,
        ),
        get(one, &["Show a replica, or those below the name, with the last jobs."], to::show_replica),
        Route::json(
            delete,
            one,
            &["Delete a replica, its disks and its snapshot.", AT_ONCE],
            to::delete_replica,
        )
        .begins(),
        Route::json(
            post.clone(),
            "/v1/replicas/{name}/execute",
            &["Bring a replica up to date.", AT_ONCE],
            to::execute_replica,
        )
        .begins(),
        Route::json(
            post.clone(),
            "/v1/replicas/{name}/deploy",
            &["Make a server out of a replica.", AT_ONCE],
            to::deploy_replica,
        )
        .begins(),
        Route::json(
            post.clone(),
            "/v1/replicas/{name}/verify",
            &[
                "Re-read a replica's disks, and compare them with what its last execution left there.",
                "Nothing is changed. A job that fails with `replica.differs` names what is wrong in `proofs`.",
                AT_ONCE,
            ],
            to::verify_replica,
        )
        .begins(),
        Route::json(
            post,
            "/v1/migrations",
            &["Bring machines over, keeping no replica.", AT_ONCE],
            to::migrate,
        )
        .begins(),
    ]
}

fn jobs() -> Vec<Route> {
    vec![
        get("/v1/jobs", &["List jobs, the newest first."], to::list_jobs),
        get("/v1/jobs/{id}", &["Show a job, its steps and its log."], to::show_job),
        get("/v1/jobs/{id}/events", &["What happened in a job: a page of its events."], to::list_job_events),
        Route::other(
            EVENTS,
            "/v1/jobs/{id}/stream",
            &[
                "What happens in a job, as it happens.",
                "Server-sent events: the data of each is one event, its id the event's number. The last one is \
                 named `end`: nobody works on the job any more.",
            ],
            to::stream_job_events,
        ),
        get("/v1/events", &["What happened in all jobs: a page of events."], to::list_events),
        Route::other(
            EVENTS,
            "/v1/stream",
            &[
                "What happens in all jobs, as it happens.",
                "Server-sent events, as those of one job, without an end.",
            ],
            to::stream_events,
        ),
    ]
}

fn deals() -> Vec<Route> {
    let deal = |path, about, deal| {
        let respond = move |call, Nothing {}, Nothing {}| to::deal(call, deal);
        Route::json(Method::POST, path, about, respond).begins()
    };
    vec![
        deal("/v1/jobs/{id}/cancel", &["Stop a job, and remove what it made."], Deal::Cancel),
        deal("/v1/jobs/{id}/force", &["End a job at once, and leave what it made."], Deal::Force),
        deal("/v1/jobs/{id}/resume", &["Go on with a job that is stuck."], Deal::Resume),
        deal("/v1/jobs/{id}/undo", &["Remove what a job made, instead of going on."], Deal::Undo),
        deal("/v1/jobs/{id}/skip", &["Take what a job is stuck at as dealt with by hand."], Deal::Skip),
        deal("/v1/jobs/{id}/abandon", &["Declare a stuck job over, leaving what it made."], Deal::Abandon),
    ]
}

fn schedules() -> Vec<Route> {
    let (all, one) = ("/v1/schedules", "/v1/schedules/{name}");
    let deal = |method, path, about, deal| {
        let respond = move |call, Nothing {}, Nothing {}| to::deal_with_schedule(call, deal);
        Route::json(method, path, about, respond)
    };
    vec![
        get(all, &["List schedules, by name."], to::list_schedules),
        Route::json(
            Method::POST,
            all,
            &["Execute a replica again and again, at the times of a cron expression."],
            to::create_schedule,
        ),
        get(one, &["Show a schedule, its next run and what came of the last."], to::show_schedule),
        Route::json(
            Method::PATCH,
            one,
            &["Change when a schedule runs, or how.", "What is not named stays; a run under way goes on."],
            to::change_schedule,
        ),
        deal(Method::DELETE, one, &["Delete a schedule.", "A job that runs goes on."], ScheduleDeal::Delete),
        get("/v1/schedules/{name}/times", &["Show the next planned times."], to::list_times),
        deal(
            Method::POST,
            "/v1/schedules/{name}/pause",
            &["Let nothing of a schedule begin any more.", "A job that runs goes on."],
            ScheduleDeal::Pause,
        ),
        deal(
            Method::POST,
            "/v1/schedules/{name}/resume",
            &["Let a paused schedule go on with its next planned time."],
            ScheduleDeal::Resume,
        ),
        deal(
            Method::POST,
            "/v1/schedules/{name}/run",
            &["Begin a run besides those that are planned.", "It begins as soon as its replica is not busy."],
            ScheduleDeal::Run,
        )
        .begins(),
    ]
}

fn surroundings() -> Vec<Route> {
    vec![
        get("/v1/sources", &["List sources."], to::list_sources),
        get("/v1/sources/{name}/machines", &["List the machines of a source."], to::list_machines),
        get(
            "/v1/sources/{name}/machines/{machine}",
            &["Show a machine, its disks and its networks."],
            to::show_machine,
        ),
        get("/v1/destinations", &["List destinations."], to::list_destinations),
        Route::json(
            Method::POST,
            "/v1/check",
            &["Ask whether endpoints are ready for a job.", "Nothing is made."],
            to::check,
        ),
        Route::other(JSON, "/v1/openapi.json", &["This document."], to::document),
        Route::other(METRICS, "/metrics", &["Metrics for Prometheus."], to::metrics),
        Route::other(JSON, "/healthz", &["Whether the server answers.", "Needs no token."], to::health)
            .open(),
    ]
}
