//! Cinder v3: volumes, snapshots, types and quota, as far as they are needed. Knows no steps.

use crate::cloud::{Cloud, Microversion, Service, encode};
use crate::contract::{Error, ErrorKind, Explain, Result};
use crate::marks::{self, Named};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const CINDER: Service = Service::Volume;
/// First version of `revert`.
pub const VERSION_REVERT: Microversion = Microversion(3, 40);
/// First version that filters user messages by resource.
const VERSION_MESSAGES: Microversion = Microversion(3, 5);
/// Bytes of the unit that volumes are sized in.
pub const GIB: u64 = 1024 * 1024 * 1024;

/// A volume as Cinder describes it.
#[derive(Clone, Debug, Deserialize)]
pub struct Volume {
    /// Its id.
    pub id: String,
    /// What people see.
    #[serde(default)]
    pub name: Option<String>,
    /// `available`, `in-use`, `error`, …
    pub status: String,
    /// GiB.
    pub size: u64,
    /// Key and value pairs.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// Whether its blocks are encrypted at rest.
    #[serde(default)]
    pub encrypted: bool,
    /// Snapshot that it was made from.
    #[serde(default)]
    pub snapshot_id: Option<String>,
    /// When it was made, UTC.
    #[serde(default)]
    pub created_at: Option<String>,
    /// Servers that have it.
    #[serde(default)]
    pub attachments: Vec<VolumeAttachment>,
}

/// One server that has a volume.
#[derive(Clone, Debug, Deserialize)]
pub struct VolumeAttachment {
    /// The server.
    #[serde(default)]
    pub server_id: String,
}

impl Volume {
    /// Nobody has it and nothing happens to it.
    pub fn is_available(&self) -> bool {
        self.status == "available"
    }

    /// Whether Cinder gave up on it.
    pub fn has_failed(&self) -> bool {
        self.status.starts_with("error")
    }

    /// Id of a server that has it.
    pub fn server(&self) -> Option<&str> {
        self.attachments.iter().map(|attachment| attachment.server_id.as_str()).find(|id| !id.is_empty())
    }

    /// For errors.
    pub fn label(&self) -> String {
        format!("volume {} ({:?})", self.id, self.name.as_deref().unwrap_or_default())
    }
}

/// A snapshot of a volume.
#[derive(Clone, Debug, Deserialize)]
pub struct Snapshot {
    /// Its id.
    pub id: String,
    /// `available`, `error`, …
    pub status: String,
    /// The volume.
    pub volume_id: String,
    /// What people see.
    #[serde(default)]
    pub name: Option<String>,
    /// When it was made, UTC.
    #[serde(default)]
    pub created_at: Option<String>,
    /// Key and value pairs.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// What a new volume is to be.
#[derive(Clone, Debug, Default)]
pub struct NewVolume {
    /// What people see.
    pub name: String,
    /// GiB.
    pub size: u64,
    /// Name or id of a type; none: Cinder's default, or the snapshot's.
    pub volume_type: Option<String>,
    /// Snapshot to start from.
    pub snapshot: Option<String>,
    /// Zone; none: Cinder's default.
    pub zone: Option<String>,
    /// Key and value pairs.
    pub metadata: BTreeMap<String, String>,
}

/// A volume type, a zone, and the like.
#[derive(Clone, Debug, Deserialize)]
pub struct VolumeType {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl Named for VolumeType {
    fn id(&self) -> &str {
        &self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
}

/// Disks of at most this size are one more GiB than they need to be at most.
pub const fn gib(bytes: u64) -> u64 {
    let whole = bytes.div_ceil(GIB);
    if whole == 0 { 1 } else { whole }
}

/// Volumes of the project.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn volumes(cloud: &mut Cloud) -> Result<Vec<Volume>> {
    cloud.list(CINDER, "/volumes/detail", "volumes")
}

/// Snapshots of the project.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn snapshots(cloud: &mut Cloud) -> Result<Vec<Snapshot>> {
    cloud.list(CINDER, "/snapshots/detail", "snapshots")
}

/// Volumes of the project that a step made for a role.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn volumes_of(cloud: &mut Cloud, token: &str, role: &str) -> Result<Vec<Volume>> {
    let all = volumes(cloud)?;
    Ok(all.into_iter().filter(|volume| marks::carries(&volume.metadata, token, role)).collect())
}

