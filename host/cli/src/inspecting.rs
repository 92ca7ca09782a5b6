//! `gyre plugin`: what plugins are, what they import, and what this configuration grants them.

use crate::answer::Answer;
use crate::app::App;
use crate::endpoints::Plugins;
use crate::show::{Table, clean};
use crate::{bench, place, standing};
use gyre_core::config::{Config, Grants, Limits, Plugin, Wasi};
use gyre_core::{Error, Result};
use gyre_grants::{About, Inspection, Status};
use gyre_trust::Standing;
use serde_json::{Value, json};
use std::path::Path;

/// Characters of an option's description that are shown.
const ABOUT_CHARS_MAX: usize = 100;
/// What to do where a file does not say who it is.
const ASK: &str = "--run asks the component itself, in an empty sandbox";

/// A line per plugin. A broken one does not hide the others.
///
/// # Errors
/// None: those of plugins are in the answer.
pub async fn list(app: &App) -> Result<Answer> {
    let mut table = Table::new(&["name", "kind", "version", "about", "used by"]);
    let (mut rows, mut broken) = (Vec::new(), None);
    for name in app.config.plugin.keys() {
        let users = users(app, name);
        match app.plugins.inspect(name).await {
            Ok((found, standing)) => {
                let (version, about) = about(&found);
                let why_not = standing.refused.as_ref().map(|error| error.message.clone());
                let about = why_not.as_deref().unwrap_or(about);
                table.row([name, &found.role.to_string(), version, about, &users.join(", ")]);
                broken = broken.or_else(|| standing.refused.clone());
                rows.push(json!({"name": name, "inspection": found, "standing": standing, "used-by": users}));
            }
            Err(error) => {
                table.row([name, "broken", "", &error.to_string(), &users.join(", ")]);
                rows.push(json!({"name": name, "error": error, "used-by": users}));
                broken = broken.or(Some(error));
            }
        }
    }
    let text = if rows.is_empty() { "no plugins are configured\n".into() } else { table.text() };
    Ok(Answer::new(json!({ "plugins": rows }), text).with_error(broken))
}

fn about(found: &Inspection) -> (&str, &str) {
    let none = ("?", "imports what this host does not lend: see gyre plugin inspect");
    found.description.as_ref().map_or(none, |about| (about.version.as_str(), about.summary.as_str()))
}

/// The entries of the configuration that name a plugin.
fn users(app: &App, plugin: &str) -> Vec<String> {
    let config = &app.config;
    let of = |table: &'static str, name: &String| format!("{table}.{name}");
    let sources =
        config.source.iter().filter(|(_, e)| e.plugin == plugin).map(|(name, _)| of("source", name));
    let destinations = config
        .destination
        .iter()
        .filter(|(_, e)| e.plugin == plugin)
        .map(|(name, _)| of("destination", name));
    let morphers = config.osmorphing.iter().filter(|(name, m)| m.plugin.as_ref().unwrap_or(name) == plugin);
    sources.chain(destinations).chain(morphers.map(|(name, _)| of("osmorphing", name))).collect()
}

/// Everything about one plugin, or about all. Nothing of theirs runs unless `run` asks for it. A file needs no
/// configuration.
///
/// # Errors
/// `config.*`, `plugin.*`, `sandbox.*`.
pub async fn inspect(config: Option<&Path>, name: Option<&str>, run: bool) -> Result<Answer> {
    let config = if name.is_some() { place::config_if_any(config)? } else { place::config(config)? };
    let site = Site { plugins: bench::plugins(&config, config.clone())?, config, run };
    match name {
        Some(name) => site.one(name).await,
        None => site.all().await,
    }
}

/// What plugins are inspected with.
struct Site {
    config: Config,
    plugins: Plugins,
    /// Whether they are asked who they are.
    run: bool,
}

impl Site {
    async fn all(&self) -> Result<Answer> {
        let (mut all, mut text, mut broken) = (Vec::new(), String::new(), None);
        for name in self.config.plugin.keys() {
            match self.one(name).await {
                Ok(answer) => {
                    broken = broken.or(answer.error);
                    all.push(answer.json);
                    text += &format!("{}\n", answer.text);
                }
                Err(error) => {
                    text += &format!("{name}: {}\n\n", clean(&error.to_string()));
                    all.push(json!({ "name": name, "error": error }));
                    broken = broken.or(Some(error));
                }
            }
        }
        Ok(Answer::new(json!({ "plugins": all }), text).with_error(broken))
    }

    async fn one(&self, name: &str) -> Result<Answer> {
        let path = Path::new(name);
        let ((found, standing), configured) = match self.config.plugin.get(name) {
            None if path.is_file() => (self.of_file(path).await?, unconfigured(path)),
            Some(configured) => (self.of_plugin(name).await?, configured.clone()),
            None => {
                let what = self.config.lacks(&format!("[plugin.{name}], and there is no such file"));
                return Err(Error::invalid("config.unknown-plugin", what));
            }
        };
        let text = page(name, &found, &standing, &configured);
        let json = json!({
            "name": name, "component": configured.component, "inspection": found, "standing": standing,
            "grants": configured.grant, "limits": configured.limit,
        });
        let error = unlinked(name, &found, &configured).or(standing.refused);
        Ok(Answer::new(json, text).with_error(error))
    }

    async fn of_file(&self, path: &Path) -> Result<(Inspection, Standing)> {
        if self.run { self.plugins.inspect_file(path).await } else { self.plugins.look_at_file(path).await }
    }

