//! Compute v2.1: flavors, key pairs, servers and their volumes and ports. What a server really is
//! (a worker, a guest, or nothing at all) is decided here and done by [`crate::machine`].

use crate::cinder::{self, volume_path};
use crate::guest::GuestSpec;
use crate::machine::Card;
use crate::model::{
    Disk, Doc, Flavor, Keypair, Nic, Server, ServerGroup, State, Volume, VolumeUse, doc, links, list, now,
    stamp, stamp_micros, text, uuid,
};
use crate::router::{Answer, Refusal, Reply, Request};
use crate::windows::is_for_windows;
use crate::worker::{WorkerSpec, console};
use crate::{Cloud, ZONE, address, cloud_config, glance, machine, neutron};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::Arc;

/// Newest microversion: 2.MICRO.
const MICRO: u32 = 93;
/// Largest user data, bytes before decoding.
const USER_DATA_MAX: usize = 65_535;

pub async fn answer(cloud: &Arc<Cloud>, request: &Request) -> Answer {
    let parts: Vec<&str> = request.parts.iter().map(String::as_str).collect();
    match parts.as_slice() {
        [] => Ok(Reply::json(200, &json!({"versions": [version(cloud, "v2.0"), version(cloud, "v2.1")]}))),
        ["v2.1"] => {
            let mut one = version(cloud, "v2.1");
            if let Some(links) = one["links"].as_array_mut() {
                let documents = "http://docs.openstack.org/";
                links.push(json!({"rel": "describedby", "type": "text/html", "href": documents}));
            }
            one["media-types"] = json!([{"base": "application/json", "type": "application/vnd.openstack.compute+json;version=2.1"}]);
            Ok(Reply::json(200, &json!({"version": one})))
        }
        ["v2.1", rest @ ..] => below(cloud, request, rest).await,
        _ => Err(Refusal::no_route()),
    }
}

/// What every answer says about the version it is in.
pub fn version_headers(request: &Request) -> Vec<(&'static str, String)> {
    let micro = format!("2.{}", micro(request));
    vec![
        ("openstack-api-version", format!("compute {micro}")),
        ("x-openstack-nova-api-version", micro),
        ("vary", "OpenStack-API-Version, X-OpenStack-Nova-API-Version".to_owned()),
    ]
}

fn version(cloud: &Cloud, id: &str) -> Value {
    let current = id == "v2.1";
    json!({"id": id, "status": if current { "CURRENT" } else { "SUPPORTED" },
           "version": if current { format!("2.{MICRO}") } else { String::new() },
           "min_version": if current { "2.1" } else { "" }, "updated": "2013-07-23T11:33:21Z",
           "links": [{"rel": "self", "href": cloud.url(&format!("/compute/{id}/"))}]})
}

/// The minor version asked for; 1 when none was.
fn micro(request: &Request) -> u32 {
    let new = request
        .header("openstack-api-version")
        .and_then(|h| h.split(',').find_map(|p| p.trim().strip_prefix("compute ")));
    let asked = new.or_else(|| request.header("x-openstack-nova-api-version"));
    match asked.map(str::trim) {
        Some("latest") => MICRO,
        Some(text) => text.strip_prefix("2.").and_then(|m| m.parse().ok()).unwrap_or(1),
        None => 1,
    }
}

async fn below(cloud: &Arc<Cloud>, request: &Request, parts: &[&str]) -> Answer {
    if micro(request) > MICRO {
        return Err(Refusal::new(
            406,
            "",
            format!(
                "Version 2.{} is not supported by the API. Minimum is 2.1 and maximum is 2.{MICRO}.",
                micro(request)
            ),
        ));
    }
    match (request.method.as_str(), parts) {
        ("GET", ["flavors"]) => Ok(flavors(cloud, request, false)),
        ("GET", ["flavors", "detail"]) => Ok(flavors(cloud, request, true)),
        ("GET", ["flavors", id]) => {
            let found = flavor(&cloud.state(), id)?;
            Ok(Reply::json(200, &json!({"flavor": flavor_view(cloud, request, &found)})))
        }
        ("GET", ["flavors", id, "os-extra_specs"]) => {
            Ok(Reply::json(200, &json!({"extra_specs": flavor(&cloud.state(), id)?.extra_specs})))
        }
        ("GET", ["servers"]) => list_servers(cloud, request, false),
        ("GET", ["servers", "detail"]) => list_servers(cloud, request, true),
        ("POST", ["servers"]) => create(cloud, request),
        ("GET", ["servers", id]) => {
            let state = cloud.state();
            let server = server(&state, request, id)?;
            Ok(Reply::json(200, &json!({"server": server_view(cloud, request, &state, server)})))
        }
        ("PUT", ["servers", id]) => rename(cloud, request, id),
        ("DELETE", ["servers", id]) => delete(cloud, request, id),
        ("POST", ["servers", id, "action"]) => act(cloud, request, id).await,
        (_, ["servers", id, "os-volume_attachments", rest @ ..]) => {
            attachments(cloud, request, id, rest).await
        }
        ("GET", ["servers", id, "os-interface"]) => interfaces(cloud, request, id),
        ("GET", ["servers", id, "ips"]) => {
            let state = cloud.state();
            Ok(Reply::json(200, &json!({"addresses": addresses(&state, server(&state, request, id)?)})))
        }
        (_, ["servers", id, "metadata", rest @ ..]) => metadata(cloud, request, id, rest),
        ("GET", ["servers", id, "os-security-groups"]) => {
            let state = cloud.state();
            Ok(Reply::json(
                200,
                &json!({"security_groups": server(&state, request, id)?.security_groups.iter().map(|n| json!({"name": n})).collect::<Vec<_>>()}),
            ))
        }
        (_, ["os-keypairs", rest @ ..]) => keypairs(cloud, request, rest),
        (_, ["os-server-groups", rest @ ..]) => groups(cloud, request, rest),
        ("GET", ["limits"]) => limits(cloud, request),
        ("GET", ["os-quota-sets", _, ..]) => quota_set(cloud, request),
        ("GET", ["os-availability-zone"]) => Ok(Reply::json(
            200,
            &json!({"availabilityZoneInfo": [{"zoneName": ZONE, "zoneState": {"available": true}, "hosts": null}]}),
        )),
        ("GET", ["extensions"]) => Ok(Reply::json(200, &json!({"extensions": []}))),
        _ => Err(Refusal::no_route()),
    }
}

// Flavors.

fn flavor(state: &State, id: &str) -> Result<Flavor, Refusal> {
    state
        .flavors
        .get(id)
        .cloned()
        .ok_or_else(|| Refusal::not_found(format!("Flavor {id} could not be found.")))
}

fn flavor_view(cloud: &Cloud, request: &Request, flavor: &Flavor) -> Value {
    let path = format!("/flavors/{}", flavor.id);
    let mut view = doc(json!({
        "id": flavor.id, "name": flavor.name, "ram": flavor.ram, "vcpus": flavor.vcpus, "disk": flavor.disk, "swap": "",
        "OS-FLV-EXT-DATA:ephemeral": 0, "OS-FLV-DISABLED:disabled": false, "os-flavor-access:is_public": true,
        "rxtx_factor": 1.0, "links": links(&cloud.url(&format!("/compute/v2.1{path}")), &cloud.url(&format!("/compute{path}"))),
    }));
    if micro(request) >= 55 {
        view.insert("description".to_owned(), Value::Null);
    }
    if micro(request) >= 61 {
        view.insert("extra_specs".to_owned(), json!(flavor.extra_specs));
    }
    if micro(request) >= 75 {
        view.insert("swap".to_owned(), json!(0));
    }
    Value::Object(view)
}

