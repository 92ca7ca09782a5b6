//! Looks at everything that a job will need before anything is created: services, names, quota. Every
//! finding says which option it is about and what to do; only what keeps the cloud from answering is
//! an error.

use crate::cinder;
use crate::cloud::{Cloud, Service};
use crate::contract::{Error, ErrorKind, Finding, OsType, Result, VmSpec, WorkerRole};
use crate::glance;
use crate::instance;
use crate::marks::{self, ROLE_REPLICA};
use crate::neutron;
use crate::nova::{self, Flavor};
use crate::options::Options;
use crate::ports;
use crate::worker;

/// Everything found so far.
#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    /// Keeps what went wrong as a finding and goes on; an error that says nothing about the
    /// configuration ends the check.
    fn note<T>(&mut self, path: &str, result: Result<T>) -> Result<Option<T>> {
        match result {
            Ok(value) => Ok(Some(value)),
            Err(error) if matches!(error.kind, ErrorKind::Unavailable | ErrorKind::Cancelled) => Err(error),
            Err(error) if error.code == "openstack.auth" => Err(error),
            Err(error) => {
                self.0.push(from_error(path, &error));
                Ok(None)
            }
        }
    }

    fn warn(&mut self, path: &str, message: impl Into<String>, remedy: &str) {
        self.0.push(Finding::warning(path, message).remedy(remedy));
    }
}

/// An error's message says `path: what; remedy`.
fn from_error(path: &str, error: &Error) -> Finding {
    let text = error.message.strip_prefix(&format!("{path}: ")).unwrap_or(&error.message);
    let (what, remedy) = text.split_once("; ").map_or((text, None), |(what, remedy)| (what, Some(remedy)));
    let causes = error.causes.join(": ");
    let message = if causes.is_empty() { what.to_owned() } else { format!("{what} ({causes})") };
    let finding = Finding::blocking(path, message);
    finding.remedy(remedy.unwrap_or("correct this option, or make what it names"))
}

/// Checks the cloud, and the machine against it.
///
/// # Errors
/// Those of the login, and a service that cannot answer.
pub fn check(cloud: &mut Cloud, options: &Options, vm: Option<&VmSpec>) -> Result<Vec<Finding>> {
    cloud.token()?;
    let mut findings = Findings::default();
    for service in Service::ALL {
        let present = cloud.require(service);
        findings.note("auth.region_name", present)?;
    }
    if !findings.0.is_empty() {
        return Ok(findings.0);
    }
    let worker = check_worker(cloud, options, &mut findings)?;
    check_names(cloud, options, &mut findings)?;
    if let Some(vm) = vm {
        let server = check_machine(cloud, options, vm, &mut findings)?;
        check_quota(cloud, options, vm, [worker, server], &mut findings)?;
    }
    Ok(findings.0)
}

fn check_worker(cloud: &mut Cloud, options: &Options, findings: &mut Findings) -> Result<Option<Flavor>> {
    let image =
        match findings.note("migr_image", worker::image_option(options, WorkerRole::Copy, OsType::Linux))? {
            Some((name, path)) => {
                let found = glance::find(cloud, &path, &name);
                findings.note(&path, found)?
            }
            None => None,
        };
    let flavor = worker::flavor(cloud, options);
    let flavor = findings.note("migr_flavor_name", flavor)?;
    if let (Some(image), Some(flavor)) = (&image, &flavor) {
        findings.note("migr_flavor_name", worker::fits(options, image, flavor))?;
    }
    if let Some((name, path)) = findings.note("migr_network", options.worker_network())? {
        let found = neutron::network(cloud, &path, name);
        findings.note(&path, found)?;
    }
    if options.migr_worker_use_fip {
        let pool = neutron::pool(cloud, "migr_fip_pool_name", &options.migr_fip_pool_name);
        findings.note("migr_fip_pool_name", pool)?;
    }
    if let Some(name) = &options.migr_worker_volume_type {
        let types = cinder::types(cloud)?;
        findings.note(
            "migr_worker_volume_type",
            marks::pick("volume type", "migr_worker_volume_type", name, types),
        )?;
    }
    Ok(flavor)
}

