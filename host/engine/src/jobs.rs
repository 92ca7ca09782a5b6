//! Jobs by their ids: looking at them, and dealing with those that are not over, whatever command or process
//! began them.

use crate::engine::Engine;
use crate::params::Params;
use crate::{News, Report, Started};
use gyre_core::{Error, Result};
use gyre_saga::{Entry, JobFilter, JobRecord, Note, Phase, Request, Status, StepEvent, Stop};
use std::time::Duration;

/// How often a job is looked at whose end somebody waits for.
const LOOK_EVERY: Duration = Duration::from_millis(300);

/// Something that was told of a job, as it was kept.
#[derive(Clone, Debug, serde::Serialize, serde::Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Told {
    /// Grows with everything that is told, over all jobs.
    pub seq: u64,
    /// The job.
    pub job: String,
    /// Milliseconds since 1970.
    pub at: u64,
    /// What happened.
    #[serde(flatten)]
    pub news: News,
}

impl Engine {
    /// Jobs, the newest first.
    ///
    /// # Errors
    /// `job.unknown`: the page was to begin at a job that is not there.
    pub async fn jobs(&self, filter: &JobFilter) -> Result<Vec<JobRecord>> {
        self.shared.store.list(filter).await
    }

    /// One job, what it has come to, and its log.
    ///
    /// # Errors
    /// `job.unknown`.
    pub async fn job(&self, id: &str) -> Result<(JobRecord, Report, Vec<Entry>)> {
        let job = self.shared.store.load(id).await?;
        let report = Report::of(&job, &Params::from_job(&job)?, false);
        Ok((job, report, self.shared.store.log(id).await?))
    }

    /// What was told after `after`, the oldest first, at most `limit`; of one job, or of all.
    ///
    /// # Errors
    /// `store.*`.
    pub async fn told(&self, job: Option<&str>, after: u64, limit: u32) -> Result<Vec<Told>> {
        let notes = self.shared.store.notes(job, after, limit).await?;
        Ok(notes.into_iter().filter_map(told).collect())
    }

    /// Goes on with a job, whatever command began it.
    ///
    /// # Errors
    /// As [`Engine::work`]; `job.over`.
    pub async fn resume(&self, id: &str, stop: Stop) -> Result<Report> {
        let job = self.open_job(id).await?;
        self.work(Started { job: job.id, resumed: true, anew: None }, stop).await
    }

    /// Undoes what a job made instead of going on with it.
    ///
    /// # Errors
    /// As [`Engine::work`]; `job.over`, `job.committed`.
    pub async fn undo(&self, id: &str, stop: Stop) -> Result<Report> {
        let job = self.stoppable(id).await?;
        let error = job.error.clone().unwrap_or_else(Error::cancelled);
        self.mark(&job, Status::Undoing, error).await?;
        self.work_on(&self.shared.store.load(id).await?, true, &stop).await
    }

    /// Takes what keeps a stuck job from going on as done by hand, and goes on: an undo that failed, or a step
    /// after the point of no return.
    ///
    /// # Errors
    /// As [`Engine::work`]; `job.over`, `job.not-stuck`, `job.not-skipped`.
    pub async fn skip(&self, id: &str, stop: Stop) -> Result<Report> {
        let job = self.open_job(id).await?;
        if job.status != Status::Stuck {
            return Err(Error::conflict(
                "job.not-stuck",
                format!("job {id} is not stuck: {}", job.status.name()),
            ));
        }
        let failed = |phase| job.steps.iter().rev().find(|step| step.phase == phase);
        let step = failed(Phase::UndoFailed).or_else(|| failed(Phase::Failed)).filter(|step| !step.pivot);
        let Some(step) = step else {
            let what =
                format!("what job {id} is stuck at is the point of no return itself: it cannot be skipped");
            return Err(Error::conflict("job.not-skipped", what));
        };
        let lease = self.shared.store.acquire(id).await?;
        let noted = self.shared.store.record(&lease, &step.name, &StepEvent::Skipped).await;
        self.shared.store.release(&lease).await?;
        noted?;
        let text = format!("the step {:?} was taken as dealt with by hand", step.name);
        self.shared.journal.tell(id, News::Warning { text });
        self.work_on(&self.shared.store.load(id).await?, true, &stop).await
    }

