//! The initramfs of families that build it with dracut. It must hold the drivers of the new hypervisor:
//! never host-only, which would look at the worker's hardware, and for the kernels that are installed,
//! never the one that runs.

use super::{Drivers, Hypervisor, files, initramfs};
use crate::osmorphing::*;

const DROPIN: &str = "/etc/dracut.conf.d/90-gyre.conf";
/// Room in /boot that an image with the drivers of most hardware may take, KiB.
const IMAGE_KIB: u64 = 100 * 1024;

/// Makes every kernel find its disk on that hypervisor; `image` names a kernel's initramfs.
///
/// # Errors
/// `linux.no-kernel`, `linux.no-dracut`, `linux.boot-full`, `linux.initramfs`.
pub fn rebuild(root: &Root, hypervisor: Hypervisor, image: impl Fn(&str) -> String) -> Result<()> {
    let kernels = initramfs::kernels(root)?;
    let Some(drivers) = hypervisor.drivers() else { return Ok(()) };
    if root.find_program("dracut")?.is_none() {
        let message = "the guest has no dracut: its initramfs cannot get new drivers";
        return Err(Error::invalid("linux.no-dracut", message).cause("install dracut in the guest"));
    }
    let mut named: Vec<&str> = Vec::new();
    let mut can_boot = false;
    for (done, kernel) in kernels.iter().enumerate() {
        progress::check()?;
        progress::report("initramfs", done as u64, Some(kernels.len() as u64));
        let loadable = initramfs::loadable(root, kernel, drivers.named)?;
        can_boot |= ensure(root, kernel, &image(kernel), &loadable, drivers)?;
        named.extend(loadable);
    }
    if !can_boot {
        let message = "no kernel of the guest has the drivers of the destination's hypervisor";
        return Err(Error::invalid("linux.no-driver", message).cause(drivers.needed.join(" ")));
    }
    named.sort_unstable();
    named.dedup();
    name_drivers(root, &named)
}

/// Builds where something is missing. Returns whether that kernel finds its disk.
fn ensure(root: &Root, kernel: &str, image: &str, loadable: &[&str], drivers: Drivers) -> Result<bool> {
    let mut hopeless = initramfs::missing(root, kernel, "", drivers.needed)?;
    hopeless.retain(|module| !loadable.contains(module));
    if !hopeless.is_empty() {
        log!(warn, "the kernel {kernel} has no {}: it cannot boot there", hopeless.join(" "));
        return Ok(false);
    }
    let missing = initramfs::missing(root, kernel, &listing(root, image)?, drivers.wanted)?;
    if root.exists(image)? && !missing.iter().any(|module| loadable.contains(module)) {
        log!(info, "the initramfs of {kernel} has the drivers already");
        return Ok(true);
    }
    build(root, kernel, image, loadable, drivers.needed)?;
    Ok(true)
}

/// For the kernels to come.
fn name_drivers(root: &Root, modules: &[&str]) -> Result<()> {
    if modules.is_empty() {
        return Ok(());
    }
    let text = format!(
        "# Written by gyre: where this machine runs now.\nadd_drivers+=\" {} \"\n",
        modules.join(" ")
    );
    files::write(root, DROPIN, 0o644, &text)
}

fn build(
    root: &Root,
    kernel: &str,
    image: &str,
    modules: &[&str],
    needed: &'static [&'static str],
) -> Result<()> {
    initramfs::make_room(root, image, IMAGE_KIB, "")?;
    let started = clock::elapsed_ms();
    let output = root.output(&dracut(kernel, image, modules))?;
    let missing = match root.find_program("lsinitrd")? {
        Some(_) => initramfs::missing(root, kernel, &listing(root, image)?, needed)?,
        None => Vec::new(),
    };
    if output.status != 0 || !missing.is_empty() {
        return Err(initramfs::failed(kernel, &missing, &output));
    }
    log!(info, "rebuilt {image} in {} s", clock::elapsed_ms().saturating_sub(started) / 1000);
    Ok(())
}

fn dracut(kernel: &str, image: &str, modules: &[&str]) -> Command {
    let dracut = Command::new(["dracut", "--force", "--no-hostonly"]);
    let dracut = match modules {
        [] => dracut,
        modules => dracut.args(["--add-drivers".to_string(), modules.join(" ")]),
    };
    dracut.args([image, kernel]).env("LC_ALL", "C").timeout_ms(initramfs::BUILD_MS)
}

/// The names in an image; empty when there is none, or nothing that can look into it.
fn listing(root: &Root, image: &str) -> Result<String> {
    if root.find_program("lsinitrd")?.is_none() || !root.exists(image)? {
        return Ok(String::new());
    }
    let listed = root.output(&Command::new(["lsinitrd", image]).timeout_ms(initramfs::BUILD_MS))?;
    Ok(listed.text())
}
