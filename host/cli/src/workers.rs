//! TEMP until gyre-worker lands.
use crate::endpoints::Plugins;
use crate::vault::Vault;
use async_trait::async_trait;
use gyre_core::config::Config;
use gyre_core::roles::Worker;
use gyre_core::{Error, Result};
use gyre_engine::{WorkerSession, Workers};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

pub struct AgentWorkers;

impl AgentWorkers {
    pub fn new(_: Arc<Config>, _: Arc<Vault>, _: Arc<Plugins>) -> Self {
        Self
    }
}

#[async_trait]
impl Workers for AgentWorkers {
    async fn open(&self, _: &Worker, _: &str, _: &CancellationToken) -> Result<Box<dyn WorkerSession>> {
        Err(Error::other("worker.none", "not yet"))
    }
}
