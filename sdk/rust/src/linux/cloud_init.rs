//! cloud-init: told where its data is, and to leave alone what the machine already is.

use super::files;
use crate::osmorphing::*;
use schemars::JsonSchema;
use serde::Deserialize;

const DROPINS: &str = "/etc/cloud/cloud.cfg.d";
/// Written by installers to turn cloud-init or its network part off.
const INSTALLER_DROPINS: &[&str] = &["99-installer.cfg", "subiquity-disable-cloudinit-networking.cfg"];
/// Where a system names its language.
const LOCALES: [&str; 2] = ["/etc/default/locale", "/etc/locale.conf"];
/// Its services, of all versions; what is not there is not enabled.
const SERVICES: &[&str] = &[
    "cloud-init-local.service",
    "cloud-init-main.service",
    "cloud-init-network.service",
    "cloud-init.service",
    "cloud-config.service",
    "cloud-final.service",
];
/// The longest that `systemctl enable` may take.
const ENABLE_MS: u32 = 60_000;

/// How cloud-init is set up.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct CloudInit {
    /// Where it looks for its data, in this order.
    pub datasources: Vec<String>,
}

impl Default for CloudInit {
    fn default() -> Self {
        Self { datasources: ["ConfigDrive", "OpenStack", "None"].map(String::from).to_vec() }
    }
}

/// Does nothing where cloud-init is not installed. `more`: lines of settings that only one family has.
///
/// # Errors
/// `linux.datasource`; what the host met.
pub fn configure(root: &Root, options: &CloudInit, more: &str) -> Result<()> {
    if !root.is_dir("/etc/cloud") {
        return Ok(());
    }
    let bad = options.datasources.iter().find(|name| !name.chars().all(|c| c.is_ascii_alphanumeric()));
    if let Some(name) = bad {
        return Err(Error::invalid(
            "linux.datasource",
            format!("{name:?} is no name of a cloud-init datasource"),
        ));
    }
    files::put_away(root, "/etc/cloud/cloud-init.disabled")?;
    for name in INSTALLER_DROPINS {
        files::put_away(root, &format!("{DROPINS}/{name}"))?;
    }
    let text = settings(&options.datasources, &language(root)?, more);
    files::write(root, &format!("{DROPINS}/90_gyre.cfg"), 0o644, &text)
}

/// Enables its services, where the family's packages do not.
///
/// # Errors
/// What the host met.
pub fn enable(root: &Root) -> Result<()> {
    let mut services = Vec::new();
    for service in SERVICES {
        if root.exists(&format!("/usr/lib/systemd/system/{service}"))? {
            services.push(*service);
        }
    }
    if services.is_empty() || root.find_program("systemctl")?.is_none() {
        return Ok(());
    }
    let enable = Command::new(["systemctl", "enable"]).args(services).env("SYSTEMD_OFFLINE", "1");
    if let Err(error) = root.run(enable.timeout_ms(ENABLE_MS)) {
        log!(warn, "cloud-init could not be enabled: {}", error.causes.join(": "));
    }
    Ok(())
}

fn settings(datasources: &[String], language: &str, more: &str) -> String {
    format!(
        "# Written by gyre: this machine was migrated and keeps what it is.
datasource_list: [ {} ]
network: {{config: disabled}}
preserve_hostname: true
manage_etc_hosts: false
ssh_deletekeys: false
ssh_pwauth: unchanged
disable_root: false
system_info: {{default_user: {{lock_passwd: false}}}}
locale: {}
{more}",
        datasources.join(", "),
        language
    )
}

/// cloud-init sets a language in any case: the guest's own, where it has one.
fn language(root: &Root) -> Result<String> {
    for path in LOCALES {
        let value = files::text(root, path)?.and_then(|text| files::variable(&text, "LANG"));
        if let Some(value) = value.filter(|value| is_language(value)) {
            return Ok(value);
        }
    }
    Ok("C.UTF-8".into())
}

fn is_language(value: &str) -> bool {
    !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || "._@-".contains(c))
}
