//! zypper. It never asks, and asks repositories for their lists once, for a limited time.

use gyre_plugin::linux::rpm::{INSTALL_MS, Manager};
use gyre_plugin::osmorphing::*;

/// The longest that repositories may take for their lists. A system without a subscription has none that
/// answer.
const REFRESH_MS: u32 = 300_000;

/// The package manager.
pub struct Zypper;

fn zypper(options: &[&str]) -> Command {
    Command::new(["zypper", "--non-interactive", "--quiet"])
        .args(options.iter().copied())
        .env("LC_ALL", "C")
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .timeout_ms(INSTALL_MS)
}

impl Manager for Zypper {
    fn repository_file(&self) -> &str {
        "/etc/zypp/repos.d/gyre.repo"
    }

    fn refresh(&self, only: Option<&str>) -> Option<Command> {
        Some(zypper(&["refresh"]).args(only).timeout_ms(REFRESH_MS))
    }

    fn install(&self, only: Option<&str>, names: &[&str]) -> Command {
        let install = zypper(&["--no-refresh", "install", "--no-recommends", "--auto-agree-with-licenses"]);
        let install = match only {
            Some(repository) => install.args(["--repo", repository]),
            None => install,
        };
        install.args(names.iter().copied())
    }

    /// The files are the operator's own, and often not signed.
    fn install_files(&self, paths: &[String]) -> Command {
        let options = ["--no-refresh", "--no-gpg-checks", "--disable-repositories", "install"];
        zypper(&options)
            .args(["--no-recommends", "--auto-agree-with-licenses"])
            .args(paths.iter().map(String::as_str))
    }

    fn hyper_v(&self) -> &[&str] {
        &["hyper-v"]
    }
}
