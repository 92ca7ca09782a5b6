//! The clouds that machines are brought to: the embedded one, which runs in this process,
//! and the real one that `tests/cloud` starts. Knows how each is reached, what its user has there, and
//! where it keeps its volumes; not what is done with it.

use crate::cloud::{Cloud, Login};
use crate::fixture::{capture, root};
use anyhow::{Context, Result};
use gyre_lab::{Config, Lab, NetworkSeed};
use std::path::{Path, PathBuf};
use std::process::Command;
use tokio::runtime::Runtime;

/// One cloud with what its user has: a network of the source's addresses, an image for workers.
pub struct Site {
    /// What to call it.
    pub title: &'static str,
    /// Who migrates.
    pub login: Login,
    /// URL pattern of all its APIs, for the grant.
    pub api: String,
    /// An address of this host that workers reach.
    pub host: String,
    /// Options of the destination plugin, as TOML.
    pub options: String,
    /// What goes into a rebuilt initramfs: an emulated worker takes minutes for `most`.
    pub initramfs: &'static str,
    volumes: Vec<PathBuf>,
    /// Shell patterns of what the DHCP server wrote.
    leases: Vec<String>,
    lab: Option<Embedded>,
}

/// The embedded cloud, with what its requests run on.
struct Embedded {
    lab: Option<Lab>,
    runtime: Runtime,
}

impl Drop for Embedded {
    fn drop(&mut self) {
        if let Some(lab) = self.lab.take() {
            self.runtime.block_on(lab.stop());
        }
    }
}

/// Image of temporary workers in both clouds.
const WORKER_IMAGE: &str = "gyre-worker";

/// Options that both clouds share. The source's static address is kept and served by DHCP.
fn options(network: &str) -> String {
    format!(
        r#"network_map = {{ "VM Network" = {network:?} }}
migr_image = {WORKER_IMAGE:?}
migr_network = "private"
flavor_name = "m1.small"
hypervisor_type = "kvm"
preserve_fixed_ips = true
"#
    )
}

impl Site {
    /// The real OpenStack of `tests/cloud`, which must be up; makes what its user `demo` needs.
    ///
    /// # Errors
    /// When it is not up, or the user's things cannot be made.
    pub fn openstack() -> Result<Self> {
        let tenant = root().join("tests/cloud/tenant.py");
        capture(Command::new("/usr/bin/python3").arg(tenant))
            .context("the real OpenStack is not up: tests/cloud/up.sh && tests/cloud/image.sh")?;
        let more = r#"security_groups = ["gyre-access"]
use_floating_ip = true
floating_ip_pool = "public"
"#;
        Ok(Self {
            title: "a real OpenStack (Keystone, Glance, Cinder, Nova, Neutron of Debian)",
            login: Login::demo("http://172.29.0.2:5000/v3", "osct"),
            api: "http://172.29.0.2:*".into(),
            host: "172.29.0.1".into(),
            options: format!("{}{more}", options("private")),
            initramfs: "list",
            volumes: ["osct-a", "osct-b"].map(|b| PathBuf::from("/var/lib/osct/var/cinder").join(b)).into(),
            leases: vec!["/var/lib/osct/var/neutron/dhcp/*/leases".into()],
            lab: None,
        })
    }

    /// An embedded OpenStack that keeps everything in `directory`, with real workers and servers; `change`
    /// may make it another one.
    ///
    /// # Errors
    /// When this is not root, or a program that it starts is missing.
    pub fn lab(directory: &Path, change: impl FnOnce(&mut Config)) -> Result<Self> {
        gyre_lab::log_to_stderr();
        let mut config = Config::real(directory);
        WORKER_IMAGE.clone_into(&mut config.worker_image);
        // The source's own range: its address goes with it.
        config.networks.push(NetworkSeed {
            name: "servers".into(),
            cidr: "192.168.77.0/24".into(),
            pool: ("192.168.77.100".into(), "192.168.77.200".into()),
            dhcp: true,
            external: false,
        });
        change(&mut config);
        let runtime = Runtime::new()?;
        let lab = runtime.block_on(Lab::start(config)).context("the embedded OpenStack does not start")?;
        let (auth_url, host) = (lab.auth_url(), lab.host_address());
        Ok(Self {
            title: "an OpenStack that gyre embeds",
            login: Login::demo(&auth_url, gyre_lab::PASSWORD),
            api: format!("http://{host}:*"),
            host,
            options: options("servers"),
            initramfs: "most",
            volumes: Vec::new(),
            leases: vec![directory.join("dnsmasq.log").display().to_string()],
            lab: Some(Embedded { lab: Some(lab), runtime }),
        })
    }

    /// A session of the same user.
    ///
    /// # Errors
    /// When the cloud does not let the user in.
    pub fn cloud(&self) -> Result<Cloud> {
        Cloud::login(&self.login)
    }

    /// The file behind a volume.
    ///
    /// # Errors
    /// When there is none.
    pub fn volume(&self, id: &str) -> Result<PathBuf> {
        if let Some(lab) = self.embedded() {
            return Ok(lab.volume_path(id));
        }
        let mut candidates = self.volumes.iter().map(|directory| directory.join(format!("volume-{id}")));
        candidates.find(|path| path.exists()).with_context(|| format!("no file of the volume {id}"))
    }

    /// The embedded cloud, where it is one.
    pub fn embedded(&self) -> Option<&Lab> {
        self.lab.as_ref().and_then(|embedded| embedded.lab.as_ref())
    }

    /// What the cloud's DHCP server says that it leased to a network card.
    ///
    /// # Errors
    /// When nothing can be read of it.
    pub fn lease(&self, mac: &str) -> Result<String> {
        let mut found = String::new();
        for pattern in &self.leases {
            let text = capture(Command::new("sh").args(["-c", &format!("cat {pattern}")]))?;
            let lines = text.lines().filter(|line| line.contains(mac));
            found.extend(lines.map(|line| format!("{line}\n")));
        }
        Ok(found)
    }

    /// `clouds.yaml` for its user.
    pub fn clouds_yaml(&self) -> String {
        let Login { auth_url, user, password, project } = &self.login;
        format!(
            "clouds:\n  mine:\n    region_name: RegionOne\n    auth:\n      auth_url: {auth_url}\n      username: {user}\n      \
             password: {password}\n      project_name: {project}\n      user_domain_name: Default\n      \
             project_domain_name: Default\n"
        )
    }
}
