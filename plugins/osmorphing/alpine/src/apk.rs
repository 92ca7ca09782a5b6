//! apk.

use gyre_plugin::linux::packages::{INSTALL_MS, Manager, Repository};
use gyre_plugin::osmorphing::*;

/// The package manager.
pub struct Apk;

fn apk(arguments: &[&str]) -> Command {
    Command::new(["apk", "--no-progress", "--wait", "60"])
        .args(arguments.iter().copied())
        .timeout_ms(INSTALL_MS)
}

impl Manager for Apk {
    fn list(&self) -> Command {
        apk(&["info"])
    }

    fn remove(&self, names: &[&str]) -> Command {
        apk(&["--no-network", "del"]).args(names.iter().copied())
    }

    fn extension(&self) -> &str {
        "apk"
    }

    /// It takes the repository as an argument.
    fn repository_file(&self) -> Option<&str> {
        None
    }

    fn refresh(&self, _only: Option<Repository>) -> Option<Command> {
        None
    }

    fn install(&self, only: Option<Repository>, name: &str) -> Command {
        let Some(repository) = only else { return apk(&["--update-cache", "add", name]) };
        let trust: &[&str] = if repository.is_unsigned { &["--allow-untrusted"] } else { &[] };
        apk(&["--update-cache", "--repositories-file", "/dev/null", "--repository", repository.url])
            .args(trust.iter().copied())
            .args(["add", name])
    }

    /// The files are the operator's own, and often not signed.
    fn install_files(&self, paths: &[String]) -> Command {
        apk(&["--no-network", "--allow-untrusted", "add"]).args(paths.iter().map(String::as_str))
    }

    fn hyper_v(&self) -> &[&str] {
        &["hvtools"]
    }
}
