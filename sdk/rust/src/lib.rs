//! Write gyre plugins in Rust. A plugin is a type that implements one of three traits
//! ([`source::Source`], [`destination::Destination`], [`osmorphing::OsMorphing`]) and one
//! [`export!`] line. It sees the host only through what its trait's module re-exports; on any other
//! target than wasm32 those calls go to a [`fake`] host, so that a plugin is tested as ordinary Rust.
//! The SDK knows no platform; of operating systems it knows what the families of Linux share ([`linux`]).
//!
//! ```
//! use gyre_plugin::osmorphing::*;
//!
//! struct Alpine;
//!
//! impl OsMorphing for Alpine {
//!     const ABOUT: About = about!("alpine", "Alpine Linux");
//!
//!     fn detect(root: &Root) -> Result<Option<Match>> {
//!         let release = root.read_text("/etc/os-release")?;
//!         Ok(release.contains("ID=alpine").then(|| Match::new("alpine", "3", 100)))
//!     }
//!
//!     fn morph(root: &Root, _vm: &Vm, _morphing: &Morphing, _config: Config) -> Result<()> {
//!         root.run(["apk", "add", "linux-virt"])?;
//!         root.write_text("/etc/mkinitfs/features.d/gyre.modules", 0o644, "virtio_blk\nvirtio_net\n")
//!     }
//! }
//!
//! gyre_plugin::export!(osmorphing: Alpine);
//!
//! // The test: no wasm, no host.
//! # use gyre_plugin::fake::FakeRoot;
//! let root = FakeRoot::new().file("/etc/os-release", "ID=alpine\n");
//! assert_eq!(Alpine::detect(&root).unwrap().unwrap().score, 100);
//! ```
//!
//! A panic is logged and then traps: the host drops the instance and names the plugin, the call and
//! the frames. Return an [`Error`] instead wherever something can be explained.

mod about;
#[doc(hidden)]
pub mod bindings;
mod config;
pub mod destination;
mod disk;
pub mod env;
mod error;
#[cfg(not(target_arch = "wasm32"))]
pub mod fake;
pub mod files;
pub mod hive;
mod http;
pub mod linux;
mod machine;
pub mod osmorphing;
pub mod path;
#[cfg(not(target_arch = "wasm32"))]
pub mod reference;
mod root;
mod secret;
pub mod source;
mod step;

pub use about::About;
#[doc(hidden)]
pub use about::no_options;
pub use bindings::gyre::host::errors::{Error, ErrorKind};
pub use config::Config;
pub use error::Context;

/// The result of everything that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What a verb answers that its plugin does not have: a plugin grows verb by verb, and `gyre plugin test` lists those
/// that are missing.
fn unwritten<T>(verb: &str) -> Result<T> {
    Err(Error::other("plugin.not-written", format!("this plugin does not do {verb} yet")))
}

/// Makes the type the component's implementation: `export!(source: Type)`, `export!(destination: Type)`
/// or `export!(osmorphing: Type)`. Does nothing on other targets than wasm32.
#[macro_export]
macro_rules! export {
    (source: $plugin:ident) => {
        $crate::export!(@ source, export_source, $plugin);
    };
    (destination: $plugin:ident) => {
        $crate::export!(@ destination, export_destination, $plugin);
    };
    (osmorphing: $plugin:ident) => {
        $crate::export!(@ osmorphing, export_osmorphing, $plugin);
    };
    (@ $role:ident, $export:ident, $plugin:ident) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, missing_docs)]
        mod gyre_plugin_export {
            type Exported = $crate::$role::Adapter<super::$plugin>;
            $crate::bindings::$role::$export!(Exported with_types_in $crate::bindings::$role);
            $crate::bindings::metadata::export_metadata!(Exported with_types_in $crate::bindings::metadata);
        }
    };
}
