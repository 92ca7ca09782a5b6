//! What a command answers: one JSON document, or text; and the exit code that goes with it.

use gyre_core::Error;
use serde::Serialize;
use serde_json::{Value, json};

/// An answer.
pub struct Answer {
    /// For scripts.
    pub json: Value,
    /// For people, every line ended.
    pub text: String,
    /// Why the command did not do all that it was to do.
    pub error: Option<Error>,
}

impl Answer {
    /// All is well.
    pub fn new(json: impl Serialize, text: impl Into<String>) -> Self {
        Self { json: serde_json::to_value(json).unwrap_or(Value::Null), text: text.into(), error: None }
    }

    /// An answer that is an error as well.
    pub fn with_error(mut self, error: Option<Error>) -> Self {
        self.error = error;
        self
    }

    /// Nothing but an error.
    pub fn of_error(error: Error) -> Self {
        Self { json: json!({ "error": error }), text: String::new(), error: Some(error) }
    }

    /// The exit code.
    pub fn exit_code(&self) -> u8 {
        self.error.as_ref().map_or(0, |error| error.kind.exit_code())
    }
}
