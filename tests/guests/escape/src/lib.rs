//! Opens every path that its configuration names and tells the code of each answer.

use gyre_plugin::source::*;

struct Escape;

#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// Paths to open.
    paths: Vec<String>,
    /// Whether to open them for writing.
    #[serde(default)]
    write: bool,
}

impl Source for Escape {
    const ABOUT: About = about!("escape", "Opens what it was not granted.").config::<Options>();

    fn check(config: Config, _: Option<&str>) -> Result<Vec<Finding>> {
        let options: Options = config.parse()?;
        let access = if options.write { Access::WRITE } else { Access::empty() };
        let told = |path: String| match Disk::open_with(&path, access) {
            Ok(disk) => finding(path, format!("opened {}", disk.size())),
            Err(error) => finding(path, error.code),
        };
        Ok(options.paths.into_iter().map(told).collect())
    }

    fn open_disk(_: Config, _: &str, path: &str) -> Result<Opened> {
        Ok(Opened::Disk(Disk::open(path)?))
    }

    idle::idle_verbs!();
}

fn finding(path: String, message: String) -> Finding {
    Finding { blocking: false, path, message, remedy: None }
}

gyre_plugin::export!(source: Escape);
