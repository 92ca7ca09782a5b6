//! {{summary}}

use gyre_plugin::linux::Release;
use gyre_plugin::osmorphing::*;

/// The plugin.
pub struct {{Type}};

gyre_plugin::export!(osmorphing: {{Type}});

impl OsMorphing for {{Type}} {
    const ABOUT: About = about!("{{name}}", "{{summary}}");

    fn detect(root: &Root) -> Result<Option<Match>> {
        let release = Release::read(root)?.filter(|release| release.id == "{{name}}");
        Ok(release.map(|release| Match::new(release.id, release.version, 100)))
    }

    fn morph(root: &Root, vm: &Vm, _morphing: &Morphing, _config: Config) -> Result<()> {
        log!(info, "loading virtio's modules early"; "machine" => vm.name);
        root.write_text("/etc/modules-load.d/gyre.conf", 0o644, "virtio_blk\nvirtio_net\n")
    }
}
