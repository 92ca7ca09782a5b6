//! The initramfs of every kernel, by initramfs-tools: it must hold the drivers of the destination's
//! hypervisor, whatever hardware this worker has.
//! Never builds with `MODULES=dep`, which would look at the worker.

use crate::cryptroot;
use crate::options::Initramfs;
use gyre_plugin::linux::{Drivers, Hypervisor, files, initramfs};
use gyre_plugin::osmorphing::*;

const MODULES: &str = "/etc/initramfs-tools/modules";
const OVERRIDE: &str = "/etc/initramfs-tools/conf.d/zz-gyre";
/// Room in /boot that the new file may take, KiB, beside the old one.
const MOST_KIB: u64 = 80 * 1024;
const LIST_KIB: u64 = 24 * 1024;

/// Makes every kernel find its disk on that hypervisor.
///
/// # Errors
/// `linux.no-kernel`, `debian.no-initramfs-tools`, `linux.boot-full`, `linux.initramfs`.
pub fn rebuild(root: &Root, hypervisor: Hypervisor, wanted: Initramfs) -> Result<()> {
    let Some(drivers) = hypervisor.drivers() else { return Ok(()) };
    let kernels = initramfs::kernels(root)?;
    if root.find_program("update-initramfs")?.is_none() {
        let message = "the guest has no update-initramfs: only initramfs-tools is known here";
        return Err(Error::invalid("debian.no-initramfs-tools", message)
            .cause("install initramfs-tools in the guest"));
    }
    name_modules(root, drivers, wanted)?;
    cryptroot::name(root)?;
    for (done, kernel) in kernels.iter().enumerate() {
        progress::check()?;
        progress::report("initramfs", done as u64, Some(kernels.len() as u64));
        if missing(root, kernel, drivers.wanted)?.is_empty() {
            log!(info, "the initramfs of {kernel} has the drivers already");
            continue;
        }
        build(root, kernel, drivers, wanted)?;
    }
    Ok(())
}

fn name_modules(root: &Root, drivers: Drivers, wanted: Initramfs) -> Result<()> {
    let mut modules: Vec<String> = drivers.named.iter().map(ToString::to_string).collect();
    match (current_choice(root)?.as_str(), wanted) {
        ("most" | "netboot", _) => {}
        ("list", _) => modules.extend(root_modules(root)?),
        (_, Initramfs::Most) => files::write(root, OVERRIDE, 0o644, "MODULES=most\n")?,
        (_, Initramfs::List) => {
            modules.extend(root_modules(root)?);
            files::write(root, OVERRIDE, 0o644, "MODULES=list\n")?;
        }
    }
    let lines: Vec<&str> = modules.iter().map(String::as_str).collect();
    if root.exists(MODULES)? {
        return files::edit(root, MODULES, |text| files::with_block(text, &lines));
    }
    files::write(root, MODULES, 0o644, &files::with_block("", &lines))
}

/// The guest's own `MODULES=`, the last one that counts; what gyre wrote does not.
fn current_choice(root: &Root) -> Result<String> {
    let directory = "/etc/initramfs-tools/conf.d";
    let mut paths = vec!["/etc/initramfs-tools/initramfs.conf".to_string()];
    paths.extend(root.read_dir(directory)?.iter().map(|name| format!("{directory}/{name}")));
    let mut choice = "most".to_string();
    for path in paths.iter().filter(|path| path.as_str() != OVERRIDE) {
        let text = files::text(root, path)?.unwrap_or_default();
        choice = files::variable(&text, "MODULES").unwrap_or(choice);
    }
    Ok(choice)
}

/// What a list must name beside virtio: the file systems of the early mounts, and what lies below them.
fn root_modules(root: &Root) -> Result<Vec<String>> {
    let fstab = root.read_text_if_any("/etc/fstab")?.unwrap_or_default();
    let mut modules: Vec<String> = ["sd_mod", "crc32c", "dm-mod"].map(String::from).to_vec();
    for line in fstab.lines().filter(|line| !line.trim_start().starts_with('#')) {
        let fields: Vec<&str> = line.split_whitespace().collect();
        if let [_, "/" | "/usr", kinds, ..] = fields.as_slice() {
            modules.extend(kinds.split(',').filter(|kind| is_module_name(kind)).map(String::from));
        }
    }
    if !modules.iter().any(|module| matches!(module.as_str(), "ext4" | "xfs" | "btrfs")) {
        modules.push("ext4".into());
    }
    modules.dedup();
    Ok(modules)
}

fn is_module_name(kind: &str) -> bool {
    kind != "auto" && !kind.is_empty() && kind.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn build(root: &Root, kernel: &str, drivers: Drivers, wanted: Initramfs) -> Result<()> {
    let image = image(kernel);
    let needed_kib = match wanted {
        Initramfs::Most => MOST_KIB,
        Initramfs::List => LIST_KIB,
    };
    initramfs::make_room(root, &image, needed_kib, ", or set `initramfs = \"list\"`")?;
    let verb = if root.exists(&image)? { "-u" } else { "-c" };
    let command = Command::new(["update-initramfs", verb, "-k", kernel])
        .env("LC_ALL", "C")
        .timeout_ms(initramfs::BUILD_MS);
    let started = clock::elapsed_ms();
    let output = root.output(&command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"))?;
    let missing = missing(root, kernel, drivers.needed)?;
    if output.status != 0 || !missing.is_empty() {
        return Err(initramfs::failed(kernel, &missing, &output));
    }
    log!(info, "rebuilt {image} in {} s", clock::elapsed_ms().saturating_sub(started) / 1000);
    Ok(())
}

fn image(kernel: &str) -> String {
    format!("/boot/initrd.img-{kernel}")
}

/// The drivers that neither the kernel nor its initramfs has; all of them without an initramfs.
fn missing(root: &Root, kernel: &str, modules: &'static [&'static str]) -> Result<Vec<&'static str>> {
    let image = image(kernel);
    if !root.exists(&image)? {
        return Ok(modules.to_vec());
    }
    let list = Command::new(["lsinitramfs", image.as_str()]).timeout_ms(initramfs::BUILD_MS);
    initramfs::missing(root, kernel, &root.output(&list)?.text(), modules)
}
