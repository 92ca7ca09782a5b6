//! Registry hives of Windows guests. A hive is changed in memory; [`Hive::commit`] writes it. Keys are names with
//! `\\` between, from the hive's first key on; names are found in any case.

use crate::Result;
pub use crate::bindings::gyre::host::registry::{Raw, Value};

/// The calls of the WIT, over the host or over memory.
pub(crate) trait Calls {
    fn keys(&self, key: &str) -> Result<Option<Vec<String>>>;
    fn values(&self, key: &str) -> Result<Option<Vec<String>>>;
    fn get(&self, key: &str, name: &str) -> Result<Option<Value>>;
    fn set(&self, key: &str, name: &str, value: &Value) -> Result<()>;
    fn create_key(&self, key: &str) -> Result<()>;
    fn remove_key(&self, key: &str) -> Result<()>;
    fn remove_value(&self, key: &str, name: &str) -> Result<()>;
    fn commit(&self) -> Result<()>;
}

/// An open hive; made by [`Root::hive`](crate::osmorphing::Root::hive).
pub struct Hive(Box<dyn Calls>);

impl Hive {
    pub(crate) fn new(calls: Box<dyn Calls>) -> Self {
        Self(calls)
    }

    /// Names of the keys below; none where there is no such key.
    ///
    /// # Errors
    /// `registry.*`
    pub fn keys(&self, key: &str) -> Result<Vec<String>> {
        Ok(self.0.keys(key)?.unwrap_or_default())
    }

    /// Names of the values, the default's is empty; none where there is no such key.
    ///
    /// # Errors
    /// `registry.*`
    pub fn values(&self, key: &str) -> Result<Vec<String>> {
        Ok(self.0.values(key)?.unwrap_or_default())
    }

    /// Whether there is such a key.
    ///
    /// # Errors
    /// `registry.*`
    pub fn has_key(&self, key: &str) -> Result<bool> {
        Ok(self.0.values(key)?.is_some())
    }

    /// `None`: the key or the value is not there.
    ///
    /// # Errors
    /// `registry.*`
    pub fn get(&self, key: &str, name: &str) -> Result<Option<Value>> {
        self.0.get(key, name)
    }

    /// A number; `None` where there is none.
    ///
    /// # Errors
    /// `registry.*`
    pub fn number(&self, key: &str, name: &str) -> Result<Option<u32>> {
        Ok(match self.get(key, name)? {
            Some(Value::Dword(number)) => Some(number),
            _ => None,
        })
    }

    /// A string of either kind; `None` where there is none.
    ///
    /// # Errors
    /// `registry.*`
    pub fn text(&self, key: &str, name: &str) -> Result<Option<String>> {
        Ok(match self.get(key, name)? {
            Some(Value::Sz(text) | Value::ExpandSz(text)) => Some(text),
            _ => None,
        })
    }

    /// A list of strings, or the one string there; empty where there is none.
    ///
    /// # Errors
    /// `registry.*`
    pub fn texts(&self, key: &str, name: &str) -> Result<Vec<String>> {
        Ok(match self.get(key, name)? {
            Some(Value::MultiSz(texts)) => texts,
            Some(Value::Sz(text) | Value::ExpandSz(text)) if !text.is_empty() => vec![text],
            _ => Vec::new(),
        })
    }

    /// Sets a value, and makes its key.
    ///
    /// # Errors
    /// `registry.*`
    pub fn set(&self, key: &str, name: &str, value: &Value) -> Result<()> {
        self.0.create_key(key)?;
        self.0.set(key, name, value)
    }

    /// With those above it; no error when it is there.
    ///
    /// # Errors
    /// `registry.*`
    pub fn create_key(&self, key: &str) -> Result<()> {
        self.0.create_key(key)
    }

    /// With everything below; no error when it is not there.
    ///
    /// # Errors
    /// `registry.*`
    pub fn remove_key(&self, key: &str) -> Result<()> {
        self.0.remove_key(key)
    }

    /// No error when it is not there.
    ///
    /// # Errors
    /// `registry.*`
    pub fn remove_value(&self, key: &str, name: &str) -> Result<()> {
        self.0.remove_value(key, name)
    }

    /// Replaces the file, if anything is other than it was.
    ///
    /// # Errors
    /// `registry.*`, `rootfs.*`
    pub fn commit(&self) -> Result<()> {
        self.0.commit()
    }
}

#[cfg(target_arch = "wasm32")]
impl Calls for crate::bindings::gyre::host::registry::Hive {
    fn keys(&self, key: &str) -> Result<Option<Vec<String>>> {
        self.keys(key)
    }
    fn values(&self, key: &str) -> Result<Option<Vec<String>>> {
        self.values(key)
    }
    fn get(&self, key: &str, name: &str) -> Result<Option<Value>> {
        self.get(key, name)
    }
    fn set(&self, key: &str, name: &str, value: &Value) -> Result<()> {
        self.set(key, name, value)
    }
    fn create_key(&self, key: &str) -> Result<()> {
        self.create_key(key)
    }
    fn remove_key(&self, key: &str) -> Result<()> {
        self.remove_key(key)
    }
    fn remove_value(&self, key: &str, name: &str) -> Result<()> {
        self.remove_value(key, name)
    }
    fn commit(&self) -> Result<()> {
        self.commit()
    }
}
