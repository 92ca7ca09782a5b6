//! The one place that says yes or no. Every capability states what it is about to do as a [`Wish`] and asks
//! [`Policy::check`]; what no grant of the plugin covers is refused with the line of `gyre.toml` that would
//! allow it. It does nothing itself and knows no connection, file or secret value.

use crate::nbd::NbdGrant;
use crate::pattern::{Match, Pattern, address};
use crate::veil::Veil;
use gyre_core::config::{DiskGrant, Grants, SecretGrant};
use gyre_core::{Error, Result};
use gyre_nbd::{Address, Place};
use reqwest::Url;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Component, Path};

/// What a plugin is about to do through the host.
#[derive(Clone, Debug)]
pub(crate) enum Wish<'a> {
    /// Send a request to this URL.
    Http(&'a Url),
    /// Log in on this machine.
    Ssh { host: &'a str, port: u16 },
    /// Connect to an address that `host`, which was allowed, resolved to.
    Address { host: &'a str, address: IpAddr },
    /// Have the host log in on its worker at an address that `host` is or resolved to.
    Worker { host: &'a str, address: SocketAddr },
    /// Open a file or block device.
    Disk { path: &'a Path, write: bool },
    /// Read an export of an NBD server.
    Nbd(&'a Address),
    /// Hold a secret without seeing it.
    Secret(&'a str),
    /// See a secret.
    Reveal(&'a str),
    /// Send a secret to this URL.
    SecretTo { name: &'a str, url: &'a Url },
}

/// The grants of one plugin.
#[derive(Debug)]
pub(crate) struct Policy {
    plugin: String,
    grants: Grants,
    http: Vec<Pattern>,
    ssh: Vec<Pattern>,
    nbd: Vec<NbdGrant>,
    /// What the plugin must not tell; here because a plugin has one policy, and every session has it at hand.
    pub(crate) veil: Veil,
    /// By secret; empty: wherever `http` reaches.
    to: Vec<(String, Vec<Pattern>)>,
}

impl Policy {
    /// Parses the grants of `[plugin.{plugin}]`.
    ///
    /// # Errors
    /// `config.grant`.
    pub(crate) fn new(plugin: &str, grants: &Grants) -> Result<Self> {
        let urls = |texts: &[String]| texts.iter().map(|text| Pattern::url(text)).collect::<Result<Vec<_>>>();
        let named = |e: Error| e.during(format!("[plugin.{plugin}] has a grant that cannot be read"));
        let to = grants.secret.iter().map(|secret| Ok((secret.name().to_owned(), urls(secret.to())?)));
        for path in grants.disk.iter().map(DiskGrant::path) {
            check_plain(path).map_err(named)?;
        }
        Ok(Self {
            plugin: plugin.into(),
            grants: grants.clone(),
            http: urls(&grants.http).map_err(named)?,
            ssh: grants.ssh.iter().map(|text| Pattern::ssh(text)).collect::<Result<_>>().map_err(named)?,
            nbd: grants.nbd.iter().map(|text| NbdGrant::parse(text)).collect::<Result<_>>().map_err(named)?,
            veil: Veil::default(),
            to: to.collect::<Result<_>>().map_err(named)?,
        })
    }

    /// Yes or no.
    ///
    /// # Errors
    /// `grant.http`, `grant.ssh`, `grant.address`, `grant.disk`, `grant.nbd`, `grant.secret`, `grant.reveal`,
    /// `grant.secret-to`: with the line that would allow it.
    pub(crate) fn check(&self, wish: &Wish<'_>) -> Result<()> {
        let granted = match wish {
            Wish::Http(url) => {
                self.http.iter().any(|pattern| self.reaches(pattern.matches_url(url), url.host_str()))
            }
            Wish::Ssh { host, port } => {
                self.ssh.iter().any(|pattern| self.reaches(pattern.matches(host, *port), Some(host)))
            }
            Wish::Address { address, .. } => self.grants.local_addresses || !is_local(*address),
            Wish::Worker { address, .. } => self.reaches_worker(*address),
            Wish::Disk { path, write } => self.disk(path, *write).is_some(),
            Wish::Nbd(address) => self.reads_export(address),
            Wish::Secret(name) => self.secret(name).is_some(),
            Wish::Reveal(name) => self.secret(name).is_some_and(SecretGrant::reveal),
            Wish::SecretTo { name, url } => self.may_send(name, url),
        };
        if granted { Ok(()) } else { Err(self.refusal(wish)) }
    }

    /// The grant that covers a path: of several the one that names it most exactly.
    pub(crate) fn disk(&self, path: &Path, write: bool) -> Option<&DiskGrant> {
        check_plain(path).ok()?;
        self.grants
            .disk
            .iter()
            .filter(|grant| path.starts_with(grant.path()) && (grant.write() || !write))
            .max_by_key(|grant| grant.path().components().count())
    }

    /// Names of the secrets that are granted.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &str> {
        self.grants.secret.iter().map(SecretGrant::name)
    }

    fn secret(&self, name: &str) -> Option<&SecretGrant> {
        self.grants.secret.iter().find(|grant| grant.name() == name)
    }

    /// A wildcard does not make an address of this machine or its links reachable: it has to be named.
    fn reaches(&self, found: Match, host: Option<&str>) -> bool {
        match found {
            Match::No => false,
            Match::Address => true,
            Match::Name => match host.and_then(address) {
                Some(literal) => self.grants.local_addresses || !is_local(literal),
                None => true,
            },
        }
    }

    /// Clouds give workers any address, so that none needs a grant but those that no cloud gives.
    fn reaches_worker(&self, address: SocketAddr) -> bool {
        let host = address.ip().to_string();
        let named = |pattern: &Pattern| pattern.matches(&host, address.port()) == Match::Address;
        self.grants.local_addresses || !is_local(address.ip()) || self.ssh.iter().any(named)
    }

    fn reads_export(&self, export: &Address) -> bool {
        let host = match &export.place {
            Place::Tcp { host, .. } => Some(host.as_str()),
            Place::Ssh(tunnel) => Some(tunnel.host.as_str()),
            Place::Unix(_) => None,
        };
        self.nbd.iter().any(|grant| self.reaches(grant.matches(export), host))
    }

    fn may_send(&self, name: &str, url: &Url) -> bool {
        let Some((_, patterns)) = self.to.iter().find(|(own, _)| own == name) else { return false };
        patterns.is_empty() || patterns.iter().any(|pattern| pattern.matches_url(url) != Match::No)
    }

    /// What is refused, and the line that would allow it.
    fn refusal(&self, wish: &Wish<'_>) -> Error {
        let (code, what, line) = match wish {
            Wish::Http(url) => {
                let origin = url.origin().ascii_serialization();
                ("grant.http", format!("send a request to {origin}"), self.http_line(&origin))
            }
            Wish::Ssh { host, port } => {
                let place = format!("{host}:{port}");
                (
                    "grant.ssh",
                    format!("log in on {place}"),
                    list("grant.ssh", &quoted(&self.grants.ssh), &format!("{place:?}")),
                )
            }
            Wish::Address { host, address } => (
                "grant.address",
                format!(
                    "connect to {address}, which {host} resolves to: an address of this machine or its links"
                ),
                "grant.local-addresses = true".into(),
            ),
            Wish::Worker { host, address } => (
                "grant.address",
                format!(
                    "have a worker at {host} ({address}): an address of this machine, its links or the metadata service"
                ),
                list("grant.ssh", &quoted(&self.grants.ssh), &format!("{:?}", address.to_string())),
            ),
            Wish::Disk { path, write } => {
                let verb = if *write { "write" } else { "read" };
                ("grant.disk", format!("{verb} the disk {}", path.display()), String::new())
            }
            Wish::Nbd(address) => {
                let text = address.to_string();
                (
                    "grant.nbd",
                    format!("read the NBD export {text}"),
                    list("grant.nbd", &quoted(&self.grants.nbd), &format!("{text:?}")),
                )
            }
            Wish::Secret(name) => (
                "grant.secret",
                format!("use the secret {name:?}"),
                self.secret_line(name, &format!("{name:?}")),
            ),
            Wish::Reveal(name) => {
                let entry = format!("{{ name = {name:?}, reveal = true }}");
                ("grant.reveal", format!("see the secret {name:?}"), self.secret_line(name, &entry))
            }
            Wish::SecretTo { name, url } => {
                let origin = url.origin().ascii_serialization();
                let mut to: Vec<_> = self.secret(name).map(|grant| grant.to().to_vec()).unwrap_or_default();
                to.push(origin.clone());
                let reveal = self.secret(name).is_some_and(SecretGrant::reveal);
                let entry = secret_entry(name, reveal, &to);
                (
                    "grant.secret-to",
                    format!("send the secret {name:?} to {origin}"),
                    self.secret_line(name, &entry),
                )
            }
        };
        let remedy = match wish {
            Wish::Disk { path, write } => self.allow_disk(path, *write),
            _ => self.remedy(&line),
        };
        Error::denied(code, format!("plugin {} may not {what}", self.plugin)).cause(remedy)
    }

    fn remedy(&self, line: &str) -> String {
        format!("to allow it, write in gyre.toml: [plugin.{}] {line}", self.plugin)
    }

    /// The line that allows a path; none allows one that does not say where it leads.
    pub(crate) fn allow_disk(&self, path: &Path, write: bool) -> String {
        if check_plain(path).is_err() {
            return "no grant covers it: name it by an absolute path without `.` and `..`".into();
        }
        self.remedy(&self.disk_line(path, write))
    }

    fn http_line(&self, origin: &str) -> String {
        list("grant.http", &quoted(&self.grants.http), &format!("{origin:?}"))
    }

    fn disk_line(&self, path: &Path, write: bool) -> String {
        let entry = disk_entry(path, write);
        let others: Vec<_> = self
            .grants
            .disk
            .iter()
            .filter(|grant| grant.path() != path)
            .map(|grant| disk_entry(grant.path(), grant.write()))
            .collect();
        list("grant.disk", &others, &entry)
    }

    fn secret_line(&self, name: &str, entry: &str) -> String {
        let others: Vec<_> = self
            .grants
            .secret
            .iter()
            .filter(|grant| grant.name() != name)
            .map(|grant| secret_entry(grant.name(), grant.reveal(), grant.to()))
            .collect();
        list("grant.secret", &others, entry)
    }
}

fn disk_entry(path: &Path, write: bool) -> String {
    if write { format!("{{ path = {path:?}, write = true }}") } else { format!("{path:?}") }
}

fn secret_entry(name: &str, reveal: bool, to: &[String]) -> String {
    if !reveal && to.is_empty() {
        return format!("{name:?}");
    }
    let mut entry = format!("{{ name = {name:?}");
    if reveal {
        entry.push_str(", reveal = true");
    }
    if !to.is_empty() {
        let _ = write!(entry, ", to = [{}]", quoted(to).join(", "));
    }
    entry + " }"
}

fn quoted(texts: &[String]) -> Vec<String> {
    texts.iter().map(|text| format!("{text:?}")).collect()
}

/// `key = [those before, entry]`.
fn list(key: &str, before: &[String], entry: &str) -> String {
    let mut entries = before.to_vec();
    entries.push(entry.into());
    format!("{key} = [{}]", entries.join(", "))
}

/// An absolute path without `.` and `..`: one that is below what its beginning names.
fn check_plain(path: &Path) -> Result<()> {
    let plain = path.is_absolute()
        && path.components().all(|part| matches!(part, Component::RootDir | Component::Normal(_)))
        && !path.to_string_lossy().split('/').any(|part| part == ".");
    if plain {
        return Ok(());
    }
    Err(Error::invalid(
        "config.grant",
        format!("{} is not an absolute path without `.` and `..`", path.display()),
    ))
}

/// Whether an address is this machine's own, a link's, or a cloud's metadata service: what a name in someone
/// else's hands must not lead to.
fn is_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_local_v4(v4),
        IpAddr::V6(v6) => is_local_v6(v6),
    }
}

fn is_local_v4(address: Ipv4Addr) -> bool {
    /// Metadata service of a large cloud that is not link-local.
    const METADATA: Ipv4Addr = Ipv4Addr::new(100, 100, 100, 200);
    let this_network = address.octets().first() == Some(&0);
    this_network
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_broadcast()
        || address == METADATA
}

fn is_local_v6(address: Ipv6Addr) -> bool {
    /// IPv6 address of the metadata service where there is one.
    const METADATA: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    if address.is_unspecified()
        || address.is_loopback()
        || address.is_unicast_link_local()
        || address.is_multicast()
        || address == METADATA
    {
        return true;
    }
    embedded_v4(address).is_some_and(is_local_v4)
}

/// The IPv4 address inside a mapped, compatible, translated (64:ff9b::/96) or 6to4 address.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let [a, b, c, d, e, f, g, h] = address.segments();
    let join = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match (a, b, c, d, e, f) {
        (0, 0, 0, 0, 0, 0 | 0xffff) | (0x64, 0xff9b, 0, 0, 0, 0) => Some(join(g, h)),
        (0x2002, high, low, ..) => Some(join(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn policy(grants: Grants) -> Policy {
        Policy::new("openstack", &grants).unwrap()
    }

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn nothing_is_granted_by_default() {
        let policy = policy(Grants::default());
        let u = url("https://a.example/");
        let export = Address::parse("nbd://a.example/x").unwrap();
        for (wish, code) in [
            (Wish::Http(&u), "grant.http"),
            (Wish::Ssh { host: "a", port: 22 }, "grant.ssh"),
            (Wish::Disk { path: Path::new("/srv/a"), write: false }, "grant.disk"),
            (Wish::Nbd(&export), "grant.nbd"),
            (Wish::Secret("p"), "grant.secret"),
            (Wish::Reveal("p"), "grant.reveal"),
            (Wish::SecretTo { name: "p", url: &u }, "grant.secret-to"),
        ] {
            let error = policy.check(&wish).unwrap_err();
            assert_eq!((error.code.as_str(), error.kind), (code, gyre_core::Kind::Denied));
        }
    }

    /// The printed line, put into a configuration, allows what was refused and keeps what was granted.
    #[test]
    fn the_printed_line_allows_it() {
        let before = Grants {
            http: vec!["https://b.example".into()],
            disk: vec![DiskGrant::Read("/srv/a".into())],
            secret: vec![SecretGrant::Full {
                name: "q".into(),
                reveal: true,
                to: vec!["https://q.example".into()],
            }],
            ..Grants::default()
        };
        let policy = policy(before);
        let (u, q) = (url("http://172.29.0.2:5000/v3"), url("https://other.example/"));
        let exports = [
            "nbd://127.0.0.1:7/a%20%22b",
            "nbds://[::1]/?tls-certificates=/etc/nbd",
            "nbd+unix:///x?socket=/run/a%20b",
            "nbd+ssh://me@h.example/x?port=10809&identity=/k&known-hosts=/n",
        ]
        .map(|text| Address::parse(text).unwrap());
        let wishes = exports.iter().map(Wish::Nbd);
        for wish in wishes.chain([
            Wish::Http(&u),
            Wish::Ssh { host: "w.example", port: 22 },
            Wish::Address { host: "localhost", address: Ipv4Addr::LOCALHOST.into() },
            Wish::Worker { host: "localhost", address: (Ipv4Addr::LOCALHOST, 22).into() },
            Wish::Worker { host: "::1", address: (Ipv6Addr::LOCALHOST, 2222).into() },
            Wish::Disk { path: Path::new("/srv/a"), write: true },
            Wish::Secret("p"),
            Wish::Reveal("p"),
            Wish::SecretTo { name: "q", url: &q },
        ]) {
            let cause = policy.check(&wish).unwrap_err().causes.remove(0);
            let line = cause.split("[plugin.openstack] ").nth(1).unwrap();
            let text = format!("[plugin.openstack]\ncomponent = \"a\"\n{line}");
            let config = gyre_core::config::Config::parse(&text, Path::new("/")).unwrap();
            let after = Policy::new("openstack", &config.plugin["openstack"].grant).unwrap();
            assert_eq!(after.check(&wish), Ok(()), "{line}");
        }
    }

    #[test]
    fn the_printed_line_is_exact() {
        let error =
            policy(Grants::default()).check(&Wish::Http(&url("http://172.29.0.2:5000/v3"))).unwrap_err();
        assert_eq!(
            error.to_string(),
            "plugin openstack may not send a request to http://172.29.0.2:5000: to allow it, write in gyre.toml: \
             [plugin.openstack] grant.http = [\"http://172.29.0.2:5000\"] [grant.http]"
        );
    }

    #[test]
    fn local_addresses_must_be_named() {
        let wild = policy(Grants { http: vec!["http://*:*".into()], ..Grants::default() });
        for text in [
            "http://127.0.0.1/",
            "http://127.8.9.1/",
            "http://2130706433/",
            "http://0.0.0.0/",
            "http://169.254.169.254/",
            "http://[::1]/",
            "http://[::]/",
            "http://[fe80::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:a9fe:a9fe]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[::127.0.0.1]/",
            "http://[fd00:ec2::254]/",
            "http://255.255.255.255/",
            "http://100.100.100.200/",
        ] {
            assert_eq!(wild.check(&Wish::Http(&url(text))).unwrap_err().code, "grant.http", "{text}");
        }
        for text in ["http://10.0.0.1/", "http://172.29.0.2/", "http://[2001:db8::1]/", "http://a.example/"] {
            assert_eq!(wild.check(&Wish::Http(&url(text))), Ok(()), "{text}");
        }
        let named = policy(Grants { http: vec!["http://127.0.0.1:5000".into()], ..Grants::default() });
        assert_eq!(named.check(&Wish::Http(&url("http://127.0.0.1:5000/"))), Ok(()));
        let wide =
            policy(Grants { http: vec!["http://*:*".into()], local_addresses: true, ..Grants::default() });
        assert_eq!(wide.check(&Wish::Http(&url("http://127.0.0.1/"))), Ok(()));
    }

    #[test]
    fn a_name_that_resolves_to_a_local_address_is_refused() {
        let policy = policy(Grants {
            http: vec!["http://a.example".into(), "http://127.0.0.1".into()],
            ..Grants::default()
        });
        let wish = Wish::Address { host: "a.example", address: Ipv4Addr::LOCALHOST.into() };
        assert_eq!(policy.check(&wish).unwrap_err().code, "grant.address");
    }

    #[test]
    fn a_worker_is_anywhere_but_here() {
        let at = |address: &str| address.parse().unwrap();
        let check = |policy: &Policy, address| policy.check(&Wish::Worker { host: "w", address });
        let wild = policy(Grants { ssh: vec!["*:*".into()], ..Grants::default() });
        for address in ["127.0.0.1:22", "169.254.169.254:22", "[::1]:22", "[::ffff:127.0.0.1]:22"] {
            for policy in [&wild, &policy(Grants::default())] {
                assert_eq!(check(policy, at(address)).unwrap_err().code, "grant.address", "{address}");
            }
        }
        for address in ["172.30.0.9:22", "10.0.0.5:22", "[2001:db8::1]:22"] {
            assert_eq!(check(&policy(Grants::default()), at(address)), Ok(()), "{address}");
        }
        let named = policy(Grants { ssh: vec!["127.0.0.1:22".into()], ..Grants::default() });
        assert_eq!(check(&named, at("127.0.0.1:22")), Ok(()));
        assert!(check(&named, at("127.0.0.1:23")).is_err() && check(&named, at("127.0.0.2:22")).is_err());
        let local = policy(Grants { local_addresses: true, ..Grants::default() });
        assert_eq!(check(&local, at("127.0.0.1:22")), Ok(()));
    }

    #[test]
    fn disks_lie_below_what_is_granted() {
        let grants = Grants {
            disk: vec![
                DiskGrant::Read("/srv/images".into()),
                DiskGrant::Full { path: "/dev/sdb".into(), write: true },
            ],
            ..Grants::default()
        };
        let policy = policy(grants);
        for (path, write, ok) in [
            ("/srv/images/a.qcow2", false, true),
            ("/srv/images/sub/a.qcow2", false, true),
            ("/srv/images/a.qcow2", true, false),
            ("/srv/images2/a.qcow2", false, false),
            ("/srv/images/../secret", false, false),
            ("/srv/images/./a", false, false),
            ("/srv", false, false),
            ("srv/images/a", false, false),
            ("/dev/sdb", true, true),
            ("/dev/sdb1", false, false),
        ] {
            let path = PathBuf::from(path);
            assert_eq!(policy.check(&Wish::Disk { path: &path, write }).is_ok(), ok, "{path:?} {write}");
        }
    }

    #[test]
    fn a_secret_goes_only_where_it_may() {
        let secret = |to: &[&str]| SecretGrant::Full {
            name: "p".into(),
            reveal: false,
            to: to.iter().map(|t| (*t).into()).collect(),
        };
        let bound = policy(Grants { secret: vec![secret(&["https://k.example:5000"])], ..Grants::default() });
        let (good, bad) = (url("https://k.example:5000/v3"), url("https://k.example:5001/"));
        assert_eq!(bound.check(&Wish::SecretTo { name: "p", url: &good }), Ok(()));
        assert_eq!(
            bound.check(&Wish::SecretTo { name: "p", url: &bad }).unwrap_err().code,
            "grant.secret-to"
        );
        let free = policy(Grants { secret: vec![secret(&[])], ..Grants::default() });
        assert_eq!(free.check(&Wish::SecretTo { name: "p", url: &bad }), Ok(()));
    }
}
