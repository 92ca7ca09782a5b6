//! What a component says of itself in its own file, so that it can be shown without running anything: the custom section
//! `gyre:about`, JSON, which `gyre plugin build` writes from what `describe` answered. It is for those who look. Whoever
//! loads a plugin asks the plugin, and believes no section.

use crate::engine::Engine;
use crate::inspect::{Description, Said, describe};
use crate::plugin::Plugin;
use crate::wasi::random_bytes;
use gyre_core::config::Wasi;
use gyre_core::error::Context as _;
use gyre_core::{ByteSize, Error, Result, text};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::ops::Range;
use std::path::Path;

/// The section's name.
const NAME: &str = "gyre:about";
/// The one way in which it is written so far.
const FORMAT: u64 = 1;
/// Bytes of the section's JSON: a schema has at most half of them.
const SECTION_BYTES_MAX: usize = 2 << 20;
/// Sections of a component that are walked over; interpreters that were put together have some hundreds.
const SECTIONS_MAX: usize = 100_000;
/// What is told of a section that is no such JSON: the reason may quote it.
const WHY_CHARS_MAX: usize = 200;
/// What a component's file begins with.
const PREAMBLE: [u8; 8] = [0, b'a', b's', b'm', 0x0d, 0, 1, 0];
/// The kind of sections that have a name and no meaning to an engine.
const CUSTOM: u8 = 0;
/// Bits of a number in each byte of it (LEB128), and the bit that says that another byte follows.
const LEB_BITS: u32 = 7;
const LEB_MORE: u8 = 0x80;

/// What the section of a component says.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum About {
    /// There is none.
    Missing,
    /// Who the component says that it is.
    Says(Description),
    /// There is one that cannot be used: `plugin.about`.
    Unreadable(Error),
}

/// The section as it is written.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Written {
    format: u64,
    name: String,
    version: String,
    summary: String,
    config_schema: Value,
}

/// Read before the rest, which another format may have changed.
#[derive(Deserialize)]
struct Format {
    format: u64,
}

impl About {
    /// Reads it; nothing of the component runs. `title` is what the plugin is called in errors.
    pub fn read(title: &str, component: &[u8]) -> Self {
        let unreadable = |why: String| {
            let what = format!("the section {NAME} of plugin {title} cannot be read");
            Self::Unreadable(Error::invalid("plugin.about", what).cause(why))
        };
        let found = match sections(component) {
            Ok(found) => found,
            Err(why) => return unreadable(why),
        };
        match found.as_slice() {
            [] => Self::Missing,
            [one] => parse(title, one.said).map_or_else(unreadable, Self::Says),
            several => unreadable(format!("there are {} of them", several.len())),
        }
    }

    /// Who the component says that it is, if that can be read.
    pub const fn said(&self) -> Option<&Description> {
        match self {
            Self::Says(description) => Some(description),
            Self::Missing | Self::Unreadable(_) => None,
        }
    }
}

fn parse(title: &str, json: &[u8]) -> std::result::Result<Description, String> {
    if json.len() > SECTION_BYTES_MAX {
        return Err(format!("it is larger than {}", ByteSize(SECTION_BYTES_MAX as u64)));
    }
    let garbled = |error: serde_json::Error| {
        let why: String = text::plain(&error.to_string()).chars().take(WHY_CHARS_MAX).collect();
        format!("it is not what gyre plugin build writes: {why}")
    };
    let Format { format } = serde_json::from_slice(json).map_err(garbled)?;
    if format != FORMAT {
        return Err(format!("it is of format {format}, and this gyre reads format {FORMAT}"));
    }
    let Written { name, version, summary, config_schema, .. } =
        serde_json::from_slice(json).map_err(garbled)?;
    Said { name, version, summary, config_schema }.checked(title).map_err(|error| error.message)
}

