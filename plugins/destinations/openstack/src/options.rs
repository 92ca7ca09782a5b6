//! The options of this plugin, by the names that the field knows, with their defaults; parsed once per
//! call and checked as far as that goes without asking the cloud. An option that gyre does not know is
//! an error. Knows nothing of the places where options stand: the host puts them together.

use crate::contract::{Error, Result};
use crate::keystone::Auth;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::IpAddr;

/// TCP port of the agent's HTTPS transport.
pub const AGENT_PORT: u16 = 5566;
/// Section of INI files that holds these options.
const INI_SECTION: &str = "openstack_migration_provider";
/// Longest key or value of a tag, characters: Nova's own limit.
const TAG_CHARS_MAX: usize = 255;

/// Everything that may stand in the configuration of an OpenStack destination.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[schemars(title = "OpenStack destination", extend("x-gyre-ini-section" = INI_SECTION))]
pub struct Options {
    /// Where and as whom to log in. gyre fills it in from the entry of `clouds.yaml` that `cloud = "NAME"` beside
    /// `plugin` names, or from `OS_*` with `cloud = "env"`, and what stands here is then replaced. The password (or the
    /// secret of an application credential) is the secret `os-password` and never stands here.
    #[schemars(extend("x-gyre-site-only" = true))]
    pub auth: Auth,

    /// Source network name, as `gyre source show` prints it → name or id of a network that the project may use. Every
    /// NIC of the machine must be mapped.
    pub network_map: BTreeMap<String, String>,
    /// Which Cinder volume type each disk gets: by disk, else by the source's storage backend, else
    /// `default`, else `default_cinder_volume_type`. `disk_id` and `source` are a disk's id and the place that it is kept
    /// in, as `gyre source show` prints them; `destination` and `default` are names or ids of volume types.
    pub storage_mappings: StorageMappings,
    /// Volume type for disks that `storage_mappings` does not map, name or id; empty: Cinder decides.
    pub default_cinder_volume_type: String,
    /// Flavor of the migrated server, name or id. Default: the smallest with enough vCPUs and RAM. A smaller one that is
    /// named is taken, and the check warns of it.
    pub flavor_name: Option<String>,
    /// Key pair that Nova gives the migrated server, by name; it must be there already.
    pub keypair_name: Option<String>,
    /// Security groups of the migrated server, names or ids; joined with `default_security_groups`.
    /// None in both: the project's default group.
    pub security_groups: Vec<String>,
    /// Security groups that every migrated server gets, names or ids; joined with `security_groups`.
    #[schemars(extend("x-gyre-site-only" = true))]
    pub default_security_groups: Vec<String>,
    /// Availability zone of migrated servers and of workers; volumes follow where Cinder has a zone
    /// of that name. Default: Nova chooses.
    pub availability_zone: Option<String>,
    /// Availability zone of volumes, where it is another one than that of servers. Default: that of
    /// `availability_zone`, where Cinder has a zone of that name.
    pub storage_availability_zone: Option<String>,
    /// Server group of the migrated server, name or id; it must be there already.
    pub server_group: Option<String>,
    /// Tags of the migrated server: keys and values of its metadata.
    pub instance_tags: BTreeMap<String, String>,
    /// Whether Nova deletes the volumes of the migrated server together with it.
    pub delete_disks_on_vm_termination: bool,

    /// What to do about MAC addresses: `keep_mac` makes ports with the source's MACs, deleting unbound
    /// ports of the mapped network that hold them; `reuse_ports` takes such a port as it is;
    /// `replace_mac` lets Neutron choose new ones.
    pub port_reuse_policy: PortReusePolicy,
    /// Give the ports the IP addresses that the source's NICs have. Every one must lie in a subnet
    /// of the mapped network that has DHCP.
    pub preserve_fixed_ips: bool,
    /// Give the migrated server a floating IP of `floating_ip_pool`, which must be set.
    pub use_floating_ip: bool,
    /// Try to give the migrated server the floating IP that the source is reached at, from `floating_ip_pool`, which must
    /// be set; where the cloud does not let the user choose, it gets another one and a warning is logged.
    pub preserve_floating_ip: bool,
    /// External network, or `network/subnet`, for the migrated server's floating IP, names or ids.
    pub floating_ip_pool: Option<String>,

