//! Hives as text, for tests that people read: `[path]` before each key, one line for each value, in the manner of
//! Windows' own `.reg` files. Keys come in the hive's order, values in that of their names.
//!
//! ```text
//! [ControlSet001\Services\viostor]
//! @="the default value"
//! "Group"="SCSI miniport"
//! "ImagePath"=expand:"system32\\drivers\\viostor.sys"
//! "Owners"=multi:["oem1.inf","oem2.inf"]
//! "Start"=dword:00000000
//! "Time"=qword:0000000000000001
//! "Version"=hex:01 ff
//! "Odd"=type-12:00
//! ```

use crate::{Error, Hive, Result, Value};
use std::fmt::Write as _;

/// Every key with its values.
///
/// # Errors
/// [`Error::Damaged`]
pub fn show(hive: &Hive) -> Result<String> {
    let mut text = String::new();
    let mut todo = vec![String::new()];
    hive.check_tree()?;
    while let Some(path) = todo.pop() {
        show_key(hive, &path, &mut text)?;
        let below = hive.keys(&path)?.unwrap_or_default().into_iter().rev();
        todo.extend(below.map(|name| if path.is_empty() { name } else { format!("{path}\\{name}") }));
    }
    Ok(text)
}

fn show_key(hive: &Hive, path: &str, text: &mut String) -> Result<()> {
    let mut names = hive.values(path)?.unwrap_or_default();
    names.sort();
    let is_leaf = hive.keys(path)?.unwrap_or_default().is_empty();
    // A key that is only on the way to others is seen in their paths.
    if names.is_empty() && !is_leaf {
        return Ok(());
    }
    let _ = writeln!(text, "[{path}]");
    for name in names {
        let value = hive.get(path, &name)?.unwrap_or(Value::Other(0, Vec::new()));
        let name = if name.is_empty() { "@".to_owned() } else { quote(&name) };
        let _ = writeln!(text, "{name}={}", show_value(&value));
    }
    Ok(())
}

fn show_value(value: &Value) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ");
    match value {
        Value::Sz(text) => quote(text),
        Value::ExpandSz(text) => format!("expand:{}", quote(text)),
        Value::MultiSz(texts) => {
            format!("multi:[{}]", texts.iter().map(|text| quote(text)).collect::<Vec<_>>().join(","))
        }
        Value::Dword(number) => format!("dword:{number:08x}"),
        Value::Qword(number) => format!("qword:{number:016x}"),
        Value::Binary(bytes) => format!("hex:{}", hex(bytes)),
        Value::Other(kind, bytes) => format!("type-{kind:x}:{}", hex(bytes)),
    }
}

fn quote(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match letter {
            '"' | '\\' => quoted.extend(['\\', letter]),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            letter => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

/// A new hive from what [`show`] wrote.
///
/// # Errors
/// [`Error::Invalid`] with the line that is not understood.
pub fn parse(text: &str) -> Result<Hive> {
    let mut hive = Hive::new();
    let mut path = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(key) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            path = key.to_owned();
            hive.create_key(&path)?;
            continue;
        }
        let (name, value) = parse_line(line).ok_or_else(|| Error::Invalid(format!("no value: {line}")))?;
        hive.set(&path, &name, &value)?;
    }
    Ok(hive)
}

fn parse_line(line: &str) -> Option<(String, Value)> {
    let (name, rest) = match line.strip_prefix('@') {
        Some(rest) => (String::new(), rest),
        None => unquote(line)?,
    };
    Some((name, parse_value(rest.strip_prefix('=')?)?))
}

fn parse_value(text: &str) -> Option<Value> {
    let whole = |text: &str| unquote(text).filter(|(_, rest)| rest.is_empty()).map(|(text, _)| text);
    if text.starts_with('"') {
        return whole(text).map(Value::Sz);
    }
    let (kind, rest) = text.split_once(':')?;
    Some(match kind {
        "expand" => Value::ExpandSz(whole(rest)?),
        "multi" => Value::MultiSz(parse_list(rest.strip_prefix('[')?.strip_suffix(']')?)?),
        "dword" => Value::Dword(u32::from_str_radix(rest, 16).ok()?),
        "qword" => Value::Qword(u64::from_str_radix(rest, 16).ok()?),
        "hex" => Value::Binary(parse_hex(rest)?),
        kind => Value::Other(u32::from_str_radix(kind.strip_prefix("type-")?, 16).ok()?, parse_hex(rest)?),
    })
}

fn parse_hex(text: &str) -> Option<Vec<u8>> {
    text.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).ok()).collect()
}

fn parse_list(mut text: &str) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    while !text.is_empty() {
        let (first, rest) = unquote(text)?;
        texts.push(first);
        text = rest.strip_prefix(',').unwrap_or(rest);
    }
    Some(texts)
}

/// The text in quotes at the beginning, and what follows.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut found = String::new();
    let mut letters = text.strip_prefix('"')?.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((found, text.get(at + 2..)?)),
            '\\' => found.push(match letters.next()?.1 {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            }),
            other => found.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_hive_say_the_same() {
        let text = r#"[]
@="root"
[a\Empty]
[a\Full]
@="a \"b\" c:\\d\n"
"Big"=hex:
"List"=multi:["one","two, three"]
"None"=multi:[]
"Number"=dword:000000ff
"Odd"=type-12:00 ff
"Path"=expand:"%SystemRoot%\\x"
"Wide"=qword:00000000000000ff
"я]="="="
"#;
        let mut hive = parse(text).unwrap();
        hive.verify().unwrap();
        assert_eq!(show(&hive).unwrap(), text);
        let again = Hive::parse(hive.to_bytes().unwrap()).unwrap();
        assert_eq!(show(&again).unwrap(), text);
        assert!(parse("[a]\nnonsense").is_err());
    }
}
