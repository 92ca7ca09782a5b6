//! The verbs of gyre. Each starts a job, or goes on with the one that an earlier run left: whoever runs
//! the same command again after a crash gets what the first one was to bring. Refuses to print.

use crate::context::Context;
use crate::params::{Kind, Params, replica_subject};
use crate::replica::{Replica, check_name};
use crate::{
    Checked, DeployOptions, Endpoints, JobContext, NewReplica, Report, Reporter, Workers, check, deletion,
    deployment, execution, migration,
};
use gyre_core::config::Transfer;
use gyre_core::roles::Progress;
use gyre_core::{Error, Result};
use gyre_mover::CopyOptions;
use gyre_saga::{Action, Entry, JobRecord, NewJob, Policy, Runner, Status, Store, Table, plan};
use serde_json::{Map, Value};
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
    pub reporter: Arc<dyn Reporter>,
    pub settings: Settings,
}

/// Starts jobs and goes on with them.
#[derive(Clone)]
pub struct Engine {
    shared: Arc<Shared>,
}

impl Engine {
    /// An engine over these parts.
    pub fn new(
        store: Arc<dyn Store>,
        endpoints: Arc<dyn Endpoints>,
        workers: Arc<dyn Workers>,
        reporter: Arc<dyn Reporter>,
        settings: Settings,
    ) -> Self {
        Self { shared: Arc::new(Shared { store, endpoints, workers, reporter, settings }) }
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
        JobContext { job: NO_JOB.into(), overrides, progress: Arc::new(Quiet), cancel }
    }

    /// Notes a replica; its first execution makes its disks. Calls nobody at the destination.
    ///
    /// # Errors
    /// `replica.name`, `replica.exists`; what the source says when it does not know the machine,
    /// `config.unknown-endpoint`, and `config.option`.
    pub async fn create_replica(&self, name: &str, new: NewReplica) -> Result<Replica> {
        check_name(name)?;
        let context = self.looking(Map::new());
        self.shared.endpoints.digests(&new.source, &new.destination).await?;
        self.check_options(&new.destination, &new.options).await?;
        let vm = self.shared.endpoints.source(&new.source, &context).await?.get_vm(&new.vm).await?;
        let mut replica = Replica { vm: vm.id, ..self.fresh(name, new).await? };
        match replica.save(&*self.shared.store).await {
            Err(error) if error.code == "store.changed" => {
                Err(Error::conflict("replica.exists", format!("there is a replica {name:?} already")))
            }
            saved => saved.map(|()| replica),
        }
    }

    /// What is stored stays, so options are held against the plugin's schema before: opening a destination
    /// does that, and calls nobody.
    async fn check_options(&self, destination: &str, options: &Map<String, Value>) -> Result<()> {
        let context = self.looking(options.clone());
        self.shared.endpoints.destination(destination, &context).await.map(drop)
    }

    async fn fresh(&self, name: &str, new: NewReplica) -> Result<Replica> {
        Ok(Replica {
            id: self.shared.store.new_id().await?,
            name: name.to_owned(),
            source: new.source,
            vm: new.vm,
            destination: new.destination,
            options: new.options,
            executions: 0,
            disks: None,
            last: None,
            version: 0,
        })
    }

    /// All replicas, by name.
    pub async fn replicas(&self) -> Result<Vec<Replica>> {
        Replica::all(&*self.shared.store).await
    }

    /// One replica.
    ///
    /// # Errors
    /// `replica.unknown`.
    pub async fn replica(&self, name: &str) -> Result<Replica> {
        Replica::load(&*self.shared.store, name).await
    }

    /// The jobs of a replica, the newest first.
    pub async fn jobs_of(&self, name: &str, limit: u32) -> Result<Vec<JobRecord>> {
        self.shared.store.list(Some(&replica_subject(name)), limit).await
    }

    /// Brings a replica up to date.
    ///
    /// # Errors
    /// `replica.unknown`, `job.unfinished`, `job.other-options`, `job.busy`, `job.upgraded`, `store.*`; that the job failed is
    /// in the report.
    pub async fn execute(&self, name: &str, cancel: CancellationToken) -> Result<Report> {
        self.of_replica(name, Kind::Execution, DeployOptions::default(), cancel).await
    }

    /// Makes a server out of a replica.
    ///
    /// # Errors
    /// As [`Engine::execute`]; `replica.never-executed`.
    pub async fn deploy(
        &self,
        name: &str,
        options: DeployOptions,
        cancel: CancellationToken,
    ) -> Result<Report> {
        self.of_replica(name, Kind::Deployment, options, cancel).await
    }

