//! A temporary machine with the disks attached: its security group, port, floating IP, server and
//! volumes, made and taken down. The worker's user and the key of its SSH server, or of its WinRM
//! listener, come with its user data, so that the host can pin the key before it connects; nothing
//! else is installed.

mod image;
mod windows;

use crate::cinder;
use crate::cloud::Cloud;
use crate::contract::{AttachedDisk, Error, Explain, HostKey, OsType, Result, Transport, Worker, WorkerRole};
use crate::contract::{generate_host_key, generate_ssh_key, generate_winrm_login, log};
use crate::disks::{self, Disks};
use crate::glance::Image;
use crate::marks::{self, ROLE_WORKER};
use crate::neutron::{self, Network, NewPort, Port};
use crate::nova::{self, Server};
use crate::options::{AGENT_PORT, Cidr, Options, TransferMechanism};
use crate::wait::{Flow, Run, Sight, from_json, to_json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
pub use image::{
    BLK_DISKS_MAX, System, disk_option, find as image, fits, fits_disk, fits_memory, flavor,
    option as image_option, takes,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Servers that may fail to start before the step does.
const START_FAILURES_MAX: usize = 2;
/// How long a worker may take to run before it is made again, milliseconds: some clouds download the
/// image first.
const START_MS_MAX: u64 = 15 * 60 * 1000;
/// How long volumes may take to leave a server before it is deleted with them attached, milliseconds.
const DETACH_MS_MAX: u64 = 120_000;
/// The end of a console that goes into an error, bytes.
const CONSOLE_CAUSE_BYTES_MAX: usize = 2048;
/// Characters of a volume's id that QEMU shows as the serial of a virtio disk.
const SERIAL_CHARS: usize = 20;
/// TCP port of SSH.
const SSH_PORT: u16 = 22;
/// TCP port of WinRM over HTTPS.
const WINRM_PORT: u16 = 5986;
/// Who logs in to workers.
const USER: &str = "gyre";

/// The state of `ensure-worker`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerState {
    /// Of the step that made it.
    pub token: String,
    /// Id of the server.
    pub server: String,
    /// Where it is reached.
    pub address: String,
    /// OpenSSH public-key line of its SSH server, or the pin of its WinRM listener.
    pub host_key: String,
    /// Name of the job's key, or login, that opens it.
    pub credential: String,
    /// Whether bytes go over HTTPS.
    pub https: bool,
    /// What it runs. Those that were made before there were others run Linux.
    #[serde(default)]
    pub os: System,
    /// What is attached.
    pub disks: Vec<WorkerDisk>,
}

/// What a server is told at its boot, and what it is then known by.
struct Access {
    user_data: String,
    host_key: String,
}

/// One attached disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WorkerDisk {
    /// Id of the source's disk.
    pub disk: String,
    /// Id of the volume.
    pub volume: String,
    /// Where Nova thinks that the guest has it.
    pub device: Option<String>,
}

/// Makes the worker and attaches all disks.
///
/// # Errors
/// `openstack.worker-error` with the faults and consoles of what failed to start; those of the options'
/// names; `openstack.volume-in-use`, `openstack.attach-failed`.
pub fn ensure(run: &mut Run, role: WorkerRole, os: OsType, disks: &str) -> Flow<String> {
    let disks = Disks::parse(disks)?;
    refuse_taken(run, &disks)?;
    let system = System::of(&run.options, role, os);
    let option = image_option(&run.options, system)?;
    let image = image(&mut run.cloud, &run.options, option)?;
    takes(&image, disks.disks.len())?;
    let (name, path) = run.options.worker_network()?;
    let (name, path) = (name.to_owned(), path);
    let network = neutron::network(&mut run.cloud, &path, &name)?;
    let group = ensure_group(run, &network, system)?;
    let port = ensure_port(run, &network, group)?;
    let address = ensure_address(run, &port)?;
    if network.takes_groups() {
        refuse_closed(run, &address)?;
    }
    let access = access(&run.token, system)?;
    let server = ensure_server(run, &image, &port, &access)?;
    let mut attached = Vec::new();
    for disk in disks.in_boot_order() {
        let device = attach(run, &server.id, &disk.volume)?;
        attached.push(WorkerDisk { disk: disk.disk.clone(), volume: disk.volume.clone(), device });
    }
    Ok(to_json(&WorkerState {
        token: run.token.clone(),
        server: server.id,
        address,
        host_key: access.host_key,
        credential: key_name(&run.token),
        https: takes_https(&run.options, system),
        os: system,
        disks: attached,
    })?)
}

