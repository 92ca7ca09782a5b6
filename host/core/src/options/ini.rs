//! INI files as oslo.config reads them: `name = value` or `name: value` in sections, `#` and `;` comments at the
//! beginning of a line, indented continuation lines, quotes around a whole value, `$name` for the value of another
//! option. Of an option that stands several times the last one counts. Texts become booleans, numbers, lists
//! (`a, b`) and dicts (`a: b, c: d`) where the plugin's schema has such.

use super::schema;
use serde_json::{Map, Value};

/// The section whose options any other may refer to.
const SHARED: &str = "DEFAULT";
/// What a document writes where it leaves something out.
const ELISIONS: [&str; 2] = ["...", "…"];
/// Options of a section: far more than any program has.
const SETTINGS_MAX: usize = 1000;
/// Substitutions of one value, so that two options that refer to each other end.
const SUBSTITUTIONS_MAX: usize = 32;
/// One value with all that is put into it.
const VALUE_BYTES_MAX: usize = 64 * 1024;

/// One option as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Its name.
    pub name: String,
    /// Its value, of several lines where it was continued.
    pub value: String,
    /// Where it begins, counted from 1.
    pub line: usize,
}

/// The options of a section, each once: of several the last one.
///
/// # Errors
/// A sentence with the line.
pub fn section(text: &str, wanted: &str) -> Result<Vec<Setting>, String> {
    let all = parse(text)?;
    let is_there = all.iter().any(|(name, _)| same(name, wanted));
    if !is_there {
        return Err(format!("there is no section [{wanted}]"));
    }
    let own: Vec<_> = settings(&all, wanted).collect();
    let shared: Vec<_> = settings(&all, SHARED).collect();
    if own.len().max(shared.len()) > SETTINGS_MAX {
        return Err(format!("a section has more than {SETTINGS_MAX} options"));
    }
    let mut last: Vec<Setting> = Vec::new();
    for (at, setting) in own.iter().enumerate() {
        let is_last = !own.iter().skip(at + 1).any(|later| later.name == setting.name);
        if is_last {
            last.push(Setting { value: substituted(setting, &own, &shared)?, ..(*setting).clone() });
        }
    }
    Ok(last)
}

/// Sections in the order of the file; one that stands twice is two.
type Sections = Vec<(String, Vec<Setting>)>;

fn settings<'a>(all: &'a Sections, wanted: &'a str) -> impl Iterator<Item = &'a Setting> {
    all.iter().filter(|(name, _)| same(name, wanted)).flat_map(|(_, settings)| settings)
}

/// oslo.config does not mind the case of a section's name, but for that of `DEFAULT`.
fn same(name: &str, wanted: &str) -> bool {
    name == wanted || (wanted != SHARED && name != SHARED && name.eq_ignore_ascii_case(wanted))
}

fn parse(text: &str) -> Result<Sections, String> {
    let mut sections = Sections::new();
    let mut is_open = false;
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let (number, line) = (number + 1, line.trim_end());
        if line.starts_with([' ', '\t']) {
            let open = sections.last_mut().and_then(|(_, settings)| settings.last_mut()).filter(|_| is_open);
            go_on(open, line, number)?;
            continue;
        }
        is_open = false;
        if line.is_empty() || line.starts_with(['#', ';']) || ELISIONS.contains(&line) {
            continue;
        }
        if line.starts_with('[') {
            sections.push((section_name(line, number)?, Vec::new()));
            continue;
        }
        let setting = assignment(line, number)?;
        let (_, settings) = sections
            .last_mut()
            .ok_or_else(|| format!("line {number}: an option stands above all sections"))?;
        settings.push(setting);
        is_open = true;
    }
    Ok(sections)
}

fn go_on(open: Option<&mut Setting>, line: &str, number: usize) -> Result<(), String> {
    let nothing =
        || format!("line {number}: an indented line continues an option, and there is none above it");
    let setting = open.ok_or_else(nothing)?;
    setting.value.push('\n');
    setting.value += line.trim_start();
    Ok(())
}

