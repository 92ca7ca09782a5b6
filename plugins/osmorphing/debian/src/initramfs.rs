//! The initramfs of every kernel: it must hold the virtio drivers, whatever hardware this worker has.
//! Never builds with `MODULES=dep`, which would look at the worker.

use crate::files;
use crate::options::Initramfs;
use gyre_plugin::osmorphing::*;

const MODULES: &str = "/etc/initramfs-tools/modules";
const OVERRIDE: &str = "/etc/initramfs-tools/conf.d/zz-gyre";
const VIRTIO: &[&str] = &["virtio", "virtio_pci", "virtio_blk", "virtio_scsi", "virtio_net"];
/// What an initramfs is rebuilt for.
const WANTED: &[&str] = &["virtio_blk", "virtio_scsi", "virtio_pci"];
/// Without these the machine does not find its disk.
const NEEDED: &[&str] = &["virtio_blk", "virtio_pci"];
/// The longest that a build may take on an emulated worker.
const BUILD_MS: u32 = 3_600_000;
/// Room in /boot that the new file may take, KiB, beside the old one.
const MOST_KIB: u64 = 80 * 1024;
const LIST_KIB: u64 = 24 * 1024;

/// Makes every kernel boot from virtio disks.
///
/// # Errors
/// `debian.no-kernel`, `debian.no-initramfs-tools`, `debian.boot-full`, `debian.initramfs`.
pub fn rebuild(root: &Root, wanted: Initramfs) -> Result<()> {
    let kernels = kernels(root)?;
    if kernels.is_empty() {
        let message = "the guest has no kernel: no /boot/vmlinuz-* with its directory in /lib/modules";
        return Err(Error::invalid("debian.no-kernel", message));
    }
    if root.find_program("update-initramfs")?.is_none() {
        let message = "the guest has no update-initramfs: only initramfs-tools is known here";
        return Err(Error::invalid("debian.no-initramfs-tools", message)
            .cause("install initramfs-tools in the guest"));
    }
    name_modules(root, wanted)?;
    for (done, kernel) in kernels.iter().enumerate() {
        progress::check()?;
        progress::report("initramfs", done as u64, Some(kernels.len() as u64));
        if missing(root, kernel)?.is_empty() {
            log!(info, "the initramfs of {kernel} has the virtio drivers already");
            continue;
        }
        build(root, kernel, wanted)?;
    }
    Ok(())
}

/// Versions that can boot.
fn kernels(root: &Root) -> Result<Vec<String>> {
    let mut kernels = Vec::new();
    for version in root.read_dir("/lib/modules")? {
        if root.exists(&format!("/boot/vmlinuz-{version}"))? {
            kernels.push(version);
        }
    }
    Ok(kernels)
}

fn name_modules(root: &Root, wanted: Initramfs) -> Result<()> {
    let mut modules: Vec<String> = VIRTIO.iter().map(ToString::to_string).collect();
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
    root.make_dir("/etc/initramfs-tools", 0o755)?;
    let changed = root.edit(MODULES, |text| files::with_block(text, &lines))?;
    if changed {
        log!(info, "changed {MODULES}");
    }
    Ok(())
}

/// The guest's own `MODULES=`, the last one that counts; what gyre wrote does not.
fn current_choice(root: &Root) -> Result<String> {
    let directory = "/etc/initramfs-tools/conf.d";
    let mut paths = vec!["/etc/initramfs-tools/initramfs.conf".to_string()];
    paths.extend(root.read_dir(directory)?.iter().map(|name| format!("{directory}/{name}")));
    let mut choice = "most".to_string();
    for path in paths.iter().filter(|path| path.as_str() != OVERRIDE) {
        let text = root.read_text_if_any(path).ok().flatten().unwrap_or_default();
        for line in text.lines() {
            if let Some(value) = line.trim().strip_prefix("MODULES=") {
                choice = value.trim().trim_matches(['"', '\'']).to_string();
            }
        }
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

fn build(root: &Root, kernel: &str, wanted: Initramfs) -> Result<()> {
    let image = format!("/boot/initrd.img-{kernel}");
    make_room(root, &image, wanted)?;
    let verb = if root.exists(&image)? { "-u" } else { "-c" };
    let command =
        Command::new(["update-initramfs", verb, "-k", kernel]).env("LC_ALL", "C").timeout_ms(BUILD_MS);
    let started = clock::elapsed_ms();
    let output = root.output(&command.env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"))?;
    let missing: Vec<_> =
        missing(root, kernel)?.into_iter().filter(|module| NEEDED.contains(module)).collect();
    if output.status != 0 || !missing.is_empty() {
        let message = format!("the initramfs of {kernel} could not be built with the virtio drivers");
        let error = Error::other("debian.initramfs", message);
        let error =
            if missing.is_empty() { error } else { error.cause(format!("missing: {}", missing.join(" "))) };
        return Err(error.cause(output.tail()));
    }
    log!(info, "rebuilt {image} in {} s", clock::elapsed_ms().saturating_sub(started) / 1000);
    Ok(())
}

/// Keeps a copy of the old file when there is room for it.
fn make_room(root: &Root, image: &str, wanted: Initramfs) -> Result<()> {
    let needed = match wanted {
        Initramfs::Most => MOST_KIB,
        Initramfs::List => LIST_KIB,
    };
    let old = root.stat(image)?.map(|stat| stat.size / 1024);
    let Some(free) = free_kib(root)? else {
        log!(warn, "the free space in /boot is not known");
        return Ok(());
    };
    let needed = needed.max(old.unwrap_or_default());
    if free < needed {
        let message =
            format!("/boot has {} MiB free and a new initramfs may take {} MiB", free / 1024, needed / 1024);
        return Err(Error::conflict("debian.boot-full", message)
            .cause("remove old kernels in the guest, or set `initramfs = \"list\"`"));
    }
    let backup = format!("{image}.gyre-bak");
    if old.is_some_and(|old| free >= needed.saturating_add(old)) && !root.exists(&backup)? {
        root.run(["cp", "-p", image, backup.as_str()])?;
        log!(info, "kept {backup}");
    }
    Ok(())
}

fn free_kib(root: &Root) -> Result<Option<u64>> {
    let output = root.output(&Command::new(["df", "-P", "-k", "/boot"]).env("LC_ALL", "C"))?;
    let text = output.text();
    Ok(text.lines().nth(1).and_then(|line| line.split_whitespace().nth(3)).and_then(|free| free.parse().ok()))
}

/// The wanted drivers that neither the kernel nor its initramfs has.
fn missing(root: &Root, kernel: &str) -> Result<Vec<&'static str>> {
    let image = format!("/boot/initrd.img-{kernel}");
    if !root.exists(&image)? {
        return Ok(WANTED.to_vec());
    }
    let builtin =
        root.read_text_if_any(&format!("/lib/modules/{kernel}/modules.builtin"))?.unwrap_or_default();
    let listed = root.output(&Command::new(["lsinitramfs", image.as_str()]).timeout_ms(BUILD_MS))?.text();
    let has = |text: &str, module: &str| text.contains(&format!("/{module}.ko"));
    Ok(WANTED.iter().copied().filter(|module| !has(&builtin, module) && !has(&listed, module)).collect())
}
