//! Panics after a word in the log; `morph` recurses until its stack ends.

use gyre_plugin::osmorphing::*;

struct Trap;

impl OsMorphing for Trap {
    const ABOUT: About = about!("trap", "Panics.");

    fn detect(root: &Root) -> Result<Option<Match>> {
        log!(info, "about to give up"; "disk" => 0);
        #[allow(clippy::panic)] // what this guest is for
        let text = root.read_text("/etc/os-release").unwrap_or_else(|_| panic!("on purpose"));
        Ok((!text.is_empty()).then(|| Match::new("trap", text, 1)))
    }

    fn morph(_: &Root, vm: &Vm, _: &Morphing, _: Config) -> Result<()> {
        log!(info, "{}", fall(u64::from(vm.vcpus)));
        Ok(())
    }
}

#[allow(unconditional_recursion)] // what this guest is for
fn fall(depth: u64) -> u64 {
    let kept = std::hint::black_box([depth; 64]);
    fall(depth + 1).wrapping_add(std::hint::black_box(&kept).iter().sum())
}

gyre_plugin::export!(osmorphing: Trap);
