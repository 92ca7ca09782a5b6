//! qcow2: every variant that qemu-img makes, chains, internal snapshots, data files, and what is refused.

use crate::support::*;
use gyre_plugin::source::*;

const CLUSTERED: &[(&str, &[&str])] = &[
    ("v2", &["-o", "compat=0.10"]),
    ("v3", &[]),
    ("c512", &["-o", "cluster_size=512"]),
    ("c4k", &["-o", "cluster_size=4k"]),
    ("c2m", &["-o", "cluster_size=2M"]),
    ("zlib", &["-c"]),
    ("v2-zlib", &["-c", "-o", "compat=0.10"]),
    ("zlib-c512", &["-c", "-o", "cluster_size=512"]),
    ("zlib-c2m", &["-c", "-o", "cluster_size=2M"]),
    ("zstd", &["-c", "-o", "compression_type=zstd"]),
    ("zstd-c2m", &["-c", "-o", "compression_type=zstd,cluster_size=2M"]),
    ("lazy", &["-o", "lazy_refcounts=on"]),
    ("rc1", &["-o", "refcount_bits=1"]),
    ("metadata", &["-o", "preallocation=metadata"]),
    ("falloc", &["-o", "preallocation=falloc"]),
    ("extl2-16k", &["-o", "extended_l2=on,cluster_size=16k"]),
    ("extl2-2m", &["-o", "extended_l2=on,cluster_size=2M"]),
    ("extl2-zlib", &["-c", "-o", "extended_l2=on,cluster_size=64k"]),
    ("extl2-zstd", &["-c", "-o", "extended_l2=on,cluster_size=128k,compression_type=zstd"]),
];

#[test]
fn every_variant_reads_as_qemu_reads_it() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    assert_same(d, "raw", "ref.raw");
    for (name, options) in CLUSTERED {
        let file = format!("{name}.qcow2");
        run(d, &format!("qemu-img convert -f raw -O qcow2 {} ref.raw {file}", options.join(" ")));
        assert_same(d, "qcow2", &file);
        let kinds = kinds(d, &file);
        assert_eq!(kinds.packed > 0, options.contains(&"-c"), "{name}: {kinds:?}");
        assert!(kinds.stored + kinds.packed > 0 && kinds.read == 0, "{name}: {kinds:?}");
        std::fs::remove_file(d.join(file)).unwrap();
    }
}

#[test]
fn chains_read_as_qemu_reads_them() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    run(d, "qemu-img convert -c -O qcow2 ref.raw base.qcow2");
    run(d, "qemu-img create -f qcow2 -b base.qcow2 -F qcow2 one.qcow2");
    qemu_io(d, "qcow2", "one.qcow2", &["write -P 0x99 2M 300k", "write -z 3M 256k", "write -P 1 8388608 1k"]);
    assert_same(d, "qcow2", "one.qcow2");
    run(d, "qemu-img create -f qcow2 -b ./one.qcow2 -F qcow2 two.qcow2 12M");
    qemu_io(d, "qcow2", "two.qcow2", &["write -P 0x98 11M 64k", "discard 1M 64k"]);
    assert_same(d, "qcow2", "two.qcow2");
    run(d, "qemu-img create -f qcow2 -b ref.raw -F raw -o cluster_size=4k raw-base.qcow2 10M");
    qemu_io(d, "qcow2", "raw-base.qcow2", &["write -P 0x55 1M 9k"]);
    assert_same(d, "qcow2", "raw-base.qcow2");
}

#[test]
fn subclusters_show_the_backing_file_between_them() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    for (name, cluster) in [("fine", "16k"), ("usual", "128k"), ("coarse", "2M")] {
        let file = format!("{name}.qcow2");
        run(
            d,
            &format!(
                "qemu-img create -f qcow2 -b ref.raw -F raw -o extended_l2=on,cluster_size={cluster} {file} 9M"
            ),
        );
        let writes =
            ["write -P 0x97 3M 6k", "write -z 3211264 64k", "write -P 0x96 200k 512", "write -z 1M 128k"];
        qemu_io(d, "qcow2", &file, &writes);
        qemu_io(d, "qcow2", &file, &["write -P 3 1126400 4k", "discard 3M 2k", "write -P 9 8450000 1k"]);
        assert_same(d, "qcow2", &file);
    }
}

#[test]
fn backing_files_may_have_another_format() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    for (format, qemu, options) in [
        ("vmdk", "vmdk", "-o subformat=streamOptimized"),
        ("vhdx", "vhdx", ""),
        ("vhd", "vpc", "-o force_size=on"),
        ("vdi", "vdi", ""),
    ] {
        run(d, &format!("qemu-img convert -O {qemu} {options} ref.raw base.{format}"));
        run(d, &format!("qemu-img create -f qcow2 -b base.{format} -F {qemu} on-{format}.qcow2"));
        qemu_io(d, "qcow2", &format!("on-{format}.qcow2"), &["write -P 0x33 3300k 70k"]);
        assert_same(d, "qcow2", &format!("on-{format}.qcow2"));
    }
}

#[test]
fn data_may_lie_in_another_file() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    for (name, options) in [("plain", ""), ("raw", ",data_file_raw=on"), ("extl2", ",extended_l2=on")] {
        let create = format!("-o data_file={name}.data{options} ref.raw {name}.qcow2");
        run(d, &format!("qemu-img convert -O qcow2 {create}"));
        qemu_io(
            d,
            "qcow2",
            &format!("{name}.qcow2"),
            &["write -P 5 0 64k", "write -P 6 7M 3k", "write -z 3M 64k"],
        );
        assert_same(d, "qcow2", &format!("{name}.qcow2"));
    }
    std::fs::remove_file(d.join("raw.data")).unwrap();
    let _host = host(d);
    assert_refused("raw.qcow2", "", "disk.not-found");
}

