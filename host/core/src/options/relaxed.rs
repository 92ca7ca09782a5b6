//! JSON as people write it: with `//` comments and a comma behind the last entry. Both are taken out, and what is
//! left is judged by a strict reader.

use serde_json::{Map, Value};
use std::iter::Peekable;
use std::str::Chars;

/// Reads an object. A line and column that the error names are those of the text.
///
/// # Errors
/// Where it is no JSON object even without comments.
pub fn object(text: &str) -> Result<Map<String, Value>, serde_json::Error> {
    serde_json::from_str(&strict(text.trim_start_matches('\u{feff}')))
}

/// The text without comments, and with a space for each comma that nothing follows.
fn strict(text: &str) -> String {
    let mut strict = String::with_capacity(text.len());
    let (mut chars, mut before, mut comma) = (text.chars().peekable(), '{', None);
    while let Some(c) = chars.next() {
        match c {
            '/' if chars.peek() == Some(&'/') => {
                while chars.next_if(|c| *c != '\n').is_some() {}
                continue;
            }
            ',' if !"{[,:".contains(before) => comma = Some(strict.len()),
            '}' | ']' => {
                if let Some(at) = comma.take() {
                    strict.replace_range(at..=at, " ");
                }
            }
            c if c.is_whitespace() => {}
            _ => comma = None,
        }
        strict.push(c);
        if c == '"' {
            string(&mut chars, &mut strict);
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
    strict
}

/// The rest of a string: slashes and commas in it are text.
fn string(chars: &mut Peekable<Chars<'_>>, strict: &mut String) {
    let mut is_escaped = false;
    for c in chars {
        strict.push(c);
        if c == '"' && !is_escaped {
            return;
        }
        is_escaped = c == '\\' && !is_escaped;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn comments_and_last_commas_are_taken_out() {
        let text = "\u{feff}{ // of the instance:\n \"map\": { \"a//b\": \"c,}\\\"//\", }, // said, \"so\"\n \"l\": [1, 2,\n],\n}";
        assert_eq!(Value::Object(object(text).unwrap()), json!({"map": {"a//b": "c,}\"//"}, "l": [1, 2]}));
    }

    #[test]
    fn everything_else_is_as_strict_as_ever() {
        for text in [
            "{,}",
            "{\"a\": ,}",
            "{\"a\": [,]}",
            "{\"a\": 1,,}",
            "{\"a\" /* b */: 1}",
            "[]",
            "{\"a\": 1} 2",
            "{'a': 1}",
            "{\"a\": \"",
            "/",
        ] {
            assert!(object(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_line_of_an_error_is_that_of_the_file() {
        let error = object("{\n// one\n\"a\": true, // two\n\"b\": yes\n}").unwrap_err();
        assert_eq!((error.line(), error.column()), (4, 6));
    }
}
