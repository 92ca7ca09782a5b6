//! `gyre:host/log`: a guest's lines in the host's log, with its name on each; so many per call and no more, those that
//! the host writes of what it refused among them. The last are kept for the error that may follow.

use crate::lent::Lent;
use gyre_core::Error;
use gyre_core::text::steers;
use gyre_sandbox::Broken;
use gyre_sandbox::bindings::log::{self, Level};
use std::collections::VecDeque;

/// Lines kept for errors.
const LINES_KEPT: usize = 16;
/// One line with its fields.
const LINE_BYTES_MAX: usize = 4096;
/// Fields of one line.
const FIELDS_MAX: usize = 32;

/// What a session logged.
pub(crate) struct Lines {
    plugin: String,
    job: String,
    call: String,
    limit: u32,
    written: u32,
    last: VecDeque<String>,
}

impl Lines {
    pub(crate) fn new(plugin: &str, job: &str, limit: u32) -> Self {
        let (plugin, job) = (plugin.to_owned(), job.to_owned());
        Self { plugin, job, call: String::new(), limit, written: 0, last: VecDeque::new() }
    }

    pub(crate) fn begin(&mut self, call: &str) {
        self.written = 0;
        call.clone_into(&mut self.call);
    }

    pub(crate) fn last(&self) -> Vec<String> {
        self.last.iter().cloned().collect()
    }

    /// One line more of this call.
    pub(crate) fn count(&mut self) -> wasmtime::Result<()> {
        self.written = self.written.saturating_add(1);
        if self.written > self.limit {
            let what =
                format!("it wrote more log lines in one call than its limit `log-lines` of {}", self.limit);
            return Err(Broken::new("sandbox.log-flood", what).of("log-lines").into());
        }
        Ok(())
    }

    /// A line of the host's own on what it refused: a guest that asks without end is a flood, too.
    pub(crate) fn refused(&mut self, error: &Error) -> wasmtime::Result<()> {
        self.count()?;
        let (plugin, job, call, code) = (&self.plugin, &self.job, &self.call, &error.code);
        let line = line(&error.message, &[]);
        tracing::warn!(target: "gyre::plugin", %plugin, %job, %call, %code, "refused: {line}");
        Ok(())
    }

    /// The line as it was written.
    fn write(&mut self, level: Level, message: &str, fields: &[(String, String)]) -> wasmtime::Result<&str> {
        self.count()?;
        let line = line(message, fields);
        let (plugin, job, call) = (&self.plugin, &self.job, &self.call);
        match level {
            Level::Trace => tracing::trace!(target: "gyre::plugin", %plugin, %job, %call, "{line}"),
            Level::Debug => tracing::debug!(target: "gyre::plugin", %plugin, %job, %call, "{line}"),
            Level::Info => tracing::info!(target: "gyre::plugin", %plugin, %job, %call, "{line}"),
            Level::Warn => tracing::warn!(target: "gyre::plugin", %plugin, %job, %call, "{line}"),
            Level::Error => tracing::error!(target: "gyre::plugin", %plugin, %job, %call, "{line}"),
        }
        if self.last.len() == LINES_KEPT {
            self.last.pop_front();
        }
        self.last.push_back(line);
        Ok(self.last.back().map(String::as_str).unwrap_or_default())
    }
}

const fn name(level: Level) -> &'static str {
    match level {
        Level::Trace => "trace",
        Level::Debug => "debug",
        Level::Info => "info",
        Level::Warn => "warn",
        Level::Error => "error",
    }
}

/// `message key=value`, on one line, without what would steer a terminal.
fn line(message: &str, fields: &[(String, String)]) -> String {
    let mut line = String::new();
    let parts =
        fields.iter().take(FIELDS_MAX).flat_map(|(key, value)| [" ", key.as_str(), "=", value.as_str()]);
    let text = std::iter::once(message).chain(parts).flat_map(str::chars);
    for c in text.map(|c| if steers(c) { ' ' } else { c }) {
        if line.len() + c.len_utf8() > LINE_BYTES_MAX {
            line.push('…');
            break;
        }
        line.push(c);
    }
    line
}

impl log::Host for Lent {
    async fn write(
        &mut self,
        level: Level,
        message: String,
        fields: Vec<(String, String)>,
    ) -> wasmtime::Result<()> {
        let veil = self.purpose.veil();
        let fields: Vec<_> =
            fields.iter().take(FIELDS_MAX).map(|(key, value)| (veil.over(key), veil.over(value))).collect();
        let line = self.lines.write(level, &veil.over(&message), &fields)?;
        self.purpose.job.progress.log(&self.purpose.plugin, name(level), line);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_and_bounded() {
        let fields = [("disk".to_owned(), "0\n\u{1b}[2J".to_owned())];
        assert_eq!(line("read", &fields), "read disk=0  [2J");
        assert!(line(&"é".repeat(10_000), &[]).len() <= LINE_BYTES_MAX + 3);
    }

    #[test]
    fn a_flood_is_stopped_and_each_call_counts_anew() {
        let mut lines = Lines::new("p", "j", 2);
        for _ in 0..2 {
            lines.begin("call");
            lines.write(Level::Info, "a", &[]).unwrap();
            lines.write(Level::Info, "b", &[]).unwrap();
            let error = lines.write(Level::Info, "c", &[]).unwrap_err();
            assert_eq!(error.downcast_ref::<Broken>().unwrap().code, "sandbox.log-flood");
        }
        assert_eq!(lines.last(), ["a", "b", "a", "b"]);
    }
}
