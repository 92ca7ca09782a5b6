//! What keeps secrets out of recordings: known values in every form that they may stand in, and whatever stands behind a
//! name that says that it is one (`"password": …`, `X-Auth-Token: …`, `secret=…`). The same text is masked the same way in
//! a recording and in its replay, and a mask is never masked again, so that masked calls compare. Knows texts alone.

use super::tell::Told;
use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::Value;
use std::collections::BTreeSet;

/// Shorter values cannot be told from what merely reads like them.
const SECRET_BYTES_MIN: usize = 4;
/// A value that was learned by a name is masked wherever else it stands, if it is no ordinary word.
const LEARNED_BYTES_MIN: usize = 8;
/// One of this length needs no digit in it.
const LEARNED_BYTES_SURE: usize = 20;
/// Values that are learned by a name: more are masked only where they stand behind it. Secrets that gyre itself knows of
/// are always remembered.
const LEARNED_MAX: usize = 1_000;
/// Bytes of a name that are looked at and told.
const NAME_BYTES_MAX: usize = 40;
/// Shorter runs of letters are no packed text.
const PACKED_BYTES_MIN: usize = 16;
/// How often packed text is unpacked again.
const DEPTH_MAX: u32 = 3;
/// What those who percent-encode leave as it is, beside letters and digits: everything else is encoded by none, `/` is
/// kept in paths, `!'()*` by browsers; in forms a blank becomes `+`.
const KEPT: [&[u8]; 6] = [b"-_.~", b"-_.~/", b"-_.~!'()*", b"-_.~/!'()*", b"-_.~ ", b"-_.* "];
/// What values and names are quoted with.
const QUOTES: [char; 2] = ['"', '\''];
/// How masks begin.
const MASKS: [&str; 2] = ["[secret ", "[masked "];
/// How names of secrets end, without `-` and `_`.
const SENSITIVE: [&str; 14] = [
    "password",
    "passwd",
    "passphrase",
    "adminpass",
    "secret",
    "token",
    "apikey",
    "accesskey",
    "secretkey",
    "privatekey",
    "authorization",
    "cookie",
    "psk",
    "signature",
];
/// Names whose values, not quoted, have blanks and signs of their own: `Bearer …`, `a=1; b=2`.
const WIDE: [&str; 2] = ["authorization", "cookie"];
/// Where such a value ends.
const WIDE_ENDS: [char; 6] = ['"', '\'', '\\', '\r', '\n', '<'];
/// What stands around signs.
const BLANKS: [char; 2] = [' ', '\t'];
/// Where any other value that is not quoted ends.
const VALUE_ENDS: [char; 12] = ['&', ';', ',', '"', '\'', '\\', ' ', '\t', '\r', '\n', '}', '<'];
/// Fields of the WIT that hold a secret, and what it is called.
const HELD: [(&str, &str); 3] =
    [("private", "private-key"), ("password", "winrm-password"), ("archive", "winrm-archive")];

/// The secrets that are known so far.
#[derive(Default)]
pub(crate) struct Mask {
    /// Value and what stands for it, the longest value first.
    known: Vec<(Vec<u8>, String)>,
    /// How many of them were learned by a name.
    learned: usize,
}

