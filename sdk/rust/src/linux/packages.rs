//! Packages: what must go, what must come. They come from the guest's repositories when these answer,
//! else from a directory of packages in the guest or on gyre's host, else not at all: a guest boots without them. Knows
//! what the package managers have in common; each family brings its own [`Manager`].

use super::cloud_init::CloudInit;
use super::{Hypervisor, PATH, files, package_files, tools};
use crate::osmorphing::*;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The longest that looking and removing may take.
const LOCAL_MS: u32 = 600_000;
/// The longest that repositories may take to answer and to send a package, on an emulated worker.
pub const INSTALL_MS: u32 = 900_000;
/// The environment of Berkeley DB that another kernel's rpm left; rpm makes it again.
const DATABASE_ENVIRONMENT: &str = "/var/lib/rpm";

/// Options of the morphing of a family.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Options {
    /// URL of a repository that is used instead of the guest's own: `http://mirror.example/el9`. The
    /// guest keeps its own.
    pub repository: Option<String>,
    /// Take packages of `repository` without a signature.
    pub repository_unsigned: bool,
    /// A directory in the guest with packages as files, for guests whose repositories do not answer.
    pub package_directory: Option<String>,
    /// A directory on gyre's host with packages as files, and what they need, for guests whose repositories do not answer;
    /// `grant.disk` must name it. What is below it in `ID-VERSION`, `ID-MAJOR` or `ID` of the guest's os-release
    /// (`rocky-9.4`, `rocky-9`, `rocky`) goes before. All that it holds is installed.
    pub host_packages: Option<String>,
    /// Packages to install. A guest that cannot get them is converted without them, with a warning.
    pub packages: Vec<String>,
    /// Packages to remove; those of the destination's own hypervisor stay.
    pub remove: Vec<String>,
    /// Install QEMU's guest agent. The cloud reaches it only when the server's image or boot volume has the
    /// property `hw_qemu_guest_agent = "yes"`.
    pub guest_agent: bool,
    /// Kernel messages and a login on the serial console, where the cloud can show them.
    pub serial_console: bool,
    /// How cloud-init is set up, when it is installed.
    pub cloud_init: CloudInit,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            repository: None,
            repository_unsigned: false,
            package_directory: None,
            host_packages: None,
            packages: vec!["cloud-init".into()],
            remove: tools::packages(),
            guest_agent: false,
            serial_console: true,
            cloud_init: CloudInit::default(),
        }
    }
}

/// The repository of the options.
#[derive(Clone, Copy, Debug)]
pub struct Repository<'a> {
    /// Where it is.
    pub url: &'a str,
    /// Whether its packages are taken without a signature.
    pub is_unsigned: bool,
}

impl Repository<'_> {
    /// What it is called where it needs a name.
    pub const NAME: &'static str = "gyre";

    /// Where yum, dnf and tdnf look for its definition.
    pub const YUM_FILE: &'static str = "/etc/yum.repos.d/gyre.repo";

    /// Options of yum, dnf and tdnf that leave this one alone.
    pub fn yum_options(only: Option<Self>) -> Vec<String> {
        match only {
            Some(_) => vec!["--disablerepo=*".into(), format!("--enablerepo={}", Self::NAME)],
            None => Vec::new(),
        }
    }

    /// As yum, dnf, tdnf and zypper read it.
    pub fn definition(&self) -> String {
        let (name, url, check) = (Self::NAME, self.url, u8::from(!self.is_unsigned));
        format!(
            "[{name}]\nname={name}\nbaseurl={url}\nenabled=1\nautorefresh=1\ngpgcheck={check}\nrepo_gpgcheck=0\n"
        )
    }
}

