//! Networking v2.0: networks, subnets, ports, security groups, floating addresses, routers. Hands out
//! addresses and refuses what is taken. Knows no wire: [`crate::machine`] makes the addresses real.

use crate::address::{Cidr, parse_ip, show_ip};
use crate::model::{Doc, State, Table, doc, list, now, stamp, text, uuid};
use crate::router::{Answer, Refusal, Reply, Request};
use crate::{Cloud, machine};
use serde_json::{Value, json};

/// First bytes of the MAC addresses that are handed out.
const MAC_PREFIX: &str = "fa:16:3e";
/// Query parameters that do not filter.
const NOT_FILTERS: [&str; 6] = ["limit", "marker", "fields", "sort_key", "sort_dir", "page_reverse"];

pub fn answer(cloud: &Cloud, request: &Request) -> Answer {
    let parts: Vec<&str> = request.parts.iter().map(String::as_str).collect();
    match parts.as_slice() {
        [] => Ok(Reply::json(
            200,
            &json!({"versions": [{"id": "v2.0", "status": "CURRENT", "links": [{"rel": "self", "href": cloud.url("/networking/v2.0/")}]}]}),
        )),
        ["v2.0"] => Ok(Reply::json(200, &json!({"resources": []}))),
        ["v2.0", collection, rest @ ..] => {
            let collection = collection.trim_end_matches(".json");
            match Kind::of(collection) {
                Some(kind) => resource(cloud, request, kind, rest),
                None => other(cloud, request, collection, rest),
            }
        }
        _ => Err(Refusal::no_route()),
    }
}

/// What lies in a collection of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Network,
    Subnet,
    Port,
    SecurityGroup,
    Rule,
    FloatingIp,
    Router,
}

impl Kind {
    fn of(collection: &str) -> Option<Self> {
        Some(match collection {
            "networks" => Self::Network,
            "subnets" => Self::Subnet,
            "ports" => Self::Port,
            "security-groups" => Self::SecurityGroup,
            "security-group-rules" => Self::Rule,
            "floatingips" => Self::FloatingIp,
            "routers" => Self::Router,
            _ => return None,
        })
    }

    const fn singular(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Subnet => "subnet",
            Self::Port => "port",
            Self::SecurityGroup => "security_group",
            Self::Rule => "security_group_rule",
            Self::FloatingIp => "floatingip",
            Self::Router => "router",
        }
    }

    fn missing(self, id: &str) -> Refusal {
        let (kind, message) = match self {
            Self::Network => ("NetworkNotFound", format!("Network {id} could not be found.")),
            Self::Subnet => ("SubnetNotFound", format!("Subnet {id} could not be found.")),
            Self::Port => ("PortNotFound", format!("Port {id} could not be found.")),
            Self::SecurityGroup => ("SecurityGroupNotFound", format!("Security group {id} does not exist")),
            Self::Rule => ("SecurityGroupRuleNotFound", format!("Security group rule {id} does not exist")),
            Self::FloatingIp => ("FloatingIPNotFound", format!("Floating IP {id} could not be found")),
            Self::Router => ("RouterNotFound", format!("Router {id} could not be found")),
        };
        Refusal::new(404, kind, message)
    }

    fn table(self, state: &State) -> &Table<Doc> {
        match self {
            Self::Network => &state.networks,
            Self::Subnet => &state.subnets,
            Self::Port => &state.ports,
            Self::SecurityGroup => &state.security_groups,
            Self::Rule => &state.rules,
            Self::FloatingIp => &state.floating_ips,
            Self::Router => &state.routers,
        }
    }

    fn table_mut(self, state: &mut State) -> &mut Table<Doc> {
        match self {
            Self::Network => &mut state.networks,
            Self::Subnet => &mut state.subnets,
            Self::Port => &mut state.ports,
            Self::SecurityGroup => &mut state.security_groups,
            Self::Rule => &mut state.rules,
            Self::FloatingIp => &mut state.floating_ips,
            Self::Router => &mut state.routers,
        }
    }
}

fn resource(cloud: &Cloud, request: &Request, kind: Kind, rest: &[&str]) -> Answer {
    let mut state = cloud.state();
    match (request.method.as_str(), rest) {
        ("GET", []) => Ok(all(&state, request, kind)),
        ("POST", []) => create(cloud, &mut state, request, kind),
        ("GET", [id]) => {
            let row = find(&state, request, kind, id)?;
            Ok(Reply::json(200, &json!({kind.singular(): view(&state, kind, row)})))
        }
        ("PUT", [id]) => update(cloud, &mut state, request, kind, id),
        ("DELETE", [id]) => delete(cloud, &mut state, request, kind, id),
        ("PUT", [id, action]) if kind == Kind::Router => router_interface(&mut state, request, id, action),
        (_, [id, "tags", tag @ ..]) => tags(&mut state, request, kind, id, tag),
        _ => Err(Refusal::no_route()),
    }
}

fn own(request: &Request, row: &Doc) -> bool {
    request.who.is_admin() || text(row, "project_id") == request.who.project_id
}

fn readable(request: &Request, kind: Kind, state: &State, row: &Doc) -> bool {
    let open = |network: &Doc| {
        network.get("shared") == Some(&json!(true)) || network.get("router:external") == Some(&json!(true))
    };
    own(request, row)
        || match kind {
            Kind::Network => open(row),
            Kind::Subnet => state
                .networks
                .get(text(row, "network_id"))
                .is_some_and(|n| n.get("shared") == Some(&json!(true))),
            _ => false,
        }
}

