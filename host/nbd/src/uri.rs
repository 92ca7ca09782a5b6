//! An NBD URI taken apart, as far as an address and a grant of addresses have in common. What its parts mean, and
//! whether they fit together, is for others to say.

use crate::limits::ADDRESS_BYTES_MAX;
use gyre_core::{Error, Result};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::collections::BTreeMap;
use std::fmt;

/// What need not be written as `%XX` in an export's name or a parameter.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/')
    .remove(b':')
    .remove(b'*');

/// How a server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub enum Scheme {
    Tcp,
    TcpTls,
    Unix,
    UnixTls,
    Ssh,
}

const SCHEMES: [(&str, Scheme); 5] = [
    ("nbd", Scheme::Tcp),
    ("nbds", Scheme::TcpTls),
    ("nbd+unix", Scheme::Unix),
    ("nbds+unix", Scheme::UnixTls),
    ("nbd+ssh", Scheme::Ssh),
];

impl Scheme {
    fn name(self) -> &'static str {
        SCHEMES.iter().find(|(_, scheme)| *scheme == self).map_or("nbd", |(name, _)| name)
    }

    /// The port that is meant where none is written.
    pub const fn port(self) -> u16 {
        match self {
            Scheme::Ssh => 22,
            _ => 10809,
        }
    }
}

/// `scheme://[user@]authority/export?parameter=value&…`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Uri {
    /// How.
    pub scheme: Scheme,
    /// Who logs in, for SSH.
    pub user: Option<String>,
    /// Host and port, as they are written.
    pub authority: String,
    /// Name of the export, decoded.
    pub export: String,
    /// Parameters, decoded.
    pub parameters: BTreeMap<String, String>,
}

impl Uri {
    /// Whether a name of a disk is such an address, and no path.
    pub fn is_one(name: &str) -> bool {
        name.split_once("://").is_some_and(|(scheme, _)| SCHEMES.iter().any(|(known, _)| *known == scheme))
    }

    /// Takes it apart.
    ///
    /// # Errors
    /// `nbd.address`.
    pub fn parse(text: &str) -> Result<Self> {
        let bad = |why: &str| bad_address(text, why);
        if text.len() > ADDRESS_BYTES_MAX {
            return Err(Error::invalid("nbd.address", "an NBD address is too long")
                .cause(format!("at most {ADDRESS_BYTES_MAX} bytes")));
        }
        let (scheme, rest) = text.split_once("://").ok_or_else(|| bad("it has no scheme"))?;
        let scheme = SCHEMES.iter().find(|(known, _)| *known == scheme).map(|(_, scheme)| *scheme);
        let scheme = scheme.ok_or_else(|| bad("its scheme is none of NBD"))?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (place, export) = rest.split_once('/').unwrap_or((rest, ""));
        let (user, authority) = match place.rsplit_once('@') {
            Some((user, authority)) => {
                (Some(decode(user).ok_or_else(|| bad("its user is not UTF-8"))?), authority)
            }
            None => (None, place),
        };
        let export = decode(export).ok_or_else(|| bad("its export is not readable"))?;
        let parameters = parameters(query).map_err(bad)?;
        if authority.chars().any(|c| c.is_control() || c.is_whitespace()) {
            return Err(bad("its host is none"));
        }
        Ok(Self { scheme, user, authority: authority.into(), export, parameters })
    }
}

/// An address that cannot be used, and why.
pub(crate) fn bad_address(text: &str, why: &str) -> Error {
    let shown: String = text.chars().take(200).flat_map(char::escape_default).collect();
    Error::invalid("nbd.address", format!("\"{shown}\" is no address of an NBD export"))
        .cause(why)
        .cause("for example: nbd://10.0.0.5:10809/disk0, nbd+unix:///disk0?socket=/run/nbd.sock")
}

fn parameters(query: &str) -> std::result::Result<BTreeMap<String, String>, &'static str> {
    let mut found = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').ok_or("one of its parameters has no value")?;
        let value = decode(value).ok_or("one of its parameters is not readable")?;
        if found.insert(name.to_owned(), value).is_some() {
            return Err("one of its parameters is there twice");
        }
    }
    Ok(found)
}

/// None: no UTF-8, or with control characters, which nobody means.
fn decode(text: &str) -> Option<String> {
    let text = percent_decode_str(text).decode_utf8().ok()?.into_owned();
    (!text.chars().any(char::is_control)).then_some(text)
}

impl fmt::Display for Uri {
    /// In the one form that all ways to write it have in common.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://", self.scheme.name())?;
        if let Some(user) = &self.user {
            write!(f, "{}@", utf8_percent_encode(user, NON_ALPHANUMERIC))?;
        }
        write!(f, "{}/{}", self.authority, utf8_percent_encode(&self.export, PLAIN))?;
        for (n, (name, value)) in self.parameters.iter().enumerate() {
            let joint = if n == 0 { '?' } else { '&' };
            write!(f, "{joint}{name}={}", utf8_percent_encode(value, PLAIN))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_one_has_one_form() {
        for (text, form) in [
            ("nbd://h", "nbd://h/"),
            ("nbd://h:1/a%20b", "nbd://h:1/a%20b"),
            ("nbd+unix:///a?socket=%2Frun%2Fx", "nbd+unix:///a?socket=/run/x"),
            ("nbd+ssh://me@h/?socket=/x&identity=/k", "nbd+ssh://me@h/?identity=/k&socket=/x"),
            ("nbds://[::1]:7/*", "nbds://[::1]:7/*"),
        ] {
            let uri = Uri::parse(text).unwrap();
            assert_eq!(uri.to_string(), form);
            assert_eq!(Uri::parse(form).unwrap(), uri);
        }
    }

    #[test]
    fn what_is_none_is_refused() {
        let long = format!("nbd://h/{}", "x".repeat(ADDRESS_BYTES_MAX));
        for text in [
            "",
            "/srv/disk",
            "http://h/x",
            "nbd+vsock://1/x",
            "nbd://h/%0a",
            "nbd://h/%ff",
            "nbd://h/?a",
            "nbd://h/?a=1&a=2",
            "nbd://a b/",
            &long,
        ] {
            assert_eq!(Uri::parse(text).unwrap_err().code, "nbd.address", "{text}");
        }
        assert!(
            Uri::is_one("nbds+unix:///?socket=/x") && !Uri::is_one("/nbd://x") && !Uri::is_one("nbdx://a")
        );
    }
}