/// A family's package manager; those of RPM say only what differs. No command may ask, or wait for ever.
pub trait Manager {
    /// Prints the names of what is installed, one a line.
    fn list(&self) -> Command {
        Command::new(["rpm", "-qa", "--queryformat", "%{NAME}\\n"])
    }
    /// Removes without asking a repository.
    fn remove(&self, names: &[&str]) -> Command {
        Command::new(["rpm", "-e"]).args(names.iter().copied())
    }
    /// What a file of a package ends in.
    fn extension(&self) -> &str {
        "rpm"
    }
    /// The file that a repository of the options needs while it is used.
    fn repository_file(&self) -> Option<&str>;
    /// What stands in it.
    fn definition(&self, repository: Repository) -> String {
        repository.definition()
    }
    /// Asks the repositories, or `only` this one, for their lists; `None`: [`Manager::install`] does it.
    fn refresh(&self, only: Option<Repository>) -> Option<Command>;
    /// From repositories, or `only` from this one.
    fn install(&self, only: Option<Repository>, name: &str) -> Command;
    /// From files, without repositories.
    fn install_files(&self, paths: &[String]) -> Command;
    /// The packages of Hyper-V's daemons.
    fn hyper_v(&self) -> &[&str];
}

/// Removes and installs. Undoes on every way out what it needed meanwhile.
///
/// # Errors
/// `linux.option` for an option that cannot be used; what the host met.
pub fn change(root: &Root, options: &Options, hypervisor: Hypervisor, manager: &dyn Manager) -> Result<()> {
    check(options)?;
    package_files::remove_copies(root)?;
    remove_environment(root)?;
    let Some(installed) = installed(root, manager)? else {
        log!(warn, "no package is removed or installed: the guest's list of packages cannot be read");
        return tools::mask_installed(root);
    };
    remove(root, options, hypervisor, manager, &installed)?;
    tools::mask_installed(root)?;
    let mut wanted: Vec<&str> = options.packages.iter().map(String::as_str).collect();
    if hypervisor == Hypervisor::HyperV {
        wanted.extend(manager.hyper_v());
    }
    wanted.extend(tools::guest_agent(options.guest_agent, hypervisor));
    let installed = install(root, options, manager, &wanted);
    if let Some(path) = manager.repository_file() {
        root.remove(path)?;
    }
    installed
}

/// Options end up in files of the guest and arguments of its programs.
fn check(options: &Options) -> Result<()> {
    // A password in it would end up in what programs print.
    let is_url = |text: &String| {
        !text.contains('@')
            && text.chars().all(|c| c.is_ascii_graphic())
            && ["http://", "https://", "ftp://", "file:///"].iter().any(|scheme| text.starts_with(scheme))
    };
    let bad = |what: &str| Err(Error::invalid("linux.option", what.to_string()));
    if options.repository.as_ref().is_some_and(|url| !is_url(url)) {
        return bad("`repository` is no URL of a repository, or one with a password in it");
    }
    if options.package_directory.as_ref().is_some_and(|path| !path.starts_with('/')) {
        return bad("`package-directory` is no absolute path in the guest");
    }
    let is_package = |name: &String| {
        !name.is_empty()
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "._+-:".contains(c))
            && !name.starts_with('-')
    };
    match options.packages.iter().chain(&options.remove).find(|name| !is_package(name)) {
        Some(name) => bad(&format!("{name:?} is no name of a package")),
        None => package_files::check_operators(options.host_packages.as_deref()),
    }
}

