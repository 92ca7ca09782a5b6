//! Exports of NBD servers as disks: which of them a plugin may name, and the way to each. The policy is asked about the
//! address as it is written, and again for every address that its name resolves to. The files that an address names (a
//! socket, certificates, a key) are part of it, so that a grant covers them and no others.

use crate::http::resolve;
use crate::pattern::{Match, Pattern};
use crate::policy::{Policy, Wish};
use async_trait::async_trait;
use gyre_core::error::Context as _;
use gyre_core::{Error, Result};
use gyre_nbd::{
    Address, Beyond, Client, Dial, Disk, Patience, Place, Scheme, Stream, Tls, Tunnel, Uri, Wanted,
};
use gyre_ssh::{Credential, Target, known_host_key};
use std::fs::File;
use std::io::Read as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpStream, UnixStream};
use tokio::runtime::Handle;

/// For one of a server's addresses.
const ADDRESS_TIMEOUT_S: u64 = 10;
/// A private key of SSH.
const KEY_BYTES_MAX: u64 = 64 << 10;
/// The export that stands for all of a server.
const ALL: &str = "*";
/// How a grant looks.
const EXAMPLE: &str = "nbds://*.storage.internal:10809/*";

/// `nbd://10.0.0.5:10809/disk0`: an address as plugins name it, whose host and port may be patterns, and whose export
/// `*`.
#[derive(Debug)]
pub(crate) struct NbdGrant {
    uri: Uri,
    /// None: a Unix socket.
    host: Option<Pattern>,
}

impl NbdGrant {
    /// Reads one.
    ///
    /// # Errors
    /// `config.grant`.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        let bad = |error: Error| {
            let mut bad = Error::invalid("config.grant", format!("the grant {text:?} means no NBD export"));
            bad.causes = error.causes;
            bad
        };
        let uri = Uri::parse(text).map_err(bad)?;
        let host = match uri.scheme {
            Scheme::Unix | Scheme::UnixTls => None,
            scheme => Some(Pattern::place(&uri.authority, scheme.port(), EXAMPLE)?),
        };
        // With a host that is one, the rest must be an address.
        let authority = if host.is_some() { "host".into() } else { uri.authority.clone() };
        Address::parse(&Uri { authority, ..uri.clone() }.to_string()).map_err(bad)?;
        Ok(Self { uri, host })
    }

    pub(crate) fn matches(&self, address: &Address) -> Match {
        let (own, other) = (&self.uri, address.uri());
        let same = own.scheme == other.scheme && own.user == other.user && own.parameters == other.parameters;
        if !same || (own.export != ALL && own.export != other.export) {
            return Match::No;
        }
        match (&self.host, &address.place) {
            (Some(pattern), Place::Tcp { host, port } | Place::Ssh(Tunnel { host, port, .. })) => {
                pattern.matches(host, *port)
            }
            (None, Place::Unix(_)) => Match::Address,
            _ => Match::No,
        }
    }
}

/// Opens an export that the policy allows.
///
/// # Errors
/// `grant.nbd`, `grant.address`, `nbd.*`, `net.resolve`, `ssh.*`.
pub(crate) async fn open(policy: Arc<Policy>, name: &str) -> Result<Disk> {
    let address = Address::parse(name)?;
    policy.check(&Wish::Nbd(&address))?;
    let tls = match &address.tls_name {
        Some(name) => Some(Tls::open(address.certificates.as_deref(), name)?),
        None => None,
    };
    let patience = Patience::default();
    let wanted = Wanted { name: address.to_string(), export: address.export().into(), tls, patience };
    let client = Client::open(Box::new(Way { policy, address }), wanted).await?;
    Ok(Disk::new(client, Handle::current()))
}

/// The way to an export.
struct Way {
    policy: Arc<Policy>,
    address: Address,
}

#[async_trait]
impl Dial for Way {
    async fn dial(&self) -> Result<Box<dyn Stream>> {
        match &self.address.place {
            Place::Tcp { host, port } => Ok(Box::new(self.tcp(host, *port).await?)),
            Place::Unix(path) => {
                let stream = UnixStream::connect(path).await;
                Ok(Box::new(stream.map_err(|error| self.unreachable(error))?))
            }
            Place::Ssh(tunnel) => self.through(tunnel).await,
        }
    }
}

