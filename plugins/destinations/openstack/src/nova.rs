//! Nova: servers, their volumes and consoles, flavors, key pairs, groups, zones and quota, as far as
//! they are needed. Knows no steps.

use crate::cloud::{Cloud, Microversion, Service, encode};
use crate::contract::{Error, Result};
use crate::marks::{self, Named};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::Chars;

const NOVA: Service = Service::Compute;
/// First version that changes what becomes of a volume when its server goes.
pub const VERSION_KEEP_VOLUME: Microversion = Microversion(2, 85);
/// The end of a console that is kept, bytes.
pub const CONSOLE_BYTES_MAX: usize = 64 * 1024;
/// Lines of the console that are asked for.
const CONSOLE_LINES: u32 = 1000;

/// A server as Nova describes it.
#[derive(Clone, Debug, Deserialize)]
pub struct Server {
    /// Its id.
    pub id: String,
    /// What people see.
    #[serde(default)]
    pub name: String,
    /// `BUILD`, `ACTIVE`, `ERROR`, …
    #[serde(default)]
    pub status: String,
    /// Key and value pairs.
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
    /// When it was made, UTC.
    #[serde(default)]
    pub created: Option<String>,
    /// What is being done to it.
    #[serde(default, rename = "OS-EXT-STS:task_state")]
    pub task: Option<String>,
    /// Why it failed.
    #[serde(default)]
    pub fault: Option<Fault>,
    /// Its volumes.
    #[serde(default, rename = "os-extended-volumes:volumes_attached")]
    pub volumes: Vec<ServerVolume>,
}

/// Why a server failed.
#[derive(Clone, Debug, Deserialize)]
pub struct Fault {
    /// In Nova's words.
    #[serde(default)]
    pub message: String,
}

/// A volume of a server.
#[derive(Clone, Debug, Deserialize)]
pub struct ServerVolume {
    /// The volume.
    pub id: String,
    /// Whether it goes together with the server.
    #[serde(default)]
    pub delete_on_termination: bool,
}

/// A volume that was attached to a running server.
#[derive(Clone, Debug, Deserialize)]
pub struct Attachment {
    /// The volume.
    #[serde(rename = "volumeId")]
    pub volume: String,
    /// `/dev/vdb`, as Nova guesses it.
    #[serde(default)]
    pub device: Option<String>,
}

/// A size of servers.
#[derive(Clone, Debug, Deserialize)]
pub struct Flavor {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Processors.
    pub vcpus: u32,
    /// MiB.
    pub ram: u64,
    /// Root disk in GiB; 0: as the image.
    pub disk: u64,
    /// Whether it may not be used.
    #[serde(default, rename = "OS-FLV-DISABLED:disabled")]
    pub disabled: bool,
    /// What else it asks of its hosts, where that is shown.
    #[serde(default)]
    pub extra_specs: BTreeMap<String, String>,
}

/// Extra specs of flavors that hand out what few servers need: devices, whole machines.
const SPECIAL_SPECS: [&str; 3] = ["pci_passthrough:", "accel:", "resources:CUSTOM_"];

impl Flavor {
    /// Whether it is for servers of a special kind, so that nobody gets it unasked.
    fn is_special(&self) -> bool {
        self.extra_specs.keys().any(|key| SPECIAL_SPECS.iter().any(|special| key.starts_with(special)))
    }
}

impl Named for Flavor {
    fn id(&self) -> &str {
        &self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
}

/// A server group.
#[derive(Clone, Debug, Deserialize)]
pub struct ServerGroup {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
}

impl Named for ServerGroup {
    fn id(&self) -> &str {
        &self.id
    }
    fn name(&self) -> &str {
        &self.name
    }
}

/// A key pair; it has no id beside its name.
#[derive(Clone, Debug)]
pub struct KeyPair(pub String);

impl Named for KeyPair {
    fn id(&self) -> &str {
        &self.0
    }
    fn name(&self) -> &str {
        &self.0
    }
}

impl Server {
    /// It runs.
    pub fn is_active(&self) -> bool {
        self.status == "ACTIVE"
    }

    /// It is on its way out.
    pub fn is_leaving(&self) -> bool {
        self.task.as_deref() == Some("deleting")
    }

