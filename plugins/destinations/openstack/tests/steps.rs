//! Every step against a cloud in memory: repeated, interrupted at every request, undone from the token
//! alone, and refused where the cloud or the configuration refuses.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod model;

use gyre_plugin::destination::*;
use model::{Fault, Model, Shared, cloud, done, machine, options};
use openstack::OpenStack;
use serde_json::{Value, json};

fn step(token: &str, config: &str) -> Step {
    Step::new(token, config)
}

fn disks(config: &str) -> String {
    done(&step("tok-disks", config), |step| OpenStack::ensure_disks(step, &machine(), None)).unwrap()
}

fn volume_ids(state: &str) -> Vec<String> {
    let state: Value = serde_json::from_str(state).unwrap();
    state["disks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|disk| disk["volume"].as_str().unwrap().to_owned())
        .collect()
}

/// Loses the answer to each request of the step in turn, repeats the step, and compares what it made
/// with an undisturbed run; then undoes a disturbed run from its token alone.
fn survives_lost_answers(
    config: &str,
    before: impl Fn(&str) -> String,
    ensure: impl Fn(&Step, &str) -> Result<Outcome>,
    remove: impl Fn(&Step, &str) -> Result<Outcome>,
) {
    let run = |lose: Option<usize>, repeat: bool| {
        let (_host, model) = cloud();
        let state = before(config);
        let untouched = model.borrow().made();
        let start = model.borrow().requests;
        model.borrow_mut().trip = lose.map(|number| (start + number, Fault::Lost));
        let step = step("tok-step", config);
        let first = done(&step, |step| ensure(step, &state));
        model.borrow_mut().trip = None;
        let requests = model.borrow().requests - start;
        if repeat {
            done(&step, |step| ensure(step, &state)).unwrap();
            let made = model.borrow().made();
            done(&step, |step| ensure(step, &state)).unwrap();
            assert_eq!(model.borrow().made(), made, "a repetition made something");
            return (first.is_err(), requests, made);
        }
        done(&step, |step| remove(step, "")).unwrap();
        assert_eq!(model.borrow().made(), untouched, "something was left over after losing answer {lose:?}");
        done(&step, |step| remove(step, "")).unwrap();
        (first.is_err(), requests, Vec::new())
    };
    let (failed, requests, whole) = run(None, true);
    assert!(!failed && requests > 3 && !whole.is_empty());
    for number in 1..=requests {
        let (_, _, made) = run(Some(number), true);
        assert_eq!(made, whole, "after losing answer {number}");
        run(Some(number), false);
    }
}

#[test]
fn disks_survive_lost_answers() {
    let config = options(json!({}));
    let ensure = |step: &Step, _: &str| OpenStack::ensure_disks(step, &machine(), None);
    survives_lost_answers(&config, |_| String::new(), ensure, OpenStack::remove_disks);
}

#[test]
fn workers_survive_lost_answers() {
    let ensure =
        |step: &Step, disks: &str| OpenStack::ensure_worker(step, WorkerRole::Copy, OsType::Linux, disks);
    survives_lost_answers(&options(json!({})), disks, ensure, OpenStack::remove_worker);
}

#[test]
fn workers_with_windows_survive_lost_answers() {
    let config = options(json!({ "migr_image_map": { "windows": "worker" } }));
    let ensure =
        |step: &Step, disks: &str| OpenStack::ensure_worker(step, WorkerRole::Morph, OsType::Windows, disks);
    survives_lost_answers(&config, disks, ensure, OpenStack::remove_worker);
}

#[test]
fn checkpoints_and_clones_survive_lost_answers() {
    let config = options(json!({}));
    let ensure = |step: &Step, disks: &str| OpenStack::ensure_checkpoint(step, disks);
    survives_lost_answers(&config, disks, ensure, OpenStack::remove_checkpoint);
    let ensure = |step: &Step, point: &str| OpenStack::ensure_clone(step, point, true);
    survives_lost_answers(&config, checkpoint, ensure, OpenStack::remove_clone);
}

fn checkpoint(config: &str) -> String {
    let disks = disks(config);
    done(&step("tok-point", config), |step| OpenStack::ensure_checkpoint(step, &disks)).unwrap()
}

#[test]
fn servers_survive_lost_answers() {
    let config = options(
        json!({ "use_floating_ip": true, "floating_ip_pool": "public", "delete_disks_on_vm_termination": true }),
    );
    let ensure = |step: &Step, disks: &str| OpenStack::ensure_instance(step, &machine(), disks);
    survives_lost_answers(&config, disks, ensure, OpenStack::remove_instance);
}

#[test]
fn volumes_follow_the_machine() {
    let (_host, model) = cloud();
    let config = options(json!({
        "storage_mappings": { "default": "slow", "disk_mappings": [{ "disk_id": "boot", "destination": "fast" }] },
    }));
    let first = disks(&config);
    let fast = model.borrow().id_of("volume_types", "fast");
    assert_eq!(model.borrow().all("volumes").iter().filter(|v| v["volume_type"] == fast).count(), 1);
    let described = OpenStack::describe_disks(Config::new(&config), &first).unwrap();
    assert_eq!(described.iter().map(|disk| disk.size >> 30).collect::<Vec<_>>(), [3, 1]);
    assert!(described.iter().all(|disk| disk.zeroed));

    // The boot disk grows, the data disk is gone, a third one is new; another token, as the next execution has.
    let mut vm = machine();
    vm.disks.remove(0);
    vm.disks[0].size = 5 << 30;
    vm.disks.push(DiskSpec { id: "new".into(), ..vm.disks[0].clone() });
    let second =
        done(&step("tok-2", &config), |step| OpenStack::ensure_disks(step, &vm, Some(&first))).unwrap();
    let (old, new) = (volume_ids(&first), volume_ids(&second));
    assert_eq!(new[0], old[1], "the boot disk's volume is kept");
    assert!(model.borrow_mut().one("volumes", &old[0]).is_none(), "the lost disk's volume is deleted");
    assert_eq!(model.borrow_mut().one("volumes", &new[0]).unwrap()["size"], 5);
    assert_eq!(model.borrow().count("volumes"), 2);

    // Undoing the second execution takes what it made and leaves what was there before.
    done(&step("tok-2", &config), |step| OpenStack::remove_disks(step, "")).unwrap();
    assert!(model.borrow_mut().one("volumes", &new[0]).is_some());
    assert_eq!(model.borrow().count("volumes"), 1);

    // A volume that disappeared is made again, under another identity.
    model.borrow_mut().objects.get_mut("volumes").unwrap().clear();
    assert_eq!(
        OpenStack::describe_disks(Config::new(&config), &second).unwrap_err().code,
        "openstack.volume-gone"
    );
    let third =
        done(&step("tok-3", &config), |step| OpenStack::ensure_disks(step, &vm, Some(&second))).unwrap();
    assert!(volume_ids(&third).iter().all(|id| !new.contains(id)));
}

#[test]
fn encrypted_volumes_are_not_taken_for_zeros() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    let state = disks(&config);
    model.borrow_mut().objects.get_mut("volumes").unwrap()[0]["encrypted"] = json!(true);
    let zeroed = |config: &str| -> Vec<bool> {
        OpenStack::describe_disks(Config::new(config), &state)
            .unwrap()
            .iter()
            .map(|disk| disk.zeroed)
            .collect()
    };
    assert_eq!(zeroed(&config), [false, true]);
    assert_eq!(zeroed(&options(json!({ "volumes_are_zeroed": false }))), [false, false]);
}

