//! Values: the record (`vk`), its data in one cell or in many (`db`), and what the bytes mean.

use crate::bytes::{has, number, put, size, u16_at, u32_at};
use crate::cells::{Cells, NIL};
use crate::error::damaged;
use crate::name;
use crate::{Error, Result, VALUE_BYTES_MAX};

const NAME_LENGTH: usize = 2;
const DATA_LENGTH: usize = 4;
const DATA: usize = 8;
const KIND: usize = 12;
const FLAGS: usize = 16;
const NAME: usize = 20;
const NARROW: u16 = 1;
/// In the length: the data lies in the record itself.
const INSIDE: u32 = 0x8000_0000;
const INSIDE_BYTES_MAX: usize = 4;
/// Longer data lies in several cells, from version 1.4 on.
const PIECE_BYTES: usize = 16_344;
const MINOR_VERSION_PIECES: u32 = 4;
const PIECES_HEADER: usize = 8;

const SZ: u32 = 1;
const EXPAND_SZ: u32 = 2;
const BINARY: u32 = 3;
const DWORD: u32 = 4;
const MULTI_SZ: u32 = 7;
const QWORD: u32 = 11;

/// What a value holds. Strings without the zero that ends them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `REG_SZ`
    Sz(String),
    /// `REG_EXPAND_SZ`: `%SystemRoot%` and its like are replaced when it is read.
    ExpandSz(String),
    /// `REG_MULTI_SZ`
    MultiSz(Vec<String>),
    /// `REG_DWORD`
    Dword(u32),
    /// `REG_QWORD`
    Qword(u64),
    /// `REG_BINARY`
    Binary(Vec<u8>),
    /// Any other type, and one of the above whose bytes are not what it says.
    Other(u32, Vec<u8>),
}

impl Value {
    /// From a type and its bytes; loses nothing but what stands behind the end of a string.
    pub fn decode(kind: u32, bytes: &[u8]) -> Self {
        let known = match kind {
            SZ => string(bytes).map(Self::Sz),
            EXPAND_SZ => string(bytes).map(Self::ExpandSz),
            MULTI_SZ => strings(bytes).map(Self::MultiSz),
            DWORD => bytes.try_into().ok().map(u32::from_le_bytes).map(Self::Dword),
            QWORD => bytes.try_into().ok().map(u64::from_le_bytes).map(Self::Qword),
            BINARY => Some(Self::Binary(bytes.to_vec())),
            _ => None,
        };
        known.unwrap_or_else(|| Self::Other(kind, bytes.to_vec()))
    }

    /// Its type and bytes.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a string that holds a zero, or an empty one in a list of strings.
    pub fn encode(&self) -> Result<(u32, Vec<u8>)> {
        let ended = |text: &str| match text.contains('\0') {
            true => Err(Error::Invalid("a string of the registry holds no zero".into())),
            false => Ok(name::wide_bytes(&name::units(&format!("{text}\0")))),
        };
        Ok(match self {
            Self::Sz(text) => (SZ, ended(text)?),
            Self::ExpandSz(text) => (EXPAND_SZ, ended(text)?),
            Self::MultiSz(texts) if texts.iter().any(String::is_empty) => {
                return Err(Error::Invalid("a list of strings holds no empty one".into()));
            }
            Self::MultiSz(texts) => {
                let texts: Result<Vec<Vec<u8>>> = texts.iter().map(|text| ended(text)).collect();
                (MULTI_SZ, [texts?.concat(), vec![0, 0]].concat())
            }
            Self::Dword(value) => (DWORD, value.to_le_bytes().to_vec()),
            Self::Qword(value) => (QWORD, value.to_le_bytes().to_vec()),
            Self::Binary(bytes) => (BINARY, bytes.clone()),
            Self::Other(kind, bytes) => (*kind, bytes.clone()),
        })
    }
}

/// Up to its zero, if it is UTF-16 at all.
fn string(bytes: &[u8]) -> Option<String> {
    let units = name::wide(bytes).into_iter().take_while(|unit| *unit != 0).collect::<Vec<_>>();
    String::from_utf16(&units).ok().filter(|_| bytes.len().is_multiple_of(2))
}

