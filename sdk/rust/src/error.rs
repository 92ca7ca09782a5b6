//! Makes errors: the same record crosses the boundary in both directions.

use crate::{Error, ErrorKind, Result};
use std::fmt::Display;

impl Error {
    /// An error of any kind.
    pub fn new(kind: ErrorKind, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { kind, code: code.into(), message: message.into(), causes: Vec::new() }
    }

    /// The request or the configuration is wrong: retrying cannot help.
    pub fn invalid(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Invalid, code, message)
    }

    /// The platform refuses it.
    pub fn denied(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Denied, code, message)
    }

    /// It does not exist.
    pub fn not_found(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, code, message)
    }

    /// It exists in a state that forbids this.
    pub fn conflict(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Conflict, code, message)
    }

    /// The same call may succeed later: the only kind that the host retries.
    pub fn unavailable(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unavailable, code, message)
    }

    /// The job was asked to stop.
    pub fn cancelled() -> Self {
        Self::new(ErrorKind::Cancelled, "job.cancelled", "the job was asked to stop")
    }

    /// Anything else.
    pub fn other(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Other, code, message)
    }

    /// Adds a cause below those already there.
    #[must_use]
    pub fn cause(mut self, cause: impl Display) -> Self {
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

    /// Whether it does not exist.
    pub fn is_not_found(&self) -> bool {
        self.kind == ErrorKind::NotFound
    }
}

/// Turns foreign errors into ours, with a code and what was being done.
pub trait Context<T> {
    /// As [`ErrorKind::Invalid`].
    ///
    /// # Errors
    /// The error itself, with the foreign one as its cause.
    fn or_invalid(self, code: &str, what: impl FnOnce() -> String) -> Result<T>;
    /// As [`ErrorKind::Other`].
    ///
    /// # Errors
    /// The error itself, with the foreign one as its cause.
    fn or_other(self, code: &str, what: impl FnOnce() -> String) -> Result<T>;
}

impl<T, E: Display> Context<T> for std::result::Result<T, E> {
    fn or_invalid(self, code: &str, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|e| Error::invalid(code, what()).cause(e))
    }

    fn or_other(self, code: &str, what: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|e| Error::other(code, what()).cause(e))
    }
}
