//! What the guest's own configuration calls its volumes: UUIDs, labels, partitions, logical volumes,
//! arrays, names of opened encrypted volumes, and as a last resort disks by letter. Text of the guest is
//! hostile and limited. Opens nothing.

use crate::luks;
use crate::root::Root;
use crate::stack::inner_name;
use crate::superblock::Content;
use crate::volume::{Volume, mapper_name};

/// The largest configuration file that is read for names.
const TEXT_BYTES_MAX: usize = 256 * 1024;
const ARRAYS_MAX: usize = 256;

/// The names that one root gives.
pub struct Names<'a> {
    /// The volume of the root itself.
    pub root: &'a Volume,
    /// Everything on the disks.
    pub volumes: &'a [Volume],
    /// Names of `/etc/crypttab`, and what they are on.
    crypt: Vec<(String, String)>,
    /// Devices of `mdadm.conf`, and their UUID.
    arrays: Vec<(String, String)>,
}

impl<'a> Names<'a> {
    /// Reads what the guest's configuration says.
    pub fn read(root: &Root, volume: &'a Volume, volumes: &'a [Volume]) -> Self {
        let crypt = luks::crypttab(&read_text(root, "/etc/crypttab").unwrap_or_default());
        let places = ["/etc/mdadm/mdadm.conf", "/etc/mdadm.conf"];
        let arrays = places.iter().find_map(|path| read_text(root, path)).unwrap_or_default();
        Self { root: volume, volumes, crypt, arrays: mdadm_conf(&arrays) }
    }

    /// Which volume a line of `fstab` means.
    pub fn resolve(&self, spec: &str) -> Option<&'a Volume> {
        let after = |prefixes: [&str; 2]| prefixes.iter().find_map(|prefix| spec.strip_prefix(prefix));
        let volumes = self.volumes;
        let find = |matches: &dyn Fn(&Volume) -> bool| volumes.iter().find(|volume| matches(volume));
        if let Some(uuid) = after(["UUID=", "/dev/disk/by-uuid/"]) {
            return find(&|v| same(v.superblock.uuid.as_ref(), uuid));
        }
        if let Some(label) = after(["LABEL=", "/dev/disk/by-label/"]) {
            return find(&|v| v.superblock.label.as_deref() == Some(label));
        }
        if let Some(uuid) = after(["PARTUUID=", "/dev/disk/by-partuuid/"]) {
            return find(&|v| v.partition.as_ref().is_some_and(|p| same(p.uuid.as_ref(), uuid)));
        }
        if let Some(label) = after(["PARTLABEL=", "/dev/disk/by-partlabel/"]) {
            return find(&|v| v.partition.as_ref().is_some_and(|p| p.label.as_deref() == Some(label)));
        }
        let known = self.logical(spec).or_else(|| self.opened(spec)).or_else(|| self.array(spec));
        known.or_else(|| self.by_number(spec)).or_else(|| self.only_disk(spec))
    }

    /// The guest's names of encrypted volumes that are on its disks: name, and the volume that is encrypted.
    pub fn encrypted(&self) -> Vec<(String, String)> {
        let named = self.crypt.iter().filter_map(|(name, spec)| {
            let volume = self.resolve(spec).filter(|volume| volume.superblock.content == Content::Luks)?;
            Some((name.clone(), volume.name.clone()))
        });
        named.collect()
    }

    /// `/dev/mapper/vg-lv` (with dashes of names doubled) and `/dev/vg/lv`.
    fn logical(&self, spec: &str) -> Option<&'a Volume> {
        self.volumes.iter().find(|volume| {
            volume.logical().is_some_and(|(group, name)| {
                spec == format!("/dev/{group}/{name}")
                    || spec == format!("/dev/mapper/{}", mapper_name(group, name))
            })
        })
    }

    /// `/dev/mapper/NAME` of `crypttab`, and `/dev/mapper/luks-UUID` where there is none.
    fn opened(&self, spec: &str) -> Option<&'a Volume> {
        let name = spec.strip_prefix("/dev/mapper/")?;
        let listed = self.crypt.iter().find(|(known, _)| known == name);
        // A line of crypttab that names a mapping could name itself.
        let listed =
            listed.filter(|(_, spec)| !spec.starts_with("/dev/mapper/") || self.logical(spec).is_some());
        let outer = match listed {
            Some((_, spec)) => self.resolve(spec)?,
            None => {
                let uuid = name.strip_prefix("luks-")?;
                let is_it = |v: &&Volume| {
                    v.superblock.content == Content::Luks && same(v.superblock.uuid.as_ref(), uuid)
                };
                self.volumes.iter().find(is_it)?
            }
        };
        let inner = inner_name(&outer.name);
        self.volumes.iter().find(|volume| volume.name == inner)
    }

    /// `/dev/md0`, `/dev/md/root`, `/dev/disk/by-id/md-uuid-…`, and devices of `mdadm.conf`.
    fn array(&self, spec: &str) -> Option<&'a Volume> {
        let mut arrays = self
            .volumes
            .iter()
            .filter(|volume| volume.superblock.content != Content::Raid)
            .filter_map(|volume| Some((volume, volume.member.as_ref()?)));
        if let Some((_, uuid)) = self.arrays.iter().find(|(device, _)| device == spec) {
            return arrays
                .find(|(_, array)| array.array.eq_ignore_ascii_case(uuid))
                .map(|(volume, _)| volume);
        }
        let link = spec.strip_prefix("/dev/")?;
        arrays.find(|(_, array)| array.links().iter().any(|known| known == link)).map(|(volume, _)| volume)
    }

    /// `/dev/sda2` as a last resort: that partition of the disk that the letter counts, else of the
    /// root's own disk.
    fn by_number(&self, spec: &str) -> Option<&'a Volume> {
        let name = spec.strip_prefix("/dev/")?;
        let digits = name.len() - name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let (device, number) = name.split_at_checked(name.len() - digits)?;
        let number: u32 = number.parse().ok()?;
        let letter = ["sd", "vd", "hd", "xvd"].iter().find_map(|prefix| device.strip_prefix(prefix));
        // Their numbers count controllers and slots, which are others here.
        let uncounted = ["nvme", "mmcblk", "cciss/"].iter().any(|prefix| device.starts_with(prefix));
        let counted = letter.and_then(|l| match l.as_bytes() {
            [one] => Some(usize::from(one.wrapping_sub(b'a'))),
            _ => None,
        });
        if counted.is_none() && !uncounted {
            return None;
        }
        self.partition(counted.or(self.root.disk)?, number)
    }

    /// A disk by serial number or slot says which partition, and which disk only where there is one.
    fn only_disk(&self, spec: &str) -> Option<&'a Volume> {
        ["/dev/disk/by-id/", "/dev/disk/by-path/"].iter().find(|dir| spec.starts_with(**dir))?;
        let number = spec.rsplit_once("-part")?.1.parse().ok()?;
        let is_only = self.volumes.iter().all(|volume| volume.disk.is_none_or(|disk| disk == 0));
        if is_only { self.partition(0, number) } else { None }
    }

    fn partition(&self, disk: usize, number: u32) -> Option<&'a Volume> {
        let is_it =
            |v: &&Volume| v.disk == Some(disk) && v.partition.as_ref().is_some_and(|p| p.number == number);
        self.volumes.iter().find(is_it)
    }
}

