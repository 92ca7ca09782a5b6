//! cloud-init: told where its data is, and to leave alone what the machine already is.

use crate::files;
use crate::options::CloudInit;
use gyre_plugin::osmorphing::*;

const DROPINS: &str = "/etc/cloud/cloud.cfg.d";
/// Written by installers to turn cloud-init or its network part off.
const INSTALLER_DROPINS: &[&str] = &["99-installer.cfg", "subiquity-disable-cloudinit-networking.cfg"];

/// Does nothing where cloud-init is not installed.
///
/// # Errors
/// `debian.datasource`; what the host met.
pub fn configure(root: &Root, options: &CloudInit) -> Result<()> {
    if !root.is_dir("/etc/cloud") {
        return Ok(());
    }
    let bad = options.datasources.iter().find(|name| !name.chars().all(|c| c.is_ascii_alphanumeric()));
    if let Some(name) = bad {
        return Err(Error::invalid(
            "debian.datasource",
            format!("{name:?} is no name of a cloud-init datasource"),
        ));
    }
    files::put_away(root, "/etc/cloud/cloud-init.disabled")?;
    for name in INSTALLER_DROPINS {
        files::put_away(root, &format!("{DROPINS}/{name}"))?;
    }
    files::write(
        root,
        &format!("{DROPINS}/90_gyre.cfg"),
        0o644,
        &settings(&options.datasources, &language(root)?),
    )
}

fn settings(datasources: &[String], language: &str) -> String {
    format!(
        "# Written by gyre: this machine was migrated and keeps what it is.
datasource_list: [ {} ]
network: {{config: disabled}}
preserve_hostname: true
manage_etc_hosts: false
ssh_deletekeys: false
disable_root: false
locale: {}
apt: {{preserve_sources_list: true}}
",
        datasources.join(", "),
        language
    )
}

/// cloud-init sets a language in any case: the guest's own, where it has one.
fn language(root: &Root) -> Result<String> {
    let text = root.read_text_if_any("/etc/default/locale")?.unwrap_or_default();
    let value = text.lines().find_map(|line| line.trim().strip_prefix("LANG=")).unwrap_or_default();
    let value = value.trim().trim_matches(['"', '\'']);
    let fits = !value.is_empty() && value.chars().all(|c| c.is_ascii_alphanumeric() || "._@-".contains(c));
    Ok(if fits { value } else { "C.UTF-8" }.to_string())
}