#[test]
fn a_worker_is_described_and_one_that_is_gone_is_told() {
    let (host, model) = cloud();
    let config = options(json!({ "data_transfer_mechanism": "SSH", "migr_worker_use_fip": false }));
    let disks = disks(&config);
    let state = done(&step("tok", &config), |step| {
        OpenStack::ensure_worker(step, WorkerRole::Morph, OsType::Linux, &disks)
    });
    let state = state.unwrap();
    let worker = OpenStack::describe_worker(Config::new(&config), &state).unwrap();
    assert_eq!((worker.user.as_str(), worker.port), ("gyre", 22));
    assert!(matches!(worker.transport, Transport::Ssh));
    assert!(worker.host.starts_with("10.0.0."), "its fixed address: {}", worker.host);
    assert!(worker.host_key.unwrap().contains("worker-tok"));
    let boot = &volume_ids(&disks)[1];
    let cut = boot.chars().take(20).collect::<String>();
    assert_eq!(worker.disks[0].disk, "boot", "in boot order");
    assert_eq!(worker.disks[0].identities, [boot.as_str(), cut.as_str(), "/dev/vdb"]);
    let rules = host
        .requests()
        .iter()
        .filter(|(_, r)| r.method == "POST" && r.path.ends_with("security-group-rules"))
        .count();
    assert_eq!(rules, 1, "only SSH is opened");
    done(&step("other", &config), |step| OpenStack::remove_worker(step, &state)).unwrap();
    assert_eq!(model.borrow().made(), [("volumes", 2)]);
    let gone = OpenStack::describe_worker(Config::new(&config), &state).unwrap_err();
    assert_eq!((gone.kind, gone.code.as_str()), (ErrorKind::Unavailable, "worker.gone"));
}

