//! The options of the document on the real OpenStack of `tests/cloud`, through the plugin as a component: what its verbs
//! make is what Nova, Cinder and Neutron say that there is. On Nova's fake hypervisor, for nothing of this needs a
//! machine that runs. `host/docs/openstack.md` says which option is looked at here.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // absent reads as null

#[path = "honoured/stage.rs"]
mod stage;

use anyhow::{Context, Result, ensure};
use gyre_core::roles::{Destination, Transport, WorkerRole};
use gyre_core::{OsType, VmSpec};
use gyre_tests::cloud::wait;
use serde_json::{Value, json};
use stage::{Stage, ZONE, id_of, machine};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

/// How long the cloud may take for what it does by itself.
const CLOUD_LIMIT: Duration = Duration::from_secs(60);
const GIB: u64 = 1 << 30;
/// More than virtio-blk has slots for in a server.
const MANY_DISKS: usize = 27;
const MAC: &str = "00:50:56:77:00:01";
const SECOND_MAC: &str = "00:50:56:77:00:02";
/// Of the network `private`, below what it hands out by itself.
const ADDRESS: &str = "192.168.77.61";

/// Three disks, the boot disk not the first; two NICs, the second of both families.
fn web() -> Result<VmSpec> {
    let disk = |id: &str, position: u32, backend: Value| json!({"id": id, "size": GIB, "position": position, "backend": backend});
    let disks =
        json!([disk("data", 1, json!("ds1")), disk("boot", 0, json!("ds2")), disk("more", 2, json!(null))]);
    let nics = json!([
        {"id": "nic0", "mac": MAC, "network": "VM Network", "addresses": [ADDRESS]},
        {"id": "nic1", "mac": SECOND_MAC, "network": "Other", "addresses": ["192.168.88.61", "fd00:88::61", "fe80::1"]},
    ]);
    let vm = machine("honoured web", disks, nics)?;
    Ok(VmSpec { firmware: gyre_core::Firmware::Uefi, public_address: Some("172.29.4.77".into()), ..vm })
}

/// Values of a member of every one of a list, sorted.
fn all(list: &Value, member: &str) -> Vec<String> {
    let texts = list.as_array().into_iter().flatten().filter_map(|of| of[member].as_str());
    let set: BTreeSet<String> = texts.map(str::to_owned).collect();
    set.into_iter().collect()
}

/// Volumes of a server: each as Cinder shows it.
fn volumes(stage: &Stage, server: &str) -> Result<Vec<Value>> {
    let ids = stage.cloud.volumes_of(server)?;
    let show = |id: &String| Ok(stage.cloud.get("volume", &format!("/volumes/{id}"))?["volume"].take());
    ids.iter().map(show).collect()
}

/// TCP ports that a security group lets in, and from where.
fn doors(stage: &Stage, group: &str) -> Result<BTreeSet<(u64, String)>> {
    let answer = stage.cloud.get("network", &format!("/v2.0/security-groups/{group}"))?;
    let rules = answer["security_group"]["security_group_rules"].as_array().cloned().unwrap_or_default();
    let entering = rules.iter().filter(|rule| rule["direction"] == "ingress");
    Ok(entering
        .map(|rule| {
            let from = rule["remote_ip_prefix"].as_str().unwrap_or_default().to_owned();
            (rule["port_range_min"].as_u64().unwrap_or_default(), from)
        })
        .collect())
}

/// A worker that copies, and what is there of it; then it is removed.
fn worker(
    stage: &Stage,
    to: &Arc<dyn Destination>,
    disks: &str,
    look: impl FnOnce(&str, Value) -> Result<()>,
) -> Result<()> {
    worker_for(stage, to, disks, (WorkerRole::Copy, OsType::Linux), look)
}

/// The same of one for this.
fn worker_for(
    stage: &Stage,
    to: &Arc<dyn Destination>,
    disks: &str,
    (role, os): (WorkerRole, OsType),
    look: impl FnOnce(&str, Value) -> Result<()>,
) -> Result<()> {
    let state = stage.done(async |step| to.ensure_worker(step, role, os, disks).await)?;
    let server = stage.only("servers ")?;
    look(&state, stage.cloud.server(&server)?)?;
    stage.done(async |step| to.remove_worker(step, &state).await)?;
    for kind in ["servers ", "ports ", "security_groups ", "floatingips "] {
        let mut left = stage.new_things(kind)?;
        // What the user has is called so.
        left.retain(|thing| !thing.contains(" honoured-"));
        ensure!(left.is_empty(), "a worker left {left:?}");
    }
    Ok(())
}

