//! Trees of files: a copy to work on, and what differs between two. Never leaves the directory it was
//! given, follows no link, and knows nothing of guests. Of what is mounted in a tree whoever asks decides.

use gyre_core::error::Context as _;
use gyre_core::{ByteSize, Error, Result};
use gyre_engine::change::{Change, Contents, Seen, between};
use std::collections::BTreeSet;
use std::fs::{self, Metadata};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, lchown, symlink};
use std::path::{Path, PathBuf};
use tokio_util::sync::CancellationToken;

/// What is copied at most of a directory.
const COPY_BYTES_MAX: u64 = 8 << 30;
/// Entries of one tree.
pub const ENTRIES_MAX: usize = 1_000_000;
/// Directories below each other.
const DEPTH_MAX: usize = 200;
/// A file whose lines are compared.
const TEXT_BYTES_MAX: u64 = 1 << 20;

/// How far a copy goes, and a comparison.
#[derive(Clone, Debug)]
pub struct Walk {
    /// Sizes of files, all together.
    pub bytes_max: u64,
    /// Entries of a tree; two that are compared have as many each.
    pub entries_max: usize,
    /// What is mounted in the tree.
    pub mounts: Mounts,
    /// Ends it in the middle.
    pub cancel: CancellationToken,
}

impl Default for Walk {
    /// A directory of this machine.
    fn default() -> Self {
        Self {
            bytes_max: COPY_BYTES_MAX,
            entries_max: ENTRIES_MAX,
            mounts: Mounts::LeftOut,
            cancel: CancellationToken::new(),
        }
    }
}

/// What becomes of file systems that are mounted in a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mounts {
    /// They are this machine's own, and no part of the tree.
    LeftOut,
    /// They are parts of the tree.
    Entered,
}

/// A copy of `from` at `to`, an empty directory: files, directories and links with their modes, and their owners where
/// this is root. Devices, pipes and sockets are left out.
///
/// # Errors
/// `try.too-large`, `try.copy`, `job.cancelled`.
pub fn copy(from: &Path, to: &Path, walk: &Walk) -> Result<()> {
    let device = look(from)?.dev();
    let (mut bytes, mut todo, mut entries) = (0, vec![(PathBuf::new(), 0)], 0);
    while let Some((below, depth)) = todo.pop() {
        for name in names(&from.join(&below))? {
            let path = below.join(name);
            let found = look(&from.join(&path))?;
            entries += 1;
            bytes += if found.is_file() { found.len() } else { 0 };
            if bytes > walk.bytes_max || entries > walk.entries_max || depth > DEPTH_MAX {
                return Err(too_large(from, walk));
            }
            if walk.cancel.is_cancelled() {
                return Err(Error::cancelled());
            }
            let is_inside = walk.mounts == Mounts::Entered || found.dev() == device;
            if is_inside && copy_one(&from.join(&path), &to.join(&path), &found)? {
                todo.push((path, depth + 1));
            }
        }
    }
    set_mode(to, &look(from)?)
}

fn too_large(from: &Path, walk: &Walk) -> Error {
    let (limit, entries) = (ByteSize(walk.bytes_max), walk.entries_max);
    let what = format!("{} has more than {limit} in files, or more than {entries} entries", from.display());
    Error::invalid("try.too-large", what)
}

/// Whether it is a directory, whose contents are still to be copied.
fn copy_one(from: &Path, to: &Path, found: &Metadata) -> Result<bool> {
    let what = || format!("{} cannot be copied", from.display());
    if found.is_symlink() {
        let made = fs::read_link(from).and_then(|target| symlink(target, to));
        made.and_then(|()| own(to, found)).or_other("try.copy", what)?;
        return Ok(false);
    }
    if !found.is_dir() && !found.is_file() {
        return Ok(false);
    }
    let made = if found.is_dir() { fs::create_dir(to) } else { fs::copy(from, to).map(drop) };
    made.and_then(|()| own(to, found)).or_other("try.copy", what)?;
    set_mode(to, found)?;
    Ok(found.is_dir())
}

/// Only root can give a file away.
fn own(path: &Path, found: &Metadata) -> std::io::Result<()> {
    match lchown(path, Some(found.uid()), Some(found.gid())) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Ok(()),
        other => other,
    }
}

/// After the owner, whose change drops some bits.
fn set_mode(path: &Path, found: &Metadata) -> Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(found.mode() & 0o7777))
        .or_other("try.copy", || format!("{} cannot be given its mode", path.display()))
}

fn look(path: &Path) -> Result<Metadata> {
    path.symlink_metadata().or_other("try.copy", || format!("{} cannot be looked at", path.display()))
}

fn names(path: &Path) -> Result<BTreeSet<std::ffi::OsString>> {
    fs::read_dir(path)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.file_name())).collect())
        .or_other("try.copy", || format!("{} cannot be listed", path.display()))
}

