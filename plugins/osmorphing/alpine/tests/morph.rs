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
