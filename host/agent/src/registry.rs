//! Registry hives of the mounted system: read as a whole, changed in memory, written back in one step. Knows no
//! key: what a hive holds is `gyre_hive`'s, what belongs in it a plugin's.

use crate::root::Root;
use gyre_core::protocol::{Base64, HiveRequest, HiveValue, RootReply, RootRequest};
use gyre_core::{Error, Kind, Result};
use gyre_hive::{HIVE_BYTES_MAX, Hive, Value};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// Hives open at once: each lies in memory.
const OPEN_MAX: usize = 8;
/// What stands behind the name of a hive's transaction logs.
const LOGS: [&str; 3] = [".log", ".log1", ".log2"];
/// What stands behind the name of the first version that was replaced.
const KEPT: &str = ".gyre-bak";
/// Between 1601 and 1970.
const EPOCH_S: u64 = 11_644_473_600;
const TICKS_PER_S: u64 = 10_000_000;

/// The hives that are open.
#[derive(Default)]
pub struct Hives {
    next: u32,
    open: BTreeMap<u32, Open>,
}

struct Open {
    path: String,
    hive: Hive,
}

impl Hives {
    /// Answers a call on hives, and leaves one on files to the root.
    ///
    /// # Errors
    /// `registry.*`, `rootfs.*`.
    pub fn answer(&mut self, root: &Root, call: RootRequest) -> Result<RootReply> {
        match call {
            RootRequest::OpenHive { path } => self.open(root, &path).map(|hive| RootReply::Hive { hive }),
            RootRequest::Hive { hive, ask } => self.call(root, hive, ask),
            files => root.answer(files),
        }
    }

    /// Reads a hive, and completes it with its logs where it was not put away. Answers what it is called here.
    ///
    /// # Errors
    /// `registry.*`, `rootfs.*`.
    pub fn open(&mut self, root: &Root, path: &str) -> Result<u32> {
        if self.open.len() >= OPEN_MAX {
            return Err(Error::conflict("registry.open", format!("{OPEN_MAX} hives are open already")));
        }
        let mut hive = load(root, path)?;
        hive.set_time(now());
        self.next = self.next.wrapping_add(1);
        self.open.insert(self.next, Open { path: path.into(), hive });
        Ok(self.next)
    }

    /// One call on an open hive.
    ///
    /// # Errors
    /// `registry.*`, `rootfs.*`.
    pub fn call(&mut self, root: &Root, hive: u32, ask: HiveRequest) -> Result<RootReply> {
        if matches!(ask, HiveRequest::Close) {
            self.open.remove(&hive);
            return Ok(RootReply::Done);
        }
        let open = self.open.get_mut(&hive);
        let open = open.ok_or_else(|| Error::not_found("registry.closed", "no such hive is open"))?;
        if matches!(ask, HiveRequest::Commit) {
            return commit(root, open).map(|()| RootReply::Done);
        }
        answer(&mut open.hive, ask).map_err(|error| failed(&open.path, error))
    }
}

/// Reads a hive, and completes it with its logs where it was not put away.
///
/// # Errors
/// `registry.*`, `rootfs.*`.
pub fn load(root: &Root, path: &str) -> Result<Hive> {
    let bytes = read(root, path)?;
    let logs = logs(root, path)?;
    let logs: Vec<&[u8]> = logs.iter().map(Vec::as_slice).collect();
    Hive::recover(bytes, &logs).map_err(|error| failed(path, error))
}

fn answer(hive: &mut Hive, ask: HiveRequest) -> gyre_hive::Result<RootReply> {
    Ok(match ask {
        HiveRequest::Keys { key } => RootReply::KeyNames { names: hive.keys(&key)? },
        HiveRequest::Values { key } => RootReply::KeyNames { names: hive.values(&key)? },
        HiveRequest::Get { key, name } => RootReply::Value { value: hive.get(&key, &name)?.map(lift) },
        HiveRequest::Set { key, name, value } => done(hive.set(&key, &name, &lower(value)))?,
        HiveRequest::CreateKey { key } => done(hive.create_key(&key))?,
        HiveRequest::RemoveKey { key } => done(hive.delete_key(&key))?,
        HiveRequest::RemoveValue { key, name } => done(hive.delete_value(&key, &name))?,
        // Answered by whoever has the file.
        HiveRequest::Commit | HiveRequest::Close => RootReply::Done,
    })
}

fn done(result: gyre_hive::Result<()>) -> gyre_hive::Result<RootReply> {
    result.map(|()| RootReply::Done)
}

fn commit(root: &Root, open: &mut Open) -> Result<()> {
    if !open.hive.is_changed() {
        return Ok(());
    }
    let bytes = open.hive.to_bytes().map_err(|error| failed(&open.path, error))?;
    // What is written is what can be read again.
    Hive::parse(bytes.clone()).map_err(|error| failed(&open.path, error))?;
    root.replace_file(&open.path, &bytes, KEPT)
}

fn read(root: &Root, path: &str) -> Result<Vec<u8>> {
    root.read_up_to(path, HIVE_BYTES_MAX as u64)
}

/// The hive's logs: their names are written in any case.
fn logs(root: &Root, path: &str) -> Result<Vec<Vec<u8>>> {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_log = |other: &&String| {
        let other = other.to_lowercase();
        other.strip_prefix(&name.to_lowercase()).is_some_and(|rest| LOGS.contains(&rest))
    };
    let names = root.read_dir(&format!("{directory}/"))?;
    names.iter().filter(is_log).map(|name| read(root, &format!("{directory}/{name}"))).collect()
}

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs().saturating_add(EPOCH_S).saturating_mul(TICKS_PER_S)
}

