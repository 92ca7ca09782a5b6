//! `sdk/docs/walk.md` done as it stands: each of its files is written, each of its commands run, and what it says that
//! comes out has to. Knows the page's kinds of blocks, and nothing that is on it.

use super::{Gyre, before, gyre, place};
use anyhow::{Context, Result, ensure};
use gyre_tests::fixture::root;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A fenced block: its language, and its lines.
struct Block<'a>(&'a str, String);

fn blocks(page: &str) -> Vec<Block<'_>> {
    let (mut blocks, mut open) = (Vec::new(), None);
    for line in page.lines() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => open = Some(Block(language, String::new())),
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(Block(_, text))) => *text += &format!("{line}\n"),
            (None, None) => {}
        }
    }
    blocks
}

/// Somebody who does what is written.
struct Reader {
    path: OsString,
    here: PathBuf,
    /// What the last commands said.
    said: String,
}

impl Reader {
    fn begin(gyre: &Gyre) -> Result<Self> {
        let programs = gyre.program().parent().context("gyre lies nowhere")?;
        let here = place().join("walk");
        // What was compiled stays; all that is written is written anew.
        std::fs::create_dir_all(&here)?;
        let kept = here.join("kept-target");
        std::fs::rename(here.join("tinos/target"), &kept).ok();
        std::fs::remove_dir_all(here.join("tinos")).ok();
        let path = before(programs, &std::env::var_os("PATH").unwrap_or_default());
        Ok(Self { path, here, said: String::new() })
    }

    fn run(&mut self, commands: &str) -> Result<()> {
        let script = format!("{commands}\npwd > \"$WALKED\"");
        let walked = place().join("walked");
        let mut shell = Command::new("/bin/sh");
        shell.args(["-euc", &script]).current_dir(&self.here);
        let output = shell.env("PATH", &self.path).env("WALKED", &walked).output()?;
        self.said = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(
            output.status.success(),
            "{commands}\n{}\n{}",
            self.said,
            String::from_utf8_lossy(&output.stderr)
        );
        self.here = PathBuf::from(std::fs::read_to_string(walked)?.trim_end());
        let kept = place().join("walk/kept-target");
        if self.here.ends_with("tinos") && kept.exists() && !self.here.join("target").exists() {
            std::fs::rename(kept, self.here.join("target"))?;
        }
        Ok(())
    }

    fn append(&self, file: &str, text: &str) -> Result<()> {
        let path = self.here.join(file);
        let old = std::fs::read_to_string(&path).unwrap_or_default();
        Ok(std::fs::write(path, format!("{old}\n{text}"))?)
    }

    fn follow(&mut self, Block(language, text): &Block<'_>) -> Result<()> {
        match *language {
            "rust" if text.contains("gyre_plugin::export!") => {
                Ok(std::fs::write(self.here.join("src/lib.rs"), text)?)
            }
            "rust" => {
                self.append("tests/plugin.rs", text)?;
                self.run("cargo test\ngyre plugin build")
            }
            "toml" => {
                self.append("gyre.toml", text)?;
                self.run("gyre plugin inspect tinos")
            }
            "" if is_command(text) => self.run(text),
            "" => {
                ensure!(
                    self.said.contains(text),
                    "the page says\n{text}\nand what came out is\n{}",
                    self.said
                );
                Ok(())
            }
            other => anyhow::bail!("nobody knows what to do with a block of {other}"),
        }
    }
}

fn is_command(text: &str) -> bool {
    ["gyre ", "cargo ", "mkdir "].iter().any(|word| text.starts_with(word))
}

#[test]
fn the_walk_of_the_documents_leads_to_a_plugin() -> Result<()> {
    let page = std::fs::read_to_string(root().join("sdk/docs/walk.md"))?;
    let mut reader = Reader::begin(&gyre()?)?;
    let blocks = blocks(&page);
    ensure!(blocks.len() >= 8, "only {} blocks", blocks.len());
    for block in &blocks {
        reader.follow(block)?;
    }
    ensure!(reader.said.contains("remove_tools"), "the option is not shown: {}", reader.said);
    let is_there = |file: &str| Path::new(&reader.here).join(file).exists();
    ensure!(is_there("target/tinos.wasm"), "no component");
    Ok(())
}