/// Everything that a user may ask for at once.
fn everything(stage: &Stage) -> Result<Value> {
    let public = stage.cloud.get("network", "/v2.0/networks?name=public")?["networks"][0].take();
    let pool = format!("public/{}", public["subnets"][0].as_str().context("no subnet of public")?);
    stage.make("compute", "/os-keypairs", "keypair", json!({"name": "honoured-key"}))?;
    for group in ["honoured-a", "honoured-b"] {
        stage.make("network", "/v2.0/security-groups", "security_group", json!({ "name": group }))?;
    }
    let group = json!({"name": "honoured-group", "policies": ["affinity"]});
    stage.make("compute", "/os-server-groups", "server_group", group)?;
    Ok(json!({
        "availability_zone": ZONE,
        "migr_image_map": {"linux": "gyre-worker"},
        "migr_flavor_name": "m1.tiny",
        "migr_network": stage.private,
        "migr_fip_pool_name": pool,
        "migr_worker_boot_from_volume": true,
        "migr_worker_volume_size": 3,
        "migr_worker_volume_type": "file-b",
        "migr_worker_use_config_drive": true,
        "data_transfer_mechanism": "SSH",
        "storage_mappings": {
            "default": "file-b",
            "backend_mappings": [{"source": "ds1", "destination": "file-a"}, {"source": "ds2", "destination": "file-b"}],
            "disk_mappings": [{"disk_id": "boot", "destination": "file-a"}],
        },
        "network_map": {"VM Network": stage.private, "Other": "honoured-second"},
        "preserve_fixed_ips": true,
        "use_floating_ip": true,
        "preserve_floating_ip": true,
        "floating_ip_pool": "public",
        "flavor_name": "m1.medium",
        "keypair_name": "honoured-key",
        "security_groups": ["honoured-b", "honoured-a"],
        "server_group": "honoured-group",
        "instance_tags": {"Owner": "ops", "Cost centre": "42"},
        "hypervisor_type": "qemu",
        "set_dhcp": false,
        "delete_disks_on_vm_termination": true,
        "default_custom_boot_volume_image_metadata": {"hw_machine_type": "pc", "os_secure_boot": "optional"},
    }))
}

#[test]
fn what_is_asked_for_is_what_the_cloud_has() -> Result<()> {
    let stage = Stage::new()?;
    let to = stage.destination(everything(&stage)?)?;
    let vm = web()?;
    let findings = stage.ask(to.check(Some(&vm)))?;
    ensure!(findings.iter().all(|finding| !finding.blocking), "{findings:#?}");
    let morphing = stage.ask(to.plan_morphing(&vm))?;
    ensure!(morphing.hypervisor.as_deref() == Some("qemu") && !morphing.set_dhcp, "{morphing:?}");

    let disks = stage.done(async |step| to.ensure_disks(step, &vm, None).await)?;
    disks_are_right(&stage, &to, &disks)?;
    worker(&stage, &to, &disks, |state, shown| worker_is_right(&stage, &to, state, &shown))?;

    // Nobody has this port: the address of the machine's card goes to the server.
    let stale = json!({"network_id": stage.private, "mac_address": MAC, "name": "stale"});
    let stale = stage.make("network", "/v2.0/ports", "port", stale)?;
    let point = stage.done(async |step| to.ensure_checkpoint(step, &disks).await)?;
    let clone = stage.done(async |step| to.ensure_clone(step, &point, true).await)?;
    let instance = stage.done(async |step| to.ensure_instance(step, &vm, &clone).await)?;
    let shown = stage.ask(to.describe_instance(&instance))?;
    server_is_right(&stage, &shown.id)?;
    boot_volume_is_right(&stage, &shown.id)?;
    ports_are_right(&stage, &shown.id)?;
    ensure!(
        !stage.new_things("ports ")?.iter().any(|port| port.ends_with(&stale)),
        "the stale port is there"
    );
    ensure!(stage.was_told("172.29.4.77"), "nobody said that the floating IP could not be kept");
    stage.done(async |step| to.remove_instance(step, &instance).await)?;
    // An undo keeps the disks, whatever Nova was told to do with them.
    ensure!(stage.ask(to.describe_disks(&clone))?.len() == 3, "the copies went with the server");
    let instance = stage.done(async |step| to.ensure_instance(step, &vm, &clone).await)?;
    let server = stage.ask(to.describe_instance(&instance))?.id;
    stage.cloud.delete_server(&server, CLOUD_LIMIT)?;
    wait("its disks to be gone", CLOUD_LIMIT, || {
        let copies = stage.new_things("volumes honoured web")?;
        Ok((copies.len() == 3).then_some(()))
    })?;
    stage.done(async |step| to.remove_instance(step, &instance).await)?;
    stage.done(async |step| to.remove_clone(step, &clone).await)?;
    stage.done(async |step| to.remove_checkpoint(step, &point).await)?;
    stage.done(async |step| to.remove_disks(step, &disks).await)?;
    let left =
        [stage.new_things("volumes ")?, stage.new_things("snapshots ")?, stage.new_things("floatingips ")?];
    ensure!(left.concat().is_empty(), "{left:?}");
    Ok(())
}

