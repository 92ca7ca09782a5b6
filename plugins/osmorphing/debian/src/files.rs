//! Changes to the guest's files that say what they did and can be repeated. Knows no file's meaning.

use gyre_plugin::osmorphing::*;

/// What a file is called that was put out of the way.
const BACKUP: &str = ".gyre-bak";
const BLOCK_BEGIN: &str = "# gyre begin";
const BLOCK_END: &str = "# gyre end";

/// Writes a file unless it holds just that.
pub fn write(root: &Root, path: &str, mode: u32, text: &str) -> Result<()> {
    if root.read_text_if_any(path)?.as_deref() == Some(text) {
        return Ok(());
    }
    root.write_text(path, mode, text)?;
    log!(info, "wrote {path}");
    Ok(())
}

/// Rewrites a file that is there.
pub fn edit(root: &Root, path: &str, change: impl FnOnce(&str) -> String) -> Result<()> {
    if root.exists(path)? && root.edit(path, change)? {
        log!(info, "changed {path}");
    }
    Ok(())
}

/// Renames what is there, so that nothing reads it any more. The first backup is the guest's own
/// file and is never replaced.
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

/// Whether a file is one that was put away.
pub fn is_put_away(name: &str) -> bool {
    name.ends_with(BACKUP)
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
