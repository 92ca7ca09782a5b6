//! Where an export is and how it is reached: a URI that means something. It opens nothing.

use crate::uri::{Scheme, Uri, bad_address};
use gyre_core::Result;
use std::fmt;
use std::path::{Path, PathBuf};

/// The parameter that names a Unix socket.
const SOCKET: &str = "socket";
/// The parameter that names a TCP port behind SSH.
const PORT: &str = "port";
/// The parameter that names a directory of certificates, as libnbd has it.
const CERTIFICATES: &str = "tls-certificates";
/// The parameter that says whose certificate the server shows.
const HOSTNAME: &str = "tls-hostname";
/// The parameter that names the private key to log in with.
const IDENTITY: &str = "identity";
/// The parameter that names the file with the host's keys.
const KNOWN_HOSTS: &str = "known-hosts";

/// An export and the way to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    uri: Uri,
    /// Where the server listens.
    pub place: Place,
    /// Name whose certificate the server must show, where TLS is spoken.
    pub tls_name: Option<String>,
    /// Directory with `ca-cert.pem`, and `client-cert.pem` and `client-key.pem` where the server asks for them; none:
    /// the system's roots.
    pub certificates: Option<PathBuf>,
}

/// Where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A TCP port.
    Tcp {
        /// Name or address.
        host: String,
        /// Its port.
        port: u16,
    },
    /// A Unix socket of this machine.
    Unix(PathBuf),
    /// Behind an SSH server.
    Ssh(Tunnel),
}

/// A way through an SSH server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tunnel {
    /// Name or address of the SSH server.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Who logs in.
    pub user: String,
    /// File with the private key.
    pub identity: PathBuf,
    /// File with the server's public key.
    pub known_hosts: PathBuf,
    /// Where the NBD server listens there.
    pub beyond: Beyond,
}

/// Where a server listens on the machine behind SSH.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Beyond {
    /// A Unix socket.
    Unix(String),
    /// A TCP port of its loopback.
    Tcp(u16),
}

impl Address {
    /// Reads one.
    ///
    /// # Errors
    /// `nbd.address`.
    pub fn parse(text: &str) -> Result<Self> {
        let uri = Uri::parse(text)?;
        Self::of(uri).map_err(|why| bad_address(text, why))
    }

    fn of(uri: Uri) -> std::result::Result<Self, &'static str> {
        let tls = matches!(uri.scheme, Scheme::TcpTls | Scheme::UnixTls);
        check_parameters(&uri, tls)?;
        let place = match uri.scheme {
            Scheme::Tcp | Scheme::TcpTls => {
                let (host, port) = host_and_port(&uri)?;
                Place::Tcp { host, port }
            }
            Scheme::Unix | Scheme::UnixTls if !uri.authority.is_empty() => {
                return Err("a Unix socket has no host: nbd+unix:///export?socket=/path");
            }
            Scheme::Unix | Scheme::UnixTls => Place::Unix(path(&uri, SOCKET)?),
            Scheme::Ssh => Place::Ssh(Tunnel::of(&uri)?),
        };
        if uri.user.is_some() && uri.scheme != Scheme::Ssh {
            return Err("only nbd+ssh has a user");
        }
        let named = uri.parameters.get(HOSTNAME).cloned();
        let tls_name = match (&place, tls) {
            (_, false) => None,
            (Place::Tcp { host, .. }, true) => Some(named.unwrap_or_else(|| host.clone())),
            (_, true) => Some(named.unwrap_or_else(|| "localhost".into())),
        };
        let certificates = uri.parameters.get(CERTIFICATES).map(|_| path(&uri, CERTIFICATES)).transpose()?;
        Ok(Self { uri, place, tls_name, certificates })
    }

    /// As it was written.
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Name of the export; empty: the server's default.
    pub fn export(&self) -> &str {
        &self.uri.export
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uri.fmt(f)
    }
}

impl Tunnel {
    fn of(uri: &Uri) -> std::result::Result<Self, &'static str> {
        let (host, port) = host_and_port(uri)?;
        let user = uri.user.clone().filter(|user| !user.is_empty());
        let port_there = uri.parameters.get(PORT).map(|text| text.parse()).transpose();
        let port_there = port_there.map_err(|_| "its `port` is no TCP port")?;
        let beyond = match (uri.parameters.get(SOCKET), port_there) {
            (Some(socket), None) if socket.starts_with('/') => Beyond::Unix(socket.clone()),
            (None, Some(port)) => Beyond::Tcp(port),
            _ => return Err("behind SSH it needs either `socket=/path` or `port=NUMBER`"),
        };
        Ok(Self {
            host,
            port,
            user: user.ok_or("nbd+ssh needs a user: nbd+ssh://user@host/…")?,
            identity: path(uri, IDENTITY)?,
            known_hosts: path(uri, KNOWN_HOSTS)?,
            beyond,
        })
    }
}

