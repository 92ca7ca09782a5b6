//! Plugins that create disks and machines where they are going. What each verb must do stands in
//! `wit/plugin.wit`; the host may repeat every step with the same token.

use crate::bindings::destination::exports::gyre::plugin::destination as exported;
use crate::bindings::metadata::exports::gyre::plugin::metadata;
use crate::{env, step, unwritten};

pub use crate::bindings::gyre::plugin::types::{
    Choice, Choices, DiskSpec, Finding, Firmware, Marked, MarkedPage, Morphing, NicSpec, OsType, Outcome,
    Step, VmSpec, Wait,
};
pub use crate::env::{clock, progress};
pub use crate::http::{Http, Request, Response, Tls};
pub use crate::secret::{
    HostKey, Secret, WinrmLogin, generate_host_key, generate_ssh_key, generate_winrm_login,
};
pub use crate::step::read_state;
pub use crate::{About, Config, Context, Error, ErrorKind, Result, about, log};
pub use exported::{AttachedDisk, Instance, TargetDisk, Transport, Worker, WorkerRole};

/// Creates disks and machines. Every `remove_` succeeds when there is nothing to remove, and takes an
/// empty state for whatever carries the step's token. What is not written answers `plugin.not-written`.
#[allow(missing_docs, clippy::missing_errors_doc)] // each verb is documented in wit/plugin.wit
pub trait Destination: 'static {
    const ABOUT: About;

    fn check(config: Config, vm: Option<&VmSpec>) -> Result<Vec<Finding>> {
        let _ = (config, vm);
        Ok(Vec::new())
    }
    fn options(config: Config, names: &[String]) -> Result<Vec<Choices>> {
        let _ = (config, names);
        Ok(Vec::new())
    }
    fn ensure_disks(step: &Step, vm: &VmSpec, existing: Option<&str>) -> Result<Outcome> {
        let _ = (step, vm, existing);
        unwritten("ensure-disks")
    }
    fn describe_disks(config: Config, disks: &str) -> Result<Vec<TargetDisk>> {
        let _ = (config, disks);
        unwritten("describe-disks")
    }
    fn remove_disks(step: &Step, disks: &str) -> Result<Outcome> {
        let _ = (step, disks);
        unwritten("remove-disks")
    }
    fn ensure_worker(step: &Step, role: WorkerRole, os: OsType, disks: &str) -> Result<Outcome> {
        let _ = (step, role, os, disks);
        unwritten("ensure-worker")
    }
    fn describe_worker(config: Config, worker: &str) -> Result<Worker> {
        let _ = (config, worker);
        unwritten("describe-worker")
    }
    /// None: the platform keeps no consoles.
    fn worker_console(config: Config, worker: &str) -> Result<Option<String>> {
        let _ = (config, worker);
        Ok(None)
    }
    fn remove_worker(step: &Step, worker: &str) -> Result<Outcome> {
        let _ = (step, worker);
        unwritten("remove-worker")
    }
    fn ensure_checkpoint(step: &Step, disks: &str) -> Result<Outcome> {
        let _ = (step, disks);
        unwritten("ensure-checkpoint")
    }
    fn remove_checkpoint(step: &Step, checkpoint: &str) -> Result<Outcome> {
        let _ = (step, checkpoint);
        unwritten("remove-checkpoint")
    }
    fn ensure_clone(step: &Step, checkpoint: &str, clone: bool) -> Result<Outcome> {
        let _ = (step, checkpoint, clone);
        unwritten("ensure-clone")
    }
    fn remove_clone(step: &Step, disks: &str) -> Result<Outcome> {
        let _ = (step, disks);
        unwritten("remove-clone")
    }
    fn restore_checkpoint(step: &Step, checkpoint: &str) -> Result<Outcome> {
        let _ = (step, checkpoint);
        unwritten("restore-checkpoint")
    }
    fn plan_morphing(config: Config, vm: &VmSpec) -> Result<Morphing> {
        let _ = (config, vm);
        unwritten("plan-morphing")
    }
    fn ensure_instance(step: &Step, vm: &VmSpec, disks: &str) -> Result<Outcome> {
        let _ = (step, vm, disks);
        unwritten("ensure-instance")
    }
    fn describe_instance(config: Config, instance: &str) -> Result<Instance> {
        let _ = (config, instance);
        unwritten("describe-instance")
    }
    fn remove_instance(step: &Step, instance: &str) -> Result<Outcome> {
        let _ = (step, instance);
        unwritten("remove-instance")
    }

    /// Nothing: right for a plugin whose steps make nothing that could be left over.
    fn list_marked(config: Config, after: Option<&str>) -> Result<MarkedPage> {
        let _ = (config, after);
        Ok(step::no_marks())
    }
    /// Done: what was not listed is not there. Write it wherever `list_marked` is written, and refuse with a conflict what
    /// carries another token than the step's.
    fn remove_marked(step: &Step, kind: &str, id: &str) -> Result<Outcome> {
        let _ = (step, kind, id);
        Ok(Outcome::nothing())
    }
}

