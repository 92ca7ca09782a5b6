//! Who a plugin says it is, and the schema of its options: `metadata` of `wit/plugin.wit`. That it answered at all, without
//! any grant and within its limits, was seen when it was inspected.

use super::rules::Rule;
use super::{Checks, Verdict, one_line};
use gyre_grants::{About, Description, Inspection};
use serde_json::Value;

/// Types of JSON Schema.
const TYPES: [&str; 7] = ["array", "boolean", "integer", "null", "number", "object", "string"];
/// Schemas within schemas.
const DEPTH_MAX: usize = 32;
/// Characters of a summary in a list.
const SUMMARY_CHARS_MAX: usize = 120;
/// Problems told of one schema.
const PROBLEMS_MAX: usize = 5;

pub fn check(found: &Inspection, again: &Inspection, checks: &mut Checks) {
    let Some(said) = found.description.as_ref().filter(|_| found.asked) else {
        checks.note(
            "it describes itself",
            Rule::Describes,
            Verdict::Broken("it imports what this host does not link".into()),
        );
        return;
    };
    checks.note("it describes itself without any grant, within its limits", Rule::Describes, Verdict::Kept);
    let same = found.description == again.description;
    let why = || "its second answer is another one".into();
    checks.note("it describes itself alike again", Rule::Describes, Verdict::of(same, why));
    note_section(&found.about, said, checks);
    let names = !said.name.is_empty() && !said.version.is_empty();
    checks.note(
        "it has a name and a version",
        Rule::Named,
        Verdict::of(names, || "one of them is empty".into()),
    );
    let is_short = !said.summary.is_empty() && said.summary.chars().count() <= SUMMARY_CHARS_MAX;
    let why = || format!("it is empty, or longer than {SUMMARY_CHARS_MAX} characters");
    checks.note("its summary fits a line", Rule::Summary, Verdict::of(is_short, why));
    let mut problems = Vec::new();
    schema(&said.config_schema, &said.config_schema, "the schema", 0, &mut problems);
    problems.truncate(PROBLEMS_MAX);
    checks.note(
        "its schema is JSON Schema",
        Rule::Schema,
        Verdict::of(problems.is_empty(), || problems.join("; ")),
    );
    let closed = said.config_schema.get("additionalProperties") == Some(&Value::Bool(false));
    let why = || "without `\"additionalProperties\": false` a typo in an option goes unnoticed".into();
    checks.note("an unknown option is refused", Rule::Closed, Verdict::of(closed, why));
    let silent = undescribed(&said.config_schema);
    let why = || format!("without a description: {}", silent.join(", "));
    checks.note("every option is described", Rule::Described, Verdict::of(silent.is_empty(), why));
}

/// What people are shown who look at the file. Without a section they are told that there is none.
fn note_section(about: &About, said: &Description, checks: &mut Checks) {
    let verdict = match about {
        About::Missing => return,
        About::Says(told) => Verdict::of(told == said, || {
            format!("{}: gyre plugin build writes it anew", differing(told, said).join(", "))
        }),
        About::Unreadable(error) => Verdict::Broken(one_line(error)),
    };
    checks.note("its file says of it what it says itself", Rule::Introduced, verdict);
}

fn differing(told: &Description, said: &Description) -> Vec<&'static str> {
    let pairs = [
        (told.name != said.name, "another name"),
        (told.version != said.version, "another version"),
        (told.summary != said.summary, "another summary"),
        (told.config_schema != said.config_schema, "another schema"),
    ];
    pairs.into_iter().filter(|(differs, _)| *differs).map(|(_, what)| what).collect()
}

fn undescribed(schema: &Value) -> Vec<String> {
    let options = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let is_silent =
        |option: &Value| option.get("description").and_then(Value::as_str).is_none_or(str::is_empty);
    options.filter(|(_, option)| is_silent(option)).map(|(name, _)| name.clone()).collect()
}

/// What is no JSON Schema in it: keywords with values of another kind, unknown types, references to nothing.
fn schema(root: &Value, value: &Value, place: &str, depth: usize, problems: &mut Vec<String>) {
    if depth > DEPTH_MAX || value.is_boolean() {
        return;
    }
    let Some(object) = value.as_object() else {
        problems.push(format!("{place} is neither an object nor true or false"));
        return;
    };
    for (keyword, value) in object {
        let place = format!("{place}.{keyword}");
        let mut each = |value: &Value, place: &str| schema(root, value, place, depth + 1, problems);
        match (keyword.as_str(), value) {
            ("properties" | "$defs" | "definitions" | "patternProperties", Value::Object(entries)) => {
                entries.iter().for_each(|(name, value)| each(value, &format!("{place}.{name}")));
            }
            ("anyOf" | "oneOf" | "allOf" | "prefixItems", Value::Array(entries)) => {
                entries.iter().for_each(|value| each(value, &place));
            }
            ("items" | "additionalProperties" | "not", value) => each(value, &place),
            _ if is_well(root, keyword, value) => {}
            _ => problems.push(format!("{place} has no such value")),
        }
    }
}

/// Keywords without schemas below them; those that nobody knows may say anything.
fn is_well(root: &Value, keyword: &str, value: &Value) -> bool {
    let is_type = |value: &Value| value.as_str().is_some_and(|name| TYPES.contains(&name));
    match keyword {
        "type" => is_type(value) || value.as_array().is_some_and(|all| all.iter().all(is_type)),
        "required" => value.as_array().is_some_and(|all| all.iter().all(Value::is_string)),
        "enum" | "examples" => value.is_array(),
        "title" | "description" | "format" | "pattern" | "$schema" => value.is_string(),
        "minimum" | "maximum" | "multipleOf" => value.is_number(),
        "minLength" | "maxLength" | "minItems" | "maxItems" => value.is_u64(),
        "$ref" => {
            value.as_str().is_some_and(|to| to.strip_prefix('#').is_none_or(|at| root.pointer(at).is_some()))
        }
        "properties" | "$defs" | "definitions" | "patternProperties" | "anyOf" | "oneOf" | "allOf"
        | "prefixItems" => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problems(value: &Value) -> Vec<String> {
        let mut problems = Vec::new();
        schema(value, value, "it", 0, &mut problems);
        problems
    }

    #[test]
    fn schemas_are_told_from_what_only_looks_like_them() {
        let good = json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object", "x-gyre-ini-section": "a",
            "properties": { "a": { "type": ["string", "null"], "description": "A.", "default": null },
                            "b": { "$ref": "#/$defs/B" }, "c": true },
            "$defs": { "B": { "type": "array", "items": { "type": "integer", "minimum": 0 } } },
            "required": ["a"], "additionalProperties": false,
        });
        assert_eq!(problems(&good), Vec::<String>::new());
        for bad in [
            json!({ "type": "text" }),
            json!({ "properties": ["a"] }),
            json!({ "properties": { "a": "string" } }),
            json!({ "properties": { "a": { "$ref": "#/$defs/none" } } }),
            json!({ "required": "a" }),
            json!({ "items": { "enum": "a" } }),
        ] {
            assert_eq!(problems(&bad).len(), 1, "{bad}");
        }
    }

    #[test]
    fn silent_options_are_named() {
        let schema = json!({ "properties": { "a": { "type": "string" }, "b": { "description": "B." } } });
        assert_eq!(undescribed(&schema), ["a"]);
    }
}
