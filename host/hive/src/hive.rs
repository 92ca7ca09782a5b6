//! A hive in memory: keys by path, values by name, changed in place so that everything else stays as it is.

use crate::base::{self, BASE_BYTES, Base, Kind};
use crate::bytes::{number, size};
use crate::cells::{Cells, NIL};
use crate::error::damaged;
use crate::key::Key;
use crate::name::{self, show, units};
use crate::value::{self, Value};
use crate::{DEPTH_MAX, Error, KEYS_MAX, Result, VALUES_MAX, list, log, security};
use std::collections::{BTreeMap, BTreeSet};

/// Between the names of a path.
const SEPARATOR: char = '\\';
const KEY_NAME_MAX: usize = 255;
const VALUE_NAME_MAX: usize = 16_383;

/// A hive. Paths are relative to its first key, which is the empty path; names are found in any case.
pub struct Hive {
    base: Vec<u8>,
    cells: Cells,
    minor: u32,
    root: u32,
    sequence: u32,
    now: u64,
    is_changed: bool,
    /// A change broke off halfway.
    is_broken: bool,
}

impl Default for Hive {
    fn default() -> Self {
        Self::new()
    }
}

impl Hive {
    /// An empty hive, whose keys belong to the system and administrators.
    pub fn new() -> Self {
        let mut cells = Cells::empty();
        // The first cells of an empty hive fit: nothing here can fail.
        let root = security::make(&mut cells)
            .and_then(|security| Key::make(&mut cells, &units("ROOT"), NIL, security, 0))
            .unwrap_or_default();
        let base = base::new(root).unwrap_or_default();
        Self { base, cells, minor: 5, root, sequence: 0, now: 0, is_changed: true, is_broken: false }
    }

    /// Reads a hive that its last writer put away.
    ///
    /// # Errors
    /// [`Error::Dirty`] where it did not: see [`Hive::recover`]; [`Error::Damaged`], [`Error::Unsupported`],
    /// [`Error::Limit`].
    pub fn parse(bytes: Vec<u8>) -> Result<Self> {
        Self::recover(bytes, &[])
    }

    /// Reads a hive, and completes it with its transaction logs where it was not put away.
    ///
    /// # Errors
    /// As [`Hive::parse`].
    pub fn recover(mut bytes: Vec<u8>, logs: &[&[u8]]) -> Result<Self> {
        let found = Base::parse(&bytes)?;
        if found.kind != Kind::Primary {
            return Err(Error::Unsupported("the file is the log of a hive".into()));
        }
        if found.is_dirty() {
            log::replay(&mut bytes, logs)?;
        }
        let base = Base::parse(&bytes)?;
        let end = BASE_BYTES + size(base.bins_bytes);
        if bytes.len() < end {
            return Err(Error::Damaged(format!("the hive is cut off: {} bytes of {end}", bytes.len())));
        }
        bytes.truncate(end);
        let bins = bytes.split_off(BASE_BYTES);
        let hive = Self {
            base: bytes,
            cells: Cells::parse(bins)?,
            minor: base.minor,
            root: base.root,
            sequence: base.primary,
            now: base.written,
            is_changed: found.is_dirty(),
            is_broken: false,
        };
        Key::read(&hive.cells, hive.root)?;
        Ok(hive)
    }

    /// The time that changes from now on carry: 100 ns since 1601. Until then it is that of the last writer.
    pub fn set_time(&mut self, filetime: u64) {
        self.now = filetime;
    }

    /// Whether it is other than what was read.
    pub fn is_changed(&self) -> bool {
        self.is_changed
    }

    /// The whole file, put away.
    ///
    /// # Errors
    /// [`Error::Damaged`] when a change broke off halfway.
    pub fn to_bytes(&mut self) -> Result<Vec<u8>> {
        if self.is_broken {
            return Err(Error::Damaged("a change of the hive broke off: it is not written".into()));
        }
        if self.is_changed {
            self.sequence = self.sequence.wrapping_add(1);
            base::seal(&mut self.base, self.sequence, self.now, number(self.cells.bytes().len())?)?;
        }
        self.is_changed = false;
        Ok([self.base.as_slice(), self.cells.bytes()].concat())
    }

