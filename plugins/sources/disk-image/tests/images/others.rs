//! VDI, and disks inside OVA archives.

use crate::support::*;
use disk_image::DiskImage;
use gyre_plugin::source::*;
use std::path::Path;
use std::process::Command;

#[test]
fn vdi_reads_as_qemu_reads_it() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    for (name, options) in [("dynamic", ""), ("static", "-o static=on")] {
        run(d, &format!("qemu-img convert -O vdi {options} ref.raw {name}.vdi"));
        assert_same(d, "vdi", &format!("{name}.vdi"));
    }
    qemu_io(d, "vdi", "dynamic.vdi", &["write -P 1 5M 70k", "write -z 3M 1M"]);
    assert_same(d, "vdi", "dynamic.vdi");
    let mut discarded = bytes_of(d, "dynamic.vdi");
    let map = u32::from_le_bytes(discarded[340..344].try_into().unwrap()) as usize;
    discarded[map + 3 * 4..map + 4 * 4].copy_from_slice(&0xffff_fffeu32.to_le_bytes());
    std::fs::write(d.join("discarded.vdi"), &discarded).unwrap();
    assert_same(d, "vdi", "discarded.vdi");
    discarded[76] = 4;
    std::fs::write(d.join("differencing.vdi"), &discarded).unwrap();
    let _host = host(d);
    assert_refused("differencing.vdi", "", "disk-image.unsupported");
}

#[test]
fn a_disk_is_read_where_it_lies_in_its_archive() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let wanted = reference(d);
    std::fs::write(d.join("vm.ovf"), "<Envelope/>").unwrap();
    run(d, "qemu-img convert -O vmdk -o subformat=streamOptimized ref.raw disk1.vmdk");
    run(d, "qemu-img convert -O vmdk -o subformat=monolithicSparse ref.raw disk2.vmdk");
    run(d, "tar --format=ustar -cf one.ova vm.ovf disk1.vmdk");
    run(d, "tar --format=gnu -cf two.ova vm.ovf disk1.vmdk disk2.vmdk");
    assert_reads(d, "one.ova", "", &wanted);
    assert_reads(d, "two.ova", r#""member":"disk1.vmdk""#, &wanted);
    assert_reads(d, "two.ova", r#""member":"disk2.vmdk""#, &wanted);
    assert!(kinds(d, "one.ova").packed > 0);
    let mut short = bytes_of(d, "one.ova");
    short.truncate(short.len() / 2);
    std::fs::write(d.join("short.ova"), short).unwrap();
    let _host = host(d);
    assert_refused("two.ova", "", "disk-image.no-member");
    assert_refused("two.ova", r#""member":"disk3.vmdk""#, "disk-image.no-member");
    assert_refused("short.ova", "", "disk-image.truncated");
    assert_refused("disk1.vmdk", r#""member":"disk1.vmdk""#, "disk-image.config");
}

/// What coreutils says.
fn sum(directory: &Path, program: &str, name: &str) -> String {
    let output = Command::new(program).arg(name).current_dir(directory).output().unwrap();
    String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap().to_string()
}

#[test]
fn a_manifest_finds_a_flipped_bit() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    std::fs::write(d.join("vm.ovf"), "<Envelope/>").unwrap();
    run(d, "qemu-img convert -O vmdk -o subformat=streamOptimized ref.raw disk1.vmdk");
    for (algorithm, program) in [("SHA1", "sha1sum"), ("SHA256", "sha256sum"), ("SHA512", "sha512sum")] {
        let line = |name: &str| format!("{algorithm}({name})= {}\n", sum(d, program, name));
        std::fs::write(d.join("vm.mf"), [line("vm.ovf"), line("disk1.vmdk")].concat()).unwrap();
        run(d, &format!("tar --format=ustar -cf {algorithm}.ova vm.ovf vm.mf disk1.vmdk"));
        let mut flipped = bytes_of(d, &format!("{algorithm}.ova"));
        let place = flipped.len() / 2;
        flipped[place] ^= 4;
        std::fs::write(d.join(format!("{algorithm}-flipped.ova")), flipped).unwrap();
    }
    std::fs::write(d.join("vm.mf"), format!("SHA256(vm.ovf)= {}\n", sum(d, "sha256sum", "vm.ovf"))).unwrap();
    run(d, "tar --format=ustar -cf unlisted.ova vm.ovf vm.mf disk1.vmdk");
    run(d, "tar --format=ustar -cf bare.ova vm.ovf disk1.vmdk");
    let _host = host(d);
    for algorithm in ["SHA1", "SHA256", "SHA512"] {
        assert_eq!(complaint(&format!("{algorithm}.ova"), ""), None);
        assert_refused(&format!("{algorithm}-flipped.ova"), "", "disk-image.corrupt");
    }
    assert_refused("unlisted.ova", "", "disk-image.corrupt");
    let doubts = DiskImage::check(Config::new(config("bare.ova", "")), None).unwrap();
    assert!(matches!(doubts.as_slice(), [doubt] if !doubt.blocking), "{doubts:?}");
}

#[test]
fn nobody_is_told_that_a_machine_is_off_which_files_cannot_say() {
    let error = DiskImage::power_off(&Step::new("t", config("vm.qcow2", "")), "vm").unwrap_err();
    assert_eq!((error.kind, error.code.as_str()), (ErrorKind::Invalid, "disk-image.no-power"));
}
