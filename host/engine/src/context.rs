//! What the steps of a job work with: its parameters, and the roles, opened when they are first needed.
//! Undos work with roles of their own, which are not cancelled with the job.

use crate::engine::Shared;
use crate::files::Files;
use crate::journal::Journal;
use crate::params::Params;
use crate::ports::JobContext;
use crate::{News, WorkerSession};
use gyre_core::flow::Flow;
use gyre_core::roles::{Destination, Progress, Source};
use gyre_core::{Error, Kind, Result, VmSpec};
use gyre_saga::Call;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Map;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OnceCell;
use tokio_util::sync::CancellationToken;

/// What is said of a worker that did not let us in for as long as a boot may take.
const NEVER_BOOTED: &str = "worker.boot-timeout";
/// How often a worker that does not let us in yet is asked for.
const WORKER_LOOK: Duration = Duration::from_secs(15);
/// What is kept of the console of a worker that could not be reached.
const CONSOLE_BYTES_MAX: usize = 4096;

pub(crate) struct Context {
    pub job: String,
    pub params: Params,
    /// The components that run, by the plugins' names.
    pub plugins: BTreeMap<String, String>,
    pub shared: Arc<Shared>,
    pub cancel: CancellationToken,
    source: OnceCell<Arc<dyn Source>>,
    destination: OnceCell<Arc<dyn Destination>>,
}

impl Context {
    pub fn new(
        job: &str,
        params: Params,
        plugins: BTreeMap<String, String>,
        shared: Arc<Shared>,
        cancel: CancellationToken,
    ) -> Arc<Self> {
        let (source, destination) = (OnceCell::new(), OnceCell::new());
        Arc::new(Self { job: job.into(), params, plugins, shared, cancel, source, destination })
    }

    /// The same for the same job, with nothing open.
    pub fn anew(&self) -> Arc<Self> {
        let (params, plugins) = (self.params.clone(), self.plugins.clone());
        Self::new(&self.job, params, plugins, self.shared.clone(), self.cancel.clone())
    }

    pub async fn source(&self) -> Result<&Arc<dyn Source>> {
        let open = || async {
            self.shared.endpoints.source(&self.params.source, &self.role_context(Map::new())).await
        };
        self.source.get_or_try_init(open).await
    }

    pub async fn destination(&self) -> Result<&Arc<dyn Destination>> {
        let context = self.role_context(self.params.options.clone());
        let open = || async { self.shared.endpoints.destination(&self.params.destination, &context).await };
        self.destination.get_or_try_init(open).await
    }

    pub fn role_context(&self, overrides: Map<String, serde_json::Value>) -> JobContext {
        let cancel = self.cancel.clone();
        let (journal, job) = (self.shared.journal.clone(), self.job.clone());
        let progress = Arc::new(RoleProgress { journal, job, cancel: cancel.clone() });
        JobContext { job: self.job.clone(), overrides, plugins: self.plugins.clone(), progress, cancel }
    }

    /// Brings up the worker that a step made.
    pub async fn worker(&self, state: &str) -> Result<Box<dyn WorkerSession>> {
        let worker = self.destination().await?.describe_worker(state).await?;
        let opened = tokio::select! {
            opened = self.shared.workers.open(&worker, &self.job, &self.cancel) => opened,
            gone = self.until_worker_is_gone(state) => Err(gone),
        };
        let opened = match opened {
            Err(error) if worker_was_lost(&error) => Err(self.with_console(error, state).await),
            other => other,
        };
        // A worker that did not boot in all that time will not in some more; another one may.
        opened.map_err(|error| match error.code.as_str() {
            NEVER_BOOTED => Error { kind: Kind::Other, ..error },
            _ => error,
        })
    }

    /// Asks now and then whether a worker that does not let us in yet is still there: what was deleted or stopped
    /// behind our back would be waited for as long as a boot may take. Any other answer says nothing.
    async fn until_worker_is_gone(&self, state: &str) -> Error {
        loop {
            tokio::time::sleep(WORKER_LOOK).await;
            let looked = async { self.destination().await?.describe_worker(state).await }.await;
            if let Err(error) = looked
                && error.code == "worker.gone"
            {
                return error;
            }
        }
    }

