//! Each option of the field, by what it changes in the requests that reach the cloud.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod model;

use gyre_plugin::destination::*;
use gyre_plugin::fake::FakeHost;
use model::{Model, cloud, done, machine, options};
use openstack::OpenStack;
use serde_json::{Value, json};

fn disks(config: &str) -> String {
    done(&Step::new("tok-disks", config), |step| OpenStack::ensure_disks(step, &machine(), None)).unwrap()
}

/// Bodies of the requests that made something at a path.
fn posted(host: &FakeHost, path: &str) -> Vec<Value> {
    let to = |request: &Request| request.method == "POST" && request.path.ends_with(path);
    let requests = host.requests().into_iter().filter(|(_, request)| to(request));
    requests.map(|(_, request)| serde_json::from_slice(&request.body).unwrap()).collect()
}

fn try_worker(change: impl Fn(&mut Model), config: Value) -> Result<(Value, Vec<Value>)> {
    let (host, model) = cloud();
    change(&mut model.borrow_mut());
    let config = options(config);
    let disks = disks(&config);
    done(&Step::new("tok", &config), |step| {
        OpenStack::ensure_worker(step, WorkerRole::Copy, OsType::Linux, &disks)
    })?;
    let server = posted(&host, "/servers").remove(0);
    Ok((server, posted(&host, "/floatingips")))
}

/// The worker's server as it was asked for.
fn worker(config: Value) -> Value {
    try_worker(|_| {}, config).unwrap().0["server"].clone()
}

/// The migrated server's request, with the cloud afterwards.
fn server(change: impl Fn(&mut Model), config: Value, vm: &VmSpec) -> (Value, model::Shared) {
    let (host, model) = cloud();
    change(&mut model.borrow_mut());
    let config = options(config);
    let disks =
        done(&Step::new("tok-disks", &config), |step| OpenStack::ensure_disks(step, vm, None)).unwrap();
    done(&Step::new("tok", &config), |step| OpenStack::ensure_instance(step, vm, &disks)).unwrap();
    (posted(&host, "/servers").remove(0), model)
}

fn fine(_: &mut Model) {}

fn code<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.unwrap_err().code
}

#[test]
fn the_image_of_workers_has_one_name_in_the_cloud() {
    let id = |name: &str| cloud().1.borrow().id_of("images", name);
    let other =
        |model: &mut Model| drop(model.seed("images", json!({ "name": "other", "status": "active" })));
    let image = |config: Value| {
        try_worker(other, config).unwrap().0["server"]["imageRef"].as_str().unwrap().to_owned()
    };
    assert_eq!(image(json!({ "migr_image": null, "migr_image_map": { "linux": "worker" } })), id("worker"));
    let both = json!({ "migr_image": "other", "migr_image_map": { "linux": "worker" } });
    assert!(image(both) != id("worker"), "migr_image wins");
    assert_eq!(image(json!({ "migr_image": id("worker") })), id("worker"));
    let twin =
        |model: &mut Model| drop(model.seed("images", json!({ "name": "worker", "status": "active" })));
    assert_eq!(code(try_worker(twin, json!({}))), "openstack.ambiguous-name");
    assert_eq!(code(try_worker(fine, json!({ "migr_image": null }))), "openstack.option");
}

/// It is one image for workers of whatever kind, and disks are copied on Linux.
#[test]
fn an_image_of_another_system_makes_way_for_the_maps() {
    let seeded = |os: &'static str| {
        move |model: &mut Model| {
            model.seed("images", json!({ "name": "other", "status": "active", "os_type": os }));
        }
    };
    let id = cloud().1.borrow().id_of("images", "worker");
    let image = |os, config: Value| {
        let made = try_worker(seeded(os), config)?;
        Ok::<_, Error>(made.0["server"]["imageRef"].as_str().unwrap().to_owned())
    };
    let both = || json!({ "migr_image": "other", "migr_image_map": { "linux": "worker" } });
    assert_eq!(image("windows", both()).unwrap(), id);
    assert_ne!(image("linux", both()).unwrap(), id, "it says that it fits");
    let alone = image("windows", json!({ "migr_image": "other" })).unwrap_err();
    assert_eq!(alone.code, "openstack.worker-os");
    assert!(alone.message.contains("migr_image_map.linux"), "{alone:?}");
    let neither = json!({ "migr_image": "other", "migr_image_map": { "linux": "other" } });
    let neither = image("windows", neither).unwrap_err();
    assert!(neither.message.starts_with("migr_image_map.linux:"), "{neither:?}");
}

