//! What became of one path of a tree of files, and how two texts differ, as a unified diff. Reads nothing itself, and
//! knows no guest: whoever looked says what was seen on both sides.

use gyre_core::ByteSize;
use gyre_core::protocol::{FileType, Stat};
use serde::{Deserialize, Serialize};
use std::io::Read;

/// Lines that differ, of one file, on one side; beyond that only their number is told.
const LINES_MAX: usize = 2_000;
/// Lines shown around a change.
const CONTEXT: usize = 3;

/// One path that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// In the tree, absolute.
    pub path: String,
    /// What became of it.
    pub what: What,
    /// A unified diff, or a sentence.
    pub text: String,
}

/// What became of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// Nothing was there before.
    Made,
    /// Nothing is there any more.
    Removed,
    /// Something else is there.
    Changed,
}

impl What {
    /// As it is printed.
    pub const fn name(self) -> &'static str {
        match self {
            What::Made => "made",
            What::Removed => "removed",
            What::Changed => "changed",
        }
    }
}

/// What was seen at a path.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Kind, mode and where a link points, on a line; none: nothing was there.
    pub head: Option<String>,
    /// Bytes of a file.
    pub size: u64,
    /// What is in it.
    pub contents: Contents,
}

/// What is in a file.
#[derive(Clone, Debug)]
pub enum Contents {
    /// It is no file.
    Nothing,
    /// Lines to be shown, and the hash of what they were made of.
    Text(String, blake3::Hash),
    /// What is no text, or too large to be shown.
    Bytes(blake3::Hash),
    /// What must not be shown, not by its hash either.
    Hidden(blake3::Hash),
    /// Too large to be read: not equal to anything.
    Unread,
}

impl Contents {
    /// Text where it is some, to be shown as it is.
    pub fn of(bytes: Vec<u8>) -> Self {
        let hash = blake3::hash(&bytes);
        String::from_utf8(bytes).map_or(Contents::Bytes(hash), |text| Contents::Text(text, hash))
    }

    /// What is too large to be shown: its hash alone, whatever it is.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn too_large(reader: impl Read) -> std::io::Result<Self> {
        let mut hasher = blake3::Hasher::new();
        hasher.update_reader(reader)?;
        Ok(Contents::Bytes(hasher.finalize()))
    }

    fn hash(&self) -> Option<blake3::Hash> {
        match self {
            Contents::Text(_, hash) | Contents::Bytes(hash) | Contents::Hidden(hash) => Some(*hash),
            Contents::Nothing | Contents::Unread => None,
        }
    }

    fn equals(&self, other: &Self) -> bool {
        match (self, other) {
            (Contents::Nothing, Contents::Nothing) => true,
            _ => self.hash().is_some() && self.hash() == other.hash(),
        }
    }
}

impl Seen {
    /// Of a path where nothing is.
    pub const fn nothing() -> Self {
        Self { head: None, size: 0, contents: Contents::Nothing }
    }

    /// The line that stands before the contents; `target`: where a link points.
    pub fn head_of(stat: &Stat, target: &str) -> String {
        match stat.file_type {
            FileType::Directory => format!("directory, mode {:04o}", stat.mode),
            FileType::Other => "device, pipe or socket".into(),
            FileType::Symlink => format!("link to {target}"),
            FileType::Regular => format!("file, mode {:04o}", stat.mode),
        }
    }

    fn head(&self) -> &str {
        self.head.as_deref().unwrap_or("nothing")
    }

    /// Size and hash.
    fn told(&self) -> String {
        match &self.contents {
            Contents::Text(_, hash) | Contents::Bytes(hash) => {
                format!("{} (blake3 {hash})", ByteSize(self.size))
            }
            _ => ByteSize(self.size).to_string(),
        }
    }
}

