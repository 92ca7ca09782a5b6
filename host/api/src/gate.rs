//! Who may ask: a token for everything, and no request that a page of another site made a browser send. Refuses to
//! know what is asked.

use crate::token::Token;
use gyre_core::{Error, Result};
use hyper::Request;
use hyper::header::{AUTHORIZATION, HOST, HeaderMap, HeaderName, ORIGIN};
use hyper::http::uri::Authority;
use std::net::IpAddr;

/// Who may ask.
#[derive(Debug)]
pub struct Gate {
    token: Token,
    /// By which clients call this host, besides addresses and `localhost`.
    names: Vec<String>,
}

impl Gate {
    /// Lets in who shows this token to a host of one of these names.
    pub fn new(token: Token, names: Vec<String>) -> Self {
        Self { token, names: names.iter().map(|name| name.to_ascii_lowercase()).collect() }
    }

    /// Whether the request was meant for this host, and by somebody who knows that. A page of another site can make a
    /// browser send requests here (and, by changing what its name resolves to, read the answers): its name then stands
    /// in one of the two headers.
    ///
    /// # Errors
    /// `api.host`.
    pub fn check_host<B>(&self, request: &Request<B>) -> Result<()> {
        let host = text(request.headers(), &HOST)?.or(request.uri().authority().map(Authority::as_str));
        let host = host.ok_or_else(|| foreign("the request does not say which host it is for"))?;
        if !self.is_ours(host) {
            return Err(foreign(format!("the request is for the host {host:?}, which this is not")));
        }
        match text(request.headers(), &ORIGIN)? {
            Some(origin) if !is_same(origin, host) => {
                Err(foreign(format!("a page of {origin:?} made this request")))
            }
            _ => Ok(()),
        }
    }

    /// Whether the request shows the token.
    ///
    /// # Errors
    /// `api.token`.
    pub fn check_token(&self, headers: &HeaderMap) -> Result<()> {
        let shown = text(headers, &AUTHORIZATION)?.and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        match shown {
            Some(shown) if self.token.is(shown) => Ok(()),
            Some(_) => Err(Error::denied("api.token", "the token of the request is not that of the server")),
            None => Err(Error::denied("api.token", "the request shows no token")
                .cause("send the header: Authorization: Bearer TOKEN")),
        }
    }

    /// An address cannot be made to mean another host, and neither can these names.
    fn is_ours(&self, host: &str) -> bool {
        let Ok(authority) = host.parse::<Authority>() else { return false };
        let name = authority.host().trim_start_matches('[').trim_end_matches(']').to_ascii_lowercase();
        name == "localhost" || name.parse::<IpAddr>().is_ok() || self.names.contains(&name)
    }
}

fn is_same(origin: &str, host: &str) -> bool {
    let rest = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    rest.is_some_and(|rest| rest.eq_ignore_ascii_case(host))
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Result<Option<&'a str>> {
    let mut values = headers.get_all(name).iter();
    let first = values.next().map(|value| value.to_str());
    match (first, values.next()) {
        (None, _) => Ok(None),
        (Some(Ok(value)), None) => Ok(Some(value)),
        _ => Err(Error::invalid("api.request", format!("the header {name} is not one line of text"))),
    }
}

fn foreign(what: impl Into<String>) -> Error {
    Error::denied("api.host", what)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::TokenFile;

    fn gate() -> (Gate, Token) {
        let directory = tempfile::tempdir().unwrap();
        let token = TokenFile(directory.path().join("t")).read_or_create().unwrap();
        (Gate::new(token.clone(), vec!["Gyre.example".into()]), token)
    }

    fn request(headers: &[(&str, &str)]) -> Request<()> {
        let mut request = Request::builder().uri("/v1/jobs");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap()
    }

    #[test]
    fn only_requests_for_this_host_come_in() {
        let (gate, _) = gate();
        for good in ["127.0.0.1:7766", "localhost", "[::1]:7766", "192.0.2.7", "gyre.EXAMPLE:443"] {
            gate.check_host(&request(&[("host", good)])).unwrap();
        }
        for bad in [
            "evil.example",
            "evil.example:7766",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "",
            "a b",
        ] {
            assert_eq!(gate.check_host(&request(&[("host", bad)])).unwrap_err().code, "api.host", "{bad:?}");
        }
        assert_eq!(gate.check_host(&request(&[])).unwrap_err().code, "api.host");
        let twice = request(&[("host", "localhost"), ("host", "evil.example")]);
        assert_eq!(gate.check_host(&twice).unwrap_err().code, "api.request");
    }

    #[test]
    fn no_page_of_another_site_may_ask() {
        let (gate, _) = gate();
        let asked = |origin| gate.check_host(&request(&[("host", "localhost:7766"), ("origin", origin)]));
        asked("http://localhost:7766").unwrap();
        for bad in ["http://localhost:8080", "http://evil.example", "null", "file://localhost:7766", ""] {
            assert_eq!(asked(bad).unwrap_err().code, "api.host", "{bad:?}");
        }
    }

    #[test]
    fn only_the_token_opens() {
        let (gate, token) = gate();
        let asked = |value: &str| gate.check_token(request(&[("authorization", value)]).headers());
        asked(&token.bearer()).unwrap();
        asked(&token.bearer().replace("Bearer", "bearer")).unwrap();
        for bad in
            ["", "Bearer", "Bearer ", "Basic eDp5", &token.bearer()[7..], &format!("{}0", token.bearer())]
        {
            let error = asked(bad).unwrap_err();
            assert_eq!(error.code, "api.token", "{bad:?}");
            assert!(!error.to_string().contains(&token.bearer()[7..]), "{error}");
        }
        assert_eq!(gate.check_token(request(&[]).headers()).unwrap_err().code, "api.token");
    }
}