/// By its disk, its backend, or the default; named in the source's order.
fn disks_are_right(stage: &Stage, to: &Arc<dyn Destination>, disks: &str) -> Result<()> {
    for (target, (id, kind)) in stage.ask(to.describe_disks(disks))?.iter().zip([
        ("data", "file-a"),
        ("boot", "file-a"),
        ("more", "file-b"),
    ]) {
        let volume = stage.cloud.get("volume", &format!("/volumes/{}", target.identity))?;
        ensure!(target.disk == id && target.size == GIB && target.zeroed, "{target:?}");
        ensure!(volume["volume"]["volume_type"] == kind, "{id}: {volume}");
    }
    Ok(())
}

fn worker_is_right(stage: &Stage, to: &Arc<dyn Destination>, state: &str, shown: &Value) -> Result<()> {
    ensure!(shown["OS-EXT-AZ:availability_zone"] == ZONE, "{shown}");
    ensure!(shown["config_drive"] == "True" && shown["image"] == "", "{shown}");
    let server = shown["id"].as_str().context("no id")?;
    let volumes = volumes(stage, server)?;
    let root = volumes.iter().find(|volume| volume["bootable"] == "true" && volume["size"] == 3);
    let root = root.with_context(|| format!("no root volume: {volumes:?}"))?;
    ensure!(root["volume_type"] == "file-b" && volumes.len() == 4, "{volumes:?}");
    let ports = stage.cloud.ports_of(server)?;
    ensure!(ports.len() == 1 && ports[0]["network_id"] == stage.private.as_str(), "{ports:?}");
    let group = ports[0]["security_groups"][0].as_str().context("no group")?;
    ensure!(
        doors(stage, group)? == BTreeSet::from([(22, "192.0.2.0/24".to_owned())]),
        "{:?}",
        doors(stage, group)?
    );
    let described = stage.ask(to.describe_worker(state))?;
    let floating = stage.cloud.get("network", "/v2.0/floatingips")?;
    let addresses = all(&floating["floatingips"], "floating_ip_address");
    ensure!(addresses.contains(&described.host), "{} is none of {addresses:?}", described.host);
    ensure!(described.transport == Transport::Ssh && described.disks.len() == 3, "{described:?}");
    Ok(())
}

fn server_is_right(stage: &Stage, server: &str) -> Result<()> {
    let shown = stage.cloud.server(server)?;
    ensure!(shown["status"] == "ACTIVE" && shown["OS-EXT-AZ:availability_zone"] == ZONE, "{shown}");
    ensure!(shown["name"] == "honoured web" && shown["key_name"] == "honoured-key", "{shown}");
    for (key, value) in [("Owner", "ops"), ("Cost centre", "42")] {
        ensure!(shown["metadata"][key] == value, "{key}: {shown}");
    }
    let flavor = shown["flavor"]["id"].as_str().context("no flavor")?;
    let flavor = stage.cloud.get("compute", &format!("/flavors/{flavor}"))?;
    ensure!(flavor["flavor"]["name"] == "m1.medium", "{flavor}");
    let groups = stage.cloud.get("compute", "/os-server-groups")?;
    let members = &groups["server_groups"][0]["members"];
    ensure!(members.as_array().is_some_and(|all| all.iter().any(|id| id == server)), "{groups}");
    Ok(())
}