fn flavors(cloud: &Cloud, request: &Request, detail: bool) -> Reply {
    let all: Vec<Flavor> = cloud.state().flavors.rows().cloned().collect();
    let rows: Vec<Value> = cinder::page(request, all, |f| f.id.clone())
        .iter()
        .map(|f| flavor_view(cloud, request, f))
        .map(|v| {
            if detail {
                v
            } else {
                json!({"id": v["id"], "name": v["name"], "links": v["links"], "description": null})
            }
        })
        .collect();
    Reply::json(200, &json!({"flavors": rows}))
}

// Servers as they are shown.

fn server<'a>(state: &'a State, request: &Request, id: &str) -> Result<&'a Server, Refusal> {
    let mine = |s: &&Server| s.project_id == request.who.project_id || request.who.is_admin();
    state
        .servers
        .get(id)
        .filter(mine)
        .ok_or_else(|| Refusal::not_found(format!("Instance {id} could not be found.")))
}

fn server_mut<'a>(state: &'a mut State, request: &Request, id: &str) -> Result<&'a mut Server, Refusal> {
    server(state, request, id)?;
    state.servers.get_mut(id).ok_or_else(Refusal::no_route)
}

fn addresses(state: &State, server: &Server) -> Value {
    let mut by_network = Doc::new();
    for port in server.nics.iter().filter_map(|nic| state.ports.get(&nic.port_id)) {
        let network = state.networks.get(text(port, "network_id")).map_or("", |n| text(n, "name"));
        let entry = |ip: &Value, kind: &str| {
            let version = if ip.as_str().is_some_and(|ip| ip.contains(':')) { 6 } else { 4 };
            json!({"version": version, "addr": ip, "OS-EXT-IPS:type": kind, "OS-EXT-IPS-MAC:mac_addr": text(port, "mac_address")})
        };
        let mut all: Vec<Value> =
            list(port, "fixed_ips").iter().map(|f| entry(&f["ip_address"], "fixed")).collect();
        let floating = state.floating_ips.rows().filter(|f| text(f, "port_id") == text(port, "id"));
        all.extend(floating.filter_map(|f| f.get("floating_ip_address")).map(|ip| entry(ip, "floating")));
        match by_network.entry(network).or_insert_with(|| json!([])) {
            Value::Array(old) => old.extend(all),
            other => *other = Value::Array(all),
        }
    }
    Value::Object(by_network)
}

fn server_view(cloud: &Cloud, request: &Request, state: &State, server: &Server) -> Value {
    let micro = micro(request);
    let path = format!("/servers/{}", server.id);
    let (vm_state, power) = match server.status {
        "ACTIVE" => ("active", 1),
        "SHUTOFF" => ("stopped", 4),
        "ERROR" => ("error", 0),
        _ => ("building", 0),
    };
    let bookmark = |kind: &str, id: &str| json!([{"rel": "bookmark", "href": cloud.url(&format!("/compute/{kind}/{id}"))}]);
    let image =
        server.image_id.as_deref().map_or(json!(""), |id| json!({"id": id, "links": bookmark("images", id)}));
    let volumes: Vec<Value> = server
        .disks
        .iter()
        .map(|d| {
            if micro >= 3 {
                json!({"id": d.volume_id, "delete_on_termination": d.delete_on_termination})
            } else {
                json!({"id": d.volume_id})
            }
        })
        .collect();
    let groups: Vec<Value> = server.security_groups.iter().map(|n| json!({"name": n})).collect();
    let mut view = doc(json!({
        "id": server.id, "name": server.name, "status": server.status, "tenant_id": server.project_id, "user_id": server.user_id,
        "metadata": server.metadata, "hostId": "1ab0000000000000000000000000000000000000000000000000001a", "image": image,
        "flavor": flavor_of(request, server, bookmark("flavors", &server.flavor.id)),
        "created": stamp(server.created, "Z"), "updated": stamp(server.updated, "Z"), "addresses": addresses(state, server),
        "accessIPv4": "", "accessIPv6": "", "links": links(&cloud.url(&format!("/compute/v2.1{path}")), &cloud.url(&format!("/compute{path}"))),
        "OS-DCF:diskConfig": "MANUAL", "OS-EXT-AZ:availability_zone": server.zone,
        "config_drive": if server.config_drive { "True" } else { "" }, "key_name": server.key_name,
        "OS-SRV-USG:launched_at": server.launched.map(|at| stamp_micros(at, "")), "OS-SRV-USG:terminated_at": null,
        "OS-EXT-STS:task_state": server.task_state, "OS-EXT-STS:vm_state": vm_state, "OS-EXT-STS:power_state": power,
        "os-extended-volumes:volumes_attached": volumes,
    }));
    if server.status == "ACTIVE" || server.status == "BUILD" {
        view.insert("progress".to_owned(), json!(0));
    }
    if !groups.is_empty() {
        view.insert("security_groups".to_owned(), json!(groups));
    }
    if let Some(fault) = &server.fault {
        let at = stamp(server.updated, "Z");
        view.insert("fault".to_owned(), json!({"code": 500, "created": at, "message": fault}));
    }
    let newer = [
        (9, "locked", json!(false)),
        (19, "description", json!(server.description)),
        (26, "tags", json!([])),
        (63, "trusted_image_certificates", Value::Null),
        (71, "server_groups", json!(server.group.iter().collect::<Vec<_>>())),
        (73, "locked_reason", Value::Null),
    ];
    view.extend(
        newer
            .into_iter()
            .filter(|(since, ..)| micro >= *since)
            .map(|(_, key, value)| (key.to_owned(), value)),
    );
    if request.who.is_admin() {
        view.extend(doc(json!({"OS-EXT-SRV-ATTR:host": "lab", "OS-EXT-SRV-ATTR:hypervisor_hostname": "lab",
                               "OS-EXT-SRV-ATTR:instance_name": format!("instance-{}", server.id.get(..8).unwrap_or_default())})));
    }
    Value::Object(view)
}

fn flavor_of(request: &Request, server: &Server, links: Value) -> Value {
    let flavor = &server.flavor;
    if micro(request) < 47 {
        return json!({"id": flavor.id, "links": links});
    }
    json!({"vcpus": flavor.vcpus, "ram": flavor.ram, "disk": flavor.disk, "ephemeral": 0, "swap": 0,
           "original_name": flavor.name, "extra_specs": flavor.extra_specs})
}

fn list_servers(cloud: &Cloud, request: &Request, detail: bool) -> Answer {
    let state = cloud.state();
    let everyone = request.who.is_admin() && request.asked("all_tenants").is_some();
    let wanted = |s: &&Server| {
        request.query.iter().all(|(key, value)| match key.as_str() {
            "name" => s.name.contains(value.trim_start_matches('^').trim_end_matches('$')),
            "status" => s.status.eq_ignore_ascii_case(value),
            "flavor" => s.flavor.id == *value,
            "image" => s.image_id.as_deref() == Some(value),
            "uuid" => s.id == *value,
            _ => true,
        })
    };
    let rows: Vec<Server> = state
        .servers
        .rows()
        .rev()
        .filter(|s| everyone || s.project_id == request.who.project_id)
        .filter(wanted)
        .cloned()
        .collect();
    let rows: Vec<Value> = cinder::page(request, rows, |s| s.id.clone())
        .iter()
        .map(|s| server_view(cloud, request, &state, s))
        .map(|v| if detail { v } else { json!({"id": v["id"], "name": v["name"], "links": v["links"]}) })
        .collect();
    Ok(Reply::json(200, &json!({"servers": rows})))
}

// Creating.

