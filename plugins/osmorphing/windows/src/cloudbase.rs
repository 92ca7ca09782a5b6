//! cloudbase-init and QEMU's guest agent: their installers run at the first boot. The machine is one that lived
//! before: its name, passwords and addresses are its own, so cloudbase-init may not set them.

use crate::firstboot::{DIRECTORY, Work};
use crate::guest::Guest;
use crate::options::Options;
use gyre_plugin::osmorphing::*;

const SERVICE: &str = "cloudbase-init";
const AUTOMATIC: u32 = 2;
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

/// Copies installers and settings for the first boot.
///
/// # Errors
/// What the host met.
pub fn configure(guest: &Guest, options: &Options, morphing: &Morphing, work: &mut Work) -> Result<()> {
    let put = |from: &str, name: &str| {
        guest.root.copy_in(from, &guest.path(&format!("{DIRECTORY}/{name}"))?, 0o755)
    };
    if let Some(agent) = options.guest_agent.as_deref().filter(|_| is_kvm(morphing)) {
        put(agent, "guest-agent.msi")?;
        work.guest_agent = true;
    }
    let key = guest.service(SERVICE);
    if guest.system.has_key(&key)? {
        return guest.system.set(&key, "Start", &Value::Dword(AUTOMATIC));
    }
    let Some(installer) = &options.cloudbase_init else {
        log!(
            warn,
            "cloudbase-init is not installed: set cloudbase-init of the plugin windows to its installer"
        );
        return Ok(());
    };
    put(installer, "cloudbase-init.msi")?;
    let settings = guest.path(&format!("{DIRECTORY}/cloudbase-init.conf"))?;
    guest.root.write_text(&settings, 0o644, &settings_text())?;
    work.cloudbase_init = true;
    Ok(())
}

fn is_kvm(morphing: &Morphing) -> bool {
    matches!(morphing.hypervisor.as_deref(), Some("kvm" | "qemu"))
}

fn settings_text() -> String {
    [
        "[DEFAULT]".to_owned(),
        format!("metadata_services={}", METADATA.join(",")),
        format!("plugins={}", PLUGINS.join(",")),
        "allow_reboot=false".to_owned(),
        "stop_service_on_exit=false".to_owned(),
        "check_latest_version=false".to_owned(),
        "san_policy=OnlineAll".to_owned(),
        r"local_scripts_path=C:\Program Files\Cloudbase Solutions\Cloudbase-Init\LocalScripts\".to_owned(),
        r"logdir=C:\Program Files\Cloudbase Solutions\Cloudbase-Init\log\".to_owned(),
        "logfile=cloudbase-init.log".to_owned(),
        "logging_serial_port_settings=COM1,115200,N,8".to_owned(),
        String::new(),
    ]
    .join("\r\n")
}
