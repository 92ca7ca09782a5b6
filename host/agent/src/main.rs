//! The program on a worker; see the library's front page.

#[cfg(unix)]
use gyre_agent::run;
use gyre_agent::{script, serve};
use std::io::Write as _;
use std::process::exit;

const USAGE: &str = "usage: gyre-agent serve | connect PATH | --version";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["serve"] => exit(serve::exit_code(serve::serve())),
        ["connect", path] => exit(serve::exit_code(serve::connect(path))),
        #[cfg(unix)]
        [run::OUTER] => exit(run::outer()),
        #[cfg(unix)]
        [run::INNER] => exit(run::inner()),
        [script::OUTER, rest @ ..] => exit(script::outer(rest)),
        #[cfg(unix)]
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
