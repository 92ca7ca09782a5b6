//! Hives of a fake guest: real ones, read from the bytes of a file and written back to it.

use crate::hive::{Calls, Raw, Value};
use crate::{Error, ErrorKind, Result};
use gyre_hive::{Hive, Value as Plain};
use std::cell::RefCell;

/// Every change of a test is made at this time: 2026-01-01T00:00:00Z.
const NOW: u64 = (1_767_225_600 + 11_644_473_600) * 10_000_000;

/// Puts the bytes of a hive where they came from.
type Write = Box<dyn Fn(&[u8]) -> Result<()>>;

pub(super) struct FakeHive {
    hive: RefCell<Hive>,
    write: Write,
}

/// A hive from its bytes.
pub(super) fn open(bytes: Vec<u8>, write: Write) -> Result<Box<dyn Calls>> {
    let mut hive = Hive::parse(bytes).map_err(failed)?;
    hive.set_time(NOW);
    Ok(Box::new(FakeHive { hive: RefCell::new(hive), write }))
}

/// As the agent tells them.
pub(super) fn failed(error: gyre_hive::Error) -> Error {
    use gyre_hive::Error as Of;
    let (kind, code) = match &error {
        Of::Damaged(_) => (ErrorKind::Invalid, "registry.damaged"),
        Of::Dirty(_) => (ErrorKind::Conflict, "registry.dirty"),
        Of::Unsupported(_) => (ErrorKind::Invalid, "registry.version"),
        Of::Limit(_) => (ErrorKind::Invalid, "registry.too-large"),
        Of::Invalid(_) => (ErrorKind::Invalid, "registry.name"),
        Of::NotFound(_) => (ErrorKind::NotFound, "registry.not-found"),
    };
    Error::new(kind, code, "a registry hive of the guest cannot be used").cause(error)
}

fn lift(value: Plain) -> Value {
    match value {
        Plain::Sz(text) => Value::Sz(text),
        Plain::ExpandSz(text) => Value::ExpandSz(text),
        Plain::MultiSz(texts) => Value::MultiSz(texts),
        Plain::Dword(number) => Value::Dword(number),
        Plain::Qword(number) => Value::Qword(number),
        Plain::Binary(bytes) => Value::Binary(bytes),
        Plain::Other(kind, bytes) => Value::Other(Raw { kind, bytes }),
    }
}

fn lower(value: &Value) -> Plain {
    match value.clone() {
        Value::Sz(text) => Plain::Sz(text),
        Value::ExpandSz(text) => Plain::ExpandSz(text),
        Value::MultiSz(texts) => Plain::MultiSz(texts),
        Value::Dword(number) => Plain::Dword(number),
        Value::Qword(number) => Plain::Qword(number),
        Value::Binary(bytes) => Plain::Binary(bytes),
        Value::Other(Raw { kind, bytes }) => Plain::Other(kind, bytes),
    }
}

impl Calls for FakeHive {
    fn keys(&self, key: &str) -> Result<Option<Vec<String>>> {
        self.hive.borrow().keys(key).map_err(failed)
    }
    fn values(&self, key: &str) -> Result<Option<Vec<String>>> {
        self.hive.borrow().values(key).map_err(failed)
    }
    fn get(&self, key: &str, name: &str) -> Result<Option<Value>> {
        Ok(self.hive.borrow().get(key, name).map_err(failed)?.map(lift))
    }
    fn set(&self, key: &str, name: &str, value: &Value) -> Result<()> {
        self.hive.borrow_mut().set(key, name, &lower(value)).map_err(failed)
    }
    fn create_key(&self, key: &str) -> Result<()> {
        self.hive.borrow_mut().create_key(key).map_err(failed)
    }
    fn remove_key(&self, key: &str) -> Result<()> {
        self.hive.borrow_mut().delete_key(key).map_err(failed)
    }
    fn remove_value(&self, key: &str, name: &str) -> Result<()> {
        self.hive.borrow_mut().delete_value(key, name).map_err(failed)
    }
    fn commit(&self) -> Result<()> {
        let mut hive = self.hive.borrow_mut();
        if !hive.is_changed() {
            return Ok(());
        }
        hive.verify().map_err(failed)?;
        (self.write)(&hive.to_bytes().map_err(failed)?)
    }
}