/// What differs between two trees, by path; what [`copy`] leaves out is no difference. Of `walk` the mounts are about the
/// second tree, and files may be of any size.
///
/// # Errors
/// `try.copy`, also when one of the trees is not there, or goes away meanwhile; `try.too-large`, `job.cancelled`.
pub fn changes(before: &Path, after: &Path, walk: &Walk) -> Result<Vec<Change>> {
    let trees = [Tree::open(before, Mounts::LeftOut)?, Tree::open(after, walk.mounts)?];
    let (mut found, mut entries, mut todo) = (Vec::new(), 0, vec![(PathBuf::new(), [true, true])]);
    while let Some((below, are_there)) = todo.pop() {
        let both = || trees.iter().zip(are_there);
        let mut all = BTreeSet::new();
        for (tree, _) in both().filter(|(_, is_there)| *is_there) {
            all.extend(names(&tree.path.join(&below))?);
        }
        for name in all {
            entries += 1;
            if entries > walk.entries_max.saturating_mul(trees.len()) {
                return Err(too_large(after, walk));
            }
            if walk.cancel.is_cancelled() {
                return Err(Error::cancelled());
            }
            let path = below.join(name);
            let ([old, new], [old_is_there, new_is_there]) = (&trees, are_there);
            let sides = (old.side(&path, old_is_there)?, new.side(&path, new_is_there)?);
            let (Some(old), Some(new)) = sides else { continue };
            found.extend(between(format!("/{}", path.display()), &old.seen(&new)?, &new.seen(&old)?));
            if old.is_dir() || new.is_dir() {
                todo.push((path, [old.is_dir(), new.is_dir()]));
            }
        }
    }
    trees.iter().try_for_each(Tree::check)?;
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// One of two trees.
struct Tree<'a> {
    path: &'a Path,
    root: Metadata,
    mounts: Mounts,
}

impl<'a> Tree<'a> {
    fn open(path: &'a Path, mounts: Mounts) -> Result<Self> {
        Ok(Self { path, root: look(path)?, mounts })
    }

    /// What went away, or was unmounted, would look as if all its files had been removed.
    fn check(&self) -> Result<()> {
        let now = look(self.path)?;
        if (now.dev(), now.ino()) == (self.root.dev(), self.root.ino()) {
            return Ok(());
        }
        Err(Error::other("try.copy", format!("{} went away while it was compared", self.path.display())))
    }

    /// What is at a path of it, whose directory `is_there`, and is no link that leads elsewhere; none: it is left out.
    fn side(&self, path: &Path, is_there: bool) -> Result<Option<Side>> {
        let full = self.path.join(path);
        let side = if is_there { Side::open(full)? } else { Side { path: full, found: None } };
        let is_other = |found: &Metadata| self.mounts == Mounts::LeftOut && found.dev() != self.root.dev();
        let is_left_out = side.found.as_ref().is_some_and(|found| {
            is_other(found) || !(found.is_dir() || found.is_file() || found.is_symlink())
        });
        Ok((!is_left_out).then_some(side))
    }
}

/// One path in one of two trees.
struct Side {
    path: PathBuf,
    found: Option<Metadata>,
}

