//! The ports of a migrated server: which network, MAC and addresses each NIC of the source gets, and
//! what becomes of ports that hold them already. A port that gyre did not make is never deleted here
//! unless nobody has it and `keep_mac` says so.

use crate::cloud::Cloud;
use crate::contract::{Error, NicSpec, Result, VmSpec, log};
use crate::marks;
use crate::neutron::{self, Network, NewFixedIp, NewPort, Port, Subnet};
use crate::options::{Options, PortReusePolicy};
use crate::wait::Run;
use std::net::IpAddr;

/// Makes or finds the port of every NIC, in NIC order. `server` has them already, if it is there.
///
/// # Errors
/// `openstack.unmapped-network`, `openstack.fixed-ip`, `openstack.port-in-use`,
/// `openstack.port-network`, `openstack.address-in-use`.
pub fn ensure(run: &mut Run, vm: &VmSpec, server: Option<&str>) -> Result<Vec<Port>> {
    let networks = neutron::networks(&mut run.cloud)?;
    let groups = security_groups(&mut run.cloud, &run.options)?;
    let description = marks::description(&run.token);
    let made = neutron::ports_of(&mut run.cloud, &description)?;
    let mut ports = Vec::new();
    for (number, nic) in vm.nics.iter().enumerate() {
        let name = marks::name(&vm.name, &format!(" nic {number} (gyre)"));
        if let Some(port) = made.iter().find(|port| port.name == name) {
            ports.push(port.clone());
            continue;
        }
        let network = network_of(&run.options, nic, networks.clone())?;
        let groups = groups.clone().filter(|_| network.takes_groups());
        let new = NewPort {
            name,
            description: description.clone(),
            fixed_ips: fixed_ips(&mut run.cloud, &run.options, nic, &network)?,
            mac: wanted_mac(&run.options, nic),
            network: network.id,
            security_groups: groups,
        };
        ports.push(claim(run, new, server)?);
    }
    Ok(ports)
}

/// The MAC address that a NIC's port will have, if that is known.
pub fn wanted_mac(options: &Options, nic: &NicSpec) -> Option<String> {
    let keeps = options.port_reuse_policy != PortReusePolicy::ReplaceMac;
    nic.mac.as_ref().filter(|_| keeps).map(|mac| mac.to_lowercase().replace('-', ":"))
}

/// The network that a NIC is mapped to.
///
/// # Errors
/// `openstack.unmapped-network`, `openstack.unknown-name`, `openstack.ambiguous-name`.
pub fn network_of(options: &Options, nic: &NicSpec, networks: Vec<Network>) -> Result<Network> {
    let path = format!("network_map[{:?}]", nic.network);
    let Some(wanted) = options.network_map.get(&nic.network) else {
        let message = format!("{path} is missing: say which network NIC {:?} of the machine goes to", nic.id);
        return Err(Error::invalid("openstack.unmapped-network", message));
    };
    marks::pick("network", &path, wanted, networks)
}

/// The groups of the migrated server by id; none: the project's default.
///
/// # Errors
/// `openstack.unknown-name`, `openstack.ambiguous-name`.
pub fn security_groups(cloud: &mut Cloud, options: &Options) -> Result<Option<Vec<String>>> {
    let wanted = options.all_security_groups();
    if wanted.is_empty() {
        return Ok(None);
    }
    let all = neutron::security_groups(cloud)?;
    let id = |(name, path): (&str, &str)| {
        marks::pick("security group", path, name, all.clone()).map(|group| group.id)
    };
    wanted.into_iter().map(id).collect::<Result<_>>().map(Some)
}

/// The addresses to ask for: none unless `preserve_fixed_ips`.
///
/// # Errors
/// `openstack.fixed-ip`.
pub fn fixed_ips(
    cloud: &mut Cloud,
    options: &Options,
    nic: &NicSpec,
    network: &Network,
) -> Result<Vec<NewFixedIp>> {
    if !options.preserve_fixed_ips {
        return Ok(Vec::new());
    }
    let subnets = neutron::subnets(cloud, &network.id)?;
    addresses(nic)?.into_iter().map(|address| place(nic, network, &subnets, address)).collect()
}

/// The addresses of a NIC that mean something outside its own link.
fn addresses(nic: &NicSpec) -> Result<Vec<IpAddr>> {
    let mut all = Vec::new();
    for text in &nic.addresses {
        let address: IpAddr = text.split('%').next().unwrap_or_default().parse().map_err(|_| {
            Error::invalid(
                "openstack.fixed-ip",
                format!("the source gives NIC {:?} the address {text:?}, which is none", nic.id),
            )
        })?;
        let link_local = match address {
            IpAddr::V4(v4) => v4.is_link_local(),
            IpAddr::V6(v6) => v6.is_unicast_link_local(),
        };
        if !link_local && !address.is_loopback() && !address.is_unspecified() {
            all.push(address);
        }
    }
    Ok(all)
}

