//! LVM2 metadata, read from the physical volume itself, for kernels without device-mapper: enough
//! to find logical volumes that lie in one piece on one physical volume. Hostile text: depth, size
//! and count are limited. Activates nothing.

use crate::bytes::{ReadAt, has, le32, le64, text};
use std::collections::BTreeMap;

const SECTOR: u64 = 512;
/// One copy of the metadata.
const METADATA_BYTES_MAX: u64 = 4 * 1024 * 1024;
const DEPTH_MAX: usize = 16;
const AREAS_MAX: usize = 8;

/// A volume group, as one of its physical volumes tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Name of the group.
    pub name: String,
    /// Its logical volumes.
    pub volumes: Vec<Logical>,
}

/// A logical volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logical {
    /// Name without the group's.
    pub name: String,
    /// Where it lies; none when it is not in one piece on one physical volume.
    pub place: Option<Place>,
}

/// A piece of a physical volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Id of the physical volume, without dashes.
    pub pv: String,
    /// Where it begins there, bytes.
    pub offset: u64,
    /// Bytes.
    pub size: u64,
}

/// The id of the physical volume and, when it carries a copy, its group.
pub fn read<D: ReadAt + ?Sized>(pv: &D) -> Option<(String, Option<Group>)> {
    let head = pv.piece(0, 2048)?;
    let sector = (0..4).map(|n| n * 512).find(|at| has(&head, *at, b"LABELONE"))?;
    let header = sector + usize::try_from(le32(&head, sector + 20)?).ok()?.min(512);
    let id = text(&head, header, 32)?;
    let group = areas(&head, header + 40).into_iter().find_map(|offset| read_area(pv, offset));
    Some((id, group))
}

/// Offsets of the metadata areas: the second of two zero-terminated lists.
fn areas(head: &[u8], at: usize) -> Vec<u64> {
    let mut offsets = (0..AREAS_MAX * 2).map_while(|n| le64(head, at + n * 16));
    let data_areas = offsets.by_ref().take_while(|offset| *offset != 0).count();
    if data_areas > AREAS_MAX { Vec::new() } else { offsets.take_while(|offset| *offset != 0).collect() }
}

fn read_area<D: ReadAt + ?Sized>(pv: &D, offset: u64) -> Option<Group> {
    let header = pv.piece(offset, 512)?;
    if !has(&header, 4, b" LVM2 x[5A%r0N*>") {
        return None;
    }
    let (area, at, size) = (le64(&header, 32)?, le64(&header, 40)?, le64(&header, 48)?);
    if size == 0 || size > METADATA_BYTES_MAX || at >= area {
        return None;
    }
    // The area is a ring behind its header.
    let first = size.min(area.checked_sub(at)?);
    let mut bytes = pv.piece(offset.checked_add(at)?, usize::try_from(first).ok()?)?;
    bytes.extend(pv.piece(offset.checked_add(SECTOR)?, usize::try_from(size - first).ok()?)?);
    group(&parse(&String::from_utf8_lossy(&bytes))?)
}

/// A value of the metadata.
#[derive(Debug)]
enum Value {
    Section(BTreeMap<String, Value>),
    List(Vec<Value>),
    Text(String),
    Number(u64),
}

impl Value {
    fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Section(section) => section.get(name),
            _ => None,
        }
    }

    fn number(&self, name: &str) -> Option<u64> {
        match self.get(name)? {
            Value::Number(number) => Some(*number),
            _ => None,
        }
    }

    fn text(&self, name: &str) -> Option<&str> {
        match self.get(name)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    fn sections(&self) -> impl Iterator<Item = (&String, &Value)> {
        let all = match self {
            Value::Section(section) => Some(section.iter()),
            _ => None,
        };
        all.into_iter().flatten().filter(|(_, value)| matches!(value, Value::Section(_)))
    }
}

fn group(root: &Value) -> Option<Group> {
    let (name, group) = root.sections().next()?;
    let extent = group.number("extent_size")?.checked_mul(SECTOR)?;
    let volumes = group.get("logical_volumes").map(|all| {
        let logical =
            |(name, lv): (&String, &Value)| Logical { name: name.clone(), place: place(group, lv, extent) };
        all.sections().map(logical).collect()
    });
    Some(Group { name: name.clone(), volumes: volumes.unwrap_or_default() })
}

/// Joins segments that follow each other on one physical volume.
fn place(group: &Value, lv: &Value, extent: u64) -> Option<Place> {
    let mut joined: Option<Place> = None;
    let mut segments: Vec<&Value> = lv.sections().map(|(_, segment)| segment).collect();
    segments.sort_by_key(|segment| segment.number("start_extent"));
    for segment in segments {
        let next = segment_place(group, segment, extent)?;
        joined = Some(match joined {
            None => next,
            Some(before)
                if before.pv == next.pv && before.offset.checked_add(before.size)? == next.offset =>
            {
                Place { size: before.size.checked_add(next.size)?, ..before }
            }
            Some(_) => return None,
        });
    }
    joined
}

fn segment_place(group: &Value, segment: &Value, extent: u64) -> Option<Place> {
    if segment.text("type") != Some("striped") || segment.number("stripe_count") != Some(1) {
        return None;
    }
    let Some(Value::List(stripes)) = segment.get("stripes") else { return None };
    let (Some(Value::Text(pv)), Some(Value::Number(first))) = (stripes.first(), stripes.get(1)) else {
        return None;
    };
    let pv = group.get("physical_volumes")?.get(pv)?;
    let start = pv.number("pe_start")?.checked_mul(SECTOR)?;
    Some(Place {
        pv: pv.text("id")?.replace('-', ""),
        offset: start.checked_add(first.checked_mul(extent)?)?,
        size: segment.number("extent_count")?.checked_mul(extent)?,
    })
}

