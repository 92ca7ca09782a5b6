//! The gyre command: arguments, the configuration file, printing. No rules: what may be done, and in which
//! order, is said by the engine.

mod answer;
mod app;
mod args;
mod asking;
mod authoring;
mod bench;
mod building;
mod by_hand;
mod choosing;
mod clouds;
mod commands;
mod conformance;
mod deploying;
mod desk;
mod endpoints;
mod failure;
mod given;
mod image;
mod inspecting;
mod installing;
mod lock;
mod logging;
mod looking;
mod orphans;
mod place;
mod planned;
mod recording;
mod remote;
mod replaying;
mod scheduling;
mod screen;
mod serving;
mod show;
mod site;
mod standing;
#[cfg(test)]
mod testing;
mod tree;
mod trusting;
mod trying;
mod vault;
mod workers;

use answer::Answer;
use args::{Cli, Command};
use clap::{CommandFactory, Parser};
use gyre_agent::{run, serve};
use screen::Screen;
use std::io::Write;
use std::process::ExitCode;
use std::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tracing_subscriber::EnvFilter;

/// Environment variable with a filter for the log, instead of `-v`.
const LOG_VARIABLE: &str = "GYRE_LOG";
/// Exit code of a second Ctrl-C, as shells have it.
const INTERRUPTED: i32 = 130;
/// What this process does with signals.
const STATUS: &str = "/proc/self/status";

/// Made in memory first: a reader that goes away (`| head`) is no defect.
fn print_completions(shell: clap_complete::Shell) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "gyre", &mut script);
    let _ = std::io::Write::write_all(&mut std::io::stdout(), &script);
    ExitCode::SUCCESS
}

/// `gyre plugin try` starts this program as the agent of an image's copy, and with `--chroot` as the agent starts itself:
/// as the helpers of one program of a guest.
fn helper() -> Option<i32> {
    match std::env::args().nth(1)?.as_str() {
        run::OUTER => Some(run::outer()),
        run::INNER => Some(run::inner()),
        serve::LOCAL => Some(serve::exit_code(serve::serve())),
        _ => None,
    }
}

fn main() -> ExitCode {
    if let Some(status) = helper() {
        std::process::exit(status);
    }
    let cli = Cli::parse();
    if let Command::Completions { shell } = cli.command {
        return print_completions(shell);
    }
    let screen = Screen::of_process();
    log_to(&screen, cli.verbose);
    // One provider for everything that speaks TLS; an error means that it is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: no runtime: {error}");
            return ExitCode::FAILURE;
        }
    };
    let answer = runtime.block_on(answer(&cli, &screen));
    // What still runs in the background must not keep an answered command.
    runtime.shutdown_background();
    screen.clear();
    print(&answer, cli.json);
    ExitCode::from(answer.exit_code())
}

async fn answer(cli: &Cli, screen: &Screen) -> Answer {
    let cancel = CancellationToken::new();
    tokio::spawn(watch_signals(cancel.clone(), screen.clone(), farewell(cli)));
    let answer = commands::run(cli, screen, cancel).await.unwrap_or_else(Answer::of_error);
    recording::tell(cli, screen);
    answer
}

/// What is said at the first signal, and at the second.
const fn farewell(cli: &Cli) -> (&'static str, &'static str) {
    match (&cli.command, &cli.server) {
        (Command::Serve, _) => (
            "stopping: jobs are parked, and go on at the next start; again to leave at once",
            "left in the middle: jobs go on at the next start",
        ),
        (_, Some(_)) => ("leaving: what was begun goes on at the server", "left"),
        _ => (
            "stopping, and removing what was made; again to leave at once",
            "left in the middle: run the same command again to go on, or see gyre job list",
        ),
    }
}

/// The first signal stops the job in good order, the second leaves at once. A terminal that is closed stops it too, and is
/// never the second: kernel and shell both tell of it.
async fn watch_signals(cancel: CancellationToken, screen: Screen, (first, second): (&str, &str)) {
    use tokio::signal::unix::{SignalKind, signal};
    // Asked before anything is set up in its place.
    let status = std::fs::read_to_string(STATUS).unwrap_or_default();
    let hangup = (!ignores_hangup(&status)).then(|| signal(SignalKind::hangup()));
    let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()), hangup.transpose())
    else {
        return;
    };
    loop {
        let is_hangup = tokio::select! {
            _ = interrupt.recv() => false,
            _ = terminate.recv() => false,
            () = hung_up(hangup.as_mut()) => true,
        };
        if cancel.is_cancelled() && is_hangup {
            continue;
        }
        if cancel.is_cancelled() {
            screen.clear();
            screen.line(second);
            std::process::exit(INTERRUPTED);
        }
        cancel.cancel();
        screen.line(first);
    }
}

async fn hung_up(hangup: Option<&mut tokio::signal::unix::Signal>) {
    match hangup {
        Some(hangup) => hangup.recv().await.unwrap_or_default(),
        None => std::future::pending().await,
    }
}

/// Whether this process was started to outlive its terminal, as `nohup` starts one: then what was begun goes on.
/// Of proc(5): `SigIgn` is a mask in hexadecimal, whose lowest bit is signal 1, SIGHUP.
fn ignores_hangup(status: &str) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).is_some_and(|mask| mask & 1 == 1)
}

fn print(answer: &Answer, as_json: bool) {
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
    // A reader that has gone away is no error of ours.
    let _ = if as_json { writeln!(out, "{:#}", answer.json) } else { write!(out, "{}", answer.text) };
    let _ = out.flush();
    if let Some(error) = &answer.error {
        let _ = write!(err, "{}", failure::text(error));
    }
}

fn log_to(screen: &Screen, verbose: u8) {
    let filter = std::env::var(LOG_VARIABLE).unwrap_or_else(|_| {
        let ours = |level: &str| {
            let crates = [
                "cli", "api", "engine", "saga", "schedule", "mover", "grants", "sandbox", "ssh", "worker", "core",
                "trust", "fetch",
            ];
            let ours: String = crates.iter().map(|name| format!(",gyre_{name}={level}")).collect();
            format!("warn,gyre={level}{ours}")
        };
        match verbose {
            0 => "error,gyre=warn,gyre_api=warn,gyre_engine=warn,gyre_grants=warn,gyre_saga=warn,gyre_schedule=warn"
                .into(),
            1 => ours("info"),
            2 => ours("debug"),
            _ => "trace".into(),
        }
    });
    let writer = Mutex::new(screen.clone());
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("warn")))
        .with_ansi(false)
        .with_writer(writer);
    // It fails only when there is one already.
    let _ = subscriber.try_init();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_started_it_to_outlive_its_terminal_is_heard() {
        assert!(ignores_hangup("Name:\tgyre\nSigBlk:\t0000000000000000\nSigIgn:\t0000000000001001\n"));
        assert!(!ignores_hangup("SigIgn:\t0000000000001000\nSigCgt:\t0000000000000001\n"));
        assert!(!ignores_hangup(""));
    }
}