/// Unless an image of Windows is named, and then no others and no copies are anywhere else than they were.
#[test]
fn windows_guests_are_morphed_on_linux() {
    let map = json!({ "migr_image_map": { "windows": "other" } });
    for (config, role, os) in [
        (json!({}), WorkerRole::Copy, OsType::Windows),
        (json!({}), WorkerRole::Morph, OsType::Windows),
        (map.clone(), WorkerRole::Copy, OsType::Windows),
        (map.clone(), WorkerRole::Morph, OsType::Linux),
        (map, WorkerRole::Morph, OsType::Unknown),
    ] {
        let (host, model) = cloud();
        model.borrow_mut().seed("images", json!({ "name": "other", "status": "active" }));
        let config = options(config);
        let disks = disks(&config);
        let step = Step::new("tok", &config);
        let state = done(&step, |step| OpenStack::ensure_worker(step, role, os, &disks)).unwrap();
        let image = model.borrow().id_of("images", "worker");
        assert_eq!(posted(&host, "/servers")[0]["server"]["imageRef"], image, "{role:?} {os:?}");
        let worker = OpenStack::describe_worker(Config::new(&config), &state).unwrap();
        assert_eq!((worker.os_type, worker.port), (OsType::Linux, 22));
    }
}

/// A Windows image that is named for all says nothing of who wants Windows workers.
#[test]
fn the_image_of_linux_workers_never_makes_one_with_windows() {
    let (host, model) = cloud();
    model.borrow_mut().seed("images", json!({ "name": "w", "status": "active", "os_type": "windows" }));
    let config = options(json!({ "migr_image": "w", "migr_image_map": { "linux": "worker" } }));
    let disks = disks(&config);
    let ensure = |step: &Step| OpenStack::ensure_worker(step, WorkerRole::Morph, OsType::Windows, &disks);
    done(&Step::new("tok", &config), ensure).unwrap();
    let image = model.borrow().id_of("images", "worker");
    assert_eq!(posted(&host, "/servers")[0]["server"]["imageRef"], image);
}

/// What `generate_winrm_login` of the fake host makes for the worker of this token.
fn login_of(token: &str) -> (String, Vec<u8>) {
    let name = token.replace('-', "");
    (format!("FakePassword0worker{name}"), format!("fake archive worker-{token}").into_bytes())
}

#[test]
fn a_worker_with_windows_is_made_where_its_image_is_named() {
    use base64::{Engine, engine::general_purpose::STANDARD};
    let (host, model) = cloud();
    model.borrow_mut().seed("images", json!({ "name": "w2022", "status": "active", "os_type": "windows" }));
    let config = options(json!({
        "migr_image_map": { "windows": "w2022" }, "data_transfer_mechanism": "SSH", "migr_worker_use_fip": false,
    }));
    let disks = disks(&config);
    let ensure = |step: &Step| OpenStack::ensure_worker(step, WorkerRole::Morph, OsType::Windows, &disks);
    let state = done(&Step::new("tok", &config), ensure).unwrap();
    let servers = posted(&host, "/servers");
    assert_eq!(servers[0]["server"]["imageRef"], model.borrow().id_of("images", "w2022"));
    let rules = posted(&host, "/security-group-rules");
    let ports: Vec<_> = rules.iter().map(|rule| &rule["security_group_rule"]["port_range_max"]).collect();
    assert_eq!(ports, [&json!(5986), &json!(5566)], "nothing leads to a Windows worker by SSH");

    let user_data = STANDARD.decode(servers[0]["server"]["user_data"].as_str().unwrap()).unwrap();
    let user_data = String::from_utf8(user_data).unwrap();
    let (password, archive) = login_of("tok");
    let head = [
        "#ps1_sysnative",
        "$user = 'gyre'",
        &format!("$password = '{password}'"),
        &format!("$archive = '{}'", STANDARD.encode(&archive)),
        "$ports = '5986,5566'",
    ];
    assert_eq!(user_data.lines().take(5).collect::<Vec<_>>(), head);

    let worker = OpenStack::describe_worker(Config::new(&config), &state).unwrap();
    assert_eq!((worker.user.as_str(), worker.port, worker.os_type), ("gyre", 5986, OsType::Windows));
    assert!(matches!(worker.transport, Transport::Https(5566)));
    assert_eq!(worker.host_key.as_deref(), Some("SHA256:FAKEWINRM worker-tok"));
    assert_eq!(worker.credential, "worker-tok");
    assert_eq!(worker.disks[0].identities.len(), 3, "as on Linux");
    let told = format!("{state} {:?} {:?}", host.log(), host.progress());
    assert!(!told.contains(&password) && !told.contains(&STANDARD.encode(&archive)), "{told}");

    done(&Step::new("tok", &config), ensure).unwrap();
    assert_eq!(posted(&host, "/servers").len(), 1, "the step was repeated");
    done(&Step::new("other", &config), |step| OpenStack::remove_worker(step, &state)).unwrap();
    assert_eq!(model.borrow().made(), [("volumes", 2)]);
}

