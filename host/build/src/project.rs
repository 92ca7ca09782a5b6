//! What lies in an author's directory: its language, its name, which world it is for, and the component it becomes. By
//! the file that each language's tools have anyway: Cargo.toml, pyproject.toml, package.json.

use crate::component::{Finish, Made};
use crate::{component, rust, scripted, toolchain};
use anyhow::{Context, Result, bail};
use std::fmt;
use std::path::{Path, PathBuf};

/// Where a project's component is written.
const OUTPUT: &str = "target";

/// What a plugin is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Kind {
    Source,
    Destination,
    Osmorphing,
}

impl Kind {
    /// As the WIT names it.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Source => "source",
            Kind::Destination => "destination",
            Kind::Osmorphing => "osmorphing",
        }
    }

    fn parse(name: &str) -> Result<Self> {
        let all = [Kind::Source, Kind::Destination, Kind::Osmorphing];
        all.into_iter()
            .find(|kind| kind.name() == name)
            .with_context(|| format!("{name:?} is no kind of plugin: source, destination and osmorphing are"))
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a plugin is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Language {
    Rust,
    Python,
    JavaScript,
}

/// A plugin's sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Project {
    /// A crate, or a workspace of them.
    Rust(PathBuf),
    /// Files that a tool puts together with the interpreter of their language.
    Scripted(scripted::Project),
}

/// One component that came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// Where it is.
    pub file: PathBuf,
    /// What it is.
    pub made: Made,
}

impl Project {
    /// What lies in `directory`.
    ///
    /// # Errors
    /// When it is no project, or its description lacks something.
    pub fn open(directory: &Path) -> Result<Self> {
        let has = |name: &str| directory.join(name).is_file();
        if has("Cargo.toml") {
            return Ok(Self::Rust(directory.into()));
        }
        let (language, file) = match (has("pyproject.toml"), has("package.json")) {
            (true, _) => (Language::Python, "pyproject.toml"),
            (_, true) => (Language::JavaScript, "package.json"),
            _ => bail!(
                "{} is no plugin's project: it has no Cargo.toml, pyproject.toml or package.json",
                directory.display()
            ),
        };
        let path = directory.join(file);
        let text = std::fs::read_to_string(&path).with_context(|| format!("no {}", path.display()))?;
        let described = match language {
            Language::Python => of_pyproject(&text),
            _ => of_package(&text),
        };
        let (name, kind) = described.with_context(|| format!("{} describes no plugin", path.display()))?;
        Ok(Self::Scripted(scripted::Project { directory: directory.into(), language, name, kind }))
    }

    /// Builds its components; each is finished before it is written.
    ///
    /// # Errors
    /// When a tool is missing, with the line that installs it; when it does not compile.
    pub fn build(&self, finish: Finish) -> Result<Vec<Built>> {
        match self {
            Self::Rust(directory) => of_rust(directory, finish),
            Self::Scripted(project) => {
                let file = project.directory.join(OUTPUT).join(format!("{}.wasm", project.name));
                let made = project.build(&file, finish)?;
                Ok(vec![Built { file, made }])
            }
        }
    }
}

fn of_rust(directory: &Path, finish: Finish) -> Result<Vec<Built>> {
    // Named, because Debian's cargo sees nothing of this environment.
    let elsewhere = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    let request = rust::Request { directory, target: elsewhere.as_deref(), words: Vec::new() };
    let modules = rust::build(&request)?.with_context(|| {
        format!(
            "no Rust that compiles for {} is installed: {}",
            toolchain::WASM.triple,
            toolchain::WASM.remedy()
        )
    })?;
    let encoded = modules.iter().map(|module| {
        let file = directory.join(OUTPUT).join(format!("{}.wasm", module.name));
        component::encode(&module.core, &file, finish).map(|made| Built { file, made })
    });
    encoded.collect()
}

fn of_pyproject(text: &str) -> Result<(String, Kind)> {
    let table: toml::Table = text.parse()?;
    let text_at = |path: &[&str]| {
        let (first, rest) = path.split_first()?;
        rest.iter().try_fold(table.get(*first)?, |value, key| value.get(key))?.as_str()
    };
    let name = text_at(&["project", "name"]).context("it has no `name` in [project]")?;
    let kind = text_at(&["tool", "gyre", "kind"]).context("it has no `kind` in [tool.gyre]")?;
    Ok((checked_name(name)?, Kind::parse(kind)?))
}

fn of_package(text: &str) -> Result<(String, Kind)> {
    let package: serde_json::Value = serde_json::from_str(text)?;
    let text_at = |path: &str| package.pointer(path).and_then(serde_json::Value::as_str);
    let name = text_at("/name").context("it has no `name`")?;
    let kind = text_at("/gyre/kind").context("it has no `gyre` with a `kind`")?;
    Ok((checked_name(name)?, Kind::parse(kind)?))
}

/// A name that is a file's, a crate's and a key's as well.
///
/// # Errors
/// When it is not.
pub fn checked_name(name: &str) -> Result<String> {
    const BYTES_MAX: usize = 64;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
    if starts && !name.ends_with('-') && name.chars().all(plain) && name.len() <= BYTES_MAX {
        return Ok(name.to_owned());
    }
    bail!(
        "{name:?} is no name for a plugin: lower-case letters, digits and hyphens are, beginning with a letter"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_is_told_by_what_its_language_has_anyway() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(directory.path().join(name), text).unwrap();
        assert!(Project::open(directory.path()).is_err());
        write("package.json", r#"{"name": "a"}"#);
        assert!(format!("{:#}", Project::open(directory.path()).unwrap_err()).contains("`gyre`"));
        write("package.json", r#"{"name": "a", "gyre": {"kind": "source"}}"#);
        let Project::Scripted(project) = Project::open(directory.path()).unwrap() else { panic!() };
        assert_eq!((project.language, project.kind), (Language::JavaScript, Kind::Source));
        write("pyproject.toml", "[project]\nname = \"b\"\n[tool.gyre]\nkind = \"osmorphing\"\n");
        let Project::Scripted(project) = Project::open(directory.path()).unwrap() else { panic!() };
        assert_eq!((project.language, project.name.as_str()), (Language::Python, "b"));
        write("Cargo.toml", "");
        assert_eq!(Project::open(directory.path()).unwrap(), Project::Rust(directory.path().into()));
    }

    #[test]
    fn a_name_fits_everywhere() {
        for name in ["a", "my-os", "os2"] {
            assert_eq!(checked_name(name).unwrap(), name);
        }
        for name in ["", "-a", "a-", "A", "2a", "a b", "../a", "a_b", &"a".repeat(65)] {
            assert!(checked_name(name).is_err(), "{name}");
        }
    }
}
