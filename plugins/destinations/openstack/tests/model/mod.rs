//! A small cloud in memory, for one thread: objects as JSON, statuses that move on when they are looked
//! at, faults on demand. It answers as the real one was seen to answer and knows nothing of the plugin.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, dead_code)]

use gyre_plugin::destination::*;
use gyre_plugin::fake::FakeHost;
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

pub const PASSWORD: &str = "correct \"horse\"";
const PAGE_ITEMS: usize = 2;

/// What happens to one request instead of being served.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// Served, and the answer is lost.
    Lost,
    /// Not served, and no answer.
    Reset,
    /// Not served: this status and message.
    Status(u16, &'static str),
    /// Not served: this status, and the seconds to wait.
    Later(u16, u32),
    /// Not served: every token that was given until now is refused from now on.
    Expired,
}

#[derive(Default)]
pub struct Model {
    pub objects: BTreeMap<&'static str, Vec<Value>>,
    pub faults: Vec<(&'static str, &'static str, Fault)>,
    /// What becomes of the request with this number.
    pub trip: Option<(usize, Fault)>,
    pub requests: usize,
    /// Servers that end in ERROR.
    pub bad_servers: u32,
    /// Servers that never leave BUILD.
    pub slow_servers: u32,
    /// Volumes stay `creating`.
    pub stuck: bool,
    /// Deletions that the cloud accepts and then takes back.
    pub stubborn: u32,
    /// Deleted servers are kept for a while.
    pub keeps_servers: bool,
    /// Volumes depend on the snapshots that they were made from.
    pub ceph: bool,
    pub limits: Map<String, Value>,
    /// Quotas of Cinder by name, and of Neutron; none: not shown.
    pub quota_set: Option<Value>,
    pub network_quota: Option<Value>,
    /// Requests whose path holds one of these are forbidden.
    pub forbidden: Vec<&'static str>,
    /// Members that no answer has.
    pub hidden: Vec<&'static str>,
    /// Zones of Nova beside `nova`, which Cinder has too, and one without a host.
    pub zones: Vec<&'static str>,
    /// Newest microversion of Nova; none: 2.96.
    pub nova_minor: Option<u32>,
    /// Newest microversion of Cinder; none: 3.70.
    pub cinder_minor: Option<u32>,
    pub console: &'static str,
    logins: u32,
    expired: u32,
    next: u32,
}

pub type Shared = Rc<RefCell<Model>>;

/// A host whose HTTP leads to a fresh cloud with one of everything.
pub fn cloud() -> (FakeHost, Shared) {
    let model = Rc::new(RefCell::new(Model::fresh()));
    let shared = Rc::clone(&model);
    let host = FakeHost::new().secret("os-password", PASSWORD);
    (host.http(move |origin, request| model.borrow_mut().answer(origin, request)), shared)
}

impl Model {
    fn fresh() -> Self {
        let mut model = Self { console: "the last words", ..Self::default() };
        model.seed("images", json!({ "name": "worker", "status": "active", "min_disk": 2, "min_ram": 256 }));
        model.seed("flavors", json!({ "name": "m1.small", "vcpus": 1, "ram": 1024, "disk": 5 }));
        model.seed("flavors", json!({ "name": "m1.big", "vcpus": 4, "ram": 8192, "disk": 40 }));
        model.seed("networks", json!({ "name": "private", "project_id": "p1", "router:external": false }));
        model.seed("networks", json!({ "name": "public", "project_id": "p0", "router:external": true }));
        model.seed_subnet("private", json!({ "name": "s", "cidr": "10.0.0.0/24", "enable_dhcp": true }));
        let public = model.id_of("networks", "public");
        let router =
            model.seed("routers", json!({ "name": "r", "external_gateway_info": { "network_id": public } }));
        let net = model.id_of("networks", "private");
        model.seed("router_ports", json!({ "network_id": net, "device_id": router }));
        model.seed("volume_types", json!({ "name": "fast" }));
        model.seed("volume_types", json!({ "name": "slow" }));
        model.seed("security_groups", json!({ "name": "web", "project_id": "p1", "description": "" }));
        model
    }