impl Mask {
    /// A secret by its name. One of several lines is masked line by line, as it may be indented where it stands.
    pub(crate) fn learn(&mut self, name: &str, value: &[u8]) {
        let lines: Vec<&[u8]> = value.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).collect();
        let texts: Vec<_> =
            lines.iter().filter(|line| !line.is_empty() && !line.starts_with(b"-----")).collect();
        let several = texts.len() > 1;
        for (number, line) in (1..).zip(texts) {
            let mask = if several { format!("[secret {name} {number}]") } else { format!("[secret {name}]") };
            self.remember(line, &mask);
        }
    }

    fn remember(&mut self, value: &[u8], mask: &str) {
        let before = self.known.len();
        for form in forms(value) {
            let is_new = !self.known.iter().any(|(known, _)| *known == form);
            if form.len() >= SECRET_BYTES_MIN && is_new {
                self.known.push((form, mask.to_owned()));
            }
        }
        if self.known.len() > before {
            self.known.sort_by_key(|(form, _)| std::cmp::Reverse(form.len()));
        }
    }

    /// The value without secrets.
    pub(crate) fn over(&mut self, told: Told) -> Told {
        match told {
            Told::Text(text) => Told::Text(self.text(&text)),
            Told::Bytes(bytes) => Told::Bytes(self.bytes(bytes)),
            Told::List(all) => self.list(all),
            Told::Fields(fields) => {
                Told::Fields(fields.into_iter().map(|(name, value)| self.field(name, value)).collect())
            }
            Told::Plain(value) => Told::Plain(value),
        }
    }

    /// The text without secrets.
    pub(crate) fn text(&mut self, text: &str) -> String {
        String::from_utf8_lossy(&self.bytes(text.as_bytes().to_vec())).into_owned()
    }

    fn field(&mut self, name: String, value: Told) -> (String, Told) {
        let held = HELD.iter().find(|(field, _)| *field == name).map(|(_, called)| *called);
        match (held, &value) {
            (Some(called), Told::Text(text)) => self.learn(called, text.as_bytes()),
            // These have no lines.
            (Some(called), Told::Bytes(bytes)) => self.remember(bytes, &format!("[secret {called}]")),
            _ => {}
        }
        let value = self.over(value);
        (name, value)
    }

    /// What follows `--password` on a command line is one.
    fn list(&mut self, all: Vec<Told>) -> Told {
        let (mut told, mut option): (_, Option<String>) = (Vec::new(), None);
        for one in all {
            let next = match &one {
                Told::Text(text) if text.starts_with('-') && is_sensitive(text) => Some(text.clone()),
                _ => None,
            };
            told.push(match (option.take(), one) {
                (Some(name), Told::Text(value)) => Told::Text(self.value_of(&name, &value)),
                (_, one) => self.element(one),
            });
            option = next;
        }
        Told::List(told)
    }

    /// Of a list: headers, variables and fields are pairs of a name and a value.
    fn element(&mut self, told: Told) -> Told {
        let pair = match &told {
            Told::List(pair) => match pair.as_slice() {
                [Told::Text(name), Told::Text(value)] if is_sensitive(name) => {
                    Some((name.clone(), value.clone()))
                }
                _ => None,
            },
            _ => None,
        };
        let Some((name, value)) = pair else { return self.over(told) };
        let value = self.value_of(&name, &value);
        Told::List(vec![Told::Text(name), Told::Text(value)])
    }

    /// A whole value behind a secret's name; one that is known keeps its own mask.
    fn value_of(&mut self, name: &str, value: &str) -> String {
        let known = self.text(value);
        if is_mask(&known) { known } else { self.named(name, value) }
    }

    fn bytes(&mut self, bytes: Vec<u8>) -> Vec<u8> {
        self.deep(bytes, 0)
    }

    fn deep(&mut self, bytes: Vec<u8>, depth: u32) -> Vec<u8> {
        let bytes = self.known_in(bytes);
        let Ok(text) = std::str::from_utf8(&bytes) else { return bytes };
        let masked = self.behind_names(&without_logins(text));
        // What was learned just now may stand before its name, too.
        let masked = if masked == text { masked.into_bytes() } else { self.known_in(masked.into_bytes()) };
        if depth < DEPTH_MAX { self.packed(masked, depth + 1) } else { masked }
    }

    fn known_in(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        for (form, mask) in &self.known {
            if let Some(replaced) = replace(&bytes, form, mask.as_bytes()) {
                bytes = replaced;
            }
        }
        bytes
    }

    /// A value that its name says to be a secret: what stands in its place.
    fn named(&mut self, name: &str, value: &str) -> String {
        if is_mask(value) {
            return value.to_owned();
        }
        let name = name.trim_start_matches('-').to_lowercase();
        let name: String = name.chars().take(NAME_BYTES_MAX).collect();
        let mask = format!("[masked {name}]");
        for value in readings(value).iter().filter(|value| is_telling(value)) {
            if self.learned < LEARNED_MAX {
                self.learned += 1;
                self.remember(value.as_bytes(), &mask);
            }
        }
        mask
    }

    fn behind_names(&mut self, text: &str) -> String {
        let (mut out, mut rest) = (String::new(), text);
        while let Some(at) = rest.find(['=', ':']) {
            let (before, after) = rest.split_at(at);
            let sign = after.get(..1).unwrap_or_default();
            out.push_str(before);
            out.push_str(sign);
            rest = after.get(1..).unwrap_or_default();
            let Some(name) = name_before(before).filter(|name| is_sensitive(name)) else { continue };
            let is_quoted = before.trim_end_matches(BLANKS).ends_with(QUOTES);
            let ends = if !is_quoted && is_wide(name) { &WIDE_ENDS[..] } else { &VALUE_ENDS[..] };
            let (lead, value) = value_after(rest, ends);
            out.push_str(lead);
            rest = rest.get(lead.len() + value.len()..).unwrap_or_default();
            out.push_str(&if is_value(lead, value) || is_mask(value) {
                self.named(name, value)
            } else {
                value.to_owned()
            });
        }
        out + rest
    }

    /// Base64 in which a secret stands, packed again around the mask.
    fn packed(&mut self, bytes: Vec<u8>, depth: u32) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len());
        let mut runs = bytes.chunk_by(|a, b| Letter::of(*a) == Letter::of(*b)).peekable();
        while let Some(run) = runs.next() {
            let is_packed = run.len() >= PACKED_BYTES_MIN
                && run.first().map(|byte| Letter::of(*byte)) == Some(Letter::Packed);
            let Some((path, masked)) = is_packed.then(|| self.unpacked_in(run, depth)).flatten() else {
                out.extend_from_slice(run);
                continue;
            };
            let fill = runs.next_if(|next| next.first() == Some(&b'='));
            out.extend_from_slice(path);
            out.extend_from_slice(&masked);
            if fill.is_some() || (run.len() - path.len()).is_multiple_of(4) {
                out.resize(out.len() + masked.len().wrapping_neg() % 4, b'=');
            }
        }
        out
    }

    /// Packed text, whole or behind the last `/` of a path, which is a letter of base64, too.
    fn unpacked_in<'a>(&mut self, run: &'a [u8], depth: u32) -> Option<(&'a [u8], Vec<u8>)> {
        if let Some(masked) = self.unpacked(run, depth) {
            return Some((&[], masked));
        }
        let (path, last) = run.split_at_checked(run.iter().rposition(|byte| *byte == b'/')? + 1)?;
        let is_packed = last.len() >= PACKED_BYTES_MIN;
        is_packed.then(|| self.unpacked(last, depth)).flatten().map(|masked| (path, masked))
    }

    fn unpacked(&mut self, run: &[u8], depth: u32) -> Option<Vec<u8>> {
        let engine: &GeneralPurpose =
            if run.iter().any(|byte| b"-_".contains(byte)) { &URL_SAFE_NO_PAD } else { &STANDARD_NO_PAD };
        let inside = engine.decode(run).ok()?;
        let masked = self.deep(inside.clone(), depth);
        (masked != inside).then(|| engine.encode(masked).into_bytes())
    }
}

