//! Boot loaders, and disks named in configuration. Edits the menus that are there and never makes a new
//! one: grub-mkconfig looks at the devices of the machine that it runs on, and here that is the worker.
//! What the next menu is made of (`/etc/default/grub`, `/etc/kernel/cmdline`, GRUB's environment) gets the
//! same change. Knows GRUB 2, boot loader entries (BLS, systemd-boot's too) and extlinux.

use super::{Hypervisor, files};
use crate::osmorphing::*;
use std::collections::BTreeSet;

const DEFAULTS: &str = "/etc/default/grub";
const CMDLINE: &str = "/etc/kernel/cmdline";
const ENTRIES: &[&str] = &["/boot/loader/entries", "/efi/loader/entries", "/boot/efi/loader/entries"];
const EXTLINUX: &[&str] = &["/boot/extlinux.conf", "/boot/extlinux/extlinux.conf"];
const EXTLINUX_DEFAULTS: &str = "/etc/update-extlinux.conf";
/// Where the EFI system partition may be mounted, with its directory of loaders.
const EFI: &[&str] = &["/boot/efi/EFI", "/boot/EFI", "/efi/EFI"];
/// Directories that may hold GRUB's menu and environment.
const DIRECTORIES: &[&str] = &["/boot/grub", "/boot/grub2"];
/// Other files that may name a disk by the order of discovery.
const DEVICE_FILES: &[&str] = &[
    "/etc/fstab",
    "/etc/crypttab",
    "/etc/initramfs-tools/conf.d/resume",
    "/etc/default/grub_installdevice",
    "/boot/grub/device.map",
    "/boot/grub2/device.map",
];
const SERIAL: &[&str] = &["console=tty0", "console=ttyS0,115200"];
const OLD_NAMES: &[&str] = &["net.ifnames=0", "biosdevname=0"];
/// GRUB's environment.
const ENVIRONMENT: &str = "grubenv";
/// Its size, bytes: it is written in place while booting.
const ENVIRONMENT_BYTES: usize = 1024;
/// Loaders of the families, the first that is there counts, and what is copied of each where firmware
/// without memory looks: the loader, and what it loads from its own directory.
const LOADERS: &[(&str, &[(&str, &str)])] = &[
    ("shimx64.efi", &[("shimx64.efi", FALLBACK), ("grubx64.efi", "grubx64.efi"), ("mmx64.efi", "mmx64.efi")]),
    (
        "shim.efi",
        &[
            ("shim.efi", FALLBACK),
            ("grub.efi", "grub.efi"),
            ("MokManager.efi", "MokManager.efi"),
            ("grub.cfg", "grub.cfg"),
        ],
    ),
    ("grubx64.efi", &[("grubx64.efi", FALLBACK)]),
    ("systemd-bootx64.efi", &[("systemd-bootx64.efi", FALLBACK)]),
];
const FALLBACK: &str = "BOOTX64.EFI";

/// Kernel arguments to set; what turns cloud-init off is dropped. `old_names`: network cards are called
/// eth0, eth1, …. Returns whether a boot menu was there.
///
/// # Errors
/// What the host met.
pub fn arguments(root: &Root, serial_console: bool, old_names: bool) -> Result<bool> {
    let mut wanted: Vec<&str> = Vec::new();
    if serial_console {
        wanted.extend(SERIAL);
    }
    if old_names {
        wanted.extend(OLD_NAMES);
    }
    files::edit(root, DEFAULTS, |text| edit_defaults(text, &wanted))?;
    files::edit(root, CMDLINE, |text| files::edit_lines(text, |line| cmdline(line, &wanted)))?;
    let mut found = false;
    for directory in directories(root)? {
        let menu = format!("{directory}/grub.cfg");
        found |= root.exists(&menu)?;
        files::edit(root, &menu, |text| files::edit_lines(text, |line| menu_line(line, &wanted)))?;
        let variables = format!("{directory}/{ENVIRONMENT}");
        files::edit(root, &variables, |text| environment(text, |line| with_arguments(line, &wanted)))?;
    }
    files::edit(root, EXTLINUX_DEFAULTS, |text| {
        files::edit_lines(text, |line| defaults_line(line, &wanted))
    })?;
    for entry in entries(root)? {
        found = true;
        files::edit(root, &entry, |text| files::edit_lines(text, |line| entry_line(line, &wanted)))?;
    }
    if !found {
        log!(warn, "no boot menu was found: kernel arguments stay as they are");
    }
    Ok(found)
}

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