    /// It is deleted, and Nova keeps it for a while (`reclaim_instance_interval`).
    pub fn is_kept(&self) -> bool {
        self.status == "SOFT_DELETED"
    }

    /// Nova gave up on it.
    pub fn has_failed(&self) -> bool {
        self.status == "ERROR"
    }

    /// Nova's words on why.
    pub fn fault(&self) -> String {
        let message = self.fault.as_ref().map(|fault| fault.message.as_str()).unwrap_or_default();
        if message.is_empty() {
            "Nova does not say why".to_owned()
        } else {
            message.chars().take(1000).collect()
        }
    }
}

/// Servers of the project.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn servers(cloud: &mut Cloud) -> Result<Vec<Server>> {
    cloud.list(NOVA, "/servers/detail", "servers")
}

/// Servers of the project that a step made for a role.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn servers_of(cloud: &mut Cloud, token: &str, role: &str) -> Result<Vec<Server>> {
    Ok(servers(cloud)?.into_iter().filter(|server| marks::carries(&server.metadata, token, role)).collect())
}

/// A server, if it is there. One that is deleted but still listed counts as gone.
///
/// # Errors
/// Those of [`Cloud::get`].
pub fn server(cloud: &mut Cloud, id: &str) -> Result<Option<Server>> {
    Ok(remaining_server(cloud, id)?.filter(|server| !server.is_kept()))
}

/// [`server`], or what a cloud that reclaims servers later keeps of it: its volumes and ports with it.
///
/// # Errors
/// Those of [`Cloud::get`].
pub fn remaining_server(cloud: &mut Cloud, id: &str) -> Result<Option<Server>> {
    let server: Option<Server> = cloud.get(NOVA, &format!("/servers/{}", encode(id)), "server")?;
    Ok(server.filter(|server| server.status != "DELETED"))
}

#[derive(Deserialize)]
struct Created {
    id: String,
}

/// Asks for a server; answers its id.
///
/// # Errors
/// Those of [`Cloud::create`].
pub fn create_server(cloud: &mut Cloud, server: &Value, hints: Option<&Value>) -> Result<String> {
    let mut body = json!({ "server": server });
    if let (Some(hints), Some(object)) = (hints, body.as_object_mut()) {
        object.insert("os:scheduler_hints".to_owned(), hints.clone());
    }
    let created: Created = cloud.create(NOVA, "/servers", "server", &body)?;
    Ok(created.id)
}

/// Asks for deletion; answers whether it was there.
///
/// # Errors
/// Those of [`Cloud::delete`].
pub fn delete_server(cloud: &mut Cloud, id: &str) -> Result<bool> {
    cloud.delete(NOVA, &format!("/servers/{}", encode(id)))
}

/// Asks for what a cloud keeps of a deleted server to go now; answers whether it was there.
///
/// # Errors
/// Those of [`Cloud::call`].
pub fn reclaim_server(cloud: &mut Cloud, id: &str) -> Result<bool> {
    let path = format!("/servers/{}/action", encode(id));
    match cloud.call(NOVA, "POST", &path, Some(&json!({ "forceDelete": null }))) {
        Err(error) if error.code == "openstack.not-found" => Ok(false),
        other => other.map(|_| true),
    }
}

/// Volumes attached to a server; none where it has gone since somebody looked.
///
/// # Errors
/// Those of [`Cloud::get`].
pub fn attachments(cloud: &mut Cloud, server: &str) -> Result<Vec<Attachment>> {
    let path = format!("/servers/{}/os-volume_attachments", encode(server));
    Ok(cloud.get(NOVA, &path, "volumeAttachments")?.unwrap_or_default())
}

/// Asks for a volume to be attached.
///
/// # Errors
/// Those of [`Cloud::create`].
pub fn attach(cloud: &mut Cloud, server: &str, volume: &str) -> Result<Attachment> {
    let path = format!("/servers/{}/os-volume_attachments", encode(server));
    cloud.create(NOVA, &path, "volumeAttachment", &json!({ "volumeAttachment": { "volumeId": volume } }))
}

/// Asks for a volume to be detached; answers whether it was attached.
///
/// # Errors
/// Those of [`Cloud::delete`].
pub fn detach(cloud: &mut Cloud, server: &str, volume: &str) -> Result<bool> {
    cloud.delete(NOVA, &format!("/servers/{}/os-volume_attachments/{}", encode(server), encode(volume)))
}

