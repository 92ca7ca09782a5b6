//! Small writers, seeded, of what qemu-img does not make: deltas of ESXi, differencing disks of Hyper-V, and
//! a VHDX whose log was not replayed.

use crate::support::noise;
use std::io::Read as _;
use std::ops::Range;

/// What a child holds of one grain or sector.
#[derive(Clone)]
pub enum Part {
    Absent,
    Zero,
    Bytes(Vec<u8>),
}

impl Part {
    /// What a child over `parent` reads as.
    pub fn over(parent: &[u8], parts: &[Part], part_bytes: usize) -> Vec<u8> {
        let mut disk = parent.to_vec();
        for (target, part) in disk.chunks_mut(part_bytes).zip(parts) {
            match part {
                Part::Absent => {}
                Part::Zero => target.fill(0),
                Part::Bytes(bytes) => target.copy_from_slice(&bytes[..target.len()]),
            }
        }
        disk
    }
}

/// Numbers below a bound, the same on every run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn roll(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// Runs of absent, zero and written parts that cover so many sectors.
pub fn parts(seed: u64, sectors: u64, part_sectors: u64, zeros: bool) -> Vec<Part> {
    let mut dice = Dice::new(seed);
    let count = sectors.div_ceil(part_sectors) as usize;
    let mut parts = Vec::new();
    while parts.len() < count {
        let kind = dice.roll(if zeros { 3 } else { 2 });
        for _ in 0..1 + dice.roll(40) * dice.roll(8) {
            parts.push(match kind {
                0 => Part::Absent,
                1 => Part::Bytes(noise(dice.roll(1 << 30), part_sectors as usize * 512)),
                _ => Part::Zero,
            });
        }
    }
    parts.truncate(count);
    parts
}

fn put(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    if file.len() < at + bytes.len() {
        file.resize(at + bytes.len(), 0);
    }
    file[at..at + bytes.len()].copy_from_slice(bytes);
}

/// Appends at the next multiple of `align`, and says where.
fn append(file: &mut Vec<u8>, bytes: &[u8], align: usize) -> usize {
    let at = file.len().next_multiple_of(align);
    put(file, at, bytes);
    at
}

/// A COWD delta; a zero part is written out.
pub fn cowd(parts: &[Part], sectors: u64, grain: u64) -> Vec<u8> {
    let tables = parts.len().div_ceil(4096);
    let directory_sectors = (tables * 4).div_ceil(512);
    let mut file = vec![0; (4 + directory_sectors) * 512];
    put(&mut file, 0, b"COWD");
    for (n, field) in [1, 3, sectors as u32, grain as u32, 4, tables as u32].iter().enumerate() {
        put(&mut file, 4 + n * 4, &field.to_le_bytes());
    }
    for (n, table) in parts.chunks(4096).enumerate() {
        if table.iter().all(|part| matches!(part, Part::Absent)) {
            continue;
        }
        let at = append(&mut file, &[0; 4096 * 4], 512);
        put(&mut file, 4 * 512 + n * 4, &((at / 512) as u32).to_le_bytes());
        for (m, part) in table.iter().enumerate() {
            let bytes = match part {
                Part::Absent => continue,
                Part::Zero => vec![0; grain as usize * 512],
                Part::Bytes(bytes) => bytes.clone(),
            };
            let sector = append(&mut file, &bytes, 512) / 512;
            put(&mut file, at + m * 4, &(sector as u32).to_le_bytes());
        }
    }
    file
}

