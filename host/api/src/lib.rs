//! The HTTP API of gyre: a server over the engine, the document that describes it, and a client. It refuses to know
//! a plugin, the configuration and a screen: what it needs of the program around it is [`Site`].
//!
//! * `routes.rs` is the table of what can be asked; the router and the OpenAPI document are both made of it.
//! * [`Tasks`] are the jobs that this process works on; whatever begins one begins it there.
//! * [`Gate`] says who may ask, [`Server`] how many and for how long.
//! * [`Metrics`] counts what happens, without names of machines.
//! * [`Client`] is the other end, with the same types (`wire.rs`).

mod client;
mod events;
mod gate;
mod handlers;
mod metrics;
mod openapi;
mod order;
mod route;
mod routes;
mod schedules;
mod server;
mod site;
mod tasks;
mod tls;
mod token;
mod wire;

#[cfg(test)]
mod tests;

pub use client::Client;
pub use gate::Gate;
pub use metrics::Metrics;
pub use order::{Order, new_replica};
pub use schedules::*;
pub use server::{Api, Server};
pub use site::Site;
pub use tasks::Tasks;
pub use tls::acceptor;
pub use token::{Token, TokenFile};
pub use wire::*;
