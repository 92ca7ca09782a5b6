//! What lies on a volume, told by the magic numbers of its superblock, with the names that an
//! `fstab` may use for it. Knows no partition table.

use crate::bytes::{ReadAt, has, le16, le64, text, uuid};

/// The first this many bytes hold every superblock that is looked for.
const HEAD_BYTES: usize = 68 * 1024;

/// A kind of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Content {
    Ext,
    Xfs,
    Btrfs,
    Vfat,
    Ntfs,
    BitLocker,
    Refs,
    Dynamic,
    Swap,
    Lvm,
    Luks,
    Raid,
    Unknown,
}

impl Content {
    /// As `mount` calls it, for those that hold files.
    pub fn file_system(self) -> Option<&'static str> {
        match self {
            Self::Ext => Some("ext4"),
            Self::Xfs => Some("xfs"),
            Self::Btrfs => Some("btrfs"),
            Self::Vfat => Some("vfat"),
            _ => None,
        }
    }

    /// For messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ext => "ext2/3/4",
            Self::Xfs => "XFS",
            Self::Btrfs => "Btrfs",
            Self::Vfat => "FAT",
            Self::Ntfs => "NTFS",
            Self::BitLocker => "encrypted (BitLocker)",
            Self::Refs => "ReFS",
            Self::Dynamic => "a part of a dynamic disk of Windows (LDM)",
            Self::Swap => "swap space",
            Self::Lvm => "an LVM physical volume",
            Self::Luks => "encrypted (LUKS)",
            Self::Raid => "a member of a Linux software RAID",
            Self::Unknown => "nothing known",
        }
    }
}

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Superblock {
    /// What it is.
    pub content: Content,
    /// As `UUID=` names it.
    pub uuid: Option<String>,
    /// As `LABEL=` names it.
    pub label: Option<String>,
    /// Devices that a Btrfs is spread over.
    pub parts: u64,
}

impl Superblock {
    /// Of what nothing is known.
    pub const fn unknown() -> Self {
        Self { content: Content::Unknown, uuid: None, label: None, parts: 1 }
    }

    /// Of a part of a software RAID: what else its bytes look like is the array's.
    pub const fn raid() -> Self {
        Self { content: Content::Raid, uuid: None, label: None, parts: 1 }
    }
}

/// Looks at the beginning of a volume.
pub fn probe<D: ReadAt + ?Sized>(volume: &D) -> Superblock {
    let length = usize::try_from(volume.size()).unwrap_or(HEAD_BYTES).min(HEAD_BYTES);
    let head = volume.piece(0, length).unwrap_or_default();
    let (content, uuid, label) = identify(&head);
    let parts = match content {
        Content::Btrfs => le64(&head, 65_536 + 136).unwrap_or(1),
        _ => 1,
    };
    Superblock { content, uuid, label, parts }
}

fn identify(head: &[u8]) -> (Content, Option<String>, Option<String>) {
    if has(head, 0, b"LUKS\xba\xbe") {
        // A label is version 2's alone.
        let label = if head.get(7) == Some(&2) { text(head, 24, 48) } else { None };
        return (Content::Luks, text(head, 168, 40), label);
    }
    if (0..4).any(|sector| has(head, sector * 512, b"LABELONE") && has(head, sector * 512 + 24, b"LVM2 001"))
    {
        return (Content::Lvm, None, None);
    }
    if has(head, 4096, &[0xfc, 0x4e, 0x2b, 0xa9]) || has(head, 0, &[0xfc, 0x4e, 0x2b, 0xa9]) {
        return (Content::Raid, None, None);
    }
    if has(head, 0, b"XFSB") {
        return (Content::Xfs, uuid(head, 32), text(head, 108, 12));
    }
    if has(head, 65_536 + 64, b"_BHRfS_M") {
        return (Content::Btrfs, uuid(head, 65_536 + 32), text(head, 65_536 + 299, 256));
    }
    if le16(head, 1024 + 56) == Some(0xef53) {
        return (Content::Ext, uuid(head, 1024 + 104), text(head, 1024 + 120, 16));
    }
    if has(head, 4086, b"SWAPSPACE2") {
        return (Content::Swap, uuid(head, 1024 + 12), text(head, 1024 + 28, 16));
    }
    if has(head, 3, b"NTFS    ") {
        return (Content::Ntfs, None, None);
    }
    if has(head, 3, b"-FVE-FS-") {
        return (Content::BitLocker, None, None);
    }
    if has(head, 3, b"ReFS\0\0\0\0") {
        return (Content::Refs, None, None);
    }
    identify_fat(head).unwrap_or((Content::Unknown, None, None))
}

fn identify_fat(head: &[u8]) -> Option<(Content, Option<String>, Option<String>)> {
    let (serial, label) = match (has(head, 82, b"FAT32"), has(head, 54, b"FAT1")) {
        (true, _) => (67, 71),
        (_, true) => (39, 43),
        _ => return None,
    };
    let serial = crate::bytes::le32(head, serial)?;
    let uuid = format!("{:04X}-{:04X}", serial >> 16, serial & 0xffff);
    let label = text(head, label, 11).filter(|label| label != "NO NAME");
    Some((Content::Vfat, Some(uuid), label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn made_by(program: &str, arguments: &[&str], mib: u64) -> Superblock {
        let file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(mib << 20).unwrap();
        let output = Command::new(program).args(arguments).arg(file.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        probe(&std::fs::read(file.path()).unwrap()[..])
    }

    #[test]
    fn knows_what_the_usual_programs_make() {
        let id = "11223344-5566-7788-99aa-bbccddeeff00";
        let named = |content, uuid: &str| Superblock {
            content,
            uuid: Some(uuid.into()),
            label: Some("here".into()),
            parts: 1,
        };
        assert_eq!(
            made_by("/usr/sbin/mke2fs", &["-q", "-t", "ext4", "-U", id, "-L", "here"], 8),
            named(Content::Ext, id)
        );
        assert_eq!(made_by("/usr/sbin/mkswap", &["-q", "-U", id, "-L", "here"], 8), named(Content::Swap, id));
        let fat = made_by("/usr/sbin/mkfs.vfat", &["-i", "1234abcd", "-n", "here"], 8);
        assert_eq!((fat.content, fat.uuid.as_deref()), (Content::Vfat, Some("1234-ABCD")));
    }

    #[test]
    fn tells_the_rest_by_their_magic() {
        let with = |at: usize, magic: &[u8]| {
            let mut disk = vec![0; 70_000];
            disk[at..at + magic.len()].copy_from_slice(magic);
            probe(&disk[..]).content
        };
        assert_eq!(with(0, b"XFSB"), Content::Xfs);
        assert_eq!(with(65_600, b"_BHRfS_M"), Content::Btrfs);
        assert_eq!(with(0, b"LUKS\xba\xbe"), Content::Luks);
        assert_eq!(with(3, b"NTFS    "), Content::Ntfs);
        assert_eq!(with(3, b"-FVE-FS-"), Content::BitLocker);
        assert_eq!(with(3, b"ReFS\0\0\0\0"), Content::Refs);
        assert_eq!(with(4096, &[0xfc, 0x4e, 0x2b, 0xa9]), Content::Raid);
        assert_eq!(with(0, b""), Content::Unknown);
        assert_eq!(probe(&[0x53_u8; 7][..]).content, Content::Unknown);
    }
}
