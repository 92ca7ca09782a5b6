//! The commands over real files.

use super::*;
use crate::args::{Cli, Command, PluginCommand};
use clap::Parser as _;
use tempfile::TempDir;

/// A configuration with two components in a directory of its own.
fn site() -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for name in ["a", "b"] {
        std::fs::write(directory.path().join(format!("{name}.wasm")), format!("component {name}")).unwrap();
    }
    let text = "# mine\n[plugin.a]\ncomponent = \"a.wasm\"\n[plugin.b]\ncomponent = \"b.wasm\"\n";
    std::fs::write(directory.path().join("gyre.toml"), text).unwrap();
    directory
}

/// What `gyre plugin …` answers; `{}` in the line is the directory.
fn said(directory: &TempDir, line: &str) -> Result<Answer> {
    let line = line.replace("{}", &directory.path().display().to_string());
    let cli = Cli::try_parse_from(["gyre", "plugin"].into_iter().chain(line.split_whitespace())).unwrap();
    let Command::Plugin(PluginCommand::Trusting(command)) = &cli.command else { panic!("{line}") };
    run(Some(&directory.path().join("gyre.toml")), command, true)
}

fn code(answer: Result<Answer>) -> String {
    match answer {
        Ok(answer) => answer.error.map_or_else(|| "ok".into(), |error| error.code),
        Err(error) => error.code,
    }
}

#[test]
fn a_lock_is_written_checked_and_renewed() {
    let site = site();
    let path = site.path().join("gyre.lock");
    assert_eq!(code(said(&site, "lock --check")), "lock.stale", "there is none yet");
    assert!(!path.exists());
    assert_eq!(code(said(&site, "lock")), "ok");
    let first = std::fs::read_to_string(&path).unwrap();
    assert!(first.starts_with("# ") && first.contains("[plugin.a]\nsha256 = \""), "{first}");
    let again = said(&site, "lock").unwrap();
    assert_eq!(
        (again.json["same"].as_bool(), std::fs::read_to_string(&path).unwrap()),
        (Some(true), first.clone())
    );
    assert_eq!(code(said(&site, "lock --check")), "ok");

    std::fs::write(site.path().join("b.wasm"), "another").unwrap();
    let stale = said(&site, "lock --check").unwrap();
    assert_eq!(stale.json["changes"][0]["plugin"], "b");
    assert!(stale.text.contains("… 11 bytes") && stale.text.contains("… 7 bytes"), "{}", stale.text);
    assert_eq!(code(Ok(stale)), "lock.stale");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), first, "checking changes nothing");
    assert_eq!(code(said(&site, "lock")), "ok");
    assert_eq!(code(said(&site, "lock --check")), "ok");
    std::fs::remove_file(site.path().join("a.wasm")).unwrap();
    assert_eq!(code(said(&site, "lock --check")), "plugin.missing");
}

#[test]
fn keys_are_made_components_signed_and_publishers_trusted() {
    let site = site();
    let keys = "--secret {}/p.key --public {}/p.pub";
    assert_eq!(code(said(&site, &format!("keygen -W {keys}"))), "ok");
    assert_eq!(code(said(&site, &format!("keygen -W {keys}"))), "sign.write", "nothing is written over");
    let mode = |file: &str| site.path().join(file).metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("p.key"), mode("p.pub")), (0o600, 0o644));

    assert_eq!(code(said(&site, "verify a --public {}/p.pub")), "plugin.unsigned");
    assert_eq!(code(said(&site, "sign {}/a.wasm --secret {}/p.key")), "ok");
    let verified = said(&site, "verify {}/a.wasm --public {}/p.pub").unwrap();
    assert!(verified.text.contains("file:a.wasm"), "{}", verified.text);
    assert_eq!(code(Ok(verified)), "ok");
    assert_eq!(code(said(&site, "verify a")), "plugin.signer", "nobody is trusted yet");

    assert_eq!(code(said(&site, "trust acme {}/p.pub --plugins a*")), "plugin.confirm");
    assert_eq!(code(said(&site, "trust acme {}/p.pub --plugins a* --yes")), "ok");
    assert_eq!(code(said(&site, "trust acme {}/p.pub --yes")), "trust.known");
    assert_eq!(code(said(&site, "trust other {}/p.pub --yes")), "trust.policy", "the key is acme's");
    let text = std::fs::read_to_string(site.path().join("gyre.toml")).unwrap();
    assert!(
        text.starts_with("# mine\n") && text.contains("\n\n[trust.publisher.acme]\nkey = \"RW"),
        "{text}"
    );
    assert_eq!(said(&site, "trust").unwrap().json["publishers"][0]["plugins"][0], "a*");

    assert_eq!(code(said(&site, "verify a")), "ok");
    assert_eq!(code(said(&site, "verify")), "plugin.unsigned", "b is one of all");
    assert_eq!(code(said(&site, "sign {}/b.wasm --secret {}/p.key")), "ok");
    assert_eq!(code(said(&site, "verify b")), "plugin.signer", "acme may not sign it");
    std::fs::write(site.path().join("a.wasm"), "forged").unwrap();
    assert_eq!(code(said(&site, "verify a")), "plugin.signature");
    assert_eq!(code(said(&site, "trust c RWgarbage --yes")), "sign.key");
}

#[test]
fn a_lock_pins_only_what_the_policy_lets_in() {
    let site = site();
    said(&site, "keygen -W --secret {}/p.key --public {}/p.pub").unwrap();
    said(&site, "trust acme {}/p.pub --yes").unwrap();
    said(&site, "sign {}/a.wasm --secret {}/p.key").unwrap();
    let path = site.path().join("gyre.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("[plugin.a]", "[trust]\nrequire = \"signed\"\n[plugin.a]")).unwrap();
    assert_eq!(code(said(&site, "lock")), "plugin.unsigned");
    said(&site, "sign {}/b.wasm --secret {}/p.key").unwrap();
    assert_eq!(code(said(&site, "lock")), "ok");
}

#[test]
fn a_password_comes_from_a_file_that_nobody_else_reads() {
    let site = site();
    let file = site.path().join("word");
    std::fs::write(&file, "geheim\n").unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).unwrap();
    let keygen = "keygen --secret {}/p.key --public {}/p.pub --password-file {}/word";
    assert_eq!(code(said(&site, keygen)), "sign.password", "others may read it");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(code(said(&site, keygen)), "ok");
    assert_eq!(code(said(&site, "sign {}/a.wasm --secret {}/p.key --password-file {}/word")), "ok");
    std::fs::write(&file, "falsch\n").unwrap();
    let refused = said(&site, "sign {}/a.wasm --secret {}/p.key --password-file {}/word").err().unwrap();
    assert_eq!(refused.code, "sign.password");
    assert!(!refused.to_string().contains("falsch"), "{refused}");
    assert_eq!(code(said(&site, "verify a --public {}/p.pub")), "ok", "the first signature is still there");
}
