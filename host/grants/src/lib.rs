//! The capabilities that the host lends, one module per WIT interface, and the one function that says yes or no
//! ([`policy`]). On top of them the roles of `gyre-core`, played by plugins in sandbox sessions.
//!
//! ```text
//! Host ── source / destination / morphers ── a session per call ── gyre-sandbox
//!                                               └─ log clock secrets disk http ssh rootfs ── policy::check
//! ```
//!
//! Where the host records or somebody listens, [`tap`] lies between the session and the capabilities.
//!
//! It decides nothing about the order of calls, and keeps no secret value longer than its use but to blank it
//! out of what the plugin says ([`veil`]).

mod answer;
mod archive;
mod clock;
mod destination;
mod disk;
mod download;
mod faults;
mod files;
mod heard;
mod host;
mod http;
mod iso;
mod lent;
mod log;
mod nbd;
mod options;
mod origin;
mod osmorphing;
mod pattern;
mod policy;
mod readers;
mod registry;
mod replaying;
mod rootfs;
mod secrets;
mod section;
mod source;
mod ssh;
mod tap;
mod tls;
mod veil;
mod worker;
mod zip;

pub use faults::Faults;
pub use gyre_sandbox::recording::{Played, Recorder, Recording, Summary};
pub use gyre_sandbox::replay::{Difference, Field, Place, Replayed, Replaying};
pub use gyre_sandbox::{About, Description, Import, Inspection, Role, Status, introduce};
pub use heard::HostCall;
pub use host::{Host, JobContext, Secrets};
pub use replaying::Rerun;
pub use worker::configured_secret;