/// What a byte is in base64.
#[derive(PartialEq, Eq)]
enum Letter {
    Packed,
    Fill,
    Other,
}

impl Letter {
    const fn of(byte: u8) -> Self {
        match byte {
            b'=' => Self::Fill,
            b'+' | b'/' | b'-' | b'_' => Self::Packed,
            byte if byte.is_ascii_alphanumeric() => Self::Packed,
            _ => Self::Other,
        }
    }
}

/// Whether a name says that a secret stands behind it. Marks of gyre's own on objects are none.
fn is_sensitive(name: &str) -> bool {
    let plain: String = name.to_lowercase().chars().filter(|c| !matches!(c, '-' | '_' | ' ')).collect();
    !plain.starts_with("gyre") && SENSITIVE.iter().any(|word| plain.ends_with(word))
}

fn is_wide(name: &str) -> bool {
    WIDE.iter().any(|word| name.to_lowercase().ends_with(word))
}

/// Whether what stands behind a secret's name is one: a word, and no list or object, which have names of their own.
fn is_value(lead: &str, value: &str) -> bool {
    let is_nested = !lead.ends_with(QUOTES) && value.starts_with(['{', '[']);
    value.len() > 1 && !is_nested && !matches!(value, "null" | "true" | "false")
}

/// A value as it stands, without the backslashes that it stands with in JSON, and without the scheme before it.
fn readings(value: &str) -> Vec<String> {
    let mut readings = vec![value.to_owned()];
    for _ in 0..DEPTH_MAX {
        let plain =
            readings.last().and_then(|last| serde_json::from_str::<String>(&format!("\"{last}\"")).ok());
        match plain.filter(|plain| readings.last() != Some(plain)) {
            Some(plain) => readings.push(plain),
            None => break,
        }
    }
    let credential = value.split_once(' ').map(|(_, credential)| credential.trim().to_owned());
    readings.extend(credential);
    readings
}

