//! The layers between the guest's disks and its file systems: arrays, encrypted volumes, volume groups, in
//! whatever order they lie on each other. Opens what it can and says why not of the rest; closes in the
//! reverse order, whatever failed. Knows no file system and no mount point.

use crate::device::{self, Disk};
use crate::groups::Groups;
use crate::lvm;
use crate::raid::{self, Member};
use crate::superblock::Content;
use crate::tool::Tools;
use crate::volume::{self, Device, Place, Volume};
use crate::{bytes::ReadAt, luks};
use gyre_core::protocol::Secret;
use gyre_core::{Error, Result};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

const VOLUMES_MAX: usize = 512;
/// Layers on each other. More are no installer's work.
const DEPTH_MAX: usize = 8;

/// What layers are opened with.
pub struct Ground<'a> {
    /// The guest's disks.
    pub disks: &'a [Disk],
    /// The worker's programs.
    pub tools: &'a Tools,
    /// What may open encrypted volumes.
    pub secrets: &'a [Secret],
}

/// One opened layer.
#[derive(Debug)]
enum Layer {
    Array { node: PathBuf, _parts: Vec<Device> },
    Mapping { name: String, _on: Device },
    Group { name: String },
}

/// Opened layers, in the order of their opening.
#[derive(Debug, Default)]
pub struct Stack {
    layers: Vec<Layer>,
    /// Devices of opened layers.
    nodes: Vec<PathBuf>,
    /// Devices of the arrays' parts.
    parts: Vec<PathBuf>,
    /// What shows the volumes below opened layers, by their names.
    below: BTreeMap<String, PathBuf>,
    /// What was tried already, by name.
    tried: BTreeSet<String>,
}

impl Stack {
    /// Opens everything on the disks that can be opened, to be written or only to be looked at. What cannot
    /// is told in `failures`.
    ///
    /// # Errors
    /// What no system can be found in spite of: `disk.in-use`, an array or a logical volume of the worker's own
    /// that goes by the guest's name, and `system.unmount` of what was open before.
    pub fn open(
        &mut self,
        ground: &Ground<'_>,
        writable: bool,
        failures: &mut Vec<Error>,
    ) -> Result<Vec<Volume>> {
        // Left by a close that failed: opened twice it would be in its own way.
        self.close(ground)?;
        self.tried.clear();
        let disks = ground.disks.iter().enumerate();
        let mut volumes: Vec<Volume> =
            disks.flat_map(|(index, disk)| volume::of_disk(index, disk)).take(VOLUMES_MAX).collect();
        for _ in 0..DEPTH_MAX {
            let mut found = self.arrays(ground, &volumes, writable, failures)?;
            found.extend(self.mappings(ground, &volumes, writable, failures));
            if found.is_empty() {
                found = self.groups(ground, &volumes, failures)?;
            }
            if found.is_empty() {
                break;
            }
            volumes.extend(found);
            volumes.truncate(VOLUMES_MAX);
        }
        Ok(volumes)
    }

    /// Closes all of them. What does not close is kept for another try.
    ///
    /// # Errors
    /// `system.unmount`.
    pub fn close(&mut self, ground: &Ground<'_>) -> Result<()> {
        let mut failed: Option<Error> = None;
        let mut kept = Vec::new();
        while let Some(layer) = self.layers.pop() {
            if let Err(error) = self.close_one(ground, &layer) {
                failed.get_or_insert(error);
                kept.insert(0, layer);
            }
        }
        self.layers = kept;
        match failed {
            None => {
                self.nodes.clear();
                self.parts.clear();
                self.below.clear();
                Ok(())
            }
            Some(error) => {
                let why = "a layer of the guest's disks cannot be closed";
                Err(Error::other("system.unmount", why).cause(error))
            }
        }
    }