    /// Names of the keys below a key, in the hive's order; `None`: there is no such key.
    ///
    /// # Errors
    /// [`Error::Damaged`], [`Error::Invalid`] for a path that none can be.
    pub fn keys(&self, path: &str) -> Result<Option<Vec<String>>> {
        let Some(key) = self.find(path)? else { return Ok(None) };
        let names = self.subkeys(key)?.into_iter().map(|at| Ok(show(&Key::name(&self.cells, at)?)));
        names.collect::<Result<_>>().map(Some)
    }

    /// Names of the values of a key; the default value's is empty. `None`: there is no such key.
    ///
    /// # Errors
    /// As [`Hive::keys`].
    pub fn values(&self, path: &str) -> Result<Option<Vec<String>>> {
        let Some(key) = self.find(path)? else { return Ok(None) };
        let cells = Key::read(&self.cells, key)?.value_cells(&self.cells)?;
        let names = cells.into_iter().map(|at| Ok(show(&value::name_of(&self.cells, at)?)));
        names.collect::<Result<_>>().map(Some)
    }

    /// A value; `None`: the key or the value is not there.
    ///
    /// # Errors
    /// As [`Hive::keys`].
    pub fn get(&self, path: &str, name: &str) -> Result<Option<Value>> {
        let Some(key) = self.find(path)? else { return Ok(None) };
        let Some((_, at)) = self.find_value(key, &units(name))? else { return Ok(None) };
        let (kind, bytes) = value::read(&self.cells, self.minor, at)?;
        Ok(Some(Value::decode(kind, &bytes)))
    }

    /// Makes a key and those above it; no change where it is there.
    ///
    /// # Errors
    /// As [`Hive::keys`]; [`Error::Limit`].
    pub fn create_key(&mut self, path: &str) -> Result<()> {
        let mut at = self.root;
        for name in parts(path)? {
            at = match self.child(at, &name)? {
                Some(child) => child,
                None => self.change(|hive| hive.add_key(at, &name))?,
            };
        }
        Ok(())
    }

    /// Sets a value of a key that is there; no change where it is so already.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the key; as [`Hive::keys`]; [`Error::Limit`].
    pub fn set(&mut self, path: &str, name: &str, value: &Value) -> Result<()> {
        let key = self.find(path)?.ok_or_else(|| Error::NotFound(format!("there is no key {path:?}")))?;
        let name = value_name(name)?;
        let (kind, bytes) = value.encode()?;
        let Some((_, at)) = self.find_value(key, &name)? else {
            return self.change(|hive| hive.add_value(key, &name, kind, &bytes));
        };
        if value::read(&self.cells, self.minor, at).ok() == Some((kind, bytes.clone())) {
            return Ok(());
        }
        self.change(|hive| {
            value::remove_data(&mut hive.cells, hive.minor, at)?;
            value::write(&mut hive.cells, hive.minor, at, kind, &bytes)?;
            Key::note_value(&mut hive.cells, key, &name, bytes.len())?;
            Key::touch(&mut hive.cells, key, hive.now)
        })
    }

    /// Removes a key with everything below it; no error where it is not there.
    ///
    /// # Errors
    /// [`Error::Invalid`] for the first key; as [`Hive::keys`].
    pub fn delete_key(&mut self, path: &str) -> Result<()> {
        let Some(at) = self.find(path)? else { return Ok(()) };
        let above = path.rsplit_once(SEPARATOR).map_or("", |(above, _)| above);
        let parent = self.find(above)?.filter(|parent| *parent != at);
        let parent = parent.ok_or_else(|| Error::Invalid("the first key of a hive stays".into()))?;
        // Looked at before anything is changed: a circle ends here.
        let below = self.below(at)?;
        self.change(|hive| {
            let mut siblings = hive.subkeys(parent)?;
            siblings.retain(|sibling| *sibling != at);
            hive.replace_list(parent, &siblings)?;
            below.into_iter().rev().try_for_each(|key| hive.remove_record(key))
        })
    }