/// Somebody deletes the worker while its removal looks at it.
#[test]
fn a_worker_that_vanishes_during_its_removal_is_removed() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    let disks = disks(&config);
    let ensure = |step: &Step| OpenStack::ensure_worker(step, WorkerRole::Copy, OsType::Linux, &disks);
    let state = done(&step("tok", &config), ensure).unwrap();
    model.borrow_mut().faults.push(("GET", "os-volume_attachments", Fault::Status(404, "no such server")));
    done(&step("other", &config), |step| OpenStack::remove_worker(step, &state)).unwrap();
    assert_eq!(model.borrow().made(), [("volumes", 2)]);
}

#[test]
fn the_worker_gets_one_user_and_the_pinned_host_key() {
    use base64::Engine;
    let (host, _model) = cloud();
    let config = options(json!({}));
    let disks = disks(&config);
    done(&step("tok", &config), |step| {
        OpenStack::ensure_worker(step, WorkerRole::Copy, OsType::Linux, &disks)
    })
    .unwrap();
    let requests = host.requests();
    let (_, request) =
        requests.iter().find(|(_, r)| r.method == "POST" && r.path == "/v2.1/servers").unwrap();
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    let data = base64::engine::general_purpose::STANDARD
        .decode(body["server"]["user_data"].as_str().unwrap())
        .unwrap();
    let data = String::from_utf8(data).unwrap();
    let config: Value = serde_json::from_str(data.strip_prefix("#cloud-config\n").unwrap()).unwrap();
    assert_eq!(config["users"][0]["name"], "gyre");
    assert!(config["users"][0]["ssh_authorized_keys"][0].as_str().unwrap().contains("worker-tok"));
    assert_eq!(config["ssh_keys"]["ed25519_private"], "fake private key worker-tok\n");
}

#[test]
fn a_worker_that_does_not_start_is_made_again_a_few_times() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    let disks = disks(&config);
    let ensure = |step: &Step| OpenStack::ensure_worker(step, WorkerRole::Copy, OsType::Linux, &disks);
    model.borrow_mut().bad_servers = 2;
    done(&step("tok", &config), ensure).unwrap();
    assert_eq!(model.borrow().count("servers"), 1);
    done(&step("tok", &config), |step| OpenStack::remove_worker(step, "")).unwrap();

    model.borrow_mut().bad_servers = 99;
    let error = done(&step("tok-2", &config), ensure).unwrap_err();
    assert_eq!(error.code, "openstack.worker-error");
    assert_eq!(error.causes.len(), 3);
    assert!(
        error.causes[0].contains("No valid host") && error.causes[0].contains("the last words"),
        "{error:?}"
    );
    done(&step("tok-2", &config), |step| OpenStack::remove_worker(step, "")).unwrap();
    assert_eq!(model.borrow().made(), [("volumes", 2)]);
}

