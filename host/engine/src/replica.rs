//! What is known of a replica between its jobs. Refuses to know how it came to be.

use gyre_core::name;
use gyre_core::roles::State;
use gyre_core::{Error, Result, VmSpec};
use gyre_saga::Store;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

const COLLECTION: &str = "replica";

/// A replica to be made.
#[derive(Clone, Debug)]
pub struct NewReplica {
    /// Where the machine is: an endpoint of the configuration.
    pub source: String,
    /// The machine, as its source names it.
    pub vm: String,
    /// Where it is to be brought: an endpoint of the configuration.
    pub destination: String,
    /// Options of the destination for this machine.
    pub options: Map<String, Value>,
}

/// A machine's disks at a destination, brought up to date by executions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Replica {
    /// Unique for ever.
    pub id: String,
    /// Unique among those that exist.
    pub name: String,
    /// Endpoint of the configuration.
    pub source: String,
    /// The machine, as its source names it.
    pub vm: String,
    /// The host of the source that it ran on when it was last described, where that is told.
    #[serde(default)]
    pub host: Option<String>,
    /// Endpoint of the configuration.
    pub destination: String,
    /// Options of the destination for this machine.
    pub options: Map<String, Value>,
    /// How often it was executed, with success or without.
    pub executions: u64,
    /// Its disks at the destination, from the first execution that made them.
    pub disks: Option<State>,
    /// What its disks hold; none before the first success.
    pub last: Option<Success>,
    /// Version of the stored document.
    #[serde(skip)]
    pub(crate) version: u64,
}

/// A successful execution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Success {
    /// Of the execution, from 1.
    pub number: u64,
    /// The job that it was.
    pub job: String,
    /// The source's snapshot that the disks are equal to.
    pub snapshot: State,
    /// The machine as it was then.
    pub vm: VmSpec,
    /// What the next copy compares with.
    pub disks: Vec<DiskBase>,
}

/// One disk of a successful execution.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DiskBase {
    /// As the source names it.
    pub disk: String,
    /// As the destination names it: another one later means a full copy.
    pub identity: String,
    /// Name of the file with the hashes of its blocks.
    pub manifest: String,
}

impl Success {
    /// What is known of the disk, if it is still the same one at the destination.
    pub(crate) fn base(&self, disk: &str, identity: &str) -> Option<&DiskBase> {
        self.disks.iter().find(|base| base.disk == disk && base.identity == identity)
    }

    /// Whether it copied a disk, wherever that went.
    pub(crate) fn has(&self, disk: &str) -> bool {
        self.disks.iter().any(|base| base.disk == disk)
    }
}

/// Refuses names that cannot stand in commands, messages and lists.
///
/// # Errors
/// `replica.name`.
pub(crate) fn check_name(name: &str) -> Result<()> {
    name::check_name("replica", "replica.name", name)
}

impl Replica {
    pub(crate) async fn load(store: &dyn Store, name: &str) -> Result<Self> {
        let found = Self::find(store, name).await?;
        found.ok_or_else(|| unknown(name))
    }

    pub(crate) async fn find(store: &dyn Store, name: &str) -> Result<Option<Self>> {
        store.get(COLLECTION, name).await?.map(|found| parse(found.value, found.version)).transpose()
    }

    /// Those whose names begin with `prefix` and come after `after`.
    pub(crate) async fn page(store: &dyn Store, prefix: &str, after: &str, limit: u32) -> Result<Vec<Self>> {
        let found = store.page(COLLECTION, prefix, after, limit).await?;
        found.into_iter().map(|document| parse(document.value, document.version)).collect()
    }

    /// Writes it, unless it was changed since it was read.
    pub(crate) async fn save(&mut self, store: &dyn Store) -> Result<()> {
        let value = serde_json::to_value(&*self)
            .map_err(|e| Error::other("store.corrupt", "a replica cannot be written down").cause(e))?;
        self.version = store.put(COLLECTION, &self.name, self.version, &value).await?;
        Ok(())
    }

    pub(crate) async fn forget(store: &dyn Store, name: &str) -> Result<()> {
        store.remove(COLLECTION, name).await
    }
}

pub(crate) fn unknown(name: &str) -> Error {
    Error::not_found("replica.unknown", format!("there is no replica {name:?}"))
}

fn parse(value: Value, version: u64) -> Result<Replica> {
    let replica: Replica = serde_json::from_value(value)
        .map_err(|e| Error::other("store.corrupt", "the record of a replica cannot be read").cause(e))?;
    Ok(Replica { version, ..replica })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_plain() {
        for good in ["a", "web-1", "9", "A.b_c"] {
            check_name(good).unwrap();
        }
        for bad in ["", "-a", ".", "a b", "a/b", "ä", &"x".repeat(65), "a\n"] {
            assert_eq!(check_name(bad).unwrap_err().code, "replica.name", "{bad:?}");
        }
    }
}