fn is_mask(text: &str) -> bool {
    first_mask(text) == Some((0, text.len()))
}

/// The text with a mask for the password of each URL that holds one: `https://user:password@host`.
fn without_logins(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once("://") {
        out.push_str(before);
        out.push_str("://");
        let end = after
            .find(['/', '?', '#', '"', '\'', '\\', '<', '>', ' ', '\t', '\r', '\n'])
            .unwrap_or(after.len());
        let (authority, later) = after.split_at(end);
        let login =
            authority.rsplit_once('@').and_then(|(login, host)| Some((login.split_once(':')?.0, host)));
        out.push_str(
            &login
                .map_or_else(|| authority.to_owned(), |(user, host)| format!("{user}:[masked login]@{host}")),
        );
        rest = later;
    }
    out + rest
}

/// Whether a value is no ordinary word.
fn is_telling(value: &str) -> bool {
    let has = |kind: fn(&char) -> bool| value.chars().any(|c| kind(&c));
    let mixed = has(char::is_ascii_digit) && has(|c| c.is_alphabetic());
    !value.contains(char::is_whitespace)
        && (value.len() >= LEARNED_BYTES_SURE || value.len() >= LEARNED_BYTES_MIN && mixed)
}

/// The word, quoted or not, that a text ends with.
fn name_before(text: &str) -> Option<&str> {
    let text = text.trim_end_matches(BLANKS);
    let text = text.strip_suffix("\\\"").or_else(|| text.strip_suffix(QUOTES)).unwrap_or(text);
    let name = text.rsplit(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).next()?;
    (!name.is_empty() && name.len() <= NAME_BYTES_MAX * 2).then_some(name)
}

/// What stands between a name's sign and its value, and the value; one without quotes goes to one of `ends`.
fn value_after<'a>(text: &'a str, ends: &[char]) -> (&'a str, &'a str) {
    let blank = text.len() - text.trim_start_matches(BLANKS).len();
    for quote in ["\\\"", "\"", "'"] {
        let begin = blank + quote.len();
        if let Some(inside) = text.get(begin..).filter(|_| text.get(blank..begin) == Some(quote)) {
            let value = inside.get(..quoted_len(inside, quote)).unwrap_or_default();
            return (text.get(..begin).unwrap_or_default(), value);
        }
    }
    let (lead, text) = text.split_at(blank);
    let end = text.find(ends).unwrap_or(text.len());
    (lead, text.get(..end).unwrap_or_default().trim_end_matches(BLANKS))
}

/// How much stands before the quote that ends a value. One that belongs to the value has a backslash before it, which
/// is no other backslash's; in a text that is quoted itself, every backslash of the value stands twice.
fn quoted_len(inside: &str, quote: &str) -> usize {
    let (mark, own) = (quote.chars().next_back().unwrap_or('"'), quote.len() - 1);
    let period = 2 * (own + 1);
    let end = inside.match_indices(mark).find_map(|(at, _)| {
        let before = inside.get(..at)?;
        let slashes = before.len() - before.trim_end_matches('\\').len();
        let rest = slashes.checked_sub(own)?;
        rest.is_multiple_of(period).then_some(at - own)
    });
    end.unwrap_or(inside.len())
}

/// A value as it may stand in JSON, in URLs, in forms and in XML, as the writers of each write it.
fn forms(value: &[u8]) -> BTreeSet<Vec<u8>> {
    let mut forms: BTreeSet<_> = KEPT.iter().map(|kept| percent(value, kept)).collect();
    forms.insert(value.to_vec());
    let text = String::from_utf8_lossy(value);
    let inside = inside_json(&text);
    let others = [escaped(&inside, false), escaped(&inside, true), inside, entities(&text, "&#39;")];
    forms.extend(others.map(String::into_bytes));
    forms.extend(["&apos;", "&#x27;"].map(|apostrophe| entities(&text, apostrophe).into_bytes()));
    // Of a text between tags, quotes may stay.
    forms.insert(entities(&text, "'").replace("&quot;", "\"").into_bytes());
    forms
}