fn failed(path: &str, error: gyre_hive::Error) -> Error {
    use gyre_hive::Error as Of;
    let (kind, code) = match &error {
        Of::Damaged(_) => (Kind::Invalid, "registry.damaged"),
        Of::Dirty(_) => (Kind::Conflict, "registry.dirty"),
        Of::Unsupported(_) => (Kind::Invalid, "registry.version"),
        Of::Limit(_) => (Kind::Invalid, "registry.too-large"),
        Of::Invalid(_) => (Kind::Invalid, "registry.name"),
        Of::NotFound(_) => (Kind::NotFound, "registry.not-found"),
    };
    Error::new(kind, code, format!("the registry hive {path} of the guest cannot be used")).cause(error)
}

fn lower(value: HiveValue) -> Value {
    match value {
        HiveValue::Sz(text) => Value::Sz(text),
        HiveValue::ExpandSz(text) => Value::ExpandSz(text),
        HiveValue::MultiSz(texts) => Value::MultiSz(texts),
        HiveValue::Dword(number) => Value::Dword(number),
        HiveValue::Qword(number) => Value::Qword(number),
        HiveValue::Binary(bytes) => Value::Binary(bytes.0),
        HiveValue::Other(kind, bytes) => Value::Other(kind, bytes.0),
    }
}

fn lift(value: Value) -> HiveValue {
    match value {
        Value::Sz(text) => HiveValue::Sz(text),
        Value::ExpandSz(text) => HiveValue::ExpandSz(text),
        Value::MultiSz(texts) => HiveValue::MultiSz(texts),
        Value::Dword(number) => HiveValue::Dword(number),
        Value::Qword(number) => HiveValue::Qword(number),
        Value::Binary(bytes) => HiveValue::Binary(Base64(bytes)),
        Value::Other(kind, bytes) => HiveValue::Other(kind, Base64(bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn guest(text: &str) -> (tempfile::TempDir, Root) {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("config")).unwrap();
        let bytes = gyre_hive::text::parse(text).unwrap().to_bytes().unwrap();
        fs::write(dir.path().join("config/SYSTEM"), bytes).unwrap();
        let root = Root::new(fs::File::open(dir.path()).unwrap().into());
        (dir, root)
    }

    #[test]
    fn a_hive_is_changed_and_written_once_asked() {
        let (dir, root) = guest("[Select]\n\"Current\"=dword:00000001\n");
        let mut hives = Hives::default();
        let id = hives.open(&root, "/config/SYSTEM").unwrap();
        let mut ask = |ask| hives.call(&root, id, ask);
        let (key, name) = ("select".to_owned(), "current".to_owned());
        let get = || HiveRequest::Get { key: key.clone(), name: name.clone() };
        assert_eq!(ask(get()).unwrap(), RootReply::Value { value: Some(HiveValue::Dword(1)) });
        ask(HiveRequest::Commit).unwrap();
        assert!(!dir.path().join("config/SYSTEM.gyre-bak").exists(), "nothing was changed");
        ask(HiveRequest::Set { key: key.clone(), name: name.clone(), value: HiveValue::Dword(2) }).unwrap();
        ask(HiveRequest::CreateKey { key: "a\\b".into() }).unwrap();
        ask(HiveRequest::RemoveKey { key: "no".into() }).unwrap();
        let before = fs::read(dir.path().join("config/SYSTEM")).unwrap();
        ask(HiveRequest::Commit).unwrap();
        assert_eq!(fs::read(dir.path().join("config/SYSTEM.gyre-bak")).unwrap(), before);
        ask(HiveRequest::Close).unwrap();
        assert_eq!(ask(get()).unwrap_err().code, "registry.closed");
        let id = hives.open(&root, "/config/SYSTEM").unwrap();
        assert_eq!(
            hives.call(&root, id, get()).unwrap(),
            RootReply::Value { value: Some(HiveValue::Dword(2)) }
        );
        let names = hives.call(&root, id, HiveRequest::Keys { key: String::new() }).unwrap();
        assert_eq!(names, RootReply::KeyNames { names: Some(vec!["a".into(), "Select".into()]) });
        let absent = HiveRequest::Set { key: "no".into(), name, value: HiveValue::Dword(2) };
        assert_eq!(hives.call(&root, id, absent).unwrap_err().code, "registry.not-found");
    }

    #[test]
    fn what_is_no_whole_hive_is_told_with_its_reason() {
        let (dir, root) = guest("[a]\n");
        let path = dir.path().join("config/SYSTEM");
        let mut hives = Hives::default();
        let mut bytes = fs::read(&path).unwrap();
        // The first sequence number, and the checksum with it.
        bytes[4] ^= 1;
        bytes[508] ^= 1;
        fs::write(&path, &bytes).unwrap();
        let error = hives.open(&root, "/config/SYSTEM").unwrap_err();
        assert_eq!((error.code.as_str(), error.kind), ("registry.dirty", Kind::Conflict));
        fs::write(dir.path().join("config/system.log1"), b"no log").unwrap();
        let error = hives.open(&root, "/config/SYSTEM").unwrap_err();
        assert!(error.to_string().contains("log 1"), "{error}");
        fs::write(&path, b"nothing").unwrap();
        assert_eq!(hives.open(&root, "/config/SYSTEM").unwrap_err().code, "registry.damaged");
        assert_eq!(hives.open(&root, "/config/SAM").unwrap_err().code, "rootfs.not-found");
        fs::write(&path, gyre_hive::Hive::new().to_bytes().unwrap()).unwrap();
        for _ in 0..OPEN_MAX {
            hives.open(&root, "/config/SYSTEM").unwrap();
        }
        assert_eq!(hives.open(&root, "/config/SYSTEM").unwrap_err().code, "registry.open");
    }
}
