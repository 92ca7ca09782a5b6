//! Components that unfinished jobs pinned, by digest, in the state directory: a job goes on with what it began with,
//! whatever became of the plugin's file. A digest is checked whenever one is read. Knows no job.

use crate::component::{Component, signature_path};
use crate::files;
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use std::collections::BTreeSet;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// In the state directory.
const DIRECTORY: &str = "components";
const EXTENSION: &str = "wasm";
const DIGEST_DIGITS: usize = 64;
const DIRECTORY_MODE: u32 = 0o700;
const MODE: u32 = 0o600;
/// A component that was kept later than this before a sweep stays: its job may be noted a moment later. Far more than
/// the clock of a file system lags behind that of the machine.
const YOUNG: Duration = Duration::from_secs(60);

/// The directory of kept components.
#[derive(Clone, Debug)]
pub struct Kept {
    directory: PathBuf,
}

impl Kept {
    /// That of a state directory; it is made when something is kept.
    pub fn new(state: &Path) -> Self {
        Self { directory: state.join(DIRECTORY) }
    }

    /// Keeps a component with its signature. Idempotent, and makes one whole again that was damaged.
    ///
    /// # Errors
    /// `plugin.keep`.
    pub fn keep(&self, component: &Component) -> Result<()> {
        let what = || format!("a component cannot be kept in {}", self.directory.display());
        let path = self.path(component.sha256()).ok_or_else(|| Error::other("plugin.keep", what()))?;
        let is_whole = self.open("", component.sha256()).is_some();
        self.write(&path, component, is_whole).or_other("plugin.keep", what)
    }

    fn write(&self, path: &Path, component: &Component, is_whole: bool) -> std::io::Result<()> {
        std::fs::DirBuilder::new().recursive(true).mode(DIRECTORY_MODE).create(&self.directory)?;
        // A signature that cannot be read is none: the component is refused where one is asked for.
        if let Ok(Some(text)) = component.signature() {
            files::replace(&signature_path(path), text.as_bytes(), MODE)?;
        }
        if is_whole {
            return std::fs::File::options().write(true).open(path)?.set_modified(SystemTime::now());
        }
        files::replace(path, component.bytes(), MODE)
    }

    /// The component with this digest; `None` when it is gone or damaged.
    pub fn open(&self, plugin: &str, sha256: &str) -> Option<Component> {
        let path = self.path(sha256)?;
        let component = Component::read(plugin, &path).ok()?;
        if component.sha256() == sha256 {
            return Some(component);
        }
        tracing::warn!(path = %path.display(), found = component.sha256(), "a kept component is damaged");
        None
    }

    /// Removes what is neither needed nor young, and answers the digests.
    ///
    /// # Errors
    /// `plugin.keep`: the directory cannot be read. What cannot be removed now is tried again by the next sweep.
    pub fn sweep(&self, needed: &BTreeSet<String>) -> Result<Vec<String>> {
        let what = || format!("{} cannot be read", self.directory.display());
        let entries = match std::fs::read_dir(&self.directory) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.or_other("plugin.keep", what)?,
        };
        let found: Vec<Found> = entries.flatten().filter_map(|entry| Found::of(&entry)).collect();
        let mut removed = Vec::new();
        for found in unneeded(&found, needed) {
            if std::fs::remove_file(self.directory.join(&found.file)).is_ok() {
                removed.extend(found.is_component().then(|| found.digest.clone()));
            }
        }
        Ok(removed)
    }

    fn path(&self, sha256: &str) -> Option<PathBuf> {
        is_digest(sha256).then(|| self.directory.join(format!("{sha256}.{EXTENSION}")))
    }
}

/// It comes from the state's database: it must not become a path of its own.
fn is_digest(text: &str) -> bool {
    text.len() == DIGEST_DIGITS && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// A file of the directory.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    file: String,
    /// Whose component or signature it is, or half of one.
    digest: String,
    is_old: bool,
}

impl Found {
    fn of(entry: &std::fs::DirEntry) -> Option<Self> {
        let file = entry.file_name().into_string().ok()?;
        let digest =
            file.trim_start_matches('.').split('.').next().filter(|digest| is_digest(digest))?.to_owned();
        let kept = entry.metadata().and_then(|meta| meta.modified()).ok()?;
        // What seems to come from the future stays until it does not.
        let is_old = SystemTime::now().duration_since(kept).is_ok_and(|age| age > YOUNG);
        Some(Self { file, digest, is_old })
    }

