//! How objects in the cloud carry the token of the step that made them, and how one object is picked
//! by name or id. Knows no service.

use crate::contract::{Error, Result};
use std::collections::BTreeMap;

/// Longest name or metadata value, characters: the smallest limit of the services.
const TEXT_CHARS_MAX: usize = 255;
/// Names shown in an error that says what there is.
const NAMES_SHOWN_MAX: usize = 12;

/// What a description begins with that carries a token.
const DESCRIBED: &str = "gyre ";
/// Metadata key of the step's token.
pub const TOKEN: &str = "gyre-token";
/// Metadata key of the source disk's id.
pub const DISK: &str = "gyre-disk";
/// Metadata key of the source machine's id.
pub const VM: &str = "gyre-vm";
/// Metadata key of what the object is for.
pub const ROLE: &str = "gyre-role";

/// A volume of a replica.
pub const ROLE_REPLICA: &str = "replica";
/// A copy made for a deployment.
pub const ROLE_CLONE: &str = "clone";
/// A snapshot made before a deployment.
pub const ROLE_CHECKPOINT: &str = "checkpoint";
/// A temporary worker.
pub const ROLE_WORKER: &str = "worker";
/// A migrated server.
pub const ROLE_INSTANCE: &str = "instance";

/// Metadata that says which step made the object and what for.
pub fn metadata(token: &str, role: &str) -> BTreeMap<String, String> {
    BTreeMap::from([(TOKEN.to_owned(), value(token)), (ROLE.to_owned(), role.to_owned())])
}

/// Whether the metadata says so.
pub fn carries(metadata: &BTreeMap<String, String>, token: &str, role: &str) -> bool {
    metadata.get(TOKEN) == Some(&value(token)) && metadata.get(ROLE).is_some_and(|found| found == role)
}

/// A description that carries the token, where there is no metadata.
pub fn description(token: &str) -> String {
    value(&format!("{DESCRIBED}{token}"))
}

/// The token in such metadata.
pub fn token_in(metadata: &BTreeMap<String, String>) -> Option<&str> {
    metadata.get(TOKEN).map(String::as_str).filter(|token| !token.is_empty() && metadata.contains_key(ROLE))
}

/// What such metadata says that the object is for.
pub fn role_in(metadata: &BTreeMap<String, String>) -> &str {
    metadata.get(ROLE).map(String::as_str).unwrap_or_default()
}

/// The token in such a description: one word, for people write descriptions too.
pub fn token_of(description: &str) -> Option<&str> {
    let token = description.strip_prefix(DESCRIBED)?;
    (!token.is_empty() && !token.contains(char::is_whitespace)).then_some(token)
}

/// A text as a metadata value. One that is too long keeps its beginning and gets a hash.
pub fn value(text: &str) -> String {
    const KEEP: usize = TEXT_CHARS_MAX - 17;
    if text.chars().count() <= TEXT_CHARS_MAX {
        return text.to_owned();
    }
    let start: String = text.chars().take(KEEP).collect();
    format!("{start}~{:016x}", fnv1a(text))
}

/// A name with `prefix` cut so that `suffix` always fits.
pub fn name(prefix: &str, suffix: &str) -> String {
    let keep = TEXT_CHARS_MAX.saturating_sub(suffix.chars().count());
    prefix.chars().take(keep).chain(suffix.chars()).collect()
}

/// Short and readable part of a token, for names that people see.
pub fn short(token: &str) -> String {
    let plain: String = token.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
    if plain.len() == 8 && token.len() < 40 {
        plain
    } else {
        format!("{:016x}", fnv1a(token)).chars().take(8).collect()
    }
}

fn fnv1a(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Something that has an id and a name.
pub trait Named {
    /// Unique.
    fn id(&self) -> &str;
    /// Perhaps not unique.
    fn name(&self) -> &str;
}

/// The one that `wanted` means, ids before names.
///
/// # Errors
/// `openstack.unknown-name` and `openstack.ambiguous-name`, both naming the option `path`.
pub fn pick<T: Named>(what: &str, path: &str, wanted: &str, mut all: Vec<T>) -> Result<T> {
    if let Some(at) = all.iter().position(|one| one.id() == wanted) {
        return Ok(all.swap_remove(at));
    }
    let fits: Vec<usize> =
        (0..all.len()).filter(|at| all.get(*at).is_some_and(|one| one.name() == wanted)).collect();
    match fits.as_slice() {
        [at] => Ok(all.swap_remove(*at)),
        [] => {
            let message = format!("{path}: there is no {what} {wanted:?} in this project and region");
            let error = Error::invalid("openstack.unknown-name", message);
            Err(if all.is_empty() { error } else { error.cause(format!("there is: {}", shown(&all))) })
        }
        several => {
            let ids: Vec<_> = several.iter().filter_map(|at| all.get(*at)).map(Named::id).collect();
            let message = format!("{path}: {} have the name {wanted:?}; use the id of one", plural(what));
            Err(Error::invalid("openstack.ambiguous-name", message).cause(format!("ids: {}", ids.join(", "))))
        }
    }
}

fn plural(what: &str) -> String {
    format!("several {what}s")
}

fn shown<T: Named>(all: &[T]) -> String {
    let mut names: Vec<&str> = all.iter().map(Named::name).collect();
    names.sort_unstable();
    let more = if names.len() > NAMES_SHOWN_MAX { ", …" } else { "" };
    names.truncate(NAMES_SHOWN_MAX);
    format!("{}{more}", names.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Thing(&'static str, &'static str);

    impl Named for Thing {
        fn id(&self) -> &str {
            self.0
        }
        fn name(&self) -> &str {
            self.1
        }
    }

    #[test]
    fn ids_go_before_names_and_doubles_are_refused() {
        let all = || vec![Thing("1", "a"), Thing("2", "a"), Thing("3", "1"), Thing("4", "b")];
        assert_eq!(pick("thing", "o", "1", all()).unwrap().0, "1");
        assert_eq!(pick("thing", "o", "b", all()).unwrap().0, "4");
        let error = pick("thing", "o", "a", all()).err().unwrap();
        assert_eq!(
            (error.code.as_str(), error.causes[0].as_str()),
            ("openstack.ambiguous-name", "ids: 1, 2")
        );
        let error = pick("thing", "o", "c", all()).err().unwrap();
        assert!(error.code == "openstack.unknown-name" && error.causes[0].contains('b'));
    }

    #[test]
    fn a_mark_is_read_as_it_was_made_and_is_nobody_elses_word() {
        let metadata = metadata("0123456789ab-clone", ROLE_CLONE);
        assert_eq!((token_in(&metadata), role_in(&metadata)), (Some("0123456789ab-clone"), "clone"));
        assert_eq!(token_in(&BTreeMap::from([(TOKEN.to_owned(), "t".to_owned())])), None);
        assert_eq!(token_of(&description("0123456789ab-clone")), Some("0123456789ab-clone"));
        for other in ["", "gyre", "gyre ", "gyre is for tests", "for gyre x", "Gyre x"] {
            assert_eq!(token_of(other), None, "{other:?}");
        }
    }

    #[test]
    fn long_texts_stay_apart() {
        let (a, b) = (format!("{}a", "x".repeat(400)), format!("{}b", "x".repeat(400)));
        assert_ne!(value(&a), value(&b));
        assert_eq!(value(&a).chars().count(), 255);
        assert_eq!(name(&a, " disk 1").chars().count(), 255);
        assert!(name(&a, " disk 1").ends_with(" disk 1"));
        assert_eq!(short("01234567-89ab"), "01234567");
        assert_ne!(short("a"), short("b"));
    }
}
