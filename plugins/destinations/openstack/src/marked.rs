//! What carries the mark of a step, looked for without knowing the step: listed in the order in which it can be
//! removed, and removed one by one. Refuses to judge what is still needed, and to take what something else uses.

use crate::checkpoint;
use crate::cinder;
use crate::cloud::Cloud;
use crate::contract::{Error, Marked, MarkedPage, Result};
use crate::disks;
use crate::instance;
use crate::marks::{self, ROLE_CLONE, ROLE_WORKER};
use crate::neutron::{self, Port};
use crate::nova;
use crate::wait::{Flow, Removal, Run, Sight};
use crate::worker;
use std::collections::BTreeMap;

/// Objects on one page: what the contract allows.
const PAGE_ITEMS: usize = 1000;

/// What is listed, in the order of removal: on some storage a copy holds its snapshot, and everywhere a snapshot
/// holds its volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Server,
    FloatingIp,
    Port,
    SecurityGroup,
    Copy,
    Snapshot,
    Volume,
}

impl Kind {
    const ALL: [Kind; 7] = [
        Kind::Server,
        Kind::FloatingIp,
        Kind::Port,
        Kind::SecurityGroup,
        Kind::Copy,
        Kind::Snapshot,
        Kind::Volume,
    ];

    /// In the cloud's own words.
    const fn name(self) -> &'static str {
        match self {
            Kind::Server => "server",
            Kind::FloatingIp => "floating-ip",
            Kind::Port => "port",
            Kind::SecurityGroup => "security-group",
            Kind::Copy | Kind::Volume => "volume",
            Kind::Snapshot => "snapshot",
        }
    }

    /// What stands in the place of a page.
    const fn place(self) -> &'static str {
        match self {
            Kind::Copy => "copy",
            other => other.name(),
        }
    }
}

/// Where a page begins: behind an id of a kind.
struct Place {
    kind: Kind,
    id: String,
}

impl Place {
    fn parse(text: &str) -> Result<Self> {
        let parts = text.split_once('/');
        let found =
            parts.and_then(|(kind, id)| Some((Kind::ALL.into_iter().find(|k| k.place() == kind)?, id)));
        let wrong = || Error::invalid("openstack.state", format!("no page of a list begins at {text:?}"));
        found.map(|(kind, id)| Self { kind, id: id.to_owned() }).ok_or_else(wrong)
    }

    fn text(&self) -> String {
        format!("{}/{}", self.kind.place(), self.id)
    }

    /// Whether it lies before an object, by kind and id.
    fn is_before(&self, kind: Kind, id: &str) -> bool {
        (self.kind, self.id.as_str()) < (kind, id)
    }
}

/// One page of everything in the project that carries a mark. Ids order it, so that what comes and goes
/// meanwhile makes nobody else be left out.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn list(cloud: &mut Cloud, after: Option<&str>) -> Result<MarkedPage> {
    let start = after.map(Place::parse).transpose()?;
    let mut page: Vec<(Kind, Marked)> = Vec::new();
    for kind in Kind::ALL {
        if start.as_ref().is_some_and(|start| start.kind > kind) {
            continue;
        }
        let mut found = of_kind(cloud, kind)?;
        found.retain(|one| start.as_ref().is_none_or(|start| start.is_before(kind, &one.id)));
        found.sort_by(|a, b| a.id.cmp(&b.id));
        page.extend(found.into_iter().map(|one| (kind, one)));
        if page.len() > PAGE_ITEMS {
            page.truncate(PAGE_ITEMS);
            let next = page.last().map(|(kind, last)| Place { kind: *kind, id: last.id.clone() }.text());
            return Ok(MarkedPage { marked: page.into_iter().map(|(_, one)| one).collect(), next });
        }
    }
    Ok(MarkedPage { marked: page.into_iter().map(|(_, one)| one).collect(), next: None })
}

fn of_kind(cloud: &mut Cloud, kind: Kind) -> Result<Vec<Marked>> {
    let found = match kind {
        Kind::Server => servers(cloud),
        Kind::FloatingIp => floating_ips(cloud),
        Kind::Port => ports(cloud),
        Kind::SecurityGroup => security_groups(cloud),
        Kind::Copy => volumes(cloud, |role| role == ROLE_CLONE),
        Kind::Snapshot => snapshots(cloud),
        Kind::Volume => volumes(cloud, |role| role != ROLE_CLONE),
    };
    found.map_err(|error| error.cause(format!("asked for every {} that carries a mark", kind.name())))
}

fn marked(kind: Kind, id: String, name: String, token: Option<&str>, made: Option<&str>) -> Option<Marked> {
    let (kind, token) = (kind.name().to_owned(), token?.to_owned());
    Some(Marked { kind, id, name, token, made_ms: made.and_then(unix_ms) })
}

