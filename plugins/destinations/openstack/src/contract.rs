//! The words of the contract as the SDK gives them, and one verb for errors that it does not have.

pub use gyre_plugin::destination::*;

/// Puts one error under another.
pub trait Explain {
    /// With the message and the causes of `error` as its causes.
    #[must_use]
    fn caused_by(self, error: Error) -> Self;
}

impl Explain for Error {
    fn caused_by(mut self, error: Error) -> Self {
        self.causes.push(error.message);
        self.causes.extend(error.causes);
        self
    }
}
