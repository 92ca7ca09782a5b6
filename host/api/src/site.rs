//! What the server needs of the program around it, as a trait: the configuration's endpoints and what their plugins
//! say. Whoever assembles the program implements it.

use crate::wire::{Check, EndpointLine, Layer};
use async_trait::async_trait;
use gyre_core::roles::VmSummary;
use gyre_core::{Result, VmSpec};
use gyre_engine::{Checked, DeployOptions};
use serde_json::{Map, Value};

/// The configuration, as far as the API shows it.
#[async_trait]
pub trait Site: Send + Sync {
    /// Sources, by name.
    fn sources(&self) -> Vec<EndpointLine>;

    /// Destinations, by name.
    fn destinations(&self) -> Vec<EndpointLine>;

    /// The machines of a source.
    ///
    /// # Errors
    /// `config.unknown-endpoint`, and what the source says.
    async fn machines(&self, source: &str, name: Option<&str>) -> Result<Vec<VmSummary>>;

    /// One machine of a source.
    ///
    /// # Errors
    /// As [`Site::machines`].
    async fn machine(&self, source: &str, id: &str) -> Result<VmSpec>;

    /// The options of one machine for a destination, put together from all layers.
    ///
    /// # Errors
    /// `options.login`, `config.unknown-endpoint`, `config.option`.
    async fn environment(&self, destination: &str, layers: &[Layer]) -> Result<Map<String, Value>>;

    /// How a machine is deployed of which this was asked: over what is configured for all.
    ///
    /// # Errors
    /// `script.*`, `secret.unknown`, `secret.many`.
    fn deployment(&self, asked: DeployOptions) -> Result<DeployOptions>;

    /// Asks endpoints whether a job could work.
    async fn check(&self, ask: &Check) -> Vec<Checked>;
}
