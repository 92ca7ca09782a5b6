//! The guest's packages: what must go, what must come, and the state that apt needs meanwhile. Undoes
//! that state on every way out; after a crash, the next run does.

use crate::options::Options;
use gyre_plugin::linux::{Hypervisor, Release, files, tools};
use gyre_plugin::osmorphing::*;

/// The longest that apt may take on an emulated worker.
const APT_MS: u32 = 3_600_000;
/// Keeps the services of new packages from being started on the worker.
const POLICY: &str = "/usr/sbin/policy-rc.d";
const POLICY_TEXT: &str = "#!/bin/sh\n# gyre: nothing starts while this machine is converted\nexit 101\n";
const SOURCES: &str = "/etc/apt/gyre.list";
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
/// `debian.packages` when a wanted package cannot be installed.
pub fn change(root: &Root, options: &Options, hypervisor: Hypervisor, lacks_client: bool) -> Result<()> {
    let client = lacks_client.then_some(DHCP_CLIENT);
    let daemons = daemons(root, hypervisor)?;
    let more = client.into_iter().chain(tools::guest_agent(options.guest_agent, hypervisor));
    let wanted = options.packages.iter().map(String::as_str).chain(more).chain(daemons.iter().copied());
    let mut missing = Vec::new();
    for name in wanted {
        if !is_installed(root, name)? {
            missing.push(name);
        }
    }
    let unwanted = unwanted(root, &options.remove, hypervisor)?;
    if missing.is_empty() && unwanted.is_empty() {
        tidy(root)?;
    } else {
        replace(root, options, &missing, &unwanted)?;
    }
    tools::mask_installed(root)
}

fn replace(root: &Root, options: &Options, missing: &[&str], unwanted: &[&str]) -> Result<()> {
    let menu = root.read(GRUB_CFG).ok();
    let changed = prepare(root, options.repository.as_deref())
        .map(|()| remove(root, unwanted))
        .and_then(|()| install(root, missing, options.repository.is_some()));
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
fn remove(root: &Root, names: &[&str]) {
    if names.is_empty() {
        return;
    }
    match root.run(apt(false).arg("purge").args(names.iter().copied())) {
        Ok(_) => log!(info, "removed {}", names.join(" ")),
        Err(error) => log!(warn, "{} could not be removed: {}", names.join(" "), error.causes.join(": ")),
    }
}

fn install(root: &Root, names: &[&str], own_repository: bool) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let finish = Command::new(["dpkg", "--configure", "-a", "--force-confdef", "--force-confold"]);
    root.output(&noninteractive(finish))?;
    progress::check()?;
    let updated = root.output(&apt(own_repository).arg("update"))?;
    progress::check()?;
    let install =
        apt(own_repository).args(["install", "--no-install-recommends"]).args(names.iter().copied());
    root.run(install).map_err(|error| unreachable(names, &updated, &error))?;
    log!(info, "installed {}", names.join(" "));
    Ok(())
}

fn unreachable(names: &[&str], updated: &Output, error: &Error) -> Error {
    let message = format!("{} could not be installed in the guest", names.join(" "));
    let error =
        error.causes.iter().fold(Error::other("debian.packages", message), |all, cause| all.cause(cause));
    let error = if updated.status == 0 && updated.stderr.is_empty() {
        error
    } else {
        error.cause(format!("apt-get update: {}", updated.tail()))
    };
    error.cause(
        "the guest's package sources must be reachable from the worker: set `repository` to one that is, or install the packages before the migration",
    )
}

fn apt(own_repository: bool) -> Command {
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
    let apt = if own_repository {
        let sources = format!("Dir::Etc::sourcelist={SOURCES}");
        apt.args(["-o", sources.as_str(), "-o", "Dir::Etc::sourceparts=-", "-o", "APT::Get::List-Cleanup=0"])
    } else {
        apt
    };
    noninteractive(apt)
}

fn noninteractive(command: Command) -> Command {
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .env("DEBCONF_NONINTERACTIVE_SEEN", "true")
        .env("LC_ALL", "C")
        .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
        .timeout_ms(APT_MS)
}
