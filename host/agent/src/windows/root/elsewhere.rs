//! What a root of Windows asks of its platform, where that is another one: for tests.

use std::fs::OpenOptions;
use std::io;
use std::path::Path;

/// How files are opened.
pub(super) fn options() -> OpenOptions {
    OpenOptions::new()
}

/// Puts `new` in the place of `old`, which is kept as `kept`.
pub(super) fn swap(old: &Path, new: &Path, kept: Option<&Path>) -> io::Result<()> {
    std::fs::set_permissions(new, old.symlink_metadata()?.permissions())?;
    if let Some(kept) = kept {
        std::fs::hard_link(old, kept)?;
    }
    std::fs::rename(new, old)
}

/// Makes a link to `target` at `at`.
pub(super) fn link(_parent: &Path, target: &str, at: &Path) -> io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

/// Whether there was a mark that could be taken away: there are none.
pub(super) fn unprotect(_at: &Path) -> bool {
    false
}

/// Removes a file whose owner lets nobody.
pub(super) fn remove_by_force(error: io::Error, _at: &Path) -> io::Result<()> {
    Err(error)
}