/// The boot disk is the first, whatever its place in the source's list; it says how it is to be booted.
fn boot_volume_is_right(stage: &Stage, server: &str) -> Result<()> {
    let volumes = volumes(stage, server)?;
    // The fake hypervisor has SCSI disks.
    let is_first = |volume: &&Value| {
        let device = volume["attachments"][0]["device"].as_str();
        device.is_some_and(|device| ["/dev/vda", "/dev/sda"].contains(&device))
    };
    let first = volumes.iter().find(is_first).with_context(|| format!("no first disk: {volumes:?}"))?;
    let metadata = &first["volume_image_metadata"];
    for (key, value) in
        [("hw_firmware_type", "uefi"), ("hw_machine_type", "pc"), ("os_secure_boot", "optional")]
    {
        ensure!(metadata[key] == value, "{key}: {metadata}");
    }
    ensure!(first["bootable"] == "true" && first["metadata"]["gyre-disk"] == "boot", "{first}");
    Ok(())
}

/// In the source's order, with their addresses, MACs and all groups.
fn ports_are_right(stage: &Stage, server: &str) -> Result<()> {
    let ports = stage.cloud.ports_of(server)?;
    let interfaces = stage.cloud.get("compute", &format!("/servers/{server}/os-interface"))?;
    ensure!(interfaces["interfaceAttachments"].as_array().is_some_and(|all| all.len() == 2), "{interfaces}");
    let groups = stage.cloud.get("network", "/v2.0/security-groups")?;
    let named = |name: &str| {
        let groups = groups["security_groups"].as_array().into_iter().flatten();
        groups
            .filter(|group| group["name"] == name)
            .filter_map(|group| group["id"].as_str())
            .collect::<String>()
    };
    let expected = BTreeSet::from(["default", "honoured-a", "honoured-b"].map(named));
    for (mac, network, addresses) in [
        (MAC, &stage.private, vec![ADDRESS]),
        (SECOND_MAC, &stage.second, vec!["192.168.88.61", "fd00:88::61"]),
    ] {
        let port = ports.iter().find(|port| port["mac_address"] == mac).context("a MAC is not there")?;
        ensure!(port["network_id"] == network.as_str(), "{port}");
        ensure!(all(&port["fixed_ips"], "ip_address") == addresses, "{port}");
        let groups: BTreeSet<String> = serde_json::from_value(port["security_groups"].clone())?;
        ensure!(groups == expected, "{groups:?}, not {expected:?}");
    }
    let addresses = stage.cloud.addresses(server)?;
    ensure!(addresses.len() == 4 && addresses[0].starts_with("172.29.4."), "{addresses:?}");
    Ok(())
}

/// The same the other way round: no option of the worker is its default's.
#[test]
fn what_is_not_asked_for_is_not_done() -> Result<()> {
    let stage = Stage::new()?;
    let image = stage.cloud.get("image", "/v2/images?name=gyre-worker")?;
    let options = json!({
        "availability_zone": ZONE,
        "migr_image": image["images"][0]["id"],
        "migr_image_map": {"linux": "there is none of this name"},
        "migr_worker_use_fip": false,
        "default_cinder_volume_type": "file-b",
        "volumes_are_zeroed": false,
        "network_map": {"VM Network": "private"},
        "port_reuse_policy": "replace_mac",
    });
    let to = stage.destination(options)?;
    let disks = json!([{"id": "boot", "size": GIB + 1}]);
    let nics = json!([{"id": "nic0", "mac": MAC, "network": "VM Network", "addresses": ["10.9.8.7"]}]);
    let vm = machine("honoured plain", disks, nics)?;
    let disks = stage.done(async |step| to.ensure_disks(step, &vm, None).await)?;
    let targets = stage.ask(to.describe_disks(&disks))?;
    ensure!(targets[0].size == 2 * GIB && !targets[0].zeroed, "{targets:?}");
    worker(&stage, &to, &disks, |state, shown| {
        ensure!(shown["config_drive"] == "" && shown["image"]["id"] == image["images"][0]["id"], "{shown}");
        let group = stage.cloud.ports_of(shown["id"].as_str().unwrap_or_default())?;
        let group = group[0]["security_groups"][0].as_str().context("no group")?.to_owned();
        let from = |port| (port, "192.0.2.0/24".to_owned());
        ensure!(
            doors(&stage, &group)? == BTreeSet::from([from(22), from(5566)]),
            "{:?}",
            doors(&stage, &group)?
        );
        let described = stage.ask(to.describe_worker(state))?;
        ensure!(described.host.starts_with("192.168.77."), "{}", described.host);
        ensure!(matches!(described.transport, Transport::Https(5566)), "{:?}", described.transport);
        Ok(())
    })?;
    let instance = stage.done(async |step| to.ensure_instance(step, &vm, &disks).await)?;
    let server = stage.ask(to.describe_instance(&instance))?.id;
    let shown = stage.cloud.server(&server)?;
    // The smallest with one processor and 700 MiB; its disk does not matter.
    let flavor =
        stage.cloud.get("compute", &format!("/flavors/{}", shown["flavor"]["id"].as_str().unwrap_or("")))?;
    ensure!(["bfv.small", "m1.small"].iter().any(|name| flavor["flavor"]["name"] == *name), "{flavor}");
    ensure!(shown["key_name"].is_null(), "{shown}");
    let ports = stage.cloud.ports_of(&server)?;
    ensure!(
        ports[0]["mac_address"] != MAC && ports[0]["fixed_ips"][0]["ip_address"] != "10.9.8.7",
        "{ports:?}"
    );
    ensure!(stage.new_things("floatingips ")?.is_empty(), "nobody asked for a floating IP");
    // The server's owner deletes it: the disks stay, for nobody said that they go with it.
    stage.cloud.delete_server(&server, CLOUD_LIMIT)?;
    ensure!(stage.ask(to.describe_disks(&disks))?.len() == 1, "the disk went with the server");
    stage.done(async |step| to.remove_instance(step, &instance).await)?;
    stage.done(async |step| to.remove_disks(step, &disks).await)?;
    Ok(())
}