fn create(cloud: &Arc<Cloud>, request: &Request) -> Answer {
    let raw = request.json()?;
    let body = request.wrapped("server")?;
    let mut state = cloud.state();
    let mut server = plan(cloud, &state, request, &body)?;
    let hints = raw.get("os:scheduler_hints").or_else(|| raw.get("OS-SCH-HNT:scheduler_hints"));
    server.group = hints.and_then(|h| h.get("group")).and_then(Value::as_str).map(str::to_owned);
    if server.group.as_deref().is_some_and(|group| state.server_groups.get(group).is_none()) {
        return Err(Refusal::bad(format!(
            "Instance group {} could not be found.",
            server.group.unwrap_or_default()
        )));
    }
    let block = body.get("block_device_mapping_v2").and_then(Value::as_array).cloned().unwrap_or_default();
    let plans: Vec<DiskPlan> =
        block.iter().map(|b| plan_disk(&state, request, b)).collect::<Result<_, _>>()?;
    if server.image_id.is_none() && plans.is_empty() {
        return Err(Refusal::bad("Missing imageRef attribute"));
    }
    if server.image_id.is_none() && !plans.iter().any(|plan| plan.boot) {
        return Err(Refusal::bad(
            "Block Device Mapping is Invalid: Boot sequence for the instance and image/block device mapping combination is not valid.",
        ));
    }
    server.nics = make_nics(&mut state, request, &server, &body)?;
    let made = make_disks(cloud, &mut state, request, plans);
    match made {
        Ok(disks) => server.disks = disks,
        Err(refusal) => {
            unbind(cloud, &mut state, &server);
            return Err(refusal);
        }
    }
    let reply = json!({"server": {
        "id": server.id, "adminPass": uuid().get(..12), "OS-DCF:diskConfig": "MANUAL",
        "security_groups": server.security_groups.iter().map(|n| json!({"name": n})).collect::<Vec<_>>(),
        "links": links(&cloud.url(&format!("/compute/v2.1/servers/{}", server.id)), &cloud.url(&format!("/compute/servers/{}", server.id))),
    }});
    let (id, location) = (server.id.clone(), cloud.url(&format!("/compute/v2.1/servers/{}", server.id)));
    state.servers.insert(&id, server);
    drop(state);
    tokio::spawn(build(cloud.clone(), id));
    Ok(Reply::json(202, &reply).with("location", location))
}

