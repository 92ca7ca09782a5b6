//! The guest's packages: what must go, what must come, and the state that apt needs meanwhile. Undoes
//! that state on every way out; after a crash, the next run does. A guest that cannot get a package boots without it.

use crate::options::Options;
use gyre_plugin::linux::packages::{attempt, warn_of_missing};
use gyre_plugin::linux::{Hypervisor, Release, files, package_files, tools};
use gyre_plugin::osmorphing::*;

/// The longest that apt may take on an emulated worker.
const APT_MS: u32 = 3_600_000;
/// Keeps the services of new packages from being started on the worker.
const POLICY: &str = "/usr/sbin/policy-rc.d";
const POLICY_TEXT: &str = "#!/bin/sh\n# gyre: nothing starts while this machine is converted\nexit 101\n";
const SOURCES: &str = "/etc/apt/gyre.list";
/// A list of no sources: apt knows the files that it is given alone.
const NO_SOURCES: &str = "/dev/null";
const UPDATE_INITRAMFS: &str = "/etc/initramfs-tools/update-initramfs.conf";
const GRUB_CFG: &str = "/boot/grub/grub.cfg";

/// The daemons of a guest of Hyper-V, and those of Ubuntu.
const HYPER_V: &[&str] = &["hyperv-daemons"];
const HYPER_V_UBUNTU: &[&str] = &["linux-cloud-tools-virtual"];
/// What ifupdown asks for an address with.
const DHCP_CLIENT: &str = "isc-dhcp-client";

/// Removes and installs; `lacks_client`: nothing can ask for an address.
///
/// # Errors
/// Those of [`package_files::check_operators`]; what the host met.
pub fn change(root: &Root, options: &Options, hypervisor: Hypervisor, lacks_client: bool) -> Result<()> {
    package_files::check_operators(options.host_packages.as_deref())?;
    let client = lacks_client.then_some(DHCP_CLIENT);
    let daemons = daemons(root, hypervisor)?;
    let more = client.into_iter().chain(tools::guest_agent(options.guest_agent, hypervisor));
    let wanted = options.packages.iter().map(String::as_str).chain(more).chain(daemons.iter().copied());
    let missing = missing(root, wanted)?;
    let unwanted = unwanted(root, &options.remove, hypervisor)?;
    if missing.is_empty() && unwanted.is_empty() {
        tidy(root)?;
    } else {
        replace(root, options, &missing, &unwanted)?;
    }
    tools::mask_installed(root)
}

fn missing<'a>(root: &Root, names: impl IntoIterator<Item = &'a str>) -> Result<Vec<&'a str>> {
    let mut missing = Vec::new();
    for name in names {
        if !is_installed(root, name)? {
            missing.push(name);
        }
    }
    Ok(missing)
}

fn replace(root: &Root, options: &Options, missing: &[&str], unwanted: &[&str]) -> Result<()> {
    let menu = root.read(GRUB_CFG).ok();
    let changed = prepare(root, options.repository.as_deref())
        .and_then(|()| remove(root, unwanted))
        .and_then(|()| install(root, options, missing));
    let tidied = tidy(root).and_then(|()| keep_menu(root, menu.as_deref()));
    changed.and(tidied)
}

fn daemons(root: &Root, hypervisor: Hypervisor) -> Result<&'static [&'static str]> {
    let is_ubuntu = Release::read(root)?.is_some_and(|release| release.id == "ubuntu");
    Ok(match hypervisor {
        Hypervisor::HyperV if is_ubuntu => HYPER_V_UBUNTU,
        Hypervisor::HyperV => HYPER_V,
        _ => &[],
    })
}

/// Whether dpkg says so.
///
/// # Errors
/// dpkg-query did not run.
pub fn is_installed(root: &Root, name: &str) -> Result<bool> {
    let query = Command::new(["dpkg-query", "-W", "-f", "${Status}", name]);
    Ok(root.output(&query)?.text().trim() == "install ok installed")
}

fn unwanted<'a>(root: &Root, names: &'a [String], hypervisor: Hypervisor) -> Result<Vec<&'a str>> {
    let mut unwanted = Vec::new();
    for name in names.iter().filter(|name| !tools::serves(hypervisor, name)) {
        if is_installed(root, name)? {
            unwanted.push(name.as_str());
        }
    }
    if unwanted.contains(&"open-vm-tools") && is_installed(root, "ubuntu-server")? {
        log!(info, "open-vm-tools stays: the package ubuntu-server needs it");
        unwanted.retain(|name| *name != "open-vm-tools");
    }
    Ok(unwanted)
}

/// What must not happen while packages change: services that start, an initramfs per package.
fn prepare(root: &Root, repository: Option<&str>) -> Result<()> {
    if root.read_text_if_any(POLICY)?.as_deref() != Some(POLICY_TEXT) {
        files::put_away(root, POLICY)?;
    }
    root.write_text(POLICY, 0o755, POLICY_TEXT)?;
    files::edit(root, UPDATE_INITRAMFS, |text| files::with_block(text, &["update_initramfs=no"]))?;
    if let Some(line) = repository {
        let line = line.trim().trim_start_matches("deb ");
        root.write_text(SOURCES, 0o644, &format!("deb {line}\n"))?;
    }
    Ok(())
}

