//! What one session's store holds: the policy, the handles, and whatever the capabilities remember of this call.
//! Each capability implements its WIT interface for it in a module of its own.

use crate::JobContext;
use crate::Secrets;
use crate::disk::Disks;
use crate::download::Downloads;
use crate::faults::Faults;
use crate::files::Opened;
use crate::log::Lines;
use crate::policy::Policy;
use crate::tls::Roots;
use crate::veil::Veil;
use gyre_core::Kind;
use gyre_core::config::Limits;
use gyre_core::protocol::Root;
use gyre_sandbox::Fault;
use gyre_sandbox::bindings::errors;
use gyre_sandbox::bindings::log::Level;
use gyre_sandbox::recording::{Recorder, Tape};
use gyre_ssh::Identity;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;
use wasmtime::component::{Resource, ResourceTable};

/// What all sessions of a process share.
pub(crate) struct Shared {
    pub(crate) secrets: Arc<dyn Secrets>,
    /// Names of the configuration's `[secret.*]`.
    pub(crate) configured: BTreeSet<String>,
    pub(crate) identity: Identity,
    pub(crate) roots: Roots,
    pub(crate) downloads: Downloads,
    pub(crate) recorder: Option<Arc<Recorder>>,
    pub(crate) faults: Faults,
}

/// For whom a session is opened.
#[derive(Clone)]
pub(crate) struct Purpose {
    pub(crate) plugin: String,
    /// The source or destination whose secrets are meant; empty for OS morphing.
    pub(crate) endpoint: String,
    pub(crate) policy: Arc<Policy>,
    pub(crate) limits: Limits,
    pub(crate) job: JobContext,
    pub(crate) shared: Arc<Shared>,
}

impl Purpose {
    /// What lies over everything that the plugin says.
    pub(crate) fn veil(&self) -> &Veil {
        &self.policy.veil
    }
}

/// The data of a session.
pub struct Lent {
    pub(crate) purpose: Purpose,
    pub(crate) table: ResourceTable,
    pub(crate) disks: Disks,
    pub(crate) opened: Opened,
    pub(crate) lines: Lines,
    pub(crate) began: Instant,
    /// What this session is recorded on, if it is.
    pub(crate) tape: Option<Tape>,
    /// Of handles, the digest of the call that gave it, where calls are kept.
    pub(crate) makers: BTreeMap<u32, u64>,
}

impl Lent {
    pub(crate) fn new(purpose: Purpose) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(purpose.limits.handles);
        let lines = Lines::new(&purpose.plugin, &purpose.job.job, purpose.limits.log_lines);
        let (disks, opened, makers) = (Disks::default(), Opened::default(), BTreeMap::new());
        Self { purpose, table, disks, opened, lines, began: Instant::now(), tape: None, makers }
    }

    /// Puts a mounted root into the table, for `borrow<rootfs>` arguments.
    pub(crate) fn lend_root<R: 'static>(&mut self, root: Arc<dyn Root>) -> Result<Resource<R>, Fault> {
        let handle = self.table.push(root)?;
        Ok(Resource::new_borrow(handle.rep()))
    }

    /// A handle of the WIT resource `R` that stands for `entry`.
    pub(crate) fn push<T: Send + 'static, R: 'static>(&mut self, entry: T) -> Result<Resource<R>, Fault> {
        self.purpose.shared.faults.pass()?;
        let handle = self.table.push(entry)?;
        Ok(Resource::new_own(handle.rep()))
    }

    /// What a handle stands for, for a call that can fail.
    pub(crate) fn get<T: 'static, R: 'static>(&self, handle: &Resource<R>) -> Result<&T, Fault> {
        self.purpose.shared.faults.pass()?;
        self.held(handle)
    }

    /// The same for one that cannot.
    pub(crate) fn held<T: 'static, R: 'static>(&self, handle: &Resource<R>) -> Result<&T, Fault> {
        Ok(self.table.get(&Resource::<T>::new_borrow(handle.rep()))?)
    }

    pub(crate) fn get_mut<T: 'static, R: 'static>(&mut self, handle: &Resource<R>) -> Result<&mut T, Fault> {
        Ok(self.table.get_mut(&Resource::<T>::new_borrow(handle.rep()))?)
    }

    /// Takes an entry out, when the guest drops its handle or hands it over.
    pub(crate) fn take<T: 'static, R: 'static>(&mut self, handle: &Resource<R>) -> wasmtime::Result<T> {
        Ok(self.table.delete(Resource::<T>::new_own(handle.rep()))?)
    }
}

impl gyre_sandbox::Lent for Lent {
    fn begin(&mut self, call: &str) {
        self.lines.begin(call);
        self.purpose.shared.faults.heard.turn();
    }

    fn last_lines(&self) -> Vec<String> {
        self.lines.last()
    }

    fn print(&mut self, line: &str) -> wasmtime::Result<()> {
        self.say(Level::Info, line, &[])
    }
}

impl errors::Host for Lent {
    fn convert_error(&mut self, fault: Fault) -> wasmtime::Result<errors::Error> {
        match fault {
            Fault::Refused(error) => {
                if error.kind == Kind::Denied {
                    self.lines.refused(&self.purpose.veil().error(error.clone()))?;
                }
                Ok(error.into())
            }
            Fault::Trap(error) => Err(error),
        }
    }
}

impl gyre_sandbox::bindings::exec::Host for Lent {}
impl gyre_sandbox::bindings::extents::Host for Lent {}
impl gyre_sandbox::bindings::types::Host for Lent {}