    pub fn seed(&mut self, kind: &'static str, mut object: Value) -> String {
        self.next += 1;
        let id = format!("{kind}-{:04}-0123456789abcdef", self.next);
        object["id"] = json!(id);
        self.objects.entry(kind).or_default().push(object);
        id
    }

    pub fn seed_subnet(&mut self, network: &str, mut subnet: Value) -> String {
        subnet["network_id"] = json!(self.id_of("networks", network));
        let id = self.seed("subnets", subnet);
        let network = self.id_of("networks", network);
        let network = self.one("networks", &network).unwrap();
        let mut subnets = network["subnets"].as_array().cloned().unwrap_or_default();
        subnets.push(json!(id));
        network["subnets"] = json!(subnets);
        id
    }

    pub fn all(&self, kind: &str) -> &[Value] {
        self.objects.get(kind).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn count(&self, kind: &str) -> usize {
        self.all(kind).len()
    }

    pub fn id_of(&self, kind: &str, name: &str) -> String {
        let found = self.all(kind).iter().find(|object| object["name"] == name).expect(name);
        found["id"].as_str().unwrap().to_owned()
    }

    /// Everything that steps make, counted.
    pub fn made(&self) -> Vec<(&'static str, usize)> {
        let kinds = ["servers", "volumes", "snapshots", "ports", "floatingips"];
        let mut made: Vec<_> = kinds.map(|kind| (kind, self.count(kind))).to_vec();
        made.push(("security_groups", self.count("security_groups") - 1));
        made.retain(|(_, count)| *count > 0);
        made
    }

    pub fn one(&mut self, kind: &str, id: &str) -> Option<&mut Value> {
        self.objects.get_mut(kind)?.iter_mut().find(|object| object["id"] == id)
    }

    pub fn answer(&mut self, origin: &str, request: &Request) -> Result<Response> {
        self.requests += 1;
        let (method, path) = (request.method.as_str(), request.path.as_str());
        let hit = self.faults.iter().position(|(m, p, _)| *m == method && path.contains(p));
        let tripped = self.trip.take_if(|(number, _)| *number == self.requests).map(|(_, fault)| fault);
        let fault = tripped.or_else(|| hit.map(|at| self.faults.remove(at).2));
        let said = |status: u16, message: &str| {
            reply(status, json!({ "fault": { "message": message, "code": status } }))
        };
        match fault {
            None => Ok(self.serve(origin, request)),
            Some(Fault::Lost) => {
                self.serve(origin, request);
                Err(Error::unavailable("http.no-answer", "connection reset"))
            }
            Some(Fault::Reset) => Err(Error::unavailable("http.connect", "connection refused")),
            Some(Fault::Status(status, message)) => Ok(said(status, message)),
            Some(Fault::Later(status, seconds)) => {
                Ok(said(status, "later").with_header("Retry-After", seconds.to_string()))
            }
            Some(Fault::Expired) => {
                self.expired = self.logins;
                Ok(self.serve(origin, request))
            }
        }
    }

    fn serve(&mut self, origin: &str, request: &Request) -> Response {
        if origin == "http://keystone:5000" {
            self.logins += 1;
            return login(request, &format!("token-{}", self.logins));
        }
        let token = request.header_value("x-auth-token").unwrap().strip_prefix("token-").unwrap();
        if token.parse::<u32>().unwrap() <= self.expired {
            return reply(401, json!({ "error": { "message": "unauthorized", "code": 401 } }));
        }
        let body = String::from_utf8_lossy(&request.body);
        if self.forbidden.iter().any(|part| request.path.contains(part) || body.contains(part)) {
            let message = "Policy doesn't allow os_compute_api:os-quota-sets:show to be performed.";
            return reply(403, json!({ "forbidden": { "message": message, "code": 403 } }));
        }
        let minor = self.nova_minor.unwrap_or(96);
        match (origin, request.path.as_str()) {
            ("http://nova", "/v2.1/") => {
                let version = json!({ "id": "v2.1", "min_version": "2.1", "version": format!("2.{minor}") });
                return reply(200, json!({ "version": version }));
            }
            ("http://cinder", "/v3/") => {
                let newest = format!("3.{}", self.cinder_minor.unwrap_or(70));
                let version = json!({ "id": "v3.0", "min_version": "3.0", "version": newest });
                return reply(300, json!({ "versions": [version] }));
            }
            _ => {}
        }
        let asked = request.header_value("openstack-api-version").and_then(|v| v.strip_prefix("compute 2."));
        if asked.is_some_and(|asked| asked.parse::<u32>().unwrap() > minor) {
            return reply(406, json!({ "computeFault": { "message": "not supported", "code": 406 } }));
        }
        let mut response = self.route(origin, request);
        if let (false, Ok(mut body)) = (self.hidden.is_empty(), serde_json::from_slice(&response.body)) {
            hide(&mut body, &self.hidden);
            response.body = body.to_string().into_bytes();
        }
        response
    }

    fn route(&mut self, origin: &str, request: &Request) -> Response {
        let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
        let base = match origin {
            "http://cinder" => "/v3/p1/",
            "http://nova" => "/v2.1/",
            "http://neutron" => "/v2.0/",
            "http://glance" => "/v2/",
            _ => panic!("unknown service {origin}"),
        };
        let parts: Vec<&str> =
            path.strip_prefix(base).unwrap_or_else(|| panic!("{path}")).split('/').collect();
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        match (request.method.as_str(), parts.as_slice()) {
            ("GET", ["limits"]) => reply(200, json!({ "limits": { "absolute": self.limits() } })),
            ("GET", ["os-availability-zone"]) => {
                let zone =
                    |name: &str, up: bool| json!({ "zoneName": name, "zoneState": { "available": up } });
                let mut zones = vec![zone("nova", true)];
                if origin == "http://nova" {
                    zones.push(zone("dead", false));
                    zones.extend(self.zones.iter().map(|name| zone(name, true)));
                }
                reply(200, json!({ "availabilityZoneInfo": zones }))
            }
            ("GET", ["os-keypairs"]) => reply(200, json!({ "keypairs": [{ "keypair": { "name": "k" } }] })),
            ("GET", ["os-server-groups"]) => {
                reply(200, json!({ "server_groups": self.all("server_groups").to_vec() }))
            }
            ("GET", ["os-quota-sets", "p1"]) => match &self.quota_set {
                Some(quota) => reply(200, json!({ "quota_set": quota })),
                None => missing(),
            },
            ("GET", ["quotas", "p1", "details"]) => match &self.network_quota {
                Some(quota) => reply(200, json!({ "quota": quota })),
                None => missing(),
            },
            ("GET", ["messages"]) => {
                reply(200, json!({ "messages": [{ "user_message": "No backend has room." }] }))
            }
            ("GET", ["types"]) => self.list("volume_types", query),
            ("GET", ["ports"]) if query.starts_with("device_id=") => {
                let ports = self.all("router_ports").to_vec();
                reply(200, json!({ "ports": ports }))
            }
            (_, ["servers", server, "os-volume_attachments", rest @ ..]) => {
                self.attachments(request.method.as_str(), server, rest.first().copied(), &body)
            }
            ("POST", [kind, id, "action"]) => self.action(kind, id, &body),
            ("GET", [kind] | [kind, "detail"]) => self.list(kind_of(kind), query),
            ("GET", [kind, id]) => self.show(kind_of(kind), id),
            ("POST", [kind]) => self.create(kind_of(kind), &body),
            ("PUT", [kind, id]) => self.update(kind_of(kind), id, &body),
            ("DELETE", [kind, id]) => self.delete(kind_of(kind), id),
            other => panic!("no such request: {other:?}"),
        }
    }

    fn limits(&self) -> Map<String, Value> {
        let mut limits = json!({
            "maxTotalVolumes": 10, "totalVolumesUsed": self.count("volumes"), "maxTotalVolumeGigabytes": 1000,
            "totalGigabytesUsed": 0, "maxTotalInstances": 10, "totalInstancesUsed": 0, "maxTotalCores": 20,
            "totalCoresUsed": 0, "maxTotalRAMSize": 51200, "totalRAMUsed": 0,
        });
        limits.as_object_mut().unwrap().extend(self.limits.clone());
        limits.as_object().unwrap().clone()
    }

    fn list(&mut self, kind: &str, query: &str) -> Response {
        let query: Vec<(String, String)> =
            query.split('&').filter_map(|pair| pair.split_once('=')).map(decoded).collect();
        let marker = query.iter().find(|(key, _)| key == "marker").map(|(_, value)| value.clone());
        let fits = |object: &&Value| {
            query.iter().filter(|(key, _)| !matches!(key.as_str(), "limit" | "marker" | "fixed_ips")).all(
                |(key, value)| {
                    // A filter that the service does not know is ignored: the worst that it may do.
                    object.get(key).is_none_or(|found| found == value.as_str())
                },
            )
        };
        let all: Vec<Value> = self.all(kind).iter().filter(fits).cloned().collect();
        let start = marker
            .map_or(0, |marker| 1 + all.iter().position(|object| object["id"] == marker.as_str()).unwrap());
        let page: Vec<Value> = all.iter().skip(start).take(PAGE_ITEMS).cloned().collect();
        let mut body = json!({ kind: page });
        if start + PAGE_ITEMS < all.len() {
            body[format!("{kind}_links")] = json!([{ "rel": "next", "href": "http://elsewhere/next" }]);
            body["next"] = json!("/v2/images?marker=x");
        }
        reply(200, body)
    }

    fn show(&mut self, kind: &'static str, id: &str) -> Response {
        let stuck = self.stuck;
        self.leave(kind, id);
        let Some(object) = self.one(kind, id) else { return missing() };
        let shown = object.clone();
        // Things become ready between two looks.
        let next = match object["status"].as_str() {
            Some("creating" | "extending" | "reverting") if !stuck => "available",
            Some("attaching") => "in-use",
            Some("BUILD") => "ACTIVE",
            Some("BREAKING") => "ERROR",
            Some("SLOW") => return reply(200, wrapped(kind, json!({ "id": id, "status": "BUILD" }))),
            _ => return reply(200, wrapped(kind, shown)),
        };
        object["status"] = json!(next);
        let shown = match shown["status"].as_str() {
            Some("BREAKING") => json!({ "id": id, "status": "BUILD" }),
            _ => shown,
        };
        reply(200, wrapped(kind, shown))
    }

    fn create(&mut self, kind: &'static str, body: &Value) -> Response {
        if kind == "security-group-rules" {
            return reply(201, json!({ "security_group_rule": {} }));
        }
        let mut object = body[singular(kind)].clone();
        assert!(object.is_object(), "{kind}: {body}");
        match kind {
            "volumes" | "snapshots" => object["status"] = json!("creating"),
            "servers" => {
                let status = match (self.bad_servers, self.slow_servers) {
                    (0, 0) => "BUILD",
                    (0, _) => "SLOW",
                    _ => "BREAKING",
                };
                object["status"] = json!(status);
                object["fault"] = json!({ "message": "No valid host was found." });
                match status {
                    "SLOW" => self.slow_servers -= 1,
                    _ => self.bad_servers = self.bad_servers.saturating_sub(1),
                }
            }
            "floatingips" if object["floating_ip_address"].is_null() => {
                object["floating_ip_address"] = json!(format!("192.0.2.{}", self.next));
            }
            "ports" => {
                let address = object["fixed_ips"][0]["ip_address"].as_str().map(str::to_owned);
                if self.port_clash(&object, address.as_deref()) {
                    return reply(
                        409,
                        json!({ "NeutronError": { "type": "MacAddressInUse", "message": "in use" } }),
                    );
                }
                let address = address.unwrap_or_else(|| format!("10.0.0.{}", self.next));
                object["fixed_ips"] = json!([{ "ip_address": address }]);
                object["device_id"] = json!("");
            }
            _ => {}
        }
        let id = self.seed(kind, object);
        if kind == "servers" {
            self.bind(&id);
        }
        let object = self.one(kind, &id).unwrap().clone();
        reply(202, wrapped(kind, object))
    }

    fn port_clash(&self, port: &Value, address: Option<&str>) -> bool {
        self.all("ports").iter().any(|other| {
            other["network_id"] == port["network_id"]
                && ((!port["mac_address"].is_null() && other["mac_address"] == port["mac_address"])
                    || address.is_some_and(|address| other["fixed_ips"][0]["ip_address"] == address))
        })
    }

    fn bind(&mut self, id: &str) {
        let server = self.one("servers", id).unwrap().clone();
        for port in server["networks"].as_array().into_iter().flatten() {
            let port = port["port"].as_str().unwrap();
            let port = self.one("ports", port).unwrap();
            port["device_id"] = json!(id);
            port["device_owner"] = json!("compute:nova");
        }
        let mut attached = Vec::new();
        for device in server["block_device_mapping_v2"].as_array().into_iter().flatten() {
            if device["source_type"] == "image" {
                let root = json!({ "name": "", "status": "in-use", "size": device["volume_size"],
                    "volume_type": device["volume_type"], "attachments": [{ "server_id": id }] });
                let root = self.seed("volumes", root);
                attached
                    .push(json!({ "id": root, "delete_on_termination": device["delete_on_termination"] }));
            } else {
                let volume = self.one("volumes", device["uuid"].as_str().unwrap()).unwrap();
                assert_eq!(volume["status"], "available");
                volume["status"] = json!("in-use");
                volume["attachments"] = json!([{ "server_id": id }]);
                attached.push(
                    json!({ "id": device["uuid"], "delete_on_termination": device["delete_on_termination"] }),
                );
            }
        }
        self.one("servers", id).unwrap()["os-extended-volumes:volumes_attached"] = json!(attached);
    }

    fn update(&mut self, kind: &'static str, id: &str, body: &Value) -> Response {
        let Some(object) = self.one(kind, id) else { return missing() };
        object.as_object_mut().unwrap().extend(body[singular(kind)].as_object().unwrap().clone());
        let object = object.clone();
        reply(200, wrapped(kind, object))
    }

    fn delete(&mut self, kind: &'static str, id: &str) -> Response {
        let Some(object) = self.one(kind, id).cloned() else { return missing() };
        let at_rest = matches!(object["status"].as_str(), Some("available" | "error" | "error_extending"));
        let has_snapshots = self.all("snapshots").iter().any(|snapshot| snapshot["volume_id"] == id);
        let in_use = self
            .all("ports")
            .iter()
            .any(|port| port["security_groups"].as_array().is_some_and(|all| all.contains(&json!(id))));
        match kind {
            "volumes" if has_snapshots || !at_rest => {
                return reply(400, json!({ "badRequest": { "message": "Invalid volume", "code": 400 } }));
            }
            "snapshots" if !at_rest => {
                return reply(400, json!({ "badRequest": { "message": "Invalid snapshot", "code": 400 } }));
            }
            "security_groups" if in_use => {
                return reply(409, json!({ "NeutronError": { "message": "in use" } }));
            }
            "volumes" | "snapshots" | "servers" => {
                let dependents = self.all("volumes").iter().any(|volume| volume["snapshot_id"] == id);
                let held = kind == "snapshots" && self.ceph && dependents;
                let kept = object["status"] == "SOFT_DELETED";
                if held || kept || self.stubborn > 0 {
                    self.stubborn = self.stubborn.saturating_sub(1);
                } else {
                    self.start_leaving(kind, id);
                }
                return reply(202, Value::Null);
            }
            "ports" => {
                for floating in self.objects.get_mut("floatingips").into_iter().flatten() {
                    if floating["port_id"] == id {
                        floating["port_id"] = Value::Null;
                    }
                }
            }
            _ => {}
        }
        self.objects.get_mut(kind).unwrap().retain(|object| object["id"] != id);
        reply(204, Value::Null)
    }

    fn start_leaving(&mut self, kind: &'static str, id: &str) {
        let keeps = kind == "servers" && self.keeps_servers;
        let object = self.one(kind, id).unwrap();
        if keeps && object["status"] != "SOFT_DELETED" {
            object["status"] = json!("SOFT_DELETED");
            return;
        }
        object["looks_left"] = json!(1);
        match kind {
            "servers" => object["OS-EXT-STS:task_state"] = json!("deleting"),
            _ => object["status"] = json!("deleting"),
        }
    }

    /// What is being deleted is seen once more, then gone.
    fn leave(&mut self, kind: &'static str, id: &str) {
        let Some(object) = self.one(kind, id) else { return };
        match object["looks_left"].as_u64() {
            Some(0) => {
                let object = object.clone();
                self.objects.get_mut(kind).unwrap().retain(|object| object["id"] != id);
                if kind == "servers" {
                    self.release(&object);
                }
            }
            Some(left) => object["looks_left"] = json!(left - 1),
            None => {}
        }
    }

    fn release(&mut self, server: &Value) {
        for port in self.objects.get_mut("ports").into_iter().flatten() {
            if port["device_id"] == server["id"] {
                port["device_id"] = json!("");
            }
        }
        let gone: Vec<Value> =
            server["os-extended-volumes:volumes_attached"].as_array().cloned().unwrap_or_default();
        for volume in self.objects.get_mut("volumes").into_iter().flatten() {
            if volume["attachments"][0]["server_id"] == server["id"] {
                volume["status"] = json!("available");
                volume["attachments"] = json!([]);
            }
        }
        let doomed = |volume: &Value| {
            gone.iter().any(|one| one["id"] == volume["id"] && one["delete_on_termination"] == true)
        };
        self.objects.entry("volumes").or_default().retain(|volume| !doomed(volume));
    }

    fn action(&mut self, kind: &str, id: &str, body: &Value) -> Response {
        let console = self.console;
        if body.get("forceDelete").is_some() {
            self.start_leaving("servers", id);
            return reply(202, Value::Null);
        }
        let Some(object) = self.one(kind_of(kind), id) else { return missing() };
        let (name, arguments) = body.as_object().unwrap().iter().next().unwrap();
        match name.as_str() {
            "os-extend" => {
                object["size"] = arguments["new_size"].clone();
                object["status"] = json!("extending");
            }
            "os-set_bootable" => object["bootable"] = json!("true"),
            "os-set_image_metadata" => object["volume_image_metadata"] = arguments["metadata"].clone(),
            "revert" if object["status"] != "available" => {
                return reply(400, json!({ "badRequest": { "message": "Invalid volume: not available" } }));
            }
            "revert" => {
                object["status"] = json!("reverting");
                object["reverts"] = json!(object["reverts"].as_u64().unwrap_or(0) + 1);
            }
            "os-getConsoleOutput" => return reply(200, json!({ "output": console })),
            other => panic!("no such action: {other}"),
        }
        reply(202, Value::Null)
    }

    fn attachments(&mut self, method: &str, server: &str, volume: Option<&str>, body: &Value) -> Response {
        if self.one("servers", server).is_none() {
            return missing();
        }
        let on = |volume: &&Value| volume["attachments"][0]["server_id"] == server;
        match (method, volume) {
            ("GET", None) => {
                let all = self.all("volumes").iter().filter(on);
                let all: Vec<Value> =
                    all.map(|v| json!({ "volumeId": v["id"], "device": "/dev/vdb" })).collect();
                reply(200, json!({ "volumeAttachments": all }))
            }
            ("POST", None) => {
                let id = body["volumeAttachment"]["volumeId"].as_str().unwrap().to_owned();
                let volume = self.one("volumes", &id).unwrap();
                volume["status"] = json!("attaching");
                volume["attachments"] = json!([{ "server_id": server }]);
                reply(200, json!({ "volumeAttachment": { "volumeId": id, "device": "/dev/vdb" } }))
            }
            ("PUT", Some(id)) => {
                let server = self.one("servers", server).unwrap();
                for volume in server["os-extended-volumes:volumes_attached"].as_array_mut().unwrap() {
                    if volume["id"] == id {
                        volume["delete_on_termination"] = json!(false);
                    }
                }
                reply(202, Value::Null)
            }
            ("DELETE", Some(id)) => {
                let volume = self.one("volumes", id).unwrap();
                volume["status"] = json!("available");
                volume["attachments"] = json!([]);
                reply(202, Value::Null)
            }
            other => panic!("no such request: {other:?}"),
        }
    }
}

/// Takes members out of all objects inside.
fn hide(value: &mut Value, members: &[&str]) {
    match value {
        Value::Object(object) => {
            object.retain(|key, _| !members.contains(&key.as_str()));
            object.values_mut().for_each(|inner| hide(inner, members));
        }
        Value::Array(array) => array.iter_mut().for_each(|inner| hide(inner, members)),
        _ => {}
    }
}

fn login(request: &Request, token: &str) -> Response {
    let body: Value = serde_json::from_slice(&request.body).expect("the password is escaped");
    if body["auth"]["identity"]["password"]["user"]["password"] != PASSWORD {
        return reply(
            401,
            json!({ "error": { "message": "The request you have made requires authentication.", "code": 401 } }),
        );
    }
    let service = |kind: &str, url: &str| {
        let endpoint =
            |interface: &str| json!({ "interface": interface, "region": "R", "region_id": "R", "url": url });
        json!({ "type": kind, "endpoints": [endpoint("admin"), endpoint("public")] })
    };
    let catalog = [
        service("volumev3", "http://cinder/v3/p1"),
        service("compute", "http://nova/v2.1"),
        service("network", "http://neutron"),
        service("image", "http://glance"),
    ];
    let body = json!({ "token": { "project": { "id": "p1", "name": "p" }, "catalog": catalog } });
    reply(201, body).with_header("X-Subject-Token", token)
}

fn kind_of(path: &str) -> &'static str {
    let kinds = [
        "volumes",
        "snapshots",
        "servers",
        "images",
        "flavors",
        "networks",
        "subnets",
        "ports",
        "floatingips",
        "routers",
        "security-group-rules",
    ];
    match path {
        "security-groups" => "security_groups",
        other => {
            kinds.into_iter().find(|kind| *kind == other).unwrap_or_else(|| panic!("no such kind: {other}"))
        }
    }
}

