//! What the guest's files say of its cards, read only as far as it takes to tell the cards apart: a name,
//! a hardware address, IP addresses. Every form of the network's owners.

use super::debian::NETPLAN;
use super::files;

/// A card as one file of the guest configures it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Configured {
    pub(super) name: String,
    pub(super) mac: Option<String>,
    pub(super) addresses: Vec<String>,
}

/// The cards that a file configures, by the form that its name tells.
pub(super) fn read(path: &str, text: &str) -> Vec<Configured> {
    let name = path.rsplit('/').next().unwrap_or_default();
    if path.starts_with(NETPLAN) {
        netplan(text)
    } else if path.starts_with("/etc/network/") {
        interfaces(text)
    } else if let Some(card) = name.strip_prefix("ifcfg-") {
        vec![shell(card, text)]
    } else {
        vec![sections(text)]
    }
}

/// `ifcfg-*` of both families.
fn shell(card: &str, text: &str) -> Configured {
    let value = |name: &str| files::variable(text, name).filter(|value| !value.is_empty());
    let addresses = text.lines().filter(|line| line.trim().starts_with("IPADDR"));
    let addresses = addresses.filter_map(|line| line.split_once('=')).map(|(_, value)| unquoted(value));
    Configured {
        name: value("DEVICE").unwrap_or_else(|| card.to_string()),
        mac: value("HWADDR").or_else(|| value("LLADDR")),
        addresses: addresses.collect(),
    }
}

/// Keyfiles, and files of systemd-networkd.
fn sections(text: &str) -> Configured {
    let mut card = Configured::default();
    for (key, value) in text.lines().filter_map(|line| line.split_once('=')) {
        let value = value.trim();
        match key.trim() {
            "interface-name" | "Name" => card.name = value.into(),
            "mac-address" | "MACAddress" => card.mac = Some(value.into()),
            key if key.starts_with("address") || key == "Address" => {
                card.addresses.push(value.split(',').next().unwrap_or_default().into());
            }
            _ => {}
        }
    }
    card
}

/// `iface NAME inet …` with the lines below it.
fn interfaces(text: &str) -> Vec<Configured> {
    let mut cards: Vec<Configured> = Vec::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match (words.as_slice(), cards.last_mut()) {
            (["iface", name, ..], _) => {
                cards.push(Configured { name: name.to_string(), ..Configured::default() })
            }
            (["address", address, ..], Some(card)) => card.addresses.push(address.to_string()),
            (["hwaddress", .., mac], Some(card)) => card.mac = Some(mac.to_string()),
            _ => {}
        }
    }
    cards
}

/// The entries of `ethernets:`, by their indentation. Addresses may stand in a list or in brackets.
fn netplan(text: &str) -> Vec<Configured> {
    let mut cards: Vec<Configured> = Vec::new();
    let mut section: Option<usize> = None;
    let mut entry: Option<usize> = None;
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        let indent = line.len() - line.trim_start().len();
        let (key, value) = line.trim().split_once(':').unwrap_or((line.trim(), ""));
        if key == "ethernets" {
            (section, entry) = (Some(indent), None);
        } else if section.is_some_and(|section| indent <= section) {
            section = None;
        } else if section.is_some() && entry.is_none_or(|entry| indent <= entry) {
            entry = Some(indent);
            cards.push(Configured { name: unquoted(key), ..Configured::default() });
        } else if let (Some(_), Some(card)) = (section, cards.last_mut()) {
            card.take(key, value, line);
        }
    }
    cards
}

impl Configured {
    /// One line below an entry of netplan.
    fn take(&mut self, key: &str, value: &str, line: &str) {
        match key {
            "macaddress" => self.mac = Some(unquoted(value)),
            "set-name" | "name" => self.name = unquoted(value),
            "addresses" | "-" => self.take_addresses(value),
            _ => self.take_addresses(line),
        }
    }

    fn take_addresses(&mut self, text: &str) {
        let words = text.split(|c: char| c.is_whitespace() || "[],\"'-".contains(c));
        self.addresses.extend(words.filter(|word| word.contains('/')).map(String::from));
    }
}

fn unquoted(text: &str) -> String {
    text.trim().trim_matches(['"', '\'']).to_string()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// As tests write one down.
    pub(in super::super) fn card(name: &str, mac: Option<&str>, addresses: &[&str]) -> Configured {
        Configured {
            name: name.into(),
            mac: mac.map(String::from),
            addresses: addresses.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn every_form_is_read() {
        let mac = Some("00:50:56:00:00:01");
        let expected = [card("ens192", mac, &["192.0.2.11/24"])];
        for (path, text) in [
            (
                "/etc/netplan/a.yaml",
                "network:\n  version: 2\n  ethernets:\n    ens192:\n      match:\n        macaddress: \"00:50:56:00:00:01\"\n      addresses:\n      - 192.0.2.11/24\n      gateway4: 192.0.2.1\n  bonds:\n    bond0: {}\n",
            ),
            (
                "/etc/netplan/a.yaml",
                "network:\n  ethernets:\n    x:\n      set-name: ens192\n      match: \n        macaddress: 00:50:56:00:00:01\n      addresses: [192.0.2.11/24]\n",
            ),
            (
                "/etc/network/interfaces",
                "auto ens192\niface ens192 inet static\n  address 192.0.2.11/24\n  hwaddress ether 00:50:56:00:00:01\n",
            ),
            (
                "/etc/NetworkManager/system-connections/a",
                "[connection]\ninterface-name=ens192\n[ethernet]\nmac-address=00:50:56:00:00:01\n[ipv4]\naddress1=192.0.2.11/24,192.0.2.1\n",
            ),
            (
                "/etc/systemd/network/a.network",
                "[Match]\nName=ens192\nMACAddress=00:50:56:00:00:01\n[Network]\nAddress=192.0.2.11/24\n",
            ),
            ("/etc/sysconfig/network/ifcfg-ens192", "IPADDR='192.0.2.11/24'\nLLADDR='00:50:56:00:00:01'\n"),
        ] {
            assert_eq!(read(path, text), expected, "{path} {text}");
        }
        assert_eq!(
            read("/a/ifcfg-x", "DEVICE=eth0\nIPADDR=192.0.2.1\n"),
            [card("eth0", None, &["192.0.2.1"])]
        );
    }
}
