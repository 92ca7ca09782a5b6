//! Images made by qemu-img, put together again from the plugin's extents and compared with what
//! qemu-img itself reads; then the same images damaged thousands of times.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)] // tests fail by panicking

use disk_image::DiskImage;
use gyre_plugin::fake::FakeHost;
use gyre_plugin::source::*;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::process::Command;

const CLUSTERED: &[(&str, &[&str])] = &[
    ("v2", &["-o", "compat=0.10"]),
    ("v3", &[]),
    ("c512", &["-o", "cluster_size=512"]),
    ("c2m", &["-o", "cluster_size=2M"]),
    ("zlib", &["-c"]),
    ("v2-zlib", &["-c", "-o", "compat=0.10"]),
    ("zlib-c512", &["-c", "-o", "cluster_size=512"]),
    ("zlib-c2m", &["-c", "-o", "cluster_size=2M"]),
    ("zstd", &["-c", "-o", "compression_type=zstd"]),
    ("lazy", &["-o", "lazy_refcounts=on"]),
    ("rc1", &["-o", "refcount_bits=1"]),
    ("metadata", &["-o", "preallocation=metadata"]),
];

fn run(directory: &Path, line: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let output = Command::new(words[0]).args(&words[1..]).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
}

fn qemu_io(directory: &Path, image: &str, commands: &[&str]) {
    let mut io = Command::new("qemu-io");
    io.current_dir(directory).args(["-f", if image.ends_with(".raw") { "raw" } else { "qcow2" }]);
    commands.iter().for_each(|command| {
        io.args(["-c", command]);
    });
    let output = io.arg(image).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Bytes that no codec can shorten, the same on every run.
fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    (0..length.div_ceil(8)).flat_map(|_| next().to_le_bytes()).take(length).collect()
}

/// 8 MiB and some odd bytes: text, noise, allocated zeros, holes.
fn reference(directory: &Path) {
    let mut bytes = vec![0u8; (8 << 20) + 1536];
    let text: Vec<u8> =
        (0..200_000u32).flat_map(|n| format!("line {} of a log\n", n % 977).into_bytes()).collect();
    bytes[100_000..1_500_000].copy_from_slice(&text[..1_400_000]);
    bytes[3 << 20..4 << 20].copy_from_slice(&noise(7, 1 << 20));
    let tail = bytes.len() - 70_000;
    bytes[tail..].copy_from_slice(&text[..70_000]);
    std::fs::write(directory.join("ref.raw"), bytes).unwrap();
}

fn host(directory: &Path) -> FakeHost {
    std::fs::read_dir(directory).unwrap().fold(FakeHost::new(), |host, entry| {
        let entry = entry.unwrap();
        let name = format!("/images/{}", entry.file_name().to_string_lossy());
        host.disk(&name, std::fs::read(entry.path()).unwrap())
    })
}

fn config(path: &str, format: Option<&str>) -> String {
    let format = format.map(|format| format!(r#","format":"{format}""#)).unwrap_or_default();
    format!(
        r#"{{"vms":[{{"name":"vm","vcpus":1,"memory-mib":512,"disks":[{{"path":"{path}"{format}}}],
            "nics":[{{"mac":"00:50:56:00:00:01","network":"VM Network","addresses":["192.0.2.1"]}}]}}]}}"#
    )
}

/// What the host holds under each handle id: handles are numbered in the order of opening, so the
/// whole chain is opened here in the same order.
struct Handles(BTreeMap<u32, Vec<u8>>);

fn snapshot(config: &str) -> Result<String> {
    let vm = DiskImage::get_vm(Config::new(config), "vm")?;
    match DiskImage::ensure_snapshot(&Step::new("t", config), &vm, None)? {
        Outcome::Done(state) => Ok(state),
        Outcome::Wait(_) => panic!("a snapshot of a file does not wait"),
    }
}

/// The disk's bytes as the host would put them together.
fn assemble(config: &str, files: &[(&str, Vec<u8>)]) -> Result<Vec<u8>> {
    let state = snapshot(config)?;
    // The next handle that the fake host gives has the next number.
    let before = Disk::open(files[0].0)?.id();
    let opened = DiskImage::open_disk(Config::new(config), &state, "disk0")?;
    let handles = files.iter().enumerate().map(|(n, (_, bytes))| (before + 1 + n as u32, bytes.clone()));
    let handles = Handles(handles.collect());
    match opened {
        Opened::Disk(disk) => {
            let size = disk.size();
            (0..size.div_ceil(1 << 20))
                .map(|n| disk.read(n << 20, 1 << 20))
                .collect::<Result<Vec<_>>>()
                .map(|p| p.concat())
        }
        Opened::Reader(mut reader) => read_all(reader.as_mut(), &handles),
    }
}

