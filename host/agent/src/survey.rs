//! What lies below a directory of the guest, told so that it can be held against a later look: who asks wants to know what the
//! guest's programs changed meanwhile. No link is followed, nothing but regular files is opened, and whatever the guest
//! holds, an answer has an end. Knows no directory by its name, and not what a difference means.

use gyre_core::limits::{SURVEY_BYTES_MAX, SURVEY_ENTRIES_MAX, SURVEY_FILE_BYTES_MAX, TALLY_ENTRIES_MAX};
use gyre_core::protocol::{Base64, FileType, Stat, Survey, Surveyed};
use gyre_core::{Error, Result};

/// Directories below each other that are looked into.
const DEPTH_MAX: usize = 64;

/// A directory that is looked into, however this platform does it.
pub trait Directory: Sized {
    /// The names in it; none when they cannot be told.
    fn names(&self) -> Option<Vec<String>>;
    /// What is there, a link itself rather than what it points at.
    fn see(&self, name: &str) -> Option<Seen>;
    /// A directory in it; no link is followed.
    fn into(&self, name: &str) -> Option<Self>;
    /// Where a link points.
    fn target(&self, name: &str) -> Option<String>;
    /// What is in a regular file of at most [`SURVEY_FILE_BYTES_MAX`].
    fn read(&self, name: &str) -> Option<Vec<u8>>;
}

/// What one name is.
#[derive(Clone, Copy)]
pub struct Seen {
    /// As it is told.
    pub stat: Stat,
    /// Another one whenever something was written there, changed or replaced. A directory changes with every file in it,
    /// which is told of the file.
    pub mark: u64,
}

impl Seen {
    fn is_dir(&self) -> bool {
        self.stat.file_type == FileType::Directory
    }
}

/// One thing that was met.
struct Met<'a, D> {
    parent: &'a D,
    name: &'a str,
    path: String,
    seen: Seen,
}

/// Whether there is anything left to be looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Go {
    On,
    NoFurther,
}

/// Everything below `dir`, which is `path` in the guest, with the contents of small files if these are wanted.
pub fn survey<D: Directory>(dir: &D, path: &str, contents: bool) -> Survey {
    let (mut entries, mut room) = (Vec::new(), if contents { SURVEY_BYTES_MAX } else { 0 });
    let is_whole = walk(dir, path, &mut |met| {
        let entry = surveyed(met, room);
        room -= entry.bytes.as_ref().map_or(0, |bytes| bytes.0.len() as u64).min(room);
        entries.push(entry);
        if entries.len() < SURVEY_ENTRIES_MAX { Go::On } else { Go::NoFurther }
    });
    Survey { entries, is_whole }
}

/// Files and links below `dir`, which is `path` in the guest, in short: for each, eight bytes that stand for its path, and
/// eight for what it is.
///
/// # Errors
/// `rootfs.too-large` when there are more than [`TALLY_ENTRIES_MAX`].
pub fn tally<D: Directory>(dir: &D, path: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let is_whole = walk(dir, path, &mut |met| {
        if !met.seen.is_dir() {
            bytes.extend(short(met.path.as_bytes()).to_le_bytes());
            bytes.extend(met.seen.mark.to_le_bytes());
        }
        if bytes.len() < TALLY_ENTRIES_MAX * 16 { Go::On } else { Go::NoFurther }
    });
    if is_whole { Ok(bytes) } else { Err(not_whole(path)) }
}

/// Why there is no tally.
pub(crate) fn not_whole(path: &str) -> Error {
    let why = format!("{path} holds more than {TALLY_ENTRIES_MAX} files, or some that cannot be looked at");
    Error::invalid("rootfs.too-large", why)
}

