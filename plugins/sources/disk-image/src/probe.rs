//! Which format a file has, decided in this one place. What the operator wrote wins. Else the first bytes
//! tell; a name whose ending says something else is an error, for a guest may have written any header into
//! its raw disk; and where the ending says nothing, other files that the image names are not followed. What a server
//! exports is a disk, whatever its first bytes say.

use crate::file::{Files, ImageFile};
use crate::layer::{Layer, Raw};
use crate::luks::{self, Container};
use crate::options::Format;
use crate::ova;
use crate::path::is_export;
use crate::qcow2::Qcow2;
use crate::vdi::Vdi;
use crate::vhd::Vhd;
use crate::vhdx::Vhdx;
use crate::vmdk::Vmdk;
use gyre_plugin::source::*;
use std::rc::Rc;

const HEAD_BYTES: u64 = 512;

/// First bytes that tell a format, and where they stand.
const MAGICS: &[(usize, &[u8], Format)] = &[
    (0, b"QFI\xfb", Format::Qcow2),
    (0, b"KDMV", Format::Vmdk),
    (0, b"COWD", Format::Vmdk),
    (0, b"\xbe\xba\xfe\xca\0\0\0\0", Format::Vmdk),
    (0, b"# Disk DescriptorFile", Format::Vmdk),
    (0, b"vhdxfile", Format::Vhdx),
    (0, b"conectix", Format::Vhd),
    (64, b"\x7f\x10\xda\xbe", Format::Vdi),
];

/// First bytes of images that cannot be read here and would be wrong as raw disks.
const STRANGERS: &[(&[u8], &str)] = &[
    (b"QED\0", "it is a QED image"),
    (b"WithoutFreeSpace", "it is a Parallels image"),
    (b"WithouFreSpacExt", "it is a Parallels image"),
];

/// Name endings that say something.
const ENDINGS: &[(&str, Format)] = &[
    ("raw", Format::Raw),
    ("qcow2", Format::Qcow2),
    ("vmdk", Format::Vmdk),
    ("vhdx", Format::Vhdx),
    ("avhdx", Format::Vhdx),
    ("vhd", Format::Vhd),
    ("avhd", Format::Vhd),
    ("vpc", Format::Vhd),
    ("vdi", Format::Vdi),
    ("ova", Format::Ova),
    ("luks", Format::Luks),
];

/// What the operator decided about a disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct Choice<'a> {
    pub format: Option<Format>,
    /// Name or id of an internal snapshot.
    pub snapshot: Option<&'a str>,
    /// Name of a disk inside an archive.
    pub member: Option<&'a str>,
    /// Name of the dirty bitmap that says what changed.
    pub bitmap: Option<&'a str>,
}

/// Understands an open file of that format.
///
/// # Errors
/// `disk-image.config` for what `choice` asks of a format that does not have it, and those of the format.
pub fn open(
    file: Rc<ImageFile>,
    format: Format,
    choice: &Choice<'_>,
    files: &Files,
) -> Result<Box<dyn Layer>> {
    if choice.snapshot.is_some() && format != Format::Qcow2 {
        return Err(misplaced(&file, "snapshot", "only qcow2 images have internal snapshots"));
    }
    if choice.bitmap.is_some() && format != Format::Qcow2 {
        return Err(misplaced(&file, "bitmap", "only qcow2 images have dirty bitmaps"));
    }
    if choice.bitmap.is_some() && choice.snapshot.is_some() {
        return Err(misplaced(
            &file,
            "bitmap",
            "a bitmap speaks of the disk as it is now, not of a snapshot",
        ));
    }
    if choice.member.is_some() && format != Format::Ova {
        return Err(misplaced(&file, "member", "only OVA archives have members"));
    }
    Ok(match format {
        Format::Raw => Box::new(Raw(file)),
        Format::Qcow2 => Box::new(Qcow2::open(file, choice.snapshot, files)?),
        Format::Vmdk => Box::new(Vmdk::open(file, files)?),
        Format::Vhdx => Box::new(Vhdx::open(file)?),
        Format::Vhd => Box::new(Vhd::open(file)?),
        Format::Luks => Box::new(Container::open(file)?),
        Format::Vdi => Box::new(Vdi::open(file)?),
        Format::Ova => Box::new(ova::open(&file, choice.member, files)?),
    })
}

fn misplaced(file: &ImageFile, option: &str, why: &str) -> Error {
    let message = format!("the option `{option}` does not fit {}", file.name());
    Error::invalid("disk-image.config", message).cause(why)
}

/// Which format a file has that the operator said nothing about. Other files that it names may be followed
/// when its own name agrees.
///
/// # Errors
/// `disk-image.format`, `disk-image.encrypted`, `disk-image.unsupported`; what the host met.
pub fn tell(file: &ImageFile, files: &Files) -> Result<Format> {
    let head = file.read_head(HEAD_BYTES)?;
    if is_export(file.name()) {
        return check_raw(file, &head).map(|()| Format::Raw);
    }
    let found = MAGICS.iter().find(|(at, magic, _)| head.has(*at, magic)).map(|(_, _, format)| *format);
    let found = found.or_else(|| {
        head.has(257, b"ustar").then_some(Format::Ova).filter(|_| named(file) == Some(Format::Ova))
    });
    // A guest may encrypt the whole of its disk itself.
    let luks = || head.has(0, luks::MAGIC) && named(file) == Some(Format::Luks);
    let found = found.or_else(|| luks().then_some(Format::Luks));
    match (found, named(file)) {
        (Some(found), None) => Ok(found),
        (None, None) => check_raw(file, &head).map(|()| Format::Raw),
        (None, Some(Format::Raw)) => Ok(Format::Raw),
        // A fixed VHD is a raw disk with a footer, which a guest could have written: only the name tells.
        (found, Some(named)) if found == Some(named) || (found.is_none() && named == Format::Vhd) => {
            files.trust();
            Ok(named)
        }
        (found, Some(named)) => Err(contradiction(file, found.unwrap_or(Format::Raw), named)),
    }
}

fn named(file: &ImageFile) -> Option<Format> {
    let ending = file.name().rsplit_once('.')?.1.to_ascii_lowercase();
    ENDINGS.iter().find(|(known, _)| *known == ending).map(|(_, format)| *format)
}

/// What nobody would want as a raw disk without having said so.
fn check_raw(file: &ImageFile, head: &crate::record::Record) -> Result<()> {
    let say_so = "if it is the guest's own doing, write `format = \"raw\"` at this disk";
    if head.has(0, luks::MAGIC) {
        let luks = "it is a LUKS container: write `format = \"luks\"` and `key` at this disk";
        return Err(file.encrypted(luks).cause(say_so));
    }
    match STRANGERS.iter().find(|(magic, _)| head.has(0, magic)) {
        Some((_, what)) => Err(file.unsupported(what).cause(say_so)),
        None => Ok(()),
    }
}

fn contradiction(file: &ImageFile, found: Format, named: Format) -> Error {
    let (found, named) = (found.name(), named.name());
    let message = format!("{} is named like a {named} image, but begins like a {found} one", file.name());
    Error::invalid("disk-image.format", message).cause(format!(
        "write `format = \"{named}\"` or `format = \"{found}\"` at this disk, whichever is true"
    ))
}
