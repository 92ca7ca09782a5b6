//! Images that somebody made to do harm: fields at their extremes, rubbish in headers and tables (with their
//! checksums made right again), files cut anywhere, tables that name themselves. Each must end in a clear
//! error, or in extents that the host would accept, and never take more memory or reads than are stated here.
//!
//! `GYRE_TRIALS` sets how many rounds of rubbish each image sees.

use crate::bitmaps::directory_of;
use crate::luks::{KEY, PASSPHRASE, qemu};
use crate::support::*;
use crate::writer::{self, Dice, Part};
use gyre_plugin::fake::FakeHost;
use gyre_plugin::source::*;
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ops::Range;
use std::path::Path;

/// What the plugin may take for any one image, of the 256 MiB that the host gives it.
const MEMORY_BYTES_MAX: usize = 64 << 20;
/// Reads of the file that opening an image and answering about it may take.
const READS_MAX: u64 = 8192;
/// Rounds of rubbish for each image.
const ROUNDS: u64 = 120;
/// So much of each header and table is taken for fields one by one.
const FIELD_BYTES_MAX: usize = 80;
/// Answers asked for in one round: a disk may be too large to walk.
const ANSWERS_MAX: usize = 3;
/// The most that one answer may have.
const EXTENTS_MAX: usize = 65_536;
/// Values at which sums and products go wrong.
const EXTREMES: [u64; 7] = [0, 1, 0x7fff_ffff, 0xffff_ffff, 1 << 40, i64::MAX as u64, u64::MAX];

thread_local! {
    static HELD: Cell<isize> = const { Cell::new(0) };
    static PEAK: Cell<isize> = const { Cell::new(0) };
}

/// Counts what each thread holds, so that a test sees its own peak.
struct Counting;

#[global_allocator]
static COUNTING: Counting = Counting;

fn count(bytes: isize) {
    // A thread that ends has no counters any more.
    let _ = HELD.try_with(|held| {
        held.set(held.get() + bytes);
        let _ = PEAK.try_with(|peak| peak.set(peak.get().max(held.get())));
    });
}

#[allow(unsafe_code)] // an allocator has no other way; it only counts what the system's one does
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size() as isize);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        count(-(layout.size() as isize));
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// What `work` held at most beyond what was there before.
fn peak(work: impl FnOnce()) -> usize {
    let before = HELD.get();
    PEAK.set(before);
    work();
    usize::try_from(PEAK.get() - before).unwrap_or_default()
}

/// An image whose file is to be damaged.
struct Case {
    name: &'static str,
    /// Where its header and tables lie.
    hot: Vec<Range<usize>>,
    /// Makes the checksum of what lies at a place right again, and says where that stands.
    mend: Mend,
}

type Mend = fn(&mut [u8], usize) -> Option<usize>;

fn make(d: &Path) -> Vec<Case> {
    let mut small = vec![0u8; 1 << 20];
    small[..300_000].copy_from_slice(&noise(3, 300_000));
    small[600_000..700_000].fill(b'a');
    std::fs::write(d.join("small.raw"), &small).unwrap();
    run(d, "qemu-img convert -c -O qcow2 -o cluster_size=4k small.raw base.qcow2");
    run(d, "qemu-img create -f qcow2 -b base.qcow2 -F qcow2 -o cluster_size=4k top.qcow2 2M");
    qemu_io(d, "qcow2", "top.qcow2", &["write -P 7 64k 100k", "write -z 500k 64k"]);
    run(d, "qemu-img convert -O qcow2 -o extended_l2=on,cluster_size=16k small.raw extl2.qcow2");
    run(d, "qemu-img convert -O qcow2 -o data_file=small.data small.raw data.qcow2");
    for (name, subformat) in [
        ("sparse", "monolithicSparse"),
        ("stream", "streamOptimized"),
        ("flat", "monolithicFlat"),
        ("parts", "twoGbMaxExtentSparse"),
    ] {
        run(d, &format!("qemu-img convert -O vmdk -o subformat={subformat} small.raw {name}.vmdk"));
    }
    run(d, "qemu-img convert -O vpc -o force_size=on small.raw dynamic.vhd");
    run(d, "qemu-img convert -O vpc -o force_size=on,subformat=fixed small.raw fixed.vhd");
    run(d, "qemu-img convert -O vhdx -o block_size=1M small.raw dynamic.vhdx");
    run(d, "qemu-img convert -O vdi small.raw dynamic.vdi");
    run(d, "tar --format=ustar -cf disk.ova stream.vmdk");
    run(d, "qemu-img convert -O qcow2 -o cluster_size=4k small.raw marked.qcow2");
    run(d, "qemu-img bitmap --add -g 4k marked.qcow2 b");
    qemu_io(d, "qcow2", "marked.qcow2", &["write -P 7 64k 100k", "write -P 8 500k 64k"]);
    let slow = "encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=1,cluster_size=4k";
    qemu(d, &["qemu-img", "convert", "-O", "qcow2", "-o", slow, "small.raw", "sealed.qcow2"]);
    let slow = "key-secret=s,iter-time=1";
    qemu(d, &["qemu-img", "convert", "-O", "luks", "-o", slow, "small.raw", "sealed.luks"]);
    written(d);
    cases(d)
}

