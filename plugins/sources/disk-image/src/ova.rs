//! A disk inside an OVA archive: a tar with an OVF descriptor, its manifest, and VMDK disks. The disk is read
//! where it lies.

mod manifest;

use crate::file::{Files, ImageFile, SECTOR};
use crate::record::Record;
use crate::vmdk::Vmdk;
use gyre_plugin::source::*;
use manifest::Manifest;
use std::rc::Rc;

/// A machine has 64 disks at most, and some texts.
const MEMBERS_MAX: usize = 256;
/// Disks up to this size are summed: more would not fit into one call's computing time.
const SUMMED_BYTES_MAX: u64 = 4 << 30;
const NAME_BYTES: usize = 100;
const SIZE_AT: usize = 124;
const SIZE_BYTES: usize = 12;

/// The member of that name, or the only disk there is.
///
/// # Errors
/// `disk-image.no-member`, `disk-image.corrupt`, `disk-image.truncated`; those of VMDK.
pub fn open(file: &ImageFile, wanted: Option<&str>, files: &Files) -> Result<Vmdk> {
    let members = members(file)?;
    let disk = chosen(file, &members, wanted)?;
    Vmdk::open(Rc::new(disk.file(file)?), files)
}

/// Compares the descriptor and the disk with the manifest, if there is one. Answers why it did not.
///
/// # Errors
/// As [`open`]; `disk-image.corrupt` when a checksum is wrong.
pub fn check_sums(path: &str, wanted: Option<&str>) -> Result<Option<String>> {
    let file = Files::new(true).first(path)?;
    let members = members(&file)?;
    let Some(manifest) = members.iter().find(|member| member.ends_with(".mf")) else {
        return Ok(Some(format!("{path} has no manifest: nothing says whether its disk is whole")));
    };
    let manifest = Manifest::read(&manifest.file(&file)?)?;
    let disk = chosen(&file, &members, wanted)?;
    for member in members.iter().filter(|member| member.ends_with(".ovf")) {
        manifest.check(&member.name, &member.file(&file)?)?;
    }
    if disk.length > SUMMED_BYTES_MAX {
        let why = format!("the checksum of {} was not looked at: it is larger than 4 GiB", disk.name);
        return Ok(Some(why));
    }
    manifest.check(&disk.name, &disk.file(&file)?)?;
    Ok(None)
}

struct Member {
    name: String,
    offset: u64,
    length: u64,
}

impl Member {
    fn ends_with(&self, ending: &str) -> bool {
        self.name.to_ascii_lowercase().ends_with(ending)
    }

    fn file(&self, archive: &ImageFile) -> Result<ImageFile> {
        archive.part(format!("{}/{}", archive.name(), self.name), self.offset, self.length)
    }
}

fn chosen<'a>(file: &ImageFile, members: &'a [Member], wanted: Option<&str>) -> Result<&'a Member> {
    let fits =
        |member: &&Member| wanted.map_or_else(|| member.ends_with(".vmdk"), |name| member.name == name);
    let disks: Vec<&Member> = members.iter().filter(fits).collect();
    if let [disk] = disks.as_slice() {
        return Ok(disk);
    }
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let message = match wanted {
        Some(wanted) => format!("{} has not exactly one member {wanted:?}", file.name()),
        None => format!("{} has not exactly one disk: name one by `member`", file.name()),
    };
    Err(Error::not_found("disk-image.no-member", message).cause(format!("members: {}", names.join(", "))))
}

fn members(file: &ImageFile) -> Result<Vec<Member>> {
    let (mut members, mut at) = (Vec::new(), 0);
    while at < file.size() && members.len() < MEMBERS_MAX {
        let header = file.read(at, SECTOR)?;
        // Two blocks of zeros end an archive, but begin none.
        if header.byte(0) == 0 && at > 0 {
            break;
        }
        let length = length(file, &header)?;
        let offset = at + SECTOR;
        file.check_end(offset, length)?;
        if [0, b'0'].contains(&header.byte(156)) {
            members.push(Member { name: header.text(0, NAME_BYTES), offset, length });
        }
        at = offset + length.next_multiple_of(SECTOR);
    }
    Ok(members)
}

/// Octal, or binary where the first bit says so, as GNU tar writes members of 8 GiB and more.
fn length(file: &ImageFile, header: &Record) -> Result<u64> {
    if !header.has(257, b"ustar") {
        return Err(file.corrupt("it is no tar archive"));
    }
    let length = if header.byte(SIZE_AT) & 0x80 != 0 {
        Some(header.be64(SIZE_AT + 4))
    } else {
        u64::from_str_radix(header.text(SIZE_AT, SIZE_BYTES).trim(), 8).ok()
    };
    file.check_size(length)
}