/// How a path differs, if it does.
pub fn between(path: String, old: &Seen, new: &Seen) -> Option<Change> {
    let what = match (&old.head, &new.head) {
        (None, _) => What::Made,
        (_, None) => What::Removed,
        _ => What::Changed,
    };
    let (same_head, same_contents) = (old.head == new.head, old.contents.equals(&new.contents));
    if same_head && same_contents {
        return None;
    }
    let mut text = if same_head { String::new() } else { format!("{} → {}\n", old.head(), new.head()) };
    if !same_contents {
        text += &contents(old, new);
    }
    Some(Change { path, what, text })
}

fn contents(old: &Seen, new: &Seen) -> String {
    use Contents::{Hidden, Nothing, Text};
    match (&old.contents, &new.contents) {
        (Hidden(_), _) | (_, Hidden(_)) => "its contents are not shown\n".into(),
        (Text(old, _), Text(new, _)) => match unified(old, new) {
            same if same.is_empty() => "it differs in what is not shown\n".into(),
            diff => diff,
        },
        (Nothing, Text(new, _)) => unified("", new),
        (Text(old, _), Nothing) => unified(old, ""),
        _ => format!("{} → {}, no text to be shown\n", old.told(), new.told()),
    }
}

/// One line of a diff.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Line<'a> {
    Same(&'a str),
    Old(&'a str),
    New(&'a str),
}

/// The lines that differ, with a few around them.
pub fn unified(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let Some(lines) = edits(&old, &new) else {
        return format!("{} lines → {} lines\n", old.len(), new.len());
    };
    let changed: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| !matches!(line, Line::Same(_)))
        .map(|(at, _)| at)
        .collect();
    let near = |at: usize| {
        let after = changed.partition_point(|change| change + CONTEXT < at);
        changed.get(after).is_some_and(|change| *change <= at + CONTEXT)
    };
    let (mut text, mut numbers, mut shown) = (String::new(), (1, 1), false);
    for (at, line) in lines.iter().enumerate() {
        if near(at) {
            if !shown {
                text += &format!("@@ -{} +{} @@\n", numbers.0, numbers.1);
            }
            let (sign, line) = match line {
                Line::Same(line) => (' ', line),
                Line::Old(line) => ('-', line),
                Line::New(line) => ('+', line),
            };
            text += &format!("{sign}{line}\n");
        }
        shown = near(at);
        numbers.0 += usize::from(!matches!(line, Line::New(_)));
        numbers.1 += usize::from(!matches!(line, Line::Old(_)));
    }
    text
}

/// All lines of both, in order; none when too many differ. By the longest common subsequence of what lies between
/// their common beginning and end.
fn edits<'a>(old: &[&'a str], new: &[&'a str]) -> Option<Vec<Line<'a>>> {
    let head = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let rest = |lines: &[&'a str]| lines.get(head..).unwrap_or_default().to_vec();
    let (mut a, mut b) = (rest(old), rest(new));
    let tail = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    a.truncate(a.len() - tail);
    b.truncate(b.len() - tail);
    if a.len() > LINES_MAX || b.len() > LINES_MAX {
        return None;
    }
    let mut lines: Vec<Line> = old.iter().take(head).map(|line| Line::Same(line)).collect();
    lines.extend(middle(&a, &b));
    lines.extend(old.iter().skip(old.len() - tail).map(|line| Line::Same(line)));
    Some(lines)
}

fn middle<'a>(a: &[&'a str], b: &[&'a str]) -> Vec<Line<'a>> {
    // common[i][j]: how many lines a[i..] and b[j..] have in common.
    let width = b.len() + 1;
    let mut common = vec![0u16; (a.len() + 1) * width];
    let at = |common: &[u16], i: usize, j: usize| common.get(i * width + j).copied().unwrap_or_default();
    for (i, line) in a.iter().enumerate().rev() {
        for (j, other) in b.iter().enumerate().rev() {
            let longest = if line == other {
                at(&common, i + 1, j + 1) + 1
            } else {
                at(&common, i + 1, j).max(at(&common, i, j + 1))
            };
            if let Some(place) = common.get_mut(i * width + j) {
                *place = longest;
            }
        }
    }
    let (mut i, mut j, mut lines) = (0, 0, Vec::new());
    loop {
        match (a.get(i), b.get(j)) {
            (Some(line), Some(other)) if line == other => {
                lines.push(Line::Same(line));
                (i, j) = (i + 1, j + 1);
            }
            (Some(line), other) if other.is_none() || at(&common, i + 1, j) >= at(&common, i, j + 1) => {
                lines.push(Line::Old(line));
                i += 1;
            }
            (_, Some(line)) => {
                lines.push(Line::New(line));
                j += 1;
            }
            (_, None) => return lines,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_shows_what_changed_and_a_little_around_it() {
        let old: String = (1..=20).map(|n| format!("line {n}\n")).collect();
        let new = old.replace("line 10\n", "line ten\nand more\n");
        let expected = "@@ -7 +7 @@\n line 7\n line 8\n line 9\n-line 10\n+line ten\n+and more\n line 11\n line 12\n line 13\n";
        assert_eq!(unified(&old, &new), expected);
        assert_eq!(unified("", "a\n"), "@@ -1 +1 @@\n+a\n");
        assert_eq!(unified("a\n", ""), "@@ -1 +1 @@\n-a\n");
        let far = old.replace("line 1\n", "x\n").replace("line 20\n", "y\n");
        assert_eq!(unified(&old, &far).matches("@@ -").count(), 2);
        let many: String = (0..=LINES_MAX).map(|n| format!("{n}\n")).collect();
        assert_eq!(unified("", &many), format!("0 lines → {} lines\n", LINES_MAX + 1));
    }

    fn seen(bytes: &[u8]) -> Seen {
        let (head, size) = (Some("file, mode 0644".into()), bytes.len() as u64);
        Seen { head, size, contents: Contents::of(bytes.to_vec()) }
    }

    fn told(old: &Seen, new: &Seen) -> Option<(What, String)> {
        between("/x".into(), old, new).map(|change| (change.what, change.text))
    }

    #[test]
    fn what_became_of_a_path_is_told_as_far_as_it_may_be_shown() {
        let (one, two, nothing) = (seen(b"one\n"), seen(b"two\n"), Seen::nothing());
        assert_eq!(told(&one, &one), None);
        assert_eq!(told(&nothing, &nothing), None);
        assert_eq!(told(&one, &two), Some((What::Changed, "@@ -1 +1 @@\n-one\n+two\n".into())));
        let made = "nothing → file, mode 0644\n@@ -1 +1 @@\n+one\n";
        assert_eq!(told(&nothing, &one), Some((What::Made, made.into())));
        let removed = "file, mode 0644 → nothing\n@@ -1 +1 @@\n-one\n";
        assert_eq!(told(&one, &nothing), Some((What::Removed, removed.into())));
        let (_, binary) = told(&seen(&[0xff, 0]), &seen(&[0xff])).unwrap();
        let hash = blake3::hash(&[0xff]);
        assert!(binary.starts_with("2 B (blake3 ") && binary.contains(&format!("→ 1 B (blake3 {hash})")));
    }

    #[test]
    fn what_is_hidden_is_compared_and_not_shown() {
        let hidden = |bytes: &[u8]| Seen { contents: Contents::Hidden(blake3::hash(bytes)), ..seen(bytes) };
        assert_eq!(told(&hidden(b"a"), &hidden(b"a")), None);
        let (_, text) = told(&hidden(b"a"), &hidden(b"b")).unwrap();
        assert_eq!(text, "its contents are not shown\n");
        let masked = |bytes: &[u8]| Contents::Text("psk (hidden)\n".into(), blake3::hash(bytes));
        let masked = |bytes: &[u8]| Seen { contents: masked(bytes), ..seen(bytes) };
        let (_, text) = told(&masked(b"psk a\n"), &masked(b"psk b\n")).unwrap();
        assert_eq!(text, "it differs in what is not shown\n");
        let unread = Seen { contents: Contents::Unread, ..seen(b"a") };
        assert_eq!(told(&unread, &unread).unwrap().0, What::Changed);
    }
}
