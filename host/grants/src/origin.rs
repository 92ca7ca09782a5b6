//! An open disk of a source: extents from the plugin, or from the host's own handle where the plugin handed it
//! over whole. Every extent is checked here before anyone acts on it: order, bounds, and that the handle it
//! names is open and long enough.

use crate::answer::bad;
use crate::disk::{Disks, Handle, OpenDisk, blocking};
use crate::lent::Lent;
use crate::policy::Policy;
use crate::readers::{Open, Readers, Reading};
use crate::tap::Called;
use async_trait::async_trait;
use bytes::Bytes;
use gyre_core::extent::{CODECS, check_changed, check_cover};
use gyre_core::limits::{EXTENTS_MAX, PIECE_BYTES_MAX};
use gyre_core::{BlockRead, Error, Extent, ExtentKind, Origin, Result};
use gyre_sandbox::Plugin;
use gyre_sandbox::bindings::disk::Disk;
use gyre_sandbox::recording::Tell as _;
use std::sync::Arc;
use std::time::{Duration, Instant};
use wasmtime::component::Resource;

pub(crate) struct PluginOrigin {
    plugin: Arc<Plugin>,
    /// Each one call at a time; dead after the first that broke a rule.
    readers: Readers<Reading>,
    disks: Disks,
    size: u64,
    /// The handle that is the whole disk.
    whole: Option<Handle>,
    /// Whose veil lies over what the plugin says.
    policy: Arc<Policy>,
}

impl PluginOrigin {
    /// A disk that the plugin reads, opened by `again` once more where that pays; the first time took `opening`.
    pub(crate) fn from_plugin(
        mut session: Reading,
        size: u64,
        opening: Duration,
        again: Open<Reading>,
    ) -> Result<Self> {
        let plugin = session.plugin().clone();
        let lent = lent(&mut session)?;
        let (disks, policy) = (lent.disks.clone(), lent.purpose.policy.clone());
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let most = lent.purpose.limits.readers.min(processors);
        let readers = Readers::new(session, opening, most, again);
        Ok(Self { plugin, readers, disks, size, whole: None, policy })
    }

    pub(crate) fn from_disk(mut session: Reading, handle: &Resource<Disk>) -> Result<Self> {
        let plugin = session.plugin().clone();
        let lent = lent(&mut session)?;
        let whole = lent.take_disk(handle).map_err(|_| bad(&plugin, "a disk handle that is not its own"))?;
        let (disks, policy, size) = (lent.disks.clone(), lent.purpose.policy.clone(), whole.disk.size());
        let again: Open<Reading> =
            Box::new(|| Box::pin(async { Err(Error::other("mover.defect", "the host reads this disk")) }));
        let readers = Readers::new(session, Duration::ZERO, 1, again);
        Ok(Self { plugin, readers, disks, size, whole: Some(whole), policy })
    }

    /// Asks the plugin, and believes nothing.
    async fn asked(&self, since: Option<&str>, offset: u64, length: u64) -> Result<Vec<Extent>> {
        let since = since.map(str::to_owned);
        let mut session = self.readers.first().await?;
        let arguments = || vec![since.tell(), offset.tell(), length.tell()];
        let called = Called::begin(&mut session, "extents", arguments);
        let answer = session
            .call("extents", move |store, guest| {
                Box::pin(async move {
                    guest.gyre_plugin_source().call_extents(store, since.as_ref(), offset, length).await
                })
            })
            .await;
        called.end(&answer);
        let answer = answer?.map_err(|error| self.policy.veil.error(error.into()))?;
        if answer.len() > EXTENTS_MAX {
            return Err(bad(
                &self.plugin,
                &format!("{} extents; at most {EXTENTS_MAX} are taken", answer.len()),
            )
            .during("the extents of a disk cannot be used"));
        }
        Ok(answer.into_iter().map(Into::into).collect())
    }

    /// What changed may have gaps, and be nothing; what lies somewhere may not.
    fn check(&self, since: Option<&str>, offset: u64, length: u64, extents: &[Extent]) -> Result<()> {
        let order = if since.is_some() { check_changed } else { check_cover };
        order(offset, length, extents)
            .map_err(|error| error.cause(format!("plugin {}", self.plugin.title())))?;
        extents.iter().try_for_each(|extent| self.check_place(extent))
    }