    /// Set every interface inside the guest to DHCP.
    pub set_dhcp: bool,
    /// Hypervisor of the cloud, whose drivers the guest gets: virtio for `kvm` and `qemu`, Hyper-V's for `hyperv`.
    /// Default: none, and a guest from another hypervisor most likely does not find its disk.
    pub hypervisor_type: Option<HypervisorType>,
    /// Whether new volumes read as zeros, so that zeros need not be written. Never assumed of
    /// encrypted volumes.
    pub volumes_are_zeroed: bool,
    /// Image metadata of the boot volume, as properties of an image are called: `hw_machine_type`, `os_secure_boot`; wins
    /// over what gyre sets for UEFI and Secure Boot. gyre does not check the names.
    pub default_custom_boot_volume_image_metadata: BTreeMap<String, String>,

    /// Image of temporary Linux workers, name or id; wins over the `linux` of `migr_image_map`. One of both must be set: a
    /// Linux image with cloud-init. The name must be unique in the cloud.
    #[schemars(extend("x-gyre-stands-for" = "migr_image_map.linux"))]
    pub migr_image: Option<String>,
    /// Images of temporary workers by operating system, names or ids: `linux` copies disks and morphs all guests but those
    /// that `windows` is for. Where `windows` is set, Windows guests are morphed on a worker of that image: a Windows Server
    /// from 2016 on with cloudbase-init; without it, on Linux. There are no other keys.
    pub migr_image_map: ImageMap,
    /// Network of temporary workers, name or id. Default: the one that `network_map` maps to; must be set where there are
    /// several or none.
    pub migr_network: Option<String>,
    /// Flavor of temporary workers, name or id.
    pub migr_flavor_name: String,
    /// Reach temporary workers by a floating IP of `migr_fip_pool_name`.
    pub migr_worker_use_fip: bool,
    /// External network, or `network/subnet`, for floating IPs of workers, names or ids.
    pub migr_fip_pool_name: String,
    /// Give workers their metadata on a config drive.
    pub migr_worker_use_config_drive: bool,
    /// Boot workers from a temporary volume, made of their image, instead of the hypervisor's disk.
    pub migr_worker_boot_from_volume: bool,
    /// Size in GiB of the volume that workers boot from; of no effect without `migr_worker_boot_from_volume`.
    /// Default: the root disk of `migr_flavor_name`.
    pub migr_worker_volume_size: Option<u32>,
    /// Volume type of the volume that workers boot from, name or id; of no effect without
    /// `migr_worker_boot_from_volume`. Default: Cinder decides.
    pub migr_worker_volume_type: Option<String>,
    /// Who may reach workers: address ranges of their security group, each with its prefix, `192.0.2.7/32`. Default: the
    /// address alone that this host reaches the cloud's API from; behind an address translation, write the one that the
    /// cloud sees.
    #[schemars(extend("x-gyre-site-only" = true))]
    pub worker_allowed_cidrs: Vec<String>,
    /// How disk contents reach workers: `HTTPS` (TCP 5566, faster) or `SSH` (TCP 22 alone). A Windows worker, to which
    /// no disks are copied, is reached at TCP 5986 and 5566 in any case.
    pub data_transfer_mechanism: TransferMechanism,

    /// List networks of other projects too, not only those of this one, where options are listed. An external network
    /// often belongs to another project: then no floating IP pool is listed without this.
    pub list_all_destination_networks: bool,