/// A streamOptimized VMDK as VMware writes it: in one go, so that the tables follow the grains, and a footer says
/// where the directory lies. Grains of zeros are left out.
pub fn stream_optimized(disk: &[u8], grain: usize) -> Vec<u8> {
    let descriptor =
        b"# Disk DescriptorFile\nversion=1\nCID=1\nparentCID=ffffffff\ncreateType=\"streamOptimized\"\n\
        RDONLY 1 SPARSE \"call-me-stream.vmdk\"\nddb.adapterType = \"lsilogic\"\n";
    let header = |directory: u64| {
        let mut header = b"KDMV\x03\0\0\0".to_vec();
        header.extend(0x30001u32.to_le_bytes());
        for field in [disk.len() as u64 / 512, grain as u64, 1, 20] {
            header.extend(field.to_le_bytes());
        }
        header.extend(512u32.to_le_bytes());
        for field in [0, directory, 128] {
            header.extend(field.to_le_bytes());
        }
        header.extend(b"\0\n \r\n\x01\0");
        header.resize(512, 0);
        header
    };
    let mut file = header(u64::MAX);
    put(&mut file, 512, descriptor);
    file.resize(128 * 512, 0);
    let mut directory = Vec::new();
    for (n, covered) in disk.chunks(grain * 512 * 512).enumerate() {
        let mut table = Vec::new();
        for (m, bytes) in covered.chunks(grain * 512).enumerate() {
            let written = bytes.iter().any(|byte| *byte != 0);
            let sector =
                written.then(|| stream_grain(&mut file, ((n * 512 + m) * grain) as u64, bytes, grain));
            table.extend(sector.unwrap_or_default().to_le_bytes());
        }
        table.resize(2048, 0);
        marker(&mut file, 4, 1);
        directory.extend(((append(&mut file, &table, 512) / 512) as u32).to_le_bytes());
    }
    marker(&mut file, directory.len().div_ceil(512) as u64, 2);
    let place = append(&mut file, &directory, 512) / 512;
    marker(&mut file, 1, 3);
    append(&mut file, &header(place as u64), 512);
    marker(&mut file, 0, 0);
    file
}

/// A compressed grain with its marker, and the sector where it begins.
fn stream_grain(file: &mut Vec<u8>, sector: u64, bytes: &[u8], grain: usize) -> u32 {
    let mut whole = bytes.to_vec();
    whole.resize(grain * 512, 0);
    let mut packed = Vec::new();
    flate2::read::ZlibEncoder::new(&whole[..], flate2::Compression::fast()).read_to_end(&mut packed).unwrap();
    let head = [&sector.to_le_bytes()[..], &(packed.len() as u32).to_le_bytes()].concat();
    (append(file, &[head, packed].concat(), 512) / 512) as u32
}

fn marker(file: &mut Vec<u8>, sectors: u64, kind: u32) {
    let mut marker = [&sectors.to_le_bytes()[..], &[0; 4], &kind.to_le_bytes()].concat();
    marker.resize(512, 0);
    append(file, &marker, 512);
}

/// A seSparse delta with grains of 4 KiB.
pub fn sesparse(parts: &[Part], sectors: u64) -> Vec<u8> {
    let tables = parts.len().div_ceil(4096);
    // In sectors: constant header, volatile header, directory, tables, grains.
    let (directory, table, grains) = (8u64, 64u64, 64 + tables as u64 * 64);
    let mut file = vec![0; grains as usize * 512];
    let mut field = |at: usize, value: u64| put(&mut file, at, &value.to_le_bytes());
    for (n, value) in [0xcafe_babe, 0x2_0000_0001, sectors, 8, 64, 0].iter().enumerate() {
        field(n * 8, *value);
    }
    // Offset and size of: volatile header, journal header, journal, directory, tables, free bitmap, back map.
    let layout = [
        1,
        1,
        2,
        1,
        3,
        1,
        directory,
        8,
        table,
        tables as u64 * 64,
        4,
        1,
        5,
        1,
        grains,
        parts.len() as u64 * 8,
    ];
    for (n, value) in layout.iter().enumerate() {
        field(80 + n * 8, *value);
    }
    field(512, 0xcafe_cafe);
    // Tables and grains lie in reverse order, so that numbers and places differ.
    for n in 0..tables {
        if parts[n * 4096..].iter().take(4096).any(|part| !matches!(part, Part::Absent)) {
            field(directory as usize * 512 + n * 8, 0x1000_0000_0000_0000 | (tables - 1 - n) as u64);
        }
    }
    let written: Vec<usize> = (0..parts.len()).filter(|n| matches!(parts[*n], Part::Bytes(_))).collect();
    for (place, n) in written.iter().rev().enumerate() {
        let place = place as u64;
        let entry = 0x3000_0000_0000_0000 | (place & 0xfff) << 48 | place >> 12;
        put(&mut file, se_entry(*n, tables), &entry.to_le_bytes());
        let Part::Bytes(bytes) = &parts[*n] else { unreachable!() };
        put(&mut file, grains as usize * 512 + place as usize * 4096, bytes);
    }
    for (n, _) in parts.iter().enumerate().filter(|(_, part)| matches!(part, Part::Zero)) {
        let kind = if n % 2 == 0 { 0x1000_0000_0000_0000u64 } else { 0x2000_0000_0000_0000 };
        put(&mut file, se_entry(n, tables), &kind.to_le_bytes());
    }
    file
}

