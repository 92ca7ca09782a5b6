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
/// Rows of a page.
const ROWS_MAX: usize = 500;
/// Environment variable that says that stale files are to be written.
const UPDATE: &str = "UPDATE";

/// The page: a row for each option, and where it may stand.
pub fn markdown(title: &str, about: &About) -> String {
    let schema = schema_of(about);
    let mut page = head(title, about, &["option", "type", "default", "where", "meaning"]);
    for (name, property) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let place = if property["x-gyre-site-only"] == true { "site" } else { "site, machine" };
        let (kind, default) = (cell(&kind(&schema, property, 0)), default(&property["default"]));
        page += &row(&[&format!("`{name}`"), &kind, &default, place, &meaning(property)]);
    }
    page
}

/// The page of a plugin whose options are tables in tables: a row for each entry, and whether it must be there. Where a
/// table or a word of a list of words is told what it means, that is told.
pub fn entries(title: &str, about: &About) -> String {
    let schema = schema_of(about);
    let mut rows = Vec::new();
    table_rows(&schema, &schema, "", 0, &mut rows);
    head(title, about, &["option", "type", "default", "meaning"]) + &rows.concat()
}

fn schema_of(about: &About) -> Value {
    serde_json::from_str(&(about.schema)()).unwrap_or_default()
}

fn head(title: &str, about: &About, columns: &[&str]) -> String {
    let name = about.name;
    let columns = row(columns) + "|" + &"---|".repeat(columns.len());
    format!(
        "# {title}\n\n<!-- Made from the schema of the plugin `{name}` by a test: change the schema, and run the test with {UPDATE}=1. -->\n\n{columns}\n"
    )
}

fn row(cells: &[&str]) -> String {
    format!("| {} |\n", cells.join(" | "))
}

fn meaning(property: &Value) -> String {
    cell(property["description"].as_str().unwrap_or_default())
}

/// The rows of a table's entries, each with those of the table that it is, or that are in its list.
fn table_rows(root: &Value, table: &Value, path: &str, depth: usize, rows: &mut Vec<String>) {
    for (name, property) in table["properties"].as_object().into_iter().flatten() {
        if rows.len() >= ROWS_MAX || depth == DEPTH_MAX {
            return;
        }
        let path = format!("{path}{name}");
        rows.push(entry(root, table, name, &path, property));
        let schema = core_of(root, property);
        match schema.get("items") {
            Some(items) => table_rows(root, core_of(root, items), &format!("{path}[]."), depth + 1, rows),
            None => table_rows(root, schema, &format!("{path}."), depth + 1, rows),
        }
    }
}

fn entry(root: &Value, table: &Value, name: &str, path: &str, property: &Value) -> String {
    let must = table["required"].as_array().is_some_and(|names| names.iter().any(|must| must == name));
    let default = if must { "(required)".to_owned() } else { default(&property["default"]) };
    let mut meaning = meaning(property);
    for (word, said) in words_of(core_of(root, property)).iter().filter(|(_, said)| !said.is_empty()) {
        meaning += &format!(" `{word}`: {}", cell(said));
    }
    row(&[&format!("`{path}`"), &cell(&short_kind(root, property)), &default, meaning.trim()])
}

/// A type in words; the entries of a table have rows of their own.
fn short_kind(root: &Value, property: &Value) -> String {
    let schema = core_of(root, property);
    let is_table = |schema: &Value| schema["properties"].is_object();
    let is_list_of_tables = schema.get("items").is_some_and(|items| is_table(core_of(root, items)));
    if is_list_of_tables {
        "list of tables".to_owned()
    } else if is_table(schema) {
        "table".to_owned()
    } else {
        kind(root, property, 0)
    }
}

/// The words of a choice among words, each with what is said of it.
fn words_of(schema: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |choice: &Value| match choice["enum"].as_array() {
        Some(words) => words.iter().map(|word| (text(word), text(&choice["description"]))).collect(),
        None => vec![(text(&choice["const"]), text(&choice["description"]))],
    };
    let words: Vec<(String, String)> =
        schema["oneOf"].as_array().into_iter().flatten().flat_map(one).collect();
    if words.iter().all(|(word, _)| !word.is_empty()) { words } else { Vec::new() }
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
    let described = words_of(schema);
    if !described.is_empty() {
        let words: Vec<_> = described.iter().map(|(word, _)| format!("`{word}`")).collect();
        return words.join(", ");
    }
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
    fn a_row_per_entry_of_tables_in_tables() {
        let about = About {
            schema: || {
                r##"{"properties": {"rows": {"type": "array", "items": {"$ref": "#/$defs/Row"}, "description": "All."}},
                "$defs": {"Row": {"type": "object", "required": ["to"], "properties": {
                    "to": {"type": "string"},
                    "how": {"anyOf": [{"oneOf": [{"const": "a", "description": "One."}, {"enum": ["b", "c"]}]}, {"type": "null"}]},
                    "in": {"$ref": "#/$defs/Row", "description": "Again."}}}}}"##
                    .to_owned()
            },
            ..ABOUT
        };
        let page = entries("Options", &about);
        let rows: Vec<_> = page.lines().skip(4).take(5).collect();
        let expected = [
            "| option | type | default | meaning |",
            "|---|---|---|---|",
            "| `rows` | list of tables |  | All. |",
            "| `rows[].how` | `a`, `b`, `c` |  | `a`: One. |",
            "| `rows[].in` | table |  | Again. |",
        ];
        assert_eq!(rows, expected, "{page}");
        assert!(page.ends_with("| `rows[].to` | string | (required) |  |\n"), "{page}");
        assert!(page.lines().count() < 30, "it ends: {page}");
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
