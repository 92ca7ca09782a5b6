//! `ifcfg-*` files: those of the service `network` of RHEL's family (and of NetworkManager before
//! RHEL 10), and those of wicked. Both read a file by almost any name, so that old ones move to another
//! directory.

use super::{Card, files};
use crate::osmorphing::*;

const SCRIPTS: &str = "/etc/sysconfig/network-scripts";
const WICKED: &str = "/etc/sysconfig/network";
/// Settings of all cards, of the service `network`.
const GLOBAL: &str = "/etc/sysconfig/network";
const NETWORK_SERVICE: [&str; 2] = ["/etc/rc.d/init.d/network", "/etc/init.d/network"];
/// What belongs to one card: its addresses, routes, rules, keys.
const PER_CARD: &[&str] = &["ifcfg-", "route-", "route6-", "rule-", "rule6-", "keys-", "ifroute-", "ifrule-"];
/// Global settings that belong to the old network.
const OLD_NETWORK: &[&str] = &["GATEWAY", "GATEWAYDEV", "IPV6_DEFAULTGW", "IPV6_DEFAULTDEV"];

pub(super) fn has_network_service(root: &Root) -> Result<bool> {
    for path in NETWORK_SERVICE {
        if root.exists(path)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// DHCP by the service `network`.
pub(super) fn network_scripts(root: &Root, cards: &[Card]) -> Result<()> {
    let text = |card: &Card| {
        format!(
            "# Written by gyre; what was here is in /var/lib/gyre/kept.\nDEVICE={}\nTYPE=Ethernet\nBOOTPROTO=dhcp\nONBOOT=yes\nIPV6INIT=yes\nPERSISTENT_DHCLIENT=1\n",
            card.name
        )
    };
    replace(root, SCRIPTS, cards, 0o644, text)?;
    files::edit(root, GLOBAL, global)
}

/// Without the old network's gateway, and with the route to the metadata service that a card's own
/// link-local route would hide.
fn global(text: &str) -> String {
    let is_old =
        |line: &&str| line.split_once('=').is_some_and(|(name, _)| OLD_NETWORK.contains(&name.trim()));
    let kept: Vec<&str> =
        text.lines().filter(|line| !is_old(line) && !line.starts_with("NOZEROCONF=")).collect();
    kept.iter().map(|line| format!("{line}\n")).collect::<String>() + "NOZEROCONF=yes\n"
}

/// DHCP by wicked.
pub(super) fn wicked(root: &Root, cards: &[Card]) -> Result<()> {
    let text = |card: &Card| {
        let start = if card.is_sure { "auto" } else { "hotplug" };
        format!(
            "# Written by gyre; what was here is in /var/lib/gyre/kept.\nBOOTPROTO='dhcp'\nSTARTMODE='{start}'\n"
        )
    };
    replace(root, WICKED, cards, 0o644, text)?;
    files::move_away(root, &format!("{WICKED}/routes"))
}

/// Moves away what NetworkManager would read.
pub(super) fn put_away(root: &Root) -> Result<()> {
    old(root, SCRIPTS)?.iter().try_for_each(|path| files::move_away(root, path))
}

/// The `ifcfg-*` of cards in both places.
pub(super) fn of_cards(root: &Root) -> Result<Vec<String>> {
    let paths = [old(root, SCRIPTS)?, old(root, WICKED)?].concat();
    Ok(paths.into_iter().filter(|path| path.contains("/ifcfg-")).collect())
}

fn replace(
    root: &Root,
    directory: &str,
    cards: &[Card],
    mode: u32,
    text: impl Fn(&Card) -> String,
) -> Result<()> {
    let wanted: Vec<(String, String)> =
        cards.iter().map(|card| (format!("{directory}/ifcfg-{}", card.name), text(card))).collect();
    for path in old(root, directory)? {
        let is_ours = |(ours, text): &(String, String)| {
            *ours == path && root.read(&path).is_ok_and(|bytes| bytes == text.as_bytes())
        };
        if !wanted.iter().any(is_ours) {
            files::move_away(root, &path)?;
        }
    }
    wanted.iter().try_for_each(|(path, text)| files::write(root, path, mode, text))
}

/// Files of cards, those of lo excepted.
fn old(root: &Root, directory: &str) -> Result<Vec<String>> {
    let is_card = |name: &String| {
        PER_CARD
            .iter()
            .any(|prefix| name.strip_prefix(prefix).is_some_and(|card| !card.is_empty() && card != "lo"))
    };
    let names = files::names(root, directory)?;
    Ok(names.into_iter().filter(is_card).map(|name| format!("{directory}/{name}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_old_gateway_goes() {
        let text = "NETWORKING=yes\nHOSTNAME=a\nGATEWAY=192.0.2.1\n";
        assert_eq!(global(text), "NETWORKING=yes\nHOSTNAME=a\nNOZEROCONF=yes\n");
        assert_eq!(global(&global(text)), global(text));
    }
}
