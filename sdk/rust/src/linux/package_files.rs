//! Packages as files, for guests whose repositories do not answer: in a directory of the guest, or in one of the operator's
//! on gyre's host, copied into the guest for as long as they are installed from. Knows no package manager.

use super::{Release, files};
use crate::files as operator;
use crate::osmorphing::*;

/// Files of packages that one directory may hold.
const FILES_MAX: usize = 200;
/// Where those of the operator are meanwhile; on no path that a guest uses.
const COPIES: &str = "/var/lib/gyre-packages";
/// They are removed again; this much they may need, bytes.
const COPIES_BYTES_MAX: u64 = 2 << 30;

/// Files of packages in a directory of the guest, by their whole ending: `pkg.tar.zst`.
///
/// # Errors
/// What the host met.
pub(super) fn in_guest(root: &Root, directory: &str, extension: &str) -> Result<Vec<String>> {
    let names = files::names(root, directory)?.into_iter().filter(|name| is_package(name, extension));
    let mut paths: Vec<String> = names.map(|name| format!("{directory}/{name}")).collect();
    if paths.is_empty() {
        log!(warn, "{directory} in the guest holds no packages");
    }
    limit(directory, &mut paths);
    Ok(paths)
}

/// That the operator's directory is there and granted: told before anything is changed.
///
/// # Errors
/// `linux.option`; kind denied without a grant; `files.*`, `disk.*`.
pub fn check_operators(directory: Option<&str>) -> Result<()> {
    let Some(directory) = directory else { return Ok(()) };
    if !directory.starts_with('/') {
        return Err(Error::invalid("linux.option", "`host-packages` is no absolute path on gyre's host"));
    }
    operator::read_dir(directory).map(drop)
}

/// Lends `install` copies of the operator's packages, if some are those that are `missing`. The copies are gone
/// afterwards, whatever came of it. A guest without room for them is only told of.
///
/// # Errors
/// Those of `install`; kind denied without a grant; `files.*`, `disk.*`.
pub fn from_operator(
    root: &Root,
    directory: &str,
    extension: &str,
    missing: &[&str],
    install: impl FnOnce(&[String]) -> Result<()>,
) -> Result<()> {
    let directory = of_release(root, directory)?;
    let names = of_operator(&directory, extension)?;
    let is_there = |name: &&str| names.iter().any(|file| is_file_of(file, name));
    if !missing.iter().any(is_there) {
        log!(warn, "{directory} on gyre's host does not hold {}", missing.join(" "));
        return Ok(());
    }
    let installed = match copy_in(root, &directory, &names) {
        Ok(paths) => install(&paths),
        Err(error) if error.code.starts_with("rootfs.") => {
            log!(warn, "packages of {directory} cannot be copied into the guest: {}", error.message);
            Ok(())
        }
        Err(error) => Err(error),
    };
    remove_copies(root)?;
    installed
}

/// Also what a morphing left that was cut off.
///
/// # Errors
/// What the host met.
pub fn remove_copies(root: &Root) -> Result<()> {
    root.remove(COPIES)
}

/// What is below it for this very release, else for its major version, else for the distribution: `rocky-9.4`,
/// `rocky-9`, `rocky`; else the directory itself.
fn of_release(root: &Root, directory: &str) -> Result<String> {
    let Some(Release { id, version, .. }) = Release::read(root)? else { return Ok(directory.into()) };
    let major = version.split('.').next().unwrap_or_default();
    let names = [format!("{id}-{version}"), format!("{id}-{major}"), id];
    let entries = operator::read_dir(directory)?;
    let is_there = |name: &&String| entries.iter().any(|entry| entry.directory && entry.name == **name);
    let found = names.iter().find(is_there);
    Ok(found.map_or_else(|| directory.into(), |name| format!("{directory}/{name}")))
}

fn of_operator(directory: &str, extension: &str) -> Result<Vec<String>> {
    let entries = operator::read_dir(directory)?;
    let packages = entries.into_iter().filter(|entry| !entry.directory && is_package(&entry.name, extension));
    let (mut names, mut bytes) = (Vec::new(), 0);
    for entry in packages {
        bytes += entry.size;
        if bytes > COPIES_BYTES_MAX {
            log!(warn, "{directory} holds more than {COPIES_BYTES_MAX} bytes: the rest is left out");
            break;
        }
        names.push(entry.name);
    }
    limit(directory, &mut names);
    Ok(names)
}

