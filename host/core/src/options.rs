//! The options of one plugin, gathered from all the places where they may stand. Owns which place counts
//! more, how what several say is put together, and what is said of an option that the plugin does not have.
//! Knows no option by name: which there are, and what binds two of them, is in the plugin's JSON Schema.

mod ini;
mod listing;
mod relaxed;
mod schema;

pub use listing::{OptionInfo, listing};
pub use relaxed::object as relaxed_object;

use crate::{Error, Result};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Keyword at the root of a schema: the section of INI files that holds the plugin's options.
const INI_SECTION: &str = "x-gyre-ini-section";
/// Keyword of an option, `true`: a matter of the site, and not of one machine.
const SITE_ONLY: &str = "x-gyre-site-only";
/// Keyword of an option, `TABLE.ENTRY`: it stands for that entry of another option.
const STANDS_FOR: &str = "x-gyre-stands-for";
/// Keyword of a destination's option, `true`: plugins that convert its guests may have one of the same name, and get it.
const MORPHING: &str = "x-gyre-morphing";
/// Problems told at once.
const PROBLEMS_MAX: usize = 20;

/// Where options stand. A later one of these counts more, and what none of them says has the plugin's default:
/// this order is the whole rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// What the destination hands on to the plugins that convert its guests.
    Destination,
    /// The INI file that `[plugin.NAME]` names.
    SiteIni,
    /// `[plugin.NAME.config]`.
    Site,
    /// The INI file that the endpoint names.
    EndpointIni,
    /// `[source.NAME.config]`, `[destination.NAME.config]`, `[osmorphing.NAME.config]`.
    Endpoint,
    /// What is given for one machine.
    Environment,
}

/// What one place says.
#[derive(Clone, Debug)]
pub struct Layer {
    rank: Rank,
    place: String,
    options: Map<String, Value>,
    /// Lines of an INI file that options stand in.
    lines: BTreeMap<String, usize>,
}

impl Layer {
    /// Options that are typed already. `place` is for people: `gyre.toml: [destination.cloud.config]`.
    pub fn new(rank: Rank, place: impl Into<String>, options: Map<String, Value>) -> Self {
        Self { rank, place: place.into(), options, lines: BTreeMap::new() }
    }

    /// Options of an INI file in the syntax of oslo.config, typed by the schema of the plugin whose they are; `place`
    /// is the file's path. What is empty is not set. Other sections are not looked at.
    ///
    /// # Errors
    /// `config.ini`, with the line.
    pub fn of_ini(rank: Rank, place: impl Into<String>, text: &str, schema: &Value) -> Result<Self> {
        let mut layer = Self::new(rank, place, Map::new());
        let wrong = |problem: String| Error::invalid("config.ini", format!("{}: {problem}", layer.place));
        let Some(section) = schema.get(INI_SECTION).and_then(Value::as_str) else {
            return Err(wrong(
                "the plugin knows no section of INI files: use its table in gyre.toml".to_owned(),
            ));
        };
        let settings = ini::section(text, section).map_err(wrong)?;
        for setting in settings.into_iter().filter(|setting| !setting.value.trim().is_empty()) {
            let value = ini::typed(schema, &setting).map_err(wrong)?;
            layer.options.insert(setting.name.clone(), value);
            layer.lines.insert(setting.name, setting.line);
        }
        Ok(layer)
    }

    fn place_of(&self, option: &str) -> String {
        match self.lines.get(option) {
            Some(line) => format!("{}, line {line}", self.place),
            None => self.place.clone(),
        }
    }

    /// What is wrong with it, whatever other places say.
    fn problems(&self, schema: &Value) -> Vec<String> {
        let mut problems = Vec::new();
        for (name, value) in &self.options {
            let mut found = schema::problems_of(schema, name, value);
            if self.rank == Rank::Environment && has_keyword(schema, name, SITE_ONLY) {
                found.push(format!(
                    "{name} is a matter of the site: it may stand in gyre.toml or an INI file only"
                ));
            }
            if self.rank == Rank::Environment && !found.is_empty() {
                found.extend(schema::written_as(schema, name, value));
            }
            problems.extend(found.into_iter().map(|problem| format!("{}: {problem}", self.place_of(name))));
        }
        problems
    }
}

/// Options as they hold, each with the places that say so.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Effective {
    /// What is said anywhere; the rest has the plugin's defaults.
    pub options: Map<String, Value>,
    /// Who says it, by option, what counts more last. A table may come from several places.
    pub places: BTreeMap<String, Vec<String>>,
}