fn same(value: Option<&String>, wanted: &str) -> bool {
    value.is_some_and(|value| value.eq_ignore_ascii_case(wanted))
}

/// A file of the guest, as far as the limit.
pub fn read_text(root: &Root, path: &str) -> Option<String> {
    let mut bytes = root.read_file(path).ok()?;
    bytes.truncate(TEXT_BYTES_MAX);
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// `ARRAY /dev/md0 metadata=1.2 UUID=…`: device and UUID.
fn mdadm_conf(text: &str) -> Vec<(String, String)> {
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        words.next().filter(|word| word.eq_ignore_ascii_case("array"))?;
        let device = words.next().filter(|device| device.starts_with("/dev/"))?.to_string();
        let uuid = words.find_map(|word| {
            let (key, value) = word.split_once('=')?;
            key.eq_ignore_ascii_case("uuid").then(|| value.to_string())
        })?;
        Some((device, uuid))
    };
    text.lines().filter_map(line).take(ARRAYS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::partitions::Partition;
    use crate::raid::Member;
    use crate::superblock::Superblock;
    use crate::volume::Place;

    fn volume(name: &str, content: Content, uuid: &str) -> Volume {
        let superblock =
            Superblock { content, uuid: Some(uuid.into()), label: Some(format!("label-{uuid}")), parts: 1 };
        Volume {
            name: name.into(),
            place: Place::Scattered,
            superblock,
            partition: None,
            disk: None,
            member: None,
        }
    }

    fn partition(disk: usize, number: u32, content: Content, uuid: &str) -> Volume {
        let partition = Partition {
            number,
            offset: 1,
            size: 1,
            uuid: Some(format!("part-{uuid}")),
            label: Some(format!("partlabel-{uuid}")),
            is_dynamic: false,
            is_esp: false,
        };
        let volume = volume(&format!("disk{disk}/part{number}"), content, uuid);
        Volume { partition: Some(partition), disk: Some(disk), ..volume }
    }

    fn volumes() -> Vec<Volume> {
        let member = Member { array: "0:1:2:3".into(), name: Some("boot".into()), number: Some(7), parts: 2 };
        let part = Volume {
            member: Some(member.clone()),
            superblock: Superblock::raid(),
            ..partition(1, 1, Content::Raid, "m")
        };
        vec![
            partition(0, 1, Content::Vfat, "ab-12"),
            partition(0, 2, Content::Luks, "aa"),
            volume("disk0/part2/luks", Content::Ext, "bb"),
            part,
            Volume { member: Some(member), ..volume("raid/0-1-2-3", Content::Xfs, "cc") },
            volume("lvm/vg-a/crypt", Content::Luks, "dd"),
            volume("lvm/vg-a/crypt/luks", Content::Btrfs, "ee"),
        ]
    }

    #[test]
    fn every_usual_name_leads_to_its_volume() {
        let volumes = volumes();
        let crypt = [("root", "UUID=aa"), ("home", "/dev/mapper/vg--a-crypt"), ("me", "/dev/mapper/me")];
        let names = Names {
            root: &volumes[0],
            volumes: &volumes,
            crypt: crypt.map(|(a, b)| (a.to_string(), b.to_string())).into(),
            arrays: vec![("/dev/md/old".into(), "0:1:2:3".into())],
        };
        for (spec, expected) in [
            ("UUID=AB-12", Some("disk0/part1")),
            ("/dev/disk/by-uuid/cc", Some("raid/0-1-2-3")),
            ("LABEL=label-bb", Some("disk0/part2/luks")),
            ("PARTUUID=PART-AA", Some("disk0/part2")),
            ("/dev/disk/by-partlabel/partlabel-ab-12", Some("disk0/part1")),
            ("/dev/mapper/vg--a-crypt", Some("lvm/vg-a/crypt")),
            ("/dev/vg-a/crypt", Some("lvm/vg-a/crypt")),
            ("/dev/mapper/root", Some("disk0/part2/luks")),
            ("/dev/mapper/home", Some("lvm/vg-a/crypt/luks")),
            ("/dev/mapper/luks-AA", Some("disk0/part2/luks")),
            ("/dev/mapper/me", None),
            ("/dev/mapper/nobody", None),
            ("/dev/md7", Some("raid/0-1-2-3")),
            ("/dev/md/boot", Some("raid/0-1-2-3")),
            ("/dev/md/old", Some("raid/0-1-2-3")),
            ("/dev/disk/by-id/md-uuid-0:1:2:3", Some("raid/0-1-2-3")),
            ("/dev/sdb1", Some("disk1/part1")),
            ("/dev/vda2", Some("disk0/part2")),
            ("/dev/cciss/c0d0p1", Some("disk0/part1")),
            ("/dev/mapper/other2", None),
            ("/dev/md1", None),
            ("/dev/sdc1", None),
            ("/dev/disk/by-id/ata-X-part1", None),
            ("UUID=nothing", None),
        ] {
            assert_eq!(names.resolve(spec).map(|v| v.name.as_str()), expected, "{spec}");
        }
        let encrypted = [("root", "disk0/part2"), ("home", "lvm/vg-a/crypt")];
        assert_eq!(names.encrypted(), encrypted.map(|(a, b)| (a.to_string(), b.to_string())));
        let one = Names { volumes: &volumes[..3], ..names };
        assert_eq!(one.resolve("/dev/disk/by-path/pci-0-part2").unwrap().name, "disk0/part2");
    }

    #[test]
    fn reads_devices_of_arrays() {
        let text = "# c\nDEVICE partitions\nARRAY /dev/md/0 metadata=1.2 UUID=a:b:c:d name=x:0\narray /dev/md1 uuid=1:2:3:4\nARRAY <ignore> UUID=e\nARRAY /dev/md2\n";
        let expected = [("/dev/md/0", "a:b:c:d"), ("/dev/md1", "1:2:3:4")];
        assert_eq!(mdadm_conf(text), expected.map(|(a, b)| (a.to_string(), b.to_string())));
        assert_eq!(mdadm_conf(&"ARRAY /dev/md1 UUID=a\n".repeat(10_000)).len(), ARRAYS_MAX);
    }
}
