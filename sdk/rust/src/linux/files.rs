//! Changes to the guest's files that say what they did, keep what was there, and can be repeated. Knows
//! no file's meaning. A file that is damaged (no text, too large, no regular file) is left alone.

use crate::osmorphing::*;

/// What a file is called that was put out of the way.
const BACKUP: &str = ".gyre-bak";
/// Where the first version of every changed file lies, under its own path.
const KEPT: &str = "/var/lib/gyre/kept";
/// Names in one directory that are looked at.
const NAMES_MAX: usize = 2_000;
/// Links followed to the file that is really meant.
const LINKS_MAX: usize = 8;
const BLOCK_BEGIN: &str = "# gyre begin";
const BLOCK_END: &str = "# gyre end";

/// A file's text; `None` when it is not there, and with a warning when it is damaged.
///
/// # Errors
/// What the host met.
pub fn text(root: &Root, path: &str) -> Result<Option<String>> {
    let bytes = match root.read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) if is_damage(&error) => {
            log!(warn, "{path} is left alone: {}", error.message);
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(Some(text)),
        _ => {
            log!(warn, "{path} is left alone: it is no text");
            Ok(None)
        }
    }
}

/// Whether the guest's file is the reason, not the host.
fn is_damage(error: &Error) -> bool {
    error.kind == ErrorKind::Invalid || error.code == "rootfs.wrong-kind"
}

/// Names in a directory, the first 2,000; none when it is something else.
///
/// # Errors
/// What the host met.
pub fn names(root: &Root, directory: &str) -> Result<Vec<String>> {
    match root.read_dir(directory) {
        Err(error) if is_damage(&error) => {
            log!(warn, "{directory} is left alone: {}", error.message);
            Ok(Vec::new())
        }
        Ok(mut names) if names.len() > NAMES_MAX => {
            log!(warn, "{directory} holds {} names: only the first {NAMES_MAX} are looked at", names.len());
            names.truncate(NAMES_MAX);
            Ok(names)
        }
        listed => listed,
    }
}

/// Paths of the files in a directory that have one of these extensions.
///
/// # Errors
/// What the host met.
pub fn with_extension(root: &Root, directory: &str, extensions: &[&str]) -> Result<Vec<String>> {
    let names = names(root, directory)?.into_iter();
    Ok(names
        .filter(|name| has_extension(name, extensions))
        .map(|name| format!("{directory}/{name}"))
        .collect())
}

/// Whether a name ends in a dot and one of these.
pub fn has_extension(name: &str, extensions: &[&str]) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extensions.contains(&extension))
}

/// Writes a file unless it holds just that.
///
/// # Errors
/// What the host met.
pub fn write(root: &Root, path: &str, mode: u32, new: &str) -> Result<()> {
    if root.read(path).is_ok_and(|old| old == new.as_bytes()) {
        return Ok(());
    }
    root.write_text(path, mode, new)?;
    log!(info, "wrote {path}");
    Ok(())
}

/// Rewrites a file that is there, and keeps its first version. A link stays one: what it names is
/// changed.
///
/// # Errors
/// What the host met.
pub fn edit(root: &Root, path: &str, change: impl FnOnce(&str) -> String) -> Result<()> {
    let Some(old) = text(root, path)? else { return Ok(()) };
    let new = change(&old);
    if new == old {
        return Ok(());
    }
    let path = real_path(root, path)?;
    keep(root, &path)?;
    let mode = root.stat(&path)?.map_or(0o644, |stat| stat.mode & 0o7777);
    root.write_text(&path, mode, &new)?;
    log!(info, "changed {path}");
    Ok(())
}

