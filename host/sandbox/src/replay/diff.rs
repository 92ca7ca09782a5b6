//! Where two values of a recording differ: the fields, each by its path. Knows JSON alone.

use crate::recording::mask::same;
use gyre_core::text::plain;
use serde::Serialize;
use serde_json::Value;

/// Fields that are told.
const FIELDS_TOLD: usize = 16;
/// Characters told of one value.
const VALUE_CHARS_MAX: usize = 200;
/// Characters told in front of the first that differs.
const CONTEXT_CHARS: usize = 40;

/// One field that is other than it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Field {
    /// `request.headers[2][1]`.
    pub path: String,
    /// As it was recorded; empty: it was not there.
    pub expected: String,
    /// As it is; empty: it is not there.
    pub actual: String,
}

/// The fields in which two values differ, below `path`; the first of them.
pub(super) fn fields(path: &str, recorded: &Value, seen: &Value) -> Vec<Field> {
    let mut found = Vec::new();
    compare(path, Some(recorded), Some(seen), &mut found);
    found
}

fn compare(path: &str, recorded: Option<&Value>, seen: Option<&Value>, found: &mut Vec<Field>) {
    if found.len() >= FIELDS_TOLD {
        return;
    }
    match (recorded, seen) {
        (Some(recorded), Some(seen)) if same(recorded, seen) => {}
        (Some(Value::Array(recorded)), Some(Value::Array(seen))) => {
            for at in 0..recorded.len().max(seen.len()) {
                compare(&format!("{path}[{at}]"), recorded.get(at), seen.get(at), found);
            }
        }
        (Some(Value::Object(recorded)), Some(Value::Object(seen))) => {
            let added = seen.keys().filter(|name| !recorded.contains_key(*name));
            for name in recorded.keys().chain(added) {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                compare(&path, recorded.get(name), seen.get(name), found);
            }
        }
        (recorded, seen) => {
            let (expected, actual) = told(recorded, seen);
            found.push(Field { path: path.to_owned(), expected, actual });
        }
    }
}

/// Both, from shortly before where they part: of a long text its end may be what matters.
fn told(recorded: Option<&Value>, seen: Option<&Value>) -> (String, String) {
    let text = |value: Option<&Value>| value.map(Value::to_string).unwrap_or_default();
    let (recorded, seen) = (text(recorded), text(seen));
    let common = recorded.chars().zip(seen.chars()).take_while(|(a, b)| a == b).count();
    let from = if common > VALUE_CHARS_MAX / 2 { common - CONTEXT_CHARS } else { 0 };
    (cut(&recorded, from), cut(&seen, from))
}

fn cut(text: &str, from: usize) -> String {
    let mut rest = text.chars().skip(from);
    let told: String = rest.by_ref().take(VALUE_CHARS_MAX).collect();
    let (before, after) = (if from > 0 { "…" } else { "" }, if rest.next().is_some() { "…" } else { "" });
    format!("{before}{}{after}", plain(&told))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_field_is_named_by_its_path() {
        let recorded = json!({ "path": "/a", "headers": [["x", "1"], ["y", "2"]], "body": { "text": "" } });
        let seen = json!({ "path": "/b", "headers": [["x", "1"], ["y", "3"], ["z", "4"]], "body": { "base64": "" } });
        let found: Vec<_> =
            fields("request", &recorded, &seen).into_iter().map(|f| (f.path, f.expected, f.actual)).collect();
        let expected = [
            ("request.body.text", "\"\"", ""),
            ("request.body.base64", "", "\"\""),
            ("request.headers[1][1]", "\"2\"", "\"3\""),
            ("request.headers[2]", "", "[\"z\",\"4\"]"),
            ("request.path", "\"/a\"", "\"/b\""),
        ];
        assert_eq!(found, expected.map(|(a, b, c)| (a.to_owned(), b.to_owned(), c.to_owned())));
        assert!(fields("", &json!("a [masked b] c"), &json!("a x c")).is_empty());
    }

    #[test]
    fn of_long_texts_the_part_that_differs_is_told() {
        let text = |end: &str| json!("x".repeat(10_000) + end);
        let found = fields("", &text("a\u{1b}[2J"), &text("b"));
        assert!(
            found[0].expected.ends_with("xa\\u001b[2J\"") && found[0].actual.ends_with("xb\""),
            "{found:?}"
        );
        assert!(found[0].expected.chars().count() < 100);
    }
}