fn find<'a>(state: &'a State, request: &Request, kind: Kind, id: &str) -> Result<&'a Doc, Refusal> {
    kind.table(state)
        .get(id)
        .filter(|row| readable(request, kind, state, row))
        .ok_or_else(|| kind.missing(id))
}

fn find_mut<'a>(
    state: &'a mut State,
    request: &Request,
    kind: Kind,
    id: &str,
) -> Result<&'a mut Doc, Refusal> {
    if !own(request, find(state, request, kind, id)?) {
        return Err(Refusal::forbidden(format!("(rule:update_{}) is disallowed by policy", kind.singular())));
    }
    kind.table_mut(state).get_mut(id).ok_or_else(|| kind.missing(id))
}

/// A row with what is computed from others.
fn view(state: &State, kind: Kind, row: &Doc) -> Value {
    let mut view = row.clone();
    view.insert("tenant_id".to_owned(), row.get("project_id").cloned().unwrap_or_default());
    let id = text(row, "id");
    match kind {
        Kind::Network => {
            let subnets: Vec<&str> =
                state.subnets.rows().filter(|s| text(s, "network_id") == id).map(|s| text(s, "id")).collect();
            view.insert("subnets".to_owned(), json!(subnets));
        }
        Kind::SecurityGroup => {
            let rules: Vec<Value> = state
                .rules
                .rows()
                .filter(|r| text(r, "security_group_id") == id)
                .map(|r| self::view(state, Kind::Rule, r))
                .map(|mut rule| {
                    rule["standard_attr_id"] = json!(1);
                    rule["tags"] = json!([]);
                    rule
                })
                .collect();
            view.insert("security_group_rules".to_owned(), json!(rules));
        }
        _ => {}
    }
    Value::Object(view)
}

fn all(state: &State, request: &Request, kind: Kind) -> Reply {
    let rows = kind.table(state).rows().filter(|row| readable(request, kind, state, row));
    let fields: Vec<&str> =
        request.query.iter().filter(|(k, _)| k == "fields").map(|(_, v)| v.as_str()).collect();
    let rows: Vec<Value> = rows
        .map(|row| doc(view(state, kind, row)))
        .filter(|row| wanted(request, row))
        .map(|mut row| {
            if !fields.is_empty() {
                row.retain(|key, _| fields.contains(&key.as_str()));
            }
            Value::Object(row)
        })
        .collect();
    let rows = crate::cinder::page(request, rows, |r| r["id"].as_str().unwrap_or_default().to_owned());
    Reply::json(200, &json!({format!("{}s", kind.singular()): rows}))
}

/// Several values of one key are alternatives; several keys must all hold.
fn wanted(request: &Request, row: &Doc) -> bool {
    let keys = request.query.iter().map(|(key, _)| key.as_str()).filter(|key| !NOT_FILTERS.contains(key));
    keys.into_iter().all(|key| {
        let mut values = request.query.iter().filter(|(k, _)| k == key).map(|(_, value)| value.as_str());
        values.any(|value| matches(row, key, value))
    })
}

fn matches(row: &Doc, key: &str, value: &str) -> bool {
    match (key, row.get(key)) {
        ("fixed_ips", Some(Value::Array(ips))) => {
            let (field, wanted) = value.split_once('=').unwrap_or(("ip_address", value));
            ips.iter().any(|ip| ip[field] == wanted)
        }
        ("tags", Some(Value::Array(tags))) => value.split(',').all(|tag| tags.iter().any(|t| t == tag)),
        (_, Some(Value::Array(values))) => values.iter().any(|v| v == value),
        (_, Some(Value::String(text))) => text.eq_ignore_ascii_case(value),
        (_, Some(Value::Bool(flag))) => {
            value.eq_ignore_ascii_case(&flag.to_string()) || value == if *flag { "1" } else { "0" }
        }
        (_, Some(Value::Null) | None) => value.is_empty(),
        (_, Some(other)) => format!("{other}") == value,
    }
}

/// What every row starts with.
fn base(project: &str, name: &str) -> Doc {
    let at = stamp(now(), "Z");
    doc(json!({"id": uuid(), "name": name, "project_id": project, "description": "", "tags": [],
               "created_at": at, "updated_at": at, "revision_number": 1}))
}

fn create(cloud: &Cloud, state: &mut State, request: &Request, kind: Kind) -> Answer {
    if let Some(many) = request.json()?.get(format!("{}s", kind.singular())).and_then(Value::as_array) {
        let mut made = Vec::new();
        for body in many {
            made.push(create_one(cloud, state, request, kind, &doc(body.clone()))?);
        }
        return Ok(Reply::json(201, &json!({format!("{}s", kind.singular()): made})));
    }
    let made = create_one(cloud, state, request, kind, &request.wrapped(kind.singular())?)?;
    Ok(Reply::json(201, &json!({kind.singular(): made})))
}

fn create_one(
    cloud: &Cloud,
    state: &mut State,
    request: &Request,
    kind: Kind,
    body: &Doc,
) -> Result<Value, Refusal> {
    let project = project_of(request, body)?;
    check_quota(cloud, state, kind, &project)?;
    let row = match kind {
        Kind::Network => new_network(&project, body),
        Kind::Subnet => new_subnet(state, request, &project, body)?,
        Kind::Port => {
            find(state, request, Kind::Network, text(body, "network_id"))?;
            new_port(state, &project, body)?
        }
        Kind::SecurityGroup => new_group(state, &project, body),
        Kind::Rule => new_rule(state, request, &project, body)?,
        Kind::FloatingIp => new_floating(cloud, state, request, &project, body)?,
        Kind::Router => new_router(&project, body),
    };
    let mut shown = view(state, kind, &row);
    if kind == Kind::Network {
        // Told when it is made and never again, as Neutron does.
        shown["is_default"] = json!(false);
    }
    kind.table_mut(state).insert(text(&row, "id").to_owned(), row);
    // Its rules stand in the table already.
    Ok(shown)
}