/// A volume that another server has is said before anything is made.
fn refuse_taken(run: &mut Run, disks: &Disks) -> Result<()> {
    let own = nova::servers_of(&mut run.cloud, &run.token, ROLE_WORKER)?;
    for disk in &disks.disks {
        let volume = cinder::required_volume(&mut run.cloud, &disk.volume)?;
        if volume.server().is_some_and(|server| own.iter().all(|own| own.id != server)) {
            return Err(disks::in_use(&volume, "attached to a worker"));
        }
    }
    Ok(())
}

fn object_name(token: &str) -> String {
    format!("gyre-worker-{}", marks::short(token))
}

fn key_name(token: &str) -> String {
    format!("worker-{token}")
}

/// The host makes both again as long as the job lives, so that nothing of them is kept here.
fn access(token: &str, system: System) -> Result<Access> {
    let name = key_name(token);
    if system == System::Windows {
        let login = generate_winrm_login(&name)?;
        let user_data = windows::user_data(USER, &login, &ports_of(system, true))?;
        return Ok(Access { user_data, host_key: login.host_key });
    }
    let (key, login) = (generate_host_key(&name)?, generate_ssh_key(&name)?);
    Ok(Access { user_data: user_data(&login, &key), host_key: key.public.trim().to_owned() })
}

/// Windows speaks no SSH of its own.
fn takes_https(options: &Options, system: System) -> bool {
    system == System::Windows || options.data_transfer_mechanism == TransferMechanism::Https
}

/// TCP ports of a worker that the host connects to.
fn ports_of(system: System, https: bool) -> Vec<u16> {
    let login = if system == System::Windows { WINRM_PORT } else { SSH_PORT };
    std::iter::once(login).chain(https.then_some(AGENT_PORT)).collect()
}

/// How many ports of a worker are opened.
pub fn ports(options: &Options, system: System) -> usize {
    ports_of(system, takes_https(options, system)).len()
}

fn ensure_group(run: &mut Run, network: &Network, system: System) -> Result<Option<String>> {
    if !network.takes_groups() {
        return Ok(None);
    }
    let description = marks::description(&run.token);
    let found = neutron::security_groups_of(&mut run.cloud, &description)?.into_iter().next();
    let group = match found {
        Some(group) => group,
        None => neutron::create_security_group(&mut run.cloud, &object_name(&run.token), &description)?,
    };
    let allowed = allowed(run)?;
    for port in ports_of(system, takes_https(&run.options, system)) {
        for cidr in &allowed {
            neutron::allow_tcp(&mut run.cloud, &group.id, port, cidr)?;
        }
    }
    Ok(Some(group.id))
}

/// The ranges that may reach a worker: those of the option, else this host alone.
fn allowed(run: &mut Run) -> Result<Vec<String>> {
    let written = run.options.worker_allowed_cidrs.clone();
    if !written.is_empty() {
        return Ok(written);
    }
    let own = run.cloud.own_address()?;
    if own.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback()) {
        let message = format!(
            "this host reaches the cloud from {own}, where no worker can answer it: set worker_allowed_cidrs"
        );
        return Err(Error::invalid("openstack.option", message));
    }
    Ok(vec![if own.contains(':') { format!("{own}/128") } else { format!("{own}/32") }])
}

