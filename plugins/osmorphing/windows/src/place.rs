//! Paths in the guest, found in any case: names on NTFS are, and the worker's driver need not be.

use gyre_plugin::osmorphing::*;

/// Where `path` is in the guest, as it is written there; `None`: nothing is there.
///
/// # Errors
/// What the host met.
pub fn find(root: &Root, path: &str) -> Result<Option<String>> {
    let mut at = String::new();
    for name in path.split('/').filter(|name| !name.is_empty()) {
        let above = if at.is_empty() { "/" } else { &at };
        if !root.is_dir(above) {
            return Ok(None);
        }
        match same(&root.read_dir(above)?, name) {
            Some(found) => at = format!("{at}/{found}"),
            None => return Ok(None),
        }
    }
    Ok(Some(at))
}

/// A name as it is written: the very one, or one in another case.
fn same(names: &[String], wanted: &str) -> Option<String> {
    let exact = names.iter().find(|name| *name == wanted);
    exact.or_else(|| names.iter().find(|name| name.to_lowercase() == wanted.to_lowercase())).cloned()
}

/// Where to put what may not be there yet: as it is written, as far as it is.
///
/// # Errors
/// What the host met.
pub fn target(root: &Root, path: &str) -> Result<String> {
    let mut rest: Vec<&str> = Vec::new();
    let mut above = path;
    loop {
        if let Some(found) = find(root, above)? {
            rest.push(&found);
            rest.reverse();
            return Ok(rest.join("/"));
        }
        let Some((before, name)) = above.rsplit_once('/') else { return Ok(path.to_owned()) };
        rest.push(name);
        above = before;
    }
}
