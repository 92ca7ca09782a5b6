//! A command line for Windows out of a program and its arguments. It is read twice: by `cmd.exe`, which WinRM puts in
//! between (since Windows 8.1 even when it is asked not to), and by the program itself (CommandLineToArgvW). Only what both
//! read in the same way is written. Knows no connection.

use crate::limits::COMMAND_UNITS_MAX;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use gyre_core::{Error, Result};

/// A program and its arguments, quoted.
#[derive(Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// One word.
    pub program: String,
    /// The rest of the line.
    pub arguments: String,
}

/// Arguments of `powershell.exe` that run a script, whatever the machine's policy; at most some 2,900 characters of it fit
/// into a command line. What it reads from standard input it gets as lines of text in `$input`, and nowhere else: PowerShell
/// itself reads the console's input. Errors are text, which they would not be otherwise (`#< CLIXML`).
pub fn powershell(script: &str) -> Vec<String> {
    let utf16: Vec<u8> = script.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let modes = ["-NoProfile", "-NonInteractive", "-ExecutionPolicy", "Bypass"];
    let formats = ["-InputFormat", "Text", "-OutputFormat", "Text", "-EncodedCommand"];
    modes.into_iter().chain(formats).map(String::from).chain([STANDARD.encode(utf16)]).collect()
}

/// Quotes a command so that the program is given exactly these arguments.
///
/// # Errors
/// `winrm.command` for what cannot be said on a command line.
pub fn command_line(program: &str, arguments: &[&str]) -> Result<CommandLine> {
    // A line that began with a quote would lose it, and its last one, to cmd.exe, which also splits a name at `/` and `=`.
    let is_name = |c: char| is_plain(c) && !"/=+@".contains(c);
    if program.is_empty() || !program.chars().all(is_name) {
        let why = format!("{program:?} is no plain name or path of a program");
        return Err(refused(&why).cause("one with spaces can be called out of a PowerShell script"));
    }
    let quoted: Vec<String> = arguments.iter().map(|argument| quote(argument)).collect::<Result<_>>()?;
    let line = CommandLine { program: program.to_owned(), arguments: quoted.join(" ") };
    let units = line.program.encode_utf16().count() + 1 + line.arguments.encode_utf16().count();
    if units > COMMAND_UNITS_MAX {
        let why = format!("the command is {units} characters long, more than {COMMAND_UNITS_MAX}");
        return Err(refused(&why).cause("hand large input over on standard input"));
    }
    Ok(line)
}

fn refused(why: &str) -> Error {
    Error::invalid("winrm.command", why)
}

/// Means nothing to anybody who reads a command line.
fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || r"-_./\:+=@~".contains(c)
}

fn quote(argument: &str) -> Result<String> {
    // Variables are replaced between quotes, too; and cmd.exe takes a quote inside an argument for the argument's end.
    let spoils = |c: char| c.is_control() || matches!(c, '%' | '"' | '\u{fffe}' | '\u{ffff}');
    if let Some(c) = argument.chars().find(|c| spoils(*c)) {
        let why = format!("an argument holds {c:?}, which no command line carries through cmd.exe");
        return Err(refused(&why).cause("hand it over on standard input, or in a PowerShell script"));
    }
    if !argument.is_empty() && argument.chars().all(is_plain) {
        return Ok(argument.to_owned());
    }
    // Backslashes mean themselves, but in front of a quote: there each is written twice.
    let backslashes = argument.len() - argument.trim_end_matches('\\').len();
    Ok(format!("\"{argument}{}\"", r"\".repeat(backslashes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(program: &str, arguments: &[&str]) -> String {
        command_line(program, arguments).unwrap().arguments
    }

    #[test]
    fn only_what_needs_quotes_gets_them() {
        for (arguments, expected) in [
            (&["serve", "--port", "5566"][..], "serve --port 5566"),
            (&["a b", "", "c"], r#""a b" "" c"#),
            (&[r"C:\Temp\x.exe"], r"C:\Temp\x.exe"),
            (
                &[r"C:\Program Files\", r"\\server\share dir\\"],
                r#""C:\Program Files\\" "\\server\share dir\\\\""#,
            ),
            (
                &["a&b|c", "<x>", "^", "(y)", "z;z,z", "it's", "ü"],
                r#""a&b|c" "<x>" "^" "(y)" "z;z,z" "it's" "ü""#,
            ),
            (&[], ""),
        ] {
            assert_eq!(line("x.exe", arguments), expected);
        }
    }

    #[test]
    fn refuses_what_two_readers_would_read_in_two_ways() {
        let long = "x".repeat(COMMAND_UNITS_MAX);
        for (program, arguments) in [
            ("", &[][..]),
            (r"C:\Program Files\x.exe", &[]),
            ("x&calc.exe", &[]),
            ("x/y.exe", &[]),
            ("x.exe", &["%PATH%"]),
            ("x.exe", &["a\"b"]),
            ("x.exe", &["a\nb"]),
            ("x.exe", &["a\0b"]),
            ("x.exe", &["\u{ffff}"]),
            ("x.exe", &[long.as_str()]),
        ] {
            assert_eq!(command_line(program, arguments).unwrap_err().code, "winrm.command", "{arguments:?}");
        }
    }

    #[test]
    fn a_script_is_utf_16_in_base64_and_needs_no_quotes() {
        let arguments = powershell("'ü' % 2");
        assert_eq!(arguments.last().unwrap(), "JwD8ACcAIAAlACAAMgA=");
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        assert!(!line("powershell.exe", &arguments).contains('"'));
    }
}
