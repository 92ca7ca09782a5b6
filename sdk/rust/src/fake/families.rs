//! Programs of Linux guests, as far as a morphing sees them: each does to the tree what the real one
//! does to its system. What is installed stands in `/var/lib/fake/installed`, what the repositories
//! give in `/var/lib/fake/repositories` (absent: they do not answer), what gyre's own repository gives
//! in `/var/lib/fake/gyre`, one name per line.

use super::{FakeRoot, Tree};
use crate::osmorphing::{Command, Output};

/// What these programs know.
pub(super) const OWN: &str = "/var/lib/fake";
const INSTALLED: &str = "/var/lib/fake/installed";
const REPOSITORIES: &str = "/var/lib/fake/repositories";
const OWN_REPOSITORY: &str = "/var/lib/fake/gyre";
/// KiB that are free in /boot, when it says so.
const BOOT_FREE: &str = "/var/lib/fake/boot-free";
/// What blkid says of the guest's disks on the worker.
const BLOCK_DEVICES: &str = "/var/lib/fake/blkid";
const UNITS: &str = "/usr/lib/systemd/system";
const WANTS: &str = "/etc/systemd/system/cloud-init.target.wants";
const CLOUD_INIT_UNITS: &[&str] =
    &["cloud-init-local.service", "cloud-init.service", "cloud-config.service", "cloud-final.service"];

/// A guest whose programs answer; those that its tree does not have are not found.
pub(super) fn with_programs(root: FakeRoot) -> FakeRoot {
    root.answer("rpm", rpm)
        .answer("dnf", manager)
        .answer("yum", manager)
        .answer("zypper", manager)
        .answer("tdnf", manager)
        .answer("apt-get", apt)
        .answer("dpkg", |_, _| Output::new(0, ""))
        .answer("dpkg-query", |tree, command| {
            let is_installed =
                command.argv().last().is_some_and(|name| lines(tree, INSTALLED).contains(name));
            Output::new(i32::from(!is_installed), if is_installed { "install ok installed" } else { "" })
        })
        .answer("blkid", |tree, _| Output::new(0, tree.text(BLOCK_DEVICES).unwrap_or_default()))
        .answer("lsinitramfs", list)
        .answer("update-initramfs", update_initramfs)
        .answer("apk", apk)
        .answer("pacman", pacman)
        .answer("dracut", dracut)
        .answer("mkinitcpio", mkinitcpio)
        .answer("mkinitfs", mkinitfs)
        .answer("setup-cloud-init", |tree, _| {
            tree.link("/etc/runlevels/default/cloud-init", "/etc/init.d/cloud-init");
            Output::new(0, "")
        })
        .answer("lsinitrd", list)
        .answer("lsinitcpio", list)
        .answer("sh", list)
        .answer("df", |tree, _| {
            let free = tree.text(BOOT_FREE).unwrap_or_else(|| "900000".into());
            Output::new(
                0,
                format!("Filesystem 1024-blocks Used Available\n/dev/x 1000000 1 {} 1% /boot\n", free.trim()),
            )
        })
        .answer("cp", |tree, command| {
            let [.., from, to] = command.argv() else { return Output::new(1, "") };
            tree.copy(from, to);
            Output::new(0, "")
        })
        .answer("systemctl", systemctl)
}

/// An image is the names in it. (As `sh`, it is the one line that looks into an image.)
fn list(tree: &Tree, command: &Command) -> Output {
    match command.argv().last().and_then(|image| tree.text(image)) {
        Some(listing) => Output::new(0, listing),
        None => Output::new(1, "no such image"),
    }
}

fn lines(tree: &Tree, path: &str) -> Vec<String> {
    tree.text(path).unwrap_or_default().lines().map(String::from).collect()
}

fn set_installed(tree: &Tree, mut names: Vec<String>) {
    names.sort();
    names.dedup();
    tree.put(INSTALLED, &names.iter().map(|name| format!("{name}\n")).collect::<String>());
}

fn failed(text: &str) -> Output {
    Output { status: 1, stdout: vec![], stderr: text.into() }
}

