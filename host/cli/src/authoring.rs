//! `gyre plugin new | build | try | test | replay`: what an author does with a plugin before anybody configures it. Knows how the
//! answers read; templates and tools are `gyre-build`'s, rules are [`crate::conformance`]'s.

use crate::answer::Answer;
use crate::args::{AuthorCommand, KindArg, LanguageArg};
use crate::screen::Screen;
use crate::{building, conformance, replaying, trying};
use gyre_build::project::{Kind, Language};
use gyre_build::template::New;
use gyre_core::{Error, Result};
use serde_json::json;
use std::path::{Path, PathBuf};
use tokio_util::sync::CancellationToken;

/// Does what was asked.
///
/// # Errors
/// `plugin.new`; those of [`building`], [`trying`], [`conformance`] and [`replaying`].
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
        AuthorCommand::Build { of } => building::run(of).await,
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
pub fn told(code: &str, error: &anyhow::Error) -> Error {
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
