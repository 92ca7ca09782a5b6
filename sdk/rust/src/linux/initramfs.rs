//! What every way to build an initramfs needs to know: the kernels that can boot, the drivers that are
//! missing, the room in /boot. Builds nothing, and never looks at the worker's own kernel.

use super::files;
use crate::osmorphing::*;

/// The longest that a build may take on an emulated worker.
pub const BUILD_MS: u32 = 3_600_000;
/// The longest that a small program may take.
const LOOK_MS: u32 = 60_000;

/// Versions that can boot: modules, and an image of the kernel in /boot.
///
/// # Errors
/// `linux.no-kernel`
pub fn kernels(root: &Root) -> Result<Vec<String>> {
    let mut kernels = Vec::new();
    for version in files::names(root, "/lib/modules")? {
        if root.exists(&format!("/boot/vmlinuz-{version}"))? {
            kernels.push(version);
        }
    }
    if kernels.is_empty() {
        let message = "the guest has no kernel: no /boot/vmlinuz-* with its directory in /lib/modules";
        return Err(Error::invalid("linux.no-kernel", message));
    }
    Ok(kernels)
}

/// Those of `modules` that are neither in the kernel itself nor in `listing`, the names of an
/// initramfs' files.
///
/// # Errors
/// What the host met.
pub fn missing(
    root: &Root,
    kernel: &str,
    listing: &str,
    modules: &'static [&'static str],
) -> Result<Vec<&'static str>> {
    let builtin = files::text(root, &format!("/lib/modules/{kernel}/modules.builtin"))?.unwrap_or_default();
    let absent = |module: &&&str| !has_module(&builtin, module) && !has_module(listing, module);
    Ok(modules.iter().filter(absent).copied().collect())
}

/// Those of `modules` that the kernel has as files.
///
/// # Errors
/// What the host met.
pub fn loadable(root: &Root, kernel: &str, modules: &'static [&'static str]) -> Result<Vec<&'static str>> {
    let files = files::text(root, &format!("/lib/modules/{kernel}/modules.dep"))?.unwrap_or_default();
    Ok(modules.iter().filter(|module| has_module(&files, module)).copied().collect())
}

/// Files are called with `_` or `-`.
fn has_module(listing: &str, module: &str) -> bool {
    let named = |name: &str| listing.contains(&format!("/{name}.ko"));
    named(module) || named(&module.replace('_', "-"))
}

/// Makes sure that a new image fits into /boot beside the old one, and keeps a copy of the old one when
/// there is room for that too. `remedy` is what an operator may do besides removing kernels.
///
/// # Errors
/// `linux.boot-full`
pub fn make_room(root: &Root, image: &str, needed_kib: u64, remedy: &str) -> Result<()> {
    let old = root.stat(image)?.map(|stat| stat.size / 1024);
    let Some(free) = free_kib(root)? else {
        log!(warn, "the free space in /boot is not known");
        return Ok(());
    };
    let needed = needed_kib.max(old.unwrap_or_default());
    if free < needed {
        let message =
            format!("/boot has {} MiB free and a new initramfs may take {} MiB", free / 1024, needed / 1024);
        return Err(Error::conflict("linux.boot-full", message)
            .cause(format!("remove old kernels in the guest{remedy}")));
    }
    let backup = format!("{image}.gyre-bak");
    if old.is_some_and(|old| free >= needed.saturating_add(old)) && !root.exists(&backup)? {
        root.run(["cp", "-p", image, backup.as_str()])?;
        log!(info, "kept {backup}");
    }
    Ok(())
}

fn free_kib(root: &Root) -> Result<Option<u64>> {
    let df = Command::new(["df", "-P", "-k", "/boot"]).env("LC_ALL", "C").timeout_ms(LOOK_MS);
    let text = root.output(&df)?.text();
    Ok(text.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)).and_then(|free| free.parse().ok()))
}

/// A build that went wrong.
pub fn failed(kernel: &str, missing: &[&str], output: &Output) -> Error {
    let message = format!("the initramfs of {kernel} could not be built with the drivers that it needs");
    let error = Error::other("linux.initramfs", message);
    let error = match missing {
        [] => error,
        missing => error.cause(format!("missing: {}", missing.join(" "))),
    };
    error.cause(output.tail())
}
