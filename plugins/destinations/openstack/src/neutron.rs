//! Neutron: networks, subnets, ports, security groups and floating IPs, as far as they are needed.
//! Knows no steps.

use crate::cloud::{Cloud, Service, encode};
use crate::contract::{Error, Explain, Result};
use crate::marks::{self, Named};
use crate::options::Cidr;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::IpAddr;

const NEUTRON: Service = Service::Network;

/// A network.
#[derive(Clone, Debug, Deserialize)]
pub struct Network {
    /// Its id.
    pub id: String,
    /// What people see; not unique.
    #[serde(default)]
    pub name: String,
    /// Whose it is.
    #[serde(default)]
    pub project_id: String,
    /// Whether floating IPs come from it.
    #[serde(default, rename = "router:external")]
    pub external: bool,
    /// Ids of its subnets, also of those that are not shown to this project.
    #[serde(default)]
    pub subnets: Vec<String>,
    /// Whether security groups can apply; absent where the cloud has no such switch.
    #[serde(default)]
    pub port_security_enabled: Option<bool>,
}

impl Named for Network {
    fn id(&self) -> &str {
        &self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
}

impl Network {
    /// Whether its ports may have security groups.
    pub fn takes_groups(&self) -> bool {
        self.port_security_enabled != Some(false)
    }
}

/// A subnet.
#[derive(Clone, Debug, Deserialize)]
pub struct Subnet {
    /// Its id.
    pub id: String,
    /// What people see.
    #[serde(default)]
    pub name: String,
    /// Addresses of it.
    pub cidr: String,
    /// Whether Neutron hands addresses out.
    #[serde(default)]
    pub enable_dhcp: bool,
    /// `slaac`, `dhcpv6-stateful`, …
    #[serde(default)]
    pub ipv6_address_mode: Option<String>,
}

impl Named for Subnet {
    fn id(&self) -> &str {
        &self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
}

impl Subnet {
    /// Whether the address lies in it.
    pub fn contains(&self, address: IpAddr) -> bool {
        Cidr::parse(&self.cidr).is_some_and(|cidr| cidr.contains(address))
    }

    /// Whether the address is that of the subnet itself, or reaches everybody in it.
    pub fn reserves(&self, address: IpAddr) -> bool {
        Cidr::parse(&self.cidr).is_some_and(|cidr| cidr.reserves(address))
    }

    /// Whether the guest makes its own addresses, so that none can be asked for.
    pub fn chooses_itself(&self) -> bool {
        matches!(self.ipv6_address_mode.as_deref(), Some("slaac" | "dhcpv6-stateless"))
    }
}

/// A port.
#[derive(Clone, Debug, Deserialize)]
pub struct Port {
    /// Its id.
    pub id: String,
    /// What people see.
    #[serde(default)]
    pub name: String,
    /// The step's token, for ports that gyre made.
    #[serde(default)]
    pub description: String,
    /// Its network.
    pub network_id: String,
    /// When it was made, UTC.
    #[serde(default)]
    pub created_at: Option<String>,
    /// `fa:16:3e:aa:bb:cc`.
    #[serde(default)]
    pub mac_address: String,
    /// Who has it; empty: nobody.
    #[serde(default)]
    pub device_id: String,
    /// `compute:nova`, `network:dhcp`, …
    #[serde(default)]
    pub device_owner: String,
    /// Its addresses.
    #[serde(default)]
    pub fixed_ips: Vec<FixedIp>,
}

/// One address of a port.
#[derive(Clone, Debug, Deserialize)]
pub struct FixedIp {
    /// IPv4 or IPv6.
    #[serde(default)]
    pub ip_address: String,
}

impl Port {
    /// For errors.
    pub fn holder(&self) -> String {
        let device = if self.device_id.is_empty() {
            "no device".to_owned()
        } else {
            format!("device {}", self.device_id)
        };
        let name = if self.name.is_empty() { String::new() } else { format!(" ({:?})", self.name) };
        let owner =
            if self.device_owner.is_empty() { String::new() } else { format!(", {}", self.device_owner) };
        format!("port {}{name} of {device}{owner}", self.id)
    }

