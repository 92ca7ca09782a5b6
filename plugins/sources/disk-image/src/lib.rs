//! Source of machines whose disks are image files (raw, qcow2, VMDK, VHDX, VHD, VDI, OVA) or NBD exports. The operator writes
//! the machines down; the plugin reads image metadata and answers with extents, so that disk bytes never
//! enter the sandbox. An image that does not change is its own snapshot: this source cannot quiesce or stop a
//! machine, and knows changed blocks only where a dirty bitmap of the image tells them.

mod chain;
mod changes;
mod crc;
mod file;
mod layer;
mod luks;
mod options;
mod ova;
mod patches;
mod path;
mod probe;
mod qcow2;
mod record;
mod snapshot;
mod vdi;
mod vhd;
mod vhdx;
mod vmdk;

use chain::Chain;
use changes::Changed;
use gyre_plugin::source::*;
use luks::Effort;
use options::{Format, Image, Machine, Options};
use snapshot::{Snapshot, SnapshotDisk};

/// Machines in one answer of `list-vms`.
const PAGE_VMS: usize = 100;

/// The plugin.
pub struct DiskImage;

gyre_plugin::export!(source: DiskImage);

impl Source for DiskImage {
    const ABOUT: About =
        about!("disk-image", "Machines whose disks are image files: raw, qcow2, VMDK, VHDX, VHD, VDI, OVA.")
            .config::<Options>();

    fn check(config: Config, vm: Option<&str>) -> Result<Vec<Finding>> {
        let options = Options::parse(&config)?;
        let only = vm.map(|id| options.machine(id)).transpose()?.map(|(place, _)| place);
        let chosen =
            options.vms.iter().enumerate().filter(|(place, _)| only.is_none_or(|only| only == *place));
        // Keys are slow to derive, so those of all machines are not tried at once.
        let effort = only.map(|_| Effort::of_a_call());
        let findings = chosen.map(|(place, machine)| check_machine(place, machine, effort.as_ref()));
        Ok(findings.collect::<Result<Vec<_>>>()?.concat())
    }

    fn list_vms(config: Config, name: Option<&str>, after: Option<&str>) -> Result<VmPage> {
        let options = Options::parse(&config)?;
        let start = match after {
            Some(id) => options.machine(id)?.0.saturating_add(1),
            None => 0,
        };
        let wanted = name.unwrap_or_default().to_lowercase();
        let mut rest = options.vms.iter().skip(start).filter(|vm| vm.name.to_lowercase().contains(&wanted));
        let vms: Vec<VmSummary> = rest.by_ref().take(PAGE_VMS).map(summary).collect();
        let next = rest.next().and(vms.last()).map(|vm| vm.id.clone());
        Ok(VmPage { vms, next })
    }

    fn get_vm(config: Config, id: &str) -> Result<VmSpec> {
        let options = Options::parse(&config)?;
        let (_, machine) = options.machine(id)?;
        let sizes = machine.disks.iter().map(|image| Ok(open(image)?.size()));
        Ok(machine.spec(&sizes.collect::<Result<Vec<_>>>()?))
    }

    fn power_off(_step: &Step, id: &str) -> Result<Outcome> {
        // To answer that it is off would be believed.
        let what = format!(
            "{id} is a set of image files: this source cannot power off the machine that runs on them"
        );
        Err(Error::invalid("disk-image.no-power", what))
    }

    fn ensure_snapshot(step: &Step, vm: &VmSpec, _base: Option<&str>) -> Result<Outcome> {
        let options = Options::of_step(step)?;
        let (_, machine) = options.machine(&vm.id)?;
        let disks = machine.disks.iter().enumerate().map(|(n, image)| snapshot_of(machine.disk_id(n), image));
        let disks = disks.collect::<Result<Vec<_>>>()?;
        log!(
            info,
            "the images of {} are read as they are: nothing may write to them during the copy",
            vm.name
        );
        Outcome::done(&Snapshot { vm: vm.id.clone(), disks })
    }

    fn release_snapshot(_step: &Step, _snapshot: &str) -> Result<Outcome> {
        Ok(Outcome::nothing())
    }

    fn open_disk(_config: Config, snapshot: &str, disk: &str) -> Result<Opened> {
        let noted = read_state::<Snapshot>(snapshot)?.disk(disk)?;
        let chain = Chain::open(&noted.path, &noted.choice())?;
        if chain.size() != noted.size || chain.format() != noted.format {
            return Err(Error::conflict(
                "disk-image.changed",
                format!("{} changed its size or its format since the snapshot", noted.path),
            )
            .cause(format!("it was {} bytes and is {}", noted.size, chain.size()))
            .cause("execute the replica again"));
        }
        chain.unlock(noted.key.as_deref(), &Effort::of_a_call())?;
        Ok(match noted.format {
            Format::Raw => Opened::Disk(Disk::open(&noted.path)?),
            _ => Opened::reader(Changed::new(chain, noted)),
        })
    }
}