impl Way {
    /// The first of the host's addresses that answers.
    async fn tcp(&self, host: &str, port: u16) -> Result<TcpStream> {
        let mut refused = self.unreachable("it has no address");
        for address in resolve(&self.policy, host, port).await? {
            match connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => refused = self.unreachable(error),
            }
        }
        Err(refused)
    }

    async fn through(&self, tunnel: &Tunnel) -> Result<Box<dyn Stream>> {
        let Tunnel { host, port, user, identity, known_hosts, beyond } = tunnel;
        let host_key = known_host_key(known_hosts, host, *port)?;
        let credential = Credential::Key(private_key(identity)?);
        let addresses = resolve(&self.policy, host, *port).await?;
        let first = addresses.first().ok_or_else(|| self.unreachable("it has no address"))?;
        let target = Target { host: first.ip().to_string(), port: *port, user: user.clone(), host_key };
        let client = gyre_ssh::Client::connect(&target, &credential).await?;
        Ok(Box::new(match beyond {
            Beyond::Unix(path) => client.connect_unix(path).await?,
            Beyond::Tcp(port) => client.connect_loopback(*port).await?,
        }))
    }

    fn unreachable(&self, why: impl std::fmt::Display) -> Error {
        Error::unavailable("nbd.connect", format!("nobody answers at {}", self.address)).cause(why)
    }
}

async fn connect(address: SocketAddr) -> std::io::Result<TcpStream> {
    let limit = Duration::from_secs(ADDRESS_TIMEOUT_S);
    let stream = tokio::time::timeout(limit, TcpStream::connect(address)).await??;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// What is wrong with it is not told with its contents.
fn private_key(path: &Path) -> Result<String> {
    let what = || format!("the private key {} cannot be read", path.display());
    let file = File::open(path).or_invalid("nbd.identity", what)?;
    let mut text = String::new();
    file.take(KEY_BYTES_MAX).read_to_string(&mut text).or_invalid("nbd.identity", what)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use gyre_core::config::Grants;

    fn allowed(grant: &str, name: &str) -> bool {
        let grants = Grants { nbd: vec![grant.into()], ..Grants::default() };
        let policy = Policy::new("p", &grants).unwrap();
        policy.check(&Wish::Nbd(&Address::parse(name).unwrap())).is_ok()
    }

    #[test]
    fn a_grant_covers_what_it_names() {
        for (grant, name, covered) in [
            ("nbd://a.example/x", "nbd://A.example:10809/x", true),
            ("nbd://a.example/x", "nbd://a.example/y", false),
            ("nbd://a.example/x", "nbd://a.example/", false),
            ("nbd://a.example/x", "nbd://a.example:10810/x", false),
            ("nbd://a.example/x", "nbds://a.example/x", false),
            ("nbds://*.example:*/*", "nbds://a.b.example:7/anything", true),
            ("nbds://*.example/*", "nbds://example/x", false),
            ("nbds://a.example/*", "nbds://a.example/x?tls-certificates=/root", false),
            (
                "nbds://a.example/*?tls-certificates=/etc/nbd",
                "nbds://a.example/x?tls-certificates=/etc/nbd",
                true,
            ),
            ("nbd://*/*", "nbd://127.0.0.1/x", false),
            ("nbd://127.0.0.1/*", "nbd://127.0.0.1/x", true),
            ("nbd+unix:///*?socket=/run/a", "nbd+unix:///x?socket=/run/a", true),
            ("nbd+unix:///*?socket=/run/a", "nbd+unix:///x?socket=/run/b", false),
            ("nbd+unix:///x?socket=/run/a", "nbd://a.example/x", false),
            (
                "nbd+ssh://me@*.example/x?socket=/s&identity=/k&known-hosts=/n",
                "nbd+ssh://me@a.example/x?socket=/s&identity=/k&known-hosts=/n",
                true,
            ),
            (
                "nbd+ssh://me@*.example/x?socket=/s&identity=/k&known-hosts=/n",
                "nbd+ssh://root@a.example/x?socket=/s&identity=/k&known-hosts=/n",
                false,
            ),
            (
                "nbd+ssh://me@*.example/x?socket=/s&identity=/k&known-hosts=/n",
                "nbd+ssh://me@a.example/x?socket=/other&identity=/k&known-hosts=/n",
                false,
            ),
        ] {
            assert_eq!(allowed(grant, name), covered, "{grant} {name}");
        }
    }

    #[test]
    fn what_means_nothing_is_an_error() {
        for grant in [
            "10.0.0.5",
            "/srv/x",
            "nbd://",
            "nbd://a.*/x",
            "nbd://a/x?socket=/s",
            "nbd+unix://h/x?socket=/s",
            "nbd+unix:///x",
        ] {
            assert_eq!(NbdGrant::parse(grant).unwrap_err().code, "config.grant", "{grant}");
        }
    }

    #[tokio::test]
    async fn a_name_that_leads_here_is_refused_after_it_resolved() {
        let grants = Grants { nbd: vec!["nbd://localhost:1/*".into()], ..Grants::default() };
        let policy = Arc::new(Policy::new("p", &grants).unwrap());
        let refused = open(policy, "nbd://localhost:1/x").await.err().unwrap();
        assert_eq!(refused.code, "grant.address", "{refused}");
        let open_to = Grants { local_addresses: true, ..grants };
        let policy = Arc::new(Policy::new("p", &open_to).unwrap());
        assert_eq!(open(policy, "nbd://localhost:1/x").await.err().unwrap().code, "nbd.connect");
    }
}