/// Copied on Linux, morphed on Windows: of its own image, with its own doors.
#[test]
fn a_windows_guest_is_morphed_on_the_windows_image_where_one_is_named() -> Result<()> {
    let stage = Stage::new()?;
    let image = stage.image(&json!({"os_type": "windows"}))?;
    let options = json!({
        "availability_zone": ZONE,
        "migr_image_map": {"linux": "gyre-worker", "windows": image},
        "migr_worker_use_fip": false,
        "data_transfer_mechanism": "SSH",
        "network_map": {"VM Network": "private"},
    });
    let to = stage.destination(options)?;
    let nics = json!([{"id": "nic0", "mac": MAC, "network": "VM Network", "addresses": []}]);
    let vm = machine("honoured windows", json!([{"id": "boot", "size": GIB}]), nics)?;
    let vm = VmSpec { os_type: OsType::Windows, ..vm };
    let findings = stage.ask(to.check(Some(&vm)))?;
    ensure!(findings.iter().all(|finding| !finding.blocking), "{findings:#?}");
    let said =
        findings.iter().find(|finding| finding.path == "vm.os-type").context("nothing is said of Windows")?;
    ensure!(said.message.contains(&image), "{said:?}");
    let disks = stage.done(async |step| to.ensure_disks(step, &vm, None).await)?;
    for (role, own, doors_are) in
        [(WorkerRole::Copy, false, vec![22]), (WorkerRole::Morph, true, vec![5566, 5986])]
    {
        worker_for(&stage, &to, &disks, (role, OsType::Windows), |state, shown| {
            ensure!((shown["image"]["id"] == image.as_str()) == own, "{shown}");
            let port = stage.cloud.ports_of(shown["id"].as_str().unwrap_or_default())?;
            let group = port[0]["security_groups"][0].as_str().context("no group")?;
            let doors: Vec<u64> = doors(&stage, group)?.into_iter().map(|(port, _)| port).collect();
            ensure!(doors == doors_are, "{doors:?}");
            let described = stage.ask(to.describe_worker(state))?;
            let expected = if own { (OsType::Windows, 5986) } else { (OsType::Linux, 22) };
            ensure!((described.os_type, described.port) == expected, "{described:?}");
            Ok(())
        })?;
    }
    stage.done(async |step| to.remove_disks(step, &disks).await).map(drop)
}

