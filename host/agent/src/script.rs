//! Programs of the operator's, run on the worker itself and not in the guest. They are trusted with the
//! worker, but not to end: each gets a process namespace of its own (on Windows a job), with which the kernel ends
//! everything that it started. Knows no phase and no guest.

#[cfg(unix)]
mod linux;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
use linux as platform;
#[cfg(windows)]
use windows as platform;

use crate::attend::{Ended, attend};
use crate::program::Stop;
use gyre_core::error::Context as _;
use gyre_core::limits::{SCRIPT_BYTES_MAX, SCRIPT_RUN_MS};
use gyre_core::protocol::{Script, ScriptEnd};
use gyre_core::{Error, Result};
#[cfg(unix)]
pub use platform::inner;
pub use platform::outer;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// First argument of the helper that makes the namespace.
pub const OUTER: &str = "run-script";
/// First argument of process 1.
#[cfg(unix)]
pub const INNER: &str = "run-script-inner";
/// Where a script finds the mounted root, besides its first argument.
const ROOT_VARIABLE: &str = "GYRE_ROOT";
/// The end of its output that is kept.
const OUTPUT_CHARS_MAX: usize = 64 * 1024;

/// Runs `script`, to its end, its time-out, or until `stop`. `root` is where the guest's system is mounted.
/// Its file lies below `base`, in a place of its own that is gone afterwards. Blocking.
///
/// # Errors
/// `script.size`, `script.run`, `script.timeout`, `script.stopped`.
pub fn run(base: &Path, root: Option<&Path>, script: &Script, stop: &Stop) -> Result<ScriptEnd> {
    if script.body.0.is_empty() || script.body.0.len() > SCRIPT_BYTES_MAX {
        let why = format!("a script must have between 1 and {SCRIPT_BYTES_MAX} bytes");
        return Err(Error::invalid("script.size", why));
    }
    let what = || format!("cannot run the {} script on this worker", script.name);
    let place = platform::Place::make(base).or_other("script.run", what)?;
    let file = place.put(&script.body.0).or_other("script.run", what)?;
    let limit = script.timeout_ms.min(SCRIPT_RUN_MS);
    let deadline = Instant::now() + Duration::from_millis(limit.into());
    let mut command = platform::helper().or_other("script.run", what)?;
    command.arg(OUTER).arg(file).arg(root.unwrap_or(Path::new("")));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().or_other("script.run", what)?;
    let id = child.id();
    let attended = attend(child, Vec::new(), deadline, || stop.asked());
    platform::ended(id);
    let (ended, output, complaint) = attended?;
    let output = end_of(&output);
    match ended {
        Ended::Itself(_) if !complaint.is_empty() => {
            Err(Error::other("script.run", what()).cause(end_of(&complaint)))
        }
        Ended::Itself(status) => Ok(ScriptEnd { status: platform::status_number(status), output }),
        Ended::Late => {
            let why =
                format!("the {} script did not end within {} s, and was killed", script.name, limit / 1000);
            Err(Error::other("script.timeout", why).cause(output))
        }
        Ended::Stopped => {
            let why = format!("the {} script was ended, because the agent was asked to stop", script.name);
            Err(Error::conflict("script.stopped", why))
        }
    }
}

fn end_of(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let skip = text.chars().count().saturating_sub(OUTPUT_CHARS_MAX);
    text.chars().skip(skip).collect()
}
