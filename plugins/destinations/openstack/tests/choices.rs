//! What options may be set to, asked of a cloud in memory, and options that only some machines mind.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod model;

use gyre_plugin::destination::*;
use model::{Fault, cloud, done, machine, options};
use openstack::OpenStack;
use serde_json::json;

/// Values of one option, each with the remark behind its tab.
fn offered(config: &str, name: &str) -> Vec<(String, String)> {
    let choices = OpenStack::options(config.into(), &[name.to_owned()]).unwrap();
    assert_eq!((choices.len(), choices[0].option_name.as_str()), (1, name));
    let split = |choice: &Choice| {
        let (name, about) = choice.name.split_once('\t').unwrap_or((&choice.name, ""));
        (name.to_owned(), about.to_owned())
    };
    choices[0].values.iter().map(split).collect()
}

fn pairs<const N: usize>(pairs: [(&str, &str); N]) -> Vec<(String, String)> {
    pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).into()
}

#[test]
fn what_the_cloud_offers_is_listed_with_what_people_must_know() {
    let (_host, model) = cloud();
    let public = model.borrow().id_of("networks", "public");
    {
        let mut model = model.borrow_mut();
        model.seed("images", json!({ "name": "w2022", "status": "active", "os_type": "windows" }));
        model.seed("images", json!({ "name": "queued", "status": "queued", "os_type": "linux" }));
        model.seed("networks", json!({ "name": "shared", "project_id": "p2", "router:external": false }));
        model.seed("subnets", json!({ "name": "v4", "network_id": public, "cidr": "192.0.2.0/24" }));
    }
    let (own, all) = (options(json!({})), options(json!({ "list_all_destination_networks": true })));
    for name in ["migr_image", "migr_image_map"] {
        assert_eq!(offered(&own, name), pairs([("w2022", "windows"), ("worker", "os_type unknown")]));
    }
    let flavors =
        pairs([("m1.big", "4 vCPU, 8192 MiB, disk 40 GiB"), ("m1.small", "1 vCPU, 1024 MiB, disk 5 GiB")]);
    assert_eq!(offered(&own, "flavor_name"), flavors);
    for name in ["migr_network", "network_map"] {
        assert_eq!(offered(&own, name), pairs([("private", "")]));
        assert_eq!(offered(&all, name), pairs([("private", ""), ("shared", "of another project")]));
    }
    // The pool belongs to somebody else, as it mostly does.
    for name in ["migr_fip_pool_name", "floating_ip_pool"] {
        assert_eq!(offered(&own, name), []);
        assert_eq!(offered(&all, name), pairs([("public", ""), ("public/v4", "192.0.2.0/24")]));
    }
    assert_eq!(offered(&own, "storage_mappings"), pairs([("fast", ""), ("slow", "")]));
    assert_eq!(offered(&own, "keypair_name"), pairs([("k", "")]));
    assert_eq!(offered(&own, "security_groups"), pairs([("web", "")]));
    assert_eq!(offered(&own, "availability_zone"), pairs([("nova", "")]));
    assert_eq!(offered(&own, "hypervisor_type").len(), 3);
}

#[test]
fn subnets_that_are_not_shown_are_offered_by_their_ids() {
    let (_host, model) = cloud();
    let subnets = json!(["0a1b2c3d-0000-4000-8000-000000000001"]);
    let network = json!({ "name": "ext", "project_id": "p0", "router:external": true, "subnets": subnets });
    model.borrow_mut().seed("networks", network);
    let config = options(json!({ "list_all_destination_networks": true }));
    let hidden = ("ext/0a1b2c3d-0000-4000-8000-000000000001", "not shown to this project");
    assert_eq!(offered(&config, "floating_ip_pool"), pairs([("ext", ""), hidden, ("public", "")]));
}

