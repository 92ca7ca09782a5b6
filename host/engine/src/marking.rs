//! The two verbs that every endpoint has for what steps made there, whether it is a source or a destination: a list that
//! ends, and a removal with the pauses of any step. Refuses to know whose anything is.

use crate::Engine;
use gyre_core::roles::{Destination, Marked, MarkedPage, Outcome, Source, StepCall};
use gyre_core::{Backoff, Error, Result};
use serde::Serialize;
use serde_json::Map;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Pages of one endpoint's list.
const PAGES_MAX: usize = 1000;

/// An endpoint of the configuration, where something may be left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Place {
    /// Where machines come from: their snapshots.
    Source(String),
    /// Where they go: everything else.
    Destination(String),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::Source(name) => write!(f, "source {name}"),
            Place::Destination(name) => write!(f, "destination {name}"),
        }
    }
}

/// An opened endpoint.
pub(crate) enum Marking {
    Source(Arc<dyn Source>),
    Destination(Arc<dyn Destination>),
}

impl Marking {
    /// # Errors
    /// `config.unknown-endpoint`, and those of opening the plugin.
    pub async fn open(engine: &Engine, place: &Place, cancel: &CancellationToken) -> Result<Self> {
        let context = crate::JobContext { cancel: cancel.clone(), ..engine.looking(Map::new()) };
        let endpoints = &engine.shared.endpoints;
        Ok(match place {
            Place::Source(name) => Self::Source(endpoints.source(name, &context).await?),
            Place::Destination(name) => Self::Destination(endpoints.destination(name, &context).await?),
        })
    }

    async fn page(&self, after: Option<&str>) -> Result<MarkedPage> {
        match self {
            Self::Source(role) => role.list_marked(after).await,
            Self::Destination(role) => role.list_marked(after).await,
        }
    }

    async fn remove_once(&self, call: &StepCall, marked: &Marked) -> Result<Outcome> {
        match self {
            Self::Source(role) => role.remove_marked(call, &marked.kind, &marked.id).await,
            Self::Destination(role) => role.remove_marked(call, &marked.kind, &marked.id).await,
        }
    }

    /// Everything that carries a mark, in the order of removal.
    ///
    /// # Errors
    /// Those of the plugin; `source.endless`, `destination.endless`.
    pub async fn all(&self) -> Result<Vec<Marked>> {
        let (mut marked, mut after) = (Vec::new(), None::<String>);
        for _ in 0..PAGES_MAX {
            let page = self.page(after.as_deref()).await?;
            marked.extend(page.marked);
            match page.next {
                Some(next) => after = Some(next),
                None => return Ok(marked),
            }
        }
        let what = format!("the list of what is marked there does not end after {PAGES_MAX} pages");
        Err(match self {
            Self::Source(_) => Error::other("source.endless", what),
            Self::Destination(_) => Error::other("destination.endless", what),
        })
    }

    /// Done when it is gone; with the pauses and repetitions that a step of a job gets, too.
    pub async fn remove(&self, marked: &Marked, retry: &Backoff) -> Result<()> {
        let mut call = StepCall { token: marked.token.clone(), resume: None };
        let mut failures = 0;
        loop {
            let pause = match self.remove_once(&call, marked).await {
                Ok(Outcome::Done(_)) => return Ok(()),
                Ok(Outcome::Wait { state, after_ms }) => {
                    (call.resume, failures) = (Some(state), 0);
                    Duration::from_millis(after_ms.into())
                }
                Err(error) => {
                    failures += 1;
                    retry.pause(&error, failures).ok_or(error)?
                }
            };
            tokio::time::sleep_until(Instant::now() + pause).await;
        }
    }
}
