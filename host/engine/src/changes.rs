//! What a morphing changes in the guest: a root that lets every call pass, and looks at each path before it is changed for
//! the first time; before the first program of the guest, at all that [`Programs`] keeps an eye on. Held against what is
//! there in the end, that is what is told of the job. Refuses to know what a change means.

use crate::change::{Change, Contents, Seen, between};
use crate::programs::{Ask, Differing, Programs};
use crate::unshown;
use async_trait::async_trait;
use gyre_core::limits::GUEST_FILE_BYTES_MAX;
use gyre_core::protocol::{FileType, HiveRequest, Root, RootReply, RootRequest, Stat};
use gyre_core::{Error, Kind, Result};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tokio::sync::Mutex;

/// Paths that are looked at, of one morphing.
const PATHS_MAX: usize = 5_000;
/// Paths below a directory that is removed or renamed.
const BELOW_MAX: usize = 500;
/// A text whose lines are shown.
const TEXT_BYTES_MAX: u64 = 1 << 20;
/// Texts that are held until the end, all together; what comes later is told by its hash.
const HELD_BYTES_MAX: u64 = 32 << 20;
/// A diff of one file.
const DIFF_BYTES_MAX: usize = 64 << 10;
/// The diffs of one morphing, all together; files that come later are named.
const DIFFS_BYTES_MAX: usize = 2 << 20;

/// A root whose changes are noted.
pub(crate) struct Noted {
    root: Arc<dyn Root>,
    before: Mutex<Before>,
}

/// How paths were before they were changed.
#[derive(Default)]
struct Before {
    seen: BTreeMap<String, Seen>,
    held: u64,
    /// How all was before the first program ran; none: none did.
    programs: Option<Programs>,
    /// Paths of open hives.
    hives: HashMap<u32, String>,
    left_out: usize,
}

/// What came of it.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// By path.
    pub changes: Vec<Change>,
    /// Paths that were changed, too, and not looked at.
    pub left_out: usize,
}

impl Noted {
    pub fn new(root: Arc<dyn Root>) -> Arc<Self> {
        Arc::new(Self { root, before: Mutex::default() })
    }

    /// What differs now from what was there before; afterwards it is told no more.
    ///
    /// # Errors
    /// What keeps the guest from being looked at.
    pub async fn outcome(&self) -> Result<Outcome> {
        let Before { mut seen, mut left_out, programs, .. } = std::mem::take(&mut *self.before.lock().await);
        let Differing { paths, counted } = match programs {
            Some(programs) => programs.after(self).await?,
            None => Differing::default(),
        };
        for (path, old) in paths {
            if seen.len() < PATHS_MAX || seen.contains_key(&path) {
                seen.entry(path).or_insert(old);
            } else {
                left_out += 1;
            }
        }
        let (mut changes, mut bytes) = (Vec::new(), 0);
        for (path, old) in seen {
            // One at a time: none of these is held.
            let new = self.see(&path, 0).await?;
            let Some(mut change) = between(path, &old, &new) else { continue };
            shorten(&mut change.text, DIFF_BYTES_MAX.min(DIFFS_BYTES_MAX.saturating_sub(bytes)));
            bytes += change.text.len();
            changes.push(change);
        }
        changes.extend(counted);
        Ok(Outcome { changes, left_out })
    }

    /// Looks at what a call is about to change, unless it was looked at before.
    async fn look(&self, before: &mut Before, request: &RootRequest) -> Result<()> {
        if matches!(request, RootRequest::Run { .. }) && before.programs.is_none() {
            before.programs = Some(Programs::before(self).await?);
        }
        for path in self.touched(before, request).await? {
            if before.seen.contains_key(&path) {
                continue;
            }
            if before.seen.len() >= PATHS_MAX {
                before.left_out += 1;
                continue;
            }
            // A program may have changed it since.
            let seen = match before.programs.as_ref().and_then(|programs| programs.at(&path)) {
                Some(seen) => seen,
                None => self.see(&path, before.held).await?,
            };
            before.held += kept(&seen);
            before.seen.insert(path, seen);
        }
        Ok(())
    }