/// A parameter that nobody reads would be taken for one that works.
fn check_parameters(uri: &Uri, tls: bool) -> std::result::Result<(), &'static str> {
    let known = |name: &str| match uri.scheme {
        _ if tls && (name == CERTIFICATES || name == HOSTNAME) => true,
        Scheme::Unix | Scheme::UnixTls => name == SOCKET,
        Scheme::Ssh => [SOCKET, PORT, IDENTITY, KNOWN_HOSTS].contains(&name),
        Scheme::Tcp | Scheme::TcpTls => false,
    };
    if uri.parameters.keys().all(|name| known(name)) {
        return Ok(());
    }
    Err(
        "it has a parameter that does not go with its scheme: there are `socket`; with nbds also `tls-certificates` and `tls-hostname`; with nbd+ssh also `port`, `identity` and `known-hosts`",
    )
}

/// A path from the root: what a relative one means depends on who asks.
fn path(uri: &Uri, name: &str) -> std::result::Result<PathBuf, &'static str> {
    let missing = match name {
        SOCKET => "it needs `socket=/path`, from the root",
        IDENTITY => "it needs `identity=/path` of a private key, from the root",
        KNOWN_HOSTS => "it needs `known-hosts=/path`, from the root",
        _ => "`tls-certificates` is no path from the root",
    };
    let path = uri.parameters.get(name).map(Path::new).filter(|path| path.is_absolute());
    path.map(Path::to_path_buf).ok_or(missing)
}

fn host_and_port(uri: &Uri) -> std::result::Result<(String, u16), &'static str> {
    let text = uri.authority.as_str();
    let colon = match text.rfind(']') {
        Some(bracket) => text.get(bracket..).and_then(|rest| rest.find(':')).map(|at| bracket + at),
        None => text.rfind(':'),
    };
    let (host, port) = match colon.and_then(|at| text.split_at_checked(at)) {
        Some((host, port)) => {
            (host, port.get(1..).unwrap_or_default().parse().map_err(|_| "its port is none")?)
        }
        None => (text, uri.scheme.port()),
    };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    if bare.is_empty() || bare.contains(['*', '[', ']', '%']) {
        return Err("its host is none");
    }
    Ok((bare.into(), port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_scheme_leads_somewhere() {
        let tcp = Address::parse("nbd://[::1]:7/x").unwrap();
        assert_eq!((tcp.place, tcp.tls_name), (Place::Tcp { host: "::1".into(), port: 7 }, None));
        let tls = Address::parse("nbds://h/x?tls-certificates=/etc/nbd&tls-hostname=n").unwrap();
        assert_eq!(tls.place, Place::Tcp { host: "h".into(), port: 10809 });
        assert_eq!(
            (tls.tls_name.as_deref(), tls.certificates.unwrap().to_str()),
            (Some("n"), Some("/etc/nbd"))
        );
        let unix = Address::parse("nbd+unix:///a/b?socket=/run/x").unwrap();
        assert_eq!((unix.export(), &unix.place), ("a/b", &Place::Unix("/run/x".into())));
        let ssh = "nbd+ssh://me@h/x?port=10809&identity=/k&known-hosts=/n";
        let Place::Ssh(tunnel) = Address::parse(ssh).unwrap().place else { panic!() };
        assert_eq!((tunnel.port, tunnel.user.as_str(), tunnel.beyond), (22, "me", Beyond::Tcp(10809)));
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        for text in [
            "nbd:///x",
            "nbd://*/x",
            "nbd://h:x/",
            "nbd://h:70000/",
            "nbd://me@h/",
            "nbd://h/?socket=/x",
            "nbd://h/?tls-certificates=/x",
            "nbds://h/?tls-certificates=x",
            "nbds://h/?tls-verify-peer=false",
            "nbd+unix:///x",
            "nbd+unix:///x?socket=run/x",
            "nbd+unix://h/x?socket=/x",
            "nbd+ssh://h/?socket=/x&identity=/k&known-hosts=/n",
            "nbd+ssh://me@h/?socket=/x&identity=/k",
            "nbd+ssh://me@h/?socket=/x&port=1&identity=/k&known-hosts=/n",
            "nbd+ssh://me@h/?identity=/k&known-hosts=/n",
        ] {
            assert_eq!(Address::parse(text).unwrap_err().code, "nbd.address", "{text}");
        }
    }
}
