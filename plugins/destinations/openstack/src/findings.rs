//! What a check found so far, each with the option that it is about and a remedy. Knows no service.

use crate::contract::{Error, ErrorKind, Finding, Result};

/// Everything found so far.
#[derive(Default)]
pub struct Findings(pub Vec<Finding>);

impl Findings {
    /// Keeps what went wrong as a finding and goes on.
    ///
    /// # Errors
    /// One that says nothing about the configuration: it ends the check.
    pub fn note<T>(&mut self, path: &str, result: Result<T>) -> Result<Option<T>> {
        self.keep(path, result, true)
    }

    /// [`Findings::note`] of what does not keep the job from working, or not the whole of it.
    ///
    /// # Errors
    /// As there.
    pub fn note_warning<T>(&mut self, path: &str, result: Result<T>) -> Result<Option<T>> {
        self.keep(path, result, false)
    }

    fn keep<T>(&mut self, path: &str, result: Result<T>, blocking: bool) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if ends_the_check(&error) => Err(error),
            Err(error) => {
                self.push(Finding { blocking, ..from_error(path, &error) });
                Ok(None)
            }
        }
    }

    /// What keeps the job from working.
    pub fn block(&mut self, path: &str, message: impl Into<String>, remedy: impl Into<String>) {
        self.push(Finding::blocking(path, message).remedy(remedy));
    }

    /// What is worth knowing.
    pub fn warn(&mut self, path: &str, message: impl Into<String>, remedy: impl Into<String>) {
        self.push(Finding::warning(path, message).remedy(remedy));
    }

    /// Once: the network of the only NIC is that of workers too, where nothing else is said.
    fn push(&mut self, new: Finding) {
        let is_same = |old: &Finding| {
            (old.blocking, &old.path, &old.message) == (new.blocking, &new.path, &new.message)
        };
        if !self.0.iter().any(is_same) {
            self.0.push(new);
        }
    }
}

/// Whether an error says nothing about what was asked for.
pub fn ends_the_check(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Unavailable | ErrorKind::Cancelled) || error.code == "openstack.auth"
}

/// An error's message says `path: what; remedy`.
fn from_error(path: &str, error: &Error) -> Finding {
    let text = error.message.strip_prefix(&format!("{path}: ")).unwrap_or(&error.message);
    let (what, remedy) = text.split_once("; ").map_or((text, None), |(what, remedy)| (what, Some(remedy)));
    let causes = error.causes.join(": ");
    let message = if causes.is_empty() { what.to_owned() } else { format!("{what} ({causes})") };
    Finding::blocking(path, message).remedy(remedy.unwrap_or("correct this option, or make what it names"))
}