/// `rpm -qa …`, `rpm -e NAME…`.
fn rpm(tree: &Tree, command: &Command) -> Output {
    match command.argv() {
        [_, verb, ..] if verb == "-qa" => Output::new(0, tree.text(INSTALLED).unwrap_or_default()),
        [_, _, names @ ..] => remove(tree, names),
        _ => failed("no verb"),
    }
}

/// `apt-get … purge NAME…`, `apt-get … install … NAME…`. Services may not start meanwhile.
fn apt(tree: &Tree, command: &Command) -> Output {
    let policy = tree.text("/usr/sbin/policy-rc.d").unwrap_or_default();
    if !policy.ends_with("exit 101\n") {
        return failed("services of packages would start on the worker");
    }
    match command.argv().iter().any(|word| word == "update") {
        true => Output::new(0, ""),
        false => by_verb(tree, command, "list", "purge", "install"),
    }
}

/// `update-initramfs VERB -k KERNEL`, with the modules of its list.
fn update_initramfs(tree: &Tree, command: &Command) -> Output {
    let [.., kernel] = command.argv() else { return failed("no kernel") };
    let modules = tree.text("/etc/initramfs-tools/modules").unwrap_or_default();
    build(tree, &format!("/boot/initrd.img-{kernel}"), kernel, &modules.replace('\n', " "))
}

/// `apk … info`, `apk … del NAME…`, `apk … add NAME…`.
fn apk(tree: &Tree, command: &Command) -> Output {
    by_verb(tree, command, "info", "del", "add")
}

/// `pacman … -Qq`, `pacman … -R NAME…`, `pacman … -S NAME…`, `pacman … -U FILE…`.
fn pacman(tree: &Tree, command: &Command) -> Output {
    let verb = if command.argv().iter().any(|word| word == "-U") { "-U" } else { "-S" };
    by_verb(tree, command, "-Qq", "-R", verb)
}

fn by_verb(tree: &Tree, command: &Command, list: &str, gone: &str, new: &str) -> Output {
    let behind = |verb: &str| {
        let at = command.argv().iter().position(|word| word == verb)?;
        command.argv().get(at + 1..)
    };
    match (behind(list), behind(gone), behind(new)) {
        (Some(_), ..) => Output::new(0, tree.text(INSTALLED).unwrap_or_default()),
        (_, Some(names), _) => remove(tree, names),
        (.., Some(names)) => {
            let own =
                command.argv().iter().any(|word| word.contains("gyre") || word == "--repositories-file");
            let source = if own { "gyre" } else { "guest" };
            let words = [source, "install"].map(String::from);
            manager(tree, &Command::new([words.as_slice(), names].concat()))
        }
        _ => failed("no verb"),
    }
}

fn remove(tree: &Tree, names: &[String]) -> Output {
    let mut installed = lines(tree, INSTALLED);
    let names: Vec<&String> = names.iter().filter(|name| !name.starts_with('-')).collect();
    if let Some(absent) = names.iter().find(|name| !installed.contains(name)) {
        return failed(&format!("package {absent} is not installed"));
    }
    installed.retain(|name| !names.contains(&name));
    set_installed(tree, installed);
    Output::new(0, "")
}

/// `… install NAME…`, `… install FILE…`, and everything that only asks the repositories.
fn manager(tree: &Tree, command: &Command) -> Output {
    let argv = command.argv();
    let is_own = argv.iter().any(|word| word.contains("gyre"));
    let source = if is_own { OWN_REPOSITORY } else { REPOSITORIES };
    let words = argv.iter().skip_while(|word| *word != "install" && *word != "localinstall").skip(1);
    let names: Vec<String> =
        words.filter(|word| !word.starts_with('-') && *word != "gyre").cloned().collect();
    let files: Vec<String> = names.iter().filter_map(|name| package_of(name)).collect();
    if files.is_empty() && !tree.has(source) {
        return failed("Curl error (6): Could not resolve hostname");
    }
    let offered = lines(tree, source);
    if let Some(unknown) = names.iter().find(|name| files.is_empty() && !offered.contains(name)) {
        return failed(&format!("No match for argument: {unknown}"));
    }
    let wanted = if files.is_empty() { names } else { files };
    if wanted.iter().any(|name| name == "cloud-init") {
        put_cloud_init(tree);
    }
    set_installed(tree, [lines(tree, INSTALLED), wanted].concat());
    Output::new(0, "Complete!")
}

