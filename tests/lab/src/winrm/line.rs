//! A command line as Windows reads it: first `cmd.exe`, which WinRM puts in front of a program, then the program itself
//! (CommandLineToArgvW). There is no `cmd.exe` here: what it would not hand on as it stands is refused.

/// What `cmd.exe` takes.
const UNITS_MAX: usize = 8191;

/// What keeps `cmd.exe` from handing a line on as it stands; none where it does.
pub fn cmd_would_change(line: &str) -> Option<String> {
    if line.encode_utf16().count() > UNITS_MAX {
        return Some("The command line is too long.".to_owned());
    }
    // Of a line that begins with a quote, cmd /C removes that one and the last.
    if line.starts_with('"') && line.matches('"').count() != 2 {
        return Some("cmd.exe removes the first and the last quote".to_owned());
    }
    let mut is_quoted = false;
    for c in line.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            '%' | '\r' | '\n' | '\0' => return Some(format!("cmd.exe does something with {c:?}")),
            '&' | '|' | '<' | '>' | '^' if !is_quoted => {
                return Some(format!("cmd.exe does something with {c:?} outside of quotes"));
            }
            _ => {}
        }
    }
    None
}

/// The program and its arguments.
pub fn split(line: &str) -> (String, Vec<String>) {
    let line = line.trim_start();
    let (program, rest) = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
        None => line.split_once([' ', '\t']).unwrap_or((line, "")),
    };
    (program.to_owned(), arguments(rest))
}

/// 2n backslashes in front of a quote are n backslashes and the quote counts; 2n+1 are n and a quote; others are
/// themselves. Two quotes between quotes are one.
fn arguments(line: &str) -> Vec<String> {
    let (mut arguments, mut current, mut is_quoted) = (Vec::new(), None::<String>, false);
    let mut chars = line.chars().peekable();
    let mut backslashes = 0;
    while let Some(c) = chars.next() {
        if c == '\\' {
            backslashes += 1;
            continue;
        }
        let is_quote = c == '"';
        let written = if is_quote { backslashes / 2 } else { backslashes };
        if backslashes > 0 {
            current.get_or_insert_default().push_str(&"\\".repeat(written));
        }
        let is_literal = is_quote && backslashes % 2 == 1;
        backslashes = 0;
        match c {
            '"' if is_literal => current.get_or_insert_default().push('"'),
            '"' if is_quoted && chars.peek() == Some(&'"') => {
                chars.next();
                current.get_or_insert_default().push('"');
            }
            '"' => {
                is_quoted = !is_quoted;
                current.get_or_insert_default();
            }
            ' ' | '\t' if !is_quoted => arguments.extend(current.take()),
            c => current.get_or_insert_default().push(c),
        }
    }
    if backslashes > 0 {
        current.get_or_insert_default().push_str(&"\\".repeat(backslashes));
    }
    arguments.extend(current);
    arguments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_are_those_of_microsofts_table() {
        for (line, expected) in [
            (r#""a b c" d e"#, &["a b c", "d", "e"][..]),
            (r#""ab\"c" "\\" d"#, &["ab\"c", "\\", "d"]),
            (r#"a\\\b d"e f"g h"#, &[r"a\\\b", "de fg", "h"]),
            (r#"a\\\"b c d"#, &[r#"a\"b"#, "c", "d"]),
            (r#"a\\\\"b c" d e"#, &[r"a\\b c", "d", "e"]),
            (r#"a"b"" c d"#, &["ab\" c d"]),
            (r#""" x\"#, &["", r"x\"]),
            ("", &[]),
        ] {
            assert_eq!(split(&format!("x.exe {line}")).1, expected, "{line}");
        }
        assert_eq!(split(r#""C:\a b\x.exe" y"#).0, r"C:\a b\x.exe");
    }

    #[test]
    fn what_cmd_would_change_is_told() {
        for line in ["x a&b", "x %A%", "x a^b", "x \"a\" >b", "\"x y\" \"a b\"", "x\ny", &"x".repeat(8192)] {
            assert!(cmd_would_change(line).is_some(), "{line}");
        }
        for line in ["x \"a&b\" c", "\"C:\\a b\\x.exe\" y", &"x".repeat(8191)] {
            assert_eq!(cmd_would_change(line), None);
        }
    }
}
