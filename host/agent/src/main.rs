//! The program on a worker; see the library's front page.

use gyre_agent::{run, script, serve};
use std::io::Write as _;
use std::process::exit;

const USAGE: &str = "usage: gyre-agent serve | connect PATH | --version";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["serve"] => end(serve::serve()),
        ["connect", path] => end(serve::connect(path)),
        [run::OUTER] => exit(run::outer()),
        [run::INNER] => exit(run::inner()),
        [script::OUTER, rest @ ..] => exit(script::outer(rest)),
        [script::INNER, rest @ ..] => exit(script::inner(rest)),
        ["--version"] => {
            let version = gyre_core::protocol::VERSION;
            let _ =
                writeln!(std::io::stdout(), "gyre-agent {} (protocol {version})", env!("CARGO_PKG_VERSION"));
        }
        _ => {
            eprintln!("{USAGE}");
            exit(2);
        }
    }
}

/// An error goes to standard output as JSON, where the host reads the ready line.
fn end(result: gyre_core::Result<()>) -> ! {
    let Err(error) = result else { exit(0) };
    eprintln!("{error}");
    let json = serde_json::to_string(&error).unwrap_or_default();
    let _ = writeln!(std::io::stdout(), "{json}");
    exit(i32::from(error.kind.exit_code()))
}
