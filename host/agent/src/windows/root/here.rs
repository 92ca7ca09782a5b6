//! What a root of Windows asks of Windows: files opened with an administrator's rights to back up and restore, which no access
//! list of the guest's takes away; replacing one with its attributes and access list kept.

use crate::windows::api;
use std::fs::OpenOptions;
use std::io;
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::Path;

/// `DELETE` of an access mask.
const DELETE: u32 = 0x0001_0000;
const FLAG_DELETE_ON_CLOSE: u32 = 0x0400_0000;
const FLAG_BACKUP_SEMANTICS: u32 = 0x0200_0000;
const FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;

/// How files are opened.
pub(super) fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.custom_flags(FLAG_BACKUP_SEMANTICS);
    options
}

/// Puts `new` in the place of `old`, which is kept as `kept`.
pub(super) fn swap(old: &Path, new: &Path, kept: Option<&Path>) -> io::Result<()> {
    api::replace_file(old, new, kept)
}

/// Makes a link to `target` at `at`; Windows wants to know whether it leads to a directory.
pub(super) fn link(parent: &Path, target: &str, at: &Path) -> io::Result<()> {
    let target = target.replace('/', "\\");
    if parent.join(&target).is_dir() {
        std::os::windows::fs::symlink_dir(target, at)
    } else {
        std::os::windows::fs::symlink_file(target, at)
    }
}

/// Whether there was a mark that could be taken away: that of a read-only file.
pub(super) fn unprotect(at: &Path) -> bool {
    let Ok(meta) = std::fs::symlink_metadata(at) else { return false };
    let mut permissions = meta.permissions();
    if !permissions.readonly() {
        return false;
    }
    #[allow(clippy::permissions_set_readonly_false)] // On Windows it is one attribute, and nobody's right.
    permissions.set_readonly(false);
    std::fs::set_permissions(at, permissions).is_ok()
}

/// Removes a file whose owner lets nobody: it is opened as who restores opens it, and goes with that.
pub(super) fn remove_by_force(error: io::Error, at: &Path) -> io::Result<()> {
    if error.kind() != io::ErrorKind::PermissionDenied {
        return Err(error);
    }
    let mut options = OpenOptions::new();
    options.access_mode(DELETE);
    options.custom_flags(FLAG_BACKUP_SEMANTICS | FLAG_OPEN_REPARSE_POINT | FLAG_DELETE_ON_CLOSE);
    options.open(at).map(drop)
}
