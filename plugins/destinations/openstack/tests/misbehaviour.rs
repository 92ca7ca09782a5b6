//! A cloud that misbehaves: tokens that end, services that ask for a pause, objects that do not go, members
//! and requests that a policy hides, versions older and newer than usual.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod model;

use gyre_plugin::destination::*;
use model::{Fault, Shared, cloud, done, machine, options};
use openstack::OpenStack;
use serde_json::{Value, json};

fn disks(config: &str) -> String {
    done(&Step::new("tok-disks", config), |step| OpenStack::ensure_disks(step, &machine(), None)).unwrap()
}

fn worker(token: &str, config: &str, disks: &str) -> Result<String> {
    done(&Step::new(token, config), |step| {
        OpenStack::ensure_worker(step, WorkerRole::Copy, OsType::Linux, disks)
    })
}

fn clone_of(config: &str, disks: &str) -> (String, String) {
    let point =
        done(&Step::new("tok-point", config), |step| OpenStack::ensure_checkpoint(step, disks)).unwrap();
    let clone =
        done(&Step::new("tok-clone", config), |step| OpenStack::ensure_clone(step, &point, true)).unwrap();
    (point, clone)
}

fn findings(config: &str) -> Vec<(bool, String)> {
    let found = OpenStack::check(Config::new(config), Some(&machine())).unwrap();
    found.into_iter().map(|finding| (finding.blocking, finding.path)).collect()
}

#[test]
fn an_expired_token_costs_one_new_login() {
    let (host, model) = cloud();
    let config = options(json!({}));
    let logins = || host.requests().iter().filter(|(origin, _)| origin == "http://keystone:5000").count();
    model.borrow_mut().faults.push(("POST", "/volumes", Fault::Expired));
    let state = disks(&config);
    assert_eq!(logins(), 2);
    assert_eq!(model.borrow().count("volumes"), 2, "what was refused was not made");

    for _ in 0..5 {
        model.borrow_mut().faults.push(("GET", "/volumes/", Fault::Expired));
    }
    let error = OpenStack::describe_disks(Config::new(&config), &state).unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Denied, "openstack.auth"));
    assert_eq!(logins(), 4, "a cloud that refuses all of its tokens is not asked for ever");
    model.borrow_mut().faults.clear();
    let volumes: Vec<&'static str> = model
        .borrow()
        .all("volumes")
        .iter()
        .map(|volume| {
            let id = volume["id"].as_str().unwrap().to_owned();
            &*Box::leak(id.into_boxed_str())
        })
        .collect();
    for id in volumes {
        model.borrow_mut().faults.push(("GET", id, Fault::Expired));
    }
    OpenStack::describe_disks(Config::new(&config), &state).unwrap_err();
    assert_eq!(logins(), 6, "nor is one whose tokens last for one request");
}

#[test]
fn a_pause_that_a_service_asks_for_is_a_wait() {
    for (status, seconds, pause) in
        [(429, 7, 7_000), (503, 90, 90_000), (413, 2, 2_000), (429, 9_999, 300_000)]
    {
        let (_host, model) = cloud();
        let config = options(json!({}));
        model.borrow_mut().faults.push(("POST", "/volumes", Fault::Later(status, seconds)));
        let mut step = Step::new("tok", &config);
        let Outcome::Wait(wait) = OpenStack::ensure_disks(&step, &machine(), None).unwrap() else {
            panic!("{status} is not waited for")
        };
        assert_eq!(wait.after_ms, pause);
        step.resume = Some(wait.state);
        done(&step, |step| OpenStack::ensure_disks(step, &machine(), None)).unwrap();
        assert_eq!(model.borrow().count("volumes"), 2);
    }
}

#[test]
fn a_service_that_asks_for_pauses_without_end_is_an_error() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    for _ in 0..50 {
        model.borrow_mut().faults.push(("POST", "/volumes", Fault::Later(503, 120)));
    }
    let error =
        done(&Step::new("tok", &config), |step| OpenStack::ensure_disks(step, &machine(), None)).unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Unavailable, "openstack.unavailable"));
    assert_eq!(50 - model.borrow().faults.len(), 16, "half an hour of pauses, and the error");
}

#[test]
fn without_a_time_the_host_decides_when_to_try_again() {
    for fault in [Fault::Status(429, "slow"), Fault::Status(500, "oops"), Fault::Later(502, 5), Fault::Reset]
    {
        let (_host, model) = cloud();
        model.borrow_mut().faults.push(("POST", "/volumes", fault));
        let step = Step::new("tok", options(json!({})));
        let error = OpenStack::ensure_disks(&step, &machine(), None).err().unwrap();
        assert_eq!(error.kind, ErrorKind::Unavailable, "{fault:?}");
    }
}

