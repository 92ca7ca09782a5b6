//! Linux software RAID: what the superblocks of its parts say, and putting arrays together with the
//! worker's `mdadm` from the guest's disks alone, never from the worker's own. Facts: `md(4)` and
//! linux/raid/md_p.h. Knows no file system.

use crate::bytes::{ReadAt, array, has, le32, le64, text};
use crate::tool::{Tool, Tools};
use crate::volume::plain_name;
use gyre_core::{Error, Result};
use std::path::{Path, PathBuf};
use std::time::Duration;

const MAGIC: [u8; 4] = [0xfc, 0x4e, 0x2b, 0xa9];
const MDADM: Tool = Tool {
    name: "mdadm",
    package: "mdadm",
    need: "software RAID",
    code: "system.raid",
    limit: Duration::from_secs(60),
};
/// Arrays get a number of their own from here on when the guest's is taken on the worker.
const NUMBERS: std::ops::Range<u32> = 200..511;
/// The guest's own number of an array is kept below this.
const GUEST_NUMBER_MAX: u32 = 1024;
const NEW_SUPERBLOCK_BYTES: usize = 256;
const OLD_SUPERBLOCK_BYTES: usize = 4096;
const OLD_RESERVED_BYTES: u64 = 64 * 1024;

/// What a part says of itself and its array.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The array's UUID as `mdadm` writes it: four groups of eight digits.
    pub array: String,
    /// Name of the array without its host's.
    pub name: Option<String>,
    /// Number that old arrays ask for.
    pub number: Option<u32>,
    /// Parts of a whole array.
    pub parts: u32,
}

impl Member {
    /// The number in the guest's own `/dev/mdN`, if it is known.
    pub fn guest_number(&self) -> Option<u32> {
        let named = || self.name.as_deref()?.trim_start_matches("md").parse().ok();
        self.number.or_else(named).filter(|number| *number < GUEST_NUMBER_MAX)
    }

    /// Paths below `/dev` under which the guest may know the array.
    pub fn links(&self) -> Vec<String> {
        let mut links = vec![format!("disk/by-id/md-uuid-{}", self.array)];
        links.extend(self.guest_number().map(|number| format!("md{number}")));
        links.extend(self.name.iter().filter(|name| plain_name(name)).map(|name| format!("md/{name}")));
        links
    }
}

/// The superblock of a part. `partitioned`: the device has a partition table, whose last partition an old
/// superblock at the very end may belong to.
pub fn read<D: ReadAt + ?Sized>(device: &D, partitioned: bool) -> Option<Member> {
    let end = (device.size() / 512).checked_sub(16).map(|sector| (sector & !7) * 512);
    let places = [Some(4096), Some(0), end];
    let new = places.into_iter().flatten().find_map(|at| read_new(device, at));
    new.or_else(|| if partitioned { None } else { read_old(device) })
}

/// Version 1.x: it says where it lies, so that one of a part of the device is not taken for its own.
fn read_new<D: ReadAt + ?Sized>(device: &D, at: u64) -> Option<Member> {
    let block = device.piece(at, NEW_SUPERBLOCK_BYTES).filter(|block| has(block, 0, &MAGIC))?;
    if le32(&block, 4)? != 1 || le64(&block, 144)?.checked_mul(512)? != at {
        return None;
    }
    let id: [u8; 16] = array(&block, 16)?;
    let name = text(&block, 32, 32).map(|name| match name.split_once(':') {
        Some((_, name)) => name.to_string(),
        None => name,
    });
    Some(Member { array: groups(&id), name, number: None, parts: le32(&block, 92)? })
}

/// Version 0.90, in the last 64 KiB that are whole.
fn read_old<D: ReadAt + ?Sized>(device: &D) -> Option<Member> {
    let at = (device.size() & !(OLD_RESERVED_BYTES - 1)).checked_sub(OLD_RESERVED_BYTES)?;
    let block = device.piece(at, OLD_SUPERBLOCK_BYTES).filter(|block| has(block, 0, &MAGIC))?;
    let word = |index: usize| le32(&block, index * 4);
    if word(1)? != 0 || word(2)? < 90 {
        return None;
    }
    let words = [word(5)?, word(13)?, word(14)?, word(15)?];
    let id = words.map(u32::to_be_bytes).concat();
    Some(Member { array: groups(&id), name: None, number: word(11), parts: word(10)? })
}

fn groups(id: &[u8]) -> String {
    let group = |four: &[u8]| four.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    id.chunks(4).map(group).collect::<Vec<_>>().join(":")
}

