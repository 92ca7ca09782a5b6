//! A host in memory, for tests on the native target. [`FakeHost`] answers for disks, HTTP, secrets,
//! the clock and the log of the current thread; [`FakeRoot`] is a guest's tree with programs that the
//! test answers for. Both show afterwards what the plugin did.

#[cfg(unix)]
mod directory;
mod families;
pub mod golden;
mod hive;
mod host;
mod root;

#[cfg(unix)]
pub use directory::directory_root;
pub(crate) use host::{DiskHandle, EndpointHandle, SecretHandle, clock, codecs, files, log, progress};
pub use host::{FAKE_ADDRESS, FakeHost};
pub use root::{FakeRoot, Tree};