    /// Nobody has it: Nova leaves its owner on a port that it lets go, others do not.
    pub fn is_free(&self) -> bool {
        self.device_id.is_empty()
            && (self.device_owner.is_empty() || self.device_owner.starts_with("compute:"))
    }

    /// Whether it has this address.
    pub fn has(&self, address: &str) -> bool {
        self.fixed_ips.iter().any(|fixed| fixed.ip_address == address)
    }

    /// Its first IPv4 address, else its first address.
    pub fn best_address(&self) -> Option<&str> {
        let mut addresses =
            self.fixed_ips.iter().map(|fixed| fixed.ip_address.as_str()).filter(|ip| !ip.is_empty());
        let first_v4 = addresses.clone().find(|ip| !ip.contains(':'));
        first_v4.or_else(|| addresses.next())
    }
}

/// What a new port is to be.
#[derive(Clone, Debug, Default)]
pub struct NewPort {
    /// What people see.
    pub name: String,
    /// Carries the token.
    pub description: String,
    /// Its network.
    pub network: String,
    /// None: Neutron chooses.
    pub mac: Option<String>,
    /// Subnet and address; empty: Neutron chooses.
    pub fixed_ips: Vec<NewFixedIp>,
    /// None: the project's default group.
    pub security_groups: Option<Vec<String>>,
}

/// An address that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NewFixedIp {
    /// Where.
    pub subnet_id: String,
    /// Which; none: whatever the subnet gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
}

/// A security group.
#[derive(Clone, Debug, Deserialize)]
pub struct SecurityGroup {
    /// Its id.
    pub id: String,
    /// The step's token, for groups that gyre made.
    #[serde(default)]
    pub description: String,
    /// What people see; not unique.
    #[serde(default)]
    pub name: String,
    /// When it was made, UTC.
    #[serde(default)]
    pub created_at: Option<String>,
}

impl Named for SecurityGroup {
    fn id(&self) -> &str {
        &self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
}

/// A floating IP.
#[derive(Clone, Debug, Deserialize)]
pub struct FloatingIp {
    /// Its id.
    pub id: String,
    /// The address.
    pub floating_ip_address: String,
    /// The step's token, for those that gyre made.
    #[serde(default)]
    pub description: String,
    /// The port it leads to.
    #[serde(default)]
    pub port_id: Option<String>,
    /// When it was made, UTC.
    #[serde(default)]
    pub created_at: Option<String>,
}

/// Where floating IPs come from.
#[derive(Clone, Debug)]
pub struct Pool {
    /// External network.
    pub network: String,
    /// Subnet of it.
    pub subnet: Option<String>,
}

/// Networks that the project can see.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn networks(cloud: &mut Cloud) -> Result<Vec<Network>> {
    cloud.list(NEUTRON, "/networks", "networks")
}

/// The network that an option means.
///
/// # Errors
/// `openstack.unknown-name`, `openstack.ambiguous-name`.
pub fn network(cloud: &mut Cloud, path: &str, wanted: &str) -> Result<Network> {
    let all = networks(cloud)?;
    marks::pick("network", path, wanted, all)
}

/// Subnets of a network.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn subnets(cloud: &mut Cloud, network: &str) -> Result<Vec<Subnet>> {
    cloud.list(NEUTRON, &format!("/subnets?network_id={}", encode(network)), "subnets")
}

/// What `network` or `network/subnet` means; a network whose name holds the slash goes first.
///
/// # Errors
/// `openstack.unknown-name`, `openstack.ambiguous-name`, `openstack.not-external`.
pub fn pool(cloud: &mut Cloud, path: &str, wanted: &str) -> Result<Pool> {
    let all = networks(cloud)?;
    let whole = all.iter().any(|network| network.name == wanted || network.id == wanted);
    let (name, subnet) = match wanted.split_once('/') {
        Some((name, subnet)) if !whole => (name, Some(subnet)),
        _ => (wanted, None),
    };
    let network = marks::pick("network", path, name, all)?;
    if !network.external {
        let message =
            format!("{path}: network {name:?} is not external, so floating IPs cannot come from it");
        return Err(Error::invalid("openstack.not-external", message));
    }
    let Some(subnet) = subnet else { return Ok(Pool { network: network.id, subnet: None }) };
    let subnets = subnets(cloud, &network.id)?;
    // The subnets of another project's external network are not shown to everybody, yet may be used.
    if subnets.is_empty() && is_uuid(subnet) {
        return Ok(Pool { network: network.id, subnet: Some(subnet.to_owned()) });
    }
    let hidden = subnets.is_empty();
    let subnet = marks::pick("subnet", path, subnet, subnets).map_err(|error| match hidden {
        true => error.cause(format!(
            "no subnet of {name:?} is visible to this project: give the subnet's id, or the network alone"
        )),
        false => error,
    })?;
    Ok(Pool { network: network.id, subnet: Some(subnet.id) })
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-')
}