fn se_entry(part: usize, tables: usize) -> usize {
    let table = tables - 1 - part / 4096;
    64 * 512 + table * 64 * 512 + part % 4096 * 8
}

fn vhd_sum(record: &mut [u8], at: usize) {
    record[at..at + 4].fill(0);
    let sum = !record.iter().fold(0u32, |sum, byte| sum.wrapping_add(u32::from(*byte)));
    record[at..at + 4].copy_from_slice(&sum.to_be_bytes());
}

/// The unique id in a VHD's footer.
pub fn vhd_id(file: &[u8]) -> [u8; 16] {
    file[file.len() - 512 + 68..][..16].try_into().unwrap()
}

/// A differencing VHD; parts are sectors, none of them `Zero`.
pub fn differencing_vhd(parts: &[Part], size: u64, block: usize, parent: [u8; 16], name: &str) -> Vec<u8> {
    let mut footer = vec![0u8; 512];
    put(&mut footer, 0, b"conectix");
    put(&mut footer, 8, &[0, 0, 0, 2, 0, 1, 0, 0]);
    put(&mut footer, 16, &512u64.to_be_bytes());
    put(&mut footer, 28, b"win ");
    put(&mut footer, 40, &[size.to_be_bytes(), size.to_be_bytes()].concat());
    put(&mut footer, 60, &4u32.to_be_bytes());
    put(&mut footer, 68, &noise(size ^ u64::from(parent[0]) ^ block as u64, 16));
    vhd_sum(&mut footer, 64);
    let blocks = (size as usize).div_ceil(block);
    let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let table = 2048usize;
    let locator = (table + blocks * 4).next_multiple_of(512);
    let mut header = vec![0u8; 1024];
    put(&mut header, 0, b"cxsparse\xff\xff\xff\xff\xff\xff\xff\xff");
    put(&mut header, 16, &(table as u64).to_be_bytes());
    put(&mut header, 24, &[0, 1, 0, 0]);
    put(&mut header, 28, &[(blocks as u32).to_be_bytes(), (block as u32).to_be_bytes()].concat());
    put(&mut header, 40, &parent);
    put(&mut header, 576, b"W2ru");
    put(&mut header, 580, &[512u32.to_be_bytes(), (wide.len() as u32).to_be_bytes()].concat());
    put(&mut header, 592, &(locator as u64).to_be_bytes());
    vhd_sum(&mut header, 36);
    let mut file = footer.clone();
    put(&mut file, 512, &header);
    put(&mut file, table, &vec![0xff; blocks * 4]);
    put(&mut file, locator, &wide);
    for (n, sectors) in parts.chunks(block / 512).enumerate() {
        if sectors.iter().all(|part| matches!(part, Part::Absent)) {
            continue;
        }
        // What is the parent's must not be read from here.
        let (mut bitmap, mut data) =
            (vec![0u8; (block / 4096).max(1).next_multiple_of(512)], vec![0xbb; block]);
        for (m, part) in sectors.iter().enumerate() {
            if let Part::Bytes(bytes) = part {
                bitmap[m / 8] |= 0x80 >> (m % 8);
                data[m * 512..(m + 1) * 512].copy_from_slice(bytes);
            }
        }
        let at = append(&mut file, &[bitmap, data].concat(), 512);
        put(&mut file, table + n * 4, &((at / 512) as u32).to_be_bytes());
    }
    append(&mut file, &footer, 512);
    file
}

/// CRC-32C by halves of bytes.
fn crc32c(bytes: &[u8]) -> u32 {
    let step = |sum: u32, _| if sum & 1 == 1 { (sum >> 1) ^ 0x82f6_3b78 } else { sum >> 1 };
    let table: Vec<u32> = (0..16).map(|half| (0..4).fold(half, step)).collect();
    let half = |sum: u32, half: u32| (sum >> 4) ^ table[((sum ^ half) & 15) as usize];
    !bytes.iter().fold(u32::MAX, |sum, byte| half(half(sum, u32::from(*byte)), u32::from(*byte >> 4)))
}

