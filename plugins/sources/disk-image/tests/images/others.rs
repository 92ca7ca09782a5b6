//! VDI, and disks inside OVA archives.

use crate::support::*;

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
