//! Looks at everything that a job will need before anything is created: services, names, quota. Every
//! finding says which option it is about and what to do; only what keeps the cloud from answering is
//! an error.

mod nic;

use crate::cinder;
use crate::cloud::{Cloud, NOVA_VERSION, Service};
use crate::contract::{Finding, OsType, Result, VmSpec, WorkerRole};
use crate::findings::Findings;
use crate::glance::Image;
use crate::instance;
use crate::marks;
use crate::neutron::{self, Network};
use crate::nova::{self, Flavor};
use crate::options::{Options, TransferMechanism};
use crate::ports;
use crate::quota::{self, Machines};
use crate::worker::{self, System};

/// What the host asks about before a deployment onto a replica's own disks.
const OWN_DISKS: &str = "own-disks";

/// Checks the cloud, and the machine against it.
///
/// # Errors
/// Those of the login, and a service that cannot answer.
pub fn check(cloud: &mut Cloud, options: &Options, vm: Option<&VmSpec>) -> Result<Vec<Finding>> {
    cloud.token()?;
    let mut findings = Findings::default();
    check_catalog(cloud, &mut findings)?;
    if findings.0.is_empty() {
        check_versions(cloud, options, &mut findings)?;
    }
    if findings.0.iter().any(|finding| finding.blocking) {
        return Ok(findings.0);
    }
    let systems = systems(options, vm);
    let workers = check_workers(cloud, options, systems, &mut findings)?;
    check_names(cloud, options, &mut findings)?;
    let Some(vm) = vm else {
        check_server_pool(cloud, options, None, &mut findings)?;
        return Ok(findings.0);
    };
    for (path, image) in &workers.images {
        findings.note(path, worker::takes(image, vm.disks.len()))?;
    }
    let server = check_machine(cloud, options, vm, &mut findings)?;
    let worker_ports = systems.iter().map(|system| worker::ports(options, *system)).max().unwrap_or(0);
    let machines = Machines { worker: workers.flavor, worker_root: workers.root, worker_ports, server };
    quota::check(cloud, options, vm, &machines, &mut findings)?;
    Ok(findings.0)
}

/// A wrong region is wrong for every service, and told once.
fn check_catalog(cloud: &mut Cloud, findings: &mut Findings) -> Result<()> {
    let region = cloud.region();
    if findings.note("auth.region_name", region)?.is_none() {
        return Ok(());
    }
    for service in Service::ALL {
        let present = cloud.require(service);
        findings.note("auth.region_name", present)?;
    }
    check_grants(cloud, findings)
}

/// All at once: who grants one address after the other asks as often as there are services.
fn check_grants(cloud: &mut Cloud, findings: &mut Findings) -> Result<()> {
    let refused = cloud.not_granted()?;
    if refused.is_empty() {
        return Ok(());
    }
    let places: Vec<_> =
        refused.iter().map(|(service, origin)| format!("{} at {origin}", service.name())).collect();
    let mut origins: Vec<_> = refused.iter().map(|(_, origin)| format!("{origin:?}")).collect();
    origins.sort();
    origins.dedup();
    let message = format!("this plugin may not send requests to {}", places.join(", "));
    let remedy = format!("add to its grant.http in gyre.toml: {}", origins.join(", "));
    findings.block("grant.http", message, remedy);
    Ok(())
}

/// Microversions that gyre asks for: an older service answers nothing else than that it is too old.
fn check_versions(cloud: &mut Cloud, options: &Options, findings: &mut Findings) -> Result<()> {
    if let Some(range) = cloud.versions(Service::Compute)? {
        let (oldest, newest) = (range.start(), range.end());
        let speaks = format!("Nova speaks {oldest} to {newest}");
        if !range.contains(&NOVA_VERSION) {
            let message = format!("{speaks}, gyre needs {NOVA_VERSION} (OpenStack Stein)");
            findings.block("Nova", message, "use a cloud whose Nova has that version");
        } else if *newest < nova::VERSION_KEEP_VOLUME && options.delete_disks_on_vm_termination {
            let message = format!(
                "{speaks}; before {} a deployment that fails would lose its disks",
                nova::VERSION_KEEP_VOLUME
            );
            findings.block("delete_disks_on_vm_termination", message, "turn it off");
        }
    }
    if let Some(range) =
        cloud.versions(Service::Volume)?.filter(|range| *range.end() < cinder::VERSION_REVERT)
    {
        let message = format!(
            "Cinder speaks up to {}, and puts volumes back from {} on",
            range.end(),
            cinder::VERSION_REVERT
        );
        findings.warn(OWN_DISKS, message, "deploy on copies, as gyre does by default");
    }
    Ok(())
}

