//! VMDK: every variant that qemu-img makes, and COWD, seSparse and mixed extents from the writers, which
//! qemu-img reads, too.

use crate::support::*;
use crate::writer::{self, Part};
use std::path::Path;

const VARIANTS: &[(&str, &str)] = &[
    ("sparse", "subformat=monolithicSparse"),
    ("compat6", "subformat=monolithicSparse,compat6=on"),
    ("zeroed", "subformat=monolithicSparse,zeroed_grain=on"),
    ("flat", "subformat=monolithicFlat"),
    ("parts", "subformat=twoGbMaxExtentSparse"),
    ("flat-parts", "subformat=twoGbMaxExtentFlat"),
    ("stream", "subformat=streamOptimized"),
];

#[test]
fn every_variant_reads_as_qemu_reads_it() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    for (name, options) in VARIANTS {
        let file = format!("{name}.vmdk");
        run(d, &format!("qemu-img convert -O vmdk -o {options} ref.raw {file}"));
        assert_same(d, "vmdk", &file);
        let kinds = kinds(d, &file);
        assert_eq!(kinds.packed > 0, *name == "stream", "{name}: {kinds:?}");
        assert_eq!((kinds.stored > 0, kinds.read), (*name != "stream", 0), "{name}: {kinds:?}");
    }
    qemu_io(d, "vmdk", "zeroed.vmdk", &["write -z 3M 256k", "write -P 4 6M 100k"]);
    assert_same(d, "vmdk", "zeroed.vmdk");
}

#[test]
fn disks_of_several_extents_are_one() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    run(d, "qemu-img create -f vmdk -o subformat=twoGbMaxExtentSparse big.vmdk 5G");
    let boundary = 2_147_418_112u64; // the first extent has so many bytes
    qemu_io(
        d,
        "vmdk",
        "big.vmdk",
        &[&format!("write -P 7 {} 128k", boundary - 65536), "write -P 8 4600M 64k"],
    );
    let host = host(d);
    let configuration = config("big.vmdk", "");
    assert_eq!(read_range(&host, &configuration, boundary - 65536, 131_072), vec![7; 131_072]);
    assert_eq!(
        read_range(&host, &configuration, 4600 << 20, 131_072),
        [vec![8; 65536], vec![0; 65536]].concat()
    );
    drop(host);
    std::fs::remove_file(d.join("big.vmdk")).unwrap();
    let (flat, parts) = (noise(11, 640 * 512), writer::parts(5, 300, 1, true));
    std::fs::write(d.join("a-f001.vmdk"), &flat).unwrap();
    std::fs::write(d.join("a-s002.vmdk"), writer::cowd(&parts, 300, 1)).unwrap();
    let (first, last) = ("RW 500 FLAT \"a-f001.vmdk\" 100\n", "RW 300 VMFSSPARSE \"a-s002.vmdk\"\n");
    descriptor(d, "a.vmdk", "twoGbMaxExtentFlat", "ffffffff", "", &format!("{first}{last}"));
    assert_same(d, "vmdk", "a.vmdk");
    // QEMU leaves out extents of zeros.
    descriptor(d, "z.vmdk", "twoGbMaxExtentFlat", "ffffffff", "", &format!("{first}RW 77 ZERO\n{last}"));
    let sparse = Part::over(&[0; 300 * 512], &parts, 512);
    assert_reads(d, "z.vmdk", "", &[&flat[100 * 512..600 * 512], &[0; 77 * 512], &sparse].concat());
}

#[test]
fn snapshots_show_their_parent() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    for (base, options) in VARIANTS.iter().filter(|(name, _)| *name != "stream") {
        run(d, &format!("qemu-img convert -O vmdk -o {options} ref.raw {base}.vmdk"));
        run(d, &format!("qemu-img create -f vmdk -b {base}.vmdk -F vmdk {base}-1.vmdk"));
        qemu_io(d, "vmdk", &format!("{base}-1.vmdk"), &["write -P 0x21 3M 70k", "write -P 0x22 8388608 512"]);
        assert_same(d, "vmdk", &format!("{base}-1.vmdk"));
    }
    run(d, "qemu-img create -f vmdk -b sparse-1.vmdk -F vmdk sparse-2.vmdk");
    qemu_io(d, "vmdk", "sparse-2.vmdk", &["write -P 0x23 100k 1k"]);
    assert_same(d, "vmdk", "sparse-2.vmdk");
    qemu_io(d, "vmdk", "sparse.vmdk", &["write -P 1 0 512"]);
    let host = host(d);
    assert_refused("sparse-2.vmdk", "", "disk-image.parent");
    host.put_disk("/images/flat-flat.vmdk", Vec::new());
    assert_refused("flat-1.vmdk", "", "disk-image.truncated");
}

