//! File calls on the root of a guest that Windows mounted. Every path is followed name by name from that root: a link, of
//! whatever kind, is followed only to where it stays inside, and one that leads out is refused, be it a junction with the
//! guest's own letter. Nothing of the guest runs meanwhile, so nobody changes a link behind the look at it. What is no
//! regular file is never read.
//!
//! NTFS knows names in any case, and so do all calls here: `/windows` is `/Windows`. It has no modes and no owners that a
//! caller could use: files have 0644, directories 0755, and a mode that is asked for is not kept. Compiled everywhere, for its
//! tests; used on Windows alone.

mod looking;
#[cfg(unix)]
#[path = "root/elsewhere.rs"]
mod platform;
#[cfg(windows)]
#[path = "root/here.rs"]
mod platform;

use crate::calls::{DEPTH_MAX, NAMES_MAX, components, part_name, too_large};
use gyre_core::limits::{COPIED_FILE_BYTES_MAX, GUEST_FILE_BYTES_MAX};
use gyre_core::protocol::{FileType, Stat};
use gyre_core::{Error, Kind, Result};
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

/// Links on the way of one path.
const LINKS_MAX: usize = 40;
/// What no name of Windows holds; a colon would name a stream, or a drive.
const NO_NAME: [char; 9] = ['\\', ':', '<', '>', '"', '|', '?', '*', '/'];

/// A directory that nothing done here leaves.
pub struct Root {
    base: PathBuf,
    /// Another file system, shown at this name of the top.
    below: Option<(String, PathBuf)>,
}

/// Whether the last name of a path is followed where it is a link.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Followed,
    Itself,
}

/// Why a call failed.
enum Failure {
    Io(io::Error),
    /// Links that lead in a circle, or one where none may be.
    Link,
    /// A link that leads out of the root.
    Outside,
    /// Of another kind than is needed.
    WrongKind,
    NotALink,
    MountPoint,
    TooMany,
    TooDeep,
}

