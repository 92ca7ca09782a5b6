//! Partition tables, read from the disk itself: a kernel may know none. GPT and MBR with logical
//! partitions. Everything in them is hostile: what does not fit the disk is not listed. Knows no
//! file system.

use crate::bytes::{ReadAt, guid, has, le32, le64};

/// Entries of one table, of either kind.
const PARTITIONS_MAX: usize = 256;
const SECTOR: u64 = 512;
/// Table sectors are either of these.
const SECTOR_SIZES: [u64; 2] = [512, 4096];
const ENTRY_BYTES_MAX: u64 = 4096;

/// One partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partition {
    /// As the kernel would count it: logical ones begin at 5.
    pub number: u32,
    /// Bytes.
    pub offset: u64,
    /// Bytes.
    pub size: u64,
    /// As `PARTUUID=` names it.
    pub uuid: Option<String>,
    /// As `PARTLABEL=` names it.
    pub label: Option<String>,
    /// Whether it belongs to a dynamic disk of Windows (LDM), which says itself what lies where.
    pub is_dynamic: bool,
    /// Whether the firmware looks here for boot loaders (ESP).
    pub is_esp: bool,
}

/// Kinds of partitions of dynamic disks: data, and their own table.
const DYNAMIC_GPT: [&str; 2] =
    ["af9b60a0-1431-4f62-bc68-3311714a69ad", "5808c8aa-7e8f-42e0-85d2-e1e90434cfb3"];
const DYNAMIC_MBR: u8 = 0x42;
/// The kind of the firmware's own partition.
pub(crate) const ESP_GPT: &str = "c12a7328-f81f-11d2-ba4b-00a0c93ec93b";
pub(crate) const ESP_MBR: u8 = 0xef;

/// The partitions of a disk, in the table's order; none when it has no table.
pub fn read<D: ReadAt + ?Sized>(disk: &D) -> Vec<Partition> {
    let Some(sector) = disk.piece(0, 512).filter(|s| has(s, 510, &[0x55, 0xaa])) else { return Vec::new() };
    let protective = (0..4).any(|n| sector.get(446 + n * 16 + 4) == Some(&0xee));
    let gpt = SECTOR_SIZES.iter().find_map(|size| read_gpt(disk, *size));
    match gpt {
        Some(partitions) if protective => partitions,
        _ => read_mbr(disk, &sector),
    }
}

fn read_gpt<D: ReadAt + ?Sized>(disk: &D, sector: u64) -> Option<Vec<Partition>> {
    let header = disk.piece(sector, 92).filter(|h| has(h, 0, b"EFI PART"))?;
    let first = le64(&header, 72)?.checked_mul(sector)?;
    let count = usize::try_from(le32(&header, 80)?).ok()?.min(PARTITIONS_MAX);
    let size = u64::from(le32(&header, 84)?);
    if !(128..=ENTRY_BYTES_MAX).contains(&size) {
        return None;
    }
    let entry = |index: usize| {
        let at = first.checked_add(size.checked_mul(index as u64)?)?;
        gpt_entry(&disk.piece(at, 128)?, index, sector, disk.size())
    };
    Some((0..count).filter_map(entry).collect())
}

fn gpt_entry(entry: &[u8], index: usize, sector: u64, disk_size: u64) -> Option<Partition> {
    if entry.iter().take(16).all(|b| *b == 0) {
        return None;
    }
    let (first, last) = (le64(entry, 32)?, le64(entry, 40)?);
    let offset = first.checked_mul(sector)?;
    let size = last.checked_sub(first)?.checked_add(1)?.checked_mul(sector)?;
    let units: Vec<u16> =
        entry.get(56..128)?.chunks_exact(2).filter_map(|c| crate::bytes::le16(c, 0)).collect();
    let name: String = String::from_utf16_lossy(&units).split('\0').next().unwrap_or_default().to_string();
    fits(
        Partition {
            number: u32::try_from(index).ok()?.checked_add(1)?,
            offset,
            size,
            uuid: guid(entry, 16),
            label: (!name.is_empty()).then_some(name),
            is_dynamic: guid(entry, 0).is_some_and(|kind| DYNAMIC_GPT.contains(&kind.as_str())),
            is_esp: guid(entry, 0).is_some_and(|kind| kind == ESP_GPT),
        },
        disk_size,
    )
}

