//! pacman. It installs by the lists that the guest has: new lists without an upgrade of everything would
//! break a rolling release.

use gyre_plugin::linux::packages::{INSTALL_MS, Manager, Repository};
use gyre_plugin::osmorphing::*;

/// A configuration with one repository alone.
const CONFIG: &str = "/etc/pacman.d/gyre.conf";

/// The package manager.
pub struct Pacman;

fn pacman(arguments: &[&str]) -> Command {
    Command::new(["pacman", "--noconfirm", "--noprogressbar"])
        .args(arguments.iter().copied())
        .timeout_ms(INSTALL_MS)
}

impl Manager for Pacman {
    fn list(&self) -> Command {
        pacman(&["-Qq"])
    }

    fn remove(&self, names: &[&str]) -> Command {
        pacman(&["-R"]).args(names.iter().copied())
    }

    fn extension(&self) -> &str {
        "pkg.tar.zst"
    }

    fn repository_file(&self) -> Option<&str> {
        Some(CONFIG)
    }

    fn definition(&self, repository: Repository) -> String {
        let level = if repository.is_unsigned { "Optional TrustAll" } else { "Required" };
        let (name, url) = (Repository::NAME, repository.url);
        format!("[options]\nArchitecture = auto\nSigLevel = {level}\n\n[{name}]\nServer = {url}\n")
    }

    fn refresh(&self, only: Option<Repository>) -> Option<Command> {
        only.map(|_| pacman(&["--config", CONFIG, "-Sy"]))
    }

    fn install(&self, only: Option<Repository>, name: &str) -> Command {
        let config: &[&str] = if only.is_some() { &["--config", CONFIG] } else { &[] };
        pacman(config).args(["-S", "--needed", name])
    }

    fn install_files(&self, paths: &[String]) -> Command {
        pacman(&["-U", "--needed"]).args(paths.iter().map(String::as_str))
    }

    fn hyper_v(&self) -> &[&str] {
        &["hyperv"]
    }
}