/// What the writers add.
fn written(d: &Path) {
    let text = |kind: &str, file: &str| {
        format!("# Disk DescriptorFile\nCID=1\nparentCID=ffffffff\nRW 2048 {kind} \"{file}\"\n")
    };
    std::fs::write(d.join("cowd.vmdk"), text("VMFSSPARSE", "cowd-delta.vmdk")).unwrap();
    std::fs::write(d.join("cowd-delta.vmdk"), writer::cowd(&writer::parts(1, 2048, 1, false), 2048, 1))
        .unwrap();
    let disk = bytes_of(d, "small.raw");
    std::fs::write(d.join("vmware.vmdk"), writer::stream_optimized(&disk, 16)).unwrap();
    std::fs::write(d.join("se.vmdk"), text("SESPARSE", "se-delta.vmdk")).unwrap();
    std::fs::write(d.join("se-delta.vmdk"), writer::sesparse(&writer::parts(1, 2048, 8, true), 2048))
        .unwrap();
    let parent = writer::vhd_id(&bytes_of(d, "dynamic.vhd"));
    let parts = writer::parts(2, 2048, 1, false);
    let child = writer::differencing_vhd(&parts, 1 << 20, 65_536, parent, "dynamic.vhd");
    std::fs::write(d.join("child.vhd"), child).unwrap();
    let clean = bytes_of(d, "dynamic.vhdx");
    let child =
        writer::differencing_vhdx(1, &parts, 1 << 20, 1 << 20, writer::vhdx_id(&clean), "dynamic.vhdx");
    std::fs::write(d.join("child.vhdx"), child).unwrap();
    std::fs::write(d.join("dirty.vhdx"), writer::with_log(&clean, 1, clean.len())).unwrap();
}