fn vhdx_sum(record: &mut [u8]) {
    record[4..8].fill(0);
    let sum = crc32c(record);
    record[4..8].copy_from_slice(&sum.to_le_bytes());
}

fn guid(text: &str) -> [u8; 16] {
    let hex: String = text.chars().filter(|c| *c != '-').collect();
    let mut bytes: Vec<u8> =
        (0..16).map(|n| u8::from_str_radix(&hex[n * 2..n * 2 + 2], 16).unwrap()).collect();
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes.try_into().unwrap()
}

fn guid_text(id: [u8; 16]) -> String {
    let hex = |range: Range<usize>, back: bool| -> String {
        let bytes: Vec<u8> =
            if back { id[range].iter().rev().copied().collect() } else { id[range].to_vec() };
        bytes.iter().map(|byte| format!("{byte:02X}")).collect()
    };
    format!(
        "{{{}-{}-{}-{}-{}}}",
        hex(0..4, true),
        hex(4..6, true),
        hex(6..8, true),
        hex(8..10, false),
        hex(10..16, false)
    )
}

/// The place of a VHDX's header with the larger sequence number.
fn vhdx_header(file: &[u8]) -> usize {
    let sequence = |at: usize| u64::from_le_bytes(file[at + 8..at + 16].try_into().unwrap());
    if sequence(64 << 10) > sequence(128 << 10) { 64 << 10 } else { 128 << 10 }
}

/// The data-write id in a VHDX's header.
pub fn vhdx_id(file: &[u8]) -> [u8; 16] {
    file[vhdx_header(file) + 32..][..16].try_into().unwrap()
}

/// What each block of a differencing VHDX is: absent, zero, all there, or mixed.
pub fn vhdx_blocks(seed: u64, size: u64, block: usize) -> Vec<u64> {
    let mut dice = Dice::new(seed + 77);
    (0..size.div_ceil(block as u64))
        .map(|n| if n < 4 { [7, 0, 6, 2][n as usize] } else { [0, 2, 6, 7, 7][dice.roll(5) as usize] })
        .collect()
}

/// What the child of [`differencing_vhdx`] reads as: a whole block is zero where it has no part.
pub fn over_blocks(parent: &[u8], parts: &[Part], blocks: &[u64], block: usize) -> Vec<u8> {
    let mixed = Part::over(parent, parts, 512);
    let whole = Part::over(&vec![0; parent.len()], parts, 512);
    let mut disk = parent.to_vec();
    for (n, state) in blocks.iter().enumerate() {
        let range = n * block..((n + 1) * block).min(disk.len());
        match state {
            2 => disk[range].fill(0),
            6 => disk[range.clone()].copy_from_slice(&whole[range]),
            7 => disk[range.clone()].copy_from_slice(&mixed[range]),
            _ => {}
        }
    }
    disk
}

const MIB: usize = 1 << 20;

/// A differencing VHDX; parts are sectors, none of them `Zero`.
pub fn differencing_vhdx(
    seed: u64,
    parts: &[Part],
    size: u64,
    block: usize,
    parent: [u8; 16],
    name: &str,
) -> Vec<u8> {
    let mut file = vec![0; 4 * MIB];
    put(&mut file, 0, b"vhdxfile");
    for (at, sequence) in [(64 << 10, 1u64), (128 << 10, 2)] {
        let mut header = vec![0u8; 4096];
        put(&mut header, 0, b"head");
        put(&mut header, 8, &sequence.to_le_bytes());
        put(&mut header, 32, &noise(seed, 16));
        put(&mut header, 66, &1u16.to_le_bytes());
        put(&mut header, 68, &(MIB as u32).to_le_bytes());
        put(&mut header, 72, &(MIB as u64).to_le_bytes());
        vhdx_sum(&mut header);
        put(&mut file, at, &header);
    }
    let mut regions = vec![0u8; 64 << 10];
    put(&mut regions, 0, b"regi");
    put(&mut regions, 8, &2u32.to_le_bytes());
    for (n, (id, at)) in
        [("2dc27766-f623-4200-9d64-115e9bfd4a08", 2 * MIB), ("8b7ca206-4790-4b9a-b8fe-575f050f886e", 3 * MIB)]
            .iter()
            .enumerate()
    {
        let entry =
            [&guid(id)[..], &(*at as u64).to_le_bytes(), &(MIB as u32).to_le_bytes(), &1u32.to_le_bytes()]
                .concat();
        put(&mut regions, 16 + n * 32, &entry);
    }
    vhdx_sum(&mut regions);
    put(&mut file, 192 << 10, &regions);
    put(&mut file, 256 << 10, &regions);
    put(&mut file, 3 * MIB, &vhdx_metadata(size, block, parent, name));
    vhdx_payload(&mut file, parts, &vhdx_blocks(seed, size, block), block);
    file
}