fn check_names(cloud: &mut Cloud, options: &Options, findings: &mut Findings) -> Result<()> {
    if let Some(zone) = &options.availability_zone {
        let zones = nova::zones(cloud)?;
        if !zones.contains(zone) {
            let message = format!("Nova has no zone {zone:?}");
            let remedy = format!("use one of: {}", zones.join(", "));
            findings.0.push(Finding::blocking("availability_zone", message).remedy(remedy));
        }
    }
    let pair = instance::key_pair(cloud, options);
    findings.note("keypair_name", pair)?;
    let group = instance::group_hint(cloud, options);
    findings.note("server_group", group)?;
    let groups = ports::security_groups(cloud, options);
    findings.note("security_groups", groups)?;
    if let Some(name) = options.floating_ip_pool.as_deref().filter(|_| options.wants_floating_ip()) {
        let pool = neutron::pool(cloud, "floating_ip_pool", name);
        findings.note("floating_ip_pool", pool)?;
    }
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
    let wanted: Vec<_> = named.chain(by_backend).chain(by_disk).chain(last).collect();
    let types = if wanted.is_empty() { Vec::new() } else { cinder::types(cloud)? };
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
        let path = format!("network_map[{:?}]", nic.network);
        let found = ports::network_of(options, nic, networks.clone());
        if let Some(network) = findings.note(&path, found)? {
            let placed = ports::fixed_ips(cloud, options, nic, &network);
            findings.note(&path, placed)?;
        }
        if options.preserve_fixed_ips && nic.addresses.is_empty() {
            let message = format!(
                "the source does not say which addresses NIC {:?} has, so none can be preserved",
                nic.id
            );
            findings.warn(
                "preserve_fixed_ips",
                message,
                "run the guest tools on the source, or accept a new address",
            );
        }
    }
    if options.preserve_floating_ip && vm.public_address.is_none() {
        let message = "the source does not say at which address it is reached, so none can be preserved";
        findings.warn("preserve_floating_ip", message, "accept a new floating IP");
    }
    check_guest(vm, findings);
    Ok(flavor)
}

fn check_guest(vm: &VmSpec, findings: &mut Findings) {
    if vm.os_type == OsType::Windows {
        let finding = Finding::blocking("vm.os-type", "Windows guests cannot be morphed yet");
        findings.0.push(finding.remedy("replicate it, and deploy it once gyre has a Windows worker"));
    }
    if vm.disks.is_empty() {
        findings.0.push(
            Finding::blocking("vm.disks", "the machine has no disks")
                .remedy("check the source's description of it"),
        );
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

/// Room for the volumes that a first execution makes and for the larger of worker and server, which
/// do not run at the same time; room for a deployment's copies is worth a warning only.
fn check_quota(
    cloud: &mut Cloud,
    options: &Options,
    vm: &VmSpec,
    flavors: [Option<Flavor>; 2],
    findings: &mut Findings,
) -> Result<()> {
    let (count, gib) = missing_volumes(cloud, vm)?;
    let root = if options.migr_worker_boot_from_volume { 1 } else { 0 };
    let limits = cinder::limits(cloud)?;
    let left = |max: i64, used: i64| if max < 0 { i64::MAX } else { max.saturating_sub(used) };
    let volumes = left(limits.max_total_volumes, limits.total_volumes_used);
    let gibibytes = left(limits.max_total_volume_gigabytes, limits.total_gigabytes_used);
    need(findings, "volumes", count + root, volumes);
    need(findings, "GiB of volumes", gib, gibibytes);
    let copies = i64::try_from(vm.disks.len()).unwrap_or(i64::MAX);
    if volumes >= count + root && volumes < (count + root).saturating_add(copies) {
        let message =
            format!("the project may have {volumes} more volumes; a deployment copies {copies} more");
        findings.warn("quota", message, "raise the quota before deploying, or deploy without copies");
    }
    let limits = nova::limits(cloud)?;
    let most = |of: fn(&Flavor) -> u64| {
        let most = flavors.iter().flatten().map(of).max().unwrap_or(0);
        i64::try_from(most).unwrap_or(i64::MAX)
    };
    need(findings, "servers", 1, left(limits.max_total_instances, limits.total_instances_used));
    need(
        findings,
        "vCPUs",
        most(|flavor| flavor.vcpus.into()),
        left(limits.max_total_cores, limits.total_cores_used),
    );
    need(
        findings,
        "MiB of memory",
        most(|flavor| flavor.ram),
        left(limits.max_total_ram_size, limits.total_ram_used),
    );
    Ok(())
}

fn need(findings: &mut Findings, what: &str, needed: i64, left: i64) {
    if needed > left {
        let message = format!("the job needs {needed} {what}, the project may have {} more", left.max(0));
        findings
            .0
            .push(Finding::blocking("quota", message).remedy("free something, or ask for a larger quota"));
    }
}

/// Volumes and GiB that an execution would make: not those that a replica of this machine has.
fn missing_volumes(cloud: &mut Cloud, vm: &VmSpec) -> Result<(i64, i64)> {
    let have = cinder::volumes_of_vm(cloud, &vm.id, ROLE_REPLICA)?;
    let missing = vm.disks.iter().filter(|disk| {
        let key = marks::value(&disk.id);
        !have.iter().any(|volume| volume.metadata.get(marks::DISK) == Some(&key))
    });
    let sizes: Vec<u64> = missing.map(|disk| cinder::gib(disk.size)).collect();
    let gib = sizes.iter().fold(0u64, |sum, size| sum.saturating_add(*size));
    Ok((i64::try_from(sizes.len()).unwrap_or(i64::MAX), i64::try_from(gib).unwrap_or(i64::MAX)))
}
