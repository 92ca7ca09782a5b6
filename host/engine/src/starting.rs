//! What a command asks for, and the job that it becomes: a new one, or the one that an earlier run left. Refuses
//! to work on it.

use crate::engine::{Engine, is_backward, table};
use crate::params::{Kind, Params, replica_subject};
use crate::replica::Replica;
use crate::{DeployOptions, ExecuteOptions, NewReplica, News};
use gyre_core::{Error, Result};
use gyre_saga::{JobRecord, NewJob};
use serde_json::{Map, Value};

/// What is asked for.
#[derive(Clone, Debug)]
pub enum Ask {
    /// To bring a replica of this name up to date.
    Execute(String, ExecuteOptions),
    /// To make a server out of it.
    Deploy(String, DeployOptions),
    /// To remove it, its disks and its snapshot.
    Delete(String),
    /// To re-read its disks, and to compare them with what its last execution left there.
    Verify(String),
    /// To bring a machine over, keeping no replica.
    Migrate(NewReplica, ExecuteOptions, DeployOptions),
}

/// A job that is to be worked on.
#[derive(Clone, Debug)]
pub struct Started {
    /// The job.
    pub job: String,
    /// Whether an earlier run had begun it.
    pub resumed: bool,
    /// What is to be begun anew once the job, which is being undone, is gone.
    pub(crate) anew: Option<Box<Ask>>,
}

impl Started {
    /// Whether what was asked for is begun anew by [`Engine::work`], as another job, once this one is undone.
    pub const fn begins_anew(&self) -> bool {
        self.anew.is_some()
    }
}

impl Ask {
    const fn kind(&self) -> Kind {
        match self {
            Ask::Execute(..) => Kind::Execution,
            Ask::Deploy(..) => Kind::Deployment,
            Ask::Delete(_) => Kind::Deletion,
            Ask::Verify(_) => Kind::Verification,
            Ask::Migrate(..) => Kind::Migration,
        }
    }

    fn execute(&self) -> ExecuteOptions {
        match self {
            Ask::Execute(_, execute) | Ask::Migrate(_, execute, _) => *execute,
            Ask::Deploy(..) | Ask::Delete(_) | Ask::Verify(_) => ExecuteOptions::default(),
        }
    }

    fn deploy(&self) -> DeployOptions {
        match self {
            Ask::Deploy(_, deploy) | Ask::Migrate(_, _, deploy) => deploy.clone(),
            Ask::Execute(..) | Ask::Delete(_) | Ask::Verify(_) => DeployOptions::default(),
        }
    }

    fn subject(&self) -> String {
        match self {
            Ask::Execute(name, _) | Ask::Deploy(name, _) | Ask::Delete(name) | Ask::Verify(name) => {
                replica_subject(name)
            }
            Ask::Migrate(new, ..) => crate::params::migration_subject(&new.source, &new.vm, &new.destination),
        }
    }

    /// Those that were asked for; `None`: those of the replica.
    const fn options(&self) -> Option<&Map<String, Value>> {
        match self {
            Ask::Migrate(new, ..) => Some(&new.options),
            _ => None,
        }
    }

    /// A job goes on with what it was begun with: whoever asks for something else is not to get that.
    fn check(&self, job: &JobRecord) -> Result<()> {
        let params = Params::from_job(job)?;
        let same = params.execute == self.execute() && params.deploy == self.deploy();
        if same && self.options().is_none_or(|options| *options == params.options) {
            return Ok(());
        }
        let (kind, id) = (&job.kind, &job.id);
        let what = format!("the {kind} {id} is not over yet, and was begun with other options than these");
        let ways = format!("go on with its own: gyre job resume {id}, or remove it: gyre job undo {id}");
        Err(Error::conflict("job.other-options", what).cause(ways))
    }
}

