//! Runs QEMU's programs, holds a directory of images as the plugin's host does, and puts a disk together
//! from the plugin's extents as the mover does.

use disk_image::DiskImage;
use gyre_plugin::fake::FakeHost;
use gyre_plugin::source::*;
use std::io::Read;
use std::path::Path;
use std::process::Command;

pub fn run(directory: &Path, line: &str) {
    let words: Vec<&str> = line.split_whitespace().collect();
    let output = Command::new(words[0]).args(&words[1..]).current_dir(directory).output().unwrap();
    assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
}

pub fn qemu_io(directory: &Path, format: &str, image: &str, commands: &[&str]) {
    let mut io = Command::new("qemu-io");
    io.current_dir(directory).args(["-f", format]);
    commands.iter().for_each(|command| {
        io.args(["-c", command]);
    });
    let output = io.arg(image).output().unwrap();
    assert!(output.status.success(), "{image}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Bytes that no codec can shorten, the same on every run.
pub fn noise(seed: u64, length: usize) -> Vec<u8> {
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
pub fn reference(directory: &Path) -> Vec<u8> {
    let mut bytes = vec![0u8; (8 << 20) + 1536];
    let text: Vec<u8> =
        (0..200_000u32).flat_map(|n| format!("line {} of a log\n", n % 977).into_bytes()).collect();
    bytes[100_000..1_500_000].copy_from_slice(&text[..1_400_000]);
    bytes[3 << 20..4 << 20].copy_from_slice(&noise(7, 1 << 20));
    let tail = bytes.len() - 70_000;
    bytes[tail..].copy_from_slice(&text[..70_000]);
    std::fs::write(directory.join("ref.raw"), &bytes).unwrap();
    bytes
}

/// Every file of the directory, below `/images`.
pub fn host(directory: &Path) -> FakeHost {
    std::fs::read_dir(directory).unwrap().fold(FakeHost::new(), |host, entry| {
        let entry = entry.unwrap();
        let name = format!("/images/{}", entry.file_name().to_string_lossy());
        host.disk(&name, std::fs::read(entry.path()).unwrap())
    })
}

/// A machine with one disk; `options` are more of the disk's, as JSON members.
pub fn config(name: &str, options: &str) -> String {
    let comma = if options.is_empty() { "" } else { "," };
    format!(
        r#"{{"vms":[{{"name":"vm","vcpus":1,"memory-mib":512,"disks":[{{"path":"/images/{name}"{comma}{options}}}],
            "nics":[{{"mac":"00:50:56:00:00:01","network":"VM Network","addresses":["192.0.2.1"]}}]}}]}}"#
    )
}

pub fn format_option(format: &str) -> String {
    format!(r#""format":"{format}""#)
}

pub fn snapshot(config: &str) -> Result<String> {
    let vm = DiskImage::get_vm(Config::new(config), "vm")?;
    match DiskImage::ensure_snapshot(&Step::new("t", config), &vm, None)? {
        Outcome::Done(state) => Ok(state),
        Outcome::Wait(_) => panic!("a snapshot of a file does not wait"),
    }
}

pub fn opened(config: &str) -> Result<Opened> {
    DiskImage::open_disk(Config::new(config), &snapshot(config)?, "disk0")
}

pub fn reader(config: &str) -> Box<dyn Reader> {
    match opened(config).unwrap() {
        Opened::Reader(reader) => reader,
        Opened::Disk(_) => panic!("no raw disk"),
    }
}

/// The disk's bytes as the host would put them together.
pub fn assemble(host: &FakeHost, config: &str) -> Result<Vec<u8>> {
    match opened(config)? {
        Opened::Disk(disk) => {
            let pieces = (0..disk.size().div_ceil(1 << 20)).map(|n| disk.read(n << 20, 1 << 20));
            Ok(pieces.collect::<Result<Vec<_>>>()?.concat())
        }
        Opened::Reader(mut reader) => read_all(host, reader.as_mut()),
    }
}

fn read_all(host: &FakeHost, reader: &mut dyn Reader) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // Asked for in odd portions, so that extents begin inside clusters.
    for portion in [1, 4096, 65_537, 3 << 20].iter().cycle() {
        let at = bytes.len() as u64;
        if at == reader.size() {
            break;
        }
        let extents = reader.extents(None, at, (*portion).min(reader.size() - at))?;
        let mut next = at;
        for extent in extents {
            assert_eq!(extent.offset, next, "gap or overlap");
            assert!(extent.length > 0);
            next = extent.end();
            bytes.extend(extent_bytes(host, reader, &extent)?);
        }
        assert!(next > at && next == bytes.len() as u64);
    }
    Ok(bytes)
}