    /// Removes a value; no error where it or its key is not there.
    ///
    /// # Errors
    /// As [`Hive::keys`].
    pub fn delete_value(&mut self, path: &str, name: &str) -> Result<()> {
        let Some(key) = self.find(path)? else { return Ok(()) };
        let Some((index, at)) = self.find_value(key, &units(name))? else { return Ok(()) };
        self.change(|hive| {
            let mut values = Key::read(&hive.cells, key)?.value_cells(&hive.cells)?;
            values.remove(index);
            hive.replace_values(key, &values)?;
            value::remove_data(&mut hive.cells, hive.minor, at)?;
            hive.cells.give_back(at)
        })
    }

    /// Looks at everything: every key, list, value and descriptor is readable, in order, counted right, and no
    /// cell is in use that nothing needs.
    ///
    /// # Errors
    /// [`Error::Damaged`] with the first thing that is wrong.
    pub fn verify(&self) -> Result<()> {
        let mut shared: BTreeMap<u32, u32> = BTreeMap::new();
        let mut used = 0;
        for at in self.below(self.root)? {
            let key = Key::read(&self.cells, at)?;
            used += 1 + usize::from(key.class != NIL);
            used += list::cells_of(&self.cells, key.list)?;
            if key.list != NIL {
                list::check(&self.cells, key.list)?;
            }
            let values = key.value_cells(&self.cells)?;
            used += usize::from(!values.is_empty());
            for value in values {
                value::name_of(&self.cells, value)?;
                value::read(&self.cells, self.minor, value)?;
                used += 1 + value::cells_of(&self.cells, self.minor, value)?;
            }
            *shared.entry(key.security).or_default() += 1;
        }
        for (at, count) in &shared {
            if security::count(&self.cells, *at)? != *count {
                return Err(damaged("a descriptor counts its keys wrong", *at));
            }
        }
        match (used + shared.len()).cmp(&self.cells.used()) {
            std::cmp::Ordering::Equal => Ok(()),
            _ => Err(Error::Damaged(format!(
                "{} cells are in use, {} are needed",
                self.cells.used(),
                used + shared.len()
            ))),
        }
    }

    /// Whether every key has one place, so that a walk along paths ends.
    pub(crate) fn check_tree(&self) -> Result<()> {
        self.below(self.root).map(drop)
    }

    fn subkeys(&self, at: u32) -> Result<Vec<u32>> {
        list::read(&self.cells, Key::read(&self.cells, at)?.list)
    }

    fn find(&self, path: &str) -> Result<Option<u32>> {
        let mut at = self.root;
        for name in parts(path)? {
            match self.child(at, &name)? {
                Some(child) => at = child,
                None => return Ok(None),
            }
        }
        Ok(Some(at))
    }

    fn child(&self, at: u32, wanted: &[u16]) -> Result<Option<u32>> {
        for key in self.subkeys(at)? {
            if Key::is_named(&self.cells, key, wanted)? {
                return Ok(Some(key));
            }
        }
        Ok(None)
    }

    /// The place among the key's values, and the cell.
    fn find_value(&self, key: u32, wanted: &[u16]) -> Result<Option<(usize, u32)>> {
        let values = Key::read(&self.cells, key)?.value_cells(&self.cells)?;
        for (index, at) in values.into_iter().enumerate() {
            if name::same(&value::name_of(&self.cells, at)?, wanted) {
                return Ok(Some((index, at)));
            }
        }
        Ok(None)
    }

    /// A key and all below it, those above first.
    fn below(&self, top: u32) -> Result<Vec<u32>> {
        let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
        let mut todo = vec![(top, 0)];
        while let Some((at, depth)) = todo.pop() {
            if !seen.insert(at) {
                return Err(damaged("a key lies in two places", at));
            }
            if depth > DEPTH_MAX || found.len() + todo.len() > KEYS_MAX {
                return Err(damaged("keys are too many, or too deep", at));
            }
            found.push(at);
            todo.extend(self.subkeys(at)?.into_iter().map(|key| (key, depth + 1)));
        }
        Ok(found)
    }

