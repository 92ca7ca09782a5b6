//! Plugins that read machines from where they are now. What each verb must do stands in
//! `wit/plugin.wit`; the host may repeat every step with the same token.

use crate::bindings::metadata::exports::gyre::plugin::metadata;
use crate::bindings::source::exports::gyre::plugin::source as exported;
use crate::{env, step, unwritten};

pub use crate::bindings::gyre::plugin::types::{
    DiskSpec, Finding, Firmware, Marked, MarkedPage, NicSpec, OsType, Outcome, Step, VmSpec, Wait,
};
pub use crate::disk::{Access, Disk, Extent, ExtentKind, Packed, READ_BYTES_MAX, Stored, codecs};
pub use crate::env::{clock, progress};
pub use crate::http::{Http, Request, Response, Tls};
pub use crate::secret::Secret;
pub use crate::step::read_state;
pub use crate::{About, Config, Context, Error, ErrorKind, Result, about, log};
pub use exported::{VmPage, VmSummary};
#[cfg(target_arch = "wasm32")]
use std::cell::RefCell;

/// Reads machines. What is not written answers `plugin.not-written`.
#[allow(missing_docs, clippy::missing_errors_doc)] // each verb is documented in wit/plugin.wit
pub trait Source: 'static {
    const ABOUT: About;

    fn check(config: Config, vm: Option<&str>) -> Result<Vec<Finding>> {
        let _ = (config, vm);
        Ok(Vec::new())
    }
    fn list_vms(config: Config, name: Option<&str>, after: Option<&str>) -> Result<VmPage> {
        let _ = (config, name, after);
        unwritten("list-vms")
    }
    fn get_vm(config: Config, id: &str) -> Result<VmSpec> {
        let _ = (config, id);
        unwritten("get-vm")
    }
    fn power_off(step: &Step, id: &str) -> Result<Outcome> {
        let _ = (step, id);
        unwritten("power-off")
    }
    fn ensure_snapshot(step: &Step, vm: &VmSpec, base: Option<&str>) -> Result<Outcome> {
        let _ = (step, vm, base);
        unwritten("ensure-snapshot")
    }
    fn release_snapshot(step: &Step, snapshot: &str) -> Result<Outcome> {
        let _ = (step, snapshot);
        unwritten("release-snapshot")
    }
    fn open_disk(config: Config, snapshot: &str, disk: &str) -> Result<Opened> {
        let _ = (config, snapshot, disk);
        unwritten("open-disk")
    }

    /// Nothing: right for a plugin whose snapshots make nothing that could be left over.
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

/// What `open_disk` found.
pub enum Opened {
    /// The host reaches all of it: it copies without calling the plugin.
    Disk(Disk),
    /// The plugin says what lies where.
    Reader(Box<dyn Reader>),
}

impl Opened {
    /// The plugin says what lies where.
    pub fn reader(reader: impl Reader + 'static) -> Self {
        Opened::Reader(Box::new(reader))
    }
}

/// One open disk; lives as long as the instance.
pub trait Reader {
    /// Virtual size, bytes.
    fn size(&self) -> u64;

    /// What must be copied in `offset..offset + length`, in order and without gaps; may stop early. With
    /// `since`, only what changed after that snapshot.
    ///
    /// # Errors
    /// Kind not-found with `since`: the host compares hashes instead.
    fn extents(&mut self, since: Option<&str>, offset: u64, length: u64) -> Result<Vec<Extent>>;

    /// Bytes of a `data` extent.
    ///
    /// # Errors
    /// `source.no-data`, unless a reader that answers `data` extents overrides this.
    fn read(&mut self, offset: u64, length: u32) -> Result<Vec<u8>> {
        Err(Error::other(
            "source.no-data",
            format!("nothing to read at {offset} (+{length}): no extent is data"),
        ))
    }
}

#[cfg(target_arch = "wasm32")]
thread_local! {
    /// The disk that this instance was opened for.
    static OPEN: RefCell<Option<Box<dyn Reader>>> = const { RefCell::new(None) };
}

#[cfg(target_arch = "wasm32")]
fn with_reader<R>(call: impl FnOnce(&mut dyn Reader) -> Result<R>) -> Result<R> {
    OPEN.with_borrow_mut(|open| match open {
        Some(reader) => call(reader.as_mut()),
        None => Err(Error::not_found("source.no-reader", "this instance answers for no disk of its own")),
    })
}

/// Puts a [`Source`] behind the exports of its world. Named by [`export!`](crate::export) only.
#[doc(hidden)]
pub struct Adapter<T>(std::marker::PhantomData<T>);

impl<T: Source> metadata::Guest for Adapter<T> {
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

#[cfg(target_arch = "wasm32")]
impl<T: Source> exported::Guest for Adapter<T> {
    fn check(config: String, vm: Option<String>) -> Result<Vec<Finding>> {
        env::start();
        env::verb!(T::check(Config::new(config), vm.as_deref()))
    }
    fn list_vms(config: String, name: Option<String>, after: Option<String>) -> Result<VmPage> {
        env::start();
        env::verb!(T::list_vms(Config::new(config), name.as_deref(), after.as_deref()))
    }
    fn get_vm(config: String, id: String) -> Result<VmSpec> {
        env::start();
        env::verb!(T::get_vm(Config::new(config), &id))
    }
    fn power_off(step: Step, id: String) -> Result<Outcome> {
        env::start();
        env::verb!(T::power_off(&step, &id))
    }
    fn ensure_snapshot(step: Step, vm: VmSpec, base: Option<String>) -> Result<Outcome> {
        env::start();
        env::verb!(T::ensure_snapshot(&step, &vm, base.as_deref()))
    }
    fn release_snapshot(step: Step, snapshot: String) -> Result<Outcome> {
        env::start();
        env::verb!(T::release_snapshot(&step, &snapshot))
    }
    fn open_disk(config: String, snapshot: String, disk: String) -> Result<exported::Origin> {
        env::start();
        OPEN.set(None);
        match env::verb!(T::open_disk(Config::new(config), &snapshot, &disk))? {
            Opened::Disk(disk) => Ok(exported::Origin::Disk(disk.0)),
            Opened::Reader(reader) => {
                let size = reader.size();
                OPEN.set(Some(reader));
                Ok(exported::Origin::Plugin(size))
            }
        }
    }
    fn extents(since: Option<String>, offset: u64, length: u64) -> Result<Vec<Extent>> {
        env::start();
        with_reader(|reader| reader.extents(since.as_deref(), offset, length))
    }
    fn read(offset: u64, length: u32) -> Result<Vec<u8>> {
        env::start();
        with_reader(|reader| reader.read(offset, length))
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
