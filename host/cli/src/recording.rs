//! `--record FILE`: whether this process records what passes between plugins and host, decided once for every command.
//! Refuses to know what is recorded.

use crate::args::Cli;
use crate::screen::Screen;
use crate::show::clean;
use gyre_core::{Error, Result};
use gyre_grants::{Recorder, Summary};
use std::sync::{Arc, OnceLock};

static RECORDER: OnceLock<Arc<Recorder>> = OnceLock::new();

/// Begins the recording that was asked for.
///
/// # Errors
/// `recording.write`, also where the plugins run somewhere else.
pub fn begin(cli: &Cli) -> Result<()> {
    let Some(file) = &cli.record else { return Ok(()) };
    if cli.server.is_some() {
        let what = "plugins run at the server, where this command cannot record them";
        return Err(Error::invalid("recording.write", what).cause("start it as `gyre serve --record FILE`"));
    }
    let recorder = Recorder::create(file)?;
    // One command, one recording: it is empty until now.
    let _ = RECORDER.set(recorder);
    Ok(())
}

/// The recorder of this process, if it records.
pub fn of_process() -> Option<Arc<Recorder>> {
    RECORDER.get().cloned()
}

/// Says what was recorded.
pub fn tell(cli: &Cli, screen: &Screen) {
    let (Some(file), Some(recorder)) = (&cli.record, RECORDER.get()) else { return };
    let Summary { instances, calls, cut } = recorder.summary();
    let cut = cut.map(|why| format!("; not everything: {why}")).unwrap_or_default();
    screen.line(&clean(&format!(
        "recorded {calls} calls of {instances} plugin instances in {}{cut}",
        file.display()
    )));
}