fn ensure_port(run: &mut Run, network: &Network, group: Option<String>) -> Result<Port> {
    let description = marks::description(&run.token);
    if let Some(port) = neutron::ports_of(&mut run.cloud, &description)?.into_iter().next() {
        return Ok(port);
    }
    let new = NewPort {
        name: object_name(&run.token),
        description,
        network: network.id.clone(),
        security_groups: group.map(|group| vec![group]),
        ..NewPort::default()
    };
    neutron::create_port(&mut run.cloud, &new)
}

fn ensure_address(run: &mut Run, port: &Port) -> Result<String> {
    if !run.options.migr_worker_use_fip {
        let none = || {
            Error::invalid(
                "openstack.no-address",
                "the worker's port has no address: migr_network needs a subnet",
            )
        };
        return port.best_address().map(str::to_owned).ok_or_else(none);
    }
    let pool = neutron::pool(&mut run.cloud, "migr_fip_pool_name", &run.options.migr_fip_pool_name)?;
    let description = marks::description(&run.token);
    let floating = neutron::ensure_floating_ip(&mut run.cloud, &pool, &port.id, &description)?;
    Ok(floating.floating_ip_address)
}

/// A worker that no rule lets anybody reach is said before it is made.
fn refuse_closed(run: &mut Run, address: &str) -> Result<()> {
    let is_v6 = address.contains(':');
    let allowed = allowed(run)?;
    let ranges = allowed.iter().filter_map(|cidr| Cidr::parse(cidr));
    if ranges.into_iter().any(|cidr| cidr.is_v6() == is_v6) {
        return Ok(());
    }
    let family = if is_v6 { "IPv6" } else { "IPv4" };
    let message = format!(
        "only {} may reach a worker, which has the {family} address {address}: set worker_allowed_cidrs, or name \
         another migr_network",
        allowed.join(", ")
    );
    Err(Error::invalid("openstack.option", message))
}

/// The running server; one that fails to start is deleted and made again, a few times.
fn ensure_server(run: &mut Run, image: &Image, port: &Port, access: &Access) -> Flow<Server> {
    loop {
        let made = nova::servers_of(&mut run.cloud, &run.token, ROLE_WORKER)?;
        let id = match made.into_iter().next() {
            Some(server) => server.id,
            None if run.resume.buried.len() > START_FAILURES_MAX => return Err(start_failed(run).into()),
            None => create(run, image, port, access)?,
        };
        if !run.resume.buried.contains(&id) {
            if let Some(server) = wait_active(run, &id)? {
                return Ok(server);
            }
            remember_failure(run, &id)?;
        }
        delete_server(run, &id)?;
    }
}

fn wait_active(run: &mut Run, id: &str) -> Flow<Option<Server>> {
    let settled = run.until_or(&format!("worker {id} starts"), START_MS_MAX, |cloud| {
        let server = nova::server(cloud, id)?;
        let settled = server.as_ref().is_none_or(|server| server.is_active() || server.has_failed());
        Ok(settled.then(|| server.filter(Server::is_active)))
    })?;
    Ok(settled.flatten())
}

fn remember_failure(run: &mut Run, id: &str) -> Result<()> {
    let server = nova::server(&mut run.cloud, id)?;
    let fault = match server {
        None => "it disappeared".to_owned(),
        Some(server) if server.has_failed() => server.fault(),
        Some(server) => format!("it is still in {} after {} min", server.status, START_MS_MAX / 60_000),
    };
    let console = nova::console(&mut run.cloud, id).unwrap_or_default();
    log!(warn, "a worker did not start"; "server" => id, "fault" => fault);
    let end = nova::tail(&console, CONSOLE_CAUSE_BYTES_MAX).trim();
    let console = if end.is_empty() { String::new() } else { format!("; the end of its console:\n{end}") };
    run.resume.faults.push(format!("server {id}: {fault}{console}"));
    run.resume.buried.push(id.to_owned());
    Ok(())
}

fn start_failed(run: &Run) -> Error {
    let message = format!(
        "{} workers in a row did not start; check migr_image, migr_image_map, migr_flavor_name, migr_network and availability_zone",
        run.resume.buried.len()
    );
    run.resume
        .faults
        .iter()
        .fold(Error::other("openstack.worker-error", message), |error, fault| error.cause(fault))
}