/// Up to the first empty one.
fn strings(bytes: &[u8]) -> Option<Vec<String>> {
    let units = name::wide(bytes);
    let texts = units.split(|unit| *unit == 0).take_while(|text| !text.is_empty());
    texts
        .map(|text| String::from_utf16(text).ok())
        .collect::<Option<_>>()
        .filter(|_| bytes.len().is_multiple_of(2))
}

/// The name of the value at a cell.
pub(crate) fn name_of(cells: &Cells, at: u32) -> Result<Vec<u16>> {
    let record = cells.get(at)?;
    if !has(record, 0, b"vk") {
        return Err(damaged("a list of values names something else", at));
    }
    let cut = || damaged("the name of a value is cut off", at);
    let length = usize::from(u16_at(record, NAME_LENGTH).ok_or_else(cut)?);
    let bytes = record.get(NAME..NAME + length).ok_or_else(cut)?;
    Ok(name::read(bytes, u16_at(record, FLAGS).ok_or_else(cut)? & NARROW != 0))
}

/// Type and bytes of the value at a cell.
pub(crate) fn read(cells: &Cells, minor: u32, at: u32) -> Result<(u32, Vec<u8>)> {
    let (length, data, kind) = (cells.u32(at, DATA_LENGTH)?, cells.u32(at, DATA)?, cells.u32(at, KIND)?);
    if length & INSIDE != 0 {
        let length = size(length & !INSIDE);
        let inside = data.to_le_bytes();
        let bytes = inside.get(..length).ok_or_else(|| damaged("a value of a wrong length", at))?;
        return Ok((kind, bytes.to_vec()));
    }
    let length = size(length);
    if length > VALUE_BYTES_MAX {
        return Err(Error::Limit(format!("a value of {length} bytes is larger than {VALUE_BYTES_MAX}")));
    }
    if length == 0 {
        return Ok((kind, Vec::new()));
    }
    if is_in_pieces(cells, minor, length, data)? {
        return Ok((kind, read_pieces(cells, data, length)?));
    }
    let bytes = cells.get(data)?.get(..length).ok_or_else(|| damaged("a value is cut off", data))?;
    Ok((kind, bytes.to_vec()))
}

fn is_in_pieces(cells: &Cells, minor: u32, length: usize, data: u32) -> Result<bool> {
    Ok(minor >= MINOR_VERSION_PIECES && length > PIECE_BYTES && has(cells.get(data)?, 0, b"db"))
}

/// The cells of the pieces.
fn pieces(cells: &Cells, at: u32) -> Result<(u32, Vec<u32>)> {
    let cut = || damaged("a large value is cut off", at);
    let count = usize::from(u16_at(cells.get(at)?, 2).ok_or_else(cut)?);
    let list = cells.u32(at, 4)?;
    let entries = cells.get(list)?.get(..count * 4).ok_or_else(cut)?;
    Ok((list, entries.chunks_exact(4).filter_map(|entry| u32_at(entry, 0)).collect()))
}

fn read_pieces(cells: &Cells, at: u32, length: usize) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    for piece in pieces(cells, at)?.1 {
        let wanted = (length - bytes.len()).min(PIECE_BYTES);
        let piece = cells.get(piece)?.get(..wanted);
        bytes.extend(piece.ok_or_else(|| damaged("a large value is cut off", at))?);
    }
    if bytes.len() == length { Ok(bytes) } else { Err(damaged("a large value is cut off", at)) }
}

/// Makes a value's record with its data.
pub(crate) fn make(cells: &mut Cells, minor: u32, name: &[u16], kind: u32, bytes: &[u8]) -> Result<u32> {
    let (stored, is_narrow) = name::store(name);
    let length = u16::try_from(stored.len()).map_err(|_| Error::Invalid("the name is too long".into()))?;
    let mut record = vec![0; NAME];
    put(&mut record, 0, b"vk")?;
    put(&mut record, NAME_LENGTH, &length.to_le_bytes())?;
    put(&mut record, FLAGS, &u16::from(is_narrow).to_le_bytes())?;
    record.extend(stored);
    let at = cells.store(&record)?;
    write(cells, minor, at, kind, bytes)?;
    Ok(at)
}