#[test]
fn a_worker_with_windows_that_does_not_start_tells_nothing_of_its_login() {
    let (host, model) = cloud();
    model.borrow_mut().seed("images", json!({ "name": "w2022", "status": "active" }));
    model.borrow_mut().bad_servers = 99;
    let config = options(json!({ "migr_image_map": { "windows": "w2022" } }));
    let disks = disks(&config);
    let ensure = |step: &Step| OpenStack::ensure_worker(step, WorkerRole::Morph, OsType::Windows, &disks);
    let error = done(&Step::new("tok", &config), ensure).unwrap_err();
    assert_eq!(error.code, "openstack.worker-error");
    assert!(!format!("{error:?} {:?}", host.log()).contains(&login_of("tok").0));
}

#[test]
fn an_image_of_another_system_makes_no_worker_with_windows() {
    let seeded = |os: &str| {
        let (host, model) = cloud();
        model.borrow_mut().seed("images", json!({ "name": "w", "status": "active", "os_type": os }));
        let config = options(json!({ "migr_image_map": { "windows": "w" } }));
        let disks = disks(&config);
        let ensure = |step: &Step| OpenStack::ensure_worker(step, WorkerRole::Morph, OsType::Windows, &disks);
        let made = done(&Step::new("tok", &config), ensure);
        (made, posted(&host, "/servers").len())
    };
    let (refused, made) = seeded("linux");
    let refused = refused.unwrap_err();
    assert_eq!((refused.code.as_str(), made), ("openstack.worker-os", 0));
    assert!(refused.message.starts_with("migr_image_map.windows:"), "{refused:?}");
    assert!(seeded("Windows").0.is_ok());
}

/// Jobs that run over an update of the plugin keep their workers.
#[test]
fn the_state_of_a_worker_that_was_made_before_there_were_others_is_read() {
    let (_host, _model) = cloud();
    let config = options(json!({}));
    let disks = disks(&config);
    let ensure = |step: &Step| OpenStack::ensure_worker(step, WorkerRole::Morph, OsType::Linux, &disks);
    let state = done(&Step::new("tok", &config), ensure).unwrap();
    let mut before: Value = serde_json::from_str(&state).unwrap();
    assert_eq!(before.as_object_mut().unwrap().remove("os"), Some(json!("linux")));
    let described = |state: &str| OpenStack::describe_worker(Config::new(&config), state).unwrap();
    assert_eq!(described(&before.to_string()), described(&state));
}

#[test]
fn workers_are_made_as_their_options_say() {
    let plain = worker(json!({}));
    assert_eq!((&plain["config_drive"], &plain["availability_zone"]), (&json!(false), &Value::Null));
    assert!(plain.get("block_device_mapping_v2").is_none());
    let (_host, model) = cloud();
    assert_eq!(plain["flavorRef"], model.borrow().id_of("flavors", "m1.small"), "the default");
    let other = worker(json!({
        "migr_worker_use_config_drive": true, "availability_zone": "rack", "migr_flavor_name": "m1.big",
    }));
    assert_eq!((&other["config_drive"], &other["availability_zone"]), (&json!(true), &json!("rack")));
    assert_eq!(other["flavorRef"], model.borrow().id_of("flavors", "m1.big"));
    let by_id = worker(json!({ "migr_flavor_name": model.borrow().id_of("flavors", "m1.big") }));
    assert_eq!(by_id["flavorRef"], other["flavorRef"]);
}