/// Puts together what all places say; `whose` is for people: `[destination.cloud]`.
///
/// # Errors
/// `config.option`, naming every option that is unknown, missing or of another type, and where it stands.
pub fn resolve(whose: &str, schema: &Value, layers: Vec<Layer>) -> Result<Effective> {
    let effective = overlay(whose, schema, layers)?;
    let problems = schema::problems(schema, &Value::Object(effective.options.clone()));
    if problems.is_empty() { Ok(effective) } else { Err(misfit(whose, problems)) }
}

/// The same of some of the places only, so that nothing is missed.
///
/// # Errors
/// As [`resolve`].
pub fn overlay(whose: &str, schema: &Value, mut layers: Vec<Layer>) -> Result<Effective> {
    let problems: Vec<_> = layers.iter().flat_map(|layer| layer.problems(schema)).collect();
    if !problems.is_empty() {
        return Err(misfit(whose, problems));
    }
    layers.sort_by_key(|layer| layer.rank);
    let mut effective = Effective::default();
    for layer in &layers {
        effective.lay(schema, layer);
    }
    Ok(effective)
}

fn misfit(whose: &str, problems: Vec<String>) -> Error {
    let error =
        Error::invalid("config.option", format!("{whose} has options that its plugin does not understand"));
    problems.into_iter().take(PROBLEMS_MAX).fold(error, Error::cause)
}

impl Effective {
    fn lay(&mut self, schema: &Value, above: &Layer) {
        self.write_out(schema, &above.options);
        for name in above.options.keys() {
            let places = self.places.entry(name.clone()).or_default();
            if !above.options.get(name).is_some_and(Value::is_object) {
                places.clear();
            }
            places.push(above.place_of(name));
        }
        merge(&mut self.options, &above.options);
    }

    /// An option that stands for an entry of a table goes before it: said further away, it would hide what a closer place
    /// says of the table. So it becomes that entry first, and the closer place has its way with it.
    fn write_out(&mut self, schema: &Value, above: &Map<String, Value>) {
        for (short, table, entry) in stand_ins(schema) {
            let is_closer =
                above.get(table).and_then(Value::as_object).is_some_and(|entries| !entries.is_empty());
            if !is_closer || above.contains_key(short) {
                continue;
            }
            let Some(value) = self.options.remove(short).filter(|value| !value.is_null()) else { continue };
            let entry = Value::Object(Map::from_iter([(entry.to_owned(), value)]));
            merge(&mut self.options, &Map::from_iter([(table.to_owned(), entry)]));
            let places = self.places.remove(short).unwrap_or_default();
            self.places.entry(table.to_owned()).or_default().extend(places);
        }
    }
}

/// Lays options over others: tables are merged entry by entry, everything else is replaced.
pub fn merge(options: &mut Map<String, Value>, above: &Map<String, Value>) {
    for (key, value) in above {
        match (options.get_mut(key), value) {
            (Some(Value::Object(own)), Value::Object(value)) => merge(own, value),
            _ => {
                options.insert(key.clone(), value.clone());
            }
        }
    }
}

/// What a destination, whose schema is `of`, hands on to a plugin that converts its guests: those of its options that are
/// marked so and that the other has too, each from where it stands.
pub fn handed_on(of: &Value, effective: &Effective, to: &Value) -> Vec<Layer> {
    let is_known = |name: &str| to.get("properties").is_some_and(|all| all.get(name).is_some());
    let marked = effective
        .options
        .iter()
        .filter(|(name, value)| has_keyword(of, name, MORPHING) && is_known(name) && !is_unset(value));
    let layer = |(name, value): (&String, &Value)| {
        let place = effective.places.get(name).map(|places| places.join(", ")).unwrap_or_default();
        Layer::new(Rank::Destination, place, Map::from_iter([(name.clone(), value.clone())]))
    };
    marked.map(layer).collect()
}

/// An empty text takes back what was said elsewhere.
fn is_unset(value: &Value) -> bool {
    value.is_null() || value.as_str() == Some("")
}

fn has_keyword(schema: &Value, option: &str, keyword: &str) -> bool {
    let property = schema.get("properties").and_then(|all| all.get(option));
    property.and_then(|property| property.get(keyword)).and_then(Value::as_bool).unwrap_or(false)
}

/// Every option that stands for an entry of a table, with table and entry.
fn stand_ins(schema: &Value) -> impl Iterator<Item = (&str, &str, &str)> {
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    properties.filter_map(|(name, property)| {
        let (table, entry) = property.get(STANDS_FOR)?.as_str()?.split_once('.')?;
        Some((name.as_str(), table, entry))
    })
}

#[cfg(test)]
mod tests;
