//! What carries the mark of a step: found without knowing the step, removed in the order in which it is listed,
//! and left alone where something else uses it or it says something else of itself.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod model;

use gyre_plugin::destination::*;
use model::{Fault, Shared, cloud, done, machine, options};
use openstack::OpenStack;
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn config() -> String {
    options(json!({
        "use_floating_ip": true, "floating_ip_pool": "public", "delete_disks_on_vm_termination": true,
        "migr_worker_boot_from_volume": true, "migr_worker_use_fip": true, "migr_fip_pool_name": "public",
    }))
}

fn all(config: &str) -> Vec<Marked> {
    let (mut marked, mut after) = (Vec::new(), None::<String>);
    loop {
        let page = OpenStack::list_marked(Config::new(config), after.as_deref()).unwrap();
        marked.extend(page.marked);
        match page.next {
            Some(next) => after = Some(next),
            None => return marked,
        }
    }
}

fn remove(config: &str, one: &Marked) -> Result<String> {
    done(&Step::new(&one.token, config), |step| OpenStack::remove_marked(step, &one.kind, &one.id))
}

/// A job that ended in the middle of everything: a worker on the replica's disks, and a server on copies.
fn abandoned(config: &str) {
    let step = |name: &str| Step::new(format!("0123456789ab-{name}"), config);
    let disks = done(&Step::new("ba9876543210-disks", config), |step| {
        OpenStack::ensure_disks(step, &machine(), None)
    })
    .unwrap();
    let point = done(&step("checkpoint"), |step| OpenStack::ensure_checkpoint(step, &disks)).unwrap();
    let copies = done(&step("clone"), |step| OpenStack::ensure_clone(step, &point, true)).unwrap();
    done(&step("copy-worker"), |step| {
        OpenStack::ensure_worker(step, WorkerRole::Copy, OsType::Linux, &disks)
    })
    .unwrap();
    done(&step("instance"), |step| OpenStack::ensure_instance(step, &machine(), &copies)).unwrap();
}

#[test]
fn everything_that_carries_a_mark_is_listed_and_goes_in_that_order() {
    for ceph in [false, true] {
        let (_host, model) = cloud();
        model.borrow_mut().ceph = ceph;
        let config = config();
        abandoned(&config);
        let marked = all(&config);
        let kinds: Vec<_> = marked.iter().map(|one| one.kind.as_str()).collect();
        let expected =
            [&["server"; 2][..], &["floating-ip"; 2], &["port"; 2], &["security-group"], &["volume"; 2]];
        assert_eq!(kinds, [&expected.concat()[..], &["snapshot"; 2], &["volume"; 2]].concat());
        let tokens: BTreeSet<_> = marked.iter().map(|one| one.token.as_str()).collect();
        let steps =
            ["checkpoint", "clone", "copy-worker", "instance"].map(|name| format!("0123456789ab-{name}"));
        assert_eq!(tokens, steps.iter().map(String::as_str).chain(["ba9876543210-disks"]).collect());
        // The root disk of the worker has no mark and goes with it.
        for one in &marked {
            remove(&config, one).unwrap_or_else(|error| panic!("{one:?}: {error}"));
            remove(&config, one).unwrap();
        }
        assert_eq!(model.borrow().made(), [], "ceph: {ceph}");
        assert!(all(&config).is_empty());
    }
}

#[test]
fn the_disks_of_a_server_stay_when_it_goes() {
    let (_host, model) = cloud();
    let config = config();
    abandoned(&config);
    let before: Vec<_> = all(&config).into_iter().filter(|one| one.kind == "volume").collect();
    for server in all(&config).iter().filter(|one| one.kind == "server") {
        remove(&config, server).unwrap();
    }
    assert_eq!(
        all(&config).into_iter().filter(|one| one.kind == "volume").collect::<Vec<_>>().len(),
        before.len()
    );
    let free = |volume: &Value| volume["status"] == "available";
    assert!(
        model.borrow().all("volumes").iter().all(free),
        "removing a server waits until its disks are free"
    );
}

#[test]
fn what_says_something_else_of_itself_stays() {
    let (_host, model) = cloud();
    let config = config();
    abandoned(&config);
    let web = model.borrow().id_of("security_groups", "web");
    let own = model.borrow_mut().seed("volumes", json!({ "status": "available", "size": 1 }));
    let words = json!({ "name": "", "description": "gyre is tested here", "project_id": "p1" });
    let described = model.borrow_mut().seed("security_groups", words);
    let made = model.borrow().made();
    let listed = all(&config);
    for id in [&web, &own, &described] {
        assert!(listed.iter().all(|one| one.id != **id), "{id} carries no mark");
    }
    for (kind, id) in
        [("security-group", &web), ("volume", &own), ("security-group", &described), ("image", &own)]
    {
        let step = Step::new("0123456789ab-clone", &config);
        let error = done(&step, |step| OpenStack::remove_marked(step, kind, id)).unwrap_err();
        assert_eq!(
            (error.code.as_str(), error.kind),
            ("openstack.not-marked", ErrorKind::Conflict),
            "{kind}"
        );
    }
    for one in &listed {
        let other = Marked { token: "0123456789ab-other".into(), ..one.clone() };
        assert_eq!(remove(&config, &other).unwrap_err().code, "openstack.not-marked", "{one:?}");
    }
    assert_eq!(model.borrow().made(), made);
}

fn change(model: &Shared, kind: &str, id: &str, with: Value) {
    let mut model = model.borrow_mut();
    model.one(kind, id).unwrap().as_object_mut().unwrap().extend(with.as_object().unwrap().clone());
}