/// A line of arguments alone.
fn cmdline(line: &str, wanted: &[&str]) -> String {
    match line.trim() {
        text if text.is_empty() || text.starts_with('#') => line.into(),
        _ => with_arguments(line, wanted),
    }
}

/// `options root=… ro` of a boot loader entry, `APPEND root=… ro` of extlinux. Entries that take
/// `$kernelopts` get the arguments twice, which does no harm: an entry may outlive the environment.
fn entry_line(line: &str, wanted: &[&str]) -> String {
    match line.split_whitespace().next() {
        Some("options" | "APPEND" | "append") => with_arguments(line, wanted),
        _ => line.into(),
    }
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

fn edit_defaults(text: &str, wanted: &[&str]) -> String {
    let mut edited = files::edit_lines(text, |line| defaults_line(line, wanted));
    if !wanted.is_empty() && !edited.lines().any(|line| line.trim().starts_with("GRUB_CMDLINE_LINUX=")) {
        let end = if edited.is_empty() || edited.ends_with('\n') { "" } else { "\n" };
        edited.push_str(&format!("{end}GRUB_CMDLINE_LINUX=\"{}\"\n", wanted.join(" ")));
    }
    edited
}

/// `GRUB_CMDLINE_LINUX="…"`, which every kernel gets.
fn defaults_line(line: &str, wanted: &[&str]) -> String {
    let Some((name, value)) = line.split_once('=') else { return line.into() };
    let wanted = match name.trim() {
        "GRUB_CMDLINE_LINUX" | "default_kernel_opts" => wanted,
        "GRUB_CMDLINE_LINUX_DEFAULT" => &[],
        _ => return line.into(),
    };
    let (quote, text, rest) = quoted(value);
    format!("{name}={quote}{}{quote}{rest}", with_arguments(text, wanted))
}

/// The quote, what stands in it, and what follows, a comment perhaps.
fn quoted(value: &str) -> (char, &str, &str) {
    for quote in ['"', '\''] {
        if let Some((text, rest)) = value.strip_prefix(quote).and_then(|text| text.split_once(quote)) {
            return (quote, text, rest);
        }
    }
    let end = value.find(char::is_whitespace).unwrap_or(value.len());
    let (text, rest) = value.split_at(end);
    ('"', text, rest)
}

/// `linux /boot/vmlinuz-… root=…` of a menu entry (Photon: `linux /$photon_linux …`); Xen's and memtest's lines have other names.
fn menu_line(line: &str, wanted: &[&str]) -> String {
    let indent = line.len() - line.trim_start().len();
    let mut words = line.split_whitespace();
    let is_kernel = matches!(words.next(), Some("linux" | "linux16" | "linuxefi"))
        && words.next().is_some_and(|path| path.contains("vmlinu") || path.ends_with("_linux"));
    if !is_kernel {
        return line.into();
    }
    let (space, rest) = line.split_at(indent);
    format!("{space}{}", with_arguments(rest, wanted))
}

/// Adds what is missing, and drops what keeps cloud-init from running; all else stays as it is written.
fn with_arguments(text: &str, wanted: &[&str]) -> String {
    let has = |argument: &str| {
        text.split_whitespace().any(|word| word == argument || is_same_console(word, argument))
    };
    let mut edited = text.to_string();
    if has("cloud-init=disabled") {
        let kept = text.split(' ').filter(|word| *word != "cloud-init=disabled");
        edited = kept.collect::<Vec<_>>().join(" ");
    }
    for argument in wanted.iter().filter(|argument| !has(argument)) {
        let space = if edited.is_empty() || edited.ends_with(char::is_whitespace) { "" } else { " " };
        edited.push_str(space);
        edited.push_str(argument);
    }
    edited
}

/// `console=ttyS0,9600` serves as well as `console=ttyS0,115200`.
fn is_same_console(word: &str, wanted: &str) -> bool {
    let device =
        |text: &str| text.strip_prefix("console=").and_then(|rest| rest.split(',').next().map(String::from));
    device(wanted).is_some() && device(word) == device(wanted)
}

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
    id || word.starts_with("/dev/disk/by-path/")
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

/// A virtual machine's firmware forgot its boot entries: the loader must lie where every firmware looks.
/// Only x86-64 is known.
///
/// # Errors
/// What the host met.
pub fn uefi_fallback(root: &Root) -> Result<()> {
    if has_uefi_fallback(root)? {
        return Ok(());
    }
    for (loader, copied) in LOADERS {
        for efi in EFI {
            let vendors = files::names(root, efi)?;
            let boot = vendors.iter().find(|name| is_boot(name)).map_or("BOOT", String::as_str);
            for vendor in vendors.iter().filter(|name| !is_boot(name)) {
                let (from, to) = (format!("{efi}/{vendor}"), format!("{efi}/{boot}"));
                if root.exists(&format!("{from}/{loader}"))? {
                    return copied.iter().try_for_each(|(old, new)| copy(root, &from, old, &to, new));
                }
            }
        }
    }
    log!(warn, "no boot loader was found on an EFI partition: the machine may not boot under UEFI");
    Ok(())
}

/// Whether firmware without memory finds a loader.
///
/// # Errors
/// What the host met.
pub fn has_uefi_fallback(root: &Root) -> Result<bool> {
    for efi in EFI {
        for name in files::names(root, efi)?.iter().filter(|name| is_boot(name)) {
            let loaders = files::names(root, &format!("{efi}/{name}"))?;
            if loaders.iter().any(|name| name.eq_ignore_ascii_case(FALLBACK)) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// The directory of no vendor. The file system knows no case.
fn is_boot(name: &str) -> bool {
    name.eq_ignore_ascii_case("BOOT")
}

fn copy(root: &Root, from: &str, old: &str, to: &str, new: &str) -> Result<()> {
    let from = format!("{from}/{old}");
    if root.exists(&from)? {
        root.write(&format!("{to}/{new}"), 0o755, &root.read(&from)?)?;
        log!(info, "copied {from} to {to}/{new}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_form() {
        let line = "\tlinuxefi\t/vmlinuz-5.14 root=/dev/x  ro quiet";
        assert_eq!(menu_line(line, &["a=1"]), format!("{line} a=1"));
        assert_eq!(menu_line(line, &["quiet"]), line);
        assert_eq!(menu_line("\tlinux /boot/memtest.bin", &["a=1"]), "\tlinux /boot/memtest.bin");
        assert_eq!(entry_line("options $kernelopts cloud-init=disabled", &["a"]), "options $kernelopts a");
        assert_eq!(entry_line("title options", &["a"]), "title options");
        assert_eq!(with_arguments("x console=ttyS0,9600", SERIAL), "x console=ttyS0,9600 console=tty0");
    }

    #[test]
    fn defaults_keep_quotes_and_comments() {
        let edited = |line: &str| defaults_line(line, &["a"]);
        assert_eq!(edited("GRUB_CMDLINE_LINUX=\"x\" # why"), "GRUB_CMDLINE_LINUX=\"x a\" # why");
        assert_eq!(edited("GRUB_CMDLINE_LINUX='b=\"c\"'"), "GRUB_CMDLINE_LINUX='b=\"c\" a'");
        assert_eq!(edited("GRUB_CMDLINE_LINUX=x"), "GRUB_CMDLINE_LINUX=\"x a\"");
        assert_eq!(edited("GRUB_CMDLINE_LINUX_DEFAULT=\"x\""), "GRUB_CMDLINE_LINUX_DEFAULT=\"x\"");
        assert_eq!(edit_defaults("A=1", &["a"]), "A=1\nGRUB_CMDLINE_LINUX=\"a\"\n");
    }

    #[test]
    fn the_environment_keeps_its_size() {
        let add = |argument: &str| {
            let argument = argument.to_string();
            move |line: &str| with_arguments(line, &[&argument])
        };
        let text = "# GRUB Environment Block\nsaved_entry=0\nkernelopts=root=/dev/x ro \n";
        let block = text.to_string() + &"#".repeat(ENVIRONMENT_BYTES - text.len());
        let edited = environment(&block, add("a=1"));
        assert_eq!(edited.len(), ENVIRONMENT_BYTES);
        assert!(edited.contains("\nkernelopts=root=/dev/x ro a=1\n#####"), "{edited}");
        assert_eq!(environment(&edited, add("a=1")), edited);
        let long = "x".repeat(ENVIRONMENT_BYTES);
        assert_eq!(environment(&block, add(&long)), block);
        assert_eq!(environment(text, add("a=1")), text);
    }

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