impl Engine {
    /// Notes a job for what is asked, or finds the one that an earlier run of the same left. It begins to do
    /// something when it is worked on: [`Engine::work`].
    ///
    /// # Errors
    /// `replica.unknown`, `replica.never-executed`, `replica.torn`, `job.unfinished`, `job.held`,
    /// `job.other-options`, `config.unknown-endpoint`, `config.option`, `store.*`.
    pub async fn start(&self, ask: Ask) -> Result<Started> {
        if let Some(found) = self.left_by_an_earlier_run(&ask).await? {
            return Ok(found);
        }
        let params = self.params(&ask).await?;
        let table = table(&params);
        let new = NewJob {
            kind: table.kind.to_owned(),
            version: table.version,
            subject: params.subject(),
            holds: params.holds(),
            plugins: self.pin(&params).await?,
            params: serde_json::to_value(&params)
                .map_err(|e| Error::other("job.state", "the job cannot be written down").cause(e))?,
            steps: table.records(),
        };
        let job = self.shared.store.create(new).await?.id;
        if let Ask::Deploy(name, _) = &ask {
            self.warn_if_torn(&job, &Replica::load(&*self.shared.store, name).await?);
        }
        Ok(Started { job, resumed: false, anew: None })
    }

    /// A job that is being undone is to be gone before what is asked begins anew.
    async fn left_by_an_earlier_run(&self, ask: &Ask) -> Result<Option<Started>> {
        let Some(job) = self.shared.store.unfinished(&ask.subject()).await? else { return Ok(None) };
        if job.kind != ask.kind().name() {
            let what = format!("the {} {} is not over yet", job.kind, job.id);
            let ways =
                format!("let it end, or finish it first: gyre job resume {0}, or gyre job undo {0}", job.id);
            return Err(Error::conflict("job.unfinished", what).cause(ways));
        }
        let was_undoing = is_backward(&job);
        if !was_undoing {
            ask.check(&job)?;
        }
        let anew = was_undoing.then(|| Box::new(ask.clone()));
        Ok(Some(Started { job: job.id, resumed: true, anew }))
    }

    async fn params(&self, ask: &Ask) -> Result<Params> {
        let name = match ask {
            Ask::Migrate(new, execute, deploy) => {
                self.check_options(&new.destination, &new.options).await?;
                let replica = self.fresh("migration", new.clone()).await?;
                return Ok(Params {
                    name: None,
                    number: 1,
                    execute: *execute,
                    ..Params::of(&replica, Kind::Migration, deploy.clone())
                });
            }
            Ask::Execute(name, _) | Ask::Deploy(name, _) | Ask::Delete(name) | Ask::Verify(name) => name,
        };
        let replica = Replica::load(&*self.shared.store, name).await?;
        match ask {
            Ask::Deploy(_, deploy) => check_deployable(&replica, deploy)?,
            Ask::Verify(_) => check_verifiable(&replica)?,
            _ => {}
        }
        Ok(Params { execute: ask.execute(), ..Params::of(&replica, ask.kind(), ask.deploy()) })
    }

    /// What is stored stays, so options are held against the plugin's schema before: opening a destination
    /// does that, and calls nobody.
    pub(crate) async fn check_options(&self, destination: &str, options: &Map<String, Value>) -> Result<()> {
        let context = self.looking(options.clone());
        self.shared.endpoints.destination(destination, &context).await.map(drop)
    }

    fn warn_if_torn(&self, job: &str, replica: &Replica) {
        if let Some(text) = torn(replica) {
            self.shared.journal.tell(job, News::Warning { text });
        }
    }
}

fn check_executed(replica: &Replica, to: &str) -> Result<()> {
    if replica.last.is_some() {
        return Ok(());
    }
    let name = &replica.name;
    let what = format!("the replica {name:?} was never executed with success: there is nothing to {to}");
    Err(Error::conflict("replica.never-executed", what))
}

/// Disks with parts of another execution over the last one are not what that left, and nobody needs to read them to
/// know.
fn check_verifiable(replica: &Replica) -> Result<()> {
    check_executed(replica, "verify")?;
    torn(replica).map_or(Ok(()), |text| Err(Error::conflict("replica.torn", text)))
}

fn check_deployable(replica: &Replica, deploy: &DeployOptions) -> Result<()> {
    check_executed(replica, "deploy")?;
    match torn(replica).filter(|_| deploy.own_disks) {
        Some(text) => Err(Error::conflict("replica.torn", text)),
        None => Ok(()),
    }
}

/// What is wrong when the replica's disks may hold parts of two executions.
fn torn(replica: &Replica) -> Option<String> {
    let last = replica.last.as_ref().filter(|last| last.number != replica.executions)?;
    let (name, begun) = (&replica.name, replica.executions);
    Some(format!(
        "execution {begun} of the replica {name:?} did not end well: its disks may hold parts of it over execution {}",
        last.number
    ))
}
