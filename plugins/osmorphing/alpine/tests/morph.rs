//! Every release by its golden trees, and what must not happen to hostile ones.
#![allow(clippy::unwrap_used)] // tests fail by panicking

use alpine::Alpine;
use gyre_plugin::fake::{FakeRoot, golden};
use gyre_plugin::osmorphing::*;
use std::path::Path;

fn cases() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"))
}

#[test]
fn every_release_becomes_what_it_shall() {
    golden::check_cases::<Alpine>(cases());
}

#[test]
fn hostile_guests_end_in_a_clear_error_or_are_left_alone() {
    golden::check_hostile::<Alpine>(&cases().join("alpine-3.20"));
}

#[test]
fn other_systems_are_not_touched() {
    for text in ["", "ID=alpine\nVERSION_ID=3.11.6\n", "ID=debian\nVERSION_ID=12\n"] {
        let root = FakeRoot::new().file("/etc/os-release", text);
        assert_eq!(Alpine::detect(&root).unwrap(), None, "{text}");
    }
}

#[test]
fn the_guest_agent_is_installed_and_enabled_where_it_is_asked_for() {
    let morphed = |options: &str, hypervisor: &str| {
        let root = golden::guest(&cases().join("alpine-3.20"));
        root.tree().put("/var/lib/fake/repositories", "cloud-init\nqemu-guest-agent\n");
        root.tree().put("/etc/init.d/qemu-guest-agent", "#!/sbin/openrc-run\n");
        let morphing = Morphing { hypervisor: Some(hypervisor.into()), set_dhcp: true, macs: vec![] };
        Alpine::morph(&root, &golden::vm(vec![]), &morphing, Config::new(options)).unwrap();
        let is_installed = root.tree().text("/var/lib/fake/installed").unwrap().contains("qemu-guest-agent");
        (is_installed, root.exists("/etc/runlevels/default/qemu-guest-agent").unwrap())
    };
    assert_eq!(morphed(r#"{"guest-agent":true}"#, "kvm"), (true, true));
    assert_eq!(morphed("{}", "kvm"), (false, false));
    assert!(!morphed(r#"{"guest-agent":true}"#, "hyperv").0);
}
