//! What goes over the wire besides what the engine itself shows: questions, answers, pages. Version 1: fields are
//! added and never change their meaning. Nothing here has room for a secret.

use gyre_core::config::Compress;
use gyre_core::roles::VmSummary;
use gyre_core::scripts::{Scripts, UserScripts};
use gyre_core::{Bandwidth, Error, Result};
use gyre_engine::{Checked, DeployOptions, Engine, ExecuteOptions, Replica, ReplicaFilter, Report, Told};
use gyre_saga::{Entry, JobFilter, JobRecord, Status, StepRecord, Stop};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Jobs that are shown with a replica.
const HISTORY: u32 = 5;
/// Entries of one page.
pub const PAGE_MAX: u32 = 1000;

/// Nothing is asked.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// Which replicas are listed, by name.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ReplicaQuery {
    /// Only those whose name or machine contains this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Only those of this source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// Only those to this destination.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub destination: Option<String>,
    /// Only those after this name: `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// At most so many; default 100, at most 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl ReplicaQuery {
    /// How many are asked for.
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(100)
    }

    /// As the engine is asked.
    pub fn filter(&self) -> ReplicaFilter {
        ReplicaFilter {
            text: self.text.clone(),
            source: self.source.clone(),
            destination: self.destination.clone(),
            after: self.after.clone(),
            limit: self.limit() as usize,
        }
    }
}

/// A page of replicas.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReplicaPage {
    /// By name.
    pub replicas: Vec<Replica>,
    /// `after` of the next page, where there may be one.
    pub next: Option<String>,
}

/// A replica, or those below its name, with the last jobs.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct ReplicaView {
    /// One of this very name, or those below it.
    pub replicas: Vec<Replica>,
    /// The newest first.
    pub jobs: Vec<JobLine>,
}

impl ReplicaView {
    /// What the engine knows of a name.
    ///
    /// # Errors
    /// `replica.unknown`, `store.*`.
    pub async fn of(engine: &Engine, name: &str) -> Result<Self> {
        let (replicas, jobs) = (engine.members(name).await?, engine.jobs_of(name, HISTORY).await?);
        Ok(Self { replicas, jobs: jobs.iter().map(JobLine::from).collect() })
    }
}

/// Options of a destination, with where they were given.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Layer {
    /// Where they were given; named by errors.
    pub from: String,
    /// By name.
    pub options: Map<String, Value>,
}

/// Which machines go where.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// Source in the server's configuration.
    pub source: String,
    /// Machines, as their source names them; each has a fate of its own.
    pub vms: Vec<String>,
    /// Destination in the server's configuration.
    pub destination: String,
    /// Options of the destination for these machines.
    #[serde(default)]
    pub options: Map<String, Value>,
    /// The same from several places; what counts more comes later, and `options` over all of them.
    #[serde(default)]
    pub layers: Vec<Layer>,
}

impl Route {
    /// All layers, what counts more last.
    pub fn given(&self) -> Vec<Layer> {
        given(&self.layers, &self.options)
    }
}

fn given(layers: &[Layer], options: &Map<String, Value>) -> Vec<Layer> {
    let mut layers = layers.to_vec();
    if !options.is_empty() {
        layers.push(Layer { from: "options".into(), options: options.clone() });
    }
    layers
}

/// Replicas to be noted.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Create {
    /// Name of the replica; several machines have one below it each.
    pub name: String,
    /// Which machines go where.
    pub route: Route,
}

/// How a replica is brought up to date.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Execute {
    /// Power the machine off at its source before the snapshot; it stays off, whatever becomes of the job.
    pub power_off: bool,
    /// What its disks together may be sent with: `200 MiB/s`, `unlimited`; none: as the server's configuration has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<Bandwidth>,
    /// Whether what is sent is compressed; none: as the server's configuration has it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compress: Option<Compress>,
}

impl From<Execute> for ExecuteOptions {
    fn from(Execute { power_off, bandwidth, compress }: Execute) -> Self {
        Self { power_off, bandwidth, compress }
    }
}

impl From<&ExecuteOptions> for Execute {
    fn from(options: &ExecuteOptions) -> Self {
        let ExecuteOptions { power_off, bandwidth, compress } = *options;
        Self { power_off, bandwidth, compress }
    }
}

