//! The nouns of gyre: errors, machines, extents, roles, configuration, and what the agent on a
//! worker is told. Everything else imports this crate; it imports no runtime and does no I/O.

pub mod bandwidth;
pub mod block;
pub mod config;
pub mod error;
pub mod extent;
pub mod flow;
pub mod limits;
pub mod name;
pub mod options;
pub mod protocol;
pub mod retry;
pub mod roles;
pub mod scripts;
pub mod size;
pub mod text;
pub mod vm;

pub use bandwidth::Bandwidth;
pub use block::{BlockRead, BlockTarget, BlockWrite, Hash, Origin};
pub use error::{Error, Kind, Result};
pub use extent::{Extent, ExtentKind, Packed, Stored};
pub use retry::Backoff;
pub use size::ByteSize;
pub use vm::{DiskSpec, Firmware, NicSpec, OsType, VmSpec};
