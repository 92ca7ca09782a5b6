//! {{summary}}
//!
//! Only the first calls are written. Each other answers with an error that names it, until you write it: see the
//! trait, and `wit/plugin.wit` for what each must do.

use gyre_plugin::destination::*;

/// What an operator writes.
#[derive(serde::Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
struct Options {
    /// Where the platform's API is; `grant.http` must name it.
    url: String,
}

/// The plugin.
pub struct {{Type}};

gyre_plugin::export!(destination: {{Type}});

impl Destination for {{Type}} {
    const ABOUT: About = about!("{{name}}", "{{summary}}").config::<Options>();

    fn check(config: Config, _: Option<&VmSpec>) -> Result<Vec<Finding>> {
        let url = config.parse::<Options>()?.url;
        let answer = Http::open(&url, None)?.send(&Request::get("/"))?;
        let found = Finding::blocking("url", format!("{url} answers {}", answer.status));
        Ok(if answer.status == 200 { Vec::new() } else { vec![found.remedy("correct the option url")] })
    }

    fn plan_morphing(_: Config, vm: &VmSpec) -> Result<Morphing> {
        let macs = vm.nics.iter().map(|nic| nic.mac.clone()).collect();
        Ok(Morphing { hypervisor: Some("kvm".into()), set_dhcp: true, macs })
    }
}
