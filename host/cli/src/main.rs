//! The gyre command.
fn main() {}
