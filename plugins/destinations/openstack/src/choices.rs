//! What each option may be set to in this cloud, for people and programs that offer a choice. Looks, and
//! judges nothing: what fits a machine is said by the check.

use crate::cinder;
use crate::cloud::Cloud;
use crate::contract::{Choice, Choices, Error, Result};
use crate::findings::ends_the_check;
use crate::glance;
use crate::marks::Named;
use crate::neutron::{self, Network};
use crate::nova;
use crate::options::Options;
use gyre_plugin::log;
use std::collections::BTreeMap;

/// What an option is chosen from.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Flavors,
    Groups,
    Images,
    KeyPairs,
    Networks,
    Pools,
    ServerGroups,
    StorageZones,
    VolumeTypes,
    Zones,
    Words(&'static [&'static str]),
}

/// Options whose values can be listed, in the order of their names.
const OFFERED: [(&str, Kind); 20] = [
    ("availability_zone", Kind::Zones),
    ("data_transfer_mechanism", Kind::Words(&["HTTPS", "SSH"])),
    ("default_cinder_volume_type", Kind::VolumeTypes),
    ("default_security_groups", Kind::Groups),
    ("flavor_name", Kind::Flavors),
    ("floating_ip_pool", Kind::Pools),
    ("hypervisor_type", Kind::Words(&["hyperv", "qemu", "kvm"])),
    ("keypair_name", Kind::KeyPairs),
    ("migr_fip_pool_name", Kind::Pools),
    ("migr_flavor_name", Kind::Flavors),
    ("migr_image", Kind::Images),
    ("migr_image_map", Kind::Images),
    ("migr_network", Kind::Networks),
    ("migr_worker_volume_type", Kind::VolumeTypes),
    ("network_map", Kind::Networks),
    ("port_reuse_policy", Kind::Words(&["keep_mac", "replace_mac", "reuse_ports"])),
    ("security_groups", Kind::Groups),
    ("server_group", Kind::ServerGroups),
    ("storage_availability_zone", Kind::StorageZones),
    ("storage_mappings", Kind::VolumeTypes),
];

/// The values of the named options; of all that can be listed when none is named. What a cloud lets nobody but its
/// operators list is named with its refusal, and the rest is listed.
///
/// # Errors
/// `openstack.option` for an option without a list; the refusal where there is nothing but refusals.
pub fn options(cloud: &mut Cloud, options: &Options, names: &[String]) -> Result<Vec<Choices>> {
    let wanted: Vec<(&str, Kind)> = match names {
        [] => OFFERED.to_vec(),
        names => names.iter().map(|name| offered(name)).collect::<Result<_>>()?,
    };
    // Without a login nothing can be listed: that is one error, and not a refusal below each option.
    if wanted.iter().any(|(_, kind)| !matches!(kind, Kind::Words(_))) {
        cloud.token()?;
    }
    // Several options are chosen from the same list: it is asked for once.
    let mut lists: BTreeMap<Kind, (&str, Result<Vec<Choice>>)> = BTreeMap::new();
    let mut choices = Vec::new();
    for (name, kind) in wanted {
        let (_, list) = lists.entry(kind).or_insert_with(|| (name, list(cloud, options, kind)));
        match list {
            Err(error) if ends_the_check(error) => return Err(asked(error.clone(), name)),
            list => choices.push(choices_of(name, list)),
        }
    }
    let first = lists.into_values().find(|(_, list)| list.is_err());
    match first {
        Some((name, Err(error))) if choices.iter().all(|choices| choices.refused.is_some()) => {
            Err(asked(error, name))
        }
        _ => Ok(choices),
    }
}

fn asked(error: Error, name: &str) -> Error {
    error.cause(format!("asked for the values of {name}"))
}

fn choices_of(name: &str, list: &Result<Vec<Choice>>) -> Choices {
    let (values, refused) = match list {
        Ok(values) => (values.clone(), None),
        Err(error) => (Vec::new(), Some(sentence(error))),
    };
    Choices { option_name: name.to_owned(), values, refused }
}

/// An error of the contract, which prints itself as programmers write it, for people.
fn sentence(error: &Error) -> String {
    let parts: Vec<_> = std::iter::once(&error.message).chain(&error.causes).map(String::as_str).collect();
    parts.join(": ")
}

fn offered(name: &str) -> Result<(&'static str, Kind)> {
    OFFERED.into_iter().find(|(offered, _)| *offered == name).ok_or_else(|| {
        let names: Vec<_> = OFFERED.iter().map(|(name, _)| *name).collect();
        let message = format!("the values of the option {name} cannot be listed");
        Error::invalid("openstack.option", message).cause(format!("those of these can: {}", names.join(", ")))
    })
}