fn copy_in(root: &Root, directory: &str, names: &[String]) -> Result<Vec<String>> {
    remove_copies(root)?;
    let mut paths = Vec::new();
    for name in names {
        progress::check()?;
        let path = format!("{COPIES}/{name}");
        root.copy_in(&format!("{directory}/{name}"), &path, 0o644)?;
        paths.push(path);
    }
    Ok(paths)
}

fn limit(directory: &str, files: &mut Vec<String>) {
    if files.len() > FILES_MAX {
        log!(warn, "{directory} holds {} packages: only the first {FILES_MAX} are looked at", files.len());
        files.truncate(FILES_MAX);
    }
}

fn is_package(file: &str, extension: &str) -> bool {
    file.strip_suffix(extension).is_some_and(|name| name.ends_with('.'))
}

/// `NAME-1.2-3.noarch.rpm`, `NAME_1.2-3_all.deb`.
fn is_file_of(file: &str, package: &str) -> bool {
    let rest = file.strip_prefix(package).and_then(|rest| rest.strip_prefix(['-', '_']));
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::{FakeHost, FakeRoot};
    use std::cell::RefCell;

    fn host(paths: &[&str]) -> FakeHost {
        paths.iter().fold(FakeHost::new(), |host, path| host.operator_file(path, b"package"))
    }

    fn guest() -> FakeRoot {
        FakeRoot::default().file("/etc/os-release", "ID=rocky\nVERSION_ID=9.4\n")
    }

    fn lent(root: &FakeRoot, missing: &[&str]) -> Vec<String> {
        let lent = RefCell::new(Vec::new());
        let install = |paths: &[String]| {
            for path in paths {
                assert_eq!(root.read(path)?, b"package");
            }
            lent.replace(paths.to_vec());
            Ok(())
        };
        from_operator(root, "/srv", "rpm", missing, install).unwrap();
        assert!(!root.exists(COPIES).unwrap());
        lent.into_inner()
    }

    #[test]
    fn the_nearest_directory_is_taken_and_no_copy_stays() {
        let all = "/srv/cloud-init-24.1-1.noarch.rpm";
        let host = host(&[all, "/srv/rocky-9/cloud-init-23.4-1.noarch.rpm", "/srv/rocky-9/notes.txt"]);
        let nearest = "/var/lib/gyre-packages/cloud-init-23.4-1.noarch.rpm";
        assert_eq!(lent(&guest(), &["cloud-init"]), [nearest]);
        drop(host);
        let host =
            self::host(&[all, "/srv/rocky-9.4/dep-1-1.noarch.rpm", "/srv/rocky/cloud-init-1-1.noarch.rpm"]);
        assert_eq!(lent(&guest(), &["cloud-init"]), [""; 0]);
        assert!(host.log().iter().any(|(_, line)| line.contains("does not hold cloud-init")));
        let other = FakeRoot::default().file("/etc/os-release", "ID=alma\n");
        assert_eq!(lent(&other, &["cloud-init"]), ["/var/lib/gyre-packages/cloud-init-24.1-1.noarch.rpm"]);
    }

    #[test]
    fn what_cannot_be_had_is_said_before_anything_is_done() {
        let _host = host(&["/srv/a-1.rpm"]);
        check_operators(None).unwrap();
        check_operators(Some("/srv")).unwrap();
        assert_eq!(check_operators(Some("srv")).unwrap_err().code, "linux.option");
        assert!(check_operators(Some("/no")).unwrap_err().is_not_found());
    }

    #[test]
    fn copies_go_when_installing_fails_too() {
        let (_host, root) = (host(&["/srv/a-1.rpm"]), guest());
        let failed = from_operator(&root, "/srv", "rpm", &["a"], |_| Err(Error::cancelled()));
        assert!(failed.is_err() && !root.exists(COPIES).unwrap());
    }

    #[test]
    fn a_package_is_told_by_its_files_name() {
        assert!(is_file_of("cloud-init_23.1_all.deb", "cloud-init") && is_file_of("a-1.rpm", "a"));
        assert!(!is_file_of("cloud-init-doc-23.rpm", "cloud-init") && !is_file_of("ab-1.rpm", "a"));
        assert!(is_package("a-1.pkg.tar.zst", "pkg.tar.zst") && !is_package("deb", "deb"));
    }
}