fn project_of(request: &Request, body: &Doc) -> Result<String, Refusal> {
    let asked = ["project_id", "tenant_id"].iter().map(|key| text(body, key)).find(|id| !id.is_empty());
    match asked {
        Some(id) if id != request.who.project_id && !request.who.is_admin() => {
            Err(Refusal::forbidden("(rule:create) is disallowed by policy"))
        }
        Some(id) => Ok(id.to_owned()),
        None => Ok(request.who.project_id.clone()),
    }
}

fn check_quota(cloud: &Cloud, state: &State, kind: Kind, project: &str) -> Result<(), Refusal> {
    let quotas = &cloud.config.quotas;
    let limit = match kind {
        Kind::Network => quotas.networks,
        Kind::Subnet => quotas.subnets,
        Kind::Port => quotas.ports,
        Kind::SecurityGroup => quotas.security_groups,
        Kind::Rule => quotas.rules,
        Kind::FloatingIp => quotas.floating_ips,
        Kind::Router => quotas.routers,
    };
    let used = kind.table(state).rows().filter(|row| text(row, "project_id") == project).count();
    if used < limit {
        return Ok(());
    }
    Err(Refusal::new(409, "OverQuota", format!("Quota exceeded for resources: ['{}'].", kind.singular())))
}

/// Takes from the body what may be given as it is.
fn take(row: &mut Doc, body: &Doc, keys: &[&str]) {
    for key in keys {
        if let Some(value) = body.get(*key) {
            row.insert((*key).to_owned(), value.clone());
        }
    }
}

pub fn new_network(project: &str, body: &Doc) -> Doc {
    let mut row = base(project, "");
    row.extend(doc(json!({
        "admin_state_up": true, "status": "ACTIVE", "shared": false, "router:external": false, "mtu": 1500,
        "port_security_enabled": true, "availability_zone_hints": [], "availability_zones": ["nova"],
        "ipv4_address_scope": null, "ipv6_address_scope": null, "l2_adjacency": true,
    })));
    take(
        &mut row,
        body,
        &[
            "name",
            "description",
            "admin_state_up",
            "shared",
            "router:external",
            "mtu",
            "port_security_enabled",
        ],
    );
    if row.get("router:external") == Some(&json!(true)) {
        row.insert("is_default".to_owned(), json!(false));
    }
    row
}

fn new_subnet(state: &State, request: &Request, project: &str, body: &Doc) -> Result<Doc, Refusal> {
    let network = text(body, "network_id");
    find(state, request, Kind::Network, network)?;
    let siblings = state.subnets.rows().filter(|s| text(s, "network_id") == network);
    let row = subnet_record(project, body)?;
    let cidr = Cidr::parse(text(&row, "cidr"));
    if siblings
        .filter_map(|s| Cidr::parse(text(s, "cidr")))
        .any(|other| cidr.is_some_and(|c| c.overlaps(&other)))
    {
        return Err(Refusal::new(
            400,
            "InvalidInput",
            format!(
                "Invalid input for operation: Requested subnet with cidr: {} for network: {network} overlaps with another subnet.",
                text(&row, "cidr")
            ),
        ));
    }
    Ok(row)
}

/// A subnet without a look at its neighbours.
pub fn subnet_record(project: &str, body: &Doc) -> Result<Doc, Refusal> {
    let bad = || {
        Refusal::new(
            400,
            "InvalidInput",
            format!("Invalid input for operation: {} is not in a CIDR format.", text(body, "cidr")),
        )
    };
    let cidr = Cidr::parse(text(body, "cidr")).ok_or_else(bad)?;
    let gateway = match body.get("gateway_ip") {
        Some(Value::Null) => Value::Null,
        Some(Value::String(ip)) => json!(ip),
        _ => json!(show_ip(cidr.at(1), cidr.v6)),
    };
    let mut row = base(project, "");
    row.extend(doc(json!({
        "network_id": text(body, "network_id"), "cidr": cidr.to_string(), "ip_version": if cidr.v6 { 6 } else { 4 },
        "gateway_ip": gateway, "enable_dhcp": true, "dns_nameservers": [], "host_routes": [], "ipv6_ra_mode": null,
        "ipv6_address_mode": null, "service_types": [], "subnetpool_id": null,
        "allocation_pools": [{"start": show_ip(cidr.at(2), cidr.v6), "end": show_ip(cidr.last_host(), cidr.v6)}],
    })));
    take(
        &mut row,
        body,
        &[
            "name",
            "description",
            "enable_dhcp",
            "dns_nameservers",
            "host_routes",
            "allocation_pools",
            "ipv6_ra_mode",
            "ipv6_address_mode",
        ],
    );
    Ok(row)
}

fn taken(state: &State, subnet: &str, ip: &str) -> bool {
    let held =
        |row: &Doc| list(row, "fixed_ips").iter().any(|f| f["ip_address"] == ip && f["subnet_id"] == subnet);
    state.ports.rows().any(held)
        || state.subnets.get(subnet).is_some_and(|s| {
            text(s, "gateway_ip") == ip
                || state.floating_ips.rows().any(|f| {
                    text(f, "floating_network_id") == text(s, "network_id")
                        && text(f, "floating_ip_address") == ip
                })
        })
}

