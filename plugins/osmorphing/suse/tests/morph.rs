//! Every release by its golden trees, and what must not happen to hostile ones.
#![allow(clippy::unwrap_used)] // tests fail by panicking

use gyre_plugin::fake::{FakeRoot, golden};
use gyre_plugin::osmorphing::*;
use std::path::Path;
use suse::Suse;

fn cases() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"))
}

#[test]
fn every_release_becomes_what_it_shall() {
    golden::check_cases::<Suse>(cases());
}

#[test]
fn hostile_guests_end_in_a_clear_error_or_are_left_alone() {
    for case in ["sles-12.5", "sles-15.6-uefi", "sles-15.6-keeps-addresses"] {
        golden::check_hostile::<Suse>(&cases().join(case));
    }
}

#[test]
fn other_systems_are_not_touched() {
    let found = |text: &str| Suse::detect(&FakeRoot::new().file("/etc/os-release", text)).unwrap();
    for text in [
        "",
        "ID=rhel\nID_LIKE=fedora\nVERSION_ID=9.4\n",
        "ID=sles\nVERSION_ID=11.4\n",
        "ID=sle-micro\nID_LIKE=suse\nVERSION_ID=5.5\n",
    ] {
        assert_eq!(found(text), None, "{text}");
    }
    let like = found("ID=regata\nID_LIKE=\"suse opensuse\"\nVERSION_ID=15.6\n");
    assert_eq!(like, Some(Match::new("regata", "15.6", 60)));
}
