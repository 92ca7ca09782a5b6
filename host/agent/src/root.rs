//! File calls on the mounted root of a guest. Every path is resolved by the kernel inside that root
//! (`openat2` with `RESOLVE_IN_ROOT`): no link, however it is made, leads out, and what is not a
//! regular file is never read. Knows no mounts and runs nothing.

mod looking;

use crate::calls::{DEPTH_MAX, NAMES_MAX, PATH_BYTES_MAX, components, part_name, too_large};
use gyre_core::limits::{COPIED_FILE_BYTES_MAX, GUEST_FILE_BYTES_MAX};
use gyre_core::protocol::{FileType, Stat};
use gyre_core::{Error, Kind, Result};
use rustix::fs::{AtFlags, Dir, Gid, Mode, OFlags, ResolveFlags, Uid, XattrFlags};
use rustix::io::Errno;
use std::fs::File;
use std::io::{Read as _, Write as _};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt as _;

/// The kernel asks to repeat when something is renamed below its feet.
const RACES_MAX: usize = 16;

/// A directory that nothing done here leaves.
pub struct Root {
    dir: OwnedFd,
    /// Whose the files are that are made.
    owner: (Uid, Gid),
}

impl Root {
    /// Confines to `dir`.
    pub fn new(dir: OwnedFd) -> Self {
        Self { dir, owner: (Uid::ROOT, Gid::ROOT) }
    }

    /// The same for somebody who is not root and tries a plugin on a tree of their own: what is made is theirs.
    pub fn of_caller(dir: OwnedFd) -> Self {
        Self { dir, owner: (rustix::process::geteuid(), rustix::process::getegid()) }
    }

    /// What is at `path`, a link itself rather than what it points at.
    ///
    /// # Errors
    /// `rootfs.*`; nothing there is no error.
    pub fn stat(&self, path: &str) -> Result<Option<Stat>> {
        let fd = match self.open(path, OFlags::PATH | OFlags::NOFOLLOW) {
            Err(Errno::NOENT | Errno::NOTDIR) => return Ok(None),
            other => other.map_err(|error| failed(error, "look at", path))?,
        };
        let stat = rustix::fs::fstat(&fd).map_err(|error| failed(error, "look at", path))?;
        Ok(Some(told(&stat)))
    }

