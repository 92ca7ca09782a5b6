//! OS morphing, played by a plugin that is lent the mounted root of the guest and nothing else.

use crate::host::Loaded;
use crate::lent::{Lent, Purpose};
use crate::tap::Called;
use async_trait::async_trait;
use gyre_core::protocol::{Root, RootReply, RootRequest};
use gyre_core::roles::{Morphing, OsMatch, OsMorphing};
use gyre_core::{Error, Result, VmSpec};
use gyre_sandbox::bindings::OsmorphingPlugin;
use gyre_sandbox::bindings::osmorphing::OsmorphingPluginPre;
use gyre_sandbox::bindings::rootfs::Rootfs;
use gyre_sandbox::bindings::types;
use gyre_sandbox::recording::{Tell as _, Told};
use gyre_sandbox::{Cell, Fault, Plugin, Session};
use std::sync::Arc;
use wasmtime::component::Resource;

/// The best that a plugin can say of its match.
const SCORE_MAX: u8 = 100;

pub(crate) struct PluginMorphing {
    plugin: Arc<Plugin>,
    linked: OsmorphingPluginPre<Cell<Lent>>,
    purpose: Purpose,
    config: String,
}

impl PluginMorphing {
    pub(crate) fn new(loaded: &Loaded, purpose: Purpose, config: String) -> Result<Self> {
        let (plugin, linked) = (loaded.plugin.clone(), loaded.linked(OsmorphingPluginPre::new)?);
        Ok(Self { plugin, linked, purpose, config })
    }

    /// A session that holds the root, and the handle to lend to the guest.
    async fn open(&self, root: Arc<dyn Root>) -> Result<(Session<Lent, OsmorphingPlugin>, u32)> {
        let (linked, purpose) = (self.linked.clone(), self.purpose.clone());
        let (limits, cancel) = (purpose.limits.clone(), purpose.job.cancel.clone());
        let mut lent = Lent::new(purpose).recorded(&self.plugin);
        let root = lent.lend_root::<Rootfs>(root).map_err(|fault| match fault {
            Fault::Refused(error) => error,
            Fault::Trap(error) => {
                Error::other("sandbox.handles", "the guest's root cannot be lent").cause(error)
            }
        })?;
        let session = Session::open(self.plugin.clone(), limits, cancel, lent, move |store| {
            Box::pin(async move { linked.instantiate_async(store).await })
        })
        .await?;
        Ok((session, root.rep()))
    }
}

/// A root as `detect` gets it. Every configured plugin is asked, also those that are not to morph.
struct Looked(Arc<dyn Root>);

#[async_trait]
impl Root for Looked {
    async fn call(&self, request: RootRequest) -> Result<RootReply> {
        if request.only_looks() {
            return self.0.call(request).await;
        }
        Err(Error::denied("rootfs.detect", "`detect` may look at the guest's system and nothing more")
            .cause("what changes it, and every program of it, belongs into `morph`"))
    }
}

#[async_trait]
impl OsMorphing for PluginMorphing {
    async fn detect(&self, root: Arc<dyn Root>) -> Result<Option<OsMatch>> {
        let (mut session, root) = self.open(Arc::new(Looked(root))).await?;
        let called = Called::begin(&mut session, "detect", || vec![Told::handle(root)]);
        let answer = session
            .call("detect", move |store, guest| {
                Box::pin(async move {
                    guest.gyre_plugin_osmorphing().call_detect(store, Resource::new_borrow(root)).await
                })
            })
            .await;
        called.end(&answer);
        let found: Option<OsMatch> = answer?.map_err(Error::from)?.map(Into::into);
        Ok(found.map(|found| OsMatch { score: found.score.min(SCORE_MAX), ..found }))
    }

    async fn morph(&self, root: Arc<dyn Root>, vm: &VmSpec, morphing: &Morphing) -> Result<()> {
        let (mut session, root) = self.open(root).await?;
        let (vm, morphing) = (types::VmSpec::from(vm.clone()), types::Morphing::from(morphing.clone()));
        let config = self.config.clone();
        let arguments = || vec![Told::handle(root), vm.tell(), morphing.tell(), config.tell()];
        let called = Called::begin(&mut session, "morph", arguments);
        let answer = session
            .call("morph", move |store, guest| {
                Box::pin(async move {
                    let root = Resource::new_borrow(root);
                    guest.gyre_plugin_osmorphing().call_morph(store, root, &vm, &morphing, &config).await
                })
            })
            .await;
        called.end(&answer);
        answer?.map_err(Error::from)
    }
}