/// Puts a [`Destination`] behind the exports of its world. Named by [`export!`](crate::export) only.
#[doc(hidden)]
pub struct Adapter<T>(std::marker::PhantomData<T>);

impl<T: Destination> metadata::Guest for Adapter<T> {
    fn describe() -> metadata::Description {
        env::start();
        metadata::Description {
            name: T::ABOUT.name.into(),
            version: T::ABOUT.version.into(),
            summary: T::ABOUT.summary.into(),
            config_schema: (T::ABOUT.schema)(),
        }
    }
}

impl<T: Destination> exported::Guest for Adapter<T> {
    fn check(config: String, vm: Option<VmSpec>) -> Result<Vec<Finding>> {
        env::start();
        env::verb!(T::check(Config::new(config), vm.as_ref()))
    }
    fn options(config: String, names: Vec<String>) -> Result<Vec<Choices>> {
        env::start();
        env::verb!(T::options(Config::new(config), &names))
    }
    fn ensure_disks(step: Step, vm: VmSpec, existing: Option<String>) -> Result<Outcome> {
        env::start();
        env::verb!(T::ensure_disks(&step, &vm, existing.as_deref()))
    }
    fn describe_disks(config: String, disks: String) -> Result<Vec<TargetDisk>> {
        env::start();
        env::verb!(T::describe_disks(Config::new(config), &disks))
    }
    fn remove_disks(step: Step, disks: String) -> Result<Outcome> {
        env::start();
        env::verb!(T::remove_disks(&step, &disks))
    }
    fn ensure_worker(step: Step, role: WorkerRole, os: OsType, disks: String) -> Result<Outcome> {
        env::start();
        env::verb!(T::ensure_worker(&step, role, os, &disks))
    }
    fn describe_worker(config: String, worker: String) -> Result<Worker> {
        env::start();
        env::verb!(T::describe_worker(Config::new(config), &worker))
    }
    fn worker_console(config: String, worker: String) -> Result<Option<String>> {
        env::start();
        T::worker_console(Config::new(config), &worker)
    }
    fn remove_worker(step: Step, worker: String) -> Result<Outcome> {
        env::start();
        env::verb!(T::remove_worker(&step, &worker))
    }
    fn ensure_checkpoint(step: Step, disks: String) -> Result<Outcome> {
        env::start();
        env::verb!(T::ensure_checkpoint(&step, &disks))
    }
    fn remove_checkpoint(step: Step, checkpoint: String) -> Result<Outcome> {
        env::start();
        env::verb!(T::remove_checkpoint(&step, &checkpoint))
    }
    fn ensure_clone(step: Step, checkpoint: String, clone: bool) -> Result<Outcome> {
        env::start();
        env::verb!(T::ensure_clone(&step, &checkpoint, clone))
    }
    fn remove_clone(step: Step, disks: String) -> Result<Outcome> {
        env::start();
        env::verb!(T::remove_clone(&step, &disks))
    }
    fn restore_checkpoint(step: Step, checkpoint: String) -> Result<Outcome> {
        env::start();
        env::verb!(T::restore_checkpoint(&step, &checkpoint))
    }
    fn plan_morphing(config: String, vm: VmSpec) -> Result<Morphing> {
        env::start();
        env::verb!(T::plan_morphing(Config::new(config), &vm))
    }
    fn ensure_instance(step: Step, vm: VmSpec, disks: String) -> Result<Outcome> {
        env::start();
        env::verb!(T::ensure_instance(&step, &vm, &disks))
    }
    fn describe_instance(config: String, instance: String) -> Result<Instance> {
        env::start();
        env::verb!(T::describe_instance(Config::new(config), &instance))
    }
    fn remove_instance(step: Step, instance: String) -> Result<Outcome> {
        env::start();
        env::verb!(T::remove_instance(&step, &instance))
    }
    fn list_marked(config: String, after: Option<String>) -> Result<MarkedPage> {
        env::start();
        T::list_marked(Config::new(config), after.as_deref())
    }
    fn remove_marked(step: Step, kind: String, id: String) -> Result<Outcome> {
        env::start();
        T::remove_marked(&step, &kind, &id)
    }
}