/// The first free address of the pools of a subnet.
fn allocate(state: &State, subnet: &Doc) -> Option<String> {
    let v6 = subnet.get("ip_version") == Some(&json!(6));
    list(subnet, "allocation_pools").iter().find_map(|pool| {
        let (start, end) = (parse_ip(pool["start"].as_str()?)?, parse_ip(pool["end"].as_str()?)?);
        // An IPv6 pool is endless for all purposes here.
        let end = end.min(start.saturating_add(1 << 20));
        (start..=end).map(|ip| show_ip(ip, v6)).find(|ip| !taken(state, text(subnet, "id"), ip))
    })
}

/// The addresses of a port on `network`, as asked for or the first free one.
fn addresses(
    state: &State,
    network: &str,
    asked: Option<&Value>,
    keep: Option<&Doc>,
) -> Result<Value, Refusal> {
    let subnets: Vec<&Doc> = state.subnets.rows().filter(|s| text(s, "network_id") == network).collect();
    let exhausted = || {
        Refusal::new(
            409,
            "IpAddressGenerationFailure",
            format!("No more IP addresses available on network {network}."),
        )
    };
    let Some(Value::Array(asked)) = asked else {
        let Some(first) = subnets.iter().find(|s| s.get("ip_version") == Some(&json!(4))).or(subnets.first())
        else {
            return Ok(json!([]));
        };
        let ip = allocate(state, first).ok_or_else(exhausted)?;
        return Ok(json!([{"subnet_id": text(first, "id"), "ip_address": ip}]));
    };
    let mut given = Vec::new();
    for want in asked {
        let (subnet, ip) = (want["subnet_id"].as_str(), want["ip_address"].as_str());
        let holds = |s: &&&Doc| {
            subnet.is_none_or(|id| text(s, "id") == id)
                && ip.is_none_or(|ip| Cidr::parse(text(s, "cidr")).is_some_and(|c| c.contains_text(ip)))
        };
        let found = subnets.iter().find(holds).ok_or_else(|| misplaced(network, subnet, ip))?;
        let id = text(found, "id");
        let ip = match ip {
            Some(ip) => {
                let kept =
                    keep.is_some_and(|port| list(port, "fixed_ips").iter().any(|f| f["ip_address"] == ip));
                if !kept && taken(state, id, ip) {
                    return Err(Refusal::new(
                        409,
                        "IpAddressAlreadyAllocated",
                        format!("IP address {ip} already allocated in subnet {id}"),
                    ));
                }
                ip.to_owned()
            }
            None => allocate(state, found).ok_or_else(exhausted)?,
        };
        given.push(json!({"subnet_id": id, "ip_address": ip}));
    }
    Ok(Value::Array(given))
}

fn misplaced(network: &str, subnet: Option<&str>, ip: Option<&str>) -> Refusal {
    match (subnet, ip) {
        (Some(_), Some(ip)) => Refusal::new(
            400,
            "InvalidIpForSubnet",
            format!("IP address {ip} is not a valid IP for the specified subnet."),
        ),
        (None, Some(ip)) => Refusal::new(
            400,
            "InvalidIpForNetwork",
            format!("IP address {ip} is not a valid IP for any of the subnets on the specified network."),
        ),
        _ => Refusal::new(
            400,
            "InvalidInput",
            format!(
                "Invalid input for operation: Failed to create port on network {network}, because fixed_ips included invalid subnet {}.",
                subnet.unwrap_or_default()
            ),
        ),
    }
}

fn valid_mac(mac: &str) -> bool {
    mac.len() == 17
        && mac.split(':').count() == 6
        && mac.split(':').all(|b| b.len() == 2 && u8::from_str_radix(b, 16).is_ok())
}

fn mac_for(state: &State, network: &str, body: &Doc) -> Result<String, Refusal> {
    let used = |mac: &str| {
        state.ports.rows().any(|p| text(p, "network_id") == network && text(p, "mac_address") == mac)
    };
    let asked = text(body, "mac_address").to_lowercase();
    if asked.is_empty() {
        loop {
            let random = uuid();
            let mut digits = random.chars().filter(char::is_ascii_hexdigit);
            let mut pair = || digits.by_ref().take(2).collect::<String>();
            let mac = format!("{MAC_PREFIX}:{}:{}:{}", pair(), pair(), pair());
            if !used(&mac) {
                return Ok(mac);
            }
        }
    }
    if !valid_mac(&asked) {
        return Err(Refusal::bad(format!(
            "Invalid input for mac_address. Reason: '{asked}' is not a valid MAC address."
        )));
    }
    if used(&asked) {
        return Err(Refusal::new(
            409,
            "MacAddressInUse",
            format!("Unable to complete operation for network {network}. The mac address {asked} is in use."),
        ));
    }
    Ok(asked)
}

fn groups_for(state: &State, project: &str, body: &Doc) -> Result<Value, Refusal> {
    match body.get("security_groups") {
        Some(Value::Array(ids)) => {
            for id in ids.iter().filter_map(Value::as_str) {
                if state.security_groups.get(id).is_none() {
                    return Err(Kind::SecurityGroup.missing(id));
                }
            }
            Ok(json!(ids))
        }
        _ => {
            let default = state
                .security_groups
                .rows()
                .find(|g| text(g, "project_id") == project && text(g, "name") == "default");
            Ok(json!(default.map(|g| text(g, "id")).into_iter().collect::<Vec<_>>()))
        }
    }
}

