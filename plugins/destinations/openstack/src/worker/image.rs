//! What a worker is made of: which system it runs, which option names its image, and whether flavor and volume are large
//! enough for that. Makes nothing.

use crate::cinder;
use crate::cloud::Cloud;
use crate::contract::{Error, OsType, Result, WorkerRole};
use crate::glance::{self, Image};
use crate::marks;
use crate::nova::{self, Flavor};
use crate::options::Options;
use serde::{Deserialize, Serialize};

/// Disks that a server takes on virtio-blk, where each needs a PCI slot of its own, beside its root.
pub const BLK_DISKS_MAX: usize = 25;
/// Disks that a worker takes at all: targets of one virtio-scsi controller.
const SCSI_DISKS_MAX: usize = 255;

/// What a worker runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum System {
    /// Copies disks, and morphs guests of all kinds.
    #[default]
    Linux,
    /// Morphs guests of its kind.
    Windows,
}

impl System {
    /// Of the worker for this role and guest. Disks are copied on Linux, and Windows guests, too, are morphed there unless
    /// there is an image of Windows workers.
    pub fn of(options: &Options, role: WorkerRole, os: OsType) -> Self {
        let is_windows = role == WorkerRole::Morph && os == OsType::Windows;
        if is_windows && options.migr_image_map.windows.is_some() { Self::Windows } else { Self::Linux }
    }

    /// As the contract has it.
    pub const fn os_type(self) -> OsType {
        match self {
            System::Linux => OsType::Linux,
            System::Windows => OsType::Windows,
        }
    }

    /// As images say it.
    const fn name(self) -> &'static str {
        match self {
            System::Linux => "linux",
            System::Windows => "windows",
        }
    }
}

/// An option that names the image of workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageOption {
    /// For Linux workers; it goes before the map.
    Any,
    /// For those that copy disks and morph guests of all kinds.
    Linux,
    /// For those that morph Windows guests.
    Windows,
}

impl ImageOption {
    /// As people write it.
    pub const fn path(self) -> &'static str {
        match self {
            ImageOption::Any => "migr_image",
            ImageOption::Linux => "migr_image_map.linux",
            ImageOption::Windows => "migr_image_map.windows",
        }
    }

    fn value(self, options: &Options) -> Option<&str> {
        match self {
            ImageOption::Any => options.migr_image.as_deref(),
            ImageOption::Linux => options.migr_image_map.linux.as_deref(),
            ImageOption::Windows => options.migr_image_map.windows.as_deref(),
        }
    }

    const fn system(self) -> System {
        match self {
            ImageOption::Any | ImageOption::Linux => System::Linux,
            ImageOption::Windows => System::Windows,
        }
    }
}

/// The option that names the image of a worker. `migr_image` names one for Linux workers: who sets it for all guests has
/// none of Windows.
///
/// # Errors
/// `openstack.option` where none does.
pub fn option(options: &Options, system: System) -> Result<ImageOption> {
    let of_system: &[ImageOption] = match system {
        System::Linux => &[ImageOption::Any, ImageOption::Linux],
        System::Windows => &[ImageOption::Windows],
    };
    let set = of_system.iter().copied().find(|option| option.value(options).is_some());
    set.ok_or_else(|| {
        Error::invalid("openstack.option", "migr_image: is not set; name the image of temporary workers")
    })
}

/// The image of a worker. Where `migr_image` says that it holds another system than Linux, the map's image is taken.
///
/// # Errors
/// `openstack.worker-os` where every image that is named says that it holds another system; those of
/// [`glance::find`].
pub fn find(cloud: &mut Cloud, options: &Options, option: ImageOption) -> Result<Image> {
    let name = option.value(options).unwrap_or_default();
    let found = glance::find(cloud, option.path(), name)?;
    let is_other = |os: &&str| !os.is_empty() && !os.eq_ignore_ascii_case(option.system().name());
    let Some(other) = found.os_type.as_deref().filter(is_other) else { return Ok(found) };
    if option == ImageOption::Any && options.migr_image_map.linux.is_some() {
        return find(cloud, options, ImageOption::Linux);
    }
    Err(Error::invalid("openstack.worker-os", other_system(option, name, other)))
}

