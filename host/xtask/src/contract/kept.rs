//! The components that are kept for a frozen version: each built from its source beside it, and written as text, because a
//! program of another day, or of another compiler, is another component. Knows nothing of what they do.

use super::{shape::Version, shown};
use crate::plugins;
use crate::run::root;
use anyhow::{Context, Result, ensure};
use std::path::Path;

/// As the text begins: whoever finds it should know what it is, and leave it alone.
const HEADER: &str = "\
;; A component of VERSION of the contract, which every later host of that track loads. It was printed once, by
;; `cargo xtask wit freeze`, from what `src/` beside it compiled to, and is not made again after that version was
;; released: what counts is that this very component goes on working. host/grants/tests/kept.rs runs it.
";

/// Makes those of `version`.
///
/// # Errors
/// When there are none, or one cannot be built or printed.
pub fn make(version: Version) -> Result<()> {
    let directory = root().join("tests/kept").join(version.directory());
    let worlds = ["destination", "osmorphing", "source"];
    for world in worlds {
        ensure!(
            directory.join(world).join("Cargo.toml").is_file(),
            "{} has no source: begin with a copy of the one before it, let it build against the new version, use what is \
             new, and name it in plugins/Cargo.toml",
            shown(&directory.join(world))
        );
    }
    let name = |world: &str| format!("kept-{}-{world}", version.directory().replace('.', "-"));
    plugins::run(&worlds.map(name))?;
    worlds.into_iter().try_for_each(|world| {
        let component = root().join("target/kept").join(name(world)).with_extension("wasm");
        print(&component, version, &directory.join(world).join("component.wat"))
    })
}

fn print(component: &Path, version: Version, to: &Path) -> Result<()> {
    let bytes = std::fs::read(component).with_context(|| format!("no {}", shown(component)))?;
    let text =
        wasmprinter::print_bytes(&bytes).with_context(|| format!("cannot print {}", shown(component)))?;
    // Where a panic of the component's would name its source: as long, and no path of this machine.
    let here = root().display().to_string();
    let text = text.replace(&here, &".".repeat(here.len()));
    std::fs::write(to, format!("{}{text}", HEADER.replace("VERSION", &version.to_string())))
        .with_context(|| format!("cannot write {}", shown(to)))?;
    println!("contract: {} ({} KiB of text)", shown(to), text.len() / 1024);
    Ok(())
}
