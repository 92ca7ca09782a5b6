//! A plugin's options against the JSON Schema it describes them with, as far as a typo or a wrong type goes: the
//! subset of the specification (draft 2020-12) that option schemas use. Anything else in a schema is let pass.

use gyre_core::{Error, Result};
use serde_json::{Map, Value};

/// Nested schemas, so that one that refers to itself ends.
const DEPTH_MAX: usize = 32;
/// Problems told at once.
const PROBLEMS_MAX: usize = 20;
/// A known name is suggested up to so many edits away.
const EDITS_MAX: usize = 3;

/// Checks `config`; `place` says whose it is: `[destination.lab]`.
///
/// # Errors
/// `config.option`, naming every option that is unknown, missing or of another type.
pub(crate) fn check(place: &str, schema: &Value, config: &Value) -> Result<()> {
    let mut problems = Vec::new();
    Checker { root: schema, problems: &mut problems }.value(schema, config, "config", 0);
    if problems.is_empty() {
        return Ok(());
    }
    let mut error =
        Error::invalid("config.option", format!("{place} has options that its plugin does not understand"));
    error.causes = problems;
    Err(error)
}

struct Checker<'a> {
    root: &'a Value,
    problems: &'a mut Vec<String>,
}

impl<'a> Checker<'a> {
    fn problem(&mut self, text: String) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push(text);
        }
    }

    fn value(&mut self, schema: &'a Value, value: &Value, path: &str, depth: usize) {
        let Some(schema) = self.resolve(schema).and_then(Value::as_object).filter(|_| depth < DEPTH_MAX)
        else {
            return;
        };
        if let Some(choices) = schema.get("anyOf").or_else(|| schema.get("oneOf")).and_then(Value::as_array) {
            return self.any(choices, value, path, depth);
        }
        for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
            self.value(part, value, path, depth + 1);
        }
        if !has_type(schema, value) {
            let expected = schema.get("type").map(ToString::to_string).unwrap_or_default();
            return self.problem(format!("{path} is {}, not {}", kind(value), expected.replace('"', "")));
        }
        self.listed(schema, value, path);
        self.bounds(schema, value, path);
        match value {
            Value::Object(object) => self.object(schema, object, path, depth),
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let Some(each) = schema.get("items") else { break };
                    self.value(each, item, &format!("{path}[{index}]"), depth + 1);
                }
            }
            _ => {}
        }
    }

    fn listed(&mut self, schema: &Map<String, Value>, value: &Value, path: &str) {
        let wrong = match (schema.get("enum").and_then(Value::as_array), schema.get("const")) {
            (Some(values), _) if !values.contains(value) => {
                Some(values.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "))
            }
            (_, Some(only)) if only != value => Some(only.to_string()),
            _ => None,
        };
        if let Some(expected) = wrong {
            self.problem(format!("{path} is {value}, not one of {expected}"));
        }
    }

    fn bounds(&mut self, schema: &Map<String, Value>, value: &Value, path: &str) {
        let Some(number) = value.as_f64() else { return };
        let bound = |key: &str| schema.get(key).and_then(Value::as_f64);
        if bound("minimum").is_some_and(|least| number < least)
            || bound("maximum").is_some_and(|most| number > most)
        {
            let text = |key| bound(key).map_or("any".to_owned(), |bound| bound.to_string());
            self.problem(format!("{path} is {number}, not from {} to {}", text("minimum"), text("maximum")));
        }
    }

    fn object(
        &mut self,
        schema: &'a Map<String, Value>,
        object: &Map<String, Value>,
        path: &str,
        depth: usize,
    ) {
        let properties = schema.get("properties").and_then(Value::as_object);
        for (name, value) in object {
            let path = format!("{path}.{name}");
            match (properties.and_then(|known| known.get(name)), schema.get("additionalProperties")) {
                (Some(property), _) => self.value(property, value, &path, depth + 1),
                (None, Some(Value::Bool(true))) => {}
                (None, Some(each @ Value::Object(_))) => self.value(each, value, &path, depth + 1),
                (None, None) if properties.is_none() => {}
                (None, _) => {
                    let known = properties.into_iter().flat_map(Map::keys).map(String::as_str);
                    let hint =
                        nearest(name, known).map(|near| format!(": is {near:?} meant?")).unwrap_or_default();
                    self.problem(format!("{path} is unknown{hint}"));
                }
            }
        }
        for name in
            schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str)
        {
            if !object.contains_key(name) {
                self.problem(format!("{path}.{name} is missing"));
            }
        }
    }

    /// The problems of the choice that comes nearest, unless one has none.
    fn any(&mut self, choices: &'a [Value], value: &Value, path: &str, depth: usize) {
        let mut best: Option<Vec<String>> = None;
        for choice in choices {
            let mut problems = Vec::new();
            Checker { root: self.root, problems: &mut problems }.value(choice, value, path, depth + 1);
            // Deeper problems come from a choice that fits better on the outside.
            let nearer = |old: &Vec<String>| weight(&problems) > weight(old);
            if problems.is_empty() {
                return;
            }
            if best.as_ref().is_none_or(nearer) {
                best = Some(problems);
            }
        }
        best.into_iter().flatten().for_each(|problem| self.problem(problem));
    }

    /// Follows `$ref` to `#/…` of the same schema.
    fn resolve(&self, mut schema: &'a Value) -> Option<&'a Value> {
        for _ in 0..DEPTH_MAX {
            let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return Some(schema) };
            schema = self.root.pointer(reference.strip_prefix('#')?)?;
        }
        None
    }
}

