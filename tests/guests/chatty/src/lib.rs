//! Floods the log; `morph` tries to paint on the operator's terminal with one line.

use gyre_plugin::osmorphing::*;

struct Chatty;

impl OsMorphing for Chatty {
    const ABOUT: About = about!("chatty", "Floods the log.");

    fn detect(_: &Root) -> Result<Option<Match>> {
        for line in 0_u64.. {
            log!(info, "line {line}");
        }
        Ok(None)
    }

    fn morph(_: &Root, _: &Vm, _: &Morphing, _: Config) -> Result<()> {
        log!(error, "\u{1b}[2J{}", "x".repeat(1 << 20));
        Ok(())
    }
}

gyre_plugin::export!(osmorphing: Chatty);
