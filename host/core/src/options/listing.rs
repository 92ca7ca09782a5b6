//! The options of a plugin for people: what there is, of which type, with which default, and what is set where.

use super::{Effective, SITE_ONLY, has_keyword, schema};
use crate::{Error, Result};
use serde::Serialize;
use serde_json::{Map, Value};

/// Tables in tables that a type is spelled out for.
const DEPTH_MAX: usize = 4;
/// Entries of tables that are listed: a schema comes from a plugin.
const ENTRIES_MAX: usize = 200;

/// One option.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct OptionInfo {
    /// Its name; of an entry of a table, or of the tables of a list, with the way to it: `vms[].nics[].mac`.
    pub name: String,
    /// Its type in words: `boolean`, `string → string`, `kvm | qemu`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What holds where nobody says anything; null: nothing.
    pub default: Value,
    /// What it does.
    pub meaning: String,
    /// Whether it must be set.
    pub required: bool,
    /// Whether it may be given for one machine.
    pub per_machine: bool,
    /// What is set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// Where, what counts more last; empty: nowhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub set_in: Vec<String>,
}

/// The options of a schema in the order of their names: all, or those named, each with the entries of its tables (the first
/// 200).
///
/// # Errors
/// `config.option` for a name that is none of them.
pub fn listing(schema: &Value, effective: Option<&Effective>, names: &[String]) -> Result<Vec<OptionInfo>> {
    let none = Map::new();
    let properties = schema.get("properties").and_then(Value::as_object).unwrap_or(&none);
    if let Some(unknown) = names.iter().find(|name| !properties.contains_key(*name)) {
        let problem = schema::unknown("", unknown, properties.keys().map(String::as_str));
        return Err(Error::invalid("config.option", problem));
    }
    let wanted = |name: &String| names.is_empty() || names.contains(name);
    let mut options: Vec<_> = properties
        .iter()
        .filter(|(name, _)| wanted(name))
        .map(|(name, property)| one(schema, name, property, effective))
        .collect();
    options.sort_by(|a, b| a.name.cmp(&b.name));
    if names.is_empty() {
        return Ok(options);
    }
    let mut told = Vec::new();
    for option in options {
        let property = properties.get(&option.name).unwrap_or(&Value::Null);
        let (path, is_own) = (option.name.clone(), option.per_machine);
        told.push(option);
        entries(schema, property, (&path, is_own), 0, &mut told);
    }
    Ok(told)
}

/// What the tables of a property may hold, in the order of the schema.
fn entries(
    root: &Value,
    property: &Value,
    (path, per_machine): (&str, bool),
    depth: usize,
    told: &mut Vec<OptionInfo>,
) {
    let schema = schema::core_of(root, property);
    if let Some(items) = schema.get("items").filter(|_| depth < DEPTH_MAX) {
        return entries(root, items, (&format!("{path}[]"), per_machine), depth + 1, told);
    }
    let Some(properties) = schema.get("properties").and_then(Value::as_object).filter(|_| depth < DEPTH_MAX)
    else {
        return;
    };
    for (name, property) in properties {
        if told.len() >= ENTRIES_MAX {
            return;
        }
        let path = format!("{path}.{name}");
        let mut entry = described(root, schema, name, property);
        (entry.name, entry.per_machine) = (path.clone(), per_machine);
        told.push(entry);
        entries(root, property, (&path, per_machine), depth + 1, told);
    }
}

fn one(root: &Value, name: &str, property: &Value, effective: Option<&Effective>) -> OptionInfo {
    OptionInfo {
        value: effective.and_then(|effective| effective.options.get(name)).cloned(),
        set_in: effective.and_then(|effective| effective.places.get(name)).cloned().unwrap_or_default(),
        ..described(root, root, name, property)
    }
}

/// An entry of a table as its schema describes it.
fn described(root: &Value, table: &Value, name: &str, property: &Value) -> OptionInfo {
    let required = table.get("required").and_then(Value::as_array);
    let text = |key| property.get(key).and_then(Value::as_str).unwrap_or_default();
    OptionInfo {
        name: name.to_owned(),
        kind: kind(root, property, 0),
        default: property.get("default").cloned().unwrap_or_default(),
        meaning: text("description").split_whitespace().collect::<Vec<_>>().join(" "),
        required: required.is_some_and(|names| names.iter().any(|required| required == name)),
        per_machine: !has_keyword(root, name, SITE_ONLY),
        value: None,
        set_in: Vec::new(),
    }
}