    /// The ISO image of virtio drivers for Windows guests (`https://…/virtio-win.iso`), fetched by gyre's host where
    /// `grant.http` of the plugin `windows` covers it; `virtio-directory` of that plugin goes before it.
    #[schemars(extend("x-gyre-site-only" = true, "x-gyre-morphing" = true))]
    pub windows_virtio_iso_url: Option<String>,
    /// The ZIP archive or MSI installer of cloudbase-init for Windows guests of 64 bits, fetched in the same way;
    /// `cloudbase-init` of the plugin `windows` goes before it.
    #[schemars(extend("x-gyre-site-only" = true, "x-gyre-morphing" = true))]
    pub cloudbaseinit_x64_url: Option<String>,
    /// The same for Windows guests of 32 bits.
    #[schemars(extend("x-gyre-site-only" = true, "x-gyre-morphing" = true))]
    pub cloudbaseinit_x86_url: Option<String>,
}

/// Volume types by disk, by backend, and for the rest.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StorageMappings {
    /// Type of every disk that is not mapped below.
    pub default: Option<String>,
    /// Types by the source's storage backend (datastore, pool).
    pub backend_mappings: Vec<BackendMapping>,
    /// Types of single disks.
    pub disk_mappings: Vec<DiskMapping>,
}

/// One backend of the source.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BackendMapping {
    /// Name of the source's backend.
    pub source: String,
    /// Name or id of a volume type.
    pub destination: String,
}

/// One disk of the source.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiskMapping {
    /// Id of the disk.
    pub disk_id: String,
    /// Name or id of a volume type.
    pub destination: String,
}

/// Worker images by operating system.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ImageMap {
    /// Copies disks, and morphs all guests but those of Windows workers.
    pub linux: Option<String>,
    /// Morphs Windows guests. Not set: they are morphed offline on Linux.
    pub windows: Option<String>,
}

/// What happens to ports that hold a needed MAC address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // Options::port_reuse_policy
pub enum PortReusePolicy {
    #[default]
    KeepMac,
    ReplaceMac,
    ReusePorts,
}

/// Hypervisors that morphing knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // names of products
pub enum HypervisorType {
    Hyperv,
    Qemu,
    Kvm,
}

impl HypervisorType {
    /// As the contract spells it.
    pub const fn name(self) -> &'static str {
        match self {
            HypervisorType::Hyperv => "hyperv",
            HypervisorType::Qemu => "qemu",
            HypervisorType::Kvm => "kvm",
        }
    }
}

/// How bytes reach a worker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
#[serde(rename_all = "UPPERCASE")]
#[allow(missing_docs)] // Options::data_transfer_mechanism
pub enum TransferMechanism {
    #[default]
    Https,
    Ssh,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            auth: Auth::default(),
            network_map: BTreeMap::new(),
            storage_mappings: StorageMappings::default(),
            default_cinder_volume_type: String::new(),
            flavor_name: None,
            keypair_name: None,
            security_groups: Vec::new(),
            default_security_groups: Vec::new(),
            availability_zone: None,
            storage_availability_zone: None,
            server_group: None,
            instance_tags: BTreeMap::new(),
            delete_disks_on_vm_termination: false,
            port_reuse_policy: PortReusePolicy::default(),
            preserve_fixed_ips: false,
            use_floating_ip: false,
            preserve_floating_ip: false,
            floating_ip_pool: None,
            set_dhcp: true,
            hypervisor_type: None,
            volumes_are_zeroed: true,
            default_custom_boot_volume_image_metadata: BTreeMap::new(),
            migr_image: None,
            migr_image_map: ImageMap::default(),
            migr_network: None,
            migr_flavor_name: "m1.small".to_owned(),
            migr_worker_use_fip: true,
            migr_fip_pool_name: "public".to_owned(),
            migr_worker_use_config_drive: false,
            migr_worker_boot_from_volume: false,
            migr_worker_volume_size: None,
            migr_worker_volume_type: None,
            worker_allowed_cidrs: Vec::new(),
            data_transfer_mechanism: TransferMechanism::default(),
            list_all_destination_networks: false,
            windows_virtio_iso_url: None,
            cloudbaseinit_x64_url: None,
            cloudbaseinit_x86_url: None,
        }
    }
}

impl Options {
    /// Reads the configuration of one call.
    ///
    /// # Errors
    /// As [`Options::read`], and `openstack.option` for what makes no sense together.
    pub fn parse(config: &str) -> Result<Self> {
        let options = Self::read(config)?;
        options.validate()?;
        Ok(options)
    }

