//! The migrated server: boot volume made bootable, ports, server, floating IP; what it looks like when
//! it runs; and its removal, which leaves the disks. Knows nothing of what was done inside the guest.

use crate::cinder;
use crate::cloud::Cloud;
use crate::contract::{Error, ErrorKind, Firmware, Instance, Morphing, OsType, Result, VmSpec, log};
use crate::disks::{self, Disk, Disks};
use crate::marks::{self, ROLE_INSTANCE};
use crate::neutron::{self, Port};
use crate::nova::{self, Flavor, Server};
use crate::options::Options;
use crate::ports;
use crate::wait::{Flow, Run, from_json, to_json};
use crate::worker;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The end of a console that goes into an error, bytes.
const CONSOLE_CAUSE_BYTES_MAX: usize = 2048;

/// The state of `ensure-instance`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceState {
    /// Of the step that made it.
    pub token: String,
    /// Id of the server.
    pub server: String,
    /// Ids of its ports, in NIC order; some may have been there before.
    pub ports: Vec<String>,
}

/// What must happen inside the guest.
pub fn plan(options: &Options, vm: &VmSpec) -> Morphing {
    Morphing {
        hypervisor: options.hypervisor_type.map(|hypervisor| hypervisor.name().to_owned()),
        set_dhcp: options.set_dhcp,
        macs: vm.nics.iter().map(|nic| ports::wanted_mac(options, nic)).collect(),
    }
}

/// Makes the server and waits until it runs.
///
/// # Errors
/// `openstack.instance-error` with Nova's fault and the console; those of the ports and options.
pub fn ensure(run: &mut Run, vm: &VmSpec, disks: &str) -> Flow<String> {
    let disks = Disks::parse(disks)?;
    let disks = disks.in_boot_order();
    let made = nova::servers_of(&mut run.cloud, &run.token, ROLE_INSTANCE)?.into_iter().next();
    let ports = ports::ensure(run, vm, made.as_ref().map(|server| server.id.as_str()))?;
    let id = match made {
        Some(server) => server.id,
        None => create(run, vm, &disks, &ports)?,
    };
    wait_active(run, &id)?;
    if run.options.wants_floating_ip() {
        ensure_floating_ip(run, vm, &ports)?;
    }
    let ports = ports.into_iter().map(|port| port.id).collect();
    Ok(to_json(&InstanceState { token: run.token.clone(), server: id, ports })?)
}

fn create(run: &mut Run, vm: &VmSpec, disks: &[&Disk], ports: &[Port]) -> Result<String> {
    let Some(boot) = disks.first() else {
        return Err(Error::invalid(
            "openstack.no-disk",
            "a machine without disks cannot boot; replicate it again",
        ));
    };
    for disk in disks {
        let volume = cinder::required_volume(&mut run.cloud, &disk.volume)?;
        if volume.has_failed() {
            return Err(cinder::failed(&mut run.cloud, "volume", &volume.id, &volume.status));
        }
        if !volume.is_available() {
            return Err(disks::in_use(&volume, "given to the server"));
        }
    }
    let flavor = flavor(&mut run.cloud, &run.options, vm)?;
    cinder::set_bootable(&mut run.cloud, &boot.volume)?;
    let metadata = image_metadata(&run.options, vm);
    if !metadata.is_empty() {
        cinder::set_image_metadata(&mut run.cloud, &boot.volume, &metadata)?;
    }
    let server = server_body(run, vm, &flavor, disks, ports)?;
    let hints = group_hint(&mut run.cloud, &run.options)?;
    nova::create_server(&mut run.cloud, &server, hints.as_ref())
}

