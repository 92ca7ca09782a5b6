//! Recordings, played to a plugin of this host: which of a recording's instances are its own, and how it is loaded. Knows
//! no call; comparing is the sandbox's.

use crate::host::Host;
use gyre_core::{Error, Result};
use gyre_sandbox::recording::{Played, Recording};
use gyre_sandbox::replay::{Replayed, Replaying, replay};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// A replay, and what was replayed.
#[derive(Clone, Debug)]
pub struct Rerun {
    /// What came of it.
    pub replayed: Replayed,
    /// SHA-256 of the component that was replayed, hex.
    pub sha256: String,
    /// Those of the components that were recorded.
    pub recorded: BTreeSet<String>,
}

impl Host {
    /// Replays what was recorded of the plugin `recorded` to the plugin `name` of the configuration.
    ///
    /// # Errors
    /// `recording.plugin`, `recording.damaged`; those of loading a plugin; `job.cancelled`.
    pub async fn replay(
        &self,
        name: &str,
        recording: &Recording,
        recorded: &str,
        how: Replaying,
        cancel: &CancellationToken,
    ) -> Result<Rerun> {
        let (plugin, limits) = self.to_replay(name)?;
        let own = |played: &&Arc<Played>| played.plugin == recorded && played.world == plugin.role().name();
        let played: Vec<_> = recording.played.iter().filter(own).cloned().collect();
        if played.is_empty() {
            let what = format!("the recording holds no {} plugin {recorded}", plugin.role());
            return Err(Error::not_found("recording.plugin", what).cause(holds(recording)));
        }
        let replayed = replay(&plugin, &limits, recording, &played, how, cancel).await?;
        let recorded = played.iter().map(|played| played.sha256.clone()).collect();
        Ok(Rerun { replayed, sha256: plugin.digest().to_owned(), recorded })
    }
}

/// Which plugins a recording holds, for a person.
fn holds(recording: &Recording) -> String {
    let plugins = recording.played.iter().map(|played| format!("{} ({})", played.plugin, played.world));
    let plugins: Vec<_> = plugins.collect::<BTreeSet<_>>().into_iter().collect();
    format!("it holds: {}", if plugins.is_empty() { "none".to_owned() } else { plugins.join(", ") })
}
