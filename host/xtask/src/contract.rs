//! `cargo xtask wit`: holds the contract in `wit/` against every version of it that was frozen, and freezes it. Knows
//! where the versions lie and what is told of them; what breaks plugins stands in `rules`.

mod compare;
mod kept;
mod rules;
mod shape;
#[cfg(test)]
mod tests;

use crate::run::root;
use anyhow::{Context, Result, bail, ensure};
use compare::Broken;
use shape::Contract;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Where the package of the host's interfaces lies below that of the plugins'.
const HOST: &str = "deps/gyre-host";
/// Items whose comments differ that are told of one version.
const COMMENTS_TOLD: usize = 40;

/// `check`, or `freeze` with `--again`.
///
/// # Errors
/// What is broken; or why it cannot be told.
pub fn run(arguments: &[String]) -> Result<()> {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["check"] => check(),
        ["freeze"] => freeze(false),
        ["freeze", "--again"] => freeze(true),
        _ => {
            bail!("no such command: wit {}; it is `wit check` or `wit freeze [--again]`", arguments.join(" "))
        }
    }
}

/// Holds `wit/` against every frozen version of its track.
///
/// # Errors
/// Every rule that is broken, with the item that breaks it.
pub fn check() -> Result<()> {
    let now = Contract::read(&root().join("wit"))?;
    let frozen = frozen()?;
    ensure!(!frozen.is_empty(), "no version of the contract is frozen: run `cargo xtask wit freeze`");
    hold(&now, &frozen)
}

fn hold(now: &Contract, frozen: &[Contract]) -> Result<()> {
    let mut broken = String::new();
    for old in frozen {
        let name = old.version.directory();
        if old.version.is_of_earlier_track(now.version) {
            println!("contract: {name} is of an earlier track: only its kept components hold it");
            continue;
        }
        for Broken { rule, item, what } in compare::compare(old, now) {
            writeln!(broken, "\n  {item}: {what} (against {name}; rule `{}`)", rule.id())?;
        }
        tell_comments(old, now);
        println!("contract: {} was held against {name}", now.version);
    }
    if !broken.is_empty() {
        bail!("the contract breaks plugins; wit/VERSIONING.md says what may be changed instead:{broken}");
    }
    Ok(())
}

/// No program can tell whether a comment asks more of plugins than it did; a person is pointed at it.
fn tell_comments(old: &Contract, now: &Contract) {
    let items = compare::comments(old, now);
    for item in items.iter().take(COMMENTS_TOLD) {
        println!(
            "contract: the comment of {item} is another: it may say more clearly what was meant, and ask no more"
        );
    }
    if items.len() > COMMENTS_TOLD {
        println!("contract: … and {} more", items.len() - COMMENTS_TOLD);
    }
}

/// Every version that was frozen, each in the directory of its name.
fn frozen() -> Result<Vec<Contract>> {
    let directory = root().join("wit/frozen");
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(&directory)?.map(|entry| Ok(entry?.path())).collect::<Result<_>>()?;
    paths.sort();
    paths.iter().map(|path| read_frozen(path)).collect()
}

fn read_frozen(path: &Path) -> Result<Contract> {
    let contract = Contract::read(path)?;
    let (name, should) = (path.file_name().unwrap_or_default(), contract.version.directory());
    ensure!(
        name == should.as_str(),
        "{} holds {}, which belongs into {should}",
        path.display(),
        contract.version
    );
    Ok(contract)
}

/// Copies the contract to the directory of its version, and makes the components that are kept for it.
fn freeze(again: bool) -> Result<()> {
    let now = Contract::read(&root().join("wit"))?;
    let directory = root().join("wit/frozen").join(now.version.directory());
    if directory.exists() && !again {
        bail!(
            "{} is frozen: a version that was released stays as it is. Raise the version of both packages; or, as long \
             as it was not released, freeze it `--again`",
            now.version
        );
    }
    let others: Vec<_> = frozen()?.into_iter().filter(|old| old.version != now.version).collect();
    hold(&now, &others)?;
    copy(&root().join("wit"), &directory)?;
    println!("contract: {} is frozen in {}", now.version, shown(&directory));
    kept::make(now.version)
}

/// The files of both packages, and nothing that was there before.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if to.exists() {
        std::fs::remove_dir_all(to).with_context(|| format!("cannot empty {}", to.display()))?;
    }
    for package in ["", HOST] {
        std::fs::create_dir_all(to.join(package))?;
        for entry in std::fs::read_dir(from.join(package))? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "wit") {
                let name = path.file_name().unwrap_or_default();
                std::fs::copy(&path, to.join(package).join(name))
                    .with_context(|| format!("cannot copy {}", path.display()))?;
            }
        }
    }
    Ok(())
}

fn shown(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}