/// The name in `/dir/NAME-VERSION-RELEASE.ARCH.rpm` and its like.
fn package_of(path: &str) -> Option<String> {
    let file = path.rsplit('/').next()?;
    if let Some(file) = file.strip_suffix(".deb") {
        return file.split('_').next().map(String::from);
    }
    let (file, parts) =
        match (file.strip_suffix(".pkg.tar.zst"), file.strip_suffix(".rpm"), file.strip_suffix(".apk")) {
            (Some(file), ..) => (file, 4),
            (_, Some(file), _) | (.., Some(file)) => (file, 3),
            _ => return None,
        };
    file.rsplitn(parts, '-').nth(parts - 1).map(String::from)
}

fn put_cloud_init(tree: &Tree) {
    tree.put("/etc/cloud/cloud.cfg", "# cloud-init\n");
    if tree.has("/usr/bin/apt-get") {
        return tree.put("/etc/cloud/cloud.cfg.d/90_dpkg.cfg", "datasource_list: [ NoCloud ]\n");
    }
    if tree.has("/sbin/apk") {
        return tree.put("/usr/sbin/setup-cloud-init", "program\n");
    }
    for unit in CLOUD_INIT_UNITS {
        tree.put(&format!("{UNITS}/{unit}"), "[Unit]\n");
    }
}

/// `dracut … --add-drivers "A B" IMAGE KERNEL`.
fn dracut(tree: &Tree, command: &Command) -> Output {
    let [_, .., image, kernel] = command.argv() else { return failed("no image") };
    let drivers = command.argv().iter().skip_while(|word| *word != "--add-drivers").nth(1);
    build(tree, image, kernel, drivers.map(String::as_str).unwrap_or_default())
}

/// `mkinitcpio … -k KERNEL -g IMAGE`, with the modules of its configuration.
fn mkinitcpio(tree: &Tree, command: &Command) -> Output {
    let [.., kernel, _, image] = command.argv() else { return failed("no image") };
    let config = lines(tree, "/etc/mkinitcpio.conf");
    let named = config.iter().filter_map(|line| line.strip_prefix("MODULES+=(")?.strip_suffix(')'));
    build(tree, image, kernel, &named.collect::<Vec<_>>().join(" "))
}

/// `mkinitfs -o IMAGE KERNEL`, with the files of gyre's feature, when it is on.
fn mkinitfs(tree: &Tree, command: &Command) -> Output {
    let [.., image, kernel] = command.argv() else { return failed("no image") };
    let is_on = lines(tree, "/etc/mkinitfs/mkinitfs.conf").iter().any(|line| line.contains(" gyre\""));
    let paths = if is_on { lines(tree, "/etc/mkinitfs/features.d/gyre.modules") } else { vec![] };
    let modules = paths.iter().filter_map(|path| path.rsplit('/').next()?.split('.').next());
    build(tree, image, kernel, &modules.collect::<Vec<_>>().join(" "))
}

/// An image with these modules; those that the kernel does not have are skipped.
fn build(tree: &Tree, image: &str, kernel: &str, modules: &str) -> Output {
    let below =
        ["/lib/modules", "/usr/lib/modules"].map(|at| lines(tree, &format!("{at}/{kernel}/modules.dep")));
    let has = |module: &&str| below.concat().iter().any(|line| line.contains(&format!("/{module}.ko")));
    let line = |module| format!("usr/lib/modules/{kernel}/kernel/drivers/{module}.ko.xz\n");
    tree.put(image, &modules.split(' ').filter(has).map(line).collect::<String>());
    Output::new(0, "")
}

/// `systemctl enable UNIT…`.
fn systemctl(tree: &Tree, command: &Command) -> Output {
    for unit in command.argv().iter().skip(2) {
        tree.link(&format!("{WANTS}/{unit}"), &format!("{UNITS}/{unit}"));
    }
    Output::new(0, "")
}
