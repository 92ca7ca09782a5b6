//! Errors for people: one screen with what happened, why, and what to do. The remedy is that of
//! `host/docs/errors.md`, which is part of the program. Refuses to print control characters.

use crate::show::clean;
use gyre_core::Error;

const TABLE: &str = include_str!("../../docs/errors.md");
/// Causes that are shown.
const CAUSES_MAX: usize = 12;
/// Characters of one line.
const LINE_CHARS_MAX: usize = 400;

/// The error on a few lines, each ended.
pub fn text(error: &Error) -> String {
    let mut text = format!("error: {} [{}]\n", line(&error.message), error.code);
    for cause in error.causes.iter().take(CAUSES_MAX) {
        text += &format!("  {}\n", line(cause));
    }
    if error.causes.len() > CAUSES_MAX {
        text += &format!("  … and {} more\n", error.causes.len() - CAUSES_MAX);
    }
    if let Some(remedy) = remedy(&error.code) {
        text += &format!("remedy: {remedy}\n");
    }
    text
}

fn line(text: &str) -> String {
    let text = clean(text.trim());
    match text.char_indices().nth(LINE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

/// What the table says against this error.
pub fn remedy(code: &str) -> Option<&'static str> {
    rows().find(|row| row.code == code).map(|row| row.remedy)
}

/// One error of the table.
pub struct Row {
    /// `openstack.quota`.
    pub code: &'static str,
    /// Why it happens; the error itself says it, nearer to the case.
    #[cfg_attr(not(test), expect(dead_code))]
    pub cause: &'static str,
    /// What to do.
    pub remedy: &'static str,
}

/// The rows of the table.
pub fn rows() -> impl Iterator<Item = Row> {
    TABLE.lines().filter_map(|line| {
        let mut cells = line.strip_prefix('|')?.strip_suffix('|')?.split('|').map(str::trim);
        let code = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
        Some(Row { code, cause: cells.next()?, remedy: cells.next()? })
    })
}

#[cfg(test)]
mod tests;