    async fn touched(&self, before: &Before, request: &RootRequest) -> Result<Vec<String>> {
        Ok(match request {
            RootRequest::WriteFile { path, .. }
            | RootRequest::WriteAt { path, .. }
            | RootRequest::MakeDir { path, .. }
            | RootRequest::Symlink { path, .. } => vec![plain(path)],
            RootRequest::Remove { path } => self.below(&plain(path)).await?,
            RootRequest::Rename { from, to } => {
                let (from, to) = (plain(from), plain(to));
                let below = self.below(&from).await?;
                let moved = |path: &String| Some(format!("{to}{}", path.strip_prefix(&from)?));
                let moved: Vec<_> = below.iter().filter_map(moved).collect();
                [below, moved].concat()
            }
            RootRequest::Hive { hive, ask: HiveRequest::Commit } => {
                before.hives.get(hive).map(|path| plain(path)).into_iter().collect()
            }
            _ => Vec::new(),
        })
    }

    /// A path, and what is below it where it is a directory.
    async fn below(&self, path: &str) -> Result<Vec<String>> {
        let (mut found, mut next) = (vec![path.to_owned()], 0);
        while let Some(path) = found.get(next).cloned() {
            next += 1;
            let is_directory = self.stat(&path).await?.is_some_and(|s| s.file_type == FileType::Directory);
            if is_directory && found.len() < BELOW_MAX {
                let names = self.names(&path).await?;
                found.extend(names.iter().map(|name| format!("{path}/{name}")));
            }
        }
        found.truncate(BELOW_MAX);
        Ok(found)
    }

    async fn see(&self, path: &str, held: u64) -> Result<Seen> {
        let Some(stat) = self.stat(path).await? else { return Ok(Seen::nothing()) };
        let target = match stat.file_type {
            FileType::Symlink => self.target(path).await?,
            _ => String::new(),
        };
        let (head, size, mut contents) = match stat.file_type {
            FileType::Regular => (Seen::head_of(&stat, ""), stat.size, self.contents(path, stat.size).await?),
            _ => (Seen::head_of(&stat, &target), 0, Contents::Nothing),
        };
        if let Contents::Text(_, hash) = contents
            && (size > TEXT_BYTES_MAX || held + size > HELD_BYTES_MAX)
        {
            contents = Contents::Bytes(hash);
        }
        Ok(Seen { head: Some(head), size, contents })
    }

    async fn contents(&self, path: &str, size: u64) -> Result<Contents> {
        if size > GUEST_FILE_BYTES_MAX {
            return Ok(Contents::Unread);
        }
        match self.ask(RootRequest::ReadFile { path: path.to_owned() }).await? {
            Some(RootReply::Bytes { bytes }) => Ok(unshown::contents(path, bytes.0)),
            _ => Ok(Contents::Unread),
        }
    }

    async fn stat(&self, path: &str) -> Result<Option<Stat>> {
        match self.ask(RootRequest::Stat { path: path.to_owned() }).await? {
            Some(RootReply::Stat { stat }) => Ok(stat),
            _ => Ok(None),
        }
    }

    async fn names(&self, path: &str) -> Result<Vec<String>> {
        match self.ask(RootRequest::ReadDir { path: path.to_owned() }).await? {
            Some(RootReply::Names { names }) => Ok(names),
            _ => Ok(Vec::new()),
        }
    }

    async fn target(&self, path: &str) -> Result<String> {
        match self.ask(RootRequest::ReadLink { path: path.to_owned() }).await? {
            Some(RootReply::Target { target }) => Ok(target),
            _ => Ok(String::new()),
        }
    }
}