    async fn of_plugin(&self, name: &str) -> Result<(Inspection, Standing)> {
        if self.run { self.plugins.inspect(name).await } else { self.plugins.look(name).await }
    }
}

/// What keeps its imports from being linked.
fn unlinked(name: &str, found: &Inspection, configured: &Plugin) -> Option<Error> {
    let unknown: Vec<_> =
        found.imports.iter().filter(|i| !is_linked(i.status, configured)).map(|i| i.name.as_str()).collect();
    if unknown.is_empty() {
        return None;
    }
    let error = Error::invalid("plugin.link", format!("plugin {name} imports what this host does not lend"));
    Some(unknown.iter().fold(error, |error, import| error.cause(import)))
}

/// A component that nobody configured: granted nothing; nobody said yet whether it gets inert WASI.
fn unconfigured(component: &Path) -> Plugin {
    Plugin {
        component: component.to_owned(),
        sha256: None,
        wasi: Some(Wasi::Inert),
        grant: Grants::default(),
        limit: Limits::default(),
        ini: None,
        config: toml::Table::new(),
    }
}

/// WASI only where the configuration says so.
fn is_linked(status: Status, configured: &Plugin) -> bool {
    status == Status::Provided || (status == Status::Inert && configured.wasi.is_some())
}

fn page(name: &str, found: &Inspection, standing: &Standing, configured: &Plugin) -> String {
    let (version, summary) = found
        .description
        .as_ref()
        .map_or(("?", "it does not say who it is"), |about| (about.version.as_str(), about.summary.as_str()));
    let mut head = Table::pairs();
    head.row(["component", &configured.component.display().to_string()]);
    head.row(["sha256", &found.sha256]);
    standing::rows(&mut head, standing);
    head.row(["exports", &found.exports.join(", ")]);
    head.row(["said by", &who_said(found)]);
    format!(
        "{name} {} ({} plugin): {}\n{}\nimports\n{}\ngrants\n{}\nlimits\n{}\noptions\n{}",
        clean(version),
        found.role,
        clean(summary),
        head.text(),
        imports(found),
        grants(&configured.grant),
        limits(configured),
        found.description.as_ref().map_or("  not known\n".into(), |about| options(&about.config_schema)),
    )
}

/// Where version, summary and options come from, or why there are none.
fn who_said(found: &Inspection) -> String {
    match (&found.about, found.asked) {
        (About::Says(said), true) if Some(said) != found.description.as_ref() => {
            "itself, when it was run; ITS FILE SAYS SOMETHING ELSE".into()
        }
        (_, true) => "itself, when it was run".into(),
        (About::Says(_), false) => "its file; nothing of it ran".into(),
        (About::Missing, false) => format!("nobody: its file has no section gyre:about; {ASK}"),
        (About::Unreadable(error), false) => {
            let why = error.causes.first().map_or(error.message.as_str(), String::as_str);
            format!("nobody: the section gyre:about of its file cannot be read: {why}; {ASK}")
        }
    }
}

fn imports(found: &Inspection) -> String {
    let mut table = Table::pairs();
    for import in &found.imports {
        let status = match import.status {
            Status::Provided => "provided",
            Status::Unknown => "NOT LENT",
            Status::UnknownVersion => "UNKNOWN VERSION",
            Status::Inert => "inert",
        };
        table.row(["", &import.name, status, import.meaning]);
    }
    table.text()
}

/// What a plugin is granted, a line each.
pub fn grants(grants: &Grants) -> String {
    let mut table = Table::pairs();
    for disk in &grants.disk {
        table.row([
            "",
            "disk",
            &disk.path().display().to_string(),
            if disk.write() { "read and write" } else { "read" },
        ]);
    }
    grants.nbd.iter().for_each(|export| table.row(["", "nbd", export, "read"]));
    grants.http.iter().for_each(|pattern| table.row(["", "http", pattern, ""]));
    grants.ssh.iter().for_each(|pattern| table.row(["", "ssh", pattern, ""]));
    for secret in &grants.secret {
        let how = if secret.reveal() { "may be seen by the plugin" } else { "used by the host, never seen" };
        table.row(["", "secret", secret.name(), how]);
    }
    if grants.local_addresses {
        table.row(["", "local addresses", "loopback and link-local", ""]);
    }
    let text = table.text();
    if text.is_empty() { "  nothing\n".into() } else { text }
}

fn limits(configured: &Plugin) -> String {
    let limit = &configured.limit;
    format!(
        "  memory {} MiB · call {} ms of computing, {} ms in all · {} handles · {} log lines · {} MiB per call · {} readers of a disk\n",
        limit.memory_mib,
        limit.call_ms,
        limit.call_wall_ms,
        limit.handles,
        limit.log_lines,
        limit.payload_mib,
        limit.readers
    )
}

/// The options of a JSON Schema: names, types, first sentences.
fn options(schema: &Value) -> String {
    let mut table = Table::pairs();
    let required: Vec<_> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    for (name, option) in schema["properties"].as_object().into_iter().flatten() {
        let about = option["description"].as_str().unwrap_or_default();
        let about = shortened(about);
        let needed = if required.contains(&name.as_str()) { "required" } else { "" };
        table.row(["", name, &kind_of(option), needed, &about]);
    }
    let text = table.text();
    if text.is_empty() { "  none\n".into() } else { text }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(ABOUT_CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

fn kind_of(option: &Value) -> String {
    match &option["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => {
            let kinds: Vec<_> =
                kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null").collect();
            kinds.join(" or ")
        }
        _ => "object".into(),
    }
}

#[cfg(test)]
mod tests;