impl Side {
    /// Nothing is there only if that is what the system says.
    fn open(path: PathBuf) -> Result<Self> {
        let found = match path.symlink_metadata() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            other => Some(other.or_other("try.copy", || format!("{} cannot be looked at", path.display()))?),
        };
        Ok(Self { path, found })
    }

    fn is_dir(&self) -> bool {
        self.found.as_ref().is_some_and(Metadata::is_dir)
    }

    /// What there is to be said of it, beside the other.
    fn seen(&self, other: &Self) -> Result<Seen> {
        Ok(Seen { head: self.head(), size: self.size(), contents: self.contents(other)? })
    }

    /// Kind, mode and where a link points.
    fn head(&self) -> Option<String> {
        let found = self.found.as_ref()?;
        if found.is_symlink() {
            let target = fs::read_link(&self.path).unwrap_or_default();
            return Some(format!("link to {}", target.display()));
        }
        let kind = if found.is_dir() { "directory" } else { "file" };
        Some(format!("{kind}, mode {:04o}", found.mode() & 0o7777))
    }

    /// What is too large to be shown is read only where its size does not tell it from the other.
    fn contents(&self, other: &Self) -> Result<Contents> {
        let what = || format!("{} cannot be read", self.path.display());
        if !self.found.as_ref().is_some_and(Metadata::is_file) {
            return Ok(Contents::Nothing);
        }
        if self.size() <= TEXT_BYTES_MAX {
            return fs::read(&self.path).map(Contents::of).or_other("try.copy", what);
        }
        if self.size() != other.size() {
            return Ok(Contents::Unread);
        }
        fs::File::open(&self.path).and_then(Contents::too_large).or_other("try.copy", what)
    }

    fn size(&self) -> u64 {
        self.found.as_ref().filter(|found| found.is_file()).map_or(0, Metadata::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_its_limits() {
        let directory = tempfile::tempdir().unwrap();
        let (from, to) = (directory.path().join("a"), directory.path().join("b"));
        for path in [&from, &to] {
            fs::create_dir(path).unwrap();
        }
        fs::write(from.join("file"), "1234").unwrap();
        let short = Walk { bytes_max: 3, ..Walk::default() };
        assert_eq!(copy(&from, &to, &short).unwrap_err().code, "try.too-large");
        let ended = Walk::default();
        ended.cancel.cancel();
        assert_eq!(copy(&from, &to, &ended).unwrap_err().code, "job.cancelled");
        assert!(!to.join("file").exists());
    }

    #[test]
    fn a_copy_differs_in_nothing_and_every_change_is_seen() {
        let directory = tempfile::tempdir().unwrap();
        let (from, to) = (directory.path().join("a"), directory.path().join("b"));
        fs::create_dir_all(from.join("etc/x")).unwrap();
        fs::create_dir(&to).unwrap();
        fs::write(from.join("etc/file"), "one\n").unwrap();
        fs::write(from.join("etc/binary"), [0xff, 0]).unwrap();
        fs::set_permissions(from.join("etc/file"), fs::Permissions::from_mode(0o640)).unwrap();
        symlink("/etc/file", from.join("link")).unwrap();
        copy(&from, &to, &Walk::default()).unwrap();
        assert_eq!(changes(&from, &to, &Walk::default()).unwrap(), []);
        assert_eq!(fs::metadata(to.join("etc/file")).unwrap().mode() & 0o7777, 0o640);

        fs::write(to.join("etc/file"), "two\n").unwrap();
        fs::write(to.join("etc/binary"), [0xff, 1]).unwrap();
        fs::remove_file(to.join("link")).unwrap();
        symlink("elsewhere", to.join("link")).unwrap();
        fs::remove_dir(to.join("etc/x")).unwrap();
        fs::create_dir(to.join("new")).unwrap();
        fs::write(to.join("new/file"), "").unwrap();
        let found = changes(&from, &to, &Walk::default()).unwrap();
        let shown: Vec<_> = found.iter().map(|change| (change.path.as_str(), change.what.name())).collect();
        let expected = [
            ("/etc/binary", "changed"),
            ("/etc/file", "changed"),
            ("/etc/x", "removed"),
            ("/link", "changed"),
            ("/new", "made"),
            ("/new/file", "made"),
        ];
        assert_eq!(shown, expected);
        assert_eq!(found[1].text, "@@ -1 +1 @@\n-one\n+two\n");
        assert_eq!(found[3].text, "link to /etc/file → link to elsewhere\n");
    }

    #[test]
    fn a_tree_that_is_not_there_is_no_empty_one() {
        let directory = tempfile::tempdir().unwrap();
        let (from, gone) = (directory.path().join("a"), directory.path().join("b"));
        fs::create_dir(&from).unwrap();
        fs::write(from.join("shadow"), "secret\n").unwrap();
        for (before, after) in [(&from, &gone), (&gone, &from)] {
            assert_eq!(changes(before, after, &Walk::default()).unwrap_err().code, "try.copy");
        }
        let ended = Walk::default();
        ended.cancel.cancel();
        assert_eq!(changes(&from, &from, &ended).unwrap_err().code, "job.cancelled");
        let few = Walk { entries_max: 0, ..Walk::default() };
        assert_eq!(changes(&from, &from, &few).unwrap_err().code, "try.too-large");
    }

    #[test]
    fn a_tree_that_goes_away_while_it_is_compared_is_seen() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a");
        fs::create_dir(&path).unwrap();
        let tree = Tree::open(&path, Mounts::Entered).unwrap();
        tree.check().unwrap();
        // While the first is there the second has another number.
        fs::rename(&path, directory.path().join("b")).unwrap();
        assert_eq!(tree.check().unwrap_err().code, "try.copy");
        fs::create_dir(&path).unwrap();
        assert_eq!(tree.check().unwrap_err().code, "try.copy");
        let below_a_file = directory.path().join("file");
        fs::write(&below_a_file, "").unwrap();
        let error = Side::open(below_a_file.join("x")).err().unwrap();
        assert_eq!(error.code, "try.copy");
    }

    #[test]
    fn what_a_link_in_the_place_of_a_directory_leads_to_is_not_looked_at() {
        let directory = tempfile::tempdir().unwrap();
        let at = |path: &str| directory.path().join(path);
        for path in ["a/etc", "b", "outside"] {
            fs::create_dir_all(at(path)).unwrap();
        }
        fs::write(at("a/etc/file"), "mine\n").unwrap();
        fs::write(at("outside/secret"), "not mine\n").unwrap();
        symlink(at("outside"), at("b/etc")).unwrap();
        let found = changes(&at("a"), &at("b"), &Walk::default()).unwrap();
        let shown: Vec<_> = found.iter().map(|change| (change.path.as_str(), change.what.name())).collect();
        assert_eq!(shown, [("/etc", "changed"), ("/etc/file", "removed")]);
    }
}
