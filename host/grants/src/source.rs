//! A source, played by a plugin: every verb in a session of its own, every open disk in one that lives as long as
//! it is read.

use crate::answer;
use crate::host::Loaded;
use crate::lent::{Lent, Purpose};
use crate::origin::PluginOrigin;
use crate::readers::{Open, Reading};
use crate::tap::Called;
use async_trait::async_trait;
use gyre_core::roles::{Finding, MarkedPage, Outcome, Source, StepCall, VmPage};
use gyre_core::{Origin, Result, VmSpec};
use gyre_sandbox::bindings::source::SourcePluginPre;
use gyre_sandbox::bindings::{source_types, types};
use gyre_sandbox::recording::Tell as _;
use gyre_sandbox::{Cell, Plugin, Session};
use std::sync::Arc;
use std::time::Instant;

#[derive(Clone)]
pub(crate) struct PluginSource {
    plugin: Arc<Plugin>,
    linked: SourcePluginPre<Cell<Lent>>,
    purpose: Purpose,
    config: String,
}

impl PluginSource {
    pub(crate) fn new(loaded: &Loaded, purpose: Purpose, config: String) -> Result<Self> {
        let (plugin, linked) = (loaded.plugin.clone(), loaded.linked(SourcePluginPre::new)?);
        Ok(Self { plugin, linked, purpose, config })
    }

    async fn open(&self) -> Result<Reading> {
        let (linked, purpose) = (self.linked.clone(), self.purpose.clone());
        let (limits, cancel) = (purpose.limits.clone(), purpose.job.cancel.clone());
        let lent = Lent::new(purpose).recorded(&self.plugin);
        Session::open(self.plugin.clone(), limits, cancel, lent, move |store| {
            Box::pin(async move { linked.instantiate_async(store).await })
        })
        .await
    }

    /// A disk in a session of its own.
    async fn open_once(&self, snapshot: String, disk: String) -> Result<(Reading, source_types::Origin)> {
        let (config, mut session) = (self.config.clone(), self.open().await?);
        let called =
            Called::begin(&mut session, "open-disk", || vec![config.tell(), snapshot.tell(), disk.tell()]);
        let origin = session
            .call("open-disk", move |store, guest| {
                Box::pin(async move {
                    guest.gyre_plugin_source().call_open_disk(store, &config, &snapshot, &disk).await
                })
            })
            .await;
        called.end(&origin);
        let origin = origin?.map_err(|error| self.purpose.veil().error(error.into()))?;
        Ok((session, origin))
    }

    /// The same disk again, which must be what it was.
    async fn open_again(&self, snapshot: String, disk: String, size: u64) -> Result<Reading> {
        match self.open_once(snapshot, disk).await? {
            (session, source_types::Origin::Plugin(again)) if again == size => Ok(session),
            _ => Err(answer::bad(&self.plugin, "another disk the second time that it opened it")),
        }
    }
}

/// One call in a session of its own; the arguments are borrowed from values that the call owns.
macro_rules! ask {
    ($self:ident, $name:literal, $call:ident ( $($argument:expr),* )) => {{
        let mut session = $self.open().await?;
        let called = Called::begin(&mut session, $name, || vec![$(($argument).tell()),*]);
        let answer = session
            .call($name, move |store, guest| {
                Box::pin(async move { guest.gyre_plugin_source().$call(store, $($argument),*).await })
            })
            .await;
        called.end(&answer);
        answer?.map_err(|error| $self.purpose.veil().error(error.into()))
    }};
}

#[async_trait]
impl Source for PluginSource {
    async fn check(&self, vm: Option<&str>) -> Result<Vec<Finding>> {
        let (config, vm) = (self.config.clone(), vm.map(str::to_owned));
        answer::findings(
            &self.plugin,
            self.purpose.veil(),
            ask!(self, "check", call_check(&config, vm.as_deref()))?,
        )
    }

    async fn list_vms(&self, name: Option<&str>, after: Option<&str>) -> Result<VmPage> {
        let (config, name, after) = (self.config.clone(), name.map(str::to_owned), after.map(str::to_owned));
        let page = ask!(self, "list-vms", call_list_vms(&config, name.as_deref(), after.as_deref()))?;
        Ok(answer::vms(self.purpose.veil(), page.into()))
    }

    async fn get_vm(&self, id: &str) -> Result<VmSpec> {
        let (config, id) = (self.config.clone(), id.to_owned());
        let vm: VmSpec = ask!(self, "get-vm", call_get_vm(&config, &id))?.into();
        answer::check_vm(&self.plugin, self.purpose.veil(), &vm)?;
        Ok(vm)
    }

    async fn power_off(&self, step: &StepCall, id: &str) -> Result<Outcome> {
        let (step, id) = (answer::step(step, &self.config), id.to_owned());
        answer::outcome(
            &self.plugin,
            self.purpose.veil(),
            ask!(self, "power-off", call_power_off(&step, &id))?,
        )
    }

    async fn ensure_snapshot(&self, step: &StepCall, vm: &VmSpec, base: Option<&str>) -> Result<Outcome> {
        let (step, vm, base) =
            (answer::step(step, &self.config), types::VmSpec::from(vm.clone()), base.map(str::to_owned));
        let outcome = ask!(self, "ensure-snapshot", call_ensure_snapshot(&step, &vm, base.as_ref()))?;
        answer::outcome(&self.plugin, self.purpose.veil(), outcome)
    }

    async fn release_snapshot(&self, step: &StepCall, snapshot: &str) -> Result<Outcome> {
        let (step, snapshot) = (answer::step(step, &self.config), snapshot.to_owned());
        answer::outcome(
            &self.plugin,
            self.purpose.veil(),
            ask!(self, "release-snapshot", call_release_snapshot(&step, &snapshot))?,
        )
    }

    async fn open_disk(&self, snapshot: &str, disk: &str) -> Result<Arc<dyn Origin>> {
        let (source, snapshot, disk) = (self.clone(), snapshot.to_owned(), disk.to_owned());
        let begun = Instant::now();
        let (session, origin) = self.open_once(snapshot.clone(), disk.clone()).await?;
        let size = match origin {
            source_types::Origin::Plugin(size) => size,
            source_types::Origin::Disk(handle) => {
                return Ok(Arc::new(PluginOrigin::from_disk(session, &handle)?));
            }
        };
        let again: Open<Reading> = Box::new(move || {
            let (source, snapshot, disk) = (source.clone(), snapshot.clone(), disk.clone());
            Box::pin(async move { source.open_again(snapshot, disk, size).await })
        });
        Ok(Arc::new(PluginOrigin::from_plugin(session, size, begun.elapsed(), again)?))
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
