//! The plugin over the SDK's fake host: no WebAssembly, no network.

use gyre_plugin::destination::*;
use gyre_plugin::fake::FakeHost;
use {{module}}::{{Type}};

const OPTIONS: &str = r#"{"url": "https://platform.example"}"#;

fn answering(status: u16) -> FakeHost {
    FakeHost::new().http(move |_, _| Ok(Response { status, headers: Vec::new(), body: Vec::new() }))
}

#[test]
fn a_check_says_what_to_do() {
    let well = answering(200);
    assert_eq!({{Type}}::check(Config::new(OPTIONS), None).unwrap(), []);
    drop(well);
    let _ill = answering(503);
    let found = {{Type}}::check(Config::new(OPTIONS), None).unwrap();
    assert!(found[0].blocking && found[0].remedy.is_some());
}

#[test]
fn what_is_not_written_yet_says_so() {
    let error = {{Type}}::remove_disks(&Step::new("token", OPTIONS), "").unwrap_err();
    assert_eq!(error.code, "plugin.not-written");
}