    /// Sorted names in a directory.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn read_dir(&self, path: &str) -> Result<Vec<String>> {
        let fail = |error| failed(error, "list", path);
        let fd = self.open(path, OFlags::RDONLY | OFlags::DIRECTORY).map_err(fail)?;
        let mut names = names(fd).map_err(fail)?;
        names.sort();
        Ok(names)
    }

    /// A regular file of at most [`GUEST_FILE_BYTES_MAX`]; links are followed.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn read_file(&self, path: &str) -> Result<Vec<u8>> {
        self.read_up_to(path, GUEST_FILE_BYTES_MAX)
    }

    /// The same with a limit of its own.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn read_up_to(&self, path: &str, limit: u64) -> Result<Vec<u8>> {
        let fail = |error| failed(error, "read", path);
        // Looked at before it is opened: opening a device or a pipe can have effects.
        let found = self.open(path, OFlags::PATH).map_err(fail)?;
        check_regular(&found, path, limit)?;
        let fd = self.open(path, OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY).map_err(fail)?;
        check_regular(&fd, path, limit)?;
        let mut bytes = Vec::new();
        let read = File::from(fd).take(limit + 1).read_to_end(&mut bytes);
        read.map_err(|error| failed(errno(&error), "read", path))?;
        if bytes.len() as u64 > limit {
            return Err(too_large(path, limit));
        }
        Ok(bytes)
    }

    /// The first bytes of a regular file, fewer where it has fewer. No link is followed at its end.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn head(&self, path: &str, length: usize) -> Result<Vec<u8>> {
        let fail = |error| failed(error, "read", path);
        let fd = self.open(path, OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK).map_err(fail)?;
        check_regular(&fd, path, u64::MAX)?;
        let mut bytes = Vec::new();
        let read = File::from(fd).take(length as u64).read_to_end(&mut bytes);
        read.map_err(|error| fail(errno(&error)))?;
        Ok(bytes)
    }

    /// Replaces or makes a file in one step, owned by root. A link of that name is replaced, not
    /// followed.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn write_file(&self, path: &str, mode: u32, bytes: &[u8]) -> Result<()> {
        if bytes.len() as u64 > GUEST_FILE_BYTES_MAX {
            return Err(too_large(path, GUEST_FILE_BYTES_MAX));
        }
        let (parent, name) = self.parent(path)?;
        let part = part_name();
        let written = write_new(&parent, &part, mode, bytes, self.owner)
            .and_then(|()| rustix::fs::renameat(&parent, part.as_str(), &parent, name));
        if written.is_err() {
            let _ = rustix::fs::unlinkat(&parent, part.as_str(), AtFlags::empty());
        }
        written.map_err(|error| failed(error, "write", path))
    }

    /// Overwrites and lengthens a regular file that is there; a link of that name is refused.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> Result<()> {
        if offset.saturating_add(bytes.len() as u64) > COPIED_FILE_BYTES_MAX {
            return Err(too_large(path, COPIED_FILE_BYTES_MAX));
        }
        let fail = |error| failed(error, "write", path);
        let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
        let found = self.open(path, OFlags::PATH | OFlags::NOFOLLOW).map_err(fail)?;
        check_regular(&found, path, COPIED_FILE_BYTES_MAX)?;
        let fd = self.open(path, flags).map_err(fail)?;
        check_regular(&fd, path, COPIED_FILE_BYTES_MAX)?;
        let file = File::from(fd);
        let written = file.write_all_at(bytes, offset).and_then(|()| file.sync_all());
        written.map_err(|error| fail(errno(&error)))
    }

    /// Replaces a regular file that is there in one step; the new one has its owner, mode and access list. What
    /// was there is kept as `NAME{kept}`, unless an older one is.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn replace_file(&self, path: &str, bytes: &[u8], kept: &str) -> Result<()> {
        let fail = |error| failed(error, "replace", path);
        let (parent, name) = self.parent(path)?;
        let old = self.open(path, OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK).map_err(fail)?;
        check_regular(&old, path, u64::MAX)?;
        let part = part_name();
        let replaced = write_like(&parent, &part, &old, bytes)
            .and_then(|()| keep(&parent, name, &format!("{name}{kept}"), &old))
            .and_then(|()| rustix::fs::renameat(&parent, part.as_str(), &parent, name))
            .and_then(|()| sync_dir(&parent));
        if replaced.is_err() {
            let _ = rustix::fs::unlinkat(&parent, part.as_str(), AtFlags::empty());
        }
        replaced.map_err(fail)
    }

    /// Makes a directory and its parents; no error when it is there.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn make_dir(&self, path: &str, mode: u32) -> Result<()> {
        let parts: Vec<&str> = components(path)?;
        let mut so_far = String::new();
        for (index, part) in parts.iter().enumerate() {
            let above = if so_far.is_empty() { "/".to_string() } else { so_far.clone() };
            so_far.push('/');
            so_far.push_str(part);
            if self.open(&so_far, OFlags::PATH | OFlags::DIRECTORY).is_ok() {
                continue;
            }
            let fail = |error| failed(error, "make directory", &so_far);
            let parent = self.open(&above, OFlags::PATH | OFlags::DIRECTORY).map_err(fail)?;
            let mode = if index + 1 == parts.len() { mode & 0o7777 } else { 0o755 };
            rustix::fs::mkdirat(&parent, *part, Mode::from_raw_mode(mode)).map_err(fail)?;
            let made =
                self.open(&so_far, OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW).map_err(fail)?;
            rustix::fs::fchmod(&made, Mode::from_raw_mode(mode)).map_err(fail)?;
        }
        Ok(())
    }

    /// Makes a symbolic link, in place of a file or link of that path.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn symlink(&self, path: &str, target: &str) -> Result<()> {
        let (parent, name) = self.parent(path)?;
        let part = part_name();
        let made = rustix::fs::symlinkat(target, &parent, part.as_str())
            .and_then(|()| rustix::fs::renameat(&parent, part.as_str(), &parent, name));
        if made.is_err() {
            let _ = rustix::fs::unlinkat(&parent, part.as_str(), AtFlags::empty());
        }
        made.map_err(|error| failed(error, "make link", path))
    }

    /// What a symbolic link points at, as written.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn read_link(&self, path: &str) -> Result<String> {
        let (parent, name) = self.parent(path)?;
        let target = rustix::fs::readlinkat(&parent, name, Vec::new())
            .map_err(|error| failed(error, "read link", path))?;
        Ok(target.to_string_lossy().into_owned())
    }

    /// Removes a file, a link, or a directory with everything below; nothing there is no error.
    /// Other file systems mounted below stop it.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn remove(&self, path: &str) -> Result<()> {
        let (parent, name) = match self.parent(path) {
            Err(error) if error.kind == Kind::NotFound => return Ok(()),
            other => other?,
        };
        remove_at(&parent, name, 0).map_err(|error| failed(error, "remove", path))
    }

    /// Renames; what was at `to` is replaced.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn rename(&self, from: &str, to: &str) -> Result<()> {
        let (from_parent, from_name) = self.parent(from)?;
        let (to_parent, to_name) = self.parent(to)?;
        rustix::fs::renameat(&from_parent, from_name, &to_parent, to_name)
            .map_err(|error| failed(error, "rename", from))
    }

    /// The directory that holds `path`, and the last name.
    fn parent<'a>(&self, path: &'a str) -> Result<(OwnedFd, &'a str)> {
        let parts = components(path)?;
        let Some((name, above)) = parts.split_last() else {
            return Err(Error::invalid("rootfs.path", format!("{path:?} is the root itself")));
        };
        let fd = self.open(&format!("/{}", above.join("/")), OFlags::PATH | OFlags::DIRECTORY);
        Ok((fd.map_err(|error| failed(error, "reach", path))?, name))
    }

    /// Opens inside the root.
    pub fn open(&self, path: &str, flags: OFlags) -> std::result::Result<OwnedFd, Errno> {
        open_in(self.dir.as_fd(), path, flags, ResolveFlags::IN_ROOT)
    }
}

