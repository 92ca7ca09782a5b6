//! Where the options of a plugin stand on this host: INI files, the tables of `gyre.toml`, and what is given for one
//! machine. Reads them and names their places; which of them counts more is said by [`gyre_core::options`].

use gyre_core::config::{Endpoint, LOGIN, Login, Plugin};
use gyre_core::error::Context as _;
use gyre_core::options::{Effective, Layer, Rank, overlay, resolve};
use gyre_core::{Error, Result};
use serde_json::{Map, Value};
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// The largest INI file.
const INI_BYTES_MAX: u64 = 1024 * 1024;
/// What is given for one machine and kept with its replica, so that nobody knows any more where it stood.
const MACHINE: &str = "the options of this machine";

/// A table of `gyre.toml` that may hold options.
pub(crate) struct Entry<'a> {
    /// `[destination.cloud]`.
    pub(crate) place: String,
    pub(crate) ini: Option<&'a PathBuf>,
    pub(crate) config: &'a toml::Table,
    /// Found elsewhere, and said to be from there.
    pub(crate) login: Option<&'a Login>,
}

impl<'a> Entry<'a> {
    pub(crate) fn of_endpoint(place: String, endpoint: &'a Endpoint) -> Self {
        Self { place, ini: endpoint.ini.as_ref(), config: &endpoint.config, login: endpoint.login.as_ref() }
    }

    pub(crate) fn of_plugin(name: &str, plugin: &'a Plugin) -> Self {
        let place = format!("[plugin.{name}]");
        Self { place, ini: plugin.ini.as_ref(), config: &plugin.config, login: None }
    }

    fn layers(&self, file: &Path, schema: &Value, of_ini: Rank, own: Rank) -> Result<Vec<Layer>> {
        let mut layers = Vec::new();
        if let Some(path) = self.ini {
            let text = read(path).map_err(|error| error.cause(format!("{} names it", self.place)))?;
            layers.push(Layer::of_ini(of_ini, path.display().to_string(), &text, schema)?);
        }
        let place = format!("{}: {}.config]", file.display(), self.place.trim_end_matches(']'));
        layers.push(Layer::new(own, place, table(&self.place, self.config)?));
        if let Some(login) = self.login {
            let auth = Value::Object(table(&login.from, &login.auth)?);
            layers.push(Layer::new(own, &login.from, Map::from_iter([(LOGIN.to_owned(), auth)])));
        }
        Ok(layers)
    }
}

/// All places of one entry's options, read.
pub(crate) struct Stack<'a> {
    place: &'a str,
    schema: &'a Value,
    layers: Vec<Layer>,
}

impl<'a> Stack<'a> {
    /// Reads what the entry and its plugin's defaults name; `file` is that of the configuration.
    ///
    /// # Errors
    /// `config.ini`, `config.option`.
    pub(crate) fn new(
        file: &Path,
        schema: &'a Value,
        defaults: &Entry<'_>,
        entry: &'a Entry<'_>,
    ) -> Result<Self> {
        let mut layers = defaults.layers(file, schema, Rank::SiteIni, Rank::Site)?;
        layers.extend(entry.layers(file, schema, Rank::EndpointIni, Rank::Endpoint)?);
        Ok(Self { place: &entry.place, schema, layers })
    }

    /// With what the destination hands on.
    pub(crate) fn with(mut self, handed_on: Vec<Layer>) -> Self {
        self.layers.extend(handed_on);
        self
    }

    /// As they hold for a machine with these options.
    ///
    /// # Errors
    /// `config.option`.
    pub(crate) fn resolve(self, machine: &Map<String, Value>) -> Result<Effective> {
        let all = self.of_machine(machine);
        resolve(all.place, all.schema, all.layers)
    }

    /// The same, and nothing is missed that must be set.
    ///
    /// # Errors
    /// As [`Stack::resolve`].
    pub(crate) fn overlay(self, machine: &Map<String, Value>) -> Result<Effective> {
        let all = self.of_machine(machine);
        overlay(all.place, all.schema, all.layers)
    }

    fn of_machine(mut self, machine: &Map<String, Value>) -> Self {
        self.layers.push(Layer::new(Rank::Environment, MACHINE, machine.clone()));
        self
    }
}

/// What is given for one machine, put together.
pub(crate) fn environment(
    whose: &str,
    schema: &Value,
    given: &[(String, Map<String, Value>)],
) -> Result<Map<String, Value>> {
    let layers = given.iter().map(|(place, options)| Layer::new(Rank::Environment, place, options.clone()));
    Ok(overlay(whose, schema, layers.collect())?.options)
}

/// As plugins are handed it.
pub(crate) fn json(effective: Effective) -> String {
    Value::Object(effective.options).to_string()
}

fn table(place: &str, table: &toml::Table) -> Result<Map<String, Value>> {
    let json = serde_json::to_value(table).and_then(serde_json::from_value);
    json.or_invalid("config.option", || format!("the options of {place} cannot be written as JSON"))
}

