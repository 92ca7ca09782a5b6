//! Registry hives of Windows (the `regf` format), read and changed in memory: bytes in, bytes out. Everything in
//! a hive is hostile: what contradicts itself ends in an [`Error`], never in a panic, and no loop or depth is
//! without a limit. Knows no file, no mount, no operating system; it depends on nothing, so that the agent and the
//! tests of plugins share it.
//!
//! ```
//! use gyre_hive::{Hive, Value};
//!
//! let mut hive = Hive::new();
//! hive.create_key(r"ControlSet001\Services\viostor").unwrap();
//! hive.set(r"controlset001\services\VIOSTOR", "Start", &Value::Dword(0)).unwrap();
//! let bytes = hive.to_bytes().unwrap();
//! let again = Hive::parse(bytes).unwrap();
//! assert_eq!(again.get(r"ControlSet001\Services\viostor", "start").unwrap(), Some(Value::Dword(0)));
//! ```
//!
//! Facts of the format: M. Suhanov's public "Windows registry file format specification".

mod base;
mod bytes;
mod cells;
mod error;
mod hive;
mod key;
mod list;
mod log;
mod name;
mod security;
pub mod text;
mod value;

pub use error::Error;
pub use hive::Hive;
pub use value::Value;

/// The result of everything that can fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The largest hive, bytes. Real ones are below 200 MiB.
pub const HIVE_BYTES_MAX: usize = 512 << 20;
/// Keys below each other: Windows itself allows no more.
pub const DEPTH_MAX: usize = 512;
/// Keys directly below one key.
pub const SUBKEYS_MAX: usize = 1 << 20;
/// Keys that one removal or listing visits.
pub const KEYS_MAX: usize = 1 << 22;
/// Values of one key.
pub const VALUES_MAX: usize = 1 << 16;
/// One value, bytes.
pub const VALUE_BYTES_MAX: usize = 4 << 20;
