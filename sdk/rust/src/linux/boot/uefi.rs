//! The loader on the EFI system partition.

use super::{EFI, files};
use crate::osmorphing::*;

/// Loaders of the families, the first that is there counts, and what is copied of each where firmware
/// without memory looks: what the loader loads from its own directory, and last, because it says that all is
/// there, the loader.
const LOADERS: &[(&str, &[(&str, &str)])] = &[
    ("shimx64.efi", &[("grubx64.efi", "grubx64.efi"), ("mmx64.efi", "mmx64.efi"), ("shimx64.efi", FALLBACK)]),
    (
        "shim.efi",
        &[
            ("grub.efi", "grub.efi"),
            ("MokManager.efi", "MokManager.efi"),
            ("grub.cfg", "grub.cfg"),
            ("shim.efi", FALLBACK),
        ],
    ),
    ("grubx64.efi", &[("grubx64.efi", FALLBACK)]),
    ("systemd-bootx64.efi", &[("systemd-bootx64.efi", FALLBACK)]),
];
const FALLBACK: &str = "BOOTX64.EFI";

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
