//! A plugin's configuration: JSON from the host, parsed at the edge into the plugin's own type.

use crate::{Error, Result};
use serde::de::DeserializeOwned;

/// The options that the operator wrote for this plugin, as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config(String);

impl Config {
    /// From the JSON text that the host handed over.
    pub fn new(json: impl Into<String>) -> Self {
        Self(json.into())
    }

    /// As the plugin's own type. Use `#[serde(deny_unknown_fields)]`, so that a typo is an error.
    /// An empty text counts as `{}`.
    ///
    /// # Errors
    /// `config.invalid`, with what does not fit and where.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T> {
        parse_options(&self.0)
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Config {
    fn from(json: &str) -> Self {
        Self::new(json)
    }
}

pub(crate) fn parse_options<T: DeserializeOwned>(json: &str) -> Result<T> {
    let text = if json.trim().is_empty() { "{}" } else { json };
    serde_json::from_str(text).map_err(|e| {
        Error::invalid("config.invalid", "the options of this plugin do not fit its schema").cause(e)
    })
}