    /// Declares a job over without removing what it may have left: the last resort for a stuck one.
    ///
    /// # Errors
    /// `job.unknown`, `job.over`, `job.busy`.
    pub async fn abandon(&self, id: &str) -> Result<Report> {
        let error =
            Error::conflict("job.abandoned", "the job was abandoned; what it made may still be there");
        self.give_up(id, error).await
    }

    /// Stops a job: what it made is removed. One that another process works on is asked to, and waited for; the
    /// end of one that nobody works on is brought about here.
    ///
    /// # Errors
    /// As [`Engine::work`]; `job.over`, `job.committed`.
    pub async fn cancel(&self, id: &str, stop: Stop) -> Result<Report> {
        self.stoppable(id).await?;
        match self.undo(id, stop.clone()).await {
            Err(error) if error.code == "job.busy" => {
                self.shared.store.ask(id, Request::Cancel).await?;
                self.wait(id, &stop).await
            }
            ended => ended,
        }
    }

    /// Ends a job at once, wherever it runs: what it made stays, and the report names it.
    ///
    /// # Errors
    /// `job.unknown`, `job.over`.
    pub async fn force(&self, id: &str, stop: Stop) -> Result<Report> {
        let what = format!("job {id} was ended at once; what it made may still be there");
        match self.give_up(id, Error::new(gyre_core::Kind::Cancelled, "job.forced", what)).await {
            Err(error) if error.code == "job.busy" => {
                self.shared.store.ask(id, Request::Force).await?;
                self.wait(id, &stop).await
            }
            ended => ended,
        }
    }

    /// Waits until a job is over or stuck that another process works on.
    ///
    /// # Errors
    /// `job.unknown`; `job.cancelled`: the wait was, and the job was not touched by that.
    pub async fn wait(&self, id: &str, stop: &Stop) -> Result<Report> {
        loop {
            let job = self.shared.store.load(id).await?;
            if job.status.is_final() || job.status == Status::Stuck {
                return Ok(Report::of(&job, &Params::from_job(&job)?, false));
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = stop.asked() => return Err(Error::cancelled()),
            }
        }
    }

    async fn give_up(&self, id: &str, error: Error) -> Result<Report> {
        let job = self.open_job(id).await?;
        let error = job.error.iter().fold(error, |error, why| error.cause(why));
        self.mark(&job, Status::Failed, error.clone()).await?;
        self.shared.journal.tell(id, News::Ended { status: Status::Failed, error: Some(error) });
        self.shared.journal.finish(id).await;
        self.release_components().await;
        Ok(self.job(id).await?.1)
    }

    /// The job, if what it made may still be removed.
    ///
    /// # Errors
    /// `job.unknown`, `job.over`, `job.committed`.
    pub async fn stoppable(&self, id: &str) -> Result<JobRecord> {
        let job = self.open_job(id).await?;
        if !gyre_saga::committed(&job) {
            return Ok(job);
        }
        Err(Error::conflict("job.committed", format!("job {id} is past its point of no return"))
            .cause(format!("only going on is possible: gyre job resume {id}")))
    }

    async fn open_job(&self, id: &str) -> Result<JobRecord> {
        let job = self.shared.store.load(id).await?;
        if job.status.is_final() {
            return Err(Error::conflict("job.over", format!("job {id} is over: {}", job.status.name())));
        }
        Ok(job)
    }

    async fn mark(&self, job: &JobRecord, status: Status, error: Error) -> Result<()> {
        let lease = self.shared.store.acquire(&job.id).await?;
        let marked = self.shared.store.set_status(&lease, status, Some(&error)).await;
        self.shared.store.release(&lease).await?;
        marked
    }
}

/// A newer gyre may have told what this one has no word for.
fn told(note: Note) -> Option<Told> {
    let news = serde_json::from_value(note.value).ok()?;
    Some(Told { seq: note.seq, job: note.job, at: note.at, news })
}
