//! Boot loaders, and disks named in configuration. Edits the menus that are there and never makes a new
//! one: grub-mkconfig looks at the devices of the machine that it runs on, and here that is the worker.
//! What the next menu is made of (`/etc/default/grub`, `/etc/kernel/cmdline`, GRUB's environment) gets the
//! same change. Knows GRUB 2 and legacy, boot loader entries (BLS, systemd-boot's too) and extlinux.

mod arguments;
mod disks;
mod nvme;
mod uefi;

use super::files;
use crate::osmorphing::*;

pub use arguments::arguments;
pub use disks::device_names;
pub use uefi::{has_uefi_fallback, uefi_fallback};

const DEFAULTS: &str = "/etc/default/grub";
const CMDLINE: &str = "/etc/kernel/cmdline";
const ENTRIES: &[&str] = &["/boot/loader/entries", "/efi/loader/entries", "/boot/efi/loader/entries"];
const EXTLINUX: &[&str] = &["/boot/extlinux.conf", "/boot/extlinux/extlinux.conf"];
const EXTLINUX_DEFAULTS: &str = "/etc/update-extlinux.conf";
/// Where the EFI system partition may be mounted, with its directory of loaders.
const EFI: &[&str] = &["/boot/efi/EFI", "/boot/EFI", "/efi/EFI"];
/// Directories that may hold GRUB's menu and environment.
const DIRECTORIES: &[&str] = &["/boot/grub", "/boot/grub2"];
/// Menus of GRUB 2 and of GRUB legacy.
const MENUS: &[&str] = &["grub.cfg", "menu.lst", "grub.conf"];
/// A line of GRUB legacy's menu that looks like a comment, and is what Debian's update-grub takes arguments from.
const LEGACY_DEFAULTS: &str = "# kopt";
/// GRUB's environment.
const ENVIRONMENT: &str = "grubenv";
/// Its size, bytes: it is written in place while booting.
const ENVIRONMENT_BYTES: usize = 1024;

/// Where GRUB may have its files; each vendor on the EFI partition has a directory of its own.
fn directories(root: &Root) -> Result<Vec<String>> {
    let mut directories: Vec<String> = DIRECTORIES.iter().map(ToString::to_string).collect();
    for efi in EFI {
        directories.extend(files::names(root, efi)?.into_iter().map(|name| format!("{efi}/{name}")));
    }
    Ok(directories)
}

/// Files whose lines are arguments of a kernel: boot loader entries, and extlinux' menu.
fn entries(root: &Root) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for directory in ENTRIES {
        paths.extend(files::with_extension(root, directory, &["conf"])?);
    }
    for path in EXTLINUX {
        if root.exists(path)? {
            paths.push(path.to_string());
        }
    }
    Ok(paths)
}

/// `kernelopts=…` in GRUB's environment, a block of fixed size that is filled up with `#`. As it was,
/// where there is no such line, no such block, or no room.
fn environment(text: &str, mut change: impl FnMut(&str) -> String) -> String {
    if text.len() != ENVIRONMENT_BYTES || !text.lines().any(|line| line.starts_with("kernelopts=")) {
        return text.into();
    }
    let edit = |line: &str| match line.starts_with("kernelopts=") {
        true => change(line),
        false => line.to_string(),
    };
    let lines: Vec<String> = text.trim_end_matches('#').lines().map(edit).collect();
    let edited = lines.join("\n") + "\n";
    match ENVIRONMENT_BYTES.checked_sub(edited.len()) {
        Some(rest) => edited + &"#".repeat(rest),
        None => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_keeps_its_size() {
        let add = |argument: &str| {
            let argument = argument.to_string();
            move |line: &str| format!("{line}{argument} ")
        };
        let text = "# GRUB Environment Block\nsaved_entry=0\nkernelopts=root=/dev/x ro \n";
        let block = text.to_string() + &"#".repeat(ENVIRONMENT_BYTES - text.len());
        let edited = environment(&block, add("a=1"));
        assert_eq!(edited.len(), ENVIRONMENT_BYTES);
        assert!(edited.contains("\nkernelopts=root=/dev/x ro a=1 \n#####"), "{edited}");
        assert_eq!(environment(&edited, str::to_string), edited);
        let long = "x".repeat(ENVIRONMENT_BYTES);
        assert_eq!(environment(&block, add(&long)), block);
        assert_eq!(environment(text, add("a=1")), text);
    }
}
