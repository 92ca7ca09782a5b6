//! Every release by its golden trees, and what must not happen to hostile ones.
#![allow(clippy::unwrap_used)] // tests fail by panicking

use gyre_plugin::fake::{FakeRoot, golden};
use gyre_plugin::osmorphing::*;
use photon::Photon;
use std::path::Path;

fn cases() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"))
}

#[test]
fn every_release_becomes_what_it_shall() {
    golden::check_cases::<Photon>(cases());
}

#[test]
fn hostile_guests_end_in_a_clear_error_or_are_left_alone() {
    golden::check_hostile::<Photon>(&cases().join("photon-5.0"));
}

#[test]
fn other_systems_are_not_touched() {
    for text in ["", "ID=photon\nVERSION_ID=2.0\n", "ID=debian\nVERSION_ID=12\n"] {
        let root = FakeRoot::new().file("/etc/os-release", text);
        assert_eq!(Photon::detect(&root).unwrap(), None, "{text}");
    }
}
