//! Every release by its golden trees, and what must not happen to hostile ones.
#![allow(clippy::unwrap_used)] // tests fail by panicking

use gyre_plugin::fake::{FakeHost, FakeRoot, golden};
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
    for case in ["rhel-7.9", "rhel-8.10", "rhel-9.4-uefi", "rhel-9.4-keeps-addresses"] {
        golden::check_hostile::<RedHat>(&cases().join(case));
    }
}

fn morph(root: &FakeRoot, options: &str) -> Result<()> {
    let morphing = Morphing { hypervisor: Some("kvm".into()), set_dhcp: true, macs: vec![] };
    RedHat::morph(root, &golden::vm(vec![]), &morphing, Config::new(options))
}

fn guest() -> FakeRoot {
    golden::guest(&cases().join("rhel-9.4-uefi"))
}

#[test]
fn options_that_cannot_be_used_are_refused_before_anything_changes() {
    for (options, code) in [
        (r#"{"repositry":"http://mirror.example/el9"}"#, "config.invalid"),
        (r#"{"repository":"http://user:password@mirror.example/el9"}"#, "linux.option"),
        (r#"{"repository":"http://mirror.example/\n[other]"}"#, "linux.option"),
        (r#"{"package-directory":"packages"}"#, "linux.option"),
        (r#"{"packages":["--downgrade"]}"#, "linux.option"),
    ] {
        let root = guest();
        let before = root.tree().listing();
        assert_eq!(morph(&root, options).unwrap_err().code, code, "{options}");
        assert_eq!(root.tree().listing(), before, "{options}");
    }
    let datasource = r#"{"cloud-init":{"datasources":["None ]\nusers: []"]}}"#;
    assert_eq!(morph(&guest(), datasource).unwrap_err().code, "linux.datasource");
}

#[test]
fn a_guest_whose_packages_cannot_be_listed_is_converted_without_them() {
    let host = FakeHost::new();
    let root = guest().answer("rpm", |_, _| Output::new(1, "rpmdb: damaged header"));
    morph(&root, "{}").unwrap();
    assert!(root.ran().iter().any(|line| line.starts_with("dracut")));
    assert!(!root.ran().iter().any(|line| line.starts_with("dnf")));
    assert!(host.log().iter().any(|(_, line)| line.contains("damaged header")));
}

#[test]
fn the_guest_agent_comes_where_it_is_asked_for() {
    for (options, expected) in [(r#"{"guest-agent":true}"#, true), ("{}", false)] {
        let root = guest();
        root.tree().put("/var/lib/fake/repositories", "cloud-init\nqemu-guest-agent\n");
        morph(&root, options).unwrap();
        let installed = root.tree().text("/var/lib/fake/installed").unwrap();
        assert_eq!(installed.contains("qemu-guest-agent"), expected, "{options}");
    }
}

#[test]
fn a_repository_of_the_options_is_gone_afterwards() {
    let root = guest().answer("dnf", |tree, _| {
        let definition = tree.text("/etc/yum.repos.d/gyre.repo").unwrap();
        assert!(
            definition.contains("baseurl=http://mirror.example/el9\n")
                && definition.contains("\ngpgcheck=1\n")
        );
        Output::new(1, "")
    });
    morph(&root, r#"{"repository":"http://mirror.example/el9"}"#).unwrap();
    assert!(
        root.ran().iter().any(|line| line.contains("--disablerepo=* --enablerepo=gyre install cloud-init"))
    );
    assert!(!root.exists("/etc/yum.repos.d/gyre.repo").unwrap());
}

#[test]
fn an_initramfs_without_its_drivers_is_an_error() {
    let root = guest().answer("dracut", |_, _| Output::new(0, ""));
    let error = morph(&root, "{}").unwrap_err();
    assert_eq!(error.code, "linux.initramfs");
    assert!(error.causes.iter().any(|cause| cause.contains("missing: virtio_blk virtio_pci")), "{error:?}");
    let root = guest();
    root.tree().delete("/usr/bin/dracut");
    assert_eq!(morph(&root, "{}").unwrap_err().code, "linux.no-builder");
}

#[test]
fn a_cancelled_job_stops_between_the_parts() {
    let host = FakeHost::new();
    host.cancel();
    let root = guest();
    assert_eq!(morph(&root, "{}").unwrap_err().kind, ErrorKind::Cancelled);
    assert!(root.ran().is_empty());
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
