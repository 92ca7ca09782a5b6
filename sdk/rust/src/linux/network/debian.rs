//! ifupdown and netplan.

use super::{Card, files};
use crate::osmorphing::*;

pub(super) const INTERFACES: &str = "/etc/network/interfaces";
pub(super) const NETPLAN: &str = "/etc/netplan";
const OURS: &str = "90-gyre.yaml";
const DHCP_CLIENTS: &[&str] = &["dhclient", "dhcpcd", "udhcpc"];

/// A plan that is there, or was put away.
pub(super) fn has_netplan(root: &Root) -> Result<bool> {
    let is_plan = |name: &String| is_yaml(name) || files::is_put_away(name);
    Ok(files::names(root, NETPLAN)?.iter().any(is_plan))
}

/// Whether ifupdown has no program for DHCP.
///
/// # Errors
/// What the host met.
pub fn missing_client(root: &Root, owner: super::Owner) -> Result<bool> {
    if owner != super::Owner::Ifupdown {
        return Ok(false);
    }
    for client in DHCP_CLIENTS {
        if root.find_program(client)?.is_some() {
            return Ok(false);
        }
    }
    Ok(true)
}

pub(super) fn ifupdown(root: &Root, cards: &[Card]) -> Result<()> {
    let text = interfaces(cards);
    if root.read(INTERFACES).is_ok_and(|old| old == text.as_bytes()) {
        return Ok(());
    }
    files::put_away(root, INTERFACES)?;
    files::write(root, INTERFACES, 0o644, &text)
}

/// The files of `interfaces.d` are no longer named, and so no longer count.
fn interfaces(cards: &[Card]) -> String {
    let mut text =
        "# Written by gyre; what was here is in interfaces.gyre-bak.\nauto lo\niface lo inet loopback\n"
            .to_string();
    for Card { name, .. } in cards {
        let verb = if name.starts_with("eth") { "auto" } else { "allow-hotplug" };
        text.push_str(&format!("\n{verb} {name}\niface {name} inet dhcp\n"));
    }
    text
}

pub(super) fn netplan(root: &Root) -> Result<()> {
    let mut renderer = None;
    for name in files::names(root, NETPLAN)?.into_iter().filter(|name| name != OURS) {
        let path = format!("{NETPLAN}/{name}");
        let text = files::text(root, &path)?.unwrap_or_default();
        if text.lines().any(|line| line.trim() == "renderer: NetworkManager") {
            renderer = Some("NetworkManager");
        }
        if is_yaml(&name) {
            files::put_away(root, &path)?;
        }
    }
    files::write(root, &format!("{NETPLAN}/{OURS}"), 0o600, &plan(renderer))
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

fn is_yaml(name: &str) -> bool {
    files::has_extension(name, &["yaml", "yml"])
}
