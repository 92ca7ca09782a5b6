//! A plugin's options against the JSON Schema it describes them with, as far as a typo or a wrong type goes: the
//! subset of the specification (draft 2020-12) that option schemas use. Anything else in a schema is let pass.

use serde_json::{Map, Value};
use std::cell::Cell;

/// Nested schemas, so that one that refers to itself ends.
const DEPTH_MAX: usize = 32;
/// Comparisons of one check: a schema comes from a plugin, and two parts that refer to themselves would take years.
const WORK_MAX: usize = 100_000;
/// Tables and lists in one another that an example shows.
const EXAMPLE_DEPTH_MAX: usize = 4;
/// Values and names told of those that would do.
const TOLD_MAX: usize = 50;
/// A known name is suggested up to so many edits away, and no more than half of the name may be other letters.
const EDITS_MAX: usize = 3;

/// What is wrong with all options together.
pub fn problems(schema: &Value, options: &Value) -> Vec<String> {
    checked(schema, true, options)
}

/// What is wrong with one option as one place writes it: others may say the rest of a table.
pub fn problems_of(schema: &Value, name: &str, value: &Value) -> Vec<String> {
    let option = Value::Object(Map::from_iter([(name.to_owned(), value.clone())]));
    checked(schema, false, &option)
}

/// How a table or a list is given for one machine, where what was given is neither.
pub fn written_as(root: &Value, name: &str, value: &Value) -> Option<String> {
    let option = root.get("properties")?.get(name)?;
    let example = example(root, option, 0);
    match (&example, value) {
        (Value::Object(entries), Value::String(_) | Value::Bool(_) | Value::Number(_)) => {
            let (key, entry) = entries.iter().next()?;
            let one = match entry {
                Value::Array(_) | Value::Object(_) => String::new(),
                word => format!(", or one entry of it: -o '{name}.{key}={}'", word.as_str().unwrap_or("…")),
            };
            Some(format!("{name} is a table, and given as JSON: -o '{name}={example}'{one}"))
        }
        (Value::Array(_), Value::String(_) | Value::Bool(_) | Value::Number(_)) => {
            Some(format!("{name} is a list, and given as JSON: -o '{name}={example}'"))
        }
        _ => None,
    }
}

/// A value of that shape, with one entry in each table and list.
fn example(root: &Value, schema: &Value, depth: usize) -> Value {
    let schema = core_of(root, schema);
    let inside = |entry: &Value| example(root, entry, depth + 1);
    let words = schema.get("enum").and_then(Value::as_array);
    if let Some(word) = words.and_then(|words| words.iter().find(|word| !word.is_null())) {
        return word.clone();
    }
    match type_of(schema) {
        _ if depth == EXAMPLE_DEPTH_MAX => Value::from("…"),
        Some("object") => {
            let entry = schema.get("properties").and_then(Value::as_object).and_then(|all| all.iter().next());
            let each = schema.get("additionalProperties").unwrap_or(&Value::Null);
            let (key, entry) = entry.map_or(("KEY", each), |(key, entry)| (key.as_str(), entry));
            Value::Object(Map::from_iter([(key.to_owned(), inside(entry))]))
        }
        Some("array") => Value::Array(vec![inside(schema.get("items").unwrap_or(&Value::Null))]),
        Some("boolean") => Value::Bool(true),
        Some("integer" | "number") => Value::from(1),
        _ => Value::from("VALUE"),
    }
}

fn checked(schema: &Value, is_whole: bool, options: &Value) -> Vec<String> {
    let work = Cell::new(0);
    let mut checker = Checker { root: schema, is_whole, problems: Vec::new(), work: &work };
    checker.value(schema, options, "", 0);
    if work.get() < WORK_MAX {
        return checker.problems;
    }
    vec![format!(
        "the plugin's schema takes more than {WORK_MAX} comparisons to check these options: it is made wrong"
    )]
}