#[test]
fn a_deployment_leaves_the_replica_alone() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    let own = disks(&config);
    let point = done(&step("tok-point", &config), |step| OpenStack::ensure_checkpoint(step, &own)).unwrap();
    let same = done(&step("tok-a", &config), |step| OpenStack::ensure_clone(step, &point, false)).unwrap();
    assert_eq!(volume_ids(&same), volume_ids(&own));
    done(&step("tok-a", &config), |step| OpenStack::remove_clone(step, &same)).unwrap();
    assert_eq!(model.borrow().count("volumes"), 2);

    let copies = done(&step("tok-b", &config), |step| OpenStack::ensure_clone(step, &point, true)).unwrap();
    assert_eq!(model.borrow().count("volumes"), 4);
    // A state that lies about being a copy does not cost the replica.
    let lie = own.replace("\"cloned\":false", "\"cloned\":true");
    let error = done(&step("tok-c", &config), |step| OpenStack::remove_clone(step, &lie)).unwrap_err();
    assert_eq!(error.code, "openstack.not-a-clone");
    let error = done(&step("tok-c", &config), |step| OpenStack::remove_disks(step, &copies)).unwrap_err();
    assert_eq!(error.code, "openstack.state");
    done(&step("tok-b", &config), |step| OpenStack::remove_clone(step, &copies)).unwrap();
    assert_eq!(model.borrow().made(), [("volumes", 2), ("snapshots", 2)]);

    done(&step("tok-r", &config), |step| OpenStack::restore_checkpoint(step, &point)).unwrap();
    assert!(model.borrow().all("volumes").iter().all(|volume| volume["reverts"] == 1));
    let other = json!({ "volume_id": volume_ids(&own)[0], "status": "available", "metadata": {} });
    let other = model.borrow_mut().seed("snapshots", other);
    let busy = done(&step("tok-d", &config), |step| OpenStack::remove_disks(step, &own)).unwrap_err();
    assert_eq!(busy.code, "openstack.volume-busy", "a snapshot that gyre did not make comes first");
    model
        .borrow_mut()
        .objects
        .get_mut("snapshots")
        .unwrap()
        .retain(|snapshot| snapshot["id"] != other.as_str());
    done(&step("tok-point", &config), |step| OpenStack::remove_checkpoint(step, &point)).unwrap();
    done(&step("tok-d", &config), |step| OpenStack::remove_disks(step, &own)).unwrap();
    assert_eq!(model.borrow().made(), []);
}

fn deploy(config: &str, disks: &str) -> Result<String> {
    done(&step("tok-vm", config), |step| OpenStack::ensure_instance(step, &machine(), disks))
}

