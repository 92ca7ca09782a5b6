//! Never answers: `detect` computes for ever, `morph` sleeps for ever.

use gyre_plugin::osmorphing::*;

struct Spin;

impl OsMorphing for Spin {
    const ABOUT: About = about!("spin", "Never answers.");

    fn detect(_: &Root) -> Result<Option<Match>> {
        let mut turns = 0_u64;
        loop {
            turns = std::hint::black_box(turns.wrapping_add(1));
        }
    }

    fn morph(_: &Root, _: &Vm, _: &Morphing, _: Config) -> Result<()> {
        loop {
            clock::sleep_ms(1_000);
        }
    }
}

gyre_plugin::export!(osmorphing: Spin);
