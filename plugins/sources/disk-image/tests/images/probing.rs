//! How a format is told, and what a guest that writes headers into its raw disk gains by it: nothing.

use crate::support::*;
use disk_image::DiskImage;
use gyre_plugin::source::*;

#[test]
fn what_the_operator_wrote_wins() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    run(d, "qemu-img convert -O qcow2 ref.raw image.qcow2");
    let bytes = bytes_of(d, "image.qcow2");
    for name in ["disk.raw", "disk", "image.qcow2"] {
        std::fs::write(d.join(name), &bytes).unwrap();
        assert_reads(d, name, &format_option("raw"), &bytes);
    }
    let _host = host(d);
    assert_refused("ref.raw", &format_option("qcow2"), "disk-image.corrupt");
    assert_refused("ref.raw", &format_option("vhdx"), "disk-image.corrupt");
    assert_refused("ref.raw", &format_option("vhd"), "disk-image.corrupt");
    assert_refused("ref.raw", &format_option("vdi"), "disk-image.corrupt");
    assert_refused("ref.raw", &format_option("vmdk"), "disk-image.corrupt");
    assert_refused("ref.raw", &format_option("ova"), "disk-image.corrupt");
}

#[test]
fn a_guest_names_no_file_of_this_host() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    run(d, "qemu-img convert -O qcow2 ref.raw other.qcow2");
    run(d, "qemu-img create -f qcow2 -b other.qcow2 -F qcow2 backing.img");
    run(d, "qemu-img convert -O qcow2 -o data_file=victim.data ref.raw data.img");
    run(d, "qemu-img convert -O vmdk -o subformat=monolithicFlat ref.raw flat.vmdk");
    std::fs::copy(d.join("flat.vmdk"), d.join("flat.img")).unwrap();
    std::fs::copy(d.join("backing.img"), d.join("disk.raw")).unwrap();
    std::fs::copy(d.join("other.qcow2"), d.join("wrong.vmdk")).unwrap();
    std::fs::copy(d.join("ref.raw"), d.join("wrong.qcow2")).unwrap();
    for name in ["/etc/victim", "../victim", "sub/../../victim"] {
        let text = format!("# Disk DescriptorFile\nCID=1\nparentCID=ffffffff\nRW 8 FLAT \"{name}\" 0\n");
        std::fs::write(d.join(format!("{}.vmdk", name.replace('/', "_"))), text).unwrap();
    }
    let _host = host(d);
    for name in ["backing.img", "data.img", "flat.img", "disk.raw", "wrong.vmdk", "wrong.qcow2"] {
        assert_refused(name, "", "disk-image.format");
    }
    assert_eq!(complaint("backing.img", &format_option("qcow2")), None);
    assert_eq!(complaint("flat.img", &format_option("vmdk")), None);
    for name in ["_etc_victim.vmdk", ".._victim.vmdk", "sub_.._.._victim.vmdk"] {
        assert_refused(name, "", "disk-image.parent");
    }
}

#[test]
fn a_disk_without_a_byte_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    std::fs::write(d.join("disk.raw"), b"").unwrap();
    std::fs::write(d.join("disk.img"), b"").unwrap();
    run(d, "qemu-img create -f qcow2 disk.qcow2 0");
    run(d, "qemu-img create -f qcow2 small.qcow2 512");
    let _host = host(d);
    for name in ["disk.raw", "disk.img", "disk.qcow2"] {
        assert_refused(name, "", "disk-image.empty");
        assert!(
            DiskImage::get_vm(Config::new(config(name, "")), "vm")
                .is_err_and(|e| e.code == "disk-image.empty")
        );
    }
    assert_eq!(complaint("small.qcow2", ""), None);
}

#[test]
fn a_container_is_not_taken_for_a_raw_disk() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    run(d, "qemu-img create -f luks --object secret,id=s,data=x -o key-secret=s,iter-time=10 luks.img 1M");
    run(d, "qemu-img create -f qed old.img 1M");
    run(d, "qemu-img create -f parallels other.img 1M");
    let _host = host(d);
    assert_refused("luks.img", "", "disk-image.encrypted");
    assert_refused("old.img", "", "disk-image.unsupported");
    assert_refused("other.img", "", "disk-image.unsupported");
    assert_eq!(complaint("luks.img", &format_option("raw")), None, "a guest may encrypt its own disk");
}
