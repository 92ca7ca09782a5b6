//! The clouds that machines are brought to: the embedded one, started here and ended with the value,
//! and the real one that `tests/cloud` starts. Knows how each is reached, what its user has there, and
//! where it keeps its volumes; not what is done with it.

use crate::cloud::{Cloud, Login};
use crate::fixture::{capture, root};
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;

/// One cloud with what its user has: a network of the source's addresses, an image for workers.
#[derive(Debug)]
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
    volumes: Vec<PathBuf>,
}

/// Options that both clouds share. The source's static address is kept and served by DHCP.
const OPTIONS: &str = r#"
network_map = { "VM Network" = "private" }
migr_image = "gyre-worker"
migr_network = "private"
security_groups = ["gyre-access"]
hypervisor_type = "kvm"
preserve_fixed_ips = true
"#;

impl Site {
    /// The real OpenStack of `tests/cloud`, which must be up; makes what its user `demo` needs.
    ///
    /// # Errors
    /// When it is not up, or the user's things cannot be made.
    pub fn openstack() -> Result<Self> {
        let tenant = root().join("tests/cloud/tenant.py");
        capture(Command::new("/usr/bin/python3").arg(tenant))
            .context("the real OpenStack is not up: tests/cloud/up.sh && tests/cloud/image.sh")?;
        let fip = "use_floating_ip = true\nfloating_ip_pool = \"public\"\nworker_allowed_cidrs = [\"172.29.0.1/32\"]\n";
        Ok(Self {
            title: "real OpenStack (Keystone, Glance, Cinder, Nova, Neutron of Debian)",
            login: Login {
                auth_url: "http://172.29.0.2:5000/v3".into(),
                user: "demo".into(),
                password: "osct".into(),
                project: "demo".into(),
            },
            api: "http://172.29.0.2:*".into(),
            host: "172.29.0.1".into(),
            options: format!("{OPTIONS}{fip}flavor_name = \"m1.small\"\n"),
            volumes: ["osct-a", "osct-b"].map(|b| PathBuf::from("/var/lib/osct/var/cinder").join(b)).into(),
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
        let names = [format!("volume-{id}"), id.to_owned(), format!("{id}.raw")];
        let candidates = self.volumes.iter().flat_map(|d| names.iter().map(|n| d.join(n)));
        candidates.into_iter().find(|path| path.exists()).with_context(|| format!("no file of the volume {id}"))
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
