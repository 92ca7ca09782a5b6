//! Addresses. New cards are new devices for Windows, and begin with DHCP: fixed addresses are given to them by their
//! hardware address at the first boot. Those of the old cards are found in the registry.

use crate::firstboot::{Card, Work};
use crate::guest::Guest;
use crate::ipv6::{self, Address};
use gyre_plugin::osmorphing::*;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const INTERFACES_MAX: usize = 256;
/// Below the services: what is set of version 6, but for addresses.
const OF_VERSION_6: &str = r"Tcpip6\Parameters\Interfaces";
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
    addresses6: Vec<Address>,
    servers6: Vec<Ipv6Addr>,
}

impl Fixed {
    fn has(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.addresses.contains(&address),
            IpAddr::V6(address) => self.addresses6.iter().any(|it| it.address == address),
        }
    }
}

/// Everything to DHCP, or fixed addresses to the cards that will have them.
///
/// # Errors
/// `registry.*`.
pub fn configure(guest: &Guest, vm: &Vm, morphing: &Morphing, work: &mut Work) -> Result<()> {
    let fixed = fixed(guest)?;
    if morphing.set_dhcp {
        // Those of version 6 stay behind with the old card, and are in nobody's way.
        let mut fixed = fixed.iter().filter(|interface| !interface.addresses.is_empty());
        return fixed.try_for_each(|interface| set_dhcp(guest, interface));
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
        if !interface.addresses6.is_empty() {
            log!(
                warn,
                "fixed IPv6 addresses are kept, but no router with them: the new network must announce one";
                "interface" => interface.guid
            );
        }
        work.cards.push(Card {
            mac,
            old: interface.guid,
            addresses: interface.addresses,
            masks: interface.masks,
            gateways: interface.gateways,
            servers: interface.servers,
            addresses6: interface.addresses6,
            servers6: interface.servers6,
        });
    }
    Ok(())
}

fn fixed(guest: &Guest) -> Result<Vec<Fixed>> {
    let interfaces = guest.service(r"Tcpip\Parameters\Interfaces");
    let mut of_version_6 = ipv6::fixed(guest)?;
    let mut found = Vec::new();
    for guid in guest.system.keys(&interfaces)?.into_iter().take(INTERFACES_MAX) {
        let is_guid = guid.starts_with('{') && guid.ends_with('}') && guid.len() == 38;
        let is_plain = guid.chars().all(|c| c.is_ascii_hexdigit() || "{-}".contains(c));
        if !is_guid || !is_plain {
            continue;
        }
        let addresses6 = of_version_6.remove(&guid.to_lowercase()).unwrap_or_default();
        let interface = interface(guest, format!(r"{interfaces}\{guid}"), guid, addresses6)?;
        if !interface.addresses.is_empty() || !interface.addresses6.is_empty() {
            found.push(interface);
        }
    }
    Ok(found)
}

/// What is set of an interface. Name servers are kept by those that have addresses.
fn interface(guest: &Guest, key: String, guid: String, addresses6: Vec<Address>) -> Result<Fixed> {
    let is_fixed = guest.system.number(&key, "EnableDHCP")? == Some(0);
    let texts = |name| if is_fixed { guest.system.texts(&key, name) } else { Ok(Vec::new()) };
    let pairs = plain(&texts("IPAddress")?).into_iter().zip(plain(&texts("SubnetMask")?));
    let (addresses, masks) =
        pairs.filter(|(address, _): &(Ipv4Addr, Ipv4Addr)| !address.is_unspecified()).unzip();
    let servers6 = match addresses6.is_empty() {
        true => Vec::new(),
        false => each(&guest.system.texts(&guest.service(&format!(r"{OF_VERSION_6}\{guid}")), "NameServer")?),
    };
    let (gateways, servers) = (plain(&texts("DefaultGateway")?), each(&texts("NameServer")?));
    Ok(Fixed { key, guid, addresses, masks, gateways, servers, addresses6, servers6 })
}

/// The addresses of a list in a text.
fn each<A: std::str::FromStr>(texts: &[String]) -> Vec<A> {
    let texts: Vec<String> = texts.iter().flat_map(|all| all.split([',', ' '])).map(String::from).collect();
    plain(&texts)
}

/// Those that are addresses: the rest is nobody's.
fn plain<A: std::str::FromStr>(texts: &[String]) -> Vec<A> {
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
        nic.addresses.iter().filter_map(|text| text.parse().ok()).any(|address| interface.has(address))
    };
    let only = (vm.nics.len() == 1).then_some(0);
    let index = vm.nics.iter().position(has).or(only)?;
    let new = morphing.macs.get(index).cloned().flatten();
    let mac = new.or_else(|| vm.nics.get(index)?.mac.clone())?.to_uppercase().replace('-', ":");
    let is_mac = mac.len() == 17
        && mac.split(':').all(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_hexdigit()));
    is_mac.then_some(mac)
}
