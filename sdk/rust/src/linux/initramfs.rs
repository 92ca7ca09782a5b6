//! The initramfs of every kernel: it must hold the drivers of the new hypervisor, whatever hardware this
//! worker has, and is built for the kernels that are installed, never for the one that runs. Knows the
//! order of things, the room in /boot and how drivers are missed; the program that builds is a [`Builder`].

use super::{Drivers, PATH, files};
use crate::osmorphing::*;
use std::collections::BTreeSet;

/// The longest that a build may take on an emulated worker.
pub const BUILD_MS: u32 = 3_600_000;
/// The longest that a small program may take.
const LOOK_MS: u32 = 60_000;
/// Room in /boot that an image with the drivers of most hardware may take, KiB.
const IMAGE_KIB: u64 = 100 * 1024;

/// A kernel and its image of an early user space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kernel {
    /// The directory of its modules: `6.1.0-25-amd64`.
    pub version: String,
    /// Where its initramfs lies.
    pub image: String,
}

/// A program that builds an initramfs.
pub trait Builder {
    /// What it is called.
    fn program(&self) -> &str;
    /// Writes down which modules every image gets. `paths`: where the kernels have them,
    /// `kernel/drivers/block/virtio_blk.ko.xz`.
    ///
    /// # Errors
    /// What the host met.
    fn name_drivers(&self, root: &Root, modules: &[&str], paths: &[String]) -> Result<()>;
    /// Builds an image. It must not look at the hardware of the machine that it runs on.
    fn build(&self, kernel: &Kernel, modules: &[&str]) -> Command;
    /// Prints the names in an image; its program may be missing.
    fn list(&self, image: &str) -> Command;
}

/// Makes every kernel find its disk with these drivers.
///
/// # Errors
/// `linux.no-builder`, `linux.no-driver`, `linux.boot-full`, `linux.initramfs`.
pub fn rebuild(root: &Root, drivers: Drivers, kernels: &[Kernel], builder: &dyn Builder) -> Result<()> {
    let program = builder.program();
    if root.find_program(program)?.is_none() {
        let message = format!("the guest has no {program}: its initramfs cannot get new drivers");
        return Err(
            Error::invalid("linux.no-builder", message).cause(format!("install {program} in the guest"))
        );
    }
    name_drivers(root, kernels, drivers, builder)?;
    let mut can_boot = false;
    for (done, kernel) in kernels.iter().enumerate() {
        progress::check()?;
        progress::report("initramfs", done as u64, Some(kernels.len() as u64));
        can_boot |= ensure(root, kernel, drivers, builder)?;
    }
    if can_boot {
        return Ok(());
    }
    let message = "no kernel of the guest has the drivers of the destination's hypervisor";
    Err(Error::invalid("linux.no-driver", message).cause(drivers.needed.join(" ")))
}

fn name_drivers(root: &Root, kernels: &[Kernel], drivers: Drivers, builder: &dyn Builder) -> Result<()> {
    let mut paths = BTreeSet::new();
    let mut modules = BTreeSet::new();
    for kernel in kernels {
        modules.extend(loadable(root, &kernel.version, drivers.named)?);
        paths.extend(module_paths(root, &kernel.version, drivers.named)?);
    }
    if modules.is_empty() {
        return Ok(());
    }
    let modules: Vec<&str> = modules.into_iter().collect();
    builder.name_drivers(root, &modules, &paths.into_iter().collect::<Vec<_>>())
}

/// Builds where something is missing. Returns whether that kernel finds its disk.
fn ensure(root: &Root, kernel: &Kernel, drivers: Drivers, builder: &dyn Builder) -> Result<bool> {
    let (version, image) = (&kernel.version, &kernel.image);
    let loadable = loadable(root, version, drivers.named)?;
    let mut hopeless = missing(root, version, "", drivers.needed)?;
    hopeless.retain(|module| !loadable.contains(module));
    if !hopeless.is_empty() {
        log!(warn, "the kernel {version} has no {}: it cannot boot there", hopeless.join(" "));
        return Ok(false);
    }
    if let Some(listing) = listing(root, image, builder)? {
        let missing = missing(root, version, &listing, drivers.wanted)?;
        if !missing.iter().any(|module| loadable.contains(module)) {
            log!(info, "the initramfs of {version} has the drivers already");
            return Ok(true);
        }
    }
    build(root, kernel, &loadable, drivers, builder)?;
    Ok(true)
}

/// Believes no program that only says that it built an image.
fn build(
    root: &Root,
    kernel: &Kernel,
    modules: &[&str],
    drivers: Drivers,
    builder: &dyn Builder,
) -> Result<()> {
    let (version, image) = (&kernel.version, &kernel.image);
    make_room(root, image, IMAGE_KIB, "")?;
    let started = clock::elapsed_ms();
    let build = builder.build(kernel, modules).env("LC_ALL", "C").env("PATH", PATH);
    let output = root.output(&build.timeout_ms(BUILD_MS))?;
    let missing = match listing(root, image, builder)? {
        Some(listing) => missing(root, version, &listing, drivers.needed)?,
        None => Vec::new(),
    };
    if output.status != 0 || !missing.is_empty() || !root.exists(image)? {
        return Err(failed(version, &missing, &output));
    }
    log!(info, "rebuilt {image} in {} s", clock::elapsed_ms().saturating_sub(started) / 1000);
    Ok(())
}

/// The names in an image; `None`: there is no image, or nothing that can look into it.
fn listing(root: &Root, image: &str, builder: &dyn Builder) -> Result<Option<String>> {
    let list = builder.list(image);
    let program = list.argv().first().map(String::as_str).unwrap_or_default();
    if root.find_program(program)?.is_none() || !root.exists(image)? {
        return Ok(None);
    }
    let listed = root.output(&list.timeout_ms(BUILD_MS))?;
    Ok(Some(listed).filter(|listed| listed.status == 0).map(|listed| listed.text()))
}

/// The kernels that [`kernels`] finds, with their images.
///
/// # Errors
/// `linux.no-kernel`
pub fn kernels_with(root: &Root, image: impl Fn(&str) -> String) -> Result<Vec<Kernel>> {
    let kernel = |version: String| Kernel { image: image(&version), version };
    Ok(kernels(root)?.into_iter().map(kernel).collect())
}

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
    if kernels.is_empty() { Err(no_kernel()) } else { Ok(kernels) }
}

/// What is said when there is none.
pub fn no_kernel() -> Error {
    let message = "the guest has no kernel: no /boot/vmlinuz-* with its directory in /lib/modules";
    Error::invalid("linux.no-kernel", message)
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
fn loadable(root: &Root, kernel: &str, modules: &'static [&'static str]) -> Result<Vec<&'static str>> {
    let files = files::text(root, &format!("/lib/modules/{kernel}/modules.dep"))?.unwrap_or_default();
    Ok(modules.iter().filter(|module| has_module(&files, module)).copied().collect())
}

/// Where the kernel has them, below the directory of its modules.
fn module_paths(root: &Root, kernel: &str, modules: &[&str]) -> Result<Vec<String>> {
    let files = files::text(root, &format!("/lib/modules/{kernel}/modules.dep"))?.unwrap_or_default();
    let paths = files.lines().filter_map(|line| line.split_once(':')).map(|(path, _)| path);
    let is_named = |path: &&str| modules.iter().any(|module| has_module(path, module));
    Ok(paths.filter(is_named).map(String::from).collect())
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
