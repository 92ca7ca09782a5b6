//! The network by DHCP: whatever configured it before is put away, and one owner is left. cloud-init's
//! own network part is off (`cloud_init`). Knows ifupdown, netplan, systemd-networkd, NetworkManager.

use crate::files;
use gyre_plugin::osmorphing::*;

const INTERFACES: &str = "/etc/network/interfaces";
const NETPLAN: &str = "/etc/netplan";
const NETWORKD: &str = "/etc/systemd/network";
const KEYFILES: &str = "/etc/NetworkManager/system-connections";
const OLD_NAME_RULES: &str = "/etc/udev/rules.d/70-persistent-net.rules";
const DHCP_CLIENTS: &[&str] = &["dhclient", "dhcpcd", "udhcpc"];
/// Names that KVM's network cards have where the kernel's own are not kept.
const PREDICTABLE: &[&str] = &["ens3", "ens4", "ens5", "ens6", "enp1s0", "enp2s0", "enp3s0"];

/// Who configures the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// `/etc/netplan`.
    Netplan,
    /// `/etc/network/interfaces`.
    Ifupdown,
    /// Neither: systemd-networkd or NetworkManager by itself.
    Other,
}

/// Looks for it.
///
/// # Errors
/// What the host met.
pub fn owner(root: &Root) -> Result<Owner> {
    let is_plan = |name: &String| has_extension(name, &["yaml", "yml"]) || files::is_put_away(name);
    if root.read_dir(NETPLAN)?.iter().any(is_plan) {
        return Ok(Owner::Netplan);
    }
    Ok(if root.exists(INTERFACES)? { Owner::Ifupdown } else { Owner::Other })
}

/// The package that ifupdown needs for DHCP, when there is none.
///
/// # Errors
/// What the host met.
pub fn missing_client(root: &Root, owner: Owner) -> Result<Option<&'static str>> {
    if owner != Owner::Ifupdown {
        return Ok(None);
    }
    for client in DHCP_CLIENTS {
        if root.find_program(client)?.is_some() {
            return Ok(None);
        }
    }
    Ok(Some("isc-dhcp-client"))
}

/// Sets every interface to DHCP; `kernel_names`: the first cards are called eth0, eth1, ….
///
/// # Errors
/// What the host met.
pub fn set_dhcp(root: &Root, owner: Owner, nics: usize, kernel_names: bool) -> Result<()> {
    files::put_away(root, OLD_NAME_RULES)?;
    put_away_all(root, NETWORKD, &["link"])?;
    match owner {
        Owner::Netplan => netplan(root)?,
        Owner::Ifupdown => ifupdown(root, nics, kernel_names)?,
        Owner::Other => {}
    }
    networkd(root)?;
    put_away_all(root, KEYFILES, &["nmconnection"])
}

fn ifupdown(root: &Root, nics: usize, kernel_names: bool) -> Result<()> {
    let text = interfaces(nics, kernel_names);
    if root.read_text_if_any(INTERFACES)?.as_deref() == Some(text.as_str()) {
        return Ok(());
    }
    files::put_away(root, INTERFACES)?;
    files::write(root, INTERFACES, 0o644, &text)
}

/// The files of `interfaces.d` are no longer named, and so no longer count.
fn interfaces(nics: usize, kernel_names: bool) -> String {
    let mut text =
        "# Written by gyre; what was here is in interfaces.gyre-bak.\nauto lo\niface lo inet loopback\n"
            .to_string();
    for nic in 0..nics.max(1) {
        text.push_str(&format!("\nauto eth{nic}\niface eth{nic} inet dhcp\n"));
    }
    if !kernel_names {
        for name in PREDICTABLE {
            text.push_str(&format!("\nallow-hotplug {name}\niface {name} inet dhcp\n"));
        }
    }
    text
}

fn netplan(root: &Root) -> Result<()> {
    let mut renderer = None;
    for name in root.read_dir(NETPLAN)? {
        if name == "90-gyre.yaml" {
            continue;
        }
        let path = format!("{NETPLAN}/{name}");
        let text = root.read_text_if_any(&path)?.unwrap_or_default();
        if text.lines().any(|line| line.trim() == "renderer: NetworkManager") {
            renderer = Some("NetworkManager");
        }
        if has_extension(&name, &["yaml", "yml"]) {
            files::put_away(root, &path)?;
        }
    }
    files::write(root, &format!("{NETPLAN}/90-gyre.yaml"), 0o600, &plan(renderer))
}

/// NetworkManager asks for DHCP by itself on cards that nobody configured.
fn plan(renderer: Option<&str>) -> String {
    let head = "# Written by gyre; what was here ends in .gyre-bak.\nnetwork:\n  version: 2\n";
    match renderer {
        Some(renderer) => format!("{head}  renderer: {renderer}\n"),
        None => format!(
            "{head}  ethernets:\n    all:\n      match: {{name: \"e*\"}}\n      dhcp4: true\n      dhcp6: true\n      optional: true\n"
        ),
    }
}

/// Only where the guest configured cards through it.
fn networkd(root: &Root) -> Result<()> {
    let ours = "70-gyre.network";
    let others: Vec<String> = root
        .read_dir(NETWORKD)?
        .into_iter()
        .filter(|name| has_extension(name, &["network"]) && name != ours)
        .collect();
    if others.is_empty() {
        return Ok(());
    }
    put_away_named(root, NETWORKD, &others)?;
    let text =
        "# Written by gyre; what was here ends in .gyre-bak.\n[Match]\nName=e*\n\n[Network]\nDHCP=yes\n";
    files::write(root, &format!("{NETWORKD}/{ours}"), 0o644, text)
}

fn put_away_all(root: &Root, directory: &str, extensions: &[&str]) -> Result<()> {
    let names: Vec<String> =
        root.read_dir(directory)?.into_iter().filter(|name| has_extension(name, extensions)).collect();
    put_away_named(root, directory, &names)
}

fn put_away_named(root: &Root, directory: &str, names: &[String]) -> Result<()> {
    names.iter().try_for_each(|name| files::put_away(root, &format!("{directory}/{name}")))
}

fn has_extension(name: &str, extensions: &[&str]) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}