    /// What breaks off in here leaves a hive that is not written any more.
    fn change<T>(&mut self, change: impl FnOnce(&mut Self) -> Result<T>) -> Result<T> {
        self.is_changed = true;
        let before = std::mem::replace(&mut self.is_broken, true);
        let done = change(self)?;
        self.is_broken = before;
        Ok(done)
    }

    fn add_key(&mut self, parent: u32, name: &[u16]) -> Result<u32> {
        let descriptor = Key::read(&self.cells, parent)?.security;
        let mut siblings = self.subkeys(parent)?;
        let mut place = siblings.len();
        for (index, sibling) in siblings.iter().enumerate() {
            if name::compare(&Key::name(&self.cells, *sibling)?, name).is_gt() {
                place = index;
                break;
            }
        }
        let at = Key::make(&mut self.cells, name, parent, descriptor, self.now)?;
        security::share(&mut self.cells, descriptor)?;
        siblings.insert(place, at);
        self.replace_list(parent, &siblings)?;
        Key::note_subkey(&mut self.cells, parent, name)?;
        Ok(at)
    }

    fn replace_list(&mut self, parent: u32, keys: &[u32]) -> Result<()> {
        let old = Key::read(&self.cells, parent)?.list;
        let new = list::write(&mut self.cells, self.minor, keys)?;
        list::remove(&mut self.cells, old)?;
        Key::set_subkeys(&mut self.cells, parent, keys.len(), new)?;
        Key::touch(&mut self.cells, parent, self.now)
    }

    fn add_value(&mut self, key: u32, name: &[u16], kind: u32, bytes: &[u8]) -> Result<()> {
        let mut values = Key::read(&self.cells, key)?.value_cells(&self.cells)?;
        if values.len() >= VALUES_MAX {
            return Err(Error::Limit(format!("a key may not have more than {VALUES_MAX} values")));
        }
        values.push(value::make(&mut self.cells, self.minor, name, kind, bytes)?);
        self.replace_values(key, &values)?;
        Key::note_value(&mut self.cells, key, name, bytes.len())
    }

    fn replace_values(&mut self, key: u32, values: &[u32]) -> Result<()> {
        let old = Key::read(&self.cells, key)?;
        let list = match values {
            [] => NIL,
            values => self.cells.store(&values.iter().flat_map(|at| at.to_le_bytes()).collect::<Vec<_>>())?,
        };
        if old.values > 0 {
            self.cells.give_back(old.value_list)?;
        }
        Key::set_values(&mut self.cells, key, values.len(), list)?;
        Key::touch(&mut self.cells, key, self.now)
    }

    /// Returns every cell of one key; its subkeys are gone already.
    fn remove_record(&mut self, at: u32) -> Result<()> {
        let key = Key::read(&self.cells, at)?;
        for value in key.value_cells(&self.cells)? {
            value::remove_data(&mut self.cells, self.minor, value)?;
            self.cells.give_back(value)?;
        }
        if key.values > 0 {
            self.cells.give_back(key.value_list)?;
        }
        list::remove(&mut self.cells, key.list)?;
        if key.class != NIL {
            self.cells.give_back(key.class)?;
        }
        security::release(&mut self.cells, key.security)?;
        self.cells.give_back(at)
    }
}

/// The names of a path.
fn parts(path: &str) -> Result<Vec<Vec<u16>>> {
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let parts: Vec<Vec<u16>> = path.split(SEPARATOR).map(units).collect();
    let is_name = |name: &Vec<u16>| (1..=KEY_NAME_MAX).contains(&name.len()) && !name.contains(&0);
    if parts.len() <= DEPTH_MAX && parts.iter().all(is_name) {
        return Ok(parts);
    }
    Err(Error::Invalid(format!(
        "{path:?} is no path of keys: names of 1 to {KEY_NAME_MAX} letters with \\ between"
    )))
}

fn value_name(name: &str) -> Result<Vec<u16>> {
    let name = units(name);
    if name.len() <= VALUE_NAME_MAX && !name.contains(&0) {
        return Ok(name);
    }
    Err(Error::Invalid("the name of a value is too long, or holds a zero".into()))
}

#[cfg(test)]
mod tests;
