//! Every release by its golden trees, and what must not happen to hostile ones.
#![allow(clippy::unwrap_used)] // tests fail by panicking

use flatcar::Flatcar;
use gyre_plugin::fake::{FakeRoot, golden};
use gyre_plugin::osmorphing::*;
use std::path::Path;

fn cases() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"))
}

#[test]
fn every_release_becomes_what_it_shall() {
    golden::check_cases::<Flatcar>(cases());
}

#[test]
fn hostile_guests_end_in_a_clear_error_or_are_left_alone() {
    golden::check_hostile::<Flatcar>(&cases().join("flatcar-3815"));
}

#[test]
fn other_systems_are_not_touched() {
    for text in ["", "ID=fedora\nVARIANT_ID=coreos\nVERSION_ID=42\n", "ID=debian\nVERSION_ID=12\n"] {
        let root = FakeRoot::new().file("/etc/os-release", text);
        assert_eq!(Flatcar::detect(&root).unwrap(), None, "{text}");
    }
}

/// There is no package manager to ask, and nothing is left half done.
#[test]
fn what_other_families_install_is_refused() {
    let morphing = Morphing { hypervisor: Some("kvm".into()), set_dhcp: true, macs: vec![] };
    let root = golden::guest(&cases().join("flatcar-3815"));
    let before = root.tree().listing();
    for (options, code) in
        [(r#"{"guest-agent":true}"#, "config.invalid"), (r#"{"oem-id":"a b"}"#, "linux.option")]
    {
        let refused = Flatcar::morph(&root, &golden::vm(vec![]), &morphing, Config::new(options));
        assert_eq!(refused.unwrap_err().code, code);
    }
    assert_eq!(root.tree().listing(), before);
}
