//! A command line for a POSIX shell out of an argument vector: SSH has no other form of a command.
//! Knows no connection.

use crate::limits::COMMAND_BYTES_MAX;
use gyre_core::{Error, Result};

/// Quotes `argv` so that a shell runs exactly it, with `env` in its environment.
///
/// # Errors
/// `ssh.command` when it is empty, too long, holds a NUL, or names a variable that no shell takes.
pub fn command_line(argv: &[String], env: &[(String, String)]) -> Result<String> {
    if argv.first().is_none_or(String::is_empty) {
        return Err(Error::invalid("ssh.command", "the command is empty: its first word names a program"));
    }
    let mut line = String::new();
    for (name, value) in env {
        check_name(name)?;
        line.push_str(name);
        line.push('=');
        push_quoted(&mut line, value);
        line.push(' ');
    }
    for (index, word) in argv.iter().enumerate() {
        if index > 0 {
            line.push(' ');
        }
        push_quoted(&mut line, word);
    }
    if line.contains('\0') {
        return Err(Error::invalid(
            "ssh.command",
            "the command holds a NUL byte, which no program can be given",
        ));
    }
    if line.len() > COMMAND_BYTES_MAX {
        let why = format!("the command is {} bytes long, more than {COMMAND_BYTES_MAX}", line.len());
        return Err(Error::invalid("ssh.command", why).cause("hand large input over on standard input"));
    }
    Ok(line)
}

fn check_name(name: &str) -> Result<()> {
    let mut bytes = name.bytes();
    let first = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    if first && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        return Ok(());
    }
    Err(Error::invalid("ssh.command", format!("{name:?} is not the name of an environment variable")))
}

fn push_quoted(line: &mut String, word: &str) {
    line.push('\'');
    line.push_str(&word.replace('\'', r"'\''"));
    line.push('\'');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Vec<String> {
        words.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_shell_gives_back_every_word() {
        let argv = words(&["printf", "[%s]", "a b", "", "it's", "$HOME `id` \\ \"x\"", "new\nline", "-n"]);
        let line = command_line(&argv, &[("A".into(), "x 'y'".into())]).unwrap();
        let output = std::process::Command::new("sh").arg("-c").arg(line).output().unwrap();
        assert_eq!(
            String::from_utf8(output.stdout).unwrap(),
            "[a b][][it's][$HOME `id` \\ \"x\"][new\nline][-n]"
        );
    }

    #[test]
    fn refuses_what_no_shell_can_run() {
        for (argv, env) in [
            (words(&[]), vec![]),
            (words(&[""]), vec![]),
            (words(&["a\0b"]), vec![]),
            (words(&["true"]), vec![("A;id".to_string(), String::new())]),
            (words(&["true"]), vec![("1A".to_string(), String::new())]),
            (words(&["x".repeat(COMMAND_BYTES_MAX).as_str()]), vec![]),
        ] {
            assert_eq!(command_line(&argv, &env).unwrap_err().code, "ssh.command");
        }
    }
}