/// The schema behind references, and of a choice that may be left open the one that is none.
pub fn core_of<'a>(root: &'a Value, schema: &'a Value) -> &'a Value {
    let mut schema = schema;
    for _ in 0..DEPTH_MAX {
        let Some(behind) = resolve(root, schema) else { break };
        let choices = behind.get("anyOf").or_else(|| behind.get("oneOf")).and_then(Value::as_array);
        let choice = choices.and_then(|all| all.iter().find(|choice| type_of(choice) != Some("null")));
        let Some(choice) = choice else { return behind };
        schema = choice;
    }
    schema
}

/// The type that is not `null`.
pub fn type_of(schema: &Value) -> Option<&str> {
    schema.get("type").and_then(wanted_type)
}

fn wanted_type(types: &Value) -> Option<&str> {
    match types {
        Value::Array(names) => names.iter().filter_map(Value::as_str).find(|name| *name != "null"),
        name => name.as_str(),
    }
}

/// The known name that is spelled most like this one.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let most = (name.chars().count() / 2).clamp(1, EDITS_MAX);
    known.map(|own| (edits(name, own), own)).filter(|(edits, _)| *edits <= most).min().map(|(_, own)| own)
}

/// "unknown option flavour_name; did you mean flavor_name?", and of a table, which no list of options spells out, what it
/// may hold.
pub fn unknown<'a>(table: &str, name: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let hint = match nearest(name, known.clone()) {
        Some(near) => format!("; did you mean {}?", join(table, near)),
        None if table.is_empty() => String::new(),
        None => format!("; there are: {}", known.take(TOLD_MAX).collect::<Vec<_>>().join(", ")),
    };
    format!("unknown option {}{hint}", join(table, name))
}

fn join(table: &str, name: &str) -> String {
    if table.is_empty() { name.to_owned() } else { format!("{table}.{name}") }
}

/// Follows `$ref` to `#/…` of the same schema.
fn resolve<'a>(root: &'a Value, mut schema: &'a Value) -> Option<&'a Value> {
    for _ in 0..DEPTH_MAX {
        let Some(reference) = schema.get("$ref").and_then(Value::as_str) else { return Some(schema) };
        schema = root.pointer(reference.strip_prefix('#')?)?;
    }
    None
}

struct Checker<'a> {
    root: &'a Value,
    /// Whether everything is there, so that something may be missing.
    is_whole: bool,
    problems: Vec<String>,
    /// Comparisons so far, those of all choices together.
    work: &'a Cell<usize>,
}

impl<'a> Checker<'a> {
    /// Whether so much more may be done.
    fn may(&self, work: usize) -> bool {
        self.work.set(self.work.get().saturating_add(work));
        self.work.get() < WORK_MAX
    }

    fn problem(&mut self, text: String) {
        self.problems.push(text);
    }

