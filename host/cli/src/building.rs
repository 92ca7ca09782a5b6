//! `gyre plugin build`: a project becomes its components, or a component that other tools made is taken as it is. Each is
//! asked who it is, with nothing lent to it, and the answer is put into its file. Knows how that reads; tools are
//! `gyre-build`'s, the section is the sandbox's.

use crate::answer::Answer;
use crate::authoring::told;
use crate::show::clean;
use gyre_build::component::{self, Made};
use gyre_build::project::{Built, Project};
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use gyre_grants::introduce;
use gyre_trust::{Component, signature_path};
use serde_json::json;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Components that do not say who they are, by their files.
type Silent = BTreeMap<PathBuf, Error>;

/// Builds what was named, or what lies here.
///
/// # Errors
/// `plugin.build`, `plugin.missing`, `plugin.too-large`; of a component that was named, whatever it cannot be asked for.
pub async fn run(of: &[PathBuf]) -> Result<Answer> {
    let named = if of.is_empty() { vec![PathBuf::from(".")] } else { of.to_vec() };
    let work = move || -> Result<_> {
        let all: Vec<_> = named.iter().map(|one| build(one)).collect::<Result<_>>()?;
        Ok(all.into_iter().flatten().collect::<Vec<_>>())
    };
    let done = tokio::task::spawn_blocking(work).await;
    let built = done.map_err(|e| Error::other("plugin.build", "the build broke off").cause(e))??;
    let text: String = built.iter().map(|(built, silent)| line(built, silent.as_ref())).collect();
    let json = |(Built { file, made }, silent): &(Built, Option<Error>)| {
        json!({
            "component": file, "bytes": made.bytes, "imports": made.imports, "wasi": made.wasi,
            "described": silent.is_none(), "why-not": silent,
        })
    };
    Ok(Answer::new(json!({ "built": built.iter().map(json).collect::<Vec<_>>() }), text))
}

/// Each component with why it does not say who it is, if so.
fn build(of: &Path) -> Result<Vec<(Built, Option<Error>)>> {
    if of.is_file() {
        return put_into(of).map(|built| vec![(built, None)]);
    }
    let silent = RefCell::new(Silent::new());
    let finish = |file: &Path, bytes: Vec<u8>| match introduced(file, &bytes) {
        Ok(introduced) => introduced,
        Err(error) => {
            silent.borrow_mut().insert(file.into(), error);
            bytes
        }
    };
    let built = Project::open(of).and_then(|project| project.build(&finish));
    let built = built.map_err(|error| told("plugin.build", &error))?;
    let mut silent = silent.into_inner();
    let with_why = |built: Built| {
        let why = silent.remove(&built.file);
        (built, why)
    };
    Ok(built.into_iter().map(with_why).collect())
}

/// Into a component that is there, nothing but that is done: what it does not say is an error.
fn put_into(file: &Path) -> Result<Built> {
    let component = Component::read(&name_of(file), file)?;
    let whole = introduced(file, component.bytes())?;
    let made = component::write(whole, file, &|_, bytes| bytes);
    Ok(Built { file: file.into(), made: made.map_err(|error| told("plugin.build", &error))? })
}

fn introduced(file: &Path, component: &[u8]) -> Result<Vec<u8>> {
    let scratch =
        tempfile::tempdir().or_other("plugin.build", || "no temporary directory can be made".into())?;
    introduce(scratch.path(), &name_of(file), component)
}

fn name_of(file: &Path) -> String {
    file.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn line(Built { file, made }: &Built, silent: Option<&Error>) -> String {
    let Made { bytes, changed, imports, wasi } = made;
    let news = if *changed { "" } else { ", unchanged" };
    let mut text = format!("{} ({} KiB{news}): {}\n", file.display(), bytes / 1024, imports.join(", "));
    if *wasi {
        text += "  it imports WASI: write `wasi = \"inert\"` below its [plugin.NAME] in gyre.toml\n";
    }
    if let Some(error) = silent {
        let why = error.causes.first().map(|cause| format!(": {cause}")).unwrap_or_default();
        text +=
            &clean(&format!("  it does not say who it is, and so inspect cannot: {}{why}", error.message));
        text += "\n";
    }
    if *changed && signature_path(file).exists() {
        text += "  the signature beside it is that of the file before: gyre plugin sign\n";
    }
    text
}