/// What the kernel says of a file, as it is told.
fn told(stat: &rustix::fs::Stat) -> Stat {
    let file_type = match rustix::fs::FileType::from_raw_mode(stat.st_mode) {
        rustix::fs::FileType::RegularFile => FileType::Regular,
        rustix::fs::FileType::Directory => FileType::Directory,
        rustix::fs::FileType::Symlink => FileType::Symlink,
        _ => FileType::Other,
    };
    let size = u64::try_from(stat.st_size).unwrap_or_default();
    Stat { file_type, mode: stat.st_mode & 0o7777, uid: stat.st_uid, gid: stat.st_gid, size }
}

fn open_in(
    dir: impl AsFd,
    path: &str,
    flags: OFlags,
    resolve: ResolveFlags,
) -> std::result::Result<OwnedFd, Errno> {
    if !path.starts_with('/') && resolve.contains(ResolveFlags::IN_ROOT) || path.len() > PATH_BYTES_MAX {
        return Err(Errno::INVAL);
    }
    let resolve = resolve | ResolveFlags::NO_MAGICLINKS;
    for _ in 0..RACES_MAX {
        match rustix::fs::openat2(dir.as_fd(), path, flags | OFlags::CLOEXEC, Mode::empty(), resolve) {
            Err(Errno::AGAIN) => {}
            other => return other,
        }
    }
    Err(Errno::AGAIN)
}

fn write_new(
    parent: &OwnedFd,
    name: &str,
    mode: u32,
    bytes: &[u8],
    (user, group): (Uid, Gid),
) -> std::result::Result<(), Errno> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = File::from(rustix::fs::openat(parent, name, flags, Mode::RUSR | Mode::WUSR)?);
    rustix::fs::fchown(&file, Some(user), Some(group))?;
    rustix::fs::fchmod(&file, Mode::from_raw_mode(mode & 0o7777))?;
    file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|error| errno(&error))
}

