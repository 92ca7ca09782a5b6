//! Plugins in languages that bring their interpreter: componentize-py for Python, componentize-js for JavaScript. Knows where these tools are looked for and how they are called; neither language.

use crate::component::{self, Finish, Made};
use crate::program::{find, output};
use crate::project::{Kind, Language};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The contract, in a project.
const WIT: &str = "wit";

/// A project in such a language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Where it is.
    pub directory: PathBuf,
    /// What it is written in.
    pub language: Language,
    /// What it is called.
    pub name: String,
    /// What it is.
    pub kind: Kind,
}

impl Project {
    /// Makes the component at `file`. The tools stub WASI out, so that it imports what `wit/` lends and nothing else.
    ///
    /// # Errors
    /// When the tool is missing, with the line that installs it; when it fails, with what it said.
    pub fn build(&self, file: &Path, finish: Finish) -> Result<Made> {
        let folder = file.parent().context("a component has no folder")?;
        std::fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let fresh = file.with_extension("new");
        let mut tool = match self.language {
            Language::Python => self.python(&fresh)?,
            Language::JavaScript => self.javascript(&fresh)?,
            Language::Rust => bail!("Rust is cargo's"),
        };
        output(tool.current_dir(&self.directory).stdin(Stdio::null()))?;
        let bytes = std::fs::read(&fresh).with_context(|| format!("no {} came out", fresh.display()))?;
        let made = component::write(bytes, file, finish);
        std::fs::remove_file(&fresh).ok();
        made
    }

    fn world(&self) -> String {
        format!("gyre:plugin/{}-plugin", self.kind)
    }

    fn python(&self, file: &Path) -> Result<Command> {
        let mut places = vec![self.directory.join(".venv/bin")];
        places.extend(std::env::var_os("VIRTUAL_ENV").map(|venv| PathBuf::from(venv).join("bin")));
        let program = find("componentize-py", &places).with_context(|| {
            "componentize-py is not there: in the project, \
             `python3 -m venv .venv && .venv/bin/pip install componentize-py`"
        })?;
        let mut tool = Command::new(absolute(&program)?);
        tool.args(["-d", WIT, "-w", &self.world(), "componentize"]);
        tool.arg(format!("gyre_plugin.{}_component", self.kind))
            .arg("-o")
            .arg(absolute(file)?)
            .arg("--stub-wasi");
        Ok(tool)
    }

    fn javascript(&self, file: &Path) -> Result<Command> {
        let places = [self.directory.join("node_modules/.bin")];
        let script = format!("gyre-plugin/{}.js", self.kind);
        let program = find("componentize-js", &places).with_context(
            || "componentize-js is not there: in the project, `npm install @bytecodealliance/componentize-js`",
        )?;
        let mut tool = Command::new(absolute(&program)?);
        tool.args([&script, "--wit", WIT, "-n", &self.world()]);
        for feature in ["stdio", "random", "clocks", "http", "fetch-event"] {
            tool.args(["-d", feature]);
        }
        tool.arg("-o").arg(absolute(file)?);
        Ok(tool)
    }
}

/// The tool runs in the project.
fn absolute(path: &Path) -> Result<PathBuf> {
    std::path::absolute(path).with_context(|| format!("{} has no absolute path", path.display()))
}
