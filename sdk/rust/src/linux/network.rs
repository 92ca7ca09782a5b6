//! The network by DHCP: whatever configured it before is put away, and one owner is left. Which one is
//! told by files, not by the family. cloud-init's own network part is off (`cloud_init`).

mod configured;
mod debian;
mod ifcfg;
mod keyfiles;
mod names;
mod networkd;

use super::files;
use crate::osmorphing::*;

pub use debian::missing_client;
pub use names::follow;

const OLD_NAME_RULES: &str = "/etc/udev/rules.d/70-persistent-net.rules";
/// Names that KVM's network cards have where the kernel's own are not kept.
const PREDICTABLE: &[&str] = &["ens3", "ens4", "ens5", "ens6", "enp1s0", "enp2s0", "enp3s0"];
const WICKED: &str = "wicked";
/// Which program is the service `network` of SUSE.
const NETWORK_SERVICE: &str = "/etc/systemd/system/network.service";

/// Who configures the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    /// `/etc/netplan`.
    Netplan,
    /// `/etc/network/interfaces`.
    Ifupdown,
    /// `/etc/sysconfig/network-scripts`, of a system that has the service `network`.
    NetworkScripts,
    /// `/etc/sysconfig/network`.
    Wicked,
    /// `/etc/NetworkManager/system-connections`.
    NetworkManager,
    /// `/etc/systemd/network`.
    Networkd,
    /// None of these.
    Other,
}

impl Owner {
    /// Looks for it.
    ///
    /// # Errors
    /// What the host met.
    pub fn find(root: &Root) -> Result<Self> {
        if debian::has_netplan(root)? {
            return Ok(Self::Netplan);
        }
        if root.exists(debian::INTERFACES)? {
            return Ok(Self::Ifupdown);
        }
        if ifcfg::has_network_service(root)? {
            return Ok(Self::NetworkScripts);
        }
        if has_wicked(root)? {
            return Ok(Self::Wicked);
        }
        if root.find_program("NetworkManager")?.is_some() {
            return Ok(Self::NetworkManager);
        }
        Ok(if networkd::is_enabled(root)? { Self::Networkd } else { Self::Other })
    }

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Netplan => "netplan",
            Self::Ifupdown => "ifupdown",
            Self::NetworkScripts => "the service network",
            Self::Wicked => "wicked",
            Self::NetworkManager => "NetworkManager",
            Self::Networkd => "systemd-networkd",
            Self::Other => "nothing that is known configures it",
        }
    }

    /// Whether it configures cards by name, so that the kernel's own names must be kept.
    pub fn names_cards(self) -> bool {
        matches!(self, Self::Ifupdown | Self::NetworkScripts | Self::Wicked)
    }
}

fn has_wicked(root: &Root) -> Result<bool> {
    if root.find_program(WICKED)?.is_none() {
        return Ok(false);
    }
    Ok(!root.read_link(NETWORK_SERVICE).is_ok_and(|target| target.contains("NetworkManager")))
}

/// Sets every interface to DHCP; `kernel_names`: the kernel calls cards eth0, eth1, …, new ones, too.
///
/// # Errors
/// What the host met.
pub fn set_dhcp(root: &Root, owner: Owner, vm: &Vm, morphing: &Morphing, kernel_names: bool) -> Result<()> {
    names::pin(root, owner, vm, morphing)?;
    files::put_away(root, OLD_NAME_RULES)?;
    let links = files::with_extension(root, networkd::DIRECTORY, &["link"])?;
    links.iter().try_for_each(|path| files::put_away(root, path))?;
    let cards = cards(vm.nics.len(), kernel_names);
    match owner {
        Owner::Netplan => debian::netplan(root)?,
        Owner::Ifupdown => debian::ifupdown(root, &cards)?,
        Owner::NetworkScripts => ifcfg::network_scripts(root, &cards)?,
        Owner::Wicked => ifcfg::wicked(root, &cards)?,
        Owner::NetworkManager => {
            ifcfg::put_away(root)?;
            keyfiles::any_card(root)?;
        }
        Owner::Networkd => networkd::any_card(root)?,
        Owner::Other => log!(warn, "nothing that configures the network was found: it stays as it is"),
    }
    networkd::replace(root)?;
    keyfiles::put_away(root)
}

/// A card's name, and whether it is sure to be there.
struct Card {
    name: String,
    is_sure: bool,
}

fn cards(nics: usize, kernel_names: bool) -> Vec<Card> {
    let mut cards: Vec<Card> =
        (0..nics.max(1)).map(|nic| Card { name: format!("eth{nic}"), is_sure: kernel_names }).collect();
    if !kernel_names {
        cards.extend(PREDICTABLE.iter().map(|name| Card { name: name.to_string(), is_sure: false }));
    }
    cards
}