fn extent_bytes(host: &FakeHost, reader: &mut dyn Reader, extent: &Extent) -> Result<Vec<u8>> {
    let length = extent.length as usize;
    Ok(match &extent.kind {
        ExtentKind::Zero | ExtentKind::Hole => vec![0; length],
        ExtentKind::Stored(stored) => {
            let bytes = host.handle_bytes(stored.disk, stored.offset, extent.length).expect("an open handle");
            assert_eq!(bytes.len(), length, "{extent:?}");
            bytes
        }
        ExtentKind::Packed(packed) => {
            let input = host.handle_bytes(packed.disk, packed.offset, packed.length).expect("an open handle");
            unpack(packed, &input, length)
        }
        ExtentKind::Data => reader.read(extent.offset, extent.length as u32)?,
    })
}

fn unpack(packed: &Packed, input: &[u8], length: usize) -> Vec<u8> {
    let wanted = packed.skip as usize + length;
    let mut output = Vec::new();
    let decoder: Box<dyn Read> = match packed.codec.as_str() {
        "deflate" => Box::new(flate2::read::DeflateDecoder::new(input)),
        "zlib" => Box::new(flate2::read::ZlibDecoder::new(input)),
        "zstd" => Box::new(zstd::stream::read::Decoder::with_buffer(input).unwrap().single_frame()),
        other => panic!("codec {other}"),
    };
    decoder.take(wanted as u64).read_to_end(&mut output).unwrap();
    output[packed.skip as usize..wanted].to_vec()
}

pub fn bytes_of(directory: &Path, name: &str) -> Vec<u8> {
    std::fs::read(directory.join(name)).unwrap()
}

/// Reads through the plugin, and compares with `wanted`.
pub fn assert_reads(directory: &Path, name: &str, options: &str, wanted: &[u8]) {
    let host = host(directory);
    let found = assemble(&host, &config(name, options)).unwrap_or_else(|error| panic!("{name}: {error:?}"));
    assert_eq!(found.len(), wanted.len(), "{name}");
    let differs = found.iter().zip(wanted).position(|(a, b)| a != b);
    assert_eq!(differs, None, "{name}");
}

/// Compares with what qemu-img reads, when told that format.
pub fn assert_same(directory: &Path, format: &str, name: &str) {
    run(directory, &format!("qemu-img convert -f {format} -O raw {name} judged.raw"));
    assert_reads(directory, name, "", &bytes_of(directory, "judged.raw"));
}

/// What `check` says of a disk: nothing, or one blocking finding with a remedy.
pub fn complaint(name: &str, options: &str) -> Option<String> {
    let findings = DiskImage::check(Config::new(config(name, options)), Some("vm")).unwrap();
    assert!(findings.len() <= 1, "{name}");
    findings.first().map(|finding| {
        assert!(finding.blocking && finding.remedy.is_some());
        finding.message.clone()
    })
}

pub fn assert_refused(name: &str, options: &str, code: &str) {
    let complaint = complaint(name, options).unwrap_or_else(|| panic!("{name} {options} is accepted"));
    assert!(complaint.contains(&format!("[{code}]")), "{name} {options}: {complaint}");
}

/// How many bytes of the disk each kind of extent covers.
#[derive(Debug, Default, PartialEq)]
pub struct Kinds {
    pub stored: u64,
    pub packed: u64,
    pub read: u64,
    pub zero: u64,
}

pub fn kinds(directory: &Path, name: &str) -> Kinds {
    let _host = host(directory);
    let mut reader = reader(&config(name, ""));
    let (mut kinds, mut at) = (Kinds::default(), 0);
    while at < reader.size() {
        for extent in reader.extents(None, at, reader.size() - at).unwrap() {
            at = extent.end();
            *match extent.kind {
                ExtentKind::Stored(_) => &mut kinds.stored,
                ExtentKind::Packed(_) => &mut kinds.packed,
                ExtentKind::Data => &mut kinds.read,
                ExtentKind::Zero | ExtentKind::Hole => &mut kinds.zero,
            } += extent.length;
        }
    }
    kinds
}

/// Some bytes of a disk that is too large to read whole.
pub fn read_range(host: &FakeHost, config: &str, offset: u64, length: u64) -> Vec<u8> {
    let mut reader = reader(config);
    let (mut bytes, end) = (Vec::new(), offset + length);
    while (bytes.len() as u64) < length {
        let at = offset + bytes.len() as u64;
        for extent in reader.extents(None, at, end - at).unwrap() {
            bytes.extend(extent_bytes(host, reader.as_mut(), &extent).unwrap());
        }
    }
    bytes
}