#[test]
fn a_server_is_built_as_the_source_was() {
    let (_host, model) = cloud();
    let config = options(json!({
        "preserve_fixed_ips": true, "security_groups": ["web"], "instance_tags": { "team": "x" }, "keypair_name": "k",
        "use_floating_ip": true, "floating_ip_pool": "public", "delete_disks_on_vm_termination": true,
        "default_custom_boot_volume_image_metadata": { "hw_machine_type": "pc" },
    }));
    let disks = disks(&config);
    let state = deploy(&config, &disks).unwrap();
    {
        let model = model.borrow();
        let (server, port) = (&model.all("servers")[0], &model.all("ports")[0]);
        assert_eq!(server["flavorRef"], model.id_of("flavors", "m1.big"), "the smallest that fits");
        assert_eq!(server["metadata"]["team"], "x");
        assert_eq!(server["key_name"], "k");
        let boot = &server["block_device_mapping_v2"][0];
        assert_eq!((&boot["uuid"], &boot["boot_index"]), (&json!(volume_ids(&disks)[1]), &json!(0)));
        assert_eq!(port["mac_address"], "00:50:56:aa:bb:cc");
        assert_eq!(port["fixed_ips"][0]["ip_address"], "10.0.0.77");
        assert_eq!(port["security_groups"][0], model.id_of("security_groups", "web"));
        let boot = model.all("volumes").iter().find(|v| v["id"] == volume_ids(&disks)[1].as_str()).unwrap();
        assert_eq!(boot["bootable"], "true");
        let metadata = &boot["volume_image_metadata"];
        assert_eq!(
            (&metadata["hw_firmware_type"], &metadata["os_secure_boot"]),
            (&json!("uefi"), &json!("required"))
        );
        assert_eq!(metadata["hw_machine_type"], "pc", "the operator's words win");
    }
    let instance = OpenStack::describe_instance(Config::new(&config), &state).unwrap();
    assert_eq!((instance.status.as_str(), instance.name.as_str()), ("ACTIVE", "web"));
    assert!(instance.addresses[0] == "10.0.0.77" && instance.addresses[1].starts_with("192.0.2."));
    assert_eq!(instance.console.as_deref(), Some("the last words"));
    done(&step("tok-x", &config), |step| OpenStack::remove_instance(step, &state)).unwrap();
    assert_eq!(model.borrow().made(), [("volumes", 2)], "the disks stay although Nova was to delete them");
}

#[test]
fn a_floating_ip_is_kept_where_the_cloud_lets_it() {
    let mut vm = machine();
    vm.public_address = Some("203.0.113.9".into());
    let config = options(json!({ "preserve_floating_ip": true, "floating_ip_pool": "public" }));
    let addresses = |change: &dyn Fn(&mut Model)| {
        let (host, model) = cloud();
        change(&mut model.borrow_mut());
        let disks = disks(&config);
        let ensure = |step: &Step| OpenStack::ensure_instance(step, &vm, &disks);
        let state = done(&step("tok", &config), ensure).unwrap();
        assert_eq!(done(&step("tok", &config), ensure).unwrap(), state);
        let addresses = OpenStack::describe_instance(Config::new(&config), &state).unwrap().addresses;
        done(&step("tok", &config), |step| OpenStack::remove_instance(step, &state)).unwrap();
        (addresses[1].clone(), model.borrow().count("floatingips"), host.log().len())
    };
    let kept = "203.0.113.9".to_owned();
    assert_eq!(addresses(&|_| {}), (kept.clone(), 0, 0));
    let own =
        |model: &mut Model| drop(model.seed("floatingips", json!({ "floating_ip_address": "203.0.113.9" })));
    assert_eq!(addresses(&own), (kept.clone(), 1, 0), "the project's own is used, and stays");
    let forbidden =
        |model: &mut Model| model.faults.push(("POST", "/floatingips", Fault::Status(403, "policy")));
    let (other, left, logged) = addresses(&forbidden);
    assert!(other != kept && left == 0 && logged > 0);
}

#[test]
fn a_server_that_does_not_start_says_why() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    let disks = disks(&config);
    model.borrow_mut().bad_servers = 1;
    let error = deploy(&config, &disks).unwrap_err();
    assert_eq!(error.code, "openstack.instance-error");
    assert!(error.causes[0].contains("No valid host") && error.causes[1].contains("the last words"));
}

fn holder(model: &Shared, device: &str) -> String {
    let network = model.borrow().id_of("networks", "private");
    model.borrow_mut().seed(
        "ports",
        json!({ "name": "old", "network_id": network, "mac_address": "00:50:56:aa:bb:cc", "device_id": device,
                "fixed_ips": [{ "ip_address": "10.0.0.9" }] }),
    )
}

