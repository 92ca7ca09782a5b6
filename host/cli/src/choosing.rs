//! `gyre option`: what can be set, what is set, and what a destination's cloud has to choose from. Creates nothing.

use crate::answer::Answer;
use crate::app::App;
use crate::given::Given;
use crate::show::{Table, clean};
use gyre_core::config::Config;
use gyre_core::options::{OptionInfo, listing};
use gyre_core::roles::{Choice, Choices};
use gyre_core::{Error, Result};
use gyre_engine::Endpoints as _;
use gyre_grants::Role;
use serde::Serialize;
use serde_json::{Map, Value, json};

/// Type and default of one option in a whole list.
const CELL_CHARS_MAX: usize = 36;
/// What is set of one option in a whole list: a source's machines may be hundreds.
const VALUE_CHARS_MAX: usize = 100;

/// An option with what there is to choose from.
#[derive(Serialize)]
struct Offer {
    #[serde(flatten)]
    option: OptionInfo,
    values: Vec<Choice>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
}

/// The options of a destination, a source, an OS-morphing plugin of the configuration, or any plugin; with `values` what the
/// destination's cloud has for each.
///
/// # Errors
/// `option.nobody`, `option.several`, `config.option`, and those of the destination.
pub async fn list(app: &App, of: &str, names: &[String], values: bool, given: &Given) -> Result<Answer> {
    if !values && given.is_empty() && !app.config.destination.contains_key(of) {
        return match configured(&app.config, of) {
            Some(role) => of_entry(app, role, of, names).await,
            None => of_plugin(app, of, names).await,
        };
    }
    let destination = destination(app, of)?;
    let machine = app.plugins.environment(&destination, given).await?;
    let options = app.plugins.described((Role::Destination, &destination), &machine, names).await?;
    if values {
        // What entries of a table may be stands with the table.
        let options = options.into_iter().filter(|option| names.is_empty() || names.contains(&option.name));
        return offers(app, &destination, options.collect(), machine, names).await;
    }
    let text = listed(&destination, &options, names);
    Ok(Answer::new(json!({ "destination": destination, "options": options }), text))
}

/// What else than a destination an entry of this name is. Options stand there, so it goes before a plugin of the same name.
fn configured(config: &Config, name: &str) -> Option<Role> {
    if config.source.contains_key(name) {
        return Some(Role::Source);
    }
    config.osmorphing.contains_key(name).then_some(Role::Osmorphing)
}

async fn of_entry(app: &App, role: Role, name: &str, names: &[String]) -> Result<Answer> {
    let options = app.plugins.described((role, name), &Map::new(), names).await?;
    let what = if role == Role::Source { "source" } else { "osmorphing" };
    Ok(Answer::new(json!({ what: name, "options": options }), listed(name, &options, names)))
}

async fn of_plugin(app: &App, plugin: &str, names: &[String]) -> Result<Answer> {
    if !app.config.plugin.contains_key(plugin) {
        return Err(nobody(app, plugin));
    }
    let (found, standing) = app.plugins.inspect(plugin).await?;
    standing.refused.map_or(Ok(()), Err)?;
    let schema = found.description.map_or(Value::Null, |about| about.config_schema);
    let options = listing(&schema, None, names)?;
    Ok(Answer::new(json!({ "plugin": plugin, "options": options }), listed(plugin, &options, names)))
}

/// The destination of that name, else the only one of the plugin of that name.
fn destination(app: &App, of: &str) -> Result<String> {
    let all = &app.config.destination;
    if all.contains_key(of) {
        return Ok(of.to_owned());
    }
    let of_plugin: Vec<_> =
        all.iter().filter(|(_, e)| e.plugin == of).map(|(name, _)| name.as_str()).collect();
    match of_plugin.as_slice() {
        [only] => Ok((*only).to_owned()),
        [] => Err(nobody(app, of)),
        several => {
            let what = format!("several destinations have the plugin {of}: name one of them");
            Err(Error::invalid("option.several", what).cause(several.join(", ")))
        }
    }
}

fn nobody(app: &App, of: &str) -> Error {
    let names = |names: Vec<&String>| {
        if names.is_empty() {
            "none".to_owned()
        } else {
            names.into_iter().cloned().collect::<Vec<_>>().join(", ")
        }
    };
    let error = Error::invalid("option.nobody", app.config.lacks(&format!("destination {of:?}")))
        .cause(format!("destinations: {}", names(app.config.destination.keys().collect())))
        .cause(format!("plugins: {}", names(app.config.plugin.keys().collect())));
    match app.config.source.get(of) {
        Some(source) => error.cause(format!(
            "{of:?} is a source of the plugin {}: --values and -o are of destinations",
            source.plugin
        )),
        None => error,
    }
}

