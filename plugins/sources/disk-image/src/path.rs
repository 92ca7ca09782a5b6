//! Names of files inside images, made into absolute paths. Text alone: the host follows links, and refuses
//! what is not granted.

use gyre_plugin::path::normal;

/// Whether a disk's name is the address of an export of an NBD server.
pub fn is_export(name: &str) -> bool {
    name.split_once("://").is_some_and(|(scheme, _)| {
        let scheme = scheme.split_once('+').map_or(scheme, |(scheme, _)| scheme);
        scheme == "nbd" || scheme == "nbds"
    })
}

/// What `name` means inside the file `above`; `None` when it is no file: `json:`, `nbd://`, …
pub fn beside(above: &str, name: &str) -> Option<String> {
    let name = name.strip_prefix("file:").unwrap_or(name);
    let first = name.split('/').next().unwrap_or_default();
    // An export lies in no directory: nothing lies beside it.
    if name.is_empty() || name.contains('\0') || first.contains(':') || is_export(above) {
        return None;
    }
    if name.starts_with('/') {
        return Some(normal(name));
    }
    let directory = above.rsplit_once('/').map(|(directory, _)| directory).unwrap_or_default();
    Some(normal(&format!("{directory}/{name}")))
}

/// As [`beside`], but only in the same directory or below.
pub fn below(above: &str, name: &str) -> Option<String> {
    let stays = !name.starts_with('/') && name.split('/').all(|part| part != "..");
    stays.then(|| beside(above, name)).flatten()
}

/// Where a name that another machine wrote may lie here, best first: as it is if it is relative or exists
/// here, too, then under its last part in the same directory. Backslashes are Windows'.
pub fn candidates(above: &str, name: &str) -> Vec<String> {
    let name = name.replace('\\', "/");
    let last = name.rsplit('/').next().unwrap_or_default();
    let mut paths: Vec<String> = [beside(above, &name), beside(above, last)].into_iter().flatten().collect();
    paths.dedup();
    paths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exports_are_told_from_paths() {
        for name in ["nbd://h/x", "nbds://h", "nbd+unix:///x?socket=/s", "nbd+ssh://u@h/x"] {
            assert!(is_export(name), "{name}");
        }
        for name in ["/nbd://x", "http://h/x", "nbdkit://x", "nbd:h:1", ""] {
            assert!(!is_export(name), "{name}");
        }
    }

    #[test]
    fn names_become_paths() {
        let above = "/images/vm/top.qcow2";
        for (name, path) in [
            ("base.qcow2", Some("/images/vm/base.qcow2")),
            ("./../base", Some("/images/base")),
            ("../../../../etc/x", Some("/etc/x")),
            ("/a//b/./c", Some("/a/b/c")),
            ("file:/a", Some("/a")),
            ("json:{}", None),
            ("nbd://h/x", None),
            ("C:/x", None),
            ("", None),
        ] {
            assert_eq!(beside(above, name).as_deref(), path, "{name}");
        }
        for name in ["base.qcow2", "/a"] {
            assert_eq!(beside("nbd://h/x", name), None, "{name}");
        }
        assert_eq!(below(above, "s1.vmdk").as_deref(), Some("/images/vm/s1.vmdk"));
        assert_eq!((below(above, "../s1.vmdk"), below(above, "/s1.vmdk")), (None, None));
        assert_eq!(candidates(above, r".\base\p.vhd"), ["/images/vm/base/p.vhd", "/images/vm/p.vhd"]);
        assert_eq!(candidates(above, r"C:\vms\p.vhd"), ["/images/vm/p.vhd"]);
        assert_eq!(candidates(above, "/vmfs/v/p.vmdk"), ["/vmfs/v/p.vmdk", "/images/vm/p.vmdk"]);
        assert_eq!(candidates(above, "p.vmdk"), ["/images/vm/p.vmdk"]);
    }
}
