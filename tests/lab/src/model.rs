//! What the cloud holds: the nouns of every service in one place, under one lock. Knows no HTTP, no
//! process and no file; identifiers and timestamps are made here too.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

/// A JSON object, the way most of these services think.
pub type Doc = Map<String, Value>;

/// Rows in the order of their creation.
#[derive(Debug)]
pub struct Table<T>(Vec<(String, T)>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Table<T> {
    pub fn get(&self, id: &str) -> Option<&T> {
        self.0.iter().find(|(key, _)| key == id).map(|(_, row)| row)
    }

    pub fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.0.iter_mut().find(|(key, _)| key == id).map(|(_, row)| row)
    }

    pub fn insert(&mut self, id: impl Into<String>, row: T) {
        self.0.push((id.into(), row));
    }

    pub fn remove(&mut self, id: &str) -> Option<T> {
        let at = self.0.iter().position(|(key, _)| key == id)?;
        Some(self.0.remove(at).1)
    }

    /// Oldest first.
    pub fn rows(&self) -> impl DoubleEndedIterator<Item = &T> {
        self.0.iter().map(|(_, row)| row)
    }

    pub fn rows_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().map(|(_, row)| row)
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }
}

/// Everything, guarded by one lock that is never held across a wait.
#[derive(Debug, Default)]
pub struct State {
    pub projects: Vec<Project>,
    pub users: Vec<User>,
    pub tokens: BTreeMap<String, Who>,
    /// Those of all time, for who searches for them; at most as many as requests are kept.
    pub issued: Vec<String>,
    pub images: Table<Doc>,
    pub volumes: Table<Volume>,
    pub snapshots: Table<Snapshot>,
    pub volume_types: Table<Doc>,
    pub flavors: Table<Flavor>,
    pub keypairs: Vec<Keypair>,
    pub servers: Table<Server>,
    pub server_groups: Table<ServerGroup>,
    pub networks: Table<Doc>,
    pub subnets: Table<Doc>,
    pub ports: Table<Doc>,
    pub security_groups: Table<Doc>,
    pub rules: Table<Doc>,
    pub floating_ips: Table<Doc>,
    pub routers: Table<Doc>,
}

#[derive(Clone, Debug)]
pub struct Project {
    pub id: String,
    pub name: String,
}

#[derive(Clone, Debug)]
pub struct User {
    pub id: String,
    pub name: String,
    pub password: String,
    pub roles: Vec<&'static str>,
    pub default_project: String,
}

/// Who asks: what a token stands for.
#[derive(Clone, Debug, Default)]
pub struct Who {
    pub user_id: String,
    pub user_name: String,
    pub project_id: String,
    pub project_name: String,
    pub roles: Vec<&'static str>,
    pub audit_id: String,
    pub issued_at: u64,
    pub expires_at: u64,
}

impl Who {
    pub fn is_admin(&self) -> bool {
        self.roles.contains(&"admin")
    }
}

#[derive(Clone, Debug)]
pub struct Volume {
    pub id: String,
    pub name: Option<String>,
    pub description: Option<String>,
    /// GiB.
    pub size: u64,
    pub status: String,
    pub bootable: bool,
    pub volume_type: String,
    pub snapshot_id: Option<String>,
    pub source_volid: Option<String>,
    pub metadata: Doc,
    pub image_metadata: Doc,
    pub attachments: Vec<VolumeUse>,
    pub zone: String,
    pub created: u64,
    pub updated: u64,
    pub project_id: String,
    pub user_id: String,
}

/// That a volume is attached, as Cinder tells it.
#[derive(Clone, Debug)]
pub struct VolumeUse {
    pub attachment_id: String,
    pub server_id: String,
    pub device: String,
    pub attached_at: u64,
}

#[derive(Clone, Debug)]
pub struct Snapshot {
    pub id: String,
    pub name: Option<String>,
    pub description: Option<String>,
    pub volume_id: String,
    /// GiB.
    pub size: u64,
    pub status: String,
    pub metadata: Doc,
    pub created: u64,
    pub updated: u64,
    pub project_id: String,
    pub user_id: String,
}

#[derive(Clone, Debug)]
pub struct Flavor {
    pub id: String,
    pub name: String,
    /// MiB.
    pub ram: u64,
    pub vcpus: u64,
    /// GiB.
    pub disk: u64,
    pub extra_specs: Doc,
}

#[derive(Clone, Debug)]
pub struct Keypair {
    pub name: String,
    pub user_id: String,
    pub public_key: String,
    pub fingerprint: String,
    pub created: u64,
}

