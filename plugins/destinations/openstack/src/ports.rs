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
    let mut planned = Vec::new();
    for (number, nic) in vm.nics.iter().enumerate() {
        let name = marks::name(&vm.name, &format!(" nic {number} (gyre)"));
        if let Some(port) = made.iter().find(|port| port.name == name) {
            planned.push(Planned::Made(port.clone()));
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
        // What cannot work for one NIC must not have cost another one's port first.
        judge(&mut run.cloud, run.options.port_reuse_policy, &new.network, new.mac.as_deref(), server)?;
        planned.push(Planned::New(new));
    }
    planned.into_iter().map(|port| port.ensure(run, server)).collect()
}

/// What a NIC gets.
enum Planned {
    /// An earlier call made it.
    Made(Port),
    /// Nothing stands against it, as far as was seen.
    New(NewPort),
}

impl Planned {
    fn ensure(self, run: &mut Run, server: Option<&str>) -> Result<Port> {
        match self {
            Planned::Made(port) => Ok(port),
            Planned::New(new) => claim(run, new, server),
        }
    }
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
        let message =
            format!("{path}: is missing; say which network NIC {:?} of the machine goes to", nic.id);
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
                format!(
                    "network_map[{:?}]: the source gives NIC {:?} the address {text:?}, which is none; correct it there, \
                     or turn preserve_fixed_ips off",
                    nic.network, nic.id
                ),
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
    let serves = |subnet: &&&Subnet| subnet.enable_dhcp && !subnet.reserves(address);
    if let Some(subnet) = inside.iter().find(serves) {
        let ip_address = (!subnet.chooses_itself()).then(|| address.to_string());
        return Ok(NewFixedIp { subnet_id: subnet.id.clone(), ip_address });
    }
    let path = format!("network_map[{:?}]", nic.network);
    let (what, remedy) = match inside.first() {
        Some(subnet) if subnet.reserves(address) => (
            format!(
                "{address} is of subnet {:?} itself or reaches all of it, and no port can have it",
                subnet.name
            ),
            "correct it at the source",
        ),
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

/// What becomes of the ports that have a NIC's MAC address.
#[derive(Debug)]
pub enum Verdict {
    /// Nobody has it, or it does not matter: a new port.
    New,
    /// This port, as it is.
    Reuse(Port),
    /// It makes way for a new one.
    Replace(Port),
}

/// Asks who has the MAC address and says what `port_reuse_policy` makes of it. `server` is the one that the
/// port is for, where it is there.
///
/// # Errors
/// `openstack.port-in-use`, `openstack.port-network`.
pub fn judge(
    cloud: &mut Cloud,
    policy: PortReusePolicy,
    network: &str,
    mac: Option<&str>,
    server: Option<&str>,
) -> Result<Verdict> {
    let Some(mac) = mac else { return Ok(Verdict::New) };
    let (here, elsewhere): (Vec<Port>, Vec<Port>) =
        neutron::ports_with_mac(cloud, mac)?.into_iter().partition(|port| port.network_id == network);
    let own = server.filter(|_| policy == PortReusePolicy::ReusePorts);
    if let Some(taken) = here.iter().find(|port| !port.is_free() && Some(port.device_id.as_str()) != own) {
        return Err(bound(mac, taken));
    }
    match (policy, here.into_iter().next(), elsewhere.first()) {
        (PortReusePolicy::ReusePorts, Some(port), _) => Ok(Verdict::Reuse(port)),
        (PortReusePolicy::ReusePorts, None, Some(port)) => Err(misplaced(mac, port)),
        (PortReusePolicy::KeepMac, Some(port), _) => Ok(Verdict::Replace(port)),
        _ => Ok(Verdict::New),
    }
}

fn claim(run: &mut Run, new: NewPort, server: Option<&str>) -> Result<Port> {
    let policy = run.options.port_reuse_policy;
    match judge(&mut run.cloud, policy, &new.network, new.mac.as_deref(), server)? {
        Verdict::Reuse(port) => return Ok(port),
        Verdict::Replace(port) => {
            log!(info, "deleting an unbound port that holds a needed MAC address"; "port" => port.id, "mac" => port.mac_address);
            neutron::delete_port(&mut run.cloud, &port.id)?;
        }
        Verdict::New => {}
    }
    neutron::create_port(&mut run.cloud, &new)
}

fn misplaced(mac: &str, port: &Port) -> Error {
    let message = format!(
        "MAC {mac} belongs to {} in another network than the mapped one; correct network_map or delete that port",
        port.holder()
    );
    Error::conflict("openstack.port-network", message)
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
        for reserved in ["10.0.0.0", "10.0.0.255", "2001:db8::"] {
            assert!(place(reserved).unwrap_err().message.contains("no port can have it"), "{reserved}");
        }
    }

    #[test]
    fn macs_are_written_as_neutron_writes_them() {
        let mut options = Options::default();
        assert_eq!(wanted_mac(&options, &nic(&[])).as_deref(), Some("00:50:56:aa:bb:cc"));
        options.port_reuse_policy = PortReusePolicy::ReplaceMac;
        assert_eq!(wanted_mac(&options, &nic(&[])), None);
    }
}