#[test]
fn ports_that_hold_a_mac_are_treated_by_policy() {
    for (policy, device, expected) in [
        ("keep_mac", "", Ok(1)),
        ("keep_mac", "other-server", Err("openstack.port-in-use")),
        ("reuse_ports", "", Ok(1)),
        ("reuse_ports", "other-server", Err("openstack.port-in-use")),
        ("replace_mac", "other-server", Ok(2)),
    ] {
        let (_host, model) = cloud();
        let old = holder(&model, device);
        let config = options(json!({ "port_reuse_policy": policy }));
        let state = deploy(&config, &disks(&config));
        match expected {
            Err(code) => {
                let error = state.unwrap_err();
                assert_eq!(error.code, code, "{policy}");
                assert!(error.message.contains("other-server") && error.message.contains(&old), "{error:?}");
                assert_eq!(model.borrow().count("ports"), 1, "{policy}");
            }
            Ok(count) => {
                let state = state.unwrap();
                assert_eq!(model.borrow().count("ports"), count, "{policy}");
                assert_eq!(model.borrow_mut().one("ports", &old).is_some(), policy != "keep_mac");
                done(&step("tok-vm", &config), |step| OpenStack::remove_instance(step, &state)).unwrap();
                assert_eq!(
                    model.borrow_mut().one("ports", &old).is_some(),
                    policy != "keep_mac",
                    "never deleted"
                );
                assert_eq!(model.borrow().count("ports"), usize::from(policy != "keep_mac"));
            }
        }
    }
}

#[test]
fn an_address_that_is_taken_names_its_holder() {
    let (_host, model) = cloud();
    let network = model.borrow().id_of("networks", "private");
    let taken = json!({ "name": "db", "network_id": network, "device_id": "s1", "fixed_ips": [{ "ip_address": "10.0.0.77" }] });
    model.borrow_mut().seed("ports", taken);
    let config = options(json!({ "preserve_fixed_ips": true }));
    let error = deploy(&config, &disks(&config)).unwrap_err();
    assert_eq!(error.code, "openstack.address-in-use");
    assert!(error.message.contains("10.0.0.77") && error.message.contains("\"db\""), "{}", error.message);
}

fn refused(change: impl Fn(&mut Model), config: Value) -> Error {
    let (_host, model) = cloud();
    change(&mut model.borrow_mut());
    let config = options(config);
    let disks = done(&step("tok-disks", &config), |step| OpenStack::ensure_disks(step, &machine(), None));
    let worker = |disks: String| {
        done(&step("tok-w", &config), |step| {
            OpenStack::ensure_worker(step, WorkerRole::Copy, OsType::Linux, &disks)
        })?;
        done(&step("tok-w", &config), |step| OpenStack::remove_worker(step, ""))?;
        deploy(&config, &disks)
    };
    disks.and_then(worker).unwrap_err()
}

#[test]
fn every_refusal_has_its_kind_and_code() {
    let twin =
        |model: &mut Model| drop(model.seed("networks", json!({ "name": "private", "project_id": "p9" })));
    let fault = |method, path, status, message| {
        move |model: &mut Model| model.faults.push((method, path, Fault::Status(status, message)))
    };
    let nothing = |_: &mut Model| {};
    let cases: [(Error, ErrorKind, &str); 15] = [
        (refused(twin, json!({})), ErrorKind::Invalid, "openstack.ambiguous-name"),
        (
            refused(nothing, json!({ "network_map": { "VM Network": "privat" } })),
            ErrorKind::Invalid,
            "openstack.unknown-name",
        ),
        (
            refused(nothing, json!({ "network_map": {}, "migr_network": "private" })),
            ErrorKind::Invalid,
            "openstack.unmapped-network",
        ),
        (
            refused(nothing, json!({ "default_cinder_volume_type": "gold" })),
            ErrorKind::Invalid,
            "openstack.unknown-name",
        ),
        (refused(nothing, json!({ "flavor_name": "m9" })), ErrorKind::Invalid, "openstack.unknown-name"),
        (
            refused(nothing, json!({ "migr_fip_pool_name": "private" })),
            ErrorKind::Invalid,
            "openstack.not-external",
        ),
        (
            refused(fault("POST", "/volumes", 413, "VolumeLimitExceeded"), json!({})),
            ErrorKind::Denied,
            "openstack.quota-exceeded",
        ),
        (
            refused(fault("POST", "/servers", 403, "Quota exceeded for cores"), json!({})),
            ErrorKind::Denied,
            "openstack.quota-exceeded",
        ),
        (
            refused(fault("POST", "/ports", 409, "Quota exceeded for resources: ['port']"), json!({})),
            ErrorKind::Denied,
            "openstack.quota-exceeded",
        ),
        (
            refused(fault("POST", "/volumes", 403, "Policy does not allow"), json!({})),
            ErrorKind::Denied,
            "openstack.forbidden",
        ),
        (
            refused(fault("GET", "/volumes/detail", 503, "later"), json!({})),
            ErrorKind::Unavailable,
            "openstack.unavailable",
        ),
        (
            refused(fault("GET", "/volumes/detail", 429, "slow down"), json!({})),
            ErrorKind::Unavailable,
            "openstack.unavailable",
        ),
        (
            refused(fault("GET", "/flavors", 406, "version"), json!({})),
            ErrorKind::Invalid,
            "openstack.too-old",
        ),
        (
            refused(fault("POST", "/floatingips", 404, "not reachable"), json!({})),
            ErrorKind::Invalid,
            "openstack.no-route",
        ),
        (
            refused(fault("POST", "/auth/tokens", 404, "nothing here"), json!({})),
            ErrorKind::Invalid,
            "openstack.auth-url",
        ),
    ];
    for (error, kind, code) in cases {
        assert_eq!((error.kind, error.code.as_str()), (kind, code), "{error:?}");
    }
}

