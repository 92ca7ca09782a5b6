//! Names of cards, which have other places in the new machine, and may have other hardware addresses: a rule of udev
//! pins each to its new address. Of a network that is kept, every card has the name that the guest configured, and files
//! that name the old address get the new one. By DHCP, cards are called as their configuration says: eth0, eth1, … in
//! the order of the machine's cards, or as before where any name will do. Which card is which is told by the old
//! hardware address, else by the addresses that the platform saw, else because only one is left.

use super::configured::{Configured, read};
use super::debian::{INTERFACES, NETPLAN};
use super::{OLD_NAME_RULES, Owner, files, ifcfg, keyfiles, networkd};
use crate::osmorphing::*;
use std::collections::BTreeSet;

const RULES: &str = "/etc/udev/rules.d/70-gyre-net.rules";
const INTERFACES_DIRECTORY: &str = "/etc/network/interfaces.d";
/// What names of cards begin with that are matched by any.
const ANY_CARD: &str = "e";
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
    let moves = moves(vm, morphing);
    let mut paths = sources(root)?;
    let pairs = match pinned(root, &moves)? {
        Some(pairs) => pairs,
        None => {
            let (pairs, open) = pairs(&configured(root, &paths)?, vm, morphing);
            if open > 0 {
                log!(warn, "{open} cards cannot be told apart: they get new names");
            }
            pairs
        }
    };
    if pairs.is_empty() {
        log!(warn, "no card of the kept network can be told: its names may change with the machine");
        return Ok(());
    }
    files::write(root, RULES, 0o644, &rules(&pairs, &moves))?;
    paths.push(OLD_NAME_RULES.into());
    paths.iter().try_for_each(|path| {
        let first = files::first_version(root, path)?;
        // Where addresses change places, another time would change them back.
        let is_done = |text: &str| first.as_deref().is_some_and(|first| replaced(first, &moves) == text);
        files::edit(root, path, |text| if is_done(text) { text.into() } else { replaced(text, &moves) })
    })
}

/// Pins the names of a network by DHCP, before its old configuration is put away.
///
/// # Errors
/// What the host met.
pub(super) fn pin(root: &Root, owner: Owner, vm: &Vm, morphing: &Morphing) -> Result<()> {
    let moves = moves(vm, morphing);
    let pairs = match pinned(root, &moves)? {
        _ if owner.names_cards() => in_order(morphing),
        Some(pairs) => pairs,
        None => {
            let mut cards = old_rules(root)?;
            cards.extend(configured(root, &sources(root)?)?);
            let (mut pairs, _) = pairs(&cards, vm, morphing);
            pairs.retain(|(_, name)| name.starts_with(ANY_CARD));
            pairs
        }
    };
    if pairs.is_empty() { Ok(()) } else { files::write(root, RULES, 0o644, &rules(&pairs, &moves)) }
}

/// A final hardware address, and the name of its card.
type Pair = (String, String);

/// eth0, eth1, …, as the machine counts its cards.
fn in_order(morphing: &Morphing) -> Vec<Pair> {
    let known = morphing.macs.iter().enumerate().take(CARDS_MAX);
    let known = known.filter_map(|(nic, mac)| Some((nic, mac.as_ref().filter(|mac| is_mac(mac))?)));
    known.map(|(nic, mac)| (mac.clone(), format!("eth{nic}"))).collect()
}

/// Hardware addresses before and after, where both are known.
fn moves(vm: &Vm, morphing: &Morphing) -> Vec<Pair> {
    let both = vm.nics.iter().zip(&morphing.macs);
    let both = both.filter_map(|(nic, new)| Some((nic.mac.as_ref()?, new.as_ref()?)));
    let both = both.filter(|(old, new)| is_mac(old) && is_mac(new));
    both.take(CARDS_MAX).map(|(old, new)| (old.to_lowercase(), new.to_lowercase())).collect()
}

/// What a morphing of this very machine to these very addresses pinned before it was cut off: the configuration says it
/// no more.
fn pinned(root: &Root, moves: &[Pair]) -> Result<Option<Vec<Pair>>> {
    let Some(text) = files::text(root, RULES)? else { return Ok(None) };
    let pairs: Vec<Pair> = text.lines().filter_map(rule).collect();
    Ok((rules(&pairs, moves) == text).then_some(pairs))
}

