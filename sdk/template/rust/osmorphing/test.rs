//! The plugin over a guest's root in memory: no WebAssembly, no host.

use gyre_plugin::fake::FakeRoot;
use gyre_plugin::osmorphing::*;
use {{module}}::{{Type}};

fn guest() -> FakeRoot {
    FakeRoot::new().file("/etc/os-release", "ID={{name}}\nVERSION_ID=1\n")
}

#[test]
fn only_its_own_guests_are_detected() {
    assert_eq!({{Type}}::detect(&guest()).unwrap(), Some(Match::new("{{name}}", "1", 100)));
    assert_eq!({{Type}}::detect(&FakeRoot::new()).unwrap(), None);
    let other = FakeRoot::new().file("/etc/os-release", "ID=other\n");
    assert_eq!({{Type}}::detect(&other).unwrap(), None);
}

#[test]
fn morphing_twice_is_morphing_once() {
    let (root, vm) = (guest(), Vm::new("vm-1", "web"));
    let morphing = Morphing { hypervisor: Some("kvm".into()), set_dhcp: true, macs: Vec::new() };
    {{Type}}::morph(&root, &vm, &morphing, Config::new("{}")).unwrap();
    let once = root.tree().listing();
    assert!(root.tree().text("/etc/modules-load.d/gyre.conf").unwrap().contains("virtio_blk"));
    {{Type}}::morph(&root, &vm, &morphing, Config::new("{}")).unwrap();
    assert_eq!(root.tree().listing(), once);
}
