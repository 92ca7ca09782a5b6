//! What the authors of plugins are told: the line that allows what was refused, the line that raises the limit that was
//! met, both versions of an interface that does not fit, and the functions that a trap went through.

use crate::attempt;
use crate::ground::{CANARIES, Ground, Vault};
use crate::table::How::{self, *};
use crate::world;
use gyre_core::config::Config;
use gyre_core::{Error, Result};
use std::path::Path;
use std::sync::Arc;

/// Refusals in a row of one attempt: to use a secret and to see it are two.
const REFUSALS_MAX: usize = 3;

/// The line that an error tells to write below `[plugin.it]`.
fn line(error: &Error) -> &str {
    let told = error.causes.iter().find_map(|cause| cause.split_once("write in gyre.toml: [plugin.it] "));
    told.unwrap_or_else(|| panic!("no line is told: {error}")).1
}

/// The table with the line in it, in place of what it had under that name.
fn with(table: &str, line: &str) -> String {
    let name = |line: &str| line.split([' ', '.']).take(2).collect::<Vec<_>>().join(".");
    let kept = table.lines().filter(|old| name(old) != name(line));
    kept.chain([line]).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_refusal_tells_the_line_that_allows_it() {
    let ground = Ground::new(Arc::default());
    let files = "grant.disk = ['{dir}']";
    let bound = "grant.http = ['http://127.0.0.1:{granted}']\ngrant.secret = [{ name = 'own', to = ['http://127.0.0.1:1'] }]";
    let cases: [(How, &str, &str); 12] = [
        (Source("open", "{out}/secret", ""), "", CANARIES[0]),
        (Source("open", "{dir}/hard", ""), files, CANARIES[0]),
        (Source("open", "{dir}/link", ""), files, CANARIES[0]),
        (Source("open-to-write", "{dir}/disk", ""), files, "opened"),
        (Source("visit", "http://127.0.0.1:{granted}", ""), "", "200 GET / HTTP/1.1"),
        (
            Source("visit", "http://127.0.0.1:{redirect}", ""),
            "grant.http = ['http://127.0.0.1:{granted}']",
            "200",
        ),
        (Source("visit", "http://localhost:{granted}", ""), "", "200 GET / HTTP/1.1"),
        (Source("secret", "own", ""), "", "[secret own]"),
        (Source("send-secret", "http://127.0.0.1:{granted}", ""), bound, "x-auth-token: [secret own]"),
        (Source("login", "127.0.0.1", ""), "grant.secret = ['own']", "no host key is known"),
        (Worker("host", "localhost"), "", "Worker {"),
        (Worker("credential", "configured"), "", "Worker {"),
    ];
    for (how, table, then) in cases {
        let mut table = ground.placed(table);
        let mut refused = 0;
        let told = loop {
            match attempt(&ground, &how, &table).await {
                Err(error) if error.code.starts_with("grant.") && refused < REFUSALS_MAX => {
                    println!("{error}\n");
                    table = with(&table, line(&error));
                    refused += 1;
                }
                answer => break answer.unwrap_or_else(|error| error.to_string()),
            }
        };
        assert!(refused > 0 && told.contains(then), "after {refused} lines: {told}");
    }
}

#[tokio::test]
async fn every_limit_is_told_with_its_name_its_value_and_the_line_that_raises_it() {
    let ground = Ground::new(Arc::default());
    for (how, name, value, grant) in [
        (Morph("memory", "", ""), "memory-mib", 64, ""),
        (Source("spin", "", ""), "call-ms", 200, ""),
        (Source("sleep", "", ""), "call-wall-ms", 200, ""),
        (Source("disks", "{dir}/disk", ""), "handles", 10, "grant.disk = ['{dir}']"),
        (Source("lines", "", ""), "log-lines", 10, ""),
        (Source("answer", "", ""), "payload-mib", 4, ""),
    ] {
        let table = format!("limit.{name} = {value}\n{grant}");
        let error = attempt(&ground, &how, &table).await.unwrap_err();
        println!("{error}\n");
        assert!(error.message.contains(&format!("limit `{name}`")), "{error}");
        assert!(error.to_string().contains(&format!("its `{name}` is {value};")), "{error}");
        let text = format!("[plugin.it]\ncomponent = 'x'\n{}", line(&error));
        let limits = Config::parse(&text, Path::new("/")).unwrap().plugin["it"].limit.clone();
        assert_eq!(serde_json::to_value(&limits).unwrap()[name], 2 * value, "{}", line(&error));
    }
}

#[tokio::test]
async fn a_trap_tells_the_plugins_own_functions_and_its_last_lines() {
    let ground = Ground::new(Arc::default());
    let seen = "grant.secret = [{ name = 'own', reveal = true }]";
    let error = attempt(&ground, &Source("told", "own", "panic"), seen).await.unwrap_err();
    println!("{error}\n");
    let text = error.to_string();
    for part in [
        "was stopped in `check`: it panicked",
        "<hostile_source::Hostile as gyre_plugin::source::Source>::check < gyre:plugin/source@0.1.0#check",
        "its last log lines: panicked at ",
        "hostile-source/src/lib.rs",
        "it is [secret own]",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
    let error = attempt(&ground, &Morph("stack", "", ""), "").await.unwrap_err();
    assert!(error.to_string().contains("at hostile_morphing::fall < hostile_morphing::fall"), "{error}");
}

/// A source that imports an instance of this content, as it is refused.
fn refusal(import: &str, content: &str) -> Error {
    let state = tempfile::tempdir().unwrap();
    let component = world::assembled(
        state.path(),
        &format!(
            "(component (import \"{import}\" (instance {content})) (instance $none) (export \"gyre:plugin/source@0.1.0\" (instance $none)))"
        ),
    );
    let text = format!("[plugin.it]\ncomponent = {component:?}\n[source.it]\nplugin = 'it'");
    let refused = world::host(&text, state.path(), Arc::new(Vault))
        .and_then(|host| host.source("it", &world::job(Arc::new(world::Silent))).map(drop));
    let error = refused.unwrap_err();
    println!("{error}\n");
    error
}

#[test]
fn what_does_not_fit_is_told_with_both_versions_and_what_to_do() -> Result<()> {
    let frobnicate = "(export \"frobnicate\" (func))";
    for (import, content, code, parts) in [
        (
            "gyre:host/http@0.2.0",
            "",
            "plugin.version",
            ["at 0.2.0, this host speaks 0.1.0", "use a gyre that speaks 0.2.0"],
        ),
        (
            "gyre:host/http@0.0.9",
            "",
            "plugin.version",
            ["at 0.0.9, this host speaks 0.1.0", "use a build of the plugin for 0.1"],
        ),
        ("gyre:host/http", "", "plugin.version", ["at no version", "use a build of the plugin for 0.1.0"]),
        (
            "gyre:host/nbd@0.1.7",
            "",
            "plugin.import-unknown",
            ["gyre:host/nbd@0.1.7", "this gyre speaks 0.1.0"],
        ),
        (
            "wasi:cli/environment@0.2.12",
            "",
            "plugin.wasi",
            ["gyre links no WASI", "[plugin.it] wasi = \"inert\""],
        ),
    ] {
        let error = refusal(import, content);
        assert_eq!(error.code, code, "{error}");
        assert!(parts.iter().all(|part| error.to_string().contains(part)), "{error}");
    }
    // A later function of an interface that is there, which only the linker can know.
    let state = tempfile::tempdir().unwrap();
    let text = crate::ground::describing(crate::ground::HONEST, 1).replacen(
        "(component",
        &format!("(component (import \"gyre:host/clock@0.1.7\" (instance {frobnicate}))"),
        1,
    );
    let component = world::assembled(state.path(), &text);
    let text = format!("[plugin.it]\ncomponent = {component:?}\n[source.it]\nplugin = 'it'");
    let host = world::host(&text, state.path(), Arc::new(Vault))?;
    let error = host.source("it", &world::job(Arc::new(world::Silent))).err().unwrap();
    println!("{error}\n");
    assert_eq!(error.code, "plugin.version");
    for part in
        ["gyre:host/clock 0.1.7", "0.1.0, which this gyre has", "use a gyre that speaks 0.1.7", "frobnicate"]
    {
        assert!(error.to_string().contains(part), "{part}: {error}");
    }
    Ok(())
}
