//! What an agent is asked beside its disks, wherever it runs: systems, mounts, programs of the operator, its end.
//! Knows no worker and no connection.

use crate::limits::{MOUNT_TIMEOUT_S, RUN_SLACK_S};
use crate::link::{Ask, Link};
use crate::remote::{RemoteRoot, parse, post};
use gyre_core::Result;
use gyre_core::protocol::{Hello, Root, Script, ScriptEnd, Secret, System, Unlock};
use hyper::Method;
use std::sync::Arc;
use std::time::Duration;

/// One agent.
pub(crate) struct Control(pub(crate) Arc<Link>);

impl Control {
    pub(crate) async fn hello(&self) -> Result<Hello> {
        parse(&self.0.ask(Ask::new(Method::GET, "/v1/hello")).await?)
    }

    pub(crate) async fn systems(&self) -> Result<Vec<System>> {
        let ask =
            Ask { timeout: Duration::from_secs(MOUNT_TIMEOUT_S), ..Ask::new(Method::GET, "/v1/systems") };
        parse(&self.0.ask(ask).await?)
    }

    pub(crate) async fn unlock(&self, secrets: Vec<Secret>) -> Result<()> {
        self.0.ask(post("/v1/unlock", &Unlock { secrets })?).await.map(drop)
    }

    pub(crate) async fn run_script(&self, script: &Script) -> Result<ScriptEnd> {
        let mut ask = post("/v1/script", script)?;
        ask.repeatable = false;
        ask.timeout = Duration::from_millis(script.timeout_ms.into()) + Duration::from_secs(RUN_SLACK_S);
        parse(&self.0.ask(ask).await?)
    }

    pub(crate) async fn mount(&self, system: &System) -> Result<(Arc<dyn Root>, Vec<String>)> {
        // Repeated after a lost answer it is mounted already: taken apart first, it is as new.
        self.unmount().await?;
        let mut ask = post("/v1/mount", system)?;
        ask.repeatable = false;
        ask.timeout = Duration::from_secs(MOUNT_TIMEOUT_S);
        let notes = parse(&self.0.ask(ask).await?)?;
        Ok((Arc::new(RemoteRoot { link: self.0.clone() }), notes))
    }

    pub(crate) async fn unmount(&self) -> Result<()> {
        self.0.ask(Ask::new(Method::POST, "/v1/unmount")).await.map(drop)
    }

    /// It unmounts, answers, and ends.
    pub(crate) async fn stop(&self) -> Result<()> {
        self.0.ask(Ask { repeatable: false, ..Ask::new(Method::POST, "/v1/stop") }).await.map(drop)
    }
}