/// What there is, and below it what is set. Of those that were asked for all is said, of a whole list only what fits.
fn listed(of: &str, options: &[OptionInfo], asked: &[String]) -> String {
    if options.is_empty() {
        return "no options\n".to_owned();
    }
    let is_list = asked.is_empty();
    let fitting = |text: String| if is_list { clipped(&text, CELL_CHARS_MAX) } else { text };
    let mut table = Table::new(&["option", "type", "default", "meaning"]);
    for option in options {
        let default = if option.required { "(required)".to_owned() } else { word(&option.default) };
        let meaning = if is_list { first_sentence(&option.meaning) } else { &option.meaning };
        let (kind, default) = (fitting(option.kind.clone()), fitting(default));
        table.row([&option.name, &kind, &default, meaning]);
    }
    let mut text = table.text();
    let set: Vec<_> = options.iter().filter(|option| option.value.is_some()).collect();
    if !set.is_empty() {
        text += &format!("\n{}", set_table(&set, is_list));
    }
    // A list has no room for what the entries of a table are.
    if let Some(table) = options.iter().find(|option| is_list && option.kind.contains('{')) {
        text +=
            &format!("\nall of an option, and what a table may hold: gyre option list {of} {}\n", table.name);
    }
    text
}

fn set_table(options: &[&OptionInfo], is_list: bool) -> String {
    let mut table = Table::new(&["set", "value", "where"]);
    for option in options {
        let value = option.value.as_ref().map(word).unwrap_or_default();
        let value = if is_list { clipped(&value, VALUE_CHARS_MAX) } else { value };
        table.row([&option.name, &value, &option.set_in.join("; ")]);
    }
    table.text()
}

fn clipped(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    text.chars().take(chars_max.saturating_sub(1)).chain(['…']).collect()
}

fn first_sentence(text: &str) -> &str {
    text.split_inclusive(". ").next().unwrap_or_default().trim_end()
}

/// On one line; nothing for what says nothing.
fn word(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        empty if is_empty(empty) => String::new(),
        other => other.to_string(),
    }
}

/// Tables whose entries are all empty say nothing either.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(entries) => entries.is_empty(),
        Value::Object(entries) => entries.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

async fn offers(
    app: &App,
    destination: &str,
    options: Vec<OptionInfo>,
    machine: Map<String, Value>,
    names: &[String],
) -> Result<Answer> {
    let role = app.plugins.destination(destination, &app.engine.looking(machine)).await?;
    let choices = role.options(names).await.map_err(|error| {
        error.during(format!("destination {destination} cannot say what there is to choose from"))
    })?;
    let offers = join(options, choices);
    let text = offers.iter().map(paragraph).collect::<Vec<_>>().join("\n");
    Ok(Answer::new(json!({ "destination": destination, "options": offers }), text))
}

/// In the plugin's order; what it does not offer values for is left out.
fn join(options: Vec<OptionInfo>, choices: Vec<Choices>) -> Vec<Offer> {
    let with_option = |choices: Choices| {
        let option = options.iter().find(|option| option.name == choices.option_name)?;
        Some(Offer { option: option.clone(), values: choices.values, refused: choices.refused })
    };
    choices.into_iter().filter_map(with_option).collect()
}