fn other_system(option: ImageOption, name: &str, other: &str) -> String {
    let said = format!("{}: image {name:?} says that its os_type is {other:?}", option.path());
    match option.system() {
        System::Linux => format!(
            "{said}, and disks are copied on Linux; name a Linux image, as migr_image_map.linux if this one is for other \
             guests"
        ),
        System::Windows => format!(
            "{said}, and it is for workers that run Windows; name a Windows image, or leave the option out to convert \
             Windows guests on Linux"
        ),
    }
}

fn shown(image: &Image) -> &str {
    image.name.as_deref().unwrap_or(&image.id)
}

/// Refuses more disks than the worker takes.
///
/// # Errors
/// `openstack.too-many-disks`.
pub fn takes(image: &Image, disks: usize) -> Result<()> {
    let most = if image.is_scsi() { SCSI_DISKS_MAX } else { BLK_DISKS_MAX };
    if disks <= most {
        return Ok(());
    }
    let message = format!(
        "the worker's image {:?} takes {most} disks, the machine has {disks}; set its properties hw_disk_bus=scsi and \
         hw_scsi_model=virtio-scsi, with which it takes {SCSI_DISKS_MAX}",
        shown(image)
    );
    Err(Error::invalid("openstack.too-many-disks", message))
}

/// The flavor of workers.
///
/// # Errors
/// `openstack.unknown-name`, `openstack.ambiguous-name`.
pub fn flavor(cloud: &mut Cloud, options: &Options) -> Result<Flavor> {
    let flavors = nova::flavors(cloud)?;
    marks::pick("flavor", "migr_flavor_name", &options.migr_flavor_name, flavors)
}

/// Size of the worker's root volume in GiB, where it boots from one.
///
/// # Errors
/// `openstack.worker-too-small` where the image does not fit.
pub fn fits(options: &Options, image: &Image, flavor: &Flavor) -> Result<Option<u64>> {
    fits_memory(image, flavor)?;
    fits_disk(options, image, flavor)
}

/// Whether the image's smallest memory is there.
///
/// # Errors
/// As [`fits`].
pub fn fits_memory(image: &Image, flavor: &Flavor) -> Result<()> {
    let (has, needs) = (flavor.ram, image.min_ram);
    if needs <= has {
        return Ok(());
    }
    too_small(format!(
        "migr_flavor_name: {:?} has {has} MiB of memory, the worker's image {:?} needs {needs} MiB; name a larger flavor",
        flavor.name,
        shown(image)
    ))
}

/// [`fits`] of the disk alone.
///
/// # Errors
/// As there.
pub fn fits_disk(options: &Options, image: &Image, flavor: &Flavor) -> Result<Option<u64>> {
    let needs = image.min_disk.max(image.virtual_size.map_or(0, |bytes| bytes.div_ceil(cinder::GIB)));
    let volume = options.migr_worker_boot_from_volume;
    let size = options.migr_worker_volume_size.map_or(flavor.disk, u64::from);
    let option = disk_option(options);
    if size == 0 && volume && needs == 0 {
        return too_small(format!(
            "{option}: {:?} has no disk, and the image {:?} does not say its size; set migr_worker_volume_size",
            flavor.name,
            shown(image)
        ));
    }
    let size = if size == 0 { needs } else { size };
    if size < needs {
        let remedy = if volume { "set migr_worker_volume_size to that" } else { "name a larger flavor" };
        return too_small(format!(
            "{option}: the worker gets {size} GiB of disk, its image {:?} needs {needs} GiB; {remedy}",
            shown(image)
        ));
    }
    Ok(volume.then_some(size))
}

/// The option that says how large the worker's disk is.
pub const fn disk_option(options: &Options) -> &'static str {
    let is_set = options.migr_worker_boot_from_volume && options.migr_worker_volume_size.is_some();
    if is_set { "migr_worker_volume_size" } else { "migr_flavor_name" }
}

fn too_small<T>(message: String) -> Result<T> {
    Err(Error::invalid("openstack.worker-too-small", message))
}