/// Volumes of the project that belong to a source machine.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn volumes_of_vm(cloud: &mut Cloud, vm: &str, role: &str) -> Result<Vec<Volume>> {
    let all = volumes(cloud)?;
    let vm = marks::value(vm);
    let fits = |volume: &Volume| {
        volume.metadata.get(marks::VM) == Some(&vm)
            && volume.metadata.get(marks::ROLE).is_some_and(|found| found == role)
    };
    Ok(all.into_iter().filter(fits).collect())
}

/// Snapshots of these volumes that steps made for a role.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn snapshots_at(cloud: &mut Cloud, volumes: &[String], role: &str) -> Result<Vec<Snapshot>> {
    let all = snapshots(cloud)?;
    let fits = |snapshot: &Snapshot| {
        volumes.contains(&snapshot.volume_id)
            && snapshot.metadata.get(marks::ROLE).is_some_and(|found| found == role)
    };
    Ok(all.into_iter().filter(fits).collect())
}

/// Volumes of the project that were made from a snapshot.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn volumes_from(cloud: &mut Cloud, snapshot: &str) -> Result<Vec<Volume>> {
    let all = volumes(cloud)?;
    Ok(all.into_iter().filter(|volume| volume.snapshot_id.as_deref() == Some(snapshot)).collect())
}

/// Snapshots of the project that a step made.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn snapshots_of(cloud: &mut Cloud, token: &str, role: &str) -> Result<Vec<Snapshot>> {
    let all = snapshots(cloud)?;
    Ok(all.into_iter().filter(|snapshot| marks::carries(&snapshot.metadata, token, role)).collect())
}

/// A volume, if it is there.
///
/// # Errors
/// Those of [`Cloud::get`].
pub fn volume(cloud: &mut Cloud, id: &str) -> Result<Option<Volume>> {
    cloud.get(CINDER, &format!("/volumes/{}", encode(id)), "volume")
}

/// A volume that must be there.
///
/// # Errors
/// `openstack.volume-gone`, and those of [`Cloud::get`].
pub fn required_volume(cloud: &mut Cloud, id: &str) -> Result<Volume> {
    volume(cloud, id)?.ok_or_else(|| gone(id))
}

fn gone(id: &str) -> Error {
    let message =
        format!("volume {id} is not in the cloud any more; execute the replica again to copy that disk anew");
    Error::not_found("openstack.volume-gone", message)
}

/// Asks for a volume.
///
/// # Errors
/// Those of [`Cloud::create`].
pub fn create_volume(cloud: &mut Cloud, new: &NewVolume) -> Result<Volume> {
    let mut volume = json!({ "name": new.name, "size": new.size, "metadata": new.metadata });
    let optional =
        [("volume_type", &new.volume_type), ("snapshot_id", &new.snapshot), ("availability_zone", &new.zone)];
    for (key, value) in optional {
        if let (Some(value), Some(object)) = (value, volume.as_object_mut()) {
            object.insert(key.to_owned(), value.clone().into());
        }
    }
    cloud.create(CINDER, "/volumes", "volume", &json!({ "volume": volume }))
}

fn action(cloud: &mut Cloud, id: &str, version: Option<Microversion>, body: &Value) -> Result<()> {
    cloud.call_at(CINDER, version, "POST", &format!("/volumes/{}/action", encode(id)), Some(body)).map(drop)
}

/// Asks for more space.
///
/// # Errors
/// Those of [`Cloud::call_at`].
pub fn extend(cloud: &mut Cloud, id: &str, gib: u64) -> Result<()> {
    action(cloud, id, None, &json!({ "os-extend": { "new_size": gib } }))
}