/// A text as it stands between the quotes of a JSON string.
fn inside_json(text: &str) -> String {
    let quoted = serde_json::to_string(text).unwrap_or_default();
    let inside = quoted.strip_prefix('"').and_then(|quoted| quoted.strip_suffix('"'));
    inside.unwrap_or_default().to_owned()
}

/// The same of a writer of ASCII alone; hexadecimal digits are small or large.
fn escaped(inside: &str, is_large: bool) -> String {
    let mut out = String::new();
    for c in inside.chars() {
        if c.is_ascii() {
            out.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            out += &if is_large { format!("\\u{unit:04X}") } else { format!("\\u{unit:04x}") };
        }
    }
    out
}

/// As it stands in XML.
fn entities(text: &str, apostrophe: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', apostrophe)
}

/// As it stands in URLs and forms; `kept` says what is written as it is, a blank among it is written as `+`.
fn percent(value: &[u8], kept: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in value {
        match byte {
            b' ' if kept.contains(byte) => out.push(b'+'),
            byte if byte.is_ascii_alphanumeric() || kept.contains(byte) => out.push(*byte),
            byte => out.extend_from_slice(format!("%{byte:02X}").as_bytes()),
        }
    }
    out
}

/// The bytes with every `from` replaced; `None`: there is none, and nothing was copied.
fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Option<Vec<u8>> {
    let mut next = Some(find(bytes, from)?);
    let (mut out, mut rest) = (Vec::with_capacity(bytes.len()), bytes);
    while let Some((before, here)) = next.and_then(|at| rest.split_at_checked(at)) {
        out.extend_from_slice(before);
        out.extend_from_slice(to);
        rest = here.get(from.len()..).unwrap_or_default();
        next = find(rest, from);
    }
    out.extend_from_slice(rest);
    Some(out)
}

fn find(bytes: &[u8], from: &[u8]) -> Option<usize> {
    let first = *from.first()?;
    let mut begin = 0;
    loop {
        let at = begin + bytes.get(begin..)?.iter().position(|byte| *byte == first)?;
        if bytes.get(at..)?.starts_with(from) {
            return Some(at);
        }
        begin = at + 1;
    }
}

/// Whether a text could be what was masked: each mask stands for any text.
fn matches(masked: &str, text: &str) -> bool {
    let literals = literals(masked);
    let [first, middle @ .., last] = literals.as_slice() else { return masked == text };
    let Some(mut text) = text.strip_prefix(first).and_then(|text| text.strip_suffix(last)) else {
        return false;
    };
    middle.iter().all(|literal| match text.split_once(literal) {
        Some((_, after)) => {
            text = after;
            true
        }
        None => literal.is_empty(),
    })
}

/// What stands around masks.
fn literals(masked: &str) -> Vec<&str> {
    let (mut literals, mut rest) = (Vec::new(), masked);
    while let Some((at, length)) = first_mask(rest) {
        literals.push(rest.get(..at).unwrap_or_default());
        rest = rest.get(at + length..).unwrap_or_default();
    }
    literals.push(rest);
    literals
}

/// Where the first mask stands, and its length.
fn first_mask(text: &str) -> Option<(usize, usize)> {
    let is_one = |rest: &str| MASKS.iter().any(|mask| rest.starts_with(mask));
    let mut brackets = text.match_indices('[').map(|(at, _)| at);
    let at = brackets.find(|at| text.get(*at..).is_some_and(is_one))?;
    let length = text.get(at..)?.find(']')? + 1;
    Some((at, length))
}

