//! Lists of subkeys: leaves of three kinds (`lf`, `lh`, `li`), and lists of leaves (`ri`). Written as `lh`, or `lf`
//! in hives too old for it, in the order of names.

use crate::bytes::{has, u16_at, u32_at};
use crate::cells::{Cells, NIL};
use crate::error::damaged;
use crate::key::Key;
use crate::name;
use crate::{Error, Result, SUBKEYS_MAX};

/// Elements of one leaf: it fits a page.
const LEAF_MAX: usize = 507;
const HEADER: usize = 4;
/// The first version with `lh`.
const MINOR_VERSION_LH: u32 = 5;

/// How the elements of a list are laid out.
enum Kind {
    /// Bytes of one element; the cell's number is first.
    Leaf(usize),
    Lists,
}

fn kind(record: &[u8], at: u32) -> Result<Kind> {
    match record.get(..2) {
        Some(b"lf" | b"lh") => Ok(Kind::Leaf(8)),
        Some(b"li") => Ok(Kind::Leaf(4)),
        Some(b"ri") => Ok(Kind::Lists),
        _ => Err(damaged("a list of keys is none", at)),
    }
}

fn elements(record: &[u8], width: usize, at: u32) -> Result<Vec<u32>> {
    let cut = || damaged("a list of keys is cut off", at);
    let count = usize::from(u16_at(record, 2).ok_or_else(cut)?);
    let elements = record.get(HEADER..HEADER + count * width).ok_or_else(cut)?;
    Ok(elements.chunks_exact(width).filter_map(|element| u32_at(element, 0)).collect())
}

/// The leaves of a list: itself, or those that it names. A list of lists of lists does not exist.
fn leaves(cells: &Cells, at: u32) -> Result<Vec<u32>> {
    let record = cells.get(at)?;
    match kind(record, at)? {
        Kind::Leaf(_) => Ok(vec![at]),
        Kind::Lists => elements(record, 4, at),
    }
}

/// The cells of all keys in a list, in its order.
pub(crate) fn read(cells: &Cells, at: u32) -> Result<Vec<u32>> {
    if at == NIL {
        return Ok(Vec::new());
    }
    let mut keys = Vec::new();
    for leaf in leaves(cells, at)? {
        let record = cells.get(leaf)?;
        match kind(record, leaf)? {
            Kind::Leaf(width) => keys.extend(elements(record, width, leaf)?),
            Kind::Lists => return Err(damaged("a list of keys lies too deep", leaf)),
        }
        if keys.len() > SUBKEYS_MAX {
            return Err(Error::Limit(format!("a key has more than {SUBKEYS_MAX} subkeys")));
        }
    }
    Ok(keys)
}

/// Makes a list of these keys, which are in order.
pub(crate) fn write(cells: &mut Cells, minor: u32, keys: &[u32]) -> Result<u32> {
    if keys.len() > SUBKEYS_MAX {
        return Err(Error::Limit(format!("a key may not have more than {SUBKEYS_MAX} subkeys")));
    }
    let mut leaves = Vec::new();
    for part in keys.chunks(LEAF_MAX) {
        leaves.push(write_leaf(cells, minor, part)?);
    }
    match leaves.as_slice() {
        [] => Ok(NIL),
        [only] => Ok(*only),
        several => {
            let mut record = header(b"ri", several.len())?;
            record.extend(several.iter().flat_map(|leaf| leaf.to_le_bytes()));
            cells.store(&record)
        }
    }
}

fn header(magic: &[u8; 2], count: usize) -> Result<Vec<u8>> {
    let count = u16::try_from(count).map_err(|_| Error::Limit("a key has too many subkeys".into()))?;
    Ok([&magic[..], &count.to_le_bytes()].concat())
}

fn write_leaf(cells: &mut Cells, minor: u32, keys: &[u32]) -> Result<u32> {
    let is_hashed = minor >= MINOR_VERSION_LH;
    let mut record = header(if is_hashed { b"lh" } else { b"lf" }, keys.len())?;
    for key in keys {
        let name = Key::name(cells, *key)?;
        let sum = if is_hashed { name::hash(&name) } else { name::hint(&name) };
        record.extend(key.to_le_bytes().iter().chain(&sum.to_le_bytes()));
    }
    cells.store(&record)
}

/// Returns the cells of a list, not those of its keys.
pub(crate) fn remove(cells: &mut Cells, at: u32) -> Result<()> {
    if at == NIL {
        return Ok(());
    }
    for leaf in leaves(cells, at)? {
        if leaf != at {
            cells.give_back(leaf)?;
        }
    }
    cells.give_back(at)
}

/// How many cells a list takes.
pub(crate) fn cells_of(cells: &Cells, at: u32) -> Result<usize> {
    if at == NIL {
        return Ok(0);
    }
    let leaves = leaves(cells, at)?;
    Ok(leaves.len() + usize::from(leaves != [at]))
}

/// What a list must be so that Windows finds every key in it.
pub(crate) fn check(cells: &Cells, at: u32) -> Result<()> {
    let mut last: Option<Vec<u16>> = None;
    for leaf in leaves(cells, at)? {
        let record = cells.get(leaf)?;
        let Kind::Leaf(width) = kind(record, leaf)? else {
            return Err(damaged("a list lies too deep", leaf));
        };
        for (index, key) in elements(record, width, leaf)?.into_iter().enumerate() {
            let name = Key::name(cells, key)?;
            let sum = u32_at(record, HEADER + index * width + 4);
            if has(record, 0, b"lh") && sum != Some(name::hash(&name)) {
                return Err(damaged("a list of keys has a wrong hash", leaf));
            }
            if last.is_some_and(|last| name::compare(&last, &name).is_ge()) {
                return Err(damaged("a list of keys is out of order", leaf));
            }
            last = Some(name);
        }
    }
    Ok(())
}