impl Ask for Noted {
    /// None where the path itself cannot be looked at: whoever changes it will learn why.
    async fn ask(&self, request: RootRequest) -> Result<Option<RootReply>> {
        match self.root.call(request).await {
            Ok(reply) => Ok(Some(reply)),
            Err(error) if is_of_path(&error) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[async_trait]
impl Root for Noted {
    async fn call(&self, request: RootRequest) -> Result<RootReply> {
        if let RootRequest::OpenHive { path } = &request {
            let path = path.clone();
            let reply = self.root.call(request).await?;
            if let RootReply::Hive { hive } = reply {
                self.before.lock().await.hives.insert(hive, path);
            }
            return Ok(reply);
        }
        if !request.only_looks() {
            self.look(&mut *self.before.lock().await, &request).await?;
        }
        self.root.call(request).await
    }
}

fn is_of_path(error: &Error) -> bool {
    error.kind != Kind::Unavailable && error.code.starts_with("rootfs.")
}

/// One name for one path: without doubled and last slashes.
fn plain(path: &str) -> String {
    path.split('/').filter(|part| !part.is_empty()).fold(String::new(), |all, part| all + "/" + part)
}

/// Bytes of a text that is held.
fn kept(seen: &Seen) -> u64 {
    if matches!(seen.contents, Contents::Text(..)) { seen.size } else { 0 }
}

/// To whole lines of so many bytes.
fn shorten(text: &mut String, bytes_max: usize) {
    if text.len() <= bytes_max {
        return;
    }
    let lines = text.lines().count();
    let mut bytes = 0;
    let fitting = text.split_inclusive('\n').take_while(|line| {
        bytes += line.len();
        bytes <= bytes_max
    });
    let shown: Vec<&str> = fitting.collect();
    let more = lines - shown.len();
    *text = format!("{}… {more} more lines\n", shown.concat());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::What;
    use gyre_core::protocol::{Base64, Survey, Surveyed};

    /// A tree of files, links and directories; what is below a directory has its path before it. Its programs are named for
    /// what they write: `PATH TEXT`.
    #[derive(Default)]
    struct Tree(std::sync::Mutex<BTreeMap<String, Entry>>);

    fn mark_of(entry: &Entry) -> u64 {
        let text = match entry {
            Entry::File(bytes) => bytes.clone(),
            Entry::Directory => Vec::new(),
            Entry::Link(target) => target.clone().into_bytes(),
        };
        blake3::hash(&text).as_bytes().iter().take(8).fold(0, |all, byte| all << 8 | u64::from(*byte))
    }

    fn surveyed(path: &str, entry: &Entry, contents: bool) -> Surveyed {
        let bytes = match entry {
            Entry::File(bytes) if contents && bytes.len() < LARGE => Some(Base64(bytes.clone())),
            _ => None,
        };
        Surveyed { path: path.into(), stat: stat_of(entry), mark: mark_of(entry), target: None, bytes }
    }

    /// A file that no survey reads.
    const LARGE: usize = 1000;

    #[derive(Clone)]
    enum Entry {
        File(Vec<u8>),
        Directory,
        Link(String),
    }

    fn stat_of(entry: &Entry) -> Stat {
        let (file_type, size) = match entry {
            Entry::File(bytes) => (FileType::Regular, bytes.len() as u64),
            Entry::Directory => (FileType::Directory, 0),
            Entry::Link(_) => (FileType::Symlink, 0),
        };
        Stat { file_type, mode: 0o644, uid: 0, gid: 0, size }
    }

    fn missing() -> Error {
        Error::not_found("rootfs.not-found", "it is not there")
    }

    #[async_trait]
    impl Root for Tree {
        async fn call(&self, request: RootRequest) -> Result<RootReply> {
            let mut tree = self.0.lock().unwrap();
            let is_in = |path: &str, above: &str| path == above || path.starts_with(&format!("{above}/"));
            match request {
                RootRequest::Stat { path } => {
                    return Ok(RootReply::Stat { stat: tree.get(&path).map(stat_of) });
                }
                RootRequest::ReadFile { path } => match tree.get(&path) {
                    Some(Entry::File(bytes)) => {
                        return Ok(RootReply::Bytes { bytes: Base64(bytes.clone()) });
                    }
                    _ => return Err(missing()),
                },
                RootRequest::ReadLink { path } => match tree.get(&path) {
                    Some(Entry::Link(target)) => return Ok(RootReply::Target { target: target.clone() }),
                    _ => return Err(missing()),
                },
                RootRequest::ReadDir { path } => {
                    let below = |other: &String| other.strip_prefix(&format!("{path}/")).map(str::to_owned);
                    let names = tree.keys().filter_map(below).filter(|name| !name.contains('/')).collect();
                    return Ok(RootReply::Names { names });
                }
                RootRequest::Survey { path, contents } => {
                    let below = tree.iter().filter(|(other, _)| is_in(other, &path) && **other != path);
                    let entries = below.map(|(path, entry)| surveyed(path, entry, contents)).collect();
                    return Ok(RootReply::Survey { survey: Survey { entries, is_whole: true } });
                }
                RootRequest::Tally { path } => {
                    let below = tree.iter().filter(|(other, _)| is_in(other, &path) && **other != path);
                    let pair = |(path, entry): (&String, &Entry)| {
                        [mark_of(&file(path)).to_le_bytes(), mark_of(entry).to_le_bytes()].concat()
                    };
                    return Ok(RootReply::Bytes { bytes: Base64(below.flat_map(pair).collect()) });
                }
                RootRequest::Run { argv, .. } => {
                    drop(tree.insert(argv[0].clone(), Entry::File(argv[1].clone().into_bytes())))
                }
                RootRequest::OpenHive { .. } => return Ok(RootReply::Hive { hive: 7 }),
                RootRequest::Hive { hive: 7, ask: HiveRequest::Commit } => {
                    tree.insert("/hive".into(), Entry::File(b"regf\xff2".to_vec()));
                }
                RootRequest::WriteFile { path, bytes, .. } => {
                    drop(tree.insert(plain(&path), Entry::File(bytes.0)))
                }
                RootRequest::MakeDir { path, .. } => drop(tree.insert(path, Entry::Directory)),
                RootRequest::Symlink { path, target } => drop(tree.insert(path, Entry::Link(target))),
                RootRequest::Remove { path } => tree.retain(|other, _| !is_in(other, &path)),
                RootRequest::Rename { from, to } => {
                    let moved: Vec<String> = tree.keys().filter(|path| is_in(path, &from)).cloned().collect();
                    for path in moved {
                        let entry = tree.remove(&path).unwrap();
                        tree.insert(format!("{to}{}", &path[from.len()..]), entry);
                    }
                }
                other => panic!("{other:?}"),
            }
            Ok(RootReply::Done)
        }
    }

    fn tree(entries: &[(&str, Entry)]) -> Arc<Noted> {
        let entries = entries.iter().map(|(path, entry)| (path.to_string(), entry.clone())).collect();
        Noted::new(Arc::new(Tree(std::sync::Mutex::new(entries))))
    }

    fn file(text: &str) -> Entry {
        Entry::File(text.as_bytes().to_vec())
    }

    async fn write(root: &Noted, path: &str, text: &str) {
        let bytes = Base64(text.as_bytes().to_vec());
        root.call(RootRequest::WriteFile { path: path.into(), mode: 0o644, bytes }).await.unwrap();
    }

    async fn told(root: &Noted) -> Vec<(String, &'static str, String)> {
        let outcome = root.outcome().await.unwrap();
        outcome.changes.into_iter().map(|c| (c.path, c.what.name(), c.text)).collect()
    }

    #[tokio::test]
    async fn what_is_there_in_the_end_is_held_against_what_was_there_first() {
        let root = tree(&[("/etc/a", file("1\n")), ("/etc/b", file("b\n")), ("/etc/same", file("x\n"))]);
        write(&root, "/etc/a", "2\n").await;
        write(&root, "/etc//a", "3\n").await;
        write(&root, "/etc/same", "y\n").await;
        write(&root, "/etc/same", "x\n").await;
        write(&root, "/tmp/part", "for a while").await;
        let call = |request| async { root.call(request).await.unwrap() };
        call(RootRequest::Remove { path: "/tmp/part".into() }).await;
        call(RootRequest::Symlink { path: "/etc/b".into(), target: "a".into() }).await;
        // What only looks is no change.
        call(RootRequest::Stat { path: "/etc/c".into() }).await;
        let link = "file, mode 0644 → link to a\n@@ -1 +1 @@\n-b\n";
        let expected = [
            ("/etc/a".into(), "changed", "@@ -1 +1 @@\n-1\n+3\n".into()),
            ("/etc/b".into(), "changed", link.into()),
        ];
        assert_eq!(told(&root).await, expected);
        assert_eq!(told(&root).await, []);
    }

    async fn run(root: &Noted, path: &str, text: &str) {
        let argv = vec![path.into(), text.into()];
        let run = RootRequest::Run { argv, env: vec![], stdin: Base64::default(), timeout_ms: None };
        root.call(run).await.unwrap();
    }

    #[tokio::test]
    async fn what_programs_change_is_told_too() {
        let root = tree(&[
            ("/etc/a", file("1\n")),
            ("/etc/b", file("b\n")),
            ("/etc/shadow", file("root:a\n")),
            ("/etc/same", file("x\n")),
            ("/boot/initrd", Entry::File(vec![0xff; LARGE])),
            ("/usr/bin/a", file("a")),
            ("/usr/bin/b", file("b")),
        ]);
        write(&root, "/etc/b", "c\n").await;
        run(&root, "/etc/a", "2\n").await;
        // A file that both changed is as it was before both.
        write(&root, "/etc/a", "3\n").await;
        run(&root, "/etc/b", "d\n").await;
        run(&root, "/etc/new", "n\n").await;
        write(&root, "/etc/new", "m\n").await;
        run(&root, "/etc/shadow", "root:b\n").await;
        run(&root, "/boot/initrd", &"i".repeat(LARGE + 1)).await;
        for path in ["/usr/bin/b", "/usr/bin/c", "/usr/bin/d"] {
            run(&root, path, "new").await;
        }
        run(&root, "/var/lib/x", "not looked at").await;
        let told = told(&root).await;
        let of = |path: &str| {
            let found = told.iter().find(|(at, ..)| at == path);
            found
                .map(|(_, what, text)| (*what, text.as_str()))
                .unwrap_or_else(|| panic!("no {path}: {told:?}"))
        };
        assert_eq!(of("/etc/a"), ("changed", "@@ -1 +1 @@\n-1\n+3\n"));
        assert_eq!(of("/etc/b"), ("changed", "@@ -1 +1 @@\n-b\n+d\n"));
        assert_eq!(of("/etc/new"), ("made", "nothing → file, mode 0644\n@@ -1 +1 @@\n+m\n"));
        assert_eq!(of("/etc/shadow"), ("changed", "its contents are not shown\n"));
        let (_, initramfs) = of("/boot/initrd");
        assert!(
            initramfs.starts_with("1000 B → 1001 B") && initramfs.ends_with("no text to be shown\n"),
            "{initramfs}"
        );
        let counted = "below it, 2 files made, 1 changed, 0 removed, which are not listed\n";
        assert_eq!(of("/usr"), ("changed", counted));
        assert_eq!(told.len(), 6, "{told:?}");
    }

    #[tokio::test]
    async fn what_is_below_a_directory_moves_and_goes_with_it() {
        let entries = [
            ("/d", Entry::Directory),
            ("/d/x", file("x\n")),
            ("/d/sub", Entry::Directory),
            ("/d/sub/y", file("y\n")),
        ];
        let root = tree(&entries);
        let (from, to) = ("/d".to_string(), "/kept".to_string());
        root.call(RootRequest::Rename { from, to }).await.unwrap();
        let paths = |told: Vec<(String, &'static str, String)>| -> Vec<String> {
            told.into_iter().map(|(path, what, _)| format!("{what} {path}")).collect()
        };
        let (gone, come) =
            (["/d", "/d/sub", "/d/sub/y", "/d/x"], ["/kept", "/kept/sub", "/kept/sub/y", "/kept/x"]);
        let expected: Vec<String> = gone.iter().map(|path| format!("removed {path}")).collect();
        let expected = [expected, come.iter().map(|path| format!("made {path}")).collect()].concat();
        assert_eq!(paths(told(&root).await), expected);
        root.call(RootRequest::Remove { path: "/kept".into() }).await.unwrap();
        let expected: Vec<String> = come.iter().map(|path| format!("removed {path}")).collect();
        assert_eq!(paths(told(&root).await), expected);
    }

    #[tokio::test]
    async fn a_hive_is_told_when_it_is_committed_and_secrets_are_not_shown() {
        let root = tree(&[("/hive", Entry::File(b"regf\xff1".to_vec())), ("/etc/shadow", file("root:a\n"))]);
        root.call(RootRequest::OpenHive { path: "/hive".into() }).await.unwrap();
        assert_eq!(told(&root).await, []);
        root.call(RootRequest::OpenHive { path: "/hive".into() }).await.unwrap();
        root.call(RootRequest::Hive { hive: 7, ask: HiveRequest::Commit }).await.unwrap();
        write(&root, "/etc/shadow", "root:b\n").await;
        let told = told(&root).await;
        assert_eq!(told[0], ("/etc/shadow".into(), "changed", "its contents are not shown\n".into()));
        assert!(told[1].0 == "/hive" && told[1].2.starts_with("6 B (blake3 "), "{told:?}");
    }

    #[tokio::test]
    async fn diffs_and_paths_have_their_limits() {
        let root = tree(&[]);
        let long: String = (0..1500).map(|n| format!("{n} {}\n", "x".repeat(60))).collect();
        for n in 0..50 {
            write(&root, &format!("/f{n}"), &long).await;
        }
        let changes = root.outcome().await.unwrap().changes;
        let text: usize = changes.iter().map(|change| change.text.len()).sum();
        assert!(changes.len() == 50 && text < DIFFS_BYTES_MAX + 50 * 100, "{text}");
        assert!(changes.iter().all(|change| change.text.len() <= DIFF_BYTES_MAX + 100));
        assert!(changes[0].text.ends_with(" more lines\n") && changes[0].what == What::Made);
        for n in 0..PATHS_MAX + 3 {
            write(&root, &format!("/g{n}"), "").await;
        }
        let outcome = root.outcome().await.unwrap();
        assert_eq!((outcome.changes.len(), outcome.left_out), (PATHS_MAX, 3));
    }

    #[tokio::test]
    async fn a_worker_that_is_gone_is_an_error_and_a_path_that_cannot_be_read_is_none() {
        struct Gone(&'static str, Kind);
        #[async_trait]
        impl Root for Gone {
            async fn call(&self, request: RootRequest) -> Result<RootReply> {
                if request.only_looks() { Err(Error::new(self.1, self.0, "no")) } else { Ok(RootReply::Done) }
            }
        }
        let write = || RootRequest::MakeDir { path: "/a".into(), mode: 0o755 };
        let gone = Noted::new(Arc::new(Gone("agent.gone", Kind::Unavailable)));
        assert_eq!(gone.call(write()).await.unwrap_err().code, "agent.gone");
        let odd = Noted::new(Arc::new(Gone("rootfs.loop", Kind::Other)));
        odd.call(write()).await.unwrap();
        assert_eq!(odd.outcome().await.unwrap().changes, []);
    }
}
