//! The WebAssembly sandbox: engine, compile cache, limits, loading, traps as errors. It grants nothing and knows
//! no capability: what a guest may call is linked by `gyre-grants`.
//!
//! ```text
//! Engine ── Plugin::load ── describe, inspect        nothing of the guest runs before this; embed keeps the answer
//!              ├─ Session::open ── Session::call     one store each; dead after any trap, timeout or cancel
//!              └─ replay                              the same over a recording, which answers instead of the host
//! ```

mod about;
pub mod bindings;
mod cache;
mod convert;
mod engine;
mod fault;
mod inspect;
mod limiter;
mod meter;
mod plugin;
pub mod recording;
pub mod replay;
mod session;
mod trap;
mod wasi;
mod world;

pub use about::{About, embed, introduce};
pub use engine::{Engine, TICK};
pub use fault::{Broken, Fault};
pub use inspect::{Description, Inspection, describe, inspect};
pub use plugin::Plugin;
pub use session::{Cell, Lent, Session};
pub use world::{Import, Role, Status, VERSION, Version};