/// A port that somebody has is nobody else's, whatever the policy.
#[test]
fn ports_that_hold_an_address_are_treated_by_policy() -> Result<()> {
    let stage = Stage::new()?;
    let second = id_of(&stage.cloud, "/v2.0/networks?name=honoured-second", "networks")?;
    let port = |network: &str, mac: &str, more: Value| {
        let mut body = json!({"network_id": network, "mac_address": mac, "name": "theirs"});
        body.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        stage.make("network", "/v2.0/ports", "port", body)
    };
    let (free, used, elsewhere) = ("00:50:56:77:01:01", "00:50:56:77:01:02", "00:50:56:77:01:03");
    let kept = port(&stage.private, free, json!({}))?;
    port(&stage.private, used, json!({"device_id": "somebody", "device_owner": "compute:somewhere"}))?;
    port(&second, elsewhere, json!({}))?;
    let disks = json!([{"id": "boot", "size": GIB}]);
    for (policy, mac, code) in [
        ("keep_mac", used, Some("openstack.port-in-use")),
        ("reuse_ports", used, Some("openstack.port-in-use")),
        ("reuse_ports", elsewhere, Some("openstack.port-network")),
        ("reuse_ports", free, None),
    ] {
        let options = json!({"availability_zone": ZONE, "network_map": {"VM Network": "private"}, "migr_image": "gyre-worker",
                             "port_reuse_policy": policy});
        let to = stage.destination(options)?;
        let nics = json!([{"id": "nic0", "mac": mac, "network": "VM Network"}]);
        let vm = machine("honoured port", disks.clone(), nics)?;
        let volumes = stage.done(async |step| to.ensure_disks(step, &vm, None).await)?;
        let made = stage.step(async |step| to.ensure_instance(step, &vm, &volumes).await);
        match (made, code) {
            (Err(error), Some(code)) => ensure!(error.code == code, "{policy} {mac}: {error}"),
            (Ok(instance), None) => {
                let server = stage.ask(to.describe_instance(&instance))?.id;
                let ports = stage.cloud.ports_of(&server)?;
                ensure!(ports.len() == 1 && ports[0]["id"] == kept.as_str(), "{ports:?}");
                stage.done(async |step| to.remove_instance(step, &instance).await)?;
                ensure!(
                    stage.new_things("ports ")?.iter().any(|port| port.ends_with(&kept)),
                    "a port that was lent is gone"
                );
            }
            (made, _) => anyhow::bail!("{policy} {mac}: {made:?}"),
        }
        stage.done(async |step| to.remove_disks(step, &volumes).await)?;
    }
    Ok(())
}

/// Volumes follow the machine: they grow, come back, and go.
#[test]
fn volumes_follow_the_machine() -> Result<()> {
    let stage = Stage::new()?;
    let to = stage
        .destination(json!({"network_map": {}, "migr_image": "gyre-worker", "migr_network": "private"}))?;
    let disk = |id: &str, size: u64| json!({"id": id, "size": size});
    let of = |disks: Value| machine("honoured disks", disks, json!([]));
    let vm = of(json!([disk("a", GIB), disk("b", GIB)]))?;
    let first = stage.done(async |step| to.ensure_disks(step, &vm, None).await)?;
    let before = stage.ask(to.describe_disks(&first))?;
    stage.cloud.request("DELETE", "volume", &format!("/volumes/{}", before[1].identity), None)?;
    let gone = format!("/volumes/{}", before[1].identity);
    wait("the volume to be gone", CLOUD_LIMIT, || {
        Ok(stage.cloud.get("volume", &gone).is_err().then_some(()))
    })?;
    let vm = of(json!([disk("a", 2 * GIB), disk("b", GIB), disk("c", GIB)]))?;
    let second = stage.done(async |step| to.ensure_disks(step, &vm, Some(&first)).await)?;
    let after = stage.ask(to.describe_disks(&second))?;
    ensure!(after[0].identity == before[0].identity && after[0].size == 2 * GIB, "grown: {after:?}");
    ensure!(after[1].identity != before[1].identity && after.len() == 3, "made again: {after:?}");
    let vm = of(json!([disk("b", GIB)]))?;
    let third = stage.done(async |step| to.ensure_disks(step, &vm, Some(&second)).await)?;
    let last = stage.ask(to.describe_disks(&third))?;
    ensure!(last.len() == 1 && last[0].identity == after[1].identity, "{last:?}");
    ensure!(stage.new_things("volumes ")?.len() == 1, "{:?}", stage.new_things("volumes ")?);
    stage.done(async |step| to.remove_disks(step, &third).await)?;
    ensure!(stage.new_things("volumes ")?.is_empty(), "{:?}", stage.new_things("volumes ")?);
    Ok(())
}

/// What an encrypted volume holds where nobody wrote is no zeros.
#[test]
fn encrypted_volumes_are_not_taken_for_zeros() -> Result<()> {
    let stage = Stage::new()?;
    let mapping = json!({"disk_mappings": [{"disk_id": "secret", "destination": "file-encrypted"}]});
    let to = stage.destination(json!({
        "volumes_are_zeroed": true,
        "storage_mappings": mapping,
        "default_cinder_volume_type": "file-a",
        "storage_availability_zone": "nova",
    }))?;
    let disks = json!([{"id": "plain", "size": GIB}, {"id": "secret", "size": GIB}]);
    let vm = machine("honoured secret", disks, json!([]))?;
    let disks = stage.done(async |step| to.ensure_disks(step, &vm, None).await)?;
    for target in stage.ask(to.describe_disks(&disks))? {
        let volume = stage.cloud.get("volume", &format!("/volumes/{}", target.identity))?["volume"].take();
        let is_secret = target.disk == "secret";
        ensure!(volume["encrypted"] == is_secret && target.zeroed != is_secret, "{target:?}: {volume}");
        ensure!(volume["availability_zone"] == "nova", "{volume}");
    }
    stage.done(async |step| to.remove_disks(step, &disks).await)?;
    Ok(())
}

