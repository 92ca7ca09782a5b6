//! What comes next for a job: a pure function of its record, for a job that just started as for one
//! that a crash left. Refuses to do anything.

use crate::{JobRecord, Phase, Status, StepRecord};
use gyre_core::Kind;

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Call this step; `again`: it may be done already.
    Run {
        /// Place in the table.
        step: usize,
        /// It was started before, and its end is unknown.
        again: bool,
    },
    /// Call the undo of this step.
    Undo {
        /// Place in the table.
        step: usize,
    },
    /// Nothing is left to do but to say so.
    Finish(Status),
}

/// Everything that is left to do, in order, provided that it all works.
pub fn plan(job: &JobRecord) -> Vec<Action> {
    if job.status.is_final() {
        Vec::new()
    } else if is_forward(job) {
        forward(job)
    } else {
        backward(job)
    }
}

/// Whether the point of no return is passed, or may be: from there on a job only goes forward.
pub fn committed(job: &JobRecord) -> bool {
    job.steps.iter().any(|step| step.pivot && matches!(step.phase, Phase::Done | Phase::Started))
}

fn is_forward(job: &JobRecord) -> bool {
    let broken = |step: &StepRecord| {
        matches!(step.phase, Phase::Failed | Phase::Undoing | Phase::Undone | Phase::UndoFailed)
    };
    committed(job) || (job.status != Status::Undoing && !job.steps.iter().any(broken))
}

fn forward(job: &JobRecord) -> Vec<Action> {
    let open = job.steps.iter().enumerate().filter(|(_, step)| step.phase != Phase::Done);
    open.map(|(step, record)| Action::Run { step, again: record.phase != Phase::Never })
        .chain([Action::Finish(Status::Succeeded)])
        .collect()
}

fn backward(job: &JobRecord) -> Vec<Action> {
    let left = job.steps.iter().enumerate().rev().filter(|(_, s)| s.undoable && s.phase.left_something());
    left.map(|(step, _)| Action::Undo { step }).chain([Action::Finish(end_of(job))]).collect()
}

/// How an undone job is remembered. Its own error is missing when it crashed just before it was noted.
fn end_of(job: &JobRecord) -> Status {
    let failed = || job.steps.iter().find(|step| step.phase == Phase::Failed)?.error.as_ref();
    match job.error.as_ref().or_else(failed).map(|error| error.kind) {
        Some(Kind::Cancelled) => Status::Cancelled,
        _ => Status::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gyre_core::Error;
    use serde_json::Value;

    /// `n`ever, `s`tarted, `d`one, `f`ailed, `u`ndoing, un`x`done, undo `F`ailed; the step after it is
    /// undoable with `*`, a pivot with `!`.
    fn job(status: Status, steps: &str) -> JobRecord {
        let mut records: Vec<StepRecord> = Vec::new();
        for letter in steps.chars() {
            match (letter, records.last_mut()) {
                ('*', Some(last)) => last.undoable = true,
                ('!', Some(last)) => last.pivot = true,
                _ => records.push(StepRecord {
                    phase: match letter {
                        'n' => Phase::Never,
                        's' => Phase::Started,
                        'd' => Phase::Done,
                        'f' => Phase::Failed,
                        'u' => Phase::Undoing,
                        'x' => Phase::Undone,
                        _ => Phase::UndoFailed,
                    },
                    ..StepRecord::default()
                }),
            }
        }
        JobRecord {
            id: "0".into(),
            kind: "test".into(),
            version: 1,
            subject: "a".into(),
            status,
            params: Value::Null,
            plugins: Default::default(),
            error: None,
            created: 0,
            updated: 0,
            steps: records,
        }
    }

    /// `0` runs, `0?` runs again, `-0` is undone, `.` and a word ends.
    fn shown(actions: &[Action]) -> String {
        let words = actions.iter().map(|action| match action {
            Action::Run { step, again: false } => format!("{step}"),
            Action::Run { step, again: true } => format!("{step}?"),
            Action::Undo { step } => format!("-{step}"),
            Action::Finish(status) => format!(".{}", status.name()),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_crash_has_one_answer() {
        use Status::*;
        let table = [
            // Forward: never, maybe, done.
            (Running, "n*n", "0 1 .succeeded"),
            (Running, "s*n", "0? 1 .succeeded"),
            (Running, "d*n", "1 .succeeded"),
            (Running, "d*s", "1? .succeeded"),
            (Running, "dd", ".succeeded"),
            // Backward: undo of done and of maybe, in reverse; steps without undo are passed over.
            (Undoing, "d*s*n*", "-1 -0 .failed"),
            (Undoing, "d*ds*", "-2 -0 .failed"),
            (Undoing, "d*f*n", "-1 -0 .failed"),
            (Undoing, "d*u*", "-1 -0 .failed"),
            (Undoing, "d*x*", "-0 .failed"),
            (Undoing, "x*x*", ".failed"),
            (Undoing, "n*n*", ".failed"),
            // The crash came after the step's failure and before the job's.
            (Running, "d*f*n", "-1 -0 .failed"),
            // A redo that a crash cut short is not gone on with.
            (Running, "d*x*d", "-0 .failed"),
            // Stuck: tried again from where it was.
            (Stuck, "d*F*x*", "-1 -0 .failed"),
            // Past the pivot, and where that may be so, only forward.
            (Running, "d*d!n", "2 .succeeded"),
            (Undoing, "d*s!n", "1? 2 .succeeded"),
            (Stuck, "d*d!f", "2? .succeeded"),
            (Undoing, "d*f!n", "-0 .failed"),
            // Over is over.
            (Succeeded, "dd", ""),
            (Failed, "x*f", ""),
            (Cancelled, "x*n", ""),
        ];
        for (status, steps, expected) in table {
            assert_eq!(shown(&plan(&job(status, steps))), expected, "{status:?} {steps}");
        }
    }

    #[test]
    fn a_cancelled_job_is_remembered_as_such() {
        let cancelled = JobRecord { error: Some(Error::cancelled()), ..job(Status::Undoing, "d*n") };
        assert_eq!(shown(&plan(&cancelled)), "-0 .cancelled");
        let mut unnoted = job(Status::Running, "d*f");
        unnoted.steps[1].error = Some(Error::cancelled());
        assert_eq!(shown(&plan(&unnoted)), "-0 .cancelled");
    }
}
