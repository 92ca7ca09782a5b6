//! The one error shape of gyre, the same on both sides of the WIT. `kind` says what the caller does
//! next and is closed; `code` is dotted, stable and open, and stands in `host/docs/errors.md`.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The result of everything that can fail in gyre.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What the caller should do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// The request or the configuration is wrong: retrying cannot help.
    Invalid,
    /// Not covered by the grants of the plugin, or refused by the platform.
    Denied,
    /// It does not exist.
    NotFound,
    /// It exists in a state that forbids this.
    Conflict,
    /// Transient: the only kind that is ever retried.
    Unavailable,
    /// The job was asked to stop.
    Cancelled,
    /// Anything else; a defect is one of these.
    Other,
}

impl Kind {
    /// The exit code of the `gyre` command for an error of this kind.
    pub const fn exit_code(self) -> u8 {
        match self {
            Kind::Invalid => 2,
            Kind::Denied => 3,
            Kind::NotFound => 4,
            Kind::Conflict => 5,
            Kind::Unavailable => 6,
            Kind::Cancelled => 7,
            Kind::Other => 1,
        }
    }
}

/// What went wrong: one sentence for a person, a code for a script, and the causes below it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Error {
    /// What to do next.
    pub kind: Kind,
    /// Dotted and stable: `openstack.quota-exceeded`.
    pub code: String,
    /// One sentence for a person. Never holds a secret.
    pub message: String,
    /// What caused it, outermost first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
}

impl Error {
    /// An error of any kind.
    pub fn new(kind: Kind, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, code: code.into(), message: message.into(), causes: Vec::new() }
    }

    /// The request or configuration is wrong.
    pub fn invalid(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Kind::Invalid, code, message)
    }

    /// Not granted.
    pub fn denied(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Kind::Denied, code, message)
    }

    /// It does not exist.
    pub fn not_found(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, code, message)
    }

    /// Its state forbids this.
    pub fn conflict(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, code, message)
    }

    /// May succeed later.
    pub fn unavailable(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Kind::Unavailable, code, message)
    }

    /// The job was asked to stop.
    pub fn cancelled() -> Self {
        Self::new(Kind::Cancelled, "job.cancelled", "the job was asked to stop")
    }

    /// Anything else.
    pub fn other(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Kind::Other, code, message)
    }

    /// Adds a cause below those already there.
    #[must_use]
    pub fn cause(mut self, cause: impl fmt::Display) -> Self {
        self.causes.push(cause.to_string());
        self
    }

    /// Puts a sentence about what was being done in front; the old message becomes the first cause.
    #[must_use]
    pub fn during(mut self, what: impl Into<String>) -> Self {
        let message = std::mem::replace(&mut self.message, what.into());
        self.causes.insert(0, message);
        self
    }
}

impl fmt::Display for Error {
    /// `message: cause: cause [code]`, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for cause in &self.causes {
            write!(f, ": {cause}")?;
        }
        write!(f, " [{}]", self.code)
    }
}

impl std::error::Error for Error {}

/// Turns foreign errors into ours with a code and what was being done.
pub trait Context<T> {
    /// As [`Kind::Other`].
    fn or_other(self, code: &str, what: impl FnOnce() -> String) -> Result<T>;
    /// As [`Kind::Invalid`].
    fn or_invalid(self, code: &str, what: impl FnOnce() -> String) -> Result<T>;
    /// As [`Kind::Unavailable`].
    fn or_unavailable(self, code: &str, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: fmt::Display> Context<T> for std::result::Result<T, E> {
    fn or_other(self, code: &str, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|e| Error::other(code, what()).cause(e))
    }

    fn or_invalid(self, code: &str, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|e| Error::invalid(code, what()).cause(e))
    }

    fn or_unavailable(self, code: &str, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|e| Error::unavailable(code, what()).cause(e))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_from_the_outside_in() {
        let error =
            Error::unavailable("net.timeout", "no answer in 5 s").cause("read").during("list volumes");
        assert_eq!(error.to_string(), "list volumes: no answer in 5 s: read [net.timeout]");
    }
}