fn read_all(reader: &mut dyn Reader, handles: &Handles) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // Asked for in odd portions, so that extents begin inside clusters.
    for portion in [1, 4096, 65_537, 3 << 20].iter().cycle() {
        let at = bytes.len() as u64;
        if at == reader.size() {
            return Ok(bytes);
        }
        let mut next = at;
        for extent in reader.extents(None, at, (*portion).min(reader.size() - at))? {
            assert_eq!(extent.offset, next, "gap or overlap");
            assert!(extent.length > 0);
            next = extent.end();
            bytes.extend(extent_bytes(&extent, handles));
        }
        assert!(next > at && next == bytes.len() as u64);
    }
    unreachable!()
}

fn extent_bytes(extent: &Extent, handles: &Handles) -> Vec<u8> {
    let length = extent.length as usize;
    match &extent.kind {
        ExtentKind::Zero | ExtentKind::Hole => vec![0; length],
        ExtentKind::Stored(stored) => handles.0[&stored.disk][stored.offset as usize..][..length].to_vec(),
        ExtentKind::Packed(packed) => {
            let input = &handles.0[&packed.disk][packed.offset as usize..][..packed.length as usize];
            let wanted = packed.skip as usize + length;
            let mut output = Vec::new();
            match packed.codec.as_str() {
                "deflate" => flate2::read::DeflateDecoder::new(input)
                    .take(wanted as u64)
                    .read_to_end(&mut output)
                    .unwrap(),
                "zstd" => {
                    let decoder = zstd::stream::read::Decoder::with_buffer(input).unwrap().single_frame();
                    decoder.take(wanted as u64).read_to_end(&mut output).unwrap()
                }
                other => panic!("codec {other}"),
            };
            output[packed.skip as usize..wanted].to_vec()
        }
        ExtentKind::Data => panic!("data in {extent:?}"),
    }
}

fn bytes_of(directory: &Path, name: &str) -> Vec<u8> {
    std::fs::read(directory.join(name)).unwrap()
}

/// `chain` names the files from the top down.
fn assert_same(directory: &Path, chain: &[&str]) {
    run(directory, &format!("qemu-img convert -O raw {} judged.raw", chain[0]));
    let wanted = bytes_of(directory, "judged.raw");
    let _host = host(directory);
    let paths: Vec<String> = chain.iter().map(|name| format!("/images/{name}")).collect();
    let files: Vec<_> =
        paths.iter().zip(chain).map(|(path, name)| (path.as_str(), bytes_of(directory, name))).collect();
    let found = assemble(&config(&paths[0], None), &files).unwrap();
    assert_eq!(found.len(), wanted.len(), "{chain:?}");
    let differs = found.iter().zip(&wanted).position(|(a, b)| a != b);
    assert_eq!(differs, None, "{chain:?}");
}

#[test]
fn every_variant_reads_as_qemu_reads_it() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    assert_same(d, &["ref.raw"]);
    for (name, options) in CLUSTERED {
        let file = format!("{name}.qcow2");
        run(d, &format!("qemu-img convert -f raw -O qcow2 {} ref.raw {file}", options.join(" ")));
        assert_same(d, &[&file]);
    }
}

#[test]
fn chains_and_snapshots_read_as_qemu_reads_them() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    run(d, "qemu-img convert -c -O qcow2 ref.raw base.qcow2");
    run(d, "qemu-img create -f qcow2 -b base.qcow2 -F qcow2 one.qcow2");
    qemu_io(d, "one.qcow2", &["write -P 0x99 2M 300k", "write -z 3M 256k", "write -P 1 8388608 1k"]);
    assert_same(d, &["one.qcow2", "base.qcow2"]);
    run(d, "qemu-img create -f qcow2 -b ./one.qcow2 -F qcow2 two.qcow2 12M");
    qemu_io(d, "two.qcow2", &["write -P 0x98 11M 64k", "discard 1M 64k"]);
    assert_same(d, &["two.qcow2", "one.qcow2", "base.qcow2"]);
    run(d, "qemu-img create -f qcow2 -b ref.raw -F raw -o cluster_size=4k raw-base.qcow2 10M");
    qemu_io(d, "raw-base.qcow2", &["write -P 0x55 1M 9k"]);
    assert_same(d, &["raw-base.qcow2", "ref.raw"]);
    run(d, "qemu-img convert -O qcow2 ref.raw snapshot.qcow2");
    run(d, "qemu-img snapshot -c s1 snapshot.qcow2");
    qemu_io(d, "snapshot.qcow2", &["write -P 0x66 5M 1M"]);
    assert_same(d, &["snapshot.qcow2"]);
}