/// Whether all was met that there is.
fn walk<D: Directory>(dir: &D, path: &str, visit: &mut dyn FnMut(Met<'_, D>) -> Go) -> bool {
    let mut is_whole = true;
    below(dir, path.trim_end_matches('/'), 0, &mut is_whole, visit);
    is_whole
}

/// In the order of names. What cannot be looked at is left out, and the answer then is not whole.
fn below<D: Directory>(
    dir: &D,
    path: &str,
    depth: usize,
    is_whole: &mut bool,
    visit: &mut dyn FnMut(Met<'_, D>) -> Go,
) -> Go {
    let listed = dir.names();
    *is_whole &= listed.is_some() && depth < DEPTH_MAX;
    if depth >= DEPTH_MAX {
        return Go::On;
    }
    let mut listed = listed.unwrap_or_default();
    listed.sort();
    for name in &listed {
        // A name that is no text cannot be told of.
        let Some(seen) = dir.see(name) else {
            *is_whole = false;
            continue;
        };
        let path = format!("{path}/{name}");
        if visit(Met { parent: dir, name, path: path.clone(), seen }) == Go::NoFurther {
            *is_whole = false;
            return Go::NoFurther;
        }
        if !seen.is_dir() {
            continue;
        }
        match dir.into(name) {
            Some(inner) if below(&inner, &path, depth + 1, is_whole, visit) == Go::NoFurther => {
                return Go::NoFurther;
            }
            Some(_) => {}
            None => *is_whole = false,
        }
    }
    Go::On
}

fn surveyed<D: Directory>(met: Met<'_, D>, room: u64) -> Surveyed {
    let stat = met.seen.stat;
    let target = (stat.file_type == FileType::Symlink).then(|| met.parent.target(met.name)).flatten();
    let is_read = stat.file_type == FileType::Regular && stat.size <= room.min(SURVEY_FILE_BYTES_MAX);
    let bytes = if is_read && room > 0 { met.parent.read(met.name).map(Base64) } else { None };
    Surveyed { path: met.path, mark: met.seen.mark, stat, target, bytes }
}

/// Eight bytes that stand for more.
pub(crate) fn short(bytes: &[u8]) -> u64 {
    let hash = blake3::hash(bytes);
    hash.as_bytes().iter().take(8).fold(0, |all, byte| all << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::root::Root;
    use rustix::fs::Mode;
    use std::fs::File;
    use std::os::unix::fs::symlink;
    use std::path::PathBuf;

    fn root() -> (tempfile::TempDir, Root, PathBuf) {
        let dir = tempfile::tempdir().unwrap();
        let inside = dir.path().join("root");
        std::fs::create_dir_all(inside.join("etc/sub")).unwrap();
        std::fs::write(dir.path().join("secret"), "outside").unwrap();
        std::fs::write(inside.join("etc/a"), "one\n").unwrap();
        std::fs::write(inside.join("etc/sub/b"), "two\n").unwrap();
        let fd = File::open(&inside).unwrap();
        (dir, Root::new(fd.into()), inside)
    }

    fn marks(survey: &Survey) -> Vec<(String, u64)> {
        survey.entries.iter().map(|entry| (entry.path.clone(), entry.mark)).collect()
    }

    #[test]
    fn a_change_is_another_mark_of_that_path_alone() {
        let (_dir, root, inside) = root();
        let before = root.survey("/etc", true).unwrap();
        let paths: Vec<&str> = before.entries.iter().map(|entry| entry.path.as_str()).collect();
        assert_eq!(paths, ["/etc/a", "/etc/sub", "/etc/sub/b"]);
        assert_eq!(before.entries[0].bytes.as_ref().unwrap().0, b"one\n");
        assert!(before.is_whole);
        assert_eq!(marks(&root.survey("/etc", false).unwrap()), marks(&before));
        let tally = root.tally("/etc").unwrap();
        // The same bytes, and the same time: what the kernel alone sets tells them apart.
        let time = inside.join("etc/a").metadata().unwrap().modified().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20));
        std::fs::write(inside.join("etc/a"), "ONE\n").unwrap();
        File::options().write(true).open(inside.join("etc/a")).unwrap().set_modified(time).unwrap();
        let after = root.survey("/etc", false).unwrap();
        let differ = |at: usize| marks(&before)[at] != marks(&after)[at];
        assert!(differ(0) && !differ(1) && !differ(2));
        assert!(after.entries.iter().all(|entry| entry.bytes.is_none()));
        assert_eq!((tally.len(), tally == root.tally("/etc").unwrap()), (32, false));
        assert_eq!(root.survey("/no", true).unwrap().entries.len(), 0);
        assert_eq!(root.survey("/etc/a", true).unwrap().entries.len(), 0);
    }

    #[test]
    fn nothing_leads_out_and_nothing_is_waited_for() {
        let (dir, root, inside) = root();
        symlink("../../secret", inside.join("etc/up")).unwrap();
        symlink(dir.path(), inside.join("etc/out")).unwrap();
        symlink("..", inside.join("etc/sub/circle")).unwrap();
        let pipe = rustix::fs::FileType::Fifo;
        rustix::fs::mknodat(rustix::fs::CWD, inside.join("etc/pipe"), pipe, Mode::RUSR, 0).unwrap();
        symlink("etc", inside.join("link")).unwrap();
        let survey = root.survey("/etc", true).unwrap();
        let of = |path: &str| survey.entries.iter().find(|entry| entry.path == path).unwrap();
        assert_eq!(
            (of("/etc/up").target.as_deref(), of("/etc/up").bytes.is_none()),
            (Some("../../secret"), true)
        );
        assert_eq!(of("/etc/pipe").stat.file_type, FileType::Other);
        assert!(of("/etc/out").bytes.is_none() && survey.entries.len() == 7, "{survey:?}");
        assert_eq!(root.survey("/link", true).unwrap().entries.len(), 0, "a link is no directory");
    }

    #[test]
    fn an_answer_has_an_end() {
        let (_dir, root, inside) = root();
        let mut deep = inside.join("deep");
        for _ in 0..DEPTH_MAX + 3 {
            deep.push("d");
        }
        std::fs::create_dir_all(&deep).unwrap();
        let survey = root.survey("/deep", true).unwrap();
        assert!(!survey.is_whole && survey.entries.len() == DEPTH_MAX, "{}", survey.entries.len());
        assert_eq!(root.tally("/deep").unwrap_err().code, "rootfs.too-large");
        File::create(inside.join("etc/large")).unwrap().set_len(SURVEY_FILE_BYTES_MAX + 1).unwrap();
        let survey = root.survey("/etc", true).unwrap();
        let large = survey.entries.iter().find(|entry| entry.path == "/etc/large").unwrap();
        assert!(large.bytes.is_none() && survey.is_whole);
    }
}