/// Makes a volume outlive its server.
///
/// # Errors
/// `openstack.too-old` before Nova 2.85 (Ussuri), and those of [`Cloud::call_at`].
pub fn keep_volume(cloud: &mut Cloud, server: &str, volume: &str) -> Result<()> {
    let path = format!("/servers/{}/os-volume_attachments/{}", encode(server), encode(volume));
    let body = json!({ "volumeAttachment": { "volumeId": volume, "delete_on_termination": false } });
    cloud.call_at(NOVA, Some(VERSION_KEEP_VOLUME), "PUT", &path, Some(&body)).map(drop)
}

#[derive(Deserialize)]
struct Console {
    #[serde(default)]
    output: String,
}

/// The end of a server's console, if its hypervisor keeps one.
pub fn console(cloud: &mut Cloud, server: &str) -> Option<String> {
    let body = json!({ "os-getConsoleOutput": { "length": CONSOLE_LINES } });
    let answer =
        cloud.call(NOVA, "POST", &format!("/servers/{}/action", encode(server)), Some(&body)).ok()?;
    let console: Console = serde_json::from_value(answer).ok()?;
    let output = plain(tail(&console.output, CONSOLE_BYTES_MAX));
    (!output.trim().is_empty()).then_some(output)
}

/// A console as text: without the sequences that steer a terminal, and without other control characters
/// than the ends of lines and tabs. Whoever prints it would hand his terminal to the guest.
pub fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\u{1b}' => skip_sequence(&mut rest),
            '\n' | '\t' => out.push(c),
            _ if c.is_control() => {}
            _ => out.push(c),
        }
    }
    out
}

/// ECMA-48: CSI ends with a byte of `@` to `~`, OSC and other strings with BEL or ESC `\`, the rest is one
/// character long behind intermediate bytes. A sequence ends with its line at the latest.
fn skip_sequence(rest: &mut Peekable<Chars<'_>>) {
    let Some(kind) = rest.next_if(|c| *c != '\n') else { return };
    let ends: fn(char) -> bool = match kind {
        '[' => |c| ('@'..='~').contains(&c),
        ']' | 'P' | 'X' | '^' | '_' => |c| matches!(c, '\u{7}' | '\\'),
        ' '..='/' => |c| ('0'..='~').contains(&c),
        _ => return,
    };
    while let Some(c) = rest.next_if(|c| *c != '\n') {
        if ends(c) {
            return;
        }
    }
}

/// The end of a text, at most so many bytes, at a character.
pub fn tail(text: &str, bytes_max: usize) -> &str {
    let mut start = text.len().saturating_sub(bytes_max);
    while !text.is_char_boundary(start) {
        start = start.saturating_add(1);
    }
    text.get(start..).unwrap_or_default()
}

/// All flavors.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn flavors(cloud: &mut Cloud) -> Result<Vec<Flavor>> {
    let mut flavors: Vec<Flavor> = cloud.list(NOVA, "/flavors/detail", "flavors")?;
    flavors.retain(|flavor| !flavor.disabled);
    Ok(flavors)
}

/// The smallest flavor with enough processors and memory: least memory first, then processors, then
/// disk, which a server that boots from a volume does not use. None that hands out special devices.
///
/// # Errors
/// `openstack.no-flavor`.
pub fn smallest_flavor(mut flavors: Vec<Flavor>, vcpus: u32, ram_mib: u64) -> Result<Flavor> {
    flavors.retain(|flavor| flavor.vcpus >= vcpus && flavor.ram >= ram_mib && !flavor.is_special());
    flavors.sort_by(|a, b| (a.ram, a.vcpus, a.disk, &a.name).cmp(&(b.ram, b.vcpus, b.disk, &b.name)));
    flavors.into_iter().next().ok_or_else(|| {
        let message = format!(
            "flavor_name: no flavor has {vcpus} vCPUs and {ram_mib} MiB of memory; name a smaller one"
        );
        Error::invalid("openstack.no-flavor", message)
    })
}

#[derive(Deserialize)]
struct KeyPairEntry {
    keypair: KeyPairName,
}

#[derive(Deserialize)]
struct KeyPairName {
    name: String,
}