#[test]
fn internal_snapshots_are_chosen_by_name_or_id() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let before = reference(d);
    run(d, "qemu-img convert -O qcow2 ref.raw snap.qcow2");
    run(d, "qemu-img snapshot -c first snap.qcow2");
    qemu_io(d, "qcow2", "snap.qcow2", &["write -P 0x66 5M 1M"]);
    run(d, "qemu-img resize snap.qcow2 16M");
    run(d, "qemu-img snapshot -c second snap.qcow2");
    qemu_io(d, "qcow2", "snap.qcow2", &["write -P 0x67 0 1M", "write -P 0x68 15M 1M"]);
    assert_same(d, "qcow2", "snap.qcow2");
    assert_reads(d, "snap.qcow2", r#""snapshot":"first""#, &before);
    for (wanted, option) in [("first", "1"), ("second", "second"), ("second", "2")] {
        run(d, &format!("qemu-img convert -l snapshot.name={wanted} -O raw snap.qcow2 judged.raw"));
        let judged = bytes_of(d, "judged.raw");
        // qemu-img reads a snapshot under the size that the disk has now.
        let size = if wanted == "first" { before.len() } else { judged.len() };
        assert_reads(d, "snap.qcow2", &format!(r#""snapshot":"{option}""#), &judged[..size]);
    }
    let _host = host(d);
    assert_refused("snap.qcow2", r#""snapshot":"third""#, "disk-image.no-snapshot");
    assert_refused("ref.raw", r#""snapshot":"first""#, "disk-image.config");
}

#[test]
fn packed_and_stored_bytes_stay_outside_the_sandbox() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    run(d, "qemu-img convert -O qcow2 ref.raw plain.qcow2");
    let _host = host(d);
    let mut reader = reader(&config("plain.qcow2", ""));
    let extents = reader.extents(None, 0, reader.size()).unwrap();
    assert!(extents.len() < 12, "neighbours are one extent: {extents:?}");
    assert!(extents.iter().any(|extent| matches!(extent.kind, ExtentKind::Hole)));
    let changed = reader.extents(Some("{}"), 0, 512).unwrap_err();
    assert_eq!((changed.kind, changed.code.as_str()), (ErrorKind::NotFound, "disk-image.no-changed-blocks"));
    assert_eq!(reader.extents(None, u64::MAX, 2).unwrap_err().code, "disk-image.range");
    assert_eq!(reader.read(u64::MAX, 2).unwrap_err().code, "disk-image.range");
    assert_eq!(reader.read(0, u32::MAX).unwrap_err().code, "disk-image.range");
}

#[test]
fn what_cannot_be_read_rightly_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    for method in ["luks", "aes"] {
        let extra = if method == "luks" { ",encrypt.iter-time=10" } else { "" };
        run(
            d,
            &format!(
                "qemu-img create -f qcow2 --object secret,id=s,data=x -o encrypt.format={method},encrypt.key-secret=s{extra} {method}.qcow2 1M"
            ),
        );
    }
    run(d, "qemu-img convert -O qcow2 ref.raw base.qcow2");
    run(d, "qemu-img create -f qcow2 -b base.qcow2 -F qcow2 gone.qcow2");
    run(d, "qemu-img rebase -u -f qcow2 -F qcow2 -b missing.qcow2 gone.qcow2");
    run(d, "qemu-img create -f qcow2 -b base.qcow2 -F qcow2 loop.qcow2");
    run(d, "qemu-img rebase -u -f qcow2 -F qcow2 -b loop.qcow2 loop.qcow2");
    run(d, "qemu-img create -f qcow2 -u -b nbd://192.0.2.1/x -F raw nbd.qcow2 1M");
    run(d, "qemu-img create -f qcow2 -u -b base.qed -F qed qed.qcow2 1M");
    let mut truncated = bytes_of(d, "base.qcow2");
    truncated.truncate(1 << 20);
    std::fs::write(d.join("short.qcow2"), truncated).unwrap();
    // Bytes 72 to 79 are the features without which nobody may read.
    for (name, at, bit) in [("dirty", 79, 1), ("marked", 79, 2), ("unknown", 76, 1)] {
        let mut bytes = bytes_of(d, "base.qcow2");
        bytes[at] |= bit;
        std::fs::write(d.join(format!("{name}.qcow2")), bytes).unwrap();
    }
    let _host = host(d);
    assert_eq!(complaint("dirty.qcow2", ""), None, "stale reference counts do not matter to a reader");
    for (name, code) in [
        ("luks.qcow2", "disk-image.encrypted"),
        ("aes.qcow2", "disk-image.encrypted"),
        ("gone.qcow2", "disk.not-found"),
        ("loop.qcow2", "disk-image.parent"),
        ("nbd.qcow2", "disk-image.parent"),
        ("qed.qcow2", "disk-image.parent"),
        ("short.qcow2", "disk-image.truncated"),
        ("marked.qcow2", "disk-image.corrupt"),
        ("unknown.qcow2", "disk-image.unsupported"),
    ] {
        assert_refused(name, "", code);
    }
}
