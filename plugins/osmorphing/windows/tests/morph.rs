//! Every release by its golden trees, hives included, and what must not happen to hostile ones.
#![allow(clippy::unwrap_used)] // tests fail by panicking

use gyre_plugin::fake::{FakeHost, FakeRoot, golden};
use gyre_plugin::osmorphing::*;
use std::path::Path;
use windows::Windows;

fn cases() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases"))
}

#[test]
fn every_release_becomes_what_it_shall() {
    golden::check_cases::<Windows>(cases());
}

#[test]
fn hostile_guests_end_in_a_clear_error_or_are_left_alone() {
    for case in ["server-2019-vmware", "windows-7", "server-2016-keeps-addresses"] {
        golden::check_hostile::<Windows>(&cases().join(case));
    }
}

#[test]
fn other_systems_are_not_touched() {
    let linux = FakeRoot::new().file("/etc/os-release", "ID=debian\n");
    assert_eq!(Windows::detect(&linux).unwrap(), None);
    let text = "--- hive 0644 /WINDOWS/system32/config/SYSTEM\n[Select]\n\"Current\"=dword:00000001\n[ControlSet001]\n\
                --- hive 0644 /WINDOWS/system32/config/software\n[Microsoft\\Windows NT\\CurrentVersion]\n\"CurrentVersion\"=\"5.2\"\n";
    let host = FakeHost::new();
    assert_eq!(Windows::detect(&FakeRoot::from_text(text)).unwrap(), None);
    assert!(host.log()[0].1.contains("older"), "{:?}", host.log());
}

#[test]
fn what_the_registry_says_never_becomes_a_command() {
    let case = cases().join("server-2016-keeps-addresses");
    let root = golden::guest(&case);
    let hive = root.hive("/Windows/System32/config/SYSTEM").unwrap();
    let interfaces = r"ControlSet001\Services\Tcpip\Parameters\Interfaces";
    let old = format!(r"{interfaces}\{}", hive.keys(interfaces).unwrap()[0]);
    let bad = "'; Remove-Item C:\\ #";
    hive.set(&old, "DefaultGateway", &Value::MultiSz(vec![bad.into(), "192.0.2.1".into()])).unwrap();
    hive.set(&old, "NameServer", &Value::Sz(format!("{bad},192.0.2.53"))).unwrap();
    let odd = format!(r"{interfaces}\{{{:36}}}", "'); #");
    for (name, value) in [("IPAddress", "192.0.2.77"), ("SubnetMask", "255.255.255.0")] {
        hive.set(&odd, name, &Value::MultiSz(vec![value.into()])).unwrap();
    }
    hive.set(&odd, "EnableDHCP", &Value::Dword(0)).unwrap();
    hive.commit().unwrap();
    let nic = |n: u32| NicSpec {
        id: n.to_string(),
        mac: Some(if n == 0 { "00:50:56:00:00:01".into() } else { "'; evil".into() }),
        network: String::new(),
        addresses: vec![if n == 0 { "192.0.2.11".into() } else { "192.0.2.77".into() }],
    };
    let morphing = Morphing { hypervisor: None, set_dhcp: false, macs: vec![None, None] };
    let _host = FakeHost::new();
    Windows::morph(&root, &golden::vm(vec![nic(0), nic(1)]), &morphing, Config::new("{}")).unwrap();
    let script = root.read_text("/Windows/Gyre/network.ps1").unwrap();
    assert!(script.contains("Gateways = @('192.0.2.1'); Servers = @('192.0.2.53')"), "{script}");
    assert!(
        !script.contains("Remove-Item C") && !script.contains("evil") && !script.contains("#"),
        "{script}"
    );
}

#[test]
fn a_card_is_found_by_an_address_of_version_6_too() {
    let root = golden::guest(&cases().join("server-2016-keeps-addresses"));
    let nic = |mac: &str, address: &str| NicSpec {
        id: mac.into(),
        mac: Some(mac.into()),
        network: String::new(),
        addresses: vec![address.into()],
    };
    let nics = vec![nic("00:50:56:00:00:07", "192.0.2.200"), nic("00:50:56:00:00:08", "2001:db8:1::12")];
    let morphing = Morphing { hypervisor: None, set_dhcp: false, macs: vec![None, None] };
    let _host = FakeHost::new();
    Windows::morph(&root, &golden::vm(nics), &morphing, Config::new("{}")).unwrap();
    let script = root.read_text("/Windows/Gyre/network.ps1").unwrap();
    let card = "@{ Mac = '00:50:56:00:00:08'; Old = '{44444444-2222-3333-4444-555555555555}'; Addresses = @(); Masks = @(); \
                Gateways = @(); Servers = @(); Addresses6 = @('2001:db8:1::12/48'); Servers6 = @() }";
    assert!(script.contains(card) && script.matches("Mac = ").count() == 1, "{script}");
}

/// The guest of a case, converted with these options and files of the operator.
fn converted(case: &str, options: &str, files: &[&str]) -> (FakeRoot, Result<()>) {
    let root = golden::guest(&cases().join(case));
    let host = files.iter().fold(FakeHost::new(), |host, path| host.operator_file(path, path.as_bytes()));
    let morphing = Morphing { hypervisor: None, set_dhcp: true, macs: Vec::new() };
    let done = Windows::morph(&root, &golden::vm(Vec::new()), &morphing, Config::new(options.to_owned()));
    drop(host);
    (root, done)
}

#[test]
fn an_archive_that_holds_something_else_is_refused() {
    for files in [
        &["/srv/cb.zip/bin/OpenStackService.exe"][..],
        &["/srv/cb.zip/OpenStackService.exe", "/srv/cb.zip/python.exe"],
        &["/srv/cb.zip/top/bin/OpenStackService.exe", "/srv/cb.zip/other/python/python.exe"],
    ] {
        let (root, done) = converted("server-2019-vmware", r#"{ "cloudbase-init": "/srv/cb.zip" }"#, files);
        let error = done.unwrap_err();
        assert_eq!(error.code, "windows.cloudbase-init", "{files:?}");
        assert!(error.causes[0].contains("OpenStackService.exe"), "{error:?}");
        assert!(!root.is_dir("/Cloudbase-Init"));
    }
}

#[test]
fn the_plugins_own_options_go_before_those_of_the_destination() {
    let options =
        r#"{ "cloudbase-init": "/srv/own.msi", "cloudbaseinit_x64_url": "https://a.example/x64.zip" }"#;
    let (root, done) = converted("server-2019-vmware", options, &["/srv/own.msi"]);
    done.unwrap();
    assert_eq!(root.read_text("/Windows/Gyre/cloudbase-init.msi").unwrap(), "/srv/own.msi");
    // An installer by URL is one, too; and what was taken back is not set.
    let options = r#"{ "cloudbase-init": "", "cloudbaseinit_x64_url": "https://a.example/x64.MSI" }"#;
    let (root, done) = converted("server-2019-vmware", options, &["https://a.example/x64.MSI"]);
    done.unwrap();
    assert_eq!(root.read_text("/Windows/Gyre/cloudbase-init.msi").unwrap(), "https://a.example/x64.MSI");
    // The guest's architecture decides.
    let options = r#"{ "cloudbaseinit_x64_url": "https://a.example/x64.zip" }"#;
    let (root, done) = converted("windows-7", options, &[]);
    done.unwrap();
    assert!(!root.is_dir("/Cloudbase-Init"), "a guest of 32 bits");
}