fn section_name(line: &str, number: usize) -> Result<String, String> {
    let name = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')).filter(|name| !name.is_empty());
    name.map(str::to_owned).ok_or_else(|| format!("line {number}: a section is written [name]"))
}

fn assignment(line: &str, number: usize) -> Result<Setting, String> {
    let (name, value) = line
        .split_once(['=', ':'])
        .ok_or_else(|| format!("line {number}: an option is written name = value"))?;
    let (name, value) = (name.trim_end(), value.trim());
    if name.is_empty() {
        return Err(format!("line {number}: an option has no name"));
    }
    let quoted = |quote| value.strip_prefix(quote).and_then(|value| value.strip_suffix(quote));
    let value = quoted('"').or_else(|| quoted('\'')).unwrap_or(value);
    Ok(Setting { name: name.to_owned(), value: value.to_owned(), line: number })
}

/// The value of the last option of that name: of the section, else of the shared one.
fn value_of(name: &str, own: &[&Setting], shared: &[&Setting]) -> Option<String> {
    let last = |all: &[&Setting]| {
        all.iter().rev().find(|other| other.name == name).map(|other| doubled(&other.value))
    };
    last(own).or_else(|| last(shared))
}

/// A dollar sign has two spellings; this leaves one.
fn doubled(value: &str) -> String {
    value.replace("\\$", "$$")
}

/// `$name` and `${name}` become the value of that option; `$$`, `\$` and a `$` before no name a dollar sign.
fn substituted(setting: &Setting, own: &[&Setting], shared: &[&Setting]) -> Result<String, String> {
    let wrong = |what: &str| format!("line {}: {}: {what}", setting.line, setting.name);
    let unknown =
        |name: &str| wrong(&format!("${name} is no option of this file; write $$ for a dollar sign"));
    let (mut done, mut rest) = (String::new(), doubled(&setting.value));
    for _ in 0..SUBSTITUTIONS_MAX {
        let Some((before, after)) = rest.split_once('$') else { return Ok(done + &rest) };
        done += before;
        rest = match reference(after) {
            Some((name, after)) => value_of(name, own, shared).ok_or_else(|| unknown(name))? + after,
            None => {
                done.push('$');
                after.strip_prefix('$').unwrap_or(after).to_owned()
            }
        };
        if rest.len() > VALUE_BYTES_MAX {
            break;
        }
    }
    Err(wrong("it refers to other options without end"))
}

/// The name behind a dollar sign, and what follows it. Dots belong to it: oslo.config takes them for `section.name`.
fn reference(after: &str) -> Option<(&str, &str)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let is_first = |c: char| c.is_ascii_alphabetic() || c == '_';
    let (name, rest) = match after.strip_prefix('{') {
        Some(after) => after.split_once('}')?,
        None => after.split_at(after.find(|c| !is_name(c)).unwrap_or(after.len())),
    };
    (name.starts_with(is_first) && name.chars().all(is_name)).then_some((name, rest))
}

/// The value as the schema has it. What the schema does not know stays text: that it is unknown is said by whoever
/// looks at all options.
///
/// # Errors
/// A sentence with the line.
pub fn typed(root: &Value, setting: &Setting) -> Result<Value, String> {
    let property = root.get("properties").and_then(|all| all.get(&setting.name));
    let Some(property) = property else { return Ok(Value::from(setting.value.as_str())) };
    convert(root, property, &setting.value)
        .map_err(|what| format!("line {}: {} {what}", setting.line, setting.name))
}

fn convert(root: &Value, property: &Value, text: &str) -> Result<Value, String> {
    let schema = schema::core_of(root, property);
    let text = text.trim();
    match schema::type_of(schema) {
        Some("boolean") => {
            boolean(text).map(Value::from).ok_or_else(|| format!("is {text:?}, not true or false"))
        }
        Some("integer" | "number") => {
            let number = serde_json::from_str(text).ok().filter(Value::is_number);
            number.ok_or_else(|| format!("is {text:?}, which is no number"))
        }
        Some("array") => list(root, schema, text),
        Some("object") => dict(root, schema, text),
        _ => Ok(Value::from(text)),
    }
}

