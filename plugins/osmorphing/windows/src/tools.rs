//! Services and drivers of the platform that the guest comes from: they are kept from starting, not removed; their
//! own uninstaller can do that in the running guest.

use crate::guest::Guest;
use gyre_plugin::osmorphing::*;

const DISABLED: u32 = 4;
/// VMware's, VirtualBox', Xen's and Parallels'. Hyper-V's own drivers are a part of Windows and stay.
const SERVICES: [&str; 41] = [
    "VMTools",
    "VGAuthService",
    "vm3dservice",
    "VMwareCAFCommAmqpListener",
    "VMwareCAFManagementAgentHost",
    "vmvss",
    "VMUSBArbService",
    "vmci",
    "vsock",
    "vmhgfs",
    "vmmouse",
    "vmusbmouse",
    "vmrawdsk",
    "vmmemctl",
    "vmxnet",
    "vmxnet3ndis6",
    "pvscsi",
    "vm3dmp",
    "vm3dmp_loader",
    "vm3dmp-debug",
    "vm3dmp-stats",
    "vnetWFP",
    "vnetflt",
    "vsepflt",
    "giappdef",
    "glxgi",
    "VBoxService",
    "VBoxGuest",
    "VBoxMouse",
    "VBoxSF",
    "VBoxWddm",
    "rhelscsi",
    "rhelnet",
    "xenvbd",
    "xennet",
    "xenvif",
    "xeniface",
    "prl_strg",
    "prl_fs",
    "prl_tg",
    "prl_memdev",
];
/// Programs of theirs that start when somebody logs in.
const PROGRAMS: [&str; 4] = ["VMware User Process", "VMware Tools", "VMware VM3DService Process", "VBoxTray"];
const RUN_KEYS: [&str; 2] =
    [r"Microsoft\Windows\CurrentVersion\Run", r"Wow6432Node\Microsoft\Windows\CurrentVersion\Run"];
/// A disabled driver that filters a class of devices would keep all of them from starting.
const FILTERS: [&str; 2] = ["UpperFilters", "LowerFilters"];

/// Keeps them from starting.
///
/// # Errors
/// `registry.*`.
pub fn disable(guest: &Guest) -> Result<()> {
    let mut gone = Vec::new();
    for name in SERVICES {
        let key = guest.service(name);
        if !guest.system.has_key(&key)? {
            continue;
        }
        gone.push(name);
        guest.system.set(&key, "Start", &Value::Dword(DISABLED))?;
    }
    for key in RUN_KEYS {
        for name in PROGRAMS {
            guest.software.remove_value(key, name)?;
        }
    }
    if !gone.is_empty() {
        log!(info, "disabled: {}", gone.join(", "));
    }
    remove_filters(guest)
}

/// Also those whose service is not there (any more).
fn remove_filters(guest: &Guest) -> Result<()> {
    let classes = guest.key(r"Control\Class");
    for class in guest.system.keys(&classes)? {
        let key = format!(r"{classes}\{class}");
        for name in FILTERS {
            let old = guest.system.texts(&key, name)?;
            let is_gone = |filter: &&String| SERVICES.iter().any(|gone| gone.eq_ignore_ascii_case(filter));
            let new: Vec<String> = old.iter().filter(|filter| !is_gone(filter)).cloned().collect();
            if new.is_empty() && !old.is_empty() {
                guest.system.remove_value(&key, name)?;
            } else if new != old {
                guest.system.set(&key, name, &Value::MultiSz(new))?;
            }
        }
    }
    Ok(())
}
