//! Makes Windows guests boot under KVM, from Windows Vista and Server 2008 on, without running anything of theirs:
//! drivers are put beside the system and into its registry, and what only a running Windows can do is left to a
//! service that runs once. Knows the places in Windows; how a hive is written is the host's.

mod boot;
mod cloudbase;
mod cloudbase_tree;
mod drivers;
mod esp;
mod firstboot;
mod guest;
mod ipv6;
mod network;
mod options;
mod place;
mod release;
mod tools;

use guest::Guest;
use gyre_plugin::osmorphing::*;
pub use options::Options;

/// What a morphing is made of, for the operator's progress line.
const PARTS: u64 = 4;
const SCORE: u8 = 100;

/// The plugin.
pub struct Windows;

gyre_plugin::export!(osmorphing: Windows);

impl OsMorphing for Windows {
    const ABOUT: About =
        about!("windows", "Makes Windows guests boot under KVM, offline.").config::<Options>();

    fn detect(root: &Root) -> Result<Option<Match>> {
        let Some(guest) = Guest::open(root)? else { return Ok(None) };
        if !guest.release.is_known() {
            log!(warn, "{} is older than this plugin knows", guest.release.name);
            return Ok(None);
        }
        Ok(Some(Match::new("windows", guest.release.number(), SCORE)))
    }

    fn morph(root: &Root, vm: &Vm, morphing: &Morphing, config: Config) -> Result<()> {
        let options: Options = config.parse()?;
        let Some(guest) = Guest::open(root)? else {
            return Err(Error::not_found("windows.absent", "there is no Windows in the guest's root"));
        };
        begin("drivers", 0)?;
        let mut work = firstboot::Work::default();
        match morphing.hypervisor.as_deref() {
            Some("kvm" | "qemu") => drivers::install(&guest, &options, &mut work)?,
            Some(_) => {}
            None => log!(
                warn,
                "the destination names no hypervisor: no VirtIO drivers were installed, and the guest may not find its disk"
            ),
        }
        begin("tools", 1)?;
        tools::disable(&guest)?;
        begin("network", 2)?;
        network::configure(&guest, vm, morphing, &mut work)?;
        begin("first boot", 3)?;
        cloudbase::configure(&guest, &options, morphing, &mut work)?;
        boot::keep_failures_visible(&guest, &mut work)?;
        boot::disks_online(&guest)?;
        esp::configure(&guest, vm)?;
        firstboot::install(&guest, &work)?;
        guest.commit()?;
        begin("done", PARTS)
    }
}

fn begin(part: &str, done: u64) -> Result<()> {
    progress::report(part, done, Some(PARTS));
    progress::check()
}