fn string(body: &Doc, key: &str) -> Option<String> {
    body.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// A server that has no disks and no network cards yet.
fn plan(cloud: &Cloud, state: &State, request: &Request, body: &Doc) -> Result<Server, Refusal> {
    let name = string(body, "name")
        .ok_or_else(|| Refusal::bad("Invalid input for field/attribute name. Value: . '' is too short"))?;
    let flavor_id = string(body, "flavorRef").unwrap_or_default();
    let flavor_id = flavor_id.rsplit('/').next().unwrap_or_default();
    let flavor = flavor(state, flavor_id).map_err(|refusal| Refusal::bad(refusal.message))?;
    let image_id = string(body, "imageRef").map(|r| r.rsplit('/').next().unwrap_or_default().to_owned());
    if image_id
        .as_deref()
        .is_some_and(|id| state.images.get(id).is_none_or(|i| text(i, "status") != "active"))
    {
        return Err(Refusal::bad("Can not find requested image"));
    }
    let key_name = string(body, "key_name");
    let has_key =
        |name: &String| state.keypairs.iter().any(|k| k.name == *name && k.user_id == request.who.user_id);
    if !key_name.iter().all(has_key) {
        return Err(Refusal::bad("Invalid key_name provided."));
    }
    let zone = string(body, "availability_zone").unwrap_or_else(|| ZONE.to_owned());
    if zone.split(':').next() != Some(ZONE) {
        return Err(Refusal::bad("The requested availability zone is not available"));
    }
    check_quota(cloud, state, &request.who.project_id, &flavor)?;
    let at = now();
    Ok(Server {
        id: uuid(),
        name,
        description: string(body, "description"),
        status: "BUILD",
        task_state: Some("scheduling"),
        fault: None,
        flavor,
        image_id,
        metadata: body.get("metadata").and_then(Value::as_object).cloned().unwrap_or_default(),
        key_name,
        user_data: user_data(body)?,
        config_drive: body
            .get("config_drive")
            .is_some_and(|c| c == &json!(true) || c == "True" || c == "true"),
        zone,
        security_groups: security_groups(state, request, body)?,
        nics: Vec::new(),
        disks: Vec::new(),
        group: None,
        created: at,
        updated: at,
        launched: None,
        project_id: request.who.project_id.clone(),
        user_id: request.who.user_id.clone(),
    })
}

fn user_data(body: &Doc) -> Result<Vec<u8>, Refusal> {
    let encoded: String = text(body, "user_data").chars().filter(|c| !c.is_whitespace()).collect();
    if encoded.len() > USER_DATA_MAX {
        return Err(Refusal::bad("Invalid input for field/attribute user_data. It is too long"));
    }
    BASE64.decode(&encoded).map_err(|_| {
        Refusal::bad(format!(
            "Invalid input for field/attribute user_data. Value: {encoded}. '{encoded}' is not a 'base64'"
        ))
    })
}

fn group_id(state: &State, project: &str, name: &str) -> Option<String> {
    let found = state
        .security_groups
        .rows()
        .find(|g| text(g, "project_id") == project && (text(g, "name") == name || text(g, "id") == name));
    found.map(|g| text(g, "id").to_owned())
}

fn security_groups(state: &State, request: &Request, body: &Doc) -> Result<Vec<String>, Refusal> {
    let project = &request.who.project_id;
    let asked: Vec<String> =
        list(body, "security_groups").iter().filter_map(|g| g["name"].as_str()).map(str::to_owned).collect();
    match asked.iter().find(|name| group_id(state, project, name).is_none()) {
        Some(name) => Err(Refusal::bad(format!("Unable to find security_group with name or id '{name}'"))),
        None if asked.is_empty() => Ok(vec!["default".to_owned()]),
        None => Ok(asked),
    }
}

fn usage(state: &State, project: &str) -> (usize, u64, u64) {
    let mine: Vec<&Server> = state.servers.rows().filter(|s| s.project_id == project).collect();
    (mine.len(), mine.iter().map(|s| s.flavor.vcpus).sum(), mine.iter().map(|s| s.flavor.ram).sum())
}

fn check_quota(cloud: &Cloud, state: &State, project: &str, flavor: &Flavor) -> Result<(), Refusal> {
    let (servers, cores, ram) = usage(state, project);
    let quotas = &cloud.config.quotas;
    let checks = [
        (
            "instances",
            1,
            u64::try_from(servers).unwrap_or(u64::MAX),
            u64::try_from(quotas.instances).unwrap_or(u64::MAX),
        ),
        ("cores", flavor.vcpus, cores, quotas.cores),
        ("ram", flavor.ram, ram, quotas.ram),
    ];
    match checks.iter().find(|(_, asked, used, limit)| asked + used > *limit) {
        Some((what, asked, used, limit)) => Err(Refusal::forbidden(format!(
            "Quota exceeded for {what}: Requested {asked}, but already used {used} of {limit} {what}"
        ))),
        None => Ok(()),
    }
}

/// The ports of a new server, made or taken, all or none.
fn make_nics(state: &mut State, request: &Request, server: &Server, body: &Doc) -> Result<Vec<Nic>, Refusal> {
    let asked = match body.get("networks") {
        Some(Value::Array(asked)) => asked.clone(),
        Some(Value::String(word)) if word == "none" => return Ok(Vec::new()),
        _ => vec![only_network(state, request)?],
    };
    let mut nics: Vec<Nic> = Vec::new();
    for wish in &asked {
        match make_nic(state, request, server, wish) {
            Ok(nic) => nics.push(nic),
            Err(refusal) => {
                for nic in nics {
                    release_nic(state, &nic);
                }
                return Err(refusal);
            }
        }
    }
    Ok(nics)
}

fn only_network(state: &State, request: &Request) -> Result<Value, Refusal> {
    let mine = |n: &&Doc| {
        text(n, "project_id") == request.who.project_id && n.get("router:external") != Some(&json!(true))
    };
    let mut found = state.networks.rows().filter(mine);
    match (found.next(), found.next()) {
        (Some(one), None) => Ok(json!({"uuid": text(one, "id")})),
        (None, _) => Err(Refusal::bad("No networks found")),
        _ => {
            Err(Refusal::conflict("Multiple possible networks found, use a Network ID to be more specific."))
        }
    }
}

fn make_nic(state: &mut State, request: &Request, server: &Server, wish: &Value) -> Result<Nic, Refusal> {
    let bound = json!({"device_id": server.id, "device_owner": format!("compute:{}", server.zone), "status": "ACTIVE"});
    if let Some(id) = wish["port"].as_str() {
        let mine = |p: &&mut Doc| text(p, "project_id") == request.who.project_id || request.who.is_admin();
        let port = state
            .ports
            .get_mut(id)
            .filter(mine)
            .ok_or_else(|| Refusal::bad(format!("Port id {id} could not be found.")))?;
        if !text(port, "device_id").is_empty() {
            return Err(Refusal::conflict(format!("Port {id} is still in use.")));
        }
        port.extend(doc(bound));
        return Ok(Nic { port_id: id.to_owned(), owned: false });
    }
    let network = wish["uuid"].as_str().unwrap_or_default();
    let found = state
        .networks
        .get(network)
        .ok_or_else(|| Refusal::bad(format!("Network {network} could not be found.")))?;
    if text(found, "project_id") != request.who.project_id && found.get("shared") != Some(&json!(true)) {
        return Err(Refusal::bad(format!("Network {network} could not be found.")));
    }
    let groups: Vec<String> =
        server.security_groups.iter().filter_map(|n| group_id(state, &request.who.project_id, n)).collect();
    let mut asked = doc(json!({"network_id": network, "security_groups": groups}));
    if let Some(ip) = wish["fixed_ip"].as_str() {
        asked.insert("fixed_ips".to_owned(), json!([{"ip_address": ip}]));
    }
    let mut port =
        neutron::new_port(state, &request.who.project_id, &asked).map_err(|refusal| {
            match refusal.status {
                409 => Refusal::bad(format!(
                    "Fixed IP address {} is already in use on instance.",
                    wish["fixed_ip"].as_str().unwrap_or_default()
                )),
                _ => refusal,
            }
        })?;
    port.extend(doc(bound));
    let id = text(&port, "id").to_owned();
    state.ports.insert(&id, port);
    Ok(Nic { port_id: id, owned: true })
}

fn release_nic(state: &mut State, nic: &Nic) {
    if nic.owned {
        state.ports.remove(&nic.port_id);
    } else if let Some(port) = state.ports.get_mut(&nic.port_id) {
        port.extend(doc(json!({"device_id": "", "device_owner": "", "status": "DOWN"})));
    }
}

/// Gives back the ports of a server that ends.
fn unbind(cloud: &Cloud, state: &mut State, server: &Server) {
    for nic in &server.nics {
        if nic.owned {
            neutron::forget_port(cloud, state, &nic.port_id);
        }
        release_nic(state, nic);
    }
}

/// An entry of `block_device_mapping_v2`.
struct DiskPlan {
    volume: Option<String>,
    /// What Cinder is asked for when there is no volume yet.
    make: Doc,
    boot: bool,
    delete_on_termination: bool,
    tag: Option<String>,
}

fn plan_disk(state: &State, request: &Request, block: &Value) -> Result<DiskPlan, Refusal> {
    let field = |key: &str| block.get(key).and_then(Value::as_str).unwrap_or_default();
    let invalid = |why: String| Refusal::bad(format!("Block Device Mapping is Invalid: {why}"));
    let mut plan = DiskPlan {
        volume: None,
        make: doc(json!({"size": block.get("volume_size").cloned().unwrap_or_default(), "name": ""})),
        boot: block.get("boot_index").is_some_and(|b| b == &json!(0) || b == "0"),
        delete_on_termination: block.get("delete_on_termination") == Some(&json!(true)),
        tag: block.get("tag").and_then(Value::as_str).map(str::to_owned),
    };
    let id = field("uuid").to_owned();
    match field("source_type") {
        "volume" => {
            let mine = |v: &&Volume| v.project_id == request.who.project_id || request.who.is_admin();
            let volume = state
                .volumes
                .get(&id)
                .filter(mine)
                .ok_or_else(|| invalid(format!("failed to get volume {id}.")))?;
            if volume.status != "available" {
                return Err(Refusal::bad(format!(
                    "Invalid volume: Volume {id} status must be available or downloading to reserve, but the current status is {}.",
                    volume.status
                )));
            }
            if plan.boot && !volume.bootable {
                return Err(invalid(format!("Volume {id} is not bootable.")));
            }
            plan.volume = Some(id);
        }
        "image" if field("destination_type") != "volume" => plan.make.clear(),
        "image" => drop(plan.make.insert("imageRef".to_owned(), json!(id))),
        "snapshot" => drop(plan.make.insert("snapshot_id".to_owned(), json!(id))),
        "blank" if field("destination_type") == "volume" => {}
        other => {
            return Err(invalid(format!("source type '{other}' with this destination is not supported.")));
        }
    }
    if field("source_type") != "volume" && plan.make.get("size") == Some(&Value::Null) {
        plan.make.remove("size");
    }
    Ok(plan)
}

fn make_disks(
    cloud: &Arc<Cloud>,
    state: &mut State,
    request: &Request,
    plans: Vec<DiskPlan>,
) -> Result<Vec<Disk>, Refusal> {
    let mut disks = Vec::new();
    for plan in plans {
        if plan.volume.is_none() && plan.make.is_empty() {
            continue;
        }
        let volume_id = match plan.volume {
            Some(id) => id,
            None => cinder::add_volume(cloud, state, request, &plan.make)?,
        };
        if let Some(volume) = state.volumes.get_mut(&volume_id).filter(|v| v.status == "available") {
            "reserved".clone_into(&mut volume.status);
        }
        disks.push(Disk {
            volume_id,
            attachment_id: uuid(),
            bdm_id: uuid(),
            device: String::new(),
            boot: plan.boot,
            delete_on_termination: plan.delete_on_termination,
            tag: plan.tag,
        });
    }
    disks.sort_by_key(|disk| !disk.boot);
    Ok(disks)
}

// Booting.

/// What a server is on this machine.
enum Body {
    Nothing,
    Worker(Box<WorkerSpec>),
    Guest(Box<GuestSpec>),
}

/// Longest wait for volumes that are made for a server, in pauses of [`VOLUME_PAUSE`].
const VOLUME_LOOKS_MAX: u32 = 6000;
const VOLUME_PAUSE: std::time::Duration = std::time::Duration::from_millis(50);

/// Brings a new or stopped server up; its row says how that went.
async fn build(cloud: Arc<Cloud>, id: String) {
    tokio::time::sleep(cloud.config.delay).await;
    let built = match volumes_ready(&cloud, &id).await {
        Ok(()) => boot(&cloud, &id).await,
        Err(error) => Err(error),
    };
    for disk in settle(&cloud, &id, built) {
        let_go(&cloud, &id, &disk).await;
    }
}

/// Writes down how a start went; gives back the disks of one that failed.
fn settle(cloud: &Cloud, id: &str, built: anyhow::Result<Vec<(String, String)>>) -> Vec<Disk> {
    let mut state = cloud.state();
    let Some(server) = state.servers.get_mut(id).filter(|s| s.task_state != Some("deleting")) else {
        return Vec::new();
    };
    server.updated = now();
    server.task_state = None;
    let devices = match built {
        Ok(devices) => devices,
        Err(error) => {
            tracing::warn!(server = id, error = format!("{error:#}"), "a server could not be started");
            server.status = "ERROR";
            server.fault = Some(format!("{error:#}"));
            return std::mem::take(&mut server.disks);
        }
    };
    server.status = "ACTIVE";
    server.launched = Some(now());
    let taken = usize::from(server.image_id.is_some());
    for (index, disk) in server.disks.iter_mut().enumerate() {
        let real =
            devices.iter().find(|(volume, _)| *volume == disk.volume_id).map(|(_, device)| device.clone());
        disk.device = real.unwrap_or_else(|| virtio_name(index + taken));
    }
    for disk in &server.disks.clone() {
        mark_attached(&mut state, id, disk);
    }
    Vec::new()
}

async fn volumes_ready(cloud: &Cloud, id: &str) -> anyhow::Result<()> {
    for _ in 0..VOLUME_LOOKS_MAX {
        let statuses = volume_statuses(cloud, id);
        anyhow::ensure!(
            !statuses.iter().any(|s| s == "error"),
            "Build of instance {id} aborted: a volume did not finish being created"
        );
        let waiting = statuses.iter().any(|s| s == "creating");
        if !waiting {
            return Ok(());
        }
        tokio::time::sleep(VOLUME_PAUSE).await;
    }
    anyhow::bail!("Build of instance {id} aborted: volumes are still being created")
}

fn volume_statuses(cloud: &Cloud, server: &str) -> Vec<String> {
    let state = cloud.state();
    let disks = state.servers.get(server).map_or(&[][..], |s| s.disks.as_slice());
    disks.iter().filter_map(|d| state.volumes.get(&d.volume_id)).map(|v| v.status.clone()).collect()
}

fn virtio_name(index: usize) -> String {
    let letter = u8::try_from(index)
        .ok()
        .and_then(|i| b'a'.checked_add(i))
        .filter(u8::is_ascii_lowercase)
        .unwrap_or(b'z');
    format!("/dev/vd{}", char::from(letter))
}

fn mark_attached(state: &mut State, server: &str, disk: &Disk) {
    let Some(volume) = state.volumes.get_mut(&disk.volume_id) else { return };
    "in-use".clone_into(&mut volume.status);
    volume.updated = now();
    volume.attachments = vec![VolumeUse {
        attachment_id: disk.attachment_id.clone(),
        server_id: server.to_owned(),
        device: disk.device.clone(),
        attached_at: now(),
    }];
}

/// Starts the process; gives back the devices of volumes whose names this machine chose.
async fn boot(cloud: &Arc<Cloud>, id: &str) -> anyhow::Result<Vec<(String, String)>> {
    let Some(machine) = &cloud.machine else { return Ok(Vec::new()) };
    std::fs::create_dir_all(cloud.dir.join("servers").join(id))?;
    let body = body_of(cloud, id)?;
    let (watch, guests_max, id) = (cloud.clone(), cloud.config.guests_max, id.to_owned());
    machine
        .run(move |host| {
            // On this thread a deletion is either before this or comes after the boot.
            let wanted = watch.state().servers.get(&id).is_some_and(|s| s.task_state != Some("deleting"));
            anyhow::ensure!(wanted, "it is being deleted");
            match body {
                Body::Nothing => Ok(Vec::new()),
                Body::Worker(spec) => host.boot_worker(&spec),
                Body::Guest(spec) => host.boot_guest(&spec, guests_max).map(|()| Vec::new()),
            }
        })
        .await
}

fn body_of(cloud: &Cloud, id: &str) -> anyhow::Result<Body> {
    let state = cloud.state();
    let Some(server) = state.servers.get(id) else { return Ok(Body::Nothing) };
    let cards = cards(&state, server);
    let keys: Vec<(String, String)> = state
        .keypairs
        .iter()
        .filter(|k| Some(&k.name) == server.key_name.as_ref() && k.user_id == server.user_id)
        .map(|k| (k.name.clone(), k.public_key.clone()))
        .collect();
    let boot = server.disks.iter().find(|d| d.boot);
    let volume_image =
        boot.and_then(|d| state.volumes.get(&d.volume_id)).map(|v| text(&v.image_metadata, "image_id"));
    let image = server.image_id.as_deref().or(volume_image).and_then(|id| state.images.get(id));
    let volume_file = |d: &Disk| (d.volume_id.clone(), volume_path(&cloud.dir, &d.volume_id));
    let is_windows = is_for_windows(&server.user_data);
    if is_windows || image.is_some_and(|image| text(image, "name") == cloud.config.worker_image) {
        let public: Vec<String> = keys.into_iter().map(|(_, key)| key).collect();
        return Ok(Body::Worker(Box::new(WorkerSpec {
            server: id.to_owned(),
            name: server.name.clone(),
            cards,
            // The root of a worker is this machine's, also when it is said to be on a volume.
            volumes: server.disks.iter().filter(|d| !d.boot).map(volume_file).collect(),
            setup: if is_windows { String::new() } else { cloud_config::script(&server.user_data, &public) },
            windows: is_windows.then(|| server.user_data.clone()),
        })));
    }
    let mut disks: Vec<(String, PathBuf, String)> =
        server.disks.iter().map(volume_file).map(|(id, path)| (id, path, "raw".to_owned())).collect();
    if boot.is_none() {
        let image_id = image.map(|i| text(i, "id").to_owned()).unwrap_or_default();
        disks.insert(0, (id.to_owned(), local_disk(cloud, server, &image_id)?, "raw".to_owned()));
    }
    Ok(Body::Guest(Box::new(GuestSpec {
        server: id.to_owned(),
        name: server.name.clone(),
        memory: server.flavor.ram,
        cpus: server.flavor.vcpus,
        cards,
        disks,
        user_data: server.user_data.clone(),
        metadata: Value::Object(server.metadata.clone()),
        keys,
    })))
}

/// The disk of a server that boots from an image: a copy of its own, kept over stop and start.
fn local_disk(cloud: &Cloud, server: &Server, image: &str) -> anyhow::Result<PathBuf> {
    let (from, to) = (glance::path(cloud, image), cloud.dir.join("servers").join(&server.id).join("disk"));
    anyhow::ensure!(from.exists(), "Image {image} is unacceptable: it has no data");
    if !to.exists() {
        machine::convert_image(&from, "qcow2", &to).or_else(|_| machine::convert_image(&from, "raw", &to))?;
        let file = std::fs::OpenOptions::new().write(true).open(&to)?;
        let wanted = server.flavor.disk << 30;
        if file.metadata()?.len() < wanted {
            file.set_len(wanted)?;
        }
    }
    Ok(to)
}

fn cards(state: &State, server: &Server) -> Vec<Card> {
    let ports = server.nics.iter().filter_map(|nic| state.ports.get(&nic.port_id));
    ports.map(|port| card(state, port)).collect()
}

fn card(state: &State, port: &Doc) -> Card {
    let mut dns = Vec::new();
    let fixed = list(port, "fixed_ips").iter().filter_map(|fixed| {
        let subnet = state.subnets.get(fixed["subnet_id"].as_str()?)?;
        dns.extend(list(subnet, "dns_nameservers").iter().filter_map(Value::as_str).map(str::to_owned));
        let prefix = address::Cidr::parse(text(subnet, "cidr"))?.prefix;
        Some((fixed["ip_address"].as_str()?.to_owned(), prefix, string(subnet, "gateway_ip")))
    });
    let addresses = fixed.collect();
    let floating = state.floating_ips.rows().filter(|f| text(f, "port_id") == text(port, "id"));
    Card {
        port_id: text(port, "id").to_owned(),
        network_id: text(port, "network_id").to_owned(),
        mac: text(port, "mac_address").to_owned(),
        addresses,
        floating: floating.map(|f| text(f, "floating_ip_address").to_owned()).collect(),
        dns,
    }
}

// Changing and ending.

fn rename(cloud: &Cloud, request: &Request, id: &str) -> Answer {
    let body = request.wrapped("server")?;
    let mut state = cloud.state();
    let row = server_mut(&mut state, request, id)?;
    if let Some(name) = string(&body, "name") {
        row.name = name;
    }
    if body.contains_key("description") {
        row.description = string(&body, "description");
    }
    let row = row.clone();
    Ok(Reply::json(200, &json!({"server": server_view(cloud, request, &state, &row)})))
}

fn delete(cloud: &Arc<Cloud>, request: &Request, id: &str) -> Answer {
    let mut state = cloud.state();
    let row = server_mut(&mut state, request, id)?;
    if row.task_state != Some("deleting") {
        row.task_state = Some("deleting");
        tokio::spawn(end(cloud.clone(), id.to_owned()));
    }
    Ok(Reply::empty(204))
}

async fn end(cloud: Arc<Cloud>, id: String) {
    tokio::time::sleep(cloud.config.delay).await;
    if let Some(machine) = &cloud.machine {
        let server = id.clone();
        if let Err(error) = machine.run(move |host| host.kill(&server)).await {
            tracing::warn!(server = id, %error, "a server could not be ended");
        }
    }
    let disks = cloud.state().servers.get(&id).map(|s| s.disks.clone()).unwrap_or_default();
    for disk in &disks {
        let_go(&cloud, &id, disk).await;
    }
    let mut state = cloud.state();
    if let Some(server) = state.servers.get(&id).cloned() {
        unbind(&cloud, &mut state, &server);
    }
    state.servers.remove(&id);
    drop(state);
    // Without workers there is no such directory.
    drop(std::fs::remove_dir_all(cloud.dir.join("servers").join(&id)));
}

/// How often a volume of a server that ends is asked for.
const RELEASES_MAX: usize = 20;

/// Detaches a volume from a server that ends, or failed to start, and deletes it if it was to.
async fn let_go(cloud: &Arc<Cloud>, server: &str, disk: &Disk) {
    // Another worker may look at the device just now; a server that is gone has no volumes.
    for _ in 0..RELEASES_MAX {
        if release(cloud, server, &disk.volume_id).await {
            break;
        }
    }
    if disk.delete_on_termination {
        cinder::erase_volume(cloud, &disk.volume_id);
    }
}

/// Detaches a volume; it is `available` after that, or `in-use` as before when something holds it.
async fn release(cloud: &Arc<Cloud>, server: &str, volume: &str) -> bool {
    let (server, id) = (server.to_owned(), volume.to_owned());
    let released = match &cloud.machine {
        Some(machine) => machine.run(move |host| host.release(&server, &id)).await,
        None => Ok(()),
    };
    if let Err(error) = &released {
        tracing::warn!(volume, error = format!("{error:#}"), "a volume was not detached");
        cinder::set_status(cloud, volume, "in-use");
        return false;
    }
    if let Some(row) = cloud.state().volumes.get_mut(volume) {
        row.attachments.clear();
        if row.status != "error" {
            "available".clone_into(&mut row.status);
        }
        row.updated = now();
    }
    true
}

async fn act(cloud: &Arc<Cloud>, request: &Request, id: &str) -> Answer {
    let body = doc(request.json()?);
    let Some((action, args)) = body.iter().next() else {
        return Err(Refusal::bad("There is no such action: None"));
    };
    let status = server(&cloud.state(), request, id)?.status;
    let wrong = |verb: &str| {
        Refusal::conflict(format!(
            "Cannot '{verb}' instance {id} while it is in vm_state {}",
            if status == "SHUTOFF" { "stopped" } else { "active" }
        ))
    };
    match action.as_str() {
        "os-getConsoleOutput" => console_output(cloud, id, args),
        "os-stop" if status != "ACTIVE" => Err(wrong("stop")),
        "os-start" if status != "SHUTOFF" => Err(wrong("start")),
        "os-stop" => {
            stop(cloud, id).await?;
            Ok(Reply::empty(202))
        }
        "os-start" => {
            start(cloud, id);
            Ok(Reply::empty(202))
        }
        "reboot" => {
            stop(cloud, id).await?;
            start(cloud, id);
            Ok(Reply::empty(202))
        }
        other => Err(Refusal::bad(format!("There is no such action: {other}"))),
    }
}

async fn stop(cloud: &Arc<Cloud>, id: &str) -> Result<(), Refusal> {
    if let Some(machine) = &cloud.machine {
        let server = id.to_owned();
        let killed = machine.run(move |host| host.kill(&server)).await;
        killed.map_err(|error| Refusal::new(500, "", format!("{error:#}")))?;
    }
    if let Some(server) = cloud.state().servers.get_mut(id) {
        server.status = "SHUTOFF";
        server.updated = now();
    }
    Ok(())
}

fn start(cloud: &Arc<Cloud>, id: &str) {
    if let Some(server) = cloud.state().servers.get_mut(id) {
        server.task_state = Some("powering-on");
    }
    tokio::spawn(build(cloud.clone(), id.to_owned()));
}

fn console_output(cloud: &Cloud, id: &str, args: &Value) -> Answer {
    let bytes = std::fs::read(console(&cloud.dir, id)).unwrap_or_default();
    let all = String::from_utf8_lossy(&bytes);
    let wanted =
        args.get("length").and_then(|l| l.as_u64().or_else(|| l.as_str().and_then(|s| s.parse().ok())));
    let output = match wanted.and_then(|l| usize::try_from(l).ok()) {
        Some(length) => {
            let lines: Vec<&str> = all.lines().collect();
            lines.get(lines.len().saturating_sub(length)..).unwrap_or_default().join("\n")
        }
        None => all.into_owned(),
    };
    Ok(Reply::json(200, &json!({"output": output})))
}

// Volumes of a server.

fn attachment_view(request: &Request, server: &str, disk: &Disk) -> Value {
    let micro = micro(request);
    let mut view = doc(
        json!({"id": disk.volume_id, "serverId": server, "volumeId": disk.volume_id, "device": disk.device}),
    );
    if micro >= 70 {
        view.insert("tag".to_owned(), json!(disk.tag));
    }
    if micro >= 79 {
        view.insert("delete_on_termination".to_owned(), json!(disk.delete_on_termination));
    }
    if micro >= 89 {
        view.remove("id");
        view.insert("attachment_id".to_owned(), json!(disk.attachment_id));
        view.insert("bdm_uuid".to_owned(), json!(disk.bdm_id));
    }
    Value::Object(view)
}

async fn attachments(cloud: &Arc<Cloud>, request: &Request, id: &str, rest: &[&str]) -> Answer {
    let disks = server(&cloud.state(), request, id)?.disks.clone();
    let find = |volume: &str| disks.iter().find(|d| d.volume_id == volume);
    let missing = |volume: &str| Refusal::not_found(format!("Volume {volume} could not be found."));
    match (request.method.as_str(), rest) {
        ("GET", []) => {
            let rows: Vec<Value> = disks.iter().map(|d| attachment_view(request, id, d)).collect();
            Ok(Reply::json(200, &json!({"volumeAttachments": rows})))
        }
        ("GET", [volume]) => {
            let disk = find(volume).ok_or_else(|| missing(volume))?;
            Ok(Reply::json(200, &json!({"volumeAttachment": attachment_view(request, id, disk)})))
        }
        ("POST", []) => attach(cloud, request, id).await,
        ("PUT", [volume]) => keep(cloud, request, id, find(volume).ok_or_else(|| missing(volume))?),
        ("DELETE", [volume]) => detach(cloud, id, find(volume).ok_or_else(|| missing(volume))?),
        _ => Err(Refusal::no_route()),
    }
}

async fn attach(cloud: &Arc<Cloud>, request: &Request, id: &str) -> Answer {
    let body = request.wrapped("volumeAttachment")?;
    let volume = text(&body, "volumeId").to_owned();
    let name = reserve(cloud, request, id, &volume)?;
    let device = match &cloud.machine {
        None => name,
        Some(machine) => {
            let (server, path, wanted) = (id.to_owned(), volume_path(&cloud.dir, &volume), volume.clone());
            match machine.run(move |host| host.attach(&server, &wanted, &path)).await {
                Ok(device) => device,
                Err(error) => {
                    cinder::set_status(cloud, &volume, "available");
                    return Err(Refusal::new(500, "", format!("{error:#}")));
                }
            }
        }
    };
    let disk = Disk {
        volume_id: volume,
        attachment_id: uuid(),
        bdm_id: uuid(),
        device,
        boot: false,
        delete_on_termination: body.get("delete_on_termination") == Some(&json!(true)),
        tag: string(&body, "tag"),
    };
    let view = attachment_view(request, id, &disk);
    if let Some(server) = cloud.state().servers.get_mut(id) {
        server.disks.push(disk.clone());
    }
    let (cloud, id) = (cloud.clone(), id.to_owned());
    tokio::spawn(async move {
        tokio::time::sleep(cloud.config.delay).await;
        let mut state = cloud.state();
        let still = state
            .servers
            .get(&id)
            .is_some_and(|s| s.disks.iter().any(|d| d.attachment_id == disk.attachment_id));
        if still {
            mark_attached(&mut state, &id, &disk);
        }
    });
    Ok(Reply::json(200, &json!({"volumeAttachment": view})))
}

/// Takes an available volume for a server that can take one; gives back the name a hypervisor would give.
fn reserve(cloud: &Cloud, request: &Request, id: &str, volume: &str) -> Result<String, Refusal> {
    let mut state = cloud.state();
    let server = server(&state, request, id)?;
    if !["ACTIVE", "SHUTOFF"].contains(&server.status) {
        return Err(Refusal::conflict(format!(
            "Cannot 'attach_volume' instance {id} while it is in vm_state building"
        )));
    }
    let used: Vec<String> = server.disks.iter().map(|d| d.device.clone()).collect();
    let first = usize::from(server.image_id.is_some());
    let mine = |v: &&mut Volume| v.project_id == request.who.project_id || request.who.is_admin();
    let row = state
        .volumes
        .get_mut(volume)
        .filter(mine)
        .ok_or_else(|| Refusal::not_found(format!("Volume {volume} could not be found.")))?;
    if let Some(used) = row.attachments.first() {
        return Err(Refusal::bad(format!(
            "Invalid volume: volume {volume} is already attached to instances: {}",
            used.server_id
        )));
    }
    if row.status != "available" {
        return Err(Refusal::bad(format!(
            "Invalid volume: Volume {volume} status must be available or downloading to reserve, but the current status is {}.",
            row.status
        )));
    }
    "attaching".clone_into(&mut row.status);
    let free = (first..26).map(virtio_name).find(|name| !used.contains(name));
    Ok(free.unwrap_or_else(|| "/dev/vdz".to_owned()))
}

/// Changes what becomes of a volume when its server goes, and nothing else: the swap of volumes that
/// the same request can ask for is for administrators of a real cloud.
fn keep(cloud: &Arc<Cloud>, request: &Request, id: &str, disk: &Disk) -> Answer {
    let body = request.wrapped("volumeAttachment")?;
    let wanted = body.get("delete_on_termination").and_then(Value::as_bool).filter(|_| micro(request) >= 85);
    let Some(wanted) = wanted.filter(|_| text(&body, "volumeId") == disk.volume_id) else {
        return Err(Refusal::bad("Invalid input for field/attribute volumeAttachment."));
    };
    if let Some(server) = cloud.state().servers.get_mut(id) {
        let same = server.disks.iter_mut().filter(|d| d.volume_id == disk.volume_id);
        same.for_each(|d| d.delete_on_termination = wanted);
    }
    Ok(Reply::empty(202))
}

fn detach(cloud: &Arc<Cloud>, id: &str, disk: &Disk) -> Answer {
    if disk.boot {
        return Err(Refusal::bad("Cannot detach a root device volume"));
    }
    {
        let mut state = cloud.state();
        let Some(volume) = state.volumes.get_mut(&disk.volume_id) else { return Err(Refusal::no_route()) };
        if volume.status != "in-use" {
            return Err(Refusal::bad(format!(
                "Invalid volume: Invalid input received: Invalid volume: Unable to detach volume. Volume status must be 'in-use' and attach_status must be 'attached' to detach. (it is {})",
                volume.status
            )));
        }
        "detaching".clone_into(&mut volume.status);
    }
    let (cloud, id, volume) = (cloud.clone(), id.to_owned(), disk.volume_id.clone());
    tokio::spawn(async move {
        tokio::time::sleep(cloud.config.delay).await;
        if release(&cloud, &id, &volume).await
            && let Some(server) = cloud.state().servers.get_mut(&id)
        {
            server.disks.retain(|d| d.volume_id != volume);
        }
    });
    Ok(Reply::empty(202))
}

// The rest.

fn interfaces(cloud: &Cloud, request: &Request, id: &str) -> Answer {
    let state = cloud.state();
    let server = server(&state, request, id)?;
    let view = |port: &Doc| {
        let mut view = doc(
            json!({"port_state": text(port, "status"), "fixed_ips": port.get("fixed_ips"), "port_id": text(port, "id"),
                                  "net_id": text(port, "network_id"), "mac_addr": text(port, "mac_address")}),
        );
        if micro(request) >= 70 {
            view.insert("tag".to_owned(), Value::Null);
        }
        Value::Object(view)
    };
    let rows: Vec<Value> =
        server.nics.iter().filter_map(|nic| state.ports.get(&nic.port_id)).map(view).collect();
    Ok(Reply::json(200, &json!({"interfaceAttachments": rows})))
}

fn metadata(cloud: &Cloud, request: &Request, id: &str, rest: &[&str]) -> Answer {
    let mut state = cloud.state();
    let row = server_mut(&mut state, request, id)?;
    let missing = || Refusal::not_found("Metadata item was not found");
    match (request.method.as_str(), rest) {
        ("GET", []) => {}
        ("POST", []) => row.metadata.extend(request.wrapped("metadata")?),
        ("PUT", []) => row.metadata = request.wrapped("metadata")?,
        ("GET", [key]) => {
            let value = row.metadata.get(*key).cloned().ok_or_else(missing)?;
            return Ok(Reply::json(200, &json!({"meta": {*key: value}})));
        }
        ("DELETE", [key]) => return row.metadata.remove(*key).map(|_| Reply::empty(204)).ok_or_else(missing),
        _ => return Err(Refusal::no_route()),
    }
    Ok(Reply::json(200, &json!({"metadata": row.metadata})))
}

fn keypair_view(key: &Keypair, full: bool) -> Value {
    let mut view = doc(
        json!({"name": key.name, "public_key": key.public_key, "fingerprint": key.fingerprint, "type": "ssh"}),
    );
    if full {
        view.extend(doc(
            json!({"user_id": key.user_id, "created_at": stamp_micros(key.created, ""), "deleted": false,
                               "deleted_at": null, "updated_at": null, "id": key.created % 100_000}),
        ));
    }
    json!({"keypair": view})
}

fn keypairs(cloud: &Cloud, request: &Request, rest: &[&str]) -> Answer {
    let mine = |k: &&Keypair| k.user_id == request.who.user_id;
    let missing =
        |name: &str| Refusal::not_found(format!("Keypair {name} not found for user {}", request.who.user_id));
    match (request.method.as_str(), rest) {
        ("GET", []) => {
            let rows: Vec<Value> =
                cloud.state().keypairs.iter().filter(mine).map(|k| keypair_view(k, false)).collect();
            Ok(Reply::json(200, &json!({"keypairs": rows})))
        }
        ("GET", [name]) => {
            let found = cloud
                .state()
                .keypairs
                .iter()
                .filter(mine)
                .find(|k| k.name == *name)
                .map(|k| keypair_view(k, true));
            Ok(Reply::json(200, &found.ok_or_else(|| missing(name))?))
        }
        ("DELETE", [name]) => {
            let mut state = cloud.state();
            let at = state
                .keypairs
                .iter()
                .position(|k| k.name == *name && mine(&k))
                .ok_or_else(|| missing(name))?;
            state.keypairs.remove(at);
            Ok(Reply::empty(if micro(request) >= 2 { 204 } else { 202 }))
        }
        ("POST", []) => add_keypair(cloud, request),
        _ => Err(Refusal::no_route()),
    }
}

fn add_keypair(cloud: &Cloud, request: &Request) -> Answer {
    let body = request.wrapped("keypair")?;
    let name =
        string(&body, "name").ok_or_else(|| Refusal::bad("Invalid input for field/attribute name."))?;
    let mine = |k: &&Keypair| k.user_id == request.who.user_id;
    let (count, taken) = {
        let state = cloud.state();
        (
            state.keypairs.iter().filter(mine).count(),
            state.keypairs.iter().filter(mine).any(|k| k.name == name),
        )
    };
    if taken {
        return Err(Refusal::conflict(format!("Key pair '{name}' already exists.")));
    }
    if count >= cloud.config.quotas.key_pairs {
        return Err(Refusal::forbidden("Quota exceeded, too many key pairs."));
    }
    let (public_key, private_key) = match string(&body, "public_key") {
        Some(key) => (key.trim().to_owned(), None),
        None => generate(cloud).map(|(public, private)| (public, Some(private)))?,
    };
    let key = Keypair {
        fingerprint: fingerprint(cloud, &public_key)?,
        name,
        user_id: request.who.user_id.clone(),
        public_key,
        created: now(),
    };
    let mut view = keypair_view(&key, false);
    view["keypair"]["user_id"] = json!(key.user_id);
    if let Some(private) = private_key {
        view["keypair"]["private_key"] = json!(private);
    }
    cloud.state().keypairs.push(key);
    Ok(Reply::json(if micro(request) >= 2 { 201 } else { 200 }, &view))
}

fn failed(error: impl std::fmt::Display) -> Refusal {
    Refusal::new(500, "", error.to_string())
}

fn generate(cloud: &Cloud) -> Result<(String, String), Refusal> {
    let dir = tempfile::tempdir_in(&cloud.dir).map_err(failed)?;
    let path = dir.path().join("key");
    let file = machine::name(&path).map_err(failed)?;
    machine::run("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-C", "Generated-by-Nova", "-f", file])
        .map_err(failed)?;
    let read = |file: PathBuf| std::fs::read_to_string(file).map_err(failed);
    Ok((read(dir.path().join("key.pub"))?.trim().to_owned(), read(path)?))
}

