//! What tests of several modules share: a component that needs no building.

use std::path::Path;

/// The OS-morphing component that is kept of version 0.1 of the contract, with more text at its end.
pub fn kept(more: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/kept/v0.1/osmorphing/component.wat");
    let text = std::fs::read_to_string(path).unwrap();
    let (body, end) = text.rsplit_once("(@producers").unwrap();
    wat::parse_str(format!("{body}{more}\n(@producers{end}")).unwrap()
}
