//! The components that jobs began with: kept until no job needs them, so that a job goes on with the same ones
//! whatever becomes of their files. Refuses to know where they are kept.

use crate::engine::{Engine, is_backward};
use crate::params::Params;
use gyre_core::{Error, Result};
use gyre_saga::JobRecord;
use std::collections::{BTreeMap, BTreeSet};

impl Engine {
    /// The components of a new job, by name, kept from now on.
    ///
    /// # Errors
    /// Whatever loading them says; `plugin.keep`, `plugin.replaced`.
    pub(crate) async fn pin(&self, params: &Params) -> Result<BTreeMap<String, String>> {
        self.release_components().await;
        let plugins = self.shared.endpoints.digests(&params.source, &params.destination).await?;
        self.shared.endpoints.keep(&plugins).await?;
        Ok(plugins)
    }

    /// The components that a job goes on with: those it began with, for the states of its steps are their own
    /// words, and another version may not understand them. An undo makes do with today's where they are gone.
    ///
    /// # Errors
    /// `job.upgraded`, `config.unknown-endpoint`, `plugin.keep`.
    pub(crate) async fn pinned(&self, job: &JobRecord, params: &Params) -> Result<BTreeMap<String, String>> {
        let endpoints = &self.shared.endpoints;
        let gone = endpoints.gone(&params.source, &params.destination, &job.plugins).await;
        if is_backward(job) {
            let gone = gone.unwrap_or_else(|_| job.plugins.keys().cloned().collect());
            let left = job.plugins.iter().filter(|(name, _)| !gone.contains(*name));
            return Ok(left.map(|(name, digest)| (name.clone(), digest.clone())).collect());
        }
        let gone = gone?;
        if !gone.is_empty() {
            return Err(upgraded(job, &gone));
        }
        endpoints.keep(&job.plugins).await?;
        Ok(job.plugins.clone())
    }

    /// What no job needs any more goes. That it stays for a while is no reason to fail a job.
    pub(crate) async fn release_components(&self) {
        let released = async { self.shared.endpoints.release(&self.shared.store.pinned().await?).await };
        if let Err(error) = released.await {
            tracing::warn!(%error, "components that no job needs could not be removed");
        }
    }
}

/// A job that cannot go on with the plugins it began with.
fn upgraded(job: &JobRecord, gone: &BTreeSet<String>) -> Error {
    let what = format!("job {} was begun with other plugins, which were not kept", job.id);
    let was = job.plugins.iter().filter(|(name, _)| gone.contains(*name));
    let error = was.fold(Error::conflict("job.upgraded", what), |error, (name, digest)| {
        error.cause(format!("{name} was {}", digest.get(..12).unwrap_or(digest)))
    });
    error.cause(format!("bring them back, or remove what it made with: gyre job undo {}", job.id))
}