/// Puts an array together from exactly these devices; one that lacks parts runs without them, as it
/// would in the guest. Returns its node.
///
/// # Errors
/// `system.tool`, `system.raid`.
pub fn assemble(tools: &Tools, member: &Member, devices: &[PathBuf], writable: bool) -> Result<PathBuf> {
    let node = free_node(member.guest_number())?;
    let (target, uuid) = (node.display().to_string(), format!("--uuid={}", member.array));
    let devices: Vec<String> = devices.iter().map(|device| device.display().to_string()).collect();
    // An empty configuration: nothing that the worker's own says of arrays counts here.
    let mut arguments = vec!["--assemble", &target, "--config=none", "--run", &uuid];
    if !writable {
        arguments.push("--readonly");
    }
    arguments.extend(devices.iter().map(String::as_str));
    match tools.must(&MDADM, &arguments) {
        Ok(()) => Ok(node),
        Err(error) => {
            // What it began must not hold the disks.
            if node.exists() {
                let _ = stop(tools, &node);
            }
            Err(error.during(format!("the array {} cannot be put together", member.array)))
        }
    }
}

/// Stops an array.
///
/// # Errors
/// `system.tool`, `system.raid`.
pub fn stop(tools: &Tools, node: &Path) -> Result<()> {
    tools.must(&MDADM, &["--stop", &node.display().to_string()])
}

/// A node that no array of the worker has: the guest's own number where it is free, so that the guest's
/// programs find what their configuration says.
fn free_node(wanted: Option<u32>) -> Result<PathBuf> {
    let node = |number: u32| Path::new("/dev").join(format!("md{number}"));
    let free = |number: &u32| {
        !Path::new("/sys/block").join(format!("md{number}")).exists() && !node(*number).exists()
    };
    let number = wanted.into_iter().chain(NUMBERS).find(free);
    number.map(node).ok_or_else(|| Error::other("system.raid", "this worker has no free number for an array"))
}

/// Stops arrays that the worker made of the guest's disks by itself, as udev does when they are attached.
///
/// # Errors
/// `system.raid` when one is made of the worker's own disks, too; `system.tool`.
pub fn take_back(tools: &Tools, lies_on_guest: impl Fn(&str) -> bool) -> Result<()> {
    for held in held(Path::new("/sys/block"), &lies_on_guest) {
        let node = Path::new("/dev").join(&held.name);
        if !held.wholly {
            let why = format!("{} joins disks of this worker and of the guest", node.display());
            return Err(Error::conflict("system.raid", why));
        }
        stop(tools, &node).map_err(|error| {
            error.during(format!("this worker began to use the guest's disks as {}", node.display()))
        })?;
    }
    Ok(())
}

/// An array of this worker that has a part on the guest's disks.
#[derive(Debug, PartialEq, Eq)]
struct Held {
    name: String,
    /// Whether all of its parts are there.
    wholly: bool,
}

