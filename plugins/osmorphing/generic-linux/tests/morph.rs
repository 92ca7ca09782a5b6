//! What is not known stays as it is, and is spoken of.
#![allow(clippy::unwrap_used)] // tests fail by panicking

use generic_linux::GenericLinux;
use gyre_plugin::fake::{FakeRoot, golden};
use gyre_plugin::osmorphing::*;
use std::path::Path;

fn cases() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"))
}

#[test]
fn unknown_systems_stay_as_they_are() {
    golden::check_cases::<GenericLinux>(cases());
}

#[test]
fn hostile_guests_end_in_a_clear_error_or_are_left_alone() {
    golden::check_hostile::<GenericLinux>(&cases().join("void"));
}

#[test]
fn what_is_no_linux_is_not_taken() {
    let windows = FakeRoot::new().dir("/Windows/System32").file("/Windows/explorer.exe", "MZ");
    assert_eq!(GenericLinux::detect(&windows).unwrap(), None);
    assert_eq!(GenericLinux::detect(&FakeRoot::new().dir("/etc")).unwrap(), None);
    let old = FakeRoot::new().file("/sbin/init", "program").dir("/etc");
    assert_eq!(GenericLinux::detect(&old).unwrap(), Some(Match::new("linux", "unknown", 1)));
}