type Tried<T> = std::result::Result<T, Failure>;

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl Root {
    /// Confines to `base`; on Windows a path that begins with `\\?\`, so that long ones work below it.
    pub fn new(base: impl Into<PathBuf>) -> Self {
        Self { base: base.into(), below: None }
    }

    /// The same, with the file system at `base` shown at `name` of the top.
    pub fn with(self, name: &str, base: impl Into<PathBuf>) -> Self {
        Self { below: Some((name.to_string(), base.into())), ..self }
    }

    /// What is at `path`, a link itself rather than what it points at.
    ///
    /// # Errors
    /// `rootfs.*`; nothing there is no error.
    pub fn stat(&self, path: &str) -> Result<Option<Stat>> {
        match self.find(path, Last::Itself).and_then(|at| Ok(fs::symlink_metadata(at)?)) {
            Ok(meta) => Ok(Some(told(&meta))),
            Err(Failure::Io(error)) if is_absent(&error) => Ok(None),
            Err(failure) => Err(failed(failure, "look at", path)),
        }
    }

    /// Sorted names in a directory.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn read_dir(&self, path: &str) -> Result<Vec<String>> {
        let listed = self.find(path, Last::Followed).and_then(|at| names(&at));
        let mut names = listed.map_err(|failure| failed(failure, "list", path))?;
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
        let fail = |failure| failed(failure, "read", path);
        let at = self.find(path, Last::Followed).map_err(fail)?;
        check_regular(&at, path, limit)?;
        let bytes = read(&at, limit.saturating_add(1)).map_err(|error| fail(error.into()))?;
        if bytes.len() as u64 > limit { Err(too_large(path, limit)) } else { Ok(bytes) }
    }

    /// The first bytes of a regular file, fewer where it has fewer. No link is followed at its end.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn head(&self, path: &str, length: usize) -> Result<Vec<u8>> {
        let fail = |failure| failed(failure, "read", path);
        let at = self.find(path, Last::Itself).map_err(fail)?;
        check_regular(&at, path, u64::MAX)?;
        read(&at, length as u64).map_err(|error| fail(error.into()))
    }

    /// Replaces or makes a file in one step, also one that is read-only or hidden. A link of that name is replaced, not
    /// followed. `mode` is not kept.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn write_file(&self, path: &str, _mode: u32, bytes: &[u8]) -> Result<()> {
        if bytes.len() as u64 > GUEST_FILE_BYTES_MAX {
            return Err(too_large(path, GUEST_FILE_BYTES_MAX));
        }
        let written = self.place(path).and_then(|(parent, name)| {
            let part = parent.join(part_name());
            let written = write_new(&part, bytes).and_then(|()| take_place(&part, &parent.join(name)));
            cleaned(written, &part)
        });
        written.map_err(|failure| failed(failure, "write", path))
    }

    /// Overwrites and lengthens a regular file that is there; a link of that name is refused.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn write_at(&self, path: &str, offset: u64, bytes: &[u8]) -> Result<()> {
        if offset.saturating_add(bytes.len() as u64) > COPIED_FILE_BYTES_MAX {
            return Err(too_large(path, COPIED_FILE_BYTES_MAX));
        }
        let fail = |failure| failed(failure, "write", path);
        let at = self.find(path, Last::Itself).map_err(fail)?;
        check_regular(&at, path, COPIED_FILE_BYTES_MAX)?;
        let write = || -> io::Result<()> {
            let mut file = platform::options().write(true).open(&at)?;
            file.seek(SeekFrom::Start(offset))?;
            file.write_all(bytes)?;
            file.sync_all()
        };
        write().or_else(|error| unprotected(error, &at, write)).map_err(|error| fail(error.into()))
    }

    /// Replaces a regular file that is there in one step; the new one has its attributes and access list. What was there is
    /// kept as `NAME{kept}`, unless an older one is.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn replace_file(&self, path: &str, bytes: &[u8], kept: &str) -> Result<()> {
        let fail = |failure| failed(failure, "replace", path);
        let (parent, name) = self.place(path).map_err(fail)?;
        let name = as_written(&parent, name).map_err(fail)?;
        let old = parent.join(&name);
        let meta = fs::symlink_metadata(&old).map_err(|error| fail(error.into()))?;
        if meta.is_symlink() {
            return Err(fail(Failure::Link));
        }
        check_regular(&old, path, u64::MAX)?;
        let (part, kept) = (parent.join(part_name()), parent.join(format!("{name}{kept}")));
        let replaced = write_new(&part, bytes).and_then(|()| {
            let kept = fs::symlink_metadata(&kept).is_err().then_some(kept.as_path());
            let swap = || platform::swap(&old, &part, kept);
            Ok(swap().or_else(|error| unprotected(error, &old, swap))?)
        });
        cleaned(replaced, &part).map_err(fail)
    }

    /// Makes a directory and its parents; no error when it is there. `mode` is not kept.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn make_dir(&self, path: &str, _mode: u32) -> Result<()> {
        let mut so_far = String::new();
        for part in checked(path)? {
            so_far.push('/');
            so_far.push_str(part);
            let made = self.find(&so_far, Last::Followed).and_then(|at| match fs::symlink_metadata(&at) {
                Ok(meta) if meta.is_dir() => Ok(()),
                Ok(_) => Err(Failure::WrongKind),
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(fs::create_dir(&at)?),
                Err(error) => Err(error.into()),
            });
            made.map_err(|failure| failed(failure, "make directory", &so_far))?;
        }
        Ok(())
    }

    /// Makes a symbolic link, in place of a file or link of that path.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn symlink(&self, path: &str, target: &str) -> Result<()> {
        let made = self.place(path).and_then(|(parent, name)| {
            let part = parent.join(part_name());
            let made = platform::link(&parent, target, &part).map_err(Failure::from);
            cleaned(made.and_then(|()| take_place(&part, &parent.join(name))), &part)
        });
        made.map_err(|failure| failed(failure, "make link", path))
    }

    /// What a symbolic link or a junction points at; a relative one as it was written.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn read_link(&self, path: &str) -> Result<String> {
        let target = self.place(path).and_then(|(parent, name)| target(&parent.join(name)));
        target.map_err(|failure| failed(failure, "read link", path))
    }

    /// Removes a file, a link, or a directory with everything below; nothing there is no error.
    /// Another file system below stops it.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn remove(&self, path: &str) -> Result<()> {
        let removed = self.place(path).and_then(|(parent, name)| {
            if parent == self.base && self.is_below(name) {
                return Err(Failure::MountPoint);
            }
            remove(&parent.join(name), 0)
        });
        match removed {
            Err(Failure::Io(error)) if error.kind() == ErrorKind::NotFound => Ok(()),
            other => other.map_err(|failure| failed(failure, "remove", path)),
        }
    }

    /// Renames; what was at `to` is replaced.
    ///
    /// # Errors
    /// `rootfs.*`.
    pub fn rename(&self, from: &str, to: &str) -> Result<()> {
        let renamed = self.place(from).and_then(|(from_parent, from_name)| {
            let (to_parent, to_name) = self.place(to)?;
            let from = from_parent.join(from_name);
            fs::symlink_metadata(&from)?;
            take_place(&from, &to_parent.join(to_name))
        });
        renamed.map_err(|failure| failed(failure, "rename", from))
    }

    /// The directory that holds `path`, without any link in it, and the last name.
    fn place<'a>(&self, path: &'a str) -> Tried<(PathBuf, &'a str)> {
        let parts = checked(path).map_err(|_| Failure::Outside)?;
        let Some((name, above)) = parts.split_last() else { return Err(Failure::Outside) };
        let parent = self.find(&format!("/{}", above.join("/")), Last::Followed)?;
        if fs::symlink_metadata(&parent)?.is_dir() { Ok((parent, name)) } else { Err(Failure::WrongKind) }
    }

    /// Where `path` is, without any link in it but the last name, if that is to be itself.
    fn find(&self, path: &str, last: Last) -> Tried<PathBuf> {
        let parts = checked(path).map_err(|_| Failure::Outside)?;
        let mut pending: Vec<String> = parts.iter().rev().map(ToString::to_string).collect();
        let (mut real, mut links) = (Vec::new(), 0);
        while let Some(name) = pending.pop() {
            if name == ".." {
                real.pop().ok_or(Failure::Outside)?;
                continue;
            }
            real.push(name);
            let at = self.at(&real);
            let is_asked_for = !pending.is_empty() || last == Last::Followed;
            match fs::symlink_metadata(&at) {
                Ok(meta) if meta.is_symlink() && is_asked_for => {
                    links += 1;
                    if links > LINKS_MAX {
                        return Err(Failure::Link);
                    }
                    real.pop();
                    pending.extend(inside(&target(&at)?)?.into_iter().rev());
                }
                Ok(_) => {}
                // Whoever uses it finds out.
                Err(error) if is_absent(&error) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(self.at(&real))
    }

    /// The path of names without links.
    fn at(&self, names: &[String]) -> PathBuf {
        let (base, rest) = match (&self.below, names.split_first()) {
            (Some((_, base)), Some((first, rest))) if self.is_below(first) => (base, rest),
            _ => (&self.base, names),
        };
        rest.iter().fold(base.clone(), |path, name| path.join(name))
    }

    fn is_below(&self, name: &str) -> bool {
        self.below.as_ref().is_some_and(|(below, _)| below.eq_ignore_ascii_case(name))
    }
}

/// The names of a path, all of which Windows can have.
fn checked(path: &str) -> Result<Vec<&str>> {
    let parts = components(path)?;
    let is_bad = |part: &&&str| part.chars().any(|c| c.is_control() || NO_NAME.contains(&c));
    match parts.iter().find(is_bad) {
        Some(part) => Err(Error::invalid(
            "rootfs.path",
            format!("{path:?} holds {part:?}, which is no name on Windows"),
        )),
        None => Ok(parts),
    }
}

/// The names of a link's target, if it says no place outside by itself.
fn inside(target: &str) -> Tried<Vec<String>> {
    if target.starts_with(['/', '\\']) || target.contains(':') {
        return Err(Failure::Outside);
    }
    let names = target.split(['/', '\\']).filter(|name| !name.is_empty() && *name != ".");
    Ok(names.map(String::from).collect())
}

/// What a link says. A relative one with the separators of all others here.
fn target(at: &Path) -> Tried<String> {
    if !fs::symlink_metadata(at)?.is_symlink() {
        return Err(Failure::NotALink);
    }
    let target = fs::read_link(at)?;
    let text = target.to_string_lossy();
    Ok(if target.is_relative() { text.replace('\\', "/") } else { text.into_owned() })
}

fn told(meta: &Metadata) -> Stat {
    let (file_type, mode) = match () {
        () if meta.is_symlink() => (FileType::Symlink, 0o777),
        () if meta.is_dir() => (FileType::Directory, 0o755),
        () if meta.is_file() => (FileType::Regular, 0o644),
        () => (FileType::Other, 0),
    };
    Stat { file_type, mode, uid: 0, gid: 0, size: meta.len() }
}

fn names(dir: &Path) -> Tried<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(dir)? {
        if names.len() >= NAMES_MAX {
            return Err(Failure::TooMany);
        }
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

/// A name as it stands in its directory, where it is asked for in another case: what takes its place keeps it.
fn as_written(dir: &Path, name: &str) -> Tried<String> {
    let names = names(dir)?;
    let exact = names.iter().any(|other| other == name);
    let other = names.into_iter().find(|other| !exact && other.eq_ignore_ascii_case(name));
    Ok(other.unwrap_or_else(|| name.to_string()))
}

fn read(at: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    platform::options().read(true).open(at)?.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn check_regular(at: &Path, path: &str, limit: u64) -> Result<()> {
    let meta = fs::symlink_metadata(at).map_err(|error| failed(error.into(), "read", path))?;
    if !meta.is_file() {
        return Err(Error::invalid("rootfs.not-a-file", format!("{path} is not a regular file")));
    }
    if meta.len() > limit { Err(too_large(path, limit)) } else { Ok(()) }
}

fn write_new(at: &Path, bytes: &[u8]) -> Tried<()> {
    let mut file: File = platform::options().write(true).create_new(true).open(at)?;
    file.write_all(bytes)?;
    Ok(file.sync_all()?)
}

/// What was half-made goes where the whole was not made.
fn cleaned(result: Tried<()>, part: &Path) -> Tried<()> {
    if result.is_err() {
        let _ = remove(part, 0);
    }
    result
}

/// Renames over what is at `to`, whatever protects it.
fn take_place(from: &Path, to: &Path) -> Tried<()> {
    let is_dir = fs::symlink_metadata(from)?.is_dir();
    match fs::symlink_metadata(to) {
        // The same one, in another case maybe.
        Ok(_) if is_same(from, to) => {}
        Ok(meta) if meta.is_symlink() && !is_dir => remove_link(to)?,
        Ok(meta) if meta.is_dir() != is_dir => return Err(Failure::WrongKind),
        Ok(_) if is_dir => fs::remove_dir(to)?,
        _ => {}
    }
    let rename = || fs::rename(from, to);
    let renamed = rename().or_else(|error| unprotected(error, to, rename));
    Ok(renamed.or_else(|error| set_aside(error, to, rename))?)
}

fn is_same(one: &Path, other: &Path) -> bool {
    one.parent() == other.parent() && one.as_os_str().eq_ignore_ascii_case(other.as_os_str())
}

/// The call once more, after the mark that lets nobody write was taken from `at`.
fn unprotected(error: io::Error, at: &Path, again: impl Fn() -> io::Result<()>) -> io::Result<()> {
    if error.kind() != ErrorKind::PermissionDenied || !platform::unprotect(at) {
        return Err(error);
    }
    again()
}

/// The call once more, after what is at `at` was renamed: an owner who lets nobody else remove a file cannot keep it there.
/// If it fails all the same, what was there is there again.
fn set_aside(error: io::Error, at: &Path, again: impl Fn() -> io::Result<()>) -> io::Result<()> {
    let aside = at.with_file_name(part_name());
    if error.kind() != ErrorKind::PermissionDenied || fs::rename(at, &aside).is_err() {
        return Err(error);
    }
    let done = again();
    match &done {
        Ok(()) => {
            let _ = remove(&aside, 0);
        }
        Err(_) => fs::rename(&aside, at)?,
    }
    done
}

/// One that leads to a directory is a directory itself on Windows.
fn remove_link(at: &Path) -> io::Result<()> {
    fs::remove_file(at).or_else(|error| fs::remove_dir(at).map_err(|_| error))
}

fn remove(at: &Path, depth: usize) -> Tried<()> {
    let meta = match fs::symlink_metadata(at) {
        Err(error) if is_absent(&error) => return Ok(()),
        other => other?,
    };
    if meta.is_symlink() {
        return Ok(remove_link(at)?);
    }
    if !meta.is_dir() {
        let gone = fs::remove_file(at);
        let gone = gone.or_else(|error| unprotected(error, at, || fs::remove_file(at)));
        return Ok(gone.or_else(|error| platform::remove_by_force(error, at))?);
    }
    if depth >= DEPTH_MAX {
        return Err(Failure::TooDeep);
    }
    for name in names(at)? {
        remove(&at.join(name), depth + 1)?;
    }
    Ok(fs::remove_dir(at).or_else(|error| unprotected(error, at, || fs::remove_dir(at)))?)
}

/// Nothing is there; below a file, too.
fn is_absent(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory)
}

fn failed(failure: Failure, verb: &str, path: &str) -> Error {
    let (kind, code, why) = match &failure {
        Failure::Io(error) => {
            let (kind, code) = code_of(error);
            (kind, code, error.to_string())
        }
        Failure::Link => {
            (Kind::Invalid, "rootfs.link-loop", "a link is in the way, or leads in a circle".into())
        }
        Failure::Outside => (
            Kind::Invalid,
            "rootfs.path",
            "the path, or a link on its way, is no place inside the guest's root".into(),
        ),
        Failure::WrongKind => (
            Kind::Conflict,
            "rootfs.wrong-kind",
            "it is a file where a directory is needed, or one for the other".into(),
        ),
        Failure::NotALink => (Kind::Invalid, "rootfs.path", "it is no link".into()),
        Failure::MountPoint => {
            (Kind::Conflict, "rootfs.mount-point", "another file system is shown there".into())
        }
        Failure::TooMany => {
            (Kind::Invalid, "rootfs.too-large", format!("it holds more than {NAMES_MAX} names"))
        }
        Failure::TooDeep => {
            (Kind::Invalid, "rootfs.path", format!("directories lie more than {DEPTH_MAX} below each other"))
        }
    };
    Error::new(kind, code, format!("cannot {verb} {path} in the guest")).cause(why)
}

fn code_of(error: &io::Error) -> (Kind, &'static str) {
    match error.kind() {
        ErrorKind::NotFound => (Kind::NotFound, "rootfs.not-found"),
        ErrorKind::NotADirectory
        | ErrorKind::IsADirectory
        | ErrorKind::DirectoryNotEmpty
        | ErrorKind::AlreadyExists => (Kind::Conflict, "rootfs.wrong-kind"),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => (Kind::Other, "rootfs.full"),
        ErrorKind::ReadOnlyFilesystem => (Kind::Conflict, "rootfs.read-only"),
        ErrorKind::CrossesDevices => (Kind::Conflict, "rootfs.mount-point"),
        ErrorKind::InvalidInput | ErrorKind::InvalidFilename => (Kind::Invalid, "rootfs.path"),
        _ => (Kind::Other, "rootfs.io"),
    }
}

#[cfg(test)]
mod tests;