#[derive(Deserialize)]
struct Router {
    id: String,
    #[serde(default)]
    external_gateway_info: Option<Gateway>,
}

#[derive(Deserialize)]
struct Gateway {
    network_id: String,
}

/// Whether a router that the project can see leads from a network to an external one.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn is_routed(cloud: &mut Cloud, network: &str, external: &str) -> Result<bool> {
    let routers: Vec<Router> = cloud.list(NEUTRON, "/routers", "routers")?;
    let leads = |router: &&Router| {
        router.external_gateway_info.as_ref().is_some_and(|gateway| gateway.network_id == external)
    };
    for router in routers.iter().filter(leads) {
        let query = format!("device_id={}&network_id={}", encode(&router.id), encode(network));
        let inside = |port: &Port| port.device_id == router.id && port.network_id == network;
        if ports_where(cloud, &query)?.iter().any(inside) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// A port, if it is there.
///
/// # Errors
/// Those of [`Cloud::get`].
pub fn port(cloud: &mut Cloud, id: &str) -> Result<Option<Port>> {
    cloud.get(NEUTRON, &format!("/ports/{}", encode(id)), "port")
}

/// Ports of the project.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn ports(cloud: &mut Cloud) -> Result<Vec<Port>> {
    list_own(cloud, "ports", "ports")
}

/// An operator who lists such things is shown those of every project.
fn list_own<T: DeserializeOwned>(cloud: &mut Cloud, path: &str, key: &str) -> Result<Vec<T>> {
    let project = cloud.project()?;
    cloud.list(NEUTRON, &format!("/{path}?project_id={}", encode(&project)), key)
}

/// Ports whose description carries the token of a step. What is deleted by such a list is compared
/// here too: a service that ignored the filter would have all of them deleted.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn ports_of(cloud: &mut Cloud, description: &str) -> Result<Vec<Port>> {
    let ports: Vec<Port> = ports_where(cloud, &format!("description={}", encode(description)))?;
    Ok(ports.into_iter().filter(|port| port.description == description).collect())
}

/// Ports with a MAC address.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn ports_with_mac(cloud: &mut Cloud, mac: &str) -> Result<Vec<Port>> {
    let ports = ports_where(cloud, &format!("mac_address={}", encode(mac)))?;
    Ok(ports.into_iter().filter(|port| port.mac_address.eq_ignore_ascii_case(mac)).collect())
}

/// Ports of a network that have an address, as far as the project can see them.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn ports_at(cloud: &mut Cloud, network: &str, address: &str) -> Result<Vec<Port>> {
    let filter = encode(&format!("ip_address={address}"));
    let ports = ports_where(cloud, &format!("network_id={}&fixed_ips={filter}", encode(network)))?;
    Ok(ports.into_iter().filter(|port| port.network_id == network && port.has(address)).collect())
}

fn ports_where(cloud: &mut Cloud, query: &str) -> Result<Vec<Port>> {
    cloud.list(NEUTRON, &format!("/ports?{query}"), "ports")
}

