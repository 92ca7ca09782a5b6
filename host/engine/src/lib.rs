//! The jobs of gyre: executing a replica, deploying it, migrating, deleting. The only crate that knows
//! the order of things. It refuses to know how a plugin is run, how a worker is reached, and how
//! anything is shown: it talks to [`Endpoints`], [`Workers`] and a [`Reporter`].
//!
//! A job is a table of steps with their undo (see `execution.rs`, `deployment.rs`, `migration.rs`,
//! `deletion.rs`: each reads like the manual), run by [`gyre_saga`]. [`Engine`] starts jobs, and goes
//! on with those that a crash or Ctrl-C left.

mod check;
mod context;
mod copying;
mod deletion;
mod deployment;
mod engine;
mod execution;
mod files;
mod migration;
mod morphing;
mod params;
mod ports;
mod replica;
mod report;

#[cfg(test)]
mod tests;

pub use check::{Checked, blocking};
pub use copying::DiskCopy;
pub use engine::{Engine, Settings};
pub use params::{DeployOptions, Kind};
pub use ports::{Endpoints, JobContext, Reporter, WorkerSession, Workers};
pub use replica::{DiskBase, NewReplica, Replica, Success};
pub use report::Report;