#[test]
fn packed_and_stored_bytes_stay_outside_the_sandbox() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    run(d, "qemu-img convert -O qcow2 ref.raw plain.qcow2");
    let _host = host(d);
    let configuration = config("/images/plain.qcow2", None);
    let state = snapshot(&configuration).unwrap();
    let Opened::Reader(mut reader) =
        DiskImage::open_disk(Config::new(configuration), &state, "disk0").unwrap()
    else {
        panic!("a qcow2 image is no raw disk")
    };
    let extents = reader.extents(None, 0, reader.size()).unwrap();
    assert!(extents.len() < 12, "neighbours are one extent: {extents:?}");
    assert!(extents.iter().any(|extent| matches!(extent.kind, ExtentKind::Hole)));
    assert!(reader.read(0, 512).is_err());
    let changed = reader.extents(Some("{}"), 0, 512).unwrap_err();
    assert_eq!((changed.kind, changed.code.as_str()), (ErrorKind::NotFound, "disk-image.no-changed-blocks"));
    assert_eq!(reader.extents(None, u64::MAX, 2).unwrap_err().code, "disk-image.range");
}

#[test]
fn what_cannot_be_read_rightly_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    reference(d);
    run(d, "qemu-img convert -O qcow2 -o extended_l2=on,cluster_size=128k ref.raw extl2.qcow2");
    run(d, "qemu-img convert -O qcow2 -o data_file=ext.data ref.raw extdata.qcow2");
    run(
        d,
        "qemu-img create -f qcow2 --object secret,id=s,data=x -o encrypt.format=luks,encrypt.key-secret=s,encrypt.iter-time=10 luks.qcow2 1M",
    );
    run(d, "qemu-img convert -O qcow2 ref.raw base.qcow2");
    run(d, "qemu-img create -f qcow2 -b base.qcow2 -F qcow2 gone.qcow2");
    run(d, "qemu-img rebase -u -f qcow2 -F qcow2 -b missing.qcow2 gone.qcow2");
    run(d, "qemu-img create -f qcow2 -b base.qcow2 -F qcow2 loop.qcow2");
    run(d, "qemu-img rebase -u -f qcow2 -F qcow2 -b loop.qcow2 loop.qcow2");
    run(d, "qemu-img create -f qcow2 -b base.qcow2 -F qcow2 disguised.img");
    let mut truncated = bytes_of(d, "base.qcow2");
    truncated.truncate(1 << 20);
    std::fs::write(d.join("short.qcow2"), truncated).unwrap();
    let mut corrupt = bytes_of(d, "base.qcow2");
    corrupt[79] |= 2;
    std::fs::write(d.join("marked.qcow2"), corrupt).unwrap();
    let _host = host(d);
    for (name, code) in [
        ("extl2.qcow2", "qcow2.unsupported"),
        ("extdata.qcow2", "qcow2.unsupported"),
        ("luks.qcow2", "qcow2.unsupported"),
        ("gone.qcow2", "disk.not-found"),
        ("loop.qcow2", "qcow2.backing"),
        ("disguised.img", "disk-image.format"),
        ("short.qcow2", "qcow2.truncated"),
        ("marked.qcow2", "qcow2.corrupt"),
    ] {
        let config = Config::new(config(&format!("/images/{name}"), None));
        let findings = DiskImage::check(config, Some("vm")).unwrap();
        assert_eq!(findings.len(), 1, "{name}");
        assert!(findings[0].blocking && findings[0].remedy.is_some());
        assert!(findings[0].message.contains(code), "{name}: {}", findings[0].message);
    }
}

#[test]
fn a_damaged_image_is_an_error_and_never_a_panic() {
    let directory = tempfile::tempdir().unwrap();
    let d = directory.path();
    let mut small = vec![0u8; 1 << 20];
    small[..300_000].copy_from_slice(&noise(3, 300_000));
    small[600_000..700_000].fill(b'a');
    std::fs::write(d.join("small.raw"), small).unwrap();
    run(d, "qemu-img convert -c -O qcow2 -o cluster_size=4k small.raw base.qcow2");
    run(d, "qemu-img create -f qcow2 -b base.qcow2 -F qcow2 -o cluster_size=4k top.qcow2 2M");
    qemu_io(d, "top.qcow2", &["write -P 7 64k 100k", "write -z 500k 64k"]);
    let host = host(d);
    let top = bytes_of(d, "top.qcow2");
    let mut refused = 0;
    for seed in 1..4000u64 {
        let mut damaged = top.clone();
        let dice = noise(seed * 7919, 64);
        let number = |at: usize| u32::from_le_bytes(dice[at..at + 4].try_into().unwrap()) as usize;
        // Half of the blows hit the header, half the tables and what lies around them.
        let reach = if seed % 2 == 0 { 128 } else { damaged.len().min(64 << 10) };
        for blow in 0..1 + number(0) % 8 {
            let at = number(4 + blow * 4) % reach;
            damaged[at] = dice[40 + blow];
        }
        if seed % 5 == 0 {
            damaged.truncate(number(36) % damaged.len());
        }
        host.put_disk("/images/top.qcow2", damaged);
        let config = Config::new(config("/images/top.qcow2", Some("qcow2")));
        refused += usize::from(!DiskImage::check(config, None).unwrap().is_empty());
    }
    assert!(refused > 500 && refused < 3999, "{refused} of 3999 were refused");
}
