//! Whether the project may have what a job makes: volumes, servers, ports and addresses, against what each
//! service says is left. What a cloud does not show is not guessed at. An execution must fit; what only a
//! deployment makes is worth a warning.

use crate::cinder;
use crate::cloud::Cloud;
use crate::contract::{DiskSpec, Result, VmSpec};
use crate::findings::Findings;
use crate::marks::{self, ROLE_REPLICA};
use crate::neutron;
use crate::nova::{self, Flavor};
use crate::options::Options;
use std::collections::BTreeMap;

/// Metadata of a server beside its tags: token and role.
const OWN_METADATA: usize = 2;
/// Rules that Neutron puts into a new security group by itself.
const OWN_RULES: usize = 2;

/// The machines of a job: worker and server do not run at the same time.
pub struct Machines {
    /// Of the worker.
    pub worker: Option<Flavor>,
    /// GiB of the worker's root, the largest of them, where it boots from a volume.
    pub worker_root: Option<u64>,
    /// Ports that are opened of a worker, at most.
    pub worker_ports: usize,
    /// Of the migrated server.
    pub server: Option<Flavor>,
}

/// Volumes with their sizes.
#[derive(Clone, Copy, Default)]
struct Volumes {
    count: i64,
    gib: i64,
}

impl Volumes {
    fn add(&mut self, count: i64, gib: u64) {
        self.count = self.count.saturating_add(count);
        self.gib = self.gib.saturating_add(signed(gib));
    }
}

/// Compares all quotas that the project can see with what the machine needs.
///
/// # Errors
/// Those of the services.
pub fn check(
    cloud: &mut Cloud,
    options: &Options,
    vm: &VmSpec,
    machines: &Machines,
    findings: &mut Findings,
) -> Result<()> {
    check_volumes(cloud, options, vm, machines, findings)?;
    check_servers(cloud, options, machines, findings)?;
    check_network(cloud, options, vm, machines, findings)
}

fn check_volumes(
    cloud: &mut Cloud,
    options: &Options,
    vm: &VmSpec,
    machines: &Machines,
    findings: &mut Findings,
) -> Result<()> {
    let missing = missing_volumes(cloud, vm)?;
    let mut total = Volumes::default();
    for (_, volumes) in &missing {
        total.add(volumes.count, 0);
        total.gib = total.gib.saturating_add(volumes.gib);
    }
    if let Some(gib) = machines.worker_root {
        total.add(1, gib);
    }
    let limits = cinder::limits(cloud)?;
    let volumes = left(limits.max_total_volumes, limits.total_volumes_used);
    let gib = left(limits.max_total_volume_gigabytes, limits.total_gigabytes_used);
    need(findings, "volumes", total.count, volumes);
    need(findings, "GiB of volumes", total.gib, gib);
    let disks = count(vm.disks.len());
    let size = vm.disks.iter().map(|disk| signed(cinder::gib(disk.size))).fold(0, i64::saturating_add);
    let root = if machines.worker_root.is_some() { 1 } else { 0 };
    deployment(findings, "volumes", disks.saturating_add(root), volumes.saturating_sub(total.count - root));
    // A snapshot counts as much as a volume does.
    deployment(
        findings,
        "GiB of volumes and snapshots",
        size.saturating_mul(2),
        gib.saturating_sub(total.gib),
    );
    deployment(findings, "snapshots", disks, left(limits.max_total_snapshots, limits.total_snapshots_used));
    check_types(cloud, options, &missing, findings)
}

/// Quotas of single volumes and of single volume types, where there are any.
fn check_types(
    cloud: &mut Cloud,
    options: &Options,
    missing: &[(&DiskSpec, Volumes)],
    findings: &mut Findings,
) -> Result<()> {
    let quota = cinder::quota(cloud)?;
    if let Some(most) = quota.get("per_volume_gigabytes").map(|quota| quota.limit).filter(|most| *most >= 0) {
        let large = missing.iter().filter(|(disk, _)| signed(cinder::gib(disk.size)) > most);
        for (disk, _) in large {
            let message = format!(
                "disk {:?} needs a volume of {} GiB, one of this project may have {most}",
                disk.id,
                cinder::gib(disk.size)
            );
            findings.block("quota", message, "ask for larger volumes");
        }
    }
    let mut by_type: BTreeMap<&str, Volumes> = BTreeMap::new();
    for (disk, volumes) in missing {
        if let Some((name, _)) = options.volume_type(&disk.id, disk.backend.as_deref()) {
            let sum = by_type.entry(name).or_default();
            sum.count = sum.count.saturating_add(volumes.count);
            sum.gib = sum.gib.saturating_add(volumes.gib);
        }
    }
    let left_of = |key: String| {
        quota.get(&key).map_or(i64::MAX, |q| left(Some(q.limit), q.in_use.saturating_add(q.reserved)))
    };
    for (name, sum) in by_type {
        need(findings, &format!("volumes of type {name}"), sum.count, left_of(format!("volumes_{name}")));
        need(findings, &format!("GiB of type {name}"), sum.gib, left_of(format!("gigabytes_{name}")));
    }
    Ok(())
}