/// The component with a section that says this, in the place of one that it had. The same bytes for the same of both.
///
/// # Errors
/// `plugin.about`: it is no component, or there is too much to say.
pub fn embed(component: &[u8], description: &Description) -> Result<Vec<u8>> {
    let bad = |why: String| {
        Error::invalid("plugin.about", format!("no section {NAME} can be put into the component")).cause(why)
    };
    let Description { name, version, summary, config_schema } = description.clone();
    let written = Written { format: FORMAT, name, version, summary, config_schema };
    let json = serde_json::to_vec(&written).map_err(|error| bad(error.to_string()))?;
    if json.len() > SECTION_BYTES_MAX {
        return Err(bad(format!("it would be larger than {}", ByteSize(SECTION_BYTES_MAX as u64))));
    }
    let mut whole = without(component).map_err(bad)?;
    let named = [leb(NAME.len()), NAME.into(), json].concat();
    whole.push(CUSTOM);
    whole.extend(leb(named.len()));
    whole.extend(named);
    Ok(whole)
}

/// Runs a component's `describe`, with nothing lent to it, and puts the answer in. `scratch` is a directory for what is
/// compiled on the way.
///
/// # Errors
/// Those of [`Plugin::load`], [`describe`] and [`embed`].
pub fn introduce(scratch: &Path, name: &str, component: &[u8]) -> Result<Vec<u8>> {
    let mut key = [0; 32];
    random_bytes(&mut key).or_other("sandbox.engine", || "no random bytes can be had".into())?;
    let engine = Engine::new(scratch, key)?;
    let plugin = Plugin::load(&engine, name, component, Some(Wasi::Inert))?;
    embed(component, &describe(&plugin)?)
}

/// The component without the section.
fn without(component: &[u8]) -> std::result::Result<Vec<u8>, String> {
    let (mut whole, mut kept) = (Vec::with_capacity(component.len()), 0);
    for Found { place, .. } in sections(component)? {
        whole.extend(component.get(kept..place.start).unwrap_or_default());
        kept = place.end;
    }
    whole.extend(component.get(kept..).unwrap_or_default());
    Ok(whole)
}

/// A section of that name: where it is, its head included, and what stands in it.
struct Found<'a> {
    place: Range<usize>,
    said: &'a [u8],
}

/// Every section of that name among those of the component itself, not of what is nested in it.
fn sections(component: &[u8]) -> std::result::Result<Vec<Found<'_>>, String> {
    let cut = || "the component is cut off".to_owned();
    let mut rest = component.strip_prefix(&PREAMBLE).ok_or("it is no component")?;
    let mut found = Vec::new();
    for _ in 0..SECTIONS_MAX {
        let Some((kind, sized)) = rest.split_first() else { return Ok(found) };
        let (content, behind) = sized_bytes(sized).ok_or_else(cut)?;
        if *kind == CUSTOM {
            let (name, said) = sized_bytes(content).ok_or_else(cut)?;
            if name == NAME.as_bytes() {
                let place = component.len() - rest.len()..component.len() - behind.len();
                found.push(Found { place, said });
            }
        }
        rest = behind;
    }
    Err(format!("the component has more than {SECTIONS_MAX} sections"))
}

/// As many bytes as the number in front of them says, and what follows.
fn sized_bytes(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mut size, mut shift) = (0_u64, 0);
    let mut bytes = bytes;
    while shift < u32::BITS {
        let (byte, rest) = bytes.split_first()?;
        bytes = rest;
        size |= u64::from(byte & !LEB_MORE) << shift;
        if byte & LEB_MORE == 0 {
            return bytes.split_at_checked(usize::try_from(size).ok()?);
        }
        shift += LEB_BITS;
    }
    None
}

