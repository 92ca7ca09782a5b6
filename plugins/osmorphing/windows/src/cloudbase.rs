//! cloudbase-init and QEMU's guest agent. What comes as an installer runs at the first boot, what comes as an archive
//! is put into the guest. The machine is one that lived before: its name, passwords and addresses are its own, so
//! cloudbase-init may not set them.

use crate::cloudbase_tree;
use crate::firstboot::{DIRECTORY, Work};
use crate::guest::Guest;
use crate::options::Options;
use gyre_plugin::osmorphing::*;

/// Name of the service, whoever installed it.
pub const SERVICE: &str = "cloudbase-init";
pub const AUTOMATIC: u32 = 2;
/// Where its installer puts it.
const INSTALLED: &str = r"C:\Program Files\Cloudbase Solutions\Cloudbase-Init";
const METADATA: [&str; 2] = [
    "cloudbaseinit.metadata.services.configdrive.ConfigDriveService",
    "cloudbaseinit.metadata.services.httpservice.HttpService",
];
const PLUGINS: [&str; 5] = [
    "cloudbaseinit.plugins.common.mtu.MTUPlugin",
    "cloudbaseinit.plugins.windows.ntpclient.NTPClientPlugin",
    "cloudbaseinit.plugins.windows.extendvolumes.ExtendVolumesPlugin",
    "cloudbaseinit.plugins.common.userdata.UserDataPlugin",
    "cloudbaseinit.plugins.common.localscripts.LocalScriptsPlugin",
];

/// Copies installers and settings for the first boot, and unpacks what is no installer.
///
/// # Errors
/// `windows.cloudbase-init`; what the host met.
pub fn configure(guest: &Guest, options: &Options, morphing: &Morphing, work: &mut Work) -> Result<()> {
    if let Some(agent) = options.guest_agent.as_deref().filter(|_| is_kvm(morphing)) {
        put(guest, agent, "guest-agent.msi")?;
        work.guest_agent = true;
    }
    let key = guest.service(SERVICE);
    if guest.system.has_key(&key)? {
        return guest.system.set(&key, "Start", &Value::Dword(AUTOMATIC));
    }
    let Some(from) = options.cloudbase(guest.release.architecture) else {
        log!(
            warn,
            "cloudbase-init is not installed: set cloudbase-init of the plugin windows to its installer or archive"
        );
        return Ok(());
    };
    if from.to_lowercase().ends_with(".zip") {
        return cloudbase_tree::install(guest, from);
    }
    put(guest, from, "cloudbase-init.msi")?;
    let settings = guest.path(&format!("{DIRECTORY}/cloudbase-init.conf"))?;
    guest.root.write_text(&settings, 0o644, &settings_text(INSTALLED, "log"))?;
    work.cloudbase_init = true;
    Ok(())
}

fn put(guest: &Guest, from: &str, name: &str) -> Result<()> {
    guest.root.copy_in(from, &guest.path(&format!("{DIRECTORY}/{name}"))?, 0o755)
}

fn is_kvm(morphing: &Morphing) -> bool {
    matches!(morphing.hypervisor.as_deref(), Some("kvm" | "qemu"))
}

/// Of a cloudbase-init that lies in `base`, with this directory for its logs.
pub fn settings_text(base: &str, logs: &str) -> String {
    [
        "[DEFAULT]".to_owned(),
        format!("metadata_services={}", METADATA.join(",")),
        format!("plugins={}", PLUGINS.join(",")),
        "allow_reboot=false".to_owned(),
        "stop_service_on_exit=false".to_owned(),
        "check_latest_version=false".to_owned(),
        "san_policy=OnlineAll".to_owned(),
        format!(r"bsdtar_path={base}\bin\bsdtar.exe"),
        format!(r"mtools_path={base}\bin\"),
        format!(r"local_scripts_path={base}\LocalScripts\"),
        format!(r"logdir={base}\{logs}\"),
        "logfile=cloudbase-init.log".to_owned(),
        "logging_serial_port_settings=COM1,115200,N,8".to_owned(),
        String::new(),
    ]
    .join("\r\n")
}