    /// Removes a replica, its disks and its snapshot.
    ///
    /// # Errors
    /// As [`Engine::execute`].
    pub async fn delete_replica(&self, name: &str, cancel: CancellationToken) -> Result<Report> {
        self.of_replica(name, Kind::Deletion, DeployOptions::default(), cancel).await
    }

    /// Brings a machine over, and keeps no replica.
    ///
    /// # Errors
    /// As [`Engine::execute`]; `config.option`.
    pub async fn migrate(
        &self,
        new: NewReplica,
        deploy: DeployOptions,
        cancel: CancellationToken,
    ) -> Result<Report> {
        let replica = self.fresh("migration", new).await?;
        let params = Params { name: None, number: 1, ..Params::of(&replica, Kind::Migration, deploy) };
        self.start_or_go_on(params, cancel).await
    }

    async fn of_replica(
        &self,
        name: &str,
        kind: Kind,
        deploy: DeployOptions,
        cancel: CancellationToken,
    ) -> Result<Report> {
        let wish = Wish { kind, deploy: &deploy, options: None };
        if let Some(report) = self.go_on_with(&replica_subject(name), wish, &cancel).await? {
            return Ok(report);
        }
        let replica = Replica::load(&*self.shared.store, name).await?;
        if kind == Kind::Deployment {
            self.check_whole(&replica, &deploy)?;
        }
        self.start(Params::of(&replica, kind, deploy), cancel).await
    }

    /// That the replica's disks hold one execution, and not parts of two.
    fn check_whole(&self, replica: &Replica, deploy: &DeployOptions) -> Result<()> {
        let name = &replica.name;
        let Some(last) = &replica.last else {
            return Err(Error::conflict(
                "replica.never-executed",
                format!("the replica {name:?} was never executed with success: there is nothing to deploy"),
            ));
        };
        if last.number == replica.executions {
            return Ok(());
        }
        let torn = format!(
            "execution {} of the replica {name:?} did not end well: its disks may hold parts of it over execution {}",
            replica.executions, last.number
        );
        if deploy.own_disks {
            return Err(Error::conflict("replica.torn", torn));
        }
        self.shared.reporter.warning(&torn);
        Ok(())
    }

    async fn start_or_go_on(&self, params: Params, cancel: CancellationToken) -> Result<Report> {
        let wish = Wish { kind: params.kind, deploy: &params.deploy, options: Some(&params.options) };
        if let Some(report) = self.go_on_with(&params.subject(), wish, &cancel).await? {
            return Ok(report);
        }
        self.check_options(&params.destination, &params.options).await?;
        self.start(params, cancel).await
    }

    /// Finishes what an earlier run of the same command began. `None`: there is nothing, or it was being
    /// undone and is now gone, so that the command begins afresh.
    async fn go_on_with(
        &self,
        subject: &str,
        wish: Wish<'_>,
        cancel: &CancellationToken,
    ) -> Result<Option<Report>> {
        let Some(job) = self.shared.store.unfinished(subject).await? else { return Ok(None) };
        if job.kind != wish.kind.name() {
            return Err(Error::conflict(
                "job.unfinished",
                format!("the {} {} is not over yet", job.kind, job.id),
            )
            .cause(format!("finish it first: gyre job resume {}, or gyre job undo {}", job.id, job.id)));
        }
        let was_undoing = is_backward(&job);
        if !was_undoing {
            wish.check(&job)?;
        }
        self.shared.reporter.warning(&format!("going on with job {}, which an earlier run began", job.id));
        let report = self.run(&job, true, cancel.clone()).await?;
        let is_gone = matches!(report.status, Status::Failed | Status::Cancelled);
        Ok(Some(report).filter(|_| !(was_undoing && is_gone)))
    }

    async fn start(&self, params: Params, cancel: CancellationToken) -> Result<Report> {
        let table = table(&params);
        let new = NewJob {
            kind: table.kind.to_owned(),
            version: table.version,
            subject: params.subject(),
            plugins: self.shared.endpoints.digests(&params.source, &params.destination).await?,
            params: serde_json::to_value(&params)
                .map_err(|e| Error::other("job.state", "the job cannot be written down").cause(e))?,
            steps: table.records(),
        };
        let job = self.shared.store.create(new).await?;
        self.run(&job, false, cancel).await
    }