/// A name that is listed is a name that can be written into the option.
#[test]
fn every_choice_of_a_pool_has_the_id_that_the_option_takes() {
    let (_host, model) = cloud();
    let public = model.borrow().id_of("networks", "public");
    let subnet = model
        .borrow_mut()
        .seed("subnets", json!({ "name": "v4", "network_id": public, "cidr": "192.0.2.0/24" }));
    let config = options(json!({ "list_all_destination_networks": true }));
    let choices = OpenStack::options(config.as_str().into(), &["floating_ip_pool".to_owned()]).unwrap();
    let ids: Vec<_> = choices[0].values.iter().map(|choice| choice.id.clone()).collect();
    assert_eq!(ids, [public.clone(), format!("{public}/{subnet}")]);
}

#[test]
fn all_lists_are_asked_for_once_and_a_refused_one_is_named() {
    let (_host, model) = cloud();
    let config = options(json!({ "list_all_destination_networks": true }));
    let choices = OpenStack::options(config.as_str().into(), &[]).unwrap();
    assert_eq!(choices.len(), 20);
    assert!(choices.iter().all(|choices| choices.refused.is_none()));
    // A login, and each of the lists; those of networks twice, and long ones in pages.
    assert!(model.borrow().requests < 20, "{} requests", model.borrow().requests);
    model.borrow_mut().faults.push(("GET", "os-server-groups", Fault::Status(403, "Policy")));
    let choices = OpenStack::options(config.as_str().into(), &[]).unwrap();
    let refused: Vec<_> = choices.iter().filter(|choices| choices.refused.is_some()).collect();
    assert_eq!((choices.len(), refused.len(), refused[0].option_name.as_str()), (20, 1, "server_group"));
    assert!(
        refused[0].values.is_empty() && refused[0].refused.as_ref().unwrap().contains("Policy"),
        "{refused:?}"
    );
    assert!(!refused[0].refused.as_ref().unwrap().contains("ErrorKind"), "{refused:?}");
    // Who asks for that list alone is told by an error, and so is whoever asks a cloud that cannot answer.
    model.borrow_mut().faults.push(("GET", "os-server-groups", Fault::Status(403, "Policy")));
    let error = OpenStack::options(config.as_str().into(), &["server_group".to_owned()]).unwrap_err();
    assert_eq!(error.code, "openstack.forbidden");
    assert!(error.causes.iter().any(|cause| cause.contains("server_group")), "{error:?}");
    model.borrow_mut().faults.push(("GET", "os-server-groups", Fault::Status(503, "later")));
    assert_eq!(OpenStack::options(config.as_str().into(), &[]).unwrap_err().kind, ErrorKind::Unavailable);
    let error = OpenStack::options(config.as_str().into(), &["set_dhcp".to_owned()]).unwrap_err();
    assert_eq!(error.code, "openstack.option");
    assert!(error.message.contains("set_dhcp") && error.causes[0].contains("flavor_name"), "{error:?}");
}

/// The sites of the mission name where Windows things are fetched: whoever has no Windows need not reach them.
#[test]
fn options_for_windows_guests_are_in_nobody_elses_way() {
    let (_host, _model) = cloud();
    let config = options(json!({
        "windows_virtio_iso_url": "https://fedorapeople.org/groups/virt/virtio-win/direct-downloads/stable-virtio/virtio-win.iso",
        "cloudbaseinit_x64_url": "https://www.cloudbase.it/downloads/CloudbaseInitSetup_x64.zip",
        "cloudbaseinit_x86_url": "https://www.cloudbase.it/downloads/CloudbaseInitSetup_x86.zip",
    }));
    let made = done(&Step::new("tok-disks", &config), |step| OpenStack::ensure_disks(step, &machine(), None));
    let state = made.unwrap();
    let step = Step::new("tok-windows", &config);
    done(&step, |step| OpenStack::ensure_worker(step, WorkerRole::Morph, OsType::Windows, &state)).unwrap();
}

/// Who has yet to choose a pool must be shown those that there are.
#[test]
fn choices_are_listed_before_everything_is_chosen() {
    let (_host, _model) = cloud();
    let config = options(json!({ "use_floating_ip": true, "list_all_destination_networks": true }));
    assert_eq!(offered(&config, "floating_ip_pool"), pairs([("public", "")]));
}
