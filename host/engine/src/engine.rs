//! What all jobs of a process share, and what roles are asked outside of jobs. The verbs stand in `replicas.rs`,
//! `starting.rs`, `running.rs` and `jobs.rs`: whoever runs the same command again after a crash gets what the
//! first one was to bring. Refuses to print.

use crate::context::Context;
use crate::journal::Journal;
use crate::params::{Kind, Params};
use crate::queue::Queue;
use crate::{
    Checked, Endpoints, JobContext, Reporter, Workers, check, deletion, deployment, execution, migration,
    verification,
};
use gyre_core::config::{Jobs, Transfer};
use gyre_core::roles::Progress;
use gyre_mover::{Allowance, CopyOptions};
use gyre_saga::{Action, JobRecord, Policy, Status, Store, Table, plan};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// What a role is bound to when it only looks: keys of this job are never made.
const NO_JOB: &str = "look";

/// How jobs are done here.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The state directory.
    pub directory: PathBuf,
    /// How disks are copied.
    pub transfer: Transfer,
    /// How much each job may send at which hour.
    pub allowance: Allowance,
    /// How many jobs run at once.
    pub jobs: Jobs,
    /// Sizes and times of a copy.
    pub copy: CopyOptions,
    /// How often things are tried again.
    pub policy: Policy,
}

/// What all jobs share.
pub(crate) struct Shared {
    pub store: Arc<dyn Store>,
    pub endpoints: Arc<dyn Endpoints>,
    pub workers: Arc<dyn Workers>,
    pub journal: Arc<Journal>,
    pub queue: Arc<Queue>,
    pub settings: Settings,
}

/// Starts jobs and goes on with them.
#[derive(Clone)]
pub struct Engine {
    pub(crate) shared: Arc<Shared>,
}

impl Engine {
    /// An engine over these parts. Must be called within a runtime, in which what happens is written down.
    pub fn new(
        store: Arc<dyn Store>,
        endpoints: Arc<dyn Endpoints>,
        workers: Arc<dyn Workers>,
        reporter: Arc<dyn Reporter>,
        settings: Settings,
    ) -> Self {
        let journal = Arc::new(Journal::new(store.clone(), reporter));
        let queue = Queue::new(settings.jobs.clone());
        Self { shared: Arc::new(Shared { store, endpoints, workers, journal, queue, settings }) }
    }

    /// Asks endpoints whether a job could work, and creates nothing.
    pub async fn check(
        &self,
        source: Option<(&str, Option<&str>)>,
        destination: Option<(&str, &Map<String, Value>)>,
    ) -> Vec<Checked> {
        let (endpoints, mut answers, mut spec) = (&*self.shared.endpoints, Vec::new(), None);
        if let Some((name, vm)) = source {
            let (answer, vm) = check::source(endpoints, name, vm, &self.looking(Map::new())).await;
            (answers, spec) = (vec![answer], vm);
        }
        if let Some((name, options)) = destination {
            let context = self.looking(options.clone());
            answers.push(check::destination(endpoints, name, spec.as_ref(), &context).await);
        }
        answers
    }

    /// What roles are bound to outside of jobs.
    pub fn looking(&self, overrides: Map<String, Value>) -> JobContext {
        struct Quiet;
        impl Progress for Quiet {
            fn report(&self, _: &str, _: u64, _: Option<u64>) {}
        }
        let cancel = CancellationToken::new();
        let plugins = BTreeMap::new();
        JobContext { job: NO_JOB.into(), overrides, plugins, progress: Arc::new(Quiet), cancel }
    }
}

/// Whether the job's next actions remove what it made.
pub(crate) fn is_backward(job: &JobRecord) -> bool {
    let ends = |action: &Action| matches!(action, Action::Finish(Status::Failed | Status::Cancelled));
    plan(job).iter().any(ends)
}

pub(crate) fn table(params: &Params) -> Table<Context> {
    match params.kind {
        Kind::Execution => execution::table(params),
        Kind::Deployment => deployment::table(params),
        Kind::Migration => migration::table(params),
        Kind::Deletion => deletion::table(),
        Kind::Verification => verification::table(),
    }
}
