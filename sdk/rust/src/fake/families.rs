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
        .answer("dracut", dracut)
        .answer("lsinitrd", |tree, command| match last(command).and_then(|image| tree.text(image)) {
            Some(listing) => Output::new(0, listing),
            None => Output::new(1, "no such image"),
        })
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

fn last(command: &Command) -> Option<&String> {
    command.argv().last()
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
    let mut installed = lines(tree, INSTALLED);
    let [_, verb, names @ ..] = command.argv() else { return failed("no verb") };
    if verb == "-qa" {
        return Output::new(0, tree.text(INSTALLED).unwrap_or_default());
    }
    let names: Vec<&String> = names.iter().filter(|name| !name.starts_with('-')).collect();
    if let Some(absent) = names.iter().find(|name| !installed.contains(name)) {
        return failed(&format!("package {absent} is not installed"));
    }
    if verb == "-e" {
        installed.retain(|name| !names.contains(&name));
        set_installed(tree, installed);
    }
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

/// The name in `/dir/NAME-VERSION-RELEASE.ARCH.rpm`.
fn package_of(path: &str) -> Option<String> {
    let file = path.rsplit('/').next()?.strip_suffix(".rpm")?;
    file.rsplitn(3, '-').nth(2).map(String::from)
}

fn put_cloud_init(tree: &Tree) {
    tree.put("/etc/cloud/cloud.cfg", "# cloud-init\n");
    for unit in CLOUD_INIT_UNITS {
        tree.put(&format!("{UNITS}/{unit}"), "[Unit]\n");
    }
}

/// `dracut … --add-drivers "A B" IMAGE KERNEL`: modules that the kernel does not have are skipped.
fn dracut(tree: &Tree, command: &Command) -> Output {
    let [_, .., image, kernel] = command.argv() else { return failed("no image") };
    let drivers = command.argv().iter().skip_while(|word| *word != "--add-drivers").nth(1);
    let modules = lines(tree, &format!("/lib/modules/{kernel}/modules.dep"));
    let has = |module: &&str| modules.iter().any(|line| line.contains(&format!("/{module}.ko")));
    let named = drivers.map(String::as_str).unwrap_or_default().split(' ').filter(has);
    let listing: String =
        named.map(|module| format!("usr/lib/modules/{kernel}/kernel/drivers/{module}.ko.xz\n")).collect();
    tree.put(image, &listing);
    Output::new(0, "")
}

/// `systemctl enable UNIT…`.
fn systemctl(tree: &Tree, command: &Command) -> Output {
    for unit in command.argv().iter().skip(2) {
        tree.link(&format!("{WANTS}/{unit}"), &format!("{UNITS}/{unit}"));
    }
    Output::new(0, "")
}