fn weight(problems: &[String]) -> usize {
    problems.iter().map(String::len).max().unwrap_or_default()
}

fn has_type(schema: &Map<String, Value>, value: &Value) -> bool {
    let is = |name: &str| match name {
        "number" => value.is_number(),
        "integer" => value.is_i64() || value.is_u64() || value.as_f64().is_some_and(|n| n.fract() == 0.0),
        name => kind(value) == name,
    };
    match schema.get("type") {
        Some(Value::String(name)) => is(name),
        Some(Value::Array(names)) => names.iter().filter_map(Value::as_str).any(is),
        _ => true,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|own| (edits(name, own), own))
        .filter(|(edits, _)| *edits <= EDITS_MAX)
        .min()
        .map(|(_, own)| own)
}

/// Levenshtein's distance, one row at a time.
fn edits(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.chars().count()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        let mut next = vec![left];
        for (y, above) in b.chars().zip(row.iter().skip(1)) {
            left = (corner + usize::from(x != y)).min(left + 1).min(above + 1);
            corner = *above;
            next.push(left);
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn problems(config: Value) -> Vec<String> {
        let schema = json!({
            "type": "object",
            "properties": {
                "flavor_name": { "type": ["string", "null"] },
                "network_map": { "type": "object", "additionalProperties": { "type": "string" } },
                "count": { "type": "integer", "minimum": 1, "maximum": 9 },
                "mode": { "$ref": "#/$defs/Mode" },
                "inner": { "anyOf": [{ "$ref": "#/$defs/Inner" }, { "type": "null" }] },
                "list": { "type": "array", "items": { "type": "string" } },
            },
            "required": ["network_map"],
            "$defs": {
                "Mode": { "enum": ["a", "b"] },
                "Inner": { "type": "object", "properties": { "x": { "type": "boolean" } }, "additionalProperties": false },
            },
        });
        check("[destination.lab]", &schema, &config).map_or_else(|error| error.causes, |()| Vec::new())
    }

    #[test]
    fn good_options_pass() {
        let config = json!({ "network_map": { "VM Network": "net" }, "flavor_name": null, "count": 3, "mode": "b",
            "inner": { "x": true }, "list": ["a"] });
        assert_eq!(problems(config), [""; 0]);
        assert_eq!(problems(json!({ "network_map": {}, "inner": null })), [""; 0]);
    }

    #[test]
    fn each_problem_is_told() {
        for (config, problem) in [
            (json!({}), "config.network_map is missing"),
            (
                json!({ "network_map": {}, "flavour_name": "m" }),
                "config.flavour_name is unknown: is \"flavor_name\" meant?",
            ),
            (json!({ "network_map": {}, "zzzzzzzz": 1 }), "config.zzzzzzzz is unknown"),
            (json!({ "network_map": { "a": 1 } }), "config.network_map.a is number, not string"),
            (json!({ "network_map": {}, "count": 10 }), "config.count is 10, not from 1 to 9"),
            (json!({ "network_map": {}, "count": 1.5 }), "config.count is number, not integer"),
            (json!({ "network_map": {}, "mode": "c" }), "config.mode is \"c\", not one of \"a\", \"b\""),
            (json!({ "network_map": {}, "inner": { "y": 1 } }), "config.inner.y is unknown: is \"x\" meant?"),
            (json!({ "network_map": {}, "list": [1] }), "config.list[0] is number, not string"),
        ] {
            assert_eq!(problems(config), [problem]);
        }
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({ "$ref": "#" });
        assert!(check("p", &schema, &json!({})).is_ok());
        let deep = json!({ "properties": { "a": { "$ref": "#" } } });
        let mut value = json!({});
        for _ in 0..100 {
            value = json!({ "a": value });
        }
        assert!(check("p", &deep, &value).is_ok());
    }

    #[test]
    fn distances() {
        assert_eq!((edits("", "abc"), edits("abc", "abc"), edits("kitten", "sitting")), (3, 0, 3));
    }
}