fn servers(cloud: &mut Cloud) -> Result<Vec<Marked>> {
    let found = nova::servers(cloud)?.into_iter().filter_map(|server| {
        let token = marks::token_in(&server.metadata);
        marked(Kind::Server, server.id, server.name, token, server.created.as_deref())
    });
    Ok(found.collect())
}

fn floating_ips(cloud: &mut Cloud) -> Result<Vec<Marked>> {
    let found = neutron::floating_ips(cloud)?.into_iter().filter_map(|floating| {
        let (name, made) = (floating.floating_ip_address, floating.created_at.as_deref());
        marked(Kind::FloatingIp, floating.id, name, marks::token_of(&floating.description), made)
    });
    Ok(found.collect())
}

fn ports(cloud: &mut Cloud) -> Result<Vec<Marked>> {
    let found = neutron::ports(cloud)?.into_iter().filter_map(|port| {
        let token = marks::token_of(&port.description);
        marked(Kind::Port, port.id, port.name, token, port.created_at.as_deref())
    });
    Ok(found.collect())
}

fn security_groups(cloud: &mut Cloud) -> Result<Vec<Marked>> {
    let found = neutron::security_groups(cloud)?.into_iter().filter_map(|group| {
        let token = marks::token_of(&group.description);
        marked(Kind::SecurityGroup, group.id, group.name, token, group.created_at.as_deref())
    });
    Ok(found.collect())
}

fn volumes(cloud: &mut Cloud, fits: impl Fn(&str) -> bool) -> Result<Vec<Marked>> {
    let found = cinder::volumes(cloud)?.into_iter().filter_map(|volume| {
        let token = marks::token_in(&volume.metadata).filter(|_| fits(marks::role_in(&volume.metadata)));
        marked(Kind::Volume, volume.id, volume.name.unwrap_or_default(), token, volume.created_at.as_deref())
    });
    Ok(found.collect())
}

fn snapshots(cloud: &mut Cloud) -> Result<Vec<Marked>> {
    let found = cinder::snapshots(cloud)?.into_iter().filter_map(|snapshot| {
        let (name, token) = (snapshot.name.unwrap_or_default(), marks::token_in(&snapshot.metadata));
        marked(Kind::Snapshot, snapshot.id, name, token, snapshot.created_at.as_deref())
    });
    Ok(found.collect())
}

/// Removes one object that carries the token of this step.
///
/// # Errors
/// `openstack.not-marked`; `openstack.port-in-use`, `openstack.volume-in-use`, `openstack.volume-busy`,
/// `openstack.snapshot-busy`, and whatever else keeps it from being deleted.
pub fn remove(run: &mut Run, kind: &str, id: &str) -> Flow<String> {
    match Kind::ALL.into_iter().find(|known| known.name() == kind) {
        Some(Kind::Server) => remove_server(run, id)?,
        Some(Kind::FloatingIp) => remove_floating_ip(run, id)?,
        Some(Kind::Port) => remove_port(run, id)?,
        Some(Kind::SecurityGroup) => remove_group(run, id)?,
        Some(Kind::Copy | Kind::Volume) => remove_volume(run, id)?,
        Some(Kind::Snapshot) => remove_snapshot(run, id)?,
        None => return Err(not_marked(kind, id, &run.token).into()),
    }
    Ok(String::new())
}

/// Its disks stay, whatever was said of them when it was made.
fn remove_server(run: &mut Run, id: &str) -> Flow<()> {
    if let Some(server) = nova::remaining_server(&mut run.cloud, id)? {
        require_in(run, Kind::Server, id, &server.metadata)?;
        match marks::role_in(&server.metadata) {
            ROLE_WORKER => worker::take_down(run, &server)?,
            _ => instance::take_down(run, &server)?,
        }
    }
    worker::wait_volumes_free(run)
}

fn remove_floating_ip(run: &mut Run, id: &str) -> Flow<()> {
    let Some(floating) = neutron::floating_ip_of_id(&mut run.cloud, id)? else { return Ok(()) };
    require(run, Kind::FloatingIp, id, marks::token_of(&floating.description))?;
    if let Some(port) = floating.port_id {
        let port = neutron::port(&mut run.cloud, &port)?;
        port.map_or(Ok(()), |port| refuse_held(&mut run.cloud, &port))?;
    }
    neutron::delete_floating_ip(&mut run.cloud, id)?;
    Ok(())
}

fn remove_port(run: &mut Run, id: &str) -> Flow<()> {
    let Some(port) = neutron::port(&mut run.cloud, id)? else { return Ok(()) };
    require(run, Kind::Port, id, marks::token_of(&port.description))?;
    refuse_held(&mut run.cloud, &port)?;
    neutron::delete_port(&mut run.cloud, id)?;
    Ok(())
}