/// A port that is not in the table yet. The caller has looked at the network.
pub fn new_port(state: &State, project: &str, body: &Doc) -> Result<Doc, Refusal> {
    let network = text(body, "network_id");
    let secured = body.get("port_security_enabled") != Some(&json!(false));
    let mut row = base(project, "");
    row.extend(doc(json!({
        "network_id": network, "mac_address": mac_for(state, network, body)?, "admin_state_up": true, "status": "DOWN",
        "device_id": "", "device_owner": "", "fixed_ips": addresses(state, network, body.get("fixed_ips"), None)?,
        "allowed_address_pairs": [], "ip_allocation": "immediate", "extra_dhcp_opts": [], "binding:vnic_type": "normal", "port_security_enabled": true,
        "security_groups": if secured { groups_for(state, project, body)? } else { json!([]) },
    })));
    take(
        &mut row,
        body,
        &[
            "name",
            "description",
            "admin_state_up",
            "device_id",
            "device_owner",
            "allowed_address_pairs",
            "extra_dhcp_opts",
            "binding:vnic_type",
            "port_security_enabled",
        ],
    );
    Ok(row)
}

fn rule_record(project: &str, group: &str, body: Value) -> Doc {
    let mut row = base(project, "");
    row.remove("name");
    row.remove("tags");
    row.extend(doc(json!({
        "security_group_id": group, "direction": "ingress", "ethertype": "IPv4", "protocol": null, "port_range_min": null,
        "port_range_max": null, "remote_ip_prefix": null, "remote_group_id": null, "remote_address_group_id": null,
        "normalized_cidr": null,
    })));
    row.extend(doc(body));
    row
}

fn new_group(state: &mut State, project: &str, body: &Doc) -> Doc {
    let mut row = base(project, "");
    row.extend(doc(json!({"stateful": true, "shared": false})));
    take(&mut row, body, &["name", "description", "stateful"]);
    let id = text(&row, "id").to_owned();
    for ethertype in ["IPv4", "IPv6"] {
        let rule = rule_record(
            project,
            &id,
            json!({"direction": "egress", "ethertype": ethertype, "description": null}),
        );
        state.rules.insert(text(&rule, "id").to_owned(), rule);
    }
    row
}

/// The group that every project has, with the rules it starts with.
pub fn add_default_group(state: &mut State, project: &str) {
    let body = doc(json!({"name": "default", "description": "Default security group"}));
    let row = new_group(state, project, &body);
    let id = text(&row, "id").to_owned();
    for ethertype in ["IPv4", "IPv6"] {
        let rule = rule_record(
            project,
            &id,
            json!({"ethertype": ethertype, "remote_group_id": id, "description": null}),
        );
        state.rules.insert(text(&rule, "id").to_owned(), rule);
    }
    state.security_groups.insert(&id, row);
}

const RULE_KEYS: [&str; 7] = [
    "direction",
    "ethertype",
    "protocol",
    "port_range_min",
    "port_range_max",
    "remote_ip_prefix",
    "remote_group_id",
];

fn new_rule(state: &State, request: &Request, project: &str, body: &Doc) -> Result<Doc, Refusal> {
    let group = text(body, "security_group_id");
    find(state, request, Kind::SecurityGroup, group)?;
    let direction = text(body, "direction");
    if !["ingress", "egress"].contains(&direction) {
        return Err(Refusal::bad(format!(
            "Invalid input for direction. Reason: '{direction}' is not in ['ingress', 'egress']."
        )));
    }
    let mut row = rule_record(project, group, json!({}));
    take(&mut row, body, &RULE_KEYS);
    take(&mut row, body, &["description"]);
    if let Some(prefix) = row.get("remote_ip_prefix").and_then(Value::as_str) {
        let cidr = Cidr::parse(prefix).ok_or_else(|| {
            Refusal::bad(format!(
                "Invalid input for remote_ip_prefix. Reason: '{prefix}' is not a valid IP subnet."
            ))
        })?;
        row.insert("normalized_cidr".to_owned(), json!(cidr.to_string()));
    }
    let same = |r: &&Doc| {
        text(r, "security_group_id") == group && RULE_KEYS.iter().all(|key| r.get(*key) == row.get(*key))
    };
    match state.rules.rows().find(same) {
        Some(old) => Err(Refusal::new(
            409,
            "SecurityGroupRuleExists",
            format!("Security group rule already exists. Rule id is {}.", text(old, "id")),
        )),
        None => Ok(row),
    }
}

fn new_router(project: &str, body: &Doc) -> Doc {
    let mut row = base(project, "");
    row.extend(doc(
        json!({"admin_state_up": true, "status": "ACTIVE", "external_gateway_info": null, "routes": [],
                          "availability_zone_hints": [], "availability_zones": ["nova"], "flavor_id": null}),
    ));
    take(&mut row, body, &["name", "description", "admin_state_up", "external_gateway_info"]);
    row
}

fn new_floating(
    cloud: &Cloud,
    state: &State,
    request: &Request,
    project: &str,
    body: &Doc,
) -> Result<Doc, Refusal> {
    let network = text(body, "floating_network_id");
    let found = find(state, request, Kind::Network, network)?;
    if found.get("router:external") != Some(&json!(true)) {
        return Err(Refusal::new(
            400,
            "BadRequest",
            format!("Bad floatingip request: Network {network} is not a valid external network."),
        ));
    }
    let asked = text(body, "floating_ip_address");
    if !asked.is_empty() && !request.who.is_admin() {
        return Err(Refusal::forbidden(
            "(rule:create_floatingip and rule:create_floatingip:floating_ip_address) is disallowed by policy",
        ));
    }
    let wish = (!asked.is_empty()).then(|| json!([{"ip_address": asked}]));
    let given = addresses(state, network, wish.as_ref(), None)?;
    let ip = given[0]["ip_address"].as_str().unwrap_or_default();
    let mut row = base(project, "");
    row.remove("name");
    row.extend(doc(json!({"floating_network_id": network, "floating_ip_address": ip, "fixed_ip_address": null, "port_id": null,
                          "router_id": null, "status": "DOWN", "port_details": null})));
    take(&mut row, body, &["description"]);
    if let Some(port) = body.get("port_id").and_then(Value::as_str) {
        associate(cloud, state, request, &mut row, Some(port))?;
    }
    Ok(row)
}