#[test]
fn workers_boot_from_volumes_of_the_right_size_and_type() {
    let root = |config: Value| {
        let server = worker(config);
        assert!(server.get("imageRef").is_none());
        server["block_device_mapping_v2"][0].clone()
    };
    let (_host, model) = cloud();
    let plain = root(json!({ "migr_worker_boot_from_volume": true }));
    assert_eq!(
        (&plain["volume_size"], &plain["delete_on_termination"]),
        (&json!(5), &json!(true)),
        "the flavor's disk"
    );
    assert_eq!((&plain["boot_index"], &plain["volume_type"]), (&json!(0), &Value::Null));
    let sized = json!({
        "migr_worker_boot_from_volume": true, "migr_worker_volume_size": 9, "migr_worker_volume_type": "fast",
    });
    let sized = root(sized);
    assert_eq!(sized["volume_size"], 9);
    assert_eq!(sized["volume_type"], model.borrow().id_of("volume_types", "fast"));
    let no_disk = |model: &mut Model| model.objects.get_mut("flavors").unwrap()[0]["disk"] = json!(0);
    let volume = json!({ "migr_worker_boot_from_volume": true });
    let of_image = try_worker(no_disk, volume.clone()).unwrap().0;
    assert_eq!(of_image["server"]["block_device_mapping_v2"][0]["volume_size"], 2, "the image's least disk");
    let unknown = |model: &mut Model| {
        no_disk(model);
        model.objects.get_mut("images").unwrap()[0]["min_disk"] = json!(0);
    };
    assert_eq!(code(try_worker(unknown, volume)), "openstack.worker-too-small");
    let small = json!({ "migr_worker_boot_from_volume": true, "migr_worker_volume_size": 1 });
    assert_eq!(code(try_worker(fine, small)), "openstack.worker-too-small");
    let no_type = json!({ "migr_worker_boot_from_volume": true, "migr_worker_volume_type": "gold" });
    assert_eq!(code(try_worker(fine, no_type)), "openstack.unknown-name");
    let virtual_size =
        |model: &mut Model| model.objects.get_mut("images").unwrap()[0]["virtual_size"] = json!(7u64 << 30);
    assert_eq!(code(try_worker(virtual_size, json!({}))), "openstack.worker-too-small");
}

#[test]
fn a_pool_is_a_network_or_a_subnet_of_it() {
    let subnets = |model: &mut Model| {
        model.seed_subnet("public", json!({ "name": "west", "cidr": "192.0.2.0/24" }));
        model.seed_subnet("public", json!({ "name": "east", "cidr": "198.51.100.0/24" }));
    };
    let asked = |change: &dyn Fn(&mut Model), pool: &str| {
        let (_, asked) = try_worker(change, json!({ "migr_fip_pool_name": pool }))?;
        Ok::<_, Error>((
            asked[0]["floatingip"]["floating_network_id"].clone(),
            asked[0]["floatingip"]["subnet_id"].clone(),
        ))
    };
    let public = json!(cloud().1.borrow().id_of("networks", "public"));
    assert_eq!(asked(&subnets, "public").unwrap(), (public.clone(), Value::Null));
    let (network, subnet) = asked(&subnets, "public/east").unwrap();
    assert_eq!(network, public);
    let by_id = format!("{}/{}", public.as_str().unwrap(), subnet.as_str().unwrap());
    assert_eq!(asked(&subnets, &by_id).unwrap(), (public, subnet));
    assert_eq!(code(asked(&subnets, "public/north")), "openstack.unknown-name");
    // A network whose own name has the slash goes first.
    let slash = |model: &mut Model| {
        subnets(model);
        model.seed("networks", json!({ "name": "public/east", "project_id": "p0", "router:external": true }));
    };
    let (whole, subnet) = asked(&slash, "public/east").unwrap();
    assert!(whole.as_str().unwrap().starts_with("networks-") && subnet.is_null());
    assert_eq!(code(asked(&subnets, "private")), "openstack.not-external");
}

#[test]
fn a_subnet_that_is_not_shown_is_used_by_its_id() {
    let id = "0f0e0d0c-0b0a-4908-8706-050403020100";
    let (_, asked) = try_worker(fine, json!({ "migr_fip_pool_name": format!("public/{id}") })).unwrap();
    assert_eq!(asked[0]["floatingip"]["subnet_id"], id);
}

#[test]
fn workers_take_the_only_mapped_network_unless_one_is_named() {
    let network = |config: Value| {
        let (host, model) = cloud();
        model.borrow_mut().seed("networks", json!({ "name": "second", "project_id": "p1" }));
        let config = options(config);
        let disks = disks(&config);
        done(&Step::new("tok", &config), |step| {
            OpenStack::ensure_worker(step, WorkerRole::Copy, OsType::Linux, &disks)
        })?;
        let id = posted(&host, "/ports")[0]["port"]["network_id"].as_str().unwrap().to_owned();
        let name = model.borrow_mut().one("networks", &id).unwrap()["name"].as_str().unwrap().to_owned();
        Ok::<_, Error>(name)
    };
    assert_eq!(network(json!({})).unwrap(), "private");
    assert_eq!(network(json!({ "migr_network": "second" })).unwrap(), "second");
    let two = json!({ "network_map": { "a": "private", "b": "second" } });
    assert_eq!(code(network(two)), "openstack.option");
}

