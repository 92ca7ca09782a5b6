//! A destination, played by a plugin: every verb in a session of its own.

use crate::answer;
use crate::host::Loaded;
use crate::lent::{Lent, Purpose};
use crate::tap::Called;
use async_trait::async_trait;
use gyre_core::roles::{
    Choices, Destination, Finding, Instance, MarkedPage, Morphing, Outcome, StepCall, TargetDisk, Worker,
    WorkerRole,
};
use gyre_core::{OsType, Result, VmSpec};
use gyre_sandbox::bindings::DestinationPlugin;
use gyre_sandbox::bindings::destination::DestinationPluginPre;
use gyre_sandbox::bindings::{destination_types, types};
use gyre_sandbox::recording::Tell as _;
use gyre_sandbox::{Cell, Plugin, Session};
use std::sync::Arc;

pub(crate) struct PluginDestination {
    plugin: Arc<Plugin>,
    linked: DestinationPluginPre<Cell<Lent>>,
    purpose: Purpose,
    config: String,
}

impl PluginDestination {
    pub(crate) fn new(loaded: &Loaded, purpose: Purpose, config: String) -> Result<Self> {
        let (plugin, linked) = (loaded.plugin.clone(), loaded.linked(DestinationPluginPre::new)?);
        Ok(Self { plugin, linked, purpose, config })
    }

    async fn open(&self) -> Result<Session<Lent, DestinationPlugin>> {
        let (linked, purpose) = (self.linked.clone(), self.purpose.clone());
        let (limits, cancel) = (purpose.limits.clone(), purpose.job.cancel.clone());
        let lent = Lent::new(purpose).recorded(&self.plugin);
        Session::open(self.plugin.clone(), limits, cancel, lent, move |store| {
            Box::pin(async move { linked.instantiate_async(store).await })
        })
        .await
    }
}

/// One call in a session of its own; the arguments are borrowed from values that the call owns.
macro_rules! ask {
    ($self:ident, $name:literal, $call:ident ( $($argument:expr),* )) => {{
        let mut session = $self.open().await?;
        let called = Called::begin(&mut session, $name, || vec![$(($argument).tell()),*]);
        let answer = session
            .call($name, move |store, guest| {
                Box::pin(async move { guest.gyre_plugin_destination().$call(store, $($argument),*).await })
            })
            .await;
        called.end(&answer);
        answer?.map_err(|error| $self.purpose.veil().error(error.into()))
    }};
}

/// A verb that takes a step and one state.
macro_rules! step {
    ($self:ident, $name:literal, $call:ident, $step:ident, $state:ident) => {{
        let (step, state) = (answer::step($step, &$self.config), $state.to_owned());
        answer::outcome(&$self.plugin, $self.purpose.veil(), ask!($self, $name, $call(&step, &state))?)
    }};
}

#[async_trait]
impl Destination for PluginDestination {
    async fn check(&self, vm: Option<&VmSpec>) -> Result<Vec<Finding>> {
        let (config, vm) = (self.config.clone(), vm.cloned().map(types::VmSpec::from));
        answer::findings(
            &self.plugin,
            self.purpose.veil(),
            ask!(self, "check", call_check(&config, vm.as_ref()))?,
        )
    }

    async fn options(&self, names: &[String]) -> Result<Vec<Choices>> {
        let (config, names) = (self.config.clone(), names.to_vec());
        let choices = answer::all(ask!(self, "options", call_options(&config, &names))?);
        Ok(answer::choices(self.purpose.veil(), choices))
    }

    async fn ensure_disks(&self, step: &StepCall, vm: &VmSpec, existing: Option<&str>) -> Result<Outcome> {
        let (step, vm, existing) =
            (answer::step(step, &self.config), types::VmSpec::from(vm.clone()), existing.map(str::to_owned));
        let outcome = ask!(self, "ensure-disks", call_ensure_disks(&step, &vm, existing.as_ref()))?;
        answer::outcome(&self.plugin, self.purpose.veil(), outcome)
    }

    async fn describe_disks(&self, disks: &str) -> Result<Vec<TargetDisk>> {
        let (config, disks) = (self.config.clone(), disks.to_owned());
        let disks = answer::all(ask!(self, "describe-disks", call_describe_disks(&config, &disks))?);
        answer::disks(&self.plugin, self.purpose.veil(), disks)
    }

    async fn remove_disks(&self, step: &StepCall, disks: &str) -> Result<Outcome> {
        step!(self, "remove-disks", call_remove_disks, step, disks)
    }