fn create(run: &mut Run, image: &Image, port: &Port, access: &Access) -> Result<String> {
    let flavor = flavor(&mut run.cloud, &run.options)?;
    let root_gib = fits(&run.options, image, &flavor)?;
    let mut server = json!({
        "name": object_name(&run.token),
        "flavorRef": flavor.id,
        "networks": [{ "port": port.id }],
        "user_data": STANDARD.encode(&access.user_data),
        "config_drive": run.options.migr_worker_use_config_drive,
        "metadata": marks::metadata(&run.token, ROLE_WORKER),
    });
    if let Some(object) = server.as_object_mut() {
        if let Some(zone) = &run.options.availability_zone {
            object.insert("availability_zone".to_owned(), zone.clone().into());
        }
        match root_gib {
            None => object.insert("imageRef".to_owned(), image.id.clone().into()),
            Some(gib) => object.insert("block_device_mapping_v2".to_owned(), root_volume(run, image, gib)?),
        };
    }
    nova::create_server(&mut run.cloud, &server, None)
}

fn root_volume(run: &mut Run, image: &Image, gib: u64) -> Result<Value> {
    let mut root = json!({
        "uuid": image.id, "source_type": "image", "destination_type": "volume", "boot_index": 0,
        "volume_size": gib, "delete_on_termination": true,
    });
    if let (Some(name), Some(object)) = (run.options.migr_worker_volume_type.clone(), root.as_object_mut()) {
        let types = cinder::types(&mut run.cloud)?;
        let found = marks::pick("volume type", "migr_worker_volume_type", &name, types)?;
        object.insert("volume_type".to_owned(), found.id.into());
    }
    Ok(json!([root]))
}

/// What cloud-init does on a Linux worker: one user with the job's key, and the SSH host key that the host
/// expects. JSON is YAML.
fn user_data(login: &str, key: &HostKey) -> String {
    let kind = match key.public.split_whitespace().next().unwrap_or_default() {
        "ssh-rsa" => "rsa",
        "ssh-ed25519" => "ed25519",
        _ => "ecdsa",
    };
    let private = format!("{}\n", key.private.trim_end());
    let config = json!({
        "users": [{
            "name": USER,
            "gecos": "gyre",
            "lock_passwd": true,
            "sudo": "ALL=(ALL) NOPASSWD:ALL",
            "ssh_authorized_keys": [login.trim()],
        }],
        "disable_root": true,
        // Without it every sudo waits for a name server that does not know the worker.
        "manage_etc_hosts": "localhost",
        "ssh_pwauth": false,
        "ssh_deletekeys": true,
        "ssh_keys": { format!("{kind}_private"): private, format!("{kind}_public"): key.public.trim() },
        // Without it cloud-init swaps on whatever looks like swap: the guest's, on an attached disk.
        "mounts": [["swap", null], ["ephemeral0", null]],
        "package_update": false,
        "package_upgrade": false,
    });
    format!("#cloud-config\n{config}\n")
}

/// Attaches a volume unless it is; answers where Nova thinks that the guest has it.
fn attach(run: &mut Run, server: &str, volume: &str) -> Flow<Option<String>> {
    let mut asked = false;
    run.until(&format!("volume {volume} is attached to worker {server}"), |cloud| {
        let found = cinder::required_volume(cloud, volume)?;
        if found.has_failed() {
            return Err(cinder::failed(cloud, "volume", volume, &found.status));
        }
        if found.status == "in-use" && found.server() != Some(server) {
            return Err(disks::in_use(&found, "attached to a worker"));
        }
        if found.status == "in-use" {
            let attached = nova::attachments(cloud, server)?;
            return Ok(attached.into_iter().find(|one| one.volume == volume).map(|one| one.device));
        }
        if found.is_available() && asked {
            let message = format!(
                "Nova did not attach volume {volume} to worker {server}; its compute log says why: often no PCI slot is \
                 free, which hw_disk_bus=scsi and hw_scsi_model=virtio-scsi on the worker's image prevent"
            );
            return Err(Error::unavailable("openstack.attach-failed", message));
        }
        if found.is_available() {
            nova::attach(cloud, server, volume).map_err(|error| too_many(server, error))?;
            asked = true;
        }
        Ok(None)
    })
}

