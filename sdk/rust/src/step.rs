//! Durable steps: what the host hands to one, and how one ends.

use crate::bindings::gyre::plugin::types::{Finding, MarkedPage, Outcome, Step, Wait};
use crate::{Context, Result, config::parse_options};
use serde::{Serialize, de::DeserializeOwned};

impl Step {
    /// A step as tests make it.
    pub fn new(token: impl Into<String>, config: impl Into<String>) -> Self {
        Self { token: token.into(), config: config.into(), resume: None }
    }

    /// The plugin's options, as [`Config::parse`](crate::Config::parse).
    ///
    /// # Errors
    /// `config.invalid`.
    pub fn config<T: DeserializeOwned>(&self) -> Result<T> {
        parse_options(&self.config)
    }

    /// What this step last handed to [`Outcome::wait`], if it did.
    ///
    /// # Errors
    /// `state.invalid`.
    pub fn resume<T: DeserializeOwned>(&self) -> Result<Option<T>> {
        self.resume.as_deref().map(read_state).transpose()
    }
}

impl Outcome {
    /// The step is finished; `state` is stored as JSON and handed back whenever it is needed.
    ///
    /// # Errors
    /// `state.invalid`: the state is not JSON (a map with keys that are no strings).
    pub fn done(state: &impl Serialize) -> Result<Self> {
        write_state(state).map(Outcome::Done)
    }

    /// Store the state, drop this instance, and call again after the delay.
    ///
    /// # Errors
    /// As [`Outcome::done`].
    pub fn wait(state: &impl Serialize, after_ms: u32) -> Result<Self> {
        Ok(Outcome::Wait(Wait { state: write_state(state)?, after_ms }))
    }

    /// Finished, with nothing to remember.
    pub fn nothing() -> Self {
        Outcome::Done(String::new())
    }
}

/// Reads back what [`Outcome::done`] stored.
///
/// # Errors
/// `state.invalid`: it was written by something else.
pub fn read_state<T: DeserializeOwned>(state: &str) -> Result<T> {
    serde_json::from_str(state).or_other("state.invalid", || {
        "the state of an earlier step cannot be read by this version of the plugin".into()
    })
}

fn write_state(state: &impl Serialize) -> Result<String> {
    serde_json::to_string(state)
        .or_other("state.invalid", || "the state of this step cannot be stored".into())
}

impl Finding {
    /// The job cannot work while this stands.
    pub fn blocking(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { blocking: true, path: path.into(), message: message.into(), remedy: None }
    }

    /// Worth knowing; the job works nevertheless.
    pub fn warning(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { blocking: false, path: path.into(), message: message.into(), remedy: None }
    }

    /// What to do about it.
    #[must_use]
    pub fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }
}

/// The list of an endpoint whose steps make nothing that could be left over.
pub(crate) fn no_marks() -> MarkedPage {
    MarkedPage { marked: Vec::new(), next: None }
}
