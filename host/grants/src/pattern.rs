//! Patterns of hosts and ports, as `grant.http`, `grant.ssh` and a secret's `to` write them. Parsed once; a
//! pattern that means nothing is an error, not a pattern that matches nothing.

use gyre_core::{Error, Result};
use reqwest::Url;
use std::net::IpAddr;

/// `https://*.cloud.example:*` or `*.workers.internal:22`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// None: not a URL.
    scheme: Option<String>,
    host: HostPattern,
    port: PortPattern,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum HostPattern {
    Any,
    /// One or more labels before this suffix (which begins with a dot).
    Below(String),
    Name(String),
    Address(IpAddr),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum PortPattern {
    Any,
    Port(u16),
}

/// How a pattern matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Match {
    No,
    /// By name or wildcard: the addresses behind it are to be looked at.
    Name,
    /// The pattern is this very address.
    Address,
}

impl Pattern {
    /// `scheme://host[:port]`; without a port, that of the scheme.
    ///
    /// # Errors
    /// `config.grant`.
    pub(crate) fn url(text: &str) -> Result<Self> {
        let bad = |why: &str| bad(text, why, "https://*.cloud.example:*");
        let (scheme, rest) = text.split_once("://").ok_or_else(|| bad("has no scheme"))?;
        let default = match scheme {
            "http" => 80,
            "https" => 443,
            _ => return Err(bad("has a scheme other than http and https")),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = split_port(rest).map_err(bad)?;
        Ok(Self {
            scheme: Some(scheme.into()),
            host: HostPattern::parse(host).map_err(bad)?,
            port: port.unwrap_or(PortPattern::Port(default)),
        })
    }

    /// `host:port`; without a port, 22.
    ///
    /// # Errors
    /// `config.grant`.
    pub(crate) fn ssh(text: &str) -> Result<Self> {
        Self::place(text, 22, "*.workers.internal:22")
    }

    /// `host:port`, with the port that is meant where none is written, and what to show who wrote it otherwise.
    ///
    /// # Errors
    /// `config.grant`.
    pub(crate) fn place(text: &str, default: u16, example: &str) -> Result<Self> {
        let bad = |why: &str| bad(text, why, example);
        let (host, port) = split_port(text).map_err(bad)?;
        Ok(Self {
            scheme: None,
            host: HostPattern::parse(host).map_err(bad)?,
            port: port.unwrap_or(PortPattern::Port(default)),
        })
    }

    pub(crate) fn matches_url(&self, url: &Url) -> Match {
        let (Some(host), Some(port)) = (url.host_str(), url.port_or_known_default()) else {
            return Match::No;
        };
        if self.scheme.as_deref() != Some(url.scheme()) {
            return Match::No;
        }
        self.matches(host, port)
    }

    /// `host` is a name or an address, an IPv6 address with or without brackets.
    pub(crate) fn matches(&self, host: &str, port: u16) -> Match {
        let port_fits = match self.port {
            PortPattern::Any => true,
            PortPattern::Port(own) => own == port,
        };
        if port_fits { self.host.matches(host) } else { Match::No }
    }
}

impl HostPattern {
    fn parse(text: &str) -> std::result::Result<Self, &'static str> {
        if text == "*" {
            return Ok(Self::Any);
        }
        if let Some(address) = address(text) {
            return Ok(Self::Address(address));
        }
        let (suffix, below) = match text.strip_prefix("*.") {
            Some(suffix) => (suffix, true),
            None => (text, false),
        };
        let plain = |label: &str| {
            !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
        };
        if !suffix.split('.').all(plain) {
            return Err("has a host that is no name, address, `*` or `*.name`");
        }
        let suffix = suffix.to_ascii_lowercase();
        Ok(if below { Self::Below(format!(".{suffix}")) } else { Self::Name(suffix) })
    }

    fn matches(&self, host: &str) -> Match {
        let host = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
        let literal = address(&host);
        let fits = match self {
            Self::Any => true,
            Self::Address(own) => return if literal == Some(*own) { Match::Address } else { Match::No },
            Self::Below(suffix) => literal.is_none() && host.len() > suffix.len() && host.ends_with(suffix),
            Self::Name(own) => literal.is_none() && host == *own,
        };
        if fits { Match::Name } else { Match::No }
    }
}

/// An address as it stands in a URL.
pub(crate) fn address(host: &str) -> Option<IpAddr> {
    host.strip_prefix('[').and_then(|h| h.strip_suffix(']')).unwrap_or(host).parse().ok()
}

fn split_port(text: &str) -> std::result::Result<(&str, Option<PortPattern>), &'static str> {
    let colon = match text.rfind(']') {
        Some(bracket) => text.get(bracket..).and_then(|rest| rest.find(':')).map(|at| bracket + at),
        None => text.rfind(':'),
    };
    let Some((host, port)) = colon.and_then(|at| text.split_at_checked(at)) else { return Ok((text, None)) };
    match port.get(1..) {
        Some("*") => Ok((host, Some(PortPattern::Any))),
        Some(port) => match port.parse() {
            Ok(port) => Ok((host, Some(PortPattern::Port(port)))),
            Err(_) => Err("has a port that is neither a number nor `*`, or a path"),
        },
        None => Ok((host, None)),
    }
}

fn bad(text: &str, why: &str, example: &str) -> Error {
    Error::invalid("config.grant", format!("the grant {text:?} {why}"))
        .cause(format!("for example: {example:?}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(pattern: &str, url: &str) -> Match {
        Pattern::url(pattern).unwrap().matches_url(&Url::parse(url).unwrap())
    }

    #[test]
    fn urls_match_by_scheme_labels_and_port() {
        for (pattern, text, expected) in [
            ("https://a.example", "https://a.example/x", Match::Name),
            ("https://a.example", "https://A.EXAMPLE./x", Match::Name),
            ("https://a.example", "https://a.example:8443/", Match::No),
            ("https://a.example", "http://a.example:443/", Match::No),
            ("https://a.example:*", "https://a.example:8443/", Match::Name),
            ("https://*.a.example", "https://b.a.example/", Match::Name),
            ("https://*.a.example", "https://c.b.a.example/", Match::Name),
            ("https://*.a.example", "https://a.example/", Match::No),
            ("https://*.a.example", "https://evila.example/", Match::No),
            ("https://*.a.example", "https://a.example.evil/", Match::No),
            ("http://*:*", "http://127.0.0.1:1/", Match::Name),
            ("http://127.0.0.1:5000", "http://127.0.0.1:5000/", Match::Address),
            ("http://127.0.0.1:5000", "http://0x7f.1:5000/", Match::Address),
            ("http://127.0.0.1:5000", "http://localhost:5000/", Match::No),
            ("http://[::1]:5000", "http://[0:0::1]:5000/", Match::Address),
            ("http://[::1]", "http://[::1]/", Match::Address),
        ] {
            assert_eq!(url(pattern, text), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn hosts_match_for_ssh() {
        let pattern = Pattern::ssh("*.workers.internal").unwrap();
        assert_eq!(pattern.matches("a.workers.internal", 22), Match::Name);
        assert_eq!(pattern.matches("a.workers.internal", 23), Match::No);
        assert_eq!(Pattern::ssh("10.0.0.7:*").unwrap().matches("10.0.0.7", 9), Match::Address);
    }

    #[test]
    fn what_means_nothing_is_an_error() {
        for text in [
            "a.example",
            "ftp://a",
            "https://a/path",
            "https://a.*.b",
            "https://",
            "https://u@a",
            "https://a:x",
        ] {
            assert_eq!(Pattern::url(text).unwrap_err().code, "config.grant", "{text}");
        }
    }
}
