//! What a job has come to, put together from its record. Refuses to know how it is printed.

use crate::context::decode;
use crate::params::Params;
use crate::{DiskCopy, deployment, execution, verification};
use gyre_core::Error;
use gyre_core::roles::Instance;
use gyre_mover::{CopyReport, Verdict};
use gyre_saga::{JobRecord, Status};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a job has come to.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Report {
    /// Id of the job.
    pub job: String,
    /// `execution`, `deployment`, `migration`, `deletion`, `verification`.
    pub kind: String,
    /// Name of the replica.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica: Option<String>,
    /// Number of the execution that the job was, or deployed.
    pub number: u64,
    /// Where the job stands.
    pub status: Status,
    /// Whether an earlier run had begun it.
    pub resumed: bool,
    /// The step that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed_step: Option<String>,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// What was copied, per disk.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disks: Vec<DiskCopy>,
    /// The sums of `disks`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub total: Option<CopyReport>,
    /// What each disk was found to hold, of a verification.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<DiskProof>,
    /// Which system was converted, and by which plugin.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub morphing: Option<Value>,
    /// The new server.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<Instance>,
    /// Steps that may have left something which nobody removed: their tokens stand in what they made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<Left>,
    /// From the job's beginning to its end, seconds.
    pub seconds: f64,
}

/// What a disk was found to hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DiskProof {
    /// As the source names it.
    pub disk: String,
    /// As the destination names it.
    pub identity: String,
    /// Bytes.
    pub size: u64,
    /// What was right, and what was not.
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Wall-clock time.
    pub seconds: f64,
}

/// A step that may have left something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Left {
    /// Name of the step.
    pub step: String,
    /// Its token, which stands in the name or in the metadata of what it made.
    pub token: String,
}

impl Report {
    pub(crate) fn of(job: &JobRecord, params: &Params, resumed: bool) -> Self {
        let disks: Vec<DiskCopy> = state(job, execution::COPY_DISKS).unwrap_or_default();
        Self {
            job: job.id.clone(),
            kind: job.kind.clone(),
            replica: params.name.clone(),
            number: params.number,
            status: job.status,
            resumed,
            failed_step: job.steps.iter().find(|step| step.error.is_some()).map(|step| step.name.clone()),
            error: job.error.clone(),
            total: (!disks.is_empty()).then(|| sum(&disks)),
            disks,
            proofs: state(job, verification::VERIFY_DISKS).unwrap_or_default(),
            morphing: state(job, deployment::MORPH),
            instance: deployment::instance_of(job),
            left: left(job),
            seconds: job.updated.saturating_sub(job.created) as f64 / 1000.0,
        }
    }
}

fn state<T: serde::de::DeserializeOwned>(job: &JobRecord, step: &str) -> Option<T> {
    job.state(step).and_then(|state| decode(state).ok())
}

/// Of a job that was given up, or that is stuck, what its undo did not get to.
fn left(job: &JobRecord) -> Vec<Left> {
    if !matches!(job.status, Status::Failed | Status::Stuck) {
        return Vec::new();
    }
    let left = job.steps.iter().filter(|step| step.undoable && step.phase.left_something());
    left.map(|step| Left { step: step.name.clone(), token: job.token(&step.name) }).collect()
}

fn sum(disks: &[DiskCopy]) -> CopyReport {
    disks.iter().fold(CopyReport::default(), |total, copy| CopyReport {
        size: total.size + copy.report.size,
        read: total.read + copy.report.read,
        unpacked: total.unpacked + copy.report.unpacked,
        moved: total.moved + copy.report.moved,
        sent: total.sent + copy.report.sent,
        zeroed: total.zeroed + copy.report.zeroed,
        skipped: total.skipped + copy.report.skipped,
        verified: total.verified + copy.report.verified,
        resumed: total.resumed + copy.report.resumed,
        changed_by: copy.report.changed_by,
        // Disks are copied side by side.
        seconds: total.seconds.max(copy.report.seconds),
    })
}
