//! `gyre plugin new`: a project that builds, tests and runs as it stands. Its texts lie once in the tree, in
//! `sdk/template`, `sdk/python`, `sdk/javascript` and `wit`, and are part of the program. It knows names to fill in, and
//! where the Rust SDK is; not what the texts say.

use crate::project::{Kind, Language, checked_name};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// The Rust SDK of the checkout that this program was built from.
const OWN_SDK: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/rust");
/// Versions that the SDK is tested with, below its directory.
const OWN_LOCK: &str = "../../plugins/Cargo.lock";
/// Version of the Rust SDK in `Cargo.toml` where no checkout is.
const SDK_VERSION: &str = "0.1";

/// What is wanted.
#[derive(Clone, Copy, Debug)]
pub struct New<'a> {
    /// Its world.
    pub kind: Kind,
    /// Its language.
    pub language: Language,
    /// Its name.
    pub name: &'a str,
    /// Where; must not be there, or be empty.
    pub directory: &'a Path,
    /// The Rust SDK, if not that of the checkout that this program was built from.
    pub sdk: Option<&'a Path>,
}

/// What was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Created {
    /// Files, relative to the directory, in the order of the templates.
    pub files: Vec<String>,
    /// What the project needs to know of the SDK, as a sentence.
    pub sdk: String,
}

/// A file of a project, and its text with places to fill in.
type Text = (&'static str, &'static str);

macro_rules! texts {
    ($base:literal: $($to:literal <- $from:literal),+ $(,)?) => {
        &[$(($to, include_str!(concat!("../../../", $base, "/", $from)))),+]
    };
}

const WIT: &[Text] = texts!("wit": "wit/plugin.wit" <- "plugin.wit",
    "wit/deps/gyre-host/host.wit" <- "deps/gyre-host/host.wit");
const IGNORED: &[Text] = texts!("sdk/template": ".gitignore" <- "gitignore");

const RUST: &[Text] =
    texts!("sdk/template/rust": "Cargo.toml" <- "Cargo.toml.in", "README.md" <- "README.md");
const RUST_SOURCE: &[Text] =
    texts!("sdk/template/rust/source": "src/lib.rs" <- "lib.rs", "tests/plugin.rs" <- "test.rs");
const RUST_DESTINATION: &[Text] =
    texts!("sdk/template/rust/destination": "src/lib.rs" <- "lib.rs", "tests/plugin.rs" <- "test.rs");
const RUST_OSMORPHING: &[Text] =
    texts!("sdk/template/rust/osmorphing": "src/lib.rs" <- "lib.rs", "tests/plugin.rs" <- "test.rs");

const PYTHON: &[Text] =
    texts!("sdk/template/python": "pyproject.toml" <- "pyproject.toml.in", "README.md" <- "README.md");
const PYTHON_SDK: &[Text] = texts!("sdk/python/gyre_plugin":
    "gyre_plugin/__init__.py" <- "__init__.py",
    "gyre_plugin/errors.py" <- "errors.py",
    "gyre_plugin/fake.py" <- "fake.py",
    "gyre_plugin/glue.py" <- "glue.py",
    "gyre_plugin/host.py" <- "host.py",
    "gyre_plugin/osmorphing_component.py" <- "osmorphing_component.py",
    "gyre_plugin/release.py" <- "release.py",
    "gyre_plugin/root.py" <- "root.py",
);
const PYTHON_OSMORPHING: &[Text] = texts!("sdk/template/python/osmorphing":
    "plugin.py" <- "plugin.py", "test_plugin.py" <- "test_plugin.py");

const JAVASCRIPT: &[Text] =
    texts!("sdk/template/javascript": "package.json" <- "package.json.in", "README.md" <- "README.md");
const JAVASCRIPT_SDK: &[Text] = texts!("sdk/javascript/gyre-plugin":
    "gyre-plugin/errors.js" <- "errors.js",
    "gyre-plugin/fake.js" <- "fake.js",
    "gyre-plugin/glue.js" <- "glue.js",
    "gyre-plugin/host.js" <- "host.js",
    "gyre-plugin/index.js" <- "index.js",
    "gyre-plugin/osmorphing.js" <- "osmorphing.js",
    "gyre-plugin/release.js" <- "release.js",
    "gyre-plugin/root.js" <- "root.js",
    "gyre-plugin/text.js" <- "text.js",
);
const JAVASCRIPT_OSMORPHING: &[Text] = texts!("sdk/template/javascript/osmorphing":
    "plugin.js" <- "plugin.js", "plugin.test.js" <- "plugin.test.js");

