//! One NIC of the machine against the network that it is mapped to: its subnets, who has its addresses now,
//! and who may choose them. That an address is in use keeps a deployment from working and not an execution:
//! whoever has it may be gone by then.

use crate::cloud::Cloud;
use crate::contract::{NicSpec, Result};
use crate::findings::Findings;
use crate::neutron::{self, Network, NewFixedIp, Port};
use crate::options::Options;
use crate::ports::{self, Verdict};

/// Checks one NIC.
///
/// # Errors
/// Those of Neutron.
pub fn check(
    cloud: &mut Cloud,
    options: &Options,
    nic: &NicSpec,
    networks: &[Network],
    findings: &mut Findings,
) -> Result<()> {
    let path = format!("network_map[{:?}]", nic.network);
    let found = ports::network_of(options, nic, networks.to_vec());
    if let Some(network) = findings.note(&path, found)? {
        if network.subnets.is_empty() {
            let message =
                format!("network {:?} has no subnet, so NIC {:?} gets no address", network.name, nic.id);
            findings.warn(&path, message, "make a subnet there, or map the NIC to another network");
        }
        let placed = ports::fixed_ips(cloud, options, nic, &network);
        let placed = findings.note(&path, placed)?.unwrap_or_default();
        check_rights(cloud, options, nic, &network, findings)?;
        let own = check_mac(cloud, options, nic, &network, findings)?;
        for fixed in &placed {
            check_ip(cloud, &network, fixed, own.as_ref(), findings)?;
        }
    }
    check_guest(options, nic, findings);
    Ok(())
}

/// In Neutron's default policy only the owner of a network chooses MAC and IP addresses there.
fn check_rights(
    cloud: &mut Cloud,
    options: &Options,
    nic: &NicSpec,
    network: &Network,
    findings: &mut Findings,
) -> Result<()> {
    let chooses = ports::wanted_mac(options, nic).is_some() || options.preserve_fixed_ips;
    if chooses && network.project_id != cloud.project()? {
        let message = format!(
            "network {:?} belongs to another project: most clouds let only its owner choose MAC and IP addresses there",
            network.name
        );
        let remedy = "set port_reuse_policy = replace_mac and preserve_fixed_ips = false, unless the user has that right";
        findings.warn("network_map", message, remedy);
    }
    Ok(())
}

/// The port that has the NIC's MAC now and will be the server's, or make way for it.
fn check_mac(
    cloud: &mut Cloud,
    options: &Options,
    nic: &NicSpec,
    network: &Network,
    findings: &mut Findings,
) -> Result<Option<Port>> {
    let path = "port_reuse_policy";
    let mac = ports::wanted_mac(options, nic);
    let verdict = ports::judge(cloud, options.port_reuse_policy, &network.id, mac.as_deref(), None);
    match findings.note_warning(path, verdict)? {
        None | Some(Verdict::New) => Ok(None),
        Some(Verdict::Reuse(port)) => Ok(Some(port)),
        Some(Verdict::Replace(port)) => {
            let message =
                format!("a deployment deletes {}, which has the MAC of NIC {:?}", port.holder(), nic.id);
            findings.warn(path, message, "set reuse_ports to keep it");
            Ok(Some(port))
        }
    }
}

fn check_ip(
    cloud: &mut Cloud,
    network: &Network,
    fixed: &NewFixedIp,
    own: Option<&Port>,
    findings: &mut Findings,
) -> Result<()> {
    let path = "preserve_fixed_ips";
    let Some(address) = &fixed.ip_address else {
        let message = format!("guests make their own addresses in subnet {}", fixed.subnet_id);
        findings.warn(path, message, "keep the MAC, or use a subnet with stateful DHCPv6");
        return Ok(());
    };
    let holders = neutron::ports_at(cloud, &network.id, address)?;
    for holder in holders.iter().filter(|port| own.is_none_or(|own| own.id != port.id)) {
        let message = format!("{address} is held by {}", holder.holder());
        findings.warn(path, message, "free it before deploying, or turn preserve_fixed_ips off");
    }
    Ok(())
}

/// What the guest does with its addresses, and what the source knows of them.
fn check_guest(options: &Options, nic: &NicSpec, findings: &mut Findings) {
    if options.preserve_fixed_ips && nic.addresses.is_empty() {
        let message =
            format!("the source does not say which addresses NIC {:?} has, so none can be preserved", nic.id);
        let remedy = "run the guest tools on the source, or accept a new address";
        findings.warn("preserve_fixed_ips", message, remedy);
    }
    if !options.set_dhcp && !options.preserve_fixed_ips && !nic.addresses.is_empty() {
        let message = format!(
            "NIC {:?} keeps its address inside the guest, and its port gets another one: Neutron lets nothing through",
            nic.id
        );
        findings.warn("set_dhcp", message, "turn preserve_fixed_ips on, or set_dhcp");
    }
}