fn place(nic: &NicSpec, network: &Network, subnets: &[Subnet], address: IpAddr) -> Result<NewFixedIp> {
    let inside: Vec<&Subnet> = subnets.iter().filter(|subnet| subnet.contains(address)).collect();
    if let Some(subnet) = inside.iter().find(|subnet| subnet.enable_dhcp) {
        let ip_address = (!subnet.chooses_itself()).then(|| address.to_string());
        return Ok(NewFixedIp { subnet_id: subnet.id.clone(), ip_address });
    }
    let path = format!("network_map[{:?}]", nic.network);
    let (what, remedy) = match inside.first() {
        Some(subnet) => {
            (format!("subnet {:?} holds {address} and has no DHCP", subnet.name), "turn DHCP on there")
        }
        None => (
            format!("no subnet of network {:?} holds {address}", network.name),
            "map the NIC to a network that has one",
        ),
    };
    let message = format!(
        "{path}: {what}, so preserve_fixed_ips cannot work; {remedy}, or turn preserve_fixed_ips off"
    );
    Err(Error::invalid("openstack.fixed-ip", message))
}

fn claim(run: &mut Run, new: NewPort, server: Option<&str>) -> Result<Port> {
    let Some(mac) = new.mac.clone() else { return neutron::create_port(&mut run.cloud, &new) };
    let holders = neutron::ports_with_mac(&mut run.cloud, &mac)?;
    match run.options.port_reuse_policy {
        PortReusePolicy::ReusePorts => reuse(run, &new, &mac, holders, server),
        _ => replace(run, &new, &mac, holders),
    }
}

/// `reuse_ports`: the port that has the MAC, as it is.
fn reuse(run: &mut Run, new: &NewPort, mac: &str, holders: Vec<Port>, server: Option<&str>) -> Result<Port> {
    let elsewhere = holders.iter().find(|port| port.network_id != new.network).map(Port::holder);
    let mut here = holders.into_iter().filter(|port| port.network_id == new.network);
    match (here.next(), elsewhere) {
        (Some(port), _) if port.device_id.is_empty() || Some(port.device_id.as_str()) == server => Ok(port),
        (Some(port), _) => Err(bound(mac, &port)),
        (None, Some(holder)) => {
            let message = format!(
                "MAC {mac} belongs to {holder} in another network than the mapped one; correct network_map or delete that port"
            );
            Err(Error::conflict("openstack.port-network", message))
        }
        (None, None) => neutron::create_port(&mut run.cloud, new),
    }
}

/// `keep_mac`: unbound ports of the network that have the MAC make way.
fn replace(run: &mut Run, new: &NewPort, mac: &str, holders: Vec<Port>) -> Result<Port> {
    for port in holders.into_iter().filter(|port| port.network_id == new.network) {
        if !port.device_id.is_empty() {
            return Err(bound(mac, &port));
        }
        log!(info, "deleting an unbound port that holds a needed MAC address"; "port" => port.id, "mac" => mac);
        neutron::delete_port(&mut run.cloud, &port.id)?;
    }
    neutron::create_port(&mut run.cloud, new)
}

fn bound(mac: &str, port: &Port) -> Error {
    let message = format!(
        "MAC {mac} is in use by {}; remove it there, or set port_reuse_policy = replace_mac",
        port.holder()
    );
    Error::conflict("openstack.port-in-use", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nic(addresses: &[&str]) -> NicSpec {
        let addresses = addresses.iter().map(|&text| text.into()).collect();
        NicSpec {
            id: "n".into(),
            mac: Some("00-50-56-AA-BB-CC".into()),
            network: "VM Network".into(),
            addresses,
        }
    }

    fn subnet(cidr: &str, enable_dhcp: bool, mode: Option<&str>) -> Subnet {
        let ipv6_address_mode = mode.map(str::to_owned);
        Subnet { id: cidr.into(), name: cidr.into(), cidr: cidr.into(), enable_dhcp, ipv6_address_mode }
    }

    #[test]
    fn addresses_of_the_link_alone_are_left_out() {
        let all = addresses(&nic(&["10.0.0.5", "fe80::1%eth0", "169.254.1.1", "2001:db8::5"])).unwrap();
        assert_eq!(all, ["10.0.0.5".parse::<IpAddr>().unwrap(), "2001:db8::5".parse().unwrap()]);
        assert_eq!(addresses(&nic(&["10.0.0.5/24"])).unwrap_err().code, "openstack.fixed-ip");
    }

    #[test]
    fn an_address_needs_a_subnet_with_dhcp() {
        let network = Network {
            id: "i".into(),
            name: "net".into(),
            project_id: String::new(),
            external: false,
            subnets: Vec::new(),
            port_security_enabled: None,
        };
        let subnets = [
            subnet("10.0.0.0/24", true, None),
            subnet("10.0.1.0/24", false, None),
            subnet("2001:db8::/64", true, Some("slaac")),
        ];
        let place = |text: &str| place(&nic(&[]), &network, &subnets, text.parse().unwrap());
        assert_eq!(place("10.0.0.5").unwrap().ip_address.as_deref(), Some("10.0.0.5"));
        assert_eq!(place("2001:db8::5").unwrap().ip_address, None, "Neutron refuses a choice there");
        assert!(place("10.0.1.5").unwrap_err().message.contains("has no DHCP"));
        assert!(place("10.0.2.5").unwrap_err().message.contains("no subnet"));
    }

    #[test]
    fn macs_are_written_as_neutron_writes_them() {
        let mut options = Options::default();
        assert_eq!(wanted_mac(&options, &nic(&[])).as_deref(), Some("00:50:56:aa:bb:cc"));
        options.port_reuse_policy = PortReusePolicy::ReplaceMac;
        assert_eq!(wanted_mac(&options, &nic(&[])), None);
    }
}
