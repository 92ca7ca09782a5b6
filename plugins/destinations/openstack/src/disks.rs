//! The volumes of a replica: made empty, grown with the source, deleted with it. Knows nothing of
//! what is written to them.

use crate::checkpoint;
use crate::cinder::{self, NewVolume, Volume};
use crate::cloud::Cloud;
use crate::contract::{DiskSpec, Error, Result, TargetDisk, VmSpec};
use crate::marks::{self, ROLE_REPLICA};
use crate::options::Options;
use crate::wait::{Flow, Removal, Run, Sight, from_json, to_json};
use serde::{Deserialize, Serialize};

/// Disks of a machine as volumes: the state of `ensure-disks` and of `ensure-clone`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disks {
    /// One per disk.
    pub disks: Vec<Disk>,
    /// Whether they are copies that a deployment may change and throw away.
    #[serde(default)]
    pub cloned: bool,
}

/// One disk as a volume.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disk {
    /// Id of the source's disk.
    pub disk: String,
    /// Id of the volume.
    pub volume: String,
    /// Boot order.
    pub position: u32,
}

impl Disks {
    /// From a state; an empty one holds no disks.
    ///
    /// # Errors
    /// `openstack.state`.
    pub fn parse(state: &str) -> Result<Self> {
        if state.is_empty() { Ok(Self::default()) } else { from_json(state) }
    }

    /// In boot order.
    pub fn in_boot_order(&self) -> Vec<&Disk> {
        let mut disks: Vec<&Disk> = self.disks.iter().collect();
        disks.sort_by_key(|disk| disk.position);
        disks
    }
}

/// Makes the volumes that are missing, grows those that must grow, deletes those of disks that the
/// machine has lost.
///
/// # Errors
/// `openstack.volume-error`, `openstack.volume-in-use`, `openstack.quota-exceeded`, …
pub fn ensure(run: &mut Run, vm: &VmSpec, existing: Option<&str>) -> Flow<String> {
    let known = Disks::parse(existing.unwrap_or_default())?;
    if known.cloned {
        return Err(Error::invalid(
            "openstack.state",
            "the volumes of a deployment are not those of a replica",
        )
        .into());
    }
    let made = cinder::volumes_of(&mut run.cloud, &run.token, ROLE_REPLICA)?;
    let mut disks = Vec::new();
    for (number, disk) in vm.disks.iter().enumerate() {
        let volume = match reusable(run, &known, &made, disk)? {
            Some(volume) => volume,
            None => create(run, vm, number, disk)?,
        };
        disks.push(Disk { disk: disk.id.clone(), volume: volume.id, position: disk.position });
    }
    for (disk, spec) in disks.iter().zip(&vm.disks) {
        settle(run, &disk.volume, cinder::gib(spec.size))?;
    }
    let lost = known.disks.iter().filter(|old| vm.disks.iter().all(|disk| disk.id != old.disk));
    delete_all(run, lost.map(|old| old.volume.clone()).collect())?;
    Ok(to_json(&Disks { disks, cloned: false })?)
}

/// The disk's volume from an earlier execution, else one that this step made before it was repeated.
fn reusable(run: &mut Run, known: &Disks, made: &[Volume], disk: &DiskSpec) -> Result<Option<Volume>> {
    let old = known.disks.iter().find(|old| old.disk == disk.id);
    let old = old.map(|old| cinder::volume(&mut run.cloud, &old.volume)).transpose()?.flatten();
    let key = marks::value(&disk.id);
    let own = || made.iter().find(|volume| volume.metadata.get(marks::DISK) == Some(&key)).cloned();
    Ok(old.filter(|volume| volume.status != "deleting").or_else(own))
}

fn create(run: &mut Run, vm: &VmSpec, number: usize, disk: &DiskSpec) -> Result<Volume> {
    let mut metadata = marks::metadata(&run.token, ROLE_REPLICA);
    metadata.insert(marks::DISK.to_owned(), marks::value(&disk.id));
    metadata.insert(marks::VM.to_owned(), marks::value(&vm.id));
    let new = NewVolume {
        name: marks::name(&vm.name, &format!(" disk {number} (gyre)")),
        size: cinder::gib(disk.size),
        volume_type: type_of(run, disk)?,
        snapshot: None,
        zone: zone(run)?,
        metadata,
    };
    cinder::create_volume(&mut run.cloud, &new)
}

