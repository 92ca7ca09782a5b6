//! A network that is kept: its cards have other places in the new machine, and may have other hardware
//! addresses. Each card that the guest configured keeps its name, by a rule of udev for the new address;
//! files that name the old address get the new one. Which card is which is told by the old hardware
//! address, else by the addresses that the platform saw, else because only one is left.

use super::configured::{Configured, read};
use super::debian::{INTERFACES, NETPLAN};
use super::{OLD_NAME_RULES, files, ifcfg, keyfiles, networkd};
use crate::osmorphing::*;
use std::collections::BTreeSet;

const RULES: &str = "/etc/udev/rules.d/70-gyre-net.rules";
const INTERFACES_DIRECTORY: &str = "/etc/network/interfaces.d";
/// Cards that are looked at.
const CARDS_MAX: usize = 64;
/// The longest name that Linux gives a card.
const NAME_BYTES_MAX: usize = 15;

/// How things are called that are no cards, or wireless ones.
const NO_CARDS: &[&str] = &[
    "lo", "bond", "br", "team", "vlan", "virbr", "docker", "veth", "dummy", "wg", "tun", "tap", "wl", "ww",
    "ib",
];

/// Pins names; changes nothing where the final hardware addresses are not known yet.
///
/// # Errors
/// What the host met.
pub fn follow(root: &Root, vm: &Vm, morphing: &Morphing) -> Result<()> {
    let mut paths = sources(root)?;
    let mut cards = Vec::new();
    for path in &paths {
        cards.extend(files::text(root, path)?.iter().flat_map(|text| read(path, text)));
    }
    cards.truncate(CARDS_MAX);
    let pairs = pairs(&cards, vm, morphing);
    if pairs.is_empty() {
        log!(warn, "no card of the kept network can be told: its names may change with the machine");
        return Ok(());
    }
    files::write(root, RULES, 0o644, &rules(&pairs))?;
    paths.push(OLD_NAME_RULES.into());
    for (nic, mac) in vm.nics.iter().zip(&morphing.macs) {
        if let (Some(old), Some(new)) = (&nic.mac, mac) {
            paths.iter().try_for_each(|path| files::edit(root, path, |text| replaced(text, old, new)))?;
        }
    }
    Ok(())
}

/// Files that configure cards.
fn sources(root: &Root) -> Result<Vec<String>> {
    let mut paths = files::with_extension(root, NETPLAN, &["yaml", "yml"])?;
    paths.extend(files::with_extension(root, networkd::DIRECTORY, &["network", "link"])?);
    paths.extend(keyfiles::on_cards(root)?);
    paths.extend(ifcfg::of_cards(root)?);
    paths.push(INTERFACES.into());
    let more = files::names(root, INTERFACES_DIRECTORY)?;
    paths.extend(more.iter().map(|name| format!("{INTERFACES_DIRECTORY}/{name}")));
    Ok(paths)
}

/// Each NIC's final hardware address with the name that its card had.
fn pairs<'a>(cards: &'a [Configured], vm: &Vm, morphing: &'a Morphing) -> Vec<(&'a str, &'a str)> {
    let mut left: Vec<&Configured> = cards.iter().filter(|card| is_card(&card.name)).collect();
    let mut pairs = Vec::new();
    let mut open = Vec::new();
    for (nic, mac) in vm.nics.iter().zip(&morphing.macs) {
        let Some(mac) = mac.as_deref().filter(|mac| is_mac(mac)) else { continue };
        match left.iter().position(|card| is_same(card, nic, mac)) {
            Some(at) => {
                let card = left.remove(at);
                // A card may be configured in several files.
                left.retain(|other| other.name != card.name);
                pairs.push((mac, card.name.as_str()));
            }
            None => open.push(mac),
        }
    }
    let names: BTreeSet<&str> = left.iter().map(|card| card.name.as_str()).collect();
    match (open.as_slice(), names.first()) {
        ([mac], Some(name)) if names.len() == 1 => pairs.push((mac, name)),
        ([], _) => {}
        (open, _) => log!(warn, "{} cards cannot be told apart: they get new names", open.len()),
    }
    pairs
}