/// Points a floating address at a port, or at nothing, and makes it so on the wire.
fn associate(
    cloud: &Cloud,
    state: &State,
    request: &Request,
    row: &mut Doc,
    port: Option<&str>,
) -> Result<(), Refusal> {
    let floating = text(row, "floating_ip_address").to_owned();
    if let Some(old) = state.ports.get(text(row, "port_id")) {
        cloud.on_machine(machine::Wire::RemoveAddress {
            server: text(old, "device_id").to_owned(),
            ip: floating.clone(),
        });
    }
    let Some(id) = port else {
        row.extend(doc(json!({"port_id": null, "fixed_ip_address": null, "router_id": null, "status": "DOWN", "port_details": null})));
        return Ok(());
    };
    let port = find(state, request, Kind::Port, id)?;
    let first = list(port, "fixed_ips").first().cloned().unwrap_or_default();
    let (fixed, subnet) = (first["ip_address"].clone(), first["subnet_id"].as_str().unwrap_or_default());
    let external = text(row, "floating_network_id").to_owned();
    let router = router_between(state, subnet, &external).ok_or_else(|| {
        Refusal::new(404, "ExternalGatewayForFloatingIPNotFound", format!("External network {external} is not reachable from subnet {subnet}.  Therefore, cannot associate Port {id} with a Floating IP."))
    })?;
    let details = json!({"name": text(port, "name"), "network_id": text(port, "network_id"), "mac_address": text(port, "mac_address"),
                         "admin_state_up": true, "status": text(port, "status"), "device_id": text(port, "device_id"),
                         "device_owner": text(port, "device_owner")});
    row.extend(doc(json!({"port_id": id, "fixed_ip_address": fixed, "router_id": router, "status": "ACTIVE", "port_details": details})));
    cloud.on_machine(machine::Wire::AddAddress { server: text(port, "device_id").to_owned(), ip: floating });
    Ok(())
}

/// The router with an interface on the subnet and its gateway on the network.
fn router_between(state: &State, subnet: &str, network: &str) -> Option<String> {
    let on_subnet = |router: &str| {
        state.ports.rows().any(|p| {
            text(p, "device_id") == router && list(p, "fixed_ips").iter().any(|f| f["subnet_id"] == subnet)
        })
    };
    let leading = state
        .routers
        .rows()
        .filter(|r| r.get("external_gateway_info").is_some_and(|g| g["network_id"] == network));
    leading.map(|r| text(r, "id")).collect::<Vec<_>>().into_iter().find(|id| on_subnet(id)).map(str::to_owned)
}

/// A router that joins a subnet to an external network, from the start.
pub fn seed_router(state: &mut State, project: &str, subnet: &str, external: &str) -> Result<(), Refusal> {
    let router = new_router(
        project,
        &doc(
            json!({"name": "router", "external_gateway_info": {"network_id": external, "enable_snat": true, "external_fixed_ips": []}}),
        ),
    );
    let id = text(&router, "id").to_owned();
    state.routers.insert(&id, router);
    let row = state.subnets.get(subnet).cloned().unwrap_or_default();
    let mut port = new_port(
        state,
        project,
        &doc(json!({"network_id": text(&row, "network_id"), "fixed_ips": [], "security_groups": []})),
    )?;
    port.extend(doc(json!({"device_id": id, "device_owner": "network:router_interface", "status": "ACTIVE",
                           "fixed_ips": [{"subnet_id": subnet, "ip_address": text(&row, "gateway_ip")}]})));
    state.ports.insert(text(&port, "id").to_owned(), port);
    Ok(())
}

fn update(cloud: &Cloud, state: &mut State, request: &Request, kind: Kind, id: &str) -> Answer {
    let body = request.wrapped(kind.singular())?;
    let mut row = find_mut(state, request, kind, id)?.clone();
    match kind {
        Kind::Port => {
            if let Some(wish) = body.get("fixed_ips") {
                let given = addresses(state, text(&row, "network_id"), Some(wish), Some(&row))?;
                row.insert("fixed_ips".to_owned(), given);
            }
            let mac = text(&body, "mac_address").to_lowercase();
            if !mac.is_empty() && mac != text(&row, "mac_address") {
                let mac = mac_for(state, text(&row, "network_id"), &body)?;
                row.insert("mac_address".to_owned(), json!(mac));
            }
            if body.contains_key("security_groups") {
                let groups = groups_for(state, text(&row, "project_id"), &body)?;
                row.insert("security_groups".to_owned(), groups);
            }
            take(
                &mut row,
                &body,
                &[
                    "name",
                    "description",
                    "admin_state_up",
                    "device_id",
                    "device_owner",
                    "allowed_address_pairs",
                    "extra_dhcp_opts",
                    "port_security_enabled",
                ],
            );
        }
        Kind::FloatingIp => {
            take(&mut row, &body, &["description"]);
            if let Some(port) = body.get("port_id") {
                associate(cloud, state, request, &mut row, port.as_str())?;
            }
        }
        Kind::Rule => return Err(Refusal::no_route()),
        _ => take(
            &mut row,
            &body,
            &[
                "name",
                "description",
                "admin_state_up",
                "shared",
                "enable_dhcp",
                "dns_nameservers",
                "gateway_ip",
                "allocation_pools",
                "external_gateway_info",
                "port_security_enabled",
                "stateful",
            ],
        ),
    }
    let revision = row.get("revision_number").and_then(Value::as_u64).unwrap_or(1) + 1;
    row.insert("revision_number".to_owned(), json!(revision));
    row.insert("updated_at".to_owned(), json!(stamp(now(), "Z")));
    let shown = view(state, kind, &row);
    *find_mut(state, request, kind, id)? = row;
    Ok(Reply::json(200, &json!({kind.singular(): shown})))
}