    async fn ensure_worker(
        &self,
        step: &StepCall,
        role: WorkerRole,
        os: OsType,
        disks: &str,
    ) -> Result<Outcome> {
        let (step, disks) = (answer::step(step, &self.config), disks.to_owned());
        let (role, os) = (destination_types::WorkerRole::from(role), types::OsType::from(os));
        let outcome = ask!(self, "ensure-worker", call_ensure_worker(&step, role, os, &disks))?;
        answer::outcome(&self.plugin, self.purpose.veil(), outcome)
    }

    async fn describe_worker(&self, worker: &str) -> Result<Worker> {
        let (config, worker) = (self.config.clone(), worker.to_owned());
        let described = ask!(self, "describe-worker", call_describe_worker(&config, &worker))?;
        self.purpose.worker(described.into()).await
    }

    async fn worker_console(&self, worker: &str) -> Result<Option<String>> {
        let (config, worker) = (self.config.clone(), worker.to_owned());
        let console = ask!(self, "worker-console", call_worker_console(&config, &worker))?;
        Ok(answer::console(self.purpose.veil(), console))
    }

    async fn remove_worker(&self, step: &StepCall, worker: &str) -> Result<Outcome> {
        step!(self, "remove-worker", call_remove_worker, step, worker)
    }

    async fn ensure_checkpoint(&self, step: &StepCall, disks: &str) -> Result<Outcome> {
        step!(self, "ensure-checkpoint", call_ensure_checkpoint, step, disks)
    }

    async fn remove_checkpoint(&self, step: &StepCall, checkpoint: &str) -> Result<Outcome> {
        step!(self, "remove-checkpoint", call_remove_checkpoint, step, checkpoint)
    }

    async fn ensure_clone(&self, step: &StepCall, checkpoint: &str, clone: bool) -> Result<Outcome> {
        let (step, checkpoint) = (answer::step(step, &self.config), checkpoint.to_owned());
        answer::outcome(
            &self.plugin,
            self.purpose.veil(),
            ask!(self, "ensure-clone", call_ensure_clone(&step, &checkpoint, clone))?,
        )
    }

    async fn remove_clone(&self, step: &StepCall, disks: &str) -> Result<Outcome> {
        step!(self, "remove-clone", call_remove_clone, step, disks)
    }

    async fn restore_checkpoint(&self, step: &StepCall, checkpoint: &str) -> Result<Outcome> {
        step!(self, "restore-checkpoint", call_restore_checkpoint, step, checkpoint)
    }

    async fn plan_morphing(&self, vm: &VmSpec) -> Result<Morphing> {
        let (config, vm) = (self.config.clone(), types::VmSpec::from(vm.clone()));
        ask!(self, "plan-morphing", call_plan_morphing(&config, &vm)).map(Into::into)
    }

    async fn ensure_instance(&self, step: &StepCall, vm: &VmSpec, disks: &str) -> Result<Outcome> {
        let (step, vm, disks) =
            (answer::step(step, &self.config), types::VmSpec::from(vm.clone()), disks.to_owned());
        let outcome = ask!(self, "ensure-instance", call_ensure_instance(&step, &vm, &disks))?;
        answer::outcome(&self.plugin, self.purpose.veil(), outcome)
    }

    async fn describe_instance(&self, instance: &str) -> Result<Instance> {
        let (config, instance) = (self.config.clone(), instance.to_owned());
        let described = ask!(self, "describe-instance", call_describe_instance(&config, &instance))?;
        Ok(answer::instance(self.purpose.veil(), described.into()))
    }

    async fn remove_instance(&self, step: &StepCall, instance: &str) -> Result<Outcome> {
        step!(self, "remove-instance", call_remove_instance, step, instance)
    }

    async fn list_marked(&self, after: Option<&str>) -> Result<MarkedPage> {
        let (config, after) = (self.config.clone(), after.map(str::to_owned));
        let page = ask!(self, "list-marked", call_list_marked(&config, after.as_deref()))?;
        answer::marked(&self.plugin, self.purpose.veil(), page.into())
    }

    async fn remove_marked(&self, step: &StepCall, kind: &str, id: &str) -> Result<Outcome> {
        let (step, kind, id) = (answer::step(step, &self.config), kind.to_owned(), id.to_owned());
        let outcome = ask!(self, "remove-marked", call_remove_marked(&step, &kind, &id))?;
        answer::outcome(&self.plugin, self.purpose.veil(), outcome)
    }
}