#[derive(Clone, Debug)]
pub struct ServerGroup {
    pub id: String,
    pub name: String,
    pub policy: String,
    pub project_id: String,
    pub user_id: String,
}

#[derive(Clone, Debug)]
pub struct Server {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    pub status: &'static str,
    pub task_state: Option<&'static str>,
    pub fault: Option<String>,
    pub flavor: Flavor,
    pub image_id: Option<String>,
    pub metadata: Doc,
    pub key_name: Option<String>,
    /// Decoded.
    pub user_data: Vec<u8>,
    pub config_drive: bool,
    pub zone: String,
    pub security_groups: Vec<String>,
    pub nics: Vec<Nic>,
    pub disks: Vec<Disk>,
    pub group: Option<String>,
    pub created: u64,
    pub updated: u64,
    pub launched: Option<u64>,
    pub project_id: String,
    pub user_id: String,
}

/// A port of a server, in the order of its network cards.
#[derive(Clone, Debug)]
pub struct Nic {
    pub port_id: String,
    /// Nova made it, so Nova deletes it with the server.
    pub owned: bool,
}

/// A volume of a server, in the order in which they were attached.
#[derive(Clone, Debug)]
pub struct Disk {
    pub volume_id: String,
    pub attachment_id: String,
    pub bdm_id: String,
    pub device: String,
    pub boot: bool,
    pub delete_on_termination: bool,
    pub tag: Option<String>,
}

impl Flavor {
    pub fn new(name: &str, ram: u64, vcpus: u64, disk: u64) -> Self {
        Self { id: uuid(), name: name.to_owned(), ram, vcpus, disk, extra_specs: Doc::new() }
    }
}

/// A random identifier, from the kernel: 8-4-4-4-12.
pub fn uuid() -> String {
    match std::fs::read_to_string("/proc/sys/kernel/random/uuid") {
        Ok(text) => text.trim().to_owned(),
        // Only without /proc; unique within this process is all that is needed then.
        Err(_) => format!("00000000-0000-4000-8000-{:012x}", now_nanos() & 0xffff_ffff_ffff),
    }
}

/// The same without dashes: how Keystone writes them.
pub fn hex_id() -> String {
    uuid().replace('-', "")
}

fn now_nanos() -> u128 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_nanos())
}

/// Microseconds since 1970.
pub fn now() -> u64 {
    u64::try_from(now_nanos() / 1000).unwrap_or(u64::MAX)
}

/// `2026-01-02T03:04:05`, UTC, of [`now`]'s unit; `suffix` is appended as it is.
pub fn stamp(micros: u64, suffix: &str) -> String {
    let seconds = micros / 1_000_000;
    let (year, month, day) = civil(seconds / 86_400);
    let clock = seconds % 86_400;
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}{suffix}",
        clock / 3600,
        clock / 60 % 60,
        clock % 60
    )
}

/// With microseconds, as Cinder, Nova and Keystone like it.
pub fn stamp_micros(micros: u64, suffix: &str) -> String {
    stamp(micros, &format!(".{:06}{suffix}", micros % 1_000_000))
}

/// Year, month and day of a number of days since 1970 (proleptic Gregorian calendar).
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let march_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

/// A `json!` object as a [`Doc`].
pub fn doc(value: Value) -> Doc {
    match value {
        Value::Object(map) => map,
        _ => Doc::new(),
    }
}

/// A string field, or `""`.
pub fn text<'a>(of: &'a Doc, key: &str) -> &'a str {
    of.get(key).and_then(Value::as_str).unwrap_or_default()
}

/// A list field, or nothing.
pub fn list<'a>(of: &'a Doc, key: &str) -> &'a [Value] {
    of.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The self link that nearly every object of Nova and Cinder carries, and its bookmark.
pub fn links(own: &str, bookmark: &str) -> Value {
    json!([{"rel": "self", "href": own}, {"rel": "bookmark", "href": bookmark}])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_dates() {
        assert_eq!(stamp(0, "Z"), "1970-01-01T00:00:00Z");
        assert_eq!(stamp(951_782_400 * 1_000_000, ""), "2000-02-29T00:00:00");
        assert_eq!(stamp_micros(1_767_225_599_000_042, ""), "2025-12-31T23:59:59.000042");
    }

    #[test]
    fn identifiers_differ() {
        assert_ne!(uuid(), uuid());
        assert_eq!(hex_id().len(), 32);
    }
}