/// Where virtio-blk has no slot left, virtio-scsi has.
#[test]
fn a_worker_on_virtio_scsi_takes_more_disks_than_there_are_slots() -> Result<()> {
    let stage = Stage::new()?;
    let image = stage.image(&json!({"hw_disk_bus": "scsi", "hw_scsi_model": "virtio-scsi"}))?;
    let disk = |position: usize| json!({"id": format!("d{position}"), "size": GIB, "position": position});
    let disks = (0..MANY_DISKS).map(disk).collect();
    let vm = machine("honoured many", disks, json!([]))?;
    let by = |image: &str| {
        stage.destination(json!({"availability_zone": ZONE, "migr_image": image, "migr_network": "private",
                                 "migr_flavor_name": "m1.tiny"}))
    };
    let blk = by("gyre-worker")?;
    let disks = stage.done(async |step| blk.ensure_disks(step, &vm, None).await)?;
    let refused =
        stage.step(async |step| blk.ensure_worker(step, WorkerRole::Copy, OsType::Linux, &disks).await);
    ensure!(refused.as_ref().is_err_and(|error| error.code == "openstack.too-many-disks"), "{refused:?}");
    ensure!(stage.new_things("servers ")?.is_empty(), "a worker was made that takes too few disks");
    let scsi = by(&image)?;
    worker(&stage, &scsi, &disks, |state, shown| {
        let attached = stage.cloud.volumes_of(shown["id"].as_str().unwrap_or_default())?;
        let described = stage.ask(scsi.describe_worker(state))?;
        ensure!((attached.len(), described.disks.len()) == (MANY_DISKS, MANY_DISKS), "{attached:?}");
        Ok(())
    })?;
    stage.done(async |step| scsi.remove_disks(step, &disks).await)?;
    Ok(())
}

/// A machine for which Nova finds no host ends in `ERROR`: what Nova says of it is said, and nothing stays.
#[test]
fn a_server_that_nova_cannot_place_brings_novas_words() -> Result<()> {
    let stage = Stage::new()?;
    let foreign = json!({"hw_architecture": "aarch64"});
    let to = stage.destination(json!({
        "availability_zone": ZONE,
        "migr_image": stage.image(&foreign)?,
        "migr_flavor_name": "m1.tiny",
        "network_map": {"VM Network": "private"},
        "default_custom_boot_volume_image_metadata": foreign,
    }))?;
    let nics = json!([{"id": "nic0", "mac": MAC, "network": "VM Network"}]);
    let vm = machine("honoured foreign", json!([{"id": "boot", "size": GIB}]), nics)?;
    let disks = stage.done(async |step| to.ensure_disks(step, &vm, None).await)?;
    let worker =
        stage.step(async |step| to.ensure_worker(step, WorkerRole::Copy, OsType::Linux, &disks).await);
    let instance = stage.step(async |step| to.ensure_instance(step, &vm, &disks).await);
    for (made, code, times) in
        [(worker, "openstack.worker-error", 3), (instance, "openstack.instance-error", 1)]
    {
        let Err(error) = made else { anyhow::bail!("{code}: it runs") };
        let told = error.causes.iter().filter(|cause| cause.contains("No valid host")).count();
        ensure!(error.code == code && told == times, "{error:#?}");
    }
    Ok(())
}