fn paragraph(offer: &Offer) -> String {
    let OptionInfo { name, kind, meaning, .. } = &offer.option;
    let mut text = format!("{} ({}): {}\n", clean(name), clean(kind), clean(meaning));
    let mut table = Table::pairs();
    for value in &offer.values {
        let id = if value.id == value.name { "" } else { value.id.as_str() };
        table.row(["", value.name.as_str(), id, value.about.as_deref().unwrap_or_default()]);
    }
    text += &table.text();
    match &offer.refused {
        Some(why) => text += &format!("  the cloud does not say: {}\n", clean(why)),
        None if offer.values.is_empty() => text += "  nothing to choose from\n",
        None => {}
    }
    if let Some(value) = &offer.option.value {
        text += &format!("  set: {} ({})\n", clean(&word(value)), clean(&offer.option.set_in.join("; ")));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn option(name: &str, value: Option<Value>) -> OptionInfo {
        OptionInfo {
            name: name.into(),
            kind: "string".into(),
            default: json!("m1.small"),
            meaning: "Flavor. By name or id.".into(),
            required: false,
            per_machine: true,
            set_in: value.iter().map(|_| "a.conf, line 2".to_owned()).collect(),
            value,
        }
    }

    #[test]
    fn options_are_a_table_and_below_it_stands_what_is_set() {
        let text = listed("cloud", &[option("flavor", None)], &[]);
        assert_eq!(text, "OPTION  TYPE    DEFAULT   MEANING\nflavor  string  m1.small  Flavor.\n");
        let text = listed("cloud", &[option("flavor", Some(json!("big")))], &["flavor".to_owned()]);
        assert!(text.contains("m1.small  Flavor. By name or id.\n\n"), "{text}");
        assert!(text.ends_with("SET     VALUE  WHERE\nflavor  big    a.conf, line 2\n"), "{text}");
        assert_eq!(listed("cloud", &[], &[]), "no options\n");
        let required = OptionInfo { required: true, kind: "x".repeat(40), ..option("flavor", None) };
        let text = listed("cloud", std::slice::from_ref(&required), &[]);
        assert!(text.contains("(required)") && text.contains(&format!("{}…", "x".repeat(35))), "{text}");
        assert!(
            listed("cloud", std::slice::from_ref(&required), &["flavor".to_owned()])
                .contains(&"x".repeat(40))
        );
    }

    #[test]
    fn a_whole_list_shows_of_machines_what_fits_and_says_how_to_see_the_rest() {
        let machines = Some(json!([{ "name": "web", "os-hint": "x".repeat(300) }]));
        let vms = OptionInfo { kind: "list of { id, name }".into(), ..option("vms", machines) };
        let text = listed("vmware", std::slice::from_ref(&vms), &[]);
        assert!(
            text.ends_with("\nall of an option, and what a table may hold: gyre option list vmware vms\n")
        );
        assert!(
            text.lines().all(|line| line.chars().count() < 160) && text.contains("xx…  a.conf"),
            "{text}"
        );
        let text = listed("vmware", &[vms], &["vms".to_owned()]);
        assert!(text.contains(&"x".repeat(300)) && !text.contains("all of an option"), "{text}");
    }

    #[test]
    fn an_entry_with_options_of_its_own_goes_before_its_plugin() {
        let text = "[plugin.p]\ncomponent = 'p'\n[source.p]\nplugin = 'p'\n[osmorphing.q]\nplugin = 'p'\n";
        let config = Config::parse(text, std::path::Path::new("/")).unwrap();
        let roles = ["p", "q", "r"].map(|name| configured(&config, name));
        assert_eq!(roles, [Some(Role::Source), Some(Role::Osmorphing), None]);
    }

    #[test]
    fn what_says_nothing_is_not_shown() {
        for empty in [json!(null), json!(""), json!([]), json!({ "a": null, "b": { "c": [] } })] {
            assert_eq!(word(&empty), "", "{empty}");
        }
        assert_eq!((word(&json!(false)).as_str(), word(&json!({ "a": 1 })).as_str()), ("false", "{\"a\":1}"));
    }

    #[test]
    fn what_there_is_to_choose_from_stands_below_its_option() {
        let choice = |id: &str, name: &str, about: Option<&str>| Choice {
            id: id.into(),
            name: name.into(),
            about: about.map(str::to_owned),
        };
        let choices = vec![
            Choices {
                option_name: "flavor".into(),
                values: vec![choice("7", "big", Some("4 vCPU")), choice("kvm", "kvm", None)],
                refused: None,
            },
            Choices { option_name: "image".into(), values: Vec::new(), refused: None },
            Choices { option_name: "unheard-of".into(), values: Vec::new(), refused: None },
            Choices {
                option_name: "group".into(),
                values: Vec::new(),
                refused: Some("Nova forbids\x1b it".into()),
            },
        ];
        let offers = join(
            vec![option("image", Some(json!("x"))), option("flavor", None), option("group", None)],
            choices,
        );
        let text: String = offers.iter().map(paragraph).collect();
        assert_eq!(
            text,
            "flavor (string): Flavor. By name or id.\n  big  7  4 vCPU\n  kvm\nimage (string): Flavor. By name or id.\n  nothing to choose from\n  set: x (a.conf, line 2)\ngroup (string): Flavor. By name or id.\n  the cloud does not say: Nova forbids  it\n"
        );
    }
}
