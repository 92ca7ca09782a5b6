//! The configuration as the API shows it. Knows where each answer is found; no rule of its own.

use crate::app::App;
use crate::given::{self, Given};
use crate::{deploying, looking};
use async_trait::async_trait;
use gyre_api::{Check, EndpointLine, Layer, Site};
use gyre_core::config::Endpoint;
use gyre_core::roles::VmSummary;
use gyre_core::{Error, Result, VmSpec};
use gyre_engine::{Checked, DeployOptions, Endpoints as _};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

#[async_trait]
impl Site for App {
    fn sources(&self) -> Vec<EndpointLine> {
        lines(&self.config.source)
    }

    fn destinations(&self) -> Vec<EndpointLine> {
        lines(&self.config.destination)
    }

    async fn machines(&self, source: &str, name: Option<&str>) -> Result<Vec<VmSummary>> {
        looking::machines(self, source, name).await
    }

    async fn machine(&self, source: &str, id: &str) -> Result<VmSpec> {
        self.plugins.source(source, &self.engine.looking(Map::new())).await?.get_vm(id).await
    }

    async fn environment(&self, destination: &str, layers: &[Layer]) -> Result<Map<String, Value>> {
        self.plugins.environment(destination, &given(layers)?).await
    }

    fn deployment(&self, asked: DeployOptions) -> Result<DeployOptions> {
        deploying::complete(&self.config, asked)
    }

    async fn check(&self, ask: &Check) -> Vec<Checked> {
        let given = match given(&ask.given()) {
            Ok(given) => given,
            Err(error) => return vec![refused("options", error)],
        };
        if ask.vm.is_some() && ask.source.is_none() {
            let error = Error::invalid("api.request", "a machine is checked with its source");
            return vec![refused("source", error)];
        }
        looking::checked(self, ask, &given).await
    }
}

fn refused(what: &str, error: Error) -> Checked {
    Checked { endpoint: what.into(), findings: Vec::new(), error: Some(error) }
}

fn lines(endpoints: &BTreeMap<String, Endpoint>) -> Vec<EndpointLine> {
    let line = |(name, endpoint): (&String, &Endpoint)| EndpointLine {
        name: name.clone(),
        plugin: endpoint.plugin.clone(),
    };
    endpoints.iter().map(line).collect()
}

fn given(layers: &[Layer]) -> Result<Given> {
    let given: Given = layers.iter().map(|layer| (layer.from.clone(), layer.options.clone())).collect();
    given::refuse_login(&given)?;
    Ok(given)
}
