//! Windows' file system: whether it may be written, and mounting it by the kernel or by ntfs-3g. What Windows wants to
//! check is refused: whoever writes there spoils what it will finish later.

use crate::attend::{Ended, attend};
use crate::bytes::{ReadAt, has, le16, le32, le64};
use crate::system::while_busy;
use gyre_core::{Error, Kind, Result};
use rustix::io::Errno;
use rustix::mount::MountFlags;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// One start of ntfs-3g, which then stays in the background.
const MOUNT_TIMEOUT: Duration = Duration::from_secs(120);
const RECORD_BYTES_MAX: u64 = 65_536;
/// The record of the volume itself in the master file table.
const VOLUME_RECORD: u64 = 3;
const VOLUME_INFORMATION: u32 = 0x70;
const IS_DIRTY: u16 = 1;
/// Attributes of one record.
const ATTRIBUTES_MAX: usize = 64;

/// Whether Windows wants this volume checked before anybody writes it; `None`: it cannot be told.
pub fn is_dirty<D: ReadAt + ?Sized>(volume: &D) -> Option<bool> {
    let boot = volume.piece(0, 512)?;
    let sector = u64::from(le16(&boot, 11)?);
    // More than 128 sectors in a cluster are written as a power of two.
    let sectors = match *boot.get(13)? {
        count if count <= 128 => u64::from(count),
        power => 1_u64.checked_shl(256 - u32::from(power))?,
    };
    let cluster = sector.checked_mul(sectors)?;
    let record = match i8::from_le_bytes([*boot.get(64)?]) {
        clusters if clusters > 0 => cluster.checked_mul(u64::from(clusters.unsigned_abs()))?,
        power => 1_u64.checked_shl(u32::from(power.unsigned_abs()))?,
    };
    if !(512..=RECORD_BYTES_MAX).contains(&record) {
        return None;
    }
    let at = le64(&boot, 48)?.checked_mul(cluster)?.checked_add(VOLUME_RECORD.checked_mul(record)?)?;
    let record = volume.piece(at, usize::try_from(record).ok()?).filter(|record| has(record, 0, b"FILE"))?;
    volume_flags(&record).map(|flags| flags & IS_DIRTY != 0)
}

fn volume_flags(record: &[u8]) -> Option<u16> {
    let mut at = usize::from(le16(record, 20)?);
    for _ in 0..ATTRIBUTES_MAX {
        let length = usize::try_from(le32(record, at.checked_add(4)?)?).ok()?;
        if le32(record, at)? == VOLUME_INFORMATION {
            let value = at.checked_add(usize::from(le16(record, at.checked_add(20)?)?))?;
            return le16(record, value.checked_add(10)?);
        }
        at = at.checked_add(length).filter(|_| length > 0)?;
    }
    None
}

/// Refuses to write what Windows wants checked first.
///
/// # Errors
/// `system.ntfs-dirty`.
pub fn check_clean<D: ReadAt + ?Sized>(volume: &D, name: &str) -> Result<()> {
    match is_dirty(volume) {
        Some(true) => Err(Error::conflict(
            "system.ntfs-dirty",
            format!("Windows wants the file system on {name} checked"),
        )
        .cause("run `chkdsk /f` in the running guest, restart it, and replicate once more")),
        _ => Ok(()),
    }
}

/// Mounts by the kernel's ntfs3, or by the program ntfs-3g where the kernel has none.
///
/// # Errors
/// `system.ntfs` where the worker has neither; `system.mount`.
pub fn mount(node: &Path, target: &Path, name: &str, writable: bool) -> Result<()> {
    let flags = MountFlags::NODEV | if writable { MountFlags::empty() } else { MountFlags::RDONLY };
    let what = || format!("cannot mount {name} (NTFS)");
    match while_busy(|| rustix::mount::mount(node, target, "ntfs3", flags, c"")) {
        Ok(()) => Ok(()),
        Err(Errno::NODEV) => mount_by_program(node, target, name, writable),
        Err(error) => {
            let kind = if error == Errno::BUSY { Kind::Unavailable } else { Kind::Other };
            Err(Error::new(kind, "system.mount", what()).cause(error))
        }
    }
}

fn mount_by_program(node: &Path, target: &Path, name: &str, writable: bool) -> Result<()> {
    let mut command = Command::new("ntfs-3g");
    command.env("PATH", crate::run::PATH);
    command.arg("-o").arg(if writable { "rw,nodev" } else { "ro,nodev" }).arg(node).arg(target);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = command.spawn().map_err(|error| {
        Error::conflict("system.ntfs", format!("this worker can mount no NTFS, which {name} is"))
            .cause(format!("its kernel has no ntfs3, and there is no program ntfs-3g ({error})"))
            .cause("use a worker image that has either")
    })?;
    let what = || format!("cannot mount {name} (NTFS)");
    let (ended, _, complaint) = attend(child, Vec::new(), Instant::now() + MOUNT_TIMEOUT, || false)?;
    match ended {
        Ended::Itself(status) if status.success() => Ok(()),
        Ended::Itself(_) => {
            let text = String::from_utf8_lossy(&complaint);
            Err(Error::other("system.mount", what()).cause(text.lines().next().unwrap_or_default()))
        }
        Ended::Late | Ended::Stopped => {
            Err(Error::unavailable("system.mount", what()).cause("ntfs-3g did not answer in time"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A boot sector, and the volume's record where it says.
    fn volume(flags: u16) -> Vec<u8> {
        let mut disk = vec![0; 64 << 10];
        let mut put = |at: usize, bytes: &[u8]| disk[at..at + bytes.len()].copy_from_slice(bytes);
        put(3, b"NTFS    ");
        put(11, &512_u16.to_le_bytes());
        put(13, &[8]);
        put(48, &4_u64.to_le_bytes());
        put(64, &[0xf6]); // 2^10
        let record = 4 * 4096 + 3 * 1024;
        put(record, b"FILE");
        put(record + 20, &56_u16.to_le_bytes());
        put(record + 56, &[0x10, 0, 0, 0, 0x60, 0, 0, 0]);
        put(record + 56 + 0x60, &[0x70, 0, 0, 0, 0x28, 0, 0, 0]);
        put(record + 56 + 0x60 + 20, &24_u16.to_le_bytes());
        put(record + 56 + 0x60 + 24 + 10, &flags.to_le_bytes());
        disk
    }

    #[test]
    fn the_volume_says_whether_it_is_dirty() {
        assert_eq!(is_dirty(&volume(0)[..]), Some(false));
        assert_eq!(is_dirty(&volume(0x4001)[..]), Some(true));
        assert_eq!(check_clean(&volume(1)[..], "disk0/part2").unwrap_err().code, "system.ntfs-dirty");
        check_clean(&volume(0)[..], "disk0/part2").unwrap();
    }

    #[test]
    fn nonsense_says_nothing_and_ends() {
        let good = volume(1);
        for at in (0..100).chain(4 * 4096 + 3 * 1024..4 * 4096 + 3 * 1024 + 200) {
            for value in [0, 1, 0x7f, 0x80, 0xff] {
                let mut bad = good.clone();
                bad[at] = value;
                let _ = is_dirty(&bad[..]);
            }
        }
        assert_eq!(is_dirty(&[0_u8; 100][..]), None);
        assert_eq!(is_dirty(&[0xff_u8; 8192][..]), None);
    }
}