    fn value(&mut self, schema: &'a Value, value: &Value, path: &str, depth: usize) {
        let Some(schema) = resolve(self.root, schema)
            .and_then(Value::as_object)
            .filter(|_| depth < DEPTH_MAX && self.may(1))
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
            let expected = schema.get("type").and_then(wanted_type).unwrap_or_default();
            return self.problem(format!("{path} is {}, not {}", called(kind(value)), called(expected)));
        }
        self.listed(schema, value, path);
        self.bounds(schema, value, path);
        match value {
            Value::Object(object) => self.object(schema, object, path, depth),
            Value::Array(items) => self.array(schema, items, path, depth),
            _ => {}
        }
    }

    fn listed(&mut self, schema: &Map<String, Value>, value: &Value, path: &str) {
        let wrong = match (schema.get("enum").and_then(Value::as_array), schema.get("const")) {
            (Some(values), _) if self.may(values.len()) && !values.contains(value) => {
                Some(one_of(values.iter()))
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
        let (least, most) = (bound("minimum"), bound("maximum"));
        if least.is_some_and(|least| number < least) || most.is_some_and(|most| number > most) {
            let range = match (least, most) {
                (Some(least), Some(most)) => format!("from {least} to {most}"),
                (Some(least), None) => format!("{least} or more"),
                (None, most) => format!("{} or less", most.unwrap_or(number)),
            };
            self.problem(format!("{path} is {number}, not {range}"));
        }
    }

    /// A list is never put together from several places: each entry is whole.
    fn array(&mut self, schema: &'a Map<String, Value>, items: &[Value], path: &str, depth: usize) {
        let Some(each) = schema.get("items") else { return };
        let outside = std::mem::replace(&mut self.is_whole, true);
        for (index, item) in items.iter().enumerate() {
            self.value(each, item, &format!("{path}[{index}]"), depth + 1);
        }
        self.is_whole = outside;
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
            let inner = join(path, name);
            match (properties.and_then(|known| known.get(name)), schema.get("additionalProperties")) {
                (Some(property), _) => self.value(property, value, &inner, depth + 1),
                (None, Some(Value::Bool(true))) => {}
                (None, Some(each @ Value::Object(_))) => self.value(each, value, &inner, depth + 1),
                (None, None) if properties.is_none() => {}
                (None, _) => {
                    let known = properties.into_iter().flat_map(Map::keys).map(String::as_str);
                    if self.may(properties.map_or(0, Map::len)) {
                        self.problem(unknown(path, name, known));
                    }
                }
            }
        }
        let required = schema.get("required").and_then(Value::as_array).filter(|_| self.is_whole);
        for name in required.into_iter().flatten().filter_map(Value::as_str) {
            if self.may(1) && !object.contains_key(name) {
                self.problem(format!("{} is missing", join(path, name)));
            }
        }
    }

    /// The problems of the choice that comes nearest, unless one has none. Where all are words, all of them are told.
    fn any(&mut self, choices: &'a [Value], value: &Value, path: &str, depth: usize) {
        let mut best: Option<Vec<String>> = None;
        for choice in choices {
            let (root, is_whole, work) = (self.root, self.is_whole, self.work);
            let mut checker = Checker { root, is_whole, problems: Vec::new(), work };
            checker.value(choice, value, path, depth + 1);
            let problems = checker.problems;
            // Deeper problems come from a choice that fits better on the outside.
            let nearer = |old: &Vec<String>| weight(&problems) > weight(old);
            if problems.is_empty() {
                return;
            }
            if best.as_ref().is_none_or(nearer) {
                best = Some(problems);
            }
        }
        match self.words(choices).filter(|words| !words.is_empty()) {
            Some(words) => {
                self.problem(format!("{path} is {value}, not one of {}", one_of(words.into_iter())))
            }
            None => best.into_iter().flatten().for_each(|problem| self.problem(problem)),
        }
    }

    /// The values that choices come down to, if these are nothing else.
    fn words(&self, choices: &'a [Value]) -> Option<Vec<&'a Value>> {
        let mut words = Vec::new();
        for choice in choices {
            let choice = resolve(self.root, choice)?;
            match (choice.get("const"), choice.get("enum").and_then(Value::as_array)) {
                (Some(word), _) => words.push(word),
                (None, Some(several)) if self.may(several.len()) => words.extend(several),
                _ if choice.get("type").and_then(Value::as_str) == Some("null") => {}
                _ => return None,
            }
        }
        Some(words)
    }
}

/// What an option may be; that it may be left open goes without saying.
fn one_of<'a>(values: impl Iterator<Item = &'a Value>) -> String {
    let told = values.filter(|value| !value.is_null()).take(TOLD_MAX);
    told.map(ToString::to_string).collect::<Vec<_>>().join(", ")
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

/// A type in the words of TOML and of the lists of options.
fn called(kind: &str) -> &str {
    match kind {
        "array" => "list",
        "object" => "table",
        other => other,
    }
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

    fn schema() -> Value {
        json!({
            "type": "object",
            "properties": {
                "flavor_name": { "type": ["string", "null"] },
                "network_map": { "type": "object", "additionalProperties": { "type": "string" } },
                "count": { "type": "integer", "minimum": 1, "maximum": 9 },
                "mode": { "$ref": "#/$defs/Mode" },
                "inner": { "anyOf": [{ "$ref": "#/$defs/Inner" }, { "type": "null" }] },
                "list": { "type": "array", "items": { "type": "string" } },
                "least": { "type": "integer", "minimum": 0 },
                "word": { "oneOf": [{ "const": "bios", "type": "string" }, { "const": "uefi", "type": "string" }] },
                "open": { "enum": ["kvm", "qemu", null] },
            },
            "required": ["network_map"],
            "$defs": {
                "Mode": { "enum": ["a", "b"] },
                "Inner": { "type": "object", "properties": { "x": { "type": "boolean" } }, "required": ["x"], "additionalProperties": false },
            },
            "additionalProperties": false,
        })
    }

    fn problems(options: Value) -> Vec<String> {
        super::problems(&schema(), &options)
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
            (json!({}), "network_map is missing"),
            (
                json!({ "network_map": {}, "flavour_name": "m" }),
                "unknown option flavour_name; did you mean flavor_name?",
            ),
            (json!({ "network_map": {}, "zzzzzzzz": 1 }), "unknown option zzzzzzzz"),
            (json!({ "network_map": { "a": 1 } }), "network_map.a is number, not string"),
            (json!({ "network_map": {}, "flavor_name": 1 }), "flavor_name is number, not string"),
            (json!({ "network_map": {}, "count": 10 }), "count is 10, not from 1 to 9"),
            (json!({ "network_map": {}, "count": 1.5 }), "count is number, not integer"),
            (json!({ "network_map": {}, "mode": "c" }), "mode is \"c\", not one of \"a\", \"b\""),
            (
                json!({ "network_map": {}, "inner": { "x": true, "y": 1 } }),
                "unknown option inner.y; did you mean inner.x?",
            ),
            (
                json!({ "network_map": {}, "inner": { "x": true, "ip": 1 } }),
                "unknown option inner.ip; there are: x",
            ),
            (json!({ "network_map": {}, "list": [1] }), "list[0] is number, not string"),
            (json!({ "network_map": {}, "list": "a" }), "list is string, not list"),
            (json!({ "network_map": [] }), "network_map is list, not table"),
            (json!({ "network_map": {}, "least": -3 }), "least is -3, not 0 or more"),
            (json!({ "network_map": {}, "word": "efi" }), "word is \"efi\", not one of \"bios\", \"uefi\""),
            (
                json!({ "network_map": {}, "open": "vmware" }),
                "open is \"vmware\", not one of \"kvm\", \"qemu\"",
            ),
        ] {
            assert_eq!(problems(config), [problem]);
        }
    }

    #[test]
    fn of_one_place_nothing_is_missed_but_in_lists() {
        assert_eq!(problems_of(&schema(), "inner", &json!({})), [""; 0]);
        assert_eq!(
            problems_of(&schema(), "inner", &json!({ "y": 1 })),
            ["unknown option inner.y; did you mean inner.x?"]
        );
        let rows = json!({ "properties": { "rows": { "items": { "$ref": "#/$defs/Inner" } } }, "$defs": schema()["$defs"] });
        assert_eq!(problems_of(&rows, "rows", &json!([{}])), ["rows[0].x is missing"]);
    }

    #[test]
    fn the_schema_behind_a_choice_is_found() {
        let (root, inner) = (schema(), json!({ "anyOf": [{ "type": "null" }, { "$ref": "#/$defs/Inner" }] }));
        assert_eq!(core_of(&root, &inner), &root["$defs"]["Inner"]);
        assert_eq!(type_of(&root["properties"]["flavor_name"]), Some("string"));
    }

    #[test]
    fn a_schema_that_refers_to_itself_ends() {
        let schema = json!({ "$ref": "#" });
        assert_eq!(super::problems(&schema, &json!({})), [""; 0]);
        let deep = json!({ "properties": { "a": { "$ref": "#" } } });
        let mut value = json!({});
        for _ in 0..100 {
            value = json!({ "a": value });
        }
        assert_eq!(super::problems(&deep, &value), [""; 0]);
        assert_eq!(core_of(&schema, &schema), &schema);
    }

    #[test]
    fn a_schema_of_parts_without_end_ends() {
        let again = json!({ "$ref": "#/$defs/A" });
        let bomb = json!({ "$ref": "#/$defs/A", "$defs": { "A": { "allOf": [again, again] } } });
        let problems = super::problems(&bomb, &json!({}));
        assert!(problems.len() == 1 && problems[0].contains("it is made wrong"), "{problems:?}");
    }

    #[test]
    fn distances() {
        assert_eq!((edits("", "abc"), edits("abc", "abc"), edits("kitten", "sitting")), (3, 0, 3));
    }
}
