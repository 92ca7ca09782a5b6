//! zypper. It never asks, and asks repositories for their lists once, for a limited time.

use gyre_plugin::linux::packages::{INSTALL_MS, Manager, Repository};
use gyre_plugin::osmorphing::*;

/// The longest that repositories may take for their lists. A system without a subscription has none that
/// answer.
const REFRESH_MS: u32 = 300_000;

/// Definitions of repositories are read from there, and there are none. `--disable-repositories` would keep zypper from the
/// files that it is given, too: it takes them as a repository of their own.
const NO_REPOSITORIES: &str = "/var/lib/gyre-no-repositories";

/// The package manager.
pub struct Zypper;

fn zypper(options: &[&str]) -> Command {
    Command::new(["zypper", "--non-interactive", "--quiet"])
        .args(options.iter().copied())
        .timeout_ms(INSTALL_MS)
}

impl Manager for Zypper {
    fn repository_file(&self) -> Option<&str> {
        Some("/etc/zypp/repos.d/gyre.repo")
    }

    fn refresh(&self, only: Option<Repository>) -> Option<Command> {
        Some(zypper(&["refresh"]).args(only.map(|_| Repository::NAME)).timeout_ms(REFRESH_MS))
    }

    fn install(&self, only: Option<Repository>, name: &str) -> Command {
        let install = zypper(&["--no-refresh", "install", "--no-recommends", "--auto-agree-with-licenses"]);
        let install = match only {
            Some(_) => install.args(["--repo", Repository::NAME]),
            None => install,
        };
        install.arg(name)
    }

    /// The files are the operator's own, and often not signed.
    fn install_files(&self, paths: &[String]) -> Command {
        let options = ["--no-refresh", "--no-gpg-checks", "--reposd-dir", NO_REPOSITORIES, "install"];
        zypper(&options)
            .args(["--no-recommends", "--auto-agree-with-licenses"])
            .args(paths.iter().map(String::as_str))
    }

    fn hyper_v(&self) -> &[&str] {
        &["hyper-v"]
    }
}