fn delete(cloud: &Cloud, state: &mut State, request: &Request, kind: Kind, id: &str) -> Answer {
    let row = find_mut(state, request, kind, id)?.clone();
    refuse_in_use(state, kind, id, &row)?;
    match kind {
        Kind::Network => {
            remove_where(&mut state.subnets, "network_id", id);
            remove_where(&mut state.ports, "network_id", id);
        }
        Kind::SecurityGroup => remove_where(&mut state.rules, "security_group_id", id),
        Kind::Port => forget_port(cloud, state, id),
        Kind::FloatingIp => {
            let mut row = row;
            associate(cloud, state, request, &mut row, None)?;
        }
        _ => {}
    }
    kind.table_mut(state).remove(id);
    Ok(Reply::empty(204))
}

fn remove_where(table: &mut Table<Doc>, key: &str, value: &str) {
    let ids: Vec<String> =
        table.rows().filter(|r| text(r, key) == value).map(|r| text(r, "id").to_owned()).collect();
    for id in ids {
        table.remove(&id);
    }
}

fn refuse_in_use(state: &State, kind: Kind, id: &str, row: &Doc) -> Result<(), Refusal> {
    let port_where = |holds: &dyn Fn(&Doc) -> bool| state.ports.rows().any(holds);
    let used = |kind, message: String| Err(Refusal::new(409, kind, message));
    match kind {
        Kind::Network if port_where(&|p| text(p, "network_id") == id) => {
            let ports: Vec<&str> =
                state.ports.rows().filter(|p| text(p, "network_id") == id).map(|p| text(p, "id")).collect();
            used(
                "NetworkInUse",
                format!(
                    "Unable to complete operation on network {id}. There are one or more ports still in use on the network, id for these ports is: {}.",
                    ports.join(",")
                ),
            )
        }
        Kind::Subnet if port_where(&|p| list(p, "fixed_ips").iter().any(|f| f["subnet_id"] == id)) => used(
            "SubnetInUse",
            format!(
                "Unable to complete operation on subnet {id}: One or more ports have an IP allocation from this subnet."
            ),
        ),
        Kind::SecurityGroup if port_where(&|p| list(p, "security_groups").iter().any(|g| g == id)) => {
            used("SecurityGroupInUse", format!("Security Group {id} in use."))
        }
        Kind::SecurityGroup if text(row, "name") == "default" => used(
            "SecurityGroupCannotRemoveDefault",
            "Insufficient rights for removing default security group.".to_owned(),
        ),
        Kind::Router if port_where(&|p| text(p, "device_id") == id) => {
            used("RouterInUse", format!("Router {id} still has ports"))
        }
        Kind::Port if text(row, "device_owner") == "network:router_interface" => used(
            "ServicePortInUse",
            format!(
                "Port {id} cannot be deleted directly via the port API: has device owner network:router_interface."
            ),
        ),
        _ => Ok(()),
    }
}

/// What pointed at the port points at nothing: floating addresses, and the card of its server.
pub fn forget_port(cloud: &Cloud, state: &mut State, id: &str) {
    let server = state.ports.get(id).map(|p| text(p, "device_id").to_owned()).unwrap_or_default();
    for floating in state.floating_ips.rows_mut().filter(|f| text(f, "port_id") == id) {
        let ip = text(floating, "floating_ip_address").to_owned();
        cloud.on_machine(machine::Wire::RemoveAddress { server: server.clone(), ip });
        floating.extend(doc(json!({"port_id": null, "fixed_ip_address": null, "router_id": null, "status": "DOWN", "port_details": null})));
    }
    for server in state.servers.rows_mut() {
        server.nics.retain(|nic| nic.port_id != id);
    }
}