/// Makes a port.
///
/// # Errors
/// `openstack.address-in-use`, naming the holder where the project can see it; `openstack.forbidden` where
/// the project may not choose addresses; those of [`Cloud::create`].
pub fn create_port(cloud: &mut Cloud, new: &NewPort) -> Result<Port> {
    let mut port = json!({ "name": new.name, "description": new.description, "network_id": new.network });
    if let Some(object) = port.as_object_mut() {
        let mut set = |key: &str, value: Value| object.insert(key.to_owned(), value);
        new.mac.as_ref().map(|mac| set("mac_address", mac.clone().into()));
        new.security_groups.as_ref().map(|groups| set("security_groups", groups.clone().into()));
        if !new.fixed_ips.is_empty() {
            set("fixed_ips", json!(new.fixed_ips));
        }
    }
    match cloud.create(NEUTRON, "/ports", "port", &json!({ "port": port })) {
        Err(error) if error.code == "openstack.conflict" => Err(in_use(cloud, new, error)),
        Err(error) if error.code == "openstack.forbidden" => Err(no_choice(new, error)),
        other => other,
    }
}

/// In Neutron's default policy only the owner of a network chooses MAC and IP addresses there.
fn no_choice(new: &NewPort, error: Error) -> Error {
    let mut wanted =
        new.fixed_ips.iter().filter_map(|fixed| fixed.ip_address.as_deref()).chain(new.mac.as_deref());
    let Some(first) = wanted.next() else { return error };
    let message = format!(
        "this project may not choose the address {first} in network {}; set port_reuse_policy = replace_mac and \
         preserve_fixed_ips = false, use a network of this project, or ask the cloud's operator for the right",
        new.network
    );
    Error::denied("openstack.forbidden", message).caused_by(error)
}

fn in_use(cloud: &mut Cloud, new: &NewPort, error: Error) -> Error {
    let mac = new.mac.as_deref();
    let ip = new.fixed_ips.iter().find_map(|fixed| fixed.ip_address.as_deref());
    let ports = ports_where(cloud, &format!("network_id={}", encode(&new.network))).unwrap_or_default();
    let holds = |port: &&Port| {
        let has_mac = mac.is_some_and(|mac| port.mac_address.eq_ignore_ascii_case(mac));
        port.network_id == new.network && (has_mac || ip.is_some_and(|ip| port.has(ip)))
    };
    let holders: Vec<String> = ports.iter().filter(holds).map(Port::holder).collect();
    let who = if holders.is_empty() { "another project's port".to_owned() } else { holders.join(", ") };
    let wanted =
        |what: &str, value: Option<&str>| value.map(|value| format!(" {what} {value}")).unwrap_or_default();
    let message = format!(
        "an address that {:?} needs is in use:{}{}; held by {who}; free it, or change port_reuse_policy or preserve_fixed_ips",
        new.name,
        wanted("MAC", mac),
        wanted("IP", ip),
    );
    Error::conflict("openstack.address-in-use", message).caused_by(error)
}

/// Deletes a port; answers whether it was there.
///
/// # Errors
/// Those of [`Cloud::delete`].
pub fn delete_port(cloud: &mut Cloud, id: &str) -> Result<bool> {
    cloud.delete(NEUTRON, &format!("/ports/{}", encode(id)))
}

/// Security groups of the project.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn security_groups(cloud: &mut Cloud) -> Result<Vec<SecurityGroup>> {
    list_own(cloud, "security-groups", "security_groups")
}

/// A security group, if it is there.
///
/// # Errors
/// Those of [`Cloud::get`].
pub fn security_group(cloud: &mut Cloud, id: &str) -> Result<Option<SecurityGroup>> {
    cloud.get(NEUTRON, &format!("/security-groups/{}", encode(id)), "security_group")
}

/// Security groups of that name and description, which carries the token.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn security_groups_of(cloud: &mut Cloud, description: &str) -> Result<Vec<SecurityGroup>> {
    let path = format!("/security-groups?description={}", encode(description));
    let groups: Vec<SecurityGroup> = cloud.list(NEUTRON, &path, "security_groups")?;
    Ok(groups.into_iter().filter(|group| group.description == description).collect())
}

/// Makes a security group.
///
/// # Errors
/// Those of [`Cloud::create`].
pub fn create_security_group(cloud: &mut Cloud, name: &str, description: &str) -> Result<SecurityGroup> {
    let body = json!({ "security_group": { "name": name, "description": description } });
    cloud.create(NEUTRON, "/security-groups", "security_group", &body)
}

