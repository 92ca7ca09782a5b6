//! Names that people give: arguments of commands, keys of documents, parts of addresses and of file names.

use crate::{Error, Result};

/// Characters of a name.
pub const NAME_MAX: usize = 64;

/// That this can be the name of a `what`; the error has the code given.
///
/// # Errors
/// `code`, of kind invalid.
pub fn check_name(what: &str, code: &str, name: &str) -> Result<()> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let begins = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    if begins && name.len() <= NAME_MAX && name.chars().all(plain) {
        return Ok(());
    }
    Err(Error::invalid(code, format!("{name:?} cannot be the name of a {what}")).cause(format!(
        "a name begins with a letter or digit and has at most {NAME_MAX} letters, digits, dots, underscores and dashes"
    )))
}