fn router_interface(state: &mut State, request: &Request, id: &str, action: &str) -> Answer {
    let router = find_mut(state, request, Kind::Router, id)?.clone();
    let body = doc(request.json()?);
    let reply = |port: &Doc| {
        let subnet = list(port, "fixed_ips").first().map(|f| f["subnet_id"].clone()).unwrap_or_default();
        json!({"id": id, "tenant_id": text(&router, "project_id"), "network_id": text(port, "network_id"), "port_id": text(port, "id"),
               "subnet_id": subnet, "subnet_ids": [subnet]})
    };
    match action {
        "add_router_interface" => {
            let port = if text(&body, "port_id").is_empty() {
                let subnet = find(state, request, Kind::Subnet, text(&body, "subnet_id"))?.clone();
                // The gateway's address belongs to the router alone, so it is given past the check.
                let wish = doc(
                    json!({"network_id": text(&subnet, "network_id"), "fixed_ips": [], "security_groups": []}),
                );
                let mut port = new_port(state, text(&router, "project_id"), &wish)?;
                port.insert(
                    "fixed_ips".to_owned(),
                    json!([{"subnet_id": text(&subnet, "id"), "ip_address": text(&subnet, "gateway_ip")}]),
                );
                state.ports.insert(text(&port, "id").to_owned(), port.clone());
                port
            } else {
                find(state, request, Kind::Port, text(&body, "port_id"))?.clone()
            };
            if let Some(row) = state.ports.get_mut(text(&port, "id")) {
                row.extend(doc(
                    json!({"device_id": id, "device_owner": "network:router_interface", "status": "ACTIVE"}),
                ));
            }
            Ok(Reply::json(200, &reply(&port)))
        }
        "remove_router_interface" => {
            let wanted = |p: &&Doc| {
                text(p, "device_id") == id
                    && (text(p, "id") == text(&body, "port_id")
                        || list(p, "fixed_ips").iter().any(|f| f["subnet_id"] == text(&body, "subnet_id")))
            };
            let missing = || {
                Refusal::new(
                    404,
                    "RouterInterfaceNotFound",
                    format!("Router {id} does not have that interface"),
                )
            };
            let port = state.ports.rows().find(wanted).cloned().ok_or_else(missing)?;
            state.ports.remove(text(&port, "id"));
            Ok(Reply::json(200, &reply(&port)))
        }
        _ => Err(Refusal::no_route()),
    }
}

fn tags(state: &mut State, request: &Request, kind: Kind, id: &str, tag: &[&str]) -> Answer {
    let row = find_mut(state, request, kind, id)?;
    let mut tags = list(row, "tags").to_vec();
    let reply = match (request.method.as_str(), tag) {
        ("GET", []) => Reply::json(200, &json!({"tags": tags})),
        ("PUT", []) => {
            tags = request.json()?["tags"].as_array().cloned().unwrap_or_default();
            Reply::json(200, &json!({"tags": tags}))
        }
        ("PUT", [tag]) => {
            tags.retain(|t| t != tag);
            tags.push(json!(tag));
            Reply::empty(201)
        }
        ("DELETE", []) => {
            tags.clear();
            Reply::empty(204)
        }
        ("DELETE", [tag]) => {
            tags.retain(|t| t != tag);
            Reply::empty(204)
        }
        _ => return Err(Refusal::no_route()),
    };
    row.insert("tags".to_owned(), Value::Array(tags));
    Ok(reply)
}

fn other(cloud: &Cloud, request: &Request, collection: &str, rest: &[&str]) -> Answer {
    if request.method != hyper::Method::GET {
        return Err(Refusal::no_route());
    }
    match (collection, rest) {
        ("extensions", []) => {
            let row = |alias: &&str| json!({"alias": alias, "name": alias, "description": "", "links": [], "updated": "2013-01-01T00:00:00-00:00"});
            let all = [
                "security-group",
                "port-security",
                "allowed-address-pairs",
                "external-net",
                "router",
                "binding",
                "quotas",
                "extra_dhcp_opt",
                "net-mtu",
                "standard-attr-tag",
                "standard-attr-revisions",
                "project-id",
                "availability_zone",
                "quota_details",
                "standard-attr-description",
                "standard-attr-timestamp",
            ];
            Ok(Reply::json(200, &json!({"extensions": all.iter().map(row).collect::<Vec<_>>()})))
        }
        ("extensions", [alias]) => Err(Refusal::new(
            404,
            "ExtensionNotFound",
            format!("Extension with alias {alias} does not exist"),
        )),
        ("quotas", [_, rest @ ..]) => {
            Ok(quotas(cloud, request, rest.contains(&"details.json") || rest.contains(&"details")))
        }
        ("availability_zones", []) => Ok(Reply::json(
            200,
            &json!({"availability_zones": [
            {"name": "nova", "resource": "network", "state": "available"}, {"name": "nova", "resource": "router", "state": "available"}]}),
        )),
        ("agents" | "subnetpools" | "trunks" | "address-groups", []) => {
            Ok(Reply::json(200, &json!({collection.replace('-', "_"): []})))
        }
        ("address-scopes", []) => Ok(Reply::json(200, &json!({"address_scopes": []}))),
        _ => Err(Refusal::no_route()),
    }
}

fn quotas(cloud: &Cloud, request: &Request, details: bool) -> Reply {
    let (state, quotas) = (cloud.state(), &cloud.config.quotas);
    let entry = |kind: Kind, limit: usize| {
        let used =
            kind.table(&state).rows().filter(|r| text(r, "project_id") == request.who.project_id).count();
        if details { json!({"limit": limit, "used": used, "reserved": 0}) } else { json!(limit) }
    };
    let quota = json!({
        "network": entry(Kind::Network, quotas.networks), "subnet": entry(Kind::Subnet, quotas.subnets),
        "port": entry(Kind::Port, quotas.ports), "router": entry(Kind::Router, quotas.routers),
        "floatingip": entry(Kind::FloatingIp, quotas.floating_ips),
        "security_group": entry(Kind::SecurityGroup, quotas.security_groups),
        "security_group_rule": entry(Kind::Rule, quotas.rules),
        "subnetpool": if details { json!({"limit": -1, "used": 0, "reserved": 0}) } else { json!(-1) },
        "trunk": if details { json!({"limit": -1, "used": 0, "reserved": 0}) } else { json!(-1) },
        "rbac_policy": if details { json!({"limit": 10, "used": 0, "reserved": 0}) } else { json!(10) },
    });
    Reply::json(200, &json!({"quota": quota}))
}