/// The guest's own text of a file that was edited; none of one that was not.
///
/// # Errors
/// What the host met.
pub fn first_version(root: &Root, path: &str) -> Result<Option<String>> {
    if !root.exists(path)? {
        return Ok(None);
    }
    match real_path(root, path) {
        Ok(path) => text(root, &format!("{KEPT}{path}")),
        Err(error) if is_damage(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The file behind links, which a writer would replace.
fn real_path(root: &Root, path: &str) -> Result<String> {
    let mut path = path.to_string();
    for _ in 0..LINKS_MAX {
        if root.stat(&path)?.is_none_or(|stat| stat.file_type != FileType::Symlink) {
            return Ok(path);
        }
        path = joined(&path, &root.read_link(&path)?);
    }
    Err(Error::invalid("rootfs.loop", format!("symbolic links at {path} lead in a circle")))
}

/// Where a link at `path` leads, never above the root.
fn joined(path: &str, target: &str) -> String {
    let above = path.rsplit_once('/').map_or("", |(above, _)| above);
    let whole = if target.starts_with('/') { target.to_string() } else { format!("{above}/{target}") };
    crate::path::normal(&whole)
}

/// Copies a file to [`KEPT`]. The first copy is the guest's own file and is never replaced.
fn keep(root: &Root, path: &str) -> Result<()> {
    let kept = format!("{KEPT}{path}");
    if root.exists(&kept)? {
        return Ok(());
    }
    root.make_dir(KEPT, 0o700)?;
    let mode = root.stat(path)?.map_or(0o600, |stat| stat.mode & 0o7777);
    root.write(&kept, mode, &root.read(path)?)
}

/// Renames what is there, so that nothing reads it any more. The first backup is the guest's own
/// file and is never replaced.
///
/// # Errors
/// What the host met.
pub fn put_away(root: &Root, path: &str) -> Result<()> {
    if !root.exists(path)? {
        return Ok(());
    }
    let backup = format!("{path}{BACKUP}");
    if root.exists(&backup)? {
        root.remove(path)?;
    } else {
        root.rename(path, &backup)?;
    }
    log!(info, "renamed {path} to {backup}");
    Ok(())
}

/// Moves a file out of a directory whose readers take a file by any name (`ifcfg-*`,
/// NetworkManager's connections), so that [`put_away`] would not hide it.
///
/// # Errors
/// What the host met.
pub fn move_away(root: &Root, path: &str) -> Result<()> {
    match root.stat(path)?.map(|stat| stat.file_type) {
        None => return Ok(()),
        Some(FileType::Regular) => keep(root, path)?,
        // A link: its target stays where it is.
        Some(_) => {}
    }
    root.remove(path)?;
    log!(info, "moved {path} to {KEPT}{path}");
    Ok(())
}

/// Whether a file is one that was put away.
pub fn is_put_away(name: &str) -> bool {
    name.ends_with(BACKUP)
}

/// The text with every line changed; each ends as it did.
pub fn edit_lines(text: &str, mut change: impl FnMut(&str) -> String) -> String {
    let edit = |line: &str| match line.strip_suffix('\r') {
        Some(line) => change(line) + "\r",
        None => change(line),
    };
    text.split('\n').map(edit).collect::<Vec<_>>().join("\n")
}

/// The text with this block of lines at its end, in place of the block of an earlier time. No lines:
/// without any block.
pub fn with_block(text: &str, lines: &[&str]) -> String {
    let mut inside = false;
    let mut kept = String::new();
    for line in text.lines() {
        match line.trim() {
            BLOCK_BEGIN => inside = true,
            BLOCK_END => inside = false,
            _ if !inside => {
                kept.push_str(line);
                kept.push('\n');
            }
            _ => {}
        }
    }
    if !lines.is_empty() {
        kept.push_str(&format!("{BLOCK_BEGIN}\n{}\n{BLOCK_END}\n", lines.join("\n")));
    }
    kept
}

/// The value of `NAME=value` in a file of shell variables, without its quotes; the last one counts.
pub fn variable(text: &str, name: &str) -> Option<String> {
    let value = |line: &str| line.trim().strip_prefix(name)?.strip_prefix('=').map(unquoted);
    text.lines().rev().find_map(value)
}

fn unquoted(value: &str) -> String {
    value.trim().trim_matches(['"', '\'']).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::FakeRoot;

    #[test]
    fn an_edit_keeps_the_first_version_and_the_link() {
        let root = FakeRoot::new()
            .file("/boot/grub2/grub.cfg", "a\n")
            .link("/etc/grub2.cfg", "../boot/grub2/grub.cfg");
        edit(&root, "/etc/grub2.cfg", |_| "b\n".into()).unwrap();
        edit(&root, "/etc/grub2.cfg", |_| "c\n".into()).unwrap();
        assert_eq!(root.read_link("/etc/grub2.cfg").unwrap(), "../boot/grub2/grub.cfg");
        assert_eq!(root.read_text("/boot/grub2/grub.cfg").unwrap(), "c\n");
        assert_eq!(root.read_text("/var/lib/gyre/kept/boot/grub2/grub.cfg").unwrap(), "a\n");
        assert_eq!(first_version(&root, "/etc/grub2.cfg").unwrap().as_deref(), Some("a\n"));
        assert_eq!(root.stat(KEPT).unwrap().unwrap().mode, 0o700);
    }

    #[test]
    fn damage_is_left_alone() {
        let root = FakeRoot::new().dir("/etc/dir").link("/etc/a", "b").link("/etc/b", "a");
        root.write("/etc/garbage", 0o644, b"\xff\xfe\x00").unwrap();
        for path in ["/etc/dir", "/etc/a", "/etc/garbage", "/etc/absent"] {
            edit(&root, path, |_| "new".into()).unwrap();
            assert_eq!(first_version(&root, path).unwrap(), None);
        }
        assert_eq!(root.read("/etc/garbage").unwrap(), b"\xff\xfe\x00");
        assert!(root.is_dir("/etc/dir") && !root.exists(KEPT).unwrap());
    }

    #[test]
    fn links_stay_inside() {
        assert_eq!(joined("/etc/x", "../../../../shadow"), "/shadow");
        assert_eq!(joined("/etc/x", "y/./z"), "/etc/y/z");
        assert_eq!(joined("/x", "/a//b"), "/a/b");
    }

    #[test]
    fn lines_end_as_they_did() {
        let shout = |text: &str| edit_lines(text, str::to_uppercase);
        for (text, edited) in [("a\r\nb\n", "A\r\nB\n"), ("a\n\nb", "A\n\nB"), ("", "")] {
            assert_eq!(shout(text), edited);
        }
    }

    #[test]
    fn the_last_variable_counts() {
        assert_eq!(variable("A=1\n A='2'\nAB=3\n", "A").as_deref(), Some("2"));
        assert_eq!(variable("B=1\n", "A"), None);
    }
}