fn cases(d: &Path) -> Vec<Case> {
    let length = |name: &str| std::fs::metadata(d.join(name)).unwrap().len() as usize;
    let (stream, vmware) = (length("stream.vmdk"), length("vmware.vmdk"));
    let vhdx =
        || vec![64 << 10..(64 << 10) + 128, 128 << 10..(128 << 10) + 128, 192 << 10..(192 << 10) + 128];
    let with = |mut hot: Vec<Range<usize>>, more: &[Range<usize>]| {
        hot.extend_from_slice(more);
        hot
    };
    let dirty = bytes_of(d, "dirty.vhdx");
    let log = writer::vhdx_log(&dirty);
    let entries: Vec<Range<usize>> = log
        .clone()
        .step_by(4096)
        .filter(|at| dirty[*at..].starts_with(b"loge"))
        .take(2)
        .map(|at| at..at + 512)
        .collect();
    let places = writer::vhdx_places(&dirty);
    let child = writer::vhdx_places(&bytes_of(d, "child.vhdx"));
    let marked = bytes_of(d, "marked.qcow2");
    let number = |at: usize| u64::from_be_bytes(marked[at..at + 8].try_into().unwrap()) as usize;
    let (entry, table) = (directory_of(&marked), number(directory_of(&marked)));
    let bits = number(table);
    // Without the numbers of rounds: most values would only take time.
    let luks = |at: usize| vec![at..at + 164, at + 168..at + 212, at + 216..at + 592];
    let sealed = bytes_of(d, "sealed.qcow2");
    let header = sealed.windows(6).position(|bytes| bytes == b"LUKS\xba\xbe").unwrap();
    let once = |range: Range<usize>| std::iter::once(range).collect();
    let case = |name, hot, mend| Case { name, hot, mend };
    vec![
        case("top.qcow2", vec![0..128, 4096..40_960], writer::no_sum),
        case("base.qcow2", vec![0..128, 4096..40_960], writer::no_sum),
        case("extl2.qcow2", vec![0..128, 16_384..98_304], writer::no_sum),
        case("data.qcow2", vec![0..256, 65_536..327_680], writer::no_sum),
        case(
            "marked.qcow2",
            vec![0..512, entry..entry + 32, table..table + 8, bits..bits + 32],
            writer::no_sum,
        ),
        case("sealed.qcow2", with(luks(header), &[0..128, 128..512]), writer::no_sum),
        case("sealed.luks", luks(0), writer::no_sum),
        case("sparse.vmdk", vec![0..80, 512..1024, 10_752..65_536], writer::no_sum),
        case("stream.vmdk", vec![0..80, 512..1024, 65_536..66_560, stream - 8192..stream], writer::no_sum),
        case("vmware.vmdk", vec![0..80, vmware - 1024..vmware - 900, vmware - 8192..vmware], writer::no_sum),
        case("flat.vmdk", once(0..length("flat.vmdk")), writer::no_sum),
        case("parts-s001.vmdk", vec![0..80, 10_752..65_536], writer::no_sum),
        case("cowd-delta.vmdk", vec![0..32, 2048..2560, 2560..18_944], writer::no_sum),
        case("se-delta.vmdk", vec![0..208, 512..544, 4096..4224, 32_768..65_536], writer::no_sum),
        case("dynamic.vhd", vec![0..96, 512..800, 1536..1600], writer::mend_vhd),
        case("child.vhd", vec![0..96, 512..1200, 2048..2112, 2560..4608], writer::mend_vhd),
        case("fixed.vhd", once(length("fixed.vhd") - 512..length("fixed.vhd") - 400), writer::mend_vhd),
        case("dynamic.vhdx", with(vhdx(), &places), writer::mend_vhdx),
        case("child.vhdx", with(vhdx(), &child), writer::mend_vhdx),
        case("dirty.vhdx", with(vhdx(), &entries), writer::mend_vhdx),
        case("dynamic.vdi", vec![0..512, 512..1024], writer::no_sum),
        case("disk.ova", vec![0..512, 512..1024], writer::no_sum),
    ]
}