/// The config drive is for clouds whose metadata service a fresh guest cannot reach.
fn server_body(
    run: &mut Run,
    vm: &VmSpec,
    flavor: &Flavor,
    disks: &[&Disk],
    ports: &[Port],
) -> Result<Value> {
    let mut metadata = run.options.instance_tags.clone();
    metadata.extend(marks::metadata(&run.token, ROLE_INSTANCE));
    let networks: Vec<Value> = ports.iter().map(|port| json!({ "port": port.id })).collect();
    let mut server = json!({
        "name": marks::name(&vm.name, ""),
        "flavorRef": flavor.id,
        "block_device_mapping_v2": block_devices(&run.options, disks),
        "networks": if networks.is_empty() { json!("none") } else { json!(networks) },
        "metadata": metadata,
        "config_drive": true,
    });
    let key = key_pair(&mut run.cloud, &run.options)?;
    let optional = [("key_name", key), ("availability_zone", run.options.availability_zone.clone())];
    for (name, value) in optional {
        if let (Some(value), Some(object)) = (value, server.as_object_mut()) {
            object.insert(name.to_owned(), value.into());
        }
    }
    Ok(server)
}

fn block_devices(options: &Options, disks: &[&Disk]) -> Vec<Value> {
    let device = |(number, disk): (usize, &&Disk)| {
        json!({
            "uuid": disk.volume, "source_type": "volume", "destination_type": "volume",
            "boot_index": if number == 0 { 0 } else { -1 },
            "delete_on_termination": options.delete_disks_on_vm_termination,
        })
    };
    disks.iter().enumerate().map(device).collect()
}

/// What Nova must know of the boot volume; the operator's own words go last and win.
pub fn image_metadata(options: &Options, vm: &VmSpec) -> BTreeMap<String, String> {
    let mut metadata = BTreeMap::new();
    let mut set = |key: &str, value: &str| metadata.insert(key.to_owned(), value.to_owned());
    match vm.os_type {
        OsType::Linux => drop(set("os_type", "linux")),
        OsType::Windows => drop(set("os_type", "windows")),
        _ => {}
    }
    if vm.firmware == Firmware::Uefi {
        set("hw_firmware_type", "uefi");
        set("hw_machine_type", "q35");
        if vm.secure_boot {
            set("os_secure_boot", "required");
        }
    }
    metadata.extend(options.default_custom_boot_volume_image_metadata.clone());
    metadata
}

/// The flavor of the migrated server.
///
/// # Errors
/// `openstack.unknown-name`, `openstack.ambiguous-name`, `openstack.no-flavor`.
pub fn flavor(cloud: &mut Cloud, options: &Options, vm: &VmSpec) -> Result<Flavor> {
    let flavors = nova::flavors(cloud)?;
    match &options.flavor_name {
        Some(name) => marks::pick("flavor", "flavor_name", name, flavors),
        None => nova::smallest_flavor(flavors, vm.vcpus, vm.memory_mib),
    }
}

/// The key pair that an option names; it belongs to the user who logs in.
///
/// # Errors
/// `openstack.unknown-name`.
pub fn key_pair(cloud: &mut Cloud, options: &Options) -> Result<Option<String>> {
    let Some(name) = &options.keypair_name else { return Ok(None) };
    let pairs = nova::key_pairs(cloud)?;
    marks::pick("key pair", "keypair_name", name, pairs).map(|pair| Some(pair.0))
}

/// The scheduler hint for the server group.
///
/// # Errors
/// `openstack.unknown-name`, `openstack.ambiguous-name`.
pub fn group_hint(cloud: &mut Cloud, options: &Options) -> Result<Option<Value>> {
    let Some(name) = &options.server_group else { return Ok(None) };
    let groups = nova::server_groups(cloud)?;
    marks::pick("server group", "server_group", name, groups).map(|group| Some(json!({ "group": group.id })))
}

fn wait_active(run: &mut Run, id: &str) -> Flow<()> {
    run.until(&format!("server {id} starts"), |cloud| {
        let gone =
            || Error::other("openstack.instance-error", format!("server {id} disappeared while it started"));
        let server = nova::server(cloud, id)?.ok_or_else(gone)?;
        if server.has_failed() {
            return Err(failed(cloud, &server));
        }
        Ok(server.is_active().then_some(()))
    })
}

