//! One contract held against an older one of its track: what was there must be there unchanged, what is new must say since
//! when, and nothing may be asked of plugins that were built before. Knows no file.

use super::rules::Rule;
use super::shape::{Contract, Gate, Interface, Item, Member, Version, What, World};
use std::collections::BTreeMap;

/// A rule that is broken, by which item, and how.
#[derive(Debug, PartialEq, Eq)]
pub struct Broken {
    pub rule: Rule,
    /// `gyre:host/http#[method]endpoint.send`.
    pub item: String,
    pub what: String,
}

/// What `now` breaks of `old`.
pub fn compare(old: &Contract, now: &Contract) -> Vec<Broken> {
    let mut judge = Judge { old: old.version, broken: Vec::new() };
    judge.versions(now);
    let exported = old.exported();
    for (name, interface) in &old.interfaces {
        match now.interfaces.get(name) {
            Some(found) => judge.interface(name, interface, found, exported.contains(name.as_str())),
            None => judge.gone(Rule::InterfaceRemoved, name),
        }
    }
    for (name, interface) in now.interfaces.iter().filter(|(name, _)| !old.interfaces.contains_key(*name)) {
        judge.addition(name, interface.gate);
    }
    for (name, world) in &old.worlds {
        match now.worlds.get(name) {
            Some(found) => judge.world(name, world, found, old, now),
            None => judge.gone(Rule::WorldRemoved, &format!("world {name}")),
        }
    }
    for (name, world) in now.worlds.iter().filter(|(name, _)| !old.worlds.contains_key(*name)) {
        judge.addition(&format!("world {name}"), world.gate);
    }
    judge.broken
}

/// Items of both whose comments differ.
pub fn comments(old: &Contract, now: &Contract) -> Vec<String> {
    let mut items = Vec::new();
    for (name, interface) in &old.interfaces {
        let Some(found) = now.interfaces.get(name) else { continue };
        if interface.docs != found.docs {
            items.push(name.clone());
        }
        let differs =
            |(item, old): &(&String, &Item)| found.items.get(*item).is_some_and(|now| now.docs != old.docs);
        items.extend(interface.items.iter().filter(differs).map(|(item, _)| format!("{name}#{item}")));
    }
    items
}

struct Judge {
    old: Version,
    broken: Vec<Broken>,
}

impl Judge {
    fn say(&mut self, rule: Rule, item: &str, what: impl Into<String>) {
        self.broken.push(Broken { rule, item: item.into(), what: what.into() });
    }

    fn gone(&mut self, rule: Rule, item: &str) {
        self.say(rule, item, "it is gone, or became `@unstable`");
    }

    fn versions(&mut self, now: &Contract) {
        if now.versions.len() > 1 {
            let all: Vec<_> = now.versions.iter().map(ToString::to_string).collect();
            self.say(
                Rule::OneVersion,
                "the packages",
                format!("they have several versions: {}", all.join(", ")),
            );
        }
        if now.version < self.old {
            let what = format!("its version {} is lower than {}", now.version, self.old);
            self.say(Rule::VersionBack, "the contract", what);
        }
    }

    /// Something that was not there.
    fn addition(&mut self, item: &str, gate: Gate) {
        match gate {
            None => self.say(Rule::Ungated, item, "it is new, and does not say `@since(version = …)`"),
            Some(since) if since <= self.old => {
                let what =
                    format!("it says that it is there since {since}, and {} does not have it", self.old);
                self.say(Rule::GateEarly, item, what);
            }
            Some(_) => {}
        }
    }

    /// Something that was there.
    fn kept_gate(&mut self, item: &str, old: Gate, now: Gate) {
        let told = |gate: Gate| {
            gate.map_or_else(|| "from the beginning on".into(), |since| format!("since {since}"))
        };
        let more_exact = old.is_none() && now.is_some_and(|since| since <= self.old);
        if old != now && !more_exact {
            let what = format!("it was there {}, and says that it is there {}", told(old), told(now));
            self.say(Rule::GateChanged, item, what);
        }
    }