/// Lets a range of addresses reach a TCP port; a rule that is there already is no error.
///
/// # Errors
/// Those of [`Cloud::call_at`].
pub fn allow_tcp(cloud: &mut Cloud, group: &str, port: u16, cidr: &str) -> Result<()> {
    let ethertype = if Cidr::parse(cidr).is_some_and(Cidr::is_v6) { "IPv6" } else { "IPv4" };
    let body = json!({ "security_group_rule": {
        "security_group_id": group, "direction": "ingress", "ethertype": ethertype, "protocol": "tcp",
        "port_range_min": port, "port_range_max": port, "remote_ip_prefix": cidr,
    } });
    match cloud.call(NEUTRON, "POST", "/security-group-rules", Some(&body)) {
        Err(error) if error.code == "openstack.conflict" => Ok(()),
        other => other.map(drop),
    }
}

/// Deletes a security group; answers whether it was there.
///
/// # Errors
/// `openstack.conflict` while a port has it; those of [`Cloud::delete`].
pub fn delete_security_group(cloud: &mut Cloud, id: &str) -> Result<bool> {
    cloud.delete(NEUTRON, &format!("/security-groups/{}", encode(id)))
}

/// Floating IPs of the project.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn floating_ips(cloud: &mut Cloud) -> Result<Vec<FloatingIp>> {
    list_own(cloud, "floatingips", "floatingips")
}

/// The floating IP of an id, if it is there.
///
/// # Errors
/// Those of [`Cloud::get`].
pub fn floating_ip_of_id(cloud: &mut Cloud, id: &str) -> Result<Option<FloatingIp>> {
    cloud.get(NEUTRON, &format!("/floatingips/{}", encode(id)), "floatingip")
}

/// Floating IPs whose description carries the token of a step.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn floating_ips_of(cloud: &mut Cloud, description: &str) -> Result<Vec<FloatingIp>> {
    let path = format!("/floatingips?description={}", encode(description));
    let found: Vec<FloatingIp> = cloud.list(NEUTRON, &path, "floatingips")?;
    Ok(found.into_iter().filter(|floating| floating.description == description).collect())
}

/// The floating IP of this description, on this port; made and moved as needed.
///
/// # Errors
/// `openstack.no-route` where no router leads from the port to the pool; those of [`Cloud::create`].
pub fn ensure_floating_ip(
    cloud: &mut Cloud,
    pool: &Pool,
    port: &str,
    description: &str,
) -> Result<FloatingIp> {
    if let Some(found) = floating_ips_of(cloud, description)?.into_iter().next() {
        return if found.port_id.as_deref() == Some(port) {
            Ok(found)
        } else {
            associate(cloud, &found.id, port)
        };
    }
    // A port that was taken as it is may have one, which is its owner's: Neutron gives it no second.
    match floating_ips_at(cloud, port)?.into_iter().next() {
        Some(found) => Ok(found),
        None => create_floating_ip(cloud, pool, port, description, None),
    }
}

fn create_floating_ip(
    cloud: &mut Cloud,
    pool: &Pool,
    port: &str,
    description: &str,
    address: Option<&str>,
) -> Result<FloatingIp> {
    let mut floating =
        json!({ "floating_network_id": pool.network, "port_id": port, "description": description });
    for (key, value) in [("subnet_id", pool.subnet.as_deref()), ("floating_ip_address", address)] {
        if let (Some(value), Some(object)) = (value, floating.as_object_mut()) {
            object.insert(key.to_owned(), value.into());
        }
    }
    cloud.create(NEUTRON, "/floatingips", "floatingip", &json!({ "floatingip": floating })).map_err(no_route)
}

/// The project's floating IP with an address, if it has it.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn floating_ip(cloud: &mut Cloud, address: &str) -> Result<Option<FloatingIp>> {
    let path = format!("/floatingips?floating_ip_address={}", encode(address));
    let found: Vec<FloatingIp> = cloud.list(NEUTRON, &path, "floatingips")?;
    Ok(found.into_iter().find(|floating| floating.floating_ip_address == address))
}