fn vhdx_metadata(size: u64, block: usize, parent: [u8; 16], name: &str) -> Vec<u8> {
    let parameters = [(block as u32).to_le_bytes(), 2u32.to_le_bytes()].concat();
    let items = [
        ("caa16737-fa36-4d43-b3b6-33f0aa44e76b", parameters),
        ("2fa54224-cd1b-4876-b211-5dbed83bf4b8", size.to_le_bytes().to_vec()),
        ("8141bf1d-a96f-4709-ba47-f233a8faab5f", 512u32.to_le_bytes().to_vec()),
        ("cda348c7-445d-4471-9cc9-e9885251c556", 4096u32.to_le_bytes().to_vec()),
        ("beca12ab-b2e6-4523-93ef-c309e000c746", vec![5; 16]),
        ("a8d35f2d-b30b-454d-abf7-d3d84834ab0c", vhdx_locator(parent, name)),
    ];
    let mut region = vec![0; 64 << 10];
    put(&mut region, 0, b"metadata");
    put(&mut region, 10, &(items.len() as u16).to_le_bytes());
    for (n, (id, item)) in items.iter().enumerate() {
        let at = append(&mut region, item, 8);
        let entry = [
            &guid(id)[..],
            &(at as u32).to_le_bytes(),
            &(item.len() as u32).to_le_bytes(),
            &4u32.to_le_bytes(),
        ]
        .concat();
        put(&mut region, 32 + n * 32, &entry);
    }
    region
}

fn vhdx_locator(parent: [u8; 16], name: &str) -> Vec<u8> {
    let linkage = guid_text(parent);
    let pairs =
        [("parent_linkage", linkage.as_str()), ("relative_path", name), ("volume_path", r"\\?\Volume{0}\x")];
    let mut locator = guid("b04aefb7-d19e-4a81-b789-25b8e9445913").to_vec();
    locator.extend([0, 0, pairs.len() as u8, 0]);
    locator.resize(20 + pairs.len() * 12, 0);
    for (n, (key, value)) in pairs.iter().enumerate() {
        let wide = |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
        let (key_at, value_at) = (append(&mut locator, &wide(key), 2), append(&mut locator, &wide(value), 2));
        let at = 20 + n * 12;
        put(&mut locator, at, &[(key_at as u32).to_le_bytes(), (value_at as u32).to_le_bytes()].concat());
        put(
            &mut locator,
            at + 8,
            &[(wide(key).len() as u16).to_le_bytes(), (wide(value).len() as u16).to_le_bytes()].concat(),
        );
    }
    locator
}

fn vhdx_payload(file: &mut Vec<u8>, parts: &[Part], blocks: &[u64], block: usize) {
    let chunk_blocks = (1usize << 23) * 512 / block;
    assert!(blocks.len() <= chunk_blocks, "one chunk is enough here");
    let bat = 2 * MIB;
    let mut bitmap = vec![0u8; MIB];
    for (n, part) in parts.iter().enumerate().filter(|(_, part)| matches!(part, Part::Bytes(_))) {
        assert!(matches!(part, Part::Bytes(_)));
        bitmap[n / 8] |= 1 << (n % 8);
    }
    let at = append(file, &bitmap, MIB);
    put(file, bat + chunk_blocks * 8, &(at as u64 | 6).to_le_bytes());
    for (n, state) in blocks.iter().enumerate() {
        let mut entry = *state;
        if *state >= 6 {
            // What is the parent's must not be read from here.
            let mut data = vec![if *state == 6 { 0 } else { 0xbb }; block];
            for (m, part) in parts.iter().skip(n * (block / 512)).take(block / 512).enumerate() {
                if let Part::Bytes(bytes) = part {
                    data[m * 512..(m + 1) * 512].copy_from_slice(bytes);
                }
            }
            entry |= append(file, &data, MIB) as u64;
        }
        put(file, bat + n * 8, &entry.to_le_bytes());
    }
}