    fn interface(&mut self, name: &str, old: &Interface, now: &Interface, exported: bool) {
        self.kept_gate(name, old.gate, now.gate);
        for (key, item) in &old.items {
            let at = format!("{name}#{key}");
            match (now.items.get(key), &item.what) {
                (Some(found), _) => self.item(&at, item, found),
                (None, What::Function { .. }) => self.gone(Rule::FunctionRemoved, &at),
                (None, What::Type { .. }) => self.gone(Rule::TypeRemoved, &at),
            }
        }
        for (key, item) in now.items.iter().filter(|(key, _)| !old.items.contains_key(*key)) {
            let at = format!("{name}#{key}");
            if exported {
                let what = "it is new in an interface that plugins export: those that exist do not have it";
                self.say(Rule::ExportClosed, &at, what);
            } else if !comes_with_its_resource(item, old) {
                self.addition(&at, item.gate);
            }
        }
    }

    fn item(&mut self, at: &str, old: &Item, now: &Item) {
        self.kept_gate(at, old.gate, now.gate);
        match (&old.what, &now.what) {
            (What::Function { signature: old, .. }, What::Function { signature: now, .. }) => {
                if old != now {
                    self.say(Rule::FunctionChanged, at, format!("it was `{old}` and is `{now}`"));
                }
            }
            (What::Type { kind: old_kind, members: old }, What::Type { kind, members: now }) => {
                if old_kind != kind {
                    self.say(Rule::TypeChanged, at, format!("it was a {old_kind} and is a {kind}"));
                } else if let Some(what) = difference(old, now) {
                    self.say(of_kind(kind), at, what);
                }
            }
            (What::Function { .. }, _) => self.gone(Rule::FunctionRemoved, at),
            (What::Type { .. }, _) => self.gone(Rule::TypeRemoved, at),
        }
    }

    fn world(&mut self, name: &str, old: &World, now: &World, was: &Contract, is: &Contract) {
        self.kept_gate(&format!("world {name}"), old.gate, now.gate);
        let mut missing = |old: &BTreeMap<String, Gate>, now: &BTreeMap<String, Gate>, rule, word| {
            for interface in old.keys().filter(|interface| !now.contains_key(*interface)) {
                self.gone(rule, &format!("world {name}: {word} {interface}"));
            }
        };
        missing(&old.imports, &now.imports, Rule::ImportRemoved, "import");
        missing(&old.exports, &now.exports, Rule::ExportRemoved, "export");
        for interface in now.exports.keys().filter(|interface| !old.exports.contains_key(*interface)) {
            let what = "it is asked of plugins that do not have it: put it into no world, or into a new one";
            self.say(Rule::ExportAdded, &format!("world {name}: export {interface}"), what);
        }
        for (interface, gate) in
            now.imports.iter().filter(|(interface, _)| !old.imports.contains_key(*interface))
        {
            let is_new = !was.interfaces.contains_key(interface);
            let gives_nothing = is.interfaces.get(interface).is_some_and(Interface::is_of_types_alone);
            if !is_new && !gives_nothing {
                self.addition(&format!("world {name}: import {interface}"), *gate);
            }
        }
    }
}

/// A method of a resource that is new itself says since when with it.
fn comes_with_its_resource(item: &Item, old: &Interface) -> bool {
    let What::Function { resource: Some(resource), .. } = &item.what else { return false };
    !old.items.contains_key(resource)
}

fn of_kind(kind: &str) -> Rule {
    match kind {
        "record" => Rule::RecordChanged,
        "variant" => Rule::VariantChanged,
        "enum" => Rule::EnumChanged,
        "flags" => Rule::FlagsChanged,
        _ => Rule::TypeChanged,
    }
}

/// The first difference of two lists of fields or cases, in words; their order counts.
fn difference(old: &[Member], now: &[Member]) -> Option<String> {
    let find = |all: &[Member], name: &str| all.iter().find(|(other, _)| other == name).cloned();
    for (name, ty) in old {
        match find(now, name) {
            None => return Some(format!("`{name}` is gone")),
            Some((_, other)) if other != *ty => {
                let of = if name.is_empty() { "it".to_owned() } else { format!("`{name}`") };
                return Some(format!("{of} was `{ty}` and is `{other}`"));
            }
            Some(_) => {}
        }
    }
    let added = now.iter().find(|(name, _)| find(old, name).is_none());
    match added {
        Some((name, _)) => Some(format!("`{name}` is new")),
        None => (old != now).then(|| "the order is another".into()),
    }
}