    async fn run(&self, job: &JobRecord, resumed: bool, cancel: CancellationToken) -> Result<Report> {
        let params = Params::from_job(job)?;
        if resumed && !is_backward(job) {
            self.check_plugins(job, &params).await?;
        }
        let context = |cancel| Context::new(&job.id, params.clone(), self.shared.clone(), cancel);
        let (forward, backward) = (context(cancel.clone()), context(CancellationToken::new()));
        let runner = Runner {
            store: self.shared.store.clone(),
            observer: self.shared.reporter.clone(),
            policy: self.shared.settings.policy,
        };
        let ended = runner.run(&job.id, &table(&params), forward, backward, cancel).await?;
        Ok(Report::of(&ended, &params, resumed))
    }

    /// The states of a job's steps are its plugins' own words: another version may not understand them.
    async fn check_plugins(&self, job: &JobRecord, params: &Params) -> Result<()> {
        let now = self.shared.endpoints.digests(&params.source, &params.destination).await?;
        let changed: Vec<_> =
            job.plugins.iter().filter(|(name, digest)| now.get(*name) != Some(digest)).collect();
        if changed.is_empty() {
            return Ok(());
        }
        let error = Error::conflict("job.upgraded", format!("job {} was begun with other plugins", job.id));
        let error = changed.iter().fold(error, |error, (name, digest)| {
            error.cause(format!("{name} was {}", digest.get(..12).unwrap_or(digest)))
        });
        Err(error.cause(format!("bring them back, or remove what it made with: gyre job undo {}", job.id)))
    }

    /// Jobs, the newest first.
    pub async fn jobs(&self, limit: u32) -> Result<Vec<JobRecord>> {
        self.shared.store.list(None, limit).await
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

    /// Goes on with a job, whatever command began it.
    ///
    /// # Errors
    /// As [`Engine::execute`]; `job.over`.
    pub async fn resume(&self, id: &str, cancel: CancellationToken) -> Result<Report> {
        self.run(&self.open_job(id).await?, true, cancel).await
    }

    /// Undoes what a job made instead of going on with it.
    ///
    /// # Errors
    /// As [`Engine::execute`]; `job.over`, `job.committed`.
    pub async fn undo(&self, id: &str) -> Result<Report> {
        let job = self.open_job(id).await?;
        if gyre_saga::committed(&job) {
            return Err(Error::conflict("job.committed", format!("job {id} is past its point of no return"))
                .cause(format!("only going on is possible: gyre job resume {id}")));
        }
        let error = job.error.clone().unwrap_or_else(Error::cancelled);
        self.mark(&job, Status::Undoing, error).await?;
        self.run(&self.shared.store.load(id).await?, true, CancellationToken::new()).await
    }

    /// Declares a job over without removing what it may have left: the last resort for a stuck one.
    ///
    /// # Errors
    /// `job.unknown`, `job.over`, `job.busy`.
    pub async fn abandon(&self, id: &str) -> Result<JobRecord> {
        let job = self.open_job(id).await?;
        let error =
            Error::conflict("job.abandoned", "the job was abandoned; what it made may still be there");
        let error = job.error.iter().fold(error, |error, why| error.cause(why));
        self.mark(&job, Status::Failed, error).await?;
        self.shared.store.load(id).await
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

/// What a command asks for, besides what its job's subject says.
struct Wish<'a> {
    kind: Kind,
    deploy: &'a DeployOptions,
    /// `None`: those of the replica.
    options: Option<&'a Map<String, Value>>,
}

impl Wish<'_> {
    /// A job goes on with what it was begun with: whoever asks for something else is not to get that.
    fn check(&self, job: &JobRecord) -> Result<()> {
        let params = Params::from_job(job)?;
        if params.deploy == *self.deploy && self.options.is_none_or(|options| *options == params.options) {
            return Ok(());
        }
        let (kind, id) = (&job.kind, &job.id);
        let what = format!("the {kind} {id} is not over yet, and was begun with other options than these");
        let ways = format!("go on with its own: gyre job resume {id}, or remove it: gyre job undo {id}");
        Err(Error::conflict("job.other-options", what).cause(ways))
    }
}

/// Whether the job's next actions remove what it made.
fn is_backward(job: &JobRecord) -> bool {
    let ends = |action: &Action| matches!(action, Action::Finish(Status::Failed | Status::Cancelled));
    plan(job).iter().any(ends)
}

fn table(params: &Params) -> Table<Context> {
    match params.kind {
        Kind::Execution => execution::table(params),
        Kind::Deployment => deployment::table(params),
        Kind::Migration => migration::table(params),
        Kind::Deletion => deletion::table(),
    }
}
