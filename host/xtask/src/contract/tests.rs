//! Each rule against the smallest change that breaks it, and additions that break none; over a small contract that has one
//! of everything.

use super::compare::{Broken, comments, compare};
use super::rules::Rule;
use super::shape::Contract;
use crate::run::root;
use wit_parser::Resolve;

/// `roles` is exported by plugins, `things` imported.
const BASE: &str = r"
package t:host@0.1.0;
interface things {
    enum color { red, green }
    record pair { a: u32, b: option<string> }
    variant kind { none, some(u32) }
    flags access { read, write }
    type name = string;
    resource disk { open: static func(name: name) -> result<disk, color>; size: func() -> u64; }
    ping: func(pair: pair, kind: kind) -> access;
    @since(version = 0.1.0)
    gated: func();
}
interface other { quiet: func(); }
interface words { record word { text: string } }
interface roles {
    use things.{disk};
    record answer { ok: bool }
    run: func(disk: borrow<disk>) -> answer;
}
world plugin {
    import things;
    export roles;
}
";

fn read(text: &str) -> anyhow::Result<Contract> {
    let mut resolve = Resolve::default();
    let package = resolve.push_str("t.wit", text)?;
    Contract::of(&resolve, package)
}

/// The contract with each of these texts in the place of the other.
fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(BASE.to_owned(), |text, (from, to)| {
        assert_eq!(text.matches(from).count(), 1, "{from} is not there once");
        text.replace(from, to)
    })
}

fn held(changes: &[(&str, &str)]) -> Vec<Broken> {
    compare(&read(BASE).unwrap(), &read(&changed(changes)).unwrap())
}