/// How a server is made of a replica.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Deploy {
    /// Which of several operating systems on the disks: its root or its name, as the error lists them.
    pub system: Option<String>,
    /// Leave the guest as it is.
    pub skip_morphing: bool,
    /// Give the server the replica's own disks instead of copies: afterwards there is no replica any more.
    pub own_disks: bool,
    /// Secrets of the server's configuration that may open encrypted disks, by name; none: those that it names itself.
    pub luks_secrets: Vec<String>,
    /// Scripts of this machine, by phase: `before-mount`, `after-mount`, `first-boot`. They go before those of the
    /// server's configuration.
    pub scripts: Scripts,
}

impl From<Deploy> for DeployOptions {
    fn from(deploy: Deploy) -> Self {
        let Deploy { system, skip_morphing, own_disks, luks_secrets, scripts } = deploy;
        let scripts = UserScripts { own: scripts, ..UserScripts::default() };
        Self { system, skip_morphing, own_disks, luks_secrets, scripts }
    }
}

impl From<&DeployOptions> for Deploy {
    fn from(options: &DeployOptions) -> Self {
        let DeployOptions { system, skip_morphing, own_disks, luks_secrets, scripts } = options.clone();
        Self { system, skip_morphing, own_disks, luks_secrets, scripts: scripts.own }
    }
}

/// Machines to be brought over.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Migrate {
    /// Which machines go where.
    pub route: Route,
    /// Power the machines off at their source before the snapshot; they stay off.
    #[serde(default)]
    pub power_off: bool,
    /// What the disks of each together may be sent with: `200 MiB/s`, `unlimited`; none: as the server's configuration
    /// has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bandwidth: Option<Bandwidth>,
    /// Whether what is sent is compressed; none: as the server's configuration has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compress: Option<Compress>,
    /// How servers are made of them; they always have the copied disks themselves.
    #[serde(default)]
    pub deploy: Deploy,
}

/// What became of an order: a job for each machine, which runs on its own.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Accepted {
    /// In the order in which they were asked for.
    pub jobs: Vec<Begun>,
}

/// A job that was begun or gone on with, or why there is none.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Begun {
    /// Replica, machine, or id of the job, as it was asked for.
    pub name: String,
    /// Id of the job.
    pub job: Option<String>,
    /// Whether it was begun earlier.
    #[serde(default)]
    pub resumed: bool,
    /// Number of the last event before: events after it are those of this run.
    #[serde(default)]
    pub after: u64,
    /// Why there is no job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
}

/// Which jobs are listed, the newest first.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct JobQuery {
    /// Only those of this replica, and of those below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica: Option<String>,
    /// Only those of this kind: `execution`, `deployment`, `migration`, `deletion`, `verification`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Only those that stand there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Only those that are not over.
    pub unfinished: bool,
    /// Only those that are older than this job: `next` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// At most so many; default 100, at most 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

impl JobQuery {
    /// How many are asked for.
    pub fn limit(&self) -> u32 {
        self.limit.unwrap_or(100)
    }

    /// As the engine is asked.
    pub fn filter(&self) -> JobFilter {
        JobFilter {
            subject: self.replica.as_deref().map(gyre_engine::replica_subject),
            kind: self.kind.clone(),
            status: self.status,
            unfinished: self.unfinished,
            before: self.before.clone(),
            limit: self.limit(),
        }
    }
}

/// A page of jobs.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct JobPage {
    /// The newest first.
    pub jobs: Vec<JobLine>,
    /// `before` of the next page, where there may be one.
    pub next: Option<String>,
}

/// A line of a list of jobs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct JobLine {
    /// Id of the job.
    pub job: String,
    /// `execution`, `deployment`, `migration`, `deletion`, `verification`.
    pub kind: String,
    /// What it works on.
    pub subject: String,
    /// Where it stands.
    pub status: Status,
    /// Milliseconds since 1970.
    pub created: u64,
    /// Milliseconds since 1970.
    pub updated: u64,
    /// Why it fails or failed.
    pub error: Option<Error>,
    /// Steps that are done.
    pub steps_done: usize,
    /// Steps in all.
    pub steps: usize,
}