/// The number in as few bytes as there can be.
fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let low = u8::try_from(number & usize::from(!LEB_MORE)).unwrap_or_default();
        number >>= LEB_BITS;
        if number == 0 {
            bytes.push(low);
            return bytes;
        }
        bytes.push(low | LEB_MORE);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A component with nothing in it but a section of another name.
    fn empty() -> Vec<u8> {
        [&PREAMBLE[..], &[0, 3, 1, b'x', 7]].concat()
    }

    fn with(json: &[u8]) -> Vec<u8> {
        let named = [leb(NAME.len()), NAME.into(), json.to_vec()].concat();
        [empty(), vec![CUSTOM], leb(named.len()), named, vec![0, 2, 1, b'y']].concat()
    }

    fn description(summary: &str) -> Description {
        let config_schema = json!({ "type": "object", "additionalProperties": false });
        Description { name: "it".into(), version: "1".into(), summary: summary.into(), config_schema }
    }

    fn why_not(component: &[u8]) -> String {
        let About::Unreadable(error) = About::read("it", component) else { panic!("it can be read") };
        assert_eq!(error.code, "plugin.about");
        error.causes.join("; ")
    }

    #[test]
    fn what_was_put_in_is_read_and_replaces_what_was_there() {
        assert_eq!(About::read("it", &empty()), About::Missing);
        let (one, other) = (description("One."), description(&"x".repeat(999)));
        let first = embed(&empty(), &one).unwrap();
        assert_eq!(About::read("it", &first), About::Says(one.clone()));
        let second = embed(&first, &other).unwrap();
        assert_eq!(About::read("it", &second), About::Says(other));
        assert_eq!(embed(&second, &one).unwrap(), first, "the same bytes for the same words");
        let middle = embed(&with(b"{}"), &one).unwrap();
        assert!(middle.starts_with(&[empty(), vec![0, 2, 1, b'y']].concat()), "what lies around it stays");
    }

    #[test]
    fn a_garbled_section_is_said_to_be_one() {
        let good = |key: &str, value: Value| {
            let mut section =
                json!({ "format": 1, "name": "it", "version": "1", "summary": "s", "config-schema": {} });
            section[key] = value;
            section.to_string()
        };
        assert!(matches!(About::read("it", &with(good("more", json!(1)).as_bytes())), About::Says(_)));
        for (json, why) in [
            ("\u{1b}[2J".to_owned(), "not what gyre plugin build writes"),
            (good("format", json!(2)), "format 2, and this gyre reads format 1"),
            (good("name", json!(7)), "not what gyre plugin build writes"),
            (good("summary", json!("x".repeat(2_000))), "at too great a length"),
            (good("config-schema", json!("{}")), "not a JSON object"),
            (good("more", json!("x".repeat(SECTION_BYTES_MAX))), "larger than 2.0 MiB"),
            ("[".repeat(10_000), "not what gyre plugin build writes"),
        ] {
            let said = why_not(&with(json.as_bytes()));
            assert!(said.contains(why) && !said.contains('\u{1b}'), "{why}: {said}");
        }
        let twice = [embed(&empty(), &description("a")).unwrap(), with(b"{}")[8..].to_vec()].concat();
        assert!(why_not(&twice).contains("2 of them"));
    }

    #[test]
    fn sizes_that_lie_lead_nowhere() {
        let name = [vec![10], NAME.into()].concat();
        for tail in [
            &[0][..],
            &[0, 0xff],
            &[0, 0xff, 0xff, 0xff, 0xff, 0x0f],
            &[0, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            &[0, 0],
            &[0, 2, 9, b'g'],
            &[&[0, 200][..], &name].concat(),
        ] {
            assert!(why_not(&[&PREAMBLE[..], tail].concat()).contains("cut off"), "{tail:?}");
            assert_eq!(
                embed(&[&PREAMBLE[..], tail].concat(), &description("a")).unwrap_err().code,
                "plugin.about"
            );
        }
        let many = [PREAMBLE.to_vec(), [1, 0].repeat(SECTIONS_MAX)].concat();
        assert!(why_not(&many).contains("100000 sections"));
        for none in [&b""[..], b"\0asm", b"\0asm\x01\0\0\0"] {
            assert!(why_not(none).contains("no component"));
        }
    }

    #[test]
    fn what_steers_a_terminal_is_taken_out() {
        let json = json!({ "format": 1, "name": "i\u{1b}[2Jt", "version": "\u{9b}1", "summary": "a\u{202e}b", "config-schema": {} });
        let About::Says(said) = About::read("it", &with(json.to_string().as_bytes())) else { panic!() };
        assert_eq!((said.name.as_str(), said.version.as_str(), said.summary.as_str()), ("i[2Jt", "1", "ab"));
    }
}