/// Whether a value of a recording is what was seen, but for masks.
pub(crate) fn same(recorded: &Value, seen: &Value) -> bool {
    match (recorded, seen) {
        (Value::String(recorded), Value::String(seen)) => matches(recorded, seen),
        (Value::Array(recorded), Value::Array(seen)) => {
            recorded.len() == seen.len() && recorded.iter().zip(seen).all(|(a, b)| same(a, b))
        }
        (Value::Object(recorded), Value::Object(seen)) => {
            recorded.len() == seen.len()
                && recorded.iter().all(|(name, a)| seen.get(name).is_some_and(|b| same(a, b)))
        }
        (recorded, seen) => recorded == seen,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::engine::general_purpose::STANDARD;

    fn mask() -> Mask {
        let mut mask = Mask::default();
        mask.learn("os-password", b"s3cr\"et/word");
        mask
    }

    #[test]
    fn a_known_secret_is_masked_in_every_form() {
        let mut mask = mask();
        let packed = STANDARD.encode("#cloud-config\npassword: s3cr\"et/word\n");
        for text in [
            "x s3cr\"et/word y".to_owned(),
            r#"{"p":"s3cr\"et/word"}"#.to_owned(),
            "/v3?p=s3cr%22et%2Fword&a=b".to_owned(),
            format!(r#"{{"user_data":"{packed}"}}"#),
            format!(r#"{{"user_data":"{}"}}"#, STANDARD.encode(&packed)),
        ] {
            let masked = mask.text(&text);
            let plain = masked.contains("s3cr") || masked.contains(&packed);
            assert!(!plain && masked != text, "{masked}");
            assert_eq!(mask.text(&masked), masked, "a mask is masked again");
        }
        assert_eq!(mask.bytes(b"\xff s3cr\"et/word".to_vec()), b"\xff [secret os-password]");
    }

    #[test]
    fn a_known_secret_is_masked_as_any_writer_writes_it() {
        let mut mask = Mask::default();
        mask.learn("os-password", "gé im/<&>'\"😀(x)!*".as_bytes());
        for text in [
            r#"g\u00e9 im/<&>'\"\ud83d\ude00(x)!*"#,
            r#"g\u00E9 im/<&>'\"\uD83D\uDE00(x)!*"#,
            "g%C3%A9%20im%2F%3C%26%3E%27%22%F0%9F%98%80%28x%29%21%2A",
            "g%C3%A9%20im/%3C%26%3E%27%22%F0%9F%98%80%28x%29%21%2A",
            "g%C3%A9%20im%2F%3C%26%3E'%22%F0%9F%98%80(x)!*",
            "g%C3%A9%20im/%3C%26%3E'%22%F0%9F%98%80(x)!*",
            "g%C3%A9+im%2F%3C%26%3E%27%22%F0%9F%98%80%28x%29%21%2A",
            "g%C3%A9+im%2F%3C%26%3E%27%22%F0%9F%98%80%28x%29%21*",
            "gé im/&lt;&amp;&gt;&#39;&quot;😀(x)!*",
            "gé im/&lt;&amp;&gt;&apos;&quot;😀(x)!*",
            "gé im/&lt;&amp;&gt;'\"😀(x)!*",
        ] {
            assert_eq!(mask.text(&format!("a {text} b")), "a [secret os-password] b", "{text}");
        }
        mask.learn("short", b"ab\"");
        assert_eq!(mask.text(r#"{"a":"ab\""}"#), r#"{"a":"[secret short]"}"#);
    }

    #[test]
    fn packed_text_is_found_in_a_path() {
        let packed = |text: &str| format!("/v1/data/{}", STANDARD.encode(text));
        for end in ["", "1", "12", "123"] {
            let plain = packed(&format!("the s3cr\"et/word {end}"));
            let masked = packed(&format!("the [secret os-password] {end}"));
            assert_eq!(mask().text(&plain), masked);
        }
    }

    /// A plugin packs what it was given: the real thing while it is recorded, the mask while it is replayed.
    #[test]
    fn what_is_packed_compares() {
        let mut recording = mask();
        let user_data =
            |key: &str| format!("{{\"user_data\":\"{}\"}}", STANDARD.encode(format!("key: {key}\n")));
        let recorded = recording.text(&user_data("s3cr\"et/word"));
        assert_eq!(recorded, Mask::default().text(&user_data("[secret os-password]")));
    }

    #[test]
    fn a_key_of_several_lines_is_masked_wherever_its_lines_stand() {
        let mut mask = Mask::default();
        let key = "-----BEGIN KEY-----\nAAAAabcdefgh\nzzzz\n-----END KEY-----\n";
        let told = mask.over(Told::Fields(vec![("private".into(), Told::Text(key.into()))]));
        let Told::Fields(fields) = told else { panic!() };
        let Told::Text(masked) = &fields[0].1 else { panic!() };
        assert_eq!(
            masked,
            "-----BEGIN KEY-----\n[secret private-key 1]\n[secret private-key 2]\n-----END KEY-----\n"
        );
        assert_eq!(
            mask.text("  AAAAabcdefgh\n  zzzz\n"),
            "  [secret private-key 1]\n  [secret private-key 2]\n"
        );
    }

    /// The archive is packed twice on its way into what a server is told at its boot.
    #[test]
    fn a_login_is_masked_where_it_is_made_and_where_it_is_packed() {
        let mut recording = Mask::default();
        let user_data = |password: &str, archive: &[u8]| {
            let script = format!("$password = '{password}'\n$archive = '{}'\n", STANDARD.encode(archive));
            format!("{{\"user_data\":\"{}\"}}", STANDARD.encode(script))
        };
        for archive in [&b"0\x82\n\x05\xff\n-----x\0"[..], b"0123456789\n"] {
            let fields = [
                ("password".to_owned(), Told::Text("aB3aB3aB3".into())),
                ("archive".to_owned(), Told::Bytes(archive.to_vec())),
            ];
            let Told::Fields(told) = recording.over(Told::Fields(fields.into())) else { panic!() };
            assert_eq!(told[0].1, Told::Text("[secret winrm-password]".into()));
            assert_eq!(told[1].1, Told::Bytes(b"[secret winrm-archive]".to_vec()));
        }
        let archive = b"0\x82\n\x05\xff\n-----x\0";
        let replayed = user_data("[secret winrm-password]", b"[secret winrm-archive]");
        assert_eq!(recording.text(&user_data("aB3aB3aB3", archive)), Mask::default().text(&replayed));
    }

    #[test]
    fn what_stands_behind_a_secrets_name_is_masked_and_known_from_then_on() {
        let mut mask = Mask::default();
        for (text, masked) in [
            (r#"{"adminPass":"kx83hd2jQQ","id":"1"}"#, r#"{"adminPass":"[masked adminpass]","id":"1"}"#),
            (r#"{"access_token": "x"}"#, r#"{"access_token": "x"}"#),
            (r#"{"access_token": "xy"}"#, r#"{"access_token": "[masked access_token]"}"#),
            (r#"{"token":{"expires":1}}"#, r#"{"token":{"expires":1}}"#),
            (r#"{"gyre-token":"job-1/a"}"#, r#"{"gyre-token":"job-1/a"}"#),
            ("a=1&client_secret=geheim&b=2", "a=1&client_secret=[masked client_secret]&b=2"),
            ("DB_PASSWORD='a b'\nX=1\n", "DB_PASSWORD='[masked db_password]'\nX=1\n"),
            (r#""{\"password\":\"geheim\"}""#, r#""{\"password\":\"[masked password]\"}""#),
            (
                "the words token and password: none here",
                "the words token and password: [masked password] here",
            ),
            ("see https://me:pw:2@a.example/x://b", "see https://me:[masked login]@a.example/x://b"),
            ("https://a.example:1/?a=me:b@c", "https://a.example:1/?a=me:b@c"),
            ("später kx83hd2jQQ", "später [masked adminpass]"),
        ] {
            assert_eq!(mask.text(text), masked);
        }
    }

    #[test]
    fn a_value_behind_a_secrets_name_is_masked_to_its_end() {
        for (text, masked) in [
            ("Authorization: Bearer eyJhbGciOi.x", "Authorization: [masked authorization]"),
            (
                "--header=Authorization: Bearer eyJh\nnext",
                "--header=Authorization: [masked authorization]\nnext",
            ),
            (
                r#"{"with":"authorization: Basic dTpw","a":1}"#,
                r#"{"with":"authorization: [masked authorization]","a":1}"#,
            ),
            ("-H 'Authorization: Bearer eyJh' url", "-H 'Authorization: [masked authorization]' url"),
            ("Cookie: a=1; session=s3\r\nHost: b", "Cookie: [masked cookie]\r\nHost: b"),
            ("Authorization: Bearer [secret own]", "Authorization: [masked authorization]"),
            (r#"{"cookie":null,"id":"x"}"#, r#"{"cookie":null,"id":"x"}"#),
            (r#"{"adminPass":"ab\"cdefgh"}"#, r#"{"adminPass":"[masked adminpass]"}"#),
            (r#"{"adminPass":"\"xyz12"}"#, r#"{"adminPass":"[masked adminpass]"}"#),
            (r#"{"adminPass":"xyz\\","id":"1"}"#, r#"{"adminPass":"[masked adminpass]","id":"1"}"#),
            (
                r#"{\"adminPass\":\"ab\\\"cd\",\"id\":1}"#,
                r#"{\"adminPass\":\"[masked adminpass]\",\"id\":1}"#,
            ),
            (r#"{\"adminPass\":\"ab\\\\\",\"id\":1}"#, r#"{\"adminPass\":\"[masked adminpass]\",\"id\":1}"#),
            (r#"{"adminPass":"[k83hd2jQ"}"#, r#"{"adminPass":"[masked adminpass]"}"#),
            (r#"{"adminPass":"{k83hd2jQ"}"#, r#"{"adminPass":"[masked adminpass]"}"#),
            (r#"{"tokens":1,"token":["a","b"]}"#, r#"{"tokens":1,"token":["a","b"]}"#),
            ("password:\tgeheim", "password:\t[masked password]"),
            ("password\t= geheim\tx", "password\t= [masked password]\tx"),
        ] {
            let mut mask = Mask::default();
            assert_eq!(mask.text(text), masked);
            assert_eq!(mask.text(masked), masked, "a mask is masked again");
        }
    }

    #[test]
    fn what_was_masked_with_its_backslashes_is_known_without_them() {
        let mut mask = Mask::default();
        mask.text(r#"{"adminPass":"ab\"cdefgh9"}"#);
        assert_eq!(mask.text("ab\"cdefgh9"), "[masked adminpass]");
        mask.text("Authorization: Bearer eyJhbGciOi9x");
        assert_eq!(mask.text("got eyJhbGciOi9x"), "got [masked authorization]");
    }

    #[test]
    fn headers_are_masked_by_their_name() {
        let mut mask = Mask::default();
        let headers = |name: &str, value: &str| {
            Told::List(vec![Told::List(vec![Told::Text(name.into()), Told::Text(value.into())])])
        };
        assert_eq!(
            mask.over(headers("x-subject-token", "gAAAAB1234567890")),
            headers("x-subject-token", "[masked x-subject-token]")
        );
        // As it was sent, and as the replay sends what it was given.
        let sent = headers("X-Auth-Token", "[masked x-subject-token]");
        assert_eq!(mask.over(headers("X-Auth-Token", "gAAAAB1234567890")), sent);
        assert_eq!(Mask::default().over(sent.clone()), sent);
        assert_eq!(
            mask.over(headers("Authorization", "Basic eHk=")),
            headers("Authorization", "[masked authorization]")
        );
        let line = |last: &str| {
            Told::List(["tool", "--admin-password", last].map(|word| Told::Text(word.into())).into())
        };
        assert_eq!(mask.over(line("geheim")), line("[masked admin-password]"));
        assert_eq!(mask.over(line("[masked admin-password]")), line("[masked admin-password]"));
        let names = Told::List(vec![Told::Text("secret".into()), Told::Text("zebra".into())]);
        assert_eq!(mask.over(names.clone()), names, "a list of two names is no pair");
    }

    /// Looked for to the end of the text from each mask on, these took minutes.
    #[test]
    fn many_masks_of_one_kind_are_found_in_one_pass() {
        let masks = 200_000;
        let masked = "[secret ]".repeat(masks);
        assert_eq!(literals(&masked).len(), masks + 1);
        assert!(matches(&masked, "any text"));
    }

    #[test]
    fn a_mask_stands_for_any_text() {
        for (masked, text, is_match) in [
            ("a", "a", true),
            ("a", "b", false),
            ("a [secret x] b", "a word b", true),
            ("a [secret x] b", "a word c", false),
            ("[secret x]", "word", true),
            ("a [secret x] b [masked y]", "a 1 b 2", true),
            ("a [secret x] b [masked y] c", "a 1 b 2 d", false),
            ("[secret x", "word", false),
        ] {
            assert_eq!(matches(masked, text), is_match, "{masked} {text}");
        }
    }
}