fn fits(partition: Partition, disk_size: u64) -> Option<Partition> {
    let end = partition.offset.checked_add(partition.size)?;
    (partition.size > 0 && partition.offset > 0 && end <= disk_size).then_some(partition)
}

fn read_mbr<D: ReadAt + ?Sized>(disk: &D, sector: &[u8]) -> Vec<Partition> {
    let signature = le32(sector, 440).unwrap_or_default();
    let mut found = Vec::new();
    for number in 1..=4_u32 {
        let Some((kind, start, size)) = mbr_entry(sector, number as usize - 1) else { continue };
        if matches!(kind, 0x05 | 0x0f | 0x85) {
            continue;
        }
        let partition = mbr_partition(number, start, size, signature, disk.size());
        let (is_dynamic, is_esp) = (kind == DYNAMIC_MBR, kind == ESP_MBR);
        found.extend(partition.map(|found| Partition { is_dynamic, is_esp, ..found }));
    }
    let extended =
        (0..4).filter_map(|n| mbr_entry(sector, n)).find(|(kind, ..)| matches!(kind, 0x05 | 0x0f | 0x85));
    if let Some((_, start, _)) = extended {
        found.extend(read_logical(disk, start, signature));
    }
    found
}

/// Follows the chain of extended boot records; it may be a circle.
fn read_logical<D: ReadAt + ?Sized>(disk: &D, extended: u64, signature: u32) -> Vec<Partition> {
    let mut found = Vec::new();
    let mut at = extended;
    for number in 5..5 + PARTITIONS_MAX as u32 {
        let record = at.checked_mul(SECTOR).and_then(|offset| disk.piece(offset, 512));
        let Some(record) = record.filter(|r| has(r, 510, &[0x55, 0xaa])) else { break };
        if let Some((_, start, size)) = mbr_entry(&record, 0) {
            let start = at.saturating_add(start);
            found.extend(mbr_partition(number, start, size, signature, disk.size()));
        }
        let Some((_, next, _)) = mbr_entry(&record, 1).filter(|(_, next, _)| *next > 0) else { break };
        at = extended.saturating_add(next);
    }
    found
}

/// Kind, first sector, sectors.
fn mbr_entry(sector: &[u8], index: usize) -> Option<(u8, u64, u64)> {
    let at = 446 + index * 16;
    let kind = *sector.get(at + 4)?;
    let (start, size) = (u64::from(le32(sector, at + 8)?), u64::from(le32(sector, at + 12)?));
    (kind != 0 && size > 0).then_some((kind, start, size))
}