fn boolean(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "1" | "on" | "yes" => Some(true),
        "false" | "0" | "off" | "no" => Some(false),
        _ => None,
    }
}

fn list(root: &Value, schema: &Value, text: &str) -> Result<Value, String> {
    let item = schema.get("items").unwrap_or(&Value::Null);
    if schema::type_of(schema::core_of(root, item)) == Some("object") {
        return Err("is a list of tables, which an INI file cannot hold: write it in gyre.toml".to_owned());
    }
    parts(text).map(|part| convert(root, item, part)).collect::<Result<Vec<_>, _>>().map(Value::Array)
}

fn dict(root: &Value, schema: &Value, text: &str) -> Result<Value, String> {
    let mut dict = Map::new();
    for part in parts(text) {
        let pair = part.split_once(':').map(|(key, value)| (key.trim(), value.trim()));
        let (key, value) = pair
            .filter(|(key, _)| !key.is_empty())
            .ok_or_else(|| format!("has {part:?} where pairs are expected: a: b, c: d"))?;
        let property = schema
            .get("properties")
            .and_then(|all| all.get(key))
            .or_else(|| schema.get("additionalProperties"));
        let value =
            convert(root, property.unwrap_or(&Value::Null), value).map_err(|what| format!("{key} {what}"))?;
        if dict.insert(key.to_owned(), value).is_some() {
            return Err(format!("has the key {key:?} twice"));
        }
    }
    Ok(Value::Object(dict))
}

