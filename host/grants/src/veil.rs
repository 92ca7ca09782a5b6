//! What a plugin must not tell: the secrets that it was let hold or see. In its log lines, errors, progress and findings
//! they are blanked out, and a state that holds one is refused. It knows values and texts, no plugin and no file.
//!
//! This keeps an honest plugin from writing a secret down by mistake, and a reflecting server from having it written
//! down. A plugin that may *see* a secret can write it in letters that nobody recognises: `reveal` is trust.

use crate::http::json_inside;
use gyre_core::{Error, Result};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Shorter values stand in ordinary words.
const SECRET_CHARS_MIN: usize = 6;
/// Lines of a secret of several lines (a private key) that are known each by itself.
const LINE_CHARS_MIN: usize = 16;

/// The secrets of one plugin, by the source, the destination or the job that they belong to and their name; as long as the
/// plugin is loaded.
#[derive(Debug, Default)]
pub(crate) struct Veil(Mutex<BTreeMap<(String, String), Hidden>>);

struct Hidden {
    /// The value as it may stand in a text, the longest first.
    forms: Vec<String>,
    /// Whether the plugin was let see it.
    seen: bool,
}

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Hidden")
    }
}

impl Veil {
    /// From now on this value is blanked out; one that is not text cannot stand in any.
    pub(crate) fn learn(&self, endpoint: &str, name: &str, value: &[u8], seen: bool) {
        let Ok(value) = std::str::from_utf8(value) else { return };
        let (mut known, key) = (self.known(), (endpoint.to_owned(), name.to_owned()));
        let seen = seen || known.get(&key).is_some_and(|hidden| hidden.seen);
        known.insert(key, Hidden { forms: forms(value), seen });
    }

    /// The text with `[secret NAME]` in place of each value.
    pub(crate) fn over(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for ((_, name), hidden) in self.known().iter() {
            for form in &hidden.forms {
                if text.contains(form) {
                    text = text.replace(form, &format!("[secret {name}]"));
                }
            }
        }
        text
    }

    /// The error with every text of it under the veil.
    pub(crate) fn error(&self, error: Error) -> Error {
        let causes = error.causes.iter().map(|cause| self.over(cause)).collect();
        Error { kind: error.kind, code: self.over(&error.code), message: self.over(&error.message), causes }
    }

    /// That a text which the host is to keep holds no secret that the plugin was let see.
    ///
    /// # Errors
    /// `plugin.secret-told`.
    pub(crate) fn check_kept(&self, what: &str, text: &str) -> Result<()> {
        let known = self.known();
        let told = |hidden: &Hidden| hidden.seen && hidden.forms.iter().any(|form| text.contains(form));
        match known.iter().find(|(_, hidden)| told(hidden)) {
            None => Ok(()),
            Some(((_, name), _)) => Err(Error::denied(
                "plugin.secret-told",
                format!(
                    "{what} holds the secret {name:?}, which the plugin was let see and not let write down"
                ),
            )),
        }
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<(String, String), Hidden>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The value itself, without the space around it, inside a JSON string, and each of its long lines.
fn forms(value: &str) -> Vec<String> {
    let inside = json_inside(value);
    let lines =
        value.lines().filter(|line| line.chars().count() >= LINE_CHARS_MIN && !line.starts_with("-----"));
    let mut forms: Vec<String> =
        [value, value.trim(), &inside].into_iter().chain(lines).map(str::to_owned).collect();
    forms.retain(|form| form.chars().count() >= SECRET_CHARS_MIN);
    forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
    forms.dedup();
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_blanked_out_in_every_form() {
        let veil = Veil::default();
        veil.learn("e", "a", b"hunter2-and\"more", false);
        veil.learn("e", "key", b"-----BEGIN KEY-----\nabcdefghijklmnopqrst\nuvw\n-----END KEY-----\n", false);
        veil.learn("f", "a", b"of-another-cloud\"", false);
        assert_eq!(veil.over("of-another-cloud\" of-another-cloud\\\""), "[secret a] [secret a]");
        veil.learn("e", "short", b"abc", false);
        veil.learn("e", "binary", &[0xff; 8], false);
        assert_eq!(veil.over("x hunter2-and\"more y"), "x [secret a] y");
        assert_eq!(veil.over(r#"{"p":"hunter2-and\"more"}"#), r#"{"p":"[secret a]"}"#);
        assert_eq!(veil.over("line abcdefghijklmnopqrst abc"), "line [secret key] abc");
        let error = Error::invalid("a.b", "hunter2-and\"more").cause("hunter2-and\"more");
        assert_eq!(veil.error(error).to_string(), "[secret a]: [secret a] [a.b]");
    }

    #[test]
    fn only_what_was_seen_is_looked_for_in_what_is_kept() {
        let veil = Veil::default();
        veil.learn("e", "a", b"administrator", false);
        assert_eq!(veil.check_kept("its state", "user administrator"), Ok(()));
        veil.learn("e", "a", b"administrator", true);
        veil.learn("e", "a", b"administrator", false);
        let error = veil.check_kept("its state", "user administrator").unwrap_err();
        assert_eq!(error.code, "plugin.secret-told");
        assert!(!error.to_string().contains("administrator"));
    }
}
