//! The jobs of gyre: executing a replica, deploying it, migrating, deleting. The only crate that knows
//! the order of things. It refuses to know how a plugin is run, how a worker is reached, and how
//! anything is shown: it talks to [`Endpoints`], [`Workers`] and a [`Reporter`].
//!
//! A job is a table of steps with their undo (see `execution.rs`, `deployment.rs`, `migration.rs`,
//! `deletion.rs`, `verification.rs`: each reads like the manual), run by [`gyre_saga`]. [`Engine`] starts jobs (`starting.rs`), works on
//! them in turn (`running.rs`, `queue.rs`), and goes on with those that a crash or Ctrl-C left; what happens in them
//! is told and kept (`news.rs`, `journal.rs`).

pub mod change;
mod changes;
mod check;
mod context;
mod copying;
mod deletion;
mod deployment;
mod engine;
mod execution;
mod files;
mod first_boot;
mod first_boot_windows;
mod jobs;
mod journal;
mod marking;
mod migration;
mod morphing;
mod news;
mod orphans;
mod params;
mod pins;
mod ports;
mod programs;
mod progress;
mod queue;
mod replica;
mod replicas;
mod report;
mod running;
mod scripts;
mod starting;
mod unshown;
mod verification;

#[cfg(test)]
mod tests;

pub use check::{Checked, blocking};
pub use copying::DiskCopy;
pub use engine::{Engine, Settings};
pub use jobs::Told;
pub use marking::Place;
pub use morphing::choose as choose_system;
pub use news::{News, Reporter};
pub use orphans::{Chosen, Found, Owner};
pub use params::{DeployOptions, ExecuteOptions, Kind, replica_subject};
pub use ports::{Endpoints, JobContext, Mounted, WorkerSession, Workers};
pub use replica::{DiskBase, NewReplica, Replica, Success};
pub use replicas::{MEMBERS_MAX, ReplicaFilter};
pub use report::{DiskProof, Left, Report};
pub use running::Fate;
pub use starting::{Ask, Started};
