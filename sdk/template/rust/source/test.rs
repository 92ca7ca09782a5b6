//! The plugin over the SDK's fake host: no WebAssembly, no disk.

use gyre_plugin::fake::FakeHost;
use gyre_plugin::source::*;
use {{module}}::{{Type}};

const OPTIONS: &str = r#"{"image": "/srv/web.raw"}"#;

#[test]
fn the_image_is_the_machines_disk() {
    let _host = FakeHost::new().disk("/srv/web.raw", vec![7; 4096]);
    let listed = {{Type}}::list_vms(Config::new(OPTIONS), None, None).unwrap().vms;
    let vm = {{Type}}::get_vm(Config::new(OPTIONS), &listed[0].id).unwrap();
    assert_eq!(vm.disks[0].size, 4096);
    let step = Step::new("token", OPTIONS);
    let Outcome::Done(snapshot) = {{Type}}::ensure_snapshot(&step, &vm, None).unwrap() else { panic!("it waits") };
    let opened = {{Type}}::open_disk(Config::new(OPTIONS), &snapshot, "disk0").unwrap();
    assert!(matches!(opened, Opened::Disk(disk) if disk.read(0, 4).unwrap() == [7; 4]));
}

#[test]
fn what_is_not_there_is_an_error_that_says_so() {
    let _host = FakeHost::new();
    let error = {{Type}}::get_vm(Config::new(OPTIONS), "nobody").unwrap_err();
    assert_eq!(error.kind, ErrorKind::NotFound);
    assert_eq!({{Type}}::get_vm(Config::new("{}"), "vm").unwrap_err().code, "config.invalid");
}