/// A disk without a byte is no disk of a machine: a copy was broken off before it began, or the path is another one's.
fn open(image: &Image) -> Result<Chain> {
    let chain = Chain::open(&image.path, &image.choice())?;
    if chain.size() > 0 {
        return Ok(chain);
    }
    let what = format!("the disk in {} has 0 bytes: no machine has such a disk", image.path);
    Err(Error::invalid("disk-image.empty", what))
}

fn snapshot_of(id: String, image: &Image) -> Result<SnapshotDisk> {
    let chain = open(image)?;
    let (bitmaps, refused) = changes::note(&chain, image.bitmap.as_deref())?;
    if let Some(why) = refused {
        log!(warn, "{}: {}", image.path, full(&why));
    }
    Ok(SnapshotDisk {
        id,
        path: image.path.clone(),
        format: chain.format(),
        written: image.format.is_some(),
        snapshot: image.snapshot.clone(),
        member: image.member.clone(),
        bitmap: image.bitmap.clone(),
        key: image.key.clone(),
        size: chain.size(),
        files: chain.files(),
        bitmaps,
    })
}

fn summary(vm: &Machine) -> VmSummary {
    VmSummary { id: vm.id().into(), name: vm.name.clone(), os_hint: vm.os_hint.clone(), powered_on: false }
}

/// Opens every disk and walks the beginning of its tables, so that a broken image is found before
/// anything is made in the cloud.
fn check_machine(place: usize, machine: &Machine, effort: Option<&Effort>) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    if machine.disks.is_empty() {
        let message = format!("{} has no disks", machine.name);
        findings.push(
            Finding::blocking(format!("vms[{place}].disks"), message).remedy("name at least its boot disk"),
        );
    }
    for (n, image) in machine.disks.iter().enumerate() {
        findings.extend(check_disk(format!("vms[{place}].disks[{n}].path"), image, effort)?);
    }
    Ok(findings)
}

/// Tries the keys of encrypted images, and reads what needs them, where there is an `effort` to spend.
fn check_disk(path: String, image: &Image, effort: Option<&Effort>) -> Result<Option<Finding>> {
    let checked = open(image).and_then(|chain| {
        if chain.is_sealed(image.key.as_deref())? {
            let Some(effort) = effort else { return Ok(None) };
            let untouched = effort.is_whole();
            match chain.unlock(image.key.as_deref(), effort) {
                // The keys of the disks before it took the time.
                Err(error) if error.code == luks::EFFORT && !untouched => return Ok(Some(full(&error))),
                unlocked => unlocked?,
            }
        }
        chain.extents(0, chain.size())?;
        match chain.format() {
            Format::Ova => ova::check_sums(&image.path, image.member.as_deref()),
            _ => Ok(changes::note(&chain, image.bitmap.as_deref())?.1.map(|why| full(&why))),
        }
    });
    match checked {
        Ok(doubt) => Ok(doubt.map(|doubt| Finding::warning(path, doubt))),
        Err(error) if error.kind == ErrorKind::Cancelled => Err(error),
        Err(error) => Ok(Some(finding(path, &error))),
    }
}

/// An error's message with its causes.
fn full(error: &Error) -> String {
    [std::slice::from_ref(&error.message), &error.causes].concat().join(": ")
}

fn finding(path: String, error: &Error) -> Finding {
    Finding::blocking(path, format!("{} [{}]", full(error), error.code)).remedy(remedy(&error.code))
}

fn remedy(code: &str) -> &'static str {
    match code {
        "disk-image.truncated" | "disk-image.corrupt" => "copy the image again from where it came",
        "disk-image.empty" => "name another file, or copy the image again from where it came",
        "disk-image.unsupported" => "convert it with `qemu-img convert -O qcow2`",
        "disk-image.encrypted" => "name its passphrase by `key`, or decrypt it with `qemu-img convert`",
        "disk-image.key" | "grant.secret" | "grant.reveal" => {
            "correct `key` at this disk, the secret that it names, and the plugin's grant to see it"
        }
        luks::EFFORT => "give it a key slot with fewer rounds: `qemu-img amend -o …,iter-time=500`",
        "disk-image.parent" => "make the chain whole, or flatten it with `qemu-img convert -O qcow2`",
        "disk-image.config" | "disk-image.no-snapshot" | "disk-image.no-member" => {
            "correct the disk's options"
        }
        "disk-image.format" => "write `format` at this disk",
        code if code.starts_with("nbd.") || code == "grant.nbd" => {
            "check the address, the server and the plugin's `grant.nbd`"
        }
        _ => "check the path and the plugin's `grant.disk`",
    }
}
