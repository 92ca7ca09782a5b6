//! The record of a key (`nk`): where its fields are. Knows no path.

use crate::bytes::{has, number, put, size, u16_at};
use crate::cells::{Cells, NIL};
use crate::error::damaged;
use crate::name;
use crate::{Error, Result};

const FLAGS: usize = 2;
const WRITTEN: usize = 4;
const PARENT: usize = 16;
const SUBKEYS: usize = 20;
const VOLATILE_LIST: usize = 32;
const LIST: usize = 28;
const VALUES: usize = 36;
const VALUE_LIST: usize = 40;
const SECURITY: usize = 44;
const CLASS: usize = 48;
/// Longest name of a subkey, bytes in UTF-16; the upper half holds flags.
const NAME_LONGEST: usize = 52;
const VALUE_NAME_LONGEST: usize = 60;
const VALUE_LONGEST: usize = 64;
const NAME_LENGTH: usize = 72;
const NAME: usize = 76;
/// One byte for each letter of the name.
const NARROW: u16 = 0x20;
/// The first key of a hive: nothing may remove it.
const ROOT_FLAGS: u16 = 0x04 | 0x08;

/// What a key's record says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) list: u32,
    pub(crate) values: u32,
    pub(crate) value_list: u32,
    pub(crate) security: u32,
    pub(crate) class: u32,
}

impl Key {
    pub(crate) fn read(cells: &Cells, at: u32) -> Result<Self> {
        let record = cells.get(at)?;
        if !has(record, 0, b"nk") || record.len() < NAME {
            return Err(damaged("something refers to a key that is none", at));
        }
        let subkeys = cells.u32(at, SUBKEYS)?;
        let list = cells.u32(at, LIST)?;
        Ok(Self {
            list: if subkeys == 0 { NIL } else { list },
            values: cells.u32(at, VALUES)?,
            value_list: cells.u32(at, VALUE_LIST)?,
            security: cells.u32(at, SECURITY)?,
            class: cells.u32(at, CLASS)?,
        })
    }

    /// Makes the record of a key below `parent`; `NIL`: the first key.
    pub(crate) fn make(cells: &mut Cells, name: &[u16], parent: u32, security: u32, now: u64) -> Result<u32> {
        let (bytes, is_narrow) = name::store(name);
        let flags = if is_narrow { NARROW } else { 0 } | if parent == NIL { ROOT_FLAGS } else { 0 };
        let mut record = vec![0; NAME];
        put(&mut record, 0, b"nk")?;
        put(&mut record, FLAGS, &flags.to_le_bytes())?;
        put(&mut record, WRITTEN, &now.to_le_bytes())?;
        put(&mut record, PARENT, &parent.to_le_bytes())?;
        for field in [LIST, VOLATILE_LIST, VALUE_LIST, CLASS] {
            put(&mut record, field, &NIL.to_le_bytes())?;
        }
        put(&mut record, SECURITY, &security.to_le_bytes())?;
        let length = u16::try_from(bytes.len()).map_err(|_| Error::Limit("the name is too long".into()))?;
        put(&mut record, NAME_LENGTH, &length.to_le_bytes())?;
        record.extend(bytes);
        cells.store(&record)
    }

    pub(crate) fn set_subkeys(cells: &mut Cells, at: u32, count: usize, list: u32) -> Result<()> {
        cells.put_u32(at, SUBKEYS, number(count)?)?;
        cells.put_u32(at, LIST, list)
    }

    pub(crate) fn set_values(cells: &mut Cells, at: u32, count: usize, list: u32) -> Result<()> {
        cells.put_u32(at, VALUES, number(count)?)?;
        cells.put_u32(at, VALUE_LIST, list)
    }

    pub(crate) fn touch(cells: &mut Cells, at: u32, now: u64) -> Result<()> {
        put(cells.get_mut(at)?, WRITTEN, &now.to_le_bytes())
    }

    /// Readers make room for the longest name that a key says it has.
    pub(crate) fn note_subkey(cells: &mut Cells, at: u32, name: &[u16]) -> Result<()> {
        const LENGTH: u32 = 0xffff;
        let old = cells.u32(at, NAME_LONGEST)?;
        let longest = (old & LENGTH).max(number(name.len() * 2)? & LENGTH);
        cells.put_u32(at, NAME_LONGEST, old & !LENGTH | longest)
    }

    pub(crate) fn note_value(cells: &mut Cells, at: u32, name: &[u16], bytes: usize) -> Result<()> {
        for (field, length) in [(VALUE_NAME_LONGEST, name.len() * 2), (VALUE_LONGEST, bytes)] {
            let longest = cells.u32(at, field)?.max(number(length)?);
            cells.put_u32(at, field, longest)?;
        }
        Ok(())
    }

    pub(crate) fn name(cells: &Cells, at: u32) -> Result<Vec<u16>> {
        let (bytes, is_narrow) = Self::name_bytes(cells, at)?;
        Ok(name::read(bytes, is_narrow))
    }

    /// Whether it is called so, in any case.
    pub(crate) fn is_named(cells: &Cells, at: u32, wanted: &[u16]) -> Result<bool> {
        let (bytes, is_narrow) = Self::name_bytes(cells, at)?;
        let letters = if is_narrow { bytes.len() } else { bytes.len() / 2 };
        Ok(letters == wanted.len() && name::same(&name::read(bytes, is_narrow), wanted))
    }

    fn name_bytes(cells: &Cells, at: u32) -> Result<(&[u8], bool)> {
        let record = cells.get(at)?;
        if !has(record, 0, b"nk") {
            return Err(damaged("a list of keys names something else", at));
        }
        let short = || damaged("the name of a key is cut off", at);
        let length = usize::from(u16_at(record, NAME_LENGTH).ok_or_else(short)?);
        let bytes = record.get(NAME..NAME + length).ok_or_else(short)?;
        Ok((bytes, u16_at(record, FLAGS).ok_or_else(short)? & NARROW != 0))
    }

    /// The cells of its values.
    pub(crate) fn value_cells(&self, cells: &Cells) -> Result<Vec<u32>> {
        if self.values == 0 {
            return Ok(Vec::new());
        }
        let count = size(self.values);
        if count > crate::VALUES_MAX {
            return Err(Error::Limit(format!("a key has {count} values")));
        }
        let list = cells.get(self.value_list)?;
        let cut = || damaged("a list of values is cut off", self.value_list);
        let list = list.get(..count * 4).ok_or_else(cut)?;
        Ok(list.chunks_exact(4).filter_map(|entry| crate::bytes::u32_at(entry, 0)).collect())
    }
}
