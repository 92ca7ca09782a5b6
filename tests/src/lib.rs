//! What the tests that cross crates share with the demo: a source machine on disk, a cloud to bring it
//! to, the `gyre` program run as its user would run it, and a second pair of eyes that asks the cloud
//! itself what became of it. Knows nothing of gyre's insides: no crate of the host is linked here.
//!
//! * [`fixture`]: the source machine's disk, and how some of its blocks are changed
//! * [`repository`]: packages for guests, served to workers
//! * [`site`]: the clouds (embedded, real), what to write into `gyre.toml` for each
//! * [`setting`]: all that one run needs, in one directory
//! * [`program`], [`serving`]: running `gyre`, and `gyre serve`
//! * [`fleet`]: a thousand replicas, for lists
//! * [`tools`]: programs that nobody here wrote
//! * [`scenario`]: the main job, with what must hold after each step
//! * [`cloud`]: the cloud's own APIs: what is there, what is left over, a server's console

// What is missing in a JSON value reads as null there: indexing it cannot panic.
#![allow(clippy::indexing_slicing)]

pub mod cloud;
pub mod fixture;
pub mod fleet;
pub mod program;
pub mod repository;
pub mod scenario;
pub mod serving;
pub mod setting;
pub mod site;
pub mod small;
pub mod tools;