fn remove_disks(config: &str, state: &str) -> Result<String> {
    done(&Step::new("tok-del", config), |step| OpenStack::remove_disks(step, state))
}

#[test]
fn a_volume_that_does_not_go_is_asked_to_again_and_not_for_ever() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    let state = disks(&config);
    model.borrow_mut().stubborn = 3;
    remove_disks(&config, &state).unwrap();
    assert_eq!(model.borrow().made(), []);

    let state = disks(&config);
    model.borrow_mut().faults.push(("DELETE", "/volumes/", Fault::Status(409, "busy for a moment")));
    remove_disks(&config, &state).unwrap();

    let state = disks(&config);
    model.borrow_mut().stubborn = 99;
    let error = remove_disks(&config, &state).unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Conflict, "openstack.volume-busy"));
    model.borrow_mut().stubborn = 0;
    let id = model.borrow().all("volumes")[0]["id"].as_str().unwrap().to_owned();
    model.borrow_mut().one("volumes", &id).unwrap()["status"] = json!("error_deleting");
    let error = remove_disks(&config, &state).unwrap_err();
    assert_eq!(error.code, "openstack.volume-error");
    assert!(error.message.contains("error_deleting"), "{}", error.message);
}

#[test]
fn a_server_that_does_not_go_is_asked_to_again_and_not_for_ever() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    let state = disks(&config);
    worker("tok", &config, &state).unwrap();
    model.borrow_mut().stubborn = 2;
    done(&Step::new("tok", &config), |step| OpenStack::remove_worker(step, "")).unwrap();
    assert_eq!(model.borrow().made(), [("volumes", 2)]);
    worker("tok", &config, &state).unwrap();
    model.borrow_mut().stubborn = 99;
    let error = done(&Step::new("tok", &config), |step| OpenStack::remove_worker(step, "")).unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Conflict, "openstack.not-deleted"));
}

#[test]
fn a_snapshot_that_a_server_depends_on_goes_with_the_replica() {
    let (host, model) = cloud();
    model.borrow_mut().ceph = true;
    let config = options(json!({}));
    let own = disks(&config);
    let (point, clone) = clone_of(&config, &own);
    let drop_point =
        || done(&Step::new("tok-point", &config), |step| OpenStack::remove_checkpoint(step, &point));
    drop_point().unwrap();
    assert_eq!(model.borrow().count("snapshots"), 2);
    assert!(host.log().iter().any(|(_, line)| line.contains("a snapshot stays")), "{:?}", host.log());

    let error = remove_disks(&config, &own).unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Conflict, "openstack.snapshot-busy"));
    done(&Step::new("tok-clone", &config), |step| OpenStack::remove_clone(step, &clone)).unwrap();
    remove_disks(&config, &own).unwrap();
    assert_eq!(model.borrow().made(), []);
}

#[test]
fn a_snapshot_that_does_not_go_for_no_reason_is_an_error() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    let (point, clone) = clone_of(&config, &disks(&config));
    done(&Step::new("tok-clone", &config), |step| OpenStack::remove_clone(step, &clone)).unwrap();
    model.borrow_mut().stubborn = 99;
    let drop_point =
        || done(&Step::new("tok-point", &config), |step| OpenStack::remove_checkpoint(step, &point));
    let error = drop_point().unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Conflict, "openstack.snapshot-busy"));
    model.borrow_mut().stubborn = 3;
    drop_point().unwrap();
    assert_eq!(model.borrow().count("snapshots"), 0);
}

#[test]
fn an_undo_waits_for_a_volume_that_is_still_being_made() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    model.borrow_mut().stuck = true;
    let Outcome::Wait(_) = OpenStack::ensure_disks(&Step::new("tok", &config), &machine(), None).unwrap()
    else {
        panic!("not stuck")
    };
    let step = Step::new("tok", &config);
    let Outcome::Wait(wait) = OpenStack::remove_disks(&step, "").unwrap() else {
        panic!("nothing to wait for")
    };
    model.borrow_mut().stuck = false;
    let step = Step { resume: Some(wait.state), ..step };
    done(&step, |step| OpenStack::remove_disks(step, "")).unwrap();
    assert_eq!(model.borrow().made(), []);
}

