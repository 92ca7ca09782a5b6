//! Pages, and components that say who they are in every way: written by hand, so that nothing has to be built before.

use super::*;
use crate::args::{Cli, Command};
use crate::testing::kept;
use clap::Parser as _;
use gyre_grants::introduce;
use std::path::PathBuf;
use tempfile::TempDir;

/// Ends in a trap as soon as anything of it runs.
const BOMB: &str =
    "(core module $bomb (func $bang unreachable) (start $bang)) (core instance (instantiate $bomb))";

/// A place with a component in it, and a configuration that does not name it.
struct Place(TempDir);

impl Place {
    fn new(component: &[u8]) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        std::fs::write(place.file(), component).unwrap();
        std::fs::write(place.0.path().join("gyre.toml"), "[host]\nstate = \"state\"\n").unwrap();
        place
    }

    fn file(&self) -> PathBuf {
        self.0.path().join("it.wasm")
    }

    async fn inspect(&self, run: bool) -> Result<Answer> {
        inspect(Some(&self.0.path().join("gyre.toml")), self.file().to_str(), run).await
    }
}

/// The component with one more section, as anybody may write it.
fn with_section(component: &[u8], json: &str) -> Vec<u8> {
    let named = [&[10], &b"gyre:about"[..], json.as_bytes()].concat();
    let low = |shift: usize| (named.len() >> shift & 0x7f) as u8;
    [component, &[0, low(0) | 0x80, low(7) | 0x80, low(14)], &named].concat()
}

fn introduced(component: &[u8]) -> Vec<u8> {
    introduce(tempfile::tempdir().unwrap().path(), "it", component).unwrap()
}

#[tokio::test]
async fn a_file_without_the_section_is_not_run_and_that_is_said() {
    let place = Place::new(&kept(BOMB));
    let answer = place.inspect(false).await.unwrap();
    assert!(answer.error.is_none(), "{:?}", answer.error);
    for words in [
        "it.wasm ? (osmorphing plugin): it does not say who it is",
        "gyre:host/rootfs@0.1.0",
        "reads and changes the guest's mounted system",
        "has no section gyre:about; --run asks the component itself, in an empty sandbox",
        "signature  none",
        "options\n  not known",
    ] {
        assert!(answer.text.contains(words), "{words}\n{}", answer.text);
    }
    assert_eq!(answer.json["inspection"]["about"], "missing");
    assert_eq!(answer.json["inspection"]["asked"], false);
    assert!(
        place.inspect(true).await.is_err_and(|error| error.code == "sandbox.trap"),
        "it goes off when it runs"
    );
}

#[tokio::test]
async fn what_the_file_says_is_shown_without_running_it() {
    let bare = kept("");
    let whole = introduced(&bare);
    assert_eq!(introduced(&bare), whole, "the same bytes again");
    assert_eq!(introduced(&whole), whole);
    let place = Place::new(&whole);
    let (seen, asked) = (place.inspect(false).await.unwrap(), place.inspect(true).await.unwrap());
    assert_eq!(seen.json["inspection"]["description"], asked.json["inspection"]["description"]);
    assert_eq!(seen.json["inspection"]["description"]["name"], "kept-osmorphing");
    assert!(seen.text.contains("its file; nothing of it ran"), "{}", seen.text);
    assert!(asked.text.contains("itself, when it was run\n"), "{}", asked.text);

    let said = r#"{"format":1,"name":"it","version":"7.7","summary":"Says \u001b[2J so.","config-schema":
        {"properties":{"flavor\u009b":{"type":"string","description":"Its \u202esize."}}}}"#;
    let bomb = Place::new(&with_section(&kept(BOMB), said));
    let text = bomb.inspect(false).await.unwrap().text;
    assert!(
        text.contains("it.wasm 7.7 (osmorphing plugin): Says [2J so.") && text.contains("flavor"),
        "{text}"
    );
    assert!(!text.chars().any(|c| c != '\n' && gyre_core::text::steers(c)), "{text:?}");
    let liar = Place::new(&with_section(&bare, said));
    let text = liar.inspect(true).await.unwrap().text;
    assert!(text.contains("FILE SAYS SOMETHING ELSE") && !text.contains("7.7"), "{text}");
}

