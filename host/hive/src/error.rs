//! What can be wrong with a hive, or with what is asked of it.

use std::fmt;

/// Why a hive cannot be read or changed. Every text is one clause for a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// No hive, or one that contradicts itself.
    Damaged(String),
    /// Its last writer did not finish, and no transaction log completes it.
    Dirty(String),
    /// A version or kind that is not known here.
    Unsupported(String),
    /// More than a limit of this crate.
    Limit(String),
    /// A name or value that no hive can hold.
    Invalid(String),
    /// There is no such key.
    NotFound(String),
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::Damaged(text)
        | Self::Dirty(text)
        | Self::Unsupported(text)
        | Self::Limit(text)
        | Self::Invalid(text)
        | Self::NotFound(text)) = self;
        f.write_str(text)
    }
}

impl std::error::Error for Error {}

/// The hive contradicts itself at this cell.
pub(crate) fn damaged(what: &str, offset: u32) -> Error {
    Error::Damaged(format!("{what} (cell {offset:#x})"))
}
