//! VHD and VHDX: every variant that qemu-img makes; differencing disks and logs from the writers. QEMU replays
//! a log when it opens an image for writing, so it judges the logs, too; it reads no differencing disks.

use crate::support::*;
use crate::writer::{self, Part};

#[test]
fn vhd_reads_as_qemu_reads_it() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    for (name, options) in [
        ("dynamic", "subformat=dynamic"),
        ("exact", "subformat=dynamic,force_size=on"),
        ("fixed", "subformat=fixed"),
        ("fixed-exact", "subformat=fixed,force_size=on"),
    ] {
        run(d, &format!("qemu-img convert -O vpc -o {options} ref.raw {name}.vhd"));
        assert_same(d, "vpc", &format!("{name}.vhd"));
    }
    qemu_io(d, "vpc", "exact.vhd", &["write -P 1 5M 70k", "write -z 3M 1M"]);
    assert_same(d, "vpc", "exact.vhd");
    // The footer at the end is damaged: its copy serves.
    let mut bytes = bytes_of(d, "exact.vhd");
    let end = bytes.len();
    bytes[end - 300] ^= 1;
    std::fs::write(d.join("copy.vhd"), bytes).unwrap();
    run(d, "qemu-img convert -f vpc -O raw exact.vhd judged.raw");
    assert_reads(d, "copy.vhd", "", &bytes_of(d, "judged.raw"));
}

#[test]
fn vhdx_reads_as_qemu_reads_it() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    for (name, options) in [
        ("dynamic", "subformat=dynamic"),
        ("fixed", "subformat=fixed"),
        ("small-blocks", "subformat=dynamic,block_size=1M"),
        ("no-zero", "subformat=dynamic,block_state_zero=off"),
        ("large-log", "subformat=dynamic,log_size=8M"),
    ] {
        run(d, &format!("qemu-img convert -O vhdx -o {options} ref.raw {name}.vhdx"));
        assert_same(d, "vhdx", &format!("{name}.vhdx"));
    }
    qemu_io(d, "vhdx", "small-blocks.vhdx", &["write -P 1 5M 70k", "write -z 3M 1M"]);
    assert_same(d, "vhdx", "small-blocks.vhdx");
    assert!(kinds(d, "small-blocks.vhdx").zero > 2 << 20);
}

#[test]
fn blocks_are_found_beyond_the_first_chunk() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    run(d, "qemu-img create -f vhdx -o block_size=1M big.vhdx 9G");
    qemu_io(d, "vhdx", "big.vhdx", &["write -P 7 4095M 2M", "write -P 8 8190M 3M"]);
    let host = host(d);
    let configuration = config("big.vhdx", "");
    assert_eq!(read_range(&host, &configuration, 4095 << 20, 2 << 20), vec![7; 2 << 20]);
    assert_eq!(read_range(&host, &configuration, 8190 << 20, 3 << 20), vec![8; 3 << 20]);
    assert_eq!(read_range(&host, &configuration, 4097 << 20, 1 << 20), vec![0; 1 << 20]);
}