#[test]
fn the_doors_of_a_worker_are_those_of_the_transfer() {
    let doors = |config: Value| {
        let (host, _model) = cloud();
        let config = options(config);
        let disks = disks(&config);
        done(&Step::new("tok", &config), |step| {
            OpenStack::ensure_worker(step, WorkerRole::Copy, OsType::Linux, &disks)
        })
        .unwrap();
        let rule = |body: &Value| {
            let rule = &body["security_group_rule"];
            assert_eq!((&rule["direction"], &rule["protocol"]), (&json!("ingress"), &json!("tcp")));
            assert_eq!(rule["port_range_min"], rule["port_range_max"]);
            (
                rule["port_range_min"].as_u64().unwrap(),
                rule["remote_ip_prefix"].as_str().unwrap().to_owned(),
                rule["ethertype"].as_str().unwrap().to_owned(),
            )
        };
        posted(&host, "/security-group-rules").iter().map(rule).collect::<Vec<_>>()
    };
    let door = |port: u64, cidr: &str, kind: &str| (port, cidr.to_owned(), kind.to_owned());
    let here = format!("{}/32", gyre_plugin::fake::FAKE_ADDRESS);
    assert_eq!(doors(json!({})), [door(22, &here, "IPv4"), door(5566, &here, "IPv4")]);
    let own = json!({ "worker_allowed_cidrs": ["192.0.2.7/32", "2001:db8::7/128"], "data_transfer_mechanism": "SSH" });
    assert_eq!(doors(own), [door(22, "192.0.2.7/32", "IPv4"), door(22, "2001:db8::7/128", "IPv6")]);
}

#[test]
fn a_network_without_port_security_gets_no_group() {
    let (host, model) = cloud();
    model.borrow_mut().objects.get_mut("networks").unwrap()[0]["port_security_enabled"] = json!(false);
    let config = options(json!({ "security_groups": ["web"] }));
    let disks = disks(&config);
    let ensure = |step: &Step| OpenStack::ensure_worker(step, WorkerRole::Copy, OsType::Linux, &disks);
    done(&Step::new("tok", &config), ensure).unwrap();
    done(&Step::new("tok", &config), |step| OpenStack::remove_worker(step, "")).unwrap();
    done(&Step::new("tok-vm", &config), |step| OpenStack::ensure_instance(step, &machine(), &disks)).unwrap();
    assert!(posted(&host, "/security-groups").is_empty());
    assert!(posted(&host, "/ports").iter().all(|body| body["port"].get("security_groups").is_none()));
}

#[test]
fn the_type_of_a_volume_is_that_of_its_disk_backend_mapping_or_default() {
    let types = |config: Value| {
        let (host, model) = cloud();
        let mut vm = machine();
        vm.disks[0].backend = Some("datastore1".into());
        let step = Step::new("tok", options(config));
        done(&step, |step| OpenStack::ensure_disks(step, &vm, None)).unwrap();
        let name = |body: &Value| {
            let id = body["volume"].get("volume_type")?.as_str()?.to_owned();
            model.borrow_mut().one("volume_types", &id)?["name"].as_str().map(str::to_owned)
        };
        posted(&host, "/volumes").iter().map(name).collect::<Vec<_>>()
    };
    let (fast, slow) = (Some("fast".to_owned()), Some("slow".to_owned()));
    assert_eq!(types(json!({})), [None, None], "Cinder decides");
    assert_eq!(types(json!({ "default_cinder_volume_type": "" })), [None, None]);
    assert_eq!(types(json!({ "default_cinder_volume_type": "slow" })), [slow.clone(), slow.clone()]);
    let mapping = json!([{ "source": "datastore1", "destination": "fast" }]);
    let by_backend =
        json!({ "storage_mappings": { "backend_mappings": mapping }, "default_cinder_volume_type": "slow" });
    assert_eq!(types(by_backend), [fast.clone(), slow.clone()]);
    let default = json!({ "storage_mappings": { "default": "fast" }, "default_cinder_volume_type": "slow" });
    assert_eq!(types(default), [fast.clone(), fast.clone()]);
    let by_disk = json!({ "storage_mappings": {
        "default": "slow", "backend_mappings": mapping, "disk_mappings": [{ "disk_id": "data", "destination": "slow" }],
    } });
    assert_eq!(types(by_disk), [slow.clone(), slow]);
}