fn list(cloud: &mut Cloud, options: &Options, kind: Kind) -> Result<Vec<Choice>> {
    match kind {
        Kind::Images => images(cloud),
        Kind::Flavors => {
            let about = |flavor: &nova::Flavor| {
                Some(format!("{} vCPU, {} MiB, disk {} GiB", flavor.vcpus, flavor.ram, flavor.disk))
            };
            nova::flavors(cloud).map(|flavors| sorted(&flavors, about))
        }
        Kind::Networks => networks(cloud, options),
        Kind::Pools => pools(cloud, options),
        Kind::VolumeTypes => cinder::types(cloud).map(|types| named(&types)),
        Kind::KeyPairs => nova::key_pairs(cloud).map(|pairs| named(&pairs)),
        Kind::Groups => neutron::security_groups(cloud).map(|groups| named(&groups)),
        Kind::ServerGroups => nova::server_groups(cloud).map(|groups| named(&groups)),
        Kind::StorageZones => cinder::zones(cloud).map(|zones| words(zones.iter().map(String::as_str))),
        Kind::Zones => nova::zones(cloud).map(|zones| words(zones.iter().map(String::as_str))),
        Kind::Words(all) => Ok(words(all.iter().copied())),
    }
}

/// With the operating system that the image says it holds, so that `migr_image_map` can be filled in.
fn images(cloud: &mut Cloud) -> Result<Vec<Choice>> {
    let mut images = glance::images(cloud)?;
    images.retain(|image| image.status == "active");
    Ok(sorted(&images, |image| Some(image.os_type.clone().unwrap_or_else(|| "os_type unknown".to_owned()))))
}

fn networks(cloud: &mut Cloud, options: &Options) -> Result<Vec<Choice>> {
    let own = cloud.project()?;
    let networks = listed(cloud, options, |network| !network.external)?;
    Ok(sorted(&networks, |network| (network.project_id != own).then(|| "of another project".to_owned())))
}

/// Those of the project, unless the option says all. That some are left out is told: an external network
/// mostly belongs to somebody else.
fn listed(cloud: &mut Cloud, options: &Options, fits: impl Fn(&Network) -> bool) -> Result<Vec<Network>> {
    let own = cloud.project()?;
    let mut networks = neutron::networks(cloud)?;
    networks.retain(|network| fits(network));
    let seen = networks.len();
    networks.retain(|network| options.list_all_destination_networks || network.project_id == own);
    let hidden = seen.saturating_sub(networks.len());
    if hidden > 0 {
        log!(
            warn,
            "networks of other projects are not listed: {hidden}; list_all_destination_networks = true lists them"
        );
    }
    Ok(networks)
}

/// `network`, and `network/subnet` for each of its subnets.
fn pools(cloud: &mut Cloud, options: &Options) -> Result<Vec<Choice>> {
    let networks = listed(cloud, options, |network| network.external)?;
    let mut choices = Vec::new();
    for network in &networks {
        choices.push(choice(&network.id, &network.name, None));
        let shown = neutron::subnets(cloud, &network.id)?;
        let mut push = |id: &str, name: &str, about: String| {
            let (id, name) = (format!("{}/{id}", network.id), format!("{}/{name}", network.name));
            choices.push(choice(&id, &name, Some(about)));
        };
        // The subnets of another project's external network may be used, and mostly not be looked at.
        if shown.is_empty() {
            network.subnets.iter().for_each(|id| push(id, id, "not shown to this project".to_owned()));
        }
        shown.into_iter().for_each(|subnet| push(&subnet.id, &subnet.name, subnet.cidr));
    }
    in_order(&mut choices);
    Ok(choices)
}

fn named<T: Named>(all: &[T]) -> Vec<Choice> {
    sorted(all, |_| None)
}

fn sorted<T: Named>(all: &[T], about: impl Fn(&T) -> Option<String>) -> Vec<Choice> {
    let mut choices: Vec<_> = all.iter().map(|one| choice(one.id(), one.name(), about(one))).collect();
    in_order(&mut choices);
    choices
}

fn in_order(choices: &mut [Choice]) {
    choices.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
}

fn words<'a>(all: impl IntoIterator<Item = &'a str>) -> Vec<Choice> {
    all.into_iter().map(|word| choice(word, word, None)).collect()
}

/// A tab stands between the name and what else people should know: the contract says so. One in a name would lie.
fn choice(id: &str, name: &str, about: Option<String>) -> Choice {
    let name = name.replace('\t', " ");
    Choice { id: id.to_owned(), name: about.map_or_else(|| name.clone(), |about| format!("{name}\t{about}")) }
}