/// What NTFS drivers call a file's access list and its attributes.
const ACCESS: [&str; 4] =
    ["system.ntfs_security", "system.ntfs_acl", "system.ntfs_attrib", "security.selinux"];
const ACCESS_BYTES_MAX: usize = 65_536;

/// A new file with the owner, mode and access list of an old one.
fn write_like(parent: &OwnedFd, name: &str, old: &OwnedFd, bytes: &[u8]) -> std::result::Result<(), Errno> {
    let stat = rustix::fs::fstat(old)?;
    let owner = (Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid));
    write_new(parent, name, stat.st_mode, bytes, owner)?;
    let flags = OFlags::WRONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let new = rustix::fs::openat(parent, name, flags, Mode::empty())?;
    let mut value = vec![0; ACCESS_BYTES_MAX];
    for attribute in ACCESS {
        // A file system that has none of that name has nothing to lose.
        let Ok(length) = rustix::fs::fgetxattr(old, attribute, value.as_mut_slice()) else { continue };
        let value = value.get(..length).unwrap_or_default();
        rustix::fs::fsetxattr(&new, attribute, value, XattrFlags::empty())?;
    }
    rustix::fs::fsync(&new)
}

/// A second name for the old file, or a copy where there are no second names.
fn keep(parent: &OwnedFd, name: &str, kept: &str, old: &OwnedFd) -> std::result::Result<(), Errno> {
    match rustix::fs::linkat(parent, name, parent, kept, AtFlags::empty()) {
        Ok(()) | Err(Errno::EXIST) => return Ok(()),
        Err(Errno::PERM | Errno::OPNOTSUPP | Errno::NOSYS | Errno::MLINK) => {}
        Err(error) => return Err(error),
    }
    if rustix::fs::statat(parent, kept, AtFlags::SYMLINK_NOFOLLOW).is_ok() {
        return Ok(());
    }
    let mut bytes = Vec::new();
    let copy = old.try_clone().map(File::from).and_then(|mut file| file.read_to_end(&mut bytes));
    copy.map_err(|error| errno(&error))?;
    write_like(parent, kept, old, &bytes)
}

fn sync_dir(dir: &OwnedFd) -> std::result::Result<(), Errno> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    let dir = rustix::fs::openat(dir, ".", flags, Mode::empty())?;
    match rustix::fs::fsync(&dir) {
        // Some file systems know no such thing for a directory.
        Err(Errno::INVAL | Errno::OPNOTSUPP) => Ok(()),
        other => other,
    }
}

fn remove_at(parent: &OwnedFd, name: &str, depth: usize) -> std::result::Result<(), Errno> {
    match rustix::fs::unlinkat(parent, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => return Ok(()),
        Err(Errno::ISDIR | Errno::PERM) => {}
        Err(error) => return Err(error),
    }
    if depth >= DEPTH_MAX {
        return Err(Errno::NAMETOOLONG);
    }
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW;
    let dir = open_in(parent, name, flags, ResolveFlags::BENEATH | ResolveFlags::NO_XDEV)?;
    for name in names(dir.try_clone().map_err(|error| errno(&error))?)? {
        remove_at(&dir, &name, depth + 1)?;
    }
    match rustix::fs::unlinkat(parent, name, AtFlags::REMOVEDIR) {
        Err(Errno::NOENT) => Ok(()),
        other => other,
    }
}

fn names(dir: OwnedFd) -> std::result::Result<Vec<String>, Errno> {
    let mut names = Vec::new();
    for entry in Dir::new(dir)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy();
        if name == "." || name == ".." {
            continue;
        }
        if names.len() >= NAMES_MAX {
            return Err(Errno::OVERFLOW);
        }
        names.push(name.into_owned());
    }
    Ok(names)
}

fn check_regular(fd: &OwnedFd, path: &str, limit: u64) -> Result<()> {
    let stat = rustix::fs::fstat(fd).map_err(|error| failed(error, "read", path))?;
    if rustix::fs::FileType::from_raw_mode(stat.st_mode) != rustix::fs::FileType::RegularFile {
        return Err(Error::invalid("rootfs.not-a-file", format!("{path} is not a regular file")));
    }
    if u64::try_from(stat.st_size).unwrap_or_default() > limit {
        return Err(too_large(path, limit));
    }
    Ok(())
}