/// The files of a project; the first list is the author's.
fn texts(kind: Kind, language: Language) -> Result<Vec<&'static [Text]>> {
    Ok(match (language, kind) {
        (Language::Rust, Kind::Source) => vec![RUST_SOURCE, RUST, IGNORED],
        (Language::Rust, Kind::Destination) => vec![RUST_DESTINATION, RUST, IGNORED],
        (Language::Rust, Kind::Osmorphing) => vec![RUST_OSMORPHING, RUST, IGNORED],
        (Language::Python, Kind::Osmorphing) => vec![PYTHON_OSMORPHING, PYTHON, IGNORED, PYTHON_SDK, WIT],
        (Language::JavaScript, Kind::Osmorphing) => {
            vec![JAVASCRIPT_OSMORPHING, JAVASCRIPT, IGNORED, JAVASCRIPT_SDK, WIT]
        }
        (Language::Python | Language::JavaScript, kind) => bail!(
            "there is no template of a {kind} plugin in this language yet: only Rust has one for each kind, the others \
             for osmorphing"
        ),
    })
}

impl New<'_> {
    /// Writes the project.
    ///
    /// # Errors
    /// When the name does not do, the directory is not empty, there is no such template, or a file cannot be written.
    pub fn create(&self) -> Result<Created> {
        checked_name(self.name)?;
        let texts = texts(self.kind, self.language)?;
        let (dependency, lock, sdk) = self.sdk()?;
        if std::fs::read_dir(self.directory).is_ok_and(|mut entries| entries.next().is_some()) {
            bail!("{} is there and not empty", self.directory.display());
        }
        let fill = |text: &str| self.filled(text, &dependency);
        let mut files = Vec::new();
        for (to, text) in texts.into_iter().flatten() {
            write(&self.directory.join(to), fill(text).as_bytes())?;
            files.push((*to).to_owned());
        }
        if let Some(lock) = lock {
            write(&self.directory.join("Cargo.lock"), &lock)?;
            files.push("Cargo.lock".into());
        }
        Ok(Created { files, sdk })
    }

    fn filled(&self, text: &str, dependency: &str) -> String {
        let places = [
            ("{{name}}", self.name.to_owned()),
            ("{{kind}}", self.kind.name().to_owned()),
            ("{{Type}}", type_name(self.name)),
            ("{{module}}", self.name.replace('-', "_")),
            ("{{summary}}", self.summary()),
            ("{{sdk}}", dependency.to_owned()),
            ("{{try}}", self.tried()),
            ("{{config}}", self.config()),
        ];
        places.iter().fold(text.to_owned(), |text, (place, value)| text.replace(place, value))
    }

    fn summary(&self) -> String {
        match self.kind {
            Kind::Source => format!("Reads the machine of a raw disk image, the beginning of {}.", self.name),
            Kind::Destination => format!("Brings machines to {}.", self.name),
            Kind::Osmorphing => format!("Makes guests of {} boot at the destination.", self.name),
        }
    }

    /// How it is tried first.
    fn tried(&self) -> String {
        match self.kind {
            Kind::Source => "gyre source list mine                        # with the lines below".into(),
            Kind::Destination => "gyre check --destination mine                # with the lines below".into(),
            Kind::Osmorphing => format!(
                "gyre plugin try target/{}.wasm --root DIR --morph   # what it would change in a guest's tree",
                self.name
            ),
        }
    }

    /// What belongs into `gyre.toml`.
    fn config(&self) -> String {
        let name = self.name;
        let plugin = format!("[plugin.{name}]\ncomponent = \"target/{name}.wasm\"\n");
        match self.kind {
            Kind::Source => format!(
                "{plugin}grant.disk = [\"/srv/web.raw\"]\n\n[source.mine]\nplugin = \"{name}\"\nconfig = {{ image = \"/srv/web.raw\" }}"
            ),
            Kind::Destination => format!(
                "{plugin}grant.http = [\"https://platform.example\"]\n\n[destination.mine]\nplugin = \"{name}\"\n\
                 config = {{ url = \"https://platform.example\" }}"
            ),
            Kind::Osmorphing => format!("{plugin}\n[osmorphing.{name}]"),
        }
    }

    /// The line of `Cargo.toml`, the lock file to begin with, and what to say of them.
    fn sdk(&self) -> Result<(String, Option<Vec<u8>>, String)> {
        if self.language != Language::Rust {
            return Ok((
                String::new(),
                None,
                "the SDK and the contract (wit/) were copied into the project".into(),
            ));
        }
        let own = PathBuf::from(OWN_SDK);
        let sdk = self.sdk.or_else(|| own.join("Cargo.toml").is_file().then_some(own.as_path()));
        let Some(sdk) = sdk else {
            let dependency = format!(
                "# Of no registry yet: name sdk/rust of a checkout of gyre, {{ path = \"…/sdk/rust\" }}.\n\
                 gyre-plugin = \"{SDK_VERSION}\""
            );
            let said = "it needs the Rust SDK of a checkout of gyre, and none was found: correct the line gyre-plugin in \
                        Cargo.toml, or say --sdk DIR"
                .into();
            return Ok((dependency, None, said));
        };
        let sdk =
            sdk.canonicalize().ok().filter(|sdk| sdk.join("Cargo.toml").is_file()).with_context(|| {
                format!("{} is no Rust SDK of gyre: sdk/rust of a checkout is", sdk.display())
            })?;
        let path = sdk
            .to_str()
            .filter(|path| !path.contains(['"', '\\']))
            .context("the SDK's path is no plain text")?;
        let said = format!("it uses the Rust SDK of the checkout in {path}");
        Ok((format!("gyre-plugin = {{ path = \"{path}\" }}"), std::fs::read(sdk.join(OWN_LOCK)).ok(), said))
    }
}