#[test]
fn a_differencing_vhd_shows_its_parent() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    run(d, "qemu-img convert -O vpc -o force_size=on ref.raw parent.vhd");
    run(d, "qemu-img convert -f vpc -O raw parent.vhd parent.raw");
    let (parent, id) = (bytes_of(d, "parent.raw"), writer::vhd_id(&bytes_of(d, "parent.vhd")));
    for (seed, block) in [(1, 64 << 10), (2, 2 << 20), (3, 4096)] {
        let parts = writer::parts(seed, parent.len() as u64 / 512, 1, false);
        let child = writer::differencing_vhd(&parts, parent.len() as u64, block, id, r".\parent.vhd");
        std::fs::write(d.join("child.vhd"), &child).unwrap();
        let wanted = Part::over(&parent, &parts, 512);
        assert_reads(d, "child.vhd", "", &wanted);
        let grandparts = writer::parts(seed + 10, parent.len() as u64 / 512, 1, false);
        let grandchild = writer::differencing_vhd(
            &grandparts,
            parent.len() as u64,
            block,
            writer::vhd_id(&child),
            r"C:\vms\child.vhd",
        );
        std::fs::write(d.join("grandchild.avhd"), grandchild).unwrap();
        assert_reads(d, "grandchild.avhd", "", &Part::over(&wanted, &grandparts, 512));
    }
    let wrong = writer::differencing_vhd(&writer::parts(1, 8, 1, false), 4096, 4096, [9; 16], "parent.vhd");
    std::fs::write(d.join("wrong.vhd"), wrong).unwrap();
    let orphan = writer::differencing_vhd(&writer::parts(1, 8, 1, false), 4096, 4096, id, "gone.vhd");
    std::fs::write(d.join("orphan.vhd"), orphan).unwrap();
    let _host = host(d);
    assert_refused("wrong.vhd", "", "disk-image.parent");
    assert_refused("orphan.vhd", "", "disk.not-found");
}

#[test]
fn a_differencing_vhdx_shows_its_parent() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    run(d, "qemu-img convert -O vhdx ref.raw parent.vhdx");
    run(d, "qemu-img convert -f vhdx -O raw parent.vhdx parent.raw");
    let (parent, id) = (bytes_of(d, "parent.raw"), writer::vhdx_id(&bytes_of(d, "parent.vhdx")));
    for (seed, block) in [(1, 1 << 20), (2, 4 << 20)] {
        let parts = writer::parts(seed, parent.len() as u64 / 512, 1, false);
        let child = writer::differencing_vhdx(seed, &parts, parent.len() as u64, block, id, r".\parent.vhdx");
        std::fs::write(d.join("child.avhdx"), &child).unwrap();
        let blocks = writer::vhdx_blocks(seed, parent.len() as u64, block);
        assert_reads(d, "child.avhdx", "", &writer::over_blocks(&parent, &parts, &blocks, block));
    }
    let other =
        writer::differencing_vhdx(1, &writer::parts(1, 8, 1, false), 4096, 1 << 20, [9; 16], "parent.vhdx");
    std::fs::write(d.join("wrong.vhdx"), other).unwrap();
    let _host = host(d);
    assert_refused("wrong.vhdx", "", "disk-image.parent");
}

#[test]
fn a_log_is_replayed_in_memory() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    run(d, "qemu-img convert -O vhdx -o block_size=1M ref.raw clean.vhdx");
    run(d, "qemu-img convert -f vhdx -O raw clean.vhdx clean.raw");
    let (clean, wanted) = (bytes_of(d, "clean.vhdx"), bytes_of(d, "clean.raw"));
    for seed in 1..6 {
        let kept = clean.len() - if seed % 2 == 0 { 1 << 20 } else { 0 };
        let dirty = writer::with_log(&clean, seed, kept);
        std::fs::write(d.join("dirty.vhdx"), &dirty).unwrap();
        assert_reads(d, "dirty.vhdx", "", &wanted);
        assert!(
            kinds(d, "dirty.vhdx").read > 0,
            "what the log holds of the disk itself is read through the plugin"
        );
        qemu_io(d, "vhdx", "dirty.vhdx", &["read 0 512"]); // opened for writing: QEMU replays
        assert_same(d, "vhdx", "dirty.vhdx");
        assert_eq!(bytes_of(d, "judged.raw"), wanted);
    }
    let log = writer::vhdx_log(&clean);
    let mut torn = writer::with_log(&clean, 1, clean.len());
    // Every entry is damaged, and so is what they would repair.
    torn[log.clone()].chunks_mut(4096).for_each(|sector| sector[100] ^= 1);
    std::fs::write(d.join("torn.vhdx"), torn).unwrap();
    let _host = host(d);
    assert_refused("torn.vhdx", "", "disk-image.corrupt");
}
