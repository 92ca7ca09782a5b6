//! Morphs a real tree in a directory of this machine, as root: `morph-tree DIR [OPTIONS-JSON] [keep-network]`.

use gyre_plugin::fake::golden::vm;
use gyre_plugin::fake::{FakeHost, directory_root};
use gyre_plugin::osmorphing::*;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [directory, rest @ ..] = arguments.as_slice() else {
        eprintln!("usage: morph-tree DIR [OPTIONS-JSON] [keep-network]");
        std::process::exit(2);
    };
    let host = FakeHost::new();
    let root = directory_root(directory);
    let morphing = Morphing { hypervisor: Some("kvm".into()), set_dhcp: rest.len() < 2, macs: vec![] };
    let config = Config::new(rest.first().map_or("{}", String::as_str));
    println!("{:?}", debian::Debian::detect(&root));
    let morphed = debian::Debian::morph(&root, &vm(vec![]), &morphing, config);
    host.log().iter().for_each(|(level, line)| println!("{level:?}: {line}"));
    if let Err(error) = morphed {
        println!("{error:#?}");
        std::process::exit(1);
    }
}