fn fingerprint(cloud: &Cloud, public_key: &str) -> Result<String, Refusal> {
    let file = tempfile::NamedTempFile::new_in(&cloud.dir).map_err(failed)?;
    std::fs::write(file.path(), public_key).map_err(failed)?;
    let invalid = |_| Refusal::bad("Keypair data is invalid: failed to generate fingerprint");
    let path = machine::name(file.path()).map_err(failed)?;
    let said = machine::run("ssh-keygen", &["-E", "md5", "-l", "-f", path]).map_err(invalid)?;
    Ok(said.split_whitespace().nth(1).unwrap_or_default().trim_start_matches("MD5:").to_owned())
}

fn groups(cloud: &Cloud, request: &Request, rest: &[&str]) -> Answer {
    let new = micro(request) >= 64;
    let mut state = cloud.state();
    let view = |state: &State, group: &ServerGroup| {
        let members: Vec<&str> = state
            .servers
            .rows()
            .filter(|s| s.group.as_deref() == Some(&group.id))
            .map(|s| s.id.as_str())
            .collect();
        let mut view = doc(
            json!({"id": group.id, "name": group.name, "members": members, "project_id": group.project_id, "user_id": group.user_id}),
        );
        view.extend(doc(if new {
            json!({"policy": group.policy, "rules": {}})
        } else {
            json!({"policies": [group.policy], "metadata": {}})
        }));
        Value::Object(view)
    };
    let missing = |id: &str| Refusal::not_found(format!("Instance group {id} could not be found."));
    match (request.method.as_str(), rest) {
        ("GET", []) => {
            let rows: Vec<Value> = state
                .server_groups
                .rows()
                .filter(|g| g.project_id == request.who.project_id)
                .map(|g| view(&state, g))
                .collect();
            Ok(Reply::json(200, &json!({"server_groups": rows})))
        }
        ("GET", [id]) => {
            let found = state.server_groups.get(id).ok_or_else(|| missing(id))?;
            Ok(Reply::json(200, &json!({"server_group": view(&state, found)})))
        }
        ("DELETE", [id]) => {
            state.server_groups.remove(id).map(|_| Reply::empty(204)).ok_or_else(|| missing(id))
        }
        ("POST", []) => {
            let body = request.wrapped("server_group")?;
            let policy = string(&body, "policy")
                .or_else(|| list(&body, "policies").first().and_then(Value::as_str).map(str::to_owned));
            let group = ServerGroup {
                id: uuid(),
                name: string(&body, "name")
                    .ok_or_else(|| Refusal::bad("Invalid input for field/attribute name."))?,
                policy: policy.ok_or_else(|| Refusal::bad("Invalid input for field/attribute policy."))?,
                project_id: request.who.project_id.clone(),
                user_id: request.who.user_id.clone(),
            };
            state.server_groups.insert(group.id.clone(), group.clone());
            Ok(Reply::json(200, &json!({"server_group": view(&state, &group)})))
        }
        _ => Err(Refusal::no_route()),
    }
}