/// Nova forbids one disk more than `[compute] max_disk_devices_to_attach`.
fn too_many(server: &str, error: Error) -> Error {
    let counts = error.code == "openstack.forbidden"
        && error.causes.iter().any(|cause| cause.contains("disk devices"));
    if !counts {
        return error;
    }
    let message = format!("worker {server} may have no more disks; ask the cloud's operator to allow more");
    Error::invalid("openstack.too-many-disks", message).caused_by(error)
}

/// How the host reaches the worker.
///
/// # Errors
/// `openstack.state`; `worker.gone`, so that nobody waits for what was deleted or stopped behind our back to boot.
pub fn describe(cloud: &mut Cloud, state: &str) -> Result<Worker> {
    let state: WorkerState = from_json(state)?;
    check_alive(nova::server(cloud, &state.server)?.as_ref(), &state.server)?;
    let disks =
        state.disks.into_iter().map(|disk| AttachedDisk { identities: identities(&disk), disk: disk.disk });
    Ok(Worker {
        host: state.address,
        port: if state.os == System::Windows { WINRM_PORT } else { SSH_PORT },
        user: USER.to_owned(),
        host_key: Some(state.host_key),
        credential: state.credential,
        os_type: state.os.os_type(),
        transport: if state.https { Transport::Https(AGENT_PORT) } else { Transport::Ssh },
        disks: disks.collect(),
    })
}

fn check_alive(server: Option<&nova::Server>, id: &str) -> Result<()> {
    let status = server.map_or("gone", |server| server.status.as_str());
    if ["gone", "ERROR", "SHUTOFF", "SUSPENDED", "PAUSED", "SHELVED", "SHELVED_OFFLOADED"].contains(&status) {
        return Err(Error::unavailable(
            "worker.gone",
            format!("the worker {id} does not run any more: {status}"),
        ));
    }
    Ok(())
}

/// The end of the worker's console, where its hypervisor keeps one.
///
/// # Errors
/// `openstack.state`, and that of the login.
pub fn console(cloud: &mut Cloud, state: &str) -> Result<Option<String>> {
    let state: WorkerState = from_json(state)?;
    cloud.token()?;
    Ok(nova::console(cloud, &state.server))
}

/// A serial is sure where the guest shows one, whole (virtio-scsi) or cut (virtio-blk); Nova's device name is a
/// guess.
fn identities(disk: &WorkerDisk) -> Vec<String> {
    let cut = disk.volume.chars().take(SERIAL_CHARS).collect();
    [Some(disk.volume.clone()), Some(cut), disk.device.clone()].into_iter().flatten().collect()
}

/// Frees the volumes, then deletes all that carries the token.
///
/// # Errors
/// Whatever keeps something from being deleted.
pub fn remove(run: &mut Run, state: &str) -> Flow<String> {
    let known: Option<WorkerState> = if state.is_empty() { None } else { Some(from_json(state)?) };
    if let Some(known) = &known {
        known.token.clone_into(&mut run.token);
    }
    let made = nova::servers_of(&mut run.cloud, &run.token, ROLE_WORKER)?;
    for server in made {
        take_down(run, &server)?;
    }
    wait_volumes_free(run)?;
    remove_addresses(run)?;
    remove_groups(run)?;
    Ok(String::new())
}

/// Frees the server's volumes, but for the root disk that was made for it, and deletes it.
///
/// # Errors
/// As [`remove`].
pub fn take_down(run: &mut Run, server: &Server) -> Flow<()> {
    detach_all(run, server)?;
    delete_server(run, &server.id)
}