fn kind(root: &Value, property: &Value, depth: usize) -> String {
    let schema = schema::core_of(root, property);
    if let Some(words) = schema.get("enum").and_then(Value::as_array) {
        let words: Vec<_> = words.iter().filter_map(Value::as_str).collect();
        return words.join(" | ");
    }
    match schema::type_of(schema) {
        _ if depth == DEPTH_MAX => "…".to_owned(),
        Some("array") => {
            let item =
                schema.get("items").map_or_else(|| "any".to_owned(), |item| kind(root, item, depth + 1));
            format!("list of {item}")
        }
        Some("object") => table(root, schema, depth),
        Some(name) => name.to_owned(),
        None => "any".to_owned(),
    }
}

fn table(root: &Value, schema: &Value, depth: usize) -> String {
    if let Some(entries) = schema.get("properties").and_then(Value::as_object) {
        let entries: Vec<_> = entries.keys().map(String::as_str).collect();
        return format!("{{ {} }}", entries.join(", "));
    }
    match schema.get("additionalProperties").filter(|each| each.is_object()) {
        Some(each) => format!("string → {}", kind(root, each, depth + 1)),
        None => "table".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::{Layer, Rank, resolve};
    use serde_json::json;

    fn schema() -> Value {
        json!({
            "properties": {
                "set_dhcp": { "type": "boolean", "default": true, "description": "Set every\ninterface." },
                "hypervisor": { "anyOf": [{ "enum": ["kvm", "qemu"] }, { "type": "null" }], "default": null },
                "map": { "type": "object", "additionalProperties": { "type": "string" } },
                "groups": { "type": "array", "items": { "type": "string" }, "x-gyre-site-only": true },
                "rows": { "type": "array", "items": { "$ref": "#/$defs/Row" } },
                "odd": {},
            },
            "required": ["map"],
            "$defs": { "Row": { "type": "object", "properties": { "from": {}, "to": { "type": "string" } }, "required": ["to"] } },
        })
    }

    #[test]
    fn options_are_described_by_their_schema() {
        let options = listing(&schema(), None, &[]).unwrap();
        let kinds: Vec<_> =
            options.iter().map(|option| (option.name.as_str(), option.kind.as_str())).collect();
        let expected = [
            ("groups", "list of string"),
            ("hypervisor", "kvm | qemu"),
            ("map", "string → string"),
            ("odd", "any"),
            ("rows", "list of { from, to }"),
            ("set_dhcp", "boolean"),
        ];
        assert_eq!(kinds, expected);
        assert_eq!(
            (options[5].meaning.as_str(), &options[5].default),
            ("Set every interface.", &json!(true))
        );
        assert!(options[2].required && !options[0].per_machine && options[1].per_machine);
    }

    #[test]
    fn what_is_set_is_told_with_its_place() {
        let set = json!({ "map": { "a": "b" } });
        let layer = Layer::new(Rank::Endpoint, "[destination.a.config]", set.as_object().unwrap().clone());
        let effective = resolve("a", &schema(), vec![layer]).unwrap();
        let options =
            listing(&schema(), Some(&effective), &["map".to_owned(), "set_dhcp".to_owned()]).unwrap();
        assert_eq!((options[0].value.clone(), options[0].set_in.len()), (Some(json!({ "a": "b" })), 1));
        assert_eq!((options[1].value.clone(), options[1].set_in.len()), (None, 0));
        let error = listing(&schema(), None, &["set_dhpc".to_owned()]).unwrap_err();
        assert_eq!(error.message, "unknown option set_dhpc; did you mean set_dhcp?");
    }

    #[test]
    fn a_table_that_is_named_is_told_with_its_entries() {
        let named = |schema: &Value, name: &str| -> Vec<(String, String, bool)> {
            let told = listing(schema, None, &[name.to_owned()]).unwrap();
            told.into_iter().map(|option| (option.name, option.kind, option.required)).collect()
        };
        let told = |name: &str, kind: &str, required| (name.to_owned(), kind.to_owned(), required);
        let rows = named(&schema(), "rows");
        assert_eq!(
            rows,
            [
                told("rows", "list of { from, to }", false),
                told("rows[].from", "any", false),
                told("rows[].to", "string", true),
            ]
        );
        assert_eq!(named(&schema(), "map").len(), 1);
        let many: Map<String, Value> =
            (0..500).map(|n| (format!("o{n}"), json!({ "$ref": "#/$defs/A" }))).collect();
        let endless = json!({ "properties": { "a": { "$ref": "#/$defs/A" } }, "$defs": { "A": { "type": "object", "properties": many } } });
        assert_eq!(named(&endless, "a").len(), ENTRIES_MAX);
    }

    #[test]
    fn a_schema_without_end_has_a_type() {
        let schema = json!({ "properties": { "a": { "$ref": "#/$defs/A" } }, "$defs": { "A": { "type": "array", "items": { "$ref": "#/$defs/A" } } } });
        assert_eq!(listing(&schema, None, &[]).unwrap()[0].kind, "list of list of list of list of …");
    }
}
