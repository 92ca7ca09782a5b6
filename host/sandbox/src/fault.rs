//! How a capability ends a call of a guest: with an error the guest sees, or with a trap that ends its session.

use gyre_core::{Error, Kind};
use std::fmt;

/// Why a capability did not do what the guest asked.
#[derive(Debug)]
pub enum Fault {
    /// The guest is told, and goes on.
    Refused(Error),
    /// The guest broke a rule: its session ends.
    Trap(wasmtime::Error),
}

impl From<Error> for Fault {
    fn from(error: Error) -> Self {
        Self::Refused(error)
    }
}

impl From<wasmtime::Error> for Fault {
    fn from(error: wasmtime::Error) -> Self {
        Self::Trap(error)
    }
}

impl From<wasmtime::component::ResourceTableError> for Fault {
    fn from(error: wasmtime::component::ResourceTableError) -> Self {
        Self::Trap(match error {
            wasmtime::component::ResourceTableError::Full => {
                Broken::new("sandbox.handles", MANY_HANDLES).of("handles").into()
            }
            error => wasmtime::Error::new(error),
        })
    }
}

/// What a guest did that meets its limit of handles, here or in wasmtime's own table.
pub(crate) const MANY_HANDLES: &str = "it holds more handles open than its limit `handles` allows";

/// A rule or a limit that a guest broke; travels as the cause of a trap and keeps its code.
#[derive(Clone, Debug)]
pub struct Broken {
    /// `sandbox.*`.
    pub code: &'static str,
    /// What it did, as the end of a sentence that begins with the plugin's name.
    pub what: String,
    /// The limit of `gyre.toml` that it met, if it was one.
    pub limit: Option<&'static str>,
}

impl Broken {
    /// A broken rule.
    pub fn new(code: &'static str, what: impl Into<String>) -> Self {
        Self { code, what: what.into(), limit: None }
    }

    /// That it was this limit, by its name below `[plugin.NAME] limit`.
    #[must_use]
    pub const fn of(mut self, limit: &'static str) -> Self {
        self.limit = Some(limit);
        self
    }

    /// What comes after it: a job that was stopped is not a broken one.
    pub const fn kind(&self) -> Kind {
        Kind::Other
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl std::error::Error for Broken {}