#[tokio::test]
async fn a_garbled_section_hides_nothing_else() {
    for (json, why) in
        [("\u{1b}[2Jno", "not what gyre plugin build writes"), (r#"{"format":2}"#, "of format 2")]
    {
        let place = Place::new(&with_section(&kept(BOMB), json));
        let answer = place.inspect(false).await.unwrap();
        assert!(answer.text.contains(why) && answer.text.contains("--run asks"), "{}", answer.text);
        assert!(
            answer.text.contains("gyre:host/rootfs@0.1.0") && !answer.text.contains('\u{1b}'),
            "{}",
            answer.text
        );
        assert_eq!(answer.json["inspection"]["about"]["unreadable"]["code"], "plugin.about");
    }
}

#[tokio::test]
async fn what_is_missing_or_of_an_unknown_version_is_named() {
    let more = r#"(import "gyre:host/http@0.1.0" (instance)) (import "gyre:host/clock@0.7.0" (instance))
        (import "wasi:cli/environment@0.2.6" (instance))"#;
    let answer = Place::new(&kept(more)).inspect(false).await.unwrap();
    let line = |name: &str| answer.text.lines().find(|line| line.contains(name)).unwrap().to_owned();
    assert!(line("gyre:host/http@0.1.0").contains("NOT LENT"));
    assert!(line("gyre:host/clock@0.7.0").contains("UNKNOWN VERSION"));
    assert!(line("wasi:cli/environment@0.2.6").contains("inert"));
    let error = answer.error.unwrap();
    assert_eq!((error.code.as_str(), error.causes.len()), ("plugin.link", 2), "{error:?}");
}

#[tokio::test]
async fn what_is_no_component_is_refused() {
    for bytes in [&b"no component"[..], b"", b"\0asm\x01\0\0\0", &kept("")[..1000]] {
        let error = Place::new(bytes).inspect(false).await.err().unwrap();
        assert_eq!(error.code, "plugin.not-a-component", "{error:?}");
    }
    let nowhere = inspect(None, Some("/nowhere/it.wasm"), false).await.err().unwrap();
    assert_eq!(nowhere.code, "config.unknown-plugin");
}

#[tokio::test]
async fn building_puts_the_section_into_a_component_that_is_there() {
    let place = Place::new(&kept(""));
    let line = format!("gyre plugin build {}", place.file().display());
    let cli = Cli::try_parse_from(line.split_whitespace()).unwrap();
    let Command::Plugin(crate::args::PluginCommand::Author(crate::args::AuthorCommand::Build { of })) =
        cli.command
    else {
        panic!()
    };
    std::fs::write(gyre_trust::signature_path(&place.file()), "of before").unwrap();
    let answer = crate::building::run(&of).await.unwrap();
    assert!(
        answer.text.contains("gyre plugin sign") && answer.json["built"][0]["described"] == true,
        "{}",
        answer.text
    );
    assert_eq!(std::fs::read(place.file()).unwrap(), introduced(&kept("")));
    let again = crate::building::run(&of).await.unwrap();
    assert!(again.text.contains("unchanged") && !again.text.contains("gyre plugin sign"), "{}", again.text);

    let bomb = Place::new(&kept(BOMB));
    assert_eq!(crate::building::run(&[bomb.file()]).await.err().unwrap().code, "sandbox.trap");
    assert_eq!(std::fs::read(bomb.file()).unwrap(), kept(BOMB), "it stays as it was");
}

#[test]
fn options_are_listed_with_their_types() {
    let schema = json!({
        "required": ["auth"],
        "properties": {
            "auth": {"$ref": "#/$defs/Auth", "description": "How to log in."},
            "flavor_name": {"type": ["string", "null"], "description": "Flavor."},
        }
    });
    assert_eq!(
        options(&schema),
        "  auth         object  required  How to log in.\n  flavor_name  string            Flavor.\n"
    );
    assert_eq!(options(&json!({})), "  none\n");
}

#[test]
fn nothing_granted_is_said() {
    assert_eq!(grants(&Grants::default()), "  nothing\n");
    let some: Grants = toml::from_str("secret = [\"os-password\"]\nhttp = [\"https://a:*\"]").unwrap();
    assert_eq!(grants(&some), "  http    https://a:*\n  secret  os-password  used by the host, never seen\n");
}