    /// The worker is removed next, and with it what it said.
    async fn with_console(&self, error: Error, state: &str) -> Error {
        let console = async { self.destination().await?.worker_console(state).await }.await;
        let text = console.ok().flatten().unwrap_or_default();
        match end_of(&text).trim() {
            "" => error,
            end => error.cause(format!("the end of the worker's console:\n{end}")),
        }
    }

    /// Whatever had to be durable was flushed or unmounted before, and the worker is removed next: that
    /// its agent does not end well is worth a line and no more.
    pub async fn close(&self, session: Box<dyn WorkerSession>) {
        if let Err(error) = session.close().await {
            self.warn(format!("the agent did not end in good order: {error}"));
        }
    }

    /// Tells something that does not stop the job, and should be known.
    pub fn warn(&self, text: String) {
        self.tell(News::Warning { text });
    }

    /// Tells, and keeps with the job.
    pub fn tell(&self, news: News) {
        self.shared.journal.tell(&self.job, news);
    }

    pub fn files(&self) -> Files {
        Files::new(&self.shared.settings.directory, &self.params.replica)
    }

    /// The machine that this job is about: as just described, or as noted by the deployed execution.
    pub fn vm(&self, call: &Call) -> Result<VmSpec> {
        match (call.job().state(crate::execution::DESCRIBE_VM), &self.params.base) {
            (Some(vm), _) => decode(vm),
            (None, Some(base)) => Ok(base.vm.clone()),
            (None, None) => Err(Error::other("job.order", "the machine is asked for before it is described")),
        }
    }
}

/// At most [`CONSOLE_BYTES_MAX`], from a character on.
fn end_of(text: &str) -> &str {
    let least = text.len().saturating_sub(CONSOLE_BYTES_MAX);
    let start = (least..=text.len()).find(|start| text.is_char_boundary(*start));
    start.and_then(|start| text.get(start..)).unwrap_or_default()
}

/// Errors that another worker may not have.
pub(crate) fn worker_was_lost(error: &Error) -> bool {
    let of_worker = ["worker.", "ssh.", "agent."].iter().any(|prefix| error.code.starts_with(prefix));
    of_worker && error.kind == Kind::Unavailable || error.code == NEVER_BOOTED
}

pub(crate) fn encode<T: Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value)
        .map_err(|e| Error::other("job.state", "the result of a step cannot be written down").cause(e))
}

pub(crate) fn decode<T: DeserializeOwned>(text: &str) -> Result<T> {
    serde_json::from_str(text)
        .map_err(|e| Error::other("job.state", "the result of an earlier step cannot be read").cause(e))
}

struct RoleProgress {
    journal: Arc<Journal>,
    job: String,
    cancel: CancellationToken,
}

impl Progress for RoleProgress {
    fn report(&self, phase: &str, done: u64, total: Option<u64>) {
        self.journal.tell(&self.job, News::Phase { text: phase.to_owned(), done, total });
    }

    fn log(&self, plugin: &str, level: &str, line: &str) {
        let (plugin, level, text) = (plugin.to_owned(), level.to_owned(), line.to_owned());
        self.journal.tell(&self.job, News::Log { plugin, level, text });
    }

    fn warn(&self, text: &str) {
        self.journal.tell(&self.job, News::Warning { text: text.to_owned() });
    }

    fn cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

/// The progress of one disk.
pub(crate) struct DiskProgress {
    pub journal: Arc<Journal>,
    pub job: String,
    pub disk: String,
    pub cancel: CancellationToken,
}

impl Progress for DiskProgress {
    fn report(&self, phase: &str, done: u64, total: Option<u64>) {
        self.report_flow(phase, done, total.unwrap_or(done), None);
    }

    fn report_flow(&self, phase: &str, done: u64, total: u64, flow: Option<Flow>) {
        let (disk, phase) = (self.disk.clone(), phase.to_owned());
        self.journal.tell(&self.job, News::Disk { disk, phase, done, total, flow });
    }

    fn warn(&self, text: &str) {
        self.journal.tell(&self.job, News::Warning { text: format!("{}: {text}", self.disk) });
    }

    fn cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }
}
