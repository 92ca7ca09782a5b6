//! yum and dnf. Neither loads plugins: that of the subscription manager asks a server that a migrated
//! guest may not reach. Repositories that do not answer are skipped, each after a short time.

use gyre_plugin::linux::packages::{INSTALL_MS, Manager, Repository};
use gyre_plugin::osmorphing::*;

/// Options of both. Times are seconds.
const COMMON: &[&str] = &["-y", "--setopt=timeout=30", "--setopt=retries=2"];
/// Not quiet: it would not say that a repository does not answer, only that a package is not found.
const DNF: &[&str] =
    &["--setopt=plugins=False", "--setopt=skip_if_unavailable=True", "--setopt=install_weak_deps=False"];
const YUM: &[&str] = &["-q", "--noplugins", "--setopt=*.skip_if_unavailable=1"];

/// The one that the guest has.
pub struct Yum {
    is_dnf: bool,
}

impl Yum {
    /// dnf where it is there: yum is then only another name for it.
    ///
    /// # Errors
    /// What the host met.
    pub fn find(root: &Root) -> Result<Self> {
        Ok(Self { is_dnf: root.find_program("dnf")?.is_some() })
    }

    fn command(&self, more: &[&str]) -> Command {
        let (program, options) = if self.is_dnf { ("dnf", DNF) } else { ("yum", YUM) };
        Command::new([program]).args(COMMON.iter().chain(options).chain(more).copied()).timeout_ms(INSTALL_MS)
    }
}

impl Manager for Yum {
    fn repository_file(&self) -> Option<&str> {
        Some(Repository::YUM_FILE)
    }

    fn refresh(&self, _only: Option<Repository>) -> Option<Command> {
        None
    }

    fn install(&self, only: Option<Repository>, name: &str) -> Command {
        self.command(&[]).args(Repository::yum_options(only)).args(["install", name])
    }

    fn install_files(&self, paths: &[String]) -> Command {
        self.command(&["--disablerepo=*", "install"]).args(paths.iter().map(String::as_str))
    }

    fn hyper_v(&self) -> &[&str] {
        &["hyperv-daemons"]
    }
}
