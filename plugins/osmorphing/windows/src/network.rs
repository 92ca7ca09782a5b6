//! Addresses. New cards are new devices for Windows, and begin with DHCP: fixed addresses are given to them by their
//! hardware address at the first boot. Those of the old cards are found in the registry.

use crate::firstboot::{Card, Work};
use crate::guest::Guest;
use gyre_plugin::osmorphing::*;
use std::net::Ipv4Addr;

const INTERFACES_MAX: usize = 256;
/// What a fixed configuration is made of.
const FIXED: [&str; 4] = ["IPAddress", "SubnetMask", "DefaultGateway", "DefaultGatewayMetric"];

/// An interface with fixed addresses.
struct Fixed {
    key: String,
    /// Its name: a GUID in braces.
    guid: String,
    addresses: Vec<Ipv4Addr>,
    masks: Vec<Ipv4Addr>,
    gateways: Vec<Ipv4Addr>,
    servers: Vec<Ipv4Addr>,
}

/// Everything to DHCP, or fixed addresses to the cards that will have them.
///
/// # Errors
/// `registry.*`.
pub fn configure(guest: &Guest, vm: &Vm, morphing: &Morphing, work: &mut Work) -> Result<()> {
    let fixed = fixed(guest)?;
    if morphing.set_dhcp {
        return fixed.iter().try_for_each(|interface| set_dhcp(guest, interface));
    }
    for interface in fixed {
        let Some(mac) = card(&interface, vm, morphing) else {
            log!(
                warn,
                "the fixed addresses of one interface belong to no known card, and are left out";
                "interface" => interface.guid
            );
            continue;
        };
        work.cards.push(Card {
            mac,
            old: interface.guid,
            addresses: interface.addresses,
            masks: interface.masks,
            gateways: interface.gateways,
            servers: interface.servers,
        });
    }
    Ok(())
}

fn fixed(guest: &Guest) -> Result<Vec<Fixed>> {
    let interfaces = guest.service(r"Tcpip\Parameters\Interfaces");
    let mut found = Vec::new();
    for guid in guest.system.keys(&interfaces)?.into_iter().take(INTERFACES_MAX) {
        let key = format!(r"{interfaces}\{guid}");
        let is_guid = guid.starts_with('{') && guid.ends_with('}') && guid.len() == 38;
        let is_plain = guid.chars().all(|c| c.is_ascii_hexdigit() || "{-}".contains(c));
        if guest.system.number(&key, "EnableDHCP")? != Some(0) || !is_guid || !is_plain {
            continue;
        }
        let texts = |name| guest.system.texts(&key, name);
        let pairs: Vec<_> =
            plain(&texts("IPAddress")?).into_iter().zip(plain(&texts("SubnetMask")?)).collect();
        let (addresses, masks) = pairs.into_iter().filter(|(address, _)| !address.is_unspecified()).unzip();
        let servers: Vec<String> =
            texts("NameServer")?.iter().flat_map(|all| all.split([',', ' '])).map(String::from).collect();
        let (gateways, servers) = (plain(&texts("DefaultGateway")?), plain(&servers));
        let interface = Fixed { guid, addresses, masks, gateways, servers, key: key.clone() };
        if !interface.addresses.is_empty() {
            found.push(interface);
        }
    }
    Ok(found)
}

/// Those that are addresses: the rest is nobody's.
fn plain(texts: &[String]) -> Vec<Ipv4Addr> {
    texts.iter().filter_map(|text| text.trim().parse().ok()).collect()
}

fn set_dhcp(guest: &Guest, interface: &Fixed) -> Result<()> {
    for name in FIXED {
        guest.system.remove_value(&interface.key, name)?;
    }
    guest.system.set(&interface.key, "EnableDHCP", &Value::Dword(1))?;
    // Name servers that are set go before those of DHCP.
    guest.system.set(&interface.key, "NameServer", &Value::Sz(String::new()))
}

/// The hardware address of the card that is to have these addresses.
fn card(interface: &Fixed, vm: &Vm, morphing: &Morphing) -> Option<String> {
    let has = |nic: &NicSpec| {
        nic.addresses
            .iter()
            .filter_map(|text| text.parse().ok())
            .any(|address| interface.addresses.contains(&address))
    };
    let only = (vm.nics.len() == 1).then_some(0);
    let index = vm.nics.iter().position(has).or(only)?;
    let new = morphing.macs.get(index).cloned().flatten();
    let mac = new.or_else(|| vm.nics.get(index)?.mac.clone())?.to_uppercase().replace('-', ":");
    let is_mac = mac.len() == 17
        && mac.split(':').all(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_hexdigit()));
    is_mac.then_some(mac)
}