/// Neutron deletes a port under a server that uses it: one that gyre made for one job may have been reused since.
fn refuse_held(cloud: &mut Cloud, port: &Port) -> Result<()> {
    if port.is_free() {
        return Ok(());
    }
    let is_servers = port.device_owner.starts_with("compute:");
    if is_servers && nova::remaining_server(cloud, &port.device_id)?.is_none() {
        return Ok(());
    }
    let message = format!("{} is in use; remove it there first", port.holder());
    Err(Error::conflict("openstack.port-in-use", message))
}

fn remove_group(run: &mut Run, id: &str) -> Flow<()> {
    if let Some(group) = neutron::security_group(&mut run.cloud, id)? {
        require(run, Kind::SecurityGroup, id, marks::token_of(&group.description))?;
    }
    run.remove_all("security group", vec![id.to_owned()], look_group)
}

fn look_group(cloud: &mut Cloud, id: &str, removal: &mut Removal) -> Result<Option<()>> {
    let sight = match neutron::security_group(cloud, id)? {
        None => Sight::Gone,
        Some(_) => Sight::Idle,
    };
    let stuck = || {
        let message = format!("security group {id} is still there after several requests to delete it");
        Error::conflict("openstack.not-deleted", message)
    };
    removal.look(cloud, sight, |cloud| neutron::delete_security_group(cloud, id), stuck)
}

fn remove_volume(run: &mut Run, id: &str) -> Flow<()> {
    if let Some(volume) = cinder::volume(&mut run.cloud, id)? {
        require_in(run, Kind::Volume, id, &volume.metadata)?;
    }
    disks::delete_all(run, vec![id.to_owned()])
}

fn remove_snapshot(run: &mut Run, id: &str) -> Flow<()> {
    if let Some(snapshot) = cinder::snapshot(&mut run.cloud, id)? {
        require_in(run, Kind::Snapshot, id, &snapshot.metadata)?;
    }
    checkpoint::delete_all(run, vec![id.to_owned()])
}

fn require_in(run: &Run, kind: Kind, id: &str, metadata: &BTreeMap<String, String>) -> Result<()> {
    require(run, kind, id, marks::token_in(metadata))
}

/// A list may be old, and an id mistyped: what goes is what says of itself that this step made it.
fn require(run: &Run, kind: Kind, id: &str, token: Option<&str>) -> Result<()> {
    match token {
        Some(token) if token == run.token => Ok(()),
        _ => Err(not_marked(kind.name(), id, &run.token)),
    }
}

fn not_marked(kind: &str, id: &str, token: &str) -> Error {
    let message = format!("{kind} {id} does not say that it was made with the token {token:?}");
    Error::conflict("openstack.not-marked", message)
}

/// `2026-11-23T10:29:26` and whatever follows, which OpenStack means in UTC, as milliseconds since 1970.
fn unix_ms(text: &str) -> Option<u64> {
    let number = |from: usize, to: usize| text.get(from..to)?.parse::<u64>().ok();
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let is_right = (1970..10_000).contains(&year)
        && (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60;
    let seconds = (hour * 60 + minute) * 60 + second;
    is_right.then(|| (days_until(year, month, day) * 86_400 + seconds) * 1000)
}

/// Days from the first of January 1970, in the Gregorian calendar; years begin in March, so that the day of a leap
/// year is its last.
const fn days_until(year: u64, month: u64, day: u64) -> u64 {
    /// From the first of March of the year 0 to 1970.
    const EPOCH: u64 = 719_468;
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day - 1;
    days - EPOCH
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_every_service_are_read() {
        assert_eq!(unix_ms("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(unix_ms("2026-11-23T10:29:26.000000"), Some(1_795_429_766_000));
        assert_eq!(unix_ms("2000-02-29T00:00:00Z"), Some(951_782_400_000));
        for wrong in [
            "",
            "yesterday",
            "2026-13-01T00:00:00Z",
            "2026-11-23",
            "0000-01-01T00:00:00Z",
            "ä026-11-23T10:29:26",
        ] {
            assert_eq!(unix_ms(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_place_is_read_as_it_was_written() {
        for kind in Kind::ALL {
            let place = Place { kind, id: "a/b".into() };
            let read = Place::parse(&place.text()).unwrap();
            assert_eq!((read.kind, read.id.as_str()), (kind, "a/b"));
            assert!(place.is_before(kind, "a/c") && !place.is_before(kind, "a/b"));
        }
        assert_eq!(Place::parse("image/x").err().unwrap().code, "openstack.state");
    }
}
