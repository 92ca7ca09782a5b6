//! What the firmware starts. The entries that a machine's UEFI had for its boot loaders are lost on the way: the new one
//! looks for a loader of one fixed name, which must be there. What Windows notes of its disks (BCD) names them by
//! signature or GUID and partitions by place, which are the source's: they stay as they are. With BIOS this store may lie
//! on Windows' own partition; one that lies on the small one before it is not seen.

use crate::guest::Guest;
use crate::place;
use gyre_plugin::osmorphing::*;

/// Where the host shows it.
const DIRECTORY: &str = "/gyre-esp";
const LOADER: &str = "EFI/Microsoft/Boot/bootmgfw.efi";
const SETTINGS: &str = "EFI/Microsoft/Boot/BCD";
/// The same with BIOS.
const SETTINGS_BIOS: &str = "/Boot/BCD";
/// Windows' boot manager, whatever the machine.
const MANAGER: &str = r"Objects\{9dea862c-5cdd-4e70-acc1-f32b344d4795}\Elements";
/// What the manager starts by itself.
const DEFAULT: &str = "23000003";
/// "No graphics": set where another hypervisor had none, and in the way of this one's.
const GRAPHICS_DISABLED: &str = "16000046";

/// Puts the loader where every firmware looks, and lets Windows draw.
///
/// # Errors
/// `rootfs.*`.
pub fn configure(guest: &Guest, vm: &Vm) -> Result<()> {
    install_loader(guest, vm)?;
    let stores = [format!("{DIRECTORY}/{SETTINGS}"), SETTINGS_BIOS.to_owned()];
    stores.iter().try_for_each(|store| allow_graphics(guest, store).or_else(|error| untouched(store, error)))
}

/// What only decides what is drawn ends no conversion.
fn untouched(store: &str, error: Error) -> Result<()> {
    if !error.code.starts_with("registry.") {
        return Err(error);
    }
    log!(warn, "{store} stays as it is: {}", error.message);
    Ok(())
}

fn install_loader(guest: &Guest, vm: &Vm) -> Result<()> {
    let Some(loader) = place::find(guest.root, &format!("{DIRECTORY}/{LOADER}"))? else {
        if vm.firmware == Firmware::Uefi {
            log!(
                warn,
                "Windows' boot loader was not found on the firmware's partition: the guest may not boot by UEFI unless its own fallback is there"
            );
        }
        return Ok(());
    };
    let name = match guest.release.architecture {
        "x86" => "bootia32.efi",
        "ARM64" => "bootaa64.efi",
        _ => "bootx64.efi",
    };
    let fallback = place::target(guest.root, &format!("{DIRECTORY}/EFI/Boot/{name}"))?;
    // One that is there may be another system's.
    if !guest.root.exists(&fallback)? {
        guest.root.write(&fallback, 0o644, &guest.root.read(&loader)?)?;
    }
    Ok(())
}

fn allow_graphics(guest: &Guest, store: &str) -> Result<()> {
    let Some(settings) = place::find(guest.root, store)? else { return Ok(()) };
    let settings = guest.root.hive(&settings)?;
    let Some(default) = settings.text(&format!(r"{MANAGER}\{DEFAULT}"), "Element")? else { return Ok(()) };
    let key = format!(r"Objects\{default}\Elements\{GRAPHICS_DISABLED}");
    if settings.has_key(&key)? {
        settings.remove_key(&key)?;
        settings.commit()?;
    }
    Ok(())
}