impl From<&JobRecord> for JobLine {
    fn from(job: &JobRecord) -> Self {
        Self {
            job: job.id.clone(),
            kind: job.kind.clone(),
            subject: job.subject.clone(),
            status: job.status,
            created: job.created,
            updated: job.updated,
            error: job.error.clone(),
            steps_done: job.steps.iter().filter(|step| job.is_done(&step.name)).count(),
            steps: job.steps.len(),
        }
    }
}

/// A job: what it has come to, its steps, and its log.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct JobView {
    /// What it has come to.
    #[serde(flatten)]
    pub report: Report,
    /// In order.
    pub steps: Vec<StepRecord>,
    /// The oldest line first.
    pub log: Vec<Entry>,
}

impl JobView {
    /// What the engine knows of a job.
    ///
    /// # Errors
    /// `job.unknown`, `store.*`.
    pub async fn of(engine: &Engine, id: &str) -> Result<Self> {
        let (job, report, log) = engine.job(id).await?;
        Ok(Self { report, steps: job.steps, log })
    }
}

/// What can be done with a job that is not over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deal {
    /// Stop it and remove what it made.
    Cancel,
    /// End it at once and leave what it made.
    Force,
    /// Go on with it.
    Resume,
    /// Remove what it made instead of going on.
    Undo,
    /// Take what it is stuck at as dealt with by hand.
    Skip,
    /// Declare it over, leaving what it made.
    Abandon,
}

impl Deal {
    /// As the API calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Deal::Cancel => "cancel",
            Deal::Force => "force",
            Deal::Resume => "resume",
            Deal::Undo => "undo",
            Deal::Skip => "skip",
            Deal::Abandon => "abandon",
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// Those of the engine's verb.
    pub async fn carry_out(self, engine: &Engine, id: &str, stop: Stop) -> Result<Report> {
        match self {
            Deal::Cancel => engine.cancel(id, stop).await,
            Deal::Force => engine.force(id, stop).await,
            Deal::Resume => engine.resume(id, stop).await,
            Deal::Undo => engine.undo(id, stop).await,
            Deal::Skip => engine.skip(id, stop).await,
            Deal::Abandon => engine.abandon(id).await,
        }
    }
}

/// Which events are asked for.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EventQuery {
    /// Only those after this number. A stream goes on after `Last-Event-ID`, where that is sent.
    pub after: u64,
    /// At most so many, of a page: default 100, at most 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// A page of events.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct EventPage {
    /// The oldest first.
    pub events: Vec<Told>,
    /// `after` of the next page.
    pub next: u64,
}

/// The last event of a job's stream, named `end`: nobody works on the job any more.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct End {
    /// Where the job stands.
    pub status: Status,
    /// Why the work on it ended before the job did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// The job that was begun in its place, once it was undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// A source or a destination of the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndpointLine {
    /// Its name.
    pub name: String,
    /// Name of its plugin.
    pub plugin: String,
}

/// Sources or destinations, by name.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct EndpointPage {
    /// By name.
    pub endpoints: Vec<EndpointLine>,
}

/// Which machines are listed.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MachineQuery {
    /// Only those whose name contains this.
    pub name: Option<String>,
}

/// Machines of a source.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct MachinePage {
    /// In the source's order.
    pub machines: Vec<VmSummary>,
}

/// What is to be checked; nothing is made by it.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Check {
    /// Source in the server's configuration.
    pub source: Option<String>,
    /// Machine of that source.
    pub vm: Option<String>,
    /// Destination in the server's configuration.
    pub destination: Option<String>,
    /// Options of the destination.
    pub options: Map<String, Value>,
    /// The same from several places; what counts more comes later, and `options` over all of them.
    pub layers: Vec<Layer>,
}

impl Check {
    /// All layers, what counts more last.
    pub fn given(&self) -> Vec<Layer> {
        given(&self.layers, &self.options)
    }
}

/// What checks found.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct CheckAnswer {
    /// Whether nothing forbids a job.
    pub ready: bool,
    /// Of each endpoint.
    pub checks: Vec<Checked>,
}