    /// Gives an opened mapping the guest's own name, in the volumes, too.
    ///
    /// # Errors
    /// `system.tool`, `system.luks`.
    pub fn rename(&mut self, ground: &Ground<'_>, on: &str, to: &str, volumes: &mut [Volume]) -> Result<()> {
        let inner = inner_name(on);
        let from = mapping_name(&inner);
        let layer = self.layers.iter_mut().find_map(|layer| match layer {
            Layer::Mapping { name, .. } if *name == from => Some(name),
            _ => None,
        });
        let Some(name) = layer else { return Ok(()) };
        let node = ground.tools.mapper.join(&from);
        if !luks::rename(ground.tools, &from, to)? {
            return Err(Error::other("system.luks", format!("this worker has a mapping {to:?} already")));
        }
        *name = to.to_string();
        let now = ground.tools.mapper.join(to);
        let places = volumes.iter_mut().filter_map(|volume| match &mut volume.place {
            Place::Node(path) => Some(path),
            _ => None,
        });
        for path in places.chain(&mut self.nodes).filter(|path| **path == node) {
            path.clone_from(&now);
        }
        Ok(())
    }

    /// The node of a volume that a layer was opened on.
    pub fn node_below(&self, volume: &str) -> Option<PathBuf> {
        self.below.get(volume).cloned()
    }

    fn close_one(&self, ground: &Ground<'_>, layer: &Layer) -> Result<()> {
        match layer {
            Layer::Array { node, .. } => raid::stop(ground.tools, node),
            Layer::Mapping { name, .. } => luks::close(ground.tools, name),
            Layer::Group { name } => self.lvm(ground).deactivate(name),
        }
    }

    fn lvm<'a>(&'a self, ground: &'a Ground<'_>) -> Groups<'a> {
        Groups { tools: ground.tools, disks: ground.disks, more: &self.nodes, never: &self.parts }
    }

    fn arrays(
        &mut self,
        ground: &Ground<'_>,
        volumes: &[Volume],
        writable: bool,
        failures: &mut Vec<Error>,
    ) -> Result<Vec<Volume>> {
        let mut arrays: BTreeMap<&str, Vec<&Volume>> = BTreeMap::new();
        for part in volumes.iter().filter(|volume| volume.superblock.content == Content::Raid) {
            let Some(member) = &part.member else { continue };
            arrays.entry(&member.array).or_default().push(part);
        }
        arrays.retain(|array, _| !self.tried.contains(&array_name(array)));
        if !arrays.is_empty() && self.tried.insert("arrays of the worker".into()) {
            let disks: Vec<String> = ground.disks.iter().map(|disk| device::pair(disk.number)).collect();
            raid::take_back(ground.tools, |number| device::lies_on(number, &disks) == Some(true))?;
        }
        let mut found = Vec::new();
        for (array, parts) in arrays {
            self.tried.insert(array_name(array));
            match self.array(ground, &parts, writable) {
                Ok(volumes) => found.extend(volumes),
                Err(error) => failures.push(error),
            }
        }
        Ok(found)
    }

    fn array(&mut self, ground: &Ground<'_>, parts: &[&Volume], writable: bool) -> Result<Vec<Volume>> {
        let Some(member) = parts.first().and_then(|part| part.member.clone()) else { return Ok(Vec::new()) };
        let devices: Result<Vec<Device>> =
            parts.iter().map(|part| part.device(ground.disks, writable)).collect();
        let devices = devices?;
        let paths: Vec<PathBuf> = devices.iter().map(|device| device.path.clone()).collect();
        let node = raid::assemble(ground.tools, &member, &paths, writable)?;
        self.layers.push(Layer::Array { node: node.clone(), _parts: devices });
        self.below.extend(parts.iter().map(|part| part.name.clone()).zip(paths.clone()));
        self.nodes.push(node.clone());
        self.parts.extend(paths);
        Ok(array_volumes(member, node))
    }

    fn mappings(
        &mut self,
        ground: &Ground<'_>,
        volumes: &[Volume],
        writable: bool,
        failures: &mut Vec<Error>,
    ) -> Vec<Volume> {
        let mut found = Vec::new();
        for volume in volumes {
            let kind = match volume.superblock.content {
                Content::Luks => luks::Kind::Luks,
                // Without a secret it is refused as what it is, with what to do about it.
                Content::BitLocker if !ground.secrets.is_empty() => luks::Kind::BitLocker,
                _ => continue,
            };
            if !self.tried.insert(inner_of(kind, &volume.name)) {
                continue;
            }
            match self.mapping(ground, (volume, kind), writable) {
                Ok(volume) => found.push(volume),
                Err(error) => failures.push(error),
            }
        }
        found
    }

    fn mapping(
        &mut self,
        ground: &Ground<'_>,
        (volume, kind): (&Volume, luks::Kind),
        writable: bool,
    ) -> Result<Volume> {
        let on = volume.device(ground.disks, writable)?;
        let inner = inner_of(kind, &volume.name);
        let name = mapping_name(&inner);
        let volume_of_kind = (volume.name.as_str(), kind);
        let node = luks::open(ground.tools, volume_of_kind, &on.path, &name, ground.secrets, writable)?;
        self.below.insert(volume.name.clone(), on.path.clone());
        self.layers.push(Layer::Mapping { name, _on: on });
        self.nodes.push(node.clone());
        Ok(Volume::on_node(inner, node))
    }

    /// By LVM itself where the kernel can, else by our own reading of its metadata.
    fn groups(
        &mut self,
        ground: &Ground<'_>,
        volumes: &[Volume],
        failures: &mut Vec<Error>,
    ) -> Result<Vec<Volume>> {
        let (groups, by_id) = read_groups(ground.disks, volumes);
        let new: Vec<lvm::Group> =
            groups.into_values().filter(|group| self.tried.insert(format!("lvm/{}", group.name))).collect();
        let usable = !new.is_empty() && self.lvm(ground).usable();
        let mut found = Vec::new();
        for group in new {
            if usable {
                if let Err(error) = self.lvm(ground).activate(&group.name) {
                    failures.push(error);
                    continue;
                }
                self.layers.push(Layer::Group { name: group.name.clone() });
            }
            for logical in &group.volumes {
                let place = match usable {
                    true => self.lvm(ground).place(&group.name, logical)?,
                    false => volume::linear(logical, &by_id),
                };
                found.push(logical_volume(ground.disks, &group, logical, place));
            }
        }
        Ok(found)
    }
}

