//! The command line of bringing plugins here.

use clap::{Args, Subcommand, ValueHint};
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub enum InstallCommand {
    /// Bring a plugin here: check it, show what it imports and what it needs in gyre.toml, ask, and copy it
    Install(InstallArgs),
    /// Bring what is newer where plugins came from
    Update(UpdateArgs),
    /// Put a component and its signature into an OCI registry
    Push(PushArgs),
}

#[derive(Debug, Args)]
pub struct PushArgs {
    /// The component; its signature, COMPONENT.wasm.minisig, goes with it
    #[arg(value_name = "COMPONENT", value_hint = ValueHint::FilePath)]
    pub component: PathBuf,
    /// Where to: oci://REGISTRY/REPOSITORY:TAG. Logins are those of `gyre plugin install`
    #[arg(value_name = "TO")]
    pub to: String,
}

#[derive(Debug, Args)]
pub struct InstallArgs {
    /// A file, a directory with components, https://…, or oci://REGISTRY/REPOSITORY:TAG
    #[arg(value_name = "FROM")]
    pub from: String,
    /// Name of the plugin in the configuration [default: that of the file or the repository]
    #[arg(long)]
    pub name: Option<String>,
    #[command(flatten)]
    pub consent: ConsentArgs,
}

#[derive(Debug, Args)]
pub struct UpdateArgs {
    /// Names in the configuration [default: all that were installed]
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// Only say what is newer
    #[arg(long)]
    pub check: bool,
    #[command(flatten)]
    pub consent: ConsentArgs,
}

#[derive(Debug, Args)]
pub struct ConsentArgs {
    /// Do not ask; needed where nobody can be asked, and with --json
    #[arg(short, long)]
    pub yes: bool,
    /// Let an update import more than the component before it; --yes alone does not
    #[arg(long)]
    pub accept_wider: bool,
    /// Pin what is installed in gyre.lock, also where another component is pinned
    #[arg(long)]
    pub lock: bool,
}