    /// The same of somebody who has not chosen everything yet.
    ///
    /// # Errors
    /// `openstack.option` for an unknown option or a value of the wrong kind, `openstack.auth-options`.
    pub fn read(config: &str) -> Result<Self> {
        let mut value: serde_json::Value = serde_json::from_str(config).map_err(|error| {
            Error::invalid("openstack.option", "the configuration is not JSON").cause(error)
        })?;
        drop_empty(&mut value);
        let mut options: Options = serde_json::from_value(value).map_err(|error| {
            Error::invalid("openstack.option", "an option of the OpenStack destination is wrong").cause(error)
        })?;
        options.auth.validate()?;
        options.drop_ineffective();
        Ok(options)
    }

    /// A site may say what volumes workers would boot from, and one machine that they do.
    fn drop_ineffective(&mut self) {
        if !self.migr_worker_boot_from_volume {
            (self.migr_worker_volume_size, self.migr_worker_volume_type) = (None, None);
        }
    }

    fn validate(&self) -> Result<()> {
        let wrong = |message: String| Err(Error::invalid("openstack.option", message));
        if let Some(cidr) = self.worker_allowed_cidrs.iter().find(|cidr| Cidr::parse(cidr).is_none()) {
            return wrong(format!(
                "worker_allowed_cidrs holds {cidr:?}, which is no address range such as 192.0.2.7/32"
            ));
        }
        if let Some((name, url)) = self.downloads().into_iter().find(|(_, url)| !is_web_url(url)) {
            return wrong(format!("{name} is {url:?}, which is no http or https URL"));
        }
        if self.migr_worker_volume_size == Some(0) {
            return wrong("migr_worker_volume_size must be at least 1 (GiB)".to_owned());
        }
        if self.wants_floating_ip() && self.floating_ip_pool.is_none() {
            let option = if self.use_floating_ip { "use_floating_ip" } else { "preserve_floating_ip" };
            return wrong(format!(
                "floating_ip_pool is not set, and {option} needs it: name an external network, or turn {option} off"
            ));
        }
        self.validate_tags()
    }

    fn validate_tags(&self) -> Result<()> {
        let long = |text: &String| text.is_empty() || text.chars().count() > TAG_CHARS_MAX;
        if let Some((key, _)) =
            self.instance_tags.iter().find(|(key, value)| long(key) || value.chars().count() > TAG_CHARS_MAX)
        {
            let message =
                format!("instance_tags[{key:?}]: keys and values have 1 to {TAG_CHARS_MAX} characters");
            return Err(Error::invalid("openstack.option", message));
        }
        Ok(())
    }

    /// What is fetched for Windows guests, as far as it is set.
    fn downloads(&self) -> Vec<(&'static str, &str)> {
        let all = [
            ("windows_virtio_iso_url", &self.windows_virtio_iso_url),
            ("cloudbaseinit_x64_url", &self.cloudbaseinit_x64_url),
            ("cloudbaseinit_x86_url", &self.cloudbaseinit_x86_url),
        ];
        all.into_iter().filter_map(|(name, url)| Some((name, url.as_deref()?))).collect()
    }

    /// Volume type of a disk, if any option says one, with the option that said it.
    pub fn volume_type(&self, disk_id: &str, backend: Option<&str>) -> Option<(&str, String)> {
        let map = &self.storage_mappings;
        let by_disk = map.disk_mappings.iter().find(|mapping| mapping.disk_id == disk_id);
        let by_backend = map.backend_mappings.iter().find(|mapping| Some(mapping.source.as_str()) == backend);
        let by_disk =
            by_disk.map(|m| (m.destination.as_str(), format!("storage_mappings.disk_mappings[{disk_id:?}]")));
        let by_backend = by_backend
            .map(|m| (m.destination.as_str(), format!("storage_mappings.backend_mappings[{:?}]", m.source)));
        let rest = map.default.as_deref().map(|name| (name, "storage_mappings.default".to_owned()));
        let last = (self.default_cinder_volume_type.as_str(), "default_cinder_volume_type".to_owned());
        by_disk.or(by_backend).or(rest).or(Some(last)).filter(|(name, _)| !name.is_empty())
    }

