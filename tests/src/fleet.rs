//! A thousand machines that share one small disk, and a cloud that nobody calls: for lists. Knows how their replicas
//! are noted; not how they are looked at.

use crate::fixture::root;
use crate::program::Gyre;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use tempfile::TempDir;

/// Size of the disk, bytes.
const DISK: u64 = 1 << 20;
/// Replicas with their source, their destination and how many machines they have: a thousand.
pub const GROUPS: [(&str, &str, &str, usize); 3] =
    [("alpha", "east", "cloud", 500), ("beta", "west", "cloud", 300), ("gamma", "west", "spare", 200)];

/// All of them noted.
pub struct Fleet {
    /// Where the configuration and the state lie.
    pub directory: TempDir,
    /// The program with that configuration.
    pub gyre: Gyre,
}

impl Fleet {
    /// Notes a replica of each machine.
    ///
    /// # Errors
    /// When gyre or its plugins were not built, or a replica cannot be noted.
    pub fn new() -> Result<Self> {
        let directory = tempfile::tempdir_in(root().join("target/tmp"))?;
        std::fs::File::create(directory.path().join("disk.raw"))?.set_len(DISK)?;
        std::fs::write(directory.path().join("clouds.yaml"), CLOUDS)?;
        let path = directory.path().join("gyre.toml");
        std::fs::write(&path, config(directory.path())?)?;
        let fleet = Self { gyre: Gyre::new(&path)?, directory };
        GROUPS.iter().try_for_each(|group| fleet.note(*group))?;
        Ok(fleet)
    }

    fn note(&self, (name, source, destination, count): (&str, &str, &str, usize)) -> Result<()> {
        let vms: Vec<_> = (1..=count).map(|number| vm(name, number)).collect();
        let mut line = vec!["replica", "create", name, "--source", source, "--destination", destination];
        line.extend(vms.iter().flat_map(|vm| ["--vm", vm.as_str()]));
        let noted = self.gyre.json(&line)?;
        let noted = noted["replicas"].as_array().context("no replicas")?.len();
        ensure!(noted == count, "{noted} of {count} were noted");
        Ok(())
    }

    /// The names of all, or of those that are chosen by the name of their group.
    pub fn names(is_chosen: impl Fn(&str) -> bool) -> Vec<String> {
        let of = |(name, _, _, count): (&str, &str, &str, usize)| {
            let name = name.to_owned();
            (1..=count).map(move |number| format!("{name}/{}", vm(&name, number)))
        };
        GROUPS.into_iter().filter(|(name, ..)| is_chosen(name)).flat_map(of).collect()
    }
}

fn vm(group: &str, number: usize) -> String {
    format!("{group}-{number:04}")
}

/// Nobody listens there.
const CLOUDS: &str = "\
clouds:
  mine:
    auth: {auth_url: 'http://127.0.0.1:9/v3', username: u, password: p, project_name: p,
           user_domain_name: Default, project_domain_name: Default}
";

fn config(directory: &Path) -> Result<String> {
    let plugin = |name: &str| root().join("target/plugins").join(format!("{name}.wasm"));
    for name in ["openstack", "disk-image"] {
        ensure!(plugin(name).exists(), "{} is missing: cargo xtask plugins", plugin(name).display());
    }
    let (disk, openstack, disk_image) =
        (directory.join("disk.raw"), plugin("openstack"), plugin("disk-image"));
    let mut text = format!(
        r#"[host]
state = "state"
[serve]
listen = "127.0.0.1:0"
[plugin.disk-image]
component = {disk_image:?}
grant.disk = [{disk:?}]
[plugin.openstack]
component = {openstack:?}
grant.http = ["http://127.0.0.1:*"]
grant.secret = ["os-password"]
grant.local-addresses = true
[source.east]
plugin = "disk-image"
[source.west]
plugin = "disk-image"
"#
    );
    for destination in ["cloud", "spare"] {
        text += &format!(
            "[destination.{destination}]\nplugin = \"openstack\"\ncloud = \"mine\"\n[destination.{destination}.config]\n\
             network_map = {{ net = \"servers\" }}\nmigr_image = \"worker\"\nmigr_network = \"private\"\n"
        );
    }
    for (group, source, _, count) in GROUPS {
        for name in (1..=count).map(|number| vm(group, number)) {
            text += &format!(
                "[[source.{source}.config.vms]]\nname = {name:?}\nvcpus = 1\nmemory-mib = 512\n\
                 disks = [{{ path = {disk:?} }}]\nnics = []\n"
            );
        }
    }
    Ok(text)
}
