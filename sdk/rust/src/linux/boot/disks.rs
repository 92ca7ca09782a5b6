//! Disks that configuration names by the order in which the old bus found them.

use super::nvme::Nvme;
use super::{
    CMDLINE, DEFAULTS, ENVIRONMENT, EXTLINUX_DEFAULTS, LEGACY_DEFAULTS, MENUS, directories, entries,
    environment, files,
};
use crate::linux::Hypervisor;
use crate::osmorphing::*;
use std::collections::BTreeSet;

/// Other files that may name a disk by the order of discovery.
const DEVICE_FILES: &[&str] = &[
    "/etc/fstab",
    "/etc/crypttab",
    "/etc/initramfs-tools/conf.d/resume",
    "/etc/default/grub_installdevice",
    "/boot/grub/device.map",
    "/boot/grub2/device.map",
];

/// Where disks are virtio's, those under the names that the old bus gave them get the new ones. The
/// order is kept; a UUID would be better, but the disk behind a name can be told of a single NVMe disk alone.
///
/// # Errors
/// What the host met.
pub fn device_names(root: &Root, vm: &Vm, hypervisor: Hypervisor) -> Result<()> {
    let paths = device_files(root)?;
    let is_virtio = hypervisor.has_virtio_disks();
    let names = Names { nvme: Nvme::read(root, vm, is_virtio, &paths)?, is_virtio };
    for path in paths {
        rename_disks(root, &path, &names)?;
        warn_of_hardware_names(root, &path)?;
    }
    Ok(())
}

/// What the new machine calls disks of the old one.
struct Names {
    nvme: Nvme,
    is_virtio: bool,
}

impl Names {
    /// In place of `/dev/{name}`.
    fn of(&self, name: &str) -> Option<String> {
        let virtio = || virtio_name(name).filter(|_| self.is_virtio).map(|new| format!("/dev/{new}"));
        self.nvme.name(name).or_else(virtio)
    }
}

fn device_files(root: &Root) -> Result<Vec<String>> {
    let mut paths: Vec<String> =
        DEVICE_FILES.iter().chain(&[DEFAULTS, CMDLINE, EXTLINUX_DEFAULTS]).map(ToString::to_string).collect();
    for directory in directories(root)? {
        paths.extend(MENUS.iter().chain(&[ENVIRONMENT]).map(|name| format!("{directory}/{name}")));
    }
    paths.extend(entries(root)?);
    Ok(paths)
}

fn rename_disks(root: &Root, path: &str, names: &Names) -> Result<()> {
    let (mut by_order, mut by_uuid) = (BTreeSet::new(), BTreeSet::new());
    files::edit(root, path, |text| {
        let rename = |line: &str| {
            new_names(line, |name| {
                let new = names.of(name)?;
                let renamed = if new.starts_with("UUID=") { &mut by_uuid } else { &mut by_order };
                renamed.insert(format!("/dev/{name}"));
                Some(new)
            })
        };
        if path.ends_with(ENVIRONMENT) { environment(text, rename) } else { files::edit_lines(text, rename) }
    })?;
    if !by_uuid.is_empty() {
        log!(info, "{path} named {}: now their UUIDs", joined(&by_uuid));
    }
    if !by_order.is_empty() {
        log!(warn, "{path} named {}: now /dev/vd…; a UUID would be safer", joined(&by_order));
    }
    Ok(())
}

fn joined(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// A serial number or a slot of the old machine is found on no other.
fn warn_of_hardware_names(root: &Root, path: &str) -> Result<()> {
    if !root.exists(path)? {
        return Ok(());
    }
    let text = files::text(root, path)?.unwrap_or_default();
    let lines = text.lines().filter(|line| !is_comment(line));
    let named = lines.flat_map(str::split_whitespace).find(|word| is_hardware_name(word));
    if let Some(name) = named {
        log!(warn, "{path} names {name}, which the new machine does not have: use its UUID");
    }
    Ok(())
}

fn is_hardware_name(word: &str) -> bool {
    let word = word.split_once("=/dev/").map_or(word.to_string(), |(_, rest)| format!("/dev/{rest}"));
    let id = word
        .strip_prefix("/dev/disk/by-id/")
        .is_some_and(|id| !id.starts_with("dm-") && !id.starts_with("md-"));
    // Those that are left: where one of several disks comes among the new machine's cannot be told.
    id || word.starts_with("/dev/disk/by-path/") || word.starts_with("/dev/nvme")
}

/// The line with what `new` says in place of `/dev/NAME`; a comment stays.
fn new_names(line: &str, mut new: impl FnMut(&str) -> Option<String>) -> String {
    if is_comment(line) {
        return line.into();
    }
    let mut result = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("/dev/") {
        let (before, from) = rest.split_at(at);
        let name: String = from.chars().skip(5).take_while(char::is_ascii_alphanumeric).collect();
        let behind = from.get(5 + name.len()..).unwrap_or_default();
        result.push_str(before);
        match Some(&name).filter(|_| !behind.starts_with('/')).and_then(|name| new(name)) {
            Some(new) => result.push_str(&new),
            None => result.push_str(&format!("/dev/{name}")),
        }
        rest = behind;
    }
    result + rest
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#') && !line.starts_with(LEGACY_DEFAULTS)
}

/// `vda1` for `sda1`, `hda1`, `xvda1`.
fn virtio_name(name: &str) -> Option<String> {
    let rest = ["xvd", "sd", "hd"].iter().find_map(|prefix| name.strip_prefix(prefix))?;
    let letters = rest.trim_end_matches(|c: char| c.is_ascii_digit());
    let fits = (1..=2).contains(&letters.len()) && letters.chars().all(|c| c.is_ascii_lowercase());
    fits.then(|| format!("vd{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_disks_are_told_apart() {
        let renamed = |line: &str| new_names(line, |name| virtio_name(name).map(|new| format!("/dev/{new}")));
        assert_eq!(renamed("/dev/sda1 / ext4"), "/dev/vda1 / ext4");
        assert_eq!(renamed("# kopt=root=/dev/hda1 ro"), "# kopt=root=/dev/vda1 ro");
        assert_eq!(renamed("root=/dev/xvda2 resume=/dev/hdb1"), "root=/dev/vda2 resume=/dev/vdb1");
        for kept in ["/dev/sdx/y", "/dev/mapper/sda1", "/dev/md0", "# /dev/sda1", "/dev/disk/by-uuid/sda1"] {
            assert_eq!(renamed(kept), kept);
        }
        assert!(
            is_hardware_name("/dev/disk/by-id/scsi-36-part1")
                && is_hardware_name("resume=/dev/disk/by-path/x")
        );
        assert!(!is_hardware_name("/dev/disk/by-id/dm-name-vg-root") && !is_hardware_name("UUID=1"));
    }
}
