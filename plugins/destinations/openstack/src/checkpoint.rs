//! Snapshots of a replica's volumes, the copies that a deployment works on, and the way back. The rule
//! of this file: a replica's own volume is never deleted here, whatever a state says.

use crate::cinder::{self, NewVolume};
use crate::cloud::Cloud;
use crate::contract::{Error, Result, log};
use crate::disks::{self, Disk, Disks};
use crate::marks::{self, ROLE_CHECKPOINT, ROLE_CLONE};
use crate::wait::{Flow, Removal, Run, Sight, from_json, to_json};
use serde::{Deserialize, Serialize};

/// What gyre adds to the names of a replica's volumes, and takes off those of a server.
const NAME_MARK: &str = " (gyre)";

/// The state of `ensure-checkpoint`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// One per disk.
    pub disks: Vec<Point>,
}

/// One volume with its snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Point {
    /// Id of the source's disk.
    pub disk: String,
    /// Id of the replica's volume.
    pub volume: String,
    /// What people see of it.
    pub name: String,
    /// GiB.
    pub size: u64,
    /// Boot order.
    pub position: u32,
    /// Id of the snapshot.
    pub snapshot: String,
}

impl Checkpoint {
    fn parse(state: &str) -> Result<Self> {
        if state.is_empty() { Ok(Self::default()) } else { from_json(state) }
    }
}

/// Makes a snapshot of every volume.
///
/// # Errors
/// `openstack.volume-in-use`, `openstack.volume-gone`, `openstack.volume-error`.
pub fn ensure(run: &mut Run, disks: &str) -> Flow<String> {
    let made = cinder::snapshots_of(&mut run.cloud, &run.token, ROLE_CHECKPOINT)?;
    let mut points = Vec::new();
    for disk in Disks::parse(disks)?.disks {
        let volume = cinder::required_volume(&mut run.cloud, &disk.volume)?;
        let name = volume.name.clone().unwrap_or_default();
        let snapshot = match made.iter().find(|snapshot| snapshot.volume_id == volume.id) {
            Some(snapshot) => snapshot.id.clone(),
            None if volume.server().is_some() => return Err(disks::in_use(&volume, "checkpointed").into()),
            None => {
                let metadata = marks::metadata(&run.token, ROLE_CHECKPOINT);
                let name = marks::name(&name, " checkpoint");
                cinder::create_snapshot(&mut run.cloud, &volume.id, &name, &metadata)?.id
            }
        };
        let (disk, position) = (disk.disk, disk.position);
        points.push(Point { disk, volume: volume.id, name, size: volume.size, position, snapshot });
    }
    for point in &points {
        settle(run, &point.snapshot)?;
    }
    Ok(to_json(&Checkpoint { disks: points })?)
}

fn settle(run: &mut Run, id: &str) -> Flow<()> {
    run.until(&format!("snapshot {id} becomes available"), |cloud| {
        let gone = || {
            Error::not_found(
                "openstack.snapshot-gone",
                format!("snapshot {id} has disappeared; deploy again"),
            )
        };
        let snapshot = cinder::snapshot(cloud, id)?.ok_or_else(gone)?;
        match snapshot.status.as_str() {
            "available" => Ok(Some(())),
            status if status.starts_with("error") => Err(cinder::failed(cloud, "snapshot", id, status)),
            _ => Ok(None),
        }
    })
}

/// Deletes the snapshots, and those that an `ensure` of the same token made. One that a server's volume
/// depends on, as on Ceph, stays until the replica is deleted.
///
/// # Errors
/// `openstack.snapshot-busy` where nothing that can be seen depends on one.
pub fn remove(run: &mut Run, state: &str) -> Flow<String> {
    let mut ids: Vec<String> =
        Checkpoint::parse(state)?.disks.into_iter().map(|point| point.snapshot).collect();
    let made = cinder::snapshots_of(&mut run.cloud, &run.token, ROLE_CHECKPOINT)?;
    ids.extend(made.into_iter().map(|snapshot| snapshot.id));
    run.remove_all("snapshot", ids, look_dropped)?;
    Ok(String::new())
}

/// Deletes the checkpoints that [`remove`] had to leave.
///
/// # Errors
/// `openstack.snapshot-busy`.
pub fn remove_left(run: &mut Run, volumes: &[String]) -> Flow<()> {
    let left = cinder::snapshots_at(&mut run.cloud, volumes, ROLE_CHECKPOINT)?;
    delete_all(run, left.into_iter().map(|snapshot| snapshot.id).collect())
}

/// Deletes snapshots, all at once, and waits until they are gone.
///
/// # Errors
/// `openstack.snapshot-busy`, `openstack.volume-error`.
pub fn delete_all(run: &mut Run, ids: Vec<String>) -> Flow<()> {
    run.remove_all("snapshot", ids, look_deleted)
}

/// [`look_deleted`] that leaves a snapshot which a volume depends on.
fn look_dropped(cloud: &mut Cloud, id: &str, removal: &mut Removal) -> Result<Option<()>> {
    let busy = match look_deleted(cloud, id, removal) {
        Err(error) if error.code == "openstack.snapshot-busy" => error,
        other => return other,
    };
    let dependents = cinder::volumes_from(cloud, id)?;
    let Some(volume) = dependents.first() else { return Err(busy) };
    log!(warn, "a snapshot stays, because a volume depends on it"; "snapshot" => id, "volume" => volume.id);
    Ok(Some(()))
}