/// The disk through which the case's file is read.
fn disk_of(name: &str) -> (&str, String) {
    match name {
        "parts-s001.vmdk" => ("parts.vmdk", String::new()),
        "cowd-delta.vmdk" => ("cowd.vmdk", String::new()),
        "se-delta.vmdk" => ("se.vmdk", String::new()),
        "fixed.vhd" => ("fixed.vhd", format_option("vhd")),
        "marked.qcow2" => (name, format!(r#"{},"bitmap":"b""#, format_option("qcow2"))),
        "sealed.qcow2" => (name, format!("{},{KEY}", format_option("qcow2"))),
        "sealed.luks" => (name, format!("{},{KEY}", format_option("luks"))),
        name => (name, format_option(name.rsplit('.').next().unwrap())),
    }
}

/// Opens and walks as the host does. Whether it was refused.
fn survives(host: &FakeHost, name: &str, base: &str) -> bool {
    let (disk, options) = disk_of(name);
    let mut refused = false;
    let taken = peak(|| refused = walk(host, &config(disk, &options), base).is_err());
    assert!(taken <= MEMORY_BYTES_MAX, "{name} took {taken} bytes");
    refused
}

fn walk(host: &FakeHost, config: &str, base: &str) -> Result<()> {
    let checked = within_reads(host, || opened(config)).and_then(|opened| match opened {
        Opened::Disk(_) => Ok(()),
        Opened::Reader(mut reader) => {
            changes(host, reader.as_mut(), base);
            answers(host, reader.as_mut())
        }
    });
    if let Err(error) = &checked {
        let known = error.code.starts_with("disk-image.") || error.code.starts_with("disk.");
        assert!(known && !error.message.is_empty(), "{error:?}");
    }
    checked
}

fn within_reads<T>(host: &FakeHost, call: impl FnOnce() -> T) -> T {
    let before = host.disk_reads();
    let answer = call();
    let reads = host.disk_reads() - before;
    assert!(reads <= READS_MAX, "{reads} reads");
    answer
}

/// What is said to have changed is in order and within the disk, or the host is told to compare.
fn changes(host: &FakeHost, reader: &mut dyn Reader, base: &str) {
    let length = reader.size().min(1 << 30);
    match within_reads(host, || reader.extents(Some(base), 0, length)) {
        Ok(extents) => {
            let mut at = 0;
            for extent in extents {
                assert!(extent.offset >= at && extent.length > 0 && extent.end() <= length, "{extent:?}");
                at = extent.end();
            }
        }
        Err(error) => assert_eq!(error.kind, ErrorKind::NotFound, "{error:?}"),
    }
}

fn answers(host: &FakeHost, reader: &mut dyn Reader) -> Result<()> {
    let (size, mut at) = (reader.size(), 0);
    for _ in 0..ANSWERS_MAX {
        if at == size {
            break;
        }
        let extents = within_reads(host, || reader.extents(None, at, size - at))?;
        assert!(!extents.is_empty() && extents.len() <= EXTENTS_MAX);
        for extent in &extents {
            assert!(extent.offset == at && extent.length > 0 && extent.end() <= size, "{extent:?}");
            at = extent.end();
            check_place(host, reader, extent)?;
        }
    }
    Ok(())
}

/// As the host checks what an extent names.
fn check_place(host: &FakeHost, reader: &mut dyn Reader, extent: &Extent) -> Result<()> {
    let there = |disk, last| host.handle_bytes(disk, last, 1).is_some_and(|bytes| bytes.len() == 1);
    match &extent.kind {
        ExtentKind::Stored(stored) => {
            assert!(there(stored.disk, stored.offset + (extent.length - 1)), "{extent:?}");
        }
        ExtentKind::Packed(packed) => {
            assert!(there(packed.disk, packed.offset) && packed.length > 0, "{extent:?}");
            assert!(
                packed.length <= 8 << 20 && u64::from(packed.skip) + extent.length <= 4 << 20,
                "{extent:?}"
            );
        }
        ExtentKind::Data => {
            let length = extent.length.min(65_536);
            assert_eq!(reader.read(extent.offset, length as u32)?.len() as u64, length);
        }
        ExtentKind::Zero | ExtentKind::Hole => {}
    }
    Ok(())
}

/// A file of the host that is damaged in place and made whole again.
struct Patient {
    file: Disk,
    clean: Vec<u8>,
    bytes: Vec<u8>,
    /// A snapshot of the disk when it was whole.
    base: String,
}

impl Patient {
    /// Strikes each blow, makes the checksums right if there is a `mend`, and lets `work` look.
    fn with<T>(&mut self, blows: &[(usize, Vec<u8>)], mend: Option<Mend>, work: impl FnOnce(&str) -> T) -> T {
        let mut touched = Vec::new();
        for (at, blow) in blows {
            let end = (at + blow.len()).min(self.bytes.len());
            self.bytes[*at..end].copy_from_slice(&blow[..end - at]);
            touched.push(*at..end);
        }
        for (at, _) in blows {
            touched.extend(mend.and_then(|mend| mend(&mut self.bytes, *at)).map(|at| at..at + 4));
        }
        let put = |bytes: &[u8]| {
            touched
                .iter()
                .for_each(|range| self.file.write(range.start as u64, &bytes[range.clone()]).unwrap());
        };
        put(&self.bytes);
        let result = work(&self.base);
        put(&self.clean);
        touched
            .iter()
            .for_each(|range| self.bytes[range.clone()].copy_from_slice(&self.clean[range.clone()]));
        result
    }
}

fn each_case(mut work: impl FnMut(&FakeHost, &Case, &mut Patient)) {
    let directory = tempfile::tempdir().unwrap();
    let cases = make(directory.path());
    let host = host(directory.path()).secret("disk-key", PASSPHRASE);
    for case in &cases {
        let path = format!("/images/{}", case.name);
        let clean = host.disk_bytes(&path).unwrap();
        let (disk, options) = disk_of(case.name);
        let base = snapshot(&config(disk, &options)).unwrap();
        assert!(!survives(&host, case.name, &base), "{} is whole", case.name);
        let file = Disk::open_with(&path, Access::WRITE).unwrap();
        work(&host, case, &mut Patient { file, bytes: clean.clone(), clean, base });
    }
}

#[test]
fn rubbish_in_headers_and_tables_is_an_error_or_harmless() {
    let rounds = std::env::var("GYRE_TRIALS").ok().map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    each_case(|host, case, patient| {
        let mut refused = 0;
        for round in 0..rounds {
            let mut dice = Dice::new(round * 7919 + patient.clean.len() as u64);
            let blows: Vec<(usize, Vec<u8>)> =
                (0..1 + dice.roll(6)).map(|_| blow(&mut dice, &case.hot)).collect();
            let mend = (round % 4 != 0).then_some(case.mend);
            refused += u64::from(patient.with(&blows, mend, |base| survives(host, case.name, base)));
        }
        assert!(refused > 0, "{}: all of {rounds} were read", case.name);
    });
}

/// One to eight bytes of noise, small or large numbers, at a place that matters.
fn blow(dice: &mut Dice, hot: &[Range<usize>]) -> (usize, Vec<u8>) {
    let range = &hot[dice.roll(hot.len() as u64) as usize];
    let at = range.start + dice.roll(range.len() as u64) as usize;
    let length = [1, 1, 2, 4, 8][dice.roll(5) as usize];
    match dice.roll(3) {
        0 => (at & !3, EXTREMES[dice.roll(7) as usize].to_le_bytes()[..length].to_vec()),
        1 => (at & !3, EXTREMES[dice.roll(7) as usize].to_be_bytes()[8 - length..].to_vec()),
        _ => (at, noise(dice.roll(1 << 30), length)),
    }
}

#[test]
fn every_field_at_its_extremes_is_an_error_or_harmless() {
    each_case(|host, case, patient| {
        let big_endian = [".qcow2", ".vhd"].iter().any(|ending| case.name.ends_with(ending));
        for at in case.hot.iter().flat_map(|range| range.clone().take(FIELD_BYTES_MAX).step_by(4)) {
            for (value, width) in EXTREMES.iter().flat_map(|value| [(value, 4), (value, 8)]) {
                let bytes = match big_endian {
                    true => value.to_be_bytes()[8 - width..].to_vec(),
                    false => value.to_le_bytes()[..width].to_vec(),
                };
                patient.with(&[(at, bytes)], Some(case.mend), |base| survives(host, case.name, base));
            }
        }
    });
}

#[test]
fn a_file_that_is_cut_is_an_error_or_reads_the_same() {
    each_case(|host, case, patient| {
        let clean = &patient.clean;
        let path = format!("/images/{}", case.name);
        let mut cuts: Vec<usize> =
            vec![0, 1, 3, 4, 8, 63, 64, 71, 72, 103, 104, 511, 512, 513, 1023, 1024, 1536, 4095];
        cuts.extend(
            case.hot.iter().flat_map(|range| [range.start, range.start + 1, range.end - 1, range.end]),
        );
        cuts.extend((0..24).map(|n| clean.len() * n / 24));
        cuts.extend([1, 2, 511, 512, 513, 1024, 1536].map(|back| clean.len().saturating_sub(back)));
        cuts.retain(|cut| *cut < clean.len());
        let mut refused = 0;
        for cut in &cuts {
            host.put_disk(&path, clean[..*cut].to_vec());
            refused += usize::from(survives(host, case.name, &patient.base));
        }
        host.put_disk(&path, clean.to_vec());
        assert!(refused > cuts.len() / 4, "{}: {refused} of {} were refused", case.name, cuts.len());
    });
}

#[test]
fn disks_of_many_tebibytes_take_no_memory() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    for (name, format, options, size) in [
        ("huge.qcow2", "qcow2", "cluster_size=64k", "64T"),
        ("large.qcow2", "qcow2", "cluster_size=2M,extended_l2=on", "1024T"),
        ("huge.vhdx", "vhdx", "block_size=256M", "63T"),
        ("huge.vmdk", "vmdk", "subformat=monolithicSparse", "2T"),
        ("huge.vhd", "vpc", "force_size=on", "2000G"),
        ("huge.vdi", "vdi", "", "4T"),
    ] {
        let options = if options.is_empty() { String::new() } else { format!("-o {options}") };
        run(d, &format!("qemu-img create -f {format} {options} {name} {size}"));
        let host = host(d);
        let mut reader = reader(&config(name, ""));
        let taken = peak(|| {
            let (mut at, mut answers) = (0, 0);
            while at < reader.size() {
                let extents = reader.extents(None, at, reader.size() - at).unwrap();
                assert!(
                    extents.iter().all(|e| matches!(e.kind, ExtentKind::Hole | ExtentKind::Zero)),
                    "{name}"
                );
                at = extents.last().unwrap().end();
                answers += 1;
                assert!(answers < 10, "{name}");
            }
        });
        assert!(taken < 1 << 20, "{name} took {taken} bytes");
        drop(host);
        std::fs::remove_file(d.join(name)).unwrap();
    }
}

#[test]
fn nothing_runs_in_circles() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let size = 1 << 20;
    let parts: Vec<Part> = writer::parts(1, 2048, 1, false);
    let mut own = writer::differencing_vhd(&parts, size, 65_536, [1; 16], "own.vhd");
    let id = writer::vhd_id(&own);
    own[512 + 40..512 + 56].copy_from_slice(&id);
    writer::mend_vhd(&mut own, 512);
    std::fs::write(d.join("own.vhd"), own).unwrap();
    let own =
        writer::differencing_vhdx(1, &parts, size, 1 << 20, noise(1, 16).try_into().unwrap(), "own.vhdx");
    std::fs::write(d.join("own.vhdx"), own).unwrap();
    let text = |hint: &str| {
        format!("# Disk DescriptorFile\nCID=1\nparentCID=1\nparentFileNameHint=\"{hint}\"\nRW 8 ZERO\n")
    };
    std::fs::write(d.join("own.vmdk"), text("own.vmdk")).unwrap();
    std::fs::write(d.join("a.vmdk"), text("b.vmdk")).unwrap();
    std::fs::write(d.join("b.vmdk"), text("./../images/a.vmdk")).unwrap();
    for n in 0..40 {
        std::fs::write(d.join(format!("long{n}.vmdk")), text(&format!("long{}.vmdk", n + 1))).unwrap();
    }
    let many: String = (0..300).map(|_| "RW 8 FLAT \"flat.raw\" 0\n").collect();
    std::fs::write(d.join("flat.raw"), [0; 4096]).unwrap();
    std::fs::write(d.join("many.vmdk"), format!("# Disk DescriptorFile\nCID=1\nparentCID=ffffffff\n{many}"))
        .unwrap();
    std::fs::write(
        d.join("self.vmdk"),
        "# Disk DescriptorFile\nCID=1\nparentCID=ffffffff\nRW 8 SPARSE \"self.vmdk\"\n",
    )
    .unwrap();
    let _host = host(d);
    for name in ["own.vhd", "own.vhdx", "own.vmdk", "a.vmdk", "long0.vmdk", "many.vmdk"] {
        assert_refused(name, "", "disk-image.parent");
    }
    assert_refused("self.vmdk", "", "disk-image.corrupt");
}

#[test]
fn tables_that_name_themselves_are_only_data() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    make(d);
    let mut bytes = bytes_of(d, "base.qcow2");
    let l1 = u64::from_be_bytes(bytes[40..48].try_into().unwrap());
    bytes[l1 as usize..l1 as usize + 8].copy_from_slice(&l1.to_be_bytes());
    std::fs::write(d.join("circle.qcow2"), &bytes).unwrap();
    let mut bytes = bytes_of(d, "sparse.vmdk");
    let directory_sector = u32::from_le_bytes(bytes[56..60].try_into().unwrap());
    let at = directory_sector as usize * 512;
    bytes[at..at + 4].copy_from_slice(&directory_sector.to_le_bytes());
    std::fs::write(d.join("circle.vmdk"), bytes).unwrap();
    let host = host(d);
    for name in ["circle.qcow2", "circle.vmdk"] {
        survives(&host, name, "{}");
    }
}