fn limits(cloud: &Cloud, request: &Request) -> Answer {
    let (state, quotas) = (cloud.state(), &cloud.config.quotas);
    let (servers, cores, ram) = usage(&state, &request.who.project_id);
    Ok(Reply::json(
        200,
        &json!({"limits": {"rate": [], "absolute": {
            "maxTotalInstances": quotas.instances, "maxTotalCores": quotas.cores, "maxTotalRAMSize": quotas.ram,
            "maxServerMeta": 128, "maxTotalKeypairs": quotas.key_pairs, "maxServerGroups": 10, "maxServerGroupMembers": 10,
            "totalRAMUsed": ram, "totalCoresUsed": cores,
            "totalInstancesUsed": servers,
            "totalServerGroupsUsed": state.server_groups.len(),
        }}}),
    ))
}

fn quota_set(cloud: &Cloud, request: &Request) -> Answer {
    let (state, quotas) = (cloud.state(), &cloud.config.quotas);
    let details = request.parts.last().is_some_and(|p| p == "detail");
    let (servers, cores, ram) = usage(&state, &request.who.project_id);
    let entry = |limit: Value, used: Value| {
        if details { json!({"limit": limit, "in_use": used, "reserved": 0}) } else { limit }
    };
    Ok(Reply::json(
        200,
        &json!({"quota_set": {
            "id": request.who.project_id,
            "instances": entry(json!(quotas.instances), json!(servers)), "cores": entry(json!(quotas.cores), json!(cores)),
            "ram": entry(json!(quotas.ram), json!(ram)), "key_pairs": entry(json!(quotas.key_pairs), json!(0)),
            "metadata_items": entry(json!(128), json!(0)), "server_groups": entry(json!(10), json!(state.server_groups.len())),
            "server_group_members": entry(json!(10), json!(0)),
        }}),
    ))
}