fn look_deleted(cloud: &mut Cloud, id: &str, removal: &mut Removal) -> Result<Option<()>> {
    let sight = match cinder::snapshot(cloud, id)? {
        None => Sight::Gone,
        Some(snapshot) => match snapshot.status.as_str() {
            "error_deleting" => return Err(cinder::failed(cloud, "snapshot", id, &snapshot.status)),
            "available" | "error" => Sight::Idle,
            _ => Sight::Busy,
        },
    };
    removal.look(cloud, sight, |cloud| cinder::delete_snapshot(cloud, id), || cinder::snapshot_busy(id))
}

/// The volumes that a deployment works on: copies made from the checkpoint, or the replica's own.
///
/// # Errors
/// `openstack.volume-error`, `openstack.quota-exceeded`, …
pub fn ensure_clone(run: &mut Run, checkpoint: &str, clone: bool) -> Flow<String> {
    let points = Checkpoint::parse(checkpoint)?.disks;
    if !clone {
        let own = |point: Point| Disk { disk: point.disk, volume: point.volume, position: point.position };
        return Ok(to_json(&Disks { disks: points.into_iter().map(own).collect(), cloned: false })?);
    }
    let made = cinder::volumes_of(&mut run.cloud, &run.token, ROLE_CLONE)?;
    let mut copies = Vec::new();
    for point in points {
        let key = marks::value(&point.disk);
        let volume = match made.iter().find(|volume| volume.metadata.get(marks::DISK) == Some(&key)) {
            Some(volume) => volume.id.clone(),
            None => copy(run, &point, key)?,
        };
        copies.push(Disk { disk: point.disk, volume, position: point.position });
    }
    for disk in &copies {
        wait_available(run, &disk.volume)?;
    }
    Ok(to_json(&Disks { disks: copies, cloned: true })?)
}

fn copy(run: &mut Run, point: &Point, key: String) -> Result<String> {
    let mut metadata = marks::metadata(&run.token, ROLE_CLONE);
    metadata.insert(marks::DISK.to_owned(), key);
    let new = NewVolume {
        name: point.name.strip_suffix(NAME_MARK).unwrap_or(&point.name).to_owned(),
        size: point.size,
        volume_type: None,
        snapshot: Some(point.snapshot.clone()),
        zone: None,
        metadata,
    };
    cinder::create_volume(&mut run.cloud, &new).map(|volume| volume.id)
}

fn wait_available(run: &mut Run, id: &str) -> Flow<()> {
    run.until(&format!("volume {id} becomes available"), |cloud| {
        let volume = cinder::required_volume(cloud, id)?;
        if volume.has_failed() {
            return Err(cinder::failed(cloud, "volume", id, &volume.status));
        }
        Ok(matches!(volume.status.as_str(), "available" | "in-use").then_some(()))
    })
}

/// Deletes the copies of a deployment and nothing else: a volume that does not say of itself that it
/// is a copy stays.
///
/// # Errors
/// `openstack.not-a-clone`, `openstack.volume-in-use`, `openstack.volume-busy`.
pub fn remove_clone(run: &mut Run, state: &str) -> Flow<String> {
    let known = Disks::parse(state)?;
    let mut ids = Vec::new();
    for disk in known.disks.iter().filter(|_| known.cloned) {
        let Some(volume) = cinder::volume(&mut run.cloud, &disk.volume)? else { continue };
        if volume.metadata.get(marks::ROLE).is_none_or(|role| role != ROLE_CLONE) {
            let message = format!("{} is not marked as a copy, so gyre does not delete it", volume.label());
            return Err(Error::conflict("openstack.not-a-clone", message).into());
        }
        ids.push(volume.id);
    }
    let made = cinder::volumes_of(&mut run.cloud, &run.token, ROLE_CLONE)?;
    ids.extend(made.into_iter().map(|volume| volume.id));
    disks::delete_all(run, ids)?;
    Ok(String::new())
}

/// Puts the replica's own volumes back to the checkpoint.
///
/// # Errors
/// `openstack.cannot-revert`, `openstack.volume-in-use`.
pub fn restore(run: &mut Run, state: &str) -> Flow<String> {
    let points = Checkpoint::parse(state)?.disks;
    for point in &points {
        // Repeating it would only cost time, but a wait would repeat it for ever.
        if run.resume.volumes.contains(&point.volume) {
            continue;
        }
        let volume = cinder::required_volume(&mut run.cloud, &point.volume)?;
        if volume.server().is_some() {
            return Err(disks::in_use(&volume, "put back").into());
        }
        // An earlier call whose answer was lost may have asked already, and Cinder refuses to be asked twice.
        if volume.status != "reverting" {
            cinder::revert(&mut run.cloud, &point.volume, &point.snapshot)?;
        }
        run.resume.volumes.push(point.volume.clone());
    }
    for point in &points {
        wait_available(run, &point.volume)?;
    }
    Ok(String::new())
}
