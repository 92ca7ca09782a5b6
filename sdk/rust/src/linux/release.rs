//! What `os-release` says of a system (os-release(5)).

use super::files;
use crate::osmorphing::*;

const PLACES: [&str; 2] = ["/etc/os-release", "/usr/lib/os-release"];

/// How much of a name is shown.
const NAME_CHARS_MAX: usize = 100;

/// A distribution and its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// `rhel`, in lower case.
    pub id: String,
    /// What it is like: `fedora`.
    pub like: Vec<String>,
    /// For people.
    pub name: String,
    /// `9.4`; empty where there is none.
    pub version: String,
}

impl Release {
    /// `None`: there is no os-release, or it names nothing.
    ///
    /// # Errors
    /// What the host met.
    pub fn read(root: &Root) -> Result<Option<Self>> {
        for path in PLACES {
            if let Some(release) = files::text(root, path)?.and_then(|text| Self::parse(&text)) {
                return Ok(Some(release));
            }
        }
        Ok(None)
    }

    fn parse(text: &str) -> Option<Self> {
        let field = |name| files::variable(text, name);
        let id = field("ID").filter(|id| is_word(id))?.to_lowercase();
        let like = field("ID_LIKE").unwrap_or_default().split_whitespace().map(str::to_lowercase).collect();
        let name = field("PRETTY_NAME").or_else(|| field("NAME")).unwrap_or_else(|| id.clone());
        let name = name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
        let version = field("VERSION_ID").filter(|version| is_word(version)).unwrap_or_default();
        Some(Self { id, like, name, version })
    }

    /// Major and minor; 0 for what is no number.
    pub fn number(&self) -> (u32, u32) {
        let mut parts = self.version.split('.').map(|part| part.parse().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0))
    }
}

/// Short, and safe to show.
fn is_word(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_and_nonsense_is_not() {
        let text = "NAME='X Y'\nID=\"SLES\"\nID_LIKE=\"suse opensuse\"\nVERSION_ID=\"15.5\"\n";
        let release = Release::parse(text).unwrap();
        assert_eq!((release.id.as_str(), release.number(), release.name.as_str()), ("sles", (15, 5), "X Y"));
        assert_eq!(release.like, ["suse", "opensuse"]);
        assert_eq!(Release::parse("ID=debian\n").unwrap().number(), (0, 0));
        for text in ["", "VERSION_ID=9\n", "ID=a b\n", "ID=\n"] {
            assert_eq!(Release::parse(text), None, "{text}");
        }
    }
}
