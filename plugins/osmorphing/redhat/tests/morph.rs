//! Every release by its golden trees, and what must not happen to hostile ones.
#![allow(clippy::unwrap_used)] // tests fail by panicking

use gyre_plugin::fake::{FakeRoot, golden};
use gyre_plugin::osmorphing::*;
use redhat::RedHat;
use std::path::Path;

fn cases() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"))
}

#[test]
fn every_release_becomes_what_it_shall() {
    golden::check_cases::<RedHat>(cases());
}

#[test]
fn hostile_guests_end_in_a_clear_error_or_are_left_alone() {
    for case in ["rhel-7.9", "rhel-8.10", "rhel-9.4-uefi"] {
        golden::check_hostile::<RedHat>(&cases().join(case));
    }
}

#[test]
fn other_systems_are_not_touched() {
    let found = |text: &str| RedHat::detect(&FakeRoot::new().file("/etc/os-release", text)).unwrap();
    for text in [
        "",
        "ID=debian\nVERSION_ID=12\n",
        "ID=centos\nVERSION_ID=6\n",
        "ID=amzn\nVERSION_ID=2018.03\n",
        "ID=sles\nID_LIKE=suse\nVERSION_ID=15.5\n",
    ] {
        assert_eq!(found(text), None, "{text}");
    }
    let core = FakeRoot::new().file("/etc/os-release", "ID=fedora\nVERSION_ID=41\n").dir("/ostree/repo");
    assert_eq!(RedHat::detect(&core).unwrap(), None);
    let like = found("ID=navylinux\nID_LIKE=\"rhel fedora\"\nVERSION_ID=9.1\n");
    assert_eq!(like, Some(Match::new("navylinux", "9.1", 60)));
}
