//! Where on a Btrfs a system's root may be. It is the default subvolume where the boot loader takes that
//! (SUSE's snapshots, or no subvolumes at all), else one that the guest's own arguments name: `@`, `root`,
//! `@rootfs`. Snapshots of a root look like roots, so a root has to say that it is meant. Mounts nothing.

use crate::root::Root;
use rustix::fs::{Dir, FileType, OFlags};
use std::os::fd::AsFd as _;

/// Entries of one directory that are looked at.
const ENTRIES_MAX: usize = 4096;
/// Subvolumes that are looked into.
const SUBVOLUMES_MAX: usize = 512;
/// Directories that are no subvolumes, but may hold some: `subvolumes/root`.
const DIRECTORIES_MAX: usize = 64;
/// The inode number of every subvolume's own directory.
const SUBVOLUME_INODE: u64 = 256;
/// Id of the tree that holds all others.
pub const TOP: &str = "subvolid=5";

/// Subvolumes at the top of a mounted tree, and one directory or subvolume below, in the order of their names.
pub fn subvolumes(top: &Root) -> Vec<String> {
    let mut found = Vec::new();
    let mut directories = 0;
    for (name, is_subvolume) in entries(top, "/") {
        if !is_subvolume {
            directories += 1;
            if directories > DIRECTORIES_MAX {
                continue;
            }
        }
        let below = entries(top, &format!("/{name}")).into_iter().filter(|(_, is_subvolume)| *is_subvolume);
        found.extend(is_subvolume.then(|| name.clone()));
        found.extend(below.map(|(below, _)| format!("{name}/{below}")));
        if found.len() >= SUBVOLUMES_MAX {
            eprintln!("more than {SUBVOLUMES_MAX} subvolumes: the rest is not looked into");
            break;
        }
    }
    found.truncate(SUBVOLUMES_MAX);
    found
}

/// Directories in a directory, and whether each is a subvolume.
fn entries(top: &Root, path: &str) -> Vec<(String, bool)> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW;
    let Ok(fd) = top.open(path, flags) else { return Vec::new() };
    let Ok(dir) = fd.try_clone().map_err(drop).and_then(|fd| Dir::new(fd).map_err(drop)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for entry in dir.flatten().take(ENTRIES_MAX) {
        let Some(name) = entry.file_name().to_str().ok().filter(|name| usable(name)) else { continue };
        let stat = rustix::fs::statat(fd.as_fd(), entry.file_name(), rustix::fs::AtFlags::SYMLINK_NOFOLLOW);
        let Ok(stat) = stat else { continue };
        if FileType::from_raw_mode(stat.st_mode) == FileType::Directory {
            found.push((name.to_string(), stat.st_ino == SUBVOLUME_INODE));
        }
    }
    found.sort();
    found
}

/// A comma would begin another option of the mount, a colon ends the volume's name.
fn usable(name: &str) -> bool {
    name != "." && name != ".." && !name.contains([',', ':']) && !name.chars().any(char::is_control)
}

/// Of roots, each with what its own `fstab` says of `/`: those that are meant. A snapshot says the name of
/// what it was taken from. Where none speaks for itself, all are: then somebody has to choose.
pub fn meant<T>(roots: Vec<(String, Option<String>, T)>) -> Vec<(String, T)> {
    let speaks = |(path, own, _): &(String, Option<String>, T)| {
        own.as_deref().map(|own| own.trim_matches('/')) == Some(path.as_str())
    };
    let any = roots.iter().any(speaks);
    let kept = roots.into_iter().filter(|root| !any || speaks(root));
    kept.map(|(path, _, root)| (path, root)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_is_no_system_beside_its_origin() {
        let root = |path: &str, own: Option<&str>| (path.to_string(), own.map(str::to_string), ());
        let paths = |roots| meant(roots).into_iter().map(|(path, ())| path).collect::<Vec<_>>();
        let snapshots = vec![root("@", Some("/@")), root("@old", Some("@")), root("backup/1", None)];
        assert_eq!(paths(snapshots), ["@"]);
        assert_eq!(paths(vec![root("@a", Some("@a")), root("@b", Some("@b"))]), ["@a", "@b"]);
        assert_eq!(paths(vec![root("a", None), root("b", Some("c"))]), ["a", "b"]);
    }

    #[test]
    fn no_name_becomes_an_option() {
        for (name, good) in
            [("@home", true), ("a b", true), ("x,device=/dev/vda", false), ("a\n", false), ("..", false)]
        {
            assert_eq!(usable(name), good, "{name:?}");
        }
    }
}