fn held(blocks: &Path, lies_on_guest: &impl Fn(&str) -> bool) -> Vec<Held> {
    let entries = std::fs::read_dir(blocks).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let arrays = names.filter(|name| name.starts_with("md"));
    arrays
        .filter_map(|name| {
            let parts = std::fs::read_dir(blocks.join(&name).join("slaves")).ok()?.flatten();
            let numbers = parts.filter_map(|part| std::fs::read_to_string(part.path().join("dev")).ok());
            let ours: Vec<bool> = numbers.map(|number| lies_on_guest(number.trim())).collect();
            ours.contains(&true).then(|| Held { name, wholly: !ours.contains(&false) })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Seek as _, Write as _};
    use std::process::Command;

    const SIZE: u64 = 8 << 20;
    const ID: [u8; 16] = *b"\x01\x23\x45\x67\x89\xab\xcd\xef\xfe\xdc\xba\x98\x76\x54\x32\x10";

    fn put(block: &mut [u8], at: usize, bytes: &[u8]) {
        block[at..at + bytes.len()].copy_from_slice(bytes);
    }

    /// A superblock 1.x of a mirror of two.
    fn new_superblock(at: u64) -> Vec<u8> {
        let mut block = vec![0; 1024];
        put(&mut block, 0, &MAGIC);
        put(&mut block, 4, &1_u32.to_le_bytes());
        put(&mut block, 16, &ID);
        put(&mut block, 32, b"vm:7");
        put(&mut block, 72, &1_u32.to_le_bytes());
        put(&mut block, 80, &8192_u64.to_le_bytes());
        put(&mut block, 92, &2_u32.to_le_bytes());
        put(&mut block, 128, &2048_u64.to_le_bytes());
        put(&mut block, 136, &8192_u64.to_le_bytes());
        put(&mut block, 144, &(at / 512).to_le_bytes());
        put(&mut block, 200, &9_u64.to_le_bytes());
        put(&mut block, 208, &u64::MAX.to_le_bytes());
        put(&mut block, 220, &128_u32.to_le_bytes());
        block[256..512].fill(0xff);
        put(&mut block, 256, &[0, 0, 1, 0]);
        let words = block[..256 + 256].chunks_exact(4).map(|w| u64::from(le32(w, 0).unwrap()));
        let sum: u64 = words.sum();
        let sum = (sum & 0xffff_ffff) as u32 + (sum >> 32) as u32;
        put(&mut block, 216, &sum.to_le_bytes());
        block
    }

    fn device(at: u64, superblock: &[u8]) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.as_file().set_len(SIZE).unwrap();
        file.seek(std::io::SeekFrom::Start(at)).unwrap();
        file.write_all(superblock).unwrap();
        file
    }

    fn examined(file: &tempfile::NamedTempFile) -> String {
        let output = Command::new("mdadm").arg("--examine").arg(file.path()).output().unwrap();
        String::from_utf8(output.stdout).unwrap() + &String::from_utf8_lossy(&output.stderr)
    }

    fn read_file(file: &tempfile::NamedTempFile, partitioned: bool) -> Option<Member> {
        read(&std::fs::read(file.path()).unwrap()[..], partitioned)
    }

    #[test]
    fn reads_what_mdadm_reads() {
        let end = (SIZE / 512 - 16) / 8 * 8 * 512;
        for (version, at) in [("1.0", end), ("1.1", 0), ("1.2", 4096)] {
            let file = device(at, &new_superblock(at));
            let member = read_file(&file, true).unwrap();
            let words = examined(&file);
            assert!(words.contains(&format!("Array UUID : {}", member.array)), "{version}: {words}");
            assert!(words.contains(&format!("Version : {version}")), "{version}: {words}");
            assert!(words.contains("Raid Devices : 2") && words.contains("vm:7"), "{version}: {words}");
            assert_eq!((member.name.as_deref(), member.parts), (Some("7"), 2));
            assert_eq!(member.guest_number(), Some(7));
            let links = ["disk/by-id/md-uuid-01234567:89abcdef:fedcba98:76543210", "md7", "md/7"];
            assert_eq!(member.links(), links);
        }
    }

    #[test]
    fn reads_old_superblocks_of_partitions_and_whole_disks() {
        let mut block = vec![0; OLD_SUPERBLOCK_BYTES];
        let mut word = |index: usize, value: u32| put(&mut block, index * 4, &value.to_le_bytes());
        word(0, u32::from_le_bytes(MAGIC));
        for (index, value) in [(2, 90), (3, 0), (5, 0xaabb_ccdd), (7, 1), (8, 8128), (9, 2), (10, 2)] {
            word(index, value);
        }
        for (index, value) in [(11, 3), (13, 1), (14, 2), (15, 0xffff_fff0)] {
            word(index, value);
        }
        let words = block.chunks_exact(4).map(|w| u64::from(le32(w, 0).unwrap()));
        let sum: u64 = words.sum();
        put(&mut block, 38 * 4, &((sum & 0xffff_ffff) as u32 + (sum >> 32) as u32).to_le_bytes());
        let file = device(SIZE - OLD_RESERVED_BYTES, &block);
        let member = read_file(&file, false).unwrap();
        assert_eq!(member.array, "aabbccdd:00000001:00000002:fffffff0");
        assert_eq!((member.guest_number(), member.parts), (Some(3), 2));
        let words = examined(&file);
        assert!(words.contains(&format!("UUID : {}", member.array)), "{words}");
        assert_eq!(read_file(&file, true), None, "it is the last partition's");
    }

    #[test]
    fn takes_nothing_else_for_a_part() {
        let elsewhere = device(4096, &new_superblock(8192));
        assert_eq!(read_file(&elsewhere, false), None, "another place than it says");
        assert_eq!(read(&[0_u8; 512][..], false), None);
        assert_eq!(read(&[][..], false), None);
        let noise: Vec<u8> = MAGIC.iter().copied().cycle().take(1 << 20).collect();
        assert_eq!(read(&noise[..], false), None);
        let hostile = Member {
            array: "0:0:0:0".into(),
            name: Some("../../etc".into()),
            number: Some(u32::MAX),
            parts: 2,
        };
        assert_eq!(hostile.links(), ["disk/by-id/md-uuid-0:0:0:0"]);
    }

    #[test]
    fn tells_the_workers_arrays_from_those_it_made_of_the_guests_disks() {
        let dir = tempfile::tempdir().unwrap();
        let part = |array: &str, name: &str, number: &str| {
            let path = dir.path().join(array).join("slaves").join(name);
            std::fs::create_dir_all(&path).unwrap();
            std::fs::write(path.join("dev"), format!("{number}\n")).unwrap();
        };
        part("md0", "vda1", "254:1");
        part("md127", "vdb1", "254:17");
        part("md127", "vdc1", "254:33");
        part("md126", "vda2", "254:2");
        part("md126", "vdb2", "254:18");
        part("vdb", "nothing", "254:17");
        let mut found = held(dir.path(), &|number| ["254:17", "254:33", "254:18"].contains(&number));
        found.sort_by(|a, b| a.name.cmp(&b.name));
        let expected = [("md126", false), ("md127", true)].map(|(n, wholly)| Held { name: n.into(), wholly });
        assert_eq!(found, expected);
    }
}