/// What the workers of a job run; where no machine is asked about, of any job.
fn systems(options: &Options, vm: Option<&VmSpec>) -> &'static [System] {
    let os = vm.map_or(OsType::Windows, |vm| vm.os_type);
    match System::of(options, WorkerRole::Morph, os) {
        System::Linux => &[System::Linux],
        System::Windows => &[System::Linux, System::Windows],
    }
}

/// What workers are made of, as far as the options say so rightly.
#[derive(Default)]
struct WorkerParts {
    /// Each with the option that names it.
    images: Vec<(&'static str, Image)>,
    flavor: Option<Flavor>,
    /// The largest.
    root: Option<u64>,
}

fn check_workers(
    cloud: &mut Cloud,
    options: &Options,
    systems: &[System],
    findings: &mut Findings,
) -> Result<WorkerParts> {
    let mut parts = WorkerParts::default();
    for system in systems {
        parts.images.extend(check_image(cloud, options, *system, findings)?);
    }
    let flavor = worker::flavor(cloud, options);
    parts.flavor = findings.note("migr_flavor_name", flavor)?;
    if let Some(flavor) = &parts.flavor {
        for (_, image) in &parts.images {
            findings.note("migr_flavor_name", worker::fits_memory(image, flavor))?;
            let fits = worker::fits_disk(options, image, flavor);
            let root = findings.note(worker::disk_option(options), fits)?.flatten();
            parts.root = parts.root.max(root);
        }
        check_worker_disk(options, flavor, findings);
    }
    check_worker_network(cloud, options, findings)?;
    if let Some(name) = &options.migr_worker_volume_type {
        let path = "migr_worker_volume_type";
        if let Some(types) = findings.note(path, cinder::types(cloud))? {
            findings.note(path, marks::pick("volume type", path, name, types))?;
        }
    }
    Ok(parts)
}

fn check_image(
    cloud: &mut Cloud,
    options: &Options,
    system: System,
    findings: &mut Findings,
) -> Result<Option<(&'static str, Image)>> {
    let named = worker::image_option(options, system);
    let Some(option) = findings.note("migr_image", named)? else { return Ok(None) };
    let found = worker::image(cloud, options, option);
    Ok(findings.note(option.path(), found)?.map(|image| (option.path(), image)))
}

fn check_worker_disk(options: &Options, flavor: &Flavor, findings: &mut Findings) {
    if flavor.disk == 0 && !options.migr_worker_boot_from_volume {
        let message = format!(
            "flavor {:?} has no disk; in Nova's default policy such servers boot from a volume",
            flavor.name
        );
        let remedy = "set migr_worker_boot_from_volume, or name another flavor";
        findings.warn("migr_flavor_name", message, remedy);
    }
}

fn check_worker_network(cloud: &mut Cloud, options: &Options, findings: &mut Findings) -> Result<()> {
    let mut network = None;
    if let Some((name, path)) = findings.note("migr_network", options.worker_network())? {
        let found = neutron::network(cloud, &path, name);
        network = findings.note(&path, found)?;
        if let Some(bare) = network.take_if(|network| network.subnets.is_empty()) {
            let message = format!("network {:?} has no subnet, so a worker there gets no address", bare.name);
            findings.block(&path, message, "make a subnet there, or name another network");
        }
    }
    if options.migr_worker_use_fip {
        check_pool(cloud, "migr_fip_pool_name", &options.migr_fip_pool_name, network.as_ref(), findings)?;
    }
    Ok(())
}

fn check_server_pool(
    cloud: &mut Cloud,
    options: &Options,
    network: Option<&Network>,
    findings: &mut Findings,
) -> Result<()> {
    match options.floating_ip_pool.as_deref().filter(|_| options.wants_floating_ip()) {
        Some(name) => check_pool(cloud, "floating_ip_pool", name, network, findings),
        None => Ok(()),
    }
}

/// A pool, and the way from a network to it. A router of another project is not seen and works.
fn check_pool(
    cloud: &mut Cloud,
    path: &str,
    name: &str,
    network: Option<&Network>,
    findings: &mut Findings,
) -> Result<()> {
    let pool = neutron::pool(cloud, path, name);
    if let (Some(pool), Some(network)) = (findings.note(path, pool)?, network)
        && !neutron::is_routed(cloud, &network.id, &pool.network)?
    {
        let message = format!("no router of this project leads from network {:?} to {name:?}", network.name);
        let remedy = "connect them, unless a router of another project does, or do without floating IPs";
        findings.warn(path, message, remedy);
    }
    Ok(())
}

fn check_names(cloud: &mut Cloud, options: &Options, findings: &mut Findings) -> Result<()> {
    check_zone(cloud, options, findings)?;
    check_storage_zone(cloud, options, findings)?;
    let pair = instance::key_pair(cloud, options);
    findings.note("keypair_name", pair)?;
    let group = instance::group_hint(cloud, options);
    findings.note("server_group", group)?;
    let groups = ports::security_groups(cloud, options);
    findings.note("security_groups", groups)?;
    check_types(cloud, options, findings)
}

fn check_zone(cloud: &mut Cloud, options: &Options, findings: &mut Findings) -> Result<()> {
    let Some(zone) = &options.availability_zone else { return Ok(()) };
    let path = "availability_zone";
    if let Some(zones) = findings.note_warning(path, nova::zones(cloud))?
        && !zones.contains(zone)
    {
        let message = format!("Nova has no zone {zone:?} with a host in it");
        findings.block(path, message, format!("use one of: {}", zones.join(", ")));
        return Ok(());
    }
    if let Some(zones) = findings.note_warning(path, cinder::zones(cloud))?
        && !zones.contains(zone)
        && options.storage_availability_zone.is_none()
    {
        let message = format!("Cinder has no zone {zone:?}, so volumes go to the one that it chooses");
        let zones = zones.join(", ");
        let remedy = format!(
            "set storage_availability_zone, and make sure that servers may have its volumes ({zones})"
        );
        findings.warn(path, message, remedy);
    }
    Ok(())
}

fn check_storage_zone(cloud: &mut Cloud, options: &Options, findings: &mut Findings) -> Result<()> {
    let Some(zone) = &options.storage_availability_zone else { return Ok(()) };
    let path = "storage_availability_zone";
    if let Some(zones) = findings.note_warning(path, cinder::zones(cloud))?
        && !zones.contains(zone)
    {
        let message = format!("Cinder has no zone {zone:?}");
        findings.block(path, message, format!("use one of: {}", zones.join(", ")));
    }
    Ok(())
}

fn check_types(cloud: &mut Cloud, options: &Options, findings: &mut Findings) -> Result<()> {
    let map = &options.storage_mappings;
    let named = map.default.iter().map(|name| ("storage_mappings.default".to_owned(), name));
    let by_backend = map.backend_mappings.iter();
    let by_backend =
        by_backend.map(|m| (format!("storage_mappings.backend_mappings[{:?}]", m.source), &m.destination));
    let by_disk = map.disk_mappings.iter();
    let by_disk =
        by_disk.map(|m| (format!("storage_mappings.disk_mappings[{:?}]", m.disk_id), &m.destination));
    let last = Some(&options.default_cinder_volume_type).filter(|name| !name.is_empty());
    let last = last.map(|name| ("default_cinder_volume_type".to_owned(), name));
    let mut wanted = named.chain(by_backend).chain(by_disk).chain(last).peekable();
    let Some((first, _)) = wanted.peek() else { return Ok(()) };
    let Some(types) = findings.note(&first.clone(), cinder::types(cloud))? else { return Ok(()) };
    for (path, name) in wanted {
        findings.note(&path, marks::pick("volume type", &path, name, types.clone()))?;
    }
    Ok(())
}

fn check_machine(
    cloud: &mut Cloud,
    options: &Options,
    vm: &VmSpec,
    findings: &mut Findings,
) -> Result<Option<Flavor>> {
    let flavor = instance::flavor(cloud, options, vm);
    let flavor = findings.note("flavor_name", flavor)?;
    if let Some(small) =
        flavor.as_ref().filter(|flavor| flavor.vcpus < vm.vcpus || flavor.ram < vm.memory_mib)
    {
        let message = format!(
            "flavor {:?} has {} vCPUs and {} MiB, the machine has {} and {}",
            small.name, small.vcpus, small.ram, vm.vcpus, vm.memory_mib
        );
        findings.warn("flavor_name", message, "name a larger one, unless less is enough");
    }
    let networks = neutron::networks(cloud)?;
    for nic in &vm.nics {
        nic::check(cloud, options, nic, &networks, findings)?;
    }
    let first = vm.nics.first().and_then(|nic| ports::network_of(options, nic, networks.clone()).ok());
    check_server_pool(cloud, options, first.as_ref(), findings)?;
    check_floating_ip(cloud, options, vm, findings)?;
    check_disk_mappings(options, vm, findings);
    check_disk_bus(options, vm, findings);
    check_hypervisor(options, findings);
    check_windows(options, vm, findings);
    check_guest(vm, findings);
    Ok(flavor)
}

/// Who does not name it may mean that a guest needs nothing; most come from another one.
fn check_hypervisor(options: &Options, findings: &mut Findings) {
    if options.hypervisor_type.is_none() {
        let message = "is not set: the guest gets no other drivers, and one from another hypervisor most likely does not find its disk";
        let remedy = "set it to kvm, or to what this cloud runs on, unless the guest boots there as it is";
        findings.warn("hypervisor_type", message, remedy);
    }
}

fn check_floating_ip(
    cloud: &mut Cloud,
    options: &Options,
    vm: &VmSpec,
    findings: &mut Findings,
) -> Result<()> {
    if options.wants_floating_ip() && vm.nics.is_empty() {
        let message = "the machine has no NIC that a floating IP could lead to";
        findings.block("use_floating_ip", message, "turn use_floating_ip and preserve_floating_ip off");
    }
    if !options.preserve_floating_ip {
        return Ok(());
    }
    let path = "preserve_floating_ip";
    let Some(address) = &vm.public_address else {
        let message = "the source does not say at which address it is reached, so none can be preserved";
        findings.warn(path, message, "accept a new floating IP");
        return Ok(());
    };
    let found = neutron::floating_ip(cloud, address)?;
    if let Some(port) = found.and_then(|floating| floating.port_id) {
        let message = format!("floating IP {address} leads to port {port}");
        findings.warn(path, message, "free it there before deploying, or accept a new floating IP");
    }
    Ok(())
}

/// An empty id is a placeholder of the field's examples.
fn check_disk_mappings(options: &Options, vm: &VmSpec, findings: &mut Findings) {
    let ids: Vec<_> = vm.disks.iter().map(|disk| disk.id.as_str()).collect();
    let mapped = options.storage_mappings.disk_mappings.iter().map(|mapping| mapping.disk_id.as_str());
    for id in mapped.filter(|id| !id.is_empty() && !ids.contains(id)) {
        let path = format!("storage_mappings.disk_mappings[{id:?}]");
        let remedy = format!("its disks are: {}", ids.join(", "));
        findings.warn(&path, "the machine has no such disk", remedy);
    }
}

/// The guest decides whether it boots from SCSI, so gyre does not choose it.
fn check_disk_bus(options: &Options, vm: &VmSpec, findings: &mut Findings) {
    let path = "default_custom_boot_volume_image_metadata";
    let chosen = options.default_custom_boot_volume_image_metadata.get("hw_disk_bus");
    if let Some(bus) = chosen.filter(|bus| *bus != "virtio") {
        let message = format!(
            "hw_disk_bus is {bus}, and Linux guests are prepared for virtio-blk: /dev/sda becomes /dev/vda"
        );
        findings.warn(
            path,
            message,
            "be sure that the guest boots from that, and names its disks by UUID or label everywhere",
        );
    }
    if vm.disks.len() > worker::BLK_DISKS_MAX && chosen.is_none() {
        let message = format!(
            "the machine has {} disks; on virtio-blk a server takes about {}",
            vm.disks.len(),
            worker::BLK_DISKS_MAX
        );
        let remedy = "set hw_disk_bus=scsi and hw_scsi_model=virtio-scsi there, if the guest boots from that";
        findings.warn(path, message, remedy);
    }
}

/// What converts Windows guests is chosen by one option, and nobody should have to guess which it is.
fn check_windows(options: &Options, vm: &VmSpec, findings: &mut Findings) {
    if vm.os_type != OsType::Windows {
        return;
    }
    let plugin = "name the plugin windows under [osmorphing], with its virtio-directory or with grant.http for windows_virtio_iso_url; see host/docs/guests.md";
    let Some(image) = &options.migr_image_map.windows else {
        let message = "the machine runs Windows, which is converted offline on the Linux worker";
        findings.warn("vm.os-type", message, plugin);
        return;
    };
    let message = format!(
        "the machine runs Windows, which is converted on a Windows worker of the image {image:?} of migr_image_map.windows"
    );
    let remedy =
        format!("leave migr_image_map.windows out to convert it offline on the Linux worker; {plugin}");
    findings.warn("vm.os-type", message, remedy);
    if options.data_transfer_mechanism == TransferMechanism::Ssh {
        let message = "the Windows worker is reached at TCP 5986 (WinRM) and 5566 (HTTPS): SSH leads to the worker alone that copies";
        let remedy = "let this host reach these ports, or leave migr_image_map.windows out";
        findings.warn("data_transfer_mechanism", message, remedy);
    }
}

fn check_guest(vm: &VmSpec, findings: &mut Findings) {
    if vm.disks.is_empty() {
        findings.block("vm.disks", "the machine has no disks", "check the source's description of it");
    }
    if vm.tpm {
        findings.warn(
            "vm.tpm",
            "the machine has a TPM, whose contents cannot be copied",
            "unseal what depends on it first",
        );
    }
    for disk in vm.disks.iter().filter(|disk| disk.shareable) {
        let message =
            format!("disk {:?} is shared between machines; its copy will belong to this one alone", disk.id);
        findings.warn("vm.disks", message, "migrate the cluster's shared disks by other means");
    }
}