/// Says that a server may boot from it.
///
/// # Errors
/// Those of [`Cloud::call_at`].
pub fn set_bootable(cloud: &mut Cloud, id: &str) -> Result<()> {
    action(cloud, id, None, &json!({ "os-set_bootable": { "bootable": true } }))
}

/// Adds image metadata, which Nova reads when it boots from the volume.
///
/// # Errors
/// Those of [`Cloud::call_at`].
pub fn set_image_metadata(cloud: &mut Cloud, id: &str, metadata: &BTreeMap<String, String>) -> Result<()> {
    action(cloud, id, None, &json!({ "os-set_image_metadata": { "metadata": metadata } }))
}

/// Puts a volume back to its latest snapshot.
///
/// # Errors
/// `openstack.cannot-revert` where the cloud or its storage cannot.
pub fn revert(cloud: &mut Cloud, id: &str, snapshot: &str) -> Result<()> {
    let body = json!({ "revert": { "snapshot_id": snapshot } });
    action(cloud, id, Some(VERSION_REVERT), &body).map_err(|error| {
        if error.kind == ErrorKind::Unavailable || error.code == "openstack.auth" {
            return error;
        }
        let message = format!(
            "volume {id} cannot be put back to snapshot {snapshot}: Cinder reverts only detached volumes, to their latest \
             snapshot; see why in Cinder's log, then `gyre job resume`; or abandon the job and execute the replica again, which \
             asks the volumes what they hold"
        );
        Error::conflict("openstack.cannot-revert", message).caused_by(error)
    })
}

/// Asks for deletion; answers whether it was there.
///
/// # Errors
/// `openstack.volume-busy` where Cinder refuses, and those of [`Cloud::delete`].
pub fn delete_volume(cloud: &mut Cloud, id: &str) -> Result<bool> {
    cloud.delete(CINDER, &format!("/volumes/{}", encode(id))).map_err(|error| match error.code.as_str() {
        "openstack.invalid" | "openstack.conflict" => busy(id).caused_by(error),
        _ => error,
    })
}

/// The error of a volume that Cinder does not delete.
pub fn busy(id: &str) -> Error {
    let message = format!("volume {id} cannot be deleted: detach it and delete its snapshots first");
    Error::conflict("openstack.volume-busy", message)
}

/// Asks for a snapshot of a volume that nobody has.
///
/// # Errors
/// Those of [`Cloud::create`].
pub fn create_snapshot(
    cloud: &mut Cloud,
    volume: &str,
    name: &str,
    metadata: &BTreeMap<String, String>,
) -> Result<Snapshot> {
    let body =
        json!({ "snapshot": { "volume_id": volume, "name": name, "metadata": metadata, "force": false } });
    cloud.create(CINDER, "/snapshots", "snapshot", &body)
}

/// A snapshot, if it is there.
///
/// # Errors
/// Those of [`Cloud::get`].
pub fn snapshot(cloud: &mut Cloud, id: &str) -> Result<Option<Snapshot>> {
    cloud.get(CINDER, &format!("/snapshots/{}", encode(id)), "snapshot")
}

/// Asks for deletion; answers whether it was there.
///
/// # Errors
/// `openstack.snapshot-busy` where Cinder refuses, and those of [`Cloud::delete`].
pub fn delete_snapshot(cloud: &mut Cloud, id: &str) -> Result<bool> {
    cloud.delete(CINDER, &format!("/snapshots/{}", encode(id))).map_err(|error| match error.code.as_str() {
        "openstack.invalid" | "openstack.conflict" => snapshot_busy(id).caused_by(error),
        _ => error,
    })
}

/// The error of a snapshot that Cinder does not delete.
pub fn snapshot_busy(id: &str) -> Error {
    let message = format!(
        "snapshot {id} cannot be deleted now: a volume made from it may depend on it; some storage frees it only when that \
         volume is gone or flattened"
    );
    Error::conflict("openstack.snapshot-busy", message)
}

