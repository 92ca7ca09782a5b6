//! Security descriptors (`sk`): shared by keys, counted, in one circle.

use crate::bytes::{has, number, put};
use crate::cells::{Cells, NIL};
use crate::error::damaged;
use crate::{Error, Result};

const NEXT: usize = 4;
const BEFORE: usize = 8;
const COUNT: usize = 12;
const LENGTH: usize = 16;
const DESCRIPTOR: usize = 20;

/// Self-relative, with an access list; owner, group and list lie at these places.
const HEADER: [u8; 20] = [1, 0, 0x04, 0x80, 0x48, 0, 0, 0, 0x54, 0, 0, 0, 0, 0, 0, 0, 0x14, 0, 0, 0];
/// Two entries: full access to keys, inherited by those below.
const LIST: [u8; 8] = [2, 0, 0x34, 0, 2, 0, 0, 0];
const TO_SYSTEM: [u8; 8] = [0, 2, 0x14, 0, 0x3f, 0, 0x0f, 0];
const TO_ADMINISTRATORS: [u8; 8] = [0, 2, 0x18, 0, 0x3f, 0, 0x0f, 0];
/// S-1-5-18
const SYSTEM: [u8; 12] = [1, 1, 0, 0, 0, 0, 0, 5, 0x12, 0, 0, 0];
/// S-1-5-32-544
const ADMINISTRATORS: [u8; 16] = [1, 2, 0, 0, 0, 0, 0, 5, 0x20, 0, 0, 0, 0x20, 2, 0, 0];

/// The one of a new hive, used by one key.
pub(crate) fn make(cells: &mut Cells) -> Result<u32> {
    let parts: [&[u8]; 8] =
        [&HEADER, &LIST, &TO_SYSTEM, &SYSTEM, &TO_ADMINISTRATORS, &ADMINISTRATORS, &SYSTEM, &SYSTEM];
    let descriptor = parts.concat();
    let mut record = vec![0; DESCRIPTOR];
    put(&mut record, 0, b"sk")?;
    put(&mut record, COUNT, &1_u32.to_le_bytes())?;
    put(&mut record, LENGTH, &number(descriptor.len())?.to_le_bytes())?;
    record.extend(descriptor);
    let at = cells.store(&record)?;
    cells.put_u32(at, NEXT, at)?;
    cells.put_u32(at, BEFORE, at)?;
    Ok(at)
}

pub(crate) fn count(cells: &Cells, at: u32) -> Result<u32> {
    if !has(cells.get(at)?, 0, b"sk") {
        return Err(damaged("the security of a key is none", at));
    }
    cells.u32(at, COUNT)
}

/// One key more has it.
pub(crate) fn share(cells: &mut Cells, at: u32) -> Result<()> {
    let more = count(cells, at)?.checked_add(1);
    cells.put_u32(at, COUNT, more.ok_or_else(|| Error::Limit("too many keys share a descriptor".into()))?)
}

/// One key less has it; the last one takes it along.
pub(crate) fn release(cells: &mut Cells, at: u32) -> Result<()> {
    if at == NIL {
        return Ok(());
    }
    let count = count(cells, at)?;
    if count > 1 {
        return cells.put_u32(at, COUNT, count - 1);
    }
    let (next, before) = (cells.u32(at, NEXT)?, cells.u32(at, BEFORE)?);
    cells.put_u32(before, NEXT, next)?;
    cells.put_u32(next, BEFORE, before)?;
    cells.give_back(at)
}