/// `mac` is the final one: an earlier morphing wrote it.
fn is_same(card: &Configured, nic: &NicSpec, mac: &str) -> bool {
    if let (Some(one), Some(old)) = (&card.mac, &nic.mac) {
        return one.eq_ignore_ascii_case(old) || one.eq_ignore_ascii_case(mac);
    }
    let plain = |address: &String| address.split('/').next().unwrap_or_default().to_string();
    card.addresses.iter().any(|address| nic.addresses.iter().any(|seen| plain(seen) == plain(address)))
}

/// A name that a rule may give; bonds, bridges and VLANs are made by the guest itself.
fn is_card(name: &str) -> bool {
    let fits = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    fits && (1..=NAME_BYTES_MAX).contains(&name.len())
        && !NO_CARDS.iter().any(|prefix| name.starts_with(prefix))
}

fn is_mac(text: &str) -> bool {
    text.split(':').count() == 6
        && text.split(':').all(|part| part.len() == 2 && part.chars().all(|c| c.is_ascii_hexdigit()))
}

fn rules(pairs: &[(&str, &str)]) -> String {
    let rule = |(mac, name): &(&str, &str)| {
        format!(
            "SUBSYSTEM==\"net\", ACTION==\"add\", DRIVERS==\"?*\", ATTR{{type}}==\"1\", ATTR{{address}}==\"{}\", NAME=\"{name}\"\n",
            mac.to_lowercase()
        )
    };
    format!(
        "# Written by gyre: cards keep the names that the configuration knows.\n{}",
        pairs.iter().map(rule).collect::<String>()
    )
}

/// The text with one hardware address for another, in whatever case it is written.
fn replaced(text: &str, old: &str, new: &str) -> String {
    if !is_mac(old) || !is_mac(new) || old.eq_ignore_ascii_case(new) {
        return text.into();
    }
    let mut result = String::new();
    let mut end = 0;
    // Lower case of ASCII has the same length.
    for (at, _) in text.to_ascii_lowercase().match_indices(&old.to_ascii_lowercase()) {
        result.push_str(text.get(end..at).unwrap_or_default());
        result.push_str(&new.to_lowercase());
        end = at + old.len();
    }
    result + text.get(end..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::configured::tests::card;
    use super::*;

    #[test]
    fn cards_are_told_by_hardware_then_address_then_as_the_last_one() {
        let nic = |mac: Option<&str>, address: &str| NicSpec {
            id: "n".into(),
            mac: mac.map(String::from),
            network: "n".into(),
            addresses: vec![address.into()],
        };
        let told = |cards: &[Configured], nics: Vec<NicSpec>| {
            let macs = (0..nics.len()).map(|n| Some(format!("fa:16:3e:00:00:0{n}"))).collect();
            let morphing = Morphing { hypervisor: None, set_dhcp: false, macs };
            let vm = crate::fake::golden::vm(nics);
            pairs(cards, &vm, &morphing).iter().map(|(mac, name)| format!("{mac} {name}")).collect::<Vec<_>>()
        };
        let old = "00:50:56:AA:00:01";
        let cards = [
            card("eth1", None, &["192.0.2.2/24"]),
            card("eth0", Some("00:50:56:aa:00:01"), &[]),
            card("bond0", None, &[]),
        ];
        let both = ["fa:16:3e:00:00:00 eth0", "fa:16:3e:00:00:01 eth1"];
        assert_eq!(told(&cards, vec![nic(Some(old), "x"), nic(None, "192.0.2.2")]), both);
        assert_eq!(told(&cards, vec![nic(Some(old), "x"), nic(None, "x")]), both);
        assert!(told(&cards, vec![nic(None, "x"), nic(None, "y")]).is_empty());
        assert!(told(&[card("e\"x", None, &["a"])], vec![nic(None, "a")]).is_empty());
    }

    #[test]
    fn an_old_hardware_address_is_replaced() {
        let (old, new) = ("00:50:56:AA:00:01", "FA:16:3E:00:00:01");
        assert_eq!(
            replaced("ä=00:50:56:aa:00:01\n00:50:56:AA:00:01", old, new),
            "ä=fa:16:3e:00:00:01\nfa:16:3e:00:00:01"
        );
        assert_eq!(replaced("x", "", new), "x");
    }
}