/// Where a VHDX's log lies.
pub fn vhdx_log(file: &[u8]) -> Range<usize> {
    let header = vhdx_header(file);
    let length = u32::from_le_bytes(file[header + 68..header + 72].try_into().unwrap()) as usize;
    let offset = u64::from_le_bytes(file[header + 72..header + 80].try_into().unwrap()) as usize;
    offset..offset.saturating_add(length)
}

/// The same disk, with some of its sectors in the log and rubbish where they belong: three entries that wrap
/// around the log's end, with an older run and a torn entry beside them.
///
/// Of the file `kept` bytes are left, as if it had grown just before the crash: the log holds the rest.
pub fn with_log(clean: &[u8], seed: u64, kept: usize) -> Vec<u8> {
    let mut dice = Dice::new(seed);
    let mut file = clean.to_vec();
    let (log, id) = (vhdx_log(clean), noise(seed, 16));
    let mut chosen: Vec<usize> =
        (0..12).map(|_| dice.roll((clean.len() / 4096) as u64) as usize * 4096).collect();
    chosen.extend([bat(clean), payload(clean) + 8192, payload(clean) + 12_288]);
    chosen.extend((kept..clean.len()).step_by(4096).filter(|at| clean[*at..at + 4096] != [0; 4096]));
    chosen.retain(|at| *at >= 320 << 10 && !log.contains(at));
    chosen.sort_unstable();
    chosen.dedup();
    let sector = |at: usize| clean[at..at + 4096].to_vec();
    let zero = (0..clean.len() / 4096).rev().map(|n| n * 4096).find(|at| {
        !chosen.contains(at)
            && !log.contains(at)
            && *at > log.end
            && sector(*at).iter().all(|byte| *byte == 0)
    });
    let zero = zero.expect("a sector of zeros");
    let wrong: Vec<(usize, Vec<u8>)> = chosen.iter().map(|at| (*at, noise(seed + 1, 4096))).collect();
    let right: Vec<(usize, Vec<u8>)> = chosen.iter().map(|at| (*at, sector(*at))).collect();
    for (at, _) in &right {
        file[*at..*at + 4096].fill(0xdd);
    }
    file[zero..zero + 4096].fill(0xdd);
    let sectors = (log.len() / 4096) as u64;
    let start = (sectors - 1 - dice.roll(6)) as usize * 4096;
    let place = |at: usize| at % log.len();
    let size = [kept as u64, clean.len() as u64];
    let first = entry(&id, 10, start, &wrong, None, size);
    let second = entry(&id, 11, start, &right[..right.len() / 2], Some(zero), size);
    let third = entry(&id, 12, start, &right[right.len() / 2..], None, size);
    let mut torn = entry(&id, 13, start, &wrong, None, size);
    torn[200] ^= 1;
    let stale = entry(&id, 3, place(start + log.len() / 2), &wrong, None, size);
    let mut at = start;
    for bytes in [first, second, third, torn] {
        ring(&mut file, &log, at, &bytes);
        at = place(at + bytes.len());
    }
    ring(&mut file, &log, place(start + log.len() / 2), &stale);
    let header = vhdx_header(clean);
    file[header + 48..header + 64].copy_from_slice(&id);
    vhdx_sum(&mut file[header..header + 4096]);
    file.truncate(kept);
    file
}

fn ring(file: &mut [u8], log: &Range<usize>, at: usize, bytes: &[u8]) {
    for (n, chunk) in bytes.chunks(4096).enumerate() {
        let at = log.start + (at + n * 4096) % log.len();
        file[at..at + 4096].copy_from_slice(chunk);
    }
}

