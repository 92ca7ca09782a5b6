//! Plugins that create disks and machines where they are going. What each verb must do stands in
//! `wit/plugin.wit`; the host may repeat every step with the same token.

use crate::bindings::destination::exports::gyre::plugin::destination as exported;
use crate::bindings::metadata::exports::gyre::plugin::metadata;
use crate::env;

pub use crate::bindings::gyre::plugin::types::{
    Choice, Choices, DiskSpec, Finding, Firmware, Morphing, NicSpec, OsType, Outcome, Step, VmSpec, Wait,
};
pub use crate::env::{clock, progress};
pub use crate::http::{Http, Request, Response, Tls};
pub use crate::secret::{HostKey, Secret, generate_host_key, generate_ssh_key};
pub use crate::step::read_state;
pub use crate::{About, Config, Context, Error, ErrorKind, Result, about, log};
pub use exported::{AttachedDisk, Instance, TargetDisk, Transport, Worker, WorkerRole};

/// Creates disks and machines. Every `remove_` succeeds when there is nothing to remove, and takes an
/// empty state for whatever carries the step's token.
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
    fn ensure_disks(step: &Step, vm: &VmSpec, existing: Option<&str>) -> Result<Outcome>;
    fn describe_disks(config: Config, disks: &str) -> Result<Vec<TargetDisk>>;
    fn remove_disks(step: &Step, disks: &str) -> Result<Outcome>;
    fn ensure_worker(step: &Step, role: WorkerRole, os: OsType, disks: &str) -> Result<Outcome>;
    fn describe_worker(config: Config, worker: &str) -> Result<Worker>;
    fn remove_worker(step: &Step, worker: &str) -> Result<Outcome>;
    fn ensure_checkpoint(step: &Step, disks: &str) -> Result<Outcome>;
    fn remove_checkpoint(step: &Step, checkpoint: &str) -> Result<Outcome>;
    fn ensure_clone(step: &Step, checkpoint: &str, clone: bool) -> Result<Outcome>;
    fn remove_clone(step: &Step, disks: &str) -> Result<Outcome>;
    fn restore_checkpoint(step: &Step, checkpoint: &str) -> Result<Outcome>;
    fn plan_morphing(config: Config, vm: &VmSpec) -> Result<Morphing>;
    fn ensure_instance(step: &Step, vm: &VmSpec, disks: &str) -> Result<Outcome>;
    fn describe_instance(config: Config, instance: &str) -> Result<Instance>;
    fn remove_instance(step: &Step, instance: &str) -> Result<Outcome>;
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
}