fn read(path: &Path) -> Result<String> {
    let what = || format!("the INI file {} cannot be read", path.display());
    let mut text = String::new();
    let file = std::fs::File::open(path).or_invalid("config.ini", what)?;
    file.take(INI_BYTES_MAX + 1).read_to_string(&mut text).or_invalid("config.ini", what)?;
    if text.len() as u64 > INI_BYTES_MAX {
        return Err(
            Error::invalid("config.ini", what()).cause(format!("it is larger than {INI_BYTES_MAX} bytes"))
        );
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Value {
        json!({
            "x-gyre-ini-section": "provider",
            "additionalProperties": false,
            "properties": { "a": { "type": "integer" }, "b": { "type": "integer" } },
        })
    }

    fn resolved(directory: &Path, text: &str, machine: Value) -> Result<Effective> {
        let config = gyre_core::config::Config::parse(text, directory)?;
        let defaults = Entry::of_plugin("p", &config.plugin["p"]);
        let entry = Entry::of_endpoint("[source.s]".into(), &config.source["s"]);
        let schema = schema();
        Stack::new(&config.file, &schema, &defaults, &entry)?.resolve(machine.as_object().unwrap())
    }

    #[test]
    fn every_place_is_read_and_named() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("site.conf"), "[provider]\na = 1\nb = 1").unwrap();
        std::fs::write(directory.path().join("own.conf"), "[provider]\na = 3").unwrap();
        let text = "[plugin.p]\ncomponent = 'p'\nini = 'site.conf'\nconfig.a = 2\n[source.s]\nplugin = 'p'\nini = 'own.conf'\nconfig.a = 4";
        let value = |text: &str, machine| resolved(directory.path(), text, machine).unwrap();
        let a = |effective: &Effective| (effective.options["a"].clone(), effective.places["a"].join(" "));
        let own = directory.path().join("own.conf");
        assert_eq!(a(&value(text, json!({ "a": 5 }))), (json!(5), "the options of this machine".into()));
        assert_eq!(a(&value(text, json!({}))), (json!(4), "gyre.toml: [source.s.config]".into()));
        let text = text.replace("config.a = 4", "");
        assert_eq!(a(&value(&text, json!({}))), (json!(3), format!("{}, line 2", own.display())));
        let text = text.replace("ini = 'own.conf'", "");
        assert_eq!(a(&value(&text, json!({}))), (json!(2), "gyre.toml: [plugin.p.config]".into()));
        let last = value(&text.replace("config.a = 2", ""), json!({}));
        assert_eq!((last.options["a"].clone(), last.options["b"].clone()), (json!(1), json!(1)));
    }

    #[test]
    fn a_login_is_said_to_be_from_where_it_was_found() {
        let text = "[plugin.p]\ncomponent = 'p'\n[source.s]\nplugin = 'p'\ncloud = 'c'\nconfig.a = 4";
        let mut config = gyre_core::config::Config::parse(text, Path::new("/")).unwrap();
        let auth = toml::Table::from_iter([("username".to_owned(), "u".into())]);
        let from = "the cloud \"c\" of clouds.yaml".to_owned();
        config.source.get_mut("s").unwrap().login = Some(Login { auth, from: from.clone() });
        let defaults = Entry::of_plugin("p", &config.plugin["p"]);
        let entry = Entry::of_endpoint("[source.s]".into(), &config.source["s"]);
        let schema = json!({ "properties": { "a": {}, "auth": { "type": "object" } } });
        let stack = Stack::new(&config.file, &schema, &defaults, &entry).unwrap();
        let effective = stack.resolve(&Map::new()).unwrap();
        assert_eq!(effective.options["auth"], json!({ "username": "u" }));
        assert_eq!((&effective.places["auth"], &effective.places["a"][0][..4]), (&vec![from], "gyre"));
    }

    #[test]
    fn who_looks_may_have_to_set_the_rest_yet() {
        let config = "[plugin.p]\ncomponent = 'p'\n[source.s]\nplugin = 'p'\nconfig.a = 4";
        let config = gyre_core::config::Config::parse(config, Path::new("/")).unwrap();
        let defaults = Entry::of_plugin("p", &config.plugin["p"]);
        let entry = Entry::of_endpoint("[source.s]".into(), &config.source["s"]);
        let mut schema = schema();
        schema["required"] = json!(["b"]);
        let stack = || Stack::new(&config.file, &schema, &defaults, &entry).unwrap();
        assert_eq!(stack().resolve(&Map::new()).unwrap_err().causes, ["b is missing"]);
        assert_eq!(stack().overlay(&Map::new()).unwrap().options["a"], 4);
        let wrong = Map::from_iter([("c".to_owned(), json!(1))]);
        assert_eq!(stack().overlay(&wrong).unwrap_err().code, "config.option");
    }

    #[test]
    fn a_file_that_cannot_be_read_is_named() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("big.conf"), vec![b'#'; INI_BYTES_MAX as usize + 1]).unwrap();
        std::fs::write(directory.path().join("bytes.conf"), b"[provider]\na = \xff").unwrap();
        for name in ["none.conf", "big.conf", "bytes.conf", "."] {
            let text = format!("[plugin.p]\ncomponent = 'p'\n[source.s]\nplugin = 'p'\nini = '{name}'");
            let error = resolved(directory.path(), &text, json!({})).unwrap_err();
            assert_eq!(error.code, "config.ini");
            assert!(error.to_string().contains("[source.s] names it"), "{error}");
        }
    }

    #[test]
    fn what_is_given_for_a_machine_is_put_together() {
        let given = |options: Value| ("web.json".to_owned(), options.as_object().unwrap().clone());
        let all = [given(json!({ "a": 1, "b": 1 })), given(json!({ "b": 2 }))];
        let options = environment("[destination.d]", &schema(), &all).unwrap();
        assert_eq!(Value::Object(options), json!({ "a": 1, "b": 2 }));
        let error = environment("[destination.d]", &schema(), &[given(json!({ "c": 1 }))]).unwrap_err();
        assert_eq!(error.causes, ["web.json: unknown option c; did you mean a?"]);
    }
}