fn entry(
    id: &[u8],
    sequence: u64,
    tail: usize,
    writes: &[(usize, Vec<u8>)],
    zero: Option<usize>,
    size: [u64; 2],
) -> Vec<u8> {
    let descriptors = writes.len() + usize::from(zero.is_some());
    let mut entry = vec![0; (64 + descriptors * 32).next_multiple_of(4096)];
    put(&mut entry, 0, b"loge");
    put(&mut entry, 12, &(tail as u32).to_le_bytes());
    put(&mut entry, 16, &sequence.to_le_bytes());
    put(&mut entry, 24, &(descriptors as u32).to_le_bytes());
    put(&mut entry, 32, id);
    put(&mut entry, 48, &size.map(u64::to_le_bytes).concat());
    for (n, (at, bytes)) in writes.iter().enumerate() {
        let descriptor =
            [b"desc", &bytes[4092..], &bytes[..8], &(*at as u64).to_le_bytes(), &sequence.to_le_bytes()]
                .concat();
        put(&mut entry, 64 + n * 32, &descriptor);
        let high = ((sequence >> 32) as u32).to_le_bytes();
        let sector = [b"data", &high[..], &bytes[8..4092], &(sequence as u32).to_le_bytes()].concat();
        append(&mut entry, &sector, 4096);
    }
    if let Some(zero) = zero {
        let descriptor = [
            b"zero\0\0\0\0",
            &4096u64.to_le_bytes()[..],
            &(zero as u64).to_le_bytes(),
            &sequence.to_le_bytes(),
        ]
        .concat();
        put(&mut entry, 64 + writes.len() * 32, &descriptor);
    }
    let length = entry.len() as u32;
    put(&mut entry, 8, &length.to_le_bytes());
    vhdx_sum(&mut entry);
    entry
}

fn bat(file: &[u8]) -> usize {
    region(file, "2dc27766-f623-4200-9d64-115e9bfd4a08")
}

fn region(file: &[u8], id: &str) -> usize {
    let id = guid(id);
    let entry = (0..8).map(|n| (192 << 10) + 16 + n * 32).find(|at| file[*at..at + 16] == id).unwrap();
    u64::from_le_bytes(file[entry + 16..entry + 24].try_into().unwrap()) as usize
}

/// Where the first block that is there lies.
fn payload(file: &[u8]) -> usize {
    let bat = bat(file);
    let entries = (0..64).map(|n| u64::from_le_bytes(file[bat + n * 8..bat + n * 8 + 8].try_into().unwrap()));
    let entry = entries.into_iter().find(|entry| entry & 7 == 6).unwrap();
    (entry & !0xf_ffff) as usize
}

/// For formats without checksums.
pub fn no_sum(_file: &mut [u8], _at: usize) -> Option<usize> {
    None
}

/// Makes the checksum of a VHD's footer or header right, if `at` lies in one.
pub fn mend_vhd(file: &mut [u8], at: usize) -> Option<usize> {
    let last = file.len() - 512;
    let (range, sum) = match at {
        0..512 => (0..512, 64),
        512..1536 => (512..1536, 36),
        at if at >= last => (last..last + 512, 64),
        _ => return None,
    };
    let start = range.start;
    vhd_sum(&mut file[range], sum);
    Some(start + sum)
}

/// Makes the checksum of a VHDX's header, region table or log entry right, if `at` lies in one.
pub fn mend_vhdx(file: &mut [u8], at: usize) -> Option<usize> {
    let start = at & !4095;
    let length = match start {
        0x1_0000 | 0x2_0000 => 4096,
        0x3_0000 | 0x4_0000 => 64 << 10,
        _ if file[start..].starts_with(b"loge") => {
            u32::from_le_bytes(file[start + 8..start + 12].try_into().unwrap()) as usize
        }
        _ => return None,
    };
    // An entry that claims to be longer than the file, or shorter than its header, has no right sum.
    let record = file.get_mut(start..start.checked_add(length)?).filter(|record| record.len() >= 64)?;
    vhdx_sum(record);
    Some(start + 4)
}

/// Where a VHDX's block table and metadata begin.
pub fn vhdx_places(file: &[u8]) -> [Range<usize>; 3] {
    let metadata = region(file, "8b7ca206-4790-4b9a-b8fe-575f050f886e");
    let bat = bat(file);
    [bat..bat + 64, metadata..metadata + 256, metadata + (64 << 10)..metadata + (64 << 10) + 64]
}