fn detach_all(run: &mut Run, server: &Server) -> Flow<()> {
    let mine = |id: &str| server.volumes.iter().any(|volume| volume.id == id && volume.delete_on_termination);
    let attached = nova::attachments(&mut run.cloud, &server.id)?;
    let volumes: Vec<String> = attached.into_iter().map(|one| one.volume).filter(|id| !mine(id)).collect();
    for volume in &volumes {
        if !run.resume.volumes.contains(volume) {
            run.resume.volumes.push(volume.clone());
        }
        if !server.is_leaving() {
            ask_to_detach(run, &server.id, volume)?;
        }
    }
    if server.is_leaving() || server.has_failed() {
        return Ok(());
    }
    // A guest that does not let go loses its disks together with itself.
    run.until_or(&format!("volumes leave worker {}", server.id), DETACH_MS_MAX, |cloud| {
        let left = nova::attachments(cloud, &server.id)?;
        Ok(left.iter().all(|one| !volumes.contains(&one.volume)).then_some(()))
    })?;
    Ok(())
}

/// Nova refuses while a detach runs already or the server has failed; deleting it frees them too.
fn ask_to_detach(run: &mut Run, server: &str, volume: &str) -> Result<()> {
    match nova::detach(&mut run.cloud, server, volume) {
        Err(error) if matches!(error.code.as_str(), "openstack.conflict" | "openstack.invalid") => Ok(()),
        other => other.map(drop),
    }
}

/// Deletes a server and waits until it is gone.
///
/// # Errors
/// `openstack.not-deleted` where Nova does not do it, and those of Nova.
pub fn delete_server(run: &mut Run, id: &str) -> Flow<()> {
    run.remove_all("server", vec![id.to_owned()], |cloud, id, removal| {
        let server = nova::remaining_server(cloud, id)?;
        let kept = server.as_ref().is_some_and(Server::is_kept);
        let sight = match &server {
            None => Sight::Gone,
            Some(server) if server.is_leaving() => Sight::Busy,
            Some(_) => Sight::Idle,
        };
        let ask = |cloud: &mut Cloud| match kept {
            true => nova::reclaim_server(cloud, id),
            false => nova::delete_server(cloud, id),
        };
        removal.look(cloud, sight, ask, || not_deleted(id, server.as_ref()))
    })
}

fn not_deleted(id: &str, server: Option<&Server>) -> Error {
    let message = format!(
        "server {id} is still there after several requests to delete it; ask the cloud's operator to"
    );
    let fault = server.map(Server::fault).unwrap_or_default();
    Error::conflict("openstack.not-deleted", message).cause(fault)
}

/// Waits until no volume that a removed server had is on its way out of it.
///
/// # Errors
/// `openstack.timeout`.
pub fn wait_volumes_free(run: &mut Run) -> Flow<()> {
    for id in run.resume.volumes.clone() {
        run.until(&format!("volume {id} is free"), |cloud| {
            let volume = cinder::volume(cloud, &id)?;
            let busy = volume
                .is_some_and(|volume| matches!(volume.status.as_str(), "in-use" | "detaching" | "reserved"));
            Ok((!busy).then_some(()))
        })?;
    }
    Ok(())
}

/// Deletes the floating IPs and ports that carry the token.
///
/// # Errors
/// Those of Neutron.
pub fn remove_addresses(run: &mut Run) -> Result<()> {
    let description = marks::description(&run.token);
    for floating in neutron::floating_ips_of(&mut run.cloud, &description)? {
        neutron::delete_floating_ip(&mut run.cloud, &floating.id)?;
    }
    for port in neutron::ports_of(&mut run.cloud, &description)? {
        neutron::delete_port(&mut run.cloud, &port.id)?;
    }
    Ok(())
}

fn remove_groups(run: &mut Run) -> Flow<()> {
    let description = marks::description(&run.token);
    for group in neutron::security_groups_of(&mut run.cloud, &description)? {
        run.until(&format!("security group {} is free", group.id), |cloud| {
            match neutron::delete_security_group(cloud, &group.id) {
                Err(error) if error.code == "openstack.conflict" => Ok(None),
                other => other.map(|_| Some(())),
            }
        })?;
    }
    Ok(())
}
