//! What a job was started with: fixed at its start and kept with it, so that a resumed job does what
//! the first attempt was to do, whatever the configuration and the replica have become. No secrets.

use crate::replica::{Replica, Success};
use gyre_core::config::Compress;
use gyre_core::roles::State;
use gyre_core::scripts::UserScripts;
use gyre_core::{Bandwidth, Error, Result};
use gyre_saga::JobRecord;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Behind the id of a replica: what its disks are made with.
pub(crate) const DISKS: &str = "disks";

/// What a job does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Brings a replica up to date.
    Execution,
    /// Makes a server out of a replica.
    Deployment,
    /// Both, keeping no replica.
    Migration,
    /// Removes a replica and its disks.
    Deletion,
    /// Re-reads a replica's disks.
    Verification,
}

impl Kind {
    /// Name of its table of steps.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Execution => "execution",
            Kind::Deployment => "deployment",
            Kind::Migration => "migration",
            Kind::Deletion => "deletion",
            Kind::Verification => "verification",
        }
    }
}

/// How a replica is brought up to date.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecuteOptions {
    /// Power the machine off at its source before the snapshot; it stays off, whatever becomes of the job.
    #[serde(default)]
    pub power_off: bool,
    /// What its disks together may be sent with, at all hours; none: as the configuration has it.
    #[serde(default)]
    pub bandwidth: Option<Bandwidth>,
    /// Whether what is sent is compressed; none: as the configuration has it.
    #[serde(default)]
    pub compress: Option<Compress>,
}

/// How a machine is made out of a replica.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeployOptions {
    /// Which of several operating systems on the disks: its root or its name, as the error lists them.
    pub system: Option<String>,
    /// Leave the guest as it is.
    pub skip_morphing: bool,
    /// Give the server the replica's own disks instead of copies: afterwards there is no replica any more.
    #[serde(default)]
    pub own_disks: bool,
    /// Names of secrets that are tried on encrypted disks.
    #[serde(default)]
    pub luks_secrets: Vec<String>,
    /// The operator's own programs. Their texts are kept with the job.
    #[serde(default)]
    pub scripts: UserScripts,
}

/// What a job was started with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Params {
    pub kind: Kind,
    /// Id of the replica, or of what a migration keeps meanwhile.
    pub replica: String,
    /// Its name; a migration has none.
    pub name: Option<String>,
    pub source: String,
    pub vm: String,
    /// The host of the source that the machine ran on when it was last described.
    #[serde(default)]
    pub host: Option<String>,
    pub destination: String,
    /// Options of the destination for this machine.
    pub options: Map<String, Value>,
    /// Number of the execution that this job is, or deploys.
    pub number: u64,
    /// The replica's disks, as they were known when the job began.
    pub disks: Option<State>,
    /// The last success, as it was when the job began.
    pub base: Option<Success>,
    #[serde(default)]
    pub execute: ExecuteOptions,
    pub deploy: DeployOptions,
}

impl Params {
    pub fn of(replica: &Replica, kind: Kind, deploy: DeployOptions) -> Self {
        let last = replica.last.as_ref().map_or(0, |last| last.number);
        Self {
            kind,
            replica: replica.id.clone(),
            name: Some(replica.name.clone()),
            source: replica.source.clone(),
            vm: replica.vm.clone(),
            host: replica.host.clone(),
            destination: replica.destination.clone(),
            options: replica.options.clone(),
            number: if kind == Kind::Execution { replica.executions + 1 } else { last },
            disks: replica.disks.clone(),
            base: replica.last.clone(),
            execute: ExecuteOptions::default(),
            deploy,
        }
    }

    pub fn from_job(job: &JobRecord) -> Result<Self> {
        serde_json::from_value(job.params.clone()).map_err(|e| {
            Error::conflict("job.upgraded", format!("job {} was begun by another version of gyre", job.id))
                .cause(e)
        })
    }

    /// What two unfinished jobs must not have in common.
    pub fn subject(&self) -> String {
        match &self.name {
            Some(name) => replica_subject(name),
            None => migration_subject(&self.source, &self.vm, &self.destination),
        }
    }

    /// A job that reads a machine has it for itself: two would be in each other's way with its snapshots.
    pub fn holds(&self) -> Option<String> {
        let reads = matches!(self.kind, Kind::Execution | Kind::Migration);
        reads.then(|| format!("machine {} of source {}", self.vm, self.source))
    }

    /// The token of the disks: that of the replica and not of one job, so that an execution finds what
    /// an earlier one made and could not note.
    pub fn disks_token(&self) -> String {
        format!("{}-{DISKS}", self.replica)
    }
}

/// What the jobs of a replica of this name work on.
pub fn replica_subject(name: &str) -> String {
    format!("replica {name}")
}

pub(crate) fn migration_subject(source: &str, vm: &str, destination: &str) -> String {
    format!("migration {source}/{vm} to {destination}")
}