/// The rule, the item and a part of what is said of it, and the change that breaks it: texts and what takes their places.
type Refused = (Rule, &'static str, &'static str, &'static [(&'static str, &'static str)]);

/// The version with an addition.
const NEXT: (&str, &str) = ("t:host@0.1.0", "t:host@0.1.1");

#[test]
#[rustfmt::skip] // a table: one change, one line
fn each_rule_refuses_the_smallest_change_that_breaks_it() {
    use Rule::*;
    let table: &[Refused] = &[
        (VersionBack, "the contract", "0.0.9", &[("t:host@0.1.0", "t:host@0.0.9"), ("@since(version = 0.1.0)", "")]),
        (InterfaceRemoved, "t:host/other", "gone", &[("interface other { quiet: func(); }", "")]),
        (InterfaceRemoved, "t:host/other", "gone", &[("interface other", "@unstable(feature = x) interface other")]),
        (FunctionRemoved, "t:host/things#ping", "gone", &[("ping: func", "pong: func")]),
        (FunctionRemoved, "t:host/things#gated", "gone", &[("@since(version = 0.1.0)", "@unstable(feature = x)")]),
        (FunctionRemoved, "t:host/things#[method]disk.size", "gone", &[("size: func() -> u64;", "")]),
        (FunctionRemoved, "t:host/roles#run", "gone", &[("run: func", "go: func")]),
        (FunctionChanged, "t:host/things#ping", "-> u8", &[("kind: kind) -> access", "kind: kind) -> u8")]),
        (FunctionChanged, "t:host/things#ping", "is `func()", &[("ping: func(pair: pair, kind: kind)", "ping: func()")]),
        (FunctionChanged, "t:host/things#ping", "p: ", &[("ping: func(pair:", "ping: func(p:")]),
        (FunctionChanged, "t:host/things#gated", "async func", &[("gated: func", "gated: async func")]),
        (FunctionChanged, "t:host/things#[method]disk.size", "u32", &[("size: func() -> u64", "size: func() -> u32")]),
        (FunctionChanged, "t:host/roles#run", "disk: t:host/things.disk)", &[("disk: borrow<disk>", "disk: disk")]),
        (TypeRemoved, "t:host/things#name", "gone", &[("type name = string;", ""), ("func(name: name)", "func(name: string)")]),
        (TypeRemoved, "t:host/words#word", "gone", &[("record word { text: string }", "use things.{pair};")]),
        (TypeChanged, "t:host/things#name", "list<", &[("type name = string", "type name = list<u8>")]),
        (TypeChanged, "t:host/things#color", "enum and is a flags", &[("enum color", "flags color")]),
        (RecordChanged, "t:host/things#pair", "`b` is gone", &[("a: u32, b: option<string>", "a: u32")]),
        (RecordChanged, "t:host/things#pair", "`c` is new", &[("b: option<string>", "b: option<string>, c: bool")]),
        (RecordChanged, "t:host/things#pair", "`a` was `u32` and is `u64`", &[("a: u32", "a: u64")]),
        (RecordChanged, "t:host/things#pair", "order", &[("a: u32, b: option<string>", "b: option<string>, a: u32")]),
        (RecordChanged, "t:host/words#word", "`text` is gone", &[("text: string", "texts: string")]),
        (RecordChanged, "t:host/roles#answer", "`more` is new", &[("ok: bool", "ok: bool, more: bool")]),
        (VariantChanged, "t:host/things#kind", "`some` is gone", &[("none, some(u32)", "none")]),
        (VariantChanged, "t:host/things#kind", "`many` is new", &[("some(u32)", "some(u32), many")]),
        (VariantChanged, "t:host/things#kind", "and is `string`", &[("some(u32)", "some(string)")]),
        (VariantChanged, "t:host/things#kind", "order", &[("none, some(u32)", "some(u32), none")]),
        (EnumChanged, "t:host/things#color", "`green` is gone", &[("red, green", "red")]),
        (EnumChanged, "t:host/things#color", "`blue` is new", &[("red, green", "red, green, blue")]),
        (EnumChanged, "t:host/things#color", "order", &[("red, green", "green, red")]),
        (FlagsChanged, "t:host/things#access", "`write` is gone", &[("read, write", "read")]),
        (FlagsChanged, "t:host/things#access", "`trim` is new", &[("read, write", "read, write, trim")]),
        (FlagsChanged, "t:host/things#access", "order", &[("read, write", "write, read")]),
        (ExportClosed, "t:host/roles#more", "do not have it", &[NEXT, ("run: func", "@since(version = 0.1.1) more: func(); run: func")]),
        (ExportClosed, "t:host/roles#word", "do not have it", &[NEXT, ("run: func", "@since(version = 0.1.1) record word { a: bool } run: func")]),
        (WorldRemoved, "world plugin", "gone", &[("world plugin", "world plugins")]),
        (ImportRemoved, "world plugin: import t:host/things", "gone", &[("import things;", ""), ("use things.{disk};", "resource disk;")]),
        (ExportRemoved, "world plugin: export t:host/roles", "gone", &[("export roles;", "")]),
        (ExportAdded, "world plugin: export t:host/other", "a new one", &[NEXT, ("export roles;", "export roles; @since(version = 0.1.1) export other;")]),
        (Ungated, "t:host/other#loud", "@since", &[("quiet: func();", "quiet: func(); loud: func();")]),
        (Ungated, "t:host/more", "@since", &[("interface words", "interface more { a: func(); } interface words")]),
        (Ungated, "world second", "@since", &[("world plugin", "world second { } world plugin")]),
        (Ungated, "t:host/things#[method]disk.read", "@since", &[("size: func() -> u64;", "size: func() -> u64; read: func();")]),
        (Ungated, "world plugin: import t:host/other", "@since", &[("import things;", "import things; import other;")]),
        (GateEarly, "t:host/other#loud", "since 0.1.0", &[("quiet: func();", "quiet: func(); @since(version = 0.1.0) loud: func();")]),
        (GateChanged, "t:host/things#gated", "since 0.1.1", &[NEXT, ("@since(version = 0.1.0)", "@since(version = 0.1.1)")]),
        (GateChanged, "t:host/things#gated", "from the beginning", &[("@since(version = 0.1.0)", "")]),
        (GateChanged, "t:host/words", "since 0.1.1", &[NEXT, ("interface words", "@since(version = 0.1.1) interface words")]),
    ];
    for (rule, item, what, changes) in table {
        let broken = held(changes);
        let said = broken.iter().any(|it| it.rule == *rule && it.item == *item && it.what.contains(what));
        assert!(said, "{rule:?} {item} {what}: {broken:#?}");
    }
    for rule in Rule::ALL.iter().filter(|rule| **rule != OneVersion) {
        assert!(table.iter().any(|(tried, ..)| tried == rule), "{rule:?} has no change that breaks it");
    }
}

#[test]
fn packages_of_two_versions_are_refused() {
    let mut resolve = Resolve::default();
    resolve.push_str("a.wit", "package t:other@0.1.3; interface a { }").unwrap();
    let package = resolve.push_str("t.wit", BASE).unwrap();
    let now = Contract::of(&resolve, package).unwrap();
    let broken = compare(&read(BASE).unwrap(), &now);
    assert!(
        broken.iter().any(|it| it.rule == Rule::OneVersion && it.what.contains("0.1.0, 0.1.3")),
        "{broken:?}"
    );
}

#[test]
fn additions_that_say_since_when_are_let_pass() {
    for changes in [
        &[][..],
        &[NEXT],
        &[NEXT, ("quiet: func();", "quiet: func(); @since(version = 0.1.1) loud: func();")],
        &[NEXT, ("quiet: func();", "quiet: func(); @since(version = 0.1.1) record r { a: u8 }")],
        &[NEXT, ("size: func() -> u64;", "size: func() -> u64; @since(version = 0.1.1) read: func();")],
        &[
            NEXT,
            (
                "quiet: func();",
                "quiet: func(); @since(version = 0.1.1) resource r { open: static func() -> r; }",
            ),
        ],
        &[NEXT, ("interface words", "@since(version = 0.1.1) interface more { a: func(); } interface words")],
        &[
            NEXT,
            ("interface words", "@since(version = 0.1.1) interface more { a: func(); } interface words"),
            ("import things;", "import things; import more;"),
        ],
        &[NEXT, ("import things;", "import things; @since(version = 0.1.1) import other;")],
        &[("import things;", "import things; import words;")],
        &[NEXT, ("world plugin", "@since(version = 0.1.1) world second { export other; } world plugin")],
        &[("quiet: func();", "quiet: func(); @unstable(feature = x) loud: func();")],
        &[("interface words", "@unstable(feature = x) interface more { a: func(); } interface words")],
        &[("interface words", "@since(version = 0.1.0) interface words")],
        &[("@since(version = 0.1.0)", "@since(version = 0.1.0) @deprecated(version = 0.1.0)")],
        &[("interface words", "/// Said more clearly.\ninterface words")],
    ] {
        assert_eq!(held(changes), [], "{changes:?}");
    }
}

#[test]
fn comments_that_changed_are_named() {
    let now = changed(&[
        ("interface words", "/// New.\ninterface words"),
        ("a: u32,", "/// New.\na: u32,"),
        ("ping: func", "/// New.\nping: func"),
    ]);
    let items = comments(&read(BASE).unwrap(), &read(&now).unwrap());
    assert_eq!(items, ["t:host/things#pair", "t:host/things#ping", "t:host/words"]);
}

#[test]
fn versions_are_kept_under_their_names() {
    let version = |text: &str| {
        read(&BASE.replace("@0.1.0;", text).replace("@since(version = 0.1.0)", "")).unwrap().version
    };
    for (text, directory) in
        [("@0.1.0;", "v0.1"), ("@0.1.4;", "v0.1.4"), ("@1.0.0;", "v1.0"), ("@1.2.3;", "v1.2.3")]
    {
        assert_eq!(version(text).directory(), directory);
    }
    assert!(version("@0.1.9;").is_of_earlier_track(version("@0.2.0;")));
    assert!(version("@0.9.0;").is_of_earlier_track(version("@1.0.0;")));
    assert!(!version("@1.0.0;").is_of_earlier_track(version("@1.9.0;")));
    assert!(!version("@0.2.0;").is_of_earlier_track(version("@0.1.0;")));
}

#[test]
fn every_rule_stands_in_the_document_and_no_other() {
    let text = std::fs::read_to_string(root().join("wit/VERSIONING.md")).unwrap();
    let documented: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` |").map(|(id, _)| id))
        .collect();
    assert_eq!(documented, Rule::ALL.map(Rule::id));
}

#[test]
fn the_contract_is_held_against_itself() {
    super::check().unwrap();
}
