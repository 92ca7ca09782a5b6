//! {{summary}}

use gyre_plugin::source::*;

/// What an operator writes.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// Absolute path of a raw disk image; `grant.disk` must name it.
    image: String,
}

/// The plugin.
pub struct {{Type}};

gyre_plugin::export!(source: {{Type}});

impl Source for {{Type}} {
    const ABOUT: About = about!("{{name}}", "{{summary}}").config::<Options>();

    fn list_vms(_: Config, name: Option<&str>, _: Option<&str>) -> Result<VmPage> {
        let vm = VmSummary { id: "vm".into(), name: "vm".into(), os_hint: None, powered_on: false };
        let is_wanted = name.is_none_or(|part| vm.name.contains(&part.to_lowercase()));
        Ok(VmPage { vms: is_wanted.then_some(vm).into_iter().collect(), next: None })
    }

    fn get_vm(config: Config, id: &str) -> Result<VmSpec> {
        if id != "vm" {
            return Err(Error::not_found("{{name}}.no-vm", format!("there is no machine {id}")));
        }
        let disk = Disk::open(&config.parse::<Options>()?.image)?;
        Ok(VmSpec { disks: vec![DiskSpec::new("disk0", disk.size())], ..VmSpec::new(id, "vm") })
    }

    fn power_off(_: &Step, _: &str) -> Result<Outcome> {
        Err(Error::invalid("{{name}}.power", "an image has no machine that could be turned off"))
    }

    fn ensure_snapshot(step: &Step, _: &VmSpec, _: Option<&str>) -> Result<Outcome> {
        Outcome::done(&step.config::<Options>()?.image)
    }

    fn release_snapshot(_: &Step, _: &str) -> Result<Outcome> {
        Ok(Outcome::nothing())
    }

    fn open_disk(_: Config, snapshot: &str, disk: &str) -> Result<Opened> {
        if disk != "disk0" {
            return Err(Error::not_found("{{name}}.no-disk", format!("there is no disk {disk}")));
        }
        Ok(Opened::Disk(Disk::open(&read_state::<String>(snapshot)?)?))
    }
}