    fn is_component(&self) -> bool {
        self.file == format!("{}.{EXTENSION}", self.digest)
    }

    /// Left by a process that was killed while it wrote.
    fn is_part(&self) -> bool {
        self.file.starts_with('.')
    }
}

/// Which of the files found nobody needs any more.
fn unneeded<'a>(found: &'a [Found], needed: &BTreeSet<String>) -> Vec<&'a Found> {
    found
        .iter()
        .filter(|found| found.is_old && (found.is_part() || !needed.contains(&found.digest)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    fn component(bytes: &[u8]) -> Component {
        Component::new(Path::new("a.wasm"), bytes.to_vec(), Some("signature".into()))
    }

    /// As if the file had been written an hour ago.
    fn age(path: &Path) {
        let then = SystemTime::now() - Duration::from_secs(3600);
        std::fs::File::options().write(true).open(path).unwrap().set_modified(then).unwrap();
    }

    #[test]
    fn what_is_kept_is_given_back_whole_or_not_at_all() {
        let state = tempfile::tempdir().unwrap();
        let kept = Kept::new(state.path());
        let one = component(b"one");
        assert!(kept.open("a", one.sha256()).is_none());
        kept.keep(&one).unwrap();
        let path = state.path().join(format!("components/{}.wasm", one.sha256()));
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let found = kept.open("a", one.sha256()).unwrap();
        assert_eq!((found.bytes(), found.signature().unwrap()), (&b"one"[..], Some("signature")));

        std::fs::write(&path, b"other").unwrap();
        assert!(kept.open("a", one.sha256()).is_none(), "damaged");
        kept.keep(&one).unwrap();
        assert_eq!(kept.open("a", one.sha256()).unwrap().bytes(), b"one", "whole again");
        for digest in ["", "../../etc/passwd", &"A".repeat(64), &format!("{}/", "a".repeat(63))] {
            assert!(kept.open("a", digest).is_none(), "{digest:?}");
        }
    }

    #[test]
    fn a_table_of_what_is_needed() {
        let digest = |letter: &str| letter.repeat(64);
        let file = |name: String, letter: &str, is_old| Found { file: name, digest: digest(letter), is_old };
        let found = [
            file(format!("{}.wasm", digest("a")), "a", true),
            file(format!("{}.wasm.minisig", digest("a")), "a", true),
            file(format!("{}.wasm", digest("b")), "b", true),
            file(format!("{}.wasm.minisig", digest("b")), "b", true),
            file(format!("{}.wasm", digest("c")), "c", false),
            file(format!(".{}.wasm.1.part", digest("a")), "a", true),
            file(format!(".{}.wasm.2.part", digest("a")), "a", false),
        ];
        let gone: Vec<_> =
            unneeded(&found, &[digest("a")].into()).into_iter().map(|f| f.file.clone()).collect();
        assert_eq!(gone, [found[2].file.clone(), found[3].file.clone(), found[5].file.clone()]);
        assert_eq!(unneeded(&found, &BTreeSet::new()).len(), 5);
    }

    #[test]
    fn a_sweep_removes_what_nobody_needs_and_nothing_of_others() {
        let state = tempfile::tempdir().unwrap();
        let kept = Kept::new(state.path());
        assert_eq!(kept.sweep(&BTreeSet::new()).unwrap(), Vec::<String>::new());
        let (one, two, three) = (component(b"one"), component(b"two"), component(b"three"));
        let directory = state.path().join("components");
        for component in [&one, &two, &three] {
            kept.keep(component).unwrap();
            age(&directory.join(format!("{}.wasm", component.sha256())));
            age(&directory.join(format!("{}.wasm.minisig", component.sha256())));
        }
        std::fs::write(directory.join("README"), "by hand").unwrap();
        age(&directory.join("README"));
        kept.keep(&two).unwrap(); // young again
        assert_eq!(kept.sweep(&[one.sha256().to_owned()].into()).unwrap(), [three.sha256()]);
        assert!(kept.open("a", one.sha256()).is_some() && kept.open("a", two.sha256()).is_some());
        assert!(kept.open("a", three.sha256()).is_none() && directory.join("README").exists());
        assert!(!directory.join(format!("{}.wasm.minisig", three.sha256())).exists());
    }
}