    /// Whether the migrated server gets a floating IP: to preserve one is to have one.
    pub const fn wants_floating_ip(&self) -> bool {
        self.use_floating_ip || self.preserve_floating_ip
    }

    /// Network of workers, with the option that says it.
    ///
    /// # Errors
    /// `openstack.option` where no option does.
    pub fn worker_network(&self) -> Result<(&str, String)> {
        if let Some(network) = &self.migr_network {
            return Ok((network, "migr_network".to_owned()));
        }
        let mut networks = self.network_map.iter();
        match (
            networks.next(),
            networks.find(|(_, network)| Some(*network) != self.network_map.values().next()),
        ) {
            (Some((key, network)), None) => Ok((network, format!("network_map[{key:?}]"))),
            _ => Err(Error::invalid(
                "openstack.option",
                "migr_network: is not set, and network_map does not name one network alone; name the network of \
                 temporary workers",
            )),
        }
    }

    /// All security groups of the migrated server, each once, with the option that names it.
    pub fn all_security_groups(&self) -> Vec<(&str, &'static str)> {
        let fixed =
            self.default_security_groups.iter().map(|name| (name.as_str(), "default_security_groups"));
        let own = self.security_groups.iter().map(|name| (name.as_str(), "security_groups"));
        let mut all: Vec<(&str, &'static str)> = Vec::new();
        for group in fixed.chain(own) {
            if !all.iter().any(|(name, _)| *name == group.0) {
                all.push(group);
            }
        }
        all
    }
}

/// An empty text is no value, wherever it was written: `-o availability_zone=` takes back what the site says.
fn drop_empty(config: &mut serde_json::Value) {
    if let Some(options) = config.as_object_mut() {
        options.retain(|_, value| value != "");
    }
}

fn is_web_url(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/') && !rest.contains(char::is_whitespace))
}

/// A range of IP addresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    address: IpAddr,
    prefix: u32,
}

