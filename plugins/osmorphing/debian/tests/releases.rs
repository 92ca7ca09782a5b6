//! Every release by its golden trees, and what must not happen to hostile ones.

use debian::Debian;
use gyre_plugin::fake::golden;
use std::path::Path;

fn cases() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"))
}

#[test]
fn every_release_becomes_what_it_shall() {
    golden::check_cases::<Debian>(cases());
}

#[test]
fn hostile_guests_end_in_a_clear_error_or_are_left_alone() {
    for case in ["debian-12", "ubuntu-22.04-uefi", "ubuntu-22.04-keeps-addresses"] {
        golden::check_hostile::<Debian>(&cases().join(case));
    }
}