/// Also removes what a run left that did not end.
fn tidy(root: &Root) -> Result<()> {
    if root.read_text_if_any(POLICY)?.as_deref() == Some(POLICY_TEXT) {
        root.remove(POLICY)?;
        let own = format!("{POLICY}.gyre-bak");
        if root.exists(&own)? {
            root.rename(&own, POLICY)?;
        }
    }
    files::edit(root, UPDATE_INITRAMFS, |text| files::with_block(text, &[]))?;
    package_files::remove_copies(root)?;
    root.remove(SOURCES)
}

/// A boot menu that a package wrote here would name the worker's devices.
fn keep_menu(root: &Root, menu: Option<&[u8]>) -> Result<()> {
    match menu {
        Some(menu) if !root.read(GRUB_CFG).is_ok_and(|now| now == menu) => {
            root.write(GRUB_CFG, 0o600, menu)?;
            log!(info, "kept {GRUB_CFG} as it was");
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Best effort: a tool that stays does no harm under KVM.
fn remove(root: &Root, names: &[&str]) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    match attempt(root, apt(None).arg("purge").args(names.iter().copied()))? {
        None => log!(info, "removed {}", names.join(" ")),
        Some(said) => log!(warn, "{} could not be removed: {said}", names.join(" ")),
    }
    Ok(())
}

fn install(root: &Root, options: &Options, names: &[&str]) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    // What an earlier installation left half done would keep this one from beginning.
    attempt(root, configure())?;
    progress::check()?;
    let said = from_sources(root, options.repository.as_ref().map(|_| SOURCES), names)?;
    let missing = self::missing(root, names.iter().copied())?;
    if missing.is_empty() {
        log!(info, "installed {}", names.join(" "));
        return Ok(());
    }
    log!(warn, "the package sources did not give {}: {said}", missing.join(" "));
    progress::check()?;
    if let Some(directory) = &options.host_packages {
        let install = |paths: &[String]| from_files(root, directory, paths);
        package_files::from_operator(root, directory, "deb", &missing, install)?;
    }
    for name in self::missing(root, missing)? {
        warn_of_missing(name);
        if name == DHCP_CLIENT {
            log!(warn, "nothing in the guest asks for an address: it boots without a network");
        }
    }
    Ok(())
}

/// Returns what went wrong, if anything did.
fn from_sources(root: &Root, sources: Option<&str>, names: &[&str]) -> Result<String> {
    let updated = attempt(root, apt(sources).arg("update"))?;
    progress::check()?;
    let install = apt(sources).args(["install", "--no-install-recommends"]).args(names.iter().copied());
    let said = attempt(root, install)?.map(|said| format!("apt-get install: {said}"));
    let updated = updated.map(|said| format!("apt-get update: {said}"));
    Ok(said.into_iter().chain(updated).collect::<Vec<_>>().join("; "))
}

/// apt before 1.1 takes no files, and dpkg those whose order it finds.
fn from_files(root: &Root, directory: &str, paths: &[String]) -> Result<()> {
    let paths = || paths.iter().map(String::as_str);
    let install = apt(Some(NO_SOURCES)).args(["install", "--no-install-recommends"]).args(paths());
    let Some(by_apt) = attempt(root, install)? else { return Ok(()) };
    let options = ["dpkg", "--install", "--force-confdef", "--force-confold"];
    let unpacked = attempt(root, noninteractive(Command::new(options).args(paths())))?;
    if let (Some(by_dpkg), Some(_)) = (unpacked, attempt(root, configure())?) {
        log!(warn, "packages of {directory}: apt-get: {by_apt}; dpkg: {by_dpkg}");
    }
    Ok(())
}

fn configure() -> Command {
    noninteractive(Command::new(["dpkg", "--configure", "-a", "--force-confdef", "--force-confold"]))
}

/// `sources`: a list in place of the guest's own.
fn apt(sources: Option<&str>) -> Command {
    let apt = Command::new(["apt-get", "-q", "-y"])
        .args(["-o", "Dpkg::Use-Pty=0", "-o", "DPkg::Lock::Timeout=60"])
        .args(["-o", "Dpkg::Options::=--force-confdef", "-o", "Dpkg::Options::=--force-confold"])
        .args([
            "-o",
            "Acquire::Retries=2",
            "-o",
            "Acquire::http::Timeout=30",
            "-o",
            "Acquire::https::Timeout=30",
        ]);
    let apt = match sources.map(|path| format!("Dir::Etc::sourcelist={path}")) {
        Some(list) => {
            apt.args(["-o", list.as_str(), "-o", "Dir::Etc::sourceparts=-", "-o", "APT::Get::List-Cleanup=0"])
        }
        None => apt,
    };
    noninteractive(apt)
}

fn noninteractive(command: Command) -> Command {
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("DEBCONF_NONINTERACTIVE_SEEN", "true")
        .timeout_ms(APT_MS)
}
