//! The worker's own programs that a storage stack needs: run with a deadline, and named with their
//! package when they are missing. Knows no stack.

use crate::attend::{Ended, attend};
use crate::run::PATH;
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The end of what a program complained of that goes into an error.
const COMPLAINT_CHARS_MAX: usize = 1000;

/// One program of the worker.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// Its name.
    pub name: &'static str,
    /// Debian's package with it; most others call it the same.
    pub package: &'static str,
    /// What the guest has that needs it: `software RAID`.
    pub need: &'static str,
    /// Code of its errors.
    pub code: &'static str,
    /// The longest that one run may take.
    pub limit: Duration,
}

/// Where programs and their mappings are.
#[derive(Clone, Debug)]
pub struct Tools {
    /// As `PATH` of the environment.
    pub path: String,
    /// Where device-mapper's names appear.
    pub mapper: PathBuf,
}

impl Default for Tools {
    fn default() -> Self {
        Self { path: PATH.into(), mapper: "/dev/mapper".into() }
    }
}

/// How a program ended.
#[derive(Debug)]
pub struct Said {
    /// Its exit status; none: a signal ended it.
    pub status: Option<i32>,
    /// The end of what it said, on both outputs.
    pub words: String,
}

impl Tools {
    /// Whether the program is there.
    pub fn have(&self, tool: &Tool) -> bool {
        self.path.split(':').any(|dir| Path::new(dir).join(tool.name).is_file())
    }

    /// Runs a program; its status is the caller's to judge. Nobody may stop it halfway: its limit alone does.
    ///
    /// # Errors
    /// `system.tool` when it is not there, the tool's own code when it does not end.
    pub fn run(&self, tool: &Tool, arguments: &[&str], stdin: &[u8]) -> Result<Said> {
        use std::os::unix::process::CommandExt as _;
        if !self.have(tool) {
            return Err(missing(tool));
        }
        let mut command = Command::new(tool.name);
        command.env_clear().env("PATH", &self.path).env("LC_ALL", "C").args(arguments).process_group(0);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child =
            command.spawn().or_other(tool.code, || format!("cannot start {} on this worker", tool.name))?;
        let (ended, mut words, complaint) =
            attend(child, stdin.to_vec(), Instant::now() + tool.limit, || false)?;
        words.extend(complaint);
        match ended {
            Ended::Itself(status) => Ok(Said { status: status.code(), words: end_of(&words) }),
            Ended::Late | Ended::Stopped => {
                let why =
                    format!("{} did not end within {} s, and was killed", tool.name, tool.limit.as_secs());
                Err(Error::other(tool.code, why).cause(end_of(&words)))
            }
        }
    }

    /// Runs a program that has to succeed.
    ///
    /// # Errors
    /// As [`Tools::run`]; the tool's own code when it fails.
    pub fn must(&self, tool: &Tool, arguments: &[&str]) -> Result<()> {
        let said = self.run(tool, arguments, b"")?;
        if said.status == Some(0) {
            return Ok(());
        }
        let what = arguments.first().copied().unwrap_or_default();
        Err(Error::other(tool.code, format!("{} {what} failed on this worker", tool.name)).cause(said.words))
    }
}

fn missing(tool: &Tool) -> Error {
    let why = format!("this worker has no {}, which the guest's {} needs", tool.name, tool.need);
    let remedy = format!("use a worker image with the package {}, or install it by cloud-init", tool.package);
    Error::invalid("system.tool", why).cause(remedy)
}

fn end_of(words: &[u8]) -> String {
    let text = String::from_utf8_lossy(words);
    let text = text.trim();
    let skip = text.chars().count().saturating_sub(COMPLAINT_CHARS_MAX);
    let plain = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().skip(skip).map(plain).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SLOW: Tool = Tool {
        name: "sleep",
        package: "coreutils",
        need: "patience",
        code: "system.raid",
        limit: Duration::from_millis(300),
    };

    #[test]
    fn a_missing_program_is_named_with_its_package() {
        let tools = Tools { path: "/nowhere".into(), ..Tools::default() };
        let error = tools.run(&SLOW, &[], b"").unwrap_err();
        assert_eq!(error.code, "system.tool");
        assert!(
            error.to_string().contains("has no sleep") && error.to_string().contains("package coreutils")
        );
    }

    #[test]
    fn a_program_that_does_not_end_is_killed() {
        let error = Tools::default().run(&SLOW, &["60"], b"").unwrap_err();
        assert_eq!(error.code, "system.raid");
        assert!(error.message.contains("did not end"));
        let error = Tools::default().must(&SLOW, &["no-number"]).unwrap_err();
        assert!(error.to_string().contains("no-number"), "{error}");
    }
}