fn singular(kind: &str) -> &str {
    kind.strip_suffix('s').unwrap()
}

fn wrapped(kind: &str, object: Value) -> Value {
    if kind == "images" { object } else { json!({ singular(kind): object }) }
}

fn reply(status: u16, body: Value) -> Response {
    Response::new(status, if body.is_null() { Vec::new() } else { body.to_string().into_bytes() })
}

fn missing() -> Response {
    reply(404, json!({ "itemNotFound": { "message": "no such thing", "code": 404 } }))
}

fn decoded((key, value): (&str, &str)) -> (String, String) {
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let hex: String = [rest.next(), rest.next()].into_iter().flatten().map(char::from).collect();
            bytes.push(u8::from_str_radix(&hex, 16).unwrap());
        } else {
            bytes.push(byte);
        }
    }
    (key.to_owned(), String::from_utf8(bytes).unwrap())
}

/// Options of most tests.
pub fn options(more: Value) -> String {
    let mut options = json!({
        "auth": { "auth_url": "http://keystone:5000", "username": "u", "project_name": "p" },
        "migr_image": "worker",
        "network_map": { "VM Network": "private" },
        "hypervisor_type": "kvm",
    });
    options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    options.to_string()
}

/// A machine with two disks, the boot disk second, and one NIC.
pub fn machine() -> VmSpec {
    let disk = |id: &str, gib: u64, position| DiskSpec {
        id: id.into(),
        size: (gib << 30) - 512,
        position,
        bus: "scsi".into(),
        backend: None,
        shareable: false,
    };
    VmSpec {
        id: "vm-1".into(),
        name: "web".into(),
        hostname: None,
        vcpus: 2,
        cores_per_socket: None,
        memory_mib: 2048,
        firmware: Firmware::Uefi,
        secure_boot: true,
        tpm: false,
        os_type: OsType::Linux,
        os_hint: None,
        host: None,
        public_address: None,
        disks: vec![disk("data", 3, 1), disk("boot", 1, 0)],
        nics: vec![NicSpec {
            id: "nic0".into(),
            mac: Some("00:50:56:AA:BB:CC".into()),
            network: "VM Network".into(),
            addresses: vec!["10.0.0.77".into()],
        }],
    }
}

/// Calls until it is done.
pub fn done(step: &Step, call: impl Fn(&Step) -> Result<Outcome>) -> Result<String> {
    let mut step = step.clone();
    for _ in 0..1000 {
        match call(&step)? {
            Outcome::Done(state) => return Ok(state),
            Outcome::Wait(wait) => step.resume = Some(wait.state),
        }
    }
    panic!("waits for ever");
}