/// Parses the whole text; none when it breaks the grammar.
fn parse(text: &str) -> Option<Value> {
    let mut tokens = Tokens { rest: text };
    let section = section(&mut tokens, 0)?;
    Some(Value::Section(section))
}

fn section(tokens: &mut Tokens<'_>, depth: usize) -> Option<BTreeMap<String, Value>> {
    let mut values = BTreeMap::new();
    loop {
        let name = match tokens.next() {
            None if depth == 0 => return Some(values),
            Some(Token::Sign('}')) if depth > 0 => return Some(values),
            Some(Token::Word(name)) => name,
            _ => return None,
        };
        let value = match tokens.next()? {
            Token::Sign('{') if depth < DEPTH_MAX => Value::Section(section(tokens, depth + 1)?),
            Token::Sign('=') => value(tokens)?,
            _ => return None,
        };
        values.insert(name, value);
    }
}

fn value(tokens: &mut Tokens<'_>) -> Option<Value> {
    let mut items = Vec::new();
    match tokens.next()? {
        Token::Sign('[') => {}
        token => return scalar(token),
    }
    loop {
        match tokens.next()? {
            Token::Sign(']') => return Some(Value::List(items)),
            Token::Sign(',') => {}
            token => items.push(scalar(token)?),
        }
    }
}

fn scalar(token: Token) -> Option<Value> {
    match token {
        Token::Text(text) => Some(Value::Text(text)),
        Token::Word(word) => Some(word.parse().map_or(Value::Text(word), Value::Number)),
        Token::Sign(_) => None,
    }
}

enum Token {
    Word(String),
    Text(String),
    Sign(char),
}

struct Tokens<'a> {
    rest: &'a str,
}

impl Tokens<'_> {
    fn next(&mut self) -> Option<Token> {
        self.skip_blanks();
        let first = self.rest.chars().next()?;
        match first {
            '{' | '}' | '[' | ']' | ',' | '=' => {
                self.rest = self.rest.get(1..)?;
                Some(Token::Sign(first))
            }
            '"' => self.quoted(),
            _ => self.word(),
        }
    }

    fn skip_blanks(&mut self) {
        loop {
            self.rest = self.rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\0');
            if !self.rest.starts_with('#') {
                return;
            }
            self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
    }

    fn quoted(&mut self) -> Option<Token> {
        let (mut text, mut escaped) = (String::new(), false);
        for (index, character) in self.rest.char_indices().skip(1) {
            match character {
                '"' if !escaped => {
                    self.rest = self.rest.get(index + 1..)?;
                    return Some(Token::Text(text));
                }
                '\\' if !escaped => escaped = true,
                _ => {
                    text.push(character);
                    escaped = false;
                }
            }
        }
        None
    }

    fn word(&mut self) -> Option<Token> {
        let ends = |c: char| c.is_whitespace() || "{}[],=\"#\0".contains(c);
        let end = self.rest.find(ends).unwrap_or(self.rest.len());
        let word = self.rest.get(..end).filter(|word| !word.is_empty())?.to_string();
        self.rest = self.rest.get(end..)?;
        Some(Token::Word(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = r#"vgsrc { # a group
        id = "xyz"
        status = ["RESIZEABLE", "READ", "WRITE"]
        extent_size = 8192
        physical_volumes { pv0 { id = "abcdef-0123-4567" pe_start = 2048 } }
        logical_volumes {
            root { segment_count = 2
                segment2 { start_extent = 10 extent_count = 5 type = "striped" stripe_count = 1 stripes = ["pv0", 42] }
                segment1 { start_extent = 0 extent_count = 10 type = "striped" stripe_count = 1 stripes = ["pv0", 32] }
            }
            split {
                segment1 { start_extent = 0 extent_count = 1 type = "striped" stripe_count = 1 stripes = ["pv0", 0] }
                segment2 { start_extent = 1 extent_count = 1 type = "striped" stripe_count = 1 stripes = ["pv0", 9] }
            }
            mirror { segment1 { type = "raid1" } }
        } }
        contents = "Text \"Format\" Volume Group"
        version = 1"#;

    #[test]
    fn finds_volumes_in_one_piece() {
        let group = group(&parse(METADATA).unwrap()).unwrap();
        assert_eq!(group.name, "vgsrc");
        let place = |name: &str| group.volumes.iter().find(|v| v.name == name).unwrap().place.clone();
        let extent = 8192 * 512;
        let expected =
            Place { pv: "abcdef01234567".into(), offset: (1 << 20) + 32 * extent, size: 15 * extent };
        assert_eq!(place("root"), Some(expected));
        assert_eq!(place("split"), None);
        assert_eq!(place("mirror"), None);
    }

    #[test]
    fn refuses_broken_text() {
        let deep = "a { ".repeat(10_000);
        for text in ["a {", "a = [", "a = \"", "}", "= 1", "a 1", deep.as_str()] {
            assert!(parse(text).is_none(), "{text:.20}");
        }
        assert!(parse("").is_some_and(|root| group(&root).is_none()));
    }
}