/// Gives a record its data; what it had before is returned by [`remove_data`] first.
pub(crate) fn write(cells: &mut Cells, minor: u32, at: u32, kind: u32, bytes: &[u8]) -> Result<()> {
    if bytes.len() > VALUE_BYTES_MAX {
        return Err(Error::Limit(format!("a value may not be larger than {VALUE_BYTES_MAX} bytes")));
    }
    let length = number(bytes.len())?;
    let (length, data) = if bytes.len() <= INSIDE_BYTES_MAX {
        let mut inside = [0; INSIDE_BYTES_MAX];
        put(&mut inside, 0, bytes)?;
        (length | INSIDE, u32::from_le_bytes(inside))
    } else if bytes.len() > PIECE_BYTES && minor >= MINOR_VERSION_PIECES {
        (length, write_pieces(cells, bytes)?)
    } else {
        (length, cells.store(bytes)?)
    };
    cells.put_u32(at, DATA_LENGTH, length)?;
    cells.put_u32(at, DATA, data)?;
    cells.put_u32(at, KIND, kind)
}

fn write_pieces(cells: &mut Cells, bytes: &[u8]) -> Result<u32> {
    let mut list = Vec::new();
    let mut count: u16 = 0;
    for piece in bytes.chunks(PIECE_BYTES) {
        list.extend(cells.store(piece)?.to_le_bytes());
        count += 1;
    }
    let list = cells.store(&list)?;
    let mut record = vec![0; PIECES_HEADER];
    put(&mut record, 0, b"db")?;
    put(&mut record, 2, &count.to_le_bytes())?;
    put(&mut record, 4, &list.to_le_bytes())?;
    cells.store(&record)
}

/// Returns the cells of a value's data.
pub(crate) fn remove_data(cells: &mut Cells, minor: u32, at: u32) -> Result<()> {
    let (length, data) = (cells.u32(at, DATA_LENGTH)?, cells.u32(at, DATA)?);
    if length & INSIDE != 0 || length == 0 || data == NIL {
        return Ok(());
    }
    if is_in_pieces(cells, minor, size(length), data)? {
        let (list, pieces) = pieces(cells, data)?;
        for piece in pieces {
            cells.give_back(piece)?;
        }
        cells.give_back(list)?;
    }
    cells.give_back(data)
}

/// How many cells a value's data takes.
pub(crate) fn cells_of(cells: &Cells, minor: u32, at: u32) -> Result<usize> {
    let (length, data) = (cells.u32(at, DATA_LENGTH)?, cells.u32(at, DATA)?);
    if length & INSIDE != 0 || length == 0 || data == NIL {
        return Ok(0);
    }
    match is_in_pieces(cells, minor, size(length), data)? {
        true => Ok(2 + pieces(cells, data)?.1.len()),
        false => Ok(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_string_stays_what_it_is() {
        let text = name::wide_bytes(&name::units("a\0b\0\0"));
        assert_eq!(Value::decode(SZ, &text), Value::Sz("a".into()));
        assert_eq!(Value::decode(MULTI_SZ, &text), Value::MultiSz(vec!["a".into(), "b".into()]));
        assert_eq!(Value::decode(MULTI_SZ, &[0, 0]), Value::MultiSz(vec![]));
        for (kind, bytes) in [(SZ, &[0x00, 0xd8][..]), (SZ, &[65]), (DWORD, &[1, 0]), (0, &[]), (8, &[1])] {
            let value = Value::decode(kind, bytes);
            assert_eq!(value, Value::Other(kind, bytes.to_vec()));
            assert_eq!(value.encode().unwrap(), (kind, bytes.to_vec()));
        }
        assert!(Value::Sz("a\0".into()).encode().is_err());
        assert!(Value::MultiSz(vec!["a".into(), String::new()]).encode().is_err());
    }
}
