//! What a check says before anything is created, and that it only looks.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod model;

use gyre_plugin::destination::*;
use model::{Model, cloud, machine, options};
use openstack::OpenStack;
use serde_json::{Value, json};

fn check(change: impl Fn(&mut Model), config: Value, vm: &VmSpec) -> Vec<Finding> {
    let (host, model) = cloud();
    change(&mut model.borrow_mut());
    let before = model.borrow().objects.clone();
    let found = OpenStack::check(Config::new(options(config)), Some(vm)).unwrap();
    assert_eq!(model.borrow().objects, before, "a check changes nothing");
    for (origin, request) in host.requests() {
        let looks = request.method == "GET" && request.body.is_empty();
        let login = origin == "http://keystone:5000" && request.path == "/v3/auth/tokens";
        assert!(looks || login, "{} {} is no look", request.method, request.path);
    }
    assert!(found.iter().all(|finding| finding.remedy.is_some() && !finding.message.is_empty()));
    found
}

fn paths(found: Vec<Finding>) -> Vec<(bool, String)> {
    found.into_iter().map(|finding| (finding.blocking, finding.path)).collect()
}

fn findings(change: impl Fn(&mut Model), config: Value) -> Vec<(bool, String)> {
    paths(check(change, config, &machine()))
}

fn fine(_: &mut Model) {}

fn blocks(path: &str) -> Vec<(bool, String)> {
    vec![(true, path.to_owned())]
}

fn warns(path: &str) -> Vec<(bool, String)> {
    vec![(false, path.to_owned())]
}

#[test]
fn a_check_names_the_option_that_is_wrong() {
    let limit = |key: &'static str| move |model: &mut Model| drop(model.limits.insert(key.into(), json!(0)));
    assert_eq!(findings(fine, json!({})), []);
    for (config, path) in [
        (json!({ "network_map": {}, "migr_network": "private" }), "network_map[\"VM Network\"]"),
        (json!({ "migr_image": "nosuch" }), "migr_image"),
        (json!({ "migr_flavor_name": "m9" }), "migr_flavor_name"),
        // Of the NIC and of workers, and told once.
        (
            json!({ "network_map": { "VM Network": "nosuch" }, "migr_network": null }),
            "network_map[\"VM Network\"]",
        ),
        (
            json!({ "migr_worker_boot_from_volume": true, "migr_worker_volume_size": 1 }),
            "migr_worker_volume_size",
        ),
        (json!({ "migr_network": "nosuch" }), "migr_network"),
        (json!({ "migr_fip_pool_name": "private" }), "migr_fip_pool_name"),
        (json!({ "flavor_name": "m9" }), "flavor_name"),
        (json!({ "keypair_name": "nosuch" }), "keypair_name"),
        (json!({ "security_groups": ["nosuch"] }), "security_groups"),
        (json!({ "server_group": "nosuch" }), "server_group"),
        (json!({ "availability_zone": "nosuch" }), "availability_zone"),
        (json!({ "storage_mappings": { "default": "nosuch" } }), "storage_mappings.default"),
    ] {
        assert_eq!(findings(fine, config.clone()), [(true, path.to_owned())], "{config}");
    }
    let no_dhcp =
        |model: &mut Model| model.objects.get_mut("subnets").unwrap()[0]["enable_dhcp"] = json!(false);
    assert_eq!(
        findings(no_dhcp, json!({ "preserve_fixed_ips": true })),
        [(true, "network_map[\"VM Network\"]".to_owned())]
    );
    for key in [
        "maxTotalVolumes",
        "maxTotalVolumeGigabytes",
        "maxTotalInstances",
        "maxTotalCores",
        "maxTotalRAMSize",
    ] {
        assert_eq!(findings(limit(key), json!({})), [(true, "quota".to_owned())], "{key}");
    }
    let unlimited = |model: &mut Model| drop(model.limits.insert("maxTotalVolumes".into(), json!(-1)));
    assert_eq!(findings(unlimited, json!({})), []);
    assert_eq!(findings(fine, json!({ "flavor_name": "m1.small" })), [(false, "flavor_name".to_owned())]);
}