#[test]
fn a_wrong_password_is_said_once_and_never_shown() {
    let (host, _model) = cloud();
    let config = options(json!({}));
    let error =
        OpenStack::check(Config::new(config.replace("keystone:5000\"", "keystone:5000\",\"x\":\"y\"")), None);
    assert!(error.is_ok(), "unknown members of auth do no harm");
    let host = host.secret("os-password", "wrong");
    let error = OpenStack::check(Config::new(&config), None).unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Denied, "openstack.auth"));
    assert!(!format!("{error:?}{:?}", host.log()).contains("wrong"));
    let with_password =
        host.requests().into_iter().filter(|(_, r)| String::from_utf8_lossy(&r.body).contains("horse"));
    assert!(
        with_password.clone().count() > 0
            && with_password.into_iter().all(|(origin, _)| origin == "http://keystone:5000")
    );
}

#[test]
fn a_failed_volume_brings_cinders_words() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    let state = disks(&config);
    model.borrow_mut().objects.get_mut("volumes").unwrap()[1]["status"] = json!("error");
    let error = done(&step("tok", &config), |step| OpenStack::ensure_disks(step, &machine(), Some(&state)))
        .unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.causes[0].as_str()),
        ("openstack.volume-error", "No backend has room.")
    );
}

#[test]
fn a_volume_of_another_server_is_not_taken_away() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    let state = disks(&config);
    {
        let mut model = model.borrow_mut();
        let volume = &mut model.objects.get_mut("volumes").unwrap()[0];
        volume["status"] = json!("in-use");
        volume["attachments"] = json!([{ "server_id": "s9" }]);
    }
    let errors = [
        done(&step("t1", &config), |step| {
            OpenStack::ensure_worker(step, WorkerRole::Copy, OsType::Linux, &state)
        }),
        done(&step("t2", &config), |step| OpenStack::ensure_instance(step, &machine(), &state)),
        done(&step("t3", &config), |step| OpenStack::ensure_checkpoint(step, &state)),
        done(&step("t4", &config), |step| OpenStack::remove_disks(step, &state)),
    ];
    for error in errors.map(Result::unwrap_err) {
        assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Conflict, "openstack.volume-in-use"));
        assert!(error.message.contains("s9"), "{}", error.message);
    }
}