#[test]
fn volumes_follow_the_zone_where_cinder_has_it() {
    let zone = |zone: &str| {
        let (host, _model) = cloud();
        disks(&options(json!({ "availability_zone": zone })));
        posted(&host, "/volumes")[0]["volume"]["availability_zone"].clone()
    };
    assert_eq!(zone("nova"), "nova");
    assert_eq!(zone("rack"), Value::Null, "Nova's zones need not be Cinder's");
    let (host, _model) = cloud();
    disks(&options(json!({ "availability_zone": "nova", "storage_availability_zone": "ssd" })));
    assert_eq!(posted(&host, "/volumes")[0]["volume"]["availability_zone"], "ssd", "it has one of its own");
}

#[test]
fn volumes_are_made_empty_and_as_large_as_the_disks() {
    let (host, _model) = cloud();
    disks(&options(json!({})));
    let made = posted(&host, "/volumes");
    assert_eq!(made.iter().map(|body| body["volume"]["size"].clone()).collect::<Vec<_>>(), [3, 1]);
    assert!(
        made.iter()
            .all(|body| body["volume"].get("snapshot_id").is_none()
                && body["volume"].get("imageRef").is_none())
    );
}

#[test]
fn a_server_has_zone_group_key_and_tags() {
    let group = |model: &mut Model| drop(model.seed("server_groups", json!({ "name": "spread" })));
    let config = json!({
        "server_group": "spread", "availability_zone": "rack", "keypair_name": "k", "instance_tags": { "a": "1" },
        "flavor_name": "m1.small",
    });
    let (request, model) = server(group, config, &machine());
    assert_eq!(request["os:scheduler_hints"]["group"], model.borrow().id_of("server_groups", "spread"));
    let server = &request["server"];
    assert_eq!((&server["availability_zone"], &server["key_name"]), (&json!("rack"), &json!("k")));
    assert_eq!(server["metadata"]["a"], "1");
    assert_eq!(
        server["flavorRef"],
        model.borrow().id_of("flavors", "m1.small"),
        "as asked, though it is small"
    );
    let (plain, _) = self::server(fine, json!({}), &machine());
    assert!(plain.get("os:scheduler_hints").is_none() && plain["server"].get("key_name").is_none());
}

#[test]
fn disks_are_given_in_boot_order_and_kept_unless_asked() {
    for (config, goes) in [(json!({}), false), (json!({ "delete_disks_on_vm_termination": true }), true)] {
        let (request, model) = server(fine, config, &machine());
        let devices = request["server"]["block_device_mapping_v2"].as_array().unwrap().clone();
        let disk = |device: &Value| {
            let id = device["uuid"].as_str().unwrap();
            model.borrow_mut().one("volumes", id).unwrap()["metadata"]["gyre-disk"]
                .as_str()
                .unwrap()
                .to_owned()
        };
        assert_eq!(devices.iter().map(disk).collect::<Vec<_>>(), ["boot", "data"]);
        let order: Vec<_> = devices.iter().map(|device| device["boot_index"].clone()).collect();
        assert_eq!(order, [0, -1]);
        assert!(devices.iter().all(|device| device["delete_on_termination"] == goes));
    }
}

fn three_nics() -> VmSpec {
    let nic = |n: u8, network: &str| NicSpec {
        id: format!("nic{n}"),
        mac: Some(format!("00:50:56:00:00:0{n}")),
        network: network.into(),
        addresses: vec![format!("10.0.0.2{n}")],
    };
    VmSpec { nics: vec![nic(2, "b"), nic(0, "a"), nic(1, "b")], ..machine() }
}

#[test]
fn nics_keep_their_order_networks_and_addresses() {
    let config = json!({ "network_map": { "a": "private", "b": "private" }, "preserve_fixed_ips": true });
    let (request, model) = server(fine, config, &three_nics());
    let nic = |network: &Value| {
        let id = network["port"].as_str().unwrap();
        let port = model.borrow_mut().one("ports", id).unwrap().clone();
        (
            port["mac_address"].as_str().unwrap().to_owned(),
            port["fixed_ips"][0]["ip_address"].as_str().unwrap().to_owned(),
        )
    };
    let found: Vec<_> = request["server"]["networks"].as_array().unwrap().iter().map(nic).collect();
    let wanted = |n: u8| (format!("00:50:56:00:00:0{n}"), format!("10.0.0.2{n}"));
    assert_eq!(found, [wanted(2), wanted(0), wanted(1)]);
}