/// `my-os` as `MyOs`.
fn type_name(name: &str) -> String {
    let words = name.split('-').map(|word| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    });
    words.collect()
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = path.parent().context("a file has a folder")?;
    std::fs::create_dir_all(folder)
        .and_then(|()| std::fs::write(path, bytes))
        .with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn new<'a>(kind: Kind, language: Language, directory: &'a Path) -> New<'a> {
        New { kind, language, name: "my-os", directory, sdk: None }
    }

    #[test]
    fn nothing_is_left_to_fill_in() {
        for (kind, language) in [
            (Kind::Source, Language::Rust),
            (Kind::Destination, Language::Rust),
            (Kind::Osmorphing, Language::Rust),
            (Kind::Osmorphing, Language::Python),
            (Kind::Osmorphing, Language::JavaScript),
        ] {
            let directory = tempfile::tempdir().unwrap();
            let made = new(kind, language, directory.path()).create().unwrap();
            for file in &made.files {
                let text = std::fs::read_to_string(directory.path().join(file)).unwrap();
                assert!(!text.contains("{{"), "{kind} {language:?} {file}");
            }
            let again = new(kind, language, directory.path()).create().unwrap_err();
            assert!(again.to_string().contains("not empty"), "{again}");
        }
        assert_eq!(type_name("my-os"), "MyOs");
    }

    /// Blank lines and comments are the template's.
    #[test]
    fn the_first_plugin_is_under_thirty_lines() {
        for (list, comment) in
            [(RUST_OSMORPHING, "//"), (PYTHON_OSMORPHING, "\"\"\""), (JAVASCRIPT_OSMORPHING, "//")]
        {
            let lines =
                list[0].1.lines().filter(|line| !line.trim().is_empty() && !line.starts_with(comment));
            assert!(lines.count() < 30, "{}", list[0].0);
        }
    }

    #[test]
    fn every_file_of_an_sdk_is_copied() {
        for (list, directory) in
            [(PYTHON_SDK, "python/gyre_plugin"), (JAVASCRIPT_SDK, "javascript/gyre-plugin")]
        {
            let sdk = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sdk").join(directory);
            let there: BTreeSet<_> = std::fs::read_dir(sdk)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .filter(|name| name.ends_with("py") || name.ends_with("js"))
                .collect();
            let copied: BTreeSet<_> =
                list.iter().map(|(to, _)| to.rsplit('/').next().unwrap().to_owned()).collect();
            assert_eq!(copied, there);
        }
    }

    #[test]
    fn what_has_no_template_says_which_has() {
        let directory = Path::new("/nowhere/at/all");
        let error = new(Kind::Source, Language::Python, directory).create().unwrap_err();
        assert!(error.to_string().contains("Rust"), "{error}");
        let sdk = Some(Path::new("/nowhere"));
        let error = New { sdk, ..new(Kind::Source, Language::Rust, directory) }.create().unwrap_err();
        assert!(error.to_string().contains("no Rust SDK"), "{error}");
    }
}
