//! Takes memory, 16 MiB at a time, and asks politely so as not to trap by itself.

use gyre_plugin::osmorphing::*;

const BITE_BYTES: usize = 16 << 20;

struct Hog;

impl OsMorphing for Hog {
    const ABOUT: About = about!("hog", "Takes all memory.");

    fn detect(_: &Root) -> Result<Option<Match>> {
        let mut eaten = Vec::new();
        loop {
            let mut bite = Vec::<u8>::new();
            if bite.try_reserve_exact(BITE_BYTES).is_ok() {
                eaten.push(std::hint::black_box(bite));
            }
        }
    }

    fn morph(_: &Root, _: &Vm, _: &Morphing, _: Config) -> Result<()> {
        Ok(())
    }
}

gyre_plugin::export!(osmorphing: Hog);