/// `reuse_ports` gives a server the port that an earlier job made.
#[test]
fn what_somebody_else_uses_stays() {
    let (_host, model) = cloud();
    let config = config();
    abandoned(&config);
    let marked = all(&config);
    let other = model.borrow_mut().seed("servers", json!({ "name": "other", "status": "ACTIVE" }));
    for server in marked.iter().filter(|one| one.kind == "server") {
        remove(&config, server).unwrap();
    }
    let taken = json!({ "device_id": other, "device_owner": "compute:nova" });
    for port in marked.iter().filter(|one| one.kind == "port") {
        change(&model, "ports", &port.id, taken.clone());
    }
    let attached = json!({ "status": "in-use", "attachments": [{ "server_id": other }] });
    for volume in marked.iter().filter(|one| one.kind == "volume") {
        change(&model, "volumes", &volume.id, attached.clone());
    }
    let before = model.borrow().made();
    let code = |one: &Marked| remove(&config, one).map_err(|error| (error.kind, error.code));
    for one in &marked {
        let expected = match one.kind.as_str() {
            "server" => continue,
            "port" | "floating-ip" => "openstack.port-in-use",
            "volume" => "openstack.volume-in-use",
            "security-group" => "openstack.conflict",
            // A snapshot is not the server's.
            _ => continue,
        };
        assert_eq!(code(one), Err((ErrorKind::Conflict, expected.to_owned())), "{one:?}");
    }
    assert_eq!(model.borrow().made(), before);
    // A port that a server left without saying so is nobody's.
    model.borrow_mut().objects.get_mut("servers").unwrap().clear();
    for one in marked.iter().filter(|one| one.kind == "floating-ip" || one.kind == "port") {
        remove(&config, one).unwrap();
    }
    // The port of a service is not a server's, and is not asked after in Nova.
    let port = json!({ "description": "gyre 0123456789ab-instance", "network_id": "n", "device_id": "lb-1", "device_owner": "Octavia" });
    let port = model.borrow_mut().seed("ports", port);
    let one = Marked { kind: "port".into(), id: port, ..marked[0].clone() };
    let one = Marked { token: "0123456789ab-instance".into(), ..one };
    assert_eq!(code(&one), Err((ErrorKind::Conflict, "openstack.port-in-use".to_owned())));
}

#[test]
fn a_removal_whose_answer_is_lost_is_repeated() {
    let config = config();
    let survives = |number: usize, lose: Option<usize>| {
        let (_host, model) = cloud();
        abandoned(&config);
        let marked = all(&config);
        let (before, one) = marked.split_at(number);
        before.iter().for_each(|one| drop(remove(&config, one).unwrap()));
        let start = model.borrow().requests;
        model.borrow_mut().trip = lose.map(|lose| (start + lose, Fault::Lost));
        let first = remove(&config, &one[0]);
        let requests = model.borrow().requests - start;
        // A console is looked at where there is one, and not missed.
        assert!(first.is_ok() || lose.is_some(), "{:?}", one[0]);
        model.borrow_mut().trip = None;
        remove(&config, &one[0]).unwrap();
        assert_eq!(all(&config).len(), one.len() - 1, "{:?}", one[0]);
        requests
    };
    // One of each kind.
    for number in [0, 1, 2, 4, 6, 7, 9, 11] {
        let requests = survives(number, None);
        for lose in 1..=requests {
            survives(number, Some(lose));
        }
    }
}

#[test]
fn a_long_list_comes_in_pages_and_other_projects_are_left_out() {
    let (_host, model) = cloud();
    let config = config();
    let marks =
        |number: usize| json!({ "gyre-token": format!("0123456789ab-{number}"), "gyre-role": "clone" });
    for number in 0..350 {
        let made = "2026-11-23T10:29:26.000000";
        let volume =
            json!({ "status": "available", "size": 1, "metadata": marks(number), "created_at": made });
        let snapshot = json!({ "status": "available", "volume_id": "v", "metadata": marks(number) });
        let port =
            json!({ "description": "gyre 0123456789ab-instance", "network_id": "n", "project_id": "p1" });
        let kinds = [("volumes", volume), ("snapshots", snapshot), ("ports", port)];
        kinds.into_iter().for_each(|(kind, object)| drop(model.borrow_mut().seed(kind, object)));
    }
    let foreign =
        json!({ "description": "gyre 0123456789ab-instance", "network_id": "n", "project_id": "p2" });
    let foreign = model.borrow_mut().seed("ports", foreign);
    let first = OpenStack::list_marked(Config::new(&config), None).unwrap();
    assert_eq!((first.marked.len(), first.marked[999].kind.as_str()), (1000, "snapshot"));
    assert!(first.marked.iter().all(|one| one.id != foreign));
    assert_eq!(first.marked[350].made_ms, Some(1_795_429_766_000));
    // What goes meanwhile makes nobody else be left out.
    model.borrow_mut().objects.get_mut("snapshots").unwrap().drain(..200);
    let second = OpenStack::list_marked(Config::new(&config), first.next.as_deref()).unwrap();
    assert_eq!((second.marked.len(), second.next), (50, None));
    let error = OpenStack::list_marked(Config::new(&config), Some("elsewhere")).unwrap_err();
    assert_eq!(error.code, "openstack.state");
}

#[test]
fn a_list_that_is_refused_says_what_was_asked_for() {
    let (_host, model) = cloud();
    model.borrow_mut().forbidden = vec!["/snapshots"];
    let error = OpenStack::list_marked(Config::new(config()), None).unwrap_err();
    assert_eq!(error.code, "openstack.forbidden");
    assert!(error.causes.iter().any(|cause| cause.contains("every snapshot")), "{:?}", error.causes);
}
