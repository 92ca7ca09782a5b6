//! The boot loader, and disks named in configuration. Edits the menu that is there and never makes a
//! new one: grub-mkconfig looks at the devices of the machine that it runs on, and here that is the
//! worker. `/etc/default/grub` gets the same change, so that the next menu agrees.

use crate::files;
use gyre_plugin::osmorphing::*;

const MENUS: &[&str] = &["/boot/grub/grub.cfg", "/boot/grub2/grub.cfg"];
const DEFAULTS: &str = "/etc/default/grub";
/// Files that may name a disk by the order of discovery.
const DEVICE_FILES: &[&str] =
    &["/etc/fstab", "/etc/crypttab", "/etc/initramfs-tools/conf.d/resume", DEFAULTS, "/boot/grub/grub.cfg"];
const SERIAL: &[&str] = &["console=tty0", "console=ttyS0,115200"];
/// Copied where firmware without memory looks: the loader, and what it loads from its own directory.
const UEFI_FILES: &[(&str, &str)] =
    &[("shimx64.efi", "BOOTX64.EFI"), ("grubx64.efi", "grubx64.efi"), ("mmx64.efi", "mmx64.efi")];

/// Kernel arguments to set and to drop. Returns whether a boot menu was there.
///
/// # Errors
/// What the host met.
pub fn arguments(root: &Root, serial_console: bool, old_names: bool) -> Result<bool> {
    let mut wanted: Vec<&str> = Vec::new();
    if serial_console {
        wanted.extend(SERIAL);
    }
    if old_names {
        wanted.extend(["net.ifnames=0", "biosdevname=0"]);
    }
    files::edit(root, DEFAULTS, |text| edit_defaults(text, &wanted))?;
    let mut found = false;
    for menu in MENUS {
        found |= root.exists(menu)?;
        files::edit(root, menu, |text| edit_lines(text, |line| menu_line(line, &wanted)))?;
    }
    if !found {
        log!(warn, "no GRUB menu was found: kernel arguments stay as they are");
    }
    Ok(found)
}

fn edit_lines(text: &str, change: impl FnMut(&str) -> String) -> String {
    let mut edited: String = text.lines().map(change).collect::<Vec<_>>().join("\n");
    if text.ends_with('\n') {
        edited.push('\n');
    }
    edited
}

fn edit_defaults(text: &str, wanted: &[&str]) -> String {
    let mut edited = edit_lines(text, |line| defaults_line(line, wanted));
    if !wanted.is_empty() && !edited.lines().any(|line| line.trim().starts_with("GRUB_CMDLINE_LINUX=")) {
        edited.push_str(&format!("GRUB_CMDLINE_LINUX=\"{}\"\n", wanted.join(" ")));
    }
    edited
}

/// `GRUB_CMDLINE_LINUX="…"`, which every kernel gets.
fn defaults_line(line: &str, wanted: &[&str]) -> String {
    let Some((name, value)) = line.trim().split_once('=') else { return line.into() };
    match name {
        "GRUB_CMDLINE_LINUX" => format!("{name}=\"{}\"", with_arguments(unquoted(value), wanted)),
        "GRUB_CMDLINE_LINUX_DEFAULT" => format!("{name}=\"{}\"", with_arguments(unquoted(value), &[])),
        _ => line.into(),
    }
}

fn unquoted(value: &str) -> &str {
    let value = value.trim();
    match value.chars().next() {
        Some(quote @ ('"' | '\'')) => value.trim_start_matches(quote).trim_end_matches(quote),
        _ => value,
    }
}

/// `linux /boot/vmlinuz-… root=…` of a menu entry; Xen's and memtest's lines have other names.
fn menu_line(line: &str, wanted: &[&str]) -> String {
    let indent = line.len() - line.trim_start().len();
    let mut words = line.split_whitespace();
    let is_kernel = matches!(words.next(), Some("linux" | "linux16" | "linuxefi"))
        && words.next().is_some_and(|path| path.contains("vmlinu"));
    if !is_kernel {
        return line.into();
    }
    let (space, rest) = line.split_at(indent);
    format!("{space}{}", with_arguments(rest, wanted))
}

/// Adds what is missing, and drops what keeps cloud-init from running.
fn with_arguments(text: &str, wanted: &[&str]) -> String {
    let mut words: Vec<&str> =
        text.split_whitespace().filter(|word| *word != "cloud-init=disabled").collect();
    for argument in wanted {
        let known = words.iter().any(|word| word == argument || is_same_console(word, argument));
        if !known {
            words.push(argument);
        }
    }
    words.join(" ")
}

/// `console=ttyS0,9600` serves as well as `console=ttyS0,115200`.
fn is_same_console(word: &str, wanted: &str) -> bool {
    let device =
        |text: &str| text.strip_prefix("console=").and_then(|rest| rest.split(',').next().map(String::from));
    device(wanted).is_some() && device(word) == device(wanted)
}

/// Disks under the names that the old bus gave them get those of virtio. The order is kept; a UUID
/// would be better, but the disk behind a name cannot be told from here.
///
/// # Errors
/// What the host met.
pub fn device_names(root: &Root) -> Result<()> {
    for path in DEVICE_FILES {
        let mut renamed = Vec::new();
        files::edit(root, path, |text| edit_lines(text, |line| virtio_names(line, &mut renamed)))?;
        renamed.dedup();
        if !renamed.is_empty() {
            log!(warn, "{path} named {}: now /dev/vd…; a UUID would be safer", renamed.join(" "));
        }
    }
    Ok(())
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
///
/// # Errors
/// What the host met.
pub fn uefi_fallback(root: &Root) -> Result<()> {
    let efi = "/boot/efi/EFI";
    let names = root.read_dir(efi)?;
    let find = |wanted: &str| names.iter().find(|name| name.eq_ignore_ascii_case(wanted));
    let fallback = format!("{efi}/{}", find("BOOT").map_or("BOOT", String::as_str));
    let present = root.read_dir(&fallback)?;
    if present.iter().any(|name| name.eq_ignore_ascii_case("BOOTX64.EFI")) {
        return Ok(());
    }
    let Some(vendor) = find("debian").or_else(|| find("ubuntu")) else {
        log!(warn, "no boot loader was found in {efi}: the machine may not boot under UEFI");
        return Ok(());
    };
    let vendor = format!("{efi}/{vendor}");
    let has_shim = root.exists(&format!("{vendor}/shimx64.efi"))?;
    let files: &[(&str, &str)] = if has_shim { UEFI_FILES } else { &[("grubx64.efi", "BOOTX64.EFI")] };
    for (from, to) in files {
        let from = format!("{vendor}/{from}");
        if root.exists(&from)? {
            root.write(&format!("{fallback}/{to}"), 0o755, &root.read(&from)?)?;
            log!(info, "copied {from} to {fallback}/{to}");
        }
    }
    Ok(())
}