/// All volume types.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn types(cloud: &mut Cloud) -> Result<Vec<VolumeType>> {
    cloud.list(CINDER, "/types", "volume_types")
}

#[derive(Deserialize)]
struct Zone {
    #[serde(rename = "zoneName")]
    name: String,
}

/// Names of Cinder's availability zones.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn zones(cloud: &mut Cloud) -> Result<Vec<String>> {
    let zones: Vec<Zone> = cloud.list_unpaged(CINDER, "/os-availability-zone", "availabilityZoneInfo")?;
    Ok(zones.into_iter().map(|zone| zone.name).collect())
}

/// The option's zone where Cinder has one of that name: Nova's zones need not be Cinder's.
///
/// # Errors
/// Those of [`zones`].
pub fn zone_for(cloud: &mut Cloud, zone: Option<&str>) -> Result<Option<String>> {
    let Some(zone) = zone else { return Ok(None) };
    Ok(zones(cloud)?.into_iter().find(|name| name == zone))
}

#[derive(Deserialize)]
struct Limits {
    absolute: AbsoluteLimits,
}

/// What the project may have, and has. −1: no limit; none: not shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)] // as Cinder names them
pub struct AbsoluteLimits {
    pub max_total_volumes: Option<i64>,
    pub total_volumes_used: i64,
    pub max_total_snapshots: Option<i64>,
    pub total_snapshots_used: i64,
    pub max_total_volume_gigabytes: Option<i64>,
    pub total_gigabytes_used: i64,
}

/// The project's limits, as far as they are shown.
///
/// # Errors
/// Those of [`Cloud::get_visible`].
pub fn limits(cloud: &mut Cloud) -> Result<AbsoluteLimits> {
    let limits: Option<Limits> = cloud.get_visible(CINDER, "/limits", "limits")?;
    Ok(limits.map(|limits| limits.absolute).unwrap_or_default())
}

/// One quota with its use.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Quota {
    /// −1: no limit.
    pub limit: i64,
    /// In use.
    pub in_use: i64,
    /// About to be.
    #[serde(default)]
    pub reserved: i64,
}

/// The project's quotas by name (`per_volume_gigabytes`, `gigabytes_TYPE`, …); empty where the cloud does not
/// show them.
///
/// # Errors
/// Those of [`Cloud::get_visible`].
pub fn quota(cloud: &mut Cloud) -> Result<BTreeMap<String, Quota>> {
    let path = format!("/os-quota-sets/{}?usage=True", encode(&cloud.project()?));
    let set: Option<BTreeMap<String, Value>> = cloud.get_visible(CINDER, &path, "quota_set")?;
    let entries = set.unwrap_or_default().into_iter();
    Ok(entries.filter_map(|(name, value)| Some((name, serde_json::from_value(value).ok()?))).collect())
}

#[derive(Deserialize)]
struct Message {
    #[serde(default)]
    user_message: String,
}

/// The error of a volume or snapshot that Cinder gave up on, with Cinder's own words where it has any.
pub fn failed(cloud: &mut Cloud, what: &str, id: &str, status: &str) -> Error {
    let path = format!("/messages?resource_uuid={}", encode(id));
    let messages = cloud.call_at(CINDER, Some(VERSION_MESSAGES), "GET", &path, None);
    let messages: Vec<Message> = messages
        .ok()
        .and_then(|mut value| serde_json::from_value(value.get_mut("messages")?.take()).ok())
        .unwrap_or_default();
    let message = format!(
        "{what} {id} is in status {status:?}; Cinder's log says why (a full or missing storage backend, often)"
    );
    let error = Error::other("openstack.volume-error", message);
    messages
        .into_iter()
        .filter(|message| !message.user_message.is_empty())
        .take(3)
        .fold(error, |error, message| error.cause(message.user_message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_rounded_up() {
        assert_eq!((gib(0), gib(1), gib(GIB), gib(GIB + 1)), (1, 1, 1, 2));
        assert_eq!(gib(u64::MAX), 1 << 34);
    }
}