/// What udev's own generator, or a morphing, pinned.
fn old_rules(root: &Root) -> Result<Vec<Configured>> {
    let text = files::text(root, OLD_NAME_RULES)?.unwrap_or_default();
    let card = |(mac, name)| Configured { name, mac: Some(mac), ..Configured::default() };
    Ok(text.lines().filter_map(rule).map(card).collect())
}

/// Address and name in a rule of udev.
fn rule(line: &str) -> Option<Pair> {
    let value = |key: &str| {
        let (_, behind) = line.split_once(key)?;
        behind.split('"').next().map(String::from)
    };
    if line.trim_start().starts_with('#') {
        return None;
    }
    Some((value("ATTR{address}==\"")?, value("NAME=\"")?))
}

fn configured(root: &Root, paths: &[String]) -> Result<Vec<Configured>> {
    let mut cards = Vec::new();
    for path in paths {
        cards.extend(files::text(root, path)?.iter().flat_map(|text| read(path, text)));
    }
    cards.truncate(CARDS_MAX);
    Ok(cards)
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

/// Each NIC's final hardware address with the name that its card had, and how many are left without one.
fn pairs(cards: &[Configured], vm: &Vm, morphing: &Morphing) -> (Vec<Pair>, usize) {
    let mut left: Vec<&Configured> = cards.iter().filter(|card| is_card(&card.name)).collect();
    let mut pairs = Vec::new();
    let mut open = Vec::new();
    for (nic, mac) in vm.nics.iter().zip(&morphing.macs) {
        let Some(mac) = mac.as_deref().filter(|mac| is_mac(mac)) else { continue };
        match left.iter().position(|card| is_same(card, nic)) {
            Some(at) => {
                let card = left.remove(at);
                // A card may be configured in several files.
                left.retain(|other| other.name != card.name);
                pairs.push((mac.to_owned(), card.name.clone()));
            }
            None => open.push(mac),
        }
    }
    let names: BTreeSet<&str> = left.iter().map(|card| card.name.as_str()).collect();
    match (open.as_slice(), names.first()) {
        ([mac], Some(name)) if names.len() == 1 => pairs.push((mac.to_string(), name.to_string())),
        (open, _) => return (pairs, open.len()),
    }
    (pairs, 0)
}

fn is_same(card: &Configured, nic: &NicSpec) -> bool {
    if let (Some(one), Some(old)) = (&card.mac, &nic.mac) {
        return one.eq_ignore_ascii_case(old);
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

fn rules(pairs: &[Pair], moves: &[Pair]) -> String {
    let rule = |(mac, name): &Pair| {
        format!(
            "SUBSYSTEM==\"net\", ACTION==\"add\", DRIVERS==\"?*\", ATTR{{type}}==\"1\", ATTR{{address}}==\"{}\", NAME=\"{name}\"\n",
            mac.to_lowercase()
        )
    };
    let moved = |(old, new): &Pair| format!("# {old} became {new}\n");
    format!(
        "# Written by gyre: cards keep the names that the configuration knows.\n{}{}",
        moves.iter().map(moved).collect::<String>(),
        pairs.iter().map(rule).collect::<String>()
    )
}

/// The text with new hardware addresses for old ones, in whatever case they are written: all in one go, since one
/// card's new address may be another's old one.
fn replaced(text: &str, moves: &[Pair]) -> String {
    let (mut result, mut end) = (String::new(), 0);
    // Lower case of ASCII has the same length.
    let lower = text.to_ascii_lowercase();
    for (at, _) in lower.char_indices() {
        let old_at = |(old, _): &&Pair| lower.get(at..).is_some_and(|rest| rest.starts_with(old.as_str()));
        let Some((old, new)) = moves.iter().find(old_at).filter(|_| at >= end) else { continue };
        result.push_str(text.get(end..at).unwrap_or_default());
        result.push_str(new);
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
            let (pairs, _) = pairs(cards, &vm, &morphing);
            pairs.iter().map(|(mac, name)| format!("{mac} {name}")).collect::<Vec<_>>()
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

    fn moved(moves: &[(&str, &str)]) -> Vec<Pair> {
        moves.iter().map(|(old, new)| (old.to_lowercase(), new.to_lowercase())).collect()
    }

    #[test]
    fn an_old_hardware_address_is_replaced() {
        let moves = moved(&[("00:50:56:AA:00:01", "FA:16:3E:00:00:01")]);
        assert_eq!(
            replaced("ä=00:50:56:aa:00:01\n00:50:56:AA:00:01", &moves),
            "ä=fa:16:3e:00:00:01\nfa:16:3e:00:00:01"
        );
        assert_eq!(replaced("x", &moves), "x");
        let swapped = moved(&[(A, B), (B, A)]);
        assert_eq!(replaced(&format!("{A} {B}\n"), &swapped), format!("{B} {A}\n"));
    }

    const A: &str = "00:50:56:00:00:01";
    const B: &str = "00:50:56:00:00:02";

    /// Two cards, whose addresses the destination gives the other way round.
    fn swapping(set_dhcp: bool) -> (Vm, Morphing) {
        let nic = |mac: &str| NicSpec {
            id: "n".into(),
            mac: Some(mac.into()),
            network: "n".into(),
            addresses: Vec::new(),
        };
        let macs = vec![Some(B.into()), Some(A.into())];
        (crate::fake::golden::vm(vec![nic(A), nic(B)]), Morphing { hypervisor: None, set_dhcp, macs })
    }

    fn ifcfg(mac: &str) -> String {
        format!("HWADDR={}\nBOOTPROTO=none\n", mac.to_uppercase())
    }

    #[test]
    fn addresses_that_change_places_do_so_once() {
        let at = |card: &str| format!("/etc/sysconfig/network-scripts/ifcfg-{card}");
        let root = crate::fake::FakeRoot::new().file(&at("ens192"), &ifcfg(A)).file(&at("ens224"), &ifcfg(B));
        let (vm, morphing) = swapping(false);
        for _ in 0..2 {
            follow(&root, &vm, &morphing).unwrap();
            assert_eq!(root.read_text(&at("ens192")).unwrap(), ifcfg(A).replace(A, B));
            assert_eq!(root.read_text(&at("ens224")).unwrap(), ifcfg(B).replace(B, A));
            let text = root.read_text(RULES).unwrap();
            let pairs: Vec<Pair> = text.lines().filter_map(rule).collect();
            assert_eq!(pairs, [(B.into(), "ens192".into()), (A.into(), "ens224".into())]);
        }
    }

    #[test]
    fn by_dhcp_names_are_pinned_as_their_owner_knows_them() {
        let old = format!("# a\nSUBSYSTEM==\"net\", ATTR{{address}}==\"{A}\", NAME=\"eno1\"\n");
        let plan = format!("network:\n  ethernets:\n    lan0:\n      match: {{}}\n      macaddress: {B}\n");
        let root =
            || crate::fake::FakeRoot::new().file(OLD_NAME_RULES, &old).file("/etc/netplan/a.yaml", &plan);
        let (vm, morphing) = swapping(true);
        let names = |root: &crate::fake::FakeRoot| -> Vec<Pair> {
            root.read_text(RULES).unwrap_or_default().lines().filter_map(rule).collect()
        };
        let pair = |mac: &str, name: &str| (mac.to_string(), name.to_string());
        let any = root();
        pin(&any, Owner::Netplan, &vm, &morphing).unwrap();
        // The plan that is written matches no card called lan0.
        assert_eq!(names(&any), [pair(B, "eno1")]);
        any.remove(OLD_NAME_RULES).unwrap();
        any.remove("/etc/netplan/a.yaml").unwrap();
        pin(&any, Owner::Netplan, &vm, &morphing).unwrap();
        assert_eq!(names(&any), [pair(B, "eno1")], "the second time");
        let named = root();
        pin(&named, Owner::Ifupdown, &vm, &morphing).unwrap();
        assert_eq!(names(&named), [pair(B, "eth0"), pair(A, "eth1")]);
        let unknown = Morphing { macs: vec![None, None], ..morphing };
        let none = root();
        pin(&none, Owner::Ifupdown, &vm, &unknown).unwrap();
        assert!(!none.exists(RULES).unwrap());
    }
}
