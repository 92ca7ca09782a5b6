//! Plugins that make one family of operating systems boot at the destination.

use crate::bindings::metadata::exports::gyre::plugin::metadata;
use crate::bindings::osmorphing::exports::gyre::plugin::osmorphing as exported;
use crate::env;

pub use crate::bindings::gyre::plugin::types::VmSpec as Vm;
pub use crate::bindings::gyre::plugin::types::{DiskSpec, Firmware, Morphing, NicSpec, OsType};
pub use crate::env::{clock, progress};
pub use crate::files;
pub use crate::hive::{Hive, Value};
pub use crate::root::{Command, FileType, Output, Root, Stat};
pub use crate::{About, Config, Context, Error, ErrorKind, Result, about, log};
pub use exported::OsMatch as Match;

impl Match {
    /// `score` is 0 to 100; the highest of all configured plugins morphs.
    pub fn new(distribution: impl Into<String>, version: impl Into<String>, score: u8) -> Self {
        Self { distribution: distribution.into(), version: version.into(), score }
    }
}

/// Changes an offline guest. Both verbs may be repeated on the same root.
pub trait OsMorphing: 'static {
    /// Who this is.
    const ABOUT: About;

    /// Looks, changes nothing. `None`: not mine.
    ///
    /// # Errors
    /// What the host met; a root that is no guest of this family is no error.
    fn detect(root: &Root) -> Result<Option<Match>>;

    /// Makes the guest boot at the destination.
    ///
    /// # Errors
    /// Whatever keeps it from booting there; what is merely missing is logged.
    fn morph(root: &Root, vm: &Vm, morphing: &Morphing, config: Config) -> Result<()>;
}

/// Puts a [`OsMorphing`] behind the exports of its world. Named by [`export!`](crate::export) only.
#[doc(hidden)]
pub struct Adapter<T>(std::marker::PhantomData<T>);

impl<T: OsMorphing> metadata::Guest for Adapter<T> {
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
impl<T: OsMorphing> exported::Guest for Adapter<T> {
    fn detect(root: &crate::bindings::gyre::host::rootfs::Rootfs) -> Result<Option<Match>> {
        env::start();
        env::verb!(T::detect(&Root::new(root)))
    }

    fn morph(
        root: &crate::bindings::gyre::host::rootfs::Rootfs,
        vm: Vm,
        morphing: Morphing,
        config: String,
    ) -> Result<()> {
        env::start();
        env::verb!(T::morph(&Root::new(root), &vm, &morphing, Config::new(config)))
    }
}