fn failed(cloud: &mut Cloud, server: &Server) -> Error {
    let message = format!(
        "server {} ({:?}) did not start; check flavor_name, availability_zone and the quota",
        server.id, server.name
    );
    let error = Error::other("openstack.instance-error", message).cause(server.fault());
    match nova::console(cloud, &server.id) {
        Some(console) => {
            let end = nova::tail(&console, CONSOLE_CAUSE_BYTES_MAX).trim();
            error.cause(format!("the end of its console:\n{end}"))
        }
        None => error,
    }
}

fn ensure_floating_ip(run: &mut Run, vm: &VmSpec, ports: &[Port]) -> Result<()> {
    let wanted = run.options.floating_ip_pool.clone().unwrap_or_default();
    let pool = neutron::pool(&mut run.cloud, "floating_ip_pool", &wanted)?;
    let Some(port) = ports.first() else {
        let message = "a floating IP is wanted and the machine has no NIC; turn use_floating_ip off";
        return Err(Error::invalid("openstack.option", message));
    };
    let description = marks::description(&run.token);
    let own = neutron::floating_ips_of(&mut run.cloud, &description)?;
    let same = vm.public_address.as_deref().filter(|_| run.options.preserve_floating_ip && own.is_empty());
    if let Some(address) = same {
        match neutron::ensure_this_floating_ip(&mut run.cloud, &pool, &port.id, &description, address) {
            Ok(_) => return Ok(()),
            Err(error) if error.kind == ErrorKind::Unavailable => return Err(error),
            Err(error) => {
                log!(warn, "the source's floating IP cannot be kept"; "address" => address, "why" => error)
            }
        }
    }
    neutron::ensure_floating_ip(&mut run.cloud, &pool, &port.id, &description).map(drop)
}

/// The server as it runs.
///
/// # Errors
/// `openstack.instance-gone`.
pub fn describe(cloud: &mut Cloud, state: &str) -> Result<Instance> {
    let state: InstanceState = from_json(state)?;
    let gone = || {
        Error::not_found(
            "openstack.instance-gone",
            format!("server {} is not in the cloud any more", state.server),
        )
    };
    let server = nova::server(cloud, &state.server)?.ok_or_else(gone)?;
    let mut addresses = Vec::new();
    for id in &state.ports {
        let fixed = neutron::port(cloud, id)?.map(|port| port.fixed_ips).unwrap_or_default();
        addresses.extend(fixed.into_iter().map(|fixed| fixed.ip_address));
        addresses.extend(
            neutron::floating_ips_at(cloud, id)?.into_iter().map(|floating| floating.floating_ip_address),
        );
    }
    let console = nova::console(cloud, &server.id);
    Ok(Instance { id: server.id, name: server.name, status: server.status, addresses, console })
}

/// Deletes the server, the ports that gyre made for it and its floating IP. Its disks stay, even where
/// `delete_disks_on_vm_termination` had been set for its own life.
///
/// # Errors
/// `openstack.too-old` where Nova cannot be told to keep the disks.
pub fn remove(run: &mut Run, state: &str) -> Flow<String> {
    let known: Option<InstanceState> = if state.is_empty() { None } else { Some(from_json(state)?) };
    if let Some(known) = &known {
        known.token.clone_into(&mut run.token);
    }
    for server in nova::servers_of(&mut run.cloud, &run.token, ROLE_INSTANCE)? {
        take_down(run, &server)?;
    }
    worker::wait_volumes_free(run)?;
    worker::remove_addresses(run)?;
    Ok(String::new())
}

/// Deletes the server and no disk of it.
///
/// # Errors
/// As [`remove`].
pub fn take_down(run: &mut Run, server: &Server) -> Flow<()> {
    keep_volumes(run, server)?;
    worker::delete_server(run, &server.id)
}

fn keep_volumes(run: &mut Run, server: &Server) -> Result<()> {
    for volume in &server.volumes {
        if !run.resume.volumes.contains(&volume.id) {
            run.resume.volumes.push(volume.id.clone());
        }
        if volume.delete_on_termination && !server.is_leaving() {
            nova::keep_volume(&mut run.cloud, &server.id, &volume.id)?;
        }
    }
    Ok(())
}