/// `None`: the package manager is not there, or cannot read its own list.
fn installed(root: &Root, manager: &dyn Manager) -> Result<Option<BTreeSet<String>>> {
    match root.output(&plain(manager.list().timeout_ms(LOCAL_MS))) {
        Ok(listed) if listed.status == 0 => {
            Ok(Some(listed.text().lines().map(|line| line.trim().to_string()).collect()))
        }
        Ok(listed) => {
            log!(warn, "`{}` failed in the guest: {}", manager.list(), listed.tail());
            Ok(None)
        }
        Err(error) if is_guests(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a program is not there or does not end, which other programs of the guest may do.
pub(super) fn is_guests(error: &Error) -> bool {
    error.code == "rootfs.run-timeout" || error.is_not_found()
}

fn remove_environment(root: &Root) -> Result<()> {
    let names = files::names(root, DATABASE_ENVIRONMENT)?;
    let environment = names.iter().filter(|name| name.starts_with("__db."));
    environment.into_iter().try_for_each(|name| root.remove(&format!("{DATABASE_ENVIRONMENT}/{name}")))
}

/// Best effort: a tool that stays does no harm.
fn remove(
    root: &Root,
    options: &Options,
    hypervisor: Hypervisor,
    manager: &dyn Manager,
    installed: &BTreeSet<String>,
) -> Result<()> {
    let is_unwanted = |name: &&String| installed.contains(*name) && !tools::serves(hypervisor, name);
    let unwanted: Vec<&str> = options.remove.iter().filter(is_unwanted).map(String::as_str).collect();
    if unwanted.is_empty() {
        return Ok(());
    }
    match attempt(root, manager.remove(&unwanted).timeout_ms(LOCAL_MS))? {
        None => log!(info, "removed {}", unwanted.join(" ")),
        Some(said) => log!(warn, "{} could not be removed: {said}", unwanted.join(" ")),
    }
    Ok(())
}

fn install(root: &Root, options: &Options, manager: &dyn Manager, wanted: &[&str]) -> Result<()> {
    let missing = missing(root, manager, wanted)?;
    if missing.is_empty() {
        return Ok(());
    }
    progress::check()?;
    let said = from_repositories(root, options, manager, &missing)?;
    let missing = self::missing(root, manager, &missing)?;
    if missing.is_empty() {
        return Ok(());
    }
    log!(warn, "the repositories did not give {}: {said}", missing.join(" "));
    progress::check()?;
    if let Some(directory) = &options.package_directory {
        let paths = package_files::in_guest(root, directory, manager.extension())?;
        from_files(root, directory, &paths, manager)?;
    }
    let missing = self::missing(root, manager, &missing)?;
    if let Some(directory) = options.host_packages.as_deref().filter(|_| !missing.is_empty()) {
        let install = |paths: &[String]| from_files(root, directory, paths, manager);
        package_files::from_operator(root, directory, manager.extension(), &missing, install)?;
    }
    self::missing(root, manager, &missing)?.into_iter().for_each(warn_of_missing);
    Ok(())
}

/// The guest boots without it.
pub fn warn_of_missing(name: &str) {
    log!(
        warn,
        "{name} is not installed: the guest is converted without it. Set `repository` or `host-packages`, or install it before the migration"
    );
}

fn missing<'a>(root: &Root, manager: &dyn Manager, names: &[&'a str]) -> Result<Vec<&'a str>> {
    let installed = installed(root, manager)?.unwrap_or_default();
    Ok(names.iter().filter(|name| !installed.contains(**name)).copied().collect())
}

/// Returns what went wrong, if anything did: whether a package came is asked of the list.
fn from_repositories(
    root: &Root,
    options: &Options,
    manager: &dyn Manager,
    names: &[&str],
) -> Result<String> {
    let is_unsigned = options.repository_unsigned;
    let only = options.repository.as_deref().map(|url| Repository { url, is_unsigned });
    if let (Some(path), Some(repository)) = (manager.repository_file(), only) {
        root.write_text(path, 0o600, &manager.definition(repository))?;
    }
    let mut said: BTreeSet<String> = BTreeSet::new();
    if let Some(refresh) = manager.refresh(only) {
        // One silent repository of many is no reason to give up.
        said.extend(attempt(root, refresh)?);
    }
    // One by one: a name that no repository knows keeps no other one away.
    let started = clock::elapsed_ms();
    for name in names {
        progress::check()?;
        if clock::elapsed_ms().saturating_sub(started) > u64::from(INSTALL_MS) {
            break;
        }
        said.extend(attempt(root, manager.install(only, name))?);
    }
    Ok(said.into_iter().collect::<Vec<_>>().join("; "))
}

fn from_files(root: &Root, directory: &str, paths: &[String], manager: &dyn Manager) -> Result<()> {
    if paths.is_empty() {
        return Ok(());
    }
    if let Some(said) = attempt(root, manager.install_files(paths))? {
        log!(warn, "packages of {directory}: {said}");
    }
    Ok(())
}

/// In no language, and with the programs that packages' own scripts expect.
fn plain(command: Command) -> Command {
    command.env("LC_ALL", "C").env("PATH", PATH)
}

/// What a program that failed said, one that did not end included; `None` when it went well. It gets no language, and the
/// usual path.
///
/// # Errors
/// What the host met.
pub fn attempt(root: &Root, command: Command) -> Result<Option<String>> {
    match root.output(&plain(command)) {
        Ok(output) if output.status == 0 => Ok(None),
        Ok(output) => Ok(Some(format!("status {}: {}", output.status, output.tail()))),
        Err(error) if is_guests(&error) => Ok(Some(error.message)),
        Err(error) => Err(error),
    }
}