#[test]
fn a_wrong_region_is_told_once() {
    let auth = json!({ "auth_url": "http://keystone:5000", "username": "u", "project_name": "p", "region_name": "nosuch" });
    let found = check(fine, json!({ "auth": auth }), &machine());
    assert_eq!(paths(found.clone()), blocks("auth.region_name"));
    assert!(found[0].message.contains("\"nosuch\" (regions: R)"), "{found:?}");
}

#[test]
fn all_addresses_that_are_not_granted_are_told_at_once() {
    let (host, _model) = cloud();
    let _host = host.refuse_http(&["http://nova", "http://glance", "http://cinder"]);
    let found = OpenStack::check(Config::new(options(json!({}))), Some(&machine())).unwrap();
    let [only] = found.as_slice() else { panic!("{found:?}") };
    assert!(only.blocking && only.path == "grant.http");
    assert_eq!(
        only.message,
        "this plugin may not send requests to Nova at http://nova, Cinder at http://cinder, Glance at http://glance"
    );
    let remedy = only.remedy.as_deref().unwrap();
    assert!(remedy.ends_with(r#""http://cinder", "http://glance", "http://nova""#), "{remedy}");
}

#[test]
fn a_refused_keystone_is_told_with_the_grant_that_is_mostly_enough() {
    let (host, _model) = cloud();
    let _host = host.refuse_http(&["http://keystone:5000"]);
    let error = OpenStack::check(Config::new(options(json!({}))), None).unwrap_err();
    assert!(
        error.code == "grant.http" && error.causes[0].contains(r#""http://keystone:*" allows"#),
        "{error:?}"
    );
}

#[test]
fn everything_that_a_check_asks_for_is_only_looked_at() {
    // With every option that makes it ask for more.
    let mut vm = machine();
    vm.public_address = Some("203.0.113.9".into());
    let all = |model: &mut Model| {
        model.seed("server_groups", json!({ "name": "spread" }));
        model.quota_set = Some(json!({}));
        model.network_quota = Some(json!({}));
    };
    let config = json!({
        "preserve_fixed_ips": true, "preserve_floating_ip": true, "floating_ip_pool": "public", "keypair_name": "k",
        "security_groups": ["web"], "default_security_groups": ["web"], "server_group": "spread",
        "availability_zone": "nova", "storage_mappings": { "default": "slow" }, "migr_worker_boot_from_volume": true,
        "migr_worker_volume_type": "slow", "migr_worker_volume_size": 4, "instance_tags": { "a": "b" },
    });
    assert_eq!(paths(check(all, config, &vm)), []);
}

#[test]
fn quotas_of_volumes_count_what_grows_and_what_workers_boot_from() {
    let gib = |left: i64| {
        move |model: &mut Model| {
            model.limits.insert("maxTotalVolumeGigabytes".into(), json!(left));
            // Only the data disk is there, and has grown from 1 to 3 GiB.
            let metadata = json!({ "gyre-vm": "vm-1", "gyre-role": "replica", "gyre-disk": "data" });
            model.seed(
                "volumes",
                json!({ "name": "old", "status": "available", "size": 1, "metadata": metadata }),
            );
        }
    };
    let volume = json!({ "migr_worker_boot_from_volume": true });
    // 2 GiB more for the data disk, 1 for the boot disk, 5 for the worker; 8 for a deployment's copies and
    // snapshots, when the worker's are free again.
    assert_eq!(findings(gib(2), json!({})), blocks("quota"));
    assert_eq!(findings(gib(3), json!({})), warns("quota"));
    assert_eq!(findings(gib(11), json!({})), []);
    assert_eq!(findings(gib(7), volume.clone()), blocks("quota"));
    assert_eq!(findings(gib(8), volume), warns("quota"));
}

#[test]
fn a_deployment_that_will_not_fit_is_a_warning() {
    let limit = |key: &'static str, most: i64| {
        move |model: &mut Model| drop(model.limits.insert(key.into(), json!(most)))
    };
    assert_eq!(findings(limit("maxTotalVolumes", 3), json!({})), warns("quota"));
    assert_eq!(findings(limit("maxTotalVolumes", 4), json!({})), []);
    assert_eq!(findings(limit("maxTotalSnapshots", 1), json!({})), warns("quota"));
    assert_eq!(findings(limit("maxTotalSnapshots", 2), json!({})), []);
    let ports = |left: i64| {
        move |model: &mut Model| {
            model.network_quota = Some(json!({ "port": { "limit": 9, "used": 9 - left, "reserved": 0 } }))
        }
    };
    let mut vm = machine();
    vm.nics.push(NicSpec { id: "nic1".into(), mac: None, ..vm.nics[0].clone() });
    assert_eq!(paths(check(ports(1), json!({}), &vm)), warns("quota"));
    assert_eq!(paths(check(ports(2), json!({}), &vm)), []);
}

#[test]
fn quotas_of_the_network_and_of_volume_types_are_known() {
    for what in ["port", "floatingip", "security_group", "security_group_rule"] {
        let full = move |model: &mut Model| {
            model.network_quota =
                Some(json!({ what: { "limit": 10, "used": 8, "reserved": 2 }, "rbac_policy": 3 }));
        };
        let found = findings(full, json!({}));
        assert!(found.contains(&(true, "quota".to_owned())), "{what}: {found:?}");
        let open = move |model: &mut Model| {
            model.network_quota = Some(json!({ what: { "limit": -1, "used": 80, "reserved": 2 } }));
        };
        assert_eq!(findings(open, json!({})), [], "{what}");
    }
    for (key, limit) in [("gigabytes_slow", 3), ("volumes_slow", 1), ("per_volume_gigabytes", 2)] {
        let full = move |model: &mut Model| {
            model.quota_set =
                Some(json!({ "id": "p1", key: { "limit": limit, "in_use": 0, "reserved": 0 } }));
        };
        let config = json!({ "storage_mappings": { "default": "slow" } });
        assert_eq!(findings(full, config), blocks("quota"), "{key}");
    }
    let tags = |model: &mut Model| drop(model.limits.insert("maxServerMeta".into(), json!(3)));
    assert_eq!(findings(tags, json!({ "instance_tags": { "a": "1" } })), []);
    assert_eq!(findings(tags, json!({ "instance_tags": { "a": "1", "b": "2" } })), blocks("instance_tags"));
}

#[test]
fn addresses_that_are_in_use_are_said_and_do_not_keep_a_replica_from_running() {
    let port = |device: &'static str, network: &'static str| {
        move |model: &mut Model| {
            let network = model.id_of("networks", network);
            let port = json!({
                "name": "old", "network_id": network, "mac_address": "00:50:56:aa:bb:cc", "device_id": device,
                "fixed_ips": [{ "ip_address": "10.0.0.77" }],
            });
            model.seed("ports", port);
        }
    };
    let keep = json!({ "preserve_fixed_ips": true });
    let found = check(port("", "private"), keep.clone(), &machine());
    assert!(found.len() == 1 && found[0].message.contains("deletes") && !found[0].blocking, "{found:?}");
    let found = check(port("s9", "private"), keep, &machine());
    assert!(found[0].path == "port_reuse_policy" && found[0].message.contains("s9"), "{found:?}");
    assert!(found[1].path == "preserve_fixed_ips" && found[1].message.contains("10.0.0.77"), "{found:?}");
    assert!(found.iter().all(|finding| !finding.blocking));
    let reuse = json!({ "port_reuse_policy": "reuse_ports" });
    assert_eq!(findings(port("", "private"), reuse.clone()), []);
    assert_eq!(findings(port("", "public"), reuse), warns("port_reuse_policy"));
    let replace = json!({ "port_reuse_policy": "replace_mac" });
    assert_eq!(findings(port("s9", "private"), replace), []);
}

#[test]
fn networks_are_looked_at_for_every_nic() {
    let mut vm = machine();
    vm.nics.push(NicSpec {
        id: "nic1".into(),
        network: "other".into(),
        mac: None,
        addresses: vec!["10.1.0.9".into()],
    });
    let two = |subnet: Value| {
        move |model: &mut Model| {
            model.seed("networks", json!({ "name": "second", "project_id": "p1", "router:external": false }));
            if !subnet.is_null() {
                model.seed_subnet("second", subnet.clone());
            }
        }
    };
    let map = json!({ "VM Network": "private", "other": "second" });
    let config =
        |keep: bool| json!({ "network_map": map, "migr_network": "private", "preserve_fixed_ips": keep });
    let second = "network_map[\"other\"]";
    let good = json!({ "name": "s2", "cidr": "10.1.0.0/24", "enable_dhcp": true });
    assert_eq!(paths(check(two(good), config(true), &vm)), []);
    let no_dhcp = json!({ "name": "s2", "cidr": "10.1.0.0/24", "enable_dhcp": false });
    assert_eq!(paths(check(two(no_dhcp), config(true), &vm)), blocks(second));
    let elsewhere = json!({ "name": "s2", "cidr": "10.2.0.0/24", "enable_dhcp": true });
    assert_eq!(paths(check(two(elsewhere.clone()), config(true), &vm)), blocks(second));
    assert_eq!(paths(check(two(elsewhere), config(false), &vm)), []);
    assert_eq!(paths(check(two(Value::Null), config(false), &vm)), warns(second));
    vm.nics[1].addresses.clear();
    let good = json!({ "name": "s2", "cidr": "10.1.0.0/24", "enable_dhcp": true });
    assert_eq!(paths(check(two(good), config(true), &vm)), warns("preserve_fixed_ips"));
}

#[test]
fn what_will_surprise_later_is_said_now() {
    let worker_net =
        |model: &mut Model| drop(model.seed("networks", json!({ "name": "bare", "project_id": "p1" })));
    assert_eq!(findings(worker_net, json!({ "migr_network": "bare" })), blocks("migr_network"));
    let shared =
        |model: &mut Model| model.objects.get_mut("networks").unwrap()[0]["project_id"] = json!("p9");
    assert_eq!(findings(shared, json!({})), warns("network_map"));
    assert_eq!(findings(shared, json!({ "port_reuse_policy": "replace_mac" })), []);
    assert_eq!(findings(fine, json!({ "availability_zone": "dead" })), blocks("availability_zone"));
    let rack = |model: &mut Model| model.zones.push("rack");
    assert_eq!(findings(rack, json!({ "availability_zone": "rack" })), warns("availability_zone"));
    assert_eq!(findings(fine, json!({ "availability_zone": "nova" })), []);
    let both = |zone: &str| json!({ "availability_zone": "rack", "storage_availability_zone": zone });
    assert_eq!(findings(rack, both("nova")), [], "its volumes have a zone of their own");
    assert_eq!(findings(rack, both("rack")), blocks("storage_availability_zone"));
    let no_disk = |model: &mut Model| model.objects.get_mut("flavors").unwrap()[0]["disk"] = json!(0);
    assert_eq!(findings(no_disk, json!({})), warns("migr_flavor_name"));
    assert_eq!(findings(no_disk, json!({ "migr_worker_boot_from_volume": true })), []);
    assert_eq!(findings(fine, json!({ "hypervisor_type": null })), warns("hypervisor_type"));
    assert_eq!(findings(fine, json!({ "set_dhcp": false })), warns("set_dhcp"));
    assert_eq!(findings(fine, json!({ "set_dhcp": false, "preserve_fixed_ips": true })), []);
    let mapped = |disk: &str| json!({ "storage_mappings": { "disk_mappings": [{ "disk_id": disk, "destination": "slow" }] } });
    assert_eq!(findings(fine, mapped("gone")), warns("storage_mappings.disk_mappings[\"gone\"]"));
    assert_eq!(findings(fine, mapped("boot")), []);
    assert_eq!(findings(fine, mapped("")), [], "the placeholder of the document");
    let no_router = |model: &mut Model| model.objects.get_mut("routers").unwrap().clear();
    assert_eq!(findings(no_router, json!({})), warns("migr_fip_pool_name"));
    assert_eq!(findings(no_router, json!({ "migr_worker_use_fip": false })), []);
    let floating =
        json!({ "migr_worker_use_fip": false, "use_floating_ip": true, "floating_ip_pool": "public" });
    assert_eq!(findings(no_router, floating.clone()), warns("floating_ip_pool"));
    let elsewhere =
        |model: &mut Model| model.objects.get_mut("router_ports").unwrap()[0]["network_id"] = json!("n9");
    assert_eq!(findings(elsewhere, floating), warns("floating_ip_pool"));
    let windows =
        |model: &mut Model| model.objects.get_mut("images").unwrap()[0]["os_type"] = json!("windows");
    assert_eq!(findings(windows, json!({})), blocks("migr_image"));
    let uploading =
        |model: &mut Model| model.objects.get_mut("images").unwrap()[0]["status"] = json!("saving");
    assert_eq!(findings(uploading, json!({})), blocks("migr_image"));
}

#[test]
fn a_machine_that_cannot_be_served_is_said_so() {
    let with = |change: &dyn Fn(&mut VmSpec), config: Value| {
        let mut vm = machine();
        change(&mut vm);
        paths(check(fine, config, &vm))
    };
    let floating = json!({ "use_floating_ip": true, "floating_ip_pool": "public" });
    assert_eq!(with(&|vm| vm.nics.clear(), floating), blocks("use_floating_ip"));
    assert_eq!(with(&|vm| vm.disks.clear(), json!({})), blocks("vm.disks"));
    assert_eq!(with(&|vm| vm.tpm = true, json!({})), warns("vm.tpm"));
    assert_eq!(with(&|vm| vm.disks[0].shareable = true, json!({})), warns("vm.disks"));
    assert_eq!(with(&|vm| vm.os_type = OsType::Windows, json!({})), warns("vm.os-type"));
    assert_eq!(with(&|vm| vm.vcpus = 64, json!({})), blocks("flavor_name"));
    let keep = json!({ "preserve_floating_ip": true, "floating_ip_pool": "public" });
    assert_eq!(with(&|_| {}, keep.clone()), warns("preserve_floating_ip"));
    let held = |model: &mut Model| {
        drop(model.seed("floatingips", json!({ "floating_ip_address": "203.0.113.9", "port_id": "port-9" })));
    };
    let mut vm = machine();
    vm.public_address = Some("203.0.113.9".into());
    assert_eq!(paths(check(held, keep.clone(), &vm)), warns("preserve_floating_ip"));
    assert_eq!(paths(check(fine, keep, &vm)), []);
}

/// The image that `migr_image_map.windows` names, for a machine with Windows and where nobody asks about a machine.
#[test]
fn what_a_worker_with_windows_needs_is_said_before_it_is_made() {
    let mut windows = machine();
    windows.os_type = OsType::Windows;
    let image = |more: Value| {
        move |model: &mut Model| {
            let mut image = json!({ "name": "w2022", "status": "active", "os_type": "windows" });
            image.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            model.seed("images", image);
        }
    };
    let with = |more: Value| {
        let mut config = json!({ "migr_image_map": { "windows": "w2022" } });
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        config
    };
    let found = check(image(json!({})), with(json!({})), &windows);
    assert!(found[0].message.contains("Windows worker of the image \"w2022\""), "{found:?}");
    assert!(found[0].remedy.as_ref().unwrap().contains("leave migr_image_map.windows out"), "{found:?}");
    assert_eq!(paths(found), warns("vm.os-type"));
    let offline = check(image(json!({})), json!({}), &windows);
    assert!(offline[0].message.contains("offline on the Linux worker"), "{offline:?}");
    assert_eq!(paths(offline), warns("vm.os-type"));

    let blocked = |change: &dyn Fn(&mut Model), config: Value| {
        let found = paths(check(change, with(config), &windows));
        found.into_iter().filter(|(blocking, _)| *blocking).map(|(_, path)| path).collect::<Vec<_>>()
    };
    assert_eq!(blocked(&fine, json!({})), ["migr_image_map.windows"], "there is no such image");
    let twice = |model: &mut Model| (0..2).for_each(|_| image(json!({}))(model));
    assert_eq!(blocked(&twice, json!({})), ["migr_image_map.windows"]);
    assert_eq!(blocked(&image(json!({ "os_type": "linux" })), json!({})), ["migr_image_map.windows"]);
    assert_eq!(blocked(&image(json!({ "status": "queued" })), json!({})), ["migr_image_map.windows"]);
    assert_eq!(blocked(&image(json!({ "min_ram": 2048 })), json!({})), ["migr_flavor_name"]);
    assert_eq!(blocked(&image(json!({ "min_disk": 32 })), json!({})), ["migr_flavor_name"]);
    let volume = json!({ "migr_worker_boot_from_volume": true, "migr_worker_volume_size": 31 });
    assert_eq!(blocked(&image(json!({ "min_disk": 32 })), volume), ["migr_worker_volume_size"]);

    // Nobody else needs it.
    assert_eq!(findings(fine, with(json!({}))), []);
    let (_host, _model) = cloud();
    let any = OpenStack::check(Config::new(options(with(json!({})))), None).unwrap();
    assert_eq!(paths(any), blocks("migr_image_map.windows"));
}

#[test]
fn a_worker_with_windows_is_not_reached_by_ssh() {
    let mut windows = machine();
    windows.os_type = OsType::Windows;
    let image = |model: &mut Model| drop(model.seed("images", json!({ "name": "w", "status": "active" })));
    let ssh = json!({ "migr_image_map": { "windows": "w" }, "data_transfer_mechanism": "SSH" });
    let both = [warns("vm.os-type"), warns("data_transfer_mechanism")].concat();
    assert_eq!(paths(check(image, ssh.clone(), &windows)), both);
    assert_eq!(findings(image, ssh), []);
    // Its group has two doors though that of the worker that copies has one.
    let quota = |used: u32| {
        move |model: &mut Model| {
            image(model);
            let rules = json!({ "security_group_rule": { "limit": 4, "used": used, "reserved": 0 } });
            model.network_quota = Some(rules);
        }
    };
    let rules = |used: u32, windows: &VmSpec| {
        let config = json!({ "migr_image_map": { "windows": "w" }, "data_transfer_mechanism": "SSH" });
        paths(check(quota(used), config, windows)).contains(&(true, "quota".to_owned()))
    };
    assert!(!rules(0, &windows) && rules(1, &windows) && !rules(1, &machine()));
}

#[test]
fn a_subnet_where_guests_choose_their_addresses_is_a_warning() {
    let slaac = |model: &mut Model| {
        let subnet = json!({ "name": "v6", "cidr": "2001:db8::/64", "enable_dhcp": true, "ipv6_address_mode": "slaac" });
        model.seed_subnet("private", subnet);
    };
    let mut vm = machine();
    vm.nics[0].addresses.push("2001:db8::5".into());
    assert_eq!(paths(check(slaac, json!({ "preserve_fixed_ips": true }), &vm)), warns("preserve_fixed_ips"));
}