fn check_servers(
    cloud: &mut Cloud,
    options: &Options,
    machines: &Machines,
    findings: &mut Findings,
) -> Result<()> {
    let limits = nova::limits(cloud)?;
    let flavors = || [&machines.worker, &machines.server].into_iter().flatten();
    let cores = flavors().map(|flavor| i64::from(flavor.vcpus)).max().unwrap_or(0);
    let ram = flavors().map(|flavor| signed(flavor.ram)).max().unwrap_or(0);
    need(findings, "servers", 1, left(limits.max_total_instances, limits.total_instances_used));
    need(findings, "vCPUs", cores, left(limits.max_total_cores, limits.total_cores_used));
    need(findings, "MiB of memory", ram, left(limits.max_total_ram_size, limits.total_ram_used));
    let tags = count(options.instance_tags.len());
    let most = left(limits.max_server_meta, count(OWN_METADATA));
    if tags > most {
        let message =
            format!("there are {tags} tags, a server of this project may have {most} beside gyre's own");
        findings.block("instance_tags", message, "leave some out");
    }
    Ok(())
}

fn check_network(
    cloud: &mut Cloud,
    options: &Options,
    vm: &VmSpec,
    machines: &Machines,
    findings: &mut Findings,
) -> Result<()> {
    let quota = neutron::quota(cloud)?;
    let left_of = |key: &str| {
        quota.get(key).map_or(i64::MAX, |q| left(Some(q.limit), q.used.saturating_add(q.reserved)))
    };
    let rules = OWN_RULES + options.worker_allowed_cidrs.len().max(1).saturating_mul(machines.worker_ports);
    let worker_address = i64::from(options.migr_worker_use_fip);
    need(findings, "ports", 1, left_of("port"));
    need(findings, "floating IPs", worker_address, left_of("floatingip"));
    need(findings, "security groups", 1, left_of("security_group"));
    need(findings, "rules of security groups", count(rules), left_of("security_group_rule"));
    deployment(findings, "ports", count(vm.nics.len()), left_of("port"));
    deployment(findings, "floating IPs", i64::from(options.wants_floating_ip()), left_of("floatingip"));
    Ok(())
}

/// Volumes and GiB that an execution would make or add, by disk: a replica of this machine has the rest.
fn missing_volumes<'a>(cloud: &mut Cloud, vm: &'a VmSpec) -> Result<Vec<(&'a DiskSpec, Volumes)>> {
    let have = cinder::volumes_of_vm(cloud, &vm.id, ROLE_REPLICA)?;
    let missing = |disk: &'a DiskSpec| {
        let key = marks::value(&disk.id);
        let size = cinder::gib(disk.size);
        let mut volumes = Volumes::default();
        match have.iter().find(|volume| volume.metadata.get(marks::DISK) == Some(&key)) {
            Some(volume) => volumes.add(0, size.saturating_sub(volume.size)),
            None => volumes.add(1, size),
        }
        (disk, volumes)
    };
    Ok(vm.disks.iter().map(missing).filter(|(_, volumes)| volumes.count > 0 || volumes.gib > 0).collect())
}

fn left(max: Option<i64>, used: i64) -> i64 {
    max.filter(|max| *max >= 0).map_or(i64::MAX, |max| max.saturating_sub(used))
}

fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn need(findings: &mut Findings, what: &str, needed: i64, left: i64) {
    if needed > left {
        let message = format!("the job needs {needed} {what}, the project may have {} more", left.max(0));
        findings.block("quota", message, "free something, or ask for a larger quota");
    }
}

/// What only a deployment needs; where not even an execution fits, that is said already.
fn deployment(findings: &mut Findings, what: &str, needed: i64, left: i64) {
    if left >= 0 && needed > left {
        let message = format!("a deployment needs {needed} {what}, the project may have {left} more by then");
        findings.warn("quota", message, "free something or ask for a larger quota before deploying");
    }
}
