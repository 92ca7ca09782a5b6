//! Disks that configuration names by the order in which the old bus found them.

use super::{CMDLINE, DEFAULTS, ENVIRONMENT, EXTLINUX_DEFAULTS, directories, entries, environment, files};
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
/// order is kept; a UUID would be better, but the disk behind a name cannot be told from here.
///
/// # Errors
/// What the host met.
pub fn device_names(root: &Root, hypervisor: Hypervisor) -> Result<()> {
    for path in device_files(root)? {
        warn_of_hardware_names(root, &path)?;
        if hypervisor.has_virtio_disks() {
            rename_disks(root, &path)?;
        }
    }
    Ok(())
}

fn device_files(root: &Root) -> Result<Vec<String>> {
    let mut paths: Vec<String> =
        DEVICE_FILES.iter().chain(&[DEFAULTS, CMDLINE, EXTLINUX_DEFAULTS]).map(ToString::to_string).collect();
    for directory in directories(root)? {
        paths.extend(["grub.cfg", ENVIRONMENT].map(|name| format!("{directory}/{name}")));
    }
    paths.extend(entries(root)?);
    Ok(paths)
}

fn rename_disks(root: &Root, path: &str) -> Result<()> {
    let mut renamed = Vec::new();
    files::edit(root, path, |text| {
        let rename = |line: &str| virtio_names(line, &mut renamed);
        if path.ends_with(ENVIRONMENT) { environment(text, rename) } else { files::edit_lines(text, rename) }
    })?;
    let renamed: BTreeSet<String> = renamed.into_iter().collect();
    if !renamed.is_empty() {
        log!(warn, "{path} named {}: now /dev/vd…; a UUID would be safer", joined(&renamed));
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
    let lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
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
    // Where an NVMe disk comes among the new machine's cannot be told from its name.
    id || word.starts_with("/dev/disk/by-path/") || word.starts_with("/dev/nvme")
}

fn virtio_names(line: &str, renamed: &mut Vec<String>) -> String {
    if line.trim_start().starts_with('#') {
        return line.into();
    }
    let mut result = String::new();
    let mut rest = line;
    while let Some(at) = rest.find("/dev/") {
        let (before, from) = rest.split_at(at);
        let name: String = from.chars().skip(5).take_while(char::is_ascii_alphanumeric).collect();
        result.push_str(before);
        match virtio_name(&name) {
            Some(new) if !from.get(5 + name.len()..).is_some_and(|tail| tail.starts_with('/')) => {
                result.push_str(&format!("/dev/{new}"));
                renamed.push(format!("/dev/{name}"));
            }
            _ => result.push_str(&format!("/dev/{name}")),
        }
        rest = from.get(5 + name.len()..).unwrap_or_default();
    }
    result + rest
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
        let renamed = |line: &str| virtio_names(line, &mut Vec::new());
        assert_eq!(renamed("/dev/sda1 / ext4"), "/dev/vda1 / ext4");
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
