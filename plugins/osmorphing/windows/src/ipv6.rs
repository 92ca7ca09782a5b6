//! Fixed addresses of version 6. Windows keeps those in a store of the network stack, by the number (LUID) of an
//! interface instead of its GUID; other programs that carry them from card to card read the same places. Knows what
//! stands there; not who gets it. The store's routes are in a form that is known to nobody: routers are left out.

use crate::guest::Guest;
use gyre_plugin::osmorphing::*;
use std::collections::BTreeMap;
use std::net::Ipv6Addr;

/// Below the control set: the stack of version 6, its unicast addresses.
const ADDRESSES: &str = r"Control\Nsi\{eb004a01-9b1a-11d4-9123-0050047759bc}\10";
/// The class of network cards: each has its GUID here, and what its number is made of.
const CARDS: &str = r"Control\Class\{4d36e972-e325-11ce-bfc1-08002be10318}";
const CARDS_MAX: usize = 256;
const ADDRESSES_MAX: usize = 1024;
/// Digits of a number, which the name of an address begins with; those of the address follow.
const LUID_DIGITS: usize = 16;
/// In an address' entry: where it is from, and the length of its prefix.
const ORIGIN: std::ops::Range<usize> = 8..12;
const PREFIX: usize = 16;
/// Somebody typed it: neither a router nor DHCP gave it.
const MANUAL: [u8; 4] = [1, 0, 0, 0];
const PREFIX_MAX: u8 = 128;

/// An address and the length of its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    pub address: Ipv6Addr,
    pub prefix: u8,
}

/// Those that somebody typed, by the GUID of their interface in small letters. Of a link's own ones none: every card makes
/// its own.
///
/// # Errors
/// `registry.*`.
pub fn fixed(guest: &Guest) -> Result<BTreeMap<String, Vec<Address>>> {
    let store = guest.key(ADDRESSES);
    let names: Vec<_> = guest.system.values(&store)?.into_iter().take(ADDRESSES_MAX).collect();
    let mut found: BTreeMap<String, Vec<Address>> = BTreeMap::new();
    if names.is_empty() {
        return Ok(found);
    }
    let cards = cards(guest)?;
    for name in names {
        let Some((luid, address)) = parse(&name) else { continue };
        let (Some(guid), Some(Value::Binary(entry))) = (cards.get(&luid), guest.system.get(&store, &name)?)
        else {
            continue;
        };
        let prefix = entry.get(PREFIX).copied().filter(|prefix| (1..=PREFIX_MAX).contains(prefix));
        if let (Some(prefix), Some(MANUAL)) = (prefix, entry.get(ORIGIN).and_then(|it| it.try_into().ok())) {
            found.entry(guid.clone()).or_default().push(Address { address, prefix });
        }
    }
    Ok(found)
}

/// Of the name of an entry.
fn parse(name: &str) -> Option<(u64, Ipv6Addr)> {
    let (luid, address) = name.split_at_checked(LUID_DIGITS)?;
    let address = Ipv6Addr::from(hex::<16>(address)?);
    let is_plain = !address.is_unspecified() && !address.is_loopback() && !address.is_multicast();
    // As they lie in memory.
    let luid = u64::from_le_bytes(hex::<8>(luid)?);
    (is_plain && !address.is_unicast_link_local()).then_some((luid, address))
}

fn hex<const N: usize>(digits: &str) -> Option<[u8; N]> {
    if digits.len() != 2 * N || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, at) in bytes.iter_mut().zip((0..).step_by(2)) {
        *byte = u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

/// The GUID of each card by its number: 24 bits that are kept free, an index of 24 bits, and the kind of interface.
fn cards(guest: &Guest) -> Result<BTreeMap<u64, String>> {
    let class = guest.key(CARDS);
    let mut cards = BTreeMap::new();
    for card in guest.system.keys(&class)?.into_iter().take(CARDS_MAX) {
        let key = format!(r"{class}\{card}");
        let (index, kind) =
            (guest.system.number(&key, "NetLuidIndex")?, guest.system.number(&key, "*IfType")?);
        let guid = guest.system.text(&key, "NetCfgInstanceId")?;
        if let (Some(index), Some(kind), Some(guid)) = (index, kind, guid) {
            cards.insert(u64::from(index) << 24 | u64::from(kind) << 48, guid.to_lowercase());
        }
    }
    Ok(cards)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_number_and_an_address() {
        let name = |address: &str| format!("0000000900000600{address}");
        let luid = 9 << 24 | 6 << 48;
        let full = "20010db8000000000000000000000001";
        assert_eq!(parse(&name(full)), Some((luid, "2001:db8::1".parse().unwrap())));
        let (local, many, none) =
            ("fe800000000000000000000000000001", "ff020000000000000000000000000001", "0".repeat(32));
        for bad in [local, many, &none, "+001", "", "20010db80000000000000000000000010", "'; évil"] {
            assert_eq!(parse(&name(bad)), None, "{bad}");
        }
        assert_eq!(parse("00"), None);
    }
}