type GroupsRead<'a> = (BTreeMap<String, lvm::Group>, BTreeMap<String, &'a Volume>);

/// The groups by name, and physical volumes by their id.
fn read_groups<'a>(disks: &[Disk], volumes: &'a [Volume]) -> GroupsRead<'a> {
    let (mut groups, mut by_id) = (BTreeMap::new(), BTreeMap::new());
    for volume in volumes.iter().filter(|volume| volume.superblock.content == Content::Lvm) {
        let read = |bytes: &dyn ReadAt| lvm::read(bytes);
        let Some((id, group)) = volume.view(disks, read).flatten() else { continue };
        by_id.insert(id, volume);
        groups.extend(group.map(|group| (group.name.clone(), group)));
    }
    (groups, by_id)
}

fn logical_volume(disks: &[Disk], group: &lvm::Group, logical: &lvm::Logical, place: Place) -> Volume {
    let name = format!("lvm/{}/{}", group.name, logical.name);
    let superblock = crate::superblock::Superblock::unknown();
    let mut volume = Volume { name, place, superblock, partition: None, disk: None, member: None };
    if let Some(superblock) = volume.view(disks, |bytes| crate::superblock::probe(bytes)) {
        volume.superblock = superblock;
    }
    volume
}

/// The array itself, or its partitions.
fn array_volumes(member: Member, node: PathBuf) -> Vec<Volume> {
    let name = array_name(&member.array);
    let partitions = volume::of_node(&name, &node);
    if partitions.is_empty() {
        return vec![Volume { member: Some(member), ..Volume::on_node(name, node) }];
    }
    partitions
}

/// Colons would stand between a volume and its subvolume.
fn array_name(array: &str) -> String {
    format!("raid/{}", array.replace(':', "-"))
}

/// Name of what is inside an encrypted volume of Linux.
pub fn inner_name(outer: &str) -> String {
    format!("{outer}/luks")
}

fn inner_of(kind: luks::Kind, outer: &str) -> String {
    match kind {
        luks::Kind::Luks => inner_name(outer),
        luks::Kind::BitLocker => format!("{outer}/bitlocker"),
    }
}

/// A name that neither worker nor guest has, until the guest's own is known.
fn mapping_name(inner: &str) -> String {
    format!("gyre-{}", inner.replace('/', "-"))
}
