//! A disk inside an OVA archive: a tar with an OVF descriptor and VMDK disks. The disk is read where it lies.

use crate::file::{Files, ImageFile, SECTOR};
use crate::record::Record;
use crate::vmdk::Vmdk;
use gyre_plugin::source::*;
use std::rc::Rc;

/// A machine has 64 disks at most, and some texts.
const MEMBERS_MAX: usize = 256;
const NAME_BYTES: usize = 100;
const SIZE_AT: usize = 124;
const SIZE_BYTES: usize = 12;

/// The member of that name, or the only disk there is.
///
/// # Errors
/// `disk-image.no-member`, `disk-image.corrupt`, `disk-image.truncated`; those of VMDK.
pub fn open(file: &ImageFile, wanted: Option<&str>, files: &Files) -> Result<Vmdk> {
    let members = members(file)?;
    let disks: Vec<&Member> = members.iter().filter(|member| member.is(wanted)).collect();
    let [disk] = disks.as_slice() else {
        let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
        let message = match wanted {
            Some(wanted) => format!("{} has not exactly one member {wanted:?}", file.name()),
            None => format!("{} has not exactly one disk: name one by `member`", file.name()),
        };
        return Err(
            Error::not_found("disk-image.no-member", message).cause(format!("members: {}", names.join(", ")))
        );
    };
    let name = format!("{}/{}", file.name(), disk.name);
    Vmdk::open(Rc::new(file.part(name, disk.offset, disk.length)?), files)
}

struct Member {
    name: String,
    offset: u64,
    length: u64,
}

impl Member {
    fn is(&self, wanted: Option<&str>) -> bool {
        match wanted {
            Some(wanted) => self.name == wanted,
            None => self.name.to_ascii_lowercase().ends_with(".vmdk"),
        }
    }
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