#[test]
fn addresses_of_both_families_are_asked_for_in_their_subnets() {
    let (host, model) = cloud();
    let v6 = json!({ "name": "v6", "cidr": "2001:db8::/64", "enable_dhcp": true, "ipv6_address_mode": "dhcpv6-stateful" });
    let v6 = model.borrow_mut().seed_subnet("private", v6);
    let v4 = model.borrow().id_of("subnets", "s");
    let mut vm = machine();
    vm.nics[0].addresses = ["10.0.0.77", "fe80::1", "2001:db8::5"].map(str::to_owned).to_vec();
    let config = options(json!({ "preserve_fixed_ips": true }));
    let disks = disks(&config);
    done(&Step::new("tok", &config), |step| OpenStack::ensure_instance(step, &vm, &disks)).unwrap();
    let asked = posted(&host, "/ports")[0]["port"]["fixed_ips"].clone();
    let wanted = json!([
        { "subnet_id": v4, "ip_address": "10.0.0.77" }, { "subnet_id": v6, "ip_address": "2001:db8::5" },
    ]);
    assert_eq!(asked, wanted);
}

#[test]
fn a_reused_port_must_be_in_the_mapped_network() {
    let (_host, model) = cloud();
    let other = model.borrow().id_of("networks", "public");
    let port =
        json!({ "name": "old", "network_id": other, "mac_address": "00:50:56:aa:bb:cc", "device_id": "" });
    model.borrow_mut().seed("ports", port);
    let config = options(json!({ "port_reuse_policy": "reuse_ports" }));
    let disks = disks(&config);
    let error = done(&Step::new("tok", &config), |step| OpenStack::ensure_instance(step, &machine(), &disks))
        .unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Conflict, "openstack.port-network"));
}

#[test]
fn a_reused_port_is_found_again_when_the_step_is_repeated_and_outlives_it() {
    let (_host, model) = cloud();
    let network = model.borrow().id_of("networks", "private");
    let port =
        json!({ "name": "old", "network_id": network, "mac_address": "00:50:56:aa:bb:cc", "device_id": "" });
    let port = model.borrow_mut().seed("ports", port);
    let config = options(json!({ "port_reuse_policy": "reuse_ports" }));
    let disks = disks(&config);
    let step = Step::new("tok", &config);
    let ensure = |step: &Step| OpenStack::ensure_instance(step, &machine(), &disks);
    let state = done(&step, ensure).unwrap();
    assert_eq!(done(&step, ensure).unwrap(), state);
    assert!(state.contains(&port) && model.borrow().count("ports") == 1);
    done(&step, |step| OpenStack::remove_instance(step, &state)).unwrap();
    assert_eq!(model.borrow().all("ports")[0]["id"], port);
}

#[test]
fn a_port_of_a_service_is_never_deleted() {
    let (_host, model) = cloud();
    let network = model.borrow().id_of("networks", "private");
    let port = json!({ "name": "vip", "network_id": network, "mac_address": "00:50:56:aa:bb:cc", "device_id": "",
        "device_owner": "network:router_interface" });
    model.borrow_mut().seed("ports", port);
    let config = options(json!({}));
    let disks = disks(&config);
    let error = done(&Step::new("tok", &config), |step| OpenStack::ensure_instance(step, &machine(), &disks))
        .unwrap_err();
    assert_eq!(error.code, "openstack.port-in-use");
    assert_eq!(model.borrow().count("ports"), 1);
}

#[test]
fn no_port_is_given_up_for_a_server_that_cannot_be() {
    let (_host, model) = cloud();
    let network = model.borrow().id_of("networks", "private");
    let port = |mac: &str, device: &str| json!({ "name": mac, "network_id": network, "mac_address": mac, "device_id": device, "device_owner": "" });
    model.borrow_mut().seed("ports", port("00:50:56:aa:bb:cc", ""));
    model.borrow_mut().seed("ports", port("00:50:56:aa:bb:dd", "other-server"));
    let mut vm = machine();
    let second = NicSpec { id: "nic1".into(), mac: Some("00:50:56:aa:bb:dd".into()), ..vm.nics[0].clone() };
    vm.nics.push(second);
    let config = options(json!({}));
    let disks = disks(&config);
    let error =
        done(&Step::new("tok", &config), |step| OpenStack::ensure_instance(step, &vm, &disks)).unwrap_err();
    assert_eq!(error.code, "openstack.port-in-use");
    assert_eq!(model.borrow().count("ports"), 2, "the free port went for nothing");
}

#[test]
fn groups_of_both_options_are_joined_on_every_port() {
    let db = |model: &mut Model| {
        drop(model.seed("security_groups", json!({ "name": "db", "project_id": "p1", "description": "" })))
    };
    let config = json!({
        "network_map": { "a": "private", "b": "private" },
        "default_security_groups": ["web"], "security_groups": ["db", "web"],
    });
    let (_, model) = server(db, config, &three_nics());
    let model = model.borrow();
    let wanted = json!([model.id_of("security_groups", "web"), model.id_of("security_groups", "db")]);
    assert_eq!(model.count("ports"), 3);
    assert!(model.all("ports").iter().all(|port| port["security_groups"] == wanted));
}