#[test]
fn a_worker_that_never_comes_up_is_made_again() {
    let (host, model) = cloud();
    let config = options(json!({}));
    let state = disks(&config);
    model.borrow_mut().slow_servers = 1;
    worker("tok", &config, &state).unwrap();
    assert_eq!(model.borrow().count("servers"), 1);
    let minutes = host.slept_ms() / 60_000;
    assert!((15..20).contains(&minutes), "given up after {minutes} min");
    done(&Step::new("tok", &config), |step| OpenStack::remove_worker(step, "")).unwrap();

    model.borrow_mut().slow_servers = 99;
    model.borrow_mut().console = "\u{1b}[2J\u{1b}[31mKernel panic\u{1b}[0m\r\n\u{1b}]0;owned\u{7}";
    let error = worker("tok", &config, &state).unwrap_err();
    assert_eq!(error.code, "openstack.worker-error");
    assert!(error.causes[0].contains("still in BUILD after 15 min"), "{error:?}");
    assert!(error.causes[0].ends_with("its console:\nKernel panic"), "{error:?}");
}

#[test]
fn the_console_of_a_worker_that_does_not_answer_can_be_read() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    let disks =
        done(&Step::new("tok-disks", &config), |step| OpenStack::ensure_disks(step, &machine(), None));
    let worker = done(&Step::new("tok", &config), |step| {
        OpenStack::ensure_worker(step, WorkerRole::Copy, OsType::Linux, disks.as_ref().unwrap())
    })
    .unwrap();
    let console = || OpenStack::worker_console(Config::new(&config), &worker).unwrap();
    model.borrow_mut().console = "Kernel panic\u{1b}[2J";
    assert_eq!(console().as_deref(), Some("Kernel panic"));
    model.borrow_mut().forbidden = vec!["os-getConsole"];
    assert_eq!(console(), None, "where nobody may read it, there is none");
}

#[test]
fn a_console_is_bounded_and_steers_no_terminal() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    let state = disks(&config);
    let instance =
        done(&Step::new("tok", &config), |step| OpenStack::ensure_instance(step, &machine(), &state))
            .unwrap();
    model.borrow_mut().console = Box::leak(format!("{}\u{1b}[5mend", "x".repeat(200_000)).into_boxed_str());
    let console = OpenStack::describe_instance(Config::new(&config), &instance).unwrap().console.unwrap();
    assert!(console.ends_with("xend") && console.len() <= 64 * 1024 && console.len() > 60 * 1024);
}

#[test]
fn jobs_work_where_a_policy_hides_what_only_operators_need() {
    let (_host, model) = cloud();
    model.borrow_mut().hidden =
        vec!["fault", "snapshot_id", "device_owner", "bootable", "virtual_size", "zoneState"];
    model.borrow_mut().forbidden =
        vec!["/limits", "/quotas/", "os-quota-sets", "os-availability-zone", "/messages", "os-getConsole"];
    let config = options(json!({ "availability_zone": "nova" }));
    assert_eq!(
        findings(&config),
        [(false, "availability_zone".to_owned()), (false, "availability_zone".to_owned())]
    );
    model.borrow_mut().forbidden.retain(|path| *path != "os-availability-zone");
    let own = disks(&config);
    worker("tok-w", &config, &own).unwrap();
    done(&Step::new("tok-w", &config), |step| OpenStack::remove_worker(step, "")).unwrap();
    let (point, clone) = clone_of(&config, &own);
    done(&Step::new("tok", &config), |step| OpenStack::ensure_instance(step, &machine(), &clone)).unwrap();
    done(&Step::new("tok-point", &config), |step| OpenStack::remove_checkpoint(step, &point)).unwrap();
    model.borrow_mut().bad_servers = 9;
    let error = worker("tok-w", &config, &own).unwrap_err();
    assert!(error.causes[0].contains("Nova does not say why"), "{error:?}");
}

#[test]
fn versions_that_are_too_old_are_said_before_anything_is_made() {
    let at = |minor: u32, more: Value| {
        let (_host, model) = cloud();
        model.borrow_mut().nova_minor = Some(minor);
        findings(&options(more))
    };
    assert_eq!(at(66, json!({})), [(true, "Nova".to_owned())]);
    assert_eq!(at(67, json!({})), []);
    assert_eq!(at(110, json!({})), []);
    let ephemeral = json!({ "delete_disks_on_vm_termination": true });
    assert_eq!(at(84, ephemeral.clone()), [(true, "delete_disks_on_vm_termination".to_owned())]);
    assert_eq!(at(85, ephemeral), []);
    let (_host, model) = cloud();
    model.borrow_mut().cinder_minor = Some(39);
    assert_eq!(findings(&options(json!({}))), [(false, "own-disks".to_owned())]);
}

