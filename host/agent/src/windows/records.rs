//! What Windows' drivers answer, read without ever reaching past it: serial numbers, sizes, extents, partitions. The
//! layouts are those of `winioctl.h`. Asks nothing itself.

use crate::bytes::{guid, has, le32, le64, text};
use crate::partitions::{ESP_GPT, ESP_MBR};

/// Extents of one volume.
pub const EXTENTS_MAX: usize = 256;
/// Room for [`EXTENTS_MAX`] of them.
pub const EXTENTS_BYTES: usize = EXTENTS_AT + EXTENTS_MAX * EXTENT_BYTES;
const EXTENTS_AT: usize = 8;
const EXTENT_BYTES: usize = 24;
/// Room for a `STORAGE_DEVICE_DESCRIPTOR` with its texts.
pub const DESCRIPTOR_BYTES: usize = 4096;
const SERIAL_OFFSET_AT: usize = 24;
/// `PARTITION_INFORMATION_EX`.
pub const PARTITION_BYTES: usize = 144;
const STYLE_MBR: u32 = 0;
const STYLE_GPT: u32 = 1;
/// `SET_DISK_ATTRIBUTES`.
const ATTRIBUTES_BYTES: u32 = 40;
const OFFLINE: u64 = 1;
const READ_ONLY: u64 = 2;

/// `STORAGE_PROPERTY_QUERY` for the device's own descriptor.
pub const DEVICE_QUERY: [u8; 12] = [0; 12];

/// The beginning of a disk that [`mark`] wants, with sectors of whatever size.
pub const HEAD_BYTES: usize = 8192;
const SECTORS: [usize; 2] = [512, 4096];
const GPT: &[u8] = b"EFI PART";
const GPT_GUID_AT: usize = 56;
const MBR_SIGNATURE_AT: usize = 440;
const MBR_END: (usize, &[u8]) = (510, &[0x55, 0xaa]);

/// What a partition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// From 1.
    pub number: u32,
    /// Whether the firmware looks here for boot loaders (ESP).
    pub is_esp: bool,
}

/// The serial number in a `STORAGE_DEVICE_DESCRIPTOR`.
pub fn serial(descriptor: &[u8]) -> Option<String> {
    let at = usize::try_from(le32(descriptor, SERIAL_OFFSET_AT)?).ok().filter(|at| *at > SERIAL_OFFSET_AT)?;
    let serial = text(descriptor, at, descriptor.len().checked_sub(at)?)?.trim().to_string();
    (!serial.is_empty()).then_some(serial)
}

/// Bytes in a `GET_LENGTH_INFORMATION`.
pub fn length(answer: &[u8]) -> Option<u64> {
    le64(answer, 0).filter(|length| i64::try_from(*length).is_ok())
}

/// The numbers of the drives in a `VOLUME_DISK_EXTENTS`, each once; none when it does not hold what it says.
pub fn drives(extents: &[u8]) -> Option<Vec<u32>> {
    let count = usize::try_from(le32(extents, 0)?).ok().filter(|count| *count <= EXTENTS_MAX)?;
    let numbers = (0..count).map(|index| le32(extents, EXTENTS_AT + index * EXTENT_BYTES));
    let mut numbers = numbers.collect::<Option<Vec<u32>>>()?;
    numbers.sort_unstable();
    numbers.dedup();
    (!numbers.is_empty()).then_some(numbers)
}

/// What a `PARTITION_INFORMATION_EX` says.
pub fn partition(answer: &[u8]) -> Option<Partition> {
    let is_esp = match le32(answer, 0)? {
        STYLE_MBR => *answer.get(32)? == ESP_MBR,
        STYLE_GPT => guid(answer, 32)? == ESP_GPT,
        _ => return None,
    };
    let number = le32(answer, 24).filter(|number| *number > 0)?;
    Some(Partition { number, is_esp })
}

/// The GUID of a GPT or the signature of an MBR, by which Windows and its boot loader know a disk.
pub fn mark(head: &[u8]) -> Option<String> {
    let gpt = SECTORS.iter().find(|at| has(head, **at, GPT));
    if let Some(at) = gpt {
        return guid(head, at + GPT_GUID_AT).filter(|guid| guid.bytes().any(|digit| !b"0-".contains(&digit)));
    }
    let signature = le32(head, MBR_SIGNATURE_AT).filter(|signature| *signature != 0)?;
    has(head, MBR_END.0, MBR_END.1).then(|| format!("{signature:08x}"))
}

/// `SET_DISK_ATTRIBUTES` that hold until the next start: online and writable, or offline.
pub fn attributes(online: bool) -> Vec<u8> {
    let mut order = vec![0; ATTRIBUTES_BYTES as usize];
    let (set, mask) = if online { (0, OFFLINE | READ_ONLY) } else { (OFFLINE, OFFLINE) };
    let fields = [(0, u64::from(ATTRIBUTES_BYTES)), (8, set), (16, mask)];
    for (at, value) in fields {
        if let Some(field) = order.get_mut(at..at + 8) {
            field.copy_from_slice(&value.to_le_bytes());
        }
    }
    order
}

/// Names of volumes in a list of texts that each end with a NUL, as far as the first empty one.
pub fn texts(list: &[u16]) -> Vec<String> {
    let texts = list.split(|unit| *unit == 0).take_while(|text| !text.is_empty());
    texts.map(String::from_utf16_lossy).collect()
}

