//! What each option may be set to in this cloud, for people and programs that offer a choice.

use crate::cinder;
use crate::cloud::Cloud;
use crate::contract::{Choice, Choices, Error, Result};
use crate::glance;
use crate::marks::Named;
use crate::neutron::{self, Network};
use crate::nova;
use crate::options::Options;

/// Options whose values can be listed.
const NAMES: [&str; 19] = [
    "availability_zone",
    "data_transfer_mechanism",
    "default_cinder_volume_type",
    "default_security_groups",
    "flavor_name",
    "floating_ip_pool",
    "hypervisor_type",
    "keypair_name",
    "migr_fip_pool_name",
    "migr_flavor_name",
    "migr_image",
    "migr_image_map",
    "migr_network",
    "migr_worker_volume_type",
    "network_map",
    "port_reuse_policy",
    "security_groups",
    "server_group",
    "storage_mappings",
];

/// The values of the named options; of all that can be listed when none is named.
///
/// # Errors
/// `openstack.option` for an option without a list.
pub fn options(cloud: &mut Cloud, options: &Options, names: &[String]) -> Result<Vec<Choices>> {
    let names: Vec<&str> =
        if names.is_empty() { NAMES.to_vec() } else { names.iter().map(String::as_str).collect() };
    let list =
        |name: &str| Ok(Choices { option_name: name.to_owned(), values: values(cloud, options, name)? });
    names.into_iter().map(list).collect()
}

fn values(cloud: &mut Cloud, options: &Options, name: &str) -> Result<Vec<Choice>> {
    match name {
        "migr_image" | "migr_image_map" => {
            let mut images = glance::images(cloud)?;
            images.retain(|image| image.status == "active");
            Ok(named(&images))
        }
        "flavor_name" | "migr_flavor_name" => nova::flavors(cloud).map(|flavors| named(&flavors)),
        "network_map" | "migr_network" => {
            own_networks(cloud, options, |network| !network.external).map(|all| named(&all))
        }
        "migr_fip_pool_name" | "floating_ip_pool" => pools(cloud, options),
        "storage_mappings" | "default_cinder_volume_type" | "migr_worker_volume_type" => {
            cinder::types(cloud).map(|types| named(&types))
        }
        "keypair_name" => nova::key_pairs(cloud).map(|pairs| named(&pairs)),
        "security_groups" | "default_security_groups" => {
            neutron::security_groups(cloud).map(|groups| named(&groups))
        }
        "server_group" => nova::server_groups(cloud).map(|groups| named(&groups)),
        "availability_zone" => nova::zones(cloud).map(|zones| words(zones.iter().map(String::as_str))),
        "port_reuse_policy" => Ok(words(["keep_mac", "replace_mac", "reuse_ports"])),
        "hypervisor_type" => Ok(words(["hyperv", "qemu", "kvm"])),
        "data_transfer_mechanism" => Ok(words(["HTTPS", "SSH"])),
        _ => {
            let message = format!(
                "the values of option {name:?} cannot be listed; those of these can: {}",
                NAMES.join(", ")
            );
            Err(Error::invalid("openstack.option", message))
        }
    }
}

fn named<T: Named>(all: &[T]) -> Vec<Choice> {
    let mut choices: Vec<Choice> =
        all.iter().map(|one| Choice { id: one.id().to_owned(), name: one.name().to_owned() }).collect();
    choices.sort_by(|a, b| (&a.name, &a.id).cmp(&(&b.name, &b.id)));
    choices
}

fn words<'a>(all: impl IntoIterator<Item = &'a str>) -> Vec<Choice> {
    all.into_iter().map(|word| Choice { id: word.to_owned(), name: word.to_owned() }).collect()
}

/// Those of the project, unless the option says all.
fn own_networks(
    cloud: &mut Cloud,
    options: &Options,
    fits: impl Fn(&Network) -> bool,
) -> Result<Vec<Network>> {
    let project = cloud.project()?;
    let all = options.list_all_destination_networks;
    let mut networks = neutron::networks(cloud)?;
    networks.retain(|network| fits(network) && (all || network.project_id == project));
    Ok(networks)
}

/// `network`, and `network/subnet` for each of its subnets.
fn pools(cloud: &mut Cloud, options: &Options) -> Result<Vec<Choice>> {
    let networks = own_networks(cloud, options, |network| network.external)?;
    let mut choices = named(&networks);
    for network in &networks {
        for subnet in neutron::subnets(cloud, &network.id)? {
            let (id, name) =
                (format!("{}/{}", network.id, subnet.id), format!("{}/{}", network.name, subnet.name));
            choices.push(Choice { id, name });
        }
    }
    Ok(choices)
}
