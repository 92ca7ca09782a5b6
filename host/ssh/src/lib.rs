//! The one SSH client of the host, and the keys that it derives from its own secret. Knows nothing
//! of plugins, grants or workers: whoever calls has already decided that the address is allowed.
//!
//! ```no_run
//! # async fn f() -> gyre_core::Result<()> {
//! use gyre_ssh::{Client, Credential, Identity, Target};
//! let identity = Identity::load_or_create("state/identity".as_ref())?;
//! let key = identity.derive("job-7", "worker")?;
//! let target = Target { host: "192.0.2.7".into(), port: 22, user: "debian".into(), host_key: "ssh-ed25519 AAAA…".into() };
//! let client = Client::connect(&target, &Credential::Key(key.private_openssh()?)).await?;
//! let output = client.run(&["uname".into(), "-r".into()], &[], b"", None).await?;
//! # Ok(()) }
//! ```

mod client;
mod identity;
mod known;
mod quote;

pub use client::{Client, Credential, Output, Stream, Target};
pub use identity::{Identity, KeyPair};
pub use known::known_host_key;

/// Every limit of this crate, with its unit in its name.
pub mod limits {
    /// From the first packet to a session that may open channels, seconds.
    pub const CONNECT_TIMEOUT_S: u64 = 30;
    /// Silence after which the server is asked whether it is still there, seconds.
    pub const KEEPALIVE_S: u64 = 15;
    /// Unanswered questions after which the connection counts as lost.
    pub const KEEPALIVES_MAX: usize = 4;
    /// A program that names no time-out of its own, seconds.
    pub const RUN_DEFAULT_S: u64 = 600;
    /// Standard output and error of one program, each; what is past it is dropped.
    pub const OUTPUT_BYTES_MAX: usize = 4 * 1024 * 1024;
    /// One file read or written.
    pub const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;
    /// One command line after quoting.
    pub const COMMAND_BYTES_MAX: usize = 128 * 1024;
    /// The largest identity file that is looked at.
    pub const IDENTITY_BYTES: usize = 32;
}
