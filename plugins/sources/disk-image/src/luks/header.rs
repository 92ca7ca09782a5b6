//! The header of LUKS 1: which cipher, and where the key slots lie. Refuses what could not be deciphered rightly.

use super::cipher::Suite;
use super::keys::Hash;
use crate::file::{ImageFile, SECTOR};
use crate::record::Record;
use gyre_plugin::source::*;

pub const MAGIC: &[u8] = b"LUKS\xba\xbe";
const HEADER_BYTES: u64 = 592;
const SLOTS_AT: usize = 208;
const SLOT_BYTES: usize = 48;
const SLOTS: usize = 8;
const ACTIVE: u32 = 0x00ac_71f3;
const INACTIVE: u32 = 0x0000_dead;
/// A key of 64 bytes with the 4,000 stripes that everybody writes has 250 KiB.
const MATERIAL_BYTES_MAX: u64 = 4 << 20;

/// What the header says, checked.
pub struct Header {
    /// The header itself with the material of its keys.
    pub file: ImageFile,
    pub suite: Suite,
    pub hash: Hash,
    /// Where a container's disk begins, bytes.
    pub payload: u64,
    pub digest: [u8; 20],
    pub digest_salt: [u8; 32],
    pub digest_rounds: u32,
    /// Those that hold a key.
    pub slots: Vec<Slot>,
}

/// The master key under one passphrase.
pub struct Slot {
    pub rounds: u32,
    pub salt: [u8; 32],
    pub offset: u64,
    pub stripes: u64,
}

impl Header {
    /// # Errors
    /// `disk-image.corrupt`, `disk-image.truncated`, `disk-image.unsupported`.
    pub fn read(file: ImageFile) -> Result<Self> {
        let bytes = file.read(0, HEADER_BYTES)?;
        if !bytes.has(0, MAGIC) {
            return Err(file.corrupt("it has no LUKS header where one should be"));
        }
        if bytes.be16(6) != 1 {
            return Err(
                file.unsupported(format_args!("its LUKS is of version {}; 1 is known", bytes.be16(6)))
            );
        }
        let hash = Hash::named(&file, &bytes.text(72, 32))?;
        let key_bytes = u64::from(bytes.be32(108));
        let suite = Suite::named(&file, &bytes.text(8, 32), &bytes.text(40, 32), key_bytes)?;
        let slots = (0..SLOTS).map(|n| Slot::read(&file, &bytes, SLOTS_AT + n * SLOT_BYTES, key_bytes));
        let slots: Vec<Slot> = slots.filter_map(Result::transpose).collect::<Result<_>>()?;
        if slots.is_empty() {
            return Err(file.corrupt("none of its key slots holds a key"));
        }
        Ok(Self {
            suite,
            hash,
            payload: u64::from(bytes.be32(104)) * SECTOR,
            digest: bytes.array(112),
            digest_salt: bytes.array(132),
            digest_rounds: bytes.be32(164),
            slots,
            file,
        })
    }
}

impl Slot {
    fn read(file: &ImageFile, bytes: &Record, at: usize, key_bytes: u64) -> Result<Option<Self>> {
        match bytes.be32(at) {
            INACTIVE => return Ok(None),
            ACTIVE => {}
            other => {
                return Err(file.corrupt(format_args!("a key slot is in the impossible state {other:#x}")));
            }
        }
        let (offset, stripes) = (u64::from(bytes.be32(at + 40)) * SECTOR, u64::from(bytes.be32(at + 44)));
        let material = key_bytes * stripes;
        if material == 0 || material > MATERIAL_BYTES_MAX {
            return Err(file.corrupt(format_args!("a key of {stripes} stripes is not possible")));
        }
        file.check_end(offset, material)?;
        Ok(Some(Self { rounds: bytes.be32(at + 4), salt: bytes.array(at + 8), offset, stripes }))
    }
}
