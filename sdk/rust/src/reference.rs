//! The reference of a plugin's options, as a Markdown table made from their schema: for the plugin's documentation.
//! A test writes it when asked to, and fails when it is stale.
//!
//! ```no_run
//! # use gyre_plugin::{About, about, reference};
//! # const ABOUT: About = about!("alpine", "Alpine Linux");
//! # let path = std::path::Path::new("docs/options.md");
//! let stale = reference::update(path, &reference::markdown("Options", &ABOUT));
//! assert!(!stale, "docs/options.md is stale: run this test again with UPDATE=1");
//! ```

use crate::About;
use serde_json::Value;
use std::path::Path;

/// Tables in tables that a type is spelled out for.
const DEPTH_MAX: usize = 4;
/// Environment variable that says that stale files are to be written.
const UPDATE: &str = "UPDATE";

/// The page.
pub fn markdown(title: &str, about: &About) -> String {
    let schema: Value = serde_json::from_str(&(about.schema)()).unwrap_or_default();
    let mut page = format!(
        "# {title}\n\n<!-- Made from the schema of the plugin `{}` by a test: change the schema, and run the test with {UPDATE}=1. -->\n\n\
         | option | type | default | where | meaning |\n|---|---|---|---|---|\n",
        about.name
    );
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let place = if property["x-gyre-site-only"] == true { "site" } else { "site, machine" };
        let meaning = cell(property["description"].as_str().unwrap_or_default());
        let (kind, default) = (cell(&kind(&schema, property, 0)), default(&property["default"]));
        page += &format!("| `{name}` | {kind} | {default} | {place} | {meaning} |\n");
    }
    page
}

/// Whether the file is not what it should be; with `UPDATE=1` it is written, and then it is.
pub fn update(path: &Path, text: &str) -> bool {
    is_stale(path, text, std::env::var(UPDATE).is_ok_and(|value| value == "1"))
}

fn is_stale(path: &Path, text: &str, may_write: bool) -> bool {
    let is_other = std::fs::read_to_string(path).map_or(true, |found| found != text);
    is_other && !(may_write && std::fs::write(path, text).is_ok())
}

fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn default(value: &Value) -> String {
    let is_nothing = match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(entries) => entries.is_empty(),
        Value::Object(entries) => entries.values().all(|entry| default(entry).is_empty()),
        _ => false,
    };
    match value {
        _ if is_nothing => String::new(),
        Value::String(text) => format!("`{text}`"),
        other => format!("`{other}`"),
    }
}

/// The schema behind references, and of a choice that may be left open the one that is not `null`.
fn core_of<'a>(root: &'a Value, mut schema: &'a Value) -> &'a Value {
    for _ in 0..DEPTH_MAX {
        let reference = schema["$ref"].as_str().and_then(|text| root.pointer(text.strip_prefix('#')?));
        let choice = schema["anyOf"].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null"));
        match reference.or(choice) {
            Some(behind) => schema = behind,
            None => break,
        }
    }
    schema
}

fn kind(root: &Value, property: &Value, depth: usize) -> String {
    let schema = core_of(root, property);
    if let Some(words) = schema["enum"].as_array() {
        let words: Vec<_> = words.iter().filter_map(Value::as_str).map(|word| format!("`{word}`")).collect();
        return words.join(", ");
    }
    let name = match &schema["type"] {
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        name => name.as_str(),
    };
    match name {
        _ if depth == DEPTH_MAX => "…".to_owned(),
        Some("array") => format!("list of {}", kind(root, &schema["items"], depth + 1)),
        Some("object") => table(root, schema, depth),
        Some(name) => name.to_owned(),
        None => "any".to_owned(),
    }
}

fn table(root: &Value, schema: &Value, depth: usize) -> String {
    let Some(entries) = schema["properties"].as_object() else {
        return format!("string → {}", kind(root, &schema["additionalProperties"], depth + 1));
    };
    let entries = entries.iter().map(|(name, entry)| format!("`{name}`: {}", kind(root, entry, depth + 1)));
    format!("{{ {} }}", entries.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABOUT: About = About {
        name: "x",
        version: "1",
        summary: "",
        schema: || {
            r##"{"properties": {
                "a": {"type": ["integer", "null"], "default": null, "description": "One\nor|two."},
                "b": {"anyOf": [{"enum": ["k", "q"]}, {"type": "null"}], "default": "k", "x-gyre-site-only": true},
                "c": {"type": "array", "items": {"$ref": "#/$defs/C"}, "default": []},
                "d": {"type": "object", "additionalProperties": {"type": "string"}, "default": {"e": null}}
            }, "$defs": {"C": {"type": "object", "properties": {"f": {"type": "boolean"}}}}}"##
                .to_owned()
        },
    };

    #[test]
    fn a_row_per_option() {
        let page = markdown("Options", &ABOUT);
        let rows: Vec<_> = page.lines().skip(6).collect();
        let expected = [
            "| `a` | integer |  | site, machine | One or\\|two. |",
            "| `b` | `k`, `q` | `k` | site |  |",
            "| `c` | list of { `f`: boolean } |  | site, machine |  |",
            "| `d` | string → string |  | site, machine |  |",
        ];
        assert_eq!(rows, expected, "{page}");
    }

    #[test]
    fn a_stale_file_is_noticed() {
        let path = std::env::temp_dir().join(format!("gyre-reference-{}", std::process::id()));
        assert!(is_stale(&path, "text", false));
        assert!(!is_stale(&path, "text", true) && !is_stale(&path, "text", false));
        assert!(is_stale(&path, "other", false));
        std::fs::remove_file(&path).unwrap();
    }
}
