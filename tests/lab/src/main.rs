//! `gyre-lab serve`: the lab by hand. Prints one line of JSON that says where it is, and ends
//! everything on Ctrl-C or SIGTERM.

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use gyre_lab::{Config, Lab};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};

/// An embedded OpenStack.
#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs a lab until it is told to stop.
    Serve {
        /// Where volumes, images and consoles lie.
        #[arg(long)]
        dir: PathBuf,
        /// Where the APIs listen; default: on the lab's own bridge, or loopback without workers.
        #[arg(long)]
        listen: Option<SocketAddr>,
        /// Start nothing: servers are records only, and no root is needed.
        #[arg(long)]
        no_workers: bool,
        /// How long a change of state takes, milliseconds.
        #[arg(long, default_value_t = 100)]
        delay_ms: u64,
    },
}

#[tokio::main]
async fn main() -> Result<()> {
    gyre_lab::log_to_stderr();
    let Command::Serve { dir, listen, no_workers, delay_ms } = Arguments::parse().command;
    let mut config = if no_workers { Config::quick(&dir) } else { Config::real(&dir) };
    config.listen = listen;
    config.delay = Duration::from_millis(delay_ms);
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let lab = Lab::start(config).await?;
    let clouds = dir.join("clouds.yaml");
    write_secret(&clouds, &lab.clouds_yaml()).with_context(|| format!("write {}", clouds.display()))?;
    println!(
        "{}",
        serde_json::json!({"auth_url": lab.auth_url(), "clouds_yaml": clouds, "host_address": lab.host_address()})
    );
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    lab.stop().await;
    Ok(())
}

/// A file that nobody else may read: gyre warns of others.
fn write_secret(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::write(path, text)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))
}
