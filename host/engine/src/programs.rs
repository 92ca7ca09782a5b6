//! What the guest's own programs change (a package manager, dracut, update-grub), which no call tells of: the directories of
//! configuration and of the boot loader are surveyed before the first program runs, and again in the end. Of the directories
//! that packages fill only the number of files is told. Refuses to know what a change means.

use crate::change::{Change, Contents, Seen, What};
use crate::unshown;
use gyre_core::Result;
use gyre_core::protocol::{FileType, RootReply, RootRequest, Survey, Surveyed};
use std::collections::{BTreeMap, HashMap};

/// What is told file by file.
const CONFIGURATION: &[&str] = &["/etc", "/boot", "/efi"];
/// What is counted.
const PAYLOAD: &[&str] = &["/usr", "/opt", "/lib", "/lib64", "/bin", "/sbin"];

/// How it was before the first program ran.
#[derive(Default)]
pub(crate) struct Programs {
    seen: BTreeMap<String, (u64, Seen)>,
    /// Directories of which everything is in `seen`.
    whole: Vec<&'static str>,
    tallies: Vec<(&'static str, HashMap<u64, u64>)>,
}

/// What differs.
#[derive(Default)]
pub(crate) struct Differing {
    /// Paths, and what was there before.
    pub paths: Vec<(String, Seen)>,
    /// Of the directories that are counted.
    pub counted: Vec<Change>,
}

impl Programs {
    /// Looks.
    ///
    /// # Errors
    /// What keeps the guest from being looked at.
    pub async fn before(ask: &impl Ask) -> Result<Self> {
        let mut before = Self::default();
        for directory in CONFIGURATION {
            let Some(survey) = surveyed(ask, directory, true).await? else { continue };
            if survey.is_whole {
                before.whole.push(directory);
            }
            before.seen.extend(survey.entries.into_iter().map(|entry| (entry.path.clone(), seen(entry))));
        }
        for directory in PAYLOAD {
            if let Some(tally) = tallied(ask, directory).await? {
                before.tallies.push((directory, tally));
            }
        }
        Ok(before)
    }

    /// What was at a path; none where nobody looked.
    pub fn at(&self, path: &str) -> Option<Seen> {
        let is_below =
            |directory: &&&str| path.strip_prefix(**directory).is_some_and(|rest| rest.starts_with('/'));
        match self.seen.get(path) {
            // What was not read then can still be.
            Some((_, seen)) => Some(seen.clone()).filter(|seen| !matches!(seen.contents, Contents::Unread)),
            None => self.whole.iter().find(is_below).map(|_| Seen::nothing()),
        }
    }

    /// Looks again.
    ///
    /// # Errors
    /// What keeps the guest from being looked at.
    pub async fn after(mut self, ask: &impl Ask) -> Result<Differing> {
        let mut differing = Differing::default();
        for directory in CONFIGURATION {
            let Some(survey) = surveyed(ask, directory, false).await? else { continue };
            // What one of both looks did not come to is no difference.
            let was_whole = self.whole.contains(directory);
            for Surveyed { path, mark, .. } in survey.entries {
                match self.seen.remove(&path) {
                    Some((old, _)) if old == mark => {}
                    Some((_, seen)) => differing.paths.push((path, seen)),
                    None if was_whole => differing.paths.push((path, Seen::nothing())),
                    None => {}
                }
            }
            let gone = |path: &String| path.strip_prefix(directory).is_some_and(|rest| rest.starts_with('/'));
            let left = std::mem::take(&mut self.seen);
            let (gone, rest): (BTreeMap<_, _>, _) = left.into_iter().partition(|(path, _)| gone(path));
            self.seen = rest;
            if survey.is_whole {
                differing.paths.extend(gone.into_iter().map(|(path, (_, seen))| (path, seen)));
            }
        }
        for (directory, old) in &self.tallies {
            let new = tallied(ask, directory).await?;
            differing.counted.extend(new.and_then(|new| counted(directory, old, &new)));
        }
        Ok(differing)
    }
}

/// Asks the guest's root; none where the path itself cannot be looked at.
pub(crate) trait Ask {
    /// One call.
    async fn ask(&self, request: RootRequest) -> Result<Option<RootReply>>;
}

async fn surveyed(ask: &impl Ask, directory: &str, contents: bool) -> Result<Option<Survey>> {
    match ask.ask(RootRequest::Survey { path: directory.into(), contents }).await? {
        Some(RootReply::Survey { survey }) => Ok(Some(survey)),
        _ => Ok(None),
    }
}

async fn tallied(ask: &impl Ask, directory: &str) -> Result<Option<HashMap<u64, u64>>> {
    let Some(RootReply::Bytes { bytes }) = ask.ask(RootRequest::Tally { path: directory.into() }).await?
    else {
        return Ok(None);
    };
    let (pairs, _) = bytes.0.as_chunks::<16>();
    let pair = |pair: &[u8; 16]| {
        let (path, mark) = pair.split_first_chunk::<8>()?;
        Some((u64::from_le_bytes(*path), u64::from_le_bytes(mark.try_into().ok()?)))
    };
    Ok(Some(pairs.iter().filter_map(pair).collect()))
}

fn seen(entry: Surveyed) -> (u64, Seen) {
    let Surveyed { path, stat, mark, target, bytes } = entry;
    let contents = match (stat.file_type, bytes) {
        (FileType::Regular, Some(bytes)) => unshown::contents(&path, bytes.0),
        (FileType::Regular, None) => Contents::Unread,
        _ => Contents::Nothing,
    };
    let head = Seen::head_of(&stat, target.as_deref().unwrap_or_default());
    let size = if stat.file_type == FileType::Regular { stat.size } else { 0 };
    (mark, Seen { head: Some(head), size, contents })
}

fn counted(directory: &str, old: &HashMap<u64, u64>, new: &HashMap<u64, u64>) -> Option<Change> {
    let made = new.keys().filter(|path| !old.contains_key(path)).count();
    let removed = old.keys().filter(|path| !new.contains_key(path)).count();
    let changed = new.iter().filter(|(path, mark)| old.get(path).is_some_and(|old| old != *mark)).count();
    let text =
        format!("below it, {made} files made, {changed} changed, {removed} removed, which are not listed\n");
    (made + removed + changed > 0).then(|| Change { path: directory.into(), what: What::Changed, text })
}