/// What stands between commas; a last comma is let pass, as oslo.config does.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let text = text.trim().trim_end_matches(',');
    text.split(',').map(str::trim).filter(move |_| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn values(text: &str) -> Vec<(String, String, usize)> {
        section(text, "s").unwrap().into_iter().map(|s| (s.name, s.value, s.line)).collect()
    }

    #[test]
    fn lines_are_read_as_oslo_reads_them() {
        let text = "\u{feff}# c\n[DEFAULT]\na = z\n[other]\nx\t=1\n; c\n[s]\r\n...\na = 1\nb: x = y\nc =\nd=\"q # ; \"\nlong = one,\n  two,\n\tthree\n\n[t]\ne = 1\n[S]\na = 2\n";
        let expected = [
            ("b", "x = y", 10),
            ("c", "", 11),
            ("d", "q # ; ", 12),
            ("long", "one,\ntwo,\nthree", 13),
            ("a", "2", 20),
        ];
        let expected: Vec<_> =
            expected.map(|(name, value, line)| (name.to_owned(), value.to_owned(), line)).into();
        assert_eq!(values(text), expected);
    }

    #[test]
    fn what_oslo_refuses_is_refused_with_its_line() {
        for (text, problem) in [
            ("a = 1", "line 1: an option stands above all sections"),
            ("[s]\n  a = 1", "line 2: an indented line"),
            ("[s]\na = 1\n\n  b", "line 4: an indented line"),
            ("[s]\na = 1\n# c\n  b", "line 4: an indented line"),
            ("[s\n", "line 1: a section is written [name]"),
            ("[]\n", "line 1: a section is written [name]"),
            ("[s]\nnothing", "line 2: an option is written name = value"),
            ("[s]\n= 1", "line 2: an option has no name"),
            ("[t]\na = 1", "there is no section [s]"),
            ("[s]\na = $b", "line 2: a: $b is no option"),
            ("[s]\na = $b.c\nb = 1", "line 2: a: $b.c is no option"),
            ("[s]\na = $b\nb = ${a}", "line 2: a: it refers to other options without end"),
        ] {
            let error = section(text, "s").unwrap_err();
            assert!(error.starts_with(problem), "{text:?}: {error}");
        }
    }

    #[test]
    fn a_section_without_end_is_refused() {
        let text = format!("[s]\n{}", "a = $b\n".repeat(SETTINGS_MAX + 1));
        assert!(section(&text, "s").unwrap_err().contains("more than 1000 options"));
    }

    #[test]
    fn dollars_refer_to_other_options() {
        let text = "[DEFAULT]\nnet = shared\n[s]\na = $net/${sub} for $$5 and \\$6, 7$ or $8\nsub = own\nsub = last\n";
        assert_eq!(values(text)[0].1, "shared/last for $5 and $6, 7$ or $8");
    }

    fn typed_of(kind: Value, text: &str) -> Result<Value, String> {
        let schema = json!({ "properties": { "x": kind }, "$defs": {
            "Map": { "type": "object", "properties": { "linux": { "type": ["string", "null"] }, "n": { "type": "integer" } } },
            "Row": { "type": "object" },
        } });
        typed(&schema, &Setting { name: "x".into(), value: text.into(), line: 7 })
    }

    #[test]
    fn texts_become_what_the_schema_has() {
        let boolean = json!({ "type": "boolean" });
        for (text, value) in ["TRUE", "1", "on", "Yes"]
            .map(|t| (t, true))
            .into_iter()
            .chain(["False", "0", "OFF", "no"].map(|t| (t, false)))
        {
            assert_eq!(typed_of(boolean.clone(), text), Ok(json!(value)));
        }
        let words = json!({ "type": "array", "items": { "type": "string" } });
        let dict = json!({ "type": "object", "additionalProperties": { "type": "string" } });
        for (kind, text, value) in [
            (json!({ "type": ["integer", "null"] }), "12", json!(12)),
            (
                json!({ "anyOf": [{ "enum": ["kvm"], "type": "string" }, { "type": "null" }] }),
                "kvm",
                json!("kvm"),
            ),
            (words.clone(), "a b,c,\n d,", json!(["a b", "c", "d"])),
            (words, ",", json!([])),
            (
                dict.clone(),
                "os_secure_boot: required,hw_machine_type: q35",
                json!({ "os_secure_boot": "required", "hw_machine_type": "q35" }),
            ),
            (dict, "url: http://x:1/", json!({ "url": "http://x:1/" })),
            (
                json!({ "$ref": "#/$defs/Map" }),
                "linux: 283bdce4, windows: Windows Server 2012",
                json!({ "linux": "283bdce4", "windows": "Windows Server 2012" }),
            ),
            (json!({ "type": "string" }), " 5 ", json!("5")),
        ] {
            assert_eq!(typed_of(kind, text), Ok(value), "{text}");
        }
    }

    #[test]
    fn texts_that_do_not_fit_are_told_with_their_line() {
        let dict = json!({ "type": "object", "additionalProperties": { "type": "string" } });
        for (kind, text, problem) in [
            (json!({ "type": "boolean" }), "maybe", "line 7: x is \"maybe\", not true or false"),
            (json!({ "type": "integer" }), "x1", "line 7: x is \"x1\", which is no number"),
            (dict.clone(), "a", "line 7: x has \"a\" where pairs are expected: a: b, c: d"),
            (dict, "a: 1, a: 2", "line 7: x has the key \"a\" twice"),
            (json!({ "$ref": "#/$defs/Map" }), "n: y", "line 7: x n is \"y\", which is no number"),
            (
                json!({ "type": "array", "items": { "$ref": "#/$defs/Row" } }),
                "a",
                "line 7: x is a list of tables, which an INI file cannot hold: write it in gyre.toml",
            ),
        ] {
            assert_eq!(typed_of(kind, text), Err(problem.to_owned()));
        }
        let schema = json!({ "properties": {} });
        let setting = Setting { name: "y".into(), value: "1".into(), line: 1 };
        assert_eq!(typed(&schema, &setting), Ok(json!("1")));
    }
}
