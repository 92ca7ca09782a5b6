//! Options of one machine, as they are given on the command line: files and single ones. Knows how they are written;
//! not what they mean, nor how they go together.

use crate::args::OptionArgs;
use gyre_api::Layer;
use gyre_core::config::LOGIN;
use gyre_core::error::Context as _;
use gyre_core::options::relaxed_object;
use gyre_core::{Error, Result};
use serde_json::{Map, Value};
use std::io::Read as _;
use std::path::Path;

/// The largest file of options.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Options with where they were given; what counts more comes last.
pub type Given = Vec<(String, Map<String, Value>)>;

/// Reads all that was given.
///
/// # Errors
/// `options.unreadable`, `options.syntax`, `options.login`.
pub fn read(args: &OptionArgs) -> Result<Given> {
    let files = [args.environment.as_deref(), args.options.as_deref()].into_iter().flatten();
    let mut given = files.map(file).collect::<Result<Given>>()?;
    given.extend(singles(&args.option)?);
    refuse_login(&given)?;
    Ok(given)
}

/// The same, as a server takes them.
///
/// # Errors
/// As [`read`].
pub fn layers(args: &OptionArgs) -> Result<Vec<Layer>> {
    let layer = |(from, options)| Layer { from, options };
    Ok(read(args)?.into_iter().map(layer).collect())
}

/// Options are stored and shown; a login is neither.
///
/// # Errors
/// `options.login`.
pub fn refuse_login(given: &Given) -> Result<()> {
    if given.iter().any(|(_, options)| options.contains_key(LOGIN)) {
        let what = format!("the option {LOGIN:?} is the endpoint's login, and not one of a machine");
        return Err(Error::invalid("options.login", what));
    }
    Ok(())
}

/// Single ones, in their order.
///
/// # Errors
/// `options.syntax`.
pub fn singles(options: &[String]) -> Result<Given> {
    options.iter().map(|option| single(option)).collect()
}

fn file(path: &Path) -> Result<(String, Map<String, Value>)> {
    let what = || format!("the options {} cannot be read", path.display());
    let mut text = String::new();
    let file = std::fs::File::open(path).or_invalid("options.unreadable", what)?;
    file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text).or_invalid("options.unreadable", what)?;
    if text.len() as u64 > FILE_BYTES_MAX {
        let cause = format!("it is larger than {FILE_BYTES_MAX} bytes");
        return Err(Error::invalid("options.unreadable", what()).cause(cause));
    }
    let options = relaxed_object(&text)
        .or_invalid("options.syntax", || format!("{} is not a JSON object of options", path.display()))?;
    Ok((path.display().to_string(), options))
}

fn single(option: &str) -> Result<(String, Map<String, Value>)> {
    let (key, value) = option.split_once('=').filter(|(key, _)| !key.is_empty()).ok_or_else(|| {
        Error::invalid("options.syntax", format!("{option:?} is not of the form KEY=VALUE"))
    })?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
    Ok((format!("-o {key}"), written(key, value)))
}

/// `TABLE.KEY` is one entry of a table, and tables are merged entry by entry. A dot in the entry's own name means nothing.
fn written(key: &str, value: Value) -> Map<String, Value> {
    match key.split_once('.').filter(|(table, entry)| !table.is_empty() && !entry.is_empty()) {
        Some((table, entry)) => {
            let entries = Map::from_iter([(entry.to_owned(), value)]);
            Map::from_iter([(table.to_owned(), Value::Object(entries))])
        }
        None => Map::from_iter([(key.to_owned(), value)]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parsed(file: Option<&str>, option: &[&str]) -> Result<Given> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("options.json");
        std::fs::write(&path, file.unwrap_or_default()).unwrap();
        let option = option.iter().map(|text| text.to_string()).collect();
        read(&OptionArgs { environment: None, options: file.map(|_| path), option })
    }

    #[test]
    fn options_are_json_where_they_read_as_such() {
        let given =
            ["a=m1.large", "b=false", "c={\"a\": \"b\"}", "d=", "e=a=b", "f.VM Net=x.y", "g.h.i=1", "j.=k"];
        let values: Vec<_> =
            parsed(None, &given).unwrap().into_iter().map(|(_, options)| Value::Object(options)).collect();
        let expected = [
            json!({"a": "m1.large"}),
            json!({"b": false}),
            json!({"c": {"a": "b"}}),
            json!({"d": ""}),
            json!({"e": "a=b"}),
            json!({"f": {"VM Net": "x.y"}}),
            json!({"g": {"h.i": 1}}),
            json!({"j.": "k"}),
        ];
        assert_eq!(values, expected);
    }

    #[test]
    fn the_command_line_counts_more_than_files_and_each_has_its_place() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = directory.path().join(name);
            std::fs::write(&path, text).unwrap();
            Some(path)
        };
        let environment = write("environment.json", "{ // of the instance\n \"a\": 1, }");
        let args =
            OptionArgs { environment, options: write("o.json", "{\"a\": 2}"), option: vec!["a=3".into()] };
        let given = read(&args).unwrap();
        let values: Vec<_> = given.iter().map(|(_, options)| options["a"].as_u64().unwrap()).collect();
        assert_eq!(values, [1, 2, 3]);
        assert!(given[0].0.ends_with("environment.json") && given[1].0.ends_with("o.json"));
        assert_eq!(given[2].0, "-o a");
    }

    #[test]
    fn a_login_is_no_option() {
        for (file, option) in [
            (Some(r#"{"auth": {"password": "p"}}"#), None),
            (None, Some("auth=p")),
            (None, Some("auth.password=p")),
        ] {
            let error = parsed(file, &option.into_iter().collect::<Vec<_>>()).unwrap_err();
            assert_eq!(error.code, "options.login");
        }
    }

    #[test]
    fn options_that_cannot_be_read_say_why() {
        for (file, option) in [(Some("[1]"), ""), (Some("{"), ""), (None, "no-value"), (None, "=x")] {
            let option: Vec<_> = Some(option).filter(|text| !text.is_empty()).into_iter().collect();
            assert_eq!(parsed(file, &option).unwrap_err().code, "options.syntax");
        }
        let big = " ".repeat(FILE_BYTES_MAX as usize + 1);
        assert_eq!(parsed(Some(&big), &[]).unwrap_err().code, "options.unreadable");
        let nowhere = OptionArgs { environment: Some("/nowhere/e.json".into()), ..OptionArgs::default() };
        assert_eq!(read(&nowhere).unwrap_err().code, "options.unreadable");
    }
}