/// Nova's zones need not be Cinder's: a name that stands for both is taken where it is one of Cinder's.
fn zone(run: &mut Run) -> Result<Option<String>> {
    match &run.options.storage_availability_zone {
        Some(zone) => Ok(Some(zone.clone())),
        None => cinder::zone_for(&mut run.cloud, run.options.availability_zone.as_deref()),
    }
}

fn type_of(run: &mut Run, disk: &DiskSpec) -> Result<Option<String>> {
    let Some((name, path)) = run.options.volume_type(&disk.id, disk.backend.as_deref()) else {
        return Ok(None);
    };
    let types = cinder::types(&mut run.cloud)?;
    marks::pick("volume type", &path, name, types).map(|found| Some(found.id))
}

/// Waits until the volume can be used and is large enough, asking for more space where it is not.
fn settle(run: &mut Run, id: &str, gib: u64) -> Flow<()> {
    let what = format!("volume {id} becomes available with {gib} GiB");
    let mut asked = false;
    run.until(&what, |cloud| {
        let volume = cinder::required_volume(cloud, id)?;
        if volume.has_failed() {
            return Err(cinder::failed(cloud, "volume", id, &volume.status));
        }
        if volume.size >= gib {
            return Ok(matches!(volume.status.as_str(), "available" | "in-use").then_some(()));
        }
        if volume.status == "in-use" {
            return Err(in_use(&volume, "grown"));
        }
        if volume.is_available() && !asked {
            cinder::extend(cloud, id, gib)?;
            asked = true;
        }
        Ok(None)
    })
}

/// The error of a volume that a server has.
pub fn in_use(volume: &Volume, what: &str) -> Error {
    let server = volume.server().map(|id| format!("server {id}")).unwrap_or_else(|| "something".to_owned());
    let message = format!("{} cannot be {what}: {server} has it; detach it there", volume.label());
    Error::conflict("openstack.volume-in-use", message)
}

/// What the volumes are now.
///
/// # Errors
/// `openstack.volume-gone`.
pub fn describe(cloud: &mut Cloud, options: &Options, state: &str) -> Result<Vec<TargetDisk>> {
    let mut found = Vec::new();
    for disk in Disks::parse(state)?.disks {
        let volume = cinder::required_volume(cloud, &disk.volume)?;
        found.push(TargetDisk {
            disk: disk.disk,
            size: volume.size.saturating_mul(cinder::GIB),
            zeroed: options.volumes_are_zeroed && !volume.encrypted,
            identity: volume.id,
        });
    }
    Ok(found)
}

/// Deletes the volumes of a replica, and those that an `ensure` of the same token made, after the
/// snapshots that deployments had to leave because their servers' storage depended on them.
///
/// # Errors
/// `openstack.volume-in-use`, `openstack.volume-busy`, `openstack.snapshot-busy`.
pub fn remove(run: &mut Run, state: &str) -> Flow<String> {
    let known = Disks::parse(state)?;
    if known.cloned {
        return Err(Error::invalid(
            "openstack.state",
            "the volumes of a deployment are not those of a replica",
        )
        .into());
    }
    let mut ids: Vec<String> = known.disks.into_iter().map(|disk| disk.volume).collect();
    let made = cinder::volumes_of(&mut run.cloud, &run.token, ROLE_REPLICA)?;
    ids.extend(made.into_iter().map(|volume| volume.id));
    checkpoint::remove_left(run, &ids)?;
    delete_all(run, ids)?;
    Ok(String::new())
}

/// Deletes volumes, all at once, and waits until they are gone.
///
/// # Errors
/// `openstack.volume-in-use`, `openstack.volume-busy`, `openstack.volume-error`.
pub fn delete_all(run: &mut Run, ids: Vec<String>) -> Flow<()> {
    run.remove_all("volume", ids, look_deleted)
}

/// Cinder deletes no volume that it is still making or changing: that is waited for.
fn look_deleted(cloud: &mut Cloud, id: &str, removal: &mut Removal) -> Result<Option<()>> {
    let sight = match cinder::volume(cloud, id)? {
        None => Sight::Gone,
        Some(volume) => match volume.status.as_str() {
            "error_deleting" => return Err(cinder::failed(cloud, "volume", id, &volume.status)),
            "in-use" => return Err(in_use(&volume, "deleted")),
            _ if volume.is_available() || volume.has_failed() => Sight::Idle,
            _ => Sight::Busy,
        },
    };
    removal.look(cloud, sight, |cloud| cinder::delete_volume(cloud, id), || cinder::busy(id))
}