/// The floating IP with this very address, on this port: one that the project has unused, which stays
/// its own when the port goes, else a new one.
///
/// # Errors
/// Those of [`ensure_floating_ip`]; `openstack.forbidden` where the user may not choose an address.
pub fn ensure_this_floating_ip(
    cloud: &mut Cloud,
    pool: &Pool,
    port: &str,
    description: &str,
    address: &str,
) -> Result<FloatingIp> {
    match floating_ip(cloud, address)? {
        Some(found) if found.port_id.as_deref() == Some(port) => Ok(found),
        Some(found) if found.port_id.is_none() => associate(cloud, &found.id, port),
        Some(found) => {
            let holder = found.port_id.unwrap_or_default();
            let message = format!("floating IP {address} leads to port {holder}; free it there");
            Err(Error::conflict("openstack.address-in-use", message))
        }
        None => create_floating_ip(cloud, pool, port, description, Some(address)),
    }
}

fn associate(cloud: &mut Cloud, id: &str, port: &str) -> Result<FloatingIp> {
    let path = format!("/floatingips/{}", encode(id));
    let body = json!({ "floatingip": { "port_id": port } });
    let mut answer = cloud.call(NEUTRON, "PUT", &path, Some(&body)).map_err(no_route)?;
    let floating = answer.get_mut("floatingip").map(Value::take).unwrap_or_default();
    serde_json::from_value(floating).map_err(|error| {
        Error::other("openstack.answer", "Neutron answered in an unexpected shape").cause(error)
    })
}

fn no_route(error: Error) -> Error {
    let message =
        "a floating IP cannot be given: a router must lead from the port's subnet to the pool's network";
    match error.code.as_str() {
        "openstack.not-found" | "openstack.invalid" => {
            Error::invalid("openstack.no-route", message).caused_by(error)
        }
        _ => error,
    }
}

/// Floating IPs that lead to a port.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn floating_ips_at(cloud: &mut Cloud, port: &str) -> Result<Vec<FloatingIp>> {
    let found: Vec<FloatingIp> =
        cloud.list(NEUTRON, &format!("/floatingips?port_id={}", encode(port)), "floatingips")?;
    Ok(found.into_iter().filter(|floating| floating.port_id.as_deref() == Some(port)).collect())
}

/// Gives a floating IP back; answers whether it was there.
///
/// # Errors
/// Those of [`Cloud::delete`].
pub fn delete_floating_ip(cloud: &mut Cloud, id: &str) -> Result<bool> {
    cloud.delete(NEUTRON, &format!("/floatingips/{}", encode(id)))
}

#[derive(Deserialize)]
struct QuotaAnswer {
    quota: BTreeMap<String, Value>,
}

/// What the project may have of something, and has.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Quota {
    /// −1: no limit.
    pub limit: i64,
    /// In use.
    pub used: i64,
    /// About to be.
    #[serde(default)]
    pub reserved: i64,
}

/// The project's quota by what it is about (`port`, `floatingip`, …); empty where the cloud does not show it.
///
/// # Errors
/// Those of [`Cloud::call`], but for what is not there or not allowed.
pub fn quota(cloud: &mut Cloud) -> Result<BTreeMap<String, Quota>> {
    let project = cloud.project()?;
    let path = format!("/quotas/{}/details", encode(&project));
    let answer: Option<QuotaAnswer> = cloud.get_visible(NEUTRON, &path, "")?;
    let entries = answer.map(|answer| answer.quota).unwrap_or_default().into_iter();
    Ok(entries.filter_map(|(name, value)| Some((name, serde_json::from_value(value).ok()?))).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(device_id: &str, device_owner: &str) -> Port {
        let text =
            json!({ "id": "p", "network_id": "n", "device_id": device_id, "device_owner": device_owner });
        serde_json::from_value(text).unwrap()
    }

    #[test]
    fn a_port_is_free_when_no_server_and_no_service_has_it() {
        assert!(port("", "").is_free() && port("", "compute:nova").is_free());
        assert!(!port("s1", "compute:nova").is_free());
        assert!(!port("", "network:dhcp").is_free() && !port("lb-1", "Octavia").is_free());
    }
}