#[test]
fn firmware_and_the_operators_words_reach_the_boot_volume() {
    let metadata = |vm: &VmSpec, config: Value| {
        let (_, model) = server(fine, config, vm);
        let model = model.borrow();
        let volumes = model.all("volumes");
        let data = volumes.iter().find(|volume| volume["metadata"]["gyre-disk"] == "data").unwrap();
        assert!(data.get("volume_image_metadata").is_none() && data.get("bootable").is_none());
        let boot = volumes.iter().find(|volume| volume["metadata"]["gyre-disk"] == "boot").unwrap();
        assert_eq!(boot["bootable"], "true");
        boot["volume_image_metadata"].clone()
    };
    let uefi = json!({ "os_type": "linux", "hw_firmware_type": "uefi", "hw_machine_type": "q35", "os_secure_boot": "required" });
    assert_eq!(metadata(&machine(), json!({})), uefi);
    let bios = VmSpec { firmware: Firmware::Bios, secure_boot: false, ..machine() };
    assert_eq!(metadata(&bios, json!({})), json!({ "os_type": "linux" }));
    let words = json!({ "default_custom_boot_volume_image_metadata": { "os_secure_boot": "optional", "hw_disk_bus": "scsi" } });
    let won = metadata(&machine(), words);
    assert_eq!((&won["os_secure_boot"], &won["hw_disk_bus"]), (&json!("optional"), &json!("scsi")));
}

#[test]
fn a_server_gets_a_floating_ip_of_its_pool_on_its_first_nic() {
    let subnet = |model: &mut Model| {
        drop(model.seed_subnet("public", json!({ "name": "east", "cidr": "192.0.2.0/24" })))
    };
    let config = json!({
        "network_map": { "a": "private", "b": "private" }, "use_floating_ip": true, "floating_ip_pool": "public/east",
    });
    let (request, model) = server(subnet, config, &three_nics());
    let model = model.borrow();
    assert_eq!(model.all("floatingips")[0]["subnet_id"], model.id_of("subnets", "east"));
    assert_eq!(model.all("floatingips")[0]["port_id"], request["server"]["networks"][0]["port"]);
    let (_, model) = server(fine, json!({}), &machine());
    assert_eq!(model.borrow().count("floatingips"), 0);
}

#[test]
fn a_machine_without_nics_has_no_network() {
    let vm = VmSpec { nics: Vec::new(), ..machine() };
    let (request, model) = server(fine, json!({}), &vm);
    assert_eq!(request["server"]["networks"], "none");
    assert_eq!(model.borrow().count("ports"), 0);
}

#[test]
fn what_is_wrong_in_itself_is_refused_before_the_login() {
    for config in [
        json!({ "migr_image_map": { "bsd": "x" } }),
        json!({ "port_reuse_policy": "keep" }),
        json!({ "hypervisor_type": "xen" }),
        json!({ "data_transfer_mechanism": "FTP" }),
        json!({ "instance_tags": { "a": "x".repeat(256) } }),
        json!({ "instance_tags": { "": "x" } }),
        json!({ "use_floating_ip": true }),
        json!({ "nosuch": 1 }),
    ] {
        let (host, _model) = cloud();
        let error = OpenStack::check(Config::new(options(config.clone())), None).unwrap_err();
        assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Invalid, "openstack.option"), "{config}");
        assert!(host.requests().is_empty(), "{config}");
    }
    let most = json!({ "instance_tags": { "a".repeat(255): "x".repeat(255) } });
    let (_host, _model) = cloud();
    OpenStack::check(Config::new(options(most)), None).unwrap();
}

#[test]
fn networks_of_other_projects_are_listed_when_asked() {
    let (_host, model) = cloud();
    let public = model.borrow().id_of("networks", "public");
    let lists = |config: Value| {
        let all =
            OpenStack::options(Config::new(options(config)), &["migr_fip_pool_name".to_owned()]).unwrap();
        all[0].values.iter().any(|choice| choice.id == public)
    };
    assert!(!lists(json!({})));
    assert!(lists(json!({ "list_all_destination_networks": true })));
}

#[test]
fn a_worker_behind_closed_doors_is_refused() {
    let config = json!({ "worker_allowed_cidrs": ["2001:db8::7/128"] });
    assert_eq!(code(try_worker(fine, config)), "openstack.option");
    let both = json!({ "worker_allowed_cidrs": ["2001:db8::7/128", "192.0.2.7/32"] });
    try_worker(fine, both).unwrap();
}