fn mbr_partition(number: u32, start: u64, size: u64, signature: u32, disk_size: u64) -> Option<Partition> {
    let uuid = (signature != 0).then(|| format!("{signature:08x}-{number:02x}"));
    let (offset, size) = (start.checked_mul(SECTOR)?, size.checked_mul(SECTOR)?);
    let (is_dynamic, is_esp) = (false, false);
    fits(Partition { number, offset, size, uuid, label: None, is_dynamic, is_esp }, disk_size)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;
    use std::process::{Command, Stdio};

    fn disk(mib: usize, script: &str) -> Vec<u8> {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len((mib as u64) << 20).unwrap();
        let mut sfdisk = Command::new("/usr/sbin/sfdisk");
        let mut child =
            sfdisk.arg("-q").arg(file.path()).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(script.as_bytes()).unwrap();
        assert!(child.wait().unwrap().success());
        std::fs::read(file.path()).unwrap()
    }

    fn places(partitions: &[Partition]) -> Vec<(u32, u64, u64)> {
        partitions.iter().map(|p| (p.number, p.offset >> 20, p.size >> 20)).collect()
    }

    #[test]
    fn reads_gpt_as_sfdisk_wrote_it() {
        let disk = disk(
            64,
            "label: gpt\nsize=8M, name=\"first\", uuid=11223344-5566-7788-99AA-BBCCDDEEFF00\nsize=16M\n",
        );
        let found = read(&disk[..]);
        assert_eq!(places(&found), [(1, 1, 8), (2, 9, 16)]);
        assert_eq!(found[0].label.as_deref(), Some("first"));
        assert_eq!(found[0].uuid.as_deref(), Some("11223344-5566-7788-99aa-bbccddeeff00"));
    }

    #[test]
    fn reads_mbr_with_logical_partitions() {
        let disk = disk(
            64,
            "label: dos\nlabel-id: 0xdeadbeef\n1 : start=1M, size=8M, type=83\n2 : start=9M, size=40M, type=5\n3 : start=60M, size=4M, type=83\n5 : start=10M, size=8M, type=83\n6 : start=19M, size=8M, type=8e\n",
        );
        let found = read(&disk[..]);
        assert_eq!(places(&found), [(1, 1, 8), (3, 60, 4), (5, 10, 8), (6, 19, 8)]);
        assert_eq!(found[0].uuid.as_deref(), Some("deadbeef-01"));
    }

    #[test]
    fn dynamic_disks_of_windows_are_told() {
        let mbr = disk(16, "label: dos\n1 : start=1M, size=8M, type=42\n2 : start=9M, size=4M, type=7\n");
        assert_eq!(read(&mbr[..]).iter().map(|p| p.is_dynamic).collect::<Vec<_>>(), [true, false]);
        let gpt = disk(
            16,
            "label: gpt\nsize=4M, type=5808C8AA-7E8F-42E0-85D2-E1E90434CFB3\nsize=4M, type=AF9B60A0-1431-4F62-BC68-3311714A69AD\nsize=4M\n",
        );
        assert_eq!(read(&gpt[..]).iter().map(|p| p.is_dynamic).collect::<Vec<_>>(), [true, true, false]);
    }

    #[test]
    fn the_partition_of_the_firmware_is_told() {
        let told = |disk: Vec<u8>| read(&disk[..]).iter().map(|p| p.is_esp).collect::<Vec<_>>();
        let gpt = "label: gpt\nsize=4M, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B\nsize=4M\n";
        assert_eq!(told(disk(16, gpt)), [true, false]);
        assert_eq!(
            told(disk(16, "label: dos\nstart=1M, size=8M, type=7\nsize=4M, type=ef\n")),
            [false, true]
        );
    }

    #[test]
    fn lists_nothing_that_does_not_fit_and_ends_on_circles() {
        let good = disk(
            8,
            "label: dos\n1 : start=1M, size=1M, type=83\n2 : start=2M, size=5M, type=5\n5 : start=3M, size=1M, type=83\n",
        );
        let mut past = good.clone();
        past[446 + 12..446 + 16].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(places(&read(&past[..])), [(5, 3, 1)]);
        let mut circle = good.clone();
        let record = 2 << 20;
        circle[record + 462 + 4] = 5;
        circle[record + 462 + 8] = 0;
        circle[record + 462 + 9] = 8; // begins 1 MiB into the extended partition
        circle[record + 462 + 12] = 1;
        let inner = record + (1 << 20);
        circle.copy_within(record..record + 512, inner);
        assert!(read(&circle[..]).len() <= PARTITIONS_MAX + 4);
        assert_eq!(read(&[0_u8; 4096][..]), []);
        let mut random = [0xff_u8; 8192];
        (random[510], random[511]) = (0x55, 0xaa);
        random[512..520].copy_from_slice(b"EFI PART");
        assert_eq!(read(&random[..]), []);
    }
}