#[test]
fn long_waits_leave_the_call_and_end() {
    let (host, model) = cloud();
    model.borrow_mut().stuck = true;
    let config = options(json!({}));
    let mut call = step("tok", &config);
    let Outcome::Wait(wait) = OpenStack::ensure_disks(&call, &machine(), None).unwrap() else {
        panic!("not stuck")
    };
    assert!(host.slept_ms() <= 25_000, "a call does not hold on for long: {} ms", host.slept_ms());
    call.resume = Some(wait.state);
    let error = done(&call, |step| OpenStack::ensure_disks(step, &machine(), None)).unwrap_err();
    assert_eq!(error.code, "openstack.timeout");
    assert_eq!(model.borrow().count("volumes"), 2);
    host.cancel();
    let error =
        done(&step("tok", &config), |step| OpenStack::ensure_disks(step, &machine(), None)).unwrap_err();
    assert_eq!(error.kind, ErrorKind::Cancelled);
    model.borrow_mut().stuck = false;
    done(&step("tok", &config), |step| OpenStack::remove_disks(step, "")).unwrap();
    assert_eq!(model.borrow().made(), [], "undoing goes on after a cancel");
}

#[test]
fn morphing_follows_the_options() {
    let plan = |config: Value| OpenStack::plan_morphing(Config::new(options(config)), &machine()).unwrap();
    let plain = plan(json!({ "hypervisor_type": null }));
    assert_eq!(
        (plain.hypervisor, plain.set_dhcp, plain.macs),
        (None, true, vec![Some("00:50:56:aa:bb:cc".to_owned())])
    );
    let other =
        plan(json!({ "hypervisor_type": "kvm", "set_dhcp": false, "port_reuse_policy": "replace_mac" }));
    assert_eq!((other.hypervisor.as_deref(), other.set_dhcp, other.macs), (Some("kvm"), false, vec![None]));
}

/// What another plugin, another version or nobody noted: refused by every step that is given it, and nothing is touched.
#[test]
fn a_forged_state_is_refused_and_touches_nothing() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    let own = disks(&config);
    let before = model.borrow().made();
    let deep = "[".repeat(1 << 20);
    let images = r#"{"vm":"1","disks":[{"id":"a","path":"/etc/shadow","format":"raw","size":1}]}"#;
    for state in ["\0\u{1b}[2J\u{7f}", "{", "7", r#"{"disks":7,"cloned":"yes"}"#, images, &deep] {
        let config = || Config::new(&config);
        let with = |call: &dyn Fn(&Step) -> Result<Outcome>| {
            done(&step("tok-forged", config().as_str()), call).map(drop)
        };
        let (copy, linux) = (WorkerRole::Copy, OsType::Linux);
        let refusals = [
            with(&|step| OpenStack::ensure_disks(step, &machine(), Some(state))),
            OpenStack::describe_disks(config(), state).map(drop),
            with(&|step| OpenStack::remove_disks(step, state)),
            with(&|step| OpenStack::ensure_worker(step, copy, linux, state)),
            OpenStack::describe_worker(config(), state).map(drop),
            OpenStack::worker_console(config(), state).map(drop),
            with(&|step| OpenStack::remove_worker(step, state)),
            with(&|step| OpenStack::ensure_checkpoint(step, state)),
            with(&|step| OpenStack::remove_checkpoint(step, state)),
            with(&|step| OpenStack::ensure_clone(step, state, true)),
            with(&|step| OpenStack::remove_clone(step, state)),
            with(&|step| OpenStack::restore_checkpoint(step, state)),
            with(&|step| OpenStack::ensure_instance(step, &machine(), state)),
            OpenStack::describe_instance(config(), state).map(drop),
            with(&|step| OpenStack::remove_instance(step, state)),
        ];
        for (number, refusal) in refusals.into_iter().enumerate() {
            let code = refusal.map_or_else(|error| error.code, |()| "done".into());
            assert_eq!(code, "openstack.state", "verb {number} took {state:.80}");
        }
    }
    assert_eq!(model.borrow().made(), before);
    // What a step noted of its own waiting may be lost: it begins again, and comes to the same.
    let forged = Step { resume: Some("\0{".into()), ..step("tok-disks", &config) };
    assert_eq!(done(&forged, |step| OpenStack::ensure_disks(step, &machine(), None)).unwrap(), own);
}