/// Key pairs of the user.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn key_pairs(cloud: &mut Cloud) -> Result<Vec<KeyPair>> {
    let pairs: Vec<KeyPairEntry> = cloud.list_unpaged(NOVA, "/os-keypairs", "keypairs")?;
    Ok(pairs.into_iter().map(|entry| KeyPair(entry.keypair.name)).collect())
}

/// Server groups of the project.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn server_groups(cloud: &mut Cloud) -> Result<Vec<ServerGroup>> {
    cloud.list_unpaged(NOVA, "/os-server-groups", "server_groups")
}

#[derive(Deserialize)]
struct Zone {
    #[serde(rename = "zoneName")]
    name: String,
    #[serde(default, rename = "zoneState")]
    state: Option<ZoneState>,
}

#[derive(Deserialize)]
struct ZoneState {
    available: bool,
}

/// Names of Nova's availability zones, without those that have nothing to run on.
///
/// # Errors
/// Those of [`Cloud::list`].
pub fn zones(cloud: &mut Cloud) -> Result<Vec<String>> {
    let mut zones: Vec<Zone> = cloud.list_unpaged(NOVA, "/os-availability-zone", "availabilityZoneInfo")?;
    zones.retain(|zone| zone.state.as_ref().is_none_or(|state| state.available));
    Ok(zones.into_iter().map(|zone| zone.name).collect())
}

#[derive(Deserialize)]
struct Limits {
    absolute: AbsoluteLimits,
}

/// What the project may have, and has. −1: no limit; none: not shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[allow(missing_docs)] // as Nova names them
pub struct AbsoluteLimits {
    pub max_total_instances: Option<i64>,
    pub total_instances_used: i64,
    pub max_total_cores: Option<i64>,
    pub total_cores_used: i64,
    #[serde(rename = "maxTotalRAMSize")]
    pub max_total_ram_size: Option<i64>,
    #[serde(rename = "totalRAMUsed")]
    pub total_ram_used: i64,
    pub max_server_meta: Option<i64>,
}

/// The project's limits, as far as they are shown.
///
/// # Errors
/// Those of [`Cloud::get_visible`].
pub fn limits(cloud: &mut Cloud) -> Result<AbsoluteLimits> {
    let limits: Option<Limits> = cloud.get_visible(NOVA, "/limits", "limits")?;
    Ok(limits.map(|limits| limits.absolute).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flavor(name: &str, vcpus: u32, ram: u64, disk: u64) -> Flavor {
        Flavor {
            id: name.into(),
            name: name.into(),
            vcpus,
            ram,
            disk,
            disabled: false,
            extra_specs: BTreeMap::new(),
        }
    }

    #[test]
    fn the_smallest_flavor_that_fits_is_chosen() {
        let flavors =
            || vec![flavor("big", 8, 8192, 80), flavor("mid", 2, 2048, 20), flavor("mid0", 2, 2048, 0)];
        assert_eq!(smallest_flavor(flavors(), 1, 512).unwrap().name, "mid0");
        assert_eq!(smallest_flavor(flavors(), 4, 512).unwrap().name, "big");
        assert_eq!(smallest_flavor(flavors(), 9, 512).unwrap_err().code, "openstack.no-flavor");
        let mut all = flavors();
        let gpu = [("pci_passthrough:alias".to_owned(), "gpu:1".to_owned())];
        all.push(Flavor { extra_specs: gpu.into(), ..flavor("gpu", 1, 512, 0) });
        assert_eq!(smallest_flavor(all, 1, 512).unwrap().name, "mid0", "nobody gets a device unasked");
    }

    #[test]
    fn a_console_steers_no_terminal() {
        let text = "\u{1b}[2J\u{1b}[1;31mFAILED\u{1b}[0m\r\n\u{1b}]0;title\u{7}a\tb\u{1b}(Bc\u{8}\u{9b}\u{1b}7d\u{1b}[12\nnext\u{1b}";
        assert_eq!(plain(text), "FAILED\na\tbcd\nnext");
        assert_eq!(plain("\u{1b}]0;x\u{1b}\\y"), "y");
    }

    #[test]
    fn a_console_is_cut_at_a_character() {
        assert_eq!(tail("aé", 1), "");
        assert_eq!(tail("aé", 2), "é");
        assert_eq!(tail("abc", 9), "abc");
    }
}
