//! `gyre plugin new | build | try | test | replay`: what an author does with a plugin before anybody configures it. Knows how the
//! answers read; templates and tools are `gyre-build`'s, rules are [`crate::conformance`]'s.

use crate::answer::Answer;
use crate::args::{AuthorCommand, KindArg, LanguageArg};
use crate::screen::Screen;
use crate::{conformance, replaying, trying};
use gyre_build::component::Made;
use gyre_build::project::{Built, Kind, Language, Project};
use gyre_build::template::New;
use gyre_core::{Error, Result};
use serde_json::json;
use std::path::{Path, PathBuf};
use tokio_util::sync::CancellationToken;

/// Does what was asked.
///
/// # Errors
/// `plugin.new`, `plugin.build`; those of [`trying`] and [`conformance`].
pub async fn run(
    config: Option<&Path>,
    command: &AuthorCommand,
    screen: &Screen,
    cancel: CancellationToken,
) -> Result<Answer> {
    match command {
        AuthorCommand::New { name, kind, language, dir, sdk } => {
            let directory = dir.clone().unwrap_or_else(|| PathBuf::from(name));
            begin(&New {
                kind: kind_of(*kind),
                language: language_of(*language),
                name,
                directory: &directory,
                sdk: sdk.as_deref(),
            })
        }
        AuthorCommand::Build { dir } => build(dir.clone().unwrap_or_else(|| PathBuf::from("."))).await,
        AuthorCommand::Try(args) => trying::run(config, args, screen, cancel).await,
        AuthorCommand::Test(args) => conformance::run(config, args, cancel).await,
        AuthorCommand::Replay(args) => replaying::run(config, args, cancel).await,
    }
}

const fn kind_of(kind: KindArg) -> Kind {
    match kind {
        KindArg::Source => Kind::Source,
        KindArg::Destination => Kind::Destination,
        KindArg::Osmorphing => Kind::Osmorphing,
    }
}

const fn language_of(language: LanguageArg) -> Language {
    match language {
        LanguageArg::Rust => Language::Rust,
        LanguageArg::Python => Language::Python,
        LanguageArg::JavaScript => Language::JavaScript,
    }
}

/// Its whole chain of causes, outermost first.
fn told(code: &str, error: &anyhow::Error) -> Error {
    error.chain().skip(1).fold(Error::invalid(code, error.to_string()), |told, cause| told.cause(cause))
}

fn begin(new: &New) -> Result<Answer> {
    let made = new.create().map_err(|error| told("plugin.new", &error))?;
    let directory = new.directory.display().to_string();
    let text = format!(
        "{directory}: {}\n{}\nnext: cd {directory}, and see README.md\n",
        made.files.iter().filter(|file| !is_sdk(file)).cloned().collect::<Vec<_>>().join(" "),
        made.sdk,
    );
    Ok(Answer::new(json!({ "directory": directory, "files": made.files, "sdk": made.sdk }), text))
}

/// Files that an author need not look at.
fn is_sdk(file: &str) -> bool {
    ["gyre_plugin/", "gyre-plugin/", "wit/", "."].iter().any(|prefix| file.starts_with(prefix))
}

async fn build(directory: PathBuf) -> Result<Answer> {
    let work = move || Project::open(&directory).and_then(|project| project.build());
    let built = tokio::task::spawn_blocking(work).await;
    let built = built.map_err(|e| Error::other("plugin.build", "the build broke off").cause(e))?;
    let built = built.map_err(|error| told("plugin.build", &error))?;
    let text: String = built.iter().map(line).collect();
    let json: Vec<_> = built
        .iter()
        .map(|Built { file, made }| {
            json!({ "component": file, "bytes": made.bytes, "imports": made.imports, "wasi": made.wasi })
        })
        .collect();
    Ok(Answer::new(json!({ "built": json }), text))
}

fn line(Built { file, made }: &Built) -> String {
    let Made { bytes, changed, imports, wasi } = made;
    let news = if *changed { "" } else { ", unchanged" };
    let wasi = if *wasi {
        "\n  it imports WASI: write `wasi = \"inert\"` below its [plugin.NAME] in gyre.toml"
    } else {
        ""
    };
    format!("{} ({} KiB{news}): {}{wasi}\n", file.display(), bytes / 1024, imports.join(", "))
}