#[test]
fn too_many_disks_are_refused_before_a_worker_is_made() {
    let mut vm = machine();
    let disk = vm.disks[0].clone();
    vm.disks = (0..26).map(|n| DiskSpec { id: format!("d{n}"), position: n, ..disk.clone() }).collect();
    let (_host, model) = cloud();
    model.borrow_mut().limits.insert("maxTotalVolumes".into(), json!(-1));
    let config = options(json!({}));
    let check = |model: &Shared| {
        let count = model.borrow().count("servers");
        let found = OpenStack::check(Config::new(&config), Some(&vm)).unwrap();
        assert_eq!(model.borrow().count("servers"), count);
        found.into_iter().filter(|finding| finding.blocking).map(|finding| finding.path).collect::<Vec<_>>()
    };
    assert_eq!(check(&model), ["migr_image"]);
    let bus = |config: &str, says: &str| {
        let found = OpenStack::check(Config::new(config), Some(&vm)).unwrap();
        let path = "default_custom_boot_volume_image_metadata";
        found.iter().any(|found| found.path == path && !found.blocking && found.message.contains(says))
    };
    let chosen = options(json!({ "default_custom_boot_volume_image_metadata": { "hw_disk_bus": "scsi" } }));
    assert!(bus(&config, "26 disks") && !bus(&chosen, "26 disks"));
    assert!(bus(&chosen, "/dev/sda becomes /dev/vda") && !bus(&config, "/dev/sda"));
    let state = done(&Step::new("tok-d", &config), |step| OpenStack::ensure_disks(step, &vm, None)).unwrap();
    let error = worker("tok", &config, &state).unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Invalid, "openstack.too-many-disks"));
    assert_eq!(model.borrow().made(), [("volumes", 26)]);
    let id = model.borrow().id_of("images", "worker");
    let image = json!({ "hw_disk_bus": "scsi", "hw_scsi_model": "virtio-scsi" });
    let of_image = image.as_object().unwrap().clone();
    model.borrow_mut().one("images", &id).unwrap().as_object_mut().unwrap().extend(of_image);
    assert_eq!(check(&model), Vec::<String>::new());
    worker("tok", &config, &state).unwrap();
}

#[test]
fn addresses_that_a_project_may_not_choose_are_explained() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    let state = disks(&config);
    model.borrow_mut().faults.push(("POST", "/ports", Fault::Status(403, "rule:create_port:mac_address")));
    let error = done(&Step::new("tok", &config), |step| OpenStack::ensure_instance(step, &machine(), &state))
        .unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Denied, "openstack.forbidden"));
    assert!(
        error.message.contains("replace_mac") && error.message.contains("00:50:56:aa:bb:cc"),
        "{error:?}"
    );
}

#[test]
fn a_cloud_that_allows_few_disks_says_so() {
    let (_host, model) = cloud();
    let config = options(json!({}));
    let state = disks(&config);
    let words =
        "The maximum allowed number of disk devices (1) to attach to a single instance has been exceeded.";
    model.borrow_mut().faults.push(("POST", "os-volume_attachments", Fault::Status(403, words)));
    let error = worker("tok", &config, &state).unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Invalid, "openstack.too-many-disks"));
}

#[test]
fn a_cloud_that_keeps_deleted_servers_lets_their_volumes_go() {
    let (_host, model) = cloud();
    model.borrow_mut().keeps_servers = true;
    let config = options(json!({}));
    let state = disks(&config);
    let ensure = |step: &Step| OpenStack::ensure_instance(step, &machine(), &state);
    done(&Step::new("tok", &config), ensure).unwrap();
    done(&Step::new("tok", &config), |step| OpenStack::remove_instance(step, "")).unwrap();
    assert_eq!(model.borrow().made(), [("volumes", 2)]);
    assert!(model.borrow().all("volumes").iter().all(|volume| volume["status"] == "available"));
}

#[test]
fn a_service_that_may_not_be_asked_for_its_versions_is_used_all_the_same() {
    let (host, model) = cloud();
    let answer = model.clone();
    let denied = Error::denied("grant.http", "the plugin may not reach it");
    let _host = host.http(move |origin, request| match request.path.as_str() {
        "/v2.1/" | "/v3/" => Err(denied.clone()),
        _ => answer.borrow_mut().answer(origin, request),
    });
    assert_eq!(findings(&options(json!({}))), []);
}