/// The number of a drive in its path, `\\.\PhysicalDrive3`.
pub fn drive_number(path: &str) -> Option<u32> {
    const BEGINNING: &str = r"\\.\PhysicalDrive";
    let (beginning, digits) = path.split_at_checked(BEGINNING.len())?;
    let is_number = !digits.is_empty() && digits.len() < 9 && digits.bytes().all(|b| b.is_ascii_digit());
    if beginning.eq_ignore_ascii_case(BEGINNING) && is_number { digits.parse().ok() } else { None }
}

/// The letter of a volume in its path, `\\.\D:`.
pub fn letter(path: &str) -> Option<char> {
    match path.strip_prefix(r"\\.\")?.as_bytes() {
        [letter, b':'] if letter.is_ascii_alphabetic() => Some(char::from(letter.to_ascii_uppercase())),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(buffer: &mut [u8], at: usize, bytes: &[u8]) {
        buffer[at..at + bytes.len()].copy_from_slice(bytes);
    }

    #[test]
    fn a_descriptor_tells_its_serial_without_blanks() {
        let mut descriptor = vec![0; 128];
        assert_eq!(serial(&descriptor), None);
        put(&mut descriptor, 24, &100_u32.to_le_bytes());
        put(&mut descriptor, 100, b"  0b5c9e6a-1f5e-4a51 \0");
        assert_eq!(serial(&descriptor).as_deref(), Some("0b5c9e6a-1f5e-4a51"));
        for offset in [1_u32, 127, 128, u32::MAX] {
            put(&mut descriptor, 24, &offset.to_le_bytes());
            assert_eq!(serial(&descriptor), None, "{offset}");
        }
        assert_eq!(serial(&descriptor[..20]), None);
    }

    #[test]
    fn extents_name_their_drives_and_reach_no_further() {
        let mut extents = vec![0; 8 + 3 * 24];
        put(&mut extents, 0, &3_u32.to_le_bytes());
        for (index, drive) in [2_u32, 1, 2].iter().enumerate() {
            put(&mut extents, 8 + index * 24, &drive.to_le_bytes());
        }
        assert_eq!(drives(&extents), Some(vec![1, 2]));
        assert_eq!(drives(&extents[..50]), None, "one is missing");
        put(&mut extents, 0, &u32::MAX.to_le_bytes());
        assert_eq!(drives(&extents), None);
        assert_eq!((drives(&[0; 8]), drives(&[])), (None, None));
    }

    #[test]
    fn partitions_of_both_tables_are_known() {
        let mut gpt = vec![0; PARTITION_BYTES];
        put(&mut gpt, 0, &1_u32.to_le_bytes());
        put(&mut gpt, 24, &2_u32.to_le_bytes());
        put(&mut gpt, 32, &[0xa2, 0xa0, 0xd0, 0xeb]);
        assert_eq!(partition(&gpt), Some(Partition { number: 2, is_esp: false }));
        let esp =
            [0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b];
        put(&mut gpt, 32, &esp);
        assert_eq!(partition(&gpt), Some(Partition { number: 2, is_esp: true }));
        let mut mbr = vec![0; PARTITION_BYTES];
        put(&mut mbr, 24, &1_u32.to_le_bytes());
        mbr[32] = 0xef;
        assert_eq!(partition(&mbr), Some(Partition { number: 1, is_esp: true }));
        mbr[24] = 0;
        assert_eq!(partition(&mbr), None, "a disk without partitions");
        put(&mut mbr, 0, &2_u32.to_le_bytes());
        assert_eq!((partition(&mbr), partition(&gpt[..40])), (None, None));
    }

    #[test]
    fn a_disk_has_the_mark_of_its_table() {
        let mut head = vec![0; HEAD_BYTES];
        assert_eq!((mark(&head), mark(&[])), (None, None));
        put(&mut head, 440, &0x1234_abcd_u32.to_le_bytes());
        assert_eq!(mark(&head), None, "no table");
        put(&mut head, 510, &[0x55, 0xaa]);
        assert_eq!(mark(&head).as_deref(), Some("1234abcd"));
        put(&mut head, 4096, b"EFI PART");
        assert_eq!(mark(&head), None, "a table without a mark");
        put(&mut head, 4096 + 56, &[1; 16]);
        assert_eq!(mark(&head).as_deref(), Some("01010101-0101-0101-0101-010101010101"));
    }

    #[test]
    fn sizes_lists_and_paths_are_read() {
        assert_eq!(length(&5_u64.to_le_bytes()), Some(5));
        assert_eq!((length(&[0xff; 8]), length(&[1; 7])), (None, None));
        let list: Vec<u16> = "D:\\\0E:\\m\\\0\0x".encode_utf16().collect();
        assert_eq!(texts(&list), ["D:\\", "E:\\m\\"]);
        assert_eq!(texts(&[0]), [""; 0]);
        assert_eq!(drive_number(r"\\.\physicaldrive12"), Some(12));
        for path in
            [r"\\.\PhysicalDrive", r"\\.\PhysicalDrive-1", r"\\.\PhysicalDrive1234567890", r"\\.\D:", ""]
        {
            assert_eq!(drive_number(path), None, "{path}");
        }
        assert_eq!(letter(r"\\.\d:"), Some('D'));
        for path in [r"\\.\D", r"\\.\D:\", r"D:", r"\\.\1:", r"\\.\PhysicalDrive1"] {
            assert_eq!(letter(path), None, "{path}");
        }
    }

    #[test]
    fn an_order_to_go_online_takes_write_protection_away_and_does_not_last() {
        let order = attributes(true);
        assert_eq!((order.len(), order[0], order[4]), (40, 40, 0), "not persistent");
        assert_eq!((order[8], order[16]), (0, 3));
        assert_eq!((attributes(false)[8], attributes(false)[16]), (1, 1));
    }
}