fn errno(error: &std::io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::IO)
}

fn failed(error: Errno, verb: &str, path: &str) -> Error {
    let (kind, code) = match error {
        Errno::NOENT => (Kind::NotFound, "rootfs.not-found"),
        Errno::NOTDIR | Errno::ISDIR | Errno::NOTEMPTY | Errno::EXIST => {
            (Kind::Conflict, "rootfs.wrong-kind")
        }
        Errno::LOOP => (Kind::Invalid, "rootfs.link-loop"),
        Errno::NOSPC | Errno::DQUOT => (Kind::Other, "rootfs.full"),
        Errno::ROFS => (Kind::Conflict, "rootfs.read-only"),
        Errno::XDEV | Errno::BUSY => (Kind::Conflict, "rootfs.mount-point"),
        Errno::INVAL | Errno::NAMETOOLONG => (Kind::Invalid, "rootfs.path"),
        Errno::OVERFLOW => (Kind::Invalid, "rootfs.too-large"),
        _ => (Kind::Other, "rootfs.io"),
    };
    Error::new(kind, code, format!("cannot {verb} {path} in the guest")).cause(std::io::Error::from(error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};
    use std::path::Path;

    fn root() -> (tempfile::TempDir, Root) {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("root/etc")).unwrap();
        std::fs::write(dir.path().join("secret"), "outside").unwrap();
        let fd = File::open(dir.path().join("root")).unwrap();
        (dir, Root::new(fd.into()))
    }

    fn code<T: std::fmt::Debug>(result: Result<T>) -> String {
        result.unwrap_err().code
    }

    #[test]
    fn files_come_and_go() {
        let (dir, root) = root();
        let inside = |name: &str| dir.path().join("root").join(name);
        root.make_dir("/a/b/c", 0o700).unwrap();
        root.make_dir("/a/b/c", 0o755).unwrap();
        root.write_file("/a/b/c/file", 0o640, b"one").unwrap();
        root.write_file("/a/b/c/file", 0o4755, b"two").unwrap();
        assert_eq!(root.read_file("/a/b/c/file").unwrap(), b"two");
        assert_eq!(inside("a/b/c").metadata().unwrap().permissions().mode() & 0o7777, 0o700);
        let meta = inside("a/b/c/file").metadata().unwrap();
        assert_eq!((meta.mode() & 0o7777, meta.uid()), (0o4755, 0));
        root.symlink("/a/link", "b/c/file").unwrap();
        assert_eq!(root.read_link("/a/link").unwrap(), "b/c/file");
        assert_eq!(root.read_file("/a/link").unwrap(), b"two");
        assert_eq!(root.stat("/a/link").unwrap().unwrap().file_type, FileType::Symlink);
        root.write_file("/a/link", 0o600, b"three").unwrap();
        assert_eq!(root.read_file("/a/b/c/file").unwrap(), b"two", "the link was replaced");
        root.symlink("/a/link", "anywhere").unwrap();
        root.rename("/a/link", "/a/moved").unwrap();
        assert_eq!(root.read_dir("/a").unwrap(), ["b", "moved"]);
        root.remove("/a").unwrap();
        root.remove("/a").unwrap();
        root.remove("/no/such/place").unwrap();
        assert_eq!(root.stat("/a").unwrap(), None);
        assert_eq!(root.read_dir("/").unwrap(), ["etc"], "nothing half-made is left");
    }

    #[test]
    fn a_file_is_replaced_like_it_was_and_kept_once() {
        let (dir, root) = root();
        let inside = |name: &str| dir.path().join("root").join(name);
        root.write_file("/etc/hive", 0o640, b"one").unwrap();
        root.replace_file("/etc/hive", b"two", ".bak").unwrap();
        root.replace_file("/etc/hive", b"three", ".bak").unwrap();
        assert_eq!(root.read_file("/etc/hive").unwrap(), b"three");
        assert_eq!(root.read_file("/etc/hive.bak").unwrap(), b"one");
        assert_eq!(inside("etc/hive").metadata().unwrap().mode() & 0o7777, 0o640);
        assert_eq!(root.read_dir("/etc").unwrap(), ["hive", "hive.bak"]);
        symlink("hive", inside("etc/link")).unwrap();
        assert_eq!(code(root.replace_file("/etc/link", b"", ".bak")), "rootfs.link-loop");
        assert_eq!(code(root.replace_file("/etc/no", b"", ".bak")), "rootfs.not-found");
        root.write_at("/etc/hive", 5, b"fold").unwrap();
        root.write_at("/etc/hive", 0, b"T").unwrap();
        assert_eq!(root.read_file("/etc/hive").unwrap(), b"Threefold");
        assert_eq!(code(root.write_at("/etc/link", 0, b"x")), "rootfs.not-a-file");
        assert_eq!(code(root.write_at("/etc", 0, b"x")), "rootfs.not-a-file");
        assert_eq!(code(root.write_at("/etc/hive", COPIED_FILE_BYTES_MAX, b"x")), "rootfs.too-large");
    }

    #[test]
    fn no_path_leads_out() {
        let (dir, root) = root();
        let inside = |name: &str| dir.path().join("root").join(name);
        symlink("../../secret", inside("etc/up")).unwrap();
        symlink(dir.path().join("secret"), inside("etc/absolute")).unwrap();
        symlink(dir.path(), inside("etc/dir")).unwrap();
        symlink("/proc/self/root", inside("etc/magic")).unwrap();
        symlink("loop2", inside("etc/loop1")).unwrap();
        symlink("loop1", inside("etc/loop2")).unwrap();
        for path in [
            "/etc/up",
            "/etc/absolute",
            "/etc/dir/secret",
            "/../secret",
            "/etc/../../secret",
            "/etc/magic/etc/passwd",
        ] {
            assert_eq!(code(root.read_file(path)), "rootfs.not-found", "{path}");
        }
        assert_eq!(code(root.read_file("/etc/loop1")), "rootfs.link-loop");
        assert_eq!(code(root.write_file("/etc/dir/new", 0o644, b"x")), "rootfs.not-found");
        assert_eq!(code(root.write_file("/../new", 0o644, b"x")), "rootfs.path");
        assert_eq!(code(root.read_file("etc/up")), "rootfs.path");
        root.write_file("/etc/up", 0o644, b"inside").unwrap();
        root.symlink("/etc/absolute", "/").unwrap();
        root.remove("/etc/dir").unwrap();
        assert_eq!(std::fs::read(dir.path().join("secret")).unwrap(), b"outside");
        assert!(!Path::new(&dir.path().join("new")).exists());
    }

    #[test]
    fn only_regular_files_of_sane_size_are_read() {
        let (dir, root) = root();
        let inside = |name: &str| dir.path().join("root").join(name);
        rustix::fs::mknodat(rustix::fs::CWD, inside("pipe"), rustix::fs::FileType::Fifo, Mode::RUSR, 0)
            .unwrap();
        let zero = rustix::fs::makedev(1, 5);
        rustix::fs::mknodat(
            rustix::fs::CWD,
            inside("zero"),
            rustix::fs::FileType::CharacterDevice,
            Mode::RUSR,
            zero,
        )
        .unwrap();
        File::create(inside("large")).unwrap().set_len(GUEST_FILE_BYTES_MAX + 1).unwrap();
        for path in ["/pipe", "/zero", "/etc"] {
            assert_eq!(code(root.read_file(path)), "rootfs.not-a-file", "{path}");
        }
        assert_eq!(code(root.read_file("/large")), "rootfs.too-large");
        assert_eq!(code(root.write_file("/etc", 0o644, b"x")), "rootfs.wrong-kind");
        assert_eq!(code(root.make_dir("/large/x", 0o755)), "rootfs.wrong-kind");
        assert_eq!(code(root.remove("/")), "rootfs.path");
        assert_eq!(root.stat("/large/x").unwrap(), None);
    }
}