    /// That what a `stored` or `packed` extent names lies in an open handle.
    fn check_place(&self, extent: &Extent) -> Result<()> {
        let wrong = |what: &str| {
            Err(Error::other("extents.invalid", format!("the extent at {} names {what}", extent.offset))
                .cause(format!("plugin {}", self.plugin.title())))
        };
        let (disk, offset, length) = match &extent.kind {
            ExtentKind::Data | ExtentKind::Zero | ExtentKind::Hole => return Ok(()),
            ExtentKind::Stored(at) => (at.disk, at.offset, extent.length),
            // The length may be an upper bound: only its begin must lie inside.
            ExtentKind::Packed(at) if !CODECS.contains(&at.codec.as_str()) => {
                return wrong(&format!("the codec {:?}, which this host does not unpack", at.codec));
            }
            ExtentKind::Packed(at) => (at.disk, at.offset, 1),
        };
        let Some(open) = self.disks.get(disk) else { return wrong("a disk handle that is not open") };
        match offset.checked_add(length) {
            Some(end) if end <= open.size() => Ok(()),
            _ => wrong("bytes past the end of a disk handle"),
        }
    }

    fn check_range(&self, offset: u64, length: u64) -> Result<()> {
        match offset.checked_add(length) {
            Some(end) if end <= self.size => Ok(()),
            _ => Err(Error::invalid(
                "disk.range",
                format!("{length} bytes at {offset} reach past the end of the disk"),
            )),
        }
    }

    async fn read_plugin(&self, offset: u64, length: u32) -> Result<Bytes> {
        let mut session = self.readers.any().await?;
        let begun = Instant::now();
        let called = Called::begin(&mut session, "read", || vec![offset.tell(), length.tell()]);
        let bytes = session
            .call("read", move |store, guest| {
                Box::pin(async move { guest.gyre_plugin_source().call_read(store, offset, length).await })
            })
            .await;
        called.end(&bytes);
        drop(session);
        self.readers.took(begun.elapsed());
        let bytes = bytes?.map_err(|error| self.policy.veil.error(error.into()))?;
        if bytes.len() as u64 != u64::from(length) {
            return Err(bad(&self.plugin, &format!("{} bytes where {length} were asked for", bytes.len())));
        }
        Ok(bytes.into())
    }
}

fn lent(session: &mut Reading) -> Result<&mut Lent> {
    session.lent().ok_or_else(|| Error::other("sandbox.dead", "the session of an open disk ended"))
}

/// Bytes of a handle, read on a thread that may block.
async fn read_disk(disk: Arc<OpenDisk>, offset: u64, length: u32) -> Result<Bytes> {
    blocking(move || {
        let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
        disk.read_at(offset, &mut bytes)?;
        Ok(bytes.into())
    })
    .await
}

#[async_trait]
impl Origin for PluginOrigin {
    fn size(&self) -> u64 {
        self.size
    }

    async fn extents(&self, since: Option<&str>, offset: u64, length: u64) -> Result<Vec<Extent>> {
        self.check_range(offset, length)?;
        let extents = match (&self.whole, since) {
            (Some(whole), None) => {
                let (id, disk) = (whole.id, whole.disk.clone());
                blocking(move || disk.extents(id, offset, length)).await?
            }
            _ => self.asked(since, offset, length).await?,
        };
        self.check(since, offset, length, &extents)?;
        Ok(extents)
    }

    fn disk(&self, id: u32) -> Option<Arc<dyn BlockRead>> {
        self.disks.get(id).map(|disk| disk as Arc<dyn BlockRead>)
    }

    async fn read(&self, offset: u64, length: u32) -> Result<Bytes> {
        self.check_range(offset, length.into())?;
        if u64::from(length) > PIECE_BYTES_MAX {
            return Err(Error::invalid("disk.range", format!("a piece has at most {PIECE_BYTES_MAX} bytes")));
        }
        match &self.whole {
            Some(whole) => read_disk(whole.disk.clone(), offset, length).await,
            None => self.read_plugin(offset, length).await,
        }
    }
}