#[test]
fn streams_of_vmware_read_as_qemu_reads_them() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let disk = reference(d);
    for grain in [128, 16] {
        std::fs::write(d.join("stream.vmdk"), writer::stream_optimized(&disk, grain)).unwrap();
        assert_same(d, "vmdk", "stream.vmdk");
        assert_reads(d, "stream.vmdk", "", &disk);
        assert_eq!(kinds(d, "stream.vmdk").stored, 0);
    }
}

/// Writes a descriptor whose id is 1.
fn descriptor(d: &Path, name: &str, kind: &str, parent: &str, hint: &str, lines: &str) {
    let hint = if hint.is_empty() { String::new() } else { format!("parentFileNameHint=\"{hint}\"\n") };
    let text = format!(
        "# Disk DescriptorFile\nversion=1\nCID=00000001\nparentCID={parent}\ncreateType=\"{kind}\"\n{hint}\
         \n# Extent description\n{lines}\n# The Disk Data Base\n#DDB\nddb.virtualHWVersion = \"4\"\n\
         ddb.geometry.cylinders = \"1\"\nddb.geometry.heads = \"16\"\nddb.geometry.sectors = \"63\"\n\
         ddb.adapterType = \"lsilogic\"\n"
    );
    std::fs::write(d.join(name), text).unwrap();
}

/// A flat disk of ESXi, and a delta above it.
fn delta(d: &Path, seed: u64, sectors: u64, grain: u64, se: bool) {
    let parent = noise(seed, sectors as usize * 512);
    std::fs::write(d.join("p-flat.vmdk"), &parent).unwrap();
    descriptor(d, "p.vmdk", "vmfs", "ffffffff", "", &format!("RW {sectors} VMFS \"p-flat.vmdk\"\n"));
    let parts = writer::parts(seed + 1, sectors, grain, se);
    let (bytes, kind, create) = if se {
        (writer::sesparse(&parts, sectors), "SESPARSE", "seSparse")
    } else {
        (writer::cowd(&parts, sectors, grain), "VMFSSPARSE", "vmfsSparse")
    };
    std::fs::write(d.join("c-delta.vmdk"), bytes).unwrap();
    descriptor(d, "c.vmdk", create, "00000001", "p.vmdk", &format!("RW {sectors} {kind} \"c-delta.vmdk\"\n"));
    assert_same(d, "vmdk", "c.vmdk");
    let wanted = Part::over(&parent, &parts, grain as usize * 512);
    assert_reads(d, "c.vmdk", "", &wanted);
    // From the data store of a host that is not this one.
    descriptor(
        d,
        "e.vmdk",
        create,
        "00000001",
        "/vmfs/volumes/1/p.vmdk",
        &format!("RW {sectors} {kind} \"c-delta.vmdk\"\n"),
    );
    assert_reads(d, "e.vmdk", "", &wanted);
}

#[test]
fn deltas_of_esxi_read_as_qemu_reads_them() {
    for (seed, sectors, grain) in [(1, 9001, 1), (2, 16_384, 16), (3, 5000, 128)] {
        delta(tempfile::tempdir().unwrap().path(), seed, sectors, grain, false);
    }
    // 16 MiB is what one table of seSparse covers.
    for (seed, sectors) in [(4, 16_384), (5, 40_000)] {
        delta(tempfile::tempdir().unwrap().path(), seed, sectors, 8, true);
    }
}

#[test]
fn what_is_no_whole_disk_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    run(d, "qemu-img convert -O vmdk -o subformat=twoGbMaxExtentSparse ref.raw parts.vmdk");
    let locked = "# Disk DescriptorFile\nCID=1\nparentCID=ffffffff\nencryption.keySafe = \"x\"\nRW 8 ZERO\n";
    std::fs::write(d.join("locked.vmdk"), locked).unwrap();
    let mut short = writer::stream_optimized(&noise(1, 1 << 20), 128);
    short.truncate(short.len() - 512);
    std::fs::write(d.join("short.vmdk"), short).unwrap();
    let parts = writer::parts(5, 64, 8, true);
    let mut journal = writer::sesparse(&parts, 64);
    journal[512 + 24] = 1;
    std::fs::write(d.join("j-delta.vmdk"), journal).unwrap();
    descriptor(d, "j.vmdk", "seSparse", "ffffffff", "", "RW 64 SESPARSE \"j-delta.vmdk\"\n");
    descriptor(d, "rdm.vmdk", "vmfsRawDeviceMap", "ffffffff", "", "RW 64 VMFSRDM \"x-rdm.vmdk\"\n");
    descriptor(d, "orphan.vmdk", "vmfs", "00000007", "", "RW 64 ZERO\n");
    let _host = host(d);
    for (name, code) in [
        ("parts-s001.vmdk", "disk-image.unsupported"),
        ("locked.vmdk", "disk-image.encrypted"),
        ("short.vmdk", "disk-image.corrupt"),
        ("j.vmdk", "disk-image.unsupported"),
        ("rdm.vmdk", "disk-image.unsupported"),
        ("orphan.vmdk", "disk-image.parent"),
    ] {
        assert_refused(name, "", code);
    }
}
