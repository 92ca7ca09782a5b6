//! A question to whoever sits at the terminal. Silence is no consent, and neither is that there is nobody to ask.

use gyre_core::{Error, Kind, Result};
use std::io::{BufRead, IsTerminal as _, Write as _};

/// Asks, unless `yes` was said before; with `json` nobody is asked.
///
/// # Errors
/// `plugin.confirm`: nobody can be asked; `job.cancelled`: the answer is no.
pub fn agree(question: &str, yes: bool, json: bool) -> Result<()> {
    if yes {
        return Ok(());
    }
    let stdin = std::io::stdin();
    let is_asked = !json && stdin.is_terminal();
    answered(question, is_asked.then(|| stdin.lock()))
}

fn answered(question: &str, person: Option<impl BufRead>) -> Result<()> {
    let Some(mut person) = person else {
        let what = "this is done only with --yes where nobody can be asked";
        return Err(Error::invalid("plugin.confirm", what).cause(question.trim()));
    };
    let _ = write!(std::io::stderr(), "{question} [y/N] ");
    let mut answer = String::new();
    let is_agreed = person.read_line(&mut answer).is_ok()
        && ["y", "yes"].contains(&answer.trim().to_lowercase().as_str());
    if is_agreed { Ok(()) } else { Err(Error::new(Kind::Cancelled, "job.cancelled", "nothing was changed")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_yes_is_one() {
        for (answer, is_yes) in [("y\n", true), ("Yes\n", true), ("", false), ("\n", false), ("n\n", false)] {
            assert_eq!(answered("well?", Some(answer.as_bytes())).is_ok(), is_yes, "{answer:?}");
        }
        assert_eq!(answered("well?", None::<&[u8]>).unwrap_err().code, "plugin.confirm");
        agree("well?", true, true).unwrap();
        assert_eq!(agree("well?", false, true).unwrap_err().code, "plugin.confirm");
    }
}