/// The address that the source is reached at is the project's already, and nobody uses it.
#[test]
fn a_floating_ip_of_the_projects_own_is_kept() -> Result<()> {
    let stage = Stage::new()?;
    let public = id_of(&stage.cloud, "/v2.0/networks?name=public", "networks")?;
    let own = json!({ "floating_network_id": public });
    let own = stage.make("network", "/v2.0/floatingips", "floatingip", own)?;
    let shown = stage.cloud.get("network", &format!("/v2.0/floatingips/{own}"))?["floatingip"].take();
    let address = shown["floating_ip_address"].as_str().context("no address")?;
    let to = stage.destination(json!({
        "availability_zone": ZONE,
        "network_map": {"VM Network": "private"},
        "use_floating_ip": true,
        "preserve_floating_ip": true,
        "floating_ip_pool": "public",
    }))?;
    let nics = json!([{"id": "nic0", "mac": MAC, "network": "VM Network"}]);
    let vm = machine("honoured address", json!([{"id": "boot", "size": GIB}]), nics)?;
    let vm = VmSpec { public_address: Some(address.to_owned()), ..vm };
    let disks = stage.done(async |step| to.ensure_disks(step, &vm, None).await)?;
    let instance = stage.done(async |step| to.ensure_instance(step, &vm, &disks).await)?;
    let server = stage.ask(to.describe_instance(&instance))?;
    ensure!(server.addresses.iter().any(|of| of == address), "{address} is none of {:?}", server.addresses);
    stage.done(async |step| to.remove_instance(step, &instance).await)?;
    let left = stage.new_things("floatingips ")?;
    ensure!(left.len() == 1 && left[0].ends_with(&own), "the project's own address is gone: {left:?}");
    stage.done(async |step| to.remove_disks(step, &disks).await)?;
    Ok(())
}

/// A check finds what is wrong before anything is made, and looks at nothing but what there is.
#[test]
fn a_check_knows_what_the_cloud_has_and_changes_nothing() -> Result<()> {
    let stage = Stage::new()?;
    let before = stage.cloud.inventory()?;
    let wrong = json!({
        "availability_zone": "az-nowhere",
        "migr_image": "no-image",
        "migr_flavor_name": "no-flavor",
        "migr_network": "no-network",
        "migr_fip_pool_name": "private",
        "migr_worker_boot_from_volume": true,
        "migr_worker_volume_type": "no-type",
        "default_cinder_volume_type": "no-type",
        "flavor_name": "m1.nano",
        "keypair_name": "no-key",
        "security_groups": ["no-group"],
        "server_group": "no-server-group",
        "network_map": {"VM Network": "private", "Other": "no-network"},
        "preserve_fixed_ips": true,
        "use_floating_ip": true,
        "floating_ip_pool": "public/no-subnet",
    });
    let to = stage.destination(wrong)?;
    let found = stage.ask(to.check(Some(&VmSpec { memory_mib: 4096, ..web()? })))?;
    let paths: BTreeSet<&str> = found.iter().map(|finding| finding.path.as_str()).collect();
    for path in [
        "availability_zone",
        "migr_image",
        "migr_flavor_name",
        "migr_network",
        "migr_fip_pool_name",
        "migr_worker_volume_type",
        "default_cinder_volume_type",
        "flavor_name",
        "keypair_name",
        "security_groups",
        "server_group",
        "floating_ip_pool",
    ] {
        ensure!(paths.iter().any(|found| found.contains(path)), "{path} is not found missing: {found:#?}");
    }
    ensure!(paths.iter().any(|path| path.contains("Other")), "a network is not found missing: {found:#?}");
    ensure!(stage.cloud.inventory()? == before, "a check changed something");
    Ok(())
}

#[test]
fn what_the_cloud_offers_is_listed() -> Result<()> {
    let stage = Stage::new()?;
    let names = |options: Value, option: &str| -> Result<Vec<String>> {
        let to = stage.destination(options)?;
        let choices = stage.ask(to.options(&[option.to_owned()]))?;
        let choices =
            choices.into_iter().find(|choices| choices.option_name == option).context("not offered")?;
        Ok(choices.values.into_iter().map(|choice| choice.name).collect())
    };
    for (option, name) in [
        ("migr_image", "gyre-worker"),
        ("flavor_name", "m1.small"),
        ("default_cinder_volume_type", "file-a"),
        ("security_groups", "gyre-access"),
        ("availability_zone", ZONE),
        ("migr_network", "private"),
    ] {
        let offered = names(json!({}), option)?;
        ensure!(offered.iter().any(|offered| offered == name), "{option}: {offered:?}");
    }
    // The external network is another project's.
    ensure!(names(json!({}), "floating_ip_pool")?.is_empty(), "{:?}", names(json!({}), "floating_ip_pool")?);
    let pools = names(json!({"list_all_destination_networks": true}), "floating_ip_pool")?;
    ensure!(pools.iter().any(|pool| pool == "public"), "{pools:?}");
    ensure!(pools.iter().any(|pool| pool.starts_with("public/")), "{pools:?}");
    Ok(())
}