impl Cidr {
    /// `192.0.2.0/24` or `2001:db8::/64`.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let cidr = Self { address: address.parse().ok()?, prefix: prefix.parse().ok()? };
        (cidr.prefix <= cidr.bits()).then_some(cidr)
    }

    /// Whether it is IPv6.
    pub const fn is_v6(self) -> bool {
        self.address.is_ipv6()
    }

    const fn bits(self) -> u32 {
        if self.is_v6() { 128 } else { 32 }
    }

    /// Whether the address lies in it.
    pub fn contains(self, address: IpAddr) -> bool {
        let shift = self.bits().saturating_sub(self.prefix);
        let same = |a: u128, b: u128| a.checked_shr(shift).unwrap_or(0) == b.checked_shr(shift).unwrap_or(0);
        match (self.address, address) {
            (IpAddr::V4(a), IpAddr::V4(b)) => same(u32::from(a).into(), u32::from(b).into()),
            (IpAddr::V6(a), IpAddr::V6(b)) => same(a.into(), b.into()),
            _ => false,
        }
    }

    /// Whether the address lies in it and is no single machine's: its first one, and with IPv4 its last one, but where it
    /// has no more than two (RFC 3021, RFC 6164). Neutron refuses these of ports.
    pub fn reserves(self, address: IpAddr) -> bool {
        let rest = self.bits().saturating_sub(self.prefix);
        if rest < 2 || !self.contains(address) {
            return false;
        }
        let (number, is_v4) = match address {
            IpAddr::V4(address) => (u32::from(address).into(), true),
            IpAddr::V6(address) => (u128::from(address), false),
        };
        let host = u128::MAX >> (128 - rest.min(128));
        number & host == 0 || (is_v4 && number & host == host)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(mut more: serde_json::Value) -> Result<Options> {
        more["auth"] = json!({ "auth_url": "http://k/v3", "username": "u", "project_name": "p" });
        Options::parse(&more.to_string())
    }

    #[test]
    fn a_network_has_addresses_that_no_machine_has() {
        let reserves =
            |cidr: &str, address: &str| Cidr::parse(cidr).unwrap().reserves(address.parse().unwrap());
        for (cidr, address, expected) in [
            ("192.0.2.0/24", "192.0.2.0", true),
            ("192.0.2.0/24", "192.0.2.255", true),
            ("192.0.2.0/24", "192.0.2.254", false),
            ("192.0.2.0/23", "192.0.2.255", false),
            ("192.0.2.0/31", "192.0.2.1", false),
            ("192.0.2.7/32", "192.0.2.7", false),
            ("192.0.2.0/24", "192.0.3.0", false),
            ("0.0.0.0/0", "255.255.255.255", true),
            ("2001:db8::/64", "2001:db8::", true),
            ("2001:db8::/64", "2001:db8::ffff:ffff:ffff:ffff", false),
            ("2001:db8::/127", "2001:db8::", false),
            ("::/0", "::", true),
        ] {
            assert_eq!(reserves(cidr, address), expected, "{address} of {cidr}");
        }
    }

    #[test]
    fn the_types_of_disks_are_looked_up_from_the_closest() {
        let options = parse(json!({
            "storage_mappings": {
                "backend_mappings": [{ "source": "ds1", "destination": "b" }],
                "disk_mappings": [{ "disk_id": "d1", "destination": "a" }],
            },
            "default_cinder_volume_type": "z",
        }))
        .unwrap();
        let name = |disk, backend| options.volume_type(disk, backend).map(|(name, _)| name);
        assert_eq!(name("d1", Some("ds1")), Some("a"));
        assert_eq!(name("d2", Some("ds1")), Some("b"));
        assert_eq!(name("d2", None), Some("z"));
        assert!(parse(json!({})).unwrap().volume_type("d1", None).is_none());
    }

    #[test]
    fn what_is_unknown_or_makes_no_sense_is_refused() {
        for (config, code) in [
            (json!({ "flavour_name": "x" }), "openstack.option"),
            (json!({ "migr_image_map": { "bsd": "x" } }), "openstack.option"),
            (json!({ "port_reuse_policy": "keep" }), "openstack.option"),
            (json!({ "use_floating_ip": true }), "openstack.option"),
            (
                json!({ "migr_worker_volume_size": 0, "migr_worker_boot_from_volume": true }),
                "openstack.option",
            ),
            (json!({ "worker_allowed_cidrs": ["10.0.0.1"] }), "openstack.option"),
            (json!({ "instance_tags": { "k": 1 } }), "openstack.option"),
            (json!({ "preserve_floating_ip": true }), "openstack.option"),
            (json!({ "windows_virtio_iso_url": "ftp://x" }), "openstack.option"),
            (json!({ "cloudbaseinit_x64_url": "x.zip" }), "openstack.option"),
        ] {
            assert_eq!(parse(config.clone()).unwrap_err().code, code, "{config}");
        }
        assert_eq!(Options::parse("{").unwrap_err().code, "openstack.option");
    }

    #[test]
    fn the_schema_describes_every_option_and_nothing_else() {
        let schema: serde_json::Value = serde_json::to_value(schemars::schema_for!(Options)).unwrap();
        assert_eq!(schema["additionalProperties"], false);
        let properties = schema["properties"].as_object().unwrap();
        for (name, property) in properties {
            assert!(property["description"].as_str().is_some_and(|text| text.len() > 10), "{name}");
            assert!(property.get("default").is_some(), "{name}: {property}");
        }
        // What the host shows as the default is what holds.
        let written = serde_json::to_value(Options::default()).unwrap();
        let shown = properties.iter().map(|(name, property)| (name, &property["default"]));
        assert!(written.as_object().unwrap().iter().eq(shown), "{written:#}");
    }

    #[test]
    fn a_worker_network_is_inferred_only_where_there_is_no_choice() {
        let one = parse(json!({ "network_map": { "a": "n1", "b": "n1" } })).unwrap();
        assert_eq!(one.worker_network().unwrap().0, "n1");
        let two = parse(json!({ "network_map": { "a": "n1", "b": "n2" } })).unwrap();
        assert!(two.worker_network().is_err());
        assert!(parse(json!({})).unwrap().worker_network().is_err());
    }

    #[test]
    fn ranges_hold_what_is_inside() {
        let range = Cidr::parse("10.20.30.0/24").unwrap();
        assert!(range.contains("10.20.30.255".parse().unwrap()));
        assert!(!range.contains("10.20.31.0".parse().unwrap()));
        assert!(Cidr::parse("0.0.0.0/0").unwrap().contains("8.8.8.8".parse().unwrap()));
        assert!(Cidr::parse("::/0").unwrap().contains("2001:db8::1".parse().unwrap()));
        assert!(Cidr::parse("2001:db8::/64").unwrap().contains("2001:db8::1".parse().unwrap()));
        assert!(Cidr::parse("10.0.0.0/33").is_none() && Cidr::parse("10.0.0.0").is_none());
    }

    #[test]
    fn an_empty_text_is_no_value() {
        let empty =
            json!({ "availability_zone": "", "migr_flavor_name": "", "default_cinder_volume_type": "" });
        let options = parse(empty).unwrap();
        assert_eq!((options.availability_zone, options.migr_flavor_name.as_str()), (None, "m1.small"));
    }

    #[test]
    fn what_only_volumes_of_workers_have_is_of_no_effect_without_them() {
        let mut config = json!({ "migr_worker_volume_size": 3, "migr_worker_volume_type": "fast" });
        let options = parse(config.clone()).unwrap();
        assert_eq!((options.migr_worker_volume_size, options.migr_worker_volume_type), (None, None));
        config["migr_worker_boot_from_volume"] = json!(true);
        assert_eq!(parse(config).unwrap().migr_worker_volume_size, Some(3));
    }

    /// Every option of the mission's example, and its placeholders.
    #[test]
    fn the_destination_environment_of_the_mission_is_understood() {
        let environment = json!({
            "network_map": { "source network name": "net" },
            "storage_mappings": {
                "default": "cinder-volume-type-0",
                "backend_mappings": [{ "source": "datastor1", "destination": "cinder-volume-type-1" }],
                "disk_mappings": [{ "disk_id": "", "destination": "cinder-volume-type-2" }],
            },
            "hypervisor_type": "kvm", "flavor_name": "m1.small", "keypair_name": "new-key",
            "delete_disks_on_vm_termination": false, "security_groups": ["a", "and another one"],
            "migr_image_map": { "linux": "image", "windows": "63d8f1a4-3192-4edc-b113-0d099b4bc458" },
            "migr_network": "private", "migr_worker_use_fip": true,
            "migr_fip_pool_name": "external_network/external_subnet", "migr_flavor_name": "m1.small",
            "migr_worker_boot_from_volume": true, "migr_worker_volume_size": 1,
            "migr_worker_volume_type": "cinder-voltype", "list_all_destination_networks": true,
            "migr_worker_use_config_drive": true, "port_reuse_policy": "keep_mac", "volumes_are_zeroed": true,
            "preserve_fixed_ips": true, "server_group": "group", "use_floating_ip": true,
            "floating_ip_pool": "external_network/external_subnet", "set_dhcp": true,
            "instance_tags": { "tag1": "value1", "tag2": "value2" },
        });
        let options = parse(environment).unwrap();
        assert_eq!(options.volume_type("d", None).unwrap().0, "cinder-volume-type-0");
        assert_eq!(options.volume_type("d", Some("datastor1")).unwrap().0, "cinder-volume-type-1");
        assert_eq!(options.migr_worker_volume_size, Some(1));
    }

    #[test]
    fn groups_are_joined_without_doubles() {
        let options =
            parse(json!({ "default_security_groups": ["a", "b"], "security_groups": ["b", "c"] })).unwrap();
        let names: Vec<_> = options.all_security_groups().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["a", "b", "c"]);
    }
}
